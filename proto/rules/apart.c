#include "proto/rules/apart.h"

#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/rules/join_stages.h"

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory to join the reports anew");
}

static bool is_hub(const toc_join_shared *vertex)
{
    return vertex->report_count > TOC_HUB_REPORTS;
}

/* ---- joining with classes ---- */

typedef struct class_use {
    uint32_t class, report;
} class_use;

static int by_class(const void *left, const void *right)
{
    const class_use *a = left, *b = right;
    if (a->class != b->class)
        return a->class < b->class ? -1 : 1;
    return a->report < b->report ? -1 : a->report > b->report;
}

typedef struct cutting {
    const toc_join_world *world;
    const uint32_t *classes;
    uint32_t *number; /* per report: its index among those that take part */
    toc_join_report *reports;
    size_t report_count;
    toc_join_shared *shared;
    size_t shared_count;
    uint32_t *indexes; /* of all the shared ones, one after the other */
    class_use *uses;   /* of one vertex */
} cutting;

static toc_code make_room(cutting *at, toc_arena *arena, toc_err *err)
{
    size_t total = 0, reports = at->world->report_count;
    for (size_t i = 0; i < at->world->shared_count; i++)
        total += at->world->shared[i].report_count;
    at->number = toc_arena_zalloc(arena, reports, sizeof *at->number);
    at->reports = toc_arena_zalloc(arena, reports, sizeof *at->reports);
    at->shared = toc_arena_zalloc(arena, total, sizeof *at->shared);
    at->indexes = toc_arena_zalloc(arena, total, sizeof *at->indexes);
    at->uses = toc_arena_zalloc(arena, reports, sizeof *at->uses);
    bool made = at->number != NULL && at->reports != NULL && at->shared != NULL &&
                at->indexes != NULL && at->uses != NULL;
    return made ? TOC_OK : no_memory(err);
}

/* One vertex becomes one for each class, `next` on where its reports are put; those of one report
 * alone are shared no more. */
static uint32_t *cut(cutting *at, const toc_join_shared *vertex, uint32_t *next)
{
    size_t count = 0;
    for (size_t i = 0; i < vertex->report_count; i++) {
        uint32_t report = vertex->reports[i], class = at->classes[report];
        if (class != TOC_LEFT_OUT)
            at->uses[count++] = (class_use){.class = class, .report = at->number[report]};
    }
    qsort(at->uses, count, sizeof *at->uses, by_class);
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from; end < count && at->uses[end].class == at->uses[from].class; end++)
            next[end - from] = at->uses[end].report;
        if (end - from < 2)
            continue;
        at->shared[at->shared_count++] =
            (toc_join_shared){.report_count = end - from, .reports = next};
        next += end - from;
    }
    return next;
}

toc_code toc_join_apart(const toc_join_world *world, const uint32_t *classes, toc_arena *arena,
                        toc_join_result *out, toc_err *err)
{
    if (classes == NULL)
        return toc_join(world->reports, world->report_count, world->shared, world->shared_count,
                        arena, out, err);
    cutting at = {.world = world, .classes = classes};
    toc_join_result result;
    TOC_TRY(make_room(&at, arena, err));
    for (size_t i = 0; i < world->report_count; i++) {
        if (classes[i] == TOC_LEFT_OUT)
            continue;
        at.number[i] = (uint32_t)at.report_count;
        at.reports[at.report_count++] = world->reports[i];
    }
    uint32_t *next = at.indexes;
    for (size_t i = 0; i < world->shared_count; i++)
        next = cut(&at, &world->shared[i], next);
    TOC_TRY(toc_join(at.reports, at.report_count, at.shared, at.shared_count, arena, &result, err));
    uint32_t *component = toc_arena_zalloc(arena, world->report_count, sizeof *component);
    if (component == NULL)
        return no_memory(err);
    for (size_t i = 0; i < world->report_count; i++)
        component[i] = classes[i] == TOC_LEFT_OUT ? TOC_LEFT_OUT : result.component[at.number[i]];
    result.component = component;
    *out = result;
    return TOC_OK;
}

/* ---- counting ---- */

uint64_t toc_join_vertices(const toc_join_world *world, const bool *among)
{
    uint64_t count = 0;
    for (size_t i = 0; i < world->report_count; i++)
        count += among[i] ? world->reports[i].vertex_count : 0;
    for (size_t v = 0; v < world->shared_count; v++) {
        uint64_t here = 0;
        for (size_t i = 0; i < world->shared[v].report_count; i++)
            here += among[world->shared[v].reports[i]];
        if (here > 0)
            count -= is_hub(&world->shared[v]) ? here : here - 1;
    }
    return count;
}

/* ---- links ---- */

const char *toc_join_how_name(toc_join_how how)
{
    static const char *const names[] = {[TOC_HOW_GROUP] = "group",
                                        [TOC_HOW_TOUCHES] = "touches",
                                        [TOC_HOW_BLOCK] = "block",
                                        [TOC_HOW_BLOCKS] = "blocks"};
    return names[how];
}

typedef struct linking {
    const toc_join_world *world;
    const bool *among;
    size_t max;
    uint32_t *sizes;  /* per report, hubs aside */
    toc_lists shared; /* per report: the shared vertices it contains, hubs aside */
    uint32_t *counts; /* per report, zero between uses */
    uint32_t *found;
    toc_root *roots; /* scratch for two reports' */
    toc_join_links *out;
} linking;

/* Walks every (report, shared vertex): counts, or fills. */
static void walk(linking *at, bool fill)
{
    for (size_t v = 0; v < at->world->shared_count; v++) {
        const toc_join_shared *vertex = &at->world->shared[v];
        for (size_t i = 0; i < vertex->report_count; i++) {
            uint32_t report = vertex->reports[i];
            if (is_hub(vertex))
                at->sizes[report] -= !fill;
            else if (fill)
                at->shared.items[at->shared.starts[report]++] = (uint32_t)v;
            else
                at->shared.starts[report + 1]++;
        }
    }
}

static toc_code list_shared(linking *at, toc_arena *arena, toc_err *err)
{
    size_t reports = at->world->report_count, roots = 0;
    at->sizes = toc_arena_zalloc(arena, reports, sizeof *at->sizes);
    at->counts = toc_arena_zalloc(arena, reports, sizeof *at->counts);
    at->found = toc_arena_zalloc(arena, reports, sizeof *at->found);
    at->shared.starts = toc_arena_zalloc(arena, reports + 1, sizeof *at->shared.starts);
    if (at->sizes == NULL || at->counts == NULL || at->found == NULL || at->shared.starts == NULL)
        return no_memory(err);
    for (size_t i = 0; i < reports; i++) {
        at->sizes[i] = at->world->reports[i].vertex_count;
        if (at->world->reports[i].root_count > roots)
            roots = at->world->reports[i].root_count;
    }
    walk(at, false);
    size_t total = toc_lists_begin(at->shared.starts, reports);
    at->shared.items = toc_arena_zalloc(arena, total, sizeof *at->shared.items);
    at->roots = toc_arena_zalloc(arena, 2 * roots, sizeof *at->roots);
    if (at->shared.items == NULL || at->roots == NULL)
        return no_memory(err);
    walk(at, true);
    toc_lists_end(at->shared.starts, reports);
    return TOC_OK;
}

static int by_root(const void *left, const void *right)
{
    const toc_root *a = left, *b = right;
    return toc_span_compare(*a, *b);
}

static uint32_t lineages_of(const linking *at, const toc_join_report *first,
                            const toc_join_report *second)
{
    size_t count = 0;
    uint32_t distinct = 0;
    for (size_t i = 0; i < first->root_count; i++)
        at->roots[count++] = first->roots[i];
    for (size_t i = 0; i < second->root_count; i++)
        at->roots[count++] = second->roots[i];
    qsort(at->roots, count, sizeof *at->roots, by_root);
    for (size_t i = 0; i < count; i++)
        distinct += i == 0 || !toc_span_equal(at->roots[i - 1], at->roots[i]);
    return distinct;
}

static toc_join_link link_between(const linking *at, uint32_t first, uint32_t second)
{
    uint32_t a = at->sizes[first], b = at->sizes[second], shared = at->counts[second];
    toc_join_link link = {
        .first = first,
        .second = second,
        .shared = shared,
        .smaller = a < b ? a : b,
        .lineages = lineages_of(at, &at->world->reports[first], &at->world->reports[second])};
    bool first_big = a > TOC_BIG_ATOM_MEMBERS, second_big = b > TOC_BIG_ATOM_MEMBERS;
    link.how = !first_big && !second_big             ? TOC_HOW_GROUP
               : first_big != second_big             ? TOC_HOW_TOUCHES
               : 2 * (uint64_t)shared > link.smaller ? TOC_HOW_BLOCK
                                                     : TOC_HOW_BLOCKS;
    return link;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

/* The later reports that share a vertex with this one. */
static void link_report(linking *at, uint32_t report)
{
    size_t count = 0;
    for (size_t i = at->shared.starts[report]; i < at->shared.starts[report + 1]; i++) {
        const toc_join_shared *vertex = &at->world->shared[at->shared.items[i]];
        for (size_t j = 0; j < vertex->report_count; j++) {
            uint32_t other = vertex->reports[j];
            if (other > report && at->among[other] && at->counts[other]++ == 0)
                at->found[count++] = other;
        }
    }
    qsort(at->found, count, sizeof *at->found, by_number);
    for (size_t i = 0; i < count; i++) {
        if (at->out->count < at->max)
            at->out->links[at->out->count++] = link_between(at, report, at->found[i]);
        at->counts[at->found[i]] = 0;
    }
    at->out->total += count;
}

toc_code toc_join_links_of(const toc_join_world *world, const bool *among, size_t max,
                           toc_arena *arena, toc_join_links *out, toc_err *err)
{
    toc_join_links links = {.links = toc_arena_zalloc(arena, max, sizeof *links.links)};
    linking at = {.world = world, .among = among, .max = max, .out = &links};
    if (links.links == NULL)
        return no_memory(err);
    TOC_TRY(list_shared(&at, arena, err));
    for (size_t i = 0; i < world->report_count; i++) {
        if (among[i])
            link_report(&at, (uint32_t)i);
    }
    *out = links;
    return TOC_OK;
}
