/* Claims by their ids alone, through the column that has the first bytes of each. */
#include <stdlib.h>

#include "store/view/columns.h"
#include "store/view/view.h"

enum { FILTER_BITS = 1 << 16 }; /* 8 KiB: lets through a sixth when 10,000 are asked for */

typedef struct finding {
    toc_view *view;
    toc_views_place *places; /* in order of claim, so of their first bytes */
    size_t count, found;
    uint8_t filter[FILTER_BITS / 8];
} finding;

static uint32_t short_of(const toc_claim_id *claim)
{
    return toc_get_u32(claim->bytes);
}

static int compare_places(const void *left, const void *right)
{
    const toc_views_place *a = left, *b = right;
    return memcmp(a->claim.bytes, b->claim.bytes, sizeof a->claim.bytes);
}

static size_t first_at(const finding *work, uint32_t wanted)
{
    size_t low = 0, high = work->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (short_of(&work->places[middle].claim) < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The record itself says whose it is: 4 bytes are no name. */
static toc_code look_at(finding *work, uint32_t feed, uint64_t index, uint32_t hit, toc_err *err)
{
    toc_claim_row row;
    toc_span record;
    size_t at = first_at(work, hit);
    bool wanted = false;
    for (size_t i = at; i < work->count && short_of(&work->places[i].claim) == hit; i++)
        wanted = wanted || !work->places[i].found;
    if (!wanted)
        return TOC_OK;
    TOC_TRY(toc_view_row_at(work->view, feed, index, &row, &record, err));
    for (size_t i = at; i < work->count && short_of(&work->places[i].claim) == hit; i++) {
        toc_views_place *place = &work->places[i];
        if (place->found || !toc_claim_id_equal(&place->claim, &row.filed.claim))
            continue;
        place->found = true;
        place->subject = toc_subject_copy(row.filed.subject);
        work->found++;
    }
    return TOC_OK;
}

static toc_code scan_page(finding *work, const toc_row *row, toc_err *err)
{
    toc_page page;
    if (row->key.size != 12 || !toc_page_read(row->value, &page))
        return toc_table_lies(work->view->txn, TOC_VIEW_COLUMNS, row->key, "no page", err);
    uint32_t feed = toc_get_u32(row->key.data);
    uint64_t first = toc_get_u64(row->key.data + 4) * TOC_COLUMN_ROWS;
    for (size_t i = 0; i < page.rows && work->found < work->count; i++) {
        uint32_t hit = toc_get_u32(page.claim + 4 * i), bit = hit % FILTER_BITS;
        if ((work->filter[bit / 8] & (1u << (bit % 8))) != 0 && page.kind[i] != 0)
            TOC_TRY(look_at(work, feed, first + i, hit, err));
    }
    return TOC_OK;
}

static void prepare(finding *work)
{
    if (work->count > 1)
        qsort(work->places, work->count, sizeof *work->places, compare_places);
    for (size_t i = 0; i < work->count; i++) {
        uint32_t bit = short_of(&work->places[i].claim) % FILTER_BITS;
        work->filter[bit / 8] |= (uint8_t)(1u << (bit % 8));
        work->places[i].found = false;
    }
}

toc_code toc_views_find(toc_views_txn *txn, toc_views_place *places, size_t count, toc_err *err)
{
    finding work = {.view = &txn->view, .places = places, .count = count};
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    prepare(&work);
    TOC_TRY(toc_cursor_open(txn->view.txn, TOC_VIEW_COLUMNS, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = TOC_OK;
    while (work.found < count && (code = toc_cursor_next(cursor, &row, err)) == TOC_OK)
        TOC_TRY(scan_page(&work, &row, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_views_head_by_id(toc_views_txn *txn, const toc_claim_id *claim, toc_views_head *out,
                              toc_err *err)
{
    toc_views_place place = {.claim = *claim};
    TOC_TRY(toc_views_find(txn, &place, 1, err));
    if (!place.found)
        return toc_fail(err, TOC_NOT_FOUND, "no record of this claim");
    return toc_views_head_of(txn, &place.subject, claim, out, err);
}
