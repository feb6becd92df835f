/* receipt: who holds a record, and since when at the latest. */
#include "tools/ask.h"
#include "tools/beside.h"
#include "tools/commands.h"
#include "tools/term/table.h"

static void show_record(const json_t *line, toc_buf *out)
{
    toc_buf_printf(out, "Entry %llu of the %s feed of ",
                   (unsigned long long)toc_number_of(line, "index"), toc_text_of(line, "lane"));
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(line)));
    toc_buf_add_text(out, " in ");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "circle_name")));
    toc_buf_add_text(out, "\n\n");
}

/* Receipts stand: who gave one had it. What it says is another question. */
static void show_fork(const json_t *line, toc_buf *out)
{
    const json_t *forks = json_object_get(line, "forks");
    if (json_array_size(forks) == 0)
        return;
    if (toc_flag_of(line, "forked"))
        toc_show_forked("this record", toc_org_of(line), out);
    else
        toc_buf_add_text(out,
                         "  before a fork of its feed: this record stands in both histories\n");
    toc_show_forks(forks, out);
    toc_buf_add_u8(out, '\n');
}

static toc_code show_held(const json_t *held, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"HELD BY", "ROLE", "SINCE AT THE LATEST", ">HEAD", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    for (size_t i = 0; i < json_array_size(held); i++) {
        const json_t *row = json_array_get(held, i);
        const char *role = toc_text_of(row, "role");
        toc_table_add(&table, TOC_STYLE_STRONG, toc_span_text(toc_name_of(row)));
        toc_table_add_text(&table, toc_flag_of(row, "author") ? "author"
                                   : role[0] == '\0'          ? "has left"
                                                              : role);
        toc_table_add_text(&table, toc_text_of(row, "time"));
        toc_table_add_number(&table, toc_number_of(row, "size"));
    }
    if (json_array_size(held) == 0)
        toc_buf_add_text(out, "Nobody has receipted it yet.\n");
    return toc_table_print(&table, 0, out, err);
}

static toc_code show_lacking(const json_t *lacking, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"NO RECEIPT OF", "ROLE", "LAST HEARD", ">HEAD", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    for (size_t i = 0; i < json_array_size(lacking); i++) {
        const json_t *row = json_array_get(lacking, i);
        const char *heard = toc_text_of(row, "last_heard");
        toc_table_add(&table, TOC_STYLE_WARNING, toc_span_text(toc_name_of(row)));
        toc_table_add_text(&table, toc_text_of(row, "role"));
        toc_table_add_text(&table, heard[0] == '\0' ? "never, of this feed" : heard);
        toc_table_add_number(&table, toc_number_of(row, "size"));
    }
    if (json_array_size(lacking) == 0) {
        toc_buf_add_text(out, "\nEverybody in the circle has receipted it.\n");
        return toc_buf_ok(out, err);
    }
    toc_buf_add_u8(out, '\n');
    return toc_table_print(&table, 0, out, err);
}

static toc_code show_receipt(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    show_record(line, out);
    show_fork(line, out);
    TOC_TRY(show_held(json_object_get(line, "held"), out, err));
    TOC_TRY(show_lacking(json_object_get(line, "lacking"), out, err));
    toc_buf_add_text(out, "\nHEAD is how many entries of the feed the org said that it holds, by a "
                          "signature; times are of its own clock.\n");
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_receipt(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a record (its id, as lookup --ids has it)", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "receipt");
    toc_json_text(&json, "record", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&request, err));
    toc_show show = {.line = show_receipt};
    return toc_ask(cli, &request, &show, NULL, err);
}
