/* tests/support/test_feed.h: a feed made by hand, for tests and benchmarks: keys, entries, tree,
 * checkpoints, and chunks cut out of it as a peer would send them.
 * Owns:    everything it lends, until it is freed.
 * Threads: one at a time.
 * Errors:  whatever cannot be made fails the test. */
#ifndef TOC_TESTS_SUPPORT_TEST_FEED_H
#define TOC_TESTS_SUPPORT_TEST_FEED_H

#include "proto/feed/chunk.h"

enum { TOC_TEST_EPOCHS = 4 };

typedef struct toc_test_feed {
    toc_feed_name name;
    toc_feed_id id;
    toc_secret *sign_seed;
    toc_verify_key sign_key;
    toc_secret *sender_keys[TOC_TEST_EPOCHS]; /* of epoch 1, 2, … */
    uint32_t epoch;                           /* of what is added next; from 1 */
    uint64_t count;
    toc_buf bytes;   /* all entries in a row */
    toc_buf offsets; /* size_t each: where entry i begins in `bytes` */
    toc_buf leaves;  /* toc_hash each */
} toc_test_feed;

/* Keys and names follow from `seed`. Empty: the first entry should be a grant. */
toc_test_feed *toc_test_feed_new(toc_lane lane, uint8_t seed);
void toc_test_feed_free(toc_test_feed *feed); /* NULL is fine */
TOC_DEFINE_AUTO(toc_test_feed, toc_test_feed_free)

/* A grant of `epoch`, which judges and seals what comes after. */
void toc_test_feed_grant(toc_test_feed *feed, uint32_t epoch);
/* The same, naming a card and a charter that some test looks at. */
void toc_test_feed_grant_of(toc_test_feed *feed, uint32_t epoch, const toc_card_hash *card,
                            const toc_charter_hash *charter);
void toc_test_feed_record(toc_test_feed *feed, toc_span record);
void toc_test_feed_erasure(toc_test_feed *feed, uint64_t index);
/* Any bytes as the next entry. */
void toc_test_feed_raw(toc_test_feed *feed, toc_span entry);

toc_span toc_test_feed_entry(const toc_test_feed *feed, uint64_t index);
void toc_test_feed_root(const toc_test_feed *feed, uint64_t size, toc_hash *out);
void toc_test_feed_frontier(const toc_test_feed *feed, uint64_t size, toc_frontier *out);
/* Appends the signed checkpoint of `size`. */
void toc_test_feed_checkpoint(const toc_test_feed *feed, uint64_t size, toc_buf *out);

/* The chunk [from, until) under the checkpoint of `size`, with proofs, and with the keys of every
 * epoch when `with_keys`. `known` is the size of the checkpoint accepted before, 0 for none. The
 * caller frees it. */
toc_chunk *toc_test_feed_chunk(toc_test_feed *feed, uint64_t from, uint64_t until, uint64_t size,
                               uint64_t known, bool with_keys);

#endif
