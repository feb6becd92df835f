/* From one node to another: two whole nodes in this process, linked over loopback, both durable.
 *   bench_propagate [RECORDS [CATCH_UP]]
 * Measures from handing a record to the writer of the one until the views of the other show it, one
 * after another and at a steady rate; then how long an empty node takes to catch up. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/diag.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { RECORDS_DEFAULT = 1000, CATCH_UP_DEFAULT = 100000, POLL_NS = 20000, WAIT_S = 600 };

typedef struct pair {
    toc_test_node from, to;
    toc_circle_id circle;
    uint64_t wanted, next; /* next: number of the next draft */
} pair;

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* With as much room as a node has by default: a test's is small. */
static void start_node(const char *name, toc_test_node *out)
{
    toc_test_node_make(name, out);
    out->config.log_map_bytes = out->config.views_map_bytes = 64ull << 30;
    toc_test_node_start(out);
}

static uint64_t entries_of(toc_test_node *node)
{
    toc_err err;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    toc_hash digest, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(toc_node_views(node->node), &views, &err));
    TOC_CHECK_OK(toc_views_digest_running(views, &digest, &opened, &entries, &err));
    return entries;
}

static void await_entries(toc_test_node *node, uint64_t wanted)
{
    static const struct timespec pause = {.tv_nsec = POLL_NS};
    while (entries_of(node) < wanted)
        nanosleep(&pause, NULL);
}

static void refused(void *context, size_t index, const toc_err *why)
{
    (void)context;
    fail_msg("draft %zu is refused: %s", index, why->text);
}

static void write_one(pair *p)
{
    toc_err err;
    toc_writer_totals totals = {0};
    toc_statement draft;
    toc_test_draft(p->next++, &draft);
    TOC_CHECK_OK(toc_writer_write(p->from.writer, &p->circle, TOC_LANE_ALERT, 0, &draft, 1, &totals,
                                  refused, NULL, &err));
}

static int compare_u64(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a < b ? -1 : a > b;
}

static void say(const char *what, uint64_t *ns, size_t count)
{
    qsort(ns, count, sizeof *ns, compare_u64);
    printf("%-34s p50 %6llu us  p90 %6llu us  p99 %6llu us  max %6llu us  (%zu records)\n", what,
           (unsigned long long)ns[count / 2] / 1000, (unsigned long long)ns[count * 9 / 10] / 1000,
           (unsigned long long)ns[count * 99 / 100] / 1000,
           (unsigned long long)ns[count - 1] / 1000, count);
}

/* ---- one after another ---- */

static void one_by_one(pair *p, size_t count)
{
    uint64_t *total = calloc(count, sizeof *total), *own = calloc(count, sizeof *own);
    uint64_t before = entries_of(&p->to);
    assert_non_null(total);
    assert_non_null(own);
    for (size_t i = 0; i < count; i++) {
        uint64_t start = now_ns();
        write_one(p);
        own[i] = now_ns() - start;
        await_entries(&p->to, before + i + 1);
        total[i] = now_ns() - start;
    }
    say("one by one: acknowledged", own, count);
    say("one by one: visible at the peer", total, count);
    free(own);
    free(total);
}

/* ---- at a rate ---- */

typedef struct watch {
    pair *p;
    uint64_t before, *seen;
    size_t count;
} watch;

static void *watch_main(void *context)
{
    watch *w = context;
    for (size_t have = 0; have < w->count;) {
        static const struct timespec pause = {.tv_nsec = POLL_NS};
        size_t shown = (size_t)(entries_of(&w->p->to) - w->before);
        uint64_t now = now_ns();
        for (; have < shown && have < w->count; have++)
            w->seen[have] = now;
        nanosleep(&pause, NULL);
    }
    return NULL;
}

static void at_rate(pair *p, size_t count, unsigned rate)
{
    char what[64];
    pthread_t watcher;
    uint64_t *start = calloc(count, sizeof *start);
    watch w = {.p = p, .before = entries_of(&p->to), .count = count};
    w.seen = calloc(count, sizeof *w.seen);
    assert_non_null(start);
    assert_non_null(w.seen);
    assert_int_equal(pthread_create(&watcher, NULL, watch_main, &w), 0);
    uint64_t first = now_ns();
    for (size_t i = 0; i < count; i++) {
        uint64_t due = first + i * (1000000000u / rate), now = now_ns();
        struct timespec pause = {.tv_nsec = due > now ? (long)(due - now) : 0};
        if (pause.tv_nsec > 0)
            nanosleep(&pause, NULL);
        start[i] = now_ns();
        write_one(p);
    }
    pthread_join(watcher, NULL);
    for (size_t i = 0; i < count; i++)
        w.seen[i] -= start[i];
    snprintf(what, sizeof what, "at %u/s: visible at the peer", rate);
    say(what, w.seen, count);
    free(start);
    free(w.seen);
}

/* ---- catching up ---- */

static bool has_wanted(void *context)
{
    pair *p = context;
    return entries_of(&p->to) >= p->wanted;
}

static void catch_up(pair *p, uint64_t count)
{
    uint64_t start = now_ns();
    toc_test_node_write(&p->from, &p->circle, p->next, p->next + count);
    p->next += count;
    double written = (double)(now_ns() - start) / 1e9;
    await_entries(&p->to, p->next);
    double with_peer = (double)(now_ns() - start) / 1e9;
    printf("%llu records written in %.2f s (%.0f/s), at the peer after %.2f s (%.0f/s)\n",
           (unsigned long long)count, written, (double)count / written, with_peer,
           (double)count / with_peer);
    pair late = {.circle = p->circle, .wanted = p->next};
    start_node("Late FIU", &late.to);
    toc_test_node_add_peer(&p->from, &late.to, false);
    toc_test_node_admit(&p->from, &p->circle, &late.to.org);
    toc_test_node_join(&late.to, &p->circle);
    start = now_ns();
    toc_test_node_add_peer(&late.to, &p->from, true);
    toc_test_wait("the late one has everything", WAIT_S, has_wanted, &late);
    double caught = (double)(now_ns() - start) / 1e9;
    printf("an empty node has %llu records after %.2f s (%.0f/s), link and keys included\n",
           (unsigned long long)p->next, caught, (double)p->next / caught);
    toc_test_node_remove(&late.to);
}

static bool is_linked(void *context)
{
    return toc_test_node_links(&((pair *)context)->to) == 1;
}

static bool has_first(void *context)
{
    return entries_of(&((pair *)context)->to) >= 1;
}

static void run(size_t records, uint64_t late)
{
    static pair p;
    start_node("Alpha Exchange", &p.from);
    start_node("Beta Police", &p.to);
    toc_test_node_add_peer(&p.from, &p.to, false);
    toc_test_node_add_peer(&p.to, &p.from, true);
    p.circle = toc_test_node_circle(&p.from);
    toc_test_node_admit(&p.from, &p.circle, &p.to.org);
    toc_test_node_join(&p.to, &p.circle);
    toc_test_wait("they are linked", WAIT_S, is_linked, &p);
    write_one(&p);
    toc_test_wait("the first record comes", WAIT_S, has_first, &p);
    one_by_one(&p, records);
    at_rate(&p, records, 100);
    at_rate(&p, records, 1000);
    catch_up(&p, late);
    toc_test_node_remove(&p.from);
    toc_test_node_remove(&p.to);
}

int main(int count, char **words)
{
    size_t records = count > 1 ? (size_t)strtoul(words[1], NULL, 10) : RECORDS_DEFAULT;
    uint64_t late = count > 2 ? strtoull(words[2], NULL, 10) : CATCH_UP_DEFAULT;
    toc_diag_set_level(TOC_DIAG_WARNING);
    if (records == 0) {
        fprintf(stderr, "bench_propagate [RECORDS [CATCH_UP]]\n");
        return 2;
    }
    run(records, late);
    return 0;
}
