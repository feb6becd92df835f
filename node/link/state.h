/* node/link/state.h: what the files of node/link share. One mutex guards all of it; nng's callbacks
 * take it, do what is pure and short, and never wait. A connection is freed by the housekeeping
 * thread only, when its aios are idle: an aio cannot be freed from its own callback. */
#ifndef TOC_NODE_LINK_STATE_H
#define TOC_NODE_LINK_STATE_H

#include <nng/nng.h>
#include <pthread.h>

#include "node/link/links.h"

enum {
    LINK_READ_BYTES = 2 * (TOC_FRAME_BYTES_MAX + 2),
    LINK_STRANGER_READ_BYTES = 1024, /* whole handshake frames, and no more for whom nobody knows */
    LINK_REPLY_BYTES_MAX = 1 << 20,  /* what one message of a peer may make us send, about */
    LINK_SEND_BATCH_BYTES = 128 * 1024,
    LINK_HOUSEKEEPING_MS = 25,
    LINK_ACCEPT_RETRY_MS = 100, /* after accepting failed: out of files, perhaps */
    LINK_CONFIRM_MS = 5000,     /* from our answer to the initiator's first message */
    LINK_BOTH_DIALLED_MS =
        10000,            /* PROTOCOL §3: within this the lower org keeps the link that it began */
    LINK_GRACE_MS = 2000, /* for the open requests of a link that is to be closed */
    LINK_SECRETS_MAX = 4,
    LINK_NEW_KEY_DIAL_MS = 1500,   /* the peer learns of the card first */
    LINK_OLD_KEY_CLOSE_MS = 10000, /* a link by a key that was replaced */
    LINK_BACKOFF_MS_MIN = 250,
    LINK_BACKOFF_MS_MAX = 30000,
    LINK_DIAL_MS = 10000,
    LINK_KNOWN_ADDRESSES = 4096,
    LINK_KNOWN_MS = 86400000
};

typedef enum conn_state {
    CONN_DIALLING, /* no stream yet */
    CONN_FIRST,    /* responder: waits for the first frame */
    CONN_ANSWER,   /* initiator: waits for message 2 */
    CONN_CONFIRM,  /* responder: answered, waits for the first transport message */
    CONN_UP,
    CONN_DRAIN, /* a stranger: read and dropped until its deadline */
    CONN_CLOSED /* waits for its aios, then is freed */
} conn_state;

typedef struct queued {
    struct queued *next;
    size_t size;
    uint8_t bytes[];
} queued;

typedef struct send_queue {
    queued *first, *last;
} send_queue;

/* Where a connection comes from, as far as limits care: /24 or /64; kind 0 for local ones. */
typedef struct origin_prefix {
    uint8_t kind; /* 4, 6, 0 */
    uint8_t bytes[8];
} origin_prefix;

typedef struct conn {
    struct conn *next;
    toc_links *links;
    uint64_t number; /* 0 until it is up */
    conn_state state;
    bool initiator, admitted_as_known;
    nng_stream *stream;
    nng_stream_dialer *dialer;
    nng_aio *dial_aio, *recv_aio, *send_aio;
    bool dialling, receiving, sending;
    origin_prefix origin;
    toc_session *session;
    toc_org_id peer;
    uint64_t born_ms, deadline_ms, up_ms, close_at_ms; /* monotonic; close_at 0: stays */
    uint8_t *read;
    size_t read_size, read_capacity;
    bool taking; /* frames are being cut out of `read` */
    toc_buf sending_bytes;
    send_queue urgent, ordinary;
    size_t queued_bytes, unconsumed; /* messages handed up and not yet done with */
} conn;

typedef struct peer_row {
    toc_links_peer peer; /* spans point into `text` */
    char *text;
    size_t next_endpoint;
    uint64_t dial_at_ms;
    unsigned backoff_ms;
    unsigned dials;      /* since the last link: they take turns with the own keys */
    bool linked, trying; /* as of the last look */
} peer_row;

typedef struct listener {
    toc_links *links;
    nng_stream_listener *listener;
    nng_aio *aio;
    uint64_t accept_at_ms; /* 0: it accepts */
    char address[1024];
} listener;

typedef struct known_origin {
    origin_prefix origin;
    uint64_t at_ms;
} known_origin;

struct toc_links {
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    pthread_t housekeeper;
    bool runs, stopping;
    toc_secret *secrets[LINK_SECRETS_MAX]; /* the present one, then former ones, newest first */
    size_t secret_count;
    toc_hello hello; /* from and card; `to` is filled in a copy */
    toc_links_events events;
    uint64_t rekey_messages, rekey_ms;
    listener listeners[8];
    size_t listener_count;
    conn *conns;
    uint64_t next_number;
    size_t queued_bytes; /* over all */
    peer_row *peers;     /* in order of org */
    size_t peer_count;
    known_origin *known; /* ring */
    size_t known_next;
};

uint64_t links_now_ms(void);

/* conn.c */
conn *conn_new(toc_links *links, bool initiator);
void conn_attach(conn *c, nng_stream *stream_take);
void conn_advance(
    conn *c);             /* hands up what has come and asks for more, as far as the window goes */
bool conn_trust(conn *c); /* room for whole frames, once somebody known is there */
void conn_send_frame(conn *c, toc_buf *frame_take);
void conn_queue(conn *c, bool urgent, toc_span message);
void conn_close(conn *c); /* begins it; the housekeeper ends it */
bool conn_idle(const conn *c);
void conn_free(conn *c); /* without the mutex */

/* handshake.c: a whole frame (without its length). */
void handshake_frame(conn *c, toc_span frame);
bool handshake_begin(conn *c); /* initiator: sends the first frame */
void handshake_refuse(conn *c, const toc_org_id *org, toc_refusal refusal, const char *sentence);
void handshake_expired(conn *c);

/* links.c */
peer_row *links_peer(toc_links *links, const toc_org_id *org);
void links_confirmed(conn *c); /* the session is confirmed: it is up */

/* admission.c */
origin_prefix admission_origin(nng_stream *stream);
bool admission_allows(toc_links *links, const origin_prefix *origin, bool *out_known);
void admission_succeeded(toc_links *links, const origin_prefix *origin);

#endif
