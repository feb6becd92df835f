#include "store/care.h"

#include "proto/answer/writer.h"
#include "store/erase.h"

toc_code toc_care_digest(toc_query *query, toc_progress progress, void *context, toc_buf *out,
                         toc_err *err)
{
    toc_answer_digest digest;
    TOC_TRY(toc_query_digest(query, progress, context, &digest, err));
    toc_json_digest(&digest, out);
    return toc_buf_ok(out, err);
}

toc_code toc_care_check(toc_query *query, toc_progress progress, void *context, toc_buf *out,
                        toc_err *err)
{
    toc_answer_digest digest;
    toc_hash running, opened;
    uint64_t entries;
    TOC_TRY(toc_query_digest(query, progress, context, &digest, err));
    TOC_TRY(toc_views_digest_running(query->views, &running, &opened, &entries, err));
    if (!toc_hash_equal(&running, &digest.digest) || !toc_hash_equal(&opened, &digest.opened) ||
        entries != digest.entries)
        return toc_fail(err, TOC_SIGNATURE,
                        "the views do not add up to their own digest; 'tocsin store rebuild' makes "
                        "them anew from the log");
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "ok", true);
    toc_json_hex(&json, "digest", TOC_SPAN_OF(digest.digest.bytes));
    toc_json_number(&json, "entries", digest.entries);
    toc_json_number(&json, "claims", digest.claims);
    toc_json_number(&json, "wallets", digest.wallets);
    toc_json_number(&json, "clusters", digest.clusters);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return toc_buf_ok(out, err);
}

static void add_amounts(toc_json *json, const toc_log_stats *stats)
{
    toc_json_number(json, "feeds", stats->feeds);
    toc_json_number(json, "entries", stats->entries);
    toc_json_number(json, "entry_bytes", stats->entry_bytes);
}

toc_code toc_care_log_check(toc_log_txn *log, toc_progress progress, void *context, toc_buf *out,
                            toc_err *err)
{
    toc_log_stats stats;
    toc_erase_counts counts;
    TOC_TRY(toc_log_check(log, progress, context, err));
    TOC_TRY(toc_log_stats_of(log, &stats, err));
    TOC_TRY(toc_erase_count(log, &counts, err));
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "ok", true);
    add_amounts(&json, &stats);
    toc_erase_print(&counts, &json);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return toc_buf_ok(out, err);
}

static void add_log(toc_json *json, const toc_log_stats *log)
{
    toc_json_open(json, "log", '{');
    toc_json_number(json, "map_bytes", log->map_bytes);
    toc_json_number(json, "used_bytes", log->used_bytes);
    add_amounts(json, log);
    toc_json_number(json, "journal_alert", log->journal_rows[0]);
    toc_json_number(json, "journal_bulk", log->journal_rows[1]);
    toc_json_number(json, "pending_ranges", log->pending_ranges);
    toc_json_close(json, '}');
}

static void add_views(toc_json *json, const toc_views_stats *views)
{
    toc_json_open(json, "views", '{');
    toc_json_number(json, "map_bytes", views->map_bytes);
    toc_json_number(json, "used_bytes", views->used_bytes);
    toc_json_number(json, "claim_rows", views->claim_rows);
    toc_json_number(json, "incidence_rows", views->incidence_rows);
    toc_json_number(json, "connector_rows", views->connector_rows);
    toc_json_number(json, "component_rows", views->component_rows);
    toc_json_number(json, "record_numbers", views->record_numbers);
    toc_json_number(json, "row_operations", views->row_operations);
    toc_json_close(json, '}');
}

toc_code toc_care_stats(toc_query *query, toc_buf *out, toc_err *err)
{
    toc_log_stats log;
    toc_views_stats views;
    TOC_TRY(toc_log_stats_of(query->log, &log, err));
    TOC_TRY(toc_views_stats_of(query->views, &views, err));
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    add_log(&json, &log);
    add_views(&json, &views);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    return toc_buf_ok(out, err);
}
