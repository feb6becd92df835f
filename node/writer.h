/* node/writer.h: turns drafts into records: difference only, revisions, roots (docs/RULES.md §7).
 * All own records go through one writer, one batch at a time, so that what is compared cannot
 * change under it. The comparing happens in the caller's thread; the core only seals and appends.
 * Owns:    what was written and is not folded yet. Threads: any; batches wait for one another.
 * Errors:  as toc_engine_writable and the store; a draft that breaks a rule is refused alone, by
 * the callback. */
#ifndef TOC_NODE_WRITER_H
#define TOC_NODE_WRITER_H

#include "node/core.h"
#include "node/told.h"
#include "store/drafts.h"

typedef struct toc_writer toc_writer;
TOC_MUST toc_code toc_writer_new(toc_node *node, toc_writer **out, toc_err *err);
void toc_writer_free(toc_writer *writer); /* NULL is fine */

/* A live report that is told anew, to others than before, and goes on in the next batch. */
typedef struct toc_writer_retelling {
    toc_claim_id claim;
    uint64_t ended;   /* what was said of its members up to this revision counts no more; 0: none */
    uint64_t highest; /* that was written of it; when it is another, somebody else has written */
} toc_writer_retelling;

enum { TOC_WRITER_DRAFTS_TOLD = 4 };
enum { TOC_WRITER_SOURCES_TOLD = 8, TOC_WRITER_SOURCE_BYTES = 72 };

/* Of one submission, from batch to batch; zeroes at first, but for what comes in. */
typedef struct toc_writer_totals {
    uint64_t fresh, changed, unchanged,
        refused; /* claims and cluster members; a cluster's head is not counted */
    toc_writer_retelling retelling;
    uint64_t lapse_ms; /* comes in: of what waits for officers; 0: TOC_DRAFT_LAPSE_MS */
    uint64_t drafted;  /* records of these that wait for officers, or would */
    toc_draft_id drafts[TOC_WRITER_DRAFTS_TOLD]; /* the first ones */
    /* "list NAME", "vendor NAME": that neither terms nor registry know; the first ones. */
    size_t unregistered_count;
    char unregistered[TOC_WRITER_SOURCES_TOLD][TOC_WRITER_SOURCE_BYTES];
    toc_told *told; /* a dry run adds whom the records would be for; NULL: nobody asks */
} toc_writer_totals;

/* `index`: of the draft in the batch. */
typedef void (*toc_writer_refusal)(void *context, size_t index, const toc_err *why);

enum {
    TOC_WRITER_BATCH_MAX = 1000,
    TOC_WRITE_DRY = 1,    /* only counts */
    TOC_WRITE_GOES_ON = 2 /* members of the last cluster may follow: a head of it that waits for
                             them is not written; the next batch begins with it */
};

/* Writes what is new or changed of up to TOC_WRITER_BATCH_MAX drafts: statements of any kind but a
 * retraction whose revision, issue time and roots are still open, and what node/completion.h
 * tells. What the circle wants approved becomes a draft for its officers (store/drafts.h). All that
 * passes is durable when it returns, in order, but for heads of clusters that are not live, or are
 * to be for others than before: those come after their members. `flags`: TOC_WRITE_… */
TOC_MUST toc_code toc_writer_write(toc_writer *writer, const toc_circle_id *circle, toc_lane lane,
                                   unsigned flags, const toc_statement *drafts, size_t count,
                                   toc_writer_totals *totals, toc_writer_refusal refusal,
                                   void *context, toc_err *err);

/* Writes what enough officers approved, just as they did, and ends the draft. DENIED: they are not
 * enough as of now. STATE: the claim has a newer revision meanwhile. */
TOC_MUST toc_code toc_writer_approved(toc_writer *writer, const toc_log_draft *draft,
                                      toc_record_id *out_record, toc_err *err);

/* Why, and up to when officers may approve it where they have to. */
typedef struct toc_retracting {
    toc_retraction_reason reason;
    toc_span note;
    uint64_t lapse_ms; /* 0: TOC_DRAFT_LAPSE_MS */
    toc_told *dry;     /* nothing is written: whom it would be for is added; NULL: it is written */
} toc_retracting;

typedef struct toc_retracted {
    toc_claim_id claim;
    toc_record_id record;
    uint64_t revision;
    bool drafted; /* it waits for officers: there is no record yet, but a draft */
    toc_draft_id draft;
} toc_retracted;

/* Ends an own live claim (a statement of a kind with a head: its identity counts), in the lane
 * that the claim stands in. NOT_FOUND when there is none. Of a dry run *out has neither record nor
 * draft. */
TOC_MUST toc_code toc_writer_retract(toc_writer *writer, const toc_circle_id *circle,
                                     const toc_statement *target, const toc_retracting *how,
                                     toc_retracted *out, toc_err *err);

#endif
