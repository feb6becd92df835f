/* The log as a whole: opening, owner, figures, and what survives a kill. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/feed/internal.h"
#include "tests/support/logbook.h"

/* ---- opening ---- */

static void a_log_is_created_once(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    ASSERT_CODE(TOC_EXISTS, toc_log_create(book->folder, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_create("/nonexistent/folder", &err));
}

static void a_log_that_is_not_there_is_not_found(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log *log = NULL;
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_open("/nonexistent/folder", &book->options, book->key, &log, &err));
    assert_null(log);
}

static void without_options_a_log_is_durable_and_has_room_for_64_gib(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_stats stats;
    toc_logbook_shut(book);
    ASSERT_OK(toc_log_open(book->folder, NULL, book->key, &book->log, &err));
    toc_log_txn *txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_stats_of(txn, &stats, &err));
    assert_int_equal(stats.map_bytes, UINT64_C(64) << 30);
    toc_log_abort(txn);
}

static void a_log_of_a_newer_layout_is_left_alone(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    uint8_t newer = 4;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_OK(
        toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("layout"), TOC_SPAN_OF(newer), &err));
    toc_logbook_commit(txn);
    toc_logbook_shut(book);
    ASSERT_CODE(TOC_STATE, toc_log_open(book->folder, &book->options, book->key, &book->log, &err));
    assert_null(book->log);
    assert_non_null(strstr(err.text, "newer"));
}

static void a_path_that_is_too_long_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    static char path[5000];
    memset(path, 'x', sizeof path - 1);
    ASSERT_CODE(TOC_LIMIT, toc_log_create(path, &err));
    assert_non_null(strstr(err.text, "state directory"));
}

/* ---- owner ---- */

static void the_owner_is_not_found_before_it_is_put_and_stays_afterwards(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_org_id owner = {{0}}, org;
    memset(org.bytes, 0x5A, sizeof org);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_owner(txn, &owner, &err));
    assert_non_null(strstr(err.text, "init"));
    ASSERT_OK(toc_log_owner_put(txn, &org, &err));
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_owner(txn, &owner, &err));
    assert_true(toc_org_id_equal(&owner, &org));
    toc_log_abort(txn);
}

/* ---- figures ---- */

static void figures_count_what_is_stored_and_what_is_being_written(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_stats stats;
    toc_log_feed feed;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    toc_log_txn *txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_stats_of(txn, &stats, &err));
    assert_true(stats.feeds == 0 && stats.entries == 0 && stats.entry_bytes == 0);
    toc_log_abort(txn);
    txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_append(book, txn, &feed, 10, false); /* of 48 + 64 bytes */
    toc_logbook_commit(txn);
    txn = toc_logbook_begin(book, true);
    toc_logbook_append(book, txn, &feed, 5, false);
    toc_journal_row row = {.kind = TOC_JOURNAL_STORED, .feed = 1, .from = 0, .until = 15};
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_BULK, &row, &err));
    ASSERT_OK(toc_log_pending_add(txn, 1, 3, 5, 1, (toc_time){1}, &err));
    ASSERT_OK(toc_log_stats_of(txn, &stats, &err));
    assert_int_equal(stats.feeds, 1);
    assert_int_equal(stats.entries, 15);
    assert_int_equal(stats.entry_bytes, 15 * 112);
    assert_int_equal(stats.journal_rows[TOC_LANE_ALERT], 0);
    assert_int_equal(stats.journal_rows[TOC_LANE_BULK], 1);
    assert_int_equal(stats.pending_ranges, 1);
    assert_true(stats.used_bytes > 0 && stats.used_bytes < stats.map_bytes);
    toc_log_abort(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_stats_of(txn, &stats, &err));
    assert_int_equal(stats.entries, 10);
    assert_int_equal(stats.entry_bytes, 10 * 112);
    assert_int_equal(stats.pending_ranges, 0);
    toc_log_abort(txn);
}

/* ---- room ---- */

static void a_full_map_refuses_rounds_and_the_log_is_whole(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    book->options.log_map_bytes = 1 << 20;
    toc_logbook_reopen(book);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_commit(txn);
    uint64_t stored = 0;
    while (toc_log_write(book->log, &txn, &err) == TOC_OK) {
        toc_logbook_append(book, txn, &feed, 100, false);
        toc_logbook_head(book, txn, &feed);
        toc_logbook_commit(txn);
        stored += 100;
        assert_true(stored < 20000);
    }
    assert_int_equal(err.code, TOC_FULL);
    assert_non_null(strstr(err.text, "90 %"));
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    ASSERT_OK(toc_log_feed_at(txn, 1, &feed, &err));
    assert_int_equal(feed.frontier.size, stored);
    toc_log_abort(txn);
    book->options.log_map_bytes = 4 << 20;
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, true);
    toc_logbook_append(book, txn, &feed, 100, false);
    toc_logbook_commit(txn);
}

static void a_round_that_outgrows_the_map_is_undone_and_the_next_one_goes_on(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed, before;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    book->options.log_map_bytes = 1 << 20;
    toc_logbook_reopen(book);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_append(book, txn, &feed, 10, false);
    toc_logbook_commit(txn);
    before = feed;
    toc_logbook_entries entries;
    toc_logbook_entries_make(book, &feed, 600, 4000, false, &entries);
    txn = toc_logbook_begin(book, true);
    ASSERT_CODE(TOC_FULL,
                toc_log_append(txn, &feed, entries.spans, entries.leaves, 600, NULL, &err));
    assert_memory_equal(&feed, &before, sizeof feed);
    ASSERT_CODE(TOC_FULL, toc_log_commit(txn, &err));
    toc_logbook_entries_free(&entries);
    txn = toc_logbook_begin(book, true);
    toc_logbook_append(book, txn, &feed, 10, false);
    toc_logbook_commit(txn);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
    assert_int_equal(feed.frontier.size, 20);
}

/* ---- kills ---- */

static toc_code write_round(const toc_logbook *book, toc_log *log, toc_log_feed *feed)
{
    toc_err err = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_write(log, &txn, &err));
    uint64_t from = feed->frontier.size;
    toc_logbook_append(book, txn, feed, 7, from % 5 == 0);
    toc_logbook_head(book, txn, feed);
    toc_journal_row row = {.kind = TOC_JOURNAL_STORED,
                           .feed = feed->number,
                           .from = from,
                           .until = feed->frontier.size};
    TOC_TRY(toc_log_journal_add(txn, TOC_LANE_BULK, &row, &err));
    toc_log_txn *last = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(last, &err);
}

/* The child of the next test: two feeds in turn, each round reported after its commit. */
static void write_rounds(const toc_logbook *book, int report)
{
    toc_log *log = NULL;
    toc_log_txn *txn = NULL;
    toc_log_feed feeds[2];
    toc_store_options options = {.log_map_bytes = book->options.log_map_bytes, .sync = true};
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves no process */
    if (toc_log_open(book->folder, &options, book->key, &log, NULL) != TOC_OK ||
        toc_log_read(log, &txn, NULL) != TOC_OK ||
        toc_log_feed_at(txn, 1, &feeds[0], NULL) != TOC_OK ||
        toc_log_feed_at(txn, 2, &feeds[1], NULL) != TOC_OK)
        _exit(1);
    toc_log_abort(txn);
    for (uint32_t round = 0;; round++) {
        toc_log_feed *feed = &feeds[round % 2];
        if (write_round(book, log, feed) != TOC_OK)
            _exit(2);
        uint64_t row[2] = {feed->number, feed->frontier.size};
        if (write(report, row, sizeof row) != (ssize_t)sizeof row)
            _exit(3);
    }
}

static void read_reports(int report, size_t enough, uint64_t sizes[3])
{
    uint64_t row[2];
    for (size_t i = 0; i < enough && read(report, row, sizeof row) == (ssize_t)sizeof row; i++) {
        assert_in_range(row[0], 1, 2);
        sizes[row[0]] = row[1];
    }
}

static void kill_a_writer(const toc_logbook *book, size_t rounds, uint64_t sizes[3])
{
    int report[2];
    assert_int_equal(pipe(report), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        write_rounds(book, report[1]);
    (void)close(report[1]);
    read_reports(report[0], rounds, sizes);
    assert_int_equal(kill(child, SIGKILL), 0);
    assert_int_equal(waitpid(child, NULL, 0), child);
    read_reports(report[0], SIZE_MAX, sizes);
    (void)close(report[0]);
}

static void a_kill_in_the_middle_of_writing_loses_nothing_committed(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    for (uint64_t i = 1; i <= 2; i++) {
        toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, i);
        ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    }
    toc_logbook_commit(txn);
    uint64_t sizes[3] = {0};
    for (size_t rounds = 5; rounds < 200; rounds += 60) {
        toc_logbook_shut(book);
        kill_a_writer(book, rounds, sizes);
        toc_logbook_reopen(book);
        txn = toc_logbook_begin(book, false);
        ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
        uint64_t more = 0;
        for (uint32_t number = 1; number <= 2; number++) {
            ASSERT_OK(toc_log_feed_at(txn, number, &feed, &err));
            assert_true(feed.frontier.size >= sizes[number]);
            assert_int_equal(feed.head_size, feed.frontier.size);
            more += feed.frontier.size - sizes[number];
            sizes[number] = feed.frontier.size;
        }
        assert_true(more == 0 || more == 7); /* one commit may have come before its report */
        toc_log_abort(txn);
    }
    assert_true(sizes[1] > 0 && sizes[2] > 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_log_is_created_once),
        TEST(a_log_that_is_not_there_is_not_found),
        TEST(without_options_a_log_is_durable_and_has_room_for_64_gib),
        TEST(a_log_of_a_newer_layout_is_left_alone),
        TEST(a_path_that_is_too_long_is_refused),
        TEST(the_owner_is_not_found_before_it_is_put_and_stays_afterwards),
        TEST(figures_count_what_is_stored_and_what_is_being_written),
        TEST(a_full_map_refuses_rounds_and_the_log_is_whole),
        TEST(a_round_that_outgrows_the_map_is_undone_and_the_next_one_goes_on),
        TEST(a_kill_in_the_middle_of_writing_loses_nothing_committed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
