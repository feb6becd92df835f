/* Who stands behind a charter: which signatures count, by which card. */
#include "tests/support/vectors.h"
#include "tests/unit/roll/voters.h"

static toc_code judge_first(world *in, const vote *votes, size_t count)
{
    toc_charter charter = voted(in, &in->rules, votes, count);
    return judge(in, NULL, &charter);
}

/* --- votes --- */

/* Charter 1 of the published orgs a and b, and charter 2, which a signs with the key of its first
 * card. */
static void charters_made_elsewhere_stand_and_follow(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("roll-signed.txt", 6);
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    shelf cards = {0};
    toc_card_source source = {.context = &cards, .card = look_up};
    toc_charter charters[2];
    for (size_t i = 0; i < 4; i++) {
        toc_card card;
        toc_span bytes = toc_vector_hex(toc_vectors_at(vectors, i), "signed");
        assert_code(toc_card_open(bytes, arena, &card, NULL), TOC_OK);
        put_card(&cards, &card.hash, &card);
    }
    for (size_t i = 0; i < 2; i++) {
        toc_span bytes = toc_vector_hex(toc_vectors_at(vectors, 4 + i), "signed");
        assert_code(toc_charter_open(bytes, arena, &charters[i], NULL), TOC_OK);
    }
    assert_code(toc_charter_judge(NULL, &charters[0], &source, NULL), TOC_OK);
    assert_code(toc_charter_judge(&charters[0], &charters[1], &source, NULL), TOC_OK);
    assert_code(toc_charter_judge(&charters[1], &charters[0], &source, NULL), TOC_DENIED);
    assert_code(toc_charter_judge(NULL, &charters[1], &source, NULL), TOC_STATE);
}

static void a_first_charter_signed_by_a_quorum_of_its_admins_stands(void **state)
{
    (void)state;
    world *in = new_world();
    const vote two[] = {VOTE(a, "officer 1"), VOTE(c, "officer 1")};
    const vote three[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    assert_code(judge_first(in, two, 2), TOC_OK);
    assert_code(judge_first(in, three, 3), TOC_OK);
    free_world(in);
}

static void a_minority_is_refused(void **state)
{
    (void)state;
    world *in = new_world();
    const vote one[] = {VOTE(b, "officer 1")};
    assert_code(judge_first(in, one, 1), TOC_DENIED);
    assert_code(judge_first(in, NULL, 0), TOC_DENIED);
    free_world(in);
}

static void two_officers_of_one_org_are_one_vote(void **state)
{
    (void)state;
    world *in = new_world();
    draft next;
    draft_next("a", &in->a, &next);
    add_officer(&next, 3, "officer 3", TOC_SCOPE_CHARTER);
    toc_card newer = signed_card(&next, "root 1", NULL, in->arena);
    assert_code(toc_card_follows(&in->a, &newer, NULL), TOC_OK);
    in->cards.rows[0].card = newer;
    const vote both[] = {VOTE(a, "officer 1"), VOTE(a, "officer 3")};
    assert_code(judge_first(in, both, 2), TOC_DENIED);
    const vote with_b[] = {VOTE(a, "officer 1"), VOTE(a, "officer 3"), VOTE(b, "officer 1")};
    assert_code(judge_first(in, with_b, 3), TOC_OK);
    free_world(in);
}

static void signatures_of_members_observers_and_strangers_do_not_count_and_do_no_harm(void **state)
{
    (void)state;
    world *in = new_world();
    toc_card z = first_card("z", in->arena);
    const vote others[] = {VOTE(a, "officer 1"),
                           VOTE(d, "officer 1"),
                           VOTE(e, "officer 1"),
                           {.org = &z.org, .who = "z", .officer = "officer 1"}};
    assert_code(judge_first(in, others, 4), TOC_DENIED);
    const vote enough[] = {VOTE(a, "officer 1"),
                           VOTE(d, "officer 1"),
                           VOTE(e, "officer 1"),
                           {.org = &z.org, .who = "z", .officer = "officer 1"},
                           VOTE(b, "officer 1")};
    assert_code(judge_first(in, enough, 5), TOC_OK);
    free_world(in);
}

static void only_officer_keys_of_scope_charter_on_the_orgs_own_card_count(void **state)
{
    (void)state;
    world *in = new_world();
    /* Officer 2 may submit only; the node's and the root's keys are no officers; a stranger's key;
     * another org's officer. */
    const vote wrong[][2] = {
        {VOTE(a, "officer 1"), VOTE(b, "officer 2")},
        {VOTE(a, "officer 1"), VOTE(b, "sign")},
        {VOTE(a, "officer 1"), VOTE(b, "cosign")},
        {VOTE(a, "officer 1"), VOTE(b, "root 1")},
        {VOTE(a, "officer 1"), VOTE(b, "nobody")},
        {VOTE(a, "officer 1"), {.org = &in->b.org, .who = "c", .officer = "officer 1"}},
    };
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        assert_code(judge_first(in, wrong[i], 2), TOC_DENIED);
    const vote right[] = {VOTE(a, "officer 1"), VOTE(b, "officer 2"), VOTE(b, "officer 1")};
    assert_code(judge_first(in, right, 3), TOC_OK);
    free_world(in);
}

static void a_later_version_does_not_stand_alone(void **state)
{
    (void)state;
    world *in = new_world();
    const vote three[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    in->rules.charter.version = 2;
    in->rules.charter.circle.bytes[0] = 1;
    in->rules.charter.previous.bytes[0] = 1;
    assert_code(judge_first(in, three, 3), TOC_STATE);
    free_world(in);
}

/* --- cards --- */

static void cards_that_are_not_held_are_asked_for_where_they_could_decide(void **state)
{
    (void)state;
    world *in = new_world();
    in->cards.count = 1; /* a alone */
    const vote two[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter charter = voted(in, &in->rules, two, 2);
    toc_card_source source = {.context = &in->cards, .card = look_up};
    toc_err err = {0};
    assert_code(toc_charter_judge(NULL, &charter, &source, &err), TOC_NOT_FOUND);
    char hash[9];
    snprintf(hash, sizeof hash, "%02x%02x%02x%02x", in->b.hash.bytes[0], in->b.hash.bytes[1],
             in->b.hash.bytes[2], in->b.hash.bytes[3]);
    assert_non_null(strstr(err.text, hash));
    /* With every card there were one vote only, so none is worth asking for. */
    const vote one[] = {VOTE(b, "officer 1")};
    assert_code(judge_first(in, one, 1), TOC_DENIED);
    /* Enough without it. */
    in->cards.count = 2;
    const vote three[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    assert_code(judge_first(in, three, 3), TOC_OK);
    free_world(in);
}

static void a_source_that_fails_is_not_a_vote_against(void **state)
{
    (void)state;
    world *in = new_world();
    in->cards.broken = TOC_IO;
    const vote two[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    assert_code(judge_first(in, two, 2), TOC_IO);
    free_world(in);
}

static void cards_of_those_who_cannot_vote_are_not_looked_up(void **state)
{
    (void)state;
    world *in = new_world();
    const vote three[] = {VOTE(d, "officer 1"), VOTE(e, "officer 1"), VOTE(a, "officer 1")};
    assert_code(judge_first(in, three, 3), TOC_DENIED);
    assert_int_equal(in->cards.looked_up, 1);
    free_world(in);
}

static void a_newer_card_of_the_org_decides_when_it_is_handed_in(void **state)
{
    (void)state;
    world *in = new_world();
    draft next;
    draft_next("a", &in->a, &next);
    next.card.officer_count = 0;
    add_officer(&next, 4, "officer 4", TOC_SCOPE_CHARTER);
    in->cards.rows[0].card = signed_card(&next, "root 1", NULL, in->arena);
    const vote revoked[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    assert_code(judge_first(in, revoked, 2), TOC_DENIED);
    const vote fresh[] = {VOTE(a, "officer 4"), VOTE(b, "officer 1")};
    assert_code(judge_first(in, fresh, 2), TOC_OK);
    free_world(in);
}

static void a_card_of_another_org_or_below_the_lowest_serial_gives_no_vote(void **state)
{
    (void)state;
    world *in = new_world();
    const vote two[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    in->cards.rows[1].card = in->a;
    const vote as_b[] = {VOTE(a, "officer 1"),
                         {.org = &in->b.org, .who = "a", .officer = "officer 1"}};
    assert_code(judge_first(in, as_b, 2), TOC_DENIED);
    in->cards.rows[1].card = in->b;
    assert_code(judge_first(in, two, 2), TOC_OK);
    for (size_t i = 0; i < in->rules.charter.member_count; i++) {
        if (toc_org_id_equal(&in->rules.members[i].org, &in->b.org))
            in->rules.members[i].card_serial_min = 2;
    }
    assert_code(judge_first(in, two, 2), TOC_DENIED);
    free_world(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(charters_made_elsewhere_stand_and_follow),
        cmocka_unit_test(a_first_charter_signed_by_a_quorum_of_its_admins_stands),
        cmocka_unit_test(a_minority_is_refused),
        cmocka_unit_test(two_officers_of_one_org_are_one_vote),
        cmocka_unit_test(signatures_of_members_observers_and_strangers_do_not_count_and_do_no_harm),
        cmocka_unit_test(only_officer_keys_of_scope_charter_on_the_orgs_own_card_count),
        cmocka_unit_test(a_later_version_does_not_stand_alone),
        cmocka_unit_test(cards_that_are_not_held_are_asked_for_where_they_could_decide),
        cmocka_unit_test(a_source_that_fails_is_not_a_vote_against),
        cmocka_unit_test(cards_of_those_who_cannot_vote_are_not_looked_up),
        cmocka_unit_test(a_newer_card_of_the_org_decides_when_it_is_handed_in),
        cmocka_unit_test(a_card_of_another_org_or_below_the_lowest_serial_gives_no_vote),
    };
    return cmocka_run_group_tests_name("quorum", tests, start_crypto, NULL);
}
