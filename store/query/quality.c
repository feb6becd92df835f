/* How sound what each org said has been: one scan over all claims, subject by subject. */
#include <stdlib.h>

#include "proto/base/text.h"
#include "store/query/internal.h"

typedef struct live_claim {
    toc_claim_id claim;
    size_t org; /* its place in `orgs` */
} live_claim;

typedef struct survey {
    toc_query *query;
    toc_map places; /* org → its place */
    TOC_LIST(toc_answer_quality) orgs;

    /* of the subject that is being read */
    TOC_LIST(live_claim) live;
    TOC_LIST(toc_claim_id) disputed;
    TOC_LIST(size_t) reporters; /* orgs with a live wallet claim on it */
    bool has_first;
    toc_time first_at;
    size_t first; /* the org whose record was issued first */

    /* of the claim that is being read */
    bool has_head, has_issued;
    toc_claim_row head;
    toc_time issued; /* of its first record since it was last retracted */
} survey;

static void survey_wipe(survey *work)
{
    toc_map_wipe(&work->places);
    TOC_LIST_WIPE(&work->orgs);
    TOC_LIST_WIPE(&work->live);
    TOC_LIST_WIPE(&work->disputed);
    TOC_LIST_WIPE(&work->reporters);
}
TOC_DEFINE_AUTO_WIPE(survey, survey_wipe)

static toc_code find_org(survey *work, const toc_org_id *org, size_t *out, toc_err *err)
{
    uint32_t place;
    if (toc_map_find(&work->places, TOC_SPAN_OF(org->bytes), &place)) {
        *out = place;
        return TOC_OK;
    }
    toc_answer_quality *fresh = TOC_LIST_ADD(&work->orgs);
    if (fresh == NULL)
        return toc_query_no_memory(err);
    *fresh = (toc_answer_quality){.org = *org};
    *out = work->orgs.count - 1;
    return toc_map_add(&work->places, TOC_SPAN_OF(org->bytes), (uint32_t)*out, err);
}

/* ---- one claim ---- */

static toc_code add_reporter(survey *work, size_t org, toc_err *err)
{
    const toc_org_id *best = work->has_first ? &work->orgs.at[work->first].org : NULL;
    uint64_t at = work->issued.unix_ms;
    if (best == NULL || at < work->first_at.unix_ms ||
        (at == work->first_at.unix_ms &&
         memcmp(work->orgs.at[org].org.bytes, best->bytes, sizeof best->bytes) < 0)) {
        work->has_first = true;
        work->first_at = work->issued;
        work->first = org;
    }
    for (size_t i = 0; i < work->reporters.count; i++) {
        if (work->reporters.at[i] == org)
            return TOC_OK;
    }
    size_t *place = TOC_LIST_ADD(&work->reporters);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = org;
    return TOC_OK;
}

static toc_code add_live(survey *work, const toc_answer_claim *claim, size_t org, toc_err *err)
{
    toc_answer_quality *quality = &work->orgs.at[org];
    live_claim *place = TOC_LIST_ADD(&work->live);
    bool undisclosed = false;
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = (live_claim){.claim = claim->claim, .org = org};
    for (size_t i = 0; i < claim->statement.root_count; i++)
        undisclosed = undisclosed || claim->statement.roots[i].data[0] == TOC_ROOT_UNDISCLOSED;
    quality->live++;
    quality->withdrawn += claim->withdrawn;
    quality->misstated += claim->misstated;
    quality->undisclosed += undisclosed;
    if (claim->statement.kind == TOC_RECORD_WALLET)
        return add_reporter(work, org, err);
    if (claim->statement.kind != TOC_RECORD_DISPUTE || claim->withdrawn || claim->misstated)
        return TOC_OK;
    toc_claim_id *target = TOC_LIST_ADD(&work->disputed);
    if (target == NULL)
        return toc_query_no_memory(err);
    *target = claim->statement.as.dispute.target.claim;
    return TOC_OK;
}

static toc_code end_claim(survey *work, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    toc_answer_claim claim;
    size_t org = 0;
    bool counts = work->has_head && (work->head.kind == TOC_RECORD_RETRACTION ||
                                     toc_view_head_live(view, &work->head));
    work->has_head = false;
    if (!counts)
        return TOC_OK;
    toc_arena_reset(work->query->arena);
    TOC_TRY(toc_query_claim(work->query, &work->head, &claim, err));
    TOC_TRY(find_org(work, &claim.org, &org, err));
    if (work->head.kind != TOC_RECORD_RETRACTION)
        return add_live(work, &claim, org, err);
    work->orgs.at[org].retracted[claim.statement.as.retraction.reason]++;
    return TOC_OK;
}

static void add_row(survey *work, const toc_claim_row *row)
{
    if (toc_view_mute(&work->query->views->view, row) || row->kind == TOC_RECORD_MEMBERS)
        return;
    if (!work->has_head || !work->has_issued || row->issued_at.unix_ms < work->issued.unix_ms)
        work->issued = row->issued_at;
    work->has_issued = row->kind != TOC_RECORD_RETRACTION;
    work->has_head = true;
    work->head = *row;
}

/* ---- one subject ---- */

static void end_subject(survey *work)
{
    for (size_t i = 0; i < work->live.count; i++) {
        bool disputed = false;
        const toc_claim_id *targets = work->disputed.at;
        for (size_t j = 0; targets != NULL && j < work->disputed.count && !disputed; j++)
            disputed = toc_claim_id_equal(&work->live.at[i].claim, &targets[j]);
        work->orgs.at[work->live.at[i].org].disputed += disputed;
    }
    for (size_t i = 0; i < work->reporters.count; i++)
        work->orgs.at[work->reporters.at[i]].wallets++;
    if (work->has_first)
        work->orgs.at[work->first].first++;
    work->live.count = work->disputed.count = work->reporters.count = 0;
    work->has_first = false;
}

static toc_code scan(survey *work, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_txn *txn = work->query->views->view.txn;
    toc_claim_row last;
    bool begun = false;
    toc_row row;
    TOC_TRY(toc_cursor_open(txn, TOC_VIEW_CLAIMS, (toc_span){0}, &cursor, err));
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row read;
        TOC_TRY(toc_claim_row_read(txn, &row, &read, err));
        bool same = begun && toc_span_equal(last.filed.subject, read.filed.subject);
        if (!same || !toc_claim_id_equal(&last.filed.claim, &read.filed.claim))
            TOC_TRY(end_claim(work, err));
        if (!same)
            end_subject(work);
        last = read;
        begun = true;
        add_row(work, &read);
    }
    if (code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(end_claim(work, err));
    end_subject(work);
    return TOC_OK;
}

/* ---- the whole ---- */

static int compare_orgs(const void *left, const void *right)
{
    const toc_answer_quality *a = left, *b = right;
    return memcmp(a->org.bytes, b->org.bytes, sizeof a->org.bytes);
}

static bool is_asked(const toc_answer_quality *quality, toc_span org)
{
    char id[2 * sizeof quality->org.bytes + 1];
    toc_hex_encode(TOC_SPAN_OF(quality->org.bytes), id);
    return org.size == 0 || toc_span_equal(org, quality->org_name) ||
           toc_span_equal(org, toc_span_text(id));
}

toc_code toc_query_quality(toc_query *query, toc_span org, toc_quality_visit visit, void *context,
                           toc_err *err)
{
    TOC_AUTO(survey_wipe) survey work = {.query = query};
    bool found = org.size == 0;
    toc_map_init(&work.places);
    TOC_TRY(scan(&work, err));
    if (work.orgs.count > 1)
        qsort(work.orgs.at, work.orgs.count, sizeof *work.orgs.at, compare_orgs);
    for (size_t i = 0; i < work.orgs.count; i++) {
        toc_answer_quality *quality = &work.orgs.at[i];
        toc_arena_reset(query->arena);
        TOC_TRY(toc_query_org_name(query, &quality->org, &quality->org_name, err));
        if (!is_asked(quality, org))
            continue;
        found = true;
        TOC_TRY(visit(context, quality, err));
    }
    return found ? TOC_OK
                 : toc_fail(err, TOC_NOT_FOUND, "no org '%.*s' has said anything here",
                            (int)(org.size < 64 ? org.size : 64), (const char *)org.data);
}
