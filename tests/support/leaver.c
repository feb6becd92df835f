#include "tests/support/leaver.h"

#include "node/engine/state.h"

static toc_code without(const toc_charter *charter, const toc_org_id *org, toc_arena *arena,
                        toc_charter *out, toc_err *err)
{
    toc_charter_member *members = toc_arena_zalloc(arena, charter->member_count, sizeof *members);
    if (members == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter");
    *out = *charter;
    out->member_count = 0;
    for (size_t i = 0; i < charter->member_count; i++) {
        if (!toc_org_id_equal(&charter->members[i].org, org))
            members[out->member_count++] = charter->members[i];
    }
    out->members = members;
    out->previous = charter->hash;
    out->version++;
    return TOC_OK;
}

toc_code toc_leaver_remove(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                           const toc_org_id *org, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    toc_charter current, next, made;
    toc_charter_hash hash;
    toc_charter_signature signature;
    toc_hash key;
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, circle, arena, &current, err));
    TOC_TRY(without(&current, org, arena, &next, err));
    TOC_TRY(toc_charter_write(&next, &body, err));
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    toc_charter_sign(&hash, &engine->org, engine->officer, &signature);
    toc_charter_join(toc_buf_view(&body), &signature, 1, &whole);
    TOC_TRY(toc_buf_ok(&whole, err));
    memcpy(key.bytes, hash.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&whole), err));
    TOC_TRY(toc_charter_open(toc_buf_view(&whole), arena, &made, err));
    return toc_roll_adopt(engine, txn, &made, arena, now, err);
}
