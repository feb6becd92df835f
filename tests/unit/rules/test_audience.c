/* Who may see a record (docs/RULES.md §10), row by row. */
#include "proto/rules/audience.h"
#include "tests/support/check.h"

static const toc_circle_id circle = {{0xC1}}, other_circle = {{0xC2}};
static const toc_org_id author = {{0xA1}}, reader = {{0xA2}}, stranger = {{0xA3}};

static toc_statement marked(toc_tlp tlp)
{
    return (toc_statement){.kind = TOC_RECORD_WALLET, .tlp = tlp};
}

static bool sees(const toc_audience *audience, toc_statement statement)
{
    return toc_audience_sees(audience, &circle, &author, &statement);
}

static toc_audience up_to(toc_tlp tlp)
{
    return (toc_audience){.tlp_max = tlp, .any_circle = true};
}

static toc_audience for_org(toc_tlp tlp, const toc_org_id *org)
{
    return (toc_audience){.tlp_max = tlp, .any_circle = true, .has_org = true, .org = *org};
}

static void an_empty_audience_is_nobody(void **state)
{
    (void)state;
    toc_audience nobody = {0}, no_circle = {.tlp_max = TOC_TLP_RED};
    for (toc_tlp tlp = TOC_TLP_CLEAR; tlp <= TOC_TLP_RED; tlp++) {
        assert_false(sees(&nobody, marked(tlp)));
        assert_false(sees(&no_circle, marked(tlp)));
    }
}

static void nothing_is_seen_above_the_highest_marking(void **state)
{
    (void)state;
    for (toc_tlp max = TOC_TLP_CLEAR; max <= TOC_TLP_RED; max++) {
        for (toc_tlp tlp = TOC_TLP_CLEAR; tlp <= TOC_TLP_RED; tlp++) {
            toc_audience named = for_org(max, &reader);
            assert_int_equal(sees(&named, marked(tlp)), tlp <= max);
        }
    }
}

/* FIRST TLP 2.0: for named recipients only. */
static void red_is_seen_by_those_who_stand_for_an_org(void **state)
{
    (void)state;
    toc_audience anybody = up_to(TOC_TLP_RED), named = for_org(TOC_TLP_RED, &reader);
    assert_false(sees(&anybody, marked(TOC_TLP_RED)));
    assert_true(sees(&anybody, marked(TOC_TLP_AMBER_STRICT)));
    assert_true(sees(&named, marked(TOC_TLP_RED)));
}

static void only_the_circles_that_were_named_are_seen(void **state)
{
    (void)state;
    toc_audience audience = {.tlp_max = TOC_TLP_AMBER, .circle_count = 1, .circles = {circle}};
    toc_statement statement = marked(TOC_TLP_GREEN);
    assert_true(toc_audience_sees(&audience, &circle, &author, &statement));
    assert_false(toc_audience_sees(&audience, &other_circle, &author, &statement));
    assert_false(toc_audience_enters(&audience, &other_circle));
    audience.circles[audience.circle_count++] = other_circle;
    assert_true(toc_audience_sees(&audience, &other_circle, &author, &statement));
}

static void what_names_its_readers_is_seen_by_them_and_its_author(void **state)
{
    (void)state;
    toc_statement statement = marked(TOC_TLP_GREEN);
    statement.releasable_count = 1;
    statement.releasable_to = &reader;
    toc_audience anybody = up_to(TOC_TLP_RED), named = for_org(TOC_TLP_GREEN, &reader);
    toc_audience other = for_org(TOC_TLP_RED, &stranger), own = for_org(TOC_TLP_GREEN, &author);
    assert_false(sees(&anybody, statement));
    assert_true(sees(&named, statement));
    assert_false(sees(&other, statement));
    assert_true(sees(&own, statement));
}

/* Whoever stands for no org may be anybody's. */
static void what_names_who_is_no_reader_is_seen_by_other_orgs_only(void **state)
{
    (void)state;
    toc_statement statement = marked(TOC_TLP_GREEN);
    statement.not_to_count = 1;
    statement.not_to = &reader;
    toc_audience anybody = up_to(TOC_TLP_RED), barred = for_org(TOC_TLP_RED, &reader);
    toc_audience other = for_org(TOC_TLP_GREEN, &stranger);
    assert_false(sees(&anybody, statement));
    assert_false(sees(&barred, statement));
    assert_true(sees(&other, statement));
    statement.releasable_count = 1; /* both: not to wins */
    statement.releasable_to = &reader;
    assert_false(sees(&barred, statement));
    assert_false(sees(&other, statement));
}

static void the_officers_see_what_was_opened_here(void **state)
{
    (void)state;
    toc_statement statement = marked(TOC_TLP_RED);
    statement.releasable_count = 1;
    statement.releasable_to = &stranger;
    assert_true(sees(&toc_audience_officers, statement));
}

static void a_member_of_the_circle_reads_what_is_not_barred_to_it(void **state)
{
    (void)state;
    toc_audience member = toc_audience_reader(&circle, &reader);
    toc_statement statement = marked(TOC_TLP_RED);
    assert_true(sees(&member, statement));
    statement.not_to_count = 1;
    statement.not_to = &reader;
    assert_false(sees(&member, statement));
    toc_audience elsewhere = toc_audience_reader(&other_circle, &reader);
    assert_false(sees(&elsewhere, marked(TOC_TLP_CLEAR)));
}

/* The views of an audience are dropped when its id changes: so must it, whatever changes. */
static void an_audience_has_another_id_whenever_it_may_see_something_else(void **state)
{
    (void)state;
    toc_audience audiences[] = {
        {0},
        toc_audience_officers,
        up_to(TOC_TLP_GREEN),
        up_to(TOC_TLP_AMBER),
        {.tlp_max = TOC_TLP_GREEN, .circle_count = 1, .circles = {circle}},
        {.tlp_max = TOC_TLP_GREEN, .circle_count = 1, .circles = {other_circle}},
        {.tlp_max = TOC_TLP_GREEN, .circle_count = 2, .circles = {circle, other_circle}},
        for_org(TOC_TLP_GREEN, &reader),
        for_org(TOC_TLP_GREEN, &stranger),
    };
    for (size_t i = 0; i < TOC_COUNT(audiences); i++) {
        for (size_t j = 0; j < TOC_COUNT(audiences); j++) {
            toc_hash left, right;
            toc_audience_id(&audiences[i], &left);
            toc_audience_id(&audiences[j], &right);
            assert_int_equal(toc_hash_equal(&left, &right), i == j);
        }
    }
    toc_audience turned = {
        .tlp_max = TOC_TLP_GREEN, .circle_count = 2, .circles = {other_circle, circle}};
    toc_hash left, right;
    toc_audience_id(&audiences[6], &left);
    toc_audience_id(&turned, &right);
    assert_true(toc_hash_equal(&left, &right));
}

static toc_statement naming(const toc_org_id *to, const toc_org_id *not_to)
{
    toc_statement statement = marked(TOC_TLP_AMBER);
    statement.releasable_count = to != NULL;
    statement.releasable_to = to;
    statement.not_to_count = not_to != NULL;
    statement.not_to = not_to;
    return statement;
}

/* Somebody who might see the first may not see the second. */
static void narrower_is_what_somebody_may_see_no_more(void **state)
{
    (void)state;
    static const struct {
        const toc_org_id *to, *not_to, *then_to, *then_not_to;
        bool narrows;
    } cases[] = {
        {NULL, NULL, NULL, NULL, false},
        {NULL, NULL, &reader, NULL, true},
        {NULL, NULL, NULL, &reader, true},
        {&reader, NULL, NULL, NULL, false},
        {&reader, NULL, &reader, NULL, false},
        {&reader, NULL, &stranger, NULL, true},
        {&reader, NULL, NULL, &stranger, false}, /* who is named is not the one left out */
        {&reader, NULL, NULL, &reader, true},
        {&reader, &reader, &stranger, NULL, false}, /* nobody might see it before */
        {NULL, &reader, NULL, NULL, false},
        {NULL, &reader, NULL, &reader, false},
        {NULL, &reader, NULL, &stranger, true},
        {NULL, &reader, &stranger, NULL, true},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_statement before = naming(cases[i].to, cases[i].not_to);
        toc_statement after = naming(cases[i].then_to, cases[i].then_not_to);
        if (toc_audience_narrows(&before, &after) != cases[i].narrows)
            fail_msg("case %zu", i);
    }
    toc_statement amber = marked(TOC_TLP_AMBER), red = marked(TOC_TLP_RED);
    assert_true(toc_audience_narrows(&amber, &red));
    assert_false(toc_audience_narrows(&red, &amber));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_audience_is_nobody),
        cmocka_unit_test(nothing_is_seen_above_the_highest_marking),
        cmocka_unit_test(red_is_seen_by_those_who_stand_for_an_org),
        cmocka_unit_test(only_the_circles_that_were_named_are_seen),
        cmocka_unit_test(what_names_its_readers_is_seen_by_them_and_its_author),
        cmocka_unit_test(what_names_who_is_no_reader_is_seen_by_other_orgs_only),
        cmocka_unit_test(the_officers_see_what_was_opened_here),
        cmocka_unit_test(a_member_of_the_circle_reads_what_is_not_barred_to_it),
        cmocka_unit_test(an_audience_has_another_id_whenever_it_may_see_something_else),
        cmocka_unit_test(narrower_is_what_somebody_may_see_no_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
