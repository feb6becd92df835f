/* Incidents by slug, what is one event with them, and the wallets that name them (RULES §9). A
 * claim about incidents is filed by slug, a same-as by its first and listed by its second; so a
 * slug is two ranges, and links are followed slug by slug. */
#include <stdlib.h>

#include "proto/rules/agree.h"
#include "proto/rules/terms.h"
#include "proto/rules/union.h"
#include "store/query/internal.h"
#include "store/view/list.h"

enum { CLAIMS_MAX = 4096 }; /* about incidents, in one answer */

typedef struct known_slug {
    toc_span slug;
    bool linked; /* its links were followed too */
} known_slug;

typedef TOC_LIST(toc_answer_claim) claim_list;

typedef struct gathering {
    toc_query *query;
    toc_answer_incidents *out;
    known_slug slugs[TOC_QUERY_SLUGS_MAX];
    size_t slug_count, claim_count;
    claim_list incidents, links, attributions; /* live heads by kind */
    TOC_LIST(toc_answer_same) same;
    TOC_LIST(toc_incident_ref) refs; /* that a pair or a claim names, each once, sorted */
    uint32_t *events;
} gathering;

static void gathering_wipe(gathering *work)
{
    TOC_LIST_WIPE(&work->incidents);
    TOC_LIST_WIPE(&work->links);
    TOC_LIST_WIPE(&work->attributions);
    TOC_LIST_WIPE(&work->same);
    TOC_LIST_WIPE(&work->refs);
}
TOC_DEFINE_AUTO_WIPE(gathering, gathering_wipe)

static int compare_refs(const toc_incident_ref *left, const toc_incident_ref *right)
{
    int order = memcmp(left->org.bytes, right->org.bytes, sizeof left->org.bytes);
    return order != 0 ? order : toc_span_compare(left->slug, right->slug);
}

static bool stands(const toc_answer_claim *claim)
{
    return !claim->withdrawn && !claim->misstated;
}

static toc_incident_ref incident_of(const toc_answer_claim *claim)
{
    if (claim->statement.kind == TOC_RECORD_ATTRIBUTION)
        return claim->statement.as.attribution.incident;
    return (toc_incident_ref){.org = claim->org, .slug = claim->statement.as.incident.slug};
}

/* ---- gathering ---- */

static toc_code keep(claim_list *list, const toc_answer_claim *claim, toc_err *err)
{
    toc_answer_claim *place = TOC_LIST_ADD(list);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = *claim;
    return TOC_OK;
}

static bool is_listed(const gathering *work, const toc_claim_id *id)
{
    for (size_t i = 0; i < work->links.count; i++) {
        if (toc_claim_id_equal(&work->links.at[i].claim, id))
            return true;
    }
    return false;
}

/* `links`: same-as and attributions too, else the incidents alone. */
static toc_code add_head(gathering *work, const toc_claim_row *row, bool links, toc_err *err)
{
    bool is_incident = row->kind == TOC_RECORD_INCIDENT;
    toc_answer_claim claim;
    if (is_incident == links ||
        (row->kind == TOC_RECORD_SAME_AS && is_listed(work, &row->filed.claim)))
        return TOC_OK;
    if (work->claim_count == CLAIMS_MAX) {
        work->out->partial = true;
        return TOC_OK;
    }
    work->claim_count++;
    TOC_TRY(toc_query_claim(work->query, row, &claim, err));
    if (is_incident)
        return keep(&work->incidents, &claim, err);
    if (row->kind == TOC_RECORD_SAME_AS)
        return keep(&work->links, &claim, err);
    if (row->kind == TOC_RECORD_ATTRIBUTION)
        return keep(&work->attributions, &claim, err);
    return TOC_OK; /* disputes and questions: by their target */
}

static toc_code add_range(gathering *work, toc_span slug, bool links, toc_err *err)
{
    toc_subject subject;
    toc_found_head *heads = NULL;
    toc_incident_subject(slug, &subject);
    TOC_TRY(toc_query_heads(work->query, toc_subject_view(&subject), &heads, err));
    for (const toc_found_head *found = heads; found != NULL; found = found->next)
        TOC_TRY(add_head(work, &found->row, links, err));
    return TOC_OK;
}

/* A same-as that names the slug second: its head is where its first incident is. */
static toc_code add_second(gathering *work, const toc_row *row, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_mention mention;
    toc_claim_scan scan;
    TOC_TRY(toc_mention_read(view->txn, row, &mention, err));
    TOC_TRY(toc_view_scan(view, mention.filed, &mention.claim, &scan, err));
    return scan.has_head && toc_view_head_live(view, &scan.head)
               ? add_head(work, &scan.head, true, err)
               : TOC_OK;
}

static toc_code add_seconds(gathering *work, toc_span slug, toc_err *err)
{
    toc_subject subject;
    toc_cursor *cursor;
    toc_row row;
    toc_incident_subject(slug, &subject);
    toc_span prefix = toc_subject_view(&subject);
    TOC_TRY(toc_view_cursor(&work->query->views->view, TOC_VIEW_MENTIONS, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix) && !work->out->partial;
         code = toc_cursor_next(cursor, &row, err))
        TOC_TRY(add_second(work, &row, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* The incidents of a slug once, and its links once when they are asked for. */
static toc_code add_slug(gathering *work, toc_span slug, bool links, bool *out_more, toc_err *err)
{
    known_slug *known = NULL;
    for (size_t i = 0; i < work->slug_count && known == NULL; i++)
        known = toc_span_equal(work->slugs[i].slug, slug) ? &work->slugs[i] : NULL;
    if (known == NULL && work->slug_count == TOC_QUERY_SLUGS_MAX) {
        work->out->partial = true;
        return TOC_OK;
    }
    if (known == NULL) {
        known = &work->slugs[work->slug_count++];
        *known = (known_slug){.slug = slug};
        *out_more = true;
        TOC_TRY(add_range(work, slug, false, err));
    }
    if (!links || known->linked)
        return TOC_OK;
    known->linked = *out_more = true;
    TOC_TRY(add_range(work, slug, true, err));
    return add_seconds(work, slug, err);
}

/* ---- pairs ---- */

static int compare_links(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    int order = compare_refs(&a->statement.as.same_as.first, &b->statement.as.same_as.first);
    if (order == 0)
        order = compare_refs(&a->statement.as.same_as.second, &b->statement.as.same_as.second);
    return order != 0 ? order : memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static int compare_incidents(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    toc_incident_ref first = incident_of(a), second = incident_of(b);
    int order = compare_refs(&first, &second);
    return order != 0 ? order : memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static void sort_by_incident(claim_list *list)
{
    if (list->count > 1)
        qsort(list->at, list->count, sizeof *list->at, compare_incidents);
}

/* Where in a sorted list those of one incident stand; their number. */
static size_t range_of(const claim_list *list, const toc_incident_ref *incident, size_t *out_first)
{
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        toc_incident_ref is = incident_of(&list->at[middle]);
        if (compare_refs(&is, incident) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    size_t count = 0;
    for (; low + count < list->count; count++) {
        toc_incident_ref is = incident_of(&list->at[low + count]);
        if (compare_refs(&is, incident) != 0)
            break;
    }
    *out_first = low;
    return count;
}

static bool has_theft(const toc_incident_body *body, const toc_place *theft)
{
    for (size_t i = 0; i < body->theft_count; i++) {
        if (body->thefts[i].chain == theft->chain && toc_span_equal(body->thefts[i].tx, theft->tx))
            return true;
    }
    return false;
}

static bool share_one(const toc_answer_claim *left, const toc_answer_claim *right)
{
    const toc_incident_body *a = &left->statement.as.incident, *b = &right->statement.as.incident;
    if (!stands(left) || !stands(right))
        return false;
    for (size_t i = 0; i < a->theft_count; i++) {
        if (has_theft(b, &a->thefts[i]))
            return true;
    }
    return false;
}

static bool share_theft(const gathering *work, const toc_answer_same *same)
{
    size_t first, second;
    size_t first_count = range_of(&work->incidents, &same->first, &first);
    size_t second_count = range_of(&work->incidents, &same->second, &second);
    for (size_t i = 0; i < first_count; i++) {
        for (size_t j = 0; j < second_count; j++) {
            if (share_one(&work->incidents.at[first + i], &work->incidents.at[second + j]))
                return true;
        }
    }
    return false;
}

static toc_code judge_pair(const gathering *work, toc_answer_same *same, toc_err *err)
{
    size_t count = 0;
    bool first = false, second = false;
    toc_voice *voices = toc_arena_zalloc(work->query->arena, same->claim_count, sizeof *voices);
    if (voices == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < same->claim_count; i++) {
        const toc_answer_claim *claim = &same->claims[i];
        if (!stands(claim))
            continue;
        voices[count++] =
            (toc_voice){.org = claim->org, .root_count = claim->alive_count, .roots = claim->alive};
        first = first || toc_org_id_equal(&claim->org, &same->first.org);
        second = second || toc_org_id_equal(&claim->org, &same->second.org);
    }
    if (count == 0)
        same->claim_count = 0; /* what does not stand proposes nothing */
    same->accepted = count > 0 && ((first && second) || toc_voices_agree(voices, count) ||
                                   share_theft(work, same));
    return TOC_OK;
}

/* The links by pair. They stay where they are until more are gathered. */
static toc_code judge_pairs(gathering *work, toc_err *err)
{
    toc_answer_claim *links = work->links.at;
    size_t count = work->links.count;
    if (count > 1)
        qsort(links, count, sizeof *links, compare_links);
    sort_by_incident(&work->incidents);
    work->same.count = 0;
    for (size_t i = 0, next; i < count; i = next) {
        const toc_same_as_body *body = &links[i].statement.as.same_as;
        for (next = i + 1; next < count; next++) {
            const toc_same_as_body *other = &links[next].statement.as.same_as;
            if (compare_refs(&body->first, &other->first) != 0 ||
                compare_refs(&body->second, &other->second) != 0)
                break;
        }
        toc_answer_same *same = TOC_LIST_ADD(&work->same);
        if (same == NULL)
            return toc_query_no_memory(err);
        *same = (toc_answer_same){.first = body->first,
                                  .second = body->second,
                                  .claim_count = next - i,
                                  .claims = &links[i]};
        TOC_TRY(judge_pair(work, same, err));
        work->same.count -= same->claim_count == 0;
    }
    return TOC_OK;
}

/* From slug to slug, by what is accepted, until nothing is new: each round adds one at least. */
static toc_code follow(gathering *work, toc_err *err)
{
    bool more = true;
    while (more) {
        more = false;
        TOC_TRY(judge_pairs(work, err));
        for (size_t i = 0; i < work->same.count; i++) {
            const toc_answer_same *same = &work->same.at[i];
            toc_span slugs[] = {same->first.slug, same->second.slug};
            for (size_t j = 0; j < TOC_COUNT(slugs) && !more; j++)
                TOC_TRY(add_slug(work, slugs[j], same->accepted, &more, err));
            if (more)
                break;
        }
    }
    return TOC_OK;
}

/* ---- events ---- */

static int compare_stored_refs(const void *left, const void *right)
{
    return compare_refs(left, right);
}

static toc_code add_ref(gathering *work, const toc_incident_ref *ref, toc_err *err)
{
    toc_incident_ref *place = TOC_LIST_ADD(&work->refs);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = *ref;
    return TOC_OK;
}

static uint32_t place_of(const gathering *work, const toc_incident_ref *ref)
{
    const toc_incident_ref *found =
        bsearch(ref, work->refs.at, work->refs.count, sizeof *work->refs.at, compare_stored_refs);
    TOC_ASSERT(found != NULL);
    return (uint32_t)(found - work->refs.at);
}

static void keep_each_once(gathering *work)
{
    size_t kept = 0;
    if (work->refs.count > 1)
        qsort(work->refs.at, work->refs.count, sizeof *work->refs.at, compare_stored_refs);
    for (size_t i = 0; i < work->refs.count; i++) {
        if (kept == 0 || compare_refs(&work->refs.at[kept - 1], &work->refs.at[i]) != 0)
            work->refs.at[kept++] = work->refs.at[i];
    }
    work->refs.count = kept;
}

/* Sorted references: the root of a set, its smallest element, is the lowest (org, slug). */
static toc_code find_events(gathering *work, toc_err *err)
{
    for (size_t i = 0; i < work->incidents.count; i++) {
        toc_incident_ref is = incident_of(&work->incidents.at[i]);
        TOC_TRY(add_ref(work, &is, err));
    }
    for (size_t i = 0; i < work->attributions.count; i++) {
        toc_incident_ref is = incident_of(&work->attributions.at[i]);
        TOC_TRY(add_ref(work, &is, err));
    }
    for (size_t i = 0; i < work->same.count; i++) {
        TOC_TRY(add_ref(work, &work->same.at[i].first, err));
        TOC_TRY(add_ref(work, &work->same.at[i].second, err));
    }
    keep_each_once(work);
    work->events = toc_arena_zalloc(work->query->arena, work->refs.count, sizeof *work->events);
    if (work->events == NULL)
        return toc_query_no_memory(err);
    toc_union_init(work->events, work->refs.count);
    for (size_t i = 0; i < work->same.count; i++) {
        const toc_answer_same *same = &work->same.at[i];
        if (same->accepted)
            toc_union_link(work->events, place_of(work, &same->first),
                           place_of(work, &same->second));
    }
    return TOC_OK;
}

/* ---- the answer ---- */

/* Those of one incident, into the query's arena. */
static toc_code take_of(const gathering *work, const claim_list *list,
                        const toc_incident_ref *incident, toc_answer_claim **out, size_t *out_count,
                        toc_err *err)
{
    size_t first, found = range_of(list, incident, &first);
    *out = toc_arena_zalloc(work->query->arena, found, sizeof **out);
    if (*out == NULL)
        return toc_query_no_memory(err);
    if (found > 0)
        memcpy(*out, list->at + first, found * sizeof **out);
    *out_count = found;
    return TOC_OK;
}

static toc_code list_incidents(gathering *work, toc_err *err)
{
    toc_answer_incidents *out = work->out;
    const toc_answer_claim *claims = work->incidents.at;
    sort_by_incident(&work->attributions);
    out->incidents =
        toc_arena_zalloc(work->query->arena, work->incidents.count, sizeof *out->incidents);
    if (out->incidents == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < work->incidents.count; i++) {
        toc_incident_ref is = incident_of(&claims[i]);
        toc_answer_incident *last =
            out->incident_count == 0 ? NULL : &out->incidents[out->incident_count - 1];
        if (!toc_span_equal(is.slug, out->slug) ||
            (last != NULL && compare_refs(&is, &last->incident) == 0))
            continue;
        toc_answer_incident *one = &out->incidents[out->incident_count++];
        *one = (toc_answer_incident){.incident = is, .org_name = claims[i].org_name};
        one->event = work->refs.at[toc_union_root(work->events, place_of(work, &is))];
        TOC_TRY(take_of(work, &work->incidents, &is, &one->claims, &one->claim_count, err));
        TOC_TRY(take_of(work, &work->attributions, &is, &one->attributions, &one->attribution_count,
                        err));
    }
    return TOC_OK;
}

/* The pairs that name the slug that was asked for, with their claims. */
static toc_code list_same(gathering *work, toc_err *err)
{
    toc_answer_incidents *out = work->out;
    out->same = toc_arena_zalloc(work->query->arena, work->same.count, sizeof *out->same);
    if (out->same == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < work->same.count; i++) {
        toc_answer_same same = work->same.at[i];
        if (!toc_span_equal(same.first.slug, out->slug) &&
            !toc_span_equal(same.second.slug, out->slug))
            continue;
        toc_answer_claim *claims =
            toc_arena_zalloc(work->query->arena, same.claim_count, sizeof *claims);
        if (claims == NULL)
            return toc_query_no_memory(err);
        memcpy(claims, same.claims, same.claim_count * sizeof *claims);
        same.claims = claims;
        out->same[out->same_count++] = same;
    }
    return TOC_OK;
}

/* ---- wallets ---- */

typedef struct naming {
    toc_answer_incidents *out;
    size_t room;
} naming;

/* A bare slug means the incident of the claim's own org; else the only one there is. */
static toc_code name(void *context, const toc_answer_claim *claim, toc_err *err)
{
    naming *work = context;
    toc_answer_incidents *out = work->out;
    (void)err;
    TOC_ASSERT(out->wallet_count < work->room);
    toc_answer_naming *one = &out->wallets[out->wallet_count++];
    *one = (toc_answer_naming){.claim = *claim, .has_meaning = out->incident_count == 1};
    if (one->has_meaning)
        one->means = out->incidents[0].incident.org;
    for (size_t i = 0; i < out->incident_count; i++) {
        if (!toc_org_id_equal(&out->incidents[i].incident.org, &claim->org))
            continue;
        one->has_meaning = true;
        one->means = claim->org;
    }
    return TOC_OK;
}

static toc_code list_wallets(gathering *work, size_t max, toc_err *err)
{
    toc_answer_incidents *out = work->out;
    toc_search search = {.incident = out->slug, .limit = max};
    naming all = {.out = out, .room = max};
    TOC_ASSERT(max > 0); /* to a search, 0 is no limit */
    out->wallets = toc_arena_zalloc(work->query->arena, max, sizeof *out->wallets);
    if (out->wallets == NULL)
        return toc_query_no_memory(err);
    return toc_query_search(work->query, &search, name, &all, &out->wallet_total, err);
}

/* ---- the whole ---- */

toc_code toc_query_incidents(toc_query *query, toc_span slug, size_t wallets_max,
                             toc_answer_incidents *out, toc_err *err)
{
    toc_answer_incidents answer = {
        .slug = slug, .incomplete = query->incomplete, .horizon = query->views->state.horizon};
    TOC_AUTO(gathering_wipe) gathering work = {.query = query, .out = &answer};
    bool more = false;
    if (!toc_slug_valid(slug))
        return toc_fail(err, TOC_MALFORMED,
                        "'%.*s' is no incident's slug: small letters, digits and hyphens, as in "
                        "'bybit-2025'",
                        (int)(slug.size < 64 ? slug.size : 64), (const char *)slug.data);
    TOC_TRY(add_slug(&work, slug, true, &more, err));
    TOC_TRY(follow(&work, err));
    TOC_TRY(find_events(&work, err));
    TOC_TRY(list_incidents(&work, err));
    TOC_TRY(list_same(&work, err));
    TOC_TRY(list_wallets(&work, wallets_max, err));
    TOC_TRY(toc_query_timeline(query, &answer, err));
    answer.found = answer.incident_count > 0 || answer.wallet_total > 0;
    *out = answer;
    return TOC_OK;
}
