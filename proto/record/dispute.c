#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_dispute_body *body = &statement->as.dispute;
    TOC_TRY(toc_target_check_draft(&body->target, named, err));
    if (named && (body->revision_seen != 0 || body->reason.size != 0))
        return toc_fail(err, TOC_MALFORMED, "dispute: more of a target than its identity");
    if (named)
        return TOC_OK;
    if (body->revision_seen == 0 && body->target.named != NULL)
        return toc_fail(err, TOC_MALFORMED, "revision_seen: 0; they begin at 1");
    return toc_record_field_slug(body->reason, "reason", false, err);
}

static toc_code check_wallets(const toc_statement *statement, toc_err *err)
{
    return toc_named_check_wallets(statement->as.dispute.target.named, err);
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_dispute_body *body = &statement->as.dispute;
    Toc__DisputeBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__dispute_body__init(to);
    to->target = toc_target_pack(&body->target, arena);
    to->has_revision_seen = body->revision_seen != 0;
    to->revision_seen = body->revision_seen;
    bool whole = to->target != NULL && toc_pb_set_text(arena, body->reason, &to->reason);
    return whole ? &to->base : NULL;
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__DisputeBody *from = (const Toc__DisputeBody *)message;
    toc_dispute_body *out = &statement->as.dispute;
    out->revision_seen = from->revision_seen;
    out->reason = toc_pb_text(from->reason);
    return toc_target_unpack(from->target, arena, &out->target, err);
}

static void strip(const toc_statement *from, toc_statement *out)
{
    out->as.dispute = (toc_dispute_body){.target = from->as.dispute.target};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add(out, TOC_SPAN_OF(statement->as.dispute.target.claim));
}

static void subject(const toc_statement *statement, const toc_claim_id *claim, toc_subject *out)
{
    (void)claim;
    toc_target_subject(&statement->as.dispute.target, out);
}

const toc_kind_row toc_kind_dispute = {.name = "dispute",
                                       .field = TOC__STATEMENT__BODY_DISPUTE,
                                       .is_head = true,
                                       .check = check,
                                       .check_wallets = check_wallets,
                                       .pack = pack,
                                       .unpack = unpack,
                                       .strip = strip,
                                       .identify = identify,
                                       .subject = subject};
