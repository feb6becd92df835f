/* What a fork disputes of a wallet (RULES §1): shown, and nothing else. And the forks themselves.
 */
#include "store/query/internal.h"

enum { FORKED_SHOWN_MAX = 100, FORKED_ARENA_BYTES = 1 << 20, FORKED_CARD_BYTES = 4 << 20 };

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

/* ---- what they dispute of a wallet ---- */

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

static toc_code list_rows(toc_query *query, toc_dossier *out, toc_err *err)
{
    toc_view *view = &query->views->view;
    toc_span subject = toc_subject_view(&out->wallet.subject);
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    toc_cursor *cursor;
    toc_row row;
    TOC_TRY(toc_arena_new(FORKED_ARENA_BYTES, &scratch, err));
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

static bool is_of(const toc_answer_forked *row, const toc_feed_name *feed)
{
    return toc_circle_id_equal(&row->circle, &feed->circle) &&
           toc_org_id_equal(&row->org, &feed->org) && row->lane == feed->lane &&
           row->generation == feed->generation;
}

/* What disputes a row that is listed, each once. */
static toc_code add_fork(toc_query *query, const toc_answer_forked *row, toc_dossier *out,
                         toc_err *err)
{
    toc_known_fork known;
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

toc_code toc_query_forked(toc_query *query, toc_dossier *out, toc_err *err)
{
    uint64_t rows;
    TOC_TRY(toc_table_count(query->views->view.txn, TOC_VIEW_DISPUTED, &rows, err));
    if (rows == 0)
        return TOC_OK;
    out->forked = toc_arena_zalloc(query->arena, FORKED_SHOWN_MAX, sizeof *out->forked);
    out->forks = toc_arena_zalloc(query->arena, FORKED_SHOWN_MAX, sizeof *out->forks);
    if (out->forked == NULL || out->forks == NULL)
        return toc_query_no_memory(err);
    TOC_TRY(list_rows(query, out, err));
    for (size_t i = 0; i < out->forked_count; i++)
        TOC_TRY(add_fork(query, &out->forked[i], out, err));
    return TOC_OK;
}
