#include "store/view/gather.h"

enum { PLAIN = 0, HUB = 1, COVERED = 2, PAYING = 3 };
#define JOIN_BYTES_MAX ((size_t)2 << 30)

/* ---- the reports ---- */

void toc_reports_init(toc_reports *reports, toc_view *view)
{
    *reports = (toc_reports){.view = view};
    toc_map_init(&reports->map);
}

void toc_reports_wipe(toc_reports *reports)
{
    for (size_t i = 0; i < reports->list.count; i++)
        free(reports->list.at[i]);
    TOC_LIST_WIPE(&reports->list);
    toc_map_wipe(&reports->map);
}

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory to join the clusters");
}

toc_code toc_reports_find(toc_reports *reports, const toc_claim_id *id, toc_report **out,
                          toc_err *err)
{
    toc_report_list *list = &reports->list;
    uint32_t at;
    if (toc_map_find(&reports->map, TOC_SPAN_OF(id->bytes), &at)) {
        *out = list->at[at];
        return TOC_OK;
    }
    toc_report **place = TOC_LIST_ADD(list);
    if (place == NULL)
        return no_memory(err);
    *place = calloc(1, sizeof **place);
    if (*place == NULL) {
        list->count--;
        return no_memory(err);
    }
    toc_report *report = *place;
    report->id = *id;
    TOC_TRY(toc_map_add(&reports->map, TOC_SPAN_OF(id->bytes), (uint32_t)(list->count - 1), err));
    TOC_TRY(toc_view_report(reports->view, id, &report->old, &report->stored, err));
    report->now = report->old;
    report->exists = report->stored;
    *out = report;
    return TOC_OK;
}

/* ---- gathering ---- */

void toc_gathering_init(toc_gathering *work, toc_reports *reports, toc_arena *arena)
{
    *work = (toc_gathering){.reports = reports, .arena = arena};
    toc_map_init(&work->vertices);
}

void toc_gathering_wipe(toc_gathering *work)
{
    TOC_LIST_WIPE(&work->gathered);
    TOC_LIST_WIPE(&work->touched);
    toc_map_wipe(&work->vertices);
    TOC_LIST_WIPE(&work->shared);
    TOC_LIST_WIPE(&work->places);
    TOC_LIST_WIPE(&work->sharing);
    TOC_LIST_WIPE(&work->stripped);
}

static toc_code add_report(toc_report_list *list, toc_report *report, toc_err *err)
{
    toc_report **place = TOC_LIST_ADD(list);
    if (place == NULL)
        return no_memory(err);
    *place = report;
    return TOC_OK;
}

static toc_code gather(toc_gathering *work, toc_report *report, toc_err *err)
{
    if (report->gathered)
        return TOC_OK;
    report->gathered = true;
    report->place = (uint32_t)work->gathered.count;
    TOC_TRY(add_report(&work->touched, report, err));
    return add_report(&work->gathered, report, err);
}

/* The live reports that the vertex is a member of, up to the bound. */
static toc_code find_sharing(toc_gathering *work, toc_span vertex, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(work->reports->view, TOC_VIEW_JOINTS, &cursor, err));
    work->sharing.count = 0;
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex) && work->sharing.count < work->bound;
         code = toc_cursor_next(cursor, &row, err)) {
        toc_joint joint;
        toc_report *report;
        TOC_TRY(toc_joint_read(work->reports->view->txn, &row, vertex, &joint, err));
        TOC_TRY(toc_reports_find(work->reports, &joint.report, &report, err));
        if (report->now.live && toc_decides_member(&joint.decider, report->now.ended))
            TOC_TRY(add_report(&work->sharing, report, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code add_shared(toc_gathering *work, toc_err *err)
{
    toc_shared_vertex *shared = TOC_LIST_ADD(&work->shared);
    if (shared == NULL)
        return no_memory(err);
    *shared = (toc_shared_vertex){.first = work->places.count, .count = work->sharing.count};
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
static toc_code look_at(toc_gathering *work, toc_span vertex, bool seeding, uint32_t *out,
                        toc_err *err)
{
    uint8_t cover;
    if (toc_map_find(&work->vertices, vertex, out))
        return TOC_OK;
    TOC_TRY(toc_view_cover(work->reports->view, vertex, &cover, err));
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

static toc_code read_pair(toc_gathering *work, const toc_row *row, pair *out, toc_err *err)
{
    if (row->key.size <= 32 || row->value.size != TOC_JOINT_BYTES)
        return toc_table_lies(work->reports->view->txn, TOC_VIEW_CONNECTORS, row->key,
                              "no connector", err);
    out->vertex = toc_span_of(row->key.data + 32, row->key.size - 32);
    out->decider = (toc_decider){.found = true,
                                 .add = row->value.data[0] == 1,
                                 .revision = toc_get_u64(row->value.data + 1)};
    return TOC_OK;
}

static toc_code add_stripped(toc_gathering *work, toc_span vertex, toc_err *err)
{
    toc_vertex *place = TOC_LIST_ADD(&work->stripped);
    if (place == NULL)
        return no_memory(err);
    *place = toc_vertex_copy(vertex);
    return TOC_OK;
}

/* Goes through what a report shares. `seeding`: also what it named formerly. */
static toc_code explore(toc_gathering *work, toc_report *report, bool seeding,
                        toc_vertex *out_least, toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(work->reports->view, TOC_VIEW_CONNECTORS, &cursor, err));
    toc_span prefix = TOC_SPAN_OF(report->id.bytes);
    work->stripped.count = 0;
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        pair found = {0};
        uint32_t is = PLAIN;
        TOC_TRY(read_pair(work, &row, &found, err));
        if (++work->looked_at > work->looked_max && work->looked_max != 0)
            return toc_fail(err, TOC_LIMIT, "the reports share more than %llu wallets",
                            (unsigned long long)work->looked_max);
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

static bool is_stripped(const toc_gathering *work, const toc_vertex *vertex)
{
    uint32_t known;
    return vertex->size > 0 && toc_map_find(&work->vertices, toc_vertex_view(vertex), &known) &&
           known != PLAIN;
}

/* The smallest member that is neither hub nor covered. What may have slipped below the floor kept
 * so far was a hub before: it is shared, so `least_shared` is it. (Where it was covered the floor
 * was forgotten.) */
static toc_code find_floor(toc_gathering *work, toc_report *report, const toc_vertex *least_shared,
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
        return toc_report_least(work->reports->view, work->arena, report,
                                toc_vertex_view(&now->low), work->stripped.at, work->stripped.count,
                                &now->floor, err);
    if (least_shared->size > 0 && toc_vertex_below(toc_vertex_view(least_shared), &now->floor))
        now->floor = *least_shared;
    return TOC_OK;
}

bool toc_report_is_seed(const toc_report *report)
{
    bool takes_part = report->old.live || report->now.live || report->pending;
    return takes_part && (report->changed || report->seeded || report->pending);
}

static toc_code seed(toc_gathering *work, toc_err *err)
{
    const toc_reports *reports = work->reports;
    size_t known = reports->list.count, changed = 0;
    for (size_t i = 0; i < known; i++)
        changed += toc_report_is_seed(reports->list.at[i]);
    work->bound = TOC_HUB_REPORTS + 1 + changed;
    for (size_t i = 0; i < known; i++) {
        toc_report *report = reports->list.at[i];
        if (!toc_report_is_seed(report))
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

toc_code toc_gather(toc_gathering *work, toc_err *err)
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

void toc_joined_wipe(toc_joined *joined)
{
    toc_arena_free(joined->arena);
}

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
static toc_code add_derived_roots(toc_view *view, toc_joined *join, const toc_report *report,
                                  toc_join_report *out, toc_err *err)
{
    toc_key dependent;
    toc_rest_row rest;
    toc_dependent_report(&dependent, &report->id);
    TOC_TRY(toc_rest_of(view, toc_key_view(&dependent), &rest, err));
    toc_root *roots = toc_arena_zalloc(join->arena, rest.root_count + 1, sizeof *roots);
    if (roots == NULL)
        return no_memory(err);
    memcpy(roots, rest.roots, rest.root_count * sizeof *roots);
    out->root_count = rest.root_count;
    out->roots = roots;
    return TOC_OK;
}

static toc_code list_reports(const toc_gathering *work, toc_joined *join,
                             const toc_join_report **out, toc_err *err)
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
            TOC_TRY(add_derived_roots(work->reports->view, join, report, &reports[i], err));
    }
    *out = reports;
    return TOC_OK;
}

/* Of one vertex: the indexes of those of its reports that join; their number. */
static size_t list_indexes(const toc_gathering *work, const uint32_t *order,
                           const toc_shared_vertex *vertex, uint32_t *out)
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
static toc_code list_shared(const toc_gathering *work, toc_joined *join,
                            const toc_join_shared **out, size_t *out_count, toc_err *err)
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
        const toc_shared_vertex *vertex = &work->shared.at[i];
        size_t count = list_indexes(work, order, vertex, indexes + vertex->first);
        if (count >= 2)
            shared[(*out_count)++] =
                (toc_join_shared){.report_count = count, .reports = indexes + vertex->first};
    }
    *out = shared;
    return TOC_OK;
}

toc_code toc_gathering_join(const toc_gathering *work, toc_joined *join, toc_err *err)
{
    toc_join_world *world = &join->world;
    TOC_TRY(toc_arena_new(JOIN_BYTES_MAX, &join->arena, err));
    join->reports = toc_arena_zalloc(join->arena, work->gathered.count, sizeof(toc_report *));
    if (join->reports == NULL)
        return no_memory(err);
    for (size_t i = 0; i < work->gathered.count; i++) {
        if (!work->gathered.at[i]->barred)
            join->reports[join->count++] = work->gathered.at[i];
    }
    qsort(join->reports, join->count, sizeof(toc_report *), compare_reports);
    world->report_count = join->count;
    TOC_TRY(list_reports(work, join, &world->reports, err));
    TOC_TRY(list_shared(work, join, &world->shared, &world->shared_count, err));
    return join->count == 0 ? TOC_OK : toc_join_apart(world, NULL, join->arena, &join->result, err);
}
