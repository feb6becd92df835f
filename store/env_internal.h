/* store/env_internal.h: what env.c, txn.c and table.c share; nobody else includes it.
 * LMDB's types are only named here, so that lmdb.h stays in those three files. */
#ifndef TOC_STORE_ENV_INTERNAL_H
#define TOC_STORE_ENV_INTERNAL_H

#include <stdatomic.h>
#include <sys/types.h>

#include "store/table.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

struct toc_env {
    char *path;
    struct MDB_env *mdb;
    uint64_t map_bytes;
    uint32_t page_bytes;
    size_t table_count;
    const char *tables[TOC_ENV_TABLES_MAX]; /* lent by the caller: literals */
    unsigned int dbis[TOC_ENV_TABLES_MAX];
    _Atomic uint64_t row_operations;
    atomic_bool broken; /* a sync failed: what is on the disk is not known any more */
    dev_t device;       /* with inode: the folder, for the list of open ones */
    ino_t inode;
    toc_env *next;
};

struct toc_txn {
    toc_env *env;
    struct MDB_txn *mdb;
    toc_txn_kind kind;
    uint64_t rows;
    toc_code failed; /* the first write that failed for good; TOC_OK: none */
};

/* A return value of LMDB as a failure: "open store '/x': <LMDB's words>". */
toc_code toc_env_fail(toc_err *err, const char *what, const char *path, int rc);
toc_code toc_env_code(int rc);
/* Bytes of pages that were ever used, and of those that no row uses now. */
uint64_t toc_env_file_bytes(const toc_env *env);
TOC_MUST toc_code toc_env_free_bytes(toc_env *env, uint64_t *out, toc_err *err);

#endif
