/* Checked, and found ordinary. */
#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_clearance_body *body = &statement->as.clearance;
    if (body->wallet.chain == NULL)
        return toc_fail(err, TOC_MALFORMED, "wallet: no chain");
    if (named && (body->checked.unix_ms != 0 || body->basis.size != 0))
        return toc_fail(err, TOC_MALFORMED, "wallet: more of a target than its identity");
    if (named)
        return TOC_OK;
    if (body->checked.unix_ms == 0)
        return toc_fail(err, TOC_MALFORMED, "checked: missing");
    TOC_TRY(toc_record_field_time(body->checked, "checked", err));
    return toc_record_field_slug(body->basis, "basis", true, err);
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_clearance_body *body = &statement->as.clearance;
    Toc__ClearanceBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__clearance_body__init(to);
    to->wallet = toc_wallet_pack(&body->wallet, arena);
    to->has_checked_ms = body->checked.unix_ms != 0;
    to->checked_ms = body->checked.unix_ms;
    bool whole = to->wallet != NULL && toc_pb_set_text(arena, body->basis, &to->basis);
    return whole ? &to->base : NULL;
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__ClearanceBody *from = (const Toc__ClearanceBody *)message;
    toc_clearance_body *out = &statement->as.clearance;
    (void)arena;
    out->checked.unix_ms = from->checked_ms;
    out->basis = toc_pb_text(from->basis);
    return toc_wallet_from(from->wallet, &out->wallet, err);
}

static void strip(const toc_statement *from, toc_statement *out)
{
    out->as.clearance = (toc_clearance_body){.wallet = from->as.clearance.wallet};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add_wallet(out, &statement->as.clearance.wallet);
    toc_identity_add_source(out, &statement->source);
}

const toc_kind_row toc_kind_clearance = {.name = "clearance",
                                         .field = TOC__STATEMENT__BODY_CLEARANCE,
                                         .is_head = true,
                                         .sourced = true,
                                         .is_target = true,
                                         .check = check,
                                         .wallet_at = offsetof(toc_statement, as.clearance.wallet),
                                         .pack = pack,
                                         .unpack = unpack,
                                         .strip = strip,
                                         .identify = identify};
