/* node/engine/admission.h: new readers wait for their keys (PROTOCOL §1).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_ADMISSION_H
#define TOC_NODE_ENGINE_ADMISSION_H

#include "node/engine/state.h"

bool toc_admission_waits(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                         toc_time *out_until);
/* Who became a reader between the two waits from now on, who left waits no more. */
TOC_MUST toc_code toc_admission_adopt(const toc_engine *engine, toc_log_txn *txn,
                                      const toc_charter *before, const toc_charter *after,
                                      toc_now now, toc_err *err);
/* Notes until about when this org waits itself, where it became a reader after version `since`
 * (that in force here before; 1: none was). Told to people; nothing goes by it. */
TOC_MUST toc_code toc_admission_own(const toc_engine *engine, toc_log_txn *txn, uint32_t since,
                                    const toc_charter *charter, toc_now now, toc_err *err);
/* Whose delay is over gets the next key. */
TOC_MUST toc_code toc_admission_tick(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                     toc_err *err);

#endif
