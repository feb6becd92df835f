#include "proto/address/base58.h"

#include "proto/crypto/hash.h"

static const char alphabets[2][59] = {
    [TOC_BASE58_BITCOIN] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
    [TOC_BASE58_RIPPLE] = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz",
};

/* The inverse, from character 32 on: value + 1, 0 outside the alphabet. */
static const uint8_t values[2][96] = {
    [TOC_BASE58_BITCOIN] =
        {
            ['1' - 32] = 1,  ['2' - 32] = 2,  ['3' - 32] = 3,  ['4' - 32] = 4,  ['5' - 32] = 5,
            ['6' - 32] = 6,  ['7' - 32] = 7,  ['8' - 32] = 8,  ['9' - 32] = 9,  ['A' - 32] = 10,
            ['B' - 32] = 11, ['C' - 32] = 12, ['D' - 32] = 13, ['E' - 32] = 14, ['F' - 32] = 15,
            ['G' - 32] = 16, ['H' - 32] = 17, ['J' - 32] = 18, ['K' - 32] = 19, ['L' - 32] = 20,
            ['M' - 32] = 21, ['N' - 32] = 22, ['P' - 32] = 23, ['Q' - 32] = 24, ['R' - 32] = 25,
            ['S' - 32] = 26, ['T' - 32] = 27, ['U' - 32] = 28, ['V' - 32] = 29, ['W' - 32] = 30,
            ['X' - 32] = 31, ['Y' - 32] = 32, ['Z' - 32] = 33, ['a' - 32] = 34, ['b' - 32] = 35,
            ['c' - 32] = 36, ['d' - 32] = 37, ['e' - 32] = 38, ['f' - 32] = 39, ['g' - 32] = 40,
            ['h' - 32] = 41, ['i' - 32] = 42, ['j' - 32] = 43, ['k' - 32] = 44, ['m' - 32] = 45,
            ['n' - 32] = 46, ['o' - 32] = 47, ['p' - 32] = 48, ['q' - 32] = 49, ['r' - 32] = 50,
            ['s' - 32] = 51, ['t' - 32] = 52, ['u' - 32] = 53, ['v' - 32] = 54, ['w' - 32] = 55,
            ['x' - 32] = 56, ['y' - 32] = 57, ['z' - 32] = 58,
        },
    [TOC_BASE58_RIPPLE] =
        {
            ['r' - 32] = 1,  ['p' - 32] = 2,  ['s' - 32] = 3,  ['h' - 32] = 4,  ['n' - 32] = 5,
            ['a' - 32] = 6,  ['f' - 32] = 7,  ['3' - 32] = 8,  ['9' - 32] = 9,  ['w' - 32] = 10,
            ['B' - 32] = 11, ['U' - 32] = 12, ['D' - 32] = 13, ['N' - 32] = 14, ['E' - 32] = 15,
            ['G' - 32] = 16, ['H' - 32] = 17, ['J' - 32] = 18, ['K' - 32] = 19, ['L' - 32] = 20,
            ['M' - 32] = 21, ['4' - 32] = 22, ['P' - 32] = 23, ['Q' - 32] = 24, ['R' - 32] = 25,
            ['S' - 32] = 26, ['T' - 32] = 27, ['7' - 32] = 28, ['V' - 32] = 29, ['W' - 32] = 30,
            ['X' - 32] = 31, ['Y' - 32] = 32, ['Z' - 32] = 33, ['2' - 32] = 34, ['b' - 32] = 35,
            ['c' - 32] = 36, ['d' - 32] = 37, ['e' - 32] = 38, ['C' - 32] = 39, ['g' - 32] = 40,
            ['6' - 32] = 41, ['5' - 32] = 42, ['j' - 32] = 43, ['k' - 32] = 44, ['m' - 32] = 45,
            ['8' - 32] = 46, ['o' - 32] = 47, ['F' - 32] = 48, ['q' - 32] = 49, ['i' - 32] = 50,
            ['1' - 32] = 51, ['t' - 32] = 52, ['u' - 32] = 53, ['v' - 32] = 54, ['A' - 32] = 55,
            ['x' - 32] = 56, ['y' - 32] = 57, ['z' - 32] = 58,
        },
};

int toc_base58_value(toc_base58_alphabet alphabet, uint8_t character)
{
    if (character < 32 || character >= 128)
        return -1;
    return values[alphabet][character - 32] - 1;
}

toc_code toc_base58_refuse(uint8_t character, size_t position, toc_err *err)
{
    if (character <= ' ' || character >= 0x7F)
        return toc_fail(err, TOC_MALFORMED, "no Base58 character at position %zu", position);
    return toc_fail(err, TOC_MALFORMED, "'%c' is no Base58 character at position %zu", character,
                    position);
}

enum { GROUP = 5, LIMBS_MAX = (TOC_BASE58_BYTES_MAX + 3) / 4 + 1 };
static const uint32_t powers[GROUP + 1] = {1, 58, 3364, 195112, 11316496, 656356768};

/* number = number * factor + addend, little-endian limbs. */
static void multiply_add(uint32_t *limbs, size_t *count, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (size_t i = 0; i < *count; i++) {
        carry += (uint64_t)limbs[i] * factor;
        limbs[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0 && *count < LIMBS_MAX)
        limbs[(*count)++] = (uint32_t)carry;
}

static void put_limbs(const uint32_t *limbs, size_t bytes, uint8_t *out)
{
    for (size_t i = 0; i < bytes; i++)
        out[bytes - 1 - i] = (uint8_t)(limbs[i / 4] >> (8 * (i % 4)));
}

toc_code toc_base58_decode(toc_base58_alphabet alphabet, toc_span text, uint8_t *out,
                           size_t out_bytes_max, size_t *out_bytes, toc_err *err)
{
    TOC_ASSERT(out_bytes_max <= TOC_BASE58_BYTES_MAX);
    uint32_t limbs[LIMBS_MAX];
    size_t count = 0, zeros = 0;
    if (text.size > TOC_BASE58_TEXT_MAX - 1)
        return toc_fail(err, TOC_MALFORMED, "Base58 of %zu characters", text.size);
    while (zeros < text.size && text.data[zeros] == (uint8_t)alphabets[alphabet][0])
        zeros++;
    for (size_t i = zeros; i < text.size;) {
        size_t group = text.size - i < GROUP ? text.size - i : GROUP;
        uint32_t value = 0;
        for (size_t j = 0; j < group; j++) {
            int digit = toc_base58_value(alphabet, text.data[i + j]);
            if (digit < 0)
                return toc_base58_refuse(text.data[i + j], i + j + 1, err);
            value = value * 58 + (uint32_t)digit;
        }
        multiply_add(limbs, &count, powers[group], value);
        i += group;
    }
    size_t bytes = count * 4;
    while (bytes > 0 && (limbs[(bytes - 1) / 4] >> (8 * ((bytes - 1) % 4)) & 0xFF) == 0)
        bytes--;
    if (zeros + bytes > out_bytes_max)
        return toc_fail(err, TOC_MALFORMED, "too long: %zu bytes, at most %zu", zeros + bytes,
                        out_bytes_max);
    memset(out, 0, zeros);
    put_limbs(limbs, bytes, out + zeros);
    *out_bytes = zeros + bytes;
    return TOC_OK;
}

void toc_base58_encode(toc_base58_alphabet alphabet, toc_span bytes, char *out)
{
    TOC_ASSERT(bytes.size <= TOC_BASE58_BYTES_MAX);
    uint8_t digits[TOC_BASE58_TEXT_MAX];
    size_t count = 0, zeros = 0;
    while (zeros < bytes.size && bytes.data[zeros] == 0)
        zeros++;
    for (size_t i = zeros; i < bytes.size; i++) {
        uint32_t carry = bytes.data[i];
        for (size_t j = 0; j < count; j++) {
            carry += (uint32_t)digits[j] << 8;
            digits[j] = (uint8_t)(carry % 58);
            carry /= 58;
        }
        for (; carry != 0; carry /= 58)
            digits[count++] = (uint8_t)(carry % 58);
    }
    for (size_t i = 0; i < zeros; i++)
        *out++ = alphabets[alphabet][0];
    while (count > 0)
        *out++ = alphabets[alphabet][digits[--count]];
    *out = '\0';
}

static void checksum_of(toc_span payload, toc_hash *out)
{
    toc_sha256(payload, out);
    toc_hash again;
    toc_sha256(toc_span_of(out->bytes, sizeof out->bytes), &again);
    *out = again;
}

toc_code toc_base58check_decode(toc_base58_alphabet alphabet, toc_span text, uint8_t *out,
                                size_t out_bytes_max, size_t *out_bytes, toc_err *err)
{
    uint8_t bytes[TOC_BASE58_BYTES_MAX];
    size_t size = 0;
    toc_hash hash;
    TOC_ASSERT(out_bytes_max + 4 <= sizeof bytes);
    TOC_TRY(toc_base58_decode(alphabet, text, bytes, out_bytes_max + 4, &size, err));
    if (size < 5)
        return toc_fail(err, TOC_MALFORMED, "too short: %zu characters", text.size);
    checksum_of(toc_span_of(bytes, size - 4), &hash);
    if (memcmp(hash.bytes, bytes + size - 4, 4) != 0)
        return toc_fail(
            err, TOC_MALFORMED,
            "the checksum does not hold: a character is wrong, missing or in the wrong case");
    memcpy(out, bytes, size - 4);
    *out_bytes = size - 4;
    return TOC_OK;
}

void toc_base58check_encode(toc_base58_alphabet alphabet, toc_span payload, char *out)
{
    uint8_t bytes[TOC_BASE58_BYTES_MAX];
    toc_hash hash;
    TOC_ASSERT(payload.size + 4 <= sizeof bytes);
    memcpy(bytes, payload.data, payload.size);
    checksum_of(payload, &hash);
    memcpy(bytes + payload.size, hash.bytes, 4);
    toc_base58_encode(alphabet, toc_span_of(bytes, payload.size + 4), out);
}
