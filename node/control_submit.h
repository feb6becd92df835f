/* node/control_submit.h: submissions and retractions as text, the same in a spool file and where
 * they are held: the request line as on the socket, a newline, the frames that follow it. Private
 * to node/control*, the spool and what is held.
 * Threads: as the node's. Errors: USAGE, MALFORMED, STATE (no circle is joined). */
#ifndef TOC_NODE_CONTROL_SUBMIT_H
#define TOC_NODE_CONTROL_SUBMIT_H

#include <jansson.h>

#include "node/control_args.h"
#include "node/control_talk.h"
#include "node/retraction.h"
#include "node/submission.h"
#include "proto/format/deed.h"

/* The arguments of a command that may wait as text, NULL of any other: all there are, at whatever
 * door. */
const toc_argument *toc_waiting_arguments(toc_span command);
/* Reads all of them, and refuses any other. */
TOC_MUST toc_code toc_submission_read(toc_node *node, json_t *request, toc_submission_request *out,
                                      toc_err *err);
/* The same of a retraction. The note is lent from the request; *out stays where it is: a dry run's
 * readers are in it. */
TOC_MUST toc_code toc_retraction_read(toc_node *node, json_t *request, toc_retraction *out,
                                      toc_err *err);
/* Whether its moment is still to come. */
bool toc_submission_is_held(const toc_submission_request *request);
/* {"line":n,"column":null,"error":"…"} without newline. */
void toc_submission_print_refusal(uint32_t line, const toc_err *why, toc_buf *out);

/* Whom what would be written is for: a line each marking (proto/control/README.md), and one of how
 * many records are marked otherwise. */
TOC_MUST toc_code toc_told_say(toc_talk *talk, const toc_circle_id *circle, const toc_told *told,
                               toc_err *err);

/* The request line of a submission that is to be held. */
TOC_MUST toc_code toc_waiting_line(json_t *request, const toc_submission_request *wanted,
                                   toc_buf *out, toc_err *err);
/* Whether another moment may change a failure: then what waits goes on waiting. */
bool toc_waiting_may_pass(toc_code code);
/* Does what the text says, for `by` (door, uid, gid): writes a submission, or holds it; or
 * retracts. */
TOC_MUST toc_code toc_waiting_take(toc_node *node, toc_writer *writer, const toc_deed *by,
                                   toc_span text, toc_submission_refusal refusal, void *context,
                                   toc_buf *out_summary, toc_err *err);

#endif
