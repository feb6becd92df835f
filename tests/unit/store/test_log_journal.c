/* The journal and the ranges that wait for a key. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/logbook.h"

typedef struct journal_fixture {
    toc_logbook book;
    toc_log_txn *txn;
} journal_fixture;

static int setup(void **state)
{
    static journal_fixture fixture;
    toc_err err = {0};
    toc_logbook_open(&fixture.book);
    ASSERT_OK(toc_log_write(fixture.book.log, &fixture.txn, &err));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    journal_fixture *fixture = *state;
    toc_log_abort(fixture->txn);
    toc_logbook_close(&fixture->book);
    return 0;
}

static void commit(journal_fixture *fixture)
{
    toc_err err = {0};
    toc_log_txn *txn = fixture->txn;
    fixture->txn = NULL;
    ASSERT_OK(toc_log_commit(txn, &err));
    ASSERT_OK(toc_log_write(fixture->book.log, &fixture->txn, &err));
}

/* Shuts the log, so that the disk can be changed; `reopen` begins again. */
static void shut(journal_fixture *fixture)
{
    toc_err err = {0};
    toc_log_txn *txn = fixture->txn;
    fixture->txn = NULL;
    ASSERT_OK(toc_log_commit(txn, &err));
    toc_logbook_shut(&fixture->book);
}

static void reopen(journal_fixture *fixture)
{
    toc_err err = {0};
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_write(fixture->book.log, &fixture->txn, &err));
}

/* ---- journal ---- */

static uint64_t add(journal_fixture *fixture, toc_lane lane, uint64_t from)
{
    toc_err err = {0};
    toc_journal_row row = {.kind = TOC_JOURNAL_STORED, .feed = 9, .from = from, .until = from + 10};
    ASSERT_OK(toc_log_journal_add(fixture->txn, lane, &row, &err));
    return row.number;
}

static uint64_t last(journal_fixture *fixture, toc_lane lane)
{
    toc_err err = {0};
    uint64_t number = 99;
    ASSERT_OK(toc_log_journal_last(fixture->txn, lane, &number, &err));
    return number;
}

static void rows_are_numbered_by_lane_from_one_across_transactions(void **state)
{
    journal_fixture *fixture = *state;
    assert_int_equal(last(fixture, TOC_LANE_ALERT), 0);
    assert_int_equal(add(fixture, TOC_LANE_BULK, 0), 1);
    assert_int_equal(add(fixture, TOC_LANE_BULK, 10), 2);
    assert_int_equal(add(fixture, TOC_LANE_ALERT, 0), 1);
    assert_int_equal(last(fixture, TOC_LANE_BULK), 2);
    commit(fixture);
    assert_int_equal(add(fixture, TOC_LANE_ALERT, 10), 2);
    assert_int_equal(add(fixture, TOC_LANE_BULK, 20), 3);
    toc_log_abort(fixture->txn);
    reopen(fixture);
    assert_int_equal(last(fixture, TOC_LANE_ALERT), 1);
    assert_int_equal(last(fixture, TOC_LANE_BULK), 2);
    assert_int_equal(add(fixture, TOC_LANE_BULK, 20), 3);
}

static void every_kind_of_row_comes_back_as_it_went_in(void **state)
{
    journal_fixture *fixture = *state;
    toc_err err = {0};
    for (int kind = TOC_JOURNAL_STORED; kind <= TOC_JOURNAL_DISPUTED; kind++) {
        toc_journal_row row = {.kind = (toc_journal_kind)kind,
                               .feed = 7,
                               .from = UINT64_C(1) << 40,
                               .until = UINT64_C(1) << 41,
                               .tick.unix_ms = 1700000000123};
        ASSERT_OK(toc_log_journal_add(fixture->txn, TOC_LANE_ALERT, &row, &err));
    }
    commit(fixture);
    toc_journal_row row = {0};
    for (int kind = TOC_JOURNAL_STORED; kind <= TOC_JOURNAL_DISPUTED; kind++) {
        ASSERT_OK(toc_log_journal_next(fixture->txn, TOC_LANE_ALERT, row.number, &row, &err));
        assert_int_equal(row.number, kind);
        assert_int_equal(row.kind, kind);
        assert_int_equal(row.feed, 7);
        assert_int_equal(row.from, UINT64_C(1) << 40);
        assert_int_equal(row.until, UINT64_C(1) << 41);
        assert_int_equal(row.tick.unix_ms, 1700000000123);
    }
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_journal_next(fixture->txn, TOC_LANE_ALERT, row.number, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_journal_next(fixture->txn, TOC_LANE_BULK, 0, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_journal_next(fixture->txn, TOC_LANE_ALERT, UINT64_MAX, &row, &err));
}

static void rows_that_make_no_sense_are_refused(void **state)
{
    journal_fixture *fixture = *state;
    toc_err err = {0};
    toc_journal_row row = {.kind = TOC_JOURNAL_OPENED, .feed = 1, .from = 5, .until = 6};
    toc_journal_row no_feed = row, nothing = row, no_kind = row, what_kind = row;
    no_feed.feed = 0;
    nothing.until = 5;
    no_kind.kind = (toc_journal_kind)0;
    what_kind.kind = (toc_journal_kind)99;
    uint64_t number;
    ASSERT_CODE(TOC_USAGE, toc_log_journal_add(fixture->txn, TOC_LANE_BULK, &no_feed, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_journal_add(fixture->txn, TOC_LANE_BULK, &nothing, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_journal_add(fixture->txn, TOC_LANE_BULK, &no_kind, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_journal_add(fixture->txn, TOC_LANE_BULK, &what_kind, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_journal_add(fixture->txn, TOC_LANE_KEYS, &row, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_journal_next(fixture->txn, TOC_LANE_KEYS, 0, &row, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_journal_last(fixture->txn, TOC_LANE_KEYS, &number, &err));
    assert_int_equal(last(fixture, TOC_LANE_BULK), 0);
}

static void a_row_that_is_missing_or_changed_is_a_lie_and_not_the_end(void **state)
{
    journal_fixture *fixture = *state;
    toc_err err = {0};
    toc_journal_row row;
    for (uint64_t i = 0; i < 5; i++)
        (void)add(fixture, TOC_LANE_BULK, i);
    shut(fixture);
    toc_logbook_flip(&fixture->book, "journal", 1, 20);
    toc_logbook_delete(&fixture->book, "journal", 2);
    reopen(fixture);
    ASSERT_OK(toc_log_journal_next(fixture->txn, TOC_LANE_BULK, 0, &row, &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_journal_next(fixture->txn, TOC_LANE_BULK, 1, &row, &err));
    assert_non_null(strstr(err.text, "table 'journal', key 010000000000000002"));
    ASSERT_CODE(TOC_MALFORMED, toc_log_journal_next(fixture->txn, TOC_LANE_BULK, 2, &row, &err));
    assert_non_null(strstr(err.text, "missing"));
    ASSERT_OK(toc_log_journal_next(fixture->txn, TOC_LANE_BULK, 3, &row, &err));
}

/* ---- pending ---- */

static toc_code pend(journal_fixture *fixture, uint32_t number, uint64_t from, uint64_t until)
{
    toc_err err = {0};
    return toc_log_pending_add(fixture->txn, number, from, until, number + 40, (toc_time){1}, &err);
}

static void ranges_are_found_in_order_of_feed_and_entry_and_removed(void **state)
{
    journal_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_pending range;
    assert_int_equal(pend(fixture, 2, 10, 20), TOC_OK);
    assert_int_equal(pend(fixture, 1, 100, 200), TOC_OK);
    assert_int_equal(pend(fixture, 1, 0, 100), TOC_OK);
    commit(fixture);
    ASSERT_OK(toc_log_pending_next(fixture->txn, 0, 0, &range, &err));
    assert_true(range.number == 1 && range.from == 0 && range.until == 100 && range.epoch == 41);
    ASSERT_OK(toc_log_pending_next(fixture->txn, 1, 1, &range, &err));
    assert_true(range.number == 1 && range.from == 100 && range.until == 200);
    ASSERT_OK(toc_log_pending_next(fixture->txn, 1, 101, &range, &err));
    assert_true(range.number == 2 && range.from == 10 && range.until == 20 && range.epoch == 42);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_pending_next(fixture->txn, 2, 11, &range, &err));
    ASSERT_OK(toc_log_pending_remove(fixture->txn, 1, 100, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_pending_remove(fixture->txn, 1, 100, &err));
    ASSERT_OK(toc_log_pending_next(fixture->txn, 1, 1, &range, &err));
    assert_int_equal(range.number, 2);
}

static void ranges_never_overlap(void **state)
{
    journal_fixture *fixture = *state;
    assert_int_equal(pend(fixture, 1, 100, 200), TOC_OK);
    assert_int_equal(pend(fixture, 1, 300, 400), TOC_OK);
    assert_int_equal(pend(fixture, 1, 100, 200), TOC_EXISTS);
    assert_int_equal(pend(fixture, 1, 199, 201), TOC_EXISTS);
    assert_int_equal(pend(fixture, 1, 0, 101), TOC_EXISTS);
    assert_int_equal(pend(fixture, 1, 150, 160), TOC_EXISTS);
    assert_int_equal(pend(fixture, 1, 0, 1000), TOC_EXISTS);
    assert_int_equal(pend(fixture, 1, 200, 301), TOC_EXISTS);
    assert_int_equal(pend(fixture, 1, 200, 300), TOC_OK);
    assert_int_equal(pend(fixture, 1, 0, 100), TOC_OK);
    assert_int_equal(pend(fixture, 1, 400, 401), TOC_OK);
    assert_int_equal(pend(fixture, 2, 0, 1000), TOC_OK); /* another feed */
    assert_int_equal(pend(fixture, 1, 500, 500), TOC_USAGE);
    assert_int_equal(pend(fixture, 1, 501, 500), TOC_USAGE);
    assert_int_equal(pend(fixture, 0, 500, 600), TOC_USAGE);
}

static void a_range_that_was_changed_is_a_lie(void **state)
{
    journal_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_pending range;
    assert_int_equal(pend(fixture, 1, 0, 100), TOC_OK);
    shut(fixture);
    toc_logbook_flip(&fixture->book, "pending", 0, 20);
    reopen(fixture);
    ASSERT_CODE(TOC_MALFORMED, toc_log_pending_next(fixture->txn, 0, 0, &range, &err));
    assert_non_null(strstr(err.text, "table 'pending'"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(rows_are_numbered_by_lane_from_one_across_transactions),
        TEST(every_kind_of_row_comes_back_as_it_went_in),
        TEST(rows_that_make_no_sense_are_refused),
        TEST(a_row_that_is_missing_or_changed_is_a_lie_and_not_the_end),
        TEST(ranges_are_found_in_order_of_feed_and_entry_and_removed),
        TEST(ranges_never_overlap),
        TEST(a_range_that_was_changed_is_a_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
