/* cluster: the wallets held to be under one control with an address, and whose reports say so. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

const toc_option toc_cluster_options[] = {
    {"members", "N", "list at most so many wallets (default 100)"},
    TOC_OPTION_AUDIENCE,
    {NULL, NULL, NULL},
};

static toc_code show_reports(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"ORG",      "REPORT", "ENTITY",   "METHOD",
                                        ">WALLETS", ">CONF",  "LINEAGES", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *reports = json_object_get(line, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        const char *org = toc_text_of(report, "org_name"), *title = toc_text_of(report, "title");
        const json_t *roots = json_object_get(report, "roots");
        const char *root = json_string_value(json_array_get(roots, 0));
        toc_table_add(&table, TOC_STYLE_STRONG,
                      toc_span_text(org[0] != '\0' ? org : toc_text_of(report, "org")));
        toc_table_add_text(&table, title[0] != '\0' ? title : toc_text_of(report, "name"));
        toc_table_add_text(&table, toc_text_of(report, "entity_type"));
        toc_table_add_text(&table, toc_text_of(report, "method"));
        toc_table_add_number(&table, toc_number_of(report, "members"));
        toc_table_add_number(&table, toc_number_of(report, "confidence"));
        toc_table_add_text(&table, root != NULL && strncmp(root, "own:", 4) == 0 ? "own" : root);
    }
    return toc_table_print(&table, 2, out, err);
}

static void show_members(const json_t *line, toc_buf *out)
{
    const json_t *members = json_object_get(line, "members");
    uint64_t size = toc_number_of(json_object_get(line, "cluster"), "size");
    for (size_t i = 0; i < json_array_size(members); i++) {
        const char *member = json_string_value(json_array_get(members, i));
        toc_buf_add_text(out, "    ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(member));
        toc_buf_add_u8(out, '\n');
    }
    if (json_array_size(members) < size)
        toc_buf_printf(out, "    … %llu in all (--members N)\n", (unsigned long long)size);
}

static toc_code show_cluster(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    const json_t *error = json_object_get(line, "error"),
                 *cluster = json_object_get(line, "cluster");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "query")));
    toc_buf_add_u8(out, '\n');
    if (json_is_object(error)) {
        toc_buf_add_text(out, "  ");
        toc_colour_add(out, TOC_STYLE_BAD, toc_span_text(toc_text_of(error, "text")));
        toc_buf_add_u8(out, '\n');
        return toc_buf_ok(out, err);
    }
    if (!toc_flag_of(line, "found")) {
        toc_buf_add_text(out, "  in no cluster that is reported here\n");
        return toc_buf_ok(out, err);
    }
    toc_buf_printf(out, "  cluster of %llu wallets, joined from %zu report%s\n",
                   (unsigned long long)toc_number_of(cluster, "size"),
                   json_array_size(json_object_get(line, "reports")),
                   json_array_size(json_object_get(line, "reports")) == 1 ? "" : "s");
    TOC_TRY(show_reports(line, out, err));
    show_members(line, out);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_cluster(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "an address", err));
    uint64_t members;
    TOC_TRY(toc_opts_number(args, "members", 0, TOC_CLUSTER_MEMBERS_MAX, &members, err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "cluster");
    toc_request_audience(&json, args);
    toc_json_open(&json, "queries", '[');
    for (size_t i = 0; i < args->word_count; i++)
        toc_json_text(&json, NULL, toc_span_text(args->words[i]));
    toc_json_close(&json, ']');
    if (toc_opts_has(args, "members"))
        toc_json_number(&json, "members", members);
    toc_json_close(&json, '}');
    toc_show show = {.line = show_cluster};
    return toc_ask(cli, &request, &show, NULL, err);
}
