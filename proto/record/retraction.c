#include "proto/record/parts.h"

#include "record.pb-c.h"

/* A retraction repeats what names its target and nothing else of it. */
static toc_code check_wallet_identity(const toc_wallet_body *body, toc_err *err)
{
    if (body->literal.size != 0 || body->asset_count != 0 || body->label_count != 0 ||
        body->first_seen.unix_ms != 0 || body->last_seen.unix_ms != 0)
        return toc_fail(err, TOC_MALFORMED, "retraction: more of its target than the identity");
    return toc_wallet_body_check(body, err);
}

static toc_code check_cluster_identity(const toc_cluster_body *body, toc_err *err)
{
    if (body->title.size != 0 || body->entity_type.size != 0 || body->method.size != 0 ||
        body->size != 0)
        return toc_fail(err, TOC_MALFORMED, "retraction: more of its target than the identity");
    return toc_record_field_slug(body->cluster, "cluster", false, err);
}

static toc_code check_reason(toc_retraction_reason reason, toc_err *err)
{
    if ((unsigned)reason == 0)
        return toc_fail(err, TOC_MALFORMED, "reason: missing");
    if (reason > TOC_RETRACT_DELISTED)
        return toc_fail(err, TOC_STATE, "reason: %u needs a newer version", (unsigned)reason);
    return TOC_OK;
}

toc_code toc_retraction_body_check(const toc_retraction_body *body, toc_err *err)
{
    TOC_TRY(check_reason(body->reason, err));
    if (body->target_kind == TOC_RECORD_WALLET)
        return check_wallet_identity(&body->wallet, err);
    if (body->target_kind == TOC_RECORD_CLUSTER)
        return check_cluster_identity(&body->cluster, err);
    return toc_fail(err, TOC_MALFORMED, "target_kind: %u is neither a wallet nor a cluster claim",
                    (unsigned)body->target_kind);
}

Toc__RetractionBody *toc_retraction_body_pack(const toc_retraction_body *body, toc_arena *arena)
{
    Toc__RetractionBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__retraction_body__init(to);
    to->target = toc_pb_lend(TOC_SPAN_OF(body->target));
    to->target_kind = (uint32_t)body->target_kind;
    to->reason = (uint32_t)body->reason;
    if (body->target_kind == TOC_RECORD_WALLET) {
        to->wallet = toc_wallet_body_pack(&body->wallet, arena);
        return to->wallet == NULL ? NULL : to;
    }
    return toc_pb_set_required(arena, body->cluster.cluster, &to->cluster) ? to : NULL;
}

toc_code toc_retraction_body_unpack(const Toc__RetractionBody *from, toc_arena *arena,
                                    toc_retraction_body *out, toc_err *err)
{
    if (from->target.len != sizeof out->target)
        return toc_fail(err, TOC_MALFORMED, "target: %zu bytes, not %zu", from->target.len,
                        sizeof out->target);
    bool is_wallet = from->target_kind == TOC_RECORD_WALLET;
    if ((from->wallet != NULL) != is_wallet || (from->cluster != NULL) == is_wallet)
        return toc_fail(err, TOC_MALFORMED, "retraction: the identity is not of the kind it names");
    memcpy(out->target.bytes, from->target.data, sizeof out->target);
    out->target_kind = (toc_record_kind)from->target_kind;
    out->reason = (toc_retraction_reason)from->reason;
    if (is_wallet)
        return toc_wallet_body_unpack(from->wallet, arena, &out->wallet, err);
    out->cluster.cluster = toc_pb_text(from->cluster);
    return TOC_OK;
}

void toc_statement_retract(const toc_statement *target, const toc_claim_id *claim,
                           toc_retraction_reason reason, toc_statement *out)
{
    *out = (toc_statement){.kind = TOC_RECORD_RETRACTION,
                           .tlp = target->tlp,
                           .source = {.ground = target->source.ground, .id = target->source.id}};
    toc_retraction_body *body = &out->as.retraction;
    body->target = *claim;
    body->target_kind = target->kind;
    body->reason = reason;
    if (target->kind == TOC_RECORD_WALLET) {
        const toc_wallet_body *from = &target->as.wallet;
        body->wallet = (toc_wallet_body){.wallet = from->wallet,
                                         .role = from->role,
                                         .category = from->category,
                                         .actor = from->actor,
                                         .incident = from->incident};
    } else {
        body->cluster.cluster = target->as.cluster.cluster;
    }
}
