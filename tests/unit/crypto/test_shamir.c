#include "proto/crypto/secret.h"
#include "proto/crypto/shamir.h"
#include "tests/support/check.h"
#include "tests/support/started.h"
#include "tests/support/vectors.h"

static void products_and_shares_of_another_implementation_agree(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-shamir.txt", 9);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        if (toc_vector_has(vector, "product")) {
            toc_span product = toc_vector_hex(vector, "product");
            assert_int_equal(toc_gf_multiply(product.data[0], product.data[1]), product.data[2]);
            continue;
        }
        toc_err err;
        uint8_t joined[8];
        toc_span x = toc_vector_hex(vector, "x"), shares = toc_vector_hex(vector, "shares");
        TOC_CHECK_OK(toc_shamir_join(x.data, shares.data, (uint8_t)x.size, 8, joined, &err));
        assert_memory_equal(joined, toc_vector_hex(vector, "secret").data, 8);
    }
}

static void any_that_are_enough_give_the_secret_and_fewer_do_not(void **state)
{
    (void)state;
    enum { SIZE = 32, MADE = 5, NEEDED = 3 };
    toc_err err;
    uint8_t secret[SIZE], shares[MADE * SIZE], joined[SIZE], chosen[NEEDED * SIZE];
    toc_random(secret, sizeof secret);
    TOC_CHECK_OK(toc_shamir_split(TOC_SPAN_OF(secret), NEEDED, MADE, shares, &err));
    for (unsigned set = 0; set < 1u << MADE; set++) {
        uint8_t x[MADE], count = 0;
        for (unsigned i = 0; i < MADE; i++) {
            if ((set & 1u << i) == 0 || count == NEEDED)
                continue;
            x[count] = (uint8_t)(i + 1);
            memcpy(chosen + (size_t)count++ * SIZE, shares + (size_t)i * SIZE, SIZE);
        }
        if (count < 2)
            continue;
        TOC_CHECK_OK(toc_shamir_join(x, chosen, count, SIZE, joined, &err));
        if (count == NEEDED)
            assert_memory_equal(joined, secret, SIZE);
        else
            assert_memory_not_equal(joined, secret, SIZE);
    }
}

static void numbers_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    toc_err err;
    uint8_t secret[1] = {7}, out[64], twice[] = {3, 3}, zero[] = {0, 1};
    assert_int_equal(toc_shamir_split(TOC_SPAN_OF(secret), 1, 3, out, &err), TOC_USAGE);
    assert_int_equal(toc_shamir_split(TOC_SPAN_OF(secret), 4, 3, out, &err), TOC_USAGE);
    assert_int_equal(toc_shamir_split(TOC_SPAN_OF(secret), 2, 33, out, &err), TOC_USAGE);
    assert_int_equal(toc_shamir_join(twice, out, 2, 1, secret, &err), TOC_USAGE);
    assert_int_equal(toc_shamir_join(zero, out, 2, 1, secret, &err), TOC_USAGE);
    assert_int_equal(secret[0], 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(products_and_shares_of_another_implementation_agree),
        cmocka_unit_test(any_that_are_enough_give_the_secret_and_fewer_do_not),
        cmocka_unit_test(numbers_that_make_no_sense_are_refused),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
