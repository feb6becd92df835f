/* Key files: what was written opens with its passphrase and nothing else. */
#include "proto/crypto/keyfile.h"
#include "tests/support/check.h"
#include "tests/support/started.h"

static const char passphrase[] = "correct horse battery";

static void fill(toc_keyfile *file, toc_keyfile_kind kind)
{
    toc_err err;
    *file = (toc_keyfile){.kind = kind};
    memset(file->org, 0x5a, sizeof file->org);
    for (size_t i = 0; i < (kind == TOC_KEYFILE_ROOT ? 2u : 1u); i++)
        TOC_CHECK_OK(toc_secret_random(&file->secrets[i], &err));
}

static void both_kinds_open_to_what_was_written(void **state)
{
    (void)state;
    static const toc_keyfile_kind kinds[] = {TOC_KEYFILE_ROOT, TOC_KEYFILE_OFFICER};
    for (size_t i = 0; i < TOC_COUNT(kinds); i++) {
        toc_err err;
        TOC_AUTO(toc_keyfile_wipe) toc_keyfile file = {0};
        TOC_AUTO(toc_keyfile_wipe) toc_keyfile back = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
        fill(&file, kinds[i]);
        TOC_CHECK_OK(toc_keyfile_write(&file, toc_span_text(passphrase), &bytes, &err));
        for (size_t j = 0; j < 2 && file.secrets[j] != NULL; j++)
            assert_null(memmem(bytes.data, bytes.size, toc_secret_view(file.secrets[j]), 8));
        TOC_CHECK_OK(toc_keyfile_read(toc_buf_view(&bytes), kinds[i], toc_span_text(passphrase),
                                      &back, &err));
        assert_memory_equal(file.org, back.org, sizeof file.org);
        for (size_t j = 0; j < 2 && file.secrets[j] != NULL; j++)
            assert_true(toc_secret_equal(file.secrets[j], back.secrets[j]));
        assert_true((back.secrets[1] != NULL) == (kinds[i] == TOC_KEYFILE_ROOT));
    }
}

static void another_passphrase_kind_or_byte_does_not_open_it(void **state)
{
    (void)state;
    toc_err err;
    TOC_AUTO(toc_keyfile_wipe) toc_keyfile file = {0};
    toc_keyfile back = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    fill(&file, TOC_KEYFILE_OFFICER);
    TOC_CHECK_OK(toc_keyfile_write(&file, toc_span_text(passphrase), &bytes, &err));
    assert_int_equal(toc_keyfile_read(toc_buf_view(&bytes), TOC_KEYFILE_OFFICER,
                                      toc_span_text("another passphrase"), &back, &err),
                     TOC_SEALED);
    assert_int_equal(toc_keyfile_read(toc_buf_view(&bytes), TOC_KEYFILE_ROOT,
                                      toc_span_text(passphrase), &back, &err),
                     TOC_USAGE);
    for (size_t size = 0; size < bytes.size; size += 17)
        assert_int_not_equal(toc_keyfile_read(toc_span_of(bytes.data, size), TOC_KEYFILE_OFFICER,
                                              toc_span_text(passphrase), &back, &err),
                             TOC_OK);
    bytes.data[bytes.size - 20] ^= 1;
    assert_int_equal(toc_keyfile_read(toc_buf_view(&bytes), TOC_KEYFILE_OFFICER,
                                      toc_span_text(passphrase), &back, &err),
                     TOC_SEALED);
    assert_null(back.secrets[0]);
}

static void a_short_passphrase_is_refused(void **state)
{
    (void)state;
    toc_err err;
    TOC_AUTO(toc_keyfile_wipe) toc_keyfile file = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    fill(&file, TOC_KEYFILE_ROOT);
    assert_int_equal(toc_keyfile_write(&file, toc_span_text("eleven char"), &bytes, &err),
                     TOC_USAGE);
    assert_int_equal(bytes.size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_kinds_open_to_what_was_written),
        cmocka_unit_test(another_passphrase_kind_or_byte_does_not_open_it),
        cmocka_unit_test(a_short_passphrase_is_refused),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
