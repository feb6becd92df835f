/* tools/store.h: the store opened without the node, for the service user while the node is stopped.
 * Owns: the lock of the state directory, the log, the views. Threads: one. Errors: STATE while the
 * node runs; SEALED for another passphrase. */
#ifndef TOC_TOOLS_STORE_H
#define TOC_TOOLS_STORE_H

#include "store/lock.h"
#include "store/views.h"
#include "tools/cli.h"

typedef struct toc_direct_store {
    toc_config config;
    toc_state_lock *lock;
    toc_log *log;
    toc_views *views; /* NULL unless asked for */
} toc_direct_store;

/* `request` is written into the audit first: the whole of it, with its `command`. */
TOC_MUST toc_code toc_direct_open(const toc_cli *cli, toc_span command, toc_span request,
                                  bool views, toc_direct_store *out, toc_err *err);
void toc_direct_close(toc_direct_store *store);
TOC_DEFINE_AUTO_WIPE(toc_direct_store, toc_direct_close)

#endif
