/* tests/support/world_kinds.h: what the views say since rules 2, in the words that the reference
 * model prints.
 * Owns: nothing. Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_WORLD_KINDS_H
#define TOC_TESTS_SUPPORT_WORLD_KINDS_H

#include "proto/answer/writer.h"
#include "store/query.h"

/* Of each record of E: its id, its claim, where it is filed. */
void toc_world_filed(toc_json *json, toc_query *query);
/* Of each live claim: its id and that of its head's record. */
void toc_world_live(toc_json *json, toc_query *query);
/* What a dossier shows besides its wallet claims, when there is anything about exactly this wallet
 * and tag. */
void toc_world_beside(toc_json *json, const toc_dossier *dossier);

#endif
