/* store digest, rebuild, check, stats; log check: whether the store is what it should be. */
#include "proto/base/limits.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

/* Members of an object, one a line: what there is to say of a store is a list of figures. */
static void show_members(json_t *object, size_t indent, toc_buf *out)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
    {
        toc_buf_printf(out, "%*s%-*s  ", (int)indent, "", 16 - (int)indent, key);
        if (json_is_string(value))
            toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(json_string_value(value)));
        else if (json_is_integer(value))
            toc_buf_printf(out, "%lld", (long long)json_integer_value(value));
        else if (json_is_boolean(value))
            toc_buf_add_text(out, json_is_true(value) ? "yes" : "no");
        toc_buf_add_u8(out, '\n');
        if (json_is_object(value))
            show_members(value, indent + 2, out);
    }
}

static toc_code show_figures(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    show_members(line, 0, out);
    return toc_buf_ok(out, err);
}

static toc_code ask_figures(toc_cli *cli, const toc_opts *args, const char *command, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, command, NULL, args);
    toc_show show = {.line = show_figures};
    return toc_ask(cli, &request, &show, NULL, err);
}

toc_code toc_cmd_digest(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return ask_figures(cli, args, "digest", err);
}

const toc_option toc_rebuild_options[] = {
    {"shuffle", "SEED", "fold in another order, drawn from SEED; the digest must not change"},
    {NULL, NULL, NULL},
};

toc_code toc_cmd_rebuild(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "rebuild");
    uint64_t seed;
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_TRY(toc_opts_number(args, "shuffle", 0, TOC_SHUFFLE_SEED_MAX, &seed, err));
    if (toc_opts_has(args, "shuffle"))
        toc_json_number(&json, "shuffle", seed);
    toc_json_close(&json, '}');
    toc_show show = {.line = show_figures};
    return toc_ask(cli, &request, &show, NULL, err);
}

toc_code toc_cmd_check(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return ask_figures(cli, args, "check", err);
}

toc_code toc_cmd_stats(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return ask_figures(cli, args, "stats", err);
}

toc_code toc_cmd_log_check(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return ask_figures(cli, args, "log-check", err);
}
