/* store/evidence.h: what proves a record to others, taken out of the log alone: who holds it, and a
 * bundle for somebody who has no node (docs/EVIDENCE.md). For officers: a bundle has the text, and
 * toc_audience_sees decides in here whether it is told; who holds a record says nothing of it.
 * Views are not needed, so it works while they are behind, or gone.
 * Owns:    nothing; lines are lent until the visit returns.
 * Threads: as the transaction.
 * Errors:  as store/log.h; NOT_FOUND for a record that is not stored here, or not told. */
#ifndef TOC_STORE_EVIDENCE_H
#define TOC_STORE_EVIDENCE_H

#include "store/log.h"

/* Lines of JSON as proto/control/README.md has them under `receipt` and `bundle`; `record` is the
 * id of a record, which is its leaf hash. */
typedef toc_code (*toc_evidence_visit)(void *context, toc_span line, toc_err *err);
TOC_MUST toc_code toc_receipt_ask(toc_log_txn *txn, const toc_hash *record,
                                  toc_evidence_visit visit, void *context, toc_err *err);
/* The parts of the bundle, each well within a frame, and what it is of. STATE, SIGNATURE and what
 * toc_evidence_verify says where what is stored does not make a bundle: it is checked first. */
TOC_MUST toc_code toc_bundle_ask(toc_log_txn *txn, const toc_hash *record, toc_evidence_visit visit,
                                 void *context, toc_err *err);

/* Who receipted an entry: of each org the earliest cosignature over a head that has it, in order of
 * time. The rows are the arena's. */
TOC_MUST toc_code toc_receipts_of(toc_log_txn *txn, uint32_t number, uint64_t index,
                                  toc_arena *arena, toc_log_cosignature **out, size_t *out_count,
                                  toc_err *err);

#endif
