/* proto/crypto/seal.h: what hides bytes: AEAD, sealed boxes, values at rest, passphrases.
 * Threads: pure but for randomness.
 * Errors:  SEALED when something does not open. Outputs are wiped on failure. */
#ifndef TOC_PROTO_CRYPTO_SEAL_H
#define TOC_PROTO_CRYPTO_SEAL_H

#include "proto/base/buf.h"
#include "proto/crypto/secret.h"

enum { TOC_NONCE_BYTES = 24, TOC_TAG_BYTES = 16, TOC_BOX_BYTES = 80 };

/* XChaCha20-Poly1305-IETF; the key is the first 32 bytes of `key`. `out` takes text.size + 16
 * bytes. */
void toc_aead_seal(const toc_secret *key, const uint8_t nonce[TOC_NONCE_BYTES], toc_span text,
                   toc_span aad, uint8_t *out);
/* `out` takes sealed.size - 16 bytes. */
TOC_MUST toc_code toc_aead_open(const toc_secret *key, const uint8_t nonce[TOC_NONCE_BYTES],
                                toc_span sealed, toc_span aad, uint8_t *out, toc_err *err);

typedef struct toc_seal_key {
    uint8_t bytes[32]; /* X25519 public key */
} toc_seal_key;
typedef struct toc_box {
    uint8_t bytes[TOC_BOX_BYTES]; /* crypto_box_seal of 32 bytes */
} toc_box;

void toc_seal_public(const toc_secret *secret, toc_seal_key *out);
/* X25519 (RFC 7748 §5): what this secret and that key have in common. MALFORMED for a key of small
 * order. */
TOC_MUST toc_code toc_seal_shared(const toc_secret *secret, const toc_seal_key *other,
                                  toc_secret **out, toc_err *err);
/* Seals the first 32 bytes of `content`. MALFORMED for a key of small order. */
TOC_MUST toc_code toc_box_seal(const toc_seal_key *to, const toc_secret *content, toc_box *out,
                               toc_err *err);
TOC_MUST toc_code toc_box_open(const toc_secret *secret, const toc_box *box, toc_secret **out,
                               toc_err *err);
/* Sealed box of any length (spool files): 48 bytes longer than the text. */
TOC_MUST toc_code toc_sealed_write(const toc_seal_key *to, toc_span text, toc_buf *out,
                                   toc_err *err);
TOC_MUST toc_code toc_sealed_read(const toc_secret *secret, toc_span sealed, toc_buf *out,
                                  toc_err *err);

/* A value at rest: nonce ‖ AEAD under BLAKE2b(key = store key, "tocsin/store/1\n" ‖ table), aad
 * = table ‖ 0 ‖ key. */
TOC_MUST toc_code toc_rest_seal(const toc_secret *store_key, const char *table, toc_span key,
                                toc_span value, toc_buf *out, toc_err *err);
TOC_MUST toc_code toc_rest_open(const toc_secret *store_key, const char *table, toc_span key,
                                toc_span sealed, toc_buf *out, toc_err *err);

/* Argon2id (RFC 9106) at libsodium's moderate cost: about half a second and 256 MiB. Salt of 16
 * bytes. */
TOC_MUST toc_code toc_passphrase_key(toc_span passphrase, const uint8_t salt[16], toc_secret **out,
                                     toc_err *err);

#endif
