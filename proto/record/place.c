/* Where something moved, and what somebody priced it at. */
#include "proto/record/parts.h"

#include "record.pb-c.h"

static bool is_zero(const toc_draft_id *id)
{
    static const toc_draft_id zero;
    return toc_draft_id_equal(id, &zero);
}

/* Decimal numbers below 2^32 without leading zeros, joined by dots: how many; 0 when it is not
 * that. */
static size_t count_numbers(toc_span text)
{
    size_t count = 0, at = 0;
    while (at < text.size) {
        size_t start = at;
        uint64_t value = 0;
        for (; at < text.size && text.data[at] >= '0' && text.data[at] <= '9'; at++) {
            value = value * 10 + (uint64_t)(text.data[at] - '0');
            if (value > UINT32_MAX)
                return 0;
        }
        if (at == start || (text.data[start] == '0' && at - start > 1))
            return 0;
        count++;
        if (at == text.size)
            return count;
        if (text.data[at++] != '.')
            return 0;
    }
    return 0;
}

static toc_code check_index(const toc_place *place, const char *field, toc_err *err)
{
    static const uint8_t most[] = {
        [TOC_INDEX_NATIVE] = 0,
        [TOC_INDEX_LOG] = 1,
        [TOC_INDEX_TRACE] = TOC_TRACE_DEPTH_MAX,
        [TOC_INDEX_OUTPUT] = 1,
        [TOC_INDEX_INSTRUCTION] = 2,
    };
    if (place->index_kind == TOC_INDEX_NONE)
        return toc_fail(err, TOC_MALFORMED, "%s: a transaction without an index", field);
    if ((unsigned)place->index_kind >= TOC_COUNT(most))
        return toc_fail(err, TOC_STATE, "%s: index kind %u needs a newer version", field,
                        (unsigned)place->index_kind);
    if (place->index.size > TOC_INDEX_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "%s: an index of %zu bytes; at most %u are taken", field,
                        place->index.size, TOC_INDEX_BYTES_MAX);
    size_t count = count_numbers(place->index);
    bool fits = most[place->index_kind] == 0 ? place->index.size == 0
                                             : count >= 1 && count <= most[place->index_kind];
    if (!fits)
        return toc_fail(err, TOC_MALFORMED, "%s: not an index of kind %s", field,
                        toc_index_kind_name(place->index_kind));
    return TOC_OK;
}

static toc_code check_tx(const toc_place *place, const char *field, toc_err *err)
{
    char canonical[TOC_TXID_TEXT_BYTES];
    toc_code code = toc_txid_parse(place->chain, place->tx, canonical, err);
    if (code != TOC_OK)
        return err == NULL ? code : toc_wrap(err, "%s", field);
    if (!toc_span_equal(toc_span_text(canonical), place->tx))
        return toc_fail(err, TOC_MALFORMED, "%s: a transaction id is written '%s'", field,
                        canonical);
    if (!is_zero(&place->id))
        return toc_fail(err, TOC_MALFORMED, "%s: a transaction and a flow id", field);
    return TOC_OK;
}

toc_code toc_place_check(const toc_place *place, toc_place_use use, const char *field, toc_err *err)
{
    if (place->chain == NULL)
        return toc_fail(err, TOC_MALFORMED, "%s: no chain", field);
    if (place->tx.size > 0)
        TOC_TRY(check_tx(place, field, err));
    else if (use != TOC_PLACE_MOVEMENT)
        return toc_fail(err, TOC_MALFORMED, "%s: no transaction", field);
    else if (is_zero(&place->id))
        return toc_fail(err, TOC_MALFORMED, "%s: neither a transaction nor a flow id", field);
    if (place->tx.size > 0 && use != TOC_PLACE_TRANSACTION)
        return check_index(place, field, err);
    if (place->index_kind != TOC_INDEX_NONE || place->index.size != 0)
        return toc_fail(err, TOC_MALFORMED, "%s: an index where none can be", field);
    return TOC_OK;
}

Toc__Place *toc_place_pack(const toc_place *place, toc_arena *arena)
{
    Toc__Place *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return NULL;
    toc__place__init(to);
    to->chain = toc_pb_lend_text(toc_chain_caip2(place->chain));
    to->has_index_kind = place->index_kind != TOC_INDEX_NONE;
    to->index_kind = (uint32_t)place->index_kind;
    to->has_id = place->tx.size == 0;
    if (to->has_id)
        to->id = toc_pb_lend(TOC_SPAN_OF(place->id));
    bool whole = toc_pb_set_text(arena, place->tx, &to->tx) &&
                 toc_pb_set_text(arena, place->index, &to->index);
    return whole ? to : NULL;
}

toc_code toc_place_unpack(const Toc__Place *from, const char *field, toc_place *out, toc_err *err)
{
    const toc_chain *chain = toc_chain_find(toc_pb_text(from->chain));
    bool exact = chain != NULL && strcmp(toc_chain_caip2(chain), from->chain) == 0;
    if (!exact)
        return toc_fail(err, TOC_STATE, "%s: chain '%.64s' needs a newer version", field,
                        from->chain);
    if (from->has_id && from->tx != NULL)
        return toc_fail(err, TOC_MALFORMED, "%s: a transaction and a flow id", field);
    *out = (toc_place){.chain = chain,
                       .tx = toc_pb_text(from->tx),
                       .index_kind = (toc_index_kind)from->index_kind,
                       .index = toc_pb_text(from->index)};
    return from->has_id ? toc_pb_take32(from->id, field, out->id.bytes, err) : TOC_OK;
}

toc_code toc_fiat_check(const toc_fiat *fiat, const char *field, toc_err *err)
{
    if (fiat->currency.size == 0) {
        if (fiat->minor_units != 0 || fiat->source.size != 0)
            return toc_fail(err, TOC_MALFORMED, "%s: no currency", field);
        return TOC_OK;
    }
    bool capitals = fiat->currency.size == 3;
    for (size_t i = 0; i < fiat->currency.size; i++)
        capitals = capitals && fiat->currency.data[i] >= 'A' && fiat->currency.data[i] <= 'Z';
    if (!capitals)
        return toc_fail(err, TOC_MALFORMED, "%s: a currency is three capitals (ISO 4217)", field);
    return toc_record_field_slug(fiat->source, field, false, err);
}

bool toc_fiat_pack(const toc_fiat *fiat, toc_arena *arena, Toc__Fiat **out)
{
    if (fiat->currency.size == 0)
        return true;
    Toc__Fiat *to = toc_arena_alloc(arena, sizeof *to);
    if (to == NULL)
        return false;
    toc__fiat__init(to);
    to->minor_units = fiat->minor_units;
    *out = to;
    return toc_pb_set_required(arena, fiat->currency, &to->currency) &&
           toc_pb_set_required(arena, fiat->source, &to->source);
}

void toc_fiat_unpack(const Toc__Fiat *from, toc_fiat *out)
{
    *out = (toc_fiat){0};
    if (from == NULL)
        return;
    *out = (toc_fiat){.currency = toc_pb_text(from->currency),
                      .minor_units = from->minor_units,
                      .source = toc_pb_text(from->source)};
}
