#include "proto/crypto/sign.h"

#include <sodium.h>

#include "proto/base/buf.h"
#include "proto/base/endian.h"

/* Domain and message side by side, as Ed25519 hashes its message twice. */
static void join(const char *domain, toc_span message, toc_buf *out)
{
    toc_buf_add_text(out, domain);
    toc_buf_add_span(out, message);
    TOC_ASSERT(!out->failed);
}

void toc_sign_public(const toc_secret *seed, toc_verify_key *out)
{
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    TOC_ASSERT(crypto_sign_seed_keypair(out->bytes, expanded, toc_secret_view(seed)) == 0);
    toc_wipe(expanded, sizeof expanded);
}

void toc_sign(const toc_secret *seed, const char *domain, toc_span message, toc_signature *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf joined = {0};
    if (domain[0] != '\0') {
        join(domain, message, &joined);
        message = toc_buf_view(&joined);
    }
    uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    uint8_t expanded[crypto_sign_SECRETKEYBYTES];
    TOC_ASSERT(crypto_sign_seed_keypair(public_key, expanded, toc_secret_view(seed)) == 0);
    TOC_ASSERT(crypto_sign_detached(out->bytes, NULL, message.data, message.size, expanded) == 0);
    toc_wipe(expanded, sizeof expanded);
}

/* ---- what the library leaves to us ---- */

/* Judging a key costs as much as a signature by it, and nearly every signature is by a key that was
 * judged before: those found valid are remembered, by thread. */
enum { KEYS_JUDGED = 1024 };
typedef struct judged_key {
    bool valid;
    toc_verify_key key;
} judged_key;
static _Thread_local judged_key judged[KEYS_JUDGED];

bool toc_verify_key_valid(const toc_verify_key *key)
{
    judged_key *slot = &judged[toc_get_u16(key->bytes) % KEYS_JUDGED];
    if (slot->valid && memcmp(slot->key.bytes, key->bytes, sizeof key->bytes) == 0)
        return true;
    if (crypto_core_ed25519_is_valid_point(key->bytes) != 1)
        return false;
    *slot = (judged_key){.valid = true, .key = *key};
    return true;
}

/* Numbers 4 and 5 of ed25519-speccheck: one message and key, two signatures that hold only where
 * the equation is multiplied by the cofactor. */
static const uint8_t cofactored_message[32] = {
    0xe4, 0x7d, 0x62, 0xc6, 0x3f, 0x83, 0x0d, 0xc7, 0xa6, 0x85, 0x1a, 0x0b, 0x1f, 0x33, 0xae, 0x4b,
    0xb2, 0xf5, 0x07, 0xfb, 0x6c, 0xff, 0xec, 0x40, 0x11, 0xea, 0xcc, 0xd5, 0x5b, 0x53, 0xf5, 0x6c};
static const uint8_t cofactored_key[32] = {
    0xcd, 0xb2, 0x67, 0xce, 0x40, 0xc5, 0xcd, 0x45, 0x30, 0x6f, 0xa5, 0xd2, 0xf2, 0x97, 0x31, 0x45,
    0x93, 0x87, 0xdb, 0xf9, 0xeb, 0x93, 0x3b, 0x7b, 0xd5, 0xae, 0xd9, 0xa7, 0x65, 0xb8, 0x8d, 0x4d};
static const uint8_t cofactored_signatures[2][64] = {
    {0x16, 0x0a, 0x1c, 0xb0, 0xdc, 0x9c, 0x02, 0x58, 0xcd, 0x0a, 0x7d, 0x23, 0xe9,
     0x4d, 0x8f, 0xa8, 0x78, 0xbc, 0xb1, 0x92, 0x5f, 0x2c, 0x64, 0x24, 0x6b, 0x2d,
     0xee, 0x17, 0x96, 0xbe, 0xd5, 0x12, 0x5e, 0xc6, 0xbc, 0x98, 0x2a, 0x26, 0x9b,
     0x72, 0x3e, 0x06, 0x68, 0xe5, 0x40, 0x91, 0x1a, 0x9a, 0x6a, 0x58, 0x92, 0x1d,
     0x69, 0x25, 0xe4, 0x34, 0xab, 0x10, 0xaa, 0x79, 0x40, 0x55, 0x1a, 0x09},
    {0x21, 0x12, 0x2a, 0x84, 0xe0, 0xb5, 0xfc, 0xa4, 0x05, 0x2f, 0x5b, 0x12, 0x35,
     0xc8, 0x0a, 0x53, 0x78, 0x78, 0xb3, 0x8f, 0x31, 0x42, 0x35, 0x6b, 0x2c, 0x23,
     0x84, 0xeb, 0xad, 0x46, 0x68, 0xb7, 0xe4, 0x0b, 0xc8, 0x36, 0xda, 0xc0, 0xf7,
     0x10, 0x76, 0xf9, 0xab, 0xe3, 0xa5, 0x3f, 0x9c, 0x03, 0xc1, 0xce, 0xee, 0xdd,
     0xb6, 0x58, 0xd0, 0x03, 0x04, 0x94, 0xac, 0xe5, 0x86, 0x68, 0x74, 0x05}};

typedef enum library_kind { LIBRARY_UNKNOWN, LIBRARY_PLAIN, LIBRARY_COFACTORED } library_kind;

/* Where the library works out [S]B - [k]A and compares it with R byte for byte, R is a canonical
 * point of the main subgroup when A is one, and the library refuses small ones itself. Where it
 * multiplies by the cofactor, R has to be looked at. Asked of the library that is loaded. */
static bool library_leaves_r(void)
{
    static _Atomic int kind = LIBRARY_UNKNOWN;
    if (kind == LIBRARY_UNKNOWN) {
        bool taken = false;
        for (size_t i = 0; i < TOC_COUNT(cofactored_signatures); i++)
            taken = taken ||
                    crypto_sign_verify_detached(cofactored_signatures[i], cofactored_message,
                                                sizeof cofactored_message, cofactored_key) == 0;
        kind = taken ? LIBRARY_COFACTORED : LIBRARY_PLAIN;
    }
    return kind == LIBRARY_COFACTORED;
}

toc_code toc_verify(const toc_verify_key *key, const char *domain, toc_span message,
                    const toc_signature *signature, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf joined = {0};
    if (domain[0] != '\0') {
        join(domain, message, &joined);
        message = toc_buf_view(&joined);
    }
    if (crypto_sign_verify_detached(signature->bytes, message.data, message.size, key->bytes) != 0)
        return toc_fail(err, TOC_SIGNATURE, "the signature does not verify");
    if (!toc_verify_key_valid(key))
        return toc_fail(err, TOC_SIGNATURE,
                        "the key of the signature is no point of the main subgroup");
    if (library_leaves_r() && crypto_core_ed25519_is_valid_point(signature->bytes) != 1)
        return toc_fail(err, TOC_SIGNATURE,
                        "the R of the signature is no point of the main subgroup");
    return TOC_OK;
}
