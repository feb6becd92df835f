/* The own feeds: sealing records, signing heads, telling the peers. */
#include "node/engine/cosign.h"
#include "node/engine/forks.h"
#include "node/engine/generation.h"
#include "node/engine/grants.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include "proto/feed/addressed.h"
#include "proto/rules/retain.h"

#include <stdlib.h>

enum { WRITE_ARENA_BYTES = 64 << 20, WRITE_SECONDS_PER_DAY = 86400, WRITE_HEADS_PER_NEWS = 64 };

/* ---- the circles ---- */

typedef struct circle_ids {
    toc_arena *arena;
    toc_log_circle *rows;
    size_t count;
} circle_ids;

static toc_code collect_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    circle_ids *all = context;
    toc_log_circle *grown = toc_arena_zalloc(all->arena, all->count + 1, sizeof *grown);
    if (grown == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for circles");
    if (all->count > 0)
        memcpy(grown, all->rows, all->count * sizeof *grown);
    grown[all->count++] = *circle;
    all->rows = grown;
    return TOC_OK;
}

toc_code toc_write_circles(toc_log_txn *txn, toc_arena *arena, toc_log_circle **out,
                           size_t *out_count, toc_err *err)
{
    circle_ids all = {.arena = arena};
    TOC_TRY(toc_log_circles(txn, collect_circle, &all, err));
    *out = all.rows;
    *out_count = all.count;
    return TOC_OK;
}

/* ---- writing records ---- */

toc_code toc_engine_writable(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                             toc_now now, uint64_t *out_generation, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(WRITE_ARENA_BYTES, &arena, err));
    toc_log_circle state;
    toc_charter charter;
    if (toc_log_circle_get(txn, circle, &state, NULL) != TOC_OK || !state.joined)
        return toc_fail(err, TOC_STATE,
                        "this circle is not joined; join it with 'tocsin circle join'");
    if (!state.known || toc_log_charter_of(txn, circle, arena, &charter, NULL) != TOC_OK)
        return toc_fail(err, TOC_STATE,
                        "the circle's charter has not come yet; an admin must admit this org and "
                        "be linked to it");
    if (!toc_charter_writes(&charter, &engine->org))
        return toc_fail(err, TOC_DENIED, "this org only reads in this circle");
    TOC_TRY(toc_forks_writable(engine, txn, &state, now, err));
    TOC_TRY(toc_generation_begin(engine, txn, now, err));
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    if (state.asks)
        return toc_fail(err, TOC_UNREACHABLE,
                        "this node was started anew and first asks the other members what they "
                        "have of its feeds; within a minute it can write");
    if (state.generation == 0)
        TOC_TRY(toc_grants_refresh(engine, txn, circle, true, now, err));
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    *out_generation = state.generation;
    return TOC_OK;
}

/* A sender key is bounded in records and in time. */
static toc_code turn_epoch_if_due(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *state,
                                  const toc_log_feed *feed, size_t count, toc_now now, toc_err *err)
{
    uint64_t used = feed->frontier.size - feed->judge.index + count;
    if (!toc_epoch_over(used, state->epoch_at, now.wall))
        return TOC_OK;
    return toc_grants_refresh(engine, txn, &state->id, true, now, err);
}

/* ---- sealing ---- */

typedef struct sealing {
    toc_log_feed feed;
    toc_secret *key;
    const toc_charter *charter;
    uint32_t keep_until;
    const uint32_t *keep;                 /* of each, at least; or NULL */
    const engine_recipients **recipients; /* NULL in it: what the circle reads */
} sealing;

static toc_code seal_record(const sealing *seal, toc_span record, const engine_recipients *to,
                            uint64_t index, uint32_t keep, toc_now now, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf addressed = {0};
    if (keep < seal->keep_until)
        keep = seal->keep_until;
    if (to != NULL) {
        TOC_TRY(toc_addressed_seal(&seal->feed.id, index, to->keys, to->count, record, &addressed,
                                   err));
        TOC_TRY(toc_buf_ok(&addressed, err));
        record = toc_buf_view(&addressed);
    }
    return toc_entry_seal(&seal->feed.name, &seal->feed.id, index, seal->feed.judge.epoch, keep,
                          seal->key, now.wall, record, out, err);
}

/* Who was left out did not have it: what follows it is not for him either. */
static toc_code note_unsealed(toc_log_txn *txn, const sealing *seal, uint64_t base, size_t count,
                              toc_err *err)
{
    for (size_t from = 0, until; from < count; from = until) {
        const engine_recipients *to = seal->recipients[from];
        for (until = from + 1; until < count && seal->recipients[until] == to;)
            until++;
        if (to != NULL && to->without_count > 0)
            TOC_TRY(toc_log_unsealed_put(txn, &seal->feed.id, base + from, base + until,
                                         to->without, to->without_count, err));
    }
    return TOC_OK;
}

static toc_code seal_and_append(toc_log_txn *txn, sealing *seal, const toc_span *records,
                                size_t count, toc_now now, toc_arena *arena, toc_record_id *out_ids,
                                toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    size_t *ends = toc_arena_zalloc(arena, count, sizeof *ends);
    toc_span *entries = toc_arena_zalloc(arena, count, sizeof *entries);
    toc_hash *leaves = toc_arena_zalloc(arena, count, sizeof *leaves);
    if (ends == NULL || entries == NULL || leaves == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu records", count);
    uint64_t base = seal->feed.frontier.size;
    for (size_t i = 0; i < count; i++) {
        TOC_TRY(seal_record(seal, records[i], seal->recipients[i], base + i,
                            seal->keep == NULL ? 0 : seal->keep[i], now, &bytes, err));
        ends[i] = bytes.size;
    }
    TOC_TRY(toc_buf_ok(&bytes, err));
    TOC_TRY(toc_quota_may_write(txn, &seal->feed.name, seal->charter, 0, bytes.size, now, err));
    for (size_t i = 0; i < count; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        entries[i] = toc_span_of(bytes.data + start, ends[i] - start);
        toc_entry_leaf(&seal->feed.id, base + i, entries[i], &leaves[i]);
        if (out_ids != NULL)
            memcpy(out_ids[i].bytes, leaves[i].bytes, sizeof out_ids[i].bytes);
    }
    TOC_TRY(toc_log_append(txn, &seal->feed, entries, leaves, count, NULL, err));
    TOC_TRY(note_unsealed(txn, seal, base, count, err));
    TOC_TRY(toc_quota_wrote(txn, &seal->feed.name, bytes.size, now, err));
    toc_journal_row row = {
        .kind = TOC_JOURNAL_STORED, .feed = seal->feed.number, .from = base, .until = base + count};
    TOC_TRY(toc_log_journal_add(txn, seal->feed.name.lane, &row, err));
    row.kind = TOC_JOURNAL_OPENED;
    return toc_log_journal_add(txn, seal->feed.name.lane, &row, err);
}

toc_code toc_engine_write(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                          toc_lane lane, const toc_span *records,
                          const toc_addressees *const *named, size_t count, toc_now now,
                          toc_record_id *out_ids, toc_err *err)
{
    return toc_engine_write_keeping(engine, txn, circle, lane, records, named, NULL, count, now,
                                    out_ids, err);
}

toc_code toc_engine_write_keeping(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                                  toc_lane lane, const toc_span *records,
                                  const toc_addressees *const *named, const uint32_t *keep,
                                  size_t count, toc_now now, toc_record_id *out_ids, toc_err *err)
{
    TOC_ASSERT(lane == TOC_LANE_ALERT || lane == TOC_LANE_BULK);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(WRITE_ARENA_BYTES, &arena, err));
    uint64_t generation;
    TOC_TRY(toc_engine_writable(engine, txn, circle, now, &generation, err));
    toc_log_circle state;
    toc_charter charter;
    TOC_TRY(toc_log_circle_get(txn, circle, &state, err));
    TOC_TRY(toc_log_charter_of(txn, circle, arena, &charter, err));
    toc_feed_name name = {
        .circle = *circle, .org = engine->org, .lane = lane, .generation = generation};
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    sealing seal = {.charter = &charter,
                    .keep_until =
                        toc_keep_until_day(now.wall.unix_ms / 1000 / WRITE_SECONDS_PER_DAY,
                                           charter.policy.retention_days, 0, false),
                    .keep = keep,
                    .recipients = toc_arena_zalloc(arena, count, sizeof(void *))};
    if (seal.recipients == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu records", count);
    if (named != NULL)
        TOC_TRY(toc_recipients_find(engine, txn, &state, &charter, named, count, arena,
                                    seal.recipients, err));
    TOC_TRY(toc_log_feed_find(txn, &id, &seal.feed, err));
    TOC_TRY(turn_epoch_if_due(engine, txn, &state, &seal.feed, count, now, err));
    TOC_TRY(toc_log_feed_find(txn, &id, &seal.feed, err));
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_log_sender_key(txn, &name, seal.feed.judge.epoch, &key, err));
    seal.key = key;
    engine_feed *feed = toc_sync_feed(engine, &name);
    if (feed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    uint64_t from = seal.feed.frontier.size;
    TOC_TRY(seal_and_append(txn, &seal, records, count, now, arena, out_ids, err));
    if (!feed->written) {
        feed->written = true;
        feed->written_from = from;
    }
    feed->written_link = 0;
    return TOC_OK;
}

/* ---- the end of a round ---- */

static toc_code sign_head(toc_engine *engine, toc_log_txn *txn, const engine_feed *feed,
                          toc_err *err)
{
    toc_log_feed stored;
    TOC_TRY(toc_log_feed_find(txn, &feed->id, &stored, err));
    toc_hash root;
    toc_frontier_root(&stored.frontier, &root);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_TRY(
        toc_checkpoint_sign(&feed->name, stored.frontier.size, &root, engine->sign, &note, err));
    return toc_log_head_put(txn, &stored, stored.frontier.size, &root, toc_buf_view(&note), err);
}

/* The news of one feed as of this round; entries inline when there are few and they are ours or
 * came just so. */
typedef struct feed_news {
    const engine_feed *feed;
    toc_head head;
    toc_wire_chunk chunk; /* count 0: none */
} feed_news;

static toc_code news_of(toc_log_txn *txn, const engine_feed *feed, toc_arena *arena, feed_news *out,
                        bool *out_any, toc_err *err)
{
    toc_log_feed stored;
    toc_span note;
    *out_any = false;
    TOC_TRY(toc_log_feed_find(txn, &feed->id, &stored, err));
    if (stored.head_size <= feed->written_from ||
        toc_log_head_note(txn, stored.number, &note, NULL) != TOC_OK)
        return TOC_OK; /* entries, but no head that reaches them yet */
    note = toc_arena_dup(arena, note);
    if (note.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for news");
    toc_span voucher;
    TOC_TRY(toc_voucher_find(txn, &stored, note, arena, &voucher, err));
    *out = (feed_news){.feed = feed,
                       .head = {.org = feed->name.org,
                                .lane = feed->name.lane,
                                .generation = feed->name.generation,
                                .size = stored.head_size,
                                .root = stored.head_root,
                                .note = note,
                                .voucher = voucher}};
    *out_any = true;
    uint64_t fresh = stored.head_size - feed->written_from;
    if (feed->written_link != 0 || fresh > ENGINE_INLINE_ENTRIES_MAX)
        return TOC_OK; /* what was passed on is pulled by who lacks it: most have it from its author
                        */
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    uint32_t count = 0;
    TOC_TRY(toc_log_entries(txn, stored.number, feed->written_from, stored.head_size,
                            ENGINE_INLINE_BYTES_MAX, &entries, &count, err));
    if (count != fresh || entries.size > ENGINE_INLINE_BYTES_MAX)
        return TOC_OK;
    out->chunk = (toc_wire_chunk){.feed = feed->name,
                                  .from = feed->written_from,
                                  .count = count,
                                  .entries = toc_arena_dup(arena, toc_buf_view(&entries)),
                                  .note = note};
    return out->chunk.entries.data == NULL ? toc_fail(err, TOC_NO_MEMORY, "out of memory for news")
                                           : TOC_OK;
}

typedef struct round_news {
    feed_news *rows;
    size_t count;
    toc_arena *arena;
} round_news;

static toc_code flush(toc_engine *engine, const engine_link *link, bool urgent, toc_message *news,
                      toc_err *err)
{
    if (news->as.news.head_count == 0 && news->as.news.roll_count == 0)
        return TOC_OK;
    toc_code code = toc_engine_send(engine, link->number, urgent, news, err);
    news->as.news.head_count = news->as.news.chunk_count = news->as.news.roll_count = 0;
    return code;
}

static toc_code send_feeds(toc_engine *engine, const engine_link *link, const toc_circle_id *circle,
                           const round_news *all, bool bulk, toc_err *err)
{
    toc_head heads[WRITE_HEADS_PER_NEWS];
    /* No larger than it needs to be: for each link, and in each round. */
    size_t room = all->count < WRITE_HEADS_PER_NEWS ? all->count : WRITE_HEADS_PER_NEWS;
    toc_wire_chunk *chunks = toc_arena_zalloc(all->arena, room, sizeof *chunks);
    if (chunks == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for news");
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = *circle;
    news.as.news.heads = heads;
    news.as.news.chunks = chunks;
    size_t bytes = 0;
    /* Its author too, when it came another way: he may have been set back, or run twice. */
    for (size_t i = 0; i < all->count; i++) {
        const feed_news *row = &all->rows[i];
        size_t row_bytes =
            row->head.note.size + row->chunk.entries.size + row->chunk.note.size + 512;
        if (!toc_circle_id_equal(&row->feed->name.circle, circle) ||
            row->feed->written_link == link->number ||
            (row->feed->name.lane == TOC_LANE_BULK) != bulk)
            continue;
        if (bytes + row_bytes > ENGINE_PART_BYTES_MAX ||
            news.as.news.head_count == WRITE_HEADS_PER_NEWS) {
            TOC_TRY(flush(engine, link, !bulk, &news, err));
            bytes = 0;
        }
        bytes += row_bytes;
        heads[news.as.news.head_count++] = row->head;
        if (row->chunk.count > 0)
            chunks[news.as.news.chunk_count++] = row->chunk;
    }
    return flush(engine, link, !bulk, &news, err);
}

typedef struct tell_context {
    const round_news *news;
    const toc_log_circle *circle;
} tell_context;

static toc_code tell_link(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    const tell_context *tell = context;
    toc_log_circle state;
    toc_charter charter;
    if (!toc_roll_served(txn, &tell->circle->id, &link->peer, tell->news->arena, &state, &charter))
        return TOC_OK;
    if (engine->card_changed) {
        toc_hash card;
        memcpy(card.bytes, engine->card.bytes, sizeof card.bytes);
        toc_message news = {.kind = TOC_MSG_NEWS};
        news.as.news.circle = tell->circle->id;
        news.as.news.roll_count = 1;
        news.as.news.roll = &card;
        TOC_TRY(toc_engine_send(engine, link->number, true, &news, err));
    }
    for (size_t i = 0; i < engine->changed_count; i++) {
        if (!toc_circle_id_equal(&engine->changed_circles[i], &tell->circle->id))
            continue;
        toc_message news = {.kind = TOC_MSG_NEWS};
        news.as.news.circle = tell->circle->id;
        news.as.news.roll_count = 1;
        news.as.news.roll = &engine->changed_charters[i];
        TOC_TRY(toc_engine_send(engine, link->number, true, &news, err));
    }
    TOC_TRY(send_feeds(engine, link, &tell->circle->id, tell->news, false, err));
    return send_feeds(engine, link, &tell->circle->id, tell->news, true, err);
}

static toc_code gather(toc_engine *engine, toc_log_txn *txn, round_news *out, toc_err *err)
{
    size_t count = 0;
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next)
            count += feed->written ? 1 : 0;
    }
    out->rows = toc_arena_zalloc(out->arena, count, sizeof *out->rows);
    if (out->rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for news");
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            if (!feed->written)
                continue;
            bool own = toc_org_id_equal(&feed->name.org, &engine->org) && feed->written_link == 0;
            if (own)
                TOC_TRY(sign_head(engine, txn, feed, err));
            bool any;
            TOC_TRY(news_of(txn, feed, out->arena, &out->rows[out->count], &any, err));
            out->count += any ? 1 : 0;
        }
    }
    return TOC_OK;
}

/* A charter that gave a peer new rights: both sides compare heads once more, and it may be told of
 * receipts that it had no right to. */
static toc_code ask_again(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    toc_cosign_tell_all(link, 0);
    return toc_sync_ask_heads(engine, txn, link, false, *(const toc_now *)context, err);
}

toc_code toc_engine_round_end(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(WRITE_ARENA_BYTES, &arena, err));
    round_news news = {.arena = arena};
    TOC_TRY(gather(engine, txn, &news, err));
    if (news.count > 0 || engine->changed_count > 0 || engine->card_changed) {
        toc_log_circle *circles;
        size_t count;
        TOC_TRY(toc_write_circles(txn, arena, &circles, &count, err));
        for (size_t i = 0; i < count; i++) {
            tell_context context = {.news = &news, .circle = &circles[i]};
            if (circles[i].joined && circles[i].known)
                TOC_TRY(toc_engine_links(engine, txn, tell_link, &context, err));
        }
    }
    if (engine->changed_count > 0)
        TOC_TRY(toc_engine_links(engine, txn, ask_again, &now, err));
    if (engine->changed_count > 0 || engine->card_changed)
        TOC_TRY(toc_cosign_load(engine, txn, now, err));
    engine->changed_count = 0;
    engine->card_changed = false;
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            if (feed->written)
                toc_cosign_written(engine, feed, now);
            feed->written = false;
        }
    }
    return TOC_OK;
}
