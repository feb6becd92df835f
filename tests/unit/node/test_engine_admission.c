/* The admission delay: whoever stole an admin's key and admits a spy has to wait, in everybody's
 * sight, before anybody seals a key to it. */
#include "proto/feed/addressed.h"
#include "store/memo.h"
#include "tests/support/leaver.h"
#include "tests/unit/node/hostile.h"

enum { DELAY_MS = 60000 };

typedef struct change {
    scene *s;
    toc_amendment amendment;
} change;

static toc_code propose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    change *what = context;
    toc_amended made;
    TOC_TRY(toc_engine_charter_propose(engine, txn, &what->s->circle, &what->amendment, false, now,
                                       NULL, &made, err));
    assert_true(made.in_force);
    return TOC_OK;
}

static void set_delay(scene *s, uint64_t delay_ms)
{
    change what = {.s = s,
                   .amendment = {.sets_delay = true, .policy = {.admission_delay_ms = delay_ms}}};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], propose, &what));
    steps(s, 100);
}

static int set_up_delay(void **state)
{
    set_up(state);
    set_delay(*state, DELAY_MS);
    return 0;
}

static toc_code remove_spy(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

static toc_code confirm(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_confirm(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

static void write_at(scene *s, int author)
{
    assert_true(sim_do(&s->net, &s->net.nodes[author], write_record, s));
    steps(s, 200);
}

static void pass(scene *s, uint64_t ms)
{
    steps(s, (unsigned)(ms / SIM_STEP_MS));
}

static bool has_key(const scene *s, const toc_feed_name *feed, uint32_t epoch)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    return toc_log_sender_key(txn, feed, epoch, &key, NULL) == TOC_OK;
}

/* Has the spy a key of the author, of whatever epoch? */
static bool has_any_key(const scene *s, int author)
{
    toc_log_feed feed;
    bool any = false;
    assert_true(feed_at(s, author, author, TOC_LANE_ALERT, &feed));
    for (uint32_t epoch = 1; epoch <= feed.judge.epoch; epoch++)
        any |= has_key(s, &feed.name, epoch);
    return any;
}

static toc_message want_newest(const scene *s, int author)
{
    toc_log_feed feed;
    assert_true(feed_at(s, author, author, TOC_LANE_ALERT, &feed));
    toc_message question = {.kind = TOC_MSG_WANT_GRANT};
    question.as.want_grant.feed = feed.name;
    question.as.want_grant.epoch = feed.judge.epoch;
    return question;
}

/* ---- the spy waits ---- */

static void a_spy_whom_a_stolen_key_admits_gets_no_key_before_the_delay(void **state)
{
    scene *s = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    write_at(s, AUTHOR);
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    write_at(s, AUTHOR);
    write_at(s, READER);
    assert_int_equal(stored(s, MALLORY), stored(s, AUTHOR)); /* what it cannot open */
    assert_false(has_any_key(s, AUTHOR));
    assert_false(has_any_key(s, READER));
    for (int author = AUTHOR; author <= READER; author++) {
        toc_message question = want_newest(s, author), answer;
        toc_buf refusal = refusal_of(s, MALLORY, author, &question);
        TOC_CHECK_OK(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, &err));
        TOC_CHECK_OK(toc_message_decode(toc_buf_view(&refusal), arena, &answer, &err));
        assert_int_equal(answer.as.refusal.code, TOC_REFUSED_POLICY);
        assert_true(answer.as.refusal.retry_after_ms > DELAY_MS / 4);
        assert_true(answer.as.refusal.retry_after_ms <= DELAY_MS);
        toc_buf_wipe(&refusal);
        toc_arena_free(arena);
        arena = NULL;
    }
    pass(s, DELAY_MS + 5000); /* nobody took the admission back */
    write_at(s, AUTHOR);
    assert_true(has_any_key(s, AUTHOR));
    assert_true(has_any_key(s, READER));
}

static void an_admission_that_is_taken_back_in_time_gave_no_key(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    write_at(s, AUTHOR);
    pass(s, DELAY_MS / 2);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_spy, s));
    pass(s, DELAY_MS);
    pass(s, DELAY_MS);
    write_at(s, AUTHOR);
    assert_false(has_any_key(s, AUTHOR));
    assert_false(has_any_key(s, READER));
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, false); /* again: it waits anew */
    write_at(s, AUTHOR);
    assert_false(has_any_key(s, AUTHOR));
}

/* Whether this node has the spy on its list of those who wait. */
static bool waits_at(const scene *s, int node)
{
    toc_err err;
    toc_time until;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    return toc_log_admission_get(txn, &s->circle, &s->net.nodes[MALLORY].org, &until, NULL) ==
           TOC_OK;
}

/* Nor does who only carries from now on: neither is let in when its time comes. */
static void who_is_removed_or_reads_no_more_waits_no_more(void **state)
{
    scene *s = *state;
    const toc_amend_step relay = {
        .what = TOC_AMEND_ROLE, .org = s->net.nodes[MALLORY].org, .role = TOC_ROLE_RELAY};
    change carries = {.s = s, .amendment = {.step_count = 1, .steps = &relay}};
    for (int i = 0; i < 2; i++) {
        admit_as(s, MALLORY, TOC_ROLE_MEMBER, i == 0);
        for (int node = AUTHOR; node <= READER; node++)
            assert_true(waits_at(s, node));
        if (i == 0)
            assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_spy, s));
        else
            assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], propose, &carries));
        steps(s, 200);
        for (int node = AUTHOR; node <= READER; node++)
            assert_false(waits_at(s, node));
    }
}

/* Whoever sets a node's clock ahead would have its key at once. */
static void a_clock_that_all_peers_contradict_lets_nobody_in(void **state)
{
    enum { HOUR_MS = 3600000 };
    scene *s = *state;
    pass(s, DELAY_MS); /* until clocks were measured */
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    s->net.nodes[READER].clock_skew_ms += HOUR_MS;
    pass(s, DELAY_MS / 2);
    write_at(s, READER);
    assert_true(waits_at(s, READER));
    assert_false(has_any_key(s, READER));
    s->net.nodes[READER].clock_skew_ms -= HOUR_MS;
    pass(s, DELAY_MS);
    assert_false(waits_at(s, READER));
}

/* A node that was off sees a reader before and a reader after. */
static void who_was_removed_and_admitted_again_waits_at_who_was_off_too(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    pass(s, DELAY_MS + 5000);
    assert_false(waits_at(s, READER));
    uint32_t version = version_at(s, READER);
    sim_off(&s->net, &s->net.nodes[READER]);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_spy, s));
    steps(s, 200);
    set_delay(s, 2 * (uint64_t)DELAY_MS); /* and a delay in between counts on */
    set_delay(s, DELAY_MS);
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, false);
    assert_true(waits_at(s, AUTHOR));
    sim_on(&s->net, &s->net.nodes[READER], true);
    steps(s, 400);
    assert_int_equal(version_at(s, READER), version + 4);
    assert_true(waits_at(s, READER));
    pass(s, DELAY_MS + DELAY_MS / 2);
    assert_true(waits_at(s, READER));
    pass(s, DELAY_MS);
    assert_false(waits_at(s, READER));
}

/* For how long a node says that it waits itself; 0: it does not. */
static uint64_t own_wait(const scene *s, int node)
{
    toc_err err;
    toc_time until = {0};
    const sim_node *at = &s->net.nodes[node];
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(at->log, &txn, &err));
    if (toc_memo_wait(txn, &s->circle, &until, NULL) != TOC_OK)
        return 0;
    uint64_t now_ms = sim_now(&s->net, at).wall.unix_ms;
    return until.unix_ms > now_ms ? until.unix_ms - now_ms : 0;
}

/* It can only know when its own node heard of it, which is about when the others did. */
static void who_is_admitted_knows_that_it_waits_and_until_when(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_in_range(own_wait(s, MALLORY), DELAY_MS / 2, DELAY_MS);
    assert_int_equal(own_wait(s, AUTHOR), 0); /* there from the beginning */
    assert_int_equal(own_wait(s, READER), 0); /* admitted before there was a delay */
    set_delay(s, 4 * (uint64_t)DELAY_MS);
    assert_in_range(own_wait(s, MALLORY), 1, DELAY_MS); /* for those who come after it */
    pass(s, DELAY_MS);
    assert_int_equal(own_wait(s, MALLORY), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_spy, s));
    steps(s, 200);
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, false); /* again: its node has the circle already */
    assert_in_range(own_wait(s, MALLORY), 2 * DELAY_MS, 4 * DELAY_MS);
}

static void lowering_the_delay_first_saves_no_time(void **state)
{
    scene *s = *state;
    set_delay(s, 20000);
    set_delay(s, 0);
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    write_at(s, AUTHOR);
    pass(s, DELAY_MS / 2);
    assert_false(has_any_key(s, AUTHOR));
    pass(s, DELAY_MS);
    assert_true(has_any_key(s, AUTHOR));
}

static void a_relay_that_is_made_a_reader_waits_too(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_RELAY, true);
    pass(s, DELAY_MS + 5000);
    const toc_amend_step step = {
        .what = TOC_AMEND_ROLE, .org = s->net.nodes[MALLORY].org, .role = TOC_ROLE_OBSERVER};
    change what = {.s = s, .amendment = {.step_count = 1, .steps = &step}};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], propose, &what));
    write_at(s, AUTHOR);
    pass(s, DELAY_MS / 2);
    assert_false(has_any_key(s, AUTHOR));
}

/* RED goes to every reader of the circle, and to each by name. */
static toc_code write_red(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    scene *s = context;
    toc_span record = toc_span_text("sealed before anybody reads what it says");
    const toc_statement marking = {.kind = TOC_RECORD_WALLET, .tlp = TOC_TLP_RED};
    const toc_addressees to = {.marking = &marking}, *named = &to;
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_BULK, &record, &named, 1, now,
                            &s->record, err);
}

/* Does the seal key of `whose` open the author's newest bulk entry? (Around it is what the circle
 * opens, here the author.) */
static bool opens_newest(const scene *s, int whose)
{
    toc_err err;
    toc_log_feed feed;
    toc_span entry;
    toc_opened opened;
    toc_addressed inner;
    static uint8_t outer[TOC_ENTRY_BYTES_MAX], plain[TOC_ENTRY_BYTES_MAX];
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *seal = steal(s, whose, TOC_OWN_SEAL);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_BULK, &feed));
    uint64_t newest = feed.frontier.size - 1;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    TOC_CHECK_OK(toc_log_entry(txn, feed.number, newest, &entry, &err));
    TOC_CHECK_OK(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &key, &err));
    TOC_CHECK_OK(toc_entry_open(&feed.id, newest, entry, key, outer, &opened, &err));
    return toc_addressed_open(&feed.id, newest, opened.record, seal, plain, &inner, NULL) == TOC_OK;
}

static void what_is_sealed_to_each_reader_is_not_sealed_to_who_waits(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_red, s));
    assert_true(opens_newest(s, READER));
    assert_false(opens_newest(s, MALLORY));
    pass(s, DELAY_MS + 5000);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_red, s));
    assert_true(opens_newest(s, MALLORY));
}

/* ---- who need not wait ---- */

static void an_operator_confirms_for_the_own_node_only(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    write_at(s, AUTHOR);
    write_at(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], confirm, s));
    write_at(s, AUTHOR);
    write_at(s, READER);
    assert_true(has_any_key(s, AUTHOR));
    assert_false(has_any_key(s, READER));
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_write(s->net.nodes[AUTHOR].log, &txn, &err));
    assert_int_equal(
        confirm(s, s->net.nodes[AUTHOR].engine, txn, sim_now(&s->net, &s->net.nodes[AUTHOR]), &err),
        TOC_NOT_FOUND);
    toc_log_abort(txn);
}

/* Though it was told before to come again when the delay is over, and nothing new is written. */
static void who_is_confirmed_opens_what_was_there_within_seconds(void **state)
{
    enum { SOON_MS = DELAY_MS / 4 };
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    write_at(s, AUTHOR);
    toc_log_feed feed;
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    assert_false(has_key(s, &feed.name, feed.judge.epoch));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], confirm, s));
    pass(s, SOON_MS);
    assert_true(has_key(s, &feed.name, feed.judge.epoch));
    assert_false(has_any_key(s, READER));
}

static void who_reads_already_and_the_joiner_itself_do_not_wait(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], write_record, s));
    write_at(s, AUTHOR);
    toc_log_feed feed;
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    assert_true(feed_at(s, READER, MALLORY, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &key, &err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_delay, tear_down)
        TEST(a_spy_whom_a_stolen_key_admits_gets_no_key_before_the_delay),
        TEST(an_admission_that_is_taken_back_in_time_gave_no_key),
        TEST(who_is_admitted_knows_that_it_waits_and_until_when),
        TEST(who_is_removed_or_reads_no_more_waits_no_more),
        TEST(a_clock_that_all_peers_contradict_lets_nobody_in),
        TEST(who_was_removed_and_admitted_again_waits_at_who_was_off_too),
        TEST(lowering_the_delay_first_saves_no_time),
        TEST(a_relay_that_is_made_a_reader_waits_too),
        TEST(what_is_sealed_to_each_reader_is_not_sealed_to_who_waits),
        TEST(an_operator_confirms_for_the_own_node_only),
        TEST(who_is_confirmed_opens_what_was_there_within_seconds),
        TEST(who_reads_already_and_the_joiner_itself_do_not_wait),
    };
    return cmocka_run_group_tests_name("engine: admission delay", tests, NULL, NULL);
}
