/* store/drafts.h: statements that wait for officers to approve them (docs/decisions/0084), sealed
 * at rest. What is approved is exactly what will be sealed: the bytes never change.
 * Owns:    nothing; what is read lives in the arena. Threads: as store/log.h.
 * Errors:  as store/log.h; EXISTS, LIMIT past TOC_DRAFTS_MAX. */
#ifndef TOC_STORE_DRAFTS_H
#define TOC_STORE_DRAFTS_H

#include "proto/record/approval.h"
#include "store/log.h"

/* One approval, and who brought it. */
typedef struct toc_draft_approval {
    toc_approval approval;
    uint32_t uid;
    bool by_node; /* made with the officer's key that the node keeps */
    toc_time at;
} toc_draft_approval;

typedef struct toc_log_draft {
    toc_draft_id id; /* random */
    toc_circle_id circle;
    toc_lane lane;
    uint32_t uid; /* of who submitted it; UINT32_MAX: not known */
    toc_time at, not_after;
    toc_span statement;
    size_t count;
    toc_draft_approval approvals[TOC_OFFICERS_MAX];
} toc_log_draft;

TOC_MUST toc_code toc_log_draft_put(toc_log_txn *txn, const toc_log_draft *draft, toc_err *err);
TOC_MUST toc_code toc_log_draft_get(toc_log_txn *txn, const toc_draft_id *id, toc_arena *arena,
                                    toc_log_draft *out, toc_err *err); /* NOT_FOUND */
/* Of one that is there. */
TOC_MUST toc_code toc_log_draft_change(toc_log_txn *txn, const toc_log_draft *draft, toc_err *err);
TOC_MUST toc_code toc_log_draft_remove(toc_log_txn *txn, const toc_draft_id *id, toc_err *err);
/* In order of id; each is lent until the next. The callback returns TOC_OK to go on. */
typedef toc_code (*toc_log_draft_visit)(void *context, const toc_log_draft *draft, toc_err *err);
TOC_MUST toc_code toc_log_drafts(toc_log_txn *txn, toc_log_draft_visit visit, void *context,
                                 toc_err *err);
/* Those that lapsed before `until` go. */
TOC_MUST toc_code toc_log_drafts_drop(toc_log_txn *txn, toc_time until, toc_err *err);

#endif
