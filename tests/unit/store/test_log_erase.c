/* Entries without their bodies: what is left of them, why they have none, what the check says, and
 * what orders and legal holds say. */
#include <stdio.h>

#include "proto/feed/entry.h"
#include "store/erase.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

enum { ENTRIES = 40, BODY = 900, DAY = 20819, DAY_MS = 86400000 };

/* Entry `index` of a feed: its body is the index over and over, and its day is DAY + index. */
static toc_span record_at(uint64_t index, uint8_t out[TOC_ENTRY_HEADER_BYTES + BODY])
{
    toc_entry_header header = {.version = 1,
                               .kind = TOC_ENTRY_RECORD,
                               .epoch = 1,
                               .keep_until_day =
                                   index == ENTRIES - 1 ? UINT32_MAX : DAY + (uint32_t)index,
                               .body_bytes = BODY};
    memset(out, 0, TOC_ENTRY_HEADER_BYTES + BODY);
    toc_entry_header_write(&header, out);
    snprintf((char *)out + TOC_ENTRY_HEADER_BYTES, BODY, "body of entry %llu!",
             (unsigned long long)index);
    for (size_t i = 24; i < BODY; i++)
        out[TOC_ENTRY_HEADER_BYTES + i] = (uint8_t)(index * 7 + i % 13 + 1);
    return toc_span_of(out, TOC_ENTRY_HEADER_BYTES + BODY);
}

static void append_one(toc_log_txn *txn, toc_log_feed *feed, toc_span entry)
{
    toc_err err = {0};
    toc_hash leaf;
    toc_entry_leaf(&feed->id, feed->frontier.size, entry, &leaf);
    ASSERT_OK(toc_log_append(txn, feed, &entry, &leaf, 1, NULL, &err));
}

static toc_log_txn *begin(toc_logbook *book)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    return txn;
}

/* A feed of a grant and ENTRIES - 1 records, with its head. */
static toc_log_feed fill(toc_logbook *book)
{
    toc_err err = {0};
    toc_log_feed feed;
    toc_log_txn *txn = begin(book);
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_append(book, txn, &feed, 1, true);
    while (feed.frontier.size < ENTRIES) {
        uint8_t bytes[TOC_ENTRY_HEADER_BYTES + BODY];
        append_one(txn, &feed, record_at(feed.frontier.size, bytes));
    }
    toc_logbook_head(book, txn, &feed);
    toc_logbook_commit(txn);
    return feed;
}

static void erase(toc_logbook *book, uint64_t index, toc_bare_why why, uint64_t day)
{
    toc_err err = {0};
    bool had;
    toc_log_txn *txn = begin(book);
    toc_bare bare = {.why = why, .at = {day * DAY_MS}};
    ASSERT_OK(toc_erase_body(txn, 1, index, &bare, &had, &err));
    assert_true(had);
    toc_logbook_commit(txn);
}

static toc_code check(toc_logbook *book, toc_err *out_err)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    toc_code code = toc_log_check(txn, NULL, NULL, out_err);
    toc_log_abort(txn);
    return code;
}

static void file_of(const toc_logbook *book, const char *folder, char out[1024])
{
    snprintf(out, 1024, "%s/%s/data.mdb", book->folder, folder);
}

/* ---- at rest ---- */

static void an_erased_entry_keeps_its_leaf_and_the_tree_its_root(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed = fill(book), after;
    toc_hash leaf, stored, root;
    uint8_t bytes[TOC_ENTRY_HEADER_BYTES + BODY], left[TOC_ENTRY_BARE_BYTES];
    toc_span whole = record_at(5, bytes), entry;
    erase(book, 5, TOC_BARE_DAY, DAY + 6);
    toc_log_txn *txn = begin(book);
    ASSERT_OK(toc_log_entry(txn, 1, 5, &entry, &err));
    assert_true(toc_entry_is_bare(entry));
    toc_entry_strip(whole, left);
    assert_true(toc_span_equal(entry, TOC_SPAN_OF(left)));
    toc_entry_leaf(&feed.id, 5, whole, &leaf);
    ASSERT_OK(toc_log_leaf(txn, 1, 5, &stored, &err));
    assert_true(toc_hash_equal(&leaf, &stored));
    ASSERT_OK(toc_log_feed_at(txn, 1, &after, &err));
    ASSERT_OK(toc_log_root(txn, 1, ENTRIES, &root, &err));
    assert_true(toc_hash_equal(&root, &feed.head_root));
    append_one(txn, &after, record_at(ENTRIES, bytes)); /* and it grows on */
    toc_logbook_head(book, txn, &after);
    toc_logbook_commit(txn);
    ASSERT_OK(check(book, &err));
}

static void what_is_served_has_the_bare_entry_in_its_place(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill(book);
    erase(book, 7, TOC_BARE_DAY, DAY + 8);
    toc_log_txn *txn = begin(book);
    TOC_AUTO(toc_buf_wipe) toc_buf run = {0};
    uint32_t count;
    ASSERT_OK(toc_log_entries(txn, 1, 6, 9, 1 << 20, &run, &count, &err));
    toc_log_abort(txn);
    assert_int_equal(count, 3);
    size_t whole = 4 + TOC_ENTRY_HEADER_BYTES + BODY;
    assert_int_equal(run.size, 2 * whole + 4 + TOC_ENTRY_BARE_BYTES);
    assert_int_equal(toc_get_u32(run.data + whole), TOC_ENTRY_BARE_BYTES);
    assert_true(toc_entry_is_bare(toc_span_of(run.data + whole + 4, TOC_ENTRY_BARE_BYTES)));
}

/* LMDB clears nothing: freed pages, and unused parts of pages, keep old bytes until they are
 * written again. A copy of the environment leaves both out. */
static void a_copy_of_the_log_has_nothing_of_the_body(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill(book);
    char path[1024], folder[1024], canary[32];
    for (int after = 0; after < 2; after++) {
        for (uint64_t i = 5; after == 1 && i < 12; i++)
            erase(book, i, TOC_BARE_DAY, DAY + 13);
        snprintf(folder, sizeof folder, "%s/copy%d", book->folder, after);
        ASSERT_OK(toc_env_copy(book->log->env, folder, &err));
        file_of(book, after == 1 ? "copy1" : "copy0", path);
        for (unsigned i = 5; i < 13; i++) {
            snprintf(canary, sizeof canary, "body of entry %u!", i);
            assert_int_equal(toc_logbook_file_has(path, toc_span_text(canary)),
                             after == 0 || i == 12);
        }
    }
}

static void the_grant_that_judges_is_found_over_entries_without_bodies(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_grant found = {.index = 99};
    fill(book);
    erase(book, 5, TOC_BARE_DAY, DAY + 6);
    toc_log_txn *txn = begin(book);
    ASSERT_OK(toc_log_grant_before(txn, 1, 9, &found, &err));
    toc_log_abort(txn);
    assert_int_equal(found.index, 0);
}

static void grants_are_never_erased(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    bool had;
    fill(book);
    toc_log_txn *txn = begin(book);
    toc_bare bare = {.why = TOC_BARE_DAY};
    ASSERT_CODE(TOC_STATE, toc_erase_body(txn, 1, 0, &bare, &had, &err));
    toc_log_abort(txn);
    ASSERT_OK(check(book, &err));
}

static void what_is_missing_is_put_back_by_its_leaf_alone(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    uint8_t bytes[TOC_ENTRY_HEADER_BYTES + BODY], other[TOC_ENTRY_HEADER_BYTES + BODY];
    fill(book);
    erase(book, 11, TOC_BARE_MISSING, DAY);
    ASSERT_OK(check(book, &err));
    toc_log_txn *txn = begin(book);
    toc_span whole = record_at(11, bytes), entry;
    record_at(11, other);
    other[TOC_ENTRY_HEADER_BYTES + 40] ^= 1;
    ASSERT_CODE(TOC_SIGNATURE, toc_erase_fill(txn, 1, 11, TOC_SPAN_OF(other), &err));
    ASSERT_CODE(TOC_STATE, toc_erase_fill(txn, 1, 12, record_at(12, other), &err));
    ASSERT_OK(toc_erase_fill(txn, 1, 11, whole, &err));
    ASSERT_OK(toc_log_entry(txn, 1, 11, &entry, &err));
    assert_true(toc_span_equal(entry, whole));
    toc_bare bare;
    ASSERT_CODE(TOC_NOT_FOUND, toc_erase_why(txn, 1, 11, &bare, &err));
    toc_logbook_commit(txn);
    ASSERT_OK(check(book, &err));
}

/* ---- lacking ---- */

static void a_head_is_covered_when_nothing_below_it_is_lacking(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    bool had, covers;
    fill(book);
    erase(book, 4, TOC_BARE_DAY, DAY + 5);
    erase(book, 20, TOC_BARE_MISSING, DAY);
    erase(book, 30, TOC_BARE_ORDERED, DAY);
    toc_log_txn *txn = begin(book);
    static const struct {
        uint64_t size;
        bool covers;
    } heads[] = {{1, true}, {5, true}, {20, true}, {21, false}, {40, false}};
    for (size_t i = 0; i < TOC_COUNT(heads); i++) {
        ASSERT_OK(toc_erase_covers(txn, 1, heads[i].size, &covers, &err));
        assert_int_equal(covers, heads[i].covers);
    }
    ASSERT_OK(toc_erase_covers(txn, 2, 40, &covers, &err)); /* another feed */
    assert_true(covers);
    toc_bare proven = {.why = TOC_BARE_DAY, .at = {(uint64_t)(DAY + 50) * DAY_MS}};
    ASSERT_OK(toc_erase_body(txn, 1, 20, &proven, &had, &err));
    assert_false(had);
    ASSERT_OK(toc_erase_covers(txn, 1, 30, &covers, &err));
    assert_true(covers);
    toc_erase_place from = {1, 5}, found;
    ASSERT_OK(toc_erase_lacking_next(txn, &from, &found, &proven, &err));
    assert_int_equal(found.index, 30);
    assert_int_equal(proven.why, TOC_BARE_ORDERED);
    from.index = 31;
    ASSERT_CODE(TOC_NOT_FOUND, toc_erase_lacking_next(txn, &from, &found, &proven, &err));
    toc_logbook_commit(txn);
    ASSERT_OK(check(book, &err));
}

static void what_is_past_its_day_is_listed_in_slices(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_erase_place at = {0}, out[7];
    size_t count, total = 0;
    bool end = false;
    fill(book);
    erase(book, 3, TOC_BARE_DAY, DAY + 4); /* erased: no more to do */
    erase(book, 4, TOC_BARE_MISSING, DAY); /* lacking: it need not be wanted any more */
    toc_log_txn *txn = begin(book);
    while (!end) {
        ASSERT_OK(toc_erase_due(txn, &at, DAY + 10, 7, out, &count, &end, &err));
        for (size_t i = 0; i < count; i++) {
            assert_int_equal(out[i].number, 1);
            assert_in_range(out[i].index, 1, 9);
            assert_int_not_equal(out[i].index, 3);
        }
        total += count;
    }
    assert_int_equal(total, 8); /* 1 to 9 without 3; the grant has no term */
    toc_erase_place all[ENTRIES];
    at = (toc_erase_place){0};
    ASSERT_OK(toc_erase_due(txn, &at, UINT64_MAX, ENTRIES + 1, all, &count, &end, &err));
    assert_int_equal(count, ENTRIES - 2); /* whatever their term: not the grant, nor 3 */
    assert_true(end);
    toc_log_abort(txn);
}

/* ---- erasure entries ---- */

static void append_erasure(toc_log_txn *txn, toc_log_feed *by, const toc_log_feed *of,
                           uint64_t index)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_erasure_row row = {.index = index};
    ASSERT_OK(toc_log_leaf(txn, of->number, index, &row.leaf, &err));
    ASSERT_OK(toc_erasure_write(&of->id, 1, &row, 1, &entry, &err));
    uint64_t at = by->frontier.size;
    append_one(txn, by, toc_buf_view(&entry));
    ASSERT_OK(toc_erasure_put(txn, &of->id, &row, by->number, at, &err));
}

static void an_erasure_counts_by_the_author_for_that_leaf_and_later(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    bool named;
    toc_hash leaf, wrong = {{1}};
    toc_log_feed feed = fill(book), other, sister;
    toc_log_txn *txn = begin(book);
    toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    name.org.bytes[0] ^= 1; /* another org's */
    ASSERT_OK(toc_log_feed_new(txn, &name, &other, &err));
    append_erasure(txn, &other, &feed, 8);
    ASSERT_OK(toc_log_leaf(txn, 1, 8, &leaf, &err));
    ASSERT_OK(toc_erasure_names(txn, &feed.id, &feed.name, 8, &leaf, &named, &err));
    assert_false(named);
    name = toc_logbook_name(TOC_LANE_BULK, 1);
    name.circle.bytes[0] ^= 1; /* its own, where not everybody sees it who has the feed */
    ASSERT_OK(toc_log_feed_new(txn, &name, &other, &err));
    append_erasure(txn, &other, &feed, 8);
    ASSERT_OK(toc_erasure_names(txn, &feed.id, &feed.name, 8, &leaf, &named, &err));
    assert_false(named);
    name = toc_logbook_name(TOC_LANE_ALERT, 2); /* the author's, of a later generation */
    ASSERT_OK(toc_log_feed_new(txn, &name, &sister, &err));
    append_erasure(txn, &sister, &feed, 8);
    ASSERT_OK(toc_erasure_names(txn, &feed.id, &feed.name, 8, &leaf, &named, &err));
    assert_true(named);
    ASSERT_OK(toc_erasure_names(txn, &feed.id, &feed.name, 8, &wrong, &named, &err));
    assert_false(named);
    ASSERT_OK(toc_erasure_names(txn, &feed.id, &feed.name, 9, &leaf, &named, &err));
    assert_false(named);
    toc_erasure_row early = {.index = 30}; /* said by entry 10 of the same feed */
    ASSERT_OK(toc_log_leaf(txn, 1, 30, &early.leaf, &err));
    ASSERT_OK(toc_erasure_put(txn, &feed.id, &early, 1, 10, &err));
    ASSERT_OK(toc_erasure_names(txn, &feed.id, &feed.name, 30, &early.leaf, &named, &err));
    assert_false(named);
    toc_log_abort(txn);
}

/* ---- the check ---- */

static void the_check_counts_why_bodies_are_gone(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_erase_counts counts;
    toc_log_feed feed = fill(book);
    toc_log_txn *txn = begin(book);
    append_erasure(txn, &feed, &feed, 2);
    append_erasure(txn, &feed, &feed, 3);
    toc_logbook_head(book, txn, &feed);
    toc_logbook_commit(txn);
    erase(book, 2, TOC_BARE_AUTHOR, DAY);
    erase(book, 3, TOC_BARE_AUTHOR, DAY);
    erase(book, 4, TOC_BARE_DAY, DAY + 5);
    erase(book, 5, TOC_BARE_MISSING, DAY);
    erase(book, 6, TOC_BARE_ORDERED, DAY);
    ASSERT_OK(check(book, &err));
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    ASSERT_OK(toc_erase_count(txn, &counts, &err));
    toc_log_abort(txn);
    assert_int_equal(counts.by_author, 2);
    assert_int_equal(counts.past_day, 1);
    assert_int_equal(counts.missing, 1);
    assert_int_equal(counts.ordered, 1);
}

static void assert_finds(toc_logbook *book, const char *sentence)
{
    toc_err err = {0};
    toc_code code = check(book, &err);
    if (code != TOC_SIGNATURE || strstr(err.text, sentence) == NULL)
        fail_msg("not '%s' but %s: %s", sentence, toc_code_name(code), err.text);
}

static void a_reason_that_does_not_hold_is_found(void **state)
{
    toc_logbook *book = *state;
    fill(book);
    erase(book, 4, TOC_BARE_DAY, DAY + 4); /* on its day, not past it */
    assert_finds(book, "/bulk/1, entry 4: it was erased before its day");
    erase(book, 3, TOC_BARE_AUTHOR, DAY);
    assert_finds(book, "/bulk/1, entry 3: its author is said to have erased it");
}

static void a_body_that_goes_without_a_reason_is_found(void **state)
{
    toc_logbook *book = *state;
    fill(book);
    erase(book, 4, TOC_BARE_DAY, DAY + 5);
    toc_logbook_shut(book);
    toc_logbook_delete(book, "erased", 0);
    toc_logbook_reopen(book);
    assert_finds(book, "/bulk/1, entry 4: it has no body, and nothing says why");
}

static void a_reason_without_an_entry_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    fill(book);
    toc_log_txn *txn = begin(book);
    uint8_t key[TOC_ENTRY_KEY_BYTES], row[9] = {TOC_BARE_MISSING};
    ASSERT_OK(
        toc_checked_put(txn, TOC_LOG_LACKING, toc_entry_key(1, 6, key), TOC_SPAN_OF(row), &err));
    toc_logbook_commit(txn);
    assert_finds(book, "table 'lacking' has 1 rows");
}

static void a_flipped_byte_of_a_reason_is_found(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_feed feed = fill(book);
    toc_log_txn *txn = begin(book);
    append_erasure(txn, &feed, &feed, 2);
    toc_logbook_head(book, txn, &feed);
    toc_mandate order = {.kind = TOC_MANDATE_DELETE, .reference = toc_span_text("AG 7 Gs 1/26")};
    ASSERT_OK(toc_mandate_put(txn, &order, &err));
    toc_logbook_commit(txn);
    erase(book, 2, TOC_BARE_AUTHOR, DAY);
    erase(book, 6, TOC_BARE_ORDERED, DAY);
    static const char *const tables[] = {"erased", "lacking", "erasures", "mandates"};
    for (size_t i = 0; i < TOC_COUNT(tables); i++) {
        toc_logbook_shut(book);
        size_t bytes = toc_logbook_row_bytes(book, tables[i], 0);
        for (size_t byte = 0; byte < bytes; byte++) {
            toc_logbook_flip(book, tables[i], 0, byte);
            toc_logbook_reopen(book);
            ASSERT_CODE(TOC_SIGNATURE, check(book, &err));
            toc_logbook_shut(book);
            toc_logbook_flip(book, tables[i], 0, byte);
        }
        toc_logbook_reopen(book);
    }
    ASSERT_OK(check(book, &err));
}

/* ---- mandates ---- */

static toc_code take_mandate(void *context, const toc_mandate *mandate, toc_err *err)
{
    (void)err;
    *(toc_mandate *)context = *mandate;
    return TOC_OK;
}

static void an_order_and_a_legal_hold_exclude_each_other(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    bool any;
    toc_mandate found = {0};
    toc_mandate order = {.kind = TOC_MANDATE_DELETE,
                         .claim = {{9}},
                         .at = {77},
                         .who = toc_span_text("ann (uid 7)"),
                         .reference = toc_span_text("AG Berlin, 7 Gs 1/26")};
    toc_mandate hold = order;
    hold.kind = TOC_MANDATE_KEEP;
    hold.revision = 5;
    toc_log_txn *txn = begin(book);
    ASSERT_OK(toc_mandate_any(txn, TOC_MANDATE_DELETE, &any, &err));
    assert_false(any);
    ASSERT_OK(toc_mandate_put(txn, &order, &err));
    ASSERT_CODE(TOC_EXISTS, toc_mandate_put(txn, &order, &err));
    ASSERT_CODE(TOC_STATE, toc_mandate_put(txn, &hold, &err));
    assert_non_null(strstr(err.text, "AG Berlin"));
    toc_logbook_commit(txn);
    toc_logbook_reopen(book); /* it is there when the log is opened again */
    txn = begin(book);
    ASSERT_OK(toc_mandates(txn, TOC_MANDATE_DELETE, take_mandate, &found, &err));
    assert_true(toc_claim_id_equal(&found.claim, &order.claim) && found.at.unix_ms == 77);
    assert_true(toc_span_equal(found.reference, order.reference));
    assert_true(toc_span_equal(found.who, order.who));
    ASSERT_OK(toc_mandate_drop(txn, TOC_MANDATE_DELETE, &order.claim, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_mandate_drop(txn, TOC_MANDATE_DELETE, &order.claim, &err));
    ASSERT_OK(toc_mandate_put(txn, &hold, &err));
    ASSERT_OK(toc_mandate_get(txn, TOC_MANDATE_KEEP, &hold.claim, &found, &err));
    assert_int_equal(found.revision, 5);
    ASSERT_CODE(TOC_STATE, toc_mandate_put(txn, &order, &err));
    hold.claim.bytes[0] = 1;
    hold.reference.size = 0; /* an order of nobody's is none */
    ASSERT_CODE(TOC_LIMIT, toc_mandate_put(txn, &hold, &err));
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(an_erased_entry_keeps_its_leaf_and_the_tree_its_root),
        TEST(what_is_served_has_the_bare_entry_in_its_place),
        TEST(a_copy_of_the_log_has_nothing_of_the_body),
        TEST(the_grant_that_judges_is_found_over_entries_without_bodies),
        TEST(grants_are_never_erased),
        TEST(what_is_missing_is_put_back_by_its_leaf_alone),
        TEST(a_head_is_covered_when_nothing_below_it_is_lacking),
        TEST(what_is_past_its_day_is_listed_in_slices),
        TEST(an_erasure_counts_by_the_author_for_that_leaf_and_later),
        TEST(the_check_counts_why_bodies_are_gone),
        TEST(a_reason_that_does_not_hold_is_found),
        TEST(a_body_that_goes_without_a_reason_is_found),
        TEST(a_reason_without_an_entry_is_found),
        TEST(a_flipped_byte_of_a_reason_is_found),
        TEST(an_order_and_a_legal_hold_exclude_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
