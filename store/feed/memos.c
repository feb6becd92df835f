#include "store/memo.h"

#include "store/feed/internal.h"

static void memo_key(const char *what, const toc_circle_id *circle, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text(what));
    toc_key_add_span(out, TOC_SPAN_OF(*circle));
}

static toc_code get(toc_log_txn *txn, const toc_key *key, size_t size, toc_span *out, toc_err *err)
{
    TOC_TRY(toc_checked_get(txn, TOC_LOG_STATE, toc_key_view(key), out, err));
    return out->size == size ? TOC_OK
                             : toc_log_lies(txn, TOC_LOG_STATE, toc_key_view(key),
                                            "this is not what is kept of a circle", err);
}

/* ---- the own wait ---- */

static const char wait_prefix[] = "admitted ";

toc_code toc_memo_wait_put(toc_log_txn *txn, const toc_circle_id *circle, toc_time until,
                           toc_err *err)
{
    toc_key key;
    uint8_t value[8];
    memo_key(wait_prefix, circle, &key);
    toc_put_u64(value, until.unix_ms);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(value), err);
}

toc_code toc_memo_wait(toc_log_txn *txn, const toc_circle_id *circle, toc_time *out_until,
                       toc_err *err)
{
    toc_key key;
    toc_span value;
    memo_key(wait_prefix, circle, &key);
    TOC_TRY(get(txn, &key, 8, &value, err));
    out_until->unix_ms = toc_get_u64(value.data);
    return TOC_OK;
}

toc_code toc_memo_wait_drop(toc_log_txn *txn, const toc_circle_id *circle, toc_err *err)
{
    toc_key key;
    memo_key(wait_prefix, circle, &key);
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_STATE, toc_key_view(&key), err);
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- a declined charter, chosen ---- */

static const char choice_prefix[] = "rechosen ";

toc_code toc_memo_choice_put(toc_log_txn *txn, const toc_circle_id *circle,
                             const toc_memo_choice *choice, toc_err *err)
{
    toc_key key;
    uint8_t value[8 + 2 * sizeof(toc_charter_hash)];
    memo_key(choice_prefix, circle, &key);
    toc_put_u64(value, choice->at.unix_ms);
    memcpy(value + 8, choice->chosen.bytes, sizeof choice->chosen);
    memcpy(value + 8 + sizeof choice->chosen, choice->left.bytes, sizeof choice->left);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(value), err);
}

toc_code toc_memo_choice_get(toc_log_txn *txn, const toc_circle_id *circle, toc_memo_choice *out,
                             toc_err *err)
{
    toc_key key;
    toc_span value;
    memo_key(choice_prefix, circle, &key);
    TOC_TRY(get(txn, &key, 8 + 2 * sizeof(toc_charter_hash), &value, err));
    out->at.unix_ms = toc_get_u64(value.data);
    memcpy(out->chosen.bytes, value.data + 8, sizeof out->chosen);
    memcpy(out->left.bytes, value.data + 8 + sizeof out->chosen, sizeof out->left);
    return TOC_OK;
}
