/* store/identity.h: a new org: its keys, its first card, its first officer, in a fresh log. What
 * `tocsin init` does, and what tests and the simulator make their orgs with. Threads: as the
 * transaction. Errors: as store/log.h; EXISTS when the log has an owner. */
#ifndef TOC_STORE_IDENTITY_H
#define TOC_STORE_IDENTITY_H

#include "store/log.h"

typedef struct toc_identity {
    toc_span name, kind,
        country;   /* shown on the card; what counts is what a charter says of them */
    toc_span duty; /* may be empty */
    size_t endpoint_count;
    const toc_span *endpoints; /* "tcp://host:port" where peers may dial this node */
} toc_identity;

/* Makes root, next root, sign, cosign, link, seal and officer keys (sealed under the store key),
 * and a card of serial 1 signed by the root, whose officer 1 has every scope. */
TOC_MUST toc_code toc_identity_create(toc_log_txn *txn, const toc_identity *identity, toc_time now,
                                      toc_org_id *out_org, toc_err *err);

#endif
