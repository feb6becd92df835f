#include "tests/support/check.h"

#include <stdio.h>

#include "proto/base/text.h"
#include "tests/support/vectors.h"

/* --- hexadecimal, base64, base32
 * ---------------------------------------------------------------------------- */

static void encodings_are_those_of_rfc_4648(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("base-encodings.txt", 12);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_span bytes = toc_vector_hex(vector, "bytes");
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf back = {0};
        toc_base64_encode(bytes, &text);
        assert_string_equal(toc_buf_text(&text), toc_vector_text(vector, "base64"));
        TOC_CHECK_OK(toc_base64_decode(toc_buf_view(&text), &back, &err));
        assert_true(toc_span_equal(toc_buf_view(&back), bytes));
        toc_buf_clear(&text);
        toc_base32_encode(bytes, &text);
        assert_string_equal(toc_buf_text(&text), toc_vector_text(vector, "base32"));
        toc_buf_clear(&text);
        toc_buf_add_hex(&text, bytes);
        assert_string_equal(toc_buf_text(&text), toc_vector_text(vector, "hex"));
        char hex[128];
        toc_hex_encode(bytes, hex);
        assert_string_equal(hex, toc_vector_text(vector, "hex"));
    }
}

static void hexadecimal_is_taken_in_either_case_and_exact_length_only(void **state)
{
    (void)state;
    toc_err err = {0};
    uint8_t bytes[3] = {7, 7, 7};
    static const uint8_t expected[3] = {0xAB, 0xCD, 0xEF}, untouched[3] = {7, 7, 7};
    static const char *const bad[] = {"",       "abcde",  "abcdef0", "abcdef00",    "abcdeg",
                                      "abcde ", "0xabcd", "ab:cde",  "abcd\xC3\xA9"};
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_hex_decode(toc_span_text(bad[i]), bytes, 3, NULL));
        assert_memory_equal(bytes, untouched, 3);
    }
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_hex_decode(toc_span_text("abcxef"), bytes, 3, &err));
    assert_non_null(strstr(err.text, "position 4"));
    TOC_CHECK_OK(toc_hex_decode(toc_span_text("abcdef"), bytes, 3, &err));
    assert_memory_equal(bytes, expected, 3);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text("ABcDeF"), bytes, 3, &err));
    assert_memory_equal(bytes, expected, 3);
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(""), bytes, 0, &err));
}

static void base64_has_one_spelling_and_a_failure_appends_nothing(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "A",    "AA",   "AAA",   "AAAAA",    "====",     "A===",      "=AAA", "A=AA",
        "AA=A", "AB==", "AAB=",  "AAA=AAAA", "AA==AAAA", "AAAAAA\nA", "AA A", "AA-A",
        "AA_A", "AA,A", "AAA\n", "AA==\n",   "//8=====", "AAAA AAA"};
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_buf_add_text(&out, "before");
        if (toc_base64_decode(toc_span_text(bad[i]), &out, NULL) != TOC_MALFORMED)
            fail_msg("taken: %s", bad[i]);
        assert_string_equal(toc_buf_text(&out), "before");
    }
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_base64_decode(toc_span_text("AAAAA!AA"), &out, &err));
    assert_non_null(strstr(err.text, "position 6"));
}

/* --- UTF-8
 * --------------------------------------------------------------------------------------------------
 */

static void utf_8_is_judged_by_the_table_of_unicode(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int bad_at; /* -1: well-formed */
    } cases[] = {{"", -1},
                 {"plain", -1},
                 {"\x7F", -1},
                 {"\xC2\x80\xDF\xBF", -1},
                 {"\xE0\xA0\x80\xE1\x80\x80\xEC\xBF\xBF\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF", -1},
                 {"\xF0\x90\x80\x80\xF1\x80\x80\x80\xF3\xBF\xBF\xBF\xF4\x8F\xBF\xBF", -1},
                 {"a\x80", 1},
                 {"ab\xBF", 2},
                 {"\xC0\x80", 0},
                 {"\xC1\xBF", 0},
                 {"\xC2", 0},
                 {"\xC2\x41", 0},
                 {"\xE0\x9F\xBF", 0},
                 {"\xE1\x80", 0},
                 {"\xE1\x80\xC0", 0},
                 {"\xED\xA0\x80", 0},
                 {"\xED\xBF\xBF", 0},
                 {"\xF0\x8F\xBF\xBF", 0},
                 {"\xF1\x80\x80", 0},
                 {"\xF1\x80\x80\x7F", 0},
                 {"\xF4\x90\x80\x80", 0},
                 {"\xF5\x80\x80\x80", 0},
                 {"\xFE", 0},
                 {"\xFF", 0},
                 {"\xC3\xA9\xC3", 2}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        size_t position = 99;
        bool valid = toc_utf8_valid(toc_span_text(cases[i].text), &position);
        assert_int_equal(valid, cases[i].bad_at < 0);
        assert_int_equal(position, cases[i].bad_at < 0 ? 99 : cases[i].bad_at);
    }
    size_t position = 0;
    assert_true(toc_utf8_valid(toc_span_of("a\0b", 3), &position));
}

/* --- numbers
 * ------------------------------------------------------------------------------------------------
 */

static void decimals_are_plain_and_bounded(void **state)
{
    (void)state;
    toc_err err = {0};
    static const struct {
        const char *text;
        uint64_t max;
        toc_code code;
        uint64_t value;
    } cases[] = {{"0", 0, TOC_OK, 0},
                 {"7", 7, TOC_OK, 7},
                 {"8", 7, TOC_LIMIT, 0},
                 {"10", 10, TOC_OK, 10},
                 {"11", 10, TOC_LIMIT, 0},
                 {"18446744073709551615", UINT64_MAX, TOC_OK, UINT64_MAX},
                 {"18446744073709551616", UINT64_MAX, TOC_LIMIT, 0},
                 {"99999999999999999999", UINT64_MAX, TOC_LIMIT, 0},
                 {"18446744073709551614", UINT64_MAX - 1, TOC_OK, UINT64_MAX - 1},
                 {"18446744073709551615", UINT64_MAX - 1, TOC_LIMIT, 0},
                 {"", 9, TOC_MALFORMED, 0},
                 {"00", 9, TOC_MALFORMED, 0},
                 {"01", 9, TOC_MALFORMED, 0},
                 {"+1", 9, TOC_MALFORMED, 0},
                 {"-1", 9, TOC_MALFORMED, 0},
                 {" 1", 9, TOC_MALFORMED, 0},
                 {"1 ", 99, TOC_MALFORMED, 0},
                 {"1a", 99, TOC_MALFORMED, 0},
                 {"0x1", 99, TOC_MALFORMED, 0},
                 {"1e3", 9999, TOC_MALFORMED, 0},
                 {"\xD9\xA1", 99, TOC_MALFORMED, 0}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        uint64_t value = 77;
        if (toc_u64_parse(toc_span_text(cases[i].text), cases[i].max, &value, &err) !=
            cases[i].code)
            fail_msg("'%s'", cases[i].text);
        assert_true(value == (cases[i].code == TOC_OK ? cases[i].value : 77));
    }
}

/* --- moments
 * ------------------------------------------------------------------------------------------------
 */

static void dates_are_those_of_another_calendar(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("base-times.txt", 52);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_time time = {0};
        TOC_CHECK_OK(toc_time_parse(toc_span_text(toc_vector_text(vector, "text")), &time, &err));
        if (time.unix_ms != toc_vector_u64(vector, "unix_ms"))
            fail_msg("%s gives %llu", toc_vector_text(vector, "text"),
                     (unsigned long long)time.unix_ms);
        if (toc_vector_has(vector, "printed")) {
            char text[TOC_TIME_TEXT_BYTES];
            toc_time_print(time, text);
            assert_string_equal(text, toc_vector_text(vector, "printed"));
        }
    }
}

static void what_is_no_date_is_refused_and_leaves_out_untouched(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "2026",
                                      "2026-03",
                                      "2026-3-09",
                                      "2026-03-9",
                                      "2026/03/09",
                                      "20260309",
                                      "2026-03-09T",
                                      "2026-03-09T22:45",
                                      "2026-03-09T22:45Z",
                                      "2026-03-09T22:45:21",
                                      "2026-03-09T22:45:21.Z",
                                      "2026-03-09T22:45:21,5Z",
                                      "2026-03-09T22:45:21ZZ",
                                      "2026-03-09T22:45:21Z ",
                                      " 2026-03-09",
                                      "2026-03-09T22:45:21+01",
                                      "2026-03-09T22:45:21+0100",
                                      "2026-03-09T22:45:21+24:00",
                                      "2026-03-09T22:45:21+01:60",
                                      "2026-00-09",
                                      "2026-13-09",
                                      "2026-03-00",
                                      "2026-03-32",
                                      "2026-02-29",
                                      "2100-02-29",
                                      "2026-04-31",
                                      "2026-01-32",
                                      "2026-03-32",
                                      "2026-05-32",
                                      "2026-06-31",
                                      "2026-07-32",
                                      "2026-08-32",
                                      "2026-09-31",
                                      "2026-10-32",
                                      "2026-11-31",
                                      "2026-12-32",
                                      "2024-02-30",
                                      "2026-03-09T24:00:00Z",
                                      "2026-03-09T22:60:00Z",
                                      "2026-03-09T22:45:61Z",
                                      "1969-12-31",
                                      "0000-01-01",
                                      "1970-01-01T00:00:00+00:01",
                                      "1969-12-31T23:59:59Z",
                                      "9999-12-31T23:59:60Z",
                                      "9999-12-31T23:59:59-00:01",
                                      "10000-01-01",
                                      "+2026-03-09"};
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        toc_time time = {.unix_ms = 77};
        if (toc_time_parse(toc_span_text(bad[i]), &time, NULL) != TOC_MALFORMED)
            fail_msg("taken: %s", bad[i]);
        assert_int_equal(time.unix_ms, 77);
    }
    toc_time time;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_time_parse(toc_span_of("2026-03-09\0T", 12), &time, NULL));
}

static void every_day_from_1970_on_prints_as_it_parses(void **state)
{
    (void)state;
    toc_err err = {0};
    enum { DAYS = 200000 };
    unsigned year = 1970, month = 1, day = 1;
    for (uint64_t i = 0; i < DAYS; i++) {
        char text[TOC_TIME_TEXT_BYTES], expected[TOC_TIME_TEXT_BYTES];
        toc_time time = {.unix_ms = i * 86400000 + 86399000}, back;
        toc_time_print(time, text);
        (void)snprintf(expected, sizeof expected, "%04u-%02u-%02uT23:59:59Z", year, month, day);
        assert_string_equal(text, expected);
        TOC_CHECK_OK(toc_time_parse(toc_span_text(text), &back, &err));
        assert_true(back.unix_ms == time.unix_ms);
        /* The calendar, counted by hand. */
        static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
        bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
        day++;
        if (day > lengths[month - 1] + (month == 2 && leap ? 1 : 0)) {
            day = 1;
            month++;
        }
        if (month > 12) {
            month = 1;
            year++;
        }
    }
    assert_int_equal(year, 2517);
}

/* --- JSON, case
 * ---------------------------------------------------------------------------------------------- */

static void json_strings_escape_what_must_be_and_replace_what_is_no_utf_8(void **state)
{
    (void)state;
    static const struct {
        const char *text, *json;
    } cases[] = {
        {"", "\"\""},
        {"plain", "\"plain\""},
        {"a\"b\\c", "\"a\\\"b\\\\c\""},
        {"line\nline", "\"line\\nline\""},
        {"\t\r\x01\x1F\x7F", "\"\\u0009\\u000d\\u0001\\u001f\\u007f\""},
        {"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x94", "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x94\x94\""},
        {"a\xFFz", "\"a\xEF\xBF\xBDz\""},
        {"\xED\xA0\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\""}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
        toc_buf_add_json_string(&buf, toc_span_text(cases[i].text));
        assert_string_equal(toc_buf_text(&buf), cases[i].json);
    }
    TOC_AUTO(toc_buf_wipe) toc_buf buf = {0};
    toc_buf_add_json_string(&buf, toc_span_of("a\0b", 3));
    assert_string_equal(toc_buf_text(&buf), "\"a\\u0000b\"");
}

static void ascii_letters_are_equal_in_either_case_and_nothing_else_is(void **state)
{
    (void)state;
    assert_true(toc_ascii_equal_nocase(toc_span_text("TRX"), toc_span_text("trx")));
    assert_true(toc_ascii_equal_nocase(toc_span_text("azAZ"), toc_span_text("AZaz")));
    assert_true(toc_ascii_equal_nocase((toc_span){0}, toc_span_text("")));
    assert_false(toc_ascii_equal_nocase(toc_span_text("trx"), toc_span_text("trx ")));
    assert_false(toc_ascii_equal_nocase(toc_span_text("[{"), toc_span_text("{[")));
    assert_false(toc_ascii_equal_nocase(toc_span_text("@"), toc_span_text("`")));
    assert_false(toc_ascii_equal_nocase(toc_span_text("\xC9"), toc_span_text("\xE9")));
}

static void lines_are_taken_off_a_text_and_only_one_of_two_takes_what_no_newline_ends(void **state)
{
    (void)state;
    toc_span text = toc_span_text("one\n\nthree"), line = {0};
    assert_true(toc_line_ended(&text, &line));
    assert_true(toc_span_equal(line, toc_span_text("one")));
    assert_true(toc_line_next(&text, &line));
    assert_int_equal(line.size, 0);
    assert_false(toc_line_ended(&text, &line));
    assert_true(toc_span_equal(text, toc_span_text("three")));
    assert_true(toc_line_next(&text, &line));
    assert_true(toc_span_equal(line, toc_span_text("three")));
    assert_false(toc_line_next(&text, &line));
    text = toc_span_text("\n");
    assert_true(toc_line_next(&text, &line));
    assert_int_equal(line.size + text.size, 0);
    assert_false(toc_line_ended(&text, &line));
    assert_false(toc_line_next(&text, &line));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encodings_are_those_of_rfc_4648),
        cmocka_unit_test(hexadecimal_is_taken_in_either_case_and_exact_length_only),
        cmocka_unit_test(base64_has_one_spelling_and_a_failure_appends_nothing),
        cmocka_unit_test(utf_8_is_judged_by_the_table_of_unicode),
        cmocka_unit_test(decimals_are_plain_and_bounded),
        cmocka_unit_test(dates_are_those_of_another_calendar),
        cmocka_unit_test(what_is_no_date_is_refused_and_leaves_out_untouched),
        cmocka_unit_test(every_day_from_1970_on_prints_as_it_parses),
        cmocka_unit_test(json_strings_escape_what_must_be_and_replace_what_is_no_utf_8),
        cmocka_unit_test(lines_are_taken_off_a_text_and_only_one_of_two_takes_what_no_newline_ends),
        cmocka_unit_test(ascii_letters_are_equal_in_either_case_and_nothing_else_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
