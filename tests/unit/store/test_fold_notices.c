/* What service notices and derived reports do to clusters (docs/RULES.md §4, §6, §9), kept up step
 * by step: after each step a fold from nothing comes to the same. */
#include "tests/unit/store/kinds_support.h"

enum { MINUTE = 60000 };

/* Two reports of wallets 0 to 4 and 4 to 8 (numbers of keys): one cluster of nine, by key 4. */
static void say_two(fixture *it)
{
    (void)say_cluster(it, 0, "one", 0, 5);
    (void)say_cluster(it, 1, "two", 4, 5);
    fold_new(it);
}

static uint64_t size_of_key(fixture *it, uint32_t key)
{
    toc_wallet wallet = toc_book_numbered(2 * key);
    return size_at(it, &wallet);
}

static void check_sizes(fixture *it, uint64_t first, uint64_t shared, uint64_t last)
{
    assert_int_equal(size_of_key(it, 0), first);
    assert_int_equal(size_of_key(it, 4), shared);
    assert_int_equal(size_of_key(it, 8), last);
    check_rebuild(it);
}

/* A report by another method than multi-input. */
static void say_method(fixture *it, size_t feed, const char *name, uint64_t revision,
                       const char *method)
{
    toc_statement cluster = toc_book_cluster(name);
    cluster.revision = revision;
    cluster.as.cluster.method = toc_span_text(method);
    (void)toc_viewbook_say(it->feeds[feed], cluster);
}

/* ---- covered ---- */

static void a_covered_wallet_is_stripped_and_joins_nothing(void **state)
{
    fixture *it = *state;
    say_two(it);
    check_sizes(it, 9, 9, 9);
    toc_statement notice = book_own_notice(it->feeds[2], toc_book_numbered(2 * 4), "cold");
    (void)toc_viewbook_say(it->feeds[2], notice);
    fold_new(it);
    check_sizes(it, 4, 0, 4); /* and it has no cluster itself */
    (void)toc_viewbook_say(it->feeds[2], book_end(&notice, 2));
    fold_new(it);
    check_sizes(it, 9, 9, 9);
}

static void a_covered_wallet_of_one_report_is_stripped_too(void **state)
{
    fixture *it = *state;
    say_two(it);
    toc_statement notice = book_own_notice(it->feeds[2], toc_book_numbered(2 * 0), "pool");
    (void)toc_viewbook_say(it->feeds[2], notice);
    fold_new(it);
    check_sizes(it, 0, 8, 8);
    (void)toc_viewbook_say(it->feeds[2], book_end(&notice, 2));
    fold_new(it);
    check_sizes(it, 9, 9, 9);
}

/* The notice is there before anybody names the wallet, by its twin. */
static void a_notice_covers_key_twins_and_what_comes_later(void **state)
{
    fixture *it = *state;
    (void)toc_viewbook_say(it->feeds[2],
                           book_own_notice(it->feeds[2], toc_book_numbered(2 * 4 + 1), "router"));
    fold_new(it);
    say_two(it);
    check_sizes(it, 4, 0, 4);
    (void)say_cluster(it, 2, "three", 4, 1); /* of nothing else */
    fold_new(it);
    check_sizes(it, 4, 0, 4);
    say_member(it, 0, "one", 2, toc_book_numbered(2 * 4), true);
    say_member(it, 1, "two", 2, toc_book_numbered(2 * 4), true);
    fold_new(it);
    check_sizes(it, 4, 0, 4);
    check_orders(it);
}

/* Its id is the smallest vertex that is left, and comes back with it. */
static void the_id_of_a_cluster_passes_over_what_is_covered(void **state)
{
    fixture *it = *state;
    say_two(it);
    toc_wallet at = toc_book_numbered(2 * 8);
    toc_answer_cluster whole = cluster_of(it, &at);
    assert_true(whole.ref.id.size == 21);
    uint8_t id[21];
    memcpy(id, whole.ref.id.data, sizeof id);
    uint32_t lowest = 0;
    for (uint32_t key = 0; key < 9; key++) {
        toc_wallet wallet = toc_book_numbered(2 * key);
        if (memcmp(wallet.subject.bytes, id, sizeof id) == 0)
            lowest = key;
    }
    toc_statement notice = book_own_notice(it->feeds[2], toc_book_numbered(2 * lowest), "contract");
    (void)toc_viewbook_say(it->feeds[2], notice);
    fold_new(it);
    toc_wallet other = toc_book_numbered(2 * (lowest < 4 ? 1 + (lowest == 1) : 7));
    toc_answer_cluster less = cluster_of(it, &other);
    assert_true(memcmp(less.ref.id.data, id, sizeof id) > 0);
    for (size_t i = 0; i < less.member_count; i++)
        assert_memory_not_equal(less.members[i].subject.bytes, id, sizeof id);
    check_rebuild(it);
    (void)toc_viewbook_say(it->feeds[2], book_end(&notice, 2));
    fold_new(it);
    toc_answer_cluster again = cluster_of(it, &other);
    assert_memory_equal(again.ref.id.data, id, sizeof id);
    check_rebuild(it);
}

/* The smallest stays covered, the next one is no more: nothing but the report itself names that. */
static void what_is_covered_no_more_may_be_the_smallest_again(void **state)
{
    fixture *it = *state;
    toc_wallet wallets[3], swap;
    toc_statement notices[2];
    for (uint32_t i = 0; i < 3; i++)
        wallets[i] = toc_book_numbered(2 * i);
    for (size_t i = 0; i < 3; i++) {
        for (size_t j = 0; j + 1 < 3; j++) {
            if (memcmp(wallets[j].subject.bytes, wallets[j + 1].subject.bytes, 21) > 0)
                swap = wallets[j], wallets[j] = wallets[j + 1], wallets[j + 1] = swap;
        }
    }
    (void)say_cluster(it, 0, "one", 0, 3);
    for (size_t i = 0; i < 2; i++) {
        notices[i] = book_own_notice(it->feeds[2], wallets[i], "cold");
        (void)toc_viewbook_say(it->feeds[2], notices[i]);
    }
    fold_new(it);
    toc_answer_cluster cluster = cluster_of(it, &wallets[2]);
    assert_memory_equal(cluster.ref.id.data, wallets[2].subject.bytes, 21);
    (void)toc_viewbook_say(it->feeds[2], book_end(&notices[1], 2));
    fold_new(it);
    cluster = cluster_of(it, &wallets[2]);
    assert_memory_equal(cluster.ref.id.data, wallets[1].subject.bytes, 21);
    check_rebuild(it);
}

static void what_is_stated_only_strips_nothing_until_two_lineages_agree(void **state)
{
    fixture *it = *state;
    say_two(it);
    toc_wallet wallet = toc_book_numbered(2 * 4), twin = toc_book_numbered(2 * 4 + 1);
    toc_statement second = book_notice(twin, "hot");
    (void)toc_viewbook_say(it->feeds[0], book_notice(wallet, "cold"));
    (void)toc_viewbook_say(it->feeds[3], book_notice(twin, "cold")); /* the same org */
    (void)toc_viewbook_say(it->feeds[1], second);                    /* another role */
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    second.revision = 2;
    second.as.notice.role = toc_span_text("cold");
    (void)toc_viewbook_say(it->feeds[1], second);
    fold_new(it);
    check_sizes(it, 4, 0, 4);
    (void)toc_viewbook_say(it->feeds[1], book_end(&second, 3));
    fold_new(it);
    check_sizes(it, 9, 9, 9);
}

static void notices_on_one_list_do_not_agree(void **state)
{
    fixture *it = *state;
    say_two(it);
    toc_statement notice = book_notice(toc_book_numbered(2 * 4), "cold");
    notice.source = (toc_source){.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")};
    for (size_t i = 0; i < 3; i++)
        (void)toc_viewbook_say(it->feeds[i], notice);
    fold_new(it);
    check_sizes(it, 9, 9, 9);
}

static void a_notice_with_a_tag_strips_nothing(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_wallet("XRP:rEb8TK3gBgk5auZkwc6sHnwrGVJH8DuaLh");
    (void)say_cluster(it, 0, "one", 0, 5);
    (void)say_cluster(it, 1, "two", 5, 5);
    say_member(it, 0, "one", 1, wallet, false);
    say_member(it, 1, "two", 1, wallet, false);
    (void)toc_viewbook_say(it->feeds[2],
                           book_own_notice(it->feeds[2], tagged(wallet, "1"), "deposit"));
    fold_new(it);
    assert_int_equal(size_at(it, &wallet), 11);
    check_rebuild(it);
}

static void a_notice_expires_and_waits_like_other_claims(void **state)
{
    fixture *it = *state;
    say_two(it);
    toc_statement notice = book_own_notice(it->feeds[2], toc_book_numbered(2 * 4), "cold");
    notice.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1;
    notice.valid_until.unix_ms = TOC_BOOK_NOW + (uint64_t)3 * MINUTE;
    (void)toc_viewbook_say(it->feeds[2], notice);
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + MINUTE);
    toc_viewbook_fold(&it->book);
    check_sizes(it, 4, 0, 4);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + (uint64_t)3 * MINUTE);
    toc_viewbook_fold(&it->book);
    check_sizes(it, 9, 9, 9);
}

static void a_notice_is_taken_out_as_exactly_as_it_was_put_in(void **state)
{
    fixture *it = *state;
    say_two(it);
    toc_answer_digest before = toc_viewbook_digest(&it->book);
    toc_said said = toc_viewbook_say(
        it->feeds[2], book_own_notice(it->feeds[2], toc_book_numbered(2 * 4), "hot"));
    fold_new(it);
    erase(it, 2, &said);
    toc_answer_digest after = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&before, &after));
    check_sizes(it, 9, 9, 9);
}

static void built_in_services_are_covered_from_the_beginning(void **state)
{
    fixture *it = *state;
    toc_wallet burn = toc_book_wallet("ETH:0x0000000000000000000000000000000000000000");
    (void)say_cluster(it, 0, "one", 0, 5);
    (void)say_cluster(it, 1, "two", 5, 5);
    say_member(it, 0, "one", 1, burn, false);
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), 5);
    check_rebuild(it);
    say_member(it, 1, "two", 1, burn, false);
    fold_new(it);
    assert_int_equal(size_at(it, &burn), 0);
    assert_int_equal(size_of_key(it, 0), 5);
    assert_int_equal(size_of_key(it, 9), 5);
    check_orders(it);
    say_member(it, 0, "one", 2, burn, true);
    say_member(it, 1, "two", 2, burn, true);
    fold_new(it);
    assert_int_equal(size_of_key(it, 9), 5);
    check_rebuild(it);
}

/* ---- not joining ---- */

static void a_multi_input_report_with_a_paying_wallet_joins_nothing(void **state)
{
    fixture *it = *state;
    static const char *const roles[] = {"deposit", "hot"};
    say_two(it);
    say_method(it, 1, "two", 2, "investigation");
    fold_new(it);
    for (size_t i = 0; i < 2; i++) {
        toc_statement notice = book_own_notice(it->feeds[2], toc_book_numbered(2 * 4), roles[i]);
        notice.revision = 10 * (i + 1);
        (void)toc_viewbook_say(it->feeds[2], notice);
        fold_new(it);
        check_sizes(it, 0, 0, 4); /* "one" is in no cluster, "two" is stripped only */
        (void)toc_viewbook_say(it->feeds[2], book_end(&notice, notice.revision + 1));
        fold_new(it);
        check_sizes(it, 9, 9, 9);
    }
}

static void its_method_decides_whether_a_report_joins(void **state)
{
    fixture *it = *state;
    say_two(it);
    (void)toc_viewbook_say(it->feeds[2],
                           book_own_notice(it->feeds[2], toc_book_numbered(2 * 4), "hot"));
    fold_new(it);
    check_sizes(it, 0, 0, 0);
    say_method(it, 0, "one", 2, "investigation");
    fold_new(it);
    check_sizes(it, 4, 0, 0);
    say_method(it, 0, "one", 3, "multi-input");
    fold_new(it);
    check_sizes(it, 0, 0, 0);
    say_member(it, 0, "one", 4, toc_book_numbered(2 * 4), true); /* it pays out no more */
    fold_new(it);
    check_sizes(it, 4, 0, 0);
    check_orders(it);
}

/* Three in a row: the middle one goes, and what it joined falls apart. */
static void who_stops_joining_lets_go_of_others(void **state)
{
    fixture *it = *state;
    (void)say_cluster(it, 0, "one", 0, 5);
    (void)say_cluster(it, 1, "two", 4, 5);
    (void)say_cluster(it, 2, "three", 8, 5);
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), 13);
    toc_statement notice = book_own_notice(it->feeds[3], toc_book_numbered(2 * 6), "deposit");
    (void)toc_viewbook_say(it->feeds[3], notice);
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), 5);
    assert_int_equal(size_of_key(it, 4), 5);
    assert_int_equal(size_of_key(it, 5), 0);
    assert_int_equal(size_of_key(it, 8), 5);
    check_rebuild(it);
    notice.revision = 2;
    notice.as.notice.role = toc_span_text("cold"); /* stripped, and it joins again */
    (void)toc_viewbook_say(it->feeds[3], notice);
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), 12);
    assert_int_equal(size_of_key(it, 6), 0);
    check_rebuild(it);
}

/* A report that joins nothing still counts for hubs: 256 that do and one that does not. */
static void a_report_that_does_not_join_counts_for_hubs(void **state)
{
    fixture *it = *state;
    toc_member pair[2] = {{.wallet = toc_book_numbered(0)}, {.wallet = toc_book_numbered(2)}};
    for (uint32_t i = 0; i < TOC_HUB_REPORTS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "r%u", i);
        (void)toc_viewbook_say(it->feeds[0], toc_book_cluster(name));
        pair[1].wallet = toc_book_numbered(2 * (10 + i));
        (void)toc_viewbook_say(it->feeds[0], toc_book_members(name, pair, 2));
    }
    pair[1].wallet = toc_book_numbered(4);
    (void)toc_viewbook_say(it->feeds[1], toc_book_cluster("paid"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_members("paid", pair, 2));
    toc_statement notice = book_own_notice(it->feeds[2], toc_book_numbered(4), "hot");
    (void)toc_viewbook_say(it->feeds[2], notice);
    fold_new(it);
    toc_wallet hub = toc_book_numbered(0), one = toc_book_numbered(20);
    assert_int_equal(size_at(it, &hub), 0);
    assert_int_equal(size_at(it, &one), 1);
    check_rebuild(it);
    say_end(it, 1, "paid", 2);
    fold_new(it);
    assert_int_equal(size_at(it, &hub), TOC_HUB_REPORTS + 1);
    check_rebuild(it);
}

/* ---- derived reports and notices ---- */

typedef struct rest {
    toc_statement source;
    toc_said said;
    toc_source_record record;
    uint8_t root_bytes[33];
    toc_root root;
} rest;

static void say_source(fixture *it, rest *out)
{
    out->source = toc_book_claim(toc_book_numbered(1000), "theft");
    out->said = toc_viewbook_say(it->feeds[3], out->source);
    out->record = source_of(it->feeds[3], &out->said);
    out->root = own_root(&out->said.claim, out->root_bytes);
}

/* Report "two" of feed 1 on derived ground, above its members. */
static void derive_two(fixture *it, rest *made)
{
    toc_statement report = toc_book_cluster("two");
    report.revision = 2;
    say_source(it, made);
    (void)toc_viewbook_say(it->feeds[1], derived_from(report, &made->record, 1, &made->root, 1));
}

static toc_said end_source(fixture *it, rest *made, uint64_t revision)
{
    return toc_viewbook_say(it->feeds[3], book_end(&made->source, revision));
}

static void a_report_whose_source_is_withdrawn_joins_nothing(void **state)
{
    fixture *it = *state;
    rest made;
    say_two(it);
    derive_two(it, &made);
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    toc_said end = end_source(it, &made, 2);
    fold_new(it);
    check_sizes(it, 5, 5, 0);
    erase(it, 3, &end); /* the retraction itself goes */
    check_sizes(it, 9, 9, 9);
    (void)end_source(it, &made, 4);
    fold_new(it);
    check_sizes(it, 5, 5, 0);
    made.source.revision = 5; /* a newer head: its root lives again */
    (void)toc_viewbook_say(it->feeds[3], made.source);
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    check_orders(it);
}

static void a_report_is_judged_when_the_retraction_of_its_source_stops_waiting(void **state)
{
    fixture *it = *state;
    rest made;
    say_two(it);
    derive_two(it, &made);
    toc_statement end = book_end(&made.source, 2);
    end.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1;
    made.source.revision = 3;
    made.source.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + MINUTE + 1;
    (void)toc_viewbook_say(it->feeds[3], end);
    (void)toc_viewbook_say(it->feeds[3], made.source);
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + MINUTE);
    toc_viewbook_fold(&it->book);
    check_sizes(it, 5, 5, 0);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + (uint64_t)2 * MINUTE);
    toc_viewbook_fold(&it->book);
    check_sizes(it, 9, 9, 9);
}

static void a_misstated_report_joins_nothing(void **state)
{
    fixture *it = *state;
    static const uint8_t list[] = "\2ofac-sdn";
    rest made;
    say_two(it);
    say_source(it, &made);
    toc_root roots[2] = {made.root, toc_span_of(list, sizeof list - 1)};
    toc_statement report = toc_book_cluster("two");
    report.revision = 2;
    (void)toc_viewbook_say(it->feeds[1], derived_from(report, &made.record, 1, roots, 2));
    fold_new(it);
    check_sizes(it, 5, 5, 0); /* overstated: the source is held, and has no such root */
    erase(it, 3, &made.said);
    check_sizes(it, 9, 9, 9);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_RELEASED, it->feeds[3], made.said.index,
                         made.said.index + 1);
    toc_viewbook_fold(&it->book);
    check_sizes(it, 5, 5, 0);
    report.revision = 3;
    (void)toc_viewbook_say(it->feeds[1], derived_from(report, &made.record, 1, roots, 1));
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    check_orders(it);
}

static void a_notice_whose_source_is_withdrawn_has_no_effect(void **state)
{
    fixture *it = *state;
    rest made;
    say_two(it);
    say_source(it, &made);
    toc_statement notice = book_notice(toc_book_numbered(2 * 4), "cold");
    (void)toc_viewbook_say(it->feeds[0], notice);
    (void)toc_viewbook_say(it->feeds[1], derived_from(notice, &made.record, 1, &made.root, 1));
    fold_new(it);
    check_sizes(it, 4, 0, 4);
    (void)end_source(it, &made, 2);
    fold_new(it);
    check_sizes(it, 9, 9, 9);
    made.source.revision = 3;
    (void)toc_viewbook_say(it->feeds[3], made.source);
    fold_new(it);
    check_sizes(it, 4, 0, 4);
    check_orders(it);
}

/* Two big reports that share half a hundred wallets: tentative while they rest on one lineage. One
 * of them is then derived from two, both shared with the other. */
static void the_lineages_of_a_derived_report_are_its_roots(void **state)
{
    fixture *it = *state;
    const uint32_t big = TOC_BIG_ATOM_MEMBERS + 1, shared = 50;
    static const uint8_t lists[2][9] = {"\2eu-list", "\2un-list"};
    toc_root roots[2] = {toc_span_of(lists[0], 8), toc_span_of(lists[1], 8)};
    rest made;
    (void)say_cluster(it, 0, "big", 0, big);
    (void)say_cluster(it, 1, "large", big - shared, big);
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), big);
    (void)say_cluster(it, 2, "between", big - shared, 1); /* it touches both: a bridge */
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), big); /* of one lineage */
    say_source(it, &made);
    toc_source_record away = made.record;
    away.index += 1000; /* not held */
    toc_statement between = toc_book_cluster("between");
    between.revision = 2;
    (void)toc_viewbook_say(it->feeds[2], derived_from(between, &away, 1, roots, 2));
    fold_new(it);
    assert_int_equal(size_of_key(it, 0), 2 * big - shared);
    check_rebuild(it);
}

#define IN_A_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOOK(a_covered_wallet_is_stripped_and_joins_nothing),
        IN_A_BOOK(a_covered_wallet_of_one_report_is_stripped_too),
        IN_A_BOOK(a_notice_covers_key_twins_and_what_comes_later),
        IN_A_BOOK(the_id_of_a_cluster_passes_over_what_is_covered),
        IN_A_BOOK(what_is_covered_no_more_may_be_the_smallest_again),
        IN_A_BOOK(what_is_stated_only_strips_nothing_until_two_lineages_agree),
        IN_A_BOOK(notices_on_one_list_do_not_agree),
        IN_A_BOOK(a_notice_with_a_tag_strips_nothing),
        IN_A_BOOK(a_notice_expires_and_waits_like_other_claims),
        IN_A_BOOK(a_notice_is_taken_out_as_exactly_as_it_was_put_in),
        IN_A_BOOK(built_in_services_are_covered_from_the_beginning),
        IN_A_BOOK(a_multi_input_report_with_a_paying_wallet_joins_nothing),
        IN_A_BOOK(its_method_decides_whether_a_report_joins),
        IN_A_BOOK(who_stops_joining_lets_go_of_others),
        IN_A_BOOK(a_report_that_does_not_join_counts_for_hubs),
        IN_A_BOOK(a_report_whose_source_is_withdrawn_joins_nothing),
        IN_A_BOOK(a_report_is_judged_when_the_retraction_of_its_source_stops_waiting),
        IN_A_BOOK(a_misstated_report_joins_nothing),
        IN_A_BOOK(a_notice_whose_source_is_withdrawn_has_no_effect),
        IN_A_BOOK(the_lineages_of_a_derived_report_are_its_roots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
