/* circle create, join, admit, choose, confirm, list, show. */
#include "tools/ask.h"
#include "tools/beside.h"
#include "tools/commands.h"
#include "tools/term/table.h"

const toc_option toc_circle_create_options[] = {
    {"purpose", "TEXT", "what the circle is for; it stands in the charter"},
    {NULL, NULL, NULL},
};
const toc_option toc_circle_admit_options[] = {
    {"role", "ROLE", "admin, member (default), observer or relay"},
    {"circle", "ID", "which circle, when there is more than one (id or name)"},
    {NULL, NULL, NULL},
};
const toc_option toc_circle_choose_options[] = {
    {"circle", "ID", "which circle, when there is more than one (id or name)"},
    {NULL, NULL, NULL},
};

static void add_rivals(const json_t *line, toc_buf *out)
{
    const json_t *rivals = json_object_get(line, "rivals");
    if (json_array_size(rivals) == 0)
        return;
    toc_colour_add(out, TOC_STYLE_BAD,
                   toc_span_text("There are other valid charters of this circle. Ask the admins "
                                 "which is right, then 'tocsin circle choose' it:"));
    toc_buf_printf(out, "\n  %s (followed now)\n", toc_text_of(line, "charter"));
    for (size_t i = 0; i < json_array_size(rivals); i++)
        toc_buf_printf(out, "  %s\n", json_string_value(json_array_get(rivals, i)));
    toc_buf_printf(out, "'tocsin circle proposal %.16s' says what a charter changes.\n\n",
                   json_string_value(json_array_get(rivals, 0)));
}

/* What was not chosen, as long as it is kept: a choice can have been the wrong one. */
static void add_declined(const json_t *line, toc_buf *out)
{
    const json_t *declined = json_object_get(line, "declined");
    if (json_array_size(declined) == 0)
        return;
    toc_buf_add_text(out,
                     "Declined here, by 'tocsin circle choose'. Who follows one of these is not "
                     "heard; if that was a mistake, choose it:\n");
    for (size_t i = 0; i < json_array_size(declined); i++)
        toc_buf_printf(out, "  %s\n", json_string_value(json_array_get(declined, i)));
    toc_buf_add_u8(out, '\n');
}

static toc_code show_created(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    toc_buf_add_text(out, "The circle ");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "name")));
    toc_buf_printf(out, " is made.\nOthers join it by its id:  %s\n", toc_text_of(line, "circle"));
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_create(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a name for the circle", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-create");
    toc_json_text(&json, "name", toc_span_text(args->words[0]));
    toc_json_text(&json, "purpose", toc_span_text(toc_opts_value(args, "purpose")));
    toc_json_close(&json, '}');
    toc_show show = {.line = show_created};
    return toc_ask(cli, &request, &show, NULL, err);
}

static toc_code show_joined(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    toc_buf_printf(out, "Joined %.16s….\n", toc_text_of(line, "circle"));
    if (!toc_flag_of(line, "known"))
        toc_buf_add_text(
            out, "Its charter has not come yet: it will, once an admin has admitted this org and a "
                 "member is linked.\n");
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_join(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "the circle's id", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-join");
    toc_json_text(&json, "circle", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    toc_show show = {.line = show_joined};
    return toc_ask(cli, &request, &show, NULL, err);
}

static toc_code show_admitted(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const char **name = context;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(*name));
    toc_buf_add_text(out, " is ");
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(line, "role")));
    toc_buf_printf(out, " as of charter version %llu.\n",
                   (unsigned long long)toc_number_of(line, "version"));
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_admit(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "an org (its name or id)", err));
    const char *role = toc_opts_value(args, "role"), *circle = toc_opts_value(args, "circle");
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-admit");
    if (circle != NULL)
        toc_json_text(&json, "circle", toc_span_text(circle));
    toc_json_text(&json, "org", toc_span_text(args->words[0]));
    toc_json_text(&json, "role", toc_span_text(role == NULL ? "member" : role));
    toc_json_close(&json, '}');
    const char *shown = args->words[0];
    toc_show show = {.line = show_admitted, .context = &shown};
    return toc_ask(cli, &request, &show, NULL, err);
}

static toc_code show_chosen(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    toc_buf_printf(out, "Charter %.16s… is followed from now on.\n", toc_text_of(line, "charter"));
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_choose(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a charter (the digits that its hash begins with)", err));
    const char *circle = toc_opts_value(args, "circle");
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-choose");
    if (circle != NULL)
        toc_json_text(&json, "circle", toc_span_text(circle));
    toc_json_text(&json, "charter", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    toc_show show = {.line = show_chosen};
    return toc_ask(cli, &request, &show, NULL, err);
}

static toc_code show_confirmed(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    const char **name = context;
    (void)line;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(*name));
    toc_buf_add_text(out,
                     " gets this node's keys now; of what it may read of before, within minutes.\n"
                     "Every other node waits until the delay is over, or its own operator "
                     "confirms.\n");
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_confirm(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "an org (its name or id)", err));
    const char *circle = toc_opts_value(args, "circle");
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-confirm");
    if (circle != NULL)
        toc_json_text(&json, "circle", toc_span_text(circle));
    toc_json_text(&json, "org", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    const char *shown = args->words[0];
    toc_show show = {.line = show_confirmed, .context = &shown};
    return toc_ask(cli, &request, &show, NULL, err);
}

typedef struct circles {
    toc_table table;
    toc_buf waiting; /* what is said below it */
} circles;

static void circles_wipe(circles *all)
{
    toc_table_wipe(&all->table);
    toc_buf_wipe(&all->waiting);
}
TOC_DEFINE_AUTO_WIPE(circles, circles_wipe)

static toc_code collect_circle(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    circles *all = context;
    toc_table *table = &all->table;
    const char *name = toc_text_of(line, "name");
    toc_table_add(table, TOC_STYLE_STRONG,
                  toc_span_text(name[0] == '\0' ? "(no charter yet)" : name));
    toc_table_add_text(table, toc_text_of(line, "role"));
    toc_table_add_number(table, toc_number_of(line, "members"));
    toc_table_add_number(table, toc_number_of(line, "version"));
    toc_table_add_text(table, toc_text_of(line, "circle"));
    toc_show_waiting(line, &all->waiting);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_list(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    static const char *const heads[] = {"CIRCLE", "OUR ROLE", ">MEMBERS", ">CHARTER", "ID", NULL};
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_AUTO(circles_wipe) circles all = {0};
    toc_table_init(&all.table, heads);
    toc_request_words(&request, "circle-list", NULL, args);
    toc_show show = {.line = collect_circle, .context = &all};
    TOC_TRY(toc_ask(cli, &request, &show, NULL, err));
    TOC_TRY(toc_table_print(&all.table, 0, &out, err));
    toc_buf_add_span(&out, toc_buf_view(&all.waiting));
    if (show.lines == 0 && !cli->json)
        toc_buf_add_text(&out, "No circle yet: tocsin circle create NAME, or circle join ID\n");
    return toc_print(&out, err);
}

/* Who was admitted lately, and gets no keys yet: this org itself, or others. */
static void add_waiting(json_t *line, toc_buf *out)
{
    const json_t *members = json_object_get(line, "members");
    (void)json_object_del(line, "new_readers"); /* they are named below */
    toc_show_waiting(line, out);
    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *member = json_array_get(members, i);
        const char *name = toc_text_of(member, "name"), *until = toc_text_of(member, "waits_until");
        if (until[0] == '\0')
            continue;
        toc_colour_add(out, TOC_STYLE_STRONG,
                       toc_span_text(name[0] == '\0' ? toc_text_of(member, "org") : name));
        toc_buf_printf(out,
                       " gets no keys from this node before %s, nor what is sealed to readers by "
                       "name. Do you know it? 'tocsin circle "
                       "confirm' does not wait; if nobody meant to admit it, propose its removal "
                       "now.\n",
                       until);
    }
}

static void add_per_day(const json_t *policy, const char *key, const char *lane, toc_buf *out)
{
    uint64_t bytes = toc_number_of(policy, key);
    if (bytes > 0)
        toc_buf_printf(out, ", %llu bytes %s a day", (unsigned long long)bytes, lane);
}

/* By which rules it goes. */
static void add_policy(const json_t *policy, toc_buf *out)
{
    uint64_t days = toc_number_of(policy, "retention_days"),
             delay_s = toc_number_of(policy, "admission_delay_s");
    const json_t *approvals = json_object_get(policy, "approvals");
    toc_buf_printf(out, "rules    up to TLP:%s, ", toc_text_of(policy, "tlp_max"));
    if (days == 0)
        toc_buf_add_text(out, "kept without a term");
    else
        toc_buf_printf(out, "kept %llu days", (unsigned long long)days);
    toc_buf_printf(out, ", joiners read %s",
                   strcmp(toc_text_of(policy, "history"), "all") == 0 ? "what was written before"
                                                                      : "what is written then");
    if (delay_s > 0)
        toc_buf_printf(out, ", keys %llu hours after an admission",
                       (unsigned long long)(delay_s + 3599) / 3600);
    add_per_day(policy, "alert_bytes_per_day", "alert", out);
    add_per_day(policy, "bulk_bytes_per_day", "bulk", out);
    toc_buf_add_u8(out, '\n');
    const char *before = "officers ";
    for (void *at = json_object_iter((json_t *)(uintptr_t)approvals); at != NULL;
         at = json_object_iter_next((json_t *)(uintptr_t)approvals, at)) {
        toc_buf_printf(out, "%s%s: %lld", before, json_object_iter_key(at),
                       (long long)json_integer_value(json_object_iter_value(at)));
        before = ", ";
    }
    toc_buf_add_text(out, json_object_size(approvals) > 0
                              ? " of an org approve what it says (tocsin pending)\n\n"
                              : "\n");
}

/* Beside what 'tocsin terms' has. */
static void add_registry(const json_t *registry, toc_buf *out)
{
    for (size_t i = 0; i < json_array_size(registry); i++) {
        const json_t *row = json_array_get(registry, i);
        const json_t *aliases = json_object_get(row, "aliases");
        toc_buf_add_text(out, i == 0 ? "\n" : "");
        toc_buf_printf(out, "%s ", toc_text_of(row, "kind"));
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(row, "id")));
        for (size_t j = 0; j < json_array_size(aliases); j++)
            toc_buf_printf(out, "%s%s", j == 0 ? ", also " : ", ",
                           json_string_value(json_array_get(aliases, j)));
        if (toc_text_of(row, "copy_of")[0] != '\0')
            toc_buf_printf(out, ", a copy of %s", toc_text_of(row, "copy_of"));
        toc_buf_add_text(out, toc_text_of(row, "title")[0] == '\0' ? "" : ": ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(row, "title")));
        toc_buf_add_u8(out, '\n');
    }
}

static toc_code show_circle(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"MEMBER",     "ROLE", "KIND", "COUNTRY",
                                        "LAST HEARD", "ORG",  NULL};
    (void)context;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "name")));
    toc_buf_add_text(out, "  ");
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(line, "purpose")));
    toc_buf_printf(out, "\ncircle   %s\ncharter  version %llu, quorum %llu\n",
                   toc_text_of(line, "circle"), (unsigned long long)toc_number_of(line, "version"),
                   (unsigned long long)toc_number_of(line, "quorum"));
    add_policy(json_object_get(line, "policy"), out);
    add_rivals(line, out);
    add_declined(line, out);
    add_waiting(line, out);
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *members = json_object_get(line, "members");
    for (size_t i = 0; i < json_array_size(members); i++) {
        const json_t *member = json_array_get(members, i);
        toc_table_add(&table, TOC_STYLE_STRONG, toc_span_text(toc_text_of(member, "name")));
        toc_table_add_text(&table, toc_text_of(member, "role"));
        toc_table_add_text(&table, toc_text_of(member, "kind"));
        toc_table_add_text(&table, toc_text_of(member, "country"));
        toc_table_add_text(&table, toc_text_of(member, "last_heard"));
        toc_table_add_text(&table, toc_text_of(member, "org"));
    }
    TOC_TRY(toc_table_print(&table, 0, out, err));
    for (size_t i = 0; i < json_array_size(members); i++)
        toc_show_forks(json_object_get(json_array_get(members, i), "forks"), out);
    add_registry(json_object_get(line, "registry"), out);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_circle_show(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, 1, "a circle (its name or id)", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "circle-show");
    toc_json_text(&json, "circle", toc_span_text(args->words[0]));
    toc_json_close(&json, '}');
    toc_show show = {.line = show_circle};
    return toc_ask(cli, &request, &show, NULL, err);
}
