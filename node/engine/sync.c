/* Heads, news, pulls: what peers have, and copying what is missing. Copying needs no trust: a feed
 * proves itself. */
#include "node/engine/sync.h"
#include "node/engine/cards.h"
#include "node/engine/cosign.h"
#include "node/engine/forks.h"
#include "node/engine/generation.h"
#include "node/engine/pins.h"
#include "node/engine/proposals.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"

#include <stdlib.h>

#include "proto/crypto/hash.h"
#include "proto/feed/note.h"

enum { SYNC_ARENA_BYTES = 64 << 20 };

/* ---- the table of feeds ---- */

static size_t bucket_of(const toc_feed_id *id)
{
    return (size_t)(id->bytes[0] << 8 | id->bytes[1]) % ENGINE_BUCKETS;
}

engine_feed *toc_sync_find(toc_engine *engine, const toc_feed_id *id)
{
    for (engine_feed *feed = engine->feeds[bucket_of(id)]; feed != NULL; feed = feed->next) {
        if (toc_feed_id_equal(&feed->id, id))
            return feed;
    }
    return NULL;
}

engine_feed *toc_sync_feed(toc_engine *engine, const toc_feed_name *name)
{
    toc_feed_id id;
    toc_feed_id_of(name, &id);
    engine_feed *feed = toc_sync_find(engine, &id);
    if (feed != NULL)
        return feed;
    feed = calloc(1, sizeof *feed);
    if (feed == NULL)
        return NULL;
    feed->name = *name;
    feed->id = id;
    feed->next = engine->feeds[bucket_of(&id)];
    engine->feeds[bucket_of(&id)] = feed;
    return feed;
}

/* ---- heads ---- */

typedef struct head_row {
    toc_feed_id id;
    uint32_t number;
    toc_head head; /* without its note */
} head_row;

typedef struct head_rows {
    toc_arena *arena;
    toc_log_txn *txn;
    const toc_charter *charter;
    head_row *rows;
    size_t count, capacity;
} head_rows;

static toc_code collect_head(void *context, const toc_log_feed *stored, toc_err *err)
{
    head_rows *all = context;
    toc_log_feed clamped = *stored;
    const toc_log_feed *feed = &clamped;
    TOC_TRY(toc_pins_clamp(all->txn, all->charter, &clamped, err));
    if (feed->head_size == 0)
        return TOC_OK;
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 64 : all->capacity * 2;
        head_row *grown = toc_arena_zalloc(all->arena, capacity, sizeof *grown);
        if (grown == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for heads");
        if (all->count > 0)
            memcpy(grown, all->rows, all->count * sizeof *grown);
        all->rows = grown;
        all->capacity = capacity;
    }
    head_row *row = &all->rows[all->count++];
    row->id = feed->id;
    row->number = feed->number;
    row->head = (toc_head){.org = feed->name.org,
                           .lane = feed->name.lane,
                           .generation = feed->name.generation,
                           .size = feed->head_size,
                           .root = feed->head_root};
    return TOC_OK;
}

static int compare_rows(const void *left, const void *right)
{
    const head_row *a = left, *b = right;
    return memcmp(a->id.bytes, b->id.bytes, sizeof a->id.bytes);
}

/* All heads of a circle in order of feed id, with H("tocsin/heads/1\n" ‖ (feed id ‖ size ‖ root)…).
 * Feeds that the charter closes end there, however much is stored.
 */
static toc_code heads_of(toc_log_txn *txn, const toc_charter *charter, toc_arena *arena,
                         head_rows *out, toc_hash *out_digest, toc_err *err)
{
    *out = (head_rows){.arena = arena, .txn = txn, .charter = charter};
    TOC_TRY(toc_log_feeds(txn, &charter->circle, collect_head, out, err));
    if (out->count > 1)
        qsort(out->rows, out->count, sizeof *out->rows, compare_rows);
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_buf_add_text(&bytes, "tocsin/heads/1\n");
    for (size_t i = 0; i < out->count; i++) {
        toc_buf_add(&bytes, out->rows[i].id.bytes, 32);
        toc_buf_add_u64(&bytes, out->rows[i].head.size);
        toc_buf_add(&bytes, out->rows[i].head.root.bytes, 32);
    }
    TOC_TRY(toc_buf_ok(&bytes, err));
    toc_sha256(toc_buf_view(&bytes), out_digest);
    return TOC_OK;
}

static toc_code send_heads_request(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                                   const toc_charter *charter, const toc_feed_id *after, bool all,
                                   toc_arena *arena, toc_now now, toc_err *err)
{
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_HEADS, now);
    if (request == NULL)
        return TOC_OK;
    request->circle = charter->circle;
    toc_message message = {.kind = TOC_MSG_HEADS, .id = request->id};
    message.as.heads.circle = charter->circle;
    head_rows rows;
    TOC_TRY(heads_of(txn, charter, arena, &rows, &message.as.heads.digest, err));
    if (all)
        message.as.heads.digest = (toc_hash){{0}}; /* of no heads at all */
    if (after != NULL) {
        message.as.heads.has_after = true;
        message.as.heads.after = *after;
    }
    return toc_engine_send(engine, link->number, true, &message, err);
}

typedef struct ask_context {
    toc_engine *engine;
    toc_log_txn *txn;
    engine_link *link;
    toc_arena *arena;
    bool all;
    toc_now now;
} ask_context;

/* For a circle that both hold: what is in force here, and what is there. */
static toc_code ask_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    ask_context *ask = context;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_roll_shared(ask->txn, &circle->id, &ask->link->peer, ask->arena, &state, &charter))
        return TOC_OK;
    toc_hash hashes[2];
    memcpy(hashes[0].bytes, charter.hash.bytes, sizeof hashes[0].bytes);
    memcpy(hashes[1].bytes, ask->engine->card.bytes, sizeof hashes[1].bytes);
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = circle->id;
    news.as.news.roll_count = 2;
    news.as.news.roll = hashes;
    TOC_TRY(toc_engine_send(ask->engine, ask->link->number, true, &news, err));
    TOC_TRY(toc_forks_tell(ask->engine, ask->txn, ask->link, &circle->id, ask->arena, err));
    return send_heads_request(ask->engine, ask->txn, ask->link, &charter, NULL, ask->all,
                              ask->arena, ask->now, err);
}

toc_code toc_sync_ask_heads(toc_engine *engine, toc_log_txn *txn, engine_link *link, bool all,
                            toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(SYNC_ARENA_BYTES, &arena, err));
    ask_context context = {
        .engine = engine, .txn = txn, .link = link, .arena = arena, .all = all, .now = now};
    return toc_log_circles(txn, ask_circle, &context, err);
}

toc_code toc_sync_not_a_member(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                               const toc_circle_id *circle, uint64_t id, toc_err *err)
{
    toc_log_circle state;
    if (toc_log_circle_get(txn, circle, &state, NULL) == TOC_OK && state.joined && state.known)
        toc_engine_count(engine, &link->peer, TOC_REFUSE_NOT_A_MEMBER, NULL);
    return id == 0 ? TOC_OK
                   : toc_engine_refuse(engine, link->number, id, TOC_REFUSED_NOT_FOUND,
                                       "no such circle", err);
}

static void feed_name_of(const toc_circle_id *circle, const toc_head *head, toc_feed_name *out)
{
    *out = (toc_feed_name){
        .circle = *circle, .org = head->org, .lane = head->lane, .generation = head->generation};
}

static toc_code voucher_of(toc_log_txn *txn, const toc_circle_id *circle, uint32_t number,
                           toc_head *head, toc_arena *arena, toc_err *err)
{
    toc_log_feed stored = {.number = number, .head_size = head->size};
    feed_name_of(circle, head, &stored.name);
    return toc_voucher_find(txn, &stored, head->note, arena, &head->voucher, err);
}

toc_code toc_sync_serve_heads(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                              const toc_message *message, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(SYNC_ARENA_BYTES, &arena, err));
    const toc_circle_id *circle = &message->as.heads.circle;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_roll_served(txn, circle, &link->peer, arena, &state, &charter))
        return toc_sync_not_a_member(engine, txn, link, circle, message->id, err);
    head_rows rows;
    toc_hash digest;
    TOC_TRY(heads_of(txn, &charter, arena, &rows, &digest, err));
    toc_message reply = {.kind = TOC_MSG_HEADS_REPLY, .id = message->id};
    reply.as.heads_reply.circle = *circle;
    reply.as.heads_reply.equal = toc_hash_equal(&digest, &message->as.heads.digest);
    if (reply.as.heads_reply.equal)
        return toc_engine_send(engine, link->number, true, &reply, err);
    toc_head *heads = toc_arena_zalloc(arena, TOC_HEADS_PAGE_ROWS, sizeof *heads);
    if (heads == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for heads");
    reply.as.heads_reply.heads = heads;
    size_t bytes = 0;
    for (size_t i = 0; i < rows.count; i++) {
        if (message->as.heads.has_after &&
            memcmp(rows.rows[i].id.bytes, message->as.heads.after.bytes, 32) <= 0)
            continue;
        toc_head head = rows.rows[i].head;
        TOC_TRY(toc_pins_note(txn, &charter, rows.rows[i].number, arena, &head.note, err));
        TOC_TRY(voucher_of(txn, circle, rows.rows[i].number, &head, arena, err));
        bytes += head.note.size + head.voucher.size + 128;
        if (reply.as.heads_reply.count == TOC_HEADS_PAGE_ROWS || bytes > ENGINE_PART_BYTES_MAX) {
            reply.as.heads_reply.more = true;
            break;
        }
        heads[reply.as.heads_reply.count++] = head;
    }
    return toc_engine_send(engine, link->number, true, &reply, err);
}

/* ---- hearing of a head ---- */

/* A root that is not the one of our tree at that size: only a fork when that head is signed by the
 * author too. Who told of it is asked for what it signs. */
static toc_code check_fork(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                           const toc_log_feed *stored, const toc_head *head, toc_arena *arena,
                           toc_now now, toc_err *err)
{
    toc_card card;
    toc_checkpoint checkpoint;
    toc_hash root;
    if ((head->size == stored->head_size && toc_hash_equal(&head->root, &stored->head_root)) ||
        head->size == 0 || head->size > stored->frontier.size || !stored->has_judge ||
        toc_log_root(txn, stored->number, head->size, &root, NULL) != TOC_OK ||
        toc_hash_equal(&head->root, &root) ||
        toc_log_card_of(txn, &stored->name.org, arena, &card, NULL) != TOC_OK)
        return TOC_OK;
    if (toc_checkpoint_open(head->note, &stored->name, &card.sign, &checkpoint, NULL) == TOC_OK &&
        checkpoint.size == head->size && !toc_hash_equal(&checkpoint.root, &root)) {
        bool begun;
        toc_engine_count(engine, &stored->name.org, TOC_REFUSE_FORK, NULL);
        TOC_TRY(toc_forks_suspect(txn, link, stored, head->note, now, err));
        return toc_forks_doubt(engine, txn, link, stored, head->size, false, now, &begun, err);
    }
    return TOC_OK;
}

/* A feed of which nothing is stored is only a claim of the link's: it may make so many. NULL: too
 * many. */
static toc_code feed_told_of(toc_engine *engine, engine_link *link, const toc_feed_name *name,
                             bool proven, engine_feed **out, toc_err *err)
{
    toc_feed_id id;
    toc_feed_id_of(name, &id);
    *out = toc_sync_find(engine, &id);
    if (*out == NULL && !proven) {
        if (link->unproven >= ENGINE_UNPROVEN_FEEDS_MAX)
            return TOC_OK;
        link->unproven++;
    }
    *out = toc_sync_feed(engine, name);
    if (*out == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    (*out)->proven = (*out)->proven || proven;
    return TOC_OK;
}

/* What a link that is gone told of and nobody verified is forgotten. */
void toc_sync_forget(toc_engine *engine, uint64_t link)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed **at = &engine->feeds[i]; *at != NULL;) {
            engine_feed *feed = *at;
            if (feed->proven || feed->written || feed->job != 0 || feed->waiting_count > 0 ||
                feed->pulls > 0 || (feed->source != link && feed->source != 0)) {
                at = &feed->next;
                continue;
            }
            *at = feed->next;
            free(feed->waiting);
            free(feed);
        }
    }
}

static toc_code head_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                           const toc_circle_id *circle, const toc_charter *charter,
                           const toc_head *head, toc_arena *arena, toc_now now, toc_err *err)
{
    toc_feed_name name;
    feed_name_of(circle, head, &name);
    uint64_t end = toc_charter_end(charter, &name);
    if (head->size > end) {
        toc_engine_count(engine, &link->peer,
                         end == 0 ? TOC_REFUSE_NOT_A_MEMBER : TOC_REFUSE_CLOSED,
                         end == 0 ? "it told of a feed whose author is no member" : NULL);
        return TOC_OK;
    }
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    bool good = true, own = toc_org_id_equal(&head->org, &engine->org);
    toc_log_feed stored = {0};
    if (toc_log_feed_find(txn, &id, &stored, NULL) == TOC_OK) {
        if (toc_forks_apart(engine, link->number, &id))
            return TOC_OK;
        TOC_TRY(check_fork(engine, txn, link, &stored, head, arena, now, err));
        TOC_TRY(toc_cards_renew(txn, &stored, head, arena, err));
    }
    stored.name = name;
    if (own)
        TOC_TRY(toc_generation_heard(engine, txn, &stored, head, arena, now, err));
    if (head->size <= stored.frontier.size)
        return TOC_OK;
    if ((stored.has_judge || own) && !toc_pins_head_is(charter, &name, head->size, &head->root))
        TOC_TRY(toc_cards_head(engine, txn, link, &name, head, arena, now, &good, err));
    if (!good)
        return TOC_OK;
    engine_feed *feed;
    TOC_TRY(feed_told_of(engine, link, &name, stored.has_judge, &feed, err));
    if (feed == NULL)
        return TOC_OK;
    if (link->number != feed->failed &&
        (head->size > feed->target || toc_engine_link(engine, feed->source) == NULL))
        feed->source = link->number;
    if (head->size > feed->target)
        feed->target = head->size;
    return toc_sync_advance(engine, txn, feed, now, err);
}

toc_code toc_sync_heads_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                              engine_request *request, const toc_message *message, toc_now now,
                              toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(SYNC_ARENA_BYTES, &arena, err));
    const toc_circle_id *circle = &request->circle;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_circle_id_equal(circle, &message->as.heads_reply.circle) ||
        !toc_roll_shared(txn, circle, &link->peer, arena, &state, &charter))
        return toc_sync_not_a_member(engine, txn, link, circle, 0, err);
    size_t count = message->as.heads_reply.count;
    /* Keys first: what they open need not wait. Then alerts. */
    static const toc_lane order[] = {TOC_LANE_KEYS, TOC_LANE_ALERT, TOC_LANE_BULK};
    for (size_t lane = 0; lane < TOC_COUNT(order); lane++) {
        for (size_t i = 0; i < count; i++) {
            const toc_head *head = &message->as.heads_reply.heads[i];
            if (head->lane == order[lane])
                TOC_TRY(head_heard(engine, txn, link, circle, &charter, head, arena, now, err));
        }
    }
    if (!message->as.heads_reply.more || count == 0)
        return toc_generation_answered(engine, txn, circle, &link->peer, now, err);
    toc_feed_name last;
    toc_feed_id after;
    feed_name_of(circle, &message->as.heads_reply.heads[count - 1], &last);
    toc_feed_id_of(&last, &after);
    return send_heads_request(engine, txn, link, &charter, &after, false, arena, now, err);
}

/* ---- news ---- */

/* Entries that came inside News: taken at once when they fit our frontier, else their head is only
 * heard of. */
static toc_code inline_heard(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                             const toc_charter *charter, const toc_wire_chunk *wire, toc_now now,
                             toc_err *err)
{
    if (toc_charter_end(charter, &wire->feed) != UINT64_MAX ||
        toc_org_id_equal(&wire->feed.org, &engine->org))
        return TOC_OK;
    toc_feed_id id;
    toc_feed_id_of(&wire->feed, &id);
    toc_log_feed stored = {0};
    bool known = toc_log_feed_find(txn, &id, &stored, NULL) == TOC_OK;
    if (!known)
        stored.frontier.size = 0;
    engine_feed *feed;
    TOC_TRY(feed_told_of(engine, link, &wire->feed, known, &feed, err));
    if (feed == NULL)
        return TOC_OK;
    if (toc_quota_waits(feed, now) || feed->job != 0 || feed->waiting_count > 0 ||
        wire->from != stored.frontier.size || wire->count == 0 ||
        wire->count > ENGINE_INLINE_ENTRIES_MAX)
        return TOC_OK;
    toc_chunk *chunk = NULL;
    TOC_TRY(toc_sync_chunk(wire, &feed->id, &chunk, err));
    TOC_TRY(toc_apply_start(engine, txn, feed, link->number, chunk, now, err));
    return toc_sync_advance(engine, txn, feed, now, err);
}

toc_code toc_sync_news(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                       const toc_message *message, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(SYNC_ARENA_BYTES, &arena, err));
    const toc_circle_id *circle = &message->as.news.circle;
    toc_log_circle state;
    toc_charter charter;
    if (toc_log_circle_get(txn, circle, &state, NULL) != TOC_OK || !state.joined)
        return TOC_OK; /* not ours, and nothing was asked */
    for (size_t i = 0; i < message->as.news.roll_count; i++)
        TOC_TRY(
            toc_roll_heard(engine, txn, link->number, circle, &message->as.news.roll[i], now, err));
    if (!state.known)
        return TOC_OK;
    if (!toc_roll_shared(txn, circle, &link->peer, arena, &state, &charter))
        return toc_sync_not_a_member(engine, txn, link, circle, 0, err);
    for (size_t i = 0; i < message->as.news.chunk_count; i++) {
        const toc_wire_chunk *wire = &message->as.news.chunks[i];
        if (toc_circle_id_equal(&wire->feed.circle, circle))
            TOC_TRY(inline_heard(engine, txn, link, &charter, wire, now, err));
    }
    for (size_t i = 0; i < message->as.news.head_count; i++)
        TOC_TRY(head_heard(engine, txn, link, circle, &charter, &message->as.news.heads[i], arena,
                           now, err));
    for (size_t i = 0; i < message->as.news.fork_count; i++)
        TOC_TRY(toc_forks_heard(engine, txn, link, circle, &message->as.news.forks[i], now, err));
    TOC_TRY(toc_proposals_heard(engine, txn, link, message, now, err));
    for (size_t i = 0; i < message->as.news.cosignature_count; i++)
        TOC_TRY(toc_cosign_heard(engine, txn, link, circle, &charter,
                                 &message->as.news.cosignatures[i], now, err));
    return TOC_OK;
}
