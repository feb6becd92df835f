#include "proto/base/limits.h"
#include "proto/rules/join_stages.h"
#include "proto/rules/union.h"

static bool is_meeting(const toc_joining *at, size_t v)
{
    size_t blocks = 0;
    for (size_t i = at->spot_starts[v]; i < at->spot_starts[v + 1]; i++)
        blocks += at->is_block[at->spots[i].unit];
    return blocks >= 2;
}

/* Walks every (block, vertex) where another block stands at the vertex too: counts, or fills. */
static void walk_meetings(const toc_joining *at, toc_lists *meetings, bool fill)
{
    for (size_t v = 0; v < at->vertex_count; v++) {
        bool meeting = is_meeting(at, v);
        for (size_t i = at->spot_starts[v]; meeting && i < at->spot_starts[v + 1]; i++) {
            uint32_t block = at->spots[i].unit;
            if (!at->is_block[block])
                continue;
            if (fill)
                meetings->items[meetings->starts[block]++] = (uint32_t)v;
            else
                meetings->starts[block + 1]++;
        }
    }
}

static toc_lists list_meetings(toc_joining *at)
{
    toc_lists meetings = {.starts = toc_join_grab(at, at->unit_count + 1, sizeof *meetings.starts)};
    if (at->failed)
        return meetings;
    walk_meetings(at, &meetings, false);
    size_t total = toc_lists_begin(meetings.starts, at->unit_count);
    meetings.items = toc_join_grab(at, total, sizeof *meetings.items);
    if (at->failed)
        return meetings;
    walk_meetings(at, &meetings, true);
    toc_lists_end(meetings.starts, at->unit_count);
    return meetings;
}

static const toc_spot *spot_of(const toc_joining *at, size_t v, uint32_t unit)
{
    size_t i = at->spot_starts[v];
    while (at->spots[i].unit != unit)
        i++;
    return &at->spots[i];
}

/* One vertex of a block: counts the later blocks that share it; two roots on either side join. */
static size_t meet_at(toc_joining *at, uint32_t block, size_t v, size_t found_count)
{
    uint32_t weight = spot_of(at, v, block)->weight;
    for (size_t i = at->spot_starts[v]; i < at->spot_starts[v + 1]; i++) {
        const toc_spot *other = &at->spots[i];
        if (other->unit <= block || !at->is_block[other->unit])
            continue;
        if (weight >= 2 && other->weight >= 2)
            toc_union_link(at->parents, block, other->unit);
        if (at->counts[other->unit]++ == 0)
            at->found[found_count++] = other->unit;
    }
    return found_count;
}

/* Stage 5, shared vertices: one block against all later ones. */
static void join_by_vertices(toc_joining *at, uint32_t block, const toc_lists *meetings)
{
    size_t found_count = 0;
    for (size_t i = meetings->starts[block]; i < meetings->starts[block + 1]; i++)
        found_count = meet_at(at, block, meetings->items[i], found_count);
    for (size_t i = 0; i < found_count; i++) {
        uint32_t other = at->found[i];
        uint64_t shared = at->counts[other];
        uint32_t fewer = at->unit_sizes[block] < at->unit_sizes[other] ? at->unit_sizes[block]
                                                                       : at->unit_sizes[other];
        if (shared * 10 > fewer)
            toc_union_link(at->parents, block, other);
        at->counts[other] = 0;
    }
}

/* A group between blocks. Its weight is that of its roots, up to 2. */
typedef struct bridge {
    const uint32_t *blocks;
    size_t count; /* of blocks; 2 and more */
    toc_spot roots;
} bridge;

static bridge *list_bridges(toc_joining *at, size_t *out_count)
{
    toc_spot *roots = toc_join_grab(at, at->unit_count, sizeof *roots);
    bridge *bridges = toc_join_grab(at, at->unit_count, sizeof *bridges);
    *out_count = 0;
    if (at->failed)
        return NULL;
    for (size_t report = 0; report < at->report_count; report++) {
        for (size_t i = at->roots.starts[report]; i < at->roots.starts[report + 1]; i++)
            toc_spot_add_root(&roots[at->unit_of[report]], at->roots.items[i]);
    }
    for (size_t unit = 0; unit < at->unit_count; unit++) {
        size_t start = at->touched.starts[unit], end = at->touched.starts[unit + 1];
        if (end - start >= 2)
            bridges[(*out_count)++] = (bridge){
                .blocks = at->touched.items + start, .count = end - start, .roots = roots[unit]};
    }
    return bridges;
}

/* A bridge of two roots joins all that it touches. */
static void join_by_heavy(toc_joining *at, const bridge *heavy)
{
    for (size_t i = 1; i < heavy->count; i++)
        toc_union_link(at->parents, heavy->blocks[0], heavy->blocks[i]);
}

/* Per block, the light bridges that touch it and blocks that bridges of another root touch too. A
 * pair that bridges of two roots touch is one of such blocks, so that the others need no look. */
static toc_lists list_light(toc_joining *at, const bridge *bridges, size_t count,
                            const toc_spot *met)
{
    toc_lists light = {.starts = toc_join_grab(at, at->unit_count + 1, sizeof *light.starts)};
    if (at->failed)
        return light;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; bridges[i].roots.weight == 1 && j < bridges[i].count; j++)
            light.starts[bridges[i].blocks[j] + 1] += met[bridges[i].blocks[j]].weight >= 2;
    }
    size_t total = toc_lists_begin(light.starts, at->unit_count);
    light.items = toc_join_grab(at, total, sizeof *light.items);
    if (at->failed)
        return light;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; bridges[i].roots.weight == 1 && j < bridges[i].count; j++) {
            uint32_t block = bridges[i].blocks[j];
            if (met[block].weight >= 2)
                light.items[light.starts[block]++] = (uint32_t)i;
        }
    }
    toc_lists_end(light.starts, at->unit_count);
    return light;
}

/* One block against all later ones: joined when light bridges of two roots touch both.
 * counts[other] is one more than the root of the first such bridge. */
static void join_by_light(toc_joining *at, uint32_t block, const bridge *bridges,
                          const toc_lists *light, const toc_spot *met)
{
    size_t found_count = 0;
    for (size_t i = light->starts[block]; i < light->starts[block + 1]; i++) {
        const bridge *over = &bridges[light->items[i]];
        for (size_t j = 0; j < over->count; j++) {
            uint32_t other = over->blocks[j];
            if (other <= block || met[other].weight < 2)
                continue;
            if (at->counts[other] == 0) {
                at->counts[other] = over->roots.root + 1;
                at->found[found_count++] = other;
            } else if (at->counts[other] != over->roots.root + 1) {
                toc_union_link(at->parents, block, other);
            }
        }
    }
    for (size_t i = 0; i < found_count; i++)
        at->counts[at->found[i]] = 0;
}

/* Stage 5, bridges. */
static void join_by_bridges(toc_joining *at)
{
    size_t count;
    bridge *bridges = list_bridges(at, &count);
    toc_spot *met = toc_join_grab(at, at->unit_count, sizeof *met);
    if (at->failed)
        return;
    for (size_t i = 0; i < count; i++) {
        if (bridges[i].roots.weight >= 2)
            join_by_heavy(at, &bridges[i]);
        for (size_t j = 0; bridges[i].roots.weight == 1 && j < bridges[i].count; j++)
            toc_spot_add_root(&met[bridges[i].blocks[j]], bridges[i].roots.root);
    }
    toc_lists light = list_light(at, bridges, count, met);
    for (size_t unit = 0; !at->failed && unit < at->unit_count; unit++)
        join_by_light(at, (uint32_t)unit, bridges, &light, met);
}

/* Stage 6: a group belongs where all that it touches is together. */
static void place_groups(toc_joining *at)
{
    for (size_t unit = 0; unit < at->unit_count; unit++) {
        size_t start = at->touched.starts[unit], end = at->touched.starts[unit + 1];
        if (start == end)
            continue;
        uint32_t home = toc_union_root(at->parents, at->touched.items[start]);
        bool together = true;
        for (size_t i = start; i < end; i++)
            together &= toc_union_root(at->parents, at->touched.items[i]) == home;
        if (together)
            at->homes[unit] = home;
    }
}

void toc_join_link_units(toc_joining *at)
{
    at->parents = toc_join_grab(at, at->unit_count, sizeof *at->parents);
    at->homes = toc_join_grab(at, at->unit_count, sizeof *at->homes);
    toc_lists meetings = list_meetings(at);
    if (at->failed)
        return;
    toc_union_init(at->parents, at->unit_count);
    for (size_t unit = 0; unit < at->unit_count; unit++)
        join_by_vertices(at, (uint32_t)unit, &meetings);
    join_by_bridges(at);
    if (at->failed)
        return;
    for (size_t unit = 0; unit < at->unit_count; unit++)
        at->homes[unit] = toc_union_root(at->parents, (uint32_t)unit);
    place_groups(at);
}
