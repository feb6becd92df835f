/* What lies on the disk is, byte for byte, what store/README.md says: against rows computed
 * elsewhere. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"
#include "tests/support/vectors.h"

enum { CASES = 20 };
#define TIME_MS UINT64_C(1767225600000)

/* The store judges no signature: whoever verified it puts it. */
static void cosign(toc_log_txn *txn)
{
    toc_err err = {0};
    bool fresh;
    toc_log_cosignature made = {.size = 2, .made.time_s = TIME_MS / 1000 + 60};
    memset(made.org.bytes, 0x0B, sizeof made.org.bytes);
    memset(made.key.bytes, 0xE7, sizeof made.key.bytes);
    memset(made.made.signature.bytes, 0xE5, sizeof made.made.signature.bytes);
    ASSERT_OK(toc_log_cosignature_put(txn, 1, &made, &fresh, &err));
    made.size = 3;
    ASSERT_OK(toc_log_cosignature_put(txn, 1, &made, &fresh, &err));
    made.made.time_s++;
    ASSERT_OK(toc_log_cosignature_put(txn, 1, &made, &fresh, &err));
}

static void decide(toc_log_txn *txn)
{
    toc_err err = {0};
    uint8_t low[21], high[21];
    memset(low, 0x11, sizeof low);
    memset(high, 0x22, sizeof high);
    low[0] = 1;
    high[0] = 5;
    toc_log_decision decision = {
        .vertices = {TOC_SPAN_OF(low), TOC_SPAN_OF(high)},
        .split = true,
        .at.unix_ms = TIME_MS,
        .who = toc_span_text("uid 1000"),
        .wallets = {toc_span_text("bip122:a"), toc_span_text("eip155:1:b")},
        .note = toc_span_text("two people")};
    ASSERT_OK(toc_log_decision_put(txn, &decision, &err));
}

/* The store that tests/unit/store/make_vectors.py describes. */
static void fill(const toc_logbook *book, toc_log_txn *txn)
{
    toc_err err = {0};
    toc_log_feed feed;
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, TIME_MS / 1000);
    toc_journal_row tick = {.kind = TOC_JOURNAL_TICK, .tick.unix_ms = TIME_MS};
    toc_journal_row stored = {.kind = TOC_JOURNAL_STORED, .feed = 1, .from = 0, .until = 3};
    toc_log_circle circle = {.id = name.circle,
                             .joined = true,
                             .known = true,
                             .version = 2,
                             .generation = TIME_MS / 1000,
                             .epoch_at.unix_ms = TIME_MS};
    memset(circle.charter.bytes, 0xC4, sizeof circle.charter);
    toc_draft_id draft;
    memset(draft.bytes, 0xD1, sizeof draft);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_append(book, txn, &feed, 3, false);
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_ALERT, &tick, &err));
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_BULK, &stored, &err));
    ASSERT_OK(toc_log_pending_add(txn, 1, 1, 3, 7, (toc_time){TIME_MS}, &err));
    ASSERT_OK(toc_log_circle_put(txn, &circle, &err));
    ASSERT_OK(toc_log_peer_put(txn, &name.org, toc_span_text("tcp://node.example:7117"), &err));
    ASSERT_OK(toc_log_owner_put(txn, &name.org, &err));
    ASSERT_OK(toc_log_submission_put(txn, &draft, toc_span_text("{}"), &err));
    cosign(txn);
    decide(txn);
}

/* Of a sealed one what is sealed: the nonce is random. */
static void assert_row(toc_log_txn *txn, const toc_vector *vector, const char *table, toc_row row)
{
    toc_err err = {0};
    if (strcmp(table, "overlay") == 0)
        ASSERT_OK(toc_sealed_open(txn, TOC_LOG_OVERLAY, row, &row.value, &err));
    char key[1024], value[2048];
    assert_string_equal(table, toc_vector_text(vector, "table"));
    assert_true(2 * row.key.size < sizeof key && 2 * row.value.size < sizeof value);
    toc_hex_encode(row.key, key);
    toc_hex_encode(row.value, value);
    assert_string_equal(key, toc_vector_text(vector, "key"));
    assert_string_equal(value, toc_vector_text(vector, "value"));
}

static void every_row_is_laid_out_as_the_readme_says(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    uint8_t store_key[TOC_SECRET_BYTES];
    memset(store_key, 0x5C, sizeof store_key);
    toc_logbook_shut(book);
    toc_secret_free(book->key);
    ASSERT_OK(toc_secret_from(TOC_SPAN_OF(store_key), &book->key, &err));
    toc_logbook_reopen(book);
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("store-log-rows.txt", CASES);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    fill(book, txn);
    ASSERT_OK(toc_log_commit(txn, &err));
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    size_t rows = 0;
    for (toc_table table = 0; table < TOC_LOG_TABLE_COUNT; table++) {
        toc_cursor *cursor = NULL;
        toc_row row;
        ASSERT_OK(toc_cursor_open(txn->txn, table, (toc_span){0}, &cursor, &err));
        while (toc_cursor_next(cursor, &row, &err) == TOC_OK) {
            assert_true(rows < toc_vectors_count(vectors));
            assert_row(txn, toc_vectors_at(vectors, rows++), toc_table_name(txn->txn, table), row);
        }
        toc_cursor_close(cursor);
    }
    assert_int_equal(rows, toc_vectors_count(vectors));
    toc_log_abort(txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_row_is_laid_out_as_the_readme_says, toc_logbook_setup,
                                        toc_logbook_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
