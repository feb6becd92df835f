#include "store/audit.h"

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/seal.h"
#include "proto/feed/note.h"
#include "store/feed/audit.h"

/* Table audit: line number u64 → version u8 ‖ sealed(salt[32] ‖ time u64 ‖ text). The salt keeps
 * the leaf hash, which lies open, from telling which of a few likely lines it is.
 * State "audit": signed size u64 ‖ signed at u64 ‖ frontier. Table audit_heads: size u64 → note. */

enum { LINE_VERSION = 1, STATE_HEAD_BYTES = 16 };

/* ---- the tree's right edge ---- */

static toc_span state_key(void)
{
    return toc_span_text("audit");
}

toc_code toc_audit_state_get(toc_log_txn *txn, toc_audit_state *out, toc_err *err)
{
    toc_span payload;
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, state_key(), &payload, err);
    *out = (toc_audit_state){0};
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    if (payload.size < STATE_HEAD_BYTES ||
        toc_frontier_read(
            toc_span_of(payload.data + STATE_HEAD_BYTES, payload.size - STATE_HEAD_BYTES),
            &out->frontier, NULL) != TOC_OK)
        return toc_log_lies(txn, TOC_LOG_STATE, state_key(), "this is not the audit's head", err);
    out->signed_size = toc_get_u64(payload.data);
    out->signed_at.unix_ms = toc_get_u64(payload.data + 8);
    return TOC_OK;
}

static toc_code state_put(toc_log_txn *txn, const toc_audit_state *state, toc_err *err)
{
    uint8_t bytes[STATE_HEAD_BYTES + TOC_FRONTIER_BYTES_MAX];
    toc_put_u64(bytes, state->signed_size);
    toc_put_u64(bytes + 8, state->signed_at.unix_ms);
    size_t size = toc_frontier_write(&state->frontier, bytes + STATE_HEAD_BYTES);
    return toc_checked_put(txn, TOC_LOG_STATE, state_key(),
                           toc_span_of(bytes, STATE_HEAD_BYTES + size), err);
}

toc_code toc_audit_head_of(toc_log_txn *txn, toc_audit_head *out, toc_err *err)
{
    toc_audit_state state;
    TOC_TRY(toc_audit_state_get(txn, &state, err));
    *out = (toc_audit_head){.size = state.frontier.size,
                            .signed_size = state.signed_size,
                            .signed_at = state.signed_at};
    toc_frontier_root(&state.frontier, &out->root);
    return TOC_OK;
}

/* ---- lines ---- */

static void leaf_of(toc_span plain, toc_hash *out)
{
    static const uint8_t zero;
    toc_span parts[] = {TOC_SPAN_OF(zero), plain};
    toc_sha256_parts(parts, TOC_COUNT(parts), out);
}

static toc_code put_line(toc_log_txn *txn, uint64_t number, toc_span plain, toc_err *err)
{
    uint8_t key[8];
    toc_put_u64(key, number);
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, LINE_VERSION);
    TOC_TRY(toc_rest_seal(txn->log->store_key, "audit", TOC_SPAN_OF(key), plain, &value, err));
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_table_append(txn->txn, TOC_LOG_AUDIT, TOC_SPAN_OF(key), toc_buf_view(&value), err);
}

static toc_code grow(toc_log_txn *txn, toc_frontier *frontier, const toc_hash *leaf, toc_err *err)
{
    toc_tiles tiles;
    toc_tiles_begin(&tiles, txn, TOC_AUDIT_TREE, frontier);
    TOC_TRY(toc_tiles_append(&tiles, leaf, err));
    TOC_TRY(toc_tiles_end(&tiles, err));
    *frontier = tiles.frontier;
    return TOC_OK;
}

static toc_code add(toc_log_txn *txn, toc_audit_state *state, toc_span plain, toc_err *err)
{
    toc_hash leaf;
    leaf_of(plain, &leaf);
    TOC_TRY(put_line(txn, state->frontier.size, plain, err));
    TOC_TRY(grow(txn, &state->frontier, &leaf, err));
    return state_put(txn, state, err);
}

toc_code toc_audit_add(toc_log_txn *txn, toc_time now, toc_span text, uint64_t *out_number,
                       toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_audit_state state;
    if (text.size > TOC_AUDIT_LINE_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a line of the audit of %zu bytes; at most %u", text.size,
                        TOC_AUDIT_LINE_BYTES_MAX);
    uint8_t *salt = toc_buf_extend(&plain, TOC_AUDIT_SALT_BYTES);
    if (salt != NULL)
        toc_random(salt, TOC_AUDIT_SALT_BYTES);
    toc_buf_add_u64(&plain, now.unix_ms);
    toc_buf_add_span(&plain, text);
    TOC_TRY(toc_buf_ok(&plain, err));
    TOC_TRY(toc_audit_state_get(txn, &state, err));
    uint64_t number = state.frontier.size;
    toc_code code = add(txn, &state, toc_buf_view(&plain), err);
    if (code != TOC_OK) {
        toc_txn_spoil(txn->txn, code); /* a line without its leaf, or a leaf without its line */
        return code;
    }
    *out_number = number;
    return TOC_OK;
}

toc_code toc_audit_open(const toc_log_txn *txn, toc_row row, toc_buf *plain, toc_audit_line *out,
                        toc_err *err)
{
    if (row.key.size != 8 || row.value.size < 1 + TOC_NONCE_BYTES + TOC_TAG_BYTES ||
        row.value.data[0] != LINE_VERSION)
        return toc_log_lies(txn, TOC_LOG_AUDIT, row.key, "this is no sealed line", err);
    uint64_t number = toc_get_u64(row.key.data);
    toc_buf_clear(plain);
    toc_code code = toc_rest_open(txn->log->store_key, "audit", row.key,
                                  toc_span_of(row.value.data + 1, row.value.size - 1), plain, NULL);
    if (code == TOC_SEALED)
        return toc_fail(err, code, "line %llu of the audit does not open: it was changed",
                        (unsigned long long)number);
    if (code != TOC_OK)
        return toc_fail(err, code, "line %llu of the audit cannot be opened",
                        (unsigned long long)number);
    if (plain->size < TOC_AUDIT_TEXT_AT)
        return toc_log_lies(txn, TOC_LOG_AUDIT, row.key, "the line is cut short", err);
    *out = (toc_audit_line){
        .number = number,
        .time = {.unix_ms = toc_get_u64(plain->data + TOC_AUDIT_SALT_BYTES)},
        .text = toc_span_of(plain->data + TOC_AUDIT_TEXT_AT, plain->size - TOC_AUDIT_TEXT_AT)};
    leaf_of(toc_buf_view(plain), &out->leaf);
    return TOC_OK;
}

toc_code toc_audit_get(toc_log_txn *txn, uint64_t number, toc_buf *plain, toc_audit_line *out,
                       toc_err *err)
{
    uint8_t key[8];
    toc_put_u64(key, number);
    toc_row row = {.key = TOC_SPAN_OF(key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_AUDIT, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "the audit has no line %llu", (unsigned long long)number);
    TOC_TRY(code);
    return toc_audit_open(txn, row, plain, out, err);
}

/* ---- checkpoints ---- */

toc_code toc_audit_origin(toc_log_txn *txn, toc_buf *out, toc_err *err)
{
    toc_org_id org;
    TOC_TRY(toc_log_owner(txn, &org, err));
    toc_buf_add_text(out, "tocsin/");
    toc_buf_add_hex(out, TOC_SPAN_OF(org.bytes));
    toc_buf_add_text(out, "/audit");
    return toc_buf_ok(out, err);
}

static toc_code write_note(toc_log_txn *txn, const toc_audit_state *state, toc_time now,
                           toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf origin = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_hash root;
    char time[TOC_TIME_TEXT_BYTES];
    TOC_TRY(toc_audit_origin(txn, &origin, err));
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_SIGN, &seed, err));
    toc_frontier_root(&state->frontier, &root);
    toc_checkpoint_text(toc_buf_view(&origin), state->frontier.size, &root, &body);
    toc_time_print(now, time);
    toc_buf_printf(&body, "time %s\n", time);
    TOC_TRY(toc_buf_ok(&body, err));
    return toc_note_write(toc_buf_view(&body), toc_buf_view(&origin), seed, out, err);
}

static toc_code sign_state(toc_log_txn *txn, toc_audit_state *state, toc_time now, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    uint8_t key[8];
    TOC_TRY(write_note(txn, state, now, &note, err));
    toc_put_u64(key, state->frontier.size);
    TOC_TRY(toc_checked_put(txn, TOC_LOG_AUDIT_HEADS, TOC_SPAN_OF(key), toc_buf_view(&note), err));
    state->signed_size = state->frontier.size;
    state->signed_at = now;
    return state_put(txn, state, err);
}

toc_code toc_audit_sign(toc_log_txn *txn, toc_time now, toc_err *err)
{
    toc_audit_state state;
    TOC_TRY(toc_audit_state_get(txn, &state, err));
    if (state.frontier.size == 0)
        return toc_fail(err, TOC_STATE, "the audit has no line yet: there is nothing to sign");
    return state.signed_size == state.frontier.size ? TOC_OK : sign_state(txn, &state, now, err);
}

toc_code toc_audit_sign_if_due(toc_log_txn *txn, toc_time now, bool *out_signed, toc_err *err)
{
    toc_audit_state state;
    TOC_TRY(toc_audit_state_get(txn, &state, err));
    uint64_t fresh = state.frontier.size - state.signed_size;
    /* A clock that was set back must not put it off. */
    bool old = now.unix_ms < state.signed_at.unix_ms ||
               now.unix_ms - state.signed_at.unix_ms >= TOC_AUDIT_CHECKPOINT_MS;
    *out_signed = fresh >= TOC_AUDIT_CHECKPOINT_LINES || (fresh > 0 && old);
    return *out_signed ? sign_state(txn, &state, now, err) : TOC_OK;
}

toc_code toc_audit_note(toc_log_txn *txn, toc_span *out_note, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_AUDIT_HEADS, (toc_span){0}, &cursor, err));
    toc_code code = toc_cursor_last(cursor, &row, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no head of the audit has been signed yet");
    TOC_TRY(code);
    return toc_checked_open(txn, TOC_LOG_AUDIT_HEADS, row, out_note, err);
}
