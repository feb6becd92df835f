/* Dropping the views and folding again: in the journal's order, or in any other (tests). */
#include "store/view/fold.h"

/* ---- in the journal's order ---- */

static toc_code refold(toc_views *views, toc_progress progress, void *context, toc_err *err)
{
    uint64_t total = 0;
    toc_fold_result result = {0};
    do {
        TOC_TRY(toc_views_fold(views, NULL, NULL, &result, err));
        uint64_t done = result.alert_position + result.bulk_position;
        total = done + result.backlog;
        if (progress != NULL)
            progress(context, done, total);
    } while (result.backlog > 0);
    return TOC_OK;
}

/* ---- in another order ---- */

typedef struct unit {
    uint32_t feed;
    uint64_t index;
} unit;

typedef struct shuffled {
    toc_views *views;
    toc_log_txn *log;
    uint64_t seed;
    uint64_t position[2];
    bool ended[2];
    TOC_LIST(unit) units; /* of one lane, up to what everything before it stays before */
} shuffled;

static void shuffled_wipe(shuffled *work)
{
    TOC_LIST_WIPE(&work->units);
}
TOC_DEFINE_AUTO_WIPE(shuffled, shuffled_wipe)

/* splitmix64 (Vigna 2015) */
static uint64_t draw(shuffled *work)
{
    uint64_t z = work->seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static toc_code list_units(shuffled *work, const toc_journal_row *row, toc_err *err)
{
    for (uint64_t index = row->from; index < row->until; index++) {
        unit *place = TOC_LIST_ADD(&work->units);
        if (place == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "no memory to shuffle");
        *place = (unit){.feed = row->feed, .index = index};
    }
    return TOC_OK;
}

/* Fisher and Yates. */
static void shuffle(shuffled *work)
{
    for (size_t i = work->units.count; i > 1; i--) {
        size_t other = (size_t)(draw(work) % i);
        unit kept = work->units.at[i - 1];
        work->units.at[i - 1] = work->units.at[other];
        work->units.at[other] = kept;
    }
}

static toc_code take_some(shuffled *work, size_t from, size_t until, toc_err *err)
{
    TOC_AUTO(toc_fold_wipe) toc_fold fold = {0};
    TOC_TRY(toc_fold_begin(work->views, work->log, &fold, err));
    for (size_t i = from; i < until; i++) {
        const toc_fold_feed *feed;
        TOC_TRY(toc_fold_feed_of(&fold, work->units.at[i].feed, &feed, err));
        TOC_TRY(toc_fold_take(&fold, feed, work->units.at[i].index, err));
    }
    fold.put_off = draw(work) % 2 == 0; /* whoever keeps the position joins */
    return toc_fold_finish(&fold, err);
}

static toc_code take_all(shuffled *work, toc_err *err)
{
    shuffle(work);
    for (size_t from = 0, until; from < work->units.count; from = until) {
        size_t left = work->units.count - from;
        size_t most = draw(work) % 4 == 0 ? 64 : 4; /* small chunks cross more boundaries */
        size_t some = 1 + (size_t)(draw(work) % (most < left ? most : left));
        until = from + some;
        TOC_TRY(take_some(work, from, until, err));
    }
    work->units.count = 0;
    return TOC_OK;
}

static toc_code do_barrier(shuffled *work, const toc_journal_row *row, toc_err *err)
{
    uint64_t from = 0;
    bool done = false;
    const toc_fold_limit limit = {0};
    while (!done) {
        TOC_AUTO(toc_fold_wipe) toc_fold fold = {0};
        TOC_TRY(toc_fold_begin(work->views, work->log, &fold, err));
        TOC_TRY(toc_fold_row(&fold, row, from, &limit, &from, &done, err));
        TOC_TRY(toc_fold_finish(&fold, err));
    }
    return TOC_OK;
}

/* What a lane has up to the next row that is no opening, in any order; then that row. */
static toc_code advance(shuffled *work, size_t lane, toc_err *err)
{
    toc_journal_row row;
    toc_code code;
    for (;;) {
        code = toc_log_journal_next(work->log, (toc_lane)lane, work->position[lane], &row, err);
        if (code != TOC_OK)
            break;
        work->position[lane] = row.number;
        if (row.kind == TOC_JOURNAL_OPENED)
            TOC_TRY(list_units(work, &row, err));
        else if (row.kind != TOC_JOURNAL_STORED)
            break;
    }
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    TOC_TRY(take_all(work, err));
    work->ended[lane] = code == TOC_NOT_FOUND;
    return code == TOC_OK ? do_barrier(work, &row, err) : TOC_OK;
}

static toc_code keep_position(shuffled *work, toc_err *err)
{
    TOC_AUTO(toc_fold_wipe) toc_fold fold = {0};
    TOC_TRY(toc_fold_begin(work->views, work->log, &fold, err));
    for (size_t lane = 0; lane < 2; lane++)
        fold.state.position[lane] = work->position[lane];
    return toc_fold_finish(&fold, err);
}

static toc_code refold_shuffled(toc_views *views, uint64_t seed, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *log = NULL;
    TOC_TRY(toc_log_read(views->log, &log, err));
    TOC_AUTO(shuffled_wipe) shuffled work = {.views = views, .log = log, .seed = seed};
    while (!work.ended[0] || !work.ended[1]) {
        size_t lane = draw(&work) % 2;
        TOC_TRY(advance(&work, work.ended[lane] ? 1 - lane : lane, err));
    }
    return keep_position(&work, err);
}

/* ---- either way ---- */

toc_code toc_views_rebuild(toc_views *views, const uint64_t *shuffle_seed, toc_progress progress,
                           void *context, toc_err *err)
{
    if (views->sync && !views->dirty)
        TOC_TRY(toc_views_set_dirty(views, true, err));
    TOC_TRY(toc_views_clear(views, err));
    if (shuffle_seed != NULL)
        TOC_TRY(refold_shuffled(views, *shuffle_seed, err));
    /* And what has come since. */
    return refold(views, progress, context, err);
}
