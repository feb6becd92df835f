#include "proto/base/reader.h"
#include "store/feed/internal.h"

static toc_code open_row(const toc_log_txn *txn, toc_row row, toc_lane *out_lane,
                         toc_journal_row *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_JOURNAL, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    toc_journal_row journal = {.kind = (toc_journal_kind)toc_read_u8(&reader)};
    journal.feed = toc_read_u32(&reader);
    journal.from = toc_read_u64(&reader);
    journal.until = toc_read_u64(&reader);
    journal.tick.unix_ms = toc_read_u64(&reader);
    if (toc_reader_finish(&reader, "journal", NULL) != TOC_OK ||
        row.key.size != TOC_JOURNAL_KEY_BYTES || row.key.data[0] >= TOC_JOURNAL_LANES ||
        journal.kind < TOC_JOURNAL_STORED || journal.kind > TOC_JOURNAL_DISPUTED)
        return toc_log_lies(txn, TOC_LOG_JOURNAL, row.key, "this is not a row of the journal", err);
    journal.number = toc_get_u64(row.key.data + 1);
    *out_lane = (toc_lane)row.key.data[0];
    *out = journal;
    return TOC_OK;
}

static toc_code check_lane(toc_lane lane, toc_err *err)
{
    if (lane == TOC_LANE_ALERT || lane == TOC_LANE_BULK)
        return TOC_OK;
    return toc_fail(err, TOC_USAGE, "only the lanes alert and bulk have a journal");
}

static toc_code read_last(toc_log_txn *txn, toc_lane lane, uint64_t *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix = (uint8_t)lane;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_JOURNAL, TOC_SPAN_OF(prefix), &cursor, err));
    toc_row row;
    toc_journal_row last = {0};
    toc_lane its_lane;
    toc_code code = toc_cursor_last(cursor, &row, err);
    if (code == TOC_OK)
        TOC_TRY(open_row(txn, row, &its_lane, &last, err));
    else if (code != TOC_NOT_FOUND)
        return code;
    *out = last.number;
    return TOC_OK;
}

toc_code toc_log_journal_last(toc_log_txn *txn, toc_lane lane, uint64_t *out_number, toc_err *err)
{
    TOC_TRY(check_lane(lane, err));
    if (!txn->journal_known[lane])
        TOC_TRY(read_last(txn, lane, &txn->journal_last[lane], err));
    txn->journal_known[lane] = true;
    *out_number = txn->journal_last[lane];
    return TOC_OK;
}

static toc_code check_row(const toc_journal_row *row, toc_err *err)
{
    if (row->kind < TOC_JOURNAL_STORED || row->kind > TOC_JOURNAL_DISPUTED)
        return toc_fail(err, TOC_USAGE, "the journal knows no kind %u", (unsigned)row->kind);
    if (row->kind != TOC_JOURNAL_TICK && (row->feed == 0 || row->from >= row->until))
        return toc_fail(err, TOC_USAGE, "a row of the journal names a feed and some entries");
    return TOC_OK;
}

toc_code toc_log_journal_add(toc_log_txn *txn, toc_lane lane, toc_journal_row *row, toc_err *err)
{
    uint64_t last = 0;
    TOC_TRY(check_row(row, err));
    TOC_TRY(toc_log_journal_last(txn, lane, &last, err));
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, (uint8_t)row->kind);
    toc_buf_add_u32(&value, row->feed);
    toc_buf_add_u64(&value, row->from);
    toc_buf_add_u64(&value, row->until);
    toc_buf_add_u64(&value, row->tick.unix_ms);
    TOC_TRY(toc_buf_ok(&value, err));
    uint8_t key[TOC_JOURNAL_KEY_BYTES];
    TOC_TRY(toc_checked_put(txn, TOC_LOG_JOURNAL, toc_journal_key(lane, last + 1, key),
                            toc_buf_view(&value), err));
    txn->journal_last[lane] = last + 1;
    row->number = last + 1;
    return TOC_OK;
}

toc_code toc_log_journal_next(toc_log_txn *txn, toc_lane lane, uint64_t after, toc_journal_row *out,
                              toc_err *err)
{
    TOC_TRY(check_lane(lane, err));
    if (after == UINT64_MAX)
        return toc_fail(err, TOC_NOT_FOUND, "the journal ends before");
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix = (uint8_t)lane, bytes[TOC_JOURNAL_KEY_BYTES];
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_JOURNAL, TOC_SPAN_OF(prefix), &cursor, err));
    toc_span key = toc_journal_key(lane, after + 1, bytes);
    toc_row row;
    TOC_TRY(toc_cursor_seek(cursor, key, &row, err));
    if (!toc_span_equal(row.key, key))
        return toc_log_lies(txn, TOC_LOG_JOURNAL, key,
                            "the row is missing, and a later one is there", err);
    toc_lane its_lane;
    return open_row(txn, row, &its_lane, out, err);
}
