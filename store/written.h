/* store/written.h: who could read a record on the day it was written, by the charter of then; what
 * follows a claim that names its readers is for those of them only who had it (decision 0073).
 * Owns:    what it lists lives in the arena. Threads: one a walk. Errors: the store's. */
#ifndef TOC_STORE_WRITTEN_H
#define TOC_STORE_WRITTEN_H

#include "proto/roll/readers.h"
#include "store/query.h"

/* A walk over the records of claims, each claim's in the order of its revisions: zeroes at first.
 */
typedef struct toc_written {
    bool has_claim; /* that named its readers: */
    bool has_head;  /* a members record follows one that is marked as it is, */
    toc_hash marking;
    toc_claim_id claim;
    size_t reader_count;
    toc_org_id readers[TOC_READERS_MAX];
} toc_written;

/* The charter of then, and its readers that got the record, in order of org id. */
TOC_MUST toc_code toc_written_next(toc_written *walk, toc_log_txn *log, const toc_said_record *said,
                                   toc_arena *arena, toc_charter *out_then, const toc_org_id **out,
                                   size_t *out_count, toc_err *err);

#endif
