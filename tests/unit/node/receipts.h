/* tests/unit/node/receipts.h: receipts: which a node holds, and any that the author tells the
 * reader of, made with the true key of their cosigner.
 * Owns:    nothing.
 * Threads: the test's.
 * Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_RECEIPTS_H
#define TOC_TESTS_UNIT_NODE_RECEIPTS_H

#include "proto/feed/cosignature.h"
#include "tests/unit/node/hostile.h"

/* The newest that `by` holds of `whom` over a feed; size 0: none. */
static inline toc_log_cosignature held_over(const scene *s, int by, int whom,
                                            const toc_feed_id *feed)
{
    toc_err err;
    toc_log_feed stored;
    toc_log_cosignature found = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, feed, &stored, &err));
    toc_code code = toc_log_cosigned(txn, stored.number, &s->net.nodes[whom].org, &found, &err);
    if (code == TOC_NOT_FOUND)
        return (toc_log_cosignature){0};
    TOC_CHECK_OK(code);
    return found;
}

/* The same over the author's feed. */
static inline toc_log_cosignature held(const scene *s, int by, int whom, toc_lane lane)
{
    toc_log_feed feed;
    assert_true(feed_at(s, by, AUTHOR, lane, &feed));
    return held_over(s, by, whom, &feed.id);
}

static inline uint64_t now_s(const scene *s, int node)
{
    return sim_now(&s->net, &s->net.nodes[node]).wall.unix_ms / 1000;
}

/* A cosignature said to be by `whom`, and signed with its key. */
typedef struct forgery {
    scene *s;
    int whom;
    toc_secret *key;           /* NULL: the true one */
    const toc_feed_name *name; /* NULL: the author's alerts */
    int of;                    /* whose feed it is, and in whose log the root is */
    uint64_t size, time_s;
    bool other_root;
    toc_buf message;
} forgery;

static inline toc_feed_name feed_of(const forgery *what)
{
    toc_log_feed feed;
    if (what->name != NULL)
        return *what->name;
    (void)feed_at(what->s, what->of, AUTHOR, TOC_LANE_ALERT, &feed);
    return feed.name;
}

/* Zeroes where it has no such feed, or not so much of it. */
static inline toc_hash root_of(const forgery *what, const toc_feed_name *name)
{
    toc_err err;
    toc_feed_id id;
    toc_log_feed feed;
    toc_hash root = {{0}};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_feed_id_of(name, &id);
    TOC_CHECK_OK(toc_log_read(what->s->net.nodes[what->of].log, &txn, &err));
    if (toc_log_feed_find(txn, &id, &feed, NULL) == TOC_OK && what->size <= feed.frontier.size)
        TOC_CHECK_OK(toc_log_root(txn, feed.number, what->size, &root, &err));
    root.bytes[0] ^= what->other_root ? 1 : 0;
    return root;
}

static inline void forge(forgery *what)
{
    toc_err err;
    const toc_feed_name name = feed_of(what);
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(what->s, what->whom, TOC_OWN_COSIGN);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_wire_cosignature row = {.org = name.org,
                                .lane = name.lane,
                                .generation = name.generation,
                                .size = what->size,
                                .root = root_of(what, &name),
                                .cosigner = what->s->net.nodes[what->whom].org};
    toc_checkpoint_body(&name, row.size, &row.root, &body);
    TOC_CHECK_OK(toc_cosignature_sign(toc_buf_view(&body), what->time_s,
                                      what->key != NULL ? what->key : own, &row.made, &err));
    toc_message news = {
        .kind = TOC_MSG_NEWS,
        .as.news = {.circle = name.circle, .cosignature_count = 1, .cosignatures = &row}};
    TOC_CHECK_OK(toc_message_encode(&news, &what->message, &err));
}

static inline toc_code deliver(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const forgery *what = context;
    return toc_engine_message(engine, txn, link_between(what->s, AUTHOR, READER),
                              toc_buf_view(&what->message), now, err);
}

/* The author tells the reader. */
static inline void tell(forgery *what)
{
    forge(what);
    assert_true(sim_do(&what->s->net, &what->s->net.nodes[READER], deliver, what));
    toc_buf_wipe(&what->message);
}

static inline void assert_counts(const scene *s, uint64_t cosignature, uint64_t fork)
{
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_COSIGNATURE), cosignature);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_FORK), fork);
}

#endif
