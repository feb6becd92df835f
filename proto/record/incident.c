/* Incidents, and which of them are the same. */
#include "proto/record/parts.h"

#include "record.pb-c.h"

static int compare_chains(const toc_place *left, const toc_place *right)
{
    int order = strcmp(toc_chain_caip2(left->chain), toc_chain_caip2(right->chain));
    return order != 0 ? order : toc_span_compare(left->tx, right->tx);
}

static toc_code check_thefts(const toc_incident_body *body, toc_err *err)
{
    if (body->theft_count > TOC_THEFTS_MAX)
        return toc_fail(err, TOC_LIMIT, "thefts: %zu transactions; at most %u are taken",
                        body->theft_count, TOC_THEFTS_MAX);
    for (size_t i = 0; i < body->theft_count; i++) {
        TOC_TRY(toc_place_check(&body->thefts[i], TOC_PLACE_TRANSACTION, "thefts", err));
        if (i > 0 && compare_chains(&body->thefts[i - 1], &body->thefts[i]) >= 0)
            return toc_fail(err, TOC_MALFORMED, "thefts: not in ascending order");
    }
    return TOC_OK;
}

static bool has_more(const toc_incident_body *body)
{
    return body->title.size != 0 || body->occurred.unix_ms != 0 || body->discovered.unix_ms != 0 ||
           body->loss_count != 0 || body->loss.currency.size != 0 || body->victim.size != 0 ||
           body->status.size != 0 || body->theft_count != 0;
}

static toc_code check_incident(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_incident_body *body = &statement->as.incident;
    TOC_TRY(toc_record_field_slug(body->slug, "slug", false, err));
    if (named && has_more(body))
        return toc_fail(err, TOC_MALFORMED, "slug: more of a target than its identity");
    if (named)
        return TOC_OK;
    TOC_TRY(toc_record_field_text(body->title, "title", TOC_TEXT_BYTES_MAX, false, err));
    TOC_TRY(toc_record_field_text(body->victim, "victim", TOC_TEXT_BYTES_MAX, false, err));
    TOC_TRY(toc_record_field_slug(body->status, "status", false, err));
    TOC_TRY(toc_record_field_time(body->occurred, "occurred", err));
    TOC_TRY(toc_record_field_time(body->discovered, "discovered", err));
    TOC_TRY(toc_amounts_check(body->losses, body->loss_count, "losses", err));
    TOC_TRY(toc_fiat_check(&body->loss, "loss", err));
    return check_thefts(body, err);
}

static bool pack_thefts(const toc_incident_body *body, toc_arena *arena, Toc__IncidentBody *to)
{
    if (body->theft_count == 0)
        return true;
    to->thefts = toc_arena_zalloc(arena, body->theft_count, sizeof(Toc__Place *));
    if (to->thefts == NULL)
        return false;
    to->n_thefts = body->theft_count;
    for (size_t i = 0; i < body->theft_count; i++) {
        to->thefts[i] = toc_place_pack(&body->thefts[i], arena);
        if (to->thefts[i] == NULL)
            return false;
    }
    return true;
}

static ProtobufCMessage *pack_incident(const toc_statement *statement, toc_arena *arena)
{
    const toc_incident_body *body = &statement->as.incident;
    Toc__IncidentBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__incident_body__init(to);
    to->has_occurred_ms = body->occurred.unix_ms != 0;
    to->occurred_ms = body->occurred.unix_ms;
    to->has_discovered_ms = body->discovered.unix_ms != 0;
    to->discovered_ms = body->discovered.unix_ms;
    bool whole =
        toc_pb_set_required(arena, body->slug, &to->slug) &&
        toc_pb_set_text(arena, body->title, &to->title) &&
        toc_pb_set_text(arena, body->victim, &to->victim) &&
        toc_pb_set_text(arena, body->status, &to->status) &&
        toc_amounts_pack(body->losses, body->loss_count, arena, &to->losses, &to->n_losses) &&
        toc_fiat_pack(&body->loss, arena, &to->loss) && pack_thefts(body, arena, to);
    return whole ? &to->base : NULL;
}

static toc_code unpack_thefts(const Toc__IncidentBody *from, toc_arena *arena,
                              toc_incident_body *out, toc_err *err)
{
    if (from->n_thefts == 0)
        return TOC_OK;
    if (from->n_thefts > TOC_THEFTS_MAX)
        return toc_fail(err, TOC_LIMIT, "thefts: %zu transactions; at most %u are taken",
                        from->n_thefts, TOC_THEFTS_MAX);
    toc_place *thefts = toc_arena_zalloc(arena, from->n_thefts, sizeof *thefts);
    if (thefts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "thefts: out of memory");
    for (size_t i = 0; i < from->n_thefts; i++)
        TOC_TRY(toc_place_unpack(from->thefts[i], "thefts", &thefts[i], err));
    out->theft_count = from->n_thefts;
    out->thefts = thefts;
    return TOC_OK;
}

static toc_code unpack_incident(const ProtobufCMessage *message, toc_arena *arena,
                                toc_statement *statement, toc_err *err)
{
    const Toc__IncidentBody *from = (const Toc__IncidentBody *)message;
    toc_incident_body *out = &statement->as.incident;
    out->slug = toc_pb_text(from->slug);
    out->title = toc_pb_text(from->title);
    out->victim = toc_pb_text(from->victim);
    out->status = toc_pb_text(from->status);
    out->occurred.unix_ms = from->occurred_ms;
    out->discovered.unix_ms = from->discovered_ms;
    toc_fiat_unpack(from->loss, &out->loss);
    TOC_TRY(toc_amounts_unpack(from->losses, from->n_losses, "losses", arena, &out->losses,
                               &out->loss_count, err));
    return unpack_thefts(from, arena, out, err);
}

static void strip_incident(const toc_statement *from, toc_statement *out)
{
    out->as.incident = (toc_incident_body){.slug = from->as.incident.slug};
}

static void identify_incident(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add(out, statement->as.incident.slug);
}

static void subject_of_incident(const toc_statement *statement, const toc_claim_id *claim,
                                toc_subject *out)
{
    (void)claim;
    toc_incident_subject(statement->as.incident.slug, out);
}

const toc_kind_row toc_kind_incident = {.name = "incident",
                                        .field = TOC__STATEMENT__BODY_INCIDENT,
                                        .is_head = true,
                                        .is_target = true,
                                        .check = check_incident,
                                        .pack = pack_incident,
                                        .unpack = unpack_incident,
                                        .strip = strip_incident,
                                        .identify = identify_incident,
                                        .subject = subject_of_incident};

toc_code toc_incident_ref_check(const toc_incident_ref *incident, toc_err *err)
{
    return toc_record_field_slug(incident->slug, "incident", false, err);
}

Toc__IncidentRef *toc_incident_ref_pack(const toc_incident_ref *incident, toc_arena *arena)
{
    Toc__IncidentRef *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__incident_ref__init(to);
    to->org = toc_pb_lend(TOC_SPAN_OF(incident->org));
    return toc_pb_set_required(arena, incident->slug, &to->slug) ? to : NULL;
}

toc_code toc_incident_ref_unpack(const Toc__IncidentRef *from, toc_incident_ref *out, toc_err *err)
{
    out->slug = toc_pb_text(from->slug);
    return toc_pb_take32(from->org, "incident", out->org.bytes, err);
}

/* ---- same-as ---- */

static toc_code check_same_as(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_same_as_body *body = &statement->as.same_as;
    (void)named; /* it has nothing but its identity */
    TOC_TRY(toc_incident_ref_check(&body->first, err));
    TOC_TRY(toc_incident_ref_check(&body->second, err));
    int order = memcmp(body->first.org.bytes, body->second.org.bytes, sizeof body->first.org.bytes);
    if (order == 0)
        order = toc_span_compare(body->first.slug, body->second.slug);
    if (order >= 0)
        return toc_fail(err, TOC_MALFORMED, "incidents: not in ascending order");
    return TOC_OK;
}

static ProtobufCMessage *pack_same_as(const toc_statement *statement, toc_arena *arena)
{
    Toc__SameAsBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__same_as_body__init(to);
    to->first = toc_incident_ref_pack(&statement->as.same_as.first, arena);
    to->second = toc_incident_ref_pack(&statement->as.same_as.second, arena);
    return to->first == NULL || to->second == NULL ? NULL : &to->base;
}

static toc_code unpack_same_as(const ProtobufCMessage *message, toc_arena *arena,
                               toc_statement *statement, toc_err *err)
{
    const Toc__SameAsBody *from = (const Toc__SameAsBody *)message;
    (void)arena;
    TOC_TRY(toc_incident_ref_unpack(from->first, &statement->as.same_as.first, err));
    return toc_incident_ref_unpack(from->second, &statement->as.same_as.second, err);
}

static void strip_same_as(const toc_statement *from, toc_statement *out)
{
    out->as.same_as = from->as.same_as;
}

static void identify_same_as(const toc_statement *statement, toc_identity *out)
{
    const toc_same_as_body *body = &statement->as.same_as;
    toc_identity_add(out, TOC_SPAN_OF(body->first.org));
    toc_identity_add(out, body->first.slug);
    toc_identity_add(out, TOC_SPAN_OF(body->second.org));
    toc_identity_add(out, body->second.slug);
}

static void subject_of_same_as(const toc_statement *statement, const toc_claim_id *claim,
                               toc_subject *out)
{
    (void)claim;
    toc_incident_subject(statement->as.same_as.first.slug, out);
}

const toc_kind_row toc_kind_same_as = {.name = "same-as",
                                       .field = TOC__STATEMENT__BODY_SAME_AS,
                                       .is_head = true,
                                       .is_target = true,
                                       .check = check_same_as,
                                       .pack = pack_same_as,
                                       .unpack = unpack_same_as,
                                       .strip = strip_same_as,
                                       .identify = identify_same_as,
                                       .subject = subject_of_same_as};
