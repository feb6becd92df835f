#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "store/feed/internal.h"

enum { CONFIRM = 1, SPLIT = 2 };

static void add_vertices(const toc_span vertices[2], toc_buf *out)
{
    for (size_t i = 0; i < 2; i++) {
        toc_buf_add_u8(out, (uint8_t)vertices[i].size);
        toc_buf_add_span(out, vertices[i]);
    }
}

/* Which wallets somebody looks at is told to nobody who has the files alone. */
static toc_code decision_key(const toc_log_txn *txn, const toc_span vertices[2], toc_hash *out,
                             toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf said = {0};
    add_vertices(vertices, &said);
    TOC_TRY(toc_buf_ok(&said, err));
    toc_sealed_key(txn, TOC_LOG_OVERLAY, toc_buf_view(&said), out);
    return TOC_OK;
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
    TOC_TRY(toc_log_decision_count(txn, &count, err));
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
    toc_hash key;
    TOC_TRY(check_decision(decision, err));
    TOC_TRY(decision_key(txn, decision->vertices, &key, err));
    TOC_TRY(check_room(txn, TOC_SPAN_OF(key), err));
    add_vertices(decision->vertices, &value);
    toc_buf_add_u8(&value, decision->split ? SPLIT : CONFIRM);
    toc_buf_add_u64(&value, decision->at.unix_ms);
    add_text(&value, decision->who);
    add_text(&value, decision->wallets[0]);
    add_text(&value, decision->wallets[1]);
    add_text(&value, decision->note);
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_sealed_put(txn, TOC_LOG_OVERLAY, TOC_SPAN_OF(key), toc_buf_view(&value), err);
}

toc_code toc_log_decision_drop(toc_log_txn *txn, const toc_span vertices[2], toc_err *err)
{
    toc_hash key;
    TOC_TRY(decision_key(txn, vertices, &key, err));
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_OVERLAY, TOC_SPAN_OF(key), err);
    return code == TOC_NOT_FOUND
               ? toc_fail(err, code, "nothing was decided about these two wallets")
               : code;
}

toc_code toc_decision_row_open(toc_log_txn *txn, toc_row row, toc_log_decision *out, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_sealed_open(txn, TOC_LOG_OVERLAY, row, &payload, err));
    toc_reader value = toc_reader_of(payload);
    for (size_t i = 0; i < 2; i++)
        out->vertices[i] = toc_read_span(&value, toc_read_u8(&value));
    uint8_t decision = toc_read_u8(&value);
    out->split = decision == SPLIT;
    out->at.unix_ms = toc_read_u64(&value);
    out->who = toc_read_u16_span(&value, TOC_TEXT_BYTES_MAX);
    for (size_t i = 0; i < 2; i++)
        out->wallets[i] = toc_read_u16_span(&value, UINT16_MAX);
    out->note = toc_read_u16_span(&value, TOC_NOTE_BYTES_MAX);
    bool whole = toc_reader_finish(&value, "a decision", NULL) == TOC_OK;
    if (!whole || (decision != CONFIRM && decision != SPLIT) ||
        toc_span_compare(out->vertices[0], out->vertices[1]) >= 0)
        return toc_log_lies(txn, TOC_LOG_OVERLAY, row.key, "no decision", err);
    return TOC_OK;
}

/* Shorter ones first. */
static int compare_vertices(toc_span left, toc_span right)
{
    return left.size == right.size ? toc_span_compare(left, right)
                                   : (left.size > right.size) - (left.size < right.size);
}

static int by_vertices(const void *left, const void *right)
{
    const toc_log_decision *a = left, *b = right;
    int order = compare_vertices(a->vertices[0], b->vertices[0]);
    return order != 0 ? order : compare_vertices(a->vertices[1], b->vertices[1]);
}

toc_code toc_log_decision_count(toc_log_txn *txn, uint64_t *out, toc_err *err)
{
    return toc_table_count(txn->txn, TOC_LOG_OVERLAY, out, err);
}

toc_code toc_log_decisions(toc_log_txn *txn, toc_log_decision_visit visit, void *context,
                           toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    uint64_t total;
    size_t count = 0;
    TOC_TRY(toc_log_decision_count(txn, &total, err));
    if (total == 0)
        return TOC_OK; /* each answer asks, and few nodes have any */
    TOC_TRY(toc_arena_new((size_t)total * sizeof(toc_log_decision) + 4096, &arena, err));
    toc_log_decision *all = toc_arena_zalloc(arena, (size_t)total, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %llu decisions",
                        (unsigned long long)total);
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_OVERLAY, (toc_span){0}, &cursor, err));
    while (count < total) {
        toc_row row;
        TOC_TRY(toc_cursor_next(cursor, &row, err));
        TOC_TRY(toc_decision_row_open(txn, row, &all[count++], err));
    }
    qsort(all, count, sizeof *all, by_vertices);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(visit(context, &all[i], err));
    return TOC_OK;
}
