/* node/engine/branches.h: charters that part, and meet again (PROTOCOL §1).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_BRANCHES_H
#define TOC_NODE_ENGINE_BRANCHES_H

#include "node/engine/state.h"

/* ---- a tip that does not lead to the charter in force (rivals.c) ---- */

/* One that is valid beside it is kept, and the circle is contested. */
TOC_MUST toc_code toc_rivals_meet(toc_engine *engine, toc_log_txn *txn, const engine_tip *tip,
                                  const toc_log_circle *state, toc_arena *arena, toc_now now,
                                  bool *out_done, toc_err *err);
/* Is `org` a reader (`reads`) or at least a member in every open branch beside the one in force? */
TOC_MUST bool toc_rivals_have(toc_log_txn *txn, const toc_log_circle *circle, const toc_org_id *org,
                              bool reads, toc_arena *arena);

/* ---- a charter that ends two branches (join.c) ---- */

/* Is it in force, or valid beside it, or a version on the way there? */
TOC_MUST bool toc_join_known(toc_log_txn *txn, const toc_circle_id *circle,
                             const toc_charter_hash *hash, toc_arena *arena);
/* Where charters that the tip leads through join a branch that is not known here, that one is
 * thought about first. */
TOC_MUST toc_code toc_join_prepare(toc_engine *engine, toc_log_txn *txn, engine_tip *tip,
                                   const toc_charter *charters, size_t count, toc_arena *arena,
                                   bool *out_wait, toc_err *err);
/* As toc_charter_judge; of one that joins two branches both are looked up, and must be known. */
TOC_MUST toc_code toc_join_judge(toc_log_txn *txn, const toc_charter *current,
                                 const toc_charter *next, const toc_card_source *cards,
                                 toc_arena *arena, toc_err *err);
/* Is `target` the charter `from`, or one before it on whichever branch? */
TOC_MUST bool toc_join_follows(toc_log_txn *txn, const toc_charter_hash *from,
                               const toc_charter *target, toc_arena *arena);
/* It comes into force: what it follows, on either branch, is no rival any more. */
TOC_MUST toc_code toc_join_settle(toc_log_txn *txn, const toc_charter *charter, toc_arena *arena,
                                  toc_log_circle *state, toc_err *err);

#endif
