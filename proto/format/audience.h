/* proto/format/audience.h: the columns `releasable_to` and `not_to`: orgs by id or by name, with
 * semicolons between them. Only the node holds the cards that say which org has a name: until then
 * an id made of the name stands for it, and the names go with the submission (`orgs`).
 * Owns:    nothing; ids live in the arena, names in the cell.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT, NO_MEMORY. */
#ifndef TOC_PROTO_FORMAT_AUDIENCE_H
#define TOC_PROTO_FORMAT_AUDIENCE_H

#include "proto/base/arena.h"
#include "proto/base/span.h"

/* 64 hexadecimal digits; anything else is a name. */
bool toc_audience_is_id(toc_span org);
/* What stands for the org of this name: B("tocsin/org-name/1\n" ‖ name), the id of no org. */
void toc_audience_stand_in(toc_span name, toc_org_id *out);
/* The orgs of a cell, ascending, each once, at most TOC_AUDIENCE_MAX. */
TOC_MUST toc_code toc_audience_read(toc_span cell, toc_arena *arena, const toc_org_id **out,
                                    size_t *out_count, toc_err *err);
/* Puts ids into ascending order and drops what is there twice; how many are left. */
size_t toc_audience_sort(toc_org_id *orgs, size_t count);

#endif
