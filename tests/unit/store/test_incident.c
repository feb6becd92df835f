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

/* ---- when, and where ---- */

enum { HOUR = 3600000 };

static toc_statement book_sighting(toc_wallet wallet, uint64_t seen, const char *tx)
{
    toc_statement statement = book_statement(TOC_RECORD_SIGHTING);
    statement.as.sighting = (toc_sighting_body){.wallet = wallet,
                                                .place = {.chain = wallet.chain,
                                                          .tx = toc_span_text(tx),
                                                          .index_kind = TOC_INDEX_OUTPUT,
                                                          .index = toc_span_text("0")},
                                                .seen = {seen},
                                                .direction = TOC_DIRECTION_IN};
    return statement;
}

static void what_happened_is_told_in_order_of_time(void **state)
{
    static const char tx[] = "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b";
    fixture *it = *state;
    toc_statement incident = book_incident("heist");
    incident.as.incident.occurred.unix_ms = TOC_BOOK_NOW - (uint64_t)9 * HOUR;
    incident.as.incident.discovered.unix_ms = TOC_BOOK_NOW - (uint64_t)3 * HOUR;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft");
    claim.as.wallet.incident = toc_span_text("heist");
    claim.as.wallet.first_seen.unix_ms = TOC_BOOK_NOW - (uint64_t)8 * HOUR;
    claim.as.wallet.last_seen.unix_ms = TOC_BOOK_NOW - (uint64_t)5 * HOUR;
    (void)toc_viewbook_say(it->feeds[0], incident);
    (void)toc_viewbook_say(it->feeds[1], claim);
    say_wallet(it, 1, 2, "heist"); /* issued at the same moment by the same org */
    (void)toc_viewbook_say(it->feeds[2],
                           book_sighting(wallet, TOC_BOOK_NOW - (uint64_t)6 * HOUR, tx));
    (void)toc_viewbook_say(
        it->feeds[2], book_sighting(toc_book_numbered(1), TOC_BOOK_NOW - (uint64_t)7 * HOUR, tx));
    fold_new(it);
    static const struct {
        toc_moment_kind kind;
        uint64_t hours;
        size_t feed, claims;
    } expected[] = {{TOC_MOMENT_OCCURRED, 9, 0, 1},
                    {TOC_MOMENT_FIRST_SEEN, 8, 1, 1},
                    {TOC_MOMENT_SIGHTED, 6, 2, 1},
                    {TOC_MOMENT_LAST_SEEN, 5, 1, 1},
                    {TOC_MOMENT_DISCOVERED, 3, 0, 1}};
    toc_answer_incidents answer = incidents_of(it, "heist");
    assert_int_equal(answer.moment_count, TOC_COUNT(expected) + 2);
    assert_int_equal(answer.moment_total, answer.moment_count);
    for (size_t i = 0; i < TOC_COUNT(expected); i++) {
        const toc_answer_moment *moment = &answer.moments[i];
        assert_int_equal(moment->kind, expected[i].kind);
        assert_int_equal(moment->time.unix_ms, TOC_BOOK_NOW - expected[i].hours * HOUR);
        assert_memory_equal(moment->org.bytes, it->feeds[expected[i].feed]->name.org.bytes, 32);
        assert_int_equal(moment->claim_count, expected[i].claims);
    }
    assert_true(toc_span_equal(answer.moments[2].place.tx, toc_span_text(tx)));
    assert_string_equal(answer.moments[2].wallet->address, wallet.address);
    for (size_t i = TOC_COUNT(expected); i < answer.moment_count; i++) {
        bool wallets = answer.moments[i].said_in == TOC_RECORD_WALLET;
        assert_int_equal(answer.moments[i].kind, TOC_MOMENT_REPORTED);
        assert_int_equal(answer.moments[i].claim_count, wallets ? 2 : 1);
    }
}

static void a_theft_is_in_the_timeline_once_a_transfer_tells_when(void **state)
{
    fixture *it = *state;
    const toc_wallet from = toc_book_numbered(0), to = toc_book_numbered(2);
    toc_statement transfer = book_transfer(&from, &to, 0), incident = book_incident("heist");
    const toc_place theft = {.chain = from.chain, .tx = toc_span_text(TOC_BOOK_TX)};
    incident.as.incident.thefts = &theft;
    incident.as.incident.theft_count = 1;
    (void)toc_viewbook_say(it->feeds[0], incident);
    (void)toc_viewbook_say(it->feeds[1], incident); /* another's, with the same theft */
    fold_new(it);
    assert_int_equal(incidents_of(it, "heist").moment_count, 2); /* reported, twice */
    (void)toc_viewbook_say(it->feeds[2], transfer);
    (void)toc_viewbook_say(it->feeds[1], book_sighting(from, TOC_BOOK_NOW - HOUR / 2, TOC_BOOK_TX));
    say_wallet(it, 2, 0, "heist"); /* the sighting is of this wallet, and at the theft */
    fold_new(it);
    toc_answer_incidents answer = incidents_of(it, "heist");
    assert_int_equal(answer.moment_count, 5);
    assert_int_equal(answer.moments[0].kind, TOC_MOMENT_THEFT);
    assert_int_equal(answer.moments[0].time.unix_ms, TOC_BOOK_NOW - HOUR);
    assert_memory_equal(answer.moments[0].org.bytes, it->feeds[2]->name.org.bytes, 32);
    assert_int_equal(answer.moments[1].kind, TOC_MOMENT_SIGHTED);
    assert_int_equal(answer.moments[1].claim_count, 1);
}

static void clusters_of_the_wallets_are_told_once_with_how_many_are_in_them(void **state)
{
    fixture *it = *state;
    static const uint32_t large[] = {0, 2, 4}, small[] = {6, 8};
    toc_member members[TOC_COUNT(large)] = {0};
    for (size_t i = 0; i < TOC_COUNT(small); i++)
        members[i].wallet = toc_book_numbered(small[i]);
    (void)toc_viewbook_say(it->feeds[0], toc_book_cluster("small"));
    (void)toc_viewbook_say(it->feeds[0], toc_book_members("small", members, TOC_COUNT(small)));
    for (size_t i = 0; i < TOC_COUNT(large); i++)
        members[i].wallet = toc_book_numbered(large[i]);
    (void)toc_viewbook_say(it->feeds[1], toc_book_cluster("large"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_members("large", members, TOC_COUNT(large)));
    say_wallet(it, 1, 0, "heist");
    say_wallet(it, 2, 0, "heist"); /* the same wallet, said twice */
    say_wallet(it, 1, 2, "heist");
    say_wallet(it, 1, 8, "heist");
    say_wallet(it, 1, 10, "heist"); /* in no cluster */
    fold_new(it);
    toc_answer_incidents answer = incidents_of(it, "heist");
    assert_int_equal(answer.wallet_count, 5);
    assert_int_equal(answer.cluster_count, 2);
    assert_int_equal(answer.clusters[0].cluster.size, 3);
    assert_int_equal(answer.clusters[0].wallet_count, 2);
    assert_int_equal(answer.clusters[1].cluster.size, 2);
    assert_int_equal(answer.clusters[1].wallet_count, 1);
}

static toc_code keep_line(void *context, toc_span line, toc_err *err)
{
    toc_buf *out = context;
    (void)err;
    toc_buf_add_span(out, line);
    return TOC_OK;
}

static void a_text_that_is_no_slug_gets_its_own_line_with_the_error(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    static const char *const texts[] = {"Heist 1", "heist"};
    TOC_AUTO(toc_buf_wipe) toc_buf lines = {0};
    (void)toc_viewbook_say(it->feeds[0], book_incident("heist"));
    fold_new(it);
    toc_question asking = {.form = TOC_ASK_INCIDENT,
                           .members_max = 1,
                           .count = TOC_COUNT(texts),
                           .texts = texts,
                           .visit = keep_line,
                           .context = &lines};
    TOC_CHECK_OK(toc_query_ask(ask(it), &asking, &err));
    const char *second = strchr(toc_buf_text(&lines), '\n');
    assert_non_null(second);
    const char *error = strstr(toc_buf_text(&lines), "\"error\":{\"code\":\"malformed\"");
    assert_non_null(error);
    assert_true(error < second);
    assert_non_null(strstr(second, "\"slug\":\"heist\",\"found\":true"));
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
        IN_A_BOOK(what_happened_is_told_in_order_of_time),
        IN_A_BOOK(a_theft_is_in_the_timeline_once_a_transfer_tells_when),
        IN_A_BOOK(clusters_of_the_wallets_are_told_once_with_how_many_are_in_them),
        IN_A_BOOK(a_text_that_is_no_slug_gets_its_own_line_with_the_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
