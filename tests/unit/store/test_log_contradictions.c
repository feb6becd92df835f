/* The check of rows that are whole, and wrong: they contradict the entries or each other. */
#include "proto/feed/entry.h"
#include "tests/unit/store/filled_log.h"

/* Changes a filled store by `change`, checks within the same transaction, and takes the change
 * back. */
typedef void (*store_change)(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second);

static void assert_finds_change(const toc_logbook *book, store_change change, const char *named)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed second;
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_feed_at(txn, 2, &second, &err));
    change(book, txn, &second);
    toc_code code = toc_log_check(txn, NULL, NULL, &err);
    if (code != TOC_SIGNATURE || strstr(err.text, named) == NULL)
        fail_msg("instead of \"%s\": %s: %s", named, toc_code_name(code), err.text);
    toc_log_abort(txn);
}

static void put_feed(toc_log_txn *txn, const toc_log_feed *feed)
{
    toc_err err = {0};
    ASSERT_OK(toc_feed_row_put(txn, feed, &err));
}

static void another_head_root(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->head_root.bytes[0] ^= 1;
    put_feed(txn, second);
}

static void another_known_root(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->known_root.bytes[0] ^= 1;
    put_feed(txn, second);
}

static void no_head(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->head_size = 0;
    put_feed(txn, second);
}

static void another_frontier(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->frontier.hashes[1].bytes[0] ^= 1;
    put_feed(txn, second);
}

static void a_smaller_frontier(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->frontier.size = 28; /* of 30: 16 + 8 + 4 */
    second->frontier.count = 3;
    second->head_size = 0;
    second->known_size = 0;
    put_feed(txn, second);
}

static void another_id(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->id.bytes[0] ^= 1;
    put_feed(txn, second);
}

static void another_judge(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    second->judge.epoch++;
    put_feed(txn, second);
}

static void put_head(const toc_logbook *book, toc_log_txn *txn, uint32_t number,
                     const toc_feed_name *name, uint64_t size, const toc_hash *root,
                     const toc_hash *note_root)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf row = {0};
    uint8_t key[TOC_ENTRY_KEY_BYTES];
    toc_buf_add_span(&row, TOC_SPAN_OF(*root));
    toc_logbook_note(book, name, size, note_root, &row);
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_HEADS, toc_entry_key(number, size, key),
                              toc_buf_view(&row), &err));
}

static void an_old_head(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    toc_hash root = {{1}};
    put_head(book, txn, 2, &second->name, 10, &root, &root);
}

static void a_head_of_no_feed(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    toc_hash root = {{1}};
    put_head(book, txn, 9, &second->name, 10, &root, &root);
}

static void a_waiting_note_of_another_feed(const toc_logbook *book, toc_log_txn *txn,
                                           toc_log_feed *second)
{
    toc_hash root = {{1}};
    toc_feed_name name = second->name;
    name.generation++;
    put_head(book, txn, 2, &name, 100, &root, &root);
}

static void a_waiting_note_of_another_root(const toc_logbook *book, toc_log_txn *txn,
                                           toc_log_feed *second)
{
    toc_hash root = {{1}}, other = {{2}};
    put_head(book, txn, 2, &second->name, 100, &root, &other);
}

static void a_grant_that_is_none(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    toc_err err = {0};
    uint8_t bytes[60] = {1, TOC_ENTRY_GRANT};
    toc_span entry = TOC_SPAN_OF(bytes);
    toc_hash leaf;
    toc_entry_leaf(&second->id, second->frontier.size, entry, &leaf);
    ASSERT_OK(toc_log_append(txn, second, &entry, &leaf, 1, NULL, &err));
}

static void a_journal_of_another_lane(const toc_logbook *book, toc_log_txn *txn,
                                      toc_log_feed *second)
{
    (void)book;
    (void)second;
    toc_err err = {0};
    static const uint8_t key[TOC_JOURNAL_KEY_BYTES] = {2}, row[29] = {1};
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_JOURNAL, TOC_SPAN_OF(key), TOC_SPAN_OF(row), &err));
}

static void a_range_within_another(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    (void)second;
    toc_err err = {0};
    uint8_t key[TOC_ENTRY_KEY_BYTES], row[20] = {0};
    toc_put_u64(row, 160);
    ASSERT_OK(
        toc_checked_put(txn, TOC_LOG_PENDING, toc_entry_key(1, 150, key), TOC_SPAN_OF(row), &err));
}

static void another_sum_of_bytes(const toc_logbook *book, toc_log_txn *txn, toc_log_feed *second)
{
    (void)book;
    (void)second;
    toc_err err = {0};
    static const uint8_t sum[8] = {0, 0, 0, 0, 0, 0, 0, 1};
    ASSERT_OK(
        toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("entry_bytes"), TOC_SPAN_OF(sum), &err));
}

static void a_circle_feed_of_no_feed(const toc_logbook *book, toc_log_txn *txn,
                                     toc_log_feed *second)
{
    (void)book;
    toc_err err = {0};
    toc_key key;
    toc_key_clear(&key);
    toc_key_add_span(&key, TOC_SPAN_OF(second->name.circle));
    toc_key_add_u32(&key, 9);
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_CIRCLE_FEEDS, toc_key_view(&key), (toc_span){0}, &err));
}

static void rows_that_contradict_the_entries_or_each_other_are_found(void **state)
{
    toc_logbook *book = *state;
    fill_log(book);
    assert_finds_change(book, another_head_root, "entry 29: the head over it and those before");
    assert_finds_change(book, another_known_root, "a head that the feed's row names is not there");
    assert_finds_change(book, no_head, "an old head over it was left behind");
    assert_finds_change(book, another_frontier, "frontier is not what its entries hash to");
    assert_finds_change(book, a_smaller_frontier, "there are more than the feed's size");
    assert_finds_change(book, another_id, "the feed's id is not that of its name");
    assert_finds_change(book, another_judge, "entry 0: the feed's row does not name it");
    assert_finds_change(book, an_old_head, "an old head over it was left behind");
    assert_finds_change(book, a_head_of_no_feed, "table 'heads' has 4 rows");
    assert_finds_change(book, a_waiting_note_of_another_feed, "entry 99: the note of a head");
    assert_finds_change(book, a_waiting_note_of_another_root, "entry 99: the note of a head");
    assert_finds_change(book, a_grant_that_is_none, "entry 30: it says that it is a grant");
    assert_finds_change(book, a_journal_of_another_lane, "the journal has 4 rows");
    assert_finds_change(book, a_range_within_another, "entry 150 waits for two keys");
    assert_finds_change(book, another_sum_of_bytes, "the sum kept is 1");
    assert_finds_change(book, a_circle_feed_of_no_feed, "table 'circle_feeds' has 3 rows");
}

static void a_journal_or_a_range_that_names_what_is_not_stored_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    fill_log(book);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    toc_journal_row row = {.kind = TOC_JOURNAL_OPENED, .feed = 1, .from = 0, .until = 601};
    ASSERT_OK(toc_log_journal_add(txn, TOC_LANE_ALERT, &row, &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    assert_non_null(strstr(err.text, "the journal names feed 1 up to entry 600"));
    toc_log_abort(txn);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_pending_add(txn, 3, 0, 1, 1, (toc_time){1}, &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

/* A caller that hands in leaves, judges or notes that are not those of the entries: the row is
 * whole, and wrong. */
static void what_was_written_wrongly_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed feed;
    toc_logbook_entries entries;
    fill_log(book);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_feed_at(txn, 1, &feed, &err));
    toc_logbook_entries_make(book, &feed, 5, 64, true, &entries);
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans, entries.leaves, 5, NULL, &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    assert_non_null(strstr(err.text, "entry 600: the feed's row does not name it"));
    toc_log_abort(txn);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_feed_at(txn, 1, &feed, &err));
    entries.leaves[3].bytes[7] ^= 1;
    ASSERT_OK(toc_log_append(txn, &feed, entries.spans, entries.leaves, 5, &entries.judge, &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    assert_non_null(strstr(err.text, "entry 603:"));
    toc_log_abort(txn);
    toc_logbook_entries_free(&entries);
}

static void a_head_signed_by_another_key_than_the_granted_cards_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed feed;
    fill_log(book);
    toc_secret_free(book->sign);
    ASSERT_OK(toc_secret_random(&book->sign, &err));
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_feed_at(txn, 2, &feed, &err));
    toc_logbook_append(book, txn, &feed, 1, false);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_logbook_head(book, txn, &feed);
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void a_note_that_says_something_else_than_its_row_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_feed feed;
    toc_hash root;
    fill_log(book);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_feed_at(txn, 2, &feed, &err));
    toc_logbook_append(book, txn, &feed, 1, false);
    toc_frontier_root(&feed.frontier, &root);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_logbook_note(book, &feed.name, 30, &root, &note); /* the size before */
    ASSERT_OK(toc_log_head_put(txn, &feed, 31, &root, toc_buf_view(&note), &err));
    ASSERT_CODE(TOC_SIGNATURE, toc_log_check(txn, NULL, NULL, &err));
    assert_non_null(strstr(err.text, "/alert/2, entry 30: the note"));
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(rows_that_contradict_the_entries_or_each_other_are_found),
        TEST(a_journal_or_a_range_that_names_what_is_not_stored_is_found),
        TEST(what_was_written_wrongly_is_found),
        TEST(a_head_signed_by_another_key_than_the_granted_cards_is_found),
        TEST(a_note_that_says_something_else_than_its_row_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
