#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/rules/join_stages.h"
#include "proto/rules/union.h"

void *toc_join_grab(toc_joining *at, size_t count, size_t size)
{
    void *memory = at->failed ? NULL : toc_arena_zalloc(at->arena, count, size);
    at->failed = memory == NULL;
    return memory;
}

static bool is_big(const toc_joining *at, uint32_t report)
{
    return at->sizes[report] > TOC_BIG_ATOM_MEMBERS;
}

/* Strips the hubs: what is left of the vertices, and of the reports' sizes. */
static void make_atoms(toc_joining *at, const toc_join_shared *shared, size_t shared_count)
{
    at->sizes = toc_join_grab(at, at->report_count, sizeof *at->sizes);
    at->vertices = toc_join_grab(at, shared_count, sizeof(const toc_join_shared *));
    if (at->failed)
        return;
    for (size_t i = 0; i < at->report_count; i++)
        at->sizes[i] = at->reports[i].vertex_count;
    for (size_t i = 0; i < shared_count; i++) {
        if (shared[i].report_count <= TOC_HUB_REPORTS) {
            at->vertices[at->vertex_count++] = &shared[i];
            continue;
        }
        for (size_t j = 0; j < shared[i].report_count; j++) {
            TOC_ASSERT(at->sizes[shared[i].reports[j]] > 0);
            at->sizes[shared[i].reports[j]]--;
        }
    }
}

size_t toc_lists_begin(size_t *starts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        starts[i + 1] += starts[i];
    return starts[count];
}

void toc_lists_end(size_t *starts, size_t count)
{
    for (size_t i = count; i > 0; i--)
        starts[i] = starts[i - 1];
    starts[0] = 0;
}

static void list_vertices(toc_joining *at)
{
    at->of_report.starts = toc_join_grab(at, at->report_count + 1, sizeof *at->of_report.starts);
    if (at->failed)
        return;
    for (size_t v = 0; v < at->vertex_count; v++) {
        for (size_t i = 0; i < at->vertices[v]->report_count; i++)
            at->of_report.starts[at->vertices[v]->reports[i] + 1]++;
    }
    size_t total = toc_lists_begin(at->of_report.starts, at->report_count);
    at->of_report.items = toc_join_grab(at, total, sizeof *at->of_report.items);
    if (at->failed)
        return;
    for (size_t v = 0; v < at->vertex_count; v++) {
        for (size_t i = 0; i < at->vertices[v]->report_count; i++)
            at->of_report.items[at->of_report.starts[at->vertices[v]->reports[i]]++] = (uint32_t)v;
    }
    toc_lists_end(at->of_report.starts, at->report_count);
}

typedef struct root_use {
    toc_root root;
    size_t place; /* in the flat list */
} root_use;

static int by_root(const void *left, const void *right)
{
    const root_use *a = left, *b = right;
    return toc_span_compare(a->root, b->root);
}

/* Equal roots get equal numbers. */
static void number_roots(toc_joining *at)
{
    at->roots.starts = toc_join_grab(at, at->report_count + 1, sizeof *at->roots.starts);
    if (at->failed)
        return;
    for (size_t i = 0; i < at->report_count; i++)
        at->roots.starts[i + 1] = at->reports[i].root_count;
    size_t total = toc_lists_begin(at->roots.starts, at->report_count);
    at->roots.items = toc_join_grab(at, total, sizeof *at->roots.items);
    root_use *uses = toc_join_grab(at, total, sizeof *uses);
    if (at->failed)
        return;
    for (size_t i = 0; i < at->report_count; i++) {
        for (size_t j = 0; j < at->reports[i].root_count; j++) {
            size_t place = at->roots.starts[i] + j;
            uses[place] = (root_use){.root = at->reports[i].roots[j], .place = place};
        }
    }
    qsort(uses, total, sizeof *uses, by_root);
    uint32_t number = 0;
    for (size_t i = 0; i < total; i++) {
        number += i > 0 && !toc_span_equal(uses[i - 1].root, uses[i].root);
        at->roots.items[uses[i].place] = number;
    }
}

/* Counts, for one big atom, the members it shares with each later one, and links where they are
 * more than half of the smaller. */
static void link_big(toc_joining *at, uint32_t report, uint32_t *units)
{
    size_t found_count = 0;
    for (size_t i = at->of_report.starts[report]; i < at->of_report.starts[report + 1]; i++) {
        const toc_join_shared *vertex = at->vertices[at->of_report.items[i]];
        for (size_t j = 0; j < vertex->report_count; j++) {
            uint32_t other = vertex->reports[j];
            if (other <= report || !is_big(at, other))
                continue;
            if (at->counts[other]++ == 0)
                at->found[found_count++] = other;
        }
    }
    for (size_t i = 0; i < found_count; i++) {
        uint32_t other = at->found[i];
        uint64_t shared = at->counts[other];
        uint32_t smaller =
            at->sizes[report] < at->sizes[other] ? at->sizes[report] : at->sizes[other];
        if (2 * shared > smaller)
            toc_union_link(units, report, other);
        at->counts[other] = 0;
    }
}

static void link_small(toc_joining *at, const toc_join_shared *vertex, uint32_t *units)
{
    uint32_t first = UINT32_MAX;
    for (size_t i = 0; i < vertex->report_count; i++) {
        uint32_t report = vertex->reports[i];
        if (is_big(at, report))
            continue;
        if (first == UINT32_MAX)
            first = report;
        toc_union_link(units, first, report);
    }
}

/* Stages 1 to 3. */
static void make_units(toc_joining *at)
{
    uint32_t *units = toc_join_grab(at, at->report_count, sizeof *units);
    at->unit_of = toc_join_grab(at, at->report_count, sizeof *at->unit_of);
    at->is_block = toc_join_grab(at, at->report_count, sizeof *at->is_block);
    at->unit_sizes = toc_join_grab(at, at->report_count, sizeof *at->unit_sizes);
    if (at->failed)
        return;
    toc_union_init(units, at->report_count);
    for (size_t i = 0; i < at->report_count; i++) {
        if (is_big(at, (uint32_t)i))
            link_big(at, (uint32_t)i, units);
    }
    for (size_t v = 0; v < at->vertex_count; v++)
        link_small(at, at->vertices[v], units);
    for (size_t i = 0; i < at->report_count; i++) {
        uint32_t root = toc_union_root(units, (uint32_t)i);
        if (root == i) {
            at->is_block[at->unit_count] = is_big(at, root);
            at->unit_of[i] = (uint32_t)at->unit_count++;
        } else {
            at->unit_of[i] = at->unit_of[root];
        }
        at->unit_sizes[at->unit_of[i]] += at->sizes[i];
    }
}

void toc_spot_add_root(toc_spot *spot, uint32_t root)
{
    if (spot->weight == 0) {
        spot->root = root;
        spot->weight = 1;
    } else if (spot->root != root) {
        spot->weight = 2;
    }
}

static void add_roots(const toc_joining *at, uint32_t report, toc_spot *to)
{
    for (size_t i = at->roots.starts[report]; i < at->roots.starts[report + 1]; i++)
        toc_spot_add_root(to, at->roots.items[i]);
}

/* What stands of each unit at a vertex; returns how many there are. `place` gives a unit's spot. */
static size_t fill_spots(toc_joining *at, size_t v, toc_spot *spots, uint32_t *place)
{
    const toc_join_shared *vertex = at->vertices[v];
    size_t count = 0;
    for (size_t i = 0; i < vertex->report_count; i++) {
        uint32_t report = vertex->reports[i], unit = at->unit_of[report];
        if (place[unit] >= count || spots[place[unit]].unit != unit) {
            place[unit] = (uint32_t)count;
            spots[count++] = (toc_spot){.unit = unit};
        }
        toc_spot *mine = &spots[place[unit]];
        mine->reports++;
        add_roots(at, report, mine);
    }
    for (size_t i = 0; i < count; i++)
        at->unit_sizes[spots[i].unit] -= spots[i].reports - 1;
    return count;
}

static void make_spots(toc_joining *at)
{
    size_t total = at->of_report.starts[at->report_count];
    at->spot_starts = toc_join_grab(at, at->vertex_count + 1, sizeof *at->spot_starts);
    at->spots = toc_join_grab(at, total, sizeof *at->spots);
    if (at->failed)
        return;
    uint32_t *place = at->marks;
    for (size_t v = 0; v < at->vertex_count; v++)
        at->spot_starts[v + 1] =
            at->spot_starts[v] + fill_spots(at, v, at->spots + at->spot_starts[v], place);
}

/* The group at a vertex: small atoms that share one are one group. */
static const toc_spot *group_at(const toc_joining *at, size_t v)
{
    for (size_t i = at->spot_starts[v]; i < at->spot_starts[v + 1]; i++) {
        if (!at->is_block[at->spots[i].unit])
            return &at->spots[i];
    }
    return NULL;
}

/* Walks every (group, block) that meet at a vertex, repetitions included: counts, or fills. */
static void walk_touches(toc_joining *at, bool fill)
{
    for (size_t v = 0; v < at->vertex_count; v++) {
        const toc_spot *group = group_at(at, v);
        for (size_t i = at->spot_starts[v]; group != NULL && i < at->spot_starts[v + 1]; i++) {
            uint32_t block = at->spots[i].unit;
            if (!at->is_block[block])
                continue;
            if (fill)
                at->touched.items[at->touched.starts[group->unit]++] = block;
            else
                at->touched.starts[group->unit + 1]++;
        }
    }
}

/* Leaves each item of a list once; the lists close up. */
static void drop_repetitions(toc_joining *at, toc_lists *from)
{
    size_t kept = 0, start = 0;
    memset(at->marks, 0, at->report_count * sizeof *at->marks);
    for (size_t list = 0; list < at->unit_count; list++) {
        size_t end = from->starts[list + 1];
        from->starts[list] = kept;
        for (size_t i = start; i < end; i++) {
            if (at->marks[from->items[i]] == list + 1)
                continue;
            at->marks[from->items[i]] = (uint32_t)list + 1;
            from->items[kept++] = from->items[i];
        }
        start = end;
    }
    from->starts[at->unit_count] = kept;
}

/* Stage 4. */
static void find_touches(toc_joining *at)
{
    at->touched.starts = toc_join_grab(at, at->unit_count + 1, sizeof *at->touched.starts);
    if (at->failed)
        return;
    walk_touches(at, false);
    size_t total = toc_lists_begin(at->touched.starts, at->unit_count);
    at->touched.items = toc_join_grab(at, total, sizeof *at->touched.items);
    if (at->failed)
        return;
    walk_touches(at, true);
    toc_lists_end(at->touched.starts, at->unit_count);
    drop_repetitions(at, &at->touched);
}

void toc_join_make_units(toc_joining *at, const toc_join_shared *shared, size_t shared_count)
{
    at->marks = toc_join_grab(at, at->report_count, sizeof *at->marks);
    at->counts = toc_join_grab(at, at->report_count, sizeof *at->counts);
    at->found = toc_join_grab(at, at->report_count, sizeof *at->found);
    make_atoms(at, shared, shared_count);
    if (!at->failed)
        list_vertices(at);
    if (!at->failed)
        number_roots(at);
    if (!at->failed)
        make_units(at);
    if (!at->failed)
        make_spots(at);
    if (!at->failed)
        find_touches(at);
}
