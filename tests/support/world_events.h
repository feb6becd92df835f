/* tests/support/world_events.h: incidents and movements in the words that the model prints under
 * rules 2 (docs/RULES.md §9). Each adds members to the object that is open.
 * Owns: nothing. Errors: whatever goes wrong here fails the test. */
#ifndef TOC_TESTS_SUPPORT_WORLD_EVENTS_H
#define TOC_TESTS_SUPPORT_WORLD_EVENTS_H

#include "proto/answer/writer.h"
#include "store/query.h"

/* `movements`: asked transaction by transaction. `moves`: wallet by wallet. */
void toc_world_movements(toc_json *json, toc_query *query);
/* `incidents`, `same`, `meant`: asked slug by slug. */
void toc_world_incidents(toc_json *json, toc_query *query);

#endif
