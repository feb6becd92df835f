/* node/control_forks.h: the forks of an org as answers list them. Private to node/control*.
 * Owns:    nothing.
 * Threads: as the transaction.
 * Errors:  as store/log.h. */
#ifndef TOC_NODE_CONTROL_FORKS_H
#define TOC_NODE_CONTROL_FORKS_H

#include "proto/answer/writer.h"
#include "store/log.h"

/* Appends the member `forks` (proto/control/README.md): those of one org (NULL: of none), in one
 * circle or (NULL) in any, in order of feed id, the suspected ones last. */
TOC_MUST toc_code toc_forks_list(toc_json *json, toc_log_txn *txn, const toc_org_id *org,
                                 const toc_circle_id *circle, toc_arena *arena, toc_err *err);

#endif
