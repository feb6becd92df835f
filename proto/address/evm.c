/* Chains with Ethereum's accounts (EIP-55). */
#include "proto/address/evm.h"

#include "proto/address/bech32.h"
#include "proto/address/chain.h"
#include "proto/address/keccak.h"
#include "proto/base/text.h"

enum { LOWER = 0x10, UPPER = 0x20, NO_DIGIT = 0x40 };

/* A digit's value, with LOWER or UPPER for a letter, so that a loop over forty needs no branches.
 */
static uint8_t classify(uint8_t character)
{
    uint8_t decimal = (uint8_t)(character - '0'), letter = (uint8_t)((character | 0x20) - 'a');
    if (decimal < 10)
        return decimal;
    if (letter >= 6)
        return NO_DIGIT;
    return (uint8_t)((letter + 10) | ((character & 0x20) != 0 ? LOWER : UPPER));
}

int toc_hex_digit(uint8_t character)
{
    uint8_t value = classify(character);
    return value == NO_DIGIT ? -1 : value & 15;
}

static void print_lower(const uint8_t *bytes, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < TOC_EVM_BYTES; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
}

static size_t print_number(uint64_t number, char *out)
{
    char reversed[20];
    size_t count = 0, size = 0;
    for (; number != 0; number /= 10)
        reversed[count++] = (char)('0' + number % 10);
    while (count > 0)
        out[size++] = reversed[--count];
    return size;
}

/* EIP-55, EIP-1191: a letter is a capital where the hash of the lower-case text has a digit above
 * 7. */
void toc_evm_print(const uint8_t bytes[TOC_EVM_BYTES], uint64_t chain_id,
                   char out[TOC_EVM_TEXT_BYTES])
{
    char hashed[20 + 2 + TOC_EVM_DIGITS];
    size_t prefix = 0;
    toc_hash hash;
    if (chain_id != 0) {
        prefix = print_number(chain_id, hashed);
        hashed[prefix++] = '0';
        hashed[prefix++] = 'x';
    }
    print_lower(bytes, hashed + prefix);
    toc_keccak256(toc_span_of(hashed, prefix + TOC_EVM_DIGITS), &hash);
    out[0] = '0';
    out[1] = 'x';
    for (size_t i = 0; i < TOC_EVM_BYTES; i++) {
        uint8_t high = (uint8_t)hashed[prefix + 2 * i], low = (uint8_t)hashed[prefix + 2 * i + 1];
        uint8_t byte = hash.bytes[i]; /* bit 6 of a character tells a letter, bit 5 its case */
        out[2 + 2 * i] = (char)(high ^ (byte >> 2 & high >> 1 & 0x20));
        out[3 + 2 * i] = (char)(low ^ (byte << 2 & low >> 1 & 0x20));
    }
    out[2 + TOC_EVM_DIGITS] = '\0';
}

toc_code toc_evm_digits(toc_span digits, size_t offset, uint8_t out[TOC_EVM_BYTES], bool *out_mixed,
                        toc_err *err)
{
    uint8_t seen = 0;
    if (digits.size != TOC_EVM_DIGITS)
        return toc_fail(err, TOC_MALFORMED, "%zu hexadecimal digits, an account has 40",
                        digits.size);
    for (size_t i = 0; i < TOC_EVM_BYTES; i++) {
        uint8_t high = classify(digits.data[2 * i]), low = classify(digits.data[2 * i + 1]);
        seen |= high | low;
        out[i] = (uint8_t)(high << 4 | (low & 15));
    }
    for (size_t i = 0; (seen & NO_DIGIT) != 0 && i < TOC_EVM_DIGITS; i++) {
        if (classify(digits.data[i]) == NO_DIGIT)
            return toc_fail(err, TOC_MALFORMED, "no hexadecimal digit at position %zu",
                            offset + i + 1);
    }
    *out_mixed = (seen & LOWER) != 0 && (seen & UPPER) != 0;
    return TOC_OK;
}

static size_t first_difference(toc_span digits, const char *canonical)
{
    size_t i = 0;
    while (i < TOC_EVM_DIGITS && digits.data[i] == (uint8_t)canonical[i])
        i++;
    return i;
}

/* Other spellings of the same twenty bytes: "xdc" for 0x, Bech32 (Harmony's one1). */
static bool other_prefix(const toc_evm_params *params, toc_span text)
{
    size_t length = params == NULL || params->prefix == NULL ? 0 : strlen(params->prefix);
    return length != 0 && text.size > length && memcmp(text.data, params->prefix, length) == 0;
}

static bool other_bech32(const toc_evm_params *params, toc_span text)
{
    size_t length = params == NULL || params->bech32 == NULL ? 0 : strlen(params->bech32);
    if (length == 0 || text.size <= length || text.data[length] != '1')
        return false;
    return toc_ascii_equal_nocase(toc_span_of(text.data, length), toc_span_text(params->bech32));
}

static toc_fit finish(const toc_chain *chain, const uint8_t *bytes, toc_wallet *out)
{
    toc_subject_set(&out->subject, TOC_CLASS_ACCOUNT_KECCAK20, bytes, chain->family,
                    TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}

static toc_fit parse_bech32(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    toc_bech32_text decoded;
    uint8_t bytes[TOC_ADDRESS_BYTES_MAX];
    size_t size = 0;
    if (toc_bech32_decode(text, 90, &decoded, err) != TOC_OK)
        return TOC_FIT_BROKEN;
    if (decoded.code != TOC_BECH32 || !toc_bits_join(decoded.values, decoded.size, bytes, &size) ||
        size != TOC_EVM_BYTES) {
        toc_fail(err, TOC_MALFORMED, "not 20 bytes in Bech32");
        return TOC_FIT_BROKEN;
    }
    toc_evm_print(bytes, 0, out->address);
    return finish(chain, bytes, out);
}

/* A checksum is claimed where letters of both cases occur; where the chain has EIP-1191, wallets
 * that do not know it write EIP-55, and both are taken. */
static toc_fit check_case(const toc_chain *chain, const uint8_t *bytes, toc_span digits,
                          size_t offset, toc_wallet *out, toc_err *err)
{
    const toc_evm_params *params = chain->params;
    uint64_t id = params == NULL ? 0 : params->checksum_id;
    char plain[TOC_EVM_TEXT_BYTES];
    size_t difference = first_difference(digits, out->address + 2);
    if (difference == TOC_EVM_DIGITS)
        return TOC_FIT_OK;
    if (id != 0) {
        toc_evm_print(bytes, 0, plain);
        if (first_difference(digits, plain + 2) == TOC_EVM_DIGITS)
            return TOC_FIT_OK;
    }
    toc_fail(err, TOC_MALFORMED,
             "the checksum in its letter case does not hold (%s), first at position %zu",
             id == 0 ? "EIP-55" : "EIP-1191", offset + difference + 1);
    return TOC_FIT_BROKEN;
}

toc_fit toc_form_evm(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    const toc_evm_params *params = chain->params;
    bool prefixed = text.size >= 2 && memcmp(text.data, "0x", 2) == 0;
    size_t skip = prefixed ? 2 : other_prefix(params, text) ? strlen(params->prefix) : 0;
    uint8_t bytes[TOC_EVM_BYTES];
    bool mixed = false;
    if (other_bech32(params, text))
        return parse_bech32(chain, text, out, err);
    if (skip == 0 && text.size != TOC_EVM_DIGITS) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with 0x", chain->name);
        return TOC_FIT_ALIEN;
    }
    toc_span digits = toc_span_of(text.data + skip, text.size - skip);
    if (toc_evm_digits(digits, skip, bytes, &mixed, err) != TOC_OK)
        return skip != 0 ? TOC_FIT_BROKEN : TOC_FIT_ALIEN;
    toc_evm_print(bytes, params == NULL ? 0 : params->checksum_id, out->address);
    if (!mixed)
        out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    else if (check_case(chain, bytes, digits, skip, out, err) != TOC_FIT_OK)
        return TOC_FIT_BROKEN;
    return finish(chain, bytes, out);
}
