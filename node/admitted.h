/* node/admitted.h: who waits for keys in a circle that somebody was admitted to lately, as it is
 * told.
 * Owns:    nothing. Threads: as the transaction. Errors: as store/log.h. */
#ifndef TOC_NODE_ADMITTED_H
#define TOC_NODE_ADMITTED_H

#include "proto/answer/writer.h"
#include "store/log.h"

/* Appends `waits_until` (about when members give keys to this org, itself a new reader; null: they
 * do) and `new_readers` (how many get none from this node yet). */
TOC_MUST toc_code toc_admitted_add(toc_json *json, toc_log_txn *txn, const toc_circle_id *circle,
                                   toc_time now, toc_err *err);

/* Until about when this org waits itself; 0: it does not. */
toc_time toc_admitted_until(toc_log_txn *txn, const toc_circle_id *circle, toc_time now);

#endif
