/* audience: who gets to read a claim, a record, a draft, or what would be marked so. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/readers.h"

const toc_option toc_audience_options[] = {
    {"circle", "ID", "which circle, when more than one is joined (id or name)"},
    {"tlp", "MARK", "CLEAR, GREEN, AMBER (default), AMBER+STRICT, RED"},
    {"releasable-to", "ORG", "only for this org (name or id); repeatable"},
    {"not-to", "ORG", "not for this org (name or id); repeatable"},
    {NULL, NULL, NULL},
};

static toc_code show_reader(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_readers_add(context, line);
    return toc_buf_ok(out, err);
}

static void add_orgs(toc_json *json, const toc_opts *args, const char *option, const char *key)
{
    size_t cursor = 0;
    const char *org;
    if (!toc_opts_has(args, option))
        return;
    toc_json_open(json, key, '[');
    while ((org = toc_opts_each(args, option, &cursor)) != NULL)
        toc_json_text(json, NULL, toc_span_text(org));
    toc_json_close(json, ']');
}

static toc_code build(const toc_opts *args, toc_buf *out, toc_err *err)
{
    toc_json json = toc_request_begin(out, "audience");
    if (args->word_count == 1)
        toc_json_text(&json, "id", toc_span_text(args->words[0]));
    if (toc_opts_has(args, "circle"))
        toc_json_text(&json, "circle", toc_span_text(toc_opts_value(args, "circle")));
    if (toc_opts_has(args, "tlp"))
        toc_json_text(&json, "tlp", toc_span_text(toc_opts_value(args, "tlp")));
    add_orgs(&json, args, "releasable-to", "releasable_to");
    add_orgs(&json, args, "not-to", "not_to");
    toc_json_close(&json, '}');
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_audience(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_TRY(toc_opts_expect(
        args, 0, 1, "the id of a claim, a record or a draft, or the options of a marking", err));
    TOC_TRY(build(args, &request, err));
    return toc_ask_table(cli, &request, toc_readers_heads, show_reader, "", err);
}
