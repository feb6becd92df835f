#include "store/held.h"
#include "proto/base/limits.h"
#include "proto/base/reader.h"
#include "proto/crypto/seal.h"
#include "store/feed/internal.h"

/* Table held: id 32 ‖ part u32 → version u8 ‖ sealed (toc_rest_seal). Part 0 says what it is and
 * when it goes, the others are its text. */

enum { HELD_VERSION = 1, HELD_KEY_BYTES = 36, HELD_PART_BYTES = 256 << 10 };

static toc_span held_key(const toc_draft_id *id, uint32_t part, uint8_t out[HELD_KEY_BYTES])
{
    memcpy(out, id->bytes, sizeof id->bytes);
    toc_put_u32(out + sizeof id->bytes, part);
    return toc_span_of(out, HELD_KEY_BYTES);
}

/* ---- rows ---- */

static toc_code put_row(toc_log_txn *txn, toc_span key, toc_span plain, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, HELD_VERSION);
    TOC_TRY(toc_rest_seal(txn->log->store_key, "held", key, plain, &value, err));
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_table_put(txn->txn, TOC_LOG_HELD, key, toc_buf_view(&value), err);
}

toc_code toc_held_row_open(const toc_log_txn *txn, toc_row row, toc_buf *out, toc_err *err)
{
    if (row.key.size != HELD_KEY_BYTES || row.value.size < 1 + TOC_NONCE_BYTES + TOC_TAG_BYTES ||
        row.value.data[0] != HELD_VERSION)
        return toc_log_lies(txn, TOC_LOG_HELD, row.key, "this is no part of a submission", err);
    toc_span sealed = toc_span_of(row.value.data + 1, row.value.size - 1);
    return toc_rest_open(txn->log->store_key, "held", row.key, sealed, out, err);
}

static toc_code put_head(toc_log_txn *txn, const toc_log_held *held, toc_err *err)
{
    uint8_t key[HELD_KEY_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_buf_add(&plain, held->circle.bytes, sizeof held->circle.bytes);
    toc_buf_add_u8(&plain, (uint8_t)held->lane);
    toc_buf_add_u8(&plain, (uint8_t)held->state);
    toc_buf_add_u32(&plain, held->uid);
    toc_buf_add_u64(&plain, held->at.unix_ms);
    toc_buf_add_u64(&plain, held->until.unix_ms);
    toc_buf_add_u64(&plain, held->fresh);
    toc_buf_add_u64(&plain, held->changed);
    toc_buf_add_u64(&plain, held->unchanged);
    toc_buf_add_u64(&plain, held->refused);
    toc_buf_add_u64(&plain, held->bytes);
    toc_buf_add_text(&plain, held->why);
    TOC_TRY(toc_buf_ok(&plain, err));
    return put_row(txn, held_key(&held->id, 0, key), toc_buf_view(&plain), err);
}

static toc_code open_head(const toc_log_txn *txn, toc_row row, toc_log_held *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_TRY(toc_held_row_open(txn, row, &plain, err));
    toc_reader reader = toc_reader_of(toc_buf_view(&plain));
    toc_log_held held = {0};
    memcpy(held.id.bytes, row.key.data, sizeof held.id.bytes);
    toc_read_bytes(&reader, held.circle.bytes, sizeof held.circle.bytes);
    uint8_t lane = toc_read_u8(&reader), state = toc_read_u8(&reader);
    held.uid = toc_read_u32(&reader);
    held.at.unix_ms = toc_read_u64(&reader);
    held.until.unix_ms = toc_read_u64(&reader);
    held.fresh = toc_read_u64(&reader);
    held.changed = toc_read_u64(&reader);
    held.unchanged = toc_read_u64(&reader);
    held.refused = toc_read_u64(&reader);
    held.bytes = toc_read_u64(&reader);
    toc_span why = toc_read_span(&reader, toc_reader_left(&reader));
    bool whole = toc_reader_ok(&reader, "held", NULL) == TOC_OK && lane <= TOC_LANE_BULK &&
                 state <= TOC_HELD_FAILED && why.size < sizeof held.why;
    if (!whole)
        return toc_log_lies(txn, TOC_LOG_HELD, row.key, "this is no held submission", err);
    held.lane = (toc_lane)lane;
    held.state = (toc_held_state)state;
    if (why.size > 0)
        memcpy(held.why, why.data, why.size);
    *out = held;
    return TOC_OK;
}

/* ---- what there is ---- */

toc_code toc_log_held_get(toc_log_txn *txn, const toc_draft_id *id, toc_log_held *out, toc_err *err)
{
    uint8_t key[HELD_KEY_BYTES];
    toc_row row = {.key = held_key(id, 0, key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_HELD, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code,
                        "no submission with this id is held: it was recalled, or written");
    TOC_TRY(code);
    return open_head(txn, row, out, err);
}

toc_code toc_log_held_each(toc_log_txn *txn, toc_log_held_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_HELD, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_held held = {0};
        if (row.key.size == HELD_KEY_BYTES && toc_get_u32(row.key.data + sizeof held.id.bytes) > 0)
            continue;
        TOC_TRY(open_head(txn, row, &held, err));
        TOC_TRY(visit(context, &held, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_log_held_text(toc_log_txn *txn, const toc_draft_id *id, toc_buf *out, toc_err *err)
{
    toc_log_held held = {0};
    TOC_TRY(toc_log_held_get(txn, id, &held, err));
    size_t before = out->size;
    for (uint32_t part = 1; out->size - before < held.bytes; part++) {
        uint8_t key[HELD_KEY_BYTES];
        size_t had = out->size;
        toc_row row = {.key = held_key(id, part, key)};
        toc_code code = toc_table_get(txn->txn, TOC_LOG_HELD, row.key, &row.value, err);
        if (code == TOC_OK)
            code = toc_held_row_open(txn, row, out, err);
        if (code == TOC_NOT_FOUND || (code == TOC_OK && out->size == had))
            return toc_log_lies(txn, TOC_LOG_HELD, row.key, "a part of the submission is missing",
                                err);
        TOC_TRY(code);
    }
    return toc_buf_ok(out, err);
}

/* ---- changes ---- */

typedef struct holding {
    size_t count;
    uint64_t bytes;
} holding;

static toc_code count_held(void *context, const toc_log_held *held, toc_err *err)
{
    holding *all = context;
    (void)err;
    all->count++;
    all->bytes += held->bytes;
    return TOC_OK;
}

static toc_code check_room(toc_log_txn *txn, size_t bytes, toc_err *err)
{
    holding all = {0};
    TOC_TRY(toc_log_held_each(txn, count_held, &all, err));
    if (all.count >= TOC_HELD_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "%zu submissions are held, which is as many as there may be; release or "
                        "recall one ('tocsin held')",
                        all.count);
    if (all.bytes + bytes > TOC_HELD_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "%zu bytes, where %llu of %u are held already; submit without --hold, or "
                        "in smaller files",
                        bytes, (unsigned long long)all.bytes, TOC_HELD_BYTES_MAX);
    return TOC_OK;
}

toc_code toc_log_held_put(toc_log_txn *txn, const toc_log_held *held, toc_span text, toc_err *err)
{
    toc_log_held row = *held;
    toc_log_held there;
    toc_code code = toc_log_held_get(txn, &held->id, &there, err);
    if (code == TOC_OK)
        return toc_fail(err, TOC_EXISTS, "a submission with this id is held already");
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(check_room(txn, text.size, err));
    row.bytes = text.size;
    TOC_TRY(put_head(txn, &row, err));
    for (uint32_t part = 1; text.size > 0; part++) {
        uint8_t key[HELD_KEY_BYTES];
        size_t size = text.size < HELD_PART_BYTES ? text.size : (size_t)HELD_PART_BYTES;
        TOC_TRY(put_row(txn, held_key(&held->id, part, key), toc_span_of(text.data, size), err));
        text = toc_span_of(text.data + size, text.size - size);
    }
    return TOC_OK;
}

toc_code toc_log_held_change(toc_log_txn *txn, const toc_log_held *held, toc_err *err)
{
    toc_log_held there;
    TOC_TRY(toc_log_held_get(txn, &held->id, &there, err));
    return put_head(txn, held, err);
}

toc_code toc_log_held_remove(toc_log_txn *txn, const toc_draft_id *id, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_HELD, TOC_SPAN_OF(id->bytes), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_first(cursor, &row, err)) == TOC_OK)
        TOC_TRY(toc_cursor_delete(cursor, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
