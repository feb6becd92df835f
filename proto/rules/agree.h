/* proto/rules/agree.h: do two lineages agree (docs/RULES.md §9)? What one org says twice, in two
 * circles or on two grounds, is said once, and so is what two orgs took from one list.
 * Threads: pure. Errors: as said. */
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
/* min(distinct roots, distinct orgs). NO_MEMORY; the arena is worked in. */
TOC_MUST toc_code toc_voices_weigh(const toc_voice *voices, size_t count, toc_arena *arena,
                                   size_t *out, toc_err *err);

#endif
