/* Cards, charters, circles: who is who, and which rules are in force. Only what was asked for is
 * stored. */
#include "node/engine/roll.h"
#include "node/engine/admission.h"
#include "node/engine/branches.h"
#include "node/engine/cards.h"
#include "node/engine/grants.h"
#include "node/engine/pins.h"
#include "node/engine/quota.h"

#include <stdlib.h>

enum {
    ROLL_ARENA_BYTES = 64 << 20, /* a charter of 500 members with all their cards */
    ROLL_TIPS_PER_LINK_MAX = 4,  /* charters told of by one peer and not yet in force */
    ROLL_CHAIN_MAX = 4096        /* charter versions walked back to the first */
};

/* ---- looking things up ---- */

bool toc_roll_shared(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                     toc_arena *arena, toc_log_circle *out_circle, toc_charter *out_charter)
{
    return toc_log_circle_get(txn, circle, out_circle, NULL) == TOC_OK && out_circle->joined &&
           out_circle->known &&
           toc_log_charter_lent(txn, out_circle, arena, out_charter, NULL) == TOC_OK &&
           toc_charter_find(out_charter, org) != NULL;
}

bool toc_roll_served(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                     toc_arena *arena, toc_log_circle *out_circle, toc_charter *out_charter)
{
    return toc_roll_shared(txn, circle, org, arena, out_circle, out_charter) &&
           (!out_circle->contested || toc_rivals_have(txn, out_circle, org, false, arena));
}

toc_code toc_roll_card(toc_log_txn *txn, const toc_card_hash *hash, toc_arena *arena, toc_card *out,
                       toc_err *err)
{
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source source = toc_log_card_source(&context);
    return source.card(source.context, hash, out, err);
}

bool toc_roll_held(toc_log_txn *txn, const void *hash)
{
    toc_span bytes;
    toc_hash key;
    memcpy(key.bytes, hash, sizeof key.bytes);
    return toc_log_roll_get(txn, &key, &bytes, NULL) == TOC_OK;
}

typedef struct member_search {
    toc_arena *arena;
    toc_log_txn *txn;
    const toc_org_id *left, *right; /* right NULL: the left alone */
    bool found;
} member_search;

static toc_code search_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    (void)err;
    member_search *search = context;
    toc_charter charter;
    if (search->found || !circle->joined || !circle->known ||
        toc_log_charter_of(search->txn, &circle->id, search->arena, &charter, NULL) != TOC_OK)
        return TOC_OK;
    search->found = toc_charter_find(&charter, search->left) != NULL &&
                    (search->right == NULL || toc_charter_find(&charter, search->right) != NULL ||
                     toc_pins_generation(&charter, search->right) != 0); /* its old words stay */
    return TOC_OK;
}

bool toc_roll_in_one_circle(toc_log_txn *txn, toc_arena *arena, const toc_org_id *left,
                            const toc_org_id *right)
{
    member_search search = {.arena = arena, .txn = txn, .left = left, .right = right};
    return toc_log_circles(txn, search_circle, &search, NULL) == TOC_OK && search.found;
}

bool toc_engine_may_link(toc_engine *engine, toc_log_txn *txn, const toc_org_id *org,
                         toc_link_key *out_key)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    if (toc_org_id_equal(org, &engine->org) ||
        toc_arena_new(ROLL_ARENA_BYTES, &arena, NULL) != TOC_OK)
        return false;
    toc_span endpoints;
    if (toc_log_peer_get(txn, org, &endpoints, NULL) != TOC_OK &&
        !toc_roll_in_one_circle(txn, arena, org, NULL))
        return false;
    toc_card card;
    if (toc_log_card_of(txn, org, arena, &card, NULL) != TOC_OK)
        return false;
    *out_key = card.link;
    return true;
}

/* ---- tips: charter versions and cards heard of ---- */

toc_code toc_roll_tip(toc_engine *engine, const toc_circle_id *circle, const toc_charter_hash *hash,
                      uint64_t link, toc_err *err)
{
    for (engine_tip *tip = engine->tips; tip != NULL; tip = tip->next) {
        if (toc_charter_hash_equal(&tip->hash, hash)) {
            tip->link = link;
            return TOC_OK;
        }
    }
    size_t told = 0;
    for (engine_tip *tip = engine->tips; tip != NULL; tip = tip->next)
        told += tip->link == link ? 1 : 0;
    if (told >= ROLL_TIPS_PER_LINK_MAX)
        return TOC_OK; /* it is told again, if it is real */
    engine_tip *tip = calloc(1, sizeof *tip);
    if (tip == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a charter's name");
    tip->circle = *circle;
    tip->hash = *hash;
    tip->link = link;
    engine_tip **last = &engine->tips;
    while (*last != NULL)
        last = &(*last)->next;
    *last = tip;
    return TOC_OK;
}

bool toc_roll_has_tip(const toc_engine *engine, const toc_charter_hash *hash)
{
    for (const engine_tip *tip = engine->tips; tip != NULL; tip = tip->next) {
        if (toc_charter_hash_equal(&tip->hash, hash))
            return true;
    }
    return false;
}

void toc_roll_forget(toc_engine *engine, uint64_t link)
{
    for (engine_tip **at = &engine->tips; *at != NULL;) {
        engine_tip *tip = *at;
        if (tip->link != link) {
            at = &tip->next;
            continue;
        }
        *at = tip->next;
        free(tip);
    }
}

toc_code toc_roll_heard(toc_engine *engine, toc_log_txn *txn, uint64_t link,
                        const toc_circle_id *circle, const toc_hash *hash, toc_now now,
                        toc_err *err)
{
    toc_log_circle state;
    if (toc_log_circle_get(txn, circle, &state, NULL) != TOC_OK || !state.joined)
        return TOC_OK;
    if (state.known && memcmp(state.charter.bytes, hash->bytes, sizeof hash->bytes) == 0)
        return TOC_OK;
    toc_charter_hash charter;
    memcpy(charter.bytes, hash->bytes, sizeof charter.bytes);
    TOC_TRY(toc_roll_tip(engine, circle, &charter, link, err));
    return toc_roll_advance(engine, txn, now, err);
}

typedef struct unknown_context {
    toc_engine *engine;
    toc_log_txn *txn;
    toc_now now;
} unknown_context;

typedef struct circle_ask {
    const toc_circle_id *circle;
    toc_now now;
} circle_ask;

static toc_code ask_link_for_circle(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                    void *context, toc_err *err)
{
    (void)txn;
    const circle_ask *wanted = context;
    return toc_roll_want_circle(engine, link->number, wanted->circle, wanted->now, err);
}

static toc_code ask_unknown_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    unknown_context *unknown = context;
    if (!circle->joined || circle->known)
        return TOC_OK;
    circle_ask wanted = {.circle = &circle->id, .now = unknown->now};
    return toc_engine_links(unknown->engine, unknown->txn, ask_link_for_circle, &wanted, err);
}

toc_code toc_roll_ask_unknown(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    unknown_context context = {.engine = engine, .txn = txn, .now = now};
    return toc_log_circles(txn, ask_unknown_circle, &context, err);
}

/* ---- adopting ---- */

static toc_code note_changed(toc_engine *engine, const toc_charter *charter, toc_err *err)
{
    toc_charter_hash hash = charter->hash;
    toc_hash *hashes =
        realloc(engine->changed_charters, (engine->changed_count + 1) * sizeof *hashes);
    if (hashes != NULL)
        engine->changed_charters = hashes;
    toc_circle_id *circles =
        realloc(engine->changed_circles, (engine->changed_count + 1) * sizeof *circles);
    if (circles != NULL)
        engine->changed_circles = circles;
    if (hashes == NULL || circles == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the news of a charter");
    memcpy(hashes[engine->changed_count].bytes, hash.bytes, sizeof hash.bytes);
    circles[engine->changed_count++] = charter->circle;
    return TOC_OK;
}

static bool readers_equal(const toc_charter *left, const toc_charter *right)
{
    size_t count = toc_charter_reader_count(left);
    if (count != toc_charter_reader_count(right))
        return false;
    for (size_t i = 0; i < count; i++) {
        const toc_charter_member *a = toc_charter_reader(left, i),
                                 *b = toc_charter_reader(right, i);
        if (!toc_org_id_equal(&a->org, &b->org))
            return false;
    }
    return true;
}

toc_code toc_roll_prove(toc_log_txn *txn, const toc_card *card, toc_arena *arena,
                        toc_card_hash *out_missing, toc_err *err)
{
    if (card->serial == 1)
        return TOC_OK; /* its org id is the hash of its root, which toc_card_open has checked */
    toc_card known;
    bool has_known = toc_log_card_of(txn, &card->org, arena, &known, NULL) == TOC_OK;
    if (has_known && toc_card_hash_equal(&known.hash, &card->hash))
        return TOC_OK;
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    /* An older card than the known one is proven from the first card on. */
    return toc_card_prove(card, has_known && known.serial < card->serial ? &known : NULL, &cards,
                          out_missing, err);
}

/* A member's card that the roll has becomes the one we know it by, unless a newer one is known. */
static toc_code take_member_cards(toc_engine *engine, toc_log_txn *txn, const toc_charter *charter,
                                  toc_arena *arena, toc_now now, toc_err *err)
{
    toc_card_state taken;
    for (size_t i = 0; i < charter->member_count; i++) {
        toc_card card, known;
        TOC_TRY(toc_roll_card(txn, &charter->members[i].card, arena, &card, err));
        bool has_known = toc_log_card_of(txn, &card.org, arena, &known, NULL) == TOC_OK;
        toc_card_hash missing;
        if (!toc_org_id_equal(&card.org, &charter->members[i].org) ||
            (has_known && known.serial >= card.serial) ||
            toc_roll_prove(txn, &card, arena, &missing, NULL) != TOC_OK)
            continue;
        if (!has_known)
            TOC_TRY(toc_log_card_put(txn, &card, err));
        else
            TOC_TRY(toc_cards_take(engine, txn, 0, &card, arena, now, &taken, err));
    }
    return TOC_OK;
}

/* Puts a judged charter in force: durable with the round, own feeds brought up to it, peers told at
 * the round's end. */
toc_code toc_roll_adopt(toc_engine *engine, toc_log_txn *txn, const toc_charter *charter,
                        toc_arena *arena, toc_now now, toc_err *err)
{
    toc_log_circle state;
    toc_charter before;
    if (toc_log_circle_get(txn, &charter->circle, &state, NULL) != TOC_OK)
        state = (toc_log_circle){.id = charter->circle};
    bool follows =
        state.known && toc_log_charter_of(txn, &charter->circle, arena, &before, NULL) == TOC_OK;
    bool turn = !follows || !readers_equal(&before, charter);
    TOC_TRY(take_member_cards(engine, txn, charter, arena, now, err));
    if (follows) {
        TOC_TRY(toc_pins_adopt(engine, txn, &before, charter, arena, now, err));
        TOC_TRY(toc_admission_adopt(engine, txn, &before, charter, now, err));
    }
    TOC_TRY(toc_admission_own(engine, txn, follows ? before.version : 1, charter, now, err));
    toc_pins_renew(engine, charter, now, &state);
    if (state.contested)
        TOC_TRY(toc_join_settle(txn, charter, arena, &state, err));
    state.known = true;
    state.charter = charter->hash;
    state.version = charter->version;
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    TOC_TRY(toc_log_proposals_drop(txn, &charter->circle, charter->version, err));
    TOC_TRY(note_changed(engine, charter, err));
    toc_quota_changed(engine, &charter->circle);
    toc_grants_unblock(engine, &charter->circle, now);
    if (state.joined && toc_charter_writes(charter, &engine->org))
        TOC_TRY(toc_grants_refresh(engine, txn, &charter->circle, turn, now, err));
    return toc_engine_peers_changed(engine, err);
}

/* Grows by doubling: most chains are short, and room for the longest is a megabyte to clear. */
static toc_code chain_add(engine_chain *chain, const toc_charter *charter, toc_arena *arena,
                          toc_err *err)
{
    if (chain->count == chain->capacity) {
        size_t capacity = chain->capacity == 0 ? 4 : 2 * chain->capacity;
        toc_charter *grown = toc_arena_zalloc(arena, capacity, sizeof *grown);
        if (grown == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chain of charters");
        if (chain->count > 0)
            memcpy(grown, chain->charters, chain->count * sizeof *grown);
        chain->charters = grown;
        chain->capacity = capacity;
    }
    chain->charters[chain->count++] = *charter;
    return TOC_OK;
}

/* Walks back from the tip to the version in force, or to the first one. False: something is missing
 * and was asked for, or the tip leads elsewhere (then *out_dead is set: another branch, or not this
 * circle at all). */
static toc_code walk_back(toc_engine *engine, toc_log_txn *txn, const engine_tip *tip,
                          const toc_log_circle *state, toc_arena *arena, toc_now now,
                          engine_chain *out, bool *out_whole, bool *out_dead, toc_err *err)
{
    *out_whole = *out_dead = false;
    toc_charter_hash at = tip->hash;
    while (out->count < ROLL_CHAIN_MAX) {
        toc_hash key;
        toc_charter charter;
        memcpy(key.bytes, at.bytes, sizeof key.bytes);
        toc_code code = toc_log_roll_charter(txn, &at, arena, &charter, NULL);
        if (code != TOC_OK && !toc_roll_held(txn, key.bytes))
            return toc_roll_want(engine, txn, tip->link, &key, now, err);
        if (code != TOC_OK || !toc_circle_id_equal(&charter.circle, &tip->circle) ||
            (state->known && charter.version <= state->version)) {
            *out_dead = true;
            return TOC_OK;
        }
        TOC_TRY(chain_add(out, &charter, arena, err));
        if (state->known && (toc_charter_hash_equal(&charter.previous, &state->charter) ||
                             toc_charter_hash_equal(&charter.joined, &state->charter))) {
            *out_whole = true;
            return TOC_OK;
        }
        if (charter.version == 1) {
            *out_whole = !state->known;
            *out_dead = state->known;
            return TOC_OK;
        }
        at = charter.previous;
    }
    *out_dead = true;
    return TOC_OK;
}

/* One member's card: held, a card at all, of that org, and led back to its first one? What is
 * missing is asked for. */
static toc_code member_card(toc_engine *engine, toc_log_txn *txn, const toc_charter_member *member,
                            uint64_t link, toc_arena *arena, toc_now now, cards_state *state,
                            toc_err *err)
{
    toc_hash key;
    toc_card card;
    toc_card_hash missing = member->card;
    toc_err why;
    memcpy(key.bytes, member->card.bytes, sizeof key.bytes);
    toc_code code = toc_roll_held(txn, key.bytes)
                        ? toc_roll_card(txn, &member->card, arena, &card, &why)
                        : TOC_NOT_FOUND;
    if (code == TOC_OK && !toc_org_id_equal(&card.org, &member->org))
        code = TOC_MALFORMED;
    else if (code == TOC_OK)
        code = toc_roll_prove(txn, &card, arena, &missing, &why);
    if (code == TOC_IO || code == TOC_NO_MEMORY)
        return toc_fail(err, code, "%s", why.text);
    if (code == TOC_NOT_FOUND) {
        *state = *state == CARDS_WRONG ? CARDS_WRONG : CARDS_MISSING;
        memcpy(key.bytes, missing.bytes, sizeof key.bytes);
        return toc_roll_want(engine, txn, link, &key, now, err);
    }
    if (code != TOC_OK)
        *state = CARDS_WRONG;
    return TOC_OK;
}

toc_code toc_roll_chain_cards(toc_engine *engine, toc_log_txn *txn, const engine_chain *walked,
                              uint64_t link, toc_arena *arena, toc_now now, cards_state *out,
                              toc_err *err)
{
    *out = CARDS_READY;
    for (size_t i = 0; i < walked->count; i++) {
        const toc_charter *charter = &walked->charters[i];
        for (size_t j = 0; j < charter->member_count; j++)
            TOC_TRY(member_card(engine, txn, &charter->members[j], link, arena, now, out, err));
    }
    if (*out == CARDS_WRONG) {
        const engine_link *from = toc_engine_link(engine, link);
        toc_engine_count(engine, from == NULL ? NULL : &from->peer, TOC_REFUSE_ROLL,
                         "a charter that names a card which is not its member's");
    }
    return TOC_OK;
}

/* Cards that judge votes must be their org's, not merely say so. */
static toc_code proven_card(void *context, const toc_card_hash *hash, toc_card *out, toc_err *err)
{
    toc_log_card_context *cards = context;
    toc_card_hash missing;
    TOC_TRY(toc_roll_card(cards->txn, hash, cards->arena, out, err));
    return toc_roll_prove(cards->txn, out, cards->arena, &missing, err);
}

toc_code toc_roll_chain_judge(toc_engine *engine, toc_log_txn *txn, const toc_charter *current,
                              const engine_chain *walked, toc_arena *arena, uint64_t link,
                              bool *out_holds, toc_charter *out_newest, toc_err *err)
{
    (void)err;
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = {.context = &context, .card = proven_card};
    *out_holds = false;
    for (size_t i = walked->count; i > 0; i--) {
        const toc_charter *next = &walked->charters[i - 1];
        toc_err why;
        if (toc_join_judge(txn, current, next, &cards, arena, &why) != TOC_OK) {
            const engine_link *from = toc_engine_link(engine, link);
            toc_engine_count(engine, from == NULL ? NULL : &from->peer, TOC_REFUSE_ROLL, why.text);
            return TOC_OK;
        }
        current = next;
    }
    TOC_ASSERT(current != NULL); /* a chain has one charter at least */
    *out_holds = true;
    *out_newest = *current;
    return TOC_OK;
}

static toc_code judge_chain(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *state,
                            const engine_chain *walked, toc_arena *arena, uint64_t link,
                            toc_now now, toc_err *err)
{
    toc_charter current, newest;
    bool holds;
    if (state->known)
        TOC_TRY(toc_log_charter_of(txn, &state->id, arena, &current, err));
    TOC_TRY(toc_roll_chain_judge(engine, txn, state->known ? &current : NULL, walked, arena, link,
                                 &holds, &newest, err));
    return holds ? toc_roll_adopt(engine, txn, &newest, arena, now, err) : TOC_OK;
}

/* A tip that is a card. */
static toc_code advance_card(toc_engine *engine, toc_log_txn *txn, const engine_tip *tip,
                             toc_arena *arena, toc_now now, bool *out_card, bool *out_done,
                             toc_err *err)
{
    toc_hash key;
    toc_span bytes;
    toc_card card;
    memcpy(key.bytes, tip->hash.bytes, sizeof key.bytes);
    *out_card = false;
    if (toc_log_roll_get(txn, &key, &bytes, NULL) != TOC_OK)
        return TOC_OK;
    bytes = toc_arena_dup(arena, bytes);
    if (bytes.data == NULL || toc_card_reopen(bytes, arena, &card, NULL) != TOC_OK)
        return TOC_OK;
    toc_card_state state;
    *out_card = true;
    TOC_TRY(toc_cards_take(engine, txn, tip->link, &card, arena, now, &state, err));
    *out_done = state != TOC_CARD_MISSING;
    return TOC_OK;
}

/* `walked` NULL: the tip alone. */
static toc_code prepare_joins(toc_engine *engine, toc_log_txn *txn, engine_tip *tip,
                              const engine_chain *walked, toc_arena *arena, bool *out_wait,
                              toc_err *err)
{
    toc_charter alone;
    *out_wait = false;
    if (walked != NULL)
        return toc_join_prepare(engine, txn, tip, walked->charters, walked->count, arena, out_wait,
                                err);
    return toc_log_roll_charter(txn, &tip->hash, arena, &alone, NULL) == TOC_OK
               ? toc_join_prepare(engine, txn, tip, &alone, 1, arena, out_wait, err)
               : TOC_OK;
}

/* *out_done: the tip needs no further thought. */
static toc_code advance_tip(toc_engine *engine, toc_log_txn *txn, engine_tip *tip, toc_now now,
                            bool *out_done, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(ROLL_ARENA_BYTES, &arena, err));
    toc_log_circle state;
    bool is_card;
    TOC_TRY(advance_card(engine, txn, tip, arena, now, &is_card, out_done, err));
    if (is_card)
        return TOC_OK;
    *out_done = true;
    if (toc_log_circle_get(txn, &tip->circle, &state, NULL) != TOC_OK || !state.joined ||
        (state.known && toc_charter_hash_equal(&state.charter, &tip->hash)))
        return TOC_OK;
    engine_chain walked = {0};
    bool whole, dead, wait;
    cards_state cards;
    TOC_TRY(walk_back(engine, txn, tip, &state, arena, now, &walked, &whole, &dead, err));
    *out_done = dead;
    TOC_TRY(prepare_joins(engine, txn, tip, dead ? NULL : &walked, arena, &wait, err));
    if (wait) {
        *out_done = false;
        return TOC_OK;
    }
    if (dead && state.known)
        return toc_rivals_meet(engine, txn, tip, &state, arena, now, out_done, err);
    if (!whole)
        return TOC_OK;
    TOC_TRY(toc_roll_chain_cards(engine, txn, &walked, tip->link, arena, now, &cards, err));
    if (cards == CARDS_MISSING)
        return TOC_OK;
    *out_done = true;
    if (cards == CARDS_WRONG)
        return TOC_OK;
    return judge_chain(engine, txn, &state, &walked, arena, tip->link, now, err);
}

toc_code toc_roll_advance(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    for (engine_tip **at = &engine->tips; *at != NULL;) {
        bool done;
        TOC_TRY(advance_tip(engine, txn, *at, now, &done, err));
        if (!done) {
            at = &(*at)->next;
            continue;
        }
        engine_tip *old = *at;
        *at = old->next;
        free(old);
    }
    return TOC_OK;
}
