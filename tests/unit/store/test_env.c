/* The environment: what LMDB leaves open and store/env.h closes. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/logbook.h"

enum { PATH_BYTES = TOC_TEMPDIR_BYTES + 32 };
#define SMALL_MAP UINT64_C(0x100000)

static const char *const tables[] = {"left", "right"};

typedef struct env_fixture {
    char folder[TOC_TEMPDIR_BYTES];
    char path[PATH_BYTES];
    toc_env_options options;
} env_fixture;

static void path_in(const env_fixture *fixture, const char *name, char out[PATH_BYTES])
{
    assert_true(snprintf(out, PATH_BYTES, "%s/%s", fixture->folder, name) < PATH_BYTES);
}

static int setup(void **state)
{
    static env_fixture fixture;
    fixture.options = (toc_env_options){.tables = tables,
                                        .table_count = TOC_COUNT(tables),
                                        .map_bytes = (uint64_t)64 << 20,
                                        .sync = true};
    toc_tempdir_make(fixture.folder);
    path_in(&fixture, "env", fixture.path);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    const env_fixture *fixture = *state;
    toc_tempdir_remove(fixture->folder);
    return 0;
}

static toc_env *make(const env_fixture *fixture)
{
    toc_err err = {0};
    toc_env *env = NULL;
    ASSERT_OK(toc_env_create(fixture->path, &fixture->options, &err));
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    return env;
}

static void put(toc_env *env, uint32_t number, size_t size)
{
    toc_err err = {0};
    toc_txn *txn = NULL;
    uint8_t key[4];
    uint8_t *value = calloc(1, size);
    assert_non_null(value);
    toc_put_u32(key, number);
    ASSERT_OK(toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    ASSERT_OK(toc_table_put(txn, 0, TOC_SPAN_OF(key), toc_span_of(value, size), &err));
    ASSERT_OK(toc_txn_commit(txn, &err));
    free(value);
}

static uint64_t count(toc_env *env, toc_table table)
{
    toc_err err = {0};
    toc_txn *txn = NULL;
    uint64_t rows = 0;
    ASSERT_OK(toc_txn_begin(env, TOC_TXN_READ, &txn, &err));
    ASSERT_OK(toc_table_count(txn, table, &rows, &err));
    toc_txn_abort(txn);
    return rows;
}

static bool is_there(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0;
}

/* ---- creation ---- */

static void what_is_created_can_be_opened_again_and_nobody_else_may_read_it(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    toc_env *env = make(fixture);
    put(env, 1, 10);
    toc_env_close(env);
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    assert_int_equal(count(env, 0), 1);
    assert_int_equal(count(env, 1), 0);
    assert_string_equal(toc_env_path(env), fixture->path);
    toc_env_close(env);
    struct stat status;
    assert_int_equal(stat(fixture->path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
    char path[PATH_BYTES];
    path_in(fixture, "env/data.mdb", path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    path_in(fixture, "env.new", path);
    assert_false(is_there(path));
}

static void creating_twice_is_refused_and_harms_nothing(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    toc_env *env = make(fixture);
    put(env, 1, 10);
    toc_env_close(env);
    ASSERT_CODE(TOC_EXISTS, toc_env_create(fixture->path, &fixture->options, &err));
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    assert_int_equal(count(env, 0), 1);
    toc_env_close(env);
}

static void opening_what_is_not_there_is_not_found(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    toc_env *env = NULL;
    ASSERT_CODE(TOC_NOT_FOUND, toc_env_open(fixture->path, &fixture->options, &env, &err));
    assert_null(env);
    char path[PATH_BYTES];
    path_in(fixture, "no/such/folder", path);
    ASSERT_CODE(TOC_NOT_FOUND, toc_env_create(path, &fixture->options, &err));
}

/* What a process leaves that is killed while it creates: a draft, whole or in part, and never
 * `path`. */
static void a_creation_that_died_leaves_nothing_half_made(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    char draft[PATH_BYTES], file[PATH_BYTES];
    path_in(fixture, "env.new", draft);
    path_in(fixture, "env.new/data.mdb", file);
    assert_int_equal(mkdir(draft, 0700), 0);
    FILE *half = fopen(file, "wb");
    assert_non_null(half);
    assert_true(fputs("half a page", half) >= 0);
    assert_int_equal(fclose(half), 0);
    toc_env *env = NULL;
    ASSERT_CODE(TOC_NOT_FOUND, toc_env_open(fixture->path, &fixture->options, &env, &err));
    env = make(fixture);
    assert_int_equal(count(env, 0), 0);
    toc_env_close(env);
    assert_false(is_there(draft));
}

static void a_creation_killed_at_any_moment_can_be_done_again(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    for (useconds_t delay_us = 0; delay_us < 3000; delay_us += 250) {
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0) {
            toc_code made = toc_env_create(fixture->path, &fixture->options, NULL);
            _exit(made == TOC_OK ? 0 : 1);
        }
        usleep(delay_us);
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, NULL, 0), child);
        toc_env *env = NULL;
        if (is_there(fixture->path)) {
            ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
            toc_env_close(env);
        } else {
            env = make(fixture);
            toc_env_close(env);
        }
        ASSERT_OK(toc_env_remove(fixture->path, &err));
        assert_false(is_there(fixture->path));
    }
}

static void of_two_makers_the_second_is_refused(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    char draft[PATH_BYTES];
    path_in(fixture, "env.new", draft);
    assert_int_equal(mkdir(draft, 0700), 0);
    int other = open(draft, O_RDONLY | O_DIRECTORY);
    assert_true(other >= 0);
    assert_int_equal(flock(other, LOCK_EX), 0);
    ASSERT_CODE(TOC_STATE, toc_env_create(fixture->path, &fixture->options, &err));
    assert_true(is_there(draft));
    assert_int_equal(close(other), 0);
    ASSERT_OK(toc_env_create(fixture->path, &fixture->options, &err));
}

static void tables_that_an_older_version_had_not_are_made_on_opening(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    static const char *const more[] = {"left", "right", "new"};
    toc_env_options newer = fixture->options;
    newer.tables = more;
    newer.table_count = TOC_COUNT(more);
    toc_env *env = make(fixture);
    put(env, 1, 10);
    toc_env_close(env);
    ASSERT_OK(toc_env_open(fixture->path, &newer, &env, &err));
    assert_int_equal(count(env, 0), 1);
    assert_int_equal(count(env, 2), 0);
    toc_env_close(env);
}

static void a_file_that_is_no_environment_is_refused(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    char path[PATH_BYTES];
    toc_env *env = make(fixture);
    toc_env_close(env);
    path_in(fixture, "env/data.mdb", path);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    for (int i = 0; i < 8192; i++)
        assert_int_equal(fputc('x', file), 'x');
    assert_int_equal(fclose(file), 0);
    env = NULL;
    ASSERT_CODE(TOC_MALFORMED, toc_env_open(fixture->path, &fixture->options, &env, &err));
    assert_null(env);
}

static void a_path_without_room_for_the_draft_is_refused(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    static char path[4094];
    memset(path, '/', sizeof path - 1);
    for (size_t i = 0; fixture->folder[i] != '\0'; i++)
        path[i] = fixture->folder[i];
    path[sizeof path - 2] = 'e';
    ASSERT_CODE(TOC_LIMIT, toc_env_create(path, &fixture->options, &err));
    assert_non_null(strstr(err.text, "longer than 4095 bytes"));
}

/* ---- one opening, readers ---- */

static void one_process_opens_a_folder_once(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    toc_env *env = make(fixture), *second = NULL;
    ASSERT_CODE(TOC_STATE, toc_env_open(fixture->path, &fixture->options, &second, &err));
    assert_null(second);
    toc_env_close(env);
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    toc_env_close(env);
}

/* A child reads and is killed in the middle of it. Returns when it has begun. */
static pid_t reader_process(const env_fixture *fixture)
{
    int done[2];
    assert_int_equal(pipe(done), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        toc_env *env = NULL;
        toc_txn *txn = NULL;
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no process */
        if (toc_env_open(fixture->path, &fixture->options, &env, NULL) != TOC_OK ||
            toc_txn_begin(env, TOC_TXN_READ, &txn, NULL) != TOC_OK || write(done[1], "r", 1) != 1)
            _exit(1);
        for (;;)
            pause();
    }
    char byte = 0;
    (void)close(done[1]);
    assert_int_equal(read(done[0], &byte, 1), 1);
    (void)close(done[0]);
    return child;
}

static void kill_process(pid_t child)
{
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void readers_that_died_are_cleared_and_living_ones_are_not(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    uint32_t cleared = 99;
    ASSERT_OK(toc_env_create(fixture->path, &fixture->options, &err));
    pid_t child = reader_process(fixture);
    toc_env *env = NULL;
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    ASSERT_OK(toc_env_clear_readers(env, &cleared, &err));
    assert_int_equal(cleared, 0);
    kill_process(child);
    ASSERT_OK(toc_env_clear_readers(env, &cleared, &err));
    assert_int_equal(cleared, 1);
    ASSERT_OK(toc_env_clear_readers(env, &cleared, &err));
    assert_int_equal(cleared, 0);
    toc_env_close(env);
}

static void opening_clears_the_readers_that_died(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    uint32_t cleared = 99;
    ASSERT_OK(toc_env_create(fixture->path, &fixture->options, &err));
    pid_t dies = reader_process(fixture);
    pid_t stays = reader_process(fixture); /* or the lock file would be made anew */
    kill_process(dies);
    toc_env *env = NULL;
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    ASSERT_OK(toc_env_clear_readers(env, &cleared, &err));
    assert_int_equal(cleared, 0);
    toc_env_close(env);
    kill_process(stays);
}

/* ---- room ---- */

/* Puts rows of 8 KiB until one is refused; the number of rows that were taken. */
static uint32_t fill(toc_env *env, toc_err *out_err)
{
    static const uint8_t value[8192];
    uint8_t key[4];
    for (uint32_t i = 0; i < 10000; i++) {
        toc_txn *txn = NULL;
        toc_put_u32(key, i);
        if (toc_txn_begin(env, TOC_TXN_WRITE, &txn, out_err) != TOC_OK)
            return i;
        toc_err err = {0};
        ASSERT_OK(toc_table_put(txn, 0, TOC_SPAN_OF(key), TOC_SPAN_OF(value), &err));
        ASSERT_OK(toc_txn_commit(txn, &err));
    }
    fail_msg("the map never filled");
    return 0;
}

static void a_full_map_refuses_to_write_with_a_sentence_and_the_store_goes_on(void **state)
{
    env_fixture *fixture = *state;
    toc_err err = {0};
    fixture->options.map_bytes = SMALL_MAP;
    toc_env *env = make(fixture);
    uint32_t taken = fill(env, &err);
    assert_int_equal(err.code, TOC_FULL);
    assert_non_null(strstr(err.text, "90 %"));
    assert_non_null(strstr(err.text, fixture->path));
    assert_int_equal(count(env, 0), taken);
    toc_env_usage usage;
    ASSERT_OK(toc_env_usage_of(env, &usage, &err));
    assert_int_equal(usage.map_bytes, SMALL_MAP);
    assert_true(usage.file_bytes - usage.free_bytes >= SMALL_MAP / 10 * 9);
    assert_true(usage.file_bytes < SMALL_MAP);
    toc_env_close(env);
    /* With more room it goes on where it was. */
    fixture->options.map_bytes = 4 * SMALL_MAP;
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    assert_int_equal(count(env, 0), taken);
    put(env, 1u << 30, 8192);
    assert_int_equal(count(env, 0), taken + 1);
    toc_env_close(env);
}

static void a_transaction_that_outgrows_the_map_is_undone_whole(void **state)
{
    env_fixture *fixture = *state;
    toc_err err = {0};
    fixture->options.map_bytes = SMALL_MAP;
    toc_env *env = make(fixture);
    put(env, 1u << 30, 100);
    static const uint8_t value[8192];
    toc_txn *txn = NULL;
    toc_code code = TOC_OK;
    ASSERT_OK(toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    for (uint32_t i = 0; i < 1000 && code == TOC_OK; i++) {
        uint8_t key[4];
        toc_put_u32(key, i);
        code = toc_table_put(txn, 0, TOC_SPAN_OF(key), TOC_SPAN_OF(value), &err);
    }
    assert_int_equal(code, TOC_FULL);
    assert_non_null(strstr(err.text, "left"));
    ASSERT_CODE(TOC_FULL, toc_txn_commit(txn, &err));
    assert_int_equal(count(env, 0), 1);
    put(env, 7, 100);
    assert_int_equal(count(env, 0), 2);
    toc_env_close(env);
}

static void pages_that_were_freed_count_as_room_again(void **state)
{
    env_fixture *fixture = *state;
    toc_err err = {0};
    fixture->options.map_bytes = SMALL_MAP;
    toc_env *env = make(fixture);
    toc_txn *txn = NULL;
    /* One transaction short of the limit; the next two free its pages and make them reusable. */
    static const uint8_t value[8192];
    ASSERT_OK(toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    for (uint32_t i = 0; i < 79; i++) {
        uint8_t key[4];
        toc_put_u32(key, i);
        ASSERT_OK(toc_table_put(txn, 0, TOC_SPAN_OF(key), TOC_SPAN_OF(value), &err));
    }
    ASSERT_OK(toc_txn_commit(txn, &err));
    toc_env_usage usage;
    ASSERT_OK(toc_env_usage_of(env, &usage, &err));
    assert_true(usage.file_bytes >= SMALL_MAP / 10 * 9);
    ASSERT_CODE(TOC_FULL, toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    /* The operator makes room for one transaction, and the rows go. */
    toc_env_close(env);
    fixture->options.map_bytes = 2 * SMALL_MAP;
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    ASSERT_OK(toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    ASSERT_OK(toc_table_clear(txn, 0, &err));
    ASSERT_OK(toc_txn_commit(txn, &err));
    toc_env_close(env);
    fixture->options.map_bytes = SMALL_MAP;
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
    ASSERT_OK(toc_env_usage_of(env, &usage, &err));
    assert_true(usage.file_bytes >= SMALL_MAP / 10 * 9);
    assert_true(usage.free_bytes > SMALL_MAP / 2);
    put(env, 1, 100);
    toc_env_close(env);
}

/* ---- durability ---- */

enum { ROWS_A_ROUND = 5 };

/* Commits rounds of rows that all say the number of their round, and reports each after its commit.
 */
static void write_rounds(const env_fixture *fixture, int report)
{
    toc_env *env = NULL;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (toc_env_open(fixture->path, &fixture->options, &env, NULL) != TOC_OK)
        _exit(1);
    for (uint32_t round = 1;; round++) {
        toc_txn *txn = NULL;
        uint8_t key[8], value[600] = {0};
        toc_put_u32(value, round);
        if (toc_txn_begin(env, TOC_TXN_WRITE, &txn, NULL) != TOC_OK)
            _exit(2);
        for (uint32_t i = 0; i < ROWS_A_ROUND; i++) {
            toc_put_u32(key, round * 2654435761u); /* all over the table */
            toc_put_u32(key + 4, i);
            if (toc_table_put(txn, 0, TOC_SPAN_OF(key), TOC_SPAN_OF(value), NULL) != TOC_OK)
                _exit(3);
        }
        if (toc_txn_commit(txn, NULL) != TOC_OK)
            _exit(4);
        if (write(report, &round, sizeof round) != (ssize_t)sizeof round)
            _exit(5);
    }
}

static uint32_t kill_after(const env_fixture *fixture, uint32_t rounds)
{
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_rounds(fixture, report[1]);
    (void)close(report[1]);
    uint32_t last = 0, round = 0;
    while (last < rounds && read(report[0], &round, sizeof round) == (ssize_t)sizeof round)
        last = round;
    kill_process(child);
    while (read(report[0], &round, sizeof round) == (ssize_t)sizeof round)
        last = round;
    (void)close(report[0]);
    return last;
}

static void
a_kill_in_the_middle_of_writing_loses_nothing_committed_and_leaves_nothing_half(void **state)
{
    const env_fixture *fixture = *state;
    for (uint32_t rounds = 1; rounds < 60; rounds += 19) {
        toc_err err = {0};
        ASSERT_OK(toc_env_create(fixture->path, &fixture->options, &err));
        uint32_t last = kill_after(fixture, rounds);
        assert_true(last >= rounds);
        toc_env *env = NULL;
        toc_txn *txn = NULL;
        ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &env, &err));
        uint64_t rows = count(env, 0);
        assert_true(rows == (uint64_t)last * ROWS_A_ROUND ||
                    rows == (uint64_t)(last + 1) * ROWS_A_ROUND);
        ASSERT_OK(toc_txn_begin(env, TOC_TXN_READ, &txn, &err));
        for (uint32_t round = 1; round <= last; round++) {
            uint8_t key[8];
            toc_span value;
            toc_put_u32(key, round * 2654435761u);
            toc_put_u32(key + 4, ROWS_A_ROUND - 1);
            ASSERT_OK(toc_table_get(txn, 0, TOC_SPAN_OF(key), &value, &err));
            assert_int_equal(toc_get_u32(value.data), round);
        }
        toc_txn_abort(txn);
        toc_env_close(env);
        ASSERT_OK(toc_env_remove(fixture->path, &err));
    }
}

static void unsynced_commits_are_written_through_by_a_sync(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    toc_env *env = make(fixture);
    ASSERT_OK(toc_env_set_sync(env, false, &err));
    put(env, 1, 100);
    ASSERT_OK(toc_env_sync(env, &err));
    ASSERT_OK(toc_env_set_sync(env, true, &err));
    put(env, 2, 100);
    assert_int_equal(count(env, 0), 2);
    toc_env_close(env);
}

/* ---- copies ---- */

static void a_copy_is_whole_compact_and_private(void **state)
{
    const env_fixture *fixture = *state;
    toc_err err = {0};
    toc_env *env = make(fixture);
    for (uint32_t i = 0; i < 100; i++)
        put(env, i, 5000);
    toc_txn *txn = NULL;
    ASSERT_OK(toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    for (uint32_t i = 0; i < 90; i++) {
        uint8_t key[4];
        toc_put_u32(key, i);
        ASSERT_OK(toc_table_delete(txn, 0, TOC_SPAN_OF(key), &err));
    }
    ASSERT_OK(toc_txn_commit(txn, &err));
    char path[PATH_BYTES], data[PATH_BYTES];
    path_in(fixture, "copy", path);
    path_in(fixture, "copy/data.mdb", data);
    ASSERT_OK(toc_env_copy(env, path, &err));
    ASSERT_CODE(TOC_EXISTS, toc_env_copy(env, path, &err));
    toc_env_usage usage, copied;
    ASSERT_OK(toc_env_usage_of(env, &usage, &err));
    struct stat status;
    assert_int_equal(stat(data, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    toc_env *copy = NULL;
    ASSERT_OK(toc_env_open(path, &fixture->options, &copy, &err));
    assert_int_equal(count(copy, 0), 10);
    ASSERT_OK(toc_env_usage_of(copy, &copied, &err));
    assert_true(copied.file_bytes < usage.file_bytes / 2);
    toc_env_close(copy);
    toc_env_close(env);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_is_created_can_be_opened_again_and_nobody_else_may_read_it),
        TEST(creating_twice_is_refused_and_harms_nothing),
        TEST(opening_what_is_not_there_is_not_found),
        TEST(a_creation_that_died_leaves_nothing_half_made),
        TEST(a_creation_killed_at_any_moment_can_be_done_again),
        TEST(of_two_makers_the_second_is_refused),
        TEST(tables_that_an_older_version_had_not_are_made_on_opening),
        TEST(a_file_that_is_no_environment_is_refused),
        TEST(a_path_without_room_for_the_draft_is_refused),
        TEST(one_process_opens_a_folder_once),
        TEST(readers_that_died_are_cleared_and_living_ones_are_not),
        TEST(opening_clears_the_readers_that_died),
        TEST(a_full_map_refuses_to_write_with_a_sentence_and_the_store_goes_on),
        TEST(a_transaction_that_outgrows_the_map_is_undone_whole),
        TEST(pages_that_were_freed_count_as_room_again),
        TEST(a_kill_in_the_middle_of_writing_loses_nothing_committed_and_leaves_nothing_half),
        TEST(unsynced_commits_are_written_through_by_a_sync),
        TEST(a_copy_is_whole_compact_and_private),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
