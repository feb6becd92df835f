/* proto/crypto/shamir.h: a secret in n shares of which any k give it back, and fewer tell nothing
 * (A. Shamir, "How to share a secret", CACM 22/11, 1979), byte for byte over GF(2^8) with the
 * polynomial of AES (FIPS 197 §4.2). Share i is the value at x = i, from 1; the secret that at 0.
 * No table is looked into and nothing branches on secret bytes.
 * Threads: pure but for randomness. Errors: USAGE for numbers that make no sense. */
#ifndef TOC_PROTO_CRYPTO_SHAMIR_H
#define TOC_PROTO_CRYPTO_SHAMIR_H

#include "proto/base/error.h"
#include "proto/base/span.h"

enum { TOC_SHARES_MAX = 32 };

uint8_t toc_gf_multiply(uint8_t left, uint8_t right);
/* Writes `count` shares of secret.size bytes, one behind the other; any `threshold` of them, from 2
 * to count, give the secret. */
TOC_MUST toc_code toc_shamir_split(toc_span secret, uint8_t threshold, uint8_t count, uint8_t *out,
                                   toc_err *err);
/* The secret of `count` shares with the places `x`, all different and none 0; `shares` lie one
 * behind the other, `size` bytes each. What comes of too few, or of shares of different secrets, is
 * noise: the caller tells by another way. */
TOC_MUST toc_code toc_shamir_join(const uint8_t *x, const uint8_t *shares, uint8_t count,
                                  size_t size, uint8_t *out, toc_err *err);

#endif
