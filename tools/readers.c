#include "tools/readers.h"

#include <stdlib.h>
#include <string.h>

#include "tools/ask.h"
#include "tools/term/text.h"

const char *const toc_readers_heads[] = {"WHO", "ROLE", "READS", "WHY", "BY", NULL};

/* The way to a reader: which link, or whose; and since when its node is silent. */
static void add_way(toc_table *table, const json_t *reader)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    const json_t *through = json_object_get(reader, "through");
    uint64_t more = toc_number_of(reader, "through_total") - json_array_size(through);
    const char *link = toc_text_of(reader, "link"), *heard = toc_text_of(reader, "last_heard");
    if (strcmp(link, "direct") == 0)
        toc_buf_add_text(&text, "a direct link");
    for (size_t i = 0; i < json_array_size(through); i++)
        toc_buf_printf(&text, "%s%.40s", i == 0 ? "through " : ", ",
                       json_string_value(json_array_get(through, i)));
    if (json_array_size(through) > 0 && more > 0)
        toc_buf_printf(&text, " and %llu more", (unsigned long long)more);
    if (strcmp(link, "none") == 0)
        toc_buf_add_text(&text, "nobody is linked now");
    if (strcmp(link, "others") == 0 || strcmp(link, "none") == 0)
        toc_buf_printf(&text, "; last heard %.16s", heard[0] == '\0' ? "never" : heard);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

void toc_readers_add(toc_table *table, const json_t *reader)
{
    const char *name = toc_text_of(reader, "name"), *local = toc_text_of(reader, "audience");
    const char *role = toc_text_of(reader, "role");
    bool reads = toc_flag_of(reader, "reads");
    toc_table_add(table, TOC_STYLE_STRONG,
                  toc_span_text(local[0] != '\0'  ? local
                                : name[0] != '\0' ? name
                                                  : toc_text_of(reader, "org")));
    toc_table_add_text(table, local[0] != '\0'  ? "audience here"
                              : role[0] != '\0' ? role
                                                : "no member");
    bool unknown = json_is_null(json_object_get(reader, "reads"));
    toc_table_add(table, reads ? TOC_STYLE_PLAIN : TOC_STYLE_WARNING,
                  toc_span_text(reads     ? "reads it"
                                : unknown ? "not known"
                                          : "does not"));
    toc_table_add_text(table, toc_text_of(reader, "why"));
    add_way(table, reader);
}

toc_code toc_readers_print(const json_t *readers, size_t indent, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_table_wipe) toc_table table;
    toc_table_init(&table, toc_readers_heads);
    for (size_t i = 0; i < json_array_size(readers); i++)
        toc_readers_add(&table, json_array_get(readers, i));
    return toc_table_print(&table, indent, out, err);
}

/* ---- what dry runs tell ---- */

void toc_dry_readers_wipe(toc_dry_readers *all)
{
    json_decref(all->rows);
    *all = (toc_dry_readers){0};
}

/* Links come and go between two answers; who reads decides. */
static bool same_readers(const json_t *left, const json_t *right)
{
    static const char *const keys[] = {"org", "audience", "reads", "why"};
    if (json_array_size(left) != json_array_size(right))
        return false;
    for (size_t i = 0; i < json_array_size(left); i++) {
        const json_t *a = json_array_get(left, i), *b = json_array_get(right, i);
        for (size_t k = 0; k < TOC_COUNT(keys); k++) {
            const json_t *one = json_object_get(a, keys[k]), *other = json_object_get(b, keys[k]);
            if (one != other && !json_equal(one, other))
                return false;
        }
    }
    return true;
}

static bool are_alike(const json_t *left, const json_t *right)
{
    static const char *const keys[] = {"ends",   "tlp",   "releasable_to", "not_to",
                                       "needed", "scope", "officers"};
    for (size_t k = 0; k < TOC_COUNT(keys); k++) {
        const json_t *one = json_object_get(left, keys[k]),
                     *other = json_object_get(right, keys[k]);
        if (one != other && !json_equal(one, other))
            return false;
    }
    return same_readers(json_object_get(left, "readership"), json_object_get(right, "readership"));
}

toc_code toc_dry_readers_take(toc_dry_readers *all, json_t *line, bool *out_taken, toc_err *err)
{
    const json_t *others = json_object_get(line, "marked_otherwise");
    *out_taken = toc_dry_quotas_take(&all->quotas, line);
    if (*out_taken)
        return TOC_OK;
    *out_taken = others != NULL || json_object_get(line, "readership") != NULL;
    all->others += toc_number_of(line, "marked_otherwise");
    if (!*out_taken || others != NULL)
        return TOC_OK;
    if (all->rows == NULL)
        all->rows = json_array();
    for (size_t i = 0; i < json_array_size(all->rows); i++) {
        json_t *row = json_array_get(all->rows, i);
        uint64_t sum = toc_number_of(row, "records") + toc_number_of(line, "records");
        if (are_alike(row, line) &&
            json_object_set_new(row, "records", json_integer((json_int_t)sum)) == 0)
            return TOC_OK;
    }
    return json_array_append(all->rows, line) == 0
               ? TOC_OK
               : toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
}

toc_code toc_dry_readers_json(const toc_dry_readers *all, toc_buf *out, toc_err *err)
{
    for (size_t i = 0; i < json_array_size(all->rows); i++) {
        char *text = json_dumps(json_array_get(all->rows, i), JSON_COMPACT);
        if (text == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
        toc_buf_printf(out, "%s\n", text);
        free(text);
    }
    if (all->others > 0)
        toc_buf_printf(out, "{\"marked_otherwise\":%llu}\n", (unsigned long long)all->others);
    toc_dry_quotas_json(&all->quotas, out);
    return toc_buf_ok(out, err);
}

/* "Org B, Org C" */
static void add_names(const json_t *orgs, toc_buf *out)
{
    for (size_t i = 0; i < json_array_size(orgs); i++) {
        const json_t *org = json_array_get(orgs, i);
        const char *name = toc_text_of(org, "name");
        toc_buf_add_text(out, i == 0 ? "" : ", ");
        toc_term_add(out, toc_span_text(name[0] == '\0' ? toc_text_of(org, "org") : name));
    }
}

/* "2 records, TLP:AMBER, releasable to Org B" */
static void add_marking(const json_t *row, toc_buf *out)
{
    static const struct {
        const char *key, *words;
    } lists[] = {{"releasable_to", ", releasable to "}, {"not_to", ", not to "}};
    uint64_t records = toc_number_of(row, "records");
    toc_buf_printf(out, "%llu record%s", (unsigned long long)records, toc_plural(records));
    if (toc_flag_of(row, "ends"))
        toc_buf_printf(out, " that end%s what was said before", records == 1 ? "s" : "");
    toc_buf_add_text(out, ", TLP:");
    toc_term_add(out, toc_span_text(toc_text_of(row, "tlp")));
    for (size_t i = 0; i < TOC_COUNT(lists); i++) {
        const json_t *orgs = json_object_get(row, lists[i].key);
        toc_buf_add_text(out, json_array_size(orgs) == 0 ? "" : lists[i].words);
        add_names(orgs, out);
    }
}

typedef struct tally {
    size_t members, reading, direct;
    bool others; /* audiences of the configuration, or who is no member */
    bool sealed; /* to each by name */
} tally;

static tally count_readers(const json_t *readers)
{
    tally found = {0};
    for (size_t i = 0; i < json_array_size(readers); i++) {
        const json_t *reader = json_array_get(readers, i);
        const char *link = toc_text_of(reader, "link");
        if (toc_text_of(reader, "role")[0] == '\0') {
            found.others = true;
            continue;
        }
        found.members++;
        found.reading += toc_flag_of(reader, "reads") ? 1 : 0;
        found.sealed = found.sealed || strcmp(toc_text_of(reader, "path"), "sealed") == 0;
        found.direct += strcmp(link, "direct") == 0 || strcmp(link, "here") == 0 ? 1 : 0;
    }
    return found;
}

/* Until then nothing leaves this node. */
static void add_officers(const json_t *row, toc_buf *out)
{
    const json_t *officers = json_object_get(row, "officers");
    uint64_t needed = toc_number_of(row, "needed");
    if (needed == 0)
        return;
    toc_buf_printf(out,
                   "  First %llu officer%s of this org must approve %s: nobody gets it before. ",
                   (unsigned long long)needed, toc_plural(needed),
                   toc_number_of(row, "records") == 1 ? "it" : "each");
    toc_buf_add_text(out, json_array_size(officers) == 0 ? "None may." : "Those who may: officer ");
    for (size_t i = 0; i < json_array_size(officers); i++)
        toc_buf_printf(out, "%s%lld", i == 0 ? "" : ", ",
                       (long long)json_integer_value(json_array_get(officers, i)));
    toc_buf_add_text(out, json_array_size(officers) == 0 ? "\n" : ".\n");
}

static toc_code print_row(const json_t *row, toc_buf *out, toc_err *err)
{
    const json_t *readers = json_object_get(row, "readership");
    tally found = count_readers(readers);
    bool all = found.reading == found.members && found.direct == found.members && !found.others;
    add_marking(row, out);
    if (all)
        toc_buf_printf(out, ": all %zu members would read it, %s, each over a direct link.\n",
                       found.members, found.sealed ? "sealed to each" : "as the whole circle may");
    else
        toc_buf_printf(out, ": %zu of %zu members would read it.\n", found.reading, found.members);
    add_officers(row, out);
    return all ? toc_buf_ok(out, err) : toc_readers_print(readers, 2, out, err);
}

toc_code toc_dry_readers_print(const toc_dry_readers *all, toc_buf *out, toc_err *err)
{
    for (size_t i = 0; i < json_array_size(all->rows); i++)
        TOC_TRY(print_row(json_array_get(all->rows, i), out, err));
    if (all->others > 0)
        toc_buf_printf(out,
                       "%llu more records are marked in other ways, too many to name their "
                       "readers; see them with a dry run of fewer rows.\n",
                       (unsigned long long)all->others);
    toc_dry_quotas_print(&all->quotas, out);
    return toc_buf_ok(out, err);
}
