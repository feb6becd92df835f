/* store/query.h: what readers ask; the one door out of the store.
 * A query is over one moment of the views (toc_views_txn) and the roll of the log (names of orgs).
 * Owns: answers live in the arena. Threads: as the transactions. Errors: as store/log.h. */
#ifndef TOC_STORE_QUERY_H
#define TOC_STORE_QUERY_H

#include "store/views.h"

typedef struct toc_query {
    toc_views_txn *views;
    toc_log_txn *log;
    toc_arena *arena;
    toc_time now;    /* for marking what has expired since the horizon; never for deciding */
    bool incomplete; /* the fold is behind the log's journal */
} toc_query;

/* Begins both transactions and works out `incomplete`. */
TOC_MUST toc_code toc_query_begin(toc_log *log, toc_views *views, toc_arena *arena, toc_time now,
                                  toc_query *out, toc_err *err);
void toc_query_end(toc_query *query);
TOC_DEFINE_AUTO_WIPE(toc_query, toc_query_end)

TOC_MUST toc_code toc_query_dossier(toc_query *query, const char *text, const toc_wallet *wallet,
                                    toc_dossier *out, toc_err *err);
/* The cluster that a wallet's vertex is in; at most `members_max` members are listed (with their
 * number whole). */
TOC_MUST toc_code toc_query_cluster(toc_query *query, const char *text, const toc_wallet *wallet,
                                    size_t members_max, toc_answer_cluster *out, toc_err *err);

/* Conditions that all hold; empty spans and zeroes ask nothing. */
typedef struct toc_search {
    toc_span category, actor, role, list;
    toc_span chain;                     /* CAIP-2 */
    toc_org_id org;                     /* zeroes: any */
    toc_time issued_from, issued_until; /* half open */
    size_t limit;
} toc_search;
typedef toc_code (*toc_search_visit)(void *context, const toc_answer_claim *claim, toc_err *err);
/* Live claims only, newest issued first within an hour bucket, then claim id. */
TOC_MUST toc_code toc_query_search(toc_query *query, const toc_search *search,
                                   toc_search_visit visit, void *context, uint64_t *out_total,
                                   toc_err *err);

TOC_MUST toc_code toc_query_digest(toc_query *query, toc_progress progress, void *context,
                                   toc_answer_digest *out, toc_err *err);

#endif
