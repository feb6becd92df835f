/* What a fork disputes (RULES §1): records from some index of a feed on. They stand in `disputed`
 * in place of `claims`, and in no other table but `numbers`, so that they are shown and nothing
 * else.
 */
#include "store/view/fold.h"

toc_code toc_view_forked(toc_view *view, const toc_feed_id *feed, uint64_t *out, toc_err *err)
{
    toc_span value, key = TOC_SPAN_OF(feed->bytes);
    *out = UINT64_MAX;
    toc_code code = toc_table_get(view->txn, TOC_VIEW_FORKS, key, &value, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (value.size != sizeof(uint64_t))
        return toc_table_lies(view->txn, TOC_VIEW_FORKS, key, "no fork", err);
    *out = toc_get_u64(value.data);
    return TOC_OK;
}

toc_code toc_fold_disputes(toc_fold *fold, const toc_feed_id *feed, uint64_t index, bool *out,
                           toc_err *err)
{
    uint64_t from = UINT64_MAX;
    if (fold->forks > 0)
        TOC_TRY(toc_view_forked(&fold->view, feed, &from, err));
    *out = index >= from;
    return TOC_OK;
}

/* ---- in dispute ---- */

static void add_to_digest(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                          const toc_feed_id *feed, bool out_of)
{
    toc_hash hash;
    toc_claim_hash(TOC_VIEW_DISPUTED, row, stored, feed, &fold->scratch, &hash);
    if (out_of)
        toc_sum_take(&fold->state.digest, &hash);
    else
        toc_sum_add(&fold->state.digest, &hash);
}

toc_code toc_fold_dispute(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                          const toc_feed_id *feed, toc_err *err)
{
    toc_key key;
    uint8_t value[TOC_CLAIM_BYTES_MAX];
    toc_number_key(&key, row->feed, row->index);
    TOC_AUTO(toc_buf_wipe) toc_buf number = {0};
    toc_number_write(TOC_NUMBER_DISPUTED, row, stored, &number);
    TOC_TRY(toc_buf_ok(&number, err));
    toc_code code = toc_table_insert(fold->view.txn, TOC_VIEW_NUMBERS, toc_key_view(&key),
                                     toc_buf_view(&number), err);
    if (code != TOC_OK)
        return code == TOC_EXISTS ? TOC_OK : code; /* it came twice */
    size_t size = toc_claim_write(row, value);
    add_to_digest(fold, row, stored, feed, false);
    fold->records++;
    return toc_table_put(fold->view.txn, TOC_VIEW_DISPUTED, row->filed.key,
                         toc_span_of(value, size), err);
}

toc_code toc_fold_undispute(toc_fold *fold, uint32_t feed, uint64_t index,
                            const toc_number_row *number, toc_err *err)
{
    toc_claim_row row;
    const toc_view_feed *of;
    TOC_TRY(toc_view_filed(&fold->view, TOC_VIEW_DISPUTED, number->filed, feed, index, &row, err));
    TOC_TRY(toc_view_feed_of(&fold->view, feed, &of, err));
    add_to_digest(fold, &row, number, &of->id, true);
    toc_key key, filed;
    toc_key_clear(&filed);
    toc_key_add_span(&filed, row.filed.key);
    toc_number_key(&key, feed, index);
    TOC_TRY(toc_table_delete(fold->view.txn, TOC_VIEW_DISPUTED, toc_key_view(&filed), err));
    return toc_table_delete(fold->view.txn, TOC_VIEW_NUMBERS, toc_key_view(&key), err);
}

/* ---- a proof came ---- */

/* The first entry of the feed from `from` on that is in E. */
static toc_code next_filed(toc_fold *fold, uint32_t feed, uint64_t from, uint64_t *out,
                           toc_err *err)
{
    toc_key key;
    toc_row row;
    toc_cursor *cursor;
    toc_number_key(&key, feed, from);
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_NUMBERS, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, toc_key_view(&key), &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        if (row.key.size != 12 || toc_get_u32(row.key.data) != feed)
            return toc_fail(err, TOC_NOT_FOUND, "the feed ends");
        *out = toc_get_u64(row.key.data + 4);
        if (row.value.size > 0 && row.value.data[0] == TOC_NUMBER_FILED)
            return TOC_OK;
    }
    return code;
}

static toc_code put_fork(toc_fold *fold, const toc_feed_id *feed, uint64_t before, uint64_t index,
                         toc_err *err)
{
    uint8_t value[8];
    toc_span key = TOC_SPAN_OF(feed->bytes);
    if (before != UINT64_MAX) {
        toc_put_u64(value, before);
        TOC_TRY(toc_fold_drop(fold, TOC_VIEW_FORKS, key, TOC_SPAN_OF(value), err));
        fold->forks--;
    }
    toc_put_u64(value, index);
    fold->forks++;
    return toc_fold_put(fold, TOC_VIEW_FORKS, key, TOC_SPAN_OF(value), err);
}

toc_code toc_fold_fork(toc_fold *fold, const toc_journal_row *row, uint64_t from,
                       const toc_fold_limit *limit, uint64_t *out_from, bool *out_done,
                       toc_err *err)
{
    const toc_fold_feed *found;
    uint64_t before;
    TOC_TRY(toc_fold_feed_of(fold, row->feed, &found, err));
    toc_fold_feed feed = *found;
    *out_from = 0;
    *out_done = true;
    if (!toc_audience_enters(&fold->views->audience, &feed.name.circle))
        return TOC_OK;
    TOC_TRY(toc_view_forked(&fold->view, &feed.id, &before, err));
    if (from == 0 && before <= row->from)
        return TOC_OK;
    if (before > row->from)
        TOC_TRY(put_fork(fold, &feed.id, before, row->from, err));
    TOC_TRY(toc_batch_flush(fold, err));
    uint64_t index = from > row->from ? from : row->from;
    toc_code code;
    while ((code = next_filed(fold, feed.number, index, &index, err)) == TOC_OK) {
        TOC_TRY(toc_fold_move(fold, feed.number, index, err));
        index++;
        if (toc_fold_is_full(fold, limit)) {
            *out_from = index;
            *out_done = false;
            return TOC_OK;
        }
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
