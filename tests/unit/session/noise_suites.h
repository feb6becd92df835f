/* tests/unit/session/noise_suites.h: what the product does not need of Noise revision 34, so that
 * all published vectors without PSK run through its handshake: the other patterns (§7.4, §7.5,
 * §18.1) and the other hashes. SHA-512 (FIPS 180-4) and BLAKE2s (RFC 7693) are written out here,
 * plainly; the vectors judge them. */
#ifndef TOC_TESTS_UNIT_SESSION_NOISE_SUITES_H
#define TOC_TESTS_UNIT_SESSION_NOISE_SUITES_H

#include <stdlib.h>

#include "proto/base/arena.h"
#include "proto/base/endian.h"
#include "proto/crypto/hash.h"
#include "proto/session/noise.h"

/* Messages are short here: join, then hash at once. */
static size_t join_parts(const toc_span *parts, size_t count, uint8_t *out, size_t capacity)
{
    size_t size = 0;
    for (size_t i = 0; i < count; i++) {
        TOC_ASSERT(parts[i].size <= capacity - size);
        if (parts[i].size > 0)
            memcpy(out + size, parts[i].data, parts[i].size);
        size += parts[i].size;
    }
    return size;
}

enum { JOINED_BYTES_MAX = 8192 };

static uint64_t root_bits(unsigned prime, unsigned degree)
{
    /* floor(fraction(prime^(1/degree)) * 2^64), by bisection in integers: the constants of FIPS
     * 180-4 §4.2.3. */
    unsigned whole = 1;
    while ((degree == 2 ? (whole + 1) * (whole + 1) : (whole + 1) * (whole + 1) * (whole + 1)) <=
           prime)
        whole++;
    uint64_t fraction = 0;
    for (int bit = 63; bit >= 0; bit--) {
        uint64_t candidate = fraction | 1ull << bit;
        /* x = whole + candidate / 2^64; compare x^degree with prime in limbs of 32 bits. */
        uint32_t x[3] = {(uint32_t)candidate, (uint32_t)(candidate >> 32), whole};
        uint32_t power[9] = {x[0], x[1], x[2]};
        for (unsigned n = 1; n < degree; n++) {
            uint32_t product[9] = {0};
            for (unsigned i = 0; i < 6; i++) {
                uint64_t carry = 0;
                for (unsigned j = 0; j < 3; j++) {
                    carry += (uint64_t)power[i] * x[j] + product[i + j];
                    product[i + j] = (uint32_t)carry;
                    carry >>= 32;
                }
                if (i + 3 < 9)
                    product[i + 3] += (uint32_t)carry;
            }
            memcpy(power, product, sizeof power);
        }
        if (power[degree + degree] < prime)
            fraction = candidate;
    }
    return fraction;
}

typedef struct sha512_tables {
    uint64_t start[8];
    uint64_t round[80];
} sha512_tables;

static const sha512_tables *sha512_constants(void)
{
    static sha512_tables tables;
    if (tables.start[0] != 0)
        return &tables;
    unsigned found = 0;
    for (unsigned n = 2; found < 80; n++) {
        bool prime = true;
        for (unsigned d = 2; d * d <= n; d++)
            prime = prime && n % d != 0;
        if (!prime)
            continue;
        if (found < 8)
            tables.start[found] = root_bits(n, 2);
        tables.round[found++] = root_bits(n, 3);
    }
    return &tables;
}

static uint64_t right64(uint64_t word, unsigned by)
{
    return word >> by | word << (64 - by);
}

static void sha512_block(const sha512_tables *tables, const uint8_t *block, uint64_t state[8])
{
    uint64_t w[80], v[8];
    for (unsigned t = 0; t < 16; t++)
        w[t] = toc_get_u64(block + 8 * (size_t)t);
    for (unsigned t = 16; t < 80; t++) {
        uint64_t s0 = right64(w[t - 15], 1) ^ right64(w[t - 15], 8) ^ w[t - 15] >> 7;
        uint64_t s1 = right64(w[t - 2], 19) ^ right64(w[t - 2], 61) ^ w[t - 2] >> 6;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(v, state, sizeof v);
    for (unsigned t = 0; t < 80; t++) {
        uint64_t s1 = right64(v[4], 14) ^ right64(v[4], 18) ^ right64(v[4], 41);
        uint64_t one = v[7] + s1 + ((v[4] & v[5]) ^ (~v[4] & v[6])) + tables->round[t] + w[t];
        uint64_t s0 = right64(v[0], 28) ^ right64(v[0], 34) ^ right64(v[0], 39);
        uint64_t two = s0 + ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += one;
        v[0] = one + two;
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] += v[i];
}

static void sha512_digest(const toc_span *parts, size_t count, uint8_t *out)
{
    uint8_t joined[JOINED_BYTES_MAX + 256] = {0};
    size_t size = join_parts(parts, count, joined, JOINED_BYTES_MAX);
    size_t padded = (size + 17 + 127) / 128 * 128;
    joined[size] = 0x80;
    toc_put_u64(joined + padded - 8, size * 8);
    const sha512_tables *tables = sha512_constants();
    uint64_t state[8];
    memcpy(state, tables->start, sizeof state);
    for (size_t at = 0; at < padded; at += 128)
        sha512_block(tables, joined + at, state);
    for (size_t i = 0; i < 8; i++)
        toc_put_u64(out + 8 * i, state[i]);
}

static void blake2b_digest(const toc_span *parts, size_t count, uint8_t *out)
{
    toc_blake2b_keyed((toc_span){0}, parts, count, out, 64);
}

static uint32_t right32(uint32_t word, unsigned by)
{
    return word >> by | word << (32 - by);
}

static void blake2s_mix(uint32_t v[16], unsigned a, unsigned b, unsigned c, unsigned d, uint32_t x,
                        uint32_t y)
{
    v[a] += v[b] + x;
    v[d] = right32(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = right32(v[b] ^ v[c], 12);
    v[a] += v[b] + y;
    v[d] = right32(v[d] ^ v[a], 8);
    v[c] += v[d];
    v[b] = right32(v[b] ^ v[c], 7);
}

static void blake2s_block(uint32_t state[8], const uint8_t *block, uint64_t counted, bool last)
{
    static const uint8_t order[10][16] = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
                                          {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
                                          {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
                                          {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
                                          {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
                                          {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
                                          {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
                                          {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
                                          {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
                                          {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0}};
    const sha512_tables *tables =
        sha512_constants(); /* BLAKE2s begins with SHA-256's words: the upper halves */
    uint32_t m[16], v[16];
    for (size_t i = 0; i < 16; i++)
        m[i] = __builtin_bswap32(toc_get_u32(block + 4 * i));
    for (unsigned i = 0; i < 8; i++) {
        v[i] = state[i];
        v[i + 8] = (uint32_t)(tables->start[i] >> 32);
    }
    v[12] ^= (uint32_t)counted;
    v[13] ^= (uint32_t)(counted >> 32);
    v[14] = last ? ~v[14] : v[14];
    for (unsigned r = 0; r < 10; r++) {
        const uint8_t *s = order[r];
        for (unsigned i = 0; i < 4; i++, s += 2)
            blake2s_mix(v, i, i + 4, i + 8, i + 12, m[s[0]], m[s[1]]);
        for (unsigned i = 0; i < 4; i++, s += 2)
            blake2s_mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[0]], m[s[1]]);
    }
    for (unsigned i = 0; i < 8; i++)
        state[i] ^= v[i] ^ v[i + 8];
}

static void blake2s_digest(const toc_span *parts, size_t count, uint8_t *out)
{
    uint8_t joined[JOINED_BYTES_MAX + 64] = {0};
    size_t size = join_parts(parts, count, joined, JOINED_BYTES_MAX);
    const sha512_tables *tables = sha512_constants();
    uint32_t state[8];
    for (unsigned i = 0; i < 8; i++)
        state[i] = (uint32_t)(tables->start[i] >> 32);
    state[0] ^= 0x01010020;
    size_t at = 0;
    for (; size - at > 64; at += 64)
        blake2s_block(state, joined + at, at + 64, false);
    blake2s_block(state, joined + at, size, true);
    for (size_t i = 0; i < 8; i++)
        toc_put_u32(out + 4 * i, __builtin_bswap32(state[i]));
}

static const struct {
    const char *name;
    toc_noise_hash hash;
} noise_hashes[] = {
    {"SHA512", {.bytes = 64, .block_bytes = 128, .digest = sha512_digest}},
    {"BLAKE2b", {.bytes = 64, .block_bytes = 128, .digest = blake2b_digest}},
    {"BLAKE2s", {.bytes = 32, .block_bytes = 64, .digest = blake2s_digest}},
};

/* Pre-messages as i (-> s) and r (<- s); messages apart by '/', the initiator's first. */
static const struct {
    const char *name, *known, *messages;
} noise_patterns[] = {
    {"N", "r", "e es"},
    {"K", "ir", "e es ss"},
    {"X", "r", "e es s ss"},
    {"NN", "", "e / e ee"},
    {"NK", "r", "e es / e ee"},
    {"NX", "", "e / e ee s es"},
    {"KN", "i", "e / e ee se"},
    {"KK", "ir", "e es ss / e ee se"},
    {"KX", "i", "e / e ee se s es"},
    {"XN", "", "e / e ee / s se"},
    {"XK", "r", "e es / e ee / s se"},
    {"XX", "", "e / e ee s es / s se"},
    {"IN", "", "e s / e ee se"},
    {"IK", "r", "e es s ss / e ee se"},
    {"IX", "", "e s / e ee se s es"},
    {"NK1", "r", "e / e ee es"},
    {"NX1", "", "e / e ee s / es"},
    {"X1N", "", "e / e ee / s / se"},
    {"X1K", "r", "e es / e ee / s / se"},
    {"XK1", "r", "e / e ee es / s se"},
    {"X1K1", "r", "e / e ee es / s / se"},
    {"X1X", "", "e / e ee s es / s / se"},
    {"XX1", "", "e / e ee s / es s se"},
    {"X1X1", "", "e / e ee s / es s / se"},
    {"K1N", "i", "e / e ee / se"},
    {"K1K", "ir", "e es / e ee / se"},
    {"KK1", "ir", "e / e ee se es"},
    {"K1K1", "ir", "e / e ee es / se"},
    {"K1X", "i", "e / e ee s es / se"},
    {"KX1", "i", "e / e ee se s / es"},
    {"K1X1", "i", "e / e ee s / se es"},
    {"I1N", "", "e s / e ee / se"},
    {"I1K", "r", "e es s / e ee / se"},
    {"IK1", "r", "e s / e ee se es"},
    {"I1K1", "r", "e s / e ee es / se"},
    {"I1X", "", "e s / e ee s es / se"},
    {"IX1", "", "e s / e ee se s / es"},
    {"I1X1", "", "e s / e ee s / se es"},
};

static toc_noise_token noise_token(const char *text, size_t size)
{
    static const char *const names[] = {"", "e", "s", "ee", "es", "se", "ss"};
    for (unsigned i = 1; i < TOC_COUNT(names); i++) {
        if (strlen(names[i]) == size && memcmp(names[i], text, size) == 0)
            return (toc_noise_token)i;
    }
    abort();
}

static void noise_messages(const char *text, toc_noise_suite *out)
{
    size_t message = 0, token = 0;
    for (const char *at = text; *at != 0;) {
        size_t size = strcspn(at, " ");
        if (*at == '/') {
            message++;
            token = 0;
        } else {
            out->messages[message][token++] = noise_token(at, size);
        }
        at += size + (at[size] == ' ' ? 1 : 0);
    }
    out->message_count = (uint8_t)(message + 1);
}

static const toc_noise_hash *noise_hash_named(const char *name)
{
    if (strcmp(name, "SHA256") == 0)
        return &toc_noise_sha256;
    for (size_t i = 0; i < TOC_COUNT(noise_hashes); i++) {
        if (strcmp(name, noise_hashes[i].name) == 0)
            return &noise_hashes[i].hash;
    }
    return NULL;
}

/* False for what is not built: PSK and fallback patterns, other curves, ciphers and hashes. */
static bool noise_suite_named(const char *protocol_name, toc_noise_suite *out)
{
    char pattern[16], curve[8], cipher[16], hash[16];
    if (sscanf(protocol_name, "Noise_%15[^_]_%7[^_]_%15[^_]_%15s", pattern, curve, cipher, hash) !=
            4 ||
        strcmp(curve, "25519") != 0 || strcmp(cipher, "ChaChaPoly") != 0)
        return false;
    *out = (toc_noise_suite){.name = protocol_name, .hash = noise_hash_named(hash)};
    for (size_t i = 0; i < TOC_COUNT(noise_patterns); i++) {
        if (strcmp(noise_patterns[i].name, pattern) != 0)
            continue;
        out->initiator_known = strchr(noise_patterns[i].known, 'i') != NULL;
        out->responder_known = strchr(noise_patterns[i].known, 'r') != NULL;
        noise_messages(noise_patterns[i].messages, out);
        return out->hash != NULL;
    }
    return false;
}

#endif
