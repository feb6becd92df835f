/* node/engine/roll.h: cards, charters and circles: asking for what is not held, and putting in
 * force what holds.
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_ROLL_H
#define TOC_NODE_ENGINE_ROLL_H

#include "node/engine/state.h"

bool toc_roll_held(toc_log_txn *txn, const void *hash); /* 32 bytes: of a card or charter */
/* Is there a joined circle that has `left`, and `right` (NULL: the left alone) too? */
bool toc_roll_in_one_circle(toc_log_txn *txn, toc_arena *arena, const toc_org_id *left,
                            const toc_org_id *right);
/* A charter version or card was told of by a link: thought about until it holds or cannot. */
TOC_MUST toc_code toc_roll_tip(toc_engine *engine, const toc_circle_id *circle,
                               const toc_charter_hash *hash, uint64_t link, toc_err *err);
/* Is the circle joined, its charter held, and `org` in it? The charter is good for as long as the
 * transaction and `arena`. */
TOC_MUST bool toc_roll_shared(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                              toc_arena *arena, toc_log_circle *out_circle,
                              toc_charter *out_charter);
/* The card of this hash that the roll has. NOT_FOUND. */
TOC_MUST toc_code toc_roll_card(toc_log_txn *txn, const toc_card_hash *hash, toc_arena *arena,
                                toc_card *out, toc_err *err);
/* A link told of this charter of a circle. */
TOC_MUST toc_code toc_roll_heard(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                 const toc_circle_id *circle, const toc_hash *hash, toc_now now,
                                 toc_err *err);
/* Is the charter thought about already? */
bool toc_roll_has_tip(const toc_engine *engine, const toc_charter_hash *hash);
/* What a link told that is gone need not be thought about any more. */
void toc_roll_forget(toc_engine *engine, uint64_t link);
TOC_MUST toc_code toc_roll_advance(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
/* Asks links for joined circles of which no charter is held. */
TOC_MUST toc_code toc_roll_ask_unknown(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);
/* As toc_roll_shared, and may what is in the circle be given to `org`? While it is contested only
 * to who is in every open branch. */
TOC_MUST bool toc_roll_served(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                              toc_arena *arena, toc_log_circle *out_circle,
                              toc_charter *out_charter);

typedef struct engine_chain {
    toc_charter *charters; /* newest first */
    size_t count, capacity;
} engine_chain;
typedef enum cards_state { CARDS_READY, CARDS_MISSING, CARDS_WRONG } cards_state;
/* The cards that the charters name: what is missing is asked for, what is wrong is counted. */
TOC_MUST toc_code toc_roll_chain_cards(toc_engine *engine, toc_log_txn *txn,
                                       const engine_chain *walked, uint64_t link, toc_arena *arena,
                                       toc_now now, cards_state *out, toc_err *err);
/* Does each follow the one before, the oldest `current` (NULL: it is a first one)? If not it is
 * counted; *out_newest is the newest. */
TOC_MUST toc_code toc_roll_chain_judge(toc_engine *engine, toc_log_txn *txn,
                                       const toc_charter *current, const engine_chain *walked,
                                       toc_arena *arena, uint64_t link, bool *out_holds,
                                       toc_charter *out_newest, toc_err *err);

/* Puts a judged charter in force: durable with the round, own feeds brought up to it, peers told at
 * the round's end. */
TOC_MUST toc_code toc_roll_adopt(toc_engine *engine, toc_log_txn *txn, const toc_charter *charter,
                                 toc_arena *arena, toc_now now, toc_err *err);
/* That `card` leads back to its org's first one, or to the newest one proven before. Until then
 * anybody may have made a card of serial 2 and later. NOT_FOUND: *out_missing is a card on the way
 * that is not held. */
TOC_MUST toc_code toc_roll_prove(toc_log_txn *txn, const toc_card *card, toc_arena *arena,
                                 toc_card_hash *out_missing, toc_err *err);

/* ---- asking links for what is not held (items.c) ---- */

/* Asks `link` for a card or charter by hash unless it is held or asked for already. */
TOC_MUST toc_code toc_roll_want(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                const toc_hash *hash, toc_now now, toc_err *err);
/* Asks `link` for the charter of a circle that is in force there, whatever others were asked. */
TOC_MUST toc_code toc_roll_want_circle(toc_engine *engine, uint64_t link,
                                       const toc_circle_id *circle, toc_now now, toc_err *err);
/* Answers who asks for a card, a charter or a proposal: with the part from its offset on. */
TOC_MUST toc_code toc_roll_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                 const toc_message *message, toc_err *err);
/* A part of what was asked for; it is taken when it is whole. */
TOC_MUST toc_code toc_roll_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                 engine_request *request, const toc_message *message, toc_now now,
                                 toc_err *err);
/* Asks `link` for the newest card of an org of which that of `serial` is known. A link that has no
 * newer one is counted: it told of a head by an unknown key. */
TOC_MUST toc_code toc_roll_want_newest(toc_engine *engine, engine_link *link, const toc_org_id *org,
                                       uint64_t serial, toc_refusal reason, toc_now now,
                                       toc_err *err);
/* Is an item asked for already? */
bool toc_roll_asked(toc_engine *engine, const toc_hash *hash);
/* Asks for a proposal by the hash of its bytes. */
TOC_MUST toc_code toc_roll_want_proposal(toc_engine *engine, engine_link *link,
                                         const toc_hash *hash, const toc_circle_id *circle,
                                         toc_now now, toc_err *err);

#endif
