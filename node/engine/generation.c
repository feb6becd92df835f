/* Which generation the own feeds go on in (PROTOCOL §2). Two lives of one org that append to one
 * feed fork it, and a node cannot see by itself that it was set back. So after a new boot it asks
 * the other members first; beginning anew is always safe. docs/decisions/0022 says why. */
#include "node/engine/generation.h"
#include "node/engine/cards.h"
#include "node/engine/forks.h"
#include "node/engine/grants.h"
#include "node/engine/sync.h"

#include <stdlib.h>

#include "proto/crypto/secret.h"

/* A circle whose members are asked what they have of the own feeds. */
struct engine_asking {
    struct engine_asking *next;
    toc_circle_id circle;
    bool decided; /* freed with the tick */
    toc_instant began;
    size_t count;
    toc_org_id answered[TOC_MEMBERS_MAX];
};

enum {
    GENERATION_ARENA_BYTES = 64 << 20,
    GENERATION_ASK_MS = 60000, /* then the own feeds begin anew */
    GENERATION_AGAIN_MS = 5000,
    /* Two nodes of one org may hear of each other in one second: they must not begin one again. */
    GENERATION_APART = 64,
    /* A generation so far ahead is made up by who has our sign key; it would use up the numbers. */
    GENERATION_AHEAD_S = 86400
};

/* ---- a new one ---- */

typedef struct highest {
    const toc_engine *engine;
    uint64_t limit, found;
} highest;

static toc_code look_at_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    highest *all = context;
    (void)err;
    if (toc_org_id_equal(&feed->name.org, &all->engine->org) &&
        feed->name.generation > all->found && feed->name.generation < all->limit)
        all->found = feed->name.generation;
    return TOC_OK;
}

toc_code toc_generation_next(const toc_engine *engine, toc_log_txn *txn,
                             const toc_log_circle *circle, toc_now now, uint64_t *out, toc_err *err)
{
    uint64_t seconds = now.wall.unix_ms / 1000;
    highest all = {.engine = engine, .limit = seconds + GENERATION_AHEAD_S};
    TOC_TRY(toc_log_feeds(txn, &circle->id, look_at_feed, &all, err));
    if (circle->generation > all.found)
        all.found = circle->generation;
    *out = seconds > all.found ? seconds : all.found + 1;
    return TOC_OK;
}

static engine_asking *asking_of(const toc_engine *engine, const toc_circle_id *circle)
{
    for (engine_asking *row = engine->asking; row != NULL; row = row->next) {
        if (!row->decided && toc_circle_id_equal(&row->circle, circle))
            return row;
    }
    return NULL;
}

static void drop_decided(toc_engine *engine)
{
    for (engine_asking **at = &engine->asking; *at != NULL;) {
        engine_asking *row = *at;
        if (!row->decided) {
            at = &row->next;
            continue;
        }
        *at = row->next;
        free(row);
    }
}

void toc_generation_free(toc_engine *engine)
{
    for (engine_asking *row = engine->asking; row != NULL; row = row->next)
        row->decided = true;
    drop_decided(engine);
}

static toc_code ask_members(toc_engine *engine, toc_log_txn *txn, toc_log_circle *circle,
                            toc_now now, toc_err *err)
{
    if (!circle->asks) { /* until it is decided, whatever becomes of this process */
        circle->asks = true;
        TOC_TRY(toc_log_circle_put(txn, circle, err));
    }
    if (asking_of(engine, &circle->id) != NULL)
        return TOC_OK;
    engine_asking *row = calloc(1, sizeof *row);
    if (row == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for what is asked of members");
    *row = (engine_asking){.next = engine->asking, .circle = circle->id, .began = now.mono};
    engine->asking = row;
    return TOC_OK;
}

/* `turn`: with a new sender key. */
static toc_code settle(toc_engine *engine, toc_log_txn *txn, toc_log_circle *circle, bool turn,
                       toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    TOC_TRY(toc_arena_new(GENERATION_ARENA_BYTES, &arena, err));
    engine_asking *row = asking_of(engine, &circle->id);
    if (row != NULL)
        row->decided = true;
    circle->asks = false;
    TOC_TRY(toc_log_circle_put(txn, circle, err));
    if (!circle->joined || toc_log_charter_of(txn, &circle->id, arena, &charter, NULL) != TOC_OK ||
        !toc_charter_writes(&charter, &engine->org))
        return TOC_OK; /* the grants are written when it may write */
    return toc_grants_refresh(engine, txn, &circle->id, turn, now, err);
}

static toc_code renew(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                      uint64_t apart, toc_now now, toc_err *err)
{
    toc_log_circle state;
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    if (toc_forks_stolen(engine, txn)) /* nothing is said with that key */
        return ask_members(engine, txn, &state, now, err);
    TOC_TRY(toc_generation_next(engine, txn, &state, now, &state.generation, err));
    state.generation += apart;
    return settle(engine, txn, &state, true, now, err);
}

toc_code toc_generation_renew(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                              toc_now now, toc_err *err)
{
    return renew(engine, txn, circle, 0, now, err);
}

/* ---- asking ---- */

typedef struct votes {
    size_t others, linked, answers;
} votes;

static bool has_answered(const engine_asking *row, const toc_org_id *org)
{
    for (size_t i = 0; i < row->count; i++) {
        if (toc_org_id_equal(&row->answered[i], org))
            return true;
    }
    return false;
}

/* Is the org dialled from here, or has it linked since the start? */
static bool is_linked(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *org)
{
    toc_span endpoints;
    if (toc_log_peer_get(txn, org, &endpoints, NULL) == TOC_OK && endpoints.size > 0)
        return true;
    for (size_t i = 1; i < engine->peer_count; i++) {
        const toc_peer_state *peer = &engine->peers[i];
        if (toc_org_id_equal(&peer->org, org))
            return peer->links > 0 || peer->messages > 0;
    }
    return false;
}

static votes count_votes(const toc_engine *engine, toc_log_txn *txn, const toc_charter *charter,
                         const engine_asking *row)
{
    votes all = {0};
    for (size_t i = 0; i < charter->member_count; i++) {
        const toc_org_id *org = &charter->members[i].org;
        if (toc_org_id_equal(org, &engine->org))
            continue;
        bool answered = has_answered(row, org);
        all.others++;
        all.answers += answered ? 1 : 0;
        all.linked += answered || is_linked(engine, txn, org) ? 1 : 0;
    }
    return all;
}

/* More than half of those who are linked have answered; and one alone, where there are others,
 * could hide what it has. */
static bool enough(const votes *all)
{
    return 2 * all->answers > all->linked && (all->answers > 1 || all->others == 1);
}

/* May go on, must begin anew, or neither yet. */
static toc_code decide(toc_engine *engine, toc_log_txn *txn, const engine_asking *row, toc_now now,
                       toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle state;
    toc_charter charter;
    votes all = {.others = 1};
    if (toc_forks_stolen(engine, txn))
        return TOC_OK;
    TOC_TRY(toc_arena_new(GENERATION_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_circle_get(txn, &row->circle, &state, err));
    if (toc_log_charter_of(txn, &row->circle, arena, &charter, NULL) == TOC_OK)
        all = count_votes(engine, txn, &charter, row);
    if (enough(&all))
        return settle(engine, txn, &state, false, now, err);
    if (all.others == 0 || now.mono.ms - row->began.ms >= GENERATION_ASK_MS)
        return renew(engine, txn, &state.id, 0, now, err);
    return TOC_OK;
}

toc_code toc_generation_answered(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                                 const toc_org_id *peer, toc_now now, toc_err *err)
{
    engine_asking *row = asking_of(engine, circle);
    if (row == NULL || has_answered(row, peer) || row->count == TOC_COUNT(row->answered))
        return TOC_OK;
    row->answered[row->count++] = *peer;
    return decide(engine, txn, row, now, err);
}

static toc_code decide_all(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    for (engine_asking *row = engine->asking; row != NULL; row = row->next) {
        if (!row->decided)
            TOC_TRY(decide(engine, txn, row, now, err));
    }
    drop_decided(engine);
    return TOC_OK;
}

/* ---- what others have of it ---- */

static bool is_ours(toc_log_txn *txn, const toc_log_feed *stored, const toc_head *head)
{
    toc_hash root;
    return head->size <= stored->frontier.size &&
           toc_log_root(txn, stored->number, head->size, &root, NULL) == TOC_OK &&
           toc_hash_equal(&root, &head->root);
}

static bool signed_by_us(toc_log_txn *txn, const toc_feed_name *name, const toc_head *head,
                         toc_arena *arena)
{
    toc_card card;
    toc_checkpoint checkpoint;
    return toc_cards_signer(txn, name, head->note, arena, &card) != TOC_SIGNER_UNKNOWN &&
           toc_checkpoint_open(head->note, name, &card.sign, &checkpoint, NULL) == TOC_OK &&
           checkpoint.size == head->size && toc_hash_equal(&checkpoint.root, &head->root);
}

toc_code toc_generation_heard(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                              const toc_head *head, toc_arena *arena, toc_now now, toc_err *err)
{
    toc_log_circle state;
    if (head->size == 0 || toc_log_circle_get(txn, &stored->name.circle, &state, NULL) != TOC_OK ||
        state.generation == 0 || head->generation < state.generation || /* history */
        (head->generation == state.generation && is_ours(txn, stored, head)) ||
        !signed_by_us(txn, &stored->name, head, arena))
        return TOC_OK;
    toc_engine_count(engine, &engine->org, TOC_REFUSE_OWN_WORDS, NULL);
    if (head->generation > state.generation && !state.asks)
        return TOC_OK; /* another node of this org began it, and this one has its own */
    unsigned apart;
    toc_random(&apart, sizeof apart);
    return renew(engine, txn, &state.id, apart % GENERATION_APART, now, err);
}

/* ---- start and time ---- */

static toc_code begin_circle(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle,
                             toc_now now, toc_err *err)
{
    toc_log_circle state = *circle;
    return state.generation == 0 || (engine->same_boot && !state.asks)
               ? TOC_OK
               : ask_members(engine, txn, &state, now, err);
}

toc_code toc_generation_begin(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    if (engine->begun)
        return TOC_OK;
    engine->begun = true;
    engine->asked = now.mono;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle *circles;
    size_t count;
    TOC_TRY(toc_arena_new(GENERATION_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_write_circles(txn, arena, &circles, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(begin_circle(engine, txn, &circles[i], now, err));
    return decide_all(engine, txn, now, err);
}

/* Feeds that have forked end once another sign key is in use. */
static toc_code renew_forked(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle *circles;
    size_t count;
    TOC_TRY(toc_arena_new(GENERATION_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_write_circles(txn, arena, &circles, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (toc_forks_halted(engine, txn, &circles[i]) && !toc_forks_stolen(engine, txn))
            TOC_TRY(toc_generation_renew(engine, txn, &circles[i].id, now, err));
    }
    return TOC_OK;
}

toc_code toc_engine_restored(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle *circles;
    size_t count;
    engine->begun = true;
    TOC_TRY(toc_arena_new(GENERATION_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_write_circles(txn, arena, &circles, &count, err));
    for (size_t i = 0; i < count; i++) {
        if (circles[i].generation != 0)
            TOC_TRY(toc_generation_renew(engine, txn, &circles[i].id, now, err));
    }
    return TOC_OK;
}

/* An answer, or the question, may have got lost. */
static toc_code ask_again(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    for (const engine_asking *row = engine->asking; row != NULL; row = row->next) {
        if (!row->decided && !has_answered(row, &link->peer))
            return toc_sync_ask_heads(engine, txn, link, false, *(const toc_now *)context, err);
    }
    return TOC_OK;
}

toc_code toc_generation_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    TOC_TRY(toc_generation_begin(engine, txn, now, err));
    TOC_TRY(renew_forked(engine, txn, now, err));
    TOC_TRY(decide_all(engine, txn, now, err));
    if (engine->asking == NULL || now.mono.ms - engine->asked.ms < GENERATION_AGAIN_MS)
        return TOC_OK;
    engine->asked = now.mono;
    return toc_engine_links(engine, txn, ask_again, &now, err);
}
