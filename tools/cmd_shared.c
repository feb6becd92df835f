/* shared: what this org wrote about a wallet, for whom, and who has it. */
#include <stdio.h>

#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

enum { TIME_CHARS = 16 };

/* "Org B, Org C"; with moments where there are some. */
static void add_orgs(toc_table *table, const json_t *orgs)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    for (size_t i = 0; i < json_array_size(orgs); i++) {
        const json_t *row = json_array_get(orgs, i);
        const char *time = toc_text_of(row, "time");
        toc_buf_add_text(&text, i == 0 ? "" : ", ");
        toc_buf_printf(&text, "%.40s", toc_name_of(row));
        if (time[0] != '\0')
            toc_buf_printf(&text, " (%.*s)", TIME_CHARS, time);
        toc_buf_add_text(&text, toc_flag_of(row, "left") ? " (left since)" : "");
    }
    toc_table_add(table, TOC_STYLE_PLAIN,
                  text.size == 0 ? toc_span_text("nobody") : toc_buf_view(&text));
}

static toc_code show_record(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    char issued[TIME_CHARS + 1];
    snprintf(issued, sizeof issued, "%s", toc_text_of(line, "issued_at"));
    toc_table_add_text(table, issued);
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "kind")));
    toc_table_add_text(table, toc_text_of(line, "tlp"));
    toc_table_add_text(table, toc_text_of(line, "circle_name"));
    add_orgs(table, json_object_get(line, "readers"));
    add_orgs(table, json_object_get(line, "later"));
    add_orgs(table, json_object_get(line, "held"));
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_shared(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"ISSUED",         "RECORD",        "TLP",     "CIRCLE",
                                        "MAY BE READ BY", "CAME TOO LATE", "HELD BY", NULL};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(toc_table_wipe) toc_table table;
    TOC_TRY(toc_opts_expect(args, 1, 1, "a wallet", err));
    toc_table_init(&table, heads);
    toc_json json = toc_request_begin(&request, "shared");
    toc_json_text(&json, "wallet", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&request, err));
    toc_show show = {.line = show_record, .context = &table};
    TOC_TRY(toc_ask(cli, &request, &show, NULL, err));
    if (cli->json)
        return TOC_OK;
    if (show.lines == 0)
        toc_buf_add_text(&out, "This org never wrote anything about it.\n");
    else
        TOC_TRY(toc_table_print(&table, 0, &out, err));
    if (show.lines > 0)
        toc_buf_add_text(
            &out, "\nReaders are those of the day it was written; who holds an entry that is "
                  "sealed to others holds what it cannot open.\n");
    return toc_print(&out, err);
}
