/* How fast the log takes entries, gives them back and proves them.
 *   bench_log [entries] [folder]
 * The folder (default: TMPDIR or /tmp) decides what a durable commit costs. Figures of the
 * reference machine stand in docs/PERFORMANCE.md. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/base/limits.h"
#include "proto/feed/entry.h"
#include "store/log.h"
#include "tests/support/tempdir.h"

enum { CHUNK = 1000, ENTRY_BYTES = 344, FEEDS = 8 }; /* 256 bytes of plaintext, sealed */

static void must(toc_code code, const toc_err *err)
{
    if (code == TOC_OK)
        return;
    fprintf(stderr, "bench_log: %s: %s\n", toc_code_name(code), err->text);
    exit(1);
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

typedef struct bench_state {
    toc_log *log;
    toc_log_feed feeds[FEEDS];
    uint8_t bytes[CHUNK][ENTRY_BYTES];
    toc_span entries[CHUNK];
    toc_hash leaves[CHUNK];
    double hashing_s; /* of leaves: the workers' time, not the store's */
} bench_state;

static void make_chunk(bench_state *bench, const toc_log_feed *feed, uint32_t count)
{
    double start = now_s();
    for (uint32_t i = 0; i < count; i++) {
        memcpy(bench->bytes[i] + 60, &i, sizeof i);
        memcpy(bench->bytes[i] + 64, &feed->frontier.size, 8);
        bench->entries[i] = toc_span_of(bench->bytes[i], ENTRY_BYTES);
        toc_entry_leaf(&feed->id, feed->frontier.size + i, bench->entries[i], &bench->leaves[i]);
    }
    bench->hashing_s += now_s() - start;
}

static void open_log(bench_state *bench, const char *folder, bool sync, const toc_secret *key)
{
    toc_err err = {0};
    toc_store_options options = {.sync = sync};
    must(toc_log_open(folder, &options, key, &bench->log, &err), &err);
    toc_log_txn *txn = NULL;
    must(toc_log_write(bench->log, &txn, &err), &err);
    for (uint64_t i = 0; i < FEEDS; i++) {
        toc_feed_name name = {.lane = TOC_LANE_BULK, .generation = i + 1};
        toc_feed_id id;
        toc_feed_id_of(&name, &id);
        if (toc_log_feed_find(txn, &id, &bench->feeds[i], &err) != TOC_OK)
            must(toc_log_feed_new(txn, &name, &bench->feeds[i], &err), &err);
    }
    must(toc_log_commit(txn, &err), &err);
}

/* Appends `total` entries in chunks of `chunk`, going round the first `feed_count` feeds,
 * `per_commit` a transaction. */
static void append(bench_state *bench, const char *what, uint64_t total, uint32_t chunk,
                   uint32_t feed_count, uint64_t per_commit)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    uint64_t in_txn = 0;
    uint32_t turn = 0;
    bench->hashing_s = 0;
    double start = now_s();
    for (uint64_t done = 0; done < total; done += chunk) {
        toc_log_feed *feed = &bench->feeds[turn++ % feed_count];
        make_chunk(bench, feed, chunk);
        if (txn == NULL)
            must(toc_log_write(bench->log, &txn, &err), &err);
        must(toc_log_append(txn, feed, bench->entries, bench->leaves, chunk, NULL, &err), &err);
        in_txn += chunk;
        if (in_txn >= per_commit) {
            must(toc_log_commit(txn, &err), &err);
            txn = NULL;
            in_txn = 0;
        }
    }
    if (txn != NULL)
        must(toc_log_commit(txn, &err), &err);
    double took = now_s() - start - bench->hashing_s;
    printf("%-58s %10.0f entries/s\n", what, (double)total / took);
}

static void print_size(bench_state *bench, const char *what)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_stats stats;
    must(toc_log_read(bench->log, &txn, &err), &err);
    must(toc_log_stats_of(txn, &stats, &err), &err);
    toc_log_abort(txn);
    printf("%-58s %10.1f bytes an entry beyond its own %d\n", what,
           (double)(stats.used_bytes - stats.entry_bytes) / (double)stats.entries, ENTRY_BYTES);
}

static void read_back(bench_state *bench, uint32_t number, uint64_t size)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    uint64_t at = 0;
    double start = now_s();
    must(toc_log_read(bench->log, &txn, &err), &err);
    while (at < size) {
        uint32_t count = 0;
        toc_buf_clear(&out);
        must(toc_log_entries(txn, number, at, size, 1u << 20, &out, &count, &err), &err);
        at += count;
    }
    toc_log_abort(txn);
    printf("%-58s %10.0f entries/s\n", "read back by the megabyte",
           (double)size / (now_s() - start));
}

static void prove(bench_state *bench, uint32_t number, uint64_t size)
{
    enum { PROOFS = 2000 };
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    must(toc_log_read(bench->log, &txn, &err), &err);
    toc_log_tree tree = {.txn = txn, .number = number};
    toc_tree_source source = toc_log_tree_source(&tree);
    toc_proof proof;
    double start = now_s();
    for (uint64_t i = 0; i < PROOFS; i++)
        must(toc_merkle_inclusion(&source, i * 7919 % size, size, &proof, &err), &err);
    printf("%-58s %10.0f a second\n", "inclusion proofs", PROOFS / (now_s() - start));
    start = now_s();
    for (uint64_t i = 0; i < PROOFS; i++)
        must(toc_merkle_consistency(&source, i * 7919 % size + 1, size, &proof, &err), &err);
    printf("%-58s %10.0f a second\n", "consistency proofs", PROOFS / (now_s() - start));
    toc_log_abort(txn);
}

static void check(bench_state *bench, uint64_t total)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    must(toc_log_read(bench->log, &txn, &err), &err);
    double start = now_s();
    must(toc_log_check(txn, NULL, NULL, &err), &err);
    printf("%-58s %10.0f entries/s\n", "check of everything", (double)total / (now_s() - start));
    toc_log_abort(txn);
}

static void run(bench_state *bench, const toc_secret *key, const char *folder, uint64_t total)
{
    toc_err err = {0};
    must(toc_log_create(folder, &err), &err);
    open_log(bench, folder, false, key);
    append(bench, "one feed, chunks of 1,000, unsynced", total, CHUNK, 1, TOC_LOG_TXN_ENTRIES_MAX);
    print_size(bench, "its size");
    read_back(bench, bench->feeds[0].number, bench->feeds[0].frontier.size);
    prove(bench, bench->feeds[0].number, bench->feeds[0].frontier.size);
    check(bench, total);
    append(bench, "8 feeds in turn, chunks of 1,000, unsynced", total, CHUNK, FEEDS,
           TOC_LOG_TXN_ENTRIES_MAX);
    print_size(bench, "size with them");
    append(bench, "8 feeds in turn, one by one, unsynced", total / 20, 1, FEEDS, 1000);
    print_size(bench, "size with them");
    toc_log_close(bench->log);
    open_log(bench, folder, true, key);
    append(bench, "durable, 1,000 a commit", total / 10, CHUNK, FEEDS, CHUNK);
    append(bench, "durable, 100 a commit", total / 50, 100, FEEDS, 100);
    append(bench, "durable, 1 a commit", total / 500, 1, FEEDS, 1);
    toc_log_close(bench->log);
}

int main(int argc, char **argv)
{
    uint64_t total = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    if (argc > 2)
        (void)setenv("TMPDIR", argv[2], 1);
    total = total / CHUNK * CHUNK;
    char folder[TOC_TEMPDIR_BYTES];
    toc_err err = {0};
    must(toc_crypto_start(&err), &err);
    toc_secret *key = NULL;
    must(toc_secret_random(&key, &err), &err);
    bench_state *bench = calloc(1, sizeof *bench);
    if (bench == NULL)
        return 1;
    for (uint32_t i = 0; i < CHUNK; i++) {
        bench->bytes[i][0] = 1;
        bench->bytes[i][1] = TOC_ENTRY_RECORD;
    }
    toc_tempdir_make(folder);
    run(bench, key, folder, total);
    toc_tempdir_remove(folder);
    free(bench);
    toc_secret_free(key);
    return 0;
}
