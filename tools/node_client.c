#include "tools/node_client.h"

#include <nng/nng.h>
#include <stdio.h>
#include <stdlib.h>

enum { CLIENT_READ_BYTES = 65536, CLIENT_URL_BYTES = 1100, CLIENT_CONNECT_MS = 5000 };

struct toc_node_client {
    nng_stream_dialer *dialer;
    nng_stream *stream;
    nng_aio *aio;
    toc_buf in;
    size_t used; /* of `in`, by the frame that was lent */
    char path[CLIENT_URL_BYTES];
};

static toc_code gone(const toc_node_client *client, int result, toc_err *err)
{
    if (result == NNG_EPERM)
        return toc_fail(err, TOC_UNREACHABLE,
                        "this user may not reach the node at %s: its directory is open to the "
                        "service user and its group only",
                        client->path);
    return toc_fail(err, TOC_UNREACHABLE,
                    "the node at %s does not answer (%s); is tocsind running?", client->path,
                    nng_strerror(result));
}

toc_code toc_node_connect(const char *path, toc_node_client **out, toc_err *err)
{
    TOC_AUTO(toc_node_disconnect) toc_node_client *client = calloc(1, sizeof *client);
    if (client == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a connection");
    char url[CLIENT_URL_BYTES + 8];
    snprintf(client->path, sizeof client->path, "%s", path);
    snprintf(url, sizeof url, "ipc://%s", client->path);
    int result = nng_stream_dialer_alloc(&client->dialer, url);
    if (result == 0)
        result = nng_aio_alloc(&client->aio, NULL, NULL);
    if (result != 0)
        return gone(client, result, err);
    nng_aio_set_timeout(client->aio, CLIENT_CONNECT_MS);
    nng_stream_dialer_dial(client->dialer, client->aio);
    nng_aio_wait(client->aio);
    result = nng_aio_result(client->aio);
    if (result != 0)
        return gone(client, result, err);
    client->stream = nng_aio_get_output(client->aio, 0);
    nng_aio_set_timeout(client->aio, NNG_DURATION_INFINITE);
    *out = client;
    client = NULL; /* transferred */
    return TOC_OK;
}

void toc_node_disconnect(toc_node_client *client)
{
    if (client == NULL)
        return;
    nng_aio_free(client->aio);
    if (client->stream != NULL)
        nng_stream_free(client->stream);
    if (client->dialer != NULL)
        nng_stream_dialer_free(client->dialer);
    toc_buf_wipe(&client->in);
    free(client);
}

toc_code toc_node_send(toc_node_client *client, toc_control_type type, toc_span payload,
                       toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf frame = {0};
    TOC_TRY(toc_control_write(type, payload, &frame, err));
    for (size_t sent = 0; sent < frame.size;) {
        nng_iov iov = {.iov_buf = frame.data + sent, .iov_len = frame.size - sent};
        nng_aio_set_iov(client->aio, 1, &iov);
        nng_stream_send(client->stream, client->aio);
        nng_aio_wait(client->aio);
        int result = nng_aio_result(client->aio);
        if (result != 0)
            return gone(client, result, err);
        sent += nng_aio_count(client->aio);
    }
    return TOC_OK;
}

static toc_code read_more(toc_node_client *client, toc_err *err)
{
    uint8_t *room = toc_buf_extend(&client->in, CLIENT_READ_BYTES);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an answer");
    nng_iov iov = {.iov_buf = room, .iov_len = CLIENT_READ_BYTES};
    nng_aio_set_iov(client->aio, 1, &iov);
    nng_stream_recv(client->stream, client->aio);
    nng_aio_wait(client->aio);
    int result = nng_aio_result(client->aio);
    client->in.size -= CLIENT_READ_BYTES;
    if (result != 0)
        return gone(client, result, err);
    client->in.size += nng_aio_count(client->aio);
    return TOC_OK;
}

toc_code toc_node_receive(toc_node_client *client, toc_control_type *out_type,
                          toc_span *out_payload, toc_err *err)
{
    if (client->used > 0) {
        memmove(client->in.data, client->in.data + client->used, client->in.size - client->used);
        client->in.size -= client->used;
        client->used = 0;
    }
    for (;;) {
        TOC_TRY(
            toc_control_read(toc_buf_view(&client->in), out_type, out_payload, &client->used, err));
        if (client->used > 0)
            return TOC_OK;
        TOC_TRY(read_more(client, err));
    }
}
