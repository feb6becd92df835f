/* Rows that carry a check value, also those that were found sound before: what is remembered of
 * them are all of their bytes. */
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

static const char row_name[] = "a row";

static toc_code read_row(toc_log_txn *txn, toc_log_table table, toc_span *out, toc_err *err)
{
    return toc_checked_get(txn, table, toc_span_text(row_name), out, err);
}

static void put_raw(toc_log_txn *txn, toc_log_table table, const char *name, toc_span value)
{
    toc_err err = {0};
    ASSERT_OK(toc_table_put(txn->txn, table, toc_span_text(name), value, &err));
}

/* The value as the table has it. */
static toc_span put_row(toc_log_txn *txn, uint8_t *room, size_t room_bytes, toc_span payload)
{
    toc_err err = {0};
    toc_span value, found;
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_STATE, toc_span_text(row_name), payload, &err));
    ASSERT_OK(read_row(txn, TOC_LOG_STATE, &found, &err));
    assert_true(toc_span_equal(found, payload));
    ASSERT_OK(toc_table_get(txn->txn, TOC_LOG_STATE, toc_span_text(row_name), &value, &err));
    assert_true(value.size <= room_bytes);
    memcpy(room, value.data, value.size);
    return toc_span_of(room, value.size);
}

static void a_row_that_was_sound_is_refused_when_any_bit_of_it_changes(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    uint8_t bytes[64];
    toc_span found;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_span value = put_row(txn, bytes, sizeof bytes, toc_span_text("what it says"));
    for (size_t bit = 0; bit < 8 * value.size; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        put_raw(txn, TOC_LOG_STATE, row_name, value);
        ASSERT_CODE(TOC_MALFORMED, read_row(txn, TOC_LOG_STATE, &found, &err));
        bytes[bit / 8] ^= (uint8_t)(1u << (bit % 8));
        put_raw(txn, TOC_LOG_STATE, row_name, value);
        ASSERT_OK(read_row(txn, TOC_LOG_STATE, &found, &err));
    }
    toc_log_abort(txn);
}

static void a_row_that_was_sound_is_refused_in_anothers_place(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    uint8_t bytes[64];
    toc_span found;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_span value = put_row(txn, bytes, sizeof bytes, toc_span_text("what it says"));
    put_raw(txn, TOC_LOG_STATE, "b row", value);
    ASSERT_CODE(TOC_MALFORMED,
                toc_checked_get(txn, TOC_LOG_STATE, toc_span_text("b row"), &found, &err));
    put_raw(txn, TOC_LOG_QUOTAS, row_name, value);
    ASSERT_CODE(TOC_MALFORMED, read_row(txn, TOC_LOG_QUOTAS, &found, &err));
    put_raw(txn, TOC_LOG_STATE, row_name, toc_span_of(bytes, value.size - 1));
    ASSERT_CODE(TOC_MALFORMED, read_row(txn, TOC_LOG_STATE, &found, &err));
    toc_log_abort(txn);
}

static void rows_too_large_to_be_remembered_are_checked_as_well(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    static uint8_t payload[TOC_SOUND_ROW_BYTES_MAX], bytes[sizeof payload + 64];
    toc_span found;
    memset(payload, 0x61, sizeof payload);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_span value = put_row(txn, bytes, sizeof bytes, TOC_SPAN_OF(payload));
    bytes[value.size - 1] ^= 1;
    put_raw(txn, TOC_LOG_STATE, row_name, value);
    ASSERT_CODE(TOC_MALFORMED, read_row(txn, TOC_LOG_STATE, &found, &err));
    toc_log_abort(txn);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_row_that_was_sound_is_refused_when_any_bit_of_it_changes),
        TEST(a_row_that_was_sound_is_refused_in_anothers_place),
        TEST(rows_too_large_to_be_remembered_are_checked_as_well),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
