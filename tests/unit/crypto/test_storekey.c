/* The store key at rest: opened by its passphrase and by nothing else. */
#include "proto/crypto/storekey.h"

#include "proto/crypto/seal.h"
#include "tests/support/check.h"

#define PASSPHRASE "correct horse battery"

enum { FILE_BYTES = 107, MAGIC_BYTES = 19, SALT_BYTES = 16 };

/* Argon2id takes half a second: one file for all tests. */
typedef struct wrapped {
    toc_buf file;
    toc_secret *key;
} wrapped;

static wrapped shared;

static int make(void **state)
{
    toc_err err;
    *state = &shared;
    TOC_CHECK_OK(toc_crypto_start(&err));
    TOC_CHECK_OK(toc_store_key_new(toc_span_text(PASSPHRASE), &shared.file, &shared.key, &err));
    return 0;
}

static int unmake(void **state)
{
    (void)state;
    toc_buf_wipe(&shared.file);
    toc_secret_free(shared.key);
    return 0;
}

static void the_passphrase_opens_the_key_that_was_made(void **state)
{
    toc_err err;
    wrapped *made = *state;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    assert_int_equal(made->file.size, FILE_BYTES);
    TOC_CHECK_OK(
        toc_store_key_open(toc_buf_view(&made->file), toc_span_text(PASSPHRASE), &key, &err));
    assert_true(toc_secret_equal(key, made->key));
}

static void another_passphrase_does_not_open_it(void **state)
{
    static const char *const others[] = {"correct horse batterz", "correct horse battery ",
                                         "Correct horse battery"};
    wrapped *made = *state;
    for (size_t i = 0; i < TOC_COUNT(others); i++) {
        toc_err err;
        toc_secret *key = NULL;
        TOC_CHECK_FAILS(TOC_SEALED, toc_store_key_open(toc_buf_view(&made->file),
                                                       toc_span_text(others[i]), &key, &err));
        assert_null(key);
    }
}

/* One byte of each part; the whole would take a minute. */
static void a_changed_byte_anywhere_is_noticed(void **state)
{
    static const struct {
        size_t at;
        toc_code code;
    } cases[] = {
        {0, TOC_MALFORMED},                                       /* the magic */
        {MAGIC_BYTES - 1, TOC_MALFORMED},                         /* its newline */
        {MAGIC_BYTES, TOC_SEALED},                                /* the salt */
        {MAGIC_BYTES + SALT_BYTES, TOC_SEALED},                   /* the nonce */
        {MAGIC_BYTES + SALT_BYTES + TOC_NONCE_BYTES, TOC_SEALED}, /* the key */
        {FILE_BYTES - 1, TOC_SEALED},                             /* the tag */
    };
    wrapped *made = *state;
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_err err;
        uint8_t file[FILE_BYTES];
        toc_secret *key = NULL;
        memcpy(file, made->file.data, sizeof file);
        file[cases[i].at] ^= 1;
        TOC_CHECK_FAILS(cases[i].code, toc_store_key_open(toc_span_of(file, sizeof file),
                                                          toc_span_text(PASSPHRASE), &key, &err));
        assert_null(key);
    }
}

/* The length is looked at before Argon2id runs. */
static void every_other_length_is_malformed(void **state)
{
    wrapped *made = *state;
    for (size_t size = 0; size <= FILE_BYTES + 1; size++) {
        toc_err err;
        uint8_t file[FILE_BYTES + 1] = {0};
        toc_secret *key = NULL;
        memcpy(file, made->file.data, FILE_BYTES);
        if (size == FILE_BYTES)
            continue;
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_store_key_open(toc_span_of(file, size),
                                                          toc_span_text(PASSPHRASE), &key, &err));
    }
}

static void two_files_of_one_passphrase_share_nothing(void **state)
{
    toc_err err;
    wrapped *made = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_CHECK_OK(toc_store_key_new(toc_span_text(PASSPHRASE), &file, &key, &err));
    assert_false(toc_secret_equal(key, made->key));
    assert_memory_not_equal(file.data + MAGIC_BYTES, made->file.data + MAGIC_BYTES, SALT_BYTES);
    assert_memory_not_equal(file.data + MAGIC_BYTES + SALT_BYTES,
                            made->file.data + MAGIC_BYTES + SALT_BYTES, TOC_NONCE_BYTES);
}

static void a_short_passphrase_is_refused_before_anything_is_made(void **state)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_secret *key = NULL;
    (void)state;
    TOC_CHECK_FAILS(TOC_USAGE, toc_store_key_new(toc_span_text("eleven byte"), &file, &key, &err));
    assert_int_equal(file.size, 0);
    assert_null(key);
}

static void the_final_newlines_of_a_passphrase_file_are_not_part_of_it(void **state)
{
    static const char *const texts[] = {"pass phrase", "pass phrase\n", "pass phrase\r\n"};
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(texts); i++)
        assert_true(toc_span_equal(toc_passphrase_trim(toc_span_text(texts[i])),
                                   toc_span_text("pass phrase")));
    assert_true(
        toc_span_equal(toc_passphrase_trim(toc_span_text(" a b ")), toc_span_text(" a b ")));
    assert_int_equal(toc_passphrase_trim(toc_span_text("\n")).size, 0);
}

/* The layout is that of the header: rebuilt here from the primitives. */
static void the_file_is_what_its_header_says(void **state)
{
    toc_err err;
    wrapped *made = *state;
    uint8_t opened[32];
    TOC_AUTO(toc_secret_free) toc_secret *wrap = NULL;
    const uint8_t *file = made->file.data;
    toc_span magic = toc_span_text("TOCSIN STORE KEY 1\n");
    assert_memory_equal(file, magic.data, magic.size);
    TOC_CHECK_OK(toc_passphrase_key(toc_span_text(PASSPHRASE), file + MAGIC_BYTES, &wrap, &err));
    TOC_CHECK_OK(toc_aead_open(wrap, file + MAGIC_BYTES + SALT_BYTES,
                               toc_span_of(file + MAGIC_BYTES + SALT_BYTES + TOC_NONCE_BYTES, 48),
                               magic, opened, &err));
    assert_memory_equal(opened, toc_secret_view(made->key), sizeof opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passphrase_opens_the_key_that_was_made),
        cmocka_unit_test(another_passphrase_does_not_open_it),
        cmocka_unit_test(a_changed_byte_anywhere_is_noticed),
        cmocka_unit_test(every_other_length_is_malformed),
        cmocka_unit_test(two_files_of_one_passphrase_share_nothing),
        cmocka_unit_test(a_short_passphrase_is_refused_before_anything_is_made),
        cmocka_unit_test(the_final_newlines_of_a_passphrase_file_are_not_part_of_it),
        cmocka_unit_test(the_file_is_what_its_header_says),
    };
    return cmocka_run_group_tests(tests, make, unmake);
}
