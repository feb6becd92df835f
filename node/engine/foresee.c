/* What writing would take of the own quota, said before anything is sealed. */
#include "node/engine/grants.h"
#include "node/engine/quota.h"
#include "proto/feed/addressed.h"

enum { FORESEE_ARENA_BYTES = 64 << 20 };

toc_code toc_engine_foresee(const toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                            toc_lane lane, const size_t *record_bytes,
                            const toc_addressees *const *named, size_t count, uint64_t before,
                            toc_now now, toc_engine_need *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle state;
    toc_charter charter;
    TOC_TRY(toc_arena_new(FORESEE_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    TOC_TRY(toc_log_charter_of(txn, circle, arena, &charter, err));
    const engine_recipients **to = toc_arena_zalloc(arena, count, sizeof(void *));
    if (to == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu records", count);
    TOC_TRY(toc_recipients_find(engine, txn, &state, &charter, named, count, arena, to, err));
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += toc_entry_bytes(lane, to[i] == NULL
                                           ? record_bytes[i]
                                           : toc_addressed_bytes(to[i]->count, record_bytes[i]));
    const toc_feed_name name = {.circle = *circle, .org = engine->org, .lane = lane};
    out->bytes = bytes;
    out->per_day = toc_charter_bytes_per_day(&charter, lane);
    TOC_TRY(toc_engine_quota_used(txn, &engine->org, circle, lane, now.wall, &out->used, err));
    return toc_quota_may_write(txn, &name, &charter, before, bytes, now, err);
}
