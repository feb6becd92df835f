/* tests/unit/roll/fixture.h: orgs with their keys, and bodies taken apart, changed and signed
 * again, since the library itself writes nothing that it would not read. */
#ifndef TOC_TESTS_UNIT_ROLL_FIXTURE_H
#define TOC_TESTS_UNIT_ROLL_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/crypto/hash.h"
#include "proto/roll/card.h"
#include "proto/roll/charter.h"
#include "tests/support/started.h"

#define assert_code(call, code) assert_string_equal(toc_code_name(call), toc_code_name(code))

static inline toc_arena *new_arena(void)
{
    toc_arena *arena = NULL;
    assert_code(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, NULL), TOC_OK);
    return arena;
}

/* --- keys, by name --- */

static inline toc_secret *secret_named(const char *who, const char *key)
{
    toc_span parts[] = {toc_span_text(who), toc_span_text(" "), toc_span_text(key)};
    toc_hash seed;
    toc_secret *secret = NULL;
    toc_sha256_parts(parts, TOC_COUNT(parts), &seed);
    assert_code(toc_secret_from(TOC_SPAN_OF(seed), &secret, NULL), TOC_OK);
    return secret;
}

static inline toc_verify_key key_named(const char *who, const char *key)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_named(who, key);
    toc_verify_key public_key;
    toc_sign_public(secret, &public_key);
    return public_key;
}

static inline toc_signature proof_named(const toc_org_id *org, const char *who, const char *key)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_named(who, key);
    toc_signature proof;
    toc_possession_sign(org, secret, &proof);
    return proof;
}

static inline void x25519_named(const char *who, const char *key, uint8_t out[32])
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_named(who, key);
    toc_seal_key public_key;
    toc_seal_public(secret, &public_key);
    memcpy(out, public_key.bytes, 32);
}

/* --- cards --- */

enum { FIXTURE_ROWS_MAX = 600 };

/* A card with the storage of its arrays. */
typedef struct draft {
    const char *who;
    toc_officer officers[FIXTURE_ROWS_MAX];
    toc_retired_key retired[FIXTURE_ROWS_MAX];
    toc_span endpoints[16];
    toc_card card;
} draft;

static inline void add_officer(draft *to, uint32_t number, const char *key, uint32_t scopes)
{
    to->officers[to->card.officer_count++] = (toc_officer){
        .number = number,
        .key = key_named(to->who, key),
        .proof = proof_named(&to->card.org, to->who, key),
        .scopes = scopes,
        .title = toc_span_text("duty officer"),
    };
}

static inline void add_retired(draft *to, const char *key, uint64_t at_ms)
{
    to->retired[to->card.retired_count++] =
        (toc_retired_key){.key = key_named(to->who, key), .at.unix_ms = at_ms};
}

/* A first card with officers 1 ("officer 1", all scopes) and 2 ("officer 2", submit only). */
static inline void draft_first(const char *who, draft *out)
{
    memset(out, 0, sizeof *out);
    out->who = who;
    toc_card *card = &out->card;
    card->root = key_named(who, "root 1");
    toc_org_id_of(&card->root, &card->org);
    card->serial = 1;
    toc_verify_key next = key_named(who, "root 2");
    toc_next_root_of(&next, &card->next_root);
    card->name = toc_span_text("Öresund Exchange");
    card->kind = toc_span_text("exchange");
    card->country = toc_span_text("SE");
    card->duty = toc_span_text("+46 8 555 0100, day and night");
    card->sign = key_named(who, "sign");
    card->sign_proof = proof_named(&card->org, who, "sign");
    card->cosign = key_named(who, "cosign");
    card->cosign_proof = proof_named(&card->org, who, "cosign");
    x25519_named(who, "link", card->link.bytes);
    x25519_named(who, "seal", card->seal.bytes);
    card->officers = out->officers;
    card->retired = out->retired;
    card->endpoints = out->endpoints;
    out->endpoints[card->endpoint_count++] = toc_span_text("tcp://node.example:7117");
    card->valid_from.unix_ms = 1767225600000;
    add_officer(out, 1, "officer 1", TOC_SCOPE_SUBMIT | TOC_SCOPE_FREEZE | TOC_SCOPE_CHARTER);
    add_officer(out, 2, "officer 2", TOC_SCOPE_SUBMIT);
}

/* The card after `current`, with the same keys. */
static inline void draft_next(const char *who, const toc_card *current, draft *out)
{
    draft_first(who, out);
    out->card.serial = current->serial + 1;
    out->card.previous = current->hash;
}

/* Puts root number `number` on the card and commits to the one after it. */
static inline void draft_root(draft *to, unsigned number)
{
    char name[16];
    snprintf(name, sizeof name, "root %u", number);
    to->card.root = key_named(to->who, name);
    snprintf(name, sizeof name, "root %u", number + 1);
    toc_verify_key next = key_named(to->who, name);
    toc_next_root_of(&next, &to->card.next_root);
}

/* Signs with the roots of these names (the second may be NULL) and opens. */
static inline toc_code try_sign(const draft *from, const char *root, const char *previous_root,
                                toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_named(from->who, root);
    TOC_AUTO(toc_secret_free)
    toc_secret *previous = previous_root == NULL ? NULL : secret_named(from->who, previous_root);
    return toc_card_sign(&from->card, secret, previous, out, err);
}

static inline toc_card signed_card(const draft *from, const char *root, const char *previous_root,
                                   toc_arena *arena)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_err err = {0};
    toc_card card;
    if (try_sign(from, root, previous_root, &bytes, &err) != TOC_OK)
        fail_msg("%s", err.text);
    assert_code(toc_card_open(toc_buf_view(&bytes), arena, &card, &err), TOC_OK);
    return card;
}

static inline toc_card first_card(const char *who, toc_arena *arena)
{
    draft from;
    draft_first(who, &from);
    return signed_card(&from, "root 1", NULL, arena);
}

/* --- protobuf by hand --- */

/* Numbers of proto/schema/roll.proto. */
enum {
    CARD_ORG = 1,
    CARD_ROOT = 2,
    CARD_SERIAL = 3,
    CARD_PREVIOUS = 4,
    CARD_NEXT_ROOT = 5,
    CARD_PREVIOUS_ROOT = 6,
    CARD_NAME = 7,
    CARD_KIND = 8,
    CARD_COUNTRY = 9,
    CARD_SIGN = 10,
    CARD_COSIGN = 11,
    CARD_LINK = 12,
    CARD_SEAL = 13,
    CARD_OFFICER = 14,
    CARD_RETIRED = 15,
    CARD_ENDPOINT = 16,
    CARD_VALID_FROM = 17,
    CARD_VALID_UNTIL = 18,
    CARD_DUTY = 19,
};

static inline void put_varint(toc_buf *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        toc_buf_add_u8(out, (uint8_t)(value | 0x80));
    toc_buf_add_u8(out, (uint8_t)value);
}

static inline void put_bytes_field(toc_buf *out, unsigned number, toc_span value)
{
    put_varint(out, number << 3 | 2);
    put_varint(out, value.size);
    toc_buf_add_span(out, value);
}

static inline void put_u64_field(toc_buf *out, unsigned number, uint64_t value)
{
    put_varint(out, number << 3);
    put_varint(out, value);
}

static inline uint64_t take_varint(toc_span *from)
{
    uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
        assert_true(from->size > 0 && shift < 64);
        uint8_t byte = from->data[0];
        *from = toc_span_of(from->data + 1, from->size - 1);
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte < 0x80)
            return value;
    }
}

/* The next field of a message of varints and length-prefixed fields; *out_payload is empty in a
 * varint. */
static inline unsigned take_field(toc_span *from, toc_span *out_whole, toc_span *out_payload)
{
    const uint8_t *start = from->data;
    uint64_t tag = take_varint(from), value = take_varint(from);
    *out_payload = (toc_span){0};
    if ((tag & 7) == 2) {
        assert_true(value <= from->size);
        *out_payload = toc_span_of(from->data, (size_t)value);
        *from = toc_span_of(from->data + value, from->size - (size_t)value);
    }
    *out_whole = toc_span_of(start, (size_t)(from->data - start));
    return (unsigned)(tag >> 3);
}

/* The payload of the `nth` (from 0) field of this number. */
static inline toc_span payload_of(toc_span message, unsigned number, size_t nth)
{
    toc_span whole, payload;
    while (message.size > 0) {
        if (take_field(&message, &whole, &payload) == number && nth-- == 0)
            return payload;
    }
    fail_msg("no field %u", number);
    return (toc_span){0};
}

/* Copies `message` with the nth field of this number replaced by the bytes `with` (any fields, or
 * none). A number that is not there puts `with` at the end. */
static inline void replace_field(toc_span message, unsigned number, size_t nth, toc_span with,
                                 toc_buf *out)
{
    toc_span whole, payload;
    bool done = false;
    while (message.size > 0) {
        bool here = take_field(&message, &whole, &payload) == number && nth-- == 0;
        toc_buf_add_span(out, here ? with : whole);
        done |= here;
    }
    if (!done)
        toc_buf_add_span(out, with);
}

static inline void hash_body(const char *domain, toc_span body, uint8_t out[32])
{
    toc_span parts[] = {toc_span_text(domain), body};
    toc_hash hash;
    toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
    memcpy(out, hash.bytes, 32);
}

/* The envelope of a card whose body is `body`, signed as one would who holds the roots of these
 * names. */
static inline void envelop_card(toc_span body, const char *who, const char *root,
                                const char *previous_root, toc_buf *out)
{
    uint8_t hash[32];
    hash_body("tocsin/card/1\n", body, hash);
    put_bytes_field(out, 1, body);
    const char *names[] = {root, previous_root};
    for (unsigned i = 0; i < 2 && names[i] != NULL; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *secret = secret_named(who, names[i]);
        toc_signature signature;
        toc_sign(secret, TOC_DOMAIN_CARD, toc_span_of(hash, 32), &signature);
        put_bytes_field(out, 2 + i, TOC_SPAN_OF(signature));
    }
}

/* Opens a card in an arena of its own; a failure leaves the output untouched. */
static inline toc_code open_bytes(toc_span bytes, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card, before;
    memset(&card, 0xA5, sizeof card);
    before = card;
    toc_code code = toc_card_open(bytes, arena, &card, err);
    if (code != TOC_OK)
        assert_memory_equal(&card, &before, sizeof card);
    return code;
}

/* Opens the body with the nth field of a number replaced by `with`, properly signed. */
static inline toc_code open_changed(toc_span body, unsigned number, size_t nth, toc_span with)
{
    TOC_AUTO(toc_buf_wipe) toc_buf changed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    replace_field(body, number, nth, with, &changed);
    envelop_card(toc_buf_view(&changed), "a", "root 1", NULL, &bytes);
    return open_bytes(toc_buf_view(&bytes), NULL);
}

/* --- charters --- */

typedef struct rules {
    toc_charter_member members[FIXTURE_ROWS_MAX];
    toc_charter charter;
} rules;

static inline void rules_first(rules *out)
{
    memset(out, 0, sizeof *out);
    toc_charter *charter = &out->charter;
    charter->version = 1;
    memset(charter->nonce, 0x5A, sizeof charter->nonce);
    charter->name = toc_span_text("Baltic desk");
    charter->purpose = toc_span_text("Thefts that pass through the Baltic.\nNothing else.");
    charter->members = out->members;
    charter->policy = (toc_charter_policy){
        .tlp_max = TOC_TLP_AMBER, .history = TOC_HISTORY_NONE, .admission_delay_ms = 86400000};
}

/* Puts a member in its place and sets the quorum to the least majority of the admins. */
static inline void add_member(rules *to, const toc_org_id *org, toc_role role,
                              const toc_card_hash *card, uint64_t card_serial_min)
{
    toc_charter *charter = &to->charter;
    size_t at = charter->member_count++;
    for (; at > 0 && memcmp(&to->members[at - 1].org, org, sizeof *org) > 0; at--)
        to->members[at] = to->members[at - 1];
    to->members[at] = (toc_charter_member){.org = *org,
                                           .role = role,
                                           .kind = toc_span_text("exchange"),
                                           .country = toc_span_text("SE"),
                                           .card_serial_min = card_serial_min,
                                           .card = *card};
    uint32_t admins = 0;
    for (size_t i = 0; i < charter->member_count; i++)
        admins += to->members[i].role == TOC_ROLE_ADMIN;
    charter->quorum = admins / 2 + 1;
}

static inline void add_card(rules *to, const toc_card *card, toc_role role)
{
    add_member(to, &card->org, role, &card->hash, card->serial);
}

/* Orgs without cards, in order of number. */
static inline void add_stranger(rules *to, uint16_t number, toc_role role)
{
    toc_org_id org = {{(uint8_t)(number >> 8), (uint8_t)number, 1}};
    toc_card_hash card = {{1, 2, 3}};
    add_member(to, &org, role, &card, 1);
}

static inline void write_body(const rules *from, toc_buf *out)
{
    toc_err err = {0};
    if (toc_charter_write(&from->charter, out, &err) != TOC_OK)
        fail_msg("%s", err.text);
}

/* Numbers of proto/schema/roll.proto. */
enum {
    CHARTER_VERSION = 1,
    CHARTER_NONCE = 2,
    CHARTER_CIRCLE = 3,
    CHARTER_PREVIOUS = 4,
    CHARTER_NAME = 5,
    CHARTER_PURPOSE = 6,
    CHARTER_QUORUM = 7,
    CHARTER_MEMBER = 8,
    CHARTER_POLICY = 9,
    CHARTER_JOINED = 10,
};

static inline toc_code open_charter(toc_span bytes)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_charter charter, before;
    memset(&charter, 0xA5, sizeof charter);
    before = charter;
    toc_code code = toc_charter_open(bytes, arena, &charter, NULL);
    if (code != TOC_OK)
        assert_memory_equal(&charter, &before, sizeof charter);
    return code;
}

static inline toc_code open_body(toc_span body)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter_join(body, NULL, 0, &bytes);
    return open_charter(toc_buf_view(&bytes));
}

static inline toc_code write_rules(const rules *from)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_buf_add_text(&body, "before");
    toc_code code = toc_charter_write(&from->charter, &body, NULL);
    if (code != TOC_OK)
        assert_int_equal(body.size, 6);
    else
        assert_code(open_body(toc_span_of(body.data + 6, body.size - 6)), TOC_OK);
    return code;
}

static inline void rules_of_three(rules *out)
{
    rules_first(out);
    add_stranger(out, 3, TOC_ROLE_ADMIN);
    add_stranger(out, 1, TOC_ROLE_ADMIN);
    add_stranger(out, 2, TOC_ROLE_MEMBER);
}

/* A draft of version 1, opened. */
static inline toc_charter drafted(const rules *from, toc_arena *arena)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_charter charter;
    write_body(from, &body);
    toc_charter_join(toc_buf_view(&body), NULL, 0, &bytes);
    assert_code(toc_charter_open(toc_buf_view(&bytes), arena, &charter, NULL), TOC_OK);
    return charter;
}

#endif
