/* NEAR (Nomicon, "Account ID"; NEP-518 for accounts of Ethereum's keys). Names carry no checksum.
 */
#include "proto/address/chain.h"
#include "proto/address/curve.h"
#include "proto/address/evm.h"
#include "proto/base/text.h"

enum { NAME_MIN = 2, NAME_MAX = 64, IMPLICIT_TEXT = 64 };

static bool lower_hex(toc_span text)
{
    for (size_t i = 0; i < text.size; i++) {
        if (toc_hex_digit(text.data[i]) < 0 || (text.data[i] >= 'A' && text.data[i] <= 'F'))
            return false;
    }
    return true;
}

static bool ends_with(toc_span text, const char *end)
{
    size_t length = strlen(end);
    return text.size > length && memcmp(text.data + text.size - length, end, length) == 0;
}

static toc_code check_name(toc_span text, toc_err *err)
{
    bool separated = true; /* as if a separator stood before the first character */
    for (size_t i = 0; i < text.size; i++) {
        uint8_t c = text.data[i];
        bool separator = c == '.' || c == '-' || c == '_';
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!separator && !letter)
            return toc_fail(err, TOC_MALFORMED,
                            "a character that an account name does not have at position %zu",
                            i + 1);
        if (separator && separated)
            return toc_fail(err, TOC_MALFORMED,
                            "a separator where a name is needed at position %zu", i + 1);
        separated = separator;
    }
    return separated
               ? toc_fail(err, TOC_MALFORMED, "a separator at the end at position %zu", text.size)
               : TOC_OK;
}

static toc_fit set_implicit(const toc_chain *chain, toc_span text, toc_wallet *out)
{
    uint8_t key[32];
    TOC_ASSERT(toc_hex_decode(text, key, sizeof key, NULL) ==
               TOC_OK); /* the caller counted digits */
    bool point = toc_curve25519_holds(key);
    toc_subject_set(&out->subject, point ? TOC_CLASS_KEY_ED25519 : TOC_CLASS_OPAQUE32, key,
                    chain->family, TOC_KIND_IMPLICIT);
    out->kind = toc_kind_name(TOC_KIND_IMPLICIT);
    return TOC_FIT_OK;
}

static toc_fit set_name(const toc_chain *chain, toc_span text, toc_wallet *out)
{
    toc_subject_set_hashed(&out->subject, TOC_CLASS_OPAQUE32, text, chain->family, TOC_KIND_NAMED);
    out->kind = toc_kind_name(TOC_KIND_NAMED);
    return TOC_FIT_OK;
}

static toc_fit set_ethereum(const toc_chain *chain, toc_span text, toc_wallet *out)
{
    uint8_t account[TOC_EVM_BYTES];
    bool mixed = false;
    toc_span digits = toc_span_of(text.data + 2, TOC_EVM_DIGITS);
    TOC_ASSERT(toc_evm_digits(digits, 2, account, &mixed, NULL) == TOC_OK); /* the caller looked */
    toc_subject_set(&out->subject, TOC_CLASS_ACCOUNT_KECCAK20, account, chain->family,
                    TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

toc_fit toc_form_near(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    bool test = toc_chain_is_test(chain), hex = lower_hex(text);
    if (text.size < NAME_MIN || text.size > NAME_MAX) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an account of %s has 2 to 64", text.size,
                 chain->name);
        return TOC_FIT_ALIEN;
    }
    if (check_name(text, err) != TOC_OK)
        return ends_with(text, ".near") ? TOC_FIT_BROKEN : TOC_FIT_ALIEN;
    if (ends_with(text, ".testnet") != test && !(hex && text.size == IMPLICIT_TEXT)) {
        toc_fail(err, TOC_MALFORMED, "an account of another network than %s", chain->name);
        return TOC_FIT_ALIEN;
    }
    memcpy(out->address, text.data, text.size);
    out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    if (hex && text.size == IMPLICIT_TEXT)
        return set_implicit(chain, text, out);
    if (text.size == 2 + TOC_EVM_DIGITS && memcmp(text.data, "0x", 2) == 0 &&
        lower_hex(toc_span_of(text.data + 2, TOC_EVM_DIGITS)))
        return set_ethereum(chain, text, out);
    return set_name(chain, text, out);
}
