/* A member who says more in a day than its circle takes: it is stopped for the day, and nobody
 * else is. */
#include "proto/base/limits.h"
#include "store/erase.h"
#include "tests/unit/node/hostile.h"

enum { DAY_MS = 86400000, QUOTA = 64 << 10, RECORD_BYTES = 4000, AT_ONCE = 10 };

typedef struct saying {
    scene *s;
    toc_lane lane;
    unsigned count;
    bool cheats;
    toc_code said;
    toc_err why;
} saying;

/* What a day took is on disk: whoever cheats wipes it off his own. */
static void forget_own(toc_engine *engine, toc_log_txn *txn, const saying *what, toc_now now)
{
    toc_err err;
    const toc_log_taken none = {0};
    const toc_feed_name name = {
        .circle = what->s->circle, .org = *toc_engine_org(engine), .lane = what->lane};
    if (what->cheats)
        TOC_CHECK_OK(
            toc_log_taken_put(txn, &name, (uint32_t)(now.wall.unix_ms / DAY_MS), &none, &err));
}

static toc_code do_say(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    (void)err;
    saying *what = context;
    static const uint8_t text[RECORD_BYTES] = {'x'};
    toc_span records[AT_ONCE];
    for (size_t i = 0; i < AT_ONCE; i++)
        records[i] = toc_span_of(text, sizeof text);
    what->said = TOC_OK;
    for (unsigned i = 0; i < what->count && what->said == TOC_OK; i++) {
        forget_own(engine, txn, what, now);
        what->said = toc_engine_write(engine, txn, &what->s->circle, what->lane, records, NULL,
                                      AT_ONCE, now, NULL, &what->why);
    }
    return TOC_OK;
}

/* `count` times ten records of 4,000 bytes. */
static toc_code say_many(scene *s, int node, toc_lane lane, unsigned count, bool cheats,
                         toc_err *why)
{
    saying what = {.s = s, .lane = lane, .count = count, .cheats = cheats};
    assert_true(sim_do(&s->net, &s->net.nodes[node], do_say, &what));
    if (why != NULL)
        *why = what.why;
    return what.said;
}

static toc_code set_quota(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const saying *what = context;
    toc_amended made;
    const toc_amendment amendment = {
        .sets_alert = true,
        .sets_bulk = true,
        .policy = {.alert_bytes_per_day = what->count, .bulk_bytes_per_day = what->count}};
    return toc_engine_charter_propose(engine, txn, &what->s->circle, &amendment, false, now, NULL,
                                      &made, err);
}

static void propose_quota(scene *s, unsigned bytes)
{
    saying what = {.s = s, .count = bytes};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], set_quota, &what));
    steps(s, 300);
}

static int set_up_quota(void **state)
{
    set_up(state);
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    propose_quota(s, QUOTA);
    return 0;
}

static void turn_clocks(scene *s, int days)
{
    for (int i = 0; i < s->net.node_count; i++)
        s->net.nodes[i].clock_skew_ms += (int64_t)days * DAY_MS;
    steps(s, 400);
}

/* Of whatever generation. */
typedef struct sum {
    toc_org_id org;
    toc_lane lane;
    uint64_t feeds, entries;
} sum;

static toc_code add_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    (void)err;
    sum *all = context;
    if (toc_org_id_equal(&feed->name.org, &all->org) && feed->name.lane == all->lane) {
        all->feeds++;
        all->entries += feed->frontier.size;
    }
    return TOC_OK;
}

static sum taken_of(const scene *s, int by, int author, toc_lane lane)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    sum all = {.org = s->net.nodes[author].org, .lane = lane};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feeds(txn, &s->circle, add_feed, &all, &err));
    toc_log_abort(txn);
    return all;
}

static uint64_t taken(const scene *s, int by, int author)
{
    return taken_of(s, by, author, TOC_LANE_ALERT).entries;
}

/* An alert of 4,000 bytes is an entry of 8,192 or 4,096 and something: so many fit a quota. */
static uint64_t fit(void)
{
    size_t entry = TOC_ENTRY_HEADER_BYTES + TOC_BODY_OVERHEAD_BYTES + 4096;
    return QUOTA / entry;
}

static void who_says_more_than_its_quota_is_stopped_till_the_next_day(void **state)
{
    scene *s = *state;
    uint64_t before = taken(s, READER, MALLORY);
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 10, true, NULL), TOC_OK);
    steps(s, 1000);
    uint64_t first = taken(s, READER, MALLORY) - before;
    assert_in_range(first, fit() - 1, 2 * fit()); /* a part begun is taken whole */
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_QUOTA) >= 1);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_QUOTA), 0);
    steps(s, 1000);
    assert_int_equal(taken(s, READER, MALLORY) - before, first);
    turn_clocks(s, 1);
    uint64_t second = taken(s, READER, MALLORY) - before - first;
    assert_in_range(second, fit() - 1, 2 * fit());
    for (int day = 0; day < 10; day++)
        turn_clocks(s, 1);
    assert_int_equal(taken(s, READER, MALLORY), taken(s, MALLORY, MALLORY));
}

static void an_honest_members_alert_comes_through_meanwhile(void **state)
{
    scene *s = *state;
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 10, true, NULL), TOC_OK);
    steps(s, 1000);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 1, true, NULL), TOC_OK);
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
        steps(s, 5); /* as without anybody in between */
        assert_int_equal(stored(s, READER), stored(s, AUTHOR));
    }
}

static void neither_a_clock_set_back_nor_a_restart_gives_a_second_quota(void **state)
{
    scene *s = *state;
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 20, true, NULL), TOC_OK);
    steps(s, 1000);
    turn_clocks(s, 1);
    uint64_t size = taken(s, READER, MALLORY);
    assert_true(size < taken(s, MALLORY, MALLORY));
    turn_clocks(s, -1);
    turn_clocks(s, 1);
    assert_int_equal(taken(s, READER, MALLORY), size);
    s->net.faults.crash = 10000;
    steps(s, 1000 / SIM_STEP_MS);
    s->net.faults.crash = 0;
    steps(s, 1500);
    assert_true(s->net.counts.crashes >= 3);
    assert_int_equal(taken(s, READER, MALLORY), size);
}

static toc_code begin_anew(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)context;
    return toc_engine_restored(engine, txn, now, err);
}

static void many_generations_have_one_quota_and_few_are_taken_in_a_day(void **state)
{
    scene *s = *state;
    for (unsigned i = 0; i < TOC_GENERATIONS_TAKEN_A_DAY + 10; i++) {
        assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], begin_anew, NULL));
        assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 1, true, NULL), TOC_OK);
        steps(s, 50);
    }
    steps(s, 1000);
    /* Ten alerts and a grant each, of which two overdraw. */
    assert_in_range(taken(s, READER, MALLORY), fit(), 3 * fit());
    assert_true(taken_of(s, READER, MALLORY, TOC_LANE_KEYS).feeds <= TOC_GENERATIONS_TAKEN_A_DAY);
    assert_true(taken_of(s, MALLORY, MALLORY, TOC_LANE_KEYS).feeds > TOC_GENERATIONS_TAKEN_A_DAY);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_QUOTA) >= 1);
}

/* Bodies of what it said are held back but for one, so that an entry takes 80 bytes to tell of. */
static toc_code hold_back(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)engine;
    const scene *s = context;
    toc_log_feed feed;
    assert_true(feed_at(s, MALLORY, MALLORY, TOC_LANE_ALERT, &feed));
    for (uint64_t index = 0; index + 1 < feed.frontier.size; index++) {
        toc_span entry;
        bool had;
        const toc_bare bare = {.why = TOC_BARE_MISSING, .at = now.wall};
        TOC_TRY(toc_log_entry(txn, feed.number, index, &entry, err));
        if (entry.data[1] == TOC_ENTRY_RECORD)
            TOC_TRY(toc_erase_body(txn, feed.number, index, &bare, &had, err));
    }
    return TOC_OK;
}

/* They are asked for as missing later: else a day's quota would take a hundred days' bodies. */
static void bodies_that_are_held_back_count_as_what_they_will_take(void **state)
{
    scene *s = *state;
    uint64_t before = taken(s, READER, MALLORY);
    isolate(s, MALLORY);
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 10, true, NULL), TOC_OK);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], hold_back, s));
    s->net.cut[MALLORY] = false;
    steps(s, 1500);
    assert_int_equal(taken(s, READER, MALLORY) - before, 100); /* one part, which is taken whole */
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 1, true, NULL), TOC_OK);
    steps(s, 500);
    assert_int_equal(taken(s, READER, MALLORY) - before, 100);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_QUOTA) >= 1);
}

static void what_was_said_in_a_week_is_caught_up_with_at_once(void **state)
{
    scene *s = *state;
    turn_clocks(s, 1);
    isolate(s, READER);
    for (unsigned day = 0; day < TOC_QUOTA_DAYS_KEPT; day++) {
        assert_int_equal(say_many(s, AUTHOR, TOC_LANE_ALERT, 1, false, NULL), TOC_OK);
        if (day + 1 < TOC_QUOTA_DAYS_KEPT)
            turn_clocks(s, 1);
    }
    assert_true(taken(s, AUTHOR, AUTHOR) > 4 * fit());
    assert_true(taken(s, READER, AUTHOR) < fit());
    s->net.cut[READER] = false;
    steps(s, 1500);
    assert_int_equal(taken(s, READER, AUTHOR), taken(s, AUTHOR, AUTHOR));
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_QUOTA), 0);
}

static void what_was_there_before_joining_is_free_and_what_comes_after_is_not(void **state)
{
    scene *s = *state;
    propose_quota(s, QUOTA);
    for (int day = 0; day < 12; day++) {
        assert_int_equal(say_many(s, AUTHOR, TOC_LANE_ALERT, 1, false, NULL), TOC_OK);
        turn_clocks(s, 1);
    }
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    steps(s, 1000);
    uint64_t size = taken(s, MALLORY, AUTHOR);
    assert_int_equal(size, taken(s, AUTHOR, AUTHOR));
    assert_int_equal(refused(s, MALLORY, AUTHOR, TOC_REFUSE_QUOTA), 0);
    assert_int_equal(say_many(s, AUTHOR, TOC_LANE_ALERT, 10, true, NULL), TOC_OK);
    steps(s, 1000);
    assert_in_range(taken(s, MALLORY, AUTHOR) - size, 1, 3 * fit());
    assert_true(refused(s, MALLORY, AUTHOR, TOC_REFUSE_QUOTA) >= 1);
}

/* The node was off itself, and for longer than a quota is kept. */
static void who_was_off_for_a_month_is_told_everything(void **state)
{
    scene *s = *state;
    turn_clocks(s, 1);
    isolate(s, READER);
    for (unsigned day = 0; day < 4 * TOC_QUOTA_DAYS_KEPT; day++) {
        assert_int_equal(say_many(s, AUTHOR, TOC_LANE_ALERT, 1, false, NULL), TOC_OK);
        for (int i = 0; i < s->net.node_count; i++)
            s->net.nodes[i].clock_skew_ms += DAY_MS;
        s->net.nodes[READER].next_tick_ms = UINT64_MAX; /* it does not run */
        steps(s, 10);
    }
    toc_engine *reader = s->net.nodes[READER].engine;
    reader->awake = false; /* as after its start */
    s->net.nodes[READER].next_tick_ms = 0;
    s->net.cut[READER] = false;
    steps(s, 2000);
    assert_int_equal(taken(s, READER, AUTHOR), taken(s, AUTHOR, AUTHOR));
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_QUOTA), 0);
}

static void a_charter_with_a_larger_quota_lets_it_go_on_at_once(void **state)
{
    scene *s = *state;
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 10, true, NULL), TOC_OK);
    steps(s, 1000);
    assert_true(taken(s, READER, MALLORY) < taken(s, MALLORY, MALLORY));
    propose_quota(s, 100 * QUOTA);
    steps(s, 1000);
    assert_int_equal(taken(s, READER, MALLORY), taken(s, MALLORY, MALLORY));
}

static void the_own_words_over_a_quota_are_refused_with_what_to_do_and_in_no_lane(void **state)
{
    scene *s = *state;
    toc_err why = {0};
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 1, false, &why), TOC_OK);
    uint64_t alerts = taken(s, MALLORY, MALLORY);
    uint64_t bulk = taken_of(s, MALLORY, MALLORY, TOC_LANE_BULK).entries;
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 1, false, &why), TOC_DENIED);
    assert_non_null(strstr(why.text, "the alert quota of this circle is 65536 bytes a day"));
    assert_non_null(strstr(why.text, "--alert-per-day"));
    assert_int_equal(taken(s, MALLORY, MALLORY), alerts);
    assert_int_equal(taken_of(s, MALLORY, MALLORY, TOC_LANE_BULK).entries, bulk);
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_BULK, 1, false, &why), TOC_OK);
    turn_clocks(s, 1);
    assert_int_equal(say_many(s, MALLORY, TOC_LANE_ALERT, 1, false, &why), TOC_OK);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_quota, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_says_more_than_its_quota_is_stopped_till_the_next_day),
        TEST(an_honest_members_alert_comes_through_meanwhile),
        TEST(neither_a_clock_set_back_nor_a_restart_gives_a_second_quota),
        TEST(many_generations_have_one_quota_and_few_are_taken_in_a_day),
        TEST(bodies_that_are_held_back_count_as_what_they_will_take),
        TEST(what_was_said_in_a_week_is_caught_up_with_at_once),
        cmocka_unit_test_setup_teardown(
            what_was_there_before_joining_is_free_and_what_comes_after_is_not, set_up, tear_down),
        TEST(who_was_off_for_a_month_is_told_everything),
        TEST(a_charter_with_a_larger_quota_lets_it_go_on_at_once),
        TEST(the_own_words_over_a_quota_are_refused_with_what_to_do_and_in_no_lane),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
