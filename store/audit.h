/* store/audit.h: who asked, wrote, approved and exported what: numbered lines, sealed at rest, the
 * leaves of one Merkle tree whose heads are signed (docs/decisions/0072).
 *
 * A line is added in the write transaction of what it tells of, and never changed. The text is the
 * caller's (proto/format/deed.h) and opaque here. Leaf: SHA-256(0x00 ‖ salt[32] ‖ time u64 ‖ text).
 * Owns:    nothing. Threads: as the transaction.
 * Errors:  as store/log.h; LIMIT for a line over TOC_AUDIT_LINE_BYTES_MAX; SIGNATURE naming the
 *          line or the checkpoint that is not as it was written. */
#ifndef TOC_STORE_AUDIT_H
#define TOC_STORE_AUDIT_H

#include "store/log.h"

/* Adds a line, durable with the commit. *out_number: from 0, without gaps. */
TOC_MUST toc_code toc_audit_add(toc_log_txn *txn, toc_time now, toc_span text, uint64_t *out_number,
                                toc_err *err);

/* What stands at the end of the table. */
typedef struct toc_audit_head {
    uint64_t size; /* lines */
    toc_hash root;
    uint64_t signed_size; /* of the newest checkpoint; 0: none */
    toc_time signed_at;
} toc_audit_head;
TOC_MUST toc_code toc_audit_head_of(toc_log_txn *txn, toc_audit_head *out, toc_err *err);

/* One line. `text` is lent from the buffer that it was read into. */
typedef struct toc_audit_line {
    uint64_t number;
    toc_time time;
    toc_hash leaf;
    toc_span text;
} toc_audit_line;
/* `plain` is cleared first. NOT_FOUND past the end. */
TOC_MUST toc_code toc_audit_get(toc_log_txn *txn, uint64_t number, toc_buf *plain,
                                toc_audit_line *out, toc_err *err);

/* ---- checkpoints: C2SP tlog-checkpoint, origin "tocsin/<org hex>/audit", one extension line
 * "time <RFC 3339>", signed by the node's sign key ---- */

/* Signs the head, unless it is signed already. STATE while there is no line. */
TOC_MUST toc_code toc_audit_sign(toc_log_txn *txn, toc_time now, toc_err *err);
/* Signs the head when that is due: TOC_AUDIT_CHECKPOINT_LINES after the last checkpoint, or
 * TOC_AUDIT_CHECKPOINT_MS after it when there is anything new. */
TOC_MUST toc_code toc_audit_sign_if_due(toc_log_txn *txn, toc_time now, bool *out_signed,
                                        toc_err *err);
/* The newest, lent. NOT_FOUND before the first. */
TOC_MUST toc_code toc_audit_note(toc_log_txn *txn, toc_span *out_note, toc_err *err);

/* ---- the check ---- */

typedef struct toc_audit_found {
    toc_audit_head head;
    uint64_t checkpoints;
    toc_time first, last; /* of the lines; 0 when there are none */
} toc_audit_found;
/* Opens and hashes every line, compares the tree with every checkpoint and with `kept`, one that
 * was kept elsewhere (empty: none): only that shows when the end was cut off. */
TOC_MUST toc_code toc_audit_check(toc_log_txn *txn, toc_span kept, toc_progress progress,
                                  void *context, toc_audit_found *out, toc_err *err);

#endif
