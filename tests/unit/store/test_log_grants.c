/* What judges an entry is the last grant before it, and it is found by one search. */
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

/* Grants of feed 1: 0, 5 and 12, the last one. */
static const uint64_t grants[] = {0, 5, 12};
enum { ENTRIES = 20 };

/* A feed before it and one after it, which have others. */
static int set_up(void **state)
{
    static toc_logbook book;
    toc_err err = {0};
    toc_log_feed feeds[3];
    toc_logbook_open(&book);
    toc_log_txn *txn = toc_logbook_begin(&book, true);
    for (uint64_t i = 0; i < 3; i++) {
        toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, i + 1);
        ASSERT_OK(toc_log_feed_new(txn, &name, &feeds[i], &err));
    }
    toc_logbook_append(&book, txn, &feeds[1], 3, true);
    toc_logbook_append(&book, txn, &feeds[0], 5, true);
    toc_logbook_append(&book, txn, &feeds[0], 7, true);
    toc_logbook_append(&book, txn, &feeds[2], 9, false);
    toc_logbook_append(&book, txn, &feeds[0], 8, true);
    ASSERT_OK(toc_log_commit(txn, &err));
    *state = &book;
    return 0;
}

static int tear_down(void **state)
{
    toc_logbook_close(*state);
    return 0;
}

static void assert_found(const toc_logbook *book)
{
    toc_err err = {0};
    toc_log_grant found;
    toc_log_txn *txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_grant_before(txn, 1, 0, &found, &err));
    for (uint64_t index = 1; index < ENTRIES + 3; index++) {
        size_t due = 0;
        while (due + 1 < TOC_COUNT(grants) && grants[due + 1] < index)
            due++;
        ASSERT_OK(toc_log_grant_before(txn, 1, index, &found, &err));
        assert_int_equal(found.index, grants[due]);
        assert_int_equal(found.entry.data[1], 1);
        bool last = due + 1 == TOC_COUNT(grants);
        assert_true(found.next == (last ? UINT64_MAX : grants[due + 1]));
    }
    ASSERT_OK(toc_log_grant_before(txn, 2, 2, &found, &err));
    assert_int_equal(found.index, 0);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_grant_before(txn, 3, 8, &found, &err));
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void the_last_one_before_an_entry_is_found_and_where_the_next_takes_over(void **state)
{
    assert_found(*state);
}

/* As an older program left it. */
static void a_store_of_layout_1_gets_the_table_when_it_is_opened(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    uint8_t old = 1;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_table_clear(txn->txn, TOC_LOG_GRANTS, &err));
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("layout"), TOC_SPAN_OF(old), &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    toc_logbook_shut(book);
    assert_int_equal(toc_logbook_rows(book, "grants"), 0);
    for (int opening = 0; opening < 2; opening++) {
        toc_logbook_reopen(book);
        assert_found(book);
    }
}

static void assert_noticed(toc_logbook *book)
{
    toc_err err = {0};
    toc_logbook_reopen(book);
    toc_log_txn *txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void the_check_notices_a_grant_that_the_table_lacks(void **state)
{
    toc_logbook *book = *state;
    toc_logbook_shut(book);
    toc_logbook_delete(book, "grants", 1);
    assert_noticed(book);
}

static void the_check_notices_a_row_that_no_grant_has(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_GRANTS, toc_entry_key(1, 15, key), (toc_span){0}, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_last_one_before_an_entry_is_found_and_where_the_next_takes_over),
        TEST(a_store_of_layout_1_gets_the_table_when_it_is_opened),
        TEST(the_check_notices_a_grant_that_the_table_lacks),
        TEST(the_check_notices_a_row_that_no_grant_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
