/* One connection: bytes in and out of a stream, frames cut and made. */
#include "node/link/state.h"

#include <stdlib.h>

#include "proto/base/endian.h"

enum { FRAME_LENGTH_BYTES = 2 };

static void on_received(void *context);
static void on_sent(void *context);

conn *conn_new(toc_links *links, bool initiator)
{
    conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->links = links;
    c->initiator = initiator;
    c->born_ms = links_now_ms();
    c->read_capacity = LINK_STRANGER_READ_BYTES;
    c->read = malloc(c->read_capacity);
    if (c->read == NULL || nng_aio_alloc(&c->recv_aio, on_received, c) != 0 ||
        nng_aio_alloc(&c->send_aio, on_sent, c) != 0) {
        conn_free(c);
        return NULL;
    }
    c->next = links->conns;
    links->conns = c;
    return c;
}

void conn_attach(conn *c, nng_stream *stream_take)
{
    c->stream = stream_take;
    c->origin = admission_origin(stream_take);
}

bool conn_trust(conn *c)
{
    uint8_t *larger = realloc(c->read, LINK_READ_BYTES);
    if (larger == NULL)
        return false;
    c->read = larger;
    c->read_capacity = LINK_READ_BYTES;
    return true;
}

static void drop_queue(send_queue *queue)
{
    while (queue->first != NULL) {
        queued *item = queue->first;
        queue->first = item->next;
        toc_wipe(item->bytes, item->size);
        free(item);
    }
    queue->last = NULL;
}

void conn_free(conn *c)
{
    if (c == NULL)
        return;
    nng_aio_free(c->dial_aio);
    nng_aio_free(c->recv_aio);
    nng_aio_free(c->send_aio);
    if (c->stream != NULL)
        nng_stream_free(c->stream);
    if (c->dialer != NULL)
        nng_stream_dialer_free(c->dialer);
    toc_session_free(c->session);
    drop_queue(&c->urgent);
    drop_queue(&c->ordinary);
    toc_buf_wipe(&c->sending_bytes);
    if (c->read != NULL)
        toc_wipe(c->read, c->read_capacity);
    free(c->read);
    free(c);
}

bool conn_idle(const conn *c)
{
    return !c->dialling && !c->receiving && !c->sending;
}

void conn_close(conn *c)
{
    if (c->state == CONN_CLOSED)
        return;
    bool was_up = c->state == CONN_UP;
    c->state = CONN_CLOSED;
    c->links->queued_bytes -= c->queued_bytes;
    c->queued_bytes = 0;
    if (c->dialer != NULL)
        nng_stream_dialer_close(c->dialer);
    if (c->stream != NULL)
        nng_stream_close(c->stream);
    if (was_up)
        c->links->events.down(c->links->events.context, c->number);
    pthread_cond_signal(&c->links->wake);
}

/* ---- reading ---- */

/* Each message may make us send about a mebibyte: no more are handed up than there is room for the
 * answers of. So a peer that asks and does not read stops itself. */
static bool window_full(const conn *c)
{
    size_t room = TOC_QUEUE_PEER_BYTES_MAX - c->queued_bytes;
    return c->state == CONN_UP && c->unconsumed >= room / LINK_REPLY_BYTES_MAX;
}

static void ask_for_bytes(conn *c)
{
    if (c->receiving || c->state == CONN_CLOSED || c->stream == NULL || window_full(c))
        return;
    nng_iov iov = {.iov_buf = c->read + c->read_size, .iov_len = c->read_capacity - c->read_size};
    if (iov.iov_len == 0 || nng_aio_set_iov(c->recv_aio, 1, &iov) != 0) {
        conn_close(c);
        return;
    }
    c->receiving = true;
    nng_stream_recv(c->stream, c->recv_aio);
}

static void take_message(conn *c, toc_span frame)
{
    TOC_AUTO(toc_buf_wipe) toc_buf message = {0};
    toc_err why;
    if (toc_session_open(c->session, frame, &message, &why) != TOC_OK) {
        if (c->state == CONN_CONFIRM)
            handshake_refuse(c, &c->peer, TOC_REFUSE_REPLAY, why.text);
        else
            conn_close(c); /* a broken stream; the session cannot go on */
        return;
    }
    if (c->state == CONN_CONFIRM)
        links_confirmed(c);
    if (c->state != CONN_UP || message.size == 0)
        return;
    c->unconsumed++;
    c->links->events.message(c->links->events.context, c->number, toc_buf_view(&message));
}

/* The next whole frame in `read` from `used` on. */
static bool next_frame(const conn *c, size_t used, toc_span *out)
{
    size_t left = c->read_size - used;
    if (left < FRAME_LENGTH_BYTES)
        return false;
    size_t length = toc_get_u16(c->read + used);
    *out = toc_span_of(c->read + used + FRAME_LENGTH_BYTES, length);
    return left - FRAME_LENGTH_BYTES >= length;
}

/* A stranger's frame that claims more than a handshake takes never becomes whole. */
static bool is_oversized(const conn *c)
{
    return c->read_size >= FRAME_LENGTH_BYTES &&
           toc_get_u16(c->read) + (size_t)FRAME_LENGTH_BYTES > c->read_capacity;
}

static void take_frames(conn *c)
{
    size_t used = 0;
    toc_span frame;
    while (c->state != CONN_CLOSED && c->state != CONN_DRAIN && !window_full(c) &&
           next_frame(c, used, &frame)) {
        used += FRAME_LENGTH_BYTES + frame.size;
        if (c->state == CONN_UP || c->state == CONN_CONFIRM)
            take_message(c, frame);
        else
            handshake_frame(c, frame);
    }
    if (c->state == CONN_DRAIN || c->state == CONN_CLOSED)
        used = c->read_size; /* read and dropped */
    c->read_size -= used;
    memmove(c->read, c->read + used, c->read_size);
    if (c->state != CONN_CLOSED && is_oversized(c))
        handshake_refuse(c, NULL, TOC_REFUSE_HANDSHAKE, "a first frame longer than any handshake");
}

void conn_advance(conn *c)
{
    /* Taking a frame may send, and what was sent makes room: one round of taking is enough. */
    if (c->taking || c->receiving)
        return;
    c->taking = true;
    take_frames(c);
    c->taking = false;
    ask_for_bytes(c);
}

static void on_received(void *context)
{
    conn *c = context;
    pthread_mutex_lock(&c->links->mutex);
    c->receiving = false;
    if (nng_aio_result(c->recv_aio) != 0)
        conn_close(c);
    else
        c->read_size += nng_aio_count(c->recv_aio);
    conn_advance(c);
    if (c->state == CONN_CLOSED)
        pthread_cond_signal(&c->links->wake);
    pthread_mutex_unlock(&c->links->mutex);
}

/* ---- writing ---- */

static queued *pop(send_queue *queue)
{
    queued *item = queue->first;
    queue->first = item->next;
    if (queue->first == NULL)
        queue->last = NULL;
    return item;
}

/* Seals what waits, urgent first, into one batch of frames. */
static bool fill_batch(conn *c)
{
    while (c->sending_bytes.size < LINK_SEND_BATCH_BYTES &&
           (c->urgent.first != NULL || c->ordinary.first != NULL)) {
        queued *item = pop(c->urgent.first != NULL ? &c->urgent : &c->ordinary);
        c->queued_bytes -= item->size;
        c->links->queued_bytes -= item->size;
        toc_err why;
        toc_code code = toc_session_seal(c->session, toc_span_of(item->bytes, item->size),
                                         &c->sending_bytes, &why);
        toc_wipe(item->bytes, item->size);
        free(item);
        if (code != TOC_OK) {
            conn_close(c);
            return false;
        }
    }
    return c->sending_bytes.size > 0;
}

static void send_bytes(conn *c, size_t offset)
{
    nng_iov iov = {.iov_buf = c->sending_bytes.data + offset,
                   .iov_len = c->sending_bytes.size - offset};
    if (nng_aio_set_iov(c->send_aio, 1, &iov) != 0) {
        conn_close(c);
        return;
    }
    c->sending = true;
    nng_stream_send(c->stream, c->send_aio);
}

static void conn_flush(conn *c)
{
    if (c->sending || c->state != CONN_UP || c->stream == NULL)
        return;
    toc_buf_clear(&c->sending_bytes);
    if (fill_batch(c))
        send_bytes(c, 0);
    conn_advance(c); /* room again */
}

/* Handshake frames: one at a time, before anything is queued. */
void conn_send_frame(conn *c, toc_buf *frame_take)
{
    TOC_ASSERT(!c->sending);
    toc_buf_wipe(&c->sending_bytes);
    c->sending_bytes = *frame_take;
    *frame_take = (toc_buf){0};
    send_bytes(c, 0);
}

static void on_sent(void *context)
{
    conn *c = context;
    pthread_mutex_lock(&c->links->mutex);
    c->sending = false;
    if (nng_aio_result(c->send_aio) != 0 || c->state == CONN_CLOSED) {
        conn_close(c);
        pthread_cond_signal(&c->links->wake);
        pthread_mutex_unlock(&c->links->mutex);
        return;
    }
    size_t sent = nng_aio_count(c->send_aio);
    if (sent < c->sending_bytes.size) {
        /* A stream may take less than all of it. */
        memmove(c->sending_bytes.data, c->sending_bytes.data + sent, c->sending_bytes.size - sent);
        c->sending_bytes.size -= sent;
        send_bytes(c, 0);
    } else {
        toc_buf_clear(&c->sending_bytes);
        conn_flush(c);
    }
    pthread_mutex_unlock(&c->links->mutex);
}

/* Bulk stops where the share of the alert lane begins, or where the node's budget ends: what is
 * not told now is found missing later, when heads are compared. */
static bool is_too_much(const conn *c, bool urgent, size_t size)
{
    size_t bound = TOC_QUEUE_PEER_BYTES_MAX;
    if (!urgent)
        bound -= bound / TOC_QUEUE_ALERT_SHARE;
    return c->queued_bytes + size > bound ||
           (!urgent && c->links->queued_bytes + size > TOC_QUEUE_NODE_BYTES_MAX);
}

void conn_queue(conn *c, bool urgent, toc_span message)
{
    queued *item = NULL;
    bool too_much = is_too_much(c, urgent, message.size);
    if (too_much && !urgent)
        return;
    if (!too_much)
        item = malloc(sizeof *item + message.size);
    if (item == NULL) {
        conn_close(c); /* its peer stopped reading, or memory is short */
        return;
    }
    item->next = NULL;
    item->size = message.size;
    memcpy(item->bytes, message.data, message.size);
    send_queue *queue = urgent ? &c->urgent : &c->ordinary;
    if (queue->last != NULL)
        queue->last->next = item;
    else
        queue->first = item;
    queue->last = item;
    c->queued_bytes += message.size;
    c->links->queued_bytes += message.size;
    conn_flush(c);
}
