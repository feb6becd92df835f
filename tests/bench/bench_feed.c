/* What an entry costs: sealing, hashing, opening, and a whole chunk verified as a worker does it.
 * bench_feed [RECORD_BYTES] prints one row a measurement; RECORD_BYTES is 120 without it, a wallet
 * record. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tests/support/check.h"
#include "tests/support/test_feed.h"

enum { ENTRIES = 1000, ROUNDS = 40 };

static uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static void print_row(const char *what, uint64_t best_ns, uint64_t count)
{
    uint64_t each = best_ns / count;
    printf("%-34s %8llu ns %12llu per second\n", what, (unsigned long long)each,
           (unsigned long long)(each == 0 ? 0 : 1000000000u / each));
}

/* The best of all rounds: what the work costs when nobody else is on the machine. */
#define BEST_OF_ROUNDS(best, body)                                                                 \
    do {                                                                                           \
        (best) = UINT64_MAX;                                                                       \
        for (int round_ = 0; round_ < ROUNDS; round_++) {                                          \
            uint64_t start_ = now_ns();                                                            \
            body;                                                                                  \
            uint64_t spent_ = now_ns() - start_;                                                   \
            (best) = spent_ < (best) ? spent_ : (best);                                            \
        }                                                                                          \
    } while (0)

static void seal_all(const toc_test_feed *feed, toc_span record, toc_buf *out)
{
    toc_err err = {0};
    toc_buf_clear(out);
    for (uint64_t i = 0; i < ENTRIES; i++)
        TOC_CHECK_OK(toc_entry_seal(&feed->name, &feed->id, i, 1, 20819, feed->sender_keys[0],
                                    (toc_time){.unix_ms = 1}, record, out, &err));
}

static void hash_all(const toc_test_feed *feed)
{
    toc_frontier frontier = {0};
    for (uint64_t i = 1; i <= ENTRIES; i++) {
        toc_hash leaf;
        toc_entry_leaf(&feed->id, i, toc_test_feed_entry(feed, i), &leaf);
        toc_frontier_append(&frontier, &leaf);
    }
}

static void leaf_all(const toc_test_feed *feed)
{
    toc_hash leaf;
    for (uint64_t i = 1; i <= ENTRIES; i++)
        toc_entry_leaf(&feed->id, i, toc_test_feed_entry(feed, i), &leaf);
}

static void open_all(const toc_test_feed *feed)
{
    static uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_err err = {0};
    toc_opened opened;
    for (uint64_t i = 1; i <= ENTRIES; i++)
        TOC_CHECK_OK(toc_entry_open(&feed->id, i, toc_test_feed_entry(feed, i),
                                    feed->sender_keys[0], plain, &opened, &err));
}

static uint64_t verify_chunks(toc_test_feed *feed, bool with_keys)
{
    uint64_t best = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        toc_err err = {0};
        toc_chunk *chunk = toc_test_feed_chunk(feed, 1, ENTRIES + 1, ENTRIES + 1, 1, with_keys);
        uint64_t start = now_ns();
        TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
        toc_chunk_free(chunk);
        uint64_t spent = now_ns() - start;
        best = spent < best ? spent : best;
    }
    return best;
}

static void sign_and_verify(toc_test_feed *feed)
{
    toc_err err = {0};
    toc_signature signature;
    uint64_t best;
    BEST_OF_ROUNDS(best, toc_sign(feed->sign_seed, "", toc_span_text("a checkpoint"), &signature));
    print_row("sign", best, 1);
    BEST_OF_ROUNDS(best, TOC_CHECK_OK(toc_verify(&feed->sign_key, "", toc_span_text("a checkpoint"),
                                                 &signature, &err)));
    print_row("verify, points checked", best, 1);
}

int main(int argc, char **argv)
{
    toc_err err = {0};
    TOC_CHECK_OK(toc_crypto_start(&err));
    size_t record_bytes = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 120;
    static uint8_t record[TOC_RECORD_BULK_BYTES_MAX];
    if (record_bytes > sizeof record) {
        fprintf(stderr, "bench_feed: a record has at most %zu bytes\n", sizeof record);
        return 2;
    }
    TOC_AUTO(toc_test_feed_free) toc_test_feed *feed = toc_test_feed_new(TOC_LANE_BULK, 1);
    toc_test_feed_grant(feed, 1);
    for (int i = 0; i < ENTRIES; i++)
        toc_test_feed_record(feed, toc_span_of(record, record_bytes));
    printf("bulk lane, records of %zu bytes in entries of %zu; chunks of %d; best of %d rounds\n",
           record_bytes, toc_test_feed_entry(feed, 1).size, ENTRIES, ROUNDS);
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    uint64_t best;
    BEST_OF_ROUNDS(best, seal_all(feed, toc_span_of(record, record_bytes), &sealed));
    print_row("seal", best, ENTRIES);
    BEST_OF_ROUNDS(best, leaf_all(feed));
    print_row("leaf hash", best, ENTRIES);
    BEST_OF_ROUNDS(best, hash_all(feed));
    print_row("leaf hash and frontier", best, ENTRIES);
    BEST_OF_ROUNDS(best, open_all(feed));
    print_row("open, with commitment", best, ENTRIES);
    print_row("chunk verified, keys missing", verify_chunks(feed, false), ENTRIES);
    print_row("chunk verified and opened", verify_chunks(feed, true), ENTRIES);
    sign_and_verify(feed);
    return 0;
}
