/* proto/crypto/sign.h: Ed25519 (RFC 8032) over a domain string and a message. Every key passes a
 * point check (canonical, on the curve, of the main subgroup), and every R too where the library
 * would not notice, so that libraries of different years agree on hostile signatures
 * (ed25519-speccheck 4 and 5 are refused).
 * Threads: pure. */
#ifndef TOC_PROTO_CRYPTO_SIGN_H
#define TOC_PROTO_CRYPTO_SIGN_H

#include "proto/crypto/secret.h"

typedef struct toc_verify_key {
    uint8_t bytes[32];
} toc_verify_key;
typedef struct toc_signature {
    uint8_t bytes[64];
} toc_signature;

#define TOC_DOMAIN_CARD    "tocsin/card-sig/1\n"
#define TOC_DOMAIN_CHARTER "tocsin/charter-sig/1\n"
#define TOC_DOMAIN_POP     "tocsin/pop/1\n"

/* The verify key of a 32-byte seed. */
void toc_sign_public(const toc_secret *seed, toc_verify_key *out);
/* Signs domain ‖ message; domain "" for formats that bring their own (signed notes). */
void toc_sign(const toc_secret *seed, const char *domain, toc_span message, toc_signature *out);
TOC_MUST bool toc_verify_key_valid(const toc_verify_key *key);
TOC_MUST toc_code toc_verify(const toc_verify_key *key, const char *domain, toc_span message,
                             const toc_signature *signature, toc_err *err);

#endif
