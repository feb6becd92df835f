/* A thief of an org's sign key goes on under its name: two histories of one feed, who finds them
 * and what the nodes do from then on. */
#include "node/engine/sync.h"
#include "proto/roll/change.h"
#include "tests/unit/node/thief.h"

static void two_histories_are_found_where_they_part_and_everybody_has_the_proof(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    for (int i = 0; i < 5; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    uint64_t common = size_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT);
    assert_int_equal(common, size_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT));
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 4, 2);
    assert_int_equal(forked_at(s, READER, &feed), UINT64_MAX);
    steps(s, 2000);
    for (int node = AUTHOR; node <= MALLORY; node++)
        assert_int_equal(forked_at(s, node, &feed), common);
    assert_int_equal(size_of(s, READER, &feed), common + 2);
    assert_true(refused(s, READER, AUTHOR, TOC_REFUSE_FORK) > 0);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_ENTRY_CHANGED), 0);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_MALFORMED), 0);
}

/* Nobody shows the other history any more. */
static void who_joins_later_gets_the_proof_from_whoever_has_it(void **state)
{
    scene *s = *state;
    enum { LATE = 3 };
    toc_log_feed feed;
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 1000);
    assert_int_equal(forked_at(s, READER, &feed), feed.frontier.size);
    isolate(s, MALLORY);
    admit_as(s, LATE, TOC_ROLE_MEMBER, true);
    steps(s, 2000);
    assert_int_equal(forked_at(s, LATE, &feed), feed.frontier.size);
    assert_int_equal(refused(s, LATE, READER, TOC_REFUSE_ENTRY_CHANGED), 0);
}

/* A thief, or an author that is itself hostile, goes on: it is received, and that is all. */
static void who_goes_on_after_a_fork_is_received_and_gets_no_receipt(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    toc_log_txn *txn = NULL;
    toc_log_cosignature before, after;
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 2000);
    const toc_org_id *reader = &s->net.nodes[READER].org;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_cosigned(txn, feed.number, reader, &before, &err));
    toc_log_abort(txn);
    uint64_t size = size_of(s, READER, &feed);
    go_on(s, AUTHOR, &feed, 3);
    steps(s, 1000);
    assert_int_equal(size_of(s, READER, &feed), size + 3);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_cosigned(txn, feed.number, reader, &after, &err));
    toc_log_abort(txn);
    assert_int_equal(after.size, before.size);
    assert_int_equal(opened_by(s, READER), 1);
}

static toc_code ask_writable(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    saying *what = context;
    uint64_t generation;
    toc_code code = toc_engine_writable(engine, txn, &what->s->circle, now, &generation, err);
    what->wallet = code == TOC_STATE ? "halted" : "may write";
    return TOC_OK;
}

static void an_author_whose_key_is_stolen_writes_nothing_before_it_has_another(void **state)
{
    scene *s = *state;
    saying what = {.s = s};
    toc_log_feed old, fresh;
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 2000);
    uint64_t size = size_of(s, AUTHOR, &old);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], ask_writable, &what));
    assert_string_equal(what.wallet, "halted");
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    steps(s, 500);
    say_claim(s, own_wallet);
    steps(s, 1000);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &fresh));
    assert_true(fresh.name.generation > old.name.generation);
    assert_int_equal(size_of(s, AUTHOR, &old), size);
    expect_opened_alike(s, 2); /* what came before, and what it says with the new key */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_histories_are_found_where_they_part_and_everybody_has_the_proof),
        TEST(who_joins_later_gets_the_proof_from_whoever_has_it),
        TEST(who_goes_on_after_a_fork_is_received_and_gets_no_receipt),
        TEST(an_author_whose_key_is_stolen_writes_nothing_before_it_has_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
