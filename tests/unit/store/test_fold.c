/* The fold: what gets into E and V, when, in which steps, and out again (docs/RULES.md §1, §3). */
#include "tests/unit/store/fold_support.h"

/* ---- E and V ---- */

/* 80 % own from one org: s = 10^9 · 20 / 100 = 2 · 10^8; 1000 - 200 = 800. A second org at 50 %:
 * ascending 50, 80: 5 · 10^8, then 10^8; 1000 - 100 = 900. */
static void claims_of_two_orgs_make_one_dossier_with_the_score_of_both(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement second = toc_book_claim(wallet, "theft");
    second.confidence = 50;
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(wallet, "theft"));
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).score.score, 800);
    (void)toc_viewbook_say(it->feeds[1], second);
    fold_new(it);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.score.score, 900);
    assert_int_equal(dossier.claim_count, 2);
    assert_int_equal(toc_viewbook_digest(&it->book).wallets, 1);
    check_rebuild(it);
}

static void the_same_range_given_twice_is_one_record_each(void **state)
{
    fixture *it = *state;
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(toc_book_numbered(0), "theft"));
    fold_new(it);
    toc_answer_digest once = toc_viewbook_digest(&it->book);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_OPENED, it->feeds[0], 0, it->feeds[0]->count);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_OPENED, it->feeds[0], 0, it->feeds[0]->count);
    toc_viewbook_fold(&it->book);
    toc_answer_digest twice = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&once, &twice));
    assert_int_equal(once.entries, 1);
}

static void a_malformed_record_is_counted_and_outside(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_fold_result result;
    toc_viewbook_say_nonsense(it->feeds[0]);
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(toc_book_numbered(0), "theft"));
    give_new(it);
    TOC_CHECK_OK(toc_views_fold(it->book.views, NULL, NULL, &result, &err));
    assert_int_equal(result.malformed, 1);
    assert_int_equal(result.records, 1);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 1);
    /* Again it counts nothing, and erased it is not taken out of E, where it never was. */
    toc_viewbook_journal(&it->book, TOC_JOURNAL_OPENED, it->feeds[0], 1, 2);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[0], 1, 2);
    TOC_CHECK_OK(toc_views_fold(it->book.views, NULL, NULL, &result, &err));
    assert_int_equal(result.malformed, 0);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 1);
}

/* Its root is another claim's: well-formed for anybody, but not for its author. */
static void a_record_that_its_author_cannot_have_written_is_malformed(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_fold_result result;
    toc_statement claim = toc_book_claim(toc_book_numbered(0), "theft");
    uint8_t bytes[33] = {TOC_ROOT_OWN, 1, 2, 3};
    toc_root root = TOC_SPAN_OF(bytes);
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    claim.roots = &root;
    claim.root_count = 1;
    TOC_CHECK_OK(toc_record_encode(&claim, &record, &err));
    toc_test_feed_record(it->feeds[0], toc_buf_view(&record));
    give_new(it);
    TOC_CHECK_OK(toc_views_fold(it->book.views, NULL, NULL, &result, &err));
    assert_int_equal(result.malformed, 1);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 0);
}

static void an_entry_that_does_not_open_is_passed_over(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_wallet wallet = toc_book_numbered(0);
    (void)toc_viewbook_say(it->feeds[1], toc_book_claim(wallet, "theft"));
    toc_span stolen = toc_test_feed_entry(it->feeds[1], 1);
    toc_buf_add_span(&entry, stolen);
    TOC_CHECK_OK(toc_buf_ok(&entry, &err));
    toc_test_feed_raw(it->feeds[0], toc_buf_view(&entry)); /* sealed for another feed */
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(wallet, "scam"));
    it->given[1] = it->feeds[1]->count;
    fold_new(it);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 1);
    assert_int_equal(dossier_of(it, &wallet).claim_count, 1);
}

/* ---- heads ---- */

static void a_retraction_ends_what_is_not_newer_whatever_comes_first(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft");
    toc_statement end = toc_book_retraction(&claim);
    end.revision = 5;
    (void)toc_viewbook_say(it->feeds[0], end); /* a tombstone: its target has not come */
    fold_new(it);
    assert_false(dossier_of(it, &wallet).found);
    claim.revision = 4;
    (void)toc_viewbook_say(it->feeds[0], claim);
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).claim_count, 0);
    assert_int_equal(toc_viewbook_digest(&it->book).claims, 0);
    claim.revision = 6;
    (void)toc_viewbook_say(it->feeds[3], claim); /* in whichever lane */
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).claim_count, 1);
    /* Another org's retraction of the like ends nothing here. */
    end.revision = 9;
    (void)toc_viewbook_say(it->feeds[1], end);
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).claim_count, 1);
    check_rebuild(it);
}

static void the_head_and_the_next_revision_are_known(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_views_head head;
    toc_statement claim = toc_book_claim(toc_book_numbered(0), "theft");
    toc_said first = toc_viewbook_say(it->feeds[0], claim);
    claim.revision = 7;
    claim.issued_at.unix_ms = TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1; /* waits, yet is known */
    (void)toc_viewbook_say(it->feeds[0], claim);
    fold_new(it);
    toc_views_txn *txn = ask(it)->views;
    TOC_CHECK_OK(
        toc_views_head_of(txn, &claim.as.wallet.wallet.subject, &first.claim, &head, &err));
    assert_int_equal(head.revision, 7);
    assert_true(head.live);
    assert_memory_equal(head.record.bytes, first.record.bytes, 32);
    toc_claim_id other = {{1}};
    assert_int_equal(toc_views_head_of(txn, &claim.as.wallet.wallet.subject, &other, &head, &err),
                     TOC_NOT_FOUND);
}

/* ---- time ---- */

static void a_claim_expires_exactly_at_the_horizon_and_none_before_it_comes_back(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft");
    (void)toc_viewbook_say(it->feeds[0], claim); /* without expiry */
    claim.revision = 2;
    claim.valid_until.unix_ms = TOC_BOOK_NOW + 60000;
    (void)toc_viewbook_say(it->feeds[0], claim);
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).claim_count, 1);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + 60000);
    toc_viewbook_fold(&it->book);
    assert_int_equal(dossier_of(it, &wallet).claim_count, 0);
    check_rebuild(it);
}

static void a_record_from_more_than_five_minutes_ahead_waits_but_is_counted(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0), member = toc_book_numbered(2);
    toc_statement claim = toc_book_claim(wallet, "theft"), cluster = toc_book_cluster("c");
    toc_member members[] = {{.wallet = member}, {.wallet = wallet}};
    toc_statement naming = toc_book_members("c", members, 2);
    claim.issued_at.unix_ms = cluster.issued_at.unix_ms = naming.issued_at.unix_ms =
        TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + 1;
    (void)toc_viewbook_say(it->feeds[0], claim);
    (void)toc_viewbook_say(it->feeds[0], cluster);
    (void)toc_viewbook_say(it->feeds[0], naming);
    fold_new(it);
    assert_false(dossier_of(it, &wallet).found);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 3);
    assert_int_equal(toc_viewbook_digest(&it->book).claims, 0);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + 60000);
    toc_viewbook_fold(&it->book);
    toc_dossier dossier = dossier_of(it, &wallet);
    assert_int_equal(dossier.claim_count, 1);
    assert_int_equal(dossier.cluster.size, 2);
    check_rebuild(it);
}

static void the_horizon_is_whole_minutes_and_never_goes_back(void **state)
{
    fixture *it = *state;
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + 119999);
    toc_viewbook_fold(&it->book);
    assert_int_equal(toc_viewbook_digest(&it->book).horizon.unix_ms, TOC_BOOK_NOW + 60000);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW - 3600000);
    toc_viewbook_fold(&it->book);
    assert_int_equal(toc_viewbook_digest(&it->book).horizon.unix_ms, TOC_BOOK_NOW + 60000);
}

/* More fall due than one step takes: it stops at whole minutes on the way, and arrives. */
static void a_tick_over_much_that_waits_goes_by_whole_minutes(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    enum { REPORTS = 200 };
    for (uint32_t i = 0; i < REPORTS; i++) {
        char name[24];
        (void)snprintf(name, sizeof name, "r%u", i);
        toc_statement cluster = toc_book_cluster(name);
        cluster.issued_at.unix_ms =
            TOC_BOOK_NOW + TOC_FUTURE_MS_MAX + UINT64_C(60000) * (1 + i / 10);
        toc_member member = {.wallet = toc_book_numbered(2 * i)};
        toc_statement members = toc_book_members(name, &member, 1);
        members.issued_at = cluster.issued_at;
        (void)toc_viewbook_say(it->feeds[0], cluster);
        (void)toc_viewbook_say(it->feeds[0], members);
    }
    fold_new(it);
    toc_viewbook_tick(&it->book, TOC_BOOK_NOW + 86400000);
    toc_fold_result result = {.backlog = 1};
    uint64_t steps = 0, before = TOC_BOOK_NOW;
    while (result.backlog > 0) {
        TOC_CHECK_OK(toc_views_fold(it->book.views, NULL, NULL, &result, &err));
        assert_int_equal(result.horizon.unix_ms % 60000, 0);
        assert_true(result.horizon.unix_ms > before);
        before = result.horizon.unix_ms;
        (void)toc_viewbook_digest(&it->book); /* on the way, too, walked and running agree */
        steps++;
    }
    assert_true(steps > 3);
    assert_int_equal(before, TOC_BOOK_NOW + 86400000);
    assert_int_equal(toc_viewbook_digest(&it->book).clusters, REPORTS);
    check_rebuild(it);
}

/* ---- steps ---- */

/* A clock that is always too late: every step does the least there is. */
static uint64_t late(void *context)
{
    return *(uint64_t *)context += 1000;
}

static void the_alert_lane_is_first_and_a_step_that_is_late_still_moves(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_fold_result result = {.backlog = 1};
    uint64_t clock = 0, steps = 0;
    for (uint32_t i = 0; i < 5; i++)
        (void)toc_viewbook_say(it->feeds[0], toc_book_claim(toc_book_numbered(2 * i), "theft"));
    (void)toc_viewbook_say(it->feeds[3], toc_book_claim(toc_book_numbered(100), "theft"));
    give_new(it);
    uint64_t alert_records = 0;
    while (result.backlog > 0) {
        toc_wallet alert = toc_book_numbered(100), bulk = toc_book_numbered(0);
        TOC_CHECK_OK(toc_views_fold(it->book.views, late, &clock, &result, &err));
        assert_true(result.records <= 1);
        alert_records += dossier_of(it, &alert).claim_count;
        if (dossier_of(it, &bulk).claim_count > 0)
            assert_true(alert_records > 0);
        assert_int_equal(ask(it)->incomplete, result.backlog > 0);
        steps++;
    }
    assert_true(steps >= 6);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 6);
    check_rebuild(it);
}

static void a_step_ends_at_its_rows_in_the_middle_of_a_journal_row(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    enum { RECORDS = 80, MEMBERS = TOC_CHUNK_MEMBERS_MAX };
    static toc_member members[MEMBERS];
    for (uint32_t record = 0; record < RECORDS; record++) {
        for (uint32_t i = 0; i < MEMBERS; i++)
            members[i] = (toc_member){.wallet = toc_book_numbered(2 * (record * MEMBERS + i))};
        (void)toc_viewbook_say(it->feeds[0], toc_book_members("c", members, MEMBERS));
    }
    (void)toc_viewbook_say(it->feeds[0], toc_book_cluster("c"));
    give_new(it);
    toc_fold_result result = {.backlog = 1};
    size_t steps = 0;
    while (result.backlog > 0) {
        TOC_CHECK_OK(toc_views_fold(it->book.views, NULL, NULL, &result, &err));
        assert_true(result.rows <= TOC_VIEW_TXN_ROWS_MAX + 4 * MEMBERS);
        steps++;
    }
    assert_int_equal(steps, 2); /* about 2,048 rows of the limit are set aside for each record */
    toc_wallet first = toc_book_numbered(0);
    assert_int_equal(size_at(it, &first), RECORDS * MEMBERS);
    check_rebuild(it);
}

/* ---- out again ---- */

static void quarantine_takes_a_record_out_whole_and_release_brings_it_back(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_answer_digest before = toc_viewbook_digest(&it->book);
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(wallet, "theft"));
    (void)say_cluster(it, 0, "c", 0, 3);
    fold_new(it);
    toc_answer_digest with = toc_viewbook_digest(&it->book);
    uint64_t count = it->feeds[0]->count;
    toc_viewbook_journal(&it->book, TOC_JOURNAL_QUARANTINED, it->feeds[0], 0, count);
    toc_viewbook_fold(&it->book);
    toc_answer_digest without = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&without, &before));
    assert_false(dossier_of(it, &wallet).found);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_RELEASED, it->feeds[0], 0, count);
    toc_viewbook_fold(&it->book);
    toc_answer_digest again = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&again, &with));
}

static void erasing_the_newest_record_brings_the_older_one_to_light(void **state)
{
    fixture *it = *state;
    toc_wallet wallet = toc_book_numbered(0);
    toc_statement claim = toc_book_claim(wallet, "theft");
    (void)toc_viewbook_say(it->feeds[0], claim);
    claim.revision = 2;
    claim.confidence = 10;
    toc_said newest = toc_viewbook_say(it->feeds[0], claim);
    fold_new(it);
    assert_int_equal(dossier_of(it, &wallet).score.score, 100);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[0], newest.index,
                         newest.index + 1);
    toc_viewbook_fold(&it->book);
    assert_int_equal(dossier_of(it, &wallet).score.score, 800);
    check_rebuild(it);
}

/* ---- keys, dirty, layouts ---- */

static void a_missing_key_stops_the_fold_with_a_sentence_and_changes_nothing(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed stored;
    toc_fold_result result;
    toc_answer_digest before = toc_viewbook_digest(&it->book);
    TOC_AUTO(toc_test_feed_free) toc_test_feed *feed = toc_viewbook_feed(9, 9, TOC_LANE_BULK, 99);
    (void)toc_viewbook_say(feed, toc_book_claim(toc_book_numbered(0), "theft"));
    TOC_CHECK_OK(toc_log_write(it->book.log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_new(txn, &feed->name, &stored, &err)); /* and no keys */
    TOC_CHECK_OK(toc_log_commit(txn, &err));
    toc_viewbook_store(&it->book, feed, feed->count);
    toc_viewbook_journal(&it->book, TOC_JOURNAL_OPENED, feed, 0, feed->count);
    assert_int_equal(toc_views_fold(it->book.views, NULL, NULL, &result, &err), TOC_SEALED);
    assert_non_null(strstr(err.text, "epoch 1"));
    toc_answer_digest after = toc_viewbook_digest(&it->book);
    assert_true(toc_viewbook_same(&before, &after));
}

static uint64_t position_of(const toc_viewbook *book)
{
    toc_err err = {0};
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    uint64_t alert, bulk;
    toc_time horizon;
    TOC_CHECK_OK(toc_views_read(book->views, &txn, &err));
    toc_views_position(txn, &alert, &bulk, &horizon);
    return alert + bulk;
}

static void fill_much(toc_viewbook *book, toc_test_feed *feed)
{
    for (uint32_t i = 0; i < TOC_VIEW_SYNC_BACKLOG; i++)
        (void)toc_viewbook_say(feed, toc_book_claim(toc_book_numbered(i), "theft"));
    for (uint64_t from = 0; from < feed->count; from += 1000) {
        uint64_t until = from + 1000 < feed->count ? from + 1000 : feed->count;
        toc_viewbook_store(book, feed, until);
        toc_viewbook_journal(book, TOC_JOURNAL_OPENED, feed, from, until);
    }
}

static uint64_t still(void *context)
{
    return *(const uint64_t *)context;
}

/* A clock that brings an alert when it is asked for the 2,000th time. */
typedef struct interruption {
    toc_viewbook *book;
    toc_test_feed *feed;
    uint64_t asked;
} interruption;

static uint64_t alert_comes(void *context)
{
    interruption *it = context;
    if (++it->asked == 2000) {
        toc_viewbook_store(it->book, it->feed, it->feed->count);
        toc_viewbook_journal(it->book, TOC_JOURNAL_OPENED, it->feed, 0, it->feed->count);
    }
    return it->asked / 100;
}

static void far_behind_a_step_is_long_until_an_alert_comes(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_viewbook book;
    toc_fold_result result;
    toc_viewbook_open(&book, false);
    TOC_AUTO(toc_test_feed_free) toc_test_feed *feed = toc_viewbook_feed(1, 1, TOC_LANE_BULK, 1);
    TOC_AUTO(toc_test_feed_free)
    toc_test_feed *alerts = toc_viewbook_feed(1, 2, TOC_LANE_ALERT, 1);
    (void)toc_viewbook_say(alerts, toc_book_claim(toc_book_numbered(1000000), "theft"));
    fill_much(&book, feed);
    interruption it = {.book = &book, .feed = alerts};
    TOC_CHECK_OK(toc_views_fold(book.views, alert_comes, &it, &result, &err));
    assert_int_equal(result.alert_position, 0);
    assert_true(result.records >= 1900 && result.records < 4000);
    TOC_CHECK_OK(toc_views_fold(book.views, alert_comes, &it, &result, &err));
    assert_true(result.alert_position > 0);
    toc_viewbook_close(&book);
}

/* A book that syncs, folded once from far behind: level, and its commits are not synced yet. */
typedef struct level_book {
    toc_viewbook book;
    uint64_t clock;
    toc_fold_result result;
} level_book;

static void fold_at(level_book *it, uint64_t clock)
{
    toc_err err = {0};
    it->clock = clock;
    TOC_CHECK_OK(toc_views_fold(it->book.views, still, &it->clock, &it->result, &err));
}

static void open_level(level_book *it)
{
    *it = (level_book){0};
    toc_viewbook_open(&it->book, true);
    TOC_AUTO(toc_test_feed_free) toc_test_feed *feed = toc_viewbook_feed(1, 1, TOC_LANE_BULK, 1);
    fill_much(&it->book, feed);
    fold_at(it, 500);
    assert_int_equal(it->result.backlog, 0);
    assert_true(it->result.unsynced && it->book.views->dirty);
    assert_true(position_of(&it->book) > 0);
}

/* A millisecond a question: the time of a step ends in the middle of the alerts. */
static uint64_t slow(void *context)
{
    return ++*(uint64_t *)context;
}

static void bulk_waits_while_alerts_take_all_the_time(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_fold_result result;
    uint64_t clock = 0;
    for (uint32_t i = 0; i < 50; i++) {
        (void)toc_viewbook_say(it->feeds[3], toc_book_claim(toc_book_numbered(2 * i), "theft"));
        (void)toc_viewbook_say(it->feeds[0],
                               toc_book_claim(toc_book_numbered(1000 + 2 * i), "theft"));
    }
    give_new(it);
    toc_wallet bulk = toc_book_numbered(1000);
    TOC_CHECK_OK(toc_views_fold(it->book.views, slow, &clock, &result, &err));
    assert_true(result.records > 1 && result.records < 50);
    assert_int_equal(dossier_of(it, &bulk).claim_count, 0);
}

static void a_stream_that_is_level_for_a_moment_is_synced_later(void **state)
{
    (void)state;
    level_book it;
    open_level(&it);
    fold_at(&it, 500 + TOC_VIEW_DIRTY_MS_MIN - 1);
    assert_true(it.result.unsynced && it.book.views->dirty);
    fold_at(&it, 500 + TOC_VIEW_DIRTY_MS_MIN);
    assert_false(it.result.unsynced || it.book.views->dirty);
    toc_viewbook_close(&it.book);
}

static void views_that_are_closed_unsynced_are_gone_on_with(void **state)
{
    (void)state;
    level_book it;
    open_level(&it);
    uint64_t position = position_of(&it.book);
    toc_viewbook_reopen_views(&it.book);
    assert_int_equal(position_of(&it.book), position);
    toc_viewbook_close(&it.book);
}

static void views_left_dirty_are_dropped_and_clean_ones_are_gone_on_with(void **state)
{
    (void)state;
    level_book it;
    open_level(&it);
    it.book.views->dirty = false; /* as in a crash: nothing clears the mark */
    toc_viewbook_reopen_views(&it.book);
    assert_int_equal(position_of(&it.book), 0);
    toc_viewbook_fold(&it.book);
    assert_false(it.book.views->dirty);
    toc_answer_digest digest = toc_viewbook_digest(&it.book);
    assert_int_equal(digest.entries, TOC_VIEW_SYNC_BACKLOG);
    uint64_t position = position_of(&it.book);
    toc_viewbook_reopen_views(&it.book);
    assert_int_equal(position_of(&it.book), position);
    toc_answer_digest again = toc_viewbook_digest(&it.book);
    assert_true(toc_viewbook_same(&again, &digest));
    toc_viewbook_close(&it.book);
}

static void views_of_another_layout_are_dropped(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    toc_txn *txn = NULL;
    uint8_t other[8] = {0, 0, 0, 99};
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(toc_book_numbered(0), "theft"));
    fold_new(it);
    TOC_CHECK_OK(toc_txn_begin(it->book.views->env, TOC_TXN_WRITE, &txn, &err));
    TOC_CHECK_OK(
        toc_table_put(txn, TOC_VIEW_META, toc_span_text("layout"), TOC_SPAN_OF(other), &err));
    TOC_CHECK_OK(toc_txn_commit(txn, &err));
    toc_viewbook_reopen_views(&it->book);
    assert_int_equal(position_of(&it->book), 0);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 0);
    toc_viewbook_fold(&it->book);
    assert_int_equal(toc_viewbook_digest(&it->book).entries, 1);
}

/* What an older copy of the log, put back beside them, leaves them with. */
static void views_of_more_than_the_log_has_are_dropped(void **state)
{
    fixture *it = *state;
    toc_err err = {0};
    (void)toc_viewbook_say(it->feeds[0], toc_book_claim(toc_book_numbered(0), "theft"));
    fold_new(it);
    for (size_t lane = 0; lane < 2; lane++) {
        toc_txn *txn = NULL;
        toc_view_state ahead = it->book.views->state;
        toc_log_txn *log = NULL;
        TOC_CHECK_OK(toc_log_read(it->book.log, &log, &err));
        TOC_CHECK_OK(toc_log_journal_last(log, (toc_lane)lane, &ahead.position[lane], &err));
        toc_log_abort(log);
        toc_viewbook_reopen_views(&it->book);
        assert_int_equal(toc_viewbook_digest(&it->book).entries, 1); /* level is not ahead */
        ahead.position[lane]++;
        TOC_CHECK_OK(toc_txn_begin(it->book.views->env, TOC_TXN_WRITE, &txn, &err));
        TOC_CHECK_OK(toc_view_state_put(txn, &ahead, &err));
        TOC_CHECK_OK(toc_txn_commit(txn, &err));
        toc_viewbook_reopen_views(&it->book);
        assert_int_equal(position_of(&it->book), 0);
        toc_viewbook_fold(&it->book);
        assert_int_equal(toc_viewbook_digest(&it->book).entries, 1);
    }
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_BOOK(claims_of_two_orgs_make_one_dossier_with_the_score_of_both),
        WITH_BOOK(the_same_range_given_twice_is_one_record_each),
        WITH_BOOK(a_malformed_record_is_counted_and_outside),
        WITH_BOOK(a_record_that_its_author_cannot_have_written_is_malformed),
        WITH_BOOK(an_entry_that_does_not_open_is_passed_over),
        WITH_BOOK(a_retraction_ends_what_is_not_newer_whatever_comes_first),
        WITH_BOOK(the_head_and_the_next_revision_are_known),
        WITH_BOOK(a_claim_expires_exactly_at_the_horizon_and_none_before_it_comes_back),
        WITH_BOOK(a_record_from_more_than_five_minutes_ahead_waits_but_is_counted),
        WITH_BOOK(the_horizon_is_whole_minutes_and_never_goes_back),
        WITH_BOOK(a_tick_over_much_that_waits_goes_by_whole_minutes),
        WITH_BOOK(the_alert_lane_is_first_and_a_step_that_is_late_still_moves),
        WITH_BOOK(bulk_waits_while_alerts_take_all_the_time),
        WITH_BOOK(a_step_ends_at_its_rows_in_the_middle_of_a_journal_row),
        WITH_BOOK(quarantine_takes_a_record_out_whole_and_release_brings_it_back),
        WITH_BOOK(erasing_the_newest_record_brings_the_older_one_to_light),
        WITH_BOOK(a_missing_key_stops_the_fold_with_a_sentence_and_changes_nothing),
        WITH_BOOK(views_of_another_layout_are_dropped),
        WITH_BOOK(views_of_more_than_the_log_has_are_dropped),
        cmocka_unit_test(far_behind_a_step_is_long_until_an_alert_comes),
        cmocka_unit_test(a_stream_that_is_level_for_a_moment_is_synced_later),
        cmocka_unit_test(views_that_are_closed_unsynced_are_gone_on_with),
        cmocka_unit_test(views_left_dirty_are_dropped_and_clean_ones_are_gone_on_with),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
