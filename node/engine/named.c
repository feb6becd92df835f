/* What the grants of a chunk name must be here, and be the circle's, before anything that they
 * judge is stored: who chooses what judges him could name a charter that asks for nothing. */
#include "node/engine/grants.h"
#include "node/engine/roll.h"

#include "proto/base/reader.h"

enum { ASKED_MAX = 16, STEPS_MAX = 4096 };

static toc_hash key_of(const uint8_t bytes[32])
{
    toc_hash key;
    memcpy(key.bytes, bytes, sizeof key.bytes);
    return key;
}

/* Whether `wanted` is `at` or stands before it. */
static bool leads_back(toc_log_txn *txn, const toc_circle_id *circle, toc_charter_hash at,
                       const toc_grant *wanted, toc_arena *scratch)
{
    for (size_t step = 0; step < STEPS_MAX; step++) {
        toc_charter charter;
        if (toc_charter_hash_equal(&at, &wanted->charter))
            return true;
        toc_arena_reset(scratch);
        if (toc_log_roll_charter(txn, &at, scratch, &charter, NULL) != TOC_OK ||
            !toc_circle_id_equal(&charter.circle, circle) ||
            charter.version <= wanted->charter_version)
            return false;
        at = charter.previous;
    }
    return false;
}

typedef struct branch_search {
    toc_log_txn *txn;
    const toc_circle_id *circle;
    const toc_grant *wanted;
    toc_arena *scratch;
    bool found;
} branch_search;

static toc_code look_in_branch(void *context, const toc_charter_hash *hash, toc_rival state,
                               toc_err *err)
{
    branch_search *search = context;
    (void)state; /* what was said under a branch was said under it, whichever is chosen later */
    (void)err;
    search->found = search->found ||
                    leads_back(search->txn, search->circle, *hash, search->wanted, search->scratch);
    return TOC_OK;
}

/* Of the branch in force or of another one that a quorum signed. */
static bool is_judged(toc_log_txn *txn, const toc_log_circle *circle, const toc_grant *grant,
                      toc_arena *scratch)
{
    branch_search search = {.txn = txn, .circle = &circle->id, .wanted = grant, .scratch = scratch};
    if (leads_back(txn, &circle->id, circle->charter, grant, scratch))
        return true;
    return toc_log_rivals(txn, &circle->id, look_in_branch, &search, NULL) == TOC_OK &&
           search.found;
}

/* False: asked for, where it is not here, and thought about again, where it is: many versions at
 * once are more than a link may tell. */
static toc_code look_at_grant(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle,
                              uint64_t link, const toc_grant *grant, toc_arena *scratch,
                              toc_now now, bool *out, toc_err *err)
{
    toc_hash card = key_of(grant->card.bytes), charter = key_of(grant->charter.bytes);
    bool has_card = toc_roll_held(txn, card.bytes);
    bool has_charter = toc_roll_held(txn, charter.bytes);
    if (!has_card)
        TOC_TRY(toc_roll_want(engine, txn, link, &card, now, err));
    if (!has_charter)
        TOC_TRY(toc_roll_want(engine, txn, link, &charter, now, err));
    bool judged = has_charter && is_judged(txn, circle, grant, scratch);
    if (has_charter && !judged)
        TOC_TRY(toc_roll_tip(engine, &circle->id, &grant->charter, link, err));
    *out = has_card && judged;
    return TOC_OK;
}

static bool same_names(const toc_grant *left, const toc_grant *right)
{
    return toc_card_hash_equal(&left->card, &right->card) &&
           toc_charter_hash_equal(&left->charter, &right->charter);
}

toc_code toc_grants_named(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle,
                          const toc_chunk *chunk, uint64_t link, toc_now now, bool *out,
                          toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    toc_reader reader = toc_reader_of(chunk->entries);
    toc_grant before = {0};
    size_t lacking = 0;
    bool any = false;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &scratch, err));
    for (uint32_t i = 0; i < chunk->count && lacking < ASKED_MAX; i++) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        toc_grant grant;
        bool here;
        if (entry.size < TOC_ENTRY_HEADER_BYTES || entry.data[1] != TOC_ENTRY_GRANT ||
            toc_grant_read(entry, &grant, NULL) != TOC_OK)
            continue; /* the verification says what is wrong with it */
        if (any && same_names(&before, &grant))
            continue;
        TOC_TRY(look_at_grant(engine, txn, circle, link, &grant, scratch, now, &here, err));
        before = grant;
        any = true;
        lacking += !here;
    }
    *out = lacking == 0;
    return TOC_OK;
}

void toc_grants_unblock(toc_engine *engine, const toc_circle_id *circle, toc_now now)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            if (toc_circle_id_equal(&feed->name.circle, circle))
                feed->blocked_until = now.mono;
        }
    }
}
