/* Two valid charters of one version: an admin signed twice, or keys were stolen. Both are kept, the
 * one that was adopted first holds, and until the operator has chosen only who reads in every
 * branch is served and gets keys (PROTOCOL §1). */
#include <stdio.h>

#include "node/engine/branches.h"
#include "node/engine/generation.h"
#include "node/engine/grants.h"
#include "node/engine/roll.h"
#include "proto/base/text.h"
#include "store/memo.h"

enum { RIVALS_ARENA_BYTES = 64 << 20, RIVALS_CHAIN_MAX = 256 };

/* ---- who is in every branch ---- */

typedef struct branch_search {
    toc_log_txn *txn;
    toc_arena *arena;
    const toc_org_id *org;
    bool reads, everywhere;
} branch_search;

static toc_code look_in_branch(void *context, const toc_charter_hash *hash, toc_rival state,
                               toc_err *err)
{
    branch_search *search = context;
    toc_charter charter;
    if (state != TOC_RIVAL_OPEN || !search->everywhere)
        return TOC_OK;
    TOC_TRY(toc_log_roll_charter(search->txn, hash, search->arena, &charter, err));
    search->everywhere = search->reads ? toc_charter_reads(&charter, search->org)
                                       : toc_charter_find(&charter, search->org) != NULL;
    return TOC_OK;
}

bool toc_rivals_have(toc_log_txn *txn, const toc_log_circle *circle, const toc_org_id *org,
                     bool reads, toc_arena *arena)
{
    branch_search search = {
        .txn = txn, .arena = arena, .org = org, .reads = reads, .everywhere = true};
    return toc_log_rivals(txn, &circle->id, look_in_branch, &search, NULL) == TOC_OK &&
           search.everywhere;
}

/* ---- meeting one ---- */

typedef enum walk {
    WALK_BRANCH,  /* `rivals` lead to `common`, which both branches have */
    WALK_MISSING, /* one on the way was asked for */
    WALK_DECLINED,
    WALK_NOTHING /* an older version of the own branch, or no chain at all */
} walk;

static bool step_back(toc_log_txn *txn, toc_charter *at, toc_arena *arena)
{
    toc_charter before;
    if (at->version == 1 ||
        toc_log_roll_charter(txn, &at->previous, arena, &before, NULL) != TOC_OK)
        return false;
    *at = before;
    return true;
}

/* Walks back from the tip, and beside it on the own branch, until they meet. */
static toc_code walk_branch(toc_engine *engine, toc_log_txn *txn, const engine_tip *tip,
                            toc_charter *own, toc_arena *arena, toc_now now, engine_chain *rivals,
                            walk *out, toc_err *err)
{
    toc_charter_hash at = tip->hash;
    *out = WALK_NOTHING;
    while (rivals->count < RIVALS_CHAIN_MAX) {
        toc_charter each;
        toc_rival known;
        toc_hash key;
        bool held = true;
        memcpy(key.bytes, at.bytes, sizeof key.bytes);
        if (toc_log_roll_charter(txn, &at, arena, &each, NULL) != TOC_OK) {
            *out = WALK_MISSING;
            return toc_roll_want(engine, txn, tip->link, &key, now, err);
        }
        while (held && own->version > each.version)
            held = step_back(txn, own, arena);
        if (!held || !toc_circle_id_equal(&each.circle, &tip->circle))
            return TOC_OK;
        if (toc_charter_hash_equal(&own->hash, &each.hash)) {
            *out = rivals->count > 0 ? WALK_BRANCH : WALK_NOTHING;
            return TOC_OK;
        }
        if (toc_log_rival(txn, &tip->circle, &at, &known, NULL) == TOC_OK &&
            known == TOC_RIVAL_DECLINED) {
            *out = WALK_DECLINED;
            return TOC_OK;
        }
        if (each.version == 1)
            return TOC_OK;
        rivals->charters[rivals->count++] = each;
        at = each.previous;
    }
    return TOC_OK;
}

static toc_code keep_rival(toc_engine *engine, toc_log_txn *txn, const toc_charter *rival,
                           uint64_t link, toc_now now, toc_err *err)
{
    char why[TOC_ERR_TEXT_BYTES], hash[65];
    const engine_link *from = toc_engine_link(engine, link);
    toc_log_circle state;
    toc_rival known;
    if (toc_log_rival(txn, &rival->circle, &rival->hash, &known, NULL) == TOC_OK)
        return TOC_OK;
    toc_hex_encode(TOC_SPAN_OF(rival->hash), hash);
    snprintf(why, sizeof why,
             "a second valid charter, version %u %.16s: ask the admins which is right, then "
             "'tocsin circle choose'",
             rival->version, hash);
    toc_engine_count(engine, from == NULL ? NULL : &from->peer, TOC_REFUSE_TWO_CHARTERS, why);
    TOC_TRY(toc_log_rival_put(txn, &rival->circle, &rival->hash, TOC_RIVAL_OPEN, err));
    TOC_TRY(toc_log_circle_get(txn, &rival->circle, &state, err));
    state.contested = true;
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    return state.generation == 0 ? TOC_OK
                                 : toc_grants_refresh(engine, txn, &rival->circle, true, now, err);
}

/* Who follows another branch than we do is not heard by us, nor are we by it: both would find it
 * out from nothing else. */
static void tell_declined(toc_engine *engine, const engine_tip *tip)
{
    char why[TOC_ERR_TEXT_BYTES], hash[65];
    const engine_link *from = toc_engine_link(engine, tip->link);
    toc_hex_encode(TOC_SPAN_OF(tip->hash), hash);
    snprintf(why, sizeof why,
             "it follows the charter %.16s, of a branch that was declined here: 'tocsin circle "
             "show' lists what was, and 'tocsin circle choose' can choose again",
             hash);
    toc_engine_count(engine, from == NULL ? NULL : &from->peer, TOC_REFUSE_TWO_CHARTERS, why);
}

toc_code toc_rivals_meet(toc_engine *engine, toc_log_txn *txn, const engine_tip *tip,
                         const toc_log_circle *state, toc_arena *arena, toc_now now, bool *out_done,
                         toc_err *err)
{
    toc_charter own, common, newest;
    cards_state cards;
    walk found;
    bool holds;
    engine_chain rivals = {.charters =
                               toc_arena_zalloc(arena, RIVALS_CHAIN_MAX, sizeof(toc_charter))};
    if (rivals.charters == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chain of charters");
    TOC_TRY(toc_log_charter_of(txn, &state->id, arena, &own, err));
    common = own;
    TOC_TRY(walk_branch(engine, txn, tip, &common, arena, now, &rivals, &found, err));
    *out_done = found != WALK_MISSING;
    if (found == WALK_DECLINED)
        tell_declined(engine, tip);
    if (found != WALK_BRANCH)
        return TOC_OK;
    TOC_TRY(toc_roll_chain_cards(engine, txn, &rivals, tip->link, arena, now, &cards, err));
    *out_done = cards != CARDS_MISSING;
    if (cards != CARDS_READY)
        return TOC_OK;
    TOC_TRY(toc_roll_chain_judge(engine, txn, &common, &rivals, arena, tip->link, &holds, &newest,
                                 err));
    return holds ? keep_rival(engine, txn, &newest, tip->link, now, err) : TOC_OK;
}

/* ---- choosing ---- */

typedef struct open_rivals {
    size_t count;
    toc_charter_hash hashes[RIVALS_CHAIN_MAX];
} open_rivals;

static toc_code collect_open(void *context, const toc_charter_hash *hash, toc_rival state,
                             toc_err *err)
{
    open_rivals *all = context;
    if (state != TOC_RIVAL_OPEN)
        return TOC_OK;
    if (all->count == RIVALS_CHAIN_MAX)
        return toc_fail(err, TOC_LIMIT, "more than %d charters to choose from", RIVALS_CHAIN_MAX);
    all->hashes[all->count++] = *hash;
    return TOC_OK;
}

static toc_code settle_rivals(toc_log_txn *txn, const toc_log_circle *circle,
                              const toc_charter_hash *chosen, const open_rivals *all, toc_err *err)
{
    for (size_t i = 0; i < all->count; i++)
        TOC_TRY(toc_log_rival_put(
            txn, &circle->id, &all->hashes[i],
            toc_charter_hash_equal(&all->hashes[i], chosen) ? TOC_RIVAL_CHOSEN : TOC_RIVAL_DECLINED,
            err));
    if (toc_charter_hash_equal(&circle->charter, chosen))
        return TOC_OK;
    return toc_log_rival_put(txn, &circle->id, &circle->charter, TOC_RIVAL_DECLINED, err);
}

toc_code toc_engine_circle_choose(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                                  const toc_charter_hash *hash, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle state;
    toc_charter chosen;
    toc_rival known = TOC_RIVAL_CHOSEN;
    open_rivals all = {0};
    TOC_TRY(toc_arena_new(RIVALS_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    bool stays = toc_charter_hash_equal(&state.charter, hash),
         rival = !stays && toc_log_rival(txn, circle, hash, &known, NULL) == TOC_OK &&
                 known != TOC_RIVAL_CHOSEN;
    if (!state.joined || !state.known || (!state.contested && !rival))
        return toc_fail(err, TOC_STATE, "this circle has one charter only; there is no choice");
    if (!stays && !rival)
        return toc_fail(err, TOC_NOT_FOUND,
                        "no charter of this hash is to be chosen; 'tocsin circle show' lists them");
    TOC_TRY(toc_log_roll_charter(txn, hash, arena, &chosen, err));
    if (!stays && toc_join_follows(txn, &state.charter, &chosen, arena))
        return toc_fail(err, TOC_STATE, "the charter that is followed here came after this one");
    TOC_TRY(toc_log_rivals(txn, circle, collect_open, &all, err));
    TOC_TRY(settle_rivals(txn, &state, hash, &all, err));
    if (rival && known == TOC_RIVAL_DECLINED) {
        const toc_memo_choice choice = {.at = now.wall, .chosen = *hash, .left = state.charter};
        TOC_TRY(toc_memo_choice_put(txn, circle, &choice, err));
    }
    state.contested = false;
    /* Versions never go back within a feed, and the branches may differ in length. */
    if (!stays && state.generation != 0) {
        TOC_TRY(toc_generation_next(engine, txn, &state, now, &state.generation, err));
        state.asks = false;
    }
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    if (!stays)
        return toc_roll_adopt(engine, txn, &chosen, arena, now, err);
    return state.generation == 0 ? TOC_OK : toc_grants_refresh(engine, txn, circle, true, now, err);
}
