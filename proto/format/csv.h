/* proto/format/csv.h: comma-separated values (RFC 4180), read from a stream of bytes in chunks of
 * any size. Quotes, doubled quotes, line breaks inside quotes, CRLF and LF, a byte order mark. A
 * row that breaks a rule is reported and reading goes on at the line after the one it began on, so
 * that one stray quote costs one line.
 * Owns:    the row that is not yet complete; at most TOC_ROW_BYTES_MAX and one chunk.
 * Threads: one at a time.
 * Errors:  MALFORMED for a file in UTF-16; NO_MEMORY; whatever the callback returns, which ends the
 * reading. */
#ifndef TOC_PROTO_FORMAT_CSV_H
#define TOC_PROTO_FORMAT_CSV_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"

typedef struct toc_csv toc_csv;

/* Fields are lent until the callback returns. Empty lines are passed over. */
typedef struct toc_csv_row {
    uint64_t line; /* that the row begins on, from 1 */
    size_t count;
    const toc_span *fields;
    const toc_err *problem; /* NULL when the row is good; otherwise there are no fields */
} toc_csv_row;

typedef toc_code toc_csv_fn(void *context, const toc_csv_row *row, toc_err *err);

TOC_MUST toc_code toc_csv_new(toc_csv_fn *fn, void *context, toc_csv **out, toc_err *err);
void toc_csv_free(toc_csv *csv); /* NULL is fine */
TOC_DEFINE_AUTO(toc_csv, toc_csv_free)

TOC_MUST toc_code toc_csv_feed(toc_csv *csv, toc_span chunk, toc_err *err);
/* The end of the file: the last line need not end in a line break. Nothing may be fed afterwards.
 */
TOC_MUST toc_code toc_csv_finish(toc_csv *csv, toc_err *err);

#endif
