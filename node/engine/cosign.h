/* node/engine/cosign.h: receipts: cosignatures made, judged and passed on, and heads that they
 * vouch for.
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_COSIGN_H
#define TOC_NODE_ENGINE_COSIGN_H

#include "node/engine/state.h"

/* Heads that are stored and not cosigned are due, or cosigned by a key that counts for it no more:
 * after a start, when a charter may have made this org a member, and when it has a new card. */
TOC_MUST toc_code toc_cosign_load(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
/* Entries of the feed were stored: its head is due soon. */
void toc_cosign_written(toc_engine *engine, engine_feed *feed, toc_now now);
/* A cosignature that a link tells of: judged now, or when its entries have come; or counted. */
TOC_MUST toc_code toc_cosign_heard(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                                   const toc_circle_id *circle, const toc_charter *charter,
                                   const toc_wire_cosignature *wire, toc_now now, toc_err *err);
/* Verifies it over `body`, by a key that its org had in that second; DENIED: by one that was
 * retired by then. *out_serial: of its newest card. */
TOC_MUST toc_code toc_cosign_check(toc_log_txn *txn, const engine_cosignature *row, toc_span body,
                                   toc_verify_key *out_key, uint64_t *out_serial, toc_err *err);
/* Verifies it, and keeps it at once or when its entries have come. */
TOC_MUST toc_code toc_cosign_judge(toc_engine *engine, toc_log_txn *txn,
                                   const engine_cosignature *row, toc_now now, toc_err *err);
/* Cosigns what is due, and judges what came before its entries. */
TOC_MUST toc_code toc_cosign_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);

/* ---- passing on (tell.c) ---- */

/* False when as many wait as may. */
bool toc_cosign_keep(engine_cosignatures *list, size_t count_max, const engine_cosignature *row);
/* The link is told, page by page, of every cosigner's newest since then. */
void toc_cosign_tell_all(engine_link *link, uint64_t since_s);
/* Passes on what waits, together; from time to time tells the newest again. */
TOC_MUST toc_code toc_cosign_tell(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);

/* ---- heads that only a retired key signed (voucher.c) ---- */

/* What shows that the head of `note` is older than its key's retirement; empty: nothing, or no
 * need. `stored`: number, name and the head's size. */
TOC_MUST toc_code toc_voucher_find(toc_log_txn *txn, const toc_log_feed *stored, toc_span note,
                                   toc_arena *arena, toc_span *out, toc_err *err);
/* Did another member hold the head of `note` before the author retired the sign key of `by`? */
TOC_MUST bool toc_voucher_holds(toc_log_txn *txn, const toc_feed_name *name, const toc_card *by,
                                toc_span note, toc_span voucher);
/* One that holds is kept, for whoever asks here next. */
TOC_MUST toc_code toc_voucher_keep(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                                   uint64_t link, const toc_chunk *chunk, toc_now now,
                                   toc_err *err);

#endif
