/* Which users may talk to the node, and as whom (node/rights.h). */
#include "node/rights.h"
#include "tests/support/check.h"

enum { OFFICER = 1001, ADMIN = 1002, PARTNER = 1003, BOTH = 1004, STAFF = 2001, GUESTS = 2002 };

static void fill(toc_config *out)
{
    *out = (toc_config){.uid_count = 1,
                        .uids = {OFFICER},
                        .admin_uid_count = 1,
                        .admin_uids = {ADMIN},
                        .gid_count = 1,
                        .gids = {STAFF},
                        .audience_count = 2,
                        .audiences = {{.name = "guests",
                                       .sees = {.tlp_max = TOC_TLP_CLEAR, .any_circle = true},
                                       .gid_count = 1,
                                       .gids = {GUESTS}},
                                      {.name = "partners",
                                       .sees = {.tlp_max = TOC_TLP_GREEN, .any_circle = true},
                                       .uid_count = 2,
                                       .uids = {PARTNER, BOTH}}}};
}

static toc_rights in_group(const toc_config *config, unsigned uid, unsigned group)
{
    return toc_rights_in(config, uid, &group, 1, true);
}

static void users_and_groups_have_what_the_configuration_says(void **state)
{
    (void)state;
    toc_config config;
    fill(&config);
    assert_true(in_group(&config, OFFICER, 1).may && !in_group(&config, OFFICER, 1).admin);
    assert_true(in_group(&config, ADMIN, 1).may && in_group(&config, ADMIN, 1).admin);
    assert_true(in_group(&config, 1, STAFF).may);
    assert_false(in_group(&config, 1, 1).may);
    assert_null(in_group(&config, 1, 1).audience);
    assert_string_equal(in_group(&config, PARTNER, STAFF).audience->name, "partners");
    assert_false(in_group(&config, PARTNER, STAFF).may); /* who is named as one is one */
    assert_string_equal(in_group(&config, BOTH, GUESTS).audience->name, "guests"); /* the first */
}

/* Else a user database that does not answer would make a guest a partner. */
static void whose_groups_nobody_can_tell_has_nothing_by_any(void **state)
{
    (void)state;
    toc_config config;
    fill(&config);
    const unsigned uids[] = {1, PARTNER, BOTH}, staff = STAFF;
    for (size_t i = 0; i < TOC_COUNT(uids); i++) {
        toc_rights rights = toc_rights_in(&config, uids[i], &staff, 1, false);
        assert_false(rights.may || rights.admin);
        assert_null(rights.audience);
    }
    assert_true(toc_rights_in(&config, OFFICER, &staff, 1, false).may);
    assert_true(toc_rights_in(&config, ADMIN, &staff, 1, false).admin);
}

static void an_audience_that_is_as_it_was_gets_its_users_at_once(void **state)
{
    (void)state;
    toc_config now, fresh;
    fill(&now);
    fresh = now;
    fresh.audiences[1].uids[0] = 7;
    assert_false(toc_rights_keep_audiences(&now, &fresh));
    assert_string_equal(in_group(&fresh, 7, 1).audience->name, "partners");
    assert_null(in_group(&fresh, PARTNER, 1).audience);
}

/* Its views are those of before: more may stand in them than the new users are to see. */
static void of_an_audience_that_changed_nobody_is_one_who_was_not(void **state)
{
    (void)state;
    toc_config now, fresh;
    fill(&now);
    fresh = now;
    fresh.audiences[1].sees.tlp_max = TOC_TLP_CLEAR;
    fresh.audiences[1].uids[0] = 7;
    fresh.audience_count = 3;
    fresh.audiences[2] = (toc_config_audience){.name = "press", .uid_count = 1, .uids = {8}};
    assert_true(toc_rights_keep_audiences(&now, &fresh));
    assert_int_equal(fresh.audience_count, 2);
    assert_int_equal(fresh.audiences[1].sees.tlp_max, TOC_TLP_GREEN);
    assert_null(in_group(&fresh, 7, 1).audience);
    assert_null(in_group(&fresh, 8, 1).audience);
    assert_null(in_group(&fresh, PARTNER, 1).audience); /* who is named no more is none at once */
    assert_string_equal(in_group(&fresh, BOTH, 1).audience->name, "partners");
}

static void an_audience_that_is_gone_is_nobody(void **state)
{
    (void)state;
    toc_config now, fresh;
    fill(&now);
    fresh = now;
    fresh.audiences[0] = now.audiences[1];
    fresh.audience_count = 1;
    assert_true(toc_rights_keep_audiences(&now, &fresh));
    assert_null(in_group(&fresh, 1, GUESTS).audience);
    assert_string_equal(in_group(&fresh, PARTNER, 1).audience->name, "partners");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(users_and_groups_have_what_the_configuration_says),
        cmocka_unit_test(whose_groups_nobody_can_tell_has_nothing_by_any),
        cmocka_unit_test(an_audience_that_is_as_it_was_gets_its_users_at_once),
        cmocka_unit_test(of_an_audience_that_changed_nobody_is_one_who_was_not),
        cmocka_unit_test(an_audience_that_is_gone_is_nobody),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
