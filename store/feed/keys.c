#include "proto/base/limits.h"
#include "proto/crypto/seal.h"
#include "store/feed/internal.h"

/* Table keys. Value: version u8 ‖ sealed (toc_rest_seal). Keys of the table say whose key it is and
 * are clear. */

enum { KEY_VERSION = 1, KIND_OWN = 1, KIND_SENDER = 2, KIND_PREPARED = 3, KIND_FORMER = 4 };

/* ---- sealed rows ---- */

static toc_code put_sealed(toc_log_txn *txn, toc_span key, toc_span plain, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_buf_add_u8(&value, KEY_VERSION);
    TOC_TRY(toc_rest_seal(txn->log->store_key, "keys", key, plain, &value, err));
    TOC_TRY(toc_buf_ok(&value, err));
    return toc_table_put(txn->txn, TOC_LOG_KEYS, key, toc_buf_view(&value), err);
}

toc_code toc_key_row_open(const toc_log_txn *txn, toc_row row, toc_buf *out, toc_err *err)
{
    if (row.value.size < 1 + TOC_NONCE_BYTES + TOC_TAG_BYTES || row.value.data[0] != KEY_VERSION)
        return toc_log_lies(txn, TOC_LOG_KEYS, row.key, "this is not a sealed key", err);
    toc_span sealed = toc_span_of(row.value.data + 1, row.value.size - 1);
    return toc_rest_open(txn->log->store_key, "keys", row.key, sealed, out, err);
}

/* The secret is the first TOC_SECRET_BYTES of what is sealed; `size` is that of the whole. */
static toc_code get_secret(toc_log_txn *txn, toc_row row, size_t size, toc_secret **out,
                           toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_TRY(toc_key_row_open(txn, row, &plain, err));
    if (plain.size != size)
        return toc_log_lies(txn, TOC_LOG_KEYS, row.key, "the sealed key has a wrong size", err);
    return toc_secret_from(toc_span_of(plain.data, TOC_SECRET_BYTES), out, err);
}

/* ---- own keys ---- */

static const char *const own_names[] = {
    [TOC_OWN_SIGN] = "sign", [TOC_OWN_COSIGN] = "cosign",   [TOC_OWN_LINK] = "link",
    [TOC_OWN_SEAL] = "seal", [TOC_OWN_OFFICER] = "officer",
};

static toc_code check_purpose(toc_own_key purpose, toc_err *err)
{
    if (purpose >= TOC_OWN_SIGN && purpose <= TOC_OWN_OFFICER)
        return TOC_OK;
    return toc_fail(err, TOC_USAGE, "no own key has the purpose %u", (unsigned)purpose);
}

static toc_code purpose_put(toc_log_txn *txn, uint8_t kind, toc_own_key purpose,
                            const toc_secret *secret, toc_err *err)
{
    TOC_TRY(check_purpose(purpose, err));
    uint8_t key[2] = {kind, (uint8_t)purpose};
    return put_sealed(txn, TOC_SPAN_OF(key), toc_span_of(toc_secret_view(secret), TOC_SECRET_BYTES),
                      err);
}

static toc_code purpose_get(toc_log_txn *txn, uint8_t kind, toc_own_key purpose, const char *what,
                            toc_secret **out, toc_err *err)
{
    TOC_TRY(check_purpose(purpose, err));
    uint8_t key[2] = {kind, (uint8_t)purpose};
    toc_row row = {.key = TOC_SPAN_OF(key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_KEYS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "the store holds no %s %s key", what, own_names[purpose]);
    TOC_TRY(code);
    return get_secret(txn, row, TOC_SECRET_BYTES, out, err);
}

toc_code toc_log_own_key_put(toc_log_txn *txn, toc_own_key purpose, const toc_secret *secret,
                             toc_err *err)
{
    return purpose_put(txn, KIND_OWN, purpose, secret, err);
}

toc_code toc_log_own_key(toc_log_txn *txn, toc_own_key purpose, toc_secret **out, toc_err *err)
{
    return purpose_get(txn, KIND_OWN, purpose, "own", out, err);
}

toc_code toc_log_prepared_key_put(toc_log_txn *txn, toc_own_key purpose, const toc_secret *secret,
                                  toc_err *err)
{
    return purpose_put(txn, KIND_PREPARED, purpose, secret, err);
}

toc_code toc_log_prepared_key(toc_log_txn *txn, toc_own_key purpose, toc_secret **out, toc_err *err)
{
    return purpose_get(txn, KIND_PREPARED, purpose, "prepared", out, err);
}

/* ---- keys that were replaced ---- */

/* The newest first: what is kept is how far the moment is from the end of time. */
static void former_key_name(toc_own_key purpose, toc_time at, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u8(out, KIND_FORMER);
    toc_key_add_u8(out, (uint8_t)purpose);
    toc_key_add_u64(out, UINT64_MAX - at.unix_ms);
}

/* Two within a millisecond: the later one moves on. */
static toc_code former_put(toc_log_txn *txn, toc_own_key purpose, const toc_secret *secret,
                           toc_time at, toc_err *err)
{
    toc_key key;
    toc_span held;
    toc_code code = TOC_OK;
    for (; code == TOC_OK; at.unix_ms++) {
        former_key_name(purpose, at, &key);
        code = toc_table_get(txn->txn, TOC_LOG_KEYS, toc_key_view(&key), &held, err);
    }
    if (code != TOC_NOT_FOUND)
        return code;
    return put_sealed(txn, toc_key_view(&key),
                      toc_span_of(toc_secret_view(secret), TOC_SECRET_BYTES), err);
}

toc_code toc_log_own_key_turn(toc_log_txn *txn, toc_own_key purpose, bool keep, toc_time at,
                              toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *before = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *after = NULL;
    TOC_TRY(toc_log_prepared_key(txn, purpose, &after, err));
    TOC_TRY(toc_log_own_key(txn, purpose, &before, err));
    if (keep)
        TOC_TRY(former_put(txn, purpose, before, at, err));
    TOC_TRY(toc_log_own_key_put(txn, purpose, after, err));
    uint8_t key[2] = {KIND_PREPARED, (uint8_t)purpose};
    return toc_table_delete(txn->txn, TOC_LOG_KEYS, TOC_SPAN_OF(key), err);
}

toc_code toc_log_former_keys(toc_log_txn *txn, toc_own_key purpose, toc_time since,
                             toc_secret *out[TOC_FORMER_KEYS_MAX], size_t *out_count, toc_err *err)
{
    TOC_TRY(check_purpose(purpose, err));
    uint8_t prefix[2] = {KIND_FORMER, (uint8_t)purpose};
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_KEYS, TOC_SPAN_OF(prefix), &cursor, err));
    toc_row row;
    toc_code code = TOC_OK;
    size_t count = 0;
    while (count < TOC_FORMER_KEYS_MAX && (code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        if (row.key.size != sizeof prefix + 8)
            code = toc_log_lies(txn, TOC_LOG_KEYS, row.key, "this is no former key", err);
        else if (UINT64_MAX - toc_get_u64(row.key.data + sizeof prefix) < since.unix_ms)
            break;
        else
            code = get_secret(txn, row, TOC_SECRET_BYTES, &out[count], err);
        if (code != TOC_OK)
            break;
        count++;
    }
    if (code != TOC_OK && code != TOC_NOT_FOUND) {
        while (count > 0)
            toc_secret_free(out[--count]);
        return code;
    }
    *out_count = count;
    return TOC_OK;
}

/* ---- sender keys ---- */

enum { SENDER_BYTES = TOC_SECRET_BYTES + 8 }; /* with the time */

static void sender_key_name(const toc_feed_name *feed, uint32_t epoch, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u8(out, KIND_SENDER);
    toc_key_add_span(out, TOC_SPAN_OF(feed->circle));
    toc_key_add_span(out, TOC_SPAN_OF(feed->org));
    toc_key_add_u64(out, feed->generation);
    toc_key_add_u32(out, epoch);
}

toc_code toc_log_sender_key_put(toc_log_txn *txn, const toc_feed_name *feed, uint32_t epoch,
                                const toc_secret *secret, toc_time at, toc_err *err)
{
    toc_key key;
    sender_key_name(feed, epoch, &key);
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    toc_buf_add(&plain, toc_secret_view(secret), TOC_SECRET_BYTES);
    toc_buf_add_u64(&plain, at.unix_ms);
    TOC_TRY(toc_buf_ok(&plain, err));
    return put_sealed(txn, toc_key_view(&key), toc_buf_view(&plain), err);
}

toc_code toc_log_sender_key(toc_log_txn *txn, const toc_feed_name *feed, uint32_t epoch,
                            toc_secret **out, toc_err *err)
{
    toc_key key;
    sender_key_name(feed, epoch, &key);
    toc_row row = {.key = toc_key_view(&key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_KEYS, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "the sender key of epoch %u has not come", (unsigned)epoch);
    TOC_TRY(code);
    return get_secret(txn, row, SENDER_BYTES, out, err);
}

/* ---- submissions ---- */

toc_code toc_log_submission_put(toc_log_txn *txn, const toc_draft_id *id, toc_span summary,
                                toc_err *err)
{
    if (summary.size > TOC_CONTROL_FRAME_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a submission's summary of %zu bytes; at most %u",
                        summary.size, TOC_CONTROL_FRAME_BYTES_MAX);
    return toc_checked_put(txn, TOC_LOG_SUBMISSIONS, TOC_SPAN_OF(*id), summary, err);
}

toc_code toc_log_submission_get(toc_log_txn *txn, const toc_draft_id *id, toc_span *out_summary,
                                toc_err *err)
{
    toc_code code = toc_checked_get(txn, TOC_LOG_SUBMISSIONS, TOC_SPAN_OF(*id), out_summary, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "this submission was not taken yet");
    return code;
}

toc_code toc_log_seals_read(toc_log_txn *txn, toc_log_seals *out, toc_err *err)
{
    size_t former = 0;
    *out = (toc_log_seals){0};
    toc_code code = toc_log_own_key(txn, TOC_OWN_SEAL, &out->keys[0], err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    out->count = 1;
    TOC_TRY(toc_log_former_keys(txn, TOC_OWN_SEAL, (toc_time){0}, out->keys + 1, &former, err));
    out->count += former;
    return TOC_OK;
}

void toc_log_seals_wipe(toc_log_seals *seals)
{
    for (size_t i = 0; i < seals->count; i++)
        toc_secret_free(seals->keys[i]);
    seals->count = 0;
}
