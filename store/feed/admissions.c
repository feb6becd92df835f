/* Readers who get no key yet, and by which delay new ones wait (decision 0151): rows of `state`. */
#include "store/feed/internal.h"

static const char waits_prefix[] = "waits ";

static void waits_key(const toc_circle_id *circle, const toc_org_id *org, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text(waits_prefix));
    if (circle != NULL)
        toc_key_add_span(out, TOC_SPAN_OF(*circle));
    if (org != NULL)
        toc_key_add_span(out, TOC_SPAN_OF(*org));
}

static toc_code open_admission(const toc_log_txn *txn, toc_row row, toc_log_admission *out,
                               toc_err *err)
{
    const size_t prefix = sizeof waits_prefix - 1;
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_STATE, row, &payload, err));
    if (row.key.size != prefix + sizeof out->circle + sizeof out->org || payload.size != 8)
        return toc_log_lies(txn, TOC_LOG_STATE, row.key, "this is not the row of a new reader",
                            err);
    memcpy(out->circle.bytes, row.key.data + prefix, sizeof out->circle);
    memcpy(out->org.bytes, row.key.data + prefix + sizeof out->circle, sizeof out->org);
    out->until.unix_ms = toc_get_u64(payload.data);
    return TOC_OK;
}

toc_code toc_log_admission_put(toc_log_txn *txn, const toc_log_admission *admission, toc_err *err)
{
    toc_key key;
    uint8_t until[8];
    waits_key(&admission->circle, &admission->org, &key);
    toc_put_u64(until, admission->until.unix_ms);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(until), err);
}

toc_code toc_log_admission_get(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                               toc_time *out_until, toc_err *err)
{
    toc_key key;
    toc_log_admission found = {0};
    waits_key(circle, org, &key);
    toc_row row = {.key = toc_key_view(&key)};
    toc_code code = toc_table_get(txn->txn, TOC_LOG_STATE, row.key, &row.value, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "this org does not wait for its keys");
    TOC_TRY(code);
    TOC_TRY(open_admission(txn, row, &found, err));
    *out_until = found.until;
    return TOC_OK;
}

toc_code toc_log_admission_drop(toc_log_txn *txn, const toc_circle_id *circle,
                                const toc_org_id *org, toc_err *err)
{
    toc_key key;
    waits_key(circle, org, &key);
    toc_code code = toc_table_delete(txn->txn, TOC_LOG_STATE, toc_key_view(&key), err);
    return code == TOC_NOT_FOUND ? toc_fail(err, code, "this org does not wait for its keys")
                                 : code;
}

toc_code toc_log_admissions(toc_log_txn *txn, toc_log_admission_visit visit, void *context,
                            toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_STATE, toc_span_text(waits_prefix), &cursor, err));
    toc_row row;
    toc_code code;
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        toc_log_admission admission = {0};
        TOC_TRY(open_admission(txn, row, &admission, err));
        TOC_TRY(visit(context, &admission, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- the delay ---- */

static void delay_key(const toc_circle_id *circle, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_span(out, toc_span_text("delay "));
    toc_key_add_span(out, TOC_SPAN_OF(*circle));
}

toc_code toc_log_delay_put(toc_log_txn *txn, const toc_circle_id *circle, uint64_t delay_ms,
                           toc_time until, toc_err *err)
{
    toc_key key;
    uint8_t payload[16];
    delay_key(circle, &key);
    toc_put_u64(payload, delay_ms);
    toc_put_u64(payload + 8, until.unix_ms);
    return toc_checked_put(txn, TOC_LOG_STATE, toc_key_view(&key), TOC_SPAN_OF(payload), err);
}

toc_code toc_log_delay(toc_log_txn *txn, const toc_circle_id *circle, uint64_t *out_delay_ms,
                       toc_time *out_until, toc_err *err)
{
    toc_key key;
    toc_span payload;
    delay_key(circle, &key);
    toc_code code = toc_checked_get(txn, TOC_LOG_STATE, toc_key_view(&key), &payload, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no delay of before counts still");
    TOC_TRY(code);
    if (payload.size != 16)
        return toc_log_lies(txn, TOC_LOG_STATE, toc_key_view(&key),
                            "a delay and a moment are 16 bytes", err);
    *out_delay_ms = toc_get_u64(payload.data);
    out_until->unix_ms = toc_get_u64(payload.data + 8);
    return TOC_OK;
}
