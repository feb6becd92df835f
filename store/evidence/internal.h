/* store/evidence/internal.h: a bundle while its parts are put together, and how a record is found.
 * Owns:    everything lives in the arena or in the transaction. Threads: as the transaction.
 * Errors:  as store/evidence.h. */
#ifndef TOC_STORE_EVIDENCE_INTERNAL_H
#define TOC_STORE_EVIDENCE_INTERNAL_H

#include "proto/evidence/evidence.h"
#include "store/evidence.h"

typedef struct toc_bundling {
    toc_log_txn *txn;
    toc_arena *arena;
    toc_log_feed feed;
    uint64_t index;
    toc_log_cosignature *receipts; /* of each org the earliest, in order of time */
    size_t receipt_count;
    toc_org_id *orgs; /* whose cards are needed, in order and each once */
    size_t org_count;
    toc_span *charters; /* the bundle's, with their hashes */
    toc_charter_hash *hashes;
    toc_bundle bundle;
} toc_bundling;

/* Where the entry of this id stands. NOT_FOUND says how ids are come by. */
TOC_MUST toc_code toc_evidence_find(toc_log_txn *txn, const toc_hash *record, toc_log_feed *out,
                                    uint64_t *out_index, toc_err *err);

/* bundle.c */
toc_code toc_bundling_no_memory(toc_err *err);
/* The hashes from an entry of the feed to the root over its first `size` entries. */
TOC_MUST toc_code toc_bundling_path(const toc_bundling *all, uint64_t index, uint64_t size,
                                    toc_proof *out, toc_err *err);
/* receipt.c: in order of time, then of org. */
void toc_receipts_sort(toc_log_cosignature *rows, size_t count);
/* choice.c: of each org the earliest cosignature that a verifier takes. */
TOC_MUST toc_code toc_bundling_receipts(toc_bundling *all, toc_err *err);
/* The same, once the charters are there: where a key that its author retired signed the newest
 * head, somebody else's receipt of before must be over that very head. */
TOC_MUST toc_code toc_bundling_vouch(toc_bundling *all, toc_err *err);
/* roll.c: the charters up to the one that the grant names; then, with everybody known whose key is
 * in the bundle, the cards. */
TOC_MUST toc_code toc_bundling_charters(toc_bundling *all, const toc_grant *grant, toc_err *err);
TOC_MUST toc_code toc_bundling_cards(toc_bundling *all, toc_err *err);
/* heads.c: the newest head that the author signed, and every other that a receipt is over. */
TOC_MUST toc_code toc_bundling_heads(toc_bundling *all, toc_err *err);

#endif
