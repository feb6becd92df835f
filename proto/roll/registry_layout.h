/* proto/roll/registry_layout.h: the registry of a charter as rows of its body and back;
 * proto/roll's own.
 * Owns:    what is taken lives in the arena.
 * Threads: pure.
 * Errors:  MALFORMED and LIMIT name what is wrong. */
#ifndef TOC_PROTO_ROLL_REGISTRY_LAYOUT_H
#define TOC_PROTO_ROLL_REGISTRY_LAYOUT_H

#include "proto/roll/field.h"
#include "proto/roll/registry.h"

/* Of roll.pb-c.h, which headers do not include: it is made by the build. */
typedef struct Toc__Roll__Charter Toc__Roll__Charter;

void toc_registry_pack(toc_field_packer *packer, const toc_registry *registry,
                       Toc__Roll__Charter *message);
TOC_MUST toc_code toc_registry_take(const Toc__Roll__Charter *message, toc_arena *arena,
                                    toc_registry *out, toc_err *err);

#endif
