#include "proto/record/parts.h"

#include "record.pb-c.h"

static bool has_more(const toc_sighting_body *body)
{
    return body->seen.unix_ms != 0 || (unsigned)body->direction != 0 || body->stopped_at != NULL ||
           body->account_role.size != 0;
}

static toc_code check_direction(toc_direction direction, toc_err *err)
{
    if ((unsigned)direction == 0)
        return toc_fail(err, TOC_MALFORMED, "direction: missing");
    if (direction > TOC_DIRECTION_OUT)
        return toc_fail(err, TOC_STATE, "direction: %u needs a newer version", (unsigned)direction);
    return TOC_OK;
}

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_sighting_body *body = &statement->as.sighting;
    TOC_TRY(toc_place_check(&body->place, TOC_PLACE_MOVEMENT, "place", err));
    if (body->place.chain != body->wallet.chain)
        return toc_fail(err, TOC_MALFORMED, "place: not on the chain of the wallet");
    if (named && has_more(body))
        return toc_fail(err, TOC_MALFORMED, "place: more of a target than its identity");
    if (named)
        return TOC_OK;
    if (body->seen.unix_ms == 0)
        return toc_fail(err, TOC_MALFORMED, "seen: missing");
    TOC_TRY(toc_record_field_time(body->seen, "seen", err));
    TOC_TRY(check_direction(body->direction, err));
    if (body->stopped_at != NULL && (body->stopped_at->chain != body->wallet.chain ||
                                     (body->stopped_at->flags & TOC_WALLET_INVALID) != 0))
        return toc_fail(err, TOC_MALFORMED, "stopped_at: a wallet that is not of the chain");
    return toc_record_field_slug(body->account_role, "account_role", true, err);
}

static toc_code check_account(const toc_statement *statement, toc_err *err)
{
    const toc_wallet *account = statement->as.sighting.stopped_at;
    return account == NULL ? TOC_OK : toc_wallet_check(account, err);
}

static bool pack_account(const toc_wallet *account, toc_arena *arena, Toc__SightingBody *to)
{
    if (account == NULL)
        return true;
    Toc__Party *party = toc_arena_alloc(arena, sizeof *party);
    if (party == NULL)
        return false;
    toc__party__init(party);
    party->address = toc_pb_lend_text(account->address);
    party->tag = account->tag[0] == '\0' ? NULL : toc_pb_lend_text(account->tag);
    to->stopped_at = party;
    return true;
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_sighting_body *body = &statement->as.sighting;
    Toc__SightingBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__sighting_body__init(to);
    to->wallet = toc_wallet_pack(&body->wallet, arena);
    to->place = toc_place_pack(&body->place, arena);
    to->has_seen_ms = body->seen.unix_ms != 0;
    to->seen_ms = body->seen.unix_ms;
    to->has_direction = (unsigned)body->direction != 0;
    to->direction = (uint32_t)body->direction;
    bool whole = to->wallet != NULL && to->place != NULL &&
                 pack_account(body->stopped_at, arena, to) &&
                 toc_pb_set_text(arena, body->account_role, &to->account_role);
    return whole ? &to->base : NULL;
}

static toc_code unpack_account(const Toc__Party *from, toc_arena *arena, toc_sighting_body *out,
                               toc_err *err)
{
    if (from == NULL)
        return TOC_OK;
    toc_wallet *account = toc_arena_zalloc(arena, 1, sizeof *account);
    if (account == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "stopped_at: out of memory");
    out->stopped_at = account;
    return toc_wallet_unpack(toc_chain_caip2(out->wallet.chain), from->address, from->tag, false,
                             account, err);
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__SightingBody *from = (const Toc__SightingBody *)message;
    toc_sighting_body *out = &statement->as.sighting;
    TOC_TRY(toc_wallet_from(from->wallet, &out->wallet, err));
    TOC_TRY(toc_place_unpack(from->place, "place", &out->place, err));
    out->seen.unix_ms = from->seen_ms;
    out->direction = (toc_direction)from->direction;
    out->account_role = toc_pb_text(from->account_role);
    return unpack_account(from->stopped_at, arena, out, err);
}

static void strip(const toc_statement *from, toc_statement *out)
{
    out->as.sighting =
        (toc_sighting_body){.wallet = from->as.sighting.wallet, .place = from->as.sighting.place};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    toc_identity_add_wallet(out, &statement->as.sighting.wallet);
    toc_identity_add_place(out, &statement->as.sighting.place);
}

const toc_kind_row toc_kind_sighting = {.name = "sighting",
                                        .field = TOC__STATEMENT__BODY_SIGHTING,
                                        .is_head = true,
                                        .is_target = true,
                                        .check = check,
                                        .wallet_at = offsetof(toc_statement, as.sighting.wallet),
                                        .check_wallets = check_account,
                                        .pack = pack,
                                        .unpack = unpack,
                                        .strip = strip,
                                        .identify = identify};
