/* store/trail.h: what the audit says when it is asked.
 * Owns:    nothing. Threads: as the query. Errors: as store/audit.h; MALFORMED for a line that this
 * program does not know. */
#ifndef TOC_STORE_TRAIL_H
#define TOC_STORE_TRAIL_H

#include "store/audit.h"
#include "store/query.h"

/* Conditions that all hold; zeroes and empty spans ask nothing. But for the time, which is that of
 * each line, they are asked of a deed as a whole: who asked for it, and what its lines say. */
typedef struct toc_trail_search {
    toc_time since, until; /* of the line; half open */
    bool has_uid;
    uint64_t uid;
    toc_span command;
    toc_span outcome; /* "ok", or the name of a toc_code */
    toc_span text;    /* what names exactly this, an id for example */
    toc_span wallet;  /* in any spelling: what names it, in whatever spelling, or a record of it;
                         and what wrote such records, though the audit keeps no rows */
    toc_span record;  /* 64 hexadecimal digits, of a record or a claim: likewise */
    size_t limit;     /* the newest of them */
    toc_progress progress; /* NULL: nobody waits */
    void *progress_context;
} toc_trail_search;
/* One JSON object a line: number, time and leaf, of what belongs to a deed who asked for it, then
 * what is kept; of what was written about the wallet or record that is asked for, `about`: those
 * records, and who could read each. Oldest first. */
typedef toc_code (*toc_trail_visit)(void *context, toc_span line, toc_err *err);
/* Walks the whole audit backwards. A wallet that is none: as toc_wallet_parse; USAGE for an outcome
 * that is none, and for a command that is none and that no line has. Uses up the query's arena. */
TOC_MUST toc_code toc_trail_ask(toc_query *query, const toc_trail_search *search,
                                toc_trail_visit visit, void *context, uint64_t *out_total,
                                toc_err *err);
/* {"ok":true,"lines","root","signed","checkpoints","first","last"} of what a check found. */
void toc_trail_print(const toc_audit_found *found, toc_buf *out);

#endif
