#include "store/view/fold.h"

enum {
    OP_ROWS = 4, /* an incidence row, and perhaps a connector and a joint */
    BATCH_BYTES_KEPT = 64 << 20
};

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
}

/* ---- rows under the digest ---- */

toc_code toc_fold_put(toc_fold *fold, toc_view_table table, toc_span key, toc_span value,
                      toc_err *err)
{
    toc_hash hash;
    toc_row_hash(table, key, value, &fold->scratch, &hash);
    toc_sum_add(&fold->state.digest, &hash);
    return toc_table_put(fold->view.txn, (toc_table)table, key, value, err);
}

toc_code toc_fold_drop(toc_fold *fold, toc_view_table table, toc_span key, toc_span value,
                       toc_err *err)
{
    toc_hash hash;
    toc_row_hash(table, key, value, &fold->scratch, &hash);
    toc_sum_take(&fold->state.digest, &hash);
    return toc_table_delete(fold->view.txn, (toc_table)table, key, err);
}

/* ---- gathering ---- */

/* Feed and index ascend: a cursor that stays where it wrote hardly has to search. */
static toc_code put_number(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                           toc_err *err)
{
    toc_key key;
    toc_number_key(&key, row->feed, row->index);
    toc_buf *value = &fold->scratch;
    toc_number_write(TOC_NUMBER_FILED, row, stored, value);
    TOC_TRY(toc_buf_ok(value, err));
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_NUMBERS, &cursor, err));
    return toc_cursor_insert(cursor, toc_key_view(&key), toc_buf_view(value), err);
}

static toc_code add_row(toc_batch *batch, toc_view_table table, toc_span key, toc_span value,
                        toc_err *err)
{
    TOC_ASSERT(key.size >= sizeof(uint64_t) && value.size <= UINT8_MAX);
    toc_batch_row *place = TOC_LIST_ADD(&batch->rows);
    if (place == NULL)
        return no_memory(err);
    *place = (toc_batch_row){.order = toc_get_u64(key.data),
                             .at = batch->bytes.size,
                             .key_bytes = (uint16_t)key.size,
                             .value_bytes = (uint8_t)value.size,
                             .table = (uint8_t)table};
    toc_buf_add_span(&batch->bytes, key);
    toc_buf_add_span(&batch->bytes, value);
    return toc_buf_ok(&batch->bytes, err);
}

toc_code toc_batch_put(toc_fold *fold, toc_view_table table, toc_span key, toc_span value,
                       toc_err *err)
{
    toc_hash hash;
    toc_row_hash(table, key, value, &fold->scratch, &hash);
    toc_sum_add(&fold->state.digest, &hash);
    return add_row(&fold->batch, table, key, value, err);
}

toc_code toc_batch_file(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                        const toc_cell *cell, toc_err *err)
{
    TOC_TRY(put_number(fold, row, stored, err));
    uint8_t value[TOC_CLAIM_BYTES_MAX];
    size_t size = toc_claim_write(row, value);
    TOC_TRY(add_row(&fold->batch, TOC_VIEW_CLAIMS, row->filed.key, toc_span_of(value, size), err));
    toc_batch_cell *place = TOC_LIST_ADD(&fold->batch.cells);
    if (place == NULL)
        return no_memory(err);
    *place = (toc_batch_cell){.feed = row->feed, .index = row->index, .cell = *cell};
    return TOC_OK;
}

uint64_t toc_batch_rows(const toc_fold *fold)
{
    return fold->batch.rows.count + OP_ROWS * fold->batch.ops.count + fold->resting;
}

/* ---- flushing ---- */

static int compare_rows(const void *left_row, const void *right_row, void *bytes)
{
    const toc_batch_row *left = left_row, *right = right_row;
    if (left->table != right->table)
        return left->table < right->table ? -1 : 1;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    const uint8_t *base = bytes;
    return toc_span_compare(toc_span_of(base + left->at, left->key_bytes),
                            toc_span_of(base + right->at, right->key_bytes));
}

static toc_code put_rows(toc_fold *fold, toc_err *err)
{
    toc_batch *batch = &fold->batch;
    if (batch->rows.count == 0)
        return TOC_OK;
    qsort_r(batch->rows.at, batch->rows.count, sizeof *batch->rows.at, compare_rows,
            batch->bytes.data);
    toc_cursor *cursor = NULL;
    for (size_t i = 0; i < batch->rows.count; i++) {
        const toc_batch_row *row = &batch->rows.at[i];
        const uint8_t *key = batch->bytes.data + row->at;
        if (i == 0 || row->table != row[-1].table)
            TOC_TRY(toc_view_cursor(&fold->view, (toc_view_table)row->table, &cursor, err));
        TOC_TRY(toc_cursor_put(cursor, toc_span_of(key, row->key_bytes),
                               toc_span_of(key + row->key_bytes, row->value_bytes), err));
    }
    return TOC_OK;
}

static int compare_cells(const void *left_cell, const void *right_cell)
{
    const toc_batch_cell *left = left_cell, *right = right_cell;
    if (left->feed != right->feed)
        return left->feed < right->feed ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

static toc_code load_page(toc_fold *fold, toc_span key, toc_err *err)
{
    toc_span value = {0};
    toc_code code = toc_table_get(fold->view.txn, TOC_VIEW_COLUMNS, key, &value, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (!toc_page_draft_load(fold->page, value))
        return toc_table_lies(fold->view.txn, TOC_VIEW_COLUMNS, key, "no page", err);
    return TOC_OK;
}

toc_code toc_cells_put(toc_fold *fold, toc_batch_cell *cells, size_t count, toc_err *err)
{
    if (count > 1)
        qsort(cells, count, sizeof *cells, compare_cells);
    for (size_t i = 0; i < count;) {
        uint32_t feed = cells[i].feed;
        uint64_t page = cells[i].index / TOC_COLUMN_ROWS;
        toc_key key;
        toc_number_key(&key, feed, page);
        TOC_TRY(load_page(fold, toc_key_view(&key), err));
        for (; i < count && cells[i].feed == feed && cells[i].index / TOC_COLUMN_ROWS == page; i++)
            toc_page_draft_set(fold->page, cells[i].index % TOC_COLUMN_ROWS, &cells[i].cell);
        TOC_TRY(toc_table_put(fold->view.txn, TOC_VIEW_COLUMNS, toc_key_view(&key),
                              toc_page_draft_view(fold->page), err));
    }
    return TOC_OK;
}

toc_code toc_batch_flush(toc_fold *fold, toc_err *err)
{
    toc_batch *batch = &fold->batch;
    TOC_TRY(put_rows(fold, err));
    TOC_TRY(toc_cells_put(fold, batch->cells.at, batch->cells.count, err));
    TOC_TRY(toc_members_apply(fold, batch->ops.at, batch->ops.count, false, err));
    toc_batch_clear(batch);
    return TOC_OK;
}

void toc_batch_clear(toc_batch *batch)
{
    if (batch->bytes.capacity > BATCH_BYTES_KEPT)
        toc_buf_wipe(&batch->bytes);
    toc_buf_clear(&batch->bytes);
    batch->rows.count = batch->cells.count = batch->ops.count = 0;
}

void toc_batch_wipe(toc_batch *batch)
{
    toc_buf_wipe(&batch->bytes);
    TOC_LIST_WIPE(&batch->rows);
    TOC_LIST_WIPE(&batch->cells);
    TOC_LIST_WIPE(&batch->ops);
}
