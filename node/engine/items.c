/* Items of the roll, one by one: asking peers for cards and charters, serving them, taking what
 * comes. Only what was asked for is stored. */
#include "node/engine/proposals.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

enum { ITEMS_ARENA_BYTES = 64 << 20, ITEMS_PART_BYTES = 60000 };

/* ---- asking ---- */

static bool asked_of(const engine_link *link, const toc_hash *hash)
{
    for (size_t i = 0; i < TOC_COUNT(link->requests); i++) {
        if (link->requests[i].id != 0 && link->requests[i].kind == TOC_MSG_ROLL &&
            toc_hash_equal(&link->requests[i].hash, hash))
            return true;
    }
    return false;
}

bool toc_roll_asked(toc_engine *engine, const toc_hash *hash)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (const engine_link *link = engine->links[i]; link != NULL; link = link->next) {
            if (asked_of(link, hash))
                return true;
        }
    }
    return false;
}

static toc_code ask_for(toc_engine *engine, const engine_link *link, engine_request *request,
                        const toc_hash *hash, toc_err *err)
{
    request->hash = *hash;
    toc_message message = {.kind = TOC_MSG_ROLL, .id = request->id};
    message.as.roll.hash = *hash;
    return toc_engine_send(engine, link->number, true, &message, err);
}

/* What is told of is kept for good, so nobody may tell of it without end. */
static bool may_ask(toc_engine *engine, const engine_link *link, toc_now now)
{
    const engine_day *today = toc_days_of(&engine->roll_days, &link->peer, now);
    bool may = today != NULL && today->count < TOC_ROLL_BYTES_A_DAY;
    if (!may)
        toc_engine_count(engine, &link->peer, TOC_REFUSE_ROLL,
                         "more cards and charters in a day than are kept of a peer");
    return may;
}

/* Into the roll, and counted. */
static toc_code keep(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                     const toc_hash *hash, toc_span item, toc_now now, toc_err *err)
{
    engine_day *today = toc_days_of(&engine->roll_days, &link->peer, now);
    if (today != NULL && !toc_roll_held(txn, hash))
        today->count += item.size;
    return toc_log_roll_put(txn, hash, item, err);
}

static toc_code ask(toc_engine *engine, engine_link *link, const toc_hash *hash,
                    const toc_circle_id *circle, toc_now now, toc_err *err)
{
    if (!may_ask(engine, link, now))
        return TOC_OK;
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_ROLL, now);
    if (request == NULL)
        return TOC_OK; /* 32 are open: the sweep asks again */
    if (circle != NULL)
        request->circle = *circle;
    return ask_for(engine, link, request, hash, err);
}

toc_code toc_roll_want(toc_engine *engine, toc_log_txn *txn, uint64_t number, const toc_hash *hash,
                       toc_now now, toc_err *err)
{
    engine_link *link = toc_engine_link(engine, number);
    if (link == NULL || toc_roll_held(txn, hash) || toc_roll_asked(engine, hash))
        return TOC_OK;
    return ask(engine, link, hash, NULL, now, err);
}

toc_code toc_roll_want_circle(toc_engine *engine, uint64_t number, const toc_circle_id *circle,
                              toc_now now, toc_err *err)
{
    engine_link *link = toc_engine_link(engine, number);
    toc_hash hash;
    memcpy(hash.bytes, circle->bytes, sizeof hash.bytes);
    if (link == NULL || asked_of(link, &hash)) /* of each: one who has it not must not bar others */
        return TOC_OK;
    return ask(engine, link, &hash, circle, now, err);
}

toc_code toc_roll_want_newest(toc_engine *engine, engine_link *link, const toc_org_id *org,
                              uint64_t serial, toc_refusal reason, toc_now now, toc_err *err)
{
    toc_hash hash;
    memcpy(hash.bytes, org->bytes, sizeof hash.bytes);
    if (link == NULL || toc_roll_asked(engine, &hash) || !may_ask(engine, link, now))
        return TOC_OK;
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_ROLL, now);
    if (request == NULL)
        return TOC_OK;
    request->newest = true;
    request->serial = serial;
    request->reason = reason;
    return ask_for(engine, link, request, &hash, err);
}

toc_code toc_roll_want_proposal(toc_engine *engine, engine_link *link, const toc_hash *hash,
                                const toc_circle_id *circle, toc_now now, toc_err *err)
{
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_ROLL, now);
    if (request == NULL)
        return TOC_OK;
    request->proposal = true;
    request->circle = *circle;
    return ask_for(engine, link, request, hash, err);
}

/* ---- serving and receiving ---- */

/* May the peer have this item? Its own circle's charters, the cards of those it shares a circle
 * with, and ours. */
static bool may_serve(toc_engine *engine, toc_log_txn *txn, const toc_org_id *peer, toc_span item,
                      toc_arena *arena)
{
    toc_span copy = toc_arena_dup(arena, item);
    toc_card card;
    if (copy.data != NULL && toc_card_reopen(copy, arena, &card, NULL) == TOC_OK)
        return toc_org_id_equal(&card.org, &engine->org) ||
               toc_roll_in_one_circle(txn, arena, peer, &card.org) ||
               toc_proposals_name(engine, txn, peer, &card.org, arena);
    toc_charter charter, newest;
    toc_log_circle state;
    return copy.data != NULL && toc_charter_reopen(copy, arena, &charter, NULL) == TOC_OK &&
           toc_roll_served(txn, &charter.circle, peer, arena, &state, &newest);
}

/* A hash names an item, or a circle, whose newest charter is then meant, or an org, whose newest
 * card. */
static bool find_item(toc_log_txn *txn, const toc_hash *hash, toc_arena *arena, toc_span *out)
{
    toc_org_id org;
    toc_card card;
    memcpy(org.bytes, hash->bytes, sizeof org.bytes);
    if (toc_log_card_of(txn, &org, arena, &card, NULL) == TOC_OK) {
        *out = card.signed_card;
        return true;
    }
    toc_circle_id circle;
    memcpy(circle.bytes, hash->bytes, sizeof circle.bytes);
    toc_log_circle state;
    toc_hash key = *hash;
    if (toc_log_circle_get(txn, &circle, &state, NULL) == TOC_OK && state.joined && state.known)
        memcpy(key.bytes, state.charter.bytes, sizeof key.bytes);
    return toc_log_roll_get(txn, &key, out, NULL) == TOC_OK;
}

toc_code toc_roll_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                        const toc_message *message, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(ITEMS_ARENA_BYTES, &arena, err));
    toc_span item;
    const toc_hash *hash = &message->as.roll.hash;
    bool found = find_item(txn, hash, arena, &item)
                     ? may_serve(engine, txn, &link->peer, item, arena)
                     : toc_proposals_find(engine, txn, &link->peer, hash, arena, &item);
    if (!found || message->as.roll.offset > item.size)
        return toc_engine_refuse(engine, link->number, message->id, TOC_REFUSED_NOT_FOUND,
                                 "no such item", err);
    size_t offset = (size_t)message->as.roll.offset, left = item.size - offset;
    toc_message reply = {.kind = TOC_MSG_ROLL_REPLY, .id = message->id};
    reply.as.roll_reply.total = item.size;
    reply.as.roll_reply.offset = offset;
    reply.as.roll_reply.bytes =
        toc_span_of(item.data + offset, left < ITEMS_PART_BYTES ? left : ITEMS_PART_BYTES);
    return toc_engine_send(engine, link->number, true, &reply, err);
}

static toc_code refuse_item(toc_engine *engine, engine_link *link, engine_request *request,
                            const char *sentence)
{
    toc_engine_count(engine, &link->peer, TOC_REFUSE_ROLL, sentence);
    toc_engine_request_end(request);
    return TOC_OK;
}

/* The card of an author whose head names a key that no card here has. */
static toc_code take_newest(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                            const engine_request *request, const toc_card *card, toc_arena *arena,
                            toc_now now, toc_err *err)
{
    toc_card known;
    if (toc_log_card_of(txn, &card->org, arena, &known, NULL) == TOC_OK &&
        known.serial >= card->serial) {
        if (known.serial == request->serial) /* else it came another way meanwhile */
            toc_engine_count(engine, &link->peer, request->reason, NULL);
        return TOC_OK;
    }
    toc_hash key;
    toc_charter_hash tip; /* tips are told by hash, whatever they are */
    memcpy(key.bytes, card->hash.bytes, sizeof key.bytes);
    memcpy(tip.bytes, card->hash.bytes, sizeof tip.bytes);
    TOC_TRY(keep(engine, txn, link, &key, card->signed_card, now, err));
    return toc_roll_tip(engine, &(toc_circle_id){{0}}, &tip, link->number, err);
}

/* The whole item has come: is it what was asked for? */
static toc_code take_item(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                          engine_request *request, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(ITEMS_ARENA_BYTES, &arena, err));
    toc_span item = toc_buf_view(&request->roll);
    toc_card card;
    toc_charter charter;
    toc_err why;
    bool is_card = toc_card_open(item, arena, &card, NULL) == TOC_OK;
    if (is_card && request->newest &&
        memcmp(card.org.bytes, request->hash.bytes, sizeof card.org.bytes) == 0) {
        TOC_TRY(take_newest(engine, txn, link, request, &card, arena, now, err));
    } else if (is_card &&
               memcmp(card.hash.bytes, request->hash.bytes, sizeof card.hash.bytes) == 0) {
        TOC_TRY(keep(engine, txn, link, &request->hash, item, now, err));
    } else if (toc_charter_open(item, arena, &charter, &why) != TOC_OK) {
        return refuse_item(engine, link, request, why.text);
    } else if (memcmp(charter.hash.bytes, request->hash.bytes, sizeof charter.hash.bytes) == 0 ||
               toc_circle_id_equal(&charter.circle, &request->circle)) {
        toc_hash key;
        memcpy(key.bytes, charter.hash.bytes, sizeof key.bytes);
        TOC_TRY(keep(engine, txn, link, &key, item, now, err));
        TOC_TRY(toc_roll_tip(engine, &charter.circle, &charter.hash, link->number, err));
    } else {
        return refuse_item(engine, link, request, "an item of the roll that was not asked for");
    }
    toc_engine_request_end(request);
    TOC_TRY(toc_roll_advance(engine, txn, now, err));
    return toc_sync_advance_all(engine, txn, now, err); /* feeds that waited for a card go on */
}

toc_code toc_roll_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                        engine_request *request, const toc_message *message, toc_now now,
                        toc_err *err)
{
    uint64_t total = message->as.roll_reply.total, offset = message->as.roll_reply.offset;
    toc_span bytes = message->as.roll_reply.bytes;
    if (total > TOC_CHARTER_BYTES_MAX + TOC_CARD_BYTES_MAX || offset != request->roll.size ||
        bytes.size > total - offset || (bytes.size == 0 && offset < total))
        return refuse_item(engine, link, request,
                           "a part of a card or charter that does not fit the others");
    toc_buf_add_span(&request->roll, bytes);
    TOC_TRY(toc_buf_ok(&request->roll, err));
    if (request->roll.size == total && request->proposal) {
        TOC_TRY(toc_proposals_take(engine, txn, link, request, now, err));
        toc_engine_request_end(request);
        return TOC_OK;
    }
    if (request->roll.size == total)
        return take_item(engine, txn, link, request, now, err);
    request->deadline.ms = now.mono.ms + ENGINE_REQUEST_MS;
    toc_message next = {.kind = TOC_MSG_ROLL, .id = request->id};
    next.as.roll.hash = request->hash;
    next.as.roll.offset = request->roll.size;
    return toc_engine_send(engine, link->number, true, &next, err);
}
