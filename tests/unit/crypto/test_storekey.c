#include "tests/support/check.h"

#include "proto/crypto/storekey.h"
#include "tests/support/vectors.h"

static toc_vectors *vectors;

static void a_store_key_is_wrapped_as_another_implementation_wraps_it(void **state)
{
    (void)state;
    toc_err err = {0};
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_random_from_seed(toc_vector_u64(vector, "seed"));
    toc_code code = toc_store_key_new(toc_vector_bytes(vector, "passphrase"), &file, &key, &err);
    toc_random_from_system();
    TOC_CHECK_OK(code);
    assert_memory_equal(toc_secret_view(key), toc_vector_hex(vector, "key").data, 32);
    assert_true(toc_span_equal(toc_buf_view(&file), toc_vector_hex(vector, "file")));
}

static void a_wrapped_store_key_opens_by_its_passphrase_alone(void **state)
{
    (void)state;
    toc_err err = {0};
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    toc_span file = toc_vector_hex(vector, "file");
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_CHECK_OK(toc_store_key_open(file, toc_vector_bytes(vector, "passphrase"), &key, &err));
    assert_memory_equal(toc_secret_view(key), toc_vector_hex(vector, "key").data, 32);
    toc_secret *none = NULL;
    TOC_CHECK_FAILS(TOC_SEALED,
                    toc_store_key_open(file, toc_span_text("another horse"), &none, &err));
    assert_null(none);
}

static void a_changed_byte_after_the_magic_does_not_open(void **state)
{
    (void)state;
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    toc_span file = toc_vector_hex(vector, "file");
    /* Salt, nonce, key and tag: one byte each, as each try costs half a second. */
    static const size_t places[] = {19, 19 + 16, 19 + 16 + 24, 19 + 16 + 24 + 47};
    assert_int_equal(file.size, 107);
    for (size_t i = 0; i < TOC_COUNT(places); i++) {
        uint8_t changed[107];
        memcpy(changed, file.data, sizeof changed);
        changed[places[i]] ^= 1;
        toc_secret *none = NULL;
        TOC_CHECK_FAILS(TOC_SEALED,
                        toc_store_key_open(TOC_SPAN_OF(changed),
                                           toc_vector_bytes(vector, "passphrase"), &none, NULL));
        assert_null(none);
    }
}

static void what_is_no_store_key_file_is_malformed(void **state)
{
    (void)state;
    const toc_vector *vector = toc_vectors_at(vectors, 0);
    toc_span file = toc_vector_hex(vector, "file"),
             passphrase = toc_vector_bytes(vector, "passphrase");
    toc_secret *none = NULL;
    for (size_t size = 0; size < file.size; size++)
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_store_key_open(toc_span_of(file.data, size), passphrase, &none, NULL));
    uint8_t changed[108] = {0};
    memcpy(changed, file.data, file.size);
    TOC_CHECK_FAILS(TOC_MALFORMED,
                    toc_store_key_open(TOC_SPAN_OF(changed), passphrase, &none, NULL));
    for (size_t i = 0; i < 19; i++) {
        changed[i] ^= 1;
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_store_key_open(toc_span_of(changed, 107), passphrase, &none, NULL));
        changed[i] ^= 1;
    }
    assert_null(none);
}

static void a_passphrase_has_at_least_12_bytes(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_secret *none = NULL;
    TOC_CHECK_FAILS(TOC_USAGE, toc_store_key_new(toc_span_text("eleven byte"), &file, &none, NULL));
    assert_null(none);
    assert_int_equal(file.size, 0);
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_CHECK_OK(toc_store_key_new(toc_span_text("twelve bytes"), &file, &key, &err));
    assert_int_equal(file.size, 107);
}

static void the_newline_of_a_passphrase_file_is_left_out(void **state)
{
    (void)state;
    static const struct {
        const char *text, *trimmed;
    } cases[] = {
        {"secret", "secret"}, {"secret\n", "secret"}, {"secret\r\n", "secret"}, {" a b ", " a b "},
        {"\n", ""},           {"a\nb\n", "a\nb"}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++)
        assert_true(toc_span_equal(toc_passphrase_trim(toc_span_text(cases[i].text)),
                                   toc_span_text(cases[i].trimmed)));
    assert_int_equal(toc_passphrase_trim((toc_span){0}).size, 0);
}

static int start(void **state)
{
    (void)state;
    if (toc_crypto_start(NULL) != TOC_OK)
        return -1;
    vectors = toc_vectors_open("crypto-storekey.txt", 1);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    toc_vectors_free(vectors);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_store_key_is_wrapped_as_another_implementation_wraps_it),
        cmocka_unit_test(a_wrapped_store_key_opens_by_its_passphrase_alone),
        cmocka_unit_test(a_changed_byte_after_the_magic_does_not_open),
        cmocka_unit_test(what_is_no_store_key_file_is_malformed),
        cmocka_unit_test(a_passphrase_has_at_least_12_bytes),
        cmocka_unit_test(the_newline_of_a_passphrase_file_is_left_out),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
