/* Of what no evidence bundle is made, and that it is said why. Bundles that are made are judged in
 * tests/unit/node/test_evidence.c. */
#include "store/erase.h"
#include "store/evidence.h"
#include "tests/support/logbook.h"

enum { ENTRIES = 3 };

static toc_log_feed fill(const toc_logbook *book, toc_log_txn *txn)
{
    toc_err err = {0};
    toc_log_feed feed;
    const toc_feed_name name = toc_logbook_name(TOC_LANE_BULK, 1);
    ASSERT_OK(toc_log_feed_new(txn, &name, &feed, &err));
    toc_logbook_append(book, txn, &feed, ENTRIES, true);
    return feed;
}

static toc_code take_none(void *context, toc_span line, toc_err *err)
{
    (void)context;
    (void)line;
    (void)err;
    fail_msg("a bundle was made");
    return TOC_OK;
}

static void expect_none(toc_log_txn *txn, const toc_log_feed *feed, uint64_t index, toc_code code,
                        const char *why)
{
    toc_err err = {0};
    toc_hash leaf;
    ASSERT_OK(toc_log_leaf(txn, feed->number, index, &leaf, &err));
    ASSERT_CODE(code, toc_bundle_ask(txn, &leaf, take_none, NULL, &err));
    if (strstr(err.text, why) == NULL)
        fail_msg("it says: %s", err.text);
}

static void what_no_head_signs_yet_proves_nothing(void **state)
{
    const toc_logbook *book = *state;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = fill(book, txn);
    expect_none(txn, &feed, 2, TOC_STATE, "signed no head over this record yet");
    toc_logbook_head(book, txn, &feed);
    toc_logbook_append(book, txn, &feed, 1, false);
    expect_none(txn, &feed, ENTRIES, TOC_STATE, "signed no head over this record yet");
    toc_log_abort(txn);
}

static void what_was_erased_and_what_is_no_record_is_not_shown(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    bool had;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    toc_log_feed feed = fill(book, txn);
    toc_logbook_head(book, txn, &feed);
    const toc_bare bare = {.why = TOC_BARE_ORDERED, .at = {1}};
    ASSERT_OK(toc_erase_body(txn, feed.number, 1, &bare, &had, &err));
    expect_none(txn, &feed, 0, TOC_NOT_FOUND, "this entry is no record");
    expect_none(txn, &feed, 1, TOC_STATE, "what the record said is not here any more");
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_no_head_signs_yet_proves_nothing),
        TEST(what_was_erased_and_what_is_no_record_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
