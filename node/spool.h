/* node/spool.h: submissions that waited while the node was down (proto/control/README.md).
 *
 * Each file of the spool directory is one submission, sealed to the node's seal key
 * (toc_sealed_write), so that whoever may write there can read nothing: the JSON line of the
 * request as on the control socket, a newline, then control frames of type `D` and a `Z`. A writer
 * makes the file under a name that begins with a dot and renames it. node.card, the node's own
 * card, is there to seal to. What was taken is deleted. What cannot be read, or is not allowed, is
 * moved to refused/ with a sentence beside it (NAME.why); what only cannot be taken yet (circle not
 * joined, store full) stays and is tried again.
 * Owns: a thread. Threads: start and stop by one; toc_spool_waiting by any. Errors: IO. */
#ifndef TOC_NODE_SPOOL_H
#define TOC_NODE_SPOOL_H

#include "node/writer.h"

typedef struct toc_spool toc_spool;

/* Writes node.card, takes what waits, and looks again each second. */
TOC_MUST toc_code toc_spool_start(toc_node *node, toc_writer *writer, toc_spool **out,
                                  toc_err *err);
void toc_spool_stop(toc_spool *spool_take); /* NULL is fine */
/* Files that wait in a spool directory; 0 when it is not there. */
uint64_t toc_spool_waiting(const char *directory);

#endif
