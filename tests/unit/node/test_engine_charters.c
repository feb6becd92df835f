/* A circle that changes its charter together, over the simulated network: proposals, votes, members
 * who leave. */
#include <stdlib.h>

#include "node/engine/roll.h"
#include "proto/feed/addressed.h"
#include "tests/support/check.h"
#include "tests/support/sim_net.h"
#include "tests/support/tempdir.h"

enum { A = 0, B = 1, C = 2, D = 3, NODES = 4 };

typedef struct scene {
    sim_net net;
    char folder[TOC_TEMPDIR_BYTES];
    toc_circle_id circle;
    toc_org_id org;
    toc_buf bytes; /* a card, or a charter */
    toc_amendment amendment;
    toc_charter_hash hash;
    bool dry_run, anew; /* by an engine that has just started */
    toc_code said;
    toc_err why;
    toc_amended made;
} scene;

static toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    scene *s = context;
    return toc_engine_peer_add(engine, txn, toc_buf_view(&s->bytes), (toc_span){0}, now, &s->org,
                               err);
}

static toc_code create(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    scene *s = context;
    return toc_engine_circle_create(engine, txn, toc_span_text("Circle"), toc_span_text("test"),
                                    now, &s->circle, err);
}

static toc_code join(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_join(engine, txn, &s->circle, now, err);
}

static toc_code propose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    scene *s = context;
    TOC_AUTO(toc_engine_free) toc_engine *fresh = NULL;
    if (s->anew)
        TOC_TRY(toc_engine_new(txn, true, now, &fresh, err));
    toc_buf_clear(&s->bytes);
    uint64_t rows = toc_log_rows(txn);
    s->said = toc_engine_charter_propose(s->anew ? fresh : engine, txn, &s->circle, &s->amendment,
                                         s->dry_run, now, &s->bytes, &s->made, &s->why);
    if (s->said != TOC_OK || s->dry_run)
        assert_int_equal(toc_log_rows(txn), rows);
    return TOC_OK;
}

static toc_code endorse(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    (void)err;
    scene *s = context;
    uint64_t rows = toc_log_rows(txn);
    s->said = toc_engine_charter_endorse(engine, txn, &s->circle, &s->hash, toc_buf_view(&s->bytes),
                                         now, NULL, &s->made, &s->why);
    if (s->said != TOC_OK)
        assert_int_equal(toc_log_rows(txn), rows);
    return TOC_OK;
}

static toc_code write_record(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const scene *s = context;
    toc_span record = toc_span_text("what a record says is nothing to the engine");
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_ALERT, &record, NULL, 1, now, NULL,
                            err);
}

static void steps(scene *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_step(&s->net);
}

static void tell_card(scene *s, int of, int to)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_card card;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[of].log, &txn, &err));
    TOC_CHECK_OK(toc_log_card_of(txn, &s->net.nodes[of].org, arena, &card, &err));
    toc_buf_clear(&s->bytes);
    toc_buf_add_span(&s->bytes, card.signed_card);
    assert_true(sim_do(&s->net, &s->net.nodes[to], add_peer, s));
}

static toc_code propose_at(scene *s, int node, const toc_amend_step *list, size_t count,
                           uint32_t quorum)
{
    s->amendment = (toc_amendment){.step_count = count, .steps = list, .quorum = quorum};
    assert_true(sim_do(&s->net, &s->net.nodes[node], propose, s));
    s->hash = s->made.hash;
    return s->said;
}

/* By the bytes that came, or with none by those that are kept. */
static toc_code endorse_at(scene *s, int node)
{
    assert_true(sim_do(&s->net, &s->net.nodes[node], endorse, s));
    return s->said;
}

#define ASSERT_SAYS(call, due)                                                                     \
    do {                                                                                           \
        toc_code got_ = (call);                                                                    \
        if (got_ != (due))                                                                         \
            fail_msg("%s says %s: %s", #call, toc_code_name(got_),                                 \
                     got_ == TOC_OK ? "" : s->why.text);                                           \
    } while (0)

static toc_amend_step step(const scene *s, toc_amend what, int whom, toc_role role)
{
    return (toc_amend_step){.what = what, .org = s->net.nodes[whom].org, .role = role};
}

static uint32_t version_at(const scene *s, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    return toc_log_circle_get(txn, &s->circle, &circle, NULL) == TOC_OK && circle.known
               ? circle.version
               : 0;
}

static toc_code count_one(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    (void)proposal;
    (void)err;
    ++*(size_t *)context;
    return TOC_OK;
}

static size_t proposals_at(const scene *s, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    size_t count = 0;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_proposals(txn, count_one, &count, &err));
    return count;
}

/* The newest epoch of A's own feeds, and whether `node` has its key. */
static bool reads_newest(const scene *s, int node, uint32_t *out_epoch)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *own = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_log_circle circle;
    toc_log_feed feed;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[A].log, &own, &err));
    TOC_CHECK_OK(toc_log_circle_get(own, &s->circle, &circle, &err));
    toc_feed_name name = {.circle = s->circle,
                          .org = s->net.nodes[A].org,
                          .lane = TOC_LANE_ALERT,
                          .generation = circle.generation};
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_feed_find(own, &id, &feed, &err));
    *out_epoch = feed.judge.epoch;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    return toc_log_sender_key(txn, &name, feed.judge.epoch, &key, NULL) == TOC_OK;
}

/* A and B are admins, C is a member; the quorum is 2. D knows them and is outside. */
static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    toc_err err;
    assert_non_null(s);
    TOC_CHECK_OK(toc_crypto_start(&err));
    toc_tempdir_make(s->folder);
    sim_start(&s->net, 5, NODES, s->folder);
    for (int a = 0; a < NODES; a++) {
        for (int b = 0; b < NODES; b++) {
            if (a != b)
                tell_card(s, a, b);
        }
    }
    assert_true(sim_do(&s->net, &s->net.nodes[A], create, s));
    const toc_amend_step both[] = {step(s, TOC_AMEND_ADMIT, B, TOC_ROLE_ADMIN),
                                   step(s, TOC_AMEND_ADMIT, C, TOC_ROLE_MEMBER)};
    ASSERT_SAYS(propose_at(s, A, both, 2, 2), TOC_OK);
    assert_true(s->made.in_force);
    assert_true(sim_do(&s->net, &s->net.nodes[B], join, s));
    assert_true(sim_do(&s->net, &s->net.nodes[C], join, s));
    steps(s, 500);
    for (int i = A; i <= C; i++)
        assert_int_equal(version_at(s, i), 2);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    sim_stop(&s->net);
    toc_buf_wipe(&s->bytes);
    toc_tempdir_remove(s->folder);
    free(s);
    return 0;
}

/* ---- together ---- */

static void what_one_of_two_admins_signed_waits_and_the_second_puts_it_in_force(void **state)
{
    scene *s = *state;
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    assert_false(s->made.in_force);
    steps(s, 200);
    assert_int_equal(version_at(s, A), 2);
    assert_int_equal(proposals_at(s, A), 1);
    assert_int_equal(proposals_at(s, B), 1); /* it came over the link */
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    assert_true(s->made.in_force);
    assert_true(sim_do(&s->net, &s->net.nodes[D], join, s));
    steps(s, 500);
    for (int i = A; i < NODES; i++)
        assert_int_equal(version_at(s, i), 3);
    assert_int_equal(proposals_at(s, A), 0);
}

static void signatures_come_together_whichever_way_they_travel(void **state)
{
    scene *s = *state;
    const toc_amend_step third = step(s, TOC_AMEND_ROLE, C, TOC_ROLE_ADMIN);
    ASSERT_SAYS(propose_at(s, A, &third, 1, 3), TOC_OK);
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    steps(s, 300);
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    /* B and C each get A's file; then C gets what B made of it. */
    TOC_AUTO(toc_buf_wipe) toc_buf of_a = {0};
    toc_buf_add_span(&of_a, toc_buf_view(&s->bytes));
    ASSERT_SAYS(endorse_at(s, C), TOC_OK);
    assert_false(s->made.in_force);
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    assert_false(s->made.in_force);
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_proposal kept;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[B].log, &txn, &err));
    TOC_CHECK_OK(toc_log_proposal_get(txn, &s->circle, &s->hash, &kept, &err));
    toc_buf_clear(&s->bytes);
    toc_buf_add_span(&s->bytes, kept.signed_charter);
    ASSERT_SAYS(endorse_at(s, C), TOC_OK);
    assert_true(s->made.in_force);
    steps(s, 300);
    for (int i = A; i <= C; i++)
        assert_int_equal(version_at(s, i), 4);
}

/* ---- one body of a version ---- */

static void a_node_signs_one_charter_of_a_version_also_after_a_restart(void **state)
{
    scene *s = *state;
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER),
                         other = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK); /* the same again is the same */
    ASSERT_SAYS(propose_at(s, A, &other, 1, 0), TOC_STATE);
    s->anew = true;
    ASSERT_SAYS(propose_at(s, A, &other, 1, 0), TOC_STATE);
    s->anew = false;
    /* Nor does it endorse another one. */
    ASSERT_SAYS(propose_at(s, B, &other, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(s, A), TOC_STATE);
    assert_non_null(strstr(s->why.text, "signs one only"));
    assert_int_equal(version_at(s, A), 2);
}

static void a_dry_run_signs_nothing(void **state)
{
    scene *s = *state;
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER),
                         other = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    s->dry_run = true;
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter drafted;
    toc_err err;
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&s->bytes), arena, &drafted, &err));
    assert_int_equal(drafted.signature_count, 0);
    assert_true(toc_charter_hash_equal(&drafted.hash, &s->made.hash));
    s->dry_run = false;
    ASSERT_SAYS(propose_at(s, A, &other, 1, 0), TOC_OK);
}

/* ---- refused ---- */

static void only_admins_propose_and_endorse(void **state)
{
    scene *s = *state;
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(s, C, &admit, 1, 0), TOC_DENIED);
    ASSERT_SAYS(propose_at(s, D, &admit, 1, 0), TOC_STATE);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(s, C), TOC_DENIED);
}

static void only_what_was_shown_is_signed(void **state)
{
    scene *s = *state;
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    s->hash.bytes[0] ^= 1;
    ASSERT_SAYS(endorse_at(s, B), TOC_DENIED);
    s->hash.bytes[0] ^= 1;
    s->bytes.data[s->bytes.size - 1] ^= 1; /* A's signature */
    ASSERT_SAYS(endorse_at(s, B), TOC_SIGNATURE);
    toc_buf_clear(&s->bytes);
    ASSERT_SAYS(endorse_at(s, B), TOC_NOT_FOUND); /* it is not kept here */
}

static void a_proposal_that_was_overtaken_is_not_signed(void **state)
{
    scene *s = *state;
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    TOC_AUTO(toc_buf_wipe) toc_buf old = {0};
    toc_buf_add_span(&old, toc_buf_view(&s->bytes));
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    steps(s, 300);
    ASSERT_SAYS(endorse_at(s, B), TOC_DENIED);
    assert_int_equal(proposals_at(s, B), 0);
}

static void a_charter_that_names_an_unknown_card_is_not_signed(void **state)
{
    scene *s = *state;
    assert_true(sim_rotate(&s->net, &s->net.nodes[D], TOC_CHANGE_COSIGN, false, false));
    tell_card(s, D, A);
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(s, B), TOC_STATE);
    assert_non_null(strstr(s->why.text, "tocsin peer add"));
}

/* ---- who leaves ---- */

static void who_was_removed_gets_no_key_for_what_is_written_after(void **state)
{
    scene *s = *state;
    uint32_t before, after;
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_record, s));
    steps(s, 300);
    assert_true(reads_newest(s, B, &before));
    assert_true(reads_newest(s, C, &before));
    const toc_amend_step remove = step(s, TOC_AMEND_REMOVE, C, 0);
    ASSERT_SAYS(propose_at(s, A, &remove, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    steps(s, 300);
    assert_int_equal(version_at(s, A), 3);
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_record, s));
    steps(s, 500);
    assert_true(reads_newest(s, B, &after));
    assert_true(after > before);
    assert_false(reads_newest(s, C, &after));
}

/* The feeds of C as a charter without it closes them, drafted by A; `forge` changes the first. */
static void draft_removal(scene *s, void (*forge)(const scene *s, const toc_feed_name *feed,
                                                  toc_charter_pin *pin))
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter draft;
    const toc_amend_step remove = step(s, TOC_AMEND_REMOVE, C, 0);
    s->dry_run = true;
    ASSERT_SAYS(propose_at(s, A, &remove, 1, 0), TOC_OK);
    s->dry_run = false;
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&s->bytes), arena, &draft, &err));
    assert_int_equal(draft.pin_count, 3);
    toc_charter_pin pins[3];
    memcpy(pins, draft.pins, sizeof pins);
    draft.pins = pins;
    const toc_feed_name feed = {.circle = draft.circle,
                                .org = pins[0].org,
                                .generation = pins[0].generation,
                                .lane = pins[0].lane};
    forge(s, &feed, &pins[0]);
    TOC_CHECK_OK(toc_charter_write(&draft, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &s->hash);
    toc_buf_clear(&s->bytes);
    toc_charter_join(toc_buf_view(&body), NULL, 0, &s->bytes);
}

static void forge_root(const scene *s, const toc_feed_name *feed, toc_charter_pin *pin)
{
    (void)s;
    (void)feed;
    pin->root.bytes[0] ^= 1;
}

/* With C's own key, over another past. */
static void forge_past(const scene *s, const toc_feed_name *feed, toc_charter_pin *pin)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    const toc_hash root = {{9}};
    toc_verify_key signer;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[C].log, &txn, &err));
    TOC_CHECK_OK(toc_log_own_key(txn, TOC_OWN_SIGN, &key, &err));
    toc_sign_public(key, &signer);
    TOC_CHECK_OK(toc_checkpoint_sign(feed, pin->size, &root, key, &note, &err));
    TOC_CHECK_OK(toc_pin_of(feed, toc_buf_view(&note), &signer, pin, &err));
}

static void leave_alone(const scene *s, const toc_feed_name *feed, toc_charter_pin *pin)
{
    (void)s;
    (void)feed;
    (void)pin;
}

static void nobody_signs_an_end_that_its_author_did_not_or_that_another_past_leads_to(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[C], write_record, s));
    steps(s, 300);
    draft_removal(s, forge_root);
    ASSERT_SAYS(endorse_at(s, B), TOC_SIGNATURE);
    draft_removal(s, forge_past);
    ASSERT_SAYS(endorse_at(s, B), TOC_STATE);
    draft_removal(s, leave_alone);
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
}

static void a_member_who_becomes_a_relay_reads_no_more(void **state)
{
    scene *s = *state;
    uint32_t before, after;
    assert_true(reads_newest(s, C, &before));
    const toc_amend_step demote = step(s, TOC_AMEND_ROLE, C, TOC_ROLE_RELAY);
    ASSERT_SAYS(propose_at(s, A, &demote, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    steps(s, 300);
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_record, s));
    steps(s, 500);
    assert_int_equal(version_at(s, C), 3);
    assert_false(reads_newest(s, C, &after));
    assert_true(after > before);
}

/* ---- two of one version ---- */

static toc_secret *officer_of(const scene *s, int node)
{
    toc_err err;
    toc_secret *officer = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_own_key(txn, TOC_OWN_OFFICER, &officer, &err));
    return officer;
}

static toc_code hear(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const scene *s = context;
    toc_hash key;
    memcpy(key.bytes, s->hash.bytes, sizeof key.bytes);
    if (s->bytes.size > 0)
        TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&s->bytes), err));
    return toc_roll_heard(engine, txn, 0, &s->circle, &key, now, err);
}

/* What A and B would never sign both, told to A while another one is in force: C is removed. */
static void tell_rival(scene *s, size_t signers)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter before, rival;
    toc_charter_signature signatures[2];
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[A].log, &txn, &err));
    TOC_CHECK_OK(toc_log_charter_of(txn, &s->circle, arena, &before, &err));
    const toc_amend_step gone = step(s, TOC_AMEND_REMOVE, C, 0);
    const toc_amendment amendment = {.step_count = 1, .steps = &gone};
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    TOC_CHECK_OK(toc_charter_amend(&before, &amendment, &cards, arena, &rival, &err));
    TOC_CHECK_OK(toc_charter_write(&rival, &body, &err));
    /* Meanwhile the other one of that version comes into force. */
    const toc_amend_step admit = step(s, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(s, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(s, B), TOC_OK);
    steps(s, 300);
    assert_int_equal(version_at(s, A), 3);
    toc_charter_hash_of(toc_buf_view(&body), &s->hash);
    for (int i = 0; i < 2; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *officer = officer_of(s, i);
        toc_charter_sign(&s->hash, &s->net.nodes[i].org, officer, &signatures[i]);
    }
    toc_buf_clear(&s->bytes);
    toc_charter_join(toc_buf_view(&body), signatures, signers, &s->bytes);
    assert_true(sim_do(&s->net, &s->net.nodes[A], hear, s));
}

static toc_code choose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    (void)err;
    scene *s = context;
    s->said = toc_engine_circle_choose(engine, txn, &s->circle, &s->hash, now, &s->why);
    return TOC_OK;
}

static toc_log_circle circle_at(const scene *s, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &s->circle, &circle, &err));
    return circle;
}

static uint64_t told_of(const scene *s, int node, toc_refusal reason)
{
    uint64_t count = 0;
    const toc_engine *engine = s->net.nodes[node].engine;
    for (size_t i = 0; i < toc_engine_peer_count(engine); i++) {
        toc_peer_state peer;
        toc_engine_peer_at(engine, i, &peer);
        count += peer.refused[reason];
    }
    return count;
}

static toc_code choose_at(scene *s, int node, const toc_charter_hash *hash)
{
    s->hash = *hash;
    assert_true(sim_do(&s->net, &s->net.nodes[node], choose, s));
    return s->said;
}

static void of_two_valid_charters_the_first_holds_and_only_readers_of_both_get_keys(void **state)
{
    scene *s = *state;
    uint32_t before, epoch;
    reads_newest(s, B, &before);
    tell_rival(s, 2);
    toc_log_circle now = circle_at(s, A);
    assert_true(now.contested);
    assert_int_equal(now.version, 3);
    assert_false(toc_charter_hash_equal(&now.charter, &s->hash));
    assert_int_equal(told_of(s, A, TOC_REFUSE_TWO_CHARTERS), 1);
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_record, s));
    steps(s, 400);
    assert_true(reads_newest(s, B, &epoch));
    assert_true(epoch > before);
    assert_false(reads_newest(s, C, &epoch));
    const toc_amend_step more = step(s, TOC_AMEND_ROLE, C, TOC_ROLE_RELAY);
    ASSERT_SAYS(propose_at(s, A, &more, 1, 0), TOC_STATE);
    /* Told again it is no news; chosen is what is in force: C reads again. */
    assert_int_equal(told_of(s, A, TOC_REFUSE_TWO_CHARTERS), 1);
    ASSERT_SAYS(choose_at(s, A, &now.charter), TOC_OK);
    assert_false(circle_at(s, A).contested);
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_record, s));
    steps(s, 400);
    assert_true(reads_newest(s, C, &epoch));
}

static toc_code write_red(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const scene *s = context;
    const toc_statement red = {.tlp = TOC_TLP_RED};
    const toc_addressees to = {.marking = &red}, *named = &to;
    toc_span record = toc_span_text("what a record says is nothing to the engine");
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_ALERT, &record, &named, 1, now, NULL,
                            err);
}

/* A's newest alert, with the seal keys of `node`. */
static toc_code open_newest(const scene *s, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *own = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_log_seals_wipe) toc_log_seals seals = {0};
    toc_feed_name name = {.circle = s->circle,
                          .org = s->net.nodes[A].org,
                          .lane = TOC_LANE_ALERT,
                          .generation = circle_at(s, A).generation};
    toc_feed_id id;
    toc_log_feed feed;
    toc_span entry;
    toc_opened opened;
    toc_addressed inner;
    static uint8_t plain[TOC_ENTRY_BYTES_MAX], text[TOC_ENTRY_BYTES_MAX];
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[A].log, &own, &err));
    TOC_CHECK_OK(toc_log_feed_find(own, &id, &feed, &err));
    uint64_t index = feed.frontier.size - 1;
    TOC_CHECK_OK(toc_log_entry(own, feed.number, index, &entry, &err));
    TOC_CHECK_OK(toc_log_sender_key(own, &name, feed.judge.epoch, &key, &err));
    TOC_CHECK_OK(toc_entry_open(&id, index, entry, key, plain, &opened, &err));
    assert_true(toc_addressed_is(opened.record));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_seals_read(txn, &seals, &err));
    assert_true(seals.count > 0);
    return toc_addressed_open(&id, index, opened.record, seals.keys[0], text, &inner, &err);
}

/* Whoever has the sender key all the same, from a reader who passed it on, finds no box. */
static void while_it_is_contested_nothing_is_sealed_to_who_reads_in_one_branch(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_red, s));
    assert_int_equal(open_newest(s, C), TOC_OK);
    tell_rival(s, 2);
    assert_true(circle_at(s, A).contested);
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_red, s));
    assert_int_equal(open_newest(s, A), TOC_OK);
    assert_int_equal(open_newest(s, B), TOC_OK);
    assert_int_equal(open_newest(s, C), TOC_NOT_FOUND);
    assert_int_equal(open_newest(s, D), TOC_NOT_FOUND);
}

static void the_operator_chooses_the_other_branch(void **state)
{
    scene *s = *state;
    uint32_t epoch;
    tell_rival(s, 2);
    toc_charter_hash rival = s->hash, first = circle_at(s, A).charter, none = {{1}};
    ASSERT_SAYS(choose_at(s, A, &none), TOC_NOT_FOUND);
    ASSERT_SAYS(choose_at(s, A, &rival), TOC_OK);
    toc_log_circle now = circle_at(s, A);
    assert_false(now.contested);
    assert_true(toc_charter_hash_equal(&now.charter, &rival));
    ASSERT_SAYS(choose_at(s, A, &first), TOC_STATE); /* there is no choice any more */
    toc_buf_clear(&s->bytes);
    s->hash = first;
    assert_true(sim_do(&s->net, &s->net.nodes[A], hear, s));
    assert_false(circle_at(s, A).contested); /* what was declined is no news */
    assert_true(sim_do(&s->net, &s->net.nodes[A], write_record, s));
    steps(s, 500);
    assert_false(reads_newest(s, C, &epoch));
    /* B hears of it from A, and stays where it is. */
    assert_true(circle_at(s, B).contested);
    toc_log_circle there = circle_at(s, B);
    assert_true(toc_charter_hash_equal(&there.charter, &first));
}

static void a_charter_without_a_quorum_contests_nothing(void **state)
{
    scene *s = *state;
    tell_rival(s, 1);
    assert_false(circle_at(s, A).contested);
    assert_int_equal(told_of(s, A, TOC_REFUSE_TWO_CHARTERS), 0);
    assert_int_equal(told_of(s, A, TOC_REFUSE_ROLL), 1);
    toc_charter_hash first = circle_at(s, A).charter;
    ASSERT_SAYS(choose_at(s, A, &first), TOC_STATE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(what_one_of_two_admins_signed_waits_and_the_second_puts_it_in_force),
        TEST(signatures_come_together_whichever_way_they_travel),
        TEST(a_node_signs_one_charter_of_a_version_also_after_a_restart),
        TEST(a_dry_run_signs_nothing),
        TEST(only_admins_propose_and_endorse),
        TEST(only_what_was_shown_is_signed),
        TEST(a_proposal_that_was_overtaken_is_not_signed),
        TEST(a_charter_that_names_an_unknown_card_is_not_signed),
        TEST(who_was_removed_gets_no_key_for_what_is_written_after),
        TEST(nobody_signs_an_end_that_its_author_did_not_or_that_another_past_leads_to),
        TEST(a_member_who_becomes_a_relay_reads_no_more),
        TEST(of_two_valid_charters_the_first_holds_and_only_readers_of_both_get_keys),
        TEST(while_it_is_contested_nothing_is_sealed_to_who_reads_in_one_branch),
        TEST(the_operator_chooses_the_other_branch),
        TEST(a_charter_without_a_quorum_contests_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
