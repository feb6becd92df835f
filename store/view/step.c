/* One step of the fold: a transaction's worth of journal rows. */
#include "store/view/fold.h"

enum { GATHER_MS = TOC_VIEW_TXN_MS_MAX * 2 / 5 }; /* what is gathered takes as long again to put */

/* ---- a transaction ---- */

toc_code toc_fold_begin(toc_views *views, toc_log_txn *log, toc_fold *fold, toc_err *err)
{
    toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(views->env, TOC_TXN_WRITE, &txn, err));
    *fold = (toc_fold){.views = views,
                       .log = log,
                       .state = views->state,
                       .batch = views->batch,
                       .arena = views->arena,
                       .scratch = views->scratch,
                       .page = views->page,
                       .plain = views->plain};
    views->batch = (toc_batch){0};
    views->scratch = (toc_buf){0};
    toc_view_init(&fold->view, txn, views->state.horizon);
    toc_reports_init(&fold->reports, &fold->view);
    toc_map_init(&fold->notice_map);
    TOC_TRY(toc_table_count(txn, TOC_VIEW_RESTS, &fold->rests, err));
    TOC_TRY(toc_table_count(txn, TOC_VIEW_FORKS, &fold->forks, err));
    return toc_table_count(txn, TOC_VIEW_WATCHES, &fold->watches, err);
}

void toc_fold_wipe(toc_fold *fold)
{
    if (fold->views == NULL)
        return;
    toc_view_wipe(&fold->view);
    toc_txn_abort(fold->view.txn);
    toc_batch_clear(&fold->batch);
    fold->views->batch = fold->batch;
    fold->views->scratch = fold->scratch;
    toc_reports_wipe(&fold->reports);
    TOC_LIST_WIPE(&fold->notices);
    toc_map_wipe(&fold->notice_map);
    toc_wipe(fold->plain, TOC_ENTRY_BYTES_MAX);
    *fold = (toc_fold){0};
}

static void note_joining(const toc_fold *fold, bool put_off)
{
    toc_views *views = fold->views;
    views->join_rows += fold->rows;
    if (put_off)
        return;
    views->join_cost = fold->looked_at;
    views->join_rows = 0;
    views->joins += fold->looked_at > 0;
}

toc_code toc_fold_finish(toc_fold *fold, toc_err *err)
{
    TOC_TRY(toc_batch_flush(fold, err));
    TOC_TRY(toc_notices_judge(fold, err));
    TOC_TRY(toc_reports_judge(fold, err));
    bool put_off = false;
    if (fold->put_off)
        TOC_TRY(toc_clusters_put_off(fold, &put_off, err));
    if (!put_off)
        TOC_TRY(toc_clusters_join(fold, err));
    TOC_TRY(toc_reports_write(fold, err));
    TOC_TRY(toc_view_state_put(fold->view.txn, &fold->state, err));
    toc_view_wipe(&fold->view);
    fold->rows = toc_txn_rows(fold->view.txn);
    toc_txn *txn = fold->view.txn;
    fold->view.txn = NULL; /* transferred */
    TOC_TRY(toc_txn_commit(txn, err));
    fold->views->state = fold->state;
    note_joining(fold, put_off);
    return TOC_OK;
}

/* ---- journal rows ---- */

static bool alert_came(const toc_fold *fold)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *log = NULL;
    uint64_t last;
    return toc_log_read(fold->views->log, &log, NULL) == TOC_OK &&
           toc_log_journal_last(log, TOC_LANE_ALERT, &last, NULL) == TOC_OK &&
           last > fold->state.position[TOC_LANE_ALERT];
}

/* Rows in random order cost a page each in a short transaction and a fraction of one in a long one:
 * far behind, a transaction is as long as it may be, unless an alert comes. */
static bool has_enough(toc_fold *fold, const toc_fold_limit *limit)
{
    if (toc_txn_rows(fold->view.txn) + toc_batch_rows(fold) >= TOC_VIEW_TXN_ROWS_MAX)
        return true;
    if (limit->mono_ms == NULL)
        return false;
    uint64_t spent_ms = limit->mono_ms(limit->context) - limit->started_ms;
    if (spent_ms < fold->looked_ms + GATHER_MS)
        return false;
    fold->looked_ms = spent_ms;
    return !limit->far || alert_came(fold);
}

/* Once it is, it stays so: what follows the alert lane gets no time of its own. */
bool toc_fold_is_full(toc_fold *fold, const toc_fold_limit *limit)
{
    fold->full = fold->full || has_enough(fold, limit);
    return fold->full;
}

static toc_code take_range(toc_fold *fold, const toc_journal_row *row, uint64_t from,
                           const toc_fold_limit *limit, uint64_t *out_from, toc_err *err)
{
    const toc_fold_feed *feed;
    TOC_TRY(toc_fold_feed_of(fold, row->feed, &feed, err));
    uint64_t index = from;
    for (; index < row->until && (index == from || !toc_fold_is_full(fold, limit)); index++)
        TOC_TRY(toc_fold_take(fold, feed, index, err));
    *out_from = index;
    return TOC_OK;
}

static toc_code leave_range(toc_fold *fold, const toc_journal_row *row, uint64_t from,
                            const toc_fold_limit *limit, uint64_t *out_from, toc_err *err)
{
    uint64_t index = from;
    for (; index < row->until && (index == from || !toc_fold_is_full(fold, limit)); index++)
        TOC_TRY(toc_fold_leave(fold, row->feed, index, err));
    *out_from = index;
    return TOC_OK;
}

toc_code toc_fold_row(toc_fold *fold, const toc_journal_row *row, uint64_t from,
                      const toc_fold_limit *limit, uint64_t *out_from, bool *out_done, toc_err *err)
{
    uint64_t begin = from > row->from ? from : row->from, end = row->until;
    switch (row->kind) {
    case TOC_JOURNAL_OPENED:
    case TOC_JOURNAL_RELEASED:
        TOC_TRY(take_range(fold, row, begin, limit, &end, err));
        break;
    case TOC_JOURNAL_ERASED:
    case TOC_JOURNAL_QUARANTINED:
        TOC_TRY(leave_range(fold, row, begin, limit, &end, err));
        break;
    case TOC_JOURNAL_TICK:
        *out_from = 0;
        return toc_fold_tick(fold, row->tick, out_done, err);
    case TOC_JOURNAL_DISPUTED:
        return toc_fold_fork(fold, row, from, limit, out_from, out_done, err);
    case TOC_JOURNAL_STORED:
        break;
    }
    *out_done = end >= row->until;
    *out_from = *out_done ? 0 : end;
    return TOC_OK;
}

/* However late it is, a step takes at least one row: *moved says whether one was taken. */
static toc_code fold_lane(toc_fold *fold, toc_lane lane, const toc_fold_limit *limit, bool *moved,
                          toc_err *err)
{
    toc_view_state *state = &fold->state;
    while (!*moved || !toc_fold_is_full(fold, limit)) {
        toc_journal_row row;
        bool done = false;
        toc_code code = toc_log_journal_next(fold->log, lane, state->position[lane], &row, err);
        if (code != TOC_OK)
            return code == TOC_NOT_FOUND ? TOC_OK : code;
        TOC_TRY(
            toc_fold_row(fold, &row, state->offset[lane], limit, &state->offset[lane], &done, err));
        *moved = true;
        if (!done)
            return TOC_OK;
        state->position[lane] = row.number;
    }
    return TOC_OK;
}

/* ---- how far behind ---- */

typedef struct backlog {
    uint64_t last[2];
    uint64_t rows;
} backlog;

static toc_code measure(toc_log_txn *log, const toc_view_state *state, backlog *out, toc_err *err)
{
    *out = (backlog){0};
    for (int lane = TOC_LANE_ALERT; lane <= TOC_LANE_BULK; lane++) {
        TOC_TRY(toc_log_journal_last(log, (toc_lane)lane, &out->last[lane], err));
        if (out->last[lane] > state->position[lane])
            out->rows += out->last[lane] - state->position[lane];
    }
    return TOC_OK;
}

/* A journal row is a range: what counts is its entries. Looks no further than it has to. */
static toc_code is_far_behind(toc_log_txn *log, const toc_view_state *state, bool *out,
                              toc_err *err)
{
    uint64_t entries = 0;
    for (int lane = TOC_LANE_ALERT; lane <= TOC_LANE_BULK; lane++) {
        uint64_t after = state->position[lane];
        toc_journal_row row;
        toc_code code = TOC_OK;
        while (entries < TOC_VIEW_SYNC_BACKLOG &&
               (code = toc_log_journal_next(log, (toc_lane)lane, after, &row, err)) == TOC_OK) {
            entries += row.until > row.from ? row.until - row.from : 1;
            after = row.number;
        }
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return code;
    }
    *out = entries >= TOC_VIEW_SYNC_BACKLOG;
    return TOC_OK;
}

static toc_code enter_mode(toc_views *views, toc_log_txn *log, toc_fold_limit *limit, toc_err *err)
{
    TOC_TRY(is_far_behind(log, &views->state, &limit->far, err));
    if (!limit->far || !views->sync || views->dirty)
        return TOC_OK;
    views->dirty_ms = limit->started_ms;
    return toc_views_set_dirty(views, true, err);
}

/* Once level; but a stream that is level for moments is not synced at each of them. */
static toc_code leave_mode(toc_views *views, const toc_fold_limit *limit, bool *out_unsynced,
                           toc_err *err)
{
    *out_unsynced = views->dirty && limit->mono_ms != NULL &&
                    limit->mono_ms(limit->context) - views->dirty_ms < TOC_VIEW_DIRTY_MS_MIN;
    return views->dirty && !*out_unsynced ? toc_views_set_dirty(views, false, err) : TOC_OK;
}

/* Joining goes through everything that shares anything with what changed, however little that was.
 * While more waits, answers say that they are incomplete; until as many rows have been folded as
 * joining goes through it can be put off, so that it never costs more than the rest. */
static toc_code allow_putting_off(toc_fold *fold, toc_err *err)
{
    backlog left;
    TOC_TRY(measure(fold->log, &fold->state, &left, err));
    uint64_t rows = fold->views->join_rows + toc_txn_rows(fold->view.txn) + toc_batch_rows(fold);
    fold->put_off = left.rows > 0 && rows < fold->views->join_cost;
    return TOC_OK;
}

/* ---- the step ---- */

static void report_step(const toc_views *views, const backlog *left, toc_fold_result *out)
{
    out->backlog = left->rows;
    out->alert_position = views->state.position[TOC_LANE_ALERT];
    out->bulk_position = views->state.position[TOC_LANE_BULK];
    out->horizon = views->state.horizon;
}

static toc_code step(toc_views *views, toc_log_txn *log, const toc_fold_limit *limit,
                     toc_fold_result *out, toc_err *err)
{
    TOC_AUTO(toc_fold_wipe) toc_fold fold = {0};
    TOC_TRY(toc_fold_begin(views, log, &fold, err));
    bool moved = false;
    TOC_TRY(fold_lane(&fold, TOC_LANE_ALERT, limit, &moved, err));
    TOC_TRY(fold_lane(&fold, TOC_LANE_BULK, limit, &moved, err));
    TOC_TRY(allow_putting_off(&fold, err));
    TOC_TRY(toc_fold_finish(&fold, err));
    out->records = fold.records;
    out->rows = fold.rows;
    out->malformed = fold.malformed;
    return TOC_OK;
}

toc_code toc_views_fold(toc_views *views, uint64_t (*mono_ms)(void *context), void *context,
                        toc_fold_result *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *log = NULL;
    toc_fold_limit limit = {.mono_ms = mono_ms, .context = context};
    limit.started_ms = mono_ms == NULL ? 0 : mono_ms(context);
    toc_fold_result result = {0};
    backlog left;
    TOC_TRY(toc_log_read(views->log, &log, err));
    TOC_TRY(measure(log, &views->state, &left, err));
    if (left.rows > 0) {
        TOC_TRY(enter_mode(views, log, &limit, err));
        TOC_TRY(step(views, log, &limit, &result, err));
        TOC_TRY(measure(log, &views->state, &left, err));
    }
    if (left.rows == 0)
        TOC_TRY(leave_mode(views, &limit, &result.unsynced, err));
    report_step(views, &left, &result);
    *out = result;
    return TOC_OK;
}
