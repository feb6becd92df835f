/* node/daemon.h: what a daemon does around its node: boot marker, word to systemd.
 * Threads: one, at start. Errors: IO, NOT_FOUND, LIMIT. */
#ifndef TOC_NODE_DAEMON_H
#define TOC_NODE_DAEMON_H

#include "proto/format/config.h"

/* Whether runtime/boot names this boot and this store: then no power was lost and no backup was
 * restored since the node ran last, and its feeds go on in their generation (PROTOCOL §2). */
TOC_MUST toc_code toc_daemon_same_boot(const toc_config *config, bool *out, toc_err *err);
/* Whether the log is another file than the one that state/place names, which no backup has: a copy
 * was put back. Whoever puts an old log into the same file removes state/place. */
TOC_MUST toc_code toc_daemon_restored(const toc_config *config, bool *out, toc_err *err);
/* Writes both; when the node runs and not before. */
TOC_MUST toc_code toc_daemon_mark_boot(const toc_config *config, toc_err *err);

/* "READY=1" and the like, where systemd asks for it. */
void toc_daemon_notify(const char *state);

#endif
