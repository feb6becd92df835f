#include "proto/base/limits.h"
#include "store/feed/internal.h"

/* What a key begins with. */
enum {
    QUOTA_DAY = 1,
    QUOTA_FEED = 2,
    QUOTA_CIRCLE = 3,
    QUOTA_TAKEN_BYTES = 12,
    QUOTA_FREE_BYTES = 16
};

static toc_code get(toc_log_txn *txn, const toc_key *key, size_t size, toc_span *out, toc_err *err)
{
    TOC_TRY(toc_checked_get(txn, TOC_LOG_QUOTAS, toc_key_view(key), out, err));
    return out->size == size ? TOC_OK
                             : toc_log_lies(txn, TOC_LOG_QUOTAS, toc_key_view(key),
                                            "this is no row of a quota", err);
}

static toc_code put(toc_log_txn *txn, const toc_key *key, const toc_buf *payload, toc_err *err)
{
    TOC_TRY(toc_buf_ok(payload, err));
    return toc_checked_put(txn, TOC_LOG_QUOTAS, toc_key_view(key), toc_buf_view(payload), err);
}

/* ---- what was taken on a day ---- */

static void author_key(const toc_feed_name *feed, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u8(out, QUOTA_DAY);
    toc_key_add_span(out, TOC_SPAN_OF(feed->circle));
    toc_key_add_span(out, TOC_SPAN_OF(feed->org));
    toc_key_add_u8(out, (uint8_t)feed->lane);
}

toc_code toc_log_taken_on(toc_log_txn *txn, const toc_feed_name *feed, uint32_t day,
                          toc_log_taken *out, toc_err *err)
{
    toc_key key;
    toc_span payload;
    *out = (toc_log_taken){0};
    author_key(feed, &key);
    toc_key_add_u32(&key, day);
    toc_code code = get(txn, &key, QUOTA_TAKEN_BYTES, &payload, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    out->bytes = toc_get_u64(payload.data);
    out->feeds = toc_get_u32(payload.data + 8);
    return TOC_OK;
}

/* Days so long ago that no clock goes back to them. */
static toc_code forget_days(toc_log_txn *txn, const toc_feed_name *feed, uint32_t day, toc_err *err)
{
    toc_key key;
    author_key(feed, &key);
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_QUOTAS, toc_key_view(&key), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        if (row.key.size != key.size + 4)
            return toc_log_lies(txn, TOC_LOG_QUOTAS, row.key, "this is no row of a quota", err);
        uint32_t old = toc_get_u32(row.key.data + key.size);
        if (day < TOC_QUOTA_DAYS_REMEMBERED || old >= day - TOC_QUOTA_DAYS_REMEMBERED)
            return TOC_OK;
        TOC_TRY(toc_cursor_delete(cursor, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_taken_put(toc_log_txn *txn, const toc_feed_name *feed, uint32_t day,
                           const toc_log_taken *taken, toc_err *err)
{
    toc_key key;
    toc_span before;
    author_key(feed, &key);
    toc_key_add_u32(&key, day);
    toc_code code = get(txn, &key, QUOTA_TAKEN_BYTES, &before, err);
    if (code == TOC_NOT_FOUND)
        code = forget_days(txn, feed, day, err);
    TOC_TRY(code);
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    toc_buf_add_u64(&payload, taken->bytes);
    toc_buf_add_u32(&payload, taken->feeds);
    return put(txn, &key, &payload, err);
}

/* ---- what is free ---- */

static void id_key(uint8_t what, toc_span id, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u8(out, what);
    toc_key_add_span(out, id);
}

toc_code toc_log_free(toc_log_txn *txn, const toc_feed_id *feed, toc_log_free_part *out,
                      toc_err *err)
{
    toc_key key;
    toc_span payload;
    *out = (toc_log_free_part){0};
    id_key(QUOTA_FEED, TOC_SPAN_OF(*feed), &key);
    toc_code code = get(txn, &key, QUOTA_FREE_BYTES, &payload, err);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    out->size = toc_get_u64(payload.data);
    out->since.unix_ms = toc_get_u64(payload.data + 8);
    return TOC_OK;
}

toc_code toc_log_free_put(toc_log_txn *txn, const toc_feed_id *feed, const toc_log_free_part *part,
                          toc_err *err)
{
    toc_key key;
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    id_key(QUOTA_FEED, TOC_SPAN_OF(*feed), &key);
    toc_buf_add_u64(&payload, part->size);
    toc_buf_add_u64(&payload, part->since.unix_ms);
    return put(txn, &key, &payload, err);
}

toc_code toc_log_counting_since(toc_log_txn *txn, const toc_circle_id *circle, toc_time *out,
                                toc_err *err)
{
    toc_key key;
    toc_span payload;
    id_key(QUOTA_CIRCLE, TOC_SPAN_OF(*circle), &key);
    TOC_TRY(get(txn, &key, 8, &payload, err));
    out->unix_ms = toc_get_u64(payload.data);
    return TOC_OK;
}

toc_code toc_log_counting_put(toc_log_txn *txn, const toc_circle_id *circle, toc_time since,
                              toc_err *err)
{
    toc_key key;
    TOC_AUTO(toc_buf_wipe) toc_buf payload = {0};
    id_key(QUOTA_CIRCLE, TOC_SPAN_OF(*circle), &key);
    toc_buf_add_u64(&payload, since.unix_ms);
    return put(txn, &key, &payload, err);
}
