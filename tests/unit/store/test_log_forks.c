/* What is kept of a fork: the proof of the earliest place, and since when there is any. */
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

/* Nothing here judges a proof: it was judged before. */
static toc_fork fork_at(uint64_t index)
{
    toc_fork fork = {.feed = toc_logbook_name(TOC_LANE_BULK, 7), .index = index};
    memset(fork.sides[1].leaf.bytes, (int)index, sizeof fork.sides[1].leaf);
    return fork;
}

static bool put_fork(const toc_logbook *book, const toc_fork *fork, uint64_t at_ms)
{
    toc_err err = {0};
    bool fresh;
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_fork_put(txn, fork, (toc_time){at_ms}, &fresh, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    return fresh;
}

static bool put(const toc_logbook *book, uint64_t index, uint64_t at_ms)
{
    const toc_fork fork = fork_at(index);
    return put_fork(book, &fork, at_ms);
}

static void expect_known(const toc_logbook *book, uint64_t index, uint64_t since_ms)
{
    toc_err err = {0};
    toc_known_fork known;
    toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    const toc_fork fork = fork_at(index);
    toc_fork_write(&fork, &bytes);
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    ASSERT_OK(toc_log_fork(txn, &fork.feed, &known, &err));
    assert_int_equal(known.fork.index, index);
    assert_int_equal(known.since.unix_ms, since_ms);
    assert_true(toc_span_equal(known.proof, toc_buf_view(&bytes)));
    toc_log_abort(txn);
}

static void an_earlier_place_replaces_a_later_one_and_the_moment_stays(void **state)
{
    const toc_logbook *book = *state;
    assert_true(put(book, 5, 1000));
    expect_known(book, 5, 1000);
    assert_false(put(book, 5, 2000));
    assert_false(put(book, 6, 3000));
    expect_known(book, 5, 1000);
    assert_true(put(book, 3, 4000));
    expect_known(book, 3, 1000);
}

/* Who would show two histories unpunished signs many others first, of feeds that he never opened.
 */
static void made_up_feeds_keep_no_proof_of_a_real_one_back(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed;
    toc_log_txn *txn = NULL;
    toc_fork made_up = fork_at(5);
    for (uint32_t i = 0; i < TOC_FORKS_PER_ORG_MAX; i++) {
        made_up.feed.generation = 100 + i;
        assert_true(put_fork(book, &made_up, 1000));
    }
    made_up.feed.generation = 99;
    assert_false(put_fork(book, &made_up, 1000));
    assert_false(put(book, 5, 1000));
    const toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 7);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_append(book, txn, &feed, 3, true);
    ASSERT_OK(toc_log_commit(txn, &err));
    assert_true(put(book, 5, 2000));
    expect_known(book, 5, 2000);
}

static void a_feed_of_which_no_fork_is_known_is_nowhere_in_dispute(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    uint64_t index;
    toc_log_txn *txn = NULL;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 7);
    assert_true(put(book, 5, 1000));
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    ASSERT_OK(toc_log_forked(txn, &name, &index, &err));
    assert_int_equal(index, 5);
    name.generation = 8;
    ASSERT_OK(toc_log_forked(txn, &name, &index, &err));
    assert_int_equal(index, UINT64_MAX);
    toc_log_abort(txn);
}

/* Nobody may take it for a feed that has not forked. */
static void a_row_that_is_no_proof_is_told(void **state)
{
    const toc_logbook *book = *state;
    static const uint8_t short_row[7] = {0};
    toc_err err = {0};
    toc_known_fork known;
    toc_feed_id id;
    toc_log_txn *txn = NULL;
    const toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 7);
    const toc_fork other = fork_at(3);
    uint64_t index = 1;
    bool fresh;
    uint8_t key[64];
    toc_feed_id_of(&name, &id);
    memcpy(key, name.org.bytes, 32);
    memcpy(key + 32, id.bytes, 32);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    for (size_t size = 0; size <= sizeof short_row; size += sizeof short_row) {
        ASSERT_OK(toc_checked_put(txn, TOC_LOG_FORKS, TOC_SPAN_OF(key),
                                  toc_span_of(short_row, size), &err));
        ASSERT_CODE(TOC_MALFORMED, toc_log_fork(txn, &name, &known, &err));
        ASSERT_CODE(TOC_MALFORMED, toc_log_forked(txn, &name, &index, &err));
        ASSERT_CODE(TOC_MALFORMED, toc_log_fork_put(txn, &other, (toc_time){1}, &fresh, &err));
    }
    assert_int_equal(index, 1);
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_earlier_place_replaces_a_later_one_and_the_moment_stays),
        TEST(made_up_feeds_keep_no_proof_of_a_real_one_back),
        TEST(a_feed_of_which_no_fork_is_known_is_nowhere_in_dispute),
        TEST(a_row_that_is_no_proof_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
