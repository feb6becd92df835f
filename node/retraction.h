/* node/retraction.h: a retraction as it comes in, over the socket or as text that waited: of one
 * claim by its id, or of what drafts say. Each claim is ended, or refused, by itself.
 * Owns:    an arena. Threads: one.
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
    toc_arena *arena; /* made by the first use */
} toc_retraction;
void toc_retraction_wipe(toc_retraction *retraction);
TOC_DEFINE_AUTO_WIPE(toc_retraction, toc_retraction_wipe)

TOC_MUST toc_code toc_retraction_claim(toc_retraction *retraction, const toc_claim_id *claim,
                                       toc_err *err);
TOC_MUST toc_code toc_retraction_part(toc_retraction *retraction, toc_span part, toc_err *err);

#endif
