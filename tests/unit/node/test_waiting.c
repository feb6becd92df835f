/* What waits as text, in the spool or held, does what the same request does over the socket: each
 * argument that there is, out of the one table of them. */
#include <stddef.h>
#include <stdlib.h>

#include "node/clock.h"
#include "node/control_submit.h"
#include "proto/base/text.h"
#include "tests/unit/node/talk.h"

#define HEAD    "chain,address,category,releasable_to\n"
#define ROW_ETH "ETH," LAZARUS ",theft,\n"
#define ROW_FOR "ETH," LAZARUS ",theft,Beta Police\n"
#define ROW_BTC "BTC," WASABI ",sanctions,\n"
#define ID      "7777777777777777777777777777777777777777777777777777777777777777"

enum { REQUEST_BYTES = 1024, PATH_BYTES = 1400, LAPSE_S = 300 };

/* A node in two circles: a request that names none of them is refused. */
typedef struct scene {
    toc_test_node node, peer; /* who is in the first, too, and does not run */
    char circle[65], other[65], claim[65];
} scene;

static void must_ask(const toc_test_node *node, const char *request, answer *out)
{
    ask(node, request, NULL, out);
    assert_string_equal(out->text, "");
}

static void propose(const scene *all, const char *what)
{
    char request[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer got = {0};
    snprintf(request, sizeof request, "{\"command\":\"circle-propose\",\"circle\":\"%s\",%s}",
             all->circle, what);
    must_ask(&all->node, request, &got);
}

static int make_scene(void **state)
{
    scene *all = calloc(1, sizeof *all);
    TOC_AUTO(answer_wipe) answer made = {0};
    toc_test_node_make("Alpha Exchange", &all->node);
    toc_test_node_make("Beta Police", &all->peer);
    toc_test_node_start_all(&all->node);
    toc_circle_id circle = toc_test_node_circle(&all->node);
    toc_hex_encode(TOC_SPAN_OF(circle.bytes), all->circle);
    toc_test_node_add_peer(&all->node, &all->peer, false);
    toc_test_node_admit(&all->node, &circle, &all->peer.org);
    must_ask(&all->node, "{\"command\":\"circle-create\",\"name\":\"another\",\"purpose\":\"x\"}",
             &made);
    snprintf(all->other, sizeof all->other, "%s", text_of(made.lines[0], "circle"));
    *state = all;
    return 0;
}

static int remove_scene(void **state)
{
    scene *all = *state;
    toc_test_node_remove(&all->node);
    toc_test_node_remove(&all->peer);
    free(all);
    return 0;
}

/* ---- the two ways to wait ---- */

static bool spool_is_empty(void *context)
{
    const scene *all = context;
    return toc_spool_waiting(all->node.config.spool) == 0;
}

/* While the node is down. */
static void through_spool(scene *all, const char *line, const char *csv)
{
    toc_err err;
    toc_card card;
    char hidden[PATH_BYTES], path[PATH_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_buf_printf(&text, "%s\n", line);
    if (csv != NULL)
        toc_test_frames(csv, &text);
    toc_test_node_stop(&all->node);
    TOC_CHECK_OK(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_card_open(toc_buf_view(&all->node.card), arena, &card, &err));
    TOC_CHECK_OK(toc_sealed_write(&card.seal, toc_buf_view(&text), &sealed, &err));
    snprintf(hidden, sizeof hidden, "%s/.new", all->node.config.spool);
    snprintf(path, sizeof path, "%s/one", all->node.config.spool);
    FILE *file = fopen(hidden, "we");
    assert_non_null(file);
    assert_int_equal(fwrite(sealed.data, 1, sealed.size, file), sealed.size);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(rename(hidden, path), 0);
    toc_test_node_start_all(&all->node);
    toc_test_wait("it is taken", 20, spool_is_empty, all);
    snprintf(path, sizeof path, "%s/refused/one", all->node.config.spool);
    assert_int_not_equal(access(path, F_OK), 0);
}

static size_t count_held(const scene *all)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    must_ask(&all->node, "{\"command\":\"held\"}", &got);
    return got.count;
}

static bool nothing_is_held(void *context)
{
    return count_held(context) == 0;
}

/* Held for an hour, and let go. */
static void through_hold(scene *all, const char *line, const char *csv)
{
    char request[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer gone = {0};
    snprintf(request, sizeof request, "%.*s,\"hold_until\":%llu}", (int)strlen(line) - 1, line,
             (unsigned long long)toc_clock_now().wall.unix_ms + 3600000);
    ask(&all->node, request, csv, &got);
    assert_string_equal(got.text, "");
    if (count_held(all) == 0)
        return; /* a dry run has nothing to wait for */
    must_ask(&all->node, "{\"command\":\"release\",\"id\":\"" ID "\"}", &gone);
    toc_test_node_stop(&all->node); /* what is due is looked at when it starts */
    toc_test_node_start_all(&all->node);
    toc_test_wait("it is written", 20, nothing_is_held, all);
}

/* ---- what came of it ---- */

static void search(scene *all, answer *out)
{
    await_level(&all->node);
    must_ask(&all->node, "{\"command\":\"search\"}", out);
}

static void is_in_the_other_circle(scene *all)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    search(all, &got);
    assert_int_equal(got.count, 1);
    assert_string_equal(text_of(got.lines[0], "circle"), all->other);
}

static void its_id_is_taken(scene *all)
{
    char request[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer got = {0};
    TOC_AUTO(answer_wipe) answer found = {0};
    snprintf(request, sizeof request,
             "{\"command\":\"submit\",\"id\":\"" ID "\",\"circle\":\"%s\"}", all->circle);
    ask(&all->node, request, HEAD ROW_BTC, &got);
    assert_string_equal(got.text, "");
    search(all, &found);
    assert_int_equal(found.count, 1);
    assert_string_equal(text_of(found.lines[0], "category"), "theft");
}

static void is_in_the_alert_lane(scene *all)
{
    char request[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    search(all, &found);
    assert_int_equal(found.count, 1);
    snprintf(request, sizeof request, "{\"command\":\"receipt\",\"record\":\"%s\"}",
             text_of(found.lines[0], "record"));
    must_ask(&all->node, request, &got);
    assert_string_equal(text_of(got.lines[0], "lane"), "alert");
}

static void nothing_was_written(scene *all)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    search(all, &got);
    assert_int_equal(got.count, 0);
    assert_int_equal(count_held(all), 0);
}

static void waits_for_an_hour(scene *all)
{
    assert_int_equal(count_held(all), 1);
}

static void a_draft_lapses_when_it_was_asked_to(scene *all)
{
    toc_err err;
    toc_time at;
    TOC_AUTO(answer_wipe) answer got = {0};
    must_ask(&all->node, "{\"command\":\"drafts\"}", &got);
    assert_int_equal(got.count, 1);
    TOC_CHECK_OK(toc_time_parse(toc_span_text(text_of(got.lines[0], "at")), &at, &err));
    assert_in_range(number_of(got.lines[0], "not_after_ms") - (long long)at.unix_ms, LAPSE_S * 1000,
                    LAPSE_S * 1000 + 999);
}

static void is_sealed_to_who_was_named(scene *all)
{
    char request[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    search(all, &found);
    assert_int_equal(found.count, 1);
    snprintf(request, sizeof request, "{\"command\":\"audience\",\"id\":\"%s\"}",
             text_of(found.lines[0], "record"));
    must_ask(&all->node, request, &got);
    assert_int_equal(got.count, 2);
    for (size_t i = 0; i < 2; i++)
        assert_string_equal(text_of(got.lines[i], "path"), "sealed");
}

static void the_claim_is_ended(scene *all)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    search(all, &got);
    assert_int_equal(got.count, 0);
}

static void the_claim_stands(scene *all)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    search(all, &got);
    assert_int_equal(got.count, 1);
    assert_string_equal(text_of(got.lines[0], "claim"), all->claim);
}

static void the_reason_is_told(scene *all)
{
    TOC_AUTO(answer_wipe) answer got = {0};
    await_level(&all->node);
    must_ask(&all->node, "{\"command\":\"quality\"}", &got);
    assert_int_equal(got.count, 1);
    assert_int_equal(number_of(json_object_get(got.lines[0], "retracted"), "legal"), 1);
}

static void the_note_is_in_what_waits_for_officers(scene *all)
{
    char request[REQUEST_BYTES], note[2 * sizeof "by order" - 1];
    TOC_AUTO(answer_wipe) answer listed = {0};
    TOC_AUTO(answer_wipe) answer got = {0};
    must_ask(&all->node, "{\"command\":\"drafts\"}", &listed);
    assert_int_equal(listed.count, 1);
    snprintf(request, sizeof request, "{\"command\":\"draft\",\"draft\":\"%s\"}",
             text_of(listed.lines[0], "draft"));
    must_ask(&all->node, request, &got);
    toc_hex_encode(toc_span_text("by order"), note);
    assert_non_null(strstr(text_of(got.lines[0], "statement"), note));
}

/* ---- each argument ---- */

/* `value`: JSON, with the text of the scene at `offset` in quotes between its two parts. */
typedef struct argument_case {
    const char *command, *name, *value, *value_end;
    size_t offset; /* 0: none */
    const char *csv;
    bool asks_officers;
    void (*check)(scene *all);
} argument_case;

#define OTHER offsetof(scene, other)
#define FIRST offsetof(scene, circle)
#define CLAIM offsetof(scene, claim)

static const argument_case cases[] = {
    {"submit", "id", "\"" ID "\"", "", 0, HEAD ROW_ETH, false, its_id_is_taken},
    {"submit", "circle", "", "", OTHER, HEAD ROW_ETH, false, is_in_the_other_circle},
    {"submit", "alert", "true", "", 0, HEAD ROW_ETH, false, is_in_the_alert_lane},
    {"submit", "dry_run", "true", "", 0, HEAD ROW_ETH, false, nothing_was_written},
    {"submit", "orgs", "[\"Beta Police\"]", "", 0, HEAD ROW_FOR, false, is_sealed_to_who_was_named},
    {"submit", "hold_until", "", "", 0, HEAD ROW_ETH, false, waits_for_an_hour},
    {"submit", "lapse_s", "300", "", 0, HEAD ROW_ETH, true, a_draft_lapses_when_it_was_asked_to},
    {"retract", "circle", "", "", FIRST, NULL, false, the_claim_is_ended},
    {"retract", "claim", "", "", CLAIM, NULL, false, the_claim_is_ended},
    {"retract", "claims", "[", "]", CLAIM, NULL, false, the_claim_is_ended},
    {"retract", "reason", "\"legal\"", "", 0, NULL, false, the_reason_is_told},
    {"retract", "note", "\"by order\"", "", 0, NULL, true, the_note_is_in_what_waits_for_officers},
    {"retract", "lapse_s", "300", "", 0, NULL, true, a_draft_lapses_when_it_was_asked_to},
    {"retract", "dry_run", "true", "", 0, NULL, false, the_claim_stands},
};

static const argument_case *find_case(const char *command, const char *name)
{
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        if (strcmp(cases[i].command, command) == 0 && strcmp(cases[i].name, name) == 0)
            return &cases[i];
    }
    fail_msg("'%s' of '%s' is not tried in what waits", name, command);
    return NULL;
}

static void add_value(const scene *all, const argument_case *one, toc_buf *out)
{
    toc_buf_printf(out, ",\"%s\":%s", one->name, one->value);
    if (one->offset != 0)
        toc_buf_printf(out, "\"%s\"", (const char *)all + one->offset);
    if (strcmp(one->name, "hold_until") == 0)
        toc_buf_printf(out, "%llu", (unsigned long long)toc_clock_now().wall.unix_ms + 3600000);
    toc_buf_printf(out, "%s", one->value_end);
}

/* The argument, and of the others what the command cannot do without. */
static void write_request(const scene *all, const argument_case *one, toc_buf *out)
{
    bool names_claim = strncmp(one->name, "claim", 5) == 0;
    toc_buf_printf(out, "{\"command\":\"%s\"", one->command);
    if (strcmp(one->command, "submit") == 0 && strcmp(one->name, "id") != 0)
        toc_buf_printf(out, ",\"id\":\"" ID "\"");
    if (strcmp(one->command, "retract") == 0 && !names_claim)
        toc_buf_printf(out, ",\"claim\":\"%s\"", all->claim);
    if (strcmp(one->name, "circle") != 0)
        toc_buf_printf(out, ",\"circle\":\"%s\"", all->circle);
    add_value(all, one, out);
    toc_buf_add_u8(out, '}');
}

static void say_something(scene *all)
{
    char arguments[REQUEST_BYTES];
    TOC_AUTO(answer_wipe) answer found = {0};
    snprintf(arguments, sizeof arguments, ",\"circle\":\"%s\"", all->circle);
    submit(&all->node, 'b', arguments, HEAD ROW_ETH, 1, 0, 0);
    search(all, &found);
    assert_int_equal(found.count, 1);
    snprintf(all->claim, sizeof all->claim, "%s", text_of(found.lines[0], "claim"));
}

static void try_argument(const char *command, const char *name,
                         void (*way)(scene *all, const char *line, const char *csv))
{
    void *state;
    const argument_case *one = find_case(command, name);
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    make_scene(&state);
    scene *all = state;
    if (strcmp(command, "retract") == 0)
        say_something(all);
    if (one->asks_officers)
        propose(all, "\"approvals\":[\"wallet=1\",\"retraction=1\"]");
    write_request(all, one, &line);
    way(all, toc_buf_text(&line), one->csv);
    one->check(all);
    remove_scene(&state);
}

static size_t try_all(const char *command,
                      void (*way)(scene *all, const char *line, const char *csv))
{
    size_t count = 0;
    const toc_argument *table = toc_waiting_arguments(toc_span_text(command));
    for (; table[count].name != NULL; count++) {
        bool is_held_already = way == through_hold && strcmp(table[count].name, "hold_until") == 0;
        if (!is_held_already)
            try_argument(command, table[count].name, way);
    }
    return count;
}

static void each_argument_of_a_submission_survives_the_spool(void **state)
{
    (void)state;
    assert_int_equal(try_all("submit", through_spool), 7);
}

static void each_argument_of_a_submission_survives_being_held(void **state)
{
    (void)state;
    assert_int_equal(try_all("submit", through_hold), 7);
}

static void each_argument_of_a_retraction_survives_the_spool(void **state)
{
    (void)state;
    assert_int_equal(try_all("retract", through_spool), 7);
}

/* ---- what is no argument ---- */

static void what_one_door_refuses_the_other_refuses_in_the_same_words(void **state)
{
    static const char *const requests[] = {
        "{\"command\":\"submit\",\"id\":\"" ID "\",\"holduntil\":1}",
        "{\"command\":\"retract\",\"claim\":\"" ID "\",\"because\":\"x\"}",
        "{\"command\":\"retract\",\"claim\":\"" ID "\",\"claims\":[\"" ID "\"]}",
        "{\"command\":\"retract\",\"claims\":[\"" ID "\",\"7\"]}",
        "{\"command\":\"submit\",\"id\":\"7\"}",
        "{\"command\":\"submit\",\"id\":\"" ID "\",\"lapse_s\":1}",
    };
    scene *all = *state;
    for (size_t i = 0; i < TOC_COUNT(requests); i++) {
        toc_err why;
        TOC_AUTO(answer_wipe) answer got = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_deed by = {.door = TOC_DOOR_SPOOL};
        ask(&all->node, requests[i], NULL, &got);
        toc_buf_printf(&text, "%s\n", requests[i]);
        assert_string_equal(got.code, "usage");
        assert_int_equal(toc_waiting_take(all->node.node, all->node.writer, &by,
                                          toc_buf_view(&text), NULL, NULL, &summary, &why),
                         TOC_USAGE);
        assert_string_equal(why.text, got.text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_argument_of_a_submission_survives_the_spool),
        cmocka_unit_test(each_argument_of_a_submission_survives_being_held),
        cmocka_unit_test(each_argument_of_a_retraction_survives_the_spool),
        cmocka_unit_test_setup_teardown(what_one_door_refuses_the_other_refuses_in_the_same_words,
                                        make_scene, remove_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
