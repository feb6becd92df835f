#include "store/table.h"

#include <lmdb.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "store/env_internal.h"

/* LMDB takes pointers it does not write through as void *. */
static MDB_val val_of(toc_span span)
{
    union {
        const uint8_t *in;
        void *out;
    } pointer = {.in = span.data};
    return (MDB_val){.mv_size = span.size, .mv_data = pointer.out};
}

static toc_span span_of(MDB_val value)
{
    return toc_span_of(value.mv_data, value.mv_size);
}

static MDB_dbi dbi_of(const toc_txn *txn, toc_table table)
{
    TOC_ASSERT(table < txn->env->table_count);
    return txn->env->dbis[table];
}

static void check_key(toc_span key)
{
    TOC_ASSERT(key.size > 0 && key.size <= TOC_KEY_BYTES_MAX);
}

static toc_code no_row(toc_err *err)
{
    static const char text[] = "no such row";
    if (err != NULL) {
        err->code = TOC_NOT_FOUND;
        memcpy(err->text, text, sizeof text);
    }
    return TOC_NOT_FOUND;
}

static toc_code table_fail(const toc_txn *txn, toc_table table, const char *what, int rc,
                           toc_err *err)
{
    if (rc == MDB_NOTFOUND)
        return no_row(err);
    (void)toc_env_fail(err, what, toc_table_name(txn, table), rc);
    if (err != NULL)
        (void)toc_wrap(err, "store '%s'", txn->env->path);
    return toc_env_code(rc);
}

/* Whatever a write fails with, but for what was asked about, the pages in memory are no whole any
 * more. */
static toc_code written(toc_txn *txn, toc_table table, int rc, toc_err *err)
{
    if (rc == 0) {
        txn->rows++;
        return TOC_OK;
    }
    if (rc != MDB_KEYEXIST && rc != MDB_NOTFOUND)
        toc_txn_spoil(txn, toc_env_code(rc));
    return table_fail(txn, table, "write to table", rc, err);
}

const char *toc_table_name(const toc_txn *txn, toc_table table)
{
    TOC_ASSERT(table < txn->env->table_count);
    return txn->env->tables[table];
}

/* ---- one row ---- */

toc_code toc_table_get(toc_txn *txn, toc_table table, toc_span key, toc_span *out, toc_err *err)
{
    check_key(key);
    MDB_val name = val_of(key), value;
    int rc = mdb_get(txn->mdb, dbi_of(txn, table), &name, &value);
    if (rc != 0)
        return table_fail(txn, table, "read table", rc, err);
    *out = span_of(value);
    return TOC_OK;
}

static toc_code put(toc_txn *txn, toc_table table, toc_span key, toc_span value, unsigned int flags,
                    toc_err *err)
{
    check_key(key);
    TOC_ASSERT(txn->kind == TOC_TXN_WRITE);
    MDB_val name = val_of(key), content = val_of(value);
    int rc = mdb_put(txn->mdb, dbi_of(txn, table), &name, &content, flags);
    return written(txn, table, rc, err);
}

toc_code toc_table_put(toc_txn *txn, toc_table table, toc_span key, toc_span value, toc_err *err)
{
    return put(txn, table, key, value, 0, err);
}

toc_code toc_table_insert(toc_txn *txn, toc_table table, toc_span key, toc_span value, toc_err *err)
{
    return put(txn, table, key, value, MDB_NOOVERWRITE, err);
}

toc_code toc_table_append(toc_txn *txn, toc_table table, toc_span key, toc_span value, toc_err *err)
{
    return put(txn, table, key, value, MDB_APPEND, err);
}

toc_code toc_table_delete(toc_txn *txn, toc_table table, toc_span key, toc_err *err)
{
    check_key(key);
    TOC_ASSERT(txn->kind == TOC_TXN_WRITE);
    MDB_val name = val_of(key);
    return written(txn, table, mdb_del(txn->mdb, dbi_of(txn, table), &name, NULL), err);
}

/* ---- a whole table ---- */

toc_code toc_table_count(toc_txn *txn, toc_table table, uint64_t *out_rows, toc_err *err)
{
    MDB_stat stat;
    int rc = mdb_stat(txn->mdb, dbi_of(txn, table), &stat);
    if (rc != 0)
        return table_fail(txn, table, "count the rows of table", rc, err);
    *out_rows = stat.ms_entries;
    return TOC_OK;
}

toc_code toc_table_clear(toc_txn *txn, toc_table table, toc_err *err)
{
    TOC_ASSERT(txn->kind == TOC_TXN_WRITE);
    return written(txn, table, mdb_drop(txn->mdb, dbi_of(txn, table), 0), err);
}

/* ---- many rows ---- */

struct toc_cursor {
    toc_txn *txn;
    toc_table table;
    MDB_cursor *mdb;
    bool placed;
    size_t prefix_size;
    uint8_t prefix[]; /* and one byte more, for the first key beyond it */
};

toc_code toc_cursor_open(toc_txn *txn, toc_table table, toc_span prefix, toc_cursor **out,
                         toc_err *err)
{
    TOC_ASSERT(prefix.size <= TOC_KEY_BYTES_MAX);
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = calloc(1, sizeof *cursor + prefix.size + 1);
    if (cursor == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for a cursor");
    cursor->txn = txn;
    cursor->table = table;
    cursor->prefix_size = prefix.size;
    if (prefix.size > 0)
        memcpy(cursor->prefix, prefix.data, prefix.size);
    int rc = mdb_cursor_open(txn->mdb, dbi_of(txn, table), &cursor->mdb);
    if (rc != 0)
        return table_fail(txn, table, "open a cursor over table", rc, err);
    *out = cursor;
    cursor = NULL; /* transferred */
    return TOC_OK;
}

void toc_cursor_close(toc_cursor *cursor)
{
    if (cursor == NULL)
        return;
    if (cursor->mdb != NULL)
        mdb_cursor_close(cursor->mdb);
    free(cursor);
}

static toc_code move(toc_cursor *cursor, MDB_cursor_op op, toc_span key, toc_row *out, toc_err *err)
{
    MDB_val name = val_of(key), value;
    cursor->placed = false;
    int rc = mdb_cursor_get(cursor->mdb, &name, &value, op);
    if (rc != 0)
        return table_fail(cursor->txn, cursor->table, "read table", rc, err);
    if (name.mv_size < cursor->prefix_size ||
        memcmp(name.mv_data, cursor->prefix, cursor->prefix_size) != 0)
        return no_row(err);
    cursor->placed = true;
    *out = (toc_row){.key = span_of(name), .value = span_of(value)};
    return TOC_OK;
}

toc_code toc_cursor_first(toc_cursor *cursor, toc_row *out, toc_err *err)
{
    toc_span prefix = toc_span_of(cursor->prefix, cursor->prefix_size);
    return move(cursor, prefix.size == 0 ? MDB_FIRST : MDB_SET_RANGE, prefix, out, err);
}

/* The least key above every key that begins with `prefix`: the last byte that is not 0xFF, plus
 * one. Size 0: there is none. */
static size_t beyond(uint8_t *prefix, size_t size)
{
    while (size > 0 && prefix[size - 1] == 0xFF)
        size--;
    if (size > 0)
        prefix[size - 1]++;
    return size;
}

toc_code toc_cursor_last(toc_cursor *cursor, toc_row *out, toc_err *err)
{
    uint8_t above[TOC_KEY_BYTES_MAX];
    memcpy(above, cursor->prefix, cursor->prefix_size);
    size_t size = beyond(above, cursor->prefix_size);
    MDB_val name = {.mv_size = size, .mv_data = above}, value;
    if (size > 0 && mdb_cursor_get(cursor->mdb, &name, &value, MDB_SET_RANGE) == 0)
        return move(cursor, MDB_PREV, (toc_span){0}, out, err);
    return move(cursor, MDB_LAST, (toc_span){0}, out, err);
}

toc_code toc_cursor_next(toc_cursor *cursor, toc_row *out, toc_err *err)
{
    if (!cursor->placed)
        return toc_cursor_first(cursor, out, err);
    return move(cursor, MDB_NEXT, (toc_span){0}, out, err);
}

toc_code toc_cursor_prev(toc_cursor *cursor, toc_row *out, toc_err *err)
{
    if (!cursor->placed)
        return toc_cursor_last(cursor, out, err);
    return move(cursor, MDB_PREV, (toc_span){0}, out, err);
}

toc_code toc_cursor_seek(toc_cursor *cursor, toc_span key, toc_row *out, toc_err *err)
{
    toc_span prefix = toc_span_of(cursor->prefix, cursor->prefix_size);
    if (toc_span_compare(key, prefix) <= 0)
        return toc_cursor_first(cursor, out, err);
    check_key(key);
    return move(cursor, MDB_SET_RANGE, key, out, err);
}

static toc_code cursor_write(toc_cursor *cursor, toc_span key, toc_span value, unsigned flags,
                             toc_err *err)
{
    check_key(key);
    TOC_ASSERT(cursor->txn->kind == TOC_TXN_WRITE);
    MDB_val name = val_of(key), content = val_of(value);
    int rc = mdb_cursor_put(cursor->mdb, &name, &content, flags);
    cursor->placed = rc == 0;
    return written(cursor->txn, cursor->table, rc, err);
}

toc_code toc_cursor_put(toc_cursor *cursor, toc_span key, toc_span value, toc_err *err)
{
    return cursor_write(cursor, key, value, 0, err);
}

toc_code toc_cursor_insert(toc_cursor *cursor, toc_span key, toc_span value, toc_err *err)
{
    return cursor_write(cursor, key, value, MDB_NOOVERWRITE, err);
}

toc_code toc_cursor_delete(toc_cursor *cursor, toc_err *err)
{
    TOC_ASSERT(cursor->txn->kind == TOC_TXN_WRITE && cursor->placed);
    return written(cursor->txn, cursor->table, mdb_cursor_del(cursor->mdb, 0), err);
}

/* ---- what the disk may not say ---- */

toc_code toc_table_lies(const toc_txn *txn, toc_table table, toc_span key, const char *what,
                        toc_err *err)
{
    enum { SHOWN = 80 };
    char hex[2 * SHOWN + 1];
    toc_hex_encode(toc_span_of(key.data, key.size < SHOWN ? key.size : SHOWN), hex);
    return toc_fail(err, TOC_MALFORMED,
                    "store '%s', table '%s', key %s: %s: the disk lies; run `tocsin store check`, "
                    "and restore from a backup or from the peers",
                    txn->env->path, toc_table_name(txn, table), hex, what);
}
