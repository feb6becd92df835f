/* store/memo.h: what happened to a circle lately, kept for the people who run the node (decision
 * 0097): it is told by `status` and `circle show`, and no rule reads it.
 * Owns: nothing. Threads: as the transaction. Errors: as store/log.h; NOT_FOUND: nothing is kept.
 */
#ifndef TOC_STORE_MEMO_H
#define TOC_STORE_MEMO_H

#include "store/log.h"

/* Until about when this org, a new reader itself, is given no keys: as far as it can know, for each
 * member counts from when its own node took the charter. */
TOC_MUST toc_code toc_memo_wait_put(toc_log_txn *txn, const toc_circle_id *circle, toc_time until,
                                    toc_err *err);
TOC_MUST toc_code toc_memo_wait(toc_log_txn *txn, const toc_circle_id *circle, toc_time *out_until,
                                toc_err *err);
/* OK where there is none. */
TOC_MUST toc_code toc_memo_wait_drop(toc_log_txn *txn, const toc_circle_id *circle, toc_err *err);

/* The last time that a charter which had been declined here was chosen after all. */
typedef struct toc_memo_choice {
    toc_time at;
    toc_charter_hash chosen, left; /* `left` was followed until then */
} toc_memo_choice;
TOC_MUST toc_code toc_memo_choice_put(toc_log_txn *txn, const toc_circle_id *circle,
                                      const toc_memo_choice *choice, toc_err *err);
TOC_MUST toc_code toc_memo_choice_get(toc_log_txn *txn, const toc_circle_id *circle,
                                      toc_memo_choice *out, toc_err *err);

#endif
