/* One card after another: rotation, gaps, foreign orgs, keys that come back. */
#include "tests/support/vectors.h"
#include "tests/unit/roll/fixture.h"

/* The published cards: 1, 2 and the rotation 3 of one org, then one of another. */
static void cards_made_elsewhere_follow_one_another(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("roll-signed.txt", 6);
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card cards[4];
    for (size_t i = 0; i < TOC_COUNT(cards); i++) {
        toc_span bytes = toc_vector_hex(toc_vectors_at(vectors, i), "signed");
        assert_code(toc_card_open(bytes, arena, &cards[i], NULL), TOC_OK);
    }
    assert_code(toc_card_follows(&cards[0], &cards[1], NULL), TOC_OK);
    assert_code(toc_card_follows(&cards[1], &cards[2], NULL), TOC_OK);
    assert_memory_not_equal(&cards[1].root, &cards[2].root, 32);
    assert_code(toc_card_follows(&cards[0], &cards[2], NULL), TOC_STATE);
    assert_code(toc_card_follows(&cards[0], &cards[3], NULL), TOC_DENIED);
}

static toc_card second_card(const toc_card *first, toc_arena *arena)
{
    draft next;
    draft_next("a", first, &next);
    return signed_card(&next, "root 1", NULL, arena);
}

static toc_card rotated_card(const toc_card *current, toc_arena *arena)
{
    draft next;
    draft_next("a", current, &next);
    draft_root(&next, 2);
    add_retired(&next, "root 1", 1767225600000);
    return signed_card(&next, "root 2", "root 1", arena);
}

static void a_card_under_the_same_root_follows(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    toc_card second = second_card(&first, arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_OK);
    toc_card third = second_card(&second, arena);
    assert_code(toc_card_follows(&second, &third, NULL), TOC_OK);
}

static void a_rotation_to_the_committed_root_signed_by_both_follows(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    toc_card second = rotated_card(&first, arena);
    assert_true(toc_org_id_equal(&first.org, &second.org));
    assert_code(toc_card_follows(&first, &second, NULL), TOC_OK);
    draft next;
    draft_next("a", &second, &next);
    draft_root(&next, 3);
    toc_card third = signed_card(&next, "root 3", "root 2", arena);
    assert_code(toc_card_follows(&second, &third, NULL), TOC_OK);
}

static void a_rotation_without_the_previous_roots_signature_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    draft_root(&next, 2);
    /* As its author may make it: a body that speaks of no rotation. It opens, alone, and does not
     * follow. */
    toc_card second = signed_card(&next, "root 2", NULL, arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_SIGNATURE);
}

static void a_rotation_signed_by_another_previous_root_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    draft_root(&next, 2);
    toc_card second = signed_card(&next, "root 2", "root 7", arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_SIGNATURE);
}

static void a_rotation_to_a_root_that_was_not_committed_to_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    draft_root(&next, 3);
    toc_card second = signed_card(&next, "root 3", "root 1", arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_SIGNATURE);
}

static void a_commitment_changes_only_in_a_rotation(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    toc_verify_key thief = key_named("a", "a thief's root");
    toc_next_root_of(&thief, &next.card.next_root);
    toc_card second = signed_card(&next, "root 1", NULL, arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_SIGNATURE);
}

static void a_rotation_that_keeps_the_root_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    toc_card second = signed_card(&next, "root 1", "root 7", arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_SIGNATURE);
}

static void a_serial_that_jumps_asks_for_the_cards_in_between(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    next.card.serial = 3;
    toc_card third = signed_card(&next, "root 1", NULL, arena);
    assert_code(toc_card_follows(&first, &third, NULL), TOC_STATE);
    next.card.serial = UINT64_MAX;
    toc_card last = signed_card(&next, "root 1", NULL, arena);
    assert_code(toc_card_follows(&first, &last, NULL), TOC_STATE);
    assert_code(toc_card_follows(&last, &first, NULL), TOC_DENIED);
}

static void a_serial_that_is_not_newer_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    toc_card second = second_card(&first, arena);
    assert_code(toc_card_follows(&second, &first, NULL), TOC_DENIED);
    assert_code(toc_card_follows(&second, &second, NULL), TOC_DENIED);
}

static void a_card_that_follows_another_card_of_the_serial_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft twin;
    draft_first("a", &twin);
    twin.card.name = toc_span_text("the twin");
    toc_card other = signed_card(&twin, "root 1", NULL, arena);
    toc_card second = second_card(&other, arena);
    assert_code(toc_card_follows(&other, &second, NULL), TOC_OK);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_SIGNATURE);
}

/* A stranger may write any org id on a card of serial 2; the chain is what refuses it. */
static void a_card_of_another_org_does_not_follow(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("b", &first, &next);
    toc_card foreign = signed_card(&next, "root 1", NULL, arena);
    assert_code(toc_card_follows(&first, &foreign, NULL), TOC_DENIED);
    next.card.org = first.org;
    next.card.sign_proof = proof_named(&first.org, "b", "sign");
    next.card.cosign_proof = proof_named(&first.org, "b", "cosign");
    next.officers[0].proof = proof_named(&first.org, "b", "officer 1");
    next.officers[1].proof = proof_named(&first.org, "b", "officer 2");
    toc_card usurper = signed_card(&next, "root 1", NULL, arena);
    assert_true(toc_org_id_equal(&usurper.org, &first.org));
    assert_code(toc_card_follows(&first, &usurper, NULL), TOC_SIGNATURE);
}

static void a_retired_key_does_not_come_back(void **state)
{
    (void)state;
    static const char *const keys[] = {"old sign", "old officer"};
    for (size_t i = 0; i < TOC_COUNT(keys); i++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
        draft from;
        draft_first("a", &from);
        add_retired(&from, "old sign", 1767225600000);
        add_retired(&from, "old officer", 1767225600000);
        toc_card first = signed_card(&from, "root 1", NULL, arena);
        draft next;
        draft_next("a", &first, &next);
        toc_card second = signed_card(&next, "root 1", NULL, arena);
        assert_code(toc_card_follows(&first, &second, NULL), TOC_OK);
        if (i == 0) {
            next.card.sign = key_named("a", keys[i]);
            next.card.sign_proof = proof_named(&first.org, "a", keys[i]);
        } else {
            add_officer(&next, 3, keys[i], TOC_SCOPE_SUBMIT);
        }
        second = signed_card(&next, "root 1", NULL, arena);
        assert_code(toc_card_follows(&first, &second, NULL), TOC_DENIED);
    }
}

static void an_officers_number_does_not_go_to_another_key(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card first = first_card("a", arena);
    draft next;
    draft_next("a", &first, &next);
    next.card.officer_count = 1;
    add_officer(&next, 3, "officer 3", TOC_SCOPE_SUBMIT);
    toc_card second = signed_card(&next, "root 1", NULL, arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_OK);
    draft_next("a", &first, &next);
    next.card.officer_count = 1;
    add_officer(&next, 2, "officer 3", TOC_SCOPE_SUBMIT);
    second = signed_card(&next, "root 1", NULL, arena);
    assert_code(toc_card_follows(&first, &second, NULL), TOC_DENIED);
}

/* --- proving an org --- */

enum { CHAIN_MAX = 6 };

typedef struct shelf {
    size_t count;
    toc_card cards[CHAIN_MAX];
    toc_code broken;
    bool lies; /* gives the first card whatever is asked for */
} shelf;

static toc_code look_up(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    const shelf *from = context;
    if (from->broken != TOC_OK)
        return toc_fail(err, from->broken, "the shelf is broken");
    for (size_t i = 0; i < from->count; i++) {
        if (from->lies || toc_card_hash_equal(&from->cards[i].hash, hash)) {
            *out = from->cards[i];
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_NOT_FOUND, "no such card");
}

/* Cards 1 to 5 of org a, the third a rotation. */
static void fill_shelf(shelf *out, toc_arena *arena)
{
    memset(out, 0, sizeof *out);
    out->cards[0] = first_card("a", arena);
    out->cards[1] = second_card(&out->cards[0], arena);
    out->cards[2] = rotated_card(&out->cards[1], arena);
    for (size_t i = 3; i < 5; i++) {
        draft next;
        draft_next("a", &out->cards[i - 1], &next);
        draft_root(&next, 2);
        out->cards[i] = signed_card(&next, "root 2", NULL, arena);
    }
    out->count = 5;
}

static toc_code prove(shelf *from, const toc_card *card, const toc_card *known,
                      toc_card_hash *out_missing)
{
    toc_card_source source = {.context = from, .card = look_up};
    return toc_card_prove(card, known, &source, out_missing, NULL);
}

static void a_chain_to_the_first_card_proves_every_card_on_it(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    shelf cards;
    toc_card_hash missing;
    fill_shelf(&cards, arena);
    for (size_t i = 0; i < cards.count; i++) {
        for (size_t known = 0; known < cards.count; known++)
            assert_code(prove(&cards, &cards.cards[i], &cards.cards[known], &missing), TOC_OK);
        assert_code(prove(&cards, &cards.cards[i], NULL, &missing), TOC_OK);
    }
}

/* What anybody can make: a card of serial 2 that claims org a. */
static void a_card_that_claims_an_org_is_not_its_card(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    shelf cards;
    toc_card_hash missing;
    fill_shelf(&cards, arena);
    for (size_t i = 0; i < 3; i++) {
        draft next;
        draft_next("b", &cards.cards[i], &next);
        next.card.org = cards.cards[0].org;
        next.card.officer_count = 0;
        next.card.sign_proof = proof_named(&next.card.org, "b", "sign");
        next.card.cosign_proof = proof_named(&next.card.org, "b", "cosign");
        toc_card usurper = signed_card(&next, "root 1", NULL, arena);
        assert_code(prove(&cards, &usurper, NULL, &missing), TOC_SIGNATURE);
        assert_code(prove(&cards, &usurper, &cards.cards[1], &missing), TOC_SIGNATURE);
        /* Nor is one that follows it. */
        cards.cards[5] = usurper;
        cards.count = 6;
        draft_next("b", &usurper, &next);
        next.card.org = cards.cards[0].org;
        next.card.officer_count = 0;
        next.card.sign_proof = proof_named(&next.card.org, "b", "sign");
        next.card.cosign_proof = proof_named(&next.card.org, "b", "cosign");
        toc_card follower = signed_card(&next, "root 1", NULL, arena);
        assert_code(prove(&cards, &follower, NULL, &missing), TOC_SIGNATURE);
        cards.count = 5;
    }
}

static void a_card_missing_on_the_way_is_named(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    shelf cards;
    toc_card_hash missing = {{0}};
    fill_shelf(&cards, arena);
    toc_card gone = cards.cards[1];
    cards.cards[1] = cards.cards[0];
    assert_code(prove(&cards, &cards.cards[4], NULL, &missing), TOC_NOT_FOUND);
    assert_true(toc_card_hash_equal(&missing, &gone.hash));
    /* What was proven before need not be walked again. */
    assert_code(prove(&cards, &cards.cards[4], &cards.cards[2], &missing), TOC_OK);
    assert_code(prove(&cards, &cards.cards[4], &gone, &missing), TOC_OK);
    cards.broken = TOC_IO;
    assert_code(prove(&cards, &cards.cards[4], NULL, &missing), TOC_IO);
}

static void a_source_that_gives_another_card_proves_nothing(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    shelf cards;
    toc_card_hash missing;
    fill_shelf(&cards, arena);
    cards.lies = true;
    assert_code(prove(&cards, &cards.cards[4], NULL, &missing), TOC_STATE);
    assert_code(prove(&cards, &cards.cards[1], NULL, &missing), TOC_OK);
}

/* Cards without end: each asks for one of a serial lower by one, which is made on the spot. */
static toc_code endless(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    (void)err;
    toc_card *made = context;
    made->serial--;
    made->hash = *hash;
    made->previous.bytes[0]++;
    *out = *made;
    return TOC_OK;
}

static void a_chain_has_a_limit(void **state)
{
    (void)state;
    for (uint64_t over = 0; over < 2; over++) {
        toc_card card = {.serial = TOC_CARD_CHAIN_MAX + 1 + over, .previous = {{1}}}, made = card;
        toc_card_source source = {.context = &made, .card = endless};
        toc_card_hash missing;
        assert_code(toc_card_prove(&card, NULL, &source, &missing, NULL),
                    over == 0 ? TOC_OK : TOC_LIMIT);
    }
}

/* --- keys of others --- */

static void cards_that_share_no_key_are_apart(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card a = first_card("a", arena), b = first_card("b", arena);
    assert_code(toc_card_apart(&a, &b, NULL), TOC_OK);
    assert_code(toc_card_apart(&a, &a, NULL), TOC_OK);
}

/* Org b got hold of a key of a and proves its possession. */
static void a_card_that_repeats_a_key_of_another_org_is_refused(void **state)
{
    (void)state;
    static const char *const keys[] = {"root 1", "sign", "cosign", "officer 1", "officer 2"};
    for (size_t i = 0; i < TOC_COUNT(keys); i++) {
        for (unsigned place = 0; place < 3; place++) {
            TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
            toc_card a = first_card("a", arena);
            draft from;
            draft_first("b", &from);
            toc_verify_key key = key_named("a", keys[i]);
            toc_signature proof = proof_named(&from.card.org, "a", keys[i]);
            toc_verify_key *const places[] = {&from.card.sign, &from.card.cosign,
                                              &from.officers[1].key};
            toc_signature *const proofs[] = {&from.card.sign_proof, &from.card.cosign_proof,
                                             &from.officers[1].proof};
            *places[place] = key;
            *proofs[place] = proof;
            toc_card b = signed_card(&from, "root 1", NULL, arena);
            assert_code(toc_card_apart(&b, &a, NULL), TOC_DENIED);
            assert_code(toc_card_apart(&a, &b, NULL), TOC_DENIED);
        }
    }
}

/* Neither needs a proof of possession, so either could be used to bar a victim. */
static void naming_a_victims_key_as_retired_or_as_x25519_bars_nobody(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card a = first_card("a", arena);
    draft from;
    draft_first("b", &from);
    from.retired[from.card.retired_count++] =
        (toc_retired_key){.key = a.sign, .at.unix_ms = 1767225600000};
    from.card.link = a.link;
    from.card.seal = a.seal;
    toc_card b = signed_card(&from, "root 1", NULL, arena);
    assert_code(toc_card_apart(&a, &b, NULL), TOC_OK);
    assert_code(toc_card_apart(&b, &a, NULL), TOC_OK);
}

/* A cosignature's time is a whole second; the key counts for all of those that began before it was
 * retired, to the millisecond. */
static void a_retired_key_counts_for_seconds_that_began_before(void **state)
{
    (void)state;
    const toc_verify_key now = {{1}}, exact = {{2}}, later = {{3}}, stranger = {{4}};
    const toc_retired_key retired[] = {{.key = exact, .at = {5000}}, {.key = later, .at = {5001}}};
    const toc_card card = {.cosign = now, .retired = retired, .retired_count = 2};
    assert_true(toc_card_key_counts(&card, &now, &card.cosign, UINT64_MAX));
    assert_true(toc_card_key_counts(&card, &exact, &card.cosign, 4));
    assert_false(toc_card_key_counts(&card, &exact, &card.cosign, 5));
    assert_true(toc_card_key_counts(&card, &later, &card.cosign, 5));
    assert_false(toc_card_key_counts(&card, &later, &card.cosign, 6));
    assert_false(toc_card_key_counts(&card, &later, &card.cosign, UINT64_MAX));
    assert_false(toc_card_key_counts(&card, &stranger, &card.cosign, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_made_elsewhere_follow_one_another),
        cmocka_unit_test(a_card_under_the_same_root_follows),
        cmocka_unit_test(a_rotation_to_the_committed_root_signed_by_both_follows),
        cmocka_unit_test(a_rotation_without_the_previous_roots_signature_is_refused),
        cmocka_unit_test(a_rotation_signed_by_another_previous_root_is_refused),
        cmocka_unit_test(a_rotation_to_a_root_that_was_not_committed_to_is_refused),
        cmocka_unit_test(a_commitment_changes_only_in_a_rotation),
        cmocka_unit_test(a_rotation_that_keeps_the_root_is_refused),
        cmocka_unit_test(a_serial_that_jumps_asks_for_the_cards_in_between),
        cmocka_unit_test(a_serial_that_is_not_newer_is_refused),
        cmocka_unit_test(a_card_that_follows_another_card_of_the_serial_is_refused),
        cmocka_unit_test(a_card_of_another_org_does_not_follow),
        cmocka_unit_test(a_retired_key_does_not_come_back),
        cmocka_unit_test(an_officers_number_does_not_go_to_another_key),
        cmocka_unit_test(a_chain_to_the_first_card_proves_every_card_on_it),
        cmocka_unit_test(a_card_that_claims_an_org_is_not_its_card),
        cmocka_unit_test(a_card_missing_on_the_way_is_named),
        cmocka_unit_test(a_source_that_gives_another_card_proves_nothing),
        cmocka_unit_test(a_chain_has_a_limit),
        cmocka_unit_test(cards_that_share_no_key_are_apart),
        cmocka_unit_test(a_card_that_repeats_a_key_of_another_org_is_refused),
        cmocka_unit_test(naming_a_victims_key_as_retired_or_as_x25519_bars_nobody),
        cmocka_unit_test(a_retired_key_counts_for_seconds_that_began_before),
    };
    return cmocka_run_group_tests_name("succession", tests, start_crypto, NULL);
}
