/* Movements of money: transfers, and sightings of one at an account. */
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/format/asset.h"
#include "proto/format/said.h"

const char *const toc_said_place_fields[] = {"chain", "tx", "index_kind", "index", "flow", NULL};
const char *const toc_said_amount_fields[] = {"asset",    "amount", "base_units",
                                              "decimals", "chain",  NULL};
static const char *const fiat_fields[] = {"currency", "minor_units", "priced_by", NULL};
static const char *const party_fields[] = {"address", "tag", NULL};

static toc_err *error_of(const toc_json_fields *at)
{
    return &at->problem->err;
}

static toc_code no_memory(const toc_json_fields *at)
{
    return toc_fail(error_of(at), TOC_NO_MEMORY, "out of memory");
}

static toc_code said_chain(const toc_json_fields *at, toc_json_needed needed, const toc_chain **out)
{
    toc_span name = {0};
    TOC_TRY(toc_json_field_text(at, "chain", needed, &name));
    if (name.size == 0)
        return TOC_OK;
    *out = toc_chain_find(name);
    if (*out == NULL)
        return toc_fail(error_of(at), TOC_NOT_FOUND, "unknown chain '%.*s'",
                        name.size > 64 ? 64 : (int)name.size, (const char *)name.data);
    return TOC_OK;
}

/* ---- where ---- */

static toc_code read_tx(const toc_json_fields *at, toc_span said, toc_place *out)
{
    static const char *const kinds[] = {"none",   "native",      "log", "trace",
                                        "output", "instruction", NULL};
    char canonical[TOC_TXID_TEXT_BYTES];
    unsigned kind = 0;
    TOC_TRY(toc_txid_parse(out->chain, said, canonical, error_of(at)));
    out->tx = toc_arena_dup(at->arena, toc_span_text(canonical));
    if (out->tx.data == NULL)
        return no_memory(at);
    TOC_TRY(toc_json_field_word(at, "index_kind", kinds, TOC_FIELD_OPTIONAL, &kind));
    out->index_kind = (toc_index_kind)kind;
    return toc_json_field_text(at, "index", TOC_FIELD_OPTIONAL, &out->index);
}

toc_code toc_said_place(const toc_json_fields *at, const toc_chain *chain, toc_place *out)
{
    toc_span tx = {0};
    out->chain = chain;
    if (chain == NULL)
        TOC_TRY(said_chain(at, TOC_FIELD_REQUIRED, &out->chain));
    TOC_TRY(toc_json_field_text(at, "tx", TOC_FIELD_OPTIONAL, &tx));
    if (tx.size > 0)
        return read_tx(at, tx, out);
    return toc_json_field_id(at, "flow", TOC_FIELD_OPTIONAL, out->id.bytes);
}

/* A movement has an index in its transaction, or is known by a flow id. */
static toc_code read_movement(const toc_json_fields *at, const toc_chain *chain, toc_place *out)
{
    if (chain != NULL && toc_json_field_given(at, "chain")) {
        const toc_chain *said = NULL;
        TOC_TRY(said_chain(at, TOC_FIELD_REQUIRED, &said));
        if (said != chain)
            return toc_json_field_fail(at, "chain", TOC_MALFORMED, "not that of the address");
    }
    TOC_TRY(toc_said_place(at, chain, out));
    if (out->tx.size == 0 && !toc_json_field_given(at, "flow"))
        return toc_json_field_fail(at, "tx", TOC_MALFORMED,
                                   "missing; where no transaction is known, flow: 64 random "
                                   "hexadecimal digits that name the movement");
    if (out->tx.size > 0 && toc_json_field_given(at, "flow"))
        return toc_json_field_fail(at, "flow", TOC_MALFORMED, "beside a transaction");
    if (out->tx.size > 0 && out->index_kind == TOC_INDEX_NONE)
        return toc_json_field_fail(at, "index_kind", TOC_MALFORMED,
                                   "missing: native, log, trace, output or instruction");
    if (out->tx.size == 0 &&
        (toc_json_field_given(at, "index_kind") || toc_json_field_given(at, "index")))
        return toc_json_field_fail(at, "index_kind", TOC_MALFORMED, "without a transaction");
    return TOC_OK;
}

/* As it is printed, or its fields beside the others. */
static toc_code read_place(const toc_json_fields *at, const toc_chain *chain, toc_place *out)
{
    toc_json_fields inside;
    TOC_TRY(toc_json_field_object(at, "place", &inside));
    if (inside.object == NULL)
        return read_movement(at, chain, out);
    TOC_TRY(toc_json_fields_known(&inside, toc_said_place_fields, NULL));
    return read_movement(&inside, chain, out);
}

/* ---- how much ---- */

/* That of a CAIP-19 asset id. */
static const toc_chain *chain_of_asset(toc_span asset)
{
    const uint8_t *slash = memchr(asset.data, '/', asset.size);
    return slash == NULL ? NULL
                         : toc_chain_find(toc_span_of(asset.data, (size_t)(slash - asset.data)));
}

static toc_code read_asset(const toc_json_fields *at, const toc_chain *chain, toc_span said,
                           toc_asset *out_known, bool *out_is_known, toc_amount *out)
{
    const toc_chain *on = chain;
    if (on == NULL)
        TOC_TRY(said_chain(at, TOC_FIELD_OPTIONAL, &on));
    if (on == NULL)
        on = chain_of_asset(said);
    if (on == NULL)
        return toc_json_field_fail(at, "asset", TOC_MALFORMED,
                                   "of which chain? Write it beside the asset (chain), or CAIP-19");
    (void)toc_json_field_given(at, "asset"); /* what follows is about it */
    toc_code code = toc_asset_find(on, said, out_known, error_of(at));
    *out_is_known = code == TOC_OK;
    toc_span caip2 = toc_span_text(toc_chain_caip2(on));
    bool is_caip19 = said.size > caip2.size && said.data[caip2.size] == '/' &&
                     memcmp(said.data, caip2.data, caip2.size) == 0;
    if (code != TOC_OK && !is_caip19)
        return code;
    out->asset = code == TOC_OK ? toc_span_text(out_known->id) : said;
    if (chain == NULL && toc_span_equal(out->asset, toc_span_text("native")))
        return toc_json_field_fail(at, "asset", TOC_MALFORMED,
                                   "a coin outside of its chain is written as CAIP-19 "
                                   "(eip155:1/slip44:60), with base_units and decimals");
    return TOC_OK;
}

/* Base units with decimals as the node prints them, or an amount of an asset whose decimals are
 * known; both only where they agree. */
static toc_code read_quantity(const toc_json_fields *at, const toc_asset *known, bool is_known,
                              toc_amount *out)
{
    toc_span amount = {0}, units = {0};
    uint64_t decimals = is_known ? known->decimals : 0;
    uint8_t printed[32];
    TOC_TRY(toc_json_field_number(at, "decimals", UINT8_MAX, &decimals));
    bool told = is_known || toc_json_field_given(at, "decimals");
    TOC_TRY(toc_json_field_text(at, "base_units", TOC_FIELD_OPTIONAL, &units));
    if (units.size > 0)
        TOC_TRY(toc_amount_parse(units, 0, out->base_units, error_of(at)));
    TOC_TRY(toc_json_field_text(at, "amount", TOC_FIELD_OPTIONAL, &amount));
    out->stated = amount.size > 0 || units.size > 0;
    if (!out->stated)
        return TOC_OK;
    if (!told)
        return toc_json_field_fail(at, "decimals", TOC_MALFORMED,
                                   "missing: those of this asset are not known here");
    out->decimals = (uint8_t)decimals;
    if (amount.size == 0)
        return TOC_OK;
    TOC_TRY(toc_amount_parse(amount, out->decimals, printed, error_of(at)));
    if (units.size > 0 && memcmp(printed, out->base_units, sizeof printed) != 0)
        return toc_fail(error_of(at), TOC_MALFORMED, "another one than in base_units");
    memcpy(out->base_units, printed, sizeof printed);
    return TOC_OK;
}

toc_code toc_said_amount(const toc_json_fields *at, const toc_chain *chain, toc_amount *out)
{
    toc_span asset = {0};
    toc_asset known = {0};
    bool is_known = false;
    TOC_TRY(toc_json_field_text(at, "asset", TOC_FIELD_REQUIRED, &asset));
    TOC_TRY(read_asset(at, chain, asset, &known, &is_known, out));
    return read_quantity(at, &known, is_known, out);
}

toc_code toc_said_fiat(const toc_json_fields *at, const char *name, toc_fiat *out)
{
    toc_json_fields inside;
    TOC_TRY(toc_json_field_object(at, name, &inside));
    if (inside.object == NULL)
        return TOC_OK;
    TOC_TRY(toc_json_fields_known(&inside, fiat_fields, NULL));
    TOC_TRY(toc_json_field_text(&inside, "currency", TOC_FIELD_REQUIRED, &out->currency));
    TOC_TRY(toc_json_field_number(&inside, "minor_units", UINT64_MAX, &out->minor_units));
    if (!toc_json_field_given(&inside, "minor_units"))
        return toc_json_field_fail(&inside, "minor_units", TOC_MALFORMED,
                                   "missing (cents, for USD)");
    return toc_json_field_slug(&inside, "priced_by", TOC_FIELD_REQUIRED, &out->source);
}

/* ---- who ---- */

static int by_subject(const void *left, const void *right)
{
    const toc_wallet *a = left, *b = right;
    int order = toc_span_compare(toc_subject_view(&a->subject), toc_subject_view(&b->subject));
    return order != 0 ? order : strcmp(a->tag, b->tag);
}

/* CAIP-10 as well, as the node prints it. */
static toc_code parse_party(const toc_json_fields *at, const toc_chain *chain, toc_span text,
                            toc_wallet *out)
{
    toc_span address;
    toc_wallet_candidates found;
    if (toc_wallet_split(text, &address) != chain)
        return toc_wallet_parse_on(chain, text, out, error_of(at));
    TOC_TRY(toc_wallet_parse(text, &found, error_of(at)));
    *out = found.wallets[0];
    return TOC_OK;
}

static toc_code read_party(const toc_json_fields *at, const toc_chain *chain, toc_wallet *out)
{
    toc_span address = {0}, tag = {0};
    TOC_TRY(toc_json_fields_known(at, party_fields, NULL));
    TOC_TRY(toc_json_field_text(at, "tag", TOC_FIELD_OPTIONAL, &tag));
    TOC_TRY(toc_json_field_text(at, "address", TOC_FIELD_REQUIRED, &address));
    TOC_TRY(parse_party(at, chain, address, out));
    return toc_wallet_set_tag(out, tag, error_of(at));
}

static toc_code read_parties(const toc_json_fields *at, const char *name, const toc_chain *chain,
                             const toc_wallet **out, size_t *out_count)
{
    const json_t *list;
    size_t count, kept = 0;
    TOC_TRY(toc_json_field_list(at, name, TOC_TRANSFER_PARTIES_MAX, &list, &count));
    if (count == 0)
        return TOC_OK;
    toc_wallet *parties = toc_arena_zalloc(at->arena, count, sizeof *parties);
    if (parties == NULL)
        return no_memory(at);
    for (size_t i = 0; i < count; i++) {
        toc_json_fields item;
        TOC_TRY(toc_json_field_item(at, name, list, i, "address", &item));
        TOC_TRY(read_party(&item, chain, &parties[i]));
    }
    qsort(parties, count, sizeof *parties, by_subject);
    for (size_t i = 0; i < count; i++) {
        if (kept == 0 || by_subject(&parties[kept - 1], &parties[i]) != 0)
            parties[kept++] = parties[i];
    }
    *out = parties;
    *out_count = kept;
    return TOC_OK;
}

/* ---- the kinds ---- */

static toc_code read_bridge(const toc_json_fields *at, toc_transfer_body *out)
{
    static const char *const sides[] = {"none", "onward", "origin", NULL};
    toc_json_fields inside;
    unsigned side = 0;
    TOC_TRY(toc_json_field_object(at, "bridge", &inside));
    if (inside.object == NULL)
        return toc_json_field_given(at, "bridge_side")
                   ? toc_json_field_fail(at, "bridge", TOC_MALFORMED, "missing beside its side")
                   : TOC_OK;
    TOC_TRY(toc_json_fields_known(&inside, toc_said_place_fields, NULL));
    TOC_TRY(read_movement(&inside, NULL, &out->bridge));
    TOC_TRY(toc_json_field_word(at, "bridge_side", sides, TOC_FIELD_REQUIRED, &side));
    if (side == TOC_BRIDGE_NONE)
        return toc_json_field_fail(at, "bridge_side", TOC_MALFORMED,
                                   "onward (the money goes on there) or origin (it came from "
                                   "there)");
    out->bridge_side = (toc_bridge_side)side;
    return TOC_OK;
}

toc_code toc_said_transfer(const toc_json_fields *at, toc_transfer_body *out)
{
    TOC_TRY(read_place(at, NULL, &out->place));
    TOC_TRY(read_parties(at, "from", out->place.chain, &out->from, &out->from_count));
    TOC_TRY(read_parties(at, "to", out->place.chain, &out->to, &out->to_count));
    if (out->from_count + out->to_count == 0)
        return toc_json_field_fail(at, "from", TOC_MALFORMED, "neither who paid nor who was paid");
    TOC_TRY(toc_said_amount(at, out->place.chain, &out->amount));
    TOC_TRY(toc_json_field_number(at, "block", UINT64_MAX, &out->block));
    TOC_TRY(toc_json_field_time(at, "time", TOC_FIELD_REQUIRED, &out->time));
    TOC_TRY(toc_said_fiat(at, "fiat", &out->fiat));
    return read_bridge(at, out);
}

static toc_code read_stop(const toc_json_fields *at, toc_sighting_body *out)
{
    const json_t *list;
    size_t count;
    toc_json_fields item;
    TOC_TRY(toc_json_field_list(at, "stopped_at", 1, &list, &count));
    if (count == 0)
        return TOC_OK;
    toc_wallet *account = toc_arena_zalloc(at->arena, 1, sizeof *account);
    if (account == NULL)
        return no_memory(at);
    TOC_TRY(toc_json_field_item(at, "stopped_at", list, 0, "address", &item));
    TOC_TRY(read_party(&item, out->wallet.chain, account));
    out->stopped_at = account;
    return TOC_OK;
}

toc_code toc_said_sighting(const toc_json_fields *at, toc_sighting_body *out)
{
    static const char *const directions[] = {"", "in", "out", NULL};
    unsigned direction = 0;
    TOC_TRY(read_place(at, out->wallet.chain, &out->place));
    TOC_TRY(toc_json_field_time(at, "seen", TOC_FIELD_REQUIRED, &out->seen));
    TOC_TRY(toc_json_field_word(at, "direction", directions, TOC_FIELD_REQUIRED, &direction));
    out->direction = (toc_direction)direction;
    TOC_TRY(read_stop(at, out));
    return toc_json_field_term(at, "account_role", TOC_TERMS_SERVICE_ROLE, TOC_FIELD_OPTIONAL,
                               &out->account_role);
}
