/* Reading who names whom: `incidence` and `joints`. */
#include "store/view/view.h"

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
