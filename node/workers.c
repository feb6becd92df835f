/* Threads that verify what peers sent. They decide nothing and see no store. */
#include <stdlib.h>

#include "node/state.h"

void node_give_work(toc_node *node)
{
    uint64_t job;
    toc_chunk *chunk;
    while (toc_engine_job(node->engine, &job, &chunk)) {
        work *fresh = calloc(1, sizeof *fresh);
        if (fresh == NULL) {
            toc_err why;
            toc_fail(&why, TOC_NO_MEMORY, "out of memory for a verification");
            node_fail(node, "core", &why);
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

void *node_worker_main(void *context)
{
    toc_node *node = context;
    for (work *item = take_work(node); item != NULL; item = take_work(node)) {
        toc_err why = {0};
        toc_code verdict = toc_chunk_verify(item->chunk, &why);
        toc_item *done = toc_item_new(TOC_ITEM_JOB_DONE, (toc_span){0});
        if (done == NULL) {
            toc_fail(&why, TOC_NO_MEMORY, "out of memory for a verdict");
            node_fail(node, "worker", &why);
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

void node_stop_workers(toc_node *node)
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
