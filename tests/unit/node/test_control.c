/* The control socket: who may, what is answered, what a submission becomes. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/control/control.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"
#include "tools/node_client.h"

typedef struct answer {
    size_t count;
    json_t *lines[64];
    json_t *end;
    char code[32], text[TOC_ERR_TEXT_BYTES]; /* of an error; "" when there was none */
} answer;

static void answer_wipe(answer *got)
{
    for (size_t i = 0; i < got->count; i++)
        json_decref(got->lines[i]);
    json_decref(got->end);
}
TOC_DEFINE_AUTO_WIPE(answer, answer_wipe)

static json_t *parse(toc_span text)
{
    json_t *object = json_loadb((const char *)text.data, text.size, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(object);
    return object;
}

static void read_answer(toc_node_client *client, answer *out)
{
    toc_err err;
    *out = (answer){0};
    for (;;) {
        toc_control_type type;
        toc_span payload;
        TOC_CHECK_OK(toc_node_receive(client, &type, &payload, &err));
        if (type == TOC_CONTROL_LINE) {
            assert_true(out->count < TOC_COUNT(out->lines));
            out->lines[out->count++] = parse(payload);
        } else if (type == TOC_CONTROL_ERROR) {
            json_t *error = parse(payload);
            snprintf(out->code, sizeof out->code, "%s",
                     json_string_value(json_object_get(error, "code")));
            snprintf(out->text, sizeof out->text, "%s",
                     json_string_value(json_object_get(error, "text")));
            json_decref(error);
            return;
        } else if (type == TOC_CONTROL_END) {
            out->end = parse(payload);
            return;
        } else {
            assert_int_equal(type, TOC_CONTROL_PROGRESS);
        }
    }
}

static void ask(toc_test_node *node, const char *request, answer *out)
{
    toc_err err;
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = NULL;
    TOC_CHECK_OK(toc_node_connect(node->socket, &client, &err));
    TOC_CHECK_OK(toc_node_send(client, TOC_CONTROL_REQUEST, toc_span_text(request), &err));
    read_answer(client, out);
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static int start_node(void **state)
{
    toc_test_node *node = calloc(1, sizeof *node);
    toc_test_node_make("Example Exchange", node);
    toc_test_node_start_all(node);
    *state = node;
    return 0;
}

static int remove_node(void **state)
{
    toc_test_node_remove(*state);
    free(*state);
    return 0;
}

static bool is_level(void *context)
{
    answer got;
    ask(context, "{\"command\":\"status\"}", &got);
    bool level = json_is_false(json_object_get(got.lines[0], "incomplete"));
    answer_wipe(&got);
    return level;
}

static void status_tells_who_the_node_is_and_how_it_does(void **state)
{
    TOC_AUTO(answer_wipe) answer got;
    toc_test_wait("the views are level with the log", 10, is_level, *state);
    ask(*state, "{\"command\":\"status\"}", &got);
    assert_string_equal(got.text, "");
    assert_int_equal(got.count, 1);
    assert_string_equal(text_of(got.lines[0], "org_name"), "Example Exchange");
    assert_int_equal(strlen(text_of(got.lines[0], "org")), 64);
    assert_int_equal(strlen(text_of(got.lines[0], "digest")), 64);
    assert_true(json_is_false(json_object_get(got.lines[0], "incomplete")));
    assert_int_equal(json_integer_value(json_object_get(got.lines[0], "entries")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(status_tells_who_the_node_is_and_how_it_does, start_node,
                                        remove_node),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
