#include "proto/crypto/hash.h"
#include "store/feed/internal.h"

enum { ROW_VERSION = 1, CHECK_BYTES = 8, HEAD_BYTES = 1 + CHECK_BYTES };

static void check_of(const char *name, toc_span key, toc_span payload, uint8_t out[CHECK_BYTES])
{
    uint8_t key_size[2];
    toc_put_u16(key_size, (uint16_t)key.size);
    toc_span parts[] = {toc_span_text("tocsin/row/1\n"), toc_span_of(name, strlen(name) + 1),
                        TOC_SPAN_OF(key_size), key, payload};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out, hash.bytes, CHECK_BYTES);
}

/* ---- rows found sound ---- */

/* The writer reads a few hundred rows over and over, mostly as they were: what was found sound is
 * remembered by all of its bytes, so one bit that differs is looked at again. */
static toc_sound_row *place_of(const toc_log_txn *txn, toc_row row)
{
    bool fits = row.key.size + row.value.size <= TOC_SOUND_ROW_BYTES_MAX;
    return toc_txn_writes(txn->txn) && fits
               ? &txn->log->sound[toc_get_u16(row.value.data + 1) % TOC_SOUND_ROWS]
               : NULL;
}

static bool is_sound(const toc_sound_row *sound, const char *table, toc_row row)
{
    return sound->table == table && sound->key_size == row.key.size &&
           sound->bytes.size == row.key.size + row.value.size &&
           memcmp(sound->bytes.data, row.key.data, row.key.size) == 0 &&
           memcmp(sound->bytes.data + row.key.size, row.value.data, row.value.size) == 0;
}

static void remember(toc_sound_row *sound, const char *table, toc_row row)
{
    toc_buf_clear(&sound->bytes);
    toc_buf_add_span(&sound->bytes, row.key);
    toc_buf_add_span(&sound->bytes, row.value);
    sound->key_size = row.key.size;
    sound->table = toc_buf_ok(&sound->bytes, NULL) == TOC_OK ? table : NULL;
}

void toc_sound_rows_free(toc_log *log)
{
    for (size_t i = 0; i < TOC_SOUND_ROWS; i++)
        toc_buf_wipe(&log->sound[i].bytes);
}

toc_code toc_checked_put(toc_log_txn *txn, toc_log_table table, toc_span key, toc_span payload,
                         toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, ROW_VERSION);
    uint8_t *check = toc_buf_extend(&value, CHECK_BYTES);
    const char *name = toc_table_name(txn->txn, table);
    if (check != NULL)
        check_of(name, key, payload, check);
    toc_buf_add_span(&value, payload);
    TOC_TRY(toc_buf_ok(&value, err));
    toc_row row = {.key = key, .value = toc_buf_view(&value)};
    toc_sound_row *sound = place_of(txn, row);
    if (sound != NULL)
        remember(sound, name, row); /* it is read next */
    return toc_table_put(txn->txn, table, key, row.value, err);
}

toc_code toc_checked_open(const toc_log_txn *txn, toc_log_table table, toc_row row,
                          toc_span *out_payload, toc_err *err)
{
    if (row.value.size < HEAD_BYTES)
        return toc_log_lies(txn, table, row.key, "the row is cut short", err);
    if (row.value.data[0] != ROW_VERSION)
        return toc_log_lies(txn, table, row.key, "the row is of an unknown version", err);
    toc_span payload = toc_span_of(row.value.data + HEAD_BYTES, row.value.size - HEAD_BYTES);
    toc_sound_row *sound = place_of(txn, row);
    const char *name = toc_table_name(txn->txn, table);
    if (sound == NULL || !is_sound(sound, name, row)) {
        uint8_t check[CHECK_BYTES];
        check_of(name, row.key, payload, check);
        if (memcmp(check, row.value.data + 1, CHECK_BYTES) != 0)
            return toc_log_lies(txn, table, row.key, "the row does not fit its check value", err);
        if (sound != NULL)
            remember(sound, name, row);
    }
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
