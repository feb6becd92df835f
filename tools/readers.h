/* tools/readers.h: who gets to read something, for people: rows of `audience`, as they also stand
 * in a draft and in a dry run (proto/control/README.md).
 * Owns: nothing. Threads: one. Errors: memory. */
#ifndef TOC_TOOLS_READERS_H
#define TOC_TOOLS_READERS_H

#include <jansson.h>

#include "tools/term/table.h"

extern const char *const toc_readers_heads[];
/* The next row of a table with these heads. */
void toc_readers_add(toc_table *table, const json_t *reader);
/* All of an array as a table, each line behind `indent` spaces. */
TOC_MUST toc_code toc_readers_print(const json_t *readers, size_t indent, toc_buf *out,
                                    toc_err *err);

#endif
