/* The movements in and out of a wallet, newest first. A row of `moves` says that some record names
 * the wallet; whether that is live, and what is drawn, the movement's own claims say. */
#include <stdlib.h>

#include "store/query/internal.h"
#include "store/view/list.h"
#include "store/view/map.h"

enum { SCRATCH_BYTES_MAX = 256 << 20 }; /* the claims on one movement */

typedef struct listing {
    toc_query *query;
    toc_query inner; /* the same, with an arena for one movement at a time */
    toc_dossier *out;
    toc_map seen; /* subjects of places, on the side that is looked at */
    TOC_LIST(toc_answer_move) moves;
} listing;

static void listing_wipe(listing *work)
{
    toc_arena_free(work->inner.arena);
    toc_map_wipe(&work->seen);
    TOC_LIST_WIPE(&work->moves);
}
TOC_DEFINE_AUTO_WIPE(listing, listing_wipe)

static bool names(const listing *work, const toc_transfer_body *body, toc_direction direction)
{
    bool in = direction == TOC_DIRECTION_IN;
    const toc_wallet *parties = in ? body->to : body->from;
    size_t count = in ? body->to_count : body->from_count;
    const toc_wallet *wallet = &work->out->wallet;
    for (size_t i = 0; i < count; i++) {
        if (toc_span_equal(toc_subject_view(&parties[i].subject),
                           toc_subject_view(&wallet->subject)) &&
            strcmp(parties[i].tag, wallet->tag) == 0)
            return true;
    }
    return false;
}

static const toc_found_head *find_head(const toc_found_head *heads, const toc_record_id *record)
{
    while (heads != NULL && !toc_record_id_equal(&heads->row.filed.record, record))
        heads = heads->next;
    return heads;
}

/* `heads`: of its place, `found` among them the one that names the wallet. */
static toc_code add_move(listing *work, toc_direction direction, const toc_move_row *row,
                         const toc_found_head *heads, const toc_found_head *found, toc_err *err)
{
    toc_answer_movement movement;
    TOC_TRY(toc_query_movement(&work->inner, &row->place, &movement, err));
    toc_answer_move *move = TOC_LIST_ADD(&work->moves);
    if (move == NULL)
        return toc_query_no_memory(err);
    *move = (toc_answer_move){.direction = direction,
                              .time = row->time,
                              .note = movement.note,
                              .conflict = movement.conflict,
                              .claim_count = movement.void_count};
    for (size_t i = 0; i < movement.version_count; i++)
        move->claim_count += movement.versions[i].claim_count;
    if (movement.version_count > 0) {
        const toc_answer_claim *told = &movement.versions[0].claims[0];
        move->drawn = names(work, &told->statement.as.transfer, direction);
        found = find_head(heads, &told->record);
    }
    TOC_ASSERT(found != NULL);
    return toc_query_claim(work->query, &found->row, &move->claim, err);
}

static toc_code look_at(listing *work, toc_direction direction, const toc_move_row *row,
                        size_t *listed, toc_err *err)
{
    uint32_t unused;
    toc_found_head *heads = NULL;
    toc_span place = toc_subject_view(&row->place);
    if (toc_map_find(&work->seen, place, &unused))
        return TOC_OK;
    toc_arena_reset(work->inner.arena);
    TOC_TRY(toc_query_heads(&work->inner, place, &heads, err));
    const toc_found_head *found = find_head(heads, &row->record);
    if (found == NULL)
        return TOC_OK; /* not live: another record may name the wallet still */
    TOC_TRY(toc_map_add(&work->seen, place, 1, err));
    work->out->move_total++;
    if (*listed == TOC_MOVES_MAX)
        return TOC_OK;
    ++*listed;
    return add_move(work, direction, row, heads, found, err);
}

static toc_code list_side(listing *work, toc_direction direction, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_txn *txn = work->query->views->view.txn;
    toc_key prefix;
    toc_row row;
    size_t rows = 0, listed = 0;
    toc_map_clear(&work->seen);
    toc_move_prefix(&prefix, &work->out->wallet, direction);
    TOC_TRY(toc_cursor_open(txn, TOC_VIEW_MOVES, toc_key_view(&prefix), &cursor, err));
    toc_code code = toc_cursor_last(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_prev(cursor, &row, err)) {
        toc_move_row move;
        if (++rows > TOC_MOVES_COUNTED_MAX) {
            work->out->moves_partial = true;
            return TOC_OK;
        }
        TOC_TRY(toc_move_read(txn, &row, prefix.size, &move, err));
        TOC_TRY(look_at(work, direction, &move, &listed, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

static int compare_moves(const void *left, const void *right)
{
    const toc_answer_move *a = left, *b = right;
    if (a->time.unix_ms != b->time.unix_ms)
        return a->time.unix_ms > b->time.unix_ms ? -1 : 1;
    if (a->direction != b->direction)
        return a->direction < b->direction ? -1 : 1;
    return memcmp(a->claim.claim.bytes, b->claim.claim.bytes, sizeof a->claim.claim.bytes);
}

toc_code toc_query_moves(toc_query *query, toc_dossier *out, toc_err *err)
{
    TOC_AUTO(listing_wipe) listing work = {.query = query, .inner = *query, .out = out};
    work.inner.arena = NULL;
    toc_map_init(&work.seen);
    TOC_TRY(toc_arena_new(SCRATCH_BYTES_MAX, &work.inner.arena, err));
    TOC_TRY(list_side(&work, TOC_DIRECTION_IN, err));
    TOC_TRY(list_side(&work, TOC_DIRECTION_OUT, err));
    size_t count = work.moves.count;
    if (count > 1)
        qsort(work.moves.at, count, sizeof *work.moves.at, compare_moves);
    out->move_count = count < TOC_MOVES_MAX ? count : TOC_MOVES_MAX;
    out->moves = toc_arena_zalloc(query->arena, out->move_count, sizeof *out->moves);
    if (out->moves == NULL)
        return toc_query_no_memory(err);
    if (out->move_count > 0)
        memcpy(out->moves, work.moves.at, out->move_count * sizeof *out->moves);
    return TOC_OK;
}
