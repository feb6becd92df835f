/* What may follow a charter, and who decides it: the next version, and one that joins two branches.
 */
#include "tests/unit/roll/voters.h"

/* --- the next version --- */

static void the_next_version_is_judged_by_the_admins_of_the_one_before(void **state)
{
    (void)state;
    world *in = new_world();
    toc_charter first = standing(in);
    rules next;
    next_rules(&in->rules, &first, &next);
    remove_member(&next, &in->a.org);
    remove_member(&next, &in->b.org);
    toc_card f = first_card("f", in->arena);
    add_card(&next, &f, TOC_ROLE_ADMIN);
    put_card(&in->cards, &f.hash, &f);
    /* c and f are the admins to come; a and b those that decide. */
    const vote coming[] = {VOTE(c, "officer 1"),
                           {.org = &f.org, .who = "f", .officer = "officer 1"}};
    toc_charter usurped = voted(in, &next, coming, 2);
    assert_code(judge(in, &first, &usurped), TOC_DENIED);
    const vote present[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter second = voted(in, &next, present, 2);
    assert_code(judge(in, &first, &second), TOC_OK);
    assert_true(toc_circle_id_equal(&first.circle, &second.circle));
    free_world(in);
}

static void a_removed_admin_has_no_vote_on_what_comes_after(void **state)
{
    (void)state;
    world *in = new_world();
    toc_charter first = standing(in);
    rules next;
    next_rules(&in->rules, &first, &next);
    remove_member(&next, &in->a.org);
    const vote on_own_removal[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter second = voted(in, &next, on_own_removal, 2);
    assert_code(judge(in, &first, &second), TOC_OK);
    rules last;
    next_rules(&next, &second, &last);
    last.charter.name = toc_span_text("Nordic desk");
    assert_int_equal(second.quorum, 2);
    const vote with_a[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter third = voted(in, &last, with_a, 2);
    assert_code(judge(in, &second, &third), TOC_DENIED);
    const vote without[] = {VOTE(c, "officer 1"), VOTE(b, "officer 1")};
    third = voted(in, &last, without, 2);
    assert_code(judge(in, &second, &third), TOC_OK);
    free_world(in);
}

static void a_demoted_admin_has_no_vote_on_what_comes_after(void **state)
{
    (void)state;
    world *in = new_world();
    toc_charter first = standing(in);
    rules next;
    next_rules(&in->rules, &first, &next);
    remove_member(&next, &in->a.org);
    add_card(&next, &in->a, TOC_ROLE_MEMBER);
    const vote present[] = {VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    toc_charter second = voted(in, &next, present, 2);
    assert_code(judge(in, &first, &second), TOC_OK);
    rules last;
    next_rules(&next, &second, &last);
    const vote with_a[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter third = voted(in, &last, with_a, 2);
    assert_code(judge(in, &second, &third), TOC_DENIED);
    free_world(in);
}

static void a_charter_that_does_not_follow_is_refused(void **state)
{
    (void)state;
    world *in = new_world();
    toc_charter first = standing(in);
    const vote present[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    const struct {
        uint32_t version;
        bool other_circle, other_previous;
        toc_code code;
    } cases[] = {
        {2, false, false, TOC_OK},
        {3, false, false, TOC_STATE},
        {UINT32_MAX, false, false, TOC_STATE},
        {2, true, false, TOC_DENIED},
        {2, false, true, TOC_SIGNATURE},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        rules next;
        next_rules(&in->rules, &first, &next);
        next.charter.version = cases[i].version;
        next.charter.circle.bytes[31] ^= cases[i].other_circle;
        next.charter.previous.bytes[31] ^= cases[i].other_previous;
        toc_charter charter = voted(in, &next, present, 2);
        assert_code(judge(in, &first, &charter), cases[i].code);
        if (cases[i].code == TOC_OK)
            assert_code(judge(in, &charter, &charter), TOC_DENIED);
    }
    assert_code(judge(in, &first, &first), TOC_DENIED);
    rules twin = in->rules;
    twin.charter.members = twin.members;
    twin.charter.nonce[0] ^= 1;
    toc_charter other = voted(in, &twin, present, 2);
    assert_false(toc_circle_id_equal(&first.circle, &other.circle));
    assert_code(judge(in, &first, &other), TOC_DENIED);
    free_world(in);
}

static void the_version_after_the_last_number_is_none(void **state)
{
    (void)state;
    world *in = new_world();
    const vote present[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    rules last = in->rules;
    last.charter.members = last.members;
    last.charter.version = UINT32_MAX;
    last.charter.circle.bytes[0] = last.charter.previous.bytes[0] = 1;
    toc_charter end = voted(in, &last, present, 2);
    toc_charter first = standing(in);
    first.circle = end.circle;
    assert_code(judge(in, &end, &first), TOC_DENIED);
    free_world(in);
}

static void a_signature_on_one_version_is_none_on_another(void **state)
{
    (void)state;
    world *in = new_world();
    toc_charter first = standing(in);
    rules next;
    next_rules(&in->rules, &first, &next);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    write_body(&next, &body);
    toc_charter_join(toc_buf_view(&body), first.signatures, first.signature_count, &bytes);
    assert_code(open_charter(toc_buf_view(&bytes)), TOC_SIGNATURE);
    free_world(in);
}

/* --- two branches --- */

/* What follows `first` without that admin, so that the others decide: both of them. */
static toc_charter branch_without(world *in, const toc_charter *first, const toc_org_id *gone,
                                  rules *out)
{
    const vote all[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    next_rules(&in->rules, first, out);
    remove_member(out, gone);
    toc_charter made = voted(in, out, all, 3);
    assert_code(judge(in, first, &made), TOC_OK);
    return made;
}

static toc_code judge_joined(world *in, const toc_charter *left, const toc_charter *right,
                             const toc_charter *next)
{
    toc_card_source source = {.context = &in->cards, .card = look_up};
    return toc_charter_judge_joined(left, right, next, &source, NULL);
}

static void a_charter_that_joins_two_branches_needs_a_quorum_of_each(void **state)
{
    (void)state;
    world *in = new_world();
    rules of_left, of_right, of_third, joined;
    toc_charter first = standing(in);
    toc_charter left = branch_without(in, &first, &in->a.org, &of_left);   /* b and c decide */
    toc_charter right = branch_without(in, &first, &in->b.org, &of_right); /* a and c */
    toc_charter third = branch_without(in, &first, &in->c.org, &of_third);
    next_rules(&in->rules, &left, &joined);
    joined.charter.joined = right.hash;
    const vote all[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    for (unsigned who = 0; who < 8; who++) {
        vote votes[3];
        size_t count = 0;
        for (unsigned i = 0; i < 3; i++) {
            if ((who >> i & 1) != 0)
                votes[count++] = all[i];
        }
        toc_charter next = voted(in, &joined, votes, count);
        assert_code(judge_joined(in, &left, &right, &next), who == 7 ? TOC_OK : TOC_DENIED);
        assert_code(judge_joined(in, &right, &left, &next), who == 7 ? TOC_OK : TOC_DENIED);
        /* One branch alone does not decide, whoever signed. */
        assert_code(judge(in, &left, &next), TOC_DENIED);
        assert_code(judge(in, &right, &next), TOC_DENIED);
        assert_code(judge_joined(in, &left, &left, &next), TOC_SIGNATURE);
        assert_code(judge_joined(in, &left, &third, &next), TOC_SIGNATURE);
        assert_code(judge_joined(in, &third, &right, &next), TOC_SIGNATURE);
    }
    free_world(in);
}

static void a_joined_charter_is_of_the_version_after_the_later_branch(void **state)
{
    (void)state;
    world *in = new_world();
    rules of_left, of_right, further, joined;
    const vote all[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    toc_charter first = standing(in);
    toc_charter left = branch_without(in, &first, &in->a.org, &of_left);
    toc_charter right = branch_without(in, &first, &in->b.org, &of_right);
    next_rules(&of_right, &right, &further);
    further.charter.name = toc_span_text("Nordic desk");
    toc_charter later = voted(in, &further, all, 3);
    for (uint32_t version = 3; version <= 5; version++) {
        next_rules(&in->rules, &later, &joined);
        joined.charter.joined = left.hash;
        joined.charter.version = version;
        toc_charter next = voted(in, &joined, all, 3);
        assert_code(judge_joined(in, &left, &later, &next), version == 3   ? TOC_DENIED
                                                            : version == 4 ? TOC_OK
                                                                           : TOC_STATE);
    }
    next_rules(&in->rules, &left,
               &joined); /* the shorter one first: it is not the version after that */
    joined.charter.joined = later.hash;
    joined.charter.version = 4;
    toc_charter next = voted(in, &joined, all, 3);
    assert_code(judge_joined(in, &left, &later, &next), TOC_STATE);
    joined.charter.version = 3; /* after that one, and no newer than the other */
    next = voted(in, &joined, all, 3);
    assert_code(judge_joined(in, &left, &later, &next), TOC_DENIED);
    free_world(in);
}

/* Whichever of the two it names first. */
static void a_joined_charter_is_of_the_circle_of_both_and_closes_what_either_closed(void **state)
{
    (void)state;
    world *in = new_world();
    rules of_left, of_right, joined;
    const vote all[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1"), VOTE(c, "officer 1")};
    toc_charter first = standing(in);
    toc_charter left = branch_without(in, &first, &in->a.org, &of_left);
    toc_charter_pin pin = {.org = in->b.org, .generation = 7, .size = 5, .root = {{1}}};
    next_rules(&in->rules, &first, &of_right);
    remove_member(&of_right, &in->b.org);
    of_right.charter.pins = &pin;
    of_right.charter.pin_count = 1;
    toc_charter right = voted(in, &of_right, all, 3);
    assert_code(judge(in, &first, &right), TOC_OK);
    for (int swapped = 0; swapped < 2; swapped++) {
        next_rules(&in->rules, swapped ? &right : &left, &joined);
        joined.charter.joined = swapped ? left.hash : right.hash;
        toc_charter next = voted(in, &joined, all, 3);
        assert_code(judge_joined(in, &left, &right, &next), TOC_DENIED);
        toc_charter_pin longer = pin;
        longer.size++;
        joined.charter.pins = &longer;
        joined.charter.pin_count = 1;
        next = voted(in, &joined, all, 3);
        assert_code(judge_joined(in, &left, &right, &next), TOC_DENIED);
        joined.charter.pins = &pin;
        next = voted(in, &joined, all, 3);
        assert_code(judge_joined(in, &left, &right, &next), TOC_OK);
        toc_charter elsewhere = right;
        elsewhere.circle.bytes[0] ^= 1;
        assert_code(judge_joined(in, &left, &elsewhere, &next), TOC_DENIED);
    }
    free_world(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_version_is_judged_by_the_admins_of_the_one_before),
        cmocka_unit_test(a_removed_admin_has_no_vote_on_what_comes_after),
        cmocka_unit_test(a_demoted_admin_has_no_vote_on_what_comes_after),
        cmocka_unit_test(a_charter_that_does_not_follow_is_refused),
        cmocka_unit_test(the_version_after_the_last_number_is_none),
        cmocka_unit_test(a_signature_on_one_version_is_none_on_another),
        cmocka_unit_test(a_charter_that_joins_two_branches_needs_a_quorum_of_each),
        cmocka_unit_test(a_joined_charter_is_of_the_version_after_the_later_branch),
        cmocka_unit_test(a_joined_charter_is_of_the_circle_of_both_and_closes_what_either_closed),
    };
    return cmocka_run_group_tests_name("versions", tests, start_crypto, NULL);
}
