/* Erasing, and judging what comes without its body. A body may be gone when everybody can see why:
 * past its day, or by its author's own word. Whatever else is not here is missing. */
#include "node/engine/erase.h"
#include "node/engine/cosign.h"
#include "node/engine/sync.h"

#include "proto/base/endian.h"
#include "proto/base/reader.h"
#include "proto/feed/addressed.h"

enum {
    ERASE_ARENA_BYTES = 16 << 20,
    ERASE_SWEEP_ROWS = 2000,      /* looked at in one tick */
    ERASE_CLOCK_AFTER_MS = 120000 /* until peers had time to contradict the clock */
};

/* ---- the clock ---- */

/* What goes by a wrong clock does not come back. 0: it is not to be trusted, nothing is past. */
static uint64_t today(const toc_engine *engine, toc_now now)
{
    if (engine->stopped_ticks || now.mono.ms - engine->started.ms < ERASE_CLOCK_AFTER_MS)
        return 0;
    return now.wall.unix_ms / 86400000u;
}

/* ---- which claim ---- */

typedef struct said {
    bool known;
    toc_claim_id claim;
    uint64_t revision;
} said;

/* Sealed to some readers: one of our seal keys opens it, or it is not for us. */
static bool open_for_us(const toc_engine *engine, const toc_log_feed *feed, uint64_t index,
                        toc_span sealed, uint8_t *plain, toc_span *out)
{
    toc_addressed inner;
    for (size_t i = 0; i <= engine->former_seal_count; i++) {
        const toc_secret *key = i == 0 ? engine->seal : engine->former_seals[i - 1];
        if (toc_addressed_open(&feed->id, index, sealed, key, plain, &inner, NULL) == TOC_OK) {
            *out = inner.record;
            return true;
        }
    }
    return false;
}

static toc_code read_said(const toc_engine *engine, const toc_log_feed *feed, uint64_t index,
                          toc_span record, said *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_statement statement;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    TOC_TRY(toc_arena_new(ERASE_ARENA_BYTES, &arena, err));
    *out = (said){0};
    bool ours =
        !toc_addressed_is(record) || open_for_us(engine, feed, index, record, plain, &record);
    if (ours && toc_record_decode(record, arena, &statement, NULL) == TOC_OK) {
        out->known = true;
        out->revision = statement.revision;
        if (statement.kind == TOC_RECORD_RETRACTION)
            out->claim = statement.as.retraction.target;
        else
            toc_statement_claim(&statement, &feed->name.circle, &feed->name.org, &out->claim);
    }
    toc_wipe(plain, sizeof plain);
    return TOC_OK;
}

/* Of a stored entry that is whole. */
static toc_code said_of_entry(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                              uint64_t index, toc_span entry, said *out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_opened opened;
    *out = (said){0};
    uint32_t epoch = toc_get_u32(entry.data + 4);
    if (toc_log_sender_key(txn, &feed->name, epoch, &key, NULL) != TOC_OK)
        return TOC_OK; /* who cannot read it holds nothing of it, and is ordered nothing */
    toc_code code = TOC_OK;
    if (toc_entry_open(&feed->id, index, entry, key, plain, &opened, NULL) == TOC_OK)
        code = read_said(engine, feed, index, opened.record, out, err);
    toc_wipe(plain, sizeof plain);
    return code;
}

/* ---- mandates ---- */

typedef struct mandates {
    bool orders, holds; /* there are any: else nothing is opened to look */
} mandates;

static toc_code read_mandates(toc_log_txn *txn, mandates *out, toc_err *err)
{
    TOC_TRY(toc_mandate_any(txn, TOC_MANDATE_DELETE, &out->orders, err));
    return toc_mandate_any(txn, TOC_MANDATE_KEEP, &out->holds, err);
}

static bool is_ordered(toc_log_txn *txn, const mandates *all, const said *what)
{
    toc_mandate order;
    return all->orders && what->known &&
           toc_mandate_get(txn, TOC_MANDATE_DELETE, &what->claim, &order, NULL) == TOC_OK;
}

static bool is_held(toc_log_txn *txn, const mandates *all, const said *what)
{
    toc_mandate hold;
    return all->holds && what->known &&
           toc_mandate_get(txn, TOC_MANDATE_KEEP, &what->claim, &hold, NULL) == TOC_OK &&
           what->revision >= hold.revision;
}

toc_code toc_erase_is_held(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                           uint64_t index, bool *out, toc_err *err)
{
    mandates all;
    said what = {0};
    toc_span entry;
    *out = false;
    TOC_TRY(read_mandates(txn, &all, err));
    if (!all.holds)
        return TOC_OK;
    TOC_TRY(toc_log_entry(txn, feed->number, index, &entry, err));
    TOC_TRY(said_of_entry(engine, txn, feed, index, entry, &what, err));
    *out = is_held(txn, &all, &what);
    return TOC_OK;
}

/* ---- judging ---- */

/* Is it proven that the body may be gone? why 0: it is not. */
static toc_code prove(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                      uint64_t index, const toc_hash *leaf, uint32_t keep_until_day, toc_now now,
                      toc_bare *out, toc_err *err)
{
    bool named;
    *out = (toc_bare){.at = now.wall};
    TOC_TRY(toc_erasure_names(txn, &feed->id, &feed->name, index, leaf, &named, err));
    if (named)
        out->why = TOC_BARE_AUTHOR;
    else if (keep_until_day != UINT32_MAX && keep_until_day < today(engine, now))
        out->why = TOC_BARE_DAY;
    return TOC_OK;
}

static toc_code judge_bare(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                           const toc_chunk_entry *row, uint64_t index, toc_now now, toc_bare *out,
                           toc_err *err)
{
    toc_entry_header header;
    TOC_TRY(toc_entry_bare_parse(row->bytes, &header, err));
    TOC_TRY(prove(engine, txn, stored, index, &row->leaf, header.keep_until_day, now, out, err));
    if (out->why == 0)
        out->why = TOC_BARE_MISSING;
    return TOC_OK;
}

/* A whole one: bodies past their day go with the sweep. */
static toc_code judge_whole(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                            const mandates *all, const toc_chunk_entry *row, uint64_t index,
                            bool named, toc_now now, toc_bare *out, toc_err *err)
{
    said what = {0};
    *out = (toc_bare){.at = now.wall};
    if (named) {
        bool sure;
        TOC_TRY(toc_erasure_names(txn, &stored->id, &stored->name, index, &row->leaf, &sure, err));
        out->why = sure ? TOC_BARE_AUTHOR : 0;
    }
    if (row->opened && (all->orders || (all->holds && out->why != 0)))
        TOC_TRY(read_said(engine, stored, index, row->plain.record, &what, err));
    if (out->why == 0 && is_ordered(txn, all, &what)) {
        out->why = TOC_BARE_ORDERED;
        out->claim = what.claim;
    }
    if (is_held(txn, all, &what))
        out->why = 0;
    return TOC_OK;
}

static toc_code take_off(toc_chunk_entry *row, toc_span *entry, toc_arena *arena, toc_err *err)
{
    uint8_t *left = toc_arena_alloc(arena, TOC_ENTRY_BARE_BYTES);
    if (left == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for an entry");
    toc_entry_strip(*entry, left);
    *entry = toc_span_of(left, TOC_ENTRY_BARE_BYTES);
    row->bare = true;
    row->opened = row->key_missing = false;
    return TOC_OK;
}

toc_code toc_erase_judge(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                         const toc_chunk *chunk, toc_span *entries, toc_arena *arena, toc_now now,
                         toc_bare **out, toc_err *err)
{
    mandates all;
    toc_bare *bare = toc_arena_zalloc(arena, chunk->count, sizeof *bare);
    if (bare == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk");
    TOC_TRY(read_mandates(txn, &all, err));
    uint64_t named = chunk->frontier.size; /* the next that some erasure names, or a later one */
    bool any_named = true;
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_chunk_entry *row = &chunk->verified[i];
        uint64_t index = chunk->frontier.size + i;
        if (any_named && named <= index)
            TOC_TRY(toc_erasure_next(txn, &stored->id, index, &named, &any_named, err));
        if (row->kind != TOC_ENTRY_RECORD)
            continue;
        if (row->bare) {
            TOC_TRY(judge_bare(engine, txn, stored, row, index, now, &bare[i], err));
            continue;
        }
        TOC_TRY(judge_whole(engine, txn, stored, &all, row, index, any_named && named == index, now,
                            &bare[i], err));
        if (bare[i].why != 0)
            TOC_TRY(take_off(row, &entries[i], arena, err));
    }
    *out = bare;
    return TOC_OK;
}

/* ---- serving ---- */

static toc_code serve_one(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                          uint64_t index, toc_span entry, toc_now now, toc_buf *out, toc_err *err)
{
    toc_hash leaf;
    toc_bare bare = {0};
    uint8_t left[TOC_ENTRY_BARE_BYTES];
    if (!toc_entry_is_bare(entry) && entry.data[1] == TOC_ENTRY_RECORD) {
        TOC_TRY(toc_log_leaf(txn, feed->number, index, &leaf, err));
        TOC_TRY(
            prove(engine, txn, feed, index, &leaf, toc_get_u32(entry.data + 8), now, &bare, err));
    }
    if (bare.why != 0) {
        toc_entry_strip(entry, left);
        entry = TOC_SPAN_OF(left);
    }
    toc_buf_add_u32(out, (uint32_t)entry.size);
    toc_buf_add_span(out, entry);
    return TOC_OK;
}

toc_code toc_erase_serve(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                         uint64_t from, uint32_t count, toc_now now, toc_buf *entries, toc_err *err)
{
    mandates all;
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    TOC_TRY(read_mandates(txn, &all, err));
    if (!all.holds)
        return TOC_OK; /* without one such bodies are gone here as well */
    toc_reader reader = toc_reader_of(toc_buf_view(entries));
    for (uint32_t i = 0; i < count; i++) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        TOC_TRY(toc_reader_ok(&reader, "entries", err));
        TOC_TRY(serve_one(engine, txn, feed, from + i, entry, now, &out, err));
    }
    toc_buf_clear(entries);
    toc_buf_add_span(entries, toc_buf_view(&out));
    TOC_TRY(toc_buf_ok(&out, err));
    return toc_buf_ok(entries, err);
}

/* ---- erasing ---- */

static toc_code journal_erased(toc_log_txn *txn, const toc_log_feed *feed, uint64_t index,
                               toc_err *err)
{
    toc_journal_row row = {
        .kind = TOC_JOURNAL_ERASED, .feed = feed->number, .from = index, .until = index + 1};
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

static void head_may_be_covered(toc_engine *engine, const toc_log_feed *feed, toc_now now)
{
    engine_feed *copied = toc_sync_feed(engine, &feed->name);
    if (copied == NULL)
        return; /* out of memory: the next entry makes it due */
    copied->proven = true;
    toc_cosign_written(engine, copied, now);
}

static toc_code erase(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                      uint64_t index, const toc_bare *bare, toc_now now, toc_err *err)
{
    bool had;
    TOC_TRY(toc_erase_body(txn, feed->number, index, bare, &had, err));
    if (had)
        return journal_erased(txn, feed, index, err);
    if (!toc_bare_lacks(bare->why))
        head_may_be_covered(engine, feed, now);
    return TOC_OK;
}

toc_code toc_erase_reconsider(toc_engine *engine, toc_log_txn *txn, const toc_erase_place *place,
                              toc_now now, toc_err *err)
{
    mandates all;
    toc_log_feed feed;
    toc_hash leaf;
    toc_span entry;
    toc_bare now_bare, before = {0};
    said what = {0};
    TOC_TRY(read_mandates(txn, &all, err));
    TOC_TRY(toc_log_feed_at(txn, place->number, &feed, err));
    TOC_TRY(toc_log_leaf(txn, place->number, place->index, &leaf, err));
    TOC_TRY(toc_log_entry(txn, place->number, place->index, &entry, err));
    bool bare = toc_entry_is_bare(entry);
    if (bare)
        TOC_TRY(toc_erase_why(txn, place->number, place->index, &before, err));
    if ((bare && !toc_bare_lacks(before.why)) || entry.data[1] != TOC_ENTRY_RECORD)
        return TOC_OK;
    TOC_TRY(prove(engine, txn, &feed, place->index, &leaf, toc_get_u32(entry.data + 8), now,
                  &now_bare, err));
    if (!bare && (all.orders || (all.holds && now_bare.why != 0)))
        TOC_TRY(said_of_entry(engine, txn, &feed, place->index, entry, &what, err));
    if (bare && now_bare.why == 0) {
        what = (said){.known = before.why == TOC_BARE_ORDERED, .claim = before.claim};
        now_bare.why = TOC_BARE_MISSING;
    }
    if (toc_bare_lacks(now_bare.why) || now_bare.why == 0) {
        if (is_ordered(txn, &all, &what)) {
            now_bare.why = TOC_BARE_ORDERED;
            now_bare.claim = what.claim;
        }
    }
    if (now_bare.why == 0 || now_bare.why == before.why || (!bare && is_held(txn, &all, &what)))
        return TOC_OK;
    return erase(engine, txn, &feed, place->index, &now_bare, now, err);
}

toc_code toc_erase_opened(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                          uint64_t index, const toc_opened *opened, toc_now now, bool *out_goes,
                          toc_err *err)
{
    mandates all;
    said what = {0};
    *out_goes = false;
    TOC_TRY(read_mandates(txn, &all, err));
    if (!all.orders)
        return TOC_OK;
    TOC_TRY(read_said(engine, feed, index, opened->record, &what, err));
    if (!is_ordered(txn, &all, &what))
        return TOC_OK;
    toc_bare bare = {.why = TOC_BARE_ORDERED, .at = now.wall, .claim = what.claim};
    bool had;
    *out_goes = true;
    return toc_erase_body(txn, feed->number, index, &bare, &had, err); /* it was not in E yet */
}

/* ---- erasure entries ---- */

/* What a row may not name; NULL: nothing is wrong with it as far as can be seen here. */
static const char *fault_of(toc_log_txn *txn, const toc_log_feed *by, uint64_t by_index,
                            const toc_log_feed *target, const toc_erasure_row *row)
{
    toc_hash leaf;
    toc_span entry;
    if (!toc_org_id_equal(&target->name.org, &by->name.org) ||
        !toc_circle_id_equal(&target->name.circle, &by->name.circle))
        return "an erasure of entries in a feed that is not its author's";
    if (target->number == by->number && row->index >= by_index)
        return "an erasure of an entry that comes after it";
    if (row->index >= target->frontier.size)
        return NULL;
    if (toc_log_leaf(txn, target->number, row->index, &leaf, NULL) != TOC_OK ||
        !toc_hash_equal(&leaf, &row->leaf))
        return "an erasure that names another entry than the one in its place";
    if (toc_log_entry(txn, target->number, row->index, &entry, NULL) != TOC_OK ||
        entry.data[1] != TOC_ENTRY_RECORD)
        return "an erasure of what is no record";
    return NULL;
}

toc_code toc_erase_heed(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *by,
                        uint64_t by_index, const toc_erasure *erasure, toc_now now, toc_err *err)
{
    toc_log_feed target;
    const char *fault = NULL;
    uint64_t forked;
    TOC_TRY(toc_log_forked(txn, &by->name, &forked, err));
    if (by_index >= forked)
        return TOC_OK; /* by the author or a thief, nobody knows; and it could not be undone */
    bool here = toc_log_feed_find(txn, &erasure->feed, &target, NULL) == TOC_OK;
    for (uint16_t i = 0; i < erasure->count; i++) {
        toc_erasure_row row;
        toc_erasure_row_at(erasure, i, &row);
        const char *wrong = here ? fault_of(txn, by, by_index, &target, &row) : NULL;
        fault = wrong != NULL ? wrong : fault;
        if (wrong != NULL)
            continue;
        TOC_TRY(toc_erasure_put(txn, &erasure->feed, &row, by->number, by_index, err));
        if (here && row.index < target.frontier.size) {
            toc_erase_place place = {target.number, row.index};
            TOC_TRY(toc_erase_reconsider(engine, txn, &place, now, err));
        }
    }
    if (fault != NULL)
        toc_engine_count(engine, &by->name.org, TOC_REFUSE_ERASURE, fault);
    return TOC_OK;
}

toc_code toc_erase_stored(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                          const toc_chunk *chunk, const toc_bare *bare, toc_now now, toc_err *err)
{
    bool had;
    for (uint32_t i = 0; i < chunk->count; i++) {
        if (bare[i].why != 0)
            TOC_TRY(
                toc_erase_body(txn, stored->number, chunk->frontier.size + i, &bare[i], &had, err));
    }
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_erasure erasure;
        if (chunk->verified[i].kind != TOC_ENTRY_ERASURE)
            continue;
        TOC_TRY(toc_erasure_read(chunk->verified[i].bytes, &erasure, err));
        TOC_TRY(toc_erase_heed(engine, txn, stored, chunk->frontier.size + i, &erasure, now, err));
    }
    return TOC_OK;
}

/* ---- by the day ---- */

toc_code toc_erase_sweep(toc_engine *engine, toc_log_txn *txn, toc_erase_place *at, uint64_t day,
                         toc_now now, bool *out_end, toc_err *err)
{
    static toc_erase_place due[ERASE_SWEEP_ROWS];
    size_t count;
    TOC_TRY(toc_erase_due(txn, at, day, ERASE_SWEEP_ROWS, due, &count, out_end, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_erase_reconsider(engine, txn, &due[i], now, err));
    return TOC_OK;
}

toc_code toc_erase_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, bool *out_more,
                        toc_err *err)
{
    engine_sweep *sweep = &engine->sweep;
    uint64_t day = today(engine, now);
    if (day == 0 || (sweep->day == day && sweep->done))
        return TOC_OK;
    if (sweep->day != day)
        *sweep = (engine_sweep){.day = day};
    toc_erase_place at = {sweep->number, sweep->index};
    TOC_TRY(toc_erase_sweep(engine, txn, &at, day, now, &sweep->done, err));
    sweep->number = at.number;
    sweep->index = at.index;
    *out_more = *out_more || !sweep->done;
    return TOC_OK;
}
