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

/* ---- what they say: kept by what the model sorts by ---- */

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

/* Each once: a pair of two slugs is met from both. */
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
