/* Table forks, key org ‖ feed id: the proof that the feed forked, that of the earliest place that
 * was met, behind the moment when it was known first that it forked at all. */
#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

toc_span toc_fork_key(const toc_feed_name *feed, uint8_t out[TOC_FORK_KEY_BYTES])
{
    toc_feed_id id;
    toc_feed_id_of(feed, &id);
    memcpy(out, feed->org.bytes, 32);
    memcpy(out + 32, id.bytes, 32);
    return toc_span_of(out, TOC_FORK_KEY_BYTES);
}

toc_code toc_fork_cursor(toc_log_txn *txn, const toc_org_id *org, toc_cursor **out, toc_err *err)
{
    toc_span prefix = org == NULL ? (toc_span){0} : TOC_SPAN_OF(org->bytes);
    return toc_cursor_open(txn->txn, TOC_LOG_FORKS, prefix, out, err);
}

toc_code toc_fork_row_next(toc_cursor *cursor, size_t key_bytes, toc_row *out, toc_err *err)
{
    toc_row row = {0};
    do
        TOC_TRY(toc_cursor_next(cursor, &row, err));
    while (row.key.size != key_bytes);
    *out = row;
    return TOC_OK;
}

toc_code toc_fork_room(toc_log_txn *txn, const toc_org_id *org, size_t key_bytes, bool *out,
                       toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    toc_code code;
    size_t count = 0;
    TOC_TRY(toc_fork_cursor(txn, org, &cursor, err));
    while ((code = toc_fork_row_next(cursor, key_bytes, &row, err)) == TOC_OK)
        count++;
    *out = count < TOC_FORKS_PER_ORG_MAX;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_fork_row_open(const toc_log_txn *txn, toc_row row, toc_known_fork *out, toc_err *err)
{
    toc_span payload;
    uint8_t bytes[TOC_FORK_KEY_BYTES];
    TOC_TRY(toc_checked_open(txn, TOC_LOG_FORKS, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    out->since.unix_ms = toc_read_u64(&reader);
    out->proof = toc_read_span(&reader, toc_reader_left(&reader));
    if (toc_fork_read(out->proof, &out->fork, NULL) != TOC_OK ||
        !toc_span_equal(toc_fork_key(&out->fork.feed, bytes), row.key))
        return toc_log_lies(txn, TOC_LOG_FORKS, row.key, "this is not the proof of a fork", err);
    return TOC_OK;
}

toc_code toc_log_fork(toc_log_txn *txn, const toc_feed_name *feed, toc_known_fork *out,
                      toc_err *err)
{
    uint8_t bytes[TOC_FORK_KEY_BYTES];
    toc_row row = {.key = toc_fork_key(feed, bytes)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_FORKS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no fork of this feed is known");
    TOC_TRY(code);
    return toc_fork_row_open(txn, row, out, err);
}

toc_code toc_log_forked(toc_log_txn *txn, const toc_feed_name *feed, uint64_t *out_index,
                        toc_err *err)
{
    toc_known_fork known;
    toc_err why;
    toc_code code = toc_log_fork(txn, feed, &known, &why);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return toc_fail(err, code, "%s", why.text);
    *out_index = code == TOC_OK ? known.fork.index : UINT64_MAX;
    return TOC_OK;
}

toc_code toc_log_forks(toc_log_txn *txn, const toc_org_id *org, toc_log_fork_visit visit,
                       void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    toc_code code;
    TOC_TRY(toc_fork_cursor(txn, org, &cursor, err));
    while ((code = toc_fork_row_next(cursor, TOC_FORK_KEY_BYTES, &row, err)) == TOC_OK) {
        toc_known_fork known;
        TOC_TRY(toc_fork_row_open(txn, row, &known, err));
        TOC_TRY(visit(context, &known, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* What the fold has to know of a feed that is stored. */
toc_code toc_fork_journal(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err)
{
    uint64_t index;
    if (feed->name.lane == TOC_LANE_KEYS)
        return TOC_OK;
    TOC_TRY(toc_log_forked(txn, &feed->name, &index, err));
    if (index == UINT64_MAX)
        return TOC_OK;
    toc_journal_row row = {
        .kind = TOC_JOURNAL_DISPUTED, .feed = feed->number, .from = index, .until = index + 1};
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

/* Proofs of feeds that are not here are kept for who asks, up to a number: their author makes as
 * many as he likes, and may not by that keep back one of a feed that is here. */
toc_code toc_log_fork_put(toc_log_txn *txn, const toc_fork *fork, toc_time now, bool *out_fresh,
                          toc_err *err)
{
    toc_known_fork before;
    toc_feed_id id;
    toc_log_feed feed;
    toc_code code = toc_log_fork(txn, &fork->feed, &before, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    bool known = code == TOC_OK;
    *out_fresh = false;
    if (known && before.fork.index <= fork->index)
        return TOC_OK;
    toc_feed_id_of(&fork->feed, &id);
    code = toc_log_feed_find(txn, &id, &feed, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    bool held = code == TOC_OK, room = true;
    if (!known && !held)
        TOC_TRY(toc_fork_room(txn, &fork->feed.org, TOC_FORK_KEY_BYTES, &room, err));
    if (!room)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_u64(&bytes, known ? before.since.unix_ms : now.unix_ms);
    toc_fork_write(fork, &bytes);
    TOC_TRY(toc_buf_ok(&bytes, err));
    uint8_t key[TOC_FORK_KEY_BYTES];
    TOC_TRY(toc_checked_put(txn, TOC_LOG_FORKS, toc_fork_key(&fork->feed, key),
                            toc_buf_view(&bytes), err));
    TOC_TRY(toc_suspicion_drop(txn, &fork->feed, err));
    *out_fresh = true;
    return held ? toc_fork_journal(txn, &feed, err) : TOC_OK;
}
