/* Checkpoints: the head, those that wait, and what is not taken. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

enum { ENTRIES = 600 };

typedef struct heads_fixture {
    toc_logbook book;
    toc_log_feed feed;
    toc_log_txn *txn;
    toc_logbook_entries entries;
    toc_hash roots[ENTRIES + 1]; /* of the first n entries */
} heads_fixture;

static int setup(void **state)
{
    static heads_fixture fixture;
    toc_err err = {0};
    toc_frontier frontier = {0};
    toc_feed_name name = toc_logbook_name(TOC_LANE_ALERT, 1);
    toc_logbook_open(&fixture.book);
    ASSERT_OK(toc_log_write(fixture.book.log, &fixture.txn, &err));
    ASSERT_OK(toc_log_feed_new(fixture.txn, &name, &fixture.feed, &err));
    toc_logbook_entries_make(&fixture.book, &fixture.feed, ENTRIES, 16, false, &fixture.entries);
    for (size_t i = 0; i < ENTRIES; i++) {
        toc_frontier_append(&frontier, &fixture.entries.leaves[i]);
        toc_frontier_root(&frontier, &fixture.roots[i + 1]);
    }
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    heads_fixture *fixture = *state;
    toc_log_abort(fixture->txn);
    toc_logbook_entries_free(&fixture->entries);
    toc_logbook_close(&fixture->book);
    return 0;
}

static void grow(heads_fixture *fixture, uint64_t until)
{
    toc_err err = {0};
    uint64_t at = fixture->feed.frontier.size;
    ASSERT_OK(toc_log_append(fixture->txn, &fixture->feed, fixture->entries.spans + at,
                             fixture->entries.leaves + at, (size_t)(until - at), NULL, &err));
}

static toc_code head_with_root(heads_fixture *fixture, uint64_t size, const toc_hash *root,
                               toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_logbook_note(&fixture->book, &fixture->feed.name, size, root, &note);
    return toc_log_head_put(fixture->txn, &fixture->feed, size, root, toc_buf_view(&note), err);
}

static toc_code head(heads_fixture *fixture, uint64_t size, toc_err *err)
{
    return head_with_root(fixture, size, &fixture->roots[size], err);
}

/* The feed as stored says the same as the caller's copy, and the note is that of the head. */
static void assert_head(heads_fixture *fixture, uint64_t head_size, uint64_t known_size)
{
    toc_err err = {0};
    toc_log_feed stored;
    toc_span note;
    ASSERT_OK(toc_log_feed_at(fixture->txn, 1, &stored, &err));
    assert_int_equal(stored.head_size, head_size);
    assert_int_equal(stored.known_size, known_size);
    assert_int_equal(fixture->feed.head_size, head_size);
    assert_int_equal(fixture->feed.known_size, known_size);
    assert_memory_equal(&stored.head_root, &fixture->feed.head_root, 32);
    assert_memory_equal(&stored.known_root, &fixture->roots[known_size], known_size > 0 ? 32 : 0);
    if (head_size == 0) {
        ASSERT_CODE(TOC_NOT_FOUND, toc_log_head_note(fixture->txn, 1, &note, &err));
        return;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf expected = {0};
    toc_logbook_note(&fixture->book, &stored.name, head_size, &fixture->roots[head_size],
                     &expected);
    assert_memory_equal(&stored.head_root, &fixture->roots[head_size], 32);
    ASSERT_OK(toc_log_head_note(fixture->txn, 1, &note, &err));
    assert_true(toc_span_equal(note, toc_buf_view(&expected)));
}

static void assert_whole(heads_fixture *fixture)
{
    toc_err err = {0};
    ASSERT_OK(toc_log_check(fixture->txn, NULL, NULL, &err));
}

static void a_checkpoint_over_what_is_stored_is_the_head_at_once(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 10);
    assert_head(fixture, 0, 0);
    ASSERT_OK(head(fixture, 10, &err));
    assert_head(fixture, 10, 10);
    grow(fixture, 300);
    assert_head(fixture, 10, 10);
    ASSERT_OK(head(fixture, 270, &err)); /* less than is stored */
    assert_head(fixture, 270, 270);
    ASSERT_OK(head(fixture, 300, &err));
    assert_head(fixture, 300, 300);
    assert_whole(fixture);
}

static void a_checkpoint_beyond_waits_until_it_is_reached(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 10);
    ASSERT_OK(head(fixture, 10, &err));
    ASSERT_OK(head(fixture, 500, &err));
    assert_head(fixture, 10, 500);
    grow(fixture, 499);
    ASSERT_OK(head(fixture, 500, &err)); /* again with the next chunk */
    assert_head(fixture, 10, 500);
    assert_whole(fixture);
    grow(fixture, 500);
    assert_head(fixture, 500, 500);
    ASSERT_OK(head(fixture, 500, &err));
    assert_head(fixture, 500, 500);
    assert_whole(fixture);
}

static void of_many_that_wait_the_newest_that_is_reached_becomes_the_head(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    static const uint64_t sizes[] = {400, 100, 300, 200, 600};
    for (size_t i = 0; i < TOC_COUNT(sizes); i++)
        ASSERT_OK(head(fixture, sizes[i], &err));
    assert_head(fixture, 0, 600);
    grow(fixture, 350);
    assert_head(fixture, 300, 600);
    assert_whole(fixture);
    grow(fixture, 400);
    assert_head(fixture, 400, 600);
    grow(fixture, 450);
    assert_head(fixture, 400, 600);
    ASSERT_OK(head(fixture, 420, &err)); /* between: reached, and newer than the head */
    assert_head(fixture, 420, 600);
    assert_whole(fixture);
    grow(fixture, 600);
    assert_head(fixture, 600, 600);
    assert_whole(fixture);
    ASSERT_OK(toc_log_commit(fixture->txn, &err));
    fixture->txn = NULL;
    toc_logbook_shut(&fixture->book);
    assert_int_equal(toc_logbook_rows(&fixture->book, "heads"), 1); /* nothing was left behind */
}

static void an_older_checkpoint_changes_nothing(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 300);
    ASSERT_OK(head(fixture, 300, &err));
    ASSERT_OK(head(fixture, 200, &err));
    assert_head(fixture, 300, 300);
    assert_whole(fixture);
}

static void a_checkpoint_that_does_not_sign_what_is_stored_is_refused(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 300);
    ASSERT_CODE(TOC_SIGNATURE, head_with_root(fixture, 300, &fixture->roots[299], &err));
    ASSERT_CODE(TOC_SIGNATURE, head_with_root(fixture, 200, &fixture->roots[201], &err));
    assert_head(fixture, 0, 0);
    ASSERT_OK(head(fixture, 300, &err));
    ASSERT_CODE(TOC_SIGNATURE, head_with_root(fixture, 300, &fixture->roots[299], &err));
    ASSERT_CODE(TOC_SIGNATURE, head_with_root(fixture, 200, &fixture->roots[201], &err));
    assert_head(fixture, 300, 300);
    assert_whole(fixture);
}

static void two_checkpoints_of_one_size_with_two_roots_are_never_both_taken(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    ASSERT_OK(head(fixture, 300, &err));
    ASSERT_CODE(TOC_SIGNATURE, head_with_root(fixture, 300, &fixture->roots[299], &err));
    ASSERT_OK(head(fixture, 400, &err));
    ASSERT_CODE(TOC_SIGNATURE, head_with_root(fixture, 300, &fixture->roots[299], &err));
    assert_head(fixture, 0, 400);
}

static void entries_that_a_waiting_checkpoint_does_not_sign_are_refused(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    ASSERT_OK(head_with_root(fixture, 20, &fixture->roots[21], &err));
    grow(fixture, 19);
    ASSERT_CODE(TOC_SIGNATURE,
                toc_log_append(fixture->txn, &fixture->feed, fixture->entries.spans + 19,
                               fixture->entries.leaves + 19, 5, NULL, &err));
    assert_int_equal(fixture->feed.frontier.size, 19);
    toc_log_txn *txn = fixture->txn;
    fixture->txn = NULL;
    ASSERT_CODE(TOC_SIGNATURE, toc_log_commit(txn, &err));
}

static void checkpoints_that_make_no_sense_are_refused(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    static uint8_t large[TOC_MESSAGE_BYTES_MAX + 1];
    grow(fixture, 10);
    toc_log_feed *feed = &fixture->feed;
    const toc_hash *root = &fixture->roots[10];
    toc_span note = toc_span_text("note");
    ASSERT_CODE(TOC_USAGE, toc_log_head_put(fixture->txn, feed, 0, root, note, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_head_put(fixture->txn, feed, 10, root, (toc_span){0}, &err));
    ASSERT_CODE(TOC_LIMIT,
                toc_log_head_put(fixture->txn, feed, 10, root, TOC_SPAN_OF(large), &err));
    toc_log_feed old = *feed;
    grow(fixture, 11);
    ASSERT_CODE(TOC_STATE, toc_log_head_put(fixture->txn, &old, 10, root, note, &err));
    assert_head(fixture, 0, 0);
}

static void heads_survive_closing(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 100);
    ASSERT_OK(head(fixture, 100, &err));
    ASSERT_OK(head(fixture, 200, &err));
    ASSERT_OK(toc_log_commit(fixture->txn, &err));
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_write(fixture->book.log, &fixture->txn, &err));
    assert_head(fixture, 100, 200);
    grow(fixture, 200);
    assert_head(fixture, 200, 200);
}

static void a_checkpoint_that_is_held_costs_nothing(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 10);
    ASSERT_OK(head(fixture, 10, &err));
    ASSERT_OK(head(fixture, 500, &err));
    uint64_t rows = toc_txn_rows(fixture->txn->txn);
    ASSERT_OK(head(fixture, 10, &err));
    ASSERT_OK(head(fixture, 500, &err));
    ASSERT_OK(head(fixture, 7, &err));
    assert_int_equal(toc_txn_rows(fixture->txn->txn), rows);
}

/* It is met after the new row has been put, so the round must not be committed. */
static void a_waiting_head_that_changed_on_disk_spoils_the_round(void **state)
{
    heads_fixture *fixture = *state;
    toc_err err = {0};
    grow(fixture, 10);
    ASSERT_OK(head(fixture, 300, &err));
    ASSERT_OK(toc_log_commit(fixture->txn, &err));
    fixture->txn = NULL;
    toc_logbook_shut(&fixture->book);
    toc_logbook_flip(&fixture->book, "heads", 0, 50);
    toc_logbook_reopen(&fixture->book);
    toc_log_feed before = fixture->feed;
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(fixture->book.log, &txn, &err));
    fixture->txn = txn;
    ASSERT_CODE(TOC_MALFORMED, head(fixture, 10, &err));
    assert_memory_equal(&before, &fixture->feed, sizeof before);
    fixture->txn = NULL;
    ASSERT_CODE(TOC_MALFORMED, toc_log_commit(txn, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_checkpoint_over_what_is_stored_is_the_head_at_once),
        TEST(a_checkpoint_beyond_waits_until_it_is_reached),
        TEST(of_many_that_wait_the_newest_that_is_reached_becomes_the_head),
        TEST(an_older_checkpoint_changes_nothing),
        TEST(a_checkpoint_that_does_not_sign_what_is_stored_is_refused),
        TEST(two_checkpoints_of_one_size_with_two_roots_are_never_both_taken),
        TEST(entries_that_a_waiting_checkpoint_does_not_sign_are_refused),
        TEST(checkpoints_that_make_no_sense_are_refused),
        TEST(heads_survive_closing),
        TEST(a_checkpoint_that_is_held_costs_nothing),
        TEST(a_waiting_head_that_changed_on_disk_spoils_the_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
