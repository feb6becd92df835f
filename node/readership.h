/* node/readership.h: who gets to read what is marked so in a circle, by which way, and who does not
 * and why: said before it is written, of what waits for officers, and of what was written.
 * toc_readers_of decides for the members, toc_audience_sees for the configuration's audiences, and
 * toc_engine_gives who gets a key; here are the words for it. Private to node/control*.
 * Owns:    who is linked now, and room for a card, until wiped; the rest lives in the arena.
 * Threads: as the transaction.
 * Errors:  as store/log.h; NOT_FOUND: no charter of the circle is here. */
#ifndef TOC_NODE_READERSHIP_H
#define TOC_NODE_READERSHIP_H

#include "node/core.h"
#include "proto/answer/writer.h"
#include "proto/roll/readers.h"

/* One moment of a circle. */
typedef struct toc_readership {
    toc_node *node;
    toc_log_txn *txn;
    toc_arena *arena;
    toc_log_circle circle;
    toc_charter charter;
    toc_peer_state *peers; /* who is linked now */
    size_t peer_count;
    toc_time heard[TOC_MEMBERS_MAX]; /* by member; 0: never */
    toc_span names[TOC_MEMBERS_MAX]; /* likewise; empty: no card of it is here */
    toc_arena *card;                 /* the one that is looked at */
} toc_readership;
/* `txn` and `arena` are lent until it is wiped. */
TOC_MUST toc_code toc_readership_begin(toc_node *node, toc_log_txn *txn,
                                       const toc_circle_id *circle, toc_arena *arena,
                                       toc_readership *out, toc_err *err);
void toc_readership_wipe(toc_readership *readership);
TOC_DEFINE_AUTO_WIPE(toc_readership, toc_readership_wipe)

typedef struct toc_readable {
    toc_org_id author;
    const toc_statement *marking; /* TLP, releasable to, not to */
    const toc_charter *then;      /* of what was written: by which `had` got it; NULL: */
                                  /* it would be written now, */
    bool follows;                 /* to those only who had what it follows: `had` */
    const toc_org_id *had;        /* in order of org id */
    size_t had_count;
    const toc_org_id *doubts; /* of them, by node/readership_then.h */
    size_t doubt_count;
    toc_feed_id feed;       /* where it stands, and */
    const toc_org_id *late; /* to whom its author may give no key yet: found by the call below */
    size_t late_count;
} toc_readable;

/* A statement that this org would write. What follows a live claim of its own, as its end and its
 * members do, is only for those who had that claim, where it names its readers. */
TOC_MUST toc_code toc_readership_draft(const toc_readership *readership, toc_views_txn *views,
                                       const toc_statement *statement, toc_readable *out,
                                       toc_err *err);

/* An org, or an audience of the configuration. */
typedef struct toc_reader {
    toc_org_id org;
    const toc_charter_member *member; /* NULL: it is none */
    const toc_config_audience *local; /* NULL: an org */
    bool reads;
    bool unknown;     /* this node cannot know whether it reads; then it is not said to */
    const char *path; /* "circle", "sealed", "here", "none" */
    const char *why;
    toc_time waits_until; /* for its first key; 0: it does not wait */
} toc_reader;
/* All members in the order of the charter, then who had it or is named and is no member, then the
 * audiences of the configuration. */
TOC_MUST toc_code toc_readership_of(const toc_readership *readership, const toc_readable *what,
                                    const toc_reader **out, size_t *out_count, toc_err *err);
/* One object of proto/control/README.md, with the way to the org as of now. */
void toc_reader_print(const toc_readership *readership, const toc_reader *reader, toc_json *json);
/* {"org","name"} */
void toc_readership_org(const toc_readership *readership, const toc_org_id *org, toc_json *json);

#endif
