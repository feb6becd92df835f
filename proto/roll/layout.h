/* proto/roll/layout.h: bodies of cards and charters as bytes and back; proto/roll's own.
 * Both directions apply one check, so nothing is written that would not be read.
 * Owns:    decoded spans and arrays live in the arena.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT name the field; STATE when a newer version is needed. */
#ifndef TOC_PROTO_ROLL_LAYOUT_H
#define TOC_PROTO_ROLL_LAYOUT_H

#include "proto/roll/card.h"
#include "proto/roll/charter.h"

/* Appends. card->previous_root is taken as it stands. */
TOC_MUST toc_code toc_card_encode(const toc_card *card, toc_buf *out_body, toc_err *err);
/* Everything but the derived fields; proofs and signatures are not verified. */
TOC_MUST toc_code toc_card_decode(toc_span body, toc_arena *arena, toc_card *out, toc_err *err);

TOC_MUST toc_code toc_charter_encode(const toc_charter *charter, toc_buf *out_body, toc_err *err);
TOC_MUST toc_code toc_charter_decode(toc_span body, toc_arena *arena, toc_charter *out,
                                     toc_err *err);

#endif
