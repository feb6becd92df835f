/* Table forks, key org ‖ feed id ‖ 1: two heads of a feed that its author signed and that cannot
 * both be, while nobody shows the other tree. One a feed, the first that was met. */
#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

enum { SUSPICION_MARK = 1 };

static toc_span suspicion_key(const toc_feed_name *feed, uint8_t out[TOC_SUSPICION_KEY_BYTES])
{
    toc_fork_key(feed, out);
    out[TOC_FORK_KEY_BYTES] = SUSPICION_MARK;
    return toc_span_of(out, TOC_SUSPICION_KEY_BYTES);
}

toc_code toc_suspicion_row_open(const toc_log_txn *txn, toc_row row, toc_log_suspicion *out,
                                toc_err *err)
{
    toc_span payload;
    uint8_t bytes[TOC_SUSPICION_KEY_BYTES];
    TOC_TRY(toc_checked_open(txn, TOC_LOG_FORKS, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    out->since.unix_ms = toc_read_u64(&reader);
    toc_read_bytes(&reader, out->teller.bytes, sizeof out->teller.bytes);
    toc_read_bytes(&reader, out->feed.circle.bytes, sizeof out->feed.circle.bytes);
    toc_read_bytes(&reader, out->feed.org.bytes, sizeof out->feed.org.bytes);
    out->feed.lane = (toc_lane)toc_read_u8(&reader);
    out->feed.generation = toc_read_u64(&reader);
    for (size_t i = 0; i < TOC_COUNT(out->notes); i++)
        out->notes[i] = toc_read_u16_span(&reader, TOC_HEAD_NOTE_BYTES_MAX);
    if (toc_reader_finish(&reader, "a suspicion", NULL) != TOC_OK ||
        (unsigned)out->feed.lane >= TOC_LANE_COUNT ||
        !toc_span_equal(suspicion_key(&out->feed, bytes), row.key))
        return toc_log_lies(txn, TOC_LOG_FORKS, row.key, "these are not two heads", err);
    return TOC_OK;
}

toc_code toc_log_suspicion_put(toc_log_txn *txn, const toc_log_suspicion *suspicion, toc_err *err)
{
    toc_row row;
    bool room;
    uint8_t key[TOC_SUSPICION_KEY_BYTES];
    row.key = suspicion_key(&suspicion->feed, key);
    toc_code code = toc_table_get(txn->txn, TOC_LOG_FORKS, row.key, &row.value, err);
    if (code != TOC_NOT_FOUND)
        return code; /* the first stays */
    TOC_TRY(toc_fork_room(txn, &suspicion->feed.org, TOC_SUSPICION_KEY_BYTES, &room, err));
    if (!room)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_u64(&bytes, suspicion->since.unix_ms);
    toc_buf_add_span(&bytes, TOC_SPAN_OF(suspicion->teller.bytes));
    toc_buf_add_span(&bytes, TOC_SPAN_OF(suspicion->feed.circle.bytes));
    toc_buf_add_span(&bytes, TOC_SPAN_OF(suspicion->feed.org.bytes));
    toc_buf_add_u8(&bytes, (uint8_t)suspicion->feed.lane);
    toc_buf_add_u64(&bytes, suspicion->feed.generation);
    for (size_t i = 0; i < TOC_COUNT(suspicion->notes); i++) {
        toc_buf_add_u16(&bytes, (uint16_t)suspicion->notes[i].size);
        toc_buf_add_span(&bytes, suspicion->notes[i]);
    }
    TOC_TRY(toc_buf_ok(&bytes, err));
    return toc_checked_put(txn, TOC_LOG_FORKS, row.key, toc_buf_view(&bytes), err);
}

toc_code toc_suspicion_drop(toc_log_txn *txn, const toc_feed_name *feed, toc_err *err)
{
    uint8_t key[TOC_SUSPICION_KEY_BYTES];
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_FORKS, suspicion_key(feed, key), err);
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_suspicions(toc_log_txn *txn, const toc_org_id *org, toc_log_suspicion_visit visit,
                            void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    toc_code code;
    TOC_TRY(toc_fork_cursor(txn, org, &cursor, err));
    while ((code = toc_fork_row_next(cursor, TOC_SUSPICION_KEY_BYTES, &row, err)) == TOC_OK) {
        toc_log_suspicion suspicion;
        TOC_TRY(toc_suspicion_row_open(txn, row, &suspicion, err));
        TOC_TRY(visit(context, &suspicion, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
