#include "node/inbox.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

typedef struct item_list {
    toc_item *first, *last;
} item_list;

struct toc_inbox {
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    item_list urgent, ordinary;
    bool closed;
};

toc_code toc_inbox_new(toc_inbox **out, toc_err *err)
{
    toc_inbox *inbox = calloc(1, sizeof *inbox);
    if (inbox == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the inbox");
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&inbox->filled, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&inbox->mutex, NULL);
    *out = inbox;
    return TOC_OK;
}

/* Nobody will run it: whoever waits for it is told. */
static void drop_item(toc_item *item)
{
    toc_err err;
    toc_code code = toc_fail(&err, TOC_UNREACHABLE, "the node is stopping");
    if (item->kind == TOC_ITEM_TASK && item->task.done != NULL)
        item->task.done(item->task.context, code, &err);
    free(item);
}

static void drop(item_list *list)
{
    for (toc_item *item = list->first, *next; item != NULL; item = next) {
        next = item->next;
        drop_item(item);
    }
    *list = (item_list){0};
}

void toc_inbox_free(toc_inbox *inbox)
{
    if (inbox == NULL)
        return;
    drop(&inbox->urgent);
    drop(&inbox->ordinary);
    pthread_cond_destroy(&inbox->filled);
    pthread_mutex_destroy(&inbox->mutex);
    free(inbox);
}

toc_item *toc_item_new(toc_item_kind kind, toc_span message)
{
    if (message.size > SIZE_MAX - sizeof(toc_item))
        return NULL;
    toc_item *item = calloc(1, sizeof *item + message.size);
    if (item == NULL)
        return NULL;
    item->kind = kind;
    item->size = message.size;
    if (message.size > 0)
        memcpy(item->message, message.data, message.size);
    return item;
}

void toc_inbox_post(toc_inbox *inbox, toc_item *item_take, bool urgent)
{
    item_take->next = NULL;
    pthread_mutex_lock(&inbox->mutex);
    if (inbox->closed) {
        pthread_mutex_unlock(&inbox->mutex);
        drop_item(item_take);
        return;
    }
    item_list *list = urgent ? &inbox->urgent : &inbox->ordinary;
    if (list->last != NULL)
        list->last->next = item_take;
    else
        list->first = item_take;
    list->last = item_take;
    pthread_cond_signal(&inbox->filled);
    pthread_mutex_unlock(&inbox->mutex);
}

static struct timespec deadline_after(unsigned timeout_ms)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += timeout_ms / 1000;
    at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (at.tv_nsec >= 1000000000) {
        at.tv_sec++;
        at.tv_nsec -= 1000000000;
    }
    return at;
}

toc_item *toc_inbox_take(toc_inbox *inbox, unsigned timeout_ms)
{
    struct timespec deadline = deadline_after(timeout_ms);
    pthread_mutex_lock(&inbox->mutex);
    while (inbox->urgent.first == NULL && inbox->ordinary.first == NULL && !inbox->closed) {
        if (pthread_cond_timedwait(&inbox->filled, &inbox->mutex, &deadline) != 0)
            break;
    }
    toc_item *all = inbox->urgent.first;
    if (all != NULL)
        inbox->urgent.last->next = inbox->ordinary.first;
    else
        all = inbox->ordinary.first;
    inbox->urgent = inbox->ordinary = (item_list){0};
    pthread_mutex_unlock(&inbox->mutex);
    return all;
}

void toc_inbox_close(toc_inbox *inbox)
{
    pthread_mutex_lock(&inbox->mutex);
    inbox->closed = true;
    pthread_cond_broadcast(&inbox->filled);
    pthread_mutex_unlock(&inbox->mutex);
}

bool toc_inbox_closed(toc_inbox *inbox)
{
    pthread_mutex_lock(&inbox->mutex);
    bool closed = inbox->closed;
    pthread_mutex_unlock(&inbox->mutex);
    return closed;
}
