#include "store/env.h"

#include <errno.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/env_internal.h"
#include "store/folder.h"

/* ---- LMDB's errors as ours ---- */

toc_code toc_env_code(int rc)
{
    switch (rc) {
    case MDB_NOTFOUND:
    case ENOENT:
        return TOC_NOT_FOUND;
    case MDB_KEYEXIST:
        return TOC_EXISTS;
    case MDB_MAP_FULL:
    case ENOSPC:
    case EDQUOT:
        return TOC_FULL;
    case MDB_TXN_FULL:
        return TOC_LIMIT;
    case ENOMEM:
        return TOC_NO_MEMORY;
    case MDB_READERS_FULL:
    case MDB_MAP_RESIZED:
    case EAGAIN:
        return TOC_STATE;
    case MDB_INVALID:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
        return TOC_MALFORMED;
    default:
        return TOC_IO;
    }
}

toc_code toc_env_fail(toc_err *err, const char *what, const char *path, int rc)
{
    if (rc == MDB_MAP_FULL)
        return toc_fail(err, TOC_FULL,
                        "%s '%s': the map is full; raise its size in the configuration", what,
                        path);
    if (rc == MDB_READERS_FULL)
        return toc_fail(err, TOC_STATE, "%s '%s': all %d reader slots are taken", what, path,
                        TOC_ENV_READERS_MAX);
    return toc_fail(err, toc_env_code(rc), "%s '%s': %s", what, path, mdb_strerror(rc));
}

/* ---- one opening a folder and process ---- */

static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static toc_env *open_list;

static bool list_add(toc_env *env)
{
    bool added = true;
    (void)pthread_mutex_lock(&open_lock);
    for (const toc_env *other = open_list; other != NULL; other = other->next)
        if (other->device == env->device && other->inode == env->inode)
            added = false;
    if (added) {
        env->next = open_list;
        open_list = env;
    }
    (void)pthread_mutex_unlock(&open_lock);
    return added;
}

static void list_remove(const toc_env *env)
{
    (void)pthread_mutex_lock(&open_lock);
    for (toc_env **link = &open_list; *link != NULL; link = &(*link)->next) {
        if (*link == env) {
            *link = env->next;
            break;
        }
    }
    (void)pthread_mutex_unlock(&open_lock);
}

static toc_code claim_folder(toc_env *env, toc_err *err)
{
    struct stat folder;
    if (stat(env->path, &folder) != 0)
        return toc_folder_fail(err, "open store", env->path, errno);
    env->device = folder.st_dev;
    env->inode = folder.st_ino;
    if (!list_add(env))
        return toc_fail(err, TOC_STATE, "the store '%s' is open in this process already",
                        env->path);
    return TOC_OK;
}

/* ---- open and close ---- */

static int env_new(const char *path, const toc_env_options *options, toc_env **out)
{
    TOC_ASSERT(options->table_count > 0 && options->table_count <= TOC_ENV_TABLES_MAX);
    TOC_AUTO(toc_env_close) toc_env *env = calloc(1, sizeof *env);
    if (env == NULL)
        return ENOMEM;
    int rc = mdb_env_create(&env->mdb);
    if (rc != 0)
        return rc;
    env->path = strdup(path);
    if (env->path == NULL)
        return ENOMEM;
    env->map_bytes = options->map_bytes == 0 ? TOC_ENV_MAP_BYTES : options->map_bytes;
    env->map_bytes = (env->map_bytes + 0xFFFF) & ~UINT64_C(0xFFFF); /* whole pages of any size */
    env->table_count = options->table_count;
    for (size_t i = 0; i < options->table_count; i++)
        env->tables[i] = options->tables[i];
    *out = env;
    env = NULL; /* transferred */
    return 0;
}

void toc_env_close(toc_env *env)
{
    if (env == NULL)
        return;
    if (env->mdb != NULL)
        mdb_env_close(env->mdb);
    list_remove(env);
    free(env->path);
    free(env);
}

static int open_map(toc_env *env, const toc_env_options *options)
{
    unsigned flags =
        MDB_NOTLS | (options->sync ? 0 : MDB_NOSYNC) | (options->may_undo ? MDB_NOMETASYNC : 0);
    int rc = mdb_env_set_maxdbs(env->mdb, TOC_ENV_TABLES_MAX);
    if (rc == 0)
        rc = mdb_env_set_maxreaders(env->mdb, TOC_ENV_READERS_MAX);
    if (rc == 0)
        rc = mdb_env_set_mapsize(env->mdb, env->map_bytes);
    if (rc == 0)
        rc = mdb_env_open(env->mdb, env->path, flags, 0600);
    MDB_stat stat;
    if (rc == 0)
        rc = mdb_env_stat(env->mdb, &stat);
    if (rc == 0)
        env->page_bytes = stat.ms_psize;
    return rc;
}

/* The handles stay valid after the transaction that opened them has been committed. */
static int open_tables(toc_env *env, bool create)
{
    MDB_txn *txn = NULL;
    int rc = mdb_txn_begin(env->mdb, NULL, create ? 0 : MDB_RDONLY, &txn);
    if (rc != 0)
        return rc;
    for (size_t i = 0; i < env->table_count && rc == 0; i++)
        rc = mdb_dbi_open(txn, env->tables[i], create ? MDB_CREATE : 0, &env->dbis[i]);
    if (rc == 0)
        return mdb_txn_commit(txn);
    mdb_txn_abort(txn);
    return rc;
}

toc_code toc_env_open(const char *path, const toc_env_options *options, toc_env **out, toc_err *err)
{
    TOC_AUTO(toc_env_close) toc_env *env = NULL;
    int rc = env_new(path, options, &env);
    if (rc != 0)
        return toc_env_fail(err, "open store", path, rc);
    TOC_TRY(claim_folder(env, err));
    rc = open_map(env, options);
    if (rc != 0)
        return toc_env_fail(err, "open store", path, rc);
    TOC_TRY(toc_env_clear_readers(env, NULL, err));
    /* Looking first: a reader's tool must not wait for a node that is writing. */
    rc = open_tables(env, false);
    if (rc == MDB_NOTFOUND)
        rc = open_tables(env, true);
    if (rc != 0)
        return toc_env_fail(err, "open the tables of store", path, rc);
    *out = env;
    env = NULL; /* transferred */
    return TOC_OK;
}

toc_code toc_env_create(const char *path, const toc_env_options *options, toc_err *err)
{
    TOC_AUTO(toc_folder_discard) toc_folder folder = {0};
    TOC_TRY(toc_folder_begin(path, &folder, err));
    toc_env *env = NULL;
    toc_env_options durable = *options;
    durable.sync = true;
    durable.may_undo = false;
    TOC_TRY(toc_env_open(folder.draft, &durable, &env, err));
    toc_env_close(env);
    return toc_folder_finish(&folder, err);
}

toc_code toc_env_remove(const char *path, toc_err *err)
{
    return toc_folder_remove(path, err);
}

/* ---- care ---- */

toc_code toc_env_sync(toc_env *env, toc_err *err)
{
    int rc = mdb_env_sync(env->mdb, 1);
    if (rc == 0)
        return TOC_OK;
    atomic_store(&env->broken, true);
    return toc_env_fail(err, "sync store", env->path, rc);
}

toc_code toc_env_set_sync(toc_env *env, bool sync, toc_err *err)
{
    int rc = mdb_env_set_flags(env->mdb, MDB_NOSYNC, sync ? 0 : 1);
    return rc == 0 ? TOC_OK : toc_env_fail(err, "set the sync of store", env->path, rc);
}

toc_code toc_env_clear_readers(toc_env *env, uint32_t *out_cleared, toc_err *err)
{
    int dead = 0;
    int rc = mdb_reader_check(env->mdb, &dead);
    if (rc != 0)
        return toc_env_fail(err, "check the readers of store", env->path, rc);
    if (out_cleared != NULL)
        *out_cleared = (uint32_t)dead;
    return TOC_OK;
}

/* Each row of LMDB's own free list is a count and as many page numbers. */
static int count_free(MDB_txn *txn, uint64_t *out_pages)
{
    MDB_cursor *cursor = NULL;
    int rc = mdb_cursor_open(txn, 0, &cursor);
    if (rc != 0)
        return rc;
    uint64_t pages = 0;
    MDB_val key, value;
    while ((rc = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) == 0) {
        size_t count = 0;
        if (value.mv_size >= sizeof count)
            memcpy(&count, value.mv_data, sizeof count);
        pages += count;
    }
    mdb_cursor_close(cursor);
    *out_pages = pages;
    return rc == MDB_NOTFOUND ? 0 : rc;
}

/* LMDB shows its free list to read transactions only. */
toc_code toc_env_free_bytes(toc_env *env, uint64_t *out, toc_err *err)
{
    MDB_txn *txn = NULL;
    uint64_t pages = 0;
    int rc = mdb_txn_begin(env->mdb, NULL, MDB_RDONLY, &txn);
    if (rc == 0) {
        rc = count_free(txn, &pages);
        mdb_txn_abort(txn);
    }
    if (rc != 0)
        return toc_env_fail(err, "read the free pages of store", env->path, rc);
    *out = pages * env->page_bytes;
    return TOC_OK;
}

uint64_t toc_env_file_bytes(const toc_env *env)
{
    MDB_envinfo info = {0};
    (void)mdb_env_info(env->mdb, &info); /* fails for NULL only */
    return (info.me_last_pgno + 1) * (uint64_t)env->page_bytes;
}

toc_code toc_env_usage_of(toc_env *env, toc_env_usage *out, toc_err *err)
{
    uint64_t free_bytes = 0;
    TOC_TRY(toc_env_free_bytes(env, &free_bytes, err));
    MDB_envinfo info = {0};
    (void)mdb_env_info(env->mdb, &info);
    *out = (toc_env_usage){.map_bytes = info.me_mapsize,
                           .file_bytes = toc_env_file_bytes(env),
                           .free_bytes = free_bytes,
                           .row_operations = atomic_load(&env->row_operations),
                           .readers = info.me_numreaders};
    return TOC_OK;
}

toc_code toc_env_copy(toc_env *env, const char *path, toc_err *err)
{
    TOC_AUTO(toc_folder_discard) toc_folder folder = {0};
    TOC_TRY(toc_folder_begin(path, &folder, err));
    int rc = mdb_env_copy2(env->mdb, folder.draft, MDB_CP_COMPACT);
    if (rc != 0)
        return toc_env_fail(err, "copy the store to", path, rc);
    return toc_folder_finish(&folder, err);
}

const char *toc_env_path(const toc_env *env)
{
    return env->path;
}
