/* proto/roll/amendment.h: the next version of a charter: made from what is to change, and told in
 * words to those who are asked to sign it.
 * Owns:    what is made lives in the arena, or is shared with the charter before.
 * Threads: pure.
 * Errors:  EXISTS, NOT_FOUND for orgs; USAGE for a quorum that does not fit, or when nothing
 *          changes; DENIED when the circle could never change its charter again; LIMIT. */
#ifndef TOC_PROTO_ROLL_AMENDMENT_H
#define TOC_PROTO_ROLL_AMENDMENT_H

#include "proto/roll/charter.h"

typedef enum toc_amend {
    TOC_AMEND_ADMIT = 1, /* with a role and a card */
    TOC_AMEND_REMOVE,
    TOC_AMEND_ROLE,
    TOC_AMEND_RENEW /* the charter names this card of a member from now on: its officers vote */
} toc_amend;

typedef struct toc_amend_step {
    toc_amend what;
    toc_org_id org;
    toc_role role;
    const toc_card *card;
} toc_amend_step;

typedef struct toc_amendment {
    size_t step_count;
    const toc_amend_step *steps; /* done in this order */
    toc_span name, purpose;      /* without data: as it is */
    uint32_t quorum;             /* 0: as it is */
    const toc_charter *joins;    /* of another branch, which ends too; NULL: none */
    bool sets_tlp_max, sets_retention, sets_history, sets_delay, sets_bulk, sets_alert;
    size_t listing_count;
    const toc_listing *listings; /* of the registry, done in this order */
    toc_charter_policy policy;   /* the fields that are set; approvals: changes, k 0 for none */
} toc_amendment;

/* The draft of the version after `current`, with everything checked but its signatures. `cards` has
 * the cards that it names: enough admins must have an officer of scope charter on theirs. */
TOC_MUST toc_code toc_charter_amend(const toc_charter *current, const toc_amendment *amendment,
                                    const toc_card_source *cards, toc_arena *arena,
                                    toc_charter *out, toc_err *err);
/* DENIED when fewer admins than the quorum have an officer who may sign the version after this. */
TOC_MUST toc_code toc_charter_votable(const toc_charter *charter, const toc_card_source *cards,
                                      toc_err *err);

/* One thing that differs between two versions. */
typedef struct toc_charter_change {
    const char *what;                 /* "joins", "leaves", "closes", "role", …, "quorum", … */
    const toc_charter_member *member; /* whom it is about; NULL: the circle */
    toc_span before, after;           /* as text; empty: nothing */
} toc_charter_change;
typedef toc_code (*toc_charter_change_visit)(void *context, const toc_charter_change *change,
                                             toc_err *err);
/* Everything that `after` changes: charters of which nothing is told are equal but for version,
 * circle and the hash of the one before. Members first, in order of org id,
 * then the feeds that are closed. A pin that is gone is not told: such a charter does not follow.
 */
TOC_MUST toc_code toc_charter_compare(const toc_charter *before, const toc_charter *after,
                                      toc_charter_change_visit visit, void *context, toc_err *err);

#endif
