/* node/control.h: the local socket: who calls, what they may, one thread a conversation
 * (proto/control/README.md). Queries read the store in the caller's thread, never in the core.
 * Owns:    the socket, the conversations. Threads: start and stop by one; reload by any.
 * Errors:  IO (the socket), USAGE (a path too long for a socket). */
#ifndef TOC_NODE_CONTROL_H
#define TOC_NODE_CONTROL_H

#include "node/writer.h"

typedef struct toc_control toc_control;

/* Listens on runtime/tocsind.sock (0660). `node` and `writer` are lent until toc_control_stop. */
TOC_MUST toc_code toc_control_start(toc_node *node, toc_writer *writer, toc_control **out,
                                    toc_err *err);
/* Ends every conversation; a command that runs is finished first, its answer is lost. */
void toc_control_stop(toc_control *control_take); /* NULL is fine */
/* Takes the [control] section of `config` for those who connect from now on. */
void toc_control_reload(toc_control *control, const toc_config *config);

#endif
