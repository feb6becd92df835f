/* What a person is told to look at. */
#include "node/alarms.h"
#include "store/erase.h"
#include "store/memo.h"
#include "tests/unit/node/hostile.h"

#include <jansson.h>

#define HOUR_MS 3600000ull
#define DAY_MS  (24 * HOUR_MS)

static toc_time unkept; /* since when the file of orders lacks some */

static toc_code no_history(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    toc_amendment change = {.sets_history = true, .policy = {.history = TOC_HISTORY_NONE}};
    toc_amended made;
    return toc_engine_charter_propose(engine, txn, &s->circle, &change, false, now, NULL, &made,
                                      err);
}

/* The alarms of that name at a node, `later` from now; each has a sentence. */
static size_t alarms_of(const scene *s, int node, uint64_t later, const char *name)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    const sim_node *at = &s->net.nodes[node];
    toc_json json = {.out = &out};
    toc_time now = {sim_now(&s->net, at).wall.unix_ms + later};
    TOC_CHECK_OK(toc_log_read(at->log, &txn, &err));
    toc_json_open(&json, NULL, '{');
    TOC_CHECK_OK(toc_alarms_add(&json, txn, &at->org, now, unkept, &err));
    toc_json_close(&json, '}');
    json_t *all = json_loadb((const char *)out.data, out.size, 0, NULL);
    assert_non_null(all);
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(json_object_get(all, "alarms")); i++) {
        const json_t *row = json_array_get(json_object_get(all, "alarms"), i);
        assert_true(json_string_length(json_object_get(row, "text")) > 0);
        count += strcmp(json_string_value(json_object_get(row, "alarm")), name) == 0;
    }
    json_decref(all);
    return count;
}

static void a_key_that_has_not_come_for_an_hour_is_told(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    admission what = {.s = s, .org = s->net.nodes[MALLORY].org, .role = TOC_ROLE_MEMBER};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], admit, &what));
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], join, s));
    for (int i = 0; i < 300; i++) { /* what was written before comes with no key */
        lose(s, AUTHOR, MALLORY, TOC_MSG_GRANT_REPLY);
        steps(s, 1);
    }
    assert_int_equal(stored(s, MALLORY), stored(s, AUTHOR));
    assert_int_equal(alarms_of(s, MALLORY, HOUR_MS / 2, "key-missing"), 0);
    assert_int_equal(alarms_of(s, MALLORY, HOUR_MS, "key-missing"), 1);
    assert_int_equal(alarms_of(s, READER, HOUR_MS, "key-missing"), 0);
    steps(s, 500);
    assert_int_equal(alarms_of(s, MALLORY, HOUR_MS, "key-missing"), 0);
}

static toc_code wait_two_hours(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    (void)engine;
    const scene *s = context;
    return toc_memo_wait_put(txn, &s->circle, (toc_time){now.wall.unix_ms + 2 * HOUR_MS}, err);
}

/* Nobody withholds what nobody has to give yet. */
static void keys_are_missing_an_hour_after_the_wait_of_a_new_reader(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    admission what = {.s = s, .org = s->net.nodes[MALLORY].org, .role = TOC_ROLE_MEMBER};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], admit, &what));
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], join, s));
    for (int i = 0; i < 300; i++) {
        lose(s, AUTHOR, MALLORY, TOC_MSG_GRANT_REPLY);
        steps(s, 1);
    }
    assert_int_equal(alarms_of(s, MALLORY, HOUR_MS, "key-missing"), 1);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], wait_two_hours, s));
    assert_int_equal(alarms_of(s, MALLORY, 2 * HOUR_MS, "key-missing"), 0);
    assert_int_equal(alarms_of(s, MALLORY, 3 * HOUR_MS + 1, "key-missing"), 1);
}

static void keys_that_the_charter_gives_to_no_joiner_are_not_missing(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], no_history, s));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    toc_err err;
    toc_log_pending waits;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    TOC_CHECK_OK(toc_log_pending_next(txn, 0, 0, &waits, &err));
    toc_log_abort(txn);
    assert_int_equal(alarms_of(s, MALLORY, HOUR_MS, "key-missing"), 0);
}

static toc_code contest(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    (void)engine;
    (void)now;
    const scene *s = context;
    static const toc_card_hash nobody = {{0}};
    toc_log_circle circle;
    TOC_TRY(toc_log_circle_get(txn, &s->circle, &circle, err));
    circle.contested = true;
    TOC_TRY(toc_log_circle_put(txn, &circle, err));
    return toc_log_contest_put(txn, &s->net.nodes[READER].org, &nobody, err);
}

static toc_code choose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    (void)engine;
    (void)now;
    const scene *s = context;
    static const toc_card_hash chosen = {{1}};
    toc_log_circle circle;
    TOC_TRY(toc_log_circle_get(txn, &s->circle, &circle, err));
    circle.contested = false;
    TOC_TRY(toc_log_circle_put(txn, &circle, err));
    return toc_log_contest_put(txn, &s->net.nodes[READER].org, &chosen, err);
}

static void what_waits_for_a_choice_is_told_until_it_is_made(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], contest, s));
    assert_int_equal(alarms_of(s, AUTHOR, 0, "two-charters"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 0, "two-cards"), 1);
    assert_int_equal(alarms_of(s, READER, 0, "two-charters"), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], choose, s));
    assert_int_equal(alarms_of(s, AUTHOR, 0, "two-charters"), 0);
    assert_int_equal(alarms_of(s, AUTHOR, 0, "two-cards"), 0);
}

static toc_code choose_declined(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    (void)engine;
    const scene *s = context;
    const toc_memo_choice choice = {.at = now.wall, .chosen = {{0xc4}}, .left = {{0x1e}}};
    return toc_memo_choice_put(txn, &s->circle, &choice, err);
}

static void a_declined_charter_that_is_chosen_is_told_for_a_week(void **state)
{
    scene *s = *state;
    assert_int_equal(alarms_of(s, AUTHOR, 0, "declined-chosen"), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], choose_declined, s));
    assert_int_equal(alarms_of(s, AUTHOR, 0, "declined-chosen"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 6 * DAY_MS, "declined-chosen"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 8 * DAY_MS, "declined-chosen"), 0);
    assert_int_equal(alarms_of(s, READER, 0, "declined-chosen"), 0);
}

/* The reader's next card, good for a month. */
static toc_code give_term(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)engine;
    const scene *s = context;
    const sim_node *node = &s->net.nodes[READER];
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card card, next;
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    TOC_TRY(toc_log_card_of(txn, &node->org, arena, &card, err));
    next = card;
    next.serial++;
    next.previous = card.hash;
    next.valid_until.unix_ms = now.wall.unix_ms + 30 * DAY_MS;
    TOC_TRY(toc_card_sign(&next, node->roots.root, NULL, &bytes, err));
    TOC_TRY(toc_card_open(toc_buf_view(&bytes), arena, &next, err));
    return toc_log_card_put(txn, &next, err);
}

static void a_card_that_ends_is_told_two_weeks_before(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], give_term, s));
    assert_int_equal(alarms_of(s, AUTHOR, 15 * DAY_MS, "card-ends"), 0);
    assert_int_equal(alarms_of(s, AUTHOR, 17 * DAY_MS, "card-ends"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 31 * DAY_MS, "card-ends"), 0);
    assert_int_equal(alarms_of(s, AUTHOR, 31 * DAY_MS, "card-over"), 1);
}

static toc_code keep_fork(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)engine;
    const scene *s = context;
    bool fresh;
    toc_fork fork = {.feed = {.circle = s->circle,
                              .org = s->net.nodes[READER].org,
                              .lane = TOC_LANE_BULK,
                              .generation = 7},
                     .index = 5};
    return toc_log_fork_put(txn, &fork, now.wall, &fresh, err);
}

static void a_fork_is_told_for_good(void **state)
{
    scene *s = *state;
    assert_int_equal(alarms_of(s, AUTHOR, 0, "fork"), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], keep_fork, s));
    assert_int_equal(alarms_of(s, AUTHOR, 0, "fork"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 400 * DAY_MS, "fork"), 1);
}

static toc_code keep_heads(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)engine;
    const scene *s = context;
    toc_log_suspicion heads = {.feed = {.circle = s->circle,
                                        .org = s->net.nodes[READER].org,
                                        .lane = TOC_LANE_ALERT,
                                        .generation = 7},
                               .teller = s->net.nodes[MALLORY].org,
                               .since = now.wall};
    return toc_log_suspicion_put(txn, &heads, err);
}

static void two_heads_without_a_tree_are_told_as_suspected(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], keep_heads, s));
    assert_int_equal(alarms_of(s, AUTHOR, 0, "fork-suspected"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 0, "fork"), 0);
    assert_int_equal(alarms_of(s, READER, 0, "fork-suspected"), 0);
}

static toc_code take_again(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)context;
    (void)engine;
    toc_orders_again what = {.at = now.wall, .again = 2, .lifted = 1};
    return toc_orders_again_put(txn, &what, err);
}

static void orders_that_were_taken_again_are_told_for_a_week(void **state)
{
    scene *s = *state;
    assert_int_equal(alarms_of(s, AUTHOR, 0, "orders-again"), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], take_again, s));
    assert_int_equal(alarms_of(s, AUTHOR, 0, "orders-again"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 6 * DAY_MS, "orders-again"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 8 * DAY_MS, "orders-again"), 0);
    assert_int_equal(alarms_of(s, READER, 0, "orders-again"), 0);
}

static void a_file_of_orders_that_lacks_some_is_told_as_long_as_it_does(void **state)
{
    scene *s = *state;
    assert_int_equal(alarms_of(s, AUTHOR, 0, "orders-unkept"), 0);
    unkept = sim_now(&s->net, &s->net.nodes[AUTHOR]).wall;
    assert_int_equal(alarms_of(s, AUTHOR, 0, "orders-unkept"), 1);
    assert_int_equal(alarms_of(s, AUTHOR, 400 * DAY_MS, "orders-unkept"), 1);
    unkept = (toc_time){0};
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_key_that_has_not_come_for_an_hour_is_told),
        TEST(keys_are_missing_an_hour_after_the_wait_of_a_new_reader),
        TEST(keys_that_the_charter_gives_to_no_joiner_are_not_missing),
        TEST(what_waits_for_a_choice_is_told_until_it_is_made),
        TEST(a_declined_charter_that_is_chosen_is_told_for_a_week),
        TEST(a_card_that_ends_is_told_two_weeks_before),
        TEST(a_fork_is_told_for_good),
        TEST(two_heads_without_a_tree_are_told_as_suspected),
        TEST(orders_that_were_taken_again_are_told_for_a_week),
        TEST(a_file_of_orders_that_lacks_some_is_told_as_long_as_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
