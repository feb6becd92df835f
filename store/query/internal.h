/* store/query/internal.h: what the queries share.
 * Owns:    answers live in the query's arena. Threads: as the query. Errors: as store/log.h. */
#ifndef TOC_STORE_QUERY_INTERNAL_H
#define TOC_STORE_QUERY_INTERNAL_H

#include "store/query.h"
#include "store/view/gather.h"
#include "store/view/view.h"

toc_code toc_query_no_memory(toc_err *err);
/* forked.c: what a fork disputes of the wallet. */
TOC_MUST toc_code toc_query_forked(toc_query *query, toc_dossier *out, toc_err *err);
/* The same of the movements and sightings in these transactions, or by these flow ids. */
TOC_MUST toc_code toc_query_forked_moves(toc_query *query, const toc_place *asked, size_t count,
                                         toc_answer_transfers *out, toc_err *err);

/* The name on the org's card; empty when there is no card. */
TOC_MUST toc_code toc_query_org_name(toc_query *query, const toc_org_id *org, toc_span *out,
                                     toc_err *err);
/* The answer that a head of V gives: decoded, its bytes copied, with its author's name and what it
 * stands on. Moves the shared cursors. */
TOC_MUST toc_code toc_query_claim(toc_query *query, const toc_claim_row *row, toc_answer_claim *out,
                                  toc_err *err);

/* The live heads filed under what begins with `prefix`, in order of subject and claim, in the
 * query's arena. */
typedef struct toc_found_head {
    struct toc_found_head *next;
    toc_claim_row row; /* in the map: nothing is written in a reader's transaction */
} toc_found_head;
TOC_MUST toc_code toc_query_heads(toc_query *query, toc_span prefix, toc_found_head **out,
                                  toc_err *err);

/* The record of (feed, index), of a column's cell: whether it is the live head of its claim, and
 * then what it says, decoded into `scratch`. */
TOC_MUST toc_code toc_query_live_at(toc_query *query, uint32_t feed, uint64_t index,
                                    toc_arena *scratch, bool *out_live, toc_claim_row *out_row,
                                    toc_statement *out, toc_err *err);

/* unapproved.c: what too few officers approved, of the dossier's wallet. */
TOC_MUST toc_code toc_query_unapproved(toc_query *query, toc_dossier *out, toc_err *err);

/* ---- beside.c: what stands beside the claims of a dossier (RULES §5, §9) ---- */

typedef struct toc_beside {
    toc_query *query;
    const toc_wallet *wallet;
    toc_dossier *out;
    size_t notice_count; /* those of the vertex without a tag, and with the tag asked for */
    toc_answer_notice *notices;
    size_t dispute_count, reply_count, inquiry_count; /* of anything filed in the range */
    toc_answer_claim *disputes, *replies, *inquiries;
    size_t exact_notices; /* about exactly this wallet and tag */
    bool covered;         /* by something without a tag that has effect: its whole vertex */
    bool accused, vertex_accused;
} toc_beside;
/* `counts`: live heads of the vertex by kind. */
TOC_MUST toc_code toc_beside_begin(toc_beside *beside, toc_query *query, const toc_wallet *wallet,
                                   const size_t counts[TOC_RECORD_LAST + 1], toc_dossier *out,
                                   toc_err *err);
/* A live head of the vertex, of another kind than wallet. */
TOC_MUST toc_code toc_beside_add(toc_beside *beside, const toc_claim_row *row, toc_err *err);
/* After all were added: which notices have effect. */
TOC_MUST toc_code toc_beside_weigh(toc_beside *beside, toc_err *err);
/* After weighing: whether wallet claims of twins can make a notice contested, and a claim that may.
 */
static inline bool toc_beside_asks(const toc_beside *beside)
{
    return beside->covered && !beside->vertex_accused;
}
void toc_beside_accuse(toc_beside *beside, const toc_answer_claim *claim);
/* Once the dossier has its claims: fills in the rest of it. */
TOC_MUST toc_code toc_beside_end(toc_beside *beside, toc_err *err);

/* ---- transfer.c ---- */

/* The movement filed under the subject of a place: its versions, what adds nothing, its disputes.
 * NOT_FOUND when no live transfer claim is filed there. */
TOC_MUST toc_code toc_query_movement(toc_query *query, const toc_subject *place,
                                     toc_answer_movement *out, toc_err *err);
/* Those of a transaction, by a place without an index; all but the query of the answer. */
TOC_MUST toc_code toc_query_transaction(toc_query *query, const toc_place *whole,
                                        toc_answer_transfers *out, toc_err *err);
/* The movements of a wallet, into its dossier (moves.c). */
TOC_MUST toc_code toc_query_moves(toc_query *query, toc_dossier *out, toc_err *err);

/* timeline.c: the clusters of the wallets that an answer lists, and what happened when. */
TOC_MUST toc_code toc_query_timeline(toc_query *query, toc_answer_incidents *out, toc_err *err);

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

/* At most `max` members, of the wallets that these reports name. */
TOC_MUST toc_code toc_query_list_members(toc_query *query, const toc_claim_id *reports,
                                         size_t count, size_t max, toc_wallet **out,
                                         size_t *out_count, toc_err *err);

/* ---- trust.c ---- */

typedef struct toc_trust toc_trust;
void toc_trust_free(toc_trust *trust); /* NULL is fine */
TOC_DEFINE_AUTO(toc_trust, toc_trust_free)
void toc_trust_weigh(const toc_trust *trust, toc_answer_claim *claim);

/* ---- around.c: the neighbourhood of some reports, gathered and joined anew ---- */

typedef struct toc_around {
    toc_arena *scratch;
    toc_reports reports;
    toc_gathering gathering;
    toc_joined joined;
} toc_around;
TOC_MUST toc_code toc_around_begin(toc_around *around, toc_query *query, toc_err *err);
void toc_around_wipe(toc_around *around); /* fine on zeroes */
TOC_DEFINE_AUTO_WIPE(toc_around, toc_around_wipe)
/* From here on, or as if this one were not live. */
TOC_MUST toc_code toc_around_seed(toc_around *around, const toc_claim_id *report, toc_err *err);
TOC_MUST toc_code toc_around_leave(toc_around *around, const toc_claim_id *report, toc_err *err);
/* After all seeds. LIMIT past TOC_AROUND_PAIRS_MAX. */
TOC_MUST toc_code toc_around_join(toc_around *around, toc_err *err);
/* The place of a report among those that join. */
bool toc_around_find(const toc_around *around, const toc_claim_id *report, uint32_t *out);

/* ---- behind.c: links, disputes, and what these would take away. All but `examined` ---- */
TOC_MUST toc_code toc_query_behind(toc_query *query, toc_answer_cluster *out, toc_err *err);

/* ---- overlay.c: what this node's own decisions make of the cluster of a wallet ---- */
TOC_MUST toc_code toc_query_overlay(toc_query *query, const toc_wallet *wallet, size_t members_max,
                                    toc_answer_cluster *out, toc_err *err);

#endif
