/* Into E and out of it, one record at a time, as exactly the one way as the other. */
#include "store/view/fold.h"

enum {
    MINUTE_MS = 60000,
    TICK_EVENTS_MAX = 64 /* waiting records, or expiries, in one step: a record names up to 512 */
};

/* ---- what a record does to reports and notices ---- */

static toc_code list_ops(toc_fold *fold, const toc_claim_row *row, const toc_members_body *body,
                         toc_report *report, toc_err *err)
{
    for (size_t i = 0; i < body->count; i++) {
        toc_member_op *op = TOC_LIST_ADD(&fold->batch.ops);
        if (op == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
        *op = (toc_member_op){.subject = body->members[i].wallet.subject,
                              .add = !body->members[i].remove,
                              .position = (uint16_t)i,
                              .report = report,
                              .revision = row->filed.revision,
                              .record = row->filed.record};
    }
    return TOC_OK;
}

/* A record has come into V (or its time has): what it does to reports. `row` may be in the map. */
static toc_code enter(toc_fold *fold, const toc_claim_row *row, const toc_statement *statement,
                      toc_err *err)
{
    toc_part part = toc_part_of(statement);
    if (part == TOC_PART_NONE)
        return TOC_OK;
    if (statement->source.ground == TOC_GROUND_DERIVED)
        fold->resting += statement->root_count + statement->source.record_count;
    if (part == TOC_PART_NOTICE)
        return toc_fold_notice(fold, row->filed.subject, &row->filed.claim, err);
    toc_report *report;
    TOC_TRY(toc_fold_report(fold, &row->filed.claim, &report, err));
    report->exists = true;
    if (row->kind != TOC_RECORD_MEMBERS) {
        report->judge = true;
        return TOC_OK;
    }
    return list_ops(fold, row, &statement->as.members, report, err);
}

/* ---- waiting ---- */

/* The lowest horizon at which the record does not wait. */
static void waiting_key(const toc_claim_row *row, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u64(out, row->issued_at.unix_ms - TOC_FUTURE_MS_MAX);
    toc_key_add_u32(out, row->feed);
    toc_key_add_u64(out, row->index);
}

/* Other claims wait on being read: nothing of theirs is kept up. */
static toc_code wait(toc_fold *fold, const toc_claim_row *row, const toc_statement *statement,
                     toc_err *err)
{
    if (toc_part_of(statement) == TOC_PART_NONE)
        return TOC_OK;
    toc_key key;
    waiting_key(row, &key);
    return toc_table_put(fold->view.txn, TOC_VIEW_WAITING, toc_key_view(&key), (toc_span){0}, err);
}

/* ---- into E ---- */

static toc_code take_malformed(toc_fold *fold, uint32_t feed, uint64_t index, toc_err *err)
{
    toc_key key;
    toc_number_key(&key, feed, index);
    uint8_t value = TOC_NUMBER_MALFORMED;
    toc_code code = toc_table_insert(fold->view.txn, TOC_VIEW_NUMBERS, toc_key_view(&key),
                                     TOC_SPAN_OF(value), err);
    if (code != TOC_OK)
        return code == TOC_EXISTS ? TOC_OK : code;
    fold->state.malformed++;
    fold->malformed++;
    return TOC_OK;
}

static void count_in(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                     const toc_feed_id *feed, const toc_cell *cell)
{
    toc_hash hash;
    uint8_t bytes[TOC_CELL_BYTES];
    toc_claim_hash(TOC_VIEW_CLAIMS, row, stored, feed, &fold->scratch, &hash);
    toc_sum_add(&fold->state.digest, &hash);
    toc_cell_write(cell, bytes);
    toc_cell_hash(feed, row->index, TOC_SPAN_OF(bytes), &hash);
    toc_sum_add(&fold->state.digest, &hash);
    toc_opened_hash(&row->filed.record, &hash);
    toc_sum_add(&fold->state.opened, &hash);
    fold->state.entries++;
    fold->records++;
}

/* Checking the statement has shown that the own root of what is not derived, and the target of a
 * retraction, is its claim. */
static void claim_of(const toc_statement *statement, const toc_fold_feed *feed, toc_claim_id *out)
{
    if (statement->kind == TOC_RECORD_RETRACTION) {
        *out = statement->as.retraction.target;
        return;
    }
    bool derived = statement->source.ground == TOC_GROUND_DERIVED;
    toc_root root = statement->root_count == 1 && !derived ? statement->roots[0] : (toc_root){0};
    if (root.size == 1 + sizeof out->bytes && root.data[0] == TOC_ROOT_OWN)
        memcpy(out->bytes, root.data + 1, sizeof out->bytes);
    else
        toc_statement_claim(statement, &feed->name.circle, &feed->name.org, out);
}

static toc_code take_record(toc_fold *fold, const toc_fold_feed *feed, uint64_t index,
                            const toc_intake *in, toc_err *err)
{
    const toc_statement *statement = &in->statement;
    toc_subject subject;
    toc_claim_row row = {.kind = statement->kind,
                         .feed = feed->number,
                         .index = index,
                         .issued_at = statement->issued_at,
                         .valid_until = statement->valid_until,
                         .needed = in->needed,
                         .counted = in->counted};
    claim_of(statement, feed, &row.filed.claim);
    toc_statement_subject(statement, &row.filed.claim, &subject);
    row.filed.revision = statement->revision;
    row.filed.record = in->id;
    toc_key key;
    toc_filed_key(&key, toc_subject_view(&subject), &row.filed.claim, statement->revision, &in->id);
    row.filed.key = toc_key_view(&key);
    row.filed.subject = toc_span_of(key.bytes, subject.size);
    toc_number_row stored = {.salt = in->salt, .record = in->bytes};
    bool disputed;
    TOC_TRY(toc_fold_disputes(fold, &feed->id, index, &disputed, err));
    if (disputed)
        return toc_fold_dispute(fold, &row, &stored, &feed->id, err);
    toc_cell cell = toc_cell_of(statement, &row.filed.claim);
    toc_code code = toc_batch_file(fold, &row, &stored, &cell, err);
    if (code != TOC_OK)
        return code == TOC_EXISTS ? TOC_OK : code; /* in E already */
    count_in(fold, &row, &stored, &feed->id, &cell);
    TOC_TRY(toc_mentions_turn(fold, &row, statement, false, err));
    TOC_TRY(toc_rests_mark(fold, &row, err));
    if (row.needed > 0)
        return TOC_OK; /* shown, without effect */
    if (toc_view_waits(&fold->view, row.issued_at))
        return wait(fold, &row, statement, err);
    return enter(fold, &row, statement, err);
}

toc_code toc_fold_take(toc_fold *fold, const toc_fold_feed *feed, uint64_t index, toc_err *err)
{
    toc_intake in;
    const toc_audience *audience = &fold->views->audience;
    if (!toc_audience_enters(audience, &feed->name.circle))
        return TOC_OK;
    TOC_TRY(toc_fold_open(fold, feed, index, &in, err));
    switch (in.kind) {
    case TOC_INTAKE_RECORD:
        /* The one way into the views: what the audience may not see is not in E'. */
        return toc_audience_sees(audience, &feed->name.circle, &feed->name.org, &in.statement)
                   ? take_record(fold, feed, index, &in, err)
                   : TOC_OK;
    case TOC_INTAKE_MALFORMED: /* its marking cannot be read */
        return audience->officers ? take_malformed(fold, feed->number, index, err) : TOC_OK;
    case TOC_INTAKE_NOTHING:
        break;
    }
    return TOC_OK;
}

/* ---- out of E ---- */

static void count_out(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                      const toc_feed_id *feed, const toc_cell *cell)
{
    toc_hash hash;
    uint8_t bytes[TOC_CELL_BYTES];
    toc_claim_hash(TOC_VIEW_CLAIMS, row, stored, feed, &fold->scratch, &hash);
    toc_sum_take(&fold->state.digest, &hash);
    toc_cell_write(cell, bytes);
    toc_cell_hash(feed, row->index, TOC_SPAN_OF(bytes), &hash);
    toc_sum_take(&fold->state.digest, &hash);
    toc_opened_hash(&row->filed.record, &hash);
    toc_sum_take(&fold->state.opened, &hash);
    fold->state.entries--;
    fold->records++;
}

static toc_code drop_row(toc_fold *fold, const toc_claim_row *row, const toc_number_row *stored,
                         const toc_statement *statement, toc_err *err)
{
    const toc_view_feed *feed;
    TOC_TRY(toc_view_feed_of(&fold->view, row->feed, &feed, err));
    toc_cell cell = toc_cell_of(statement, &row->filed.claim);
    count_out(fold, row, stored, &feed->id, &cell);
    toc_key key;
    toc_number_key(&key, row->feed, row->index);
    TOC_TRY(toc_table_delete(fold->view.txn, TOC_VIEW_NUMBERS, toc_key_view(&key), err));
    TOC_TRY(toc_table_delete(fold->view.txn, TOC_VIEW_CLAIMS, row->filed.key, err));
    toc_batch_cell none = {.feed = row->feed, .index = row->index};
    return toc_cells_put(fold, &none, 1, err);
}

static toc_code leave_part(toc_fold *fold, const toc_claim_row *row, const toc_statement *statement,
                           toc_err *err)
{
    if (toc_part_of(statement) == TOC_PART_NONE || row->needed > 0)
        return TOC_OK;
    if (toc_view_waits(&fold->view, row->issued_at)) {
        toc_key key;
        waiting_key(row, &key);
        return toc_table_delete(fold->view.txn, TOC_VIEW_WAITING, toc_key_view(&key), err);
    }
    if (toc_part_of(statement) == TOC_PART_NOTICE)
        return toc_fold_notice(fold, row->filed.subject, &row->filed.claim, err);
    toc_report *report;
    TOC_TRY(toc_fold_report(fold, &row->filed.claim, &report, err));
    report->judge = true;
    if (row->kind != TOC_RECORD_MEMBERS)
        return TOC_OK;
    TOC_TRY(list_ops(fold, row, &statement->as.members, report, err));
    TOC_TRY(toc_members_apply(fold, fold->batch.ops.at, fold->batch.ops.count, true, err));
    fold->batch.ops.count = 0;
    return TOC_OK;
}

/* The row as found lies in the map, and what is written would move it. */
static toc_code copy_row(toc_claim_row *row, toc_number_row *stored, toc_buf *storage, toc_err *err)
{
    size_t key_bytes = row->filed.key.size;
    toc_buf_add_span(storage, row->filed.key);
    toc_buf_add(storage, stored->salt, TOC_SALT_BYTES);
    toc_buf_add_span(storage, stored->record);
    TOC_TRY(toc_buf_ok(storage, err));
    row->filed.key = toc_span_of(storage->data, key_bytes);
    row->filed.subject = toc_span_of(storage->data, row->filed.subject.size);
    stored->salt = storage->data + key_bytes;
    stored->record = toc_span_of(stored->salt + TOC_SALT_BYTES, stored->record.size);
    return TOC_OK;
}

/* What is not in E, and yet has a number. */
static toc_code leave_other(toc_fold *fold, uint32_t feed, uint64_t index, toc_err *err)
{
    toc_key key;
    toc_number_row number;
    toc_code code = toc_view_number(&fold->view, feed, index, &number, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (number.disputed)
        return toc_fold_undispute(fold, feed, index, &number, err);
    toc_number_key(&key, feed, index);
    fold->state.malformed--;
    return toc_table_delete(fold->view.txn, TOC_VIEW_NUMBERS, toc_key_view(&key), err);
}

/* Its log entry is not read: the body may be gone by now. */
static toc_code leave(toc_fold *fold, uint32_t feed, uint64_t index, bool disputed, toc_err *err)
{
    TOC_TRY(toc_batch_flush(fold, err));
    TOC_AUTO(toc_buf_wipe) toc_buf storage = {0};
    toc_claim_row row;
    toc_span record;
    toc_code code = toc_view_row_at(&fold->view, feed, index, &row, &record, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? leave_other(fold, feed, index, err) : code;
    toc_statement statement;
    toc_number_row stored;
    TOC_TRY(toc_view_stored(&fold->view, &row, &stored, err));
    TOC_TRY(copy_row(&row, &stored, &storage, err));
    toc_arena_reset(fold->arena);
    TOC_TRY(toc_record_decode(stored.record, fold->arena, &statement, err));
    TOC_TRY(drop_row(fold, &row, &stored, &statement, err));
    TOC_TRY(toc_mentions_turn(fold, &row, &statement, true, err));
    TOC_TRY(toc_rests_mark(fold, &row, err));
    TOC_TRY(leave_part(fold, &row, &statement, err));
    const toc_view_feed *of;
    if (!disputed)
        return TOC_OK;
    TOC_TRY(toc_view_feed_of(&fold->view, feed, &of, err));
    return toc_fold_dispute(fold, &row, &stored, &of->id, err);
}

toc_code toc_fold_leave(toc_fold *fold, uint32_t feed, uint64_t index, toc_err *err)
{
    return leave(fold, feed, index, false, err);
}

toc_code toc_fold_move(toc_fold *fold, uint32_t feed, uint64_t index, toc_err *err)
{
    return leave(fold, feed, index, true, err);
}

/* ---- ticks ---- */

/* Moves `limit` down so that at most TICK_EVENTS_MAX rows of the table fall due until then; the
 * first minute that has any is taken whole. */
static toc_code bound_tick(toc_fold *fold, toc_view_table table, uint64_t *limit, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, table, &cursor, err));
    toc_row row;
    uint64_t first_minute = 0;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (size_t count = 0; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        uint64_t due = toc_get_u64(row.key.data);
        uint64_t minute = (due + MINUTE_MS - 1) / MINUTE_MS * MINUTE_MS;
        if (due > *limit)
            return TOC_OK;
        if (minute <= fold->view.horizon.unix_ms)
            continue; /* of an earlier tick of this transaction */
        if (first_minute == 0)
            first_minute = minute;
        if (++count > TICK_EVENTS_MAX && minute > first_minute) {
            *limit = minute - MINUTE_MS;
            return TOC_OK;
        }
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code enter_waiting(toc_fold *fold, const toc_row *row, toc_err *err)
{
    if (row->key.size != 20)
        return toc_table_lies(fold->view.txn, TOC_VIEW_WAITING, row->key, "no waiting record", err);
    toc_claim_row claim_row;
    toc_span record;
    TOC_TRY(toc_view_row_at(&fold->view, toc_get_u32(row->key.data + 8),
                            toc_get_u64(row->key.data + 12), &claim_row, &record, err));
    toc_statement statement;
    toc_arena_reset(fold->arena);
    TOC_TRY(toc_record_decode(record, fold->arena, &statement, err));
    return enter(fold, &claim_row, &statement, err);
}

static toc_code end_waiting(toc_fold *fold, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_WAITING, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK && toc_get_u64(row.key.data) <= fold->view.horizon.unix_ms;
         code = toc_cursor_next(cursor, &row, err)) {
        TOC_TRY(enter_waiting(fold, &row, err));
        TOC_TRY(toc_cursor_delete(cursor, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code judge_expired(toc_fold *fold, const toc_row *row, toc_err *err)
{
    toc_claim_id id;
    toc_report *report;
    size_t size = row->key.size;
    if (size < 40)
        return toc_table_lies(fold->view.txn, TOC_VIEW_EXPIRIES, row->key, "no expiry", err);
    memcpy(id.bytes, row->key.data + size - sizeof id, sizeof id);
    if (size > 40)
        return toc_fold_notice(fold, toc_span_of(row->key.data + 8, size - 40), &id, err);
    TOC_TRY(toc_fold_report(fold, &id, &report, err));
    report->judge = true;
    return TOC_OK;
}

/* The rows go when the reports and the notices are written. */
static toc_code end_expired(toc_fold *fold, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_EXPIRIES, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK && toc_get_u64(row.key.data) <= fold->view.horizon.unix_ms;
         code = toc_cursor_next(cursor, &row, err)) {
        TOC_TRY(judge_expired(fold, &row, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_fold_tick(toc_fold *fold, toc_time tick, bool *out_arrived, toc_err *err)
{
    uint64_t limit = tick.unix_ms / MINUTE_MS * MINUTE_MS, target = limit;
    *out_arrived = true;
    if (limit <= fold->view.horizon.unix_ms)
        return TOC_OK; /* the horizon never goes back */
    TOC_TRY(toc_batch_flush(fold, err));
    TOC_TRY(bound_tick(fold, TOC_VIEW_WAITING, &limit, err));
    TOC_TRY(bound_tick(fold, TOC_VIEW_EXPIRIES, &limit, err));
    fold->view.horizon.unix_ms = fold->state.horizon.unix_ms = limit;
    *out_arrived = limit == target;
    TOC_TRY(end_waiting(fold, err));
    TOC_TRY(end_expired(fold, err));
    return toc_batch_flush(fold, err);
}
