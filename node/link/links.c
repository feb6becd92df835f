#include "node/link/links.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/link/state.h"

uint64_t links_now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static int compare_rows(const void *left, const void *right)
{
    const peer_row *a = left, *b = right;
    return memcmp(a->peer.org.bytes, b->peer.org.bytes, sizeof a->peer.org.bytes);
}

peer_row *links_peer(toc_links *links, const toc_org_id *org)
{
    const peer_row wanted = {.peer.org = *org};
    return links->peer_count == 0 ? NULL
                                  : bsearch(&wanted, links->peers, links->peer_count,
                                            sizeof *links->peers, compare_rows);
}

static conn *find_conn(toc_links *links, uint64_t number)
{
    for (conn *c = links->conns; c != NULL && number != 0; c = c->next) {
        if (c->number == number)
            return c;
    }
    return NULL;
}

/* ---- two links to one peer ---- */

/* The org with the lower id alone decides: soon after the first link it keeps the one that it
 * began, so that both sides dialling at once end with one link; later the newer one, so that a
 * rekey replaces the old. */
static void choose_between(conn *fresh)
{
    toc_links *links = fresh->links;
    if (memcmp(links->hello.from.bytes, fresh->peer.bytes, sizeof fresh->peer.bytes) > 0)
        return;
    for (conn *old = links->conns; old != NULL; old = old->next) {
        if (old == fresh || old->state != CONN_UP || old->close_at_ms != 0 ||
            !toc_org_id_equal(&old->peer, &fresh->peer))
            continue;
        bool early = fresh->up_ms - old->up_ms < LINK_BOTH_DIALLED_MS;
        conn *loser = early && old->initiator && !fresh->initiator ? fresh : old;
        loser->close_at_ms = fresh->up_ms + LINK_GRACE_MS;
    }
}

void links_confirmed(conn *c)
{
    toc_links *links = c->links;
    c->state = CONN_UP;
    c->number = ++links->next_number;
    c->up_ms = links_now_ms();
    admission_succeeded(links, &c->origin);
    peer_row *row = links_peer(links, &c->peer);
    if (row != NULL)
        row->backoff_ms = LINK_BACKOFF_MS_MIN;
    if (row != NULL)
        row->dials = 0;
    choose_between(c);
    links->events.up(links->events.context, c->number, &c->peer);
}

/* ---- listening ---- */

static void on_accepted(void *context)
{
    listener *l = context;
    toc_links *links = l->links;
    int result = nng_aio_result(l->aio);
    nng_stream *stream = result == 0 ? nng_aio_get_output(l->aio, 0) : NULL;
    pthread_mutex_lock(&links->mutex);
    if (stream != NULL) {
        origin_prefix origin = admission_origin(stream);
        bool known;
        conn *c = !links->stopping && admission_allows(links, &origin, &known)
                      ? conn_new(links, false)
                      : NULL;
        if (c == NULL) {
            nng_stream_free(stream);
        } else {
            conn_attach(c, stream);
            c->admitted_as_known = known;
            c->state = CONN_FIRST;
            c->deadline_ms = c->born_ms + TOC_FIRST_FRAME_MS;
            conn_advance(c);
        }
    }
    if (!links->stopping && result == 0)
        nng_stream_listener_accept(l->listener, l->aio);
    else
        l->accept_at_ms = links_now_ms() + LINK_ACCEPT_RETRY_MS;
    pthread_mutex_unlock(&links->mutex);
}

/* A port of 0 was replaced by a free one: say which. */
static void read_address(listener *l, const char *wanted)
{
    nng_sockaddr address;
    snprintf(l->address, sizeof l->address, "%s", wanted);
    if (nng_stream_listener_get_addr(l->listener, NNG_OPT_LOCADDR, &address) != 0 ||
        address.s_family != NNG_AF_INET)
        return;
    const uint8_t *ip = (const uint8_t *)&address.s_in.sa_addr;
    const uint8_t *port = (const uint8_t *)&address.s_in.sa_port;
    snprintf(l->address, sizeof l->address, "tcp://%u.%u.%u.%u:%u", ip[0], ip[1], ip[2], ip[3],
             (unsigned)port[0] << 8 | port[1]);
}

static toc_code start_listener(toc_links *links, const char *endpoint, toc_err *err)
{
    if (links->listener_count == TOC_COUNT(links->listeners))
        return toc_fail(err, TOC_LIMIT, "at most %zu endpoints to listen on",
                        TOC_COUNT(links->listeners));
    listener *l = &links->listeners[links->listener_count];
    l->links = links;
    int result = nng_stream_listener_alloc(&l->listener, endpoint);
    if (result != 0)
        return toc_fail(err, TOC_USAGE, "listen '%s': %s", endpoint, nng_strerror(result));
    links->listener_count++;
    result = nng_aio_alloc(&l->aio, on_accepted, l);
    if (result == 0)
        result = nng_stream_listener_listen(l->listener);
    if (result != 0)
        return toc_fail(err, TOC_IO, "listen '%s': %s", endpoint, nng_strerror(result));
    read_address(l, endpoint);
    nng_stream_listener_accept(l->listener, l->aio);
    return TOC_OK;
}

/* ---- dialling ---- */

static void on_dialled(void *context)
{
    conn *c = context;
    pthread_mutex_lock(&c->links->mutex);
    c->dialling = false;
    int result = nng_aio_result(c->dial_aio);
    if (result == 0) {
        nng_stream *stream = nng_aio_get_output(c->dial_aio, 0);
        conn_attach(c, stream);
    }
    if (result != 0 || c->state == CONN_CLOSED || !handshake_begin(c))
        conn_close(c);
    pthread_cond_signal(&c->links->wake);
    pthread_mutex_unlock(&c->links->mutex);
}

static void dial(toc_links *links, peer_row *row, uint64_t now)
{
    char endpoint[TOC_TEXT_BYTES_MAX + 1];
    toc_span at = row->peer.endpoints[row->next_endpoint++ % row->peer.endpoint_count];
    uint32_t jitter;
    toc_random(&jitter, sizeof jitter);
    row->backoff_ms = row->backoff_ms == 0 ? LINK_BACKOFF_MS_MIN : row->backoff_ms;
    row->dial_at_ms = now + row->backoff_ms / 2 + jitter % row->backoff_ms;
    row->backoff_ms =
        row->backoff_ms * 2 < LINK_BACKOFF_MS_MAX ? row->backoff_ms * 2 : LINK_BACKOFF_MS_MAX;
    if (at.size > TOC_TEXT_BYTES_MAX)
        return;
    memcpy(endpoint, at.data, at.size);
    endpoint[at.size] = '\0';
    conn *c = conn_new(links, true);
    if (c == NULL)
        return;
    c->peer = row->peer.org;
    c->state = CONN_DIALLING;
    c->deadline_ms = now + LINK_DIAL_MS;
    if (nng_stream_dialer_alloc(&c->dialer, endpoint) != 0 ||
        nng_aio_alloc(&c->dial_aio, on_dialled, c) != 0) {
        conn_close(c);
        return;
    }
    c->dialling = true;
    nng_stream_dialer_dial(c->dialer, c->dial_aio);
}

/* A second stream is due when the first has carried much or is old; the old one goes when the new
 * one is up. Whoever began the first begins the second. */
static bool wants_rekey(const conn *c, uint64_t now)
{
    return c->initiator && (toc_session_messages(c->session) > c->links->rekey_messages ||
                            now - c->up_ms > c->links->rekey_ms);
}

static void dial_who_is_missing(toc_links *links, uint64_t now)
{
    for (size_t i = 0; i < links->peer_count; i++)
        links->peers[i].linked = links->peers[i].trying = false;
    for (const conn *c = links->conns; c != NULL; c = c->next) {
        bool named = c->state == CONN_UP || c->initiator;
        peer_row *row = named && c->state != CONN_CLOSED ? links_peer(links, &c->peer) : NULL;
        if (row == NULL)
            continue;
        row->linked =
            row->linked || (c->state == CONN_UP && c->close_at_ms == 0 && !wants_rekey(c, now));
        row->trying = row->trying || c->state != CONN_UP;
    }
    for (size_t i = 0; i < links->peer_count; i++) {
        peer_row *row = &links->peers[i];
        if (row->peer.endpoint_count > 0 && now >= row->dial_at_ms && !row->linked && !row->trying)
            dial(links, row, now);
    }
}

/* ---- housekeeping ---- */

static void expire(toc_links *links, uint64_t now)
{
    for (conn *c = links->conns; c != NULL; c = c->next) {
        if (c->state == CONN_UP && c->close_at_ms != 0 && now >= c->close_at_ms)
            conn_close(c);
        else if (c->state != CONN_UP && c->state != CONN_CLOSED && now >= c->deadline_ms)
            handshake_expired(c);
    }
}

static void accept_again(toc_links *links, uint64_t now)
{
    for (size_t i = 0; i < links->listener_count; i++) {
        listener *l = &links->listeners[i];
        if (l->accept_at_ms == 0 || now < l->accept_at_ms)
            continue;
        l->accept_at_ms = 0;
        nng_stream_listener_accept(l->listener, l->aio);
    }
}

/* Unhooks what is closed and idle; it is freed without the mutex, since freeing an aio waits for
 * its callback. */
static conn *take_dead(toc_links *links)
{
    conn *dead = NULL;
    for (conn **at = &links->conns; *at != NULL;) {
        conn *c = *at;
        if (c->state != CONN_CLOSED || !conn_idle(c)) {
            at = &c->next;
            continue;
        }
        *at = c->next;
        c->next = dead;
        dead = c;
    }
    return dead;
}

static void *housekeep(void *context)
{
    toc_links *links = context;
    pthread_mutex_lock(&links->mutex);
    while (!links->stopping || links->conns != NULL) {
        uint64_t now = links_now_ms();
        expire(links, now);
        if (!links->stopping) {
            accept_again(links, now);
            dial_who_is_missing(links, now);
        }
        conn *dead = take_dead(links);
        if (dead != NULL) {
            pthread_mutex_unlock(&links->mutex);
            for (conn *next; dead != NULL; dead = next) {
                next = dead->next;
                conn_free(dead);
            }
            pthread_mutex_lock(&links->mutex);
            continue;
        }
        struct timespec until;
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_nsec += LINK_HOUSEKEEPING_MS * 1000000L;
        until.tv_sec += until.tv_nsec / 1000000000L;
        until.tv_nsec %= 1000000000L;
        pthread_cond_timedwait(&links->wake, &links->mutex, &until);
    }
    pthread_mutex_unlock(&links->mutex);
    return NULL;
}

/* ---- keys that change ---- */

static void free_secrets(toc_secret **secrets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        toc_secret_free(secrets[i]);
}

/* The links to a peer are by a key that was replaced: they carry on while new ones are made. */
static void begin_anew(toc_links *links, peer_row *row, uint64_t now)
{
    for (conn *c = links->conns; c != NULL; c = c->next) {
        if (c->state == CONN_UP && c->close_at_ms == 0 &&
            toc_org_id_equal(&c->peer, &row->peer.org))
            c->close_at_ms = now + LINK_OLD_KEY_CLOSE_MS;
    }
    row->dial_at_ms = now + LINK_NEW_KEY_DIAL_MS;
    row->backoff_ms = LINK_BACKOFF_MS_MIN;
}

toc_code toc_links_own(toc_links *links, const toc_card_hash *card, toc_secret *const *secrets,
                       size_t count, toc_err *err)
{
    toc_secret *copies[LINK_SECRETS_MAX] = {NULL};
    size_t made = 0;
    TOC_ASSERT(count > 0);
    for (; made < count && made < LINK_SECRETS_MAX; made++) {
        toc_code code =
            toc_secret_from(toc_span_of(toc_secret_view(secrets[made]), 32), &copies[made], err);
        if (code != TOC_OK) {
            free_secrets(copies, made);
            return code;
        }
        toc_link_prepare(copies[made]);
    }
    pthread_mutex_lock(&links->mutex);
    bool turned =
        !toc_equal_secret(toc_secret_view(links->secrets[0]), toc_secret_view(copies[0]), 32);
    free_secrets(links->secrets, links->secret_count);
    memcpy(links->secrets, copies, sizeof copies);
    links->secret_count = made;
    links->hello.card = *card;
    for (size_t i = 0; turned && i < links->peer_count; i++)
        begin_anew(links, &links->peers[i], links_now_ms());
    pthread_mutex_unlock(&links->mutex);
    return TOC_OK;
}

/* ---- the public calls ---- */

toc_code toc_links_start(const toc_links_config *config, toc_links **out, toc_err *err)
{
    toc_links *links = calloc(1, sizeof *links);
    if (links == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for links");
    pthread_mutex_init(&links->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&links->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    links->hello.from = config->org;
    links->hello.card = config->card;
    links->events = config->events;
    links->rekey_messages =
        config->rekey_messages == 0 ? TOC_REKEY_MESSAGES : config->rekey_messages;
    links->rekey_ms = config->rekey_ms == 0 ? TOC_REKEY_MS : config->rekey_ms;
    links->known = calloc(LINK_KNOWN_ADDRESSES, sizeof *links->known);
    toc_code code = links->known == NULL
                        ? toc_fail(err, TOC_NO_MEMORY, "out of memory for links")
                        : toc_secret_from(toc_span_of(toc_secret_view(config->link_secret), 32),
                                          &links->secrets[0], err);
    if (code == TOC_OK) {
        links->secret_count = 1;
        toc_link_prepare(links->secrets[0]);
    }
    for (size_t i = 0; code == TOC_OK && i < config->listen_count; i++)
        code = start_listener(links, config->listen[i], err);
    if (code == TOC_OK) {
        links->runs = pthread_create(&links->housekeeper, NULL, housekeep, links) == 0;
        if (!links->runs)
            code = toc_fail(err, TOC_NO_MEMORY, "cannot start the links' thread");
    }
    if (code != TOC_OK) {
        toc_links_stop(links);
        return code;
    }
    *out = links;
    return TOC_OK;
}

static void free_peers(toc_links *links)
{
    for (size_t i = 0; i < links->peer_count; i++)
        free(links->peers[i].text);
    free(links->peers);
    links->peers = NULL;
    links->peer_count = 0;
}

void toc_links_stop(toc_links *links)
{
    if (links == NULL)
        return;
    pthread_mutex_lock(&links->mutex);
    links->stopping = true;
    for (size_t i = 0; i < links->listener_count; i++)
        nng_stream_listener_close(links->listeners[i].listener);
    for (conn *c = links->conns; c != NULL; c = c->next)
        conn_close(c);
    pthread_cond_broadcast(&links->wake);
    pthread_mutex_unlock(&links->mutex);
    for (size_t i = 0; i < links->listener_count; i++) {
        nng_aio_free(links->listeners[i].aio);
        nng_stream_listener_free(links->listeners[i].listener);
    }
    if (links->runs)
        pthread_join(links->housekeeper, NULL);
    free_peers(links);
    free(links->known);
    free_secrets(links->secrets, links->secret_count);
    pthread_cond_destroy(&links->wake);
    pthread_mutex_destroy(&links->mutex);
    free(links);
}

static toc_code copy_peer(const toc_links_peer *from, peer_row *out, toc_err *err)
{
    size_t bytes = 1;
    for (size_t i = 0; i < from->endpoint_count; i++)
        bytes += from->endpoints[i].size;
    *out = (peer_row){.peer = *from, .text = malloc(bytes), .backoff_ms = LINK_BACKOFF_MS_MIN};
    if (out->text == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for peers");
    char *at = out->text;
    for (size_t i = 0; i < from->endpoint_count; i++) {
        memcpy(at, from->endpoints[i].data, from->endpoints[i].size);
        out->peer.endpoints[i].data = (const uint8_t *)at;
        at += from->endpoints[i].size;
    }
    return TOC_OK;
}

/* New endpoints are dialled at once; the known ones go on waiting as they did. */
static void keep_backoff(peer_row *row, const peer_row *before)
{
    bool same = before != NULL && before->peer.endpoint_count == row->peer.endpoint_count;
    for (size_t i = 0; same && i < row->peer.endpoint_count; i++)
        same = toc_span_equal(row->peer.endpoints[i], before->peer.endpoints[i]);
    if (!same)
        return;
    row->dial_at_ms = before->dial_at_ms;
    row->backoff_ms = before->backoff_ms;
    row->next_endpoint = before->next_endpoint;
    row->dials = before->dials;
}

toc_code toc_links_peers(toc_links *links, const toc_links_peer *peers, size_t count, toc_err *err)
{
    peer_row *rows = calloc(count == 0 ? 1 : count, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for peers");
    toc_code code = TOC_OK;
    size_t made = 0;
    for (; code == TOC_OK && made < count; made++)
        code = copy_peer(&peers[made], &rows[made], err);
    pthread_mutex_lock(&links->mutex);
    if (code == TOC_OK) {
        qsort(rows, count, sizeof *rows, compare_rows);
        for (size_t i = 0; i < count; i++) {
            const peer_row *before = links_peer(links, &rows[i].peer.org);
            keep_backoff(&rows[i], before);
            if (before != NULL &&
                memcmp(&before->peer.key, &rows[i].peer.key, sizeof rows[i].peer.key) != 0)
                begin_anew(links, &rows[i], links_now_ms());
        }
        free_peers(links);
        links->peers = rows;
        links->peer_count = count;
        for (conn *c = links->conns; c != NULL; c = c->next) {
            bool named = c->state == CONN_UP || c->state == CONN_CONFIRM || c->initiator;
            if (named && links_peer(links, &c->peer) == NULL)
                conn_close(c);
        }
        pthread_cond_signal(&links->wake);
    }
    pthread_mutex_unlock(&links->mutex);
    for (size_t i = 0; code != TOC_OK && i < made; i++)
        free(rows[i].text);
    if (code != TOC_OK)
        free(rows);
    return code;
}

void toc_links_send(toc_links *links, uint64_t number, bool urgent, toc_span message)
{
    pthread_mutex_lock(&links->mutex);
    conn *c = find_conn(links, number);
    if (c != NULL && c->state == CONN_UP)
        conn_queue(c, urgent, message);
    pthread_mutex_unlock(&links->mutex);
}

void toc_links_close(toc_links *links, uint64_t number, const char *reason)
{
    (void)reason; /* said by the caller; the peer is told nothing */
    pthread_mutex_lock(&links->mutex);
    conn *c = find_conn(links, number);
    if (c != NULL)
        conn_close(c);
    pthread_mutex_unlock(&links->mutex);
}

void toc_links_consumed(toc_links *links, uint64_t number)
{
    pthread_mutex_lock(&links->mutex);
    conn *c = find_conn(links, number);
    if (c != NULL) {
        TOC_ASSERT(c->unconsumed > 0);
        c->unconsumed--;
        conn_advance(c);
    }
    pthread_mutex_unlock(&links->mutex);
}

void toc_links_listening(toc_links *links, size_t index, char *out, size_t capacity)
{
    snprintf(out, capacity, "%s",
             index < links->listener_count ? links->listeners[index].address : "");
}
