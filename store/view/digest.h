/* store/view/digest.h: the order-free hash of the view rows (docs/RULES.md §8, decision 0030):
 * the sum, modulo 2^256, of B(table name ‖ 0 ‖ row).
 * Owns: nothing. Threads: plain values. Errors: none. */
#ifndef TOC_STORE_VIEW_DIGEST_H
#define TOC_STORE_VIEW_DIGEST_H

#include "proto/base/buf.h"
#include "store/view/schema.h"

typedef struct toc_sum {
    uint64_t limbs[4]; /* least significant first */
} toc_sum;

void toc_sum_add(toc_sum *sum, const toc_hash *hash);
void toc_sum_take(toc_sum *sum, const toc_hash *hash);
/* 32 bytes, big-endian. */
void toc_sum_write(const toc_sum *sum, uint8_t out[32]);
void toc_sum_read(const uint8_t bytes[32], toc_sum *out);

/* The hash of a row whose stored form names nothing local: key ‖ value. */
void toc_row_hash(toc_view_table table, toc_span key, toc_span value, toc_buf *scratch,
                  toc_hash *out);
/* A row of `claims`: the feed's number is replaced by its id. With what `numbers` keeps of it. */
void toc_claim_hash(toc_view_table table, const toc_claim_row *row, const toc_number_row *stored,
                    const toc_feed_id *feed, toc_buf *scratch, toc_hash *out);
/* One cell of `columns`: feed id ‖ index u64 ‖ cell. */
void toc_cell_hash(const toc_feed_id *feed, uint64_t index, toc_span cell, toc_hash *out);
/* B("opened" ‖ 0 ‖ record id). */
void toc_opened_hash(const toc_record_id *record, toc_hash *out);

/* No digest covers `pending`, and a row that changed would leave clusters as they were for good:
 * each has a check, the first eight bytes of its hash as a row without a value. */
enum { TOC_PENDING_BYTES = 8 };
void toc_pending_check(toc_span key, toc_buf *scratch, uint8_t out[TOC_PENDING_BYTES]);
bool toc_pending_fits(const toc_row *row, toc_buf *scratch);

#endif
