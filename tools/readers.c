#include "tools/readers.h"

#include <string.h>

#include "tools/ask.h"

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
    toc_table_add(table, reads ? TOC_STYLE_PLAIN : TOC_STYLE_WARNING,
                  toc_span_text(reads ? "reads it" : "does not"));
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
