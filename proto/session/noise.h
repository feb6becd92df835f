/* proto/session/noise.h: Noise handshakes and transport (Noise Protocol Framework, revision 34)
 * over 25519 and ChaChaPoly. Pattern and hash are a table: the product has one row, tests bring
 * others for the published vectors. PSK, fallback and rekey are not built, since links do not use
 * them.
 * Owns:    its keys, in guarded slots; wiped by toc_noise_wipe, by the first failure, and those of
 * the handshake when it is over.
 * Threads: one at a time.
 * Errors:  MALFORMED, LIMIT, NO_MEMORY; SEALED when something does not open or a shared secret is
 * zero. Each of them ends the whole: STATE ever after. STATE also for a call out of turn, which
 * changes nothing. */
#ifndef TOC_PROTO_SESSION_NOISE_H
#define TOC_PROTO_SESSION_NOISE_H

#include "proto/base/buf.h"
#include "proto/crypto/secret.h"

enum {
    TOC_NOISE_KEY_BYTES = 32,
    TOC_NOISE_TAG_BYTES = 16,
    TOC_NOISE_HASH_BYTES_MAX = 64,
    TOC_NOISE_BLOCK_BYTES_MAX = 128,
    TOC_NOISE_MESSAGES_MAX = 4, /* of a handshake */
    TOC_NOISE_TOKENS_MAX = 6    /* of one message, with the end */
};

typedef struct toc_noise_hash {
    size_t bytes;       /* HASHLEN: 32 or 64 */
    size_t block_bytes; /* BLOCKLEN: 64 or 128 */
    /* The hash of the parts joined; leaves nothing of them behind. */
    void (*digest)(const toc_span *parts, size_t count, uint8_t *out);
} toc_noise_hash;

typedef enum toc_noise_token {
    TOC_NOISE_END = 0,
    TOC_NOISE_E,
    TOC_NOISE_S,
    TOC_NOISE_EE,
    TOC_NOISE_ES,
    TOC_NOISE_SE,
    TOC_NOISE_SS
} toc_noise_token;

typedef struct toc_noise_suite {
    const char *name; /* the protocol name, §8 */
    const toc_noise_hash *hash;
    bool initiator_known; /* pre-message "-> s" */
    bool responder_known; /* pre-message "<- s" */
    uint8_t message_count;
    toc_noise_token messages[TOC_NOISE_MESSAGES_MAX]
                            [TOC_NOISE_TOKENS_MAX]; /* the initiator's first */
} toc_noise_suite;

extern const toc_noise_hash toc_noise_sha256;
extern const toc_noise_suite toc_noise_ik; /* Noise_IK_25519_ChaChaPoly_SHA256 */

typedef enum toc_noise_stage {
    TOC_NOISE_OVER = 0,
    TOC_NOISE_HANDSHAKE,
    TOC_NOISE_TRANSPORT
} toc_noise_stage;

typedef struct toc_noise {
    const toc_noise_suite *suite;
    toc_noise_stage stage;
    bool initiator;
    uint8_t message_next; /* of the handshake, from 0 */
    bool has_cipher;      /* a handshake key was mixed */
    bool has_own_ephemeral;
    uint8_t hash[TOC_NOISE_HASH_BYTES_MAX];  /* h; after the handshake its hash, §11.2 */
    uint8_t own_static[TOC_NOISE_KEY_BYTES]; /* public keys */
    uint8_t remote_static[TOC_NOISE_KEY_BYTES];
    uint8_t remote_ephemeral[TOC_NOISE_KEY_BYTES];
    uint64_t handshake_nonce;
    uint64_t sent;      /* transport messages: the next nonce to seal with */
    uint64_t received;  /* and to open with */
    toc_secret *own;    /* s ‖ e, 32 bytes each; until the handshake is over */
    toc_secret *chain;  /* ck; the same */
    toc_secret *cipher; /* k in the handshake; then the key to seal with ‖ the key to open with */
} toc_noise;

/* What a side brings. Keys that the pattern has no use for may be NULL. */
typedef struct toc_noise_keys {
    const toc_secret *own_secret; /* the first 32 bytes are an X25519 secret; copied */
    const uint8_t *own_public;    /* its public key; NULL: computed */
    const uint8_t *remote_public; /* where the pattern has it known beforehand */
    const toc_secret *ephemeral;  /* the first 32 bytes; NULL: drawn by toc_random when needed */
} toc_noise_keys;

/* `out` is the caller's storage; untouched on failure. */
TOC_MUST toc_code toc_noise_start(const toc_noise_suite *suite, bool initiator, toc_span prologue,
                                  const toc_noise_keys *keys, toc_noise *out, toc_err *err);
void toc_noise_wipe(toc_noise *noise); /* zeroes are fine */
TOC_DEFINE_AUTO_WIPE(toc_noise, toc_noise_wipe)
/* Wipes the keys and keeps the counters and the hash: what a failure does by itself. */
void toc_noise_end(toc_noise *noise);

/* Handshake, message by message in turn. On failure nothing is appended. */
TOC_MUST toc_code toc_noise_write(toc_noise *noise, toc_span payload, toc_buf *out, toc_err *err);
TOC_MUST toc_code toc_noise_read(toc_noise *noise, toc_span message, toc_buf *out_payload,
                                 toc_err *err);

/* Transport. A side has 2^64 - 1 nonces; after the last one LIMIT (§5.1). On failure nothing is
 * appended. */
TOC_MUST toc_code toc_noise_seal(toc_noise *noise, toc_span text, toc_buf *out, toc_err *err);
TOC_MUST toc_code toc_noise_open(toc_noise *noise, toc_span sealed, toc_buf *out, toc_err *err);

/* The X25519 public key of a secret's first 32 bytes. */
void toc_noise_public(const toc_secret *secret, uint8_t out[TOC_NOISE_KEY_BYTES]);

#endif
