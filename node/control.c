/* The socket, its rights, and who talks on it. */
#include "node/control.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "node/control_state.h"
#include "node/diag.h"
#include "node/rights.h"

enum { CONTROL_SOCKET_MODE = 0660, CONTROL_RETRY_MS = 100 };

/* ---- who may ---- */

bool toc_control_caller_of(toc_control *control, unsigned uid, unsigned gid, talk_caller *out)
{
    pthread_mutex_lock(&control->mutex);
    toc_config config = control->rights; /* looking up a user may take a while */
    pthread_mutex_unlock(&control->mutex);
    toc_rights rights = toc_rights_of(&config, uid, gid);
    *out = (talk_caller){.uid = uid, .gid = gid, .admin = rights.admin};
    if (!rights.may && rights.audience != NULL)
        (void)snprintf(out->audience, sizeof out->audience, "%s", rights.audience->name);
    return rights.may || rights.audience != NULL;
}

void toc_control_reload(toc_control *control, const toc_config *config)
{
    pthread_mutex_lock(&control->mutex);
    control->rights = *config;
    pthread_mutex_unlock(&control->mutex);
}

/* ---- conversations ---- */

static void reap(toc_control *control)
{
    toc_talk *ended = NULL;
    pthread_mutex_lock(&control->mutex);
    for (toc_talk **at = &control->talks; *at != NULL;) {
        toc_talk *talk = *at;
        if (!talk->ended) {
            at = &talk->next;
            continue;
        }
        *at = talk->next;
        talk->next = ended;
        ended = talk;
        control->talk_count--;
        control->refused_count -= talk->refused.code != TOC_OK ? 1 : 0;
        control->guest_count -= talk->guest ? 1 : 0;
    }
    pthread_mutex_unlock(&control->mutex);
    for (toc_talk *next; ended != NULL; ended = next) {
        next = ended->next;
        pthread_join(ended->thread, NULL);
        toc_talk_free(ended);
    }
}

/* `refused` NULL: a conversation; else the one sentence that it gets. */
static toc_code begin_talk(toc_control *control, nng_stream *stream, const talk_caller *from,
                           const toc_err *refused, toc_err *err)
{
    toc_talk *talk = calloc(1, sizeof *talk);
    if (talk == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a conversation");
    *talk = (toc_talk){.control = control, .caller = *from, .guest = from->audience[0] != '\0'};
    if (refused != NULL)
        talk->refused = *refused;
    if (nng_aio_alloc(&talk->aio, NULL, NULL) != 0) {
        free(talk);
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a conversation");
    }
    pthread_mutex_lock(&control->mutex);
    talk->stream = stream;
    bool starts = pthread_create(&talk->thread, NULL, toc_talk_main, talk) == 0;
    if (starts) {
        talk->next = control->talks;
        control->talks = talk;
        control->talk_count++;
        control->refused_count += refused != NULL ? 1 : 0;
        control->guest_count += talk->guest ? 1 : 0;
    }
    pthread_mutex_unlock(&control->mutex);
    if (!starts) {
        talk->stream = NULL; /* the caller's */
        toc_talk_free(talk);
        return toc_fail(err, TOC_NO_MEMORY, "cannot start a conversation's thread");
    }
    return TOC_OK;
}

toc_code toc_control_deny(unsigned uid, toc_err *err)
{
    return toc_fail(err, TOC_DENIED,
                    "user %u may not talk to this node; an operator can add allow_uid or "
                    "allow_gid to its configuration",
                    uid);
}

static toc_code admit(toc_control *control, nng_stream *stream, toc_err *err)
{
    uint64_t uid, gid;
    talk_caller from;
    if (nng_stream_get_uint64(stream, NNG_OPT_IPC_PEER_UID, &uid) != 0 ||
        nng_stream_get_uint64(stream, NNG_OPT_IPC_PEER_GID, &gid) != 0)
        return toc_fail(err, TOC_DENIED, "the system does not say who is calling");
    if (!toc_control_caller_of(control, (unsigned)uid, (unsigned)gid, &from))
        return toc_control_deny((unsigned)uid, err);
    if (control->talk_count - control->refused_count >= TOC_CONTROL_CLIENTS_MAX)
        return toc_fail(err, TOC_FULL, "%u conversations with this node at once; try again",
                        TOC_CONTROL_CLIENTS_MAX);
    if (from.audience[0] != '\0' && control->guest_count >= TOC_CONTROL_GUESTS_MAX)
        return toc_fail(err, TOC_FULL,
                        "%u conversations of audiences with this node at once; try again",
                        TOC_CONTROL_GUESTS_MAX);
    return begin_talk(control, stream, &from, NULL, err);
}

/* After its request, since whoever writes to a closed socket reads no answer. */
static void refuse(toc_control *control, nng_stream *stream, const toc_err *why)
{
    toc_err ignored;
    static const talk_caller nobody;
    if (control->refused_count < CONTROL_REFUSED_MAX &&
        begin_talk(control, stream, &nobody, why, &ignored) == TOC_OK)
        return;
    nng_stream_close(stream);
    nng_stream_free(stream);
}

static bool wait_before_retry(toc_control *control)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += CONTROL_RETRY_MS * 1000000L;
    until.tv_sec += until.tv_nsec / 1000000000L;
    until.tv_nsec %= 1000000000L;
    pthread_mutex_lock(&control->mutex);
    while (!control->stopping &&
           pthread_cond_timedwait(&control->stopped, &control->mutex, &until) == 0)
        ;
    bool go_on = !control->stopping;
    pthread_mutex_unlock(&control->mutex);
    return go_on;
}

static void *accept_main(void *context)
{
    toc_control *control = context;
    for (;;) {
        nng_aio_set_timeout(control->accept_aio, NNG_DURATION_INFINITE);
        nng_stream_listener_accept(control->listener, control->accept_aio);
        nng_aio_wait(control->accept_aio);
        int result = nng_aio_result(control->accept_aio);
        reap(control);
        if (result == NNG_ECLOSED || result == NNG_ECANCELED)
            return NULL;
        if (result != 0) {
            toc_diag(TOC_DIAG_WARNING, "control-accept", "text=\"%s\"", nng_strerror(result));
            if (!wait_before_retry(control)) /* out of files: somebody will close one */
                return NULL;
            continue;
        }
        nng_stream *stream = nng_aio_get_output(control->accept_aio, 0);
        toc_err why;
        if (admit(control, stream, &why) != TOC_OK) {
            refuse(control, stream, &why);
        }
    }
}

/* ---- start and stop ---- */

static toc_code listen_on(toc_control *control, const char *runtime, toc_err *err)
{
    char url[TOC_CONFIG_PATH_BYTES + 8];
    int length = snprintf(control->path, sizeof control->path, "%s/tocsind.sock", runtime);
    if (length < 0 || (size_t)length > TOC_IPC_PATH_BYTES_MAX)
        return toc_fail(err, TOC_USAGE,
                        "the socket's path '%s/tocsind.sock' is longer than %u bytes; choose a "
                        "shorter runtime directory",
                        runtime, TOC_IPC_PATH_BYTES_MAX);
    snprintf(url, sizeof url, "ipc://%s", control->path);
    int result = nng_stream_listener_alloc(&control->listener, url);
    if (result == 0)
        result = nng_stream_listener_set_int(control->listener, NNG_OPT_IPC_PERMISSIONS,
                                             CONTROL_SOCKET_MODE);
    if (result == 0)
        result = nng_stream_listener_listen(control->listener);
    if (result == 0)
        result = nng_aio_alloc(&control->accept_aio, NULL, NULL);
    if (result != 0)
        return toc_fail(err, TOC_IO, "cannot listen on '%s': %s", control->path,
                        nng_strerror(result));
    return TOC_OK;
}

toc_code toc_control_start(toc_node *node, toc_writer *writer, toc_control **out, toc_err *err)
{
    toc_control *control = calloc(1, sizeof *control);
    if (control == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the control socket");
    control->node = node;
    control->writer = writer;
    control->send_ms = CONTROL_SEND_MS;
    control->rights = *toc_node_config(node);
    pthread_mutex_init(&control->mutex, NULL);
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&control->stopped, &attributes);
    pthread_condattr_destroy(&attributes);
    toc_code code = listen_on(control, control->rights.runtime, err);
    if (code == TOC_OK) {
        control->runs = pthread_create(&control->acceptor, NULL, accept_main, control) == 0;
        if (!control->runs)
            code = toc_fail(err, TOC_NO_MEMORY, "cannot start the control socket's thread");
    }
    if (code != TOC_OK) {
        toc_control_stop(control);
        return code;
    }
    *out = control;
    return TOC_OK;
}

void toc_control_stop(toc_control *control)
{
    if (control == NULL)
        return;
    pthread_mutex_lock(&control->mutex);
    control->stopping = true;
    pthread_cond_broadcast(&control->stopped);
    pthread_mutex_unlock(&control->mutex);
    if (control->listener != NULL)
        nng_stream_listener_close(control->listener);
    if (control->runs)
        pthread_join(control->acceptor, NULL);
    pthread_mutex_lock(&control->mutex);
    for (toc_talk *talk = control->talks; talk != NULL; talk = talk->next)
        nng_stream_close(talk->stream);
    pthread_mutex_unlock(&control->mutex);
    for (toc_talk *talk = control->talks, *next; talk != NULL; talk = next) {
        next = talk->next;
        pthread_join(talk->thread, NULL);
        toc_talk_free(talk);
    }
    nng_aio_free(control->accept_aio);
    if (control->listener != NULL)
        nng_stream_listener_free(control->listener);
    pthread_cond_destroy(&control->stopped);
    pthread_mutex_destroy(&control->mutex);
    free(control);
}
