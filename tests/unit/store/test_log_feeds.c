/* Feeds and their entries: numbers, appending, reading back. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "proto/feed/entry.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

static toc_log_feed new_feed(toc_log_txn *txn, uint64_t generation)
{
    toc_err err = {0};
    toc_log_feed feed;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, generation);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    return feed;
}

/* ---- feeds ---- */

static void feeds_are_numbered_from_one_and_found_by_id_and_number(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed found;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    for (uint32_t i = 1; i <= 3; i++) {
        toc_log_feed feed = new_feed(txn, i);
        assert_int_equal(feed.number, i);
        assert_int_equal(feed.frontier.size, 0);
    }
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    for (uint32_t i = 1; i <= 3; i++) {
        toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, i);
        toc_feed_id id;
        toc_feed_id_of(&name, &id);
        ASSERT_OK(toc_log_feed_find(txn, &id, &found, &err));
        assert_int_equal(found.number, i);
        assert_memory_equal(&found.name.circle, &name.circle, 32);
        assert_memory_equal(&found.name.org, &name.org, 32);
        assert_int_equal(found.name.lane, TOC_LANE_BULK);
        assert_int_equal(found.name.generation, i);
        ASSERT_OK(toc_log_feed_at(txn, i, &found, &err));
        assert_true(toc_feed_id_equal(&found.id, &id));
    }
    toc_feed_name other = toc_logbook_name(TOC_LANE_ALERT, 1);
    toc_feed_id id;
    toc_feed_id_of(&other, &id);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_feed_find(txn, &id, &found, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_feed_at(txn, 4, &found, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_feed_at(txn, 0, &found, &err));
    toc_log_abort(txn);
}

static void a_feed_is_made_once_and_of_a_lane_that_exists(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1), again = feed;
    again.number = 77;
    ASSERT_CODE(TOC_EXISTS, toc_log_feed_new(txn, &feed.name, &again, &err));
    assert_int_equal(again.number, 77);
    toc_feed_name wrong = toc_logbook_name((toc_lane)3, 1);
    ASSERT_CODE(TOC_USAGE, toc_log_feed_new(txn, &wrong, &again, &err));
    toc_logbook_commit(txn);
}

typedef struct visit_state {
    size_t count;
    uint32_t numbers[8];
    toc_code answer;
} visit_state;

static toc_code visit(void *context, const toc_log_feed *feed, toc_err *err)
{
    visit_state *visited = context;
    visited->numbers[visited->count++] = feed->number;
    return visited->answer == TOC_OK ? TOC_OK : toc_fail(err, visited->answer, "enough");
}

static void feeds_are_visited_in_order_of_number_all_or_by_circle(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    for (uint64_t i = 1; i <= 6; i++) {
        toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, i);
        if (i % 2 == 0)
            memset(name.circle.bytes, 0xC0, sizeof name.circle); /* sorts before the other */
        ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    }
    visit_state all = {0}, odd = {0}, stopped = {.answer = TOC_DENIED}, none = {0};
    ASSERT_OK(toc_log_feeds(txn, NULL, visit, &all, &err));
    assert_int_equal(all.count, 6);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(all.numbers[i], i + 1);
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    ASSERT_OK(toc_log_feeds(txn, &name.circle, visit, &odd, &err));
    assert_int_equal(odd.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(odd.numbers[i], 2 * i + 1);
    ASSERT_CODE(TOC_DENIED, toc_log_feeds(txn, &name.circle, visit, &stopped, &err));
    ASSERT_CODE(TOC_DENIED, toc_log_feeds(txn, NULL, visit, &stopped, &err));
    assert_int_equal(stopped.count, 2);
    memset(name.circle.bytes, 0xBB, sizeof name.circle);
    ASSERT_OK(toc_log_feeds(txn, &name.circle, visit, &none, &err));
    assert_int_equal(none.count, 0);
    toc_logbook_commit(txn);
}

/* ---- appending ---- */

static void what_is_appended_is_read_back_with_its_leaves_judge_and_frontier(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_span entry;
    toc_hash leaf;
    toc_frontier frontier = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1), stored;
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, &feed, 700, 100, true, &entries);
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans, entries.leaves, 300, &entries.judge, &err));
    ASSERT_OK(
        toc_log_append(txn, &feed, entries.spans + 300, entries.leaves + 300, 400, NULL, &err));
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_feed_at(txn, 1, &stored, &err));
    for (size_t i = 0; i < 700; i++) {
        toc_frontier_append(&frontier, &entries.leaves[i]);
        ASSERT_OK(toc_log_entry(txn, 1, i, &entry, &err));
        assert_true(toc_span_equal(entry, entries.spans[i]));
        ASSERT_OK(toc_log_leaf(txn, 1, i, &leaf, &err));
        assert_true(toc_hash_equal(&leaf, &entries.leaves[i]));
    }
    assert_true(toc_frontier_equal(&frontier, &stored.frontier));
    assert_true(toc_frontier_equal(&frontier, &feed.frontier));
    assert_true(stored.has_judge);
    assert_memory_equal(&stored.judge.card, &book->card, 32);
    assert_int_equal(stored.judge.index, 0);
    assert_int_equal(stored.judge.card_serial, 3);
    assert_int_equal(stored.judge.charter_version, 2);
    assert_int_equal(stored.judge.epoch, entries.judge.epoch);
    assert_memory_equal(&stored.judge.charter, &entries.judge.charter, 32);
    assert_memory_equal(&stored.judge.key_id, &entries.judge.key_id, 32);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_entry(txn, 1, 700, &entry, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_leaf(txn, 1, 700, &leaf, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_entry(txn, 2, 0, &entry, &err));
    toc_log_abort(txn);
    toc_logbook_entries_free(&entries);
}

/* The writer appends where keys ascend and searches where they do not; both must store the same. */
static void feeds_that_interleave_do_not_mix(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feeds[3];
    toc_log_txn *txn = toc_logbook_begin(book, true);
    for (uint64_t i = 0; i < 3; i++)
        feeds[i] = new_feed(txn, i + 1);
    for (size_t round = 0; round < 40; round++)
        for (size_t i = 0; i < 3; i++)
            toc_logbook_append(book, txn, &feeds[(round + i) % 3], 1 + round * (i + 1) % 29,
                               round % 7 == 0);
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    for (uint32_t i = 0; i < 3; i++) {
        toc_log_feed stored;
        ASSERT_OK(toc_log_feed_at(txn, i + 1, &stored, &err));
        assert_true(toc_frontier_equal(&stored.frontier, &feeds[i].frontier));
        for (uint64_t index = 0; index < stored.frontier.size; index++) {
            toc_span entry;
            toc_hash leaf, kept;
            ASSERT_OK(toc_log_entry(txn, i + 1, index, &entry, &err));
            toc_entry_leaf(&stored.id, index, entry, &leaf);
            ASSERT_OK(toc_log_leaf(txn, i + 1, index, &kept, &err));
            assert_true(toc_hash_equal(&leaf, &kept));
        }
    }
    toc_log_abort(txn);
}

static void a_copy_of_a_feed_that_is_out_of_date_is_refused(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1), old = feed;
    toc_logbook_append(book, txn, &feed, 3, false);
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, &old, 3, 64, false, &entries);
    ASSERT_CODE(TOC_STATE, toc_log_append(txn, &old, entries.spans, entries.leaves, 3, NULL, &err));
    assert_int_equal(old.frontier.size, 0);
    toc_logbook_entries_free(&entries);
    toc_logbook_commit(txn); /* nothing was written, so nothing is spoilt */
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void a_copy_of_a_feed_whose_heads_or_id_are_others_is_refused(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    toc_logbook_append(book, txn, &feed, 3, false);
    toc_log_feed before = feed;
    toc_logbook_head(book, txn, &feed);
    toc_log_feed head = feed, known = feed, other = feed;
    head.head_size = before.head_size;
    known.known_size = before.known_size;
    other.id.bytes[0] ^= 1;
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, &feed, 1, 64, false, &entries);
    toc_log_feed *const stale[] = {&before, &head, &known, &other};
    for (size_t i = 0; i < TOC_COUNT(stale); i++)
        ASSERT_CODE(TOC_STATE,
                    toc_log_append(txn, stale[i], entries.spans, entries.leaves, 1, NULL, &err));
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans, entries.leaves, 1, NULL, &err));
    toc_logbook_entries_free(&entries);
    toc_logbook_commit(txn);
}

static void an_abort_takes_back_entries_hashes_and_feeds(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_hash leaf;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    toc_logbook_append(book, txn, &feed, 300, false);
    toc_logbook_commit(txn);
    toc_log_feed kept = feed;
    txn = toc_logbook_begin(book, true);
    toc_logbook_append(book, txn, &feed, 300, false);
    (void)new_feed(txn, 2);
    toc_log_abort(txn);
    txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_log_feed_at(txn, 1, &feed, &err));
    assert_true(toc_frontier_equal(&feed.frontier, &kept.frontier));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_leaf(txn, 1, 300, &leaf, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_feed_at(txn, 2, &feed, &err));
    toc_logbook_append(book, txn, &kept, 300, false);
    toc_logbook_commit(txn);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void entries_of_impossible_sizes_are_refused_and_nothing_is_written(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    static uint8_t bytes[TOC_ENTRY_BYTES_MAX + 1];
    toc_hash leaves[2] = {{{1}}, {{2}}};
    toc_span long_one[2] = {toc_span_of(bytes, 100), toc_span_of(bytes, sizeof bytes)};
    toc_span short_one[2] = {toc_span_of(bytes, 100), toc_span_of(bytes, 47)};
    toc_span largest[2] = {toc_span_of(bytes, 48), toc_span_of(bytes, TOC_ENTRY_BYTES_MAX)};
    ASSERT_CODE(TOC_LIMIT, toc_log_append(txn, &feed, long_one, leaves, 2, NULL, &err));
    ASSERT_CODE(TOC_LIMIT, toc_log_append(txn, &feed, short_one, leaves, 2, NULL, &err));
    assert_int_equal(feed.frontier.size, 0);
    ASSERT_OK(toc_log_append(txn, &feed, largest, leaves, 2, NULL, &err));
    ASSERT_OK(toc_log_append(txn, &feed, largest, leaves, 0, NULL, &err));
    assert_int_equal(feed.frontier.size, 2);
    toc_logbook_commit(txn);
}

static void a_transaction_takes_so_many_entries_and_no_more(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    toc_logbook_append(book, txn, &feed, TOC_LOG_TXN_ENTRIES_MAX, false);
    toc_logbook_append(book, txn, &feed, TOC_LOG_TXN_ENTRIES_MAX - 1, false);
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, &feed, 2, 64, false, &entries);
    ASSERT_CODE(TOC_LIMIT,
                toc_log_append(txn, &feed, entries.spans, entries.leaves, 2, NULL, &err));
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans, entries.leaves, 1, NULL, &err));
    toc_logbook_commit(txn);
    txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans + 1, entries.leaves + 1, 1, NULL, &err));
    toc_logbook_commit(txn);
    toc_logbook_entries_free(&entries);
}

static void a_judge_outside_what_is_appended_is_refused(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    toc_logbook_append(book, txn, &feed, 5, false);
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, &feed, 3, 64, true, &entries);
    toc_judge judge = entries.judge;
    judge.index = 4;
    ASSERT_CODE(TOC_USAGE,
                toc_log_append(txn, &feed, entries.spans, entries.leaves, 3, &judge, &err));
    judge.index = 8;
    ASSERT_CODE(TOC_USAGE,
                toc_log_append(txn, &feed, entries.spans, entries.leaves, 3, &judge, &err));
    judge.index = 7;
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans, entries.leaves, 3, &judge, &err));
    toc_logbook_entries_free(&entries);
    toc_log_abort(txn);
}

/* ---- reading many ---- */

static uint32_t read_chunk(toc_log_txn *txn, uint64_t from, uint64_t until, size_t bytes_max,
                           toc_buf *out)
{
    toc_err err = {0};
    uint32_t count = 99;
    toc_buf_clear(out);
    ASSERT_OK(toc_log_entries(txn, 1, from, until, bytes_max, out, &count, &err));
    return count;
}

static void chunks_hold_as_many_whole_entries_as_fit_and_at_least_one(void **state)
{
    const toc_logbook *book = *state;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1), next = new_feed(txn, 2);
    toc_logbook_append(book, txn, &next, 3, false);
    toc_logbook_append(book, txn, &feed, 10, false); /* of 48 + 64 bytes, and 4 of length */
    toc_logbook_commit(txn);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    txn = toc_logbook_begin(book, false);
    assert_int_equal(read_chunk(txn, 0, 10, 1 << 20, &out), 10);
    assert_int_equal(out.size, 1160);
    assert_int_equal(read_chunk(txn, 0, 100, 1 << 20, &out), 10); /* never the next feed's */
    assert_int_equal(read_chunk(txn, 4, 7, 1 << 20, &out), 3);
    assert_int_equal(read_chunk(txn, 4, 10, (size_t)3 * 116, &out), 3);
    assert_int_equal(read_chunk(txn, 4, 10, (size_t)3 * 116 - 1, &out), 2);
    assert_int_equal(read_chunk(txn, 4, 10, 0, &out), 1);
    assert_int_equal(read_chunk(txn, 10, 20, 1 << 20, &out), 0);
    assert_int_equal(read_chunk(txn, 5, 5, 1 << 20, &out), 0);
    assert_int_equal(read_chunk(txn, 6, 5, 1 << 20, &out), 0);
    assert_int_equal(out.size, 0);
    assert_int_equal(read_chunk(txn, 8, UINT64_MAX, 1 << 20, &out), 2);
    toc_reader reader = toc_reader_of(toc_buf_view(&out));
    for (uint64_t index = 8; index < 10; index++) {
        toc_err err = {0};
        toc_span entry, length = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        ASSERT_OK(toc_log_entry(txn, 1, index, &entry, &err));
        assert_true(toc_span_equal(entry, length));
    }
    assert_int_equal(toc_reader_finish(&reader, "chunk", NULL), TOC_OK);
    toc_log_abort(txn);
}

static void a_missing_entry_is_a_lie_and_not_the_end(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    toc_logbook_append(book, txn, &feed, 10, false);
    toc_logbook_commit(txn);
    toc_logbook_shut(book);
    toc_logbook_delete(book, "entries", 4);
    toc_logbook_reopen(book);
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    uint32_t count = 0;
    txn = toc_logbook_begin(book, false);
    assert_int_equal(read_chunk(txn, 0, 4, 1 << 20, &out), 4);
    ASSERT_CODE(TOC_MALFORMED, toc_log_entries(txn, 1, 0, 10, 1 << 20, &out, &count, &err));
    assert_non_null(strstr(err.text, "the disk lies"));
    assert_non_null(strstr(err.text, "000000010000000000000004"));
    toc_log_abort(txn);
}

/* ---- lies ---- */

/* Rows with a right check value and contents that no writer writes: places in the payload of a
 * feed's row without a judge, and what is put there. */
static void rows_of_feeds_that_cannot_be_are_lies(void **state)
{
    enum { LANE = 96, HAS_JUDGE = 105, HEAD_SIZE = 106, KNOWN_SIZE = 146, FRONTIER = 186 };
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed found;
    toc_span payload;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    toc_logbook_append(book, txn, &feed, 3, false);
    toc_logbook_head(book, txn, &feed);
    uint8_t key[TOC_FEED_KEY_BYTES], bytes[FRONTIER + 8 + 64];
    ASSERT_OK(toc_checked_get(txn, TOC_LOG_FEEDS, toc_feed_key(1, key), &payload, &err));
    assert_int_equal(payload.size, sizeof bytes);
    memcpy(bytes, payload.data, sizeof bytes);
    bytes[KNOWN_SIZE + 7] = 9; /* one waits: that can be */
    static const struct {
        size_t place;
        uint8_t value;
    } wrong[] = {{LANE, 3},           {HAS_JUDGE, 1},    {HAS_JUDGE, 2},   {HEAD_SIZE + 7, 4},
                 {KNOWN_SIZE + 7, 2}, {FRONTIER + 7, 7}, {FRONTIER + 7, 1}};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++) {
        uint8_t before = bytes[wrong[i].place];
        bytes[wrong[i].place] = wrong[i].value;
        ASSERT_OK(
            toc_checked_put(txn, TOC_LOG_FEEDS, toc_feed_key(1, key), TOC_SPAN_OF(bytes), &err));
        ASSERT_CODE(TOC_MALFORMED, toc_log_feed_at(txn, 1, &found, &err));
        assert_non_null(strstr(err.text, "not the row of a feed"));
        bytes[wrong[i].place] = before;
    }
    bytes[HEAD_SIZE + 7] = 0;
    bytes[KNOWN_SIZE + 7] = 0;
    bytes[FRONTIER + 7] = 7; /* which has three hashes, and two are there */
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_FEEDS, toc_feed_key(1, key), TOC_SPAN_OF(bytes), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_feed_at(txn, 1, &found, &err));
    bytes[FRONTIER + 7] = 3;
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_FEEDS, toc_feed_key(1, key),
                              toc_span_of(bytes, sizeof bytes - 1), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_feed_at(txn, 1, &found, &err));
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_FEEDS, toc_feed_key(1, key), TOC_SPAN_OF(bytes), &err));
    ASSERT_OK(toc_log_feed_at(txn, 1, &found, &err));
    toc_log_abort(txn);
}

static void an_id_that_leads_to_another_feed_or_to_none_is_a_lie(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed found;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = new_feed(txn, 1);
    (void)new_feed(txn, 2);
    static const uint8_t second[4] = {0, 0, 0, 2}, third[4] = {0, 0, 0, 3};
    toc_span id = TOC_SPAN_OF(feed.id);
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_FEED_IDS, id, TOC_SPAN_OF(second), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_feed_find(txn, &feed.id, &found, &err));
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_FEED_IDS, id, TOC_SPAN_OF(third), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_feed_find(txn, &feed.id, &found, &err));
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_FEED_IDS, id, toc_span_of(second, 3), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_feed_find(txn, &feed.id, &found, &err));
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(feeds_are_numbered_from_one_and_found_by_id_and_number),
        TEST(a_feed_is_made_once_and_of_a_lane_that_exists),
        TEST(feeds_are_visited_in_order_of_number_all_or_by_circle),
        TEST(what_is_appended_is_read_back_with_its_leaves_judge_and_frontier),
        TEST(feeds_that_interleave_do_not_mix),
        TEST(a_copy_of_a_feed_that_is_out_of_date_is_refused),
        TEST(a_copy_of_a_feed_whose_heads_or_id_are_others_is_refused),
        TEST(an_abort_takes_back_entries_hashes_and_feeds),
        TEST(entries_of_impossible_sizes_are_refused_and_nothing_is_written),
        TEST(a_transaction_takes_so_many_entries_and_no_more),
        TEST(a_judge_outside_what_is_appended_is_refused),
        TEST(chunks_hold_as_many_whole_entries_as_fit_and_at_least_one),
        TEST(a_missing_entry_is_a_lie_and_not_the_end),
        TEST(rows_of_feeds_that_cannot_be_are_lies),
        TEST(an_id_that_leads_to_another_feed_or_to_none_is_a_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
