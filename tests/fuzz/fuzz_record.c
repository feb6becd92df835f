/* A record that decodes is encoded again to bytes that decode to the same: one struct, one
 * encoding. Its claim, comparison and merge with itself hold for whatever decodes. */
#include "proto/record/record.h"

enum { ARENA_BYTES = 4 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_decoded(const toc_statement *statement, toc_arena *arena)
{
    static const toc_circle_id circle;
    static const toc_org_id org;
    TOC_AUTO(toc_buf_wipe) toc_buf once = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf twice = {0};
    toc_statement again, merged;
    toc_claim_id claim, same;
    toc_subject subject;
    if (toc_record_encode(statement, &once, NULL) != TOC_OK)
        __builtin_trap();
    if (toc_record_decode(toc_buf_view(&once), arena, &again, NULL) != TOC_OK)
        __builtin_trap();
    TOC_ASSERT(toc_record_encode(&again, &twice, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&once), toc_buf_view(&twice)));
    toc_statement_claim(statement, &circle, &org, &claim);
    toc_statement_claim(&again, &circle, &org, &same);
    TOC_ASSERT(toc_claim_id_equal(&claim, &same));
    toc_statement_subject(statement, &claim, &subject);
    TOC_ASSERT(subject.size == 23 || subject.size == 35);
    if (statement->kind == TOC_RECORD_MEMBERS || statement->kind == TOC_RECORD_RETRACTION)
        return;
    toc_buf_clear(&once);
    toc_buf_clear(&twice);
    merged = *statement;
    TOC_ASSERT(toc_statement_merge(&merged, &again, arena, NULL) == TOC_OK);
    TOC_ASSERT(toc_statement_comparison(statement, &once, NULL) == TOC_OK);
    TOC_ASSERT(toc_statement_comparison(&merged, &twice, NULL) == TOC_OK);
    TOC_ASSERT(toc_span_equal(toc_buf_view(&once), toc_buf_view(&twice)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_statement statement;
    toc_err err;
    TOC_ASSERT(toc_arena_new(ARENA_BYTES, &arena, NULL) == TOC_OK);
    toc_code code = toc_record_decode(toc_span_of(data, size), arena, &statement, &err);
    if (code == TOC_OK)
        check_decoded(&statement, arena);
    else
        TOC_ASSERT(code == TOC_MALFORMED || code == TOC_LIMIT || code == TOC_STATE);
    return 0;
}
