/* node/control_roll.h: what several commands ask of the roll. Private to node/control* and the
 * spool.
 * Owns: nothing. Threads: as the transaction. Errors: as store/log.h; USAGE, NOT_FOUND. */
#ifndef TOC_NODE_CONTROL_ROLL_H
#define TOC_NODE_CONTROL_ROLL_H

#include "node/control_args.h"
#include "proto/answer/writer.h"
#include "store/log.h"

/* The circle that argument `circle` names, by its id or by the name of a joined one; left out, the
 * only joined one. */
TOC_MUST toc_code toc_roll_circle(toc_log_txn *txn, json_t *request, toc_circle_id *out,
                                  toc_err *err);
/* The org that argument `org` names, by its id or by the name on a known card. */
TOC_MUST toc_code toc_roll_org(toc_log_txn *txn, json_t *request, toc_org_id *out, toc_err *err);
/* The org whose known card has this name. */
TOC_MUST toc_code toc_roll_org_named(toc_log_txn *txn, toc_span name, toc_org_id *out,
                                     toc_err *err);
/* One object a circle, as `status` and `circle-list` show it, handed to `take` without newline. */
typedef toc_code (*toc_roll_circle_take)(void *context, toc_span object, toc_err *err);
TOC_MUST toc_code toc_roll_circle_rows(toc_log_txn *txn, const toc_org_id *self,
                                       toc_roll_circle_take take, void *context, toc_err *err);

#endif
