#include "tests/support/check.h"
#include "tests/support/started.h"

#include <sodium.h>

#include "proto/crypto/sign.h"
#include "tests/support/vectors.h"

static toc_secret *seed_of(toc_span bytes)
{
    toc_secret *seed = NULL;
    if (toc_secret_from(bytes, &seed, NULL) != TOC_OK)
        fail_msg("no slot for a seed");
    return seed;
}

static void keys_and_signatures_are_those_of_rfc_8032(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-ed25519.txt", 5);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        TOC_AUTO(toc_secret_free) toc_secret *seed = seed_of(toc_vector_hex(vector, "seed"));
        toc_verify_key expected_key, key;
        toc_signature expected, signature;
        toc_vector_hex_into(vector, "key", expected_key.bytes, 32);
        toc_vector_hex_into(vector, "signature", expected.bytes, 64);
        toc_span message = toc_vector_hex(vector, "message");
        toc_sign_public(seed, &key);
        assert_memory_equal(key.bytes, expected_key.bytes, 32);
        assert_true(toc_verify_key_valid(&key));
        toc_sign(seed, "", message, &signature);
        assert_memory_equal(signature.bytes, expected.bytes, 64);
        TOC_CHECK_OK(toc_verify(&key, "", message, &expected, &err));
    }
}

static void a_domain_stands_before_the_message(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free)
    toc_secret *seed = seed_of(toc_span_text("0123456789abcdef0123456789abcdef"));
    toc_verify_key key;
    toc_signature joined, apart;
    toc_sign_public(seed, &key);
    toc_sign(seed, "", toc_span_text(TOC_DOMAIN_CARD "hash"), &joined);
    toc_sign(seed, TOC_DOMAIN_CARD, toc_span_text("hash"), &apart);
    assert_memory_equal(joined.bytes, apart.bytes, 64);
    TOC_CHECK_OK(toc_verify(&key, TOC_DOMAIN_CARD, toc_span_text("hash"), &apart, &err));
    TOC_CHECK_FAILS(TOC_SIGNATURE,
                    toc_verify(&key, TOC_DOMAIN_CHARTER, toc_span_text("hash"), &apart, &err));
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_verify(&key, "", toc_span_text("hash"), &apart, &err));
}

static void the_domains_are_those_of_the_protocol(void **state)
{
    (void)state;
    assert_string_equal(TOC_DOMAIN_CARD, "tocsin/card-sig/1\n");
    assert_string_equal(TOC_DOMAIN_CHARTER, "tocsin/charter-sig/1\n");
    assert_string_equal(TOC_DOMAIN_POP, "tocsin/pop/1\n");
}

static void every_changed_bit_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free)
    toc_secret *seed = seed_of(toc_span_text("0123456789abcdef0123456789abcdef"));
    uint8_t message[9] = "a record";
    toc_verify_key key;
    toc_signature signature;
    toc_sign_public(seed, &key);
    toc_sign(seed, "d\n", TOC_SPAN_OF(message), &signature);
    TOC_CHECK_OK(toc_verify(&key, "d\n", TOC_SPAN_OF(message), &signature, &err));
    struct {
        uint8_t *bytes;
        size_t size;
    } fields[] = {{signature.bytes, 64}, {key.bytes, 32}, {message, sizeof message}};
    for (size_t field = 0; field < TOC_COUNT(fields); field++) {
        for (size_t bit = 0; bit < 8 * fields[field].size; bit++) {
            fields[field].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            TOC_CHECK_FAILS(TOC_SIGNATURE,
                            toc_verify(&key, "d\n", TOC_SPAN_OF(message), &signature, &err));
            fields[field].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void only_points_of_the_main_subgroup_are_keys(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-ed25519-points.txt", 51);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_verify_key key;
        toc_vector_hex_into(vector, "point", key.bytes, 32);
        if (toc_verify_key_valid(&key) != toc_vector_bool(vector, "valid"))
            fail_msg("%s", toc_vector_text(vector, "why"));
    }
}

/* Valid keys are remembered by their first bytes; what looks like one is judged by itself. */
static void a_key_beside_a_remembered_one_is_judged_by_itself(void **state)
{
    (void)state;
    TOC_AUTO(toc_secret_free) toc_secret *seed = NULL;
    toc_err err;
    toc_verify_key key, other;
    TOC_CHECK_OK(toc_secret_random(&seed, &err));
    toc_sign_public(seed, &key);
    for (size_t bit = 0; bit < 8 * sizeof key.bytes; bit++) {
        other = key;
        other.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_true(toc_verify_key_valid(&key));
        for (int i = 0; i < 2; i++)
            assert_int_equal(toc_verify_key_valid(&other),
                             crypto_core_ed25519_is_valid_point(other.bytes) == 1);
    }
}

static void signatures_on_which_libraries_disagree_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-ed25519-speccheck.txt", 12);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_verify_key key;
        toc_signature signature;
        toc_vector_hex_into(vector, "key", key.bytes, 32);
        toc_vector_hex_into(vector, "signature", signature.bytes, 64);
        if (toc_verify(&key, "", toc_vector_hex(vector, "message"), &signature, NULL) !=
            TOC_SIGNATURE)
            fail_msg("speccheck %s: %s", toc_vector_text(vector, "number"),
                     toc_vector_text(vector, "why"));
    }
}

/* Were it otherwise, the library would have turned to cofactored verification, and R alone would be
 * what keeps 4 and 5 out. Number 3 shows the check of keys at work: the bare library takes it. */
static void the_bare_library_refuses_speccheck_4_and_5_and_takes_3(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-ed25519-speccheck.txt", 12);
    for (size_t i = 3; i <= 5; i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        assert_int_equal(toc_vector_u64(vector, "number"), i);
        toc_span message = toc_vector_hex(vector, "message");
        int result =
            crypto_sign_verify_detached(toc_vector_hex(vector, "signature").data, message.data,
                                        message.size, toc_vector_hex(vector, "key").data);
        assert_int_equal(result, i == 3 ? 0 : -1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_and_signatures_are_those_of_rfc_8032),
        cmocka_unit_test(a_domain_stands_before_the_message),
        cmocka_unit_test(the_domains_are_those_of_the_protocol),
        cmocka_unit_test(every_changed_bit_is_refused),
        cmocka_unit_test(only_points_of_the_main_subgroup_are_keys),
        cmocka_unit_test(a_key_beside_a_remembered_one_is_judged_by_itself),
        cmocka_unit_test(signatures_on_which_libraries_disagree_are_refused),
        cmocka_unit_test(the_bare_library_refuses_speccheck_4_and_5_and_takes_3),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
