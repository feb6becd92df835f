#include "proto/record/parts.h"

#include "record.pb-c.h"

/* CAIP-2: namespace [-a-z0-9]{3,8}, ":", reference [-_a-zA-Z0-9]{1,32}. CAIP-19 adds
 * "/" asset namespace [-a-z0-9]{3,8} ":" reference [-.%a-zA-Z0-9]{1,128}, and may add
 * "/" token id [-.%a-zA-Z0-9]{1,78}. */
typedef struct caip_part {
    char before; /* the separator that stands before it */
    uint8_t size_min, size_max;
    bool upper;
    const char *also; /* besides letters and digits */
} caip_part;

static const caip_part caip19[] = {
    {0, 3, 8, false, "-"},      {':', 1, 32, true, "-_"},  {'/', 3, 8, false, "-"},
    {':', 1, 128, true, "-.%"}, {'/', 1, 78, true, "-.%"},
};
enum { CAIP19_PARTS_MIN = 4 };

static bool fits(const caip_part *part, uint8_t character)
{
    if ((character >= 'a' && character <= 'z') || (character >= '0' && character <= '9'))
        return true;
    if (character >= 'A' && character <= 'Z')
        return part->upper;
    return character != 0 && strchr(part->also, character) != NULL;
}

static bool is_caip19(toc_span text)
{
    size_t at = 0, parts = 0;
    for (; parts < TOC_COUNT(caip19) && at < text.size; parts++) {
        const caip_part *part = &caip19[parts];
        if (part->before != 0 && text.data[at++] != (uint8_t)part->before)
            return false;
        size_t start = at;
        while (at < text.size && fits(part, text.data[at]))
            at++;
        if (at - start < part->size_min || at - start > part->size_max)
            return false;
    }
    return at == text.size && parts >= CAIP19_PARTS_MIN;
}

static toc_code check_asset(const toc_amount *amount, toc_err *err)
{
    static const uint8_t zeros[sizeof amount->base_units];
    if (!toc_span_equal(amount->asset, toc_span_text("native")) && !is_caip19(amount->asset))
        return toc_fail(err, TOC_MALFORMED, "assets: one is neither 'native' nor CAIP-19");
    if (!amount->stated &&
        (amount->decimals != 0 || memcmp(amount->base_units, zeros, sizeof zeros) != 0))
        return toc_fail(err, TOC_MALFORMED, "assets: an amount that is not stated");
    return TOC_OK;
}

static toc_code check_assets(const toc_wallet_body *body, toc_err *err)
{
    if (body->asset_count > TOC_ASSETS_MAX)
        return toc_fail(err, TOC_LIMIT, "assets: %zu; at most %u are taken", body->asset_count,
                        TOC_ASSETS_MAX);
    for (size_t i = 0; i < body->asset_count; i++) {
        TOC_TRY(check_asset(&body->assets[i], err));
        if (i > 0 && toc_span_compare(body->assets[i - 1].asset, body->assets[i].asset) >= 0)
            return toc_fail(err, TOC_MALFORMED, "assets: not in ascending order");
    }
    return TOC_OK;
}

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

toc_code toc_wallet_body_check(const toc_wallet_body *body, toc_err *err)
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
    TOC_TRY(check_assets(body, err));
    return check_labels(body, err);
}

static bool pack_asset(const toc_amount *from, toc_arena *arena, Toc__Asset *to)
{
    toc__asset__init(to);
    to->has_amount = from->stated;
    if (from->stated) {
        size_t zeros = 0;
        while (zeros < sizeof from->base_units && from->base_units[zeros] == 0)
            zeros++;
        to->amount =
            toc_pb_lend(toc_span_of(from->base_units + zeros, sizeof from->base_units - zeros));
        to->has_decimals = from->decimals != 0;
        to->decimals = from->decimals;
    }
    return toc_pb_set_required(arena, from->asset, &to->asset);
}

static bool pack_assets(const toc_wallet_body *body, toc_arena *arena, Toc__WalletBody *to)
{
    if (body->asset_count == 0)
        return true;
    Toc__Asset *rows = toc_arena_zalloc(arena, body->asset_count, sizeof *rows);
    to->assets = toc_arena_zalloc(arena, body->asset_count, sizeof(Toc__Asset *));
    if (rows == NULL || to->assets == NULL)
        return false;
    to->n_assets = body->asset_count;
    for (size_t i = 0; i < body->asset_count; i++) {
        to->assets[i] = &rows[i];
        if (!pack_asset(&body->assets[i], arena, &rows[i]))
            return false;
    }
    return true;
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

Toc__WalletBody *toc_wallet_body_pack(const toc_wallet_body *body, toc_arena *arena)
{
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
    bool whole = toc_pb_set_required(arena, body->role, &to->role) &&
                 toc_pb_set_required(arena, body->category, &to->category) &&
                 toc_pb_set_text(arena, body->actor, &to->actor) &&
                 toc_pb_set_text(arena, body->incident, &to->incident) &&
                 toc_pb_set_text(arena, body->literal, &to->literal) &&
                 pack_assets(body, arena, to) && pack_labels(body, arena, to);
    return whole ? to : NULL;
}

static toc_code unpack_amount(const Toc__Asset *from, toc_amount *out, toc_err *err)
{
    out->asset = toc_pb_text(from->asset);
    out->stated = from->has_amount;
    if (from->amount.len > sizeof out->base_units)
        return toc_fail(err, TOC_LIMIT, "assets: an amount of more than 256 bits");
    if (from->amount.len > 0 && from->amount.data[0] == 0)
        return toc_fail(err, TOC_MALFORMED, "assets: an amount with leading zeros");
    if (from->decimals > UINT8_MAX)
        return toc_fail(err, TOC_LIMIT, "assets: %u decimals; at most 255", from->decimals);
    size_t zeros = sizeof out->base_units - from->amount.len;
    if (from->amount.len > 0)
        memcpy(out->base_units + zeros, from->amount.data, from->amount.len);
    out->decimals = (uint8_t)from->decimals;
    return TOC_OK;
}

static toc_code unpack_assets(const Toc__WalletBody *from, toc_arena *arena, toc_wallet_body *out,
                              toc_err *err)
{
    if (from->n_assets == 0)
        return TOC_OK;
    toc_amount *amounts = toc_arena_zalloc(arena, from->n_assets, sizeof *amounts);
    if (amounts == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "assets: out of memory");
    for (size_t i = 0; i < from->n_assets; i++)
        TOC_TRY(unpack_amount(from->assets[i], &amounts[i], err));
    out->asset_count = from->n_assets;
    out->assets = amounts;
    return TOC_OK;
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

toc_code toc_wallet_body_unpack(const Toc__WalletBody *from, toc_arena *arena, toc_wallet_body *out,
                                toc_err *err)
{
    TOC_TRY(
        toc_wallet_unpack(from->chain, from->address, from->tag, from->invalid, &out->wallet, err));
    out->role = toc_pb_text(from->role);
    out->category = toc_pb_text(from->category);
    out->actor = toc_pb_text(from->actor);
    out->incident = toc_pb_text(from->incident);
    out->literal = toc_pb_text(from->literal);
    out->first_seen.unix_ms = from->first_seen_ms;
    out->last_seen.unix_ms = from->last_seen_ms;
    TOC_TRY(unpack_assets(from, arena, out, err));
    return unpack_labels(from, arena, out, err);
}
