/* Decisions of this node about pairs of wallets, at rest. */
#include <stdio.h>

#include "proto/base/limits.h"
#include "store/erase.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

static toc_log_decision decide(const char *first, const char *second, bool split)
{
    return (toc_log_decision){.vertices = {toc_span_text(first), toc_span_text(second)},
                              .split = split,
                              .at.unix_ms = 1700000000000,
                              .who = toc_span_text("uid 7"),
                              .wallets = {toc_span_text("x:1"), toc_span_text("x:2")},
                              .note = toc_span_text("why")};
}

static void put(const toc_logbook *book, toc_log_decision decision)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_decision_put(txn, &decision, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
}

typedef struct seen {
    size_t count;
    char text[256];
} seen;

static toc_code note_down(void *context, const toc_log_decision *decision, toc_err *err)
{
    (void)err;
    seen *all = context;
    size_t used = strlen(all->text);
    all->count++;
    snprintf(all->text + used, sizeof all->text - used, "%.*s%s%.*s %.*s;",
             (int)decision->vertices[0].size, (const char *)decision->vertices[0].data,
             decision->split ? "|" : "+", (int)decision->vertices[1].size,
             (const char *)decision->vertices[1].data, (int)decision->note.size,
             (const char *)decision->note.data);
    return TOC_OK;
}

static seen read_all(const toc_logbook *book)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    seen all = {0};
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    ASSERT_OK(toc_log_decisions(txn, note_down, &all, &err));
    toc_log_abort(txn);
    return all;
}

static void decisions_come_back_in_order_and_after_the_log_was_opened_again(void **state)
{
    toc_logbook *book = *state;
    put(book, decide("c", "d", true));
    put(book, decide("a", "bb", false));
    put(book, decide("a", "c", false));
    toc_logbook_reopen(book);
    assert_string_equal(read_all(book).text, "a+c why;a+bb why;c|d why;");
}

static bool is_on_disk(const toc_logbook *book, const char *text)
{
    char path[512];
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    snprintf(path, sizeof path, "%s/log/data.mdb", book->folder);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t part[65536];
    for (size_t size; (size = fread(part, 1, sizeof part, file)) > 0;)
        toc_buf_add(&bytes, part, size);
    (void)fclose(file);
    return bytes.data != NULL && memmem(bytes.data, bytes.size, text, strlen(text)) != NULL;
}

/* A backup of the log tells nobody which wallets somebody looks at, nor which file of a court. */
static void nothing_that_was_decided_or_ordered_lies_open(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    const toc_mandate order = {.kind = TOC_MANDATE_DELETE,
                               .claim = {{9}},
                               .at = {77},
                               .who = toc_span_text("the-one-who-orders"),
                               .reference = toc_span_text("the-file-of-a-court")};
    put(book, decide("the-low-wallet", "the-next-wallet", true));
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_mandate_put(txn, &order, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    assert_true(is_on_disk(book, "layout"));
    static const char *const words[] = {"the-low-wallet", "the-next-wallet", "the-one-who-orders",
                                        "the-file-of-a-court"};
    for (size_t i = 0; i < TOC_COUNT(words); i++)
        assert_false(is_on_disk(book, words[i]));
}

/* As a log of layout 2 had it: key and value in the clear. */
static void what_an_older_log_has_in_the_clear_is_sealed_at_opening(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_mandate found = {0};
    const uint8_t layout = 2;
    static const uint8_t key[] = "\x01"
                                 "a"
                                 "\x02"
                                 "bb",
                         claim[33] = {1, 9};
    static const uint8_t value[] = "\x01"
                                   "\0\0\0\0\0\0\0\x07"
                                   "\0\x01"
                                   "u"
                                   "\0\x01"
                                   "x"
                                   "\0\x01"
                                   "y"
                                   "\0\x03"
                                   "why";
    static const uint8_t order[] = "\0\0\0\0\0\0\0\0"
                                   "\0\0\0\0\0\0\0\x07"
                                   "\0\x01"
                                   "u"
                                   "\0\x04"
                                   "AG 7";
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(
        toc_checked_put(txn, TOC_LOG_STATE, toc_span_text("layout"), TOC_SPAN_OF(layout), &err));
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_OVERLAY, toc_span_of(key, sizeof key - 1),
                              toc_span_of(value, sizeof value - 1), &err));
    ASSERT_OK(toc_checked_put(txn, TOC_LOG_MANDATES, TOC_SPAN_OF(claim),
                              toc_span_of(order, sizeof order - 1), &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    toc_logbook_reopen(book);
    assert_string_equal(read_all(book).text, "a+bb why;");
    ASSERT_OK(toc_log_read(book->log, &txn, &err));
    ASSERT_OK(toc_mandate_get(txn, TOC_MANDATE_DELETE, &(toc_claim_id){{9}}, &found, &err));
    assert_true(toc_span_equal(found.reference, toc_span_text("AG 7")));
    toc_log_abort(txn);
    toc_logbook_reopen(book);
    assert_string_equal(read_all(book).text, "a+bb why;");
}

static void a_later_decision_takes_the_place_of_the_earlier_one(void **state)
{
    toc_logbook *book = *state;
    put(book, decide("a", "b", false));
    put(book, decide("a", "b", true));
    assert_string_equal(read_all(book).text, "a|b why;");
}

static void what_is_undone_is_gone_and_undoing_nothing_is_an_error(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    toc_log_decision decision = decide("a", "b", true);
    put(book, decision);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_OK(toc_log_decision_drop(txn, decision.vertices, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_decision_drop(txn, decision.vertices, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
    assert_int_equal(read_all(book).count, 0);
}

static void there_is_room_for_so_many_pairs_and_for_changing_them(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    char name[16];
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    for (unsigned i = 0; i < TOC_DECISIONS_MAX; i++) {
        snprintf(name, sizeof name, "b%u", i);
        toc_log_decision one = decide("a", name, true);
        ASSERT_OK(toc_log_decision_put(txn, &one, &err));
    }
    toc_log_decision more = decide("a", "c", true), again = decide("a", "b0", false);
    ASSERT_CODE(TOC_LIMIT, toc_log_decision_put(txn, &more, &err));
    ASSERT_OK(toc_log_decision_put(txn, &again, &err));
    toc_log_abort(txn);
}

static void a_note_that_is_too_long_is_refused(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    static char note[TOC_NOTE_BYTES_MAX + 1];
    toc_log_decision decision = decide("a", "b", true);
    decision.note = TOC_SPAN_OF(note);
    ASSERT_OK(toc_log_write(book->log, &txn, &err));
    ASSERT_CODE(TOC_LIMIT, toc_log_decision_put(txn, &decision, &err));
    toc_log_abort(txn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            decisions_come_back_in_order_and_after_the_log_was_opened_again, toc_logbook_setup,
            toc_logbook_teardown),
        cmocka_unit_test_setup_teardown(nothing_that_was_decided_or_ordered_lies_open,
                                        toc_logbook_setup, toc_logbook_teardown),
        cmocka_unit_test_setup_teardown(what_an_older_log_has_in_the_clear_is_sealed_at_opening,
                                        toc_logbook_setup, toc_logbook_teardown),
        cmocka_unit_test_setup_teardown(a_later_decision_takes_the_place_of_the_earlier_one,
                                        toc_logbook_setup, toc_logbook_teardown),
        cmocka_unit_test_setup_teardown(what_is_undone_is_gone_and_undoing_nothing_is_an_error,
                                        toc_logbook_setup, toc_logbook_teardown),
        cmocka_unit_test_setup_teardown(there_is_room_for_so_many_pairs_and_for_changing_them,
                                        toc_logbook_setup, toc_logbook_teardown),
        cmocka_unit_test_setup_teardown(a_note_that_is_too_long_is_refused, toc_logbook_setup,
                                        toc_logbook_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
