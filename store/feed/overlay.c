#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

enum { CONFIRM = 1, SPLIT = 2 };

static void decision_key(const toc_span vertices[2], toc_key *out)
{
    toc_key_clear(out);
    for (size_t i = 0; i < 2; i++) {
        toc_key_add_u8(out, (uint8_t)vertices[i].size);
        toc_key_add_span(out, vertices[i]);
    }
}

static void add_text(toc_buf *value, toc_span text)
{
    toc_buf_add_u16(value, (uint16_t)text.size);
    toc_buf_add_span(value, text);
}

static toc_code check_decision(const toc_log_decision *decision, toc_err *err)
{
    const toc_span *vertices = decision->vertices, *wallets = decision->wallets;
    TOC_ASSERT(vertices[0].size > 0 && vertices[0].size <= TOC_SUBJECT_BYTES_MAX &&
               vertices[1].size > 0 && vertices[1].size <= TOC_SUBJECT_BYTES_MAX &&
               toc_span_compare(vertices[0], vertices[1]) < 0);
    TOC_ASSERT(decision->who.size <= TOC_TEXT_BYTES_MAX && wallets[0].size <= UINT16_MAX &&
               wallets[1].size <= UINT16_MAX);
    if (decision->note.size > TOC_NOTE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a note of %zu bytes; at most %u", decision->note.size,
                        TOC_NOTE_BYTES_MAX);
    return TOC_OK;
}

static toc_code check_room(toc_log_txn *txn, toc_span key, toc_err *err)
{
    uint64_t count;
    toc_span unused;
    toc_code code = toc_table_get(txn->txn, TOC_LOG_OVERLAY, key, &unused, err);
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_OVERLAY, &count, err));
    if (count >= TOC_DECISIONS_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "%u pairs of wallets are decided, and no more are kept; undo some "
                        "('tocsin cluster decisions' lists them)",
                        TOC_DECISIONS_MAX);
    return TOC_OK;
}

toc_code toc_log_decision_put(toc_log_txn *txn, const toc_log_decision *decision, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_key key;
    TOC_TRY(check_decision(decision, err));
    decision_key(decision->vertices, &key);
    TOC_TRY(check_room(txn, toc_key_view(&key), err));
    toc_buf_add_u8(&value, decision->split ? SPLIT : CONFIRM);
    toc_buf_add_u64(&value, decision->at.unix_ms);
    add_text(&value, decision->who);
    add_text(&value, decision->wallets[0]);
    add_text(&value, decision->wallets[1]);
    add_text(&value, decision->note);
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_checked_put(txn, TOC_LOG_OVERLAY, toc_key_view(&key), toc_buf_view(&value), err);
}

toc_code toc_log_decision_drop(toc_log_txn *txn, const toc_span vertices[2], toc_err *err)
{
    toc_key key;
    decision_key(vertices, &key);
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_OVERLAY, toc_key_view(&key), err);
    return code == TOC_NOT_FOUND
               ? toc_fail(err, code, "nothing was decided about these two wallets")
               : code;
}

toc_code toc_decision_row_open(const toc_log_txn *txn, toc_row row, toc_log_decision *out,
                               toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_OVERLAY, row, &payload, err));
    toc_reader key = toc_reader_of(row.key), value = toc_reader_of(payload);
    for (size_t i = 0; i < 2; i++)
        out->vertices[i] = toc_read_span(&key, toc_read_u8(&key));
    uint8_t decision = toc_read_u8(&value);
    out->split = decision == SPLIT;
    out->at.unix_ms = toc_read_u64(&value);
    out->who = toc_read_u16_span(&value, TOC_TEXT_BYTES_MAX);
    for (size_t i = 0; i < 2; i++)
        out->wallets[i] = toc_read_u16_span(&value, UINT16_MAX);
    out->note = toc_read_u16_span(&value, TOC_NOTE_BYTES_MAX);
    bool whole = toc_reader_finish(&key, "a pair", NULL) == TOC_OK &&
                 toc_reader_finish(&value, "a decision", NULL) == TOC_OK;
    if (!whole || (decision != CONFIRM && decision != SPLIT) ||
        toc_span_compare(out->vertices[0], out->vertices[1]) >= 0)
        return toc_log_lies(txn, TOC_LOG_OVERLAY, row.key, "no decision", err);
    return TOC_OK;
}

toc_code toc_log_decisions(toc_log_txn *txn, toc_log_decision_visit visit, void *context,
                           toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_OVERLAY, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_decision decision;
        TOC_TRY(toc_decision_row_open(txn, row, &decision, err));
        TOC_TRY(visit(context, &decision, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
