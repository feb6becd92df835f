/* What the engine says: two queues that the driver empties after each commit, and answers that are
 * held back so that their time tells nothing. */
#include <stdlib.h>

#include "node/engine/state.h"

static void queue_put(engine_queue *queue, engine_output *fresh)
{
    if (queue->last != NULL)
        queue->last->next = fresh;
    else
        queue->first = fresh;
    queue->last = fresh;
    queue->count++;
}

static engine_output *queue_take(engine_queue *queue)
{
    engine_output *output = queue->first;
    queue->first = output->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->count--;
    output->next = NULL;
    return output;
}

static void queue_free(engine_queue *queue)
{
    while (queue->first != NULL) {
        engine_output *output = queue_take(queue);
        toc_buf_wipe(&output->bytes);
        free(output);
    }
}

static void take_back(toc_engine *engine)
{
    if (engine->lent == NULL)
        return;
    toc_buf_wipe(&engine->lent->bytes);
    free(engine->lent);
    engine->lent = NULL;
}

void toc_outputs_free(toc_engine *engine)
{
    queue_free(&engine->urgent);
    queue_free(&engine->ordinary);
    queue_free(&engine->unseen);
    take_back(engine);
}

static toc_code queue_add(engine_queue *queue, const toc_output *output, toc_instant due,
                          toc_buf *bytes_take, toc_err *err)
{
    engine_output *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        toc_buf_wipe(bytes_take);
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an output");
    }
    fresh->output = *output;
    fresh->bytes = *bytes_take;
    fresh->output.bytes = toc_buf_view(&fresh->bytes);
    fresh->due = due;
    *bytes_take = (toc_buf){0}; /* transferred */
    queue_put(queue, fresh);
    return TOC_OK;
}

static toc_code send_at(toc_engine *engine, engine_queue *queue, toc_instant due, uint64_t link,
                        const toc_message *message, toc_err *err)
{
    toc_buf bytes = {0};
    toc_err why;
    toc_code code = toc_message_encode(message, &bytes, &why);
    if (code != TOC_OK) {
        toc_buf_wipe(&bytes);
        /* What a peer sent may have made it so: that ends the link, not the node. */
        return code == TOC_NO_MEMORY
                   ? toc_fail(err, code, "%s", why.text)
                   : toc_engine_close_link(engine, link, "an answer does not fit a message", err);
    }
    toc_output output = {.kind = TOC_OUTPUT_SEND, .link = link, .urgent = queue == &engine->urgent};
    return queue_add(queue, &output, due, &bytes, err);
}

toc_code toc_engine_send(toc_engine *engine, uint64_t link, bool urgent, const toc_message *message,
                         toc_err *err)
{
    return send_at(engine, urgent ? &engine->urgent : &engine->ordinary, (toc_instant){0}, link,
                   message, err);
}

toc_code toc_engine_close_link(toc_engine *engine, uint64_t link, const char *reason, toc_err *err)
{
    toc_buf none = {0};
    toc_output output = {.kind = TOC_OUTPUT_CLOSE, .link = link, .reason = reason};
    return queue_add(&engine->ordinary, &output, (toc_instant){0}, &none, err);
}

toc_code toc_engine_peers_changed(toc_engine *engine, toc_err *err)
{
    toc_buf none = {0};
    toc_output output = {.kind = TOC_OUTPUT_PEERS};
    return queue_add(&engine->ordinary, &output, (toc_instant){0}, &none, err);
}

bool toc_engine_output(toc_engine *engine, toc_output *out)
{
    take_back(engine);
    engine_queue *queue = engine->urgent.first != NULL ? &engine->urgent : &engine->ordinary;
    if (queue->first == NULL)
        return false;
    engine->lent = queue_take(queue);
    *out = engine->lent->output;
    return true;
}

/* What a peer may not see and what does not exist get the same answer at the same time after the
 * question: finding out which it is takes longer for the one than for the other. */
toc_code toc_engine_refuse(toc_engine *engine, uint64_t link, uint64_t id, toc_refusal_code code,
                           const char *sentence, toc_err *err)
{
    toc_message reply = {.kind = TOC_MSG_REFUSAL, .id = id};
    reply.as.refusal.code = code;
    reply.as.refusal.sentence = toc_span_text(sentence);
    reply.as.refusal.retry_after_ms = ENGINE_RETRY_MS;
    engine_link *asked = toc_engine_link(engine, link);
    if (code != TOC_REFUSED_NOT_FOUND || asked == NULL)
        return toc_engine_send(engine, link, false, &reply, err);
    if (asked->unseen == TOC_REQUESTS_OPEN_MAX || engine->unseen.count == ENGINE_UNSEEN_MAX)
        return TOC_OK; /* who asks more than he may have open learns nothing from it */
    toc_instant due = {asked->heard.ms + ENGINE_UNSEEN_MS};
    TOC_TRY(send_at(engine, &engine->unseen, due, link, &reply, err));
    asked->unseen++;
    return TOC_OK;
}

void toc_outputs_wake(toc_engine *engine, toc_now now)
{
    while (engine->unseen.first != NULL && engine->unseen.first->due.ms <= now.mono.ms) {
        engine_output *answer = queue_take(&engine->unseen);
        engine_link *asked = toc_engine_link(engine, answer->output.link);
        if (asked != NULL)
            asked->unseen--;
        queue_put(&engine->ordinary, answer);
    }
}
