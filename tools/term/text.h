/* tools/term/text.h: what may go to a terminal. Names, notes and labels come from other orgs, and a
 * terminal obeys escape sequences: whatever is shown to people passes here first.
 * Threads: pure. */
#ifndef TOC_TOOLS_TERM_TEXT_H
#define TOC_TOOLS_TERM_TEXT_H

#include "proto/base/buf.h"

/* Appends `text` with control characters (C0, DEL, C1), line breaks, marks that reverse the
 * direction of text and bytes that are no UTF-8 each replaced by one '?'. */
void toc_term_add(toc_buf *out, toc_span text);
/* Columns that clean text takes: one a code point, none for a combining mark, two for wide East
 * Asian ones. */
size_t toc_term_width(toc_span text);
/* The longest prefix of at most `columns`. */
toc_span toc_term_cut(toc_span text, size_t columns);
/* What a noun ends on after this count: "s", or "" of one. */
const char *toc_plural(uint64_t count);

#endif
