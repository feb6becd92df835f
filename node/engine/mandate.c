/* What people say of bodies: an author erases, an order deletes, a legal hold keeps. */
#include "node/engine/erase.h"
#include "node/engine/sync.h"

#include <stdlib.h>

enum { MANDATE_ARENA_BYTES = 16 << 20 };

/* ---- an author erases ---- */

typedef struct erasing {
    toc_engine *engine;
    toc_log_txn *txn;
    toc_log_feed by; /* the own feed that says so */
    toc_now now;
} erasing;

static int compare_places(const void *left, const void *right)
{
    const toc_erase_place *a = left, *b = right;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->index == b->index ? 0 : a->index < b->index ? -1 : 1;
}

static toc_code check_place(const toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                            const toc_erase_place *place, toc_log_feed *out, toc_err *err)
{
    toc_span entry;
    TOC_TRY(toc_log_feed_at(txn, place->number, out, err));
    TOC_TRY(toc_log_entry(txn, place->number, place->index, &entry, err));
    if (!toc_org_id_equal(&out->name.org, &engine->org) ||
        !toc_circle_id_equal(&out->name.circle, circle))
        return toc_fail(err, TOC_DENIED,
                        "the record is another org's, or of another circle: only its author erases "
                        "it for everybody; an order deletes it here ('tocsin order add')");
    if (toc_entry_is_bare(entry))
        return TOC_OK;
    bool held;
    TOC_TRY(toc_erase_is_held(engine, txn, out, place->index, &held, err));
    if (held)
        return toc_fail(err, TOC_STATE,
                        "a record of the claim is under a legal hold: 'tocsin legal-hold lift' "
                        "first");
    return TOC_OK;
}

toc_code toc_engine_may_erase(const toc_engine *engine, toc_log_txn *txn,
                              const toc_circle_id *circle, const toc_erase_place *places,
                              size_t count, toc_err *err)
{
    toc_log_feed feed;
    for (size_t i = 0; i < count; i++)
        TOC_TRY(check_place(engine, txn, circle, &places[i], &feed, err));
    return TOC_OK;
}

static toc_code append(erasing *at, toc_span entry, toc_err *err)
{
    toc_hash leaf;
    uint64_t index = at->by.frontier.size;
    engine_feed *feed = toc_sync_feed(at->engine, &at->by.name);
    if (feed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    toc_entry_leaf(&at->by.id, index, entry, &leaf);
    TOC_TRY(toc_log_append(at->txn, &at->by, &entry, &leaf, 1, NULL, err));
    toc_journal_row row = {
        .kind = TOC_JOURNAL_STORED, .feed = at->by.number, .from = index, .until = index + 1};
    TOC_TRY(toc_log_journal_add(at->txn, at->by.name.lane, &row, err));
    if (!feed->written) {
        feed->written = true;
        feed->written_from = index;
    }
    feed->written_link = 0;
    return TOC_OK;
}

/* The places are of one feed, ascending, no more than one erasure takes. */
static toc_code say_erased(erasing *at, const toc_log_feed *target, const toc_erase_place *places,
                           size_t count, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_erasure_row rows[TOC_ERASURE_ROWS_MAX];
    toc_erasure erasure;
    for (size_t i = 0; i < count; i++) {
        rows[i].index = places[i].index;
        TOC_TRY(toc_log_leaf(at->txn, target->number, places[i].index, &rows[i].leaf, err));
    }
    TOC_TRY(toc_erasure_write(&target->id, at->by.judge.epoch, rows, count, &entry, err));
    TOC_TRY(append(at, toc_buf_view(&entry), err));
    TOC_TRY(toc_erasure_read(toc_buf_view(&entry), &erasure, err));
    return toc_erase_heed(at->engine, at->txn, &at->by, at->by.frontier.size - 1, &erasure, at->now,
                          err);
}

/* In the lane of what is erased, in the feed that is written now. */
static toc_code own_feed(erasing *at, const toc_log_feed *target, uint64_t generation, toc_err *err)
{
    toc_feed_name name = target->name;
    toc_feed_id id;
    name.generation = generation;
    toc_feed_id_of(&name, &id);
    return toc_log_feed_find(at->txn, &id, &at->by, err);
}

toc_code toc_engine_erase(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                          const toc_erase_place *places, size_t count, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    erasing at = {.engine = engine, .txn = txn, .now = now};
    toc_log_feed target = {0};
    uint64_t generation;
    TOC_TRY(toc_arena_new(MANDATE_ARENA_BYTES + count * sizeof *places, &arena, err));
    toc_erase_place *sorted = toc_arena_zalloc(arena, count, sizeof *sorted);
    if (sorted == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for %zu records", count);
    TOC_TRY(toc_engine_may_erase(engine, txn, circle, places, count, err));
    for (size_t i = 0; i < count; i++)
        sorted[i] = places[i];
    if (count > 1)
        qsort(sorted, count, sizeof *sorted, compare_places);
    TOC_TRY(toc_engine_writable(engine, txn, circle, now, &generation, err));
    for (size_t from = 0, end; from < count; from = end) {
        for (end = from + 1; end < count && end - from < TOC_ERASURE_ROWS_MAX &&
                             sorted[end].number == sorted[from].number;)
            end++;
        TOC_TRY(toc_log_feed_at(txn, sorted[from].number, &target, err));
        TOC_TRY(own_feed(&at, &target, generation, err));
        TOC_TRY(say_erased(&at, &target, sorted + from, end - from, err));
    }
    return TOC_OK;
}

/* ---- an order deletes ---- */

toc_code toc_engine_order(toc_engine *engine, toc_log_txn *txn, const toc_mandate *order,
                          const toc_erase_place *places, size_t count, toc_now now, toc_err *err)
{
    toc_log_feed feed;
    for (size_t i = 0; i < count; i++) {
        TOC_TRY(toc_log_feed_at(txn, places[i].number, &feed, err));
        if (toc_org_id_equal(&feed.name.org, &engine->org))
            return toc_fail(err, TOC_DENIED,
                            "the claim is this org's own: 'tocsin erase' takes it back from "
                            "everybody, this node too");
    }
    TOC_TRY(toc_mandate_put(txn, order, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_erase_reconsider(engine, txn, &places[i], now, err));
    return TOC_OK;
}

toc_code toc_engine_order_lift(toc_engine *engine, toc_log_txn *txn, const toc_claim_id *claim,
                               toc_now now, toc_err *err)
{
    toc_erase_place at = {0}, found;
    toc_bare bare;
    toc_err why;
    toc_code code;
    TOC_TRY(toc_mandate_drop(txn, TOC_MANDATE_DELETE, claim, err));
    while ((code = toc_erase_lacking_next(txn, &at, &found, &bare, &why)) == TOC_OK) {
        at = (toc_erase_place){found.number, found.index + 1};
        if (bare.why == TOC_BARE_ORDERED && toc_claim_id_equal(&bare.claim, claim))
            TOC_TRY(toc_erase_reconsider(engine, txn, &found, now, err));
    }
    return code == TOC_NOT_FOUND ? TOC_OK : toc_fail(err, code, "%s", why.text);
}

toc_code toc_engine_hold_lift(toc_engine *engine, toc_log_txn *txn, const toc_claim_id *claim,
                              const toc_erase_place *places, size_t count, toc_now now,
                              toc_err *err)
{
    TOC_TRY(toc_mandate_drop(txn, TOC_MANDATE_KEEP, claim, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_erase_reconsider(engine, txn, &places[i], now, err));
    return TOC_OK;
}
