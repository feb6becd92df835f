/* tests/fuzz/rows_property.h: the property of every reader of rows: in whatever chunks a file
 * comes, the rows and the problems are the same, each row is taken as a draft or refused with a
 * sentence, and what was taken comes out of the parts again.
 * Owns: nothing. Errors: a property that does not hold ends the process. */
#ifndef TOC_TESTS_FUZZ_ROWS_PROPERTY_H
#define TOC_TESTS_FUZZ_ROWS_PROPERTY_H

#include "proto/format/drafts.h"

enum { ROWS_ROOM = 64 << 20 };

typedef struct rows_trace {
    toc_drafts *drafts;
    toc_buf text; /* all that the reader said */
} rows_trace;

static void trace_span(toc_buf *out, toc_span span)
{
    toc_buf_add_u32(out, (uint32_t)span.size);
    toc_buf_add_span(out, span);
}

static toc_code trace_row(void *context, const toc_row *row, const toc_problem *problem,
                          toc_err *err)
{
    rows_trace *trace = context;
    toc_problem refused;
    TOC_ASSERT((row == NULL) != (problem == NULL));
    if (problem != NULL) {
        TOC_ASSERT(problem->err.code != TOC_OK && problem->err.text[0] != '\0');
        toc_problem_print(problem, &trace->text);
        toc_drafts_refuse(trace->drafts);
        return TOC_OK;
    }
    toc_buf_add_u64(&trace->text, row->line);
    for (unsigned i = 0; i < TOC_COLUMN_COUNT; i++)
        trace_span(&trace->text, row->cells[i]);
    for (size_t i = 0; i < row->label_count; i++)
        trace_span(&trace->text, row->labels[i]);
    for (size_t i = 0; i < row->asset_count; i++) {
        trace_span(&trace->text, row->assets[i].asset);
        trace_span(&trace->text, row->assets[i].amount);
    }
    toc_code code = toc_drafts_add_row(trace->drafts, row, row->line % 2 == 0, &refused);
    if (code != TOC_OK) {
        TOC_ASSERT(refused.line == row->line && refused.err.text[0] != '\0');
        toc_problem_print(&refused, &trace->text);
    }
    return code == TOC_FULL ? toc_fail(err, TOC_FULL, "enough") : TOC_OK;
}

static toc_code trace_file(toc_rows_format format, toc_span file, size_t chunk, rows_trace *out)
{
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    toc_err err;
    TOC_ASSERT(toc_rows_new(format, trace_row, out, &rows, &err) == TOC_OK);
    for (size_t at = 0; at < file.size; at += chunk) {
        size_t size = file.size - at < chunk ? file.size - at : chunk;
        TOC_TRY(toc_rows_feed(rows, toc_span_of(file.data + at, size), &err));
    }
    return toc_rows_finish(rows, &err);
}

static toc_code ignore_dropped(void *context, const toc_row *row, const toc_problem *problem,
                               toc_err *err)
{
    (void)context;
    (void)err;
    TOC_ASSERT(row == NULL && problem != NULL);
    return TOC_OK;
}

static void read_part(toc_span bytes, toc_drafts_counts *seen)
{
    toc_draft_part part;
    toc_draft draft;
    toc_statement statement;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_ASSERT(toc_arena_new(4 << 20, &arena, NULL) == TOC_OK);
    TOC_ASSERT(toc_draft_part_open(bytes, &part, NULL) == TOC_OK);
    while (part.left > 0) {
        toc_arena_reset(arena);
        TOC_ASSERT(toc_draft_part_next(&part, &draft, NULL) == TOC_OK);
        if (toc_draft_decode(draft.bytes, arena, &statement, NULL) != TOC_OK)
            __builtin_trap();
        TOC_ASSERT(statement.kind == draft.kind);
        seen->wallets += statement.kind == TOC_RECORD_WALLET;
        seen->clusters += statement.kind == TOC_RECORD_CLUSTER;
        if (statement.kind == TOC_RECORD_MEMBERS)
            seen->members += statement.as.members.count;
    }
}

static void check_parts(toc_drafts *drafts)
{
    toc_drafts_counts seen = {0};
    bool more = true;
    TOC_ASSERT(toc_drafts_finish(drafts, ignore_dropped, NULL, NULL) == TOC_OK);
    while (more) {
        TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
        TOC_ASSERT(toc_drafts_write(drafts, TOC_DRAFT_PART_BYTES_MIN, &part, &more, NULL) ==
                   TOC_OK);
        read_part(toc_buf_view(&part), &seen);
    }
    toc_drafts_counts counts = toc_drafts_count(drafts);
    TOC_ASSERT(seen.wallets == counts.wallets && seen.clusters == counts.clusters &&
               seen.members == counts.members);
    TOC_ASSERT(counts.read == counts.refused + counts.merged + counts.wallets + counts.members);
}

/* The first byte of the input chooses the chunks; the rest is the file. */
static void check_rows(toc_rows_format format, const uint8_t *data, size_t size)
{
    rows_trace traces[2] = {{0}};
    toc_code codes[2];
    toc_span file = toc_span_of(data + 1, size - 1);
    size_t chunks[2] = {size, (size_t)data[0] % 64 + 1};
    for (size_t i = 0; i < 2; i++) {
        TOC_ASSERT(toc_drafts_new(ROWS_ROOM, &traces[i].drafts, NULL) == TOC_OK);
        codes[i] = trace_file(format, file, chunks[i], &traces[i]);
        TOC_ASSERT(codes[i] == TOC_OK || codes[i] == TOC_MALFORMED || codes[i] == TOC_LIMIT);
    }
    TOC_ASSERT(codes[0] == codes[1]);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&traces[0].text), toc_buf_view(&traces[1].text)));
    for (size_t i = 0; i < 2; i++) {
        check_parts(traces[i].drafts);
        toc_drafts_free(traces[i].drafts);
        toc_buf_wipe(&traces[i].text);
    }
}

#endif
