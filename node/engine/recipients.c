/* Whom the records of a round are sealed to that name their readers (decisions 0071, 0073): worked
 * out for all of them before the first is sealed, so that what is refused has written nothing. */
#include "node/engine/admission.h"
#include "node/engine/branches.h"
#include "node/engine/grants.h"

enum { RECIPIENTS_ARENA_BYTES = 64 << 20 };

typedef struct finding {
    const toc_engine *engine;
    toc_log_txn *txn;
    const toc_log_circle *circle;
    const toc_charter *charter;
    toc_arena *arena; /* of one card, one branch */
} finding;

static void finding_wipe(finding *all)
{
    toc_arena_free(all->arena);
}
TOC_DEFINE_AUTO_WIPE(finding, finding_wipe)

static bool same_orgs(const toc_org_id *left, size_t left_count, const toc_org_id *right,
                      size_t right_count)
{
    return left_count == right_count && (left_count == 0 || left == right ||
                                         memcmp(left, right, left_count * sizeof *left) == 0);
}

/* A file is marked alike from its first row to its last. */
static bool are_alike(const toc_addressees *left, const toc_addressees *right)
{
    const toc_statement *a = left->marking, *b = right->marking;
    return a->tlp == b->tlp && left->follows == right->follows &&
           same_orgs(a->releasable_to, a->releasable_count, b->releasable_to,
                     b->releasable_count) &&
           same_orgs(a->not_to, a->not_to_count, b->not_to, b->not_to_count) &&
           same_orgs(left->had, left->had_count, right->had, right->had_count);
}

bool toc_engine_gives(toc_log_txn *txn, const toc_log_circle *circle, const toc_org_id *self,
                      const toc_org_id *org, toc_arena *arena, toc_time *out_until)
{
    out_until->unix_ms = 0;
    if (toc_admission_waits(txn, &circle->id, org, out_until))
        return false;
    return !circle->contested || toc_org_id_equal(org, self) ||
           toc_rivals_have(txn, circle, org, true, arena);
}

static toc_code add_reader(finding *all, const toc_org_id *org, engine_recipients *out,
                           toc_err *err)
{
    toc_card card;
    toc_time until;
    toc_arena_reset(all->arena);
    if (!toc_engine_gives(all->txn, all->circle, &all->engine->org, org, all->arena, &until)) {
        out->without[out->without_count++] = *org;
        return TOC_OK;
    }
    if (out->count == TOC_READERS_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "over %u of the circle could read a record that is sealed to each by "
                        "name; say releasable_to, or say it in a smaller circle",
                        TOC_READERS_MAX);
    TOC_TRY(toc_log_card_of(all->txn, org, all->arena, &card, err));
    out->keys[out->count++] = card.seal;
    return TOC_OK;
}

static toc_code find_one(finding *all, const toc_addressees *to, toc_arena *arena,
                         const engine_recipients **out, toc_err *err)
{
    const toc_org_id *readers;
    size_t count;
    engine_recipients *found = toc_arena_zalloc(arena, 1, sizeof *found);
    if (found == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    TOC_TRY(toc_addressees_of(all->charter, &all->engine->org, to, arena, &readers, &count, err));
    found->without = toc_arena_zalloc(arena, count, sizeof *found->without);
    if (found->without == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the readers of a record");
    for (size_t i = 0; i < count; i++)
        TOC_TRY(add_reader(all, &readers[i], found, err));
    *out = found;
    return TOC_OK;
}

toc_code toc_recipients_find(const toc_engine *engine, toc_log_txn *txn,
                             const toc_log_circle *circle, const toc_charter *charter,
                             const toc_addressees *const *named, size_t count, toc_arena *arena,
                             const engine_recipients **out, toc_err *err)
{
    TOC_AUTO(finding_wipe)
    finding all = {.engine = engine, .txn = txn, .circle = circle, .charter = charter};
    const toc_addressees *last = NULL;
    const engine_recipients *found = NULL;
    TOC_TRY(toc_arena_new(RECIPIENTS_ARENA_BYTES, &all.arena, err));
    for (size_t i = 0; i < count; i++) {
        if (named[i] == NULL)
            continue;
        if (last == NULL || !are_alike(last, named[i]))
            TOC_TRY(find_one(&all, named[i], arena, &found, err));
        last = named[i];
        out[i] = found;
    }
    return TOC_OK;
}
