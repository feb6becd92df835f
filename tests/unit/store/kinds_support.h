/* tests/unit/store/kinds_support.h: statements of kinds 8 to 14 and derived ones, to begin from.
 * Owns:   what a statement lends stays valid as long as what it was made of.
 * Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_UNIT_STORE_KINDS_SUPPORT_H
#define TOC_TESTS_UNIT_STORE_KINDS_SUPPORT_H

#include "tests/unit/store/fold_support.h"

static inline toc_statement book_statement(toc_record_kind kind)
{
    return (toc_statement){.kind = kind,
                           .revision = 1,
                           .issued_at = {TOC_BOOK_NOW},
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 80,
                           .source = {.ground = TOC_GROUND_OWN}};
}

static inline toc_wallet tagged(toc_wallet wallet, const char *tag)
{
    (void)snprintf(wallet.tag, sizeof wallet.tag, "%s", tag);
    return wallet;
}

/* Without an operator. */
static inline toc_statement book_notice(toc_wallet wallet, const char *role)
{
    toc_statement statement = book_statement(TOC_RECORD_NOTICE);
    statement.as.notice = (toc_notice_body){.wallet = wallet, .role = toc_span_text(role)};
    return statement;
}

/* Of a wallet that is its author's own: it has effect. */
static inline toc_statement book_own_notice(const toc_test_feed *feed, toc_wallet wallet,
                                            const char *role)
{
    toc_statement statement = book_notice(wallet, role);
    statement.as.notice.has_operator_org = true;
    statement.as.notice.operator_org = feed->name.org;
    return statement;
}

static inline toc_statement book_end(toc_statement *target, uint64_t revision)
{
    static const toc_claim_id none;
    toc_statement end;
    toc_statement_retract(target, &none, TOC_RETRACT_ERROR, &end);
    end.revision = revision;
    end.issued_at.unix_ms = TOC_BOOK_NOW;
    return end;
}

/* One Bitcoin from a wallet to another, as output `number` of TOC_BOOK_TX; both lent. */
#define TOC_BOOK_TX "4a5e1e4baab89f3a32518a88c31bc87f618f76673e2cc77ab2127b7afdeda33b"
static inline toc_statement book_transfer(const toc_wallet *from, const toc_wallet *to,
                                          size_t number)
{
    static const char *const numbers[] = {"0", "1", "2", "10"};
    toc_statement statement = book_statement(TOC_RECORD_TRANSFER);
    toc_transfer_body *body = &statement.as.transfer;
    body->place = (toc_place){.chain = from->chain,
                              .tx = toc_span_text(TOC_BOOK_TX),
                              .index_kind = TOC_INDEX_OUTPUT,
                              .index = toc_span_text(numbers[number])};
    body->from = from;
    body->to = to;
    body->from_count = body->to_count = 1;
    body->amount = (toc_amount){.asset = toc_span_text("native"), .decimals = 8, .stated = true};
    body->amount.base_units[31] = 100;
    body->time.unix_ms = TOC_BOOK_NOW - 3600000;
    return statement;
}

/* `target` as said in `feed`; its identity is written into `named`. */
static inline toc_target book_target(const toc_test_feed *feed, const toc_statement *target,
                                     toc_statement *named)
{
    toc_target out = {.org = feed->name.org, .named = named};
    static const toc_claim_id none;
    toc_statement end, scratch;
    toc_statement_claim(target, &feed->name.circle, &feed->name.org, &out.claim);
    toc_statement_retract(target, &none, TOC_RETRACT_ERROR, &end);
    *named = *toc_statement_about(&end, &scratch);
    return out;
}

static inline toc_statement book_dispute(toc_target target, uint64_t seen)
{
    toc_statement statement = book_statement(TOC_RECORD_DISPUTE);
    statement.as.dispute = (toc_dispute_body){
        .target = target, .revision_seen = seen, .reason = toc_span_text("wrong-wallet")};
    return statement;
}

static inline toc_source_record source_of(const toc_test_feed *feed, const toc_said *said)
{
    return (toc_source_record){.record = said->record, .feed = feed->id, .index = said->index};
}

/* Roots and sources lent, in the order that they are to have. */
static inline toc_statement derived_from(toc_statement statement, const toc_source_record *records,
                                         size_t record_count, const toc_root *roots,
                                         size_t root_count)
{
    statement.source = (toc_source){
        .ground = TOC_GROUND_DERIVED, .records = records, .record_count = record_count};
    statement.roots = roots;
    statement.root_count = root_count;
    return statement;
}

/* The root of an own claim, in the caller's storage. */
static inline toc_root own_root(const toc_claim_id *claim, uint8_t out[33])
{
    out[0] = TOC_ROOT_OWN;
    memcpy(out + 1, claim->bytes, 32);
    return toc_span_of(out, 33);
}

/* A fold from nothing, in this order and in another. */
static inline void check_orders(fixture *it)
{
    toc_err err = {0};
    toc_answer_digest kept = toc_viewbook_digest(&it->book);
    check_rebuild(it);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        TOC_CHECK_OK(toc_views_rebuild(it->book.views, &seed, NULL, NULL, &err));
        toc_answer_digest shuffled = toc_viewbook_digest(&it->book);
        assert_true(toc_viewbook_same(&kept, &shuffled));
    }
}

static inline void erase(fixture *it, size_t feed, const toc_said *said)
{
    toc_viewbook_journal(&it->book, TOC_JOURNAL_ERASED, it->feeds[feed], said->index,
                         said->index + 1);
    toc_viewbook_fold(&it->book);
}

#endif
