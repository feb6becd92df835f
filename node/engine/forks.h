/* node/engine/forks.h: two trees of one feed (docs/decisions/0082).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_FORKS_H
#define TOC_NODE_ENGINE_FORKS_H

#include "node/engine/state.h"

/* Keeps a head that `stored`'s author signed and that is not of the tree here, with that of the
 * tree here, until there is a proof. */
TOC_MUST toc_code toc_forks_suspect(toc_log_txn *txn, const engine_link *link,
                                    const toc_log_feed *stored, toc_span note, toc_now now,
                                    toc_err *err);
/* What `link` says of the feed, signed by its author, does not fit what is stored: finds out where
 * the two trees part, from what the link shows of its own of `size` entries. *out_begun: a search
 * is on, or has shown that the link has another tree; else what it sent is its own fault. `blames`:
 * it is also when the search shows nothing. `link` may be NULL. */
TOC_MUST toc_code toc_forks_doubt(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const toc_log_feed *stored, uint64_t size, bool blames,
                                  toc_now now, bool *out_begun, toc_err *err);
/* The link has another tree of this feed. */
bool toc_forks_apart(toc_engine *engine, uint64_t link, const toc_feed_id *id);
void toc_forks_forget(toc_engine *engine, uint64_t link); /* 0: all */
TOC_MUST toc_code toc_forks_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const toc_message *message, toc_err *err);
TOC_MUST toc_code toc_forks_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const engine_request *request, const toc_message *message,
                                  toc_now now, toc_err *err);
/* Refused, or too late. */
TOC_MUST toc_code toc_forks_unanswered(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                       const engine_request *request, toc_err *err);
/* Tells of every proof of the circle. */
TOC_MUST toc_code toc_forks_tell(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                                 const toc_circle_id *circle, toc_arena *arena, toc_err *err);
TOC_MUST toc_code toc_forks_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const toc_circle_id *circle, const toc_fork_mark *mark,
                                  toc_now now, toc_err *err);
/* Is the sign key in use known to have signed what is not stored here? Then nothing is written. */
bool toc_forks_stolen(const toc_engine *engine, toc_log_txn *txn);
/* Are the own feeds of the circle's present generation forked? Then nothing is appended to them. */
bool toc_forks_halted(const toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle);
/* STATE: the key is stolen. Where only the feeds are forked, the next write begins anew. */
TOC_MUST toc_code toc_forks_writable(toc_engine *engine, toc_log_txn *txn,
                                     const toc_log_circle *circle, toc_now now, toc_err *err);
TOC_MUST toc_code toc_forks_tick(toc_engine *engine, toc_log_txn *txn, toc_err *err);

#endif
