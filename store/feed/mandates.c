#include "proto/base/endian.h"
#include "proto/base/limits.h"
#include "store/feed/bare.h"

static void mandate_key(toc_mandate_kind kind, const toc_claim_id *claim, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u8(out, (uint8_t)kind);
    toc_key_add_span(out, TOC_SPAN_OF(claim->bytes));
}

void toc_mandate_write(const toc_mandate *mandate, toc_buf *out)
{
    toc_buf_add_u64(out, mandate->revision);
    toc_buf_add_u64(out, mandate->at.unix_ms);
    toc_buf_add_u16(out, (uint16_t)mandate->who.size);
    toc_buf_add_span(out, mandate->who);
    toc_buf_add_u16(out, (uint16_t)mandate->reference.size);
    toc_buf_add_span(out, mandate->reference);
}

void toc_mandate_read(toc_reader *reader, toc_mandate *out)
{
    out->revision = toc_read_u64(reader);
    out->at.unix_ms = toc_read_u64(reader);
    out->who = toc_read_u16_span(reader, TOC_TEXT_BYTES_MAX);
    out->reference = toc_read_u16_span(reader, TOC_MANDATE_REFERENCE_BYTES_MAX);
}

void toc_mandate_print(const toc_mandate *mandate, toc_json *json)
{
    toc_json_hex(json, "claim", TOC_SPAN_OF(mandate->claim.bytes));
    if (mandate->kind == TOC_MANDATE_KEEP)
        toc_json_decimal(json, "revision", mandate->revision);
    toc_json_time(json, "at", mandate->at);
    toc_json_text(json, "who", mandate->who);
    toc_json_text(json, "reference", mandate->reference);
}

toc_code toc_mandate_row_open(toc_log_txn *txn, toc_row row, toc_mandate *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_sealed_open(txn, TOC_LOG_MANDATES, row, &payload, err));
    toc_reader key = toc_reader_of(row.key), value = toc_reader_of(payload);
    toc_mandate mandate = {.kind = (toc_mandate_kind)toc_read_u8(&key)};
    toc_read_bytes(&key, mandate.claim.bytes, sizeof mandate.claim.bytes);
    toc_mandate_read(&value, &mandate);
    if (toc_reader_finish(&key, "mandate", NULL) != TOC_OK ||
        toc_reader_finish(&value, "mandate", NULL) != TOC_OK ||
        (mandate.kind != TOC_MANDATE_DELETE && mandate.kind != TOC_MANDATE_KEEP))
        return toc_log_lies(txn, TOC_LOG_MANDATES, row.key, "no order and no legal hold", err);
    *out = mandate;
    return TOC_OK;
}

toc_code toc_mandate_get(toc_log_txn *txn, toc_mandate_kind kind, const toc_claim_id *claim,
                         toc_mandate *out, toc_err *err)
{
    toc_key key;
    mandate_key(kind, claim, &key);
    toc_row row = {.key = toc_key_view(&key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_MANDATES, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "there is no %s on this claim",
                        kind == TOC_MANDATE_DELETE ? "order" : "legal hold");
    TOC_TRY(code);
    return toc_mandate_row_open(txn, row, out, err);
}

static toc_code check_new(toc_log_txn *txn, const toc_mandate *mandate, toc_err *err)
{
    toc_mandate found = {0};
    uint64_t count;
    bool deletes = mandate->kind == TOC_MANDATE_DELETE;
    toc_mandate_kind other = deletes ? TOC_MANDATE_KEEP : TOC_MANDATE_DELETE;
    if (mandate->who.size > TOC_TEXT_BYTES_MAX || mandate->reference.size == 0 ||
        mandate->reference.size > TOC_MANDATE_REFERENCE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "a reference of %zu bytes; 1 to %u: name the court or authority, and its "
                        "file number",
                        mandate->reference.size, TOC_MANDATE_REFERENCE_BYTES_MAX);
    toc_code code = toc_mandate_get(txn, mandate->kind, &mandate->claim, &found, NULL);
    if (code == TOC_OK)
        return toc_fail(err, TOC_EXISTS, "there is %s on this claim already: %.*s",
                        deletes ? "an order" : "a legal hold", (int)found.reference.size,
                        (const char *)found.reference.data);
    if (code != TOC_NOT_FOUND)
        return toc_fail(err, code, "reading the mandates");
    code = toc_mandate_get(txn, other, &mandate->claim, &found, NULL);
    if (code == TOC_OK)
        return toc_fail(err, TOC_STATE,
                        "there is %s on this claim, which says the contrary (%.*s); "
                        "lift it first",
                        deletes ? "a legal hold" : "an order", (int)found.reference.size,
                        (const char *)found.reference.data);
    if (code != TOC_NOT_FOUND)
        return toc_fail(err, code, "reading the mandates");
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_MANDATES, &count, err));
    return count < TOC_MANDATES_MAX
               ? TOC_OK
               : toc_fail(err, TOC_LIMIT,
                          "%u orders and legal holds are in force, and no more are "
                          "kept",
                          TOC_MANDATES_MAX);
}

/* ---- changes are counted ---- */

#define CHANGES_KEY toc_span_text("mandates")

/* A log from before they were counted has seen at least as many as it has rows. */
toc_code toc_mandate_changes(toc_log_txn *txn, uint64_t *out, toc_err *err)
{
    toc_span value;
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, CHANGES_KEY, &value, err);
    if (code == TOC_NOT_FOUND)
        return toc_table_count(txn->txn, TOC_LOG_MANDATES, out, err);
    TOC_TRY(code);
    if (value.size != 8)
        return toc_log_lies(txn, TOC_LOG_STATE, CHANGES_KEY, "a count is 8 bytes", err);
    *out = toc_get_u64(value.data);
    return TOC_OK;
}

toc_code toc_orders_taken(toc_log_txn *txn, uint64_t changes, toc_err *err)
{
    uint8_t value[8];
    toc_put_u64(value, changes);
    return toc_checked_put(txn, TOC_LOG_STATE, CHANGES_KEY, TOC_SPAN_OF(value), err);
}

static toc_code count_change(toc_log_txn *txn, toc_err *err)
{
    uint64_t changes = 0;
    TOC_TRY(toc_mandate_changes(txn, &changes, err));
    return toc_orders_taken(txn, changes + 1, err);
}

toc_code toc_mandate_row_put(toc_log_txn *txn, const toc_mandate *mandate, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_key key;
    mandate_key(mandate->kind, &mandate->claim, &key);
    toc_mandate_write(mandate, &value);
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_sealed_put(txn, TOC_LOG_MANDATES, toc_key_view(&key), toc_buf_view(&value), err);
}

toc_code toc_mandate_put(toc_log_txn *txn, const toc_mandate *mandate, toc_err *err)
{
    TOC_TRY(check_new(txn, mandate, err));
    TOC_TRY(count_change(txn, err));
    return toc_mandate_row_put(txn, mandate, err);
}

toc_code toc_mandate_drop(toc_log_txn *txn, toc_mandate_kind kind, const toc_claim_id *claim,
                          toc_err *err)
{
    toc_mandate found;
    toc_key key;
    TOC_TRY(toc_mandate_get(txn, kind, claim, &found, err));
    TOC_TRY(count_change(txn, err));
    mandate_key(kind, claim, &key);
    return toc_table_delete(txn->txn, TOC_LOG_MANDATES, toc_key_view(&key), err);
}

toc_code toc_mandate_any(toc_log_txn *txn, toc_mandate_kind kind, bool *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix = (uint8_t)kind;
    toc_row row;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_MANDATES, TOC_SPAN_OF(prefix), &cursor, err));
    toc_code code = toc_cursor_first(cursor, &row, err);
    *out = code == TOC_OK;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_mandates(toc_log_txn *txn, toc_mandate_kind kind, toc_mandate_visit visit,
                      void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix = (uint8_t)kind;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_MANDATES, TOC_SPAN_OF(prefix), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_mandate mandate;
        TOC_TRY(toc_mandate_row_open(txn, row, &mandate, err));
        TOC_TRY(visit(context, &mandate, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
