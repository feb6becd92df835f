/* proto/format/drafts.h: what a tool hands to its node: claims without revision, time of issue and
 * roots, which the node adds. Rows of one identity are merged (docs/RULES.md §7), rows of one
 * cluster, together or apart, become one head and its members.
 *
 * Written in parts that fit a frame of the control socket:
 *   part  = version u8 (1) ‖ count u32 ‖ count × draft
 *   draft = kind u8 ‖ line u32 ‖ size u32 ‖ a draft statement (toc_draft_encode)
 * Claims of all kinds but clusters come first, in the order of their first rows; then each cluster:
 * its head, then its members in statements of kind members, as many as there need to be. A cluster
 * may go over several parts.
 * Owns:    the drafts, encoded; about 250 bytes a wallet claim and 100 a member.
 * Threads: one at a time.
 * Errors:  a row that is refused leaves everything as it was and says why; NO_MEMORY and FULL (the
 * ceiling) mean that no further row can be taken. */
#ifndef TOC_PROTO_FORMAT_DRAFTS_H
#define TOC_PROTO_FORMAT_DRAFTS_H

#include "proto/base/reader.h"
#include "proto/format/claim.h"

typedef struct toc_drafts toc_drafts;

typedef struct toc_drafts_counts {
    uint64_t read;                               /* rows offered */
    uint64_t refused;                            /* of them */
    uint64_t merged;                             /* of them: said again what another row is about */
    uint64_t wallets, clusters, members, others; /* the last: claims of any other kind */
} toc_drafts_counts;

/* What was done to take addresses, so that people are told: rows of one kind together. */
enum { TOC_DRAFT_NOTES_MAX = 64, TOC_DRAFT_NOTE_BYTES = 32 };
typedef struct toc_draft_note {
    uint32_t flag; /* one of TOC_WALLET_CHAIN_INFERRED, CHAIN_CORRECTED, RECOVERED, INVALID */
    char said[TOC_DRAFT_NOTE_BYTES + 1]; /* what the column chain said, cut; "" when it said none */
    const toc_chain *chain;              /* that was taken */
    uint64_t rows;
} toc_draft_note;
typedef struct toc_draft_notes {
    size_t count;
    toc_draft_note
        notes[TOC_DRAFT_NOTES_MAX]; /* in order of first rows; further kinds are not told */
} toc_draft_notes;
/* Counts a row whose wallet has these flags; nothing for flags that need no note. */
void toc_draft_notes_take(toc_draft_notes *notes, toc_span said, const toc_chain *chain,
                          uint32_t flags);
void toc_draft_notes_merge(toc_draft_notes *into, const toc_draft_notes *from);

/* `bytes_max`: ceiling over all drafts. */
TOC_MUST toc_code toc_drafts_new(size_t bytes_max, toc_drafts **out, toc_err *err);
void toc_drafts_free(toc_drafts *drafts); /* NULL is fine */
TOC_DEFINE_AUTO(toc_drafts, toc_drafts_free)

/* One row. `options`: TOC_ROW_… of proto/format/claim.h. On failure *out_problem says why, and the
 * row counts as refused. */
TOC_MUST toc_code toc_drafts_add_row(toc_drafts *drafts, const toc_row *row, unsigned options,
                                     toc_problem *out_problem);
/* Notes of a row's wallet the flags among `flags` that its reader saw and the row did not show. */
void toc_drafts_note(toc_drafts *drafts, const toc_wallet *wallet, uint32_t flags);
/* A row that its reader refused: counted. */
void toc_drafts_refuse(toc_drafts *drafts);

/* After the last row. Calls `fn` (row NULL) for each cluster that no row gave an entity type, and
 * drops its rows, which count as refused. */
TOC_MUST toc_code toc_drafts_finish(toc_drafts *drafts, toc_row_fn *fn, void *context,
                                    toc_err *err);
toc_drafts_counts toc_drafts_count(const toc_drafts *drafts);
/* The members of the largest cluster, and its name (lent); 0 without one. */
uint64_t toc_drafts_largest(const toc_drafts *drafts, toc_span *out_name);
const toc_draft_notes *toc_drafts_notes(const toc_drafts *drafts); /* lent */
/* Names that the audiences of the drafts tell orgs by (proto/format/audience.h), each once. Lent;
 * empty past the end. */
toc_span toc_drafts_org_name(const toc_drafts *drafts, size_t index);

/* Each draft of a claim, but for clusters, in their order; the callback returns TOC_OK to go on.
 * The statement is lent until it does. */
typedef toc_code toc_drafts_visit(void *context, const toc_statement *draft, toc_err *err);
TOC_MUST toc_code toc_drafts_each(toc_drafts *drafts, toc_drafts_visit *visit, void *context,
                                  toc_err *err);

/* Appends the next part, at most `bytes_max` bytes (TOC_DRAFT_PART_BYTES_MIN or more). *out_more:
 * another follows. Without drafts there is one part, with count 0. */
TOC_MUST toc_code toc_drafts_write(toc_drafts *drafts, size_t bytes_max, toc_buf *out,
                                   bool *out_more, toc_err *err);

/* Reading a part. Bytes are lent from it. */
typedef struct toc_draft {
    toc_record_kind kind;
    uint32_t line;
    toc_span bytes; /* for toc_draft_decode */
} toc_draft;

typedef struct toc_draft_part {
    toc_reader reader;
    uint32_t left; /* drafts not yet read */
} toc_draft_part;

TOC_MUST toc_code toc_draft_part_open(toc_span bytes, toc_draft_part *out, toc_err *err);
/* While `part->left` is not 0. After the last one, bytes left over are MALFORMED. */
TOC_MUST toc_code toc_draft_part_next(toc_draft_part *part, toc_draft *out, toc_err *err);

#endif
