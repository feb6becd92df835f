/* tools/leaving.h: what a list that is submitted whole does not have any more (submit --complete).
 * Owns:    the claims found. Threads: one. It asks the node.
 * Errors:  STATE where so much would be retracted that the file may be a part; DENIED after a
 *          refused row, for what it says may be what would be retracted; --yes overrules both;
 * LIMIT; as tools/ask.h. */
#ifndef TOC_TOOLS_LEAVING_H
#define TOC_TOOLS_LEAVING_H

#include "tools/parcel.h"

typedef struct toc_leaving toc_leaving;

/* Own live wallet claims on the list parcel->complete, in the circle, that no draft says. */
TOC_MUST toc_code toc_leaving_find(toc_parcel *parcel, toc_leaving **out, toc_err *err);
void toc_leaving_free(toc_leaving *leaving); /* NULL is fine */
TOC_DEFINE_AUTO(toc_leaving, toc_leaving_free)
/* Ends them, as delisted; in a dry run counts them. */
TOC_MUST toc_code toc_leaving_retract(const toc_parcel *parcel, const toc_leaving *leaving,
                                      toc_totals *totals, toc_err *err);

#endif
