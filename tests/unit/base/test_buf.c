#include "tests/support/check.h"

#include <string.h>

#include "proto/base/buf.h"

static void what_is_appended_stands_in_order_and_integers_big_endian(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_buf_add_u8(&buf, 0x01);
    toc_buf_add_u16(&buf, 0x0203);
    toc_buf_add_u32(&buf, 0x04050607);
    toc_buf_add_u64(&buf, 0x08090A0B0C0D0E0F);
    toc_buf_add_zeros(&buf, 2);
    toc_buf_add_text(&buf, "te");
    toc_buf_add_span(&buf, toc_span_text("xt"));
    toc_buf_add(&buf, "!", 1);
    static const uint8_t expected[] = {1,  2,  3,  4,  5, 6, 7,   8,   9,   10,  11,
                                       12, 13, 14, 15, 0, 0, 't', 'e', 'x', 't', '!'};
    TOC_CHECK_OK(toc_buf_ok(&buf, &err));
    assert_int_equal(buf.size, sizeof expected);
    assert_memory_equal(buf.data, expected, sizeof expected);
    assert_true(toc_span_equal(toc_buf_view(&buf), TOC_SPAN_OF(expected)));
}

static void empty_appends_change_nothing(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_buf_add(&buf, NULL, 0);
    toc_buf_add_span(&buf, (toc_span){0});
    toc_buf_add_zeros(&buf, 0);
    toc_buf_add_text(&buf, "");
    toc_buf_printf(&buf, "%s", "");
    assert_non_null(toc_buf_extend(&buf, 0));
    assert_int_equal(buf.size, 0);
    assert_false(buf.failed);
    assert_string_equal(toc_buf_text(&buf), "");
}

static void growing_keeps_what_was_there(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    for (uint32_t i = 0; i < 50000; i++)
        toc_buf_add_u32(&buf, i);
    assert_int_equal(buf.size, 200000);
    assert_true(buf.capacity >= buf.size);
    for (uint32_t i = 0; i < 50000; i++) {
        const uint8_t *at = buf.data + 4 * (size_t)i;
        assert_int_equal(
            (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3], i);
    }
}

static void printing_appends_and_text_ends_in_a_nul_that_is_not_counted(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_buf_printf(&buf, "%d, ", 1);
    toc_buf_printf(&buf, "%s", "two");
    assert_string_equal(toc_buf_text(&buf), "1, two");
    assert_int_equal(buf.size, 6);
    toc_buf_add_text(&buf, "!");
    assert_string_equal(toc_buf_text(&buf), "1, two!");
    /* Exactly at a capacity, the NUL needs room of its own. */
    toc_buf_clear(&buf);
    while (buf.size < 256)
        toc_buf_add_u8(&buf, 'x');
    assert_int_equal(strlen(toc_buf_text(&buf)), 256);
}

static void a_failed_append_sticks_until_the_buffer_is_cleared(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_buf_add_text(&buf, "kept");
    assert_null(toc_buf_extend(&buf, SIZE_MAX));
    assert_null(toc_buf_extend(&buf, 1));
    toc_buf_add_text(&buf, "not appended");
    assert_int_equal(buf.size, 4);
    assert_memory_equal(buf.data, "kept", 4);
    TOC_CHECK_FAILS(TOC_NO_MEMORY, toc_buf_ok(&buf, &err));
    assert_string_equal(toc_buf_text(&buf), "");
    toc_buf_clear(&buf);
    TOC_CHECK_OK(toc_buf_ok(&buf, &err));
    toc_buf_add_text(&buf, "again");
    assert_string_equal(toc_buf_text(&buf), "again");
}

static void sizes_that_would_overflow_fail(void **state)
{
    (void)state;
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 2, SIZE_MAX / 2 - 3};
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
        toc_buf_add_text(&buf, "four");
        assert_null(toc_buf_extend(&buf, sizes[i]));
        assert_true(buf.failed);
        assert_int_equal(buf.size, 4);
    }
}

static void a_wiped_buffer_is_empty_and_usable(void **state)
{
    (void)state;
    toc_buf buf = {0};
    toc_buf_add_text(&buf, "secret");
    toc_buf_wipe(&buf);
    assert_null(buf.data);
    assert_int_equal(buf.size, 0);
    assert_int_equal(buf.capacity, 0);
    toc_buf_add_text(&buf, "new");
    assert_string_equal(toc_buf_text(&buf), "new");
    toc_buf_wipe(&buf);
    toc_buf_wipe(&buf);
}

static void clearing_keeps_the_storage(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_buf_add_zeros(&buf, 1000);
    const uint8_t *data = buf.data;
    size_t capacity = buf.capacity;
    toc_buf_clear(&buf);
    assert_int_equal(buf.size, 0);
    assert_int_equal(buf.capacity, capacity);
    toc_buf_add_zeros(&buf, 1000);
    assert_ptr_equal(buf.data, data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_appended_stands_in_order_and_integers_big_endian),
        cmocka_unit_test(empty_appends_change_nothing),
        cmocka_unit_test(growing_keeps_what_was_there),
        cmocka_unit_test(printing_appends_and_text_ends_in_a_nul_that_is_not_counted),
        cmocka_unit_test(a_failed_append_sticks_until_the_buffer_is_cleared),
        cmocka_unit_test(sizes_that_would_overflow_fail),
        cmocka_unit_test(a_wiped_buffer_is_empty_and_usable),
        cmocka_unit_test(clearing_keeps_the_storage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
