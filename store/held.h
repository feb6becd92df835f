/* store/held.h: submissions that wait for their moment, and may be recalled until then.
 * Owns:    nothing. Threads: as store/log.h.
 * Errors:  as store/log.h; EXISTS, LIMIT past TOC_HELD_MAX or TOC_HELD_BYTES_MAX. */
#ifndef TOC_STORE_HELD_H
#define TOC_STORE_HELD_H

#include "store/log.h"

typedef enum toc_held_state {
    TOC_HELD_WAITING = 0,
    TOC_HELD_LEAVING = 1, /* it is being written: too late to recall */
    TOC_HELD_FAILED = 2   /* it could not be written, `why` says why: it waits for a person */
} toc_held_state;

typedef struct toc_log_held {
    toc_draft_id id;
    toc_circle_id circle;
    toc_lane lane;
    toc_held_state state;
    uint32_t uid; /* of who submitted it */
    toc_time at, until;
    uint64_t fresh, changed, unchanged, refused; /* as it was counted when it came */
    uint64_t bytes;                              /* of its text */
    char why[TOC_ERR_TEXT_BYTES];                /* it could not be written yet; else "" */
} toc_log_held;

/* `text`: request line and frames, as in the spool; sealed under the store key. EXISTS; LIMIT. */
TOC_MUST toc_code toc_log_held_put(toc_log_txn *txn, const toc_log_held *held, toc_span text,
                                   toc_err *err);
TOC_MUST toc_code toc_log_held_get(toc_log_txn *txn, const toc_draft_id *id, toc_log_held *out,
                                   toc_err *err); /* NOT_FOUND */
TOC_MUST toc_code toc_log_held_text(toc_log_txn *txn, const toc_draft_id *id, toc_buf *out,
                                    toc_err *err);
/* State, moment and reason of one that is there. */
TOC_MUST toc_code toc_log_held_change(toc_log_txn *txn, const toc_log_held *held, toc_err *err);
TOC_MUST toc_code toc_log_held_remove(toc_log_txn *txn, const toc_draft_id *id, toc_err *err);
typedef toc_code (*toc_log_held_visit)(void *context, const toc_log_held *held, toc_err *err);
TOC_MUST toc_code toc_log_held_each(toc_log_txn *txn, toc_log_held_visit visit, void *context,
                                    toc_err *err);

#endif
