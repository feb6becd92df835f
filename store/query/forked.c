/* What a fork disputes of a wallet (RULES §1): shown, and nothing else. */
#include "store/query/internal.h"

enum { FORKED_SHOWN_MAX = 100, FORKED_ARENA_BYTES = 1 << 20 };

static toc_code add_row(toc_query *query, const toc_claim_row *row, toc_arena *scratch,
                        toc_answer_forked *out, toc_err *err)
{
    const toc_view_feed *feed;
    toc_number_row number;
    toc_statement statement;
    TOC_TRY(toc_view_feed_of(&query->views->view, row->feed, &feed, err));
    *out = (toc_answer_forked){.claim = row->filed.claim,
                               .record = row->filed.record,
                               .circle = feed->name.circle,
                               .org = feed->name.org,
                               .kind = row->kind,
                               .lane = feed->name.lane,
                               .generation = feed->name.generation,
                               .index = row->index};
    TOC_TRY(toc_view_number(&query->views->view, row->feed, row->index, &number, err));
    toc_arena_reset(scratch);
    TOC_TRY(toc_record_decode(number.record, scratch, &statement, err));
    if (statement.kind == TOC_RECORD_WALLET)
        out->category = toc_arena_dup(query->arena, statement.as.wallet.category);
    return toc_query_org_name(query, &out->org, &out->org_name, err);
}

toc_code toc_query_forked(toc_query *query, toc_dossier *out, toc_err *err)
{
    toc_view *view = &query->views->view;
    toc_span subject = toc_subject_view(&out->wallet.subject);
    uint64_t rows;
    TOC_TRY(toc_table_count(view->txn, TOC_VIEW_DISPUTED, &rows, err));
    if (rows == 0)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    toc_cursor *cursor;
    toc_row row;
    TOC_TRY(toc_arena_new(FORKED_ARENA_BYTES, &scratch, err));
    out->forked = toc_arena_zalloc(query->arena, FORKED_SHOWN_MAX, sizeof *out->forked);
    if (out->forked == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_DISPUTED, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, subject, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, subject);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        out->forked_total++;
        if (out->forked_count < FORKED_SHOWN_MAX)
            TOC_TRY(add_row(query, &claim, scratch, &out->forked[out->forked_count++], err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
