/* proto/rules/services.h: wallets that are services from the beginning (docs/RULES.md §9): burn and
 * null addresses, precompiles and system accounts. Real lists call 0x000…000 malicious.
 * Owns:    nothing; static storage.
 * Threads: pure.
 * Errors:  none. */
#ifndef TOC_PROTO_RULES_SERVICES_H
#define TOC_PROTO_RULES_SERVICES_H

#include "proto/address/wallet.h"

typedef struct toc_service {
    const char *chain;   /* symbol */
    const char *address; /* canonical spelling there */
    const char *role;    /* a service role: "burn" or "precompile" */
    const char *name;    /* for people */
    toc_subject subject; /* what the address is */
} toc_service;

/* The service whose vertex is that of the subject, so key twins are covered too: the null address
 * of TRON is that of EVM. NULL when there is none. */
const toc_service *toc_service_find(const toc_subject *subject);
/* The same, of a vertex. */
const toc_service *toc_service_of_vertex(toc_span vertex);
const toc_service *toc_service_at(size_t index); /* NULL past the end */

#endif
