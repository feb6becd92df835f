/* tests/unit/node/scene.h: three engines over the simulated network: an author and a reader of one
 * circle, and a third whose card both hold.
 * Owns:    the nodes and their folder, from set_up to tear_down.
 * Threads: the test's.
 * Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_SCENE_H
#define TOC_TESTS_UNIT_NODE_SCENE_H

#include <stdlib.h>

#include "node/engine/state.h"
#include "tests/support/check.h"
#include "tests/support/sim_net.h"
#include "tests/support/tempdir.h"

enum { AUTHOR = 0, READER = 1, STRANGER = 2 };

typedef struct scene {
    sim_net net;
    char folder[TOC_TEMPDIR_BYTES];
    toc_circle_id circle, other_circle;
    toc_buf card;
    toc_org_id org;
    toc_record_id record;
} scene;

static inline toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    scene *s = context;
    return toc_engine_peer_add(engine, txn, toc_buf_view(&s->card), (toc_span){0}, now, &s->org,
                               err);
}

static inline toc_code create(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    scene *s = context;
    TOC_TRY(toc_engine_circle_create(engine, txn, toc_span_text("Circle"), toc_span_text("test"),
                                     now, &s->circle, err));
    return toc_engine_circle_admit(engine, txn, &s->circle, &s->net.nodes[READER].org,
                                   TOC_ROLE_MEMBER, now, err);
}

static inline toc_code join(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_join(engine, txn, &s->circle, now, err);
}

static inline void copy_card(scene *s, const sim_node *node)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_arena *arena = NULL;
    toc_card card;
    TOC_CHECK_OK(toc_log_read(node->log, &txn, &err));
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    TOC_CHECK_OK(toc_log_card_of(txn, &node->org, arena, &card, &err));
    toc_buf_clear(&s->card);
    toc_buf_add_span(&s->card, card.signed_card);
    toc_log_abort(txn);
    toc_arena_free(arena);
}

static inline void steps(scene *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_step(&s->net);
}

/* Nodes that know one another's cards; the first two share a circle. */
static inline int set_up_nodes(void **state, int count)
{
    static scene s;
    s = (scene){0};
    toc_err err;
    TOC_CHECK_OK(toc_crypto_start(&err));
    toc_tempdir_make(s.folder);
    sim_start(&s.net, 7, count, s.folder);
    for (int a = 0; a < count; a++) {
        copy_card(&s, &s.net.nodes[a]);
        for (int b = 0; b < count; b++) {
            if (a != b)
                assert_true(sim_do(&s.net, &s.net.nodes[b], add_peer, &s));
        }
    }
    assert_true(sim_do(&s.net, &s.net.nodes[AUTHOR], create, &s));
    assert_true(sim_do(&s.net, &s.net.nodes[READER], join, &s));
    steps(&s, 500);
    *state = &s;
    return 0;
}

static inline int set_up(void **state)
{
    return set_up_nodes(state, 3);
}

static inline int tear_down(void **state)
{
    scene *s = *state;
    sim_stop(&s->net);
    toc_buf_wipe(&s->card);
    toc_tempdir_remove(s->folder);
    return 0;
}

static inline uint64_t refused(const scene *s, int by, int whom, toc_refusal reason)
{
    const toc_engine *engine = s->net.nodes[by].engine;
    for (size_t i = 1; i < toc_engine_peer_count(engine); i++) {
        toc_peer_state peer;
        toc_engine_peer_at(engine, i, &peer);
        if (toc_org_id_equal(&peer.org, &s->net.nodes[whom].org))
            return peer.refused[reason];
    }
    return 0;
}

/* A feed of `author` in its present generation, as `by` stores it. False: nothing of it. */
static inline bool feed_at(const scene *s, int by, int author, toc_lane lane, toc_log_feed *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[author].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &s->circle, &circle, &err));
    toc_log_abort(txn);
    toc_feed_name name = {.circle = s->circle,
                          .org = s->net.nodes[author].org,
                          .lane = lane,
                          .generation = circle.generation};
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    bool found = toc_log_feed_find(txn, &id, out, NULL) == TOC_OK;
    toc_log_abort(txn);
    if (!found)
        *out = (toc_log_feed){.name = name, .id = id};
    return found;
}

static inline uint64_t size_at(const scene *s, int by, int author, toc_lane lane)
{
    toc_log_feed feed;
    return feed_at(s, by, author, lane, &feed) ? feed.frontier.size : 0;
}

/* Entries of the author's alert feed as a node stores them. */
static inline uint64_t stored(const scene *s, int by)
{
    return size_at(s, by, AUTHOR, TOC_LANE_ALERT);
}

static inline toc_code write_record(void *context, toc_engine *engine, toc_log_txn *txn,
                                    toc_now now, toc_err *err)
{
    scene *s = context;
    toc_span record = toc_span_text("what a record says is nothing to the engine");
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_ALERT, &record, NULL, 1, now,
                            &s->record, err);
}

#endif
