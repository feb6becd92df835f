/* Pulls: asking for the entries that are missing, in order and several at a time, and serving those
 * of others. */
#include "node/engine/cosign.h"
#include "node/engine/erase.h"
#include "node/engine/forks.h"
#include "node/engine/pins.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdlib.h>

enum {
    PULL_ARENA_BYTES = 64 << 20,
    PULL_PARTS_WAITING_MAX = 512,
    PULL_PARTS = 2 * ENGINE_PULL_REPLY_BYTES_MAX / ENGINE_PART_BYTES_MAX /* what one may bring */
};
#define PULL_WAITING_BYTES_MAX ((uint64_t)TOC_QUEUE_NODE_BYTES_MAX / 4)

/* ---- pulling ---- */

static void drop_waiting(toc_engine *engine, engine_feed *feed)
{
    for (size_t i = 0; i < feed->waiting_count; i++) {
        engine->pulling -= feed->waiting[i]->entries.size;
        toc_chunk_free(feed->waiting[i]);
    }
    feed->waiting_count = 0;
}

void toc_sync_reset(toc_engine *engine, engine_feed *feed, toc_now now)
{
    drop_waiting(engine, feed);
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_link *link = engine->links[i]; link != NULL; link = link->next) {
            for (size_t j = 0; j < TOC_COUNT(link->requests); j++) {
                engine_request *request = &link->requests[j];
                if (request->id != 0 && request->kind == TOC_MSG_PULL &&
                    toc_feed_id_equal(&request->feed, &feed->id))
                    toc_engine_request_end(request);
            }
        }
    }
    feed->pulls = 0;
    feed->requested = 0;
    feed->blocked_until.ms = now.mono.ms + ENGINE_RETRY_MS;
}

void toc_sync_refuse(toc_engine *engine, engine_feed *feed, uint64_t link, toc_refusal refusal,
                     const char *sentence, toc_now now)
{
    engine_link *from = toc_engine_link(engine, link);
    toc_engine_count(engine, from == NULL ? NULL : &from->peer, refusal, sentence);
    toc_sync_reset(engine, feed, now);
    feed->failed = link;
    feed->source = 0;
}

void toc_sync_pull_failed(toc_engine *engine, const toc_feed_id *id, toc_now now)
{
    engine_feed *feed = toc_sync_find(engine, id);
    if (feed == NULL)
        return;
    toc_sync_reset(engine, feed, now);
    feed->failed = feed->source;
    feed->source = 0; /* another link may have it */
    if (!feed->proven)
        feed->target = 0; /* it was only ever said; the next comparison of heads tells */
    uint64_t soon = now.mono.ms + ENGINE_RETRY_MS;
    if (engine->last_heads.ms + ENGINE_HEADS_MS > soon)
        engine->last_heads.ms = soon > ENGINE_HEADS_MS ? soon - ENGINE_HEADS_MS : 0;
}

typedef struct source_search {
    toc_log_txn *txn;
    toc_arena *arena;
    const engine_feed *feed;
    engine_link *found;
} source_search;

/* In turn, beginning after the one that failed, so that nobody who withholds entries, or who cannot
 * be heard, is asked again and again while another has them. The author comes first. */
static bool asked_before(const engine_feed *feed, const engine_link *left, const engine_link *right)
{
    bool left_author = toc_org_id_equal(&left->peer, &feed->name.org),
         right_author = toc_org_id_equal(&right->peer, &feed->name.org);
    if (feed->failed == 0 && left_author != right_author)
        return left_author;
    return left->number - feed->failed - 1 < right->number - feed->failed - 1;
}

static toc_code find_source(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                            toc_err *err)
{
    (void)err;
    source_search *search = context;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_forks_apart(engine, link->number, &search->feed->id) &&
        (search->found == NULL || asked_before(search->feed, link, search->found)) &&
        toc_roll_shared(txn, &search->feed->name.circle, &link->peer, search->arena, &state,
                        &charter))
        search->found = link;
    return TOC_OK;
}

/* The link that told of the head; when it is gone or failed another member's. */
static toc_code source_of(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                          engine_link **out, toc_err *err)
{
    *out = toc_engine_link(engine, feed->source);
    if (*out != NULL)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(PULL_ARENA_BYTES, &arena, err));
    source_search search = {.txn = txn, .arena = arena, .feed = feed};
    TOC_TRY(toc_engine_links(engine, txn, find_source, &search, err));
    *out = search.found;
    feed->source = search.found == NULL ? 0 : search.found->number;
    return TOC_OK;
}

static toc_code pull(toc_engine *engine, engine_link *link, engine_feed *feed, uint64_t from,
                     uint64_t until, uint64_t known_size, toc_now now, toc_err *err)
{
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_PULL, now);
    if (request == NULL)
        return TOC_OK;
    request->feed = feed->id;
    request->from = from;
    request->until = until;
    request->known_size = known_size;
    feed->pulls++;
    if (until > feed->requested)
        feed->requested = until;
    toc_message message = {.kind = TOC_MSG_PULL, .id = request->id};
    message.as.pull.feed = feed->name;
    message.as.pull.from = from;
    message.as.pull.until = until;
    message.as.pull.known_size = known_size;
    return toc_engine_send(engine, link->number, feed->name.lane != TOC_LANE_BULK, &message, err);
}

/* An org's bulk waits for its keys and alerts. */
static bool behind_other_lanes(toc_engine *engine, const engine_feed *feed, toc_log_txn *txn)
{
    static const toc_lane before[] = {TOC_LANE_KEYS, TOC_LANE_ALERT};
    for (size_t i = 0; feed->name.lane == TOC_LANE_BULK && i < TOC_COUNT(before); i++) {
        toc_feed_name name = feed->name;
        name.lane = before[i];
        toc_feed_id id;
        toc_feed_id_of(&name, &id);
        const engine_feed *other = toc_sync_find(engine, &id);
        toc_log_feed stored = {0};
        if (other != NULL && other->pulls > 0 &&
            (toc_log_feed_find(txn, &id, &stored, NULL) != TOC_OK ||
             stored.frontier.size < other->target))
            return true;
    }
    return false;
}

/* As many as one answer has room for. Of entries whose size is unknown a few. */
static uint64_t entries_at_once(const engine_feed *feed)
{
    if (feed->entry_bytes == 0)
        return ENGINE_PULL_ENTRIES_FIRST;
    uint64_t entries = ENGINE_PULL_REPLY_BYTES_MAX / feed->entry_bytes;
    if (entries == 0)
        return 1;
    return entries < ENGINE_PULL_ENTRIES_MAX ? entries : ENGINE_PULL_ENTRIES_MAX;
}

/* An honest answer must find room: what comes faster than it is verified is not asked for yet. */
static bool may_pull(const engine_feed *feed)
{
    return feed->requested < feed->target && feed->pulls < ENGINE_PULLS_PER_FEED_MAX &&
           feed->waiting_count + (size_t)PULL_PARTS * (feed->pulls + 1) <= PULL_PARTS_WAITING_MAX;
}

static toc_code ask_for_more(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                             const toc_log_feed *stored, toc_now now, toc_err *err)
{
    if (feed->requested < stored->frontier.size)
        feed->requested = stored->frontier.size;
    if (!may_pull(feed) || behind_other_lanes(engine, feed, txn))
        return TOC_OK;
    engine_link *link;
    TOC_TRY(source_of(engine, txn, feed, &link, err));
    while (link != NULL && may_pull(feed)) {
        uint64_t from = feed->requested, left = feed->target - from, most = entries_at_once(feed);
        uint64_t until = from + (left < most ? left : most);
        TOC_TRY(pull(engine, link, feed, from, until, stored->known_size, now, err));
        if (feed->requested == from)
            break; /* the link's 32 requests are open */
    }
    return TOC_OK;
}

/* An org's bulk waited for its keys and alerts. */
static toc_code advance_bulk(toc_engine *engine, toc_log_txn *txn, const engine_feed *feed,
                             toc_now now, toc_err *err)
{
    if (feed->name.lane == TOC_LANE_BULK)
        return TOC_OK;
    toc_feed_name name = feed->name;
    name.lane = TOC_LANE_BULK;
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    engine_feed *bulk = toc_sync_find(engine, &id);
    return bulk == NULL ? TOC_OK : toc_sync_advance(engine, txn, bulk, now, err);
}

/* Takes the first of the parts that wait. NULL: none, or a gap before it. */
static toc_chunk *next_part(toc_engine *engine, engine_feed *feed, uint64_t stored)
{
    while (feed->waiting_count > 0) {
        toc_chunk *first = feed->waiting[0];
        uint64_t from = first->frontier.size; /* holds `from` until the work starts */
        if (from > stored)
            return NULL;
        engine->pulling -= first->entries.size;
        feed->waiting_count--;
        memmove(
            feed->waiting, feed->waiting + 1,
            feed->waiting_count *
                sizeof *feed->waiting); /* NOLINT(bugprone-sizeof-expression): pointers are meant */
        if (from == stored)
            return first;
        toc_chunk_free(first); /* it was stored meanwhile */
    }
    return NULL;
}

toc_code toc_sync_advance(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, toc_now now,
                          toc_err *err)
{
    toc_log_feed stored = {0};
    if (toc_log_feed_find(txn, &feed->id, &stored, NULL) != TOC_OK)
        stored.name = feed->name;
    while (feed->job == 0) {
        if (toc_log_rows(txn) > ENGINE_ROUND_ROWS_MAX) {
            engine->more = true;
            return TOC_OK;
        }
        toc_chunk *part = next_part(engine, feed, stored.frontier.size);
        if (part == NULL)
            break;
        TOC_TRY(toc_apply_start(engine, txn, feed, feed->source, part, now, err));
        if (toc_log_feed_find(txn, &feed->id, &stored, NULL) != TOC_OK)
            break; /* refused at once, and there was nothing before */
    }
    if (feed->job == 0 && feed->pulls == 0) {
        /* Nothing is on its way: what waits behind a gap (a part that overlapped what was stored
         * meanwhile, or that got lost) is dropped and asked for again. */
        drop_waiting(engine, feed);
        feed->requested = stored.frontier.size;
    }
    if (now.mono.ms >= feed->blocked_until.ms && !toc_quota_waits(feed, now))
        TOC_TRY(ask_for_more(engine, txn, feed, &stored, now, err));
    return advance_bulk(engine, txn, feed, now, err);
}

toc_code toc_sync_advance_all(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next)
            TOC_TRY(toc_sync_advance(engine, txn, feed, now, err));
    }
    return TOC_OK;
}

/* ---- serving a pull ---- */

typedef struct pull_part {
    toc_buf entries;
    uint32_t count;
    toc_span note, voucher; /* of the head */
} pull_part;

static toc_code send_part(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                          const toc_message *request, const toc_log_feed *feed, uint64_t from,
                          const pull_part *part, bool more, toc_err *err)
{
    toc_message reply = {.kind = TOC_MSG_CHUNK, .id = request->id};
    toc_wire_chunk *chunk = &reply.as.chunk;
    chunk->feed = feed->name;
    chunk->from = from;
    chunk->count = part->count;
    chunk->entries = toc_buf_view(&part->entries);
    chunk->more = more;
    toc_log_tree tree = {.txn = txn, .number = feed->number};
    toc_tree_source source = toc_log_tree_source(&tree);
    TOC_TRY(toc_merkle_consistency(&source, from + part->count, feed->head_size,
                                   &chunk->to_checkpoint, err));
    uint64_t known = request->as.pull.known_size;
    if (known > 0 && known <= feed->head_size) {
        chunk->known_size = known;
        TOC_TRY(toc_merkle_consistency(&source, known, feed->head_size, &chunk->from_known, err));
    }
    chunk->note = part->note;
    chunk->voucher = part->voucher;
    return toc_engine_send(engine, link->number, feed->name.lane != TOC_LANE_BULK, &reply, err);
}

toc_code toc_sync_serve_pull(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                             const toc_message *message, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(PULL_ARENA_BYTES, &arena, err));
    const toc_feed_name *name = &message->as.pull.feed;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_roll_served(txn, &name->circle, &link->peer, arena, &state, &charter))
        return toc_sync_not_a_member(engine, txn, link, &name->circle, message->id, err);
    toc_feed_id id;
    toc_feed_id_of(name, &id);
    toc_log_feed feed;
    uint64_t from = message->as.pull.from, until = message->as.pull.until;
    bool found = toc_log_feed_find(txn, &id, &feed, NULL) == TOC_OK;
    if (found)
        TOC_TRY(toc_pins_clamp(txn, &charter, &feed, err));
    if (!found || from >= feed.head_size || until <= from)
        return toc_engine_refuse(engine, link->number, message->id, TOC_REFUSED_NOT_FOUND,
                                 "no such entries", err);
    if (until > feed.head_size)
        until = feed.head_size;
    if (until - from > TOC_PULL_ENTRIES_MAX)
        until = from + TOC_PULL_ENTRIES_MAX;
    toc_span note, voucher;
    TOC_TRY(toc_pins_note(txn, &charter, feed.number, arena, &note, err));
    TOC_TRY(toc_voucher_find(txn, &feed, note, arena, &voucher, err));
    bool withheld;
    TOC_TRY(toc_missing_withholds(txn, feed.number, from, until, &withheld, err));
    if (withheld)
        return toc_engine_refuse(engine, link->number, message->id, TOC_REFUSED_WITHHELD,
                                 "this node has not got these entries either", err);
    size_t budget = ENGINE_PULL_REPLY_BYTES_MAX;
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    for (bool more = true; more;) {
        pull_part part = {.entries = entries, .note = note, .voucher = voucher};
        toc_buf_clear(&part.entries);
        TOC_TRY(toc_log_entries(txn, feed.number, from, until, ENGINE_PART_BYTES_MAX, &part.entries,
                                &part.count, err));
        TOC_TRY(toc_erase_serve(engine, txn, &feed, from, part.count, now, &part.entries, err));
        entries = part.entries;
        budget -= part.entries.size < budget ? part.entries.size : budget;
        more = from + part.count < until && budget > 0 && part.count > 0;
        TOC_TRY(send_part(engine, txn, link, message, &feed, from, &part, more, err));
        from += part.count;
    }
    return TOC_OK;
}

/* ---- receiving ---- */

toc_code toc_sync_chunk(const toc_wire_chunk *wire, const toc_feed_id *id, toc_chunk **out,
                        toc_err *err)
{
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = NULL;
    TOC_TRY(toc_chunk_new(&chunk, err));
    chunk->name = wire->feed;
    chunk->feed = *id;
    chunk->frontier.size = wire->from;
    chunk->count = wire->count;
    chunk->entries = toc_arena_dup(chunk->arena, wire->entries);
    chunk->note = toc_arena_dup(chunk->arena, wire->note);
    chunk->voucher = toc_arena_dup(chunk->arena, wire->voucher);
    chunk->to_checkpoint = wire->to_checkpoint;
    chunk->from_known = wire->from_known;
    chunk->known_size = wire->known_size;
    if (chunk->entries.data == NULL || chunk->note.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk");
    *out = chunk;
    chunk = NULL; /* transferred */
    return TOC_OK;
}

/* May another part wait? An honest answer has a few dozen parts of some 57 kB. */
static bool room_for(const toc_engine *engine, const engine_feed *feed, size_t bytes)
{
    return feed->waiting_count < PULL_PARTS_WAITING_MAX &&
           engine->pulling < PULL_WAITING_BYTES_MAX &&
           bytes <= PULL_WAITING_BYTES_MAX - engine->pulling;
}

static toc_code wait_in_line(toc_engine *engine, engine_feed *feed, toc_chunk *chunk_take,
                             toc_err *err)
{
    toc_chunk **grown =
        realloc(feed->waiting,
                (feed->waiting_count + 1) *
                    sizeof *grown); /* NOLINT(bugprone-sizeof-expression): pointers are meant */
    if (grown == NULL) {
        toc_chunk_free(chunk_take);
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk");
    }
    feed->waiting = grown;
    size_t at = feed->waiting_count++;
    for (; at > 0 && grown[at - 1]->frontier.size > chunk_take->frontier.size; at--)
        grown[at] = grown[at - 1];
    grown[at] = chunk_take;
    engine->pulling += chunk_take->entries.size;
    return TOC_OK;
}

toc_code toc_sync_part(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                       engine_request *request, const toc_message *message, toc_now now,
                       toc_err *err)
{
    const toc_wire_chunk *wire = &message->as.chunk;
    engine_feed *feed = toc_sync_find(engine, &request->feed);
    toc_feed_id id;
    toc_feed_id_of(&wire->feed, &id);
    if (feed == NULL || !toc_feed_id_equal(&id, &request->feed) || wire->from != request->from ||
        wire->count == 0 || wire->count > request->until - request->from ||
        !room_for(engine, feed, wire->entries.size)) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_MALFORMED,
                         "entries that were not asked for");
        if (feed != NULL)
            toc_sync_pull_failed(engine, &feed->id, now);
        return TOC_OK;
    }
    toc_chunk *chunk = NULL;
    TOC_TRY(toc_sync_chunk(wire, &id, &chunk, err));
    request->from += wire->count;
    feed->entry_bytes = wire->entries.size / wire->count + 1;
    TOC_TRY(wait_in_line(engine, feed, chunk, err));
    uint64_t end = request->from, until = request->until;
    if (!wire->more) {
        feed->pulls--;
        /* The answer ended early: its rest is a pull of its own. */
        if (end < until) {
            toc_log_feed stored = {0};
            if (toc_log_feed_find(txn, &feed->id, &stored, NULL) != TOC_OK)
                stored.known_size = 0;
            TOC_TRY(pull(engine, link, feed, end, until, stored.known_size, now, err));
        }
    }
    return toc_sync_advance(engine, txn, feed, now, err);
}
