/* Readers to whom own entries were not sealed: by ranges of a feed, taken out of who had an entry.
 */
#include "store/log.h"
#include "tests/support/logbook.h"

typedef struct desk {
    toc_logbook book;
    toc_arena *arena;
    toc_feed_id feed, other;
} desk;

static toc_org_id org(uint8_t number)
{
    toc_org_id id = {{number}};
    return id;
}

static void put(desk *at, const toc_feed_id *feed, uint64_t from, uint64_t until,
                const toc_org_id *orgs, size_t count)
{
    toc_err err = {0};
    toc_log_txn *txn = NULL;
    ASSERT_OK(toc_log_write(at->book.log, &txn, &err));
    ASSERT_OK(toc_log_unsealed_put(txn, feed, from, until, orgs, count, &err));
    ASSERT_OK(toc_log_commit(txn, &err));
}

/* The numbers of the orgs, of 1 to 4, that had the entry. */
static unsigned had(desk *at, const toc_feed_id *feed, uint64_t index)
{
    toc_err err = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    const toc_org_id all[] = {org(1), org(2), org(3), org(4)}, *orgs = all;
    size_t count = TOC_COUNT(all);
    unsigned digits = 0;
    ASSERT_OK(toc_log_read(at->book.log, &txn, &err));
    ASSERT_OK(toc_log_unsealed_drop(txn, feed, index, at->arena, &orgs, &count, &err));
    for (size_t i = 0; i < count; i++)
        digits = digits * 10 + orgs[i].bytes[0];
    return digits;
}

static int setup(void **state)
{
    static desk at;
    toc_err err = {0};
    toc_logbook_open(&at.book);
    ASSERT_OK(toc_arena_new(1 << 20, &at.arena, &err));
    memset(at.feed.bytes, 0x11, sizeof at.feed);
    memset(at.other.bytes, 0x22, sizeof at.other);
    *state = &at;
    return 0;
}

static int teardown(void **state)
{
    desk *at = *state;
    toc_arena_free(at->arena);
    toc_logbook_close(&at->book);
    return 0;
}

static void an_entry_of_no_range_was_sealed_to_all(void **state)
{
    desk *at = *state;
    assert_int_equal(had(at, &at->feed, 0), 1234);
    assert_int_equal(had(at, &at->feed, UINT64_MAX), 1234);
}

static void a_range_counts_from_its_first_entry_to_its_last(void **state)
{
    desk *at = *state;
    const toc_org_id two[] = {org(2), org(4)}, one = org(1);
    put(at, &at->feed, 5, 8, two, 2);
    put(at, &at->feed, 8, 9, &one, 1);
    put(at, &at->feed, 300, 301, two, 2);
    assert_int_equal(had(at, &at->feed, 4), 1234);
    for (uint64_t index = 5; index < 8; index++)
        assert_int_equal(had(at, &at->feed, index), 13);
    assert_int_equal(had(at, &at->feed, 8), 234);
    assert_int_equal(had(at, &at->feed, 9), 1234);
    assert_int_equal(had(at, &at->feed, 299), 1234);
    assert_int_equal(had(at, &at->feed, 300), 13);
    assert_int_equal(had(at, &at->feed, 301), 1234);
}

static void a_range_of_another_feed_says_nothing(void **state)
{
    desk *at = *state;
    const toc_org_id one = org(3);
    put(at, &at->other, 0, 10, &one, 1);
    assert_int_equal(had(at, &at->other, 3), 124);
    assert_int_equal(had(at, &at->feed, 3), 1234);
}

static void whoever_is_no_reader_is_not_missed(void **state)
{
    desk *at = *state;
    const toc_org_id strangers[] = {org(7), org(3), org(9)};
    put(at, &at->feed, 0, 1, strangers, 3);
    assert_int_equal(had(at, &at->feed, 0), 124);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_entry_of_no_range_was_sealed_to_all),
        TEST(a_range_counts_from_its_first_entry_to_its_last),
        TEST(a_range_of_another_feed_says_nothing),
        TEST(whoever_is_no_reader_is_not_missed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
