/* proto/format/row_text.h: what every reader of rows does to a cell. Private to proto/format.
 * Threads: pure. Errors: MALFORMED. */
#ifndef TOC_PROTO_FORMAT_ROW_TEXT_H
#define TOC_PROTO_FORMAT_ROW_TEXT_H

#include "proto/format/rows.h"

/* Without spaces, tabs and line breaks around it. */
static inline toc_span toc_cell_trim(toc_span cell)
{
    while (cell.size > 0 && (cell.data[0] == ' ' || (cell.data[0] >= '\t' && cell.data[0] <= '\r')))
        cell = toc_span_of(cell.data + 1, cell.size - 1);
    while (cell.size > 0 && (cell.data[cell.size - 1] == ' ' || (cell.data[cell.size - 1] >= '\t' &&
                                                                 cell.data[cell.size - 1] <= '\r')))
        cell.size--;
    return cell;
}

/* UTF-8; and, but for a note, without control characters, which would end up in somebody's
 * terminal. */
TOC_MUST toc_code toc_cell_check(toc_column column, toc_span cell, toc_err *err);

#endif
