/* Who names whom, kept up: `incidence`, and `connectors` with `joints` for what is shared. */
#include "store/view/fold.h"

/* ---- connectors and joints: one pair, both ways round ---- */

typedef struct pair_keys {
    toc_key connector, joint;
} pair_keys;

static void keys_of(toc_span vertex, const toc_claim_id *report, pair_keys *out)
{
    toc_key_clear(&out->connector);
    toc_key_add(&out->connector, report->bytes, sizeof report->bytes);
    toc_key_add_span(&out->connector, vertex);
    toc_key_clear(&out->joint);
    toc_key_add_span(&out->joint, vertex);
    toc_key_add(&out->joint, report->bytes, sizeof report->bytes);
}

static toc_code joint_get(toc_fold *fold, toc_span vertex, const toc_claim_id *report,
                          uint8_t out[TOC_JOINT_BYTES], bool *out_found, toc_err *err)
{
    pair_keys keys;
    keys_of(vertex, report, &keys);
    toc_span value;
    toc_code code =
        toc_table_get(fold->view.txn, TOC_VIEW_JOINTS, toc_key_view(&keys.joint), &value, err);
    *out_found = code == TOC_OK;
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    TOC_TRY(code);
    if (value.size != TOC_JOINT_BYTES)
        return toc_table_lies(fold->view.txn, TOC_VIEW_JOINTS, toc_key_view(&keys.joint),
                              "no joint", err);
    memcpy(out, value.data, TOC_JOINT_BYTES);
    return TOC_OK;
}

static toc_code pair_put(toc_fold *fold, toc_span vertex, const toc_claim_id *report,
                         const toc_decider *decider, toc_err *err)
{
    pair_keys keys;
    keys_of(vertex, report, &keys);
    uint8_t value[TOC_JOINT_BYTES];
    toc_joint_write(decider, value);
    TOC_TRY(
        toc_fold_put(fold, TOC_VIEW_JOINTS, toc_key_view(&keys.joint), TOC_SPAN_OF(value), err));
    return toc_table_put(fold->view.txn, TOC_VIEW_CONNECTORS, toc_key_view(&keys.connector),
                         TOC_SPAN_OF(value), err);
}

static toc_code pair_drop(toc_fold *fold, toc_span vertex, const toc_claim_id *report,
                          const uint8_t value[TOC_JOINT_BYTES], toc_err *err)
{
    pair_keys keys;
    keys_of(vertex, report, &keys);
    TOC_TRY(toc_fold_drop(fold, TOC_VIEW_JOINTS, toc_key_view(&keys.joint),
                          toc_span_of(value, TOC_JOINT_BYTES), err));
    return toc_table_delete(fold->view.txn, TOC_VIEW_CONNECTORS, toc_key_view(&keys.connector),
                            err);
}

/* The report names the vertex for the first time: is it shared by that? What is covered is listed
 * even when one report alone names it, so that going through a report meets what is to be stripped.
 */
static toc_code pair_begin(toc_fold *fold, toc_span vertex, const toc_report *report,
                           const toc_decider *decider, toc_err *err)
{
    toc_claim_id other;
    uint8_t cover;
    toc_code code = toc_view_other(&fold->view, vertex, &report->id, &other, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_NOT_FOUND) {
        TOC_TRY(toc_view_cover(&fold->view, vertex, &cover, err));
        return cover == 0 ? TOC_OK : pair_put(fold, vertex, &report->id, decider, err);
    }
    uint8_t unused[TOC_JOINT_BYTES];
    bool shared_before;
    TOC_TRY(joint_get(fold, vertex, &other, unused, &shared_before, err));
    if (!shared_before) {
        toc_decider others;
        TOC_TRY(toc_view_decider(&fold->view, vertex, &other, &others, err));
        TOC_TRY(pair_put(fold, vertex, &other, &others, err));
    }
    return pair_put(fold, vertex, &report->id, decider, err);
}

static toc_code pair_change(toc_fold *fold, toc_span vertex, const toc_report *report,
                            const toc_decider *decider, toc_err *err)
{
    uint8_t before[TOC_JOINT_BYTES], after[TOC_JOINT_BYTES];
    bool shared;
    TOC_TRY(joint_get(fold, vertex, &report->id, before, &shared, err));
    toc_joint_write(decider, after);
    if (!shared || memcmp(before, after, sizeof after) == 0)
        return TOC_OK;
    TOC_TRY(pair_drop(fold, vertex, &report->id, before, err));
    return pair_put(fold, vertex, &report->id, decider, err);
}

/* Every report that a vertex is shared by is looked at again: what it shared leaves no trace. */
static toc_code seed_neighbours(toc_fold *fold, toc_span vertex, toc_joint *out_last,
                                size_t *out_count, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_JOINTS, &cursor, err));
    *out_count = 0;
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex);
         code = toc_cursor_next(cursor, &row, err)) {
        TOC_TRY(toc_joint_read(fold->view.txn, &row, vertex, out_last, err));
        toc_report *report;
        TOC_TRY(toc_fold_report(fold, &out_last->report, &report, err));
        report->seeded = true;
        (*out_count)++;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* Who stays alone with a vertex shares nothing. */
static toc_code pair_end_alone(toc_fold *fold, toc_span vertex, toc_err *err)
{
    toc_joint last;
    size_t left;
    uint8_t value[TOC_JOINT_BYTES];
    TOC_TRY(seed_neighbours(fold, vertex, &last, &left, err));
    if (left != 1)
        return TOC_OK;
    toc_joint_write(&last.decider, value);
    return pair_drop(fold, vertex, &last.report, value, err);
}

/* The report does not name the vertex any more. */
static toc_code pair_end(toc_fold *fold, toc_span vertex, const toc_report *report, toc_err *err)
{
    uint8_t value[TOC_JOINT_BYTES];
    bool shared;
    TOC_TRY(joint_get(fold, vertex, &report->id, value, &shared, err));
    if (!shared)
        return TOC_OK;
    TOC_TRY(pair_drop(fold, vertex, &report->id, value, err));
    uint8_t cover;
    toc_joint unused;
    size_t left;
    TOC_TRY(toc_view_cover(&fold->view, vertex, &cover, err));
    return cover == 0 ? pair_end_alone(fold, vertex, err)
                      : seed_neighbours(fold, vertex, &unused, &left, err);
}

/* ---- what is covered ---- */

/* A vertex that no pair stands for is named by one report at most. */
static toc_code begin_alone(toc_fold *fold, toc_span vertex, toc_err *err)
{
    toc_claim_id id;
    toc_report *report;
    toc_decider decider;
    toc_code code = toc_view_other(&fold->view, vertex, NULL, &id, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    TOC_TRY(toc_fold_report(fold, &id, &report, err));
    report->seeded = true;
    TOC_TRY(toc_view_decider(&fold->view, vertex, &id, &decider, err));
    return pair_put(fold, vertex, &id, &decider, err);
}

/* What is no member of a floor's making any more may lie below it, and nothing tells. */
static toc_code forget_floors(toc_fold *fold, toc_span vertex, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_JOINTS, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_joint joint = {0};
        toc_report *report;
        TOC_TRY(toc_joint_read(fold->view.txn, &row, vertex, &joint, err));
        TOC_TRY(toc_fold_report(fold, &joint.report, &report, err));
        report->now.floor.size = 0;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_members_cover(toc_fold *fold, toc_span vertex, bool strips, toc_err *err)
{
    toc_joint unused;
    size_t named;
    if (!strips) {
        TOC_TRY(forget_floors(fold, vertex, err));
        return pair_end_alone(fold, vertex, err);
    }
    TOC_TRY(seed_neighbours(fold, vertex, &unused, &named, err));
    return named > 0 ? TOC_OK : begin_alone(fold, vertex, err);
}

/* ---- incidence ---- */

/* Of a record that names one wallet several times the last counts. */
static bool is_last_of_subject(const toc_member_op *ops, size_t at, size_t count)
{
    for (size_t i = at + 1; i < count && toc_record_id_equal(&ops[i].record, &ops[at].record);
         i++) {
        if (toc_span_equal(toc_subject_view(&ops[i].subject), toc_subject_view(&ops[at].subject)))
            return false;
    }
    return true;
}

static toc_code put_op(toc_fold *fold, const toc_member_op *op, bool removing, toc_err *err)
{
    toc_key key;
    toc_filed_key(&key, toc_subject_view(&op->subject), &op->report->id, op->revision, &op->record);
    uint8_t value[TOC_INCIDENCE_BYTES] = {op->add ? 1 : 0};
    toc_put_u16(value + 1, op->position);
    if (removing)
        return toc_fold_drop(fold, TOC_VIEW_INCIDENCE, toc_key_view(&key), TOC_SPAN_OF(value), err);
    toc_hash hash;
    toc_row_hash(TOC_VIEW_INCIDENCE, toc_key_view(&key), TOC_SPAN_OF(value), &fold->scratch, &hash);
    toc_sum_add(&fold->state.digest, &hash);
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_INCIDENCE, &cursor, err));
    return toc_cursor_put(cursor, toc_key_view(&key), TOC_SPAN_OF(value), err);
}

/* The last op is the newest of those put in. */
static toc_code decide_after(toc_fold *fold, const toc_member_op *last, const toc_decider *before,
                             bool removing, toc_decider *out, toc_err *err)
{
    if (removing)
        return toc_view_decider(&fold->view, toc_subject_vertex(&last->subject), &last->report->id,
                                out, err);
    toc_decider newest = {.found = true,
                          .add = last->add,
                          .revision = last->revision,
                          .position = last->position,
                          .record = last->record};
    *out = toc_decider_newer(&newest, before) ? newest : *before;
    return TOC_OK;
}

/* All ops of one report on one vertex, in order. */
static toc_code apply_group(toc_fold *fold, const toc_member_op *ops, size_t count, bool removing,
                            toc_err *err)
{
    toc_report *report = ops[0].report;
    toc_span vertex = toc_subject_vertex(&ops[0].subject);
    toc_decider before, after;
    TOC_TRY(toc_view_decider(&fold->view, vertex, &report->id, &before, err));
    for (size_t i = 0; i < count; i++) {
        if (is_last_of_subject(ops, i, count))
            TOC_TRY(put_op(fold, &ops[i], removing, err));
    }
    TOC_TRY(decide_after(fold, &ops[count - 1], &before, removing, &after, err));
    if (!before.found)
        TOC_TRY(pair_begin(fold, vertex, report, &after, err));
    else if (!after.found)
        TOC_TRY(pair_end(fold, vertex, report, err));
    else
        TOC_TRY(pair_change(fold, vertex, report, &after, err));
    bool was = toc_decides_member(&before, report->now.ended);
    bool is = toc_decides_member(&after, report->now.ended);
    if (is && !was)
        toc_report_gain(report, vertex);
    if (was && !is)
        toc_report_lose(report, vertex);
    return TOC_OK;
}

static int compare_ops(const void *left_op, const void *right_op)
{
    const toc_member_op *left = left_op, *right = right_op;
    int order =
        toc_span_compare(toc_subject_vertex(&left->subject), toc_subject_vertex(&right->subject));
    if (order == 0)
        order = memcmp(left->report->id.bytes, right->report->id.bytes, 32);
    if (order == 0 && left->revision != right->revision)
        order = left->revision < right->revision ? -1 : 1;
    if (order == 0)
        order = memcmp(left->record.bytes, right->record.bytes, 32);
    if (order == 0)
        order = left->position < right->position ? -1 : left->position > right->position;
    return order;
}

toc_code toc_members_apply(toc_fold *fold, toc_member_op *ops, size_t count, bool removing,
                           toc_err *err)
{
    if (count > 1)
        qsort(ops, count, sizeof *ops, compare_ops);
    for (size_t i = 0, next; i < count; i = next) {
        toc_span vertex = toc_subject_vertex(&ops[i].subject);
        for (next = i + 1; next < count && ops[next].report == ops[i].report &&
                           toc_span_equal(toc_subject_vertex(&ops[next].subject), vertex);
             next++)
            ;
        TOC_TRY(apply_group(fold, ops + i, next - i, removing, err));
    }
    return TOC_OK;
}
