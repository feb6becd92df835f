/* proto/roll/readers.h: which of a circle's readers may read a record, by its marking
 * (proto/rules/audience.h) and the charter.
 * Owns:    what it lists lives in the arena. Threads: pure. Errors: NO_MEMORY. */
#ifndef TOC_PROTO_ROLL_READERS_H
#define TOC_PROTO_ROLL_READERS_H

#include "proto/roll/charter.h"
#include "proto/rules/audience.h"

/* Whom a record is sealed to that names its readers (toc_audience_is_named): who reads in its
 * circle when it is written, by its marking. What follows a claim that they had, its end for one,
 * is for nobody who has come since: it would tell him of the claim. */
typedef struct toc_addressees {
    const toc_statement *marking; /* TLP, releasable to, not to */
    bool follows;
    size_t had_count;      /* when it follows: who could read the claim, */
    const toc_org_id *had; /* in order of org id */
} toc_addressees;

/* In order of org id; the author is among them when it is a reader itself. */
TOC_MUST toc_code toc_readers_of(const toc_charter *charter, const toc_org_id *author,
                                 const toc_statement *statement, toc_arena *arena,
                                 const toc_org_id **out, size_t *out_count, toc_err *err);
TOC_MUST toc_code toc_addressees_of(const toc_charter *charter, const toc_org_id *author,
                                    const toc_addressees *to, toc_arena *arena,
                                    const toc_org_id **out, size_t *out_count, toc_err *err);
/* Whether everybody who may read `statement` by `author` may read `source` by `source_author`, both
 * of one circle, of which `then` is the charter by which the source was written. */
bool toc_readers_see(const toc_charter *charter, const toc_org_id *author,
                     const toc_statement *statement, const toc_charter *then,
                     const toc_org_id *source_author, const toc_statement *source);

#endif
