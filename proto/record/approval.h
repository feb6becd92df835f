/* proto/record/approval.h: officers' signatures over a statement (PROTOCOL §2): a record is the
 * exact bytes of a statement and the approvals of it. Every function takes the statement and hashes
 * it itself: no digest is ever handed in, so that nobody signs what he does not hold.
 * Owns:    nothing; what is read lives in the arena or in the record.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT. */
#ifndef TOC_PROTO_RECORD_APPROVAL_H
#define TOC_PROTO_RECORD_APPROVAL_H

#include "proto/base/arena.h"
#include "proto/base/buf.h"
#include "proto/crypto/sign.h"
#include "proto/feed/feed.h"

typedef enum toc_decision { TOC_DECISION_APPROVED = 1, TOC_DECISION_REJECTED = 2 } toc_decision;

typedef struct toc_approval {
    toc_verify_key officer;
    toc_draft_id draft;
    toc_time not_after; /* sealed later it counts no more */
    toc_decision decision;
    toc_signature signature;
} toc_approval;

/* Signs, with the other fields of *out as they stand: "tocsin/approval/1\n" ‖ circle ‖ org ‖ draft
 * ‖ not after u64 ms ‖ decision u8 ‖ SHA-256(statement). Fills in officer and signature. */
void toc_approval_sign(toc_span statement, const toc_circle_id *circle, const toc_org_id *org,
                       const toc_secret *officer, toc_approval *out);
/* Whether the key that it names signed that. */
bool toc_approval_verify(const toc_approval *approval, toc_span statement,
                         const toc_circle_id *circle, const toc_org_id *org);

/* The parts of a record, byte for byte as its author made them; what the statement says is
 * toc_record_decode's. */
TOC_MUST toc_code toc_record_open(toc_span record, toc_arena *arena, toc_span *out_statement,
                                  const toc_approval **out, size_t *out_count, toc_err *err);
/* Appends the record of a statement and its approvals. */
TOC_MUST toc_code toc_record_join(toc_span statement, const toc_approval *approvals, size_t count,
                                  toc_buf *out, toc_err *err);

#endif
