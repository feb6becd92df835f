/* proto/format/row_text.h: what every reader of rows does to a cell, and to those of an address.
 * Private to proto/format.
 * Threads: pure. Errors: MALFORMED. */
#ifndef TOC_PROTO_FORMAT_ROW_TEXT_H
#define TOC_PROTO_FORMAT_ROW_TEXT_H

#include "proto/address/wallet.h"
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

/* A cell of several, with semicolons between them: the next, without spaces around it; empty at the
 * end. And how many there are. */
toc_span toc_cell_next(toc_span *cell);
size_t toc_cell_count(toc_span cell);

/* UTF-8; and, but for a note, without control characters, which would end up in somebody's
 * terminal. */
TOC_MUST toc_code toc_cell_check(toc_column column, toc_span cell, toc_err *err);

/* The wallet that the columns chain, address and tag tell. `options`: TOC_ROW_… of
 * proto/format/claim.h; `literals`: whether a claim of this kind can be on one. On failure the
 * problem has column and error. */
TOC_MUST toc_code toc_row_address(const toc_row *row, unsigned options, bool literals,
                                  toc_wallet *out, toc_problem *problem);

#endif
