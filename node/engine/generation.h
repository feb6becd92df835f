/* node/engine/generation.h: which generation the own feeds go on in (PROTOCOL §2).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_GENERATION_H
#define TOC_NODE_ENGINE_GENERATION_H

#include "node/engine/state.h"

/* Once, before the own feeds are appended to. */
TOC_MUST toc_code toc_generation_begin(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);
/* Begins forked feeds anew; where members are asked, decides as soon as it can, or asks again. */
TOC_MUST toc_code toc_generation_tick(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                      toc_err *err);
/* `peer` has told all heads that it has in the circle. */
TOC_MUST toc_code toc_generation_answered(toc_engine *engine, toc_log_txn *txn,
                                          const toc_circle_id *circle, const toc_org_id *peer,
                                          toc_now now, toc_err *err);
/* Somebody told of a head of an own feed, of which `stored` is here (name and id only: nothing). */
TOC_MUST toc_code toc_generation_heard(toc_engine *engine, toc_log_txn *txn,
                                       const toc_log_feed *stored, const toc_head *head,
                                       toc_arena *arena, toc_now now, toc_err *err);
/* The own feeds of the circle begin anew. */
TOC_MUST toc_code toc_generation_renew(toc_engine *engine, toc_log_txn *txn,
                                       const toc_circle_id *circle, toc_now now, toc_err *err);
/* Of a circle whose own feeds begin now: above every one that is known here. */
TOC_MUST toc_code toc_generation_next(const toc_engine *engine, toc_log_txn *txn,
                                      const toc_log_circle *circle, toc_now now, uint64_t *out,
                                      toc_err *err);
void toc_generation_free(toc_engine *engine);

#endif
