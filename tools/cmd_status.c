/* status: is it running, is it level, how full is it. */
#include "tools/ask.h"
#include "tools/beside.h"
#include "tools/commands.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

static void add_duration(toc_buf *out, uint64_t seconds)
{
    if (seconds >= 86400)
        toc_buf_printf(out, "%llu d ", (unsigned long long)(seconds / 86400));
    toc_buf_printf(out, "%02llu:%02llu:%02llu", (unsigned long long)(seconds / 3600 % 24),
                   (unsigned long long)(seconds / 60 % 60), (unsigned long long)(seconds % 60));
}

static void add_share(toc_buf *out, const json_t *store, const char *what, const char *used_key,
                      const char *map_key)
{
    uint64_t used = toc_number_of(store, used_key), map = toc_number_of(store, map_key);
    uint64_t percent = map == 0 ? 0 : used / (map / 100 + 1);
    toc_buf_printf(out, "%s%llu MiB of %llu", what, (unsigned long long)(used >> 20),
                   (unsigned long long)(map >> 20));
    if (percent >= TOC_MAP_FULL_PERCENT - 10)
        toc_colour_add(out, TOC_STYLE_BAD, toc_span_text(" (nearly full)"));
}

/* "alert 2 %, bulk 0 %": what of it we have used. */
static void add_quota(toc_table *table, const json_t *lanes)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    bool nearly = false;
    for (size_t i = 0; i < json_array_size(lanes); i++) {
        const json_t *lane = json_array_get(lanes, i);
        uint64_t used = toc_number_of(lane, "used_bytes"),
                 most = toc_number_of(lane, "bytes_per_day");
        uint64_t percent = used >= most ? 100 : used / (most / 100 + 1);
        nearly = nearly || percent >= 90;
        toc_buf_printf(&text, "%s%s %llu %%", i == 0 ? "" : ", ", toc_text_of(lane, "lane"),
                       (unsigned long long)percent);
    }
    toc_table_add(table, nearly ? TOC_STYLE_WARNING : TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static toc_code show_circles(const json_t *circles, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"CIRCLE",   "OUR ROLE",    ">MEMBERS", ">SILENT",
                                        ">CHARTER", "QUOTA TODAY", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    for (size_t i = 0; i < json_array_size(circles); i++) {
        const json_t *circle = json_array_get(circles, i);
        const char *name = toc_text_of(circle, "name");
        toc_table_add(&table, TOC_STYLE_STRONG,
                      toc_span_text(name[0] == '\0' ? "(no charter yet)" : name));
        toc_table_add_text(&table, toc_text_of(circle, "role"));
        toc_table_add_number(&table, toc_number_of(circle, "members"));
        toc_table_add_number(&table, toc_number_of(circle, "silent"));
        toc_table_add_number(&table, toc_number_of(circle, "version"));
        add_quota(&table, json_object_get(circle, "quota"));
    }
    TOC_TRY(toc_table_print(&table, 0, out, err));
    for (size_t i = 0; i < json_array_size(circles); i++)
        toc_show_waiting(json_array_get(circles, i), out);
    return TOC_OK;
}

static void show_views(const json_t *line, toc_buf *out)
{
    toc_buf_add_text(out, "views    ");
    if (toc_flag_of(line, "incomplete"))
        toc_colour_add(out, TOC_STYLE_WARNING, toc_span_text("behind the log"));
    else
        toc_colour_add(out, TOC_STYLE_GOOD, toc_span_text("level with the log"));
    toc_buf_printf(out, ", %llu rows to fold, horizon ",
                   (unsigned long long)toc_number_of(line, "backlog"));
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(line, "horizon")));
    toc_buf_printf(out, "\ndigest   %s\n", toc_text_of(line, "digest"));
}

static void show_alarms(const json_t *alarms, toc_buf *out)
{
    for (size_t i = 0; i < json_array_size(alarms); i++) {
        const json_t *alarm = json_array_get(alarms, i);
        const char *org = toc_text_of(alarm, "org_name"),
                   *circle = toc_text_of(alarm, "circle_name"),
                   *since = toc_text_of(alarm, "since");
        toc_colour_add(out, TOC_STYLE_BAD, toc_span_text(toc_text_of(alarm, "alarm")));
        toc_buf_add_text(out, *org ? "  " : "");
        toc_term_add(out, toc_span_text(org));
        toc_buf_add_text(out, *circle ? "  in " : "");
        toc_term_add(out, toc_span_text(circle));
        toc_buf_printf(out, "%s%s: ", *since ? "  " : "", since);
        toc_term_add(out, toc_span_text(toc_text_of(alarm, "text")));
        toc_buf_add_u8(out, '\n');
    }
    if (json_array_size(alarms) > 0)
        toc_buf_add_u8(out, '\n');
}

static toc_code show_status(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    const json_t *store = json_object_get(line, "store");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "org_name")));
    toc_buf_printf(out, "\norg      %s\nnode     tocsind %s, pid %llu, up ",
                   toc_text_of(line, "org"), toc_text_of(line, "version"),
                   (unsigned long long)toc_number_of(line, "pid"));
    add_duration(out, toc_number_of(line, "uptime_s"));
    toc_buf_printf(out, ", %llu links\nentries  %llu\n",
                   (unsigned long long)toc_number_of(line, "links"),
                   (unsigned long long)toc_number_of(line, "entries"));
    show_views(line, out);
    add_share(out, store, "store    log ", "log_used", "log_map");
    add_share(out, store, ", views ", "views_used", "views_map");
    toc_buf_add_u8(out, '\n');
    if (toc_number_of(line, "spool") > 0)
        toc_buf_printf(out, "spool    %llu submissions wait\n",
                       (unsigned long long)toc_number_of(line, "spool"));
    toc_buf_add_u8(out, '\n');
    show_alarms(json_object_get(line, "alarms"), out);
    return show_circles(json_object_get(line, "circles"), out, err);
}

toc_code toc_cmd_status(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 0, 0, "nothing", err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_request_words(&request, "status", NULL, args);
    toc_show show = {.line = show_status};
    return toc_ask(cli, &request, &show, NULL, err);
}
