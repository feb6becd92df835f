/* Orders and legal holds beside the log: which of both is newer, and what does not open. */
#include <stdio.h>
#include <sys/stat.h>

#include "store/erase.h"
#include "store/folder.h"
#include "tests/support/logbook.h"

#define REFERENCE "the-file-of-a-court"

typedef struct bench {
    toc_logbook book;
    char path[TOC_TEMPDIR_BYTES + 16];
} bench;

static int setup(void **state)
{
    static bench b;
    toc_logbook_open(&b.book);
    snprintf(b.path, sizeof b.path, "%s/orders", b.book.folder);
    *state = &b;
    return 0;
}

static int teardown(void **state)
{
    bench *b = *state;
    toc_logbook_close(&b->book);
    return 0;
}

static toc_log_txn *begin(const bench *b)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(b->book.log, &txn, &err));
    return txn;
}

static void put_at(toc_log_txn *txn, toc_mandate_kind kind, uint8_t claim, uint64_t at)
{
    toc_err err = {0};
    toc_mandate mandate = {.kind = kind,
                           .claim = {{claim}},
                           .revision = claim,
                           .at = {at},
                           .who = toc_span_text("the-one-who-orders"),
                           .reference = toc_span_text(REFERENCE)};
    ASSERT_OK(toc_mandate_put(txn, &mandate, &err));
}

static void put(toc_log_txn *txn, toc_mandate_kind kind, uint8_t claim)
{
    put_at(txn, kind, claim, 1700000000000);
}

static void drop(toc_log_txn *txn, toc_mandate_kind kind, uint8_t claim)
{
    toc_err err = {0};
    ASSERT_OK(toc_mandate_drop(txn, kind, &(toc_claim_id){{claim}}, &err));
}

static bool has(toc_log_txn *txn, toc_mandate_kind kind, uint8_t claim)
{
    toc_err err = {0};
    toc_mandate found = {0};
    toc_code code = toc_mandate_get(txn, kind, &(toc_claim_id){{claim}}, &found, &err);
    if (code == TOC_NOT_FOUND)
        return false;
    ASSERT_OK(code);
    assert_true(toc_span_equal(found.reference, toc_span_text(REFERENCE)));
    assert_true(toc_span_equal(found.who, toc_span_text("the-one-who-orders")));
    assert_true(found.revision == claim && found.at.unix_ms == 1700000000000);
    return true;
}

static toc_orders_newer newer(const bench *b, toc_log_txn *txn)
{
    toc_err err = {0};
    toc_orders_newer which = TOC_ORDERS_SAME;
    ASSERT_OK(toc_orders_compare(txn, b->path, &which, &err));
    return which;
}

static void write_file(const bench *b, toc_log_txn *txn)
{
    toc_err err = {0};
    ASSERT_OK(toc_orders_write(txn, b->path, &err));
}

static void read_file(const bench *b, toc_buf *out)
{
    toc_err err = {0};
    toc_buf_clear(out);
    ASSERT_OK(toc_folder_file_read(b->path, 1 << 20, out, &err));
}

static void a_log_that_moved_on_is_newer_until_the_file_is_written(void **state)
{
    bench *b = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    struct stat about;
    toc_log_txn *txn = begin(b);
    assert_int_equal(newer(b, txn), TOC_ORDERS_LOG); /* there is no file */
    write_file(b, txn);
    assert_int_equal(newer(b, txn), TOC_ORDERS_SAME);
    put(txn, TOC_MANDATE_DELETE, 7);
    assert_int_equal(newer(b, txn), TOC_ORDERS_LOG);
    write_file(b, txn);
    assert_int_equal(newer(b, txn), TOC_ORDERS_SAME);
    drop(txn, TOC_MANDATE_DELETE, 7); /* as many as before the first one, and not the same */
    assert_int_equal(newer(b, txn), TOC_ORDERS_LOG);
    write_file(b, txn);
    put(txn, TOC_MANDATE_KEEP, 8);
    write_file(b, txn);
    toc_logbook_commit(txn);
    toc_logbook_reopen(&b->book);
    txn = begin(b);
    assert_int_equal(newer(b, txn), TOC_ORDERS_SAME);
    toc_log_abort(txn);
    read_file(b, &bytes);
    assert_null(memmem(bytes.data, bytes.size, REFERENCE, strlen(REFERENCE)));
    assert_int_equal(stat(b->path, &about), 0);
    assert_int_equal(about.st_mode & 0777, 0600);
}

/* "+1.7 -2.8 …": what is in force again, and what is lifted, by kind and claim. */
static toc_code note_change(void *context, const toc_mandate *mandate, bool lifted, toc_err *err)
{
    toc_buf *out = context;
    toc_buf_printf(out, "%s%c%d.%d", out->size == 0 ? "" : " ", lifted ? '-' : '+',
                   (int)mandate->kind, mandate->claim.bytes[0]);
    assert_true(toc_span_equal(mandate->reference, toc_span_text(REFERENCE)));
    return toc_buf_ok(out, err);
}

/* Given and lifted after the copy was made: an aborted transaction is as good as a copy. */
static void an_older_log_takes_what_was_given_and_what_was_lifted(void **state)
{
    bench *b = *state;
    toc_err err = {0};
    uint64_t changes = 0;
    TOC_AUTO(toc_buf_wipe) toc_buf told = {0};
    toc_log_txn *txn = begin(b);
    put(txn, TOC_MANDATE_DELETE, 1);
    put(txn, TOC_MANDATE_KEEP, 2);
    put(txn, TOC_MANDATE_DELETE, 3);
    toc_logbook_commit(txn);
    txn = begin(b);
    drop(txn, TOC_MANDATE_DELETE, 1);
    drop(txn, TOC_MANDATE_KEEP, 2);
    put(txn, TOC_MANDATE_KEEP, 1);
    put(txn, TOC_MANDATE_DELETE, 4);
    write_file(b, txn);
    toc_log_abort(txn);
    txn = begin(b);
    assert_int_equal(newer(b, txn), TOC_ORDERS_FILE);
    ASSERT_OK(toc_orders_take(txn, b->path, note_change, &told, &changes, &err));
    assert_string_equal(toc_buf_text(&told), "-1.1 +1.4 +2.1 -2.2");
    assert_true(has(txn, TOC_MANDATE_KEEP, 1) && !has(txn, TOC_MANDATE_DELETE, 1));
    assert_false(has(txn, TOC_MANDATE_KEEP, 2));
    assert_true(has(txn, TOC_MANDATE_DELETE, 3) && has(txn, TOC_MANDATE_DELETE, 4));
    toc_logbook_commit(txn);
    txn = begin(b);
    assert_int_equal(newer(b, txn), TOC_ORDERS_FILE); /* who was interrupted begins again */
    toc_buf_clear(&told);
    ASSERT_OK(toc_orders_take(txn, b->path, note_change, &told, &changes, &err));
    assert_int_equal(told.size, 0);
    assert_int_equal(changes, 7);
    ASSERT_OK(toc_orders_taken(txn, changes, &err));
    assert_int_equal(newer(b, txn), TOC_ORDERS_SAME);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    put(txn, TOC_MANDATE_DELETE, 9);
    assert_int_equal(newer(b, txn), TOC_ORDERS_LOG);
    toc_log_abort(txn);
}

static void an_order_that_was_lifted_and_given_anew_is_told_as_both(void **state)
{
    bench *b = *state;
    toc_err err = {0};
    uint64_t changes = 0;
    toc_mandate found;
    TOC_AUTO(toc_buf_wipe) toc_buf told = {0};
    toc_log_txn *txn = begin(b);
    put(txn, TOC_MANDATE_KEEP, 1);
    toc_logbook_commit(txn);
    txn = begin(b);
    drop(txn, TOC_MANDATE_KEEP, 1);
    put_at(txn, TOC_MANDATE_KEEP, 1, 1700000000001);
    write_file(b, txn);
    toc_log_abort(txn);
    txn = begin(b);
    ASSERT_OK(toc_orders_take(txn, b->path, note_change, &told, &changes, &err));
    assert_string_equal(toc_buf_text(&told), "-2.1 +2.1");
    ASSERT_OK(toc_mandate_get(txn, TOC_MANDATE_KEEP, &(toc_claim_id){{1}}, &found, &err));
    assert_int_equal(found.at.unix_ms, 1700000000001);
    toc_log_abort(txn);
}

static void when_orders_were_taken_again_is_kept(void **state)
{
    bench *b = *state;
    toc_err err = {0};
    toc_orders_again found = {.again = 9}, what = {.at = {1700000000000}, .again = 3, .lifted = 1};
    toc_log_txn *txn = begin(b);
    ASSERT_CODE(TOC_NOT_FOUND, toc_orders_again_get(txn, &found, &err));
    assert_int_equal(found.again, 9);
    ASSERT_OK(toc_orders_again_put(txn, &what, &err));
    toc_logbook_commit(txn);
    txn = begin(b);
    ASSERT_OK(toc_orders_again_get(txn, &found, &err));
    assert_true(found.at.unix_ms == 1700000000000 && found.again == 3 && found.lifted == 1);
    ASSERT_OK(toc_log_check(txn, NULL, NULL, &err));
    toc_log_abort(txn);
}

static void two_histories_of_one_length_are_not_taken_for_one(void **state)
{
    bench *b = *state;
    toc_err err = {0};
    toc_orders_newer which;
    toc_log_txn *txn = begin(b);
    put(txn, TOC_MANDATE_DELETE, 1);
    write_file(b, txn);
    toc_log_abort(txn);
    txn = begin(b);
    put(txn, TOC_MANDATE_DELETE, 2);
    ASSERT_CODE(TOC_STATE, toc_orders_compare(txn, b->path, &which, &err));
    assert_non_null(strstr(err.text, b->path));
    assert_non_null(strstr(err.text, "another history"));
    toc_log_abort(txn);
}

/* Without the product's syncs, which take their time. */
static void write_bytes(const bench *b, toc_span bytes)
{
    FILE *file = fopen(b->path, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
    assert_int_equal(fclose(file), 0);
}

static void assert_refused(const bench *b, toc_span bytes)
{
    toc_err err = {0};
    toc_orders_newer which = TOC_ORDERS_SAME;
    uint64_t changes = 77;
    write_bytes(b, bytes);
    toc_log_txn *txn = begin(b);
    toc_code code = toc_orders_compare(txn, b->path, &which, &err);
    assert_true(code == TOC_SEALED || code == TOC_MALFORMED || code == TOC_STATE);
    assert_non_null(strstr(err.text, b->path));
    assert_int_equal(toc_orders_take(txn, b->path, NULL, NULL, &changes, &err), code);
    assert_int_equal(changes, 77);
    assert_int_equal(which, TOC_ORDERS_SAME);
    toc_log_abort(txn);
}

static void a_file_that_was_changed_cut_or_sealed_by_another_key_does_not_open(void **state)
{
    bench *b = *state;
    toc_err err = {0};
    toc_orders_newer which;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_log_txn *txn = begin(b);
    put(txn, TOC_MANDATE_DELETE, 1);
    write_file(b, txn);
    toc_log_abort(txn);
    read_file(b, &bytes);
    for (size_t size = 0; size < bytes.size; size++)
        assert_refused(b, toc_span_of(bytes.data, size));
    for (size_t at = 0; at < bytes.size; at++) {
        bytes.data[at] ^= 1;
        assert_refused(b, toc_buf_view(&bytes));
        bytes.data[at] ^= 1;
    }
    bytes.data[0]++;
    write_bytes(b, toc_buf_view(&bytes));
    txn = begin(b);
    ASSERT_CODE(TOC_STATE, toc_orders_compare(txn, b->path, &which, &err));
    assert_non_null(strstr(err.text, "newer program")); /* whose orders hold: remove nothing */
    toc_log_abort(txn);
    bytes.data[0]--;
    write_bytes(b, toc_buf_view(&bytes));
    toc_logbook other;
    toc_logbook_open(&other); /* a key of its own */
    txn = NULL;
    ASSERT_OK(toc_log_read(other.log, &txn, &err));
    ASSERT_CODE(TOC_SEALED, toc_orders_compare(txn, b->path, &which, &err));
    assert_non_null(strstr(err.text, "Put it back from a copy"));
    toc_log_abort(txn);
    toc_logbook_close(&other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_log_that_moved_on_is_newer_until_the_file_is_written),
        TEST(an_older_log_takes_what_was_given_and_what_was_lifted),
        TEST(an_order_that_was_lifted_and_given_anew_is_told_as_both),
        TEST(when_orders_were_taken_again_is_kept),
        TEST(two_histories_of_one_length_are_not_taken_for_one),
        TEST(a_file_that_was_changed_cut_or_sealed_by_another_key_does_not_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
