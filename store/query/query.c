#include "store/query/internal.h"

#include <stdlib.h>

#include "proto/crypto/hash.h"

enum { CARD_ARENA_BYTES_MAX = 4 << 20 };

toc_code toc_query_no_memory(toc_err *err)
{
    return toc_fail(err, TOC_NO_MEMORY, "no memory for the answer");
}

/* ---- begin and end ---- */

/* The views first: what the journal gains in between makes the answer incomplete, not wrong. */
toc_code toc_query_begin(toc_log *log, toc_views *views, toc_arena *arena, toc_time now,
                         toc_query *out, toc_err *err)
{
    TOC_AUTO(toc_query_end) toc_query query = {.arena = arena, .now = now};
    TOC_TRY(toc_views_read(views, &query.views, err));
    TOC_TRY(toc_log_read(log, &query.log, err));
    uint64_t positions[2];
    toc_time horizon;
    toc_views_position(query.views, &positions[TOC_LANE_ALERT], &positions[TOC_LANE_BULK],
                       &horizon);
    for (int lane = TOC_LANE_ALERT; lane <= TOC_LANE_BULK; lane++) {
        uint64_t last;
        TOC_TRY(toc_log_journal_last(query.log, (toc_lane)lane, &last, err));
        query.incomplete = query.incomplete || positions[lane] < last;
    }
    *out = query;
    query.views = NULL; /* transferred, both */
    query.log = NULL;
    return TOC_OK;
}

void toc_query_end(toc_query *query)
{
    toc_trust_free(query->trust);
    toc_views_end(query->views);
    toc_log_abort(query->log);
    query->views = NULL;
    query->log = NULL;
    query->trust = NULL;
}

/* ---- names ---- */

static toc_code read_name(toc_query *query, const toc_org_id *org, size_t slot, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CARD_ARENA_BYTES_MAX, &arena, err));
    toc_card card;
    toc_span name = {0};
    toc_code code = toc_log_card_of(query->log, org, arena, &card, err);
    if (code == TOC_OK)
        name = card.name;
    else if (code != TOC_NOT_FOUND)
        return code;
    size_t size = name.size < TOC_TEXT_BYTES_MAX ? name.size : TOC_TEXT_BYTES_MAX;
    query->views->names[slot].known = true;
    query->views->names[slot].org = *org;
    query->views->names[slot].size = (uint16_t)size;
    if (size > 0)
        memcpy(query->views->names[slot].text, name.data, size);
    return TOC_OK;
}

toc_code toc_query_org_name(toc_query *query, const toc_org_id *org, toc_span *out, toc_err *err)
{
    size_t slot = org->bytes[0] % TOC_VIEW_NAMES_KEPT;
    const toc_views_txn *views = query->views;
    if (!views->names[slot].known || !toc_org_id_equal(&views->names[slot].org, org))
        TOC_TRY(read_name(query, org, slot, err));
    *out =
        toc_arena_dup(query->arena, toc_span_of(views->names[slot].text, views->names[slot].size));
    return out->size == views->names[slot].size ? TOC_OK : toc_query_no_memory(err);
}

/* ---- claims ---- */

toc_code toc_query_claim(toc_query *query, const toc_claim_row *row, toc_answer_claim *out,
                         toc_err *err)
{
    const toc_view_feed *feed;
    TOC_TRY(toc_view_feed_of(&query->views->view, row->feed, &feed, err));
    *out = (toc_answer_claim){.claim = row->filed.claim,
                              .record = row->filed.record,
                              .circle = feed->name.circle,
                              .org = feed->name.org};
    toc_span record;
    TOC_TRY(toc_view_record(&query->views->view, row, &record, err));
    toc_span bytes = toc_arena_dup(query->arena, record);
    if (bytes.size != record.size)
        return toc_query_no_memory(err);
    TOC_TRY(toc_record_decode(bytes, query->arena, &out->statement, err));
    toc_standing standing;
    TOC_TRY(toc_view_standing(&query->views->view, &out->statement, query->arena, &standing, err));
    out->withdrawn = standing.alive_count == 0;
    out->misstated = standing.misstated;
    out->alive_count = standing.alive_count;
    out->alive = standing.alive;
    out->expired = row->valid_until.unix_ms != 0 && row->valid_until.unix_ms <= query->now.unix_ms;
    TOC_TRY(toc_query_org_name(query, &out->org, &out->org_name, err));
    if (query->trust != NULL)
        toc_trust_weigh(query->trust, out);
    return TOC_OK;
}

/* ---- heads ---- */

typedef struct head_scan {
    toc_query *query;
    toc_found_head **last;
    bool has_head;
    toc_claim_row head;
} head_scan;

static toc_code end_claim(head_scan *scan, toc_err *err)
{
    bool live = scan->has_head && toc_view_head_live(&scan->query->views->view, &scan->head);
    scan->has_head = false;
    if (!live)
        return TOC_OK;
    toc_found_head *found = toc_arena_zalloc(scan->query->arena, 1, sizeof *found);
    if (found == NULL)
        return toc_query_no_memory(err);
    found->row = scan->head;
    *scan->last = found;
    scan->last = &found->next;
    return TOC_OK;
}

static bool same_claim(const toc_claim_row *left, const toc_claim_row *right)
{
    return toc_claim_id_equal(&left->filed.claim, &right->filed.claim) &&
           toc_span_equal(left->filed.subject, right->filed.subject);
}

toc_code toc_query_heads(toc_query *query, toc_span prefix, toc_found_head **out, toc_err *err)
{
    toc_view *view = &query->views->view;
    toc_cursor *cursor;
    toc_found_head *first = NULL;
    head_scan scan = {.query = query, .last = &first};
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_CLAIMS, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_seek(cursor, prefix, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, prefix);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        if (scan.has_head && !same_claim(&claim, &scan.head))
            TOC_TRY(end_claim(&scan, err));
        if (toc_view_mute(view, &claim) || claim.kind == TOC_RECORD_MEMBERS)
            continue;
        scan.has_head = true;
        scan.head = claim;
    }
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(end_claim(&scan, err));
    *out = first;
    return TOC_OK;
}

/* A row is its claim's head when no row after it is one. */
toc_code toc_query_live_at(toc_query *query, uint32_t feed, uint64_t index, toc_arena *scratch,
                           bool *out_live, toc_claim_row *out_row, toc_statement *out, toc_err *err)
{
    toc_view *view = &query->views->view;
    toc_claim_scan claim;
    toc_span record;
    *out_live = false;
    TOC_TRY(toc_view_row_at(view, feed, index, out_row, &record, err));
    TOC_TRY(toc_view_scan(view, out_row->filed.subject, &out_row->filed.claim, &claim, err));
    if (!claim.has_head || !toc_record_id_equal(&claim.head.filed.record, &out_row->filed.record) ||
        !toc_view_head_live(view, &claim.head))
        return TOC_OK;
    TOC_TRY(toc_record_decode(record, scratch, out, err));
    *out_live = true;
    return TOC_OK;
}

/* ---- digest ---- */

typedef struct charter_list {
    toc_buf bytes;
} charter_list;

static void charter_list_wipe(charter_list *list)
{
    toc_buf_wipe(&list->bytes);
}
TOC_DEFINE_AUTO_WIPE(charter_list, charter_list_wipe)

static toc_code add_charter(void *context, const toc_log_circle *circle, toc_err *err)
{
    charter_list *list = context;
    if (!circle->joined || !circle->known)
        return TOC_OK;
    toc_buf_add(&list->bytes, circle->id.bytes, sizeof circle->id.bytes);
    toc_buf_add(&list->bytes, circle->charter.bytes, sizeof circle->charter.bytes);
    return toc_buf_ok(&list->bytes, err);
}

static int compare_charters(const void *left, const void *right)
{
    return memcmp(left, right, 64);
}

/* C: B("tocsin/charters/1\n" ‖ circle ‖ charter hash, of each joined circle in order of id). */
static toc_code hash_charters(toc_query *query, toc_hash *out, toc_err *err)
{
    TOC_AUTO(charter_list_wipe) charter_list list = {0};
    TOC_TRY(toc_log_circles(query->log, add_charter, &list, err));
    if (list.bytes.size > 0)
        qsort(list.bytes.data, list.bytes.size / 64, 64, compare_charters);
    toc_span parts[] = {toc_span_text("tocsin/charters/1\n"), toc_buf_view(&list.bytes)};
    toc_blake2b_parts(parts, TOC_COUNT(parts), out);
    return TOC_OK;
}

toc_code toc_query_digest(toc_query *query, toc_progress progress, void *context,
                          toc_answer_digest *out, toc_err *err)
{
    toc_answer_digest answer;
    TOC_TRY(toc_views_digest_walk(query->views, progress, context, &answer, err));
    TOC_TRY(hash_charters(query, &answer.charters, err));
    *out = answer;
    return TOC_OK;
}
