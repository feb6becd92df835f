/* tools/term/table.h: rows of text in columns. Cells are cleaned (tools/term/text.h); on a terminal
 * the last column is cut to fit.
 * Owns: its cells until wiped. Threads: one. Errors: memory, sticky, asked by toc_table_print. */
#ifndef TOC_TOOLS_TERM_TABLE_H
#define TOC_TOOLS_TERM_TABLE_H

#include "proto/base/buf.h"
#include "tools/term/colour.h"

enum { TOC_TABLE_COLUMNS_MAX = 12 };

typedef struct toc_table {
    const char *const
        *heads;    /* NULL-terminated, lent; a head beginning with '>' is aligned right */
    toc_buf text;  /* of all cells, one after the other */
    toc_buf cells; /* per cell: size u32 ‖ style u8 */
    size_t column_count, cell_count;
} toc_table;

void toc_table_init(toc_table *table, const char *const *heads);
void toc_table_wipe(toc_table *table);
TOC_DEFINE_AUTO_WIPE(toc_table, toc_table_wipe)

/* The next cell, row by row. */
void toc_table_add(toc_table *table, toc_style style, toc_span text);
void toc_table_add_text(toc_table *table, const char *text); /* NULL: an empty cell */
void toc_table_add_number(toc_table *table, uint64_t value);
/* Appends heads and rows, each behind `indent` spaces; nothing when there is no row. */
TOC_MUST toc_code toc_table_print(const toc_table *table, size_t indent, toc_buf *out,
                                  toc_err *err);

#endif
