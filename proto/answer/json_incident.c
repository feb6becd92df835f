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

static void add_clusters(toc_json *json, const toc_answer_incidents *incidents)
{
    toc_json_open(json, "clusters", '[');
    for (size_t i = 0; i < incidents->cluster_count; i++) {
        const toc_answer_incident_cluster *one = &incidents->clusters[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "id", one->cluster.id);
        toc_json_number(json, "size", one->cluster.size);
        toc_json_number(json, "wallets", one->wallet_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_moment(toc_json *json, const toc_answer_moment *moment)
{
    static const char *const names[] = {
        [TOC_MOMENT_OCCURRED] = "occurred",   [TOC_MOMENT_DISCOVERED] = "discovered",
        [TOC_MOMENT_THEFT] = "theft",         [TOC_MOMENT_FIRST_SEEN] = "first-seen",
        [TOC_MOMENT_LAST_SEEN] = "last-seen", [TOC_MOMENT_SIGHTED] = "sighted",
        [TOC_MOMENT_REPORTED] = "reported"};
    toc_json_open(json, NULL, '{');
    toc_json_time(json, "time", moment->time);
    toc_json_text(json, "what", toc_span_text(names[moment->kind]));
    toc_json_org(json, &moment->org, moment->org_name);
    toc_json_text(json, "kind", toc_span_text(toc_record_kind_name(moment->said_in)));
    toc_json_hex(json, "claim", TOC_SPAN_OF(moment->claim.bytes));
    toc_json_number(json, "claims", moment->claim_count);
    if (moment->wallet == NULL)
        toc_json_null(json, "wallet");
    else
        toc_json_caip10(json, "wallet", moment->wallet);
    toc_json_place(json, "place", &moment->place);
    toc_json_close(json, '}');
}

static void add_timeline(toc_json *json, const toc_answer_incidents *incidents)
{
    toc_json_open(json, "timeline", '[');
    for (size_t i = 0; i < incidents->moment_count; i++)
        add_moment(json, &incidents->moments[i]);
    toc_json_close(json, ']');
    toc_json_number(json, "timeline_total", incidents->moment_total);
}

static void add_answer(toc_json *json, const toc_answer_incidents *incidents)
{
    toc_json_text(json, "slug", incidents->slug);
    toc_json_bool(json, "found", incidents->found);
    add_incidents(json, incidents);
    add_same(json, incidents);
    add_wallets(json, incidents);
    toc_json_number(json, "wallet_total", incidents->wallet_total);
    add_clusters(json, incidents);
    add_timeline(json, incidents);
    toc_json_bool(json, "partial", incidents->partial);
    toc_json_time_optional(json, "horizon", incidents->horizon);
    toc_json_bool(json, "incomplete", incidents->incomplete);
}

void toc_json_incidents(const toc_answer_incidents *incidents, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    add_answer(&json, incidents);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

void toc_json_no_incidents(toc_span text, const toc_err *error, toc_buf *out)
{
    const toc_answer_incidents none = {.slug = text};
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    add_answer(&json, &none);
    toc_json_error_object(&json, "error", error);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
