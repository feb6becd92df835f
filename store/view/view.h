/* store/view/view.h: what the files of the views share: one transaction over the tables, and what
 * can be read out of them. The fold reads its own writes through the same functions as queries do.
 * Owns:    a toc_view its cursors, until toc_view_wipe (before its transaction ends).
 * Threads: as the transaction.
 * Errors:  as store/log.h; NOT_FOUND only where said. */
#ifndef TOC_STORE_VIEW_VIEW_H
#define TOC_STORE_VIEW_VIEW_H

#include "store/view/digest.h"
#include "store/views.h"

enum { TOC_VIEW_FEEDS_KEPT = 64, TOC_VIEW_NAMES_KEPT = 64 };

/* What stands in `meta`, written with whatever it describes. */
typedef struct toc_view_state {
    uint64_t position[2]; /* by lane: the last journal row folded whole */
    uint64_t offset[2];   /* the next index within the row after it; 0: its beginning */
    toc_time horizon;
    toc_sum digest, opened;
    uint64_t entries, malformed;
} toc_view_state;

typedef struct toc_view {
    toc_txn *txn;
    toc_time horizon;
    toc_cursor *cursors[TOC_VIEW_TABLES];
    struct {
        uint32_t number;
        toc_view_feed feed;
    } feeds[TOC_VIEW_FEEDS_KEPT];
} toc_view;

void toc_view_init(toc_view *view, toc_txn *txn, toc_time horizon);
void toc_view_wipe(toc_view *view); /* closes the cursors; the transaction stays */
/* A cursor over the whole table, one a table: whoever calls another reader of this header in
 * between has to send it somewhere again. */
TOC_MUST toc_code toc_view_cursor(toc_view *view, toc_view_table table, toc_cursor **out,
                                  toc_err *err);

TOC_MUST toc_code toc_view_state_get(toc_txn *txn, toc_view_state *out, toc_err *err);
TOC_MUST toc_code toc_view_state_put(toc_txn *txn, const toc_view_state *state, toc_err *err);

/* The feed of a local number: lent until the next call. */
TOC_MUST toc_code toc_view_feed_of(toc_view *view, uint32_t number, const toc_view_feed **out,
                                   toc_err *err);

/* The local number of a feed. NOT_FOUND when nothing of it was folded. */
TOC_MUST toc_code toc_view_feed_number(toc_view *view, const toc_feed_id *feed, uint32_t *out,
                                       toc_err *err);

/* ---- claims ---- */

static inline bool toc_view_waits(const toc_view *view, toc_time issued_at)
{
    return issued_at.unix_ms > view->horizon.unix_ms + TOC_FUTURE_MS_MAX;
}
/* A record of E without effect: it waits, or too few officers approved it (RULES §13). */
static inline bool toc_view_mute(const toc_view *view, const toc_claim_row *row)
{
    return row->needed > 0 || toc_view_waits(view, row->issued_at);
}
/* RULES §3: the head of a claim, as of the horizon. */
bool toc_view_head_live(const toc_view *view, const toc_claim_row *head);

typedef struct toc_claim_scan {
    bool exists; /* some record of it does not wait */
    bool has_head;
    toc_claim_row head;        /* lent until the next write */
    uint64_t ended;            /* highest revision of a retraction; 0: none */
    uint64_t members_revision; /* highest of a members record; 0: none */
    uint64_t revision;         /* highest of any record, waiting ones too */
    toc_time due;              /* the horizon at which the first of those that wait does not; 0 */
} toc_claim_scan;
/* Reads every record of one claim. */
TOC_MUST toc_code toc_view_scan(toc_view *view, toc_span subject, const toc_claim_id *claim,
                                toc_claim_scan *out, toc_err *err);
/* The row of (feed, index), and the record as it was signed. NOT_FOUND when it is not in E. */
TOC_MUST toc_code toc_view_row_at(toc_view *view, uint32_t feed, uint64_t index, toc_claim_row *out,
                                  toc_span *out_record, toc_err *err);
/* The row of (feed, index) in `claims` or `disputed`, by what `numbers` says of where it is filed.
 */
TOC_MUST toc_code toc_view_filed(toc_view *view, toc_view_table table, toc_span filed,
                                 uint32_t feed, uint64_t index, toc_claim_row *out, toc_err *err);
/* What `numbers` says of (feed, index), whatever it is. NOT_FOUND. */
TOC_MUST toc_code toc_view_number(toc_view *view, uint32_t feed, uint64_t index,
                                  toc_number_row *out, toc_err *err);
/* From which entry on the feed is in dispute (RULES §1); UINT64_MAX: it is not. */
TOC_MUST toc_code toc_view_forked(toc_view *view, const toc_feed_id *feed, uint64_t *out,
                                  toc_err *err);
/* What `numbers` keeps of a row, lent until the next write. */
TOC_MUST toc_code toc_view_stored(toc_view *view, const toc_claim_row *row, toc_number_row *out,
                                  toc_err *err);
/* The record alone. */
TOC_MUST toc_code toc_view_record(toc_view *view, const toc_claim_row *row, toc_span *out,
                                  toc_err *err);
/* What the fold keeps up about the claim of a statement; all else is worked out on reading. By
 * kind: disputes of a report, and questions about it, are filed where it is. */
typedef enum toc_part {
    TOC_PART_NONE,
    TOC_PART_REPORT, /* a cluster, its members, its retraction */
    TOC_PART_NOTICE  /* a service notice without a tag, its retraction */
} toc_part;
toc_part toc_part_of(const toc_statement *statement);
/* Where a report's own records are filed: class cluster ‖ claim id ‖ 0 ‖ 0. */
toc_subject toc_report_subject(const toc_claim_id *report);

/* ---- standing.c: what heads rest on (RULES §4) ---- */

typedef struct toc_standing {
    size_t alive_count; /* roots that are alive; 0: its source is withdrawn */
    const toc_root *alive;
    bool misstated;
    size_t held;      /* of the records that it is derived from */
    toc_time changes; /* as above, of any of its roots */
} toc_standing;
static inline bool toc_stands(const toc_standing *standing)
{
    return standing->alive_count > 0 && !standing->misstated;
}
/* Of a live head; roots are lent from it, their array is in the arena. Moves the cursors of `ended`
 * and `claims` when the head is derived. */
TOC_MUST toc_code toc_view_standing(toc_view *view, const toc_statement *head, toc_arena *arena,
                                    toc_standing *out, toc_err *err);

/* ---- rests.c ---- */

/* The keys of dependents (schema.h). */
void toc_dependent_report(toc_key *key, const toc_claim_id *report);
void toc_dependent_notice(toc_key *key, toc_span subject, const toc_claim_id *notice);
/* What a live one on derived ground rests on: NOT_FOUND when it rests on nothing. */
TOC_MUST toc_code toc_rest_of(toc_view *view, toc_span dependent, toc_rest_row *out, toc_err *err);

/* ---- members ---- */

/* RULES §6: of two ops of one report on one vertex. Between twins that one record names the
 * position decides. */
bool toc_decider_newer(const toc_decider *left, const toc_decider *right);
/* Which members record decides on (report, vertex), by `incidence`. */
TOC_MUST toc_code toc_view_decider(toc_view *view, toc_span vertex, const toc_claim_id *report,
                                   toc_decider *out, toc_err *err);
/* Some report other than `report` that names the vertex (NULL: any). NOT_FOUND when there is none.
 */
TOC_MUST toc_code toc_view_other(toc_view *view, toc_span vertex, const toc_claim_id *report,
                                 toc_claim_id *out, toc_err *err);
static inline bool toc_decides_member(const toc_decider *decider, uint64_t ended)
{
    return decider->found && decider->add && decider->revision > ended;
}
/* A row of `joints`. */
typedef struct toc_joint {
    toc_claim_id report;
    toc_decider decider; /* without record and position */
} toc_joint;
TOC_MUST toc_code toc_joint_read(const toc_txn *txn, const toc_row *row, toc_span vertex,
                                 toc_joint *out, toc_err *err);

/* ---- reports ---- */

/* Zeroes when it has no row. */
TOC_MUST toc_code toc_view_report(toc_view *view, const toc_claim_id *report, toc_report_row *out,
                                  bool *out_found, toc_err *err);
/* NOT_FOUND when there is no such cluster. */
TOC_MUST toc_code toc_view_cluster(toc_view *view, const toc_claim_id *lowest, toc_cluster_row *out,
                                   toc_err *err);

/* What covers a vertex (RULES §9), built-in services too: TOC_COVER_*. */
TOC_MUST toc_code toc_view_cover(toc_view *view, toc_span vertex, uint8_t *out, toc_err *err);

/* Every live report that a vertex is a member of, at most `max`; *out_count may reach max. */
TOC_MUST toc_code toc_view_live_reports(toc_view *view, toc_span vertex, toc_claim_id *out,
                                        size_t max, size_t *out_count, toc_err *err);

/* ---- a reader's transaction ---- */

struct toc_views_txn {
    toc_views *views;
    toc_view view;
    toc_view_state state;
    struct {
        bool known;
        toc_org_id org;
        uint16_t size;
        uint8_t text[TOC_TEXT_BYTES_MAX];
    } names[TOC_VIEW_NAMES_KEPT]; /* of orgs, from their cards, as of this moment */
};

#endif
