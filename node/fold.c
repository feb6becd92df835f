/* The fold thread: the journal becomes views, behind the core and never in its way. */
#include <time.h>

#include "node/clock.h"
#include "node/diag.h"
#include "node/state.h"

enum {
    FOLD_FULL_S = 1, /* then views that were full are tried again */
    FOLD_UNSYNCED_S = 1
};

void node_wake_fold(toc_node *node, const uint64_t journaled[2])
{
    pthread_mutex_lock(&node->fold_mutex);
    node->journaled[0] = journaled[0];
    node->journaled[1] = journaled[1];
    node->fold_wake = true;
    pthread_cond_signal(&node->fold_wanted);
    pthread_mutex_unlock(&node->fold_mutex);
}

typedef enum fold_next { FOLD_WAIT, FOLD_WAIT_TO_SYNC, FOLD_GO_ON } fold_next;

static struct timespec seconds_from_now(int seconds)
{
    struct timespec moment;
    clock_gettime(CLOCK_MONOTONIC, &moment);
    moment.tv_sec += seconds;
    return moment;
}

static bool wait_for_fold(toc_node *node, fold_next next)
{
    struct timespec until = seconds_from_now(FOLD_UNSYNCED_S);
    pthread_mutex_lock(&node->fold_mutex);
    while (next != FOLD_GO_ON && !node->fold_wake && !node->fold_closed) {
        if (next == FOLD_WAIT)
            pthread_cond_wait(&node->fold_wanted, &node->fold_mutex);
        else if (pthread_cond_timedwait(&node->fold_wanted, &node->fold_mutex, &until) != 0)
            break;
    }
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
    struct timespec until = seconds_from_now(FOLD_FULL_S);
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

/* Views of an audience that are full stay as they are, and say that they are behind. */
static void pass_over(toc_node *node, size_t at, const toc_err *why)
{
    if (!node->audience_full[at])
        toc_diag(TOC_DIAG_ERROR, "views-full", "audience=%s text=\"%s\"",
                 node->config.audiences[at].name, why->text);
    node->audience_full[at] = true;
}

/* One step for each audience: between two, what officers wait for goes first. */
static toc_code fold_audiences(toc_node *node, bool *out_more, bool *out_unsynced, toc_err *err)
{
    toc_code code = TOC_OK;
    pthread_mutex_lock(&node->rebuild_mutex);
    for (size_t i = 0; i < node->config.audience_count && code == TOC_OK; i++) {
        toc_fold_result result = {0};
        code = toc_views_fold(node->audiences[i], toc_clock_mono_ms, NULL, &result, err);
        if (code == TOC_FULL) {
            pass_over(node, i, err);
            code = TOC_OK;
            continue;
        }
        node->audience_full[i] = false;
        *out_more = *out_more || result.backlog > 0;
        *out_unsynced = *out_unsynced || result.unsynced;
    }
    pthread_mutex_unlock(&node->rebuild_mutex);
    return code;
}

void node_wake_settlers(toc_node *node)
{
    pthread_mutex_lock(&node->fold_mutex);
    pthread_cond_broadcast(&node->fold_moved);
    pthread_mutex_unlock(&node->fold_mutex);
}

void *node_fold_main(void *context)
{
    toc_node *node = context;
    fold_next next = FOLD_GO_ON;
    while (wait_for_fold(node, next)) {
        toc_fold_result result = {0};
        toc_err why;
        toc_code code = fold_once(node, &result, &why);
        if (code == TOC_FULL) {
            next = FOLD_GO_ON;
            bear_full_views(node, &why);
            continue;
        }
        bool more = result.backlog > 0, unsynced = result.unsynced;
        if (code == TOC_OK && !more)
            code = fold_audiences(node, &more, &unsynced, &why);
        if (code != TOC_OK) {
            node_fail(node, "the fold", &why);
            break;
        }
        if (result.malformed > 0)
            toc_diag(TOC_DIAG_WARNING, "malformed-records", "count=%llu",
                     (unsigned long long)result.malformed);
        next = more ? FOLD_GO_ON : unsynced ? FOLD_WAIT_TO_SYNC : FOLD_WAIT;
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
        code = node->views_full
                   ? toc_fail(err, TOC_FULL,
                              "the views are full: raise views_map in the configuration and "
                              "restart")
                   : toc_node_health(node, err);
        if (code == TOC_OK &&
            pthread_cond_timedwait(&node->fold_moved, &node->fold_mutex, &deadline) != 0)
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

toc_code toc_node_rebuild(toc_node *node, const uint64_t *shuffle, toc_progress progress,
                          void *context, toc_err *err)
{
    pthread_mutex_lock(&node->rebuild_mutex);
    /* What was folded is gone: who waits for it waits until it has come again. */
    pthread_mutex_lock(&node->fold_mutex);
    node->folded[0] = node->folded[1] = 0;
    pthread_mutex_unlock(&node->fold_mutex);
    toc_code code = toc_views_rebuild(node->views, shuffle, progress, context, err);
    for (size_t i = 0; i < node->config.audience_count && code == TOC_OK; i++)
        code = toc_views_rebuild(node->audiences[i], shuffle, progress, context, err);
    pthread_mutex_unlock(&node->rebuild_mutex);
    pthread_mutex_lock(&node->fold_mutex);
    node->fold_wake = true;
    pthread_cond_signal(&node->fold_wanted);
    pthread_mutex_unlock(&node->fold_mutex);
    return code;
}

void node_stop_fold(toc_node *node)
{
    pthread_mutex_lock(&node->fold_mutex);
    node->fold_closed = true;
    pthread_cond_broadcast(&node->fold_wanted);
    pthread_mutex_unlock(&node->fold_mutex);
    if (node->fold_runs)
        pthread_join(node->fold, NULL);
}
