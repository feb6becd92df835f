/* store/views.h: V(E, T, C, R): what the log means (docs/RULES.md), folded from the journal,
 * dropped and rebuilt at will.
 *
 * One LMDB environment. The fold takes journal rows from the positions it keeps inside, the alert
 * lane first, in the same transaction as what it folded. A transaction ends after
 * TOC_VIEW_TXN_ROWS_MAX rows or TOC_VIEW_TXN_MS_MAX; further than TOC_VIEW_SYNC_BACKLOG behind,
 * only after so many rows, or when an alert comes. Commits are synced one by one until the fold is
 * so far behind; then *dirty* is written and synced, commits are unsynced, and once level, but at
 * least TOC_VIEW_DIRTY_MS_MIN later, or on closing, come a sync and the end of *dirty*. Opening
 * with *dirty* set, or at positions that the log has not, drops the views: they are rebuilt.
 * Owns:    a toc_views until close. It lends the log it folds from; that outlives it.
 * Threads: one folder; any number of readers, each with its own toc_views_txn.
 * Errors:  as store/log.h. */
#ifndef TOC_STORE_VIEWS_H
#define TOC_STORE_VIEWS_H

#include "proto/answer/answer.h"
#include "proto/rules/audience.h"
#include "store/log.h"

typedef struct toc_views toc_views;
typedef struct toc_views_txn toc_views_txn;

/* Those of the own officers, in `directory`/views. Creates what is missing (atomically). */
TOC_MUST toc_code toc_views_open(const char *directory, const toc_store_options *options,
                                 toc_log *log, toc_views **out, toc_err *err);
/* Those of an audience, in `directory`/views-`name`: V(E', T, C, R), E' being what it may see of E
 * (proto/rules/audience.h). The name is a slug without dots. What was folded for another audience
 * is dropped. */
TOC_MUST toc_code toc_views_open_for(const char *directory, const char *name,
                                     const toc_audience *audience, const toc_store_options *options,
                                     toc_log *log, toc_views **out, toc_err *err);
/* Removes what toc_views_open_for made under a name that is not among `names`: it is in the clear.
 */
TOC_MUST toc_code toc_views_forget(const char *directory, const char *const *names, size_t count,
                                   toc_err *err);
void toc_views_close(toc_views *views);
TOC_DEFINE_AUTO(toc_views, toc_views_close)

/* ---- the fold ---- */

typedef struct toc_fold_result {
    uint64_t records;                       /* taken into or out of E in this step */
    uint64_t rows;                          /* row operations */
    uint64_t backlog;                       /* journal rows still to fold, both lanes */
    uint64_t alert_position, bulk_position; /* folded up to and including */
    toc_time horizon;
    bool unsynced;      /* level, but commits are not synced yet: call again in a while */
    uint64_t malformed; /* records that opened to no well-formed statement: counted against their
                           authors */
} toc_fold_result;

/* Folds one transaction's worth; backlog 0 means that the views are level with the log as of this
 * call. `mono_ms` reads a monotonic clock (the fold itself has none); NULL: no time limit. */
TOC_MUST toc_code toc_views_fold(toc_views *views, uint64_t (*mono_ms)(void *context),
                                 void *context, toc_fold_result *out, toc_err *err);
/* Drops everything and starts from journal row 1. With `shuffle` not NULL (tests) records are
 * folded in another order, drawn from the seed, ticks staying behind what came before them. Runs to
 * the end. */
TOC_MUST toc_code toc_views_rebuild(toc_views *views, const uint64_t *shuffle,
                                    toc_progress progress, void *context, toc_err *err);

/* ---- reading; toc_views_txn is one consistent moment ---- */

/* Whether these are the own officers' views: what this node decided by itself is for them alone. */
bool toc_views_for_officers(const toc_views_txn *txn);
TOC_MUST toc_code toc_views_read(toc_views *views, toc_views_txn **out, toc_err *err);
void toc_views_end(toc_views_txn *txn_take);
TOC_DEFINE_AUTO(toc_views_txn, toc_views_end)

void toc_views_position(toc_views_txn *txn, uint64_t *out_alert, uint64_t *out_bulk,
                        toc_time *out_horizon);
/* The running digest (O(1)) and the walked one (every row); they must agree. */
TOC_MUST toc_code toc_views_digest_running(toc_views_txn *txn, toc_hash *out_digest,
                                           toc_hash *out_opened, uint64_t *out_entries,
                                           toc_err *err);
TOC_MUST toc_code toc_views_digest_walk(toc_views_txn *txn, toc_progress progress, void *context,
                                        toc_answer_digest *out, toc_err *err);

/* The head of one claim, live or not: what "difference only" compares with; and the highest
 * revision that is known of the claim, of records of any kind, waiting ones too: what gives the
 * next one. Where only such others are known, `record` is zeroes and `bytes` empty. */
typedef struct toc_views_head {
    uint64_t revision;
    bool live;     /* neither a retraction nor expired */
    toc_lane lane; /* of its feed: where a retraction of it belongs */
    toc_record_id record;
    toc_span bytes; /* the record as it was signed, lent */
    /* Whose it is and where it stands, as what is derived from it has to name it; and the salt of
     * its plaintext, 32 bytes, lent. NULL and zeroes without a head. */
    toc_circle_id circle;
    toc_org_id org;
    toc_feed_id feed;
    uint64_t index;
    const uint8_t *salt;
} toc_views_head;
TOC_MUST toc_code toc_views_head_of(toc_views_txn *txn, const toc_subject *subject,
                                    const toc_claim_id *claim, toc_views_head *out,
                                    toc_err *err); /* NOT_FOUND */
/* Where claims are filed, for any number of ids in one go through a column of them all: 4 bytes a
 * record, a millisecond or so a million (decision 0060). */
typedef struct toc_views_place {
    toc_claim_id claim; /* asked for */
    bool found;
    toc_subject subject;
} toc_views_place;
/* Sorts the places by claim. */
TOC_MUST toc_code toc_views_find(toc_views_txn *txn, toc_views_place *places, size_t count,
                                 toc_err *err);
/* As toc_views_head_of, where the subject is not at hand: finds one. */
TOC_MUST toc_code toc_views_head_by_id(toc_views_txn *txn, const toc_claim_id *claim,
                                       toc_views_head *out, toc_err *err); /* NOT_FOUND */
/* Is this vertex a member of the report now? Also gives the newest revision that named it (0:
 * never). */
TOC_MUST toc_code toc_views_member(toc_views_txn *txn, const toc_claim_id *report,
                                   const toc_subject *subject, bool *out_member,
                                   uint64_t *out_revision, toc_err *err);

/* Whether a service notice may be on the wallet that makes it, or its tag, a deposit: cheap, and
 * never false where toc_query_is_deposit is true. */
TOC_MUST toc_code toc_views_may_be_deposit(toc_views_txn *txn, const toc_wallet *wallet, bool *out,
                                           toc_err *err);

/* Every record of E with its author, the waiting ones too, in row order; the tests export worlds
 * for the model with it. */
typedef toc_code (*toc_views_record_visit)(void *context, const toc_record_id *record,
                                           const toc_circle_id *circle, const toc_org_id *org,
                                           toc_span bytes, toc_err *err);
TOC_MUST toc_code toc_views_records(toc_views_txn *txn, toc_views_record_visit visit, void *context,
                                    toc_err *err);
/* The same of those that a fork disputes: they would be in E without it. */
TOC_MUST toc_code toc_views_disputed(toc_views_txn *txn, toc_views_record_visit visit,
                                     void *context, toc_err *err);
/* From which entry on a feed is in dispute; UINT64_MAX: it is not. */
TOC_MUST toc_code toc_views_forked(toc_views_txn *txn, const toc_feed_id *feed, uint64_t *out,
                                   toc_err *err);

typedef struct toc_views_stats {
    uint64_t map_bytes, used_bytes, claim_rows, incidence_rows, connector_rows, component_rows,
        record_numbers;
    uint64_t row_operations; /* since the views were opened, counted by the table layer */
} toc_views_stats;
TOC_MUST toc_code toc_views_stats_of(toc_views_txn *txn, toc_views_stats *out, toc_err *err);

#endif
