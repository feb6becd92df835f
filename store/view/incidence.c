/* Reading who names whom: `incidence` and `joints`. */
#include "store/view/gather.h"

static toc_code read_op(const toc_txn *txn, const toc_row *row, const toc_filed *filed,
                        toc_decider *out, toc_err *err)
{
    if (row->value.size != TOC_INCIDENCE_BYTES || row->value.data[0] > 1)
        return toc_table_lies(txn, TOC_VIEW_INCIDENCE, row->key, "no op", err);
    *out = (toc_decider){.found = true,
                         .add = row->value.data[0] == 1,
                         .revision = filed->revision,
                         .position = toc_get_u16(row->value.data + 1),
                         .record = filed->record};
    return TOC_OK;
}

bool toc_decider_newer(const toc_decider *left, const toc_decider *right)
{
    if (!right->found || left->revision != right->revision)
        return !right->found || left->revision > right->revision;
    int order = memcmp(left->record.bytes, right->record.bytes, sizeof left->record.bytes);
    return order != 0 ? order > 0 : left->position > right->position;
}

static toc_code last_below(toc_cursor *cursor, toc_span key, toc_row *out, toc_err *err)
{
    toc_code code = toc_cursor_seek(cursor, key, out, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    return toc_cursor_prev(cursor, out, err);
}

/* The newest op of one report on one wallet. */
static toc_code decide_subject(toc_view *view, toc_cursor *cursor, toc_span subject,
                               const toc_claim_id *report, toc_decider *best, toc_err *err)
{
    toc_key bound;
    toc_filed_end(&bound, subject, report);
    toc_row row;
    toc_code code = last_below(cursor, toc_key_view(&bound), &row, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    if (!toc_span_begins(row.key, toc_span_of(bound.bytes, subject.size + 32)))
        return TOC_OK;
    toc_filed filed;
    if (!toc_filed_read(row.key, &filed))
        return toc_table_lies(view->txn, TOC_VIEW_INCIDENCE, row.key, "no key", err);
    toc_decider found = {0};
    TOC_TRY(read_op(view->txn, &row, &filed, &found, err));
    if (toc_decider_newer(&found, best))
        *best = found;
    return TOC_OK;
}

/* To the first row of a wallet after `subject`. */
static toc_code next_subject(toc_cursor *cursor, toc_span subject, toc_row *out, toc_err *err)
{
    toc_key bound;
    toc_key_clear(&bound);
    toc_key_add_span(&bound, subject);
    memset(toc_key_extend(&bound, TOC_FILED_TAIL_BYTES), 0xFF, TOC_FILED_TAIL_BYTES);
    return toc_cursor_seek(cursor, toc_key_view(&bound), out, err);
}

toc_code toc_view_decider(toc_view *view, toc_span vertex, const toc_claim_id *report,
                          toc_decider *out, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_INCIDENCE, &cursor, err));
    *out = (toc_decider){0};
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    while (code == TOC_OK && toc_span_begins(row.key, vertex)) {
        uint8_t subject[TOC_SUBJECT_BYTES_MAX];
        size_t size = toc_subject_size_at(row.key);
        if (size == 0)
            return toc_table_lies(view->txn, TOC_VIEW_INCIDENCE, row.key, "no subject", err);
        memcpy(subject, row.key.data, size);
        TOC_TRY(decide_subject(view, cursor, toc_span_of(subject, size), report, out, err));
        if (size == vertex.size)
            return TOC_OK; /* a vertex that is one wallet */
        code = next_subject(cursor, toc_span_of(subject, size), &row, err);
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_view_other(toc_view *view, toc_span vertex, const toc_claim_id *report,
                        toc_claim_id *out, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_INCIDENCE, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    while (code == TOC_OK && toc_span_begins(row.key, vertex)) {
        toc_filed filed;
        if (!toc_filed_read(row.key, &filed))
            return toc_table_lies(view->txn, TOC_VIEW_INCIDENCE, row.key, "no key", err);
        if (report == NULL || !toc_claim_id_equal(&filed.claim, report)) {
            *out = filed.claim;
            return TOC_OK;
        }
        toc_key bound;
        toc_filed_end(&bound, filed.subject, report);
        code = toc_cursor_seek(cursor, toc_key_view(&bound), &row, err);
    }
    return code == TOC_OK ? toc_fail(err, TOC_NOT_FOUND, "no other report") : code;
}

/* ---- joints ---- */

toc_code toc_joint_read(const toc_txn *txn, const toc_row *row, toc_span vertex, toc_joint *out,
                        toc_err *err)
{
    if (row->key.size != vertex.size + 32 || row->value.size != TOC_JOINT_BYTES ||
        row->value.data[0] > 1)
        return toc_table_lies(txn, TOC_VIEW_JOINTS, row->key, "no joint", err);
    memcpy(out->report.bytes, row->key.data + vertex.size, 32);
    out->decider = (toc_decider){.found = true,
                                 .add = row->value.data[0] == 1,
                                 .revision = toc_get_u64(row->value.data + 1)};
    return TOC_OK;
}

static toc_code live_member(toc_view *view, const toc_claim_id *report, const toc_decider *decider,
                            bool *out, toc_err *err)
{
    toc_report_row row;
    bool found;
    TOC_TRY(toc_view_report(view, report, &row, &found, err));
    *out = row.live && toc_decides_member(decider, row.ended);
    return TOC_OK;
}

/* A vertex without joints is named by one report at most. */
static toc_code only_report(toc_view *view, toc_span vertex, toc_claim_id *out, size_t *out_count,
                            toc_err *err)
{
    toc_claim_id report;
    toc_code code = toc_view_other(view, vertex, NULL, &report, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    toc_decider decider = {0};
    TOC_TRY(toc_view_decider(view, vertex, &report, &decider, err));
    bool member;
    TOC_TRY(live_member(view, &report, &decider, &member, err));
    if (member)
        out[(*out_count)++] = report;
    return TOC_OK;
}

toc_code toc_view_live_reports(toc_view *view, toc_span vertex, toc_claim_id *out, size_t max,
                               size_t *out_count, toc_err *err)
{
    *out_count = 0;
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_JOINTS, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    if (code == TOC_NOT_FOUND || (code == TOC_OK && !toc_span_begins(row.key, vertex)))
        return max == 0 ? TOC_OK : only_report(view, vertex, out, out_count, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex) && *out_count < max;
         code = toc_cursor_next(cursor, &row, err)) {
        toc_joint joint = {0};
        TOC_TRY(toc_joint_read(view->txn, &row, vertex, &joint, err));
        bool member;
        TOC_TRY(live_member(view, &joint.report, &joint.decider, &member, err));
        if (member)
            out[(*out_count)++] = joint.report;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- the members of one report ---- */

enum { WALK_MEMBERS_MAX = 2048 }; /* of a report: fewer are found faster by its own records */

typedef struct member_walk {
    toc_view *view;
    toc_arena *arena;
    const toc_report *report;
    const toc_vertex *skipped;
    size_t skipped_count;
    toc_span after;
    uint64_t count;
    toc_vertex least;
    bool counting;
} member_walk;

static bool is_skipped(const member_walk *walk, toc_span vertex)
{
    size_t low = 0, high = walk->skipped_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = toc_span_compare(toc_vertex_view(&walk->skipped[middle]), vertex);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static bool may_be_least(const member_walk *walk, toc_span vertex)
{
    return toc_vertex_below(vertex, &walk->least) && toc_span_compare(vertex, walk->after) > 0 &&
           !is_skipped(walk, vertex);
}

/* One op of one members record of the report: each member is counted at the op that decides on it.
 */
static toc_code walk_op(member_walk *walk, const toc_claim_row *row, const toc_member *member,
                        size_t position, toc_err *err)
{
    toc_span vertex = toc_subject_vertex(&member->wallet.subject);
    if (member->remove || (!walk->counting && !may_be_least(walk, vertex)))
        return TOC_OK;
    toc_decider decider;
    TOC_TRY(toc_view_decider(walk->view, vertex, &walk->report->id, &decider, err));
    bool decides = decider.found && decider.add && decider.position == position &&
                   decider.revision == row->filed.revision &&
                   toc_record_id_equal(&decider.record, &row->filed.record);
    if (!decides)
        return TOC_OK;
    walk->count++;
    if (may_be_least(walk, vertex))
        walk->least = toc_vertex_copy(vertex);
    return TOC_OK;
}

static toc_code walk_record(member_walk *walk, const toc_claim_row *row, toc_err *err)
{
    if (row->kind != TOC_RECORD_MEMBERS || row->filed.revision <= walk->report->now.ended ||
        toc_view_mute(walk->view, row))
        return TOC_OK;
    toc_statement statement;
    toc_span record;
    TOC_TRY(toc_view_record(walk->view, row, &record, err));
    toc_arena_reset(walk->arena);
    TOC_TRY(toc_record_decode(record, walk->arena, &statement, err));
    const toc_members_body *body = &statement.as.members;
    for (size_t i = 0; i < body->count; i++)
        TOC_TRY(walk_op(walk, row, &body->members[i], i, err));
    return TOC_OK;
}

/* Through the report's own records: nothing but what is above every retraction can be a member. */
static toc_code walk_records(member_walk *walk, toc_err *err)
{
    toc_subject subject = toc_report_subject(&walk->report->id);
    toc_key from;
    toc_key_clear(&from);
    toc_key_add_span(&from, toc_subject_view(&subject));
    toc_key_add(&from, walk->report->id.bytes, 32);
    toc_span prefix = toc_span_of(from.bytes, from.size);
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(walk->view, TOC_VIEW_CLAIMS, &cursor, err));
    toc_row row;
    toc_key_add_u64(&from, walk->report->now.ended);
    toc_code code = toc_cursor_seek(cursor, toc_key_view(&from), &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim_row;
        TOC_TRY(toc_claim_row_read(walk->view->txn, &row, &claim_row, err));
        TOC_TRY(walk_record(walk, &claim_row, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* Through `incidence` in order: a large report is met soon. */
static toc_code walk_incidence(member_walk *walk, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(walk->view->txn, TOC_VIEW_INCIDENCE, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = walk->after.size == 0 ? toc_cursor_first(cursor, &row, err)
                                          : toc_cursor_seek(cursor, walk->after, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        toc_filed filed;
        if (!toc_filed_read(row.key, &filed))
            return toc_table_lies(walk->view->txn, TOC_VIEW_INCIDENCE, row.key, "no key", err);
        toc_span vertex = toc_span_of(row.key.data, toc_vertex_size(filed.subject));
        if (!toc_claim_id_equal(&filed.claim, &walk->report->id) || !may_be_least(walk, vertex))
            continue;
        toc_decider decider;
        TOC_TRY(toc_view_decider(walk->view, vertex, &walk->report->id, &decider, err));
        if (toc_decides_member(&decider, walk->report->now.ended)) {
            walk->least = toc_vertex_copy(vertex);
            return TOC_OK;
        }
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_report_least(toc_view *view, toc_arena *arena, const toc_report *report,
                          toc_span after, const toc_vertex *skipped, size_t skipped_count,
                          toc_vertex *out, toc_err *err)
{
    member_walk walk = {.view = view,
                        .arena = arena,
                        .report = report,
                        .skipped = skipped,
                        .skipped_count = skipped_count,
                        .after = after};
    if (report->now.members > WALK_MEMBERS_MAX)
        TOC_TRY(walk_incidence(&walk, err));
    else if (report->now.members > 0)
        TOC_TRY(walk_records(&walk, err));
    *out = walk.least;
    return TOC_OK;
}

toc_code toc_report_count(toc_view *view, toc_arena *arena, const toc_report *report,
                          uint64_t *out_count, toc_vertex *out_least, toc_err *err)
{
    member_walk walk = {.view = view, .arena = arena, .report = report, .counting = true};
    TOC_TRY(walk_records(&walk, err));
    *out_count = walk.count;
    *out_least = walk.least;
    return TOC_OK;
}
