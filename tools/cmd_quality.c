/* quality: how sound what each org said has been. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

static toc_code collect(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    static const char *const keys[] = {"live",      "disputed",    "withdrawn",
                                       "misstated", "undisclosed", NULL};
    const json_t *retracted = json_object_get(line, "retracted");
    uint64_t other = toc_number_of(retracted, "resolved") + toc_number_of(retracted, "legal") +
                     toc_number_of(retracted, "narrowed") + toc_number_of(retracted, "delisted");
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_org_of(line)));
    for (size_t i = 0; keys[i] != NULL; i++)
        toc_table_add_number(table, toc_number_of(line, keys[i]));
    toc_table_add_number(table, toc_number_of(retracted, "error"));
    toc_table_add_number(table, toc_number_of(retracted, "false-positive"));
    toc_table_add_number(table, other);
    toc_table_add_number(table, toc_number_of(line, "wallets"));
    toc_table_add_number(table, toc_number_of(line, "first"));
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_quality(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"ORG",          ">LIVE",    ">DISPUTED", ">WITHDRAWN",
                                        ">MISSTATED",   ">SEALED",  ">ERRORS",   ">FALSE",
                                        ">OTHER ENDED", ">WALLETS", ">FIRST",    NULL};
    TOC_TRY(toc_opts_expect(args, 0, 1, "at most one org", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "quality");
    if (args->word_count > 0)
        toc_json_text(&json, "org", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    return toc_ask_table(cli, &request, heads, collect, "", err);
}
