/* From one node to another: two whole nodes in this process, linked over loopback, both durable.
 *   bench_propagate [RECORDS [CATCH_UP]]
 * Measures from handing a record to the writer of the one until the views of the other show it, one
 * after another and at a steady rate; then how long an empty node takes to catch up. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/diag.h"
#include "tests/bench/pace.h"

enum { RECORDS_DEFAULT = 1000, CATCH_UP_DEFAULT = 100000, WAIT_S = 600 };

typedef struct pair {
    toc_test_node from, to;
    toc_circle_id circle;
    uint64_t wanted, next; /* next: number of the next draft */
} pair;

static void await_entries(toc_test_node *node, uint64_t wanted)
{
    static const struct timespec pause = {.tv_nsec = POLL_NS};
    while (entries_of(node) < wanted)
        nanosleep(&pause, NULL);
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

static void write_next(void *context)
{
    write_one(context);
}

static void at_rate(pair *p, size_t count, unsigned rate)
{
    char what[64];
    uint64_t *ns = calloc(count, sizeof *ns);
    assert_non_null(ns);
    pace(&p->to, count, rate, write_next, p, ns);
    snprintf(what, sizeof what, "at %u/s: visible at the peer", rate);
    say(what, ns, count);
    free(ns);
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
