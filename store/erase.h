/* store/erase.h: entries without their bodies, why they have none, and what a court or an authority
 * told this node to delete or to keep (PROTOCOL §2, Erasure; decision 0083). Part of the log, in
 * the transactions of store/log.h.
 *
 * A record without its body is a bare entry (proto/feed/entry.h) and has one row that says why. It
 * is *erased* when everybody can see that it may be: its day has passed, or an erasure entry of its
 * author names it. Else it is *lacking*: missing, and wanted; or deleted here by an order, and
 * withheld. A head is cosigned only when nothing below it is lacking.
 *
 * Owns:    nothing; spans lent as by store/log.h. Threads: as the transaction.
 * Errors:  as store/log.h; STATE and SIGNATURE where said. */
#ifndef TOC_STORE_ERASE_H
#define TOC_STORE_ERASE_H

#include "proto/answer/writer.h"
#include "proto/feed/erasure.h"
#include "store/log.h"

typedef enum toc_bare_why {
    TOC_BARE_MISSING = 1, /* it came without; whoever has it is asked */
    TOC_BARE_ORDERED = 2, /* an order deleted it here */
    TOC_BARE_DAY = 3,     /* past keep_until_day */
    TOC_BARE_AUTHOR = 4   /* an erasure entry names it */
} toc_bare_why;

typedef struct toc_bare {
    toc_bare_why why;
    toc_time at;        /* since when, by this node's clock */
    toc_claim_id claim; /* ORDERED: under the order on this claim; else zeroes */
} toc_bare;

static inline bool toc_bare_lacks(toc_bare_why why)
{
    return why == TOC_BARE_MISSING || why == TOC_BARE_ORDERED;
}

/* Takes the body of a record. No row has it any more; LMDB clears nothing, so that freed pages and
 * unused parts of pages keep its ciphertext until they are written again. One that is bare already
 * only gets the new reason, from lacking to erased too. *out_had: there was a body, so the
 * caller journals that it leaves E. STATE for a grant or an erasure. Invalidates lent spans. */
TOC_MUST toc_code toc_erase_body(toc_log_txn *txn, uint32_t number, uint64_t index,
                                 const toc_bare *bare, bool *out_had, toc_err *err);
/* The whole entry of one that is lacking, put back. SIGNATURE when its leaf is another. */
TOC_MUST toc_code toc_erase_fill(toc_log_txn *txn, uint32_t number, uint64_t index, toc_span entry,
                                 toc_err *err);
/* Why the entry is bare. NOT_FOUND: it is whole, or none. */
TOC_MUST toc_code toc_erase_why(toc_log_txn *txn, uint32_t number, uint64_t index, toc_bare *out,
                                toc_err *err);

typedef struct toc_erase_place {
    uint32_t number;
    uint64_t index;
} toc_erase_place;

/* The first entry at or after `from` that is lacking. NOT_FOUND at the end. */
TOC_MUST toc_code toc_erase_lacking_next(toc_log_txn *txn, const toc_erase_place *from,
                                         toc_erase_place *out, toc_bare *out_bare, toc_err *err);
/* Is every entry of the feed below `size` stored, or provably erased? */
TOC_MUST toc_code toc_erase_covers(toc_log_txn *txn, uint32_t number, uint64_t size, bool *out,
                                   toc_err *err);
/* Looks at up to `rows_max` entries from *at on, and lists those whose keep_until_day is before
 * `day` (Unix seconds / 86,400; UINT64_MAX: all) and that are whole or lacking. *at is where to go
 * on; *out_end: that was the last. */
TOC_MUST toc_code toc_erase_due(toc_log_txn *txn, toc_erase_place *at, uint64_t day,
                                size_t rows_max, toc_erase_place *out, size_t *out_count,
                                bool *out_end, toc_err *err);

/* ---- erasure entries ---- */

/* Entry `by_index` of feed `by` is an erasure with this row. Kept also when the entry that it names
 * has not come. */
TOC_MUST toc_code toc_erasure_put(toc_log_txn *txn, const toc_feed_id *feed,
                                  const toc_erasure_row *row, uint32_t by, uint64_t by_index,
                                  toc_err *err);
/* The first entry of the feed at or after `from` that some erasure names, by whomever. */
TOC_MUST toc_code toc_erasure_next(toc_log_txn *txn, const toc_feed_id *feed, uint64_t from,
                                   uint64_t *out_index, bool *out_any, toc_err *err);
/* Did the author of this feed erase the entry: by a row in a feed of its own, with this leaf, and
 * in the same feed by a later entry? */
TOC_MUST toc_code toc_erasure_names(toc_log_txn *txn, const toc_feed_id *id,
                                    const toc_feed_name *feed, uint64_t index, const toc_hash *leaf,
                                    bool *out, toc_err *err);

/* ---- mandates: what a court or an authority told this node of a claim ---- */

typedef enum toc_mandate_kind {
    TOC_MANDATE_DELETE = 1, /* an order: nothing of the claim is stored here any more */
    TOC_MANDATE_KEEP = 2    /* a legal hold: nothing of it from `revision` on is erased */
} toc_mandate_kind;

typedef struct toc_mandate {
    toc_mandate_kind kind;
    toc_claim_id claim;
    uint64_t revision; /* KEEP; 0: all */
    toc_time at;
    toc_span who;       /* of this node, as the machine knows him */
    toc_span reference; /* the order's: court, file number */
} toc_mandate;

/* EXISTS when there is one of that kind for the claim; STATE when there is one of the other. LIMIT
 * past TOC_MANDATES_MAX. */
TOC_MUST toc_code toc_mandate_put(toc_log_txn *txn, const toc_mandate *mandate, toc_err *err);
TOC_MUST toc_code toc_mandate_get(toc_log_txn *txn, toc_mandate_kind kind,
                                  const toc_claim_id *claim, toc_mandate *out,
                                  toc_err *err); /* NOT_FOUND */
TOC_MUST toc_code toc_mandate_drop(toc_log_txn *txn, toc_mandate_kind kind,
                                   const toc_claim_id *claim, toc_err *err); /* NOT_FOUND */
/* Is there any of that kind? Cheap: nothing need be opened when there is not. */
TOC_MUST toc_code toc_mandate_any(toc_log_txn *txn, toc_mandate_kind kind, bool *out, toc_err *err);
typedef toc_code (*toc_mandate_visit)(void *context, const toc_mandate *mandate, toc_err *err);
TOC_MUST toc_code toc_mandates(toc_log_txn *txn, toc_mandate_kind kind, toc_mandate_visit visit,
                               void *context, toc_err *err);

/* ---- the same beside the log (order_file.c) ----
 * A log that is put back from a copy lacks what was ordered since, so a sealed file outside of it
 * has all orders and holds as well. Both count how often one was put or lifted: the one that counts
 * more is the newer. */

typedef enum toc_orders_newer {
    TOC_ORDERS_SAME = 0,
    TOC_ORDERS_LOG = 1, /* or there is no file */
    TOC_ORDERS_FILE = 2
} toc_orders_newer;

/* Writes the file anew, durably; what is committed by somebody else meanwhile is not in it. */
TOC_MUST toc_code toc_orders_write(toc_log_txn *txn, const char *path, toc_err *err);
/* SEALED or MALFORMED: a file that is damaged or of another node; STATE: both count as many changes
 * and are not the same. */
TOC_MUST toc_code toc_orders_compare(toc_log_txn *txn, const char *path, toc_orders_newer *out,
                                     toc_err *err);
/* What was in force before or is from now on, and not both. Lent. */
typedef toc_code (*toc_orders_change)(void *context, const toc_mandate *mandate, bool lifted,
                                      toc_err *err);
/* The log's orders and holds are those of the file from now on; `change` (NULL: nobody asks) is
 * told what that changes, before it does. The count is not yet: *out_changes is for
 * toc_orders_taken, once no entry is here that they forbid, so that who is interrupted begins
 * again. */
TOC_MUST toc_code toc_orders_take(toc_log_txn *txn, const char *path, toc_orders_change change,
                                  void *context, uint64_t *out_changes, toc_err *err);
TOC_MUST toc_code toc_orders_taken(toc_log_txn *txn, uint64_t changes, toc_err *err);

/* When the log last took orders and holds of the file that differed from its own: how many were in
 * force again, and how many lifted. Kept for who asks how the node is. */
typedef struct toc_orders_again {
    toc_time at;
    uint32_t again, lifted;
} toc_orders_again;
TOC_MUST toc_code toc_orders_again_put(toc_log_txn *txn, const toc_orders_again *what,
                                       toc_err *err);
TOC_MUST toc_code toc_orders_again_get(toc_log_txn *txn, toc_orders_again *out,
                                       toc_err *err); /* NOT_FOUND: never */

/* As members of an object: claim, of a hold the revision, at, who, reference. */
void toc_mandate_print(const toc_mandate *mandate, toc_json *json);

/* ---- figures ---- */

typedef struct toc_erase_counts {
    uint64_t missing, ordered, past_day, by_author; /* entries without a body */
    uint64_t orders, holds;
} toc_erase_counts;
/* Walks the rows: one for each bare entry. */
TOC_MUST toc_code toc_erase_count(toc_log_txn *txn, toc_erase_counts *out, toc_err *err);
/* As members of an object: erased{past_day, by_author}, missing, ordered, orders, legal_holds. */
void toc_erase_print(const toc_erase_counts *counts, toc_json *json);

#endif
