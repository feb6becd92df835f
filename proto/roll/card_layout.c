#include <stdlib.h>

#include "proto/base/wire.h"
#include "proto/roll/endpoint.h"
#include "proto/roll/field.h"
#include "proto/roll/layout.h"
#include "proto/rules/terms.h"
#include "roll.pb-c.h"

enum {
    SCOPES_ALL = TOC_SCOPE_SUBMIT | TOC_SCOPE_FREEZE | TOC_SCOPE_CHARTER,
    FIXED_KEYS = 5, /* root, sign, cosign, link, seal */
    KEYS_MAX = FIXED_KEYS + TOC_OFFICERS_MAX + TOC_RETIRED_MAX,
};

/* Checks. */

static toc_code check_chain(const toc_card *card, toc_err *err)
{
    if (card->serial == 0)
        return toc_fail(err, TOC_MALFORMED, "card: serials begin at 1");
    if ((card->serial == 1) != toc_field_is_zero(card->previous.bytes))
        return toc_fail(err, TOC_MALFORMED,
                        "card: the first card names none before it, every other names one");
    if (toc_field_is_zero(card->next_root.bytes))
        return toc_fail(err, TOC_MALFORMED, "card: no next root key is committed to");
    toc_hash own;
    toc_next_root_of(&card->root, &own);
    if (toc_hash_equal(&own, &card->next_root))
        return toc_fail(err, TOC_MALFORMED, "card: the root is committed to as its own successor");
    if (card->serial == 1 && !toc_field_is_zero(card->previous_root.bytes))
        return toc_fail(err, TOC_MALFORMED, "card: the first card cannot rotate a root");
    if (card->serial == 1 && card->seal_compromised)
        return toc_fail(err, TOC_MALFORMED, "card: the first card has no seal key before it");
    return TOC_OK;
}

static toc_code check_texts(const toc_card *card, toc_err *err)
{
    if (card->name.size == 0)
        return toc_fail(err, TOC_MALFORMED, "card: the name is missing");
    TOC_TRY(toc_field_text(card->name, TOC_TEXT_BYTES_MAX, false, "card: name", err));
    TOC_TRY(toc_field_text(card->duty, TOC_TEXT_BYTES_MAX, false, "card: duty contact", err));
    if (card->kind.size > 0 && !toc_slug_valid(card->kind))
        return toc_fail(err, TOC_MALFORMED, "card: the kind is no slug");
    return toc_field_country(card->country, err);
}

static toc_code check_times(const toc_card *card, toc_err *err)
{
    uint64_t from = card->valid_from.unix_ms, until = card->valid_until.unix_ms;
    if (from > TOC_TIME_MS_MAX || until > TOC_TIME_MS_MAX)
        return toc_fail(err, TOC_LIMIT, "card: a moment of validity after the year 9999");
    if (until != 0 && until <= from)
        return toc_fail(err, TOC_MALFORMED, "card: its validity ends before it begins");
    return TOC_OK;
}

static toc_code check_officers(const toc_card *card, toc_err *err)
{
    if (card->officer_count > TOC_OFFICERS_MAX)
        return toc_fail(err, TOC_LIMIT, "card: %zu officers, at most %u", card->officer_count,
                        TOC_OFFICERS_MAX);
    for (size_t i = 0; i < card->officer_count; i++) {
        const toc_officer *officer = &card->officers[i];
        if (officer->number == 0)
            return toc_fail(err, TOC_MALFORMED, "card: officers are numbered from 1");
        if (officer->scopes == 0 || (officer->scopes & ~(uint32_t)SCOPES_ALL) != 0)
            return toc_fail(err, TOC_MALFORMED, "card: officer %u has unknown scopes or none",
                            officer->number);
        for (size_t j = 0; j < i; j++) {
            if (card->officers[j].number == officer->number)
                return toc_fail(err, TOC_MALFORMED, "card: two officers have the number %u",
                                officer->number);
        }
        TOC_TRY(toc_field_text(officer->title, TOC_TEXT_BYTES_MAX, false, "card: officer's title",
                               err));
    }
    return TOC_OK;
}

static toc_code check_retired(const toc_card *card, toc_err *err)
{
    if (card->retired_count > TOC_RETIRED_MAX)
        return toc_fail(err, TOC_LIMIT, "card: %zu retired keys, at most %u", card->retired_count,
                        TOC_RETIRED_MAX);
    for (size_t i = 0; i < card->retired_count; i++) {
        const toc_retired_key *retired = &card->retired[i];
        if (retired->at.unix_ms == 0 || retired->at.unix_ms > TOC_TIME_MS_MAX)
            return toc_fail(err, TOC_MALFORMED, "card: a retired key without its moment");
    }
    return TOC_OK;
}

static toc_code check_endpoints(const toc_card *card, toc_err *err)
{
    if (card->endpoint_count > TOC_ENDPOINTS_MAX)
        return toc_fail(err, TOC_LIMIT, "card: %zu endpoints, at most %u", card->endpoint_count,
                        TOC_ENDPOINTS_MAX);
    for (size_t i = 0; i < card->endpoint_count; i++) {
        TOC_TRY(toc_endpoint_check(card->endpoints[i], err));
        for (size_t j = 0; j < i; j++) {
            if (toc_span_equal(card->endpoints[i], card->endpoints[j]))
                return toc_fail(err, TOC_MALFORMED, "card: one endpoint twice");
        }
    }
    return TOC_OK;
}

static toc_code check_x25519(const toc_card *card, toc_err *err)
{
    if (!toc_field_x25519_valid(card->link.bytes))
        return toc_fail(err, TOC_MALFORMED, "card: the link key is no valid X25519 key");
    if (!toc_field_x25519_valid(card->seal.bytes))
        return toc_fail(err, TOC_MALFORMED, "card: the seal key is no valid X25519 key");
    return TOC_OK;
}

static int compare_keys(const void *left, const void *right)
{
    const uint8_t *const *a = left;
    const uint8_t *const *b = right;
    return memcmp(*a, *b, 32);
}

/* One key, one purpose. The previous root may stand among the retired keys, which is its place. */
static toc_code check_distinct(const toc_card *card, toc_err *err)
{
    const uint8_t *keys[KEYS_MAX] = {card->root.bytes, card->sign.bytes, card->cosign.bytes,
                                     card->link.bytes, card->seal.bytes};
    size_t count = FIXED_KEYS;
    TOC_ASSERT(card->officer_count <= TOC_OFFICERS_MAX && card->retired_count <= TOC_RETIRED_MAX);
    for (size_t i = 0; i < card->officer_count; i++)
        keys[count++] = card->officers[i].key.bytes;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(keys[i], card->previous_root.bytes, 32) == 0)
            return toc_fail(err, TOC_MALFORMED, "card: the previous root is still in use");
    }
    for (size_t i = 0; i < card->retired_count; i++)
        keys[count++] = card->retired[i].key.bytes;
    qsort(keys, count, sizeof keys[0], compare_keys);
    for (size_t i = 1; i < count; i++) {
        if (memcmp(keys[i - 1], keys[i], 32) == 0)
            return toc_fail(err, TOC_MALFORMED, "card: one key stands in two places");
    }
    return TOC_OK;
}

static toc_code check_card(const toc_card *card, toc_err *err)
{
    TOC_TRY(check_chain(card, err));
    TOC_TRY(check_texts(card, err));
    TOC_TRY(check_times(card, err));
    TOC_TRY(check_x25519(card, err));
    TOC_TRY(check_officers(card, err));
    TOC_TRY(check_retired(card, err));
    TOC_TRY(check_endpoints(card, err));
    return check_distinct(card, err);
}

/* Encoding. */

static Toc__Roll__NodeKey *pack_node_key(toc_field_packer *packer, const toc_verify_key *key,
                                         const toc_signature *proof)
{
    Toc__Roll__NodeKey *row = toc_field_pack_array(packer, 1, sizeof *row);
    if (row == NULL)
        return NULL;
    toc__roll__node_key__init(row);
    row->key = toc_field_pack_bytes(packer, key, sizeof *key);
    row->proof = toc_field_pack_bytes(packer, proof, sizeof *proof);
    return row;
}

static void pack_officers(toc_field_packer *packer, const toc_card *card, Toc__Roll__Card *message)
{
    message->officers =
        toc_field_pack_array(packer, card->officer_count, sizeof(Toc__Roll__Officer *));
    Toc__Roll__Officer *rows =
        toc_field_pack_array(packer, card->officer_count, sizeof(Toc__Roll__Officer));
    if (packer->failed)
        return;
    message->n_officers = card->officer_count;
    for (size_t i = 0; i < card->officer_count; i++) {
        const toc_officer *officer = &card->officers[i];
        toc__roll__officer__init(&rows[i]);
        rows[i].number = officer->number;
        rows[i].key = toc_field_pack_bytes(packer, &officer->key, sizeof officer->key);
        rows[i].proof = toc_field_pack_bytes(packer, &officer->proof, sizeof officer->proof);
        rows[i].scopes = officer->scopes;
        rows[i].title = toc_field_pack_optional(packer, officer->title);
        message->officers[i] = &rows[i];
    }
}

static void pack_retired(toc_field_packer *packer, const toc_card *card, Toc__Roll__Card *message)
{
    message->retired =
        toc_field_pack_array(packer, card->retired_count, sizeof(Toc__Roll__RetiredKey *));
    Toc__Roll__RetiredKey *rows =
        toc_field_pack_array(packer, card->retired_count, sizeof(Toc__Roll__RetiredKey));
    if (packer->failed)
        return;
    message->n_retired = card->retired_count;
    for (size_t i = 0; i < card->retired_count; i++) {
        toc__roll__retired_key__init(&rows[i]);
        rows[i].key = toc_field_pack_bytes(packer, &card->retired[i].key, sizeof(toc_verify_key));
        rows[i].at = card->retired[i].at.unix_ms;
        message->retired[i] = &rows[i];
    }
}

static void pack_endpoints(toc_field_packer *packer, const toc_card *card, Toc__Roll__Card *message)
{
    message->endpoints = toc_field_pack_array(packer, card->endpoint_count, sizeof(char *));
    if (packer->failed)
        return;
    message->n_endpoints = card->endpoint_count;
    for (size_t i = 0; i < card->endpoint_count; i++)
        message->endpoints[i] = toc_field_pack_text(packer, card->endpoints[i]);
}

static void pack_identity(toc_field_packer *packer, const toc_card *card, Toc__Roll__Card *message)
{
    message->org = toc_field_pack_bytes(packer, &card->org, sizeof card->org);
    message->root = toc_field_pack_bytes(packer, &card->root, sizeof card->root);
    message->serial = card->serial;
    message->has_previous = card->serial > 1;
    if (message->has_previous)
        message->previous = toc_field_pack_bytes(packer, &card->previous, sizeof card->previous);
    message->next_root = toc_field_pack_bytes(packer, &card->next_root, sizeof card->next_root);
    message->has_previous_root = !toc_field_is_zero(card->previous_root.bytes);
    if (message->has_previous_root)
        message->previous_root =
            toc_field_pack_bytes(packer, &card->previous_root, sizeof card->previous_root);
    message->name = toc_field_pack_text(packer, card->name);
    message->kind = toc_field_pack_optional(packer, card->kind);
    message->country = toc_field_pack_optional(packer, card->country);
    message->duty = toc_field_pack_optional(packer, card->duty);
    message->has_valid_from = card->valid_from.unix_ms != 0;
    message->valid_from = card->valid_from.unix_ms;
    message->has_valid_until = card->valid_until.unix_ms != 0;
    message->valid_until = card->valid_until.unix_ms;
    message->has_seal_compromised = card->seal_compromised;
    message->seal_compromised = card->seal_compromised;
}

toc_code toc_card_encode(const toc_card *card, toc_buf *out_body, toc_err *err)
{
    TOC_TRY(check_card(card, err));
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    toc_field_packer packer = {.arena = arena};
    Toc__Roll__Card message = TOC__ROLL__CARD__INIT;
    pack_identity(&packer, card, &message);
    message.sign = pack_node_key(&packer, &card->sign, &card->sign_proof);
    message.cosign = pack_node_key(&packer, &card->cosign, &card->cosign_proof);
    message.link = toc_field_pack_bytes(&packer, &card->link, sizeof card->link);
    message.seal = toc_field_pack_bytes(&packer, &card->seal, sizeof card->seal);
    pack_officers(&packer, card, &message);
    pack_retired(&packer, card, &message);
    pack_endpoints(&packer, card, &message);
    if (packer.failed)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a card");
    toc_wire_pack(&message.base, out_body);
    return toc_buf_ok(out_body, err);
}

/* Decoding. */

static toc_code take_key(ProtobufCBinaryData data, toc_verify_key *out, const char *what,
                         toc_err *err)
{
    return toc_field_bytes(data, out->bytes, sizeof out->bytes, what, err);
}

static toc_code take_proof(ProtobufCBinaryData data, toc_signature *out, toc_err *err)
{
    return toc_field_bytes(data, out->bytes, sizeof out->bytes, "card: a proof of possession", err);
}

static toc_code take_node_keys(const Toc__Roll__Card *message, toc_card *out, toc_err *err)
{
    TOC_TRY(take_key(message->sign->key, &out->sign, "card: sign key", err));
    TOC_TRY(take_proof(message->sign->proof, &out->sign_proof, err));
    TOC_TRY(take_key(message->cosign->key, &out->cosign, "card: cosign key", err));
    TOC_TRY(take_proof(message->cosign->proof, &out->cosign_proof, err));
    TOC_TRY(toc_field_bytes(message->link, out->link.bytes, 32, "card: link key", err));
    return toc_field_bytes(message->seal, out->seal.bytes, 32, "card: seal key", err);
}

static toc_code take_identity(const Toc__Roll__Card *message, toc_card *out, toc_err *err)
{
    TOC_TRY(toc_field_bytes(message->org, out->org.bytes, 32, "card: org id", err));
    TOC_TRY(take_key(message->root, &out->root, "card: root key", err));
    out->serial = message->serial;
    if (message->has_previous)
        TOC_TRY(toc_field_bytes(message->previous, out->previous.bytes, 32, "card: previous", err));
    TOC_TRY(toc_field_bytes(message->next_root, out->next_root.bytes, 32, "card: next root", err));
    if (message->has_previous_root)
        TOC_TRY(take_key(message->previous_root, &out->previous_root, "card: previous root", err));
    out->name = toc_span_text(message->name);
    out->kind = toc_span_text(message->kind);
    out->country = toc_span_text(message->country);
    out->duty = toc_span_text(message->duty);
    out->valid_from.unix_ms = message->has_valid_from ? message->valid_from : 0;
    out->valid_until.unix_ms = message->has_valid_until ? message->valid_until : 0;
    out->seal_compromised = message->has_seal_compromised && message->seal_compromised;
    return TOC_OK;
}

/* Counts are bounded before memory is taken. NULL: LIMIT, and *err says which; never for an empty
 * array. */
static void *take_array(toc_arena *arena, size_t count, size_t count_max, size_t size,
                        const char *what, toc_err *err)
{
    void *array = count > count_max ? NULL : toc_arena_zalloc(arena, count, size);
    if (count > count_max)
        toc_fail(err, TOC_LIMIT, "card: %zu %s, at most %zu", count, what, count_max);
    else if (array == NULL)
        toc_fail(err, TOC_LIMIT, "card: its %s need more memory than is granted", what);
    return array;
}

static toc_code take_officers(const Toc__Roll__Card *message, toc_arena *arena, toc_card *out,
                              toc_err *err)
{
    toc_officer *officers =
        take_array(arena, message->n_officers, TOC_OFFICERS_MAX, sizeof *officers, "officers", err);
    if (officers == NULL)
        return TOC_LIMIT;
    for (size_t i = 0; i < message->n_officers; i++) {
        const Toc__Roll__Officer *row = message->officers[i];
        officers[i].number = row->number;
        officers[i].scopes = row->scopes;
        officers[i].title = toc_span_text(row->title);
        TOC_TRY(take_key(row->key, &officers[i].key, "card: officer's key", err));
        TOC_TRY(take_proof(row->proof, &officers[i].proof, err));
    }
    out->officers = officers;
    out->officer_count = message->n_officers;
    return TOC_OK;
}

static toc_code take_retired(const Toc__Roll__Card *message, toc_arena *arena, toc_card *out,
                             toc_err *err)
{
    toc_retired_key *retired = take_array(arena, message->n_retired, TOC_RETIRED_MAX,
                                          sizeof *retired, "retired keys", err);
    if (retired == NULL)
        return TOC_LIMIT;
    for (size_t i = 0; i < message->n_retired; i++) {
        const Toc__Roll__RetiredKey *row = message->retired[i];
        retired[i].at.unix_ms = row->at;
        TOC_TRY(take_key(row->key, &retired[i].key, "card: retired key", err));
    }
    out->retired = retired;
    out->retired_count = message->n_retired;
    return TOC_OK;
}

static toc_code take_endpoints(const Toc__Roll__Card *message, toc_arena *arena, toc_card *out,
                               toc_err *err)
{
    toc_span *endpoints = take_array(arena, message->n_endpoints, TOC_ENDPOINTS_MAX,
                                     sizeof *endpoints, "endpoints", err);
    if (endpoints == NULL)
        return TOC_LIMIT;
    for (size_t i = 0; i < message->n_endpoints; i++)
        endpoints[i] = toc_span_text(message->endpoints[i]);
    out->endpoints = endpoints;
    out->endpoint_count = message->n_endpoints;
    return TOC_OK;
}

/* A field that is there must say something, or one card could be written in two ways. */
static toc_code check_presence(const Toc__Roll__Card *message, const toc_card *card, toc_err *err)
{
    if (message->has_previous != (card->serial > 1))
        return toc_fail(err, TOC_MALFORMED,
                        "card: the first card names none before it, every other names one");
    if (message->has_previous_root && toc_field_is_zero(card->previous_root.bytes))
        return toc_fail(err, TOC_MALFORMED, "card: a previous root of zeroes");
    return TOC_OK;
}

toc_code toc_card_decode(toc_span body, toc_arena *arena, toc_card *out, toc_err *err)
{
    ProtobufCMessage *unpacked = NULL;
    TOC_TRY(toc_wire_unpack(body, &toc__roll__card__descriptor, arena, "card", &unpacked, err));
    const Toc__Roll__Card *message = (const Toc__Roll__Card *)(const void *)unpacked;
    toc_card card = {0};
    TOC_TRY(take_identity(message, &card, err));
    TOC_TRY(take_node_keys(message, &card, err));
    TOC_TRY(take_officers(message, arena, &card, err));
    TOC_TRY(take_retired(message, arena, &card, err));
    TOC_TRY(take_endpoints(message, arena, &card, err));
    TOC_TRY(check_presence(message, &card, err));
    TOC_TRY(check_card(&card, err));
    *out = card;
    return TOC_OK;
}
