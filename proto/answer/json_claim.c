#include "proto/answer/parts.h"

static void add_source(toc_json *json, const toc_source *source)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (source->ground == TOC_GROUND_OWN)
        toc_buf_add_text(&text, "own");
    else if (source->ground == TOC_GROUND_DERIVED)
        toc_buf_add_text(&text, "derived");
    else
        toc_buf_add_text(&text, source->ground == TOC_GROUND_LIST ? "list:" : "vendor:");
    toc_buf_add_span(&text, source->id);
    toc_json_text(json, "source", toc_buf_view(&text));
    toc_json_optional(json, "source_version", source->version);
    json->out->failed = json->out->failed || text.failed;
}

static void add_labels(toc_json *json, const toc_wallet_body *body)
{
    toc_json_open(json, "labels", '[');
    for (size_t i = 0; i < body->label_count; i++)
        toc_json_text(json, NULL, body->labels[i]);
    toc_json_close(json, ']');
}

static void add_wallet(toc_json *json, const toc_wallet_body *body)
{
    const toc_wallet *wallet = &body->wallet;
    toc_json_caip10(json, "wallet", wallet);
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(wallet->chain)));
    toc_json_text(json, "address", toc_span_text(wallet->address));
    toc_json_optional(json, "tag", toc_span_text(wallet->tag));
    toc_json_optional(json, "literal", body->literal);
    if ((wallet->flags & TOC_WALLET_INVALID) != 0)
        toc_json_bool(json, "invalid", true); /* the address is kept as listed, though it is none */
    toc_json_text(json, "role", body->role);
    toc_json_text(json, "category", body->category);
    toc_json_optional(json, "actor", body->actor);
    toc_json_optional(json, "incident", body->incident);
    toc_json_time_optional(json, "first_seen", body->first_seen);
    toc_json_time_optional(json, "last_seen", body->last_seen);
    add_labels(json, body);
    toc_json_amounts(json, "assets", body->assets, body->asset_count);
}

static void add_cluster(toc_json *json, const toc_cluster_body *body)
{
    toc_json_text(json, "name", body->cluster);
    toc_json_optional(json, "title", body->title);
    toc_json_text(json, "entity_type", body->entity_type);
    toc_json_optional(json, "method", body->method);
    toc_json_number(json, "size", body->size);
}

static void add_body(toc_json *json, const toc_statement *statement)
{
    switch (statement->kind) {
    case TOC_RECORD_WALLET:
        add_wallet(json, &statement->as.wallet);
        break;
    case TOC_RECORD_CLUSTER:
        add_cluster(json, &statement->as.cluster);
        break;
    case TOC_RECORD_MEMBERS:
        toc_json_text(json, "name", statement->as.members.cluster);
        toc_json_number(json, "members", statement->as.members.count);
        break;
    case TOC_RECORD_RETRACTION:
        toc_json_text(json, "reason",
                      toc_span_text(toc_retraction_reason_name(statement->as.retraction.reason)));
        break;
    case TOC_RECORD_TRANSFER:
    case TOC_RECORD_INCIDENT:
    case TOC_RECORD_SAME_AS:
    case TOC_RECORD_ATTRIBUTION:
    case TOC_RECORD_SIGHTING:
    case TOC_RECORD_NOTICE:
    case TOC_RECORD_CLEARANCE:
    case TOC_RECORD_DISPUTE:
    case TOC_RECORD_INQUIRY:
    case TOC_RECORD_REPLY:
        toc_json_other_body(json, statement);
        break;
    }
}

static void add_marking(toc_json *json, const toc_statement *statement)
{
    toc_json_text(json, "tlp", toc_span_text(toc_tlp_name(statement->tlp)));
    if (statement->releasable_count > 0)
        toc_json_ids(json, "releasable_to", statement->releasable_to, statement->releasable_count);
    if (statement->not_to_count > 0)
        toc_json_ids(json, "not_to", statement->not_to, statement->not_to_count);
    toc_json_optional(json, "purpose", statement->purpose);
}

void toc_json_statement_members(toc_json *json, const toc_statement *statement)
{
    toc_json_text(json, "kind", toc_span_text(toc_record_kind_name(statement->kind)));
    add_body(json, statement);
    toc_json_number(json, "confidence", statement->confidence);
    toc_json_optional(json, "confidence_scale", statement->confidence_scale);
    toc_json_decimal(json, "revision", statement->revision);
    toc_json_time(json, "issued_at", statement->issued_at);
    toc_json_time_optional(json, "valid_until", statement->valid_until);
    add_source(json, &statement->source);
    toc_json_roots(json, "roots", statement->roots, statement->root_count);
    add_marking(json, statement);
    toc_json_optional(json, "note", statement->note);
}

void toc_json_claim_members(toc_json *json, const toc_answer_claim *claim)
{
    toc_json_hex(json, "claim", TOC_SPAN_OF(claim->claim.bytes));
    toc_json_hex(json, "record", TOC_SPAN_OF(claim->record.bytes));
    toc_json_hex(json, "circle", TOC_SPAN_OF(claim->circle.bytes));
    toc_json_org(json, &claim->org, claim->org_name);
    toc_json_statement_members(json, &claim->statement);
    toc_json_bool(json, "expired", claim->expired);
    toc_json_bool(json, "withdrawn", claim->withdrawn);
    toc_json_bool(json, "misstated", claim->misstated);
    toc_json_bool(json, "disputed", claim->disputed);
    if (claim->weighed)
        toc_json_number(json, "weighted", claim->weighted);
}

static void add_claim(toc_json *json, const toc_answer_claim *claim)
{
    toc_json_open(json, NULL, '{');
    toc_json_claim_members(json, claim);
    toc_json_close(json, '}');
}

void toc_json_claims(toc_json *json, const char *key, const toc_answer_claim *claims, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++)
        add_claim(json, &claims[i]);
    toc_json_close(json, ']');
}

void toc_json_claim(const toc_answer_claim *claim, toc_buf *out)
{
    toc_json json = {.out = out};
    add_claim(&json, claim);
    toc_json_end_line(&json);
}
