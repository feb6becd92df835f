/* Who stands behind a charter: which signatures count, and what follows what. */
#include "tests/support/vectors.h"
#include "tests/unit/roll/fixture.h"

enum { CARDS_MAX = 16 };

/* Cards by the hash they are asked for under. */
typedef struct shelf {
    size_t count;
    struct {
        toc_card_hash asked;
        toc_card card;
    } rows[CARDS_MAX];
    toc_code broken; /* what every look-up answers, when not TOC_OK */
    size_t looked_up;
} shelf;

static toc_code look_up(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    shelf *from = context;
    from->looked_up++;
    if (from->broken != TOC_OK)
        return toc_fail(err, from->broken, "the shelf is broken");
    for (size_t i = 0; i < from->count; i++) {
        if (toc_card_hash_equal(&from->rows[i].asked, hash)) {
            *out = from->rows[i].card;
            return TOC_OK;
        }
    }
    return toc_fail(err, TOC_NOT_FOUND, "no such card");
}

static void put_card(shelf *to, const toc_card_hash *asked, const toc_card *card)
{
    assert_true(to->count < CARDS_MAX);
    to->rows[to->count].asked = *asked;
    to->rows[to->count++].card = *card;
}

/* A circle with the admins a, b, c, the member d and the observer e; the quorum is 2. */
typedef struct world {
    toc_arena *arena;
    shelf cards;
    toc_card a, b, c, d, e;
    rules rules;
} world;

static world *new_world(void)
{
    world *made = calloc(1, sizeof *made);
    assert_non_null(made);
    made->arena = new_arena();
    toc_card *const cards[] = {&made->a, &made->b, &made->c, &made->d, &made->e};
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    static const toc_role roles[] = {TOC_ROLE_ADMIN, TOC_ROLE_ADMIN, TOC_ROLE_ADMIN,
                                     TOC_ROLE_MEMBER, TOC_ROLE_OBSERVER};
    rules_first(&made->rules);
    for (size_t i = 0; i < TOC_COUNT(cards); i++) {
        *cards[i] = first_card(names[i], made->arena);
        put_card(&made->cards, &cards[i]->hash, cards[i]);
        add_card(&made->rules, cards[i], roles[i]);
    }
    assert_int_equal(made->rules.charter.quorum, 2);
    return made;
}

static void free_world(world *made)
{
    toc_arena_free(made->arena);
    free(made);
}

typedef struct vote {
    const toc_org_id *org;
    const char *who; /* whose officer signs */
    const char *officer;
} vote;

static toc_charter voted(world *in, const rules *from, const vote *votes, size_t count)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter_signature signatures[8];
    toc_charter_hash hash;
    assert_true(count <= TOC_COUNT(signatures));
    write_body(from, &body);
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    for (size_t i = 0; i < count; i++) {
        TOC_AUTO(toc_secret_free)
        toc_secret *officer = secret_named(votes[i].who, votes[i].officer);
        toc_charter_sign(&hash, votes[i].org, officer, &signatures[i]);
    }
    toc_charter_join(toc_buf_view(&body), signatures, count, &bytes);
    toc_charter charter;
    assert_code(toc_charter_open(toc_buf_view(&bytes), in->arena, &charter, NULL), TOC_OK);
    return charter;
}

static toc_code judge(world *in, const toc_charter *current, const toc_charter *next)
{
    toc_card_source source = {.context = &in->cards, .card = look_up};
    return toc_charter_judge(current, next, &source, NULL);
}

static toc_code judge_first(world *in, const vote *votes, size_t count)
{
    toc_charter charter = voted(in, &in->rules, votes, count);
    return judge(in, NULL, &charter);
}

#define VOTE(org_name, officer_name)                                                               \
    {                                                                                              \
        .org = &in->org_name.org, .who = #org_name, .officer = (officer_name)                      \
    }

/* --- the first version --- */

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

/* --- the next version --- */

static toc_charter standing(world *in)
{
    const vote two[] = {VOTE(a, "officer 1"), VOTE(b, "officer 1")};
    toc_charter charter = voted(in, &in->rules, two, 2);
    assert_code(judge(in, NULL, &charter), TOC_OK);
    return charter;
}

static void follow(rules *next, const toc_charter *current)
{
    next->charter.version = current->version + 1;
    next->charter.circle = current->circle;
    next->charter.previous = current->hash;
}

static void next_rules(const rules *before, const toc_charter *current, rules *out)
{
    *out = *before;
    out->charter.members = out->members;
    follow(out, current);
}

static void remove_member(rules *from, const toc_org_id *org)
{
    toc_charter before = from->charter;
    toc_charter_member members[FIXTURE_ROWS_MAX];
    memcpy(members, from->members, sizeof members);
    from->charter.member_count = 0;
    for (size_t i = 0; i < before.member_count; i++) {
        if (!toc_org_id_equal(&members[i].org, org))
            add_member(from, &members[i].org, members[i].role, &members[i].card,
                       members[i].card_serial_min);
    }
}

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
        rules next = in->rules;
        next.charter.members = next.members;
        follow(&next, &first);
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
    rules of_left, of_right, joined;
    toc_charter first = standing(in);
    toc_charter left = branch_without(in, &first, &in->a.org, &of_left);   /* b and c decide */
    toc_charter right = branch_without(in, &first, &in->b.org, &of_right); /* a and c */
    joined = in->rules;
    joined.charter.members = joined.members;
    follow(&joined, &left);
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
        assert_code(judge_joined(in, &left, &first, &next), TOC_SIGNATURE);
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
    further = of_right;
    further.charter.members = further.members;
    follow(&further, &right);
    further.charter.name = toc_span_text("Nordic desk");
    toc_charter later = voted(in, &further, all, 3);
    joined = in->rules;
    joined.charter.members = joined.members;
    for (uint32_t version = 3; version <= 5; version++) {
        follow(&joined, &later);
        joined.charter.joined = left.hash;
        joined.charter.version = version;
        toc_charter next = voted(in, &joined, all, 3);
        assert_code(judge_joined(in, &left, &later, &next), version == 3   ? TOC_DENIED
                                                            : version == 4 ? TOC_OK
                                                                           : TOC_STATE);
    }
    follow(&joined, &left); /* the shorter one first: it is not the version after that */
    joined.charter.joined = later.hash;
    joined.charter.version = 4;
    toc_charter next = voted(in, &joined, all, 3);
    assert_code(judge_joined(in, &left, &later, &next), TOC_STATE);
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
        cmocka_unit_test(the_next_version_is_judged_by_the_admins_of_the_one_before),
        cmocka_unit_test(a_removed_admin_has_no_vote_on_what_comes_after),
        cmocka_unit_test(a_demoted_admin_has_no_vote_on_what_comes_after),
        cmocka_unit_test(a_charter_that_does_not_follow_is_refused),
        cmocka_unit_test(the_version_after_the_last_number_is_none),
        cmocka_unit_test(a_signature_on_one_version_is_none_on_another),
        cmocka_unit_test(a_charter_that_joins_two_branches_needs_a_quorum_of_each),
        cmocka_unit_test(a_joined_charter_is_of_the_version_after_the_later_branch),
    };
    return cmocka_run_group_tests_name("quorum", tests, start_library, NULL);
}
