#include "proto/base/reader.h"
#include "store/feed/internal.h"

/* ---- the row of a feed ---- */

static void add_judge(toc_buf *out, const toc_judge *judge)
{
    toc_buf_add_u64(out, judge->index);
    toc_buf_add_span(out, TOC_SPAN_OF(judge->card));
    toc_buf_add_u64(out, judge->card_serial);
    toc_buf_add_span(out, TOC_SPAN_OF(judge->charter));
    toc_buf_add_u32(out, judge->charter_version);
    toc_buf_add_u32(out, judge->epoch);
    toc_buf_add_span(out, TOC_SPAN_OF(judge->key_id));
}

static void read_judge(toc_reader *reader, toc_judge *out)
{
    out->index = toc_read_u64(reader);
    toc_read_bytes(reader, out->card.bytes, sizeof out->card);
    out->card_serial = toc_read_u64(reader);
    toc_read_bytes(reader, out->charter.bytes, sizeof out->charter);
    out->charter_version = toc_read_u32(reader);
    out->epoch = toc_read_u32(reader);
    toc_read_bytes(reader, out->key_id.bytes, sizeof out->key_id);
}

toc_code toc_feed_row_put(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    toc_buf_add_span(&row, TOC_SPAN_OF(feed->id));
    toc_buf_add_span(&row, TOC_SPAN_OF(feed->name.circle));
    toc_buf_add_span(&row, TOC_SPAN_OF(feed->name.org));
    toc_buf_add_u8(&row, (uint8_t)feed->name.lane);
    toc_buf_add_u64(&row, feed->name.generation);
    toc_buf_add_u8(&row, feed->has_judge ? 1 : 0);
    if (feed->has_judge)
        add_judge(&row, &feed->judge);
    toc_buf_add_u64(&row, feed->head_size);
    toc_buf_add_span(&row, TOC_SPAN_OF(feed->head_root));
    toc_buf_add_u64(&row, feed->known_size);
    toc_buf_add_span(&row, TOC_SPAN_OF(feed->known_root));
    uint8_t frontier[TOC_FRONTIER_BYTES_MAX];
    toc_buf_add(&row, frontier, toc_frontier_write(&feed->frontier, frontier));
    TOC_TRY(toc_buf_ok(&row, err));
    if (txn->last_feed.number == feed->number)
        txn->last_feed.number = 0;
    uint8_t key[TOC_FEED_KEY_BYTES];
    return toc_checked_put(txn, TOC_LOG_FEEDS, toc_feed_key(feed->number, key), toc_buf_view(&row),
                           err);
}

/* What no writer of ours writes. */
static bool is_possible(const toc_log_feed *feed, uint8_t has_judge)
{
    return feed->name.lane <= TOC_LANE_KEYS && has_judge <= 1 &&
           feed->head_size <= feed->frontier.size && feed->head_size <= feed->known_size &&
           (!feed->has_judge || feed->judge.index < feed->frontier.size);
}

static toc_code open_row(const toc_log_txn *txn, toc_row row, toc_log_feed *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_FEEDS, row, &payload, err));
    if (row.key.size != TOC_FEED_KEY_BYTES)
        return toc_log_lies(txn, TOC_LOG_FEEDS, row.key, "a feed's number is 4 bytes", err);
    toc_reader reader = toc_reader_of(payload);
    toc_log_feed feed = {.number = toc_get_u32(row.key.data)};
    toc_read_bytes(&reader, feed.id.bytes, sizeof feed.id);
    toc_read_bytes(&reader, feed.name.circle.bytes, sizeof feed.name.circle);
    toc_read_bytes(&reader, feed.name.org.bytes, sizeof feed.name.org);
    feed.name.lane = (toc_lane)toc_read_u8(&reader);
    feed.name.generation = toc_read_u64(&reader);
    uint8_t has_judge = toc_read_u8(&reader);
    feed.has_judge = has_judge == 1;
    if (feed.has_judge)
        read_judge(&reader, &feed.judge);
    feed.head_size = toc_read_u64(&reader);
    toc_read_bytes(&reader, feed.head_root.bytes, sizeof feed.head_root);
    feed.known_size = toc_read_u64(&reader);
    toc_read_bytes(&reader, feed.known_root.bytes, sizeof feed.known_root);
    toc_span frontier = toc_read_span(&reader, toc_reader_left(&reader));
    if (toc_reader_finish(&reader, "feed", NULL) != TOC_OK ||
        toc_frontier_read(frontier, &feed.frontier, NULL) != TOC_OK ||
        !is_possible(&feed, has_judge))
        return toc_log_lies(txn, TOC_LOG_FEEDS, row.key, "this is not the row of a feed", err);
    *out = feed;
    return TOC_OK;
}

toc_code toc_feed_row_same(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err)
{
    toc_log_feed stored = {0};
    TOC_TRY(toc_log_feed_at(txn, feed->number, &stored, err));
    if (!toc_feed_id_equal(&stored.id, &feed->id) ||
        !toc_frontier_equal(&stored.frontier, &feed->frontier) ||
        stored.head_size != feed->head_size || stored.known_size != feed->known_size)
        return toc_fail(err, TOC_STATE,
                        "feed %u has %llu entries stored, and the caller believes in %llu; read it "
                        "again in this transaction",
                        (unsigned)feed->number, (unsigned long long)stored.frontier.size,
                        (unsigned long long)feed->frontier.size);
    return TOC_OK;
}

/* ---- finding ---- */

toc_code toc_log_feed_at(toc_log_txn *txn, uint32_t number, toc_log_feed *out, toc_err *err)
{
    uint8_t bytes[TOC_FEED_KEY_BYTES];
    toc_row row = {.key = toc_feed_key(number, bytes)};
    if (number == 0 || txn->last_feed.number != number) {
        toc_code code = toc_table_get(txn->txn, TOC_LOG_FEEDS, row.key, &row.value, err);
        if (code == TOC_NOT_FOUND)
            return toc_fail(err, code, "no feed has the number %u", (unsigned)number);
        TOC_TRY(code);
        TOC_TRY(open_row(txn, row, &txn->last_feed, err));
    }
    *out = txn->last_feed;
    return TOC_OK;
}

toc_code toc_log_feed_find(toc_log_txn *txn, const toc_feed_id *id, toc_log_feed *out, toc_err *err)
{
    toc_span key = TOC_SPAN_OF(*id), value;
    if (txn->last_feed.number != 0 && toc_feed_id_equal(&txn->last_feed.id, id)) {
        *out = txn->last_feed;
        return TOC_OK;
    }
    toc_code code = toc_checked_get(txn, TOC_LOG_FEED_IDS, key, &value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "nothing of this feed is stored");
    TOC_TRY(code);
    if (value.size != TOC_FEED_KEY_BYTES)
        return toc_log_lies(txn, TOC_LOG_FEED_IDS, key, "a feed's number is 4 bytes", err);
    toc_log_feed feed;
    code = toc_log_feed_at(txn, toc_get_u32(value.data), &feed, err);
    if (code == TOC_NOT_FOUND)
        return toc_log_lies(txn, TOC_LOG_FEED_IDS, key, "it names a feed that is not there", err);
    TOC_TRY(code);
    if (!toc_feed_id_equal(&feed.id, id))
        return toc_log_lies(txn, TOC_LOG_FEED_IDS, key, "it names another feed", err);
    *out = feed;
    return TOC_OK;
}

/* ---- making ---- */

static toc_code next_number(toc_log_txn *txn, uint32_t *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_FEEDS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_last(cursor, &row, err);
    if (code == TOC_NOT_FOUND) {
        *out = 1;
        return TOC_OK;
    }
    TOC_TRY(code);
    toc_log_feed last = {0};
    TOC_TRY(open_row(txn, row, &last, err));
    if (last.number == UINT32_MAX)
        return toc_fail(err, TOC_FULL, "the store has no feed numbers left");
    *out = last.number + 1;
    return TOC_OK;
}

static toc_code put_new(toc_log_txn *txn, const toc_log_feed *feed, toc_err *err)
{
    uint8_t number[TOC_FEED_KEY_BYTES];
    toc_span value = toc_feed_key(feed->number, number);
    toc_key by_circle;
    toc_key_clear(&by_circle);
    toc_key_add_span(&by_circle, TOC_SPAN_OF(feed->name.circle));
    toc_key_add_u32(&by_circle, feed->number);
    TOC_TRY(toc_checked_put(txn, TOC_LOG_FEED_IDS, TOC_SPAN_OF(feed->id), value, err));
    TOC_TRY(
        toc_checked_put(txn, TOC_LOG_CIRCLE_FEEDS, toc_key_view(&by_circle), (toc_span){0}, err));
    return toc_feed_row_put(txn, feed, err);
}

toc_code toc_log_feed_new(toc_log_txn *txn, const toc_feed_name *name, toc_log_feed *out,
                          toc_err *err)
{
    if (name->lane > TOC_LANE_KEYS)
        return toc_fail(err, TOC_USAGE, "no lane has the number %u", (unsigned)name->lane);
    toc_log_feed feed = {.name = *name};
    toc_feed_id_of(name, &feed.id);
    toc_span held;
    toc_code code = toc_table_get(txn->txn, TOC_LOG_FEED_IDS, TOC_SPAN_OF(feed.id), &held, err);
    if (code == TOC_OK)
        return toc_fail(err, TOC_EXISTS, "the feed is stored already");
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(next_number(txn, &feed.number, err));
    code = put_new(txn, &feed, err);
    if (code == TOC_OK)
        code = toc_fork_journal(txn, &feed, err);
    if (code != TOC_OK)
        toc_txn_spoil(txn->txn, code);
    TOC_TRY(code);
    *out = feed;
    return TOC_OK;
}

/* ---- visiting ---- */

static toc_code visit_all(toc_log_txn *txn, toc_log_feed_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_FEEDS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_feed feed;
        TOC_TRY(open_row(txn, row, &feed, err));
        TOC_TRY(visit(context, &feed, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code visit_circle_row(toc_log_txn *txn, toc_row row, toc_log_feed_visit visit,
                                 void *context, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_CIRCLE_FEEDS, row, &payload, err));
    if (row.key.size != sizeof(toc_circle_id) + TOC_FEED_KEY_BYTES || payload.size != 0)
        return toc_log_lies(txn, TOC_LOG_CIRCLE_FEEDS, row.key, "the row has a wrong size", err);
    toc_log_feed feed;
    TOC_TRY(toc_log_feed_at(txn, toc_get_u32(row.key.data + sizeof(toc_circle_id)), &feed, err));
    return visit(context, &feed, err);
}

static toc_code visit_circle(toc_log_txn *txn, const toc_circle_id *circle,
                             toc_log_feed_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_CIRCLE_FEEDS, TOC_SPAN_OF(*circle), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(visit_circle_row(txn, row, visit, context, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_feeds(toc_log_txn *txn, const toc_circle_id *circle, toc_log_feed_visit visit,
                       void *context, toc_err *err)
{
    return circle == NULL ? visit_all(txn, visit, context, err)
                          : visit_circle(txn, circle, visit, context, err);
}
