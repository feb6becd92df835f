/* A disk that fails: the calls by which LMDB writes and syncs are this program's own, and the n-th
 * one fails. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/support/logbook.h"

/* ---- the disk ---- */

static struct {
    int error;          /* what fails fails with this; 0: nothing does */
    unsigned int fails; /* the n-th write or sync from now on */
    unsigned int calls; /* since then */
    unsigned int syncs; /* fdatasync calls, failed or not */
} disk;

static bool fails_now(void)
{
    disk.calls++;
    if (disk.error == 0 || disk.calls != disk.fails)
        return false;
    errno = disk.error;
    return true;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset)
{
    return fails_now() ? -1 : (ssize_t)syscall(SYS_pwrite64, fd, bytes, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    return fails_now() ? -1 : (ssize_t)syscall(SYS_writev, fd, parts, count);
}

int fdatasync(int fd)
{
    disk.syncs++;
    return fails_now() ? -1 : (int)syscall(SYS_fdatasync, fd);
}

static void disk_fails(int error, unsigned int nth)
{
    disk.error = error;
    disk.fails = nth;
    disk.calls = 0;
}

static void disk_works(void)
{
    disk.error = 0;
}

/* ---- fixture ---- */

static const char *const tables[] = {"rows"};

typedef struct disk_fixture {
    char folder[TOC_TEMPDIR_BYTES];
    char path[TOC_TEMPDIR_BYTES + 8];
    toc_env_options options;
    toc_env *env;
} disk_fixture;

static int setup(void **state)
{
    static disk_fixture fixture;
    toc_err err = {0};
    disk_works();
    fixture.options = (toc_env_options){
        .tables = tables, .table_count = 1, .map_bytes = (uint64_t)64 << 20, .sync = true};
    toc_tempdir_make(fixture.folder);
    assert_true(snprintf(fixture.path, sizeof fixture.path, "%s/env", fixture.folder) <
                (int)sizeof fixture.path);
    ASSERT_OK(toc_env_create(fixture.path, &fixture.options, &err));
    ASSERT_OK(toc_env_open(fixture.path, &fixture.options, &fixture.env, &err));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    disk_fixture *fixture = *state;
    disk_works();
    toc_env_close(fixture->env);
    toc_tempdir_remove(fixture->folder);
    return 0;
}

static void reopen(disk_fixture *fixture)
{
    toc_err err = {0};
    toc_env_close(fixture->env);
    fixture->env = NULL;
    ASSERT_OK(toc_env_open(fixture->path, &fixture->options, &fixture->env, &err));
}

enum { ROWS_A_ROUND = 40 };

/* Rows small and large, so that pages are written one by one and many at once. */
static toc_code write_round(disk_fixture *fixture, uint32_t round, toc_err *err)
{
    static uint8_t value[9000];
    TOC_AUTO(toc_txn_abort) toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(fixture->env, TOC_TXN_WRITE, &txn, err));
    for (uint32_t i = 0; i < ROWS_A_ROUND; i++) {
        uint8_t key[8];
        toc_put_u32(key, round);
        toc_put_u32(key + 4, i);
        TOC_TRY(toc_table_put(txn, 0, TOC_SPAN_OF(key),
                              toc_span_of(value, i % 4 == 0 ? sizeof value : 100), err));
    }
    toc_txn *last = txn;
    txn = NULL; /* transferred */
    return toc_txn_commit(last, err);
}

static void assert_rounds(disk_fixture *fixture, uint64_t rounds)
{
    toc_err err = {0};
    toc_txn *txn = NULL;
    uint64_t rows = 0;
    ASSERT_OK(toc_txn_begin(fixture->env, TOC_TXN_READ, &txn, &err));
    ASSERT_OK(toc_table_count(txn, 0, &rows, &err));
    assert_int_equal(rows, rounds * ROWS_A_ROUND);
    toc_cursor *cursor = NULL;
    toc_row row;
    uint64_t met = 0;
    ASSERT_OK(toc_cursor_open(txn, 0, (toc_span){0}, &cursor, &err));
    while (toc_cursor_next(cursor, &row, &err) == TOC_OK) {
        assert_int_equal(toc_get_u32(row.key.data), met / ROWS_A_ROUND);
        met++;
    }
    assert_int_equal(met, rows);
    toc_cursor_close(cursor);
    toc_txn_abort(txn);
}

/* Where writing the meta page failed, LMDB itself refuses everything until it is opened again. */
static bool is_readable(disk_fixture *fixture)
{
    toc_txn *txn = NULL;
    toc_code code = toc_txn_begin(fixture->env, TOC_TXN_READ, &txn, NULL);
    assert_true(code == TOC_OK || code == TOC_IO);
    toc_txn_abort(txn);
    return code == TOC_OK;
}

/* ---- what happens ---- */

/* Every write and sync of a commit in turn; the last of them is the one that makes it count. */
static void a_full_disk_undoes_the_round_and_the_store_goes_on(void **state)
{
    disk_fixture *fixture = *state;
    toc_err err = {0};
    uint32_t rounds = 0, refused = 0, went_on = 0;
    ASSERT_OK(write_round(fixture, rounds++, &err));
    for (unsigned int nth = 1;; nth++) {
        disk_fails(ENOSPC, nth);
        toc_code code = write_round(fixture, rounds, &err);
        bool hit = disk.calls >= nth;
        disk_works();
        if (!hit) {
            ASSERT_CODE(TOC_OK, code);
            rounds++;
            break;
        }
        ASSERT_CODE(TOC_FULL, code);
        assert_non_null(strstr(err.text, fixture->path));
        refused++;
        if (is_readable(fixture))
            went_on++;
        else
            reopen(fixture);
        assert_rounds(fixture, rounds);
        ASSERT_OK(write_round(fixture, rounds, &err)); /* with room again */
        rounds++;
        assert_rounds(fixture, rounds);
    }
    assert_true(refused >= 3 && went_on >= refused - 1); /* all but the meta page */
    reopen(fixture);
    assert_rounds(fixture, rounds);
}

static void after_a_disk_that_failed_nothing_is_written_until_opened_again(void **state)
{
    disk_fixture *fixture = *state;
    toc_err err = {0};
    uint32_t rounds = 0;
    ASSERT_OK(write_round(fixture, rounds++, &err));
    for (unsigned int nth = 1;; nth++) {
        disk_fails(EIO, nth);
        toc_code code = write_round(fixture, rounds, &err);
        bool hit = disk.calls >= nth;
        disk_works();
        if (!hit) {
            ASSERT_CODE(TOC_OK, code);
            break;
        }
        ASSERT_CODE(TOC_IO, code);
        ASSERT_CODE(TOC_IO, write_round(fixture, rounds, &err));
        assert_non_null(strstr(err.text, "nothing more is written"));
        if (is_readable(fixture))
            assert_rounds(fixture, rounds);
        reopen(fixture);
        assert_rounds(fixture, rounds);
        ASSERT_OK(write_round(fixture, rounds, &err));
        rounds++;
    }
    assert_true(rounds > 3);
}

static void a_sync_that_fails_on_demand_stops_writing_too(void **state)
{
    disk_fixture *fixture = *state;
    toc_err err = {0};
    ASSERT_OK(toc_env_set_sync(fixture->env, false, &err));
    ASSERT_OK(write_round(fixture, 0, &err));
    disk_fails(EIO, 1);
    ASSERT_CODE(TOC_IO, toc_env_sync(fixture->env, &err));
    disk_works();
    ASSERT_CODE(TOC_IO, write_round(fixture, 1, &err));
    assert_rounds(fixture, 1);
}

static void a_creation_on_a_failing_disk_leaves_nothing(void **state)
{
    disk_fixture *fixture = *state;
    toc_err err = {0};
    toc_env_close(fixture->env);
    fixture->env = NULL;
    for (unsigned int nth = 1;; nth++) {
        ASSERT_OK(toc_env_remove(fixture->path, &err));
        disk_fails(nth % 2 == 0 ? EIO : ENOSPC, nth);
        toc_code code = toc_env_create(fixture->path, &fixture->options, &err);
        bool hit = disk.calls >= nth;
        disk_works();
        if (!hit) {
            ASSERT_CODE(TOC_OK, code);
            break;
        }
        assert_int_equal(code, nth % 2 == 0 ? TOC_IO : TOC_FULL);
        assert_int_equal(access(fixture->path, F_OK), -1);
    }
}

/* ---- when it syncs ---- */

static unsigned int syncs_of_a_round(disk_fixture *fixture, uint32_t round)
{
    toc_err err = {0};
    disk.syncs = 0;
    ASSERT_OK(write_round(fixture, round, &err));
    return disk.syncs;
}

static void a_commit_syncs_when_it_should_and_not_otherwise(void **state)
{
    disk_fixture *fixture = *state;
    toc_err err = {0};
    assert_true(syncs_of_a_round(fixture, 0) >= 1);
    ASSERT_OK(toc_env_set_sync(fixture->env, false, &err));
    assert_int_equal(syncs_of_a_round(fixture, 1), 0);
    disk.syncs = 0;
    ASSERT_OK(toc_env_sync(fixture->env, &err));
    assert_true(disk.syncs >= 1);
    ASSERT_OK(toc_env_set_sync(fixture->env, true, &err));
    assert_true(syncs_of_a_round(fixture, 2) >= 1);
    fixture->options.sync = false;
    reopen(fixture);
    assert_int_equal(syncs_of_a_round(fixture, 3), 0);
}

static unsigned int syncs_of_a_log(const toc_logbook *book, const toc_store_options *options)
{
    toc_err err = {0};
    toc_log *log = NULL;
    toc_log_txn *txn = NULL;
    toc_org_id org = {{1}};
    ASSERT_OK(toc_log_open(book->folder, options, book->key, &log, &err));
    ASSERT_OK(toc_log_write(log, &txn, &err));
    ASSERT_OK(toc_log_owner_put(txn, &org, &err));
    disk.syncs = 0;
    ASSERT_OK(toc_log_commit(txn, &err));
    toc_log_close(log);
    return disk.syncs;
}

static void a_log_is_durable_unless_told_otherwise(void **state)
{
    (void)state;
    toc_logbook book;
    toc_logbook_open(&book);
    toc_logbook_shut(&book);
    toc_store_options durable = {.sync = true}, quick = {.sync = false};
    assert_true(syncs_of_a_log(&book, NULL) >= 1);
    assert_true(syncs_of_a_log(&book, &durable) >= 1);
    assert_int_equal(syncs_of_a_log(&book, &quick), 0);
    toc_logbook_close(&book);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_full_disk_undoes_the_round_and_the_store_goes_on),
        TEST(after_a_disk_that_failed_nothing_is_written_until_opened_again),
        TEST(a_sync_that_fails_on_demand_stops_writing_too),
        TEST(a_creation_on_a_failing_disk_leaves_nothing),
        TEST(a_commit_syncs_when_it_should_and_not_otherwise),
        TEST(a_log_is_durable_unless_told_otherwise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
