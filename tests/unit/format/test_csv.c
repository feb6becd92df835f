/* Rows are compared as text: "line: [field][field]", or "line! sentence" for a row that is refused.
 * Each case is read at once and in chunks of one, two, three and seven bytes, which must not
 * matter. */
#include "proto/format/csv.h"
#include "tests/support/check.h"

static toc_code print_row(void *context, const toc_csv_row *row, toc_err *err)
{
    toc_buf *out = context;
    if (row->problem != NULL)
        toc_buf_printf(out, "%llu! %s", (unsigned long long)row->line, row->problem->text);
    else
        toc_buf_printf(out, "%llu: ", (unsigned long long)row->line);
    for (size_t i = 0; row->problem == NULL && i < row->count; i++) {
        toc_buf_add_text(out, "[");
        toc_buf_add_span(out, row->fields[i]);
        toc_buf_add_text(out, "]");
    }
    toc_buf_add_text(out, "\n");
    return toc_buf_ok(out, err);
}

static toc_code read_in_chunks(toc_span file, size_t chunk, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_csv_free) toc_csv *csv = NULL;
    TOC_TRY(toc_csv_new(print_row, out, &csv, err));
    for (size_t at = 0; at < file.size; at += chunk) {
        size_t size = file.size - at < chunk ? file.size - at : chunk;
        TOC_TRY(toc_csv_feed(csv, toc_span_of(file.data + at, size), err));
    }
    return toc_csv_finish(csv, err);
}

static void check_bytes(toc_span file, const char *expected)
{
    static const size_t chunks[] = {SIZE_MAX, 1, 2, 3, 7};
    for (size_t i = 0; i < TOC_COUNT(chunks); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_err err;
        size_t chunk = chunks[i] < file.size ? chunks[i] : file.size + 1;
        TOC_CHECK_OK(read_in_chunks(file, chunk, &out, &err));
        assert_string_equal(toc_buf_text(&out), expected);
    }
}

static void check(const char *file, const char *expected)
{
    check_bytes(toc_span_text(file), expected);
}

static void rows_end_at_any_line_break_and_at_the_end_of_the_file(void **state)
{
    (void)state;
    check("", "");
    check("a", "1: [a]\n");
    check("a,b\n", "1: [a][b]\n");
    check("a,b\r\nc,d", "1: [a][b]\n2: [c][d]\n");
    check("a,b\nc,d\r\n", "1: [a][b]\n2: [c][d]\n");
    check("a\r", "1: [a]\n");
    check("\"a\"", "1: [a]\n");
    check("\"a\"\r\n", "1: [a]\n");
}

static void empty_fields_are_fields_and_empty_lines_are_nothing(void **state)
{
    (void)state;
    check(",\n", "1: [][]\n");
    check("a,", "1: [a][]\n");
    check(",,\n,", "1: [][][]\n2: [][]\n");
    check("\n\r\na\n\n\nb\n", "3: [a]\n6: [b]\n");
    check("\"\"\n", "1: []\n");
    check(" \n", "1: [ ]\n");
}

static void quotes_enclose_commas_quotes_and_line_breaks(void **state)
{
    (void)state;
    check("\"a,b\",c\n", "1: [a,b][c]\n");
    check("\"a\"\"b\"\"\",\"\"\"\"\n", "1: [a\"b\"][\"]\n");
    check("\"a\nb\r\nc\",d\ne,f\n", "1: [a\nb\r\nc][d]\n4: [e][f]\n");
    check("x,\"\n\n\"\ny\n", "1: [x][\n\n]\n4: [y]\n");
    check("\"\"\"\"\"\"\n", "1: [\"\"]\n");
}

static void a_byte_order_mark_is_passed_over_and_only_at_the_beginning(void **state)
{
    (void)state;
    check("\xEF\xBB\xBF"
          "a,b\n",
          "1: [a][b]\n");
    check("\xEF\xBB\xBF", "");
    check("\xEF\xBB\xBF\"a,b\"", "1: [a,b]\n");
    check("a\n\xEF\xBB\xBFz", "1: [a]\n2: [\xEF\xBB\xBFz]\n");
    check("\xEF\xBB", "1: [\xEF\xBB]\n");
    check("\xEF", "1: [\xEF]\n");
}

static void a_file_in_utf_16_is_refused_at_once(void **state)
{
    (void)state;
    static const char *const files[] = {"\xFF\xFE"
                                        "a",
                                        "\xFE\xFF"
                                        "a"};
    for (size_t i = 0; i < TOC_COUNT(files); i++) {
        for (size_t chunk = 1; chunk <= 3; chunk++) {
            TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
            toc_err err;
            assert_int_equal(read_in_chunks(toc_span_text(files[i]), chunk, &out, &err),
                             TOC_MALFORMED);
            assert_non_null(strstr(err.text, "UTF-8"));
            assert_int_equal(out.size, 0);
        }
    }
}

static void a_bad_row_costs_its_line_only(void **state)
{
    (void)state;
    check("a,5\" pipe\nb,c\n",
          "1! column 2: a quote inside a field that does not begin with one\n2: [b][c]\n");
    check("\"a\"x,b\nc\n", "1! column 1: text after the closing quote\n2: [c]\n");
    check("a\rb\nc\n", "1! column 2: a carriage return without a line feed\n2: [c]\n");
    check_bytes(toc_span_of("a\0b\nc\n", 6), "1! column 1: a zero byte\n2: [c]\n");
    check_bytes(toc_span_of("\"a\0b\"\nc\n", 8), "1! column 1: a zero byte\n2: [c]\n");
    check("a,\"b\n", "1! column 2: a quote that is never closed\n");
    check("x \"\"\n", "1! column 1: a quote inside a field that does not begin with one\n");
}

/* The stray quote swallows lines until another one; then reading goes back to the second line. */
static void a_stray_quote_does_not_take_the_lines_after_it(void **state)
{
    (void)state;
    check("a,\"b\nc,d\ne,f\n", "1! column 2: a quote that is never closed\n2: [c][d]\n3: [e][f]\n");
    check("\"open\nc,d\n\"e\",f\ng\n",
          "1! column 1: text after the closing quote\n2: [c][d]\n3: [e][f]\n4: [g]\n");
    check("\"open\n\"again\nc\n", "1! column 1: text after the closing quote\n"
                                  "2! column 1: a quote that is never closed\n3: [c]\n");
}

/* A row of `count` columns, whose last is `last`, another row behind it. */
static void check_columns(size_t count, const char *last, const char *expected)
{
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    for (size_t i = 1; i < count; i++)
        toc_buf_add_text(&file, "x,");
    toc_buf_add_text(&file, last);
    toc_buf_add_text(&file, "a,b\n");
    check(toc_buf_text(&file), expected);
}

static void a_row_has_at_most_64_columns(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf expected = {0};
    toc_buf_add_text(&expected, "1: ");
    for (size_t i = 0; i < TOC_ROW_FIELDS_MAX; i++)
        toc_buf_add_text(&expected, "[x]");
    toc_buf_add_text(&expected, "\n2: [a][b]\n");
    check_columns(TOC_ROW_FIELDS_MAX, "x\n", toc_buf_text(&expected));
    static const char *const lasts[] = {"x\n", "\n", "x\r\n", "\r\n", "\"\"\n", "\"\"\r\n"};
    for (size_t i = 0; i < TOC_COUNT(lasts); i++)
        check_columns(TOC_ROW_FIELDS_MAX + 1, lasts[i], "1! more than 64 columns\n2: [a][b]\n");
}

static toc_span long_line(toc_buf *buf, const char *before, size_t size, const char *after)
{
    toc_buf_add_text(buf, before);
    memset(toc_buf_extend(buf, size), 'x', size);
    toc_buf_add_text(buf, after);
    return toc_buf_view(buf);
}

static void a_row_longer_than_the_limit_costs_its_line_only(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    check_bytes(long_line(&file, "", (size_t)3 * TOC_ROW_BYTES_MAX, "\na,b\n"),
                "1! more than 65536 bytes\n2: [a][b]\n");
    toc_buf_clear(&file);
    check_bytes(long_line(&file, "a\n", TOC_ROW_BYTES_MAX + 1, ""),
                "1: [a]\n2! more than 65536 bytes\n");
    toc_buf_clear(&file);
    check_bytes(long_line(&file, "\"open\nb,c\n", (size_t)2 * TOC_ROW_BYTES_MAX, "\nd\n"),
                "1! more than 65536 bytes; a quote seems to be open\n2: [b][c]\n"
                "3! more than 65536 bytes\n4: [d]\n");
    toc_buf_clear(&file);
    check_bytes(long_line(&file, "\"open", (size_t)2 * TOC_ROW_BYTES_MAX, "\"\nd\n"),
                "1! more than 65536 bytes\n2: [d]\n");
}

static void the_longest_row_is_read(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err;
    TOC_CHECK_OK(
        read_in_chunks(long_line(&file, "", TOC_ROW_BYTES_MAX, "\nb\n"), 1000, &out, &err));
    assert_int_equal(out.size, strlen("1: []\n2: [b]\n") + TOC_ROW_BYTES_MAX);
}

static toc_code stop_at_second(void *context, const toc_csv_row *row, toc_err *err)
{
    size_t *seen = context;
    (void)row;
    return ++*seen == 2 ? toc_fail(err, TOC_FULL, "enough") : TOC_OK;
}

static void the_callback_ends_the_reading(void **state)
{
    (void)state;
    TOC_AUTO(toc_csv_free) toc_csv *csv = NULL;
    toc_err err;
    size_t seen = 0;
    TOC_CHECK_OK(toc_csv_new(stop_at_second, &seen, &csv, &err));
    assert_int_equal(toc_csv_feed(csv, toc_span_text("a\nb\nc\n"), &err), TOC_FULL);
    assert_int_equal(seen, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_end_at_any_line_break_and_at_the_end_of_the_file),
        cmocka_unit_test(empty_fields_are_fields_and_empty_lines_are_nothing),
        cmocka_unit_test(quotes_enclose_commas_quotes_and_line_breaks),
        cmocka_unit_test(a_byte_order_mark_is_passed_over_and_only_at_the_beginning),
        cmocka_unit_test(a_file_in_utf_16_is_refused_at_once),
        cmocka_unit_test(a_bad_row_costs_its_line_only),
        cmocka_unit_test(a_stray_quote_does_not_take_the_lines_after_it),
        cmocka_unit_test(a_row_has_at_most_64_columns),
        cmocka_unit_test(a_row_longer_than_the_limit_costs_its_line_only),
        cmocka_unit_test(the_longest_row_is_read),
        cmocka_unit_test(the_callback_ends_the_reading),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
