#include "proto/address/curve.h"

#include <string.h>

/* Numbers modulo p = 2^255 - 19 in five limbs of 51 bits, least first; a limb may run a little
 * over. */
typedef struct field {
    uint64_t limb[5];
} field;

__extension__ typedef unsigned __int128 wide;

enum { LIMB_BITS = 51 };
static const uint64_t limb_mask = (1ULL << LIMB_BITS) - 1;

static field field_carry(const wide *sums)
{
    field out;
    wide carry = 0;
    for (unsigned i = 0; i < 5; i++) {
        carry += sums[i];
        out.limb[i] = (uint64_t)carry & limb_mask;
        carry >>= LIMB_BITS;
    }
    out.limb[0] += (uint64_t)carry * 19; /* 2^255 = 19 */
    out.limb[1] += out.limb[0] >> LIMB_BITS;
    out.limb[0] &= limb_mask;
    return out;
}

static field field_multiply(const field *a, const field *b)
{
    const uint64_t *x = a->limb, *y = b->limb;
    uint64_t z[5] = {0, y[1] * 19, y[2] * 19, y[3] * 19, y[4] * 19};
    wide sums[5] = {
        (wide)x[0] * y[0] + (wide)x[1] * z[4] + (wide)x[2] * z[3] + (wide)x[3] * z[2] +
            (wide)x[4] * z[1],
        (wide)x[0] * y[1] + (wide)x[1] * y[0] + (wide)x[2] * z[4] + (wide)x[3] * z[3] +
            (wide)x[4] * z[2],
        (wide)x[0] * y[2] + (wide)x[1] * y[1] + (wide)x[2] * y[0] + (wide)x[3] * z[4] +
            (wide)x[4] * z[3],
        (wide)x[0] * y[3] + (wide)x[1] * y[2] + (wide)x[2] * y[1] + (wide)x[3] * y[0] +
            (wide)x[4] * z[4],
        (wide)x[0] * y[4] + (wide)x[1] * y[3] + (wide)x[2] * y[2] + (wide)x[3] * y[1] +
            (wide)x[4] * y[0],
    };
    return field_carry(sums);
}

/* Written out with the limbs in registers: nearly all of the time is spent here. */
static field field_square_times(field a, unsigned times)
{
    uint64_t x0 = a.limb[0], x1 = a.limb[1], x2 = a.limb[2], x3 = a.limb[3], x4 = a.limb[4];
    while (times-- > 0) {
        uint64_t d0 = 2 * x0, d1 = 2 * x1, d2 = 38 * x2, d3 = 19 * x3, d419 = 19 * x4,
                 d4 = 2 * d419;
        wide s0 = (wide)x0 * x0 + (wide)d4 * x1 + (wide)d2 * x3;
        wide s1 = (wide)d0 * x1 + (wide)d4 * x2 + (wide)d3 * x3;
        wide s2 = (wide)d0 * x2 + (wide)x1 * x1 + (wide)d4 * x3;
        wide s3 = (wide)d0 * x3 + (wide)d1 * x2 + (wide)d419 * x4;
        wide s4 = (wide)d0 * x4 + (wide)d1 * x3 + (wide)x2 * x2;
        s1 += (uint64_t)(s0 >> LIMB_BITS);
        s2 += (uint64_t)(s1 >> LIMB_BITS);
        s3 += (uint64_t)(s2 >> LIMB_BITS);
        s4 += (uint64_t)(s3 >> LIMB_BITS);
        x0 = ((uint64_t)s0 & limb_mask) + (uint64_t)(s4 >> LIMB_BITS) * 19;
        x1 = ((uint64_t)s1 & limb_mask) + (x0 >> LIMB_BITS);
        x0 &= limb_mask;
        x2 = (uint64_t)s2 & limb_mask;
        x3 = (uint64_t)s3 & limb_mask;
        x4 = (uint64_t)s4 & limb_mask;
    }
    return (field){.limb = {x0, x1, x2, x3, x4}};
}

/* a - b, with four times p added so that no limb goes below zero. */
static field field_subtract(const field *a, const field *b)
{
    wide sums[5];
    for (unsigned i = 0; i < 5; i++)
        sums[i] = (wide)a->limb[i] + (wide)4 * limb_mask - (i == 0 ? 72 : 0) - b->limb[i];
    return field_carry(sums);
}

static field field_add(const field *a, const field *b)
{
    wide sums[5];
    for (unsigned i = 0; i < 5; i++)
        sums[i] = (wide)a->limb[i] + b->limb[i];
    return field_carry(sums);
}

/* Brings the limbs to the one form below p. */
static field field_reduce(field a)
{
    wide sums[5];
    for (unsigned pass = 0; pass < 2; pass++) {
        for (unsigned i = 0; i < 5; i++)
            sums[i] = a.limb[i];
        a = field_carry(sums);
    }
    bool above = a.limb[0] >= limb_mask - 18;
    for (unsigned i = 1; i < 5; i++)
        above = above && a.limb[i] == limb_mask;
    if (above)
        a = (field){.limb = {a.limb[0] - (limb_mask - 18)}};
    return a;
}

static bool field_is(const field *a, uint64_t small)
{
    field reduced = field_reduce(*a);
    return reduced.limb[0] == small &&
           (reduced.limb[1] | reduced.limb[2] | reduced.limb[3] | reduced.limb[4]) == 0;
}

static field field_load(const uint8_t bytes[32])
{
    field out;
    for (unsigned i = 0; i < 5; i++) {
        unsigned bit = i * LIMB_BITS, byte = bit / 8 < 24 ? bit / 8 : 24;
        uint64_t word;
        memcpy(&word, bytes + byte, 8); /* little-endian, as the machine */
        out.limb[i] = word >> (bit - 8 * byte) & limb_mask;
    }
    return out;
}

/* a^((p-1)/2): 1 for a square, 0 for 0, p - 1 otherwise (Euler). (p-1)/2 = 2^254 - 10. */
static field field_euler(const field *a)
{
    field a2 = field_multiply(a, a);
    field t = field_square_times(a2, 2);
    field a9 = field_multiply(&t, a);
    field a11 = field_multiply(&a9, &a2);
    t = field_multiply(&a11, &a11);
    field e5 = field_multiply(&t, &a9); /* eN = a^(2^N - 1) */
    t = field_square_times(e5, 5);
    field e10 = field_multiply(&t, &e5);
    t = field_square_times(e10, 10);
    field e20 = field_multiply(&t, &e10);
    t = field_square_times(e20, 20);
    field e40 = field_multiply(&t, &e20);
    t = field_square_times(e40, 10);
    field e50 = field_multiply(&t, &e10);
    t = field_square_times(e50, 50);
    field e100 = field_multiply(&t, &e50);
    t = field_square_times(e100, 100);
    field e200 = field_multiply(&t, &e100);
    t = field_square_times(e200, 50);
    field e250 = field_multiply(&t, &e50);
    t = field_square_times(e250, 3); /* 2^253 - 8 */
    field a3 = field_multiply(&a2, a);
    t = field_multiply(&t, &a3); /* 2^253 - 5 */
    return field_multiply(&t, &t);
}

bool toc_curve25519_holds(const uint8_t bytes[32])
{
    static const field d = {.limb = {0x34DCA135978A3, 0x1A8283B156EBD, 0x5E7A26001C029,
                                     0x739C663A03CBB, 0x52036CEE2B6FF}};
    static const field one = {.limb = {1}};
    field y = field_load(bytes);
    field yy = field_multiply(&y, &y);
    field u = field_subtract(&yy, &one);
    field t = field_multiply(&d, &yy);
    field v = field_add(&t, &one);
    /* x^2 = u / v, and u / v is a square where u * v is one. */
    field product = field_multiply(&u, &v);
    field symbol = field_euler(&product);
    if (field_is(&symbol, 1))
        return true;
    return field_is(&product, 0);
}
