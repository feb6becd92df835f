/* tests/support/forger.h: who goes on in a feed of another, with its sign key and the sender key
 * that every member has.
 * Owns:    nothing.
 * Threads: as the engine.
 * Errors:  those of the log and of sealing. */
#ifndef TOC_TESTS_SUPPORT_FORGER_H
#define TOC_TESTS_SUPPORT_FORGER_H

#include "tests/support/sim_net.h"

typedef struct toc_forgery {
    toc_feed_id feed;
    const toc_secret *sign; /* its author's */
    size_t count;
    const toc_span *records;
} toc_forgery;

/* A sim_action, its context a toc_forgery: the records stand in this node's copy of the feed, under
 * a head in the author's name, and its engine tells of them as of any others. */
TOC_MUST toc_code toc_forge(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err);

/* A wallet claim of theft that is in order whoever says it, since it quotes a list. Appended. */
TOC_MUST toc_code toc_forge_record(const toc_circle_id *circle, const toc_org_id *author,
                                   const char *address, toc_time now, toc_buf *out, toc_err *err);

#endif
