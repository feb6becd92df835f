/* Submissions that wait for their moment: told at once what is wrong, written when it is time, and
 * until then to be recalled. */
#include <stdlib.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/held.h"
#include "proto/base/text.h"
#include "store/held.h"
#include "tests/unit/node/talk.h"

#define HEAD    "chain,address,category\n"
#define ROW_ETH "ETH," LAZARUS ",theft\n"
#define ROW_BTC "BTC," WASABI ",sanctions\n"

enum { HOUR_MS = 3600000, REQUEST_BYTES = 512 };

static uint64_t now_ms(void)
{
    return toc_clock_now().wall.unix_ms;
}

static toc_draft_id id_of(char digit)
{
    toc_draft_id id;
    char digits[65];
    memset(digits, digit, 64);
    digits[64] = '\0';
    assert_int_equal(toc_hex_decode(toc_span_text(digits), id.bytes, 32, NULL), TOC_OK);
    return id;
}

static void hold(const toc_test_node *node, char id, uint64_t until_ms, const char *csv,
                 answer *got)
{
    char request[REQUEST_BYTES], digits[65];
    memset(digits, id, 64);
    digits[64] = '\0';
    snprintf(request, sizeof request, "{\"command\":\"submit\",\"id\":\"%s\",\"hold_until\":%llu}",
             digits, (unsigned long long)until_ms);
    ask(node, request, csv, got);
}

/* Holds what is whole, for an hour. */
static void hold_some(const toc_test_node *node, char id, const char *csv, long long fresh)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    hold(node, id, now_ms() / 1000 * 1000 + HOUR_MS + 7, csv, &got); /* told to the millisecond */
    assert_string_equal(got.text, "");
    assert_int_equal(got.count, 1);
    assert_int_equal(number_of(got.lines[0], "new"), fresh);
    assert_int_equal(strlen(text_of(got.lines[0], "held_until")),
                     strlen("2026-11-23T00:00:00.000Z"));
}

static void touch(const toc_test_node *node, const char *command, char id, const char *code)
{
    char request[REQUEST_BYTES], digits[65];
    TOC_AUTO(answer_wipe) answer got = {0};
    memset(digits, id, 64);
    digits[64] = '\0';
    snprintf(request, sizeof request, "{\"command\":\"%s\",\"id\":\"%s\"}", command, digits);
    ask(node, request, NULL, &got);
    assert_string_equal(got.code, code);
}

static size_t count_held(const toc_test_node *node, answer *out)
{
    ask(node, "{\"command\":\"held\"}", NULL, out);
    assert_string_equal(out->text, "");
    return out->count;
}

static void expect_held(const toc_test_node *node, size_t count)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    assert_int_equal(count_held(node, &got), count);
}

static bool nothing_is_held(void *context)
{
    answer got;
    size_t count = count_held(context, &got);
    answer_wipe(&got);
    return count == 0;
}

static uint64_t entries_of(toc_test_node *node)
{
    toc_hash opened;
    return toc_test_node_digest(node, &opened);
}

/* ---- waiting ---- */

static void what_is_held_is_listed_and_not_written(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer got = {0};
    hold_some(node, 'a', HEAD ROW_ETH ROW_BTC, 2);
    assert_int_equal(count_held(node, &got), 1);
    assert_int_equal(text_of(got.lines[0], "id")[63], 'a');
    assert_int_equal(strlen(text_of(got.lines[0], "circle")), 64);
    assert_string_equal(text_of(got.lines[0], "lane"), "bulk");
    assert_string_equal(text_of(got.lines[0], "state"), "waiting");
    assert_int_equal(number_of(got.lines[0], "uid"), getuid());
    assert_int_equal(number_of(got.lines[0], "new"), 2);
    assert_true(json_is_null(json_object_get(got.lines[0], "why")));
    assert_int_equal(entries_of(node), 0);
    hold_some(node, 'a', HEAD ROW_ETH ROW_BTC, 2); /* the same again is the same */
    expect_held(node, 1);
}

static void what_was_recalled_is_never_written(void **state)
{
    toc_test_node *node = *state;
    hold_some(node, 'a', HEAD ROW_ETH, 1);
    hold_some(node, 'b', HEAD ROW_BTC, 1);
    touch(node, "recall", 'a', "");
    touch(node, "recall", 'a', "not-found");
    touch(node, "release", 'a', "not-found");
    touch(node, "release", 'b', "");
    toc_test_wait("the other is written", 20, nothing_is_held, node);
    assert_int_equal(entries_of(node), 1);
    submit(node, 'c', "", HEAD ROW_ETH, 1, 0, 0); /* it is new still */
}

static void what_is_held_outlives_a_restart_and_is_written_when_it_is_time(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer got = {0};
    hold_some(node, 'a', HEAD ROW_ETH, 1);
    hold(node, 'b', now_ms() + 400, HEAD ROW_BTC, &got); /* over, or nearly, when it starts again */
    assert_string_equal(got.text, "");
    toc_test_node_stop(node);
    toc_test_node_start_all(node);
    touch(node, "release", 'a', "");
    toc_test_wait("both are written", 20, nothing_is_held, node);
    assert_int_equal(entries_of(node), 2);
    submit(node, 'a', "", HEAD ROW_BTC, 1, 0, 0); /* its id was taken: the summary of then */
    assert_int_equal(entries_of(node), 2);
}

static void what_was_said_meanwhile_is_not_said_again(void **state)
{
    toc_test_node *node = *state;
    hold_some(node, 'a', HEAD ROW_ETH ROW_BTC, 2);
    submit(node, 'b', "", HEAD ROW_ETH, 1, 0, 0);
    touch(node, "release", 'a', "");
    toc_test_wait("it is written", 20, nothing_is_held, node);
    assert_int_equal(entries_of(node), 2);
    submit(node, 'a', "", HEAD ROW_ETH, 1, 0, 1); /* the summary of then: one was unchanged */
}

static void it_goes_to_the_circle_that_was_meant_when_it_came(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer before = {0};
    TOC_AUTO(answer_wipe) answer made = {0};
    TOC_AUTO(answer_wipe) answer after = {0};
    hold_some(node, 'a', HEAD ROW_ETH, 1);
    ask(node, "{\"command\":\"circle-list\"}", NULL, &before);
    ask(node, "{\"command\":\"circle-create\",\"name\":\"another\",\"purpose\":\"x\"}", NULL,
        &made);
    assert_string_equal(made.text, "");
    touch(node, "release", 'a', "");
    toc_test_wait("it is written", 20, nothing_is_held, node);
    await_level(node);
    ask(node, "{\"command\":\"search\",\"chain\":\"ETH\"}", NULL, &after);
    assert_int_equal(after.count, 1);
    assert_string_equal(text_of(after.lines[0], "circle"), text_of(before.lines[0], "circle"));
}

/* ---- what is not held ---- */

static void refusals_are_told_at_once_and_what_says_nothing_new_is_not_held(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer some = {0};
    TOC_AUTO(answer_wipe) answer none = {0};
    TOC_AUTO(answer_wipe) answer over = {0};
    TOC_AUTO(answer_wipe) answer far = {0};
    submit(node, 'a', "", HEAD ROW_ETH, 1, 0, 0);
    hold(node, 'b', now_ms() + HOUR_MS,
         "chain,address,category,not_to\nBTC,12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h,theft,Nobody\n"
         "BTC," WASABI ",scam,\n",
         &some);
    assert_int_equal(some.count, 2);
    assert_non_null(strstr(text_of(some.lines[0], "error"), "no card is held"));
    assert_int_equal(number_of(some.lines[1], "refused"), 1);
    assert_true(json_is_string(json_object_get(some.lines[1], "held_until")));
    hold(node, 'c', now_ms() + HOUR_MS, HEAD ROW_ETH, &none);
    assert_int_equal(number_of(none.lines[0], "unchanged"), 1);
    assert_null(json_object_get(none.lines[0], "held_until"));
    expect_held(node, 1);
    hold(node, 'd', now_ms() - 1, HEAD ROW_BTC, &over); /* nothing to wait for */
    assert_int_equal(number_of(over.lines[0], "new"), 1);
    assert_int_equal(entries_of(node), 2);
    hold(node, 'e', now_ms() + 48ull * HOUR_MS, HEAD ROW_BTC, &far);
    assert_string_equal(far.code, "usage");
    expect_held(node, 1);
}

/* ---- rights ---- */

static void only_who_submitted_it_or_an_admin_touches_it(void **state)
{
    toc_test_node *node = *state;
    toc_err err;
    toc_draft_id id = id_of('a');
    toc_held_by other = {.uid = getuid() + 1}, admin = {.uid = getuid() + 1, .admin = true};
    hold_some(node, 'a', HEAD ROW_ETH, 1);
    assert_int_equal(toc_held_recall(node->node, &id, other, &err), TOC_DENIED);
    assert_int_equal(toc_held_release(node->node, &id, other, &err), TOC_DENIED);
    expect_held(node, 1);
    TOC_CHECK_OK(toc_held_recall(node->node, &id, admin, &err));
    expect_held(node, 0);
}

/* ---- when it cannot be written ---- */

static toc_code put_row(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    (void)engine;
    (void)now;
    return toc_log_held_put(txn, context, toc_span_text("no request\n"), err);
}

static bool has_failed(void *context)
{
    answer got;
    size_t count = count_held(context, &got);
    bool failed = count == 1 && strcmp(text_of(got.lines[0], "state"), "failed") == 0 &&
                  strlen(text_of(got.lines[0], "why")) > 10;
    answer_wipe(&got);
    return failed;
}

static void what_can_never_be_written_says_why_and_can_be_recalled(void **state)
{
    toc_test_node *node = *state;
    toc_err err;
    toc_log_held held = {.id = id_of('a'), .uid = getuid(), .until.unix_ms = 1};
    TOC_CHECK_OK(toc_node_do(node->node, put_row, &held, &err));
    toc_test_wait("it has failed", 20, has_failed, node);
    hold_some(node, 'b', HEAD ROW_ETH, 1);
    touch(node, "release", 'b', ""); /* it is in nobody's way */
    toc_test_wait("only the failed one is left", 20, has_failed, node);
    touch(node, "recall", 'a', "");
    expect_held(node, 0);
}

static void what_is_being_written_cannot_be_recalled(void **state)
{
    toc_test_node *node = *state;
    toc_err err;
    toc_spool_stop(node->spool); /* nobody writes it */
    node->spool = NULL;
    toc_log_held held = {.id = id_of('a'), .uid = getuid(), .state = TOC_HELD_LEAVING};
    TOC_CHECK_OK(toc_node_do(node->node, put_row, &held, &err));
    touch(node, "recall", 'a', "state");
    touch(node, "release", 'a', "state");
    expect_held(node, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_in_circle, remove_node)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_held_is_listed_and_not_written),
        TEST(what_was_recalled_is_never_written),
        TEST(what_is_held_outlives_a_restart_and_is_written_when_it_is_time),
        TEST(what_was_said_meanwhile_is_not_said_again),
        TEST(it_goes_to_the_circle_that_was_meant_when_it_came),
        TEST(refusals_are_told_at_once_and_what_says_nothing_new_is_not_held),
        TEST(only_who_submitted_it_or_an_admin_touches_it),
        TEST(what_can_never_be_written_says_why_and_can_be_recalled),
        TEST(what_is_being_written_cannot_be_recalled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
