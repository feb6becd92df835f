#include "proto/crypto/shamir.h"

#include "proto/crypto/secret.h"

uint8_t toc_gf_multiply(uint8_t left, uint8_t right)
{
    unsigned a = left, product = 0;
    for (unsigned bit = 0; bit < 8; bit++) {
        product ^= a & (0u - (((unsigned)right >> bit) & 1u));
        a = (a << 1) ^ (0x11bu & (0u - (a >> 7)));
    }
    return (uint8_t)product;
}

/* a^254, which is 1/a; of 0 it is 0. */
static uint8_t inverse(uint8_t a)
{
    uint8_t power = a, result = 1;
    for (int i = 0; i < 7; i++) {
        power = toc_gf_multiply(power, power);
        result = toc_gf_multiply(result, power);
    }
    return result;
}

toc_code toc_shamir_split(toc_span secret, uint8_t threshold, uint8_t count, uint8_t *out,
                          toc_err *err)
{
    if (threshold < 2 || threshold > count || count > TOC_SHARES_MAX)
        return toc_fail(err, TOC_USAGE,
                        "%u of %u shares: from 2 to all of them are needed, and there are at "
                        "most %d",
                        threshold, count, TOC_SHARES_MAX);
    uint8_t coefficients[TOC_SHARES_MAX];
    for (size_t i = 0; i < secret.size; i++) {
        toc_random(coefficients, threshold);
        coefficients[0] = secret.data[i];
        for (unsigned x = 1; x <= count; x++) {
            uint8_t value = 0;
            for (unsigned power = threshold; power > 0; power--)
                value = (uint8_t)(toc_gf_multiply(value, (uint8_t)x) ^ coefficients[power - 1]);
            out[(x - 1) * secret.size + i] = value;
        }
    }
    toc_wipe(coefficients, sizeof coefficients);
    return TOC_OK;
}

toc_code toc_shamir_join(const uint8_t *x, const uint8_t *shares, uint8_t count, size_t size,
                         uint8_t *out, toc_err *err)
{
    if (count < 2 || count > TOC_SHARES_MAX)
        return toc_fail(err, TOC_USAGE, "%u shares: 2 to %d are needed", count, TOC_SHARES_MAX);
    for (unsigned i = 0; i < count; i++) {
        for (unsigned j = 0; j < i; j++) {
            if (x[i] == x[j])
                return toc_fail(err, TOC_USAGE, "share %u is there twice", x[i]);
        }
        if (x[i] == 0)
            return toc_fail(err, TOC_USAGE, "no share has the number 0");
    }
    memset(out, 0, size);
    for (unsigned i = 0; i < count; i++) {
        uint8_t weight = 1; /* Lagrange at 0: the product of x[j] / (x[j] - x[i]) */
        for (unsigned j = 0; j < count; j++) {
            if (j != i)
                weight =
                    toc_gf_multiply(weight, toc_gf_multiply(x[j], inverse((uint8_t)(x[j] ^ x[i]))));
        }
        for (size_t at = 0; at < size; at++)
            out[at] ^= toc_gf_multiply(weight, shares[i * size + at]);
    }
    return TOC_OK;
}
