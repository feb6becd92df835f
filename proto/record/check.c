#include "proto/base/text.h"
#include "proto/record/parts.h"
#include "proto/rules/terms.h"

/* Where the first control character begins (C0, DEL, C1), or the size of the text. */
static size_t find_control(toc_span text, bool lines)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t byte = text.data[i];
        if ((byte < 0x20 && !(lines && byte == '\n')) || byte == 0x7F)
            return i;
        if (byte == 0xC2 && i + 1 < text.size && text.data[i + 1] < 0xA0)
            return i;
    }
    return text.size;
}

static bool is_printable_ascii(toc_span text)
{
    uint8_t wrong = 0;
    for (size_t i = 0; i < text.size; i++)
        wrong |= (uint8_t)(text.data[i] - 0x20) >= 0x5F;
    return wrong == 0;
}

toc_code toc_record_field_text(toc_span text, const char *field, size_t bytes_max, bool lines,
                               toc_err *err)
{
    if (text.size > bytes_max)
        return toc_fail(err, TOC_LIMIT, "%s: %zu bytes; at most %zu are taken", field, text.size,
                        bytes_max);
    if (is_printable_ascii(text))
        return TOC_OK;
    size_t position;
    if (!toc_utf8_valid(text, &position))
        return toc_fail(err, TOC_MALFORMED, "%s: no UTF-8 at byte %zu", field, position + 1);
    position = find_control(text, lines);
    if (position < text.size)
        return toc_fail(err, TOC_MALFORMED, "%s: a control character at byte %zu", field,
                        position + 1);
    return TOC_OK;
}

toc_code toc_record_field_slug(toc_span text, const char *field, bool optional, toc_err *err)
{
    if (text.size == 0 && optional)
        return TOC_OK;
    if (text.size == 0)
        return toc_fail(err, TOC_MALFORMED, "%s: missing", field);
    if (!toc_slug_valid(text))
        return toc_fail(err, TOC_MALFORMED,
                        "%s: not an id (1 to 64 of a-z 0-9 - . _, a letter or digit first)", field);
    return TOC_OK;
}

toc_code toc_record_field_time(toc_time time, const char *field, toc_err *err)
{
    if (time.unix_ms > TOC_TIME_MS_MAX)
        return toc_fail(err, TOC_MALFORMED, "%s: a moment after the year 9999", field);
    return TOC_OK;
}

static toc_code check_orgs(const toc_org_id *orgs, size_t count, const char *field, toc_err *err)
{
    if (count > TOC_AUDIENCE_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: %zu orgs; at most %u are taken", field, count,
                        TOC_AUDIENCE_MAX);
    for (size_t i = 1; i < count; i++) {
        if (memcmp(orgs[i - 1].bytes, orgs[i].bytes, sizeof orgs[i].bytes) >= 0)
            return toc_fail(err, TOC_MALFORMED, "%s: orgs that are not in ascending order", field);
    }
    return TOC_OK;
}

static toc_code check_audience(const toc_statement *statement, toc_err *err)
{
    if (statement->tlp < TOC_TLP_CLEAR || statement->tlp > TOC_TLP_RED)
        return toc_fail(err, TOC_MALFORMED, "tlp: %u is none (1 CLEAR to 5 RED)",
                        (unsigned)statement->tlp);
    TOC_TRY(
        check_orgs(statement->releasable_to, statement->releasable_count, "releasable_to", err));
    return check_orgs(statement->not_to, statement->not_to_count, "not_to", err);
}

static toc_code check_source(const toc_source *source, toc_err *err)
{
    switch (source->ground) {
    case TOC_GROUND_OWN:
        if (source->id.size != 0 || source->version.size != 0)
            return toc_fail(err, TOC_MALFORMED, "source: an own observation names no list");
        return TOC_OK;
    case TOC_GROUND_LIST:
    case TOC_GROUND_VENDOR:
        TOC_TRY(toc_record_field_slug(source->id, "source", false, err));
        return toc_record_field_text(source->version, "source version", TOC_TEXT_BYTES_MAX, false,
                                     err);
    }
    if ((unsigned)source->ground == 0)
        return toc_fail(err, TOC_MALFORMED, "source: no ground");
    return toc_fail(err, TOC_STATE, "source: ground %u needs a newer version",
                    (unsigned)source->ground);
}

/* RULES §4, as far as it can be told without knowing the author. */
static toc_code check_root(const toc_root *root, toc_ground ground, toc_err *err)
{
    uint8_t tag = root->size == 0 ? 0 : root->data[0];
    toc_span id = root->size == 0 ? (toc_span){0} : toc_span_of(root->data + 1, root->size - 1);
    if (tag == TOC_ROOT_OWN && id.size == sizeof(toc_claim_id))
        return TOC_OK;
    bool named = (tag == TOC_ROOT_LIST && ground == TOC_GROUND_LIST) ||
                 (tag == TOC_ROOT_VENDOR && ground == TOC_GROUND_VENDOR);
    if (!named)
        return toc_fail(err, TOC_MALFORMED, "roots: not one that its source can have");
    return toc_record_field_slug(id, "roots", false, err);
}

static toc_code check_roots(const toc_statement *statement, toc_statement_stage stage, toc_err *err)
{
    bool is_head = statement->kind == TOC_RECORD_WALLET || statement->kind == TOC_RECORD_CLUSTER;
    size_t expected = is_head && stage == TOC_STAGE_RECORD ? 1 : 0;
    if (statement->root_count != expected)
        return toc_fail(err, TOC_MALFORMED, "roots: %zu, where a %s%s has %zu",
                        statement->root_count, toc_record_kind_name(statement->kind),
                        stage == TOC_STAGE_DRAFT ? " draft" : "", expected);
    return expected == 0 ? TOC_OK : check_root(&statement->roots[0], statement->source.ground, err);
}

static toc_code check_stage(const toc_statement *statement, toc_statement_stage stage, toc_err *err)
{
    if (stage == TOC_STAGE_DRAFT) {
        if (statement->revision != 0 || statement->issued_at.unix_ms != 0)
            return toc_fail(err, TOC_MALFORMED, "revision: a draft has none, nor a time of issue");
    } else {
        if (statement->revision == 0)
            return toc_fail(err, TOC_MALFORMED, "revision: 0; they begin at 1");
        if (statement->issued_at.unix_ms == 0)
            return toc_fail(err, TOC_MALFORMED, "issued_at: missing");
    }
    TOC_TRY(toc_record_field_time(statement->issued_at, "issued_at", err));
    TOC_TRY(toc_record_field_time(statement->valid_until, "valid_until", err));
    return check_roots(statement, stage, err);
}

static toc_code check_body(const toc_statement *statement, toc_err *err)
{
    switch (statement->kind) {
    case TOC_RECORD_WALLET:
        return toc_wallet_body_check(&statement->as.wallet, err);
    case TOC_RECORD_CLUSTER:
        return toc_cluster_body_check(&statement->as.cluster, err);
    case TOC_RECORD_MEMBERS:
        return toc_members_body_check(&statement->as.members, err);
    case TOC_RECORD_RETRACTION:
        return toc_retraction_body_check(&statement->as.retraction, err);
    }
    return toc_fail(err, TOC_MALFORMED, "kind: %u is none", (unsigned)statement->kind);
}

toc_code toc_statement_check_fields(const toc_statement *statement, toc_statement_stage stage,
                                    toc_err *err)
{
    TOC_TRY(check_body(statement, err));
    TOC_TRY(check_audience(statement, err));
    TOC_TRY(check_source(&statement->source, err));
    TOC_TRY(check_stage(statement, stage, err));
    if (statement->confidence > 100)
        return toc_fail(err, TOC_MALFORMED, "confidence: %u; 0 to 100", statement->confidence);
    TOC_TRY(toc_record_field_slug(statement->confidence_scale, "confidence_scale", true, err));
    TOC_TRY(toc_record_field_text(statement->purpose, "purpose", TOC_TEXT_BYTES_MAX, false, err));
    return toc_record_field_text(statement->note, "note", TOC_NOTE_BYTES_MAX, true, err);
}
