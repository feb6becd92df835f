/* Rows that say what people wrote or decided: sealed under the store key, so that whoever has the
 * files has no word of them. version u8 ‖ sealed (toc_rest_seal). */
#include "proto/crypto/hash.h"
#include "proto/crypto/seal.h"
#include "store/feed/internal.h"

enum { SEALED_VERSION = 2, STORE_KEY_BYTES = 32, OPENED_BYTES_MAX = 256 << 20 };

void toc_sealed_key(const toc_log_txn *txn, toc_log_table table, toc_span said, toc_hash *out)
{
    const toc_span parts[] = {toc_span_text("tocsin/row-key/1\n"),
                              toc_span_text(toc_table_name(txn->txn, table)), said};
    toc_blake2b_keyed(toc_span_of(toc_secret_view(txn->log->store_key), STORE_KEY_BYTES), parts,
                      TOC_COUNT(parts), out->bytes, sizeof out->bytes);
}

toc_code toc_sealed_put(toc_log_txn *txn, toc_log_table table, toc_span key, toc_span plain,
                        toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, SEALED_VERSION);
    TOC_TRY(toc_rest_seal(txn->log->store_key, toc_table_name(txn->txn, table), key, plain, &value,
                          err));
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_table_put(txn->txn, table, key, toc_buf_view(&value), err);
}

toc_code toc_sealed_open(toc_log_txn *txn, toc_log_table table, toc_row row, toc_span *out,
                         toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    if (row.value.size < 1 + TOC_NONCE_BYTES + TOC_TAG_BYTES || row.value.data[0] != SEALED_VERSION)
        return toc_log_lies(txn, table, row.key, "this is no sealed row", err);
    toc_span sealed = toc_span_of(row.value.data + 1, row.value.size - 1);
    TOC_TRY(toc_rest_open(txn->log->store_key, toc_table_name(txn->txn, table), row.key, sealed,
                          &plain, err));
    if (txn->opened == NULL)
        TOC_TRY(toc_arena_new(OPENED_BYTES_MAX, &txn->opened, err));
    *out = toc_arena_dup(txn->opened, toc_buf_view(&plain));
    return out->data == NULL ? toc_fail(err, TOC_NO_MEMORY, "out of memory for what is sealed")
                             : TOC_OK;
}

/* ---- layout 2 had them in the clear ---- */

static toc_code seal_table(toc_log_txn *txn, toc_log_table table, bool hides_key, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_row row, *rows;
    uint64_t total;
    size_t count = 0;
    toc_code code;
    TOC_TRY(toc_table_count(txn->txn, table, &total, err));
    TOC_TRY(toc_arena_new(OPENED_BYTES_MAX, &arena, err));
    TOC_TRY(toc_cursor_open(txn->txn, table, (toc_span){0}, &cursor, err));
    rows = toc_arena_zalloc(arena, (size_t)total + 1, sizeof *rows);
    while (rows != NULL && (code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_span payload;
        TOC_TRY(toc_checked_open(txn, table, row, &payload, err));
        rows[count].key = toc_arena_dup(arena, row.key);
        rows[count].value = toc_arena_dup(arena, payload);
        if (rows[count].key.size != row.key.size || rows[count].value.size != payload.size)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for the rows of a table");
        count++;
        TOC_TRY(toc_cursor_delete(cursor, err));
    }
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the rows of a table");
    if (code != TOC_NOT_FOUND)
        return code;
    for (size_t i = 0; i < count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
        toc_hash key;
        toc_sealed_key(txn, table, rows[i].key, &key);
        if (hides_key)
            toc_buf_add_span(&plain, rows[i].key);
        toc_buf_add_span(&plain, rows[i].value);
        TOC_TRY(toc_buf_ok(&plain, err));
        TOC_TRY(toc_sealed_put(txn, table, hides_key ? TOC_SPAN_OF(key) : rows[i].key,
                               toc_buf_view(&plain), err));
    }
    return TOC_OK;
}

toc_code toc_sealed_all(toc_log_txn *txn, toc_err *err)
{
    TOC_TRY(seal_table(txn, TOC_LOG_OVERLAY, true, err));
    return seal_table(txn, TOC_LOG_MANDATES, false, err);
}
