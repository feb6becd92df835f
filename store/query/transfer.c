/* Movements (RULES §9): what live claims say of one place, and all places of one transaction. */
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/rules/agree.h"
#include "store/query/internal.h"
#include "store/view/list.h"

enum { PLACES_MAX = 4096 }; /* of one transaction, and sightings there, in one answer */

/* ---- one movement ---- */

static int compare_numbers(size_t left, size_t right)
{
    return left < right ? -1 : left > right;
}

static int compare_parties(const toc_wallet *left, size_t left_count, const toc_wallet *right,
                           size_t right_count)
{
    int order = compare_numbers(left_count, right_count);
    for (size_t i = 0; i < left_count && order == 0; i++) {
        order = toc_span_compare(toc_subject_view(&left[i].subject),
                                 toc_subject_view(&right[i].subject));
        if (order == 0)
            order = strcmp(left[i].tag, right[i].tag);
    }
    return order;
}

static int compare_amounts(const toc_amount *left, const toc_amount *right)
{
    int order = toc_span_compare(left->asset, right->asset);
    if (order == 0)
        order = compare_numbers(left->stated, right->stated);
    if (order == 0 && left->stated)
        order = memcmp(left->base_units, right->base_units, sizeof left->base_units);
    return order != 0 || !left->stated ? order : compare_numbers(left->decimals, right->decimals);
}

/* Equal: of one version. */
static int compare_versions(const toc_answer_claim *left, const toc_answer_claim *right)
{
    const toc_transfer_body *a = &left->statement.as.transfer, *b = &right->statement.as.transfer;
    int order = compare_parties(a->from, a->from_count, b->from, b->from_count);
    if (order == 0)
        order = compare_parties(a->to, a->to_count, b->to, b->to_count);
    return order != 0 ? order : compare_amounts(&a->amount, &b->amount);
}

static int by_version(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    int order = compare_versions(a, b);
    return order != 0 ? order : memcmp(a->record.bytes, b->record.bytes, sizeof a->record.bytes);
}

/* Of items that begin with a claim. */
static int by_claim(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    return memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static int by_choice(const void *left, const void *right)
{
    const toc_answer_version *a = left, *b = right;
    int order = compare_numbers(b->lineages, a->lineages);
    return order != 0 ? order
                      : memcmp(a->claims[0].record.bytes, b->claims[0].record.bytes,
                               sizeof a->claims[0].record.bytes);
}

static void sort(void *items, size_t count, size_t size,
                 int (*order)(const void *left, const void *right))
{
    if (count > 1)
        qsort(items, count, size, order);
}

static bool stands(const toc_answer_claim *claim)
{
    return !claim->withdrawn && !claim->misstated;
}

/* `claims`: the sound ones. */
static toc_code weigh(toc_query *query, toc_answer_version *version, toc_err *err)
{
    toc_voice *voices = toc_arena_zalloc(query->arena, version->claim_count, sizeof *voices);
    if (voices == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < version->claim_count; i++)
        voices[i] = (toc_voice){.org = version->claims[i].org,
                                .root_count = version->claims[i].alive_count,
                                .roots = version->claims[i].alive};
    return toc_voices_weigh(voices, version->claim_count, query->arena, &version->lineages, err);
}

static toc_code draw(toc_query *query, toc_answer_claim *claims, size_t count,
                     toc_answer_movement *out, toc_err *err)
{
    sort(claims, count, sizeof *claims, by_version);
    out->versions = toc_arena_zalloc(query->arena, count, sizeof *out->versions);
    if (out->versions == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        if (i == 0 || compare_versions(&claims[i - 1], &claims[i]) != 0)
            out->versions[out->version_count++].claims = &claims[i];
        out->versions[out->version_count - 1].claim_count++;
    }
    for (size_t i = 0; i < out->version_count; i++)
        TOC_TRY(weigh(query, &out->versions[i], err));
    sort(out->versions, out->version_count, sizeof *out->versions, by_choice);
    out->conflict = out->version_count > 1;
    return TOC_OK;
}

static toc_answer_claim *find_in(toc_answer_claim *claims, size_t count, const toc_claim_id *id)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_claim_id_equal(&claims[i].claim, id))
            return &claims[i];
    }
    return NULL;
}

static toc_answer_claim *find_claim(const toc_answer_movement *movement, const toc_claim_id *id)
{
    toc_answer_claim *found = find_in(movement->voids, movement->void_count, id);
    for (size_t i = 0; i < movement->version_count && found == NULL; i++)
        found = find_in(movement->versions[i].claims, movement->versions[i].claim_count, id);
    return found;
}

static toc_code add_disputes(toc_query *query, const toc_found_head *heads, size_t count,
                             toc_answer_movement *out, toc_err *err)
{
    out->disputes = toc_arena_zalloc(query->arena, count, sizeof *out->disputes);
    if (out->disputes == NULL)
        return toc_query_no_memory(err);
    for (const toc_found_head *found = heads; found != NULL; found = found->next) {
        toc_answer_dispute *dispute = &out->disputes[out->dispute_count];
        if (found->row.kind != TOC_RECORD_DISPUTE)
            continue;
        TOC_TRY(toc_query_claim(query, &found->row, &dispute->claim, err));
        const toc_dispute_body *body = &dispute->claim.statement.as.dispute;
        toc_answer_claim *target = find_claim(out, &body->target.claim);
        if (target == NULL)
            continue; /* it is not live */
        dispute->current = body->revision_seen == target->statement.revision;
        target->disputed = target->disputed || stands(&dispute->claim);
        out->dispute_count++;
    }
    sort(out->disputes, out->dispute_count, sizeof *out->disputes, by_claim);
    return TOC_OK;
}

static toc_code add_claims(toc_query *query, const toc_found_head *heads, size_t count,
                           toc_answer_movement *out, toc_err *err)
{
    size_t sound = 0;
    toc_answer_claim *claims = toc_arena_zalloc(query->arena, count, sizeof *claims);
    out->voids = toc_arena_zalloc(query->arena, count, sizeof *out->voids);
    if (claims == NULL || out->voids == NULL)
        return toc_query_no_memory(err);
    for (const toc_found_head *found = heads; found != NULL; found = found->next) {
        toc_answer_claim claim;
        if (found->row.kind != TOC_RECORD_TRANSFER)
            continue;
        TOC_TRY(toc_query_claim(query, &found->row, &claim, err));
        if (stands(&claim))
            claims[sound++] = claim;
        else
            out->voids[out->void_count++] = claim;
        out->place = claim.statement.as.transfer.place;
    }
    sort(out->voids, out->void_count, sizeof *out->voids, by_claim);
    return draw(query, claims, sound, out, err);
}

toc_code toc_query_movement(toc_query *query, const toc_subject *place, toc_answer_movement *out,
                            toc_err *err)
{
    toc_found_head *heads = NULL;
    size_t transfers = 0, disputes = 0;
    *out = (toc_answer_movement){0};
    TOC_TRY(toc_query_heads(query, toc_subject_view(place), &heads, err));
    for (const toc_found_head *found = heads; found != NULL; found = found->next) {
        transfers += found->row.kind == TOC_RECORD_TRANSFER;
        disputes += found->row.kind == TOC_RECORD_DISPUTE;
    }
    if (transfers == 0)
        return toc_fail(err, TOC_NOT_FOUND, "no movement is reported there");
    TOC_TRY(add_claims(query, heads, transfers, out, err));
    out->note = out->place.tx.size == 0;
    return add_disputes(query, heads, disputes, out, err);
}

/* ---- one transaction ---- */

typedef struct crossing {
    toc_place here;
    toc_answer_bridge bridge;
} crossing;

typedef struct gathering {
    toc_query *query;
    toc_answer_transfers *out;
    toc_place whole;              /* the transaction that is looked at: without an index */
    TOC_LIST(toc_place) asked;    /* all that were looked at: they live as long as the answer */
    TOC_LIST(toc_subject) places; /* that its mentions lead to */
    TOC_LIST(toc_answer_movement) movements;
    TOC_LIST(toc_answer_claim) sightings;
    TOC_LIST(crossing) crossings;
} gathering;

static void gathering_wipe(gathering *work)
{
    TOC_LIST_WIPE(&work->asked);
    TOC_LIST_WIPE(&work->places);
    TOC_LIST_WIPE(&work->movements);
    TOC_LIST_WIPE(&work->sightings);
    TOC_LIST_WIPE(&work->crossings);
}
TOC_DEFINE_AUTO_WIPE(gathering, gathering_wipe)

static bool same_transaction(const toc_place *left, const toc_place *right)
{
    return left->chain == right->chain && toc_span_equal(left->tx, right->tx);
}

static bool same_place(const toc_place *left, const toc_place *right)
{
    return same_transaction(left, right) && left->index_kind == right->index_kind &&
           toc_span_equal(left->index, right->index) && toc_draft_id_equal(&left->id, &right->id);
}

static toc_code add_place(gathering *work, toc_span filed, toc_err *err)
{
    for (size_t i = 0; i < work->places.count; i++) {
        if (toc_span_equal(toc_subject_view(&work->places.at[i]), filed))
            return TOC_OK;
    }
    toc_subject *place = TOC_LIST_ADD(&work->places);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = toc_subject_copy(filed);
    return TOC_OK;
}

/* The rows of one claim stand together: it is asked for once. */
static toc_code add_sighting(gathering *work, const toc_mention *mention, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_claim_scan scan;
    const toc_answer_claim *last =
        work->sightings.count == 0 ? NULL : &work->sightings.at[work->sightings.count - 1];
    if (last != NULL && toc_claim_id_equal(&last->claim, &mention->claim))
        return TOC_OK;
    TOC_TRY(toc_view_scan(view, mention->filed, &mention->claim, &scan, err));
    if (!scan.has_head || !toc_view_head_live(view, &scan.head) ||
        scan.head.kind != TOC_RECORD_SIGHTING)
        return TOC_OK;
    toc_answer_claim *claim = TOC_LIST_ADD(&work->sightings);
    if (claim == NULL)
        return toc_query_no_memory(err);
    return toc_query_claim(work->query, &scan.head, claim, err);
}

static toc_code add_mention(gathering *work, const toc_row *row, toc_err *err)
{
    toc_mention mention;
    TOC_TRY(toc_mention_read(work->query->views->view.txn, row, &mention, err));
    return mention.filed.data[0] == TOC_CLASS_TRANSFER ? add_place(work, mention.filed, err)
                                                       : add_sighting(work, &mention, err);
}

static toc_code add_mentions(gathering *work, const toc_subject *whole, toc_err *err)
{
    toc_cursor *cursor;
    toc_row row;
    toc_span prefix = toc_subject_view(whole);
    TOC_TRY(toc_view_cursor(&work->query->views->view, TOC_VIEW_MENTIONS, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        if (work->places.count + work->sightings.count >= PLACES_MAX) {
            work->out->partial = true;
            return TOC_OK;
        }
        TOC_TRY(add_mention(work, &row, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- bridges ---- */

/* NULL when the version drawn names none. */
static const toc_transfer_body *bridge_of(const toc_answer_movement *movement)
{
    const toc_transfer_body *body = movement->version_count == 0
                                        ? NULL
                                        : &movement->versions[0].claims[0].statement.as.transfer;
    return body == NULL || body->bridge.chain == NULL ? NULL : body;
}

static toc_code add_crossing(gathering *work, const toc_place *here, const toc_place *there,
                             toc_bridge_side side, bool named_here, toc_err *err)
{
    for (size_t i = 0; i < work->crossings.count; i++) {
        crossing *known = &work->crossings.at[i];
        if (!same_place(&known->here, here) || !same_place(&known->bridge.place, there))
            continue;
        known->bridge.named_here = known->bridge.named_here || named_here;
        known->bridge.named_there = known->bridge.named_there || !named_here;
        return TOC_OK;
    }
    crossing *place = TOC_LIST_ADD(&work->crossings);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = (crossing){
        .here = *here,
        .bridge = {
            .place = *there, .side = side, .named_here = named_here, .named_there = !named_here}};
    return TOC_OK;
}

static toc_code add_movement(gathering *work, const toc_subject *subject, toc_err *err)
{
    toc_answer_movement movement;
    toc_code code = toc_query_movement(work->query, subject, &movement, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    const toc_transfer_body *body = bridge_of(&movement);
    if (same_transaction(&movement.place, &work->whole)) {
        toc_answer_movement *place = TOC_LIST_ADD(&work->movements);
        if (place == NULL)
            return toc_query_no_memory(err);
        *place = movement;
        return body == NULL ? TOC_OK
                            : add_crossing(work, &movement.place, &body->bridge, body->bridge_side,
                                           true, err);
    }
    if (body == NULL || !same_transaction(&body->bridge, &work->whole))
        return TOC_OK; /* another version of it names this one */
    toc_bridge_side side =
        body->bridge_side == TOC_BRIDGE_ONWARD ? TOC_BRIDGE_ORIGIN : TOC_BRIDGE_ONWARD;
    return add_crossing(work, &body->bridge, &movement.place, side, false, err);
}

/* ---- together ---- */

/* What is seen or named may be claimed by nobody: then it has no version. */
static toc_code need_movement(gathering *work, const toc_place *place, toc_err *err)
{
    for (size_t i = 0; i < work->movements.count; i++) {
        if (same_place(&work->movements.at[i].place, place))
            return TOC_OK;
    }
    toc_answer_movement *movement = TOC_LIST_ADD(&work->movements);
    if (movement == NULL)
        return toc_query_no_memory(err);
    *movement = (toc_answer_movement){.place = *place};
    return TOC_OK;
}

static toc_code attach_sightings(gathering *work, toc_answer_movement *movement, toc_err *err)
{
    movement->sightings =
        toc_arena_zalloc(work->query->arena, work->sightings.count, sizeof *movement->sightings);
    if (movement->sightings == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < work->sightings.count; i++) {
        const toc_answer_claim *claim = &work->sightings.at[i];
        if (same_place(&claim->statement.as.sighting.place, &movement->place))
            movement->sightings[movement->sighting_count++] = *claim;
    }
    sort(movement->sightings, movement->sighting_count, sizeof *movement->sightings, by_claim);
    return TOC_OK;
}

static int compare_places(const toc_place *a, const toc_place *b)
{
    int order = strcmp(toc_chain_caip2(a->chain), toc_chain_caip2(b->chain));
    if (order == 0)
        order = toc_span_compare(a->tx, b->tx);
    if (order == 0)
        order = compare_numbers(a->index_kind, b->index_kind);
    if (order == 0)
        order = compare_numbers(a->index.size, b->index.size); /* 9 before 10 */
    if (order == 0)
        order = toc_span_compare(a->index, b->index);
    return order != 0 ? order : memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

static int by_place(const void *left, const void *right)
{
    const toc_answer_movement *a = left, *b = right;
    return compare_places(&a->place, &b->place);
}

static int by_bridge(const void *left, const void *right)
{
    const toc_answer_bridge *a = left, *b = right;
    return compare_places(&a->place, &b->place);
}

static toc_code attach_bridges(gathering *work, toc_answer_movement *movement, toc_err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < work->crossings.count; i++)
        count += same_place(&work->crossings.at[i].here, &movement->place);
    movement->bridges = toc_arena_zalloc(work->query->arena, count, sizeof *movement->bridges);
    if (movement->bridges == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < work->crossings.count; i++) {
        const crossing *one = &work->crossings.at[i];
        if (same_place(&one->here, &movement->place))
            movement->bridges[movement->bridge_count++] = one->bridge;
    }
    sort(movement->bridges, count, sizeof *movement->bridges, by_bridge);
    return TOC_OK;
}

static toc_code list_movements(gathering *work, toc_err *err)
{
    toc_answer_transfers *out = work->out;
    for (size_t i = 0; i < work->sightings.count; i++)
        TOC_TRY(need_movement(work, &work->sightings.at[i].statement.as.sighting.place, err));
    for (size_t i = 0; i < work->crossings.count; i++)
        TOC_TRY(need_movement(work, &work->crossings.at[i].here, err));
    size_t count = work->movements.count;
    out->movements = toc_arena_zalloc(work->query->arena, count, sizeof *out->movements);
    if (out->movements == NULL)
        return toc_query_no_memory(err);
    if (count > 0)
        memcpy(out->movements, work->movements.at, count * sizeof *out->movements);
    for (size_t i = 0; i < count; i++) {
        TOC_TRY(attach_sightings(work, &out->movements[i], err));
        TOC_TRY(attach_bridges(work, &out->movements[i], err));
    }
    sort(out->movements, count, sizeof *out->movements, by_place);
    out->movement_count = count;
    out->found = count > 0;
    return TOC_OK;
}

/* ---- what the text may mean ---- */

static toc_code look_at(gathering *work, const toc_place *whole, toc_err *err)
{
    toc_place *place = TOC_LIST_ADD(&work->asked);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = work->whole = *whole;
    return TOC_OK;
}

/* `whole` lives as long as the answer. */
static toc_code ask_whole(gathering *work, const toc_place *whole, toc_err *err)
{
    toc_subject subject;
    work->places.count = 0;
    TOC_TRY(look_at(work, whole, err));
    toc_place_subject(whole, &subject);
    TOC_TRY(add_mentions(work, &subject, err));
    for (size_t i = 0; i < work->places.count; i++)
        TOC_TRY(add_movement(work, &work->places.at[i], err));
    return TOC_OK;
}

toc_code toc_query_transaction(toc_query *query, const toc_place *whole, toc_answer_transfers *out,
                               toc_err *err)
{
    TOC_AUTO(gathering_wipe) gathering work = {.query = query, .out = out};
    TOC_TRY(ask_whole(&work, whole, err));
    return list_movements(&work, err);
}

static toc_code ask_transaction(gathering *work, const toc_chain *chain, toc_span text,
                                bool *out_fits, toc_err *err)
{
    char canonical[TOC_TXID_TEXT_BYTES];
    if (toc_txid_parse(chain, text, canonical, NULL) != TOC_OK)
        return TOC_OK;
    *out_fits = true;
    const toc_place whole = {.chain = chain,
                             .tx = toc_arena_dup(work->query->arena, toc_span_text(canonical))};
    return whole.tx.size == 0 ? toc_query_no_memory(err) : ask_whole(work, &whole, err);
}

static toc_code ask_flow(gathering *work, const toc_chain *chain, toc_span text, bool *out_fits,
                         toc_err *err)
{
    toc_place flow = {.chain = chain};
    toc_subject subject;
    if (text.size != 2 * sizeof flow.id.bytes ||
        toc_hex_decode(text, flow.id.bytes, sizeof flow.id.bytes, NULL) != TOC_OK)
        return TOC_OK;
    *out_fits = true;
    TOC_TRY(look_at(work, &flow, err));
    toc_place_subject(&flow, &subject);
    return add_movement(work, &subject, err);
}

toc_code toc_query_transfers(toc_query *query, const char *text, toc_answer_transfers *out,
                             toc_err *err)
{
    toc_answer_transfers answer = {
        .query = text, .incomplete = query->incomplete, .horizon = query->views->state.horizon};
    TOC_AUTO(gathering_wipe) gathering work = {.query = query, .out = &answer};
    toc_span id;
    bool fits = false;
    const toc_chain *named = toc_wallet_split(toc_span_text(text), &id);
    for (size_t i = 0; i < toc_chain_count(); i++) {
        const toc_chain *chain = toc_chain_at(i);
        if (named != NULL && chain != named)
            continue;
        TOC_TRY(ask_transaction(&work, chain, id, &fits, err));
        TOC_TRY(ask_flow(&work, chain, id, &fits, err));
    }
    if (!fits)
        return toc_fail(err, TOC_MALFORMED, "'%.64s' is no transaction id and no flow id", text);
    TOC_TRY(list_movements(&work, err));
    TOC_TRY(toc_query_forked_moves(query, work.asked.at, work.asked.count, &answer, err));
    *out = answer;
    return TOC_OK;
}
