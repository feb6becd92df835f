/* How long bodies are kept (docs/RULES.md §7). */
#include "proto/rules/retain.h"

#include "tests/support/check.h"

enum { TODAY = 20000 };

static void the_charter_says_how_long_and_what_it_replaces_says_no_less(void **state)
{
    static const struct {
        uint64_t today;
        uint32_t retention, before;
        bool ends;
        uint32_t day;
    } cases[] = {
        {TODAY, 30, 0, false, TODAY + 30},
        {TODAY, 30, 0, true, TODAY + 30},
        {TODAY, 0, 0, false, TOC_KEEP_FOR_EVER},
        /* said again as long as before, or longer */
        {TODAY, 30, TODAY + 29, false, TODAY + 30},
        {TODAY, 30, TODAY + 30, false, TODAY + 30},
        {TODAY, 5, TODAY + 30, false, TODAY + 30},
        /* ended: a day longer */
        {TODAY, 30, TODAY + 28, true, TODAY + 30},
        {TODAY, 30, TODAY + 30, true, TODAY + 31},
        {TODAY, 5, TODAY + 30, true, TODAY + 31},
        /* what had no term keeps what ends it */
        {TODAY, 5, TOC_KEEP_FOR_EVER, false, TOC_KEEP_FOR_EVER},
        {TODAY, 5, TOC_KEEP_FOR_EVER, true, TOC_KEEP_FOR_EVER},
        {TODAY, 0, TODAY + 5, true, TOC_KEEP_FOR_EVER},
        /* at the end of days */
        {TOC_KEEP_FOR_EVER - 6, 5, 0, false, TOC_KEEP_FOR_EVER},
        {TOC_KEEP_FOR_EVER - 7, 5, 0, false, TOC_KEEP_FOR_EVER - 2},
        {UINT64_MAX, 5, 0, false, TOC_KEEP_FOR_EVER},
        {TODAY, 5, TOC_KEEP_FOR_EVER - 1, true, TOC_KEEP_FOR_EVER},
    };
    (void)state;
    for (size_t i = 0; i < TOC_COUNT(cases); i++)
        assert_int_equal(
            toc_keep_until_day(cases[i].today, cases[i].retention, cases[i].before, cases[i].ends),
            cases[i].day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_charter_says_how_long_and_what_it_replaces_says_no_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
