/* Two valid charters of one version: what holds, who still gets keys, and who chooses. */
#include "proto/feed/addressed.h"
#include "store/memo.h"
#include "tests/unit/node/voting.h"

/* What A and B would never sign both, told to A while another one is in force. */
static void tell_branch(voting *v, toc_amend_step change, size_t signers)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    const toc_amendment amendment = {.step_count = 1, .steps = &change};
    draft_at_a(v, &amendment, &body);
    /* Meanwhile the other one of that version comes into force. */
    const toc_amend_step outside = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(v, A, &outside, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    run(v, 300);
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION + 1);
    sign_body(v, toc_buf_view(&body), signers);
    at(v, A, hear);
}

/* C is removed. */
static void tell_rival(voting *v, size_t signers)
{
    tell_branch(v, step(v, TOC_AMEND_REMOVE, C, 0), signers);
}

static toc_code choose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    (void)err;
    voting *v = context;
    v->said = toc_engine_circle_choose(engine, txn, &v->s->circle, &v->hash, now, &v->why);
    return TOC_OK;
}

static uint64_t told_of(const voting *v, int node, toc_refusal reason)
{
    uint64_t count = 0;
    const toc_engine *engine = v->s->net.nodes[node].engine;
    for (size_t i = 0; i < toc_engine_peer_count(engine); i++) {
        toc_peer_state peer;
        toc_engine_peer_at(engine, i, &peer);
        count += peer.refused[reason];
    }
    return count;
}

/* The charter before the one in force, as a row of one that was declined. */
static toc_code decline_older(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    (void)engine;
    (void)now;
    const voting *v = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    toc_charter_hash before;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &v->s->circle, arena, &charter, err));
    before = charter.previous;
    return toc_log_rival_put(txn, &v->s->circle, &before, TOC_RIVAL_DECLINED, err);
}

static toc_code choose_at(voting *v, int node, const toc_charter_hash *hash)
{
    v->hash = *hash;
    at(v, node, choose);
    return v->said;
}

static void of_two_valid_charters_the_first_holds_and_only_readers_of_both_get_keys(void **state)
{
    voting *v = *state;
    uint32_t before, epoch;
    reads_newest(v, B, &before);
    tell_rival(v, 2);
    toc_log_circle now = circle_at(v, A);
    assert_true(now.contested);
    assert_int_equal(now.version, FIRST_VERSION + 1);
    assert_false(toc_charter_hash_equal(&now.charter, &v->hash));
    assert_int_equal(told_of(v, A, TOC_REFUSE_TWO_CHARTERS), 1);
    write_at(v, A);
    run(v, 400);
    assert_true(reads_newest(v, B, &epoch));
    assert_true(epoch > before);
    assert_false(reads_newest(v, C, &epoch));
    const toc_amend_step more = step(v, TOC_AMEND_ROLE, C, TOC_ROLE_RELAY);
    ASSERT_SAYS(propose_at(v, A, &more, 1, 0), TOC_STATE);
    /* Told again it is no news; chosen is what is in force: C reads again. */
    assert_int_equal(told_of(v, A, TOC_REFUSE_TWO_CHARTERS), 1);
    ASSERT_SAYS(choose_at(v, A, &now.charter), TOC_OK);
    assert_false(circle_at(v, A).contested);
    write_at(v, A);
    run(v, 400);
    assert_true(reads_newest(v, C, &epoch));
}

/* It is in both, and so is served. */
static void while_it_is_contested_who_only_carries_in_one_branch_gets_no_key(void **state)
{
    voting *v = *state;
    uint32_t epoch;
    tell_branch(v, step(v, TOC_AMEND_ROLE, C, TOC_ROLE_RELAY), 2);
    assert_true(circle_at(v, A).contested);
    write_at(v, A);
    run(v, 400);
    assert_int_equal(size_at(v->s, C, A, TOC_LANE_ALERT), size_at(v->s, A, A, TOC_LANE_ALERT));
    assert_true(reads_newest(v, B, &epoch));
    assert_false(reads_newest(v, C, &epoch));
}

static toc_code write_red(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const voting *v = context;
    const toc_statement red = {.tlp = TOC_TLP_RED};
    const toc_addressees to = {.marking = &red}, *named = &to;
    toc_span record = toc_span_text("what a record says is nothing to the engine");
    return toc_engine_write(engine, txn, &v->s->circle, TOC_LANE_ALERT, &record, &named, 1, now,
                            NULL, err);
}

/* A's newest alert, with the seal keys of `node`. */
static toc_code open_newest(const voting *v, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *own = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_log_seals_wipe) toc_log_seals seals = {0};
    toc_feed_name name = {.circle = v->s->circle,
                          .org = v->s->net.nodes[A].org,
                          .lane = TOC_LANE_ALERT,
                          .generation = circle_at(v, A).generation};
    toc_feed_id id;
    toc_log_feed feed;
    toc_span entry;
    toc_opened opened;
    toc_addressed inner;
    static uint8_t plain[TOC_ENTRY_BYTES_MAX], text[TOC_ENTRY_BYTES_MAX];
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[A].log, &own, &err));
    TOC_CHECK_OK(toc_log_feed_find(own, &id, &feed, &err));
    uint64_t index = feed.frontier.size - 1;
    TOC_CHECK_OK(toc_log_entry(own, feed.number, index, &entry, &err));
    TOC_CHECK_OK(toc_log_sender_key(own, &name, feed.judge.epoch, &key, &err));
    TOC_CHECK_OK(toc_entry_open(&id, index, entry, key, plain, &opened, &err));
    assert_true(toc_addressed_is(opened.record));
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_seals_read(txn, &seals, &err));
    assert_true(seals.count > 0);
    return toc_addressed_open(&id, index, opened.record, seals.keys[0], text, &inner, &err);
}

/* Whoever has the sender key all the same, from a reader who passed it on, finds no box. */
static void while_it_is_contested_nothing_is_sealed_to_who_reads_in_one_branch(void **state)
{
    voting *v = *state;
    at(v, A, write_red);
    assert_int_equal(open_newest(v, C), TOC_OK);
    tell_rival(v, 2);
    assert_true(circle_at(v, A).contested);
    at(v, A, write_red);
    assert_int_equal(open_newest(v, A), TOC_OK);
    assert_int_equal(open_newest(v, B), TOC_OK);
    assert_int_equal(open_newest(v, C), TOC_NOT_FOUND);
    assert_int_equal(open_newest(v, D), TOC_NOT_FOUND);
}

/* Nor is it served what it could not open: who said how much and when is for members. */
static void while_it_is_contested_who_is_in_one_branch_is_served_nothing(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    tell_rival(v, 2);
    assert_true(circle_at(v, A).contested);
    sim_star(&s->net, A);
    run(v, 200);
    uint64_t before = size_at(s, C, A, TOC_LANE_ALERT);
    write_at(v, A);
    run(v, 2000);
    assert_int_equal(size_at(s, B, A, TOC_LANE_ALERT), size_at(s, A, A, TOC_LANE_ALERT));
    assert_int_equal(size_at(s, C, A, TOC_LANE_ALERT), before);
    toc_message question = {.kind = TOC_MSG_HEADS, .as.heads = {.circle = s->circle}};
    toc_buf answer = refusal_of(s, C, A, &question);
    toc_buf_wipe(&answer);
}

static void the_operator_chooses_the_other_branch(void **state)
{
    voting *v = *state;
    uint32_t epoch;
    tell_rival(v, 2);
    toc_charter_hash rival = v->hash, first = circle_at(v, A).charter, none = {{1}};
    ASSERT_SAYS(choose_at(v, A, &none), TOC_NOT_FOUND);
    ASSERT_SAYS(choose_at(v, A, &rival), TOC_OK);
    toc_log_circle now = circle_at(v, A);
    assert_false(now.contested);
    assert_true(toc_charter_hash_equal(&now.charter, &rival));
    ASSERT_SAYS(choose_at(v, A, &rival), TOC_STATE); /* no other one is open */
    toc_buf_clear(&v->bytes);
    v->hash = first;
    at(v, A, hear);
    assert_false(circle_at(v, A).contested); /* what was declined contests nothing, but is told */
    assert_int_equal(told_of(v, A, TOC_REFUSE_TWO_CHARTERS), 2);
    write_at(v, A);
    run(v, 500);
    assert_false(reads_newest(v, C, &epoch));
    /* B hears of it from A, and stays where it is. */
    assert_true(circle_at(v, B).contested);
    toc_log_circle there = circle_at(v, B);
    assert_true(toc_charter_hash_equal(&there.charter, &first));
}

/* Which charter, declined before, was chosen last. */
static bool chose_declined(const voting *v, int node, toc_memo_choice *out)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[node].log, &txn, &err));
    return toc_memo_choice_get(txn, &v->s->circle, out, NULL) == TOC_OK;
}

/* The wrong one was chosen: everybody else goes by the first, and on to a version that follows it.
 */
static void a_mistaken_choice_is_put_right(void **state)
{
    voting *v = *state;
    uint32_t epoch;
    toc_memo_choice memo;
    tell_rival(v, 2);
    toc_charter_hash rival = v->hash, first = circle_at(v, A).charter;
    ASSERT_SAYS(choose_at(v, A, &rival), TOC_OK);
    assert_false(chose_declined(v, A, &memo)); /* it was open */
    uint64_t generation = circle_at(v, A).generation;
    ASSERT_SAYS(choose_at(v, A, &first), TOC_OK);
    assert_true(chose_declined(v, A, &memo)); /* which raises an alarm */
    assert_true(toc_charter_hash_equal(&memo.chosen, &first));
    assert_true(toc_charter_hash_equal(&memo.left, &rival));
    toc_log_circle now = circle_at(v, A);
    assert_false(now.contested);
    assert_true(toc_charter_hash_equal(&now.charter, &first));
    assert_true(now.generation > generation);
    v->hash = rival;
    at(v, A, hear);
    assert_false(circle_at(v, A).contested); /* declined in its turn */
    ASSERT_SAYS(choose_at(v, A, &first), TOC_STATE);
    write_at(v, A);
    run(v, 500);
    assert_true(reads_newest(v, C, &epoch)); /* whom the rival would have removed */
}

/* A charter that the one in force came after is no branch: rules do not go back to it. */
static void no_older_version_is_chosen(void **state)
{
    voting *v = *state;
    toc_charter_hash before = circle_at(v, A).charter;
    tell_rival(v, 2);
    ASSERT_SAYS(choose_at(v, A, &before), TOC_NOT_FOUND);
    toc_charter_hash first = circle_at(v, A).charter;
    ASSERT_SAYS(choose_at(v, A, &first), TOC_OK);
    ASSERT_SAYS(choose_at(v, A, &before), TOC_STATE);
    at(v, A, decline_older); /* as if it had been one of two, before a charter joined them */
    ASSERT_SAYS(choose_at(v, A, &before), TOC_STATE);
    toc_log_circle now = circle_at(v, A);
    assert_true(toc_charter_hash_equal(&now.charter, &first));
}

static void a_charter_without_a_quorum_contests_nothing(void **state)
{
    voting *v = *state;
    tell_rival(v, 1);
    assert_false(circle_at(v, A).contested);
    assert_int_equal(told_of(v, A, TOC_REFUSE_TWO_CHARTERS), 0);
    assert_int_equal(told_of(v, A, TOC_REFUSE_ROLL), 1);
    toc_charter_hash first = circle_at(v, A).charter;
    ASSERT_SAYS(choose_at(v, A, &first), TOC_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_voting, tear_down_voting)
        TEST(of_two_valid_charters_the_first_holds_and_only_readers_of_both_get_keys),
        TEST(while_it_is_contested_who_only_carries_in_one_branch_gets_no_key),
        TEST(while_it_is_contested_nothing_is_sealed_to_who_reads_in_one_branch),
        TEST(while_it_is_contested_who_is_in_one_branch_is_served_nothing),
        TEST(the_operator_chooses_the_other_branch),
        TEST(a_mistaken_choice_is_put_right),
        TEST(no_older_version_is_chosen),
        TEST(a_charter_without_a_quorum_contests_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
