/* node/engine/state.h: what the engine's files share: its state, its links and requests, what it
 * says and what it knows of peers. The calls of each subject are in a header of its own.
 * Owns:    what hangs on toc_engine. Threads: the core thread. Errors:  as engine.h. Private. */
#ifndef TOC_NODE_ENGINE_STATE_H
#define TOC_NODE_ENGINE_STATE_H

#include "node/engine/days.h"
#include "node/engine/engine.h"
#include "proto/roll/pins.h"

enum {
    ENGINE_BUCKETS = 1024, /* of the feed and link tables; both are chained */
    ENGINE_INLINE_ENTRIES_MAX =
        16, /* so few are verified in the core at once, and travel inside News */
    ENGINE_INLINE_BYTES_MAX = 32768,
    ENGINE_PULL_ENTRIES_FIRST =
        64, /* in one Pull, while the size of the feed's entries is unknown */
    ENGINE_PULL_ENTRIES_MAX = 2048,
    ENGINE_PULL_REPLY_BYTES_MAX = 1
                                  << 20, /* of entries, for one Pull: the rest is asked for again */
    ENGINE_PART_BYTES_MAX = 57000, /* entries in one part: with note and proofs it fits a message */
    ENGINE_PULLS_PER_FEED_MAX = 4,
    ENGINE_REQUEST_MS = 10000,         /* a request unanswered for so long failed */
    ENGINE_GRANT_RETRY_MS_MAX = 10000, /* of who gives no key for now: it may be let in sooner */
    ENGINE_RETRY_MS = 2000,  /* a feed or circle that could not go on is tried again after */
    ENGINE_HEADS_MS = 60000, /* anti-entropy even when nothing seems to be missing */
    ENGINE_PING_MS = 30000,
    ENGINE_SILENCE_MS = 95000,        /* three pings unanswered: the link is dead */
    ENGINE_UNPROVEN_FEEDS_MAX = 4096, /* of one link: 500 members, three lanes, some generations */
    ENGINE_ROUND_ROWS_MAX = 40000,    /* then the rest of what waits is taken in the next round */
    ENGINE_OPEN_SLICE = 2000,         /* entries opened per tick when a key came late */
    ENGINE_EPOCHS_MAX = 16,           /* whose keys are loaded for one chunk */
    ENGINE_CLOCK_OFFSET_MS_MAX = 600000, /* a clock this far off its peers stops the ticks */
    ENGINE_COSIGN_ALERT_MS =
        50, /* after a head was stored: what comes meanwhile is signed with it */
    ENGINE_COSIGN_BULK_MS = 5000,
    ENGINE_COSIGNED_A_ROUND_MAX = 256, /* heads; a round that signs so many takes milliseconds */
    ENGINE_LISTEN_MS = 3000, /* for what peers say that this org said before it lost its disk */
    ENGINE_LISTEN_MS_MAX = 60000,
    ENGINE_HEARTBEAT_MS = 60000,          /* authors cosign their own heads even in silence */
    ENGINE_COSIGNED_AHEAD_S_MAX = 600,    /* of our clock; more is refused */
    ENGINE_COSIGNATURES_EARLY_MAX = 2048, /* over entries that have not come; 600 KB */
    ENGINE_COSIGNATURES_TOLD_MAX = 4096,  /* that wait to be passed on */
    ENGINE_MISFITS_MAX = 8, /* cosignatures by no known key, of a link in so long: each is tried */
    ENGINE_MISFITS_MS = 1000, /* with up to 257 keys, which takes 10 ms */
    ENGINE_UNSEEN_MS = 200,   /* after the question: looking takes far less, whatever is found */
    ENGINE_UNSEEN_MAX = 4096,
    ENGINE_PASS_ON_MS = 250, /* what came from others goes on together, not one by one */
    ENGINE_RETELL_MS = 120000,
    ENGINE_RETELL_S = 600,    /* then the newest of so long is told again: a notice may get lost */
    ENGINE_DOUBTS_MAX = 1024, /* searches for a fork, and links found to have another tree */
    ENGINE_DOUBT_AGAIN_MS = 600000, /* a link that could show nothing is not searched before */
    ENGINE_PROPOSALS_DECLINED = 256,
    ENGINE_RETELL_ALL = 30 /* and every so many times all of it */
};

typedef struct engine_doubt engine_doubt;   /* forks.c */
typedef struct engine_asking engine_asking; /* generation.c */

/* A message waiting to go out. */
typedef struct engine_output {
    struct engine_output *next;
    toc_output output;
    toc_buf bytes;
    toc_instant due; /* it waits until then; 0: it does not wait */
} engine_output;

typedef struct engine_queue {
    engine_output *first, *last;
    size_t count;
} engine_queue;

/* A request of ours that has no final answer yet. */
typedef struct engine_request {
    uint64_t id; /* 0: free */
    toc_message_kind kind;
    toc_instant deadline;
    toc_instant sent;
    toc_feed_id feed;     /* pull, want-grant */
    uint64_t from, until; /* pull: what is still to come */
    uint64_t known_size;  /* pull: as it was said in the request */
    uint32_t epoch;       /* want-grant */
    toc_feed_name name;   /* want-grant */
    toc_circle_id circle; /* heads, roll of a circle */
    toc_hash hash;        /* roll */
    bool wanted;          /* pull: of entries that are stored without their bodies */
    bool proposal;        /* roll: bytes of that hash, which wait for signatures */
    bool newest;          /* roll: the newest card of an org, since a head names an unknown key */
    uint64_t serial;      /* with newest: of the card known then */
    toc_refusal reason;   /* with newest: counted when there is no newer one */
    bool whole;           /* want-fork: the proof; else a side, at index `from` */
    toc_buf roll;         /* what has come of it */
} engine_request;

/* A cosignature that waits: to be passed on, or for the entries that it covers. */
typedef struct engine_cosignature {
    toc_circle_id circle;
    toc_wire_cosignature wire;
    uint64_t link; /* it came from; 0: it was made here */
} engine_cosignature;

typedef struct engine_cosignatures {
    engine_cosignature *rows;
    size_t count, capacity;
} engine_cosignatures;

/* How far a link has been told the newest cosignature of every cosigner. */
typedef struct engine_telling {
    bool on, has_after;
    uint32_t number; /* feed */
    toc_org_id after;
    uint64_t since_s; /* older ones are left out */
} engine_telling;

typedef struct engine_link {
    struct engine_link *next; /* in its bucket */
    uint64_t number;
    toc_org_id peer;
    toc_instant since, heard, pinged;
    engine_telling telling;
    toc_instant grants_after; /* it is not asked for a key before */
    toc_instant misfits_since;
    uint32_t unseen;   /* of its questions, whose one answer is held back */
    uint32_t misfits;  /* cosignatures that it told of since, and that no key had made */
    uint32_t unproven; /* feeds that it told of and nothing of which has been verified */
    engine_request requests[TOC_REQUESTS_OPEN_MAX];
} engine_link;

/* One feed as it is being copied. */
typedef struct engine_feed {
    struct engine_feed *next; /* in its bucket */
    toc_feed_name name;
    toc_feed_id id;
    uint64_t target;    /* the largest size heard of */
    uint64_t source;    /* the link that told it */
    uint64_t failed;    /* the link that did not give what was asked of it last: others first */
    uint64_t requested; /* asked for up to here */
    size_t entry_bytes; /* of the last part that came, on average; 0: none came yet */
    uint32_t pulls;     /* in flight */
    toc_instant blocked_until;
    toc_chunk **waiting; /* parts that came, ascending by frontier.size, which holds their `from`
                            until they start */
    size_t waiting_count;
    toc_instant want_at;   /* what is missing of it is asked for then (missing.c) */
    uint64_t want_link;    /* the link asked last, for everything from the first missing on */
    uint64_t want_from;    /* asked for up to here; 0: not yet */
    uint32_t want_cycles;  /* links asked in vain */
    uint64_t job;          /* the verification that runs; 0: none */
    toc_instant cosign_at; /* its head is cosigned then; 0: nothing new */
    uint32_t over_day;     /* UTC day on which its author is over its quota; 0: none */
    uint64_t per_day;      /* that quota, as of the chunk that was let in last */
    bool proven;           /* something of it was verified and stored here */
    bool written; /* entries were appended in this round: own head to sign, or news to pass on */
    uint64_t written_from;
    uint64_t written_link; /* where they came from; 0: us */
} engine_feed;

typedef struct engine_job {
    struct engine_job *next;
    uint64_t number;
    bool given; /* handed to a worker */
    toc_feed_id feed;
    uint64_t link;
    toc_chunk *chunk;
    size_t secret_count;
    toc_secret *secrets[ENGINE_EPOCHS_MAX];
} engine_job;

/* A charter version heard of and not yet in force here. */
typedef struct engine_tip {
    struct engine_tip *next;
    toc_circle_id circle;
    toc_charter_hash hash;
    uint64_t link;
    unsigned asked; /* branches that it joins and that had to be thought about first */
} engine_tip;

/* How far the sweep over what is past its day has come (erase.c). */
typedef struct engine_sweep {
    uint64_t day; /* Unix seconds / 86,400 */
    bool done;
    uint32_t number;
    uint64_t index;
} engine_sweep;

struct toc_engine {
    toc_org_id org;
    toc_card_hash card;
    uint64_t card_serial;
    toc_secret *sign, *cosign, *seal, *officer;
    toc_verify_key cosign_key;
    toc_secret *former_seals[TOC_FORMER_KEYS_MAX]; /* newest first */
    size_t former_seal_count;
    bool settled;              /* the own feeds name the own card */
    bool card_changed;         /* in this round: told at its end */
    bool all_heads;            /* ask for heads even where the digests are equal */
    engine_days card_days;     /* changes of an org's keys */
    bool same_boot;            /* as toc_engine_new was told; of no interest after the first tick */
    bool begun;                /* that tick was */
    engine_days proposal_days; /* proposals that a peer was asked for */
    engine_days roll_days;     /* bytes of cards and charters that came of a peer and were kept */
    toc_instant proposals_due, proposals_again;
    toc_hash proposals_declined[ENGINE_PROPOSALS_DECLINED]; /* not asked for again; a ring */
    size_t declined_count;
    toc_instant first_link; /* since it started; 0: none yet */
    bool stopped_ticks;
    toc_now ticked;
    bool clock_set;      /* back, or while this node was down; peers did not confirm it since */
    bool awake;          /* it was looked whether this node had been off for long */
    bool proposals_wait; /* for cards that they name */
    bool more;           /* parts wait for the next round */
    bool fork_came;      /* a proof: told at the next tick */
    bool entries_came;   /* some of the early cosignatures may be in time now */
    engine_asking *asking;
    toc_instant asked; /* all links, last */
    uint64_t next_request, next_job;
    toc_time last_tick;
    toc_instant started;
    engine_sweep sweep;
    toc_instant last_heads, last_sweep;
    uint32_t pending_number; /* where the slice over pending entries goes on */
    uint64_t pending_from;
    engine_link *links[ENGINE_BUCKETS];
    engine_feed *feeds[ENGINE_BUCKETS];
    engine_job *jobs;
    engine_doubt *doubts;
    size_t doubt_count;
    engine_tip *tips;
    toc_hash *changed_charters; /* adopted in this round: told at its end */
    toc_circle_id *changed_circles;
    size_t changed_count;
    engine_cosignatures telling, early;
    toc_instant passed_on, heartbeat, retold;
    unsigned retells;
    engine_queue urgent, ordinary;
    engine_queue unseen;   /* answers to who asked for what it may not see, or what is not here */
    engine_output *lent;   /* what toc_engine_output gave last */
    toc_peer_state *peers; /* row 0 is for strangers */
    size_t peer_count;
    uint64_t pulling; /* bytes of parts waiting */
};

/* engine.c: links, requests. */
engine_link *toc_engine_link(toc_engine *engine, uint64_t number);
typedef toc_code (*engine_link_visit)(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                      void *context, toc_err *err);
TOC_MUST toc_code toc_engine_links(toc_engine *engine, toc_log_txn *txn, engine_link_visit visit,
                                   void *context, toc_err *err);
/* A free slot among the link's requests, numbered and dated, or NULL when TOC_REQUESTS_OPEN_MAX are
 * open. */
engine_request *toc_engine_request(toc_engine *engine, engine_link *link, toc_message_kind kind,
                                   toc_now now);
void toc_engine_request_end(engine_request *request);
/* Is some link asked for this sender key already? */
bool toc_engine_wants_grant(toc_engine *engine, const toc_feed_name *name, uint32_t epoch);

/* outputs.c: what is said to links and to the driver. */
TOC_MUST toc_code toc_engine_send(toc_engine *engine, uint64_t link, bool urgent,
                                  const toc_message *message, toc_err *err);
TOC_MUST toc_code toc_engine_close_link(toc_engine *engine, uint64_t link, const char *reason,
                                        toc_err *err);
TOC_MUST toc_code toc_engine_peers_changed(toc_engine *engine, toc_err *err);
TOC_MUST toc_code toc_engine_refuse(toc_engine *engine, uint64_t link, uint64_t id,
                                    toc_refusal_code code, const char *sentence, toc_err *err);
/* Held-back refusals whose time has come are said. */
void toc_outputs_wake(toc_engine *engine, toc_now now);
void toc_outputs_free(toc_engine *engine);

/* peers.c: what is known of every org that links or sends. */
/* NULL: the row for strangers. Good until the next call. */
toc_peer_state *toc_engine_peer(toc_engine *engine, const toc_org_id *org);
/* The answer to a ping: how long it took, and how far the peer's clock is off. */
void toc_peers_pong(toc_engine *engine, const engine_link *link, const engine_request *request,
                    const toc_message *pong, toc_now now);
/* How far the wall clock moved between two readings, beyond the time that passed. */
int64_t toc_clock_jumped_ms(toc_now before, toc_now now);
/* A clock that more than half of the linked peers contradict must not move anybody's horizon. What
 * was measured before the own clock jumped counts for how it stands since. */
bool toc_peers_contradict(const toc_engine *engine, toc_now now);
/* More than half of them agree with it, and there are some: where doing nothing is safe. */
bool toc_peers_confirm(const toc_engine *engine, toc_now now);

#endif
