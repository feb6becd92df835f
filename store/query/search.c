/* Search: columns say "perhaps", the record says yes. Scans everything once and keeps the best. */
#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/columns.h"
#include "store/view/list.h"

enum { HOUR_MS = 3600000, SCRATCH_BYTES_MAX = 16 << 20 };

typedef struct hit {
    toc_time issued_at;
    toc_claim_id claim;
    uint32_t feed;
    uint64_t index;
} hit;

typedef struct scan {
    toc_query *query;
    const toc_search *search;
    toc_cell wanted; /* zeroes ask nothing */
    bool impossible; /* a chain that is none */
    uint32_t hour_first, hour_last;
    toc_arena *scratch;
    TOC_LIST(hit) hits; /* a heap, the worst on top, once there are `limit` */
    uint64_t total;
} scan;

static void scan_wipe(scan *work)
{
    toc_arena_free(work->scratch);
    TOC_LIST_WIPE(&work->hits);
}
TOC_DEFINE_AUTO_WIPE(scan, scan_wipe)

/* ---- the best so far ---- */

/* Newest first, then by claim id. */
static int compare_hits(const void *left, const void *right)
{
    const hit *a = left, *b = right;
    if (a->issued_at.unix_ms != b->issued_at.unix_ms)
        return a->issued_at.unix_ms > b->issued_at.unix_ms ? -1 : 1;
    return memcmp(a->claim.bytes, b->claim.bytes, 32);
}

static void swap_hits(hit *left, hit *right)
{
    hit kept = *left;
    *left = *right;
    *right = kept;
}

static void sift_down(hit *hits, size_t count)
{
    for (size_t at = 0;;) {
        size_t worst = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < count; child++) {
            if (compare_hits(&hits[child], &hits[worst]) > 0)
                worst = child;
        }
        if (worst == at)
            return;
        swap_hits(&hits[at], &hits[worst]);
        at = worst;
    }
}

static void sift_up(hit *hits, size_t at)
{
    for (; at > 0 && compare_hits(&hits[at], &hits[(at - 1) / 2]) > 0; at = (at - 1) / 2)
        swap_hits(&hits[at], &hits[(at - 1) / 2]);
}

static toc_code keep(scan *work, const hit *found, toc_err *err)
{
    work->total++;
    size_t limit = work->search->limit;
    if (limit != 0 && work->hits.count == limit) {
        if (compare_hits(found, &work->hits.at[0]) < 0) {
            work->hits.at[0] = *found;
            sift_down(work->hits.at, work->hits.count);
        }
        return TOC_OK;
    }
    hit *place = TOC_LIST_ADD(&work->hits);
    if (place == NULL)
        return toc_query_no_memory(err);
    *place = *found;
    sift_up(work->hits.at, work->hits.count - 1);
    return TOC_OK;
}

/* ---- one candidate ---- */

static bool asks(toc_span wanted, toc_span has)
{
    return wanted.size == 0 || toc_span_equal(wanted, has);
}

static bool fits(const scan *work, const toc_statement *statement)
{
    const toc_search *search = work->search;
    const toc_wallet_body *body = &statement->as.wallet;
    uint64_t issued = statement->issued_at.unix_ms;
    if (search->list.size > 0 && statement->source.ground != TOC_GROUND_LIST)
        return false;
    return asks(search->category, body->category) && asks(search->actor, body->actor) &&
           asks(search->role, body->role) && asks(search->list, statement->source.id) &&
           asks(search->incident, body->incident) &&
           (work->wanted.chain == 0 ||
            toc_chain_number(body->wallet.chain) == work->wanted.chain) &&
           issued >= search->issued_from.unix_ms &&
           (search->issued_until.unix_ms == 0 || issued < search->issued_until.unix_ms);
}

static toc_code look_at(scan *work, uint32_t feed, uint64_t index, toc_err *err)
{
    toc_claim_row row;
    toc_statement statement;
    bool live;
    toc_arena_reset(work->scratch);
    TOC_TRY(
        toc_query_live_at(work->query, feed, index, work->scratch, &live, &row, &statement, err));
    if (!live || !fits(work, &statement))
        return TOC_OK;
    hit found = {
        .issued_at = row.issued_at, .claim = row.filed.claim, .feed = feed, .index = index};
    return keep(work, &found, err);
}

/* ---- columns ---- */

static bool is_candidate(const scan *work, const toc_page *page, size_t row)
{
    toc_cell cell;
    const toc_cell *wanted = &work->wanted;
    if (page->kind[row] != TOC_RECORD_WALLET)
        return false;
    toc_page_cell(page, row, &cell);
    return (wanted->category == 0 || cell.category == wanted->category) &&
           (wanted->role == 0 || cell.role == wanted->role) &&
           (wanted->chain == 0 || cell.chain == wanted->chain) &&
           (wanted->actor == 0 || cell.actor == wanted->actor) &&
           (wanted->incident == 0 || cell.incident == wanted->incident) &&
           (wanted->list == 0 || cell.list == wanted->list) && cell.hour >= work->hour_first &&
           cell.hour <= work->hour_last;
}

static toc_code scan_page(scan *work, const toc_row *row, toc_err *err)
{
    toc_view *view = &work->query->views->view;
    static const toc_org_id any;
    toc_page page;
    const toc_view_feed *feed;
    if (row->key.size != 12 || !toc_page_read(row->value, &page))
        return toc_table_lies(view->txn, TOC_VIEW_COLUMNS, row->key, "no page", err);
    uint32_t number = toc_get_u32(row->key.data);
    uint64_t first = toc_get_u64(row->key.data + 4) * TOC_COLUMN_ROWS;
    TOC_TRY(toc_view_feed_of(view, number, &feed, err));
    if (!toc_org_id_equal(&work->search->org, &any) &&
        !toc_org_id_equal(&work->search->org, &feed->name.org))
        return TOC_OK;
    for (size_t i = 0; i < page.rows; i++) {
        if (is_candidate(work, &page, i))
            TOC_TRY(look_at(work, number, first + i, err));
    }
    return TOC_OK;
}

static toc_code scan_columns(scan *work, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(work->query->views->view.txn, TOC_VIEW_COLUMNS, (toc_span){0}, &cursor,
                            err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err))
        TOC_TRY(scan_page(work, &row, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- the whole ---- */

static void prepare(scan *work)
{
    const toc_search *search = work->search;
    work->wanted = (toc_cell){.category = toc_column_hash16(search->category),
                              .role = toc_column_hash16(search->role),
                              .actor = toc_column_hash(search->actor),
                              .list = toc_column_hash(search->list),
                              .incident = toc_column_hash(search->incident)};
    if (search->chain.size > 0) {
        const toc_chain *chain = toc_chain_find(search->chain);
        work->impossible = chain == NULL;
        work->wanted.chain = chain == NULL ? 0 : toc_chain_number(chain);
    }
    work->hour_first = (uint32_t)(search->issued_from.unix_ms / HOUR_MS);
    work->hour_last = UINT32_MAX;
    if (search->issued_until.unix_ms > 0)
        work->hour_last = (uint32_t)((search->issued_until.unix_ms - 1) / HOUR_MS);
}

static toc_code hand_out(scan *work, toc_search_visit visit, void *context, toc_err *err)
{
    if (work->hits.count > 1)
        qsort(work->hits.at, work->hits.count, sizeof *work->hits.at, compare_hits);
    for (size_t i = 0; i < work->hits.count; i++) {
        toc_claim_row row;
        toc_answer_claim claim;
        const hit *found = &work->hits.at[i];
        toc_span record;
        TOC_TRY(toc_view_row_at(&work->query->views->view, found->feed, found->index, &row, &record,
                                err));
        TOC_TRY(toc_query_claim(work->query, &row, &claim, err));
        TOC_TRY(visit(context, &claim, err));
    }
    return TOC_OK;
}

toc_code toc_query_search(toc_query *query, const toc_search *search, toc_search_visit visit,
                          void *context, uint64_t *out_total, toc_err *err)
{
    TOC_AUTO(scan_wipe) scan work = {.query = query, .search = search};
    TOC_TRY(toc_arena_new(SCRATCH_BYTES_MAX, &work.scratch, err));
    prepare(&work);
    if (!work.impossible)
        TOC_TRY(scan_columns(&work, err));
    TOC_TRY(hand_out(&work, visit, context, err));
    *out_total = work.total;
    return TOC_OK;
}
