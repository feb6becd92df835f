/* node/control_state.h: what control.c and control_talk.c share. Private to them.
 * Threads: `mutex` guards the list and the rights; a talk belongs to its thread, but for closing
 * its stream. */
#ifndef TOC_NODE_CONTROL_STATE_H
#define TOC_NODE_CONTROL_STATE_H

#include <nng/nng.h>
#include <pthread.h>

#include "node/control_talk.h"

enum {
    CONTROL_READ_BYTES = 65536,
    CONTROL_GATHER_BYTES = 65536,
    CONTROL_IDLE_MS = 600000, /* between two requests, or two parts of a submission */
    CONTROL_SEND_MS = 60000,  /* for a caller to read what was gathered: send_ms */
    CONTROL_REFUSE_MS = 2000, /* for the request of who is to be refused */
    CONTROL_REFUSED_MAX = 16, /* at once; more are just closed */
    CONTROL_PROGRESS_MS = 250
};

/* Who the caller is, and what for. */
typedef struct talk_caller {
    unsigned uid, gid;
    bool admin;
    char audience[TOC_SLUG_BYTES_MAX + 1]; /* "": an officer */
} talk_caller;

/* What the audit is told of the command that runs. */
typedef struct talk_deed {
    bool open;    /* it is to be told, and has not been in full */
    bool begun;   /* its first line is written */
    bool changes; /* it may write: the last line of its answer is kept */
    char command[64];
    size_t request_bytes;
    toc_buf request, answer;
    uint64_t lines;
} talk_deed;

struct toc_talk {
    toc_talk *next;
    toc_control *control;
    nng_stream *stream;
    nng_aio *aio;
    pthread_t thread;
    bool gone;          /* the caller hung up, or reads no more */
    bool ended;         /* its thread is about to return */
    bool guest;         /* of an audience when it called; the acceptor's own */
    talk_caller caller; /* as of the request that runs */
    toc_err refused;    /* the whole conversation, when its code is set */
    toc_buf in;
    size_t used;      /* of `in`, by the frame that was lent */
    toc_buf out;      /* frames not sent yet */
    bool drafts_open; /* a submission's parts are still to come */
    bool has_total;
    uint64_t total, progress_at_ms;
    talk_deed deed;
};

struct toc_control {
    toc_node *node;
    toc_writer *writer;
    char path[TOC_CONFIG_PATH_BYTES];
    nng_stream_listener *listener;
    nng_aio *accept_aio;
    pthread_t acceptor;
    bool runs;
    uint64_t send_ms;
    pthread_mutex_t mutex;
    pthread_cond_t stopped;
    bool stopping;
    toc_config rights; /* its [control] section */
    toc_talk *talks;
    size_t talk_count, refused_count, guest_count; /* of them; the acceptor's own */
};

/* control.c: by the configuration and the groups of this moment. False: he may nothing. */
TOC_MUST bool toc_control_caller_of(toc_control *control, unsigned uid, unsigned gid,
                                    talk_caller *out);
TOC_MUST toc_code toc_control_deny(unsigned uid, toc_err *err);

/* control_talk.c: the thread of a conversation. */
void *toc_talk_main(void *talk);
void toc_talk_free(toc_talk *talk);

/* control_deed.c: what a conversation does, for the audit (docs/decisions/0072). */
/* A request of so many bytes has come. */
void toc_talk_deed_open(toc_talk *talk, size_t request_bytes);
/* It is this command. LIMIT when its arguments are more than the audit keeps. */
TOC_MUST toc_code toc_talk_deed_name(toc_talk *talk, toc_span command, json_t *request,
                                     toc_err *err);
/* It may change something: it must be written down before. */
TOC_MUST toc_code toc_talk_deed_change(toc_talk *talk, toc_err *err);
/* A line of the answer. */
void toc_talk_deed_line(toc_talk *talk, toc_span json);
/* Bytes of the answer are about to leave. */
TOC_MUST toc_code toc_talk_deed_leave(toc_talk *talk, toc_err *err);
/* The command ended with `code`. Returns it, or why it cannot be told: then nothing of the answer
 * may leave. */
TOC_MUST toc_code toc_talk_deed_close(toc_talk *talk, toc_code code, toc_err *err);
void toc_talk_deed_wipe(toc_talk *talk);

#endif
