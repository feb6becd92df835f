/* node/retraction.h: a retraction as it comes in, over the socket or as text that waited: of one
 * claims by their ids, or of what drafts say. Each claim is ended, or refused, by itself.
 * Owns:    an arena, the ids, the readers of a dry run. Threads: one.
 * Errors:  as the writer's; NOT_FOUND and DENIED of a claim named by its id. */
#ifndef TOC_NODE_RETRACTION_H
#define TOC_NODE_RETRACTION_H

#include "node/submission.h"

/* Of each claim that was ended. */
typedef toc_code (*toc_retraction_told)(void *context, const toc_retracted *done, toc_err *err);

typedef struct toc_retraction {
    toc_node *node;
    toc_writer *writer;
    toc_circle_id circle;
    toc_retracting how; /* the note is lent */
    toc_retraction_told told;
    toc_submission_refusal refusal; /* of a draft */
    void *context;
    uint64_t done, refused;
    bool by_id;       /* of these claims; else of what drafts say */
    toc_buf claims;   /* toc_claim_id each */
    toc_told readers; /* of a dry run; how.dry is this */
    toc_arena *arena; /* made by the first use */
} toc_retraction;
void toc_retraction_wipe(toc_retraction *retraction);
TOC_DEFINE_AUTO_WIPE(toc_retraction, toc_retraction_wipe)

/* All that are named by their ids. */
TOC_MUST toc_code toc_retraction_claims(toc_retraction *retraction, toc_err *err);
/* What the drafts of a part say; members end with their cluster. */
TOC_MUST toc_code toc_retraction_part(toc_retraction *retraction, toc_span part, toc_err *err);

#endif
