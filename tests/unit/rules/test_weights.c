/* RULES §12, by hand. */
#include "proto/rules/weights.h"
#include "tests/support/check.h"

static void add(toc_weights *weights, const char *what, uint64_t percent)
{
    toc_err err = {0};
    TOC_CHECK_OK(toc_weights_add(weights, toc_span_text(what), percent, &err));
}

static toc_weight_subject police(void)
{
    return (toc_weight_subject){.org = {{0xAB}},
                                .org_name = toc_span_text("Example Police"),
                                .kind = toc_span_text("police"),
                                .role = toc_span_text("member"),
                                .list = toc_span_text("ofac-sdn")};
}

static uint32_t weigh(const toc_weights *weights, uint32_t confidence)
{
    toc_weight_subject subject = police();
    toc_weighing weighing = toc_weights_of(weights, &subject);
    return toc_weighed_per_mille(confidence, &weighing);
}

static void without_weights_confidence_stands(void **state)
{
    (void)state;
    toc_weights weights = {0};
    assert_int_equal(weigh(&weights, 80), 800);
    add(&weights, "org Somebody Else", 1);
    add(&weights, "kind exchange", 1);
    assert_int_equal(weigh(&weights, 80), 800);
}

static void weights_multiply_and_are_rounded_down_once(void **state)
{
    (void)state;
    toc_weights weights = {0};
    add(&weights, "org Example Police", 50);
    assert_int_equal(weigh(&weights, 75), 375);
    add(&weights, "kind police", 33);
    add(&weights, "role member", 33);
    add(&weights, "list OFAC", 33);
    assert_int_equal(weigh(&weights, 75), 13); /* 750 · 0.5 · 0.33³ = 13.47… */
}

static void an_orgs_id_goes_before_its_name(void **state)
{
    (void)state;
    toc_weights weights = {0};
    add(&weights, "org Example Police", 10);
    add(&weights, "org ab00000000000000000000000000000000000000000000000000000000000000", 90);
    assert_int_equal(weigh(&weights, 100), 900);
}

static void what_makes_no_weight_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_weights weights = {0};
    static const char *const bad[] = {"", "org", "org ", "person Bob", "orgs x"};
    for (size_t i = 0; i < TOC_COUNT(bad); i++)
        assert_int_equal(toc_weights_add(&weights, toc_span_text(bad[i]), 50, &err), TOC_USAGE);
    assert_int_equal(toc_weights_add(&weights, toc_span_text("org a"), 101, &err), TOC_USAGE);
    add(&weights, "list ofac-sdn", 50);
    assert_int_equal(toc_weights_add(&weights, toc_span_text("list OFAC"), 50, &err), TOC_USAGE);
    assert_int_equal(weights.count, 1);
    char name[] = "kind aa";
    while (weights.count < TOC_WEIGHTS_MAX) {
        name[6] = (char)('a' + weights.count / 26);
        name[5] = (char)('a' + weights.count % 26);
        add(&weights, name, 1);
    }
    assert_int_equal(toc_weights_add(&weights, toc_span_text("org z"), 1, &err), TOC_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_weights_confidence_stands),
        cmocka_unit_test(weights_multiply_and_are_rounded_down_once),
        cmocka_unit_test(an_orgs_id_goes_before_its_name),
        cmocka_unit_test(what_makes_no_weight_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
