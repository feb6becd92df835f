#include "tools/ask.h"

#include "tools/term/progress.h"
#include "tools/term/table.h"

toc_json toc_request_begin(toc_buf *out, const char *command)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "command", toc_span_text(command));
    return json;
}

void toc_request_audience(toc_json *json, const toc_opts *args)
{
    const char *name = toc_opts_value(args, "audience");
    if (name != NULL)
        toc_json_text(json, "audience", toc_span_text(name));
}

void toc_request_array(toc_json *json, const char *key, const toc_opts *args)
{
    toc_json_open(json, key, '[');
    for (size_t i = 0; i < args->word_count; i++)
        toc_json_text(json, NULL, toc_span_text(args->words[i]));
    toc_json_close(json, ']');
}

void toc_request_words(toc_buf *out, const char *command, const char *key, const toc_opts *args)
{
    toc_json json = toc_request_begin(out, command);
    if (key != NULL)
        toc_request_array(&json, key, args);
    toc_json_close(&json, '}');
}

const char *toc_text_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

uint64_t toc_number_of(const json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));
    return value < 0 ? 0 : (uint64_t)value;
}

bool toc_flag_of(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static const char *name_or_id(const json_t *row, const char *key)
{
    const char *name = toc_text_of(row, key);
    return name[0] != '\0' ? name : toc_text_of(row, "org");
}

const char *toc_org_of(const json_t *row)
{
    return name_or_id(row, "org_name");
}

const char *toc_name_of(const json_t *row)
{
    return name_or_id(row, "name");
}

static toc_code parse_line(toc_span line, json_t **out, toc_err *err)
{
    json_error_t where;
    *out = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, &where);
    if (*out == NULL)
        return toc_fail(err, TOC_MALFORMED,
                        "the node's answer is no JSON (%s); are tocsin and tocsind of one version?",
                        where.text);
    return TOC_OK;
}

toc_code toc_ask_line(toc_cli *cli, toc_show *show, toc_span line, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    while (line.size > 0 && line.data[line.size - 1] == '\n')
        line.size--;
    show->lines++;
    if (cli->json) {
        toc_buf_add_span(&text, line);
        toc_buf_add_u8(&text, '\n');
        return toc_print(&text, err);
    }
    json_t *object = NULL;
    TOC_TRY(parse_line(line, &object, err));
    toc_code code = show->line(show->context, object, &text, err);
    json_decref(object);
    return code == TOC_OK ? toc_print(&text, err) : code;
}

bool toc_show_error(const json_t *line, toc_buf *out)
{
    const json_t *error = json_object_get(line, "error");
    if (!json_is_object(error))
        return false;
    toc_buf_add_text(out, "  ");
    toc_colour_add(out, TOC_STYLE_BAD, toc_span_text(toc_text_of(error, "text")));
    toc_buf_add_u8(out, '\n');
    return true;
}

static toc_code refused_by_node(toc_span payload, toc_err *err)
{
    json_t *object = NULL;
    TOC_TRY(parse_line(payload, &object, err));
    const char *name = toc_text_of(object, "code");
    toc_code code = TOC_IO;
    for (toc_code known = TOC_OK; known < TOC_CODE_COUNT; known++) {
        if (known != TOC_OK && strcmp(name, toc_code_name(known)) == 0)
            code = known;
    }
    code = toc_fail(err, code, "%s", toc_text_of(object, "text"));
    json_decref(object);
    return code;
}

static void show_progress(toc_progress_line *line, toc_span payload)
{
    json_t *object = NULL;
    if (parse_line(payload, &object, NULL) != TOC_OK)
        return;
    toc_progress_show(line, toc_span_text(toc_text_of(object, "what")),
                      toc_number_of(object, "done"), toc_number_of(object, "total"));
    json_decref(object);
}

static toc_code take_answer(toc_cli *cli, toc_node_client *client, toc_show *show,
                            toc_progress_line *progress, toc_buf *out_end, toc_err *err)
{
    for (;;) {
        toc_control_type type;
        toc_span payload;
        TOC_TRY(toc_node_receive(client, &type, &payload, err));
        switch (type) {
        case TOC_CONTROL_LINE:
            toc_progress_end(progress);
            TOC_TRY(toc_ask_line(cli, show, payload, err));
            break;
        case TOC_CONTROL_PROGRESS:
            show_progress(progress, payload);
            break;
        case TOC_CONTROL_ERROR:
            return refused_by_node(payload, err);
        case TOC_CONTROL_END:
            if (out_end != NULL)
                toc_buf_add_span(out_end, payload);
            return TOC_OK;
        case TOC_CONTROL_REQUEST:
        case TOC_CONTROL_DRAFTS:
            return toc_fail(err, TOC_MALFORMED, "the node asks instead of answering");
        }
    }
}

toc_code toc_ask_answer(toc_cli *cli, toc_node_client *client, toc_show *show, toc_buf *out_end,
                        toc_err *err)
{
    toc_progress_line progress;
    toc_progress_begin(&progress);
    toc_code code = take_answer(cli, client, show, &progress, out_end, err);
    toc_progress_end(&progress);
    return code;
}

toc_code toc_ask(toc_cli *cli, const toc_buf *request, toc_show *show, toc_buf *out_end,
                 toc_err *err)
{
    TOC_TRY(toc_buf_ok(request, err));
    if (cli->direct)
        return toc_direct_ask(cli, request, show, out_end, err);
    char path[TOC_CONFIG_PATH_BYTES];
    TOC_TRY(toc_cli_socket(cli, path, err));
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = NULL;
    TOC_TRY(toc_node_connect(path, &client, err));
    TOC_TRY(toc_node_send(client, TOC_CONTROL_REQUEST, toc_buf_view(request), err));
    return toc_ask_answer(cli, client, show, out_end, err);
}

toc_code toc_ask_table(toc_cli *cli, const toc_buf *request, const char *const *heads,
                       toc_show_fn *row, const char *none, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    toc_show show = {.line = row, .context = &table};
    TOC_TRY(toc_ask(cli, request, &show, NULL, err));
    if (cli->json)
        return TOC_OK;
    TOC_TRY(toc_table_print(&table, 0, &out, err));
    if (show.lines == 0)
        toc_buf_add_text(&out, none);
    return toc_print(&out, err);
}
