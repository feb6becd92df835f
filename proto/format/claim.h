/* proto/format/claim.h: a row becomes a claim. What a row leaves out: role perpetrator, confidence
 * 50, TLP AMBER, source own observation. Words become the ids of the terms, addresses their
 * canonical spelling.
 * Owns:    nothing; text lives in the arena or in the row.
 * Threads: pure.
 * Errors:  the problem names the column; its code is MALFORMED, NOT_FOUND, LIMIT or NO_MEMORY. */
#ifndef TOC_PROTO_FORMAT_CLAIM_H
#define TOC_PROTO_FORMAT_CLAIM_H

#include "proto/base/arena.h"
#include "proto/format/rows.h"
#include "proto/record/record.h"

enum { TOC_CONFIDENCE_DEFAULT = 50 };
#define TOC_TLP_DEFAULT TOC_TLP_AMBER

/* What a row says. Of a cluster each row may say a part, so that what it leaves out is told apart
 * from what it states; a default comes only when no row says anything. */
typedef struct toc_row_claim {
    bool in_cluster;
    toc_statement
        claim; /* a draft: of the wallet, or of the head of its cluster with what the row states */
    toc_wallet member; /* in a cluster: the wallet of the row */
    bool states_confidence, states_tlp, states_valid_until, states_source;
} toc_row_claim;

/* What may be done for an address that is none as it stands. */
enum {
    TOC_ROW_KEEP_INVALID = 1, /* it becomes a claim on the literal, flagged (wallets only) */
    TOC_ROW_RECOVER = 2       /* where its letter case was lost, it is searched for; seconds each */
};

/* `options`: TOC_ROW_…, 0 for none. The flags of the wallet tell what was done. */
TOC_MUST toc_code toc_row_read(const toc_row *row, unsigned options, toc_arena *arena,
                               toc_row_claim *out, toc_problem *out_problem);

#endif
