/* Proposals find the other admins by themselves: nobody carries a file, nobody else is told, and an
 * admin who makes a thousand is held to a few. */
#include <stdio.h>

#include "node/engine/proposals.h"
#include "proto/base/limits.h"
#include "proto/crypto/hash.h"
#include "tests/unit/node/voting.h"

enum { FLOOD = 100 };

/* What is kept there, whatever way it came. */
static toc_code endorse_kept_at(voting *v, int node)
{
    toc_buf_clear(&v->bytes);
    return endorse_at(v, node);
}

static void propose_one(voting *v, int node, toc_amend how, int whom, toc_role role)
{
    const toc_amend_step one = step(v, how, whom, role);
    ASSERT_SAYS(propose_at(v, node, &one, 1, 0), TOC_OK);
}

typedef struct found {
    size_t count, signatures; /* of the last one */
    toc_charter_hash hash;
    toc_hash bytes;
} found;

static toc_code look(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    found *all = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_charter_open(proposal->signed_charter, arena, &charter, err));
    all->count++;
    all->signatures = charter.signature_count;
    all->hash = proposal->hash;
    toc_sha256(proposal->signed_charter, &all->bytes);
    return TOC_OK;
}

static found kept_at(const scene *s, int node)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    found all = {0};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_proposals(txn, look, &all, &err));
    toc_log_abort(txn);
    return all;
}

/* A, B and C are admins and two must agree; D is a member. */
static int set_up_admins(void **state)
{
    set_up_voting(state);
    voting *v = *state;
    const toc_amend_step both[] = {step(v, TOC_AMEND_ROLE, C, TOC_ROLE_ADMIN),
                                   step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER)};
    ASSERT_SAYS(propose_at(v, A, both, 2, 0), TOC_OK);
    assert_false(v->made.in_force);
    run(v, 300);
    ASSERT_SAYS(endorse_kept_at(v, B), TOC_OK);
    assert_true(v->made.in_force);
    join_at(v, D);
    run(v, 300);
    assert_int_equal(version_at(v->s, C), version_at(v->s, A));
    return 0;
}

static void
a_proposal_is_shown_to_the_other_admins_and_comes_into_force_without_a_file(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    uint32_t before = version_at(s, A);
    propose_one(v, A, TOC_AMEND_REMOVE, D, 0);
    steps(s, 100);
    for (int node = B; node <= C; node++) {
        found there = kept_at(s, node);
        assert_int_equal(there.count, 1);
        assert_true(toc_charter_hash_equal(&there.hash, &v->hash));
        assert_int_equal(there.signatures, 1); /* nobody signs by himself */
        assert_int_equal(version_at(s, node), before);
    }
    ASSERT_SAYS(endorse_kept_at(v, C), TOC_OK);
    steps(s, 100);
    for (int node = A; node <= C; node++) {
        assert_int_equal(version_at(s, node), before + 1);
        assert_int_equal(kept_at(s, node).count, 0);
    }
}

static void signatures_that_were_given_apart_are_joined_and_complete_the_quorum(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    ASSERT_SAYS(propose_at(v, A, NULL, 0, 3), TOC_OK);
    steps(s, 100);
    ASSERT_SAYS(endorse_kept_at(v, B), TOC_OK);
    steps(s, 100);
    uint32_t before = version_at(s, A);
    propose_one(v, A, TOC_AMEND_REMOVE, D, 0);
    steps(s, 100);
    for (int node = B; node <= C; node++) { /* neither knows of the other's */
        ASSERT_SAYS(endorse_kept_at(v, node), TOC_OK);
        assert_false(v->made.in_force);
    }
    steps(s, 200);
    for (int node = A; node <= C; node++)
        assert_int_equal(version_at(s, node), before + 1);
}

/* Only the proposer has the card that the proposal names. */
static void the_cards_that_it_names_come_with_it(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    propose_one(v, A, TOC_AMEND_REMOVE, D, 0);
    steps(s, 100);
    ASSERT_SAYS(endorse_kept_at(v, B), TOC_OK);
    steps(s, 100);
    isolate(s, D);
    assert_true(sim_rotate(&s->net, &s->net.nodes[D], TOC_CHANGE_SIGN, false, false));
    copy_card(s, &s->net.nodes[D]);
    assert_true(sim_do(&s->net, &s->net.nodes[A], add_peer, s));
    propose_one(v, A, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    steps(s, 200);
    ASSERT_SAYS(endorse_kept_at(v, B), TOC_OK);
    assert_true(v->made.in_force);
    steps(s, 100);
    assert_int_equal(version_at(s, C), v->made.version);
}

static void who_is_no_admin_is_told_of_no_proposal_and_gets_none_that_it_asks_for(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    propose_one(v, A, TOC_AMEND_ROLE, D, TOC_ROLE_OBSERVER);
    steps(s, 200);
    assert_int_equal(kept_at(s, B).count, 1);
    assert_int_equal(kept_at(s, D).count, 0);
    toc_message question = {.kind = TOC_MSG_ROLL}, made_up = {.kind = TOC_MSG_ROLL};
    question.as.roll.hash = kept_at(s, B).bytes;
    made_up.as.roll.hash = (toc_hash){{7}};
    TOC_AUTO(toc_buf_wipe) toc_buf given = refusal_of(s, D, B, &question);
    TOC_AUTO(toc_buf_wipe) toc_buf none = refusal_of(s, D, B, &made_up);
    assert_true(toc_span_equal(toc_buf_view(&given), toc_buf_view(&none)));
    /* Nor does it get one in: its software was changed. */
    toc_message news = {
        .kind = TOC_MSG_NEWS,
        .as.news = {.circle = s->circle, .proposal_count = 1, .proposals = &made_up.as.roll.hash}};
    say(s, D, B, &news);
    sim_step(&s->net);
    sim_step(&s->net);
    assert_false(toc_roll_asked(s->net.nodes[B].engine, &made_up.as.roll.hash));
}

/* Bodies without end, each signed by its officer (or by nobody): kept in its own log, and told. */
typedef struct flood {
    scene *s;
    unsigned count;
    bool is_signed;
} flood;

static toc_code do_flood(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    (void)now;
    const flood *what = context;
    for (unsigned i = 0; i < what->count; i++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
        toc_charter current, draft;
        char purpose[32];
        snprintf(purpose, sizeof purpose, "purpose %u %d", i, what->is_signed);
        TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
        TOC_TRY(toc_log_charter_of(txn, &what->s->circle, arena, &current, err));
        toc_log_card_context cards = {.txn = txn, .arena = arena};
        toc_card_source source = toc_log_card_source(&cards);
        const toc_amendment amendment = {.purpose = toc_span_text(purpose)};
        TOC_TRY(toc_charter_amend(&current, &amendment, &source, arena, &draft, err));
        TOC_TRY(toc_charter_write(&draft, &body, err));
        toc_charter_hash hash;
        toc_charter_signature signature;
        toc_charter_hash_of(toc_buf_view(&body), &hash);
        toc_charter_sign(&hash, &engine->org, engine->officer, &signature);
        toc_charter_join(toc_buf_view(&body), &signature, what->is_signed ? 1 : 0, &whole);
        TOC_TRY(toc_charter_reopen(toc_buf_view(&whole), arena, &draft, err));
        TOC_TRY(toc_log_proposal_put(txn, &draft, err));
    }
    toc_proposals_changed(engine);
    return TOC_OK;
}

static void an_admin_who_proposes_without_end_is_held_to_two_and_others_are_heard(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    flood what = {.s = s, .count = FLOOD, .is_signed = true};
    assert_true(sim_do(&s->net, &s->net.nodes[C], do_flood, &what));
    steps(s, 8000); /* some minutes: told again and again */
    assert_int_equal(kept_at(s, C).count, FLOOD);
    assert_int_equal(kept_at(s, B).count, TOC_PROPOSALS_OF_AN_ADMIN);
    assert_true(kept_at(s, A).count <= TOC_PROPOSALS_OF_AN_ADMIN);
    assert_true(refused(s, B, C, TOC_REFUSE_PROPOSALS) > 0);
    assert_int_equal(refused(s, B, A, TOC_REFUSE_PROPOSALS), 0);
    uint32_t before = version_at(s, B);
    propose_one(v, A, TOC_AMEND_REMOVE, D, 0);
    steps(s, 200);
    assert_int_equal(kept_at(s, B).count, TOC_PROPOSALS_OF_AN_ADMIN + 1);
    ASSERT_SAYS(endorse_kept_at(v, B), TOC_OK);
    assert_int_equal(version_at(s, B), before + 1);
}

static void a_proposal_that_no_admin_signed_is_not_kept(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    flood what = {.s = s, .count = 1, .is_signed = false};
    assert_true(sim_do(&s->net, &s->net.nodes[C], do_flood, &what));
    steps(s, 500);
    assert_int_equal(kept_at(s, C).count, 1);
    assert_int_equal(kept_at(s, B).count, 0);
    assert_int_equal(kept_at(s, A).count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_admins, tear_down_voting)
    const struct CMUnitTest tests[] = {
        TEST(a_proposal_is_shown_to_the_other_admins_and_comes_into_force_without_a_file),
        TEST(signatures_that_were_given_apart_are_joined_and_complete_the_quorum),
        TEST(the_cards_that_it_names_come_with_it),
        TEST(who_is_no_admin_is_told_of_no_proposal_and_gets_none_that_it_asks_for),
        TEST(an_admin_who_proposes_without_end_is_held_to_two_and_others_are_heard),
        TEST(a_proposal_that_no_admin_signed_is_not_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
