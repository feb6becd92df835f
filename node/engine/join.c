/* One charter that names two branches as the ones before it, signed by a quorum of each, ends a
 * contest without anybody's choice (PROTOCOL §1). Both must be valid by themselves: what is not
 * known of one is asked for first, so that each is judged as any other charter is. */
#include "node/engine/branches.h"
#include "node/engine/roll.h"

enum { JOIN_BACK_MAX = 4096, JOIN_RIVALS_MAX = 256, JOIN_NESTED_MAX = 16, JOIN_ASKED_MAX = 8 };

/* ---- what leads where ---- */

/* Is `target` this charter, or one before it, on whichever branch? */
static bool leads_to(toc_log_txn *txn, const toc_charter_hash *from, const toc_charter *target,
                     unsigned joins_left, toc_arena *arena)
{
    toc_charter_hash at = *from;
    for (unsigned i = 0; i < JOIN_BACK_MAX; i++) {
        toc_charter each;
        if (toc_charter_hash_equal(&at, &target->hash))
            return true;
        if (toc_log_roll_charter(txn, &at, arena, &each, NULL) != TOC_OK ||
            each.version <= target->version)
            return false;
        if (toc_charter_joins(&each) && joins_left > 0 &&
            leads_to(txn, &each.joined, target, joins_left - 1, arena))
            return true;
        at = each.previous;
    }
    return false;
}

bool toc_join_follows(toc_log_txn *txn, const toc_charter_hash *from, const toc_charter *target,
                      toc_arena *arena)
{
    return leads_to(txn, from, target, JOIN_NESTED_MAX, arena);
}

typedef struct rival_list {
    size_t count;
    toc_charter_hash hashes[JOIN_RIVALS_MAX];
    toc_rival states[JOIN_RIVALS_MAX];
} rival_list;

static toc_code list_rival(void *context, const toc_charter_hash *hash, toc_rival state,
                           toc_err *err)
{
    rival_list *all = context;
    (void)err;
    if (all->count < JOIN_RIVALS_MAX) {
        all->hashes[all->count] = *hash;
        all->states[all->count++] = state;
    }
    return TOC_OK;
}

bool toc_join_known(toc_log_txn *txn, const toc_circle_id *circle, const toc_charter_hash *hash,
                    toc_arena *arena)
{
    toc_log_circle state;
    toc_charter target;
    rival_list rivals = {0};
    if (toc_log_circle_get(txn, circle, &state, NULL) != TOC_OK || !state.known ||
        toc_log_roll_charter(txn, hash, arena, &target, NULL) != TOC_OK ||
        toc_log_rivals(txn, circle, list_rival, &rivals, NULL) != TOC_OK)
        return false;
    if (leads_to(txn, &state.charter, &target, JOIN_NESTED_MAX, arena))
        return true;
    for (size_t i = 0; i < rivals.count; i++) {
        if (leads_to(txn, &rivals.hashes[i], &target, JOIN_NESTED_MAX, arena))
            return true;
    }
    return false;
}

/* ---- judging ---- */

static bool among(const toc_charter *charters, size_t count, const toc_charter_hash *hash)
{
    for (size_t i = 0; i < count; i++) {
        if (toc_charter_hash_equal(&charters[i].hash, hash))
            return true;
    }
    return false;
}

toc_code toc_join_prepare(toc_engine *engine, toc_log_txn *txn, engine_tip *tip,
                          const toc_charter *charters, size_t count, toc_arena *arena,
                          bool *out_wait, toc_err *err)
{
    *out_wait = false;
    for (size_t i = 0; i < count; i++) {
        const toc_charter_hash *const branches[] = {&charters[i].previous, &charters[i].joined};
        for (size_t j = 0; toc_charter_joins(&charters[i]) && j < TOC_COUNT(branches); j++) {
            if (among(charters, count, branches[j]) ||
                toc_join_known(txn, &tip->circle, branches[j], arena))
                continue;
            if (!toc_roll_has_tip(engine, branches[j]) && tip->asked < JOIN_ASKED_MAX) {
                tip->asked++; /* one that is not valid is not thought about for ever */
                TOC_TRY(toc_roll_tip(engine, &tip->circle, branches[j], tip->link, err));
            }
            *out_wait = *out_wait || toc_roll_has_tip(engine, branches[j]);
        }
    }
    return TOC_OK;
}

toc_code toc_join_judge(toc_log_txn *txn, const toc_charter *current, const toc_charter *next,
                        const toc_card_source *cards, toc_arena *arena, toc_err *err)
{
    toc_charter other;
    if (current == NULL || !toc_charter_joins(next))
        return toc_charter_judge(current, next, cards, err);
    const toc_charter_hash *hash =
        toc_charter_hash_equal(&current->hash, &next->previous) ? &next->joined : &next->previous;
    if (!toc_join_known(txn, &next->circle, hash, arena))
        return toc_fail(err, TOC_STATE,
                        "charter: it joins a branch which is not valid, or not known here");
    TOC_TRY(toc_log_roll_charter(txn, hash, arena, &other, err));
    return toc_charter_judge_joined(current, &other, next, cards, err);
}

/* ---- in force ---- */

toc_code toc_join_settle(toc_log_txn *txn, const toc_charter *charter, toc_arena *arena,
                         toc_log_circle *state, toc_err *err)
{
    rival_list rivals = {0};
    TOC_TRY(toc_log_rivals(txn, &charter->circle, list_rival, &rivals, err));
    state->contested = false;
    for (size_t i = 0; i < rivals.count; i++) {
        toc_charter rival;
        if (rivals.states[i] != TOC_RIVAL_OPEN)
            continue;
        TOC_TRY(toc_log_roll_charter(txn, &rivals.hashes[i], arena, &rival, err));
        if (leads_to(txn, &charter->hash, &rival, JOIN_NESTED_MAX, arena))
            TOC_TRY(toc_log_rival_put(txn, &charter->circle, &rival.hash, TOC_RIVAL_CHOSEN, err));
        else
            state->contested = true;
    }
    return TOC_OK;
}
