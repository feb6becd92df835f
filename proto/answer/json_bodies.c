/* What claims of kinds 5 to 14 say (docs/RULES.md §2). */
#include "proto/answer/parts.h"

/* ---- pieces ---- */

static void add_amount_fields(toc_json *json, const toc_amount *amount)
{
    toc_json_text(json, "asset", amount->asset);
    if (amount->stated) {
        toc_json_amount(json, "amount", amount->base_units, amount->decimals);
        toc_json_amount(json, "base_units", amount->base_units, 0);
        toc_json_number(json, "decimals", amount->decimals);
    } else {
        toc_json_null(json, "amount");
        toc_json_null(json, "base_units");
        toc_json_null(json, "decimals");
    }
}

void toc_json_amounts(toc_json *json, const char *key, const toc_amount *amounts, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(json, NULL, '{');
        add_amount_fields(json, &amounts[i]);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_json_place(toc_json *json, const char *key, const toc_place *place)
{
    if (place->chain == NULL) {
        toc_json_null(json, key);
        return;
    }
    toc_json_open(json, key, '{');
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(place->chain)));
    toc_json_optional(json, "tx", place->tx);
    toc_json_text(json, "index_kind", toc_span_text(toc_index_kind_name(place->index_kind)));
    toc_json_optional(json, "index", place->index);
    if (place->tx.size == 0)
        toc_json_hex(json, "flow", TOC_SPAN_OF(place->id.bytes));
    else
        toc_json_null(json, "flow");
    toc_json_close(json, '}');
}

static void add_fiat(toc_json *json, const char *key, const toc_fiat *fiat)
{
    if (fiat->currency.size == 0) {
        toc_json_null(json, key);
        return;
    }
    toc_json_open(json, key, '{');
    toc_json_text(json, "currency", fiat->currency);
    toc_json_decimal(json, "minor_units", fiat->minor_units);
    toc_json_optional(json, "priced_by", fiat->source);
    toc_json_close(json, '}');
}

static void add_wallet(toc_json *json, const toc_wallet *wallet)
{
    toc_json_caip10(json, "wallet", wallet);
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(wallet->chain)));
    toc_json_text(json, "address", toc_span_text(wallet->address));
    toc_json_optional(json, "tag", toc_span_text(wallet->tag));
}

static void add_parties(toc_json *json, const char *key, const toc_wallet *wallets, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(json, NULL, '{');
        add_wallet(json, &wallets[i]);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

void toc_json_incident_ref(toc_json *json, const char *key, const toc_incident_ref *incident)
{
    if (incident->slug.size == 0) {
        toc_json_null(json, key);
        return;
    }
    toc_json_open(json, key, '{');
    toc_json_hex(json, "org", TOC_SPAN_OF(incident->org.bytes));
    toc_json_text(json, "slug", incident->slug);
    toc_json_close(json, '}');
}

static void add_target(toc_json *json, const toc_target *target)
{
    toc_json_open(json, "target", '{');
    toc_json_hex(json, "claim", TOC_SPAN_OF(target->claim.bytes));
    toc_json_hex(json, "org", TOC_SPAN_OF(target->org.bytes));
    toc_json_text(json, "kind", toc_span_text(toc_record_kind_name(target->named->kind)));
    toc_json_close(json, '}');
}

/* ---- kinds ---- */

void toc_json_transfer_head(toc_json *json, const toc_transfer_body *body, size_t max)
{
    add_parties(json, "from", body->from, body->from_count < max ? body->from_count : max);
    add_parties(json, "to", body->to, body->to_count < max ? body->to_count : max);
    add_amount_fields(json, &body->amount);
}

static void add_transfer(toc_json *json, const toc_transfer_body *body)
{
    static const char *const sides[] = {
        [TOC_BRIDGE_ONWARD] = "onward", [TOC_BRIDGE_ORIGIN] = "origin"};
    toc_json_place(json, "place", &body->place);
    toc_json_transfer_head(json, body, SIZE_MAX);
    if (body->block == 0)
        toc_json_null(json, "block");
    else
        toc_json_decimal(json, "block", body->block);
    toc_json_time_optional(json, "time", body->time);
    add_fiat(json, "fiat", &body->fiat);
    toc_json_place(json, "bridge", &body->bridge);
    if (body->bridge.chain == NULL)
        toc_json_null(json, "bridge_side");
    else
        toc_json_text(json, "bridge_side", toc_span_text(sides[body->bridge_side]));
}

static void add_incident(toc_json *json, const toc_incident_body *body)
{
    toc_json_text(json, "slug", body->slug);
    toc_json_optional(json, "title", body->title);
    toc_json_time_optional(json, "occurred", body->occurred);
    toc_json_time_optional(json, "discovered", body->discovered);
    toc_json_amounts(json, "losses", body->losses, body->loss_count);
    add_fiat(json, "loss", &body->loss);
    toc_json_optional(json, "victim", body->victim);
    toc_json_optional(json, "status", body->status);
    toc_json_open(json, "thefts", '[');
    for (size_t i = 0; i < body->theft_count; i++)
        toc_json_place(json, NULL, &body->thefts[i]);
    toc_json_close(json, ']');
}

static void add_attribution(toc_json *json, const toc_attribution_body *body)
{
    if (body->wallet.chain != NULL)
        add_wallet(json, &body->wallet);
    toc_json_incident_ref(json, "incident", &body->incident);
    toc_json_text(json, "actor", body->actor);
    toc_json_optional(json, "basis", body->basis);
    toc_json_ids(json, "documents", body->documents.hashes, body->documents.count);
}

static void add_sighting(toc_json *json, const toc_sighting_body *body)
{
    add_wallet(json, &body->wallet);
    toc_json_place(json, "place", &body->place);
    toc_json_time_optional(json, "seen", body->seen);
    toc_json_text(json, "direction",
                  toc_span_text(body->direction == TOC_DIRECTION_IN ? "in" : "out"));
    if (body->stopped_at == NULL)
        toc_json_null(json, "stopped_at");
    else
        toc_json_caip10(json, "stopped_at", body->stopped_at);
    toc_json_optional(json, "account_role", body->account_role);
}

static void add_notice(toc_json *json, const toc_notice_body *body)
{
    add_wallet(json, &body->wallet);
    toc_json_text(json, "role", body->role);
    if (body->has_operator_org)
        toc_json_hex(json, "operator_org", TOC_SPAN_OF(body->operator_org.bytes));
    else
        toc_json_null(json, "operator_org");
    toc_json_optional(json, "operator_name", body->operator_name);
    toc_json_optional(json, "signature_scheme", body->signature.scheme);
}

static void add_clearance(toc_json *json, const toc_clearance_body *body)
{
    add_wallet(json, &body->wallet);
    toc_json_time_optional(json, "checked", body->checked);
    toc_json_optional(json, "basis", body->basis);
}

static void add_dispute(toc_json *json, const toc_dispute_body *body)
{
    add_target(json, &body->target);
    toc_json_decimal(json, "revision_seen", body->revision_seen);
    toc_json_text(json, "reason", body->reason);
}

static void add_reply(toc_json *json, const toc_reply_body *body)
{
    toc_json_hex(json, "inquiry", TOC_SPAN_OF(body->inquiry.bytes));
    toc_json_hex(json, "asker", TOC_SPAN_OF(body->asker.bytes));
    add_target(json, &body->target);
    toc_json_optional(json, "basis", body->basis);
    toc_json_ids(json, "documents", body->documents.hashes, body->documents.count);
}

void toc_json_other_body(toc_json *json, const toc_statement *statement)
{
    switch (statement->kind) {
    case TOC_RECORD_TRANSFER:
        add_transfer(json, &statement->as.transfer);
        break;
    case TOC_RECORD_INCIDENT:
        add_incident(json, &statement->as.incident);
        break;
    case TOC_RECORD_SAME_AS:
        toc_json_incident_ref(json, "first", &statement->as.same_as.first);
        toc_json_incident_ref(json, "second", &statement->as.same_as.second);
        break;
    case TOC_RECORD_ATTRIBUTION:
        add_attribution(json, &statement->as.attribution);
        break;
    case TOC_RECORD_SIGHTING:
        add_sighting(json, &statement->as.sighting);
        break;
    case TOC_RECORD_NOTICE:
        add_notice(json, &statement->as.notice);
        break;
    case TOC_RECORD_CLEARANCE:
        add_clearance(json, &statement->as.clearance);
        break;
    case TOC_RECORD_DISPUTE:
        add_dispute(json, &statement->as.dispute);
        break;
    case TOC_RECORD_INQUIRY:
        add_target(json, &statement->as.inquiry.target);
        break;
    case TOC_RECORD_REPLY:
        add_reply(json, &statement->as.reply);
        break;
    case TOC_RECORD_WALLET:
    case TOC_RECORD_CLUSTER:
    case TOC_RECORD_MEMBERS:
    case TOC_RECORD_RETRACTION:
        break; /* in json_claim.c */
    }
}
