/* terms: the words that records may use, with their counterparts in other vocabularies. Needs no
 * node. */
#include "proto/answer/writer.h"
#include "proto/rules/nearest.h"
#include "proto/rules/terms.h"
#include "tools/commands.h"
#include "tools/term/table.h"

/* As it is typed: "entity-type". */
static void table_slug(toc_term_set set, char out[65])
{
    if (toc_slug_from(toc_span_text(toc_term_set_name(set)), out, NULL) != TOC_OK)
        out[0] = '\0';
}

static toc_code find_table(const char *word, toc_term_set *out, toc_err *err)
{
    char said[65], name[65];
    toc_nearest nearest = toc_nearest_to(toc_span_text(word));
    bool is_slug = toc_slug_from(toc_span_text(word), said, NULL) == TOC_OK;
    for (unsigned set = 0; set < TOC_TERM_SET_COUNT; set++) {
        table_slug((toc_term_set)set, name);
        if (is_slug && strcmp(said, name) == 0) {
            *out = (toc_term_set)set;
            return TOC_OK;
        }
        toc_nearest_try(&nearest, toc_term_set_name((toc_term_set)set),
                        toc_term_set_name((toc_term_set)set));
    }
    return toc_fail(err, TOC_USAGE, "'%.40s' is no table of terms; the nearest is '%s'", word,
                    nearest.found);
}

/* ---- one table ---- */

static void print_json(toc_term_set set, const toc_term *term, toc_buf *out)
{
    char name[65];
    toc_json json = {.out = out};
    table_slug(set, name);
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "table", toc_span_text(name));
    toc_json_text(&json, "id", toc_span_text(term->id));
    toc_json_number(&json, "number", term->number);
    toc_json_text(&json, "text", toc_span_text(term->text));
    toc_json_open(&json, "aliases", '[');
    for (const char *const *alias = term->aliases; alias != NULL && *alias != NULL; alias++)
        toc_json_text(&json, NULL, toc_span_text(*alias));
    toc_json_close(&json, ']');
    toc_json_optional(&json, "copy_of", toc_span_text(term->copy_of == NULL ? "" : term->copy_of));
    toc_json_bool(&json, "scores", term->scores);
    toc_json_bool(&json, "service", term->service);
    toc_json_optional(&json, "graphsense",
                      toc_span_text(term->graphsense == NULL ? "" : term->graphsense));
    toc_json_optional(&json, "misp", toc_span_text(term->misp == NULL ? "" : term->misp));
    toc_json_optional(&json, "stix", toc_span_text(term->stix == NULL ? "" : term->stix));
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

static void add_row(toc_table *table, const toc_term *term)
{
    TOC_AUTO(toc_buf_wipe) toc_buf aliases = {0};
    if (term->copy_of != NULL)
        toc_buf_printf(&aliases, "(a copy of %s)", term->copy_of);
    for (const char *const *alias = term->aliases; alias != NULL && *alias != NULL; alias++)
        toc_buf_printf(&aliases, "%s%s", aliases.size == 0 ? "" : " ", *alias);
    toc_table_add(table, TOC_STYLE_STRONG, toc_span_text(term->id));
    toc_table_add_text(table, term->text);
    toc_table_add_text(table, term->graphsense);
    toc_table_add_text(table, term->misp);
    toc_table_add_text(table, term->stix);
    toc_table_add(table, TOC_STYLE_QUIET, toc_buf_view(&aliases));
}

static toc_code print_table(const toc_cli *cli, toc_term_set set, toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"ID",   "MEANS",        "GRAPHSENSE", "MISP",
                                        "STIX", "ALSO WRITTEN", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    const toc_term *term;
    toc_table_init(&table, heads);
    for (size_t i = 0; (term = toc_term_at(set, i)) != NULL; i++) {
        if (cli->json)
            print_json(set, term, out);
        else
            add_row(&table, term);
    }
    TOC_TRY(toc_table_print(&table, 0, out, err));
    if (toc_term_set_open(set) && !cli->json)
        toc_buf_add_text(out, "Any other id may be written too.\n");
    return toc_buf_ok(out, err);
}

/* ---- all of them ---- */

static toc_code list_tables(toc_buf *out, toc_err *err)
{
    static const char *const heads[] = {"TABLE", ">TERMS", "OTHERS", NULL};
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, heads);
    for (unsigned set = 0; set < TOC_TERM_SET_COUNT; set++) {
        char name[65];
        uint64_t count = 0;
        table_slug((toc_term_set)set, name);
        while (toc_term_at((toc_term_set)set, count) != NULL)
            count++;
        toc_table_add(&table, TOC_STYLE_STRONG, toc_span_text(name));
        toc_table_add_number(&table, count);
        toc_table_add_text(&table,
                           toc_term_set_open((toc_term_set)set) ? "may be written" : "are refused");
    }
    return toc_table_print(&table, 0, out, err);
}

toc_code toc_cmd_terms(toc_cli *cli, const toc_opts *args, toc_err *err)
{
    toc_term_set set = TOC_TERM_SET_COUNT;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_TRY(toc_opts_expect(args, 0, 1, "a table, or nothing for their names", err));
    if (args->word_count == 1) {
        TOC_TRY(find_table(args->words[0], &set, err));
        TOC_TRY(print_table(cli, set, &out, err));
    } else if (cli->json) {
        for (unsigned each = 0; each < TOC_TERM_SET_COUNT; each++)
            TOC_TRY(print_table(cli, (toc_term_set)each, &out, err));
    } else {
        TOC_TRY(list_tables(&out, err));
    }
    return toc_print(&out, err);
}
