/* Clusters kept up by the fold (docs/RULES.md §6), worked by hand; the property test meets the
 * rest. */
#include "tests/unit/store/fold_support.h"

static toc_wallet key_of(uint32_t number)
{
    return toc_book_numbered(2 * number);
}

static void a_shared_wallet_joins_two_reports_and_leaving_parts_them(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0), last = key_of(5), shared = key_of(2);
    (void)say_cluster(it, 0, "a", 0, 3); /* 0 1 2 */
    (void)say_cluster(it, 1, "b", 2, 4); /* 2 3 4 5 */
    fold_new(it);
    assert_int_equal(size_at(it, &first), 6);
    assert_int_equal(size_at(it, &last), 6);
    toc_answer_cluster cluster = cluster_of(it, &first);
    assert_int_equal(cluster.report_count, 2);
    assert_int_equal(cluster.member_count, 6);
    say_member(it, 1, "b", 2, shared, true);
    fold_new(it);
    assert_int_equal(size_at(it, &first), 3);
    assert_int_equal(size_at(it, &last), 3);
    assert_int_equal(toc_viewbook_digest(&it->book).clusters, 2);
    check_rebuild(it);
}

/* BTC and LTC of one key: one vertex, whichever of the two is named. */
static void key_twins_are_one_member_and_the_newest_record_decides_for_both(void **state)
{
    fixture *it = *state;
    toc_wallet btc = toc_book_numbered(0), ltc = toc_book_numbered(1), other = key_of(7);
    say_head(it, 0, "a", 1);
    say_head(it, 1, "b", 1);
    say_member(it, 0, "a", 1, btc, false);
    say_member(it, 0, "a", 1, other, false);
    say_member(it, 1, "b", 1, ltc, false);
    fold_new(it);
    assert_int_equal(size_at(it, &btc), 2);
    assert_int_equal(size_at(it, &ltc), 2);
    assert_int_equal(cluster_of(it, &other).report_count, 2);
    say_member(it, 0, "a", 2, ltc, true); /* removes the key that the other twin had added */
    fold_new(it);
    assert_int_equal(size_at(it, &other), 1);
    assert_int_equal(size_at(it, &btc), 1);
    check_rebuild(it);
}

static void within_one_record_the_last_op_on_a_key_decides(void **state)
{
    fixture *it = *state;
    toc_wallet btc = toc_book_numbered(0), ltc = toc_book_numbered(1), other = key_of(7);
    toc_member members[] = {{.wallet = btc},
                            {.wallet = other},
                            {.wallet = ltc, .remove = true},
                            {.wallet = btc, .remove = true},
                            {.wallet = ltc}};
    say_head(it, 0, "a", 1);
    (void)toc_viewbook_say(it->feeds[0], toc_book_members("a", members, 4));
    fold_new(it);
    assert_int_equal(size_at(it, &other), 1);
    toc_statement second = toc_book_members("a", members, 5);
    second.revision = 2;
    (void)toc_viewbook_say(it->feeds[0], second);
    fold_new(it);
    assert_int_equal(size_at(it, &other), 2);
    bool member;
    uint64_t revision;
    toc_err err = {0};
    toc_feed_name *name = &it->feeds[0]->name;
    toc_claim_id report;
    toc_statement head = toc_book_cluster("a");
    toc_statement_claim(&head, &name->circle, &name->org, &report);
    TOC_CHECK_OK(toc_views_member(ask(it)->views, &report, &btc.subject, &member, &revision, &err));
    assert_true(member);
    assert_int_equal(revision, 2);
    toc_wallet stranger = key_of(99);
    TOC_CHECK_OK(
        toc_views_member(ask(it)->views, &report, &stranger.subject, &member, &revision, &err));
    assert_false(member);
    assert_int_equal(revision, 0);
    check_rebuild(it);
}

static void a_retraction_ends_memberships_and_a_later_head_does_not_bring_them_back(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0), again = key_of(1);
    (void)say_cluster(it, 0, "a", 0, 3);
    say_end(it, 0, "a", 5);
    fold_new(it);
    assert_int_equal(size_at(it, &first), 0);
    say_head(it, 0, "a", 6);
    fold_new(it);
    assert_int_equal(size_at(it, &first), 0);
    say_member(it, 0, "a", 5, again, false); /* at the revision of the retraction: ended, too */
    fold_new(it);
    assert_int_equal(size_at(it, &again), 0);
    say_member(it, 0, "a", 7, again, false);
    fold_new(it);
    assert_int_equal(size_at(it, &again), 1);
    check_rebuild(it);
}

/* It comes last, but stands between members records that came before it. */
static void a_retraction_that_comes_late_ends_only_what_is_older(void **state)
{
    fixture *it = *state;
    toc_wallet old = key_of(0), newer = key_of(1);
    say_head(it, 0, "a", 9);
    say_member(it, 0, "a", 3, old, false);
    say_member(it, 0, "a", 8, newer, false);
    fold_new(it);
    assert_int_equal(size_at(it, &newer), 2);
    say_end(it, 0, "a", 5);
    fold_new(it);
    assert_int_equal(size_at(it, &newer), 1);
    assert_int_equal(size_at(it, &old), 0);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[0], it->feeds[0]->count - 1,
                         it->feeds[0]->count);
    toc_viewbook_fold(&it->book);
    assert_int_equal(size_at(it, &old), 2);
    check_rebuild(it);
}

static void an_expired_report_parts_and_a_newer_head_joins_again(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = key_of(0);
    toc_statement head = toc_book_cluster("a");
    head.valid_until.unix_ms = TOC_BOOK_NOW + 60000;
    (void)toc_viewbook_say(it->feeds[0], head);
    say_member(it, 0, "a", 1, wallet, false);
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 1);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + 60000);
    toc_viewbook_fold(&it->book);
    assert_int_equal(size_at(it, &wallet), 0);
    say_head(it, 0, "a", 2);
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 1); /* unlike a retraction, expiry ends no membership */
    check_rebuild(it);
}

/* 257 reports of one wallet: it joins nothing and stands in no cluster; one fewer and it joins all.
 */
static void a_hub_joins_nothing_and_is_in_no_cluster(void **state)
{
    fixture *it = *state;
    enum { REPORTS = TOC_HUB_REPORTS + 1 };
    toc_wallet hub = key_of(5000), own = key_of(0);
    for (uint32_t i = 0; i < REPORTS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "r%u", i);
        say_head(it, 0, name, 1);
        say_member(it, 0, name, 1, hub, false);
        say_member(it, 0, name, 1, key_of(i), false);
    }
    fold_new(it);
    assert_int_equal(size_at(it, &hub), 0);
    assert_false(cluster_of(it, &hub).found);
    assert_int_equal(size_at(it, &own), 1);
    assert_int_equal(cluster_of(it, &own).member_count, 1);
    assert_int_equal(toc_viewbook_digest(&it->book).clusters, REPORTS);
    say_end(it, 0, "r100", 2);
    fold_new(it);
    assert_int_equal(size_at(it, &hub), REPORTS); /* 256 of their own, and the hub */
    assert_int_equal(size_at(it, &own), REPORTS);
    assert_int_equal(toc_viewbook_digest(&it->book).clusters, 1);
    check_rebuild(it);
}

static uint64_t rows_of_next_step(fixture *it)
{
    toc_err err = {0};
    toc_fold_result result;
    give_new(it);
    TOC_CHECK_OK(toc_views_fold(it->book.views, NULL, NULL, &result, &err));
    assert_int_equal(result.backlog, 0);
    return result.rows;
}

static void joining_and_ending_a_large_report_touches_no_row_of_its_members(void **state)
{
    fixture *it = *state;
    enum { MEMBERS = 20000 };
    toc_wallet first = key_of(0), far = key_of(MEMBERS + 3);
    (void)say_cluster(it, 0, "large", 0, MEMBERS);
    fold_new(it);
    assert_int_equal(size_at(it, &first), MEMBERS);
    (void)say_cluster(it, 1, "small", MEMBERS - 2, 6); /* shares two */
    assert_true(rows_of_next_step(it) < 60);
    assert_int_equal(size_at(it, &far), MEMBERS + 4);
    say_end(it, 0, "large", 2);
    assert_true(rows_of_next_step(it) < 30);
    assert_int_equal(size_at(it, &first), 0);
    assert_int_equal(size_at(it, &far), 6);
    say_head(it, 0, "large", 3);
    assert_true(rows_of_next_step(it) < 30);
    assert_int_equal(size_at(it, &first), 0);
    check_rebuild(it);
}

static int compare_wallets(const void *left, const void *right)
{
    const toc_wallet *a = left, *b = right;
    return toc_span_compare(toc_subject_vertex(&a->subject), toc_subject_vertex(&b->subject));
}

/* Of a report too large to walk, the next smallest member is found in the incidence rows. */
static void the_id_follows_when_the_smallest_members_leave_a_large_report(void **state)
{
    fixture *it = *state;
    enum { MEMBERS = 3000 };
    toc_wallet *wallets = calloc(MEMBERS, sizeof *wallets);
    assert_non_null(wallets);
    for (uint32_t i = 0; i < MEMBERS; i++)
        wallets[i] = key_of(i);
    qsort(wallets, MEMBERS, sizeof *wallets, compare_wallets);
    (void)say_cluster(it, 0, "large", 0, MEMBERS);
    (void)say_cluster(it, 1, "other", MEMBERS, 2000); /* rows between that are not its own */
    fold_new(it);
    for (size_t leaving = 0; leaving < 4; leaving++) {
        toc_span expected = toc_subject_vertex(&wallets[leaving].subject);
        toc_span id = dossier_of(it, &wallets[MEMBERS - 1]).cluster.id;
        assert_int_equal(id.size, expected.size);
        assert_memory_equal(id.data, expected.data, id.size);
        say_member(it, 0, "large", 2 + leaving, wallets[leaving], true);
        fold_new(it);
    }
    assert_int_equal(size_at(it, &wallets[MEMBERS - 1]), MEMBERS - 4);
    check_rebuild(it);
    free(wallets);
}

/* A clock that is always too late: every step takes one record. */
static uint64_t late(void *context)
{
    return *(uint64_t *)context += 1000;
}

/* Each of many small steps would go through all that two large reports share. */
static void behind_the_journal_joining_is_put_off_and_made_up_for(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    enum { MEMBERS = 4096, MORE = 200 };
    toc_wallet first = key_of(0);
    (void)say_cluster(it, 0, "one", 0, MEMBERS);
    (void)say_cluster(it, 1, "other", 0, MEMBERS);
    fold_new(it);
    for (uint32_t i = 0; i < MORE; i++)
        say_member(it, 0, "one", 2 + i, key_of(MEMBERS + i), false);
    say_end(it, 1, "other", 2);
    give_new(it);
    toc_fold_result result = {.backlog = 1};
    uint64_t clock = 0, steps = 0, joins = it->book.views->joins, stale = 0;
    while (result.backlog > 0) {
        TOC_CHECK_OK(toc_views_fold(it->book.views, late, &clock, &result, &err));
        if (++steps % 64 != 0)
            continue;
        (void)toc_viewbook_digest(&it->book);
        stale += cluster_of(it, &first).ref.size == MEMBERS; /* an answer, if not the last word */
    }
    assert_true(steps > MORE);
    assert_true(it->book.views->joins - joins <= 2);
    assert_true(stale > 0);
    assert_int_equal(size_at(it, &first), MEMBERS + MORE);
    assert_int_equal(cluster_of(it, &first).report_count, 1);
    check_rebuild(it);
}

/* What is taken out while joining is put off leaves no row behind by which to remember it. */
static void what_goes_while_joining_is_put_off_is_not_forgotten(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    enum { MEMBERS = 2048 };
    toc_wallet kept = key_of(9001), other = key_of(9011);
    (void)say_cluster(it, 0, "one", 0, MEMBERS);
    (void)say_cluster(it, 1, "other", 0, MEMBERS);
    uint64_t bridge = it->feeds[0]->count;
    (void)say_cluster(it, 0, "bridge", 9000, 2); /* a head, then members */
    (void)say_cluster(it, 1, "kept", 9001, 2);
    uint64_t whole = it->feeds[0]->count;
    (void)say_cluster(it, 0, "whole", 9010, 2);
    (void)say_cluster(it, 1, "also-kept", 9011, 2);
    fold_new(it);
    say_member(it, 0, "one", 2, key_of(MEMBERS), false);
    fold_new(it); /* joining has gone through much now */
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[0], bridge + 1, bridge + 2);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[0], whole, whole + 2);
    for (uint32_t i = 0; i < 20; i++)
        (void)toc_viewbook_say(it->feeds[2], toc_book_claim(key_of(i), "theft"));
    give_new(it);
    toc_fold_result result = {.backlog = 1};
    uint64_t clock = 0;
    while (result.backlog > 0)
        TOC_CHECK_OK(toc_views_fold(it->book.views, late, &clock, &result, &err));
    assert_int_equal(size_at(it, &kept), 2);
    assert_int_equal(size_at(it, &other), 2);
    toc_viewbook_fold(&it->book);
    check_rebuild(it);
}

static void reports_that_do_not_count_join_nothing(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = key_of(0);
    toc_statement head = toc_book_cluster("a");
    say_member(it, 0, "a", 1, wallet, false);
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 0); /* no head */
    head.confidence = 49;
    (void)toc_viewbook_say(it->feeds[0], head);
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 0);
    head.confidence = 50;
    head.revision = 2;
    head.as.cluster.entity_type = toc_span_text("exchange");
    (void)toc_viewbook_say(it->feeds[0], head);
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 0); /* a service */
    head.as.cluster.entity_type = toc_span_text("thief");
    head.revision = 3;
    (void)toc_viewbook_say(it->feeds[0], head);
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 1);
    assert_int_equal(toc_viewbook_digest(&it->book).claims, 1);
    check_rebuild(it);
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOOK(a_shared_wallet_joins_two_reports_and_leaving_parts_them),
        WITH_BOOK(key_twins_are_one_member_and_the_newest_record_decides_for_both),
        WITH_BOOK(within_one_record_the_last_op_on_a_key_decides),
        WITH_BOOK(a_retraction_ends_memberships_and_a_later_head_does_not_bring_them_back),
        WITH_BOOK(a_retraction_that_comes_late_ends_only_what_is_older),
        WITH_BOOK(an_expired_report_parts_and_a_newer_head_joins_again),
        WITH_BOOK(a_hub_joins_nothing_and_is_in_no_cluster),
        WITH_BOOK(joining_and_ending_a_large_report_touches_no_row_of_its_members),
        WITH_BOOK(the_id_follows_when_the_smallest_members_leave_a_large_report),
        WITH_BOOK(behind_the_journal_joining_is_put_off_and_made_up_for),
        WITH_BOOK(what_goes_while_joining_is_put_off_is_not_forgotten),
        WITH_BOOK(reports_that_do_not_count_join_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
