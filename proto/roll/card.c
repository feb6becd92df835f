#include "proto/roll/card.h"

#include <stdio.h>

#include "proto/base/text.h"
#include "proto/base/wire.h"
#include "proto/crypto/hash.h"
#include "proto/roll/field.h"
#include "proto/roll/layout.h"
#include "roll.pb-c.h"

enum { POSSESSION_BYTES = 64, FINGERPRINT_HASH_BYTES = 20, FINGERPRINT_GROUP = 4 };

void toc_org_id_of(const toc_verify_key *first_root, toc_org_id *out)
{
    toc_span parts[] = {toc_span_text("tocsin/org/1\n"), TOC_SPAN_OF(*first_root)};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

void toc_next_root_of(const toc_verify_key *next_root, toc_hash *out)
{
    toc_blake2b(TOC_SPAN_OF(*next_root), out);
}

static void card_hash_of(toc_span body, toc_card_hash *out)
{
    toc_span parts[] = {toc_span_text("tocsin/card/1\n"), body};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out->bytes, hash.bytes, sizeof out->bytes);
}

static void possession_message(const toc_org_id *org, const toc_verify_key *key,
                               uint8_t out[POSSESSION_BYTES])
{
    memcpy(out, org->bytes, 32);
    memcpy(out + 32, key->bytes, 32);
}

void toc_possession_sign(const toc_org_id *org, const toc_secret *seed, toc_signature *out)
{
    toc_verify_key key;
    uint8_t message[POSSESSION_BYTES];
    toc_sign_public(seed, &key);
    possession_message(org, &key, message);
    toc_sign(seed, TOC_DOMAIN_POP, toc_span_of(message, sizeof message), out);
}

static toc_code verify_possession(const toc_org_id *org, const toc_verify_key *key,
                                  const toc_signature *proof, const char *what, toc_err *err)
{
    uint8_t message[POSSESSION_BYTES];
    possession_message(org, key, message);
    if (toc_verify(key, TOC_DOMAIN_POP, toc_span_of(message, sizeof message), proof, NULL) !=
        TOC_OK)
        return toc_fail(err, TOC_SIGNATURE,
                        "card: the proof of possession of the %s key does not verify", what);
    return TOC_OK;
}

static toc_code verify_possessions(const toc_card *card, toc_err *err)
{
    TOC_TRY(verify_possession(&card->org, &card->sign, &card->sign_proof, "sign", err));
    TOC_TRY(verify_possession(&card->org, &card->cosign, &card->cosign_proof, "cosign", err));
    for (size_t i = 0; i < card->officer_count; i++) {
        const toc_officer *officer = &card->officers[i];
        char what[32];
        snprintf(what, sizeof what, "officer %u's", officer->number);
        TOC_TRY(verify_possession(&card->org, &officer->key, &officer->proof, what, err));
    }
    return TOC_OK;
}

/* Envelopes. */

typedef struct envelope {
    toc_span body;
    toc_signature by_root;
    bool rotates;
    toc_signature by_previous_root;
} envelope;

static ProtobufCBinaryData lend(toc_field_packer *packer, const toc_signature *signature)
{
    return toc_field_pack_bytes(packer, signature, sizeof *signature);
}

static toc_code write_envelope(const envelope *from, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    toc_field_packer packer = {.arena = arena};
    Toc__Roll__SignedCard message = TOC__ROLL__SIGNED_CARD__INIT;
    message.body = toc_field_pack_bytes(&packer, from->body.data, from->body.size);
    message.root_signature = lend(&packer, &from->by_root);
    message.has_previous_root_signature = from->rotates;
    if (from->rotates)
        message.previous_root_signature = lend(&packer, &from->by_previous_root);
    if (packer.failed)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a card");
    toc_wire_pack(&message.base, out);
    return toc_buf_ok(out, err);
}

static toc_code take_signature(ProtobufCBinaryData bytes, toc_signature *out, toc_err *err)
{
    return toc_field_bytes(bytes, out->bytes, sizeof out->bytes, "card: a root's signature", err);
}

static toc_code read_envelope(toc_span bytes, toc_arena *arena, envelope *out, toc_err *err)
{
    ProtobufCMessage *unpacked = NULL;
    TOC_TRY(toc_wire_unpack(bytes, &toc__roll__signed_card__descriptor, arena, "signed card",
                            &unpacked, err));
    const Toc__Roll__SignedCard *message = (const Toc__Roll__SignedCard *)(const void *)unpacked;
    *out = (envelope){.body = toc_span_of(message->body.data, message->body.len),
                      .rotates = message->has_previous_root_signature};
    TOC_TRY(take_signature(message->root_signature, &out->by_root, err));
    if (out->rotates)
        TOC_TRY(take_signature(message->previous_root_signature, &out->by_previous_root, err));
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    TOC_TRY(write_envelope(out, &again, err));
    return toc_field_exact(&again, bytes, "signed card", err);
}

static toc_code verify_root(const toc_card_hash *hash, const toc_verify_key *root,
                            const toc_signature *signature, const char *what, toc_err *err)
{
    if (toc_verify(root, TOC_DOMAIN_CARD, TOC_SPAN_OF(*hash), signature, NULL) != TOC_OK)
        return toc_fail(err, TOC_SIGNATURE, "card: the %s's signature does not verify", what);
    return TOC_OK;
}

/* Both roots of a rotation sign, and only there is a second signature: with the key that made it
 * named in the body, nobody can add one or take one away. */
static toc_code verify_roots(const envelope *signatures, const toc_card *card, toc_err *err)
{
    bool rotates = !toc_field_is_zero(card->previous_root.bytes);
    TOC_TRY(verify_root(&card->hash, &card->root, &signatures->by_root, "root", err));
    if (signatures->rotates != rotates)
        return toc_fail(err, TOC_SIGNATURE,
                        rotates ? "card: a rotation without the previous root's signature"
                                : "card: a previous root's signature without a rotation");
    if (!rotates)
        return TOC_OK;
    return verify_root(&card->hash, &card->previous_root, &signatures->by_previous_root,
                       "previous root", err);
}

static toc_code verify_org(const toc_card *card, toc_err *err)
{
    toc_org_id proven;
    toc_org_id_of(&card->root, &proven);
    if (card->serial == 1 && !toc_org_id_equal(&proven, &card->org))
        return toc_fail(err, TOC_SIGNATURE, "card: the org id is not the hash of its first root");
    return TOC_OK;
}

/* A retired key proved itself on an earlier card; that it is a key at all is checked here. */
static toc_code verify_retired(const toc_card *card, toc_err *err)
{
    for (size_t i = 0; i < card->retired_count; i++) {
        if (!toc_verify_key_valid(&card->retired[i].key))
            return toc_fail(err, TOC_SIGNATURE, "card: a retired key is no valid Ed25519 key");
    }
    return TOC_OK;
}

/* Everything that needs no signature verified. */
static toc_code read_card(toc_span signed_card, toc_arena *arena, envelope *out_envelope,
                          toc_card *out, toc_err *err)
{
    if (signed_card.size > TOC_CARD_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "card: %zu bytes, at most %u", signed_card.size,
                        TOC_CARD_BYTES_MAX);
    toc_span kept = toc_arena_dup(arena, signed_card);
    if (kept.data == NULL)
        return toc_fail(err, TOC_LIMIT, "card: it needs more memory than is granted");
    TOC_TRY(read_envelope(kept, arena, out_envelope, err));
    TOC_TRY(toc_card_decode(out_envelope->body, arena, out, err));
    out->body = out_envelope->body;
    out->signed_card = kept;
    card_hash_of(out->body, &out->hash);
    return TOC_OK;
}

toc_code toc_card_reopen(toc_span signed_card, toc_arena *arena, toc_card *out, toc_err *err)
{
    envelope signatures = {0};
    toc_card card = {0};
    TOC_TRY(read_card(signed_card, arena, &signatures, &card, err));
    *out = card;
    return TOC_OK;
}

toc_code toc_card_open(toc_span signed_card, toc_arena *arena, toc_card *out, toc_err *err)
{
    envelope signatures = {0};
    toc_card card = {0};
    TOC_TRY(read_card(signed_card, arena, &signatures, &card, err));
    TOC_TRY(verify_roots(&signatures, &card, err));
    TOC_TRY(verify_org(&card, err));
    TOC_TRY(verify_possessions(&card, err));
    TOC_TRY(verify_retired(&card, err));
    *out = card;
    return TOC_OK;
}

static toc_code check_own(toc_span signed_card, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card = {0};
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    return toc_card_open(signed_card, arena, &card, err);
}

toc_code toc_card_sign(const toc_card *card, const toc_secret *root,
                       const toc_secret *previous_root, toc_buf *out_signed, toc_err *err)
{
    toc_card complete = *card;
    toc_verify_key root_key;
    toc_sign_public(root, &root_key);
    if (memcmp(&root_key, &card->root, sizeof root_key) != 0)
        return toc_fail(err, TOC_USAGE, "card: the root key on it is not that of the secret");
    complete.previous_root = (toc_verify_key){0};
    if (previous_root != NULL)
        toc_sign_public(previous_root, &complete.previous_root);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    TOC_TRY(toc_card_encode(&complete, &body, err));
    toc_card_hash hash;
    card_hash_of(toc_buf_view(&body), &hash);
    envelope signatures = {.body = toc_buf_view(&body), .rotates = previous_root != NULL};
    toc_sign(root, TOC_DOMAIN_CARD, TOC_SPAN_OF(hash), &signatures.by_root);
    if (signatures.rotates)
        toc_sign(previous_root, TOC_DOMAIN_CARD, TOC_SPAN_OF(hash), &signatures.by_previous_root);
    TOC_TRY(write_envelope(&signatures, &whole, err));
    TOC_TRY(check_own(toc_buf_view(&whole), err));
    toc_buf_add_span(out_signed, toc_buf_view(&whole));
    return toc_buf_ok(out_signed, err);
}

const toc_officer *toc_card_officer(const toc_card *card, const toc_verify_key *key)
{
    for (size_t i = 0; i < card->officer_count; i++) {
        if (memcmp(&card->officers[i].key, key, sizeof *key) == 0)
            return &card->officers[i];
    }
    return NULL;
}

void toc_card_fingerprint(const toc_card *card, char out[TOC_FINGERPRINT_BYTES])
{
    toc_span parts[] = {toc_span_text("tocsin/fp/1\n"), TOC_SPAN_OF(card->org),
                        TOC_SPAN_OF(card->hash)};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_base32_encode(toc_span_of(hash.bytes, FINGERPRINT_HASH_BYTES), &text);
    TOC_ASSERT(!text.failed && text.size == 32);
    size_t at = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (i > 0 && i % FINGERPRINT_GROUP == 0)
            out[at++] = '-';
        out[at++] = (char)text.data[i];
    }
    out[at] = '\0';
}

static bool retires_from(const toc_card *card, const toc_verify_key *key, uint64_t time_s)
{
    for (size_t i = 0; i < card->retired_count; i++) {
        if (memcmp(&card->retired[i].key, key, sizeof *key) == 0)
            return card->retired[i].at.unix_ms / 1000 >= time_s;
    }
    return false;
}

static bool among(const toc_verify_key *keys, size_t count, const toc_verify_key *key)
{
    for (size_t i = 0; i < count; i++) {
        if (memcmp(&keys[i], key, sizeof *key) == 0)
            return true;
    }
    return false;
}

toc_code toc_card_signers(const toc_card *newest, const toc_card_source *cards, uint64_t generation,
                          toc_verify_key *out, size_t *out_count, toc_err *err)
{
    toc_card card = *newest;
    size_t count = 0;
    out[count++] = newest->sign;
    while (card.serial > 1) {
        const toc_card_hash before = card.previous;
        TOC_TRY(cards->card(cards->context, &before, &card, err));
        if (retires_from(newest, &card.sign, generation) && !among(out, count, &card.sign))
            out[count++] = card.sign;
    }
    *out_count = count;
    return TOC_OK;
}

bool toc_card_retired_after(const toc_card *card, const toc_verify_key *key, uint64_t time_s)
{
    for (size_t i = 0; i < card->retired_count; i++) {
        const toc_retired_key *retired = &card->retired[i];
        if (memcmp(&retired->key, key, sizeof *key) == 0)
            return retired->at.unix_ms > 0 && time_s <= (retired->at.unix_ms - 1) / 1000;
    }
    return false;
}

bool toc_card_key_counts(const toc_card *newest, const toc_verify_key *key,
                         const toc_verify_key *present, uint64_t time_s)
{
    return memcmp(key, present, sizeof *key) == 0 || toc_card_retired_after(newest, key, time_s);
}
