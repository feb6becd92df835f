/* What people see: clean text, columns, cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tools/term/table.h"
#include "tools/term/text.h"

static const char *cleaned(const char *text, toc_buf *out)
{
    toc_buf_clear(out);
    toc_term_add(out, toc_span_text(text));
    return toc_buf_text(out);
}

static void what_a_terminal_would_obey_is_replaced(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_string_equal(cleaned("red \033[31mtext\033]0;title\a", &out), "red ?[31mtext?]0;title?");
    assert_string_equal(cleaned("one\r\ntwo\tthree\x7f", &out), "one??two?three?");
    assert_string_equal(cleaned("\xc2\x9b"
                                "31m",
                                &out),
                        "?31m"); /* CSI as one C1 character */
}

static void marks_that_turn_text_round_are_replaced(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_string_equal(cleaned("pay \xe2\x80\xae"
                                "drawkcab",
                                &out),
                        "pay ?drawkcab");
    assert_string_equal(cleaned("\xe2\x81\xa6x\xe2\x81\xa9", &out), "?x?");
    assert_string_equal(cleaned("a\xe2\x80\x8b"
                                "b",
                                &out),
                        "a?b");
}

static void letters_of_every_script_stay(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    static const char text[] = "Zürich Київ 東京 😀";
    assert_string_equal(cleaned(text, &out), text);
}

static void bytes_that_are_no_text_are_replaced_one_by_one(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    assert_string_equal(cleaned("a\xff\xc0\x80z", &out), "a???z");
    assert_string_equal(cleaned("cut \xe6\x9d", &out), "cut ??");
    assert_string_equal(cleaned("\xed\xa0\x80", &out), "???"); /* a surrogate */
}

static void width_counts_columns_not_bytes(void **state)
{
    (void)state;
    assert_int_equal(toc_term_width(toc_span_text("plain")), 5);
    assert_int_equal(toc_term_width(toc_span_text("Zürich")), 6);
    assert_int_equal(toc_term_width(toc_span_text("東京")), 4);
    assert_int_equal(toc_term_width(toc_span_text("e\xcc\x81")), 1);
}

static void a_cut_never_splits_a_letter(void **state)
{
    (void)state;
    toc_span text = toc_span_text("東京x");
    assert_int_equal(toc_term_cut(text, 3).size, 3);
    assert_int_equal(toc_term_cut(text, 4).size, 6);
    assert_int_equal(toc_term_cut(text, 1).size, 0);
    assert_int_equal(toc_term_cut(text, 99).size, text.size);
}

static void columns_line_up_and_numbers_stand_right(void **state)
{
    (void)state;
    static const char *const heads[] = {"NAME", ">N", "NOTE", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err = {0};
    toc_table_init(&table, heads);
    toc_table_add_text(&table, "Zürich");
    toc_table_add_number(&table, 7);
    toc_table_add_text(&table, "a");
    toc_table_add_text(&table, "x");
    toc_table_add_number(&table, 1234);
    toc_table_add_text(&table, NULL);
    assert_int_equal(toc_table_print(&table, 2, &out, &err), TOC_OK);
    assert_string_equal(toc_buf_text(&out), "  NAME       N  NOTE\n"
                                            "  Zürich     7  a\n"
                                            "  x       1234  \n");
}

static void a_table_without_rows_prints_nothing(void **state)
{
    (void)state;
    static const char *const heads[] = {"NAME", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err = {0};
    toc_table_init(&table, heads);
    assert_int_equal(toc_table_print(&table, 0, &out, &err), TOC_OK);
    assert_int_equal(out.size, 0);
}

static void cells_are_cleaned(void **state)
{
    (void)state;
    static const char *const heads[] = {"NAME", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_err err = {0};
    toc_table_init(&table, heads);
    toc_table_add_text(&table, "a\033[2Jb\n");
    assert_int_equal(toc_table_print(&table, 0, &out, &err), TOC_OK);
    assert_string_equal(toc_buf_text(&out), "NAME\na?[2Jb?\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_terminal_would_obey_is_replaced),
        cmocka_unit_test(marks_that_turn_text_round_are_replaced),
        cmocka_unit_test(letters_of_every_script_stay),
        cmocka_unit_test(bytes_that_are_no_text_are_replaced_one_by_one),
        cmocka_unit_test(width_counts_columns_not_bytes),
        cmocka_unit_test(a_cut_never_splits_a_letter),
        cmocka_unit_test(columns_line_up_and_numbers_stand_right),
        cmocka_unit_test(a_table_without_rows_prints_nothing),
        cmocka_unit_test(cells_are_cleaned),
    };
    return cmocka_run_group_tests_name("term", tests, NULL, NULL);
}
