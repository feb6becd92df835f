#include "proto/address/digest.h"

#include "proto/base/endian.h"
#include "proto/base/error.h"

static const uint64_t sha512_constants[80] = {
    0x428A2F98D728AE22, 0x7137449123EF65CD, 0xB5C0FBCFEC4D3B2F, 0xE9B5DBA58189DBBC,
    0x3956C25BF348B538, 0x59F111F1B605D019, 0x923F82A4AF194F9B, 0xAB1C5ED5DA6D8118,
    0xD807AA98A3030242, 0x12835B0145706FBE, 0x243185BE4EE4B28C, 0x550C7DC3D5FFB4E2,
    0x72BE5D74F27B896F, 0x80DEB1FE3B1696B1, 0x9BDC06A725C71235, 0xC19BF174CF692694,
    0xE49B69C19EF14AD2, 0xEFBE4786384F25E3, 0x0FC19DC68B8CD5B5, 0x240CA1CC77AC9C65,
    0x2DE92C6F592B0275, 0x4A7484AA6EA6E483, 0x5CB0A9DCBD41FBD4, 0x76F988DA831153B5,
    0x983E5152EE66DFAB, 0xA831C66D2DB43210, 0xB00327C898FB213F, 0xBF597FC7BEEF0EE4,
    0xC6E00BF33DA88FC2, 0xD5A79147930AA725, 0x06CA6351E003826F, 0x142929670A0E6E70,
    0x27B70A8546D22FFC, 0x2E1B21385C26C926, 0x4D2C6DFC5AC42AED, 0x53380D139D95B3DF,
    0x650A73548BAF63DE, 0x766A0ABB3C77B2A8, 0x81C2C92E47EDAEE6, 0x92722C851482353B,
    0xA2BFE8A14CF10364, 0xA81A664BBC423001, 0xC24B8B70D0F89791, 0xC76C51A30654BE30,
    0xD192E819D6EF5218, 0xD69906245565A910, 0xF40E35855771202A, 0x106AA07032BBD1B8,
    0x19A4C116B8D2D0C8, 0x1E376C085141AB53, 0x2748774CDF8EEB99, 0x34B0BCB5E19B48A8,
    0x391C0CB3C5C95A63, 0x4ED8AA4AE3418ACB, 0x5B9CCA4F7763E373, 0x682E6FF3D6B2B8A3,
    0x748F82EE5DEFB2FC, 0x78A5636F43172F60, 0x84C87814A1F0AB72, 0x8CC702081A6439EC,
    0x90BEFFFA23631E28, 0xA4506CEBDE82BDE9, 0xBEF9A3F7B2C67915, 0xC67178F2E372532B,
    0xCA273ECEEA26619C, 0xD186B8C721C0C207, 0xEADA7DD6CDE0EB1E, 0xF57D4F7FEE6ED178,
    0x06F067AA72176FBA, 0x0A637DC5A2C898A6, 0x113F9804BEF90DAE, 0x1B710B35131C471B,
    0x28DB77F523047D84, 0x32CAAB7B40C72493, 0x3C9EBE0A15C9BEBC, 0x431D67C49C100D4C,
    0x4CC5D4BECB3E42B6, 0x597F299CFC657E2A, 0x5FCB6FAB3AD6FAEC, 0x6C44198C4A475817,
};

static inline uint64_t rotate_right(uint64_t value, unsigned bits)
{
    return value >> bits | value << (64 - bits);
}

static void sha512_block(uint64_t state[8], const uint8_t *block)
{
    uint64_t w[80], s[8];
    for (size_t i = 0; i < 16; i++)
        w[i] = toc_get_u64(block + 8 * i);
    for (size_t i = 16; i < 80; i++) {
        uint64_t a = w[i - 15], b = w[i - 2];
        uint64_t s0 = rotate_right(a, 1) ^ rotate_right(a, 8) ^ a >> 7;
        uint64_t s1 = rotate_right(b, 19) ^ rotate_right(b, 61) ^ b >> 6;
        w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    memcpy(s, state, sizeof s);
    for (size_t i = 0; i < 80; i++) {
        uint64_t s1 = rotate_right(s[4], 14) ^ rotate_right(s[4], 18) ^ rotate_right(s[4], 41);
        uint64_t t1 = s[7] + s1 + ((s[4] & s[5]) ^ (~s[4] & s[6])) + sha512_constants[i] + w[i];
        uint64_t s0 = rotate_right(s[0], 28) ^ rotate_right(s[0], 34) ^ rotate_right(s[0], 39);
        uint64_t t2 = s0 + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        memmove(s + 1, s, 7 * sizeof s[0]);
        s[4] += t1;
        s[0] = t1 + t2;
    }
    for (size_t i = 0; i < 8; i++)
        state[i] += s[i];
}

void toc_sha512_256(toc_span data, toc_hash *out)
{
    uint64_t state[8] = {0x22312194FC2BF72C, 0x9F555FA3C84C64C2, 0x2393B86B6F53B151,
                         0x963877195940EABD, 0x96283EE2A88EFFE3, 0xBE5E1E2553863992,
                         0x2B0199FC2C85B8AA, 0x0EB72DDC81C52CA2};
    uint8_t tail[256] = {0};
    size_t at = 0;
    for (; data.size - at >= 128; at += 128)
        sha512_block(state, data.data + at);
    size_t left = data.size - at, tail_bytes = left < 112 ? 128 : 256;
    if (left > 0)
        memcpy(tail, data.data + at, left);
    tail[left] = 0x80;
    toc_put_u64(tail + tail_bytes - 8, (uint64_t)data.size * 8);
    for (size_t i = 0; i < tail_bytes; i += 128)
        sha512_block(state, tail + i);
    for (size_t i = 0; i < 4; i++)
        toc_put_u64(out->bytes + 8 * i, state[i]);
}

static const uint64_t blake2b_start[8] = {
    0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
    0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
};

static const uint8_t blake2b_order[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static void blake2b_mix(uint64_t *v, const uint8_t at[4], uint64_t x, uint64_t y)
{
    uint64_t a = v[at[0]], b = v[at[1]], c = v[at[2]], d = v[at[3]];
    a += b + x;
    d = rotate_right(d ^ a, 32);
    c += d;
    b = rotate_right(b ^ c, 24);
    a += b + y;
    d = rotate_right(d ^ a, 16);
    c += d;
    b = rotate_right(b ^ c, 63);
    v[at[0]] = a;
    v[at[1]] = b;
    v[at[2]] = c;
    v[at[3]] = d;
}

static void blake2b_block(uint64_t state[8], const uint8_t *block, uint64_t counted, bool last)
{
    static const uint8_t columns[8][4] = {{0, 4, 8, 12},  {1, 5, 9, 13},  {2, 6, 10, 14},
                                          {3, 7, 11, 15}, {0, 5, 10, 15}, {1, 6, 11, 12},
                                          {2, 7, 8, 13},  {3, 4, 9, 14}};
    uint64_t m[16], v[16];
    memcpy(m, block, sizeof m); /* little-endian, as the machine */
    memcpy(v, state, 64);
    memcpy(v + 8, blake2b_start, 64);
    v[12] ^= counted;
    v[14] = last ? ~v[14] : v[14];
    for (size_t round = 0; round < 12; round++) {
        const uint8_t *order = blake2b_order[round % 10];
        for (size_t i = 0; i < 8; i++)
            blake2b_mix(v, columns[i], m[order[2 * i]], m[order[2 * i + 1]]);
    }
    for (size_t i = 0; i < 8; i++)
        state[i] ^= v[i] ^ v[i + 8];
}

void toc_blake2b_digest(const uint8_t *personal, toc_span first, toc_span second, uint8_t *out,
                        size_t out_bytes)
{
    uint64_t state[8], words[2];
    uint8_t block[128];
    size_t used = 0;
    uint64_t counted = 0;
    TOC_ASSERT(out_bytes > 0 && out_bytes <= 64);
    memcpy(state, blake2b_start, sizeof state);
    state[0] ^= 0x01010000 ^ out_bytes;
    if (personal != NULL) {
        memcpy(words, personal, 16);
        state[6] ^= words[0];
        state[7] ^= words[1];
    }
    for (size_t i = 0; i < first.size + second.size; i++) {
        if (used == sizeof block) {
            counted += sizeof block;
            blake2b_block(state, block, counted, false);
            used = 0;
        }
        block[used++] = i < first.size ? first.data[i] : second.data[i - first.size];
    }
    memset(block + used, 0, sizeof block - used);
    blake2b_block(state, block, counted + used, true);
    memcpy(out, state, out_bytes);
}

uint16_t toc_crc16(toc_span data)
{
    unsigned crc = 0;
    for (size_t i = 0; i < data.size; i++) {
        crc ^= (unsigned)data.data[i] << 8;
        for (unsigned bit = 0; bit < 8; bit++)
            crc = (crc << 1 ^ ((crc & 0x8000) != 0 ? 0x1021U : 0)) & 0xFFFF;
    }
    return (uint16_t)crc;
}

uint32_t toc_crc32(toc_span data)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < data.size; i++) {
        crc ^= data.data[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ ((crc & 1) != 0 ? 0xEDB88320U : 0);
    }
    return ~crc;
}
