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
    c->read = malloc(LINK_READ_BYTES);
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
        toc_wipe(c->read, LINK_READ_BYTES);
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
    if (c->dialer != NULL)
        nng_stream_dialer_close(c->dialer);
    if (c->stream != NULL)
        nng_stream_close(c->stream);
    if (was_up)
        c->links->events.down(c->links->events.context, c->number);
    pthread_cond_signal(&c->links->wake);
}

/* ---- reading ---- */

static bool window_full(const conn *c)
{
    return c->unconsumed_bytes >= TOC_QUEUE_PEER_BYTES_MAX ||
           c->queued_bytes >= TOC_QUEUE_PEER_BYTES_MAX / 2;
}

void conn_receive(conn *c)
{
    if (c->receiving || c->state == CONN_CLOSED || c->stream == NULL || window_full(c))
        return;
    nng_iov iov = {.iov_buf = c->read + c->read_size, .iov_len = LINK_READ_BYTES - c->read_size};
    if (iov.iov_len == 0 || nng_aio_set_iov(c->recv_aio, 1, &iov) != 0)
        return;
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
    c->unconsumed_bytes += message.size;
    c->links->events.message(c->links->events.context, c->number, toc_buf_view(&message));
}

static void take_frames(conn *c)
{
    size_t used = 0;
    while (c->state != CONN_CLOSED && c->state != CONN_DRAIN) {
        size_t left = c->read_size - used;
        if (left < FRAME_LENGTH_BYTES)
            break;
        size_t length = toc_get_u16(c->read + used);
        if (left - FRAME_LENGTH_BYTES < length)
            break;
        toc_span frame = toc_span_of(c->read + used + FRAME_LENGTH_BYTES, length);
        used += FRAME_LENGTH_BYTES + length;
        if (c->state == CONN_UP || c->state == CONN_CONFIRM)
            take_message(c, frame);
        else
            handshake_frame(c, frame);
    }
    if (c->state == CONN_DRAIN)
        used = c->read_size; /* read and dropped */
    c->read_size -= used;
    memmove(c->read, c->read + used, c->read_size);
}

static void on_received(void *context)
{
    conn *c = context;
    pthread_mutex_lock(&c->links->mutex);
    if (nng_aio_result(c->recv_aio) != 0 || c->state == CONN_CLOSED) {
        conn_close(c);
    } else {
        c->read_size += nng_aio_count(c->recv_aio);
        /* Still receiving: taking frames may send, and sending asks for more bytes, which must not
         * come into the buffer that is being cut. */
        take_frames(c);
    }
    c->receiving = false;
    conn_receive(c);
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

void conn_flush(conn *c)
{
    if (c->sending || c->state != CONN_UP || c->stream == NULL)
        return;
    toc_buf_clear(&c->sending_bytes);
    if (fill_batch(c))
        send_bytes(c, 0);
    conn_receive(c); /* room again */
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

void conn_queue(conn *c, bool urgent, toc_span message)
{
    if (c->queued_bytes + message.size > TOC_QUEUE_PEER_BYTES_MAX) {
        conn_close(c); /* its peer stopped reading */
        return;
    }
    queued *item = malloc(sizeof *item + message.size);
    if (item == NULL) {
        conn_close(c);
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
    conn_flush(c);
}
