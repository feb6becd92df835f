/* node/engine/proposals.h: charters that wait for signatures of admins (PROTOCOL §1).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_PROPOSALS_H
#define TOC_NODE_ENGINE_PROPOSALS_H

#include "node/engine/state.h"

/* ---- made and signed here (amend.c) ---- */

/* Signs a charter's body as the own officer beside `count` signatures that there are, judges it by
 * `current` (NULL: a first one), and puts it in force, or keeps it as a proposal. */
TOC_MUST toc_code toc_amend_sign(toc_engine *engine, toc_log_txn *txn, const toc_charter *current,
                                 toc_span body, const toc_charter_signature *signatures,
                                 size_t count, toc_arena *arena, toc_now now, toc_amended *out,
                                 toc_err *err);

/* ---- keeping and telling of them (proposals.c) ---- */

/* One was made or signed here: told at the next tick, and every minute. */
void toc_proposals_changed(toc_engine *engine);
/* A link tells of proposals that it has: those of own circles that are not here are asked for. */
TOC_MUST toc_code toc_proposals_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                      const toc_message *message, toc_now now, toc_err *err);
/* The whole answer to a request for one. */
TOC_MUST toc_code toc_proposals_take(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                                     const engine_request *request, toc_now now, toc_err *err);
/* The proposal whose bytes have this hash, if `peer` may see it. */
bool toc_proposals_find(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer,
                        const toc_hash *hash, toc_arena *arena, toc_span *out);
/* Does one that `peer` may see name `org`? Then it needs its card. */
bool toc_proposals_name(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer,
                        const toc_org_id *org, toc_arena *arena);
/* Looks again at what waits for cards, and tells links of what waits for signatures. */
TOC_MUST toc_code toc_proposals_tick(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                     toc_err *err);

#endif
