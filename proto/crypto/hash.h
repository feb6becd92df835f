/* proto/crypto/hash.h: SHA-256 (FIPS 180-4, by libcrypto) and BLAKE2b-256 (RFC 7693, by libsodium).
 * Threads: pure. Errors: none; a library that cannot hash ends the process. */
#ifndef TOC_PROTO_CRYPTO_HASH_H
#define TOC_PROTO_CRYPTO_HASH_H

#include "proto/base/span.h"

void toc_sha256(toc_span data, toc_hash *out);
void toc_sha256_parts(const toc_span *parts, size_t count, toc_hash *out);
void toc_blake2b(toc_span data, toc_hash *out);
void toc_blake2b_parts(const toc_span *parts, size_t count, toc_hash *out);
/* Keyed, `key` up to 64 bytes, `out_bytes` 16 to 64. */
void toc_blake2b_keyed(toc_span key, const toc_span *parts, size_t count, uint8_t *out,
                       size_t out_bytes);

#endif
