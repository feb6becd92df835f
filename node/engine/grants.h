/* node/engine/grants.h: own feeds and sender keys, and whom they are for.
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_GRANTS_H
#define TOC_NODE_ENGINE_GRANTS_H

#include "node/engine/state.h"

/* Makes the own feeds of a circle name the own card, the charter in force and an epoch for its
 * readers. `turn`: a new epoch in any case, since somebody is not to have the key any more. */
TOC_MUST toc_code toc_grants_refresh(toc_engine *engine, toc_log_txn *txn,
                                     const toc_circle_id *circle, bool turn, toc_now now,
                                     toc_err *err);
/* Looks for our box in a grant of the keys lane. */
TOC_MUST toc_code toc_grants_take(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                                  const toc_grant *grant, toc_now now, toc_err *err);
/* Answers who asks for an own sender key: with a box for it, or why it gets none. */
TOC_MUST toc_code toc_grants_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                   const toc_message *message, toc_now now, toc_err *err);
/* The author gives no key now: it is not asked again before it said, or a minute. */
void toc_grants_refused(engine_link *link, const toc_message *refusal, toc_now now);
/* The key that was asked for, if it is the one that the feed names. */
TOC_MUST toc_code toc_grants_reply(toc_engine *engine, toc_log_txn *txn,
                                   const engine_request *request, const toc_message *message,
                                   toc_now now, toc_err *err);
/* Opens a slice of what waited for a key, and asks authors for keys that have not come. */
TOC_MUST toc_code toc_grants_open_pending(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                          bool *out_more, toc_err *err);

/* ---- which key a feed means (named_key.c) ---- */

/* The sender key for what stands from `index` on in that epoch. NOT_FOUND: it has not come; also
 * when another is held, which the feed's grants do not name and nothing that is stored needs. */
TOC_MUST toc_code toc_grants_key(const toc_engine *engine, toc_log_txn *txn,
                                 const toc_log_feed *feed, uint64_t index, uint32_t epoch,
                                 toc_secret **out, toc_err *err);
/* Is the key that is held such another one? */
bool toc_grants_name_another(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                             uint64_t index, uint32_t epoch, const toc_secret *key);

/* ---- what grants name (named.c) ---- */

/* *out: every card and charter that grants of the chunk name is here, and the charters are of a
 * branch of this circle that a quorum signed. False: what is missing was asked for. */
TOC_MUST toc_code toc_grants_named(toc_engine *engine, toc_log_txn *txn,
                                   const toc_log_circle *circle, const toc_chunk *chunk,
                                   uint64_t link, toc_now now, bool *out, toc_err *err);
/* Feeds that waited for a charter of this circle go on. */
void toc_grants_unblock(toc_engine *engine, const toc_circle_id *circle, toc_now now);

/* ---- whom one record is sealed to (recipients.c) ---- */

typedef struct engine_recipients {
    size_t count;
    toc_seal_key keys[TOC_READERS_MAX];
    size_t without_count;
    toc_org_id *without; /* who reads by the charter, and gets nothing yet */
} engine_recipients;
/* Of each of `named` that is not NULL; records that are marked alike share theirs. LIMIT when they
 * are more than a record can be sealed to. */
TOC_MUST toc_code toc_recipients_find(const toc_engine *engine, toc_log_txn *txn,
                                      const toc_log_circle *circle, const toc_charter *charter,
                                      const toc_addressees *const *named, size_t count,
                                      toc_arena *arena, const engine_recipients **out,
                                      toc_err *err);

#endif
