/* What stands behind a cluster: which reports share what, who disputes one, and what would fall
 * away without it. */
#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/query/internal.h"

/* ---- disputes ---- */

static int compare_disputes(const void *left, const void *right)
{
    const toc_answer_dispute *a = left, *b = right;
    return memcmp(a->claim.claim.bytes, b->claim.claim.bytes, 32);
}

static toc_code add_dispute(toc_query *query, const toc_claim_row *row, toc_answer_report *out,
                            toc_err *err)
{
    toc_claim_scan scan;
    toc_subject subject = toc_report_subject(&out->claim);
    toc_answer_dispute *dispute = &out->disputes[out->dispute_count];
    TOC_TRY(toc_query_claim(query, row, &dispute->claim, err));
    const toc_dispute_body *body = &dispute->claim.statement.as.dispute;
    if (!toc_claim_id_equal(&body->target.claim, &out->claim))
        return TOC_OK;
    TOC_TRY(
        toc_view_scan(&query->views->view, toc_subject_view(&subject), &out->claim, &scan, err));
    dispute->current = scan.has_head && scan.head.filed.revision == body->revision_seen;
    out->disputed = out->disputed || (!dispute->claim.withdrawn && !dispute->claim.misstated);
    out->dispute_count++;
    return TOC_OK;
}

/* They are filed where the report is. */
static toc_code list_disputes(toc_query *query, toc_answer_report *out, toc_err *err)
{
    toc_found_head *heads;
    size_t count = 0;
    toc_subject subject = toc_report_subject(&out->claim);
    TOC_TRY(toc_query_heads(query, toc_subject_view(&subject), &heads, err));
    for (const toc_found_head *head = heads; head != NULL; head = head->next)
        count += head->row.kind == TOC_RECORD_DISPUTE;
    out->disputes = toc_arena_zalloc(query->arena, count, sizeof *out->disputes);
    if (out->disputes == NULL)
        return toc_query_no_memory(err);
    for (const toc_found_head *head = heads; head != NULL; head = head->next) {
        if (head->row.kind == TOC_RECORD_DISPUTE)
            TOC_TRY(add_dispute(query, &head->row, out, err));
    }
    if (out->dispute_count > 1)
        qsort(out->disputes, out->dispute_count, sizeof *out->disputes, compare_disputes);
    return TOC_OK;
}

/* ---- links ---- */

/* The reports of the answer, by their places among those that join; `but` (NULL: none) left out. */
static bool *mark(toc_query *query, const toc_around *around, const toc_answer_cluster *cluster,
                  const toc_claim_id *but)
{
    bool *among = toc_arena_zalloc(query->arena, around->joined.count, sizeof *among);
    for (size_t i = 0; among != NULL && i < cluster->report_count; i++) {
        uint32_t place;
        const toc_claim_id *id = &cluster->reports[i].claim;
        if (toc_around_find(around, id, &place) && (but == NULL || !toc_claim_id_equal(id, but)))
            among[place] = true;
    }
    return among;
}

static toc_code list_links(toc_query *query, const toc_around *around, toc_answer_cluster *out,
                           toc_err *err)
{
    toc_join_links links;
    const bool *among = mark(query, around, out, NULL);
    if (among == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(toc_join_links_of(&around->joined.world, among, TOC_CLUSTER_LINKS_MAX,
                              around->joined.arena, &links, err));
    out->links = toc_arena_zalloc(query->arena, links.count, sizeof *out->links);
    if (out->links == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < links.count; i++) {
        const toc_join_link *link = &links.links[i];
        out->links[i] = (toc_answer_link){.reports = {around->joined.reports[link->first]->id,
                                                      around->joined.reports[link->second]->id},
                                          .shared = link->shared,
                                          .smaller = link->smaller,
                                          .lineages = link->lineages,
                                          .how = link->how};
    }
    out->link_count = links.count;
    out->link_total = links.total;
    return TOC_OK;
}

/* ---- without a report ---- */

static int larger_first(const void *left, const void *right)
{
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return a > b ? -1 : a < b;
}

/* The clusters that the other reports of the cluster are in, when joined without this one. */
static toc_code list_sizes(toc_query *query, const toc_around *around,
                           const toc_answer_cluster *cluster, toc_answer_without *out, toc_err *err)
{
    const toc_join_result *result = &around->joined.result;
    const bool *among = mark(query, around, cluster, NULL);
    bool *counted = toc_arena_zalloc(query->arena, result->component_count, sizeof *counted);
    out->sizes = toc_arena_zalloc(query->arena, cluster->report_count, sizeof *out->sizes);
    if (among == NULL || counted == NULL || out->sizes == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < around->joined.count; i++) {
        uint32_t component = result->component[i];
        if (!among[i] || counted[component] || result->vertex_count[component] == 0)
            continue;
        counted[component] = true;
        out->sizes[out->cluster_count++] = result->vertex_count[component];
    }
    qsort(out->sizes, out->cluster_count, sizeof *out->sizes, larger_first);
    return TOC_OK;
}

static toc_code weigh(toc_query *query, const toc_around *whole, const toc_answer_cluster *cluster,
                      toc_answer_report *report, toc_err *err)
{
    TOC_AUTO(toc_around_wipe) toc_around around = {0};
    const bool *all = mark(query, whole, cluster, NULL);
    const bool *others = mark(query, whole, cluster, &report->claim);
    if (all == NULL || others == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(toc_around_begin(&around, query, err));
    TOC_TRY(toc_around_leave(&around, &report->claim, err));
    for (size_t i = 0; i < cluster->report_count; i++) {
        if (&cluster->reports[i] != report)
            TOC_TRY(toc_around_seed(&around, &cluster->reports[i].claim, err));
    }
    TOC_TRY(toc_around_join(&around, err));
    report->without.leave = toc_join_vertices(&whole->joined.world, all) -
                            toc_join_vertices(&whole->joined.world, others);
    TOC_TRY(list_sizes(query, &around, cluster, &report->without, err));
    report->weighed = true;
    return TOC_OK;
}

static toc_code weigh_disputed(toc_query *query, const toc_around *whole, toc_answer_cluster *out,
                               toc_err *err)
{
    size_t weighed = 0;
    for (size_t i = 0; i < out->report_count && weighed < TOC_CLUSTER_WITHOUT_MAX; i++) {
        if (!out->reports[i].disputed)
            continue;
        TOC_TRY(weigh(query, whole, out, &out->reports[i], err));
        weighed++;
    }
    return TOC_OK;
}

/* ---- the whole ---- */

toc_code toc_query_behind(toc_query *query, toc_answer_cluster *out, toc_err *err)
{
    TOC_AUTO(toc_around_wipe) toc_around around = {0};
    for (size_t i = 0; i < out->report_count; i++)
        TOC_TRY(list_disputes(query, &out->reports[i], err));
    TOC_TRY(toc_around_begin(&around, query, err));
    for (size_t i = 0; i < out->report_count; i++)
        TOC_TRY(toc_around_seed(&around, &out->reports[i].claim, err));
    TOC_TRY(toc_around_join(&around, err));
    TOC_TRY(list_links(query, &around, out, err));
    return weigh_disputed(query, &around, out, err);
}
