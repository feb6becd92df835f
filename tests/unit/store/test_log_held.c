/* Submissions that are held: sealed, whole, bounded, gone when they are removed. */
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/feed/internal.h"
#include "store/held.h"
#include "tests/support/logbook.h"

enum { LONG_BYTES = 600000 }; /* three parts */

static toc_log_held held_of(uint32_t number)
{
    toc_log_held held = {.lane = TOC_LANE_BULK,
                         .state = TOC_HELD_FAILED,
                         .uid = 1000 + number,
                         .at.unix_ms = 1767225600000,
                         .until.unix_ms = 1767225660000,
                         .fresh = 7,
                         .changed = 6,
                         .unchanged = 5,
                         .refused = 4,
                         .why = "the disk is full"};
    memset(held.circle.bytes, 0xC1, sizeof held.circle);
    memset(held.id.bytes, 0xAA, sizeof held.id);
    toc_put_u32(held.id.bytes, number);
    return held;
}

/* "tocsin" again and again: what is to be found nowhere on the disk. */
static toc_span long_text(toc_buf *room)
{
    while (room->size < LONG_BYTES)
        toc_buf_add_text(room, "tocsin");
    return toc_buf_view(room);
}

static void put(toc_log_txn *txn, uint32_t number, toc_span text)
{
    toc_err err = {0};
    toc_log_held held = held_of(number);
    ASSERT_OK(toc_log_held_put(txn, &held, text, &err));
}

static void assert_text(toc_log_txn *txn, uint32_t number, toc_span text)
{
    toc_err err = {0};
    toc_draft_id id = held_of(number).id;
    TOC_AUTO(toc_buf_wipe) toc_buf got = {0};
    ASSERT_OK(toc_log_held_text(txn, &id, &got, &err));
    assert_true(toc_span_equal(toc_buf_view(&got), text));
}

static toc_code count_one(void *context, const toc_log_held *held, toc_err *err)
{
    (void)err;
    assert_true(held->uid >= 1000);
    ++*(size_t *)context;
    return TOC_OK;
}

static size_t count_all(toc_log_txn *txn)
{
    toc_err err = {0};
    size_t count = 0;
    ASSERT_OK(toc_log_held_each(txn, count_one, &count, &err));
    return count;
}

static void what_was_put_comes_back_whole_after_reopening(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_held got, was = held_of(1);
    TOC_AUTO(toc_buf_wipe) toc_buf room = {0};
    toc_span text = long_text(&room);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put(txn, 1, text);
    put(txn, 2, toc_span_text("short"));
    put(txn, 3, (toc_span){0});
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    assert_text(txn, 1, text);
    assert_text(txn, 2, toc_span_text("short"));
    assert_text(txn, 3, (toc_span){0});
    ASSERT_OK(toc_log_held_get(txn, &was.id, &got, &err));
    assert_memory_equal(got.id.bytes, was.id.bytes, 32);
    assert_memory_equal(got.circle.bytes, was.circle.bytes, 32);
    assert_int_equal(got.lane, TOC_LANE_BULK);
    assert_int_equal(got.state, TOC_HELD_FAILED);
    assert_int_equal(got.uid, 1001);
    assert_true(got.at.unix_ms == was.at.unix_ms && got.until.unix_ms == was.until.unix_ms);
    assert_true(got.fresh == 7 && got.changed == 6 && got.unchanged == 5 && got.refused == 4);
    assert_int_equal(got.bytes, text.size);
    assert_string_equal(got.why, "the disk is full");
    assert_int_equal(count_all(txn), 3);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void nothing_of_it_is_in_the_clear(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf room = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put(txn, 1, long_text(&room));
    toc_cursor *cursor = NULL;
    toc_row row;
    size_t rows = 0;
    ASSERT_OK(toc_cursor_open(txn->txn, TOC_LOG_HELD, (toc_span){0}, &cursor, &err));
    for (; toc_cursor_next(cursor, &row, &err) == TOC_OK; rows++) {
        assert_null(memmem(row.value.data, row.value.size, "tocsin", 6));
        assert_null(memmem(row.value.data, row.value.size, "the disk", 8));
        assert_null(memmem(row.value.data, row.value.size, held_of(1).circle.bytes, 8));
    }
    assert_int_equal(rows, 4);
    toc_cursor_close(cursor);
    toc_log_abort(txn);
}

static void what_is_removed_leaves_no_row_and_touches_no_other(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_held got, held = held_of(1);
    uint64_t rows;
    TOC_AUTO(toc_buf_wipe) toc_buf room = {0};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put(txn, 1, long_text(&room));
    put(txn, 2, toc_span_text("short"));
    ASSERT_OK(toc_log_held_remove(txn, &held.id, &err));
    ASSERT_OK(toc_log_held_remove(txn, &held.id, &err)); /* again: nothing */
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_held_get(txn, &held.id, &got, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_held_change(txn, &held, &err));
    ASSERT_OK(toc_table_count(txn->txn, TOC_LOG_HELD, &rows, &err));
    assert_int_equal(rows, 2);
    assert_text(txn, 2, toc_span_text("short"));
    toc_log_abort(txn);
}

static void a_change_is_of_what_it_is_and_not_of_its_text(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_held got, held = held_of(1);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put(txn, 1, toc_span_text("short"));
    ASSERT_OK(toc_log_held_get(txn, &held.id, &held, &err));
    held.state = TOC_HELD_LEAVING;
    held.until.unix_ms = 5;
    ASSERT_OK(toc_log_held_change(txn, &held, &err));
    ASSERT_OK(toc_log_held_get(txn, &held.id, &got, &err));
    assert_true(got.state == TOC_HELD_LEAVING && got.until.unix_ms == 5 && got.bytes == 5);
    assert_text(txn, 1, toc_span_text("short"));
    toc_log_abort(txn);
}

static void number_and_bytes_are_bounded(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_held held = held_of(0);
    uint8_t *large = calloc(1, TOC_HELD_BYTES_MAX);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put(txn, 0, toc_span_text("short"));
    ASSERT_CODE(TOC_EXISTS, toc_log_held_put(txn, &held, toc_span_text("short"), &err));
    held = held_of(TOC_HELD_MAX);
    ASSERT_CODE(TOC_LIMIT,
                toc_log_held_put(txn, &held, toc_span_of(large, TOC_HELD_BYTES_MAX), &err));
    for (uint32_t number = 1; number < TOC_HELD_MAX; number++)
        put(txn, number, (toc_span){0});
    ASSERT_CODE(TOC_LIMIT, toc_log_held_put(txn, &held, (toc_span){0}, &err));
    assert_non_null(strstr(err.text, "tocsin held"));
    assert_int_equal(count_all(txn), TOC_HELD_MAX);
    free(large);
    toc_log_abort(txn);
}

static void a_row_that_changed_or_moved_or_is_missing_is_a_lie(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_draft_id id = held_of(1).id;
    uint8_t first[36], second[36];
    TOC_AUTO(toc_buf_wipe) toc_buf room = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf got = {0};
    toc_span value;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put(txn, 1, long_text(&room));
    memcpy(first, id.bytes, 32);
    memcpy(second, id.bytes, 32);
    toc_put_u32(first + 32, 1);
    toc_put_u32(second + 32, 2);
    ASSERT_OK(toc_table_get(txn->txn, TOC_LOG_HELD, TOC_SPAN_OF(first), &value, &err));
    TOC_AUTO(toc_buf_wipe) toc_buf copy = {0};
    toc_buf_add_span(&copy, value);
    ASSERT_OK(
        toc_table_put(txn->txn, TOC_LOG_HELD, TOC_SPAN_OF(second), toc_buf_view(&copy), &err));
    assert_int_not_equal(toc_log_held_text(txn, &id, &got, &err), TOC_OK);
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    ASSERT_OK(toc_table_delete(txn->txn, TOC_LOG_HELD, TOC_SPAN_OF(second), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_held_text(txn, &id, &got, &err));
    toc_log_abort(txn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_put_comes_back_whole_after_reopening),
        TEST(nothing_of_it_is_in_the_clear),
        TEST(what_is_removed_leaves_no_row_and_touches_no_other),
        TEST(a_change_is_of_what_it_is_and_not_of_its_text),
        TEST(number_and_bytes_are_bounded),
        TEST(a_row_that_changed_or_moved_or_is_missing_is_a_lie),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
