/* What was said of a wallet and approved by too few officers (RULES §13): shown, and nothing more.
 */
#include "store/query/internal.h"

typedef struct found_rows {
    uint64_t count; /* all of them */
    toc_claim_row newest[TOC_UNAPPROVED_MAX];
} found_rows;

static toc_code find_rows(toc_view *view, toc_span subject, found_rows *out, toc_err *err)
{
    toc_cursor *cursor;
    toc_row row;
    out->count = 0;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_CLAIMS, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, subject, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, subject);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        if (claim.needed > 0 && toc_span_equal(claim.filed.subject, subject))
            out->newest[out->count++ % TOC_UNAPPROVED_MAX] = claim;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static bool has_tag(const toc_statement *statement, toc_span tag)
{
    toc_statement scratch;
    const toc_wallet *wallet = toc_statement_wallet(toc_statement_about(statement, &scratch));
    return wallet != NULL && toc_span_equal(toc_span_text(wallet->tag), tag);
}

toc_code toc_query_unapproved(toc_query *query, toc_dossier *out, toc_err *err)
{
    found_rows rows;
    toc_span subject = toc_subject_view(&out->wallet.subject);
    TOC_TRY(find_rows(&query->views->view, subject, &rows, err));
    size_t kept = rows.count < TOC_UNAPPROVED_MAX ? (size_t)rows.count : TOC_UNAPPROVED_MAX;
    out->unapproved = toc_arena_zalloc(query->arena, kept, sizeof *out->unapproved);
    if (kept > 0 && out->unapproved == NULL)
        return toc_query_no_memory(err);
    for (size_t i = 0; i < kept; i++) {
        const toc_claim_row *row = &rows.newest[(rows.count - 1 - i) % TOC_UNAPPROVED_MAX];
        toc_answer_unapproved *place = &out->unapproved[out->unapproved_count];
        TOC_TRY(toc_query_claim(query, row, &place->claim, err));
        if (!has_tag(&place->claim.statement, toc_span_text(out->wallet.tag)))
            continue;
        place->needed = row->needed;
        place->counted = row->counted;
        out->unapproved_count++;
    }
    return TOC_OK;
}
