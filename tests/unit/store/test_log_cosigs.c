/* Cosignatures at rest: which are kept, in what order they are told, and what a disk that lies
 * cannot say. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

enum { ENTRIES = 6000 };

typedef struct cosigs_fixture {
    toc_logbook book;
    toc_log_feed feed;
    toc_log_txn *txn;
    toc_hash roots[ENTRIES + 1]; /* of the first n entries */
    toc_secret *seed;
} cosigs_fixture;

static int setup(void **state)
{
    static cosigs_fixture fixture;
    toc_err err = {0};
    toc_frontier frontier = {0};
    toc_logbook_entries entries;
    toc_feed_name name = toc_logbook_name(TOC_LANE_ALERT, 1);
    toc_logbook_open(&fixture.book);
    ASSERT_OK(toc_secret_random(&fixture.seed, &err));
    ASSERT_OK(toc_log_write(fixture.book.log, &fixture.txn, &err));
    ASSERT_OK(toc_log_feed_new(fixture.txn, &name, &fixture.feed, &err));
    toc_logbook_entries_make(&fixture.book, &fixture.feed, ENTRIES, 16, false, &entries);
    for (size_t i = 0; i < ENTRIES; i++) {
        toc_frontier_append(&frontier, &entries.leaves[i]);
        toc_frontier_root(&frontier, &fixture.roots[i + 1]);
    }
    ASSERT_OK(toc_log_append(fixture.txn, &fixture.feed, entries.spans, entries.leaves, ENTRIES,
                             NULL, &err));
    toc_logbook_head(&fixture.book, fixture.txn, &fixture.feed);
    toc_logbook_entries_free(&entries);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_log_abort(fixture->txn);
    toc_secret_free(fixture->seed);
    toc_logbook_close(&fixture->book);
    return 0;
}

static toc_log_cosignature make(const cosigs_fixture *fixture, uint8_t org, uint64_t size,
                                uint64_t time_s)
{
    toc_err err = {0};
    toc_log_cosignature made = {.size = size};
    memset(made.org.bytes, org, sizeof made.org.bytes);
    toc_sign_public(fixture->seed, &made.key);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_checkpoint_body(&fixture->feed.name, size, &fixture->roots[size], &body);
    ASSERT_OK(toc_cosignature_sign(toc_buf_view(&body), time_s, fixture->seed, &made.made, &err));
    return made;
}

static toc_code put(cosigs_fixture *fixture, uint8_t org, uint64_t size, uint64_t time_s,
                    bool *out_fresh)
{
    toc_log_cosignature made = make(fixture, org, size, time_s);
    return toc_log_cosignature_put(fixture->txn, 1, &made, out_fresh, NULL);
}

static void assert_put(cosigs_fixture *fixture, uint8_t org, uint64_t size, uint64_t time_s,
                       bool expected_fresh)
{
    bool fresh = !expected_fresh;
    assert_int_equal(put(fixture, org, size, time_s, &fresh), TOC_OK);
    assert_int_equal(fresh, expected_fresh);
}

static void assert_newest(cosigs_fixture *fixture, uint8_t org, uint64_t size, uint64_t time_s)
{
    toc_err err = {0};
    toc_log_cosignature expected = make(fixture, org, size, time_s), found;
    ASSERT_OK(toc_log_cosigned(fixture->txn, 1, &expected.org, &found, &err));
    assert_memory_equal(&found, &expected, sizeof expected);
}

static void assert_whole(cosigs_fixture *fixture)
{
    toc_err err = {0};
    ASSERT_OK(toc_log_check(fixture->txn, NULL, NULL, &err));
}

/* What a walk tells, as "org:size@time " each. */
typedef struct told {
    size_t count;
    toc_buf text;
} told;

static toc_code tell(void *context, const toc_log_cosignature *found, toc_err *err)
{
    (void)err;
    told *all = context;
    all->count++;
    toc_buf_printf(&all->text, "%u:%llu@%llu ", found->org.bytes[0],
                   (unsigned long long)found->size, (unsigned long long)found->made.time_s);
    return TOC_OK;
}

static void assert_told(cosigs_fixture *fixture, uint64_t size_min, const char *expected)
{
    toc_err err = {0};
    told all = {0};
    ASSERT_OK(toc_log_cosignatures(fixture->txn, 1, size_min, tell, &all, &err));
    assert_string_equal(toc_buf_text(&all.text), expected);
    toc_buf_wipe(&all.text);
}

/* ---- what is kept ---- */

static void cosignatures_are_told_in_order_of_size_then_of_org(void **state)
{
    cosigs_fixture *fixture = *state;
    assert_put(fixture, 9, 10, 100, true);
    assert_put(fixture, 3, 300, 200, true);
    assert_put(fixture, 9, 300, 150, true);
    assert_put(fixture, 5, 2, 90, true);
    assert_told(fixture, 0, "5:2@90 9:10@100 3:300@200 9:300@150 ");
    assert_told(fixture, 10, "9:10@100 3:300@200 9:300@150 ");
    assert_told(fixture, 11, "3:300@200 9:300@150 ");
    assert_told(fixture, 301, "");
    assert_newest(fixture, 9, 300, 150);
    assert_whole(fixture);
}

static void assert_held(cosigs_fixture *fixture, const toc_log_cosignature *made, bool expected)
{
    assert_int_equal(toc_log_cosignature_held(fixture->txn, 1, made), expected);
}

static void what_is_held_is_known_by_its_signature(void **state)
{
    cosigs_fixture *fixture = *state;
    assert_put(fixture, 9, 10, 100, true);
    assert_put(fixture, 9, 300, 150, true);
    assert_put(fixture, 9, 300, 210, true);
    toc_log_cosignature first = make(fixture, 9, 10, 100), newest = make(fixture, 9, 300, 210);
    assert_held(fixture, &first, true);
    assert_held(fixture, &newest, true);
    toc_log_cosignature other = make(fixture, 9, 10, 101); /* another time */
    assert_held(fixture, &other, false);
    other = make(fixture, 9, 11, 100); /* another head */
    assert_held(fixture, &other, false);
    other = make(fixture, 8, 10, 100); /* another cosigner */
    assert_held(fixture, &other, false);
    first.made.signature.bytes[63] ^= 1;
    assert_held(fixture, &first, false);
    newest.made.signature.bytes[0] ^= 1;
    assert_held(fixture, &newest, false);
}

static void a_heartbeat_moves_last_heard_and_keeps_the_earliest(void **state)
{
    cosigs_fixture *fixture = *state;
    assert_put(fixture, 9, 10, 100, true);
    assert_put(fixture, 9, 10, 160, true);
    assert_put(fixture, 9, 10, 220, true);
    assert_newest(fixture, 9, 10, 220);
    assert_told(fixture, 0, "9:10@100 9:10@220 ");
    assert_told(fixture, 10, "9:10@100 9:10@220 ");
    assert_told(fixture, 11, "");
    assert_put(fixture, 9, 10, 220, false); /* the same again */
    assert_put(fixture, 9, 10, 160, false); /* between: says nothing new */
    assert_newest(fixture, 9, 10, 220);
    assert_whole(fixture);
}

static void what_comes_late_is_kept_when_it_was_said_before(void **state)
{
    cosigs_fixture *fixture = *state;
    assert_put(fixture, 9, 10, 160, true);
    assert_put(fixture, 9, 20, 200, true);
    assert_put(fixture, 9, 10, 100, true); /* earlier than what was held over that head */
    assert_put(fixture, 9, 15, 170, true);
    assert_told(fixture, 0, "9:10@100 9:15@170 9:20@200 ");
    assert_newest(fixture, 9, 20, 200);
    assert_whole(fixture);
}

static void what_takes_back_what_was_said_is_refused(void **state)
{
    cosigs_fixture *fixture = *state;
    bool fresh = false;
    assert_put(fixture, 9, 20, 200, true);
    assert_int_equal(put(fixture, 9, 10, 201, &fresh), TOC_STATE); /* smaller, later */
    assert_int_equal(put(fixture, 9, 30, 199, &fresh), TOC_STATE); /* larger, earlier */
    assert_false(fresh);
    assert_put(fixture, 9, 30, 200, true); /* within one second */
    assert_put(fixture, 8, 10, 900, true); /* another org says what it likes */
    assert_told(fixture, 0, "8:10@900 9:20@200 9:30@200 ");
    assert_whole(fixture);
}

static void what_a_wrong_clock_said_is_forgotten_and_said_anew(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_cosignature found;
    const toc_log_cosignature of = make(fixture, 9, 10, 1);
    assert_put(fixture, 9, 10, 100, true);
    assert_put(fixture, 9, 20, 200, true);
    assert_put(fixture, 9, 20, 8000, true); /* a heartbeat */
    assert_put(fixture, 9, 30, 9000, true);
    assert_put(fixture, 8, 30, 9000, true);
    ASSERT_OK(toc_log_cosignatures_forget(fixture->txn, 1, &of.org, 9000, &err));
    assert_newest(fixture, 9, 30, 9000);
    ASSERT_OK(toc_log_cosignatures_forget(fixture->txn, 1, &of.org, 1000, &err));
    assert_newest(fixture, 9, 20, 200);
    assert_newest(fixture, 8, 30, 9000);
    assert_told(fixture, 0, "9:10@100 9:20@200 8:30@9000 ");
    assert_whole(fixture);
    assert_put(fixture, 9, 30, 300, true);
    assert_whole(fixture);
    ASSERT_OK(toc_log_cosignatures_forget(fixture->txn, 1, &of.org, 50, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_cosigned(fixture->txn, 1, &of.org, &found, &err));
    ASSERT_OK(toc_log_cosignatures_forget(fixture->txn, 1, &of.org, 50, &err));
    assert_told(fixture, 0, "8:30@9000 ");
    assert_whole(fixture);
}

static void what_is_not_stored_cannot_be_cosigned(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_cosignature made = make(fixture, 9, ENTRIES, 100);
    bool fresh = false;
    made.size = ENTRIES + 1;
    ASSERT_CODE(TOC_USAGE, toc_log_cosignature_put(fixture->txn, 1, &made, &fresh, &err));
    made.size = 0;
    ASSERT_CODE(TOC_USAGE, toc_log_cosignature_put(fixture->txn, 1, &made, &fresh, &err));
    made.size = ENTRIES;
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_cosignature_put(fixture->txn, 2, &made, &fresh, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_cosigned(fixture->txn, 1, &made.org, &made, &err));
    ASSERT_OK(toc_log_cosignature_put(fixture->txn, 1, &made, &fresh, &err));
    assert_true(fresh);
}

static void past_the_limit_every_second_goes_and_the_newest_stays(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    uint64_t size = 1;
    assert_put(fixture, 8, 1, 1, true);
    for (; size <= TOC_COSIGNATURES_KEPT_MAX; size++)
        assert_put(fixture, 9, size, size, true);
    told all = {0};
    ASSERT_OK(toc_log_cosignatures(fixture->txn, 1, 0, tell, &all, &err));
    assert_int_equal(all.count, TOC_COSIGNATURES_KEPT_MAX + 1);
    toc_buf_wipe(&all.text);
    assert_put(fixture, 9, size, size, true);
    all = (told){0};
    ASSERT_OK(toc_log_cosignatures(fixture->txn, 1, 0, tell, &all, &err));
    assert_int_equal(all.count, TOC_COSIGNATURES_KEPT_MAX / 2 + 2);
    /* The first is kept, and each that is left out is covered by the next. */
    assert_memory_equal(toc_buf_text(&all.text), "8:1@1 9:1@1 9:3@3 9:5@5 ", 24);
    toc_buf_wipe(&all.text);
    assert_newest(fixture, 9, size, size);
    assert_told(fixture, size - 2, "9:2047@2047 9:2049@2049 ");
    for (; size <= (uint64_t)3 * TOC_COSIGNATURES_KEPT_MAX && size <= ENTRIES; size++)
        assert_int_equal(put(fixture, 9, size, size, &(bool){false}), TOC_OK);
    all = (told){0};
    ASSERT_OK(toc_log_cosignatures(fixture->txn, 1, 0, tell, &all, &err));
    assert_true(all.count <= TOC_COSIGNATURES_KEPT_MAX + 1);
    toc_buf_wipe(&all.text);
    assert_whole(fixture);
}

static void cosigners_are_walked_from_feed_to_feed(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_feed other;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    ASSERT_OK(toc_log_feed_new(fixture->txn, &name, &other, &err));
    toc_logbook_append(&fixture->book, fixture->txn, &other, 1, false);
    assert_put(fixture, 255, 7, 10, true);
    assert_put(fixture, 4, 6, 11, true);
    toc_log_cosignature made = make(fixture, 4, 1, 12), found;
    bool fresh;
    ASSERT_OK(toc_log_cosignature_put(fixture->txn, 2, &made, &fresh, &err));
    uint32_t number = 0;
    ASSERT_OK(toc_log_cosigned_next(fixture->txn, 0, NULL, &number, &found, &err));
    assert_int_equal(number, 1);
    assert_int_equal(found.size, 6);
    ASSERT_OK(toc_log_cosigned_next(fixture->txn, number, &found.org, &number, &found, &err));
    assert_int_equal(number, 1);
    assert_int_equal(found.size, 7);
    ASSERT_OK(toc_log_cosigned_next(fixture->txn, number, &found.org, &number, &found, &err));
    assert_int_equal(number, 2);
    assert_int_equal(found.made.time_s, 12);
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_cosigned_next(fixture->txn, number, &found.org, &number, &found, &err));
}

static void an_entry_is_found_by_its_leaf(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_feed other;
    toc_hash leaf;
    uint32_t number;
    uint64_t index;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    ASSERT_OK(toc_log_feed_new(fixture->txn, &name, &other, &err));
    toc_logbook_append(&fixture->book, fixture->txn, &other, 300, false);
    static const uint64_t places[] = {0, 1, 255, 256, 299};
    for (uint32_t feed = 1; feed <= 2; feed++) {
        for (size_t i = 0; i < TOC_COUNT(places); i++) {
            ASSERT_OK(toc_log_leaf(fixture->txn, feed, places[i], &leaf, &err));
            ASSERT_OK(toc_log_leaf_find(fixture->txn, &leaf, &number, &index, &err));
            assert_int_equal(number, feed);
            assert_int_equal(index, places[i]);
        }
    }
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_leaf_find(fixture->txn, &fixture->roots[256], &number,
                                                 &index, &err)); /* a hash, and no leaf */
}

static void cosignatures_survive_closing(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    assert_put(fixture, 9, 10, 100, true);
    assert_put(fixture, 9, 10, 160, true);
    ASSERT_OK(toc_log_commit(fixture->txn, &err));
    fixture->txn = NULL;
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_write(fixture->book.log, &fixture->txn, &err));
    assert_newest(fixture, 9, 10, 160);
    assert_told(fixture, 0, "9:10@100 9:10@160 ");
    assert_whole(fixture);
}

/* ---- a disk that lies ---- */

/* Rows of two orgs, committed and shut. */
static void shut_with_rows(cosigs_fixture *fixture)
{
    toc_err err = {0};
    assert_put(fixture, 8, 10, 100, true);
    assert_put(fixture, 9, 10, 100, true);
    assert_put(fixture, 9, 20, 120, true);
    ASSERT_OK(toc_log_commit(fixture->txn, &err));
    fixture->txn = NULL;
    toc_logbook_shut(&fixture->book);
}

static void assert_found_out(cosigs_fixture *fixture)
{
    toc_err err = {0};
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_read(fixture->book.log, &fixture->txn, &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(fixture->txn, NULL, NULL, &err));
}

static void a_flipped_bit_is_found_out(void **state)
{
    cosigs_fixture *fixture = *state;
    shut_with_rows(fixture);
    toc_logbook_flip(&fixture->book, "cosigs", 1, 60);
    assert_found_out(fixture);
}

static void a_flipped_bit_of_a_cosigner_is_found_out(void **state)
{
    cosigs_fixture *fixture = *state;
    shut_with_rows(fixture);
    toc_logbook_flip(&fixture->book, "cosigners", 0, 30);
    assert_found_out(fixture);
}

static void a_cosignature_that_went_is_found_out(void **state)
{
    cosigs_fixture *fixture = *state;
    shut_with_rows(fixture);
    toc_logbook_delete(&fixture->book, "cosigs", 2);
    assert_found_out(fixture);
}

/* Its row is as it should be; only the signature tells. */
static void a_cosignature_over_another_root_is_found_out(void **state)
{
    cosigs_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_cosignature made = make(fixture, 9, 10, 100);
    bool fresh;
    made.size = 11;
    ASSERT_OK(toc_log_cosignature_put(fixture->txn, 1, &made, &fresh, &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(fixture->txn, NULL, NULL, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(cosignatures_are_told_in_order_of_size_then_of_org),
        TEST(what_is_held_is_known_by_its_signature),
        TEST(a_heartbeat_moves_last_heard_and_keeps_the_earliest),
        TEST(what_comes_late_is_kept_when_it_was_said_before),
        TEST(what_takes_back_what_was_said_is_refused),
        TEST(what_a_wrong_clock_said_is_forgotten_and_said_anew),
        TEST(what_is_not_stored_cannot_be_cosigned),
        TEST(past_the_limit_every_second_goes_and_the_newest_stays),
        TEST(cosigners_are_walked_from_feed_to_feed),
        TEST(an_entry_is_found_by_its_leaf),
        TEST(cosignatures_survive_closing),
        TEST(a_flipped_bit_is_found_out),
        TEST(a_flipped_bit_of_a_cosigner_is_found_out),
        TEST(a_cosignature_that_went_is_found_out),
        TEST(a_cosignature_over_another_root_is_found_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
