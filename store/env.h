/* store/env.h: one LMDB environment: a folder with a fixed list of tables (docs/ARCHITECTURE: the
 * store).
 *
 * The traps of LMDB 0.9.24 that are closed here, so that nobody above has to know them: the first
 * creation is atomic (temporary folder, sync, rename); the map is reserved whole; no DUPSORT, no
 * WRITEMAP; readers are bound to their transaction and not to a thread; readers that died are
 * cleared; writing stops at TOC_MAP_FULL_PERCENT, because a full map cannot even delete; one
 * process opens a folder once (a second opening would drop the locks of the first); after a sync
 * that failed nothing is written any more.
 * Owns:    a toc_env until close; end every transaction before.
 * Threads: any number may begin transactions; open and close by one. Not to be used across fork.
 * Errors:  IO, FULL, NOT_FOUND (no such folder), EXISTS, STATE (open already in this process),
 * NO_MEMORY, MALFORMED (the files are no environment of this kind). */
#ifndef TOC_STORE_ENV_H
#define TOC_STORE_ENV_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"
#include "proto/base/limits.h"
#include "proto/base/span.h"

typedef struct toc_env toc_env;

enum { TOC_ENV_TABLES_MAX = 32, TOC_ENV_READERS_MAX = 1024 };
#define TOC_ENV_MAP_BYTES (UINT64_C(64) << 30) /* address space, not disk: reserved at once */

typedef struct toc_env_options {
    const char *const
        *tables;        /* names; the position of a name is the table's number from then on */
    size_t table_count; /* at most TOC_ENV_TABLES_MAX */
    uint64_t map_bytes; /* 0: TOC_ENV_MAP_BYTES; rounded up to whole pages */
    bool sync;          /* a commit is an fsync; toc_env_set_sync changes it */
    bool may_undo; /* a crash of the machine may undo the last commit: one fsync instead of two */
} toc_env_options;

/* Makes the folder `path` (0700) with empty tables, in `path`.new, synced and renamed: it is there
 * whole or not at all. What a creation that died left behind is removed. EXISTS when `path` is
 * there. */
TOC_MUST toc_code toc_env_create(const char *path, const toc_env_options *options, toc_err *err);
/* Tables that are missing (of an older version) are created. NOT_FOUND when `path` is not there. */
TOC_MUST toc_code toc_env_open(const char *path, const toc_env_options *options, toc_env **out,
                               toc_err *err);
void toc_env_close(toc_env *env); /* NULL is fine */
TOC_DEFINE_AUTO(toc_env, toc_env_close)
/* Removes the folder and what LMDB keeps in it; nothing there is fine. It must not be open
 * anywhere. */
TOC_MUST toc_code toc_env_remove(const char *path, toc_err *err);

/* Writes everything committed so far through to the disk, whatever the sync setting. */
TOC_MUST toc_code toc_env_sync(toc_env *env, toc_err *err);
/* Whether later commits are durable when they return. Between write transactions only. Turning it
 * on syncs nothing: call toc_env_sync. */
TOC_MUST toc_code toc_env_set_sync(toc_env *env, bool sync, toc_err *err);

/* Frees the slots of readers whose process is gone; they pin pages. Done at open and when the map
 * is full. */
TOC_MUST toc_code toc_env_clear_readers(toc_env *env, uint32_t *out_cleared, toc_err *err);

typedef struct toc_env_usage {
    uint64_t map_bytes;
    uint64_t file_bytes;     /* the pages ever used: the size of data.mdb */
    uint64_t free_bytes;     /* of those, free for reuse */
    uint64_t row_operations; /* rows written and deleted by committed transactions since the
                                environment was opened */
    uint32_t readers;        /* slots taken */
} toc_env_usage;
TOC_MUST toc_code toc_env_usage_of(toc_env *env, toc_env_usage *out, toc_err *err);

/* A compacted copy into the new folder `path` (made here, whole or not at all), without stopping
 * the writer. */
TOC_MUST toc_code toc_env_copy(toc_env *env, const char *path, toc_err *err);

const char *toc_env_path(const toc_env *env);

#endif
