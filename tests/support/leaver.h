/* tests/support/leaver.h: an org is removed from a circle by the one admin it has.
 * Owns: nothing.
 * Threads: the test's.
 * Errors: those of the engine. */
#ifndef TOC_TESTS_SUPPORT_LEAVER_H
#define TOC_TESTS_SUPPORT_LEAVER_H

#include "node/engine/engine.h"

/* The next version of the charter is without `org`, closes its feeds, and is in force. */
TOC_MUST toc_code toc_leaver_remove(toc_engine *engine, toc_log_txn *txn,
                                    const toc_circle_id *circle, const toc_org_id *org, toc_now now,
                                    toc_err *err);

#endif
