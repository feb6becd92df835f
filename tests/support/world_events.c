#include "tests/support/world_events.h"

#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/list.h"
#include "tests/support/check.h"

enum { SCRATCH_BYTES = 16 << 20, WALLETS_MAX = 4096 };

static void *room(void *place)
{
    if (place == NULL)
        abort();
    return place;
}

/* ---- texts, kept by what the model sorts by ---- */

typedef struct sorted_text {
    toc_buf key, text;
} sorted_text;
typedef TOC_LIST(sorted_text) text_list;

static int compare_texts(const void *left, const void *right)
{
    const sorted_text *a = left, *b = right;
    return toc_span_compare(toc_buf_view(&a->key), toc_buf_view(&b->key));
}

static sorted_text *add_text(text_list *list)
{
    sorted_text *place = room(TOC_LIST_ADD(list));
    *place = (sorted_text){0};
    return place;
}

/* Each once: a pair of two slugs is met from both, a transaction from each of its places. */
static void print_texts(toc_json *json, const char *key, text_list *list)
{
    if (list->count > 1)
        qsort(list->at, list->count, sizeof *list->at, compare_texts);
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < list->count; i++) {
        toc_span text = toc_buf_view(&list->at[i].text);
        if (i > 0 && compare_texts(&list->at[i - 1], &list->at[i]) == 0) {
            assert_true(toc_span_equal(toc_buf_view(&list->at[i - 1].text), text));
            continue;
        }
        if (json->comma)
            toc_buf_add_u8(json->out, ',');
        toc_buf_add_span(json->out, text);
        json->comma = true;
    }
    toc_json_close(json, ']');
    for (size_t i = 0; i < list->count; i++) {
        toc_buf_wipe(&list->at[i].key);
        toc_buf_wipe(&list->at[i].text);
    }
    TOC_LIST_WIPE(list);
}

/* ---- movements ---- */

typedef struct place_list {
    toc_arena *arena, *scratch;
    TOC_LIST(toc_place) places;
    TOC_LIST(toc_wallet) wallets;
} place_list;

static void add_parties(place_list *list, const toc_wallet *parties, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *(toc_wallet *)room(TOC_LIST_ADD(&list->wallets)) = parties[i];
}

static toc_code list_places(void *context, const toc_record_id *record, const toc_circle_id *circle,
                            const toc_org_id *org, toc_span bytes, toc_err *err)
{
    place_list *list = context;
    toc_statement statement;
    (void)record;
    (void)circle;
    (void)org;
    toc_arena_reset(list->scratch);
    TOC_TRY(toc_record_decode(bytes, list->scratch, &statement, err));
    if (statement.kind != TOC_RECORD_TRANSFER)
        return TOC_OK;
    const toc_transfer_body *body = &statement.as.transfer;
    toc_place *place = room(TOC_LIST_ADD(&list->places));
    *place = body->place;
    place->tx = toc_arena_dup(list->arena, body->place.tx);
    place->index = toc_arena_dup(list->arena, body->place.index);
    add_parties(list, body->from, body->from_count);
    add_parties(list, body->to, body->to_count);
    return TOC_OK;
}

/* As somebody would ask for it: CAIP-2, colon, id. */
static toc_answer_transfers transfers_at(toc_query *query, const toc_place *place)
{
    toc_err err = {0};
    toc_answer_transfers answer;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_printf(&text, "%s:", toc_chain_caip2(place->chain));
    if (place->tx.size > 0)
        toc_buf_add_span(&text, place->tx);
    for (size_t i = 0; i < sizeof place->id.bytes && place->tx.size == 0; i++)
        toc_buf_printf(&text, "%02x", place->id.bytes[i]);
    toc_arena_reset(query->arena);
    TOC_CHECK_OK(toc_query_transfers(query, toc_buf_text(&text), &answer, &err));
    assert_false(answer.partial);
    return answer;
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_claim_id));
}

/* Versions have their claims by record id, the model has them by claim id. */
static void add_ids(toc_json *json, const char *key, toc_claim_id *ids, size_t count)
{
    qsort(ids, count, sizeof *ids, compare_ids);
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(ids[i].bytes));
    toc_json_close(json, ']');
}

enum { CLAIMS_MAX = 256 };

static void add_claims(toc_json *json, const char *key, const toc_answer_claim *claims,
                       size_t count)
{
    toc_claim_id ids[CLAIMS_MAX];
    assert_true(count <= CLAIMS_MAX);
    for (size_t i = 0; i < count; i++)
        ids[i] = claims[i].claim;
    add_ids(json, key, ids, count);
}

static void add_all_claims(toc_json *json, const toc_answer_movement *movement)
{
    toc_claim_id ids[CLAIMS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < movement->void_count; i++)
        ids[count++] = movement->voids[i].claim;
    for (size_t i = 0; i < movement->version_count; i++) {
        for (size_t j = 0; j < movement->versions[i].claim_count; j++) {
            assert_true(count < CLAIMS_MAX);
            ids[count++] = movement->versions[i].claims[j].claim;
        }
    }
    add_ids(json, "claims", ids, count);
}

static void add_subject(toc_json *json, const char *key, const toc_place *place)
{
    toc_subject subject;
    if (place == NULL || place->chain == NULL) {
        toc_json_text(json, key, (toc_span){0});
        return;
    }
    toc_place_subject(place, &subject);
    toc_json_hex(json, key, toc_subject_view(&subject));
}

static int compare_subjects(const void *left, const void *right)
{
    const toc_subject *a = left, *b = right;
    return toc_span_compare(toc_subject_view(a), toc_subject_view(b));
}

static void add_linked(toc_json *json, const toc_answer_movement *movement)
{
    toc_subject linked[CLAIMS_MAX];
    assert_true(movement->bridge_count <= CLAIMS_MAX);
    for (size_t i = 0; i < movement->bridge_count; i++)
        toc_place_subject(&movement->bridges[i].place, &linked[i]);
    qsort(linked, movement->bridge_count, sizeof *linked, compare_subjects);
    toc_json_open(json, "linked", '[');
    for (size_t i = 0; i < movement->bridge_count; i++)
        toc_json_hex(json, NULL, toc_subject_view(&linked[i]));
    toc_json_close(json, ']');
}

static void add_movement(toc_json *json, const toc_answer_movement *movement)
{
    const toc_answer_claim *told =
        movement->version_count == 0 ? NULL : &movement->versions[0].claims[0];
    toc_json_open(json, NULL, '{');
    add_subject(json, "subject", &movement->place);
    toc_json_bool(json, "note", movement->note);
    add_all_claims(json, movement);
    toc_json_open(json, "versions", '[');
    for (size_t i = 0; i < movement->version_count; i++)
        add_claims(json, NULL, movement->versions[i].claims, movement->versions[i].claim_count);
    toc_json_close(json, ']');
    toc_json_bool(json, "conflict", movement->conflict);
    toc_json_hex(json, "told_by", told == NULL ? (toc_span){0} : TOC_SPAN_OF(told->claim.bytes));
    add_subject(json, "bridge", told == NULL ? NULL : &told->statement.as.transfer.bridge);
    add_claims(json, "sightings", movement->sightings, movement->sighting_count);
    add_linked(json, movement);
    toc_json_close(json, '}');
}

/* Places that nobody claims a movement at are not in the model's list. */
static void add_at(text_list *list, toc_query *query, const toc_place *place)
{
    toc_answer_transfers answer = transfers_at(query, place);
    for (size_t i = 0; i < answer.movement_count; i++) {
        const toc_answer_movement *movement = &answer.movements[i];
        toc_subject subject;
        if (movement->version_count + movement->void_count == 0)
            continue;
        sorted_text *text = add_text(list);
        toc_json json = {.out = &text->text};
        toc_place_subject(&movement->place, &subject);
        toc_buf_add_span(&text->key, toc_subject_view(&subject));
        add_movement(&json, movement);
    }
}

/* Newest first in the answer; in the model's order here. */
static void add_moves(text_list *list, toc_query *query, const toc_wallet *wallet)
{
    toc_err err = {0};
    toc_dossier dossier;
    text_list moves = {0};
    toc_arena_reset(query->arena);
    TOC_CHECK_OK(toc_query_dossier(query, "", wallet, &dossier, &err));
    assert_int_equal(dossier.move_count, dossier.move_total);
    if (dossier.move_count == 0)
        return;
    for (size_t i = 0; i < dossier.move_count; i++) {
        const toc_answer_move *move = &dossier.moves[i];
        toc_subject subject;
        sorted_text *text = add_text(&moves);
        toc_json json = {.out = &text->text};
        assert_true(i == 0 || dossier.moves[i - 1].time.unix_ms >= move->time.unix_ms);
        toc_place_subject(&move->claim.statement.as.transfer.place, &subject);
        toc_buf_add_u8(&text->key, (uint8_t)move->direction);
        toc_buf_add_span(&text->key, toc_subject_view(&subject));
        toc_json_open(&json, NULL, '[');
        toc_json_text(&json, NULL,
                      toc_span_text(move->direction == TOC_DIRECTION_IN ? "in" : "out"));
        toc_json_hex(&json, NULL, toc_subject_view(&subject));
        toc_json_bool(&json, NULL, move->drawn);
        toc_json_close(&json, ']');
    }
    sorted_text *text = add_text(list);
    toc_json json = {.out = &text->text};
    toc_buf_add_span(&text->key, toc_subject_view(&wallet->subject));
    toc_buf_add_text(&text->key, wallet->tag);
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "subject", toc_subject_view(&wallet->subject));
    toc_json_text(&json, "tag", toc_span_text(wallet->tag));
    print_texts(&json, "moves", &moves);
    toc_json_close(&json, '}');
}

static int compare_wallets(const void *left, const void *right)
{
    const toc_wallet *a = left, *b = right;
    int order = toc_span_compare(toc_subject_view(&a->subject), toc_subject_view(&b->subject));
    return order != 0 ? order : strcmp(a->tag, b->tag);
}

/* The answer of a transaction has all its places: each is met once for each of them. */
void toc_world_movements(toc_json *json, toc_query *query)
{
    toc_err err = {0};
    place_list list = {0};
    text_list movements = {0}, moves = {0};
    TOC_CHECK_OK(toc_arena_new(SCRATCH_BYTES, &list.arena, &err));
    TOC_CHECK_OK(toc_arena_new(SCRATCH_BYTES, &list.scratch, &err));
    TOC_CHECK_OK(toc_views_records(query->views, list_places, &list, &err));
    for (size_t i = 0; i < list.places.count; i++)
        add_at(&movements, query, &list.places.at[i]);
    if (list.wallets.count > 1)
        qsort(list.wallets.at, list.wallets.count, sizeof *list.wallets.at, compare_wallets);
    for (size_t i = 0; i < list.wallets.count; i++) {
        if (i == 0 || compare_wallets(&list.wallets.at[i - 1], &list.wallets.at[i]) != 0)
            add_moves(&moves, query, &list.wallets.at[i]);
    }
    print_texts(json, "movements", &movements);
    print_texts(json, "moves", &moves);
    TOC_LIST_WIPE(&list.places);
    TOC_LIST_WIPE(&list.wallets);
    toc_arena_free(list.arena);
    toc_arena_free(list.scratch);
}

/* ---- which slugs there are ---- */

typedef struct slug_list {
    toc_arena *arena, *scratch;
    TOC_LIST(toc_span) slugs;
} slug_list;

static void add_slug(slug_list *list, toc_span slug)
{
    if (slug.size > 0)
        *(toc_span *)room(TOC_LIST_ADD(&list->slugs)) = toc_arena_dup(list->arena, slug);
}

static toc_code list_slugs(void *context, const toc_record_id *record, const toc_circle_id *circle,
                           const toc_org_id *org, toc_span bytes, toc_err *err)
{
    slug_list *list = context;
    toc_statement statement;
    (void)record;
    (void)circle;
    (void)org;
    toc_arena_reset(list->scratch);
    TOC_TRY(toc_record_decode(bytes, list->scratch, &statement, err));
    if (statement.kind == TOC_RECORD_WALLET)
        add_slug(list, statement.as.wallet.incident);
    if (statement.kind == TOC_RECORD_INCIDENT)
        add_slug(list, statement.as.incident.slug);
    if (statement.kind == TOC_RECORD_SAME_AS) {
        add_slug(list, statement.as.same_as.first.slug);
        add_slug(list, statement.as.same_as.second.slug);
    }
    return TOC_OK;
}

static int compare_spans(const void *left, const void *right)
{
    const toc_span *a = left, *b = right;
    return toc_span_compare(*a, *b);
}

/* ---- what they say ---- */

/* Slugs have no zero byte, so that this is the order of (org, slug). */
static void add_key(sorted_text *text, const toc_incident_ref *incident)
{
    toc_buf_add(&text->key, incident->org.bytes, sizeof incident->org.bytes);
    toc_buf_add_span(&text->key, incident->slug);
    toc_buf_add_u8(&text->key, 0);
}

static void add_named(toc_json *json, const toc_incident_ref *incident)
{
    toc_json_hex(json, "org", TOC_SPAN_OF(incident->org.bytes));
    toc_json_text(json, "slug", incident->slug);
}

static void add_object(toc_json *json, const char *key, const toc_incident_ref *incident)
{
    toc_json_open(json, key, '{');
    add_named(json, incident);
    toc_json_close(json, '}');
}

static void add_incident(text_list *list, const toc_answer_incident *incident)
{
    sorted_text *text = add_text(list);
    toc_json json = {.out = &text->text};
    add_key(text, &incident->incident);
    toc_json_open(&json, NULL, '{');
    add_named(&json, &incident->incident);
    toc_json_open(&json, "claims", '[');
    for (size_t i = 0; i < incident->claim_count; i++)
        toc_json_hex(&json, NULL, TOC_SPAN_OF(incident->claims[i].claim.bytes));
    toc_json_close(&json, ']');
    add_object(&json, "event", &incident->event);
    toc_json_close(&json, '}');
}

static void add_same(text_list *list, const toc_answer_same *same)
{
    sorted_text *text = add_text(list);
    toc_json json = {.out = &text->text};
    add_key(text, &same->first);
    add_key(text, &same->second);
    toc_json_open(&json, NULL, '{');
    add_object(&json, "first", &same->first);
    add_object(&json, "second", &same->second);
    toc_json_bool(&json, "accepted", same->accepted);
    toc_json_close(&json, '}');
}

static void add_meant(text_list *list, const toc_answer_incidents *answer,
                      const toc_answer_naming *naming)
{
    sorted_text *text = add_text(list);
    toc_json json = {.out = &text->text};
    toc_buf_add(&text->key, naming->claim.claim.bytes, sizeof naming->claim.claim.bytes);
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "claim", TOC_SPAN_OF(naming->claim.claim.bytes));
    toc_json_open(&json, "incidents", '[');
    if (naming->has_meaning)
        add_object(&json, NULL, &(toc_incident_ref){.org = naming->means, .slug = answer->slug});
    for (size_t i = 0; i < answer->incident_count && !naming->has_meaning; i++)
        add_object(&json, NULL, &answer->incidents[i].incident);
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
}

void toc_world_incidents(toc_json *json, toc_query *query)
{
    toc_err err = {0};
    slug_list list = {0};
    text_list incidents = {0}, same = {0}, meant = {0};
    TOC_CHECK_OK(toc_arena_new(SCRATCH_BYTES, &list.arena, &err));
    TOC_CHECK_OK(toc_arena_new(SCRATCH_BYTES, &list.scratch, &err));
    TOC_CHECK_OK(toc_views_records(query->views, list_slugs, &list, &err));
    if (list.slugs.count > 1)
        qsort(list.slugs.at, list.slugs.count, sizeof *list.slugs.at, compare_spans);
    for (size_t i = 0; i < list.slugs.count; i++) {
        toc_answer_incidents answer;
        if (i > 0 && toc_span_equal(list.slugs.at[i - 1], list.slugs.at[i]))
            continue;
        toc_arena_reset(query->arena);
        TOC_CHECK_OK(toc_query_incidents(query, list.slugs.at[i], WALLETS_MAX, &answer, &err));
        assert_false(answer.partial);
        assert_int_equal(answer.wallet_count, answer.wallet_total);
        for (size_t j = 0; j < answer.incident_count; j++)
            add_incident(&incidents, &answer.incidents[j]);
        for (size_t j = 0; j < answer.same_count; j++)
            add_same(&same, &answer.same[j]);
        for (size_t j = 0; j < answer.wallet_count; j++)
            add_meant(&meant, &answer, &answer.wallets[j]);
    }
    print_texts(json, "incidents", &incidents);
    print_texts(json, "same", &same);
    print_texts(json, "meant", &meant);
    TOC_LIST_WIPE(&list.slugs);
    toc_arena_free(list.arena);
    toc_arena_free(list.scratch);
}
