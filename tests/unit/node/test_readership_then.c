/* Of another org's record: of whom a node knows that he had a key when it was written, and of whom
 * only its author does. */
#include "node/readership_then.h"
#include "tests/unit/node/hostile.h"

enum { DELAY_MS = 60000, ARENA_BYTES = 64 << 20 };

static toc_code set_delay(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const scene *s = context;
    toc_amended made;
    const toc_amendment amendment = {.sets_delay = true,
                                     .policy = {.admission_delay_ms = DELAY_MS}};
    TOC_TRY(toc_engine_charter_propose(engine, txn, &s->circle, &amendment, false, now, NULL, &made,
                                       err));
    assert_true(made.in_force);
    return TOC_OK;
}

/* Where the newest record of the author stands. */
static uint64_t speak(scene *s)
{
    toc_log_feed feed;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    return feed.frontier.size - 1;
}

static void pass(scene *s, uint64_t ms)
{
    steps(s, (unsigned)(ms / SIM_STEP_MS));
}

/* What the charter of then follows besides, or instead. */
typedef enum past { AS_IT_IS, JOINS_THE_ONE_BEFORE, JOINS_UNKNOWN, FOLLOWS_UNKNOWN } past;

/* What `node` knows of a record of the author: the reader it doubts; NULL: none. */
static const toc_org_id *doubt(scene *s, int node, uint64_t index, past before, toc_arena *arena)
{
    toc_err err;
    toc_log_feed feed;
    toc_charter then;
    const toc_org_id *had, *doubts;
    size_t count, doubted;
    const toc_statement red = {.tlp = TOC_TLP_RED};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    assert_true(feed_at(s, node, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_charter_judging(txn, &feed.id, index, arena, &then, &err));
    TOC_CHECK_OK(toc_readers_of(&then, &feed.name.org, &red, arena, &had, &count, &err));
    if (before == JOINS_THE_ONE_BEFORE) /* in which the late comer does not read */
        then.joined = then.previous;
    else if (before == JOINS_UNKNOWN)
        memset(&then.joined, 7, sizeof then.joined);
    else if (before == FOLLOWS_UNKNOWN)
        memset(&then.previous, 7, sizeof then.previous);
    const toc_said_record said = {
        .circle = s->circle, .org = feed.name.org, .feed = feed.id, .index = index};
    TOC_CHECK_OK(toc_readership_doubts(txn, &s->net.nodes[node].org, &said, &then, had, count,
                                       arena, &doubts, &doubted, &err));
    assert_true(doubted <= 1);
    return doubted == 0 ? NULL : &doubts[0];
}

static bool doubts_by(scene *s, int node, uint64_t index, past before)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &arena, &err));
    const toc_org_id *found = doubt(s, node, index, before, arena);
    if (found != NULL)
        assert_true(toc_org_id_equal(found, &s->net.nodes[MALLORY].org));
    return found != NULL;
}

static bool doubts_late_comer(scene *s, int node, uint64_t index)
{
    return doubts_by(s, node, index, AS_IT_IS);
}

static void without_a_delay_everybody_had_a_key(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    uint64_t at = speak(s);
    assert_false(doubts_late_comer(s, READER, at));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], set_delay, s)); /* afterwards: for others */
    steps(s, 100);
    assert_false(doubts_late_comer(s, READER, speak(s)));
}

static void who_came_by_a_delay_is_doubted_until_it_must_have_passed(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], set_delay, s));
    steps(s, 100);
    uint64_t before = speak(s);
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    uint64_t first = speak(s);
    pass(s, DELAY_MS / 2);
    uint64_t second = speak(s);
    pass(s, DELAY_MS);
    uint64_t third = speak(s);
    assert_false(doubts_late_comer(s, READER, before)); /* it was no reader */
    assert_true(doubts_late_comer(s, READER, first));
    assert_true(doubts_late_comer(s, READER, second));
    assert_false(doubts_late_comer(s, READER, third));
    assert_false(doubts_late_comer(s, AUTHOR, first));  /* who knows himself whom he left out */
    assert_false(doubts_late_comer(s, MALLORY, third)); /* and of himself */
}

static toc_code put_rival(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const scene *s = context;
    toc_charter charter;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    (void)engine;
    (void)now;
    TOC_TRY(toc_arena_new(ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &s->circle, arena, &charter, err));
    /* The one before: he reads in none but the last. */
    return toc_log_rival_put(txn, &s->circle, &charter.previous, TOC_RIVAL_DECLINED, err);
}

static void who_reads_in_one_branch_only_is_doubted(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    uint64_t at = speak(s);
    assert_false(doubts_late_comer(s, READER, at));
    assert_true(sim_do(&s->net, &s->net.nodes[READER], put_rival, s));
    assert_true(doubts_late_comer(s, READER, at));
}

/* Of a charter that ended two branches its author may have followed either; of one that is not here
 * nobody knows who reads in it. */
static void who_reads_in_one_of_two_branches_that_were_joined_is_doubted(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    uint64_t at = speak(s);
    assert_false(doubts_late_comer(s, READER, at));
    assert_true(doubts_by(s, READER, at, JOINS_THE_ONE_BEFORE));
    assert_true(doubts_by(s, READER, at, JOINS_UNKNOWN));
}

static void where_a_charter_of_before_is_not_held_anybody_may_have_waited(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    uint64_t at = speak(s);
    assert_false(doubts_late_comer(s, READER, at));
    assert_true(doubts_by(s, READER, at, FOLLOWS_UNKNOWN));
}

/* Its time would be before it came: that is no proof that it waited. */
static void a_clock_that_was_set_back_lets_nobody_have_waited(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], set_delay, s));
    steps(s, 100);
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    (void)speak(s);
    s->net.nodes[AUTHOR].clock_skew_ms = -2 * (int64_t)DELAY_MS;
    assert_true(doubts_late_comer(s, READER, speak(s)));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_a_delay_everybody_had_a_key),
        TEST(who_came_by_a_delay_is_doubted_until_it_must_have_passed),
        TEST(who_reads_in_one_branch_only_is_doubted),
        TEST(who_reads_in_one_of_two_branches_that_were_joined_is_doubted),
        TEST(where_a_charter_of_before_is_not_held_anybody_may_have_waited),
        TEST(a_clock_that_was_set_back_lets_nobody_have_waited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
