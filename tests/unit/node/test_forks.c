/* A thief of an org's sign key goes on under its name: two histories of one feed, who finds them
 * and what the nodes do from then on. */
#include "node/engine/sync.h"
#include "proto/roll/change.h"
#include "tests/unit/node/thief.h"

enum { OUTSIDE = 3, FORK_STEPS = 2000 };

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

/* ---- who is told ---- */

/* Of the author and of who is outside the circle of the fork. */
static toc_code create_other(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    scene *s = context;
    TOC_TRY(toc_engine_circle_create(engine, txn, toc_span_text("Other"), toc_span_text("test"),
                                     now, &s->other_circle, err));
    return toc_engine_circle_admit(engine, txn, &s->other_circle, &s->net.nodes[OUTSIDE].org,
                                   TOC_ROLE_MEMBER, now, err);
}

static toc_code join_other(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_join(engine, txn, &s->other_circle, now, err);
}

typedef struct told {
    unsigned of_own, of_fork; /* news of its own circle, and of that in which there is a fork */
    size_t marks;
} told;

/* What is on its way to who is outside. */
static void listen_outside(const scene *s, told *all)
{
    for (const sim_message *at = s->net.messages; at != NULL; at = at->next) {
        toc_err err;
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        toc_message message;
        if (at->to != OUTSIDE)
            continue;
        TOC_CHECK_OK(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, &err));
        TOC_CHECK_OK(toc_message_decode(toc_buf_view(&at->bytes), arena, &message, &err));
        if (message.kind != TOC_MSG_NEWS)
            continue;
        all->of_own += toc_circle_id_equal(&message.as.news.circle, &s->other_circle);
        all->of_fork += toc_circle_id_equal(&message.as.news.circle, &s->circle);
        all->marks += message.as.news.fork_count;
    }
}

/* Neither that the circle is there, nor, in the name of a circle that it shares with the author,
 * what is in it. */
static void who_is_outside_the_circle_is_told_nothing_of_a_fork_in_it(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    told all = {0};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], create_other, s));
    assert_true(sim_do(&s->net, &s->net.nodes[OUTSIDE], join_other, s));
    steps(s, 500);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 1, 1);
    for (int i = 0; i < FORK_STEPS; i++) {
        steps(s, 1);
        listen_outside(s, &all);
    }
    for (int node = AUTHOR; node <= MALLORY; node++) {
        assert_int_equal(forked_at(s, node, &feed), feed.frontier.size);
        link_between(s, node, OUTSIDE);
    }
    assert_true(all.of_own > 0);
    assert_int_equal(all.of_fork, 0);
    assert_int_equal(all.marks, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_histories_are_found_where_they_part_and_everybody_has_the_proof),
        TEST(who_joins_later_gets_the_proof_from_whoever_has_it),
        TEST(who_goes_on_after_a_fork_is_received_and_gets_no_receipt),
        TEST(an_author_whose_key_is_stolen_writes_nothing_before_it_has_another),
        TEST(who_is_outside_the_circle_is_told_nothing_of_a_fork_in_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
