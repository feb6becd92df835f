/* RULES §7: what counts as unchanged, and rows of one identity made one. */
#include "tests/unit/record/sample.h"

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

static bool same(const toc_statement *left, const toc_statement *right)
{
    TOC_AUTO(toc_buf_wipe) toc_buf a = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf b = {0};
    toc_err err;
    TOC_CHECK_OK(toc_statement_comparison(left, &a, &err));
    TOC_CHECK_OK(toc_statement_comparison(right, &b, &err));
    return toc_span_equal(toc_buf_view(&a), toc_buf_view(&b));
}

static void five_things_are_not_compared(void **state)
{
    (void)state;
    toc_statement left = sample_full_wallet_claim(), right = sample_full_wallet_claim();
    right.revision = 1u << 24;
    right.issued_at.unix_ms += 5;
    right.source.version = text_span("another");
    right.note = text_span("another");
    right.as.wallet.literal = (toc_span){0};
    assert_true(same(&left, &right));
}

#define CHANGES(base, change)                                                                      \
    do {                                                                                           \
        toc_statement before = (base), s = (base);                                                 \
        change;                                                                                    \
        assert_false(same(&before, &s));                                                           \
    } while (0)

static void everything_else_is(void **state)
{
    (void)state;
    static toc_root root = {(const uint8_t *)"\2other", 6};
    toc_statement full = sample_full_wallet_claim();
    toc_amount amount = full.as.wallet.assets[0];
    amount.base_units[31]++;
    CHANGES(full, s.valid_until.unix_ms++);
    CHANGES(full, s.tlp = TOC_TLP_GREEN);
    CHANGES(full, s.releasable_count = 1);
    CHANGES(full, s.not_to_count = 0);
    CHANGES(full, s.purpose = (toc_span){0});
    CHANGES(full, s.confidence++);
    CHANGES(full, s.confidence_scale = text_span("dni"));
    CHANGES(full, s.source.id = text_span("eu"));
    CHANGES(full, s.source.ground = TOC_GROUND_VENDOR);
    CHANGES(full, s.roots = &root);
    CHANGES(full,
            s.as.wallet.wallet = sample_wallet("ETH", "0x"
                                                      "6B175474E89094C44Da98b954EedeAC495271d0F"));
    CHANGES(full, s.as.wallet.wallet.tag[0] = '1');
    CHANGES(full, s.as.wallet.role = text_span("victim"));
    CHANGES(full, s.as.wallet.category = text_span("hack"));
    CHANGES(full, s.as.wallet.actor = (toc_span){0});
    CHANGES(full, s.as.wallet.incident = text_span("other"));
    full.as.wallet.asset_count = 1;
    CHANGES(full, s.as.wallet.assets = &amount);
    CHANGES(full, s.as.wallet.asset_count--);
    CHANGES(full, s.as.wallet.label_count--);
    CHANGES(full, s.as.wallet.first_seen.unix_ms++);
    CHANGES(full, s.as.wallet.last_seen.unix_ms = 0);
    CHANGES(sample_cluster(), s.as.cluster.title = (toc_span){0});
    CHANGES(sample_cluster(), s.as.cluster.entity_type = text_span("person"));
    CHANGES(sample_cluster(), s.as.cluster.method = (toc_span){0});
    CHANGES(sample_cluster(), s.as.cluster.size++);
}

static toc_statement merged(toc_statement into, toc_statement from)
{
    toc_err err;
    TOC_CHECK_OK(toc_statement_merge(&into, &from, arena, &err));
    return into;
}

static toc_statement seen(uint64_t first, uint64_t last)
{
    toc_statement statement = sample_wallet_claim();
    statement.as.wallet.first_seen.unix_ms = first;
    statement.as.wallet.last_seen.unix_ms = last;
    return statement;
}

static void check_seen(toc_statement statement, uint64_t first, uint64_t last)
{
    assert_int_equal(statement.as.wallet.first_seen.unix_ms, first);
    assert_int_equal(statement.as.wallet.last_seen.unix_ms, last);
}

static void times_are_the_widest_that_were_stated(void **state)
{
    (void)state;
    check_seen(merged(seen(5, 9), seen(3, 7)), 3, 9);
    check_seen(merged(seen(3, 7), seen(5, 9)), 3, 9);
    check_seen(merged(seen(0, 0), seen(5, 9)), 5, 9);
    check_seen(merged(seen(5, 9), seen(0, 0)), 5, 9);
    check_seen(merged(seen(0, 4), seen(5, 0)), 5, 5); /* never last before first */
    check_seen(merged(seen(0, 0), seen(5, 0)), 5, 0);
}

static void the_surest_row_gives_confidence_and_scale(void **state)
{
    (void)state;
    toc_statement low = sample_wallet_claim(), high = sample_wallet_claim();
    low.confidence = 40;
    high.confidence = 70;
    high.confidence_scale = text_span("admiralty");
    toc_statement one = merged(low, high), other = merged(high, low);
    assert_int_equal(one.confidence, 70);
    assert_true(toc_span_equal(one.confidence_scale, text_span("admiralty")));
    assert_true(same(&one, &other));
}

static toc_statement until(uint64_t valid_until)
{
    toc_statement statement = sample_wallet_claim();
    statement.valid_until.unix_ms = valid_until;
    return statement;
}

static void the_longest_term_wins_and_none_is_the_longest(void **state)
{
    (void)state;
    assert_int_equal(merged(until(5), until(9)).valid_until.unix_ms, 9);
    assert_int_equal(merged(until(9), until(5)).valid_until.unix_ms, 9);
    assert_int_equal(merged(until(9), until(0)).valid_until.unix_ms, 0);
    assert_int_equal(merged(until(0), until(9)).valid_until.unix_ms, 0);
}

static toc_statement noted(const char *note, toc_tlp tlp)
{
    toc_statement statement = sample_wallet_claim();
    statement.note = text_span(note);
    statement.tlp = tlp;
    return statement;
}

static void the_last_note_that_says_something_stays(void **state)
{
    (void)state;
    assert_true(toc_span_equal(merged(noted("a", 1), noted("b", 1)).note, text_span("b")));
    assert_true(toc_span_equal(merged(noted("a", 1), noted("", 1)).note, text_span("a")));
}

static void the_strictest_marking_stays(void **state)
{
    (void)state;
    assert_int_equal(merged(noted("", TOC_TLP_RED), noted("", TOC_TLP_GREEN)).tlp, TOC_TLP_RED);
    assert_int_equal(merged(noted("", TOC_TLP_GREEN), noted("", TOC_TLP_RED)).tlp, TOC_TLP_RED);
}

static void rows_for_different_audiences_are_not_one(void **state)
{
    (void)state;
    toc_statement all = sample_wallet_claim(), some = sample_full_wallet_claim();
    toc_statement into = all;
    toc_err err;
    some.as.wallet = all.as.wallet;
    assert_int_equal(toc_statement_merge(&into, &some, arena, &err), TOC_STATE);
    assert_memory_equal(&into, &all, sizeof into);
    toc_org_id others[2] = {some.releasable_to[0], {{0xFF}}};
    toc_statement other = some;
    other.releasable_to = others;
    assert_int_equal(toc_statement_merge(&other, &some, arena, &err), TOC_STATE);
    toc_statement again = merged(some, some);
    assert_int_equal(again.releasable_count, 2);
}

static toc_statement labelled(const toc_span *labels, size_t count)
{
    toc_statement statement = sample_wallet_claim();
    statement.as.wallet.labels = labels;
    statement.as.wallet.label_count = count;
    return statement;
}

static void labels_become_a_sorted_set(void **state)
{
    (void)state;
    toc_span left[] = {text_span("a"), text_span("c"), text_span("d")};
    toc_span right[] = {text_span("b"), text_span("c")};
    toc_statement both = merged(labelled(left, 3), labelled(right, 2));
    static const char *const expected[] = {"a", "b", "c", "d"};
    assert_int_equal(both.as.wallet.label_count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_true(toc_span_equal(both.as.wallet.labels[i], text_span(expected[i])));
}

static void too_many_labels_are_refused_and_leave_the_first_row_as_it_was(void **state)
{
    (void)state;
    toc_span labels[TOC_LABELS_MAX + 1];
    char text[TOC_LABELS_MAX + 1][2];
    for (size_t i = 0; i < TOC_COUNT(labels); i++) {
        text[i][0] = (char)('a' + i);
        labels[i] = toc_span_of(text[i], 1);
    }
    toc_statement full = labelled(labels, TOC_LABELS_MAX), kept = full;
    toc_statement more = labelled(labels + TOC_LABELS_MAX, 1);
    toc_err err;
    assert_int_equal(toc_statement_merge(&full, &more, arena, &err), TOC_LIMIT);
    assert_memory_equal(&full, &kept, sizeof full);
}

static toc_statement holding(const toc_amount *assets, size_t count)
{
    toc_statement statement = sample_wallet_claim();
    statement.as.wallet.assets = assets;
    statement.as.wallet.asset_count = count;
    return statement;
}

static toc_amount amount(const char *asset, bool stated, uint8_t high, uint8_t low)
{
    toc_amount made = {.asset = toc_span_text(asset), .stated = stated};
    made.base_units[30] = high;
    made.base_units[31] = low;
    return made;
}

static void of_one_asset_the_larger_amount_stays(void **state)
{
    (void)state;
    toc_amount left[] = {amount("eip155:1/erc20:0xa", true, 1, 0), amount("native", false, 0, 0)};
    toc_amount right[] = {amount("eip155:1/erc20:0xa", true, 0, 255),
                          amount("eip155:1/erc20:0xb", true, 0, 1), amount("native", true, 0, 0)};
    for (size_t turn = 0; turn < 2; turn++) {
        toc_statement both = turn == 0 ? merged(holding(left, 2), holding(right, 3))
                                       : merged(holding(right, 3), holding(left, 2));
        const toc_wallet_body *body = &both.as.wallet;
        assert_int_equal(body->asset_count, 3);
        assert_int_equal(body->assets[0].base_units[30], 1);
        assert_int_equal(body->assets[1].base_units[31], 1);
        assert_true(body->assets[2].stated); /* zero was stated, and that is more than nothing */
    }
}

static void a_row_merged_with_itself_is_itself(void **state)
{
    (void)state;
    toc_statement statements[] = {sample_full_wallet_claim(), sample_cluster()};
    for (size_t i = 0; i < TOC_COUNT(statements); i++) {
        toc_statement twice = merged(statements[i], statements[i]);
        assert_true(same(&twice, &statements[i]));
    }
}

static void of_a_cluster_the_last_words_stay_and_the_largest_size(void **state)
{
    (void)state;
    toc_statement first = sample_cluster(), second = sample_cluster();
    second.as.cluster.title = text_span("another");
    second.as.cluster.method = (toc_span){0};
    second.as.cluster.size = 3;
    toc_statement both = merged(first, second);
    assert_true(toc_span_equal(both.as.cluster.title, text_span("another")));
    assert_true(toc_span_equal(both.as.cluster.method, text_span("multi-input")));
    assert_int_equal(both.as.cluster.size, 612);
}

int main(void)
{
#define MERGE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        MERGE_TEST(five_things_are_not_compared),
        MERGE_TEST(everything_else_is),
        MERGE_TEST(times_are_the_widest_that_were_stated),
        MERGE_TEST(the_surest_row_gives_confidence_and_scale),
        MERGE_TEST(the_longest_term_wins_and_none_is_the_longest),
        MERGE_TEST(the_last_note_that_says_something_stays),
        MERGE_TEST(the_strictest_marking_stays),
        MERGE_TEST(rows_for_different_audiences_are_not_one),
        MERGE_TEST(labels_become_a_sorted_set),
        MERGE_TEST(too_many_labels_are_refused_and_leave_the_first_row_as_it_was),
        MERGE_TEST(of_one_asset_the_larger_amount_stays),
        MERGE_TEST(a_row_merged_with_itself_is_itself),
        MERGE_TEST(of_a_cluster_the_last_words_stay_and_the_largest_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
