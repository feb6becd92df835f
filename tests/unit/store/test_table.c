/* Rows, cursors and keys of the layer over LMDB. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/logbook.h"

enum { LEFT = 0, RIGHT = 1 };
static const char *const tables[] = {"left", "right"};

typedef struct table_fixture {
    char folder[TOC_TEMPDIR_BYTES];
    toc_env *env;
    toc_txn *txn; /* a write transaction */
} table_fixture;

static int setup(void **state)
{
    static table_fixture fixture;
    toc_err err = {0};
    char path[TOC_TEMPDIR_BYTES + 8];
    toc_env_options options = {
        .tables = tables, .table_count = TOC_COUNT(tables), .map_bytes = (uint64_t)64 << 20};
    toc_tempdir_make(fixture.folder);
    assert_true(snprintf(path, sizeof path, "%s/env", fixture.folder) < (int)sizeof path);
    ASSERT_OK(toc_env_create(path, &options, &err));
    ASSERT_OK(toc_env_open(path, &options, &fixture.env, &err));
    ASSERT_OK(toc_txn_begin(fixture.env, TOC_TXN_WRITE, &fixture.txn, &err));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    table_fixture *fixture = *state;
    toc_txn_abort(fixture->txn);
    toc_env_close(fixture->env);
    toc_tempdir_remove(fixture->folder);
    return 0;
}

static void begin(table_fixture *fixture, toc_txn_kind kind)
{
    toc_err err = {0};
    ASSERT_OK(toc_txn_begin(fixture->env, kind, &fixture->txn, &err));
}

static void commit(table_fixture *fixture)
{
    toc_err err = {0};
    toc_txn *txn = fixture->txn;
    fixture->txn = NULL;
    ASSERT_OK(toc_txn_commit(txn, &err));
}

static void put(table_fixture *fixture, toc_table table, const char *key, const char *value)
{
    toc_err err = {0};
    ASSERT_OK(toc_table_put(fixture->txn, table, toc_span_text(key), toc_span_text(value), &err));
}

static void assert_row(toc_row row, const char *key, const char *value)
{
    assert_true(toc_span_equal(row.key, toc_span_text(key)));
    assert_true(toc_span_equal(row.value, toc_span_text(value)));
}

static void assert_get(table_fixture *fixture, toc_table table, const char *key, const char *value)
{
    toc_err err = {0};
    toc_span found;
    ASSERT_OK(toc_table_get(fixture->txn, table, toc_span_text(key), &found, &err));
    assert_true(toc_span_equal(found, toc_span_text(value)));
}

static toc_cursor *cursor_over(table_fixture *fixture, toc_table table, const char *prefix)
{
    toc_err err = {0};
    toc_cursor *cursor = NULL;
    ASSERT_OK(toc_cursor_open(fixture->txn, table, toc_span_text(prefix), &cursor, &err));
    return cursor;
}

/* ---- one row ---- */

static void a_row_is_read_replaced_and_deleted(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found = toc_span_text("untouched");
    toc_span key = toc_span_text("key");
    ASSERT_CODE(TOC_NOT_FOUND, toc_table_get(fixture->txn, LEFT, key, &found, &err));
    assert_int_equal(err.code, TOC_NOT_FOUND);
    assert_string_equal(err.text, "no such row");
    assert_true(toc_span_equal(found, toc_span_text("untouched")));
    put(fixture, LEFT, "key", "one");
    assert_get(fixture, LEFT, "key", "one");
    put(fixture, LEFT, "key", "another");
    assert_get(fixture, LEFT, "key", "another");
    ASSERT_CODE(TOC_NOT_FOUND, toc_table_get(fixture->txn, RIGHT, key, &found, &err));
    ASSERT_OK(toc_table_delete(fixture->txn, LEFT, key, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_table_get(fixture->txn, LEFT, key, &found, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_table_delete(fixture->txn, LEFT, key, &err));
    commit(fixture);
}

static void an_empty_value_is_a_row(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found = toc_span_text("x");
    put(fixture, LEFT, "set", "");
    ASSERT_OK(toc_table_get(fixture->txn, LEFT, toc_span_text("set"), &found, &err));
    assert_int_equal(found.size, 0);
}

static void inserting_over_a_row_is_refused_and_changes_nothing(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_span key = toc_span_text("key");
    ASSERT_OK(toc_table_insert(fixture->txn, LEFT, key, toc_span_text("one"), &err));
    ASSERT_CODE(TOC_EXISTS, toc_table_insert(fixture->txn, LEFT, key, toc_span_text("two"), &err));
    assert_get(fixture, LEFT, "key", "one");
    commit(fixture);
}

static void appending_below_the_last_key_is_refused_and_changes_nothing(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_span value = toc_span_text("v");
    ASSERT_OK(toc_table_append(fixture->txn, LEFT, toc_span_text("b"), value, &err));
    ASSERT_OK(toc_table_append(fixture->txn, LEFT, toc_span_text("c"), value, &err));
    ASSERT_CODE(TOC_EXISTS, toc_table_append(fixture->txn, LEFT, toc_span_text("c"), value, &err));
    ASSERT_CODE(TOC_EXISTS, toc_table_append(fixture->txn, LEFT, toc_span_text("a"), value, &err));
    ASSERT_OK(toc_table_append(fixture->txn, LEFT, toc_span_text("d"), value, &err));
    uint64_t rows = 0;
    ASSERT_OK(toc_table_count(fixture->txn, LEFT, &rows, &err));
    assert_int_equal(rows, 3);
    commit(fixture);
}

static void a_large_value_comes_back_whole(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    static uint8_t large[300000];
    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (uint8_t)(i * 31 >> 3);
    toc_span found;
    ASSERT_OK(toc_table_put(fixture->txn, LEFT, toc_span_text("large"), TOC_SPAN_OF(large), &err));
    commit(fixture);
    begin(fixture, TOC_TXN_READ);
    ASSERT_OK(toc_table_get(fixture->txn, LEFT, toc_span_text("large"), &found, &err));
    assert_true(toc_span_equal(found, TOC_SPAN_OF(large)));
}

static void keys_of_the_largest_size_are_kept_apart(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    uint8_t key[TOC_KEY_BYTES_MAX];
    memset(key, 0xAB, sizeof key);
    toc_span found;
    ASSERT_OK(toc_table_put(fixture->txn, LEFT, TOC_SPAN_OF(key), toc_span_text("first"), &err));
    key[sizeof key - 1] = 0xAC;
    ASSERT_OK(toc_table_put(fixture->txn, LEFT, TOC_SPAN_OF(key), toc_span_text("last"), &err));
    key[sizeof key - 1] = 0xAB;
    ASSERT_OK(toc_table_get(fixture->txn, LEFT, TOC_SPAN_OF(key), &found, &err));
    assert_true(toc_span_equal(found, toc_span_text("first")));
}

/* ---- transactions ---- */

static void an_abort_undoes_everything(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found;
    put(fixture, LEFT, "kept", "1");
    commit(fixture);
    begin(fixture, TOC_TXN_WRITE);
    put(fixture, LEFT, "kept", "2");
    put(fixture, LEFT, "lost", "2");
    toc_txn_abort(fixture->txn);
    begin(fixture, TOC_TXN_WRITE);
    assert_get(fixture, LEFT, "kept", "1");
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_table_get(fixture->txn, LEFT, toc_span_text("lost"), &found, &err));
}

static void a_reader_sees_one_moment_whatever_is_written_meanwhile(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_txn *reader = NULL;
    toc_span found;
    put(fixture, LEFT, "key", "before");
    commit(fixture);
    ASSERT_OK(toc_txn_begin(fixture->env, TOC_TXN_READ, &reader, &err));
    begin(fixture, TOC_TXN_WRITE);
    put(fixture, LEFT, "key", "after");
    commit(fixture);
    ASSERT_OK(toc_table_get(reader, LEFT, toc_span_text("key"), &found, &err));
    assert_true(toc_span_equal(found, toc_span_text("before")));
    assert_false(toc_txn_writes(reader));
    toc_txn_abort(reader);
    begin(fixture, TOC_TXN_READ);
    assert_get(fixture, LEFT, "key", "after");
}

static void a_spoilt_transaction_cannot_be_committed(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    put(fixture, LEFT, "key", "value");
    toc_txn_spoil(fixture->txn, TOC_NO_MEMORY);
    toc_txn_spoil(fixture->txn, TOC_LIMIT); /* the first one counts */
    toc_txn *txn = fixture->txn;
    fixture->txn = NULL;
    ASSERT_CODE(TOC_NO_MEMORY, toc_txn_commit(txn, &err));
    begin(fixture, TOC_TXN_READ);
    uint64_t rows = 99;
    ASSERT_OK(toc_table_count(fixture->txn, LEFT, &rows, &err));
    assert_int_equal(rows, 0);
}

static uint64_t operations(table_fixture *fixture)
{
    toc_err err = {0};
    toc_env_usage usage;
    ASSERT_OK(toc_env_usage_of(fixture->env, &usage, &err));
    return usage.row_operations;
}

static void rows_written_and_deleted_are_counted_and_reads_are_not(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    put(fixture, LEFT, "a", "1");
    put(fixture, RIGHT, "b", "2");
    ASSERT_OK(toc_table_append(fixture->txn, LEFT, toc_span_text("c"), toc_span_text("3"), &err));
    ASSERT_OK(toc_table_insert(fixture->txn, LEFT, toc_span_text("d"), toc_span_text("4"), &err));
    ASSERT_OK(toc_table_delete(fixture->txn, LEFT, toc_span_text("a"), &err));
    toc_cursor *cursor = cursor_over(fixture, LEFT, "");
    ASSERT_OK(toc_cursor_first(cursor, &row, &err));
    ASSERT_OK(toc_cursor_put(cursor, toc_span_text("e"), toc_span_text("5"), &err));
    ASSERT_OK(toc_cursor_delete(cursor, &err));
    toc_cursor_close(cursor);
    assert_int_equal(toc_txn_rows(fixture->txn), 7);
    ASSERT_CODE(TOC_NOT_FOUND, toc_table_delete(fixture->txn, LEFT, toc_span_text("none"), &err));
    assert_get(fixture, LEFT, "c", "3");
    assert_int_equal(toc_txn_rows(fixture->txn), 7);
    assert_int_equal(operations(fixture), 0);
    commit(fixture);
    assert_int_equal(operations(fixture), 7);
    begin(fixture, TOC_TXN_WRITE);
    put(fixture, LEFT, "lost", "");
    toc_txn_abort(fixture->txn);
    fixture->txn = NULL;
    assert_int_equal(operations(fixture), 7);
}

enum { READERS = 4, SHARED_ROWS = 50, SHARED_ROUNDS = 200 };

typedef struct shared_state {
    toc_env *env;
    atomic_bool stop;
    atomic_uint moments; /* seen by all readers */
    atomic_uint wrong;
} shared_state;

/* All rows of a moment say the same round, and rounds never go back. */
static void look_once(shared_state *shared, uint32_t *last)
{
    toc_txn *txn = NULL;
    toc_cursor *cursor = NULL;
    toc_row row;
    uint32_t rows = 0, round = 0;
    bool same = toc_txn_begin(shared->env, TOC_TXN_READ, &txn, NULL) == TOC_OK &&
                toc_cursor_open(txn, LEFT, (toc_span){0}, &cursor, NULL) == TOC_OK;
    while (same && toc_cursor_next(cursor, &row, NULL) == TOC_OK) {
        uint32_t said = toc_get_u32(row.value.data);
        same = rows++ == 0 || said == round;
        round = said;
    }
    if (!same || rows != SHARED_ROWS || round < *last)
        atomic_fetch_add(&shared->wrong, 1);
    *last = round;
    atomic_fetch_add(&shared->moments, 1);
    toc_cursor_close(cursor);
    toc_txn_abort(txn);
}

static void *read_on(void *context)
{
    shared_state *shared = context;
    uint32_t last = 0;
    while (!atomic_load(&shared->stop))
        look_once(shared, &last);
    return NULL;
}

static void write_shared(table_fixture *fixture, uint32_t round)
{
    toc_err err = {0};
    for (uint32_t i = 0; i < SHARED_ROWS; i++) {
        uint8_t key[4], value[200] = {0};
        toc_put_u32(key, i * 2654435761u);
        toc_put_u32(value, round);
        ASSERT_OK(toc_table_put(fixture->txn, LEFT, TOC_SPAN_OF(key), TOC_SPAN_OF(value), &err));
    }
    commit(fixture);
}

static void readers_on_other_threads_see_whole_rounds(void **state)
{
    table_fixture *fixture = *state;
    static shared_state shared;
    pthread_t threads[READERS];
    shared.env = fixture->env;
    write_shared(fixture, 0);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_on, &shared), 0);
    for (uint32_t round = 1; round <= SHARED_ROUNDS || atomic_load(&shared.moments) < 100;
         round++) {
        begin(fixture, TOC_TXN_WRITE);
        write_shared(fixture, round);
    }
    atomic_store(&shared.stop, true);
    for (size_t i = 0; i < READERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(atomic_load(&shared.wrong), 0);
}

/* ---- a whole table ---- */

static void clearing_a_table_leaves_the_others(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    uint64_t rows = 99;
    put(fixture, LEFT, "a", "1");
    put(fixture, LEFT, "b", "1");
    put(fixture, RIGHT, "c", "1");
    ASSERT_OK(toc_table_clear(fixture->txn, LEFT, &err));
    ASSERT_OK(toc_table_count(fixture->txn, LEFT, &rows, &err));
    assert_int_equal(rows, 0);
    ASSERT_OK(toc_table_count(fixture->txn, RIGHT, &rows, &err));
    assert_int_equal(rows, 1);
    put(fixture, LEFT, "d", "1");
    ASSERT_OK(toc_table_count(fixture->txn, LEFT, &rows, &err));
    assert_int_equal(rows, 1);
    commit(fixture);
}

/* ---- cursors ---- */

static void a_cursor_goes_both_ways_and_starts_anew_after_the_end(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    put(fixture, LEFT, "b", "2");
    put(fixture, LEFT, "a", "1");
    put(fixture, LEFT, "c", "3");
    toc_cursor *cursor = cursor_over(fixture, LEFT, "");
    ASSERT_OK(toc_cursor_next(cursor, &row, &err));
    assert_row(row, "a", "1");
    ASSERT_OK(toc_cursor_next(cursor, &row, &err));
    ASSERT_OK(toc_cursor_next(cursor, &row, &err));
    assert_row(row, "c", "3");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_next(cursor, &row, &err));
    assert_row(row, "c", "3");
    ASSERT_OK(toc_cursor_prev(cursor, &row, &err)); /* it stands nowhere: as last */
    assert_row(row, "c", "3");
    ASSERT_OK(toc_cursor_prev(cursor, &row, &err));
    assert_row(row, "b", "2");
    ASSERT_OK(toc_cursor_first(cursor, &row, &err));
    assert_row(row, "a", "1");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_prev(cursor, &row, &err));
    ASSERT_OK(toc_cursor_last(cursor, &row, &err));
    assert_row(row, "c", "3");
    toc_cursor_close(cursor);
}

static void a_cursor_stays_within_its_prefix(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    put(fixture, LEFT, "ab", "0");
    put(fixture, LEFT, "b", "1");
    put(fixture, LEFT, "ba", "2");
    put(fixture, LEFT, "bz", "3");
    put(fixture, LEFT, "c", "4");
    toc_cursor *cursor = cursor_over(fixture, LEFT, "b");
    ASSERT_OK(toc_cursor_first(cursor, &row, &err));
    assert_row(row, "b", "1");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_prev(cursor, &row, &err));
    ASSERT_OK(toc_cursor_last(cursor, &row, &err));
    assert_row(row, "bz", "3");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_next(cursor, &row, &err));
    ASSERT_OK(toc_cursor_seek(cursor, toc_span_text("bb"), &row, &err));
    assert_row(row, "bz", "3");
    ASSERT_OK(toc_cursor_seek(cursor, toc_span_text("a"), &row, &err)); /* below: as first */
    assert_row(row, "b", "1");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_seek(cursor, toc_span_text("bzz"), &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_seek(cursor, toc_span_text("d"), &row, &err));
    toc_cursor_close(cursor);
    cursor = cursor_over(fixture, LEFT, "bb");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_first(cursor, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_last(cursor, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_next(cursor, &row, &err));
    toc_cursor_close(cursor);
}

static void a_prefix_of_ones_has_a_last_row_too(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    uint8_t prefix[2] = {0xFF, 0xFF}, inside[3] = {0xFF, 0xFF, 7}, below[2] = {0xFE, 0xFF};
    ASSERT_OK(toc_table_put(fixture->txn, LEFT, TOC_SPAN_OF(below), (toc_span){0}, &err));
    toc_cursor *cursor = NULL;
    ASSERT_OK(toc_cursor_open(fixture->txn, LEFT, TOC_SPAN_OF(prefix), &cursor, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_last(cursor, &row, &err));
    ASSERT_OK(toc_table_put(fixture->txn, LEFT, TOC_SPAN_OF(inside), (toc_span){0}, &err));
    ASSERT_OK(toc_cursor_last(cursor, &row, &err));
    assert_true(toc_span_equal(row.key, TOC_SPAN_OF(inside)));
    toc_cursor_close(cursor);
    ASSERT_OK(toc_cursor_open(fixture->txn, LEFT, TOC_SPAN_OF(below), &cursor, &err));
    ASSERT_OK(toc_cursor_last(cursor, &row, &err));
    assert_true(toc_span_equal(row.key, TOC_SPAN_OF(below)));
    toc_cursor_close(cursor);
}

static void an_empty_table_has_no_rows_to_go_to(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    toc_cursor *cursor = cursor_over(fixture, RIGHT, "");
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_first(cursor, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_last(cursor, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_next(cursor, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_prev(cursor, &row, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_seek(cursor, toc_span_text("a"), &row, &err));
    toc_cursor_close(cursor);
}

/* Every third of many rows, so that pages empty, merge and move under the cursor. */
static void rows_deleted_on_the_way_are_the_only_ones_missing(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    enum { ROWS = 5000 };
    uint8_t key[4], value[60] = {0};
    for (uint32_t i = 0; i < ROWS; i++) {
        toc_put_u32(key, i);
        ASSERT_OK(toc_table_append(fixture->txn, LEFT, TOC_SPAN_OF(key), TOC_SPAN_OF(value), &err));
    }
    toc_cursor *cursor = cursor_over(fixture, LEFT, "");
    uint32_t met = 0;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, &err)) == TOC_OK) {
        assert_int_equal(toc_get_u32(row.key.data), met);
        if (met % 3 != 1 || met >= ROWS - 2)
            ASSERT_OK(toc_cursor_delete(cursor, &err));
        met++;
    }
    assert_int_equal(code, TOC_NOT_FOUND);
    assert_int_equal(met, ROWS);
    for (uint32_t i = 1; i < ROWS - 2; i += 3) {
        ASSERT_OK(toc_cursor_next(cursor, &row, &err));
        assert_int_equal(toc_get_u32(row.key.data), i);
    }
    ASSERT_CODE(TOC_NOT_FOUND, toc_cursor_next(cursor, &row, &err));
    toc_cursor_close(cursor);
    commit(fixture);
}

static void a_cursor_writes_in_any_order(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    toc_row row;
    enum { ROWS = 3000 };
    toc_cursor *cursor = cursor_over(fixture, LEFT, "");
    uint8_t key[4];
    for (uint32_t i = 0; i < ROWS; i++) {
        toc_put_u32(key, i * 7 % ROWS);
        ASSERT_OK(toc_cursor_put(cursor, TOC_SPAN_OF(key), TOC_SPAN_OF(key), &err));
    }
    ASSERT_OK(toc_cursor_first(cursor, &row, &err));
    for (uint32_t i = 0; i < ROWS; i++) {
        assert_int_equal(toc_get_u32(row.key.data), i);
        assert_true(toc_span_equal(row.key, row.value));
        toc_code code = toc_cursor_next(cursor, &row, &err);
        assert_int_equal(code, i + 1 < ROWS ? TOC_OK : TOC_NOT_FOUND);
    }
    toc_cursor_close(cursor);
}

/* ---- keys and lies ---- */

static void numbers_in_keys_sort_as_numbers(void **state)
{
    (void)state;
    toc_key small, large;
    toc_key_clear(&small);
    toc_key_add_u8(&small, 1);
    toc_key_add_u32(&small, 255);
    toc_key_add_u64(&small, UINT64_C(0xFFFFFFFF));
    toc_key_clear(&large);
    toc_key_add_u8(&large, 1);
    toc_key_add_u32(&large, 256);
    toc_key_add_u64(&large, 0);
    assert_true(toc_span_compare(toc_key_view(&small), toc_key_view(&large)) < 0);
    static const uint8_t expected[13] = {1, 0, 0, 0, 255, 0, 0, 0, 0, 255, 255, 255, 255};
    assert_true(toc_span_equal(toc_key_view(&small), TOC_SPAN_OF(expected)));
    toc_key_add_span(&small, toc_span_text("x"));
    assert_int_equal(toc_key_view(&small).size, 14);
}

static void a_lie_names_store_table_and_key(void **state)
{
    table_fixture *fixture = *state;
    toc_err err = {0};
    static const uint8_t key[2] = {0x0A, 0xFF};
    ASSERT_CODE(TOC_MALFORMED,
                toc_table_lies(fixture->txn, RIGHT, TOC_SPAN_OF(key), "it is cut short", &err));
    assert_non_null(strstr(err.text, "table 'right', key 0aff: it is cut short: the disk lies"));
    assert_non_null(strstr(err.text, fixture->folder));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_row_is_read_replaced_and_deleted),
        TEST(an_empty_value_is_a_row),
        TEST(inserting_over_a_row_is_refused_and_changes_nothing),
        TEST(appending_below_the_last_key_is_refused_and_changes_nothing),
        TEST(a_large_value_comes_back_whole),
        TEST(keys_of_the_largest_size_are_kept_apart),
        TEST(an_abort_undoes_everything),
        TEST(a_reader_sees_one_moment_whatever_is_written_meanwhile),
        TEST(readers_on_other_threads_see_whole_rounds),
        TEST(a_spoilt_transaction_cannot_be_committed),
        TEST(rows_written_and_deleted_are_counted_and_reads_are_not),
        TEST(clearing_a_table_leaves_the_others),
        TEST(a_cursor_goes_both_ways_and_starts_anew_after_the_end),
        TEST(a_cursor_stays_within_its_prefix),
        TEST(a_prefix_of_ones_has_a_last_row_too),
        TEST(an_empty_table_has_no_rows_to_go_to),
        TEST(rows_deleted_on_the_way_are_the_only_ones_missing),
        TEST(a_cursor_writes_in_any_order),
        TEST(numbers_in_keys_sort_as_numbers),
        TEST(a_lie_names_store_table_and_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
