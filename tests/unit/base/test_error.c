#include "tests/support/child.h"

#include <string.h>

static void every_code_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (int i = 0; i < TOC_CODE_COUNT; i++) {
        const char *name = toc_code_name((toc_code)i);
        assert_true(strlen(name) > 1);
        assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz-"), strlen(name));
        for (int j = 0; j < i; j++)
            assert_string_not_equal(name, toc_code_name((toc_code)j));
    }
    assert_string_equal(toc_code_name(TOC_OK), "ok");
    assert_string_equal(toc_code_name(TOC_NOT_FOUND), "not-found");
    assert_string_equal(toc_code_name(TOC_CODE_COUNT), "unknown");
}

static void failing_sets_code_and_sentence_and_returns_the_code(void **state)
{
    (void)state;
    toc_err err = {0};
    assert_int_equal(toc_fail(&err, TOC_LIMIT, "%d of %s", 3, "these"), TOC_LIMIT);
    assert_int_equal(err.code, TOC_LIMIT);
    assert_string_equal(err.text, "3 of these");
    assert_int_equal(toc_fail(NULL, TOC_IO, "nobody listens"), TOC_IO);
}

static void context_stands_before_the_sentence_and_keeps_the_code(void **state)
{
    (void)state;
    toc_err err = {0};
    (void)toc_fail(&err, TOC_FULL, "disk full");
    assert_int_equal(toc_wrap(&err, "map '%s'", "entries"), TOC_FULL);
    assert_int_equal(toc_wrap(&err, "open store"), TOC_FULL);
    assert_string_equal(err.text, "open store: map 'entries': disk full");
}

static void a_long_sentence_is_cut_at_a_whole_character(void **state)
{
    (void)state;
    char longer[TOC_ERR_TEXT_BYTES + 64];
    /* A two-byte character astride the end, at both offsets. */
    for (size_t shift = 0; shift < 2; shift++) {
        size_t used = 0;
        memset(longer, 'x', shift);
        for (used = shift; used + 2 < sizeof longer; used += 2)
            memcpy(longer + used, "\xC3\xA9", 2);
        longer[used] = '\0';
        toc_err err = {0};
        (void)toc_fail(&err, TOC_IO, "%s", longer);
        size_t length = strlen(err.text);
        assert_true(length < TOC_ERR_TEXT_BYTES && length >= TOC_ERR_TEXT_BYTES - 4);
        assert_int_equal((length - shift) % 2, 0);
        assert_memory_equal(err.text, longer, length);
        (void)toc_wrap(&err, "a");
        length = strlen(err.text);
        assert_true(length < TOC_ERR_TEXT_BYTES);
        assert_memory_equal(err.text, "a: ", 3);
        assert_int_equal((length - 3 - shift) % 2, 0);
    }
}

static void context_that_fills_all_room_drops_the_sentence_not_the_code(void **state)
{
    (void)state;
    char longer[TOC_ERR_TEXT_BYTES + 64];
    memset(longer, 'c', sizeof longer - 1);
    longer[sizeof longer - 1] = '\0';
    for (size_t cut = 0; cut < 70; cut++) {
        struct {
            toc_err err;
            char after[8];
        } guarded = {.after = "guarded"};
        (void)toc_fail(&guarded.err, TOC_DENIED, "sentence");
        assert_int_equal(toc_wrap(&guarded.err, "%s", longer + cut), TOC_DENIED);
        assert_true(strnlen(guarded.err.text, TOC_ERR_TEXT_BYTES) < TOC_ERR_TEXT_BYTES);
        assert_string_equal(guarded.after, "guarded");
    }
}

static toc_code try_both(toc_code first, toc_code second, int *calls)
{
    (*calls)++;
    TOC_TRY(first);
    (*calls)++;
    TOC_TRY(second);
    (*calls)++;
    return TOC_OK;
}

static void trying_returns_at_the_first_failure(void **state)
{
    (void)state;
    int calls = 0;
    assert_int_equal(try_both(TOC_OK, TOC_OK, &calls), TOC_OK);
    assert_int_equal(calls, 3);
    assert_int_equal(try_both(TOC_OK, TOC_EXISTS, &calls), TOC_EXISTS);
    assert_int_equal(calls, 5);
    assert_int_equal(try_both(TOC_SEALED, TOC_EXISTS, &calls), TOC_SEALED);
    assert_int_equal(calls, 6);
}

static void assert_truth(void)
{
    TOC_ASSERT(1 + 1 == 2);
}

static void assert_falsehood(void)
{
    TOC_ASSERT(1 + 1 == 3);
}

static void fail_with_ok(void)
{
    (void)toc_fail(NULL, TOC_OK, "no failure");
}

static void wrap_nothing(void)
{
    toc_err err = {0};
    (void)toc_wrap(&err, "context of no failure");
}

static void a_programmer_error_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(signal_of(assert_truth), 0);
    assert_int_equal(signal_of(assert_falsehood), SIGABRT);
    assert_int_equal(signal_of(fail_with_ok), SIGABRT);
    assert_int_equal(signal_of(wrap_nothing), SIGABRT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_a_name_of_its_own),
        cmocka_unit_test(failing_sets_code_and_sentence_and_returns_the_code),
        cmocka_unit_test(context_stands_before_the_sentence_and_keeps_the_code),
        cmocka_unit_test(a_long_sentence_is_cut_at_a_whole_character),
        cmocka_unit_test(context_that_fills_all_room_drops_the_sentence_not_the_code),
        cmocka_unit_test(trying_returns_at_the_first_failure),
        cmocka_unit_test(a_programmer_error_ends_the_process),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
