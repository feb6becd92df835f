#include "proto/address/bech32.h"

#include <stdio.h>

static const char charset[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/* The inverse from character 32 on: value + 1, 0 outside the set; letters in both cases. */
static const uint8_t charset_values[96] = {
    ['q' - 32] = 1,  ['p' - 32] = 2,  ['z' - 32] = 3,  ['r' - 32] = 4,  ['y' - 32] = 5,
    ['9' - 32] = 6,  ['x' - 32] = 7,  ['8' - 32] = 8,  ['g' - 32] = 9,  ['f' - 32] = 10,
    ['2' - 32] = 11, ['t' - 32] = 12, ['v' - 32] = 13, ['d' - 32] = 14, ['w' - 32] = 15,
    ['0' - 32] = 16, ['s' - 32] = 17, ['3' - 32] = 18, ['j' - 32] = 19, ['n' - 32] = 20,
    ['5' - 32] = 21, ['4' - 32] = 22, ['k' - 32] = 23, ['h' - 32] = 24, ['c' - 32] = 25,
    ['e' - 32] = 26, ['6' - 32] = 27, ['m' - 32] = 28, ['u' - 32] = 29, ['a' - 32] = 30,
    ['7' - 32] = 31, ['l' - 32] = 32, ['Q' - 32] = 1,  ['P' - 32] = 2,  ['Z' - 32] = 3,
    ['R' - 32] = 4,  ['Y' - 32] = 5,  ['X' - 32] = 7,  ['G' - 32] = 9,  ['F' - 32] = 10,
    ['T' - 32] = 12, ['V' - 32] = 13, ['D' - 32] = 14, ['W' - 32] = 15, ['S' - 32] = 17,
    ['J' - 32] = 19, ['N' - 32] = 20, ['K' - 32] = 23, ['H' - 32] = 24, ['C' - 32] = 25,
    ['E' - 32] = 26, ['M' - 32] = 28, ['U' - 32] = 29, ['A' - 32] = 30, ['L' - 32] = 32,
};

static const uint32_t bech32_constants[] = {0, 1, 0x2BC830A3};
enum { BECH32_CHECK = 6, CASHADDR_CHECK = 8 };

/* What the five bits shifted out bring back: sums of the generators of BIP-173 and of CashAddr. */
static const uint32_t bech32_sums[32] = {
    0x00000000, 0x3B6A57B2, 0x26508E6D, 0x1D3AD9DF, 0x1EA119FA, 0x25CB4E48, 0x38F19797, 0x039BC025,
    0x3D4233DD, 0x0628646F, 0x1B12BDB0, 0x2078EA02, 0x23E32A27, 0x18897D95, 0x05B3A44A, 0x3ED9F3F8,
    0x2A1462B3, 0x117E3501, 0x0C44ECDE, 0x372EBB6C, 0x34B57B49, 0x0FDF2CFB, 0x12E5F524, 0x298FA296,
    0x1756516E, 0x2C3C06DC, 0x3106DF03, 0x0A6C88B1, 0x09F74894, 0x329D1F26, 0x2FA7C6F9, 0x14CD914B,
};
static const uint64_t cashaddr_sums[32] = {
    0x0000000000, 0x98F2BC8E61, 0x79B76D99E2, 0xE145D11783, 0xF33E5FB3C4, 0x6BCCE33DA5,
    0x8A89322A26, 0x127B8EA447, 0xAE2EABE2A8, 0x36DC176CC9, 0xD799C67B4A, 0x4F6B7AF52B,
    0x5D10F4516C, 0xC5E248DF0D, 0x24A799C88E, 0xBC552546EF, 0x1E4F43E470, 0x86BDFF6A11,
    0x67F82E7D92, 0xFF0A92F3F3, 0xED711C57B4, 0x7583A0D9D5, 0x94C671CE56, 0x0C34CD4037,
    0xB061E806D8, 0x28935488B9, 0xC9D6859F3A, 0x512439115B, 0x435FB7B51C, 0xDBAD0B3B7D,
    0x3AE8DA2CFE, 0xA21A66A29F,
};

static inline uint64_t bech32_step(uint64_t state, uint8_t value)
{
    return ((state & 0x1FFFFFF) << 5 ^ value) ^ bech32_sums[state >> 25 & 31];
}

static inline uint64_t cashaddr_step(uint64_t state, uint8_t value)
{
    return ((state & 0x07FFFFFFFF) << 5 ^ value) ^ cashaddr_sums[state >> 35 & 31];
}

typedef uint64_t step_function(uint64_t state, uint8_t value);

/* Both codes are linear, so one wrong character at `i` shows as its difference carried through the
 * values behind it. Gives the position (0-based) when exactly one character explains `syndrome`. */
static bool single_error(step_function *step, uint64_t syndrome, size_t size, size_t *out_position)
{
    size_t found = 0;
    for (size_t i = 0; i < size; i++) {
        for (uint8_t difference = 1; difference < 32; difference++) {
            uint64_t state = difference;
            for (size_t j = i + 1; j < size; j++)
                state = step(state, 0);
            if (state == syndrome) {
                *out_position = i;
                found++;
            }
        }
    }
    return found == 1;
}

static toc_code checksum_failed(step_function *step, const uint64_t *syndromes, size_t count,
                                size_t size, size_t offset, toc_err *err)
{
    size_t position = 0;
    for (size_t i = 0; err != NULL && i < count; i++) {
        if (single_error(step, syndromes[i], size, &position))
            return toc_fail(
                err, TOC_MALFORMED,
                "the checksum does not hold; a single wrong character would be at position %zu",
                offset + position + 1);
    }
    return toc_fail(
        err, TOC_MALFORMED,
        "the checksum does not hold: more than one character is wrong, or some are missing");
}

/* One case only; positions are 1-based. */
static toc_code check_case(toc_span text, bool *out_upper, toc_err *err)
{
    bool lower = false, upper = false;
    for (size_t i = 0; i < text.size; i++) {
        uint8_t character = text.data[i];
        if (character < 33 || character > 126)
            return toc_fail(err, TOC_MALFORMED,
                            "a character that Bech32 does not have at position %zu", i + 1);
        lower = lower || (character >= 'a' && character <= 'z');
        upper = upper || (character >= 'A' && character <= 'Z');
        if (lower && upper)
            return toc_fail(err, TOC_MALFORMED, "capital and small letters mixed at position %zu",
                            i + 1);
    }
    *out_upper = upper;
    return TOC_OK;
}

static toc_code take_values(toc_span text, size_t from, uint8_t *out, toc_err *err)
{
    for (size_t i = from; i < text.size; i++) {
        uint8_t character = text.data[i];
        uint8_t value = character < 32 || character > 127 ? 0 : charset_values[character - 32];
        if (value == 0)
            return toc_fail(err, TOC_MALFORMED, "'%c' is no Bech32 character at position %zu",
                            character, i + 1);
        out[i - from] = (uint8_t)(value - 1);
    }
    return TOC_OK;
}

static uint64_t bech32_expand(const char *prefix)
{
    uint64_t state = 1;
    for (const char *c = prefix; *c != '\0'; c++)
        state = bech32_step(state, (uint8_t)*c >> 5);
    state = bech32_step(state, 0);
    for (const char *c = prefix; *c != '\0'; c++)
        state = bech32_step(state, (uint8_t)*c & 31);
    return state;
}

toc_code toc_bech32_decode(toc_span text, size_t characters_max, toc_bech32_text *out, toc_err *err)
{
    bool upper = false;
    size_t separator = text.size;
    TOC_ASSERT(characters_max <= TOC_ADDRESS_BYTES_MAX);
    if (text.size > characters_max)
        return toc_fail(err, TOC_MALFORMED, "too long: %zu characters, at most %zu", text.size,
                        characters_max);
    TOC_TRY(check_case(text, &upper, err));
    while (separator > 0 && text.data[separator - 1] != '1')
        separator--;
    if (separator < 2 || separator - 1 >= sizeof out->prefix)
        return toc_fail(err, TOC_MALFORMED, "no prefix before a '1', as Bech32 has it");
    if (text.size - separator < BECH32_CHECK)
        return toc_fail(err, TOC_MALFORMED,
                        "too short: fewer than 6 characters after the '1' at position %zu",
                        separator);
    TOC_TRY(take_values(text, separator, out->values, err));
    for (size_t i = 0; i + 1 < separator; i++)
        out->prefix[i] =
            (char)(upper && text.data[i] >= 'A' && text.data[i] <= 'Z' ? text.data[i] + 32
                                                                       : text.data[i]);
    out->prefix[separator - 1] = '\0';
    size_t size = text.size - separator;
    uint64_t state = bech32_expand(out->prefix);
    for (size_t i = 0; i < size; i++)
        state = bech32_step(state, out->values[i]);
    uint64_t syndromes[2] = {state ^ bech32_constants[TOC_BECH32],
                             state ^ bech32_constants[TOC_BECH32M]};
    if (syndromes[0] != 0 && syndromes[1] != 0)
        return checksum_failed(bech32_step, syndromes, 2, size, separator, err);
    out->code = syndromes[0] == 0 ? TOC_BECH32 : TOC_BECH32M;
    out->size = size - BECH32_CHECK;
    return TOC_OK;
}

void toc_bech32_encode(toc_bech32_code code, const char *prefix, const uint8_t *values, size_t size,
                       char *out)
{
    uint64_t state = bech32_expand(prefix);
    size_t at = strlen(prefix);
    memcpy(out, prefix, at);
    out[at++] = '1';
    for (size_t i = 0; i < size; i++) {
        state = bech32_step(state, values[i]);
        out[at++] = charset[values[i]];
    }
    for (unsigned i = 0; i < BECH32_CHECK; i++)
        state = bech32_step(state, 0);
    state ^= bech32_constants[code];
    for (unsigned i = 0; i < BECH32_CHECK; i++)
        out[at++] = charset[state >> (5 * (BECH32_CHECK - 1 - i)) & 31];
    out[at] = '\0';
}

void toc_bech32_lower(toc_span text, char *out)
{
    for (size_t i = 0; i < text.size; i++) {
        uint8_t character = text.data[i];
        out[i] = (char)(character >= 'A' && character <= 'Z' ? character + 32 : character);
    }
    out[text.size] = '\0';
}

static uint64_t cashaddr_expand(const char *prefix)
{
    uint64_t state = 1;
    for (const char *c = prefix; *c != '\0'; c++)
        state = cashaddr_step(state, (uint8_t)*c & 31);
    return cashaddr_step(state, 0);
}

static bool same_prefix(toc_span text, const char *prefix, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if ((text.data[i] | 32) != prefix[i])
            return false;
    }
    return true;
}

toc_code toc_cashaddr_decode(const char *prefix, toc_span text, uint8_t *out_values,
                             size_t *out_size, toc_err *err)
{
    bool upper = false;
    size_t from = 0, length = strlen(prefix);
    TOC_TRY(check_case(text, &upper, err));
    const uint8_t *colon = text.size == 0 ? NULL : memchr(text.data, ':', text.size);
    if (colon != NULL) {
        from = (size_t)(colon - text.data) + 1;
        if (from != length + 1 || !same_prefix(text, prefix, length))
            return toc_fail(err, TOC_MALFORMED, "a prefix other than '%s:'", prefix);
    }
    size_t size = text.size - from;
    if (size < CASHADDR_CHECK || size > TOC_ADDRESS_BYTES_MAX)
        return toc_fail(err, TOC_MALFORMED, "CashAddr of %zu characters", size);
    TOC_TRY(take_values(text, from, out_values, err));
    uint64_t state = cashaddr_expand(prefix);
    for (size_t i = 0; i < size; i++)
        state = cashaddr_step(state, out_values[i]);
    state ^= 1;
    if (state != 0)
        return checksum_failed(cashaddr_step, &state, 1, size, from, err);
    *out_size = size - CASHADDR_CHECK;
    return TOC_OK;
}

void toc_cashaddr_encode(const char *prefix, const uint8_t *values, size_t size, char *out)
{
    uint64_t state = cashaddr_expand(prefix);
    size_t at = strlen(prefix);
    memcpy(out, prefix, at);
    out[at++] = ':';
    for (size_t i = 0; i < size; i++) {
        state = cashaddr_step(state, values[i]);
        out[at++] = charset[values[i]];
    }
    for (unsigned i = 0; i < CASHADDR_CHECK; i++)
        state = cashaddr_step(state, 0);
    state ^= 1;
    for (unsigned i = 0; i < CASHADDR_CHECK; i++)
        out[at++] = charset[state >> (5 * (CASHADDR_CHECK - 1 - i)) & 31];
    out[at] = '\0';
}

bool toc_bits_join(const uint8_t *values, size_t size, uint8_t *out, size_t *out_bytes)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t bytes = 0;
    for (size_t i = 0; i < size; i++) {
        bits = (bits << 5 | values[i]) & 0xFFF;
        count += 5;
        if (count >= 8) {
            count -= 8;
            out[bytes++] = (uint8_t)(bits >> count);
        }
    }
    *out_bytes = bytes;
    return count < 5 && (bits & ((1U << count) - 1)) == 0;
}

size_t toc_bits_split(const uint8_t *bytes, size_t size, uint8_t *out)
{
    uint32_t bits = 0;
    unsigned count = 0;
    size_t values = 0;
    for (size_t i = 0; i < size; i++) {
        bits = (bits << 8 | bytes[i]) & 0xFFFF;
        for (count += 8; count >= 5; count -= 5)
            out[values++] = (uint8_t)(bits >> (count - 5) & 31);
    }
    if (count > 0)
        out[values++] = (uint8_t)(bits << (5 - count) & 31);
    return values;
}
