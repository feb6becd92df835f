/* proto/rules/apart.h: a join once more (docs/RULES.md §6) with some reports left out or kept
 * apart, and what stands behind a join: for answers about clusters, never for V itself.
 * Owns: results live in the arena. Threads: pure. Errors: NO_MEMORY. */
#ifndef TOC_PROTO_RULES_APART_H
#define TOC_PROTO_RULES_APART_H

#include "proto/rules/join.h"

/* The reports that can influence one another, as toc_join takes them. */
typedef struct toc_join_world {
    const toc_join_report *reports;
    size_t report_count;
    const toc_join_shared *shared;
    size_t shared_count;
} toc_join_world;

#define TOC_LEFT_OUT UINT32_MAX

/* The join of those reports whose class is not TOC_LEFT_OUT, where a shared vertex counts as
 * another one for each class of reports that contain it. `classes` NULL: toc_join as it is. The
 * component of a report that was left out is TOC_LEFT_OUT. */
TOC_MUST toc_code toc_join_apart(const toc_join_world *world, const uint32_t *classes,
                                 toc_arena *arena, toc_join_result *out, toc_err *err);

/* Distinct vertices, hubs aside, in the reports for which `among` is true. */
uint64_t toc_join_vertices(const toc_join_world *world, const bool *among);

/* What two reports that share a vertex have to do with one another (RULES §6, stages 2 to 5). */
typedef enum toc_join_how {
    TOC_HOW_GROUP,   /* both small: one group */
    TOC_HOW_TOUCHES, /* a small one touches the block of a big one */
    TOC_HOW_BLOCK,   /* both big, and share more than half of the smaller: one block */
    TOC_HOW_BLOCKS   /* both big, and share less: their blocks are judged as a pair */
} toc_join_how;
const char *toc_join_how_name(toc_join_how how);

typedef struct toc_join_link {
    uint32_t first, second; /* reports, ascending */
    uint32_t shared;        /* vertices that are no hubs */
    uint32_t smaller;       /* vertices of the smaller of the two, hubs aside */
    uint32_t lineages;      /* distinct roots of the two together */
    toc_join_how how;
} toc_join_link;

typedef struct toc_join_links {
    size_t total; /* found */
    size_t count; /* kept: the first of them, by (first, second) */
    toc_join_link *links;
} toc_join_links;

/* The pairs of reports of `among` that share a vertex, at most `max` of them. */
TOC_MUST toc_code toc_join_links_of(const toc_join_world *world, const bool *among, size_t max,
                                    toc_arena *arena, toc_join_links *out, toc_err *err);

#endif
