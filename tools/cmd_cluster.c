/* cluster: the wallets held to be under one control with an address, and whose reports say so. */
#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/decision.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

enum { SHOWN_MAX = 10 };

const toc_option toc_cluster_options[] = {
    {"members", "N", "list at most so many wallets (default 100)"},
    TOC_OPTION_AUDIENCE,
    {NULL, NULL, NULL},
};

static const char *report_name(const json_t *report)
{
    const char *title = toc_text_of(report, "title");
    return title[0] != '\0' ? title : toc_text_of(report, "name");
}

static toc_code show_reports(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"ORG",   "REPORT",    "ENTITY",  "METHOD", ">WALLETS",
                                        ">CONF", ">LINEAGES", "LINEAGE", "",       NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *reports = json_object_get(line, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        const json_t *roots = json_object_get(report, "roots");
        const char *root = json_string_value(json_array_get(roots, 0));
        toc_table_add(&table, TOC_STYLE_STRONG, toc_span_text(toc_org_of(report)));
        toc_table_add_text(&table, report_name(report));
        toc_table_add_text(&table, toc_text_of(report, "entity_type"));
        toc_table_add_text(&table, toc_text_of(report, "method"));
        toc_table_add_number(&table, toc_number_of(report, "members"));
        toc_table_add_number(&table, toc_number_of(report, "confidence"));
        toc_table_add_number(&table, toc_number_of(report, "lineages"));
        toc_table_add_text(&table, root != NULL && strncmp(root, "own:", 4) == 0 ? "own" : root);
        toc_table_add(&table, TOC_STYLE_WARNING,
                      toc_span_text(toc_flag_of(report, "disputed") ? "disputed" : ""));
    }
    return toc_table_print(&table, 2, out, err);
}

/* ---- what stands behind it ---- */

static void add_quoted(toc_buf *out, const char *text)
{
    toc_buf_add_u8(out, '\'');
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(text));
    toc_buf_add_u8(out, '\'');
}

static void show_without(const json_t *report, toc_buf *out)
{
    const json_t *without = json_object_get(report, "without");
    if (!json_is_object(without))
        return;
    uint64_t leave = toc_number_of(without, "leave"), clusters = toc_number_of(without, "clusters");
    const json_t *sizes = json_object_get(without, "sizes");
    toc_buf_printf(out, "    without it %llu wallet%s would leave, and the rest be %llu cluster%s",
                   (unsigned long long)leave, toc_plural(leave), (unsigned long long)clusters,
                   toc_plural(clusters));
    for (size_t i = 0; i < json_array_size(sizes) && i < SHOWN_MAX; i++)
        toc_buf_printf(out, "%s%llu", i == 0 ? " of " : ", ",
                       (unsigned long long)json_integer_value(json_array_get(sizes, i)));
    toc_buf_add_text(out, json_array_size(sizes) > SHOWN_MAX ? ", …\n" : "\n");
}

static void show_disputes(const json_t *line, toc_buf *out)
{
    const json_t *reports = json_object_get(line, "reports");
    for (size_t i = 0; i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        const json_t *disputes = json_object_get(report, "disputes");
        for (size_t j = 0; j < json_array_size(disputes); j++) {
            const json_t *dispute = json_array_get(disputes, j);
            toc_buf_add_text(out, "  ");
            add_quoted(out, report_name(report));
            toc_colour_add(out, TOC_STYLE_WARNING, toc_span_text(" is disputed"));
            toc_buf_add_text(out, " by ");
            toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(dispute)));
            toc_buf_add_text(out, ": ");
            toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(dispute, "reason")));
            toc_buf_add_u8(out, '\n');
        }
        show_without(report, out);
    }
}

static const char *name_of(const json_t *line, const json_t *claim)
{
    const json_t *reports = json_object_get(line, "reports");
    const char *id = json_string_value(claim);
    for (size_t i = 0; id != NULL && i < json_array_size(reports); i++) {
        const json_t *report = json_array_get(reports, i);
        if (strcmp(toc_text_of(report, "claim"), id) == 0)
            return report_name(report);
    }
    return id == NULL ? "" : id;
}

static const char *how_shown(const char *how)
{
    return strcmp(how, "touches") == 0  ? ", a small report and a big one"
           : strcmp(how, "block") == 0  ? ", more than half of the smaller"
           : strcmp(how, "blocks") == 0 ? ", of two big reports"
                                        : "";
}

static void show_links(const json_t *line, toc_buf *out)
{
    const json_t *links = json_object_get(line, "links");
    uint64_t total = toc_number_of(line, "link_count");
    for (size_t i = 0; i < json_array_size(links) && i < SHOWN_MAX; i++) {
        const json_t *link = json_array_get(links, i), *reports = json_object_get(link, "reports");
        uint64_t shared = toc_number_of(link, "shared"), lineages = toc_number_of(link, "lineages");
        toc_buf_add_text(out, i == 0 ? "  joined by  " : "             ");
        add_quoted(out, name_of(line, json_array_get(reports, 0)));
        toc_buf_add_text(out, " and ");
        add_quoted(out, name_of(line, json_array_get(reports, 1)));
        toc_buf_printf(out, ": %llu wallet%s shared, %llu lineage%s%s\n",
                       (unsigned long long)shared, toc_plural(shared), (unsigned long long)lineages,
                       toc_plural(lineages), how_shown(toc_text_of(link, "how")));
    }
    if (total > SHOWN_MAX)
        toc_buf_printf(out, "             … %llu pairs in all (--json)\n",
                       (unsigned long long)total);
    if (!toc_flag_of(line, "examined"))
        toc_colour_add(out, TOC_STYLE_WARNING,
                       toc_span_text("  too many wallets are shared to tell what joins them, or to "
                                     "apply this node's own decisions\n"));
}

/* ---- the overlay ---- */

static void show_part(const json_t *line, const json_t *part, toc_buf *out)
{
    const json_t *reports = json_object_get(part, "reports");
    const char *wallet = toc_text_of(part, "wallet");
    uint64_t size = toc_number_of(part, "size");
    if (wallet[0] != '\0') {
        toc_buf_add_text(out, "    the wallet ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(wallet));
    } else {
        toc_buf_printf(out, "    %llu wallet%s of", (unsigned long long)size, toc_plural(size));
    }
    for (size_t i = 0; i < json_array_size(reports) && i < SHOWN_MAX; i++) {
        toc_buf_add_text(out, i == 0 ? " " : ", ");
        add_quoted(out, name_of(line, json_array_get(reports, i)));
    }
    toc_buf_add_text(out, json_array_size(reports) > SHOWN_MAX ? ", …\n" : "\n");
}

static const char *effect_shown(const char *effect)
{
    return strcmp(effect, "none") == 0 ? "the reports say the same"
           : strcmp(effect, "outside") == 0
               ? "no effect: one of them is a service, or in too many reports"
           : strcmp(effect, "contradicted") == 0
               ? "no effect: it would bring together what is split"
               : effect;
}

static void show_decisions(const json_t *line, const json_t *overlay, toc_buf *out)
{
    const json_t *decisions = json_object_get(overlay, "decisions");
    for (size_t i = 0; i < json_array_size(decisions); i++) {
        const json_t *decision = json_array_get(decisions, i);
        const json_t *reports = json_object_get(decision, "reports");
        toc_buf_add_text(out, "    ");
        toc_decision_show(decision, out);
        toc_buf_printf(out, ": %s", effect_shown(toc_text_of(decision, "effect")));
        for (size_t j = 0; j < json_array_size(reports) && j < SHOWN_MAX; j++) {
            toc_buf_add_text(out, j == 0 ? "; both are named in " : ", ");
            add_quoted(out, name_of(line, json_array_get(reports, j)));
        }
        toc_buf_add_u8(out, '\n');
    }
}

static void show_overlay(const json_t *line, toc_buf *out)
{
    const json_t *overlay = json_object_get(line, "overlay");
    const json_t *cluster = json_object_get(overlay, "cluster");
    const json_t *parts = json_object_get(overlay, "parts");
    if (!json_is_object(overlay))
        return;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text("  as this node decided:"));
    if (json_is_object(cluster))
        toc_buf_printf(out, " a cluster of %llu wallets\n",
                       (unsigned long long)toc_number_of(cluster, "size"));
    else
        toc_buf_add_text(out, " in no cluster\n");
    for (size_t i = 0; i < json_array_size(parts) && i < SHOWN_MAX; i++)
        show_part(line, json_array_get(parts, i), out);
    show_decisions(line, overlay, out);
}

static void show_members(const json_t *line, toc_buf *out)
{
    const json_t *members = json_object_get(line, "members");
    uint64_t size = toc_number_of(json_object_get(line, "cluster"), "size");
    for (size_t i = 0; i < json_array_size(members); i++) {
        const char *member = json_string_value(json_array_get(members, i));
        toc_buf_add_text(out, "    ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(member));
        toc_buf_add_u8(out, '\n');
    }
    if (json_array_size(members) < size)
        toc_buf_printf(out, "    … %llu in all (--members N)\n", (unsigned long long)size);
}

static toc_code show_cluster(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    const json_t *cluster = json_object_get(line, "cluster");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "query")));
    toc_buf_add_u8(out, '\n');
    if (toc_show_error(line, out))
        return toc_buf_ok(out, err);
    if (!toc_flag_of(line, "found")) {
        toc_buf_add_text(out, "  in no cluster that is reported here\n");
        show_overlay(line, out);
        return toc_buf_ok(out, err);
    }
    size_t reports = json_array_size(json_object_get(line, "reports"));
    toc_buf_printf(out, "  cluster of %llu wallets, joined from %zu report%s\n",
                   (unsigned long long)toc_number_of(cluster, "size"), reports,
                   toc_plural(reports));
    TOC_TRY(show_reports(line, out, err));
    show_disputes(line, out);
    show_links(line, out);
    show_overlay(line, out);
    show_members(line, out);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_cluster(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "an address", err));
    uint64_t members;
    TOC_TRY(toc_opts_number(args, "members", 0, TOC_CLUSTER_MEMBERS_MAX, &members, err));
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "cluster");
    toc_request_audience(&json, args);
    toc_request_array(&json, "queries", args);
    if (toc_opts_has(args, "members"))
        toc_json_number(&json, "members", members);
    toc_json_close(&json, '}');
    toc_show show = {.line = show_cluster};
    return toc_ask(cli, &request, &show, NULL, err);
}
