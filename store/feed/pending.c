#include "proto/base/reader.h"
#include "store/feed/internal.h"

toc_code toc_pending_row_open(const toc_log_txn *txn, toc_row row, toc_log_pending *out,
                              toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_PENDING, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    toc_log_pending pending = {.until = toc_read_u64(&reader)};
    pending.epoch = toc_read_u32(&reader);
    pending.since.unix_ms = toc_read_u64(&reader);
    if (row.key.size == TOC_ENTRY_KEY_BYTES) {
        pending.number = toc_get_u32(row.key.data);
        pending.from = toc_get_u64(row.key.data + 4);
    }
    if (toc_reader_finish(&reader, "pending range", NULL) != TOC_OK || pending.number == 0 ||
        pending.from >= pending.until)
        return toc_log_lies(txn, TOC_LOG_PENDING, row.key, "this is not a pending range", err);
    *out = pending;
    return TOC_OK;
}

/* The last range of the feed that begins below `until`; if it ends above `from`, they overlap. */
static toc_code refuse_overlap(toc_log_txn *txn, uint32_t number, uint64_t from, uint64_t until,
                               toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES], key[TOC_ENTRY_KEY_BYTES];
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_PENDING, toc_feed_key(number, prefix), &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, toc_entry_key(number, until, key), &row, err);
    if (code == TOC_OK || code == TOC_NOT_FOUND)
        code = toc_cursor_prev(cursor, &row, err); /* from nowhere: the last of the feed */
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    toc_log_pending before = {0};
    TOC_TRY(toc_pending_row_open(txn, row, &before, err));
    if (before.until <= from)
        return TOC_OK;
    return toc_fail(err, TOC_EXISTS, "feed %u: the entries %llu to %llu wait for a key already",
                    (unsigned)number, (unsigned long long)before.from,
                    (unsigned long long)before.until - 1);
}

toc_code toc_log_pending_add(toc_log_txn *txn, uint32_t number, uint64_t from, uint64_t until,
                             uint32_t epoch, toc_time since, toc_err *err)
{
    if (number == 0 || from >= until)
        return toc_fail(err, TOC_USAGE, "a pending range names a feed and some entries");
    TOC_TRY(refuse_overlap(txn, number, from, until, err));
    uint8_t key[TOC_ENTRY_KEY_BYTES], value[20];
    toc_put_u64(value, until);
    toc_put_u32(value + 8, epoch);
    toc_put_u64(value + 12, since.unix_ms);
    return toc_checked_put(txn, TOC_LOG_PENDING, toc_entry_key(number, from, key),
                           TOC_SPAN_OF(value), err);
}

toc_code toc_log_pending_remove(toc_log_txn *txn, uint32_t number, uint64_t from, toc_err *err)
{
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    toc_code code =
        toc_table_delete(txn->txn, TOC_LOG_PENDING, toc_entry_key(number, from, key), err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "feed %u: no range that waits for a key begins at %llu",
                        (unsigned)number, (unsigned long long)from);
    return code;
}

toc_code toc_log_pending_next(toc_log_txn *txn, uint32_t number, uint64_t from,
                              toc_log_pending *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_PENDING, (toc_span){0}, &cursor, err));
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, toc_entry_key(number, from, key), &row, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no more entries wait for a key");
    TOC_TRY(code);
    return toc_pending_row_open(txn, row, out, err);
}
