/* incident: what orgs say of an incident, and what happened when. */
#include <stdio.h>

#include "tools/ask.h"
#include "tools/commands.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

enum { TIME_CHARS = 16, ORG_DIGITS_SHOWN = 12 };

const toc_option toc_incident_view_options[] = {
    {"wallets", "N", "list at most so many claims on wallets (default 1000)"},
    TOC_OPTION_AUDIENCE,
    {NULL, NULL, NULL},
};

/* ---- pieces ---- */

static void add_org(toc_table *table, const json_t *object)
{
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_org_of(object)));
}

/* "2025-02-21T14:16", without seconds. */
static void add_time(toc_table *table, const char *time)
{
    size_t size = strlen(time);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_span_of(time, size < TIME_CHARS ? size : TIME_CHARS));
}

static void add_fiat(toc_buf *text, const json_t *fiat)
{
    if (!json_is_object(fiat))
        return;
    if (text->size > 0)
        toc_buf_add_text(text, ", ");
    toc_buf_printf(text, "%s minor units of %s", toc_text_of(fiat, "minor_units"),
                   toc_text_of(fiat, "currency"));
    const char *source = toc_text_of(fiat, "priced_by");
    if (source[0] != '\0')
        toc_buf_printf(text, " (%s)", source);
}

static void add_loss(toc_table *table, const json_t *claim)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    const json_t *losses = json_object_get(claim, "losses");
    for (size_t i = 0; i < json_array_size(losses); i++) {
        const json_t *loss = json_array_get(losses, i);
        toc_buf_printf(&text, "%s%s %s", i == 0 ? "" : ", ", toc_text_of(loss, "amount"),
                       toc_text_of(loss, "asset"));
    }
    add_fiat(&text, json_object_get(claim, "loss"));
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static void show_line(toc_buf *out, const char *lead, const char *text)
{
    toc_buf_printf(out, "  %-9s ", lead);
    toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(text));
    toc_buf_add_u8(out, '\n');
}

/* ---- who says what ---- */

static void add_claim(toc_table *table, const json_t *claim)
{
    add_org(table, claim);
    toc_table_add_text(table, toc_text_of(claim, "status"));
    add_time(table, toc_text_of(claim, "occurred"));
    add_time(table, toc_text_of(claim, "discovered"));
    toc_table_add_text(table, toc_text_of(claim, "victim"));
    add_loss(table, claim);
    toc_table_add_text(table, toc_text_of(claim, "tlp"));
    toc_table_add_text(table, toc_text_of(claim, "title"));
}

static toc_code show_claims(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"ORG",  "STATUS", "OCCURRED", "DISCOVERED", "VICTIM",
                                        "LOSS", "TLP",    "TITLE",    NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *incidents = json_object_get(line, "incidents");
    for (size_t i = 0; i < json_array_size(incidents); i++) {
        const json_t *claims = json_object_get(json_array_get(incidents, i), "claims");
        for (size_t j = 0; j < json_array_size(claims); j++)
            add_claim(&table, json_array_get(claims, j));
    }
    return toc_table_print(&table, 2, out, err);
}

static void show_thefts(const json_t *claim, toc_buf *out)
{
    const json_t *thefts = json_object_get(claim, "thefts");
    for (size_t i = 0; i < json_array_size(thefts); i++) {
        const json_t *theft = json_array_get(thefts, i);
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_printf(&text, "%s  %s  (%s)", toc_text_of(theft, "chain"), toc_text_of(theft, "tx"),
                       toc_org_of(claim));
        show_line(out, "theft", toc_buf_text(&text));
    }
}

static void show_attributions(const json_t *incident, toc_buf *out)
{
    const json_t *attributions = json_object_get(incident, "attributions");
    for (size_t i = 0; i < json_array_size(attributions); i++) {
        const json_t *claim = json_array_get(attributions, i);
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_printf(&text, "%s  (%s%s%s)", toc_text_of(claim, "actor"), toc_org_of(claim),
                       toc_text_of(claim, "basis")[0] == '\0' ? "" : ": ",
                       toc_text_of(claim, "basis"));
        show_line(out, "actor", toc_buf_text(&text));
    }
}

static void show_incidents(const json_t *line, toc_buf *out)
{
    const json_t *incidents = json_object_get(line, "incidents");
    for (size_t i = 0; i < json_array_size(incidents); i++) {
        const json_t *incident = json_array_get(incidents, i),
                     *claims = json_object_get(incident, "claims");
        for (size_t j = 0; j < json_array_size(claims); j++)
            show_thefts(json_array_get(claims, j), out);
        show_attributions(incident, out);
    }
}

/* ---- joins ---- */

static void add_ref(toc_buf *text, const json_t *ref)
{
    toc_buf_printf(text, "%.*s…:%s", ORG_DIGITS_SHOWN, toc_text_of(ref, "org"),
                   toc_text_of(ref, "slug"));
}

static void show_joins(const json_t *line, toc_buf *out)
{
    const json_t *same = json_object_get(line, "same");
    for (size_t i = 0; i < json_array_size(same); i++) {
        const json_t *pair = json_array_get(same, i), *claims = json_object_get(pair, "claims");
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        add_ref(&text, json_object_get(pair, "first"));
        toc_buf_add_text(&text, " is ");
        add_ref(&text, json_object_get(pair, "second"));
        toc_buf_printf(&text, " (says");
        for (size_t j = 0; j < json_array_size(claims); j++)
            toc_buf_printf(&text, "%s %s", j == 0 ? "" : ",",
                           toc_org_of(json_array_get(claims, j)));
        toc_buf_add_text(&text, ")");
        show_line(out, toc_text_of(pair, "standing"), toc_buf_text(&text));
    }
    const json_t *incidents = json_object_get(line, "incidents");
    for (size_t i = 0; i < json_array_size(incidents); i++) {
        const json_t *incident = json_array_get(incidents, i),
                     *event = json_object_get(incident, "event");
        if (strcmp(toc_text_of(event, "org"), toc_text_of(incident, "org")) == 0 &&
            strcmp(toc_text_of(event, "slug"), toc_text_of(incident, "slug")) == 0)
            continue;
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_printf(&text, "that of %s is one event with ", toc_org_of(incident));
        add_ref(&text, event);
        show_line(out, "event", toc_buf_text(&text));
    }
}

/* ---- wallets, clusters ---- */

static toc_code show_wallets(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"WALLET", "ROLE", "CATEGORY", "ORG", ">CONF", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *wallets = json_object_get(line, "wallets");
    size_t shown = json_array_size(wallets);
    for (size_t i = 0; i < shown; i++) {
        const json_t *claim = json_array_get(wallets, i);
        toc_table_add(&table, TOC_STYLE_STRONG, toc_span_text(toc_text_of(claim, "wallet")));
        toc_table_add_text(&table, toc_text_of(claim, "role"));
        toc_table_add_text(&table, toc_text_of(claim, "category"));
        toc_table_add_text(&table, toc_org_of(claim));
        toc_table_add_number(&table, toc_number_of(claim, "confidence"));
    }
    TOC_TRY(toc_table_print(&table, 2, out, err));
    uint64_t total = toc_number_of(line, "wallet_total");
    if (shown < total)
        toc_buf_printf(out, "  … %llu in all (--wallets N)\n", (unsigned long long)total);
    return toc_buf_ok(out, err);
}

static void show_clusters(const json_t *line, toc_buf *out)
{
    const json_t *clusters = json_object_get(line, "clusters");
    for (size_t i = 0; i < json_array_size(clusters); i++) {
        const json_t *cluster = json_array_get(clusters, i);
        uint64_t wallets = toc_number_of(cluster, "wallets");
        TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
        toc_buf_printf(&text, "%s, %llu wallets, %llu of them here", toc_text_of(cluster, "id"),
                       (unsigned long long)toc_number_of(cluster, "size"),
                       (unsigned long long)wallets);
        show_line(out, "cluster", toc_buf_text(&text));
    }
}

/* ---- the timeline ---- */

static void add_subject(toc_table *table, const json_t *moment)
{
    uint64_t claims = toc_number_of(moment, "claims");
    const json_t *place = json_object_get(moment, "place");
    const char *wallet = toc_text_of(moment, "wallet");
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (claims > 1)
        toc_buf_printf(&text, "%llu %ss", (unsigned long long)claims, toc_text_of(moment, "kind"));
    else if (wallet[0] != '\0')
        toc_buf_add_text(&text, wallet);
    if (json_is_object(place))
        toc_buf_printf(&text, "%s%s %s", text.size == 0 ? "" : ", in ", toc_text_of(place, "chain"),
                       toc_text_of(place, "tx"));
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static toc_code show_timeline(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"TIME", "WHAT", "SAYS", "OF", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *timeline = json_object_get(line, "timeline");
    size_t shown = json_array_size(timeline);
    for (size_t i = 0; i < shown; i++) {
        const json_t *moment = json_array_get(timeline, i);
        add_time(&table, toc_text_of(moment, "time"));
        toc_table_add_text(&table, toc_text_of(moment, "what"));
        add_org(&table, moment);
        add_subject(&table, moment);
    }
    TOC_TRY(toc_table_print(&table, 2, out, err));
    uint64_t total = toc_number_of(line, "timeline_total");
    if (shown < total)
        toc_buf_printf(out, "  … and %llu later moment%s\n", (unsigned long long)(total - shown),
                       toc_plural(total - shown));
    return toc_buf_ok(out, err);
}

/* ---- the whole ---- */

static void show_warnings(const json_t *line, toc_buf *out)
{
    if (toc_flag_of(line, "partial"))
        toc_colour_add(
            out, TOC_STYLE_WARNING,
            toc_span_text("  more is linked than was followed: the event may be larger"));
    toc_buf_add_text(out, toc_flag_of(line, "partial") ? "\n" : "");
    if (toc_flag_of(line, "incomplete"))
        toc_colour_add(out, TOC_STYLE_WARNING,
                       toc_span_text("  not complete: the views are behind the log"));
    toc_buf_add_text(out, toc_flag_of(line, "incomplete") ? "\n" : "");
}

static toc_code show_incident(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    bool *first = context;
    toc_buf_add_text(out, *first ? "" : "\n");
    *first = false;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "slug")));
    toc_buf_add_u8(out, '\n');
    if (toc_show_error(line, out))
        return toc_buf_ok(out, err);
    if (!toc_flag_of(line, "found"))
        toc_buf_add_text(out, "  nothing is reported of it here\n");
    TOC_TRY(show_claims(line, out, err));
    show_incidents(line, out);
    show_joins(line, out);
    TOC_TRY(show_wallets(line, out, err));
    show_clusters(line, out);
    TOC_TRY(show_timeline(line, out, err));
    show_warnings(line, out);
    return toc_buf_ok(out, err);
}

toc_code toc_cmd_incident(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    uint64_t wallets;
    bool first = true;
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "the slug of an incident", err));
    TOC_TRY(toc_opts_number(args, "wallets", 1, TOC_INCIDENT_WALLETS_MAX, &wallets, err));
    if (wallets == 0)
        return toc_fail(err, TOC_USAGE, "--wallets: a number from 1 to %u",
                        TOC_INCIDENT_WALLETS_MAX);
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = toc_request_begin(&request, "incident");
    toc_request_audience(&json, args);
    toc_request_array(&json, "queries", args);
    if (toc_opts_has(args, "wallets"))
        toc_json_number(&json, "wallets", wallets);
    toc_json_close(&json, '}');
    toc_show show = {.line = show_incident, .context = &first};
    return toc_ask(cli, &request, &show, NULL, err);
}
