/* store/view/gather.h: what a change to some reports can influence, gathered whole, and joined by
 * the pure rule (RULES §6). Reads rows and writes none: the fold and readers may do it alike.
 *
 * Two reports influence one another when they share a vertex that is no hub. So: from each seed to
 * whatever shares a vertex with it, now or formerly (a pair of `connectors` stands as long as both
 * name the vertex), and from there on along what is shared now. Rows are read per report and per
 * shared vertex, never per member.
 * Owns:    a toc_reports its reports; a toc_gathering its lists, a toc_joined its result, each
 * until its wipe. A gathering lends its reports from the toc_reports.
 * Threads: as the transaction that is read.
 * Errors:  as store/log.h. */
#ifndef TOC_STORE_VIEW_GATHER_H
#define TOC_STORE_VIEW_GATHER_H

#include "proto/rules/apart.h"
#include "store/view/list.h"
#include "store/view/map.h"
#include "store/view/view.h"

/* ---- the reports that a transaction has looked at ---- */

typedef struct toc_report {
    toc_claim_id id;
    bool stored;   /* it has a row */
    bool exists;   /* it is to have one: some record of it does not wait */
    bool judge;    /* a head or a retraction came, went, or expired */
    bool changed;  /* in what others join by: liveness, root, members */
    bool seeded;   /* a neighbour changed in a way that leaves no trace in the rows */
    bool pending;  /* as changed, by an earlier transaction that joined nothing */
    bool low_lost; /* now.low is no member any more */
    bool gathered;
    bool barred;       /* it saw a service paying out: it joins nothing */
    uint32_t place;    /* among the gathered */
    uint64_t stripped; /* members that are hubs or covered */
    toc_report_row old, now;
} toc_report;

typedef TOC_LIST(toc_report *) toc_report_list;
typedef struct toc_reports {
    toc_view *view; /* where they are read */
    toc_map map;
    toc_report_list list;
} toc_reports;
void toc_reports_init(toc_reports *reports, toc_view *view);
void toc_reports_wipe(toc_reports *reports);
TOC_DEFINE_AUTO_WIPE(toc_reports, toc_reports_wipe)
/* As its row says, the first time; zeroes when it has none. Lent until the wipe. */
TOC_MUST toc_code toc_reports_find(toc_reports *reports, const toc_claim_id *id, toc_report **out,
                                   toc_err *err);
/* Whether gathering starts from it: it changed, and takes part or did. */
bool toc_report_is_seed(const toc_report *report);
/* The smallest member above `after` (empty: of all) that is not among `skipped` (sorted). Size 0:
 * there is none. */
TOC_MUST toc_code toc_report_least(toc_view *view, toc_arena *arena, const toc_report *report,
                                   toc_span after, const toc_vertex *skipped, size_t skipped_count,
                                   toc_vertex *out, toc_err *err);
/* How many members it has now, by its own records, and the smallest of them. */
TOC_MUST toc_code toc_report_count(toc_view *view, toc_arena *arena, const toc_report *report,
                                   uint64_t *out_count, toc_vertex *out_least, toc_err *err);

/* ---- gathering ---- */

typedef struct toc_shared_vertex {
    size_t first, count; /* in `places` */
} toc_shared_vertex;

typedef struct toc_gathering {
    toc_reports *reports; /* lent */
    toc_arena *arena;     /* lent: for decoding one record at a time */
    size_t bound;         /* live reports of one vertex that are looked at */
    uint64_t looked_at;   /* pairs of `connectors` that were gone through */
    uint64_t looked_max;  /* LIMIT past so many; 0: as many as there are */
    toc_report_list gathered;
    toc_report_list touched; /* gathered, and those that changed but take no part */
    toc_map vertices;        /* → what it is */
    TOC_LIST(toc_shared_vertex) shared;
    TOC_LIST(uint32_t) places;
    toc_report_list sharing;       /* of the vertex being looked at */
    TOC_LIST(toc_vertex) stripped; /* of the report being looked at */
} toc_gathering;
void toc_gathering_init(toc_gathering *gathering, toc_reports *reports, toc_arena *arena);
void toc_gathering_wipe(toc_gathering *gathering);
TOC_DEFINE_AUTO_WIPE(toc_gathering, toc_gathering_wipe)
/* From every seed among the reports. Of each report that is gathered `barred`, `stripped` and
 * `now.floor` are set. */
TOC_MUST toc_code toc_gather(toc_gathering *gathering, toc_err *err);

/* ---- joining ---- */

typedef struct toc_joined {
    toc_arena *arena;
    size_t count;
    toc_report **reports; /* the gathered that join, in order of id, as in `result` */
    toc_join_world world; /* what was joined */
    toc_join_result result;
} toc_joined;
void toc_joined_wipe(toc_joined *joined);
TOC_DEFINE_AUTO_WIPE(toc_joined, toc_joined_wipe)
/* `out` is zeroes. Roots are lent by rows until then: nothing may be written in between. */
TOC_MUST toc_code toc_gathering_join(const toc_gathering *gathering, toc_joined *out, toc_err *err);

#endif
