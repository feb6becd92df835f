/* Bodies that go for a reason: their author takes them back, their day has passed, a court orders
 * it. What a court wants kept stays. */
#include "node/engine/sync.h"
#include "tests/unit/node/bodies.h"

enum { DAY_MS = 86400000 };

typedef struct mandating {
    toc_mandate mandate;
    toc_erase_place places[4];
    size_t count;
    bool lift;
    toc_code code;
} mandating;

static toc_code rule(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    mandating *what = context;
    const toc_mandate *mandate = &what->mandate;
    if (mandate->kind == TOC_MANDATE_DELETE)
        what->code = what->lift ? toc_engine_order_lift(engine, txn, &mandate->claim, now, err)
                                : toc_engine_order(engine, txn, mandate, what->places, what->count,
                                                   now, err);
    else
        what->code = what->lift ? toc_engine_hold_lift(engine, txn, &mandate->claim, what->places,
                                                       what->count, now, err)
                                : toc_mandate_put(txn, mandate, err);
    return TOC_OK;
}

static toc_code rule_at(scene *s, int node, toc_mandate_kind kind, const char *category, bool lift,
                        const uint64_t *indexes, size_t count)
{
    mandating what = {.mandate = {.kind = kind,
                                  .claim = claim_of(s, category),
                                  .reference = toc_span_text("AG 7 Gs 1/26")},
                      .lift = lift,
                      .count = count};
    for (size_t i = 0; i < count; i++)
        what.places[i] = (toc_erase_place){number_at(s, node), indexes[i]};
    assert_true(sim_do(&s->net, &s->net.nodes[node], rule, &what));
    return what.code;
}

/* ---- by the author ---- */

static void what_its_author_erases_goes_everywhere_and_heads_are_cosigned(void **state)
{
    scene *s = *state;
    uint64_t opened = opened_by(s, READER), own = opened_by(s, AUTHOR);
    uint64_t index = say_claim(s, "theft", 1);
    steps(s, 300);
    assert_int_equal(opened_by(s, READER), opened + 1);
    assert_int_equal(erase_by_author(s, index), TOC_OK);
    steps(s, 300);
    for (int node = AUTHOR; node <= RELAY; node++) {
        assert_int_equal(why_at(s, node, index), TOC_BARE_AUTHOR);
        assert_int_equal(cosigned(s, node), stored(s, AUTHOR));
        assert_sound(s, node);
    }
    assert_int_equal(opened_by(s, READER), opened);
    assert_int_equal(opened_by(s, AUTHOR), own);
}

/* A member that was off gets header and hash, and the reason in the same feed. */
static void who_comes_later_gets_it_without_a_body_and_sees_why(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    assert_int_equal(erase_by_author(s, index), TOC_OK);
    admit_as(s, FRIEND, TOC_ROLE_MEMBER, true);
    steps(s, 1000);
    assert_int_equal(why_at(s, FRIEND, index), TOC_BARE_AUTHOR);
    assert_int_equal(cosigned(s, FRIEND), stored(s, AUTHOR));
    assert_sound(s, FRIEND);
}

static int set_up_three_of_four(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, RELAY, TOC_ROLE_MEMBER, true);
    return 0;
}

/* Somebody erases in the author's name: a row for the author's feed in the own one. */
static toc_code erase_of_another(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    const erasing *what = context;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_log_feed target, own;
    toc_erasure_row row = {.index = what->places[0].index};
    toc_hash leaf;
    uint64_t generation;
    TOC_TRY(toc_engine_writable(engine, txn, &what->s->circle, now, &generation, err));
    TOC_TRY(toc_log_feed_at(txn, what->places[0].number, &target, err));
    TOC_TRY(toc_log_leaf(txn, target.number, row.index, &row.leaf, err));
    toc_feed_name name = target.name;
    toc_feed_id id;
    name.org = *toc_engine_org(engine);
    name.generation = generation;
    toc_feed_id_of(&name, &id);
    TOC_TRY(toc_log_feed_find(txn, &id, &own, err));
    TOC_TRY(toc_erasure_write(&target.id, own.judge.epoch, &row, 1, &entry, err));
    toc_span bytes = toc_buf_view(&entry);
    toc_entry_leaf(&own.id, own.frontier.size, bytes, &leaf);
    engine_feed *feed = toc_sync_feed(engine, &name);
    feed->written = true;
    feed->written_from = own.frontier.size;
    feed->written_link = 0;
    return toc_log_append(txn, &own, &bytes, &leaf, 1, NULL, err);
}

static void an_erasure_of_anothers_words_counts_for_nothing_and_is_its_authors_fault(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    steps(s, 300);
    erasing what = {.s = s, .places = {{number_at(s, MALLORY), index}}, .count = 1};
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], erase_of_another, &what));
    steps(s, 300);
    assert_int_equal(why_at(s, READER, index), 0);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_ERASURE), 1);
    assert_int_equal(cosigned(s, READER), index + 1);
    assert_sound(s, READER);
}

/* And with a body that it took away beside, it is still missing. */
static void a_false_erasure_does_not_make_a_missing_entry_erased(void **state)
{
    scene *s = *state;
    uint64_t index = through_the_relay(s);
    erasing what = {.s = s, .places = {{number_at(s, MALLORY), index}}, .count = 1};
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], erase_of_another, &what));
    for (int i = 0; i < 300; i++) {
        lose(s, AUTHOR, READER, 0);
        steps(s, 1);
    }
    assert_int_equal(why_at(s, READER, index), TOC_BARE_MISSING);
}

static void only_the_author_erases_for_everybody(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    steps(s, 300);
    erasing what = {.s = s, .places = {{number_at(s, READER), index}}, .count = 1};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], erase_own, &what));
    assert_int_equal(what.code, TOC_DENIED);
    assert_int_equal(why_at(s, READER, index), 0);
}

/* ---- by the day ---- */

static toc_code keep_for_a_day(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    toc_amendment amendment = {.sets_retention = true, .policy.retention_days = 1};
    toc_amended done;
    return toc_engine_charter_propose(engine, txn, &s->circle, &amendment, false, now, NULL, &done,
                                      err);
}

static void wind(scene *s, int count, int64_t days)
{
    for (int i = 0; i < count; i++)
        s->net.nodes[i].clock_skew_ms += days * (int64_t)DAY_MS;
}

static void a_body_goes_when_its_day_has_passed_and_not_before(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], keep_for_a_day, s));
    steps(s, 300);
    uint64_t opened = opened_by(s, READER), index = say_claim(s, "theft", 1);
    steps(s, 4 * MINUTE_STEPS);
    wind(s, 3, 1);
    steps(s, 4 * MINUTE_STEPS);
    assert_int_equal(why_at(s, READER, index), 0); /* on its last day */
    wind(s, 3, 1);
    steps(s, 4 * MINUTE_STEPS);
    for (int node = AUTHOR; node <= RELAY; node++) {
        assert_int_equal(why_at(s, node, index), TOC_BARE_DAY);
        assert_sound(s, node);
    }
    assert_int_equal(opened_by(s, READER), opened);
}

/* A clock that all peers contradict erases nothing: it would not come back. */
static void a_clock_that_all_peers_contradict_erases_nothing(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], keep_for_a_day, s));
    steps(s, 300);
    uint64_t index = say_claim(s, "theft", 1);
    s->net.nodes[READER].clock_skew_ms += 5 * (int64_t)DAY_MS;
    steps(s, 1);
    lose(s, AUTHOR, READER, 0);
    steps(s, 4 * MINUTE_STEPS);
    assert_int_equal(why_at(s, READER, index), 0);
    assert_int_equal(why_at(s, AUTHOR, index), 0);
}

/* Missing before its day, erased after it: then the head is cosigned. */
static void what_is_missing_is_wanted_until_its_day_and_no_longer(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], keep_for_a_day, s));
    steps(s, 300);
    uint64_t index = through_the_relay(s), size = stored(s, READER);
    assert_int_equal(why_at(s, READER, index), TOC_BARE_MISSING);
    assert_true(cosigned(s, READER) <= index);
    wind(s, 3, 2);
    for (int i = 0; i < 5 * MINUTE_STEPS; i++) {
        lose(s, AUTHOR, READER, TOC_MSG_CHUNK);
        steps(s, 1);
    }
    assert_int_equal(why_at(s, READER, index), TOC_BARE_DAY);
    assert_true(cosigned(s, READER) >= size);
    assert_sound(s, READER);
}

/* ---- orders ---- */

static void an_order_deletes_here_and_refuses_what_comes(void **state)
{
    scene *s = *state;
    uint64_t opened = opened_by(s, READER);
    uint64_t first = say_claim(s, "theft", 1), other = say_claim(s, "scam", 1);
    steps(s, 300);
    uint64_t known = cosigned(s, READER);
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_DELETE, "theft", false, &first, 1), TOC_OK);
    assert_int_equal(why_at(s, READER, first), TOC_BARE_ORDERED);
    assert_int_equal(opened_by(s, READER), opened + 1);
    uint64_t second = say_claim(s, "theft", 2); /* said again */
    steps(s, 10 * MINUTE_STEPS / 60);
    assert_int_equal(why_at(s, READER, second), TOC_BARE_ORDERED);
    assert_int_equal(why_at(s, READER, other), 0);
    assert_int_equal(opened_by(s, READER), opened + 1);
    assert_true(opens(s, AUTHOR, first) && opens(s, AUTHOR, second)); /* only here */
    /* What was held then was held; of what came since nothing is said. */
    assert_int_equal(cosigned(s, READER), known);
    assert_sound(s, READER);
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_DELETE, "theft", true, NULL, 0), TOC_OK);
    steps(s, MINUTE_STEPS / 3);
    assert_true(opens(s, READER, first) && opens(s, READER, second));
    assert_int_equal(opened_by(s, READER), opened + 3);
    assert_int_equal(cosigned(s, READER), second + 1);
    assert_sound(s, READER);
}

/* What a log that was put back gets from the file beside it: rows, and nobody who says where. */
static toc_code put_alone(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)engine;
    (void)now;
    const mandating *what = context;
    const toc_mandate *mandate = &what->mandate;
    return what->lift ? toc_mandate_drop(txn, mandate->kind, &mandate->claim, err)
                      : toc_mandate_put(txn, mandate, err);
}

static toc_code look_anew(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)context;
    toc_erase_place at = {0};
    bool end = false;
    while (!end)
        TOC_TRY(toc_erase_sweep(engine, txn, &at, UINT64_MAX, now, &end, err));
    return TOC_OK;
}

static void a_sweep_finds_what_an_order_names_and_what_one_named(void **state)
{
    scene *s = *state;
    sim_node *reader = &s->net.nodes[READER];
    uint64_t first = say_claim(s, "theft", 1), other = say_claim(s, "scam", 1);
    uint64_t second = say_claim(s, "theft", 2);
    mandating order = {.mandate = {.kind = TOC_MANDATE_DELETE,
                                   .claim = claim_of(s, "theft"),
                                   .reference = toc_span_text("AG 7 Gs 1/26")}};
    steps(s, 300);
    assert_true(sim_do(&s->net, reader, put_alone, &order));
    assert_true(opens(s, READER, first) && opens(s, READER, second));
    assert_true(sim_do(&s->net, reader, look_anew, NULL));
    assert_int_equal(why_at(s, READER, first), TOC_BARE_ORDERED);
    assert_int_equal(why_at(s, READER, second), TOC_BARE_ORDERED);
    assert_true(opens(s, READER, other));
    assert_sound(s, READER);
    order.lift = true;
    assert_true(sim_do(&s->net, reader, put_alone, &order));
    assert_true(sim_do(&s->net, reader, look_anew, NULL));
    assert_int_equal(why_at(s, READER, first), TOC_BARE_MISSING);
    steps(s, MINUTE_STEPS / 3);
    assert_true(opens(s, READER, first) && opens(s, READER, second));
    assert_sound(s, READER);
}

/* Then everybody can see that it may be gone. */
static void what_an_order_deleted_is_covered_once_its_author_erases_it_too(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    steps(s, 300);
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_DELETE, "theft", false, &index, 1), TOC_OK);
    assert_int_equal(erase_by_author(s, index), TOC_OK);
    steps(s, 300);
    assert_int_equal(why_at(s, READER, index), TOC_BARE_AUTHOR);
    assert_int_equal(cosigned(s, READER), stored(s, AUTHOR));
}

static void an_order_does_not_take_back_own_words(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    assert_int_equal(rule_at(s, AUTHOR, TOC_MANDATE_DELETE, "theft", false, &index, 1), TOC_DENIED);
    assert_true(opens(s, AUTHOR, index));
}

/* ---- legal holds ---- */

static void a_legal_hold_keeps_from_author_day_and_order_until_it_is_lifted(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], keep_for_a_day, s));
    steps(s, 300);
    uint64_t index = say_claim(s, "theft", 1), other = say_claim(s, "scam", 1);
    steps(s, 300);
    uint64_t opened = opened_by(s, READER);
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_KEEP, "theft", false, NULL, 0), TOC_OK);
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_DELETE, "theft", false, &index, 1), TOC_STATE);
    assert_int_equal(erase_by_author(s, index), TOC_OK);
    assert_int_equal(erase_by_author(s, other), TOC_OK);
    steps(s, 300);
    assert_int_equal(why_at(s, RELAY, index), TOC_BARE_AUTHOR);
    assert_true(opens(s, READER, index));
    assert_int_equal(why_at(s, READER, other), TOC_BARE_AUTHOR);
    wind(s, 3, 3);
    steps(s, 4 * MINUTE_STEPS);
    assert_true(opens(s, READER, index));
    assert_int_equal(opened_by(s, READER), opened - 1);
    assert_int_equal(cosigned(s, READER), stored(s, AUTHOR));
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_KEEP, "theft", true, &index, 1), TOC_OK);
    assert_int_equal(why_at(s, READER, index), TOC_BARE_AUTHOR);
    assert_int_equal(opened_by(s, READER), opened - 2);
    assert_sound(s, READER);
}

/* Whether a body was ever here, and went again. */
static bool lost_a_body(const scene *s, int by, uint64_t index)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_journal_row row = {0};
    uint32_t number = number_at(s, by);
    bool lost = false;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    while (!lost && toc_log_journal_next(txn, TOC_LANE_ALERT, row.number, &row, NULL) == TOC_OK)
        lost = row.kind == TOC_JOURNAL_ERASED && row.feed == number && row.from <= index &&
               index < row.until;
    toc_log_abort(txn);
    return lost;
}

/* Kept for a court, and for nobody else: who joins gets the feed from the node that holds it. */
static void what_a_legal_hold_keeps_is_given_to_nobody_without_its_author(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1), other = say_claim(s, "scam", 1);
    steps(s, 300);
    assert_int_equal(rule_at(s, READER, TOC_MANDATE_KEEP, "theft", false, NULL, 0), TOC_OK);
    assert_int_equal(erase_by_author(s, index), TOC_OK);
    steps(s, 300);
    sim_star(&s->net, READER);
    admit_as(s, FRIEND, TOC_ROLE_MEMBER, true);
    steps(s, 1000);
    assert_int_equal(stored(s, FRIEND), stored(s, AUTHOR));
    assert_int_equal(why_at(s, FRIEND, index), TOC_BARE_AUTHOR);
    assert_false(lost_a_body(s, FRIEND, index));
    assert_true(lost_a_body(s, RELAY, index));
    assert_true(opens(s, READER, index));
    assert_true(opens(s, FRIEND, other));
    assert_sound(s, FRIEND);
}

static void an_author_does_not_erase_what_it_holds_itself(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    assert_int_equal(rule_at(s, AUTHOR, TOC_MANDATE_KEEP, "theft", false, NULL, 0), TOC_OK);
    assert_int_equal(erase_by_author(s, index), TOC_STATE);
    assert_true(opens(s, AUTHOR, index));
}

int main(void)
{
#define TEST(name)              cmocka_unit_test_setup_teardown(name, set_up_relay, tear_down)
#define TEST_OF_FOUR(name, set) cmocka_unit_test_setup_teardown(name, set, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_its_author_erases_goes_everywhere_and_heads_are_cosigned),
        TEST_OF_FOUR(who_comes_later_gets_it_without_a_body_and_sees_why, set_up_three_of_four),
        TEST(an_erasure_of_anothers_words_counts_for_nothing_and_is_its_authors_fault),
        TEST(a_false_erasure_does_not_make_a_missing_entry_erased),
        TEST(only_the_author_erases_for_everybody),
        TEST(a_body_goes_when_its_day_has_passed_and_not_before),
        TEST(a_clock_that_all_peers_contradict_erases_nothing),
        TEST(what_is_missing_is_wanted_until_its_day_and_no_longer),
        TEST(an_order_deletes_here_and_refuses_what_comes),
        TEST(a_sweep_finds_what_an_order_names_and_what_one_named),
        TEST(what_an_order_deleted_is_covered_once_its_author_erases_it_too),
        TEST(an_order_does_not_take_back_own_words),
        TEST(a_legal_hold_keeps_from_author_day_and_order_until_it_is_lifted),
        TEST_OF_FOUR(what_a_legal_hold_keeps_is_given_to_nobody_without_its_author,
                     set_up_three_of_four),
        TEST(an_author_does_not_erase_what_it_holds_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
