/* store/feed/audit.h: what audit.c and its check share; nobody outside store/feed includes it.
 * Owns: nothing. Threads: as the transaction. Errors: as store/audit.h. */
#ifndef TOC_STORE_FEED_AUDIT_H
#define TOC_STORE_FEED_AUDIT_H

#include "store/audit.h"
#include "store/feed/tiles.h"

enum {
    TOC_AUDIT_TREE = 0, /* the number of its tree among the feeds', which begin at 1 */
    TOC_AUDIT_SALT_BYTES = 32,
    TOC_AUDIT_TEXT_AT = TOC_AUDIT_SALT_BYTES + 8 /* salt, time */
};

typedef struct toc_audit_state {
    toc_frontier frontier;
    uint64_t signed_size; /* of the newest checkpoint; 0: none */
    toc_time signed_at;
} toc_audit_state;
TOC_MUST toc_code toc_audit_state_get(toc_log_txn *txn, toc_audit_state *out, toc_err *err);

/* The line of a row, opened into `plain` and hashed. SEALED naming the line. */
TOC_MUST toc_code toc_audit_open(const toc_log_txn *txn, toc_row row, toc_buf *plain,
                                 toc_audit_line *out, toc_err *err);
/* "tocsin/<org hex>/audit", appended. */
TOC_MUST toc_code toc_audit_origin(toc_log_txn *txn, toc_buf *out, toc_err *err);

/* toc_audit_check that also counts the tiles it met. */
TOC_MUST toc_code toc_audit_walk(toc_log_txn *txn, toc_span kept, toc_progress progress,
                                 void *context, toc_audit_found *out, uint64_t *out_tiles,
                                 toc_err *err);

#endif
