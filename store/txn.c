#include "store/txn.h"

#include <errno.h>
#include <lmdb.h>
#include <stdlib.h>

#include "store/env_internal.h"

/* Pages once used stay in the file; those on the free list count as room again. Looking at that
 * list costs, so it is done beyond the limit only. */
static toc_code refuse_full(toc_env *env, toc_err *err)
{
    uint64_t limit = env->map_bytes / 100 * TOC_MAP_FULL_PERCENT;
    uint64_t used = toc_env_file_bytes(env), free_bytes = 0;
    if (used < limit)
        return TOC_OK;
    TOC_TRY(toc_env_clear_readers(env, NULL, err));
    TOC_TRY(toc_env_free_bytes(env, &free_bytes, err));
    if (free_bytes >= used || used - free_bytes < limit)
        return TOC_OK;
    return toc_fail(err, TOC_FULL,
                    "store '%s': %llu of %llu bytes of the map are in use, and nothing is written "
                    "beyond %u %%; raise the map's size in the configuration",
                    env->path, (unsigned long long)(used - free_bytes),
                    (unsigned long long)env->map_bytes, TOC_MAP_FULL_PERCENT);
}

static toc_code refuse_broken(const toc_env *env, toc_err *err)
{
    if (!atomic_load(&env->broken))
        return TOC_OK;
    return toc_fail(err, TOC_IO,
                    "store '%s': an earlier sync failed, so nothing more is written; look at the "
                    "disk, start again and run a check",
                    env->path);
}

toc_code toc_txn_begin(toc_env *env, toc_txn_kind kind, toc_txn **out, toc_err *err)
{
    if (kind == TOC_TXN_WRITE) {
        TOC_TRY(refuse_broken(env, err));
        TOC_TRY(refuse_full(env, err));
    }
    TOC_AUTO(toc_txn_abort) toc_txn *txn = calloc(1, sizeof *txn);
    if (txn == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "store '%s': no memory for a transaction", env->path);
    txn->env = env;
    txn->kind = kind;
    int rc = mdb_txn_begin(env->mdb, NULL, kind == TOC_TXN_READ ? MDB_RDONLY : 0, &txn->mdb);
    if (rc != 0)
        return toc_env_fail(err, "begin a transaction of store", env->path, rc);
    *out = txn;
    txn = NULL; /* transferred */
    return TOC_OK;
}

void toc_txn_abort(toc_txn *txn)
{
    if (txn == NULL)
        return;
    if (txn->mdb != NULL)
        mdb_txn_abort(txn->mdb);
    free(txn);
}

/* LMDB thinks that a failed sync can be tried again; the kernel may have thrown the pages away by
 * then. */
static bool leaves_doubt(int rc)
{
    toc_code code = toc_env_code(rc);
    return rc != 0 && code != TOC_FULL && code != TOC_NO_MEMORY;
}

toc_code toc_txn_commit(toc_txn *txn_take, toc_err *err)
{
    TOC_AUTO(toc_txn_abort) toc_txn *txn = txn_take;
    toc_env *env = txn->env;
    if (txn->failed != TOC_OK)
        return toc_fail(err, txn->failed,
                        "commit to store '%s': a write of this transaction failed before",
                        env->path);
    int rc = mdb_txn_commit(txn->mdb);
    txn->mdb = NULL; /* LMDB frees it in any case */
    if (leaves_doubt(rc))
        atomic_store(&env->broken, true);
    if (rc != 0)
        return toc_env_fail(err, "commit to store", env->path, rc);
    atomic_fetch_add(&env->row_operations, txn->rows);
    return TOC_OK;
}

void toc_txn_spoil(toc_txn *txn, toc_code code)
{
    TOC_ASSERT(code != TOC_OK);
    if (txn->failed == TOC_OK)
        txn->failed = code;
}

uint64_t toc_txn_rows(const toc_txn *txn)
{
    return txn->rows;
}

bool toc_txn_writes(const toc_txn *txn)
{
    return txn->kind == TOC_TXN_WRITE;
}
