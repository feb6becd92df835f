/* The check: whatever is flipped, removed or put in another's place, it finds. */
#include "proto/feed/entry.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"
#include "tests/unit/roll/fixture.h"

static int setup(void **state)
{
    static toc_logbook book;
    toc_logbook_open(&book);
    *state = &book;
    return 0;
}

static int teardown(void **state)
{
    toc_logbook_close(*state);
    return 0;
}

/* A store with some of everything: feed 1 of 600 entries with a head and one that waits, feed 2 of
 * 30 in another circle, journal, pending ranges, card, charter, circles, peer, keys, submission,
 * owner. */
static void fill_feeds(const toc_logbook *book, toc_log_txn *txn)
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

static void fill_rows(toc_log_txn *txn)
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

static void fill_keys(const toc_logbook *book, toc_log_txn *txn)
{
    toc_err err = {0};
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    toc_time at = {.unix_ms = 1};
    ASSERT_OK(toc_log_own_key_put(txn, TOC_OWN_SIGN, book->sign, &err));
    ASSERT_OK(toc_log_sender_key_put(txn, &name, 1, book->sign, at, &err));
}

/* Puts a card whose sign key is the one that signs heads, and has grants name it. */
static void fill_roll(toc_logbook *book, toc_log_txn *txn)
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

static void fill(toc_logbook *book)
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
    fill(book);
    ASSERT_OK(check(book, &err));
}

static void progress_goes_to_the_end(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill(book);
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
    fill(book);
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
    fill(book);
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
    fill(book);
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
    fill(&book);
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
    fill(&book);
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
    fill(book);
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
    fill(book);
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

/* ---- rows that are whole, and wrong ---- */

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
    fill(book);
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
    fill(book);
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
    fill(book);
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
    fill(book);
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
    fill(book);
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

static void another_store_key_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill(book);
    toc_logbook_shut(book);
    toc_secret_free(book->key);
    ASSERT_OK(toc_secret_random(&book->key, &err));
    ASSERT_CODE(TOC_SIGNATURE, check(book, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
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
        TEST(rows_that_contradict_the_entries_or_each_other_are_found),
        TEST(a_journal_or_a_range_that_names_what_is_not_stored_is_found),
        TEST(what_was_written_wrongly_is_found),
        TEST(a_head_signed_by_another_key_than_the_granted_cards_is_found),
        TEST(a_note_that_says_something_else_than_its_row_is_found),
        TEST(another_store_key_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
