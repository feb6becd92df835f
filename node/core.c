/* The core thread: rounds of one transaction each, engine in, commit, only then outputs. */
#include <stdio.h>
#include <stdlib.h>

#include "node/audit.h"
#include "node/clock.h"
#include "node/diag.h"
#include "node/state.h"

enum {
    CORE_TICK_MS = 100,
    CORE_FULL_TELL_MS = 60000,
    CORE_ROUND_ITEMS_MAX = 4096 /* then commit: what waits is not starved of its answer */
};

/* ---- health ---- */

void node_fail(toc_node *node, const char *what, const toc_err *why)
{
    pthread_mutex_lock(&node->health_mutex);
    if (node->health.code == TOC_OK) {
        node->health = *why;
        toc_wrap(&node->health, "%s", what);
        toc_diag(TOC_DIAG_ERROR, "node-failed", "code=%s text=\"%s\"",
                 toc_code_name(node->health.code), node->health.text);
    }
    pthread_mutex_unlock(&node->health_mutex);
    toc_inbox_close(node->inbox);
    node_wake_settlers(node);
}

toc_code toc_node_health(toc_node *node, toc_err *err)
{
    pthread_mutex_lock(&node->health_mutex);
    toc_code code = node->health.code;
    if (code != TOC_OK && err != NULL)
        *err = node->health;
    pthread_mutex_unlock(&node->health_mutex);
    return code;
}

/* ---- the core ---- */

/* What a task does wrong is its own, and found before it writes. After a store that failed, or half
 * of a write, whatever it is called, the round must not be committed. */
static toc_code run_task(toc_node *node, toc_log_txn *txn, toc_item *item, toc_now now,
                         toc_err *err)
{
    uint64_t rows = toc_log_rows(txn);
    toc_code code = item->task.run(item->task.context, node->engine, txn, now, &item->err);
    item->task_code = code;
    bool torn = code != TOC_OK && toc_log_rows(txn) != rows;
    return code == TOC_IO || torn ? toc_fail(err, code, "%s", item->err.text) : TOC_OK;
}

static toc_code handle(toc_node *node, toc_log_txn *txn, toc_item *item, toc_now now, toc_err *err)
{
    if (item->kind == TOC_ITEM_LINK_UP) {
        toc_diag(TOC_DIAG_INFO, "link-up", "peer=%s", toc_diag_id_of(item->org.bytes).text);
        return toc_engine_link_up(node->engine, txn, item->link, &item->org, now, err);
    }
    if (item->kind == TOC_ITEM_LINK_DOWN) {
        toc_diag(TOC_DIAG_INFO, "link-down", "link=%llu", (unsigned long long)item->link);
        toc_engine_link_down(node->engine, item->link);
        return TOC_OK;
    }
    if (item->kind == TOC_ITEM_MESSAGE) {
        return toc_engine_message(node->engine, txn, item->link,
                                  toc_span_of(item->message, item->size), now, err);
    }
    if (item->kind == TOC_ITEM_REFUSED) {
        toc_diag(TOC_DIAG_WARNING, "refused", "peer=%s reason=%s text=\"%s\"",
                 item->has_org ? toc_diag_id_of(item->org.bytes).text : "stranger",
                 toc_refusal_name(item->refusal), item->err.text);
        toc_engine_count(node->engine, item->has_org ? &item->org : NULL, item->refusal,
                         item->err.text);
        return TOC_OK;
    }
    if (item->kind == TOC_ITEM_JOB_DONE)
        return toc_engine_job_done(node->engine, txn, item->job, item->verdict, &item->err, now,
                                   err);
    return run_task(node, txn, item, now, err);
}

/* Answers go out only now that their round is durable. */
static void answer(toc_node *node, toc_item *items, toc_code code, const toc_err *err)
{
    for (toc_item *item = items, *next; item != NULL; item = next) {
        next = item->next;
        if (item->kind == TOC_ITEM_MESSAGE)
            toc_links_consumed(node->links, item->link);
        if (item->kind == TOC_ITEM_TASK && item->task.done != NULL) {
            if (code != TOC_OK)
                item->task.done(item->task.context, code, err);
            else
                item->task.done(item->task.context, item->task_code, &item->err);
        }
        free(item);
    }
}

static void close_link(toc_node *node, const toc_output *output)
{
    toc_diag(TOC_DIAG_INFO, "link-close", "link=%llu text=\"%s\"", (unsigned long long)output->link,
             output->reason == NULL ? "" : output->reason);
    toc_links_close(node->links, output->link, output->reason);
}

static toc_code release_outputs(toc_node *node, toc_err *err)
{
    bool peers = false;
    toc_output output;
    while (toc_engine_output(node->engine, &output)) {
        if (output.kind == TOC_OUTPUT_SEND)
            toc_links_send(node->links, output.link, output.urgent, output.bytes);
        else if (output.kind == TOC_OUTPUT_CLOSE)
            close_link(node, &output);
        else
            peers = true;
    }
    return peers ? node_publish_peers(node, err) : TOC_OK;
}

/* What one transaction does not take goes first in the next. */
static void defer(toc_node *node, toc_item *rest)
{
    toc_item *last = rest;
    while (last != NULL && last->next != NULL)
        last = last->next;
    if (last != NULL) {
        last->next = node->deferred;
        node->deferred = rest;
    }
}

static toc_code handle_all(toc_node *node, toc_log_txn *txn, toc_item *items, toc_now now,
                           toc_err *err)
{
    for (toc_item *item = items; item != NULL; item = item->next) {
        TOC_TRY(handle(node, txn, item, now, err));
        node_give_work(node);
        if (toc_log_rows(txn) >= TOC_LOG_TXN_ENTRIES_MAX) {
            defer(node, item->next);
            item->next = NULL;
        }
    }
    return TOC_OK;
}

/* One round: everything that is ready, one transaction, one commit. *out_more: go on at once. */
static toc_code round_once(toc_node *node, toc_log_txn *txn_take, toc_item *items, bool *out_more,
                           toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = txn_take;
    toc_now now = toc_clock_now();
    TOC_TRY(handle_all(node, txn, items, now, err));
    TOC_TRY(toc_engine_tick(node->engine, txn, now, out_more, err));
    node_give_work(node);
    TOC_TRY(toc_engine_round_end(node->engine, txn, now, err));
    TOC_TRY(toc_audit_round_end(txn, now, err));
    if (toc_log_rows(txn) == 0)
        return TOC_OK;
    uint64_t journaled[2];
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_ALERT, &journaled[0], err));
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_BULK, &journaled[1], err));
    toc_log_txn *whole = txn;
    txn = NULL; /* transferred */
    TOC_TRY(toc_log_commit(whole, err));
    node_wake_fold(node, journaled);
    return TOC_OK;
}

/* Cuts the list after as many items as one round takes. */
static toc_item *next_items(toc_node *node, bool busy)
{
    toc_item *items = node->deferred;
    node->deferred = NULL;
    if (items == NULL)
        items = toc_inbox_take(node->inbox, busy ? 0 : CORE_TICK_MS);
    toc_item *last = items;
    for (unsigned i = 1; last != NULL && i < CORE_ROUND_ITEMS_MAX; i++)
        last = last->next;
    if (last != NULL) {
        node->deferred = last->next;
        last->next = NULL;
    }
    return items;
}

/* The log is full: nothing can be written, so nothing is taken and nothing asked for; who submits
 * is told, and questions are answered as before. Only a larger map, after a restart, ends it. */
static void shed(toc_node *node, toc_item *items, const toc_err *why)
{
    uint64_t now = toc_clock_now().mono.ms;
    for (const toc_item *item = items; item != NULL; item = item->next) {
        if (item->kind == TOC_ITEM_LINK_DOWN)
            toc_engine_link_down(node->engine, item->link);
    }
    answer(node, items, TOC_FULL, why);
    if (node->full_told_ms != 0 && now - node->full_told_ms < CORE_FULL_TELL_MS)
        return;
    node->full_told_ms = now;
    toc_diag(TOC_DIAG_ERROR, "store-full", "text=\"%s\"", why->text);
}

void *node_core_main(void *context)
{
    toc_node *node = context;
    bool more = false;
    while (!toc_inbox_closed(node->inbox)) {
        toc_item *items = next_items(node, more);
        toc_log_txn *txn;
        toc_err why = {0};
        toc_code code = toc_log_write(node->log, &txn, &why);
        if (code == TOC_FULL) {
            more = false;
            shed(node, items, &why);
            continue;
        }
        if (code == TOC_OK)
            code = round_once(node, txn, items, &more, &why);
        if (code == TOC_OK)
            code = release_outputs(node, &why);
        if (code != TOC_OK) /* before anybody hears of it: nothing more is taken */
            node_fail(node, "a round of the core", &why);
        answer(node, items, code, &why);
    }
    toc_err stopping;
    toc_code code = toc_fail(&stopping, TOC_UNREACHABLE, "the node is stopping");
    answer(node, node->deferred, code, &stopping);
    node->deferred = NULL;
    answer(node, toc_inbox_take(node->inbox, 0), code, &stopping);
    return NULL;
}

typedef struct waiting {
    pthread_mutex_t mutex;
    pthread_cond_t ended;
    bool done;
    toc_code code;
    toc_err err;
} waiting;

typedef struct waited_task {
    toc_code (*run)(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
    void *context;
    waiting wait;
} waited_task;

static toc_code run_waited(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const waited_task *task = context;
    return task->run(task->context, engine, txn, now, err);
}

static void end_waited(void *context, toc_code code, const toc_err *err)
{
    waiting *wait = &((waited_task *)context)->wait;
    pthread_mutex_lock(&wait->mutex);
    wait->done = true;
    wait->code = code;
    if (code != TOC_OK)
        wait->err = *err;
    pthread_cond_signal(&wait->ended);
    pthread_mutex_unlock(&wait->mutex);
}

toc_code toc_node_do(toc_node *node,
                     toc_code (*run)(void *context, toc_engine *engine, toc_log_txn *txn,
                                     toc_now now, toc_err *err),
                     void *context, toc_err *err)
{
    TOC_TRY(toc_node_health(node, err));
    waited_task task = {.run = run, .context = context};
    toc_item *item = toc_item_new(TOC_ITEM_TASK, (toc_span){0});
    if (item == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a task");
    pthread_mutex_init(&task.wait.mutex, NULL);
    pthread_cond_init(&task.wait.ended, NULL);
    item->task = (toc_task){.run = run_waited, .done = end_waited, .context = &task};
    toc_inbox_post(node->inbox, item, true);
    pthread_mutex_lock(&task.wait.mutex);
    while (!task.wait.done)
        pthread_cond_wait(&task.wait.ended, &task.wait.mutex);
    pthread_mutex_unlock(&task.wait.mutex);
    pthread_cond_destroy(&task.wait.ended);
    pthread_mutex_destroy(&task.wait.mutex);
    if (task.wait.code != TOC_OK && err != NULL)
        *err = task.wait.err;
    return task.wait.code;
}
