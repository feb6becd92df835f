#include "proto/crypto/sign.h"

#include <sodium.h>

#include "proto/base/buf.h"

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

bool toc_verify_key_valid(const toc_verify_key *key)
{
    return crypto_core_ed25519_is_valid_point(key->bytes) == 1;
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
    if (crypto_core_ed25519_is_valid_point(signature->bytes) != 1)
        return toc_fail(err, TOC_SIGNATURE,
                        "the R of the signature is no point of the main subgroup");
    return TOC_OK;
}
