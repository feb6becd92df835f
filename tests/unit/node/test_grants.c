/* Who gets a sender key, of whom, and in which feeds none is granted any more. */
#include "node/engine/forks.h"
#include "node/engine/grants.h"
#include "tests/unit/node/hostile.h"

static int set_up_member(void **state)
{
    set_up(state);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

static toc_buf answer_of_reader(scene *s, const toc_feed_name *feed, uint32_t epoch)
{
    toc_message question = {.kind = TOC_MSG_WANT_GRANT};
    question.as.want_grant.feed = *feed;
    question.as.want_grant.epoch = epoch;
    return refusal_of(s, MALLORY, READER, &question);
}

/* All who read have the key: whoever asks them goes past its author, who may hold it back. */
static void only_its_author_gives_a_key_away(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_AUTO(toc_buf_wipe)
    toc_buf known = answer_of_reader(s, &feed.name, feed.judge.epoch);
    TOC_AUTO(toc_buf_wipe)
    toc_buf unknown = answer_of_reader(s, &feed.name, feed.judge.epoch + 9);
    assert_true(toc_span_equal(toc_buf_view(&known), toc_buf_view(&unknown)));
}

/* Nothing here judges a proof. */
static toc_code grant_after_fork(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    const scene *s = context;
    toc_log_feed before, after;
    bool fresh;
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &before));
    const toc_fork fork = {.feed = before.name, .index = 1};
    TOC_TRY(toc_log_fork_put(txn, &fork, now.wall, &fresh, err));
    TOC_TRY(toc_grants_refresh(engine, txn, &s->circle, true, now, err));
    TOC_TRY(toc_log_feed_at(txn, before.number, &after, err));
    assert_int_equal(after.frontier.size, before.frontier.size);
    return TOC_OK;
}

/* Who holds the sign key could go on in them as well. */
static void nothing_is_granted_in_feeds_that_have_forked(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], grant_after_fork, s));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(only_its_author_gives_a_key_away),
        TEST(nothing_is_granted_in_feeds_that_have_forked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
