/* tests/unit/node/bodies.h: a circle of three, or four, in which bodies of entries go: what the
 * author wrote, what each node has of it, and a relay that takes some away.
 * Owns:    nothing. Threads: the test's. Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_BODIES_H
#define TOC_TESTS_UNIT_NODE_BODIES_H

#include "node/engine/erase.h"
#include "tests/unit/node/hostile.h"
#include "tests/unit/record/sample.h"

enum { RELAY = MALLORY, FRIEND = 3, MINUTE_STEPS = 60000 / SIM_STEP_MS };

/* ---- what is written ---- */

typedef struct claiming {
    scene *s;
    const char *category;
    uint64_t revision;
} claiming;

static inline toc_code write_claim(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                   toc_err *err)
{
    const claiming *what = context;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_statement statement = sample_wallet_claim();
    statement.revision = what->revision;
    statement.as.wallet.category = toc_span_text(what->category);
    TOC_TRY(toc_record_encode(&statement, &record, err));
    toc_span bytes = toc_buf_view(&record);
    return toc_engine_write(engine, txn, &what->s->circle, TOC_LANE_ALERT, &bytes, NULL, 1, now,
                            &what->s->record, err);
}

/* By the author; its place in the feed. */
static inline uint64_t say_claim(scene *s, const char *category, uint64_t revision)
{
    claiming what = {.s = s, .category = category, .revision = revision};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_claim, &what));
    return stored(s, AUTHOR) - 1;
}

static inline toc_claim_id claim_of(const scene *s, const char *category)
{
    toc_claim_id claim;
    toc_statement statement = sample_wallet_claim();
    statement.as.wallet.category = toc_span_text(category);
    toc_statement_claim(&statement, &s->circle, &s->net.nodes[AUTHOR].org, &claim);
    return claim;
}

/* ---- looking ---- */

static inline uint32_t number_at(const scene *s, int by)
{
    toc_log_feed feed;
    assert_true(feed_at(s, by, AUTHOR, TOC_LANE_ALERT, &feed));
    return feed.number;
}

/* 0: it is whole. */
static inline toc_bare_why why_at(const scene *s, int by, uint64_t index)
{
    toc_err err;
    toc_bare bare;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    toc_code code = toc_erase_why(txn, number_at(s, by), index, &bare, &err);
    toc_log_abort(txn);
    if (code == TOC_NOT_FOUND)
        return (toc_bare_why)0;
    TOC_CHECK_OK(code);
    return bare.why;
}

static inline uint64_t cosigned(const scene *s, int by)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_cosignature found = {0};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    if (toc_log_cosigned(txn, number_at(s, by), &s->net.nodes[by].org, &found, NULL) != TOC_OK)
        found.size = 0;
    toc_log_abort(txn);
    return found.size;
}

static inline void assert_sound(const scene *s, int node)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static inline bool opens(const scene *s, int by, uint64_t index)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_span entry;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_entry(txn, number_at(s, by), index, &entry, &err));
    bool whole = !toc_entry_is_bare(entry);
    toc_log_abort(txn);
    return whole;
}

/* ---- doing ---- */

typedef struct taking {
    uint32_t number;
    uint64_t index;
} taking;

/* Its software was changed: it takes the body off and gives no reason. */
static inline toc_code take_body(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    (void)engine;
    const taking *what = context;
    bool had;
    toc_bare bare = {.why = TOC_BARE_ORDERED, .at = now.wall};
    return toc_erase_body(txn, what->number, what->index, &bare, &had, err);
}

static inline void take_at(scene *s, int node, uint64_t index)
{
    taking what = {.number = number_at(s, node), .index = index};
    assert_true(sim_do(&s->net, &s->net.nodes[node], take_body, &what));
}

typedef struct erasing {
    scene *s;
    toc_erase_place places[8];
    size_t count;
    toc_code code;
} erasing;

static inline toc_code erase_own(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    erasing *what = context;
    what->code =
        toc_engine_erase(engine, txn, &what->s->circle, what->places, what->count, now, err);
    return TOC_OK;
}

static inline toc_code erase_by_author(scene *s, uint64_t index)
{
    erasing what = {.s = s, .places = {{number_at(s, AUTHOR), index}}, .count = 1};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], erase_own, &what));
    return what.code;
}

/* ---- the circle ---- */

static inline int set_up_relay(void **state)
{
    set_up(state);
    admit_as(*state, RELAY, TOC_ROLE_MEMBER, true);
    return 0;
}

/* The reader gets the feed from the relay alone, which took one body off it. */
static inline uint64_t through_the_relay(scene *s)
{
    uint64_t before = stored(s, READER);
    uint64_t index = say_claim(s, "theft", 1);
    uint64_t size = say_claim(s, "scam", 1) + 1;
    while (stored(s, RELAY) < size) {
        lose(s, AUTHOR, READER, 0);
        lose(s, RELAY, READER, 0);
        steps(s, 1);
    }
    take_at(s, RELAY, index);
    assert_int_equal(stored(s, READER), before);
    for (int i = 0; i < 4000 && stored(s, READER) < size; i++) {
        lose(s, AUTHOR, READER, 0);
        steps(s, 1);
    }
    assert_int_equal(stored(s, READER), size);
    return index;
}

#endif
