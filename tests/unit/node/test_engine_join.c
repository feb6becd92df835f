/* Two valid branches of a circle end in one charter that names both, signed by a quorum of each:
 * for everybody, and without anybody's choice. */
#include "tests/unit/node/voting.h"

enum { LATE = D };

/* Of the version after the first: followed by A, and by B and C. */
static toc_charter_hash branches[2];

/* What follows the charter in force at A, signed with the stolen keys of A and B. */
static void make_branch(voting *v, const toc_amend_step *list, size_t count, uint32_t quorum)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    const toc_amendment amendment = {.step_count = count,
                                     .steps = list,
                                     .quorum = quorum,
                                     .name = count == 0 ? toc_span_text("Branch") : (toc_span){0}};
    draft_at_a(v, &amendment, &body);
    sign_body(v, toc_buf_view(&body), 2);
}

static void assert_contested(const voting *v)
{
    for (int i = A; i <= C; i++) {
        toc_log_circle circle = circle_at(v, i);
        assert_true(circle.contested);
        assert_true(toc_charter_hash_equal(&circle.charter, &branches[i == A ? 0 : 1]));
    }
}

/* A follows a branch with another name, B and C one in which C is an admin too and the quorum is 3.
 * All have heard of both. */
static int set_up_contest(void **state)
{
    assert_int_equal(set_up_voting(state), 0);
    voting *v = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf side = {0};
    const toc_amend_step third = step(v, TOC_AMEND_ROLE, C, TOC_ROLE_ADMIN);
    make_branch(v, &third, 1, 3);
    branches[1] = v->hash;
    toc_buf_add_span(&side, toc_buf_view(&v->bytes));
    make_branch(v, NULL, 0, 0);
    branches[0] = v->hash;
    at(v, A, hear);
    v->hash = branches[1];
    toc_buf_clear(&v->bytes);
    toc_buf_add_span(&v->bytes, toc_buf_view(&side));
    at(v, B, hear);
    at(v, C, hear);
    run(v, 500);
    assert_contested(v);
    return 0;
}

static void charter_of(const voting *v, const toc_charter_hash *hash, toc_arena *arena,
                       toc_charter *out)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[A].log, &txn, &err));
    TOC_CHECK_OK(toc_log_roll_charter(txn, hash, arena, out, &err));
}

/* A hears of a charter that is `like` but for its name, signed by the first `signers` of A and B.
 */
static toc_charter_hash tell_named(voting *v, const toc_charter *like, const char *name,
                                   size_t signers)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter named = *like;
    named.name = toc_span_text(name);
    TOC_CHECK_OK(toc_charter_write(&named, &body, &err));
    sign_body(v, toc_buf_view(&body), signers);
    at(v, A, hear);
    return v->hash;
}

static uint64_t refused_by(const voting *v, int node)
{
    uint64_t count = 0;
    for (int whom = A; whom < VOTERS; whom++)
        count += whom == node ? 0 : refused(v->s, node, whom, TOC_REFUSE_ROLL);
    return count;
}

static void propose_joined(voting *v, toc_arena *arena, toc_charter *branch)
{
    charter_of(v, &branches[1], arena, branch);
    v->amendment = (toc_amendment){.joins = branch};
    at(v, A, propose);
    ASSERT_SAYS(v->said, TOC_OK);
    v->hash = v->made.hash;
}

static void a_charter_that_names_both_with_a_quorum_of_each_ends_the_contest_for_all(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    propose_joined(v, arena, &branch);
    assert_false(v->made.in_force);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    hand_on(v);
    assert_false(v->made.in_force); /* a quorum of A's branch, and none of the other */
    run(v, 300);
    for (int i = A; i <= C; i++)
        assert_true(circle_at(v, i).contested);
    ASSERT_SAYS(endorse_at(v, C), TOC_OK);
    hand_on(v);
    assert_true(v->made.in_force);
    run(v, 1000);
    for (int i = A; i <= C; i++) {
        toc_log_circle circle = circle_at(v, i);
        assert_int_equal(circle.version, FIRST_VERSION + 2);
        assert_true(toc_charter_hash_equal(&circle.charter, &v->made.hash));
        assert_false(circle.contested);
    }
    for (int i = A; i <= C; i++) /* and they write to one another */
        write_at(v, i);
    run(v, 500);
    for (int by = A; by <= C; by++) {
        for (int author = A; author <= C; author++)
            assert_int_equal(size_at(v->s, by, author, TOC_LANE_ALERT),
                             size_at(v->s, author, author, TOC_LANE_ALERT));
    }
}

/* By those who have a quorum in one branch only, told to everybody as if it were in force. */
static void without_a_quorum_of_one_branch_nothing_ends(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    propose_joined(v, arena, &branch);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    hand_on(v);
    for (int i = A; i <= C; i++)
        at(v, i, hear);
    run(v, 500);
    assert_contested(v);
}

/* It would be judged by one branch, if whoever judges took its word for the other. */
static void a_branch_that_is_not_valid_cannot_be_joined(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter ours;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    charter_of(v, &branches[0], arena, &ours);
    /* A charter of that version in which A and B are the only ones to decide, signed by nobody. */
    toc_charter_hash nobodys = tell_named(v, &ours, "Nobody's", 0);
    toc_charter joins = ours;
    joins.version = ours.version + 1;
    joins.previous = ours.hash;
    joins.joined = nobodys;
    TOC_CHECK_OK(toc_charter_write(&joins, &body, &err));
    sign_body(v, toc_buf_view(&body), 2);
    at(v, A, hear);
    assert_true(toc_roll_has_tip(v->s->net.nodes[A].engine, &v->hash));
    run(v, 2000); /* it is thought about some times */
    toc_log_circle circle = circle_at(v, A);
    assert_true(toc_charter_hash_equal(&circle.charter, &branches[0]));
    assert_true(circle.contested);
    assert_false(toc_roll_has_tip(v->s->net.nodes[A].engine, &v->hash)); /* and not for ever */
}

/* C hears of nothing while the others agree with its officer's key; A puts it in force. */
static void join_with_stolen_key(voting *v, toc_arena *arena, toc_charter *branch)
{
    toc_err err;
    TOC_AUTO(toc_secret_free) toc_secret *officer = steal(v->s, C, TOC_OWN_OFFICER);
    toc_charter open;
    toc_charter_signature all[3];
    propose_joined(v, arena, branch);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    hand_on(v);
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&v->bytes), arena, &open, &err));
    assert_int_equal(open.signature_count, 2);
    memcpy(all, open.signatures, 2 * sizeof *all);
    toc_charter_sign(&open.hash, &v->s->net.nodes[C].org, officer, &all[2]);
    toc_buf_clear(&v->bytes);
    toc_charter_join(open.body, all, 3, &v->bytes);
    at(v, A, hear);
}

/* A third one, of the version of the two: valid too, and a contest for itself. */
static void a_branch_that_a_joined_charter_does_not_name_is_contested_still(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter ours, branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    charter_of(v, &branches[0], arena, &ours);
    tell_named(v, &ours, "Third", 2);
    join_with_stolen_key(v, arena, &branch);
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION + 2);
    assert_true(circle_at(v, A).contested);
}

static toc_code choose_own(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const voting *v = context;
    return toc_engine_circle_choose(engine, txn, &v->s->circle, &branches[0], now, err);
}

static void a_branch_that_was_declined_contests_nothing_when_another_is_joined(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter ours, third, drafted;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    charter_of(v, &branches[0], arena, &ours);
    at(v, A, choose_own);
    assert_false(circle_at(v, A).contested);
    toc_charter_hash hash = tell_named(v, &ours, "Third", 2);
    assert_true(circle_at(v, A).contested);
    charter_of(v, &hash, arena, &third);
    v->amendment = (toc_amendment){.joins = &third};
    v->dry_run = true;
    at(v, A, propose);
    ASSERT_SAYS(v->said, TOC_OK);
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&v->bytes), arena, &drafted, &err));
    sign_body(v, drafted.body, 2);
    at(v, A, hear);
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION + 2);
    assert_false(circle_at(v, A).contested);
}

static void nobody_proposes_to_join_what_is_no_branch_here(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    charter_of(v, &branches[1], arena, &branch);
    v->amendment = (toc_amendment){.joins = &branch};
    branch.hash.bytes[0] ^= 1; /* not held */
    at(v, A, propose);
    ASSERT_SAYS(v->said, TOC_NOT_FOUND);
    branch.hash = tell_named(v, &branch, "Nobody's", 0); /* held, and signed by nobody */
    at(v, A, propose);
    ASSERT_SAYS(v->said, TOC_NOT_FOUND);
}

static void who_endorsed_nothing_and_who_comes_later_take_it_from_the_roll(void **state)
{
    voting *v = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    join_with_stolen_key(v, arena, &branch);
    assert_int_equal(circle_at(v, A).version, FIRST_VERSION + 2);
    run(v, 1000);
    for (int i = A; i <= C; i++) {
        assert_int_equal(circle_at(v, i).version, FIRST_VERSION + 2);
        assert_false(circle_at(v, i).contested);
    }
    const toc_amend_step late = step(v, TOC_AMEND_ADMIT, LATE, TOC_ROLE_MEMBER);
    ASSERT_SAYS(propose_at(v, A, &late, 1, 0), TOC_OK);
    ASSERT_SAYS(endorse_at(v, B), TOC_OK);
    assert_true(v->made.in_force);
    join_at(v, LATE);
    run(v, 1500);
    assert_int_equal(circle_at(v, LATE).version, FIRST_VERSION + 3);
    assert_int_equal(refused_by(v, LATE), 0); /* it waited for the branch that it had not */
    assert_false(circle_at(v, LATE).contested);
    assert_int_equal(size_at(v->s, LATE, A, TOC_LANE_ALERT), size_at(v->s, A, A, TOC_LANE_ALERT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_contest, tear_down_voting)
        TEST(a_charter_that_names_both_with_a_quorum_of_each_ends_the_contest_for_all),
        TEST(without_a_quorum_of_one_branch_nothing_ends),
        TEST(a_branch_that_is_not_valid_cannot_be_joined),
        TEST(a_branch_that_a_joined_charter_does_not_name_is_contested_still),
        TEST(a_branch_that_was_declined_contests_nothing_when_another_is_joined),
        TEST(nobody_proposes_to_join_what_is_no_branch_here),
        TEST(who_endorsed_nothing_and_who_comes_later_take_it_from_the_roll),
    };
    return cmocka_run_group_tests_name("engine: joined branches", tests, NULL, NULL);
}
