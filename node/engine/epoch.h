/* node/engine/epoch.h: to whom an epoch's sender key was granted.
 * Owns:    nothing.
 * Threads: as the transaction.
 * Errors:  none; what is not held is not known. */
#ifndef TOC_NODE_ENGINE_EPOCH_H
#define TOC_NODE_ENGINE_EPOCH_H

#include "store/log.h"

typedef enum toc_granted {
    TOC_GRANTED_UNKNOWN, /* no grant of this epoch has come, or not its charter */
    TOC_GRANTED_NO,      /* by a charter in which the org does not read */
    TOC_GRANTED_YES
} toc_granted;

/* Was `org` among the readers whom this epoch's own grants were written to? Walks the keys lane
 * back; the lane of the name is not looked at. */
toc_granted toc_epoch_granted(toc_log_txn *txn, const toc_feed_name *name, uint32_t epoch,
                              const toc_org_id *org, toc_arena *arena);

#endif
