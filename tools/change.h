/* tools/change.h: a change of the own card: begun with the present card and what the node prepared,
 * changed by a command, signed with the root and put in force. With --direct in the store of a node
 * that is stopped.
 * Owns:    the arena that both cards live in, the roots, the store. Threads: one. It blocks.
 * Errors:  what the node says, with its code; those of tools/roots.h. */
#ifndef TOC_TOOLS_CHANGE_H
#define TOC_TOOLS_CHANGE_H

#include "tools/roots.h"
#include "tools/store.h"

typedef struct toc_card_change {
    toc_cli *cli;
    const toc_opts *args;
    toc_config config;
    toc_arena *arena;
    toc_card current, next;
    uint32_t officer_next; /* the number for a new officer */
    toc_time now;
    toc_time retired_at;  /* of the sign and cosign keys that are replaced; 0: now */
    toc_keys_since since; /* when the present ones came */
    toc_roots roots;
    toc_direct_store store; /* with --direct */
    toc_log_txn *txn;
} toc_card_change;

/* `which`: node keys that get new ones (TOC_CHANGE_…). out->retired_at is taken from the caller:
 * USAGE when it lies ahead, or before one of the keys was there. */
TOC_MUST toc_code toc_change_begin(toc_cli *cli, const toc_opts *args, unsigned which,
                                   toc_card_change *out, toc_err *err);
/* Signs and puts in force what `change->next` has become, and shows it. `root`: with the root that
 * was committed to, and a new one to commit to, which the root key file then holds. */
TOC_MUST toc_code toc_change_end(toc_card_change *change, bool root, bool compromised,
                                 toc_err *err);
void toc_change_wipe(toc_card_change *change);
TOC_DEFINE_AUTO_WIPE(toc_card_change, toc_change_wipe)

#endif
