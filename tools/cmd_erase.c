/* erase; order add, list, lift; legal-hold add, list, lift: bodies that go or stay. */
#include <stdio.h>

#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/question.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

const toc_option toc_erase_options[] = {
    {"reason", "TEXT", "why; it stands in the audit (required)"},
    {"through", "REVISION", "up to this revision of the claim, not all"},
    {"yes", NULL, "do not ask, where nobody sits at the terminal"},
    {NULL, NULL, NULL},
};

const toc_option toc_order_options[] = {
    {"reference", "TEXT", "the court or authority, and its file number (required)"},
    {NULL, NULL, NULL},
};

const toc_option toc_legal_hold_options[] = {
    {"reference", "TEXT", "the court or authority, and its file number (required)"},
    {"revision", "N", "from this revision of the claim on, not all"},
    {NULL, NULL, NULL},
};

static toc_code need(const toc_opts *args, const char *option, const char *what, toc_err *err)
{
    return toc_opts_has(args, option)
               ? TOC_OK
               : toc_fail(err, TOC_USAGE, "--%s is needed: %s", option, what);
}

typedef struct saying {
    const char *done; /* after "N records of CLAIM " */
} saying;

static toc_code show_claim(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const saying *say = context;
    unsigned long long records = toc_number_of(line, "records");
    toc_buf_printf(out, "%llu record%s of %.16s… %s\n", records, toc_plural(records),
                   toc_text_of(line, "claim"), say->done);
    return toc_buf_ok(out, err);
}

/* What the node is told of one claim. */
static toc_code build(const toc_opts *args, const char *command, const char *claim, bool dry_run,
                      toc_buf *out, toc_err *err)
{
    static const char *const texts[] = {"reason", "reference"}, *const numbers[] = {"through",
                                                                                    "revision"};
    toc_json json = toc_request_begin(out, command);
    toc_json_text(&json, "claim", toc_span_text(claim));
    for (size_t j = 0; j < TOC_COUNT(texts); j++) {
        if (toc_opts_has(args, texts[j]))
            toc_json_text(&json, texts[j], toc_span_text(toc_opts_value(args, texts[j])));
    }
    for (size_t j = 0; j < TOC_COUNT(numbers); j++) {
        uint64_t number;
        if (!toc_opts_has(args, numbers[j]))
            continue;
        TOC_TRY(toc_opts_number(args, numbers[j], 0, INT64_MAX, &number, err));
        toc_json_number(&json, numbers[j], number);
    }
    if (dry_run)
        toc_json_bool(&json, "dry_run", true);
    toc_json_close(&json, '}');
    return toc_buf_ok(out, err);
}

/* One request a claim: each is done whole or not at all. */
static toc_code ask_each(toc_cli *cli, const toc_opts *args, const char *command, const char *done,
                         toc_err *err)
{
    saying say = {.done = done};
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "the ids of claims", err));
    for (size_t i = 0; i < args->word_count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
        toc_show show = {.line = show_claim, .context = &say};
        TOC_TRY(build(args, command, args->words[i], false, &request, err));
        TOC_TRY(toc_ask(cli, &request, &show, NULL, err));
    }
    return TOC_OK;
}

/* ---- erase: what would go is shown, and asked about ---- */

static toc_code show_before(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint64_t *records = context, count = toc_number_of(line, "records");
    const char *first = toc_text_of(line, "first_revision"),
               *last = toc_text_of(line, "last_revision"),
               *circle = toc_text_of(line, "circle_name");
    (void)out;
    *records += count;
    toc_buf_printf(&text, "%llu record%s of %.16s… by ", (unsigned long long)count,
                   toc_plural(count), toc_text_of(line, "claim"));
    toc_term_add(&text, toc_span_text(toc_org_of(line)));
    toc_buf_add_text(&text, " in ");
    toc_term_add(&text, toc_span_text(circle[0] == '\0' ? toc_text_of(line, "circle") : circle));
    toc_buf_printf(&text, strcmp(first, last) == 0 ? ", revision %s" : ", revisions %s to %s",
                   first, last);
    TOC_TRY(toc_buf_ok(&text, err));
    fprintf(stderr, "tocsin: %s\n", toc_buf_text(&text));
    return TOC_OK;
}

/* All of it first: who said no to the second claim would have lost the first. */
static toc_code confirm(const toc_cli *cli, const toc_opts *args, toc_err *err)
{
    toc_cli people = *cli;
    uint64_t records = 0;
    char what[TOC_ERR_TEXT_BYTES];
    people.json = false;
    for (size_t i = 0; i < args->word_count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
        toc_show show = {.line = show_before, .context = &records};
        TOC_TRY(build(args, "erase", args->words[i], true, &request, err));
        TOC_TRY(toc_ask(&people, &request, &show, NULL, err));
    }
    snprintf(what, sizeof what,
             "%llu record%s would be erased here and at everybody who has %s, for good",
             (unsigned long long)records, toc_plural(records), records == 1 ? "it" : "them");
    return toc_question(what, err);
}

toc_code toc_cmd_erase(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(need(args, "reason", "say why; it stands in the audit", err));
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "the ids of claims", err));
    if (!toc_opts_has(args, "yes"))
        TOC_TRY(confirm(cli, args, err));
    return ask_each(cli, args, "erase", "erased; everybody who has them is told", err);
}

toc_code toc_cmd_order_add(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(need(args, "reference", "who ordered it, and the file number", err));
    return ask_each(cli, args, "order-add", "deleted here; what comes of it is refused", err);
}

toc_code toc_cmd_order_lift(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return ask_each(cli, args, "order-lift", "known now; the order is lifted, others are asked",
                    err);
}

toc_code toc_cmd_legal_hold_add(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(need(args, "reference", "who asked for it, and the file number", err));
    return ask_each(cli, args, "legal-hold-add", "held: nothing of the claim is erased here", err);
}

toc_code toc_cmd_legal_hold_lift(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return ask_each(cli, args, "legal-hold-lift", "held no more", err);
}

/* ---- lists ---- */

static toc_code collect(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    toc_table_add_text(table, toc_text_of(line, "claim"));
    toc_table_add_text(table, toc_text_of(line, "at"));
    toc_table_add_text(table, toc_text_of(line, "who"));
    toc_table_add_text(table, toc_text_of(line, "reference"));
    return toc_buf_ok(out, err);
}

static toc_code list(toc_cli *cli, const toc_opts *args, const char *command, const char *none,
                     toc_err *err)
{
    static const char *const heads[] = {"CLAIM", "SINCE", "BY", "REFERENCE", NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, command, NULL, args);
    return toc_ask_table(cli, &request, heads, collect, none, err);
}

toc_code toc_cmd_order_list(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return list(cli, args, "order-list", "No order is in force.\n", err);
}

toc_code toc_cmd_legal_hold_list(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return list(cli, args, "legal-hold-list", "Nothing is under a legal hold.\n", err);
}
