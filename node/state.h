/* node/state.h: what the files of a running node share. Private to core.c, workers.c, fold.c,
 * neighbours.c, orders.c and node.c.
 * Threads: what a mutex guards stands behind it; the rest is set before the threads start, or is
 * the core thread's own. */
#ifndef TOC_NODE_STATE_H
#define TOC_NODE_STATE_H

#include <pthread.h>

#include "node/core.h"
#include "node/link/links.h"

enum { NODE_WORKERS_MAX = 64, NODE_ARENA_BYTES = 64 << 20 };

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
    toc_views *audiences[TOC_AUDIENCES_MAX]; /* as in the configuration */
    bool audience_full[TOC_AUDIENCES_MAX];   /* the fold's: told, and passed over */
    toc_engine *engine;
    toc_inbox *inbox;
    toc_links *links;
    toc_org_id org;
    toc_time started;
    toc_item *deferred; /* taken from the inbox, over the bound of the round before */
    uint64_t full_told_ms;

    pthread_t core, fold, workers[NODE_WORKERS_MAX];
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

    pthread_mutex_t orders_mutex; /* whose turn it is to write the file of orders */
    toc_time orders_unkept;       /* since when it could not be written; 0: it is as the log */

    pthread_mutex_t health_mutex;
    toc_err health;
};

/* core.c: the first failure counts, and ends the rounds. */
void node_fail(toc_node *node, const char *what, const toc_err *why);
void *node_core_main(void *node);

/* workers.c: hands out what the engine wants verified. */
void node_give_work(toc_node *node);
void *node_worker_main(void *node);
void node_stop_workers(toc_node *node);

/* fold.c */
void node_wake_fold(toc_node *node, const uint64_t journaled[2]);
void node_wake_settlers(toc_node *node); /* the node has failed: nothing will settle any more */
void *node_fold_main(void *node);
void node_stop_fold(toc_node *node);

/* orders.c: makes log and file agree, before threads, views and links are. */
TOC_MUST toc_code node_open_orders(toc_node *node, toc_err *err);

/* neighbours.c: what links tell the inbox, and who may link. */
toc_links_events node_link_events(toc_node *node);
TOC_MUST toc_code node_publish_peers(toc_node *node, toc_err *err);

#endif
