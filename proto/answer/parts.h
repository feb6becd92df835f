/* proto/answer/parts.h: pieces that several answers have in common.
 * Threads: pure. */
#ifndef TOC_PROTO_ANSWER_PARTS_H
#define TOC_PROTO_ANSWER_PARTS_H

#include "proto/answer/answer.h"
#include "proto/answer/writer.h"

/* A claim without its brackets, for what has more to say of it. */
void toc_json_claim_members(toc_json *json, const toc_answer_claim *claim);
/* What a statement says, without its brackets: kind to note. */
void toc_json_statement_members(toc_json *json, const toc_statement *statement);
void toc_json_claims(toc_json *json, const char *key, const toc_answer_claim *claims, size_t count);
/* Of kinds 5 to 14. */
void toc_json_other_body(toc_json *json, const toc_statement *statement);
void toc_json_amounts(toc_json *json, const char *key, const toc_amount *amounts, size_t count);
/* null when it has no chain */
void toc_json_place(toc_json *json, const char *key, const toc_place *place);
void toc_json_incident_ref(toc_json *json, const char *key, const toc_incident_ref *incident);
/* forked, forked_total, forks */
void toc_json_forked(toc_json *json, const toc_answer_in_dispute *all);
/* An item of a list. */
void toc_json_fork(toc_json *json, const toc_answer_fork *fork);
/* disputes, clearances, notices, attributions, sightings, inquiries, service, contested */
void toc_json_beside(toc_json *json, const toc_dossier *dossier);
void toc_json_disputes(toc_json *json, const toc_answer_dispute *disputes, size_t count);
/* moves, move_total, moves_partial */
void toc_json_moves(toc_json *json, const toc_dossier *dossier);
/* from, to (at most `max` of each), asset, amount, base_units, decimals */
void toc_json_transfer_head(toc_json *json, const toc_transfer_body *body, size_t max);
/* query, found, subject, canonical, caip10, chain, tag, score */
void toc_json_dossier_head(toc_json *json, const toc_dossier *dossier);
/* null when there is none */
void toc_json_cluster_ref(toc_json *json, const char *key, const toc_answer_cluster_ref *ref);
void toc_json_org(toc_json *json, const toc_org_id *org, toc_span name);
void toc_json_error_object(toc_json *json, const char *key, const toc_err *error);

#endif
