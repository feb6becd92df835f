/* Every record that one org ever wrote about a wallet and is still in E: older revisions and
 * retractions too, since whoever got them has got them. */
#include "store/query/internal.h"

enum { ARENA_BYTES_MAX = 16 << 20 };

/* `org`, `claim`: NULL asks for all. */
typedef struct asking {
    toc_query *query;
    const toc_org_id *org;
    const toc_claim_id *claim;
    toc_arena *arena;
    toc_said_visit visit;
    void *context;
} asking;

static toc_code look_at(const asking *all, const toc_claim_row *row, toc_err *err)
{
    const toc_view_feed *feed;
    toc_view *view = &all->query->views->view;
    toc_span record;
    toc_said_record said = {
        .record = row->filed.record, .claim = row->filed.claim, .index = row->index};
    if (all->claim != NULL && !toc_claim_id_equal(&said.claim, all->claim))
        return TOC_OK;
    TOC_TRY(toc_view_feed_of(view, row->feed, &feed, err));
    if (all->org != NULL && !toc_org_id_equal(&feed->name.org, all->org))
        return TOC_OK;
    said.circle = feed->name.circle;
    said.org = feed->name.org;
    said.feed = feed->id;
    TOC_TRY(toc_view_record(view, row, &record, err));
    toc_arena_reset(all->arena);
    TOC_TRY(toc_record_decode(record, all->arena, &said.statement, err));
    return all->visit(all->context, &said, err);
}

static toc_code look_at_all(asking *all, const toc_subject *filed, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_span subject = toc_subject_view(filed);
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &arena, err));
    all->arena = arena;
    TOC_TRY(
        toc_cursor_open(all->query->views->view.txn, TOC_VIEW_CLAIMS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, subject, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, subject);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(all->query->views->view.txn, &row, &claim, err));
        TOC_TRY(look_at(all, &claim, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_query_said(toc_query *query, const toc_wallet *wallet, const toc_org_id *org,
                        toc_said_visit visit, void *context, toc_err *err)
{
    asking all = {.query = query, .org = org, .visit = visit, .context = context};
    return look_at_all(&all, &wallet->subject, err);
}

toc_code toc_query_revisions(toc_query *query, const toc_claim_id *claim, toc_said_visit visit,
                             void *context, toc_err *err)
{
    asking all = {.query = query, .claim = claim, .visit = visit, .context = context};
    toc_views_place place = {.claim = *claim};
    TOC_TRY(toc_views_find(query->views, &place, 1, err));
    return place.found ? look_at_all(&all, &place.subject, err) : TOC_OK;
}
