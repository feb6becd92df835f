#include "store/log.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/base/reader.h"
#include "store/feed/internal.h"
#include "store/folder.h"

/* 1: without the table of grants. */
enum { LAYOUT_VERSION = 3 };

static const char *const table_names[TOC_LOG_TABLE_COUNT] = {
    [TOC_LOG_STATE] = "state",
    [TOC_LOG_FEEDS] = "feeds",
    [TOC_LOG_FEED_IDS] = "feed_ids",
    [TOC_LOG_CIRCLE_FEEDS] = "circle_feeds",
    [TOC_LOG_ENTRIES] = "entries",
    [TOC_LOG_HASHES] = "hashes",
    [TOC_LOG_HEADS] = "heads",
    [TOC_LOG_JOURNAL] = "journal",
    [TOC_LOG_PENDING] = "pending",
    [TOC_LOG_ROLL] = "roll",
    [TOC_LOG_CARDS] = "cards",
    [TOC_LOG_CIRCLES] = "circles",
    [TOC_LOG_PEERS] = "peers",
    [TOC_LOG_KEYS] = "keys",
    [TOC_LOG_SUBMISSIONS] = "submissions",
    [TOC_LOG_COSIGS] = "cosigs",
    [TOC_LOG_COSIGNERS] = "cosigners",
    [TOC_LOG_HELD] = "held",
    [TOC_LOG_OVERLAY] = "overlay",
    [TOC_LOG_AUDIT] = "audit",
    [TOC_LOG_AUDIT_HEADS] = "audit_heads",
    [TOC_LOG_QUOTAS] = "quotas",
    [TOC_LOG_FORKS] = "forks",
    [TOC_LOG_ERASED] = "erased",
    [TOC_LOG_LACKING] = "lacking",
    [TOC_LOG_ERASURES] = "erasures",
    [TOC_LOG_MANDATES] = "mandates",
    [TOC_LOG_DRAFTS] = "drafts",
    [TOC_LOG_GRANTS] = "grants",
};

/* ---- open and close ---- */

static toc_code log_path(const char *directory, char out[TOC_PATH_BYTES_MAX], toc_err *err)
{
    int size = snprintf(out, TOC_PATH_BYTES_MAX, "%s/log", directory);
    if (size < 0 || size >= TOC_PATH_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "the path of the state directory is longer than %d bytes",
                        TOC_PATH_BYTES_MAX - 5);
    return TOC_OK;
}

static toc_env_options env_options(const toc_store_options *options)
{
    return (toc_env_options){.tables = table_names,
                             .table_count = TOC_LOG_TABLE_COUNT,
                             .map_bytes = options == NULL ? 0 : options->log_map_bytes,
                             .sync = options == NULL || options->sync};
}

toc_code toc_log_create(const char *directory, toc_err *err)
{
    char path[TOC_PATH_BYTES_MAX];
    TOC_TRY(log_path(directory, path, err));
    toc_env_options options = env_options(NULL);
    return toc_env_create(path, &options, err);
}

/* The layout's version is written by the first opening: until then there is nothing in the store
 * that could have one. An older one gets what it lacks. */
static toc_code set_layout(toc_log *log, uint8_t from, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_write(log, &txn, err));
    uint8_t version = LAYOUT_VERSION;
    if (from < 2)
        TOC_TRY(toc_grants_mark_all(txn, err));
    TOC_TRY(toc_sealed_all(txn, err));
    TOC_TRY(
        toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("layout"), TOC_SPAN_OF(version), err));
    toc_log_txn *last = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(last, err);
}

static toc_code check_layout(toc_log *log, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(log, &txn, err));
    toc_span key = toc_span_text("layout"), version;
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, key, &version, err);
    if (code == TOC_NOT_FOUND)
        return set_layout(log, 1, err);
    TOC_TRY(code);
    if (version.size != 1)
        return toc_log_lies(txn, TOC_LOG_STATE, key, "the layout's version is not one byte", err);
    uint8_t from = version.data[0];
    if (from > 0 && from < LAYOUT_VERSION) {
        toc_log_abort(txn);
        txn = NULL;
        return set_layout(log, from, err);
    }
    if (version.data[0] != LAYOUT_VERSION)
        return toc_fail(err, TOC_STATE,
                        "store '%s' has layout %u, and this program reads layout %d; use the "
                        "program that wrote it or a newer one",
                        toc_env_path(log->env), version.data[0], LAYOUT_VERSION);
    return TOC_OK;
}

toc_code toc_log_open(const char *directory, const toc_store_options *options,
                      const toc_secret *store_key, toc_log **out, toc_err *err)
{
    char path[TOC_PATH_BYTES_MAX];
    TOC_TRY(log_path(directory, path, err));
    TOC_AUTO(toc_log_close) toc_log *log = calloc(1, sizeof *log);
    if (log == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory to open the store");
    toc_span key = toc_span_of(toc_secret_view(store_key), TOC_SECRET_BYTES);
    TOC_TRY(toc_secret_from(key, &log->store_key, err));
    toc_env_options environment = env_options(options);
    TOC_TRY(toc_env_open(path, &environment, &log->env, err));
    TOC_TRY(check_layout(log, err));
    *out = log;
    log = NULL; /* transferred */
    return TOC_OK;
}

void toc_log_close(toc_log *log)
{
    if (log == NULL)
        return;
    toc_env_close(log->env);
    toc_kept_charters_free(&log->charters);
    toc_sound_rows_free(log);
    toc_secret_free(log->store_key);
    free(log);
}

/* ---- transactions ---- */

static toc_code begin(toc_log *log, toc_txn_kind kind, toc_log_txn **out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL) {
        (void)toc_fail(err, TOC_NO_MEMORY, "no memory for a transaction");
        return TOC_NO_MEMORY;
    }
    txn->log = log;
    TOC_TRY(toc_txn_begin(log->env, kind, &txn->txn, err));
    *out = txn;
    txn = NULL; /* transferred */
    return TOC_OK;
}

toc_code toc_log_read(toc_log *log, toc_log_txn **out, toc_err *err)
{
    return begin(log, TOC_TXN_READ, out, err);
}

toc_code toc_log_write(toc_log *log, toc_log_txn **out, toc_err *err)
{
    TOC_TRY(begin(log, TOC_TXN_WRITE, out, err));
    log->charters.transaction++;
    return TOC_OK;
}

void toc_log_abort(toc_log_txn *txn)
{
    if (txn == NULL)
        return;
    toc_txn_abort(txn->txn);
    toc_arena_free(txn->opened);
    free(txn);
}

static toc_code put_entry_bytes(toc_log_txn *txn, toc_err *err)
{
    uint64_t sum = 0;
    uint8_t value[8];
    TOC_TRY(toc_log_entry_bytes(txn, &sum, err));
    toc_put_u64(value, sum);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("entry_bytes"), TOC_SPAN_OF(value),
                           err);
}

toc_code toc_log_commit(toc_log_txn *txn_take, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = txn_take;
    if (txn->entry_bytes != 0)
        TOC_TRY(put_entry_bytes(txn, err));
    toc_txn *last = txn->txn;
    txn->txn = NULL; /* transferred */
    return toc_txn_commit(last, err);
}

/* ---- owner ---- */

toc_code toc_log_owner_put(toc_log_txn *txn, const toc_org_id *org, toc_err *err)
{
    return toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("owner"), TOC_SPAN_OF(*org), err);
}

toc_code toc_log_owner(toc_log_txn *txn, toc_org_id *out, toc_err *err)
{
    toc_span key = toc_span_text("owner"), value;
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, key, &value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "the store belongs to no org yet; run `tocsin init`");
    TOC_TRY(code);
    if (value.size != sizeof *out)
        return toc_log_lies(txn, TOC_LOG_STATE, key, "an org id is 32 bytes", err);
    memcpy(out, value.data, sizeof *out);
    return TOC_OK;
}

/* ---- figures ---- */

toc_code toc_log_entry_bytes(toc_log_txn *txn, uint64_t *out, toc_err *err)
{
    toc_span key = toc_span_text("entry_bytes"), value = {0};
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, key, &value, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK && value.size != 8)
        return toc_log_lies(txn, TOC_LOG_STATE, key, "a sum is 8 bytes", err);
    *out = txn->entry_bytes + (code == TOC_OK ? toc_get_u64(value.data) : 0);
    return TOC_OK;
}

toc_code toc_log_stats_of(toc_log_txn *txn, toc_log_stats *out, toc_err *err)
{
    toc_log_stats stats = {0};
    toc_env_usage usage;
    TOC_TRY(toc_env_usage_of(txn->log->env, &usage, err));
    stats.map_bytes = usage.map_bytes;
    stats.used_bytes = usage.file_bytes - usage.free_bytes;
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_FEEDS, &stats.feeds, err));
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_ENTRIES, &stats.entries, err));
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_PENDING, &stats.pending_ranges, err));
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_ERASED, &stats.erased, err));
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_LACKING, &stats.lacking, err));
    TOC_TRY(toc_log_entry_bytes(txn, &stats.entry_bytes, err));
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_ALERT, &stats.journal_rows[TOC_LANE_ALERT], err));
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_BULK, &stats.journal_rows[TOC_LANE_BULK], err));
    *out = stats;
    return TOC_OK;
}

uint64_t toc_log_rows(const toc_log_txn *txn)
{
    return toc_txn_rows(txn->txn);
}
