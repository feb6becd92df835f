#include "node/core.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/diag.h"
#include "node/link/links.h"

enum {
    CORE_TICK_MS = 100,
    CORE_ARENA_BYTES = 64 << 20,
    CORE_WORKERS_MAX = 64,
    CORE_FULL_TELL_MS = 60000,
    CORE_ROUND_ITEMS_MAX = 4096, /* then commit: what waits is not starved of its answer */
    FOLD_FULL_S = 1              /* then views that were full are tried again */
};

/* A verification on its way to a worker. */
typedef struct work {
    struct work *next;
    uint64_t job;
    toc_chunk *chunk; /* the engine's, lent until job-done */
} work;

struct toc_node {
    toc_config config;
    toc_log *log;
    toc_views *views;
    toc_engine *engine;
    toc_inbox *inbox;
    toc_links *links;
    toc_secret *seal;
    toc_org_id org;
    toc_time started;
    toc_item *deferred; /* taken from the inbox, over the bound of the round before */
    uint64_t full_told_ms;

    pthread_t core, fold, workers[CORE_WORKERS_MAX];
    unsigned worker_count;
    bool core_runs, fold_runs;

    pthread_mutex_t work_mutex;
    pthread_cond_t work_filled;
    work *work_first, *work_last;
    bool work_closed;

    pthread_mutex_t fold_mutex;
    pthread_cond_t fold_wanted, fold_moved;
    bool fold_wake, fold_closed;
    bool views_full;       /* nothing more can be folded; what is there is answered from */
    uint64_t folded[2];    /* positions, by lane */
    uint64_t journaled[2]; /* the last rows committed */

    pthread_mutex_t rebuild_mutex; /* the fold and a rebuild take turns */

    pthread_mutex_t health_mutex;
    toc_err health;
};

/* ---- health ---- */

static void fail_node(toc_node *node, const char *what, const toc_err *why)
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

/* ---- workers ---- */

static void give_work(toc_node *node)
{
    uint64_t job;
    toc_chunk *chunk;
    while (toc_engine_job(node->engine, &job, &chunk)) {
        work *fresh = calloc(1, sizeof *fresh);
        if (fresh == NULL) {
            toc_err why;
            toc_fail(&why, TOC_NO_MEMORY, "out of memory for a verification");
            fail_node(node, "core", &why);
            return;
        }
        fresh->job = job;
        fresh->chunk = chunk;
        pthread_mutex_lock(&node->work_mutex);
        if (node->work_last != NULL)
            node->work_last->next = fresh;
        else
            node->work_first = fresh;
        node->work_last = fresh;
        pthread_cond_signal(&node->work_filled);
        pthread_mutex_unlock(&node->work_mutex);
    }
}

static work *take_work(toc_node *node)
{
    pthread_mutex_lock(&node->work_mutex);
    while (node->work_first == NULL && !node->work_closed)
        pthread_cond_wait(&node->work_filled, &node->work_mutex);
    work *first = node->work_closed ? NULL : node->work_first;
    if (first != NULL) {
        node->work_first = first->next;
        if (node->work_first == NULL)
            node->work_last = NULL;
    }
    pthread_mutex_unlock(&node->work_mutex);
    return first;
}

static void *worker_main(void *context)
{
    toc_node *node = context;
    for (work *item = take_work(node); item != NULL; item = take_work(node)) {
        toc_err why = {0};
        toc_code verdict = toc_chunk_verify(item->chunk, &why);
        toc_item *done = toc_item_new(TOC_ITEM_JOB_DONE, (toc_span){0});
        if (done == NULL) {
            toc_fail(&why, TOC_NO_MEMORY, "out of memory for a verdict");
            fail_node(node, "worker", &why);
        } else {
            done->job = item->job;
            done->verdict = verdict;
            done->err = why;
            toc_inbox_post(node->inbox, done, false);
        }
        free(item);
    }
    return NULL;
}

/* ---- events of the links: into the inbox, never blocking ---- */

static void post(toc_node *node, toc_item *item, bool urgent)
{
    if (item != NULL)
        toc_inbox_post(node->inbox, item, urgent);
}

static void on_up(void *context, uint64_t link, const toc_org_id *peer)
{
    toc_item *item = toc_item_new(TOC_ITEM_LINK_UP, (toc_span){0});
    if (item != NULL) {
        item->link = link;
        item->org = *peer;
    }
    post(context, item, false);
}

static void on_down(void *context, uint64_t link)
{
    toc_item *item = toc_item_new(TOC_ITEM_LINK_DOWN, (toc_span){0});
    if (item != NULL)
        item->link = link;
    post(context, item, false); /* behind the link's own messages */
}

static void on_message(void *context, uint64_t link, toc_span message)
{
    toc_item *item = toc_item_new(TOC_ITEM_MESSAGE, message);
    if (item != NULL)
        item->link = link;
    post(context, item, false);
}

static void on_refused(void *context, const toc_org_id *org, toc_refusal refusal,
                       const char *sentence)
{
    toc_item *item = toc_item_new(TOC_ITEM_REFUSED, (toc_span){0});
    if (item != NULL) {
        item->has_org = org != NULL;
        if (org != NULL)
            item->org = *org;
        item->refusal = refusal;
        toc_fail(&item->err, TOC_DENIED, "%s", sentence);
    }
    post(context, item, false);
}

/* ---- who may link ---- */

typedef struct peer_rows {
    toc_node *node;
    toc_log_txn *txn;
    toc_arena *arena;
    toc_links_peer *rows;
    size_t count, capacity;
} peer_rows;

static void split_lines(toc_span lines, toc_links_peer *out)
{
    while (lines.size > 0 && out->endpoint_count < TOC_ENDPOINTS_MAX) {
        const uint8_t *end = memchr(lines.data, '\n', lines.size);
        size_t length = end == NULL ? lines.size : (size_t)(end - lines.data);
        if (length > 0)
            out->endpoints[out->endpoint_count++] = toc_span_of(lines.data, length);
        size_t used = end == NULL ? length : length + 1;
        lines = toc_span_of(lines.data + used, lines.size - used);
    }
}

static toc_code add_peer(void *context, const toc_card *card, toc_err *err)
{
    peer_rows *all = context;
    toc_link_key key;
    if (!toc_engine_may_link(all->node->engine, all->txn, &card->org, &key))
        return TOC_OK;
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 16 : all->capacity * 2;
        toc_links_peer *grown = realloc(all->rows, capacity * sizeof *grown);
        if (grown == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for peers");
        all->rows = grown;
        all->capacity = capacity;
    }
    toc_links_peer *row = &all->rows[all->count++];
    *row = (toc_links_peer){.org = card->org, .key = key};
    toc_span endpoints;
    if (toc_log_peer_get(all->txn, &card->org, &endpoints, NULL) == TOC_OK)
        split_lines(toc_arena_dup(all->arena, endpoints), row);
    return TOC_OK;
}

static toc_code publish_peers(toc_node *node, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CORE_ARENA_BYTES, &arena, err));
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(node->log, &txn, err));
    peer_rows all = {.node = node, .txn = txn, .arena = arena};
    toc_code code = toc_log_cards(txn, arena, add_peer, &all, err);
    if (code == TOC_OK)
        code = toc_links_peers(node->links, all.rows, all.count, err);
    free(all.rows);
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
    return peers ? publish_peers(node, err) : TOC_OK;
}

static void wake_fold(toc_node *node, const uint64_t journaled[2])
{
    pthread_mutex_lock(&node->fold_mutex);
    node->journaled[0] = journaled[0];
    node->journaled[1] = journaled[1];
    node->fold_wake = true;
    pthread_cond_signal(&node->fold_wanted);
    pthread_mutex_unlock(&node->fold_mutex);
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
        give_work(node);
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
    give_work(node);
    TOC_TRY(toc_engine_round_end(node->engine, txn, now, err));
    if (toc_log_rows(txn) == 0)
        return TOC_OK;
    uint64_t journaled[2];
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_ALERT, &journaled[0], err));
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_BULK, &journaled[1], err));
    toc_log_txn *whole = txn;
    txn = NULL; /* transferred */
    TOC_TRY(toc_log_commit(whole, err));
    wake_fold(node, journaled);
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

static void *core_main(void *context)
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
            fail_node(node, "a round of the core", &why);
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

/* ---- the fold ---- */

static bool wait_for_fold(toc_node *node, bool more)
{
    pthread_mutex_lock(&node->fold_mutex);
    while (!more && !node->fold_wake && !node->fold_closed)
        pthread_cond_wait(&node->fold_wanted, &node->fold_mutex);
    node->fold_wake = false;
    bool go_on = !node->fold_closed;
    pthread_mutex_unlock(&node->fold_mutex);
    return go_on;
}

static void publish_fold(toc_node *node, const toc_fold_result *result)
{
    pthread_mutex_lock(&node->fold_mutex);
    node->folded[0] = result->alert_position;
    node->folded[1] = result->bulk_position;
    node->views_full = false;
    pthread_cond_broadcast(&node->fold_moved);
    pthread_mutex_unlock(&node->fold_mutex);
}

/* In one turn: what a rebuild drops may not be said to stand there. */
static toc_code fold_once(toc_node *node, toc_fold_result *out, toc_err *err)
{
    pthread_mutex_lock(&node->rebuild_mutex);
    toc_code code = toc_views_fold(node->views, toc_clock_mono_ms, NULL, out, err);
    if (code == TOC_OK)
        publish_fold(node, out);
    pthread_mutex_unlock(&node->rebuild_mutex);
    return code;
}

/* Answers go on from what is folded, and say that they are not complete. Only a larger map, after a
 * restart, ends it, or a rebuild that packs closer. */
static void bear_full_views(toc_node *node, const toc_err *why)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += FOLD_FULL_S;
    pthread_mutex_lock(&node->fold_mutex);
    if (!node->views_full)
        toc_diag(TOC_DIAG_ERROR, "views-full", "text=\"%s\"", why->text);
    node->views_full = true;
    pthread_cond_broadcast(&node->fold_moved);
    while (!node->fold_closed &&
           pthread_cond_timedwait(&node->fold_wanted, &node->fold_mutex, &until) == 0)
        ;
    pthread_mutex_unlock(&node->fold_mutex);
}

static void *fold_main(void *context)
{
    toc_node *node = context;
    bool more = true;
    while (wait_for_fold(node, more)) {
        toc_fold_result result = {0};
        toc_err why;
        toc_code code = fold_once(node, &result, &why);
        if (code == TOC_FULL) {
            more = true;
            bear_full_views(node, &why);
            continue;
        }
        if (code != TOC_OK) {
            fail_node(node, "the fold", &why);
            break;
        }
        if (result.malformed > 0)
            toc_diag(TOC_DIAG_WARNING, "malformed-records", "count=%llu",
                     (unsigned long long)result.malformed);
        more = result.backlog > 0;
    }
    return NULL;
}

toc_code toc_node_settle(toc_node *node, unsigned timeout_ms, toc_err *err)
{
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    deadline.tv_sec += timeout_ms / 1000 + 1;
    pthread_mutex_lock(&node->fold_mutex);
    uint64_t alert = node->journaled[0], bulk = node->journaled[1];
    toc_code code = TOC_OK;
    while (code == TOC_OK && (node->folded[0] < alert || node->folded[1] < bulk)) {
        if (node->views_full)
            code = toc_fail(err, TOC_FULL,
                            "the views are full: raise views_map in the configuration and restart");
        else if (pthread_cond_timedwait(&node->fold_moved, &node->fold_mutex, &deadline) != 0)
            code = toc_fail(err, TOC_UNREACHABLE, "the views are still behind the log");
    }
    pthread_mutex_unlock(&node->fold_mutex);
    return code;
}

void toc_node_journaled(toc_node *node, uint64_t out[2])
{
    pthread_mutex_lock(&node->fold_mutex);
    out[0] = node->journaled[0];
    out[1] = node->journaled[1];
    pthread_mutex_unlock(&node->fold_mutex);
}

uint64_t toc_node_backlog(toc_node *node)
{
    pthread_mutex_lock(&node->fold_mutex);
    uint64_t behind = 0;
    for (size_t i = 0; i < 2; i++)
        behind += node->journaled[i] > node->folded[i] ? node->journaled[i] - node->folded[i] : 0;
    pthread_mutex_unlock(&node->fold_mutex);
    return behind;
}

toc_code toc_node_rebuild(toc_node *node, toc_progress progress, void *context, toc_err *err)
{
    pthread_mutex_lock(&node->rebuild_mutex);
    /* What was folded is gone: who waits for it waits until it has come again. */
    pthread_mutex_lock(&node->fold_mutex);
    node->folded[0] = node->folded[1] = 0;
    pthread_mutex_unlock(&node->fold_mutex);
    toc_code code = toc_views_rebuild(node->views, NULL, progress, context, err);
    pthread_mutex_unlock(&node->rebuild_mutex);
    pthread_mutex_lock(&node->fold_mutex);
    node->fold_wake = true;
    pthread_cond_signal(&node->fold_wanted);
    pthread_mutex_unlock(&node->fold_mutex);
    return code;
}

/* ---- start and stop ---- */

static toc_code open_store(toc_node *node, const toc_secret *store_key, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES + 8];
    snprintf(path, sizeof path, "%s/store", node->config.state);
    toc_store_options options = {.log_map_bytes = node->config.log_map_bytes,
                                 .views_map_bytes = node->config.views_map_bytes,
                                 .sync = true};
    TOC_TRY(toc_log_open(path, &options, store_key, &node->log, err));
    return toc_views_open(path, &options, node->log, &node->views, err);
}

static toc_code start_engine(toc_node *node, bool same_boot, toc_card_hash *out_card,
                             toc_secret **out_link, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(CORE_ARENA_BYTES, &arena, err));
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(node->log, &txn, err));
    TOC_TRY(toc_engine_new(txn, same_boot, toc_clock_now(), &node->engine, err));
    node->org = *toc_engine_org(node->engine);
    toc_card card;
    TOC_TRY(toc_log_card_of(txn, &node->org, arena, &card, err));
    *out_card = card.hash;
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_SEAL, &node->seal, err));
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_ALERT, &node->journaled[0], err));
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_BULK, &node->journaled[1], err));
    return toc_log_own_key(txn, TOC_OWN_LINK, out_link, err);
}

static toc_code start_links(toc_node *node, const toc_card_hash *card, const toc_secret *link,
                            toc_err *err)
{
    const char *listen[TOC_CONFIG_LISTEN_MAX];
    for (size_t i = 0; i < node->config.listen_count; i++)
        listen[i] = node->config.listen[i];
    toc_links_config config = {.listen_count = node->config.listen_count,
                               .listen = listen,
                               .link_secret = link,
                               .org = node->org,
                               .card = *card,
                               .events = {.context = node,
                                          .up = on_up,
                                          .down = on_down,
                                          .message = on_message,
                                          .refused = on_refused}};
    TOC_TRY(toc_links_start(&config, &node->links, err));
    return publish_peers(node, err);
}

static toc_code start_threads(toc_node *node, toc_err *err)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = node->config.workers != 0 ? node->config.workers
                     : processors > 0          ? (unsigned)processors
                                               : 1;
    if (count > CORE_WORKERS_MAX)
        count = CORE_WORKERS_MAX;
    for (; node->worker_count < count; node->worker_count++) {
        if (pthread_create(&node->workers[node->worker_count], NULL, worker_main, node) != 0)
            return toc_fail(err, TOC_NO_MEMORY, "cannot start a worker thread");
    }
    node->fold_runs = pthread_create(&node->fold, NULL, fold_main, node) == 0;
    node->core_runs = pthread_create(&node->core, NULL, core_main, node) == 0;
    if (!node->fold_runs || !node->core_runs)
        return toc_fail(err, TOC_NO_MEMORY, "cannot start the core's threads");
    return TOC_OK;
}

static toc_node *node_new(const toc_config *config)
{
    toc_node *node = calloc(1, sizeof *node);
    if (node == NULL)
        return NULL;
    node->config = *config;
    node->started = toc_clock_now().wall;
    pthread_mutex_init(&node->work_mutex, NULL);
    pthread_cond_init(&node->work_filled, NULL);
    pthread_mutex_init(&node->fold_mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&node->fold_wanted, &attributes);
    pthread_cond_init(&node->fold_moved, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&node->rebuild_mutex, NULL);
    pthread_mutex_init(&node->health_mutex, NULL);
    return node;
}

toc_code toc_node_start(const toc_config *config, const toc_secret *store_key, bool same_boot,
                        toc_node **out, toc_err *err)
{
    toc_node *node = node_new(config);
    if (node == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a node");
    TOC_AUTO(toc_secret_free) toc_secret *link = NULL;
    toc_card_hash card;
    toc_code code = toc_inbox_new(&node->inbox, err);
    if (code == TOC_OK)
        code = open_store(node, store_key, err);
    if (code == TOC_OK)
        code = start_engine(node, same_boot, &card, &link, err);
    if (code == TOC_OK)
        code = start_links(node, &card, link, err);
    if (code == TOC_OK)
        code = start_threads(node, err);
    if (code != TOC_OK) {
        toc_node_stop(node);
        return code;
    }
    *out = node;
    return TOC_OK;
}

static void stop_workers(toc_node *node)
{
    pthread_mutex_lock(&node->work_mutex);
    node->work_closed = true;
    pthread_cond_broadcast(&node->work_filled);
    pthread_mutex_unlock(&node->work_mutex);
    for (unsigned i = 0; i < node->worker_count; i++)
        pthread_join(node->workers[i], NULL);
    while (node->work_first != NULL) {
        work *item = node->work_first;
        node->work_first = item->next;
        free(item);
    }
}

static void stop_fold(toc_node *node)
{
    pthread_mutex_lock(&node->fold_mutex);
    node->fold_closed = true;
    pthread_cond_broadcast(&node->fold_wanted);
    pthread_mutex_unlock(&node->fold_mutex);
    if (node->fold_runs)
        pthread_join(node->fold, NULL);
}

void toc_node_stop(toc_node *node)
{
    if (node == NULL)
        return;
    if (node->inbox != NULL)
        toc_inbox_close(node->inbox);
    if (node->core_runs)
        pthread_join(node->core, NULL);
    toc_links_stop(node->links);
    stop_workers(node);
    stop_fold(node);
    toc_inbox_free(node->inbox);
    toc_engine_free(node->engine);
    toc_secret_free(node->seal);
    toc_views_close(node->views);
    toc_log_close(node->log);
    pthread_mutex_destroy(&node->health_mutex);
    pthread_mutex_destroy(&node->rebuild_mutex);
    pthread_cond_destroy(&node->fold_moved);
    pthread_cond_destroy(&node->fold_wanted);
    pthread_mutex_destroy(&node->fold_mutex);
    pthread_cond_destroy(&node->work_filled);
    pthread_mutex_destroy(&node->work_mutex);
    free(node);
}

/* ---- small questions ---- */

toc_log *toc_node_log(toc_node *node)
{
    return node->log;
}

toc_views *toc_node_views(toc_node *node)
{
    return node->views;
}

const toc_config *toc_node_config(const toc_node *node)
{
    return &node->config;
}

const toc_org_id *toc_node_org(const toc_node *node)
{
    return &node->org;
}

const toc_secret *toc_node_seal_secret(const toc_node *node)
{
    return node->seal;
}

toc_time toc_node_started(const toc_node *node)
{
    return node->started;
}

void toc_node_listening(toc_node *node, size_t index, char *out, size_t capacity)
{
    toc_links_listening(node->links, index, out, capacity);
}

typedef struct peer_copy {
    toc_peer_state *rows;
    size_t count;
} peer_copy;

static toc_code copy_peers(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)txn;
    (void)now;
    peer_copy *copy = context;
    copy->count = toc_engine_peer_count(engine);
    copy->rows = calloc(copy->count, sizeof *copy->rows);
    if (copy->rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for peers");
    for (size_t i = 0; i < copy->count; i++)
        toc_engine_peer_at(engine, i, &copy->rows[i]);
    return TOC_OK;
}

toc_code toc_node_peers(toc_node *node, toc_peer_state **out, size_t *out_count, toc_err *err)
{
    peer_copy copy = {0};
    TOC_TRY(toc_node_do(node, copy_peers, &copy, err));
    *out = copy.rows;
    *out_count = copy.count;
    return TOC_OK;
}
