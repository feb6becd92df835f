/* store/feed/bare.h: rows of bare entries, erasures and mandates, opened by their own files and by
 * the check; nobody outside store/feed includes it.
 * Owns: nothing. Threads: as the transaction. Errors: MALFORMED. */
#ifndef TOC_STORE_FEED_BARE_H
#define TOC_STORE_FEED_BARE_H

#include "proto/base/reader.h"
#include "store/erase.h"
#include "store/feed/internal.h"

/* One row of an erasure entry. */
typedef struct toc_named_erasure {
    toc_feed_id feed;
    toc_erasure_row row;
    toc_erase_place by; /* the erasure entry */
} toc_named_erasure;
TOC_MUST toc_code toc_erasure_row_open(const toc_log_txn *txn, toc_row row, toc_named_erasure *out,
                                       toc_err *err);

TOC_MUST toc_code toc_mandate_row_open(toc_log_txn *txn, toc_row row, toc_mandate *out,
                                       toc_err *err);
/* Puts it without a question, and without counting. */
TOC_MUST toc_code toc_mandate_row_put(toc_log_txn *txn, const toc_mandate *mandate, toc_err *err);
/* What a mandate says but for its kind and claim: as in its row, and in the file beside the log.
 * What is read lends the reader's bytes; its error is the caller's to ask for. */
void toc_mandate_write(const toc_mandate *mandate, toc_buf *out);
void toc_mandate_read(toc_reader *reader, toc_mandate *out);
/* How often one was put or dropped. */
TOC_MUST toc_code toc_mandate_changes(toc_log_txn *txn, uint64_t *out, toc_err *err);

#endif
