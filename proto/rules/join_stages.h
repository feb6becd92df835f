/* proto/rules/join_stages.h: the stages of RULES §6 between the files that hold them. Private to
 * proto/rules.
 * Owns:    nothing; everything is in the arena of toc_join.
 * Threads: one at a time.
 * Errors:  `failed` when memory is short; asked between the stages. */
#ifndef TOC_PROTO_RULES_JOIN_STAGES_H
#define TOC_PROTO_RULES_JOIN_STAGES_H

#include "proto/rules/join.h"

/* A list of lists, flat: list i is items[starts[i]] to items[starts[i + 1]]. */
typedef struct toc_lists {
    size_t *starts;
    uint32_t *items;
} toc_lists;

/* What stands of one unit at one shared vertex. */
typedef struct toc_spot {
    uint32_t unit;
    uint32_t reports; /* of the unit, that contain the vertex */
    uint32_t root;    /* one of theirs; meaningless when weight is 0 */
    uint32_t weight;  /* their distinct roots, up to 2: no rule asks for more */
} toc_spot;

/* A *unit* is a block or a group: a component of big or of small atoms (stages 2 and 3). */
typedef struct toc_joining {
    toc_arena *arena;
    bool failed; /* memory; asked once, between the stages */
    const toc_join_report *reports;
    size_t report_count;
    const toc_join_shared **vertices; /* those that are no hubs */
    size_t vertex_count;
    uint32_t *sizes;     /* per report: members that are no hubs */
    toc_lists roots;     /* per report: numbers of its roots */
    toc_lists of_report; /* per report: its vertices */
    uint32_t *unit_of;   /* per report */
    size_t unit_count;
    bool *is_block;       /* per unit */
    uint32_t *unit_sizes; /* per unit: distinct vertices */
    size_t *spot_starts;  /* per vertex, and one more */
    toc_spot *spots;
    toc_lists touched; /* per unit that is a group: the blocks it touches, each once */
    uint32_t *parents; /* of units: the blocks that stage 5 joins */
    uint32_t *homes;   /* per unit: the unit that stands for its component (stage 6) */
    uint32_t *marks;   /* scratch, as many as there are reports */
    uint32_t *counts;  /* likewise, zero between uses */
    uint32_t *found;   /* likewise */
} toc_joining;

/* `count` cleared elements, or NULL and `failed`. */
void *toc_join_grab(toc_joining *at, size_t count, size_t size);
/* Turns counts per list, kept in starts[i + 1], into where the lists begin; returns their total. */
size_t toc_lists_begin(size_t *starts, size_t count);
/* After filling at starts[i]++ each start is where its list ended: moves them back by one list. */
void toc_lists_end(size_t *starts, size_t count);
void toc_spot_add_root(toc_spot *spot, uint32_t root);

/* Hubs, atoms, and stages 1 to 4: fills all above `parents`. */
void toc_join_make_units(toc_joining *at, const toc_join_shared *shared, size_t shared_count);
/* Stages 5 and 6: fills `parents` and `homes`. */
void toc_join_link_units(toc_joining *at);

#endif
