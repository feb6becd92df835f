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
    return toc_roots_check(statement, stage, err);
}

static toc_code check_body(const toc_statement *statement, toc_statement_stage stage, toc_err *err)
{
    const toc_kind_row *row = toc_kind_row_of(statement->kind);
    if (row == NULL)
        return toc_fail(err, TOC_MALFORMED, "kind: %u is none", (unsigned)statement->kind);
    const toc_target *target = toc_statement_target(statement);
    if (stage == TOC_STAGE_RECORD && target != NULL)
        TOC_TRY(toc_target_check(target, err)); /* only a draft may leave it open */
    return row->check(statement, false, err);
}

toc_code toc_statement_check_fields(const toc_statement *statement, toc_statement_stage stage,
                                    toc_err *err)
{
    TOC_TRY(check_body(statement, stage, err));
    TOC_TRY(check_audience(statement, err));
    TOC_TRY(toc_source_check(&statement->source, !toc_record_kind_is_head(statement->kind), err));
    TOC_TRY(check_stage(statement, stage, err));
    if (statement->confidence > 100)
        return toc_fail(err, TOC_MALFORMED, "confidence: %u; 0 to 100", statement->confidence);
    TOC_TRY(toc_record_field_slug(statement->confidence_scale, "confidence_scale", true, err));
    TOC_TRY(toc_record_field_text(statement->purpose, "purpose", TOC_TEXT_BYTES_MAX, false, err));
    return toc_record_field_text(statement->note, "note", TOC_NOTE_BYTES_MAX, true, err);
}
