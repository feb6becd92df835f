/* proto/rules/approval.h: whether enough officers approved a statement (docs/RULES.md §13): k of n
 * distinct officers of its org, one number with one key on one card each.
 * Owns:    nothing.
 * Threads: pure. Errors: none; what does not count says why. */
#ifndef TOC_PROTO_RULES_APPROVAL_H
#define TOC_PROTO_RULES_APPROVAL_H

#include "proto/record/approval.h"
#include "proto/roll/approvals.h"
#include "proto/roll/card.h"

/* What is wrong with one approval, the first that is; 0: it counts. */
typedef enum toc_approval_fault {
    TOC_APPROVAL_COUNTS = 0,
    TOC_APPROVAL_UNKNOWN,   /* the key of no officer on the card that judges */
    TOC_APPROVAL_SCOPE,     /* of an officer without the scope that the kind asks for */
    TOC_APPROVAL_REJECTED,  /* the decision is no */
    TOC_APPROVAL_LAPSED,    /* sealed after the moment up to which it holds */
    TOC_APPROVAL_DRAFT,     /* of another draft than the first that counts */
    TOC_APPROVAL_SIGNATURE, /* not over this statement, circle, org, draft, moment and decision */
    TOC_APPROVAL_TWICE      /* the officer counts already */
} toc_approval_fault;
/* "counts", "unknown-officer", … "counted-already": stable, for JSON and the audit. */
const char *toc_approval_fault_name(toc_approval_fault fault);

typedef struct toc_approval_case {
    toc_span statement; /* exact bytes */
    toc_circle_id circle;
    toc_org_id org;                /* whose feed it is in */
    const toc_card *card;          /* of this org, the one that judges; NULL: not held */
    const toc_approval_rule *rule; /* of its kind; NULL: nobody needs to approve */
    toc_time sealed;               /* the time in the entry */
    size_t count;
    const toc_approval *approvals;
} toc_approval_case;

typedef struct toc_approval_verdict {
    uint32_t needed, counted;
    bool enough;
    toc_approval_fault faults[TOC_OFFICERS_MAX]; /* of each approval, in their order */
    uint32_t officers[TOC_OFFICERS_MAX];         /* their numbers on the card; 0: unknown */
} toc_approval_verdict;

void toc_approval_judge(const toc_approval_case *what, toc_approval_verdict *out);

#endif
