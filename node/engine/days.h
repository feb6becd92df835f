/* node/engine/days.h: what is counted of an org on a UTC day, in memory: a restart forgets it.
 * Owns:    its rows.
 * Threads: the engine's.
 * Errors:  none; out of memory is NULL. */
#ifndef TOC_NODE_ENGINE_DAYS_H
#define TOC_NODE_ENGINE_DAYS_H

#include "node/engine/engine.h"

typedef struct engine_day {
    toc_org_id org;
    uint64_t day;   /* Unix milliseconds / 86,400,000 */
    uint64_t count; /* since it began */
} engine_day;

typedef struct engine_days {
    engine_day *rows;
    size_t count;
} engine_days;

/* Today's row of the org; it begins at 0 when the last one was of another day. Good until the next
 * call. */
engine_day *toc_days_of(engine_days *days, const toc_org_id *org, toc_now now);
void toc_days_free(engine_days *days);

#endif
