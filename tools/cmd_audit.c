/* audit: who asked, wrote, approved and exported what; whether anybody changed it. */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"

enum { KEPT_BYTES_MAX = 65536 };

const toc_option toc_audit_options[] = {
    {"since", "TIME", "written then or later"},
    {"until", "TIME", "written before then"},
    {"uid", "N", "asked for by this user"},
    {"user", "NAME", "likewise, by name"},
    {"command", "NAME", "lookup, submit, … as on the control socket"},
    {"outcome", "CODE", "ok, denied, not-found, … as errors are called"},
    {"wallet", "ADDRESS", "about this wallet, in any spelling: asked, written, approved"},
    {"record", "ID", "likewise about a record, or a claim"},
    {"text", "TEXT", "whose request or answer names exactly this: the id of a record, a circle"},
    {"limit", "N", "at most so many, the newest (default 100)"},
    {"verify", NULL, "check every line, hash and checkpoint instead"},
    {"kept", "FILE", "with --verify: against a checkpoint that was kept elsewhere"},
    {"checkpoint", NULL, "sign the audit as it is now, and print that, to be kept elsewhere"},
    {NULL, NULL, NULL},
};

/* ---- lines ---- */

static void add_user(toc_table *table, const json_t *line)
{
    char text[64];
    const json_t *uid = json_object_get(line, "uid");
    if (!json_is_integer(uid)) {
        toc_table_add_text(table, "");
        return;
    }
    uint64_t number = toc_number_of(line, "uid");
    const struct passwd *user = getpwuid((uid_t)number);
    snprintf(text, sizeof text, "%llu%s%.40s", (unsigned long long)number, user == NULL ? "" : " ",
             user == NULL ? "" : user->pw_name);
    toc_table_add_text(table, text);
}

/* "wallet 3f2a91c0 rev 7 AMBER to Org B, Org C" */
static void add_record(toc_buf *out, const json_t *record)
{
    const json_t *readers = json_object_get(record, "readers");
    toc_buf_printf(out, "%s %.8s rev %s %s to ", toc_text_of(record, "kind"),
                   toc_text_of(record, "record"), toc_text_of(record, "revision"),
                   toc_text_of(record, "tlp"));
    for (size_t i = 0; i < json_array_size(readers); i++) {
        const json_t *row = json_array_get(readers, i);
        const char *name = toc_text_of(row, "name");
        toc_buf_printf(out, "%s%.40s", i == 0 ? "" : ", ",
                       name[0] != '\0' ? name : toc_text_of(row, "org"));
    }
    toc_buf_add_text(out, json_array_size(readers) == 0 ? "nobody else" : "");
    if (toc_flag_of(record, "forked"))
        toc_buf_add_text(out, ", disputed: our key signed two histories, it counts in nothing");
}

/* What was asked for, written or answered, as it is kept; of records that were asked about, what
 * they are. */
static toc_code add_matter(toc_table *table, const json_t *line, toc_err *err)
{
    static const char *const members[] = {"request", "wrote", "drafted", "answer"};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    const json_t *matter = NULL, *about = json_object_get(line, "about");
    for (size_t i = 0; i < json_array_size(about); i++) {
        toc_buf_add_text(&out, i == 0 ? "" : "; ");
        add_record(&out, json_array_get(about, i));
    }
    for (size_t i = 0; i < TOC_COUNT(members) && matter == NULL && out.size == 0; i++)
        matter = json_object_get(line, members[i]);
    char *text = matter == NULL ? NULL : json_dumps(matter, JSON_COMPACT);
    if (matter != NULL && text == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for a line");
    toc_buf_add_text(&out, text == NULL ? "" : text);
    free(text);
    TOC_TRY(toc_buf_ok(&out, err));
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&out));
    return TOC_OK;
}

static toc_code collect(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    toc_table *table = context;
    char time[20];
    (void)out;
    snprintf(time, sizeof time, "%.19s", toc_text_of(line, "time"));
    toc_table_add_number(table, toc_number_of(line, "number"));
    toc_table_add_text(table, time);
    add_user(table, line);
    toc_table_add_text(table, toc_text_of(line, "door"));
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "command")));
    const char *did = json_object_get(line, "wrote") != NULL     ? "wrote"
                      : json_object_get(line, "drafted") != NULL ? "drafted"
                                                                 : toc_text_of(line, "outcome");
    toc_table_add_text(table, did);
    return add_matter(table, line, err);
}

static toc_code add_user_named(toc_json *json, const toc_opts *args, const char *name, toc_err *err)
{
    const struct passwd *user = getpwnam(name);
    if (toc_opts_has(args, "uid"))
        return toc_fail(err, TOC_USAGE, "--user and --uid say the same; give one");
    if (user == NULL)
        return toc_fail(err, TOC_NOT_FOUND,
                        "this machine knows no user '%.64s'; one who was removed is asked for by "
                        "number: --uid",
                        name);
    toc_json_number(json, "uid", user->pw_uid);
    return TOC_OK;
}

static toc_code build(const toc_opts *args, toc_buf *request, toc_err *err)
{
    static const char *const texts[][2] = {
        {"since", "since"},   {"until", "until"},   {"command", "by"}, {"outcome", "outcome"},
        {"wallet", "wallet"}, {"record", "record"}, {"text", "text"}};
    static const char *const numbers[] = {"uid", "limit"};
    const char *user = toc_opts_value(args, "user");
    toc_json json = toc_request_begin(request, "audit");
    if (user != NULL)
        TOC_TRY(add_user_named(&json, args, user, err));
    for (size_t i = 0; i < TOC_COUNT(texts); i++) {
        const char *value = toc_opts_value(args, texts[i][0]);
        if (value != NULL)
            toc_json_text(&json, texts[i][1], toc_span_text(value));
    }
    for (size_t i = 0; i < TOC_COUNT(numbers); i++) {
        uint64_t number;
        TOC_TRY(toc_opts_number(args, numbers[i], 0, UINT32_MAX, &number, err));
        if (toc_opts_has(args, numbers[i]))
            toc_json_number(&json, numbers[i], number);
    }
    toc_json_close(&json, '}');
    return toc_buf_ok(request, err);
}

static toc_code list(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {">LINE",   "TIME",    "USER", "DOOR",
                                        "COMMAND", "OUTCOME", "WHAT", NULL};
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_TRY(build(args, &request, err));
    return toc_ask_table(cli, &request, heads, collect,
                         "No line of the audit fits. --text is a whole id.\n", err);
}

/* ---- checkpoints ---- */

static toc_code show_found(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    toc_buf_printf(out, "%llu lines", (unsigned long long)toc_number_of(line, "lines"));
    if (toc_number_of(line, "lines") > 0)
        toc_buf_printf(out, " from %s to %s", toc_text_of(line, "first"),
                       toc_text_of(line, "last"));
    toc_buf_printf(
        out, ", %llu of them signed, by %llu checkpoints: as they were written\nroot %s\n",
        (unsigned long long)toc_number_of(line, "signed"),
        (unsigned long long)toc_number_of(line, "checkpoints"), toc_text_of(line, "root"));
    return toc_buf_ok(out, err);
}

static toc_code verify(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf kept = {0};
    const char *path = toc_opts_value(args, "kept");
    toc_json json = toc_request_begin(&request, "audit-check");
    if (path != NULL) {
        TOC_TRY(toc_file_read(path, KEPT_BYTES_MAX, &kept, err));
        toc_json_text(&json, "kept", toc_buf_view(&kept));
    }
    toc_json_close(&json, '}');
    toc_show show = {.line = show_found};
    return toc_ask(cli, &request, &show, NULL, err);
}

static toc_code show_note(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    toc_buf_add_text(out, toc_text_of(line, "checkpoint"));
    return toc_buf_ok(out, err);
}

static toc_code sign(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "audit-sign", NULL, args);
    toc_show show = {.line = show_note};
    return toc_ask(cli, &request, &show, NULL, err);
}

toc_code toc_cmd_audit(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    if (toc_opts_has(args, "kept") && !toc_opts_has(args, "verify"))
        return toc_fail(err, TOC_USAGE, "--kept goes with --verify");
    if (toc_opts_has(args, "verify"))
        return verify(cli, args, err);
    return toc_opts_has(args, "checkpoint") ? sign(cli, args, err) : list(cli, args, err);
}
