/* The scan before protobuf-c. The descriptors stand here by hand, one field of every type; the
 * bytes are written out from the encoding's definition
 * (https://protobuf.dev/programming-guides/encoding/). */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proto/base/text.h"
#include "tests/unit/base/wire_tree.h"

enum { ARENA_BYTES = 1 << 20 };

/* Hexadecimal with spaces, into `out`. */
static toc_span bytes_of(const char *text, toc_buf *out)
{
    toc_buf_clear(out);
    for (const char *at = text; *at != 0; at++) {
        if (*at == ' ')
            continue;
        uint8_t byte;
        assert_int_equal(toc_hex_decode(toc_span_of(at, 2), &byte, 1, NULL), TOC_OK);
        toc_buf_add_u8(out, byte);
        at++;
    }
    return toc_buf_view(out);
}

/* An exact copy on the heap, so that a read past the end is caught by the sanitizer. */
static toc_code scan_exact(toc_span bytes, const ProtobufCMessageDescriptor *type, toc_err *err)
{
    uint8_t *copy = malloc(bytes.size == 0 ? 1 : bytes.size);
    assert_non_null(copy);
    if (bytes.size > 0)
        memcpy(copy, bytes.data, bytes.size);
    toc_code code = toc_wire_scan(toc_span_of(copy, bytes.size), type, "a test", err);
    free(copy);
    return code;
}

static void scans_to(const char *hex, toc_code expected, const char *sentence)
{
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_err err = {0};
    toc_code code = scan_exact(bytes_of(hex, &wire), &tree_descriptor, &err);
    if (code != expected || (sentence != NULL && strstr(err.text, sentence) == NULL))
        fail_msg("%s: %s, %s", hex, toc_code_name(code), err.text);
}

#define ALL_TYPES                                                                                  \
    "08 FFFFFFFFFFFFFFFFFF01 "  /* i32 = -1, sign-extended */                                      \
    "10 01 "                    /* s32 = -1 */                                                     \
    "1D 01020304 "              /* sf32 */                                                         \
    "20 8080808080808080 8001 " /* i64 = INT64_MIN */                                              \
    "28 FFFFFFFFFFFFFFFFFF01 "  /* s64 = INT64_MIN */                                              \
    "31 0102030405060708 "      /* sf64 */                                                         \
    "38 FFFFFFFF0F "            /* u32 = UINT32_MAX */                                             \
    "45 01020304 "              /* f32 */                                                          \
    "48 FFFFFFFFFFFFFFFFFF01 "  /* u64 = UINT64_MAX */                                             \
    "51 0102030405060708 "      /* f64 */                                                          \
    "58 01 "                    /* flag */                                                         \
    "60 9601 "                  /* e = 150 */                                                      \
    "6A 03 E282AC "             /* text = euro sign */                                             \
    "72 04 00FF00FF "           /* bytes */                                                        \
    "78 01 78 02 7A 02 0304 "   /* numbers, one by one and packed */                               \
    "82 01 03 000101 "          /* flags, packed */                                                \
    "89 01 0102030405060708 "   /* fixed, one by one */                                            \
    "8A 01 10 0102030405060708 0102030405060708 "                                                  \
    "92 01 01 61 92 01 00 "       /* texts "a", "" */                                              \
    "9A 01 06 08 05 12 02 08 06 " /* sub { number 5, leaves { number 6 } } */                      \
    "A0 01 07"                    /* one = 7 */

static void every_type_is_taken_and_read_as_written(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    assert_int_equal(toc_arena_new(ARENA_BYTES, &arena, NULL), TOC_OK);
    ProtobufCMessage *unpacked = NULL;
    assert_int_equal(toc_wire_unpack(bytes_of(ALL_TYPES, &wire), &tree_descriptor, arena, "a test",
                                     &unpacked, NULL),
                     TOC_OK);
    const tree *read = (const tree *)unpacked;
    assert_int_equal(read->i32, -1);
    assert_int_equal(read->s32, -1);
    assert_int_equal(read->sf32, 0x04030201);
    assert_true(read->i64 == INT64_MIN && read->s64 == INT64_MIN);
    assert_true(read->sf64 == 0x0807060504030201 && read->f64 == 0x0807060504030201);
    assert_true(read->u32 == UINT32_MAX && read->f32 == 0x04030201 && read->u64 == UINT64_MAX);
    assert_true(read->flag && read->e == 150);
    assert_string_equal(read->text, "\xE2\x82\xAC");
    assert_int_equal(read->bytes.len, 4);
    assert_int_equal(read->n_numbers, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(read->numbers[i], i + 1);
    assert_int_equal(read->n_flags, 3);
    assert_int_equal(read->n_fixed, 3);
    assert_int_equal(read->n_texts, 2);
    assert_int_equal(read->sub->number, 5);
    assert_int_equal(read->sub->leaves[0]->number, 6);
    assert_true(read->which == 20 && read->one == 7);
    assert_int_equal(read->base.n_unknown_fields, 0);

    /* Packed again it scans, and says the same. */
    TOC_AUTO(toc_buf_wipe) toc_buf again = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf third = {0};
    toc_wire_pack(unpacked, &again);
    assert_int_equal(
        toc_wire_unpack(toc_buf_view(&again), &tree_descriptor, arena, "a test", &unpacked, NULL),
        TOC_OK);
    toc_wire_pack(unpacked, &third);
    assert_true(toc_span_equal(toc_buf_view(&again), toc_buf_view(&third)));
}

static void nothing_is_a_message_without_required_fields(void **state)
{
    (void)state;
    assert_int_equal(toc_wire_scan((toc_span){0}, &tree_descriptor, "a test", NULL), TOC_OK);
    toc_err err = {0};
    assert_int_equal(toc_wire_scan((toc_span){0}, &leaf_descriptor, "a test", &err), TOC_MALFORMED);
    assert_string_equal(err.text, "a test: field 'number' of Leaf is missing");
    scans_to("9A 01 00", TOC_MALFORMED, "'number' of Leaf is missing");
    scans_to("9A 01 04 08 01 12 00", TOC_MALFORMED, "'number' of Leaf is missing");
}

/* Cut inside a field it is malformed; between two it is another message, which is why statements
 * carry a length. */
static void every_truncation_inside_a_field_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_span whole = bytes_of(ALL_TYPES, &wire);
    static const size_t lengths[] = {11, 2, 5, 11, 11, 9, 6,  5,  11, 9, 2, 3,
                                     5,  6, 2, 2,  4,  6, 10, 19, 4,  3, 9, 3};
    size_t boundary = 0, next = 0;
    for (size_t size = 0; size <= whole.size; size++) {
        bool at_boundary = size == boundary;
        if (at_boundary)
            boundary += next < TOC_COUNT(lengths) ? lengths[next++] : 0;
        toc_code code = scan_exact(toc_span_of(whole.data, size), &tree_descriptor, NULL);
        assert_int_equal(code, at_boundary ? TOC_OK : TOC_MALFORMED);
    }
    assert_int_equal(boundary, whole.size);
}

static void a_varint_beyond_64_bits_or_ten_bytes_is_refused(void **state)
{
    (void)state;
    scans_to("48 FFFFFFFFFFFFFFFFFF01", TOC_OK, NULL);
    scans_to("48 FFFFFFFFFFFFFFFFFF02", TOC_MALFORMED, "larger than 64 bits");
    scans_to("48 FFFFFFFFFFFFFFFFFF7F", TOC_MALFORMED, "larger than 64 bits");
    scans_to("48 80808080808080808080 00", TOC_MALFORMED, "larger than 64 bits");
    scans_to("48 8000", TOC_OK, NULL); /* zero with a spare byte: another encoder's padding */
    scans_to("C23E FFFFFFFFFFFFFFFFFF02", TOC_MALFORMED,
             NULL); /* the same in an unknown field (1000) */
}

static void a_value_outside_its_type_is_refused(void **state)
{
    (void)state;
    scans_to("38 FFFFFFFF0F", TOC_OK, NULL);
    scans_to("38 8080808010", TOC_MALFORMED, "'u32' of Tree holds a value outside its type");
    scans_to("10 FFFFFFFF0F", TOC_OK, NULL);
    scans_to("10 8080808010", TOC_MALFORMED, "'s32'");
    scans_to("08 FFFFFFFF07", TOC_OK, NULL);
    scans_to("08 8080808008", TOC_MALFORMED, "'i32'"); /* 2^31, not sign-extended */
    scans_to("08 FFFFFFFF0F", TOC_MALFORMED, "'i32'");
    scans_to("08 80808080F8FFFFFFFF01", TOC_OK, NULL);           /* INT32_MIN */
    scans_to("08 FFFFFFFFF7FFFFFFFF01", TOC_MALFORMED, "'i32'"); /* one less */
    scans_to("60 8080808008", TOC_MALFORMED, "'e'");
    scans_to("60 FFFFFFFFFFFFFFFFFF01", TOC_OK, NULL);
    scans_to("58 02", TOC_MALFORMED, "'flag'");
    scans_to("58 8100", TOC_MALFORMED, "'flag'");
    scans_to("58 00", TOC_OK, NULL);
}

static void packed_values_are_each_checked(void **state)
{
    (void)state;
    scans_to("7A 00", TOC_OK, NULL);
    scans_to("7A 06 01 FFFFFFFF0F", TOC_OK, NULL);
    scans_to("7A 06 01 8080808010", TOC_MALFORMED,
             "'numbers' of Tree holds a value outside its type");
    scans_to("7A 02 01 80", TOC_MALFORMED, "'numbers' of Tree is cut short");
    scans_to("7A 03 01 02", TOC_MALFORMED, "'numbers' of Tree is cut short");
    scans_to("82 01 02 01 02", TOC_MALFORMED, "'flags'");
    scans_to("82 01 02 81 00", TOC_MALFORMED, "'flags'"); /* protobuf-c counts bytes here */
    scans_to("8A 01 09 0102030405060708 01", TOC_MALFORMED, "'fixed'");
    scans_to("3A 01 01", TOC_MALFORMED,
             "'u32' of Tree has the wrong wire type"); /* packed, and not repeated */
}

static void a_singular_field_that_comes_twice_is_refused(void **state)
{
    (void)state;
    scans_to("38 01 38 01", TOC_MALFORMED, "'u32' of Tree comes twice");
    scans_to("38 01 78 01 38 02", TOC_MALFORMED, "'u32' of Tree comes twice");
    scans_to("6A 01 61 6A 01 61", TOC_MALFORMED, "'text' of Tree comes twice");
    scans_to("9A 01 02 08 01 9A 01 02 08 01", TOC_MALFORMED,
             "'sub' of Tree comes twice"); /* protobuf-c merges */
    scans_to("9A 01 04 08 01 08 01", TOC_MALFORMED, "'number' of Leaf comes twice");
    scans_to("9A 01 08 08 01 12 04 08 01 08 01", TOC_MALFORMED, "'number' of Leaf comes twice");
    scans_to("78 01 78 01 92 01 00 92 01 00", TOC_OK, NULL);
    scans_to("9A 01 0A 08 01 12 02 08 01 12 02 08 01", TOC_OK, NULL);
}

static void of_a_oneof_there_is_one(void **state)
{
    (void)state;
    scans_to("A0 01 01", TOC_OK, NULL);
    scans_to("A8 01 01", TOC_OK, NULL);
    scans_to("A0 01 01 A0 01 01", TOC_MALFORMED, "'one' of Tree comes twice");
    scans_to("A0 01 01 A8 01 01", TOC_MALFORMED, "'two' of Tree comes beside another");
    scans_to("A8 01 01 38 01 A0 01 01", TOC_MALFORMED, "'one' of Tree comes beside another");
}

static void a_wrong_wire_type_is_refused(void **state)
{
    (void)state;
    scans_to("39 0102030405060708", TOC_MALFORMED, "'u32' of Tree has the wrong wire type");
    scans_to("3D 01020304", TOC_MALFORMED, "'u32'");
    scans_to("18 01", TOC_MALFORMED, "'sf32'");
    scans_to("35 01020304", TOC_MALFORMED, "'sf64'");
    scans_to("68 01", TOC_MALFORMED, "'text'");
    scans_to("98 01 01", TOC_MALFORMED, "'sub'");
    scans_to("90 01 01", TOC_MALFORMED, "'texts'");
    scans_to("79 0102030405060708", TOC_MALFORMED, "'numbers'");
}

static void groups_and_unheard_of_wire_types_are_refused(void **state)
{
    (void)state;
    scans_to("3B 3C", TOC_MALFORMED, "wire type 3 (groups");
    scans_to("3C", TOC_MALFORMED, "wire type 4 (groups");
    scans_to("3E", TOC_MALFORMED, "wire type 6 (there is none");
    scans_to("3F", TOC_MALFORMED, "wire type 7 (there is none");
    scans_to("C33E C43E", TOC_MALFORMED, "field 1000 of Tree has wire type 3");
    scans_to("9A 01 03 08 01 13", TOC_MALFORMED, "field 2 of Leaf has wire type 3");
}

static void a_tag_is_a_field_number_in_five_bytes(void **state)
{
    (void)state;
    scans_to("00 00", TOC_MALFORMED, "no field tag");
    scans_to("02 00", TOC_MALFORMED, "no field tag");
    scans_to("80 00 00", TOC_MALFORMED, "no field tag");
    scans_to("FFFFFFFF10 00", TOC_MALFORMED, "no field tag"); /* more than 32 bits */
    scans_to("808080808000 00", TOC_MALFORMED, "no field tag");
    scans_to("F8FFFFFF0F 00", TOC_OK, NULL); /* 2^29 - 1, the largest */
    scans_to("80", TOC_MALFORMED, "no field tag");
}

static void a_length_beyond_the_end_is_refused(void **state)
{
    (void)state;
    scans_to("6A 01", TOC_MALFORMED, "'text' of Tree is cut short");
    scans_to("6A FFFFFFFF0F 61", TOC_MALFORMED, "cut short");
    scans_to("6A FFFFFFFF7F 61", TOC_MALFORMED, "cut short");
    scans_to("6A 818080808000 61", TOC_MALFORMED,
             "cut short"); /* protobuf-c reads five bytes of a length */
    scans_to("6A 8180808000 61", TOC_OK, NULL);
    scans_to("9A 01 06 08 01 12 02 08", TOC_MALFORMED, "'sub' of Tree is cut short");
    scans_to("9A 01 04 08 01 12 02", TOC_MALFORMED, "'leaves' of Leaf is cut short");
    scans_to("C23E 05 01", TOC_MALFORMED, "unknown field 1000 of Tree is cut short");
}

static void text_is_utf8_without_a_nul(void **state)
{
    (void)state;
    scans_to("6A 02 C3A9", TOC_OK, NULL);
    scans_to("6A 01 C3", TOC_MALFORMED, "'text' of Tree is not UTF-8");
    scans_to("6A 02 C080", TOC_MALFORMED, "not UTF-8");
    scans_to("6A 03 EDA080", TOC_MALFORMED, "not UTF-8");
    scans_to("6A 03 610062", TOC_MALFORMED, "'text' of Tree contains a NUL");
    scans_to("92 01 01 FF", TOC_MALFORMED, "'texts' of Tree is not UTF-8");
    scans_to("72 03 6100FF", TOC_OK, NULL); /* bytes are bytes */
}

static void an_unknown_field_below_1000_needs_a_newer_version(void **state)
{
    (void)state;
    scans_to("B0 01 01", TOC_STATE, "field 22 is unknown: reading it needs a newer version");
    scans_to("B8 3E 01", TOC_STATE, "field 999 is unknown");
    scans_to("C0 3E 01", TOC_OK, NULL); /* 1000 may be ignored */
    scans_to("C2 3E 01 61", TOC_OK, NULL);
    scans_to("C5 3E 01020304", TOC_OK, NULL);
    scans_to("C1 3E 0102030405060708", TOC_OK, NULL);
    scans_to("9A 01 04 08 01 18 01", TOC_STATE, "field 3 is unknown"); /* in a submessage too */
    scans_to("B0 01 01 38 01 38 01", TOC_MALFORMED, "comes twice");    /* malformed is said first */
    scans_to("B0 01 01 38", TOC_MALFORMED, "cut short");
}

/* sub is the first level; leaf in leaf below it. */
static void nesting_is_taken_eight_deep(void **state)
{
    (void)state;
    for (unsigned depth = 7; depth <= 9; depth++) {
        TOC_AUTO(toc_buf_wipe) toc_buf inner = {0};
        toc_buf_add(&inner, "\x08\x01", 2);
        for (unsigned i = 1; i < depth; i++) {
            TOC_AUTO(toc_buf_wipe) toc_buf outer = {0};
            toc_buf_add(&outer, "\x08\x01\x12", 3);
            toc_buf_add_u8(&outer, (uint8_t)inner.size);
            toc_buf_add_span(&outer, toc_buf_view(&inner));
            toc_buf_clear(&inner);
            toc_buf_add_span(&inner, toc_buf_view(&outer));
        }
        TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
        toc_buf_add(&wire, "\x9A\x01", 2);
        toc_buf_add_u8(&wire, (uint8_t)inner.size);
        toc_buf_add_span(&wire, toc_buf_view(&inner));
        toc_err err = {0};
        toc_code code = toc_wire_scan(toc_buf_view(&wire), &tree_descriptor, "a test", &err);
        assert_int_equal(code, depth <= 8 ? TOC_OK : TOC_MALFORMED);
        assert_true(depth <= 8 || strstr(err.text, "nested too deeply") != NULL);
    }
}

/* Every ceiling below what the message needs is LIMIT, never a crash, and *out stays as it was. */
static void an_arena_too_small_is_a_limit(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_span whole = bytes_of(ALL_TYPES " C23E 04 61626364", &wire);
    size_t refused = 0;
    for (size_t ceiling = 0;; ceiling += 16) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        assert_int_equal(toc_arena_new(ceiling, &arena, NULL), TOC_OK);
        ProtobufCMessage *out = NULL;
        toc_code code = toc_wire_unpack(whole, &tree_descriptor, arena, "a test", &out, NULL);
        if (code == TOC_OK)
            break;
        assert_int_equal(code, TOC_LIMIT);
        assert_null(out);
        refused++;
    }
    assert_true(refused > 10);
}

static void what_the_scan_takes_protobuf_c_takes(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf wire = {0};
    toc_span whole = bytes_of(ALL_TYPES, &wire);
    uint32_t random = 1;
    size_t taken = 0;
    for (unsigned round = 0; round < 20000; round++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        assert_int_equal(toc_arena_new(ARENA_BYTES, &arena, NULL), TOC_OK);
        uint8_t changed[256];
        assert_true(whole.size <= sizeof changed);
        memcpy(changed, whole.data, whole.size);
        for (unsigned i = 0; i < 1 + round % 3; i++) {
            random = random * 1664525 + 1013904223;
            changed[(random >> 8) % whole.size] = (uint8_t)(random >> 24);
        }
        toc_span bytes = toc_span_of(changed, whole.size);
        ProtobufCMessage *out = NULL;
        toc_code code = toc_wire_unpack(bytes, &tree_descriptor, arena, "a test", &out, NULL);
        assert_true(code == TOC_OK || code == TOC_MALFORMED || code == TOC_STATE);
        taken += code == TOC_OK ? 1 : 0;
    }
    assert_true(taken > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_type_is_taken_and_read_as_written),
        cmocka_unit_test(nothing_is_a_message_without_required_fields),
        cmocka_unit_test(every_truncation_inside_a_field_is_refused),
        cmocka_unit_test(a_varint_beyond_64_bits_or_ten_bytes_is_refused),
        cmocka_unit_test(a_value_outside_its_type_is_refused),
        cmocka_unit_test(packed_values_are_each_checked),
        cmocka_unit_test(a_singular_field_that_comes_twice_is_refused),
        cmocka_unit_test(of_a_oneof_there_is_one),
        cmocka_unit_test(a_wrong_wire_type_is_refused),
        cmocka_unit_test(groups_and_unheard_of_wire_types_are_refused),
        cmocka_unit_test(a_tag_is_a_field_number_in_five_bytes),
        cmocka_unit_test(a_length_beyond_the_end_is_refused),
        cmocka_unit_test(text_is_utf8_without_a_nul),
        cmocka_unit_test(an_unknown_field_below_1000_needs_a_newer_version),
        cmocka_unit_test(nesting_is_taken_eight_deep),
        cmocka_unit_test(an_arena_too_small_is_a_limit),
        cmocka_unit_test(what_the_scan_takes_protobuf_c_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
