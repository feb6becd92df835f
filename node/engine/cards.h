/* node/engine/cards.h: cards that change, and whose card signed what.
 * Owns:    nothing. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_CARDS_H
#define TOC_NODE_ENGINE_CARDS_H

#include "node/engine/state.h"

/* The own card and keys, at the start and after a change. */
TOC_MUST toc_code toc_cards_load(toc_engine *engine, toc_log_txn *txn, toc_err *err);
void toc_cards_unload(toc_engine *engine);
/* The sender key in it, by the own seal key or a former one. SEALED when it is for another. */
TOC_MUST toc_code toc_cards_open_box(const toc_engine *engine, const toc_box *box, toc_secret **out,
                                     toc_err *err);
/* A card that was adopted while the node was down: the own feeds follow it, once. */
TOC_MUST toc_code toc_cards_settle(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);

typedef enum toc_card_state {
    TOC_CARD_KNOWN,   /* no news */
    TOC_CARD_TAKEN,   /* the newest of its org now */
    TOC_CARD_MISSING, /* one before it was asked for */
    TOC_CARD_REFUSED  /* counted */
} toc_card_state;
/* An opened card that the roll holds: is it the newest of its org? */
TOC_MUST toc_code toc_cards_take(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                 const toc_card *card, toc_arena *arena, toc_now now,
                                 toc_card_state *out, toc_err *err);
/* Makes a proven card the one that its org is known by. `compromised`: who boxed a sender key to
 * its seal key before makes a new one. */
TOC_MUST toc_code toc_cards_follow(toc_engine *engine, toc_log_txn *txn, const toc_card *card,
                                   bool compromised, toc_now now, toc_err *err);

typedef enum toc_signer {
    TOC_SIGNER_NEWEST,
    TOC_SIGNER_RETIRED, /* of an older card of the author */
    TOC_SIGNER_UNKNOWN
} toc_signer;
/* Whose sign key a note names, unverified; a note that is none passes for NEWEST. *out is that
 * card; UNKNOWN: the newest of the author, zeroes when none is held. */
toc_signer toc_cards_signer(toc_log_txn *txn, const toc_feed_name *feed, toc_span text,
                            toc_arena *arena, toc_card *out);
/* Is the head signed as it must be? If not it is counted, or a newer card asked for. */
TOC_MUST toc_code toc_cards_head(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                 const toc_feed_name *name, const toc_head *head, toc_arena *arena,
                                 toc_now now, bool *out_good, toc_err *err);
/* The head that is stored, signed anew by a newer key: its note is taken. */
TOC_MUST toc_code toc_cards_renew(toc_log_txn *txn, const toc_log_feed *stored,
                                  const toc_head *head, toc_arena *arena, toc_err *err);

#endif
