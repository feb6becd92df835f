/* What waits for officers, over the socket: until when, and what comes after (decision 0084). */
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "store/drafts.h"
#include "tests/unit/node/talk.h"

#define HEAD "chain,address,category\n"
#define ROW  "ETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,theft\n"

static int start(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    toc_test_node_start_all(node);
    toc_test_node_circle(node);
    ask(node, "{\"command\":\"circle-propose\",\"approvals\":[\"wallet=1\",\"retraction=1\"]}",
        NULL, &got);
    assert_string_equal(got.text, "");
    *state = node;
    return 0;
}

static int stop(void **state)
{
    toc_test_node_remove(*state);
    free(*state);
    return 0;
}

/* The one draft that waits. */
static void read_draft(const toc_test_node *node, answer *out)
{
    char request[160];
    TOC_AUTO(answer_wipe) answer listed = {0};
    ask(node, "{\"command\":\"drafts\"}", NULL, &listed);
    assert_int_equal(listed.count, 1);
    snprintf(request, sizeof request, "{\"command\":\"draft\",\"draft\":\"%s\"}",
             text_of(listed.lines[0], "draft"));
    ask(node, request, NULL, out);
    assert_int_equal(out->count, 1);
}

static void approve(const toc_test_node *node, const json_t *draft, answer *out)
{
    char request[256], shown[65];
    toc_hash hash;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    const char *hex = text_of(draft, "statement");
    uint8_t *room = toc_buf_extend(&bytes, strlen(hex) / 2);
    assert_non_null(room);
    assert_int_equal(toc_hex_decode(toc_span_text(hex), room, strlen(hex) / 2, NULL), TOC_OK);
    toc_sha256(toc_buf_view(&bytes), &hash);
    toc_hex_encode(TOC_SPAN_OF(hash.bytes), shown);
    snprintf(request, sizeof request, "{\"command\":\"approve\",\"draft\":\"%s\",\"shown\":\"%s\"}",
             text_of(draft, "draft"), shown);
    ask(node, request, NULL, out);
}

static toc_code end_now(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_draft draft;
    (void)engine;
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    TOC_TRY(toc_log_draft_get(txn, context, arena, &draft, err));
    draft.not_after.unix_ms = now.wall.unix_ms - 1;
    return toc_log_draft_change(txn, &draft, err);
}

static void what_lapsed_is_approved_by_nobody_and_says_when(void **state)
{
    toc_test_node *node = *state;
    toc_err err;
    toc_draft_id id;
    TOC_AUTO(answer_wipe) answer waits = {0};
    TOC_AUTO(answer_wipe) answer late = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    submit(node, 'a', ",\"lapse_s\":60", HEAD ROW, 1, 0, 0);
    read_draft(node, &waits);
    assert_string_equal(text_of(waits.lines[0], "state"), "waiting");
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(text_of(waits.lines[0], "draft")), id.bytes,
                                sizeof id.bytes, &err));
    TOC_CHECK_OK(toc_node_do(node->node, end_now, &id, &err));
    read_draft(node, &late);
    assert_string_equal(text_of(late.lines[0], "state"), "lapsed");
    approve(node, late.lines[0], &got);
    assert_string_equal(got.code, "state");
    assert_non_null(strstr(got.text, "lapsed at 20"));
    assert_non_null(strstr(got.text, "--lapse"));
}

static long long span_of(const json_t *draft)
{
    toc_err err;
    toc_time at;
    TOC_CHECK_OK(toc_time_parse(toc_span_text(text_of(draft, "at")), &at, &err));
    return number_of(draft, "not_after_ms") - (long long)at.unix_ms;
}

static void check_and_approve(toc_test_node *node, const char *kind, long long lapse_ms)
{
    TOC_AUTO(answer_wipe) answer waits = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    read_draft(node, &waits);
    assert_string_equal(text_of(waits.lines[0], "kind"), kind);
    assert_in_range(span_of(waits.lines[0]), lapse_ms, lapse_ms + 999);
    approve(node, waits.lines[0], &got);
    assert_string_equal(got.text, "");
    assert_int_equal(strlen(text_of(got.lines[0], "record")), 64);
    await_level(node);
}

static void retract(toc_test_node *node, const char *arguments)
{
    char request[256];
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    ask(node, "{\"command\":\"search\"}", NULL, &found);
    assert_int_equal(found.count, 1);
    snprintf(request, sizeof request, "{\"command\":\"retract\",\"claim\":\"%s\"%s}",
             text_of(found.lines[0], "claim"), arguments);
    ask(node, request, NULL, &got);
    assert_string_equal(got.text, "");
}

static void whoever_says_it_settles_until_when_within_bounds(void **state)
{
    static const struct {
        const char *arguments;
        long long lapse_ms;
    } cases[] = {{"", 86400000}, {",\"lapse_s\":60", 60000}, {",\"lapse_s\":2592000", 2592000000}};
    static const char *const refused[] = {"0", "59", "2592001", "\"60\""};
    toc_test_node *node = *state;
    char request[256];
    for (size_t i = 0; i < TOC_COUNT(refused); i++) {
        TOC_AUTO(answer_wipe) answer got = {0};
        snprintf(request, sizeof request,
                 "{\"command\":\"submit\",\"id\":\"%064u\",\"lapse_s\":%s}", (unsigned)i,
                 refused[i]);
        ask(node, request, HEAD ROW, &got);
        assert_string_equal(got.code, "usage");
    }
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        submit(node, (char)('b' + i), cases[i].arguments, HEAD ROW, 1, 0, 0);
        check_and_approve(node, "wallet", cases[i].lapse_ms);
        retract(node, cases[i].arguments);
        check_and_approve(node, "retraction", cases[i].lapse_ms);
    }
}

/* ---- for fewer than before ---- */

#define WIDE                                                                                       \
    "chain,address,category,tlp\nETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,theft,AMBER\n"
#define NARROW                                                                                     \
    "chain,address,category,tlp\nETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,theft,RED\n"
#define SURER                                                                                      \
    "chain,address,category,tlp,confidence\nETH,0x098B716B8Aaf21512996dC57EB0615e2383E2f96,"       \
    "theft,AMBER,90\n"

static int start_without_retractions(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    int code = start(state);
    ask(*state, "{\"command\":\"circle-propose\",\"approvals\":[\"retraction=0\"]}", NULL, &got);
    assert_string_equal(got.text, "");
    return code;
}

/* What stands of the wallet: kinds, markings and revisions above the first, in order. */
static void check_said(toc_test_node *node, const char *expected)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    unsigned long long first = 0;
    await_level(node);
    ask(node, "{\"command\":\"shared\",\"wallet\":\"0x098B716B8Aaf21512996dC57EB0615e2383E2f96\"}",
        NULL, &got);
    for (size_t i = 0; i < got.count; i++) {
        unsigned long long revision = strtoull(text_of(got.lines[i], "revision"), NULL, 10);
        first = i == 0 ? revision : first;
        toc_buf_printf(&out, "%s%s %s +%llu", i == 0 ? "" : ", ", text_of(got.lines[i], "kind"),
                       text_of(got.lines[i], "tlp"), revision - first);
    }
    toc_buf_add_u8(&out, 0);
    assert_string_equal((const char *)out.data, expected);
}

static void what_officers_approve_for_fewer_ends_for_the_others_with_it(void **state)
{
    toc_test_node *node = *state;
    submit(node, 'a', "", WIDE, 1, 0, 0);
    check_and_approve(node, "wallet", 86400000);
    submit(node, 'b', "", NARROW, 0, 1, 0);
    check_said(node, "wallet AMBER +0"); /* nothing ends before they approve */
    submit(node, 'c', "", WIDE, 0, 0, 1);
    check_and_approve(node, "wallet", 86400000);
    check_said(node, "wallet AMBER +0, retraction AMBER +1, wallet RED +2");
    submit(node, 'd', "", NARROW, 0, 0, 1);
}

static void read_drafts(const toc_test_node *node, answer *out)
{
    ask(node, "{\"command\":\"drafts\"}", NULL, out);
}

static void approve_nth(const toc_test_node *node, const answer *listed, size_t nth, answer *out)
{
    char request[160];
    TOC_AUTO(answer_wipe) answer whole = {0};
    snprintf(request, sizeof request, "{\"command\":\"draft\",\"draft\":\"%s\"}",
             text_of(listed->lines[nth], "draft"));
    ask(node, request, NULL, &whole);
    approve(node, whole.lines[0], out);
}

static void what_has_no_number_left_for_the_end_is_overtaken(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer narrow = {0};
    TOC_AUTO(answer_wipe) answer both = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer late = {0};
    submit(node, 'a', "", WIDE, 1, 0, 0);
    check_and_approve(node, "wallet", 86400000);
    submit(node, 'b', "", NARROW, 0, 1, 0);
    read_drafts(node, &narrow);
    assert_int_equal(narrow.count, 1);
    submit(node, 'c', "", SURER, 0, 1, 0);
    read_drafts(node, &both);
    assert_int_equal(both.count, 2);
    bool first = strcmp(text_of(both.lines[0], "draft"), text_of(narrow.lines[0], "draft")) == 0;
    approve_nth(node, &both, first ? 1 : 0, &got);
    assert_string_equal(got.text, "");
    check_said(node, "wallet AMBER +0, wallet AMBER +1");
    approve_nth(node, &narrow, 0, &late);
    assert_string_equal(late.code, "state");
    answer_wipe(&narrow);
    read_drafts(node, &narrow);
    assert_string_equal(text_of(narrow.lines[0], "state"), "overtaken");
    check_said(node, "wallet AMBER +0, wallet AMBER +1");
}

static void where_ends_are_approved_too_it_takes_two_steps(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer got = {0};
    submit(node, 'a', "", WIDE, 1, 0, 0);
    check_and_approve(node, "wallet", 86400000);
    ask(node,
        "{\"command\":\"submit\","
        "\"id\":\"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"}",
        NARROW, &got);
    assert_int_equal(got.count, 2);
    assert_non_null(strstr(text_of(got.lines[0], "error"), "approve each retraction by itself"));
    assert_int_equal(number_of(got.lines[1], "refused"), 1);
    check_said(node, "wallet AMBER +0");
}

/* Retractions need officers by the time that they approve. */
static void a_stricter_charter_since_stops_it(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer waits = {0};
    TOC_AUTO(answer_wipe) answer late = {0};
    submit(node, 'a', "", WIDE, 1, 0, 0);
    check_and_approve(node, "wallet", 86400000);
    submit(node, 'b', "", NARROW, 0, 1, 0);
    ask(node, "{\"command\":\"circle-propose\",\"approvals\":[\"retraction=1\"]}", NULL, &got);
    assert_string_equal(got.text, "");
    read_draft(node, &waits);
    approve(node, waits.lines[0], &late);
    assert_string_equal(late.code, "denied");
    check_said(node, "wallet AMBER +0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_lapsed_is_approved_by_nobody_and_says_when, start,
                                        stop),
        cmocka_unit_test_setup_teardown(whoever_says_it_settles_until_when_within_bounds, start,
                                        stop),
        cmocka_unit_test_setup_teardown(what_officers_approve_for_fewer_ends_for_the_others_with_it,
                                        start_without_retractions, stop),
        cmocka_unit_test_setup_teardown(what_has_no_number_left_for_the_end_is_overtaken,
                                        start_without_retractions, stop),
        cmocka_unit_test_setup_teardown(where_ends_are_approved_too_it_takes_two_steps, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_stricter_charter_since_stops_it,
                                        start_without_retractions, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
