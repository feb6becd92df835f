/* lookup, explain: one dossier for each address, in any spelling. */
#include <stdio.h>
#include <stdlib.h>

#include "tools/ask.h"
#include "tools/beside.h"
#include "tools/commands.h"
#include "tools/term/table.h"
#include "tools/term/text.h"

enum { QUERIES_BATCH = 500, SCORE_HIGH = 700, SCORE_MIDDLE = 300 };

const toc_option toc_explain_options[] = {TOC_OPTION_AUDIENCE, {NULL, NULL, NULL}};
const toc_option toc_lookup_options[] = {
    {"ids", NULL,
     "the ids of each claim (dispute, inquire, erase, order) and its record (receipt, bundle)"},
    TOC_OPTION_AUDIENCE,
    {NULL, NULL, NULL},
};

/* How a dossier is drawn. */
typedef struct drawing {
    bool any; /* drawn before */
    bool ids;
} drawing;

static toc_style style_of_score(uint64_t score)
{
    return score >= SCORE_HIGH     ? TOC_STYLE_BAD
           : score >= SCORE_MIDDLE ? TOC_STYLE_WARNING
                                   : TOC_STYLE_PLAIN;
}

static void add_number(toc_buf *out, toc_style style, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%llu", (unsigned long long)value);
    toc_colour_add(out, style, toc_span_text(text));
}

static void show_head(const json_t *line, toc_buf *out)
{
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "canonical")));
    toc_buf_add_text(out, "  ");
    toc_colour_add(out, TOC_STYLE_QUIET, toc_span_text(toc_text_of(line, "chain")));
    const char *tag = toc_text_of(line, "tag");
    if (tag[0] != '\0') {
        toc_buf_add_text(out, "  tag ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(tag));
    }
    toc_buf_add_u8(out, '\n');
}

static void show_categories(const json_t *line, toc_buf *out)
{
    const json_t *categories = json_object_get(line, "categories");
    for (size_t i = 0; i < json_array_size(categories); i++) {
        const json_t *category = json_array_get(categories, i);
        uint64_t score = toc_number_of(category, "score"), orgs = toc_number_of(category, "orgs"),
                 lineages = toc_number_of(category, "lineages");
        toc_buf_add_text(out, "  ");
        add_number(out, style_of_score(score), score);
        toc_buf_add_text(out, "/1000  ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(category, "category")));
        toc_buf_printf(out, "  %llu lineage%s, %llu org%s\n", (unsigned long long)lineages,
                       toc_plural(lineages), (unsigned long long)orgs, toc_plural(orgs));
    }
}

/* Beside the score, where this node has weights of its own. */
static void show_weighted(const json_t *line, toc_buf *out)
{
    if (json_object_get(line, "weighted") == NULL)
        return;
    toc_buf_add_text(out, "  ");
    add_number(out, TOC_STYLE_PLAIN, toc_number_of(line, "weighted"));
    toc_buf_add_text(out, "/1000  as this node weighs who says it\n");
}

/* "list:ofac-sdn", shorter for an own finding, whose claim id says nothing to people. */
static void add_lineage_cell(toc_table *table, const json_t *roots)
{
    const char *root = json_string_value(json_array_get(roots, 0));
    bool own = root != NULL && strncmp(root, "own:", 4) == 0;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_printf(&text, "%.*s", own ? 12 : 80, root == NULL ? "" : root);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static void add_claim_row(toc_table *table, const json_t *claim)
{
    const char *seen = toc_text_of(claim, "first_seen");
    char since[11];
    snprintf(since, sizeof since, "%.10s",
             seen[0] != '\0' ? seen : toc_text_of(claim, "issued_at"));
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(toc_org_of(claim)));
    toc_table_add_text(table, toc_text_of(claim, "role"));
    toc_table_add_text(table, toc_text_of(claim, "category"));
    toc_table_add_text(table, toc_text_of(claim, "actor"));
    toc_table_add_number(table, toc_number_of(claim, "confidence"));
    add_lineage_cell(table, json_object_get(claim, "roots"));
    toc_table_add_text(table, since);
    toc_table_add_text(table, toc_text_of(claim, "tlp"));
    bool expired = toc_flag_of(claim, "expired"), withdrawn = toc_flag_of(claim, "withdrawn"),
         misstated = toc_flag_of(claim, "misstated"), disputed = toc_flag_of(claim, "disputed");
    toc_table_add(table, TOC_STYLE_QUIET,
                  toc_span_text(expired     ? "expired"
                                : withdrawn ? "source withdrawn"
                                : misstated ? "misstates its sources"
                                : disputed  ? "disputed"
                                            : toc_text_of(claim, "note")));
}

/* All claims on a literal are on that literal. */
static void show_damage(const json_t *line, toc_buf *out)
{
    if (toc_flag_of(json_array_get(json_object_get(line, "claims"), 0), "invalid"))
        toc_colour_add(out, TOC_STYLE_WARNING,
                       toc_span_text("  no valid address: kept as it was listed\n"));
}

/* Address poisoning: somebody made an address whose ends look like those of a known one. */
static void show_lookalikes(const json_t *line, toc_buf *out)
{
    const json_t *lookalikes = json_object_get(line, "lookalikes");
    for (size_t i = 0; i < json_array_size(lookalikes); i++) {
        const char *other = json_string_value(json_array_get(lookalikes, i));
        toc_colour_add(
            out, TOC_STYLE_WARNING,
            toc_span_text("  warning: another wallet, which is known, has ends that look "
                          "the same: compare every character with "));
        toc_colour_add(out, TOC_STYLE_WARNING, toc_span_text(other == NULL ? "" : other));
        toc_buf_add_u8(out, '\n');
    }
}

static toc_code show_claims(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"ORG",     "ROLE",  "CATEGORY", "ACTOR", ">CONF",
                                        "LINEAGE", "SINCE", "TLP",      "NOTE",  NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *claims = json_object_get(line, "claims");
    for (size_t i = 0; i < json_array_size(claims); i++)
        add_claim_row(&table, json_array_get(claims, i));
    return toc_table_print(&table, 2, out, err);
}

/* In the order of the table above them, whole: they are copied. */
static void show_ids(const json_t *line, toc_buf *out)
{
    const json_t *claims = json_object_get(line, "claims");
    for (size_t i = 0; i < json_array_size(claims); i++) {
        const json_t *claim = json_array_get(claims, i);
        toc_buf_add_text(out, "  ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(claim)));
        toc_buf_add_text(out, ", ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(claim, "category")));
        toc_buf_printf(out, "\n    claim   %s\n    record  %s\n", toc_text_of(claim, "claim"),
                       toc_text_of(claim, "record"));
    }
}

static void show_relations(const json_t *line, toc_buf *out)
{
    const json_t *twins = json_object_get(line, "same_key");
    for (size_t i = 0; i < json_array_size(twins); i++) {
        const json_t *twin = json_array_get(twins, i);
        uint64_t claims = toc_number_of(twin, "claims");
        toc_buf_add_text(out, i == 0 ? "  same key  " : "            ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(twin, "caip10")));
        toc_buf_printf(out, " (%llu claim%s)\n", (unsigned long long)claims, toc_plural(claims));
    }
    const json_t *cluster = json_object_get(line, "cluster");
    if (json_is_object(cluster))
        toc_buf_printf(out, "  cluster   %s, %llu wallets\n", toc_text_of(cluster, "id"),
                       (unsigned long long)toc_number_of(cluster, "size"));
    if (toc_number_of(line, "tagged") > 0)
        toc_buf_printf(out, "  tags      %llu claims on other tags of this address\n",
                       (unsigned long long)toc_number_of(line, "tagged"));
}

/* By whom and how much, not what: it counts in nothing. */
static void show_forked(const json_t *line, toc_buf *out)
{
    const json_t *forked = json_object_get(line, "forked");
    uint64_t total = toc_number_of(line, "forked_total");
    for (size_t i = 0; i < json_array_size(forked); i++) {
        const json_t *row = json_array_get(forked, i);
        const char *what = toc_text_of(row, "category");
        toc_show_forked(*what != 0 ? what : toc_text_of(row, "kind"), toc_org_of(row), out);
    }
    if (total > json_array_size(forked))
        toc_buf_printf(out, "  disputed  and %llu more\n",
                       (unsigned long long)(total - json_array_size(forked)));
    toc_show_forks(json_object_get(line, "forks"), out);
}

/* ---- movements ---- */

static const char *party_of(const json_t *claim, const char *key)
{
    return toc_text_of(json_array_get(json_object_get(claim, key), 0), "wallet");
}

/* "ADDRESS", "ADDRESS and 2 more", "-". */
static void add_party(toc_table *table, const json_t *claim, const char *key)
{
    size_t count = json_array_size(json_object_get(claim, key));
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_add_text(&text, count == 0 ? "-" : party_of(claim, key));
    if (count > 1)
        toc_buf_printf(&text, " and %zu more", count - 1);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static void add_amount(toc_table *table, const json_t *claim)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_printf(&text, "%s %s", toc_text_of(claim, "amount"), toc_text_of(claim, "asset"));
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static void add_moment(toc_table *table, const json_t *object, const char *key)
{
    char text[17];
    snprintf(text, sizeof text, "%.16s", toc_text_of(object, key));
    toc_table_add_text(table, text);
}

/* "output 0", "native"; the transaction behind it where it is not known yet. */
static void add_place(toc_table *table, const json_t *place, bool whole)
{
    const char *tx = toc_text_of(place, "tx");
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    if (tx[0] == '\0')
        toc_buf_printf(&text, "flow note %s", toc_text_of(place, "flow"));
    else
        toc_buf_printf(&text, "%s %s", toc_text_of(place, "index_kind"),
                       toc_text_of(place, "index"));
    if (whole && tx[0] != '\0')
        toc_buf_printf(&text, " of %s", tx);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

static toc_code show_moves(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"MOVED", "WAY", "AMOUNT", "WITH", "SAYS", "IN", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *moves = json_object_get(line, "moves");
    for (size_t i = 0; i < json_array_size(moves); i++) {
        const json_t *move = json_array_get(moves, i);
        const char *way = toc_text_of(move, "direction");
        add_moment(&table, move, "time");
        toc_table_add(&table, toc_flag_of(move, "drawn") ? TOC_STYLE_PLAIN : TOC_STYLE_QUIET,
                      toc_span_text(toc_flag_of(move, "drawn") ? way : "other version"));
        add_amount(&table, move);
        add_party(&table, move, strcmp(way, "in") == 0 ? "from" : "to");
        toc_table_add(&table, TOC_STYLE_STRONG, toc_span_text(toc_org_of(move)));
        add_place(&table, json_object_get(move, "place"), true);
    }
    TOC_TRY(toc_table_print(&table, 2, out, err));
    uint64_t total = toc_number_of(line, "move_total");
    if (json_array_size(moves) < total)
        toc_buf_printf(out, "  … %s%llu moves in all\n",
                       toc_flag_of(line, "moves_partial") ? "over " : "",
                       (unsigned long long)total);
    return toc_buf_ok(out, err);
}

static void add_version(toc_table *table, const json_t *movement, const json_t *version)
{
    const json_t *claims = json_object_get(version, "claims"), *told = json_array_get(claims, 0);
    bool drawn = toc_flag_of(version, "drawn");
    TOC_AUTO(toc_buf_wipe) toc_buf says = {0};
    add_place(table, json_object_get(movement, "place"), false);
    add_moment(table, told, "time");
    add_amount(table, told);
    add_party(table, told, "from");
    add_party(table, told, "to");
    toc_buf_add_text(&says, toc_org_of(told));
    if (json_array_size(claims) > 1)
        toc_buf_printf(&says, " and %zu more", json_array_size(claims) - 1);
    toc_table_add(table, TOC_STYLE_STRONG, toc_buf_view(&says));
    bool conflict = toc_flag_of(movement, "conflict");
    toc_table_add(table, TOC_STYLE_WARNING,
                  toc_span_text(!conflict ? ""
                                : drawn   ? "conflict, drawn"
                                          : "conflict"));
}

static void show_beside(const json_t *movement, toc_buf *out)
{
    const json_t *bridges = json_object_get(movement, "bridges"),
                 *sightings = json_object_get(movement, "sightings");
    for (size_t i = 0; i < json_array_size(bridges); i++) {
        const json_t *bridge = json_array_get(bridges, i),
                     *place = json_object_get(bridge, "place");
        bool onward = strcmp(toc_text_of(bridge, "side"), "onward") == 0;
        toc_buf_add_text(out, onward ? "  bridged to    " : "  bridged from  ");
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(place, "chain")));
        toc_buf_add_u8(out, ' ');
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(place, "tx")));
        toc_buf_add_u8(out, '\n');
    }
    for (size_t i = 0; i < json_array_size(sightings); i++) {
        const json_t *claim = json_array_get(sightings, i);
        toc_buf_printf(out, "  seen %.16s  %s  ", toc_text_of(claim, "seen"),
                       toc_text_of(claim, "direction"));
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(claim, "wallet")));
        toc_buf_add_text(out, "  ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(claim)));
        toc_buf_add_u8(out, '\n');
    }
}

/* An answer about a transaction. */
static toc_code show_transfers(const json_t *line, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"IN", "MOVED", "AMOUNT", "FROM", "TO", "SAYS", "", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    const json_t *movements = json_object_get(line, "movements");
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "query")));
    toc_buf_add_text(out, "\n");
    if (!toc_flag_of(line, "found"))
        toc_buf_add_text(out, "  no movement in this transaction is reported here\n");
    for (size_t i = 0; i < json_array_size(movements); i++) {
        const json_t *movement = json_array_get(movements, i),
                     *versions = json_object_get(movement, "versions");
        for (size_t j = 0; j < json_array_size(versions); j++)
            add_version(&table, movement, json_array_get(versions, j));
    }
    TOC_TRY(toc_table_print(&table, 2, out, err));
    for (size_t i = 0; i < json_array_size(movements); i++)
        show_beside(json_array_get(movements, i), out);
    show_forked(line, out);
    return toc_buf_ok(out, err);
}

/* An answer that is no dossier: the text was no address. */
static bool show_error(const json_t *line, toc_buf *out)
{
    if (!json_is_object(json_object_get(line, "error")))
        return false;
    toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(line, "query")));
    toc_buf_add_u8(out, '\n');
    return toc_show_error(line, out);
}

static toc_code show_dossier(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    drawing *how = context;
    if (how->any)
        toc_buf_add_u8(out, '\n');
    how->any = true;
    if (show_error(line, out))
        return toc_buf_ok(out, err);
    if (json_object_get(line, "movements") != NULL)
        return show_transfers(line, out, err);
    show_head(line, out);
    if (!toc_flag_of(line, "found"))
        toc_buf_add_text(out, "  nothing is reported of it here\n");
    show_damage(line, out);
    show_lookalikes(line, out);
    show_categories(line, out);
    show_weighted(line, out);
    TOC_TRY(show_claims(line, out, err));
    if (how->ids)
        show_ids(line, out);
    show_relations(line, out);
    show_forked(line, out);
    toc_show_beside(line, out);
    TOC_TRY(show_moves(line, out, err));
    if (toc_flag_of(line, "incomplete"))
        toc_colour_add(out, TOC_STYLE_WARNING,
                       toc_span_text("  not complete: the views are behind the log"));
    toc_buf_add_text(out, toc_flag_of(line, "incomplete") ? "\n" : "");
    return toc_buf_ok(out, err);
}

/* ---- explain ---- */

static void show_terms(const json_t *category, toc_buf *out)
{
    const json_t *terms = json_object_get(category, "terms");
    for (size_t i = 0; i < json_array_size(terms); i++) {
        const json_t *term = json_array_get(terms, i);
        bool chosen = toc_flag_of(term, "chosen");
        toc_buf_printf(out, "    %3llu  ", (unsigned long long)toc_number_of(term, "confidence"));
        toc_colour_add(out, chosen ? TOC_STYLE_PLAIN : TOC_STYLE_QUIET,
                       toc_span_text(toc_text_of(term, "root")));
        toc_buf_add_text(out, chosen ? "\n" : "  (not among the best)\n");
    }
    const json_t *changes = json_object_get(category, "would_change");
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *change = json_array_get(changes, i);
        toc_buf_printf(out, "    -> %llu if ", (unsigned long long)toc_number_of(change, "score"));
        toc_colour_add(out, TOC_STYLE_QUIET, toc_span_text(toc_text_of(change, "if")));
        const char *root = toc_text_of(change, "root");
        toc_buf_printf(out, "%s%.20s%s\n", root[0] == '\0' ? "" : " (", root,
                       root[0] == '\0' ? "" : ")");
    }
}

static toc_code show_explanation(void *context, json_t *line, toc_buf *out, toc_err *err)
{
    (void)context;
    if (show_error(line, out))
        return toc_buf_ok(out, err);
    show_head(line, out);
    const json_t *categories = json_object_get(line, "categories");
    for (size_t i = 0; i < json_array_size(categories); i++) {
        const json_t *category = json_array_get(categories, i);
        uint64_t score = toc_number_of(category, "score");
        toc_buf_add_text(out, "  ");
        add_number(out, style_of_score(score), score);
        toc_buf_add_text(out, "/1000  ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_text_of(category, "category")));
        toc_buf_printf(out, ": the %llu best of %llu lineages, for %llu orgs\n",
                       (unsigned long long)toc_number_of(category, "corroboration"),
                       (unsigned long long)toc_number_of(category, "lineages"),
                       (unsigned long long)toc_number_of(category, "orgs"));
        show_terms(category, out);
    }
    const json_t *claims = json_object_get(line, "claims");
    for (size_t i = 0; i < json_array_size(claims); i++) {
        const json_t *claim = json_array_get(claims, i);
        toc_buf_add_text(out, "  ");
        toc_colour_add(out, TOC_STYLE_STRONG, toc_span_text(toc_org_of(claim)));
        toc_buf_printf(out, " %s, %s: ", toc_text_of(claim, "role"),
                       toc_text_of(claim, "category"));
        toc_colour_add(out, TOC_STYLE_PLAIN, toc_span_text(toc_text_of(claim, "standing")));
        toc_buf_add_u8(out, '\n');
    }
    show_forked(line, out);
    if (json_array_size(categories) == 0 && json_array_size(claims) == 0) {
        toc_buf_add_text(out, "  nothing is reported of it here\n");
        return toc_buf_ok(out, err);
    }
    toc_colour_add(out, TOC_STYLE_QUIET, toc_span_text("  rule: "));
    toc_colour_add(out, TOC_STYLE_QUIET, toc_span_text(toc_text_of(line, "rule")));
    toc_buf_add_u8(out, '\n');
    return toc_buf_ok(out, err);
}

/* ---- asking, in batches ---- */

typedef struct queries {
    toc_cli *cli;
    const toc_opts *args;
    const char *command;
    toc_show show;
    size_t count;
    toc_buf request;
    toc_json json;
} queries;

static toc_code send_batch(queries *batch, toc_err *err)
{
    if (batch->count == 0)
        return TOC_OK;
    toc_json_close(&batch->json, ']');
    toc_json_close(&batch->json, '}');
    toc_code code = toc_ask(batch->cli, &batch->request, &batch->show, NULL, err);
    toc_buf_clear(&batch->request);
    batch->count = 0;
    return code;
}

static toc_code add_query(void *context, toc_span text, toc_err *err)
{
    queries *batch = context;
    if (batch->count == 0) {
        batch->json = toc_request_begin(&batch->request, batch->command);
        toc_request_audience(&batch->json, batch->args);
        toc_json_open(&batch->json, "queries", '[');
    }
    toc_json_text(&batch->json, NULL, text);
    return ++batch->count == QUERIES_BATCH ? send_batch(batch, err) : TOC_OK;
}

static toc_code ask_all(queries *batch, const toc_opts *args, toc_err *err)
{
    TOC_TRY(toc_opts_texts(args, add_query, batch, err));
    return send_batch(batch, err);
}

static toc_code look_up(toc_cli *cli, const toc_opts *args, const char *command, toc_show_fn *draw,
                        toc_err *err)
{
    TOC_TRY(toc_opts_expect(args, 1, SIZE_MAX, "an address", err));
    drawing how = {.ids = toc_opts_has(args, "ids")};
    queries batch = {
        .cli = cli, .args = args, .command = command, .show = {.line = draw, .context = &how}};
    toc_code code = ask_all(&batch, args, err);
    toc_buf_wipe(&batch.request);
    return code;
}

toc_code toc_cmd_lookup(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return look_up(cli, args, "lookup", show_dossier, err);
}

toc_code toc_cmd_explain(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    return look_up(cli, args, "explain", show_explanation, err);
}
