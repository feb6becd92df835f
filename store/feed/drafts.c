#include "store/drafts.h"

#include "proto/base/reader.h"
#include "proto/crypto/seal.h"
#include "store/feed/internal.h"

/* Table drafts: draft id 32 → version u8 ‖ sealed (toc_rest_seal). */

enum { DRAFT_VERSION = 1, DRAFT_ARENA_BYTES = 256 << 10 };

/* ---- rows ---- */

static void write_approval(const toc_draft_approval *from, toc_buf *out)
{
    toc_buf_add(out, from->approval.officer.bytes, sizeof from->approval.officer.bytes);
    toc_buf_add(out, from->approval.signature.bytes, sizeof from->approval.signature.bytes);
    toc_buf_add_u8(out, (uint8_t)from->approval.decision);
    toc_buf_add_u32(out, from->uid);
    toc_buf_add_u8(out, from->by_node);
    toc_buf_add_u64(out, from->at.unix_ms);
}

static toc_code put_row(toc_log_txn *txn, const toc_log_draft *draft, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_span key = TOC_SPAN_OF(draft->id.bytes);
    toc_buf_add(&plain, draft->circle.bytes, sizeof draft->circle.bytes);
    toc_buf_add_u8(&plain, (uint8_t)draft->lane);
    toc_buf_add_u32(&plain, draft->uid);
    toc_buf_add_u64(&plain, draft->at.unix_ms);
    toc_buf_add_u64(&plain, draft->not_after.unix_ms);
    toc_buf_add_u8(&plain, (uint8_t)draft->count);
    for (size_t i = 0; i < draft->count; i++)
        write_approval(&draft->approvals[i], &plain);
    toc_buf_add_span(&plain, draft->statement);
    TOC_TRY(toc_buf_ok(&plain, err));
    toc_buf_add_u8(&value, DRAFT_VERSION);
    TOC_TRY(toc_rest_seal(txn->log->store_key, "drafts", key, toc_buf_view(&plain), &value, err));
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_table_put(txn->txn, TOC_LOG_DRAFTS, key, toc_buf_view(&value), err);
}

static void read_approval(toc_reader *reader, const toc_log_draft *draft, toc_draft_approval *out)
{
    out->approval.draft = draft->id;
    out->approval.not_after = draft->not_after;
    toc_read_bytes(reader, out->approval.officer.bytes, sizeof out->approval.officer.bytes);
    toc_read_bytes(reader, out->approval.signature.bytes, sizeof out->approval.signature.bytes);
    out->approval.decision = (toc_decision)toc_read_u8(reader);
    out->uid = toc_read_u32(reader);
    out->by_node = toc_read_u8(reader) != 0;
    out->at.unix_ms = toc_read_u64(reader);
}

static toc_code open_row(const toc_log_txn *txn, toc_row row, toc_arena *arena, toc_log_draft *out,
                         toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    if (row.key.size != sizeof out->id.bytes ||
        row.value.size < 1 + TOC_NONCE_BYTES + TOC_TAG_BYTES || row.value.data[0] != DRAFT_VERSION)
        return toc_log_lies(txn, TOC_LOG_DRAFTS, row.key, "this is no draft", err);
    toc_span sealed = toc_span_of(row.value.data + 1, row.value.size - 1);
    TOC_TRY(toc_rest_open(txn->log->store_key, "drafts", row.key, sealed, &plain, err));
    toc_reader reader = toc_reader_of(toc_buf_view(&plain));
    *out = (toc_log_draft){0};
    memcpy(out->id.bytes, row.key.data, sizeof out->id.bytes);
    toc_read_bytes(&reader, out->circle.bytes, sizeof out->circle.bytes);
    uint8_t lane = toc_read_u8(&reader);
    out->lane = (toc_lane)lane;
    out->uid = toc_read_u32(&reader);
    out->at.unix_ms = toc_read_u64(&reader);
    out->not_after.unix_ms = toc_read_u64(&reader);
    uint8_t count = toc_read_u8(&reader);
    if (lane > TOC_LANE_BULK || count > TOC_OFFICERS_MAX)
        return toc_log_lies(txn, TOC_LOG_DRAFTS, row.key, "this is no draft", err);
    out->count = count;
    for (size_t i = 0; i < count; i++)
        read_approval(&reader, out, &out->approvals[i]);
    toc_span statement = toc_read_span(&reader, toc_reader_left(&reader));
    if (toc_reader_ok(&reader, "draft", NULL) != TOC_OK)
        return toc_log_lies(txn, TOC_LOG_DRAFTS, row.key, "this is no draft", err);
    out->statement = toc_arena_dup(arena, statement);
    return out->statement.size == statement.size
               ? TOC_OK
               : toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
}

toc_code toc_draft_row_check(const toc_log_txn *txn, toc_row row, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_draft draft = {0};
    TOC_TRY(toc_arena_new(DRAFT_ARENA_BYTES, &arena, err));
    return open_row(txn, row, arena, &draft, err);
}

/* ---- what there is ---- */

toc_code toc_log_draft_get(toc_log_txn *txn, const toc_draft_id *id, toc_arena *arena,
                           toc_log_draft *out, toc_err *err)
{
    toc_row row = {.key = TOC_SPAN_OF(id->bytes)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_DRAFTS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code,
                        "no draft with this id waits: it was written, rejected, or has lapsed");
    TOC_TRY(code);
    return open_row(txn, row, arena, out, err);
}

/* Visits every draft; with `until` removes those that lapsed before, and visits none. */
static toc_code each_draft(toc_log_txn *txn, const toc_time *until, toc_log_draft_visit visit,
                           void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(DRAFT_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_DRAFTS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_draft draft = {0};
        toc_arena_reset(arena);
        TOC_TRY(open_row(txn, row, arena, &draft, err));
        if (until == NULL)
            TOC_TRY(visit(context, &draft, err));
        else if (draft.not_after.unix_ms < until->unix_ms)
            TOC_TRY(toc_cursor_delete(cursor, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_drafts(toc_log_txn *txn, toc_log_draft_visit visit, void *context, toc_err *err)
{
    return each_draft(txn, NULL, visit, context, err);
}

/* ---- changes ---- */

toc_code toc_log_draft_put(toc_log_txn *txn, const toc_log_draft *draft, toc_err *err)
{
    toc_span value;
    uint64_t count;
    toc_code code =
        toc_table_get(txn->txn, TOC_LOG_DRAFTS, TOC_SPAN_OF(draft->id.bytes), &value, err);
    if (code == TOC_OK)
        return toc_fail(err, TOC_EXISTS, "a draft with this id waits already");
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(toc_table_count(txn->txn, TOC_LOG_DRAFTS, &count, err));
    if (count >= TOC_DRAFTS_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "%llu drafts wait for approval, which is as many as there may be; approve "
                        "or reject some ('tocsin pending')",
                        (unsigned long long)count);
    return put_row(txn, draft, err);
}

toc_code toc_log_draft_change(toc_log_txn *txn, const toc_log_draft *draft, toc_err *err)
{
    toc_span value;
    TOC_TRY(toc_table_get(txn->txn, TOC_LOG_DRAFTS, TOC_SPAN_OF(draft->id.bytes), &value, err));
    return put_row(txn, draft, err);
}

toc_code toc_log_draft_remove(toc_log_txn *txn, const toc_draft_id *id, toc_err *err)
{
    return toc_table_delete(txn->txn, TOC_LOG_DRAFTS, TOC_SPAN_OF(id->bytes), err);
}

toc_code toc_log_drafts_drop(toc_log_txn *txn, toc_time until, toc_err *err)
{
    return each_draft(txn, &until, NULL, NULL, err);
}
