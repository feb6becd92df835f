/* The check: whatever is flipped, removed or put in another's place, it finds. */
#include "proto/feed/entry.h"
#include "tests/unit/store/filled_log.h"

static toc_code check(toc_logbook *book, toc_err *out_err)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_logbook_reopen(book);
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    *out_err = (toc_err){0};
    toc_code code = toc_log_check(txn, NULL, NULL, out_err);
    toc_log_abort(txn);
    toc_logbook_shut(book);
    return code;
}

typedef struct step_count {
    size_t calls;
    uint64_t done, total;
} step_count;

static void count_steps(void *context, uint64_t done, uint64_t total)
{
    step_count *steps = context;
    assert_true(done >= steps->done);
    steps->calls++;
    steps->done = done;
    steps->total = total;
}

static void a_store_that_nobody_touched_passes(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    ASSERT_OK(check(book, &err)); /* an empty one too */
    toc_logbook_reopen(book);
    fill_log(book);
    ASSERT_OK(check(book, &err));
}

static void progress_goes_to_the_end(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill_log(book);
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    toc_log_feed feed;
    ASSERT_OK(toc_log_feed_at(txn, 1, &feed, &err));
    toc_logbook_append(book, txn, &feed, 300, false);
    step_count steps = {0};
    ASSERT_OK(toc_log_check(txn, count_steps, &steps, &err)); /* of what is being written, too */
    assert_true(steps.calls >= 1);
    assert_int_equal(steps.done, 930);
    assert_int_equal(steps.total, 930);
    toc_log_abort(txn);
}

/* Flips one bit of a row, checks, and flips it back. */
static void assert_finds_flip(toc_logbook *book, const char *table, size_t row, size_t byte,
                              const char *named)
{
    toc_err err = {0};
    toc_logbook_flip(book, table, row, byte);
    toc_code code = check(book, &err);
    if (code != TOC_SIGNATURE || (named != NULL && strstr(err.text, named) == NULL))
        fail_msg("table %s, row %zu, byte %zu: %s: %s", table, row, byte, toc_code_name(code),
                 err.text);
    toc_logbook_flip(book, table, row, byte);
}

static void one_flipped_byte_in_an_entry_is_found_and_named(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill_log(book);
    toc_logbook_shut(book);
    assert_finds_flip(book, "entries", 0, 3, "/bulk/1, entry 0:");
    assert_finds_flip(book, "entries", 0, 60, "/bulk/1, entry 0:");
    assert_finds_flip(book, "entries", 255, 111, "/bulk/1, entry 255:");
    assert_finds_flip(book, "entries", 256, 0, "/bulk/1, entry 256:");
    assert_finds_flip(book, "entries", 599, 47, "/bulk/1, entry 599:");
    assert_finds_flip(book, "entries", 600, 1, "/alert/2, entry 0:");
    assert_finds_flip(book, "entries", 629, 100, "/alert/2, entry 29:");
    ASSERT_OK(check(book, &err));
}

static void one_flipped_byte_in_a_hash_is_found_and_named(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill_log(book);
    toc_logbook_shut(book);
    assert_finds_flip(book, "hashes", 0, 0, "table 'hashes'"); /* the version */
    assert_finds_flip(book, "hashes", 0, 1, "/bulk/1, entry 0:");
    assert_finds_flip(book, "hashes", 0, 1 + 32 * 100 + 31, "/bulk/1, entry 100:");
    assert_finds_flip(book, "hashes", 2, 1 + 32 * 87, "/bulk/1, entry 599:");
    assert_finds_flip(book, "hashes", 3, 1, "/bulk/1, entry 0: the hash over it");
    assert_finds_flip(book, "hashes", 3, 33, "/bulk/1, entry 256: the hash over it");
    assert_finds_flip(book, "hashes", 4, 5, "/alert/2, entry 0:");
    ASSERT_OK(check(book, &err));
}

/* Every byte of every row that no hash covers. */
static void one_flipped_byte_in_any_other_row_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill_log(book);
    toc_logbook_shut(book);
    static const char *const tables[] = {
        "feeds", "feed_ids", "circle_feeds", "heads", "journal",     "pending", "roll",
        "cards", "circles",  "peers",        "keys",  "submissions", "overlay", "grants"};
    for (size_t i = 0; i < TOC_COUNT(tables); i++) {
        size_t rows = toc_logbook_rows(book, tables[i]);
        assert_true(rows >= 1);
        for (size_t row = 0; row < rows; row++) {
            size_t size = toc_logbook_row_bytes(book, tables[i], row);
            for (size_t byte = 0; byte<size; byte += size> 64 ? 7 : 1)
                assert_finds_flip(book, tables[i], row, byte, NULL);
        }
    }
    assert_finds_flip(book, "state", 0, 10, NULL); /* the sum of bytes */
    assert_finds_flip(book, "state", 2, 20, NULL); /* the owner */
    ASSERT_OK(check(book, &err));
}

/* Each in a store of its own, since rows that are gone are not so easily put back. */
static void assert_finds_removal(const char *table, size_t row, const char *named)
{
    toc_err err = {0};
    toc_logbook book;
    toc_logbook_open(&book);
    fill_log(&book);
    toc_logbook_shut(&book);
    toc_logbook_delete(&book, table, row);
    toc_code code = check(&book, &err);
    if (code != TOC_SIGNATURE || strstr(err.text, named) == NULL)
        fail_msg("table %s, row %zu: %s: %s", table, row, toc_code_name(code), err.text);
    toc_logbook_close(&book);
}

static void a_row_that_is_gone_is_found(void **state)
{
    (void)state;
    assert_finds_removal("entries", 0, "entry 0: it is missing");
    assert_finds_removal("entries", 300, "entry 300: it is missing");
    assert_finds_removal("entries", 599, "entry 599: it is missing");
    assert_finds_removal("hashes", 1, "entry 256: its leaf hash is missing");
    assert_finds_removal("hashes", 3, "entry 0: the hash over it");
    assert_finds_removal("feeds", 0, "number is not in its place");
    assert_finds_removal("feeds", 1, "table 'feed_ids'");
    assert_finds_removal("feed_ids", 0, "nothing of this feed is stored");
    assert_finds_removal("circle_feeds", 1, "not listed in its circle");
    assert_finds_removal("heads", 0, "a head that the feed");
    assert_finds_removal("heads", 1, "a head that the feed");
    assert_finds_removal("grants", 1, "entry 300: it is a grant, and would not be found");
    assert_finds_removal("journal", 1, "missing");
    assert_finds_removal("roll", 0, "missing");
    assert_finds_removal("roll", 1, "missing");
}

/* Swaps in the value of another row of the same table. */
static void assert_finds_replacement(const char *table, size_t row, size_t with)
{
    toc_err err = {0};
    toc_logbook book;
    toc_logbook_open(&book);
    fill_log(&book);
    toc_logbook_shut(&book);
    toc_logbook_replace(&book, table, row, with);
    toc_code code = check(&book, &err);
    if (code != TOC_SIGNATURE)
        fail_msg("table %s, row %zu by %zu: %s: %s", table, row, with, toc_code_name(code),
                 err.text);
    toc_logbook_close(&book);
}

static void a_row_in_anothers_place_is_found(void **state)
{
    (void)state;
    assert_finds_replacement("entries", 5, 6);
    assert_finds_replacement("hashes", 0, 1);
    assert_finds_replacement("feeds", 0, 1);
    assert_finds_replacement("feed_ids", 0, 1);
    assert_finds_replacement("heads", 0, 1);
    assert_finds_replacement("journal", 1, 2);
    assert_finds_replacement("pending", 0, 1);
    assert_finds_replacement("roll", 0, 1);
    assert_finds_replacement("circles", 0, 1);
    assert_finds_replacement("keys", 0, 1);
}

static void rows_that_belong_to_nothing_are_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill_log(book);
    toc_logbook_shut(book);
    static const uint8_t entry_key[12] = {0, 0, 0, 9}, entry[48] = {1};
    static const uint8_t tile_key[13] = {0, 0, 0, 9}, tile[33] = {1};
    toc_logbook_put(book, "entries", TOC_SPAN_OF(entry_key), TOC_SPAN_OF(entry));
    ASSERT_CODE(TOC_SIGNATURE, check(book, &err));
    assert_non_null(strstr(err.text, "table 'entries' has 631 rows"));
    toc_logbook_delete(book, "entries", 630);
    ASSERT_OK(check(book, &err));
    toc_logbook_put(book, "hashes", TOC_SPAN_OF(tile_key), TOC_SPAN_OF(tile));
    ASSERT_CODE(TOC_SIGNATURE, check(book, &err));
    assert_non_null(strstr(err.text, "table 'hashes'"));
}

static void a_leaf_hash_beyond_the_entries_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    static const uint8_t key[13] = {0, 0, 0, 2};
    uint8_t tile[1 + 31 * 32] = {1};
    fill_log(book);
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    for (uint64_t i = 0; i < 30; i++) {
        toc_hash leaf;
        ASSERT_OK(toc_log_leaf(txn, 2, i, &leaf, &err));
        memcpy(tile + 1 + 32 * i, leaf.bytes, 32);
    }
    toc_log_abort(txn);
    toc_logbook_shut(book);
    toc_logbook_put(book, "hashes", TOC_SPAN_OF(key), TOC_SPAN_OF(tile));
    ASSERT_CODE(TOC_SIGNATURE, check(book, &err));
    assert_non_null(strstr(err.text, "/alert/2, entry 30: a leaf hash of no entry"));
}

static void another_store_key_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill_log(book);
    toc_logbook_shut(book);
    toc_secret_free(book->key);
    ASSERT_OK(toc_secret_random(&book->key, &err));
    ASSERT_CODE(TOC_SIGNATURE, check(book, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_store_that_nobody_touched_passes),
        TEST(progress_goes_to_the_end),
        TEST(one_flipped_byte_in_an_entry_is_found_and_named),
        TEST(one_flipped_byte_in_a_hash_is_found_and_named),
        TEST(one_flipped_byte_in_any_other_row_is_found),
        TEST(a_row_that_is_gone_is_found),
        TEST(a_row_in_anothers_place_is_found),
        TEST(rows_that_belong_to_nothing_are_found),
        TEST(a_leaf_hash_beyond_the_entries_is_found),
        TEST(another_store_key_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
