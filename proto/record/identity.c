#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/record/parts.h"

static const char claim_domain[] = "tocsin/claim/1\n";
static const char transfer_domain[] = "tocsin/transfer/1\n";
static const char incident_domain[] = "tocsin/incident/1\n";

void toc_identity_add(toc_identity *identity, toc_span part)
{
    TOC_ASSERT(identity->count < TOC_IDENTITY_PARTS_MAX && part.size <= UINT16_MAX);
    identity->parts[identity->count++] = part;
}

/* An attribution of an incident has none: three absent parts. */
void toc_identity_add_wallet(toc_identity *identity, const toc_wallet *wallet)
{
    bool there = wallet->chain != NULL;
    toc_identity_add(identity, there ? toc_subject_view(&wallet->subject) : (toc_span){0});
    toc_identity_add(identity, toc_span_text(wallet->tag));
    toc_identity_add(identity,
                     there ? toc_span_text(toc_chain_caip2(wallet->chain)) : (toc_span){0});
}

void toc_identity_add_place(toc_identity *identity, const toc_place *place)
{
    identity->index_kind = (uint8_t)place->index_kind;
    toc_identity_add(identity, place->tx);
    toc_identity_add(
        identity, toc_span_of(&identity->index_kind, place->index_kind == TOC_INDEX_NONE ? 0 : 1));
    toc_identity_add(identity, place->index);
    toc_identity_add(identity, place->tx.size > 0 ? (toc_span){0} : TOC_SPAN_OF(place->id));
}

/* RULES §2: tag, then the id of a list or vendor. */
void toc_identity_add_source(toc_identity *identity, const toc_source *source)
{
    bool named = source->ground == TOC_GROUND_LIST || source->ground == TOC_GROUND_VENDOR;
    size_t size = named ? source->id.size : 0;
    TOC_ASSERT(size < sizeof identity->source);
    identity->source[0] = (uint8_t)source->ground;
    if (size > 0)
        memcpy(identity->source + 1, source->id.data, size);
    toc_identity_add(identity, toc_span_of(identity->source, 1 + size));
}

/* B(lead ‖ parts, each with its length). */
static void hash_identity(const toc_span *lead, size_t lead_count, const toc_identity *identity,
                          uint8_t out[32])
{
    enum { LEAD_MAX = 4 };
    uint8_t lengths[TOC_IDENTITY_PARTS_MAX][2];
    toc_span hashed[LEAD_MAX + 2 * TOC_IDENTITY_PARTS_MAX];
    TOC_ASSERT(lead_count <= LEAD_MAX);
    size_t count = 0;
    for (size_t i = 0; i < lead_count; i++)
        hashed[count++] = lead[i];
    for (size_t i = 0; i < identity->count; i++) {
        toc_put_u16(lengths[i], (uint16_t)identity->parts[i].size);
        hashed[count++] = toc_span_of(lengths[i], 2);
        hashed[count++] = identity->parts[i];
    }
    toc_hash hash;
    toc_blake2b_parts(hashed, count, &hash);
    memcpy(out, hash.bytes, sizeof hash.bytes);
}

void toc_statement_claim(const toc_statement *statement, const toc_circle_id *circle,
                         const toc_org_id *org, toc_claim_id *out)
{
    toc_statement scratch;
    const toc_statement *about = toc_statement_about(statement, &scratch);
    uint8_t kind = (uint8_t)about->kind;
    toc_span lead[] = {toc_span_of(claim_domain, sizeof claim_domain - 1), TOC_SPAN_OF(*circle),
                       TOC_SPAN_OF(*org), TOC_SPAN_OF(kind)};
    toc_identity identity = {0};
    toc_kind_row_of(about->kind)->identify(about, &identity);
    hash_identity(lead, TOC_COUNT(lead), &identity, out->bytes);
}

void toc_subject_of_hash(toc_subject_class subject_class, const uint8_t payload[32],
                         toc_subject *out)
{
    memset(out, 0, sizeof *out);
    out->size = 1 + 32 + 2;
    out->bytes[0] = (uint8_t)subject_class;
    memcpy(out->bytes + 1, payload, 32);
}

void toc_place_subject(const toc_place *place, toc_subject *out)
{
    toc_span lead = toc_span_of(transfer_domain, sizeof transfer_domain - 1);
    toc_identity identity = {0};
    uint8_t hash[32];
    toc_identity_add(&identity, toc_span_text(toc_chain_caip2(place->chain)));
    toc_identity_add_place(&identity, place);
    hash_identity(&lead, 1, &identity, hash);
    toc_subject_of_hash(TOC_CLASS_TRANSFER, hash, out);
}

void toc_incident_subject(toc_span slug, toc_subject *out)
{
    toc_span parts[] = {toc_span_of(incident_domain, sizeof incident_domain - 1), slug};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    toc_subject_of_hash(TOC_CLASS_INCIDENT, hash.bytes, out);
}

void toc_statement_subject(const toc_statement *statement, const toc_claim_id *claim,
                           toc_subject *out)
{
    toc_statement scratch;
    const toc_statement *about = toc_statement_about(statement, &scratch);
    const toc_wallet *wallet = toc_kind_wallet_of(about);
    if (wallet != NULL)
        *out = wallet->subject;
    else
        toc_kind_row_of(about->kind)->subject(about, claim, out);
}

/* RULES §4. That a root which names a list or vendor has the tag of its source, decoding has seen
 * to. An own root is of the claim itself; a derived claim has those of others, and never its own.
 */
static toc_code check_own_roots(const toc_statement *statement, const toc_claim_id *claim,
                                toc_err *err)
{
    bool derived = statement->source.ground == TOC_GROUND_DERIVED;
    for (size_t i = 0; i < statement->root_count; i++) {
        toc_root root = statement->roots[i];
        if (root.size == 0 || root.data[0] != TOC_ROOT_OWN)
            continue;
        bool own = root.size == 1 + sizeof claim->bytes &&
                   memcmp(root.data + 1, claim->bytes, sizeof claim->bytes) == 0;
        if (own == derived)
            return toc_fail(err, TOC_MALFORMED,
                            derived ? "record: roots: derived from its own claim"
                                    : "record: roots: another claim than its own");
    }
    return TOC_OK;
}

/* That what it is about is what it says: ids that are stated are recomputed. */
static toc_code check_about(const toc_statement *about, const toc_circle_id *circle,
                            const toc_org_id *org, toc_err *err)
{
    if (about->kind == TOC_RECORD_DISPUTE) {
        const toc_target *target = &about->as.dispute.target;
        if (toc_org_id_equal(&target->org, org))
            return toc_fail(err, TOC_MALFORMED,
                            "record: target: its own claim; who said it retracts it");
        return toc_target_verify(target, circle, err);
    }
    if (about->kind == TOC_RECORD_INQUIRY)
        return toc_target_verify(&about->as.inquiry.target, circle, err);
    if (about->kind != TOC_RECORD_REPLY)
        return TOC_OK;
    const toc_reply_body *reply = &about->as.reply;
    toc_statement inquiry = {.kind = TOC_RECORD_INQUIRY};
    toc_claim_id claim;
    inquiry.as.inquiry = (toc_inquiry_body){.id = reply->id, .target = reply->target};
    toc_statement_claim(&inquiry, circle, &reply->asker, &claim);
    if (!toc_claim_id_equal(&claim, &reply->inquiry))
        return toc_fail(err, TOC_MALFORMED, "record: inquiry: not the one that it describes");
    return toc_target_verify(&reply->target, circle, err);
}

toc_code toc_statement_check(const toc_statement *statement, const toc_circle_id *circle,
                             const toc_org_id *org, toc_err *err)
{
    toc_claim_id claim;
    toc_statement scratch;
    toc_statement_claim(statement, circle, org, &claim);
    if (statement->kind == TOC_RECORD_RETRACTION &&
        !toc_claim_id_equal(&statement->as.retraction.target, &claim))
        return toc_fail(err, TOC_MALFORMED, "record: target: not the claim that it describes");
    TOC_TRY(check_about(toc_statement_about(statement, &scratch), circle, org, err));
    return check_own_roots(statement, &claim, err);
}
