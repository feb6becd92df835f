/* tools/term/colour.h: colour, only where somebody sees it: stdout is a terminal, NO_COLOR is not
 * set (no-color.org) and TERM is not "dumb".
 * Threads: one. */
#ifndef TOC_TOOLS_TERM_COLOUR_H
#define TOC_TOOLS_TERM_COLOUR_H

#include "proto/base/buf.h"

typedef enum toc_style {
    TOC_STYLE_PLAIN,
    TOC_STYLE_STRONG,
    TOC_STYLE_QUIET,
    TOC_STYLE_GOOD,
    TOC_STYLE_WARNING,
    TOC_STYLE_BAD
} toc_style;

/* Columns of the terminal on stdout; 0 when it is none, so that nothing is cut in a pipe. */
size_t toc_terminal_columns(void);
/* Appends clean text (tools/term/text.h) in a style. */
void toc_colour_add(toc_buf *out, toc_style style, toc_span text);

#endif
