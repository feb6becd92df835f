/* Addresses and amounts as JSON: whole lines, as programs read them. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/answer/json_line.h"

static void an_address_is_described(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_wallet_candidates found = {.count = 1, .wallets = {genesis()}};
    found.wallets[0].flags = TOC_WALLET_CHAIN_INFERRED;
    toc_json_wallet(toc_span_text(" " GENESIS), &found, NULL, 0, NULL, &line);
#define GENESIS_FIELDS                                                                             \
    "\"chain\":\"" BITCOIN "\",\"symbol\":\"BTC\",\"kind\":\"p2pkh\",\"network\":\"main\","        \
    "\"canonical\":\"" GENESIS "\",\"caip10\":\"" BITCOIN ":" GENESIS                              \
    "\",\"subject\":\"01" GENESIS_HASH "0101\",\"key\":\"01" GENESIS_HASH                          \
    "\",\"tag\":null,\"flags\":[\"chain-inferred\"]"
    assert_line(&line, "{\"input\":\" " GENESIS "\",\"valid\":true," GENESIS_FIELDS
                       ",\"candidates\":[{" GENESIS_FIELDS
                       "}],\"receivers\":[],\"near\":[],\"error\":null}");
}

static void a_string_that_is_no_address_says_why(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_err err = {0};
    (void)toc_fail(&err, TOC_MALFORMED, "bad checksum at position 3");
    toc_json_wallet(toc_span_text("x\xFF"), NULL, NULL, 0, &err, &line);
    assert_line(&line,
                "{\"input\":\"x\xEF\xBF\xBD\",\"valid\":false,\"chain\":null,\"symbol\":null,"
                "\"kind\":null,\"network\":null,\"canonical\":null,\"caip10\":null,"
                "\"subject\":null,\"key\":null,\"tag\":null,\"flags\":[],\"candidates\":[],"
                "\"receivers\":[],\"near\":[],\"error\":\"bad checksum at position 3\"}");
}

static void an_ambiguous_address_has_candidates_and_no_chain(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_wallet_candidates found = {.count = 2, .wallets = {genesis(), genesis()}};
    toc_json_wallet(toc_span_text("3x"), &found, NULL, 0, NULL, &line);
    json_t *json = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_true(json_is_null(json_object_get(json, "chain")));
    assert_true(json_is_true(json_object_get(json, "valid")));
    assert_int_equal(json_array_size(json_object_get(json, "candidates")), 2);
    json_decref(json);
}

static json_t *json_of(const char *text, const toc_answer_near *near, size_t near_count)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_wallet_candidates found;
    assert_int_equal(toc_wallet_parse(toc_span_text(text), &found, NULL), TOC_OK);
    toc_json_wallet(toc_span_text(text), &found, near, near_count, NULL, &line);
    json_t *json = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    return json;
}

static void a_unified_address_lists_its_receivers(void **state)
{
    (void)state;
    json_t *json =
        json_of("u1fl5mprj0t9p4jg92hjjy8q5myvwc60c9wv0xachauqpn3c3k4xwzlaueafq27dcg7tzzzaz"
                "5jl8tyj93wgs983y0jq0qfhzu6n4r8rakpv5f4gg2lrw4z6pyqqcrcqx04d38yunc6je",
                NULL, 0);
    const json_t *receivers = json_object_get(json, "receivers");
    static const char *const expected[][2] = {
        {"p2pkh", "t1Z7NKqVpeqKfx3t7PziMujn9fqRkYWQJLM"},
        {"sapling",
         "zs1gddsh0y4kkma2ff35w2y72u9vqlwy240s5yk80q4d66krm0je0nu7rnhpcun4ewhqjgzvcjd3s4"}};
    assert_int_equal(json_array_size(receivers), TOC_COUNT(expected));
    for (size_t i = 0; i < TOC_COUNT(expected); i++) {
        const json_t *one = json_array_get(receivers, i);
        assert_string_equal(json_string_value(json_object_get(one, "kind")), expected[i][0]);
        assert_string_equal(json_string_value(json_object_get(one, "canonical")), expected[i][1]);
    }
    json_decref(json);
}

static void how_an_address_stands_to_known_ones_is_told_in_their_order(void **state)
{
    (void)state;
    toc_answer_near near[] = {{"one", genesis(), TOC_NEAR_OTHER},
                              {"two", genesis(), TOC_NEAR_SAME},
                              {"three", genesis(), TOC_NEAR_SAME_KEY},
                              {"four", genesis(), TOC_NEAR_ALIKE}};
    static const char *const names[] = {"other", "same", "same-key", "alike"};
    json_t *json = json_of("0xa4b24033f4c6d70133e4557c2c32a3fb693e449e", near, TOC_COUNT(near));
    const json_t *told = json_object_get(json, "near");
    assert_int_equal(json_array_size(told), TOC_COUNT(near));
    for (size_t i = 0; i < TOC_COUNT(near); i++) {
        const json_t *one = json_array_get(told, i);
        assert_string_equal(json_string_value(json_object_get(one, "known")), near[i].known);
        assert_string_equal(json_string_value(json_object_get(one, "relation")), names[i]);
        assert_string_equal(json_string_value(json_object_get(one, "caip10")), BITCOIN ":" GENESIS);
    }
    json_decref(json);
}

/* ---- amounts ---- */

static void assert_amount(const char *hex, uint8_t decimals, const char *expected)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint8_t units[32] = {0};
    for (size_t i = 0, count = strlen(hex) / 2; i < count; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], 0};
        units[32 - count + i] = (uint8_t)strtoul(digits, NULL, 16);
    }
    toc_json json = {.out = &text};
    toc_json_amount(&json, NULL, units, decimals);
    assert_string_equal(toc_buf_text(&text), expected);
}

static void amounts_of_256_bits_are_decimal_and_lose_nothing(void **state)
{
    (void)state;
    assert_amount("", 0, "\"0\"");
    assert_amount("", 18, "\"0\"");
    assert_amount("01", 0, "\"1\"");
    assert_amount("01", 1, "\"0.1\"");
    assert_amount("0a", 1, "\"1\"");
    assert_amount("64", 1, "\"10\"");
    assert_amount("05f5e101", 8, "\"1.00000001\"");
    char small[262]; /* 255 of the 255th place: 252 zeros before it */
    (void)snprintf(small, sizeof small, "\"0.");
    memset(small + 3, '0', 252);
    (void)snprintf(small + 3 + 252, 5, "255\"");
    assert_amount("ff", 255, small);
    /* 2^256 - 1 */
    assert_amount("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", 0,
                  "\"115792089237316195423570985008687907853269984665640564039457584007913129639935"
                  "\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_address_is_described),
        cmocka_unit_test(a_string_that_is_no_address_says_why),
        cmocka_unit_test(an_ambiguous_address_has_candidates_and_no_chain),
        cmocka_unit_test(a_unified_address_lists_its_receivers),
        cmocka_unit_test(how_an_address_stands_to_known_ones_is_told_in_their_order),
        cmocka_unit_test(amounts_of_256_bits_are_decimal_and_lose_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
