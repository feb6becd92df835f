#include "proto/address/keccak.h"

static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808A, 0x8000000080008000,
    0x000000000000808B, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008A, 0x0000000000000088, 0x0000000080008009, 0x000000008000000A,
    0x000000008000808B, 0x800000000000008B, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800A, 0x800000008000000A,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rotate(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* One round from `a` to `e`: theta, then rho, pi and chi plane by plane (FIPS 202 §3.2). Lanes 1,
 * 2, 8, 12, 17 and 20 are kept complemented, which saves all but one NOT of each plane (Keccak
 * implementation overview 3.2, §2.2 "Lane complementing"). */
#define PLANE(e, y, c0, c1, c2, c3, c4)                                                            \
    do {                                                                                           \
        (e)[5 * (y) + 0] = (c0);                                                                   \
        (e)[5 * (y) + 1] = (c1);                                                                   \
        (e)[5 * (y) + 2] = (c2);                                                                   \
        (e)[5 * (y) + 3] = (c3);                                                                   \
        (e)[5 * (y) + 4] = (c4);                                                                   \
    } while (0)

static inline __attribute__((always_inline)) void round_of(const uint64_t *a, uint64_t *e,
                                                           uint64_t constant)
{
    uint64_t c0 = a[0] ^ a[5] ^ a[10] ^ a[15] ^ a[20];
    uint64_t c1 = a[1] ^ a[6] ^ a[11] ^ a[16] ^ a[21];
    uint64_t c2 = a[2] ^ a[7] ^ a[12] ^ a[17] ^ a[22];
    uint64_t c3 = a[3] ^ a[8] ^ a[13] ^ a[18] ^ a[23];
    uint64_t c4 = a[4] ^ a[9] ^ a[14] ^ a[19] ^ a[24];
    uint64_t d0 = c4 ^ rotate(c1, 1), d1 = c0 ^ rotate(c2, 1), d2 = c1 ^ rotate(c3, 1);
    uint64_t d3 = c2 ^ rotate(c4, 1), d4 = c3 ^ rotate(c0, 1);
    uint64_t b0 = a[0] ^ d0, b1 = rotate(a[6] ^ d1, 44), b2 = rotate(a[12] ^ d2, 43);
    uint64_t b3 = rotate(a[18] ^ d3, 21), b4 = rotate(a[24] ^ d4, 14);
    PLANE(e, 0, b0 ^ (b1 | b2) ^ constant, b1 ^ (~b2 | b3), b2 ^ (b3 & b4), b3 ^ (b4 | b0),
          b4 ^ (b0 & b1));
    b0 = rotate(a[3] ^ d3, 28), b1 = rotate(a[9] ^ d4, 20), b2 = rotate(a[10] ^ d0, 3);
    b3 = rotate(a[16] ^ d1, 45), b4 = rotate(a[22] ^ d2, 61);
    PLANE(e, 1, b0 ^ (b1 | b2), b1 ^ (b2 & b3), b2 ^ (b3 | ~b4), b3 ^ (b4 | b0), b4 ^ (b0 & b1));
    b0 = rotate(a[1] ^ d1, 1), b1 = rotate(a[7] ^ d2, 6), b2 = rotate(a[13] ^ d3, 25);
    b3 = rotate(a[19] ^ d4, 8), b4 = rotate(a[20] ^ d0, 18);
    PLANE(e, 2, b0 ^ (b1 | b2), b1 ^ (b2 & b3), b2 ^ (~b3 & b4), ~b3 ^ (b4 | b0), b4 ^ (b0 & b1));
    b0 = rotate(a[4] ^ d4, 27), b1 = rotate(a[5] ^ d0, 36), b2 = rotate(a[11] ^ d1, 10);
    b3 = rotate(a[17] ^ d2, 15), b4 = rotate(a[23] ^ d3, 56);
    PLANE(e, 3, b0 ^ (b1 & b2), b1 ^ (b2 | b3), b2 ^ (~b3 | b4), ~b3 ^ (b4 & b0), b4 ^ (b0 | b1));
    b0 = rotate(a[2] ^ d2, 62), b1 = rotate(a[8] ^ d3, 55), b2 = rotate(a[14] ^ d4, 39);
    b3 = rotate(a[15] ^ d0, 41), b4 = rotate(a[21] ^ d1, 2);
    PLANE(e, 4, b0 ^ (~b1 & b2), ~b1 ^ (b2 | b3), b2 ^ (b3 & b4), b3 ^ (b4 | b0), b4 ^ (b0 & b1));
}

static inline void complement(uint64_t *lanes)
{
    static const uint8_t which[] = {1, 2, 8, 12, 17, 20};
    for (unsigned i = 0; i < sizeof which; i++)
        lanes[which[i]] = ~lanes[which[i]];
}

void toc_keccak_f1600(uint64_t lanes[25])
{
    uint64_t even[25], odd[25];
    memcpy(even, lanes, sizeof even);
    complement(even);
    for (unsigned i = 0; i < 24; i += 2) {
        round_of(even, odd, round_constants[i]);
        round_of(odd, even, round_constants[i + 1]);
    }
    complement(even);
    memcpy(lanes, even, sizeof even);
}

enum { RATE = 136 };

static void absorb(uint64_t *lanes, const uint8_t *block)
{
    for (size_t i = 0; i < RATE / 8; i++) {
        uint64_t lane; /* little-endian, as the machine */
        memcpy(&lane, block + 8 * i, 8);
        lanes[i] ^= lane;
    }
    toc_keccak_f1600(lanes);
}

void toc_keccak256(toc_span data, toc_hash *out)
{
    uint64_t lanes[25] = {0};
    uint8_t last[RATE] = {0};
    size_t at = 0;
    for (; data.size - at >= RATE; at += RATE)
        absorb(lanes, data.data + at);
    if (data.size > at)
        memcpy(last, data.data + at, data.size - at);
    last[data.size - at] = 0x01;
    last[RATE - 1] |= 0x80;
    absorb(lanes, last);
    memcpy(out->bytes, lanes, 32);
}
