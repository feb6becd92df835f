/* A node as a whole: starting, stopping, and what it is asked. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/state.h"

enum { STORE_PATH_BYTES = TOC_CONFIG_PATH_BYTES + 8 };

static toc_code open_audiences(toc_node *node, const char *path, const toc_store_options *options,
                               toc_err *err)
{
    const char *names[TOC_AUDIENCES_MAX] = {NULL};
    for (size_t i = 0; i < node->config.audience_count; i++) {
        const toc_config_audience *audience = &node->config.audiences[i];
        names[i] = audience->name;
        TOC_TRY(toc_views_open_for(path, audience->name, &audience->sees, options, node->log,
                                   &node->audiences[i], err));
    }
    return toc_views_forget(path, names, node->config.audience_count, err);
}

static toc_store_options store_options(const toc_node *node, char path[STORE_PATH_BYTES])
{
    snprintf(path, STORE_PATH_BYTES, "%s/store", node->config.state);
    return (toc_store_options){.log_map_bytes = node->config.log_map_bytes,
                               .views_map_bytes = node->config.views_map_bytes,
                               .sync = true};
}

static toc_code open_log(toc_node *node, const toc_secret *store_key, toc_err *err)
{
    char path[STORE_PATH_BYTES];
    toc_store_options options = store_options(node, path);
    return toc_log_open(path, &options, store_key, &node->log, err);
}

static toc_code open_views(toc_node *node, toc_err *err)
{
    char path[STORE_PATH_BYTES];
    toc_store_options options = store_options(node, path);
    TOC_TRY(toc_views_open(path, &options, node->log, &node->views, err));
    return open_audiences(node, path, &options, err);
}

static toc_code start_engine(toc_node *node, bool same_boot, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(node->log, &txn, err));
    TOC_TRY(toc_engine_new(txn, same_boot, toc_clock_now(), &node->engine, err));
    node->org = *toc_engine_org(node->engine);
    return TOC_OK;
}

static toc_code read_own(toc_node *node, toc_card_hash *out_card, toc_secret **out_link,
                         toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(NODE_ARENA_BYTES, &arena, err));
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(node->log, &txn, err));
    toc_card card;
    TOC_TRY(toc_log_card_of(txn, &node->org, arena, &card, err));
    *out_card = card.hash;
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
                               .events = node_link_events(node)};
    TOC_TRY(toc_links_start(&config, &node->links, err));
    return node_publish_peers(node, err);
}

static toc_code start_threads(toc_node *node, toc_err *err)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned count = node->config.workers != 0 ? node->config.workers
                     : processors > 0          ? (unsigned)processors
                                               : 1;
    if (count > NODE_WORKERS_MAX)
        count = NODE_WORKERS_MAX;
    for (; node->worker_count < count; node->worker_count++) {
        if (pthread_create(&node->workers[node->worker_count], NULL, node_worker_main, node) != 0)
            return toc_fail(err, TOC_NO_MEMORY, "cannot start a worker thread");
    }
    node->fold_runs = pthread_create(&node->fold, NULL, node_fold_main, node) == 0;
    node->core_runs = pthread_create(&node->core, NULL, node_core_main, node) == 0;
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
    pthread_mutex_init(&node->orders_mutex, NULL);
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
        code = open_log(node, store_key, err);
    if (code == TOC_OK)
        code = start_engine(node, same_boot, err);
    if (code == TOC_OK)
        code = node_open_orders(node, err); /* before anything is folded, or given to anybody */
    if (code == TOC_OK)
        code = open_views(node, err);
    if (code == TOC_OK)
        code = read_own(node, &card, &link, err);
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

static toc_code begin_restored(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const bool *restored = context;
    return *restored ? toc_engine_restored(engine, txn, now, err) : TOC_OK;
}

toc_code toc_node_begin(toc_node *node, bool restored, toc_err *err)
{
    return toc_node_do(node, begin_restored, &restored, err); /* and the round's tick */
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
    node_stop_workers(node);
    node_stop_fold(node);
    toc_inbox_free(node->inbox);
    toc_engine_free(node->engine);
    for (size_t i = 0; i < node->config.audience_count; i++)
        toc_views_close(node->audiences[i]);
    toc_views_close(node->views);
    toc_log_close(node->log);
    pthread_mutex_destroy(&node->health_mutex);
    pthread_mutex_destroy(&node->orders_mutex);
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

toc_code toc_node_views_for(toc_node *node, toc_span audience, toc_views **out, toc_err *err)
{
    *out = node->views;
    if (audience.size == 0)
        return TOC_OK;
    for (size_t i = 0; i < node->config.audience_count; i++) {
        *out = node->audiences[i];
        if (toc_span_equal(audience, toc_span_text(node->config.audiences[i].name)))
            return TOC_OK;
    }
    return toc_fail(err, TOC_NOT_FOUND,
                    "no audience '%.*s' is configured here: it takes a section [audience NAME] in "
                    "tocsind.conf, and a restart",
                    (int)(audience.size < 64 ? audience.size : 64), (const char *)audience.data);
}

const toc_config *toc_node_config(const toc_node *node)
{
    return &node->config;
}

const toc_org_id *toc_node_org(const toc_node *node)
{
    return &node->org;
}

toc_code toc_node_unseal(toc_node *node, toc_span sealed, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_log_seals_wipe) toc_log_seals seals = {0};
    TOC_TRY(toc_log_read(node->log, &txn, err));
    TOC_TRY(toc_log_seals_read(txn, &seals, err));
    toc_code code = toc_fail(err, TOC_SEALED, "this node has no seal key");
    for (size_t i = 0; code == TOC_SEALED && i < seals.count; i++)
        code = toc_sealed_read(seals.keys[i], sealed, out, err);
    return code;
}

toc_time toc_node_started(const toc_node *node)
{
    return node->started;
}

void toc_node_listening(toc_node *node, size_t index, char *out, size_t capacity)
{
    toc_links_listening(node->links, index, out, capacity);
}
