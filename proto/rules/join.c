#include "proto/rules/join.h"

#include <stdlib.h>

#include "proto/rules/join_stages.h"

/* Numbers the components by their smallest report. */
static void number_components(toc_joining *at, toc_join_result *out)
{
    uint32_t *numbers = toc_join_grab(at, at->unit_count, sizeof *numbers); /* one more; 0: none */
    out->component = toc_join_grab(at, at->report_count, sizeof *out->component);
    if (at->failed)
        return;
    for (size_t i = 0; i < at->report_count; i++) {
        uint32_t home = at->homes[at->unit_of[i]];
        if (numbers[home] == 0)
            numbers[home] = ++out->component_count;
        out->component[i] = numbers[home] - 1;
    }
}

/* The sum of the atoms, less what stands in several of one component. */
static void count_vertices(toc_joining *at, toc_join_result *out)
{
    out->vertex_count = toc_join_grab(at, out->component_count, sizeof *out->vertex_count);
    if (at->failed)
        return;
    for (size_t i = 0; i < at->report_count; i++)
        out->vertex_count[out->component[i]] += at->sizes[i];
    memset(at->marks, 0, at->report_count * sizeof *at->marks);
    for (size_t v = 0; v < at->vertex_count; v++) {
        for (size_t i = 0; i < at->vertices[v]->report_count; i++) {
            uint32_t component = out->component[at->vertices[v]->reports[i]];
            if (at->marks[component] == v + 1)
                out->vertex_count[component]--;
            at->marks[component] = (uint32_t)v + 1;
        }
    }
}

/* Whether the reports at a vertex stand in several components, per vertex. */
static bool *find_torn(toc_joining *at, const toc_join_result *result)
{
    bool *torn = toc_join_grab(at, at->vertex_count, sizeof *torn);
    for (size_t v = 0; !at->failed && v < at->vertex_count; v++) {
        const toc_join_shared *vertex = at->vertices[v];
        for (size_t i = 1; i < vertex->report_count; i++)
            torn[v] |=
                result->component[vertex->reports[i]] != result->component[vertex->reports[0]];
    }
    return torn;
}

/* Puts the later reports that share a vertex with one, yet stand elsewhere, into at->found, each
 * once. */
static size_t find_tentative(toc_joining *at, uint32_t report, const bool *torn,
                             const toc_join_result *result)
{
    size_t count = 0;
    for (size_t i = at->of_report.starts[report]; i < at->of_report.starts[report + 1]; i++) {
        uint32_t v = at->of_report.items[i];
        const toc_join_shared *vertex = at->vertices[v];
        for (size_t j = 0; torn[v] && j < vertex->report_count; j++) {
            uint32_t other = vertex->reports[j];
            if (other <= report || result->component[other] == result->component[report] ||
                at->marks[other] == report + 1)
                continue;
            at->marks[other] = report + 1;
            at->found[count++] = other;
        }
    }
    return count;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void list_tentative(toc_joining *at, toc_join_result *out)
{
    bool *torn = find_torn(at, out);
    if (at->failed)
        return;
    size_t total = 0;
    memset(at->marks, 0, at->report_count * sizeof *at->marks);
    for (size_t i = 0; i < at->report_count; i++)
        total += find_tentative(at, (uint32_t)i, torn, out);
    out->tentative = toc_join_grab(at, total, sizeof *out->tentative);
    if (at->failed)
        return;
    memset(at->marks, 0, at->report_count * sizeof *at->marks);
    for (size_t i = 0; i < at->report_count; i++) {
        size_t count = find_tentative(at, (uint32_t)i, torn, out);
        qsort(at->found, count, sizeof *at->found, by_number);
        for (size_t j = 0; j < count; j++) {
            out->tentative[out->tentative_count][0] = (uint32_t)i;
            out->tentative[out->tentative_count++][1] = at->found[j];
        }
    }
}

toc_code toc_join(const toc_join_report *reports, size_t report_count,
                  const toc_join_shared *shared, size_t shared_count, toc_arena *arena,
                  toc_join_result *out, toc_err *err)
{
    TOC_ASSERT(report_count < UINT32_MAX && shared_count < UINT32_MAX);
    toc_joining at = {.arena = arena, .reports = reports, .report_count = report_count};
    toc_join_result result = {0};
    toc_join_make_units(&at, shared, shared_count);
    if (!at.failed)
        toc_join_link_units(&at);
    if (!at.failed)
        number_components(&at, &result);
    if (!at.failed)
        count_vertices(&at, &result);
    if (!at.failed)
        list_tentative(&at, &result);
    if (at.failed)
        return toc_fail(err, TOC_NO_MEMORY, "joining %zu reports: out of memory", report_count);
    *out = result;
    return TOC_OK;
}
