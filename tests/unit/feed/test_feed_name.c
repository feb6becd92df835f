#include "tests/support/check.h"
#include "tests/support/started.h"

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/crypto/secret.h"
#include "proto/feed/feed.h"

static toc_feed_name example(toc_lane lane, uint64_t generation)
{
    toc_feed_name name = {.lane = lane, .generation = generation};
    for (uint8_t i = 0; i < 32; i++) {
        name.circle.bytes[i] = i;
        name.org.bytes[i] = (uint8_t)(0xE0 + i);
    }
    return name;
}

static const char origin_example[] =
    "tocsin/000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f/"
    "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff/"
    "bulk/1767225600";

static void an_origin_is_spelled_as_the_protocol_says(void **state)
{
    (void)state;
    toc_feed_name name = example(TOC_LANE_BULK, 1767225600);
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_feed_origin(&name, origin);
    assert_string_equal(origin, origin_example);
}

static void parsing_what_was_printed_gives_the_name_back(void **state)
{
    (void)state;
    toc_err err = {0};
    static const uint64_t generations[] = {0, 1, 9, 10, 1767225600, UINT64_MAX};
    for (unsigned lane = 0; lane < TOC_LANE_COUNT; lane++) {
        for (size_t i = 0; i < TOC_COUNT(generations); i++) {
            toc_feed_name name = example((toc_lane)lane, generations[i]), parsed = {0};
            char origin[TOC_ORIGIN_BYTES_MAX];
            toc_feed_origin(&name, origin);
            TOC_CHECK_OK(toc_feed_origin_parse(toc_span_text(origin), &parsed, &err));
            assert_true(toc_circle_id_equal(&parsed.circle, &name.circle));
            assert_true(toc_org_id_equal(&parsed.org, &name.org));
            assert_int_equal(parsed.lane, name.lane);
            assert_true(parsed.generation == name.generation);
        }
    }
}

static void every_truncation_is_refused_and_leaves_out_untouched(void **state)
{
    (void)state;
    toc_feed_name parsed = example(TOC_LANE_KEYS, 77);
    /* Cut within the generation it is still an origin, of another feed. */
    size_t shortest = strlen(origin_example) - strlen("767225600");
    for (size_t size = 0; size < shortest; size++)
        TOC_CHECK_FAILS(TOC_MALFORMED,
                        toc_feed_origin_parse(toc_span_of(origin_example, size), &parsed, NULL));
    assert_int_equal(parsed.lane, TOC_LANE_KEYS);
    assert_true(parsed.generation == 77);
}

static void an_origin_has_one_spelling(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to;
    } changes[] = {
        {"0a0b", "0A0b"},      {"bulk", "Bulk"},        {"bulk", "bulk "},
        {"bulk", "mail"},      {"/bulk/", "/bulk//"},   {"/17672", "/017672"},
        {"/17672", "/+17672"}, {"/17672", "/ 17672"},   {"25600", "25600/"},
        {"25600", "25600\n"},  {"25600", "25600x"},     {"tocsin", "Tocsin"},
        {"tocsin/", "/"},      {"tocsin/", "tocsin//"}, {"1d1e1f", "1d1e1f20"},
        {"1d1e1f", "1d1e"},    {"1e1f/", "1e1f0"},      {"1e1f/", "1e1g/"},
        {"1767225600", ""},    {"1767225600", "0x1"},   {"1767225600", "18446744073709551616"},
        {"1767225600", "-1"}};
    for (size_t i = 0; i < TOC_COUNT(changes); i++) {
        const char *at = strstr(origin_example, changes[i].from);
        assert_non_null(at);
        TOC_AUTO(toc_buf_wipe) toc_buf changed = {0};
        toc_buf_add(&changed, origin_example, (size_t)(at - origin_example));
        toc_buf_add_text(&changed, changes[i].to);
        toc_buf_add_text(&changed, at + strlen(changes[i].from));
        toc_feed_name parsed;
        if (toc_feed_origin_parse(toc_buf_view(&changed), &parsed, NULL) != TOC_MALFORMED)
            fail_msg("taken: %s", toc_buf_text(&changed));
    }
}

static void a_feed_id_hashes_every_part_of_the_name(void **state)
{
    (void)state;
    toc_feed_name name = example(TOC_LANE_ALERT, 0x0102030405060708);
    toc_feed_id id, other;
    toc_feed_id_of(&name, &id);
    /* The layout of PROTOCOL §5, written out. */
    uint8_t layout[14 + 32 + 32 + 1 + 8] = "tocsin/feed/1\n";
    memcpy(layout + 14, name.circle.bytes, 32);
    memcpy(layout + 46, name.org.bytes, 32);
    static const uint8_t tail[9] = {0, 1, 2, 3, 4, 5, 6, 7, 8};
    memcpy(layout + 78, tail, sizeof tail);
    toc_hash expected;
    toc_blake2b(TOC_SPAN_OF(layout), &expected);
    assert_memory_equal(id.bytes, expected.bytes, 32);
    for (int part = 0; part < 4; part++) {
        toc_feed_name changed = name;
        changed.circle.bytes[31] ^= part == 0;
        changed.org.bytes[0] ^= part == 1;
        changed.lane = part == 2 ? TOC_LANE_BULK : changed.lane;
        changed.generation += part == 3;
        toc_feed_id_of(&changed, &other);
        assert_false(toc_feed_id_equal(&id, &other));
    }
}

static void lanes_have_the_names_that_stand_in_origins(void **state)
{
    (void)state;
    assert_string_equal(toc_lane_name(TOC_LANE_ALERT), "alert");
    assert_string_equal(toc_lane_name(TOC_LANE_BULK), "bulk");
    assert_string_equal(toc_lane_name(TOC_LANE_KEYS), "keys");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_origin_is_spelled_as_the_protocol_says),
        cmocka_unit_test(parsing_what_was_printed_gives_the_name_back),
        cmocka_unit_test(every_truncation_is_refused_and_leaves_out_untouched),
        cmocka_unit_test(an_origin_has_one_spelling),
        cmocka_unit_test(a_feed_id_hashes_every_part_of_the_name),
        cmocka_unit_test(lanes_have_the_names_that_stand_in_origins),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
