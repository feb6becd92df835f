#include "node/engine/days.h"

#include <stdlib.h>

enum { DAYS_MS = 86400000 };

static engine_day *find(const engine_days *days, const toc_org_id *org)
{
    for (size_t i = 0; i < days->count; i++) {
        if (toc_org_id_equal(&days->rows[i].org, org))
            return &days->rows[i];
    }
    return NULL;
}

engine_day *toc_days_of(engine_days *days, const toc_org_id *org, toc_now now)
{
    engine_day *row = find(days, org);
    if (row == NULL) {
        engine_day *grown = realloc(days->rows, (days->count + 1) * sizeof *grown);
        if (grown == NULL)
            return NULL;
        days->rows = grown;
        row = &grown[days->count++];
        *row = (engine_day){.org = *org};
    }
    uint64_t today = now.wall.unix_ms / DAYS_MS;
    if (row->day != today)
        *row = (engine_day){.org = *org, .day = today};
    return row;
}

void toc_days_free(engine_days *days)
{
    free(days->rows);
    *days = (engine_days){0};
}
