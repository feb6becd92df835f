/* Sender keys over time: how long one lives, and what somebody gets who joins later. */
#include "tests/unit/node/hostile.h"

#define MONTH_MS (30ull * 86400000ull)

static toc_code no_history(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    toc_amendment change = {.sets_history = true, .policy = {.history = TOC_HISTORY_NONE}};
    toc_amended made;
    return toc_engine_charter_propose(engine, txn, &s->circle, &change, false, now, NULL, &made,
                                      err);
}

static uint32_t epoch_of(const scene *s, int author)
{
    toc_log_feed feed;
    assert_true(feed_at(s, author, author, TOC_LANE_ALERT, &feed));
    return feed.judge.epoch;
}

/* Has `by` the sender key of that epoch of the author? */
static bool has_key(const scene *s, int by, uint32_t epoch)
{
    toc_err err;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    assert_true(feed_at(s, by, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    return toc_log_sender_key(txn, &feed.name, epoch, &key, NULL) == TOC_OK;
}

static void say_something(scene *s)
{
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
}

static void who_joins_with_history_reads_what_was_written_before(void **state)
{
    scene *s = *state;
    say_something(s);
    uint32_t before = epoch_of(s, AUTHOR);
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    say_something(s);
    assert_true(epoch_of(s, AUTHOR) > before);
    assert_true(has_key(s, MALLORY, before));
    assert_true(has_key(s, MALLORY, epoch_of(s, AUTHOR)));
}

static void who_joins_without_history_reads_only_what_is_written_after(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], no_history, s));
    say_something(s);
    uint32_t before = epoch_of(s, AUTHOR);
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    say_something(s);
    /* It holds and verifies the old entries like everybody: only the key is withheld. */
    assert_int_equal(stored(s, MALLORY), stored(s, AUTHOR));
    assert_true(epoch_of(s, AUTHOR) > before);
    assert_false(has_key(s, MALLORY, before));
    assert_true(has_key(s, MALLORY, epoch_of(s, AUTHOR)));
    assert_true(has_key(s, READER, before));
    toc_log_feed feed;
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    toc_message question = {.kind = TOC_MSG_WANT_GRANT};
    question.as.want_grant.feed = feed.name;
    question.as.want_grant.epoch = before;
    toc_buf refusal = refusal_of(s, MALLORY, AUTHOR, &question);
    toc_buf_wipe(&refusal);
}

static void a_sender_key_is_used_for_thirty_days(void **state)
{
    scene *s = *state;
    say_something(s);
    uint32_t before = epoch_of(s, AUTHOR);
    s->net.now_ms += MONTH_MS / 2;
    say_something(s);
    assert_int_equal(epoch_of(s, AUTHOR), before);
    s->net.now_ms += MONTH_MS / 2;
    say_something(s);
    assert_int_equal(epoch_of(s, AUTHOR), before + 1);
    steps(s, 500);
    assert_true(has_key(s, READER, before + 1));
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_joins_with_history_reads_what_was_written_before),
        TEST(who_joins_without_history_reads_only_what_is_written_after),
        TEST(a_sender_key_is_used_for_thirty_days),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
