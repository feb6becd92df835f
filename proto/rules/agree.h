/* proto/rules/agree.h: do two lineages agree (docs/RULES.md §9)? What one org says twice, in two
 * circles or on two grounds, is said once, and so is what two orgs took from one list.
 * Threads: pure. Errors: none. */
#ifndef TOC_PROTO_RULES_AGREE_H
#define TOC_PROTO_RULES_AGREE_H

#include "proto/record/record.h"

/* A live claim that says it, and is neither source withdrawn nor misstated. */
typedef struct toc_voice {
    toc_org_id org;
    size_t root_count;
    const toc_root *roots; /* live ones only */
} toc_voice;

/* min(distinct roots, distinct orgs) ≥ 2 */
bool toc_voices_agree(const toc_voice *voices, size_t count);

#endif
