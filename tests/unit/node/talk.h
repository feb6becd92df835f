/* tests/unit/node/talk.h: a caller of the control socket, for tests: asks, and keeps the answer.
 * Errors: whatever cannot be sent or read fails the test. */
#ifndef TOC_TESTS_UNIT_NODE_TALK_H
#define TOC_TESTS_UNIT_NODE_TALK_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proto/control/control.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"
#include "tools/node_client.h"

/* Publicly sanctioned or attributed addresses (OFAC SDN, FBI). */
#define LAZARUS "0x098B716B8Aaf21512996dC57EB0615e2383E2f96"
#define WASABI  "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h"
#define TRON    "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"

typedef struct answer {
    size_t count;
    json_t *lines[64];
    json_t *end;
    char code[32], text[TOC_ERR_TEXT_BYTES]; /* of an error; "" when there was none */
} answer;

static inline void answer_wipe(answer *got)
{
    for (size_t i = 0; i < got->count; i++)
        json_decref(got->lines[i]);
    json_decref(got->end);
    *got = (answer){0};
}
TOC_DEFINE_AUTO_WIPE(answer, answer_wipe)

static inline json_t *parse_json(toc_span text)
{
    json_t *object = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    return object;
}

static inline void read_answer(toc_node_client *client, answer *out)
{
    toc_err err;
    *out = (answer){0};
    while (out->end == NULL && out->code[0] == '\0') {
        toc_control_type type;
        toc_span payload;
        TOC_CHECK_OK(toc_node_receive(client, &type, &payload, &err));
        if (type == TOC_CONTROL_LINE) {
            assert_true(out->count < TOC_COUNT(out->lines));
            out->lines[out->count++] = parse_json(payload);
        } else if (type == TOC_CONTROL_ERROR) {
            json_t *error = parse_json(payload);
            snprintf(out->code, sizeof out->code, "%s",
                     json_string_value(json_object_get(error, "code")));
            snprintf(out->text, sizeof out->text, "%s",
                     json_string_value(json_object_get(error, "text")));
            json_decref(error);
        } else if (type == TOC_CONTROL_END) {
            out->end = parse_json(payload);
        } else {
            assert_int_equal(type, TOC_CONTROL_PROGRESS);
        }
    }
}

static inline toc_node_client *call(const toc_test_node *node)
{
    toc_err err;
    toc_node_client *client;
    TOC_CHECK_OK(toc_node_connect(node->socket, &client, &err));
    return client;
}

static inline void say(toc_node_client *client, toc_control_type type, const char *text)
{
    toc_err err;
    TOC_CHECK_OK(toc_node_send(client, type, toc_span_text(text), &err));
}

/* Ready frames, as toc_test_frames makes them. */
static inline void say_frames(toc_node_client *client, toc_span frames)
{
    toc_err err;
    while (frames.size > 0) {
        toc_control_type type;
        toc_span payload;
        size_t used;
        TOC_CHECK_OK(toc_control_read(frames, &type, &payload, &used, &err));
        TOC_CHECK_OK(toc_node_send(client, type, payload, &err));
        frames = toc_span_of(frames.data + used, frames.size - used);
    }
}

/* One request on a connection of its own. `csv` NULL: no submission follows. */
static inline void ask(const toc_test_node *node, const char *request, const char *csv, answer *out)
{
    TOC_AUTO(toc_buf_wipe) toc_buf frames = {0};
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = call(node);
    say(client, TOC_CONTROL_REQUEST, request);
    if (csv != NULL) {
        toc_test_frames(csv, &frames);
        say_frames(client, toc_buf_view(&frames));
    }
    read_answer(client, out);
}

static inline const char *text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static inline long long number_of(const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (!json_is_integer(value))
        fail_msg("there is no number '%s'", key);
    return json_integer_value(value);
}

/* Submits under an id of 64 times `id`; the answer ends with a summary of these counts. */
static inline void submit(const toc_test_node *node, char id, const char *arguments,
                          const char *csv, long long fresh, long long changed, long long unchanged)
{
    char request[512], hex[65];
    TOC_AUTO(answer_wipe) answer got = {0};
    memset(hex, id, 64);
    hex[64] = '\0';
    snprintf(request, sizeof request, "{\"command\":\"submit\",\"id\":\"%s\"%s}", hex, arguments);
    ask(node, request, csv, &got);
    assert_string_equal(got.text, "");
    for (size_t i = 0; i + 1 < got.count; i++) /* of a dry run */
        assert_true(json_is_array(json_object_get(got.lines[i], "readership")) ||
                    json_is_object(json_object_get(got.lines[i], "quota")));
    const json_t *summary = got.lines[got.count - 1];
    assert_int_equal(number_of(summary, "new"), fresh);
    assert_int_equal(number_of(summary, "changed"), changed);
    assert_int_equal(number_of(summary, "unchanged"), unchanged);
    assert_int_equal(number_of(summary, "refused"), 0);
}

static inline bool is_level(void *context)
{
    answer got;
    ask(context, "{\"command\":\"status\"}", NULL, &got);
    bool level = json_is_false(json_object_get(got.lines[0], "incomplete"));
    answer_wipe(&got);
    return level;
}

static inline void await_level(toc_test_node *node)
{
    toc_test_wait("the views are level with the log", 10, is_level, node);
}

/* Asks as another user, in a program of its own, whether `word` is in the answer. */
static inline bool answers_as(const toc_test_node *node, unsigned uid, const char *request,
                              const char *word)
{
    static const char program[] = "import socket,struct,sys\n"
                                  "s=socket.socket(socket.AF_UNIX);s.connect(sys.argv[1])\n"
                                  "q=sys.argv[2].encode()\n"
                                  "s.sendall(struct.pack('>I',len(q)+1)+b'Q'+q)\n"
                                  "f=s.makefile('rb')\n"
                                  "size,=struct.unpack('>I',f.read(4))\n" /* of one frame, whole */
                                  "sys.exit(0 if sys.argv[3].encode() in f.read(size) else 1)\n";
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (setgid(uid) == 0 && setuid(uid) == 0)
            execlp("python3", "python3", "-c", program, node->socket, request, word, (char *)NULL);
        _exit(77);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) < 2);
    return WEXITSTATUS(status) == 0;
}

/* ---- a node that answers ---- */

static inline int start_node(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    toc_test_node_start_all(node);
    *state = node;
    return 0;
}

static inline int start_in_circle(void **state)
{
    start_node(state);
    toc_test_node_circle(*state);
    return 0;
}

static inline int remove_node(void **state)
{
    toc_test_node_remove(*state);
    free(*state);
    return 0;
}

#endif
