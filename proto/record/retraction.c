#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_reason(toc_retraction_reason reason, toc_err *err)
{
    if ((unsigned)reason == 0)
        return toc_fail(err, TOC_MALFORMED, "reason: missing");
    if (reason > TOC_RETRACT_DELISTED)
        return toc_fail(err, TOC_STATE, "reason: %u needs a newer version", (unsigned)reason);
    return TOC_OK;
}

/* Wallets and clusters have fields of their own: they came first. */
static bool is_inline(toc_record_kind kind)
{
    return kind == TOC_RECORD_WALLET || kind == TOC_RECORD_CLUSTER;
}

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_retraction_body *body = &statement->as.retraction;
    toc_statement scratch;
    (void)named; /* a retraction is not retracted */
    TOC_TRY(check_reason(body->reason, err));
    if (!toc_record_kind_is_head(body->target_kind))
        return toc_fail(err, TOC_MALFORMED, "target_kind: %u is not one of a claim",
                        (unsigned)body->target_kind);
    const toc_statement *about = toc_statement_about(statement, &scratch);
    if (is_inline(body->target_kind))
        return toc_kind_row_of(body->target_kind)->check(about, true, err);
    if (about == NULL || about->kind != body->target_kind)
        return toc_fail(err, TOC_MALFORMED, "target: the identity is not of the kind it names");
    TOC_TRY(toc_named_check(about, err));
    bool same = about->source.ground == statement->source.ground &&
                toc_span_equal(about->source.id, statement->source.id);
    if (toc_kind_row_of(body->target_kind)->sourced && !same)
        return toc_fail(err, TOC_MALFORMED, "target: another source than the retraction has");
    return TOC_OK;
}

static toc_code check_wallets(const toc_statement *statement, toc_err *err)
{
    toc_statement scratch;
    return toc_named_check_wallets(toc_statement_about(statement, &scratch), err);
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_retraction_body *body = &statement->as.retraction;
    Toc__RetractionBody *to = toc_arena_alloc(arena, sizeof *to);
    toc_statement *scratch = toc_arena_alloc(arena, sizeof *scratch); /* packing lends from it */
    if (to == NULL || scratch == NULL)
        return NULL;
    toc__retraction_body__init(to);
    to->target = toc_pb_lend(TOC_SPAN_OF(body->target));
    to->target_kind = (uint32_t)body->target_kind;
    to->reason = (uint32_t)body->reason;
    const toc_statement *about = toc_statement_about(statement, scratch);
    if (body->target_kind == TOC_RECORD_CLUSTER)
        return toc_pb_set_required(arena, body->cluster.cluster, &to->cluster) ? &to->base : NULL;
    if (body->target_kind == TOC_RECORD_WALLET) {
        to->wallet = (void *)toc_kind_wallet.pack(about, arena);
        return to->wallet == NULL ? NULL : &to->base;
    }
    to->named = toc_named_pack(about, arena);
    return to->named == NULL ? NULL : &to->base;
}

static toc_code unpack_wallet(const Toc__WalletBody *from, toc_arena *arena,
                              toc_retraction_body *out, toc_err *err)
{
    toc_statement target = {.kind = TOC_RECORD_WALLET};
    TOC_TRY(toc_kind_wallet.unpack(&from->base, arena, &target, err));
    out->wallet = target.as.wallet;
    return TOC_OK;
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__RetractionBody *from = (const Toc__RetractionBody *)message;
    toc_retraction_body *out = &statement->as.retraction;
    TOC_TRY(toc_pb_take32(from->target, "target", out->target.bytes, err));
    if (from->target_kind > TOC_RECORD_LAST)
        return toc_fail(err, TOC_STATE, "target_kind: %u needs a newer version", from->target_kind);
    out->target_kind = (toc_record_kind)from->target_kind;
    if (!toc_record_kind_is_head(out->target_kind))
        return toc_fail(err, TOC_MALFORMED, "target_kind: %u is not one of a claim",
                        from->target_kind);
    out->reason = (toc_retraction_reason)from->reason;
    bool is_wallet = from->target_kind == TOC_RECORD_WALLET;
    bool is_cluster = from->target_kind == TOC_RECORD_CLUSTER;
    if ((from->wallet != NULL) != is_wallet || (from->cluster != NULL) != is_cluster ||
        (from->named != NULL) != !is_inline(out->target_kind))
        return toc_fail(err, TOC_MALFORMED, "retraction: the identity is not of the kind it names");
    if (is_wallet)
        return unpack_wallet(from->wallet, arena, out, err);
    if (!is_cluster)
        return toc_named_unpack(from->named, out->target_kind, statement->source, arena,
                                &out->named, err);
    out->cluster.cluster = toc_pb_text(from->cluster);
    return TOC_OK;
}

const toc_kind_row toc_kind_retraction = {.name = "retraction",
                                          .field = TOC__STATEMENT__BODY_RETRACTION,
                                          .check = check,
                                          .check_wallets = check_wallets,
                                          .pack = pack,
                                          .unpack = unpack};

void toc_statement_retract(const toc_statement *target, const toc_claim_id *claim,
                           toc_retraction_reason reason, toc_statement *out)
{
    toc_source source = {.ground = target->source.ground, .id = target->source.id};
    *out = (toc_statement){.kind = TOC_RECORD_RETRACTION, .tlp = target->tlp, .source = source};
    toc_retraction_body *body = &out->as.retraction;
    body->target = *claim;
    body->target_kind = target->kind;
    body->reason = reason;
    if (!is_inline(target->kind)) {
        body->named = target;
        return;
    }
    toc_statement named;
    toc_named_strip(target, &named);
    if (target->kind == TOC_RECORD_WALLET)
        body->wallet = named.as.wallet;
    else
        body->cluster = named.as.cluster;
}
