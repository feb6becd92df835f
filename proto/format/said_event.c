/* Events and who is behind them: incidents, same-as, attributions. */
#include <stdlib.h>

#include "proto/format/said.h"

static const char *const ref_fields[] = {"org", "slug", NULL};

static toc_code no_memory(const toc_json_fields *at)
{
    return toc_fail(&at->problem->err, TOC_NO_MEMORY, "out of memory");
}

static int by_asset(const void *left, const void *right)
{
    const toc_amount *a = left, *b = right;
    return toc_span_compare(a->asset, b->asset);
}

static toc_code read_losses(const toc_json_fields *at, toc_incident_body *out)
{
    const json_t *list;
    size_t count;
    TOC_TRY(toc_json_field_list(at, "losses", TOC_ASSETS_MAX, &list, &count));
    if (count == 0)
        return TOC_OK;
    toc_amount *losses = toc_arena_zalloc(at->arena, count, sizeof *losses);
    if (losses == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++) {
        toc_json_fields item;
        TOC_TRY(toc_json_field_item(at, "losses", list, i, "asset", &item));
        TOC_TRY(toc_json_fields_known(&item, toc_said_amount_fields, NULL));
        TOC_TRY(toc_said_amount(&item, NULL, &losses[i]));
    }
    qsort(losses, count, sizeof *losses, by_asset);
    for (size_t i = 1; i < count; i++) {
        if (by_asset(&losses[i - 1], &losses[i]) == 0)
            return toc_json_field_fail(at, "losses", TOC_MALFORMED, "the same asset twice");
    }
    out->losses = losses;
    out->loss_count = count;
    return TOC_OK;
}

static int by_place(const void *left, const void *right)
{
    const toc_place *a = left, *b = right;
    int order = strcmp(toc_chain_caip2(a->chain), toc_chain_caip2(b->chain));
    return order != 0 ? order : toc_span_compare(a->tx, b->tx);
}

static toc_code read_thefts(const toc_json_fields *at, toc_incident_body *out)
{
    const json_t *list;
    size_t count, kept = 0;
    TOC_TRY(toc_json_field_list(at, "thefts", TOC_THEFTS_MAX, &list, &count));
    if (count == 0)
        return TOC_OK;
    toc_place *thefts = toc_arena_zalloc(at->arena, count, sizeof *thefts);
    if (thefts == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++) {
        toc_json_fields item;
        TOC_TRY(toc_json_field_item(at, "thefts", list, i, "tx", &item));
        TOC_TRY(toc_json_fields_known(&item, toc_said_place_fields, NULL));
        TOC_TRY(toc_said_place(&item, NULL, &thefts[i]));
        if (thefts[i].tx.size == 0)
            return toc_json_field_fail(&item, "tx", TOC_MALFORMED, "missing");
        if (thefts[i].index_kind != TOC_INDEX_NONE || thefts[i].index.size > 0)
            return toc_json_field_fail(&item, "index_kind", TOC_MALFORMED,
                                       "a theft is a whole transaction; part of one is a transfer");
    }
    qsort(thefts, count, sizeof *thefts, by_place);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || by_place(&thefts[kept - 1], &thefts[i]) != 0)
            thefts[kept++] = thefts[i];
    }
    out->thefts = thefts;
    out->theft_count = kept;
    return TOC_OK;
}

toc_code toc_said_incident(const toc_json_fields *at, toc_incident_body *out)
{
    TOC_TRY(toc_json_field_slug(at, "slug", TOC_FIELD_REQUIRED, &out->slug));
    TOC_TRY(toc_json_field_text(at, "title", TOC_FIELD_OPTIONAL, &out->title));
    TOC_TRY(toc_json_field_time(at, "occurred", TOC_FIELD_OPTIONAL, &out->occurred));
    TOC_TRY(toc_json_field_time(at, "discovered", TOC_FIELD_OPTIONAL, &out->discovered));
    TOC_TRY(read_losses(at, out));
    TOC_TRY(toc_said_fiat(at, "loss", &out->loss));
    TOC_TRY(toc_json_field_text(at, "victim", TOC_FIELD_OPTIONAL, &out->victim));
    TOC_TRY(toc_json_field_term(at, "status", TOC_TERMS_INCIDENT_STATUS, TOC_FIELD_REQUIRED,
                                &out->status));
    return read_thefts(at, out);
}

/* {"org": …, "slug": …}, or the slug alone for an incident of this org. */
static toc_code read_ref(const toc_json_fields *at, const char *name, toc_json_needed needed,
                         toc_incident_ref *out)
{
    const json_t *list;
    size_t count;
    toc_json_fields item;
    TOC_TRY(toc_json_field_list(at, name, 1, &list, &count));
    if (count == 0)
        return needed == TOC_FIELD_REQUIRED
                   ? toc_json_field_fail(at, name, TOC_MALFORMED, "missing")
                   : TOC_OK;
    TOC_TRY(toc_json_field_item(at, name, list, 0, "slug", &item));
    TOC_TRY(toc_json_fields_known(&item, ref_fields, NULL));
    TOC_TRY(toc_json_field_id(&item, "org", TOC_FIELD_OPTIONAL, out->org.bytes));
    return toc_json_field_slug(&item, "slug", TOC_FIELD_REQUIRED, &out->slug);
}

/* The lower comes first; where an org is left out, the node orders them anew. */
toc_code toc_said_same_as(const toc_json_fields *at, toc_same_as_body *out)
{
    toc_incident_ref first = {0}, second = {0};
    TOC_TRY(read_ref(at, "first", TOC_FIELD_REQUIRED, &first));
    TOC_TRY(read_ref(at, "second", TOC_FIELD_REQUIRED, &second));
    int order = memcmp(first.org.bytes, second.org.bytes, sizeof first.org.bytes);
    if (order == 0)
        order = toc_span_compare(first.slug, second.slug);
    if (order == 0)
        return toc_json_field_fail(at, "second", TOC_MALFORMED, "the same incident as the first");
    *out = order < 0 ? (toc_same_as_body){.first = first, .second = second}
                     : (toc_same_as_body){.first = second, .second = first};
    return TOC_OK;
}

toc_code toc_said_documents(const toc_json_fields *at, toc_documents *out)
{
    uint8_t(*ids)[32] = NULL;
    size_t count = 0;
    TOC_TRY(toc_json_field_ids(at, "documents", TOC_DOCUMENTS_MAX, &ids, &count));
    if (count == 0)
        return TOC_OK;
    toc_hash *hashes = toc_arena_zalloc(at->arena, count, sizeof *hashes);
    if (hashes == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++)
        memcpy(hashes[i].bytes, ids[i], sizeof hashes[i].bytes);
    *out = (toc_documents){.count = count, .hashes = hashes};
    return TOC_OK;
}

toc_code toc_said_attribution(const toc_json_fields *at, toc_attribution_body *out)
{
    TOC_TRY(read_ref(at, "incident", TOC_FIELD_OPTIONAL, &out->incident));
    bool of_wallet = out->wallet.chain != NULL, of_incident = out->incident.slug.size > 0;
    if (of_wallet == of_incident)
        return toc_json_field_fail(at, of_wallet ? "incident" : "address", TOC_MALFORMED,
                                   of_wallet ? "beside an address: it is of one of the two"
                                             : "missing; or an incident");
    if (!of_wallet && (toc_json_field_given(at, "chain") || toc_json_field_given(at, "tag")))
        return toc_json_field_fail(at, "address", TOC_MALFORMED, "missing beside its chain or tag");
    TOC_TRY(toc_json_field_term(at, "actor", TOC_TERMS_ACTOR, TOC_FIELD_REQUIRED, &out->actor));
    TOC_TRY(toc_json_field_term(at, "basis", TOC_TERMS_BASIS, TOC_FIELD_OPTIONAL, &out->basis));
    return toc_said_documents(at, &out->documents);
}
