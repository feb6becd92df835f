/* Those who are not, or no longer, what they would like to be: a relay, an org that was removed or
 * never joined, a peer from outside, and a node that was restored from an old copy. */
#include "tests/support/leaver.h"
#include "tests/unit/node/hostile.h"

enum { FRIEND = 3, WITHHELD_MS = 60000 };

/* ---- relays ---- */

static int set_up_four(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    admit_as(*state, FRIEND, TOC_ROLE_MEMBER, true);
    return 0;
}

/* The author cannot be heard, one peer tells of everything and gives nothing, one is honest. */
static void who_withholds_entries_is_left_for_another_who_has_them(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    uint64_t size = stored(s, AUTHOR);
    uint64_t deadline = s->net.now_ms + WITHHELD_MS;
    while (s->net.now_ms < deadline && stored(s, READER) < size) {
        lose(s, AUTHOR, READER, 0);
        lose(s, MALLORY, READER, TOC_MSG_CHUNK);
        /* Heads come from both, entries never inline: as of many at once. */
        if (stored(s, FRIEND) < size || stored(s, MALLORY) < size)
            lose(s, FRIEND, READER, 0);
        lose(s, FRIEND, READER, TOC_MSG_NEWS);
        lose(s, MALLORY, READER, TOC_MSG_NEWS);
        steps(s, 1);
    }
    assert_int_equal(stored(s, READER), size);
}

static void a_relay_stores_what_it_cannot_open_and_gets_no_key(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    admit_as(s, MALLORY, TOC_ROLE_RELAY, true);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    assert_int_equal(stored(s, MALLORY), stored(s, AUTHOR));
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    toc_message question = {.kind = TOC_MSG_WANT_GRANT};
    question.as.want_grant.feed = feed.name;
    question.as.want_grant.epoch = feed.judge.epoch;
    toc_buf refusal = refusal_of(s, MALLORY, AUTHOR, &question);
    toc_buf_wipe(&refusal);
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_secret *key = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    for (uint32_t epoch = 1; epoch <= feed.judge.epoch; epoch++)
        assert_int_equal(toc_log_sender_key(txn, &feed.name, epoch, &key, &err), TOC_NOT_FOUND);
    toc_log_abort(txn);
    toc_log_feed own; /* and it has no voice */
    assert_false(feed_at(s, AUTHOR, MALLORY, TOC_LANE_ALERT, &own));
}

static void an_observer_reads_and_what_it_writes_is_refused(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed own;
    admit_as(s, MALLORY, TOC_ROLE_OBSERVER, true);
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, MALLORY, TOC_OWN_SIGN);
    assert_int_equal(stored(s, MALLORY), stored(s, AUTHOR));
    toc_log_txn *txn = NULL;
    uint64_t generation;
    TOC_CHECK_OK(toc_log_write(s->net.nodes[MALLORY].log, &txn, &err));
    assert_int_equal(toc_engine_writable(s->net.nodes[MALLORY].engine, txn, &s->circle,
                                         sim_now(&s->net, &s->net.nodes[MALLORY]), &generation,
                                         &err),
                     TOC_DENIED);
    toc_log_abort(txn);
    feed_at(s, READER, MALLORY, TOC_LANE_ALERT, &own); /* its software was changed */
    own.name.generation = 1;
    tell_head(s, MALLORY, READER, &own.name, 3, key);
    steps(s, 10);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_NOT_A_MEMBER), 1);
}

/* ---- who is outside ---- */

static void an_org_that_was_admitted_stores_nothing_before_its_operator_joins(void **state)
{
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, false);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 1000);
    assert_int_equal(stored(s, MALLORY), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], join, s));
    steps(s, 500);
    assert_int_equal(stored(s, MALLORY), stored(s, AUTHOR));
}

/* To every question; a made-up circle, feed or item is answered byte for byte alike. */
static void a_peer_outside_gets_one_answer_whatever_it_asks_for(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    charter_at(s, READER, arena, &charter);
    toc_message asked[] = {{.kind = TOC_MSG_HEADS},
                           {.kind = TOC_MSG_PULL},
                           {.kind = TOC_MSG_WANT_GRANT},
                           {.kind = TOC_MSG_ROLL},
                           {.kind = TOC_MSG_WANT_FORK}};
    for (size_t i = 0; i < TOC_COUNT(asked); i++) {
        toc_buf answers[2] = {{0}};
        for (int real = 0; real < 2; real++) {
            toc_feed_name name = feed.name;
            name.circle.bytes[0] ^= real == 1 ? 0 : 1;
            asked[i].as.heads.circle = name.circle;
            if (i == 1) {
                asked[i].as.pull.feed = name;
                asked[i].as.pull.from = 0;
                asked[i].as.pull.until = 1;
                asked[i].as.pull.known_size = 0;
            } else if (i == 4) { /* of a tree as it is stored */
                asked[i].as.want_fork.feed = name;
                asked[i].as.want_fork.has_index = true;
                asked[i].as.want_fork.index = 0;
            } else if (i == 2) {
                asked[i].as.want_grant.feed = name;
                asked[i].as.want_grant.epoch = feed.judge.epoch;
            } else if (i == 3) {
                memcpy(asked[i].as.roll.hash.bytes, charter.hash.bytes, 32);
                asked[i].as.roll.hash.bytes[0] ^= real == 1 ? 0 : 1;
                asked[i].as.roll.offset = 0;
            }
            answers[real] = refusal_of(s, STRANGER, READER, &asked[i]);
            steps(s, 5);
        }
        assert_true(toc_span_equal(toc_buf_view(&answers[0]), toc_buf_view(&answers[1])));
        toc_buf_wipe(&answers[0]);
        toc_buf_wipe(&answers[1]);
    }
}

/* ---- who was removed ---- */

static toc_code remove_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

static toc_code write_as_member(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    scene *s = context;
    toc_span record = toc_span_text("a last word");
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_ALERT, &record, NULL, 1, now, NULL,
                            err);
}

static void who_was_removed_gets_no_entry_and_no_key_and_is_heard_no_more(void **state)
{
    scene *s = *state;
    toc_log_feed before, after;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], write_as_member, s));
    steps(s, 200);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &before));
    uint64_t had = size_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT);
    uint64_t heard = size_at(s, READER, MALLORY, TOC_LANE_ALERT);
    assert_int_equal(heard, size_at(s, MALLORY, MALLORY, TOC_LANE_ALERT));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 300);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], write_as_member, s));
    steps(s, 500);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &after));
    assert_int_equal(after.judge.epoch, before.judge.epoch + 1);
    assert_int_equal(after.frontier.size, stored(s, AUTHOR));
    assert_int_equal(size_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT), had);
    assert_int_equal(size_at(s, READER, MALLORY, TOC_LANE_ALERT), heard);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_NOT_A_MEMBER) > 0);
    for (uint32_t epoch = 1; epoch <= after.judge.epoch; epoch++) {
        toc_message question = {.kind = TOC_MSG_WANT_GRANT};
        question.as.want_grant.feed = after.name;
        question.as.want_grant.epoch = epoch;
        toc_buf refusal = refusal_of(s, MALLORY, AUTHOR, &question);
        toc_buf_wipe(&refusal);
    }
    toc_message pull = {.kind = TOC_MSG_PULL};
    pull.as.pull.feed = after.name;
    pull.as.pull.until = 1;
    toc_buf refusal = refusal_of(s, MALLORY, READER, &pull);
    toc_buf_wipe(&refusal);
}

/* ---- restored ---- */

/* A head that this org signed in a life it does not remember. */
static void who_hears_of_its_own_words_begins_a_new_generation_and_never_forks(void **state)
{
    scene *s = *state;
    toc_log_feed old, now;
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, AUTHOR, TOC_OWN_SIGN);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    tell_head(s, READER, AUTHOR, &old.name, old.frontier.size + 5, key);
    steps(s, 20);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &now));
    assert_true(now.name.generation > old.name.generation);
    assert_int_equal(now.frontier.size, 2); /* the grant and the record */
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_feed kept;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, &old.id, &kept, &err));
    toc_log_abort(txn);
    assert_int_equal(kept.frontier.size, old.frontier.size);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_FORK), 0);
}

/* Anybody could make everybody open generations, if an unsigned head were enough. */
static void a_head_that_this_org_never_signed_opens_no_generation(void **state)
{
    scene *s = *state;
    toc_log_feed old, now;
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, READER, TOC_OWN_SIGN);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    tell_head(s, READER, AUTHOR, &old.name, old.frontier.size + 5, key);
    steps(s, 20);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &now));
    assert_int_equal(now.name.generation, old.name.generation);
    assert_int_equal(now.frontier.size, old.frontier.size + 1);
}

/* ---- clocks ---- */

static uint64_t horizon_of(scene *s, int node)
{
    toc_err err;
    toc_views_txn *views = NULL;
    uint64_t alert, bulk;
    toc_time horizon;
    sim_fold(&s->net.nodes[node]);
    TOC_CHECK_OK(toc_views_read(s->net.nodes[node].views, &views, &err));
    toc_views_position(views, &alert, &bulk, &horizon);
    toc_views_end(views);
    return horizon.unix_ms;
}

/* Whoever sets a node's clock ahead ends every claim that has a term. */
static void a_clock_that_all_peers_contradict_moves_the_horizon_no_further(void **state)
{
    scene *s = *state;
    steps(s, 60000 / SIM_STEP_MS);
    s->net.nodes[READER].clock_skew_ms += 3600000;
    steps(s, 60000 / SIM_STEP_MS); /* until it was measured */
    uint64_t before = horizon_of(s, READER);
    steps(s, 300000 / SIM_STEP_MS);
    assert_int_equal(horizon_of(s, READER), before);
    assert_true(horizon_of(s, AUTHOR) > before - 3600000 + 240000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_withholds_entries_is_left_for_another_who_has_them,
                                        set_up_four, tear_down),
        TEST(a_relay_stores_what_it_cannot_open_and_gets_no_key),
        TEST(an_observer_reads_and_what_it_writes_is_refused),
        TEST(an_org_that_was_admitted_stores_nothing_before_its_operator_joins),
        TEST(a_peer_outside_gets_one_answer_whatever_it_asks_for),
        TEST(who_was_removed_gets_no_entry_and_no_key_and_is_heard_no_more),
        TEST(who_hears_of_its_own_words_begins_a_new_generation_and_never_forks),
        TEST(a_head_that_this_org_never_signed_opens_no_generation),
        TEST(a_clock_that_all_peers_contradict_moves_the_horizon_no_further),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
