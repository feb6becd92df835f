#include "proto/base/limits.h"
#include "store/feed/tiles.h"

/* ---- appending ---- */

/* A round ends at TOC_LOG_TXN_ENTRIES_MAX, after the chunk that reached it. Twice that is a mistake
 * of the caller's, and the last moment to say so: large entries dirty a page each, and past 131,071
 * LMDB spills and leaks. */
#define TXN_ENTRIES_MAX (2 * TOC_LOG_TXN_ENTRIES_MAX)

static toc_code check_append(toc_log_txn *txn, const toc_log_feed *feed, const toc_span *entries,
                             size_t count, const toc_judge *judge, toc_err *err)
{
    if (count > TXN_ENTRIES_MAX - txn->appended)
        return toc_fail(err, TOC_LIMIT,
                        "a transaction takes %u entries and has %u; commit before %zu more",
                        TXN_ENTRIES_MAX, (unsigned)txn->appended, count);
    if (count > UINT64_MAX - feed->frontier.size)
        return toc_fail(err, TOC_LIMIT, "a feed ends at 2^64 - 1 entries");
    for (size_t i = 0; i < count; i++)
        if (entries[i].size < TOC_ENTRY_HEADER_BYTES || entries[i].size > TOC_ENTRY_BYTES_MAX)
            return toc_fail(err, TOC_LIMIT, "an entry of %zu bytes; %u to %u are possible",
                            entries[i].size, TOC_ENTRY_HEADER_BYTES, TOC_ENTRY_BYTES_MAX);
    if (judge != NULL &&
        (judge->index < feed->frontier.size || judge->index - feed->frontier.size >= count))
        return toc_fail(err, TOC_USAGE, "the judging grant %llu is not among the entries appended",
                        (unsigned long long)judge->index);
    return toc_feed_row_same(txn, feed, err);
}

/* Feeds share the table in order of their numbers. Beyond the last key of all, rows are appended
 * without searching and fill their pages; before it, a cursor that stays where it wrote last saves
 * most of the search. */
static toc_code put_entries(toc_log_txn *txn, uint32_t number, uint64_t first,
                            const toc_span *entries, size_t count, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_ENTRIES, (toc_span){0}, &cursor, err));
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_span key = toc_entry_key(number, first, bytes);
    toc_row last;
    toc_code code = toc_cursor_last(cursor, &last, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    bool beyond = code == TOC_NOT_FOUND || toc_span_compare(key, last.key) > 0;
    for (size_t i = 0; i < count; i++) {
        key = toc_entry_key(number, first + i, bytes);
        TOC_TRY(beyond ? toc_table_append(txn->txn, TOC_LOG_ENTRIES, key, entries[i], err)
                       : toc_cursor_put(cursor, key, entries[i], err));
    }
    return TOC_OK;
}

static toc_code put_hashes(toc_log_txn *txn, toc_log_feed *feed, const toc_hash *leaves,
                           size_t count, toc_err *err)
{
    toc_tiles tiles;
    toc_tiles_begin(&tiles, txn, feed->number, &feed->frontier);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_tiles_append(&tiles, &leaves[i], err));
    TOC_TRY(toc_tiles_end(&tiles, err));
    feed->frontier = tiles.frontier;
    return TOC_OK;
}

static toc_code mark_grants(toc_log_txn *txn, uint32_t number, uint64_t first,
                            const toc_span *entries, size_t count, toc_err *err)
{
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_grant_mark(txn, number, first + i, entries[i], err));
    return TOC_OK;
}

static toc_code append(toc_log_txn *txn, toc_log_feed *feed, const toc_span *entries,
                       const toc_hash *leaves, size_t count, toc_err *err)
{
    TOC_TRY(put_entries(txn, feed->number, feed->frontier.size, entries, count, err));
    TOC_TRY(mark_grants(txn, feed->number, feed->frontier.size, entries, count, err));
    TOC_TRY(put_hashes(txn, feed, leaves, count, err));
    TOC_TRY(toc_heads_promote(txn, feed, err));
    return toc_feed_row_put(txn, feed, err);
}

toc_code toc_log_append(toc_log_txn *txn, toc_log_feed *feed, const toc_span *entries,
                        const toc_hash *leaves, size_t count, const toc_judge *judge, toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    TOC_TRY(check_append(txn, feed, entries, count, judge, err));
    toc_log_feed grown = *feed;
    if (judge != NULL) {
        grown.has_judge = true;
        grown.judge = *judge;
    }
    toc_code code = append(txn, &grown, entries, leaves, count, err);
    if (code != TOC_OK) {
        toc_txn_spoil(txn->txn, code);
        return code;
    }
    for (size_t i = 0; i < count; i++)
        txn->entry_bytes += entries[i].size;
    txn->appended += (uint32_t)count;
    *feed = grown;
    return TOC_OK;
}

/* ---- reading ---- */

static toc_code check_size(const toc_log_txn *txn, toc_row row, toc_err *err)
{
    if (row.value.size < TOC_ENTRY_HEADER_BYTES || row.value.size > TOC_ENTRY_BYTES_MAX)
        return toc_log_lies(txn, TOC_LOG_ENTRIES, row.key, "no entry is of this size", err);
    return TOC_OK;
}

toc_code toc_log_entry(toc_log_txn *txn, uint32_t number, uint64_t index, toc_span *out,
                       toc_err *err)
{
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    toc_row row = {.key = toc_entry_key(number, index, bytes)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_ENTRIES, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "feed %u has no entry %llu", (unsigned)number,
                        (unsigned long long)index);
    TOC_TRY(code);
    TOC_TRY(check_size(txn, row, err));
    *out = row.value;
    return TOC_OK;
}

static toc_code check_place(const toc_log_txn *txn, toc_row row, uint32_t number, uint64_t index,
                            toc_err *err)
{
    uint8_t bytes[TOC_ENTRY_KEY_BYTES];
    if (!toc_span_equal(row.key, toc_entry_key(number, index, bytes)))
        return toc_log_lies(txn, TOC_LOG_ENTRIES, toc_span_of(bytes, sizeof bytes),
                            "the entry is missing, and a later one is there", err);
    return check_size(txn, row, err);
}

toc_code toc_log_entries(toc_log_txn *txn, uint32_t number, uint64_t from, uint64_t until,
                         size_t bytes_max, toc_buf *out, uint32_t *out_count, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES], key[TOC_ENTRY_KEY_BYTES];
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_ENTRIES, toc_feed_key(number, prefix), &cursor, err));
    toc_row row;
    toc_code code = from < until
                        ? toc_cursor_seek(cursor, toc_entry_key(number, from, key), &row, err)
                        : TOC_NOT_FOUND;
    size_t bytes = 0;
    uint32_t count = 0;
    while (code == TOC_OK && count < until - from && count < UINT32_MAX) {
        TOC_TRY(check_place(txn, row, number, from + count, err));
        bytes += 4 + row.value.size;
        if (count > 0 && bytes > bytes_max)
            break;
        toc_buf_add_u32(out, (uint32_t)row.value.size);
        toc_buf_add_span(out, row.value);
        count++;
        code = toc_cursor_next(cursor, &row, err);
    }
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(toc_buf_ok(out, err));
    *out_count = count;
    return TOC_OK;
}
