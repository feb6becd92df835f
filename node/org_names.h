/* node/org_names.h: which orgs the drafts of one submission are for: those told by name get their
 * ids (proto/format/audience.h), and every one of them must be known here.
 * Owns:    nothing; a plain value.
 * Threads: as the transaction.
 * Errors:  NOT_FOUND, USAGE (a name that several orgs have). */
#ifndef TOC_NODE_ORG_NAMES_H
#define TOC_NODE_ORG_NAMES_H

#include "proto/record/record.h"
#include "store/log.h"

/* An org told by its name: found, or why not. */
typedef struct toc_named_org {
    toc_org_id stand_in, org;
    toc_err why; /* TOC_OK: `org` is it */
} toc_named_org;

typedef struct toc_org_names {
    size_t count;
    toc_named_org orgs[TOC_AUDIENCE_NAMES_MAX];
} toc_org_names;

/* Looks the next name up. LIMIT past TOC_AUDIENCE_NAMES_MAX. */
TOC_MUST toc_code toc_org_names_add(toc_org_names *audience, toc_log_txn *txn, toc_span name,
                                    toc_err *err);
/* Puts the orgs of a draft into place. NOT_FOUND for one that no card is held of. */
TOC_MUST toc_code toc_org_names_resolve(const toc_org_names *audience, toc_log *log,
                                        toc_arena *arena, toc_statement *draft, toc_err *err);

#endif
