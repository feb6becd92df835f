/* How much of an org is taken in a day, so that no member fills everybody's disk (PROTOCOL §4).
 * Every UTC day has one quota for a circle, an org and a lane, whatever the number of its feeds; it
 * is used once, and can be for TOC_QUOTA_DAYS_KEPT days: so whoever was away, and says at once what
 * others heard day by day, is not late. What is beyond is not refused for ever, since a feed only
 * grows: it is taken when the next day begins. */
#include "node/engine/quota.h"
#include "node/engine/sync.h"

#include <stdio.h>

#include "proto/base/endian.h"
#include "proto/base/limits.h"

enum { QUOTA_DAY_MS = 86400000, QUOTA_ARENA_BYTES = 64 << 20 };
#define QUOTA_WEEK_MS ((uint64_t)TOC_QUOTA_DAYS_KEPT * QUOTA_DAY_MS)

static uint32_t day_of(toc_time time)
{
    return (uint32_t)(time.unix_ms / QUOTA_DAY_MS);
}

bool toc_quota_waits(const engine_feed *feed, toc_now now)
{
    return feed->over_day != 0 && feed->over_day == day_of(now.wall);
}

void toc_quota_changed(toc_engine *engine, const toc_circle_id *circle)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_feed *feed = engine->feeds[i]; feed != NULL; feed = feed->next) {
            if (toc_circle_id_equal(&feed->name.circle, circle))
                feed->over_day = 0;
        }
    }
}

/* ---- since when ---- */

static toc_code counting_since(toc_log_txn *txn, const toc_circle_id *circle, toc_now now,
                               toc_time *out, toc_err *err)
{
    toc_code code = toc_log_counting_since(txn, circle, out, err);
    if (code != TOC_NOT_FOUND)
        return code;
    *out = now.wall;
    return toc_log_counting_put(txn, circle, now.wall, err);
}

toc_code toc_quota_wake(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    bool was_off = engine->last_tick.unix_ms != 0 &&
                   now.wall.unix_ms > engine->last_tick.unix_ms + QUOTA_WEEK_MS;
    if (engine->awake)
        return TOC_OK;
    engine->awake = true;
    if (!was_off)
        return TOC_OK;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(QUOTA_ARENA_BYTES, &arena, err));
    toc_log_circle *circles;
    size_t count;
    TOC_TRY(toc_write_circles(txn, arena, &circles, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_log_counting_put(txn, &circles[i].id, now.wall, err));
    return TOC_OK;
}

/* ---- room ---- */

typedef enum quota_unit { QUOTA_BYTES, QUOTA_FEEDS } quota_unit;

static uint64_t used_of(const toc_log_taken *taken, quota_unit unit)
{
    return unit == QUOTA_BYTES ? taken->bytes : taken->feeds;
}

/* The first day whose quota can still be used. */
static uint32_t first_day(uint32_t today, toc_time since)
{
    uint32_t begun = day_of(since),
             kept = today >= TOC_QUOTA_DAYS_KEPT ? today - TOC_QUOTA_DAYS_KEPT + 1 : 0;
    return begun > kept && begun <= today ? begun : kept;
}

/* The newest day, from today back, with room. False: there is none. */
static toc_code find_room(toc_log_txn *txn, const toc_feed_name *name, quota_unit unit,
                          uint64_t per_day, toc_time since, toc_now now, bool *out, toc_err *err)
{
    uint32_t today = day_of(now.wall), first = first_day(today, since);
    *out = false;
    for (uint32_t day = today; !*out; day--) {
        toc_log_taken taken;
        TOC_TRY(toc_log_taken_on(txn, name, day, &taken, err));
        *out = used_of(&taken, unit) < per_day;
        if (day == first)
            break;
    }
    return TOC_OK;
}

/* On today's quota, then on what the days before left; what nothing has room for is today's. */
static toc_code charge(toc_log_txn *txn, const toc_feed_name *name, quota_unit unit,
                       uint64_t per_day, toc_time since, uint64_t amount, toc_now now, toc_err *err)
{
    uint32_t today = day_of(now.wall), first = first_day(today, since);
    toc_log_taken taken;
    for (uint32_t day = today; amount > 0; day--) {
        TOC_TRY(toc_log_taken_on(txn, name, day, &taken, err));
        uint64_t used = used_of(&taken, unit), room = used < per_day ? per_day - used : 0;
        uint64_t part = amount < room ? amount : room;
        amount -= part;
        if (unit == QUOTA_BYTES)
            taken.bytes += part;
        else
            taken.feeds += (uint32_t)part;
        if (part > 0)
            TOC_TRY(toc_log_taken_put(txn, name, day, &taken, err));
        if (day == first)
            break;
    }
    if (amount == 0 || unit == QUOTA_FEEDS)
        return TOC_OK;
    TOC_TRY(toc_log_taken_on(txn, name, today, &taken, err));
    taken.bytes += amount;
    return toc_log_taken_put(txn, name, today, &taken, err);
}

/* ---- taking ---- */

static void stop_until_tomorrow(toc_engine *engine, engine_feed *feed, quota_unit unit,
                                uint64_t per_day, toc_now now)
{
    char sentence[TOC_ERR_TEXT_BYTES];
    if (unit == QUOTA_BYTES)
        snprintf(sentence, sizeof sentence,
                 "over its quota of %llu.%llu MiB %s today, goes on at 00:00 UTC",
                 (unsigned long long)(per_day >> 20),
                 (unsigned long long)((per_day & ((1u << 20) - 1)) * 10 >> 20),
                 toc_lane_name(feed->name.lane));
    else
        snprintf(sentence, sizeof sentence,
                 "began more than %llu feeds (%s) today, the next one is taken at 00:00 UTC",
                 (unsigned long long)per_day, toc_lane_name(feed->name.lane));
    toc_engine_count(engine, &feed->name.org, TOC_REFUSE_QUOTA, sentence);
    toc_sync_reset(engine, feed, now);
    feed->over_day = day_of(now.wall);
}

/* Was there before we joined, or came back? Only for a week, so that nobody dates a feed back
 * later. */
static bool is_history(const engine_feed *feed, toc_time since, toc_now now)
{
    return feed->name.generation <= since.unix_ms / 1000 &&
           now.wall.unix_ms <= since.unix_ms + QUOTA_WEEK_MS;
}

toc_code toc_quota_admit(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                         const toc_log_feed *stored, const toc_charter *charter, toc_now now,
                         bool *out, toc_err *err)
{
    toc_time since;
    toc_log_free_part part;
    *out = true;
    feed->per_day = toc_charter_bytes_per_day(charter, feed->name.lane);
    if (toc_org_id_equal(&feed->name.org, &engine->org))
        return TOC_OK; /* own words that come back */
    *out = !toc_quota_waits(feed, now);
    if (!*out)
        return TOC_OK;
    TOC_TRY(counting_since(txn, &feed->name.circle, now, &since, err));
    TOC_TRY(toc_log_free(txn, &feed->id, &part, err));
    if (stored->frontier.size < part.size ||
        (part.since.unix_ms != since.unix_ms && is_history(feed, since, now)))
        return TOC_OK;
    if (stored->number == 0) {
        TOC_TRY(find_room(txn, &feed->name, QUOTA_FEEDS, TOC_GENERATIONS_TAKEN_A_DAY, since, now,
                          out, err));
        if (!*out)
            stop_until_tomorrow(engine, feed, QUOTA_FEEDS, TOC_GENERATIONS_TAKEN_A_DAY, now);
    }
    if (*out) {
        TOC_TRY(find_room(txn, &feed->name, QUOTA_BYTES, feed->per_day, since, now, out, err));
        if (!*out)
            stop_until_tomorrow(engine, feed, QUOTA_BYTES, feed->per_day, now);
    }
    return TOC_OK;
}

/* Of one that came without its body as of the whole: what is missing is asked for later, and
 * nothing is charged then. */
static uint64_t bytes_of(const toc_chunk_entry *row)
{
    return row->bare ? TOC_ENTRY_HEADER_BYTES + (uint64_t)toc_get_u32(row->bytes.data + 12)
                     : row->bytes.size;
}

toc_code toc_quota_charge(const toc_engine *engine, toc_log_txn *txn, const engine_feed *feed,
                          bool is_new, const toc_chunk *chunk, toc_now now, toc_err *err)
{
    toc_time since;
    toc_log_free_part part;
    if (toc_org_id_equal(&feed->name.org, &engine->org))
        return TOC_OK;
    TOC_TRY(counting_since(txn, &feed->name.circle, now, &since, err));
    TOC_TRY(toc_log_free(txn, &feed->id, &part, err));
    bool history = part.since.unix_ms != since.unix_ms && is_history(feed, since, now);
    if (history) { /* its author's signature is checked by now */
        part = (toc_log_free_part){.size = chunk->checkpoint.size, .since = since};
        TOC_TRY(toc_log_free_put(txn, &feed->id, &part, err));
    }
    if (is_new && !history)
        TOC_TRY(
            charge(txn, &feed->name, QUOTA_FEEDS, TOC_GENERATIONS_TAKEN_A_DAY, since, 1, now, err));
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < chunk->count; i++)
        bytes += chunk->frontier.size + i < part.size ? 0 : bytes_of(&chunk->verified[i]);
    return charge(txn, &feed->name, QUOTA_BYTES, feed->per_day, since, bytes, now, err);
}

/* ---- own words ---- */

toc_code toc_quota_may_write(toc_log_txn *txn, const toc_feed_name *name,
                             const toc_charter *charter, uint64_t before, uint64_t bytes,
                             toc_now now, toc_err *err)
{
    toc_log_taken taken;
    uint64_t per_day = toc_charter_bytes_per_day(charter, name->lane);
    TOC_TRY(toc_log_taken_on(txn, name, day_of(now.wall), &taken, err));
    taken.bytes += before;
    if (bytes <= per_day && taken.bytes <= per_day - bytes)
        return TOC_OK;
    return toc_fail(err, TOC_DENIED,
                    "the %s quota of this circle is %llu bytes a day (UTC): %llu are used, and "
                    "this needs %llu. It begins anew at 00:00 UTC, and the same command then "
                    "writes what is missing; an admin can propose more with 'tocsin circle "
                    "propose --%s-per-day'",
                    toc_lane_name(name->lane), (unsigned long long)per_day,
                    (unsigned long long)taken.bytes, (unsigned long long)bytes,
                    toc_lane_name(name->lane));
}

toc_code toc_quota_wrote(toc_log_txn *txn, const toc_feed_name *name, uint64_t bytes, toc_now now,
                         toc_err *err)
{
    toc_log_taken taken;
    TOC_TRY(toc_log_taken_on(txn, name, day_of(now.wall), &taken, err));
    taken.bytes += bytes;
    return toc_log_taken_put(txn, name, day_of(now.wall), &taken, err);
}

toc_code toc_engine_quota_used(toc_log_txn *txn, const toc_org_id *org, const toc_circle_id *circle,
                               toc_lane lane, toc_time now, uint64_t *out_bytes, toc_err *err)
{
    const toc_feed_name name = {.circle = *circle, .org = *org, .lane = lane};
    toc_log_taken taken;
    TOC_TRY(toc_log_taken_on(txn, &name, day_of(now), &taken, err));
    *out_bytes = taken.bytes;
    return TOC_OK;
}
