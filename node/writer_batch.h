/* node/writer_batch.h: drafts becoming records, one batch at a time: what is known of a claim, what
 * differs from it, which revision that gets. Nothing here waits for the core or writes the log.
 *
 * The head of a cluster that is not live, or is to be for others than before, waits for its members
 * and comes after them: readers see the report whole, in the moment in which its head is folded, or
 * as it was before (decisions 0061, 0073).
 * Owns:    the batch: its records, until whoever made it wipes it. The views and the recent rows
 *          are the writer's.
 * Threads: one, in the writer's turn.
 * Errors:  a draft that breaks a rule says why; NO_MEMORY and the store's end the batch. */
#ifndef TOC_NODE_WRITER_BATCH_H
#define TOC_NODE_WRITER_BATCH_H

#include "node/completion.h"
#include "node/recent.h"
#include "node/writer.h"

/* How a claim is marked that names its readers, and where it stands: only who could read it there
 * is told what follows it. */
typedef struct toc_writer_named {
    toc_statement marking; /* TLP, releasable to, not to; nothing else */
    bool stored;           /* before this batch, at: */
    toc_feed_id feed;
    uint64_t index;
} toc_writer_named;

typedef struct toc_writer_batch {
    toc_writer *writer;
    toc_recent *recent; /* the writer's */
    toc_circle_id circle;
    toc_lane lane;
    uint64_t generation;
    uint64_t asked; /* the audit's line */
    uint32_t uid;   /* for whom */
    toc_time now;
    uint64_t lapse_ms; /* of its drafts */
    toc_arena *arena;
    toc_log_txn *log;          /* NULL until something stored is looked at */
    toc_completion completion; /* has the node, the views and the charter */
    /* What is to be written. */
    toc_buf bytes;
    size_t *ends;
    const toc_addressees **named; /* of each that names its readers, who they are; else NULL */
    bool names_any;
    bool *drafts;   /* of each, whether officers must approve it first */
    uint32_t *keep; /* of each, up to which day at least (proto/rules/retain.h) */
    bool *later;    /* it is written with the draft that follows it, when they approve that */
    bool drafts_any;
    toc_draft_id *draft_ids;
    const toc_log_draft *approved; /* the one record is this, approved; else NULL */
    size_t boxes;                  /* that they are sealed in, at most */
    size_t foreseen;               /* records of a dry run that were counted against the quota, */
    size_t foreseen_boxes;         /* and their boxes */
    toc_recent_row *rows;          /* becomes recent once durable */
    size_t count, row_count, capacity, row_capacity;
    toc_record_id *ids;
    bool waits; /* the core asks the members first */
    bool stale; /* its revisions are of a generation that is over */
    /* The head that waits for its members. */
    bool has_head;
    toc_statement head;
    toc_claim_id head_claim;
    toc_recent_row head_row;
    uint64_t members_revision; /* of those that came in this batch; 0: none */
    toc_writer_retelling retelling;
} toc_writer_batch;

typedef struct toc_writer_known_claim {
    uint64_t revision; /* highest written for the claim, of any kind; 0: none */
    bool live;
    toc_lane lane; /* where its newest record stands */
    bool has_comparison;
    toc_hash comparison, termless; /* as of toc_recent_row */
    uint32_t keep_until_day;       /* of the live head; else 0 */
    uint64_t ended;        /* of a report: what was said of its members up to here counts no more */
    toc_statement marking; /* of the live head: TLP, releasable to, not to; nothing else */
    const toc_writer_named *named; /* where it names its readers, as long as the batch; else NULL */
} toc_writer_known_claim;
TOC_MUST toc_code toc_writer_known(toc_writer_batch *all, const toc_statement *statement,
                                   const toc_claim_id *claim, toc_writer_known_claim *out,
                                   toc_err *err);
/* max(highest written + 1, generation · 2^24): a node restored from an old copy still supersedes
 * itself. */
uint64_t toc_writer_next_revision(const toc_writer_batch *all, uint64_t highest);
toc_hash toc_writer_claim_key(const toc_claim_id *claim);
/* Revision, time of issue, root. */
TOC_MUST toc_code toc_writer_complete(toc_writer_batch *all, toc_statement *statement,
                                      const toc_claim_id *claim, uint64_t revision, toc_err *err);
/* `after`: what it follows, marked alike; NULL: it is for whoever reads now. DENIED when nobody but
 * this org could read it, LIMIT when it is too large for its lane, or its readers are too many to
 * be named. */
TOC_MUST toc_code toc_writer_add(toc_writer_batch *all, const toc_statement *statement,
                                 const toc_writer_named *after, toc_err *err);
/* A record as it stands, of what the officers approved. */
TOC_MUST toc_code toc_writer_add_approved(toc_writer_batch *all, const toc_statement *statement,
                                          toc_span record, const toc_writer_named *after,
                                          toc_err *err);
/* The record that was added last takes the place of what stood, or ends it: the day up to which it
 * is kept at least. */
uint32_t toc_writer_outlive(toc_writer_batch *all, const toc_writer_known_claim *before, bool ends);
TOC_MUST toc_code toc_writer_remember(toc_writer_batch *all, const toc_recent_row *row,
                                      toc_err *err);

/* writer_readers.c. Marks `out` as what is known is marked. */
void toc_writer_mark_like(const toc_statement *marking, toc_statement *out);
/* Of what names its readers; NULL for what the whole circle may read. `head`: where it stands, NULL
 * when this batch writes it. */
TOC_MUST toc_code toc_writer_name(toc_writer_batch *all, const toc_statement *from,
                                  const toc_views_head *head, const toc_writer_named **out,
                                  toc_err *err);
/* Who gets it, and in how many bytes; *out NULL: the whole circle. As toc_writer_add. */
TOC_MUST toc_code toc_writer_address(toc_writer_batch *all, const toc_statement *statement,
                                     const toc_writer_named *after, size_t bytes,
                                     const toc_addressees **out, size_t *out_bytes, toc_err *err);

/* What the circle asks of officers before such a record is written; NULL: nothing. */
const toc_approval_rule *toc_writer_rule(const toc_writer_batch *all,
                                         const toc_statement *statement);

/* writer_quota.c. Of a dry run: what came into the batch since it was asked last, of the own quota.
 * `ends`: what is refused ends the writing, so that nothing after it fits. DENIED, or LIMIT, as the
 * core would refuse it. */
TOC_MUST toc_code toc_writer_foresee(toc_writer_batch *all, toc_told *told, bool ends,
                                     toc_err *err);

/* writer_drafts.c: what waits for officers. */
toc_span toc_writer_record(const toc_writer_batch *all, size_t index);
/* Gives each an id. */
TOC_MUST toc_code toc_writer_name_drafts(toc_writer_batch *all, toc_err *err);
void toc_writer_count_drafts(const toc_writer_batch *all, toc_writer_totals *totals);
/* In the round. */
TOC_MUST toc_code toc_writer_put_drafts(const toc_writer_batch *all, toc_log_txn *txn, toc_now now,
                                        toc_err *err);
/* In the round that writes it: the draft goes. DENIED unless enough officers of the own card
 * approved it by the charter in force. */
TOC_MUST toc_code toc_writer_end_draft(const toc_writer_batch *all, toc_log_txn *txn, toc_now now,
                                       toc_err *err);
/* The record of a draft with its approvals, appended. */
TOC_MUST toc_code toc_writer_draft_record(const toc_log_draft *draft, toc_buf *out, toc_err *err);
/* Whether the statement is for fewer than the live head, and so follows an end for who has that. */
bool toc_writer_narrows(const toc_statement *head, const toc_statement *statement);
/* Whether a claim whose highest revision is this takes the statement no more. The members of a
 * cluster share revisions; what narrows needs a free one before its own. */
bool toc_writer_overtaken(const toc_statement *statement, uint64_t revision, bool narrows);
/* What is to be for fewer is ended for those who had it: before the statement, by the revision. */
TOC_MUST toc_code toc_writer_add_end(toc_writer_batch *all, const toc_statement *statement,
                                     const toc_claim_id *claim,
                                     const toc_writer_known_claim *before, uint64_t revision,
                                     toc_err *err);

/* A draft of any kind but members; the head of a cluster that is not live is kept back. */
TOC_MUST toc_code toc_writer_take_claim(toc_writer_batch *all, const toc_statement *draft,
                                        toc_writer_totals *totals, toc_err *err);
/* writer_members.c. Only the members that the report does not have yet (or still has, for a
 * removal) are taken. */
TOC_MUST toc_code toc_writer_take_members(toc_writer_batch *all, const toc_statement *draft,
                                          toc_writer_totals *totals, toc_err *err);
/* The head that was kept back, if any, is added: its members are all there. Before it what ends the
 * report for those who are to have it no more. */
TOC_MUST toc_code toc_writer_take_head(toc_writer_batch *all, toc_err *err);

#endif
