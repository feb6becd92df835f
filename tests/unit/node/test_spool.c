/* The spool: what waited while the node was down is taken once; what cannot be taken is set aside
 * with a reason, or stays. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/clock.h"
#include "store/audit.h"
#include "tests/unit/node/talk.h"
#include "tools/cli.h"

#define HEAD    "chain,address,category\n"
#define ROW_ETH "ETH," LAZARUS ",theft\n"
#define ROW_BTC "BTC," WASABI ",sanctions\n"

enum { PATH_BYTES = 1400 };

static int make_node(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    toc_test_node_start(node);
    toc_test_node_circle(node);
    toc_test_node_stop(node);
    *state = node;
    return 0;
}

static int make_without_circle(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    *state = node;
    return 0;
}

/* ---- files ---- */

static void path_in(const toc_test_node *node, const char *name, char out[PATH_BYTES])
{
    snprintf(out, PATH_BYTES, "%s/%s", node->config.spool, name);
}

static bool is_there(const toc_test_node *node, const char *name)
{
    char path[PATH_BYTES];
    struct stat about;
    path_in(node, name, path);
    return lstat(path, &about) == 0;
}

static void read_whole(const toc_test_node *node, const char *name, toc_buf *out)
{
    char path[PATH_BYTES];
    path_in(node, name, path);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    for (int next = fgetc(file); next != EOF; next = fgetc(file))
        toc_buf_add_u8(out, (uint8_t)next);
    fclose(file);
}

/* As a tool does it. */
static void write_whole(const toc_test_node *node, const char *name, toc_span bytes)
{
    toc_err err;
    char path[PATH_BYTES];
    path_in(node, name, path);
    TOC_CHECK_OK(toc_file_write(path, bytes, 0644, false, &err));
}

static void seal_to(const toc_test_node *node, toc_span text, toc_buf *out)
{
    toc_err err;
    toc_card card;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_card_open(toc_buf_view(&node->card), arena, &card, &err));
    TOC_CHECK_OK(toc_sealed_write(&card.seal, text, out, &err));
}

static void request_of(char id, toc_buf *out)
{
    toc_buf_add_text(out, "{\"command\":\"submit\",\"id\":\"");
    for (int i = 0; i < 64; i++)
        toc_buf_add_u8(out, (uint8_t)id);
    toc_buf_add_text(out, "\"}\n");
}

static void put_submission(const toc_test_node *node, const char *name, char id, const char *csv)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    request_of(id, &text);
    toc_test_frames(csv, &text);
    seal_to(node, toc_buf_view(&text), &sealed);
    write_whole(node, name, toc_buf_view(&sealed));
}

/* `line`: a request of any kind. */
static void put_request(const toc_test_node *node, const char *name, const char *line,
                        const char *csv)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    toc_buf_printf(&text, "%s\n", line);
    if (csv != NULL)
        toc_test_frames(csv, &text);
    seal_to(node, toc_buf_view(&text), &sealed);
    write_whole(node, name, toc_buf_view(&sealed));
}

static bool is_empty(void *context)
{
    const toc_test_node *node = context;
    return toc_spool_waiting(node->config.spool) == 0;
}

static uint64_t entries_of(toc_test_node *node)
{
    toc_hash opened;
    return toc_test_node_digest(node, &opened);
}

/* ---- tests ---- */

static void what_waited_is_taken_at_start_and_removed(void **state)
{
    toc_test_node *node = *state;
    put_submission(node, "one", 'a', HEAD ROW_ETH);
    put_submission(node, "two", 'b', HEAD ROW_ETH ROW_BTC);
    assert_int_equal(toc_spool_waiting(node->config.spool), 2);
    toc_test_node_start_all(node);
    toc_test_wait("both are taken", 20, is_empty, node);
    assert_int_equal(entries_of(node), 2); /* and what both say is written once */
    assert_false(is_there(node, "one"));
    assert_false(is_there(node, "refused/one"));
    assert_false(is_there(node, "refused/one.why"));
}

static json_t *line_of_audit(toc_test_node *node, uint64_t number)
{
    toc_err err;
    toc_log_txn *txn;
    toc_audit_line line;
    TOC_AUTO(toc_buf_wipe) toc_buf plain = {0};
    TOC_CHECK_OK(toc_log_read(toc_node_log(node->node), &txn, &err));
    TOC_CHECK_OK(toc_audit_get(txn, number, &plain, &line, &err));
    toc_log_abort(txn);
    return parse_json(line.text);
}

static void the_audit_is_told_whose_file_it_was_and_what_came_of_it(void **state)
{
    enum { SOMEBODY = 1234, GROUP = 2345 };
    toc_test_node *node = *state;
    char path[PATH_BYTES];
    bool is_root = geteuid() == 0; /* only root can give a file away */
    if (is_root)
        node->config.uids[node->config.uid_count++] = SOMEBODY;
    put_submission(node, "one", 'a', HEAD ROW_ETH ROW_BTC);
    path_in(node, "one", path);
    if (is_root)
        assert_int_equal(chown(path, SOMEBODY, GROUP), 0);
    toc_test_node_start_all(node);
    toc_test_wait("it is taken", 20, is_empty, node);
    json_t *asked = line_of_audit(node, 0), *wrote = line_of_audit(node, 1);
    json_t *ended = line_of_audit(node, 2);
    assert_string_equal(text_of(asked, "door"), "spool");
    assert_int_equal(number_of(asked, "uid"), is_root ? SOMEBODY : geteuid());
    assert_int_equal(number_of(asked, "gid"), is_root ? GROUP : getegid());
    assert_string_equal(text_of(asked, "command"), "submit");
    assert_int_equal(strlen(text_of(json_object_get(asked, "request"), "id")), 64);
    assert_int_equal(number_of(wrote, "of"), 0);
    assert_int_equal(number_of(json_object_get(wrote, "wrote"), "until"), 3);
    assert_string_equal(text_of(ended, "outcome"), "ok");
    assert_int_equal(number_of(json_object_get(ended, "answer"), "new"), 2);
    json_decref(asked);
    json_decref(wrote);
    json_decref(ended);
}

static void what_comes_while_it_runs_is_taken_too(void **state)
{
    toc_test_node *node = *state;
    toc_test_node_start_all(node);
    put_submission(node, "one", 'a', HEAD ROW_ETH);
    toc_test_wait("it is taken", 20, is_empty, node);
    assert_int_equal(entries_of(node), 1);
}

static void what_is_to_be_held_is_held_by_the_node_too(void **state)
{
    toc_test_node *node = *state;
    char line[256];
    TOC_AUTO(answer_wipe) answer held = {0};
    snprintf(line, sizeof line, "{\"command\":\"submit\",\"id\":\"%064d\",\"hold_until\":%llu}", 7,
             (unsigned long long)toc_clock_now().wall.unix_ms + 3600000);
    put_request(node, "one", line, HEAD ROW_ETH);
    toc_test_node_start_all(node);
    toc_test_wait("it is taken", 20, is_empty, node);
    assert_false(is_there(node, "refused/one"));
    ask(node, "{\"command\":\"held\"}", NULL, &held);
    assert_int_equal(held.count, 1);
    assert_int_equal(text_of(held.lines[0], "id")[63], '7');
    assert_int_equal(number_of(held.lines[0], "uid"), getuid());
    assert_int_equal(entries_of(node), 0);
}

static void a_retraction_waits_like_a_submission(void **state)
{
    toc_test_node *node = *state;
    char line[256];
    TOC_AUTO(answer_wipe) answer found = {0};
    TOC_AUTO(answer_wipe) answer left = {0};
    toc_test_node_start_all(node);
    submit(node, 'a', "", HEAD ROW_ETH ROW_BTC, 2, 0, 0);
    await_level(node);
    ask(node, "{\"command\":\"search\",\"chain\":\"BTC\"}", NULL, &found);
    toc_test_node_stop(node);
    snprintf(line, sizeof line, "{\"command\":\"retract\",\"claim\":\"%s\",\"reason\":\"legal\"}",
             text_of(found.lines[0], "claim"));
    put_request(node, "one", line, NULL);
    put_request(node, "two", "{\"command\":\"retract\",\"note\":\"a mistake\"}", HEAD ROW_ETH);
    toc_test_node_start_all(node);
    toc_test_wait("both are taken", 20, is_empty, node);
    assert_false(is_there(node, "refused/one") || is_there(node, "refused/two"));
    await_level(node);
    ask(node, "{\"command\":\"search\"}", NULL, &left);
    assert_int_equal(left.count, 0);
}

static void what_waited_is_taken_in_the_order_it_came(void **state)
{
    toc_test_node *node = *state;
    TOC_AUTO(answer_wipe) answer left = {0};
    for (char name[] = "f"; name[0] >= 'a'; name[0]--) { /* names and places tell another order */
        put_submission(node, name, (char)(name[0] == 'f' ? '0' : name[0]), HEAD ROW_ETH);
        char later[] = {(char)(name[0] + 20), '\0'};
        put_request(node, later, "{\"command\":\"retract\"}", HEAD ROW_ETH);
    }
    toc_test_node_start_all(node);
    toc_test_wait("all are taken", 20, is_empty, node);
    await_level(node);
    ask(node, "{\"command\":\"search\"}", NULL, &left);
    assert_int_equal(left.count, 0);
    assert_int_equal(entries_of(node), 12); /* said six times, and taken back as often */
}

static void a_retraction_of_what_is_not_there_is_set_aside_with_a_reason(void **state)
{
    toc_test_node *node = *state;
    char line[256];
    TOC_AUTO(toc_buf_wipe) toc_buf why = {0};
    snprintf(line, sizeof line, "{\"command\":\"retract\",\"claim\":\"%064d\"}", 7);
    put_request(node, "one", line, NULL);
    put_request(node, "two", "{\"command\":\"retract\"}", HEAD ROW_ETH);
    put_request(node, "three", "{\"command\":\"peer-list\"}", NULL);
    toc_test_node_start_all(node);
    toc_test_wait("all are taken", 20, is_empty, node);
    assert_true(is_there(node, "refused/one") && is_there(node, "refused/one.why"));
    assert_true(is_there(node, "refused/three"));
    read_whole(node, "refused/two.why", &why); /* its one row */
    assert_non_null(strstr(toc_buf_text(&why), "\"line\":2"));
}

static void a_file_that_comes_twice_is_taken_once(void **state)
{
    toc_test_node *node = *state;
    toc_test_node_start_all(node);
    put_submission(node, "one", 'a', HEAD ROW_ETH);
    toc_test_wait("it is taken", 20, is_empty, node);
    put_submission(node, "again", 'a', HEAD ROW_BTC); /* the same id: not looked at */
    toc_test_wait("it is taken", 20, is_empty, node);
    assert_int_equal(entries_of(node), 1);
}

static void the_card_to_seal_to_lies_there(void **state)
{
    toc_err err;
    TOC_AUTO(toc_buf_wipe) toc_buf armour = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf card = {0};
    toc_test_node *node = *state;
    toc_test_node_start_all(node);
    read_whole(node, "node.card", &armour);
    TOC_CHECK_OK(toc_card_dearmour(toc_buf_view(&armour), &card, &err));
    assert_true(toc_span_equal(toc_buf_view(&card), toc_buf_view(&node->card)));
    assert_int_equal(toc_spool_waiting(node->config.spool), 0);
}

static void expect_refused(toc_test_node *node, const char *name, const char *word)
{
    char aside[PATH_BYTES], why[PATH_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    snprintf(aside, sizeof aside, "refused/%s", name);
    snprintf(why, sizeof why, "refused/%s.why", name);
    assert_false(is_there(node, name));
    assert_true(is_there(node, aside));
    read_whole(node, why, &text);
    if (strstr(toc_buf_text(&text), word) == NULL)
        fail_msg("'%s' does not say '%s'", toc_buf_text(&text), word);
}

static void put_sealed(const toc_test_node *node, const char *name, const char *text)
{
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    seal_to(node, toc_span_text(text), &sealed);
    write_whole(node, name, toc_buf_view(&sealed));
}

static void put_cut(const toc_test_node *node, const char *name)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf sealed = {0};
    request_of('c', &text);
    toc_test_frames(HEAD ROW_ETH, &text);
    seal_to(node, toc_span_of(text.data, text.size - 3), &sealed); /* the end's frame is cut */
    write_whole(node, name, toc_buf_view(&sealed));
}

static void what_cannot_be_taken_is_set_aside_with_a_reason(void **state)
{
    char path[PATH_BYTES];
    toc_test_node *node = *state;
    write_whole(node, "garbage", toc_span_text("this was sealed to nobody"));
    write_whole(node, "empty", (toc_span){0});
    put_sealed(node, "no-line", "no request line");
    put_sealed(node, "no-json", "not json\n");
    put_sealed(node, "status", "{\"command\":\"status\"}\n");
    put_cut(node, "cut");
    path_in(node, "fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    path_in(node, "link", path);
    assert_int_equal(symlink("/etc/hostname", path), 0);
    put_submission(node, "good", 'a', HEAD ROW_BTC);
    toc_test_node_start_all(node);
    toc_test_wait("all are dealt with", 20, is_empty, node);
    expect_refused(node, "garbage", "not sealed to this node");
    expect_refused(node, "empty", "not sealed to this node");
    expect_refused(node, "no-line", "request line");
    expect_refused(node, "no-json", "JSON");
    expect_refused(node, "status", "submissions");
    expect_refused(node, "cut", "middle");
    expect_refused(node, "fifo", "no file");
    expect_refused(node, "link", "cannot read");
    assert_true(entries_of(node) >= 1);
    assert_false(is_there(node, "refused/good"));
}

static bool mark_is_aside(void *context)
{
    return is_there(context, "refused/mark");
}

static void what_cannot_be_taken_yet_stays_and_is_taken_later(void **state)
{
    toc_test_node *node = *state;
    put_submission(node, "early", 'a', HEAD ROW_ETH); /* no circle is joined */
    toc_test_node_start_all(node);
    put_sealed(node, "mark", "no request line"); /* its fate shows that the spool was looked at */
    toc_test_wait("the spool was looked at", 20, mark_is_aside, node);
    assert_true(is_there(node, "early"));
    assert_int_equal(entries_of(node), 0);
    toc_test_node_circle(node);
    toc_test_node_stop(node);
    toc_test_node_start_all(node);
    toc_test_wait("it is taken", 20, is_empty, node);
    assert_int_equal(entries_of(node), 1);
}

/* ---- others who may write there ---- */

static void expect_no_start(toc_test_node *node, const char *word)
{
    toc_err err;
    toc_test_node_start(node);
    assert_int_equal(toc_spool_start(node->node, node->writer, &node->spool, &err), TOC_DENIED);
    assert_non_null(strstr(err.text, word));
    node->spool = NULL;
    toc_test_node_stop(node);
}

static void what_was_planted_for_refused_is_not_written_into(void **state)
{
    char path[PATH_BYTES];
    toc_test_node *node = *state;
    path_in(node, "refused", path);
    assert_int_equal(symlink(node->folder, path), 0); /* a folder of the node's own, 0700 */
    expect_no_start(node, "refused");
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(chmod(path, 0770), 0);
    expect_no_start(node, "0700");
    if (geteuid() != 0)
        return;
    assert_int_equal(chmod(path, 0700), 0);
    assert_int_equal(chown(path, 65534, 65534), 0);
    expect_no_start(node, "own user");
}

static void what_was_planted_for_the_card_does_not_stop_the_start(void **state)
{
    char path[PATH_BYTES];
    toc_test_node *node = *state;
    path_in(node, ".node.card", path);
    assert_int_equal(mkdir(path, 0700), 0);
    path_in(node, "node.card", path);
    assert_int_equal(symlink("/nowhere/at/all", path), 0);
    the_card_to_seal_to_lies_there(state);
}

/* Files of other users can only be made by the superuser. */
static void a_file_of_who_may_not_talk_is_set_aside(void **state)
{
    char path[PATH_BYTES];
    toc_test_node *node = *state;
    if (geteuid() != 0)
        skip();
    put_submission(node, "stranger", 'a', HEAD ROW_ETH);
    path_in(node, "stranger", path);
    assert_int_equal(chown(path, 65534, 65534), 0);
    put_submission(node, "allowed", 'b', HEAD ROW_BTC);
    path_in(node, "allowed", path);
    assert_int_equal(chown(path, 65533, 65533), 0);
    node->config.uids[0] = 65533;
    node->config.uid_count = 1;
    toc_test_node_start_all(node);
    toc_test_wait("both are dealt with", 20, is_empty, node);
    expect_refused(node, "stranger", "65534 may not talk");
    assert_int_equal(entries_of(node), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_node, remove_node)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_waited_is_taken_at_start_and_removed),
        TEST(the_audit_is_told_whose_file_it_was_and_what_came_of_it),
        TEST(what_comes_while_it_runs_is_taken_too),
        TEST(what_is_to_be_held_is_held_by_the_node_too),
        TEST(a_retraction_waits_like_a_submission),
        TEST(what_waited_is_taken_in_the_order_it_came),
        TEST(a_retraction_of_what_is_not_there_is_set_aside_with_a_reason),
        TEST(a_file_that_comes_twice_is_taken_once),
        TEST(the_card_to_seal_to_lies_there),
        TEST(what_cannot_be_taken_is_set_aside_with_a_reason),
        TEST(what_was_planted_for_refused_is_not_written_into),
        TEST(what_was_planted_for_the_card_does_not_stop_the_start),
        TEST(a_file_of_who_may_not_talk_is_set_aside),
        cmocka_unit_test_setup_teardown(what_cannot_be_taken_yet_stays_and_is_taken_later,
                                        make_without_circle, remove_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
