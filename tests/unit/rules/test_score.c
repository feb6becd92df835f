/* RULES §5, with numbers worked by hand. */
#include "proto/rules/score.h"
#include "tests/support/check.h"

static toc_arena *arena;

static int set_up(void **state)
{
    toc_err err;
    (void)state;
    TOC_CHECK_OK(toc_arena_new(1u << 20, &arena, &err));
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    toc_arena_free(arena);
    return 0;
}

static toc_root *root_of(const char *text)
{
    toc_root *root = toc_arena_zalloc(arena, 1, sizeof *root);
    *root = toc_span_text(text);
    return root;
}

static toc_score_claim claim(uint8_t org, const char *category, const char *root,
                             uint32_t confidence)
{
    toc_score_claim made = {.category = toc_span_text(category),
                            .role = toc_span_text("perpetrator"),
                            .confidence = confidence,
                            .root_count = 1,
                            .roots = root_of(root)};
    memset(made.org.bytes, org, sizeof made.org.bytes);
    return made;
}

static toc_score score(const toc_score_claim *claims, size_t count)
{
    toc_score out;
    toc_err err;
    TOC_CHECK_OK(toc_score_of(claims, count, arena, &out, &err));
    return out;
}

static bool is(toc_span span, const char *text)
{
    return toc_span_equal(span, toc_span_text(text));
}

static void nobody_says_nothing(void **state)
{
    (void)state;
    toc_score none = score(NULL, 0);
    assert_int_equal(none.score, 0);
    assert_int_equal(none.category_count, 0);
    assert_int_equal(toc_score_per_mille(NULL, 0), 0);
}

static void one_claim_scores_its_confidence(void **state)
{
    (void)state;
    static const uint32_t written[] = {0, 1, 50, 94, 95, 96, 100};
    static const uint32_t expected[] = {0, 10, 500, 940, 950, 950, 950};
    for (size_t i = 0; i < TOC_COUNT(written); i++) {
        toc_score_claim one = claim(1, "theft", "\2a", written[i]);
        assert_int_equal(score(&one, 1).score, expected[i]);
    }
}

static void doubts_multiply_and_are_rounded_up(void **state)
{
    (void)state;
    /* 1 - 0.5 × 0.5 = 0.75; 0.67³ = 0.300763: 699 and not 700; 0.05³ = 0.000125: 999. */
    static const uint32_t halves[] = {50, 50}, thirds[] = {33, 33, 33}, sure[] = {95, 95, 95};
    assert_int_equal(toc_score_per_mille(halves, 2), 750);
    assert_int_equal(toc_score_per_mille(thirds, 3), 699);
    assert_int_equal(toc_score_per_mille(sure, 3), 999);
}

static void certainty_is_never_reached(void **state)
{
    (void)state;
    uint32_t many[64];
    for (size_t i = 0; i < TOC_COUNT(many); i++)
        many[i] = 95;
    assert_int_equal(toc_score_per_mille(many, TOC_COUNT(many)), 999);
}

static void five_orgs_that_quote_one_list_are_one_lineage(void **state)
{
    (void)state;
    toc_score_claim claims[5];
    for (size_t i = 0; i < 5; i++)
        claims[i] = claim((uint8_t)i, "sanctions", "\2ofac-sdn", 60 + (uint32_t)i);
    toc_score result = score(claims, 5);
    assert_int_equal(result.score, 640); /* the highest of them, 64 */
    assert_int_equal(result.categories[0].lineage_count, 1);
    assert_int_equal(result.categories[0].org_count, 5);
}

static void one_org_with_five_lists_corroborates_itself_once(void **state)
{
    (void)state;
    toc_score_claim claims[5];
    static const char *const lists[] = {"\2a", "\2b", "\2c", "\2d", "\2e"};
    for (size_t i = 0; i < 5; i++)
        claims[i] = claim(7, "scam", lists[i], 40 + (uint32_t)i);
    toc_score result = score(claims, 5);
    assert_int_equal(result.score, 440);
    assert_int_equal(result.categories[0].lineage_count, 5);
    assert_int_equal(result.categories[0].org_count, 1);
    assert_true(result.categories[0].lineages[0].chosen);
    assert_false(result.categories[0].lineages[1].chosen);
}

static void the_best_lineages_are_chosen_and_ties_go_by_root(void **state)
{
    (void)state;
    toc_score_claim claims[] = {
        claim(1, "hack", "\2b", 70),  claim(2, "hack", "\2c", 70),  claim(1, "hack", "\2a", 70),
        claim(2, "hack", "\2ab", 90), claim(1, "hack", "\2ab", 10),
    };
    toc_score result = score(claims, TOC_COUNT(claims));
    const toc_score_category *hack = &result.categories[0];
    assert_int_equal(hack->lineage_count, 4);
    assert_int_equal(hack->org_count, 2);
    static const char *const order[] = {"\2ab", "\2a", "\2b", "\2c"};
    for (size_t i = 0; i < 4; i++) {
        assert_true(is(hack->lineages[i].root, order[i]));
        assert_int_equal(hack->lineages[i].chosen, i < 2);
    }
    assert_int_equal(hack->lineages[0].confidence, 90);
    assert_int_equal(result.score, 970); /* 1 - 0.3 × 0.1 */
}

static void a_claim_with_two_roots_stands_in_both_lineages(void **state)
{
    (void)state;
    toc_root both[] = {toc_span_text("\2a"), toc_span_text("\3b")};
    toc_score_claim claims[] = {claim(1, "scam", "\2a", 20), claim(2, "scam", "\2a", 50)};
    claims[1].roots = both;
    claims[1].root_count = 2;
    toc_score result = score(claims, 2);
    assert_int_equal(result.categories[0].lineage_count, 2);
    assert_int_equal(result.score, 750); /* both at 50, two orgs */
}

static void the_rounding_goes_down_at_every_step_and_up_at_the_end(void **state)
{
    (void)state;
    /* 10⁹·97/100 = 970,000,000; ·93/100 = 902,100,000; ·89/100 = 802,869,000; ·83/100 =
     * 666,381,270; ·71/100 = 473,130,701.7 → 473,130,701; ⌈473.130701⌉ = 474; 1000 − 474 = 526. */
    static const uint32_t confidences[] = {3, 7, 11, 17, 29};
    assert_int_equal(toc_score_per_mille(confidences, 5), 526);
}

/* Ten lineages whose roundings add up to 978 from the lowest confidence up, and to 979 the other
 * way. */
static void the_steps_go_by_ascending_confidence(void **state)
{
    (void)state;
    static const uint32_t confidences[10] = {56, 1, 48, 13, 39, 24, 32, 29, 31, 31};
    static const char *const roots[10] = {"\2a", "\2b", "\2c", "\2d", "\2e",
                                          "\2f", "\2g", "\2h", "\2i", "\2j"};
    toc_score_claim claims[10];
    for (size_t i = 0; i < 10; i++)
        claims[i] = claim((uint8_t)i, "scam", roots[i], confidences[i]);
    assert_int_equal(score(claims, 10).score, 978);
}

static void only_perpetrators_and_intermediaries_score(void **state)
{
    (void)state;
    static const char *const roles[] = {"victim",    "service",      "deposit",
                                        "lookalike", "no-such-role", ""};
    for (size_t i = 0; i < TOC_COUNT(roles); i++) {
        toc_score_claim one = claim(1, "theft", "\2a", 90);
        one.role = toc_span_text(roles[i]);
        assert_int_equal(score(&one, 1).category_count, 0);
    }
    toc_score_claim one = claim(1, "theft", "\2a", 90);
    one.role = toc_span_text("intermediary");
    assert_int_equal(score(&one, 1).score, 900);
}

static void a_claim_without_a_live_root_is_withdrawn(void **state)
{
    (void)state;
    toc_score_claim claims[] = {claim(1, "theft", "\2a", 90), claim(2, "theft", "\2b", 50),
                                claim(3, "scam", "\2b", 50)};
    claims[0].root_count = 0;
    claims[2].root_count = 0;
    toc_score result = score(claims, 3);
    assert_int_equal(result.category_count, 1); /* scam has nobody left */
    assert_int_equal(result.categories[0].org_count, 1);
    assert_int_equal(result.score, 500);
}

static void categories_are_apart_and_come_by_score_then_id(void **state)
{
    (void)state;
    toc_score_claim claims[] = {
        claim(1, "theft", "\2a", 50),
        claim(2, "scam", "\2b", 50),
        claim(3, "no-such", "\2c", 60),
        claim(4, "theft-2", "\2d", 50),
    };
    toc_score result = score(claims, TOC_COUNT(claims));
    static const char *const order[] = {"no-such", "scam", "theft", "theft-2"};
    assert_int_equal(result.category_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(is(result.categories[i].category, order[i]));
    assert_int_equal(result.score, 600);
}

static void the_order_of_the_claims_does_not_matter(void **state)
{
    (void)state;
    toc_score_claim claims[6] = {
        claim(1, "theft", "\2a", 50), claim(2, "theft", "\2b", 50), claim(3, "scam", "\2a", 60),
        claim(1, "theft", "\2c", 50), claim(1, "scam", "\3a", 20),  claim(2, "scam", "\3a", 70),
    };
    toc_score first = score(claims, 6);
    for (size_t turn = 1; turn < 6; turn++) {
        toc_score_claim turned[6];
        for (size_t i = 0; i < 6; i++)
            turned[i] = claims[(i + turn) % 6];
        toc_score again = score(turned, 6);
        assert_int_equal(again.category_count, first.category_count);
        for (size_t i = 0; i < first.category_count; i++) {
            const toc_score_category *a = &first.categories[i], *b = &again.categories[i];
            assert_int_equal(a->score, b->score);
            assert_int_equal(a->lineage_count, b->lineage_count);
            for (size_t j = 0; j < a->lineage_count; j++) {
                assert_true(toc_span_equal(a->lineages[j].root, b->lineages[j].root));
                assert_int_equal(a->lineages[j].confidence, b->lineages[j].confidence);
                assert_int_equal(a->lineages[j].chosen, b->lineages[j].chosen);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nobody_says_nothing),
        cmocka_unit_test(one_claim_scores_its_confidence),
        cmocka_unit_test(doubts_multiply_and_are_rounded_up),
        cmocka_unit_test(certainty_is_never_reached),
        cmocka_unit_test(five_orgs_that_quote_one_list_are_one_lineage),
        cmocka_unit_test(one_org_with_five_lists_corroborates_itself_once),
        cmocka_unit_test(the_best_lineages_are_chosen_and_ties_go_by_root),
        cmocka_unit_test(a_claim_with_two_roots_stands_in_both_lineages),
        cmocka_unit_test(the_rounding_goes_down_at_every_step_and_up_at_the_end),
        cmocka_unit_test(the_steps_go_by_ascending_confidence),
        cmocka_unit_test(only_perpetrators_and_intermediaries_score),
        cmocka_unit_test(a_claim_without_a_live_root_is_withdrawn),
        cmocka_unit_test(categories_are_apart_and_come_by_score_then_id),
        cmocka_unit_test(the_order_of_the_claims_does_not_matter),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
