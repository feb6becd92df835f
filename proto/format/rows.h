/* proto/format/rows.h: rows of claims that people submit, whatever the file: CSV with a header, or
 * JSON Lines with the same names. Two kinds of row: a wallet claim, and, where `cluster` is given,
 * a member of a cluster.
 * Owns:    the reader owns the line it is in; a row is lent until the callback returns.
 * Threads: one at a time.
 * Errors:  a row that cannot be read comes with what is wrong and reading goes on. MALFORMED ends
 * the reading of a CSV file whose header cannot be used; NO_MEMORY; whatever the callback returns.
 */
#ifndef TOC_PROTO_FORMAT_ROWS_H
#define TOC_PROTO_FORMAT_ROWS_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/record/record.h"

struct json_t; /* of jansson, which stays inside proto/format */

typedef enum toc_column {
    TOC_COLUMN_CHAIN,
    TOC_COLUMN_ADDRESS,
    TOC_COLUMN_TAG,
    TOC_COLUMN_ROLE,
    TOC_COLUMN_CATEGORY,
    TOC_COLUMN_ACTOR,
    TOC_COLUMN_CONFIDENCE,
    TOC_COLUMN_FIRST_SEEN,
    TOC_COLUMN_LAST_SEEN,
    TOC_COLUMN_ASSET,
    TOC_COLUMN_AMOUNT,
    TOC_COLUMN_INCIDENT,
    TOC_COLUMN_LABEL,
    TOC_COLUMN_LIST,
    TOC_COLUMN_LIST_VERSION,
    TOC_COLUMN_VENDOR,
    TOC_COLUMN_DERIVED_FROM, /* claim ids, semicolons between them */
    TOC_COLUMN_TLP,
    TOC_COLUMN_RELEASABLE_TO,
    TOC_COLUMN_NOT_TO,
    TOC_COLUMN_VALID_UNTIL,
    TOC_COLUMN_PURPOSE,
    TOC_COLUMN_NOTE,
    TOC_COLUMN_CLUSTER,
    TOC_COLUMN_NAME,
    TOC_COLUMN_ENTITY,
    TOC_COLUMN_METHOD,
    TOC_COLUMN_COUNT
} toc_column;

const char *toc_column_name(toc_column column); /* "first_seen"; "" for TOC_COLUMN_COUNT */
/* In any case, with spaces or hyphens for '_'. NOT_FOUND names the nearest. */
TOC_MUST toc_code toc_column_find(toc_span name, toc_column *out, toc_err *err);
/* Whether rows of wallets, or of clusters, may have the column. */
bool toc_column_in(toc_column column, bool in_cluster);

typedef struct toc_row_asset {
    toc_span asset, amount;
} toc_row_asset;

/* Cells without the spaces around them; an empty one is the same as none. Labels and assets stand
 * in their lists and not among the cells. */
typedef struct toc_row {
    uint64_t line;   /* that it begins on, from 1 */
    bool in_cluster; /* a member of a cluster; otherwise a wallet claim */
    /* JSON: a claim of another kind, of which the cells have what it shares with these rows, and
     * the object the rest (proto/format/said.h). 0 and NULL: one of these two. */
    toc_record_kind kind;
    const struct json_t *object;
    toc_span cells[TOC_COLUMN_COUNT];
    size_t label_count;
    toc_span labels[TOC_LABELS_MAX];
    size_t asset_count;
    toc_row_asset assets[TOC_ASSETS_MAX];
} toc_row;

enum { TOC_PROBLEM_FIELD_BYTES = 48 };
/* What is wrong with a row, and where. */
typedef struct toc_problem {
    uint64_t line;
    toc_column column; /* TOC_COLUMN_COUNT: of a field, or of the row as a whole */
    toc_err err;
    char field[TOC_PROBLEM_FIELD_BYTES]; /* "from[2].address", where it is no column; else "" */
} toc_problem;
const char *toc_problem_where(const toc_problem *problem); /* of column or field; "": of all */
/* "line 4181: column address: bad checksum …"; "line 7: field reason: …" */
void toc_problem_print(const toc_problem *problem, toc_buf *out);

/* Either a row or a problem; the other is NULL. */
typedef toc_code toc_row_fn(void *context, const toc_row *row, const toc_problem *problem,
                            toc_err *err);

typedef enum toc_rows_format { TOC_ROWS_CSV = 1, TOC_ROWS_JSONL = 2 } toc_rows_format;

typedef struct toc_rows toc_rows;

TOC_MUST toc_code toc_rows_new(toc_rows_format format, toc_row_fn *fn, void *context,
                               toc_rows **out, toc_err *err);
void toc_rows_free(toc_rows *rows); /* NULL is fine */
TOC_DEFINE_AUTO(toc_rows, toc_rows_free)
TOC_MUST toc_code toc_rows_feed(toc_rows *rows, toc_span chunk, toc_err *err);
/* The end of the file. MALFORMED for a CSV file without so much as a header. */
TOC_MUST toc_code toc_rows_finish(toc_rows *rows, toc_err *err);

#endif
