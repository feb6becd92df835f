#include "proto/crypto/hash.h"
#include "store/feed/internal.h"

enum { ROW_VERSION = 1, CHECK_BYTES = 8, HEAD_BYTES = 1 + CHECK_BYTES };

static void check_of(const toc_log_txn *txn, toc_log_table table, toc_span key, toc_span payload,
                     uint8_t out[CHECK_BYTES])
{
    const char *name = toc_table_name(txn->txn, table);
    uint8_t key_size[2];
    toc_put_u16(key_size, (uint16_t)key.size);
    toc_span parts[] = {toc_span_text("tocsin/row/1\n"), toc_span_of(name, strlen(name) + 1),
                        TOC_SPAN_OF(key_size), key, payload};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out, hash.bytes, CHECK_BYTES);
}

toc_code toc_checked_put(toc_log_txn *txn, toc_log_table table, toc_span key, toc_span payload,
                         toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, ROW_VERSION);
    uint8_t *check = toc_buf_extend(&value, CHECK_BYTES);
    if (check != NULL)
        check_of(txn, table, key, payload, check);
    toc_buf_add_span(&value, payload);
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_table_put(txn->txn, table, key, toc_buf_view(&value), err);
}

toc_code toc_checked_open(const toc_log_txn *txn, toc_log_table table, toc_row row,
                          toc_span *out_payload, toc_err *err)
{
    if (row.value.size < HEAD_BYTES)
        return toc_log_lies(txn, table, row.key, "the row is cut short", err);
    if (row.value.data[0] != ROW_VERSION)
        return toc_log_lies(txn, table, row.key, "the row is of an unknown version", err);
    toc_span payload = toc_span_of(row.value.data + HEAD_BYTES, row.value.size - HEAD_BYTES);
    uint8_t check[CHECK_BYTES];
    check_of(txn, table, row.key, payload, check);
    if (memcmp(check, row.value.data + 1, CHECK_BYTES) != 0)
        return toc_log_lies(txn, table, row.key, "the row does not fit its check value", err);
    *out_payload = payload;
    return TOC_OK;
}

toc_code toc_checked_get(toc_log_txn *txn, toc_log_table table, toc_span key, toc_span *out_payload,
                         toc_err *err)
{
    toc_row row = {.key = key};
    TOC_TRY(toc_table_get(txn->txn, table, key, &row.value, err));
    return toc_checked_open(txn, table, row, out_payload, err);
}

toc_code toc_log_lies(const toc_log_txn *txn, toc_log_table table, toc_span key, const char *what,
                      toc_err *err)
{
    return toc_table_lies(txn->txn, table, key, what, err);
}
