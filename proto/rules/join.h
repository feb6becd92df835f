/* proto/rules/join.h: which reports are one cluster (docs/RULES.md §6), from sets to sets.
 * The store hands in the reports that can influence one another (connected by shared vertices, hubs
 * included) and gets their clusters. Only vertices in two or more reports are named; the rest are a
 * number.
 * Threads: pure. Errors: NO_MEMORY. */
#ifndef TOC_PROTO_RULES_JOIN_H
#define TOC_PROTO_RULES_JOIN_H

#include "proto/base/arena.h"
#include "proto/record/record.h"

/* A live report (RULES §6), with all its members, hubs not yet stripped. */
typedef struct toc_join_report {
    toc_claim_id id;
    uint32_t vertex_count; /* members, hubs included */
    size_t root_count;
    const toc_root *roots; /* sorted */
} toc_join_report;

/* A vertex in two or more of the reports. */
typedef struct toc_join_shared {
    size_t report_count;
    const uint32_t *reports; /* indexes into the reports, ascending */
} toc_join_shared;

typedef struct toc_join_result {
    uint32_t *component; /* per report; numbered from 0 in order of the smallest report index */
    uint32_t component_count;
    uint32_t *vertex_count; /* per component: distinct vertices in its atoms */
    size_t tentative_count;
    uint32_t (*tentative)[2]; /* pairs of reports, ascending, that share a vertex yet stand in
                                 different components */
} toc_join_result;

TOC_MUST toc_code toc_join(const toc_join_report *reports, size_t report_count,
                           const toc_join_shared *shared, size_t shared_count, toc_arena *arena,
                           toc_join_result *out, toc_err *err);

#endif
