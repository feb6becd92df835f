/* tools/beside.h: what stands beside the claims of a dossier, for people.
 * Owns:    nothing; text goes to the caller's buffer, coloured as the terminal allows.
 * Threads: one at a time per buffer.
 * Errors:  none of its own; those of the buffer stick to it. */
#ifndef TOC_TOOLS_BESIDE_H
#define TOC_TOOLS_BESIDE_H

#include <jansson.h>

#include "proto/base/buf.h"

/* Of a dossier as `lookup --json` prints it: the services, disputes and clearances, a line each;
 * nothing where there are none. What other orgs wrote is made harmless for a terminal. */
void toc_show_beside(const json_t *line, toc_buf *out);
/* A record that a fork disputes, in a line: what it is, by whom, that it counts in nothing. */
void toc_show_forked(const char *what, const char *org, toc_buf *out);
/* The list `forks` of any answer, a line each. */
void toc_show_forks(const json_t *forks, toc_buf *out);
/* Of a circle, as any answer has it: until when this org waits for keys, itself a new reader; how
 * many wait for those of this node. A line each; nothing where nobody waits. */
void toc_show_waiting(const json_t *circle, toc_buf *out);

#endif
