/* store/feed/check.h: the state of a check that walks the whole log; check.c and check_feed.c share
 * it.
 * Threads: one.
 * Errors:  SIGNATURE for what the check finds itself; MALFORMED, SEALED, NOT_FOUND from the rows it
 * opens, which toc_log_check turns into SIGNATURE. */
#ifndef TOC_STORE_FEED_CHECK_H
#define TOC_STORE_FEED_CHECK_H

#include "store/feed/internal.h"

typedef struct toc_check {
    toc_log_txn *txn;
    toc_progress progress;
    void *context;
    uint64_t done, total; /* entries */
    uint64_t entry_bytes, feeds, tiles, heads, grants;
    uint64_t erased, lacking;     /* entries without a body */
    uint64_t cosigs, cosigs_kept; /* rows, and what their cosigners account for */
    toc_log_pending pending;      /* the range before */
    toc_arena *arena;
} toc_check;

/* Walks one feed: a toc_log_feed_visit over a toc_check. */
TOC_MUST toc_code toc_check_feed(void *context, const toc_log_feed *feed, toc_err *err);

#endif
