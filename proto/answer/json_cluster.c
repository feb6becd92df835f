/* A cluster: what V has, what stands behind it, and what this node's own decisions make of it. */
#include "proto/answer/parts.h"

/* ---- reports ---- */

static void add_disputes(toc_json *json, const toc_answer_report *report)
{
    toc_json_open(json, "disputes", '[');
    for (size_t i = 0; i < report->dispute_count; i++) {
        const toc_answer_dispute *dispute = &report->disputes[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "claim", TOC_SPAN_OF(dispute->claim.claim.bytes));
        toc_json_org(json, &dispute->claim.org, dispute->claim.org_name);
        toc_json_text(json, "reason", dispute->claim.statement.as.dispute.reason);
        toc_json_optional(json, "note", dispute->claim.statement.note);
        toc_json_bool(json, "current", dispute->current);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_without(toc_json *json, const toc_answer_report *report)
{
    const toc_answer_without *without = &report->without;
    if (!report->weighed) {
        toc_json_null(json, "without");
        return;
    }
    toc_json_open(json, "without", '{');
    toc_json_number(json, "leave", without->leave);
    toc_json_number(json, "clusters", without->cluster_count);
    toc_json_open(json, "sizes", '[');
    for (size_t i = 0; i < without->cluster_count; i++)
        toc_json_number(json, NULL, without->sizes[i]);
    toc_json_close(json, ']');
    toc_json_close(json, '}');
}

static void add_report(toc_json *json, const toc_answer_report *report)
{
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "claim", TOC_SPAN_OF(report->claim.bytes));
    toc_json_org(json, &report->org, report->org_name);
    toc_json_text(json, "name", report->name);
    toc_json_optional(json, "title", report->title);
    toc_json_text(json, "entity_type", report->entity_type);
    toc_json_optional(json, "method", report->method);
    toc_json_number(json, "confidence", report->confidence);
    toc_json_number(json, "members", report->members);
    toc_json_roots(json, "roots", report->roots, report->root_count);
    toc_json_number(json, "lineages", report->alive_count);
    toc_json_bool(json, "disputed", report->disputed);
    add_disputes(json, report);
    add_without(json, report);
    toc_json_close(json, '}');
}

/* ---- what stands behind ---- */

static void add_links(toc_json *json, const toc_answer_cluster *cluster)
{
    toc_json_open(json, "links", '[');
    for (size_t i = 0; i < cluster->link_count; i++) {
        const toc_answer_link *link = &cluster->links[i];
        toc_json_open(json, NULL, '{');
        toc_json_ids(json, "reports", link->reports, 2);
        toc_json_text(json, "how", toc_span_text(toc_join_how_name(link->how)));
        toc_json_number(json, "shared", link->shared);
        toc_json_number(json, "smaller", link->smaller);
        toc_json_number(json, "lineages", link->lineages);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
    toc_json_number(json, "link_count", cluster->link_total);
}

static void add_tentative(toc_json *json, const toc_answer_cluster *cluster)
{
    toc_json_open(json, "tentative", '[');
    for (size_t i = 0; i < cluster->tentative_count; i++)
        toc_json_ids(json, NULL, cluster->tentative[i], 2);
    toc_json_close(json, ']');
}

static void add_members(toc_json *json, const toc_wallet *members, size_t count)
{
    toc_json_open(json, "members", '[');
    for (size_t i = 0; i < count; i++)
        toc_json_caip10(json, NULL, &members[i]);
    toc_json_close(json, ']');
}

/* ---- the overlay ---- */

/* Leaves the object open, for what else there is to say. */
static void open_decision(toc_json *json, const toc_answer_decision *decision)
{
    toc_json_open(json, NULL, '{');
    toc_json_text(json, "decision", toc_span_text(decision->split ? "split" : "confirm"));
    toc_json_open(json, "wallets", '[');
    toc_json_text(json, NULL, decision->wallets[0]);
    toc_json_text(json, NULL, decision->wallets[1]);
    toc_json_close(json, ']');
    toc_json_time(json, "at", decision->at);
    toc_json_text(json, "who", decision->who);
    toc_json_optional(json, "note", decision->note);
}

static void add_decisions(toc_json *json, const toc_answer_overlay *overlay)
{
    toc_json_open(json, "decisions", '[');
    for (size_t i = 0; i < overlay->decision_count; i++) {
        const toc_answer_decision *decision = &overlay->decisions[i];
        open_decision(json, decision);
        toc_json_text(json, "effect", toc_span_text(toc_overlay_effect_name(decision->effect)));
        toc_json_ids(json, "reports", decision->both, decision->both_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_parts(toc_json *json, const toc_answer_overlay *overlay)
{
    toc_json_open(json, "parts", '[');
    for (size_t i = 0; i < overlay->part_count; i++) {
        const toc_answer_part *part = &overlay->parts[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "id", part->ref.id);
        toc_json_number(json, "size", part->ref.size);
        toc_json_optional(json, "wallet", part->wallet);
        toc_json_ids(json, "reports", part->reports, part->report_count);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_overlay(toc_json *json, const toc_answer_overlay *overlay)
{
    if (!overlay->found) {
        toc_json_null(json, "overlay");
        return;
    }
    toc_json_open(json, "overlay", '{');
    toc_json_cluster_ref(json, "cluster", &overlay->ref);
    add_parts(json, overlay);
    toc_json_ids(json, "aside", overlay->aside, overlay->aside_count);
    add_decisions(json, overlay);
    add_members(json, overlay->members, overlay->member_count);
    toc_json_close(json, '}');
}

/* ---- the whole ---- */

void toc_json_cluster(const toc_answer_cluster *cluster, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "query", toc_span_text(cluster->query));
    toc_json_bool(&json, "found", cluster->found);
    toc_json_cluster_ref(&json, "cluster", &cluster->ref);
    toc_json_open(&json, "reports", '[');
    for (size_t i = 0; i < cluster->report_count; i++)
        add_report(&json, &cluster->reports[i]);
    toc_json_close(&json, ']');
    add_members(&json, cluster->members, cluster->member_count);
    add_tentative(&json, cluster);
    add_links(&json, cluster);
    toc_json_bool(&json, "examined", cluster->examined);
    add_overlay(&json, &cluster->overlay);
    toc_json_bool(&json, "incomplete", cluster->incomplete);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

void toc_json_decided(const toc_answer_decision *decision, toc_buf *out)
{
    toc_json json = {.out = out};
    open_decision(&json, decision);
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}
