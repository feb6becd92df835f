/* What a dossier has beside its claims (docs/RULES.md §5, §9). */
#include "proto/answer/parts.h"

void toc_json_disputes(toc_json *json, const toc_answer_dispute *disputes, size_t count)
{
    toc_json_open(json, "disputes", '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_claim_members(json, &disputes[i].claim);
        toc_json_bool(json, "current", disputes[i].current);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_notices(toc_json *json, const toc_dossier *dossier)
{
    static const char *const proofs[] = {[TOC_NOTICE_UNSIGNED] = "none",
                                         [TOC_NOTICE_VERIFIED] = "verified",
                                         [TOC_NOTICE_WRONG] = "wrong",
                                         [TOC_NOTICE_NOT_VERIFIED] = "not-verified"};
    toc_json_open(json, "notices", '[');
    for (size_t i = 0; i < dossier->notice_count; i++) {
        const toc_answer_notice *notice = &dossier->notices[i];
        toc_json_open(json, NULL, '{');
        toc_json_claim_members(json, &notice->claim);
        toc_json_text(json, "signature", toc_span_text(proofs[notice->proof]));
        toc_json_bool(json, "effect", notice->effect);
        toc_json_bool(json, "addressee", notice->addressee);
        toc_json_bool(json, "contested", notice->contested);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_reply(toc_json *json, const toc_answer_inquiry *inquiry,
                      const toc_answer_claim *reply)
{
    bool answers = toc_org_id_equal(&reply->org, &inquiry->addressee);
    toc_json_open(json, NULL, '{');
    toc_json_claim_members(json, reply);
    toc_json_text(json, "standing", toc_span_text(answers ? "answer" : "remark"));
    toc_json_close(json, '}');
}

static void add_inquiries(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "inquiries", '[');
    for (size_t i = 0; i < dossier->inquiry_count; i++) {
        const toc_answer_inquiry *inquiry = &dossier->inquiries[i];
        toc_json_open(json, NULL, '{');
        toc_json_claim_members(json, &inquiry->claim);
        toc_json_open(json, "replies", '[');
        for (size_t j = 0; j < inquiry->reply_count; j++)
            add_reply(json, inquiry, &inquiry->replies[j]);
        toc_json_close(json, ']');
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_unapproved(toc_json *json, const toc_dossier *dossier)
{
    toc_json_open(json, "unapproved", '[');
    for (size_t i = 0; i < dossier->unapproved_count; i++) {
        const toc_answer_unapproved *unapproved = &dossier->unapproved[i];
        toc_json_open(json, NULL, '{');
        toc_json_claim_members(json, &unapproved->claim);
        toc_json_number(json, "needed", unapproved->needed);
        toc_json_number(json, "approved_by", unapproved->counted);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_service(toc_json *json, const toc_service *service)
{
    if (service == NULL) {
        toc_json_null(json, "service");
        return;
    }
    toc_json_open(json, "service", '{');
    toc_json_text(json, "role", toc_span_text(service->role));
    toc_json_text(json, "name", toc_span_text(service->name));
    toc_json_close(json, '}');
}

void toc_json_beside(toc_json *json, const toc_dossier *dossier)
{
    toc_json_disputes(json, dossier->disputes, dossier->dispute_count);
    toc_json_claims(json, "clearances", dossier->clearances, dossier->clearance_count);
    add_notices(json, dossier);
    toc_json_claims(json, "attributions", dossier->attributions, dossier->attribution_count);
    toc_json_claims(json, "sightings", dossier->sightings, dossier->sighting_count);
    add_inquiries(json, dossier);
    add_unapproved(json, dossier);
    add_service(json, dossier->service);
    toc_json_bool(json, "contested", dossier->contested);
}
