/* node/completion.h: what only the node can tell of a draft: who this org is, which claim is meant
 * by an id, and what the claims that it is derived from rest on (docs/RULES.md §2, §4).
 * Owns:    nothing but the views, which it may read anew. Threads: one.
 * Errors:  NOT_FOUND, DENIED and STATE with the reason why the draft cannot be said. */
#ifndef TOC_NODE_COMPLETION_H
#define TOC_NODE_COMPLETION_H

#include "node/core.h"
#include "proto/roll/readers.h"

typedef struct toc_completion {
    toc_node *node;
    const toc_circle_id *circle;
    toc_arena *arena;
    toc_views_txn *views;
    const toc_charter *charter; /* in force; NULL: it has not come */
    /* What the draft that was looked at last speaks about, and repeats the identity of; or NULL. */
    const toc_statement *about;
    toc_views_head about_head;
    bool is_level;   /* the views were waited for already: what they do not know is not there */
    size_t expected; /* claims that drafts name, found in one go */
    toc_views_place *places;
    toc_subject noticed; /* of the tagged wallet that was looked at last, and what was found */
    bool may_be_deposit;
} toc_completion;

/* The drafts that will be filled in: what they name is looked for together, once. */
TOC_MUST toc_code toc_completion_expect(toc_completion *completion, const toc_statement *drafts,
                                        size_t count, toc_err *err);

/* DENIED also when the draft would tell somebody of a claim that he may not read. Fills in, in a
 * draft of any kind:
 *   an org of zeroes where this org is meant (same-as, attribution, service notice);
 *   the open target of a dispute or an inquiry: the live claim of this circle with that id, with
 *   its identity in full; the revision seen, where a dispute names none;
 *   the id of a list or vendor that is named by an alias of the circle's registry;
 *   of a reply, all that its inquiry says;
 *   of derived claims, whose sources are claim ids as yet: their records, and the roots. */
TOC_MUST toc_code toc_completion_fill(toc_completion *completion, toc_statement *draft,
                                      toc_err *err);
/* The same without the last: enough to know which claim a draft is. */
TOC_MUST toc_code toc_completion_identify(toc_completion *completion, toc_statement *draft,
                                          toc_err *err);

/* RULES §7: whether a wallet claim is on a deposit, by its role or by a notice that covers the
 * wallet, and that all who may read the claim may read: else its term would tell them of it. */
TOC_MUST toc_code toc_completion_is_deposit(toc_completion *completion, const toc_statement *claim,
                                            bool *out, toc_err *err);

#endif
