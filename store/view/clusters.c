/* RULES §6, incrementally: what a change can influence is gathered whole and joined by the pure
 * rule.
 *
 * Two reports influence one another when they share a vertex that is no hub. So: from each report
 * that changed to whatever shares a vertex with it, now or formerly (a pair of `connectors` stands
 * as long as both name the vertex), and from there on along what is shared now. A vertex that
 * became a hub, or ceased to be one, was touched by a report that changed; all its reports are
 * taken in. Rows are touched per report and per shared vertex, never per member. */
#include "store/view/fold.h"

#include "proto/rules/join.h"

enum { PLAIN = 0, HUB = 1, COVERED = 2, PAYING = 3 };
#define JOIN_BYTES_MAX ((size_t)2 << 30)

typedef struct shared_vertex {
    size_t first, count; /* in `places` */
} shared_vertex;

typedef TOC_LIST(toc_report *) report_list;
typedef TOC_LIST(toc_vertex) vertex_list;

typedef struct closure {
    toc_fold *fold;
    size_t bound; /* live reports of one vertex that are looked at */
    report_list gathered;
    report_list touched; /* gathered, and those that changed but take no part */
    toc_map vertices;    /* → what it is */
    TOC_LIST(shared_vertex) shared;
    TOC_LIST(uint32_t) places;
    report_list sharing;  /* of the vertex being looked at */
    vertex_list stripped; /* of the report being looked at */
} closure;

static void closure_wipe(closure *work)
{
    TOC_LIST_WIPE(&work->gathered);
    TOC_LIST_WIPE(&work->touched);
    toc_map_wipe(&work->vertices);
    TOC_LIST_WIPE(&work->shared);
    TOC_LIST_WIPE(&work->places);
    TOC_LIST_WIPE(&work->sharing);
    TOC_LIST_WIPE(&work->stripped);
}
TOC_DEFINE_AUTO_WIPE(closure, closure_wipe)

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory to join the clusters");
}

static toc_code add_report(report_list *list, toc_report *report, toc_err *err)
{
    toc_report **place = TOC_LIST_ADD(list);
    if (place == NULL)
        return no_memory(err);
    *place = report;
    return TOC_OK;
}

/* ---- gathering ---- */

static toc_code gather(closure *work, toc_report *report, toc_err *err)
{
    if (report->gathered)
        return TOC_OK;
    report->gathered = true;
    report->place = (uint32_t)work->gathered.count;
    TOC_TRY(add_report(&work->touched, report, err));
    return add_report(&work->gathered, report, err);
}

/* The live reports that the vertex is a member of, up to the bound. */
static toc_code find_sharing(closure *work, toc_span vertex, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&work->fold->view, TOC_VIEW_JOINTS, &cursor, err));
    work->sharing.count = 0;
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex) && work->sharing.count < work->bound;
         code = toc_cursor_next(cursor, &row, err)) {
        toc_joint joint;
        toc_report *report;
        TOC_TRY(toc_joint_read(work->fold->view.txn, &row, vertex, &joint, err));
        TOC_TRY(toc_fold_report(work->fold, &joint.report, &report, err));
        if (report->now.live && toc_decides_member(&joint.decider, report->now.ended))
            TOC_TRY(add_report(&work->sharing, report, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code add_shared(closure *work, toc_err *err)
{
    shared_vertex *shared = TOC_LIST_ADD(&work->shared);
    if (shared == NULL)
        return no_memory(err);
    *shared = (shared_vertex){.first = work->places.count, .count = work->sharing.count};
    for (size_t i = 0; i < work->sharing.count; i++) {
        uint32_t *place = TOC_LIST_ADD(&work->places);
        if (place == NULL)
            return no_memory(err);
        *place = work->sharing.at[i]->place;
    }
    return TOC_OK;
}

/* Looks at a vertex once. `seeding`: also the reports of what may just have become a hub. Those of
 * what has just been covered, or is no more, are seeds themselves. */
static toc_code look_at(closure *work, toc_span vertex, bool seeding, uint32_t *out, toc_err *err)
{
    uint8_t cover;
    if (toc_map_find(&work->vertices, vertex, out))
        return TOC_OK;
    TOC_TRY(toc_fold_cover(work->fold, vertex, &cover, err));
    if (cover != 0) {
        *out = (cover & TOC_COVER_PAYS) != 0 ? PAYING : COVERED;
        return toc_map_add(&work->vertices, vertex, *out, err);
    }
    TOC_TRY(find_sharing(work, vertex, err));
    *out = work->sharing.count > TOC_HUB_REPORTS ? HUB : PLAIN;
    TOC_TRY(toc_map_add(&work->vertices, vertex, *out, err));
    if (*out == HUB && (!seeding || work->sharing.count == work->bound))
        return TOC_OK;
    for (size_t i = 0; i < work->sharing.count; i++)
        TOC_TRY(gather(work, work->sharing.at[i], err));
    return *out == HUB || work->sharing.count < 2 ? TOC_OK : add_shared(work, err);
}

typedef struct pair {
    toc_span vertex;
    toc_decider decider;
} pair;

static toc_code read_pair(closure *work, const toc_row *row, pair *out, toc_err *err)
{
    if (row->key.size <= 32 || row->value.size != TOC_JOINT_BYTES)
        return toc_table_lies(work->fold->view.txn, TOC_VIEW_CONNECTORS, row->key, "no connector",
                              err);
    out->vertex = toc_span_of(row->key.data + 32, row->key.size - 32);
    out->decider = (toc_decider){.found = true,
                                 .add = row->value.data[0] == 1,
                                 .revision = toc_get_u64(row->value.data + 1)};
    return TOC_OK;
}

static toc_code add_stripped(closure *work, toc_span vertex, toc_err *err)
{
    toc_vertex *place = TOC_LIST_ADD(&work->stripped);
    if (place == NULL)
        return no_memory(err);
    *place = toc_vertex_copy(vertex);
    return TOC_OK;
}

/* Goes through what a report shares. `seeding`: also what it named formerly. */
static toc_code explore(closure *work, toc_report *report, bool seeding, toc_vertex *out_least,
                        toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&work->fold->view, TOC_VIEW_CONNECTORS, &cursor, err));
    toc_span prefix = TOC_SPAN_OF(report->id.bytes);
    work->stripped.count = 0;
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        pair found = {0};
        uint32_t is = PLAIN;
        TOC_TRY(read_pair(work, &row, &found, err));
        work->fold->looked_at++;
        bool member = report->now.live && toc_decides_member(&found.decider, report->now.ended);
        if (!member && !seeding)
            continue;
        TOC_TRY(look_at(work, found.vertex, seeding, &is, err));
        report->barred = report->barred || (member && is == PAYING && report->now.inputs);
        if (member && is != PLAIN)
            TOC_TRY(add_stripped(work, found.vertex, err));
        else if (member && toc_vertex_below(found.vertex, out_least))
            *out_least = toc_vertex_copy(found.vertex);
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static bool is_stripped(const closure *work, const toc_vertex *vertex)
{
    uint32_t known;
    return vertex->size > 0 && toc_map_find(&work->vertices, toc_vertex_view(vertex), &known) &&
           known != PLAIN;
}

/* The smallest member that is neither hub nor covered. What may have slipped below the floor kept
 * so far was a hub before: it is shared, so `least_shared` is it. (Where it was covered the floor
 * was forgotten.) */
static toc_code find_floor(closure *work, toc_report *report, const toc_vertex *least_shared,
                           toc_err *err)
{
    toc_report_row *now = &report->now;
    report->stripped = work->stripped.count;
    if (now->members == report->stripped) {
        now->floor.size = 0;
        return TOC_OK;
    }
    if (!is_stripped(work, &now->low)) {
        now->floor = now->low;
        return TOC_OK;
    }
    if (now->floor.size == 0 || is_stripped(work, &now->floor))
        return toc_report_least(work->fold, report, toc_vertex_view(&now->low), work->stripped.at,
                                work->stripped.count, &now->floor, err);
    if (least_shared->size > 0 && toc_vertex_below(toc_vertex_view(least_shared), &now->floor))
        now->floor = *least_shared;
    return TOC_OK;
}

static bool takes_part(const toc_report *report)
{
    return report->old.live || report->now.live || report->pending;
}

static bool is_seed(const toc_report *report)
{
    return takes_part(report) && (report->changed || report->seeded || report->pending);
}

static toc_code seed(closure *work, toc_err *err)
{
    toc_fold *fold = work->fold;
    size_t known = fold->reports.count, changed = 0;
    for (size_t i = 0; i < known; i++)
        changed += is_seed(fold->reports.at[i]);
    work->bound = TOC_HUB_REPORTS + 1 + changed;
    for (size_t i = 0; i < known; i++) {
        toc_report *report = fold->reports.at[i];
        if (!is_seed(report))
            continue;
        if (report->now.live)
            TOC_TRY(gather(work, report, err));
        else
            TOC_TRY(add_report(&work->touched, report, err));
        toc_vertex unused = {0};
        TOC_TRY(explore(work, report, true, &unused, err));
    }
    return TOC_OK;
}

static toc_code gather_all(closure *work, toc_err *err)
{
    TOC_TRY(seed(work, err));
    for (size_t i = 0; i < work->gathered.count; i++) {
        toc_report *report = work->gathered.at[i];
        toc_vertex least = {0};
        TOC_TRY(explore(work, report, false, &least, err));
        TOC_TRY(find_floor(work, report, &least, err));
    }
    return TOC_OK;
}

/* ---- joining ---- */

typedef struct joined {
    toc_arena *arena;
    size_t count;
    toc_report **reports; /* those that join, in order of id */
    toc_join_result result;
} joined;

static void joined_wipe(joined *join)
{
    toc_arena_free(join->arena);
}
TOC_DEFINE_AUTO_WIPE(joined, joined_wipe)

static int compare_reports(const void *left, const void *right)
{
    const toc_report *const *a = left, *const *b = right;
    return memcmp((*a)->id.bytes, (*b)->id.bytes, 32);
}

static int compare_places(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* Rows are lent until the next write, and writing begins when all is joined. */
static toc_code add_derived_roots(toc_fold *fold, joined *join, const toc_report *report,
                                  toc_join_report *out, toc_err *err)
{
    toc_key dependent;
    toc_rest_row rest;
    toc_dependent_report(&dependent, &report->id);
    TOC_TRY(toc_rest_of(&fold->view, toc_key_view(&dependent), &rest, err));
    toc_root *roots = toc_arena_zalloc(join->arena, rest.root_count + 1, sizeof *roots);
    if (roots == NULL)
        return no_memory(err);
    memcpy(roots, rest.roots, rest.root_count * sizeof *roots);
    out->root_count = rest.root_count;
    out->roots = roots;
    return TOC_OK;
}

static toc_code list_reports(const closure *work, joined *join, const toc_join_report **out,
                             toc_err *err)
{
    toc_join_report *reports = toc_arena_zalloc(join->arena, join->count, sizeof *reports);
    toc_root *roots = toc_arena_zalloc(join->arena, join->count, sizeof *roots);
    if (reports == NULL || roots == NULL)
        return no_memory(err);
    for (size_t i = 0; i < join->count; i++) {
        const toc_report *report = join->reports[i];
        TOC_ASSERT(report->now.members >= report->stripped);
        roots[i] = toc_span_of(report->now.root, report->now.root_size);
        reports[i] =
            (toc_join_report){.id = report->id,
                              .vertex_count = (uint32_t)(report->now.members - report->stripped),
                              .root_count = 1,
                              .roots = &roots[i]};
        if (roots[i].size == 0)
            TOC_TRY(add_derived_roots(work->fold, join, report, &reports[i], err));
    }
    *out = reports;
    return TOC_OK;
}

/* Of one vertex: the indexes of those of its reports that join; their number. */
static size_t list_indexes(const closure *work, const uint32_t *order, const shared_vertex *vertex,
                           uint32_t *out)
{
    size_t count = 0;
    for (size_t i = 0; i < vertex->count; i++) {
        uint32_t place = work->places.at[vertex->first + i];
        if (!work->gathered.at[place]->barred)
            out[count++] = order[place];
    }
    if (count > 1)
        qsort(out, count, sizeof *out, compare_places);
    return count;
}

/* Places in the order of gathering become indexes in the order of ids. */
static toc_code list_shared(const closure *work, joined *join, const toc_join_shared **out,
                            size_t *out_count, toc_err *err)
{
    toc_join_shared *shared = toc_arena_zalloc(join->arena, work->shared.count, sizeof *shared);
    uint32_t *order = toc_arena_zalloc(join->arena, work->gathered.count, sizeof *order);
    uint32_t *indexes = toc_arena_zalloc(join->arena, work->places.count, sizeof *indexes);
    if (shared == NULL || order == NULL || indexes == NULL)
        return no_memory(err);
    for (size_t i = 0; i < join->count; i++)
        order[join->reports[i]->place] = (uint32_t)i;
    *out_count = 0;
    for (size_t i = 0; i < work->shared.count; i++) {
        const shared_vertex *vertex = &work->shared.at[i];
        size_t count = list_indexes(work, order, vertex, indexes + vertex->first);
        if (count >= 2)
            shared[(*out_count)++] =
                (toc_join_shared){.report_count = count, .reports = indexes + vertex->first};
    }
    *out = shared;
    return TOC_OK;
}

static toc_code join(const closure *work, joined *join, toc_err *err)
{
    const toc_join_report *reports = NULL;
    const toc_join_shared *shared = NULL;
    size_t shared_count = 0;
    TOC_TRY(toc_arena_new(JOIN_BYTES_MAX, &join->arena, err));
    join->reports = toc_arena_zalloc(join->arena, work->gathered.count, sizeof(toc_report *));
    if (join->reports == NULL)
        return no_memory(err);
    for (size_t i = 0; i < work->gathered.count; i++) {
        if (!work->gathered.at[i]->barred)
            join->reports[join->count++] = work->gathered.at[i];
    }
    qsort(join->reports, join->count, sizeof(toc_report *), compare_reports);
    TOC_TRY(list_reports(work, join, &reports, err));
    TOC_TRY(list_shared(work, join, &shared, &shared_count, err));
    if (join->count == 0)
        return TOC_OK;
    return toc_join(reports, join->count, shared, shared_count, join->arena, &join->result, err);
}

/* ---- writing: clusters ---- */

/* Each gathered report names the lowest report of its cluster. */
static void name_clusters(const joined *join, const toc_report **lowest)
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

static toc_code write_clusters(const closure *work, const joined *join, toc_err *err)
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
        TOC_TRY(move_report(work->fold, work->touched.at[i], err));
        TOC_TRY(drop_old_cluster(work->fold, work->touched.at[i], err));
    }
    for (uint32_t i = 0; i < components; i++)
        TOC_TRY(write_cluster(work->fold, &lowest[i]->id, &rows[i], err));
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

static toc_code stored_pairs(const closure *work, pair_list *out, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&work->fold->view, TOC_VIEW_TENTATIVE, &cursor, err));
    for (size_t i = 0; i < work->touched.count; i++) {
        toc_span prefix = TOC_SPAN_OF(work->touched.at[i]->id.bytes);
        toc_row row;
        toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
        for (; code == TOC_OK && toc_span_begins(row.key, prefix);
             code = toc_cursor_next(cursor, &row, err)) {
            id_pair found;
            if (row.key.size != sizeof found)
                return toc_table_lies(work->fold->view.txn, TOC_VIEW_TENTATIVE, row.key, "no pair",
                                      err);
            memcpy(&found, row.key.data, sizeof found);
            TOC_TRY(add_pair(out, &found.of, &found.with, err));
        }
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
    }
    return TOC_OK;
}

static toc_code found_pairs(const joined *join, pair_list *out, toc_err *err)
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

static toc_code write_tentative(const closure *work, const joined *join, toc_err *err)
{
    pair_list before = {0}, after = {0};
    toc_code code = stored_pairs(work, &before, err);
    if (code == TOC_OK)
        code = found_pairs(join, &after, err);
    if (before.count > 0)
        qsort(before.at, before.count, sizeof *before.at, compare_pairs);
    if (after.count > 0)
        qsort(after.at, after.count, sizeof *after.at, compare_pairs);
    if (code == TOC_OK)
        code = merge_pairs(work->fold, &before, &after, err);
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
    for (size_t i = 0; i < fold->reports.count; i++) {
        const toc_report *report = fold->reports.at[i];
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
    for (size_t i = 0; i < fold->reports.count; i++) {
        if (!fold->reports.at[i]->exists && fold->reports.at[i]->old.clustered)
            return TOC_OK;
    }
    for (size_t i = 0; i < fold->reports.count; i++) {
        const toc_report *report = fold->reports.at[i];
        if (is_seed(report))
            TOC_TRY(put_pending(fold, report, err));
    }
    *out_done = true;
    return TOC_OK;
}

/* ---- the whole ---- */

/* A report that is live no more, or joins nothing, is in no cluster. */
static void leave_clusters(const closure *work)
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
    TOC_AUTO(closure_wipe) closure work = {.fold = fold};
    TOC_AUTO(joined_wipe) joined result = {0};
    toc_map_init(&work.vertices);
    fold->looked_at = 0;
    TOC_TRY(load_pending(fold, err));
    TOC_TRY(gather_all(&work, err));
    if (work.touched.count == 0)
        return TOC_OK;
    TOC_TRY(join(&work, &result, err));
    leave_clusters(&work);
    TOC_TRY(write_clusters(&work, &result, err));
    TOC_TRY(write_tentative(&work, &result, err));
    return clear_pending(fold, err);
}
