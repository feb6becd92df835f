#include "tests/support/check.h"
#include "tests/support/started.h"

#include <sodium.h>

#include "proto/crypto/seal.h"
#include "tests/support/vectors.h"

static const uint8_t nonce_zero[TOC_NONCE_BYTES];

static toc_secret *secret_of(const void *bytes, size_t size)
{
    toc_secret *secret = NULL;
    if (toc_secret_from(toc_span_of(bytes, size), &secret, NULL) != TOC_OK)
        fail_msg("no slot for a key");
    return secret;
}

static toc_secret *secret_random(void)
{
    toc_secret *secret = NULL;
    if (toc_secret_random(&secret, NULL) != TOC_OK)
        fail_msg("no slot for a key");
    return secret;
}

static bool all_zero(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        if (bytes[i] != 0)
            return false;
    }
    return true;
}

/* --- AEAD --- */

static void sealing_and_opening_give_the_example_of_the_draft(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-xchacha20poly1305.txt", 1);
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    toc_span key_bytes = toc_vector_hex(vector, "key"), nonce = toc_vector_hex(vector, "nonce");
    toc_span text = toc_vector_hex(vector, "text"), sealed = toc_vector_hex(vector, "sealed");
    toc_span aad = toc_vector_hex(vector, "aad");
    TOC_AUTO(toc_secret_free) toc_secret *key = secret_of(key_bytes.data, key_bytes.size);
    uint8_t out[256];
    assert_int_equal(nonce.size, TOC_NONCE_BYTES);
    assert_int_equal(sealed.size, text.size + TOC_TAG_BYTES);
    toc_aead_seal(key, nonce.data, text, aad, out);
    assert_memory_equal(out, sealed.data, sealed.size);
    TOC_CHECK_OK(toc_aead_open(key, nonce.data, sealed, aad, out, &err));
    assert_memory_equal(out, text.data, text.size);
}

static void sealing_in_place_gives_the_same_bytes(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *key = secret_random();
    for (size_t size = 0; size <= 600; size++) {
        uint8_t text[616], apart[616];
        memset(text, 0x42, sizeof text);
        toc_aead_seal(key, nonce_zero, toc_span_of(text, size), toc_span_text("aad"), apart);
        toc_aead_seal(key, nonce_zero, toc_span_of(text, size), toc_span_text("aad"), text);
        assert_memory_equal(text, apart, size + TOC_TAG_BYTES);
        TOC_CHECK_OK(toc_aead_open(key, nonce_zero, toc_span_of(apart, size + TOC_TAG_BYTES),
                                   toc_span_text("aad"), text, &err));
        for (size_t i = 0; i < size; i++)
            assert_int_equal(text[i], 0x42);
    }
}

static void every_changed_bit_is_refused_and_leaves_no_text(void **state)
{
    (void)state;
    TOC_AUTO(toc_secret_free) toc_secret *key = secret_random();
    uint8_t nonce[TOC_NONCE_BYTES] = {1}, aad[5] = "head", sealed[40], text[24];
    toc_aead_seal(key, nonce, toc_span_of("twenty-four bytes inside", 24), TOC_SPAN_OF(aad),
                  sealed);
    struct {
        uint8_t *bytes;
        size_t size;
    } fields[] = {{toc_secret_bytes(key), 32}, {nonce, 24}, {aad, 5}, {sealed, 40}};
    for (size_t field = 0; field < TOC_COUNT(fields); field++) {
        for (size_t bit = 0; bit < 8 * fields[field].size; bit++) {
            fields[field].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
            memset(text, 0xEE, sizeof text);
            TOC_CHECK_FAILS(TOC_SEALED, toc_aead_open(key, nonce, TOC_SPAN_OF(sealed),
                                                      TOC_SPAN_OF(aad), text, NULL));
            assert_true(all_zero(text, sizeof text));
            fields[field].bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
        }
    }
}

static void sealed_bytes_shorter_than_a_tag_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_secret_free) toc_secret *key = secret_random();
    uint8_t sealed[TOC_TAG_BYTES] = {0}, text = 0xEE;
    for (size_t size = 0; size < TOC_TAG_BYTES; size++)
        TOC_CHECK_FAILS(TOC_SEALED, toc_aead_open(key, nonce_zero, toc_span_of(sealed, size),
                                                  (toc_span){0}, &text, NULL));
    assert_int_equal(text, 0xEE);
}

/* --- sealed boxes --- */

static void public_seal_keys_are_those_of_rfc_7748(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-x25519.txt", 2);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        toc_span bytes = toc_vector_hex(toc_vectors_at(vectors, i), "secret");
        TOC_AUTO(toc_secret_free) toc_secret *secret = secret_of(bytes.data, bytes.size);
        toc_seal_key key;
        toc_seal_public(secret, &key);
        assert_memory_equal(key.bytes, toc_vector_hex(toc_vectors_at(vectors, i), "public").data,
                            32);
    }
}

/* Builds by hand the box that whoever shares `shared` with the reader would have sealed. */
static void build_box(const uint8_t *ephemeral, const uint8_t *reader, const uint8_t *shared,
                      toc_box *out)
{
    uint8_t nonce[crypto_box_NONCEBYTES], key[32];
    crypto_generichash_state hash;
    crypto_generichash_init(&hash, NULL, 0, sizeof nonce);
    crypto_generichash_update(&hash, ephemeral, 32);
    crypto_generichash_update(&hash, reader, 32);
    crypto_generichash_final(&hash, nonce, sizeof nonce);
    crypto_core_hsalsa20(key, nonce_zero, shared, NULL);
    memcpy(out->bytes, ephemeral, 32);
    crypto_secretbox_easy(out->bytes + 32, (const uint8_t *)"thirty-two bytes of a sender key", 32,
                          nonce, key);
}

static void a_box_opens_by_the_shared_secrets_of_rfc_7748(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free)
    toc_vectors *vectors = toc_vectors_open("crypto-x25519-shared.txt", 4);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        TOC_AUTO(toc_secret_free)
        toc_secret *secret = secret_of(toc_vector_hex(vector, "secret").data, 32);
        toc_seal_key reader;
        toc_box box;
        toc_seal_public(secret, &reader);
        build_box(toc_vector_hex(vector, "public").data, reader.bytes,
                  toc_vector_hex(vector, "shared").data, &box);
        TOC_AUTO(toc_secret_free) toc_secret *content = NULL;
        TOC_CHECK_OK(toc_box_open(secret, &box, &content, &err));
        assert_memory_equal(toc_secret_view(content), "thirty-two bytes of a sender key", 32);
    }
}

static void a_box_opens_for_its_reader_alone(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *reader = secret_random();
    TOC_AUTO(toc_secret_free) toc_secret *other = secret_random();
    TOC_AUTO(toc_secret_free) toc_secret *content = secret_random();
    toc_seal_key key;
    toc_box box, again;
    toc_seal_public(reader, &key);
    TOC_CHECK_OK(toc_box_seal(&key, content, &box, &err));
    TOC_CHECK_OK(toc_box_seal(&key, content, &again, &err));
    assert_memory_not_equal(box.bytes, again.bytes, TOC_BOX_BYTES);
    TOC_AUTO(toc_secret_free) toc_secret *opened = NULL;
    TOC_CHECK_OK(toc_box_open(reader, &box, &opened, &err));
    assert_true(toc_secret_equal(opened, content));
    toc_secret *none = NULL;
    TOC_CHECK_FAILS(TOC_SEALED, toc_box_open(other, &box, &none, &err));
    assert_null(none);
    for (size_t byte = 0; byte < TOC_BOX_BYTES; byte++) {
        box.bytes[byte] ^= 0x40;
        TOC_CHECK_FAILS(TOC_SEALED, toc_box_open(reader, &box, &none, &err));
        box.bytes[byte] ^= 0x40;
    }
}

/* RFC 7748 §6.1: the shared secret with these is zero, whoever the sender is. */
static void nothing_is_sealed_to_a_key_of_small_order(void **state)
{
    (void)state;
    static const uint8_t small[][32] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
         0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
         0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
         0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
         0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f}};
    TOC_AUTO(toc_secret_free) toc_secret *content = secret_random();
    for (size_t i = 0; i < TOC_COUNT(small); i++) {
        toc_seal_key key;
        memcpy(key.bytes, small[i], 32);
        toc_box box, untouched;
        memset(&box, 0xEE, sizeof box);
        memset(&untouched, 0xEE, sizeof untouched);
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_box_seal(&key, content, &box, NULL));
        assert_memory_equal(box.bytes, untouched.bytes, TOC_BOX_BYTES);
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_buf_add_text(&out, "before");
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_sealed_write(&key, toc_span_text("text"), &out, NULL));
        assert_string_equal(toc_buf_text(&out), "before");
    }
}

static void a_sealed_text_of_any_length_is_48_bytes_longer_and_opens(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *reader = secret_random();
    toc_seal_key key;
    toc_seal_public(reader, &key);
    static const size_t sizes[] = {0, 1, 63, 64, 65, 100000};
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
        toc_buf_add_zeros(&text, sizes[i]);
        toc_buf_add_text(&sealed, "head");
        toc_buf_add_text(&opened, "head");
        TOC_CHECK_OK(toc_sealed_write(&key, toc_buf_view(&text), &sealed, &err));
        assert_int_equal(sealed.size, 4 + sizes[i] + 48);
        toc_span tail = toc_span_of(sealed.data + 4, sealed.size - 4);
        TOC_CHECK_OK(toc_sealed_read(reader, tail, &opened, &err));
        assert_int_equal(opened.size, 4 + sizes[i]);
        assert_true(sizes[i] == 0 || memcmp(opened.data + 4, text.data, sizes[i]) == 0);
    }
}

static void a_changed_or_short_sealed_text_is_refused_and_gives_nothing(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *reader = secret_random();
    toc_seal_key key;
    toc_seal_public(reader, &key);
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf opened = {0};
    TOC_CHECK_OK(toc_sealed_write(&key, toc_span_text("a tip"), &sealed, &err));
    for (size_t size = 0; size < sealed.size; size++)
        TOC_CHECK_FAILS(TOC_SEALED,
                        toc_sealed_read(reader, toc_span_of(sealed.data, size), &opened, &err));
    sealed.data[sealed.size - 1] ^= 1;
    TOC_CHECK_FAILS(TOC_SEALED, toc_sealed_read(reader, toc_buf_view(&sealed), &opened, &err));
    assert_int_equal(opened.size, 0);
}

/* --- values at rest --- */

static void a_value_at_rest_opens_under_its_table_and_key_alone(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *store_key = secret_random();
    TOC_AUTO(toc_secret_free) toc_secret *other = secret_random();
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
    toc_span text = toc_span_text("draft"), key = toc_span_text("bc");
    TOC_CHECK_OK(toc_rest_seal(store_key, "a", key, text, &sealed, &err));
    TOC_CHECK_OK(toc_rest_seal(store_key, "a", key, text, &again, &err));
    assert_int_equal(sealed.size, TOC_NONCE_BYTES + 5 + TOC_TAG_BYTES);
    assert_memory_not_equal(sealed.data, again.data, TOC_NONCE_BYTES);
    toc_span bytes = toc_buf_view(&sealed);
    TOC_CHECK_FAILS(TOC_SEALED,
                    toc_rest_open(store_key, "ab", toc_span_text("c"), bytes, &value, &err));
    TOC_CHECK_FAILS(TOC_SEALED, toc_rest_open(store_key, "b", key, bytes, &value, &err));
    TOC_CHECK_FAILS(TOC_SEALED,
                    toc_rest_open(store_key, "a", toc_span_text("bd"), bytes, &value, &err));
    TOC_CHECK_FAILS(TOC_SEALED, toc_rest_open(other, "a", key, bytes, &value, &err));
    for (size_t size = 0; size < bytes.size; size++)
        TOC_CHECK_FAILS(TOC_SEALED, toc_rest_open(store_key, "a", key,
                                                  toc_span_of(bytes.data, size), &value, &err));
    assert_int_equal(value.size, 0);
    TOC_CHECK_OK(toc_rest_open(store_key, "a", key, bytes, &value, &err));
    assert_string_equal(toc_buf_text(&value), "draft");
}

static void table_and_key_of_a_value_at_rest_are_both_bound(void **state)
{
    (void)state;
    toc_err err = {0};
    /* Only the zero byte between them tells these two apart in the associated data; the derived key
     * does not, so the AEAD is put to it under the key of the other table. */
    TOC_AUTO(toc_secret_free)
    toc_secret *store_key = secret_of("0123456789abcdef0123456789abcdef", 32);
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_CHECK_OK(
        toc_rest_seal(store_key, "ab", toc_span_text("c"), toc_span_text("value"), &sealed, &err));
    TOC_AUTO(toc_secret_free) toc_secret *table_key = secret_of("", 0);
    crypto_generichash(toc_secret_bytes(table_key), 32, (const uint8_t *)"tocsin/store/1\nab", 17,
                       toc_secret_view(store_key), 32);
    uint8_t text[5];
    toc_span body = toc_span_of(sealed.data + TOC_NONCE_BYTES, sealed.size - TOC_NONCE_BYTES);
    TOC_CHECK_OK(toc_aead_open(table_key, sealed.data, body, toc_span_of("ab\0c", 4), text, &err));
    assert_memory_equal(text, "value", 5);
    TOC_CHECK_FAILS(TOC_SEALED, toc_aead_open(table_key, sealed.data, body, toc_span_of("a\0bc", 4),
                                              text, &err));
}

/* --- passphrases --- */

static void a_passphrase_gives_the_key_of_another_implementation(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("crypto-argon2id.txt", 1);
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    uint8_t salt[16];
    toc_vector_hex_into(vector, "salt", salt, sizeof salt);
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_CHECK_OK(toc_passphrase_key(toc_vector_bytes(vector, "passphrase"), salt, &key, &err));
    assert_memory_equal(toc_secret_view(key), toc_vector_hex(vector, "key").data, 32);
    assert_true(all_zero(toc_secret_view(key) + 32, 32));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealing_and_opening_give_the_example_of_the_draft),
        cmocka_unit_test(sealing_in_place_gives_the_same_bytes),
        cmocka_unit_test(every_changed_bit_is_refused_and_leaves_no_text),
        cmocka_unit_test(sealed_bytes_shorter_than_a_tag_are_refused),
        cmocka_unit_test(public_seal_keys_are_those_of_rfc_7748),
        cmocka_unit_test(a_box_opens_by_the_shared_secrets_of_rfc_7748),
        cmocka_unit_test(a_box_opens_for_its_reader_alone),
        cmocka_unit_test(nothing_is_sealed_to_a_key_of_small_order),
        cmocka_unit_test(a_sealed_text_of_any_length_is_48_bytes_longer_and_opens),
        cmocka_unit_test(a_changed_or_short_sealed_text_is_refused_and_gives_nothing),
        cmocka_unit_test(a_value_at_rest_opens_under_its_table_and_key_alone),
        cmocka_unit_test(table_and_key_of_a_value_at_rest_are_both_bound),
        cmocka_unit_test(a_passphrase_gives_the_key_of_another_implementation),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
