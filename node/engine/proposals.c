/* Proposals on their way to the admins of their circle, and the signatures that they gather
 * (PROTOCOL §1). What is told is the hash of the bytes with the signatures there are: whoever holds
 * other bytes asks for them, and both join what they have. Nothing is signed here; a proposal that
 * has its quorum comes into force. */
#include "node/engine/proposals.h"
#include "node/engine/branches.h"
#include "node/engine/roll.h"

#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/crypto/hash.h"

enum { PROPOSALS_ARENA_BYTES = 64 << 20 };

/* ---- who is told ---- */

static bool is_admin(const toc_charter *charter, const toc_org_id *org)
{
    const toc_charter_member *member = toc_charter_find(charter, org);
    return member != NULL && member->role == TOC_ROLE_ADMIN;
}

/* Are both admins by the charter in force, and does nobody contest it? */
static bool among_admins(const toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                         const toc_org_id *peer, toc_arena *arena, toc_charter *out)
{
    toc_log_circle state;
    return toc_roll_shared(txn, circle, peer, arena, &state, out) && !state.contested &&
           is_admin(out, peer) && is_admin(out, &engine->org);
}

typedef struct kept {
    const toc_engine *engine;
    toc_log_txn *txn;
    toc_arena *arena;
    const toc_org_id *peer;
    const toc_circle_id *circle; /* NULL: of all */
    toc_hash *hashes;            /* TOC_NEWS_PROPOSALS_MAX */
    size_t count;
} kept;

static toc_code add_hash(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    (void)err;
    kept *all = context;
    if (toc_circle_id_equal(&proposal->circle, all->circle) && all->count < TOC_NEWS_PROPOSALS_MAX)
        toc_sha256(proposal->signed_charter, &all->hashes[all->count++]);
    return TOC_OK;
}

static toc_code tell_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    kept *all = context;
    toc_charter charter;
    toc_arena_reset(all->arena);
    all->hashes = toc_arena_zalloc(all->arena, TOC_NEWS_PROPOSALS_MAX, sizeof *all->hashes);
    if (all->hashes == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for proposals");
    all->circle = &circle->id;
    all->count = 0;
    TOC_TRY(toc_log_proposals(all->txn, add_hash, all, err));
    if (all->count > 0 &&
        !among_admins(all->engine, all->txn, &circle->id, all->peer, all->arena, &charter))
        all->count = 0;
    return TOC_OK;
}

typedef struct telling {
    toc_engine *engine;
    const engine_link *link;
    kept kept;
} telling;

static toc_code tell_one(void *context, const toc_log_circle *circle, toc_err *err)
{
    telling *all = context;
    TOC_TRY(tell_circle(&all->kept, circle, err));
    if (all->kept.count == 0)
        return TOC_OK;
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = circle->id;
    news.as.news.proposal_count = all->kept.count;
    news.as.news.proposals = all->kept.hashes;
    return toc_engine_send(all->engine, all->link->number, false, &news, err);
}

static toc_code tell_link(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    telling all = {.engine = engine,
                   .link = link,
                   .kept = {.engine = engine, .txn = txn, .arena = context, .peer = &link->peer}};
    return toc_log_circles(txn, tell_one, &all, err);
}

/* ---- serving ---- */

typedef struct proposal_search {
    kept kept;
    const toc_hash *hash;  /* of the bytes; or NULL */
    const toc_org_id *org; /* with hash NULL: whom it names */
    toc_span found;
} proposal_search;

static toc_code match(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    (void)err;
    proposal_search *search = context;
    toc_charter charter, next;
    toc_hash hash;
    if (search->found.data != NULL ||
        !among_admins(search->kept.engine, search->kept.txn, &proposal->circle, search->kept.peer,
                      search->kept.arena, &charter))
        return TOC_OK;
    if (search->hash != NULL) {
        toc_sha256(proposal->signed_charter, &hash);
        if (toc_hash_equal(&hash, search->hash))
            search->found = proposal->signed_charter;
    } else if (toc_charter_reopen(proposal->signed_charter, search->kept.arena, &next, NULL) ==
                   TOC_OK &&
               toc_charter_find(&next, search->org) != NULL) {
        search->found = proposal->signed_charter;
    }
    return TOC_OK;
}

bool toc_proposals_find(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer,
                        const toc_hash *hash, toc_arena *arena, toc_span *out)
{
    proposal_search search = {.kept = {.engine = engine, .txn = txn, .arena = arena, .peer = peer},
                              .hash = hash};
    if (toc_log_proposals(txn, match, &search, NULL) != TOC_OK || search.found.data == NULL)
        return false;
    *out = search.found;
    return true;
}

bool toc_proposals_name(const toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer,
                        const toc_org_id *org, toc_arena *arena)
{
    proposal_search search = {.kept = {.engine = engine, .txn = txn, .arena = arena, .peer = peer},
                              .org = org};
    return toc_log_proposals(txn, match, &search, NULL) == TOC_OK && search.found.data != NULL;
}

/* ---- hearing of one ---- */

static bool was_declined(const toc_engine *engine, const toc_hash *hash)
{
    size_t count = engine->declined_count < ENGINE_PROPOSALS_DECLINED ? engine->declined_count
                                                                      : ENGINE_PROPOSALS_DECLINED;
    for (size_t i = 0; i < count; i++) {
        if (toc_hash_equal(&engine->proposals_declined[i], hash))
            return true;
    }
    return false;
}

static void decline(toc_engine *engine, const toc_hash *hash)
{
    engine->proposals_declined[engine->declined_count++ % ENGINE_PROPOSALS_DECLINED] = *hash;
}

/* False, and counted, when the peer was asked for as many as may be. */
static toc_code may_ask(toc_engine *engine, const toc_org_id *peer, toc_now now, bool *out,
                        toc_err *err)
{
    engine_day *today = toc_days_of(&engine->proposal_days, peer, now);
    if (today == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for proposals");
    *out = today->count++ < TOC_PROPOSALS_ASKED_A_DAY;
    if (!*out)
        toc_engine_count(engine, peer, TOC_REFUSE_PROPOSALS, NULL);
    return TOC_OK;
}

toc_code toc_proposals_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                             const toc_message *message, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    const toc_circle_id *circle = &message->as.news.circle;
    if (message->as.news.proposal_count == 0)
        return TOC_OK;
    TOC_TRY(toc_arena_new(PROPOSALS_ARENA_BYTES, &arena, err));
    if (!among_admins(engine, txn, circle, &link->peer, arena, &charter))
        return TOC_OK; /* charters differ, or it tells whom it should not */
    for (size_t i = 0; i < message->as.news.proposal_count; i++) {
        const toc_hash *hash = &message->as.news.proposals[i];
        toc_span bytes;
        bool may;
        if (toc_proposals_find(engine, txn, &link->peer, hash, arena, &bytes) ||
            was_declined(engine, hash) || toc_roll_asked(engine, hash))
            continue;
        TOC_TRY(may_ask(engine, &link->peer, now, &may, err));
        if (!may)
            return TOC_OK;
        TOC_TRY(toc_roll_want_proposal(engine, link, hash, circle, now, err));
    }
    return TOC_OK;
}

/* ---- taking one ---- */

/* Does the signature count for what follows `current`? */
static bool votes(toc_log_txn *txn, const toc_charter *current,
                  const toc_charter_signature *signature, toc_arena *arena)
{
    const toc_charter_member *member = toc_charter_find(current, &signature->org);
    toc_card card;
    if (member == NULL || member->role != TOC_ROLE_ADMIN ||
        toc_roll_card(txn, &member->card, arena, &card, NULL) != TOC_OK)
        return false;
    const toc_officer *officer = toc_card_officer(&card, &signature->officer);
    return officer != NULL && (officer->scopes & TOC_SCOPE_CHARTER) != 0;
}

typedef struct signed_count {
    const toc_circle_id *circle;
    const toc_org_id *org;
    toc_arena *arena;
    size_t count;
} signed_count;

static toc_code count_signed(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    signed_count *all = context;
    toc_charter charter;
    if (!toc_circle_id_equal(&proposal->circle, all->circle))
        return TOC_OK;
    TOC_TRY(toc_charter_reopen(proposal->signed_charter, all->arena, &charter, err));
    for (size_t i = 0; i < charter.signature_count; i++) {
        if (toc_org_id_equal(&charter.signatures[i].org, all->org)) {
            all->count++;
            break;
        }
    }
    return TOC_OK;
}

/* A proposal that is new here is kept while one of those who signed it has signed few. */
static toc_code has_room(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                         const toc_charter_signature *signatures, size_t count, bool *out,
                         toc_err *err)
{
    *out = false;
    for (size_t i = 0; i < count && !*out; i++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        TOC_TRY(toc_arena_new(PROPOSALS_ARENA_BYTES, &arena, err));
        signed_count all = {.circle = circle, .org = &signatures[i].org, .arena = arena};
        TOC_TRY(toc_log_proposals(txn, count_signed, &all, err));
        *out = all.count < TOC_PROPOSALS_OF_AN_ADMIN;
    }
    for (size_t i = 0; i < count && !*out; i++)
        toc_engine_count(engine, &signatures[i].org, TOC_REFUSE_PROPOSALS, NULL);
    return TOC_OK;
}

/* The signatures that count, of what came and of what is kept. */
static toc_code gather(toc_engine *engine, toc_log_txn *txn, const toc_charter *current,
                       const toc_charter *came, const toc_hash *hash, toc_arena *arena,
                       toc_charter *out, bool *out_any, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    toc_log_proposal before;
    toc_charter held = {0};
    *out_any = false;
    bool is_held =
        toc_log_proposal_get(txn, &current->circle, &came->hash, &before, NULL) == TOC_OK;
    if (is_held)
        TOC_TRY(toc_charter_reopen(before.signed_charter, arena, &held, err));
    toc_charter_signature *all =
        toc_arena_zalloc(arena, came->signature_count + held.signature_count + 1, sizeof *all);
    if (all == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for signatures");
    size_t count = 0;
    for (size_t i = 0; i < came->signature_count; i++) {
        if (votes(txn, current, &came->signatures[i], arena))
            all[count++] = came->signatures[i];
    }
    bool room = count > 0;
    if (room && !is_held)
        TOC_TRY(has_room(engine, txn, &current->circle, all, count, &room, err));
    if (!room) {
        decline(engine, hash);
        return TOC_OK;
    }
    if (held.signature_count > 0)
        memcpy(all + count, held.signatures, held.signature_count * sizeof *all);
    toc_charter_join(came->body, all, count + held.signature_count, &whole);
    TOC_TRY(toc_buf_ok(&whole, err));
    *out_any = !is_held || !toc_span_equal(toc_buf_view(&whole), held.signed_charter);
    return toc_charter_reopen(toc_buf_view(&whole), arena, out, err);
}

/* In force when its quorum is complete; kept when it is not, or when a card has still to come. */
static toc_code settle(toc_engine *engine, toc_log_txn *txn, const toc_charter *current,
                       const toc_charter *next, uint64_t link, bool is_new, toc_arena *arena,
                       toc_now now, toc_err *err)
{
    toc_err why;
    toc_hash key;
    cards_state cards_here;
    toc_charter *rows = toc_arena_zalloc(arena, 1, sizeof *rows);
    if (rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a proposal");
    *rows = *next;
    const engine_chain chain = {.charters = rows, .count = 1};
    TOC_TRY(toc_roll_chain_cards(engine, txn, &chain, link, arena, now, &cards_here, err));
    if (cards_here == CARDS_WRONG)
        return TOC_OK; /* counted */
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source cards = toc_log_card_source(&context);
    toc_code verdict = toc_join_judge(txn, current, next, &cards, arena, &why);
    if (verdict == TOC_IO || verdict == TOC_NO_MEMORY)
        return toc_fail(err, verdict, "%s", why.text);
    if (verdict == TOC_OK && cards_here == CARDS_READY) {
        memcpy(key.bytes, next->hash.bytes, sizeof key.bytes);
        TOC_TRY(toc_log_roll_put(txn, &key, next->signed_charter, err));
        return toc_roll_adopt(engine, txn, next, arena, now, err);
    }
    engine->proposals_wait = engine->proposals_wait || cards_here == CARDS_MISSING;
    if (is_new) {
        TOC_TRY(toc_log_proposal_put(txn, next, err));
        toc_proposals_changed(engine);
    }
    return TOC_OK;
}

toc_code toc_proposals_take(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                            const engine_request *request, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter current, came, next;
    toc_hash hash;
    toc_err why;
    TOC_TRY(toc_arena_new(PROPOSALS_ARENA_BYTES, &arena, err));
    toc_sha256(toc_buf_view(&request->roll), &hash);
    if (!toc_hash_equal(&hash, &request->hash) ||
        toc_charter_open(toc_buf_view(&request->roll), arena, &came, &why) != TOC_OK ||
        !toc_circle_id_equal(&came.circle, &request->circle)) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_ROLL,
                         "a proposal that is none, or not the one that was asked for");
        return TOC_OK;
    }
    if (!among_admins(engine, txn, &request->circle, &link->peer, arena, &current) ||
        toc_charter_follows(&current, &came, NULL) != TOC_OK)
        return TOC_OK; /* it is over, or we are behind: it is told of again */
    bool any;
    TOC_TRY(gather(engine, txn, &current, &came, &hash, arena, &next, &any, err));
    return any ? settle(engine, txn, &current, &next, link->number, true, arena, now, err) : TOC_OK;
}

/* ---- time ---- */

void toc_proposals_changed(toc_engine *engine)
{
    engine->proposals_due = (toc_instant){0};
}

typedef struct waiting {
    toc_arena *arena;
    toc_charter *rows;
    size_t count;
} waiting;

static toc_code collect(void *context, const toc_log_proposal *proposal, toc_err *err)
{
    waiting *all = context;
    toc_charter *grown = toc_arena_zalloc(all->arena, all->count + 1, sizeof *grown);
    if (grown == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for proposals");
    if (all->count > 0)
        memcpy(grown, all->rows, all->count * sizeof *grown);
    TOC_TRY(toc_charter_reopen(proposal->signed_charter, all->arena, &grown[all->count++], err));
    all->rows = grown;
    return TOC_OK;
}

typedef struct any_admin {
    const toc_circle_id *circle;
    toc_arena *arena;
    uint64_t link;
} any_admin;

static toc_code find_admin(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                           toc_err *err)
{
    (void)err;
    any_admin *search = context;
    toc_charter charter;
    if (search->link == 0 &&
        among_admins(engine, txn, search->circle, &link->peer, search->arena, &charter))
        search->link = link->number;
    return TOC_OK;
}

/* Cards that they name may have come. */
static toc_code look_again(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(4 * (size_t)PROPOSALS_ARENA_BYTES, &arena, err));
    waiting all = {.arena = arena};
    engine->proposals_wait = false;
    TOC_TRY(toc_log_proposals(txn, collect, &all, err));
    for (size_t i = 0; i < all.count; i++) {
        toc_charter current;
        any_admin search = {.circle = &all.rows[i].circle, .arena = arena};
        TOC_TRY(toc_engine_links(engine, txn, find_admin, &search, err));
        if (search.link == 0)
            engine->proposals_wait = true;
        else if (toc_log_charter_of(txn, search.circle, arena, &current, NULL) == TOC_OK &&
                 toc_charter_follows(&current, &all.rows[i], NULL) == TOC_OK)
            TOC_TRY(
                settle(engine, txn, &current, &all.rows[i], search.link, false, arena, now, err));
    }
    return TOC_OK;
}

toc_code toc_proposals_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    if (engine->proposals_wait && now.mono.ms >= engine->proposals_again.ms) {
        engine->proposals_again.ms = now.mono.ms + ENGINE_RETRY_MS;
        TOC_TRY(look_again(engine, txn, now, err));
    }
    if (now.mono.ms < engine->proposals_due.ms)
        return TOC_OK;
    engine->proposals_due.ms = now.mono.ms + ENGINE_HEADS_MS;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(PROPOSALS_ARENA_BYTES, &arena, err));
    return toc_engine_links(engine, txn, tell_link, arena, err);
}
