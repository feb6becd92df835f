/* proto/rules/score.h: independent corroboration and the score (docs/RULES.md §5).
 * Threads: pure. */
#ifndef TOC_PROTO_RULES_SCORE_H
#define TOC_PROTO_RULES_SCORE_H

#include "proto/base/arena.h"
#include "proto/record/record.h"

/* One live claim of the dossier, as the score sees it. */
typedef struct toc_score_claim {
    toc_org_id org;
    toc_span category, role;
    uint32_t confidence;
    size_t root_count;
    const toc_root *roots; /* live ones only */
} toc_score_claim;

typedef struct toc_score_lineage {
    toc_root root;
    uint32_t confidence; /* highest, capped at TOC_CONFIDENCE_CAP */
    bool chosen;         /* among the k that count */
} toc_score_lineage;

typedef struct toc_score_category {
    toc_span category;
    uint32_t score; /* per mille */
    uint32_t org_count;
    size_t lineage_count;
    toc_score_lineage *lineages; /* confidence down, root up: the order of choice */
} toc_score_category;

typedef struct toc_score {
    uint32_t score; /* the highest, 0 without any */
    size_t category_count;
    toc_score_category *categories; /* score down, id up */
} toc_score;

/* Claims whose role does not score are passed over. */
TOC_MUST toc_code toc_score_of(const toc_score_claim *claims, size_t count, toc_arena *arena,
                               toc_score *out, toc_err *err);
/* The last step on its own: per mille from the chosen confidences in ascending order. */
uint32_t toc_score_per_mille(const uint32_t *confidences, size_t count);

#endif
