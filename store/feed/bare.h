/* store/feed/bare.h: rows of bare entries, erasures and mandates, opened by their own files and by
 * the check; nobody outside store/feed includes it.
 * Owns: nothing. Threads: as the transaction. Errors: MALFORMED. */
#ifndef TOC_STORE_FEED_BARE_H
#define TOC_STORE_FEED_BARE_H

#include "store/erase.h"
#include "store/feed/internal.h"

/* Of table lacking or erased. */
TOC_MUST toc_code toc_bare_row_open(const toc_log_txn *txn, toc_log_table table, toc_row row,
                                    toc_erase_place *out_place, toc_bare *out, toc_err *err);

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

#endif
