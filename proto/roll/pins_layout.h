/* proto/roll/pins_layout.h: the pins of a charter as rows of its body and back; proto/roll's own.
 * Owns:    what is taken lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT name what is wrong. */
#ifndef TOC_PROTO_ROLL_PINS_LAYOUT_H
#define TOC_PROTO_ROLL_PINS_LAYOUT_H

#include "proto/roll/charter.h"
#include "proto/roll/field.h"

/* Of roll.pb-c.h, which headers do not include: it is made by the build. */
typedef struct Toc__Roll__Charter Toc__Roll__Charter;

TOC_MUST toc_code toc_pins_check(const toc_charter *charter, toc_err *err);
void toc_pins_pack(toc_field_packer *packer, const toc_charter *charter,
                   Toc__Roll__Charter *message);
TOC_MUST toc_code toc_pins_take(const Toc__Roll__Charter *message, toc_arena *arena,
                                toc_charter *out, toc_err *err);
/* Do they stand in this order, as different feeds? */
bool toc_pins_before(const toc_charter_pin *left, const toc_charter_pin *right);

#endif
