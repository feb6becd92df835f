/* proto/rules/weights.h: how far this node trusts whom (docs/RULES.md §12): percents by org, kind
 * of org, role in the circle and list. They re-rank an answer, and are no part of V.
 * Owns: nothing; plain values. Threads: pure. Errors: USAGE, LIMIT. */
#ifndef TOC_PROTO_RULES_WEIGHTS_H
#define TOC_PROTO_RULES_WEIGHTS_H

#include "proto/base/limits.h"
#include "proto/rules/score.h"

typedef enum toc_weight_by {
    TOC_WEIGHT_ORG, /* its id as 64 digits, or its name */
    TOC_WEIGHT_KIND,
    TOC_WEIGHT_ROLE,
    TOC_WEIGHT_LIST /* the list that a claim was taken from */
} toc_weight_by;
const char *toc_weight_by_name(toc_weight_by by); /* "org" */

typedef struct toc_weight {
    toc_weight_by by;
    char name[TOC_TEXT_BYTES_MAX + 1];
    uint32_t percent; /* 0 to 100 */
} toc_weight;

typedef struct toc_weights {
    size_t count;
    toc_weight items[TOC_WEIGHTS_MAX];
} toc_weights;

/* "org Example Police", 60. Roles and lists are terms, in any known spelling. */
TOC_MUST toc_code toc_weights_add(toc_weights *weights, toc_span what, uint64_t percent,
                                  toc_err *err);

/* Whose claim it is, as its circle and its card state it; empty: not known. */
typedef struct toc_weight_subject {
    toc_org_id org;
    toc_span org_name, kind, role;
    toc_span list; /* empty: of no list */
} toc_weight_subject;

/* Those that apply, at most one of each kind: an org's id goes before its name. */
typedef struct toc_weighing {
    size_t count;
    const toc_weight *applied[4];
} toc_weighing;
toc_weighing toc_weights_of(const toc_weights *weights, const toc_weight_subject *subject);
/* confidence · percent / 100 for each that applies, rounded down once, at the end; per mille. */
uint32_t toc_weighed_per_mille(uint32_t confidence, const toc_weighing *weighing);

#endif
