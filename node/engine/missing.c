/* What is missing: entries that came without their bodies, and nothing proves that they may be.
 * They are asked for by Pull, the author first and then everybody in turn, and put back by their
 * leaf, which is stored: no checkpoint is needed. */
#include "node/engine/cosign.h"
#include "node/engine/erase.h"
#include "node/engine/grants.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include "proto/base/reader.h"

enum {
    MISSING_ARENA_BYTES = 64 << 20,
    MISSING_LOOKED_AT_MAX = 4096, /* rows of what is lacking, in one tick */
    MISSING_CYCLES_QUICK = 8,
    MISSING_SLOW_MS = 60000 /* once everybody was asked in vain a few times */
};

static void later(engine_feed *feed, toc_now now)
{
    feed->want_at.ms = now.mono.ms + (feed->want_cycles < MISSING_CYCLES_QUICK ? ENGINE_RETRY_MS
                                                                               : MISSING_SLOW_MS);
}

/* ---- whom to ask ---- */

typedef struct choice {
    toc_log_txn *txn;
    toc_arena *arena;
    const engine_feed *feed;
    engine_link *found;
} choice;

/* In the first cycle the author; then everybody after the last one, in turn. */
static bool comes_before(const engine_feed *feed, const engine_link *left, const engine_link *right)
{
    bool left_author = toc_org_id_equal(&left->peer, &feed->name.org),
         right_author = toc_org_id_equal(&right->peer, &feed->name.org);
    if (feed->want_cycles == 0 && left_author != right_author)
        return left_author;
    return left->number - feed->want_link - 1 < right->number - feed->want_link - 1;
}

static toc_code look_at(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                        toc_err *err)
{
    (void)engine;
    (void)err;
    choice *all = context;
    toc_log_circle state;
    toc_charter charter;
    if ((all->found == NULL || comes_before(all->feed, link, all->found)) &&
        toc_roll_shared(txn, &all->feed->name.circle, &link->peer, all->arena, &state, &charter))
        all->found = link;
    return TOC_OK;
}

/* One link for a whole cycle through what is missing of the feed. */
static toc_code link_for(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, engine_link **out,
                         toc_err *err)
{
    *out = feed->want_from > 0 ? toc_engine_link(engine, feed->want_link) : NULL;
    if (*out != NULL)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(MISSING_ARENA_BYTES, &arena, err));
    choice all = {.txn = txn, .arena = arena, .feed = feed};
    TOC_TRY(toc_engine_links(engine, txn, look_at, &all, err));
    *out = all.found;
    if (*out != NULL)
        feed->want_link = (*out)->number;
    return TOC_OK;
}

/* ---- asking ---- */

/* The next run of missing entries of the feed from `from` on, no longer than one Pull. False: none.
 */
static bool next_run(toc_log_txn *txn, uint32_t number, uint64_t from, uint64_t *out_from,
                     uint64_t *out_until)
{
    toc_erase_place at = {number, from}, found;
    toc_bare bare;
    uint64_t count = 0;
    for (unsigned i = 0; i < MISSING_LOOKED_AT_MAX; i++) {
        if (toc_erase_lacking_next(txn, &at, &found, &bare, NULL) != TOC_OK ||
            found.number != number)
            break;
        if (count > 0 && (found.index != *out_until || bare.why != TOC_BARE_MISSING ||
                          count == ENGINE_PULL_ENTRIES_MAX))
            break;
        if (bare.why == TOC_BARE_MISSING) {
            if (count++ == 0)
                *out_from = found.index;
            *out_until = found.index + 1;
        }
        at.index = found.index + 1;
    }
    return count > 0;
}

static toc_code ask(toc_engine *engine, toc_log_txn *txn, uint32_t number, toc_now now,
                    toc_err *err)
{
    toc_log_feed stored;
    uint64_t from, until;
    TOC_TRY(toc_log_feed_at(txn, number, &stored, err));
    engine_feed *feed = toc_sync_feed(engine, &stored.name);
    if (feed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    feed->proven = true;
    if (now.mono.ms < feed->want_at.ms)
        return TOC_OK;
    if (!next_run(txn, number, feed->want_from, &from, &until)) {
        if (feed->want_from > 0)
            feed->want_cycles++; /* the next link, from the beginning */
        feed->want_from = 0;
        later(feed, now);
        return TOC_OK;
    }
    engine_link *link;
    TOC_TRY(link_for(engine, txn, feed, &link, err));
    engine_request *request =
        link == NULL ? NULL : toc_engine_request(engine, link, TOC_MSG_PULL, now);
    if (request == NULL) {
        later(feed, now);
        return TOC_OK;
    }
    request->wanted = true;
    request->feed = feed->id;
    request->from = from;
    request->until = until;
    feed->want_from = until;
    feed->want_at.ms = now.mono.ms + ENGINE_REQUEST_MS + ENGINE_RETRY_MS;
    toc_message message = {.kind = TOC_MSG_PULL, .id = request->id};
    message.as.pull.feed = feed->name;
    message.as.pull.from = from;
    message.as.pull.until = until;
    return toc_engine_send(engine, link->number, feed->name.lane != TOC_LANE_BULK, &message, err);
}

toc_code toc_missing_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    toc_erase_place at = {0}, found;
    toc_bare bare;
    for (unsigned i = 0; i < MISSING_LOOKED_AT_MAX; i++) {
        toc_err why;
        toc_code code = toc_erase_lacking_next(txn, &at, &found, &bare, &why);
        if (code != TOC_OK)
            return code == TOC_NOT_FOUND ? TOC_OK : toc_fail(err, code, "%s", why.text);
        at = (toc_erase_place){found.number, found.index + 1};
        if (bare.why != TOC_BARE_MISSING)
            continue;
        TOC_TRY(ask(engine, txn, found.number, now, err));
        at = (toc_erase_place){found.number + 1, 0};
    }
    return TOC_OK;
}

void toc_missing_failed(toc_engine *engine, const engine_request *request, toc_now now)
{
    engine_feed *feed = toc_sync_find(engine, &request->feed);
    if (!request->wanted) {
        toc_sync_pull_failed(engine, &request->feed, now);
    } else if (feed != NULL) {
        feed->want_from = 0;
        feed->want_cycles++;
        later(feed, now);
    }
}

/* ---- what comes ---- */

/* As it would have been when it came whole. */
static toc_code open_it(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                        uint64_t index, toc_span entry, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_entry_header header;
    toc_span body;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_opened opened;
    toc_err why;
    bool goes = false;
    TOC_TRY(toc_entry_parse(entry, &header, &body, err));
    if (toc_grants_key(engine, txn, feed, index, header.epoch, &key, NULL) != TOC_OK)
        return toc_log_pending_add(txn, feed->number, index, index + 1, header.epoch, now.wall,
                                   err);
    toc_code code = toc_entry_open(&feed->id, index, entry, key, plain, &opened, &why);
    if (code != TOC_OK) {
        toc_engine_count(engine, &feed->name.org,
                         code == TOC_SIGNATURE ? TOC_REFUSE_COMMITMENT : TOC_REFUSE_UNOPENABLE,
                         why.text);
        return TOC_OK;
    }
    code = toc_erase_opened(engine, txn, feed, index, &opened, now, &goes, err);
    toc_wipe(plain, sizeof plain);
    if (code != TOC_OK || goes)
        return code;
    toc_journal_row row = {
        .kind = TOC_JOURNAL_OPENED, .feed = feed->number, .from = index, .until = index + 1};
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

/* False in *out_good: not the entry that is missing. */
static toc_code put_back(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                         uint64_t index, toc_span entry, toc_now now, bool *out_good, toc_err *err)
{
    toc_bare bare;
    toc_err why;
    *out_good = true;
    if (toc_entry_is_bare(entry) ||
        toc_erase_why(txn, feed->number, index, &bare, NULL) != TOC_OK ||
        bare.why != TOC_BARE_MISSING)
        return TOC_OK; /* it has not got it either; or it came, or was erased, meanwhile */
    toc_code code = toc_erase_fill(txn, feed->number, index, entry, &why);
    *out_good = code != TOC_SIGNATURE;
    if (code != TOC_OK)
        return code == TOC_SIGNATURE ? TOC_OK : toc_fail(err, code, "%s", why.text);
    engine_feed *copied = toc_sync_find(engine, &feed->id);
    if (copied != NULL) {
        copied->want_cycles = 0;
        toc_cosign_written(engine, copied, now);
    }
    return open_it(engine, txn, feed, index, entry, now, err);
}

static toc_code take_entries(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                             const toc_wire_chunk *wire, toc_now now, bool *out_good, toc_err *err)
{
    toc_reader reader = toc_reader_of(wire->entries);
    *out_good = true;
    for (uint32_t i = 0; i < wire->count && *out_good; i++) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        *out_good = toc_reader_ok(&reader, "chunk", NULL) == TOC_OK;
        if (*out_good)
            TOC_TRY(put_back(engine, txn, feed, wire->from + i, entry, now, out_good, err));
    }
    return TOC_OK;
}

toc_code toc_missing_part(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                          engine_request *request, const toc_message *message, toc_now now,
                          toc_err *err)
{
    const toc_wire_chunk *wire = &message->as.chunk;
    engine_feed *feed = toc_sync_find(engine, &request->feed);
    toc_feed_id id;
    toc_log_feed stored;
    bool good = false;
    toc_feed_id_of(&wire->feed, &id);
    if (feed == NULL || toc_log_feed_find(txn, &request->feed, &stored, NULL) != TOC_OK)
        return TOC_OK;
    if (toc_feed_id_equal(&id, &request->feed) && wire->from == request->from && wire->count > 0 &&
        wire->count <= request->until - request->from)
        TOC_TRY(take_entries(engine, txn, &stored, wire, now, &good, err));
    if (!good) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_ENTRY_CHANGED,
                         "it gave another entry for one that is missing");
        toc_missing_failed(engine, request, now);
        return TOC_OK;
    }
    request->from += wire->count;
    if (wire->more)
        return TOC_OK;
    feed->want_from = request->from;
    if (feed->want_cycles > 0) {
        later(feed, now);
        return TOC_OK;
    }
    feed->want_at = now.mono; /* it gives: the next run at once */
    return ask(engine, txn, stored.number, now, err);
}

/* ---- asked by others ---- */

toc_code toc_missing_withholds(toc_log_txn *txn, uint32_t number, uint64_t from, uint64_t until,
                               bool *out, toc_err *err)
{
    *out = false;
    for (uint64_t index = from; index < until; index++) {
        toc_erase_place at = {number, index}, found;
        toc_bare bare;
        toc_err why;
        toc_code code = toc_erase_lacking_next(txn, &at, &found, &bare, &why);
        if (code != TOC_OK && code != TOC_NOT_FOUND)
            return toc_fail(err, code, "%s", why.text);
        if (code == TOC_NOT_FOUND || found.number != number || found.index != index)
            return TOC_OK;
    }
    *out = true;
    return TOC_OK;
}
