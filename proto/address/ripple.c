/* The XRP Ledger: classic addresses (xrpl.org, "Base58 Encodings") and X-addresses (XLS-5d). */
#include "proto/address/base58.h"
#include "proto/address/chain.h"

#include <stdio.h>

enum { ACCOUNT_BYTES = 20, X_BYTES = 31 };

static void print_classic(const uint8_t *account, char *out)
{
    uint8_t bytes[1 + ACCOUNT_BYTES] = {0};
    memcpy(bytes + 1, account, ACCOUNT_BYTES);
    toc_base58check_encode(TOC_BASE58_RIPPLE, toc_span_of(bytes, sizeof bytes), out);
}

static toc_fit set_account(const toc_chain *chain, const uint8_t *account, toc_wallet *out)
{
    toc_subject_set(&out->subject, TOC_CLASS_KEY_HASH160, account, chain->family, TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

/* prefix 2, account 20, flag 1 (0 no tag, 1 a 32-bit tag), tag 8 little-endian. */
static toc_fit parse_x(const toc_chain *chain, const uint8_t *bytes, toc_wallet *out, toc_err *err)
{
    bool test = bytes[0] == 0x04 && bytes[1] == 0x93;
    bool main = bytes[0] == 0x05 && bytes[1] == 0x44;
    uint8_t flag = bytes[22];
    const uint8_t *tag = bytes + 23;
    if ((!main && !test) || test != toc_chain_is_test(chain)) {
        toc_fail(err, TOC_MALFORMED, "an X-address of another network than %s", chain->name);
        return TOC_FIT_ALIEN;
    }
    uint32_t low =
        (uint32_t)tag[0] | (uint32_t)tag[1] << 8 | (uint32_t)tag[2] << 16 | (uint32_t)tag[3] << 24;
    bool high = (tag[4] | tag[5] | tag[6] | tag[7]) != 0;
    if (flag > 1 || high || (flag == 0 && low != 0)) {
        toc_fail(err, TOC_MALFORMED, "an X-address with a tag of more than 32 bits (XLS-5d)");
        return TOC_FIT_BROKEN;
    }
    if (flag == 1)
        snprintf(out->tag, sizeof out->tag, "%u", (unsigned)low);
    print_classic(bytes + 2, out->address);
    return set_account(chain, bytes + 2, out);
}

static toc_fit refuse(const toc_chain *chain, const uint8_t *bytes, size_t size, toc_err *err)
{
    bool seed = (size == 17 && bytes[0] == 33) ||
                (size == 19 && bytes[0] == 1 && bytes[1] == 0xE1 && bytes[2] == 0x4B);
    if (seed) {
        toc_fail(err, TOC_MALFORMED,
                 "a secret seed, not an address: whoever reads it owns the account");
        return TOC_FIT_BROKEN;
    }
    toc_fail(err, TOC_MALFORMED, "not an account of %s (version %u, %zu bytes)", chain->name,
             bytes[0], size);
    return TOC_FIT_ALIEN;
}

toc_fit toc_form_ripple(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[64];
    size_t size = 0;
    bool plausible = text.size >= 24 && text.size <= 54 && strchr("rXTs", text.data[0]) != NULL;
    if (!plausible) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with r or X", chain->name);
        return TOC_FIT_ALIEN;
    }
    if (toc_base58check_decode(TOC_BASE58_RIPPLE, text, bytes, sizeof bytes - 4, &size, err) !=
        TOC_OK)
        return (text.data[0] == 'r' && text.size <= 36) || (text.data[0] == 'X' && text.size > 44)
                   ? TOC_FIT_BROKEN
                   : TOC_FIT_ALIEN;
    if (size == 1 + ACCOUNT_BYTES && bytes[0] == 0) {
        memcpy(out->address, text.data, text.size);
        return set_account(chain, bytes + 1, out);
    }
    if (size == X_BYTES)
        return parse_x(chain, bytes, out, err);
    return refuse(chain, bytes, size, err);
}
