#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_about(const toc_attribution_body *body, toc_err *err)
{
    bool of_incident = body->incident.slug.size != 0;
    if ((body->wallet.chain != NULL) == of_incident)
        return toc_fail(err, TOC_MALFORMED, "attribution: of a wallet or of an incident");
    return of_incident ? toc_incident_ref_check(&body->incident, err) : TOC_OK;
}

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_attribution_body *body = &statement->as.attribution;
    TOC_TRY(check_about(body, err));
    TOC_TRY(toc_record_field_slug(body->actor, "actor", false, err));
    if (named && (body->basis.size != 0 || body->documents.count != 0))
        return toc_fail(err, TOC_MALFORMED, "attribution: more of a target than its identity");
    TOC_TRY(toc_record_field_slug(body->basis, "basis", true, err));
    return toc_documents_check(&body->documents, err);
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_attribution_body *body = &statement->as.attribution;
    Toc__AttributionBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__attribution_body__init(to);
    if (body->wallet.chain != NULL)
        to->wallet = toc_wallet_pack(&body->wallet, arena);
    else
        to->incident = toc_incident_ref_pack(&body->incident, arena);
    bool whole = (to->wallet != NULL || to->incident != NULL) &&
                 toc_pb_set_required(arena, body->actor, &to->actor) &&
                 toc_pb_set_text(arena, body->basis, &to->basis) &&
                 toc_documents_pack(&body->documents, arena, &to->documents, &to->n_documents);
    return whole ? &to->base : NULL;
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__AttributionBody *from = (const Toc__AttributionBody *)message;
    toc_attribution_body *out = &statement->as.attribution;
    if ((from->wallet != NULL) == (from->incident != NULL))
        return toc_fail(err, TOC_MALFORMED, "attribution: of a wallet or of an incident");
    if (from->wallet != NULL)
        TOC_TRY(toc_wallet_from(from->wallet, &out->wallet, err));
    else
        TOC_TRY(toc_incident_ref_unpack(from->incident, &out->incident, err));
    out->actor = toc_pb_text(from->actor);
    out->basis = toc_pb_text(from->basis);
    return toc_documents_unpack(from->documents, from->n_documents, arena, &out->documents, err);
}

static void strip(const toc_statement *from, toc_statement *out)
{
    const toc_attribution_body *body = &from->as.attribution;
    out->as.attribution = (toc_attribution_body){
        .wallet = body->wallet, .incident = body->incident, .actor = body->actor};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    const toc_attribution_body *body = &statement->as.attribution;
    bool of_incident = body->wallet.chain == NULL;
    toc_identity_add_wallet(out, &body->wallet);
    toc_identity_add(out, of_incident ? TOC_SPAN_OF(body->incident.org) : (toc_span){0});
    toc_identity_add(out, body->incident.slug);
    toc_identity_add(out, body->actor);
    toc_identity_add_source(out, &statement->source);
}

/* Of what is attributed without a wallet. */
static void subject(const toc_statement *statement, const toc_claim_id *claim, toc_subject *out)
{
    (void)claim;
    toc_incident_subject(statement->as.attribution.incident.slug, out);
}

const toc_kind_row toc_kind_attribution = {.name = "attribution",
                                           .field = TOC__STATEMENT__BODY_ATTRIBUTION,
                                           .is_head = true,
                                           .sourced = true,
                                           .is_target = true,
                                           .check = check,
                                           .wallet_at =
                                               offsetof(toc_statement, as.attribution.wallet),
                                           .pack = pack,
                                           .unpack = unpack,
                                           .strip = strip,
                                           .identify = identify,
                                           .subject = subject};

/* ---- documents ---- */

toc_code toc_documents_check(const toc_documents *documents, toc_err *err)
{
    if (documents->count > TOC_DOCUMENTS_MAX)
        return toc_fail(err, TOC_LIMIT, "documents: %zu; at most %u are taken", documents->count,
                        TOC_DOCUMENTS_MAX);
    for (size_t i = 1; i < documents->count; i++) {
        if (memcmp(documents->hashes[i - 1].bytes, documents->hashes[i].bytes,
                   sizeof documents->hashes[i].bytes) >= 0)
            return toc_fail(err, TOC_MALFORMED, "documents: not in ascending order");
    }
    return TOC_OK;
}

bool toc_documents_pack(const toc_documents *documents, toc_arena *arena, ProtobufCBinaryData **out,
                        size_t *out_count)
{
    if (documents->count == 0)
        return true;
    ProtobufCBinaryData *rows = toc_arena_zalloc(arena, documents->count, sizeof *rows);
    if (rows == NULL)
        return false;
    for (size_t i = 0; i < documents->count; i++)
        rows[i] = toc_pb_lend(TOC_SPAN_OF(documents->hashes[i]));
    *out = rows;
    *out_count = documents->count;
    return true;
}

toc_code toc_documents_unpack(const ProtobufCBinaryData *from, size_t count, toc_arena *arena,
                              toc_documents *out, toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    if (count > TOC_DOCUMENTS_MAX)
        return toc_fail(err, TOC_LIMIT, "documents: %zu; at most %u are taken", count,
                        TOC_DOCUMENTS_MAX);
    toc_hash *hashes = toc_arena_zalloc(arena, count, sizeof *hashes);
    if (hashes == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "documents: out of memory");
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_pb_take32(from[i], "documents", hashes[i].bytes, err));
    *out = (toc_documents){.count = count, .hashes = hashes};
    return TOC_OK;
}
