/* node/engine/pins.h: feeds that the charter in force closes (PROTOCOL §1).
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_PINS_H
#define TOC_NODE_ENGINE_PINS_H

#include "node/engine/state.h"

/* As toc_charter_end by the charter in force; 0 without one. */
uint64_t toc_pins_end(toc_log_txn *txn, const toc_feed_name *feed);
/* Is this the head with which the charter closes the feed? */
bool toc_pins_head_is(const toc_charter *charter, const toc_feed_name *feed, uint64_t size,
                      const toc_hash *root);
/* May these entries be taken, as far as the charter closes their feed? If not *out says why.
 * *out_pinned: their head is the pinned one, whose author's key may be retired since. */
bool toc_pins_allow(const toc_charter *charter, const toc_chunk *chunk, toc_refusal *out,
                    bool *out_pinned);
/* The head of a stored feed as the circle has it, and its note: never past where it ends. */
TOC_MUST toc_code toc_pins_clamp(toc_log_txn *txn, const toc_charter *charter, toc_log_feed *feed,
                                 toc_err *err);
/* The note is the arena's, or lent by the transaction. */
TOC_MUST toc_code toc_pins_note(toc_log_txn *txn, const toc_charter *charter, uint32_t number,
                                toc_arena *arena, toc_span *out, toc_err *err);
/* Gives the draft pins for what `current` has open and it has not, by the heads stored here. */
TOC_MUST toc_code toc_pins_close(toc_log_txn *txn, const toc_charter *current, toc_charter *draft,
                                 toc_arena *arena, toc_err *err);
/* That pins which `current` has not are signed by their authors, and not contradicted here. */
TOC_MUST toc_code toc_pins_check_new(toc_log_txn *txn, const toc_charter *current,
                                     const toc_charter *next, toc_arena *arena, toc_err *err);
/* `after` follows `before` in force: what it closes leaves the views, what it opens comes back. */
TOC_MUST toc_code toc_pins_adopt(toc_engine *engine, toc_log_txn *txn, const toc_charter *before,
                                 const toc_charter *after, toc_arena *arena, toc_now now,
                                 toc_err *err);
/* Whose own feeds are closed begins a new generation. */
void toc_pins_renew(const toc_engine *engine, const toc_charter *charter, toc_now now,
                    toc_log_circle *state);

#endif
