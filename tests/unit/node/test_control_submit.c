/* What a submission becomes, and what a retraction ends, over the control socket. */
#include "tests/unit/node/talk.h"

#define HEAD     "chain,address,category,actor,confidence\n"
#define ROW_ETH  "ETH," LAZARUS ",theft,lazarus-group,90\n"
#define ROW_BTC  "BTC," WASABI ",sanctions,,80\n"
#define ROW_TRON "TRON," TRON ",theft,,70\n"

#define CLUSTER_HEAD "chain,address,cluster,entity\n"

#define SUBMIT_A                                                                                   \
    "{\"command\":\"submit\",\"id\":"                                                              \
    "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}"

/* ---- submissions ---- */

static void a_submission_is_found_by_other_spellings_of_its_addresses(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer found = {0};
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC ROW_TRON, 3, 0, 0);
    await_level(*state);
    ask(*state,
        "{\"command\":\"lookup\",\"queries\":[\"0x098b716b8aaf21512996dc57eb0615e2383e2f96\","
        "\"bitcoin:" WASABI "\"]}",
        NULL, &got);
    assert_int_equal(got.count, 2);
    for (size_t i = 0; i < 2; i++) {
        assert_true(json_is_true(json_object_get(got.lines[i], "found")));
        assert_int_equal(json_array_size(json_object_get(got.lines[i], "claims")), 1);
    }
    assert_string_equal(text_of(got.lines[0], "canonical"), LAZARUS);
    ask(*state, "{\"command\":\"search\",\"category\":\"theft\",\"limit\":1}", NULL, &found);
    assert_int_equal(found.count, 1);
    assert_int_equal(number_of(found.end, "total"), 2);
}

static void a_second_submission_writes_only_the_difference(void **state)
{
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    submit(*state, 'b', "", HEAD ROW_ETH ROW_BTC, 0, 0, 2);
    submit(*state, 'c', "", HEAD ROW_ETH "BTC," WASABI ",sanctions,,85\n" ROW_TRON, 1, 1, 1);
    await_level(*state);
    submit(*state, 'd', "", HEAD ROW_ETH "BTC," WASABI ",sanctions,,85\n" ROW_TRON, 0, 0, 3);
}

static long long entries_of(toc_test_node *node)
{
    answer got;
    await_level(node);
    ask(node, "{\"command\":\"status\"}", NULL, &got);
    long long entries = number_of(got.lines[0], "entries");
    answer_wipe(&got);
    return entries;
}

static void repeating_a_submission_id_is_harmless(void **state)
{
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    assert_int_equal(entries_of(*state), 2);
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC, 2, 0, 0); /* the summary of then */
    submit(*state, 'a', "", HEAD ROW_TRON, 2, 0, 0);        /* not looked at */
    assert_int_equal(entries_of(*state), 2);
}

static void a_dry_run_counts_and_writes_nothing(void **state)
{
    submit(*state, 'a', ",\"dry_run\":true", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    assert_int_equal(entries_of(*state), 0);
    submit(*state, 'a', "", HEAD ROW_ETH, 1, 0, 0); /* its id was not remembered either */
    submit(*state, 'b', ",\"dry_run\":true", HEAD ROW_ETH ROW_BTC, 1, 0, 1);
    assert_int_equal(entries_of(*state), 1);
}

static void a_cluster_is_joined_and_grows_by_its_new_members_only(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    submit(*state, 'a', "",
           CLUSTER_HEAD "ETH," LAZARUS ",Lazarus,criminal\nBTC," WASABI ",Lazarus,criminal\n", 2, 0,
           0);
    submit(*state, 'b', "",
           CLUSTER_HEAD "ETH," LAZARUS ",Lazarus,criminal\nBTC," WASABI ",Lazarus,criminal\n", 0, 0,
           2);
    submit(*state, 'c', "",
           CLUSTER_HEAD "ETH," LAZARUS ",Lazarus,criminal\nTRON," TRON ",Lazarus,criminal\n", 1, 0,
           1);
    await_level(*state);
    ask(*state, "{\"command\":\"cluster\",\"queries\":[\"" TRON "\"],\"members\":2}", NULL, &got);
    assert_int_equal(got.count, 1);
    assert_true(json_is_true(json_object_get(got.lines[0], "found")));
    assert_int_equal(number_of(json_object_get(got.lines[0], "cluster"), "size"), 3);
    assert_int_equal(json_array_size(json_object_get(got.lines[0], "members")), 2);
}

/* ---- what is refused ---- */

static void add_draft(toc_buf *part, toc_record_kind kind, uint32_t line, toc_span bytes)
{
    toc_buf_add_u8(part, (uint8_t)kind);
    toc_buf_add_u32(part, line);
    toc_buf_add_u32(part, (uint32_t)bytes.size);
    toc_buf_add_span(part, bytes);
}

/* One good draft on line 7, one that is none on line 8, members on line 9 of a cluster without a
 * head, a draft of another kind than it says on line 10. */
static void mixed_part(toc_buf *part)
{
    toc_err err;
    toc_statement wallet, members;
    TOC_AUTO(toc_buf_wipe) toc_buf first = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf third = {0};
    toc_test_draft(1, &wallet);
    members = wallet;
    members.kind = TOC_RECORD_MEMBERS;
    toc_member member = {.wallet = wallet.as.wallet.wallet};
    memset(&members.as, 0, sizeof members.as);
    members.as.members =
        (toc_members_body){.cluster = toc_span_text("headless"), .count = 1, .members = &member};
    TOC_CHECK_OK(toc_draft_encode(&wallet, &first, &err));
    TOC_CHECK_OK(toc_draft_encode(&members, &third, &err));
    toc_buf_add_u8(part, 1);
    toc_buf_add_u32(part, 4);
    add_draft(part, TOC_RECORD_WALLET, 7, toc_buf_view(&first));
    add_draft(part, TOC_RECORD_WALLET, 8, toc_span_text("no draft at all"));
    add_draft(part, TOC_RECORD_MEMBERS, 9, toc_buf_view(&third));
    add_draft(part, TOC_RECORD_CLUSTER, 10, toc_buf_view(&first));
}

static void a_bad_draft_is_refused_by_its_line_and_the_rest_is_written(void **state)
{
    toc_err err;
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(*state);
    mixed_part(&part);
    say(client, TOC_CONTROL_REQUEST, SUBMIT_A);
    TOC_CHECK_OK(toc_node_send(client, TOC_CONTROL_DRAFTS, toc_buf_view(&part), &err));
    say(client, TOC_CONTROL_END, "{}");
    read_answer(client, &got);
    assert_string_equal(got.text, "");
    assert_int_equal(got.count, 4);
    static const long long lines[] = {8, 10, 9}; /* what cannot be read is known before the rest */
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(number_of(got.lines[i], "line"), lines[i]);
        assert_true(strlen(text_of(got.lines[i], "error")) > 10);
    }
    assert_int_equal(number_of(got.lines[3], "new"), 1);
    assert_int_equal(number_of(got.lines[3], "refused"), 3);
    assert_int_equal(entries_of(*state), 1);
}

static void a_broken_submission_ends_alone_and_the_connection_goes_on(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer after = {0};
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(*state);
    say(client, TOC_CONTROL_REQUEST, SUBMIT_A);
    say(client, TOC_CONTROL_DRAFTS, "\x01 no part");
    say(client, TOC_CONTROL_DRAFTS, "\x01 nor this");
    say(client, TOC_CONTROL_END, "{}");
    read_answer(client, &got);
    assert_string_equal(got.code, "malformed");
    say(client, TOC_CONTROL_REQUEST, "{\"command\":\"status\"}");
    read_answer(client, &after);
    assert_int_equal(after.count, 1);
    assert_int_equal(number_of(after.lines[0], "entries"), 0);
}

static void without_a_circle_a_submission_says_what_to_do(void **state)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    ask(*state, SUBMIT_A, HEAD ROW_ETH, &got);
    assert_string_equal(got.code, "state");
    assert_non_null(strstr(got.text, "tocsin circle"));
}

static void frames_out_of_turn_end_the_conversation(void **state)
{
    static const struct {
        toc_control_type type;
        const char *payload;
    } cases[] = {{TOC_CONTROL_DRAFTS, "x"}, {TOC_CONTROL_END, "{}"}, {TOC_CONTROL_LINE, "{}"}};
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_err err;
        toc_control_type type;
        toc_span payload;
        TOC_AUTO(answer_wipe) answer got = {0};
        TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(*state);
        say(client, cases[i].type, cases[i].payload);
        read_answer(client, &got);
        assert_string_equal(got.code, "malformed");
        TOC_CHECK_FAILS(TOC_UNREACHABLE, toc_node_receive(client, &type, &payload, &err));
    }
}

static bool two_entries(void *context)
{
    return entries_of(context) == 2;
}

static void a_caller_that_goes_in_the_middle_loses_nothing_that_was_taken(void **state)
{
    TOC_AUTO(toc_buf_wipe) toc_buf frames = {0};
    toc_err err;
    toc_control_type type;
    toc_span part;
    size_t used;
    toc_test_frames(HEAD ROW_ETH ROW_BTC, &frames);
    TOC_CHECK_OK(toc_control_read(toc_buf_view(&frames), &type, &part, &used, &err));
    toc_node_client *client = call(*state);
    say(client, TOC_CONTROL_REQUEST, SUBMIT_A);
    TOC_CHECK_OK(toc_node_send(client, TOC_CONTROL_DRAFTS, part, &err));
    toc_node_disconnect(client); /* no end, no answer: not acknowledged, so it is said again */
    toc_test_wait("the part was taken", 10, two_entries, *state);
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC ROW_TRON, 1, 0, 2);
}

static void a_node_stops_while_callers_are_idle_or_in_the_middle(void **state)
{
    toc_node_client *idle = call(*state), *busy = call(*state);
    answer got;
    say(busy, TOC_CONTROL_REQUEST, SUBMIT_A);
    say(idle, TOC_CONTROL_REQUEST, "{\"command\":\"circle-list\"}");
    read_answer(idle, &got);
    answer_wipe(&got);
    toc_test_node_stop(*state);
    toc_node_disconnect(idle);
    toc_node_disconnect(busy);
}

/* ---- retracting ---- */

static void a_retraction_ends_a_claim_and_a_second_one_finds_nothing(void **state)
{
    TOC_AUTO(answer_wipe) answer done = {0};
    TOC_AUTO(answer_wipe) answer again = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    submit(*state, 'a', ",\"alert\":true", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    ask(*state, "{\"command\":\"retract\",\"reason\":\"false-positive\",\"note\":\"a mistake\"}",
        HEAD ROW_ETH, &done);
    assert_string_equal(done.text, "");
    assert_int_equal(done.count, 1);
    assert_int_equal(strlen(text_of(done.lines[0], "claim")), 64);
    ask(*state, "{\"command\":\"retract\",\"reason\":\"error\"}", HEAD ROW_ETH, &again);
    assert_string_equal(again.text, "");
    assert_int_equal(again.count, 1); /* refused by its line */
    assert_int_equal(number_of(again.lines[0], "line"), 2);
    assert_non_null(strstr(text_of(again.lines[0], "error"), "no live claim"));
    await_level(*state);
    ask(*state, "{\"command\":\"lookup\",\"queries\":[\"" LAZARUS "\",\"" WASABI "\"]}", NULL,
        &got);
    assert_true(json_is_false(json_object_get(got.lines[0], "found")));
    assert_true(json_is_true(json_object_get(got.lines[1], "found")));
    submit(*state, 'b', "", HEAD ROW_ETH, 1, 0, 0); /* and it may be said anew */
}

static void a_claim_is_retracted_by_its_id(void **state)
{
    char request[256];
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer done = {0};
    TOC_AUTO(answer_wipe) answer unknown = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    submit(*state, 'a', "", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    await_level(*state);
    ask(*state, "{\"command\":\"search\",\"chain\":\"BTC\"}", NULL, &found);
    assert_int_equal(found.count, 1);
    const char *claim = text_of(found.lines[0], "claim");
    snprintf(request, sizeof request,
             "{\"command\":\"retract\",\"claim\":\"%s\",\"reason\":\"resolved\"}", claim);
    ask(*state, request, NULL, &done);
    assert_string_equal(done.text, "");
    assert_string_equal(text_of(done.lines[0], "claim"), claim);
    memset(strstr(request, claim), '0', 64);
    ask(*state, request, NULL, &unknown);
    assert_string_equal(unknown.code, "not-found");
    await_level(*state);
    ask(*state, "{\"command\":\"search\",\"chain\":\"BTC\"}", NULL, &got);
    assert_int_equal(got.count, 0);
}

#define TEST(name)       cmocka_unit_test_setup_teardown(name, start_in_circle, remove_node)
#define TEST_ALONE(name) cmocka_unit_test_setup_teardown(name, start_node, remove_node)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_submission_is_found_by_other_spellings_of_its_addresses),
        TEST(a_second_submission_writes_only_the_difference),
        TEST(repeating_a_submission_id_is_harmless),
        TEST(a_dry_run_counts_and_writes_nothing),
        TEST(a_cluster_is_joined_and_grows_by_its_new_members_only),
        TEST(a_bad_draft_is_refused_by_its_line_and_the_rest_is_written),
        TEST(a_broken_submission_ends_alone_and_the_connection_goes_on),
        TEST_ALONE(without_a_circle_a_submission_says_what_to_do),
        TEST(frames_out_of_turn_end_the_conversation),
        TEST(a_caller_that_goes_in_the_middle_loses_nothing_that_was_taken),
        TEST(a_retraction_ends_a_claim_and_a_second_one_finds_nothing),
        TEST(a_claim_is_retracted_by_its_id),
        TEST(a_node_stops_while_callers_are_idle_or_in_the_middle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
