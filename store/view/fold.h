/* store/view/fold.h: one transaction of the fold, and the stages it goes through:
 *   gather  records are opened and collected (open.c, batch.c);
 *   flush   their rows are put in order, their member ops applied (batch.c, members.c);
 *   judge   reports whose heads changed are judged anew (reports.c);
 *   join    the reports that this can influence get their clusters (gather.c, clusters.c).
 * V is order-free, so each stage may take its work in the order that is cheapest on disk.
 * Owns:    a toc_fold what it collected, until toc_fold_wipe; it lends the views and the log's read
 *          transaction.
 * Threads: the folder's.
 * Errors:  as store/log.h; whatever fails, the transaction is aborted and nothing has happened. */
#ifndef TOC_STORE_VIEW_FOLD_H
#define TOC_STORE_VIEW_FOLD_H

#include "store/view/columns.h"
#include "store/view/gather.h"

typedef struct toc_member_op {
    toc_subject subject;
    bool add;
    uint16_t position; /* within its record */
    toc_report *report;
    uint64_t revision;
    toc_record_id record;
} toc_member_op;

/* A service notice without a tag that this transaction has to judge. */
typedef struct toc_notice {
    toc_claim_id id;
    toc_subject subject;
} toc_notice;

typedef struct toc_batch_row {
    uint64_t order; /* the key's first bytes */
    size_t at;      /* in `bytes`: key, then value */
    uint16_t key_bytes;
    uint8_t value_bytes;
    uint8_t table;
} toc_batch_row;

typedef struct toc_batch_cell {
    uint32_t feed;
    uint64_t index;
    toc_cell cell;
} toc_batch_cell;

typedef struct toc_batch {
    toc_buf bytes;
    TOC_LIST(toc_batch_row) rows;
    TOC_LIST(toc_batch_cell) cells;
    TOC_LIST(toc_member_op) ops;
} toc_batch;

typedef struct toc_fold {
    toc_views *views;
    toc_log_txn *log;
    toc_view view;
    toc_view_state state;
    bool put_off;       /* this transaction may leave joining to a later one */
    uint64_t looked_at; /* shared vertices that joining went through; 0: nothing was joined */
    uint64_t records, malformed, rows; /* in this transaction; rows once it is committed */
    bool full;                         /* this step has enough */
    uint64_t looked_ms; /* after the beginning of the step: when alerts were last looked for */
    toc_batch batch;
    toc_reports reports;
    toc_map notice_map;
    TOC_LIST(toc_notice) notices;
    uint64_t rests, watches, forks; /* rows of these tables */
    uint64_t resting; /* rows of `watches` that what came may cost, none of them written yet */
    toc_arena *arena; /* for decoding one record at a time */
    toc_buf scratch;  /* for hashing rows */
    toc_page_draft *page;
    uint8_t *plain; /* TOC_ENTRY_BYTES_MAX, for opening; then as many for what is sealed within */
} toc_fold;

/* ---- rows under the digest, by their stored form ---- */

TOC_MUST toc_code toc_fold_put(toc_fold *fold, toc_view_table table, toc_span key, toc_span value,
                               toc_err *err); /* the key is new */
TOC_MUST toc_code toc_fold_drop(toc_fold *fold, toc_view_table table, toc_span key, toc_span value,
                                toc_err *err); /* `value` as stored, copied by the caller */

/* ---- batch.c ---- */

/* Adds a record to what is to be filed: all but its effect on reports. EXISTS when it is in E. */
TOC_MUST toc_code toc_batch_file(toc_fold *fold, const toc_claim_row *row,
                                 const toc_number_row *stored, const toc_cell *cell, toc_err *err);
/* As toc_fold_put, when what was gathered is put: in order of the keys. Until then nobody reads it.
 */
TOC_MUST toc_code toc_batch_put(toc_fold *fold, toc_view_table table, toc_span key, toc_span value,
                                toc_err *err);
/* Puts what was gathered. */
TOC_MUST toc_code toc_batch_flush(toc_fold *fold, toc_err *err);
/* Rows that flushing may still cost. */
uint64_t toc_batch_rows(const toc_fold *fold);
void toc_batch_clear(toc_batch *batch);
void toc_batch_wipe(toc_batch *batch);
/* Writes cells; a cell of kind 0 takes one out. Sorts them. */
TOC_MUST toc_code toc_cells_put(toc_fold *fold, toc_batch_cell *cells, size_t count, toc_err *err);

/* ---- mentions.c ---- */

/* Lists a record of E, or takes it out of the lists, by what else it is to be found by: rows of
 * `ended`, `mentions` and `moves`. `row` is not in the map. */
TOC_MUST toc_code toc_mentions_turn(toc_fold *fold, const toc_claim_row *row,
                                    const toc_statement *statement, bool out_of, toc_err *err);

/* ---- rests.c: reports and notices on derived ground ---- */

/* A record has come into E or gone: whatever rests on it is to be judged. */
TOC_MUST toc_code toc_rests_mark(toc_fold *fold, const toc_claim_row *row, toc_err *err);
/* Writes what a live head rests on, when it is derived; `head` NULL, or one that is not: nothing.
 * *out_changed: its alive roots are others than before. */
TOC_MUST toc_code toc_rest_write(toc_fold *fold, toc_span dependent, const toc_statement *head,
                                 const toc_standing *standing, bool *out_changed, toc_err *err);

/* ---- notices.c ---- */

TOC_MUST toc_code toc_fold_notice(toc_fold *fold, toc_span subject, const toc_claim_id *id,
                                  toc_err *err);
/* Judges the notices that were marked, and what they cover; reports that name a vertex whose cover
 * changed are seeded. */
TOC_MUST toc_code toc_notices_judge(toc_fold *fold, toc_err *err);

/* ---- members.c ---- */

/* The cover of a vertex begins or ends to strip it: it is listed among what reports share, or no
 * more, and every report that names it is seeded. */
TOC_MUST toc_code toc_members_cover(toc_fold *fold, toc_span vertex, bool strips, toc_err *err);

/* Puts in, or takes out, ops of members records that are in V. Sorts them. */
TOC_MUST toc_code toc_members_apply(toc_fold *fold, toc_member_op *ops, size_t count, bool removing,
                                    toc_err *err);

/* ---- reports.c ---- */

TOC_MUST toc_code toc_fold_report(toc_fold *fold, const toc_claim_id *id, toc_report **out,
                                  toc_err *err);
/* A vertex became a member or ceased to be one. */
void toc_report_gain(toc_report *report, toc_span vertex);
void toc_report_lose(toc_report *report, toc_span vertex);
/* Judges what is marked, and finds smallest members that were lost. */
TOC_MUST toc_code toc_reports_judge(toc_fold *fold, toc_err *err);
/* Writes the rows that differ, and what expires when. */
TOC_MUST toc_code toc_reports_write(toc_fold *fold, toc_err *err);

/* ---- clusters.c ---- */

/* Joins what the changed reports can influence (gather.h), and writes clusters and tentative
 * pairs; the reports' own rows are left to toc_reports_write. */
TOC_MUST toc_code toc_clusters_join(toc_fold *fold, toc_err *err);
/* Notes the changed reports in `pending` instead, unless one of them is gone altogether: *out_done.
 */
TOC_MUST toc_code toc_clusters_put_off(toc_fold *fold, bool *out_done, toc_err *err);

/* ---- open.c: the one place where entries are opened ---- */

typedef struct toc_fold_feed {
    uint32_t number; /* 0: not known yet */
    toc_feed_name name;
    toc_feed_id id;
} toc_fold_feed;

typedef enum toc_intake_kind {
    TOC_INTAKE_NOTHING, /* for E: a grant, an erased body, an entry that does not open, a statement
                           that needs a newer version */
    TOC_INTAKE_RECORD,
    TOC_INTAKE_MALFORMED /* it opened, to no well-formed statement */
} toc_intake_kind;
typedef struct toc_intake {
    toc_intake_kind kind;
    toc_record_id id;
    toc_span bytes; /* the record, lent until the next; so is the salt of its plaintext */
    const uint8_t *salt;
    toc_statement statement;
    toc_time sealed;
    uint8_t needed, counted; /* as in toc_claim_row */
} toc_intake;
/* Lent until the next call. */
TOC_MUST toc_code toc_fold_feed_of(toc_fold *fold, uint32_t number, const toc_fold_feed **out,
                                   toc_err *err);
/* SEALED without the sender key: going on would leave its records out in silence. */
TOC_MUST toc_code toc_fold_open(toc_fold *fold, const toc_fold_feed *feed, uint64_t index,
                                toc_intake *out, toc_err *err);

/* ---- approvals.c ---- */

/* Whether as many officers approved the record as the charter asks for that the last grant before
 * it names, by the card that this grant names (RULES §13). Sets `needed` and `counted`. */
TOC_MUST toc_code toc_fold_approve(toc_fold *fold, const toc_fold_feed *feed, uint64_t index,
                                   toc_intake *in, toc_err *err);
/* What that keeps of the feeds. */
typedef struct toc_judges toc_judges;
TOC_MUST toc_code toc_judges_new(toc_judges **out, toc_err *err);
void toc_judges_free(toc_judges *judges); /* NULL is fine */

/* What opening keeps from one transaction to the next. */
typedef struct toc_opener toc_opener;
TOC_MUST toc_code toc_opener_new(toc_opener **out, toc_err *err);
void toc_opener_free(toc_opener *opener); /* NULL is fine; wipes the keys */

/* ---- intake.c: into E and out of it ---- */

TOC_MUST toc_code toc_fold_take(toc_fold *fold, const toc_fold_feed *feed, uint64_t index,
                                toc_err *err);
TOC_MUST toc_code toc_fold_leave(toc_fold *fold, uint32_t feed, uint64_t index, toc_err *err);
/* Moves the horizon towards `tick`, by whole minutes, as far as one transaction's worth of waiting
 * records and expiries goes. */
TOC_MUST toc_code toc_fold_tick(toc_fold *fold, toc_time tick, bool *out_arrived, toc_err *err);

/* The same as leaving, and into `disputed`. */
TOC_MUST toc_code toc_fold_move(toc_fold *fold, uint32_t feed, uint64_t index, toc_err *err);

/* ---- forks.c ---- */

/* Is the entry in dispute? */
TOC_MUST toc_code toc_fold_disputes(toc_fold *fold, const toc_feed_id *feed, uint64_t index,
                                    bool *out, toc_err *err);
/* Puts a record among those in dispute, or takes it out; `row` and `stored` are not in the map. */
TOC_MUST toc_code toc_fold_dispute(toc_fold *fold, const toc_claim_row *row,
                                   const toc_number_row *stored, const toc_feed_id *feed,
                                   toc_err *err);
TOC_MUST toc_code toc_fold_undispute(toc_fold *fold, uint32_t feed, uint64_t index,
                                     const toc_number_row *number, toc_err *err);

/* ---- step.c ---- */

TOC_MUST toc_code toc_fold_begin(toc_views *views, toc_log_txn *log, toc_fold *fold, toc_err *err);
/* Folds as much of a journal row, from index `from` on, as one transaction takes; *out_from is
 * where to go on, 0 when the row is done. `full` says when a transaction has enough. */
typedef struct toc_fold_limit {
    uint64_t (*mono_ms)(void *context); /* NULL: no limit of time */
    void *context;
    uint64_t started_ms;
    bool far; /* behind: long transactions, ended by an alert */
} toc_fold_limit;
TOC_MUST toc_code toc_fold_row(toc_fold *fold, const toc_journal_row *row, uint64_t from,
                               const toc_fold_limit *limit, uint64_t *out_from, bool *out_done,
                               toc_err *err);
/* forks.c: the same of a row that disputes. */
TOC_MUST toc_code toc_fold_fork(toc_fold *fold, const toc_journal_row *row, uint64_t from,
                                const toc_fold_limit *limit, uint64_t *out_from, bool *out_done,
                                toc_err *err);
/* Has this transaction enough? */
bool toc_fold_is_full(toc_fold *fold, const toc_fold_limit *limit);
/* Flushes, judges, joins, writes and commits. */
TOC_MUST toc_code toc_fold_finish(toc_fold *fold, toc_err *err);
void toc_fold_wipe(toc_fold *fold); /* aborts what was not committed */
TOC_DEFINE_AUTO_WIPE(toc_fold, toc_fold_wipe)

/* ---- the views themselves ---- */

#define TOC_VIEWS_PREFIX "views-" /* of the folders of audiences */

struct toc_views {
    toc_env *env;
    toc_log *log;
    char *path;
    toc_audience audience; /* what of E is in E' */
    toc_env_options options;
    bool sync;            /* as opened: false in tests */
    bool dirty;           /* commits are unsynced and *dirty* stands in the tables */
    uint64_t dirty_ms;    /* since when, by the folder's clock */
    toc_view_state state; /* as of the last commit; the folder's */
    uint64_t join_cost;   /* shared vertices that the last joining went through */
    uint64_t join_rows;   /* row operations since */
    uint64_t joins;       /* since the views were opened */

    /* The folder's tools, kept from one transaction to the next. */
    toc_opener *opener;
    toc_judges *judges;
    toc_batch batch;
    toc_buf scratch;
    toc_arena *arena;
    toc_page_draft *page;
    uint8_t *plain;
};

/* Removes every row and begins at journal row 1. */
TOC_MUST toc_code toc_views_clear(toc_views *views, toc_err *err);
/* Setting: later commits are not synced, and a crash drops the views. Clearing syncs first. */
TOC_MUST toc_code toc_views_set_dirty(toc_views *views, bool dirty, toc_err *err);

#endif
