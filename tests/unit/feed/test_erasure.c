#include "tests/support/check.h"

#include "proto/feed/entry.h"
#include "proto/feed/erasure.h"

static toc_erasure_row rows[TOC_ERASURE_ROWS_MAX + 1];
static toc_feed_id erased_feed;

static void an_erasure_reads_back_the_same(void **state)
{
    (void)state;
    toc_err err = {0};
    static const size_t counts[] = {1, 2, 100, TOC_ERASURE_ROWS_MAX};
    for (size_t i = 0; i < TOC_COUNT(counts); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        toc_erasure erasure;
        TOC_CHECK_OK(toc_erasure_write(&erased_feed, 4, rows, counts[i], &entry, &err));
        assert_int_equal(entry.size, 48 + 34 + 40 * counts[i]);
        TOC_CHECK_OK(toc_erasure_read(toc_buf_view(&entry), &erasure, &err));
        assert_int_equal(erasure.count, counts[i]);
        assert_int_equal(erasure.epoch, 4);
        assert_true(toc_feed_id_equal(&erasure.feed, &erased_feed));
        for (uint16_t j = 0; j < erasure.count; j++) {
            toc_erasure_row row;
            toc_erasure_row_at(&erasure, j, &row);
            assert_true(row.index == rows[j].index);
            assert_true(toc_hash_equal(&row.leaf, &rows[j].leaf));
        }
    }
}

static void an_erasure_against_a_rule_is_not_written(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    TOC_CHECK_FAILS(TOC_LIMIT, toc_erasure_write(&erased_feed, 4, rows, 0, &entry, NULL));
    TOC_CHECK_FAILS(TOC_LIMIT, toc_erasure_write(&erased_feed, 4, rows, TOC_ERASURE_ROWS_MAX + 1,
                                                 &entry, NULL));
    TOC_CHECK_FAILS(TOC_USAGE, toc_erasure_write(&erased_feed, 0, rows, 1, &entry, NULL));
    toc_erasure_row twice[2] = {rows[3], rows[3]}, back[2] = {rows[3], rows[2]};
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_erasure_write(&erased_feed, 4, twice, 2, &entry, NULL));
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_erasure_write(&erased_feed, 4, back, 2, &entry, NULL));
    assert_int_equal(entry.size, 0);
}

static void the_same_rules_hold_for_what_is_read(void **state)
{
    (void)state;
    enum { KIND = 1, TERM = 8, COUNT_LOW = 48 + 33, INDEX_LOW = 48 + 34 + 40 + 7 };
    static const struct {
        size_t offset;
        uint8_t value;
    } changes[] = {{KIND, 1},      {KIND, 2},      {TERM, 0},     {COUNT_LOW, 0},
                   {COUNT_LOW, 1}, {COUNT_LOW, 3}, {INDEX_LOW, 0}};
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_erasure erasure = {.epoch = 99};
    TOC_CHECK_OK(toc_erasure_write(&erased_feed, 4, rows, 2, &entry, &err));
    for (size_t i = 0; i < TOC_COUNT(changes); i++) {
        uint8_t kept = entry.data[changes[i].offset];
        entry.data[changes[i].offset] = changes[i].value;
        if (toc_erasure_read(toc_buf_view(&entry), &erasure, NULL) != TOC_MALFORMED)
            fail_msg("byte %zu = %u", changes[i].offset, changes[i].value);
        entry.data[changes[i].offset] = kept;
    }
    assert_int_equal(erasure.epoch, 99);
}

static void every_truncation_of_an_erasure_is_refused_even_with_a_fitting_header(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_erasure erasure;
    TOC_CHECK_OK(toc_erasure_write(&erased_feed, 4, rows, 3, &entry, &err));
    for (size_t size = 0; size < entry.size; size++) {
        TOC_AUTO(toc_buf_wipe) toc_buf cut = {0};
        toc_buf_add(&cut, entry.data, size);
        if (size >= 48)
            cut.data[15] = (uint8_t)(size - 48);
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_erasure_read(toc_buf_view(&cut), &erasure, NULL));
    }
}

int main(void)
{
    for (size_t i = 0; i < TOC_COUNT(rows); i++) {
        rows[i].index = 5 + i * 3;
        memset(rows[i].leaf.bytes, (int)(i % 251), 32);
    }
    memset(erased_feed.bytes, 0xFE, 32);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_erasure_reads_back_the_same),
        cmocka_unit_test(an_erasure_against_a_rule_is_not_written),
        cmocka_unit_test(the_same_rules_hold_for_what_is_read),
        cmocka_unit_test(every_truncation_of_an_erasure_is_refused_even_with_a_fitting_header),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
