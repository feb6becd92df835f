/* The codes and digests that addresses are made of, against the values of their standards. */
#include "tests/support/check.h"

#include <stdio.h>

#include "proto/address/base32.h"
#include "proto/address/base58.h"
#include "proto/address/bech32.h"
#include "proto/address/curve.h"
#include "proto/address/digest.h"
#include "proto/address/keccak.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "tests/support/vectors.h"

static void base58_gives_the_values_of_bitcoin_core(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-base58.txt", 12);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        const char *text = toc_vector_text(vector, "text");
        toc_span expected = toc_vector_hex(vector, "bytes");
        uint8_t bytes[TOC_BASE58_BYTES_MAX];
        char printed[TOC_BASE58_TEXT_MAX];
        size_t size = 0;
        toc_err err;
        TOC_CHECK_OK(toc_base58_decode(TOC_BASE58_BITCOIN, toc_span_text(text), bytes, sizeof bytes,
                                       &size, &err));
        assert_int_equal(size, expected.size);
        assert_memory_equal(bytes, expected.data, size);
        toc_base58_encode(TOC_BASE58_BITCOIN, expected, printed);
        assert_string_equal(printed, text);
    }
}

static void base58_names_the_position_of_a_character_it_does_not_have(void **state)
{
    (void)state;
    uint8_t bytes[64];
    size_t size = 77;
    toc_err err;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_base58_decode(TOC_BASE58_BITCOIN, toc_span_text("1A1zP0eP"),
                                                     bytes, sizeof bytes, &size, &err));
    assert_non_null(strstr(err.text, "position 6"));
    assert_int_equal(size, 77);
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_base58_decode(TOC_BASE58_BITCOIN, toc_span_text("zzzzzzzz"),
                                                     bytes, 5, &size, &err));
}

static void bech32_and_bech32m_take_what_the_bips_call_valid_and_nothing_else(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-bech32.txt", 24);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_span text = toc_vector_bytes(vector, "text");
        toc_bech32_text decoded;
        toc_err err = {0};
        toc_code code = toc_bech32_decode(text, 90, &decoded, &err);
        bool bech32m = toc_vector_u64(vector, "bip") == 350;
        bool taken = code == TOC_OK && decoded.code == (bech32m ? TOC_BECH32M : TOC_BECH32);
        if (taken != toc_vector_bool(vector, "valid"))
            fail_msg("line %zu: %s", toc_vector_line(vector), err.text);
        if (!taken)
            continue;
        char printed[TOC_ADDRESS_BYTES_MAX + 8];
        toc_bech32_encode(decoded.code, decoded.prefix, decoded.values, decoded.size, printed);
        assert_true(toc_ascii_equal_nocase(text, toc_span_text(printed)));
    }
}

static void bech32_finds_the_one_wrong_character_wherever_it_stands(void **state)
{
    (void)state;
    static const char valid[] = "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4";
    for (size_t i = 3; i < sizeof valid - 1; i++) {
        char text[sizeof valid], expected[32];
        toc_bech32_text decoded;
        toc_err err;
        memcpy(text, valid, sizeof valid);
        text[i] = text[i] == 'q' ? 'p' : 'q';
        snprintf(expected, sizeof expected, "position %zu", i + 1);
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_bech32_decode(toc_span_text(text), 90, &decoded, &err));
        if (strstr(err.text, expected) == NULL)
            fail_msg("%s: %s", expected, err.text);
    }
}

static void cashaddr_gives_the_payloads_of_its_specification(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-cashaddr.txt", 22);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        const char *text = toc_vector_text(vector, "text");
        toc_span payload = toc_vector_hex(vector, "payload");
        uint8_t values[TOC_ADDRESS_BYTES_MAX], bytes[TOC_ADDRESS_BYTES_MAX];
        char prefix[32] = {0}, printed[TOC_ADDRESS_BYTES_MAX + 8];
        size_t size = 0, count = 0;
        toc_err err;
        memcpy(prefix, text, strcspn(text, ":"));
        TOC_CHECK_OK(toc_cashaddr_decode(prefix, toc_span_text(text), values, &size, &err));
        assert_true(toc_bits_join(values, size, bytes, &count));
        assert_int_equal(count, payload.size + 1);
        assert_int_equal(bytes[0] >> 3, toc_vector_u64(vector, "type"));
        assert_memory_equal(bytes + 1, payload.data, payload.size);
        toc_cashaddr_encode(prefix, values, toc_bits_split(bytes, count, values), printed);
        assert_string_equal(printed, text);
    }
}

static void hashes_give_the_values_of_their_standards(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-digests.txt", 20);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        const char *name = toc_vector_text(vector, "digest");
        toc_span message = toc_vector_bytes(vector, "message"),
                 expected = toc_vector_hex(vector, "value");
        uint8_t value[64] = {0};
        toc_hash hash;
        if (strcmp(name, "keccak-256") == 0) {
            toc_keccak256(message, &hash);
            memcpy(value, hash.bytes, 32);
        } else if (strcmp(name, "sha-512/256") == 0) {
            toc_sha512_256(message, &hash);
            memcpy(value, hash.bytes, 32);
        } else if (strcmp(name, "blake2b") == 0) {
            const uint8_t *personal = NULL;
            if (toc_vector_has(vector, "personal"))
                personal = toc_vector_hex(vector, "personal").data;
            toc_blake2b_digest(personal, message, toc_span_of(NULL, 0), value, expected.size);
        } else if (strcmp(name, "crc-16/xmodem") == 0) {
            uint16_t crc = toc_crc16(message);
            value[0] = (uint8_t)(crc >> 8);
            value[1] = (uint8_t)crc;
        } else {
            assert_string_equal(name, "crc-32");
            uint32_t crc = toc_crc32(message);
            for (unsigned j = 0; j < 4; j++)
                value[j] = (uint8_t)(crc >> (24 - 8 * j));
        }
        if (memcmp(value, expected.data, expected.size) != 0)
            fail_msg("line %zu: %s", toc_vector_line(vector), name);
    }
}

static void blake2b_of_two_parts_is_that_of_the_whole_and_agrees_with_libsodium(void **state)
{
    (void)state;
    uint8_t data[300], ours[32];
    toc_hash theirs;
    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 7 + 1);
    for (size_t size = 0; size <= sizeof data; size += 25) {
        toc_blake2b_digest(NULL, toc_span_of(data, size / 3),
                           toc_span_of(data + size / 3, size - size / 3), ours, 32);
        toc_blake2b(toc_span_of(data, size), &theirs);
        assert_memory_equal(ours, theirs.bytes, 32);
    }
}

static void base32_is_strict(void **state)
{
    (void)state;
    uint8_t bytes[64];
    size_t size = 0;
    toc_err err;
    char text[16];
    TOC_CHECK_OK(
        toc_base32_strict(toc_span_text("MZXW6YTBOI"), 0, bytes, &size, &err)); /* RFC 4648 §10 */
    assert_int_equal(size, 6);
    assert_memory_equal(bytes, "foobar", 6);
    toc_base32_write(toc_span_of("foobar", 6), false, text);
    assert_string_equal(text, "mzxw6ytboi");
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_base32_strict(toc_span_text("MZXW6YTBOj"), 0, bytes, &size, &err));
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_base32_strict(toc_span_text("MZXW6YTBOJ"), 0, bytes, &size, &err));
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_base32_strict(toc_span_text("MZXW6YTBO"), 0, bytes, &size, &err));
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_base32_strict(toc_span_text("MZXW1"), 3, bytes, &size, &err));
    assert_non_null(strstr(err.text, "position 8"));
}

static void points_of_the_curve_are_told_from_other_strings(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("address-curve.txt", 60);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        uint8_t bytes[32];
        toc_vector_hex_into(vector, "bytes", bytes, 32);
        if (toc_curve25519_holds(bytes) != toc_vector_bool(vector, "point"))
            fail_msg("line %zu", toc_vector_line(vector));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base58_gives_the_values_of_bitcoin_core),
        cmocka_unit_test(base58_names_the_position_of_a_character_it_does_not_have),
        cmocka_unit_test(bech32_and_bech32m_take_what_the_bips_call_valid_and_nothing_else),
        cmocka_unit_test(bech32_finds_the_one_wrong_character_wherever_it_stands),
        cmocka_unit_test(cashaddr_gives_the_payloads_of_its_specification),
        cmocka_unit_test(hashes_give_the_values_of_their_standards),
        cmocka_unit_test(blake2b_of_two_parts_is_that_of_the_whole_and_agrees_with_libsodium),
        cmocka_unit_test(base32_is_strict),
        cmocka_unit_test(points_of_the_curve_are_told_from_other_strings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
