/* tests/unit/node/voting.h: a circle that changes its charter together: A and B are admins with a
 * quorum of 2, C is a member, D knows them and is outside. What one proposes is handed to the next.
 * Owns:    its scene and buffers, from set_up_voting to tear_down_voting. Threads: the test's.
 * Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_VOTING_H
#define TOC_TESTS_UNIT_NODE_VOTING_H

#include "node/engine/roll.h"
#include "tests/unit/node/hostile.h"

enum { A = 0, B = 1, C = 2, D = 3, VOTERS = 4, FIRST_VERSION = 3 };

typedef struct voting {
    scene *s;
    toc_amendment amendment;
    toc_buf bytes;    /* a charter: proposed, or made here */
    toc_buf endorsed; /* as it was endorsed last */
    toc_charter_hash hash;
    bool dry_run, anew; /* by an engine that has just started */
    toc_code said;
    toc_err why;
    toc_amended made;
} voting;

static inline toc_code propose(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    voting *v = context;
    TOC_AUTO(toc_engine_free) toc_engine *fresh = NULL;
    if (v->anew)
        TOC_TRY(toc_engine_new(txn, true, now, &fresh, err));
    toc_buf_clear(&v->bytes);
    uint64_t rows = toc_log_rows(txn);
    v->said =
        toc_engine_charter_propose(v->anew ? fresh : engine, txn, &v->s->circle, &v->amendment,
                                   v->dry_run, now, &v->bytes, &v->made, &v->why);
    if (v->said != TOC_OK || v->dry_run)
        assert_int_equal(toc_log_rows(txn), rows);
    return TOC_OK;
}

/* By the bytes that came, or with none by those that are kept. */
static inline toc_code endorse(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    (void)err;
    voting *v = context;
    toc_buf_clear(&v->endorsed);
    uint64_t rows = toc_log_rows(txn);
    v->said =
        toc_engine_charter_endorse(engine, txn, &v->s->circle, &v->hash, toc_buf_view(&v->bytes),
                                   now, &v->endorsed, &v->made, &v->why);
    if (v->said != TOC_OK)
        assert_int_equal(toc_log_rows(txn), rows);
    return TOC_OK;
}

/* The bytes come on no link; with none only their hash. */
static inline toc_code hear(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const voting *v = context;
    toc_hash key;
    memcpy(key.bytes, v->hash.bytes, sizeof key.bytes);
    if (v->bytes.size > 0)
        TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&v->bytes), err));
    return toc_roll_heard(engine, txn, 0, &v->s->circle, &key, now, err);
}

static inline void at(voting *v, int node, sim_action action)
{
    assert_true(sim_do(&v->s->net, &v->s->net.nodes[node], action, v));
}

static inline toc_code propose_at(voting *v, int node, const toc_amend_step *list, size_t count,
                                  uint32_t quorum)
{
    v->amendment = (toc_amendment){.step_count = count, .steps = list, .quorum = quorum};
    at(v, node, propose);
    v->hash = v->made.hash;
    return v->said;
}

static inline toc_code endorse_at(voting *v, int node)
{
    at(v, node, endorse);
    return v->said;
}

/* Whoever endorses next gets what the last one made of it. */
static inline void hand_on(voting *v)
{
    toc_buf_clear(&v->bytes);
    toc_buf_add_span(&v->bytes, toc_buf_view(&v->endorsed));
}

#define ASSERT_SAYS(call, due)                                                                     \
    do {                                                                                           \
        toc_code got_ = (call);                                                                    \
        if (got_ != (due))                                                                         \
            fail_msg("%s says %s: %s", #call, toc_code_name(got_),                                 \
                     got_ == TOC_OK ? "" : v->why.text);                                           \
    } while (0)

static inline toc_amend_step step(const voting *v, toc_amend what, int whom, toc_role role)
{
    return (toc_amend_step){.what = what, .org = v->s->net.nodes[whom].org, .role = role};
}

static inline void join_at(voting *v, int node)
{
    assert_true(sim_do(&v->s->net, &v->s->net.nodes[node], join, v->s));
}

static inline void write_at(voting *v, int node)
{
    assert_true(sim_do(&v->s->net, &v->s->net.nodes[node], write_record, v->s));
}

static inline void run(voting *v, unsigned count)
{
    steps(v->s, count);
}

static inline toc_log_circle circle_at(const voting *v, int node)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &v->s->circle, &circle, &err));
    return circle;
}

/* The newest epoch of A's own feeds, and whether `node` has its key. */
static inline bool reads_newest(const voting *v, int node, uint32_t *out_epoch)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *own = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_log_circle circle;
    toc_log_feed feed;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[A].log, &own, &err));
    TOC_CHECK_OK(toc_log_circle_get(own, &v->s->circle, &circle, &err));
    toc_feed_name name = {.circle = v->s->circle,
                          .org = v->s->net.nodes[A].org,
                          .lane = TOC_LANE_ALERT,
                          .generation = circle.generation};
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_feed_find(own, &id, &feed, &err));
    *out_epoch = feed.judge.epoch;
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[node].log, &txn, &err));
    return toc_log_sender_key(txn, &name, feed.judge.epoch, &key, NULL) == TOC_OK;
}

/* Makes `body` the bytes, signed by the first `count` of A and B, whose officers' keys are stolen.
 */
static inline void sign_body(voting *v, toc_span body, size_t count)
{
    toc_charter_signature signatures[2];
    toc_charter_hash_of(body, &v->hash);
    for (int i = A; i <= B; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *officer = steal(v->s, i, TOC_OWN_OFFICER);
        toc_charter_sign(&v->hash, &v->s->net.nodes[i].org, officer, &signatures[i]);
    }
    toc_buf_clear(&v->bytes);
    toc_charter_join(body, signatures, count, &v->bytes);
}

/* What the amendment makes of the charter in force at A, unsigned. */
static inline void draft_at_a(const voting *v, const toc_amendment *amendment, toc_buf *out_body)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_charter before, made;
    TOC_CHECK_OK(toc_arena_new(8 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_read(v->s->net.nodes[A].log, &txn, &err));
    TOC_CHECK_OK(toc_log_charter_of(txn, &v->s->circle, arena, &before, &err));
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    TOC_CHECK_OK(toc_charter_amend(&before, amendment, &cards, arena, &made, &err));
    TOC_CHECK_OK(toc_charter_write(&made, out_body, &err));
}

static inline int set_up_voting(void **state)
{
    voting *v = calloc(1, sizeof *v);
    void *made = NULL;
    assert_non_null(v);
    set_up_nodes(&made, VOTERS);
    v->s = made;
    const toc_amend_step both[] = {step(v, TOC_AMEND_ROLE, B, TOC_ROLE_ADMIN),
                                   step(v, TOC_AMEND_ADMIT, C, TOC_ROLE_MEMBER)};
    ASSERT_SAYS(propose_at(v, A, both, 2, 2), TOC_OK);
    assert_true(v->made.in_force);
    join_at(v, C);
    run(v, 500);
    for (int i = A; i <= C; i++)
        assert_int_equal(circle_at(v, i).version, FIRST_VERSION);
    *state = v;
    return 0;
}

static inline int tear_down_voting(void **state)
{
    voting *v = *state;
    void *inner = v->s;
    toc_buf_wipe(&v->bytes);
    toc_buf_wipe(&v->endorsed);
    free(v);
    return tear_down(&inner);
}

#endif
