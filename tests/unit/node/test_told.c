/* Whom the records of a dry run are for, told apart as they are sealed. */
#include "node/told.h"
#include "tests/support/check.h"

static toc_org_id org(uint8_t number)
{
    toc_org_id id = {{number}};
    return id;
}

static toc_statement marked(toc_tlp tlp, const toc_org_id *to, size_t count)
{
    return (toc_statement){
        .kind = TOC_RECORD_WALLET, .tlp = tlp, .releasable_to = to, .releasable_count = count};
}

static void add(toc_told *told, const toc_statement *statement, const toc_addressees *to,
                const toc_approval_rule *rule)
{
    toc_err err;
    TOC_CHECK_OK(toc_told_add(told, statement, to, rule, &err));
}

static void records_marked_alike_are_told_together(void **state)
{
    (void)state;
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    const toc_org_id readers[] = {org(1), org(2)};
    toc_statement plain = marked(TOC_TLP_AMBER, NULL, 0), green = marked(TOC_TLP_GREEN, NULL, 0);
    for (size_t i = 0; i < 3; i++) {
        toc_org_id copy[] = {readers[0], readers[1]}; /* gone when it is told */
        toc_statement both = marked(TOC_TLP_AMBER, copy, 2), one = marked(TOC_TLP_AMBER, copy, 1);
        add(&told, &plain, NULL, NULL);
        add(&told, &both, NULL, NULL);
        add(&told, &one, NULL, NULL);
        memset(copy, 0xff, sizeof copy);
    }
    add(&told, &green, NULL, NULL);
    assert_int_equal(told.count, 4);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(told.rows[i].records, 3);
    assert_int_equal(told.rows[1].marking.releasable_count, 2);
    assert_memory_equal(told.rows[1].marking.releasable_to, readers, sizeof readers);
    assert_int_equal(told.rows[2].marking.releasable_count, 1);
    assert_int_equal(told.rows[3].marking.tlp, TOC_TLP_GREEN);
    assert_int_equal(told.others, 0);
}

static void not_to_is_told_apart_from_releasable_to(void **state)
{
    (void)state;
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    const toc_org_id reader = org(1);
    toc_statement to = marked(TOC_TLP_AMBER, &reader, 1), but = marked(TOC_TLP_AMBER, NULL, 0);
    but.not_to = &reader;
    but.not_to_count = 1;
    toc_statement plain = marked(TOC_TLP_AMBER, NULL, 0);
    add(&told, &to, NULL, NULL);
    add(&told, &but, NULL, NULL);
    add(&told, &plain, NULL, NULL);
    assert_int_equal(told.count, 3);
    assert_int_equal(told.rows[1].marking.not_to_count, 1);
}

static void an_end_is_told_apart_and_by_who_had_what_it_ends(void **state)
{
    (void)state;
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    const toc_org_id had[] = {org(1), org(2), org(3)};
    toc_statement red = marked(TOC_TLP_RED, NULL, 0), end = red;
    end.kind = TOC_RECORD_RETRACTION;
    toc_addressees now = {.marking = &red};
    toc_addressees three = {.marking = &end, .follows = true, .had = had, .had_count = 3};
    toc_addressees two = {.marking = &end, .follows = true, .had = had, .had_count = 2};
    add(&told, &red, &now, NULL);
    add(&told, &end, &three, NULL);
    add(&told, &end, &two, NULL);
    add(&told, &end, &three, NULL);
    assert_int_equal(told.count, 3);
    assert_false(told.rows[0].ends);
    assert_false(told.rows[0].follows);
    assert_true(told.rows[1].ends && told.rows[1].follows);
    assert_int_equal(told.rows[1].records, 2);
    assert_int_equal(told.rows[1].had_count, 3);
    assert_memory_equal(told.rows[1].had, had, sizeof had);
    assert_int_equal(told.rows[2].had_count, 2);
}

static void what_officers_must_approve_is_told_apart_from_what_they_need_not(void **state)
{
    (void)state;
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    toc_statement plain = marked(TOC_TLP_AMBER, NULL, 0);
    toc_approval_rule two = {TOC_RECORD_WALLET, 2, TOC_SCOPE_SUBMIT};
    toc_approval_rule freeze = {TOC_RECORD_WALLET, 2, TOC_SCOPE_FREEZE};
    add(&told, &plain, NULL, NULL);
    add(&told, &plain, NULL, &two);
    add(&told, &plain, NULL, &freeze);
    assert_int_equal(told.count, 3);
    assert_int_equal(told.rows[0].needed, 0);
    assert_int_equal(told.rows[1].needed, 2);
    assert_int_equal(told.rows[2].scope, TOC_SCOPE_FREEZE);
}

static void past_the_most_that_are_told_records_are_counted(void **state)
{
    (void)state;
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    for (uint8_t i = 0; i < TOC_MARKINGS_TOLD_MAX + 5; i++) {
        const toc_org_id reader = org(i);
        toc_statement statement = marked(TOC_TLP_AMBER, &reader, 1);
        add(&told, &statement, NULL, NULL);
        add(&told, &statement, NULL, NULL);
    }
    assert_int_equal(told.count, TOC_MARKINGS_TOLD_MAX);
    assert_int_equal(told.others, 10);
    for (size_t i = 0; i < told.count; i++)
        assert_int_equal(told.rows[i].records, 2);
}

static void the_longest_lists_of_orgs_are_kept(void **state)
{
    (void)state;
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    static toc_org_id orgs[TOC_AUDIENCE_MAX];
    for (uint8_t row = 0; row < TOC_MARKINGS_TOLD_MAX; row++) {
        for (size_t i = 0; i < TOC_AUDIENCE_MAX; i++)
            orgs[i] = org(row);
        toc_statement statement = marked(TOC_TLP_AMBER, orgs, TOC_AUDIENCE_MAX);
        statement.not_to = orgs;
        statement.not_to_count = TOC_AUDIENCE_MAX;
        toc_addressees to = {
            .marking = &statement, .follows = true, .had = orgs, .had_count = TOC_READERS_MAX};
        add(&told, &statement, &to, NULL);
    }
    assert_int_equal(told.count, TOC_MARKINGS_TOLD_MAX);
    for (uint8_t row = 0; row < TOC_MARKINGS_TOLD_MAX; row++)
        assert_int_equal(told.rows[row].marking.not_to[TOC_AUDIENCE_MAX - 1].bytes[0], row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_marked_alike_are_told_together),
        cmocka_unit_test(not_to_is_told_apart_from_releasable_to),
        cmocka_unit_test(an_end_is_told_apart_and_by_who_had_what_it_ends),
        cmocka_unit_test(what_officers_must_approve_is_told_apart_from_what_they_need_not),
        cmocka_unit_test(past_the_most_that_are_told_records_are_counted),
        cmocka_unit_test(the_longest_lists_of_orgs_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
