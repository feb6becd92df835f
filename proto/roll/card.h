/* proto/roll/card.h: an org's signed business card (PROTOCOL §1).
 * The body is a protobuf Card (proto/schema/roll.proto) whose exact bytes are hashed and signed;
 * a SignedCard is body ‖ signatures, in one encoding only.
 * Owns:    spans live in the arena; one of TOC_CARD_ARENA_BYTES has room for any card.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT, SIGNATURE; STATE when a newer version is needed or cards in between
 *          are missing; DENIED (another org, a serial that goes back, a key that another org or
 *          a retirement has taken). */
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
    uint64_t serial;        /* from 1 */
    toc_card_hash previous; /* zeroes in serial 1 */
    toc_hash
        next_root; /* BLAKE2b-256 of the next root public key: committed to before it is used */
    /* The root that this card rotates away from, which signed too; zeroes where nothing is rotated.
     * toc_card_sign sets it from the secret. */
    toc_verify_key previous_root;
    toc_span name, kind,
        country; /* for display only; kind: exchange, police, fiu, issuer, … ; country ISO 3166 */
    toc_verify_key sign, cosign;
    toc_signature sign_proof, cosign_proof;
    toc_link_key link;
    toc_seal_key seal;
    size_t officer_count;
    const toc_officer *officers;
    size_t retired_count;
    const toc_retired_key *retired;
    size_t endpoint_count;
    const toc_span *endpoints;        /* "tcp://host:port" */
    toc_time valid_from, valid_until; /* until 0: open */
    toc_span duty;                    /* duty contact, for display */
    /* The seal key of the card before is in other hands: who writes for this org turns its epoch.
     */
    bool seal_compromised;

    toc_card_hash hash;   /* of the body */
    toc_span body;        /* exact bytes */
    toc_span signed_card; /* exact bytes of the whole */
} toc_card;

void toc_org_id_of(const toc_verify_key *first_root, toc_org_id *out);
/* What a card carries as next_root. */
void toc_next_root_of(const toc_verify_key *next_root, toc_hash *out);
/* Proof of possession of `seed` for `org`. */
void toc_possession_sign(const toc_org_id *org, const toc_secret *seed, toc_signature *out);

/* Encodes the body of `card` (its derived fields are ignored), signs it with the root. For a
 * rotation `previous_root` signs too; NULL otherwise. USAGE when card->root is not the key of
 * `root`. What is appended passes toc_card_open. */
TOC_MUST toc_code toc_card_sign(const toc_card *card, const toc_secret *root,
                                const toc_secret *previous_root, toc_buf *out_signed, toc_err *err);
/* Reads and verifies a card on its own: hash, root signatures, org id for serial 1, proofs of
 * possession, every key valid and unlike the others, every endpoint well-formed. From serial 2 on
 * the org id is a mere claim that anybody can make: nothing may rest on it before toc_card_prove.
 * Validity is not looked at: the clock is the caller's. */
TOC_MUST toc_code toc_card_open(toc_span signed_card, toc_arena *arena, toc_card *out,
                                toc_err *err);
/* The same without verifying any signature or key: for bytes that toc_card_open accepted once and
 * the own disk kept. */
TOC_MUST toc_code toc_card_reopen(toc_span signed_card, toc_arena *arena, toc_card *out,
                                  toc_err *err);
/* That `next` may follow `current` (both opened): same org, serial + 1, names its hash, root
 * unchanged or the committed one and signed by both; the commitment changes only in a rotation,
 * else whoever stole the root could commit to a key of his own. No retired key comes back and no
 * officer number goes to another key. DENIED: another org, or a serial that is not newer. STATE:
 * cards in between are missing. */
TOC_MUST toc_code toc_card_follows(const toc_card *current, const toc_card *next, toc_err *err);
/* Cards by hash. NOT_FOUND when it is not held. *out lives as long as the context. */
typedef struct toc_card_source {
    void *context;
    toc_code (*card)(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err);
} toc_card_source;

/* That `card` is its org's: walks back by what it follows to the first card, whose root hashes to
 * the org id, or to `known`, which was proven before (NULL: none). Until this holds anybody may
 * have made a card of serial 2 and later. NOT_FOUND: a card on the way is not held; *out_missing is
 * its hash. LIMIT: more than TOC_CARD_CHAIN_MAX cards. Else what toc_card_follows says. */
TOC_MUST toc_code toc_card_prove(const toc_card *card, const toc_card *known,
                                 const toc_card_source *cards, toc_card_hash *out_missing,
                                 toc_err *err);
/* DENIED when `card` names an Ed25519 key in use on `other`, the card of another org. Retired keys
 * and X25519 keys do not count: they come without a proof of possession, so naming a victim's would
 * bar the victim. Cards of one org pass. */
TOC_MUST toc_code toc_card_apart(const toc_card *card, const toc_card *other, toc_err *err);
/* The officer with this key, NULL when there is none. */
const toc_officer *toc_card_officer(const toc_card *card, const toc_verify_key *key);

/* For people: first 20 bytes of B("tocsin/fp/1\n" ‖ org ‖ card hash) in base32, lower case, eight
 * groups of four with hyphens between, NUL-terminated. */
enum { TOC_FINGERPRINT_BYTES = 40 };
void toc_card_fingerprint(const toc_card *card, char out[TOC_FINGERPRINT_BYTES]);

/* Text armour for mail and paste: "-----BEGIN TOCSIN CARD-----", base64 in lines of 64, "-----END
 * TOCSIN CARD-----". */
void toc_card_armour(toc_span signed_card, toc_buf *out);
/* Appends the signed bytes, unverified. Takes raw bytes too; around the armour any text may stand
 * (a mail), within it white space is ignored. MALFORMED when there is no card or more than one. */
TOC_MUST toc_code toc_card_dearmour(toc_span text, toc_buf *out, toc_err *err);

/* The keys that may have signed for a feed of this generation (Unix seconds): the sign key of its
 * author's newest card, and each sign key of a card before that the newest retired after the feed
 * was opened. A key that was retired from another purpose, an officer's, is none. `cards` has those
 * that the newest follows; what it says where one is missing. At most 1 + TOC_RETIRED_MAX keys. */
TOC_MUST toc_code toc_card_signers(const toc_card *newest, const toc_card_source *cards,
                                   uint64_t generation, toc_verify_key *out, size_t *out_count,
                                   toc_err *err);
/* Does the card retire this key, and later than the whole second `time_s`? What was signed with it
 * then still counts (PROTOCOL §2). */
bool toc_card_retired_after(const toc_card *card, const toc_verify_key *key, uint64_t time_s);
/* Does what `key` signed at `time_s` count, where `newest` is its org's newest card and `present`
 * the key of the same purpose on it? That one does, and one that was retired after. Nodes judge
 * receipts and vouchers by this, and verifiers bundles; `key` is of that purpose on some card of
 * the org, which the caller makes sure of. */
bool toc_card_key_counts(const toc_card *newest, const toc_verify_key *key,
                         const toc_verify_key *present, uint64_t time_s);

#endif
