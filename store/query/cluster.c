/* The cluster a vertex is in, its reports and its members. */
#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/list.h"
#include "store/view/map.h"

/* ---- which cluster ---- */

static bool comes_first(const toc_cluster_row *left, const toc_claim_id *left_lowest,
                        const toc_cluster_row *right, const toc_claim_id *right_lowest)
{
    int order = toc_span_compare(toc_vertex_view(&left->id), toc_vertex_view(&right->id));
    if (order == 0)
        order = memcmp(left_lowest->bytes, right_lowest->bytes, 32);
    return order < 0;
}

toc_code toc_query_find_cluster(toc_query *query, toc_span vertex, toc_claim_id *out_lowest,
                                toc_cluster_row *out, toc_err *err)
{
    toc_view *view = &query->views->view;
    toc_claim_id reports[TOC_HUB_REPORTS + 1];
    size_t count;
    bool found = false;
    uint8_t cover;
    TOC_TRY(toc_view_cover(view, vertex, &cover, err));
    if (cover != 0)
        return toc_fail(err, TOC_NOT_FOUND, "covered by a service notice");
    TOC_TRY(toc_view_live_reports(view, vertex, reports, TOC_COUNT(reports), &count, err));
    if (count > TOC_HUB_REPORTS)
        count = 0; /* a hub joins nothing and stands in no cluster */
    for (size_t i = 0; i < count; i++) {
        toc_report_row report;
        toc_cluster_row cluster;
        bool known;
        TOC_TRY(toc_view_report(view, &reports[i], &report, &known, err));
        if (!report.clustered)
            continue;
        TOC_TRY(toc_view_cluster(view, &report.cluster, &cluster, err));
        if (found && !comes_first(&cluster, &report.cluster, out, out_lowest))
            continue;
        found = true;
        *out = cluster;
        *out_lowest = report.cluster;
    }
    return found ? TOC_OK : toc_fail(err, TOC_NOT_FOUND, "in no cluster");
}

toc_code toc_query_cluster_ref(toc_query *query, const toc_cluster_row *cluster,
                               toc_answer_cluster_ref *out, toc_err *err)
{
    toc_span id = toc_arena_dup(query->arena, toc_vertex_view(&cluster->id));
    if (id.size != cluster->id.size)
        return toc_query_no_memory(err);
    *out = (toc_answer_cluster_ref){.id = id, .size = cluster->vertices};
    return TOC_OK;
}

/* ---- its reports ---- */

typedef struct listing {
    toc_query *query;
    toc_answer_cluster *out;
    toc_claim_id lowest;
    toc_claim_id *reports;
    size_t id_count;
    size_t members_max;
    toc_map seen; /* subjects listed */
    TOC_LIST(toc_wallet) members;
    toc_arena *scratch;
} listing;

static void listing_wipe(listing *work)
{
    toc_map_wipe(&work->seen);
    TOC_LIST_WIPE(&work->members);
    toc_arena_free(work->scratch);
}
TOC_DEFINE_AUTO_WIPE(listing, listing_wipe)

static toc_code list_ids(listing *work, const toc_cluster_row *cluster, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_CLUSTERS, &cursor, err));
    work->reports = toc_arena_zalloc(work->query->arena, cluster->reports, sizeof *work->reports);
    if (work->reports == NULL)
        return toc_query_no_memory(err);
    toc_span prefix = TOC_SPAN_OF(work->lowest.bytes);
    size_t count = 0;
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        if (row.key.size != 64)
            continue; /* the cluster itself */
        if (count == cluster->reports)
            return toc_table_lies(view->txn, TOC_VIEW_CLUSTERS, prefix, "too many reports", err);
        memcpy(work->reports[count++].bytes, row.key.data + 32, 32);
    }
    work->id_count = count;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code describe(listing *work, const toc_claim_id *id, toc_answer_report *out,
                         toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_subject subject = toc_report_subject(id);
    toc_report_row row;
    toc_claim_scan scan;
    toc_answer_claim claim;
    bool found;
    TOC_TRY(toc_view_report(view, id, &row, &found, err));
    TOC_TRY(toc_view_scan(view, toc_subject_view(&subject), id, &scan, err));
    if (!scan.has_head || scan.head.kind != TOC_RECORD_CLUSTER)
        return toc_fail(err, TOC_NOT_FOUND, "a report that has ended since");
    TOC_TRY(toc_query_claim(work->query, &scan.head, &claim, err));
    const toc_cluster_body *body = &claim.statement.as.cluster;
    *out = (toc_answer_report){.claim = *id,
                               .org = claim.org,
                               .org_name = claim.org_name,
                               .name = body->cluster,
                               .title = body->title,
                               .entity_type = body->entity_type,
                               .method = body->method,
                               .confidence = claim.statement.confidence,
                               .members = row.members,
                               .root_count = claim.statement.root_count,
                               .roots = claim.statement.roots,
                               .alive_count = claim.alive_count};
    return TOC_OK;
}

/* Behind the journal, joining may have been put off: a report that ended since is passed over. */
static toc_code list_reports(listing *work, toc_err *err)
{
    toc_answer_report *reports =
        toc_arena_zalloc(work->query->arena, work->id_count, sizeof *reports);
    if (reports == NULL)
        return toc_query_no_memory(err);
    size_t count = 0;
    for (size_t i = 0; i < work->id_count; i++) {
        toc_code code = describe(work, &work->reports[i], &reports[count], err);
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
        count += code == TOC_OK;
    }
    work->out->reports = reports;
    work->out->report_count = count;
    return TOC_OK;
}

/* ---- its members ---- */

/* Is it this op that makes the wallet's vertex a member, and is the vertex neither hub nor covered?
 */
static toc_code counts(listing *work, const toc_claim_row *row, const toc_member *member, bool *out,
                       toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_span vertex = toc_subject_vertex(&member->wallet.subject);
    toc_claim_id reports[TOC_HUB_REPORTS + 1];
    toc_decider decider;
    size_t count;
    *out = false;
    TOC_TRY(toc_view_decider(view, vertex, &row->filed.claim, &decider, err));
    if (!decider.found || !decider.add || decider.revision != row->filed.revision ||
        !toc_record_id_equal(&decider.record, &row->filed.record))
        return TOC_OK;
    uint8_t cover;
    TOC_TRY(toc_view_cover(view, vertex, &cover, err));
    if (cover != 0)
        return TOC_OK;
    TOC_TRY(toc_view_live_reports(view, vertex, reports, TOC_COUNT(reports), &count, err));
    *out = count <= TOC_HUB_REPORTS;
    return TOC_OK;
}

static toc_code add_member(listing *work, const toc_wallet *wallet, toc_err *err)
{
    uint32_t unused;
    toc_span subject = toc_subject_view(&wallet->subject);
    if (toc_map_find(&work->seen, subject, &unused))
        return TOC_OK;
    TOC_TRY(toc_map_add(&work->seen, subject, 1, err));
    toc_wallet *place = TOC_LIST_ADD(&work->members);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = *wallet;
    return TOC_OK;
}

static toc_code list_record(listing *work, const toc_claim_row *row, toc_err *err)
{
    toc_statement statement;
    toc_span record;
    TOC_TRY(toc_view_record(&work->query->views->view, row, &record, err));
    toc_arena_reset(work->scratch);
    TOC_TRY(toc_record_decode(record, work->scratch, &statement, err));
    const toc_members_body *body = &statement.as.members;
    for (size_t i = 0; i < body->count && work->members.count < work->members_max; i++) {
        bool member = false;
        if (!body->members[i].remove)
            TOC_TRY(counts(work, row, &body->members[i], &member, err));
        if (member)
            TOC_TRY(add_member(work, &body->members[i].wallet, err));
    }
    return TOC_OK;
}

static toc_code list_members_of(listing *work, const toc_claim_id *report, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_subject subject = toc_report_subject(report);
    toc_report_row state;
    bool found;
    toc_cursor *cursor;
    TOC_TRY(toc_view_report(view, report, &state, &found, err));
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_CLAIMS, &cursor, err));
    toc_span prefix = toc_subject_view(&subject);
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix) &&
           work->members.count < work->members_max;
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        if (claim.kind == TOC_RECORD_MEMBERS && claim.filed.revision > state.ended &&
            !toc_view_mute(view, &claim))
            TOC_TRY(list_record(work, &claim, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code list_members(listing *work, toc_err *err)
{
    enum { SCRATCH_BYTES_MAX = 16 << 20 };
    TOC_TRY(toc_arena_new(SCRATCH_BYTES_MAX, &work->scratch, err));
    toc_map_init(&work->seen);
    for (size_t i = 0; i < work->id_count; i++)
        TOC_TRY(list_members_of(work, &work->reports[i], err));
    size_t count = work->members.count;
    toc_wallet *members = toc_arena_zalloc(work->query->arena, count, sizeof *members);
    if (members == NULL)
        return toc_query_no_memory(err);
    if (count > 0)
        memcpy(members, work->members.at, count * sizeof *members);
    work->out->members = members;
    work->out->member_count = count;
    return TOC_OK;
}

toc_code toc_query_list_members(toc_query *query, const toc_claim_id *reports, size_t count,
                                size_t max, toc_wallet **out, size_t *out_count, toc_err *err)
{
    toc_answer_cluster answer = {0};
    TOC_AUTO(listing_wipe)
    listing work = {.query = query, .out = &answer, .id_count = count, .members_max = max};
    work.reports = toc_arena_zalloc(query->arena, count, sizeof *work.reports);
    if (work.reports == NULL)
        return toc_query_no_memory(err);
    memcpy(work.reports, reports, count * sizeof *reports);
    TOC_TRY(list_members(&work, err));
    *out = answer.members;
    *out_count = answer.member_count;
    return TOC_OK;
}

/* ---- its tentative links ---- */

typedef struct link_list {
    struct link_list *next;
    toc_claim_id pair[2];
} link_list;

/* Each link between two reports of this cluster and others; one between two of its own is none. */
static toc_code add_links(listing *work, const toc_claim_id *report, link_list **links,
                          toc_err *err)
{
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(&work->query->views->view, TOC_VIEW_TENTATIVE, &cursor, err));
    toc_span prefix = TOC_SPAN_OF(report->bytes);
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        if (row.key.size != 64)
            return toc_table_lies(work->query->views->view.txn, TOC_VIEW_TENTATIVE, row.key,
                                  "no pair", err);
        link_list *link = toc_arena_zalloc(work->query->arena, 1, sizeof *link);
        if (link == NULL)
            return toc_query_no_memory(err);
        bool first = memcmp(row.key.data, row.key.data + 32, 32) < 0;
        memcpy(link->pair[first ? 0 : 1].bytes, row.key.data, 32);
        memcpy(link->pair[first ? 1 : 0].bytes, row.key.data + 32, 32);
        link->next = *links;
        *links = link;
        work->out->tentative_count++;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static int compare_links(const void *left, const void *right)
{
    return memcmp(left, right, 64);
}

static toc_code list_links(listing *work, toc_err *err)
{
    link_list *links = NULL;
    for (size_t i = 0; i < work->id_count; i++)
        TOC_TRY(add_links(work, &work->reports[i], &links, err));
    toc_claim_id(*pairs)[2] =
        toc_arena_zalloc(work->query->arena, work->out->tentative_count, sizeof *pairs);
    if (pairs == NULL)
        return toc_query_no_memory(err);
    size_t count = 0;
    for (const link_list *link = links; link != NULL; link = link->next)
        memcpy(pairs[count++], link->pair, sizeof *pairs);
    if (count > 1)
        qsort(pairs, count, sizeof *pairs, compare_links);
    work->out->tentative = pairs;
    return TOC_OK;
}

/* ---- the whole ---- */

toc_code toc_query_list_cluster(toc_query *query, const toc_claim_id *lowest,
                                const toc_cluster_row *cluster, size_t members_max,
                                toc_answer_cluster *out, toc_err *err)
{
    TOC_AUTO(listing_wipe)
    listing work = {.query = query, .out = out, .lowest = *lowest, .members_max = members_max};
    out->found = true;
    TOC_TRY(toc_query_cluster_ref(query, cluster, &out->ref, err));
    TOC_TRY(list_ids(&work, cluster, err));
    TOC_TRY(list_reports(&work, err));
    TOC_TRY(list_members(&work, err));
    return list_links(&work, err);
}

/* Where too much is shared to be gone through, V's answer stands alone and says so. */
static toc_code examine(toc_query *query, const toc_wallet *wallet, size_t members_max,
                        toc_answer_cluster *out, toc_err *err)
{
    toc_answer_cluster answer = *out;
    toc_err why = {0};
    toc_code code = out->found ? toc_query_behind(query, &answer, &why) : TOC_OK;
    if (code == TOC_OK)
        code = toc_query_overlay(query, wallet, members_max, &answer, &why);
    if (code == TOC_LIMIT)
        return TOC_OK;
    if (code != TOC_OK)
        return toc_fail(err, code, "%s", why.text);
    answer.examined = true;
    *out = answer;
    return TOC_OK;
}

toc_code toc_query_cluster(toc_query *query, const char *text, const toc_wallet *wallet,
                           size_t members_max, toc_answer_cluster *out, toc_err *err)
{
    toc_answer_cluster answer = {.query = text, .incomplete = query->incomplete};
    toc_claim_id lowest;
    toc_cluster_row cluster;
    toc_span vertex = toc_subject_vertex(&wallet->subject);
    toc_code code = toc_query_find_cluster(query, vertex, &lowest, &cluster, err);
    if (code == TOC_OK)
        code = toc_query_list_cluster(query, &lowest, &cluster, members_max, &answer, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(examine(query, wallet, members_max, &answer, err));
    *out = answer;
    return TOC_OK;
}
