/* What readers ask: dossiers, search, digests (store/query.h). Clusters: test_fold_clusters.c. */
#include "tests/unit/roll/fixture.h"
#include "tests/unit/store/fold_support.h"

/* ---- dossiers ---- */

static void a_claim_shows_its_author_by_the_name_on_the_card(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_wallet wallet = toc_book_numbered(0);
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    toc_card card = first_card("exchange", arena);
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    TOC_CHECK_OK(toc_log_card_put(txn, &card, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    TOC_AUTO(toc_test_feed_free) toc_test_feed *feed = toc_test_feed_new(TOC_LANE_BULK, 50);
    feed->name.org = card.org;
    toc_feed_id_of(&feed->name, &feed->id);
    toc_test_feed_grant(feed, 1);
    toc_said said = toc_viewbook_say(feed, toc_book_claim(wallet, "theft"));
    toc_viewbook_give(&it->book, feed);
    (void)toc_viewbook_say(it->feeds[0],
                           toc_book_claim(wallet, "scam")); /* of an org without card */
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.claim_count, 2);
    const toc_answer_claim *nameless = &dossier.claims[0], *named = &dossier.claims[1];
    assert_int_equal(nameless->org_name.size, 0);
    assert_true(toc_span_equal(named->org_name, toc_span_text("Öresund Exchange")));
    assert_memory_equal(named->org.bytes, card.org.bytes, 32);
    assert_memory_equal(named->circle.bytes, feed->name.circle.bytes, 32);
    assert_memory_equal(named->record.bytes, said.record.bytes, 32);
    assert_memory_equal(named->claim.bytes, said.claim.bytes, 32);
    assert_string_equal(dossier.query, "q");
    assert_int_equal(dossier.horizon.unix_ms, TOC_BOOK_NOW);
}

static void claims_are_listed_by_category_then_confidence_then_claim_id(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    static const struct {
        size_t feed;
        const char *category;
        uint32_t confidence;
    } said[] = {{0, "theft", 20}, {1, "theft", 90}, {2, "scam", 10}, {2, "theft", 90}};
    for (size_t i = 0; i < TOC_COUNT(said); i++) {
        toc_statement claim = toc_book_claim(wallet, said[i].category);
        claim.confidence = said[i].confidence;
        (void)toc_viewbook_say(it->feeds[said[i].feed], claim);
    }
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.claim_count, 4);
    static const uint32_t expected[] = {10, 90, 90, 20};
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(dossier.claims[i].statement.confidence, expected[i]);
    assert_true(memcmp(dossier.claims[1].claim.bytes, dossier.claims[2].claim.bytes, 32) < 0);
}

static toc_wallet tagged(const char *tag)
{
    toc_wallet wallet;
    toc_err err = {0};
    TOC_CHECK_OK(toc_wallet_read(toc_span_text("xrpl:0"),
                                 toc_span_text("rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTh"),
                                 toc_span_text(tag), &wallet, &err));
    return wallet;
}

static void a_tag_is_an_account_of_its_own_and_others_are_only_counted(void **state)
{
    fixture *it = *state;
    toc_wallet bare = tagged(""), one = tagged("1"), two = tagged("2");
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(one, "theft"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(one, "theft"));
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(two, "scam"));
    fold_new(it);
    toc_dossier of_bare = dossier_of(it, &bare);
    assert_false(of_bare.found);
    assert_int_equal(of_bare.tagged, 3);
    assert_int_equal(of_bare.score.score, 0);
    toc_dossier of_one = dossier_of(it, &one);
    assert_int_equal(of_one.claim_count, 2);
    assert_int_equal(of_one.tagged, 1);
    assert_int_equal(toc_viewbook_digest(&it->book).wallets, 1); /* by subject, whatever the tag */
}

static void key_twins_are_shown_and_not_scored(void **state)
{
    fixture *it = *state;
    toc_wallet btc = toc_book_numbered(0), ltc = toc_book_numbered(1);
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(ltc, "theft"));
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(ltc, "scam"));
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &btc);
    assert_false(dossier.found);
    assert_int_equal(dossier.twin_count, 1);
    assert_int_equal(dossier.twins[0].claims, 2);
    assert_memory_equal(dossier.twins[0].subject.bytes, ltc.subject.bytes, ltc.subject.size);
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_wallet_caip10(&ltc, &text);
    assert_string_equal(dossier.twins[0].text, toc_buf_text(&text));
}

/* As of the horizon it is live; the clock has gone on since. */
static void what_expired_since_the_horizon_is_marked_and_still_counts(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft");
    toc_dossier dossier;
    claim.valid_until.unix_ms = TOC_BOOK_NOW + 30000;
    (void)toc_viewbook_say(it->feeds[0], claim);
    fold_new(it);
    assert_false(dossier_of(it, &wallet).claims[0].expired);
    toc_query *query = ask(it);
    query->now.unix_ms = TOC_BOOK_NOW + 30000;
    TOC_CHECK_OK(toc_query_dossier(query, "q", &wallet, &dossier, &err));
    assert_true(dossier.claims[0].expired);
    assert_int_equal(dossier.score.score, 800);
}

static void roles_that_do_not_score_are_listed_beside_those_that_do(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement victim = toc_book_claim(wallet, "theft");
    victim.as.wallet.role = toc_span_text("victim");
    (void)toc_viewbook_say(it->feeds[0], victim);
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_true(dossier.found);
    assert_int_equal(dossier.claim_count, 1);
    assert_int_equal(dossier.score.category_count, 0);
}

static void a_query_behind_the_journal_says_that_it_is_incomplete(void **state)
{
    fixture *it = *state;
    assert_false(ask(it)->incomplete);
    (void)toc_viewbook_say(it->feeds[3], toc_book_claim(toc_book_numbered(0), "theft"));
    give_new(it);
    assert_true(ask(it)->incomplete);
    toc_viewbook_fold(&it->book);
    assert_false(ask(it)->incomplete);
}

/* ---- clusters in answers ---- */

static void a_cluster_tells_its_reports_and_at_most_so_many_members(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_wallet first = toc_book_numbered(0);
    toc_answer_cluster cluster;
    (void)say_cluster(it, 0, "ours", 0, 10);
    (void)say_cluster(it, 1, "theirs", 9, 10);
    fold_new(it);
    TOC_CHECK_OK(toc_query_cluster(ask(it), "q", &first, 5, &cluster, &err));
    assert_int_equal(cluster.ref.size, 19);
    assert_int_equal(cluster.member_count, 5);
    assert_int_equal(cluster.report_count, 2);
    for (size_t i = 0; i < 2; i++) {
        const toc_answer_report *report = &cluster.reports[i];
        bool ours = report->org.bytes[0] == 0xA0;
        assert_true(toc_span_equal(report->name, toc_span_text(ours ? "ours" : "theirs")));
        assert_int_equal(report->members, 10);
        assert_int_equal(report->confidence, 80);
        assert_int_equal(report->root_count, 1);
        assert_true(toc_span_equal(report->entity_type, toc_span_text("thief")));
    }
    toc_wallet stranger = toc_book_numbered(5000);
    TOC_CHECK_OK(toc_query_cluster(ask(it), "q", &stranger, 5, &cluster, &err));
    assert_false(cluster.found);
}

/* ---- search ---- */

typedef struct found_claims {
    size_t count;
    uint32_t confidences[64];
} found_claims;

static toc_code note(void *context, const toc_answer_claim *claim, toc_err *err)
{
    found_claims *found = context;
    (void)err;
    assert_true(found->count < 64);
    found->confidences[found->count++] = claim->statement.confidence;
    return TOC_OK;
}

static uint64_t search(fixture *it, toc_search what, found_claims *out)
{
    toc_err err = {0};
    uint64_t total = 0;
    *out = (found_claims){0};
    TOC_CHECK_OK(toc_query_search(ask(it), &what, note, out, &total, &err));
    return total;
}

/* Ten claims told apart by their confidence, one an hour, the later the lower. */
static void say_ten(fixture *it)
{
    for (uint32_t i = 0; i < 10; i++) {
        toc_wallet wallet = i == 9 ? toc_book_wallet("0xdAC17F958D2ee523a2206206994597C13D831ec7")
                                   : toc_book_numbered(2 * i);
        toc_statement claim = toc_book_claim(wallet, i % 2 == 0 ? "theft" : "scam");
        claim.confidence = i;
        claim.issued_at.unix_ms = TOC_BOOK_NOW - i * UINT64_C(3600000);
        if (i % 3 == 0)
            claim.as.wallet.actor = toc_span_text("lazarus");
        if (i % 5 == 0)
            claim.as.wallet.role = toc_span_text("victim");
        if (i == 4)
            claim.source = (toc_source){.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")};
        if (i == 5)
            claim.source =
                (toc_source){.ground = TOC_GROUND_VENDOR, .id = toc_span_text("chainalysis")};
        (void)toc_viewbook_say(it->feeds[i % 4], claim);
    }
    fold_new(it);
}

static void assert_found(fixture *it, toc_search what, const uint32_t *expected, size_t count)
{
    found_claims found;
    assert_int_equal(search(it, what, &found), count);
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(found.confidences[i], expected[i]);
}
#define ASSERT_FOUND(search_, ...)                                                                 \
    do {                                                                                           \
        static const uint32_t expected_[] = {__VA_ARGS__};                                         \
        assert_found(it, (search_), expected_, TOC_COUNT(expected_));                              \
    } while (0)

static void each_condition_alone_and_all_together(void **state)
{
    fixture *it = *state;
    say_ten(it);
    toc_search any = {0};
    ASSERT_FOUND(any, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
    ASSERT_FOUND(((toc_search){.category = toc_span_text("theft")}), 0, 2, 4, 6, 8);
    ASSERT_FOUND(((toc_search){.actor = toc_span_text("lazarus")}), 0, 3, 6, 9);
    ASSERT_FOUND(((toc_search){.role = toc_span_text("victim")}), 0, 5);
    ASSERT_FOUND(((toc_search){.list = toc_span_text("ofac-sdn")}), 4);
    ASSERT_FOUND(((toc_search){.chain = toc_span_text("eip155:1")}), 9);
    ASSERT_FOUND(((toc_search){.chain = toc_span_text("ETH")}), 9);
    toc_search org = {0};
    memset(org.org.bytes, 0xA1, 32);
    ASSERT_FOUND(org, 1, 5, 9);
    toc_search times = {.issued_from = {TOC_BOOK_NOW - 3 * UINT64_C(3600000)},
                        .issued_until = {TOC_BOOK_NOW - 3600000}};
    ASSERT_FOUND(times, 2, 3); /* half open */
    times.issued_from.unix_ms++;
    ASSERT_FOUND(times, 2); /* to the millisecond, not to the hour of the columns */
    ASSERT_FOUND(((toc_search){.category = toc_span_text("scam"),
                               .actor = toc_span_text("lazarus"),
                               .role = toc_span_text("perpetrator"),
                               .issued_until = {TOC_BOOK_NOW - 5 * UINT64_C(3600000)}}),
                 9);
    found_claims none;
    assert_int_equal(search(it, (toc_search){.chain = toc_span_text("no-such")}, &none), 0);
    assert_int_equal(search(it, (toc_search){.list = toc_span_text("chainalysis")}, &none), 0);
    assert_int_equal(search(it, (toc_search){.category = toc_span_text("no-such")}, &none), 0);
}

static void the_newest_so_many_are_listed_and_all_are_counted(void **state)
{
    fixture *it = *state;
    found_claims found;
    say_ten(it);
    assert_int_equal(search(it, (toc_search){.limit = 3}, &found), 10);
    assert_int_equal(found.count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(found.confidences[i], i);
}

static void only_live_heads_are_found(void **state)
{
    fixture *it = *state;
    toc_statement claim = toc_book_claim(toc_book_numbered(0), "theft");
    claim.confidence = 1;
    (void)toc_viewbook_say(it->feeds[0], claim); /* an older revision */
    claim.revision = 2;
    claim.confidence = 2;
    (void)toc_viewbook_say(it->feeds[0], claim);
    toc_statement waiting = toc_book_claim(toc_book_numbered(2), "theft");
    waiting.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1;
    (void)toc_viewbook_say(it->feeds[0], waiting);
    toc_statement expired = toc_book_claim(toc_book_numbered(4), "theft");
    expired.valid_until.unix_ms = TOC_BOOK_NOW;
    (void)toc_viewbook_say(it->feeds[0], expired);
    toc_statement ended = toc_book_claim(toc_book_numbered(6), "theft");
    (void)toc_viewbook_say(it->feeds[0], ended);
    (void)toc_viewbook_say(it->feeds[0], toc_book_retraction(&ended));
    (void)say_cluster(it, 0, "c", 0, 3);
    fold_new(it);
    ASSERT_FOUND((toc_search){.category = toc_span_text("theft")}, 2);
}

/* ---- digest ---- */

static void the_digest_names_horizon_rules_and_charters_beside_the_sum(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_answer_digest before, after;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_query_digest(ask(it), NULL, NULL, &before, &err));
    assert_int_equal(before.rules, 3);
    assert_int_equal(before.horizon.unix_ms, TOC_BOOK_NOW);
    toc_log_circle circle = {.joined = true, .known = true, .version = 1};
    memset(circle.id.bytes, 7, 32);
    memset(circle.charter.bytes, 8, 32);
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_put(txn, &circle, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    TOC_CHECK_OK(toc_query_digest(ask(it), NULL, NULL, &after, &err));
    assert_memory_not_equal(before.charters.bytes, after.charters.bytes, 32);
    assert_memory_equal(before.digest.bytes, after.digest.bytes, 32);
    toc_hash expected;
    uint8_t joined[64];
    memset(joined, 7, 32);
    memset(joined + 32, 8, 32);
    toc_span parts[] = {toc_span_text("tocsin/charters/1\n"), TOC_SPAN_OF(joined)};
    toc_blake2b_parts(parts, 2, &expected);
    assert_memory_equal(after.charters.bytes, expected.bytes, 32);
}

static void steps(void *context, uint64_t done, uint64_t total)
{
    uint64_t *most = context;
    assert_true(done <= total && done > most[0]);
    most[0] = done;
    most[1]++;
}

static void a_long_walk_tells_how_far_it_is(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_answer_digest digest;
    uint64_t most[2] = {0};
    (void)say_cluster(it, 0, "large", 0, 20000);
    fold_new(it);
    TOC_CHECK_OK(toc_query_digest(ask(it), steps, most, &digest, &err));
    assert_true(most[1] > 0);
}

static void the_sizes_of_the_tables_are_told(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_views_stats stats;
    (void)say_cluster(it, 0, "a", 0, 3);
    (void)say_cluster(it, 1, "b", 2, 3);
    fold_new(it);
    TOC_CHECK_OK(toc_views_stats_of(ask(it)->views, &stats, &err));
    assert_int_equal(stats.claim_rows, 4);
    assert_int_equal(stats.incidence_rows, 6);
    assert_int_equal(stats.connector_rows, 2);
    assert_int_equal(stats.component_rows, 2);
    assert_int_equal(stats.record_numbers, 4);
    assert_true(stats.used_bytes > 0 && stats.used_bytes < stats.map_bytes);
    assert_true(stats.row_operations > 0);
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOOK(a_claim_shows_its_author_by_the_name_on_the_card),
        WITH_BOOK(claims_are_listed_by_category_then_confidence_then_claim_id),
        WITH_BOOK(a_tag_is_an_account_of_its_own_and_others_are_only_counted),
        WITH_BOOK(key_twins_are_shown_and_not_scored),
        WITH_BOOK(what_expired_since_the_horizon_is_marked_and_still_counts),
        WITH_BOOK(roles_that_do_not_score_are_listed_beside_those_that_do),
        WITH_BOOK(a_query_behind_the_journal_says_that_it_is_incomplete),
        WITH_BOOK(a_cluster_tells_its_reports_and_at_most_so_many_members),
        WITH_BOOK(each_condition_alone_and_all_together),
        WITH_BOOK(the_newest_so_many_are_listed_and_all_are_counted),
        WITH_BOOK(only_live_heads_are_found),
        WITH_BOOK(the_digest_names_horizon_rules_and_charters_beside_the_sum),
        WITH_BOOK(a_long_walk_tells_how_far_it_is),
        WITH_BOOK(the_sizes_of_the_tables_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
