/* proto/roll/pins.h: feeds that a charter closes (PROTOCOL §1). Who is removed, or may write no
 * more, said in this circle what the pins list and nothing after: so old entries stay for whoever
 * comes later, and none can be added that are dated before.
 * Owns:    what is made lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT; DENIED when a later version opens again what was closed. */
#ifndef TOC_PROTO_ROLL_PINS_H
#define TOC_PROTO_ROLL_PINS_H

#include "proto/roll/charter.h"

/* So many entries of a feed stand in the circle: UINT64_MAX while it is open, 0 when nothing of it
 * does. A feed that is not pinned is open when its author may write, and its generation is later
 * than all pinned ones of that org: who is admitted again begins anew. */
uint64_t toc_charter_end(const toc_charter *charter, const toc_feed_name *feed);
const toc_charter_pin *toc_pin_find(const toc_charter *charter,
                                    const toc_feed_name *feed); /* NULL: none */
/* The newest generation of the org that is closed; 0: none. */
uint64_t toc_pins_generation(const toc_charter *charter, const toc_org_id *org);

/* From the author's signed head. MALFORMED when `note` is not a checkpoint of this feed that
 * `signer` signed, or says more than size and root: it could not be written again. */
TOC_MUST toc_code toc_pin_of(const toc_feed_name *feed, toc_span note, const toc_verify_key *signer,
                             toc_charter_pin *out, toc_err *err);
/* Appends that head again, byte for byte. */
void toc_pin_note(const toc_charter_pin *pin, const toc_feed_name *feed, toc_buf *out);

/* Adds pins of feeds that are not pinned yet. Of one org at most TOC_PINS_ORG_MAX, the longest
 * feeds first, and as many as there is room for: what is left out is closed from its beginning, so
 * that nobody is kept from being removed by how much he wrote. */
TOC_MUST toc_code toc_pins_add(toc_charter *draft, const toc_charter_pin *pins, size_t count,
                               toc_arena *arena, toc_err *err);
/* Adds those of another branch; of a feed that both close the longer one stays, since what one
 * branch has heard was heard. */
TOC_MUST toc_code toc_pins_join(toc_charter *draft, const toc_charter *other, toc_arena *arena,
                                toc_err *err);
/* That `next` has every pin of `current` as it is, and others of feeds only that were open. Where
 * it ends two branches (`other` is the second one, else NULL), the longer pin of that, and its
 * pins, too. */
TOC_MUST toc_code toc_pins_kept(const toc_charter *current, const toc_charter *other,
                                const toc_charter *next, toc_err *err);

#endif
