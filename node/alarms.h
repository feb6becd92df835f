/* node/alarms.h: what a person has to look at: read from the log, and told by `status` until it is
 * over.
 * Owns:    nothing.
 * Threads: as the transaction.
 * Errors:  as store/log.h. */
#ifndef TOC_NODE_ALARMS_H
#define TOC_NODE_ALARMS_H

#include "proto/answer/writer.h"
#include "store/log.h"

/* Appends the member `alarms`, a list of {alarm, org, circle, since, text}: what, whom it is about,
 * and one sentence that says what to do. An org, a circle or a moment that does not belong to it is
 * null. `self`: this org; `unkept`: since when the file of orders lacks some (0: it does not). */
TOC_MUST toc_code toc_alarms_add(toc_json *json, toc_log_txn *txn, const toc_org_id *self,
                                 toc_time now, toc_time unkept, toc_err *err);

#endif
