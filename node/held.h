/* node/held.h: submissions that wait for their moment (`submit --hold`): checked when they come,
 * kept sealed in the log, written when it is time, and until then to be recalled.
 * Owns:    nothing; what waits is in the log. Threads: any; what is due is written by one.
 * Errors:  NOT_FOUND, DENIED (somebody else's), STATE (it is being written), LIMIT, as the log's.
 */
#ifndef TOC_NODE_HELD_H
#define TOC_NODE_HELD_H

#include "node/submission.h"

/* Tells what would be refused as a dry run does, and holds the rest until request->until. What
 * would write nothing is not held. `line`: the request, which when it is read again says the same
 * but no moment. */
TOC_MUST toc_code toc_held_keep(toc_node *node, toc_writer *writer,
                                const toc_submission_request *request, uint32_t uid, toc_span line,
                                toc_span frames, toc_submission_refusal refusal, void *context,
                                toc_buf *out_summary, toc_writer_totals *out_totals, toc_err *err);

/* Who asks: what somebody else submitted is an admin's to touch. */
typedef struct toc_held_by {
    uint32_t uid;
    bool admin;
} toc_held_by;
/* It is gone, and nothing of it was written. */
TOC_MUST toc_code toc_held_recall(toc_node *node, const toc_draft_id *id, toc_held_by by,
                                  toc_err *err);
/* It is due now. */
TOC_MUST toc_code toc_held_release(toc_node *node, const toc_draft_id *id, toc_held_by by,
                                   toc_err *err);

/* Of one that was written: refusals one a line, empty when there are none. */
typedef void (*toc_held_told)(void *context, const toc_draft_id *id, toc_span refusals);
/* Writes all that is due; one thread calls it. False when something could not be written yet. */
bool toc_held_write_due(toc_node *node, toc_writer *writer, toc_held_told told, void *context);

#endif
