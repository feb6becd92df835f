#include "tests/support/viewbook.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "proto/address/base58.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/record/approval.h"
#include "store/view/view.h"

/* ---- the store ---- */

static void make_folder(char out[TOC_TEMPDIR_BYTES])
{
    (void)snprintf(out, TOC_TEMPDIR_BYTES, "/dev/shm/tocsin-test-XXXXXX");
    if (mkdtemp(out) == NULL)
        toc_tempdir_make(out);
}

void toc_viewbook_open(toc_viewbook *book, bool sync)
{
    toc_err err = {0};
    *book = (toc_viewbook){.options = {.log_map_bytes = (uint64_t)4 << 30,
                                       .views_map_bytes = (uint64_t)4 << 30,
                                       .sync = sync}};
    TOC_CHECK_OK(toc_crypto_start(&err));
    make_folder(book->folder);
    TOC_CHECK_OK(toc_secret_random(&book->key, &err));
    TOC_CHECK_OK(toc_log_create(book->folder, &err));
    TOC_CHECK_OK(toc_log_open(book->folder, &book->options, book->key, &book->log, &err));
    TOC_CHECK_OK(toc_views_open(book->folder, &book->options, book->log, &book->views, &err));
}

void toc_viewbook_close(toc_viewbook *book)
{
    toc_views_close(book->views);
    toc_log_close(book->log);
    toc_secret_free(book->key);
    toc_tempdir_remove(book->folder);
    *book = (toc_viewbook){0};
}

void toc_viewbook_reopen_views(toc_viewbook *book)
{
    toc_err err = {0};
    toc_views_close(book->views);
    book->views = NULL;
    TOC_CHECK_OK(toc_views_open(book->folder, &book->options, book->log, &book->views, &err));
}

/* ---- entries ---- */

static void find_feed(toc_log_txn *txn, const toc_test_feed *feed, toc_log_feed *out)
{
    toc_err err = {0};
    toc_code code = toc_log_feed_find(txn, &feed->id, out, &err);
    if (code != TOC_NOT_FOUND) {
        TOC_CHECK_OK(code);
        return;
    }
    TOC_CHECK_OK(toc_log_feed_new(txn, &feed->name, out, &err));
    for (uint32_t epoch = 1; epoch <= TOC_TEST_EPOCHS; epoch++)
        TOC_CHECK_OK(toc_log_sender_key_put(txn, &feed->name, epoch, feed->sender_keys[epoch - 1],
                                            (toc_time){TOC_BOOK_NOW}, &err));
}

static void append(toc_log_txn *txn, const toc_test_feed *feed, toc_log_feed *stored,
                   uint64_t until)
{
    toc_err err = {0};
    enum { STEP = 1024 };
    toc_span entries[STEP];
    while (stored->frontier.size < until) {
        uint64_t from = stored->frontier.size;
        size_t count = until - from < STEP ? (size_t)(until - from) : STEP;
        for (size_t i = 0; i < count; i++)
            entries[i] = toc_test_feed_entry(feed, from + i);
        toc_judge judge = {.epoch = 1, .charter_version = 1, .card_serial = 1};
        const toc_hash *leaves = (const toc_hash *)(const void *)feed->leaves.data + from;
        TOC_CHECK_OK(
            toc_log_append(txn, stored, entries, leaves, count, from == 0 ? &judge : NULL, &err));
    }
}

void toc_viewbook_store(toc_viewbook *book, const toc_test_feed *feed, uint64_t until)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed stored;
    TOC_CHECK_OK(toc_log_write(book->log, &txn, &err));
    find_feed(txn, feed, &stored);
    uint64_t from = stored.frontier.size;
    if (from < until) {
        append(txn, feed, &stored, until);
        toc_journal_row row = {
            .kind = TOC_JOURNAL_STORED, .feed = stored.number, .from = from, .until = until};
        TOC_CHECK_OK(toc_log_journal_add(txn, feed->name.lane, &row, &err));
    }
    TOC_CHECK_OK(toc_log_commit(txn, &err));
}

void toc_viewbook_journal(toc_viewbook *book, toc_journal_kind kind, const toc_test_feed *feed,
                          uint64_t from, uint64_t until)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed stored;
    TOC_CHECK_OK(toc_log_write(book->log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, &feed->id, &stored, &err));
    toc_journal_row row = {.kind = kind, .feed = stored.number, .from = from, .until = until};
    TOC_CHECK_OK(toc_log_journal_add(txn, feed->name.lane, &row, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
}

void toc_viewbook_tick(toc_viewbook *book, uint64_t unix_ms)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_write(book->log, &txn, &err));
    toc_journal_row row = {.kind = TOC_JOURNAL_TICK, .tick = {unix_ms}};
    TOC_CHECK_OK(toc_log_journal_add(txn, TOC_LANE_ALERT, &row, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
}

void toc_viewbook_give(toc_viewbook *book, const toc_test_feed *feed)
{
    toc_viewbook_store(book, feed, feed->count);
    toc_viewbook_journal(book, TOC_JOURNAL_OPENED, feed, 0, feed->count);
}

/* A level fold has put nothing off. */
static void check_level(toc_viewbook *book)
{
    toc_err err = {0};
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    uint64_t pending;
    TOC_CHECK_OK(toc_views_read(book->views, &txn, &err));
    TOC_CHECK_OK(toc_table_count(txn->view.txn, TOC_VIEW_PENDING, &pending, &err));
    assert_int_equal(pending, 0);
}

void toc_viewbook_fold(toc_viewbook *book)
{
    toc_err err = {0};
    toc_fold_result result = {.backlog = 1};
    while (result.backlog > 0)
        TOC_CHECK_OK(toc_views_fold(book->views, NULL, NULL, &result, &err));
    check_level(book);
}

toc_answer_digest toc_viewbook_digest(toc_viewbook *book)
{
    toc_err err = {0};
    toc_views_txn *txn = NULL;
    toc_answer_digest walked;
    toc_hash digest, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(book->views, &txn, &err));
    TOC_CHECK_OK(toc_views_digest_walk(txn, NULL, NULL, &walked, &err));
    TOC_CHECK_OK(toc_views_digest_running(txn, &digest, &opened, &entries, &err));
    toc_views_end(txn);
    assert_memory_equal(walked.digest.bytes, digest.bytes, 32);
    assert_memory_equal(walked.opened.bytes, opened.bytes, 32);
    assert_int_equal(walked.entries, entries);
    return walked;
}

bool toc_viewbook_same(const toc_answer_digest *left, const toc_answer_digest *right)
{
    return toc_hash_equal(&left->digest, &right->digest) &&
           toc_hash_equal(&left->opened, &right->opened) &&
           left->horizon.unix_ms == right->horizon.unix_ms && left->rules == right->rules &&
           left->entries == right->entries && left->claims == right->claims &&
           left->wallets == right->wallets && left->clusters == right->clusters;
}

/* ---- feeds ---- */

toc_test_feed *toc_viewbook_feed(uint8_t circle, uint8_t org, toc_lane lane, uint8_t seed)
{
    toc_test_feed *feed = toc_test_feed_new(lane, seed);
    memset(feed->name.circle.bytes, circle, 32);
    memset(feed->name.org.bytes, org, 32);
    toc_feed_id_of(&feed->name, &feed->id);
    toc_test_feed_grant(feed, 1);
    return feed;
}

toc_said toc_viewbook_say(toc_test_feed *feed, toc_statement statement)
{
    return toc_viewbook_say_with(feed, statement, NULL, NULL);
}

static void sign_bytes(toc_buf *record, toc_arena *arena,
                       void (*sign)(void *context, toc_span statement, toc_buf *out_record),
                       void *context)
{
    toc_err err = {0};
    toc_span statement;
    const toc_approval *none;
    size_t count;
    TOC_AUTO(toc_buf_wipe) toc_buf made = {0};
    TOC_CHECK_OK(toc_record_open(toc_buf_view(record), arena, &statement, &none, &count, &err));
    sign(context, statement, &made);
    toc_buf_clear(record);
    toc_buf_add_span(record, toc_buf_view(&made));
}

toc_said toc_viewbook_say_with(toc_test_feed *feed, toc_statement statement,
                               void (*sign)(void *context, toc_span statement, toc_buf *out_record),
                               void *context)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_said said = {.index = feed->count};
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    toc_statement_claim(&statement, &feed->name.circle, &feed->name.org, &said.claim);
    toc_root root;
    if (toc_record_kind_is_head(statement.kind) && statement.source.ground != TOC_GROUND_DERIVED) {
        root = toc_source_root(&statement.source, &said.claim, arena);
        statement.roots = &root;
        statement.root_count = 1;
    }
    if (statement.kind == TOC_RECORD_RETRACTION)
        statement.as.retraction.target = said.claim;
    TOC_CHECK_OK(toc_record_encode(&statement, &record, &err));
    if (sign != NULL)
        sign_bytes(&record, arena, sign, context);
    toc_test_feed_record(feed, toc_buf_view(&record));
    memcpy(said.record.bytes, feed->leaves.data + 32 * said.index, 32);
    return said;
}

void toc_viewbook_say_nonsense(toc_test_feed *feed)
{
    toc_test_feed_record(feed, toc_span_text("\x0A\x02\x08\x01"));
}

/* ---- statements ---- */

toc_wallet toc_book_wallet(const char *text)
{
    toc_err err = {0};
    toc_wallet_candidates found;
    TOC_CHECK_OK(toc_wallet_parse(toc_span_text(text), &found, &err));
    assert_int_equal(found.count, 1);
    return found.wallets[0];
}

static toc_statement common(toc_record_kind kind)
{
    return (toc_statement){.kind = kind,
                           .revision = 1,
                           .issued_at = {TOC_BOOK_NOW},
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 80,
                           .source = {.ground = TOC_GROUND_OWN}};
}

toc_statement toc_book_claim(toc_wallet wallet, const char *category)
{
    toc_statement statement = common(TOC_RECORD_WALLET);
    statement.as.wallet = (toc_wallet_body){.wallet = wallet,
                                            .role = toc_span_text("perpetrator"),
                                            .category = toc_span_text(category)};
    return statement;
}

toc_statement toc_book_cluster(const char *name)
{
    toc_statement statement = common(TOC_RECORD_CLUSTER);
    statement.as.cluster = (toc_cluster_body){.cluster = toc_span_text(name),
                                              .entity_type = toc_span_text("thief"),
                                              .method = toc_span_text("multi-input")};
    return statement;
}

toc_statement toc_book_members(const char *name, const toc_member *members, size_t count)
{
    toc_statement statement = common(TOC_RECORD_MEMBERS);
    statement.as.members =
        (toc_members_body){.cluster = toc_span_text(name), .count = count, .members = members};
    return statement;
}

toc_statement toc_book_retraction(const toc_statement *target)
{
    toc_statement statement = common(TOC_RECORD_RETRACTION);
    statement.source = target->source;
    statement.revision = target->revision + 1;
    statement.as.retraction =
        (toc_retraction_body){.target_kind = target->kind, .reason = TOC_RETRACT_ERROR};
    if (target->kind == TOC_RECORD_CLUSTER) {
        statement.as.retraction.cluster.cluster = target->as.cluster.cluster;
        return statement;
    }
    const toc_wallet_body *body = &target->as.wallet;
    statement.as.retraction.wallet = (toc_wallet_body){.wallet = body->wallet,
                                                       .role = body->role,
                                                       .category = body->category,
                                                       .actor = body->actor,
                                                       .incident = body->incident};
    return statement;
}

/* Even numbers are p2pkh of BTC, odd ones p2pkh of LTC of the same key. */
toc_wallet toc_book_numbered(uint32_t number)
{
    toc_err err = {0};
    char text[TOC_BASE58_TEXT_MAX];
    toc_wallet wallet;
    toc_hash hash;
    uint32_t key = number / 2;
    toc_blake2b(TOC_SPAN_OF(key), &hash);
    uint8_t payload[21] = {number % 2 == 0 ? 0 : 48};
    memcpy(payload + 1, hash.bytes, 20);
    toc_base58check_encode(TOC_BASE58_BITCOIN, TOC_SPAN_OF(payload), text);
    const toc_chain *chain = toc_chain_find(toc_span_text(number % 2 == 0 ? "BTC" : "LTC"));
    TOC_CHECK_OK(toc_wallet_parse_on(chain, toc_span_text(text), &wallet, &err));
    return wallet;
}
