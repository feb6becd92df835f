/* node/control_drafts.h: drafts that wait for officers, as several commands find and show them.
 * Private to node/control*.
 * Owns:    nothing; what is read lives in the arena.
 * Threads: as the transactions.
 * Errors:  as store/drafts.h; USAGE for too few digits. */
#ifndef TOC_NODE_CONTROL_DRAFTS_H
#define TOC_NODE_CONTROL_DRAFTS_H

#include "node/drafts.h"
#include "node/readership.h"

/* The one draft whose id begins with these digits, 8 at least. */
TOC_MUST toc_code toc_draft_find(toc_log_txn *txn, toc_span digits, toc_draft_id *out,
                                 toc_err *err);
/* The statement that it is; spans live in the arena. */
TOC_MUST toc_code toc_draft_says(const toc_log_draft *draft, toc_arena *arena, toc_statement *out,
                                 toc_err *err);
/* "waiting", "lapsed", or "overtaken" by a newer revision of its claim. */
const char *toc_draft_state(const toc_log_draft *draft, const toc_statement *statement,
                            const toc_org_id *org, toc_views_txn *views, toc_arena *arena);
/* `scope`, and `officers`: the numbers of those of the card who may. */
void toc_draft_officers(const toc_card *card, uint32_t scope, toc_json *json);

#endif
