/* tests/unit/format/submission.h: files go in, parts come out and are read back as the node reads
 * them.
 * Errors: whatever cannot be read fails the test. */
#ifndef TOC_TESTS_UNIT_FORMAT_SUBMISSION_H
#define TOC_TESTS_UNIT_FORMAT_SUBMISSION_H

#include <stdlib.h>

#include "proto/format/drafts.h"
#include "tests/support/check.h"

enum { ROOM = 256 << 20, PART = 1 << 20 };

#define BTC  "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
#define BTC2 "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define ETH  "0xdAC17F958D2ee523a2206206994597C13D831ec7"

typedef struct submission {
    toc_arena *arena;
    toc_drafts *drafts;
    toc_buf problems; /* one line each */
    unsigned row_options;
    size_t part_count;
    size_t count;
    toc_statement *statements; /* in the order of the parts */
    uint32_t *lines;
} submission;

static inline int set_up(void **state)
{
    submission *s = calloc(1, sizeof *s);
    toc_err err;
    assert_non_null(s);
    TOC_CHECK_OK(toc_arena_new((size_t)1 << 30, &s->arena, &err));
    TOC_CHECK_OK(toc_drafts_new(ROOM, &s->drafts, &err));
    *state = s;
    return 0;
}

static inline int tear_down(void **state)
{
    submission *s = *state;
    toc_buf_wipe(&s->problems);
    toc_drafts_free(s->drafts);
    toc_arena_free(s->arena);
    free(s);
    return 0;
}

static inline void note_problem(submission *s, const toc_problem *problem)
{
    toc_problem_print(problem, &s->problems);
    toc_buf_add_text(&s->problems, "\n");
}

static inline toc_code take(void *context, const toc_row *row, const toc_problem *problem,
                            toc_err *err)
{
    submission *s = context;
    toc_problem own;
    (void)err;
    if (problem != NULL) {
        note_problem(s, problem);
        toc_drafts_refuse(s->drafts);
    } else if (toc_drafts_add_row(s->drafts, row, s->row_options, &own) != TOC_OK) {
        note_problem(s, &own);
    }
    return TOC_OK;
}

static inline toc_code note_dropped(void *context, const toc_row *row, const toc_problem *problem,
                                    toc_err *err)
{
    (void)err;
    assert_null(row);
    note_problem(context, problem);
    return TOC_OK;
}

static inline void read_rows(submission *s, toc_rows_format format, toc_span file)
{
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    toc_err err;
    TOC_CHECK_OK(toc_rows_new(format, take, s, &rows, &err));
    TOC_CHECK_OK(toc_rows_feed(rows, file, &err));
    TOC_CHECK_OK(toc_rows_finish(rows, &err));
}

static inline void read_part(submission *s, toc_span part)
{
    toc_draft_part reader;
    toc_err err;
    TOC_CHECK_OK(toc_draft_part_open(part, &reader, &err));
    toc_statement *statements =
        toc_arena_zalloc(s->arena, s->count + reader.left, sizeof *statements);
    uint32_t *lines = toc_arena_zalloc(s->arena, s->count + reader.left, sizeof *lines);
    assert_non_null(lines);
    if (s->count > 0) {
        memcpy(statements, s->statements, s->count * sizeof *statements);
        memcpy(lines, s->lines, s->count * sizeof *lines);
    }
    s->statements = statements;
    s->lines = lines;
    while (reader.left > 0) {
        toc_draft draft;
        TOC_CHECK_OK(toc_draft_part_next(&reader, &draft, &err));
        TOC_CHECK_OK(toc_draft_decode(draft.bytes, s->arena, &s->statements[s->count], &err));
        assert_int_equal(s->statements[s->count].kind, draft.kind);
        s->lines[s->count++] = draft.line;
    }
}

static inline void finish(submission *s, size_t part_bytes)
{
    toc_err err;
    bool more = true;
    TOC_CHECK_OK(toc_drafts_finish(s->drafts, note_dropped, s, &err));
    while (more) {
        TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
        TOC_CHECK_OK(toc_drafts_write(s->drafts, part_bytes, &part, &more, &err));
        assert_true(part.size <= part_bytes);
        s->part_count++;
        read_part(s, toc_arena_dup(s->arena, toc_buf_view(&part)));
    }
}

static inline void submit(submission *s, const char *file)
{
    read_rows(s, file[0] == '{' ? TOC_ROWS_JSONL : TOC_ROWS_CSV, toc_span_text(file));
    finish(s, PART);
}

static inline void check_text(toc_span span, const char *text)
{
    assert_int_equal(span.size, strlen(text));
    assert_memory_equal(span.data, text, span.size);
}

static inline void check_counts(const submission *s, uint64_t read, uint64_t refused,
                                uint64_t merged)
{
    toc_drafts_counts counts = toc_drafts_count(s->drafts);
    assert_int_equal(counts.read, read);
    assert_int_equal(counts.refused, refused);
    assert_int_equal(counts.merged, merged);
}

#define DRAFTS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
