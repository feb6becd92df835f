/* What happened when, and in which clusters the wallets of an incident are: from the claims that
 * its answer lists, from what was seen of its wallets, and from the movements of its thefts. */
#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/list.h"

/* A wallet that the incident's claims are about, and the cluster that its vertex is in. */
typedef struct place_in {
    const toc_wallet *wallet;
    bool clustered;
    toc_claim_id lowest; /* of the cluster's reports: its name within the store */
    toc_cluster_row cluster;
} place_in;

typedef struct timeline {
    toc_query *query;
    toc_answer_incidents *out;
    TOC_LIST(toc_answer_moment) moments;
    TOC_LIST(place_in) wallets; /* each once */
    TOC_LIST(toc_place) thefts; /* each once */
} timeline;

static void timeline_wipe(timeline *work)
{
    TOC_LIST_WIPE(&work->moments);
    TOC_LIST_WIPE(&work->wallets);
    TOC_LIST_WIPE(&work->thefts);
}
TOC_DEFINE_AUTO_WIPE(timeline, timeline_wipe)

/* ---- moments ---- */

static toc_code add(timeline *work, const toc_answer_claim *claim, toc_moment_kind kind,
                    toc_time time, const toc_place *place, toc_err *err)
{
    if (time.unix_ms == 0)
        return TOC_OK; /* not told */
    toc_answer_moment *moment = TOC_LIST_ADD(&work->moments);
    if (moment == NULL)
        return toc_query_no_memory(err);
    *moment = (toc_answer_moment){.time = time,
                                  .kind = kind,
                                  .said_in = claim->statement.kind,
                                  .org = claim->org,
                                  .org_name = claim->org_name,
                                  .claim_count = 1,
                                  .claim = claim->claim,
                                  .wallet = toc_statement_wallet(&claim->statement)};
    if (place != NULL)
        moment->place = *place;
    return TOC_OK;
}

static toc_code add_theft(timeline *work, const toc_place *theft, toc_err *err)
{
    for (size_t i = 0; i < work->thefts.count; i++) {
        if (work->thefts.at[i].chain == theft->chain &&
            toc_span_equal(work->thefts.at[i].tx, theft->tx))
            return TOC_OK;
    }
    toc_place *place = TOC_LIST_ADD(&work->thefts);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = *theft;
    return TOC_OK;
}

static toc_code add_incident(timeline *work, const toc_answer_claim *claim, toc_err *err)
{
    const toc_incident_body *body = &claim->statement.as.incident;
    TOC_TRY(add(work, claim, TOC_MOMENT_OCCURRED, body->occurred, NULL, err));
    TOC_TRY(add(work, claim, TOC_MOMENT_DISCOVERED, body->discovered, NULL, err));
    for (size_t i = 0; i < body->theft_count; i++)
        TOC_TRY(add_theft(work, &body->thefts[i], err));
    return add(work, claim, TOC_MOMENT_REPORTED, claim->statement.issued_at, NULL, err);
}

static toc_code add_naming(timeline *work, const toc_answer_claim *claim, toc_err *err)
{
    const toc_wallet_body *body = &claim->statement.as.wallet;
    TOC_TRY(add(work, claim, TOC_MOMENT_FIRST_SEEN, body->first_seen, NULL, err));
    TOC_TRY(add(work, claim, TOC_MOMENT_LAST_SEEN, body->last_seen, NULL, err));
    TOC_TRY(add(work, claim, TOC_MOMENT_REPORTED, claim->statement.issued_at, NULL, err));
    place_in *place = TOC_LIST_ADD(&work->wallets);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = (place_in){.wallet = &body->wallet};
    return TOC_OK;
}

static toc_code add_claims(timeline *work, toc_err *err)
{
    const toc_answer_incidents *out = work->out;
    for (size_t i = 0; i < out->incident_count; i++) {
        for (size_t j = 0; j < out->incidents[i].claim_count; j++)
            TOC_TRY(add_incident(work, &out->incidents[i].claims[j], err));
    }
    for (size_t i = 0; i < out->wallet_count; i++)
        TOC_TRY(add_naming(work, &out->wallets[i].claim, err));
    return TOC_OK;
}

/* ---- wallets ---- */

static int compare_wallets(const void *left, const void *right)
{
    const toc_wallet *a = ((const place_in *)left)->wallet, *b = ((const place_in *)right)->wallet;
    int order = toc_span_compare(toc_subject_view(&a->subject), toc_subject_view(&b->subject));
    return order != 0 ? order : strcmp(a->tag, b->tag);
}

static void keep_each_once(timeline *work)
{
    size_t kept = 0;
    if (work->wallets.count > 1)
        qsort(work->wallets.at, work->wallets.count, sizeof *work->wallets.at, compare_wallets);
    for (size_t i = 0; i < work->wallets.count; i++) {
        if (kept == 0 || compare_wallets(&work->wallets.at[kept - 1], &work->wallets.at[i]) != 0)
            work->wallets.at[kept++] = work->wallets.at[i];
    }
    work->wallets.count = kept;
}

static toc_code add_sightings(timeline *work, const toc_wallet *wallet, toc_err *err)
{
    toc_found_head *heads = NULL;
    TOC_TRY(toc_query_heads(work->query, toc_subject_view(&wallet->subject), &heads, err));
    for (const toc_found_head *found = heads; found != NULL; found = found->next) {
        toc_answer_claim claim;
        if (found->row.kind != TOC_RECORD_SIGHTING)
            continue;
        TOC_TRY(toc_query_claim(work->query, &found->row, &claim, err));
        const toc_sighting_body *body = &claim.statement.as.sighting;
        if (strcmp(body->wallet.tag, wallet->tag) != 0)
            continue;
        toc_answer_claim *kept = toc_arena_zalloc(work->query->arena, 1, sizeof *kept);
        if (kept == NULL)
            return toc_query_no_memory(err);
        *kept = claim; /* its wallet is lent to the moment */
        TOC_TRY(add(work, kept, TOC_MOMENT_SIGHTED, body->seen, &body->place, err));
    }
    return TOC_OK;
}

static toc_code find_cluster(timeline *work, place_in *place, toc_err *err)
{
    toc_span vertex = toc_subject_vertex(&place->wallet->subject);
    toc_code code =
        toc_query_find_cluster(work->query, vertex, &place->lowest, &place->cluster, err);
    place->clustered = code == TOC_OK;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code ask_wallets(timeline *work, toc_err *err)
{
    keep_each_once(work);
    for (size_t i = 0; i < work->wallets.count; i++) {
        TOC_TRY(add_sightings(work, work->wallets.at[i].wallet, err));
        TOC_TRY(find_cluster(work, &work->wallets.at[i], err));
    }
    return TOC_OK;
}

/* ---- thefts ---- */

/* By the version drawn; what was seen there may be of a wallet that nobody has named. */
static toc_code add_movement(timeline *work, const toc_answer_movement *movement, toc_err *err)
{
    if (movement->version_count > 0) {
        const toc_answer_claim *told = &movement->versions[0].claims[0];
        const toc_transfer_body *body = &told->statement.as.transfer;
        TOC_TRY(add(work, told, TOC_MOMENT_THEFT, body->time, &body->place, err));
    }
    for (size_t i = 0; i < movement->sighting_count; i++) {
        const toc_answer_claim *claim = &movement->sightings[i];
        const toc_sighting_body *body = &claim->statement.as.sighting;
        TOC_TRY(add(work, claim, TOC_MOMENT_SIGHTED, body->seen, &body->place, err));
    }
    return TOC_OK;
}

static toc_code ask_thefts(timeline *work, toc_err *err)
{
    for (size_t i = 0; i < work->thefts.count; i++) {
        toc_answer_transfers transfers = {0};
        TOC_TRY(toc_query_transaction(work->query, &work->thefts.at[i], &transfers, err));
        for (size_t j = 0; j < transfers.movement_count; j++)
            TOC_TRY(add_movement(work, &transfers.movements[j], err));
        work->out->partial = work->out->partial || transfers.partial;
    }
    return TOC_OK;
}

/* ---- clusters ---- */

static int compare_places(const void *left, const void *right)
{
    const place_in *a = left, *b = right;
    if (a->clustered != b->clustered)
        return a->clustered ? -1 : 1;
    return a->clustered ? memcmp(a->lowest.bytes, b->lowest.bytes, sizeof a->lowest.bytes) : 0;
}

static int compare_clusters(const void *left, const void *right)
{
    const toc_answer_incident_cluster *a = left, *b = right;
    if (a->wallet_count != b->wallet_count)
        return a->wallet_count > b->wallet_count ? -1 : 1;
    return toc_span_compare(a->cluster.id, b->cluster.id);
}

static toc_code list_clusters(timeline *work, toc_err *err)
{
    toc_answer_incidents *out = work->out;
    place_in *places = work->wallets.at;
    size_t count = work->wallets.count;
    if (count > 1)
        qsort(places, count, sizeof *places, compare_places);
    out->clusters = toc_arena_zalloc(work->query->arena, count, sizeof *out->clusters);
    if (out->clusters == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < count && places[i].clustered; i++) {
        if (i == 0 || compare_places(&places[i - 1], &places[i]) != 0)
            TOC_TRY(toc_query_cluster_ref(work->query, &places[i].cluster,
                                          &out->clusters[out->cluster_count++].cluster, err));
        out->clusters[out->cluster_count - 1].wallet_count++;
    }
    if (out->cluster_count > 1)
        qsort(out->clusters, out->cluster_count, sizeof *out->clusters, compare_clusters);
    return TOC_OK;
}

/* ---- in order ---- */

/* Equal: what one org says of one moment. */
static int compare_moments(const toc_answer_moment *a, const toc_answer_moment *b)
{
    if (a->time.unix_ms != b->time.unix_ms)
        return a->time.unix_ms < b->time.unix_ms ? -1 : 1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    int order = memcmp(a->org.bytes, b->org.bytes, sizeof a->org.bytes);
    if (order != 0)
        return order;
    return a->said_in < b->said_in ? -1 : a->said_in > b->said_in;
}

static int compare_stored(const void *left, const void *right)
{
    const toc_answer_moment *a = left, *b = right;
    int order = compare_moments(a, b);
    return order != 0 ? order : memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static toc_code list_moments(timeline *work, toc_err *err)
{
    toc_answer_incidents *out = work->out;
    toc_answer_moment *moments = work->moments.at;
    size_t kept = 0;
    if (work->moments.count > 1)
        qsort(moments, work->moments.count, sizeof *moments, compare_stored);
    for (size_t i = 0; i < work->moments.count; i++) {
        bool same = kept > 0 && compare_moments(&moments[kept - 1], &moments[i]) == 0;
        bool itself = same && toc_claim_id_equal(&moments[kept - 1].claim, &moments[i].claim);
        bool apart = moments[i].kind == TOC_MOMENT_SIGHTED || moments[i].kind == TOC_MOMENT_THEFT;
        if (!same || (apart && !itself))
            moments[kept++] = moments[i];
        else if (!itself)
            moments[kept - 1].claim_count++; /* a sighting may be met at wallet and place */
    }
    out->moment_total = kept;
    out->moment_count = kept < TOC_TIMELINE_MAX ? kept : TOC_TIMELINE_MAX;
    out->moments = toc_arena_zalloc(work->query->arena, out->moment_count, sizeof *out->moments);
    if (out->moments == NULL)
        return toc_query_no_memory(err);
    if (out->moment_count > 0)
        memcpy(out->moments, moments, out->moment_count * sizeof *moments);
    return TOC_OK;
}

toc_code toc_query_timeline(toc_query *query, toc_answer_incidents *out, toc_err *err)
{
    TOC_AUTO(timeline_wipe) timeline work = {.query = query, .out = out};
    TOC_TRY(add_claims(&work, err));
    TOC_TRY(ask_wallets(&work, err));
    TOC_TRY(ask_thefts(&work, err));
    TOC_TRY(list_clusters(&work, err));
    return list_moments(&work, err);
}
