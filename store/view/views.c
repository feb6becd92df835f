#include "store/views.h"

#include <stdio.h>

#include "proto/rules/terms.h"
#include "store/folder.h"
#include "store/view/fold.h"

enum { ARENA_BYTES_MAX = 16 << 20 }; /* a record of 32 KiB unpacks to a few MiB at worst */

/* ---- meta: layout and dirty ---- */

static toc_span layout_key(void)
{
    return toc_span_text("layout");
}

static toc_span dirty_key(void)
{
    return toc_span_text("dirty");
}

/* What the rows follow from besides the log. */
enum { LAYOUT_BYTES = 4 + 4 + 32 };

static void layout_value(const toc_views *views, uint8_t out[LAYOUT_BYTES])
{
    toc_hash audience;
    toc_audience_id(&views->audience, &audience);
    toc_put_u32(out, TOC_VIEW_LAYOUT);
    toc_put_u32(out + 4, TOC_RULES_VERSION);
    memcpy(out + 8, audience.bytes, sizeof audience.bytes);
}

/* A row of `meta` as it should be, or none where none should be. */
static toc_code has_row(toc_txn *txn, toc_span key, toc_span expected, bool *out, toc_err *err)
{
    toc_span value = {0};
    toc_code code = toc_table_get(txn, TOC_VIEW_META, key, &value, err);
    *out = code == (expected.size == 0 ? TOC_NOT_FOUND : TOC_OK) &&
           (code != TOC_OK || toc_span_equal(value, expected));
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* What was folded from rows that the log has not: it is an older copy that was put back. */
static toc_code is_ahead(const toc_views *views, const toc_view_state *state, bool *out,
                         toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *log = NULL;
    *out = false;
    TOC_TRY(toc_log_read(views->log, &log, err));
    for (size_t lane = 0; lane < TOC_COUNT(state->position); lane++) {
        uint64_t last;
        TOC_TRY(toc_log_journal_last(log, (toc_lane)lane, &last, err));
        *out = *out || state->position[lane] > last;
    }
    return TOC_OK;
}

/* Whether what is on the disk can be gone on with. Empty tables can. */
static toc_code is_usable(const toc_views *views, bool *out, toc_err *err)
{
    TOC_AUTO(toc_txn_abort) toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(views->env, TOC_TXN_READ, &txn, err));
    uint64_t rows = 0;
    uint8_t layout[LAYOUT_BYTES];
    bool clean = false, same_layout = false, ahead = false;
    toc_view_state state = {0};
    layout_value(views, layout);
    TOC_TRY(toc_table_count(txn, TOC_VIEW_META, &rows, err));
    TOC_TRY(has_row(txn, dirty_key(), (toc_span){0}, &clean, err));
    TOC_TRY(has_row(txn, layout_key(), TOC_SPAN_OF(layout), &same_layout, err));
    toc_code code = toc_view_state_get(txn, &state, err);
    if (code != TOC_OK && code != TOC_MALFORMED)
        return code;
    TOC_TRY(is_ahead(views, &state, &ahead, err));
    *out = rows == 0 || (clean && same_layout && code == TOC_OK && !ahead);
    return TOC_OK;
}

/* Views that are full must still open: what is marked is not written again. */
static toc_code is_marked(toc_env *env, toc_span layout, bool *out, toc_err *err)
{
    TOC_AUTO(toc_txn_abort) toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(env, TOC_TXN_READ, &txn, err));
    return has_row(txn, layout_key(), layout, out, err);
}

static toc_code put_meta(toc_env *env, toc_span key, toc_span value, bool present, toc_err *err)
{
    toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(env, TOC_TXN_WRITE, &txn, err));
    toc_code code = present ? toc_table_put(txn, TOC_VIEW_META, key, value, err)
                            : toc_table_delete(txn, TOC_VIEW_META, key, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND) {
        toc_txn_abort(txn);
        return code;
    }
    return toc_txn_commit(txn, err);
}

toc_code toc_views_set_dirty(toc_views *views, bool dirty, toc_err *err)
{
    uint8_t mark = 1;
    if (!dirty) {
        TOC_TRY(toc_env_sync(views->env, err));
        TOC_TRY(toc_env_set_sync(views->env, views->sync, err));
    }
    TOC_TRY(put_meta(views->env, dirty_key(), TOC_SPAN_OF(mark), dirty, err));
    views->dirty = dirty;
    if (!dirty)
        return TOC_OK;
    TOC_TRY(toc_env_sync(views->env, err)); /* the mark must not be undone by a crash */
    return toc_env_set_sync(views->env, false, err);
}

/* ---- opening ---- */

static toc_code open_env(toc_views *views, toc_err *err)
{
    toc_code code = toc_env_create(views->path, &views->options, err);
    if (code != TOC_OK && code != TOC_EXISTS)
        return code;
    return toc_env_open(views->path, &views->options, &views->env, err);
}

/* Views that cannot be gone on with are nothing: the log has everything. */
static toc_code open_usable(toc_views *views, toc_err *err)
{
    bool usable = false;
    TOC_TRY(open_env(views, err));
    TOC_TRY(is_usable(views, &usable, err));
    if (!usable) {
        toc_env_close(views->env);
        views->env = NULL;
        TOC_TRY(toc_env_remove(views->path, err));
        TOC_TRY(open_env(views, err));
    }
    uint8_t layout[LAYOUT_BYTES];
    layout_value(views, layout);
    bool marked = false;
    TOC_TRY(is_marked(views->env, TOC_SPAN_OF(layout), &marked, err));
    return marked ? TOC_OK : put_meta(views->env, layout_key(), TOC_SPAN_OF(layout), true, err);
}

static toc_code new_tools(toc_views *views, toc_err *err)
{
    TOC_TRY(toc_opener_new(&views->opener, err));
    TOC_TRY(toc_judges_new(&views->judges, err));
    TOC_TRY(toc_arena_new(ARENA_BYTES_MAX, &views->arena, err));
    views->page = malloc(sizeof *views->page);
    views->plain = malloc((size_t)2 * TOC_ENTRY_BYTES_MAX);
    if (views->page == NULL || views->plain == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "no memory for the fold");
    return TOC_OK;
}

static toc_code read_state(toc_views *views, toc_err *err)
{
    TOC_AUTO(toc_txn_abort) toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(views->env, TOC_TXN_READ, &txn, err));
    return toc_view_state_get(txn, &views->state, err);
}

static toc_code open_views(const char *directory, const char *folder, const toc_audience *audience,
                           const toc_store_options *options, toc_log *log, toc_views **out,
                           toc_err *err)
{
    TOC_AUTO(toc_views_close) toc_views *views = calloc(1, sizeof *views);
    if (views == NULL || asprintf(&views->path, "%s/%s", directory, folder) < 0)
        return toc_fail(err, TOC_NO_MEMORY, "open the views of '%s': no memory", directory);
    views->log = log;
    views->audience = *audience;
    views->sync = options->sync;
    views->options = (toc_env_options){.tables = toc_view_table_names,
                                       .table_count = TOC_VIEW_TABLES,
                                       .map_bytes = options->views_map_bytes,
                                       .sync = options->sync,
                                       .may_undo = true}; /* the log has it */
    TOC_TRY(new_tools(views, err));
    TOC_TRY(open_usable(views, err));
    TOC_TRY(read_state(views, err));
    *out = views;
    views = NULL; /* transferred */
    return TOC_OK;
}

toc_code toc_views_open(const char *directory, const toc_store_options *options, toc_log *log,
                        toc_views **out, toc_err *err)
{
    return open_views(directory, "views", &toc_audience_officers, options, log, out, err);
}

toc_code toc_views_open_for(const char *directory, const char *name, const toc_audience *audience,
                            const toc_store_options *options, toc_log *log, toc_views **out,
                            toc_err *err)
{
    char folder[sizeof TOC_VIEWS_PREFIX + TOC_SLUG_BYTES_MAX];
    if (!toc_slug_valid(toc_span_text(name)) || strchr(name, '.') != NULL)
        return toc_fail(err, TOC_USAGE, "'%.64s' is no name of an audience", name);
    (void)snprintf(folder, sizeof folder, "%s%s", TOC_VIEWS_PREFIX, name);
    return open_views(directory, folder, audience, options, log, out, err);
}

void toc_views_close(toc_views *views)
{
    if (views == NULL)
        return;
    /* Unsynced commits are whole all the same. Should the sync fail, the mark stays and the views
     * are folded anew. */
    if (views->env != NULL && views->dirty && toc_views_set_dirty(views, false, NULL) != TOC_OK)
        views->dirty = true;
    toc_env_close(views->env);
    toc_opener_free(views->opener);
    toc_judges_free(views->judges);
    toc_batch_wipe(&views->batch);
    toc_buf_wipe(&views->scratch);
    toc_arena_free(views->arena);
    free(views->page);
    free(views->plain);
    free(views->path);
    free(views);
}

toc_code toc_views_clear(toc_views *views, toc_err *err)
{
    toc_txn *txn = NULL;
    TOC_TRY(toc_txn_begin(views->env, TOC_TXN_WRITE, &txn, err));
    toc_code code = TOC_OK;
    for (toc_table table = TOC_VIEW_META + 1; table < TOC_VIEW_TABLES && code == TOC_OK; table++)
        code = toc_table_clear(txn, table, err);
    toc_view_state empty = {0};
    if (code == TOC_OK)
        code = toc_view_state_put(txn, &empty, err);
    if (code != TOC_OK) {
        toc_txn_abort(txn);
        return code;
    }
    TOC_TRY(toc_txn_commit(txn, err));
    views->state = empty;
    return TOC_OK;
}

/* ---- reading ---- */

toc_code toc_views_read(toc_views *views, toc_views_txn **out, toc_err *err)
{
    toc_txn *rows = NULL;
    TOC_TRY(toc_txn_begin(views->env, TOC_TXN_READ, &rows, err));
    toc_views_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL) {
        toc_txn_abort(rows);
        return toc_fail(err, TOC_NO_MEMORY, "no memory to read the views");
    }
    txn->views = views;
    toc_view_init(&txn->view, rows, (toc_time){0});
    toc_code code = toc_view_state_get(rows, &txn->state, err);
    if (code != TOC_OK) {
        toc_views_end(txn);
        return code;
    }
    txn->view.horizon = txn->state.horizon;
    *out = txn;
    return TOC_OK;
}

void toc_views_end(toc_views_txn *txn)
{
    if (txn == NULL)
        return;
    toc_view_wipe(&txn->view);
    toc_txn_abort(txn->view.txn);
    free(txn);
}

bool toc_views_for_officers(const toc_views_txn *txn)
{
    return txn->views->audience.officers;
}

void toc_views_position(toc_views_txn *txn, uint64_t *out_alert, uint64_t *out_bulk,
                        toc_time *out_horizon)
{
    *out_alert = txn->state.position[TOC_LANE_ALERT];
    *out_bulk = txn->state.position[TOC_LANE_BULK];
    *out_horizon = txn->state.horizon;
}

toc_code toc_views_stats_of(toc_views_txn *txn, toc_views_stats *out, toc_err *err)
{
    toc_env_usage usage;
    toc_views_stats stats = {0};
    TOC_TRY(toc_env_usage_of(txn->views->env, &usage, err));
    stats.map_bytes = usage.map_bytes;
    stats.used_bytes = usage.file_bytes - usage.free_bytes;
    stats.row_operations = usage.row_operations;
    const struct {
        toc_view_table table;
        uint64_t *rows;
    } counts[] = {{TOC_VIEW_CLAIMS, &stats.claim_rows},
                  {TOC_VIEW_INCIDENCE, &stats.incidence_rows},
                  {TOC_VIEW_CONNECTORS, &stats.connector_rows},
                  {TOC_VIEW_COMPONENTS, &stats.component_rows},
                  {TOC_VIEW_NUMBERS, &stats.record_numbers}};
    for (size_t i = 0; i < TOC_COUNT(counts); i++)
        TOC_TRY(toc_table_count(txn->view.txn, (toc_table)counts[i].table, counts[i].rows, err));
    *out = stats;
    return TOC_OK;
}

/* ---- heads, members, records ---- */

toc_code toc_views_head_of(toc_views_txn *txn, const toc_subject *subject,
                           const toc_claim_id *claim, toc_views_head *out, toc_err *err)
{
    toc_claim_scan scan;
    TOC_TRY(toc_view_scan(&txn->view, toc_subject_view(subject), claim, &scan, err));
    if (scan.revision == 0)
        return toc_fail(err, TOC_NOT_FOUND, "no record of this claim");
    *out = (toc_views_head){.revision = scan.revision};
    if (!scan.has_head)
        return TOC_OK;
    out->live = toc_view_head_live(&txn->view, &scan.head);
    out->record = scan.head.filed.record;
    toc_number_row stored;
    TOC_TRY(toc_view_stored(&txn->view, &scan.head, &stored, err));
    const toc_view_feed *feed;
    TOC_TRY(toc_view_feed_of(&txn->view, scan.head.feed, &feed, err));
    out->bytes = stored.record;
    out->salt = stored.salt;
    out->lane = feed->name.lane;
    out->circle = feed->name.circle;
    out->org = feed->name.org;
    out->feed = feed->id;
    out->index = scan.head.index;
    return TOC_OK;
}

toc_code toc_views_member(toc_views_txn *txn, const toc_claim_id *report,
                          const toc_subject *subject, bool *out_member, uint64_t *out_revision,
                          toc_err *err)
{
    toc_decider decider;
    toc_report_row row;
    bool found;
    TOC_TRY(toc_view_decider(&txn->view, toc_subject_vertex(subject), report, &decider, err));
    TOC_TRY(toc_view_report(&txn->view, report, &row, &found, err));
    *out_member = toc_decides_member(&decider, row.ended);
    *out_revision = decider.found ? decider.revision : 0;
    return TOC_OK;
}

/* With a tag, whether its subject has notices: they strip nothing, so that no cover tells. */
static toc_code has_notices(toc_view *view, const toc_subject *subject, bool *out, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    toc_row row;
    toc_code code;
    TOC_TRY(toc_cursor_open(view->txn, TOC_VIEW_CLAIMS, toc_subject_view(subject), &cursor, err));
    *out = false;
    while (!*out && (code = toc_cursor_next(cursor, &row, err)) != TOC_NOT_FOUND) {
        toc_claim_row claim;
        TOC_TRY(code);
        TOC_TRY(toc_claim_row_read(view->txn, &row, &claim, err));
        *out = claim.kind == TOC_RECORD_NOTICE;
    }
    return TOC_OK;
}

toc_code toc_views_may_be_deposit(toc_views_txn *txn, const toc_wallet *wallet, bool *out,
                                  toc_err *err)
{
    uint8_t cover;
    TOC_TRY(toc_view_cover(&txn->view, toc_subject_vertex(&wallet->subject), &cover, err));
    *out = (cover & TOC_COVER_PAYS) != 0;
    return *out || wallet->tag[0] == '\0' ? TOC_OK
                                          : has_notices(&txn->view, &wallet->subject, out, err);
}

static toc_code each_record(toc_views_txn *txn, toc_view_table table, toc_views_record_visit visit,
                            void *context, toc_err *err)
{
    TOC_AUTO(toc_cursor_close) toc_cursor *cursor = NULL;
    TOC_TRY(toc_cursor_open(txn->view.txn, (toc_table)table, (toc_span){0}, &cursor, err));
    toc_row row;
    toc_code code = toc_cursor_first(cursor, &row, err);
    for (; code == TOC_OK; code = toc_cursor_next(cursor, &row, err)) {
        toc_claim_row claim;
        const toc_view_feed *feed;
        toc_number_row number;
        TOC_TRY(toc_claim_row_read(txn->view.txn, &row, &claim, err));
        TOC_TRY(toc_view_number(&txn->view, claim.feed, claim.index, &number, err));
        TOC_TRY(toc_view_feed_of(&txn->view, claim.feed, &feed, err));
        TOC_TRY(visit(context, &claim.filed.record, &feed->name.circle, &feed->name.org,
                      number.record, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

toc_code toc_views_records(toc_views_txn *txn, toc_views_record_visit visit, void *context,
                           toc_err *err)
{
    return each_record(txn, TOC_VIEW_CLAIMS, visit, context, err);
}

toc_code toc_views_disputed(toc_views_txn *txn, toc_views_record_visit visit, void *context,
                            toc_err *err)
{
    return each_record(txn, TOC_VIEW_DISPUTED, visit, context, err);
}

toc_code toc_views_forked(toc_views_txn *txn, const toc_feed_id *feed, uint64_t *out, toc_err *err)
{
    return toc_view_forked(&txn->view, feed, out, err);
}
