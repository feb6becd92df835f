#include "tools/term/table.h"

#include "proto/base/reader.h"
#include "tools/term/text.h"

enum { GAP_COLUMNS = 2 };

void toc_table_init(toc_table *table, const char *const *heads)
{
    *table = (toc_table){.heads = heads};
    while (heads[table->column_count] != NULL)
        table->column_count++;
    TOC_ASSERT(table->column_count > 0 && table->column_count <= TOC_TABLE_COLUMNS_MAX);
}

void toc_table_wipe(toc_table *table)
{
    toc_buf_wipe(&table->text);
    toc_buf_wipe(&table->cells);
    table->cell_count = 0;
}

void toc_table_add(toc_table *table, toc_style style, toc_span text)
{
    size_t before = table->text.size;
    toc_term_add(&table->text, text);
    toc_buf_add_u32(&table->cells, (uint32_t)(table->text.size - before));
    toc_buf_add_u8(&table->cells, (uint8_t)style);
    table->cell_count++;
}

void toc_table_add_text(toc_table *table, const char *text)
{
    toc_table_add(table, TOC_STYLE_PLAIN, toc_span_text(text));
}

void toc_table_add_number(toc_table *table, uint64_t value)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_buf_printf(&text, "%llu", (unsigned long long)value);
    toc_table_add(table, TOC_STYLE_PLAIN, toc_buf_view(&text));
}

typedef struct layout {
    size_t widths[TOC_TABLE_COLUMNS_MAX];
    size_t indent, terminal;
} layout;

static bool right(const toc_table *table, size_t column)
{
    return table->heads[column][0] == '>';
}

static toc_span head(const toc_table *table, size_t column)
{
    return toc_span_text(table->heads[column] + (right(table, column) ? 1 : 0));
}

/* The next cell of a walk; both readers advance. */
static toc_span next_cell(toc_reader *cells, toc_reader *text, toc_style *out_style)
{
    uint32_t size = toc_read_u32(cells);
    *out_style = (toc_style)toc_read_u8(cells);
    return toc_read_span(text, size);
}

static layout measure(const toc_table *table, size_t indent)
{
    layout out = {.indent = indent, .terminal = toc_terminal_columns()};
    for (size_t i = 0; i < table->column_count; i++)
        out.widths[i] = toc_term_width(head(table, i));
    toc_reader cells = toc_reader_of(toc_buf_view(&table->cells));
    toc_reader text = toc_reader_of(toc_buf_view(&table->text));
    for (size_t i = 0; i < table->cell_count; i++) {
        toc_style style;
        size_t width = toc_term_width(next_cell(&cells, &text, &style));
        size_t *widest = &out.widths[i % table->column_count];
        *widest = width > *widest ? width : *widest;
    }
    return out;
}

static void add_spaces(toc_buf *out, size_t count)
{
    while (count-- > 0)
        toc_buf_add_u8(out, ' ');
}

/* What is left of the terminal for the last column; no cut when there is no room to cut to. */
static toc_span fit(const toc_table *table, const layout *at, toc_span text)
{
    size_t used = at->indent;
    for (size_t i = 0; i + 1 < table->column_count; i++)
        used += at->widths[i] + GAP_COLUMNS;
    return at->terminal <= used + GAP_COLUMNS ? text : toc_term_cut(text, at->terminal - used);
}

/* What does not fit ends on "…": an id that was cut must not look like a whole one. */
static void add_cell(toc_buf *out, toc_style style, toc_span text, toc_span fitting)
{
    TOC_AUTO(toc_buf_wipe) toc_buf cut = {0};
    if (fitting.size == text.size) {
        toc_colour_add(out, style, text);
        return;
    }
    toc_buf_add_span(&cut, toc_term_cut(fitting, toc_term_width(fitting) - 1));
    toc_buf_add_text(&cut, "…");
    toc_colour_add(out, style, toc_buf_view(&cut));
}

static void print_cell(const toc_table *table, const layout *at, size_t column, toc_style style,
                       toc_span text, toc_buf *out)
{
    bool last = column + 1 == table->column_count;
    toc_span fitting = last ? fit(table, at, text) : text;
    size_t width = toc_term_width(fitting);
    size_t pad = at->widths[column] > width ? at->widths[column] - width : 0;
    if (column == 0)
        add_spaces(out, at->indent);
    if (right(table, column))
        add_spaces(out, pad);
    add_cell(out, style, text, fitting);
    if (last)
        toc_buf_add_u8(out, '\n');
    else
        add_spaces(out, GAP_COLUMNS + (right(table, column) ? 0 : pad));
}

toc_code toc_table_print(const toc_table *table, size_t indent, toc_buf *out, toc_err *err)
{
    TOC_TRY(toc_buf_ok(&table->text, err));
    TOC_TRY(toc_buf_ok(&table->cells, err));
    TOC_ASSERT(table->cell_count % table->column_count == 0);
    if (table->cell_count == 0)
        return TOC_OK;
    layout at = measure(table, indent);
    for (size_t i = 0; i < table->column_count; i++)
        print_cell(table, &at, i, TOC_STYLE_QUIET, head(table, i), out);
    toc_reader cells = toc_reader_of(toc_buf_view(&table->cells));
    toc_reader text = toc_reader_of(toc_buf_view(&table->text));
    for (size_t i = 0; i < table->cell_count; i++) {
        toc_style style;
        toc_span cell = next_cell(&cells, &text, &style);
        print_cell(table, &at, i % table->column_count, style, cell, out);
    }
    return toc_buf_ok(out, err);
}
