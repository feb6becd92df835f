/* tests/unit/store/filled_log.h: a log with some of everything: feed 1 of 600 entries with a head
 * and one that waits, feed 2 of 30 in another circle, journal, pending ranges, card, charter,
 * circles, peer, keys, submission, owner.
 * Owns:   nothing; the book is the test's.
 * Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_UNIT_STORE_FILLED_LOG_H
#define TOC_TESTS_UNIT_STORE_FILLED_LOG_H

#include "store/feed/internal.h"
#include "tests/support/logbook.h"
#include "tests/unit/roll/fixture.h"

static inline void fill_feeds(const toc_logbook *book, toc_log_txn *txn)
{
    toc_err err = {0};
    toc_log_feed feed, other;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    toc_feed_name other_name = toc_logbook_name(TOC_LANE_ALERT, 2);
    memset(other_name.circle.bytes, 0xC2, sizeof other_name.circle);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    ASSERT_OK(toc_log_feed_new(txn, &other_name, &other, &err));
    toc_logbook_append(book, txn, &feed, 300, true);
    toc_logbook_append(book, txn, &other, 30, true);
    toc_logbook_append(book, txn, &feed, 300, true);
    toc_logbook_head(book, txn, &feed);
    toc_logbook_head(book, txn, &other);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_hash root = {{5}};
    toc_logbook_note(book, &feed.name, 1000, &root, &note);
    ASSERT_OK(toc_log_head_put(txn, &feed, 1000, &root, toc_buf_view(&note), &err));
}

static inline void fill_rows(toc_log_txn *txn)
{
    toc_err err = {0};
    toc_journal_row stored = {.kind = TOC_JOURNAL_STORED, .feed = 1, .from = 0, .until = 600};
    toc_journal_row tick = {.kind = TOC_JOURNAL_TICK, .tick.unix_ms = 1700000000000};
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_BULK, &stored, &err));
    stored.from = 5;
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_BULK, &stored, &err));
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_ALERT, &tick, &err));
    ASSERT_OK(toc_log_pending_add(txn, 1, 100, 200, 1, (toc_time){1}, &err));
    ASSERT_OK(toc_log_pending_add(txn, 1, 200, 300, 1, (toc_time){1}, &err));
    toc_org_id org = {{1}};
    toc_draft_id submission = {{2}};
    ASSERT_OK(toc_log_owner_put(txn, &org, &err));
    ASSERT_OK(toc_log_peer_put(txn, &org, toc_span_text("tcp://a:1"), &err));
    ASSERT_OK(toc_log_submission_put(txn, &submission, toc_span_text("done"), &err));
    toc_log_decision decision = {.vertices = {toc_span_text("a"), toc_span_text("b")},
                                 .who = toc_span_text("uid 0"),
                                 .wallets = {toc_span_text("x:a"), toc_span_text("x:b")}};
    ASSERT_OK(toc_log_decision_put(txn, &decision, &err));
    const toc_log_taken taken = {.bytes = 7, .feeds = 1};
    const toc_log_free_part part = {.size = 3};
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    ASSERT_OK(toc_log_taken_put(txn, &name, 20000, &taken, &err));
    ASSERT_OK(toc_log_free_put(txn, &id, &part, &err));
    ASSERT_OK(toc_log_counting_put(txn, &name.circle, part.since, &err));
}

static inline void fill_keys(const toc_logbook *book, toc_log_txn *txn)
{
    toc_err err = {0};
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    toc_time at = {.unix_ms = 1};
    ASSERT_OK(toc_log_own_key_put(txn, TOC_OWN_SIGN, book->sign, &err));
    ASSERT_OK(toc_log_sender_key_put(txn, &name, 1, book->sign, at, &err));
}

/* Puts a card whose sign key is the one that signs heads, and has grants name it. */
static inline void fill_roll(toc_logbook *book, toc_log_txn *txn)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    static draft from;
    static rules made;
    draft_first("a", &from);
    toc_sign_public(book->sign, &from.card.sign);
    toc_possession_sign(&from.card.org, book->sign, &from.card.sign_proof);
    toc_card card = signed_card(&from, "root 1", NULL, arena);
    rules_of_three(&made);
    toc_charter charter = drafted(&made, arena);
    toc_log_circle circle = {
        .id = charter.circle, .known = true, .charter = charter.hash, .version = 1};
    toc_log_circle joined = {.id = {{1}}, .joined = true};
    toc_hash hash;
    memcpy(hash.bytes, charter.hash.bytes, sizeof hash);
    ASSERT_OK(toc_log_card_put(txn, &card, &err));
    ASSERT_OK(toc_log_roll_put(txn, &hash, charter.signed_charter, &err));
    ASSERT_OK(toc_log_circle_put(txn, &circle, &err));
    ASSERT_OK(toc_log_circle_put(txn, &joined, &err));
    book->card = card.hash;
}

static inline void fill_log(toc_logbook *book)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    fill_roll(book, txn);
    fill_feeds(book, txn);
    fill_rows(txn);
    fill_keys(book, txn);
    ASSERT_OK(toc_log_commit(txn, &err));
}

#endif
