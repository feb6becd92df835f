/* search: live claims by what they say. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

const toc_option toc_search_options[] = {
    {"category", "WORD", "theft, hack, scam, …"},
    {"actor", "WORD", "lazarus, …"},
    {"role", "WORD", "perpetrator, intermediary, …"},
    {"list", "WORD", "ofac-sdn, …"},
    {"incident", "SLUG", "that names this incident"},
    {"chain", "NAME", "BTC, ethereum, eip155:56, …"},
    {"org", "ID", "by this org (id, 64 digits)"},
    {"from", "DATE", "issued then or later"},
    {"until", "DATE", "issued before then"},
    {"limit", "N", "at most so many (default 100)"},
    TOC_OPTION_AUDIENCE,
    {NULL, NULL, NULL},
};

static toc_code collect(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    const char *wallet = toc_text_of(line, "wallet");
    char issued[20];
    size_t size = strlen(toc_text_of(line, "issued_at"));
    size = size < 16 ? size : 16;
    memcpy(issued, toc_text_of(line, "issued_at"), size);
    issued[size] = '\0';
    toc_table_add_text(table, issued);
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_org_of(line)));
    toc_table_add_text(table, toc_text_of(line, "role"));
    toc_table_add_text(table, toc_text_of(line, "category"));
    toc_table_add_text(table, toc_text_of(line, "actor"));
    toc_table_add_number(table, toc_number_of(line, "confidence"));
    toc_table_add_text(table, wallet[0] != '\0' ? wallet : toc_text_of(line, "name"));
    return toc_buf_ok(out, err);
}

static toc_code build(const toc_opts *args, toc_buf *request, toc_err *err)
{
    toc_json json = toc_request_begin(request, "search");
    for (const toc_option *option = toc_search_options; option->name != NULL; option++) {
        const char *value = toc_opts_value(args, option->name);
        uint64_t number;
        if (value == NULL)
            continue;
        if (strcmp(option->name, "limit") != 0) {
            toc_json_text(&json, option->name, toc_span_text(value));
            continue;
        }
        TOC_TRY(toc_opts_number(args, "limit", 0, UINT32_MAX, &number, err));
        toc_json_number(&json, "limit", number);
    }
    toc_json_close(&json, '}');
    return toc_buf_ok(request, err);
}

static toc_code print_total(const toc_buf *end, uint64_t shown, toc_buf *out, toc_err *err)
{
    json_t *object = json_loadb((const char *)end->data, end->size, 0, NULL);
    uint64_t total = toc_number_of(object, "total");
    json_decref(object);
    toc_buf_printf(out, "%llu of %llu claims\n", (unsigned long long)shown,
                   (unsigned long long)total);
    return toc_print(out, err);
}

toc_code toc_cmd_search(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"ISSUED", "ORG",   "ROLE",   "CATEGORY",
                                        "ACTOR",  ">CONF", "WALLET", NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf end = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    TOC_TRY(build(args, &request, err));
    toc_show show = {.line = collect, .context = &table};
    TOC_TRY(toc_ask(cli, &request, &show, &end, err));
    if (cli->json)
        return TOC_OK;
    TOC_TRY(toc_table_print(&table, 0, &out, err));
    return print_total(&end, show.lines, &out, err);
}
