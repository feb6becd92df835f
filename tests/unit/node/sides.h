/* tests/unit/node/sides.h: one end of links, with what happened to it, for tests of the link layer
 * alone: no store, no engine.
 * Owns:    the links and the messages kept.
 * Threads: the test's; events come from others and are kept under a mutex.
 * Errors:  fail the test. */
#ifndef TOC_TESTS_UNIT_NODE_SIDES_H
#define TOC_TESTS_UNIT_NODE_SIDES_H

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/clock.h"
#include "node/link/links.h"
#include "tests/support/check.h"
#include "tests/support/test_node.h"

enum { SIDE_KEPT_MAX = 1 << 16, SIDE_HEAD_BYTES = 16 };

/* The beginning of a message, and how long it was. */
typedef struct kept {
    uint64_t link;
    size_t size;
    uint8_t head[SIDE_HEAD_BYTES];
} kept;

typedef struct side {
    toc_links *links;
    toc_secret *secret;
    toc_link_key key;
    toc_org_id org;
    char endpoint[128];
    pthread_mutex_t mutex;
    bool holds;                   /* does not say that it has consumed */
    uint64_t up_link, other_link; /* the newest that is up, and the one before it */
    toc_org_id up_peer;
    unsigned ups, downs;
    uint64_t refused[TOC_REFUSE_COUNT];
    bool refused_org; /* the last refusal named an org */
    size_t kept_count, unconsumed;
    kept *kept;
} side;

static inline void side_up(void *context, uint64_t link, const toc_org_id *peer)
{
    side *s = context;
    pthread_mutex_lock(&s->mutex);
    s->other_link = s->up_link;
    s->up_link = link;
    s->up_peer = *peer;
    s->ups++;
    pthread_mutex_unlock(&s->mutex);
}

static inline void side_down(void *context, uint64_t link)
{
    side *s = context;
    pthread_mutex_lock(&s->mutex);
    s->downs++;
    if (s->up_link == link)
        s->up_link = s->other_link;
    if (s->up_link == s->other_link || s->other_link == link)
        s->other_link = 0;
    pthread_mutex_unlock(&s->mutex);
}

static inline void side_message(void *context, uint64_t link, toc_span message)
{
    side *s = context;
    pthread_mutex_lock(&s->mutex);
    assert_true(s->kept_count < SIDE_KEPT_MAX);
    kept *row = &s->kept[s->kept_count++];
    *row = (kept){.link = link, .size = message.size};
    memcpy(row->head, message.data,
           message.size < SIDE_HEAD_BYTES ? message.size : SIDE_HEAD_BYTES);
    s->unconsumed++;
    pthread_mutex_unlock(&s->mutex);
}

static inline void side_refused(void *context, const toc_org_id *org, toc_refusal refusal,
                                const char *sentence)
{
    side *s = context;
    pthread_mutex_lock(&s->mutex);
    assert_true(strlen(sentence) > 10);
    s->refused[refusal]++;
    s->refused_org = org != NULL;
    pthread_mutex_unlock(&s->mutex);
}

/* `number` orders the orgs by id. Listens on a free port of 127.0.0.1. */
static inline void side_make(side *s, uint8_t number)
{
    toc_err err;
    *s = (side){0};
    TOC_CHECK_OK(toc_crypto_start(&err));
    TOC_CHECK_OK(toc_secret_random(&s->secret, &err));
    toc_link_prepare(s->secret);
    toc_link_public(s->secret, &s->key);
    memset(s->org.bytes, number, sizeof s->org.bytes);
    s->kept = calloc(SIDE_KEPT_MAX, sizeof *s->kept);
    assert_non_null(s->kept);
    pthread_mutex_init(&s->mutex, NULL);
}

static inline void side_start(side *s, uint64_t rekey_messages)
{
    static const char *const listen[] = {"tcp://127.0.0.1:0"};
    toc_err err;
    toc_links_config config = {.listen_count = 1,
                               .listen = listen,
                               .link_secret = s->secret,
                               .org = s->org,
                               .rekey_messages = rekey_messages,
                               .events = {.context = s,
                                          .up = side_up,
                                          .down = side_down,
                                          .message = side_message,
                                          .refused = side_refused}};
    TOC_CHECK_OK(toc_links_start(&config, &s->links, &err));
    toc_links_listening(s->links, 0, s->endpoint, sizeof s->endpoint);
}

static inline void side_remove(side *s)
{
    toc_links_stop(s->links);
    toc_secret_free(s->secret);
    free(s->kept);
    pthread_mutex_destroy(&s->mutex);
}

/* `s` allows `peer`, and dials `endpoint` unless it is NULL. */
static inline void side_allow(side *s, const side *peer, const char *endpoint)
{
    toc_err err;
    toc_links_peer row = {.org = peer->org, .key = peer->key};
    if (endpoint != NULL)
        row.endpoints[row.endpoint_count++] = toc_span_text(endpoint);
    TOC_CHECK_OK(toc_links_peers(s->links, &row, 1, &err));
}

/* ---- what happened ---- */

static inline side side_look(side *s)
{
    pthread_mutex_lock(&s->mutex);
    side copy = *s;
    pthread_mutex_unlock(&s->mutex);
    return copy;
}

/* Says that everything that came is consumed, on the links it came on. */
static inline void side_consume(side *s)
{
    pthread_mutex_lock(&s->mutex);
    size_t first = s->kept_count - s->unconsumed, end = s->kept_count;
    s->unconsumed = 0;
    pthread_mutex_unlock(&s->mutex);
    for (size_t i = first; i < end; i++)
        toc_links_consumed(s->links, s->kept[i].link);
}

static inline bool side_is_up(void *context)
{
    return side_look(context).up_link != 0;
}

static inline bool side_is_down(void *context)
{
    return side_look(context).up_link == 0;
}

/* A message of `size` bytes that begins with `number`. */
static inline void side_send(side *s, bool urgent, uint64_t number, size_t size)
{
    static const uint8_t zeros[TOC_MESSAGE_BYTES_MAX];
    uint8_t *bytes = malloc(size);
    assert_non_null(bytes);
    memcpy(bytes, zeros, size);
    memcpy(bytes, &number, sizeof number);
    toc_links_send(s->links, side_look(s).up_link, urgent, toc_span_of(bytes, size));
    free(bytes);
}

static inline uint64_t side_number(const side *s, size_t index)
{
    uint64_t number;
    memcpy(&number, s->kept[index].head, sizeof number);
    return number;
}

#endif
