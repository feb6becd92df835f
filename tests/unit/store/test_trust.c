/* Weights of this node re-rank an answer beside V's (RULES §12). */
#include "tests/unit/store/kinds_support.h"

static toc_weights weights;

static void weigh(const char *what, uint64_t percent)
{
    toc_err err = {0};
    TOC_CHECK_OK(toc_weights_add(&weights, toc_span_text(what), percent, &err));
}

static toc_dossier weighed(fixture *it, const toc_wallet *wallet)
{
    toc_err err = {0};
    toc_dossier dossier;
    toc_query *query = ask(it);
    TOC_CHECK_OK(toc_query_weigh(query, &weights, &err));
    TOC_CHECK_OK(toc_query_dossier(query, "q", wallet, &dossier, &err));
    return dossier;
}

static toc_statement claim_of(toc_wallet wallet, uint32_t confidence)
{
    toc_statement claim = toc_book_claim(wallet, "theft");
    claim.confidence = confidence;
    return claim;
}

static void a_weighted_score_stands_beside_that_of_v_and_orders_the_claims(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(4);
    toc_said first = toc_viewbook_say(it->feeds[0], claim_of(wallet, 80));
    toc_said second = toc_viewbook_say(it->feeds[1], claim_of(wallet, 60));
    fold_new(it);
    weights = (toc_weights){0};
    toc_dossier plain = weighed(it, &wallet);
    assert_false(plain.weighed);
    assert_int_equal(plain.score.score, 920); /* 1 - 0.2 · 0.4 */
    assert_memory_equal(&plain.claims[0].claim, &first.claim, 32);
    weigh("org a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0", 50);
    toc_dossier dossier = weighed(it, &wallet);
    assert_true(dossier.weighed);
    assert_int_equal(dossier.score.score, 920);
    assert_int_equal(dossier.weighted.score, 760); /* 1 - 0.6 · 0.4 */
    assert_memory_equal(&dossier.claims[0].claim, &second.claim, 32);
    assert_int_equal(dossier.claims[0].weighted, 600);
    assert_int_equal(dossier.claims[1].weighted, 400);
    assert_int_equal(dossier.claims[1].weighing.count, 1);
}

static void a_list_that_is_trusted_with_nothing_adds_nothing_to_the_weighted_score(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(4);
    toc_statement listed = claim_of(wallet, 90);
    listed.source = (toc_source){.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")};
    (void)toc_viewbook_say(it->feeds[0], listed);
    fold_new(it);
    weights = (toc_weights){0};
    weigh("list OFAC", 0);
    toc_dossier dossier = weighed(it, &wallet);
    assert_int_equal(dossier.score.score, 900);
    assert_int_equal(dossier.weighted.score, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            a_weighted_score_stands_beside_that_of_v_and_orders_the_claims, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_list_that_is_trusted_with_nothing_adds_nothing_to_the_weighted_score, set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
