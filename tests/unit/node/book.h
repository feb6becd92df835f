/* tests/unit/node/book.h: one node whose writer is given drafts, and what became of them.
 * Owns:    its node, from make_book to remove_book. Threads: the test's. Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_BOOK_H
#define TOC_TESTS_UNIT_NODE_BOOK_H

#include <stdlib.h>

#include "tests/support/check.h"
#include "tests/support/test_node.h"

typedef struct book {
    toc_test_node node;
    toc_circle_id circle;
    toc_writer_totals totals; /* of the last batch */
    size_t refusals;          /* likewise */
    toc_err refused;          /* the last one */
} book;

static inline int make_book(void **state)
{
    book *b = calloc(1, sizeof *b);
    toc_test_node_make("Example Exchange", &b->node);
    toc_test_node_start(&b->node);
    b->circle = toc_test_node_circle(&b->node);
    *state = b;
    return 0;
}

static inline int remove_book(void **state)
{
    book *b = *state;
    toc_test_node_remove(&b->node);
    free(b);
    return 0;
}

static inline void note_refusal(void *context, size_t index, const toc_err *why)
{
    book *b = context;
    (void)index;
    b->refusals++;
    b->refused = *why;
}

static inline void write_some(book *b, toc_lane lane, const toc_statement *drafts, size_t count)
{
    toc_err err;
    b->totals = (toc_writer_totals){0};
    TOC_CHECK_OK(toc_writer_write(b->node.writer, &b->circle, lane, 0, drafts, count, &b->totals,
                                  note_refusal, b, &err));
}

static inline void expect(const book *b, uint64_t fresh, uint64_t changed, uint64_t unchanged)
{
    assert_int_equal(b->totals.fresh, fresh);
    assert_int_equal(b->totals.changed, changed);
    assert_int_equal(b->totals.unchanged, unchanged);
}

static inline uint64_t entries_of(book *b)
{
    toc_hash opened;
    return toc_test_node_digest(&b->node, &opened);
}

/* The newest record of the claim that a draft is about; decoded into `arena` when not NULL. */
static inline toc_views_head head_of(book *b, const toc_statement *draft, toc_arena *arena,
                                     toc_statement *out)
{
    toc_err err;
    toc_claim_id claim;
    toc_subject subject;
    toc_views_head head;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_node_settle(b->node.node, 60000, &err));
    toc_statement_claim(draft, &b->circle, &b->node.org, &claim);
    toc_statement_subject(draft, &claim, &subject);
    TOC_CHECK_OK(toc_views_read(toc_node_views(b->node.node), &views, &err));
    TOC_CHECK_OK(toc_views_head_of(views, &subject, &claim, &head, &err));
    if (arena != NULL)
        TOC_CHECK_OK(toc_record_decode(toc_arena_dup(arena, head.bytes), arena, out, &err));
    return head;
}

static inline toc_code retract(book *b, const toc_statement *draft, toc_retracted *out)
{
    toc_err err;
    return toc_writer_retract(
        b->node.writer, &b->circle, draft,
        &(toc_retracting){.reason = TOC_RETRACT_ERROR, .note = toc_span_text("a test")}, out, &err);
}

#endif
