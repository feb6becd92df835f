/* Two reports of a million wallets each, what joins them, and what takes them apart again.
 *
 *   bench_clusters [MEMBERS]
 *
 * Each step is stored first and then folded, while a reader asks for the cluster of one wallet of
 * each report, again and again. Printed: the time until the views are level, the longest of the
 * transactions in it, the rows that the table layer counted, the shared wallets that joining went
 * through, the most memory the process had, and every size that the reader saw. */
#include <pthread.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <time.h>

#include "tests/unit/store/fold_support.h"

enum { SIZES = 16, JOINING = 10 /* wallets of either report */ };

typedef struct reader {
    toc_viewbook *book;
    toc_wallet wallets[2];
    size_t counts[2], asked;
    uint64_t sizes[2][SIZES]; /* one after the other, each where it differs from the last */
    atomic_bool ended;
} reader;

static uint64_t mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static uint64_t mono_ms(void *context)
{
    (void)context;
    return mono_us() / 1000;
}

/* ---- the reader ---- */

static void look(reader *r, toc_arena *arena)
{
    toc_err err = {0};
    toc_query query = {0};
    toc_arena_reset(arena);
    TOC_CHECK_OK(toc_query_begin(r->book->log, r->book->views, arena, (toc_time){TOC_BOOK_NOW},
                                 &query, &err));
    for (size_t i = 0; i < 2; i++) {
        toc_dossier dossier;
        TOC_CHECK_OK(toc_query_dossier(&query, "q", &r->wallets[i], &dossier, &err));
        uint64_t size = dossier.cluster.size;
        if (r->counts[i] < SIZES && (r->counts[i] == 0 || r->sizes[i][r->counts[i] - 1] != size))
            r->sizes[i][r->counts[i]++] = size;
    }
    toc_query_end(&query);
    r->asked++;
}

static void *read_on(void *context)
{
    reader *r = context;
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new((size_t)64 << 20, &arena, &err));
    const struct timespec pause = {.tv_nsec = 2000000};
    while (!atomic_load(&r->ended)) {
        look(r, arena);
        nanosleep(&pause, NULL);
    }
    look(r, arena);
    return NULL;
}

/* ---- steps ---- */

static void print_sizes(const reader *r)
{
    for (size_t i = 0; i < 2; i++) {
        printf("%s", i == 0 ? "  " : " | ");
        for (size_t j = 0; j < r->counts[i]; j++)
            printf("%s%llu", j == 0 ? "" : ">", (unsigned long long)r->sizes[i][j]);
    }
    printf(" (%zu)\n", r->asked);
}

static void step(fixture *it, uint32_t members, const char *what)
{
    toc_err err = {0};
    pthread_t thread;
    reader r = {.book = &it->book,
                .wallets = {toc_book_numbered(0), toc_book_numbered(4 * members - 2)}};
    give_new(it);
    assert_int_equal(pthread_create(&thread, NULL, read_on, &r), 0);
    uint64_t began = mono_us(), longest = 0, rows = 0, transactions = 0;
    toc_fold_result result = {.backlog = 1};
    while (result.backlog > 0 || result.unsynced) {
        uint64_t from = mono_us();
        TOC_CHECK_OK(toc_views_fold(it->book.views, mono_ms, NULL, &result, &err));
        uint64_t spent = mono_us() - from;
        longest = spent > longest ? spent : longest;
        rows += result.rows;
        transactions++;
        if (result.unsynced && result.backlog == 0)
            break;
    }
    uint64_t spent = mono_us() - began;
    atomic_store(&r.ended, true);
    pthread_join(thread, NULL);
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%-30s %10.1f %10.1f %6llu %9llu %9llu %7ld", what, (double)spent / 1e3,
           (double)longest / 1e3, (unsigned long long)transactions, (unsigned long long)rows,
           (unsigned long long)it->book.views->join_cost, usage.ru_maxrss / 1024);
    print_sizes(&r);
    fflush(stdout);
}

/* As a node writes it: members, then the head. Wallets [first, first + count). */
static void say_whole(fixture *it, size_t feed, const char *name, uint32_t first, uint32_t count)
{
    static toc_member members[TOC_CHUNK_MEMBERS_MAX];
    for (uint32_t done = 0; done < count;) {
        uint32_t left = count - done;
        size_t chunk = left < TOC_CHUNK_MEMBERS_MAX ? left : TOC_CHUNK_MEMBERS_MAX;
        for (size_t i = 0; i < chunk; i++)
            members[i] =
                (toc_member){.wallet = toc_book_numbered(2 * (first + done + (uint32_t)i))};
        (void)toc_viewbook_say(it->feeds[feed], toc_book_members(name, members, chunk));
        done += (uint32_t)chunk;
    }
    (void)toc_viewbook_say(it->feeds[feed], toc_book_cluster(name));
}

/* The last wallets of one, and the first of the other. */
static void say_joining(fixture *it, size_t feed, const char *name, uint32_t members)
{
    say_whole(it, feed, name, members - JOINING, 2 * JOINING);
}

int main(int count, char **words)
{
    unsigned long wanted = count > 1 ? strtoul(words[1], NULL, 10) : 1000000;
    uint32_t members = wanted > 2000 && wanted <= 1000000 ? (uint32_t)wanted : 1000000;
    void *state = NULL;
    set_up(&state);
    fixture *it = state;
    printf("%-30s %10s %10s %6s %9s %9s %7s  sizes seen at either (times asked)\n", "step", "ms",
           "longest ms", "txns", "rows", "shared", "max MB");
    say_whole(it, 0, "first", 0, members);
    step(it, members, "first report");
    say_whole(it, 1, "second", members, members);
    step(it, members, "second report");
    say_joining(it, 2, "link", members);
    step(it, members, "a link of one lineage");
    say_joining(it, 3, "bond", members);
    step(it, members, "a second lineage: joined");
    say_end(it, 3, "bond", 2);
    step(it, members, "which is retracted");
    say_whole(it, 2, "overlap", members / 2, members);
    step(it, members, "half of both in a third");
    say_joining(it, 3, "later", members);
    step(it, members, "20 wallets more, beside that");
    say_end(it, 2, "overlap", 2);
    step(it, members, "which is retracted");
    say_end(it, 0, "first", 2);
    step(it, members, "the first is retracted");
    tear_down(&state);
    return 0;
}
