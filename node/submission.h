/* node/submission.h: a submission as it comes in, part by part, over the socket or from the spool
 * (proto/format/drafts.h): difference only, line by line, harmless to repeat.
 * Owns:    one batch of drafts at a time. Threads: one.
 * Errors:  as the writer's; a draft that breaks a rule is refused alone, by the callback. */
#ifndef TOC_NODE_SUBMISSION_H
#define TOC_NODE_SUBMISSION_H

#include "node/org_names.h"
#include "node/writer.h"

typedef struct toc_submission_request {
    toc_draft_id id; /* one that was taken before is not taken again */
    toc_circle_id circle;
    toc_lane lane;
    bool dry_run;
    toc_told *told;    /* of a dry run: whom it would be for is added; NULL: nobody asks */
    toc_time until;    /* it is held until then; 0, or a moment that is over: written at once */
    uint64_t lapse_ms; /* of what waits for officers; 0: TOC_DRAFT_LAPSE_MS */
    toc_org_names audience; /* the orgs that the drafts tell by name */
} toc_submission_request;

/* `line`: of the file that the draft came from. */
typedef void (*toc_submission_refusal)(void *context, uint32_t line, const toc_err *why);

typedef struct toc_submission toc_submission;
TOC_MUST toc_code toc_submission_begin(toc_node *node, toc_writer *writer,
                                       const toc_submission_request *request,
                                       toc_submission_refusal refusal, void *context,
                                       toc_submission **out, toc_err *err);
void toc_submission_free(toc_submission *submission); /* NULL is fine */
TOC_DEFINE_AUTO(toc_submission, toc_submission_free)

/* What passes is durable when it returns. */
TOC_MUST toc_code toc_submission_part(toc_submission *submission, toc_span part, toc_err *err);
/* All parts, as frames of the control socket with the one that ends them. */
TOC_MUST toc_code toc_submission_frames(toc_submission *submission, toc_span frames, toc_err *err);
toc_writer_totals toc_submission_totals(const toc_submission *submission);
/* One JSON object without newline, of numbers and ids only: it is kept in the log and told in the
 * daemon's messages. `held_until` 0: it is not held. */
void toc_submission_print(const toc_writer_totals *totals, toc_time held_until, toc_buf *out);
/* The lists and vendors that nobody registered, for whoever submitted them: likewise. */
void toc_submission_print_names(const toc_writer_totals *totals, toc_buf *out);
/* Remembers the id, and appends the summary: one JSON object without newline. Of a submission that
 * was taken before, the summary of then. */
TOC_MUST toc_code toc_submission_end(toc_submission *submission, toc_buf *out_summary,
                                     toc_err *err);

#endif
