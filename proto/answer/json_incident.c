/* Incidents by slug (docs/RULES.md §9). */
#include "proto/answer/parts.h"

static void add_incidents(toc_json *json, const toc_answer_incidents *incidents)
{
    toc_json_open(json, "incidents", '[');
    for (size_t i = 0; i < incidents->incident_count; i++) {
        const toc_answer_incident *one = &incidents->incidents[i];
        toc_json_open(json, NULL, '{');
        toc_json_org(json, &one->incident.org, one->org_name);
        toc_json_text(json, "slug", one->incident.slug);
        toc_json_incident_ref(json, "event", &one->event);
        toc_json_claims(json, "claims", one->claims, one->claim_count);
        toc_json_claims(json, "attributions", one->attributions, one->attribution_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_same(toc_json *json, const toc_answer_incidents *incidents)
{
    toc_json_open(json, "same", '[');
    for (size_t i = 0; i < incidents->same_count; i++) {
        const toc_answer_same *same = &incidents->same[i];
        toc_json_open(json, NULL, '{');
        toc_json_incident_ref(json, "first", &same->first);
        toc_json_incident_ref(json, "second", &same->second);
        toc_json_text(json, "standing", toc_span_text(same->accepted ? "accepted" : "proposed"));
        toc_json_claims(json, "claims", same->claims, same->claim_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_wallets(toc_json *json, const toc_answer_incidents *incidents)
{
    toc_json_open(json, "wallets", '[');
    for (size_t i = 0; i < incidents->wallet_count; i++) {
        const toc_answer_naming *one = &incidents->wallets[i];
        toc_json_open(json, NULL, '{');
        toc_json_claim_members(json, &one->claim);
        if (one->has_meaning)
            toc_json_hex(json, "means", TOC_SPAN_OF(one->means.bytes));
        else
            toc_json_null(json, "means");
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_json_incidents(const toc_answer_incidents *incidents, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "slug", incidents->slug);
    toc_json_bool(&json, "found", incidents->found);
    add_incidents(&json, incidents);
    add_same(&json, incidents);
    add_wallets(&json, incidents);
    toc_json_number(&json, "wallet_total", incidents->wallet_total);
    toc_json_bool(&json, "partial", incidents->partial);
    toc_json_time(&json, "horizon", incidents->horizon);
    toc_json_bool(&json, "incomplete", incidents->incomplete);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
