/* node/audit.h: writes deeds into the audit, in rounds of the core (docs/decisions/0072).
 * A thread does one deed at a time: what is written on its behalf, however deep below, is written
 * down as the deed's.
 * Owns:    the number of the thread's deed. Threads: any but the core.
 * Errors:  as toc_node_do; the sentence says that nothing is answered which cannot be audited. */
#ifndef TOC_NODE_AUDIT_H
#define TOC_NODE_AUDIT_H

#include "node/core.h"
#include "proto/format/deed.h"

/* Begins a deed that may change something: durable when it returns. The thread does it from now on,
 * until toc_audit_done. */
TOC_MUST toc_code toc_audit_begin(toc_node *node, const toc_deed *deed, toc_err *err);
/* Writes down what came of the thread's deed, and ends it in any case. */
TOC_MUST toc_code toc_audit_done(toc_node *node, const toc_deed_outcome *outcome, toc_err *err);
/* Writes down a deed that changed nothing, all in one line. */
TOC_MUST toc_code toc_audit_whole(toc_node *node, const toc_deed *deed,
                                  const toc_deed_outcome *outcome, toc_err *err);
/* The line of the deed that the thread does; TOC_DEED_NONE. */
uint64_t toc_audit_doing(void);
/* On whose behalf; UINT32_MAX: nobody's. */
uint32_t toc_audit_uid(void);

/* In a round: `count` records were appended last to the own feed. `asked`: as toc_audit_doing of
 * the thread that asked. */
TOC_MUST toc_code toc_audit_records(toc_log_txn *txn, uint64_t asked, const toc_feed_name *feed,
                                    uint64_t count, toc_now now, toc_err *err);
/* In a round: these wait for officers. */
TOC_MUST toc_code toc_audit_drafts(toc_log_txn *txn, uint64_t asked, const toc_deed_drafts *drafts,
                                   toc_now now, toc_err *err);
/* At the end of each round: signs the head when that is due, and tells so. */
TOC_MUST toc_code toc_audit_round_end(toc_log_txn *txn, toc_now now, toc_err *err);

#endif
