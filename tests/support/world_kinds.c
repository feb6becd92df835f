#include "tests/support/world_kinds.h"

#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/list.h"
#include "tests/support/check.h"

/* ---- rows ---- */

typedef struct filed_row {
    toc_record_id record;
    toc_claim_id claim;
    toc_subject subject;
} filed_row;

typedef TOC_LIST(filed_row) filed_list;

static int by_record(const void *left, const void *right)
{
    const filed_row *a = left, *b = right;
    return memcmp(a->record.bytes, b->record.bytes, sizeof a->record.bytes);
}

static int by_claim(const void *left, const void *right)
{
    const filed_row *a = left, *b = right;
    return memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static void list_rows(toc_query *query, int (*order)(const void *left, const void *right),
                      filed_list *out)
{
    toc_err err = {0};
    toc_cursor *cursor = NULL;
    toc_row row;
    TOC_CHECK_OK(
        toc_cursor_open(query->views->view.txn, TOC_VIEW_CLAIMS, (toc_span){0}, &cursor, &err));
    toc_code code = toc_cursor_first(cursor, &row, &err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, &err)) {
        toc_filed filed;
        filed_row *place = TOC_LIST_ADD(out);
        if (place == NULL)
            abort();
        assert_true(toc_filed_read(row.key, &filed));
        *place = (filed_row){.record = filed.record,
                             .claim = filed.claim,
                             .subject = toc_subject_copy(filed.subject)};
    }
    toc_cursor_close(cursor);
    if (out->count > 0)
        qsort(out->at, out->count, sizeof *out->at, order);
}

void toc_world_filed(toc_json *json, toc_query *query)
{
    filed_list rows = {0};
    list_rows(query, by_record, &rows);
    toc_json_open(json, "filed", '[');
    for (size_t i = 0; i < rows.count; i++) {
        toc_json_open(json, NULL, '[');
        toc_json_hex(json, NULL, TOC_SPAN_OF(rows.at[i].record.bytes));
        toc_json_hex(json, NULL, TOC_SPAN_OF(rows.at[i].claim.bytes));
        toc_json_hex(json, NULL, toc_subject_view(&rows.at[i].subject));
        toc_json_close(json, ']');
    }
    toc_json_close(json, ']');
    TOC_LIST_WIPE(&rows);
}

void toc_world_live(toc_json *json, toc_query *query)
{
    toc_err err = {0};
    filed_list rows = {0};
    list_rows(query, by_claim, &rows);
    toc_json_open(json, "live", '[');
    for (size_t i = 0; i < rows.count; i++) {
        toc_views_head head;
        if (i > 0 && by_claim(&rows.at[i - 1], &rows.at[i]) == 0)
            continue;
        toc_code code =
            toc_views_head_of(query->views, &rows.at[i].subject, &rows.at[i].claim, &head, &err);
        if (code == TOC_NOT_FOUND || !head.live)
            continue;
        TOC_CHECK_OK(code);
        toc_json_open(json, NULL, '[');
        toc_json_hex(json, NULL, TOC_SPAN_OF(rows.at[i].claim.bytes));
        toc_json_hex(json, NULL, TOC_SPAN_OF(head.record.bytes));
        toc_json_close(json, ']');
    }
    toc_json_close(json, ']');
    TOC_LIST_WIPE(&rows);
}

/* ---- beside a dossier ---- */

typedef TOC_LIST(toc_claim_id) id_list;

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_claim_id));
}

static void add_id(id_list *list, const toc_answer_claim *claim)
{
    toc_claim_id *place = TOC_LIST_ADD(list);
    if (place == NULL)
        abort();
    *place = claim->claim;
}

static void print_ids(toc_json *json, const char *key, id_list *list)
{
    if (list->count > 0)
        qsort(list->at, list->count, sizeof *list->at, compare_ids);
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < list->count; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(list->at[i].bytes));
    toc_json_close(json, ']');
    TOC_LIST_WIPE(list);
}

/* The answers say that their lists are by claim id: they are printed as they come. */
static void add_claims(toc_json *json, const char *key, const toc_answer_claim *claims,
                       size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(claims[i].claim.bytes));
    toc_json_close(json, ']');
}

static void add_notices(toc_json *json, const toc_dossier *dossier)
{
    static const char *const proofs[] = {
        [TOC_NOTICE_UNSIGNED] = "unsigned",
        [TOC_NOTICE_VERIFIED] = "verified",
        [TOC_NOTICE_WRONG] = "wrong",
        [TOC_NOTICE_NOT_VERIFIED] = "not-verified",
    };
    toc_json_open(json, "notices", '[');
    for (size_t i = 0; i < dossier->notice_count; i++) {
        const toc_answer_notice *notice = &dossier->notices[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "claim", TOC_SPAN_OF(notice->claim.claim.bytes));
        toc_json_text(json, "proof", toc_span_text(proofs[notice->proof]));
        toc_json_bool(json, "effect", notice->effect);
        toc_json_bool(json, "addressee", notice->addressee);
        toc_json_bool(json, "contested", notice->contested);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_disputes(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "disputes", '[');
    for (size_t i = 0; i < dossier->dispute_count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "claim", TOC_SPAN_OF(dossier->disputes[i].claim.claim.bytes));
        toc_json_bool(json, "current", dossier->disputes[i].current);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_inquiry(toc_json *json, const toc_answer_inquiry *inquiry)
{
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "claim", TOC_SPAN_OF(inquiry->claim.claim.bytes));
    toc_json_open(json, "replies", '[');
    for (size_t i = 0; i < inquiry->reply_count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "claim", TOC_SPAN_OF(inquiry->replies[i].claim.bytes));
        toc_json_bool(json, "answer",
                      toc_org_id_equal(&inquiry->replies[i].org, &inquiry->addressee));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    toc_json_close(json, '}');
}

static void mark(const toc_answer_claim *claim, id_list *withdrawn, id_list *misstated)
{
    if (claim->withdrawn)
        add_id(withdrawn, claim);
    if (claim->misstated)
        add_id(misstated, claim);
}

static void add_marks(toc_json *json, const toc_dossier *dossier)
{
    const struct {
        const toc_answer_claim *claims;
        size_t count;
    } lists[] = {{dossier->claims, dossier->claim_count},
                 {dossier->clearances, dossier->clearance_count},
                 {dossier->attributions, dossier->attribution_count},
                 {dossier->sightings, dossier->sighting_count}};
    id_list withdrawn = {0}, misstated = {0};
    for (size_t i = 0; i < TOC_COUNT(lists); i++) {
        for (size_t k = 0; k < lists[i].count; k++)
            mark(&lists[i].claims[k], &withdrawn, &misstated);
    }
    for (size_t i = 0; i < dossier->notice_count; i++)
        mark(&dossier->notices[i].claim, &withdrawn, &misstated);
    print_ids(json, "withdrawn", &withdrawn);
    print_ids(json, "misstated", &misstated);
}

/* A notice that only covers the wallet makes no dossier of it. */
static bool exists(const toc_dossier *dossier)
{
    for (size_t i = 0; i < dossier->notice_count; i++) {
        const toc_wallet *wallet = &dossier->notices[i].claim.statement.as.notice.wallet;
        if (toc_span_equal(toc_subject_view(&wallet->subject),
                           toc_subject_view(&dossier->wallet.subject)) &&
            strcmp(wallet->tag, dossier->wallet.tag) == 0)
            return true;
    }
    return dossier->claim_count + dossier->clearance_count + dossier->attribution_count +
               dossier->sighting_count >
           0;
}

void toc_world_beside(toc_json *json, const toc_dossier *dossier)
{
    if (!exists(dossier))
        return;
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "subject", toc_subject_view(&dossier->wallet.subject));
    toc_json_text(json, "tag", toc_span_text(dossier->wallet.tag));
    add_claims(json, "clearances", dossier->clearances, dossier->clearance_count);
    add_claims(json, "attributions", dossier->attributions, dossier->attribution_count);
    add_claims(json, "sightings", dossier->sightings, dossier->sighting_count);
    add_notices(json, dossier);
    add_disputes(json, dossier);
    toc_json_open(json, "inquiries", '[');
    for (size_t i = 0; i < dossier->inquiry_count; i++)
        add_inquiry(json, &dossier->inquiries[i]);
    toc_json_close(json, ']');
    toc_json_text(json, "service",
                  toc_span_text(dossier->service == NULL ? "" : dossier->service->role));
    toc_json_bool(json, "contested", dossier->contested);
    add_marks(json, dossier);
    toc_json_close(json, '}');
}
