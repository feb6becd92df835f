/* What judged an entry when it was written: the last grant before it, and the charter that names.
 * Table grants, key feed number ‖ index: where a grant stands, and nothing else. */
#include "proto/feed/entry.h"
#include "store/feed/internal.h"

toc_judge toc_judge_of(const toc_grant *grant, uint64_t index)
{
    return (toc_judge){.index = index,
                       .card = grant->card,
                       .card_serial = grant->card_serial,
                       .charter = grant->charter,
                       .charter_version = grant->charter_version,
                       .epoch = grant->epoch,
                       .key_id = grant->key_id};
}

toc_code toc_grant_mark(toc_log_txn *txn, uint32_t number, uint64_t index, toc_span entry,
                        toc_err *err)
{
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    if (entry.data[1] != TOC_ENTRY_GRANT)
        return TOC_OK;
    return toc_checked_put(txn, TOC_LOG_GRANTS, toc_entry_key(number, index, key), (toc_span){0},
                           err);
}

toc_code toc_grants_mark_all(toc_log_txn *txn, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    toc_code code;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_ENTRIES, (toc_span){0}, &cursor, err));
    while ((code = toc_cursor_next(cursor, &row, err)) == TOC_OK) {
        if (row.key.size != TOC_ENTRY_KEY_BYTES || row.value.size < TOC_ENTRY_HEADER_BYTES)
            return toc_log_lies(txn, TOC_LOG_ENTRIES, row.key, "this is no entry", err);
        TOC_TRY(toc_grant_mark(txn, toc_get_u32(row.key.data),
                               toc_get_u64(row.key.data + TOC_FEED_KEY_BYTES), row.value, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code open_row(const toc_log_txn *txn, toc_row row, uint64_t *out_index, toc_err *err)
{
    toc_span payload;
    TOC_TRY(toc_checked_open(txn, TOC_LOG_GRANTS, row, &payload, err));
    if (row.key.size != TOC_ENTRY_KEY_BYTES || payload.size != 0)
        return toc_log_lies(txn, TOC_LOG_GRANTS, row.key, "it says more than where a grant stands",
                            err);
    *out_index = toc_get_u64(row.key.data + TOC_FEED_KEY_BYTES);
    return TOC_OK;
}

/* The last grant before `index`, and the one after that, or UINT64_MAX. */
static toc_code find_grant(toc_log_txn *txn, uint32_t number, uint64_t index, uint64_t *out_grant,
                           uint64_t *out_next, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    uint8_t prefix[TOC_FEED_KEY_BYTES], key[TOC_ENTRY_KEY_BYTES];
    toc_row row;
    *out_next = UINT64_MAX;
    TOC_TRY(toc_cursor_open(txn->txn, TOC_LOG_GRANTS, toc_feed_key(number, prefix), &cursor, err));
    toc_code code = toc_cursor_seek(cursor, toc_entry_key(number, index, key), &row, err);
    if (code == TOC_OK)
        TOC_TRY(open_row(txn, row, out_next, err));
    else if (code != TOC_NOT_FOUND)
        return code;
    code = toc_cursor_prev(cursor, &row, err); /* where nothing was found: the last of all */
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, code, "no grant stands before the record in its feed");
    TOC_TRY(code);
    return open_row(txn, row, out_grant, err);
}

toc_code toc_log_grant_before(toc_log_txn *txn, uint32_t number, uint64_t index, toc_log_grant *out,
                              toc_err *err)
{
    uint64_t at = 0;
    TOC_TRY(find_grant(txn, number, index, &at, &out->next, err));
    out->index = at;
    TOC_TRY(toc_log_entry(txn, number, at, &out->entry, err));
    return toc_grant_read(out->entry, &out->grant, err);
}

toc_code toc_log_charter_judging(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                                 toc_arena *arena, toc_charter *out, toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    toc_log_feed row;
    toc_log_grant judge;
    TOC_TRY(toc_log_feed_find(txn, feed, &row, err));
    TOC_TRY(toc_log_grant_before(txn, row.number, index, &judge, err));
    memcpy(key.bytes, judge.grant.charter.bytes, sizeof key.bytes);
    toc_code code = toc_log_roll_get(txn, &key, &bytes, err);
    if (code != TOC_OK)
        return err == NULL ? code : toc_wrap(err, "the charter of when it was written");
    return toc_charter_reopen(bytes, arena, out, err);
}
