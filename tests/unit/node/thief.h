/* tests/unit/node/thief.h: a thief of the author's sign key, who goes on under its name: two
 * histories of one feed, and what a node holds of them.
 * Owns:    nothing.
 * Threads: the test's.
 * Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_THIEF_H
#define TOC_TESTS_UNIT_NODE_THIEF_H

#include "tests/support/forger.h"
#include "tests/unit/node/hostile.h"

/* MALLORY is a member; a fourth node is not. */
static inline int set_up_member(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

static const char common_wallet[] = "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq";
static const char own_wallet[] = "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa";
static const char stolen_wallet[] = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";

static inline void encode_claim(const scene *s, const char *address, toc_now now, toc_buf *out)
{
    toc_err err;
    TOC_CHECK_OK(
        toc_forge_record(&s->circle, &s->net.nodes[AUTHOR].org, address, now.wall, out, &err));
}

typedef struct saying {
    scene *s;
    const char *wallet;
} saying;

static inline toc_code write_claim(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                   toc_err *err)
{
    const saying *what = context;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    encode_claim(what->s, what->wallet, now, &record);
    toc_span bytes = toc_buf_view(&record);
    return toc_engine_write(engine, txn, &what->s->circle, TOC_LANE_ALERT, &bytes, NULL, 1, now,
                            NULL, err);
}

static inline void say_claim(scene *s, const char *wallet)
{
    saying what = {.s = s, .wallet = wallet};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_claim, &what));
}

enum { FORGED_MAX = 8 };

/* Goes on in the author's feed, thief or author, whatever its engine thinks of it. */
static inline void go_on(scene *s, int by, const toc_log_feed *feed, unsigned count)
{
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_span records[FORGED_MAX];
    assert_true(count <= FORGED_MAX);
    encode_claim(s, stolen_wallet, sim_now(&s->net, &s->net.nodes[by]), &record);
    for (unsigned i = 0; i < count; i++)
        records[i] = toc_buf_view(&record);
    toc_forgery what = {.feed = feed->id, .sign = sign, .count = count, .records = records};
    assert_true(sim_do(&s->net, &s->net.nodes[by], toc_forge, &what));
}

/* Out of everybody's hearing: `theirs` more entries by the thief, and `own` by the author. */
static inline void part(scene *s, toc_lane lane, unsigned theirs, unsigned own)
{
    toc_log_feed feed;
    assert_true(feed_at(s, AUTHOR, AUTHOR, lane, &feed));
    isolate(s, MALLORY);
    steps(s, 100);
    go_on(s, MALLORY, &feed, theirs);
    for (unsigned i = 0; i < own; i++)
        say_claim(s, own_wallet);
    steps(s, 200);
    s->net.cut[MALLORY] = false;
}

/* Where the node knows the feed to part; UINT64_MAX: nowhere. Its author may have begun another. */
static inline uint64_t forked_at(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    uint64_t index;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_forked(txn, &feed->name, &index, &err));
    toc_log_abort(txn);
    return index;
}

/* Every node has opened as many records, and the same. */
static inline void expect_opened_alike(scene *s, uint64_t expected)
{
    toc_err err;
    toc_hash first = {{0}};
    for (int node = AUTHOR; node <= MALLORY; node++) {
        toc_hash digest, opened;
        uint64_t entries;
        toc_views_txn *views = NULL;
        assert_int_equal(opened_by(s, node), expected);
        TOC_CHECK_OK(toc_views_read(s->net.nodes[node].views, &views, &err));
        TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
        toc_views_end(views);
        if (node == AUTHOR)
            first = opened;
        assert_memory_equal(&opened, &first, sizeof first);
    }
}

#endif
