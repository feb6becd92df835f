/* Own feeds and sender keys: which key opens what, who has it, and what still waits for one. */
#include "node/engine/grants.h"
#include "node/engine/admission.h"
#include "node/engine/branches.h"
#include "node/engine/cards.h"
#include "node/engine/epoch.h"
#include "node/engine/erase.h"
#include "node/engine/forks.h"
#include "node/engine/generation.h"
#include "node/engine/pins.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdlib.h>

#include "proto/feed/grant.h"

enum {
    GRANTS_ARENA_BYTES = 64 << 20,
    GRANTS_PARTS_MAX = (TOC_MEMBERS_MAX + TOC_GRANT_BOXES_MAX - 1) / TOC_GRANT_BOXES_MAX,
    PENDING_RANGES_PER_TICK = 64
};

/* ---- writing grants ---- */

static toc_code own_feed(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                         toc_log_feed *out, engine_feed **out_state, toc_err *err)
{
    toc_feed_id id;
    toc_feed_id_of(name, &id);
    if (toc_log_feed_find(txn, &id, out, NULL) != TOC_OK)
        TOC_TRY(toc_log_feed_new(txn, name, out, err));
    *out_state = toc_sync_feed(engine, name);
    return *out_state == NULL ? toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed") : TOC_OK;
}

static void mark_written(engine_feed *state, uint64_t from)
{
    if (!state->written) {
        state->written = true;
        state->written_from = from;
    }
    state->written_link = 0;
}

/* One grant entry for each part of the boxes; without boxes one entry of count 0. */
static toc_code append_grants(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                              const toc_grant *model, toc_span boxes, toc_now now, toc_err *err)
{
    toc_log_feed feed;
    engine_feed *state;
    TOC_TRY(own_feed(engine, txn, name, &feed, &state, err));
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    size_t total = boxes.size / TOC_BOX_BYTES,
           parts = total == 0 ? 1 : (total + TOC_GRANT_BOXES_MAX - 1) / TOC_GRANT_BOXES_MAX;
    TOC_ASSERT(parts <= GRANTS_PARTS_MAX);
    size_t ends[GRANTS_PARTS_MAX];
    toc_judge judge = {0};
    for (size_t i = 0; i < parts; i++) {
        size_t first = i * TOC_GRANT_BOXES_MAX, left = total - first;
        toc_grant part = *model;
        part.first = (uint16_t)first;
        part.count = (uint16_t)(left < TOC_GRANT_BOXES_MAX ? left : TOC_GRANT_BOXES_MAX);
        part.boxes = (toc_span){0};
        if (total > 0)
            part.boxes =
                toc_span_of(boxes.data + first * TOC_BOX_BYTES, (size_t)part.count * TOC_BOX_BYTES);
        TOC_TRY(toc_grant_write(&part, &bytes, err));
        ends[i] = bytes.size;
        judge = toc_judge_of(&part, feed.frontier.size + i);
    }
    TOC_TRY(toc_buf_ok(&bytes, err));
    toc_span entries[GRANTS_PARTS_MAX];
    toc_hash leaves[GRANTS_PARTS_MAX];
    for (size_t i = 0; i < parts; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        entries[i] = toc_span_of(bytes.data + start, ends[i] - start);
        toc_entry_leaf(&feed.id, feed.frontier.size + i, entries[i], &leaves[i]);
    }
    uint64_t from = feed.frontier.size;
    TOC_TRY(toc_log_append(txn, &feed, entries, leaves, parts, &judge, err));
    TOC_TRY(toc_quota_wrote(txn, name, bytes.size, now, err));
    mark_written(state, from);
    return TOC_OK;
}

/* The seal key of a reader, or one that nobody has: a reader finds its box by its place. */
static toc_code reader_seal(toc_log_txn *txn, const toc_log_circle *circle, const toc_org_id *org,
                            toc_arena *arena, toc_seal_key *out, toc_err *err)
{
    toc_card card;
    toc_time until;
    if (toc_admission_waits(txn, &circle->id, org, &until) ||
        (circle->contested && !toc_rivals_have(txn, circle, org, true, arena))) {
        TOC_AUTO(toc_secret_free) toc_secret *nobody = NULL;
        TOC_TRY(toc_secret_random(&nobody, err));
        toc_seal_public(nobody, out);
        return TOC_OK;
    }
    TOC_TRY(toc_log_card_of(txn, org, arena, &card, err));
    *out = card.seal;
    return TOC_OK;
}

static toc_code seal_boxes(toc_log_txn *txn, const toc_log_circle *circle,
                           const toc_charter *charter, const toc_secret *key, toc_arena *arena,
                           toc_buf *out, toc_err *err)
{
    size_t count = toc_charter_reader_count(charter);
    for (size_t i = 0; i < count; i++) {
        const toc_charter_member *reader = toc_charter_reader(charter, i);
        toc_seal_key seal;
        TOC_TRY(reader_seal(txn, circle, &reader->org, arena, &seal, err));
        toc_box box;
        TOC_TRY(toc_box_seal(&seal, key, &box, err));
        toc_buf_add(out, box.bytes, sizeof box.bytes);
    }
    return toc_buf_ok(out, err);
}

/* Do the own feeds name card, charter and epoch as they are now? */
static bool up_to_date(const toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                       const toc_charter *charter, uint32_t *out_epoch)
{
    toc_feed_id id;
    toc_feed_id_of(name, &id);
    toc_log_feed feed;
    if (toc_log_feed_find(txn, &id, &feed, NULL) != TOC_OK || !feed.has_judge)
        return false;
    *out_epoch = feed.judge.epoch;
    return toc_card_hash_equal(&feed.judge.card, &engine->card) &&
           toc_charter_hash_equal(&feed.judge.charter, &charter->hash);
}

/* The epoch that the next grants name, with its key: a fresh one for a new generation or a turn. */
static toc_code epoch_key(toc_log_txn *txn, const toc_feed_name *name, bool fresh, uint32_t epoch,
                          toc_now now, toc_secret **out, toc_err *err)
{
    if (!fresh)
        return toc_log_sender_key(txn, name, epoch, out, err);
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_secret_random(&key, err));
    TOC_TRY(toc_log_sender_key_put(txn, name, epoch, key, now.wall, err));
    *out = key;
    key = NULL; /* transferred */
    return TOC_OK;
}

toc_code toc_grants_refresh(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                            bool turn, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(GRANTS_ARENA_BYTES, &arena, err));
    toc_log_circle state;
    toc_charter charter;
    TOC_TRY(toc_generation_begin(engine, txn, now, err));
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    if (toc_forks_halted(engine, txn, &state))
        return TOC_OK;
    if (state.asks) /* nothing is appended; who must have another sender key begins anew */
        return turn ? toc_generation_renew(engine, txn, circle, now, err) : TOC_OK;
    TOC_TRY(toc_log_charter_of(txn, circle, arena, &charter, err));
    if (!toc_charter_writes(&charter, &engine->org))
        return TOC_OK; /* its feeds are closed */
    toc_feed_name name = {.circle = *circle,
                          .org = engine->org,
                          .lane = TOC_LANE_KEYS,
                          .generation = state.generation};
    uint32_t epoch = 0;
    bool current = state.generation != 0 && up_to_date(engine, txn, &name, &charter, &epoch);
    if (current && !turn)
        return TOC_OK;
    bool fresh = turn || epoch == 0;
    if (state.generation == 0) {
        TOC_TRY(toc_generation_next(engine, txn, &state, now, &state.generation, err));
        name.generation = state.generation;
    }
    epoch += fresh ? 1 : 0;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(epoch_key(txn, &name, fresh, epoch, now, &key, err));
    if (fresh)
        state.epoch_at = now.wall;
    TOC_TRY(toc_log_circle_put(txn, &state, err));
    toc_grant model = {.card = engine->card,
                       .card_serial = engine->card_serial,
                       .charter = charter.hash,
                       .charter_version = charter.version,
                       .epoch = epoch,
                       .alg = 1};
    toc_sender_key_id(key, &name, epoch, &model.key_id);
    TOC_AUTO(toc_buf_wipe) toc_buf boxes = {0};
    TOC_TRY(seal_boxes(txn, &state, &charter, key, arena, &boxes, err));
    TOC_TRY(append_grants(engine, txn, &name, &model, toc_buf_view(&boxes), now, err));
    static const toc_lane others[] = {TOC_LANE_ALERT, TOC_LANE_BULK};
    for (size_t i = 0; i < TOC_COUNT(others); i++) {
        name.lane = others[i];
        TOC_TRY(append_grants(engine, txn, &name, &model, (toc_span){0}, now, err));
    }
    return TOC_OK;
}

/* ---- taking keys ---- */

static toc_code keep_key(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                         uint32_t epoch, const toc_box *box, const toc_key_id *expected,
                         toc_now now, bool *out_kept, toc_err *err)
{
    *out_kept = false;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    if (toc_cards_open_box(engine, box, &key, NULL) != TOC_OK)
        return TOC_OK; /* we wait for it, perhaps: asked for, the author says why */
    toc_key_id id;
    toc_sender_key_id(key, name, epoch, &id);
    if (!toc_key_id_equal(&id, expected)) {
        toc_engine_count(engine, &name->org, TOC_REFUSE_GRANT,
                         "our box holds another key than the grant names");
        return TOC_OK;
    }
    *out_kept = true;
    return toc_log_sender_key_put(txn, name, epoch, key, now.wall, err);
}

toc_code toc_grants_take(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                         const toc_grant *grant, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *held = NULL;
    if (toc_log_sender_key(txn, name, grant->epoch, &held, NULL) == TOC_OK)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(GRANTS_ARENA_BYTES, &arena, err));
    toc_hash key;
    memcpy(key.bytes, grant->charter.bytes, sizeof key.bytes);
    toc_span bytes;
    toc_charter charter;
    if (toc_log_roll_get(txn, &key, &bytes, NULL) != TOC_OK ||
        toc_charter_open(bytes, arena, &charter, NULL) != TOC_OK)
        return TOC_OK; /* WantGrant will ask for it */
    size_t count = toc_charter_reader_count(&charter);
    for (size_t i = grant->first; i < count && i < (size_t)grant->first + grant->count; i++) {
        if (!toc_org_id_equal(&toc_charter_reader(&charter, i)->org, &engine->org))
            continue;
        toc_box box;
        toc_grant_box(grant, (uint16_t)(i - grant->first), &box);
        bool kept;
        return keep_key(engine, txn, name, grant->epoch, &box, &grant->key_id, now, &kept, err);
    }
    return TOC_OK;
}

/* ---- WantGrant ---- */

static toc_code refuse_for_now(toc_engine *engine, const engine_link *link, uint64_t id,
                               toc_time until, toc_now now, toc_err *err)
{
    uint64_t left = until.unix_ms > now.wall.unix_ms ? until.unix_ms - now.wall.unix_ms : 1;
    toc_message reply = {.kind = TOC_MSG_REFUSAL, .id = id};
    reply.as.refusal.code = TOC_REFUSED_POLICY;
    reply.as.refusal.sentence = toc_span_text("keys come when the admission delay is over");
    reply.as.refusal.retry_after_ms = left < UINT32_MAX ? (uint32_t)left : UINT32_MAX;
    return toc_engine_send(engine, link->number, false, &reply, err);
}

void toc_grants_refused(engine_link *link, const toc_message *refusal, toc_now now)
{
    uint64_t after = refusal->as.refusal.retry_after_ms;
    link->grants_after.ms =
        now.mono.ms + (after < ENGINE_GRANT_RETRY_MS_MAX ? after : ENGINE_GRANT_RETRY_MS_MAX);
}

toc_code toc_grants_serve(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                          const toc_message *message, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(GRANTS_ARENA_BYTES, &arena, err));
    const toc_feed_name *name = &message->as.want_grant.feed;
    uint32_t epoch = message->as.want_grant.epoch;
    toc_log_circle state;
    toc_charter charter;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_card card;
    toc_box box;
    if (!toc_org_id_equal(&name->org, &engine->org) ||
        !toc_roll_served(txn, &name->circle, &link->peer, arena, &state, &charter) ||
        !toc_charter_reads(&charter, &link->peer) ||
        (state.contested && !toc_rivals_have(txn, &state, &link->peer, true, arena)) ||
        toc_log_sender_key(txn, name, epoch, &key, NULL) != TOC_OK ||
        toc_log_card_of(txn, &link->peer, arena, &card, NULL) != TOC_OK)
        return toc_engine_refuse(engine, link->number, message->id, TOC_REFUSED_NOT_FOUND,
                                 "no such key", err);
    toc_time until;
    if (toc_admission_waits(txn, &name->circle, &link->peer, &until))
        return refuse_for_now(engine, link, message->id, until, now, err);
    if (charter.policy.history != TOC_HISTORY_ALL &&
        toc_epoch_granted(txn, name, epoch, &link->peer, arena) != TOC_GRANTED_YES)
        return toc_engine_refuse(engine, link->number, message->id, TOC_REFUSED_POLICY,
                                 "the charter gives joiners no history", err);
    TOC_TRY(toc_box_seal(&card.seal, key, &box, err));
    toc_message reply = {.kind = TOC_MSG_GRANT_REPLY, .id = message->id};
    toc_sender_key_id(key, name, epoch, &reply.as.grant_reply.key_id);
    reply.as.grant_reply.box = TOC_SPAN_OF(box.bytes);
    return toc_engine_send(engine, link->number, true, &reply, err);
}

typedef enum key_trial { KEY_OPENS, KEY_DOES_NOT_OPEN, KEY_NOT_NEEDED } key_trial;

static key_trial try_on(const toc_engine *engine, const toc_log_feed *feed, toc_log_txn *txn,
                        const toc_log_pending *range, const toc_secret *key)
{
    toc_span entry = {0};
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_opened opened;
    uint64_t index = range->from; /* of the first that was not erased while it waited */
    while (index < range->until &&
           toc_log_entry(txn, feed->number, index, &entry, NULL) == TOC_OK &&
           toc_entry_is_bare(entry))
        index++;
    if (index == range->until)
        return KEY_NOT_NEEDED;
    if (toc_grants_name_another(engine, txn, feed, index, range->epoch, key))
        return KEY_DOES_NOT_OPEN;
    bool opens = toc_entry_open(&feed->id, index, entry, key, plain, &opened, NULL) == TOC_OK;
    toc_wipe(plain, sizeof plain);
    return opens ? KEY_OPENS : KEY_DOES_NOT_OPEN;
}

/* The key must open what is waiting for it: the answer names its own key id, so that alone proves
 * nothing. */
static key_trial try_key(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                         uint32_t epoch, const toc_box *box)
{
    static const toc_lane lanes[] = {TOC_LANE_ALERT, TOC_LANE_BULK};
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    if (toc_cards_open_box(engine, box, &key, NULL) != TOC_OK)
        return KEY_DOES_NOT_OPEN;
    for (size_t i = 0; i < TOC_COUNT(lanes); i++) {
        toc_feed_name lane = *name;
        lane.lane = lanes[i];
        toc_feed_id id;
        toc_feed_id_of(&lane, &id);
        toc_log_feed feed;
        toc_log_pending pending;
        uint64_t from = 0;
        if (toc_log_feed_find(txn, &id, &feed, NULL) != TOC_OK)
            continue;
        while (toc_log_pending_next(txn, feed.number, from, &pending, NULL) == TOC_OK &&
               pending.number == feed.number) {
            if (pending.epoch == epoch)
                return try_on(engine, &feed, txn, &pending, key);
            from = pending.until;
        }
    }
    return KEY_NOT_NEEDED; /* it came by the keys lane meanwhile */
}

toc_code toc_grants_reply(toc_engine *engine, toc_log_txn *txn, const engine_request *request,
                          const toc_message *message, toc_now now, toc_err *err)
{
    toc_box box;
    if (message->as.grant_reply.box.size != sizeof box.bytes)
        return TOC_OK;
    memcpy(box.bytes, message->as.grant_reply.box.data, sizeof box.bytes);
    key_trial trial = try_key(engine, txn, &request->name, request->epoch, &box);
    if (trial == KEY_DOES_NOT_OPEN)
        toc_engine_count(engine, &request->name.org, TOC_REFUSE_GRANT,
                         "a key that was asked for does not open its entries");
    if (trial != KEY_OPENS)
        return TOC_OK;
    bool kept;
    return keep_key(engine, txn, &request->name, request->epoch, &box,
                    &message->as.grant_reply.key_id, now, &kept, err);
}

/* ---- what waits for a key ---- */

typedef struct author_search {
    const toc_org_id *author;
    engine_link *found;
} author_search;

static toc_code find_author(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                            toc_err *err)
{
    (void)engine;
    (void)txn;
    (void)err;
    author_search *search = context;
    if (toc_org_id_equal(&link->peer, search->author))
        search->found = link;
    return TOC_OK;
}

static toc_code want_grant(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name,
                           uint32_t epoch, toc_now now, toc_err *err)
{
    author_search search = {.author = &name->org};
    TOC_TRY(toc_engine_links(engine, txn, find_author, &search, err));
    if (search.found == NULL || now.mono.ms < search.found->grants_after.ms ||
        toc_engine_wants_grant(engine, name, epoch))
        return TOC_OK;
    engine_request *request = toc_engine_request(engine, search.found, TOC_MSG_WANT_GRANT, now);
    if (request == NULL)
        return TOC_OK;
    request->name = *name;
    request->epoch = epoch;
    toc_message message = {.kind = TOC_MSG_WANT_GRANT, .id = request->id};
    message.as.want_grant.feed = *name;
    message.as.want_grant.epoch = epoch;
    return toc_engine_send(engine, search.found->number, true, &message, err);
}

static toc_code journal_opened(toc_log_txn *txn, const toc_log_feed *feed, uint64_t from,
                               uint64_t until, toc_err *err)
{
    if (from == until)
        return TOC_OK;
    toc_journal_row row = {
        .kind = TOC_JOURNAL_OPENED, .feed = feed->number, .from = from, .until = until};
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

/* Opens up to *budget entries of a range; what opened is journaled, the rest of the range goes on
 * waiting. */
static toc_code open_range(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                           const toc_log_pending *pending, const toc_secret *key, size_t *budget,
                           toc_now now, toc_err *err)
{
    uint64_t until =
        pending->until - pending->from > *budget ? pending->from + *budget : pending->until;
    *budget -= (size_t)(until - pending->from);
    uint64_t run = pending->from;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    for (uint64_t index = pending->from; index < until; index++) {
        toc_span entry;
        toc_opened opened;
        toc_err why;
        TOC_TRY(toc_log_entry(txn, feed->number, index, &entry, err));
        bool goes = toc_entry_is_bare(entry); /* it was erased while it waited */
        if (!goes && toc_entry_open(&feed->id, index, entry, key, plain, &opened, &why) == TOC_OK) {
            TOC_TRY(toc_erase_opened(engine, txn, feed, index, &opened, now, &goes, err));
            if (!goes)
                continue;
        }
        if (!goes)
            toc_engine_count(engine, &feed->name.org, TOC_REFUSE_UNOPENABLE, why.text);
        TOC_TRY(journal_opened(txn, feed, run, index, err));
        run = index + 1;
    }
    toc_wipe(plain, sizeof plain);
    TOC_TRY(journal_opened(txn, feed, run, until, err));
    TOC_TRY(toc_log_pending_remove(txn, pending->number, pending->from, err));
    if (until < pending->until)
        return toc_log_pending_add(txn, pending->number, until, pending->until, pending->epoch,
                                   pending->since, err);
    return TOC_OK;
}

toc_code toc_grants_open_pending(toc_engine *engine, toc_log_txn *txn, toc_now now, bool *out_more,
                                 toc_err *err)
{
    size_t budget = ENGINE_OPEN_SLICE;
    for (size_t i = 0; i < PENDING_RANGES_PER_TICK && budget > 0; i++) {
        toc_log_pending pending;
        if (toc_log_pending_next(txn, engine->pending_number, engine->pending_from, &pending,
                                 NULL) != TOC_OK) {
            engine->pending_number = 0;
            engine->pending_from = 0;
            return TOC_OK;
        }
        engine->pending_number = pending.number;
        engine->pending_from = pending.until;
        toc_log_feed feed;
        TOC_TRY(toc_log_feed_at(txn, pending.number, &feed, err));
        TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
        if (toc_grants_key(engine, txn, &feed, pending.from, pending.epoch, &key, NULL) != TOC_OK) {
            TOC_TRY(want_grant(engine, txn, &feed.name, pending.epoch, now, err));
            continue;
        }
        if (pending.from >= toc_pins_end(txn, &feed.name))
            continue; /* the charter has ended the feed before */
        if (pending.until - pending.from > budget)
            engine->pending_from = pending.from + budget; /* the rest of the range begins there */
        TOC_TRY(open_range(engine, txn, &feed, &pending, key, &budget, now, err));
    }
    *out_more = budget == 0;
    return TOC_OK;
}
