/* store/lock.h: one process at a time in a state directory: the daemon, or a tool with --direct.
 * Owns:    the lock until toc_state_unlock, or until the process ends, however it ends.
 * Threads: one. Errors: STATE (another process holds it), NOT_FOUND (no such directory), IO. */
#ifndef TOC_STORE_LOCK_H
#define TOC_STORE_LOCK_H

#include "proto/base/attrs.h"
#include "proto/base/error.h"

typedef struct toc_state_lock toc_state_lock;

/* Locks `directory`/lock (flock; made 0600 when it is missing). Does not wait. */
TOC_MUST toc_code toc_state_lock_take(const char *directory, toc_state_lock **out, toc_err *err);
void toc_state_unlock(toc_state_lock *lock); /* NULL is fine */
TOC_DEFINE_AUTO(toc_state_lock, toc_state_unlock)

#endif
