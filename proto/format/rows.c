#include "proto/format/rows.h"

#include <inttypes.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/format/csv.h"
#include "proto/format/jsonl.h"
#include "proto/format/row_text.h"
#include "proto/record/field.h"

#define WALLET_HEADER  "chain,address,category"
#define CLUSTER_HEADER "chain,address,cluster,name,entity,method"

struct toc_rows {
    toc_row_fn *fn;
    void *context;
    toc_csv *csv;     /* either */
    toc_jsonl *jsonl; /* or */
    bool has_header;
    bool in_cluster;
    size_t column_count;
    toc_column columns[TOC_ROW_FIELDS_MAX]; /* of the file, in its order */
    toc_row row;
};

toc_span toc_cell_next(toc_span *cell)
{
    while (cell->size > 0) {
        const uint8_t *end = memchr(cell->data, ';', cell->size);
        size_t size = end == NULL ? cell->size : (size_t)(end - cell->data);
        toc_span item = toc_cell_trim(toc_span_of(cell->data, size));
        size_t used = end == NULL ? size : size + 1;
        *cell = toc_span_of(cell->data + used, cell->size - used);
        if (item.size > 0)
            return item;
    }
    return (toc_span){0};
}

size_t toc_cell_count(toc_span cell)
{
    size_t count = 0;
    while (toc_cell_next(&cell).size > 0)
        count++;
    return count;
}

toc_code toc_cell_check(toc_column column, toc_span cell, toc_err *err)
{
    /* A note is checked where it is made part of a claim, after its line breaks are made plain. */
    if (column != TOC_COLUMN_NOTE)
        return toc_record_field_text(cell, "its text", TOC_ROW_BYTES_MAX, false, err);
    size_t position;
    if (!toc_utf8_valid(cell, &position))
        return toc_fail(err, TOC_MALFORMED, "no UTF-8 at byte %zu", position + 1);
    return TOC_OK;
}

static bool has_column(const toc_rows *rows, toc_column column)
{
    for (size_t i = 0; i < rows->column_count; i++) {
        if (rows->columns[i] == column)
            return true;
    }
    return false;
}

/* A file whose first line names no column at all has data there. */
static toc_code refuse_headless(const toc_csv_row *row, toc_err *err)
{
    if (row->count == 1 && memchr(row->fields[0].data, ';', row->fields[0].size) != NULL)
        return toc_fail(err, TOC_MALFORMED,
                        "line %" PRIu64 ": the columns are separated by ';'; separate them by ','",
                        row->line);
    return toc_fail(err, TOC_MALFORMED,
                    "line %" PRIu64
                    ": the file has no header; let its first line be '%s' (and more "
                    "columns as needed), or '%s' for clusters",
                    row->line, WALLET_HEADER, CLUSTER_HEADER);
}

static size_t count_known(const toc_csv_row *row)
{
    size_t known = 0;
    toc_column column;
    for (size_t i = 0; i < row->count; i++)
        known += toc_column_find(toc_cell_trim(row->fields[i]), &column, NULL) == TOC_OK;
    return known;
}

static toc_code map_column(toc_rows *rows, toc_span field, toc_err *err)
{
    toc_column column;
    TOC_TRY(toc_column_find(toc_cell_trim(field), &column, err));
    if (has_column(rows, column))
        return toc_fail(err, TOC_MALFORMED, "column '%s' comes twice", toc_column_name(column));
    rows->columns[rows->column_count++] = column;
    return TOC_OK;
}

static toc_code check_columns(toc_rows *rows, toc_err *err)
{
    static const toc_column wallet_needs[] = {TOC_COLUMN_CHAIN, TOC_COLUMN_ADDRESS,
                                              TOC_COLUMN_CATEGORY};
    static const toc_column cluster_needs[] = {TOC_COLUMN_CHAIN, TOC_COLUMN_ADDRESS,
                                               TOC_COLUMN_ENTITY};
    rows->in_cluster = has_column(rows, TOC_COLUMN_CLUSTER);
    for (size_t i = 0; i < rows->column_count; i++) {
        if (!toc_column_in(rows->columns[i], rows->in_cluster))
            return toc_fail(err, TOC_MALFORMED, "column '%s' is not for rows of %s",
                            toc_column_name(rows->columns[i]),
                            rows->in_cluster ? "clusters" : "wallets");
    }
    const toc_column *needs = rows->in_cluster ? cluster_needs : wallet_needs;
    for (size_t i = 0; i < TOC_COUNT(wallet_needs); i++) {
        if (!has_column(rows, needs[i]))
            return toc_fail(err, TOC_MALFORMED, "column '%s' is missing",
                            toc_column_name(needs[i]));
    }
    return TOC_OK;
}

static toc_code read_header(toc_rows *rows, const toc_csv_row *row, toc_err *err)
{
    if (count_known(row) == 0)
        return refuse_headless(row, err);
    toc_code code = TOC_OK;
    for (size_t i = 0; i < row->count && code == TOC_OK; i++)
        code = map_column(rows, row->fields[i], err);
    if (code == TOC_OK)
        code = check_columns(rows, err);
    if (code != TOC_OK) {
        if (err != NULL)
            toc_wrap(err, "line %" PRIu64 ": the header", row->line);
        return TOC_MALFORMED;
    }
    rows->has_header = true;
    return TOC_OK;
}

/* Files the cell; labels and assets go to their lists. */
static void place_cell(toc_row *row, toc_column column, toc_span cell)
{
    if (cell.size == 0)
        return;
    if (column == TOC_COLUMN_LABEL) {
        row->labels[row->label_count++] = cell;
    } else if (column == TOC_COLUMN_ASSET || column == TOC_COLUMN_AMOUNT) {
        row->asset_count = 1;
        *(column == TOC_COLUMN_ASSET ? &row->assets[0].asset : &row->assets[0].amount) = cell;
    } else {
        row->cells[column] = cell;
    }
}

static toc_code hand_over_problem(toc_rows *rows, const toc_problem *problem, toc_err *err)
{
    return rows->fn(rows->context, NULL, problem, err);
}

static toc_code read_fields(toc_rows *rows, const toc_csv_row *from, toc_problem *problem)
{
    if (from->count != rows->column_count)
        return toc_fail(&problem->err, TOC_MALFORMED, "%zu columns, where the header has %zu",
                        from->count, rows->column_count);
    memset(&rows->row, 0, sizeof rows->row);
    rows->row.line = from->line;
    rows->row.in_cluster = rows->in_cluster;
    for (size_t i = 0; i < from->count; i++) {
        toc_span cell = toc_cell_trim(from->fields[i]);
        problem->column = rows->columns[i];
        TOC_TRY(toc_cell_check(rows->columns[i], cell, &problem->err));
        place_cell(&rows->row, rows->columns[i], cell);
    }
    return TOC_OK;
}

static toc_code take_csv_row(void *context, const toc_csv_row *row, toc_err *err)
{
    toc_rows *rows = context;
    toc_problem problem = {.line = row->line, .column = TOC_COLUMN_COUNT};
    if (row->problem != NULL) {
        problem.err = *row->problem;
        if (!rows->has_header)
            return toc_fail(err, problem.err.code, "line %" PRIu64 ": %s", row->line,
                            problem.err.text);
        return hand_over_problem(rows, &problem, err);
    }
    if (!rows->has_header)
        return read_header(rows, row, err);
    if (read_fields(rows, row, &problem) != TOC_OK)
        return hand_over_problem(rows, &problem, err);
    return rows->fn(rows->context, &rows->row, NULL, err);
}

toc_code toc_rows_new(toc_rows_format format, toc_row_fn *fn, void *context, toc_rows **out,
                      toc_err *err)
{
    TOC_AUTO(toc_rows_free) toc_rows *rows = calloc(1, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a reader");
    rows->fn = fn;
    rows->context = context;
    if (format == TOC_ROWS_CSV)
        TOC_TRY(toc_csv_new(take_csv_row, rows, &rows->csv, err));
    else
        TOC_TRY(toc_jsonl_new(fn, context, &rows->jsonl, err));
    *out = rows;
    rows = NULL; /* transferred */
    return TOC_OK;
}

void toc_rows_free(toc_rows *rows)
{
    if (rows == NULL)
        return;
    toc_csv_free(rows->csv);
    toc_jsonl_free(rows->jsonl);
    free(rows);
}

toc_code toc_rows_feed(toc_rows *rows, toc_span chunk, toc_err *err)
{
    return rows->csv != NULL ? toc_csv_feed(rows->csv, chunk, err)
                             : toc_jsonl_feed(rows->jsonl, chunk, err);
}

toc_code toc_rows_finish(toc_rows *rows, toc_err *err)
{
    if (rows->jsonl != NULL)
        return toc_jsonl_finish(rows->jsonl, err);
    TOC_TRY(toc_csv_finish(rows->csv, err));
    if (!rows->has_header)
        return toc_fail(err, TOC_MALFORMED, "the file is empty; let its first line be '%s'",
                        WALLET_HEADER);
    return TOC_OK;
}
