/* node/readership_then.h: who could read a record that was written, as far as this node can know:
 * by the charter and the grants of its day, and by what joiners were given since (decision 0093).
 * Private to node/control*.
 * Owns:    nothing; what it lists lives in the arena. Threads: as the transaction.
 * Errors:  the store's. */
#ifndef TOC_NODE_READERSHIP_THEN_H
#define TOC_NODE_READERSHIP_THEN_H

#include "node/readership.h"

/* Of the readers of another org's record by the charter of its day, those who may have had no key
 * of the author then: it was new to them, or read in one branch of a contested circle only. The
 * boxes tell nobody, so only the author's node knows. Of own records there are none: of those it is
 * put down (store/log.h: unsealed). */
TOC_MUST toc_code toc_readership_doubts(toc_log_txn *txn, const toc_org_id *self,
                                        const toc_said_record *said, const toc_charter *then,
                                        const toc_org_id *had, size_t count, toc_arena *arena,
                                        const toc_org_id **out, size_t *out_count, toc_err *err);

/* Of the readers of today, those to whom the author of what was written may give no key yet. */
TOC_MUST toc_code toc_readership_late(const toc_readership *at, toc_readable *what, toc_err *err);

/* Whether `reader` reads what was written, is not known to, and why. `why` stays NULL where the
 * words of a record that is about to be written do. */
TOC_MUST toc_code toc_readership_judge(const toc_readership *at, const toc_readable *what,
                                       toc_reader *reader, toc_err *err);

#endif
