/* tests/unit/store/fold_support.h: one book with feeds, and what the fold tests ask of it.
 * Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_UNIT_STORE_FOLD_SUPPORT_H
#define TOC_TESTS_UNIT_STORE_FOLD_SUPPORT_H

#include <stdio.h>
#include <stdlib.h>

#include "store/view/fold.h"
#include "tests/support/viewbook.h"

enum { FEEDS = 4 };

/* Feed i is of org 0xA0 + i in one circle, bulk; feed 3 is of org 0xA0 in the alert lane. */
typedef struct fixture {
    toc_viewbook book;
    toc_test_feed *feeds[FEEDS];
    uint64_t given[FEEDS];
    toc_arena *arena;
    toc_query query;
} fixture;

static inline int set_up(void **state)
{
    fixture *it = calloc(1, sizeof *it);
    toc_err err = {0};
    assert_non_null(it);
    toc_viewbook_open(&it->book, false);
    for (size_t i = 0; i < FEEDS; i++)
        it->feeds[i] = toc_viewbook_feed(0xC0, (uint8_t)(0xA0 + i % 3),
                                         i == 3 ? TOC_LANE_ALERT : TOC_LANE_BULK, (uint8_t)(i + 1));
    TOC_CHECK_OK(toc_arena_new((size_t)256 << 20, &it->arena, &err));
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW);
    toc_viewbook_fold(&it->book);
    *state = it;
    return 0;
}

static inline int tear_down(void **state)
{
    fixture *it = *state;
    toc_query_end(&it->query);
    for (size_t i = 0; i < FEEDS; i++)
        toc_test_feed_free(it->feeds[i]);
    toc_arena_free(it->arena);
    toc_viewbook_close(&it->book);
    free(it);
    return 0;
}

/* Stores and opens what the feeds have gained since, without folding. */
static inline void give_new(fixture *it)
{
    for (size_t i = 0; i < FEEDS; i++) {
        uint64_t count = it->feeds[i]->count;
        if (it->given[i] == count)
            continue;
        toc_viewbook_store(&it->book, it->feeds[i], count);
        toc_viewbook_journal(&it->book, TOC_JOURNAL_OPENED, it->feeds[i], it->given[i], count);
        it->given[i] = count;
    }
}

static inline void fold_new(fixture *it)
{
    give_new(it);
    toc_viewbook_fold(&it->book);
}

/* A query of this moment; the one before ends. */
static inline toc_query *ask(fixture *it)
{
    toc_err err = {0};
    toc_query_end(&it->query);
    it->query = (toc_query){0};
    toc_arena_reset(it->arena);
    TOC_CHECK_OK(toc_query_begin(it->book.log, it->book.views, it->arena, (toc_time){TOC_BOOK_NOW},
                                 &it->query, &err));
    return &it->query;
}

static inline toc_dossier dossier_of(fixture *it, const toc_wallet *wallet)
{
    toc_err err = {0};
    toc_dossier dossier;
    TOC_CHECK_OK(toc_query_dossier(ask(it), "q", wallet, &dossier, &err));
    return dossier;
}

static inline toc_answer_cluster cluster_of(fixture *it, const toc_wallet *wallet)
{
    toc_err err = {0};
    toc_answer_cluster cluster;
    TOC_CHECK_OK(toc_query_cluster(ask(it), "q", wallet, 1 << 20, &cluster, &err));
    return cluster;
}

/* The size of the cluster that the wallet is in; 0: none. */
static inline uint64_t size_at(fixture *it, const toc_wallet *wallet)
{
    return dossier_of(it, wallet).cluster.size;
}

/* What the fold keeps up is what a fold from nothing finds. */
static inline void check_rebuild(fixture *it)
{
    toc_err err = {0};
    toc_answer_digest kept = toc_viewbook_digest(&it->book);
    TOC_CHECK_OK(toc_views_rebuild(it->book.views, NULL, NULL, NULL, &err));
    toc_answer_digest anew = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&kept, &anew));
}

/* Says a cluster of numbered wallets [first, first + count), one a key, in feed `feed`. */
static inline toc_said say_cluster(fixture *it, size_t feed, const char *name, uint32_t first,
                                   size_t count)
{
    enum { CHUNK = TOC_CHUNK_MEMBERS_MAX };
    static toc_member members[CHUNK];
    toc_said said = toc_viewbook_say(it->feeds[feed], toc_book_cluster(name));
    for (size_t done = 0; done < count;) {
        size_t chunk = count - done < CHUNK ? count - done : CHUNK;
        for (size_t i = 0; i < chunk; i++)
            members[i] =
                (toc_member){.wallet = toc_book_numbered(2 * (first + (uint32_t)(done + i)))};
        (void)toc_viewbook_say(it->feeds[feed], toc_book_members(name, members, chunk));
        done += chunk;
    }
    return said;
}

/* One op on one wallet, at a revision. */
static inline void say_member(fixture *it, size_t feed, const char *name, uint64_t revision,
                              toc_wallet wallet, bool remove)
{
    toc_member member = {.wallet = wallet, .remove = remove};
    toc_statement statement = toc_book_members(name, &member, 1);
    statement.revision = revision;
    (void)toc_viewbook_say(it->feeds[feed], statement);
}

static inline void say_end(fixture *it, size_t feed, const char *name, uint64_t revision)
{
    toc_statement cluster = toc_book_cluster(name);
    toc_statement end = toc_book_retraction(&cluster);
    end.revision = revision;
    (void)toc_viewbook_say(it->feeds[feed], end);
}

static inline void say_head(fixture *it, size_t feed, const char *name, uint64_t revision)
{
    toc_statement cluster = toc_book_cluster(name);
    cluster.revision = revision;
    (void)toc_viewbook_say(it->feeds[feed], cluster);
}

#endif
