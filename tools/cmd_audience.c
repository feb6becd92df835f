/* audience: who gets to read a claim, or what would be marked so. */
#include <string.h>

#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

const toc_option toc_audience_options[] = {
    {"circle", "ID", "which circle, when more than one is joined (id or name)"},
    {"tlp", "MARK", "CLEAR, GREEN, AMBER (default), AMBER+STRICT, RED"},
    {"releasable-to", "ORG", "only for this org (name or id); repeatable"},
    {"not-to", "ORG", "not for this org (name or id); repeatable"},
    {NULL, NULL, NULL},
};

/* The way to a reader: which link, or whose; and since when its node is silent. */
static void add_way(toc_table *table, const json_t *line)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    const json_t *through = json_object_get(line, "through");
    const char *link = toc_text_of(line, "link"), *heard = toc_text_of(line, "last_heard");
    if (strcmp(link, "direct") == 0)
        toc_buf_add_text(&text, "a direct link");
    for (size_t i = 0; i < json_array_size(through); i++)
        toc_buf_printf(&text, "%s%.40s", i == 0 ? "through " : ", ",
                       json_string_value(json_array_get(through, i)));
    if (strcmp(link, "none") == 0)
        toc_buf_add_text(&text, "nobody is linked now");
    if (strcmp(link, "others") == 0 || strcmp(link, "none") == 0)
        toc_buf_printf(&text, "; last heard %.16s", heard[0] == '\0' ? "never" : heard);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static toc_code show_reader(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    const char *name = toc_text_of(line, "name"), *local = toc_text_of(line, "audience");
    bool reads = toc_flag_of(line, "reads");
    toc_table_add(table, TOC_STYLE_STRONG,
                  toc_span_text(local[0] != '\0'  ? local
                                : name[0] != '\0' ? name
                                                  : toc_text_of(line, "org")));
    const char *role = toc_text_of(line, "role");
    toc_table_add_text(table, local[0] != '\0'  ? "audience here"
                              : role[0] != '\0' ? role
                                                : "has left");
    toc_table_add(table, reads ? TOC_STYLE_PLAIN : TOC_STYLE_WARNING,
                  toc_span_text(reads ? "reads it" : "does not"));
    toc_table_add_text(table, toc_text_of(line, "why"));
    add_way(table, line);
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
        toc_json_text(&json, "claim", toc_span_text(args->words[0]));
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
    static const char *const heads[] = {"WHO", "ROLE", "READS", "WHY", "BY", NULL};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_table_wipe) toc_table table;
    TOC_TRY(toc_opts_expect(args, 0, 1, "a claim's id, or the options of a marking", err));
    toc_table_init(&table, heads);
    TOC_TRY(build(args, &request, err));
    toc_show show = {.line = show_reader, .context = &table};
    TOC_TRY(toc_ask(cli, &request, &show, NULL, err));
    if (cli->json)
        return TOC_OK;
    TOC_TRY(toc_table_print(&table, 0, &out, err));
    return toc_print(&out, err);
}
