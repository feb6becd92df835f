/* tools/term/progress.h: how far a long command is: rate, count and time left, on stderr, only on a
 * terminal and only once it has taken longer than a second.
 * Owns: the line it draws, until toc_progress_end. Threads: one. */
#ifndef TOC_TOOLS_TERM_PROGRESS_H
#define TOC_TOOLS_TERM_PROGRESS_H

#include "proto/base/span.h"

typedef struct toc_progress_line {
    bool on, drawn;
    uint64_t began_ms, shown_ms;
} toc_progress_line;

void toc_progress_begin(toc_progress_line *line);
/* `total` 0: not known. Draws at most ten times a second. */
void toc_progress_show(toc_progress_line *line, toc_span what, uint64_t done, uint64_t total);
void toc_progress_end(toc_progress_line *line); /* clears what was drawn */

#endif
