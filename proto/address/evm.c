/* Chains with Ethereum's accounts (EIP-55). */
#include "proto/address/evm.h"

#include "proto/address/chain.h"
#include "proto/address/keccak.h"

static const uint8_t digit_values[96] = {
    ['0' - 32] = 1,  ['1' - 32] = 2,  ['2' - 32] = 3,  ['3' - 32] = 4,  ['4' - 32] = 5,
    ['5' - 32] = 6,  ['6' - 32] = 7,  ['7' - 32] = 8,  ['8' - 32] = 9,  ['9' - 32] = 10,
    ['a' - 32] = 11, ['b' - 32] = 12, ['c' - 32] = 13, ['d' - 32] = 14, ['e' - 32] = 15,
    ['f' - 32] = 16, ['A' - 32] = 11, ['B' - 32] = 12, ['C' - 32] = 13, ['D' - 32] = 14,
    ['E' - 32] = 15, ['F' - 32] = 16,
};

int toc_hex_digit(uint8_t character)
{
    return character < 32 || character >= 128 ? -1 : digit_values[character - 32] - 1;
}

/* EIP-55, EIP-1191: a letter is a capital where the hash of the lower-case text has a digit
 * above 7. */
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
    for (size_t i = 0; i < TOC_EVM_DIGITS; i++) {
        uint8_t nibble = i % 2 == 0 ? hash.bytes[i / 2] >> 4 : hash.bytes[i / 2] & 15;
        uint8_t character = (uint8_t)hashed[prefix + i];
        bool capital = nibble > 7 && character >= 'a';
        out[2 + i] = (char)(character - (capital ? 32 : 0));
    }
    out[2 + TOC_EVM_DIGITS] = '\0';
}

toc_code toc_evm_digits(toc_span digits, size_t offset, uint8_t out[TOC_EVM_BYTES], bool *out_mixed,
                        toc_err *err)
{
    bool lower = false, upper = false;
    if (digits.size != TOC_EVM_DIGITS)
        return toc_fail(err, TOC_MALFORMED, "%zu hexadecimal digits, an account has 40",
                        digits.size);
    for (size_t i = 0; i < TOC_EVM_DIGITS; i++) {
        int value = toc_hex_digit(digits.data[i]);
        if (value < 0)
            return toc_fail(err, TOC_MALFORMED, "no hexadecimal digit at position %zu",
                            offset + i + 1);
        lower = lower || digits.data[i] >= 'a';
        upper = upper || (digits.data[i] >= 'A' && digits.data[i] <= 'F');
        out[i / 2] = (uint8_t)(i % 2 == 0 ? value << 4 : out[i / 2] | value);
    }
    *out_mixed = lower && upper;
    return TOC_OK;
}

static size_t first_difference(toc_span digits, const char *canonical)
{
    size_t i = 0;
    while (i < TOC_EVM_DIGITS && digits.data[i] == (uint8_t)canonical[i])
        i++;
    return i;
}

toc_fit toc_form_evm(const toc_chain *chain, toc_span text, toc_wallet *out, toc_err *err)
{
    bool prefixed = text.size >= 2 && text.data[0] == '0' && (text.data[1] | 32) == 'x';
    toc_span digits = prefixed ? toc_span_of(text.data + 2, text.size - 2) : text;
    uint8_t bytes[TOC_EVM_BYTES];
    bool mixed = false;
    if (!prefixed && text.size != TOC_EVM_DIGITS) {
        toc_fail(err, TOC_MALFORMED, "not an address of %s: those begin with 0x", chain->name);
        return TOC_FIT_ALIEN;
    }
    if (toc_evm_digits(digits, prefixed ? 2 : 0, bytes, &mixed, err) != TOC_OK)
        return prefixed ? TOC_FIT_BROKEN : TOC_FIT_ALIEN;
    toc_evm_print(bytes, 0, out->address);
    size_t difference = first_difference(digits, out->address + 2);
    if (mixed && difference < TOC_EVM_DIGITS) {
        toc_fail(err, TOC_MALFORMED,
                 "the checksum in its letter case does not hold (EIP-55), first at position %zu",
                 difference + (prefixed ? 3 : 1));
        return TOC_FIT_BROKEN;
    }
    if (!mixed)
        out->flags |= TOC_WALLET_CHECKSUM_ABSENT;
    toc_subject_set(&out->subject, TOC_CLASS_ACCOUNT_KECCAK20, bytes, chain->family,
                    TOC_KIND_ACCOUNT);
    out->kind = toc_kind_name(TOC_KIND_ACCOUNT);
    return TOC_FIT_OK;
}
