#include "proto/record/parts.h"

#include "record.pb-c.h"

static toc_code check_labels(const toc_wallet_body *body, toc_err *err)
{
    if (body->label_count > TOC_LABELS_MAX)
        return toc_fail(err, TOC_LIMIT, "labels: %zu; at most %u are taken", body->label_count,
                        TOC_LABELS_MAX);
    for (size_t i = 0; i < body->label_count; i++) {
        if (body->labels[i].size == 0)
            return toc_fail(err, TOC_MALFORMED, "labels: an empty one");
        TOC_TRY(toc_record_field_text(body->labels[i], "labels", TOC_TEXT_BYTES_MAX, false, err));
        if (i > 0 && toc_span_compare(body->labels[i - 1], body->labels[i]) >= 0)
            return toc_fail(err, TOC_MALFORMED, "labels: not in ascending order");
    }
    return TOC_OK;
}

/* A literal that fails its checksum; one that does not must not be kept as broken. */
static toc_code read_invalid(toc_span caip2, toc_span literal, toc_span tag, toc_wallet *out,
                             toc_err *err)
{
    const toc_chain *chain = toc_chain_find(caip2);
    if (chain == NULL || !toc_span_equal(toc_span_text(toc_chain_caip2(chain)), caip2))
        return toc_fail(err, TOC_NOT_FOUND, "unknown chain");
    if (tag.size != 0)
        return toc_fail(err, TOC_MALFORMED, "address: an invalid one with a tag");
    toc_code code = toc_wallet_keep_invalid(chain, literal, out, err);
    if (code == TOC_USAGE)
        return toc_fail(err, TOC_MALFORMED, "address: flagged as invalid, and it is not");
    return code;
}

static toc_code read_wallet(toc_span caip2, toc_span address, toc_span tag, bool invalid,
                            toc_wallet *out, toc_err *err)
{
    return invalid ? read_invalid(caip2, address, tag, out, err)
                   : toc_wallet_read(caip2, address, tag, out, err);
}

static bool is_invalid(const toc_wallet *wallet)
{
    return (wallet->flags & TOC_WALLET_INVALID) != 0;
}

toc_code toc_wallet_check(const toc_wallet *wallet, toc_err *err)
{
    toc_wallet again;
    if (wallet->chain == NULL)
        return toc_fail(err, TOC_MALFORMED, "wallet: no chain");
    TOC_TRY(read_wallet(toc_span_text(toc_chain_caip2(wallet->chain)),
                        toc_span_text(wallet->address), toc_span_text(wallet->tag),
                        is_invalid(wallet), &again, err));
    if (!toc_span_equal(toc_subject_view(&again.subject), toc_subject_view(&wallet->subject)))
        return toc_fail(err, TOC_MALFORMED, "wallet: the address is not that of the subject");
    return TOC_OK;
}

static toc_code check_body(const toc_wallet_body *body, toc_err *err)
{
    TOC_TRY(toc_record_field_slug(body->role, "role", false, err));
    TOC_TRY(toc_record_field_slug(body->category, "category", false, err));
    TOC_TRY(toc_record_field_slug(body->actor, "actor", true, err));
    TOC_TRY(toc_record_field_slug(body->incident, "incident", true, err));
    TOC_TRY(toc_record_field_text(body->literal, "literal", TOC_ADDRESS_BYTES_MAX, false, err));
    if (body->literal.size > 0 &&
        toc_span_equal(body->literal, toc_span_text(body->wallet.address)))
        return toc_fail(err, TOC_MALFORMED, "literal: the same as the address");
    TOC_TRY(toc_record_field_time(body->first_seen, "first_seen", err));
    TOC_TRY(toc_record_field_time(body->last_seen, "last_seen", err));
    if (body->last_seen.unix_ms != 0 && body->last_seen.unix_ms < body->first_seen.unix_ms)
        return toc_fail(err, TOC_MALFORMED, "last_seen: before first_seen");
    TOC_TRY(toc_amounts_check(body->assets, body->asset_count, "assets", err));
    return check_labels(body, err);
}

static bool pack_labels(const toc_wallet_body *body, toc_arena *arena, Toc__WalletBody *to)
{
    if (body->label_count == 0)
        return true;
    to->labels = toc_arena_zalloc(arena, body->label_count, sizeof *to->labels);
    if (to->labels == NULL)
        return false;
    to->n_labels = body->label_count;
    for (size_t i = 0; i < body->label_count; i++) {
        if (!toc_pb_set_required(arena, body->labels[i], &to->labels[i]))
            return false;
    }
    return true;
}

static ProtobufCMessage *pack(const toc_statement *statement, toc_arena *arena)
{
    const toc_wallet_body *body = &statement->as.wallet;
    Toc__WalletBody *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__wallet_body__init(to);
    to->chain = toc_pb_lend_text(toc_chain_caip2(body->wallet.chain));
    to->address = toc_pb_lend_text(body->wallet.address);
    to->tag = body->wallet.tag[0] == '\0' ? NULL : toc_pb_lend_text(body->wallet.tag);
    to->has_invalid = to->invalid = is_invalid(&body->wallet);
    to->has_first_seen_ms = body->first_seen.unix_ms != 0;
    to->first_seen_ms = body->first_seen.unix_ms;
    to->has_last_seen_ms = body->last_seen.unix_ms != 0;
    to->last_seen_ms = body->last_seen.unix_ms;
    bool whole =
        toc_pb_set_required(arena, body->role, &to->role) &&
        toc_pb_set_required(arena, body->category, &to->category) &&
        toc_pb_set_text(arena, body->actor, &to->actor) &&
        toc_pb_set_text(arena, body->incident, &to->incident) &&
        toc_pb_set_text(arena, body->literal, &to->literal) &&
        toc_amounts_pack(body->assets, body->asset_count, arena, &to->assets, &to->n_assets) &&
        pack_labels(body, arena, to);
    return whole ? &to->base : NULL;
}

static toc_code unpack_labels(const Toc__WalletBody *from, toc_arena *arena, toc_wallet_body *out,
                              toc_err *err)
{
    if (from->n_labels == 0)
        return TOC_OK;
    toc_span *labels = toc_arena_zalloc(arena, from->n_labels, sizeof *labels);
    if (labels == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "labels: out of memory");
    for (size_t i = 0; i < from->n_labels; i++)
        labels[i] = toc_pb_text(from->labels[i]);
    out->label_count = from->n_labels;
    out->labels = labels;
    return TOC_OK;
}

toc_code toc_wallet_unpack(const char *chain, const char *address, const char *tag, bool invalid,
                           toc_wallet *out, toc_err *err)
{
    toc_code code =
        read_wallet(toc_pb_text(chain), toc_pb_text(address), toc_pb_text(tag), invalid, out, err);
    if (code == TOC_NOT_FOUND)
        return toc_fail(err, TOC_STATE, "chain: '%.64s' needs a newer version", chain);
    return code;
}

Toc__Wallet *toc_wallet_pack(const toc_wallet *wallet, toc_arena *arena)
{
    Toc__Wallet *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__wallet__init(to);
    to->chain = toc_pb_lend_text(toc_chain_caip2(wallet->chain));
    to->address = toc_pb_lend_text(wallet->address);
    to->tag = wallet->tag[0] == '\0' ? NULL : toc_pb_lend_text(wallet->tag);
    to->has_invalid = to->invalid = is_invalid(wallet);
    return to;
}

toc_code toc_wallet_from(const Toc__Wallet *from, toc_wallet *out, toc_err *err)
{
    return toc_wallet_unpack(from->chain, from->address, from->tag, from->invalid, out, err);
}

static toc_code unpack(const ProtobufCMessage *message, toc_arena *arena, toc_statement *statement,
                       toc_err *err)
{
    const Toc__WalletBody *from = (const Toc__WalletBody *)message;
    toc_wallet_body *out = &statement->as.wallet;
    TOC_TRY(
        toc_wallet_unpack(from->chain, from->address, from->tag, from->invalid, &out->wallet, err));
    out->role = toc_pb_text(from->role);
    out->category = toc_pb_text(from->category);
    out->actor = toc_pb_text(from->actor);
    out->incident = toc_pb_text(from->incident);
    out->literal = toc_pb_text(from->literal);
    out->first_seen.unix_ms = from->first_seen_ms;
    out->last_seen.unix_ms = from->last_seen_ms;
    TOC_TRY(toc_amounts_unpack(from->assets, from->n_assets, "assets", arena, &out->assets,
                               &out->asset_count, err));
    return unpack_labels(from, arena, out, err);
}

static toc_code check(const toc_statement *statement, bool named, toc_err *err)
{
    const toc_wallet_body *body = &statement->as.wallet;
    if (named && (body->literal.size != 0 || body->asset_count != 0 || body->label_count != 0 ||
                  body->first_seen.unix_ms != 0 || body->last_seen.unix_ms != 0))
        return toc_fail(err, TOC_MALFORMED, "retraction: more of its target than the identity");
    return check_body(body, err);
}

static void strip(const toc_statement *from, toc_statement *out)
{
    const toc_wallet_body *body = &from->as.wallet;
    out->as.wallet = (toc_wallet_body){.wallet = body->wallet,
                                       .role = body->role,
                                       .category = body->category,
                                       .actor = body->actor,
                                       .incident = body->incident};
}

static void identify(const toc_statement *statement, toc_identity *out)
{
    const toc_wallet_body *body = &statement->as.wallet;
    toc_identity_add_wallet(out, &body->wallet);
    toc_identity_add(out, body->role);
    toc_identity_add(out, body->category);
    toc_identity_add(out, body->actor);
    toc_identity_add(out, body->incident);
    toc_identity_add_source(out, &statement->source);
}

const toc_kind_row toc_kind_wallet = {.name = "wallet",
                                      .field = TOC__STATEMENT__BODY_WALLET,
                                      .is_head = true,
                                      .sourced = true,
                                      .is_target = true,
                                      .check = check,
                                      .wallet_at = offsetof(toc_statement, as.wallet.wallet),
                                      .pack = pack,
                                      .unpack = unpack,
                                      .strip = strip,
                                      .identify = identify};
