#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/record/record.h"
#include "proto/rules/terms.h"

enum {
    IDENTITY_PARTS_MAX = 8,
    COPIES_MAX = 8, /* of lists in a row; the table has one */
};

static const char claim_domain[] = "tocsin/claim/1\n";

/* RULES §2: tag, then the id of a list or vendor. */
typedef struct source_part {
    uint8_t bytes[1 + TOC_TEXT_BYTES_MAX];
    size_t size;
} source_part;

static void source_part_init(const toc_source *source, source_part *out)
{
    size_t size = source->ground == TOC_GROUND_OWN ? 0 : source->id.size;
    TOC_ASSERT(size < sizeof out->bytes);
    out->bytes[0] = (uint8_t)source->ground;
    if (size > 0)
        memcpy(out->bytes + 1, source->id.data, size);
    out->size = 1 + size;
}

static size_t wallet_parts(const toc_wallet_body *body, const source_part *source,
                           toc_span parts[IDENTITY_PARTS_MAX])
{
    parts[0] = toc_subject_view(&body->wallet.subject);
    parts[1] = toc_span_text(body->wallet.tag);
    parts[2] = toc_span_text(toc_chain_caip2(body->wallet.chain));
    parts[3] = body->role;
    parts[4] = body->category;
    parts[5] = body->actor;
    parts[6] = body->incident;
    parts[7] = toc_span_of(source->bytes, source->size);
    return 8;
}

/* The kind and the parts of what the statement is about: a retraction is about its target. */
static toc_record_kind identity_of(const toc_statement *statement, const source_part *source,
                                   toc_span parts[IDENTITY_PARTS_MAX], size_t *out_count)
{
    *out_count = 1;
    switch (statement->kind) {
    case TOC_RECORD_WALLET:
        *out_count = wallet_parts(&statement->as.wallet, source, parts);
        return TOC_RECORD_WALLET;
    case TOC_RECORD_CLUSTER:
        parts[0] = statement->as.cluster.cluster;
        return TOC_RECORD_CLUSTER;
    case TOC_RECORD_MEMBERS:
        parts[0] = statement->as.members.cluster;
        return TOC_RECORD_CLUSTER;
    case TOC_RECORD_RETRACTION:
        break;
    }
    const toc_retraction_body *retraction = &statement->as.retraction;
    if (retraction->target_kind == TOC_RECORD_WALLET)
        *out_count = wallet_parts(&retraction->wallet, source, parts);
    else
        parts[0] = retraction->cluster.cluster;
    return retraction->target_kind;
}

void toc_statement_claim(const toc_statement *statement, const toc_circle_id *circle,
                         const toc_org_id *org, toc_claim_id *out)
{
    source_part source;
    source_part_init(&statement->source, &source);
    toc_span parts[IDENTITY_PARTS_MAX];
    size_t count;
    toc_record_kind kind = identity_of(statement, &source, parts, &count);
    uint8_t kind_byte = (uint8_t)kind;
    uint8_t lengths[IDENTITY_PARTS_MAX][2];
    toc_span hashed[4 + 2 * IDENTITY_PARTS_MAX] = {
        toc_span_of(claim_domain, sizeof claim_domain - 1), TOC_SPAN_OF(*circle), TOC_SPAN_OF(*org),
        TOC_SPAN_OF(kind_byte)};
    for (size_t i = 0; i < count; i++) {
        TOC_ASSERT(parts[i].size <= UINT16_MAX);
        toc_put_u16(lengths[i], (uint16_t)parts[i].size);
        hashed[4 + 2 * i] = toc_span_of(lengths[i], 2);
        hashed[5 + 2 * i] = parts[i];
    }
    toc_hash hash;
    toc_blake2b_parts(hashed, 4 + 2 * count, &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

/* The list or vendor that an id is a copy of, in the end; NULL when the terms do not know the id.
 */
static const toc_term *original_of(toc_term_set set, toc_span id)
{
    const toc_term *term = toc_term_by_id(set, id);
    for (unsigned i = 0; i < COPIES_MAX && term != NULL && term->copy_of != NULL; i++)
        term = toc_term_by_id(set, toc_span_text(term->copy_of));
    return term;
}

toc_root toc_source_root(const toc_source *source, const toc_claim_id *claim, toc_arena *arena)
{
    const toc_term *original = NULL;
    if (source->ground != TOC_GROUND_OWN)
        original = original_of(
            source->ground == TOC_GROUND_LIST ? TOC_TERMS_LIST : TOC_TERMS_VENDOR, source->id);
    toc_span id = original == NULL ? TOC_SPAN_OF(*claim) : toc_span_text(original->id);
    uint8_t *root = toc_arena_alloc(arena, 1 + id.size);
    if (root == NULL)
        return (toc_root){0};
    root[0] = TOC_ROOT_OWN;
    if (original != NULL)
        root[0] = source->ground == TOC_GROUND_LIST ? TOC_ROOT_LIST : TOC_ROOT_VENDOR;
    memcpy(root + 1, id.data, id.size);
    return toc_span_of(root, 1 + id.size);
}

/* RULES §4. That a root which names a list or vendor has the tag of its source, decoding has seen
 * to. */
static toc_code check_own_root(const toc_statement *statement, const toc_claim_id *claim,
                               toc_err *err)
{
    for (size_t i = 0; i < statement->root_count; i++) {
        toc_root root = statement->roots[i];
        if (root.size > 0 && root.data[0] == TOC_ROOT_OWN &&
            (root.size != 1 + sizeof claim->bytes ||
             memcmp(root.data + 1, claim->bytes, sizeof claim->bytes) != 0))
            return toc_fail(err, TOC_MALFORMED, "record: roots: another claim than its own");
    }
    return TOC_OK;
}

toc_code toc_statement_check(const toc_statement *statement, const toc_circle_id *circle,
                             const toc_org_id *org, toc_err *err)
{
    toc_claim_id claim;
    toc_statement_claim(statement, circle, org, &claim);
    if (statement->kind == TOC_RECORD_RETRACTION &&
        !toc_claim_id_equal(&statement->as.retraction.target, &claim))
        return toc_fail(err, TOC_MALFORMED, "record: target: not the claim that it describes");
    return check_own_root(statement, &claim, err);
}

static void cluster_subject(const toc_claim_id *claim, toc_subject *out)
{
    memset(out, 0, sizeof *out);
    out->size = 1 + sizeof claim->bytes + 2;
    out->bytes[0] = TOC_CLASS_CLUSTER;
    memcpy(out->bytes + 1, claim->bytes, sizeof claim->bytes);
}

void toc_statement_subject(const toc_statement *statement, const toc_claim_id *claim,
                           toc_subject *out)
{
    const toc_wallet_body *wallet = NULL;
    if (statement->kind == TOC_RECORD_WALLET)
        wallet = &statement->as.wallet;
    else if (statement->kind == TOC_RECORD_RETRACTION &&
             statement->as.retraction.target_kind == TOC_RECORD_WALLET)
        wallet = &statement->as.retraction.wallet;
    if (wallet != NULL)
        *out = wallet->wallet.subject;
    else
        cluster_subject(claim, out);
}
