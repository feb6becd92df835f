#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/crypto/sign.h"
#include "tests/support/check.h"
#include "tests/support/plan_fields.h"

/* ---- fields ---- */

void toc_plan_split(char *line, toc_arena *arena, toc_plan_fields *out)
{
    *out = (toc_plan_fields){.arena = arena};
    line[strcspn(line, "\n")] = '\0';
    for (char *field; (field = strsep(&line, "\t")) != NULL;) {
        assert_true(out->count < TOC_PLAN_FIELDS_MAX);
        out->at[out->count++] = field;
    }
}

char *toc_plan_take(toc_plan_fields *from)
{
    assert_true(from->next < from->count);
    return from->at[from->next++];
}

uint64_t toc_plan_number(toc_plan_fields *from)
{
    toc_err err = {0};
    uint64_t number;
    TOC_CHECK_OK(toc_u64_parse(toc_span_text(toc_plan_take(from)), UINT64_MAX, &number, &err));
    return number;
}

void toc_plan_id(toc_plan_fields *from, uint8_t out[32])
{
    toc_err err = {0};
    const char *hex = toc_plan_take(from);
    memset(out, 0, 32);
    if (hex[0] != '\0')
        TOC_CHECK_OK(toc_hex_decode(toc_span_text(hex), out, 32, &err));
}

static toc_span take_text(toc_plan_fields *from)
{
    return toc_span_text(toc_plan_take(from));
}

static void *room(toc_plan_fields *from, size_t count, size_t size)
{
    void *found = toc_arena_zalloc(from->arena, count == 0 ? 1 : count, size);
    assert_non_null(found);
    return found;
}

static size_t parts_of(const char *list)
{
    size_t count = list[0] != '\0';
    for (; *list != '\0'; list++)
        count += *list == ',';
    return count;
}

toc_source toc_plan_source(toc_plan_fields *from)
{
    toc_err err = {0};
    const char *hex = toc_plan_take(from);
    size_t size = strlen(hex) / 2;
    uint8_t *bytes = room(from, size, 1);
    assert_true(size >= 1);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(hex), bytes, size, &err));
    return (toc_source){.ground = (toc_ground)bytes[0], .id = toc_span_of(bytes + 1, size - 1)};
}

/* ---- identities ---- */

/* A tag where the chain has none is left out: no record of it would be well-formed. */
static toc_wallet take_wallet(toc_plan_fields *from)
{
    const char *subject = toc_plan_take(from), *tag = toc_plan_take(from);
    toc_wallet wallet = toc_plan_wallet(subject, toc_plan_take(from)), with_tag;
    toc_code code =
        toc_wallet_read(toc_span_text(toc_chain_caip2(wallet.chain)), toc_span_text(wallet.address),
                        toc_span_text(tag), &with_tag, NULL);
    return code == TOC_OK ? with_tag : wallet;
}

static toc_place take_place(toc_plan_fields *from)
{
    toc_place place = {0};
    const char *chain = toc_plan_take(from);
    place.tx = take_text(from);
    const char *kind = toc_plan_take(from);
    place.index_kind = (toc_index_kind)strtoul(kind, NULL, 10);
    place.index = take_text(from);
    toc_plan_id(from, place.id.bytes);
    place.chain = chain[0] == '\0' ? NULL : toc_chain_find(toc_span_text(chain));
    return place;
}

static toc_incident_ref take_incident(toc_plan_fields *from)
{
    toc_incident_ref incident;
    toc_plan_id(from, incident.org.bytes);
    incident.slug = take_text(from);
    return incident;
}

static toc_target take_target(toc_plan_fields *from)
{
    toc_target target;
    toc_statement *named = room(from, 1, sizeof *named);
    toc_plan_id(from, target.org.bytes);
    uint64_t kind = toc_plan_number(from);
    toc_source source = toc_plan_source(from);
    *named = toc_plan_identity(from, (toc_record_kind)kind, source);
    toc_statement_claim(named, from->circle, &target.org, &target.claim);
    target.named = named;
    return target;
}

static void take_wallet_claim(toc_plan_fields *from, toc_wallet_body *out)
{
    out->wallet = take_wallet(from);
    out->role = take_text(from);
    out->category = take_text(from);
    out->actor = take_text(from);
    out->incident = take_text(from);
}

/* Of a wallet or of an incident. */
static void take_attribution(toc_plan_fields *from, toc_attribution_body *out)
{
    if (from->at[from->next][0] != '\0')
        out->wallet = take_wallet(from);
    else
        from->next += 3;
    out->incident = take_incident(from);
    out->actor = take_text(from);
}

/* The chain of the place is the wallet's; its chains have no tags. */
static void take_sighting(toc_plan_fields *from, toc_sighting_body *out)
{
    const char *subject = toc_plan_take(from);
    (void)toc_plan_take(from);
    out->wallet = toc_plan_wallet(subject, from->at[from->next]);
    out->place = take_place(from);
}

static void take_reply(toc_plan_fields *from, toc_reply_body *out)
{
    toc_statement *inquiry = room(from, 1, sizeof *inquiry);
    toc_plan_id(from, out->asker.bytes);
    toc_plan_id(from, out->id.bytes);
    out->target = take_target(from);
    *inquiry = (toc_statement){.kind = TOC_RECORD_INQUIRY,
                               .source = {.ground = TOC_GROUND_OWN},
                               .as.inquiry = {.id = out->id, .target = out->target}};
    toc_statement_claim(inquiry, from->circle, &out->asker, &out->inquiry);
}

static void take_about(toc_plan_fields *from, toc_statement *out)
{
    if (out->kind == TOC_RECORD_DISPUTE) {
        out->as.dispute.target = take_target(from);
    } else if (out->kind == TOC_RECORD_INQUIRY) {
        toc_plan_id(from, out->as.inquiry.id.bytes);
        out->as.inquiry.target = take_target(from);
    } else {
        assert_int_equal(out->kind, TOC_RECORD_REPLY);
        take_reply(from, &out->as.reply);
    }
}

static void take_of_incidents(toc_plan_fields *from, toc_statement *out)
{
    if (out->kind == TOC_RECORD_INCIDENT) {
        out->as.incident.slug = take_text(from);
    } else {
        out->as.same_as.first = take_incident(from);
        out->as.same_as.second = take_incident(from);
    }
}

toc_statement toc_plan_identity(toc_plan_fields *from, toc_record_kind kind, toc_source source)
{
    toc_statement out = {.kind = kind, .source = source};
    if (kind == TOC_RECORD_WALLET) {
        take_wallet_claim(from, &out.as.wallet);
    } else if (kind == TOC_RECORD_CLUSTER) {
        out.as.cluster.cluster = take_text(from);
        out.as.cluster.entity_type = toc_span_text("thief");
    } else if (kind == TOC_RECORD_TRANSFER) {
        out.as.transfer.place = take_place(from);
    } else if (kind == TOC_RECORD_INCIDENT || kind == TOC_RECORD_SAME_AS) {
        take_of_incidents(from, &out);
    } else if (kind == TOC_RECORD_ATTRIBUTION) {
        take_attribution(from, &out.as.attribution);
    } else if (kind == TOC_RECORD_SIGHTING) {
        take_sighting(from, &out.as.sighting);
    } else if (kind == TOC_RECORD_NOTICE) {
        out.as.notice.wallet = take_wallet(from);
    } else if (kind == TOC_RECORD_CLEARANCE) {
        out.as.clearance.wallet = take_wallet(from);
    } else {
        take_about(from, &out);
    }
    return out;
}

/* ---- bodies ---- */

static toc_wallet *take_parties(toc_plan_fields *from, const toc_chain *chain, size_t *out_count)
{
    char *list = toc_plan_take(from);
    *out_count = parts_of(list);
    toc_wallet *parties = room(from, *out_count, sizeof *parties);
    for (size_t i = 0; i < *out_count; i++)
        parties[i] = toc_plan_wallet(strsep(&list, ","), toc_chain_caip2(chain));
    return parties;
}

/* Decimal digits as a big-endian number. */
static void take_units(toc_plan_fields *from, uint8_t out[32])
{
    for (const char *digit = toc_plan_take(from); *digit != '\0'; digit++) {
        unsigned carry = (unsigned)(*digit - '0');
        for (size_t i = 32; i-- > 0; carry >>= 8) {
            carry += 10u * out[i];
            out[i] = (uint8_t)(carry & 0xFF);
        }
    }
}

static void take_transfer(toc_plan_fields *from, toc_transfer_body *out)
{
    out->from = take_parties(from, out->place.chain, &out->from_count);
    out->to = take_parties(from, out->place.chain, &out->to_count);
    out->amount = (toc_amount){.asset = toc_span_text("native"), .decimals = 18, .stated = true};
    take_units(from, out->amount.base_units);
    out->bridge = take_place(from);
    out->bridge_side = out->bridge.chain == NULL ? TOC_BRIDGE_NONE : TOC_BRIDGE_ONWARD;
}

static void take_thefts(toc_plan_fields *from, toc_incident_body *out)
{
    char *list = toc_plan_take(from);
    out->status = toc_span_text("confirmed");
    out->theft_count = parts_of(list);
    toc_place *thefts = room(from, out->theft_count, sizeof *thefts);
    for (size_t i = 0; i < out->theft_count; i++) {
        char *theft = strsep(&list, ",");
        const char *chain = strsep(&theft, "|");
        thefts[i] =
            (toc_place){.chain = toc_chain_find(toc_span_text(chain)), .tx = toc_span_text(theft)};
    }
    out->thefts = thefts;
}

/* By the key of a seed: over the notice, or over something else. */
static void sign(toc_plan_fields *from, const char *seed_hex, bool good, const toc_org_id *org,
                 toc_notice_body *notice)
{
    toc_err err = {0};
    uint8_t seed[32];
    char text[TOC_NOTICE_TEXT_BYTES];
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    toc_verify_key *key = room(from, 1, sizeof *key);
    toc_signature *signature = room(from, 1, sizeof *signature);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(seed_hex), seed, sizeof seed, &err));
    TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(seed), &secret, &err));
    toc_sign_public(secret, key);
    toc_notice_text(notice, org, text);
    toc_sign(secret, "", toc_span_text(good ? text : "something else"), signature);
    notice->signature = (toc_key_signature){.scheme = toc_span_text("ed25519"),
                                            .key = TOC_SPAN_OF(key->bytes),
                                            .signature = TOC_SPAN_OF(signature->bytes)};
}

static void take_notice(toc_plan_fields *from, const toc_org_id *org, toc_notice_body *out)
{
    out->role = take_text(from);
    out->has_operator_org = from->at[from->next][0] != '\0';
    toc_plan_id(from, out->operator_org.bytes);
    out->operator_name = take_text(from);
    const char *how = toc_plan_take(from);
    if (how[0] == '+' || how[0] == '-')
        sign(from, how + 1, how[0] == '+', org, out);
    else if (how[0] != '\0')
        out->signature = (toc_key_signature){.scheme = toc_span_text(how),
                                             .signature = toc_span_of(room(from, 65, 1), 65)};
}

/* What every record of the kind must say, and no rule looks at. */
static void fill_in(toc_statement *statement)
{
    static const toc_time moment = {1690000000000};
    if (statement->kind == TOC_RECORD_TRANSFER)
        statement->as.transfer.time = moment;
    else if (statement->kind == TOC_RECORD_ATTRIBUTION)
        statement->as.attribution.basis = toc_span_text("court");
    else if (statement->kind == TOC_RECORD_SIGHTING)
        statement->as.sighting.seen = moment;
    else if (statement->kind == TOC_RECORD_CLEARANCE)
        statement->as.clearance.checked = moment;
    else if (statement->kind == TOC_RECORD_REPLY)
        statement->as.reply.basis = toc_span_text("court");
    if (statement->kind == TOC_RECORD_SIGHTING)
        statement->as.sighting.direction = TOC_DIRECTION_IN;
    if (statement->kind == TOC_RECORD_CLEARANCE)
        statement->as.clearance.basis = toc_span_text("customer-due-diligence");
    if (statement->kind == TOC_RECORD_DISPUTE)
        statement->as.dispute.reason = toc_span_text("wrong-address");
}

void toc_plan_body(toc_plan_fields *from, const toc_org_id *org, toc_statement *statement)
{
    if (statement->kind == TOC_RECORD_CLUSTER) {
        if (toc_plan_number(from) == 1)
            statement->as.cluster.entity_type = toc_span_text("exchange");
        statement->as.cluster.method = take_text(from);
    } else if (statement->kind == TOC_RECORD_TRANSFER) {
        take_transfer(from, &statement->as.transfer);
    } else if (statement->kind == TOC_RECORD_INCIDENT) {
        take_thefts(from, &statement->as.incident);
    } else if (statement->kind == TOC_RECORD_NOTICE) {
        take_notice(from, org, &statement->as.notice);
    } else if (statement->kind == TOC_RECORD_DISPUTE) {
        statement->as.dispute.revision_seen = toc_plan_number(from);
    }
    fill_in(statement);
}
