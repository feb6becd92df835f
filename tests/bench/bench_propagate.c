/* From one node to another, and catching up.
 *
 *   bench_propagate COUNT [CATCH-UP]
 *
 * Two whole nodes in one process, linked over TCP on loopback, both durable. For each of COUNT
 * records: from handing one draft to the writer until the other node's views show it (its commit
 * and its fold done), without process start; and until the writer said that it is durable at home.
 * Then the second node is stopped, CATCH-UP records are written at the first, and it is started
 * again: until its views are level. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { POLL_US = 20, WAIT_S = 600 };

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static uint64_t entries_of(toc_test_node *node)
{
    toc_err err;
    toc_views_txn *txn = NULL;
    toc_hash digest, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(toc_node_views(node->node), &txn, &err));
    TOC_CHECK_OK(toc_views_digest_running(txn, &digest, &opened, &entries, &err));
    toc_views_end(txn);
    return entries;
}

static void await_entries(toc_test_node *node, uint64_t wanted)
{
    double deadline = seconds() + WAIT_S;
    while (entries_of(node) < wanted) {
        if (seconds() > deadline)
            fail_msg("the records did not arrive");
        usleep(POLL_US);
    }
}

static void report(const char *what, double *times, size_t count)
{
    qsort(times, count, sizeof *times, compare);
    printf("%-44s p50 %7.2f ms   p90 %7.2f ms   p99 %7.2f ms   max %7.2f ms\n", what,
           times[count / 2] * 1e3, times[count * 9 / 10] * 1e3, times[count * 99 / 100] * 1e3,
           times[count - 1] * 1e3);
}

static bool is_member(void *context)
{
    toc_test_node *node = context;
    return toc_test_node_links(node) > 0;
}

static void pair(toc_test_node *author, toc_test_node *reader, toc_circle_id *circle)
{
    toc_test_node_make("Author", author);
    toc_test_node_make("Reader", reader);
    toc_test_node_start(author);
    toc_test_node_start(reader);
    toc_test_node_add_peer(author, reader, false);
    toc_test_node_add_peer(reader, author, true);
    *circle = toc_test_node_circle(author);
    toc_test_node_admit(author, circle, &reader->org);
    toc_test_node_join(reader, circle);
    toc_test_wait("a link", 20, is_member, reader);
}

static void propagate(toc_test_node *author, toc_test_node *reader, const toc_circle_id *circle,
                      size_t count)
{
    double *home = calloc(count, sizeof *home), *away = calloc(count, sizeof *away);
    if (home == NULL || away == NULL)
        fail_msg("out of memory");
    for (size_t i = 0; i < count; i++) {
        double start = seconds();
        toc_test_node_write(author, circle, i, i + 1);
        home[i] = seconds() - start;
        await_entries(reader, i + 2);
        away[i] = seconds() - start;
    }
    report("durable at home", home, count);
    report("in the other node's views, both durable", away, count);
    free(home);
    free(away);
}

static void catch_up(toc_test_node *author, toc_test_node *reader, const toc_circle_id *circle,
                     uint64_t from, uint64_t count)
{
    toc_test_node_stop(reader);
    double start = seconds();
    toc_test_node_write(author, circle, from, from + count);
    double wrote = seconds() - start;
    await_entries(author, from + count + 1);
    toc_test_node_start(reader);
    start = seconds();
    await_entries(reader, from + count + 1);
    double caught = seconds() - start;
    printf("%llu records submitted in %.2f s (%.0f/s); caught up with in %.2f s (%.0f/s)\n",
           (unsigned long long)count, wrote, (double)count / wrote, caught, (double)count / caught);
}

static void run(void **state)
{
    const size_t *counts = *state;
    toc_test_node author, reader;
    toc_circle_id circle;
    pair(&author, &reader, &circle);
    /* The first record waits for the charter and the key: it is not what is measured. */
    toc_test_node_write(&author, &circle, 1u << 30, (1u << 30) + 1);
    await_entries(&reader, 1);
    if (counts[0] > 0)
        propagate(&author, &reader, &circle, counts[0]);
    if (counts[1] > 0)
        catch_up(&author, &reader, &circle, counts[0], counts[1]);
    toc_test_node_remove(&reader);
    toc_test_node_remove(&author);
}

int main(int argc, char **argv)
{
    size_t counts[2] = {argc > 1 ? strtoul(argv[1], NULL, 10) : 1000,
                        argc > 2 ? strtoul(argv[2], NULL, 10) : 0};
    const struct CMUnitTest tests[] = {cmocka_unit_test_prestate(run, counts)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
