/* New readers get no key before the circle's admission delay is over (PROTOCOL §1): whoever stole
 * enough officer keys to admit a spy has to wait that long, in everybody's sight. It counts from
 * when this node adopted the charter, since nothing signed says when it was made. */
#include "node/engine/admission.h"
#include "node/engine/grants.h"
#include "node/engine/roll.h"
#include "proto/base/text.h"
#include "store/memo.h"

enum { ADMISSION_ARENA_BYTES = 64 << 20, ADMISSION_DUE_MAX = 64 };

bool toc_admission_waits(toc_log_txn *txn, const toc_circle_id *circle, const toc_org_id *org,
                         toc_time *out_until)
{
    return toc_log_admission_get(txn, circle, org, out_until, NULL) == TOC_OK;
}

/* ---- a charter comes into force ---- */

/* What was in force before counts until it would have passed: or it would be lowered first, and the
 * spy be admitted then. */
static toc_code delay_of(toc_log_txn *txn, const toc_charter *before, const toc_charter *after,
                         toc_now now, uint64_t *out_ms, toc_err *err)
{
    uint64_t was = before->policy.admission_delay_ms, is = after->policy.admission_delay_ms, kept;
    toc_time until;
    toc_code code = toc_log_delay(txn, &after->circle, &kept, &until, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (code == TOC_OK && now.wall.unix_ms < until.unix_ms && kept > was)
        was = kept;
    *out_ms = is > was ? is : was;
    if (before->policy.admission_delay_ms <= is)
        return TOC_OK;
    return toc_log_delay_put(txn, &after->circle, *out_ms, (toc_time){now.wall.unix_ms + *out_ms},
                             err);
}

/* Whether this org became a reader after version `since`, up to this charter, and by which delay:
 * who was removed hears of nothing before it is admitted again. */
static bool was_admitted(const toc_engine *engine, toc_log_txn *txn, uint32_t since,
                         const toc_charter *charter, toc_arena *arena, uint64_t *out_ms)
{
    toc_charter before;
    uint64_t delay_ms = charter->policy.admission_delay_ms;
    toc_charter_hash previous = charter->previous;
    uint32_t version = charter->version;
    while (version > since &&
           toc_log_roll_charter(txn, &previous, arena, &before, NULL) == TOC_OK) {
        const uint64_t was_ms = before.policy.admission_delay_ms;
        *out_ms = was_ms > delay_ms ? was_ms : delay_ms; /* a lowered one counts on */
        if (!toc_charter_reads(&before, &engine->org))
            return true;
        delay_ms = was_ms;
        previous = before.previous;
        version = before.version;
        toc_arena_reset(arena);
    }
    return false;
}

toc_code toc_admission_own(const toc_engine *engine, toc_log_txn *txn, uint32_t since,
                           const toc_charter *charter, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    uint64_t delay_ms;
    if (!toc_charter_reads(charter, &engine->org))
        return toc_memo_wait_drop(txn, &charter->circle, err);
    TOC_TRY(toc_arena_new(ADMISSION_ARENA_BYTES, &arena, err));
    if (!was_admitted(engine, txn, since, charter, arena, &delay_ms) || delay_ms == 0)
        return TOC_OK;
    return toc_memo_wait_put(txn, &charter->circle, (toc_time){now.wall.unix_ms + delay_ms}, err);
}

static toc_code adopt_one(const toc_engine *engine, toc_log_txn *txn, const toc_charter *before,
                          const toc_charter *after, toc_now now, toc_err *err)
{
    uint64_t delay_ms;
    TOC_TRY(delay_of(txn, before, after, now, &delay_ms, err));
    for (size_t i = 0; i < before->member_count; i++) {
        const toc_org_id *org = &before->members[i].org;
        toc_time until;
        if (!toc_charter_reads(after, org) && toc_admission_waits(txn, &after->circle, org, &until))
            TOC_TRY(toc_log_admission_drop(txn, &after->circle, org, err));
    }
    for (size_t i = 0; i < after->member_count; i++) {
        const toc_org_id *org = &after->members[i].org;
        const toc_log_admission waits = {
            .circle = after->circle, .org = *org, .until = {now.wall.unix_ms + delay_ms}};
        if (delay_ms > 0 && toc_charter_reads(after, org) && !toc_charter_reads(before, org) &&
            !toc_org_id_equal(org, &engine->org))
            TOC_TRY(toc_log_admission_put(txn, &waits, err));
    }
    return TOC_OK;
}

/* The charters between the two, newest first, as far as the roll has them. */
static toc_code find_between(toc_log_txn *txn, uint32_t since, const toc_charter *after,
                             toc_arena *arena, toc_buf *out, toc_err *err)
{
    toc_charter_hash previous = after->previous;
    toc_charter each;
    for (uint32_t version = after->version;
         version > since + 1 && toc_log_roll_charter(txn, &previous, arena, &each, NULL) == TOC_OK;
         version = each.version) {
        if (each.version <= since)
            break;
        toc_buf_add(out, &previous, sizeof previous);
        previous = each.previous;
        toc_arena_reset(arena);
    }
    return toc_buf_ok(out, err);
}

/* Charters that are heard of together count as if they were heard of one by one: or who was removed
 * and admitted again would not wait where nobody listened meanwhile. */
toc_code toc_admission_adopt(const toc_engine *engine, toc_log_txn *txn, const toc_charter *before,
                             const toc_charter *after, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *other = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf between = {0};
    toc_charter at = *before, next;
    TOC_TRY(toc_arena_new(ADMISSION_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_arena_new(ADMISSION_ARENA_BYTES, &other, err));
    TOC_TRY(find_between(txn, before->version, after, arena, &between, err));
    const toc_charter_hash *hashes = (const toc_charter_hash *)(const void *)between.data;
    for (size_t left = between.size / sizeof *hashes; left > 0; left--) {
        toc_arena_reset(other); /* `at` is in the one, or before */
        TOC_TRY(toc_log_roll_charter(txn, &hashes[left - 1], other, &next, err));
        TOC_TRY(adopt_one(engine, txn, &at, &next, now, err));
        at = next;
        toc_arena *free_now = arena;
        arena = other;
        other = free_now;
    }
    return adopt_one(engine, txn, &at, after, now, err);
}

/* ---- the delay is over ---- */

typedef struct due_list {
    toc_time now;
    size_t count;
    toc_log_admission rows[ADMISSION_DUE_MAX];
} due_list;

static toc_code collect_due(void *context, const toc_log_admission *admission, toc_err *err)
{
    due_list *due = context;
    (void)err;
    if (admission->until.unix_ms <= due->now.unix_ms && due->count < ADMISSION_DUE_MAX)
        due->rows[due->count++] = *admission;
    return TOC_OK;
}

/* From now on it reads what the node writes: a new key, since the readers are others. */
static toc_code let_in(toc_engine *engine, toc_log_txn *txn, const toc_circle_id *circle,
                       toc_now now, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_circle state;
    toc_charter charter;
    TOC_TRY(toc_arena_new(ADMISSION_ARENA_BYTES, &arena, err));
    if (!toc_roll_shared(txn, circle, &engine->org, arena, &state, &charter) ||
        !toc_charter_writes(&charter, &engine->org))
        return TOC_OK;
    return toc_grants_refresh(engine, txn, circle, true, now, err);
}

toc_code toc_admission_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    due_list due = {.now = now.wall};
    if (engine->stopped_ticks)
        return TOC_OK; /* the clock is contradicted */
    TOC_TRY(toc_log_admissions(txn, collect_due, &due, err));
    for (size_t i = 0; i < due.count; i++)
        TOC_TRY(toc_log_admission_drop(txn, &due.rows[i].circle, &due.rows[i].org, err));
    for (size_t i = 0; i < due.count; i++) { /* they stand in order of circle */
        if (i + 1 == due.count ||
            !toc_circle_id_equal(&due.rows[i].circle, &due.rows[i + 1].circle))
            TOC_TRY(let_in(engine, txn, &due.rows[i].circle, now, err));
    }
    return TOC_OK;
}

toc_code toc_engine_circle_confirm(toc_engine *engine, toc_log_txn *txn,
                                   const toc_circle_id *circle, const toc_org_id *org, toc_now now,
                                   toc_err *err)
{
    TOC_TRY(toc_log_admission_drop(txn, circle, org, err));
    return let_in(engine, txn, circle, now, err);
}
