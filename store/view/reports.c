#include "store/view/fold.h"

#include "proto/rules/terms.h"

toc_code toc_fold_report(toc_fold *fold, const toc_claim_id *id, toc_report **out, toc_err *err)
{
    return toc_reports_find(&fold->reports, id, out, err);
}

/* ---- members come and go ---- */

/* A lost smallest member stays in place as the mark from which the next one is looked for. */
void toc_report_gain(toc_report *report, toc_span vertex)
{
    report->changed = true;
    report->now.members++;
    if (toc_vertex_below(vertex, &report->now.low))
        report->now.low = toc_vertex_copy(vertex);
    if (toc_span_equal(vertex, toc_vertex_view(&report->now.low)))
        report->low_lost = false;
    if (report->now.floor.size > 0 && toc_vertex_below(vertex, &report->now.floor))
        report->now.floor = toc_vertex_copy(vertex);
}

void toc_report_lose(toc_report *report, toc_span vertex)
{
    report->changed = true;
    TOC_ASSERT(report->now.members > 0);
    report->now.members--;
    if (toc_span_equal(vertex, toc_vertex_view(&report->now.low)))
        report->low_lost = true;
    if (toc_span_equal(vertex, toc_vertex_view(&report->now.floor)))
        report->now.floor.size = 0;
}

/* ---- judging (RULES §3, §6) ---- */

static bool joins(const toc_statement *head)
{
    const toc_term *type = toc_term_by_id(TOC_TERMS_ENTITY_TYPE, head->as.cluster.entity_type);
    return head->confidence >= TOC_CLUSTER_CONFIDENCE_MIN && (type == NULL || !type->service) &&
           head->root_count > 0;
}

/* Of a live head that joins, whatever it rests on. */
static toc_code take_root(toc_fold *fold, const toc_claim_row *head, const toc_statement *statement,
                          toc_report_row *now, toc_err *err)
{
    now->live = true;
    now->inputs = toc_span_equal(statement->as.cluster.method, toc_span_text("multi-input"));
    if (statement->source.ground == TOC_GROUND_DERIVED)
        return TOC_OK;
    toc_root root = statement->roots[0];
    if (root.size > TOC_REPORT_ROOT_BYTES_MAX)
        return toc_table_lies(fold->view.txn, TOC_VIEW_CLAIMS, head->filed.key, "too long a root",
                              err);
    now->root_size = (uint8_t)root.size;
    memcpy(now->root, root.data, root.size);
    return TOC_OK;
}

static toc_code judge_live(toc_fold *fold, toc_report *report, const toc_claim_row *head,
                           toc_err *err)
{
    toc_report_row *now = &report->now;
    toc_key dependent;
    toc_statement statement;
    toc_span record;
    toc_standing standing;
    bool other_roots;
    TOC_TRY(toc_view_record(&fold->view, head, &record, err));
    toc_arena_reset(fold->arena);
    TOC_TRY(toc_record_decode(record, fold->arena, &statement, err));
    TOC_TRY(toc_view_standing(&fold->view, &statement, fold->arena, &standing, err));
    now->expires = head->valid_until;
    if (standing.changes.unix_ms != 0 &&
        (now->expires.unix_ms == 0 || standing.changes.unix_ms < now->expires.unix_ms))
        now->expires = standing.changes;
    if (joins(&statement) && toc_stands(&standing))
        TOC_TRY(take_root(fold, head, &statement, now, err));
    toc_dependent_report(&dependent, &report->id);
    TOC_TRY(
        toc_rest_write(fold, toc_key_view(&dependent), &statement, &standing, &other_roots, err));
    report->changed = report->changed || other_roots;
    return TOC_OK;
}

/* `head` NULL: there is none. */
static toc_code judge_head(toc_fold *fold, toc_report *report, const toc_claim_row *head,
                           toc_err *err)
{
    toc_report_row *now = &report->now;
    now->live = now->inputs = false;
    now->root_size = 0;
    now->expires.unix_ms = 0;
    if (head != NULL && toc_view_head_live(&fold->view, head))
        return judge_live(fold, report, head, err);
    toc_key dependent;
    bool unused;
    toc_dependent_report(&dependent, &report->id);
    return toc_rest_write(fold, toc_key_view(&dependent), NULL, NULL, &unused, err);
}

/* Memberships that a retraction ended, or that one which is gone had ended. */
static toc_code recount(toc_fold *fold, toc_report *report, const toc_claim_scan *scan,
                        toc_err *err)
{
    report->changed = true;
    report->low_lost = false;
    report->now.members = 0;
    report->now.low.size = report->now.floor.size = 0;
    if (scan->members_revision <= scan->ended)
        return TOC_OK;
    return toc_report_count(&fold->view, fold->arena, report, &report->now.members,
                            &report->now.low, err);
}

static toc_code judge(toc_fold *fold, toc_report *report, toc_err *err)
{
    toc_subject subject = toc_report_subject(&report->id);
    toc_report_row *now = &report->now;
    toc_claim_scan scan;
    TOC_TRY(toc_view_scan(&fold->view, toc_subject_view(&subject), &report->id, &scan, err));
    report->exists = scan.exists;
    bool ended_moved = now->ended != scan.ended;
    now->ended = scan.ended;
    TOC_TRY(judge_head(fold, report, scan.has_head ? &scan.head : NULL, err));
    if (ended_moved)
        TOC_TRY(recount(fold, report, &scan, err));
    if (now->live != report->old.live || now->inputs != report->old.inputs ||
        now->root_size != report->old.root_size ||
        memcmp(now->root, report->old.root, now->root_size) != 0)
        report->changed = true;
    return TOC_OK;
}

/* Whoever was lost is the mark; a report without members has none. */
static toc_code find_low(toc_fold *fold, toc_report *report, toc_err *err)
{
    toc_vertex lost = report->now.low;
    report->low_lost = false;
    return toc_report_least(&fold->view, fold->arena, report, toc_vertex_view(&lost), NULL, 0,
                            &report->now.low, err);
}

toc_code toc_reports_judge(toc_fold *fold, toc_err *err)
{
    for (size_t i = 0; i < fold->reports.list.count; i++) {
        toc_report *report = fold->reports.list.at[i];
        if (report->judge)
            TOC_TRY(judge(fold, report, err));
        report->judge = false;
        if (report->low_lost)
            TOC_TRY(find_low(fold, report, err));
    }
    return TOC_OK;
}

/* ---- writing ---- */

static toc_code expiry_key(const toc_report *report, toc_time expires, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add_u64(out, expires.unix_ms);
    toc_key_add(out, report->id.bytes, 32);
    return TOC_OK;
}

static toc_code write_expiry(toc_fold *fold, const toc_report *report, toc_err *err)
{
    toc_time before = report->old.expires, after = report->now.expires;
    toc_key key;
    if (before.unix_ms == after.unix_ms)
        return TOC_OK;
    if (before.unix_ms != 0) {
        TOC_TRY(expiry_key(report, before, &key));
        TOC_TRY(toc_table_delete(fold->view.txn, TOC_VIEW_EXPIRIES, toc_key_view(&key), err));
    }
    if (after.unix_ms == 0)
        return TOC_OK;
    TOC_TRY(expiry_key(report, after, &key));
    return toc_table_put(fold->view.txn, TOC_VIEW_EXPIRIES, toc_key_view(&key), (toc_span){0}, err);
}

static toc_code write_report(toc_fold *fold, toc_report *report, toc_err *err)
{
    uint8_t before[TOC_REPORT_BYTES_MAX], after[TOC_REPORT_BYTES_MAX];
    if (!report->now.live)
        report->now.floor.size = 0;
    if (!report->exists)
        report->now = (toc_report_row){0};
    size_t before_size = toc_report_write(&report->old, before);
    size_t after_size = toc_report_write(&report->now, after);
    if (report->stored == report->exists && before_size == after_size &&
        memcmp(before, after, after_size) == 0)
        return TOC_OK;
    toc_span key = TOC_SPAN_OF(report->id.bytes);
    TOC_TRY(write_expiry(fold, report, err));
    if (report->stored)
        TOC_TRY(
            toc_fold_drop(fold, TOC_VIEW_COMPONENTS, key, toc_span_of(before, before_size), err));
    if (report->exists)
        TOC_TRY(toc_fold_put(fold, TOC_VIEW_COMPONENTS, key, toc_span_of(after, after_size), err));
    report->stored = report->exists;
    report->old = report->now;
    return TOC_OK;
}

toc_code toc_reports_write(toc_fold *fold, toc_err *err)
{
    for (size_t i = 0; i < fold->reports.list.count; i++)
        TOC_TRY(write_report(fold, fold->reports.list.at[i], err));
    return TOC_OK;
}
