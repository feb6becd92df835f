/* Every record that was ever written about a wallet and is still in E, or would be without a fork:
 * older revisions and retractions too, since whoever got them has got them. */
#include <stdlib.h>

#include "proto/answer/choice.h"
#include "store/query/internal.h"
#include "store/view/list.h"

enum { ARENA_BYTES_MAX = 16 << 20 };

/* Members records and transfers stand under their cluster and their movement, each with others
 * that are not about the wallet: which of them name it, and where to look. */
typedef struct naming {
    TOC_LIST(toc_record_id) records;
    TOC_LIST(toc_subject) places;
} naming;

static void naming_wipe(naming *by)
{
    TOC_LIST_WIPE(&by->records);
    TOC_LIST_WIPE(&by->places);
}
TOC_DEFINE_AUTO_WIPE(naming, naming_wipe)

/* `org`, `claim`, `by`: NULL asks for all. */
typedef struct asking {
    toc_query *query;
    const toc_org_id *org;
    const toc_claim_id *claim;
    const naming *by;
    toc_arena *arena;
    toc_said_visit visit;
    void *context;
} asking;

/* ---- the records filed in one place ---- */

static int compare_records(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_record_id));
}

static bool is_asked_for(const asking *all, const toc_claim_row *row)
{
    if (all->claim != NULL && !toc_claim_id_equal(&row->filed.claim, all->claim))
        return false;
    if (all->by == NULL || (row->kind != TOC_RECORD_MEMBERS && row->kind != TOC_RECORD_TRANSFER))
        return true;
    return all->by->records.count > 0 &&
           bsearch(&row->filed.record, all->by->records.at, all->by->records.count,
                   sizeof row->filed.record, compare_records) != NULL;
}

static toc_code look_at(const asking *all, const toc_claim_row *row, bool forked, toc_err *err)
{
    const toc_view_feed *feed;
    toc_number_row number;
    toc_view *view = &all->query->views->view;
    toc_said_record said = {.record = row->filed.record,
                            .claim = row->filed.claim,
                            .index = row->index,
                            .forked = forked};
    if (!is_asked_for(all, row))
        return TOC_OK;
    TOC_TRY(toc_view_feed_of(view, row->feed, &feed, err));
    if (all->org != NULL && !toc_org_id_equal(&feed->name.org, all->org))
        return TOC_OK;
    said.circle = feed->name.circle;
    said.org = feed->name.org;
    said.feed = feed->id;
    TOC_TRY(forked ? toc_view_number(view, row->feed, row->index, &number, err)
                   : toc_view_stored(view, row, &number, err));
    said.bytes = number.record;
    toc_arena_reset(all->arena);
    TOC_TRY(toc_record_decode(said.bytes, all->arena, &said.statement, err));
    return all->visit(all->context, &said, err);
}

/* The rows of one table that are filed under what begins with the prefix. */
typedef struct filing {
    toc_cursor *cursor;
    toc_row row;
    bool there;
} filing;

static void filing_wipe(filing *rows)
{
    toc_cursor_close(rows->cursor);
}
TOC_DEFINE_AUTO_WIPE(filing, filing_wipe)

static toc_code filing_is(filing *rows, toc_code code)
{
    rows->there = code == TOC_OK;
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static toc_code filing_begin(filing *rows, const asking *all, toc_view_table table, toc_span prefix,
                             toc_err *err)
{
    TOC_TRY(toc_cursor_open(all->query->views->view.txn, table, prefix, &rows->cursor, err));
    return filing_is(rows, toc_cursor_first(rows->cursor, &rows->row, err));
}

/* Both tables have one form of key, so that the revisions of a claim come in their order. `prefix`:
 * of the subjects under which they are filed. */
static toc_code look_at_all(asking *all, toc_span prefix, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(filing_wipe) filing stand = {0};
    TOC_AUTO(filing_wipe) filing forked = {0};
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &arena, err));
    all->arena = arena;
    TOC_TRY(filing_begin(&stand, all, TOC_VIEW_CLAIMS, prefix, err));
    TOC_TRY(filing_begin(&forked, all, TOC_VIEW_DISPUTED, prefix, err));
    while (stand.there || forked.there) {
        toc_claim_row claim;
        bool is_forked =
            !stand.there || (forked.there && toc_span_compare(forked.row.key, stand.row.key) < 0);
        filing *next = is_forked ? &forked : &stand;
        TOC_TRY(toc_claim_row_read(all->query->views->view.txn, &next->row, &claim, err));
        TOC_TRY(look_at(all, &claim, is_forked, err));
        TOC_TRY(filing_is(next, toc_cursor_next(next->cursor, &next->row, err)));
    }
    return TOC_OK;
}

/* ---- what names a wallet elsewhere ---- */

static toc_code add_name(naming *by, const toc_record_id *record, const toc_subject *place,
                         toc_err *err)
{
    bool again = by->places.count > 0 &&
                 toc_span_equal(toc_subject_view(&by->places.at[by->places.count - 1]),
                                toc_subject_view(place)); /* neighbours name one place */
    toc_record_id *name = TOC_LIST_ADD(&by->records);
    toc_subject *at = again ? &by->places.at[by->places.count - 1] : TOC_LIST_ADD(&by->places);
    if (name == NULL || at == NULL)
        return toc_query_no_memory(err);
    *name = *record;
    *at = *place;
    return TOC_OK;
}

static toc_code add_report(toc_query *query, const toc_row *row, naming *by, toc_err *err)
{
    toc_filed filed;
    if (!toc_filed_read(row->key, &filed))
        return toc_table_lies(query->views->view.txn, TOC_VIEW_INCIDENCE, row->key, "no member",
                              err);
    toc_subject place = toc_report_subject(&filed.claim);
    return add_name(by, &filed.record, &place, err);
}

static toc_code add_move(toc_query *query, const toc_row *row, naming *by, toc_err *err)
{
    toc_move_row move;
    size_t prefix = row->key.size < TOC_MOVE_TAIL_BYTES ? 0 : row->key.size - TOC_MOVE_TAIL_BYTES;
    TOC_TRY(toc_move_read(query->views->view.txn, row, prefix, &move, err));
    return add_name(by, &move.record, &move.place, err);
}

static toc_code find_names(toc_query *query, toc_view_table table, toc_span vertex, naming *by,
                           toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(query->views->view.txn, table, vertex, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        if (by->records.count == TOC_QUERY_NAMED_MAX)
            return toc_fail(err, TOC_LIMIT,
                            "over %d members and movements name this wallet; ask about a record",
                            TOC_QUERY_NAMED_MAX);
        TOC_TRY(table == TOC_VIEW_INCIDENCE ? add_report(query, &row, by, err)
                                            : add_move(query, &row, by, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* What is in dispute has rows in no table but its own: members and transfers among it are read. */
static bool names_vertex(const toc_wallet *wallets, size_t count, toc_span vertex)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_span_equal(toc_subject_vertex(&wallets[i].subject), vertex))
            return true;
    }
    return false;
}

static bool statement_names(const toc_statement *statement, toc_span vertex)
{
    const toc_transfer_body *transfer = &statement->as.transfer;
    const toc_members_body *members = &statement->as.members;
    if (statement->kind == TOC_RECORD_TRANSFER)
        return names_vertex(transfer->from, transfer->from_count, vertex) ||
               names_vertex(transfer->to, transfer->to_count, vertex);
    bool named = false;
    for (size_t i = 0; i < members->count && !named; i++)
        named = names_vertex(&members->members[i].wallet, 1, vertex);
    return named;
}

static toc_code add_forked(toc_query *query, const toc_row *row, toc_span vertex, toc_arena *arena,
                           naming *by, toc_err *err)
{
    toc_claim_row claim;
    toc_number_row number;
    toc_statement statement;
    TOC_TRY(toc_claim_row_read(query->views->view.txn, row, &claim, err));
    if (claim.kind != TOC_RECORD_MEMBERS && claim.kind != TOC_RECORD_TRANSFER)
        return TOC_OK;
    TOC_TRY(toc_view_number(&query->views->view, claim.feed, claim.index, &number, err));
    toc_arena_reset(arena);
    TOC_TRY(toc_record_decode(number.record, arena, &statement, err));
    toc_subject place = toc_subject_copy(claim.filed.subject);
    return statement_names(&statement, vertex) ? add_name(by, &claim.filed.record, &place, err)
                                               : TOC_OK;
}

static toc_code find_forked(toc_query *query, toc_span vertex, naming *by, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &arena, err));
    TOC_TRY(
        toc_cursor_open(query->views->view.txn, TOC_VIEW_DISPUTED, (toc_span){0}, &cursor, err));
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err))
        TOC_TRY(add_forked(query, &row, vertex, arena, by, err));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static int compare_places(const void *left, const void *right)
{
    const toc_subject *a = left, *b = right;
    return toc_span_compare(toc_subject_view(a), toc_subject_view(b));
}

static void sort(naming *by)
{
    if (by->records.count > 1)
        qsort(by->records.at, by->records.count, sizeof *by->records.at, compare_records);
    if (by->places.count > 1)
        qsort(by->places.at, by->places.count, sizeof *by->places.at, compare_places);
}

/* ---- questions ---- */

static toc_code ask_about(asking *all, toc_span vertex, toc_err *err)
{
    TOC_AUTO(naming_wipe) naming by = {0};
    TOC_TRY(find_names(all->query, TOC_VIEW_INCIDENCE, vertex, &by, err));
    TOC_TRY(find_names(all->query, TOC_VIEW_MOVES, vertex, &by, err));
    TOC_TRY(find_forked(all->query, vertex, &by, err));
    sort(&by);
    all->by = &by;
    TOC_TRY(look_at_all(all, vertex, err));
    for (size_t i = 0; i < by.places.count; i++) {
        if (i == 0 || compare_places(&by.places.at[i - 1], &by.places.at[i]) != 0)
            TOC_TRY(look_at_all(all, toc_subject_view(&by.places.at[i]), err));
    }
    return TOC_OK;
}

/* Readings of one text on several chains are often one vertex. */
static bool is_again(const toc_choice *choice)
{
    const toc_wallet *wallets = choice->candidates.wallets;
    size_t last = choice->asked - 1;
    for (size_t i = 0; i < last; i++) {
        if (toc_span_equal(toc_subject_vertex(&wallets[i].subject),
                           toc_subject_vertex(&wallets[last].subject)))
            return true;
    }
    return false;
}

toc_code toc_query_said(toc_query *query, toc_span text, const toc_org_id *org,
                        toc_said_visit visit, void *context, toc_err *err)
{
    TOC_AUTO(toc_choice_wipe) toc_choice choice = {0};
    toc_wallet wallet;
    asking all = {.query = query, .org = org, .visit = visit, .context = context};
    TOC_TRY(toc_choice_begin(&choice, text, err));
    while (toc_choice_next(&choice, &wallet)) {
        if (toc_choice_spelling(&choice).size > 0 || !is_again(&choice))
            TOC_TRY(ask_about(&all, toc_subject_vertex(&wallet.subject), err));
    }
    return TOC_OK;
}

/* The subject of a claim of which all is in dispute; none has an index. */
static toc_code find_disputed(toc_query *query, const toc_claim_id *claim, toc_subject *out,
                              bool *out_found, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    *out_found = false;
    TOC_TRY(
        toc_cursor_open(query->views->view.txn, TOC_VIEW_DISPUTED, (toc_span){0}, &cursor, err));
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row found;
        TOC_TRY(toc_claim_row_read(query->views->view.txn, &row, &found, err));
        if (!toc_claim_id_equal(&found.filed.claim, claim))
            continue;
        *out = toc_subject_copy(found.filed.subject);
        *out_found = true;
        return TOC_OK;
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_query_revisions(toc_query *query, const toc_claim_id *claim, toc_said_visit visit,
                             void *context, toc_err *err)
{
    asking all = {.query = query, .claim = claim, .visit = visit, .context = context};
    toc_views_place place = {.claim = *claim};
    TOC_TRY(toc_views_find(query->views, &place, 1, err));
    if (!place.found)
        TOC_TRY(find_disputed(query, claim, &place.subject, &place.found, err));
    return place.found ? look_at_all(&all, toc_subject_view(&place.subject), err) : TOC_OK;
}

toc_code toc_query_claim_at(toc_query *query, const toc_feed_id *feed, uint64_t index,
                            toc_claim_id *out, toc_err *err)
{
    uint32_t local;
    toc_claim_row row;
    toc_number_row number;
    toc_view *view = &query->views->view;
    TOC_TRY(toc_view_feed_number(view, feed, &local, err));
    TOC_TRY(toc_view_number(view, local, index, &number, err));
    if (number.malformed)
        return toc_fail(err, TOC_NOT_FOUND, "the record is malformed");
    TOC_TRY(toc_view_filed(view, number.disputed ? TOC_VIEW_DISPUTED : TOC_VIEW_CLAIMS,
                           number.filed, local, index, &row, err));
    *out = row.filed.claim;
    return TOC_OK;
}
