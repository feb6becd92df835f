/* Incidents: which one a slug means, and which of them are one event (docs/RULES.md §9). */
#include "tests/unit/store/kinds_support.h"

enum { WALLETS_MAX = 8 };

static toc_statement book_incident(const char *slug)
{
    toc_statement statement = book_statement(TOC_RECORD_INCIDENT);
    statement.as.incident =
        (toc_incident_body){.slug = toc_span_text(slug), .status = toc_span_text("open")};
    return statement;
}

static toc_incident_ref ref_of(const toc_test_feed *feed, const char *slug)
{
    return (toc_incident_ref){.org = feed->name.org, .slug = toc_span_text(slug)};
}

static bool same_ref(const toc_incident_ref *left, const toc_incident_ref *right)
{
    return toc_org_id_equal(&left->org, &right->org) && toc_span_equal(left->slug, right->slug);
}

/* Ascending, as a record has them. */
static toc_statement book_same(toc_incident_ref left, toc_incident_ref right)
{
    toc_statement statement = book_statement(TOC_RECORD_SAME_AS);
    int order = memcmp(left.org.bytes, right.org.bytes, 32);
    if (order == 0)
        order = toc_span_compare(left.slug, right.slug);
    statement.as.same_as = order < 0 ? (toc_same_as_body){.first = left, .second = right}
                                     : (toc_same_as_body){.first = right, .second = left};
    return statement;
}

static toc_answer_incidents incidents_of(fixture *it, const char *slug)
{
    toc_err err = {0};
    toc_answer_incidents answer;
    TOC_CHECK_OK(toc_query_incidents(ask(it), toc_span_text(slug), WALLETS_MAX, &answer, &err));
    assert_false(answer.partial);
    return answer;
}

static void say_wallet(fixture *it, size_t feed, uint32_t number, const char *slug)
{
    toc_statement claim = toc_book_claim(toc_book_numbered(number), "theft");
    claim.as.wallet.incident = toc_span_text(slug);
    (void)toc_viewbook_say(it->feeds[feed], claim);
}

/* ---- a bare slug ---- */

static void a_bare_slug_means_the_own_orgs_incident_or_the_only_one(void **state)
{
    fixture *it = *state;
    say_wallet(it, 2, 0, "heist");
    say_wallet(it, 1, 2, "other");
    fold_new(it);
    toc_answer_incidents answer = incidents_of(it, "heist");
    assert_true(answer.found);
    assert_int_equal(answer.wallet_total, 1);
    assert_false(answer.wallets[0].has_meaning); /* there is none */
    (void)toc_viewbook_say(it->feeds[0], book_incident("heist"));
    fold_new(it);
    answer = incidents_of(it, "heist");
    assert_int_equal(answer.incident_count, 1);
    assert_true(answer.wallets[0].has_meaning);
    assert_memory_equal(answer.wallets[0].means.bytes, it->feeds[0]->name.org.bytes, 32);
    toc_statement second = book_incident("heist");
    (void)toc_viewbook_say(it->feeds[1], second);
    fold_new(it);
    answer = incidents_of(it, "heist");
    assert_int_equal(answer.incident_count, 2);
    assert_false(answer.wallets[0].has_meaning); /* two candidates */
    (void)toc_viewbook_say(it->feeds[2], book_incident("heist"));
    fold_new(it);
    answer = incidents_of(it, "heist");
    assert_memory_equal(answer.wallets[0].means.bytes, it->feeds[2]->name.org.bytes, 32);
    (void)toc_viewbook_say(it->feeds[1], book_end(&second, 2));
    fold_new(it);
    assert_int_equal(incidents_of(it, "heist").incident_count, 2);
    assert_false(incidents_of(it, "nothing").found);
}

static toc_code count_hit(void *context, const toc_answer_claim *claim, toc_err *err)
{
    size_t *hits = context;
    (void)err;
    assert_true(toc_span_equal(claim->statement.as.wallet.incident, toc_span_text("heist")));
    (*hits)++;
    return TOC_OK;
}

static void search_finds_the_wallets_of_an_incident(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    size_t hits = 0;
    uint64_t total;
    for (uint32_t i = 0; i < 12; i++)
        say_wallet(it, i % 3, 2 * i, i % 2 == 0 ? "heist" : "other");
    fold_new(it);
    toc_search search = {.incident = toc_span_text("heist"), .limit = 4};
    TOC_CHECK_OK(toc_query_search(ask(it), &search, count_hit, &hits, &total, &err));
    assert_int_equal(hits, 4);
    assert_int_equal(total, 6);
}

/* ---- one event ---- */

/* Incidents "a" of org 0 and "b" of org 1. */
static void say_pair(fixture *it)
{
    (void)toc_viewbook_say(it->feeds[0], book_incident("a"));
    (void)toc_viewbook_say(it->feeds[1], book_incident("b"));
}

/* By the first of the two and by the second. */
static void check_pair(fixture *it, bool accepted)
{
    toc_incident_ref lowest = ref_of(it->feeds[0], "a"), other = ref_of(it->feeds[1], "b");
    toc_answer_incidents answer = incidents_of(it, "a");
    assert_int_equal(answer.same_count, 1);
    assert_int_equal(answer.same[0].accepted, accepted);
    answer = incidents_of(it, "b");
    assert_int_equal(answer.incident_count, 1);
    assert_int_equal(answer.same_count, 1);
    assert_int_equal(answer.same[0].accepted, accepted);
    assert_true(same_ref(&answer.incidents[0].event, accepted ? &lowest : &other));
}

static void what_one_org_holds_for_one_is_proposed_until_the_other_agrees(void **state)
{
    fixture *it = *state;
    toc_statement same = book_same(ref_of(it->feeds[0], "a"), ref_of(it->feeds[1], "b"));
    say_pair(it);
    (void)toc_viewbook_say(it->feeds[0], same);
    fold_new(it);
    check_pair(it, false);
    (void)toc_viewbook_say(it->feeds[1], same);
    fold_new(it);
    check_pair(it, true);
    (void)toc_viewbook_say(it->feeds[1], book_end(&same, 2));
    fold_new(it);
    check_pair(it, false);
}

static void two_lineages_of_others_make_one_event(void **state)
{
    fixture *it = *state;
    toc_test_feed *fourth = toc_viewbook_feed(0xC0, 0xAF, TOC_LANE_BULK, 9);
    toc_statement same = book_same(ref_of(it->feeds[0], "a"), ref_of(it->feeds[1], "b"));
    say_pair(it);
    (void)toc_viewbook_say(it->feeds[2], same);
    (void)toc_viewbook_say(fourth, same);
    fold_new(it);
    check_pair(it, false);
    toc_viewbook_give(&it->book, fourth);
    toc_viewbook_fold(&it->book);
    check_pair(it, true);
    toc_test_feed_free(fourth);
}

static void a_theft_that_both_name_makes_one_event(void **state)
{
    fixture *it = *state;
    const toc_chain *chain = toc_chain_find(toc_span_text("BTC"));
    static const char *const transactions[] = {
        "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b",
        "0e3e2357e806b6cdb1f70b54c3a3a17b6714ee1f0e68bebb44a74b1efd512098"};
    toc_place thefts[2] = {{.chain = chain, .tx = toc_span_text(transactions[0])},
                           {.chain = chain, .tx = toc_span_text(transactions[1])}};
    toc_statement first = book_incident("a"), second = book_incident("b");
    first.as.incident.thefts = &thefts[0];
    second.as.incident.thefts = &thefts[1];
    first.as.incident.theft_count = second.as.incident.theft_count = 1;
    (void)toc_viewbook_say(it->feeds[0], first);
    (void)toc_viewbook_say(it->feeds[1], second);
    (void)toc_viewbook_say(it->feeds[2],
                           book_same(ref_of(it->feeds[0], "a"), ref_of(it->feeds[1], "b")));
    fold_new(it);
    check_pair(it, false);
    second.revision = 2;
    second.as.incident.thefts = &thefts[0];
    (void)toc_viewbook_say(it->feeds[1], second);
    fold_new(it);
    check_pair(it, true);
}

/* Links are followed from slug to slug, from whichever one begins; one's own need nobody else. */
static void an_event_is_named_by_the_lowest_of_all_that_are_linked(void **state)
{
    fixture *it = *state;
    static const char *const slugs[] = {"d", "c", "b", "a"};
    for (size_t i = 0; i < TOC_COUNT(slugs); i++) {
        (void)toc_viewbook_say(it->feeds[1], book_incident(slugs[i]));
        if (i > 0)
            (void)toc_viewbook_say(it->feeds[1], book_same(ref_of(it->feeds[1], slugs[i - 1]),
                                                           ref_of(it->feeds[1], slugs[i])));
    }
    (void)toc_viewbook_say(it->feeds[1],
                           book_same(ref_of(it->feeds[1], "a"), ref_of(it->feeds[0], "zero")));
    fold_new(it);
    toc_incident_ref lowest = ref_of(it->feeds[1], "a");
    for (size_t i = 0; i < TOC_COUNT(slugs); i++) {
        toc_answer_incidents answer = incidents_of(it, slugs[i]);
        assert_true(same_ref(&answer.incidents[0].event, &lowest)); /* "zero" is proposed only */
    }
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_incidents answer = incidents_of(it, "a");
    assert_int_equal(answer.same_count, 2);
    toc_json_incidents(&answer, &line);
    assert_non_null(strstr(toc_buf_text(&line), "\"standing\":\"accepted\""));
    assert_non_null(strstr(toc_buf_text(&line), "\"standing\":\"proposed\""));
}

static void what_is_said_of_an_incident_stands_with_it(void **state)
{
    fixture *it = *state;
    toc_statement attribution = book_statement(TOC_RECORD_ATTRIBUTION);
    attribution.as.attribution = (toc_attribution_body){.incident = ref_of(it->feeds[0], "a"),
                                                        .actor = toc_span_text("lazarus"),
                                                        .basis = toc_span_text("own-analysis")};
    say_pair(it);
    (void)toc_viewbook_say(it->feeds[3], book_incident("a")); /* the same claim, in another lane */
    (void)toc_viewbook_say(it->feeds[1], attribution);
    fold_new(it);
    toc_answer_incidents answer = incidents_of(it, "a");
    assert_int_equal(answer.incidents[0].claim_count, 1);
    assert_int_equal(answer.incidents[0].attribution_count, 1);
    assert_int_equal(incidents_of(it, "b").incidents[0].attribution_count, 0);
}

#define IN_A_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOOK(a_bare_slug_means_the_own_orgs_incident_or_the_only_one),
        IN_A_BOOK(search_finds_the_wallets_of_an_incident),
        IN_A_BOOK(what_one_org_holds_for_one_is_proposed_until_the_other_agrees),
        IN_A_BOOK(two_lineages_of_others_make_one_event),
        IN_A_BOOK(a_theft_that_both_name_makes_one_event),
        IN_A_BOOK(an_event_is_named_by_the_lowest_of_all_that_are_linked),
        IN_A_BOOK(what_is_said_of_an_incident_stands_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
