#include "proto/record/parts.h"

#include "record.pb-c.h"

static int compare_parties(const toc_wallet *left, const toc_wallet *right)
{
    int order =
        toc_span_compare(toc_subject_view(&left->subject), toc_subject_view(&right->subject));
    return order != 0 ? order
                      : toc_span_compare(toc_span_text(left->tag), toc_span_text(right->tag));
}

static toc_code check_parties(const toc_transfer_body *body, const toc_wallet *parties,
                              size_t count, const char *field, toc_err *err)
{
    if (count > TOC_TRANSFER_PARTIES_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: %zu wallets; at most %u are taken", field, count,
                        TOC_TRANSFER_PARTIES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (parties[i].chain != body->place.chain || (parties[i].flags & TOC_WALLET_INVALID) != 0)
            return toc_fail(err, TOC_MALFORMED, "%s: a wallet that is not of the chain", field);
        if (i > 0 && compare_parties(&parties[i - 1], &parties[i]) >= 0)
            return toc_fail(err, TOC_MALFORMED, "%s: wallets that are not in ascending order",
                            field);
    }
    return TOC_OK;
}

static toc_code check_bridge(const toc_transfer_body *body, toc_err *err)
{
    if ((body->bridge.chain == NULL) != (body->bridge_side == TOC_BRIDGE_NONE))
        return toc_fail(err, TOC_MALFORMED, "bridge: a place without a side, or the reverse");
    if (body->bridge.chain == NULL)
        return TOC_OK;
    if (body->bridge_side > TOC_BRIDGE_ORIGIN)
        return toc_fail(err, TOC_STATE, "bridge: side %u needs a newer version",
                        (unsigned)body->bridge_side);
    if (body->bridge.chain == body->place.chain)
        return toc_fail(err, TOC_MALFORMED, "bridge: on the same chain");
    return toc_place_check(&body->bridge, TOC_PLACE_LEG, "bridge", err);
}

static bool has_more(const toc_transfer_body *body)
{
    return body->from_count != 0 || body->to_count != 0 || body->amount.asset.size != 0 ||
           body->block != 0 || body->time.unix_ms != 0 || body->fiat.currency.size != 0 ||
           body->bridge.chain != NULL || body->bridge_side != TOC_BRIDGE_NONE;
}

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_transfer_body *body = &statement->as.transfer;
    TOC_TRY(toc_place_check(&body->place, TOC_PLACE_MOVEMENT, "place", err));
    if (named && has_more(body))
        return toc_fail(err, TOC_MALFORMED, "place: more of a target than its identity");
    if (named)
        return TOC_OK;
    TOC_TRY(check_parties(body, body->from, body->from_count, "from", err));
    TOC_TRY(check_parties(body, body->to, body->to_count, "to", err));
    if (body->from_count == 0 && body->to_count == 0)
        return toc_fail(err, TOC_MALFORMED, "from: neither who paid nor who was paid");
    TOC_TRY(toc_amounts_check(&body->amount, 1, "amount", err));
    if (body->time.unix_ms == 0)
        return toc_fail(err, TOC_MALFORMED, "time: missing");
    TOC_TRY(toc_record_field_time(body->time, "time", err));
    TOC_TRY(toc_fiat_check(&body->fiat, "fiat", err));
    return check_bridge(body, err);
}

static toc_code check_wallets(const toc_statement *statement, toc_err *err)
{
    const toc_transfer_body *body = &statement->as.transfer;
    for (size_t i = 0; i < body->from_count; i++)
        TOC_TRY(toc_wallet_check(&body->from[i], err));
    for (size_t i = 0; i < body->to_count; i++)
        TOC_TRY(toc_wallet_check(&body->to[i], err));
    return TOC_OK;
}

static bool pack_parties(const toc_wallet *parties, size_t count, toc_arena *arena,
                         Toc__Party ***out, size_t *out_count)
{
    if (count == 0)
        return true;
    Toc__Party *rows = toc_arena_zalloc(arena, count, sizeof *rows);
    Toc__Party **list = toc_arena_zalloc(
        arena, count, sizeof *list); /* NOLINT(bugprone-sizeof-expression): pointers are meant */
    if (rows == NULL || list == NULL)
        return false;
    for (size_t i = 0; i < count; i++) {
        toc__party__init(&rows[i]);
        rows[i].address = toc_pb_lend_text(parties[i].address);
        rows[i].tag = parties[i].tag[0] == '\0' ? NULL : toc_pb_lend_text(parties[i].tag);
        list[i] = &rows[i];
    }
    *out = list;
    *out_count = count;
    return true;
}

static bool pack_amount(const toc_transfer_body *body, toc_arena *arena, Toc__TransferBody *to)
{
    Toc__Asset **one = NULL;
    size_t count = 0;
    if (body->amount.asset.size == 0)
        return true;
    if (!toc_amounts_pack(&body->amount, 1, arena, &one, &count))
        return false;
    to->amount = one[0];
    return true;
}

static bool pack_bridge(const toc_transfer_body *body, toc_arena *arena, Toc__TransferBody *to)
{
    if (body->bridge.chain == NULL)
        return true;
    to->has_bridge_side = true;
    to->bridge_side = (uint32_t)body->bridge_side;
    to->bridge = toc_place_pack(&body->bridge, arena);
    return to->bridge != NULL;
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_transfer_body *body = &statement->as.transfer;
    Toc__TransferBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__transfer_body__init(to);
    to->place = toc_place_pack(&body->place, arena);
    to->has_block = body->block != 0;
    to->block = body->block;
    to->has_time_ms = body->time.unix_ms != 0;
    to->time_ms = body->time.unix_ms;
    bool whole = to->place != NULL &&
                 pack_parties(body->from, body->from_count, arena, &to->from, &to->n_from) &&
                 pack_parties(body->to, body->to_count, arena, &to->to, &to->n_to) &&
                 pack_amount(body, arena, to) && toc_fiat_pack(&body->fiat, arena, &to->fiat) &&
                 pack_bridge(body, arena, to);
    return whole ? &to->base : NULL;
}

static toc_code unpack_parties(Toc__Party *const *from, size_t count, const toc_chain *chain,
                               const char *field, toc_arena *arena, const toc_wallet **out,
                               size_t *out_count, toc_err *err)
{
    if (count == 0)
        return TOC_OK;
    if (count > TOC_TRANSFER_PARTIES_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: %zu wallets; at most %u are taken", field, count,
                        TOC_TRANSFER_PARTIES_MAX);
    toc_wallet *parties = toc_arena_zalloc(arena, count, sizeof *parties);
    if (parties == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "%s: out of memory", field);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_wallet_unpack(toc_chain_caip2(chain), from[i]->address, from[i]->tag, false,
                                  &parties[i], err));
    *out = parties;
    *out_count = count;
    return TOC_OK;
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__TransferBody *from = (const Toc__TransferBody *)message;
    toc_transfer_body *out = &statement->as.transfer;
    const toc_amount *amount = NULL;
    size_t amount_count = 0;
    TOC_TRY(toc_place_unpack(from->place, "place", &out->place, err));
    TOC_TRY(unpack_parties(from->from, from->n_from, out->place.chain, "from", arena, &out->from,
                           &out->from_count, err));
    TOC_TRY(unpack_parties(from->to, from->n_to, out->place.chain, "to", arena, &out->to,
                           &out->to_count, err));
    TOC_TRY(toc_amounts_unpack(&from->amount, from->amount == NULL ? 0 : 1, "amount", arena,
                               &amount, &amount_count, err));
    if (amount_count == 1)
        out->amount = *amount;
    out->block = from->block;
    out->time.unix_ms = from->time_ms;
    toc_fiat_unpack(from->fiat, &out->fiat);
    out->bridge_side = (toc_bridge_side)from->bridge_side;
    return from->bridge == NULL ? TOC_OK
                                : toc_place_unpack(from->bridge, "bridge", &out->bridge, err);
}

static void strip(const toc_statement *from, toc_statement *out)
{
    out->as.transfer = (toc_transfer_body){.place = from->as.transfer.place};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    const toc_place *place = &statement->as.transfer.place;
    toc_identity_add(out, toc_span_text(toc_chain_caip2(place->chain)));
    toc_identity_add_place(out, place);
}

static void subject(const toc_statement *statement, const toc_claim_id *claim, toc_subject *out)
{
    (void)claim;
    toc_place_subject(&statement->as.transfer.place, out);
}

const toc_kind_row toc_kind_transfer = {.name = "transfer",
                                        .field = TOC__STATEMENT__BODY_TRANSFER,
                                        .is_head = true,
                                        .is_target = true,
                                        .check = check,
                                        .check_wallets = check_wallets,
                                        .pack = pack,
                                        .unpack = unpack,
                                        .strip = strip,
                                        .identify = identify,
                                        .subject = subject};
