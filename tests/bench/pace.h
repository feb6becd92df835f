/* tests/bench/pace.h: records written at a node at a steady pace, and when the views of another
 * show them.
 * Owns:    nothing.
 * Threads: the caller's, and one that watches while it paces.
 * Errors:  whatever goes wrong here ends the program. */
#ifndef TOC_TESTS_BENCH_PACE_H
#define TOC_TESTS_BENCH_PACE_H

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { POLL_NS = 20000 };

static inline uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline int compare_u64(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static inline uint64_t entries_of(toc_test_node *node)
{
    toc_err err;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    toc_hash digest, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(toc_node_views(node->node), &views, &err));
    TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
    return entries;
}

static inline void refused(void *context, size_t index, const toc_err *why)
{
    (void)context;
    fail_msg("draft %zu is refused: %s", index, why->text);
}

/* With as much room as a node has by default: a test's is small. */
static inline void start_node(const char *name, toc_test_node *out)
{
    toc_test_node_make(name, out);
    out->config.log_map_bytes = out->config.views_map_bytes = 64ull << 30;
    toc_test_node_start(out);
}

typedef struct pace_watch {
    toc_test_node *to;
    uint64_t before, *seen;
    size_t count;
} pace_watch;

static inline void *pace_watch_main(void *context)
{
    pace_watch *w = context;
    for (size_t have = 0; have < w->count;) {
        static const struct timespec pause = {.tv_nsec = POLL_NS};
        size_t shown = (size_t)(entries_of(w->to) - w->before);
        uint64_t now = now_ns();
        for (; have < shown && have < w->count; have++)
            w->seen[have] = now;
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* Calls `write` for each of `count` records, `rate` a second. out_ns gets how long each took to be
 * in the views of `to`, ascending. */
static inline void pace(toc_test_node *to, size_t count, unsigned rate, void (*write)(void *),
                        void *context, uint64_t *out_ns)
{
    pthread_t watcher;
    uint64_t *start = calloc(count, sizeof *start);
    pace_watch w = {.to = to, .before = entries_of(to), .seen = out_ns, .count = count};
    assert_non_null(start);
    assert_int_equal(pthread_create(&watcher, NULL, pace_watch_main, &w), 0);
    uint64_t first = now_ns();
    for (size_t i = 0; i < count; i++) {
        uint64_t due = first + i * (1000000000u / rate), now = now_ns();
        struct timespec pause = {.tv_nsec = due > now ? (long)(due - now) : 0};
        if (pause.tv_nsec > 0)
            nanosleep(&pause, NULL);
        start[i] = now_ns();
        write(context);
    }
    pthread_join(watcher, NULL);
    for (size_t i = 0; i < count; i++)
        out_ns[i] -= start[i];
    free(start);
    qsort(out_ns, count, sizeof *out_ns, compare_u64);
}

#endif
