/* What a fork disputes of a wallet or a transaction (RULES §1): shown, and nothing else. And the
 * forks themselves. */
#include "store/query/internal.h"

enum {
    FORKED_SHOWN_MAX = 100,
    FORKED_ROWS_MAX = 1 << 18, /* gone through for a transaction: a quarter of a second */
    FORKED_ARENA_BYTES = 1 << 20,
    FORKED_CARD_BYTES = 4 << 20
};

/* ---- a fork ---- */

static bool read_head(toc_span text, const toc_feed_name *feed, toc_checkpoint *out)
{
    toc_note note;
    if (toc_checkpoint_read(text, feed, &note, out, NULL) != TOC_OK)
        return false;
    out->origin = (toc_span){0}; /* it may be gone before the answer */
    return true;
}

static bool is_in_use(const toc_fork *fork, const toc_verify_key *key)
{
    bool in_use = false;
    for (size_t i = 0; !in_use && i < 2; i++)
        in_use = toc_fork_side_check(&fork->sides[i], &fork->feed, fork->index, key, 1, NULL,
                                     NULL) == TOC_OK;
    return in_use;
}

toc_code toc_query_fork(toc_log_txn *log, const toc_known_fork *known, toc_arena *arena,
                        toc_answer_fork *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    const toc_fork *fork = &known->fork;
    toc_org_id self;
    toc_card card = {0};
    TOC_TRY(toc_arena_new(FORKED_CARD_BYTES, &scratch, err));
    bool has_card = toc_log_card_of(log, &fork->feed.org, scratch, &card, NULL) == TOC_OK;
    *out = (toc_answer_fork){.feed = fork->feed,
                             .org_name = has_card ? toc_arena_dup(arena, card.name) : (toc_span){0},
                             .from = fork->index,
                             .since = known->since,
                             .own = toc_log_owner(log, &self, NULL) == TOC_OK &&
                                    toc_org_id_equal(&fork->feed.org, &self),
                             .key_in_use = !has_card || is_in_use(fork, &card.sign)};
    out->has_heads = read_head(fork->sides[0].note, &fork->feed, &out->heads[0]) &&
                     read_head(fork->sides[1].note, &fork->feed, &out->heads[1]);
    return has_card && out->org_name.size != card.name.size ? toc_query_no_memory(err) : TOC_OK;
}

static toc_code name_of(toc_log_txn *log, const toc_org_id *org, toc_arena *arena, toc_span *out,
                        toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    toc_card card;
    *out = (toc_span){0};
    TOC_TRY(toc_arena_new(FORKED_CARD_BYTES, &scratch, err));
    if (toc_log_card_of(log, org, scratch, &card, NULL) != TOC_OK)
        return TOC_OK;
    *out = toc_arena_dup(arena, card.name);
    return out->size == card.name.size ? TOC_OK : toc_query_no_memory(err);
}

toc_code toc_query_suspicion(toc_log_txn *log, const toc_log_suspicion *heads, toc_arena *arena,
                             toc_answer_fork *out, toc_err *err)
{
    *out = (toc_answer_fork){.feed = heads->feed,
                             .since = heads->since,
                             .suspected = true,
                             .key_in_use = true,
                             .teller = heads->teller};
    TOC_TRY(name_of(log, &heads->feed.org, arena, &out->org_name, err));
    TOC_TRY(name_of(log, &heads->teller, arena, &out->teller_name, err));
    out->has_heads = read_head(heads->notes[0], &heads->feed, &out->heads[0]) &&
                     read_head(heads->notes[1], &heads->feed, &out->heads[1]);
    return TOC_OK;
}

/* ---- what they dispute ---- */

/* The rows that are listed while `disputed` is walked. */
typedef struct listing {
    toc_query *query;
    toc_arena *scratch; /* of one record */
    toc_answer_in_dispute *out;
} listing;

static void listing_wipe(listing *all)
{
    toc_arena_free(all->scratch);
}
TOC_DEFINE_AUTO_WIPE(listing, listing_wipe)

static toc_code begin(listing *all, toc_query *query, toc_answer_in_dispute *out, bool *out_any,
                      toc_err *err)
{
    uint64_t rows;
    *all = (listing){.query = query, .out = out};
    *out = (toc_answer_in_dispute){0};
    TOC_TRY(toc_table_count(query->views->view.txn, TOC_VIEW_DISPUTED, &rows, err));
    *out_any = rows > 0;
    if (rows == 0)
        return TOC_OK;
    out->rows = toc_arena_zalloc(query->arena, FORKED_SHOWN_MAX, sizeof *out->rows);
    out->forks = toc_arena_zalloc(query->arena, FORKED_SHOWN_MAX, sizeof *out->forks);
    if (out->rows == NULL || out->forks == NULL)
        return toc_query_no_memory(err);
    return toc_arena_new(FORKED_ARENA_BYTES, &all->scratch, err);
}

static toc_code read_statement(listing *all, const toc_claim_row *row, toc_statement *out,
                               toc_err *err)
{
    toc_number_row number;
    TOC_TRY(toc_view_number(&all->query->views->view, row->feed, row->index, &number, err));
    toc_arena_reset(all->scratch);
    return toc_record_decode(number.record, all->scratch, out, err);
}

static toc_code add_row(listing *all, const toc_claim_row *row, toc_err *err)
{
    const toc_view_feed *feed;
    toc_statement statement;
    toc_query *query = all->query;
    if (++all->out->total > FORKED_SHOWN_MAX)
        return TOC_OK;
    toc_answer_forked *out = &all->out->rows[all->out->count++];
    TOC_TRY(toc_view_feed_of(&query->views->view, row->feed, &feed, err));
    *out = (toc_answer_forked){.claim = row->filed.claim,
                               .record = row->filed.record,
                               .circle = feed->name.circle,
                               .org = feed->name.org,
                               .kind = row->kind,
                               .lane = feed->name.lane,
                               .generation = feed->name.generation,
                               .index = row->index};
    TOC_TRY(read_statement(all, row, &statement, err));
    if (statement.kind == TOC_RECORD_WALLET)
        out->category = toc_arena_dup(query->arena, statement.as.wallet.category);
    return toc_query_org_name(query, &out->org, &out->org_name, err);
}

static bool is_of(const toc_answer_forked *row, const toc_feed_name *feed)
{
    return toc_circle_id_equal(&row->circle, &feed->circle) &&
           toc_org_id_equal(&row->org, &feed->org) && row->lane == feed->lane &&
           row->generation == feed->generation;
}

/* What disputes a row that is listed, each once. */
static toc_code add_fork(listing *all, const toc_answer_forked *row, toc_err *err)
{
    toc_known_fork known;
    toc_query *query = all->query;
    toc_answer_in_dispute *out = all->out;
    const toc_feed_name feed = {
        .circle = row->circle, .org = row->org, .lane = row->lane, .generation = row->generation};
    for (size_t i = 0; i < out->fork_count; i++) {
        if (is_of(row, &out->forks[i].feed))
            return TOC_OK;
    }
    toc_code code = toc_log_fork(query->log, &feed, &known, err);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND ? TOC_OK : code;
    toc_answer_fork *fork = &out->forks[out->fork_count++];
    TOC_TRY(toc_query_fork(query->log, &known, query->arena, fork, err));
    fork->has_heads = fork->has_heads && toc_views_for_officers(query->views);
    return TOC_OK;
}

static toc_code end(listing *all, toc_err *err)
{
    for (size_t i = 0; i < all->out->count; i++)
        TOC_TRY(add_fork(all, &all->out->rows[i], err));
    return TOC_OK;
}

/* ---- of a wallet ---- */

static toc_code list_rows(listing *all, toc_span subject, toc_err *err)
{
    toc_view *view = &all->query->views->view;
    toc_cursor *cursor;
    toc_row row;
    TOC_TRY(toc_view_cursor(view, TOC_VIEW_DISPUTED, &cursor, err));
    toc_code code = toc_cursor_seek(cursor, subject, &row, err);
    for (; code == TOC_OK && toc_span_begins(row.key, subject);
         code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        TOC_TRY(add_row(all, &claim, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_query_forked(toc_query *query, toc_dossier *out, toc_err *err)
{
    TOC_AUTO(listing_wipe) listing all = {0};
    bool any;
    TOC_TRY(begin(&all, query, &out->in_dispute, &any, err));
    if (!any)
        return TOC_OK;
    TOC_TRY(list_rows(&all, toc_subject_view(&out->wallet.subject), err));
    return end(&all, err);
}

/* ---- of a transaction ---- */

/* No row leads there from its id: what is in dispute is filed where it would stand, and in no other
 * table. So all of it is gone through; forks are rare, and what they dispute is not much. */
static bool is_meant(const toc_statement *statement, const toc_place *asked, size_t count)
{
    const toc_place *place = statement->kind == TOC_RECORD_TRANSFER ? &statement->as.transfer.place
                                                                    : &statement->as.sighting.place;
    for (size_t i = 0; i < count; i++) {
        if (place->chain == asked[i].chain && toc_span_equal(place->tx, asked[i].tx) &&
            (place->tx.size > 0 || toc_draft_id_equal(&place->id, &asked[i].id)))
            return true;
    }
    return false;
}

static toc_code look_at(listing *all, const toc_row *row, const toc_place *asked, size_t count,
                        toc_err *err)
{
    toc_claim_row claim;
    toc_statement statement;
    TOC_TRY(toc_claim_row_read(all->query->views->view.txn, row, &claim, err));
    if (claim.kind != TOC_RECORD_TRANSFER && claim.kind != TOC_RECORD_SIGHTING)
        return TOC_OK;
    TOC_TRY(read_statement(all, &claim, &statement, err));
    return is_meant(&statement, asked, count) ? add_row(all, &claim, err) : TOC_OK;
}

toc_code toc_query_forked_moves(toc_query *query, const toc_place *asked, size_t count,
                                toc_answer_transfers *out, toc_err *err)
{
    TOC_AUTO(listing_wipe) listing all = {0};
    toc_cursor *cursor;
    toc_row row;
    bool any;
    TOC_TRY(begin(&all, query, &out->in_dispute, &any, err));
    if (!any)
        return TOC_OK;
    TOC_TRY(toc_view_cursor(&query->views->view, TOC_VIEW_DISPUTED, &cursor, err));
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (size_t rows = 0; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        if (rows++ == FORKED_ROWS_MAX) {
            out->partial = true;
            return end(&all, err);
        }
        TOC_TRY(look_at(&all, &row, asked, count, err));
    }
    return code == TOC_NOT_FOUND ? end(&all, err) : code;
}
