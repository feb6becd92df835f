/* store/txn.h: one consistent moment (read) or one change, whole or not at all (write).
 * Owns:    a toc_txn until commit or abort; close its cursors before. Spans read in it are valid
 * until it ends or, in a write transaction, until the next write.
 * Threads: one writer at a time: a second toc_txn_begin for writing waits. A transaction is used by
 * one thread at a time (a read transaction may move between threads, a write transaction may not).
 * Keep read transactions under seconds: they pin pages.
 * Errors:  IO, FULL (map at TOC_MAP_FULL_PERCENT, or the disk), NO_MEMORY, STATE (too many
 * readers). */
#ifndef TOC_STORE_TXN_H
#define TOC_STORE_TXN_H

#include "store/env.h"

typedef struct toc_txn toc_txn;

typedef enum toc_txn_kind { TOC_TXN_READ = 0, TOC_TXN_WRITE = 1 } toc_txn_kind;

/* For writing, FULL when TOC_MAP_FULL_PERCENT of the map are in use. */
TOC_MUST toc_code toc_txn_begin(toc_env *env, toc_txn_kind kind, toc_txn **out, toc_err *err);
/* Ends it in any case. After a write in it has failed the commit fails with the same code and
 * nothing is changed. */
TOC_MUST toc_code toc_txn_commit(toc_txn *txn_take, toc_err *err);
void toc_txn_abort(toc_txn *txn_take); /* NULL is fine; ends read transactions too */
TOC_DEFINE_AUTO(toc_txn, toc_txn_abort)

/* A change of several rows broke off half-way: from now on only abort is left, and commit fails
 * with `code`. */
void toc_txn_spoil(toc_txn *txn, toc_code code);

/* Rows written and deleted in it so far. A random row dirties a page, and LMDB spills and leaks
 * past 131,071 dirty pages: whoever writes ends the transaction before (TOC_LOG_TXN_ENTRIES_MAX,
 * TOC_VIEW_TXN_ROWS_MAX). */
uint64_t toc_txn_rows(const toc_txn *txn);
bool toc_txn_writes(const toc_txn *txn);

#endif
