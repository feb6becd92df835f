/* Proposals find the other admins by themselves: nobody carries a file, nobody else is told, and an
 * admin who makes a thousand is held to a few. */
#include <stdio.h>

#include "node/engine/proposals.h"
#include "node/engine/roll.h"
#include "proto/base/limits.h"
#include "proto/crypto/hash.h"
#include "proto/roll/amendment.h"
#include "tests/unit/node/hostile.h"

enum { FRIEND = 3, FLOOD = 100 };

typedef struct change {
    scene *s;
    toc_amend_step step;
    uint32_t quorum;
    toc_span purpose;
    toc_amended made;
    toc_code said;
} change;

static toc_code do_propose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)err;
    change *what = context;
    toc_err why;
    const toc_amendment amendment = {.step_count = what->step.what == 0 ? 0 : 1,
                                     .steps = &what->step,
                                     .quorum = what->quorum,
                                     .purpose = what->purpose};
    what->said = toc_engine_charter_propose(engine, txn, &what->s->circle, &amendment, false, now,
                                            NULL, &what->made, &why);
    if (what->said != TOC_OK)
        print_error("propose: %s\n", why.text);
    return TOC_OK;
}

/* With no bytes: what is kept here, whatever way it came. */
static toc_code do_endorse(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)err;
    change *what = context;
    toc_err why;
    toc_charter_hash hash = what->made.hash;
    what->said = toc_engine_charter_endorse(engine, txn, &what->s->circle, &hash, (toc_span){0},
                                            now, NULL, &what->made, &why);
    if (what->said != TOC_OK)
        print_error("endorse: %s\n", why.text);
    return TOC_OK;
}

static change propose_at(scene *s, int node, toc_amend how, int whom, toc_role role,
                         uint32_t quorum)
{
    change what = {.s = s,
                   .step = {.what = how, .org = s->net.nodes[whom].org, .role = role},
                   .quorum = quorum};
    assert_true(sim_do(&s->net, &s->net.nodes[node], do_propose, &what));
    assert_int_equal(what.said, TOC_OK);
    return what;
}

static toc_code endorse_at(scene *s, int node, change *what)
{
    assert_true(sim_do(&s->net, &s->net.nodes[node], do_endorse, what));
    return what->said;
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

/* AUTHOR, READER and MALLORY are admins and two must agree; FRIEND is a member. */
static int set_up_admins(void **state)
{
    set_up_nodes(state, 4);
    scene *s = *state;
    admit_as(s, FRIEND, TOC_ROLE_MEMBER, true);
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_true(propose_at(s, AUTHOR, TOC_AMEND_ROLE, READER, TOC_ROLE_ADMIN, 2).made.in_force);
    steps(s, 300);
    change third = propose_at(s, AUTHOR, TOC_AMEND_ROLE, MALLORY, TOC_ROLE_ADMIN, 2);
    assert_false(third.made.in_force);
    steps(s, 300);
    assert_int_equal(endorse_at(s, READER, &third), TOC_OK);
    assert_true(third.made.in_force);
    steps(s, 300);
    assert_int_equal(version_at(s, MALLORY), version_at(s, AUTHOR));
    return 0;
}

static void
a_proposal_is_shown_to_the_other_admins_and_comes_into_force_without_a_file(void **state)
{
    scene *s = *state;
    uint32_t before = version_at(s, AUTHOR);
    change what = propose_at(s, AUTHOR, TOC_AMEND_REMOVE, FRIEND, 0, 0);
    steps(s, 100);
    for (int node = READER; node <= MALLORY; node++) {
        found there = kept_at(s, node);
        assert_int_equal(there.count, 1);
        assert_true(toc_charter_hash_equal(&there.hash, &what.made.hash));
        assert_int_equal(there.signatures, 1); /* nobody signs by himself */
        assert_int_equal(version_at(s, node), before);
    }
    assert_int_equal(endorse_at(s, MALLORY, &what), TOC_OK);
    steps(s, 100);
    for (int node = AUTHOR; node <= MALLORY; node++) {
        assert_int_equal(version_at(s, node), before + 1);
        assert_int_equal(kept_at(s, node).count, 0);
    }
}

static void signatures_that_were_given_apart_are_joined_and_complete_the_quorum(void **state)
{
    scene *s = *state;
    change three = propose_at(s, AUTHOR, 0, FRIEND, 0, 3);
    steps(s, 100);
    assert_int_equal(endorse_at(s, READER, &three), TOC_OK);
    steps(s, 100);
    uint32_t before = version_at(s, AUTHOR);
    change what = propose_at(s, AUTHOR, TOC_AMEND_REMOVE, FRIEND, 0, 0);
    steps(s, 100);
    change same = what;
    assert_int_equal(endorse_at(s, READER, &what), TOC_OK); /* neither knows of the other's */
    assert_int_equal(endorse_at(s, MALLORY, &same), TOC_OK);
    assert_false(what.made.in_force || same.made.in_force);
    steps(s, 200);
    for (int node = AUTHOR; node <= MALLORY; node++)
        assert_int_equal(version_at(s, node), before + 1);
}

/* Only the proposer has the card that the proposal names. */
static void the_cards_that_it_names_come_with_it(void **state)
{
    scene *s = *state;
    change out = propose_at(s, AUTHOR, TOC_AMEND_REMOVE, FRIEND, 0, 0);
    steps(s, 100);
    assert_int_equal(endorse_at(s, READER, &out), TOC_OK);
    steps(s, 100);
    isolate(s, FRIEND);
    assert_true(sim_rotate(&s->net, &s->net.nodes[FRIEND], TOC_CHANGE_SIGN, false, false));
    copy_card(s, &s->net.nodes[FRIEND]);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], add_peer, s));
    change back = propose_at(s, AUTHOR, TOC_AMEND_ADMIT, FRIEND, TOC_ROLE_MEMBER, 0);
    steps(s, 200);
    assert_int_equal(endorse_at(s, READER, &back), TOC_OK);
    assert_true(back.made.in_force);
    steps(s, 100);
    assert_int_equal(version_at(s, MALLORY), back.made.version);
}

static void who_is_no_admin_is_told_of_no_proposal_and_gets_none_that_it_asks_for(void **state)
{
    scene *s = *state;
    propose_at(s, AUTHOR, TOC_AMEND_ROLE, FRIEND, TOC_ROLE_OBSERVER, 0);
    steps(s, 200);
    assert_int_equal(kept_at(s, READER).count, 1);
    assert_int_equal(kept_at(s, FRIEND).count, 0);
    toc_message question = {.kind = TOC_MSG_ROLL}, made_up = {.kind = TOC_MSG_ROLL};
    question.as.roll.hash = kept_at(s, READER).bytes;
    made_up.as.roll.hash = (toc_hash){{7}};
    TOC_AUTO(toc_buf_wipe) toc_buf given = refusal_of(s, FRIEND, READER, &question);
    TOC_AUTO(toc_buf_wipe) toc_buf none = refusal_of(s, FRIEND, READER, &made_up);
    assert_true(toc_span_equal(toc_buf_view(&given), toc_buf_view(&none)));
    /* Nor does it get one in: its software was changed. */
    toc_message news = {
        .kind = TOC_MSG_NEWS,
        .as.news = {.circle = s->circle, .proposal_count = 1, .proposals = &made_up.as.roll.hash}};
    say(s, FRIEND, READER, &news);
    sim_step(&s->net);
    sim_step(&s->net);
    assert_false(toc_roll_asked(s->net.nodes[READER].engine, &made_up.as.roll.hash));
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
    scene *s = *state;
    flood what = {.s = s, .count = FLOOD, .is_signed = true};
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], do_flood, &what));
    steps(s, 8000); /* some minutes: told again and again */
    assert_int_equal(kept_at(s, MALLORY).count, FLOOD);
    assert_int_equal(kept_at(s, READER).count, TOC_PROPOSALS_OF_AN_ADMIN);
    assert_true(kept_at(s, AUTHOR).count <= TOC_PROPOSALS_OF_AN_ADMIN);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_PROPOSALS) > 0);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_PROPOSALS), 0);
    uint32_t before = version_at(s, READER);
    change honest = propose_at(s, AUTHOR, TOC_AMEND_REMOVE, FRIEND, 0, 0);
    steps(s, 200);
    assert_int_equal(kept_at(s, READER).count, TOC_PROPOSALS_OF_AN_ADMIN + 1);
    assert_int_equal(endorse_at(s, READER, &honest), TOC_OK);
    assert_int_equal(version_at(s, READER), before + 1);
}

static void a_proposal_that_no_admin_signed_is_not_kept(void **state)
{
    scene *s = *state;
    flood what = {.s = s, .count = 1, .is_signed = false};
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], do_flood, &what));
    steps(s, 500);
    assert_int_equal(kept_at(s, MALLORY).count, 1);
    assert_int_equal(kept_at(s, READER).count, 0);
    assert_int_equal(kept_at(s, AUTHOR).count, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_admins, tear_down)
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
