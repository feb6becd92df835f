#include "tests/support/check.h"

#include <string.h>

#include "proto/base/attrs.h"
#include "proto/base/endian.h"
#include "proto/base/reader.h"

static const uint8_t bytes[] = {1,  2,  3,  4, 5, 6,   7,   8, 9, 10, 11, 12,
                                13, 14, 15, 0, 2, 'a', 'b', 0, 0, 0,  1,  'c'};

static void every_kind_of_field_is_read_in_order(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_reader reader = toc_reader_of(TOC_SPAN_OF(bytes));
    assert_int_equal(toc_reader_left(&reader), sizeof bytes);
    assert_int_equal(toc_read_u8(&reader), 0x01);
    assert_int_equal(toc_read_u16(&reader), 0x0203);
    assert_int_equal(toc_read_u32(&reader), 0x04050607);
    assert_true(toc_read_u64(&reader) == 0x08090A0B0C0D0E0F);
    assert_true(toc_span_equal(toc_read_u16_span(&reader, 2), toc_span_text("ab")));
    assert_int_equal(toc_reader_left(&reader), 5);
    TOC_CHECK_OK(toc_reader_ok(&reader, "example", &err));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_reader_finish(&reader, "example", &err));
    assert_non_null(strstr(err.text, "example"));
    assert_true(toc_span_equal(toc_read_u32_span(&reader, 1), toc_span_text("c")));
    TOC_CHECK_OK(toc_reader_finish(&reader, "example", &err));
}

static void spans_point_into_the_input(void **state)
{
    (void)state;
    toc_reader reader = toc_reader_of(TOC_SPAN_OF(bytes));
    (void)toc_read_span(&reader, 3);
    toc_span span = toc_read_span(&reader, 4);
    assert_ptr_equal(span.data, bytes + 3);
    uint8_t copy[4];
    toc_read_bytes(&reader, copy, sizeof copy);
    assert_memory_equal(copy, bytes + 7, 4);
}

static void after_a_failure_reads_give_zeroes_and_nothing_moves(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_reader reader = toc_reader_of(toc_span_of(bytes, 5));
    (void)toc_read_u16(&reader);
    assert_int_equal(toc_read_u32(&reader), 0);
    assert_int_equal(reader.position, 2);
    assert_int_equal(toc_reader_left(&reader), 0);
    assert_int_equal(toc_read_u8(&reader), 0);
    assert_int_equal(toc_read_u16(&reader), 0);
    assert_true(toc_read_u64(&reader) == 0);
    assert_null(toc_read_span(&reader, 0).data);
    assert_int_equal(toc_read_u16_span(&reader, 9).size, 0);
    assert_int_equal(toc_read_u32_span(&reader, 9).size, 0);
    uint8_t copy[4] = {9, 9, 9, 9};
    toc_read_bytes(&reader, copy, sizeof copy);
    static const uint8_t zeroes[4];
    assert_memory_equal(copy, zeroes, 4);
    assert_int_equal(reader.position, 2);
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_reader_ok(&reader, "example", &err));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_reader_finish(&reader, "example", NULL));
    assert_non_null(strstr(err.text, "byte 2 of 5"));
}

static void each_width_fails_when_a_byte_is_missing(void **state)
{
    (void)state;
    for (size_t width = 1; width <= 8; width *= 2) {
        for (size_t size = 0; size <= width; size++) {
            toc_reader reader = toc_reader_of(toc_span_of(bytes, size));
            uint64_t value = width == 1   ? toc_read_u8(&reader)
                             : width == 2 ? toc_read_u16(&reader)
                             : width == 4 ? toc_read_u32(&reader)
                                          : toc_read_u64(&reader);
            assert_int_equal(reader.failed, size < width);
            assert_int_equal(value != 0, size == width);
        }
    }
}

static void a_counted_span_beyond_its_limit_or_the_input_fails(void **state)
{
    (void)state;
    static const uint8_t four_gib[] = {0xFF, 0xFF, 0xFF, 0xFF, 1, 2}, two[] = {0, 2, 7, 7},
                         two32[] = {0, 0, 0, 2, 7, 7};
    toc_reader reader = toc_reader_of(TOC_SPAN_OF(four_gib));
    assert_null(toc_read_u32_span(&reader, SIZE_MAX).data);
    assert_true(reader.failed);
    reader = toc_reader_of(TOC_SPAN_OF(four_gib));
    assert_null(toc_read_u16_span(&reader, SIZE_MAX).data);
    assert_true(reader.failed);
    reader = toc_reader_of(TOC_SPAN_OF(two));
    assert_null(toc_read_u16_span(&reader, 1).data);
    assert_true(reader.failed);
    reader = toc_reader_of(TOC_SPAN_OF(two));
    assert_int_equal(toc_read_u16_span(&reader, 2).size, 2);
    assert_false(reader.failed);
    reader = toc_reader_of(TOC_SPAN_OF(two32));
    assert_null(toc_read_u32_span(&reader, 1).data);
    assert_true(reader.failed);
    reader = toc_reader_of(TOC_SPAN_OF(two32));
    assert_int_equal(toc_read_u32_span(&reader, 2).size, 2);
    assert_false(reader.failed);
}

static void an_empty_input_has_empty_spans_and_nothing_else(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_reader reader = toc_reader_of((toc_span){0});
    assert_int_equal(toc_read_span(&reader, 0).size, 0);
    toc_read_bytes(&reader, NULL, 0);
    TOC_CHECK_OK(toc_reader_finish(&reader, "nothing", &err));
    (void)toc_read_u8(&reader);
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_reader_finish(&reader, "nothing", &err));
    /* An empty span is no step, and has a place. */
    reader = toc_reader_of(TOC_SPAN_OF(bytes));
    (void)toc_read_u16(&reader);
    assert_ptr_equal(toc_read_span(&reader, 0).data, bytes + 2);
    assert_int_equal(reader.position, 2);
}

static void integers_are_written_and_read_big_endian_at_any_address(void **state)
{
    (void)state;
    uint8_t room[16];
    for (size_t shift = 0; shift < 8; shift++) {
        toc_put_u16(room + shift, 0x0102);
        assert_memory_equal(room + shift, bytes, 2);
        assert_int_equal(toc_get_u16(room + shift), 0x0102);
        toc_put_u32(room + shift, 0x01020304);
        assert_memory_equal(room + shift, bytes, 4);
        assert_int_equal(toc_get_u32(room + shift), 0x01020304);
        toc_put_u64(room + shift, 0x0102030405060708);
        assert_memory_equal(room + shift, bytes, 8);
        assert_true(toc_get_u64(room + shift) == 0x0102030405060708);
    }
    memset(room, 0xFF, sizeof room);
    assert_int_equal(toc_get_u16(room), UINT16_MAX);
    assert_true(toc_get_u32(room) == UINT32_MAX);
    assert_true(toc_get_u64(room) == UINT64_MAX);
}

static void spans_compare_bytewise_with_the_shorter_first(void **state)
{
    (void)state;
    static const char *const ascending[] = {"", "a", "a\x01", "aa", "ab", "b", "\xFF"};
    for (size_t i = 0; i < TOC_COUNT(ascending); i++) {
        for (size_t j = 0; j < TOC_COUNT(ascending); j++) {
            toc_span left = toc_span_text(ascending[i]), right = toc_span_text(ascending[j]);
            int order = toc_span_compare(left, right);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
            assert_int_equal(toc_span_equal(left, right), i == j);
        }
    }
    assert_int_equal(toc_span_text(NULL).size, 0);
    assert_true(toc_span_equal((toc_span){0}, toc_span_text("")));
    assert_int_equal(toc_span_compare((toc_span){0}, toc_span_text("")), 0);
}

static void ids_are_equal_when_all_32_bytes_are(void **state)
{
    (void)state;
    toc_org_id one = {{0}}, two = {{0}};
    assert_true(toc_org_id_equal(&one, &two));
    for (size_t i = 0; i < 32; i++) {
        two.bytes[i] = 1;
        assert_false(toc_org_id_equal(&one, &two));
        two.bytes[i] = 0;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_of_field_is_read_in_order),
        cmocka_unit_test(spans_point_into_the_input),
        cmocka_unit_test(after_a_failure_reads_give_zeroes_and_nothing_moves),
        cmocka_unit_test(each_width_fails_when_a_byte_is_missing),
        cmocka_unit_test(a_counted_span_beyond_its_limit_or_the_input_fails),
        cmocka_unit_test(an_empty_input_has_empty_spans_and_nothing_else),
        cmocka_unit_test(integers_are_written_and_read_big_endian_at_any_address),
        cmocka_unit_test(spans_compare_bytewise_with_the_shorter_first),
        cmocka_unit_test(ids_are_equal_when_all_32_bytes_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
