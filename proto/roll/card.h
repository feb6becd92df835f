/* proto/roll/card.h: an org's signed business card (PROTOCOL §1).
 * The body is a protobuf Card (proto/schema/roll.proto) whose exact bytes are hashed and signed; a SignedCard is
 * body ‖ signatures. Owns: spans live in the arena. Threads: pure.
 * Errors: MALFORMED, LIMIT, SIGNATURE, DENIED (a card that repeats another org's key: the caller compares). */
#ifndef TOC_PROTO_ROLL_CARD_H
#define TOC_PROTO_ROLL_CARD_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/crypto/seal.h"
#include "proto/crypto/sign.h"
#include "proto/session/session.h"

enum { TOC_SCOPE_SUBMIT = 1, TOC_SCOPE_FREEZE = 2, TOC_SCOPE_CHARTER = 4 };

typedef struct toc_officer {
    uint32_t number; /* from 1, never reused by an org */
    toc_verify_key key;
    toc_signature proof; /* of possession: over "tocsin/pop/1\n" ‖ org id ‖ key */
    uint32_t scopes;     /* TOC_SCOPE_… */
    toc_span title;      /* a function, not a person: "duty officer" */
} toc_officer;

typedef struct toc_retired_key {
    toc_verify_key key;
    toc_time at;
} toc_retired_key;

typedef struct toc_card {
    toc_org_id org;
    toc_verify_key root;
    uint64_t serial; /* from 1 */
    toc_card_hash previous; /* zeroes in serial 1 */
    toc_hash next_root; /* BLAKE2b-256 of the next root public key: committed to before it is used */
    toc_span name, kind, country; /* for display only; kind: exchange, police, fiu, issuer, … ; country ISO 3166 */
    toc_verify_key sign, cosign;
    toc_signature sign_proof, cosign_proof;
    toc_link_key link;
    toc_seal_key seal;
    size_t officer_count;
    const toc_officer *officers;
    size_t retired_count;
    const toc_retired_key *retired;
    size_t endpoint_count;
    const toc_span *endpoints; /* "tcp://host:port" */
    toc_time valid_from, valid_until; /* until 0: open */
    toc_span duty;             /* duty contact, for display */

    toc_card_hash hash;  /* of the body */
    toc_span body;       /* exact bytes */
    toc_span signed_card; /* exact bytes of the whole */
} toc_card;

void toc_org_id_of(const toc_verify_key *first_root, toc_org_id *out);
/* Proof of possession of `seed` for `org`. */
void toc_possession_sign(const toc_org_id *org, const toc_secret *seed, toc_signature *out);

/* Encodes the body of `card` (its derived fields are ignored), signs it with the root. For a rotation `previous_root`
 * signs too; NULL otherwise. */
TOC_MUST toc_code toc_card_sign(const toc_card *card, const toc_secret *root, const toc_secret *previous_root,
                                toc_buf *out_signed, toc_err *err);
/* Reads and verifies a card on its own: hash, root signature, org id for serial 1, proofs of possession, every key valid. */
TOC_MUST toc_code toc_card_open(toc_span signed_card, toc_arena *arena, toc_card *out, toc_err *err);
/* That `next` may follow `current`: same org, serial + 1, names its hash, root unchanged or the committed one and signed by both. */
TOC_MUST toc_code toc_card_follows(const toc_card *current, const toc_card *next, toc_err *err);

/* For people: first 20 bytes of B("tocsin/fp/1\n" ‖ org ‖ card hash) in base32, groups of four. */
enum { TOC_FINGERPRINT_BYTES = 40 };
void toc_card_fingerprint(const toc_card *card, char out[TOC_FINGERPRINT_BYTES]);

/* Text armour for mail and paste: "-----BEGIN TOCSIN CARD-----", base64 in lines of 64, "-----END …". */
void toc_card_armour(toc_span signed_card, toc_buf *out);
TOC_MUST toc_code toc_card_dearmour(toc_span text, toc_buf *out, toc_err *err); /* takes raw bytes too */

#endif
