/* The order-free hash, and that no byte of a view row changes unnoticed (docs/RULES.md §8). */
#include "store/view/digest.h"

#include <stdio.h>

#include "proto/crypto/hash.h"
#include "store/view/view.h"
#include "tests/unit/store/kinds_support.h"

/* ---- the sum ---- */

static toc_hash hash_of(uint8_t last, uint8_t rest)
{
    toc_hash hash;
    memset(hash.bytes, rest, sizeof hash.bytes);
    hash.bytes[31] = last;
    return hash;
}

static void assert_sum(const toc_sum *sum, uint8_t first, uint8_t rest, uint8_t last)
{
    uint8_t bytes[32];
    toc_sum_write(sum, bytes);
    assert_int_equal(bytes[0], first);
    for (size_t i = 1; i < 31; i++)
        assert_int_equal(bytes[i], rest);
    assert_int_equal(bytes[31], last);
}

static void an_empty_sum_is_zero_and_counts_carry_through_all_bytes(void **state)
{
    (void)state;
    toc_sum sum = {0};
    assert_sum(&sum, 0, 0, 0);
    toc_hash most = hash_of(0xFF, 0xFF), one = hash_of(1, 0);
    toc_sum_add(&sum, &most);
    assert_sum(&sum, 0xFF, 0xFF, 0xFF);
    toc_sum_add(&sum, &one); /* 2^256 - 1 + 1 = 0, modulo 2^256 */
    assert_sum(&sum, 0, 0, 0);
    toc_sum_take(&sum, &one);
    assert_sum(&sum, 0xFF, 0xFF, 0xFF);
    toc_sum_add(&sum, &most); /* 2^257 - 2 */
    assert_sum(&sum, 0xFF, 0xFF, 0xFE);
}

static void what_is_taken_out_was_never_added_in_any_order(void **state)
{
    (void)state;
    toc_sum sum = {0}, other = {0}, read;
    toc_hash hashes[8];
    uint8_t bytes[32];
    for (uint8_t i = 0; i < 8; i++)
        toc_blake2b(TOC_SPAN_OF(i), &hashes[i]);
    for (size_t i = 0; i < 8; i++)
        toc_sum_add(&sum, &hashes[i]);
    for (size_t i = 8; i-- > 0;)
        toc_sum_add(&other, &hashes[i]);
    assert_memory_equal(&sum, &other, sizeof sum);
    toc_sum_take(&other, &hashes[3]);
    assert_memory_not_equal(&sum, &other, sizeof sum);
    toc_sum_take(&sum, &hashes[3]);
    assert_memory_equal(&sum, &other, sizeof sum);
    toc_sum_write(&sum, bytes);
    toc_sum_read(bytes, &read);
    assert_memory_equal(&sum, &read, sizeof sum);
}

/* Python: hashlib.blake2b(b"opened\0" + bytes([7]) * 32, digest_size=32).hexdigest() */
static void a_row_is_hashed_after_the_name_of_its_table_and_a_zero_byte(void **state)
{
    (void)state;
    static const uint8_t expected[] = {0xF7, 0x80, 0x0D, 0x19, 0x69, 0xCE, 0x4F, 0x15,
                                       0x2E, 0x1D, 0x1E, 0xF9, 0x50, 0x4A, 0x38, 0x29};
    toc_record_id record;
    toc_hash hash, same;
    TOC_AUTO(toc_buf_wipe) toc_buf scratch = {0}, row = {0};
    memset(record.bytes, 7, sizeof record.bytes);
    toc_opened_hash(&record, &hash);
    assert_memory_equal(hash.bytes, expected, sizeof expected);
    toc_row_hash(TOC_VIEW_TENTATIVE, toc_span_text("key"), toc_span_text("value"), &scratch, &hash);
    toc_buf_add(&row, "tentative\0keyvalue", 18);
    toc_blake2b(toc_buf_view(&row), &same);
    assert_memory_equal(hash.bytes, same.bytes, 32);
}

/* ---- flipped bytes ---- */

/* A notice with effect, a report and a notice that rest on a claim, a same-as, a transfer. */
static void say_others(toc_test_feed *feed)
{
    toc_said source = toc_viewbook_say(feed, toc_book_claim(toc_book_numbered(6), "theft"));
    uint8_t root_bytes[33];
    toc_root root = own_root(&source.claim, root_bytes);
    toc_source_record record = source_of(feed, &source);
    toc_statement notice = book_own_notice(feed, toc_book_numbered(8), "hot");
    notice.valid_until.unix_ms = TOC_BOOK_NOW + 3600000;
    (void)toc_viewbook_say(feed, notice);
    notice = book_notice(toc_book_numbered(10), "cold");
    (void)toc_viewbook_say(feed, derived_from(notice, &record, 1, &root, 1));
    toc_statement report = toc_book_cluster("derived");
    (void)toc_viewbook_say(feed, derived_from(report, &record, 1, &root, 1));
    const toc_wallet from = toc_book_numbered(2), to = toc_book_numbered(4);
    toc_statement same_as = book_statement(TOC_RECORD_SAME_AS);
    same_as.as.same_as.first = (toc_incident_ref){.org = {{1}}, .slug = toc_span_text("one")};
    same_as.as.same_as.second = (toc_incident_ref){.org = {{2}}, .slug = toc_span_text("other")};
    (void)toc_viewbook_say(feed, same_as);
    (void)toc_viewbook_say(feed, book_transfer(&from, &to, 0));
}

static void fork_at_the_end(toc_viewbook *book, const toc_test_feed *feed)
{
    toc_viewbook_journal(book, TOC_JOURNAL_DISPUTED, feed, feed->count - 3, feed->count - 2);
}

/* A store in which every table has rows. */
static void fill(toc_viewbook *book, toc_test_feed *feeds[2])
{
    toc_viewbook_open(book, false);
    feeds[0] = toc_viewbook_feed(0xC0, 0xA0, TOC_LANE_BULK, 1);
    feeds[1] = toc_viewbook_feed(0xC0, 0xA1, TOC_LANE_BULK, 2);
    toc_member members[40];
    for (uint32_t i = 0; i < 40; i++)
        members[i].wallet = toc_book_numbered(2 * i), members[i].remove = false;
    for (size_t i = 0; i < 2; i++) {
        toc_statement cluster = toc_book_cluster("one");
        cluster.valid_until.unix_ms = TOC_BOOK_NOW + 3600000;
        (void)toc_viewbook_say(feeds[i], cluster);
        (void)toc_viewbook_say(feeds[i], toc_book_members("one", members, 4));
        toc_statement later = toc_book_cluster("later");
        later.issued_at.unix_ms = TOC_BOOK_NOW + 86400000;
        (void)toc_viewbook_say(feeds[i], later);
        (void)toc_viewbook_say(feeds[i], toc_book_claim(toc_book_numbered(2), "theft"));
        toc_statement other = toc_book_claim(toc_book_numbered(4), "scam");
        (void)toc_viewbook_say(feeds[i], toc_book_retraction(&other));
        say_others(feeds[i]);
        toc_viewbook_say_nonsense(feeds[i]);
        toc_viewbook_give(book, feeds[i]);
    }
    fork_at_the_end(book, feeds[1]);
    toc_viewbook_tick(book, TOC_BOOK_NOW);
    toc_viewbook_fold(book);
}

static void empty(toc_viewbook *book, toc_test_feed *feeds[2])
{
    toc_test_feed_free(feeds[0]);
    toc_test_feed_free(feeds[1]);
    toc_viewbook_close(book);
}

static toc_env *open_rows(const toc_viewbook *book)
{
    toc_err err = {0};
    char path[TOC_TEMPDIR_BYTES + 16];
    toc_env *env = NULL;
    const toc_env_options options = {.tables = toc_view_table_names,
                                     .table_count = TOC_VIEW_TABLES,
                                     .map_bytes = book->options.views_map_bytes};
    (void)snprintf(path, sizeof path, "%s/views", book->folder);
    TOC_CHECK_OK(toc_env_open(path, &options, &env, &err));
    return env;
}

/* Flips a bit of byte number `byte` of key ‖ value of row number `number`; false when the table has
 * fewer rows or the row fewer bytes. */
static bool flip(const toc_viewbook *book, toc_view_table table, size_t number, size_t byte)
{
    toc_err err = {0};
    toc_env *env = open_rows(book);
    toc_txn *txn = NULL;
    toc_cursor *cursor = NULL;
    toc_row row = {0};
    TOC_CHECK_OK(toc_txn_begin(env, TOC_TXN_WRITE, &txn, &err));
    TOC_CHECK_OK(toc_cursor_open(txn, (toc_table)table, (toc_span){0}, &cursor, &err));
    toc_code code = toc_cursor_first(cursor, &row, &err);
    for (size_t i = 0; i < number && code == TOC_OK; i++)
        code = toc_cursor_next(cursor, &row, &err);
    bool there = code == TOC_OK && byte < row.key.size + row.value.size;
    if (there) {
        TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
        size_t key_bytes = row.key.size;
        toc_buf_add_span(&bytes, row.key);
        toc_buf_add_span(&bytes, row.value);
        TOC_CHECK_OK(toc_cursor_delete(cursor, &err));
        bytes.data[byte] ^= 1;
        TOC_CHECK_OK(toc_table_put(txn, (toc_table)table, toc_span_of(bytes.data, key_bytes),
                                   toc_span_of(bytes.data + key_bytes, bytes.size - key_bytes),
                                   &err));
    }
    toc_cursor_close(cursor);
    TOC_CHECK_OK(toc_txn_commit(txn, &err));
    toc_env_close(env);
    return there;
}

/* Another digest than the running one, or rows that contradict one another. */
static bool is_noticed(toc_viewbook *book)
{
    toc_err err = {0};
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    toc_answer_digest walked;
    toc_hash running, opened;
    uint64_t entries;
    TOC_CHECK_OK(toc_views_read(book->views, &txn, &err));
    TOC_CHECK_OK(toc_views_digest_running(txn, &running, &opened, &entries, &err));
    toc_code code = toc_views_digest_walk(txn, NULL, NULL, &walked, &err);
    if (code != TOC_OK)
        assert_int_equal(code, TOC_MALFORMED);
    return code != TOC_OK || !toc_hash_equal(&walked.digest, &running);
}

static void close_views(toc_viewbook *book)
{
    toc_views_close(book->views);
    book->views = NULL;
}

static size_t flip_some(toc_viewbook *book, toc_view_table table)
{
    static const size_t bytes[] = {0, 1, 5, 11, 20, 33, 60, 95, 96, 101, 107, 110, 130, 200};
    size_t flipped = 0;
    for (size_t row = 0; row < 3; row++) {
        for (size_t i = 0; i < TOC_COUNT(bytes); i++) {
            if (!flip(book, table, row, bytes[i]))
                continue;
            flipped++;
            toc_err err = {0};
            TOC_CHECK_OK(
                toc_views_open(book->folder, &book->options, book->log, &book->views, &err));
            if (!is_noticed(book))
                fail_msg("table %s, row %zu, byte %zu: nobody noticed", toc_view_table_names[table],
                         row, bytes[i]);
            TOC_CHECK_OK(toc_views_rebuild(book->views, NULL, NULL, NULL, &err));
            assert_false(is_noticed(book)); /* rebuilding mends it */
            close_views(book);
        }
    }
    return flipped;
}

static void one_flipped_byte_of_any_view_row_is_noticed(void **state)
{
    (void)state;
    toc_viewbook book;
    toc_test_feed *feeds[2];
    fill(&book, feeds);
    (void)toc_viewbook_digest(&book);
    close_views(&book);
    for (toc_view_table table = TOC_VIEW_FEEDS; table < TOC_VIEW_TABLES; table++) {
        if (table == TOC_VIEW_TENTATIVE || table == TOC_VIEW_PENDING)
            continue; /* only with reports of a thousand, and only behind the journal */
        if (flip_some(&book, table) < 3)
            fail_msg("table %s has no rows here", toc_view_table_names[table]);
    }
    empty(&book, feeds);
}

/* Where the fold stands is in no digest: its row has a check, and views without it are worth
 * nothing. */
static void a_flipped_byte_in_the_state_of_the_fold_drops_the_views(void **state)
{
    (void)state;
    toc_viewbook book;
    toc_test_feed *feeds[2];
    fill(&book, feeds);
    toc_answer_digest before = toc_viewbook_digest(&book);
    static const size_t bytes[] = {5, 6, 13, 14, 15, 40, 60, 100, 130, 133};
    for (size_t i = 0; i < TOC_COUNT(bytes); i++) {
        toc_err err = {0};
        close_views(&book);
        assert_true(flip(&book, TOC_VIEW_META, 1, bytes[i])); /* after `layout` */
        TOC_CHECK_OK(toc_views_open(book.folder, &book.options, book.log, &book.views, &err));
        assert_int_equal(toc_viewbook_digest(&book).entries, 0);
        toc_viewbook_fold(&book);
        toc_answer_digest after = toc_viewbook_digest(&book);
        assert_true(toc_viewbook_same(&before, &after));
    }
    empty(&book, feeds);
}

static void the_digest_names_nothing_local(void **state)
{
    (void)state;
    toc_viewbook one, other;
    toc_test_feed *feeds[2], *extra = toc_viewbook_feed(0xC1, 0xAA, TOC_LANE_BULK, 9);
    fill(&one, feeds);
    toc_viewbook_open(&other, false);
    toc_viewbook_store(&other, extra, extra->count); /* takes the first local number */
    toc_viewbook_store(&other, feeds[1], 1);
    fork_at_the_end(&other, feeds[1]);
    toc_viewbook_give(&other, feeds[1]);
    toc_viewbook_give(&other, feeds[0]);
    toc_viewbook_tick(&other, TOC_BOOK_NOW);
    toc_viewbook_fold(&other);
    toc_answer_digest left = toc_viewbook_digest(&one), right = toc_viewbook_digest(&other);
    assert_true(toc_viewbook_same(&left, &right));
    toc_test_feed_free(extra);
    toc_viewbook_close(&other);
    empty(&one, feeds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_sum_is_zero_and_counts_carry_through_all_bytes),
        cmocka_unit_test(what_is_taken_out_was_never_added_in_any_order),
        cmocka_unit_test(a_row_is_hashed_after_the_name_of_its_table_and_a_zero_byte),
        cmocka_unit_test(one_flipped_byte_of_any_view_row_is_noticed),
        cmocka_unit_test(a_flipped_byte_in_the_state_of_the_fold_drops_the_views),
        cmocka_unit_test(the_digest_names_nothing_local),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
