/* node/inbox.h: what waits for the core thread: bounded, urgent first.
 * Owns:    the items in it. Threads: any may post; only the core takes.
 * Errors:  none; the bounds are kept by whoever posts (links by their window, control clients by
 * waiting for their answer). */
#ifndef TOC_NODE_INBOX_H
#define TOC_NODE_INBOX_H

#include "node/engine/engine.h"

/* Work done inside a round, with its transaction. `run` is called in the core thread; when it
 * fails, only its own answer is lost. `done` is called after the commit, with the code of `run` or
 * of the commit. */
typedef struct toc_task {
    toc_code (*run)(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
    void (*done)(void *context, toc_code code, const toc_err *err);
    void *context;
} toc_task;

typedef enum toc_item_kind {
    TOC_ITEM_LINK_UP = 1,
    TOC_ITEM_LINK_DOWN,
    TOC_ITEM_MESSAGE,
    TOC_ITEM_REFUSED,
    TOC_ITEM_JOB_DONE,
    TOC_ITEM_TASK
} toc_item_kind;

typedef struct toc_item {
    struct toc_item *next;
    toc_item_kind kind;
    uint64_t link; /* link up, down, message */
    bool has_org;
    toc_org_id org; /* link up, refused */
    toc_refusal refusal;
    uint64_t job;
    toc_code verdict; /* job done */
    toc_err err;      /* job done, refused */
    toc_task task;
    toc_code task_code; /* what `run` said */
    size_t size;        /* of the message that follows */
    uint8_t message[];
} toc_item;

typedef struct toc_inbox toc_inbox;
TOC_MUST toc_code toc_inbox_new(toc_inbox **out, toc_err *err);
void toc_inbox_free(toc_inbox *inbox); /* NULL is fine; what is left in it is dropped */

/* NULL when memory is short. */
toc_item *toc_item_new(toc_item_kind kind, toc_span message);
/* After toc_inbox_close a task is answered with UNREACHABLE at once, anything else dropped. */
void toc_inbox_post(toc_inbox *inbox, toc_item *item_take, bool urgent);
/* Everything that waits, urgent first, as a list; waits up to `timeout_ms` for something. NULL
 * after toc_inbox_close or when nothing came. */
toc_item *toc_inbox_take(toc_inbox *inbox, unsigned timeout_ms);
/* Takes nothing more and wakes the core for the last time; what waits can still be taken. */
void toc_inbox_close(toc_inbox *inbox);
bool toc_inbox_closed(toc_inbox *inbox);

#endif
