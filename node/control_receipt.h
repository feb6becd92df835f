/* node/control_receipt.h: when authors were last heard of. An author cosigns the heads of its own
 * feeds every minute, and others pass that on, so it is heard of without a link to it. Times are of
 * its own clock; 0: never. Private to node/control*.
 * Owns: nothing. Threads: as the transaction. Errors: as store/log.h. */
#ifndef TOC_NODE_CONTROL_RECEIPT_H
#define TOC_NODE_CONTROL_RECEIPT_H

#include "store/log.h"

enum { TOC_RECEIPT_SILENCE_MS = 180000 }; /* three heartbeats missed */

/* Of every member, in the order of the charter; 0 for those who write nothing too. */
TOC_MUST toc_code toc_receipt_heard(toc_log_txn *txn, const toc_charter *charter,
                                    toc_time out[TOC_MEMBERS_MAX], toc_err *err);
/* Of one org, in any circle. */
TOC_MUST toc_code toc_receipt_heard_of(toc_log_txn *txn, const toc_org_id *org, toc_time *out,
                                       toc_err *err);

#endif
