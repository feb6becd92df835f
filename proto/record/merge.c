#include "proto/record/record.h"

static toc_time earlier(toc_time left, toc_time right)
{
    if (left.unix_ms == 0 || right.unix_ms == 0)
        return left.unix_ms == 0 ? right : left;
    return left.unix_ms < right.unix_ms ? left : right;
}

static toc_time later(toc_time left, toc_time right)
{
    return left.unix_ms > right.unix_ms ? left : right;
}

/* Two statements of one asset are one: what was stated, else the larger amount, so that the same
 * file read twice says the same as read once. */
static const toc_amount *larger(const toc_amount *left, const toc_amount *right)
{
    if (left->stated != right->stated)
        return left->stated ? left : right;
    int order = memcmp(left->base_units, right->base_units, sizeof left->base_units);
    if (order == 0)
        return left->decimals <= right->decimals ? left : right;
    return order > 0 ? left : right;
}

static toc_code merge_assets(const toc_wallet_body *left, const toc_wallet_body *right,
                             toc_arena *arena, toc_wallet_body *out, toc_err *err)
{
    size_t total = left->asset_count + right->asset_count;
    toc_amount *merged = toc_arena_zalloc(arena, total, sizeof *merged);
    if (merged == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "merging assets: out of memory");
    size_t i = 0, j = 0, count = 0;
    while (i < left->asset_count && j < right->asset_count) {
        const toc_amount *a = &left->assets[i], *b = &right->assets[j];
        int order = toc_span_compare(a->asset, b->asset);
        merged[count++] = order < 0 ? *a : order > 0 ? *b : *larger(a, b);
        i += order <= 0;
        j += order >= 0;
    }
    while (i < left->asset_count)
        merged[count++] = left->assets[i++];
    while (j < right->asset_count)
        merged[count++] = right->assets[j++];
    if (count > TOC_ASSETS_MAX)
        return toc_fail(err, TOC_LIMIT, "assets: rows of one claim have %zu; at most %u are taken",
                        count, TOC_ASSETS_MAX);
    out->assets = merged;
    out->asset_count = count;
    return TOC_OK;
}

static toc_code merge_labels(const toc_wallet_body *left, const toc_wallet_body *right,
                             toc_arena *arena, toc_wallet_body *out, toc_err *err)
{
    size_t total = left->label_count + right->label_count;
    toc_span *merged = toc_arena_zalloc(arena, total, sizeof *merged);
    if (merged == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "merging labels: out of memory");
    size_t i = 0, j = 0, count = 0;
    while (i < left->label_count && j < right->label_count) {
        int order = toc_span_compare(left->labels[i], right->labels[j]);
        merged[count++] = order <= 0 ? left->labels[i] : right->labels[j];
        i += order <= 0;
        j += order >= 0;
    }
    while (i < left->label_count)
        merged[count++] = left->labels[i++];
    while (j < right->label_count)
        merged[count++] = right->labels[j++];
    if (count > TOC_LABELS_MAX)
        return toc_fail(err, TOC_LIMIT, "labels: rows of one claim have %zu; at most %u are taken",
                        count, TOC_LABELS_MAX);
    out->labels = merged;
    out->label_count = count;
    return TOC_OK;
}

static void take_if_stated(toc_span from, toc_span *into)
{
    if (from.size > 0)
        *into = from;
}

static toc_code merge_wallet(const toc_wallet_body *from, toc_arena *arena, toc_wallet_body *into,
                             toc_err *err)
{
    TOC_TRY(merge_assets(into, from, arena, into, err));
    TOC_TRY(merge_labels(into, from, arena, into, err));
    into->first_seen = earlier(into->first_seen, from->first_seen);
    into->last_seen = later(into->last_seen, from->last_seen);
    if (into->last_seen.unix_ms != 0)
        into->last_seen = later(into->last_seen, into->first_seen);
    take_if_stated(from->literal, &into->literal);
    return TOC_OK;
}

static void merge_cluster(const toc_cluster_body *from, toc_cluster_body *into)
{
    take_if_stated(from->title, &into->title);
    take_if_stated(from->entity_type, &into->entity_type);
    take_if_stated(from->method, &into->method);
    into->size = into->size > from->size ? into->size : from->size;
}

/* Derived from what either is derived from. */
static toc_code merge_records(const toc_source *from, toc_arena *arena, toc_source *into,
                              toc_err *err)
{
    size_t total = into->record_count + from->record_count;
    if (total == 0)
        return TOC_OK;
    toc_source_record *merged = toc_arena_zalloc(arena, total, sizeof *merged);
    if (merged == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "merging sources: out of memory");
    size_t i = 0, j = 0, count = 0;
    while (i < into->record_count || j < from->record_count) {
        int order = i == into->record_count ? 1
                    : j == from->record_count
                        ? -1
                        : memcmp(into->records[i].record.bytes, from->records[j].record.bytes, 32);
        merged[count++] = order <= 0 ? into->records[i] : from->records[j];
        i += order <= 0;
        j += order >= 0;
    }
    if (count > TOC_SOURCES_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "source: rows of one claim have %zu records; at most %u "
                        "are taken",
                        count, TOC_SOURCES_MAX);
    into->records = merged;
    into->record_count = count;
    return TOC_OK;
}

static bool same_orgs(const toc_org_id *left, size_t left_count, const toc_org_id *right,
                      size_t right_count)
{
    return left_count == right_count &&
           (left_count == 0 || memcmp(left, right, left_count * sizeof *left) == 0);
}

static toc_code merge_audience(const toc_statement *from, toc_statement *into, toc_err *err)
{
    if (!same_orgs(from->releasable_to, from->releasable_count, into->releasable_to,
                   into->releasable_count) ||
        !same_orgs(from->not_to, from->not_to_count, into->not_to, into->not_to_count))
        return toc_fail(err, TOC_STATE, "rows of one claim are for different audiences");
    /* An audience can only be narrowed. */
    into->tlp = into->tlp > from->tlp ? into->tlp : from->tlp;
    return TOC_OK;
}

toc_code toc_statement_merge(toc_statement *into, const toc_statement *from, toc_arena *arena,
                             toc_err *err)
{
    TOC_ASSERT(into->kind == from->kind);
    toc_statement merged = *into;
    TOC_TRY(merge_audience(from, &merged, err));
    if (into->kind == TOC_RECORD_WALLET)
        TOC_TRY(merge_wallet(&from->as.wallet, arena, &merged.as.wallet, err));
    else if (into->kind == TOC_RECORD_CLUSTER)
        merge_cluster(&from->as.cluster, &merged.as.cluster);
    else if (into->kind > TOC_RECORD_RETRACTION)
        merged.as = from->as; /* the later row's */
    if (from->confidence > merged.confidence) {
        merged.confidence = from->confidence;
        merged.confidence_scale = from->confidence_scale;
    }
    /* No term is the longest one. */
    merged.valid_until = into->valid_until.unix_ms == 0 || from->valid_until.unix_ms == 0
                             ? (toc_time){0}
                             : later(into->valid_until, from->valid_until);
    take_if_stated(from->source.version, &merged.source.version);
    TOC_TRY(merge_records(&from->source, arena, &merged.source, err));
    take_if_stated(from->purpose, &merged.purpose);
    take_if_stated(from->note, &merged.note);
    *into = merged;
    return TOC_OK;
}
