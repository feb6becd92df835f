/* store/care.h: whether the store is what it should be, as the line of JSON that is told of it: by
 * the node and, without it, by --direct.
 * Owns:    nothing; each function appends one line to `out`. Threads: as the query.
 * Errors:  as store/log.h; SIGNATURE for what does not add up. */
#ifndef TOC_STORE_CARE_H
#define TOC_STORE_CARE_H

#include "store/query.h"

/* The digest, by a walk over every row of the views. `progress` may be NULL, here and below. */
TOC_MUST toc_code toc_care_digest(toc_query *query, toc_progress progress, void *context,
                                  toc_buf *out, toc_err *err);
/* What the views say of themselves, against such a walk; SIGNATURE when they differ. */
TOC_MUST toc_code toc_care_check(toc_query *query, toc_progress progress, void *context,
                                 toc_buf *out, toc_err *err);
/* As toc_log_check, with how much there is and which bodies are gone. */
TOC_MUST toc_code toc_care_log_check(toc_log_txn *log, toc_progress progress, void *context,
                                     toc_buf *out, toc_err *err);
/* How much there is, and in how much room. */
TOC_MUST toc_code toc_care_stats(toc_query *query, toc_buf *out, toc_err *err);

#endif
