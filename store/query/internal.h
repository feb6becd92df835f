/* store/query/internal.h: what the queries share.
 * Owns:    answers live in the query's arena. Threads: as the query. Errors: as store/log.h. */
#ifndef TOC_STORE_QUERY_INTERNAL_H
#define TOC_STORE_QUERY_INTERNAL_H

#include "store/query.h"
#include "store/view/view.h"

toc_code toc_query_no_memory(toc_err *err);

/* The name on the org's card; empty when there is no card. */
TOC_MUST toc_code toc_query_org_name(toc_query *query, const toc_org_id *org, toc_span *out,
                                     toc_err *err);
/* The answer that a record of V gives: decoded, its bytes copied, with its author's name. */
TOC_MUST toc_code toc_query_claim(toc_query *query, const toc_claim_row *row, toc_answer_claim *out,
                                  toc_err *err);

/* The record of (feed, index), of a column's cell: whether it is the live head of its claim, and
 * then what it says, decoded into `scratch`. */
TOC_MUST toc_code toc_query_live_at(toc_query *query, uint32_t feed, uint64_t index,
                                    toc_arena *scratch, bool *out_live, toc_claim_row *out_row,
                                    toc_statement *out, toc_err *err);

/* The first cluster (RULES §6, by id, then lowest claim id) that the vertex stands in, and its
 * lowest report. NOT_FOUND when it stands in none. */
TOC_MUST toc_code toc_query_find_cluster(toc_query *query, toc_span vertex,
                                         toc_claim_id *out_lowest, toc_cluster_row *out,
                                         toc_err *err);
TOC_MUST toc_code toc_query_cluster_ref(toc_query *query, const toc_cluster_row *cluster,
                                        toc_answer_cluster_ref *out, toc_err *err);
/* Fills in all but the query of the answer about a cluster. */
TOC_MUST toc_code toc_query_list_cluster(toc_query *query, const toc_claim_id *lowest,
                                         const toc_cluster_row *cluster, size_t members_max,
                                         toc_answer_cluster *out, toc_err *err);

#endif
