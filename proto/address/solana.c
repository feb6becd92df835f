/* Solana: 32 bytes in Base58, without a checksum. A key's bytes are a point of the curve; what a
 * program derived is made so that they are not (Solana documentation, "Program Derived Address").
 */
#include "proto/address/base58.h"
#include "proto/address/chain.h"
#include "proto/address/curve.h"

/* Without a checksum a text in small letters would pass for another account: what a list that lost
 * the letter case, or a mistyped Bech32 address, looks like. Of real accounts one in 10^9 has one
 * case. */
static bool one_case(toc_span text)
{
    size_t small = 0, capital = 0;
    for (size_t i = 0; i < text.size; i++) {
        small += text.data[i] >= 'a' && text.data[i] <= 'z';
        capital += text.data[i] >= 'A' && text.data[i] <= 'Z';
    }
    return small + capital > 16 && (small == 0 || capital == 0);
}

toc_fit toc_form_solana(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[64];
    size_t size = 0;
    if (text.size < 32 || text.size > 44) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an address of %s has 32 to 44", text.size,
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (toc_base58_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes, &size, err) != TOC_OK)
        return TOC_FIT_ALIEN;
    if (size != 32) {
        toc_fail(err, TOC_MALFORMED, "%zu bytes in Base58; an address of %s has 32", size,
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (one_case(text)) {
        toc_fail(err, TOC_MALFORMED, "all letters are of one case, so the letter case was lost");
        return TOC_FIT_ALIEN;
    }
    bool point = toc_curve25519_holds(bytes);
    toc_kind kind = point ? TOC_KIND_ACCOUNT : TOC_KIND_DERIVED;
    memcpy(out->address, text.data, text.size);
    out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    toc_subject_set(&out->subject, point ? TOC_CLASS_KEY_ED25519 : TOC_CLASS_OPAQUE32, bytes,
                    chain->family, kind);
    out->kind = toc_kind_name(kind);
    return TOC_FIT_OK;
}
