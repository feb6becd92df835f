/* proto/crypto/secret.h: 64-byte slots of guarded, locked memory for keys; randomness; wiping.
 * One slab for all slots: sodium_malloc maps four regions a call and fails after 16,000.
 * Owns:    a slot until toc_secret_free, which wipes it.
 * Threads: allocation is locked; a slot belongs to whoever holds it. */
#ifndef TOC_PROTO_CRYPTO_SECRET_H
#define TOC_PROTO_CRYPTO_SECRET_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"
#include "proto/base/span.h"

enum { TOC_SECRET_BYTES = 64 };
typedef struct toc_secret toc_secret;

/* Starts the crypto library; once, before anything else here. STATE when the library is older than
 * 1.0.18-1+deb12u1 behaves (mixed-order points accepted: CVE-2025-69277). */
TOC_MUST toc_code toc_crypto_start(toc_err *err);

TOC_MUST toc_code toc_secret_new(toc_secret **out, toc_err *err); /* zeroes */
/* 32 random bytes, then 32 zeroes. */
TOC_MUST toc_code toc_secret_random(toc_secret **out, toc_err *err);
/* A copy of up to 64 bytes. */
TOC_MUST toc_code toc_secret_from(toc_span bytes, toc_secret **out, toc_err *err);
void toc_secret_free(toc_secret *secret); /* NULL is fine */
TOC_DEFINE_AUTO(toc_secret, toc_secret_free)
uint8_t *toc_secret_bytes(toc_secret *secret);
const uint8_t *toc_secret_view(const toc_secret *secret);
bool toc_secret_equal(const toc_secret *left, const toc_secret *right); /* constant time */

void toc_wipe(void *data, size_t size);
void toc_random(void *out, size_t size);
/* Constant time. */
bool toc_equal_secret(const void *left, const void *right, size_t size);
/* Tests and the simulator own the randomness: every random byte (ours and the library's own, as in
 * sealed boxes) then comes from `seed`. One world at a time in a process; never in a node. */
void toc_random_from_seed(uint64_t seed);
void toc_random_from_system(void);

#endif
