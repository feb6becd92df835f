/* Clusters kept up: what the changed reports can influence is gathered and joined (gather.h), and
 * the rows that come out otherwise than they stand are written. */
#include "store/view/fold.h"

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory to join the clusters");
}

/* ---- writing: clusters ---- */

/* Each gathered report names the lowest report of its cluster. */
static void name_clusters(const toc_joined *join, const toc_report **lowest)
{
    const toc_join_result *result = &join->result;
    for (size_t i = 0; i < join->count; i++) {
        toc_report *report = join->reports[i];
        uint32_t component = result->component[i];
        if (lowest[component] == NULL)
            lowest[component] = report;
        report->now.clustered = result->vertex_count[component] > 0;
        report->now.cluster = report->now.clustered ? lowest[component]->id : (toc_claim_id){{0}};
    }
}

static void cluster_key(const toc_claim_id *lowest, const toc_claim_id *report, toc_key *out)
{
    toc_key_clear(out);
    toc_key_add(out, lowest->bytes, 32);
    if (report != NULL)
        toc_key_add(out, report->bytes, 32);
}

static toc_code move_report(toc_fold *fold, toc_report *report, toc_err *err)
{
    toc_report_row *old = &report->old, *now = &report->now;
    if (old->clustered == now->clustered && toc_claim_id_equal(&old->cluster, &now->cluster))
        return TOC_OK;
    toc_key key;
    if (old->clustered) {
        cluster_key(&old->cluster, &report->id, &key);
        TOC_TRY(toc_fold_drop(fold, TOC_VIEW_CLUSTERS, toc_key_view(&key), (toc_span){0}, err));
    }
    if (!now->clustered)
        return TOC_OK;
    cluster_key(&now->cluster, &report->id, &key);
    return toc_fold_put(fold, TOC_VIEW_CLUSTERS, toc_key_view(&key), (toc_span){0}, err);
}

/* Writes, replaces or removes (vertices 0) the row of a cluster. */
static toc_code write_cluster(toc_fold *fold, const toc_claim_id *lowest,
                              const toc_cluster_row *cluster, toc_err *err)
{
    uint8_t before[TOC_CLUSTER_BYTES_MAX], after[TOC_CLUSTER_BYTES_MAX];
    size_t before_size = 0;
    size_t after_size = cluster->vertices == 0 ? 0 : toc_cluster_write(cluster, after);
    toc_key key;
    cluster_key(lowest, NULL, &key);
    toc_span value;
    toc_code code =
        toc_table_get(fold->view.txn, TOC_VIEW_CLUSTERS, toc_key_view(&key), &value, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK && value.size > sizeof before)
        return toc_table_lies(fold->view.txn, TOC_VIEW_CLUSTERS, toc_key_view(&key), "no cluster",
                              err);
    if (code == TOC_OK)
        memcpy(before, value.data, before_size = value.size);
    if (before_size == after_size && memcmp(before, after, after_size) == 0)
        return TOC_OK;
    if (before_size > 0)
        TOC_TRY(toc_fold_drop(fold, TOC_VIEW_CLUSTERS, toc_key_view(&key),
                              toc_span_of(before, before_size), err));
    if (after_size == 0)
        return TOC_OK;
    return toc_fold_put(fold, TOC_VIEW_CLUSTERS, toc_key_view(&key), toc_span_of(after, after_size),
                        err);
}

/* A cluster whose lowest report left it, or is no more, is gone under that name. */
static toc_code drop_old_cluster(toc_fold *fold, const toc_report *report, toc_err *err)
{
    if (!report->old.clustered || !toc_claim_id_equal(&report->old.cluster, &report->id))
        return TOC_OK;
    if (report->now.clustered && toc_claim_id_equal(&report->now.cluster, &report->id))
        return TOC_OK; /* written anew, with what it is now */
    toc_cluster_row gone = {0};
    return write_cluster(fold, &report->id, &gone, err);
}

static toc_code write_clusters(toc_fold *fold, const toc_gathering *work, const toc_joined *join,
                               toc_err *err)
{
    uint32_t components = join->result.component_count;
    const toc_report **lowest =
        toc_arena_zalloc(join->arena, components, sizeof(const toc_report *));
    toc_cluster_row *rows = toc_arena_zalloc(join->arena, components, sizeof *rows);
    if (lowest == NULL || rows == NULL)
        return no_memory(err);
    name_clusters(join, lowest);
    for (size_t i = 0; i < join->count; i++) {
        const toc_report *report = join->reports[i];
        toc_cluster_row *row = &rows[join->result.component[i]];
        row->reports++;
        row->vertices = join->result.vertex_count[join->result.component[i]];
        if (report->now.floor.size > 0 &&
            toc_vertex_below(toc_vertex_view(&report->now.floor), &row->id))
            row->id = report->now.floor;
    }
    for (size_t i = 0; i < work->touched.count; i++) {
        TOC_TRY(move_report(fold, work->touched.at[i], err));
        TOC_TRY(drop_old_cluster(fold, work->touched.at[i], err));
    }
    for (uint32_t i = 0; i < components; i++)
        TOC_TRY(write_cluster(fold, &lowest[i]->id, &rows[i], err));
    return TOC_OK;
}

/* ---- writing: tentative pairs ---- */

typedef struct id_pair {
    toc_claim_id of, with;
} id_pair;
typedef TOC_LIST(id_pair) pair_list;

static int compare_pairs(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(id_pair));
}

static toc_code add_pair(pair_list *list, const toc_claim_id *of, const toc_claim_id *with,
                         toc_err *err)
{
    id_pair *place = TOC_LIST_ADD(list);
    if (place == NULL)
        return no_memory(err);
    *place = (id_pair){.of = *of, .with = *with};
    return TOC_OK;
}

static toc_code stored_pairs(toc_fold *fold, const toc_gathering *work, pair_list *out,
                             toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_TENTATIVE, &cursor, err));
    for (size_t i = 0; i < work->touched.count; i++) {
        toc_span prefix = TOC_SPAN_OF(work->touched.at[i]->id.bytes);
        toc_row row;
        toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
        for (; code == TOC_OK && toc_span_begins(row.key, prefix);
             code = toc_cursor_next(cursor, &row, err)) {
            id_pair found;
            if (row.key.size != sizeof found)
                return toc_table_lies(fold->view.txn, TOC_VIEW_TENTATIVE, row.key, "no pair", err);
            memcpy(&found, row.key.data, sizeof found);
            TOC_TRY(add_pair(out, &found.of, &found.with, err));
        }
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
    }
    return TOC_OK;
}

static toc_code found_pairs(const toc_joined *join, pair_list *out, toc_err *err)
{
    for (size_t i = 0; i < join->result.tentative_count; i++) {
        const toc_claim_id *left = &join->reports[join->result.tentative[i][0]]->id;
        const toc_claim_id *right = &join->reports[join->result.tentative[i][1]]->id;
        TOC_TRY(add_pair(out, left, right, err));
        TOC_TRY(add_pair(out, right, left, err));
    }
    return TOC_OK;
}

/* Both lists are sorted: what stands in one only is dropped or put. */
static toc_code merge_pairs(toc_fold *fold, const pair_list *before, const pair_list *after,
                            toc_err *err)
{
    for (size_t i = 0, j = 0; i < before->count || j < after->count;) {
        int order = i == before->count  ? 1
                    : j == after->count ? -1
                                        : compare_pairs(&before->at[i], &after->at[j]);
        toc_span key = order <= 0 ? TOC_SPAN_OF(before->at[i]) : TOC_SPAN_OF(after->at[j]);
        if (order < 0)
            TOC_TRY(toc_fold_drop(fold, TOC_VIEW_TENTATIVE, key, (toc_span){0}, err));
        if (order > 0)
            TOC_TRY(toc_fold_put(fold, TOC_VIEW_TENTATIVE, key, (toc_span){0}, err));
        i += order <= 0;
        j += order >= 0;
    }
    return TOC_OK;
}

static toc_code write_tentative(toc_fold *fold, const toc_gathering *work, const toc_joined *join,
                                toc_err *err)
{
    pair_list before = {0}, after = {0};
    toc_code code = stored_pairs(fold, work, &before, err);
    if (code == TOC_OK)
        code = found_pairs(join, &after, err);
    if (before.count > 0)
        qsort(before.at, before.count, sizeof *before.at, compare_pairs);
    if (after.count > 0)
        qsort(after.at, after.count, sizeof *after.at, compare_pairs);
    if (code == TOC_OK)
        code = merge_pairs(fold, &before, &after, err);
    TOC_LIST_WIPE(&before);
    TOC_LIST_WIPE(&after);
    return code;
}

/* ---- putting off ---- */

static toc_code load_pending(toc_fold *fold, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&fold->view, TOC_VIEW_PENDING, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_id id;
        toc_report *report;
        if (!toc_pending_fits(&row, &fold->scratch))
            return toc_table_lies(fold->view.txn, TOC_VIEW_PENDING, row.key, "no report", err);
        memcpy(id.bytes, row.key.data, sizeof id.bytes);
        TOC_TRY(toc_fold_report(fold, &id, &report, err));
        report->pending = true;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code clear_pending(toc_fold *fold, toc_err *err)
{
    for (size_t i = 0; i < fold->reports.list.count; i++) {
        const toc_report *report = fold->reports.list.at[i];
        if (report->pending)
            TOC_TRY(toc_table_delete(fold->view.txn, TOC_VIEW_PENDING,
                                     TOC_SPAN_OF(report->id.bytes), err));
    }
    return TOC_OK;
}

static toc_code put_pending(toc_fold *fold, const toc_report *report, toc_err *err)
{
    uint8_t check[TOC_PENDING_BYTES];
    toc_span key = TOC_SPAN_OF(report->id.bytes);
    toc_pending_check(key, &fold->scratch, check);
    return toc_table_put(fold->view.txn, TOC_VIEW_PENDING, key, TOC_SPAN_OF(check), err);
}

/* The row of a report that is gone says no more which cluster it was in. */
toc_code toc_clusters_put_off(toc_fold *fold, bool *out_done, toc_err *err)
{
    *out_done = false;
    for (size_t i = 0; i < fold->reports.list.count; i++) {
        if (!fold->reports.list.at[i]->exists && fold->reports.list.at[i]->old.clustered)
            return TOC_OK;
    }
    for (size_t i = 0; i < fold->reports.list.count; i++) {
        const toc_report *report = fold->reports.list.at[i];
        if (toc_report_is_seed(report))
            TOC_TRY(put_pending(fold, report, err));
    }
    *out_done = true;
    return TOC_OK;
}

/* ---- the whole ---- */

/* A report that is live no more, or joins nothing, is in no cluster. */
static void leave_clusters(const toc_gathering *work)
{
    for (size_t i = 0; i < work->touched.count; i++) {
        toc_report *report = work->touched.at[i];
        if (report->now.live && !report->barred)
            continue;
        report->now.clustered = false;
        report->now.cluster = (toc_claim_id){{0}};
    }
}

toc_code toc_clusters_join(toc_fold *fold, toc_err *err)
{
    TOC_AUTO(toc_gathering_wipe) toc_gathering work;
    TOC_AUTO(toc_joined_wipe) toc_joined joined = {0};
    toc_gathering_init(&work, &fold->reports, fold->arena);
    TOC_TRY(load_pending(fold, err));
    TOC_TRY(toc_gather(&work, err));
    fold->looked_at = work.looked_at;
    if (work.touched.count == 0)
        return TOC_OK;
    TOC_TRY(toc_gathering_join(&work, &joined, err));
    leave_clusters(&work);
    TOC_TRY(write_clusters(fold, &work, &joined, err));
    TOC_TRY(write_tentative(fold, &work, &joined, err));
    return clear_pending(fold, err);
}
