/* Every record that one org ever wrote about a wallet and is still in E: older revisions and
 * retractions too, since whoever got them has got them. */
#include "store/query/internal.h"

enum { ARENA_BYTES_MAX = 16 << 20 };

static toc_code look_at(toc_query *query, const toc_claim_row *row, const toc_org_id *org,
                        toc_arena *arena, toc_said_visit visit, void *context, toc_err *err)
{
    const toc_view_feed *feed;
    toc_span record;
    toc_said_record said = {
        .record = row->filed.record, .claim = row->filed.claim, .index = row->index};
    TOC_TRY(toc_view_feed_of(&query->views->view, row->feed, &feed, err));
    if (!toc_org_id_equal(&feed->name.org, org))
        return TOC_OK;
    said.circle = feed->name.circle;
    said.feed = feed->id;
    TOC_TRY(toc_view_record(&query->views->view, row, &record, err));
    toc_arena_reset(arena);
    TOC_TRY(toc_record_decode(record, arena, &said.statement, err));
    return visit(context, &said, err);
}

toc_code toc_query_said(toc_query *query, const toc_wallet *wallet, const toc_org_id *org,
                        toc_said_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_span subject = toc_subject_view(&wallet->subject);
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &arena, err));
    TOC_TRY(toc_cursor_open(query->views->view.txn, TOC_VIEW_CLAIMS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, subject, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, subject);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(query->views->view.txn, &row, &claim, err));
        TOC_TRY(look_at(query, &claim, org, arena, visit, context, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}
