/* The neighbourhood of reports, gathered and joined by a reader as the fold does it, to tell what
 * stands behind a cluster and what would become of it. */
#include "store/query/internal.h"

enum { AROUND_SCRATCH_BYTES = 16 << 20 };

toc_code toc_around_begin(toc_around *around, toc_query *query, toc_err *err)
{
    TOC_TRY(toc_arena_new(AROUND_SCRATCH_BYTES, &around->scratch, err));
    toc_reports_init(&around->reports, &query->views->view);
    toc_gathering_init(&around->gathering, &around->reports, around->scratch);
    around->gathering.looked_max = TOC_AROUND_PAIRS_MAX;
    return TOC_OK;
}

void toc_around_wipe(toc_around *around)
{
    toc_joined_wipe(&around->joined);
    toc_gathering_wipe(&around->gathering);
    toc_reports_wipe(&around->reports);
    toc_arena_free(around->scratch);
}

toc_code toc_around_seed(toc_around *around, const toc_claim_id *report, toc_err *err)
{
    toc_report *found;
    TOC_TRY(toc_reports_find(&around->reports, report, &found, err));
    found->seeded = true;
    return TOC_OK;
}

toc_code toc_around_leave(toc_around *around, const toc_claim_id *report, toc_err *err)
{
    toc_report *found;
    TOC_TRY(toc_reports_find(&around->reports, report, &found, err));
    found->changed = true;
    found->now.live = false;
    return TOC_OK;
}

toc_code toc_around_join(toc_around *around, toc_err *err)
{
    TOC_TRY(toc_gather(&around->gathering, err));
    return toc_gathering_join(&around->gathering, &around->joined, err);
}

bool toc_around_find(const toc_around *around, const toc_claim_id *report, uint32_t *out)
{
    size_t low = 0, high = around->joined.count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(around->joined.reports[middle]->id.bytes, report->bytes, 32);
        if (order == 0) {
            *out = (uint32_t)middle;
            return true;
        }
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}
