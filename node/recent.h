/* node/recent.h: what this org wrote and the fold has not folded yet: "difference only" must see
 * it. A table from 32-byte keys (a claim id, or the hash of a report and a vertex) to the newest
 * own word on it.
 * Owns: its rows. Threads: the writer's, in its turn. Errors: NO_MEMORY. */
#ifndef TOC_NODE_RECENT_H
#define TOC_NODE_RECENT_H

#include "proto/base/error.h"
#include "proto/base/span.h"
#include "proto/feed/feed.h"
#include "proto/record/record.h"

typedef struct toc_recent_row {
    toc_hash key;
    uint64_t revision;
    bool live;
    toc_lane lane;       /* of the newest record */
    toc_hash comparison; /* of the body, as difference only compares it */
    toc_hash termless;   /* the same without a term that came by the rule (RULES §7) */
    toc_tlp tlp;         /* its marking; */
    const struct toc_writer_named *named; /* NULL, or what it says, where it names its readers: lent
                                             by the batch, after which nothing is remembered */
    uint32_t keep_until_day;              /* it is kept at least so long */
    uint64_t ended; /* of a report that was narrowed: its members up to here are gone */
} toc_recent_row;

typedef struct toc_recent {
    toc_recent_row *rows; /* revision 0: free */
    size_t capacity, count;
} toc_recent;

/* An empty one needs no call: toc_recent recent = {0}; */
void toc_recent_clear(toc_recent *recent); /* frees */
const toc_recent_row *toc_recent_find(const toc_recent *recent,
                                      const toc_hash *key); /* NULL: nothing */
TOC_MUST toc_code toc_recent_put(toc_recent *recent, const toc_recent_row *row, toc_err *err);

#endif
