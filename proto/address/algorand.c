/* Algorand: 32 bytes and the last four of their SHA-512/256, in Base32 (developer documentation,
 * "Accounts"). */
#include "proto/address/base32.h"
#include "proto/address/chain.h"
#include "proto/address/curve.h"
#include "proto/address/digest.h"

enum { TEXT_BYTES = 58 };

toc_fit toc_form_algorand(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[TEXT_BYTES * 5 / 8 + 1];
    size_t size = 0;
    toc_hash hash;
    if (text.size != TEXT_BYTES) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an address of %s has %d", text.size,
                 chain->name, TEXT_BYTES);
        return TOC_FIT_ALIEN;
    }
    if (toc_base32_strict(text, 0, bytes, &size, err) != TOC_OK)
        return TOC_FIT_ALIEN;
    toc_sha512_256(toc_span_of(bytes, 32), &hash);
    if (memcmp(hash.bytes + 28, bytes + 32, 4) != 0) {
        toc_fail(err, TOC_MALFORMED, "the checksum does not hold: a character is wrong");
        return TOC_FIT_BROKEN;
    }
    bool point = toc_curve25519_holds(bytes);
    toc_base32_write(toc_span_of(bytes, 36), true, out->address);
    toc_subject_set(&out->subject, point ? TOC_CLASS_KEY_ED25519 : TOC_CLASS_OPAQUE32, bytes,
                    chain->family, TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}
