/* store/trail.h: what the audit says when it is asked.
 * Owns:    nothing. Threads: as the transaction. Errors: as store/audit.h; MALFORMED for a line
 * that this program does not know. */
#ifndef TOC_STORE_TRAIL_H
#define TOC_STORE_TRAIL_H

#include "store/audit.h"

/* Conditions that all hold; zeroes and empty spans ask nothing. What was written for a deed, and
 * what came of it, is judged by who asked for the deed. */
typedef struct toc_trail_search {
    toc_time since, until; /* of the line; half open */
    bool has_uid;
    uint64_t uid;
    toc_span command;
    toc_span wallet; /* in any spelling: what names it, in whatever spelling */
    toc_span text;   /* what names exactly this, an id for example */
    size_t limit;    /* the newest of them */
} toc_trail_search;
/* One JSON object a line: number, time and leaf, of what belongs to a deed who asked for it, then
 * what is kept. Oldest first. */
typedef toc_code (*toc_trail_visit)(void *context, toc_span line, toc_err *err);
/* Walks the whole audit backwards. MALFORMED for a wallet that is none. */
TOC_MUST toc_code toc_trail_ask(toc_log_txn *txn, const toc_trail_search *search,
                                toc_trail_visit visit, void *context, uint64_t *out_total,
                                toc_err *err);
/* {"ok":true,"lines","root","signed","checkpoints","first","last"} of what a check found. */
void toc_trail_print(const toc_audit_found *found, toc_buf *out);

#endif
