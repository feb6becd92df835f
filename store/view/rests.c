/* What is kept up and rests on other records (RULES §4): reports and notices on derived ground.
 * Each has one row that says what it follows from, and for each of those a row the other way. */
#include "store/view/fold.h"

void toc_dependent_report(toc_key *key, const toc_claim_id *report)
{
    toc_key_clear(key);
    toc_key_add_u8(key, TOC_DEPENDENT_REPORT);
    toc_key_add(key, report->bytes, sizeof report->bytes);
}

void toc_dependent_notice(toc_key *key, toc_span subject, const toc_claim_id *notice)
{
    toc_key_clear(key);
    toc_key_add_u8(key, TOC_DEPENDENT_NOTICE);
    toc_key_add_span(key, subject);
    toc_key_add(key, notice->bytes, sizeof notice->bytes);
}

/* ---- from a record to what rests on it ---- */

static toc_code mark_dependent(toc_fold *fold, const toc_row *row, toc_span dependent, toc_err *err)
{
    toc_claim_id id;
    size_t size = dependent.size;
    if (size == 1 + sizeof id && dependent.data[0] == TOC_DEPENDENT_REPORT) {
        toc_report *report;
        memcpy(id.bytes, dependent.data + 1, sizeof id.bytes);
        TOC_TRY(toc_fold_report(fold, &id, &report, err));
        report->judge = true;
        return TOC_OK;
    }
    if (size <= 1 + sizeof id || dependent.data[0] != TOC_DEPENDENT_NOTICE)
        return toc_table_lies(fold->view.txn, TOC_VIEW_WATCHES, row->key, "no dependent", err);
    memcpy(id.bytes, dependent.data + size - sizeof id, sizeof id);
    return toc_fold_notice(fold, toc_span_of(dependent.data + 1, size - 1 - sizeof id), &id, err);
}

static toc_code mark(toc_fold *fold, toc_span watch, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_WATCHES, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, watch, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, watch);
         code = toc_cursor_next(cursor, &row, err))
        TOC_TRY(mark_dependent(
            fold, &row, toc_span_of(row.key.data + watch.size, row.key.size - watch.size), err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static void claim_watch(toc_key *key, const uint8_t claim[32])
{
    toc_key_clear(key);
    toc_key_add_u8(key, TOC_WATCH_CLAIM);
    toc_key_add(key, claim, 32);
}

static void record_watch(toc_key *key, const toc_feed_id *feed, uint64_t index)
{
    toc_key_clear(key);
    toc_key_add_u8(key, TOC_WATCH_RECORD);
    toc_key_add(key, feed->bytes, sizeof feed->bytes);
    toc_key_add_u64(key, index);
}

toc_code toc_rests_mark(toc_fold *fold, const toc_claim_row *row, toc_err *err)
{
    if (fold->watches == 0)
        return TOC_OK;
    toc_key key;
    const toc_view_feed *feed;
    claim_watch(&key, row->filed.claim.bytes);
    TOC_TRY(mark(fold, toc_key_view(&key), err));
    TOC_TRY(toc_view_feed_of(&fold->view, row->feed, &feed, err));
    record_watch(&key, &feed->id, row->index);
    return mark(fold, toc_key_view(&key), err);
}

/* ---- what a head rests on ---- */

static void add_item(toc_buf *out, toc_span item)
{
    TOC_ASSERT(item.size <= UINT8_MAX);
    toc_buf_add_u8(out, (uint8_t)item.size);
    toc_buf_add_span(out, item);
}

static bool is_own(toc_root root)
{
    return root.size == 1 + sizeof(toc_claim_id) && root.data[0] == TOC_ROOT_OWN;
}

/* Of two that are said to stand at one place: once. */
static bool is_first_place(const toc_source *source, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (source->records[i].index == source->records[at].index &&
            toc_feed_id_equal(&source->records[i].feed, &source->records[at].feed))
            return false;
    }
    return true;
}

static void lay_out(const toc_statement *head, const toc_standing *standing, toc_buf *out)
{
    toc_key key;
    size_t watches = 0;
    toc_buf_add_u8(out, (uint8_t)standing->alive_count);
    for (size_t i = 0; i < standing->alive_count; i++)
        add_item(out, standing->alive[i]);
    for (size_t i = 0; i < head->root_count; i++)
        watches += is_own(head->roots[i]);
    for (size_t i = 0; i < head->source.record_count; i++)
        watches += is_first_place(&head->source, i);
    toc_buf_add_u8(out, (uint8_t)watches);
    for (size_t i = 0; i < head->root_count; i++) {
        if (!is_own(head->roots[i]))
            continue;
        claim_watch(&key, head->roots[i].data + 1);
        add_item(out, toc_key_view(&key));
    }
    for (size_t i = 0; i < head->source.record_count; i++) {
        const toc_source_record *record = &head->source.records[i];
        if (!is_first_place(&head->source, i))
            continue;
        record_watch(&key, &record->feed, record->index);
        add_item(out, toc_key_view(&key));
    }
}

static toc_code turn_watches(toc_fold *fold, toc_span dependent, const toc_rest_row *rest,
                             bool putting, toc_err *err)
{
    for (size_t i = 0; i < rest->watch_count; i++) {
        toc_key key;
        toc_key_clear(&key);
        toc_key_add_span(&key, rest->watches[i]);
        toc_key_add_span(&key, dependent);
        TOC_TRY(putting
                    ? toc_table_insert(fold->view.txn, TOC_VIEW_WATCHES, toc_key_view(&key),
                                       (toc_span){0}, err)
                    : toc_table_delete(fold->view.txn, TOC_VIEW_WATCHES, toc_key_view(&key), err));
        fold->watches += putting ? 1 : UINT64_MAX;
    }
    return TOC_OK;
}

static toc_code put(toc_fold *fold, toc_span dependent, toc_span value, toc_err *err)
{
    toc_rest_row rest;
    TOC_ASSERT(toc_rest_read(value, &rest));
    TOC_TRY(turn_watches(fold, dependent, &rest, true, err));
    fold->rests++;
    return toc_fold_put(fold, TOC_VIEW_RESTS, dependent, value, err);
}

static toc_code drop(toc_fold *fold, toc_span dependent, toc_span value, toc_err *err)
{
    toc_rest_row rest;
    if (!toc_rest_read(value, &rest))
        return toc_table_lies(fold->view.txn, TOC_VIEW_RESTS, dependent, "no dependent", err);
    TOC_TRY(turn_watches(fold, dependent, &rest, false, err));
    fold->rests--;
    return toc_fold_drop(fold, TOC_VIEW_RESTS, dependent, value, err);
}

static bool same_roots(toc_span left, toc_span right)
{
    toc_rest_row a = {0}, b = {0};
    bool some = left.size > 0 && toc_rest_read(left, &a);
    bool other = right.size > 0 && toc_rest_read(right, &b);
    return some == other && (!some || toc_span_equal(a.roots_bytes, b.roots_bytes));
}

toc_code toc_rest_write(toc_fold *fold, toc_span dependent, const toc_statement *head,
                        const toc_standing *standing, bool *out_changed, toc_err *err)
{
    bool derived = head != NULL && head->source.ground == TOC_GROUND_DERIVED;
    *out_changed = false;
    if (!derived && fold->rests == 0)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf before = {0}, after = {0};
    toc_span value;
    toc_code code = toc_table_get(fold->view.txn, TOC_VIEW_RESTS, dependent, &value, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK)
        toc_buf_add_span(&before, value);
    if (derived)
        lay_out(head, standing, &after);
    TOC_TRY(toc_buf_ok(&before, err));
    TOC_TRY(toc_buf_ok(&after, err));
    if (toc_span_equal(toc_buf_view(&before), toc_buf_view(&after)))
        return TOC_OK;
    *out_changed = !same_roots(toc_buf_view(&before), toc_buf_view(&after));
    if (before.size > 0)
        TOC_TRY(drop(fold, dependent, toc_buf_view(&before), err));
    return after.size > 0 ? put(fold, dependent, toc_buf_view(&after), err) : TOC_OK;
}

toc_code toc_rest_of(toc_view *view, toc_span dependent, toc_rest_row *out, toc_err *err)
{
    toc_span value;
    TOC_TRY(toc_table_get(view->txn, TOC_VIEW_RESTS, dependent, &value, err));
    if (!toc_rest_read(value, out))
        return toc_table_lies(view->txn, TOC_VIEW_RESTS, dependent, "no dependent", err);
    return TOC_OK;
}
