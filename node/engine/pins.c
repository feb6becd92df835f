/* Feeds that the charter in force closes (proto/roll/pins.h): what is past their end is neither
 * taken nor given on nor believed, whoever stored it before. */
#include <stdio.h>
#include <stdlib.h>

#include "node/engine/cards.h"
#include "node/engine/pins.h"
#include "node/engine/sync.h"
#include "proto/base/text.h"

enum { PINS_ARENA_BYTES = 64 << 20 };

/* ---- what stands ---- */

uint64_t toc_pins_end(toc_log_txn *txn, const toc_feed_name *feed)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    return toc_arena_new(PINS_ARENA_BYTES, &arena, NULL) == TOC_OK &&
                   toc_log_charter_of(txn, &feed->circle, arena, &charter, NULL) == TOC_OK
               ? toc_charter_end(&charter, feed)
               : 0;
}

bool toc_pins_head_is(const toc_charter *charter, const toc_feed_name *feed, uint64_t size,
                      const toc_hash *root)
{
    const toc_charter_pin *pin = toc_pin_find(charter, feed);
    return pin != NULL && pin->size == size && toc_hash_equal(&pin->root, root);
}

bool toc_pins_allow(const toc_charter *charter, const toc_chunk *chunk, toc_refusal *out,
                    bool *out_pinned)
{
    uint64_t end = toc_charter_end(charter, &chunk->name);
    toc_note note;
    toc_checkpoint head = {0};
    *out_pinned = false;
    *out = end == 0 ? TOC_REFUSE_NOT_A_MEMBER : TOC_REFUSE_CLOSED;
    if (end == UINT64_MAX)
        return true;
    if (chunk->frontier.size >= end || chunk->count > end - chunk->frontier.size)
        return false;
    if (toc_checkpoint_read(chunk->note, &chunk->name, &note, &head, NULL) != TOC_OK)
        return true; /* the verification says what is wrong with it */
    *out_pinned = toc_pins_head_is(charter, &chunk->name, head.size, &head.root);
    if (head.size == end && !*out_pinned)
        *out = TOC_REFUSE_FORK;
    return head.size < end || *out_pinned;
}

toc_code toc_pins_clamp(toc_log_txn *txn, const toc_charter *charter, toc_log_feed *feed,
                        toc_err *err)
{
    uint64_t end = toc_charter_end(charter, &feed->name);
    if (feed->head_size <= end)
        return TOC_OK;
    feed->head_size = end;
    feed->head_root = (toc_hash){{0}};
    /* Of what is stored, not as the pin says: where they differ everybody sees it. */
    return end == 0 ? TOC_OK : toc_log_root(txn, feed->number, end, &feed->head_root, err);
}

toc_code toc_pins_note(toc_log_txn *txn, const toc_charter *charter, uint32_t number,
                       toc_arena *arena, toc_span *out, toc_err *err)
{
    toc_log_feed feed;
    TOC_TRY(toc_log_feed_at(txn, number, &feed, err));
    const toc_charter_pin *pin = toc_pin_find(charter, &feed.name);
    if (pin == NULL || feed.head_size <= pin->size)
        return toc_log_head_note(txn, number, out, err);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_pin_note(pin, &feed.name, &note);
    TOC_TRY(toc_buf_ok(&note, err));
    *out = toc_arena_dup(arena, toc_buf_view(&note));
    return out->data == NULL ? toc_fail(err, TOC_NO_MEMORY, "out of memory for a head") : TOC_OK;
}

/* ---- making pins ---- */

typedef struct closing {
    toc_log_txn *txn;
    toc_arena *arena;
    const toc_charter *current, *next;
    toc_charter_pin *pins;
    size_t count, capacity;
} closing;

static toc_code add_pin(closing *all, const toc_charter_pin *pin, toc_err *err)
{
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 64 : all->capacity * 2;
        toc_charter_pin *grown = toc_arena_zalloc(all->arena, capacity, sizeof *grown);
        if (grown == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for the pins of a charter");
        if (all->count > 0)
            memcpy(grown, all->pins, all->count * sizeof *grown);
        all->pins = grown;
        all->capacity = capacity;
    }
    all->pins[all->count++] = *pin;
    return TOC_OK;
}

/* A feed that was open and is not any more ends with the head that is stored here. */
static toc_code close_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    closing *all = context;
    toc_span note;
    toc_card card;
    toc_charter_pin pin;
    if (feed->head_size == 0 || toc_charter_end(all->current, &feed->name) != UINT64_MAX ||
        toc_charter_end(all->next, &feed->name) == UINT64_MAX ||
        toc_pin_find(all->next, &feed->name) != NULL ||
        toc_log_head_note(all->txn, feed->number, &note, NULL) != TOC_OK)
        return TOC_OK;
    note = toc_arena_dup(all->arena, note);
    if (note.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a head");
    if (toc_cards_signer(all->txn, &feed->name, note, all->arena, &card) == TOC_SIGNER_UNKNOWN ||
        toc_pin_of(&feed->name, note, &card.sign, &pin, NULL) != TOC_OK)
        return TOC_OK;
    return add_pin(all, &pin, err);
}

toc_code toc_pins_close(toc_log_txn *txn, const toc_charter *current, toc_charter *draft,
                        toc_arena *arena, toc_err *err)
{
    closing all = {.txn = txn, .arena = arena, .current = current, .next = draft};
    TOC_TRY(toc_log_feeds(txn, &current->circle, close_feed, &all, err));
    return toc_pins_add(draft, all.pins, all.count, arena, err);
}

/* Nobody signs a pin that contradicts what is stored here, or that its author did not sign. */
static toc_code check_pin(toc_log_txn *txn, const toc_charter_pin *pin, const toc_feed_name *name,
                          toc_arena *arena, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    char org[65];
    toc_card card;
    toc_checkpoint checkpoint;
    toc_feed_id id;
    toc_log_feed stored;
    toc_hash root;
    toc_hex_encode(TOC_SPAN_OF(pin->org), org);
    toc_pin_note(pin, name, &note);
    TOC_TRY(toc_buf_ok(&note, err));
    if (toc_cards_signer(txn, name, toc_buf_view(&note), arena, &card) == TOC_SIGNER_UNKNOWN ||
        toc_checkpoint_open(toc_buf_view(&note), name, &card.sign, &checkpoint, NULL) != TOC_OK)
        return toc_fail(err, TOC_SIGNATURE,
                        "the charter closes a feed of the org %.16s… with a head that this org did "
                        "not sign",
                        org);
    toc_feed_id_of(name, &id);
    if (toc_log_feed_find(txn, &id, &stored, NULL) != TOC_OK || stored.frontier.size < pin->size)
        return TOC_OK;
    TOC_TRY(toc_log_root(txn, stored.number, pin->size, &root, err));
    if (!toc_hash_equal(&root, &pin->root))
        return toc_fail(
            err, TOC_STATE,
            "the charter closes a feed of the org %.16s… with another past than the one "
            "that is stored here: that org has shown two",
            org);
    return TOC_OK;
}

toc_code toc_pins_check_new(toc_log_txn *txn, const toc_charter *current, const toc_charter *next,
                            toc_arena *arena, toc_err *err)
{
    for (size_t i = 0; i < next->pin_count; i++) {
        const toc_charter_pin *pin = &next->pins[i];
        const toc_feed_name name = {.circle = next->circle,
                                    .org = pin->org,
                                    .lane = pin->lane,
                                    .generation = pin->generation};
        if (current != NULL && toc_pin_find(current, &name) == NULL)
            TOC_TRY(check_pin(txn, pin, &name, arena, err));
    }
    return TOC_OK;
}

/* ---- a charter comes into force ---- */

typedef struct adoption {
    toc_engine *engine;
    toc_log_txn *txn;
    const toc_charter *before, *after;
    toc_arena *arena;
    toc_now now;
} adoption;

/* What waits for a key is told apart by where the feed ends. */
static toc_code split_pending(toc_log_txn *txn, const toc_log_feed *feed, uint64_t end,
                              toc_err *err)
{
    toc_log_pending range;
    for (uint64_t from = 0; toc_log_pending_next(txn, feed->number, from, &range, NULL) == TOC_OK &&
                            range.number == feed->number && range.from < end;
         from = range.until) {
        if (range.until <= end)
            continue;
        TOC_TRY(toc_log_pending_remove(txn, feed->number, range.from, err));
        TOC_TRY(
            toc_log_pending_add(txn, feed->number, range.from, end, range.epoch, range.since, err));
        return toc_log_pending_add(txn, feed->number, end, range.until, range.epoch, range.since,
                                   err);
    }
    return TOC_OK;
}

static toc_code journal(toc_log_txn *txn, const toc_log_feed *feed, toc_journal_kind kind,
                        uint64_t from, uint64_t until, toc_err *err)
{
    toc_journal_row row = {.kind = kind, .feed = feed->number, .from = from, .until = until};
    if (from >= until || feed->name.lane == TOC_LANE_KEYS)
        return TOC_OK;
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

/* The head at which the feed ends: what is stored must be that. */
static toc_code meet_pin(const adoption *all, const toc_charter_pin *pin, toc_log_feed *feed,
                         toc_err *err)
{
    toc_hash root;
    if (feed->frontier.size < pin->size)
        return TOC_OK;
    TOC_TRY(toc_log_root(all->txn, feed->number, pin->size, &root, err));
    if (!toc_hash_equal(&root, &pin->root)) {
        toc_engine_count(all->engine, &pin->org, TOC_REFUSE_FORK,
                         "the charter closes a feed with another past than the one stored here");
        return TOC_OK;
    }
    if (feed->head_size >= pin->size)
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_pin_note(pin, &feed->name, &note);
    TOC_TRY(toc_buf_ok(&note, err));
    return toc_log_head_put(all->txn, feed, pin->size, &pin->root, toc_buf_view(&note), err);
}

static toc_code adopt_feed(void *context, const toc_log_feed *stored, toc_err *err)
{
    const adoption *all = context;
    toc_log_feed feed = *stored;
    uint64_t size = feed.frontier.size, was = toc_charter_end(all->before, &feed.name),
             end = toc_charter_end(all->after, &feed.name);
    const toc_charter_pin *pin = toc_pin_find(all->after, &feed.name);
    was = was < size ? was : size;
    end = end < size ? end : size;
    TOC_TRY(split_pending(all->txn, &feed, end, err));
    TOC_TRY(journal(all->txn, &feed, TOC_JOURNAL_QUARANTINED, end, was, err));
    TOC_TRY(journal(all->txn, &feed, TOC_JOURNAL_RELEASED, was, end, err));
    return pin == NULL ? TOC_OK : meet_pin(all, pin, &feed, err);
}

typedef struct feed_list {
    toc_arena *arena;
    toc_log_feed *rows;
    size_t count, capacity;
} feed_list;

/* The callback may not write while the table is walked. */
static toc_code list_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    feed_list *all = context;
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 64 : all->capacity * 2;
        toc_log_feed *grown = toc_arena_zalloc(all->arena, capacity, sizeof *grown);
        if (grown == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for feeds");
        if (all->count > 0)
            memcpy(grown, all->rows, all->count * sizeof *grown);
        all->rows = grown;
        all->capacity = capacity;
    }
    all->rows[all->count++] = *feed;
    return TOC_OK;
}

/* What is on its way past the end is not waited for. */
static void stop_pulls(toc_engine *engine, const toc_charter *charter, toc_now now)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            uint64_t end = toc_circle_id_equal(&feed->name.circle, &charter->circle)
                               ? toc_charter_end(charter, &feed->name)
                               : UINT64_MAX;
            if (end == UINT64_MAX)
                continue;
            toc_sync_reset(engine, feed, now);
            feed->job = 0; /* its result is void */
            feed->target = feed->target < end ? feed->target : end;
        }
    }
}

toc_code toc_pins_adopt(toc_engine *engine, toc_log_txn *txn, const toc_charter *before,
                        const toc_charter *after, toc_arena *arena, toc_now now, toc_err *err)
{
    adoption all = {
        .engine = engine, .txn = txn, .before = before, .after = after, .arena = arena, .now = now};
    feed_list feeds = {.arena = arena};
    TOC_TRY(toc_log_feeds(txn, &after->circle, list_feed, &feeds, err));
    for (size_t i = 0; i < feeds.count; i++)
        TOC_TRY(adopt_feed(&all, &feeds.rows[i], err));
    stop_pulls(engine, after, now);
    return TOC_OK;
}

void toc_pins_renew(const toc_engine *engine, const toc_charter *charter, toc_now now,
                    toc_log_circle *state)
{
    uint64_t closed = toc_pins_generation(charter, &engine->org);
    uint64_t seconds = now.wall.unix_ms / 1000;
    if (closed != 0 && state->generation <= closed)
        state->generation = seconds > closed ? seconds : closed + 1;
}
