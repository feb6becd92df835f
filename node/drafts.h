/* node/drafts.h: what officers do to the drafts that wait for them: approve, reject. With enough
 * approvals the record is written.
 * Owns:    nothing; drafts are in the log. Threads: any.
 * Errors:  NOT_FOUND, DENIED (who may not, or does not count), EXISTS (approved already), STATE
 * (lapsed, overtaken), SIGNATURE (something else was shown), as the writer's. */
#ifndef TOC_NODE_DRAFTS_H
#define TOC_NODE_DRAFTS_H

#include "node/writer.h"
#include "proto/rules/approval.h"

/* How the approvals of a draft stand at a moment, by the own card and the charter in force. */
TOC_MUST toc_code toc_drafts_judge(toc_log_txn *txn, const toc_org_id *org,
                                   const toc_log_draft *draft, toc_time now, toc_arena *arena,
                                   toc_approval_verdict *out, toc_err *err);

typedef struct toc_draft_decision {
    toc_draft_id id;
    toc_decision decision;
    uint32_t uid;   /* of who brings it */
    bool by_node;   /* sign with the officer's key that the node keeps, for an admin */
    toc_hash shown; /* by_node: SHA-256 of the statement that he was shown */
    toc_verify_key officer;
    toc_signature signature; /* else: made by the officer's tool */
} toc_draft_decision;

typedef struct toc_draft_result {
    toc_circle_id circle;
    uint32_t officer, needed, counted;
    bool written; /* there were enough */
    toc_record_id record;
} toc_draft_result;

/* Two persons are two users of the machine: who approved with the node's key brings no other
 * approval of the draft, and the other way round. */
TOC_MUST toc_code toc_drafts_decide(toc_node *node, toc_writer *writer,
                                    const toc_draft_decision *decision, toc_draft_result *out,
                                    toc_err *err);

#endif
