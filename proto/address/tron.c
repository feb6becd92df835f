/* TRON: Base58Check with version 0x41 (TRON developer documentation, "Account address format"); the
 * same 21 bytes in hexadecimal; and, as Dune and Ethereum's tools print them, 20 bytes behind 0x.
 */
#include "proto/address/base58.h"
#include "proto/address/chain.h"
#include "proto/address/evm.h"

enum { VERSION = 0x41 };

static void print_account(const uint8_t *account, char *out)
{
    uint8_t bytes[1 + TOC_EVM_BYTES] = {VERSION};
    memcpy(bytes + 1, account, TOC_EVM_BYTES);
    toc_base58check_encode(TOC_BASE58_BITCOIN, toc_span_of(bytes, sizeof bytes), out);
}

static toc_fit finish(const toc_chain *chain, const uint8_t *account, toc_wallet *out)
{
    toc_subject_set(&out->subject, TOC_CLASS_ACCOUNT_KECCAK20, account, chain->family,
                    TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

static toc_fit parse_hex(const toc_chain *chain, toc_span text, size_t skip, toc_wallet *out,
                         toc_err *err)
{
    uint8_t account[TOC_EVM_BYTES];
    char checked[TOC_EVM_TEXT_BYTES];
    toc_span digits = toc_span_of(text.data + skip, text.size - skip);
    bool mixed = false;
    if (toc_evm_digits(digits, skip, account, &mixed, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    toc_evm_print(account, 0, checked);
    if (mixed && memcmp(checked + 2, digits.data, TOC_EVM_DIGITS) != 0) {
        toc_fail(err, TOC_MALFORMED,
                 "capital and small letters mixed without being a checksum (EIP-55)");
        return TOC_FIT_BROKEN;
    }
    if (!mixed)
        out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    print_account(account, out->address);
    return finish(chain, account, out);
}

toc_fit toc_form_tron(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    uint8_t bytes[32];
    size_t size = 0;
    bool prefixed = text.size > 2 && memcmp(text.data, "0x", 2) == 0;
    size_t skip = prefixed ? 2 : 0;
    if (text.size == skip + 2 + TOC_EVM_DIGITS && text.data[skip] == '4' &&
        text.data[skip + 1] == '1')
        return parse_hex(chain, text, skip + 2, out, err);
    if (prefixed)
        return parse_hex(chain, text, skip, out, err);
    if (text.size < 30 || text.size > 38 || text.data[0] != 'T') {
        toc_fail(err, TOC_MALFORMED,
                 "not an address of %s: those begin with T and have 34 characters", chain->name);
        return TOC_FIT_ALIEN;
    }
    if (text.size != 34) {
        toc_fail(err, TOC_MALFORMED, "%zu characters; an address of %s has 34", text.size,
                 chain->name);
        return TOC_FIT_BROKEN;
    }
    if (toc_base58check_decode(TOC_BASE58_BITCOIN, text, bytes, sizeof bytes - 4, &size, err) !=
        TOC_OK)
        return TOC_FIT_BROKEN;
    if (size != 1 + TOC_EVM_BYTES || bytes[0] != VERSION) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: its version is %u", chain->name,
                 bytes[0]);
        return TOC_FIT_ALIEN;
    }
    memcpy(out->address, text.data, text.size);
    return finish(chain, bytes + 1, out);
}
