/* node/control_branch.h: a charter of a circle with several branches, named by the digits that its
 * hash begins with.
 * Owns:    nothing. Threads: any; reads through the caller's transaction.
 * Errors:  USAGE for too few digits or several charters, NOT_FOUND. Private to node/control*. */
#ifndef TOC_NODE_CONTROL_BRANCH_H
#define TOC_NODE_CONTROL_BRANCH_H

#include "store/log.h"

enum { TOC_HASH_DIGITS_MIN = 8 };

typedef struct toc_branch {
    toc_circle_id circle;
    toc_charter_hash hash;
} toc_branch;

/* The charter in force, an open rival or a declined one; of `circle`, or with NULL of any circle
 * that is known here. */
TOC_MUST toc_code toc_branch_find(toc_log_txn *txn, const toc_circle_id *circle, toc_span digits,
                                  toc_branch *out, toc_err *err);

#endif
