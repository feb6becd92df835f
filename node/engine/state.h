/* node/engine/state.h: what the engine's files share: its state and the calls between them. Private
 * to node/engine. */
#ifndef TOC_NODE_ENGINE_STATE_H
#define TOC_NODE_ENGINE_STATE_H

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
    ENGINE_GRANT_RETRY_MS_MAX = 60000, /* for who said that it gives no key, and for how long */
    ENGINE_RETRY_MS = 2000,  /* a feed or circle that could not go on is tried again after */
    ENGINE_HEADS_MS = 60000, /* anti-entropy even when nothing seems to be missing */
    ENGINE_PING_MS = 30000,
    ENGINE_SILENCE_MS = 95000,        /* three pings unanswered: the link is dead */
    ENGINE_UNPROVEN_FEEDS_MAX = 4096, /* of one link: 500 members, three lanes, some generations */
    ENGINE_ROUND_ROWS_MAX = 40000,    /* then the rest of what waits is taken in the next round */
    ENGINE_OPEN_SLICE = 2000,         /* entries opened per tick when a key came late */
    ENGINE_CLOCK_OFFSET_MS_MAX = 600000, /* a clock this far off its peers stops the ticks */
    ENGINE_COSIGN_ALERT_MS =
        50, /* after a head was stored: what comes meanwhile is signed with it */
    ENGINE_COSIGN_BULK_MS = 5000,
    ENGINE_LISTEN_MS = 3000, /* for what peers say that this org said before it lost its disk */
    ENGINE_LISTEN_MS_MAX = 60000,
    ENGINE_HEARTBEAT_MS = 60000,          /* authors cosign their own heads even in silence */
    ENGINE_COSIGNED_AHEAD_S_MAX = 600,    /* of our clock; more is refused */
    ENGINE_COSIGNATURES_EARLY_MAX = 2048, /* over entries that have not come; 600 KB */
    ENGINE_COSIGNATURES_TOLD_MAX = 4096,  /* that wait to be passed on */
    ENGINE_UNSEEN_MS = 200, /* after the question: looking takes far less, whatever is found */
    ENGINE_UNSEEN_MAX = 4096,
    ENGINE_PASS_ON_MS = 250, /* what came from others goes on together, not one by one */
    ENGINE_RETELL_MS = 120000,
    ENGINE_RETELL_S = 600,    /* then the newest of so long is told again: a notice may get lost */
    ENGINE_DOUBTS_MAX = 1024, /* searches for a fork, and links found to have another tree */
    ENGINE_DOUBT_AGAIN_MS = 600000, /* a link that could show nothing is not searched before */
    ENGINE_PROPOSALS_DECLINED = 256,
    ENGINE_RETELL_ALL = 30 /* and every so many times all of it */
};

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
    uint32_t unproven;        /* feeds that it told of and nothing of which has been verified */
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
    toc_secret *secrets[16];
} engine_job;

/* A link whose tree of a feed does not seem to be ours: the place where they part is searched. */
typedef struct engine_doubt {
    struct engine_doubt *next;
    uint64_t link;
    toc_feed_name name;
    toc_feed_id id;
    bool open;          /* an answer is due */
    bool asked;         /* before */
    bool blames;        /* what does not fit is the link's fault unless it shows another tree */
    bool apart;         /* it has another tree: nothing of the feed is taken from it */
    uint64_t low, high; /* alike below low, and not at high */
    toc_instant again;  /* not searched anew before */
} engine_doubt;

/* A charter version heard of and not yet in force here. */
typedef struct engine_tip {
    struct engine_tip *next;
    toc_circle_id circle;
    toc_charter_hash hash;
    uint64_t link;
    unsigned asked; /* branches that it joins and that had to be thought about first */
} engine_tip;

/* How often an org's keys changed on a day. */
typedef struct engine_card_day {
    toc_org_id org;
    uint64_t day; /* Unix milliseconds / 86,400,000 */
    unsigned changes;
} engine_card_day;

/* A circle whose members are asked what they have of the own feeds. */
typedef struct engine_asking {
    struct engine_asking *next;
    toc_circle_id circle;
    bool decided; /* freed with the tick */
    toc_instant began;
    size_t count;
    toc_org_id answered[TOC_MEMBERS_MAX];
} engine_asking;
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
    bool settled;      /* the own feeds name the own card */
    bool card_changed; /* in this round: told at its end */
    bool all_heads;    /* ask for heads even where the digests are equal */
    engine_card_day *card_days;
    size_t card_day_count;
    bool same_boot; /* as toc_engine_new was told; of no interest after the first tick */
    bool begun;     /* that tick was */
    engine_card_day *proposal_days; /* how many proposals peers were asked for */
    size_t proposal_day_count;
    toc_instant proposals_due, proposals_again;
    toc_hash proposals_declined[ENGINE_PROPOSALS_DECLINED]; /* not asked for again; a ring */
    size_t declined_count;
    toc_instant first_link; /* since it started; 0: none yet */
    bool stopped_ticks;
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
/* A free slot among the link's requests, numbered and dated, or NULL when 32 are open. */
engine_request *toc_engine_request(toc_engine *engine, engine_link *link, toc_message_kind kind,
                                   toc_now now);
void toc_engine_request_end(engine_request *request);
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
/* A clock that more than half of the linked peers contradict must not move anybody's horizon. */
bool toc_peers_contradict(const toc_engine *engine);

/* roll.c: cards, charters, circles. */
bool toc_roll_held(toc_log_txn *txn, const void *hash); /* 32 bytes: of a card or charter */
/* Is there a joined circle that has `left`, and `right` (NULL: the left alone) too? */
bool toc_roll_in_one_circle(toc_log_txn *txn, toc_arena *arena, const toc_org_id *left,
                            const toc_org_id *right);
/* A charter version or card was told of by a link: thought about until it holds or cannot. */
TOC_MUST toc_code toc_roll_tip(toc_engine *engine, const toc_circle_id *circle,
                               const toc_charter_hash *hash, uint64_t link, toc_err *err);
/* Is the circle joined, its charter held, and `org` in it? The charter is good for as long as the
 * transaction and `arena`. */
TOC_MUST bool toc_roll_shared(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                              toc_arena *arena, toc_log_circle *out_circle,
                              toc_charter *out_charter);
TOC_MUST toc_code toc_roll_card(toc_log_txn *txn, const toc_card_hash *hash, toc_arena *arena,
                                toc_card *out, toc_err *err);
/* Asks `link` for a card or charter by hash unless it is held or asked for already. */
TOC_MUST toc_code toc_roll_want(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                const toc_hash *hash, toc_now now, toc_err *err);
TOC_MUST toc_code toc_roll_want_circle(toc_engine *engine, uint64_t link,
                                       const toc_circle_id *circle, toc_now now, toc_err *err);
TOC_MUST toc_code toc_roll_heard(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                 const toc_circle_id *circle, const toc_hash *hash, toc_now now,
                                 toc_err *err);
TOC_MUST toc_code toc_roll_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                 const toc_message *message, toc_err *err);
TOC_MUST toc_code toc_roll_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                 engine_request *request, const toc_message *message, toc_now now,
                                 toc_err *err);
bool toc_roll_has_tip(const toc_engine *engine, const toc_charter_hash *hash);
/* The charter of this hash that the roll has. */
TOC_MUST toc_code toc_roll_charter(toc_log_txn *txn, const toc_charter_hash *hash, toc_arena *arena,
                                   toc_charter *out, toc_err *err);
/* What a link told that is gone need not be thought about any more. */
void toc_roll_forget(toc_engine *engine, uint64_t link);
TOC_MUST toc_code toc_roll_advance(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
TOC_MUST toc_code toc_roll_ask_unknown(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);

/* As toc_roll_shared, and may what is in the circle be given to `org`? While it is contested only
 * to who is in every open branch. */
TOC_MUST bool toc_roll_served(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                              toc_arena *arena, toc_log_circle *out_circle,
                              toc_charter *out_charter);

typedef struct engine_chain {
    toc_charter *charters; /* newest first */
    size_t count;
} engine_chain;
typedef enum cards_state { CARDS_READY, CARDS_MISSING, CARDS_WRONG } cards_state;
/* The cards that the charters name: what is missing is asked for, what is wrong is counted. */
TOC_MUST toc_code toc_roll_chain_cards(toc_engine *engine, toc_log_txn *txn,
                                       const engine_chain *walked, uint64_t link, toc_arena *arena,
                                       toc_now now, cards_state *out, toc_err *err);
/* Does each follow the one before, the oldest `current` (NULL: it is a first one)? If not it is
 * counted; *out_newest is the newest. */
TOC_MUST toc_code toc_roll_chain_judge(toc_engine *engine, toc_log_txn *txn,
                                       const toc_charter *current, const engine_chain *walked,
                                       toc_arena *arena, uint64_t link, bool *out_holds,
                                       toc_charter *out_newest, toc_err *err);

/* pins.c: feeds that the charter in force closes. */
/* As toc_charter_end by the charter in force; 0 without one. */
uint64_t toc_pins_end(toc_log_txn *txn, const toc_feed_name *feed);
bool toc_pins_head_is(const toc_charter *charter, const toc_feed_name *feed, uint64_t size,
                      const toc_hash *root);
/* May these entries be taken, as far as the charter closes their feed? If not *out says why.
 * *out_pinned: their head is the pinned one, whose author's key may be retired since. */
bool toc_pins_allow(const toc_charter *charter, const toc_chunk *chunk, toc_refusal *out,
                    bool *out_pinned);
/* The head of a stored feed as the circle has it, and its note: never past where it ends. */
TOC_MUST toc_code toc_pins_clamp(toc_log_txn *txn, const toc_charter *charter, toc_log_feed *feed,
                                 toc_err *err);
TOC_MUST toc_code toc_pins_note(toc_log_txn *txn, const toc_charter *charter, uint32_t number,
                                toc_arena *arena, toc_span *out, toc_err *err);
/* Gives the draft pins for what `current` has open and it has not, by the heads stored here. */
TOC_MUST toc_code toc_pins_close(toc_log_txn *txn, const toc_charter *current, toc_charter *draft,
                                 toc_arena *arena, toc_err *err);
/* That pins which `current` has not are signed by their authors, and not contradicted here. */
TOC_MUST toc_code toc_pins_check_new(toc_log_txn *txn, const toc_charter *current,
                                     const toc_charter *next, toc_arena *arena, toc_err *err);
/* `after` follows `before` in force: what it closes leaves the views, what it opens comes back. */
TOC_MUST toc_code toc_pins_adopt(toc_engine *engine, toc_log_txn *txn, const toc_charter *before,
                                 const toc_charter *after, toc_arena *arena, toc_now now,
                                 toc_err *err);
/* Whose own feeds are closed begins a new generation. */
void toc_pins_renew(const toc_engine *engine, const toc_charter *charter, toc_now now,
                    toc_log_circle *state);

/* admission.c: new readers wait for their keys. */
bool toc_admission_waits(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                         toc_time *out_until);
TOC_MUST toc_code toc_admission_adopt(const toc_engine *engine, toc_log_txn *txn,
                                      const toc_charter *before, const toc_charter *after,
                                      toc_now now, toc_err *err);
/* Whose delay is over gets the next key. */
TOC_MUST toc_code toc_admission_tick(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                     toc_err *err);

/* join.c: a charter that ends two branches. */
/* Is it in force, or valid beside it, or a version on the way there? */
TOC_MUST bool toc_join_known(toc_log_txn *txn, const toc_circle_id *circle,
                             const toc_charter_hash *hash, toc_arena *arena);
/* Where charters that the tip leads through join a branch that is not known here, that one is
 * thought about first. */
TOC_MUST toc_code toc_join_prepare(toc_engine *engine, toc_log_txn *txn, engine_tip *tip,
                                   const toc_charter *charters, size_t count, toc_arena *arena,
                                   bool *out_wait, toc_err *err);
/* As toc_charter_judge; of one that joins two branches both are looked up, and must be known. */
TOC_MUST toc_code toc_join_judge(toc_log_txn *txn, const toc_charter *current,
                                 const toc_charter *next, const toc_card_source *cards,
                                 toc_arena *arena, toc_err *err);
/* It comes into force: what it follows, on either branch, is no rival any more. */
TOC_MUST toc_code toc_join_settle(toc_log_txn *txn, const toc_charter *charter, toc_arena *arena,
                                  toc_log_circle *state, toc_err *err);

/* rivals.c: a tip that does not lead to the charter in force. When it is valid beside it, it is
 * kept and the circle is contested. */
TOC_MUST toc_code toc_rivals_meet(toc_engine *engine, toc_log_txn *txn, const engine_tip *tip,
                                  const toc_log_circle *state, toc_arena *arena, toc_now now,
                                  bool *out_done, toc_err *err);
/* Is `org` a reader (`reads`) or at least a member in every open branch beside the one in force? */
TOC_MUST bool toc_rivals_have(toc_log_txn *txn, const toc_log_circle *circle, const toc_org_id *org,
                              bool reads, toc_arena *arena);

/* recipients.c: the seal keys of those who get a record that names its readers. */
typedef struct engine_recipients {
    size_t count;
    toc_seal_key keys[TOC_READERS_MAX];
} engine_recipients;
/* Of each of `named` that is not NULL; records that are marked alike share theirs. LIMIT when they
 * are more than a record can be sealed to. */
TOC_MUST toc_code toc_recipients_find(const toc_engine *engine, toc_log_txn *txn,
                                      const toc_log_circle *circle, const toc_charter *charter,
                                      const toc_addressees *const *named, size_t count,
                                      toc_arena *arena, const engine_recipients **out,
                                      toc_err *err);

/* Puts a judged charter in force: durable with the round, own feeds brought up to it, peers told at
 * the round's end. */
TOC_MUST toc_code toc_roll_adopt(toc_engine *engine, toc_log_txn *txn, const toc_charter *charter,
                                 toc_arena *arena, toc_now now, toc_err *err);
/* That `card` leads back to its org's first one, or to the newest one proven before. Until then
 * anybody may have made a card of serial 2 and later. NOT_FOUND: *out_missing is a card on the way
 * that is not held. */
TOC_MUST toc_code toc_roll_prove(toc_log_txn *txn, const toc_card *card, toc_arena *arena,
                                 toc_card_hash *out_missing, toc_err *err);

/* Asks `link` for the newest card of an org of which that of `serial` is known. A link that has no
 * newer one is counted: it told of a head by an unknown key. */
TOC_MUST toc_code toc_roll_want_newest(toc_engine *engine, engine_link *link, const toc_org_id *org,
                                       uint64_t serial, toc_refusal reason, toc_now now,
                                       toc_err *err);

/* Is an item asked for already? */
bool toc_roll_asked(toc_engine *engine, const toc_hash *hash);
/* Asks for a proposal by the hash of its bytes (proposals.c). */
TOC_MUST toc_code toc_roll_want_proposal(toc_engine *engine, engine_link *link,
                                         const toc_hash *hash, const toc_circle_id *circle,
                                         toc_now now, toc_err *err);

/* cards.c: cards that change. */
TOC_MUST toc_code toc_cards_load(toc_engine *engine, toc_log_txn *txn, toc_err *err);
void toc_cards_unload(toc_engine *engine);
/* With the own seal key, or a former one. */
TOC_MUST toc_code toc_cards_open_box(const toc_engine *engine, const toc_box *box, toc_secret **out,
                                     toc_err *err);
/* A card that was adopted while the node was down: the own feeds follow it, once. */
TOC_MUST toc_code toc_cards_settle(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
typedef enum toc_card_state {
    TOC_CARD_KNOWN,   /* no news */
    TOC_CARD_TAKEN,   /* the newest of its org now */
    TOC_CARD_MISSING, /* one before it was asked for */
    TOC_CARD_REFUSED  /* counted */
} toc_card_state;
/* An opened card that the roll holds: is it the newest of its org? */
TOC_MUST toc_code toc_cards_take(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                                 const toc_card *card, toc_arena *arena, toc_now now,
                                 toc_card_state *out, toc_err *err);
/* Makes a proven card the one that its org is known by. `compromised`: who boxed a sender key to
 * its seal key before makes a new one. */
TOC_MUST toc_code toc_cards_follow(toc_engine *engine, toc_log_txn *txn, const toc_card *card,
                                   bool compromised, toc_now now, toc_err *err);
/* Whose sign key a note names, unverified; *out is that card. RETIRED: of an older card of the
 * author. */
typedef enum toc_signer { TOC_SIGNER_NEWEST, TOC_SIGNER_RETIRED, TOC_SIGNER_UNKNOWN } toc_signer;
toc_signer toc_cards_signer(toc_log_txn *txn, const toc_feed_name *feed, toc_span text,
                            toc_arena *arena, toc_card *out);
/* Is the head signed as it must be? If not it is counted, or a newer card asked for. */
TOC_MUST toc_code toc_cards_head(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                 const toc_feed_name *name, const toc_head *head, toc_arena *arena,
                                 toc_now now, bool *out_good, toc_err *err);
/* The head that is stored, signed anew by a newer key: its note is taken. */
TOC_MUST toc_code toc_cards_renew(toc_log_txn *txn, const toc_log_feed *stored,
                                  const toc_head *head, toc_arena *arena, toc_err *err);

/* operator.c has the calls of engine.h that people make. */

/* amend.c: Signs a charter's body as the own officer beside `count` signatures that there are,
 * judges it by `current` (NULL: a first one), and puts it in force, or keeps it as a proposal. */
TOC_MUST toc_code toc_amend_sign(toc_engine *engine, toc_log_txn *txn, const toc_charter *current,
                                 toc_span body, const toc_charter_signature *signatures,
                                 size_t count, toc_arena *arena, toc_now now, toc_amended *out,
                                 toc_err *err);

/* grants.c: own feeds, sender keys. */
/* Makes the own feeds of a circle name the own card, the charter in force and an epoch for its
 * readers. */
TOC_MUST toc_code toc_grants_refresh(toc_engine *engine, toc_log_txn *txn,
                                     const toc_circle_id *circle, bool turn, toc_now now,
                                     toc_err *err);
/* Looks for our box in a grant of the keys lane. */
TOC_MUST toc_code toc_grants_take(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                                  const toc_grant *grant, toc_now now, toc_err *err);
TOC_MUST toc_code toc_grants_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                   const toc_message *message, toc_now now, toc_err *err);
/* The author gives no key now: it is not asked again before it said, or a minute. */
void toc_grants_refused(engine_link *link, const toc_message *refusal, toc_now now);
TOC_MUST toc_code toc_grants_reply(toc_engine *engine, toc_log_txn *txn,
                                   const engine_request *request, const toc_message *message,
                                   toc_now now, toc_err *err);
/* Opens a slice of what waited for a key, and asks authors for keys that have not come. */
TOC_MUST toc_code toc_grants_open_pending(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                          bool *out_more, toc_err *err);

/* sync.c: heads, news, pulls. */
engine_feed *toc_sync_feed(toc_engine *engine, const toc_feed_name *name); /* NULL: out of memory */
engine_feed *toc_sync_find(toc_engine *engine, const toc_feed_id *id);
/* `all`: even where nothing seems to be missing. */
TOC_MUST toc_code toc_sync_ask_heads(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                     bool all, toc_now now, toc_err *err);
TOC_MUST toc_code toc_sync_serve_heads(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                       const toc_message *message, toc_err *err);
TOC_MUST toc_code toc_sync_heads_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                       engine_request *request, const toc_message *message,
                                       toc_now now, toc_err *err);
TOC_MUST toc_code toc_sync_serve_pull(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                      const toc_message *message, toc_err *err);
TOC_MUST toc_code toc_sync_news(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                const toc_message *message, toc_now now, toc_err *err);
TOC_MUST toc_code toc_sync_part(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                engine_request *request, const toc_message *message, toc_now now,
                                toc_err *err);
/* What a link that is gone told of and nobody verified. */
void toc_sync_forget(toc_engine *engine, uint64_t link);
/* A pull failed or timed out: forget what is in flight and begin again from what is stored. */
void toc_sync_pull_failed(toc_engine *engine, const toc_feed_id *id, toc_now now);
void toc_sync_reset(toc_engine *engine, engine_feed *feed, toc_now now);
/* It asked for, or told of, a circle that it is not in, as far as the charter here says: refused
 * like what does not exist (id 0: no answer), and counted, unless it is we who do not hold that
 * circle yet. */
TOC_MUST toc_code toc_sync_not_a_member(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                        const toc_circle_id *circle, uint64_t id, toc_err *err);
/* A part as it came becomes a chunk that owns its bytes; `from` stays in frontier.size until the
 * work starts. */
TOC_MUST toc_code toc_sync_chunk(const toc_wire_chunk *wire, const toc_feed_id *id, toc_chunk **out,
                                 toc_err *err);
/* Starts the next verification, or asks for more. */
TOC_MUST toc_code toc_sync_advance(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                   toc_now now, toc_err *err);
TOC_MUST toc_code toc_sync_advance_all(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);

/* write.c: every circle, before a transaction writes. */
TOC_MUST toc_code toc_write_circles(toc_log_txn *txn, toc_arena *arena, toc_log_circle **out,
                                    size_t *out_count, toc_err *err);

/* generation.c: which one the own feeds go on in. */
/* Once, before the own feeds are appended to. */
TOC_MUST toc_code toc_generation_begin(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                       toc_err *err);
TOC_MUST toc_code toc_generation_tick(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                      toc_err *err);
/* `peer` has told all heads that it has in the circle. */
TOC_MUST toc_code toc_generation_answered(toc_engine *engine, toc_log_txn *txn,
                                          const toc_circle_id *circle, const toc_org_id *peer,
                                          toc_now now, toc_err *err);
/* Somebody told of a head of an own feed, of which `stored` is here (name and id only: nothing). */
TOC_MUST toc_code toc_generation_heard(toc_engine *engine, toc_log_txn *txn,
                                       const toc_log_feed *stored, const toc_head *head,
                                       toc_arena *arena, toc_now now, toc_err *err);
/* The own feeds of the circle begin anew. */
TOC_MUST toc_code toc_generation_renew(toc_engine *engine, toc_log_txn *txn,
                                       const toc_circle_id *circle, toc_now now, toc_err *err);
/* Of a circle whose own feeds begin now: above every one that is known here. */
TOC_MUST toc_code toc_generation_next(const toc_engine *engine, toc_log_txn *txn,
                                      const toc_log_circle *circle, toc_now now, uint64_t *out,
                                      toc_err *err);
void toc_generation_free(toc_engine *engine);

/* proposals.c: charters that wait for signatures, among admins. */
/* One was made or signed here: told at the next tick, and every minute. */
void toc_proposals_changed(toc_engine *engine);
TOC_MUST toc_code toc_proposals_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                      const toc_message *message, toc_now now, toc_err *err);
/* The whole answer to a request for one. */
TOC_MUST toc_code toc_proposals_take(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                                     const engine_request *request, toc_now now, toc_err *err);
/* The proposal whose bytes have this hash, if `peer` may see it. */
bool toc_proposals_find(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer,
                        const toc_hash *hash, toc_arena *arena, toc_span *out);
/* Does one that `peer` may see name `org`? Then it needs its card. */
bool toc_proposals_name(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer,
                        const toc_org_id *org, toc_arena *arena);
TOC_MUST toc_code toc_proposals_tick(toc_engine *engine, toc_log_txn *txn, toc_now now,
                                     toc_err *err);

/* quota.c: what is taken of an org in a day. */
/* Of a feed whose author is over its quota nothing is pulled until the day is over. */
bool toc_quota_waits(const engine_feed *feed, toc_now now);
/* Another charter, with other quotas perhaps. */
void toc_quota_changed(toc_engine *engine, const toc_circle_id *circle);
/* After over a week off, what is there now is history, as it was after joining. */
TOC_MUST toc_code toc_quota_wake(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
/* May what comes next be taken? False: it is counted, and the feed waits. */
TOC_MUST toc_code toc_quota_admit(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                  const toc_log_feed *stored, const toc_charter *charter,
                                  toc_now now, bool *out, toc_err *err);
/* A verified chunk is being stored; `is_new`: as the first of its feed. */
TOC_MUST toc_code toc_quota_charge(const toc_engine *engine, toc_log_txn *txn,
                                   const engine_feed *feed, bool is_new, const toc_chunk *chunk,
                                   toc_now now, toc_err *err);
/* DENIED when so many bytes of records are over the own quota. */
TOC_MUST toc_code toc_quota_may_write(toc_log_txn *txn, const toc_feed_name *name,
                                      const toc_charter *charter, uint64_t bytes, toc_now now,
                                      toc_err *err);
TOC_MUST toc_code toc_quota_wrote(toc_log_txn *txn, const toc_feed_name *name, uint64_t bytes,
                                  toc_now now, toc_err *err);

/* cosign.c: receipts. */
/* Heads that are stored and not cosigned are due: after a start, and when a charter may have made
 * this org a member. */
TOC_MUST toc_code toc_cosign_load(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);
/* Entries of the feed were stored: its head is due soon. */
void toc_cosign_written(toc_engine *engine, engine_feed *feed, toc_now now);
TOC_MUST toc_code toc_cosign_heard(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                                   const toc_circle_id *circle, const toc_charter *charter,
                                   const toc_wire_cosignature *wire, toc_now now, toc_err *err);
/* Verifies it over `body`, by a key that its org had in that second. *out_serial: of its newest
 * card. */
TOC_MUST toc_code toc_cosign_check(toc_log_txn *txn, const engine_cosignature *row, toc_span body,
                                   toc_verify_key *out_key, uint64_t *out_serial, toc_err *err);
/* Verifies it, and keeps it at once or when its entries have come. */
TOC_MUST toc_code toc_cosign_judge(toc_engine *engine, toc_log_txn *txn,
                                   const engine_cosignature *row, toc_now now, toc_err *err);
/* Cosigns what is due, and judges what came before its entries. */
TOC_MUST toc_code toc_cosign_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);

/* forks.c: two trees of one feed. */
/* What `link` says of the feed, signed by its author, does not fit what is stored: finds out where
 * the two trees part, from what the link shows of its own of `size` entries. *out_begun: a search
 * is on, or has shown that the link has another tree; else what it sent is its own fault. `blames`:
 * it is also when the search shows nothing. `link` may be NULL. */
TOC_MUST toc_code toc_forks_doubt(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const toc_log_feed *stored, uint64_t size, bool blames,
                                  toc_now now, bool *out_begun, toc_err *err);
/* The link has another tree of this feed. */
bool toc_forks_apart(toc_engine *engine, uint64_t link, const toc_feed_id *id);
void toc_forks_forget(toc_engine *engine, uint64_t link); /* 0: all */
TOC_MUST toc_code toc_forks_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const toc_message *message, toc_err *err);
TOC_MUST toc_code toc_forks_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const engine_request *request, const toc_message *message,
                                  toc_now now, toc_err *err);
/* Refused, or too late. */
void toc_forks_unanswered(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                          const engine_request *request);
/* Tells of every proof of the circle. */
TOC_MUST toc_code toc_forks_tell(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                                 const toc_circle_id *circle, toc_arena *arena, toc_err *err);
TOC_MUST toc_code toc_forks_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                  const toc_circle_id *circle, const toc_fork_mark *mark,
                                  toc_now now, toc_err *err);
/* Is the sign key in use known to have signed what is not stored here? Then nothing is written. */
bool toc_forks_stolen(const toc_engine *engine, toc_log_txn *txn);
/* Are the own feeds of the circle's present generation forked? Then nothing is appended to them. */
bool toc_forks_halted(const toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle);
/* STATE: the key is stolen. Where only the feeds are forked, the next write begins anew. */
TOC_MUST toc_code toc_forks_writable(toc_engine *engine, toc_log_txn *txn,
                                     const toc_log_circle *circle, toc_now now, toc_err *err);
TOC_MUST toc_code toc_forks_tick(toc_engine *engine, toc_log_txn *txn, toc_err *err);

/* voucher.c: heads that only a retired key signed (docs/decisions/0021). */
/* What shows that the head of `note` is older than its key's retirement; empty: nothing, or no
 * need. `stored`: number, name and the head's size. */
TOC_MUST toc_code toc_voucher_find(toc_log_txn *txn, const toc_log_feed *stored, toc_span note,
                                   toc_arena *arena, toc_span *out, toc_err *err);
/* Did another member hold the head of `note` before the author retired the sign key of `by`? */
TOC_MUST bool toc_voucher_holds(toc_log_txn *txn, const toc_feed_name *name, const toc_card *by,
                                toc_span note, toc_span voucher);
/* One that holds is kept, for whoever asks here next. */
TOC_MUST toc_code toc_voucher_keep(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                                   uint64_t link, const toc_chunk *chunk, toc_now now,
                                   toc_err *err);

/* tell.c: passing cosignatures on. */
/* False when as many wait as may. */
bool toc_cosign_keep(engine_cosignatures *list, size_t count_max, const engine_cosignature *row);
/* The link is told, page by page, of every cosigner's newest since then. */
void toc_cosign_tell_all(engine_link *link, uint64_t since_s);
TOC_MUST toc_code toc_cosign_tell(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err);

/* named.c: *out: every card and charter that grants of the chunk name is here, and the charters are
 * of a branch of this circle that a quorum signed. False: what is missing was asked for. */
TOC_MUST toc_code toc_grants_named(toc_engine *engine, toc_log_txn *txn,
                                   const toc_log_circle *circle, const toc_chunk *chunk,
                                   uint64_t link, toc_now now, bool *out, toc_err *err);
/* Feeds that waited for a charter of this circle go on. */
void toc_grants_unblock(toc_engine *engine, const toc_circle_id *circle, toc_now now);

/* apply.c: a verified chunk enters the log. */
TOC_MUST toc_code toc_apply_start(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                  uint64_t link, toc_chunk *chunk_take, toc_now now, toc_err *err);
/* The job stays the caller's. */
TOC_MUST toc_code toc_apply_done(toc_engine *engine, toc_log_txn *txn, engine_job *job,
                                 toc_code verdict, const toc_err *why, toc_now now, toc_err *err);

void toc_apply_free(engine_job *job);

#endif
