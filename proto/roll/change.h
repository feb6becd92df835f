/* proto/roll/change.h: the card that follows another, as its org's operator makes it: begun as a
 * copy of the present one, changed, then signed with the root (toc_card_sign).
 * Owns:    new lists are the arena's; the copy shares the rest with the card it was begun from.
 * Threads: pure.
 * Errors:  LIMIT; NOT_FOUND for an officer who is not on the card; NO_MEMORY. */
#ifndef TOC_PROTO_ROLL_CHANGE_H
#define TOC_PROTO_ROLL_CHANGE_H

#include "proto/roll/card.h"

/* Serial + 1, naming `current` as the card before. */
void toc_card_next(const toc_card *current, toc_card *out);
/* Lists a key as retired since `at`. Of more than TOC_RETIRED_MAX the oldest is left out. */
TOC_MUST toc_code toc_card_retire(toc_card *card, const toc_verify_key *key, toc_time at,
                                  toc_arena *arena, toc_err *err);
TOC_MUST toc_code toc_card_officer_add(toc_card *card, const toc_officer *officer, toc_arena *arena,
                                       toc_err *err);
/* Takes the officer off the card and lists the key as retired. */
TOC_MUST toc_code toc_card_officer_remove(toc_card *card, uint32_t number, toc_time at,
                                          toc_arena *arena, toc_err *err);
/* Makes `root` the root and commits to `next`; the one before is listed as retired. */
TOC_MUST toc_code toc_card_root_turn(toc_card *card, const toc_verify_key *root,
                                     const toc_verify_key *next, toc_time at, toc_arena *arena,
                                     toc_err *err);

#endif
