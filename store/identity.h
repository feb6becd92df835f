/* store/identity.h: an org's keys and card in its log: the first ones, which `tocsin init`, tests
 * and the simulator make, and those that follow.
 *
 * A change goes in two steps, since the root may be elsewhere: toc_identity_prepare makes new node
 * keys and gives their public halves; whoever holds the root writes and signs the next card;
 * toc_log_own_card_adopt puts it in force together with the keys that it names.
 * Threads: as the transaction. Errors: as store/log.h; EXISTS when the log has an owner. */
#ifndef TOC_STORE_IDENTITY_H
#define TOC_STORE_IDENTITY_H

#include "store/log.h"

typedef struct toc_identity {
    toc_span name, kind,
        country;   /* shown on the card; what counts is what a charter says of them */
    toc_span duty; /* may be empty */
    size_t endpoint_count;
    const toc_span *endpoints; /* "tcp://host:port" where peers may dial this node */
} toc_identity;

/* The keys that sign cards: the present one, and the one that it commits to. */
typedef struct toc_roots {
    toc_secret *root, *next;
} toc_roots;
void toc_roots_wipe(toc_roots *roots);
TOC_DEFINE_AUTO_WIPE(toc_roots, toc_roots_wipe)
TOC_MUST toc_code toc_roots_new(toc_roots *out, toc_err *err);

/* Makes sign, cosign, link, seal and officer keys (sealed under the store key), and a card of
 * serial 1 signed by roots->root, whose officer 1 has every scope. The roots are not kept. */
TOC_MUST toc_code toc_identity_create(toc_log_txn *txn, const toc_identity *identity,
                                      const toc_roots *roots, toc_time now, toc_org_id *out_org,
                                      toc_err *err);

/* Which node keys a change is about: bits. */
enum { TOC_CHANGE_SIGN = 1, TOC_CHANGE_COSIGN = 2, TOC_CHANGE_LINK = 4, TOC_CHANGE_SEAL = 8 };

/* Makes the keys of `which`, keeps them apart from those in use, and puts their public halves and
 * proofs of possession on `card`, a draft of the org's next card; keys that it replaces are listed
 * as retired since `retired_at`. A key prepared earlier for the same purpose is replaced. */
TOC_MUST toc_code toc_identity_prepare(toc_log_txn *txn, unsigned which, toc_card *card,
                                       toc_time retired_at, toc_arena *arena, toc_err *err);
/* When the org's present keys came on its cards: the dates of those that name them first. */
typedef struct toc_keys_since {
    toc_time sign, cosign;
} toc_keys_since;
TOC_MUST toc_code toc_identity_keys_since(toc_log_txn *txn, toc_keys_since *out, toc_err *err);
/* The number for a new officer: above every one that an own card ever listed. */
TOC_MUST toc_code toc_identity_officer_next(toc_log_txn *txn, uint32_t *out, toc_err *err);

#endif
