/* A circle that changes its charter together, over the simulated network: proposals, votes, members
 * who leave. */
#include "tests/unit/node/voting.h"

static toc_code count_one(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    (void)proposal;
    (void)err;
    ++*(size_t *)context;
    return TOC_OK;
}

static size_t proposals_at(const voting *v, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    size_t count = 0;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_proposals(txn, count_one, &count, &err));
    return count;
}

/* ---- together ---- */

static void what_one_of_two_admins_signed_waits_and_the_second_puts_it_in_force(void **state)
{
    voting *v = *state;
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    assert_false(v->made.in_force);
    run(v, 200);
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION);
    assert_int_equal(proposals_at(v, A), 1);
    assert_int_equal(proposals_at(v, B), 1); /* it came over the link */
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    assert_true(v->made.in_force);
    join_at(v, D);
    run(v, 500);
    for (int i = A; i < VOTERS; i++)
        assert_int_equal(circle_at(v, i).version, FIRST_VERSION + 1);
    assert_int_equal(proposals_at(v, A), 0);
}

static void signatures_come_together_whichever_way_they_travel(void **state)
{
    voting *v = *state;
    const toc_amend_step third = step(v, TOC_AMEND_ROLE, C, TOC_ROLE_ADMIN);
    ASSERT_SAYS(propose_at(v, A, &third, 1, 3), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    run(v, 300);
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    /* B and C each get A's file; then C gets what B made of it. */
    ASSERT_SAYS(endorse_at(v, C), TOC_OK);
    assert_false(v->made.in_force);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    assert_false(v->made.in_force);
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_proposal kept;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[B].log, &txn, &err));
    TOC_CHECK_OK(toc_log_proposal_get(txn, &v->s->circle, &v->hash, &kept, &err));
    toc_buf_clear(&v->bytes);
    toc_buf_add_span(&v->bytes, kept.signed_charter);
    ASSERT_SAYS(endorse_at(v, C), TOC_OK);
    assert_true(v->made.in_force);
    run(v, 300);
    for (int i = A; i <= C; i++)
        assert_int_equal(circle_at(v, i).version, FIRST_VERSION + 2);
}

/* ---- one body of a version ---- */

static void a_node_signs_one_charter_of_a_version_also_after_a_restart(void **state)
{
    voting *v = *state;
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER),
                         other = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK); /* the same again is the same */
    ASSERT_SAYS(propose_at(v, A, &other, 1, 0), TOC_STATE);
    v->anew = true;
    ASSERT_SAYS(propose_at(v, A, &other, 1, 0), TOC_STATE);
    v->anew = false;
    /* Nor does it endorse another one. */
    ASSERT_SAYS(propose_at(v, B, &other, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, A), TOC_STATE);
    assert_non_null(strstr(v->why.text, "signs one only"));
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION);
}

static void a_dry_run_signs_nothing(void **state)
{
    voting *v = *state;
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER),
                         other = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_MEMBER);
    v->dry_run = true;
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter drafted;
    toc_err err;
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&v->bytes), arena, &drafted, &err));
    assert_int_equal(drafted.signature_count, 0);
    assert_true(toc_charter_hash_equal(&drafted.hash, &v->made.hash));
    v->dry_run = false;
    ASSERT_SAYS(propose_at(v, A, &other, 1, 0), TOC_OK);
}

/* ---- refused ---- */

static void only_admins_propose_and_endorse(void **state)
{
    voting *v = *state;
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(v, C, &admit, 1, 0), TOC_DENIED);
    ASSERT_SAYS(propose_at(v, D, &admit, 1, 0), TOC_STATE);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, C), TOC_DENIED);
}

static void only_what_was_shown_is_signed(void **state)
{
    voting *v = *state;
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    v->hash.bytes[0] ^= 1;
    ASSERT_SAYS(endorse_at(v, B), TOC_DENIED);
    v->hash.bytes[0] ^= 1;
    v->bytes.data[v->bytes.size - 1] ^= 1; /* A's signature */
    ASSERT_SAYS(endorse_at(v, B), TOC_SIGNATURE);
    toc_buf_clear(&v->bytes);
    ASSERT_SAYS(endorse_at(v, B), TOC_NOT_FOUND); /* it is not kept here */
}

static void a_proposal_that_was_overtaken_is_not_signed(void **state)
{
    voting *v = *state;
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    run(v, 300);
    ASSERT_SAYS(endorse_at(v, B), TOC_DENIED);
    assert_int_equal(proposals_at(v, B), 0);
}

static void tell_card(voting *v, int of, int to)
{
    copy_card(v->s, &v->s->net.nodes[of]);
    assert_true(sim_do(&v->s->net, &v->s->net.nodes[to], add_peer, v->s));
}

static void a_charter_that_names_an_unknown_card_is_not_signed(void **state)
{
    voting *v = *state;
    assert_true(sim_rotate(&v->s->net, &v->s->net.nodes[D], TOC_CHANGE_COSIGN, false, false));
    tell_card(v, D, A);
    const toc_amend_step admit = step(v, TOC_AMEND_ADMIT, D, TOC_ROLE_OBSERVER);
    ASSERT_SAYS(propose_at(v, A, &admit, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_STATE);
    assert_non_null(strstr(v->why.text, "tocsin peer add"));
}

/* ---- who leaves ---- */

static void who_was_removed_gets_no_key_for_what_is_written_after(void **state)
{
    voting *v = *state;
    uint32_t before, after;
    write_at(v, A);
    run(v, 300);
    assert_true(reads_newest(v, B, &before));
    assert_true(reads_newest(v, C, &before));
    const toc_amend_step remove = step(v, TOC_AMEND_REMOVE, C, 0);
    ASSERT_SAYS(propose_at(v, A, &remove, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    run(v, 300);
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION + 1);
    write_at(v, A);
    run(v, 500);
    assert_true(reads_newest(v, B, &after));
    assert_true(after > before);
    assert_false(reads_newest(v, C, &after));
}

/* The feeds of C as a charter without it closes them, drafted by A and signed by so many of A and
 * B; `forge` changes the first. */
static void draft_removal(voting *v, size_t signers,
                          void (*forge)(const voting *v, const toc_feed_name *feed,
                                        toc_charter_pin *pin))
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter draft;
    const toc_amend_step remove = step(v, TOC_AMEND_REMOVE, C, 0);
    v->dry_run = true;
    ASSERT_SAYS(propose_at(v, A, &remove, 1, 0), TOC_OK);
    v->dry_run = false;
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&v->bytes), arena, &draft, &err));
    assert_int_equal(draft.pin_count, 3);
    toc_charter_pin pins[3];
    memcpy(pins, draft.pins, sizeof pins);
    draft.pins = pins;
    const toc_feed_name feed = {.circle = draft.circle,
                                .org = pins[0].org,
                                .generation = pins[0].generation,
                                .lane = pins[0].lane};
    forge(v, &feed, &pins[0]);
    TOC_CHECK_OK(toc_charter_write(&draft, &body, &err));
    sign_body(v, toc_buf_view(&body), signers);
}

static void forge_root(const voting *v, const toc_feed_name *feed, toc_charter_pin *pin)
{
    (void)v;
    (void)feed;
    pin->root.bytes[0] ^= 1;
}

/* With C's own key, over another past. */
static void forge_past(const voting *v, const toc_feed_name *feed, toc_charter_pin *pin)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    const toc_hash root = {{9}};
    toc_verify_key signer;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[C].log, &txn, &err));
    TOC_CHECK_OK(toc_log_own_key(txn, TOC_OWN_SIGN, &key, &err));
    toc_sign_public(key, &signer);
    TOC_CHECK_OK(toc_checkpoint_sign(feed, pin->size, &root, key, &note, &err));
    TOC_CHECK_OK(toc_pin_of(feed, toc_buf_view(&note), &signer, pin, &err));
}

static void leave_alone(const voting *v, const toc_feed_name *feed, toc_charter_pin *pin)
{
    (void)v;
    (void)feed;
    (void)pin;
}

static void nobody_signs_an_end_that_its_author_did_not_or_that_another_past_leads_to(void **state)
{
    voting *v = *state;
    write_at(v, C);
    run(v, 300);
    draft_removal(v, 0, forge_root);
    ASSERT_SAYS(endorse_at(v, B), TOC_SIGNATURE);
    draft_removal(v, 0, forge_past);
    ASSERT_SAYS(endorse_at(v, B), TOC_STATE);
    draft_removal(v, 0, leave_alone);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
}

/* Whoever signed it all the same: what is stored is not what the author says there. */
static void a_pin_that_another_past_leads_to_is_its_authors_fork(void **state)
{
    voting *v = *state;
    write_at(v, C);
    run(v, 300);
    draft_removal(v, 2, forge_past);
    assert_int_equal(refused(v->s, B, C, TOC_REFUSE_FORK), 0);
    at(v, B, hear);
    assert_int_equal(circle_at(v, B).version, FIRST_VERSION + 1);
    assert_int_equal(refused(v->s, B, C, TOC_REFUSE_FORK), 1);
}

/* ---- other circles ---- */

/* A circle that the operator joined and of which nobody has told yet: there a chain is judged from
 * its first charter on. */
static void a_charter_of_another_circle_brings_no_older_one_back(void **state)
{
    voting *v = *state;
    scene *s = v->s;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter now;
    toc_hash older;
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    charter_at(s, A, arena, &now);
    memcpy(older.bytes, now.previous.bytes, sizeof older.bytes);
    toc_circle_id circle = s->circle;
    memset(s->circle.bytes, 0xEE, sizeof s->circle.bytes);
    join_at(v, A);
    const toc_message news = {.kind = TOC_MSG_NEWS,
                              .as.news = {.circle = s->circle, .roll_count = 1, .roll = &older}};
    say(s, C, A, &news);
    run(v, 300);
    s->circle = circle;
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION);
}

static void a_member_who_becomes_a_relay_reads_no_more(void **state)
{
    voting *v = *state;
    uint32_t before, after;
    assert_true(reads_newest(v, C, &before));
    const toc_amend_step demote = step(v, TOC_AMEND_ROLE, C, TOC_ROLE_RELAY);
    ASSERT_SAYS(propose_at(v, A, &demote, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    run(v, 300);
    write_at(v, A);
    run(v, 500);
    assert_int_equal(circle_at(v, C).version, FIRST_VERSION + 1);
    assert_false(reads_newest(v, C, &after));
    assert_true(after > before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_voting, tear_down_voting)
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
        TEST(a_pin_that_another_past_leads_to_is_its_authors_fork),
        TEST(a_charter_of_another_circle_brings_no_older_one_back),
        TEST(a_member_who_becomes_a_relay_reads_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
