/* Rows of both formats, printed as "line: column=value …" in the order of the columns, or "line N:
 * …" for a problem. CSV and JSON Lines that say the same must give the same rows. */
#include "proto/format/rows.h"
#include "tests/support/check.h"

static void print_cell(toc_buf *out, const char *name, toc_span value)
{
    toc_buf_printf(out, " %s=", name);
    toc_buf_add_span(out, value);
}

static toc_code print_row(void *context, const toc_row *row, const toc_problem *problem,
                          toc_err *err)
{
    toc_buf *out = context;
    assert_true((row == NULL) != (problem == NULL));
    if (problem != NULL)
        toc_problem_print(problem, out);
    if (row != NULL) {
        toc_buf_printf(out, "%llu%s:", (unsigned long long)row->line, row->in_cluster ? "c" : "");
        for (unsigned i = 0; i < TOC_COLUMN_COUNT; i++) {
            if (row->cells[i].size > 0)
                print_cell(out, toc_column_name((toc_column)i), row->cells[i]);
        }
        for (size_t i = 0; i < row->label_count; i++)
            print_cell(out, "label", row->labels[i]);
        for (size_t i = 0; i < row->asset_count; i++) {
            print_cell(out, "asset", row->assets[i].asset);
            print_cell(out, "amount", row->assets[i].amount);
        }
    }
    toc_buf_add_text(out, "\n");
    return toc_buf_ok(out, err);
}

static toc_code read_all(toc_rows_format format, toc_span file, size_t chunk, toc_buf *out,
                         toc_err *err)
{
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    TOC_TRY(toc_rows_new(format, print_row, out, &rows, err));
    for (size_t at = 0; at < file.size; at += chunk) {
        size_t size = file.size - at < chunk ? file.size - at : chunk;
        TOC_TRY(toc_rows_feed(rows, toc_span_of(file.data + at, size), err));
    }
    return toc_rows_finish(rows, err);
}

static void check_bytes(toc_rows_format format, toc_span file, const char *expected)
{
    static const size_t chunks[] = {1, 5, 4096};
    for (size_t i = 0; i < TOC_COUNT(chunks); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_err err;
        TOC_CHECK_OK(read_all(format, file, chunks[i], &out, &err));
        assert_string_equal(toc_buf_text(&out), expected);
    }
}

static void csv(const char *file, const char *expected)
{
    check_bytes(TOC_ROWS_CSV, toc_span_text(file), expected);
}

static void jsonl(const char *file, const char *expected)
{
    check_bytes(TOC_ROWS_JSONL, toc_span_text(file), expected);
}

static void refuse_file(const char *file, const char *sentence)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err;
    assert_int_equal(read_all(TOC_ROWS_CSV, toc_span_text(file), 4096, &out, &err), TOC_MALFORMED);
    assert_string_equal(err.text, sentence);
    assert_int_equal(out.size, 0);
    assert_int_equal(read_all(TOC_ROWS_CSV, toc_span_text(file), 4096, &out, NULL), TOC_MALFORMED);
}

static void both_formats_give_the_same_rows(void **state)
{
    (void)state;
    static const char rows[] = "2: chain=BTC address=bc1q category=theft confidence=80 note=a, b "
                               "label=x asset=BTC amount=1.5\n"
                               "3: chain=ETH address=0x category=scam\n";
    csv("chain,address,category,confidence,label,asset,amount,note\n"
        "BTC,bc1q,theft,80,x,BTC,1.5,\"a, b\"\n"
        "ETH,0x,scam,,,,,\n",
        rows);
    jsonl("\n{\"chain\":\"BTC\",\"address\":\"bc1q\",\"category\":\"theft\",\"confidence\":80,"
          "\"label\":\"x\",\"asset\":\"BTC\",\"amount\":\"1.5\",\"note\":\"a, b\"}\n"
          "{\"chain\":\"ETH\",\"address\":\"0x\",\"category\":\"scam\",\"confidence\":null,"
          "\"label\":\"\"}\n",
          rows);
}

static void both_formats_tell_clusters_from_wallets(void **state)
{
    (void)state;
    csv("chain,address,cluster,entity\nBTC,bc1q,c1,thief\nBTC,bc1p,,\n",
        "2c: chain=BTC address=bc1q cluster=c1 entity=thief\n3c: chain=BTC address=bc1p\n");
    jsonl("{\"chain\":\"BTC\",\"cluster\":\"c1\"}\n{\"chain\":\"BTC\"}\n{\"cluster\":null}",
          "1c: chain=BTC cluster=c1\n2: chain=BTC\n3c:\n");
}

static void names_of_columns_may_be_written_as_people_do(void **state)
{
    (void)state;
    csv(" Chain ,ADDRESS,Category,First Seen,valid-until\n a , b , c , d , e \n",
        "2: chain=a address=b category=c first_seen=d valid_until=e\n");
    jsonl("{\"First Seen\":\"d\",\"Valid-Until\":\"e\"}\n", "1: first_seen=d valid_until=e\n");
}

static void a_header_that_cannot_be_used_refuses_the_file(void **state)
{
    (void)state;
    static const char headless[] =
        "line 1: the file has no header; let its first line be 'chain,address,category' (and more "
        "columns as needed), or 'chain,address,cluster,name,entity,method' for clusters";
    refuse_file("BTC,bc1q,theft\n", headless);
    refuse_file("0xdAC17F958D2ee523a2206206994597C13D831ec7\n", headless);
    refuse_file("chain;address;category\n",
                "line 1: the columns are separated by ';'; separate them by ','");
    refuse_file("chain,address,categroy\n",
                "line 1: the header: unknown column 'categroy'; the nearest is 'category'");
    refuse_file("chain,address,category,\n",
                "line 1: the header: unknown column ''; the nearest is 'tag'");
    refuse_file("chain,address,category,Chain\n", "line 1: the header: column 'chain' comes twice");
    refuse_file("\n\nchain,address\n", "line 3: the header: column 'category' is missing");
    refuse_file("chain,category\n", "line 1: the header: column 'address' is missing");
    refuse_file("chain,address,cluster\n", "line 1: the header: column 'entity' is missing");
    refuse_file("chain,address,cluster,entity,role\n",
                "line 1: the header: column 'role' is not for rows of clusters");
    refuse_file("chain,address,category,method\n",
                "line 1: the header: column 'method' is not for rows of wallets");
    refuse_file("", "the file is empty; let its first line be 'chain,address,category'");
    refuse_file("\n\n", "the file is empty; let its first line be 'chain,address,category'");
    refuse_file("chain,add\"ress\n",
                "line 1: column 2: a quote inside a field that does not begin with one");
}

static void a_bad_row_is_told_by_line_and_column_and_reading_goes_on(void **state)
{
    (void)state;
    csv("chain,address,category\na,b\na,b,c,d\na,\"b\"x,c\na,b,\xFF\na,b\x1B[0m,c\na,b,c\n",
        "line 2: 2 columns, where the header has 3\n"
        "line 3: 4 columns, where the header has 3\n"
        "line 4: column 2: text after the closing quote\n"
        "line 5: column category: its text: no UTF-8 at byte 1\n"
        "line 6: column address: its text: a control character at byte 2\n"
        "7: chain=a address=b category=c\n");
    csv("chain,address,category,note\na,b,c,\"x\ny\"\na,b,c,\xFF\n",
        "2: chain=a address=b category=c note=x\ny\nline 4: column note: no UTF-8 at byte 1\n");
}

static void lists_are_lists_in_json_only(void **state)
{
    (void)state;
    jsonl("{\"label\":[\"b\",\"\",\"a\",null,7]}",
          "line 1: column label: neither text nor a whole number\n");
    jsonl("{\"label\":[\"b\",\"\",\"a\",7]}", "1: label=b label=a label=7\n");
    jsonl("{\"asset\":[\"ETH\",\"USDT\"],\"amount\":[\"1.5\",null]}",
          "1: asset=ETH amount=1.5 asset=USDT amount=\n");
    jsonl("{\"asset\":[\"ETH\",\"USDT\"]}", "1: asset=ETH amount= asset=USDT amount=\n");
    jsonl("{\"asset\":[\"ETH\",\"USDT\"],\"amount\":[\"1.5\"]}",
          "line 1: column amount: 1 amounts for 2 assets\n");
    jsonl("{\"amount\":5}", "1: asset= amount=5\n");
    jsonl("{\"amount\":[1,2]}", "line 1: column amount: 2 amounts for 0 assets\n");
    jsonl("{\"role\":[\"a\"]}", "line 1: column role: neither text nor a whole number\n");
    jsonl("{\"label\":[]}", "1:\n");
    jsonl("{\"label\":[\"a\",\"\\u001b\"]}",
          "line 1: column label: its text: a control character at byte 1\n");
}

static void json_has_one_object_a_line_and_nothing_that_loses_digits(void **state)
{
    (void)state;
    jsonl("", "");
    jsonl("\n \r\n\t\n", "");
    jsonl("\xEF\xBB\xBF{\"chain\":\"a\"}", "1: chain=a\n");
    jsonl("{\"chain\":\"a\"}\r\n{\"chain\":\"b\"}", "1: chain=a\n2: chain=b\n");
    jsonl("[1]\n7\n\"x\"\n{}\n", "line 1: not an object, as '{\"chain\": …}' is one\n"
                                 "line 2: not an object, as '{\"chain\": …}' is one\n"
                                 "line 3: not an object, as '{\"chain\": …}' is one\n4:\n");
    jsonl("{\"amount\":0.1}\n",
          "line 1: column amount: a fraction is written as text (\"0.5\"), since "
          "JSON numbers lose digits\n");
    jsonl("{\"confidence\":true}\n",
          "line 1: column confidence: neither text nor a whole number\n");
    jsonl("{\"confidence\":{\"a\":1}}\n",
          "line 1: column confidence: neither text nor a whole number\n");
    jsonl("{\"roll\":\"a\"}\n", "line 1: unknown column 'roll'; the nearest is 'role'\n");
    jsonl("{\"chain\":\"a\",\"Chain\":\"b\"}\n", "line 1: column chain: comes twice\n");
    jsonl("{\"chain\":\"a\\u001b\"}\n",
          "line 1: column chain: its text: a control character at byte 2\n");
}

static void broken_json_is_told_by_line(void **state)
{
    (void)state;
    static const char *const lines[] = {"{\"chain\":\"a\"",
                                        "{\"chain\":\"a\"} {}",
                                        "{\"chain\":\"a\",\"chain\":\"b\"}",
                                        "{'chain':'a'}",
                                        "{\"chain\":\"\xFF\"}",
                                        "{\"chain\":\"\\u0000\"}",
                                        "{\"amount\":99999999999999999999}",
                                        "{\"chain\":\"a\",}"};
    for (size_t i = 0; i < TOC_COUNT(lines); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
        toc_err err;
        toc_buf_printf(&file, "%s\n{\"chain\":\"b\"}\n", lines[i]);
        TOC_CHECK_OK(read_all(TOC_ROWS_JSONL, toc_buf_view(&file), 4096, &out, &err));
        const char *text = toc_buf_text(&out);
        assert_int_equal(strncmp(text, "line 1: no JSON at character ", 29), 0);
        assert_non_null(strstr(text, "\n2: chain=b\n"));
    }
}

static void a_line_of_json_that_is_too_long_costs_itself_only(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf longest = {0};
    toc_buf_add_text(&file, "{\"note\":\"");
    memset(toc_buf_extend(&file, TOC_ROW_BYTES_MAX), 'x', TOC_ROW_BYTES_MAX);
    toc_buf_add_text(&file, "\"}\n{\"chain\":\"b\"}\n");
    check_bytes(TOC_ROWS_JSONL, toc_buf_view(&file), "line 1: more than 65536 bytes\n2: chain=b\n");
    toc_buf_add_text(&longest, "{\"chain\":\"a\"}");
    memset(toc_buf_extend(&longest, TOC_ROW_BYTES_MAX - 13), ' ', TOC_ROW_BYTES_MAX - 13);
    check_bytes(TOC_ROWS_JSONL, toc_buf_view(&longest), "1: chain=a\n");
    toc_buf_add_text(&longest, " ");
    check_bytes(TOC_ROWS_JSONL, toc_buf_view(&longest), "line 1: more than 65536 bytes\n");
}

static void too_many_labels_and_assets_are_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"label", "asset"};
    static const size_t limits[] = {TOC_LABELS_MAX, TOC_ASSETS_MAX};
    for (size_t k = 0; k < 2; k++) {
        for (size_t count = limits[k]; count <= limits[k] + 1; count++) {
            TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
            toc_err err;
            toc_buf_printf(&file, "{\"%s\":[", names[k]);
            for (size_t i = 0; i < count; i++)
                toc_buf_printf(&file, "%s\"x\"", i == 0 ? "" : ",");
            toc_buf_add_text(&file, "]}");
            TOC_CHECK_OK(read_all(TOC_ROWS_JSONL, toc_buf_view(&file), 4096, &out, &err));
            assert_int_equal(strstr(toc_buf_text(&out), "at most") != NULL, count > limits[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_formats_give_the_same_rows),
        cmocka_unit_test(both_formats_tell_clusters_from_wallets),
        cmocka_unit_test(names_of_columns_may_be_written_as_people_do),
        cmocka_unit_test(a_header_that_cannot_be_used_refuses_the_file),
        cmocka_unit_test(a_bad_row_is_told_by_line_and_column_and_reading_goes_on),
        cmocka_unit_test(lists_are_lists_in_json_only),
        cmocka_unit_test(json_has_one_object_a_line_and_nothing_that_loses_digits),
        cmocka_unit_test(broken_json_is_told_by_line),
        cmocka_unit_test(a_line_of_json_that_is_too_long_costs_itself_only),
        cmocka_unit_test(too_many_labels_and_assets_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
