#include "node/held.h"

#include <stdio.h>
#include <stdlib.h>

#include "node/clock.h"
#include "node/control_submit.h"
#include "node/diag.h"
#include "store/held.h"

enum { HELD_REFUSALS_BYTES_MAX = 1 << 20 };

/* ---- holding ---- */

typedef struct keeping {
    toc_log_held held;
    toc_buf text;
} keeping;

static void keeping_wipe(keeping *what)
{
    toc_buf_wipe(&what->text);
}
TOC_DEFINE_AUTO_WIPE(keeping, keeping_wipe)

static toc_code put_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    (void)engine;
    const keeping *what = context;
    toc_log_held held = what->held;
    held.at = now.wall;
    return toc_log_held_put(txn, &held, toc_buf_view(&what->text), err);
}

/* As a dry run: counts, and tells what is refused. */
static toc_code try_out(toc_node *node, toc_writer *writer, const toc_submission_request *request,
                        toc_span frames, toc_submission_refusal refusal, void *context,
                        toc_writer_totals *out_totals, toc_buf *out_summary, toc_err *err)
{
    TOC_AUTO(toc_submission_free) toc_submission *submission = NULL;
    toc_submission_request trial = *request;
    trial.dry_run = true;
    TOC_TRY(toc_submission_begin(node, writer, &trial, refusal, context, &submission, err));
    TOC_TRY(toc_submission_frames(submission, frames, err));
    *out_totals = toc_submission_totals(submission);
    return toc_submission_end(submission, out_summary, err);
}

toc_code toc_held_keep(toc_node *node, toc_writer *writer, const toc_submission_request *request,
                       uint32_t uid, toc_span line, toc_span frames, toc_submission_refusal refusal,
                       void *context, toc_buf *out_summary, toc_writer_totals *out_totals,
                       toc_err *err)
{
    TOC_AUTO(keeping_wipe) keeping what = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    toc_writer_totals totals;
    TOC_TRY(try_out(node, writer, request, frames, refusal, context, &totals, &summary, err));
    *out_totals = totals;
    if (totals.fresh + totals.changed == 0) {
        toc_buf_add_span(out_summary, toc_buf_view(&summary));
        return toc_buf_ok(out_summary, err);
    }
    what.held = (toc_log_held){.id = request->id,
                               .circle = request->circle,
                               .lane = request->lane,
                               .uid = uid,
                               .until = request->until,
                               .fresh = totals.fresh,
                               .changed = totals.changed,
                               .unchanged = totals.unchanged,
                               .refused = totals.refused};
    toc_buf_add_span(&what.text, line);
    toc_buf_add_u8(&what.text, '\n');
    toc_buf_add_span(&what.text, frames);
    TOC_TRY(toc_buf_ok(&what.text, err));
    toc_err why;
    toc_code code = toc_node_do(node, put_in_round, &what, &why);
    if (code != TOC_OK && code != TOC_EXISTS) /* the same again is harmless */
        return toc_fail(err, code, "%s", why.text);
    toc_submission_print(&totals, request->until, out_summary);
    return toc_buf_ok(out_summary, err);
}

/* ---- what people do to it ---- */

typedef struct touch {
    toc_draft_id id;
    toc_held_by by;
} touch;

static toc_code find_for(toc_log_txn *txn, const touch *what, toc_log_held *out, toc_err *err)
{
    TOC_TRY(toc_log_held_get(txn, &what->id, out, err));
    if (out->uid != what->by.uid && !what->by.admin)
        return toc_fail(err, TOC_DENIED,
                        "user %u submitted this; he, or an admin of the node, may recall or "
                        "release it",
                        out->uid);
    if (out->state == TOC_HELD_LEAVING)
        return toc_fail(err, TOC_STATE,
                        "this submission is being written already; 'tocsin retract' takes back "
                        "what it says");
    return TOC_OK;
}

static toc_code recall_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    (void)engine;
    (void)now;
    const touch *what = context;
    toc_log_held held;
    TOC_TRY(find_for(txn, what, &held, err));
    return toc_log_held_remove(txn, &what->id, err);
}

static toc_code release_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    (void)engine;
    const touch *what = context;
    toc_log_held held;
    TOC_TRY(find_for(txn, what, &held, err));
    held.state = TOC_HELD_WAITING;
    held.until = now.wall;
    held.why[0] = '\0';
    return toc_log_held_change(txn, &held, err);
}

toc_code toc_held_recall(toc_node *node, const toc_draft_id *id, toc_held_by by, toc_err *err)
{
    touch what = {.id = *id, .by = by};
    return toc_node_do(node, recall_in_round, &what, err);
}

toc_code toc_held_release(toc_node *node, const toc_draft_id *id, toc_held_by by, toc_err *err)
{
    touch what = {.id = *id, .by = by};
    return toc_node_do(node, release_in_round, &what, err);
}

/* ---- writing what is due ---- */

typedef struct due {
    toc_time now;
    size_t count;
    struct due_one {
        toc_time until;
        toc_draft_id id;
    } all[TOC_HELD_MAX];
} due;

static toc_code look_at(void *context, const toc_log_held *held, toc_err *err)
{
    due *at = context;
    (void)err;
    bool is_due = held->state != TOC_HELD_FAILED && held->until.unix_ms <= at->now.unix_ms;
    if (is_due && at->count < TOC_HELD_MAX)
        at->all[at->count++] = (struct due_one){.until = held->until, .id = held->id};
    return TOC_OK;
}

static int by_moment(const void *left, const void *right)
{
    const struct due_one *a = left, *b = right;
    return (a->until.unix_ms > b->until.unix_ms) - (a->until.unix_ms < b->until.unix_ms);
}

static toc_code find_due(toc_node *node, due *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    out->now = toc_clock_now().wall;
    out->count = 0;
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    TOC_TRY(toc_log_held_each(txn, look_at, out, err));
    qsort(out->all, out->count, sizeof *out->all, by_moment);
    return TOC_OK;
}

/* From here on it cannot be recalled. NOT_FOUND when it just was. */
static toc_code leave_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    (void)engine;
    (void)now;
    toc_log_held *held = context;
    TOC_TRY(toc_log_held_get(txn, &held->id, held, err));
    held->state = TOC_HELD_LEAVING;
    return toc_log_held_change(txn, held, err);
}

static toc_code change_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    (void)engine;
    (void)now;
    return toc_log_held_change(txn, context, err);
}

static toc_code remove_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    (void)engine;
    (void)now;
    const toc_draft_id *id = context;
    return toc_log_held_remove(txn, id, err);
}

static toc_code read_text(toc_node *node, const toc_draft_id *id, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    return toc_log_held_text(txn, id, out, err);
}

static void note_refusal(void *context, uint32_t line, const toc_err *why)
{
    toc_buf *refusals = context;
    if (refusals->size > HELD_REFUSALS_BYTES_MAX)
        return;
    toc_submission_print_refusal(line, why, refusals);
    toc_buf_add_u8(refusals, '\n');
}

static toc_code write_text(toc_node *node, toc_writer *writer, const toc_log_held *held,
                           toc_buf *refusals, toc_buf *summary, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_draft_id id = held->id;
    TOC_TRY(read_text(node, &id, &text, err));
    toc_deed by = {.door = TOC_DOOR_HELD, .uid = held->uid};
    TOC_TRY(toc_waiting_take(node, writer, &by, toc_buf_view(&text), note_refusal, refusals,
                             summary, err));
    return toc_node_do(node, remove_in_round, &id, err);
}

/* What another moment may change is tried again and stays on its way, for some of it may be written
 * already; anything else waits for a person. */
static void keep_failed(toc_node *node, toc_log_held *held, const toc_err *why)
{
    toc_err ignored;
    held->state = toc_waiting_may_pass(why->code) ? TOC_HELD_LEAVING : TOC_HELD_FAILED;
    (void)snprintf(held->why, sizeof held->why, "%s", why->text);
    toc_diag(TOC_DIAG_WARNING, "held-waits", "id=%s code=%s text=\"%s\"",
             toc_diag_id_of(&held->id).text, toc_code_name(why->code), why->text);
    if (toc_node_do(node, change_in_round, held, &ignored) != TOC_OK)
        toc_diag(TOC_DIAG_ERROR, "held", "text=\"%s\"", ignored.text);
}

static bool write_one(toc_node *node, toc_writer *writer, const toc_draft_id *id,
                      toc_held_told told, void *context)
{
    TOC_AUTO(toc_buf_wipe) toc_buf refusals = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    toc_log_held held = {.id = *id};
    toc_err why;
    toc_code code = toc_node_do(node, leave_in_round, &held, &why);
    if (code != TOC_OK)
        return code == TOC_NOT_FOUND;
    code = write_text(node, writer, &held, &refusals, &summary, &why);
    if (code != TOC_OK) {
        keep_failed(node, &held, &why);
        return !toc_waiting_may_pass(code);
    }
    toc_diag(TOC_DIAG_INFO, "held-written", "id=%s summary=%s", toc_diag_id_of(id).text,
             toc_buf_text(&summary));
    told(context, id, toc_buf_view(&refusals));
    return true;
}

bool toc_held_write_due(toc_node *node, toc_writer *writer, toc_held_told told, void *context)
{
    due now;
    toc_err why;
    bool all = true;
    if (find_due(node, &now, &why) != TOC_OK) {
        toc_diag(TOC_DIAG_ERROR, "held", "text=\"%s\"", why.text);
        return false;
    }
    for (size_t i = 0; i < now.count; i++)
        all = write_one(node, writer, &now.all[i].id, told, context) && all;
    return all;
}
