#include "tests/support/check.h"
#include "tests/support/started.h"

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/secret.h"
#include "tests/support/vectors.h"

enum { REPEAT_MAX = 1000 };

static void sha256_gives_the_values_of_fips_180_4(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-sha256.txt", 5);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_span parts[REPEAT_MAX];
        size_t repeat = toc_vector_u64(vector, "repeat");
        assert_true(repeat <= REPEAT_MAX);
        for (size_t j = 0; j < repeat; j++)
            parts[j] = toc_vector_hex(vector, "message");
        toc_hash expected, hash;
        toc_vector_hex_into(vector, "hash", expected.bytes, 32);
        toc_sha256_parts(parts, repeat, &hash);
        assert_memory_equal(hash.bytes, expected.bytes, 32);
        if (repeat == 1) {
            toc_sha256(parts[0], &hash);
            assert_memory_equal(hash.bytes, expected.bytes, 32);
        }
    }
}

static void blake2b_gives_the_values_of_rfc_7693_and_the_reference_package(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-blake2b.txt", 16);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_span message = toc_vector_hex(vector, "message"),
                 expected = toc_vector_hex(vector, "hash");
        uint8_t hash[64];
        toc_blake2b_keyed(toc_vector_hex(vector, "key"), &message, 1, hash, expected.size);
        assert_memory_equal(hash, expected.data, expected.size);
    }
}

static void blake2b_without_length_or_key_is_blake2b_256(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-blake2b.txt", 16);
    size_t seen = 0;
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_span expected = toc_vector_hex(vector, "hash");
        if (expected.size != 32 || toc_vector_hex(vector, "key").size > 0)
            continue;
        toc_hash hash;
        toc_blake2b(toc_vector_hex(vector, "message"), &hash);
        assert_memory_equal(hash.bytes, expected.data, 32);
        seen++;
    }
    assert_int_equal(seen, 2);
}

static void a_hash_does_not_depend_on_how_its_input_is_cut_into_parts(void **state)
{
    (void)state;
    uint8_t data[200];
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7);
    toc_hash sha, blake;
    toc_sha256(TOC_SPAN_OF(data), &sha);
    toc_blake2b(TOC_SPAN_OF(data), &blake);
    for (size_t cut = 0; cut <= sizeof data; cut++) {
        toc_span parts[] = {{0},
                            toc_span_of(data, cut),
                            toc_span_of(data + cut, 0),
                            toc_span_of(data + cut, sizeof data - cut)};
        toc_hash hash;
        toc_sha256_parts(parts, TOC_COUNT(parts), &hash);
        assert_true(toc_hash_equal(&hash, &sha));
        toc_blake2b_parts(parts, TOC_COUNT(parts), &hash);
        assert_true(toc_hash_equal(&hash, &blake));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sha256_gives_the_values_of_fips_180_4),
        cmocka_unit_test(blake2b_gives_the_values_of_rfc_7693_and_the_reference_package),
        cmocka_unit_test(blake2b_without_length_or_key_is_blake2b_256),
        cmocka_unit_test(a_hash_does_not_depend_on_how_its_input_is_cut_into_parts),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
