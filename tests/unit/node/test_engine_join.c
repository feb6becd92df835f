/* Two valid branches of a circle end in one charter that names both, signed by a quorum of each:
 * for everybody, and without anybody's choice. */
#include "node/engine/roll.h"
#include "tests/unit/node/hostile.h"

enum { A = 0, B = 1, C = 2, LATE = 3, NODES = 4 };

typedef struct contest {
    scene *s;
    toc_charter_hash branches[2]; /* followed by A, and by B and C */
    toc_amendment amendment;
    toc_buf bytes;
    toc_charter_hash hash;
    toc_amended made;
    toc_code said;
    toc_err why;
} contest;

static toc_code propose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    (void)err;
    contest *in = context;
    toc_buf_clear(&in->bytes);
    in->said = toc_engine_charter_propose(engine, txn, &in->s->circle, &in->amendment, false, now,
                                          &in->bytes, &in->made, &in->why);
    in->hash = in->made.hash;
    return TOC_OK;
}

static toc_code endorse(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    (void)err;
    contest *in = context;
    TOC_AUTO(toc_buf_wipe) toc_buf came = {0};
    toc_buf_add_span(&came, toc_buf_view(&in->bytes));
    toc_buf_clear(&in->bytes);
    in->said =
        toc_engine_charter_endorse(engine, txn, &in->s->circle, &in->hash, toc_buf_view(&came), now,
                                   &in->bytes, &in->made, &in->why);
    return TOC_OK;
}

/* The bytes come on no link. */
static toc_code hear(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const contest *in = context;
    toc_hash key;
    memcpy(key.bytes, in->hash.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&in->bytes), err));
    return toc_roll_heard(engine, txn, 0, &in->s->circle, &key, now, err);
}

static void at(contest *in, int node, sim_action action)
{
    assert_true(sim_do(&in->s->net, &in->s->net.nodes[node], action, in));
}

static toc_log_circle circle_at(const contest *in, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(in->s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &in->s->circle, &circle, &err));
    return circle;
}

/* What follows the charter in force at A, signed with the stolen keys of A and B. */
static void make_branch(contest *in, const toc_amend_step *steps, size_t count, uint32_t quorum)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter before, made;
    toc_charter_signature signatures[2];
    const toc_amendment amendment = {.step_count = count,
                                     .steps = steps,
                                     .quorum = quorum,
                                     .name = count == 0 ? toc_span_text("Branch") : (toc_span){0}};
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(in->s->net.nodes[A].log, &txn, &err));
    TOC_CHECK_OK(toc_log_charter_of(txn, &in->s->circle, arena, &before, &err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    TOC_CHECK_OK(toc_charter_amend(&before, &amendment, &cards, arena, &made, &err));
    TOC_CHECK_OK(toc_charter_write(&made, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &in->hash);
    for (int i = A; i <= B; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *officer = steal(in->s, i, TOC_OWN_OFFICER);
        toc_charter_sign(&in->hash, &in->s->net.nodes[i].org, officer, &signatures[i]);
    }
    toc_buf_clear(&in->bytes);
    toc_charter_join(toc_buf_view(&body), signatures, 2, &in->bytes);
}

static void run(contest *in, unsigned count)
{
    steps(in->s, count);
}

/* A and B are admins with a quorum of 2, C is a member. Of the next version A follows a branch with
 * another name, B and C one in which C is an admin too and the quorum is 3. All have heard of both.
 */
static int set_up_contest(void **state)
{
    contest *in = calloc(1, sizeof *in);
    void *made = NULL;
    assert_non_null(in);
    set_up_nodes(&made, NODES);
    in->s = made;
    const toc_amend_step both[] = {
        {.what = TOC_AMEND_ROLE, .org = in->s->net.nodes[B].org, .role = TOC_ROLE_ADMIN},
        {.what = TOC_AMEND_ADMIT, .org = in->s->net.nodes[C].org, .role = TOC_ROLE_MEMBER}};
    in->amendment = (toc_amendment){.step_count = 2, .steps = both, .quorum = 2};
    at(in, A, propose);
    assert_int_equal(in->said, TOC_OK);
    assert_true(sim_do(&in->s->net, &in->s->net.nodes[C], join, in->s));
    run(in, 500);
    toc_buf side = {0};
    const toc_amend_step third = {
        .what = TOC_AMEND_ROLE, .org = in->s->net.nodes[C].org, .role = TOC_ROLE_ADMIN};
    make_branch(in, &third, 1, 3);
    in->branches[1] = in->hash;
    toc_buf_add_span(&side, toc_buf_view(&in->bytes));
    make_branch(in, NULL, 0, 0);
    in->branches[0] = in->hash;
    at(in, A, hear);
    in->hash = in->branches[1];
    toc_buf_clear(&in->bytes);
    toc_buf_add_span(&in->bytes, toc_buf_view(&side));
    toc_buf_wipe(&side);
    at(in, B, hear);
    at(in, C, hear);
    run(in, 500);
    for (int i = A; i <= C; i++) {
        toc_log_circle circle = circle_at(in, i);
        assert_true(circle.contested);
        assert_true(toc_charter_hash_equal(&circle.charter, &in->branches[i == A ? 0 : 1]));
    }
    *state = in;
    return 0;
}

static int tear_down_contest(void **state)
{
    contest *in = *state;
    void *inner = in->s;
    toc_buf_wipe(&in->bytes);
    free(in);
    return tear_down(&inner);
}

static void propose_joined(contest *in, toc_arena *arena, toc_charter *branch)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(in->s->net.nodes[A].log, &txn, &err));
    TOC_CHECK_OK(toc_roll_charter(txn, &in->branches[1], arena, branch, &err));
    in->amendment = (toc_amendment){.joins = branch};
    at(in, A, propose);
    if (in->said != TOC_OK)
        fail_msg("%s", in->why.text);
}

static void a_charter_that_names_both_with_a_quorum_of_each_ends_the_contest_for_all(void **state)
{
    contest *in = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    propose_joined(in, arena, &branch);
    assert_false(in->made.in_force);
    at(in, B, endorse);
    assert_int_equal(in->said, TOC_OK);
    assert_false(in->made.in_force); /* a quorum of A's branch, and none of the other */
    run(in, 300);
    for (int i = A; i <= C; i++)
        assert_true(circle_at(in, i).contested);
    at(in, C, endorse);
    assert_int_equal(in->said, TOC_OK);
    assert_true(in->made.in_force);
    run(in, 1000);
    for (int i = A; i <= C; i++) {
        toc_log_circle circle = circle_at(in, i);
        assert_int_equal(circle.version, 5);
        assert_true(toc_charter_hash_equal(&circle.charter, &in->made.hash));
        assert_false(circle.contested);
    }
    for (int i = A; i <= C; i++) /* and they write to one another */
        assert_true(sim_do(&in->s->net, &in->s->net.nodes[i], write_record, in->s));
    run(in, 500);
    for (int by = A; by <= C; by++) {
        for (int author = A; author <= C; author++)
            assert_int_equal(size_at(in->s, by, author, TOC_LANE_ALERT),
                             size_at(in->s, author, author, TOC_LANE_ALERT));
    }
}

/* By those who have a quorum in one branch only, told to everybody as if it were in force. */
static void without_a_quorum_of_one_branch_nothing_ends(void **state)
{
    contest *in = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    propose_joined(in, arena, &branch);
    at(in, B, endorse);
    assert_int_equal(in->said, TOC_OK);
    for (int i = A; i <= C; i++)
        at(in, i, hear);
    run(in, 500);
    for (int i = A; i <= C; i++) {
        toc_log_circle circle = circle_at(in, i);
        assert_true(circle.contested);
        assert_true(toc_charter_hash_equal(&circle.charter, &in->branches[i == A ? 0 : 1]));
    }
}

/* It would be judged by one branch, if whoever judges took its word for the other. */
static void a_branch_that_is_not_valid_cannot_be_joined(void **state)
{
    contest *in = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter ours, forged;
    toc_charter_signature signatures[2];
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(in->s->net.nodes[A].log, &txn, &err));
    TOC_CHECK_OK(toc_roll_charter(txn, &in->branches[0], arena, &ours, &err));
    toc_log_abort(txn);
    txn = NULL;
    /* A charter of that version in which A and B are the only ones to decide, signed by nobody. */
    forged = ours;
    forged.name = toc_span_text("Nobody's");
    TOC_CHECK_OK(toc_charter_write(&forged, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &in->hash);
    toc_buf_clear(&in->bytes);
    toc_charter_join(toc_buf_view(&body), NULL, 0, &in->bytes);
    at(in, A, hear);
    toc_charter_hash nobodys = in->hash;
    toc_buf_clear(&body);
    toc_charter joins = ours;
    joins.version = ours.version + 1;
    joins.previous = ours.hash;
    joins.joined = nobodys;
    TOC_CHECK_OK(toc_charter_write(&joins, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &in->hash);
    for (int i = A; i <= B; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *officer = steal(in->s, i, TOC_OWN_OFFICER);
        toc_charter_sign(&in->hash, &in->s->net.nodes[i].org, officer, &signatures[i]);
    }
    toc_buf_clear(&in->bytes);
    toc_charter_join(toc_buf_view(&body), signatures, 2, &in->bytes);
    at(in, A, hear);
    run(in, 2000); /* it is thought about some times */
    toc_log_circle circle = circle_at(in, A);
    assert_true(toc_charter_hash_equal(&circle.charter, &in->branches[0]));
    assert_true(circle.contested);
}

static void who_endorsed_nothing_and_who_comes_later_take_it_from_the_roll(void **state)
{
    contest *in = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter branch;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    /* C hears of nothing while the others agree with its officer's key. */
    propose_joined(in, arena, &branch);
    at(in, B, endorse);
    assert_int_equal(in->said, TOC_OK);
    TOC_AUTO(toc_secret_free) toc_secret *officer = steal(in->s, C, TOC_OWN_OFFICER);
    toc_charter open;
    toc_charter_signature all[3];
    TOC_CHECK_OK(toc_charter_open(toc_buf_view(&in->bytes), arena, &open, &err));
    assert_int_equal(open.signature_count, 2);
    memcpy(all, open.signatures, 2 * sizeof *all);
    toc_charter_sign(&open.hash, &in->s->net.nodes[C].org, officer, &all[2]);
    toc_buf_clear(&in->bytes);
    toc_charter_join(open.body, all, 3, &in->bytes);
    at(in, A, hear);
    assert_int_equal(circle_at(in, A).version, 5);
    run(in, 1000);
    for (int i = A; i <= C; i++) {
        assert_int_equal(circle_at(in, i).version, 5);
        assert_false(circle_at(in, i).contested);
    }
    const toc_amend_step late = {
        .what = TOC_AMEND_ADMIT, .org = in->s->net.nodes[LATE].org, .role = TOC_ROLE_MEMBER};
    in->amendment = (toc_amendment){.step_count = 1, .steps = &late};
    at(in, A, propose);
    assert_int_equal(in->said, TOC_OK);
    at(in, B, endorse);
    assert_true(in->made.in_force);
    assert_true(sim_do(&in->s->net, &in->s->net.nodes[LATE], join, in->s));
    run(in, 1500);
    assert_int_equal(circle_at(in, LATE).version, 6);
    assert_false(circle_at(in, LATE).contested);
    assert_int_equal(size_at(in->s, LATE, A, TOC_LANE_ALERT), size_at(in->s, A, A, TOC_LANE_ALERT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_contest, tear_down_contest)
        TEST(a_charter_that_names_both_with_a_quorum_of_each_ends_the_contest_for_all),
        TEST(without_a_quorum_of_one_branch_nothing_ends),
        TEST(a_branch_that_is_not_valid_cannot_be_joined),
        TEST(who_endorsed_nothing_and_who_comes_later_take_it_from_the_roll),
    };
    return cmocka_run_group_tests_name("engine: joined branches", tests, NULL, NULL);
}
