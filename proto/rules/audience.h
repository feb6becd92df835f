/* proto/rules/audience.h: who may see a record (docs/RULES.md §10): the one function that decides,
 * at every door there is.
 *
 * What is answered to an audience is what a node would answer that holds only what the audience may
 * see: V(E', T, C, R) with E' the records of E that toc_audience_sees lets through (docs/decisions/
 * 0070). So nothing is filtered out of an answer: what may not be seen is in no view it is made of.
 * Threads: pure. Errors: none. */
#ifndef TOC_PROTO_RULES_AUDIENCE_H
#define TOC_PROTO_RULES_AUDIENCE_H

#include "proto/base/limits.h"
#include "proto/record/record.h"

/* All zeroes is nobody: an empty audience sees nothing. */
typedef struct toc_audience {
    toc_tlp tlp_max; /* the highest marking that it sees */
    bool officers;   /* the own ones: whatever was opened here, nothing else counts */
    bool any_circle;
    bool has_org;        /* it stands for `org`; else it sees nothing that names its readers */
    size_t circle_count; /* else these, at most TOC_AUDIENCE_CIRCLES_MAX */
    toc_circle_id circles[TOC_AUDIENCE_CIRCLES_MAX];
    toc_org_id org;
} toc_audience;

/* The officers of this node's own org. */
extern const toc_audience toc_audience_officers;
/* A member of a circle, as who reads what is written there. */
toc_audience toc_audience_reader(const toc_circle_id *circle, const toc_org_id *org);

/* Whether who may read it is not simply its circle: it is then sealed to its readers one by one
 * (proto/feed/addressed.h). */
bool toc_audience_is_named(const toc_statement *statement);
/* Whether `after` is for fewer than `before`: somebody who might see that may not see this. */
bool toc_audience_narrows(const toc_statement *before, const toc_statement *after);

/* Whether it sees anything of that circle at all. */
bool toc_audience_enters(const toc_audience *audience, const toc_circle_id *circle);
/* `statement` by `author` in `circle`. Looks at its marking (TLP, releasable to, not to) alone, and
 * so do the records of one claim each for itself: a retraction has the marking of what it ends. */
bool toc_audience_sees(const toc_audience *audience, const toc_circle_id *circle,
                       const toc_org_id *author, const toc_statement *statement);

/* Two audiences of one id see the same: B("tocsin/audience/1\n" ‖ what they are, circles in order).
 */
void toc_audience_id(const toc_audience *audience, toc_hash *out);

#endif
