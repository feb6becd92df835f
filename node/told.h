/* node/told.h: whom records are for that would be written, told apart as they are sealed: by their
 * marking, and by who had what they follow.
 * Owns:    an arena, until wiped. Threads: one. Errors: NO_MEMORY. */
#ifndef TOC_NODE_TOLD_H
#define TOC_NODE_TOLD_H

#include "proto/roll/readers.h"

typedef struct toc_told_row {
    toc_statement marking; /* TLP, releasable to, not to; nothing else */
    bool ends;             /* they take back what was said before */
    bool follows;          /* they are for those only who had that: */
    size_t had_count;
    const toc_org_id *had;
    uint32_t needed, scope; /* officers who must approve each first, with a scope; 0: none */
    uint64_t records;
} toc_told_row;

/* Of the own quota in one lane: what would be written at once, and not what waits for officers. */
typedef struct toc_told_quota {
    uint64_t records, bytes;   /* that would be written, */
    uint64_t fits, fits_bytes; /* and of them those that are not refused; */
    toc_err refused;           /* why the first is; TOC_OK: none */
    uint64_t used, per_day;    /* bytes, today */
} toc_told_quota;

/* An empty one needs no call: toc_told told = {0}; */
typedef struct toc_told {
    toc_arena *arena;
    size_t count;
    toc_told_row rows[TOC_MARKINGS_TOLD_MAX]; /* in the order in which they came */
    uint64_t others;                          /* records that are marked otherwise, past those */
    toc_told_quota quotas[TOC_LANE_BULK + 1]; /* by lane */
} toc_told;
void toc_told_wipe(toc_told *told);
TOC_DEFINE_AUTO_WIPE(toc_told, toc_told_wipe)

/* One record more. `to`: NULL for what the whole circle may read. `rule`: NULL where nobody need
 * approve it. */
TOC_MUST toc_code toc_told_add(toc_told *told, const toc_statement *statement,
                               const toc_addressees *to, const toc_approval_rule *rule,
                               toc_err *err);

#endif
