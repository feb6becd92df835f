/* What this node's own decisions make of a cluster (RULES §11): decisions are read from the log,
 * clusters from the views, and neither knows of the other. */
#include "proto/rules/overlay.h"

#include <stdlib.h>

#include "proto/base/limits.h"
#include "store/query/internal.h"

typedef struct named_wallet {
    toc_span vertex;
    toc_span text; /* as a decision names it; empty: the one that is asked about */
    bool outside;  /* covered, or a hub */
    bool reached;  /* by gathering from the asked one, along confirmations */
    size_t report_count;
    toc_claim_id *reports;
} named_wallet;

typedef struct reading {
    toc_query *query;
    toc_answer_cluster *out;
    size_t decision_count, wallet_count;
    toc_log_decision *decisions;
    uint32_t (*pairs)[2];  /* per decision: its wallets */
    named_wallet *wallets; /* the asked one first, each vertex once */
    toc_around around;
    toc_overlay_world world;
    toc_overlay result;
} reading;

static void reading_wipe(reading *at)
{
    toc_around_wipe(&at->around);
}
TOC_DEFINE_AUTO_WIPE(reading, reading_wipe)

/* ---- decisions ---- */

toc_answer_decision toc_query_decided(const toc_log_decision *decision)
{
    return (toc_answer_decision){.split = decision->split,
                                 .wallets = {decision->wallets[0], decision->wallets[1]},
                                 .at = decision->at,
                                 .who = decision->who,
                                 .note = decision->note};
}

static toc_code add_decision(void *context, const toc_log_decision *decision, toc_err *err)
{
    (void)err;
    reading *at = context;
    at->decisions[at->decision_count++] = *decision; /* lent by the transaction */
    return TOC_OK;
}

static int compare_wallets(const void *left, const void *right)
{
    const named_wallet *a = left, *b = right;
    int order = toc_span_compare(a->vertex, b->vertex);
    /* Of one vertex the asked one first. */
    return order != 0 ? order : (a->text.size > 0) - (b->text.size > 0);
}

static uint32_t find_wallet(const reading *at, toc_span vertex)
{
    named_wallet wanted = {.vertex = vertex};
    size_t low = 0, high = at->wallet_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (toc_span_compare(at->wallets[middle].vertex, wanted.vertex) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    TOC_ASSERT(low < at->wallet_count);
    return (uint32_t)low;
}

static toc_code read_decisions(reading *at, toc_span asked, toc_err *err)
{
    uint64_t decided;
    TOC_TRY(toc_log_decision_count(at->query->log, &decided, err));
    if (decided == 0)
        return TOC_OK;
    size_t count = (size_t)decided;
    at->decisions = toc_arena_zalloc(at->query->arena, count, sizeof *at->decisions);
    at->pairs = toc_arena_zalloc(at->query->arena, count, sizeof *at->pairs);
    at->wallets = toc_arena_zalloc(at->query->arena, 2 * count + 1, sizeof *at->wallets);
    if (at->decisions == NULL || at->pairs == NULL || at->wallets == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(toc_log_decisions(at->query->log, add_decision, at, err));
    size_t total = 0;
    at->wallets[total++] = (named_wallet){.vertex = asked, .reached = true};
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 2; j++)
            at->wallets[total++] = (named_wallet){.vertex = at->decisions[i].vertices[j],
                                                  .text = at->decisions[i].wallets[j]};
    }
    qsort(at->wallets, total, sizeof *at->wallets, compare_wallets);
    for (size_t i = 0; i < total; i++) {
        named_wallet *last = &at->wallets[at->wallet_count - (at->wallet_count > 0)];
        if (at->wallet_count == 0 || !toc_span_equal(last->vertex, at->wallets[i].vertex))
            at->wallets[at->wallet_count++] = at->wallets[i];
        else if (last->text.size == 0)
            last->text = at->wallets[i].text;
    }
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < 2; j++)
            at->pairs[i][j] = find_wallet(at, at->decisions[i].vertices[j]);
    }
    return TOC_OK;
}

/* ---- where their wallets stand ---- */

static toc_code place_wallet(reading *at, named_wallet *wallet, toc_err *err)
{
    toc_claim_id reports[TOC_HUB_REPORTS + 1];
    toc_view *view = &at->query->views->view;
    uint8_t cover;
    size_t count = 0;
    TOC_TRY(toc_view_cover(view, wallet->vertex, &cover, err));
    if (cover == 0)
        TOC_TRY(
            toc_view_live_reports(view, wallet->vertex, reports, TOC_COUNT(reports), &count, err));
    wallet->outside = cover != 0 || count > TOC_HUB_REPORTS;
    if (wallet->outside || count == 0)
        return TOC_OK;
    wallet->reports = toc_arena_zalloc(at->query->arena, count, sizeof *wallet->reports);
    if (wallet->reports == NULL)
        return toc_query_no_memory(err);
    memcpy(wallet->reports, reports, count * sizeof *reports);
    wallet->report_count = count;
    return TOC_OK;
}

static bool is_gathered(const reading *at, const named_wallet *wallet)
{
    uint32_t unused;
    for (size_t i = 0; i < wallet->report_count; i++) {
        if (toc_around_find(&at->around, &wallet->reports[i], &unused))
            return true;
    }
    return false;
}

static toc_code gather(reading *at, toc_err *err)
{
    toc_around_wipe(&at->around);
    at->around = (toc_around){0};
    TOC_TRY(toc_around_begin(&at->around, at->query, err));
    for (size_t i = 0; i < at->wallet_count; i++) {
        for (size_t j = 0; j < at->wallets[i].report_count && at->wallets[i].reached; j++)
            TOC_TRY(toc_around_seed(&at->around, &at->wallets[i].reports[j], err));
    }
    return toc_around_join(&at->around, err);
}

/* From the asked wallet to all it may be grouped with: what its reports can influence, and from
 * there along confirmations, as long as they lead on. */
static toc_code reach(reading *at, toc_err *err)
{
    for (size_t i = 0; i < at->wallet_count; i++)
        TOC_TRY(place_wallet(at, &at->wallets[i], err));
    for (bool moved = true; moved;) {
        moved = false;
        TOC_TRY(gather(at, err));
        for (size_t i = 0; i < at->wallet_count; i++)
            at->wallets[i].reached = at->wallets[i].reached || is_gathered(at, &at->wallets[i]);
        for (size_t i = 0; i < at->decision_count; i++) {
            named_wallet *first = &at->wallets[at->pairs[i][0]];
            named_wallet *second = &at->wallets[at->pairs[i][1]];
            if (at->decisions[i].split || first->outside || second->outside ||
                first->reached == second->reached)
                continue;
            first->reached = second->reached = true;
            moved = true;
        }
    }
    return TOC_OK;
}

/* ---- the pure rule ---- */

/* Their places among those that join, which are in order of id, as theirs are. */
static toc_code list_places(reading *at, const named_wallet *wallet, toc_overlay_wallet *out,
                            toc_err *err)
{
    uint32_t *places = toc_arena_zalloc(at->query->arena, wallet->report_count, sizeof *places);
    if (places == NULL)
        return toc_query_no_memory(err);
    *out = (toc_overlay_wallet){
        .outside = wallet->outside, .vertex = wallet->vertex, .reports = places};
    for (size_t i = 0; i < wallet->report_count; i++)
        out->report_count +=
            toc_around_find(&at->around, &wallet->reports[i], &places[out->report_count]);
    return TOC_OK;
}

static toc_code work_out(reading *at, toc_err *err)
{
    toc_arena *arena = at->query->arena;
    size_t reports = at->around.joined.count;
    toc_span *lowest = toc_arena_zalloc(arena, reports, sizeof *lowest);
    toc_overlay_wallet *wallets = toc_arena_zalloc(arena, at->wallet_count, sizeof *wallets);
    toc_overlay_decision *decisions =
        toc_arena_zalloc(arena, at->decision_count, sizeof *decisions);
    if (lowest == NULL || wallets == NULL || decisions == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < reports; i++)
        lowest[i] = toc_vertex_view(&at->around.joined.reports[i]->now.floor);
    for (size_t i = 0; i < at->wallet_count; i++)
        TOC_TRY(list_places(at, &at->wallets[i], &wallets[i], err));
    for (size_t i = 0; i < at->decision_count; i++)
        decisions[i] = (toc_overlay_decision){
            .split = at->decisions[i].split, .first = at->pairs[i][0], .second = at->pairs[i][1]};
    at->world = (toc_overlay_world){.join = at->around.joined.world,
                                    .lowest = lowest,
                                    .wallets = wallets,
                                    .wallet_count = at->wallet_count,
                                    .decisions = decisions,
                                    .decision_count = at->decision_count};
    return toc_overlay_of(&at->world, arena, &at->result, err);
}

/* ---- the answer ---- */

static bool in_part(const reading *at, size_t report, uint32_t part)
{
    return at->result.part[report] == part;
}

static toc_span lower(toc_span left, toc_span right)
{
    if (left.size == 0 || right.size == 0)
        return left.size == 0 ? right : left;
    return toc_span_compare(left, right) < 0 ? left : right;
}

static toc_code describe_part(reading *at, uint32_t part, toc_answer_part *out, toc_err *err)
{
    size_t reports = at->around.joined.count;
    bool *among = toc_arena_zalloc(at->query->arena, reports, sizeof *among);
    out->reports = toc_arena_zalloc(at->query->arena, reports, sizeof *out->reports);
    if (among == NULL || out->reports == NULL)
        return toc_query_no_memory(err);
    toc_span id = {0};
    for (size_t i = 0; i < reports; i++) {
        if (!in_part(at, i, part))
            continue;
        among[i] = true;
        out->reports[out->report_count++] = at->around.joined.reports[i]->id;
        id = lower(id, at->world.lowest[i]);
    }
    out->ref.size = toc_join_vertices(&at->world.join, among);
    for (size_t i = 0; i < at->wallet_count && out->report_count == 0; i++) {
        if (at->result.wallet[i] != part)
            continue;
        out->wallet = at->wallets[i].text;
        out->ref.size = 1;
        id = at->wallets[i].vertex;
    }
    out->ref.id = toc_arena_dup(at->query->arena, id);
    return out->ref.id.size == id.size ? TOC_OK : toc_query_no_memory(err);
}

static int compare_parts(const void *left, const void *right)
{
    const toc_answer_part *a = left, *b = right;
    int order = toc_span_compare(a->ref.id, b->ref.id);
    if (order != 0 || a->report_count == 0 || b->report_count == 0)
        return order;
    return memcmp(a->reports[0].bytes, b->reports[0].bytes, 32);
}

static toc_code describe_group(reading *at, uint32_t group, toc_answer_overlay *out, toc_err *err)
{
    size_t reports = at->around.joined.count;
    bool *among = toc_arena_zalloc(at->query->arena, reports, sizeof *among);
    out->parts = toc_arena_zalloc(at->query->arena, at->result.part_count, sizeof *out->parts);
    if (among == NULL || out->parts == NULL)
        return toc_query_no_memory(err);
    for (uint32_t part = 0; part < at->result.part_count; part++) {
        if (at->result.group[part] != group)
            continue;
        toc_answer_part *place = &out->parts[out->part_count++];
        TOC_TRY(describe_part(at, part, place, err));
        out->ref.id = lower(out->ref.id, place->ref.id);
        out->ref.size += place->report_count == 0 ? place->ref.size : 0;
        for (size_t i = 0; i < reports; i++)
            among[i] = among[i] || in_part(at, i, part);
    }
    out->ref.size += toc_join_vertices(&at->world.join, among);
    if (out->part_count > 1)
        qsort(out->parts, out->part_count, sizeof *out->parts, compare_parts);
    return TOC_OK;
}

static toc_code list_members(reading *at, size_t max, toc_answer_overlay *out, toc_err *err)
{
    size_t count = 0;
    toc_claim_id *reports =
        toc_arena_zalloc(at->query->arena, at->around.joined.count, sizeof *reports);
    if (reports == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < out->part_count; i++) {
        for (size_t j = 0; j < out->parts[i].report_count; j++)
            reports[count++] = out->parts[i].reports[j];
    }
    return toc_query_list_members(at->query, reports, count, max, &out->members, &out->member_count,
                                  err);
}

/* Is it about the cluster of V, or about what the overlay makes of it? */
static bool concerns(const reading *at, uint32_t wallet, uint32_t asked, const bool *cluster)
{
    uint32_t part = at->result.wallet[wallet], own = at->result.wallet[asked];
    if (wallet == asked || (part != TOC_NOWHERE && own != TOC_NOWHERE &&
                            at->result.group[part] == at->result.group[own]))
        return true;
    for (size_t i = 0; i < at->world.wallets[wallet].report_count; i++) {
        if (cluster[at->world.wallets[wallet].reports[i]])
            return true;
    }
    return false;
}

static toc_code describe_decision(reading *at, size_t number, toc_answer_decision *out,
                                  toc_err *err)
{
    const toc_log_decision *from = &at->decisions[number];
    const named_wallet *first = &at->wallets[at->pairs[number][0]];
    const named_wallet *second = &at->wallets[at->pairs[number][1]];
    *out = toc_query_decided(from);
    out->effect = at->result.effects[number];
    out->both = toc_arena_zalloc(at->query->arena, first->report_count, sizeof *out->both);
    if (out->both == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < first->report_count; i++) {
        for (size_t j = 0; j < second->report_count; j++) {
            if (toc_claim_id_equal(&first->reports[i], &second->reports[j]))
                out->both[out->both_count++] = first->reports[i];
        }
    }
    return TOC_OK;
}

static toc_code list_decisions(reading *at, uint32_t asked, const bool *cluster,
                               toc_answer_overlay *out, toc_err *err)
{
    out->decisions = toc_arena_zalloc(at->query->arena, at->decision_count, sizeof *out->decisions);
    if (out->decisions == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < at->decision_count; i++) {
        if (concerns(at, at->pairs[i][0], asked, cluster) ||
            concerns(at, at->pairs[i][1], asked, cluster))
            TOC_TRY(describe_decision(at, i, &out->decisions[out->decision_count++], err));
    }
    return TOC_OK;
}

static toc_code describe(reading *at, toc_span asked, size_t members_max, toc_err *err)
{
    toc_answer_overlay *out = &at->out->overlay;
    uint32_t wallet = find_wallet(at, asked), place;
    bool *cluster = toc_arena_zalloc(at->query->arena, at->around.joined.count, sizeof *cluster);
    out->aside = toc_arena_zalloc(at->query->arena, at->out->report_count, sizeof *out->aside);
    if (cluster == NULL || out->aside == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < at->out->report_count; i++) {
        const toc_claim_id *id = &at->out->reports[i].claim;
        if (!toc_around_find(&at->around, id, &place))
            continue;
        cluster[place] = true;
        if (at->result.class[place] == TOC_LEFT_OUT)
            out->aside[out->aside_count++] = *id;
    }
    TOC_TRY(list_decisions(at, wallet, cluster, out, err));
    out->found = out->decision_count > 0;
    if (!out->found || at->result.wallet[wallet] == TOC_NOWHERE)
        return TOC_OK;
    TOC_TRY(describe_group(at, at->result.group[at->result.wallet[wallet]], out, err));
    return list_members(at, members_max, out, err);
}

toc_code toc_query_overlay(toc_query *query, const toc_wallet *wallet, size_t members_max,
                           toc_answer_cluster *out, toc_err *err)
{
    TOC_AUTO(reading_wipe) reading at = {.query = query, .out = out};
    toc_span asked = toc_subject_vertex(&wallet->subject);
    if (!toc_views_for_officers(query->views))
        return TOC_OK;
    TOC_TRY(read_decisions(&at, asked, err));
    if (at.decision_count == 0)
        return TOC_OK;
    TOC_TRY(reach(&at, err));
    TOC_TRY(work_out(&at, err));
    return describe(&at, asked, members_max, err);
}
