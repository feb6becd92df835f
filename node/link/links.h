/* node/link/links.h: links to peers over nng streams: listening, dialling, handshakes, frames,
 * queues (PROTOCOL §3). One link is one ordered, encrypted byte stream to one org, up from the
 * moment its session is confirmed until `down`.
 * Owns:    every stream, session and queue.
 * Threads: calls from any thread; events come from the library's threads and must not block.
 * Errors:  LIMIT, IO, USAGE (an endpoint that is none). */
#ifndef TOC_NODE_LINK_LINKS_H
#define TOC_NODE_LINK_LINKS_H

#include "node/engine/engine.h"
#include "proto/session/session.h"

typedef struct toc_links toc_links;

typedef struct toc_links_events {
    void *context;
    /* A link is confirmed; numbers are never reused and never 0. */
    void (*up)(void *context, uint64_t link, const toc_org_id *peer);
    void (*down)(void *context, uint64_t link);
    /* One message. Until toc_links_consumed says that it is done with, and what it made us send is
     * queued, it counts against the link's window; past it nothing more is read from that peer. */
    void (*message)(void *context, uint64_t link, toc_span message);
    /* A handshake was refused; org NULL: a stranger. */
    void (*refused)(void *context, const toc_org_id *org, toc_refusal refusal,
                    const char *sentence);
} toc_links_events;

typedef struct toc_links_config {
    size_t listen_count;
    const char *const *listen;     /* "tcp://host:port", "ipc:///path"; port 0 picks a free one */
    const toc_secret *link_secret; /* copied */
    toc_org_id org;
    toc_card_hash card;                /* own, named in the hello */
    uint64_t rekey_messages, rekey_ms; /* 0: as limits.h says; tests shorten them */
    toc_links_events events;
} toc_links_config;

/* Who may link, with which key, and where it may be dialled. */
typedef struct toc_links_peer {
    toc_org_id org;
    toc_link_key key;
    size_t endpoint_count;
    toc_span endpoints[TOC_ENDPOINTS_MAX]; /* confirmed by the operator; none: it dials us */
} toc_links_peer;

TOC_MUST toc_code toc_links_start(const toc_links_config *config, toc_links **out, toc_err *err);
/* Closes everything; no event comes after it returns. */
void toc_links_stop(toc_links *links_take); /* NULL is fine */
/* Replaces who may link: new endpoints are dialled, links of orgs that are gone are closed. Copies
 * the rows. */
TOC_MUST toc_code toc_links_peers(toc_links *links, const toc_links_peer *peers, size_t count,
                                  toc_err *err);
/* The own card and link key changed: `secrets[0]` is the present one, the others are former ones,
 * for peers who have not heard of the card yet (copied). Where the present key is another than
 * before, links are begun anew. Call before toc_links_peers. */
TOC_MUST toc_code toc_links_own(toc_links *links, const toc_card_hash *card,
                                toc_secret *const *secrets, size_t count, toc_err *err);
/* Queues a message (copied). A link that is gone takes it silently. Urgent messages overtake
 * others, and have a share of the queue to themselves: others are dropped where it begins, or where
 * the queues of all links are full (requests are asked again, news is found missing). Past
 * TOC_QUEUE_PEER_BYTES_MAX the link is closed, since its peer stopped reading. */
void toc_links_send(toc_links *links, uint64_t link, bool urgent, toc_span message);
void toc_links_close(toc_links *links, uint64_t link, const char *reason);
/* For each message, once, when its round's outputs are queued. */
void toc_links_consumed(toc_links *links, uint64_t link);
/* Where listener number `index` really listens ("tcp://127.0.0.1:40123"); "" past the last. */
void toc_links_listening(toc_links *links, size_t index, char *out, size_t capacity);

#endif
