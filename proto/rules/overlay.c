#include "proto/rules/overlay.h"

#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/rules/union.h"

typedef struct working {
    const toc_overlay_world *world;
    toc_arena *arena;
    toc_join_world join; /* hubs stripped: a cut vertex must not cease to be one */
    bool *applies;       /* per decision: a split of what V has together */
    uint32_t class_count;
    uint32_t *steps[2]; /* per report: from either wallet of a split */
    uint32_t *queue;
    bool *passed; /* per shared vertex: the walk has come by */
    toc_overlay out;
} working;

const char *toc_overlay_effect_name(toc_overlay_effect effect)
{
    static const char *const names[] = {[TOC_EFFECT_NONE] = "none",
                                        [TOC_EFFECT_JOINED] = "joined",
                                        [TOC_EFFECT_PARTED] = "parted",
                                        [TOC_EFFECT_OUTSIDE] = "outside",
                                        [TOC_EFFECT_CONTRADICTED] = "contradicted"};
    return names[effect];
}

static toc_code no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory for the overlay");
}

/* ---- what V has ---- */

static toc_code strip_hubs(working *at, toc_err *err)
{
    const toc_join_world *from = &at->world->join;
    toc_join_report *reports = toc_arena_zalloc(at->arena, from->report_count, sizeof *reports);
    toc_join_shared *shared = toc_arena_zalloc(at->arena, from->shared_count, sizeof *shared);
    if (reports == NULL || shared == NULL)
        return no_memory(err);
    for (size_t i = 0; i < from->report_count; i++)
        reports[i] = from->reports[i];
    at->join =
        (toc_join_world){.reports = reports, .report_count = from->report_count, .shared = shared};
    for (size_t v = 0; v < from->shared_count; v++) {
        const toc_join_shared *vertex = &from->shared[v];
        if (vertex->report_count <= TOC_HUB_REPORTS) {
            shared[at->join.shared_count++] = *vertex;
            continue;
        }
        for (size_t i = 0; i < vertex->report_count; i++)
            reports[vertex->reports[i]].vertex_count--;
    }
    return TOC_OK;
}

static const toc_overlay_wallet *wallet_of(const working *at, uint32_t number)
{
    return &at->world->wallets[number];
}

static bool is_outside(const working *at, const toc_overlay_decision *decision)
{
    return wallet_of(at, decision->first)->outside || wallet_of(at, decision->second)->outside;
}

/* Whether some report of each stand in one and the same of `homes`. */
static bool meet(const working *at, const toc_overlay_decision *decision, const uint32_t *homes)
{
    const toc_overlay_wallet *first = wallet_of(at, decision->first);
    const toc_overlay_wallet *second = wallet_of(at, decision->second);
    for (size_t i = 0; i < first->report_count; i++) {
        for (size_t j = 0; j < second->report_count; j++) {
            uint32_t home = homes[first->reports[i]];
            if (home != TOC_NOWHERE && home == homes[second->reports[j]])
                return true;
        }
    }
    return false;
}

/* ---- splits ---- */

/* A report that names both wallets of a split says what was decided to be wrong. */
static void set_aside(working *at, const toc_overlay_decision *decision)
{
    const toc_overlay_wallet *first = wallet_of(at, decision->first);
    const toc_overlay_wallet *second = wallet_of(at, decision->second);
    for (size_t i = 0, j = 0; i < first->report_count && j < second->report_count;) {
        uint32_t a = first->reports[i], b = second->reports[j];
        if (a == b)
            at->out.class[a] = TOC_LEFT_OUT;
        i += a <= b;
        j += b <= a;
    }
}

/* How many reports it takes from the wallet to each report, along shared vertices; those that were
 * set aside lead nowhere. */
static void walk(working *at, const toc_overlay_wallet *wallet, const size_t *starts,
                 const uint32_t *vertices, uint32_t *steps)
{
    size_t count = 0;
    for (size_t i = 0; i < at->join.report_count; i++)
        steps[i] = TOC_NOWHERE;
    memset(at->passed, 0, at->join.shared_count * sizeof *at->passed);
    for (size_t i = 0; i < wallet->report_count; i++) {
        uint32_t report = wallet->reports[i];
        if (at->out.class[report] == TOC_LEFT_OUT)
            continue;
        steps[report] = 1;
        at->queue[count++] = report;
    }
    for (size_t next = 0; next < count; next++) {
        uint32_t report = at->queue[next];
        for (size_t i = starts[report]; i < starts[report + 1]; i++) {
            const toc_join_shared *vertex = &at->join.shared[vertices[i]];
            bool passed = at->passed[vertices[i]];
            at->passed[vertices[i]] = true;
            for (size_t j = 0; !passed && j < vertex->report_count; j++) {
                uint32_t other = vertex->reports[j];
                if (steps[other] != TOC_NOWHERE || at->out.class[other] == TOC_LEFT_OUT)
                    continue;
                steps[other] = steps[report] + 1;
                at->queue[count++] = other;
            }
        }
    }
}

/* Each class is divided in three: nearer to the one, nearer to the other, neither. Their numbers
 * mean nothing, only which are equal. */
static toc_code divide(working *at, toc_err *err)
{
    uint32_t *numbers =
        toc_arena_zalloc(at->arena, 3 * (size_t)at->class_count, sizeof *numbers); /* one more */
    if (numbers == NULL)
        return no_memory(err);
    uint32_t count = 0;
    for (size_t i = 0; i < at->join.report_count; i++) {
        uint32_t class = at->out.class[i], a = at->steps[0][i], b = at->steps[1][i];
        if (class == TOC_LEFT_OUT)
            continue;
        uint32_t *number = &numbers[3 * (size_t) class + (a < b ? 0 : b < a ? 1 : 2)];
        if (*number == 0)
            *number = ++count;
        at->out.class[i] = *number - 1;
    }
    at->class_count = count;
    return TOC_OK;
}

/* Per report, which shared vertices it contains, flat. */
static toc_code list_vertices(working *at, size_t **out_starts, uint32_t **out, toc_err *err)
{
    size_t total = 0, reports = at->join.report_count;
    for (size_t v = 0; v < at->join.shared_count; v++)
        total += at->join.shared[v].report_count;
    size_t *starts = toc_arena_zalloc(at->arena, reports + 2, sizeof *starts);
    uint32_t *vertices = toc_arena_zalloc(at->arena, total, sizeof *vertices);
    if (starts == NULL || vertices == NULL)
        return no_memory(err);
    for (size_t v = 0; v < at->join.shared_count; v++) {
        for (size_t i = 0; i < at->join.shared[v].report_count; i++)
            starts[at->join.shared[v].reports[i] + 2]++;
    }
    for (size_t i = 2; i < reports + 2; i++)
        starts[i] += starts[i - 1];
    for (size_t v = 0; v < at->join.shared_count; v++) {
        for (size_t i = 0; i < at->join.shared[v].report_count; i++)
            vertices[starts[at->join.shared[v].reports[i] + 1]++] = (uint32_t)v;
    }
    *out_starts = starts;
    *out = vertices;
    return TOC_OK;
}

static toc_code classify(working *at, toc_err *err)
{
    size_t reports = at->join.report_count, *starts = NULL;
    uint32_t *vertices = NULL;
    bool any = false;
    at->out.class = toc_arena_zalloc(at->arena, reports, sizeof *at->out.class);
    at->applies = toc_arena_zalloc(at->arena, at->world->decision_count, sizeof *at->applies);
    if (at->out.class == NULL || at->applies == NULL)
        return no_memory(err);
    at->class_count = 1;
    for (size_t i = 0; i < at->world->decision_count; i++) {
        const toc_overlay_decision *decision = &at->world->decisions[i];
        at->applies[i] =
            decision->split && !is_outside(at, decision) && meet(at, decision, at->out.view);
        any = any || at->applies[i];
        if (at->applies[i])
            set_aside(at, decision);
    }
    if (!any)
        return TOC_OK;
    at->steps[0] = toc_arena_zalloc(at->arena, reports, sizeof *at->steps[0]);
    at->steps[1] = toc_arena_zalloc(at->arena, reports, sizeof *at->steps[1]);
    at->queue = toc_arena_zalloc(at->arena, reports, sizeof *at->queue);
    at->passed = toc_arena_zalloc(at->arena, at->join.shared_count, sizeof *at->passed);
    if (at->steps[0] == NULL || at->steps[1] == NULL || at->queue == NULL || at->passed == NULL)
        return no_memory(err);
    TOC_TRY(list_vertices(at, &starts, &vertices, err));
    for (size_t i = 0; i < at->world->decision_count; i++) {
        const toc_overlay_decision *decision = &at->world->decisions[i];
        if (!at->applies[i])
            continue;
        walk(at, wallet_of(at, decision->first), starts, vertices, at->steps[0]);
        walk(at, wallet_of(at, decision->second), starts, vertices, at->steps[1]);
        TOC_TRY(divide(at, err));
    }
    return TOC_OK;
}

/* ---- parts ---- */

typedef struct standing {
    uint32_t view, apart, report;
} standing;

static int by_place(const void *left, const void *right)
{
    const standing *a = left, *b = right;
    if (a->view != b->view)
        return a->view < b->view ? -1 : 1;
    if (a->apart != b->apart)
        return a->apart < b->apart ? -1 : 1;
    return a->report < b->report ? -1 : a->report > b->report;
}

/* Together are those whom both V and the join without what was decided to be wrong have together:
 * a split takes apart, and never joins. */
static toc_code make_parts(working *at, toc_err *err)
{
    toc_join_result apart = {0};
    size_t count = 0, reports = at->join.report_count;
    standing *places = toc_arena_zalloc(at->arena, reports, sizeof *places);
    at->out.part = toc_arena_zalloc(at->arena, reports, sizeof *at->out.part);
    if (places == NULL || at->out.part == NULL)
        return no_memory(err);
    TOC_TRY(toc_join_apart(&at->join, at->out.class, at->arena, &apart, err));
    for (size_t i = 0; i < reports; i++) {
        at->out.part[i] = TOC_NOWHERE;
        if (at->out.class[i] != TOC_LEFT_OUT)
            places[count++] = (standing){
                .view = at->out.view[i], .apart = apart.component[i], .report = (uint32_t)i};
    }
    qsort(places, count, sizeof *places, by_place);
    for (size_t i = 0; i < count; i++) {
        bool same =
            i > 0 && places[i].view == places[i - 1].view && places[i].apart == places[i - 1].apart;
        at->out.part_count += !same;
        at->out.part[places[i].report] = at->out.part_count - 1;
    }
    return TOC_OK;
}

/* Per part its smallest vertex; and of which report, the lowest, of two that have the same one. */
typedef struct part_name {
    toc_span vertex;
    uint32_t report;
} part_name;

static bool comes_first(const part_name *left, const part_name *right)
{
    int order = toc_span_compare(left->vertex, right->vertex);
    return order != 0 ? order < 0 : left->report < right->report;
}

static part_name *name_parts(working *at)
{
    part_name *names = toc_arena_zalloc(at->arena, at->out.part_count, sizeof *names);
    for (size_t i = at->join.report_count; names != NULL && i-- > 0;) {
        if (at->out.part[i] == TOC_NOWHERE)
            continue;
        part_name *name = &names[at->out.part[i]];
        toc_span lowest = at->world->lowest[i];
        name->report = (uint32_t)i;
        if (lowest.size > 0 &&
            (name->vertex.size == 0 || toc_span_compare(lowest, name->vertex) < 0))
            name->vertex = lowest;
    }
    return names;
}

/* One that was only in reports that are set aside, or in none, is a part by itself. */
static toc_code place_wallets(working *at, toc_err *err)
{
    const part_name *names = name_parts(at);
    at->out.wallet = toc_arena_zalloc(at->arena, at->world->wallet_count, sizeof *at->out.wallet);
    if (names == NULL || at->out.wallet == NULL)
        return no_memory(err);
    for (uint32_t w = 0; w < at->world->wallet_count; w++) {
        const toc_overlay_wallet *wallet = wallet_of(at, w);
        uint32_t *place = &at->out.wallet[w];
        *place = TOC_NOWHERE;
        for (size_t i = 0; i < wallet->report_count && !wallet->outside; i++) {
            uint32_t part = at->out.part[wallet->reports[i]];
            if (part != TOC_NOWHERE &&
                (*place == TOC_NOWHERE || comes_first(&names[part], &names[*place])))
                *place = part;
        }
        if (*place == TOC_NOWHERE && !wallet->outside)
            *place = at->out.part_count++;
    }
    return TOC_OK;
}

/* ---- confirmations ---- */

/* Marks each group that holds a part of the one wallet and a part of the other. */
static void forbid(const working *at, const toc_overlay_decision *split, uint32_t *homes, bool *bad)
{
    const toc_overlay_wallet *wallets[2] = {wallet_of(at, split->first),
                                            wallet_of(at, split->second)};
    uint32_t own[2] = {at->out.wallet[split->first], at->out.wallet[split->second]};
    for (size_t i = 0; i <= wallets[0]->report_count; i++) {
        uint32_t a = i == 0 ? own[0] : at->out.part[wallets[0]->reports[i - 1]];
        for (size_t j = 0; j <= wallets[1]->report_count && a != TOC_NOWHERE; j++) {
            uint32_t b = j == 0 ? own[1] : at->out.part[wallets[1]->reports[j - 1]];
            if (b != TOC_NOWHERE && toc_union_root(homes, a) == toc_union_root(homes, b))
                bad[toc_union_root(homes, a)] = true;
        }
    }
}

/* What the confirmations join, but for a group in which a split pair would come together: that is
 * left in its parts, for whoever decided both has to say which is meant. */
static toc_code group_parts(working *at, toc_err *err)
{
    uint32_t parts = at->out.part_count;
    uint32_t *homes = toc_arena_zalloc(at->arena, parts, sizeof *homes);
    bool *bad = toc_arena_zalloc(at->arena, parts, sizeof *bad);
    at->out.group = toc_arena_zalloc(at->arena, parts, sizeof *at->out.group);
    at->out.effects =
        toc_arena_zalloc(at->arena, at->world->decision_count, sizeof *at->out.effects);
    if (homes == NULL || bad == NULL || at->out.group == NULL || at->out.effects == NULL)
        return no_memory(err);
    toc_union_init(homes, parts);
    for (size_t i = 0; i < at->world->decision_count; i++) {
        const toc_overlay_decision *decision = &at->world->decisions[i];
        if (!decision->split && !is_outside(at, decision))
            toc_union_link(homes, at->out.wallet[decision->first],
                           at->out.wallet[decision->second]);
    }
    for (size_t i = 0; i < at->world->decision_count; i++) {
        const toc_overlay_decision *decision = &at->world->decisions[i];
        if (decision->split && !is_outside(at, decision))
            forbid(at, decision, homes, bad);
    }
    for (uint32_t part = 0; part < parts; part++) {
        uint32_t home = toc_union_root(homes, part);
        at->out.group[part] = bad[home] ? part : home;
    }
    return TOC_OK;
}

static toc_overlay_effect effect_of(const working *at, const toc_overlay_decision *decision)
{
    if (is_outside(at, decision))
        return TOC_EFFECT_OUTSIDE;
    bool together = meet(at, decision, at->out.view);
    if (decision->split)
        return together ? TOC_EFFECT_PARTED : TOC_EFFECT_NONE;
    if (at->out.group[at->out.wallet[decision->first]] !=
        at->out.group[at->out.wallet[decision->second]])
        return TOC_EFFECT_CONTRADICTED;
    return together ? TOC_EFFECT_NONE : TOC_EFFECT_JOINED;
}

toc_code toc_overlay_of(const toc_overlay_world *world, toc_arena *arena, toc_overlay *out,
                        toc_err *err)
{
    working at = {.world = world, .arena = arena};
    toc_join_result view = {0};
    TOC_TRY(strip_hubs(&at, err));
    TOC_TRY(toc_join_apart(&at.join, NULL, arena, &view, err));
    at.out.view = view.component;
    TOC_TRY(classify(&at, err));
    TOC_TRY(make_parts(&at, err));
    TOC_TRY(place_wallets(&at, err));
    TOC_TRY(group_parts(&at, err));
    for (size_t i = 0; i < world->decision_count; i++)
        at.out.effects[i] = effect_of(&at, &world->decisions[i]);
    *out = at.out;
    return TOC_OK;
}
