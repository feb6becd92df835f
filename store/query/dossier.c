/* A dossier is one range: the claims of a vertex lie together, those of one claim in order of age.
 */
#include <stdlib.h>

#include "store/query/internal.h"

typedef struct found_claim {
    struct found_claim *next;
    toc_answer_claim claim;
} found_claim;

typedef struct found_twin {
    struct found_twin *next;
    toc_answer_twin twin;
} found_twin;

typedef struct gathering {
    toc_query *query;
    toc_span subject; /* asked for */
    toc_span tag;
    found_claim *claims;
    found_twin *twins; /* the newest first, which is the highest subject */
    toc_dossier *out;

    /* The claim that the scan is in. */
    bool has_head;
    toc_claim_row head; /* in the map: nothing is written in a reader's transaction */
} gathering;

/* ---- one claim ---- */

static toc_code add_claim(gathering *work, toc_err *err)
{
    found_claim *found = toc_arena_zalloc(work->query->arena, 1, sizeof *found);
    if (found == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(toc_query_claim(work->query, &work->head, &found->claim, err));
    toc_span tag = toc_span_text(found->claim.statement.as.wallet.wallet.tag);
    if (!toc_span_equal(tag, work->tag)) {
        work->out->tagged++;
        return TOC_OK;
    }
    found->next = work->claims;
    work->claims = found;
    work->out->claim_count++;
    return TOC_OK;
}

static toc_code spell(gathering *work, const char **out, toc_err *err)
{
    toc_answer_claim claim;
    TOC_TRY(toc_query_claim(work->query, &work->head, &claim, err));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_wallet wallet = claim.statement.as.wallet.wallet;
    wallet.tag[0] = '\0'; /* twins are of keys, not of accounts */
    toc_wallet_caip10(&wallet, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    *out = toc_arena_text(work->query->arena, toc_buf_view(&text));
    return *out == NULL ? toc_query_no_memory(err) : TOC_OK;
}

static toc_code add_twin(gathering *work, toc_err *err)
{
    toc_span subject = work->head.filed.subject;
    if (work->twins == NULL ||
        !toc_span_equal(toc_subject_view(&work->twins->twin.subject), subject)) {
        found_twin *found = toc_arena_zalloc(work->query->arena, 1, sizeof *found);
        if (found == NULL)
            return toc_query_no_memory(err);
        found->twin.subject = toc_subject_copy(subject);
        TOC_TRY(spell(work, &found->twin.text, err));
        found->next = work->twins;
        work->twins = found;
        work->out->twin_count++;
    }
    work->twins->twin.claims++;
    return TOC_OK;
}

static toc_code end_claim(gathering *work, toc_err *err)
{
    bool live = work->has_head && toc_view_head_live(&work->query->views->view, &work->head);
    work->has_head = false;
    if (!live)
        return TOC_OK;
    if (toc_span_equal(work->head.filed.subject, work->subject))
        return add_claim(work, err);
    return add_twin(work, err);
}

/* ---- the range ---- */

static bool same_claim(const toc_claim_row *left, const toc_claim_row *right)
{
    return toc_claim_id_equal(&left->filed.claim, &right->filed.claim) &&
           toc_span_equal(left->filed.subject, right->filed.subject);
}

static toc_code gather(gathering *work, toc_span vertex, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_cursor *cursor;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_CLAIMS, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, vertex, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, vertex);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        if (work->has_head && !same_claim(&claim, &work->head))
            TOC_TRY(end_claim(work, err));
        if (toc_view_waits(view, claim.issued_at))
            continue;
        work->has_head = true;
        work->head = claim;
    }
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    return end_claim(work, err);
}

/* ---- order and score ---- */

static int compare_claims(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    int order = toc_span_compare(a->statement.as.wallet.category, b->statement.as.wallet.category);
    if (order != 0)
        return order;
    if (a->statement.confidence != b->statement.confidence)
        return a->statement.confidence > b->statement.confidence ? -1 : 1;
    return memcmp(a->claim.bytes, b->claim.bytes, 32);
}

static toc_code list_claims(gathering *work, toc_err *err)
{
    size_t count = work->out->claim_count;
    toc_answer_claim *claims = toc_arena_zalloc(work->query->arena, count, sizeof *claims);
    if (claims == NULL)
        return toc_query_no_memory(err);
    size_t at = count;
    for (const found_claim *found = work->claims; found != NULL; found = found->next)
        claims[--at] = found->claim;
    if (count > 1)
        qsort(claims, count, sizeof *claims, compare_claims);
    work->out->claims = claims;
    return TOC_OK;
}

static toc_code list_twins(gathering *work, toc_err *err)
{
    size_t count = work->out->twin_count;
    toc_answer_twin *twins = toc_arena_zalloc(work->query->arena, count, sizeof *twins);
    if (twins == NULL)
        return toc_query_no_memory(err);
    size_t at = count;
    for (const found_twin *found = work->twins; found != NULL; found = found->next)
        twins[--at] = found->twin;
    work->out->twins = twins;
    return TOC_OK;
}

/* The roots of a live claim are alive: an own one is of this very claim, whose head is no
 * retraction (RULES §4). */
static toc_code score(gathering *work, toc_err *err)
{
    toc_dossier *out = work->out;
    toc_score_claim *claims =
        toc_arena_zalloc(work->query->arena, out->claim_count, sizeof *claims);
    if (claims == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < out->claim_count; i++) {
        const toc_statement *statement = &out->claims[i].statement;
        claims[i] = (toc_score_claim){.org = out->claims[i].org,
                                      .category = statement->as.wallet.category,
                                      .role = statement->as.wallet.role,
                                      .confidence = statement->confidence,
                                      .root_count = statement->root_count,
                                      .roots = statement->roots};
    }
    return toc_score_of(claims, out->claim_count, work->query->arena, &out->score, err);
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
    TOC_TRY(list_claims(&work, err));
    TOC_TRY(list_twins(&work, err));
    TOC_TRY(score(&work, err));
    TOC_TRY(name_cluster(&work, vertex, err));
    dossier.found = dossier.claim_count > 0 || dossier.cluster.id.size > 0;
    *out = dossier;
    return TOC_OK;
}
