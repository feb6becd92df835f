#include "proto/format/claim.h"

#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/format/asset.h"
#include "proto/format/audience.h"
#include "proto/format/row_text.h"
#include "proto/format/said.h"
#include "proto/record/field.h"
#include "proto/rules/nearest.h"
#include "proto/rules/terms.h"

/* One row being read; the column is set before each step, so that a failure is filed under it. */
typedef struct reading {
    const toc_row *row;
    toc_arena *arena;
    toc_problem *problem;
    toc_err *err;
} reading;

static toc_span cell(const reading *at, toc_column column)
{
    at->problem->column = column;
    at->problem->field[0] = '\0';
    return at->row->cells[column];
}

static toc_code missing(const reading *at)
{
    return toc_fail(at->err, TOC_MALFORMED, "missing");
}

static toc_code no_memory(const reading *at)
{
    return toc_fail(at->err, TOC_NO_MEMORY, "out of memory");
}

static toc_code keep_slug(const reading *at, const char *slug, toc_span *out)
{
    *out = toc_arena_dup(at->arena, toc_span_text(slug));
    return out->data == NULL ? no_memory(at) : TOC_OK;
}

/* The id of a term; nothing where the cell is empty. */
static toc_code read_term(const reading *at, toc_column column, toc_term_set set, toc_span *out)
{
    toc_span text = cell(at, column);
    char id[65];
    if (text.size == 0)
        return TOC_OK;
    TOC_TRY(toc_term_resolve(set, text, id, at->err));
    return keep_slug(at, id, out);
}

static toc_code read_slug(const reading *at, toc_column column, toc_span *out)
{
    toc_span text = cell(at, column);
    char slug[65];
    if (text.size == 0)
        return TOC_OK;
    TOC_TRY(toc_slug_from(text, slug, at->err));
    return keep_slug(at, slug, out);
}

static toc_code read_text(const reading *at, toc_column column, toc_span *out)
{
    *out = cell(at, column);
    if (out->size > TOC_TEXT_BYTES_MAX)
        return toc_fail(at->err, TOC_LIMIT, "%zu bytes; at most %u are taken", out->size,
                        TOC_TEXT_BYTES_MAX);
    return TOC_OK;
}

static toc_code read_time(const reading *at, toc_column column, toc_time *out)
{
    toc_span text = cell(at, column);
    return text.size == 0 ? TOC_OK : toc_time_parse(text, out, at->err);
}

/* Line breaks become newlines and tabs spaces; other control characters are refused with the claim.
 */
static toc_code read_note(const reading *at, toc_span *out)
{
    toc_span text = cell(at, TOC_COLUMN_NOTE);
    if (text.size == 0)
        return TOC_OK;
    if (text.size > TOC_NOTE_BYTES_MAX)
        return toc_fail(at->err, TOC_LIMIT, "%zu bytes; at most %u are taken", text.size,
                        TOC_NOTE_BYTES_MAX);
    uint8_t *note = toc_arena_alloc(at->arena, text.size);
    if (note == NULL)
        return no_memory(at);
    size_t size = 0;
    for (size_t i = 0; i < text.size; i++) {
        bool line_break = text.data[i] == '\r' && i + 1 < text.size && text.data[i + 1] == '\n';
        if (!line_break)
            note[size++] = text.data[i] == '\t' ? ' ' : text.data[i];
    }
    *out = toc_span_of(note, size);
    return toc_record_field_text(*out, "its text", TOC_NOTE_BYTES_MAX, true, at->err);
}

static int by_record(const void *left, const void *right)
{
    const toc_source_record *a = left, *b = right;
    return memcmp(a->record.bytes, b->record.bytes, sizeof a->record.bytes);
}

/* Ascending, each once. Until the node has found their records, the ids of the claims stand in the
 * place of the records'. */
static toc_code read_derived(const reading *at, toc_source *source)
{
    static const toc_column others[] = {TOC_COLUMN_LIST, TOC_COLUMN_VENDOR,
                                        TOC_COLUMN_LIST_VERSION};
    for (size_t i = 0; i < TOC_COUNT(others); i++) {
        if (cell(at, others[i]).size > 0)
            return toc_fail(at->err, TOC_MALFORMED, "beside derived_from; a claim has one source");
    }
    toc_span ids = cell(at, TOC_COLUMN_DERIVED_FROM);
    size_t count = toc_cell_count(ids), kept = 0;
    if (count > TOC_SOURCES_MAX)
        return toc_fail(at->err, TOC_LIMIT, "%zu claims; at most %u are taken", count,
                        TOC_SOURCES_MAX);
    toc_source_record *records = toc_arena_zalloc(at->arena, count, sizeof *records);
    if (records == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_hex_decode(toc_cell_next(&ids), records[i].record.bytes,
                               sizeof records[i].record.bytes, at->err));
    qsort(records, count, sizeof *records, by_record);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || by_record(&records[kept - 1], &records[i]) != 0)
            records[kept++] = records[i];
    }
    *source = (toc_source){.ground = TOC_GROUND_DERIVED, .record_count = kept, .records = records};
    return TOC_OK;
}

static toc_code read_source(const reading *at, toc_row_claim *out)
{
    toc_source *source = &out->claim.source;
    source->ground = TOC_GROUND_OWN;
    if (toc_cell_count(cell(at, TOC_COLUMN_DERIVED_FROM)) > 0) {
        out->states_source = true;
        return read_derived(at, source);
    }
    TOC_TRY(read_term(at, TOC_COLUMN_LIST, TOC_TERMS_LIST, &source->id));
    if (source->id.size > 0) {
        source->ground = TOC_GROUND_LIST;
        if (cell(at, TOC_COLUMN_VENDOR).size > 0)
            return toc_fail(at->err, TOC_MALFORMED, "beside a list; a claim has one source");
    } else {
        TOC_TRY(read_term(at, TOC_COLUMN_VENDOR, TOC_TERMS_VENDOR, &source->id));
        if (source->id.size > 0)
            source->ground = TOC_GROUND_VENDOR;
    }
    out->states_source = source->ground != TOC_GROUND_OWN;
    TOC_TRY(read_text(at, TOC_COLUMN_LIST_VERSION, &source->version));
    if (source->version.size > 0 && source->ground == TOC_GROUND_OWN)
        return toc_fail(at->err, TOC_MALFORMED, "without a list");
    return TOC_OK;
}

static toc_code read_confidence(const reading *at, toc_row_claim *out)
{
    toc_span text = cell(at, TOC_COLUMN_CONFIDENCE);
    uint64_t confidence = TOC_CONFIDENCE_DEFAULT;
    out->states_confidence = text.size > 0;
    if (text.size > 0 && toc_u64_parse(text, 100, &confidence, at->err) != TOC_OK)
        return toc_fail(at->err, TOC_MALFORMED, "'%.*s' is no whole number from 0 to 100",
                        toc_quoted_bytes(text), (const char *)text.data);
    out->claim.confidence = (uint32_t)confidence;
    out->claim.confidence_scale = toc_span_text("percent");
    return TOC_OK;
}

static toc_code read_audience(const reading *at, toc_statement *claim)
{
    TOC_TRY(toc_audience_read(cell(at, TOC_COLUMN_RELEASABLE_TO), at->arena, &claim->releasable_to,
                              &claim->releasable_count, at->err));
    return toc_audience_read(cell(at, TOC_COLUMN_NOT_TO), at->arena, &claim->not_to,
                             &claim->not_to_count, at->err);
}

static toc_code read_common(const reading *at, toc_row_claim *out)
{
    toc_statement *claim = &out->claim;
    TOC_TRY(read_source(at, out));
    TOC_TRY(read_confidence(at, out));
    claim->tlp = TOC_TLP_DEFAULT;
    toc_span tlp = cell(at, TOC_COLUMN_TLP);
    out->states_tlp = tlp.size > 0;
    if (tlp.size > 0)
        TOC_TRY(toc_tlp_parse(tlp, &claim->tlp, at->err));
    TOC_TRY(read_audience(at, claim));
    TOC_TRY(read_time(at, TOC_COLUMN_VALID_UNTIL, &claim->valid_until));
    out->states_valid_until = claim->valid_until.unix_ms != 0;
    TOC_TRY(read_text(at, TOC_COLUMN_PURPOSE, &claim->purpose));
    return read_note(at, &claim->note);
}

/* CAIP-19 of the wallet's chain needs no table when there is no amount. */
static bool is_caip19_on(const toc_chain *chain, toc_span asset)
{
    toc_span caip2 = toc_span_text(toc_chain_caip2(chain));
    return asset.size > caip2.size && memcmp(asset.data, caip2.data, caip2.size) == 0 &&
           asset.data[caip2.size] == '/';
}

static toc_code read_asset(const reading *at, const toc_chain *chain, const toc_row_asset *from,
                           toc_amount *out)
{
    toc_asset asset;
    at->problem->column = TOC_COLUMN_ASSET;
    if (from->asset.size == 0)
        return toc_fail(at->err, TOC_MALFORMED, "missing beside an amount");
    toc_code code = toc_asset_find(chain, from->asset, &asset, at->err);
    if (code != TOC_OK && from->amount.size == 0 && is_caip19_on(chain, from->asset)) {
        out->asset = from->asset;
        return TOC_OK;
    }
    TOC_TRY(code);
    out->asset = toc_span_text(asset.id);
    if (from->amount.size == 0)
        return TOC_OK;
    at->problem->column = TOC_COLUMN_AMOUNT;
    out->stated = true;
    out->decimals = asset.decimals;
    return toc_amount_parse(from->amount, asset.decimals, out->base_units, at->err);
}

static int by_asset(const void *left, const void *right)
{
    const toc_amount *a = left, *b = right;
    return toc_span_compare(a->asset, b->asset);
}

static toc_code read_assets(const reading *at, toc_wallet_body *body)
{
    size_t count = at->row->asset_count;
    if (count == 0)
        return TOC_OK;
    toc_amount *amounts = toc_arena_zalloc(at->arena, count, sizeof *amounts);
    if (amounts == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(read_asset(at, body->wallet.chain, &at->row->assets[i], &amounts[i]));
    qsort(amounts, count, sizeof *amounts, by_asset);
    at->problem->column = TOC_COLUMN_ASSET;
    for (size_t i = 1; i < count; i++) {
        if (toc_span_equal(amounts[i - 1].asset, amounts[i].asset))
            return toc_fail(at->err, TOC_MALFORMED, "the same one twice");
    }
    body->assets = amounts;
    body->asset_count = count;
    return TOC_OK;
}

static int by_text(const void *left, const void *right)
{
    return toc_span_compare(*(const toc_span *)left, *(const toc_span *)right);
}

static toc_code read_labels(const reading *at, toc_wallet_body *body)
{
    size_t count = at->row->label_count, kept = 0;
    if (count == 0)
        return TOC_OK;
    at->problem->column = TOC_COLUMN_LABEL;
    toc_span *labels = toc_arena_zalloc(at->arena, count, sizeof *labels);
    if (labels == NULL)
        return no_memory(at);
    memcpy(labels, at->row->labels, count * sizeof *labels);
    qsort(labels, count, sizeof *labels, by_text);
    for (size_t i = 0; i < count; i++) {
        if (labels[i].size > TOC_TEXT_BYTES_MAX)
            return toc_fail(at->err, TOC_LIMIT, "%zu bytes; at most %u are taken", labels[i].size,
                            TOC_TEXT_BYTES_MAX);
        if (kept == 0 || !toc_span_equal(labels[kept - 1], labels[i]))
            labels[kept++] = labels[i];
    }
    body->labels = labels;
    body->label_count = kept;
    return TOC_OK;
}

static toc_code read_wallet_claim(const reading *at, unsigned options, toc_row_claim *out)
{
    toc_wallet_body *body = &out->claim.as.wallet;
    out->claim.kind = TOC_RECORD_WALLET;
    TOC_TRY(toc_row_address(at->row, options, true, &body->wallet, at->problem));
    toc_span address = at->row->cells[TOC_COLUMN_ADDRESS];
    if (!toc_span_equal(address, toc_span_text(body->wallet.address)))
        body->literal = address;
    body->role = toc_span_text("perpetrator");
    TOC_TRY(read_term(at, TOC_COLUMN_ROLE, TOC_TERMS_ROLE, &body->role));
    TOC_TRY(read_term(at, TOC_COLUMN_CATEGORY, TOC_TERMS_CATEGORY, &body->category));
    if (body->category.size == 0)
        return missing(at);
    TOC_TRY(read_term(at, TOC_COLUMN_ACTOR, TOC_TERMS_ACTOR, &body->actor));
    TOC_TRY(read_slug(at, TOC_COLUMN_INCIDENT, &body->incident));
    TOC_TRY(read_time(at, TOC_COLUMN_FIRST_SEEN, &body->first_seen));
    TOC_TRY(read_time(at, TOC_COLUMN_LAST_SEEN, &body->last_seen));
    if (body->last_seen.unix_ms != 0 && body->last_seen.unix_ms < body->first_seen.unix_ms)
        return toc_fail(at->err, TOC_MALFORMED, "before first_seen");
    TOC_TRY(read_assets(at, body));
    return read_labels(at, body);
}

static toc_code read_member(const reading *at, unsigned options, toc_row_claim *out)
{
    toc_cluster_body *body = &out->claim.as.cluster;
    out->in_cluster = true;
    out->claim.kind = TOC_RECORD_CLUSTER;
    TOC_TRY(toc_row_address(at->row, options, false, &out->member, at->problem));
    if (out->member.tag[0] != '\0') {
        at->problem->column = TOC_COLUMN_ADDRESS;
        return toc_fail(at->err, TOC_MALFORMED,
                        "with a tag; clusters are about addresses, which all their tags share");
    }
    TOC_TRY(read_slug(at, TOC_COLUMN_CLUSTER, &body->cluster));
    if (body->cluster.size == 0)
        return missing(at);
    TOC_TRY(read_text(at, TOC_COLUMN_NAME, &body->title));
    TOC_TRY(read_term(at, TOC_COLUMN_ENTITY, TOC_TERMS_ENTITY_TYPE, &body->entity_type));
    return read_term(at, TOC_COLUMN_METHOD, TOC_TERMS_METHOD, &body->method);
}

/* In JSON each row has its own columns. */
static toc_code check_columns(const reading *at, bool in_cluster)
{
    for (unsigned i = 0; i < TOC_COLUMN_COUNT; i++) {
        bool stated = at->row->cells[i].size > 0 ||
                      (i == TOC_COLUMN_LABEL && at->row->label_count > 0) ||
                      (i == TOC_COLUMN_ASSET && at->row->asset_count > 0);
        if (!stated || toc_column_in((toc_column)i, in_cluster))
            continue;
        at->problem->column = (toc_column)i;
        return toc_fail(at->err, TOC_MALFORMED, "not for rows of %s",
                        in_cluster ? "clusters" : "wallets");
    }
    return TOC_OK;
}

toc_code toc_row_read(const toc_row *row, unsigned options, toc_arena *arena, toc_row_claim *out,
                      toc_problem *out_problem)
{
    toc_problem problem = {.line = row->line, .column = TOC_COLUMN_COUNT};
    reading at = {.row = row, .arena = arena, .problem = &problem, .err = &problem.err};
    toc_row_claim claim = {0};
    bool is_said = row->object != NULL;
    toc_code code = is_said ? toc_said_read(row, options, arena, &claim.claim, &problem)
                            : check_columns(&at, row->in_cluster);
    if (code == TOC_OK && !is_said)
        code = row->in_cluster ? read_member(&at, options, &claim)
                               : read_wallet_claim(&at, options, &claim);
    if (code == TOC_OK)
        code = read_common(&at, &claim);
    if (code == TOC_OK)
        *out = claim;
    else
        *out_problem = problem;
    return code;
}
