/* What is read of an evidence bundle, and what is none: whoever makes one may be hostile. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/format/bundle.h"
#include "tests/support/check.h"

#define GOOD TOC_SOURCE_DIR "/tests/fuzz/corpus/fuzz_evidence/good-plain.json"

static void read_good(toc_buf *out)
{
    FILE *file = fopen(GOOD, "rb");
    assert_non_null(file);
    uint8_t *room = toc_buf_extend(out, 65536);
    assert_non_null(room);
    out->size = fread(room, 1, 65536, file);
    (void)fclose(file);
}

static toc_code read_one(toc_span text, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_bundle bundle = {.grant_index = 77};
    assert_int_equal(toc_arena_new(TOC_BUNDLE_ARENA_BYTES, &arena, NULL), TOC_OK);
    toc_code code = toc_bundle_read(text, arena, &bundle, err);
    assert_true(code == TOC_OK || (bundle.grant_index == 77 && err->text[0] != '\0'));
    return code;
}

/* The good one, with `found` replaced once. */
static toc_code read_changed(const char *found, const char *instead, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf good = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    read_good(&good);
    toc_buf_add_u8(&good, '\0');
    const char *at = strstr((const char *)good.data, found);
    assert_non_null(at);
    toc_buf_add(&text, good.data, (size_t)(at - (const char *)good.data));
    toc_buf_add_text(&text, instead);
    toc_buf_add_text(&text, at + strlen(found));
    assert_int_equal(toc_buf_ok(&text, NULL), TOC_OK);
    return read_one(toc_buf_view(&text), err);
}

static void what_is_no_bundle_is_refused_and_the_member_is_named(void **state)
{
    (void)state;
    static const struct {
        const char *found, *instead;
        toc_code code;
        const char *says;
    } cases[] = {
        {"tocsin/evidence/1", "tocsin/evidence/2", TOC_STATE, "newer version"},
        {"\"receipts\": []", "\"receipts\": [], \"verdict\": \"true\"", TOC_STATE, "unknown"},
        {"\"receipts\": []", "\"receipts\": [1]", TOC_MALFORMED, "'receipts'"},
        {"\"receipts\": []", "\"receipts\": {}", TOC_MALFORMED, "'receipts'"},
        {"\"receipts\": []", "\"receipts\": [], \"receipts\": []", TOC_MALFORMED, "not JSON"},
        {"\"grant_index\": 0", "\"grant_index\": -1", TOC_MALFORMED, "'grant_index'"},
        {"\"grant_index\": 0", "\"grant_index\": 0.5", TOC_MALFORMED, "'grant_index'"},
        {"\"grant_index\": 0", "\"grant_index\": \"0\"", TOC_MALFORMED, "'grant_index'"},
        {"\"grant_index\": 0", "\"grant_index\": 18446744073709551616", TOC_MALFORMED, "JSON"},
        {"\"grant_index\": 0", "\"index\": 0", TOC_MALFORMED, "'grant_index'"},
        {"\"entry\": \"", "\"entry\": \"?", TOC_MALFORMED, "'entry'"},
        {"\"receipts\": []", "\"receipts\": [], \"fork\": \"\", \"fork_path\": \"\"", TOC_MALFORMED,
         "'fork'"},
        {"\"receipts\": []", "\"receipts\": [], \"fork\": \"AAAA\"", TOC_MALFORMED, "'fork_path'"},
        {"\"receipts\": []", "\"receipts\": [], \"fork_path\": \"\"", TOC_STATE, "unknown"},
    };
    toc_err err = {0};
    assert_int_equal(read_changed("{", "{", &err), TOC_OK);
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        if (read_changed(cases[i].found, cases[i].instead, &err) != cases[i].code ||
            strstr(err.text, cases[i].says) == NULL)
            fail_msg("%s: %s", cases[i].instead, err.text);
    }
}

static void what_is_too_much_is_refused_before_it_is_kept(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf many = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf large = {0};
    toc_buf_add_text(&many, "\"receipts\": [");
    for (uint32_t i = 0; i < TOC_BUNDLE_ITEMS_MAX; i++)
        toc_buf_add_text(&many, "\"\",");
    toc_buf_add_text(&many, "\"\"]");
    toc_buf_add_u8(&many, '\0');
    assert_int_equal(read_changed("\"receipts\": []", (const char *)many.data, &err), TOC_LIMIT);
    assert_non_null(strstr(err.text, "'receipts'"));
    read_good(&large);
    while (large.size <= TOC_BUNDLE_BYTES_MAX)
        toc_buf_add_u8(&large, ' '); /* which would be no harm */
    assert_int_equal(read_one(toc_buf_view(&large), &err), TOC_LIMIT);
    assert_int_equal(read_one(toc_span_of(large.data, TOC_BUNDLE_BYTES_MAX), &err), TOC_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_bundle_is_refused_and_the_member_is_named),
        cmocka_unit_test(what_is_too_much_is_refused_before_it_is_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
