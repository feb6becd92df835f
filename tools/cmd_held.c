/* held, recall, release: submissions that wait for their moment (submit --hold). */
#include <pwd.h>
#include <stdio.h>

#include "proto/base/text.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/parcel.h"
#include "tools/term/table.h"

enum { ID_DIGITS = 64, ID_DIGITS_MIN = 8, ID_DIGITS_SHOWN = 16 };

/* ---- held ---- */

static void add_user(toc_table *table, uint64_t uid)
{
    char number[24];
    const struct passwd *user = getpwuid((uid_t)uid);
    snprintf(number, sizeof number, "%llu", (unsigned long long)uid);
    toc_table_add_text(table, user == NULL ? number : user->pw_name);
}

static void add_start(toc_table *table, const char *id)
{
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_of(id, strnlen(id, ID_DIGITS_SHOWN)));
}

static toc_code collect_held(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    const char *why = toc_text_of(line, "why");
    add_start(table, toc_text_of(line, "id"));
    toc_table_add_text(table, toc_text_of(line, "until"));
    add_start(table, toc_text_of(line, "circle"));
    toc_table_add_text(table, toc_text_of(line, "lane"));
    add_user(table, toc_number_of(line, "uid"));
    toc_table_add_number(table, toc_number_of(line, "new"));
    toc_table_add_number(table, toc_number_of(line, "changed"));
    toc_table_add_number(table, toc_number_of(line, "unchanged"));
    toc_table_add_number(table, toc_number_of(line, "refused"));
    toc_table_add_text(table, toc_text_of(line, "state"));
    toc_table_add(table, TOC_STYLE_WARNING, toc_span_text(why));
    return toc_buf_ok(out, err);
}

static toc_code explain_down(toc_code code, toc_err *err)
{
    return code != TOC_UNREACHABLE
               ? code
               : toc_fail(err, code,
                          "the node is down, and what waits for it in the spool is sealed to it: "
                          "nobody can list it; 'tocsin recall ID' with all %d digits takes an own "
                          "submission out",
                          ID_DIGITS);
}

toc_code toc_cmd_held(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"ID",       "GOES OUT",   "CIRCLE",   "LANE",  "BY", ">NEW",
                                        ">CHANGED", ">UNCHANGED", ">REFUSED", "STATE", "",   NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "held", NULL, args);
    return explain_down(
        toc_ask_table(cli, &request, heads, collect_held, "Nothing is held.\n", err), err);
}

/* ---- recall, release ---- */

typedef struct search {
    const char *start;
    size_t found;
    char id[ID_DIGITS + 1];
} search;

static toc_code take_id(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    search *at = context;
    const char *id = toc_text_of(line, "id");
    if (strlen(id) == ID_DIGITS && strncmp(id, at->start, strlen(at->start)) == 0) {
        memcpy(at->id, id, sizeof at->id);
        at->found++;
    }
    return toc_buf_ok(out, err);
}

/* The first digits will do, where they are only one submission's. */
static toc_code find_id(toc_cli *cli, const char *word, toc_draft_id *out, toc_err *err)
{
    search at = {.start = word};
    toc_cli quiet = *cli;
    quiet.json = false; /* asked for ourselves, not for stdout */
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    size_t digits = strlen(word);
    if (digits == ID_DIGITS)
        return toc_hex_decode(toc_span_text(word), out->bytes, sizeof out->bytes, err);
    if (digits < ID_DIGITS_MIN || digits > ID_DIGITS)
        return toc_fail(err, TOC_USAGE,
                        "'%.70s' is no id of a submission: its first %d digits at least, as "
                        "'tocsin held' shows them",
                        word, ID_DIGITS_MIN);
    toc_request_words(&request, "held", NULL, NULL);
    toc_show show = {.line = take_id, .context = &at};
    TOC_TRY(explain_down(toc_ask(&quiet, &request, &show, NULL, err), err));
    if (at.found != 1)
        return toc_fail(err, TOC_NOT_FOUND, "%zu held submissions begin with '%s'", at.found, word);
    return toc_hex_decode(toc_span_text(at.id), out->bytes, sizeof out->bytes, err);
}

static toc_code show_done(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)line;
    toc_buf_add_text(out, context);
    return toc_buf_ok(out, err);
}

static toc_code touch(toc_cli *cli, const toc_draft_id *id, const char *command, const char *done,
                      toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, command);
    toc_json_hex(&json, "id", TOC_SPAN_OF(id->bytes));
    toc_json_close(&json, '}');
    toc_show show = {.line = show_done, .context = (void *)(uintptr_t)done};
    return toc_ask(cli, &request, &show, NULL, err);
}

toc_code toc_cmd_recall(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char done[] = "Recalled; nothing of it was written.\n";
    toc_draft_id id;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_opts_expect(args, 1, 1, "the id of a held submission", err));
    TOC_TRY(find_id(cli, args->words[0], &id, err));
    toc_code code = touch(cli, &id, "recall", done, err);
    if (code != TOC_UNREACHABLE)
        return code;
    TOC_TRY(toc_spool_remove(cli, &id, err));
    toc_show show = {.line = show_done, .context = (void *)(uintptr_t)done};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "id", TOC_SPAN_OF(id.bytes));
    toc_json_close(&json, '}');
    return toc_ask_line(cli, &show, toc_buf_view(&line), err);
}

toc_code toc_cmd_release(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char done[] = "Released: the node writes it now.\n";
    toc_draft_id id;
    TOC_TRY(toc_opts_expect(args, 1, 1, "the id of a held submission", err));
    TOC_TRY(find_id(cli, args->words[0], &id, err));
    return touch(cli, &id, "release", done, err);
}
