/* proto/crypto/storekey.h: the store key at rest: 32 random bytes wrapped under a passphrase.
 * `tocsin init` writes the file, the daemon opens it at start; everything else that is secret is
 * sealed under the store key. File: "TOCSIN STORE KEY 1\n" ‖ salt[16] ‖ nonce[24] ‖
 * AEAD(Argon2id(passphrase, salt), store key): 107 bytes.
 * Threads: pure but for randomness.
 * Errors:  MALFORMED (no such file), SEALED (another passphrase). */
#ifndef TOC_PROTO_CRYPTO_STOREKEY_H
#define TOC_PROTO_CRYPTO_STOREKEY_H

#include "proto/base/buf.h"
#include "proto/crypto/secret.h"

/* Makes a fresh store key and appends the file that wraps it. A passphrase has at least 12 bytes
 * (USAGE else). */
TOC_MUST toc_code toc_store_key_new(toc_span passphrase, toc_buf *out_file, toc_secret **out_key,
                                    toc_err *err);
TOC_MUST toc_code toc_store_key_open(toc_span file, toc_span passphrase, toc_secret **out_key,
                                     toc_err *err);
/* The same with the final newline of a passphrase file left out. */
toc_span toc_passphrase_trim(toc_span text);

#endif
