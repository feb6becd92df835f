/* What is told of a feed with two histories: which records count, who is told of the fork, and what
 * evidence and orders make of it. */
#include <jansson.h>

#include "node/engine/erase.h"
#include "proto/format/bundle.h"
#include "store/evidence.h"
#include "store/query.h"
#include "tests/unit/node/thief.h"

/* Whose fork it is, where, since when, and by which two heads. */
static void expect_told(const scene *s, const sim_node *at, const toc_answer_fork *fork)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    assert_memory_equal(&fork->feed.org, &s->net.nodes[AUTHOR].org, 32);
    assert_int_equal(fork->feed.lane, TOC_LANE_ALERT);
    assert_true(fork->from > 0);
    assert_true(fork->has_heads);
    assert_true(fork->heads[0].size > fork->from && fork->heads[1].size > fork->from);
    assert_memory_not_equal(&fork->heads[0].root, &fork->heads[1].root, sizeof(toc_hash));
    assert_true(fork->since.unix_ms > sim_now(&s->net, at).wall.unix_ms - 2000ul * SIM_STEP_MS);
    assert_true(fork->since.unix_ms <= sim_now(&s->net, at).wall.unix_ms);
    assert_true(fork->key_in_use);
    assert_int_equal(fork->own, at == &s->net.nodes[AUTHOR]);
    toc_fork_sentence(fork, &text);
    assert_non_null(strstr(toc_buf_text(&text), "keys rotate --sign"));
}

/* It is told that somebody said something, and it weighs nothing. */
static void expect_shown_only(scene *s, int node, const char *address, size_t expected)
{
    toc_err err;
    toc_dossier found;
    toc_wallet_candidates wallet;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    const sim_node *at = &s->net.nodes[node];
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    TOC_CHECK_OK(toc_wallet_parse(toc_span_text(address), &wallet, &err));
    TOC_CHECK_OK(
        toc_query_begin(at->log, at->views, arena, sim_now(&s->net, at).wall, &query, &err));
    TOC_CHECK_OK(toc_query_dossier(&query, address, &wallet.wallets[0], &found, &err));
    assert_false(found.found);
    assert_int_equal(found.claim_count, 0);
    assert_int_equal(found.score.score, 0);
    assert_int_equal(found.in_dispute.total, expected);
    assert_int_equal(found.in_dispute.count, expected);
    for (size_t i = 0; i < expected; i++) {
        assert_memory_equal(&found.in_dispute.rows[i].org, &s->net.nodes[AUTHOR].org, 32);
        assert_true(toc_span_equal(found.in_dispute.rows[i].category, toc_span_text("theft")));
    }
    assert_int_equal(found.in_dispute.fork_count, expected > 0 ? 1 : 0);
    if (expected > 0)
        expect_told(s, at, found.in_dispute.forks);
}

/* On whichever side of the fork a node is: what was said before counts, nothing else does. */
static void what_is_said_after_the_fork_counts_nowhere_and_what_was_said_before_does(void **state)
{
    scene *s = *state;
    say_claim(s, common_wallet);
    steps(s, 200);
    expect_opened_alike(s, 1);
    part(s, TOC_LANE_ALERT, 3, 2);
    assert_int_equal(opened_by(s, READER), 3);
    steps(s, 2000);
    expect_opened_alike(s, 1);
    expect_shown_only(s, AUTHOR, own_wallet, 2);
    expect_shown_only(s, READER, own_wallet, 2);
    expect_shown_only(s, READER, stolen_wallet, 0);
    expect_shown_only(s, MALLORY, own_wallet, 0);
    expect_shown_only(s, MALLORY, stolen_wallet, 3);
}

/* The records of a claim, where they stand. */
typedef struct found_claim {
    scene *s;
    toc_log_txn *log;
    toc_claim_id claim;
    toc_erase_place places[4];
    size_t count;
} found_claim;

static toc_code take_place(void *context, const toc_said_record *said, toc_err *err)
{
    found_claim *all = context;
    toc_log_feed feed;
    assert_true(said->forked);
    assert_true(all->count < TOC_COUNT(all->places));
    TOC_TRY(toc_log_feed_find(all->log, &said->feed, &feed, err));
    all->claim = said->claim;
    all->places[all->count++] = (toc_erase_place){feed.number, said->index};
    return TOC_OK;
}

/* By the wallet, and by the claim that is found so. */
static void find_disputed(found_claim *all, int node, const char *address, size_t expected)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    const sim_node *at = &all->s->net.nodes[node];
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    TOC_CHECK_OK(
        toc_query_begin(at->log, at->views, arena, sim_now(&all->s->net, at).wall, &query, &err));
    all->log = query.log;
    all->count = 0;
    TOC_CHECK_OK(toc_query_said(&query, toc_span_text(address), NULL, take_place, all, &err));
    assert_int_equal(all->count, expected);
    all->count = 0;
    TOC_CHECK_OK(toc_query_revisions(&query, &all->claim, take_place, all, &err));
    assert_int_equal(all->count, expected);
}

static toc_code order_found(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const found_claim *all = context;
    const toc_mandate order = {.kind = TOC_MANDATE_DELETE,
                               .claim = all->claim,
                               .at = now.wall,
                               .who = toc_span_text("the one who orders"),
                               .reference = toc_span_text("a file number")};
    return toc_engine_order(engine, txn, &order, all->places, all->count, now, err);
}

/* A court that orders it deleted does not ask whose history it is of. */
static void what_is_in_dispute_is_found_by_wallet_and_claim_and_an_order_deletes_it(void **state)
{
    scene *s = *state;
    found_claim all = {.s = s};
    part(s, TOC_LANE_ALERT, 3, 2);
    steps(s, 2000);
    expect_shown_only(s, READER, own_wallet, 2);
    find_disputed(&all, READER, own_wallet, 2);
    assert_true(sim_do(&s->net, &s->net.nodes[READER], order_found, &all));
    steps(s, 10);
    expect_shown_only(s, READER, own_wallet, 0);
    find_disputed(&all, READER, own_wallet, 0);
    expect_shown_only(s, AUTHOR, own_wallet, 2);
}

/* A head counts entries that an audience may not see. */
static void an_audience_is_told_of_a_fork_and_not_by_which_heads(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_dossier found;
    toc_wallet_candidates wallet;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_views_close) toc_views *views = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    const toc_audience partners = {.tlp_max = TOC_TLP_AMBER, .any_circle = true};
    const toc_store_options options = {.views_map_bytes = SIM_MAP_BYTES};
    part(s, TOC_LANE_ALERT, 3, 2);
    steps(s, 2000);
    sim_node *at = &s->net.nodes[READER], reader = *at;
    TOC_CHECK_OK(
        toc_views_open_for(at->directory, "partners", &partners, &options, at->log, &views, &err));
    reader.views = views;
    sim_fold(&reader);
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    TOC_CHECK_OK(toc_wallet_parse(toc_span_text(own_wallet), &wallet, &err));
    TOC_CHECK_OK(toc_query_begin(at->log, views, arena, sim_now(&s->net, at).wall, &query, &err));
    TOC_CHECK_OK(toc_query_dossier(&query, own_wallet, &wallet.wallets[0], &found, &err));
    assert_int_equal(found.in_dispute.total, 2);
    assert_int_equal(found.in_dispute.fork_count, 1);
    assert_memory_equal(&found.in_dispute.forks[0].feed.org, &s->net.nodes[AUTHOR].org, 32);
    assert_false(found.in_dispute.forks[0].has_heads);
}

static toc_code take_line(void *context, toc_span line, toc_err *err)
{
    toc_buf *text = context;
    json_t *object = json_loadb((const char *)line.data, line.size, 0, NULL);
    const char *part = json_string_value(json_object_get(object, "part"));
    if (part != NULL)
        toc_buf_add_text(text, part);
    json_decref(object);
    return toc_buf_ok(text, err);
}

/* The bundle of an entry of the feed, made by this node. */
static toc_code bundle_of(const scene *s, int by, const toc_log_feed *feed, uint64_t index,
                          toc_buf *out, toc_err *err)
{
    toc_hash record;
    toc_log_feed found;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(s->net.nodes[by].log, &txn, err));
    TOC_TRY(toc_log_feed_find(txn, &feed->id, &found, err));
    TOC_TRY(toc_log_leaf(txn, found.number, index, &record, err));
    return toc_bundle_ask(txn, &record, take_line, out, err);
}

/* A court is not to be surprised by it: whichever history is the true one, the record is in it. */
static void
a_bundle_of_what_came_before_brings_the_proof_and_of_what_came_after_there_is_none(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    uint64_t last = feed.frontier.size - 1;
    part(s, TOC_LANE_ALERT, 3, 2);
    steps(s, 2000);
    for (int node = AUTHOR; node <= MALLORY; node++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf none = {0};
        static toc_evidence evidence;
        toc_bundle bundle;
        TOC_CHECK_OK(bundle_of(s, node, &feed, last, &text, &err));
        TOC_CHECK_OK(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &arena, &err));
        TOC_CHECK_OK(toc_bundle_read(toc_buf_view(&text), arena, &bundle, &err));
        TOC_CHECK_OK(toc_evidence_verify(&bundle, arena, &evidence, &err));
        assert_true(evidence.forked);
        assert_int_equal(evidence.forked_from, last + 1);
        assert_int_equal(bundle_of(s, node, &feed, last + 1, &none, &err), TOC_STATE);
        assert_non_null(strstr(err.text, "two histories"));
        assert_non_null(strstr(err.text, "says again"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_said_after_the_fork_counts_nowhere_and_what_was_said_before_does),
        TEST(what_is_in_dispute_is_found_by_wallet_and_claim_and_an_order_deletes_it),
        TEST(an_audience_is_told_of_a_fork_and_not_by_which_heads),
        TEST(a_bundle_of_what_came_before_brings_the_proof_and_of_what_came_after_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
