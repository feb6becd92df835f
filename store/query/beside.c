/* What stands beside the claims of a dossier: notices and what they do, disputes, questions, and
 * what else was said of exactly this wallet (RULES §5, §9). None of it scores. */
#include <stdlib.h>

#include "proto/rules/agree.h"
#include "proto/rules/terms.h"
#include "store/query/internal.h"

static toc_code room(toc_query *query, size_t count, toc_answer_claim **out, toc_err *err)
{
    *out = toc_arena_zalloc(query->arena, count, sizeof **out);
    return *out == NULL ? toc_query_no_memory(err) : TOC_OK;
}

toc_code toc_beside_begin(toc_beside *beside, toc_query *query, const toc_wallet *wallet,
                          const size_t counts[TOC_RECORD_LAST + 1], toc_dossier *out, toc_err *err)
{
    *beside = (toc_beside){.query = query, .wallet = wallet, .out = out};
    beside->notices =
        toc_arena_zalloc(query->arena, counts[TOC_RECORD_NOTICE], sizeof *beside->notices);
    if (beside->notices == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(room(query, counts[TOC_RECORD_DISPUTE], &beside->disputes, err));
    TOC_TRY(room(query, counts[TOC_RECORD_INQUIRY], &beside->inquiries, err));
    TOC_TRY(room(query, counts[TOC_RECORD_REPLY], &beside->replies, err));
    TOC_TRY(room(query, counts[TOC_RECORD_ATTRIBUTION], &out->attributions, err));
    TOC_TRY(room(query, counts[TOC_RECORD_SIGHTING], &out->sightings, err));
    return room(query, counts[TOC_RECORD_CLEARANCE], &out->clearances, err);
}

static bool same_tag(const toc_wallet *left, const toc_wallet *right)
{
    return toc_span_equal(toc_span_text(left->tag), toc_span_text(right->tag));
}

static bool is_exact(const toc_beside *beside, const toc_wallet *wallet)
{
    return same_tag(wallet, beside->wallet) &&
           toc_span_equal(toc_subject_view(&wallet->subject),
                          toc_subject_view(&beside->wallet->subject));
}

static void add_notice(toc_beside *beside, const toc_answer_claim *claim)
{
    const toc_notice_body *body = &claim->statement.as.notice;
    const toc_query *query = beside->query;
    if (query->notices != NULL && !query->notices(query->notices_context, claim))
        return;
    if (body->wallet.tag[0] != '\0' && !same_tag(&body->wallet, beside->wallet))
        return;
    beside->notices[beside->notice_count++] =
        (toc_answer_notice){.claim = *claim, .proof = toc_notice_verify(body, &claim->org)};
    beside->exact_notices += is_exact(beside, &body->wallet);
}

static void add_exact(const toc_beside *beside, const toc_answer_claim *claim,
                      toc_answer_claim *list, size_t *count)
{
    if (is_exact(beside, toc_statement_wallet(&claim->statement)))
        list[(*count)++] = *claim;
}

toc_code toc_beside_add(toc_beside *beside, const toc_claim_row *row, toc_err *err)
{
    toc_answer_claim claim;
    toc_dossier *out = beside->out;
    TOC_TRY(toc_query_claim(beside->query, row, &claim, err));
    switch (row->kind) {
    case TOC_RECORD_NOTICE:
        add_notice(beside, &claim);
        break;
    case TOC_RECORD_ATTRIBUTION:
        add_exact(beside, &claim, out->attributions, &out->attribution_count);
        break;
    case TOC_RECORD_SIGHTING:
        add_exact(beside, &claim, out->sightings, &out->sighting_count);
        break;
    case TOC_RECORD_CLEARANCE:
        add_exact(beside, &claim, out->clearances, &out->clearance_count);
        break;
    case TOC_RECORD_DISPUTE:
        beside->disputes[beside->dispute_count++] = claim;
        break;
    case TOC_RECORD_INQUIRY:
        beside->inquiries[beside->inquiry_count++] = claim;
        break;
    case TOC_RECORD_REPLY:
        beside->replies[beside->reply_count++] = claim;
        break;
    case TOC_RECORD_WALLET:
    case TOC_RECORD_CLUSTER:
    case TOC_RECORD_MEMBERS:
    case TOC_RECORD_RETRACTION:
    case TOC_RECORD_TRANSFER:
    case TOC_RECORD_INCIDENT:
    case TOC_RECORD_SAME_AS:
        break; /* filed elsewhere */
    }
    return TOC_OK;
}

/* ---- the effect of notices ---- */

static bool stands(const toc_answer_claim *claim)
{
    return !claim->withdrawn && !claim->misstated;
}

static bool is_operator(const toc_answer_notice *notice)
{
    const toc_notice_body *body = &notice->claim.statement.as.notice;
    return body->has_operator_org && toc_org_id_equal(&body->operator_org, &notice->claim.org);
}

static bool says_the_same(const toc_answer_notice *left, const toc_answer_notice *right)
{
    const toc_notice_body *a = &left->claim.statement.as.notice;
    const toc_notice_body *b = &right->claim.statement.as.notice;
    return same_tag(&a->wallet, &b->wallet) && toc_span_equal(a->role, b->role);
}

/* `voices` has room for all. */
static bool has_effect(const toc_beside *beside, const toc_answer_notice *notice, toc_voice *voices)
{
    const toc_notice_body *body = &notice->claim.statement.as.notice;
    if (!stands(&notice->claim) || toc_term_by_id(TOC_TERMS_SERVICE_ROLE, body->role) == NULL)
        return false;
    if (is_operator(notice) || notice->proof == TOC_NOTICE_VERIFIED)
        return true;
    size_t count = 0;
    for (size_t i = 0; i < beside->notice_count; i++) {
        const toc_answer_notice *other = &beside->notices[i];
        if (stands(&other->claim) && says_the_same(notice, other))
            voices[count++] = (toc_voice){.org = other->claim.org,
                                          .root_count = other->claim.alive_count,
                                          .roots = other->claim.alive};
    }
    return toc_voices_agree(voices, count);
}

toc_code toc_beside_weigh(toc_beside *beside, toc_err *err)
{
    toc_voice *voices =
        toc_arena_zalloc(beside->query->arena, beside->notice_count, sizeof *voices);
    if (voices == NULL)
        return toc_query_no_memory(err);
    beside->out->service = toc_service_find(&beside->wallet->subject);
    beside->covered = beside->out->service != NULL;
    for (size_t i = 0; i < beside->notice_count; i++) {
        toc_answer_notice *notice = &beside->notices[i];
        notice->effect = has_effect(beside, notice, voices);
        notice->addressee = notice->effect && is_operator(notice);
        if (notice->effect && notice->claim.statement.as.notice.wallet.tag[0] == '\0')
            beside->covered = true;
    }
    return TOC_OK;
}

void toc_beside_accuse(toc_beside *beside, const toc_answer_claim *claim)
{
    const toc_wallet_body *body = &claim->statement.as.wallet;
    if (!stands(claim) || !toc_span_equal(body->role, toc_span_text("perpetrator")))
        return;
    beside->vertex_accused = true;
    beside->accused = beside->accused || is_exact(beside, &body->wallet);
}

/* ---- into the dossier ---- */

static int compare_ids(const void *left, const void *right)
{
    const toc_answer_claim *a = left, *b = right;
    return memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

/* Of items that begin with the claim. */
static void sort(void *items, size_t count, size_t size)
{
    if (count > 1)
        qsort(items, count, size, compare_ids);
}

static void end_notices(toc_beside *beside)
{
    toc_dossier *out = beside->out;
    out->notices = beside->notices;
    out->contested = out->service != NULL && beside->vertex_accused;
    for (size_t i = 0; i < beside->notice_count; i++) {
        toc_answer_notice notice = beside->notices[i];
        const toc_wallet *wallet = &notice.claim.statement.as.notice.wallet;
        bool exact = is_exact(beside, wallet), tagged = wallet->tag[0] != '\0';
        if (!exact && (tagged || !notice.effect))
            continue;
        notice.contested = notice.effect && (tagged ? beside->accused : beside->vertex_accused);
        out->contested = out->contested || notice.contested;
        out->notices[out->notice_count++] = notice;
    }
    sort(out->notices, out->notice_count, sizeof *out->notices);
}

static toc_answer_claim *find_in(toc_answer_claim *claims, size_t count, const toc_claim_id *id)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_claim_id_equal(&claims[i].claim, id))
            return &claims[i];
    }
    return NULL;
}

/* What is shown under this id. */
static toc_answer_claim *find_shown(toc_dossier *out, const toc_claim_id *id)
{
    const struct {
        toc_answer_claim *claims;
        size_t count;
    } lists[] = {{out->claims, out->claim_count},
                 {out->attributions, out->attribution_count},
                 {out->sightings, out->sighting_count},
                 {out->clearances, out->clearance_count}};
    for (size_t i = 0; i < TOC_COUNT(lists); i++) {
        toc_answer_claim *found = find_in(lists[i].claims, lists[i].count, id);
        if (found != NULL)
            return found;
    }
    for (size_t i = 0; i < out->notice_count; i++) {
        if (toc_claim_id_equal(&out->notices[i].claim.claim, id))
            return &out->notices[i].claim;
    }
    return NULL;
}

static toc_code end_disputes(toc_beside *beside, toc_err *err)
{
    toc_dossier *out = beside->out;
    out->disputes =
        toc_arena_zalloc(beside->query->arena, beside->dispute_count, sizeof *out->disputes);
    if (out->disputes == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < beside->dispute_count; i++) {
        const toc_dispute_body *body = &beside->disputes[i].statement.as.dispute;
        toc_answer_claim *target = find_shown(out, &body->target.claim);
        if (target == NULL)
            continue;
        target->disputed = target->disputed || stands(&beside->disputes[i]);
        out->disputes[out->dispute_count++] =
            (toc_answer_dispute){.claim = beside->disputes[i],
                                 .current = body->revision_seen == target->statement.revision};
    }
    sort(out->disputes, out->dispute_count, sizeof *out->disputes);
    return TOC_OK;
}

/* A reply stands at its inquiry. */
static toc_code add_replies(const toc_beside *beside, toc_answer_inquiry *inquiry, toc_err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < beside->reply_count; i++)
        count += toc_claim_id_equal(&beside->replies[i].statement.as.reply.inquiry,
                                    &inquiry->claim.claim);
    TOC_TRY(room(beside->query, count, &inquiry->replies, err));
    for (size_t i = 0; i < beside->reply_count; i++) {
        if (toc_claim_id_equal(&beside->replies[i].statement.as.reply.inquiry,
                               &inquiry->claim.claim))
            inquiry->replies[inquiry->reply_count++] = beside->replies[i];
    }
    sort(inquiry->replies, count, sizeof *inquiry->replies);
    return TOC_OK;
}

static toc_code end_inquiries(toc_beside *beside, toc_err *err)
{
    toc_dossier *out = beside->out;
    out->inquiries =
        toc_arena_zalloc(beside->query->arena, beside->inquiry_count, sizeof *out->inquiries);
    if (out->inquiries == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < beside->inquiry_count; i++) {
        const toc_target *target = &beside->inquiries[i].statement.as.inquiry.target;
        if (find_shown(out, &target->claim) == NULL)
            continue;
        toc_answer_inquiry *inquiry = &out->inquiries[out->inquiry_count++];
        *inquiry = (toc_answer_inquiry){.claim = beside->inquiries[i], .addressee = target->org};
        TOC_TRY(add_replies(beside, inquiry, err));
    }
    sort(out->inquiries, out->inquiry_count, sizeof *out->inquiries);
    return TOC_OK;
}

toc_code toc_beside_end(toc_beside *beside, toc_err *err)
{
    end_notices(beside);
    TOC_TRY(end_disputes(beside, err));
    return end_inquiries(beside, err);
}
