/* node/engine/erase.h: entries without their bodies as the engine sees them (PROTOCOL §2, Erasure;
 * decision 0083): judging why a body may be gone, erasing here, wanting what is missing, and what
 * people say of it.
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. */
#ifndef TOC_NODE_ENGINE_ERASE_H
#define TOC_NODE_ENGINE_ERASE_H

#include "node/engine/state.h"
#include "store/erase.h"

/* ---- what people do; nothing is changed when one fails ---- */

/* Erases records of the own feeds of a circle: an erasure entry in the own feed of the lane says so
 * to everybody. NOT_FOUND: no record there; DENIED: another org's; STATE: under a legal hold. */
TOC_MUST toc_code toc_engine_erase(toc_engine *engine, toc_log_txn *txn,
                                   const toc_circle_id *circle, const toc_erase_place *places,
                                   size_t count, toc_now now, toc_err *err);
/* Whether it may be, for whoever wants to look first: the same errors. */
TOC_MUST toc_code toc_engine_may_erase(const toc_engine *engine, toc_log_txn *txn,
                                       const toc_circle_id *circle, const toc_erase_place *places,
                                       size_t count, toc_err *err);
/* An order deletes what is stored here of the claim, and refuses what comes. DENIED for an own
 * claim, which is erased instead; STATE under a legal hold. */
TOC_MUST toc_code toc_engine_order(toc_engine *engine, toc_log_txn *txn, const toc_mandate *order,
                                   const toc_erase_place *places, size_t count, toc_now now,
                                   toc_err *err);
/* What the order deleted is missing from now on, and asked for. NOT_FOUND. */
TOC_MUST toc_code toc_engine_order_lift(toc_engine *engine, toc_log_txn *txn,
                                        const toc_claim_id *claim, toc_now now, toc_err *err);
/* `places`: where records of the claim stand: what was to be erased meanwhile is erased now. */
TOC_MUST toc_code toc_engine_hold_lift(toc_engine *engine, toc_log_txn *txn,
                                       const toc_claim_id *claim, const toc_erase_place *places,
                                       size_t count, toc_now now, toc_err *err);

/* ---- chunks ---- */

/* Before a verified chunk is stored: takes the bodies off what its author erased and what an order
 * names, in `entries` and in the chunk's rows. *out has for each entry why it is bare; why 0: it is
 * whole. */
TOC_MUST toc_code toc_erase_judge(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                                  const toc_chunk *chunk, toc_span *entries, toc_arena *arena,
                                  toc_now now, toc_bare **out, toc_err *err);
/* After it was stored and journaled: keeps why, and does what its erasure entries say. */
TOC_MUST toc_code toc_erase_stored(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                                   const toc_chunk *chunk, const toc_bare *bare, toc_now now,
                                   toc_err *err);
/* A record that waited for its key opened. *out_goes: an order names it, and it is bare now. */
TOC_MUST toc_code toc_erase_opened(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                                   uint64_t index, const toc_opened *opened, toc_now now,
                                   bool *out_goes, toc_err *err);
/* Does what entry `by_index` of feed `by`, which is stored, says. */
TOC_MUST toc_code toc_erase_heed(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *by,
                                 uint64_t by_index, const toc_erasure *erasure, toc_now now,
                                 toc_err *err);
/* Of entries [from, …), as toc_log_entries gave them to be sent: what everybody may see is erased,
 * and a legal hold keeps here, goes without its body. */
TOC_MUST toc_code toc_erase_serve(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                                  uint64_t from, uint32_t count, toc_now now, toc_buf *entries,
                                  toc_err *err);
/* Is the entry, which is whole, under a legal hold? */
TOC_MUST toc_code toc_erase_is_held(const toc_engine *engine, toc_log_txn *txn,
                                    const toc_log_feed *feed, uint64_t index, bool *out,
                                    toc_err *err);
/* Looks anew at a slice of the entries that are kept until a day before `day` (UINT64_MAX: of all).
 * *at is where to go on; *out_end: that was the last. */
TOC_MUST toc_code toc_erase_sweep(toc_engine *engine, toc_log_txn *txn, toc_erase_place *at,
                                  uint64_t day, toc_now now, bool *out_end, toc_err *err);
/* One slice of what is past its day. */
TOC_MUST toc_code toc_erase_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, bool *out_more,
                                 toc_err *err);
/* Looks anew at an entry that is whole or lacking: is it to go, is it proven by now? */
TOC_MUST toc_code toc_erase_reconsider(toc_engine *engine, toc_log_txn *txn,
                                       const toc_erase_place *place, toc_now now, toc_err *err);

/* ---- what is missing (missing.c) ---- */

/* Asks for it: the author first, then everybody in turn. */
TOC_MUST toc_code toc_missing_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
/* An answer. */
TOC_MUST toc_code toc_missing_part(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                   engine_request *request, const toc_message *message, toc_now now,
                                   toc_err *err);
/* A pull came to nothing: for what is missing, or for what is new. */
void toc_missing_failed(toc_engine *engine, const engine_request *request, toc_now now);
/* Is everything in [from, until) lacking here? Then the answer is Withheld. */
TOC_MUST toc_code toc_missing_withholds(toc_log_txn *txn, uint32_t number, uint64_t from,
                                        uint64_t until, bool *out, toc_err *err);

#endif
