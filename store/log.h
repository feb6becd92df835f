/* store/log.h: the truth at rest: feeds, entries, hashes, journal, roll, keys (docs/ARCHITECTURE:
 * the store).
 *
 * One LMDB environment, fully durable: a commit is an fsync. Every write happens in the one write
 * transaction of a round; whoever holds it calls these functions, so the sync engine is (state,
 * input, now) → writes here + outputs.
 * Owns:    a toc_log until close; a transaction until commit or abort. Spans lent by a read live
 * until the transaction ends or, in a write transaction, until the next write.
 * Threads: one writer; any number of read transactions, each used by one thread at a time.
 * Errors:  IO, FULL (disk, or map at TOC_MAP_FULL_PERCENT: refuse before it hurts), NOT_FOUND,
 * SEALED (a key that the store key does not open), MALFORMED (a stored row that breaks its layout:
 * the disk lies). */
#ifndef TOC_STORE_LOG_H
#define TOC_STORE_LOG_H

#include "proto/base/buf.h"
#include "proto/crypto/secret.h"
#include "proto/feed/cosignature.h"
#include "proto/feed/feed.h"
#include "proto/feed/fork.h"
#include "proto/feed/grant.h"
#include "proto/feed/merkle.h"
#include "proto/roll/charter.h"

typedef struct toc_log toc_log;
typedef struct toc_log_txn toc_log_txn;

typedef struct toc_store_options {
    uint64_t log_map_bytes;   /* address space reserved at once; 0: 64 GiB */
    uint64_t views_map_bytes; /* 0: 64 GiB */
    bool sync; /* false only in tests and the simulator, where an in-process crash cannot lose a
                  page */
} toc_store_options;

/* Makes `directory`/log in a temporary folder, syncs it, renames it. EXISTS when it is there. */
TOC_MUST toc_code toc_log_create(const char *directory, toc_err *err);
/* `store_key` is copied. Clears stale readers. */
TOC_MUST toc_code toc_log_open(const char *directory, const toc_store_options *options,
                               const toc_secret *store_key, toc_log **out, toc_err *err);
void toc_log_close(toc_log *log); /* NULL is fine */
TOC_DEFINE_AUTO(toc_log, toc_log_close)

TOC_MUST toc_code toc_log_read(toc_log *log, toc_log_txn **out, toc_err *err);
TOC_MUST toc_code toc_log_write(toc_log *log, toc_log_txn **out, toc_err *err);
TOC_MUST toc_code toc_log_commit(toc_log_txn *txn_take,
                                 toc_err *err); /* durable when it returns TOC_OK */
void toc_log_abort(toc_log_txn *txn_take);      /* NULL is fine; ends read transactions too */
TOC_DEFINE_AUTO(toc_log_txn, toc_log_abort)

/* Rows written in it so far: a round that wrote none needs no commit. */
uint64_t toc_log_rows(const toc_log_txn *txn);

/* ---- feeds ---- */

/* The grant that judges what follows it. */
typedef struct toc_judge {
    uint64_t index;
    toc_card_hash card;
    uint64_t card_serial;
    toc_charter_hash charter;
    uint32_t charter_version;
    uint32_t epoch;
    toc_key_id key_id;
} toc_judge;
toc_judge toc_judge_of(const toc_grant *grant, uint64_t index);

typedef struct toc_log_feed {
    uint32_t number; /* local handle, from 1; appears in no answer and no digest */
    toc_feed_name name;
    toc_feed_id id;
    toc_frontier frontier; /* of what is stored; frontier.size entries */
    bool has_judge;
    toc_judge judge;    /* the last grant stored */
    uint64_t head_size; /* newest checkpoint that what is stored reaches: what can be served and
                           proven; 0: none */
    toc_hash head_root;
    uint64_t known_size; /* newest checkpoint accepted at all, head_size or beyond */
    toc_hash known_root;
} toc_log_feed;

TOC_MUST toc_code toc_log_feed_find(toc_log_txn *txn, const toc_feed_id *id, toc_log_feed *out,
                                    toc_err *err);
TOC_MUST toc_code toc_log_feed_at(toc_log_txn *txn, uint32_t number, toc_log_feed *out,
                                  toc_err *err);
TOC_MUST toc_code toc_log_feed_new(toc_log_txn *txn, const toc_feed_name *name, toc_log_feed *out,
                                   toc_err *err);
/* All feeds of a circle (NULL: of all circles) in order of number; the callback returns TOC_OK to
 * go on. */
typedef toc_code (*toc_log_feed_visit)(void *context, const toc_log_feed *feed, toc_err *err);
TOC_MUST toc_code toc_log_feeds(toc_log_txn *txn, const toc_circle_id *circle,
                                toc_log_feed_visit visit, void *context, toc_err *err);

/* Appends entries at frontier.size with their leaf hashes; updates feed->frontier, its stored row
 * and the hash rows. `judge`, when not NULL, is the last grant among them. STATE when *feed is not
 * what is stored, LIMIT past twice TOC_LOG_TXN_ENTRIES_MAX in one transaction, SIGNATURE when a
 * checkpoint that waits does not sign them. When it fails half-way the commit fails too. */
TOC_MUST toc_code toc_log_append(toc_log_txn *txn, toc_log_feed *feed, const toc_span *entries,
                                 const toc_hash *leaves, size_t count, const toc_judge *judge,
                                 toc_err *err);
/* Takes a verified checkpoint: it becomes the head when what is stored reaches its size, and waits
 * in `heads` till then. Call after toc_log_append of a chunk; also promotes a waiting head that is
 * now reached. An older one changes nothing. SIGNATURE when it does not sign what is stored, or
 * when another root of its size was taken before. */
TOC_MUST toc_code toc_log_head_put(toc_log_txn *txn, toc_log_feed *feed, uint64_t size,
                                   const toc_hash *root, toc_span note, toc_err *err);
/* Another note over the head: the same size and root, signed by a newer key of the author. */
TOC_MUST toc_code toc_log_head_renew(toc_log_txn *txn, const toc_log_feed *feed, toc_span note,
                                     toc_err *err);
/* The note of the head. NOT_FOUND while there is none. */
TOC_MUST toc_code toc_log_head_note(toc_log_txn *txn, uint32_t number, toc_span *out_note,
                                    toc_err *err);

TOC_MUST toc_code toc_log_entry(toc_log_txn *txn, uint32_t number, uint64_t index, toc_span *out,
                                toc_err *err);
/* Appends entries [from, …) as (length u32 ‖ entry) until `until` or `bytes_max`; at least one if
 * there is one. */
TOC_MUST toc_code toc_log_entries(toc_log_txn *txn, uint32_t number, uint64_t from, uint64_t until,
                                  size_t bytes_max, toc_buf *out, uint32_t *out_count,
                                  toc_err *err);
/* Hashes for proofs over a feed; valid as long as the transaction. */
typedef struct toc_log_tree {
    toc_log_txn *txn;
    uint32_t number;
} toc_log_tree;
toc_tree_source toc_log_tree_source(toc_log_tree *tree);
/* Where the entry of this leaf hash stands (a record's id is its leaf hash). Reads every leaf until
 * it is found: 10 million in half a second. NOT_FOUND. */
TOC_MUST toc_code toc_log_leaf_find(toc_log_txn *txn, const toc_hash *leaf, uint32_t *out_number,
                                    uint64_t *out_index, toc_err *err);
/* The root over the first `size` entries, from 1. NOT_FOUND when fewer are stored. */
TOC_MUST toc_code toc_log_root(toc_log_txn *txn, uint32_t number, uint64_t size, toc_hash *out,
                               toc_err *err);
/* The same of a feed as it was read in this transaction: the root of its head is at hand. */
TOC_MUST toc_code toc_log_feed_root(toc_log_txn *txn, const toc_log_feed *feed, uint64_t size,
                                    toc_hash *out, toc_err *err);
TOC_MUST toc_code toc_log_leaf(toc_log_txn *txn, uint32_t number, uint64_t index, toc_hash *out,
                               toc_err *err);

/* ---- cosignatures: who held which head, and since when ---- */

typedef struct toc_log_cosignature {
    uint64_t size;        /* of the head: entries below it were held */
    toc_org_id org;       /* the cosigner */
    toc_verify_key key;   /* its cosign key at that time */
    toc_cosignature made; /* over toc_checkpoint_body of the feed, `size` and the root there */
} toc_log_cosignature;

/* Takes a verified cosignature over a head whose root is that of what is stored. Of each head and
 * cosigner the earliest is kept, and of each cosigner the newest; past TOC_COSIGNATURES_KEPT_MAX a
 * cosigner every second of the others goes. *out_fresh: it was not held, so others may lack it.
 * USAGE beyond what is stored; STATE when the cosigner takes back what it said before (a smaller
 * head later). */
TOC_MUST toc_code toc_log_cosignature_put(toc_log_txn *txn, uint32_t number,
                                          const toc_log_cosignature *cosignature, bool *out_fresh,
                                          toc_err *err);
/* Forgets what the org cosigned of the feed at a time later than `time_s_max`: by a clock that was
 * wrong, and so that it can say the same, or more, by the right one. */
TOC_MUST toc_code toc_log_cosignatures_forget(toc_log_txn *txn, uint32_t number,
                                              const toc_org_id *org, uint64_t time_s_max,
                                              toc_err *err);
/* Is this very one held? Then it was verified, and its head is of the tree that is stored. */
TOC_MUST bool toc_log_cosignature_held(toc_log_txn *txn, uint32_t number,
                                       const toc_log_cosignature *cosignature);
/* The newest of one cosigner: when it was last heard of. NOT_FOUND when it cosigned nothing. */
TOC_MUST toc_code toc_log_cosigned(toc_log_txn *txn, uint32_t number, const toc_org_id *org,
                                   toc_log_cosignature *out, toc_err *err);
/* The newest of the next cosigner: the first after org `after` of feed `number` (NULL: the first of
 * that feed or a later one). NOT_FOUND at the end. */
TOC_MUST toc_code toc_log_cosigned_next(toc_log_txn *txn, uint32_t number, const toc_org_id *after,
                                        uint32_t *out_number, toc_log_cosignature *out,
                                        toc_err *err);
/* What is kept over heads of at least `size_min` entries: of each cosigner the earliest over each
 * head, in order of size, then of org; after them its newest, where it said so of one head again.
 * Who held entry i has a row of size > i. The callback returns TOC_OK to go on. */
typedef toc_code (*toc_log_cosignature_visit)(void *context, const toc_log_cosignature *cosignature,
                                              toc_err *err);
TOC_MUST toc_code toc_log_cosignatures(toc_log_txn *txn, uint32_t number, uint64_t size_min,
                                       toc_log_cosignature_visit visit, void *context,
                                       toc_err *err);

/* ---- what waits for a key ---- */

/* Entries [from, until) of one epoch are stored and verified, but not opened; they came at `since`.
 * Ranges never overlap. */
TOC_MUST toc_code toc_log_pending_add(toc_log_txn *txn, uint32_t number, uint64_t from,
                                      uint64_t until, uint32_t epoch, toc_time since, toc_err *err);
TOC_MUST toc_code toc_log_pending_remove(toc_log_txn *txn, uint32_t number, uint64_t from,
                                         toc_err *err);
typedef struct toc_log_pending {
    uint32_t number;
    uint64_t from, until;
    uint32_t epoch;
    toc_time since;
} toc_log_pending;
/* The first pending range at or after (number, from). NOT_FOUND at the end. */
TOC_MUST toc_code toc_log_pending_next(toc_log_txn *txn, uint32_t number, uint64_t from,
                                       toc_log_pending *out, toc_err *err);

/* ---- what judged an entry ---- */

typedef struct toc_log_grant {
    uint64_t index;
    uint64_t next; /* where another grant takes over; UINT64_MAX: none is stored yet */
    toc_span entry;
    toc_grant grant;
} toc_log_grant;
/* The last grant before an entry, by one search. NOT_FOUND: there is none. */
TOC_MUST toc_code toc_log_grant_before(toc_log_txn *txn, uint32_t number, uint64_t index,
                                       toc_log_grant *out, toc_err *err);
/* The charter by which an entry was written, whatever is in force since. */
TOC_MUST toc_code toc_log_charter_judging(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                                          toc_arena *arena, toc_charter *out, toc_err *err);

/* ---- journal: what the fold reads, in order of arrival, per lane (alert or bulk) ---- */

typedef enum toc_journal_kind {
    TOC_JOURNAL_STORED = 1,      /* entries [from, until) of a feed are stored */
    TOC_JOURNAL_OPENED = 2,      /* records among them [from, until) opened: they join E */
    TOC_JOURNAL_ERASED = 3,      /* leave E */
    TOC_JOURNAL_QUARANTINED = 4, /* leave E until released */
    TOC_JOURNAL_RELEASED = 5,
    TOC_JOURNAL_TICK = 6,    /* the horizon is now tick_ms; in the alert lane */
    TOC_JOURNAL_DISPUTED = 7 /* a fork: `from` and all later ones leave E for good */
} toc_journal_kind;

typedef struct toc_journal_row {
    uint64_t number; /* within its lane, from 1 */
    toc_journal_kind kind;
    uint32_t feed; /* local number */
    uint64_t from, until;
    toc_time tick;
} toc_journal_row;

/* Numbers the row and appends it. Lane keys is not journaled. */
TOC_MUST toc_code toc_log_journal_add(toc_log_txn *txn, toc_lane lane, toc_journal_row *row,
                                      toc_err *err);
/* The first row of a lane with a number above `after`. NOT_FOUND at the end. */
TOC_MUST toc_code toc_log_journal_next(toc_log_txn *txn, toc_lane lane, uint64_t after,
                                       toc_journal_row *out, toc_err *err);
TOC_MUST toc_code toc_log_journal_last(toc_log_txn *txn, toc_lane lane, uint64_t *out_number,
                                       toc_err *err);

/* ---- quotas: what was taken of an org in a circle and lane, by UTC day (docs/decisions/0152) ----
 */

typedef struct toc_log_taken {
    uint64_t bytes; /* of entries */
    uint32_t feeds; /* begun */
} toc_log_taken;
/* Of all generations: that of the name is not looked at. Days are Unix seconds / 86,400; zeroes
 * when nothing was taken. */
TOC_MUST toc_code toc_log_taken_on(toc_log_txn *txn, const toc_feed_name *feed, uint32_t day,
                                   toc_log_taken *out, toc_err *err);
/* A new day's row lets those go that are over TOC_QUOTA_DAYS_REMEMBERED older. */
TOC_MUST toc_code toc_log_taken_put(toc_log_txn *txn, const toc_feed_name *feed, uint32_t day,
                                    const toc_log_taken *taken, toc_err *err);
/* Entries of a feed that count in no quota: those below `size`. */
typedef struct toc_log_free_part {
    uint64_t size;
    toc_time since; /* toc_log_counting_since, when it was set */
} toc_log_free_part;
/* Zeroes when nothing was set. */
TOC_MUST toc_code toc_log_free(toc_log_txn *txn, const toc_feed_id *feed, toc_log_free_part *out,
                               toc_err *err);
TOC_MUST toc_code toc_log_free_put(toc_log_txn *txn, const toc_feed_id *feed,
                                   const toc_log_free_part *part, toc_err *err);
/* When counting began in a circle, or began anew. NOT_FOUND before. */
TOC_MUST toc_code toc_log_counting_since(toc_log_txn *txn, const toc_circle_id *circle,
                                         toc_time *out, toc_err *err);
TOC_MUST toc_code toc_log_counting_put(toc_log_txn *txn, const toc_circle_id *circle,
                                       toc_time since, toc_err *err);

/* ---- forks: proofs that a feed has two trees (proto/feed/fork.h), of stored feeds or not ---- */

/* Takes a proof that was checked, of a feed without one or of an earlier index than the one that is
 * held: *out_fresh. Of feeds that are not here not past TOC_FORKS_PER_ORG_MAX of an org. Journals
 * what it disputes. */
TOC_MUST toc_code toc_log_fork_put(toc_log_txn *txn, const toc_fork *fork, toc_time now,
                                   bool *out_fresh, toc_err *err);
typedef struct toc_known_fork {
    toc_fork fork;
    toc_span proof; /* as it is written */
    toc_time since; /* the first proof about the feed came: by the clock of this node */
} toc_known_fork;
/* Lent. NOT_FOUND. */
TOC_MUST toc_code toc_log_fork(toc_log_txn *txn, const toc_feed_name *feed, toc_known_fork *out,
                               toc_err *err);
/* From which entry on the feed is in dispute; UINT64_MAX: no fork of it is known. */
TOC_MUST toc_code toc_log_forked(toc_log_txn *txn, const toc_feed_name *feed, uint64_t *out_index,
                                 toc_err *err);
/* Of one org, or (NULL) of all, in order of org, then of feed id. */
typedef toc_code (*toc_log_fork_visit)(void *context, const toc_known_fork *known, toc_err *err);
TOC_MUST toc_code toc_log_forks(toc_log_txn *txn, const toc_org_id *org, toc_log_fork_visit visit,
                                void *context, toc_err *err);

/* Two heads of a feed that its author signed and of which one cannot follow from the other, while
 * nobody shows the other tree: it has forked, and nobody can say where. */
typedef struct toc_log_suspicion {
    toc_feed_name feed;
    toc_org_id teller; /* who told of the other head */
    toc_time since;    /* by the clock of this node */
    toc_span notes[2]; /* over the tree that is stored; over the other */
} toc_log_suspicion;
/* The first of a feed stays, until there is a proof. Not past TOC_FORKS_PER_ORG_MAX feeds of an
 * org. */
TOC_MUST toc_code toc_log_suspicion_put(toc_log_txn *txn, const toc_log_suspicion *suspicion,
                                        toc_err *err);
typedef toc_code (*toc_log_suspicion_visit)(void *context, const toc_log_suspicion *suspicion,
                                            toc_err *err);
TOC_MUST toc_code toc_log_suspicions(toc_log_txn *txn, const toc_org_id *org,
                                     toc_log_suspicion_visit visit, void *context, toc_err *err);

/* ---- roll: cards and charters, byte for byte, by hash ---- */

TOC_MUST toc_code toc_log_roll_put(toc_log_txn *txn, const toc_hash *hash, toc_span signed_bytes,
                                   toc_err *err);
TOC_MUST toc_code toc_log_roll_get(toc_log_txn *txn, const toc_hash *hash, toc_span *out,
                                   toc_err *err);

/* The newest card of an org that was accepted. */
TOC_MUST toc_code toc_log_card_put(toc_log_txn *txn, const toc_card *card,
                                   toc_err *err); /* puts the bytes too */
TOC_MUST toc_code toc_log_card_of(toc_log_txn *txn, const toc_org_id *org, toc_arena *arena,
                                  toc_card *out, toc_err *err);
/* The name on its card, in the arena; empty when there is no card. */
toc_span toc_log_name_of(toc_log_txn *txn, const toc_org_id *org, toc_arena *arena);
typedef toc_code (*toc_log_card_visit)(void *context, const toc_card *card, toc_err *err);
TOC_MUST toc_code toc_log_cards(toc_log_txn *txn, toc_arena *arena, toc_log_card_visit visit,
                                void *context, toc_err *err);
/* Two valid cards of one serial were met: cards after the last common one are not followed until
 * the operator has chosen. `chosen` zeroes: not yet. */
TOC_MUST toc_code toc_log_contest_put(toc_log_txn *txn, const toc_org_id *org,
                                      const toc_card_hash *chosen, toc_err *err);
/* NOT_FOUND when there was never more than one. */
TOC_MUST toc_code toc_log_contest(toc_log_txn *txn, const toc_org_id *org,
                                  toc_card_hash *out_chosen, toc_err *err);
/* A card source for toc_charter_judge; the arena holds what it opens. */
typedef struct toc_log_card_context {
    toc_log_txn *txn;
    toc_arena *arena;
} toc_log_card_context;
toc_card_source toc_log_card_source(toc_log_card_context *context);

typedef struct toc_log_circle {
    toc_circle_id id;
    bool joined;    /* the local operator said so; nothing of a circle is stored or served before */
    bool known;     /* a charter is held; a circle may be joined before its charter has come */
    bool contested; /* there is an open rival of the charter in force */
    bool asks;      /* the members are asked first whether `generation` may go on */
    uint32_t version;         /* of the charter in force here */
    toc_charter_hash charter; /* this one */
    uint64_t generation;      /* of our own feeds in it; 0: none yet */
    toc_time epoch_at;        /* when the present sender key of our own feeds was made */
} toc_log_circle;
TOC_MUST toc_code toc_log_circle_put(toc_log_txn *txn, const toc_log_circle *circle, toc_err *err);
TOC_MUST toc_code toc_log_circle_get(toc_log_txn *txn, const toc_circle_id *id, toc_log_circle *out,
                                     toc_err *err);
typedef toc_code (*toc_log_circle_visit)(void *context, const toc_log_circle *circle, toc_err *err);
TOC_MUST toc_code toc_log_circles(toc_log_txn *txn, toc_log_circle_visit visit, void *context,
                                  toc_err *err);
TOC_MUST toc_code toc_log_charter_of(toc_log_txn *txn, const toc_circle_id *id, toc_arena *arena,
                                     toc_charter *out, toc_err *err);
/* The same, for as long as the transaction and the arena: one that writes lends what it keeps
 * open. */
TOC_MUST toc_code toc_log_charter_lent(toc_log_txn *txn, const toc_log_circle *circle,
                                       toc_arena *arena, toc_charter *out, toc_err *err);
/* The charter of this hash that the roll has, in force or not, lent likewise. NOT_FOUND; MALFORMED
 * when what the roll has by this hash is no charter. */
TOC_MUST toc_code toc_log_roll_charter(toc_log_txn *txn, const toc_charter_hash *hash,
                                       toc_arena *arena, toc_charter *out, toc_err *err);

/* ---- proposals: with the signatures gathered so far; apart from the roll, which serves peers */

typedef struct toc_log_proposal {
    toc_circle_id circle;
    toc_charter_hash hash;
    uint32_t version;
    toc_span signed_charter;
} toc_log_proposal;
/* Puts or replaces. */
TOC_MUST toc_code toc_log_proposal_put(toc_log_txn *txn, const toc_charter *charter, toc_err *err);
typedef toc_code (*toc_log_proposal_visit)(void *context, const toc_log_proposal *proposal,
                                           toc_err *err);
TOC_MUST toc_code toc_log_proposals(toc_log_txn *txn, toc_log_proposal_visit visit, void *context,
                                    toc_err *err);
/* *out.signed_charter is lent by the transaction until it writes. */
TOC_MUST toc_code toc_log_proposal_get(toc_log_txn *txn, const toc_circle_id *circle,
                                       const toc_charter_hash *hash, toc_log_proposal *out,
                                       toc_err *err);
/* Those of versions up to `version` are over. */
TOC_MUST toc_code toc_log_proposals_drop(toc_log_txn *txn, const toc_circle_id *circle,
                                         uint32_t version, toc_err *err);

/* ---- the one body of a version that the own officer signed (PROTOCOL §1) */

/* EXISTS when another one was signed; the same one again is fine. */
TOC_MUST toc_code toc_log_vote_put(toc_log_txn *txn, const toc_charter *charter, toc_err *err);
/* NOT_FOUND: none of this version. */
TOC_MUST toc_code toc_log_vote(toc_log_txn *txn, const toc_circle_id *circle, uint32_t version,
                               toc_charter_hash *out, toc_err *err);

/* ---- rivals: valid charters of another branch than the one in force; they are in the roll too */

typedef enum toc_rival {
    TOC_RIVAL_OPEN = 1,     /* until the operator has chosen */
    TOC_RIVAL_DECLINED = 2, /* nor is what follows it, until the operator chooses again */
    TOC_RIVAL_CHOSEN = 3
} toc_rival;
TOC_MUST toc_code toc_log_rival_put(toc_log_txn *txn, const toc_circle_id *circle,
                                    const toc_charter_hash *hash, toc_rival state, toc_err *err);
/* NOT_FOUND: it is none. */
TOC_MUST toc_code toc_log_rival(toc_log_txn *txn, const toc_circle_id *circle,
                                const toc_charter_hash *hash, toc_rival *out, toc_err *err);
typedef toc_code (*toc_log_rival_visit)(void *context, const toc_charter_hash *hash,
                                        toc_rival state, toc_err *err);
TOC_MUST toc_code toc_log_rivals(toc_log_txn *txn, const toc_circle_id *circle,
                                 toc_log_rival_visit visit, void *context, toc_err *err);

/* ---- admissions: readers of a circle who get no key from this node before a moment */

typedef struct toc_log_admission {
    toc_circle_id circle;
    toc_org_id org;
    toc_time until;
} toc_log_admission;
TOC_MUST toc_code toc_log_admission_put(toc_log_txn *txn, const toc_log_admission *admission,
                                        toc_err *err);
/* NOT_FOUND: it does not wait. */
TOC_MUST toc_code toc_log_admission_get(toc_log_txn *txn, const toc_circle_id *circle,
                                        const toc_org_id *org, toc_time *out_until, toc_err *err);
TOC_MUST toc_code toc_log_admission_drop(toc_log_txn *txn, const toc_circle_id *circle,
                                         const toc_org_id *org, toc_err *err);
/* In order of circle, then of org. The callback does not write. */
typedef toc_code (*toc_log_admission_visit)(void *context, const toc_log_admission *admission,
                                            toc_err *err);
TOC_MUST toc_code toc_log_admissions(toc_log_txn *txn, toc_log_admission_visit visit, void *context,
                                     toc_err *err);
/* Readers by the charter to whom own entries [from, until) were not sealed that name their readers:
 * they waited, or read in one branch of a contested circle only. Ranges of a feed never overlap. */
TOC_MUST toc_code toc_log_unsealed_put(toc_log_txn *txn, const toc_feed_id *feed, uint64_t from,
                                       uint64_t until, const toc_org_id *orgs, size_t count,
                                       toc_err *err);
/* Takes them out of the readers of one entry, where there are any. */
TOC_MUST toc_code toc_log_unsealed_drop(toc_log_txn *txn, const toc_feed_id *feed, uint64_t index,
                                        toc_arena *arena, const toc_org_id **orgs, size_t *count,
                                        toc_err *err);
/* A delay that a charter lowered, and until when it counts still. NOT_FOUND: there is none. */
TOC_MUST toc_code toc_log_delay_put(toc_log_txn *txn, const toc_circle_id *circle,
                                    uint64_t delay_ms, toc_time until, toc_err *err);
TOC_MUST toc_code toc_log_delay(toc_log_txn *txn, const toc_circle_id *circle,
                                uint64_t *out_delay_ms, toc_time *out_until, toc_err *err);

/* Peers added by hand; endpoints that the operator confirmed, one a line. Only those are dialled.
 */
TOC_MUST toc_code toc_log_peer_put(toc_log_txn *txn, const toc_org_id *org, toc_span endpoints,
                                   toc_err *err);
TOC_MUST toc_code toc_log_peer_get(toc_log_txn *txn, const toc_org_id *org, toc_span *out_endpoints,
                                   toc_err *err);
typedef toc_code (*toc_log_peer_visit)(void *context, const toc_org_id *org, toc_span endpoints,
                                       toc_err *err);
TOC_MUST toc_code toc_log_peers(toc_log_txn *txn, toc_log_peer_visit visit, void *context,
                                toc_err *err);

/* Which org this store belongs to. NOT_FOUND before `init` has finished. */
TOC_MUST toc_code toc_log_owner_put(toc_log_txn *txn, const toc_org_id *org, toc_err *err);
TOC_MUST toc_code toc_log_owner(toc_log_txn *txn, toc_org_id *out, toc_err *err);

/* ---- keys: sealed under the store key ---- */

/* The node's own keys, by purpose. The root and the next root are not among them: they stay in a
 * file of their own, which the node never reads. */
typedef enum toc_own_key {
    TOC_OWN_SIGN = 3,
    TOC_OWN_COSIGN = 4,
    TOC_OWN_LINK = 5,
    TOC_OWN_SEAL = 6,
    TOC_OWN_OFFICER = 7 /* officer number 1, made by init */
} toc_own_key;
TOC_MUST toc_code toc_log_own_key_put(toc_log_txn *txn, toc_own_key purpose,
                                      const toc_secret *secret, toc_err *err);
TOC_MUST toc_code toc_log_own_key(toc_log_txn *txn, toc_own_key purpose, toc_secret **out,
                                  toc_err *err);

/* A key that is made and that no card names yet: there is one a purpose, a later one replaces it.
 */
TOC_MUST toc_code toc_log_prepared_key_put(toc_log_txn *txn, toc_own_key purpose,
                                           const toc_secret *secret, toc_err *err);
TOC_MUST toc_code toc_log_prepared_key(toc_log_txn *txn, toc_own_key purpose, toc_secret **out,
                                       toc_err *err);
/* The prepared key becomes the present one. The one before is kept as a former key when `keep`,
 * else it is gone. NOT_FOUND when none was prepared. */
TOC_MUST toc_code toc_log_own_key_turn(toc_log_txn *txn, toc_own_key purpose, bool keep,
                                       toc_time at, toc_err *err);
/* Puts an own card in force that follows the present one, and the prepared keys that it names.
 * DENIED when it names a node key that is neither in use nor prepared, or leaves a replaced one out
 * of the retired keys. Replaced seal keys are kept, to open what was sealed to them; replaced link
 * keys too unless `compromised`, so that peers who have not heard yet are reached. */
TOC_MUST toc_code toc_log_own_card_adopt(toc_log_txn *txn, toc_span signed_card, bool compromised,
                                         toc_time now, toc_err *err);
enum { TOC_FORMER_KEYS_MAX = 64 };
/* Former keys of a purpose that were replaced at or after `since`, newest first, at most
 * TOC_FORMER_KEYS_MAX. The caller frees each. */
TOC_MUST toc_code toc_log_former_keys(toc_log_txn *txn, toc_own_key purpose, toc_time since,
                                      toc_secret *out[TOC_FORMER_KEYS_MAX], size_t *out_count,
                                      toc_err *err);
/* What may open what was sealed to this org: the present seal key, then the former ones. None where
 * there is no node yet. Wipe *out also on failure. */
typedef struct toc_log_seals {
    size_t count;
    toc_secret *keys[1 + TOC_FORMER_KEYS_MAX];
} toc_log_seals;
TOC_MUST toc_code toc_log_seals_read(toc_log_txn *txn, toc_log_seals *out, toc_err *err);
void toc_log_seals_wipe(toc_log_seals *seals);
TOC_DEFINE_AUTO_WIPE(toc_log_seals, toc_log_seals_wipe)

/* Sender keys by (circle, org, generation, epoch); the lane of the name is not looked at. */
TOC_MUST toc_code toc_log_sender_key_put(toc_log_txn *txn, const toc_feed_name *feed,
                                         uint32_t epoch, const toc_secret *secret, toc_time at,
                                         toc_err *err);
TOC_MUST toc_code toc_log_sender_key(toc_log_txn *txn, const toc_feed_name *feed, uint32_t epoch,
                                     toc_secret **out, toc_err *err);

/* ---- spool: submissions already taken, so that repeating one is harmless ---- */

TOC_MUST toc_code toc_log_submission_put(toc_log_txn *txn, const toc_draft_id *id, toc_span summary,
                                         toc_err *err);
TOC_MUST toc_code toc_log_submission_get(toc_log_txn *txn, const toc_draft_id *id,
                                         toc_span *out_summary, toc_err *err);

/* ---- overlay: what this node decided by itself about wallets (docs/RULES.md §11) ----
 * Read over the views; in no digest, in nothing that is sent, and not dropped by a rebuild. */

typedef struct toc_log_decision {
    toc_span vertices[2]; /* the first below the second, bytewise */
    bool split;           /* else confirmed */
    toc_time at;
    toc_span who;        /* whoever decided, as the machine knows him */
    toc_span wallets[2]; /* as they were named: CAIP-10; in the order of the vertices */
    toc_span note;       /* at most TOC_NOTE_BYTES_MAX */
} toc_log_decision;
/* In place of what was decided before of the same pair. LIMIT past TOC_DECISIONS_MAX pairs. */
TOC_MUST toc_code toc_log_decision_put(toc_log_txn *txn, const toc_log_decision *decision,
                                       toc_err *err);
/* NOT_FOUND when nothing was decided of the pair. */
TOC_MUST toc_code toc_log_decision_drop(toc_log_txn *txn, const toc_span vertices[2], toc_err *err);
/* Of pairs that are decided. */
TOC_MUST toc_code toc_log_decision_count(toc_log_txn *txn, uint64_t *out, toc_err *err);
/* In order of the vertices, shorter ones first. What is lent lives as long as the transaction. */
typedef toc_code (*toc_log_decision_visit)(void *context, const toc_log_decision *decision,
                                           toc_err *err);
TOC_MUST toc_code toc_log_decisions(toc_log_txn *txn, toc_log_decision_visit visit, void *context,
                                    toc_err *err);

/* ---- care ---- */

typedef struct toc_log_stats {
    uint64_t map_bytes, used_bytes;
    uint64_t feeds, entries, entry_bytes, journal_rows[2], pending_ranges;
    uint64_t erased, lacking; /* entries without a body (store/erase.h) */
} toc_log_stats;
TOC_MUST toc_code toc_log_stats_of(toc_log_txn *txn, toc_log_stats *out, toc_err *err);
/* Recomputes every leaf, every frontier and every head from the entries; SIGNATURE naming feed and
 * index of the first thing that is not as it should be. `progress` may be NULL. */
typedef void (*toc_progress)(void *context, uint64_t done, uint64_t total);
TOC_MUST toc_code toc_log_check(toc_log_txn *txn, toc_progress progress, void *context,
                                toc_err *err);

#endif
