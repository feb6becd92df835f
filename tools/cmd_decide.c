/* cluster confirm, split, undo, decisions: what this node decides by itself about wallets. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/decision.h"
#include "tools/term/colour.h"

const toc_option toc_decide_options[] = {
    {"note", "TEXT", "why, for whoever reads it here"},
    {NULL, NULL, NULL},
};

void toc_decision_show(const json_t *decision, toc_buf *out)
{
    const json_t *wallets = json_object_get(decision, "wallets");
    const char *what = toc_text_of(decision, "decision"), *note = toc_text_of(decision, "note");
    for (size_t i = 0; i < 2; i++) {
        const char *wallet = json_string_value(json_array_get(wallets, i));
        toc_buf_add_text(out, i == 0 ? "" : strcmp(what, "split") == 0 ? " | " : " + ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(wallet == NULL ? "" : wallet));
    }
    toc_buf_printf(out, " (%s", strcmp(what, "split") == 0 ? "split by " : "confirmed by ");
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(decision, "who")));
    toc_buf_printf(out, ", %.10s", toc_text_of(decision, "at"));
    toc_buf_add_text(out, note[0] == '\0' ? "" : ": ");
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(note));
    toc_buf_add_u8(out, ')');
}

static toc_code show(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    if (strcmp(toc_text_of(line, "decision"), "undo") == 0)
        toc_buf_add_text(out, "undone: nothing is decided about these two any more");
    else
        toc_decision_show(line, out);
    toc_buf_add_u8(out, '\n');
    return toc_buf_ok(out, err);
}

static toc_code decide(toc_cli *cli, const toc_opts *args, const char *decision, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 2, 2, "two addresses", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    const char *note = toc_opts_value(args, "note");
    toc_json json = toc_request_begin(&request, "cluster-decide");
    toc_json_text(&json, "decision", toc_span_text(decision));
    toc_json_open(&json, "wallets", '[');
    for (size_t i = 0; i < args->word_count; i++)
        toc_json_text(&json, NULL, toc_span_text(args->words[i]));
    toc_json_close(&json, ']');
    if (note != NULL)
        toc_json_text(&json, "note", toc_span_text(note));
    toc_json_close(&json, '}');
    toc_show shown = {.line = show};
    return toc_ask(cli, &request, &shown, NULL, err);
}

toc_code toc_cmd_cluster_confirm(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return decide(cli, args, "confirm", err);
}

toc_code toc_cmd_cluster_split(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return decide(cli, args, "split", err);
}

toc_code toc_cmd_cluster_undo(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return decide(cli, args, "undo", err);
}

toc_code toc_cmd_cluster_decisions(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "cluster-decisions", NULL, NULL);
    toc_show shown = {.line = show};
    return toc_ask(cli, &request, &shown, NULL, err);
}
