/* A dossier is one range: the claims of a vertex lie together, those of one claim in order of age.
 */
#include <stdlib.h>

#include "store/query/internal.h"

typedef struct gathering {
    toc_query *query;
    toc_span subject; /* asked for */
    toc_span tag;
    toc_found_head *heads;
    size_t counts[TOC_RECORD_LAST + 1]; /* of heads, by kind */
    size_t claim_count;                 /* of wallets at the subject */
    toc_dossier *out;
    toc_beside beside;
} gathering;

/* ---- the range ---- */

static toc_code gather(gathering *work, toc_span vertex, toc_err *err)
{
    TOC_TRY(toc_query_heads(work->query, vertex, &work->heads, err));
    for (const toc_found_head *found = work->heads; found != NULL; found = found->next) {
        work->counts[found->row.kind]++;
        work->claim_count += found->row.kind == TOC_RECORD_WALLET &&
                             toc_span_equal(found->row.filed.subject, work->subject);
    }
    return TOC_OK;
}

/* ---- one claim ---- */

static toc_code add_claim(gathering *work, const toc_claim_row *row, toc_err *err)
{
    toc_answer_claim claim;
    toc_dossier *out = work->out;
    TOC_TRY(toc_query_claim(work->query, row, &claim, err));
    if (toc_span_equal(toc_span_text(claim.statement.as.wallet.wallet.tag), work->tag))
        out->claims[out->claim_count++] = claim;
    else
        out->tagged++;
    toc_beside_accuse(&work->beside, &claim);
    return TOC_OK;
}

/* Twins are of keys, not of accounts: no tag. */
static toc_code spell(gathering *work, const toc_answer_claim *claim, const char **out,
                      toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_wallet wallet = claim->statement.as.wallet.wallet;
    wallet.tag[0] = '\0';
    toc_wallet_caip10(&wallet, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    *out = toc_arena_text(work->query->arena, toc_buf_view(&text));
    return *out == NULL ? toc_query_no_memory(err) : TOC_OK;
}

static toc_code add_twin(gathering *work, const toc_claim_row *row, toc_err *err)
{
    toc_dossier *out = work->out;
    toc_answer_twin *twin = out->twin_count == 0 ? NULL : &out->twins[out->twin_count - 1];
    bool first =
        twin == NULL || !toc_span_equal(toc_subject_view(&twin->subject), row->filed.subject);
    if (!first && !toc_beside_asks(&work->beside)) {
        twin->claims++;
        return TOC_OK;
    }
    toc_answer_claim claim;
    TOC_TRY(toc_query_claim(work->query, row, &claim, err));
    toc_beside_accuse(&work->beside, &claim);
    if (first) {
        TOC_ASSERT(out->twins != NULL); /* room for as many as there are claims of twins */
        twin = &out->twins[out->twin_count++];
        *twin = (toc_answer_twin){.subject = toc_subject_copy(row->filed.subject)};
        TOC_TRY(spell(work, &claim, &twin->text, err));
    }
    twin->claims++;
    return TOC_OK;
}

static toc_code add_wallets(gathering *work, toc_err *err)
{
    toc_dossier *out = work->out;
    size_t twins = work->counts[TOC_RECORD_WALLET] - work->claim_count;
    out->claims = toc_arena_zalloc(work->query->arena, work->claim_count, sizeof *out->claims);
    out->twins = toc_arena_zalloc(work->query->arena, twins, sizeof *out->twins);
    if (out->claims == NULL || out->twins == NULL)
        return toc_query_no_memory(err);
    for (const toc_found_head *found = work->heads; found != NULL; found = found->next) {
        if (found->row.kind != TOC_RECORD_WALLET)
            continue;
        if (toc_span_equal(found->row.filed.subject, work->subject))
            TOC_TRY(add_claim(work, &found->row, err));
        else
            TOC_TRY(add_twin(work, &found->row, err));
    }
    return TOC_OK;
}

/* Before the claims: whether anybody has to be asked who is accused depends on the notices. */
static toc_code add_others(gathering *work, toc_err *err)
{
    for (const toc_found_head *found = work->heads; found != NULL; found = found->next) {
        if (found->row.kind != TOC_RECORD_WALLET)
            TOC_TRY(toc_beside_add(&work->beside, &found->row, err));
    }
    return TOC_OK;
}

/* ---- order and score ---- */

static int compare_claims(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    int order = toc_span_compare(a->statement.as.wallet.category, b->statement.as.wallet.category);
    if (order != 0)
        return order;
    if (a->weighted != b->weighted)
        return a->weighted > b->weighted ? -1 : 1;
    if (a->statement.confidence != b->statement.confidence)
        return a->statement.confidence > b->statement.confidence ? -1 : 1;
    return memcmp(a->claim.bytes, b->claim.bytes, 32);
}

static toc_code score_claims(gathering *work, bool weighted, toc_score *out_score, toc_err *err)
{
    const toc_dossier *out = work->out;
    toc_score_claim *claims =
        toc_arena_zalloc(work->query->arena, out->claim_count, sizeof *claims);
    if (claims == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < out->claim_count; i++) {
        const toc_answer_claim *claim = &out->claims[i];
        claims[i] = (toc_score_claim){.org = claim->org,
                                      .category = claim->statement.as.wallet.category,
                                      .role = claim->statement.as.wallet.role,
                                      .confidence = weighted ? claim->weighted / 10
                                                             : claim->statement.confidence,
                                      .root_count = claim->misstated ? 0 : claim->alive_count,
                                      .roots = claim->alive};
    }
    return toc_score_of(claims, out->claim_count, work->query->arena, out_score, err);
}

static toc_code score(gathering *work, toc_err *err)
{
    toc_dossier *out = work->out;
    if (out->claim_count > 1)
        qsort(out->claims, out->claim_count, sizeof *out->claims, compare_claims);
    out->weighed = work->query->trust != NULL;
    if (out->weighed)
        TOC_TRY(score_claims(work, true, &out->weighted, err));
    return score_claims(work, false, &out->score, err);
}

static toc_code name_cluster(gathering *work, toc_span vertex, toc_err *err)
{
    toc_claim_id lowest;
    toc_cluster_row cluster;
    toc_code code = toc_query_find_cluster(work->query, vertex, &lowest, &cluster, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    return toc_query_cluster_ref(work->query, &cluster, &work->out->cluster, err);
}

static bool is_found(const toc_dossier *out, const toc_beside *beside)
{
    return out->claim_count > 0 || out->cluster.id.size > 0 || out->attribution_count > 0 ||
           out->sighting_count > 0 || out->clearance_count > 0 || out->move_total > 0 ||
           beside->exact_notices > 0;
}

toc_code toc_query_dossier(toc_query *query, const char *text, const toc_wallet *wallet,
                           toc_dossier *out, toc_err *err)
{
    toc_dossier dossier = {.query = text,
                           .wallet = *wallet,
                           .incomplete = query->incomplete,
                           .horizon = query->views->state.horizon};
    gathering work = {.query = query,
                      .subject = toc_subject_view(&wallet->subject),
                      .tag = toc_span_text(wallet->tag),
                      .out = &dossier};
    toc_span vertex = toc_subject_vertex(&wallet->subject);
    TOC_TRY(gather(&work, vertex, err));
    TOC_TRY(toc_beside_begin(&work.beside, query, wallet, work.counts, &dossier, err));
    TOC_TRY(add_others(&work, err));
    TOC_TRY(toc_beside_weigh(&work.beside, err));
    TOC_TRY(add_wallets(&work, err));
    TOC_TRY(score(&work, err));
    TOC_TRY(toc_beside_end(&work.beside, err));
    TOC_TRY(name_cluster(&work, vertex, err));
    TOC_TRY(toc_query_moves(query, &dossier, err));
    TOC_TRY(toc_query_unapproved(query, &dossier, err));
    TOC_TRY(toc_query_forked(query, &dossier, err));
    dossier.found = is_found(&dossier, &work.beside);
    *out = dossier;
    return TOC_OK;
}

toc_code toc_query_is_deposit(toc_query *query, const toc_wallet *wallet, bool *out, toc_err *err)
{
    toc_dossier dossier = {0};
    TOC_TRY(toc_query_dossier(query, "", wallet, &dossier, err));
    *out = false;
    for (size_t i = 0; i < dossier.notice_count; i++) {
        const toc_answer_notice *notice = &dossier.notices[i];
        toc_span role = notice->claim.statement.as.notice.role;
        *out = *out || (notice->effect && toc_span_equal(role, toc_span_text("deposit")));
    }
    return TOC_OK;
}
