/* proto/crypto/keyfile.h: a file of secret keys that are not the node's: an org's root keys, an
 * officer's key. Sealed under a passphrase, so that it can lie on a stick in a safe.
 * File: "TOCSIN KEYS 1\n" ‖ salt[16] ‖ nonce[24] ‖ AEAD(Argon2id(passphrase, salt), kind u8 ‖ org
 * id[32] ‖ secrets of 32 bytes, one or two), aad = the first line.
 * Owns:    the file's secrets until toc_keyfile_wipe. Threads: pure but for randomness.
 * Errors:  MALFORMED (no such file), SEALED (another passphrase), USAGE (a passphrase that is too
 * short, or a file of another kind). */
#ifndef TOC_PROTO_CRYPTO_KEYFILE_H
#define TOC_PROTO_CRYPTO_KEYFILE_H

#include "proto/base/buf.h"
#include "proto/crypto/secret.h"

typedef enum toc_keyfile_kind {
    TOC_KEYFILE_ROOT = 1,   /* root, then the next root */
    TOC_KEYFILE_OFFICER = 2 /* one key */
} toc_keyfile_kind;

typedef struct toc_keyfile {
    toc_keyfile_kind kind;
    uint8_t org[32];
    toc_secret *secrets[2];
} toc_keyfile;
void toc_keyfile_wipe(toc_keyfile *file);
TOC_DEFINE_AUTO_WIPE(toc_keyfile, toc_keyfile_wipe)

/* A passphrase has at least 12 bytes. */
TOC_MUST toc_code toc_keyfile_write(const toc_keyfile *file, toc_span passphrase, toc_buf *out,
                                    toc_err *err);
TOC_MUST toc_code toc_keyfile_read(toc_span bytes, toc_keyfile_kind kind, toc_span passphrase,
                                   toc_keyfile *out, toc_err *err);

#endif
