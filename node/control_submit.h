/* node/control_submit.h: the request line of a submission, the same on the socket and in a spool
 * file. Private to node/control* and the spool. Threads: pure but for the roll it asks.
 * Errors: USAGE, MALFORMED, STATE (no circle is joined). */
#ifndef TOC_NODE_CONTROL_SUBMIT_H
#define TOC_NODE_CONTROL_SUBMIT_H

#include "node/submission.h"

/* {"command": "submit","id":…,"circle":…,"alert":…,"dry_run":…} */
TOC_MUST toc_code toc_submission_read(toc_node *node, toc_span request, toc_submission_request *out,
                                      toc_err *err);
/* {"line":n,"column":null,"error":"…"} without newline. */
void toc_submission_print_refusal(uint32_t line, const toc_err *why, toc_buf *out);

#endif
