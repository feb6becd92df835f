/* Up to which day a node keeps what it writes, when the circle shortens that (docs/RULES.md §7). */
#include <stdlib.h>

#include "node/clock.h"
#include "proto/feed/entry.h"
#include "proto/rules/retain.h"
#include "tests/unit/node/talk.h"

#define HEAD  "chain,address,category,confidence\n"
#define FIRST "ETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,theft"
#define OTHER "ETH,0x00000000000000000000000000000000000000a1,theft"

enum { DAY_MS = 86400000 };

static int start(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    toc_test_node_start_all(node);
    toc_test_node_circle(node);
    *state = node;
    return 0;
}

static int stop(void **state)
{
    toc_test_node_remove(*state);
    free(*state);
    return 0;
}

static void keep_for(toc_test_node *node, unsigned days)
{
    char request[128];
    TOC_AUTO(answer_wipe) answer got = {0};
    snprintf(request, sizeof request, "{\"command\":\"circle-propose\",\"retention_days\":%u}",
             days);
    ask(node, request, NULL, &got);
    assert_string_equal(got.text, "");
    await_level(node);
}

static void retract(toc_test_node *node)
{
    char request[160];
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    ask(node,
        "{\"command\":\"lookup\",\"queries\":[\"0x098B716B8Aaf21512996dC57EB0615e2383E2f96\"]}",
        NULL, &found);
    const json_t *claims = json_object_get(found.lines[0], "claims");
    assert_int_equal(json_array_size(claims), 1);
    snprintf(request, sizeof request, "{\"command\":\"retract\",\"claim\":\"%s\"}",
             text_of(json_array_get(claims, 0), "claim"));
    ask(node, request, NULL, &got);
    assert_string_equal(got.text, "");
    await_level(node);
}

static uint32_t today(void)
{
    return (uint32_t)(toc_clock_now().wall.unix_ms / DAY_MS);
}

/* The days of the records in the bulk feed, from the one on which they were written: `began`, or
 * the next when midnight came in between; UINT32_MAX stays. */
static void check_days(toc_test_node *node, uint32_t began, const uint32_t *expected, size_t count)
{
    toc_err err;
    toc_log_txn *txn;
    size_t found = 0;
    uint32_t ended = today();
    TOC_CHECK_OK(toc_log_read(toc_node_log(node->node), &txn, &err));
    toc_log_feed feed;
    for (uint32_t number = 1; toc_log_feed_at(txn, number, &feed, NULL) == TOC_OK; number++) {
        for (uint64_t i = 0; feed.name.lane == TOC_LANE_BULK && i < feed.frontier.size; i++) {
            toc_span entry, body;
            toc_entry_header header;
            TOC_CHECK_OK(toc_log_entry(txn, number, i, &entry, &err));
            TOC_CHECK_OK(toc_entry_parse(entry, &header, &body, &err));
            if (header.kind != TOC_ENTRY_RECORD)
                continue;
            assert_true(found < count);
            uint32_t days = expected[found++];
            if (days == TOC_KEEP_FOR_EVER)
                assert_int_equal(header.keep_until_day, TOC_KEEP_FOR_EVER);
            else
                assert_in_range(header.keep_until_day, began + days, ended + days);
        }
    }
    toc_log_abort(txn);
    assert_int_equal(found, count);
}

static void what_ends_a_record_is_kept_longer_than_that(void **state)
{
    static const uint32_t days[] = {30, 30, 31, 2, 2, 3};
    toc_test_node *node = *state;
    uint32_t began = today();
    keep_for(node, 30);
    submit(node, 'a', "", HEAD FIRST ",50\n", 1, 0, 0);
    keep_for(node, 2);
    submit(node, 'b', "", HEAD FIRST ",60\n", 0, 1, 0); /* as long as what it replaces */
    await_level(node);
    retract(node);
    submit(node, 'c', "", HEAD OTHER ",50\n", 1, 0, 0);
    submit(node, 'd', "", HEAD FIRST ",70\n", 1, 0, 0); /* of what is ended nothing stands */
    await_level(node);
    retract(node);
    check_days(node, began, days, TOC_COUNT(days));
}

static void what_has_no_term_is_ended_for_good(void **state)
{
    static const uint32_t days[] = {TOC_KEEP_FOR_EVER, TOC_KEEP_FOR_EVER, TOC_KEEP_FOR_EVER, 5};
    toc_test_node *node = *state;
    uint32_t began = today();
    submit(node, 'a', "", HEAD FIRST ",50\n", 1, 0, 0);
    await_level(node);
    keep_for(node, 5);
    submit(node, 'b', "", HEAD FIRST ",60\n", 0, 1, 0);
    retract(node); /* not folded yet, perhaps */
    submit(node, 'c', "", HEAD OTHER ",50\n", 1, 0, 0);
    check_days(node, began, days, TOC_COUNT(days));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_ends_a_record_is_kept_longer_than_that, start, stop),
        cmocka_unit_test_setup_teardown(what_has_no_term_is_ended_for_good, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
