/* store/charters.h: charters that are not in force: proposals that wait for signatures, what this
 * node has signed, and valid ones of another branch.
 * Owns:    bytes lent to a visitor last until it returns.
 * Threads: as the transaction.
 * Errors:  NOT_FOUND, EXISTS, MALFORMED for rows that lie, IO. */
#ifndef TOC_STORE_CHARTERS_H
#define TOC_STORE_CHARTERS_H

#include "store/log.h"

/* ---- proposals: with the signatures gathered so far; apart from the roll, which serves peers */

typedef struct toc_log_proposal {
    toc_circle_id circle;
    toc_charter_hash hash;
    uint32_t version;
    toc_span signed_charter;
} toc_log_proposal;
/* Puts or replaces. */
TOC_MUST toc_code toc_log_proposal_put(toc_log_txn *txn, const toc_charter *charter, toc_err *err);
typedef toc_code (*toc_log_proposal_visit)(void *context, const toc_log_proposal *proposal,
                                           toc_err *err);
TOC_MUST toc_code toc_log_proposals(toc_log_txn *txn, toc_log_proposal_visit visit, void *context,
                                    toc_err *err);
/* *out.signed_charter is lent by the transaction until it writes. */
TOC_MUST toc_code toc_log_proposal_get(toc_log_txn *txn, const toc_circle_id *circle,
                                       const toc_charter_hash *hash, toc_log_proposal *out,
                                       toc_err *err);
/* Those of versions up to `version` are over. */
TOC_MUST toc_code toc_log_proposals_drop(toc_log_txn *txn, const toc_circle_id *circle,
                                         uint32_t version, toc_err *err);

/* ---- the one body of a version that the own officer signed (PROTOCOL §1) */

/* EXISTS when another one was signed; the same one again is fine. */
TOC_MUST toc_code toc_log_vote_put(toc_log_txn *txn, const toc_charter *charter, toc_err *err);
/* NOT_FOUND: none of this version. */
TOC_MUST toc_code toc_log_vote(toc_log_txn *txn, const toc_circle_id *circle, uint32_t version,
                               toc_charter_hash *out, toc_err *err);

#endif
