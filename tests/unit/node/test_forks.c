/* A thief of an org's sign key goes on under its name: two histories of one feed, and what every
 * node makes of them. */
#include "tests/unit/node/hostile.h"

#include "node/engine/erase.h"
#include "node/engine/sync.h"
#include <jansson.h>

#include "proto/base/endian.h"
#include "proto/feed/fork.h"
#include "proto/format/bundle.h"
#include "proto/roll/change.h"
#include "store/evidence.h"
#include "store/query.h"
#include "tests/support/forger.h"

static int set_up_member(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

/* ---- the thief ---- */

static const char common_wallet[] = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq";
static const char own_wallet[] = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
static const char stolen_wallet[] = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";

static void encode_claim(const scene *s, const char *address, toc_now now, toc_buf *out)
{
    toc_err err;
    TOC_CHECK_OK(
        toc_forge_record(&s->circle, &s->net.nodes[AUTHOR].org, address, now.wall, out, &err));
}

typedef struct saying {
    scene *s;
    const char *wallet;
} saying;

static toc_code write_claim(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const saying *what = context;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    encode_claim(what->s, what->wallet, now, &record);
    toc_span bytes = toc_buf_view(&record);
    return toc_engine_write(engine, txn, &what->s->circle, TOC_LANE_ALERT, &bytes, NULL, 1, now,
                            NULL, err);
}

static void say_claim(scene *s, const char *wallet)
{
    saying what = {.s = s, .wallet = wallet};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_claim, &what));
}

enum { FORGED_MAX = 8 };

/* Goes on in the author's feed, thief or author, whatever its engine thinks of it. */
static void go_on(scene *s, int by, const toc_log_feed *feed, unsigned count)
{
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_span records[FORGED_MAX];
    assert_true(count <= FORGED_MAX);
    encode_claim(s, stolen_wallet, sim_now(&s->net, &s->net.nodes[by]), &record);
    for (unsigned i = 0; i < count; i++)
        records[i] = toc_buf_view(&record);
    toc_forgery what = {.feed = feed->id, .sign = sign, .count = count, .records = records};
    assert_true(sim_do(&s->net, &s->net.nodes[by], toc_forge, &what));
}

/* Away from everybody, or back. */
static void cut(scene *s, bool away)
{
    s->net.cut[MALLORY] = away;
    for (int other = 0; away && other < s->net.node_count; other++) {
        if (other == MALLORY)
            continue;
        sim_link *link =
            other < MALLORY ? &s->net.links[other][MALLORY] : &s->net.links[MALLORY][other];
        for (int end = 0; link->up && end < 2; end++)
            toc_engine_link_down(s->net.nodes[end == 0 ? other : MALLORY].engine, link->number);
        link->up = false;
    }
}

/* Out of everybody's hearing: `theirs` more entries by the thief, and `own` by the author. */
static void part(scene *s, toc_lane lane, unsigned theirs, unsigned own)
{
    toc_log_feed feed;
    assert_true(feed_at(s, AUTHOR, AUTHOR, lane, &feed));
    cut(s, true);
    steps(s, 100);
    go_on(s, MALLORY, &feed, theirs);
    for (unsigned i = 0; i < own; i++)
        say_claim(s, own_wallet);
    steps(s, 200);
    cut(s, false);
}

/* Where the node knows the feed to part; UINT64_MAX: nowhere. Its author may have begun another. */
static uint64_t forked_at(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    uint64_t index = UINT64_MAX;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    (void)toc_log_forked(txn, &feed->name, &index);
    toc_log_abort(txn);
    return index;
}

static uint64_t entries_at(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_feed found;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, &feed->id, &found, &err));
    toc_log_abort(txn);
    return found.frontier.size;
}

/* ---- finding it ---- */

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
    assert_int_equal(entries_at(s, READER, &feed), common + 2);
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
    cut(s, true);
    admit_as(s, LATE, TOC_ROLE_MEMBER, true);
    steps(s, 2000);
    assert_int_equal(forked_at(s, LATE, &feed), feed.frontier.size);
    assert_int_equal(refused(s, LATE, READER, TOC_REFUSE_ENTRY_CHANGED), 0);
}

static void expect_opened_alike(scene *s, uint64_t expected)
{
    toc_err err;
    toc_hash first = {{0}};
    for (int node = AUTHOR; node <= MALLORY; node++) {
        toc_hash digest, opened;
        uint64_t entries;
        toc_views_txn *views = NULL;
        assert_int_equal(opened_by(s, node), expected);
        TOC_CHECK_OK(toc_views_read(s->net.nodes[node].views, &views, &err));
        TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
        toc_views_end(views);
        if (node == AUTHOR)
            first = opened;
        assert_memory_equal(&opened, &first, sizeof first);
    }
}

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
    uint64_t size = entries_at(s, READER, &feed);
    go_on(s, AUTHOR, &feed, 3);
    steps(s, 1000);
    assert_int_equal(entries_at(s, READER, &feed), size + 3);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_cosigned(txn, feed.number, reader, &after, &err));
    toc_log_abort(txn);
    assert_int_equal(after.size, before.size);
    assert_int_equal(opened_by(s, READER), 1);
}

/* ---- of several proofs the lowest place ---- */

static toc_code one_leaf(void *context, uint32_t level, uint64_t index, toc_hash *out, toc_err *err)
{
    (void)err;
    assert_true(level == 0 && index == 0);
    *out = *(const toc_hash *)context;
    return TOC_OK;
}

/* The first entry is another, too: a third history, of one entry. */
static toc_code prove_from_the_first(void *context, toc_engine *engine, toc_log_txn *txn,
                                     toc_now now, toc_err *err)
{
    (void)now;
    const toc_forgery *what = context;
    toc_log_feed feed;
    toc_hash other;
    bool fresh;
    memset(other.bytes, 9, sizeof other.bytes);
    TOC_TRY(toc_log_feed_find(txn, &what->feed, &feed, err));
    toc_fork fork = {.feed = feed.name, .index = 0};
    toc_log_tree tree = {.txn = txn, .number = feed.number};
    toc_tree_source stored = toc_log_tree_source(&tree);
    toc_tree_source made = {.context = &other, .subtree = one_leaf};
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_span held;
    TOC_TRY(toc_checkpoint_sign(&feed.name, 1, &other, what->sign, &note, err));
    TOC_TRY(toc_log_head_note(txn, feed.number, &held, err));
    TOC_TRY(toc_fork_side_make(&stored, feed.head_size, 0, held, &fork.sides[0], err));
    TOC_TRY(toc_fork_side_make(&made, 1, 0, toc_buf_view(&note), &fork.sides[1], err));
    TOC_TRY(toc_log_fork_put(txn, &fork, now.wall, &fresh, err));
    assert_true(fresh);
    engine->fork_came = true;
    return TOC_OK;
}

static void of_two_proofs_that_of_the_earlier_place_is_kept_by_all(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 2000);
    expect_opened_alike(s, 1);
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    toc_forgery what = {.feed = feed.id, .sign = sign};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], prove_from_the_first, &what));
    steps(s, 200);
    for (int node = AUTHOR; node <= MALLORY; node++)
        assert_int_equal(forked_at(s, node, &feed), 0);
    expect_opened_alike(s, 0);
}

/* ---- heads alone ---- */

typedef struct heard {
    size_t count;
    toc_org_id teller;
    toc_answer_fork told;
    toc_log_txn *txn;
    toc_arena *arena;
} heard;

static toc_code hear(void *context, const toc_log_suspicion *heads, toc_err *err)
{
    heard *all = context;
    all->count++;
    all->teller = heads->teller;
    return toc_query_suspicion(all->txn, heads, all->arena, &all->told, err);
}

static void suspicions_at(const scene *s, int by, toc_arena *arena, heard *out)
{
    toc_err err;
    *out = (heard){.arena = arena};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &out->txn, &err));
    TOC_CHECK_OK(toc_log_check(out->txn, NULL, NULL, &err));
    TOC_CHECK_OK(toc_log_suspicions(out->txn, &s->net.nodes[AUTHOR].org, hear, out, &err));
    toc_log_abort(out->txn);
}

/* It shows that the author signed another history, and not where it parts. */
static void a_head_whose_tree_nobody_shows_is_kept_and_told_until_there_is_a_proof(void **state)
{
    scene *s = *state;
    toc_err err;
    heard found;
    toc_log_feed feed;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(s, MALLORY, TOC_OWN_SIGN);
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    say_claim(s, common_wallet);
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_head(s, MALLORY, READER, &feed.name, 1, own); /* that it did not sign */
    steps(s, 200);
    suspicions_at(s, READER, arena, &found);
    assert_int_equal(found.count, 0);
    tell_head(s, MALLORY, READER, &feed.name, 2, sign);
    steps(s, 200);
    tell_head(s, MALLORY, READER, &feed.name, 1, sign);
    steps(s, 200);
    suspicions_at(s, READER, arena, &found);
    assert_int_equal(found.count, 1);
    assert_memory_equal(&found.teller, &s->net.nodes[MALLORY].org, sizeof found.teller);
    assert_true(found.told.suspected && found.told.has_heads);
    assert_int_equal(found.told.heads[0].size, feed.head_size);
    assert_int_equal(found.told.heads[1].size, 2); /* the first that came */
    toc_fork_sentence(&found.told, &text);
    assert_non_null(strstr(toc_buf_text(&text), "2 entries 07070707), the second told by Org 2"));
    assert_int_equal(forked_at(s, READER, &feed), UINT64_MAX);
    expect_opened_alike(s, 2);
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 2000);
    assert_int_equal(forked_at(s, READER, &feed), feed.frontier.size);
    suspicions_at(s, READER, arena, &found);
    assert_int_equal(found.count, 0);
}

/* ---- proofs that are none ---- */

/* Said on its own link: that there is a fork, and when asked for it, this. */
static void claim_fork(scene *s, const toc_fork *fork)
{
    toc_fork_mark mark = {.org = fork->feed.org,
                          .lane = fork->feed.lane,
                          .generation = fork->feed.generation,
                          .index = fork->index};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle, .fork_count = 1, .forks = &mark}};
    say(s, MALLORY, READER, &news);
}

static toc_code lie_in_store(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    (void)engine;
    (void)now;
    bool fresh;
    return toc_log_fork_put(txn, context, now.wall, &fresh, err);
}

/* MALLORY holds a proof whose other side is made up and signed by this key, and tells of it. */
static void tell_of_another_tree(scene *s, const toc_log_feed *feed, const toc_secret *by)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_span held;
    toc_hash other;
    memset(other.bytes, 9, sizeof other.bytes);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_fork fork = {.feed = feed->name};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    toc_log_tree tree = {.txn = txn, .number = feed->number};
    toc_tree_source stored = toc_log_tree_source(&tree);
    toc_tree_source made = {.context = &other, .subtree = one_leaf};
    TOC_CHECK_OK(toc_log_head_note(txn, feed->number, &held, &err));
    TOC_CHECK_OK(toc_checkpoint_sign(&feed->name, 1, &other, by, &note, &err));
    TOC_CHECK_OK(toc_fork_side_make(&stored, feed->head_size, 0, held, &fork.sides[0], &err));
    TOC_CHECK_OK(toc_fork_side_make(&made, 1, 0, toc_buf_view(&note), &fork.sides[1], &err));
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_fork_write(&fork, &bytes);
    TOC_CHECK_OK(toc_fork_read(toc_buf_view(&bytes), &fork, &err));
    toc_log_abort(txn);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], lie_in_store, &fork));
    claim_fork(s, &fork);
    steps(s, 200);
}

static void expect_nothing_disputed(scene *s, const toc_log_feed *feed)
{
    assert_int_equal(forked_at(s, READER, feed), UINT64_MAX);
    assert_int_equal(forked_at(s, AUTHOR, feed), UINT64_MAX);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_CHECKPOINT_SIGNATURE) > 0);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_FORK), 0);
    assert_int_equal(opened_by(s, READER), 1);
}

/* A member would silence another: it makes a side up and signs it itself. */
static void a_proof_that_its_author_did_not_sign_disputes_nothing(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(s, MALLORY, TOC_OWN_SIGN);
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_of_another_tree(s, &feed, own);
    expect_nothing_disputed(s, &feed);
}

/* Its author's key it was, and its newest card retires it: but for cosigning, as that of an officer
 * who left was for approvals. */
static void a_key_that_was_never_for_heads_proves_no_fork(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *cosign = steal(s, AUTHOR, TOC_OWN_COSIGN);
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_COSIGN, false, false));
    steps(s, 500);
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_of_another_tree(s, &feed, cosign);
    expect_nothing_disputed(s, &feed);
}

/* ---- the author ---- */

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
    uint64_t size = entries_at(s, AUTHOR, &old);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], ask_writable, &what));
    assert_string_equal(what.wallet, "halted");
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    steps(s, 500);
    say_claim(s, own_wallet);
    steps(s, 1000);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &fresh));
    assert_true(fresh.name.generation > old.name.generation);
    assert_int_equal(entries_at(s, AUTHOR, &old), size);
    expect_opened_alike(s, 2); /* what came before, and what it says with the new key */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_histories_are_found_where_they_part_and_everybody_has_the_proof),
        TEST(who_joins_later_gets_the_proof_from_whoever_has_it),
        TEST(what_is_said_after_the_fork_counts_nowhere_and_what_was_said_before_does),
        TEST(a_bundle_of_what_came_before_brings_the_proof_and_of_what_came_after_there_is_none),
        TEST(what_is_in_dispute_is_found_by_wallet_and_claim_and_an_order_deletes_it),
        TEST(an_audience_is_told_of_a_fork_and_not_by_which_heads),
        TEST(who_goes_on_after_a_fork_is_received_and_gets_no_receipt),
        TEST(of_two_proofs_that_of_the_earlier_place_is_kept_by_all),
        TEST(a_head_whose_tree_nobody_shows_is_kept_and_told_until_there_is_a_proof),
        TEST(a_proof_that_its_author_did_not_sign_disputes_nothing),
        TEST(a_key_that_was_never_for_heads_proves_no_fork),
        TEST(an_author_whose_key_is_stolen_writes_nothing_before_it_has_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
