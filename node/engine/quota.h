/* node/engine/quota.h: what is taken of an org in a day (PROTOCOL §1).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_QUOTA_H
#define TOC_NODE_ENGINE_QUOTA_H

#include "node/engine/state.h"

/* Of a feed whose author is over its quota nothing is pulled until the day is over. */
bool toc_quota_waits(const engine_feed *feed, toc_now now);
/* Another charter, with other quotas perhaps. */
void toc_quota_changed(toc_engine *engine, const toc_circle_id *circle);
/* After over a week off, what is there now is history, as it was after joining. */
TOC_MUST toc_code toc_quota_wake(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
/* May what comes next be taken? False: it is counted, and the feed waits. */
TOC_MUST toc_code toc_quota_admit(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                  const toc_log_feed *stored, const toc_charter *charter,
                                  toc_now now, bool *out, toc_err *err);
/* A verified chunk is being stored; `is_new`: as the first of its feed. */
TOC_MUST toc_code toc_quota_charge(const toc_engine *engine, toc_log_txn *txn,
                                   const engine_feed *feed, bool is_new, const toc_chunk *chunk,
                                   toc_now now, toc_err *err);
/* DENIED when so many bytes of records are over the own quota. `before`: of what would be written
 * first, and is not yet. */
TOC_MUST toc_code toc_quota_may_write(toc_log_txn *txn, const toc_feed_name *name,
                                      const toc_charter *charter, uint64_t before, uint64_t bytes,
                                      toc_now now, toc_err *err);
/* So many bytes of entries were appended to an own feed today. */
TOC_MUST toc_code toc_quota_wrote(toc_log_txn *txn, const toc_feed_name *name, uint64_t bytes,
                                  toc_now now, toc_err *err);

#endif
