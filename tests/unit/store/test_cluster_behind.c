/* What stands behind a cluster, what a disputed report would take away, and what this node's own
 * decisions make of it: over real views and a real log, worked by hand. */
#include "proto/base/limits.h"
#include "tests/unit/store/kinds_support.h"

static toc_wallet key_of(uint32_t number)
{
    return toc_book_numbered(2 * number);
}

static const toc_answer_report *report_of(const toc_answer_cluster *cluster, const char *name)
{
    for (size_t i = 0; i < cluster->report_count; i++) {
        if (toc_span_equal(cluster->reports[i].name, toc_span_text(name)))
            return &cluster->reports[i];
    }
    fail_msg("no report '%s' in the answer", name);
    return NULL;
}

/* Disputes report `name` of feed 0, in feed `by`. */
static toc_said say_dispute(fixture *it, size_t by, const char *name)
{
    toc_statement target = toc_book_cluster(name), named;
    return toc_viewbook_say(it->feeds[by],
                            book_dispute(book_target(it->feeds[0], &target, &named), 1));
}

/* ---- behind ---- */

static void a_disputed_report_tells_who_leaves_and_what_the_rest_breaks_into(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0);
    (void)say_cluster(it, 1, "left", 0, 3);   /* 0 1 2 */
    (void)say_cluster(it, 0, "middle", 2, 5); /* 2 3 4 5 6 */
    (void)say_cluster(it, 2, "right", 6, 2);  /* 6 7 */
    (void)say_dispute(it, 1, "middle");
    fold_new(it);
    toc_answer_cluster cluster = cluster_of(it, &first);
    assert_true(cluster.examined);
    assert_int_equal(cluster.ref.size, 8);
    const toc_answer_report *middle = report_of(&cluster, "middle");
    assert_true(middle->disputed);
    assert_true(middle->weighed);
    assert_int_equal(middle->dispute_count, 1);
    assert_true(middle->disputes[0].current);
    assert_int_equal(middle->without.leave, 3);
    assert_int_equal(middle->without.cluster_count, 2);
    assert_int_equal(middle->without.sizes[0], 3);
    assert_int_equal(middle->without.sizes[1], 2);
    assert_false(report_of(&cluster, "left")->disputed);
    assert_false(report_of(&cluster, "left")->weighed);
    assert_false(cluster.overlay.found);
    say_end(it, 0, "middle", 2); /* what was foretold comes true */
    fold_new(it);
    assert_int_equal(size_at(it, &first), 3);
}

static void a_dispute_that_was_retracted_or_is_of_another_report_is_none(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0);
    (void)say_cluster(it, 0, "a", 0, 3);
    (void)say_cluster(it, 0, "elsewhere", 10, 2);
    (void)say_dispute(it, 1, "elsewhere");
    (void)say_dispute(it, 1, "a");
    fold_new(it);
    toc_answer_cluster cluster = cluster_of(it, &first);
    assert_true(cluster.reports[0].disputed);
    assert_int_equal(cluster.reports[0].without.leave, 3);
    assert_int_equal(cluster.reports[0].without.cluster_count, 0);
    toc_statement target = toc_book_cluster("a"), named;
    toc_statement dispute = book_dispute(book_target(it->feeds[0], &target, &named), 1);
    (void)toc_viewbook_say(it->feeds[1], book_end(&dispute, 2));
    fold_new(it);
    cluster = cluster_of(it, &first);
    assert_false(cluster.reports[0].disputed);
    assert_int_equal(cluster.reports[0].dispute_count, 0);
}

/* 257 live reports name wallet 500, so that it joins none; without one of them it joins 256. */
static void what_becomes_of_a_hub_without_a_disputed_report_is_foretold(void **state)
{
    fixture *it = *state;
    char name[16];
    toc_wallet hub = key_of(500), first = key_of(1000);
    for (uint32_t i = 0; i <= TOC_HUB_REPORTS; i++) {
        (void)snprintf(name, sizeof name, "h%u", (unsigned)i);
        (void)say_cluster(it, 0, name, 1000 + i, 1);
        say_member(it, 0, name, 1, hub, false);
    }
    (void)say_cluster(it, 1, "pair", 1000, 2); /* of h0 and h1, which are one cluster so */
    (void)say_dispute(it, 1, "h0");
    fold_new(it);
    toc_answer_cluster cluster = cluster_of(it, &first);
    assert_int_equal(cluster.ref.size, 2);
    const toc_answer_report *disputed = report_of(&cluster, "h0");
    assert_int_equal(disputed->without.leave, 0);
    assert_int_equal(disputed->without.cluster_count, 1);
    assert_int_equal(disputed->without.sizes[0], 2 + TOC_HUB_REPORTS);
    say_end(it, 0, "h0", 2);
    fold_new(it);
    assert_int_equal(size_at(it, &first), 2 + TOC_HUB_REPORTS);
}

static void links_name_the_reports_that_share_wallets(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0);
    (void)say_cluster(it, 0, "a", 0, 4);
    (void)say_cluster(it, 1, "b", 2, 4);
    (void)say_cluster(it, 2, "apart", 20, 4);
    fold_new(it);
    toc_answer_cluster cluster = cluster_of(it, &first);
    assert_int_equal(cluster.link_total, 1);
    assert_int_equal(cluster.links[0].shared, 2);
    assert_int_equal(cluster.links[0].smaller, 4);
    assert_int_equal(cluster.links[0].lineages, 2);
    assert_int_equal(cluster.links[0].how, TOC_HOW_GROUP);
    assert_memory_equal(&cluster.links[0].reports[0], &cluster.reports[0].claim, 32);
    assert_memory_equal(&cluster.links[0].reports[1], &cluster.reports[1].claim, 32);
}

/* ---- the overlay ---- */

static void decide(fixture *it, bool split, toc_wallet left, toc_wallet right)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_decision decision = {
        .split = split,
        .vertices = {toc_subject_vertex(&left.subject), toc_subject_vertex(&right.subject)},
        .wallets = {toc_span_text("x:left"), toc_span_text("x:right")},
        .who = toc_span_text("uid 7")};
    if (toc_span_compare(decision.vertices[0], decision.vertices[1]) > 0) {
        toc_span first = decision.vertices[0];
        decision.vertices[0] = decision.vertices[1];
        decision.vertices[1] = first;
    }
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    TOC_CHECK_OK(toc_log_decision_put(txn, &decision, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
}

static void a_confirmation_joins_two_clusters_and_leaves_v_as_it_is(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0), other = key_of(10), lone = key_of(99);
    (void)say_cluster(it, 0, "a", 0, 3);
    (void)say_cluster(it, 1, "b", 10, 4);
    fold_new(it);
    toc_answer_digest before = toc_viewbook_digest(&it->book);
    decide(it, false, key_of(1), key_of(12));
    decide(it, false, key_of(13), lone);
    const toc_wallet *asked[] = {&first, &other, &lone};
    for (size_t i = 0; i < TOC_COUNT(asked); i++) {
        toc_answer_cluster cluster = cluster_of(it, asked[i]);
        assert_int_equal(cluster.ref.size, i == 0 ? 3 : i == 1 ? 4 : 0);
        assert_true(cluster.overlay.found);
        assert_int_equal(cluster.overlay.ref.size, 8);
        assert_int_equal(cluster.overlay.part_count, 3);
        assert_int_equal(cluster.overlay.decision_count, 2);
        assert_int_equal(cluster.overlay.decisions[0].effect, TOC_EFFECT_JOINED);
        assert_int_equal(cluster.overlay.decisions[1].effect, TOC_EFFECT_JOINED);
        assert_int_equal(cluster.overlay.member_count, 7);
    }
    toc_answer_digest after = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&before, &after));
    check_rebuild(it);
    assert_int_equal(cluster_of(it, &first).overlay.ref.size, 8);
}

static void a_split_sets_aside_what_names_both_and_says_which(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0), last = key_of(5);
    (void)say_cluster(it, 0, "a", 0, 3); /* 0 1 2 */
    (void)say_cluster(it, 1, "b", 2, 4); /* 2 3 4 5 */
    toc_said both = say_cluster(it, 2, "both", 0, 6);
    (void)say_cluster(it, 2, "elsewhere", 50, 2);
    fold_new(it);
    decide(it, true, first, last);
    toc_answer_cluster cluster = cluster_of(it, &first);
    assert_int_equal(cluster.ref.size, 6);
    assert_int_equal(cluster.overlay.ref.size, 3);
    assert_int_equal(cluster.overlay.aside_count, 1);
    assert_memory_equal(&cluster.overlay.aside[0], &both.claim, 32);
    assert_int_equal(cluster.overlay.decisions[0].effect, TOC_EFFECT_PARTED);
    assert_int_equal(cluster.overlay.decisions[0].both_count, 1);
    assert_memory_equal(&cluster.overlay.decisions[0].both[0], &both.claim, 32);
    assert_int_equal(cluster_of(it, &last).overlay.ref.size, 4);
    toc_wallet elsewhere = key_of(50);
    assert_false(cluster_of(it, &elsewhere).overlay.found);
}

static void a_wallet_under_a_notice_takes_no_decision(void **state)
{
    fixture *it = *state;
    toc_wallet first = key_of(0), hot = key_of(1);
    (void)say_cluster(it, 0, "a", 0, 3);
    (void)toc_viewbook_say(it->feeds[1], book_own_notice(it->feeds[1], hot, "contract"));
    fold_new(it);
    decide(it, false, hot, key_of(40));
    decide(it, true, hot, first);
    toc_answer_cluster cluster = cluster_of(it, &hot);
    assert_false(cluster.found);
    assert_int_equal(cluster.overlay.decision_count, 2);
    assert_int_equal(cluster.overlay.ref.size, 0);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(cluster.overlay.decisions[i].effect, TOC_EFFECT_OUTSIDE);
    cluster = cluster_of(it, &first);
    assert_int_equal(cluster.overlay.ref.size, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_disputed_report_tells_who_leaves_and_what_the_rest_breaks_into, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_dispute_that_was_retracted_or_is_of_another_report_is_none, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_becomes_of_a_hub_without_a_disputed_report_is_foretold,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(links_name_the_reports_that_share_wallets, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_confirmation_joins_two_clusters_and_leaves_v_as_it_is,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_split_sets_aside_what_names_both_and_says_which, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_wallet_under_a_notice_takes_no_decision, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
