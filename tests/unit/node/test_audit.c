/* What the audit is told: before whom, in which line, and what happens when it cannot be told. */
#include <stdlib.h>
#include <sys/stat.h>

#include "proto/base/text.h"
#include "store/audit.h"
#include "tests/unit/node/talk.h"

#define HEAD    "chain,address,category\n"
#define ROW_ETH "ETH," LAZARUS ",theft\n"
#define ROW_BTC "BTC," WASABI ",sanctions\n"

/* ---- the lines ---- */

enum { LINES_KEPT = 64 };

typedef struct trail {
    size_t count;
    json_t *lines[LINES_KEPT];
} trail;

static void trail_wipe(trail *all)
{
    for (size_t i = 0; i < all->count; i++)
        json_decref(all->lines[i]);
    all->count = 0;
}
TOC_DEFINE_AUTO_WIPE(trail, trail_wipe)

static void read_trail(toc_test_node *node, trail *out)
{
    toc_err err;
    toc_log_txn *txn;
    toc_audit_head head;
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_CHECK_OK(toc_log_read(toc_node_log(node->node), &txn, &err));
    TOC_CHECK_OK(toc_audit_head_of(txn, &head, &err));
    assert_true(head.size <= LINES_KEPT);
    for (out->count = 0; out->count < head.size; out->count++) {
        toc_audit_line line;
        TOC_CHECK_OK(toc_audit_get(txn, out->count, &plain, &line, &err));
        out->lines[out->count] = parse_json(line.text);
    }
    toc_log_abort(txn);
}

static const char *in(const json_t *line, const char *object, const char *key)
{
    return text_of(json_object_get(line, object), key);
}

/* ---- questions ---- */

static void a_question_is_told_in_one_line_with_who_asked_and_what_as_given(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(trail_wipe) trail all = {0};
    ask(*state, "{\"command\":\"lookup\",\"queries\":[\" eth:" LAZARUS "\",\"nonsense\"]}", NULL,
        &got);
    assert_int_equal(got.count, 2);
    read_trail(*state, &all);
    assert_int_equal(all.count, 1);
    const json_t *line = all.lines[0], *request = json_object_get(line, "request");
    assert_string_equal(text_of(line, "door"), "socket");
    assert_int_equal(number_of(line, "uid"), geteuid());
    assert_int_equal(number_of(line, "gid"), getegid());
    assert_string_equal(text_of(line, "command"), "lookup");
    assert_string_equal(text_of(line, "outcome"), "ok");
    assert_int_equal(number_of(line, "lines"), 2);
    assert_int_equal(json_object_size(request), 1);
    const json_t *queries = json_object_get(request, "queries");
    assert_string_equal(json_string_value(json_array_get(queries, 0)), " eth:" LAZARUS);
    assert_string_equal(json_string_value(json_array_get(queries, 1)), "nonsense");
    assert_null(json_object_get(line, "answer"));
}

static void what_monitors_ask_all_day_is_not_told(void **state)
{
    static const char *const requests[] = {"{\"command\":\"status\"}", "{\"command\":\"peers\"}",
                                           "{\"command\":\"stats\"}"};
    TOC_AUTO(trail_wipe) trail all = {0};
    for (size_t i = 0; i < TOC_COUNT(requests); i++) {
        TOC_AUTO(answer_wipe) answer got = {0};
        ask(*state, requests[i], NULL, &got);
        assert_string_equal(got.text, "");
    }
    read_trail(*state, &all);
    assert_int_equal(all.count, 0);
}

static void what_is_refused_is_told_with_the_reason_why(void **state)
{
    static const struct {
        const char *request, *command, *outcome;
        bool has_request;
    } cases[] = {
        {"no json", "", "malformed", false},
        {"{}", "", "usage", false},
        {"{\"command\":\"make-tea\",\"milk\":true}", "make-tea", "usage", true},
        {"{\"command\":\"lookup\"}", "lookup", "usage", true},
        {"{\"command\":\"circle-join\",\"circle\":\"x\",\"why\":1}", "circle-join", "usage", true},
        {"{\"command\":\"circle-show\",\"circle\":\"none\"}", "circle-show", "not-found", true},
    };
    TOC_AUTO(trail_wipe) trail all = {0};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        TOC_AUTO(answer_wipe) answer got = {0};
        ask(*state, cases[i].request, NULL, &got);
        assert_string_equal(got.code, cases[i].outcome);
    }
    read_trail(*state, &all);
    assert_int_equal(all.count, TOC_COUNT(cases));
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        const json_t *line = all.lines[i];
        assert_string_equal(text_of(line, "command"), cases[i].command);
        assert_string_equal(text_of(line, "outcome"), cases[i].outcome);
        assert_true(json_is_object(json_object_get(line, "request")) == cases[i].has_request);
        if (!cases[i].has_request)
            assert_int_equal(number_of(line, "request_bytes"), strlen(cases[i].request));
    }
}

static void who_may_not_is_told_by_his_uid(void **state)
{
    enum { NOBODY = 65534 };
    TOC_AUTO(trail_wipe) trail all = {0};
    toc_test_node *node = *state;
    if (geteuid() != 0)
        skip(); /* only root can be somebody else */
    assert_int_equal(chmod(node->folder, 0755), 0);
    assert_int_equal(chmod(node->socket, 0666), 0);
    toc_config config = node->config;
    config.uids[config.uid_count++] = NOBODY;
    toc_control_reload(node->control, &config);
    assert_true(answers_as(node, NOBODY, "{\"command\":\"rebuild\"}", "denied"));
    assert_true(answers_as(node, NOBODY, "{\"command\":\"audit\"}", "denied"));
    assert_true(answers_as(node, NOBODY, "{\"command\":\"audit-check\"}", "denied"));
    assert_true(answers_as(node, NOBODY, "{\"command\":\"audit-sign\"}", "denied"));
    read_trail(node, &all);
    assert_int_equal(all.count, 4);
    assert_int_equal(number_of(all.lines[0], "uid"), NOBODY);
    assert_int_equal(number_of(all.lines[0], "gid"), NOBODY);
    assert_string_equal(text_of(all.lines[0], "command"), "rebuild");
    assert_string_equal(text_of(all.lines[0], "outcome"), "denied");
}

static void a_request_that_is_too_large_to_keep_is_refused_and_its_size_told(void **state)
{
    enum { PAD_BYTES = TOC_AUDIT_REQUEST_BYTES_MAX };
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(trail_wipe) trail all = {0};
    toc_buf_add_text(&request, "{\"command\":\"lookup\",\"queries\":[\"");
    uint8_t *pad = toc_buf_extend(&request, PAD_BYTES);
    assert_non_null(pad);
    memset(pad, 'x', PAD_BYTES);
    toc_buf_add_text(&request, "\"]}");
    ask(*state, toc_buf_text(&request), NULL, &got);
    assert_string_equal(got.code, "limit");
    assert_int_equal(got.count, 0);
    read_trail(*state, &all);
    assert_int_equal(all.count, 1);
    assert_int_equal(number_of(all.lines[0], "request_bytes"), request.size);
    assert_null(json_object_get(all.lines[0], "request"));
}

/* An answer that does not fit what is gathered leaves in parts: the first not before the asking is
 * written down, so it has two lines. */
static void a_long_answer_is_told_before_its_first_byte_leaves(void **state)
{
    enum { QUERIES = 1000 };
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(trail_wipe) trail early = {0};
    TOC_AUTO(trail_wipe) trail all = {0};
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(*state);
    size_t lines = 0;
    toc_buf_add_text(&request, "{\"command\":\"lookup\",\"queries\":[\"" LAZARUS "\"");
    for (size_t i = 1; i < QUERIES; i++)
        toc_buf_add_text(&request, ",\"" LAZARUS "\"");
    toc_buf_add_text(&request, "]}");
    say(client, TOC_CONTROL_REQUEST, toc_buf_text(&request));
    for (toc_control_type type = TOC_CONTROL_LINE; type != TOC_CONTROL_END;) {
        toc_err err;
        toc_span payload;
        TOC_CHECK_OK(toc_node_receive(client, &type, &payload, &err));
        if (lines == 0)
            read_trail(*state, &early);
        lines += type == TOC_CONTROL_LINE ? 1 : 0;
    }
    read_trail(*state, &all);
    assert_int_equal(lines, QUERIES);
    assert_true(early.count >= 1);
    assert_string_equal(text_of(early.lines[0], "command"), "lookup");
    assert_null(json_object_get(early.lines[0], "outcome"));
    assert_int_equal(all.count, 2);
    assert_int_equal(number_of(all.lines[1], "of"), 0);
    assert_string_equal(text_of(all.lines[1], "outcome"), "ok");
    assert_int_equal(number_of(all.lines[1], "lines"), QUERIES);
}

/* ---- what changes something ---- */

static void a_submission_is_told_before_with_its_records_and_after(void **state)
{
    TOC_AUTO(trail_wipe) trail all = {0};
    submit(*state, 'a', ",\"alert\":true", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    read_trail(*state, &all);
    assert_int_equal(all.count, 3);
    const json_t *asked = all.lines[0], *wrote = json_object_get(all.lines[1], "wrote");
    assert_string_equal(text_of(asked, "command"), "submit");
    assert_int_equal(strlen(in(asked, "request", "id")), 64);
    assert_null(json_object_get(asked, "outcome"));
    assert_int_equal(number_of(all.lines[1], "of"), 0);
    assert_string_equal(text_of(wrote, "lane"), "alert");
    assert_int_equal(number_of(wrote, "from"), 1); /* after the grant */
    assert_int_equal(number_of(wrote, "until"), 3);
    assert_int_equal(number_of(all.lines[2], "of"), 0);
    assert_string_equal(text_of(all.lines[2], "outcome"), "ok");
    assert_int_equal(number_of(json_object_get(all.lines[2], "answer"), "new"), 2);
}

static void a_submission_that_changes_nothing_has_no_records(void **state)
{
    TOC_AUTO(trail_wipe) trail all = {0};
    submit(*state, 'a', "", HEAD ROW_ETH, 1, 0, 0);
    submit(*state, 'b', "", HEAD ROW_ETH, 0, 0, 1);
    submit(*state, 'c', ",\"dry_run\":true", HEAD ROW_BTC, 1, 0, 0);
    read_trail(*state, &all);
    assert_int_equal(all.count, 3 + 2 + 2);
    assert_int_equal(number_of(all.lines[4], "of"), 3);
    assert_int_equal(number_of(all.lines[6], "of"), 5);
    assert_true(json_is_true(json_object_get(json_object_get(all.lines[5], "request"), "dry_run")));
}

static void a_retraction_and_a_circle_are_told_with_what_came_of_them(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer made = {0};
    TOC_AUTO(trail_wipe) trail all = {0};
    submit(*state, 'a', "", HEAD ROW_ETH, 1, 0, 0);
    ask(*state, "{\"command\":\"retract\",\"reason\":\"false-positive\"}", HEAD ROW_ETH, &got);
    assert_string_equal(got.text, "");
    ask(*state, "{\"command\":\"circle-create\",\"name\":\"two\"}", NULL, &made);
    read_trail(*state, &all);
    assert_int_equal(all.count, 3 + 3 + 2);
    assert_string_equal(in(all.lines[3], "request", "reason"), "false-positive");
    assert_int_equal(number_of(json_object_get(all.lines[4], "wrote"), "until"), 3);
    assert_string_equal(in(all.lines[5], "answer", "record"), text_of(got.lines[0], "record"));
    assert_string_equal(text_of(all.lines[6], "command"), "circle-create");
    assert_string_equal(in(all.lines[7], "answer", "circle"), text_of(made.lines[0], "circle"));
}

/* Written for nobody's request, as the node's own tests do. */
static void records_that_nobody_asked_for_are_told_too(void **state)
{
    toc_err err;
    toc_test_node *node = *state;
    toc_writer_totals totals = {0};
    static toc_statement draft;
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(trail_wipe) trail all = {0};
    ask(node, "{\"command\":\"circle-list\"}", NULL, &got);
    toc_circle_id circle;
    TOC_CHECK_OK(toc_hex_decode(toc_span_text(text_of(got.lines[0], "circle")), circle.bytes,
                                sizeof circle.bytes, &err));
    toc_test_draft(1, &draft);
    TOC_CHECK_OK(toc_writer_write(node->writer, &circle, TOC_LANE_BULK, false, &draft, 1, &totals,
                                  NULL, NULL, &err));
    read_trail(node, &all);
    assert_int_equal(all.count, 2);
    assert_true(json_is_null(json_object_get(all.lines[1], "of")));
    assert_int_equal(number_of(json_object_get(all.lines[1], "wrote"), "until"), 2);
}

/* ---- when nothing can be written ---- */

static bool fills(toc_test_node *node, uint64_t number)
{
    char line[128], request[160], hex[65];
    TOC_AUTO(toc_buf_wipe) toc_buf csv = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    toc_buf_add_text(&csv, HEAD);
    for (unsigned i = 0; i < 1000; i++) {
        snprintf(line, sizeof line, "ETH,0x%040llx,theft\n", (unsigned long long)number * 1000 + i);
        toc_buf_add_text(&csv, line);
    }
    snprintf(hex, sizeof hex, "%064llx", (unsigned long long)number);
    snprintf(request, sizeof request, "{\"command\":\"submit\",\"id\":\"%s\"}", hex);
    ask(node, request, toc_buf_text(&csv), &got);
    assert_true(got.code[0] == '\0' || strcmp(got.code, "full") == 0);
    return got.code[0] == '\0';
}

static void a_store_that_is_full_answers_nothing_that_it_cannot_account_for(void **state)
{
    enum { SMALL_BYTES = 8 << 20 };
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer refused = {0};
    TOC_AUTO(answer_wipe) answer status = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    toc_test_node_stop(node);
    uint64_t map_bytes = node->config.log_map_bytes;
    node->config.log_map_bytes = SMALL_BYTES;
    toc_test_node_start_all(node);
    for (uint64_t i = 1; fills(node, i); i++)
        assert_true(i < 100);
    ask(node, "{\"command\":\"lookup\",\"queries\":[\"" LAZARUS "\"]}", NULL, &refused);
    assert_string_equal(refused.code, "full");
    assert_int_equal(refused.count, 0);
    assert_non_null(strstr(refused.text, "audit"));
    assert_non_null(strstr(refused.text, "raise the map"));
    ask(node, "{\"command\":\"status\"}", NULL, &status);
    assert_int_equal(status.count, 1);
    toc_test_node_stop(node);
    node->config.log_map_bytes = map_bytes;
    toc_test_node_start_all(node);
    ask(node, "{\"command\":\"lookup\",\"queries\":[\"" LAZARUS "\"]}", NULL, &got);
    assert_int_equal(got.count, 1);
}

/* ---- checkpoints ---- */

static void the_first_line_is_signed_at_once(void **state)
{
    toc_err err;
    toc_test_node *node = *state;
    toc_audit_found found;
    toc_log_txn *txn;
    TOC_AUTO(answer_wipe) answer got = {0};
    ask(node, "{\"command\":\"circle-list\"}", NULL, &got);
    TOC_CHECK_OK(toc_log_read(toc_node_log(node->node), &txn, &err));
    TOC_CHECK_OK(toc_audit_check(txn, (toc_span){0}, NULL, NULL, &found, &err));
    toc_log_abort(txn);
    assert_int_equal(found.head.size, 1);
    assert_int_equal(found.head.signed_size, 1);
    assert_int_equal(found.checkpoints, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start_in_circle, remove_node)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_is_told_in_one_line_with_who_asked_and_what_as_given),
        TEST(what_monitors_ask_all_day_is_not_told),
        TEST(what_is_refused_is_told_with_the_reason_why),
        TEST(who_may_not_is_told_by_his_uid),
        TEST(a_request_that_is_too_large_to_keep_is_refused_and_its_size_told),
        TEST(a_long_answer_is_told_before_its_first_byte_leaves),
        TEST(a_submission_is_told_before_with_its_records_and_after),
        TEST(a_submission_that_changes_nothing_has_no_records),
        TEST(a_retraction_and_a_circle_are_told_with_what_came_of_them),
        TEST(records_that_nobody_asked_for_are_told_too),
        TEST(a_store_that_is_full_answers_nothing_that_it_cannot_account_for),
        TEST(the_first_line_is_signed_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
