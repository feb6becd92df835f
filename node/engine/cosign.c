/* Receipts (PROTOCOL §2, Cosigning; c2sp.org/tlog-cosignature): cosigning what is stored, and
 * judging the cosignatures of others. A head is cosigned in the round after the one that stored it
 * at the earliest, and the cosignature leaves after the commit like everything else: what it says
 * is durable. One lies about nothing: no smaller head later, no time that is not the clock's. */
#include "node/engine/cosign.h"
#include "node/engine/erase.h"
#include "node/engine/forks.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdio.h>

enum { COSIGN_ARENA_BYTES = 64 << 20, COSIGN_LATER_MS = 1000 };

static uint64_t delay_ms(toc_lane lane)
{
    return lane == TOC_LANE_ALERT ? ENGINE_COSIGN_ALERT_MS : ENGINE_COSIGN_BULK_MS;
}

void toc_cosign_written(toc_engine *engine, engine_feed *feed, toc_now now)
{
    engine->entries_came = true;
    feed->proven = true; /* own ones too: what a link told of and nobody verified is forgotten */
    if (feed->cosign_at.ms == 0)
        feed->cosign_at.ms = now.mono.ms + delay_ms(feed->name.lane);
}

typedef struct load_context {
    toc_engine *engine;
    toc_log_txn *txn;
    toc_now now;
} load_context;

static bool dated_ahead(const toc_log_cosignature *made, toc_now now)
{
    uint64_t now_s = now.wall.unix_ms / 1000;
    return made->made.time_s > now_s && made->made.time_s - now_s > ENGINE_COSIGNED_AHEAD_S_MAX;
}

/* What was said by a key that was retired by then counts for nothing (0091), and is said anew. */
static toc_code own_counts(const toc_engine *engine, toc_log_txn *txn,
                           const toc_log_cosignature *made, bool *out, toc_err *err)
{
    *out = memcmp(&made->key, &engine->cosign_key, sizeof made->key) == 0;
    if (*out)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    TOC_TRY(toc_arena_new(TOC_CARD_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_card_of(txn, &engine->org, arena, &card, err));
    *out = toc_card_key_counts(&card, &made->key, &card.cosign, made->made.time_s);
    return TOC_OK;
}

static toc_code load_feed(void *context, const toc_log_feed *stored, toc_err *err)
{
    load_context *load = context;
    bool counts = true;
    toc_log_cosignature newest = {0};
    toc_code code = toc_log_cosigned(load->txn, stored->number, &load->engine->org, &newest, NULL);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return toc_fail(err, code, "the own cosignatures of feed %u", (unsigned)stored->number);
    if (newest.size > 0)
        TOC_TRY(own_counts(load->engine, load->txn, &newest, &counts, err));
    if (stored->head_size <= newest.size && counts && !dated_ahead(&newest, load->now))
        return TOC_OK;
    engine_feed *feed = toc_sync_feed(load->engine, &stored->name);
    if (feed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    bool anew = !counts && stored->head_size == newest.size;
    if (anew && feed->cosign_at.ms == 0) /* who has not taken the new card yet would drop it */
        feed->cosign_at.ms = load->now.mono.ms + ENGINE_COSIGN_BULK_MS;
    toc_cosign_written(load->engine, feed, load->now);
    return TOC_OK;
}

toc_code toc_cosign_load(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    load_context context = {.engine = engine, .txn = txn, .now = now};
    return toc_log_feeds(txn, NULL, load_feed, &context, err);
}

/* The newest of an org. What is dated further ahead than anybody takes was said by a clock that was
 * wrong, and would stand in the way of what it says by the right one until that time has come. It
 * is forgotten when peers agree with the own clock; else that one may be what is wrong. */
static toc_code newest_by(toc_engine *engine, toc_log_txn *txn, uint32_t number,
                          const toc_org_id *org, toc_now now, toc_log_cosignature *out,
                          toc_err *err)
{
    *out = (toc_log_cosignature){0};
    toc_code code = toc_log_cosigned(txn, number, org, out, err);
    if (code == TOC_OK && dated_ahead(out, now) && toc_peers_confirm(engine, now)) {
        uint64_t now_s = now.wall.unix_ms / 1000;
        TOC_TRY(toc_log_cosignatures_forget(txn, number, org, now_s + ENGINE_COSIGNED_AHEAD_S_MAX,
                                            err));
        *out = (toc_log_cosignature){0};
        code = toc_log_cosigned(txn, number, org, out, err);
    }
    return code == TOC_NOT_FOUND ? TOC_OK : code;
}

/* ---- making ---- */

/* What this org said before a restore comes back from its peers, perhaps before the entries do. */
static bool said_more_before(const toc_engine *engine, const toc_log_feed *stored)
{
    for (size_t i = 0; i < engine->early.count; i++) {
        const engine_cosignature *row = &engine->early.rows[i];
        if (toc_org_id_equal(&row->wire.cosigner, &engine->org) &&
            toc_org_id_equal(&row->wire.org, &stored->name.org) &&
            toc_circle_id_equal(&row->circle, &stored->name.circle) &&
            row->wire.lane == stored->name.lane &&
            row->wire.generation == stored->name.generation && row->wire.size > stored->head_size)
            return true;
    }
    return false;
}

typedef struct listening {
    const toc_charter *charter;
    toc_now now;
    size_t told; /* links with members that had the time to tell */
} listening;

static toc_code count_told(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                           toc_err *err)
{
    (void)engine;
    (void)txn;
    (void)err;
    listening *all = context;
    if (all->now.mono.ms - link->since.ms >= ENGINE_LISTEN_MS &&
        toc_charter_find(all->charter, &link->peer) != NULL)
        all->told++;
    return TOC_OK;
}

/* After it was set back, or lost its disk, this org may have cosigned more than is stored. One that
 * writes asks the members for their heads (generation.c): what it said is no larger than those, and
 * it waits until it has them. One that has no feeds here may be an observer, or may have lost all:
 * peers tell it what it said, as they tell all to who links anew, and it waits until more than
 * half of the others had the time. Neither waits longer than a minute after the first link. */
static bool still_listens(toc_engine *engine, toc_log_txn *txn, const toc_log_circle *circle,
                          const toc_charter *charter, const toc_log_feed *stored, toc_now now)
{
    listening all = {.charter = charter, .now = now};
    toc_err err;
    if (circle->asks || (circle->generation == 0 && engine->first_link.ms == 0))
        return true;
    if (now.mono.ms - engine->first_link.ms >= ENGINE_LISTEN_MS_MAX)
        return false;
    const engine_feed *feed = toc_sync_find(engine, &stored->id);
    if (feed != NULL && feed->target > stored->head_size)
        return true;
    return circle->generation == 0 &&
           (toc_engine_links(engine, txn, count_told, &all, &err) != TOC_OK ||
            all.told * 2 <= charter->member_count - 1);
}

static toc_code put_own(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                        uint64_t time_s, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_checkpoint_body(&stored->name, stored->head_size, &stored->head_root, &body);
    TOC_TRY(toc_buf_ok(&body, err));
    toc_log_cosignature made = {
        .size = stored->head_size, .org = engine->org, .key = engine->cosign_key};
    TOC_TRY(toc_cosignature_sign(toc_buf_view(&body), time_s, engine->cosign, &made.made, err));
    bool fresh = false;
    TOC_TRY(toc_log_cosignature_put(txn, stored->number, &made, &fresh, err));
    engine_cosignature row = {.circle = stored->name.circle,
                              .wire = {.org = stored->name.org,
                                       .lane = stored->name.lane,
                                       .generation = stored->name.generation,
                                       .size = made.size,
                                       .root = stored->head_root,
                                       .cosigner = made.org,
                                       .made = made.made}};
    if (fresh) /* one that finds no room is told to everybody later */
        (void)toc_cosign_keep(&engine->telling, ENGINE_COSIGNATURES_TOLD_MAX, &row);
    return TOC_OK;
}

/* Cosigns the newest head of a feed; `again` even when it was cosigned before, with a new time.
 * *out_later: not now, for the clock stands before what was said last. */
static toc_code cosign(toc_engine *engine, toc_log_txn *txn, const toc_feed_name *name, bool again,
                       toc_now now, bool *out_later, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(COSIGN_ARENA_BYTES, &arena, err));
    toc_feed_id id;
    toc_feed_id_of(name, &id);
    toc_log_feed stored;
    toc_log_circle circle;
    toc_charter charter;
    if (toc_log_feed_find(txn, &id, &stored, NULL) != TOC_OK || stored.head_size == 0 ||
        !toc_roll_shared(txn, &name->circle, &engine->org, arena, &circle, &charter) ||
        stored.head_size > toc_charter_end(&charter, name) || said_more_before(engine, &stored))
        return TOC_OK;
    uint64_t forked;
    TOC_TRY(toc_log_forked(txn, name, &forked, err));
    if (stored.head_size > forked)
        return TOC_OK; /* a receipt for one of two histories would vouch for it */
    if (still_listens(engine, txn, &circle, &charter, &stored, now)) {
        *out_later = true;
        return TOC_OK;
    }
    /* "Every entry below this size is stored here or provably erased." */
    bool covered;
    TOC_TRY(toc_erase_covers(txn, stored.number, stored.head_size, &covered, err));
    if (!covered)
        return TOC_OK;
    toc_log_cosignature newest;
    bool said = false;
    TOC_TRY(newest_by(engine, txn, stored.number, &engine->org, now, &newest, err));
    uint64_t time_s = now.wall.unix_ms / 1000;
    if (stored.head_size == newest.size && !again)
        TOC_TRY(own_counts(engine, txn, &newest, &said, err));
    if (stored.head_size < newest.size || said)
        return TOC_OK;
    if (time_s == 0 || time_s < newest.made.time_s || engine->stopped_ticks) {
        *out_later = true;
        return TOC_OK;
    }
    return put_own(engine, txn, &stored, time_s, err);
}

/* After a change of keys all heads may be due; those that find no room wait for the next round. */
static toc_code cosign_due(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    unsigned room = ENGINE_COSIGNED_A_ROUND_MAX;
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            if (feed->cosign_at.ms == 0 || feed->cosign_at.ms > now.mono.ms)
                continue;
            if (room-- == 0)
                return TOC_OK;
            bool later = false;
            TOC_TRY(cosign(engine, txn, &feed->name, false, now, &later, err));
            feed->cosign_at.ms = later ? now.mono.ms + COSIGN_LATER_MS : 0;
        }
    }
    return TOC_OK;
}

static toc_code beat(void *context, const toc_log_circle *circle, toc_err *err)
{
    static const toc_lane lanes[] = {TOC_LANE_ALERT, TOC_LANE_BULK, TOC_LANE_KEYS};
    load_context *all = context;
    for (size_t i = 0; circle->generation != 0 && i < TOC_COUNT(lanes); i++) {
        toc_feed_name name = {.circle = circle->id,
                              .org = all->engine->org,
                              .lane = lanes[i],
                              .generation = circle->generation};
        bool later = false;
        TOC_TRY(cosign(all->engine, all->txn, &name, true, all->now, &later, err));
    }
    return TOC_OK;
}

/* ---- judging ---- */

static void blame(toc_engine *engine, uint64_t link, const toc_org_id *otherwise,
                  toc_refusal refusal, const char *sentence)
{
    const engine_link *from = toc_engine_link(engine, link);
    toc_engine_count(engine, from == NULL ? otherwise : &from->peer, refusal, sentence);
}

/* Was it the cosign key of a card before? A card retires keys of every purpose, and a verifier
 * takes receipts by cosign keys alone: by the key of an officer who left, one would be taken here,
 * and no bundle that it is in would verify. */
static bool was_cosign_key(toc_log_txn *txn, const toc_card *newest, const toc_verify_key *key)
{
    TOC_AUTO(toc_arena_free) toc_arena *scratch = NULL;
    toc_card card = *newest;
    if (toc_arena_new(TOC_CARD_ARENA_BYTES, &scratch, NULL) != TOC_OK)
        return false;
    while (card.serial > 1) {
        const toc_card_hash before = card.previous;
        toc_arena_reset(scratch);
        if (toc_roll_card(txn, &before, scratch, &card, NULL) != TOC_OK)
            return false;
        if (memcmp(&card.cosign, key, sizeof *key) == 0)
            return true;
    }
    return false;
}

/* By the cosign key of its org's newest card, or by one that was not retired yet in that second.
 * *out_serial is the newest card's. */
toc_code toc_cosign_check(toc_log_txn *txn, const engine_cosignature *row, toc_span body,
                          toc_verify_key *out_key, uint64_t *out_serial, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(COSIGN_ARENA_BYTES, &arena, err));
    toc_card card;
    TOC_TRY(toc_log_card_of(txn, &row->wire.cosigner, arena, &card, err));
    *out_key = card.cosign;
    *out_serial = card.serial;
    toc_code code = toc_cosignature_verify(body, &row->wire.made, &card.cosign, err);
    for (size_t i = 0; code == TOC_SIGNATURE && i < card.retired_count; i++) {
        *out_key = card.retired[i].key;
        code = toc_cosignature_verify(body, &row->wire.made, out_key, err);
        if (code == TOC_OK && !was_cosign_key(txn, &card, out_key))
            return toc_fail(err, TOC_SIGNATURE,
                            "a cosignature by a key that was none for cosigning");
        if (code == TOC_OK &&
            !toc_card_key_counts(&card, out_key, &card.cosign, row->wire.made.time_s))
            return toc_fail(err, TOC_DENIED, "a cosignature by a key that was retired by then");
    }
    return code;
}

/* Of one feed, by one cosigner? */
static bool same_voice(const engine_cosignature *a, const engine_cosignature *b)
{
    return a->wire.lane == b->wire.lane && a->wire.generation == b->wire.generation &&
           toc_org_id_equal(&a->wire.org, &b->wire.org) &&
           toc_org_id_equal(&a->wire.cosigner, &b->wire.cosigner) &&
           toc_circle_id_equal(&a->circle, &b->circle);
}

/* The newest of each feed and cosigner waits for the entries. */
static void wait_for_entries(toc_engine *engine, const engine_cosignature *row)
{
    for (size_t i = 0; i < engine->early.count; i++) {
        engine_cosignature *held = &engine->early.rows[i];
        if (!same_voice(held, row))
            continue;
        if (row->wire.size >= held->wire.size)
            *held = *row;
        return;
    }
    /* Without room it is forgotten; who has it tells it again. The own one takes the place of
     * another: less would be said meanwhile, and a member could fill the room for that. */
    if (toc_cosign_keep(&engine->early, ENGINE_COSIGNATURES_EARLY_MAX, row) ||
        !toc_org_id_equal(&row->wire.cosigner, &engine->org))
        return;
    for (size_t i = 0; i < engine->early.count; i++) {
        engine_cosignature *held = &engine->early.rows[i];
        if (!toc_org_id_equal(&held->wire.cosigner, &engine->org)) {
            *held = *row;
            return;
        }
    }
}

static toc_code put_verified(toc_engine *engine, toc_log_txn *txn, const engine_cosignature *row,
                             const toc_log_feed *stored, const toc_verify_key *key, toc_now now,
                             toc_err *err)
{
    toc_hash root;
    TOC_TRY(toc_log_feed_root(txn, stored, row->wire.size, &root, err));
    uint64_t forked;
    if (!toc_hash_equal(&root, &row->wire.root)) {
        TOC_TRY(toc_log_forked(txn, &stored->name, &forked, err));
        if (row->wire.size > forked)
            return TOC_OK; /* it went the other way */
        bool begun;
        TOC_TRY(toc_forks_doubt(engine, txn, toc_engine_link(engine, row->link), stored,
                                row->wire.size, false, now, &begun, err));
        blame(engine, row->link, &row->wire.cosigner, TOC_REFUSE_FORK,
              "a member cosigned another tree than the one that is stored here");
        return TOC_OK;
    }
    toc_log_cosignature made = {
        .size = row->wire.size, .org = row->wire.cosigner, .key = *key, .made = row->wire.made};
    toc_log_cosignature newest;
    TOC_TRY(newest_by(engine, txn, stored->number, &made.org, now, &newest, err));
    bool fresh = false;
    toc_err why;
    toc_code code = toc_log_cosignature_put(txn, stored->number, &made, &fresh, &why);
    if (code == TOC_STATE) {
        toc_engine_count(engine, &row->wire.cosigner, TOC_REFUSE_COSIGNATURE, why.text);
        return TOC_OK;
    }
    if (code != TOC_OK)
        return toc_fail(err, code, "%s", why.text);
    if (fresh)
        (void)toc_cosign_keep(&engine->telling, ENGINE_COSIGNATURES_TOLD_MAX, row);
    return TOC_OK;
}

/* All others wait while they are tried. What is true of the rest is told again. */
static bool tried_enough(engine_link *teller, toc_now now)
{
    if (teller == NULL)
        return false;
    if (now.mono.ms - teller->misfits_since.ms >= ENGINE_MISFITS_MS) {
        teller->misfits_since = now.mono;
        teller->misfits = 0;
    }
    return teller->misfits >= ENGINE_MISFITS_MAX;
}

/* As nearly always when it came another way too: it was verified then, and is held or waits. */
static bool heard_before(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *stored,
                         const engine_cosignature *row)
{
    toc_log_cosignature made = {
        .size = row->wire.size, .org = row->wire.cosigner, .made = row->wire.made};
    if (row->wire.size <= stored->frontier.size)
        return toc_log_cosignature_held(txn, stored->number, &made);
    for (size_t i = 0; i < engine->early.count; i++) {
        const engine_cosignature *held = &engine->early.rows[i];
        if (held->wire.size == row->wire.size && held->wire.made.time_s == row->wire.made.time_s &&
            memcmp(&held->wire.made.signature, &row->wire.made.signature,
                   sizeof row->wire.made.signature) == 0 &&
            same_voice(held, row))
            return true;
    }
    return false;
}

toc_code toc_cosign_judge(toc_engine *engine, toc_log_txn *txn, const engine_cosignature *row,
                          toc_now now, toc_err *err)
{
    toc_feed_name name = {.circle = row->circle,
                          .org = row->wire.org,
                          .lane = row->wire.lane,
                          .generation = row->wire.generation};
    toc_feed_id id;
    toc_feed_id_of(&name, &id);
    toc_log_feed stored;
    if (toc_log_feed_find(txn, &id, &stored, NULL) != TOC_OK)
        stored = (toc_log_feed){.name = name};
    engine_link *teller = toc_engine_link(engine, row->link);
    if (heard_before(engine, txn, &stored, row) || tried_enough(teller, now))
        return TOC_OK;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_checkpoint_body(&name, row->wire.size, &row->wire.root, &body);
    TOC_TRY(toc_buf_ok(&body, err));
    toc_verify_key key;
    toc_err why;
    uint64_t serial = 0;
    toc_code code = toc_cosign_check(txn, row, toc_buf_view(&body), &key, &serial, &why);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;                             /* its card has not come yet: it is told again */
    if (code == TOC_SIGNATURE && teller != NULL) { /* by the key of a newer card, perhaps */
        teller->misfits++;
        return toc_roll_want_newest(engine, teller, &row->wire.cosigner, serial,
                                    TOC_REFUSE_COSIGNATURE, now, err);
    }
    if (code == TOC_DENIED) { /* until its node has the new card it goes on with the old key */
        blame(engine, row->link, &row->wire.cosigner, TOC_REFUSE_RETIRED_KEY, why.text);
        return TOC_OK;
    }
    if (code == TOC_SIGNATURE || code == TOC_MALFORMED) {
        blame(engine, row->link, &row->wire.cosigner, TOC_REFUSE_COSIGNATURE, why.text);
        return TOC_OK;
    }
    if (code != TOC_OK)
        return toc_fail(err, code, "%s", why.text);
    if (row->wire.size > stored.frontier.size) {
        wait_for_entries(engine, row);
        return TOC_OK;
    }
    return put_verified(engine, txn, row, &stored, &key, now, err);
}

toc_code toc_cosign_heard(toc_engine *engine, toc_log_txn *txn, const engine_link *link,
                          const toc_circle_id *circle, const toc_charter *charter,
                          const toc_wire_cosignature *wire, toc_now now, toc_err *err)
{
    const toc_feed_name name = {
        .circle = *circle, .org = wire->org, .lane = wire->lane, .generation = wire->generation};
    if (toc_charter_find(charter, &wire->cosigner) == NULL ||
        wire->size > toc_charter_end(charter, &name))
        return TOC_OK; /* members hear of a charter at different moments */
    uint64_t now_s = now.wall.unix_ms / 1000;
    if (wire->made.time_s > now_s && wire->made.time_s - now_s > ENGINE_COSIGNED_AHEAD_S_MAX) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_COSIGNATURE,
                         "it told of a cosignature that is dated more than ten minutes ahead");
        return TOC_OK;
    }
    engine_cosignature row = {.circle = *circle, .wire = *wire, .link = link->number};
    return toc_cosign_judge(engine, txn, &row, now, err);
}

/* ---- time ---- */

/* Those whose entries have come. */
static toc_code judge_early(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    size_t kept = 0, count = engine->early.count;
    engine_cosignature *rows = engine->early.rows;
    for (size_t i = 0; i < count; i++) {
        toc_feed_name name = {.circle = rows[i].circle,
                              .org = rows[i].wire.org,
                              .lane = rows[i].wire.lane,
                              .generation = rows[i].wire.generation};
        toc_feed_id id;
        toc_feed_id_of(&name, &id);
        toc_log_feed stored;
        if (toc_log_feed_find(txn, &id, &stored, NULL) != TOC_OK ||
            stored.frontier.size < rows[i].wire.size) {
            rows[kept++] = rows[i];
            continue;
        }
        TOC_TRY(toc_cosign_judge(engine, txn, &rows[i], now, err));
    }
    engine->early.count = kept;
    return TOC_OK;
}

toc_code toc_cosign_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    if (engine->entries_came) {
        engine->entries_came = false;
        TOC_TRY(judge_early(engine, txn, now, err));
    }
    TOC_TRY(cosign_due(engine, txn, now, err));
    if (now.mono.ms - engine->heartbeat.ms < ENGINE_HEARTBEAT_MS)
        return TOC_OK;
    engine->heartbeat = now.mono;
    load_context context = {.engine = engine, .txn = txn, .now = now};
    return toc_log_circles(txn, beat, &context, err);
}
