/* Table forks, key org ‖ feed id: the proof that the feed forked, that of the earliest place that
 * was met, behind the moment when it was known first that it forked at all. */
#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

enum { FORK_KEY_BYTES = 64 };

static toc_span fork_key(const toc_feed_name *feed, uint8_t out[FORK_KEY_BYTES])
{
    toc_feed_id id;
    toc_feed_id_of(feed, &id);
    memcpy(out, feed->org.bytes, 32);
    memcpy(out + 32, id.bytes, 32);
    return toc_span_of(out, FORK_KEY_BYTES);
}

toc_code toc_fork_row_open(const toc_log_txn *txn, toc_row row, toc_known_fork *out, toc_err *err)
{
    toc_span payload;
    uint8_t bytes[FORK_KEY_BYTES];
    TOC_TRY(toc_checked_open(txn, TOC_LOG_FORKS, row, &payload, err));
    toc_reader reader = toc_reader_of(payload);
    out->since.unix_ms = toc_read_u64(&reader);
    out->proof = toc_read_span(&reader, toc_reader_left(&reader));
    if (toc_fork_read(out->proof, &out->fork, NULL) != TOC_OK ||
        !toc_span_equal(fork_key(&out->fork.feed, bytes), row.key))
        return toc_log_lies(txn, TOC_LOG_FORKS, row.key, "this is not the proof of a fork", err);
    return TOC_OK;
}

toc_code toc_log_fork(toc_log_txn *txn, const toc_feed_name *feed, toc_known_fork *out,
                      toc_err *err)
{
    uint8_t bytes[FORK_KEY_BYTES];
    toc_row row = {.key = fork_key(feed, bytes)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_FORKS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no fork of this feed is known");
    TOC_TRY(code);
    return toc_fork_row_open(txn, row, out, err);
}

bool toc_log_forked(toc_log_txn *txn, const toc_feed_name *feed, uint64_t *out_index)
{
    toc_known_fork known;
    if (toc_log_fork(txn, feed, &known, NULL) != TOC_OK)
        return false;
    *out_index = known.fork.index;
    return true;
}

toc_code toc_log_forks(toc_log_txn *txn, const toc_org_id *org, toc_log_fork_visit visit,
                       void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_span prefix = org == NULL ? (toc_span){0} : TOC_SPAN_OF(org->bytes);
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_FORKS, prefix, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_known_fork known;
        if (row.key.size != FORK_KEY_BYTES)
            continue; /* a suspicion */
        TOC_TRY(toc_fork_row_open(txn, row, &known, err));
        TOC_TRY(visit(context, &known, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code count_one(void *context, const toc_known_fork *known, toc_err *err)
{
    (void)known;
    (void)err;
    ++*(size_t *)context;
    return TOC_OK;
}

/* What the fold has to know of a feed that is stored. */
toc_code toc_fork_journal(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err)
{
    uint64_t index;
    if (feed->name.lane == TOC_LANE_KEYS || !toc_log_forked(txn, &feed->name, &index))
        return TOC_OK;
    toc_journal_row row = {
        .kind = TOC_JOURNAL_DISPUTED, .feed = feed->number, .from = index, .until = index + 1};
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

toc_code toc_log_fork_put(toc_log_txn *txn, const toc_fork *fork, toc_time now, bool *out_fresh,
                          toc_err *err)
{
    toc_known_fork before;
    bool known = toc_log_fork(txn, &fork->feed, &before, NULL) == TOC_OK;
    *out_fresh = false;
    if (known && before.fork.index <= fork->index)
        return TOC_OK;
    size_t count = 0;
    if (!known)
        TOC_TRY(toc_log_forks(txn, &fork->feed.org, count_one, &count, err));
    if (count >= TOC_FORKS_PER_ORG_MAX)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_u64(&bytes, known ? before.since.unix_ms : now.unix_ms);
    toc_fork_write(fork, &bytes);
    TOC_TRY(toc_buf_ok(&bytes, err));
    uint8_t key[FORK_KEY_BYTES];
    TOC_TRY(
        toc_checked_put(txn, TOC_LOG_FORKS, fork_key(&fork->feed, key), toc_buf_view(&bytes), err));
    TOC_TRY(toc_suspicion_drop(txn, &fork->feed, err));
    *out_fresh = true;
    toc_feed_id id;
    toc_log_feed feed;
    toc_feed_id_of(&fork->feed, &id);
    toc_code code = toc_log_feed_find(txn, &id, &feed, err);
    return code == TOC_NOT_FOUND ? TOC_OK
           : code == TOC_OK      ? toc_fork_journal(txn, &feed, err)
                                 : code;
}
