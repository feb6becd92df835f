#include "tests/support/world_record.h"

#include "proto/address/subject.h"
#include "proto/rules/services.h"
#include "proto/rules/terms.h"
#include "tests/support/check.h"

/* ---- parts ---- */

static void add_source(toc_json *json, const toc_source *source)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_u8(&bytes, (uint8_t)source->ground);
    toc_buf_add_span(&bytes, source->id);
    toc_json_hex(json, "source", toc_buf_view(&bytes));
}

static void add_wallet(toc_json *json, const toc_wallet *wallet)
{
    toc_json_hex(json, "subject", toc_subject_view(&wallet->subject));
    toc_json_hex(json, "vertex", toc_subject_vertex(&wallet->subject));
    toc_json_text(json, "tag", toc_span_text(wallet->tag));
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(wallet->chain)));
}

static void add_parties(toc_json *json, const char *key, const toc_wallet *wallets, size_t count)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "subject", toc_subject_view(&wallets[i].subject));
        toc_json_text(json, "tag", toc_span_text(wallets[i].tag));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_place(toc_json *json, const char *key, const toc_place *place)
{
    if (place->chain == NULL) {
        toc_json_null(json, key);
        return;
    }
    toc_json_open(json, key, '{');
    toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(place->chain)));
    toc_json_text(json, "tx", place->tx);
    toc_json_number(json, "index_kind", (uint64_t)place->index_kind);
    toc_json_text(json, "index", place->index);
    toc_json_hex(json, "flow", place->tx.size == 0 ? TOC_SPAN_OF(place->id.bytes) : (toc_span){0});
    toc_json_close(json, '}');
}

static void add_incident(toc_json *json, const char *key, const toc_incident_ref *incident)
{
    toc_json_open(json, key, '{');
    toc_json_hex(json, "org", TOC_SPAN_OF(incident->org.bytes));
    toc_json_text(json, "slug", incident->slug);
    toc_json_close(json, '}');
}

static void add_identity(toc_json *json, const toc_statement *statement);

static void add_target(toc_json *json, const toc_target *target)
{
    toc_json_open(json, "target", '{');
    toc_json_hex(json, "org", TOC_SPAN_OF(target->org.bytes));
    toc_json_number(json, "kind", (uint64_t)target->named->kind);
    add_source(json, &target->named->source);
    add_identity(json, target->named);
    toc_json_close(json, '}');
}

/* ---- what names a claim ---- */

static void add_wallet_claim(toc_json *json, const toc_wallet_body *body)
{
    add_wallet(json, &body->wallet);
    toc_json_text(json, "role", body->role);
    toc_json_text(json, "category", body->category);
    toc_json_text(json, "actor", body->actor);
    toc_json_text(json, "incident", body->incident);
}

static void add_attribution(toc_json *json, const toc_attribution_body *body)
{
    if (body->wallet.chain != NULL)
        add_wallet(json, &body->wallet);
    else
        add_incident(json, "of", &body->incident);
    toc_json_text(json, "actor", body->actor);
}

static void add_about(toc_json *json, const toc_statement *statement)
{
    if (statement->kind == TOC_RECORD_DISPUTE) {
        add_target(json, &statement->as.dispute.target);
    } else if (statement->kind == TOC_RECORD_INQUIRY) {
        toc_json_hex(json, "inquiry", TOC_SPAN_OF(statement->as.inquiry.id.bytes));
        add_target(json, &statement->as.inquiry.target);
    } else {
        toc_json_hex(json, "asker", TOC_SPAN_OF(statement->as.reply.asker.bytes));
        toc_json_hex(json, "inquiry", TOC_SPAN_OF(statement->as.reply.id.bytes));
        add_target(json, &statement->as.reply.target);
    }
}

static void add_identity(toc_json *json, const toc_statement *statement)
{
    if (statement->kind == TOC_RECORD_WALLET) {
        add_wallet_claim(json, &statement->as.wallet);
    } else if (statement->kind == TOC_RECORD_CLUSTER) {
        toc_json_text(json, "cluster", statement->as.cluster.cluster);
    } else if (statement->kind == TOC_RECORD_TRANSFER) {
        add_place(json, "place", &statement->as.transfer.place);
    } else if (statement->kind == TOC_RECORD_INCIDENT) {
        toc_json_text(json, "slug", statement->as.incident.slug);
    } else if (statement->kind == TOC_RECORD_SAME_AS) {
        add_incident(json, "first", &statement->as.same_as.first);
        add_incident(json, "second", &statement->as.same_as.second);
    } else if (statement->kind == TOC_RECORD_ATTRIBUTION) {
        add_attribution(json, &statement->as.attribution);
    } else if (statement->kind == TOC_RECORD_SIGHTING) {
        add_wallet(json, &statement->as.sighting.wallet);
        add_place(json, "place", &statement->as.sighting.place);
    } else if (statement->kind == TOC_RECORD_NOTICE) {
        add_wallet(json, &statement->as.notice.wallet);
    } else if (statement->kind == TOC_RECORD_CLEARANCE) {
        add_wallet(json, &statement->as.clearance.wallet);
    } else {
        add_about(json, statement);
    }
}

/* ---- what it says besides ---- */

/* Base units in decimal digits. */
static void add_units(toc_json *json, const uint8_t units[32])
{
    char digits[80];
    size_t at = sizeof digits;
    uint8_t left[32];
    bool more = true;
    memcpy(left, units, sizeof left);
    while (more) {
        unsigned rest = 0;
        more = false;
        for (size_t i = 0; i < sizeof left; i++) {
            unsigned value = rest << 8 | left[i];
            left[i] = (uint8_t)(value / 10);
            rest = value % 10;
            more = more || left[i] != 0;
        }
        digits[--at] = (char)('0' + rest);
    }
    toc_json_text(json, "units", toc_span_of(digits + at, sizeof digits - at));
}

static void add_transfer(toc_json *json, const toc_transfer_body *body)
{
    add_parties(json, "from", body->from, body->from_count);
    add_parties(json, "to", body->to, body->to_count);
    toc_json_open(json, "amount", '{');
    toc_json_text(json, "asset", body->amount.asset);
    add_units(json, body->amount.base_units);
    toc_json_number(json, "decimals", body->amount.decimals);
    toc_json_close(json, '}');
    add_place(json, "bridge", &body->bridge);
}

static void add_thefts(toc_json *json, const toc_incident_body *body)
{
    toc_json_open(json, "thefts", '[');
    for (size_t i = 0; i < body->theft_count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_text(json, "chain", toc_span_text(toc_chain_caip2(body->thefts[i].chain)));
        toc_json_text(json, "tx", body->thefts[i].tx);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_notice(toc_json *json, const toc_notice_body *body)
{
    toc_json_text(json, "service_role", body->role);
    toc_json_hex(json, "operator_org",
                 body->has_operator_org ? TOC_SPAN_OF(body->operator_org.bytes) : (toc_span){0});
    toc_json_text(json, "operator_name", body->operator_name);
    toc_json_text(json, "scheme", body->signature.scheme);
    toc_json_hex(json, "key", body->signature.key);
    toc_json_hex(json, "signature", body->signature.signature);
}

static void add_body(toc_json *json, const toc_statement *statement)
{
    if (statement->kind == TOC_RECORD_CLUSTER) {
        const toc_term *type =
            toc_term_by_id(TOC_TERMS_ENTITY_TYPE, statement->as.cluster.entity_type);
        toc_json_bool(json, "service", type != NULL && type->service);
        toc_json_text(json, "method", statement->as.cluster.method);
    } else if (statement->kind == TOC_RECORD_TRANSFER) {
        add_transfer(json, &statement->as.transfer);
    } else if (statement->kind == TOC_RECORD_INCIDENT) {
        add_thefts(json, &statement->as.incident);
    } else if (statement->kind == TOC_RECORD_NOTICE) {
        add_notice(json, &statement->as.notice);
    } else if (statement->kind == TOC_RECORD_DISPUTE) {
        toc_json_decimal(json, "revision_seen", statement->as.dispute.revision_seen);
    }
}

/* ---- records ---- */

static void add_members(toc_json *json, const toc_members_body *body)
{
    toc_json_text(json, "cluster", body->cluster);
    toc_json_open(json, "members", '[');
    for (size_t i = 0; i < body->count; i++) {
        const toc_subject *subject = &body->members[i].wallet.subject;
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "subject", toc_subject_view(subject));
        toc_json_hex(json, "vertex", toc_subject_vertex(subject));
        toc_json_text(json, "op", toc_span_text(body->members[i].remove ? "remove" : "add"));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

/* The target as a statement of its own, to be named like any other. */
static void add_retracted(toc_json *json, const toc_retraction_body *body)
{
    toc_statement target = {.kind = body->target_kind};
    toc_json_number(json, "target_kind", (uint64_t)body->target_kind);
    if (body->target_kind == TOC_RECORD_WALLET)
        target.as.wallet = body->wallet;
    else if (body->target_kind == TOC_RECORD_CLUSTER)
        target.as.cluster = body->cluster;
    else
        target = *body->named;
    add_identity(json, &target);
}

static void add_ground(toc_json *json, const toc_statement *statement)
{
    toc_json_number(json, "confidence", statement->confidence);
    toc_json_open(json, "roots", '[');
    for (size_t i = 0; i < statement->root_count; i++)
        toc_json_hex(json, NULL, statement->roots[i]);
    toc_json_close(json, ']');
    if (statement->source.ground != TOC_GROUND_DERIVED)
        return;
    toc_json_open(json, "derived_from", '[');
    for (size_t i = 0; i < statement->source.record_count; i++) {
        const toc_source_record *record = &statement->source.records[i];
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "record", TOC_SPAN_OF(record->record.bytes));
        toc_json_hex(json, "feed", TOC_SPAN_OF(record->feed.bytes));
        toc_json_decimal(json, "index", record->index);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_stand(toc_json *json, const toc_world_stand *stand)
{
    toc_json_hex(json, "feed", TOC_SPAN_OF(stand->feed.bytes));
    toc_json_decimal(json, "index", stand->index);
    toc_json_hex(json, "salt", TOC_SPAN_OF(stand->salt));
}

void toc_world_record(toc_json *json, const toc_record_id *record, const toc_circle_id *circle,
                      const toc_org_id *org, const toc_statement *statement,
                      const toc_world_stand *stand)
{
    toc_json_open(json, NULL, '{');
    toc_json_hex(json, "id", TOC_SPAN_OF(record->bytes));
    toc_json_hex(json, "circle", TOC_SPAN_OF(circle->bytes));
    toc_json_hex(json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_number(json, "kind", (uint64_t)statement->kind);
    toc_json_decimal(json, "revision", statement->revision);
    toc_json_number(json, "issued_at_ms", statement->issued_at.unix_ms);
    toc_json_number(json, "valid_until_ms", statement->valid_until.unix_ms);
    add_source(json, &statement->source);
    if (stand != NULL)
        add_stand(json, stand);
    if (statement->kind == TOC_RECORD_MEMBERS) {
        add_members(json, &statement->as.members);
    } else if (statement->kind == TOC_RECORD_RETRACTION) {
        add_retracted(json, &statement->as.retraction);
    } else {
        add_ground(json, statement);
        add_identity(json, statement);
        add_body(json, statement);
    }
}

void toc_world_services(toc_json *json)
{
    const toc_service *service;
    toc_json_open(json, "services", '[');
    for (size_t i = 0; (service = toc_service_at(i)) != NULL; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "vertex", toc_subject_vertex(&service->subject));
        toc_json_text(json, "role", toc_span_text(service->role));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}
