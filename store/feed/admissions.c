/* Readers who get no key yet, what was sealed without them, and by which delay new ones wait
 * (decisions 0085, 0151): rows of `state`. */
#include "store/feed/internal.h"

static const char waits_prefix[] = "waits ";

static void waits_key(const toc_circle_id *circle, const toc_org_id *org, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text(waits_prefix));
    if (circle != NULL)
        toc_key_add_span(out, TOC_SPAN_OF(*circle));
    if (org != NULL)
        toc_key_add_span(out, TOC_SPAN_OF(*org));
}

static toc_code open_admission(const toc_log_txn *txn, toc_row row, toc_log_admission *out,
                               toc_err *err)
{
    const size_t prefix = sizeof waits_prefix - 1;
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_STATE, row, &payload, err));
    if (row.key.size != prefix + sizeof out->circle + sizeof out->org || payload.size != 8)
        return toc_log_lies(txn, TOC_LOG_STATE, row.key, "this is not the row of a new reader",
                            err);
    memcpy(out->circle.bytes, row.key.data + prefix, sizeof out->circle);
    memcpy(out->org.bytes, row.key.data + prefix + sizeof out->circle, sizeof out->org);
    out->until.unix_ms = toc_get_u64(payload.data);
    return TOC_OK;
}

toc_code toc_log_admission_put(toc_log_txn *txn, const toc_log_admission *admission, toc_err *err)
{
    toc_key key;
    uint8_t until[8];
    waits_key(&admission->circle, &admission->org, &key);
    toc_put_u64(until, admission->until.unix_ms);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(until), err);
}

toc_code toc_log_admission_get(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                               toc_time *out_until, toc_err *err)
{
    toc_key key;
    toc_log_admission found = {0};
    waits_key(circle, org, &key);
    toc_row row = {.key = toc_key_view(&key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_STATE, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "it does not wait for its keys here");
    TOC_TRY(code);
    TOC_TRY(open_admission(txn, row, &found, err));
    *out_until = found.until;
    return TOC_OK;
}

toc_code toc_log_admission_drop(toc_log_txn *txn, const toc_circle_id *circle,
                                const toc_org_id *org, toc_err *err)
{
    toc_key key;
    waits_key(circle, org, &key);
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_STATE, toc_key_view(&key), err);
    return code == TOC_NOT_FOUND ? toc_fail(err, code, "it does not wait for its keys here") : code;
}

toc_code toc_log_admissions(toc_log_txn *txn, toc_log_admission_visit visit, void *context,
                            toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_STATE, toc_span_text(waits_prefix), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_admission admission = {0};
        TOC_TRY(open_admission(txn, row, &admission, err));
        TOC_TRY(visit(context, &admission, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- to whom an entry was not sealed ---- */

static const char unsealed_prefix[] = "unsealed ";

/* Rows stand by the last entry of their range. */
static void unsealed_key(const toc_feed_id *feed, const uint64_t *last, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text(unsealed_prefix));
    toc_key_add_span(out, TOC_SPAN_OF(*feed));
    if (last != NULL)
        toc_key_add_u64(out, *last);
}

toc_code toc_log_unsealed_put(toc_log_txn *txn, const toc_feed_id *feed, uint64_t from,
                              uint64_t until, const toc_org_id *orgs, size_t count, toc_err *err)
{
    toc_key key;
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    const uint64_t last = until - 1;
    TOC_ASSERT(from < until && count > 0);
    unsealed_key(feed, &last, &key);
    toc_buf_add_u64(&payload, from);
    toc_buf_add(&payload, orgs, count * sizeof *orgs);
    TOC_TRY(toc_buf_ok(&payload, err));
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), toc_buf_view(&payload), err);
}

/* The orgs of the range that an entry is in; empty: none. */
static toc_code find_unsealed(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                              toc_span *out, toc_err *err)
{
    toc_key prefix, key;
    toc_row row;
    toc_span payload;
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    *out = (toc_span){0};
    unsealed_key(feed, NULL, &prefix);
    unsealed_key(feed, &index, &key);
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_STATE, toc_key_view(&prefix), &cursor, err));
    toc_code code = toc_cursor_seek(cursor, toc_key_view(&key), &row, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_STATE, row, &payload, err));
    if (payload.size <= 8 || (payload.size - 8) % sizeof(toc_org_id) != 0)
        return toc_log_lies(txn, TOC_LOG_STATE, row.key, "these are not the orgs of a range", err);
    if (toc_get_u64(payload.data) <= index)
        *out = toc_span_of(payload.data + 8, payload.size - 8);
    return TOC_OK;
}

static bool names(toc_span orgs, const toc_org_id *org)
{
    for (size_t at = 0; at < orgs.size; at += sizeof *org) {
        if (memcmp(orgs.data + at, org->bytes, sizeof *org) == 0)
            return true;
    }
    return false;
}

toc_code toc_log_unsealed_drop(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                               toc_arena *arena, const toc_org_id **orgs, size_t *count,
                               toc_err *err)
{
    toc_span without;
    size_t left = 0;
    TOC_TRY(find_unsealed(txn, feed, index, &without, err));
    if (without.size == 0 || *count == 0)
        return TOC_OK;
    toc_org_id *kept = toc_arena_zalloc(arena, *count, sizeof *kept);
    if (kept == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    for (size_t i = 0; i < *count; i++) {
        if (!names(without, &(*orgs)[i]))
            kept[left++] = (*orgs)[i];
    }
    *orgs = kept;
    *count = left;
    return TOC_OK;
}

/* ---- the delay ---- */

static void delay_key(const toc_circle_id *circle, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text("delay "));
    toc_key_add_span(out, TOC_SPAN_OF(*circle));
}

toc_code toc_log_delay_put(toc_log_txn *txn, const toc_circle_id *circle, uint64_t delay_ms,
                           toc_time until, toc_err *err)
{
    toc_key key;
    uint8_t payload[16];
    delay_key(circle, &key);
    toc_put_u64(payload, delay_ms);
    toc_put_u64(payload + 8, until.unix_ms);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(payload), err);
}

toc_code toc_log_delay(toc_log_txn *txn, const toc_circle_id *circle, uint64_t *out_delay_ms,
                       toc_time *out_until, toc_err *err)
{
    toc_key key;
    toc_span payload;
    delay_key(circle, &key);
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, toc_key_view(&key), &payload, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no delay of before counts still");
    TOC_TRY(code);
    if (payload.size != 16)
        return toc_log_lies(txn, TOC_LOG_STATE, toc_key_view(&key),
                            "a delay and a moment are 16 bytes", err);
    *out_delay_ms = toc_get_u64(payload.data);
    out_until->unix_ms = toc_get_u64(payload.data + 8);
    return TOC_OK;
}
