/* What a dry run tells people of readers. */
#include <stdio.h>

#include "tests/support/check.h"
#include "tools/readers.h"

#define MEMBER(name, reads, path, link)                                                            \
    "{\"org\":\"" name "\",\"name\":\"" name "\",\"role\":\"member\",\"reads\":" reads             \
    ",\"path\":\"" path "\",\"why\":\"because\",\"link\":\"" link "\",\"last_heard\":null}"
#define ROW(records, ends, tlp, needed, readers)                                                   \
    "{\"records\":" records ",\"ends\":" ends ",\"tlp\":\"" tlp                                    \
    "\",\"releasable_to\":[],\"not_to\":[],\"needed\":" needed ",\"readership\":[" readers "]}"
#define TWO MEMBER("A", "true", "circle", "here") "," MEMBER("B", "true", "circle", "direct")

static void take(toc_dry_readers *all, const char *text, bool due)
{
    toc_err err;
    bool taken;
    json_t *line = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(line);
    TOC_CHECK_OK(toc_dry_readers_take(all, line, &taken, &err));
    assert_int_equal(taken, due);
    json_decref(line);
}

static void expect_words(const toc_dry_readers *all, const char *due)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_CHECK_OK(toc_dry_readers_print(all, &out, &err));
    toc_buf_add_u8(&out, '\0');
    assert_string_equal((const char *)out.data, due);
}

static void where_all_read_over_direct_links_it_is_one_sentence(void **state)
{
    (void)state;
    TOC_AUTO(toc_dry_readers_wipe) toc_dry_readers all = {0};
    take(&all, ROW("1", "false", "GREEN", "0", TWO), true);
    take(&all,
         ROW("2", "true", "RED", "0",
             MEMBER("A", "true", "sealed", "here") "," MEMBER("B", "true", "sealed", "direct")),
         true);
    expect_words(&all, "1 record, TLP:GREEN: all 2 members would read it, as the whole circle may, "
                       "each over a direct link.\n"
                       "2 records that end what was said before, TLP:RED: all 2 members would read "
                       "it, sealed to each, each over a direct link.\n");
}

static void where_one_does_not_or_is_not_linked_it_is_a_table(void **state)
{
    (void)state;
    TOC_AUTO(toc_dry_readers_wipe) toc_dry_readers all = {0};
    take(&all,
         ROW("1", "false", "AMBER", "0",
             MEMBER("A", "true", "circle", "here") "," MEMBER("B", "true", "circle", "none")),
         true);
    expect_words(&all,
                 "1 record, TLP:AMBER: 2 of 2 members would read it.\n"
                 "  WHO  ROLE    READS     WHY      BY\n"
                 "  A    member  reads it  because  \n"
                 "  B    member  reads it  because  nobody is linked now; last heard never\n");
}

static void officers_who_must_approve_are_named_first(void **state)
{
    (void)state;
    TOC_AUTO(toc_dry_readers_wipe) toc_dry_readers all = {0};
    take(&all,
         "{\"records\":2,\"ends\":false,\"tlp\":\"AMBER\",\"releasable_to\":[],\"not_to\":[],"
         "\"needed\":2,\"scope\":\"submit\",\"officers\":[1,3],\"readership\":[" TWO "]}",
         true);
    expect_words(&all,
                 "2 records, TLP:AMBER: all 2 members would read it, as the whole circle may, "
                 "each over a direct link.\n"
                 "  First 2 officers of this org must approve each: nobody gets it before. "
                 "Those who may: officer 1, 3.\n");
}

static void what_is_marked_and_read_alike_is_told_once(void **state)
{
    (void)state;
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_dry_readers_wipe) toc_dry_readers all = {0};
    take(&all, ROW("1", "false", "GREEN", "0", TWO), true);
    take(&all, ROW("4", "false", "GREEN", "0", TWO), true);
    take(&all, ROW("1", "true", "GREEN", "0", TWO), true);
    take(&all, ROW("1", "false", "GREEN", "1", TWO), true);
    take(&all,
         ROW("1", "false", "GREEN", "0",
             MEMBER("A", "true", "circle", "here") "," MEMBER("B", "false", "none", "direct")),
         true);
    assert_int_equal(json_array_size(all.rows), 4);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(all.rows, 0), "records")),
                     5);
    TOC_CHECK_OK(toc_dry_readers_json(&all, &out, &err));
    size_t lines = 0;
    for (size_t i = 0; i < out.size; i++)
        lines += out.data[i] == '\n' ? 1 : 0;
    assert_int_equal(lines, 4);
}

static void records_past_the_bound_are_told_as_a_number(void **state)
{
    (void)state;
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_dry_readers_wipe) toc_dry_readers all = {0};
    take(&all, "{\"marked_otherwise\":5}", true);
    take(&all, "{\"marked_otherwise\":2}", true);
    take(&all, "{\"new\":7}", false);
    take(&all, "{\"line\":1,\"error\":\"no\"}", false);
    expect_words(&all, "7 more records are marked in other ways, too many to name their readers; "
                       "see them with a dry run of fewer rows.\n");
    TOC_CHECK_OK(toc_dry_readers_json(&all, &out, &err));
    toc_buf_add_u8(&out, '\0');
    assert_string_equal((const char *)out.data, "{\"marked_otherwise\":7}\n");
}

static void a_name_commands_no_terminal(void **state)
{
    (void)state;
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_dry_readers_wipe) toc_dry_readers all = {0};
    take(&all,
         "{\"records\":1,\"ends\":false,\"tlp\":\"AMBER\",\"releasable_to\":[{\"org\":\"00\","
         "\"name\":\"\\u001b[2J\"}],\"not_to\":[],\"needed\":0,\"readership\":["
         "{\"org\":\"00\",\"name\":\"\\u001b[2J\",\"role\":\"member\",\"reads\":true,\"path\":"
         "\"circle\",\"why\":\"because\",\"through\":[\"\\u001b[2J\"],\"through_total\":3,"
         "\"link\":\"others\",\"last_heard\":null}]}",
         true);
    TOC_CHECK_OK(toc_dry_readers_print(&all, &out, &err));
    assert_null(memchr(out.data, '\x1b', out.size));
    toc_buf_add_u8(&out, '\0');
    assert_non_null(strstr((const char *)out.data, "through ?[2J and 2 more; last heard never"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_all_read_over_direct_links_it_is_one_sentence),
        cmocka_unit_test(where_one_does_not_or_is_not_linked_it_is_a_table),
        cmocka_unit_test(officers_who_must_approve_are_named_first),
        cmocka_unit_test(what_is_marked_and_read_alike_is_told_once),
        cmocka_unit_test(records_past_the_bound_are_told_as_a_number),
        cmocka_unit_test(a_name_commands_no_terminal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
