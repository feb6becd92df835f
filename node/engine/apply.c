/* A chunk is judged and enters the log. Order of judgement (PROTOCOL §2): limits, leaves, frontier
 * and proof, signature, store; opening decides nothing about storing. A chunk that fails is refused
 * whole and counted against the peer that sent it; an entry that does not open is its author's
 * fault. */
#include "node/engine/erase.h"
#include "node/engine/forks.h"
#include "node/engine/grants.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdlib.h>

#include "proto/base/endian.h"
#include "proto/base/reader.h"

enum { APPLY_ARENA_BYTES = 64 << 20 };

static toc_refusal refusal_of(const toc_chunk *chunk, toc_code verdict)
{
    toc_checkpoint checkpoint;
    if (verdict == TOC_SIGNATURE &&
        toc_checkpoint_open(chunk->note, &chunk->name, &chunk->signer, &checkpoint, NULL) != TOC_OK)
        return TOC_REFUSE_CHECKPOINT_SIGNATURE;
    return verdict == TOC_SIGNATURE ? TOC_REFUSE_ENTRY_CHANGED : TOC_REFUSE_MALFORMED;
}

/* Of its records; what is of a further one waits, as what has no key yet. */
static size_t epochs_of(const toc_chunk *chunk, uint32_t out[ENGINE_EPOCHS_MAX])
{
    size_t count = 0;
    toc_reader reader = toc_reader_of(chunk->entries);
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_span entry = toc_read_u32_span(&reader, TOC_ENTRY_BYTES_MAX);
        if (entry.size < TOC_ENTRY_HEADER_BYTES)
            break;
        if (entry.data[1] != TOC_ENTRY_RECORD)
            continue;
        uint32_t epoch = toc_get_u32(entry.data + 4);
        size_t at = count;
        while (at > 0 && out[at - 1] != epoch)
            at--;
        if (at == 0 && count < ENGINE_EPOCHS_MAX)
            out[count++] = epoch;
    }
    return count;
}

static toc_code load_keys(toc_log_txn *txn, const engine_feed *feed, engine_job *job, toc_err *err)
{
    uint32_t epochs[ENGINE_EPOCHS_MAX];
    size_t count = epochs_of(job->chunk, epochs);
    toc_chunk_key *keys = toc_arena_zalloc(job->chunk->arena, ENGINE_EPOCHS_MAX, sizeof *keys);
    if (keys == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the keys of a chunk");
    for (size_t i = 0; i < count; i++) {
        toc_secret *secret = NULL;
        if (toc_log_sender_key(txn, &feed->name, epochs[i], &secret, NULL) != TOC_OK)
            continue;
        job->secrets[job->secret_count] = secret;
        keys[job->secret_count++] = (toc_chunk_key){.epoch = epochs[i], .secret = secret};
    }
    job->chunk->keys = keys;
    job->chunk->key_count = job->secret_count;
    return TOC_OK;
}

static toc_code settle(toc_engine *engine, toc_log_txn *txn, engine_job *job, toc_code verdict,
                       const toc_err *why, toc_now now, toc_err *err);

/* Gives the job to a worker, or does the work at once when it is small. */
static toc_code run(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, engine_job *job_take,
                    toc_now now, toc_err *err)
{
    if (job_take->chunk->count > ENGINE_INLINE_ENTRIES_MAX) {
        feed->job = job_take->number;
        engine_job **last = &engine->jobs;
        while (*last != NULL)
            last = &(*last)->next;
        *last = job_take;
        return TOC_OK;
    }
    toc_err why = {0};
    toc_code verdict = toc_chunk_verify(job_take->chunk, &why);
    /* Whoever called goes on with what waits behind it: a chain of calls would be as deep as the
     * queue is long. */
    toc_code code = settle(engine, txn, job_take, verdict, &why, now, err);
    toc_apply_free(job_take);
    return code;
}

static toc_code start_job(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, uint64_t link,
                          const toc_log_feed *stored, toc_chunk *chunk_take, toc_now now,
                          toc_err *err)
{
    engine_job *job = calloc(1, sizeof *job);
    if (job == NULL) {
        toc_chunk_free(chunk_take);
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a verification");
    }
    job->number = engine->next_job++;
    job->feed = feed->id;
    job->link = link;
    job->chunk = chunk_take;
    job->chunk->frontier = stored->frontier;
    toc_code code = load_keys(txn, feed, job, err);
    if (code != TOC_OK) {
        toc_apply_free(job);
        return code;
    }
    return run(engine, txn, feed, job, now, err);
}

toc_code toc_apply_start(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, uint64_t link,
                         toc_chunk *chunk_take, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = chunk_take;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log_feed stored;
    bool admitted;
    TOC_TRY(toc_arena_new(APPLY_ARENA_BYTES, &arena, err));
    if (toc_log_feed_find(txn, &feed->id, &stored, NULL) != TOC_OK)
        stored = (toc_log_feed){.name = feed->name, .id = feed->id};
    TOC_TRY(toc_judge_chunk(engine, txn, feed, link, &stored, chunk, arena, now, &admitted, err));
    if (!admitted)
        return TOC_OK;
    toc_chunk *verified = chunk;
    chunk = NULL; /* transferred */
    return start_job(engine, txn, feed, link, &stored, verified, now, err);
}

/* ---- after the verification ---- */

/* Keys travel in the keys lane and records in the others; alerts are small. */
static toc_code check_lane(toc_lane lane, const toc_chunk_entry *row, uint64_t index, toc_err *err)
{
    bool keys = lane == TOC_LANE_KEYS;
    toc_grant grant;
    if (keys && row->kind == TOC_ENTRY_RECORD)
        return toc_fail(err, TOC_MALFORMED, "entry %llu is a record in the keys lane",
                        (unsigned long long)index);
    if (row->kind == TOC_ENTRY_GRANT) {
        TOC_TRY(toc_grant_read(row->bytes, &grant, err));
        if ((grant.count > 0) != keys)
            return toc_fail(err, TOC_MALFORMED, "the grant at %llu has %u boxes in the %s lane",
                            (unsigned long long)index, grant.count, toc_lane_name(lane));
    }
    size_t alert_max = TOC_ENTRY_HEADER_BYTES + TOC_BODY_OVERHEAD_BYTES + TOC_PLAIN_OVERHEAD_BYTES +
                       TOC_RECORD_ALERT_BYTES_MAX;
    if (lane == TOC_LANE_ALERT && row->bytes.size > alert_max)
        return toc_fail(err, TOC_MALFORMED, "entry %llu is larger than an alert may be",
                        (unsigned long long)index);
    return TOC_OK;
}

/* The card is the author's own, led back to its first one: what is approved by a card that its org
 * never signed would count for all, whatever card a later grant names. */
static toc_code check_card(toc_log_txn *txn, const engine_feed *feed, const toc_grant *grant,
                           uint64_t index, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    toc_card_hash missing;
    TOC_TRY(toc_arena_new(APPLY_ARENA_BYTES, &arena, err));
    if (toc_roll_card(txn, &grant->card, arena, &card, NULL) != TOC_OK ||
        !toc_org_id_equal(&card.org, &feed->name.org) || card.serial != grant->card_serial ||
        toc_roll_prove(txn, &card, arena, &missing, NULL) != TOC_OK)
        return toc_fail(err, TOC_MALFORMED, "the grant at %llu names a card that is not so",
                        (unsigned long long)index);
    return TOC_OK;
}

/* By the charter that it names its author may write, and with that card: what it judges would be
 * shown by all, and proven by nobody. */
static toc_code check_right(toc_log_txn *txn, const engine_feed *feed, const toc_grant *grant,
                            uint64_t index, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_roll_charter(txn, &grant->charter, arena, &charter, err));
    if (!toc_charter_writes(&charter, &feed->name.org))
        return toc_fail(err, TOC_DENIED,
                        "the grant at %llu names a charter by which its author may not write",
                        (unsigned long long)index);
    uint64_t lowest = toc_charter_find(&charter, &feed->name.org)->card_serial_min;
    if (grant->card_serial < lowest)
        return toc_fail(err, TOC_DENIED,
                        "the grant at %llu names a card of serial %llu, and its charter demands "
                        "%llu at least",
                        (unsigned long long)index, (unsigned long long)grant->card_serial,
                        (unsigned long long)lowest);
    return TOC_OK;
}

/* Each grant follows the one before and names the author's own card truly; every record is of the
 * epoch in force. */
static toc_code check_grants(toc_log_txn *txn, const engine_feed *feed, const toc_log_feed *stored,
                             const toc_chunk *chunk, toc_judge *out_judge, bool *out_any,
                             toc_err *err)
{
    bool has = stored->has_judge;
    toc_grant before = {.card = stored->judge.card,
                        .card_serial = stored->judge.card_serial,
                        .charter = stored->judge.charter,
                        .charter_version = stored->judge.charter_version,
                        .epoch = stored->judge.epoch,
                        .key_id = stored->judge.key_id};
    *out_any = false;
    for (uint32_t i = 0; i < chunk->count; i++) {
        const toc_chunk_entry *row = &chunk->verified[i];
        uint64_t index = chunk->frontier.size + i;
        TOC_TRY(check_lane(feed->name.lane, row, index, err));
        if (row->kind != TOC_ENTRY_GRANT) {
            if (!has || row->epoch != before.epoch)
                return toc_fail(err, TOC_MALFORMED,
                                "entry %llu is of epoch %u, which no grant before it names",
                                (unsigned long long)index, row->epoch);
            continue;
        }
        toc_grant grant;
        TOC_TRY(toc_grant_read(row->bytes, &grant, err));
        if (has)
            TOC_TRY(toc_grant_follows(&before, &grant, err));
        if (has && grant.card_serial == before.card_serial &&
            !toc_card_hash_equal(&grant.card, &before.card))
            return toc_fail(err, TOC_MALFORMED,
                            "the grant at %llu names another card of the same serial",
                            (unsigned long long)index);
        if (!has || grant.card_serial != before.card_serial)
            TOC_TRY(check_card(txn, feed, &grant, index, err));
        if (!has || !toc_charter_hash_equal(&grant.charter, &before.charter))
            TOC_TRY(check_right(txn, feed, &grant, index, err));
        before = grant;
        has = *out_any = true;
        *out_judge = toc_judge_of(&grant, index);
    }
    return TOC_OK;
}

/* A checkpoint accepted before and now reached must be what our own tree says. */
static bool known_root_holds(const toc_log_feed *stored, const toc_chunk *chunk)
{
    uint64_t end = chunk->frontier.size + chunk->count;
    if (stored->known_size <= chunk->frontier.size || stored->known_size > end)
        return true;
    toc_frontier frontier = chunk->frontier;
    for (uint32_t i = 0; frontier.size < stored->known_size; i++)
        toc_frontier_append(&frontier, &chunk->verified[i].leaf);
    toc_hash root;
    toc_frontier_root(&frontier, &root);
    return toc_hash_equal(&root, &stored->known_root);
}

static toc_code journal(toc_log_txn *txn, const toc_log_feed *feed, toc_journal_kind kind,
                        uint64_t from, uint64_t until, toc_err *err)
{
    if (from == until)
        return TOC_OK;
    toc_journal_row row = {.kind = kind, .feed = feed->number, .from = from, .until = until};
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

/* Its key has not come; or the one that was tried is not the one that its feed means. */
static bool waits(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                  const toc_chunk *chunk, uint32_t i)
{
    const toc_chunk_entry *row = &chunk->verified[i];
    if (row->opened || row->kind != TOC_ENTRY_RECORD || row->bare || row->key_missing)
        return row->key_missing;
    for (size_t k = 0; row->open_error != TOC_SIGNATURE && k < chunk->key_count; k++) {
        if (chunk->keys[k].epoch == row->epoch)
            return toc_grants_name_another(engine, txn, feed, chunk->frontier.size + i, row->epoch,
                                           chunk->keys[k].secret);
    }
    return false;
}

/* Runs of records that opened join E; runs whose key is missing wait for it; the rest is counted.
 */
static toc_code journal_chunk(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                              const toc_chunk *chunk, toc_now now, toc_err *err)
{
    uint64_t base = chunk->frontier.size, run = base;
    TOC_TRY(journal(txn, feed, TOC_JOURNAL_STORED, base, base + chunk->count, err));
    for (uint32_t i = 0; i < chunk->count; i++) {
        const toc_chunk_entry *row = &chunk->verified[i];
        if (row->opened)
            continue;
        TOC_TRY(journal(txn, feed, TOC_JOURNAL_OPENED, run, base + i, err));
        run = base + i + 1;
        if (row->kind != TOC_ENTRY_RECORD || row->bare)
            continue;
        if (!waits(engine, txn, feed, chunk, i)) {
            toc_engine_count(engine, &feed->name.org,
                             row->open_error == TOC_SIGNATURE ? TOC_REFUSE_COMMITMENT
                                                              : TOC_REFUSE_UNOPENABLE,
                             NULL);
            continue;
        }
        uint32_t end = i + 1;
        while (end < chunk->count && chunk->verified[end].epoch == row->epoch &&
               waits(engine, txn, feed, chunk, end))
            end++;
        TOC_TRY(toc_log_pending_add(txn, feed->number, base + i, base + end, row->epoch, now.wall,
                                    err));
        i = end - 1;
        run = base + end;
    }
    return journal(txn, feed, TOC_JOURNAL_OPENED, run, base + chunk->count, err);
}

static toc_code take_keys(toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                          const toc_chunk *chunk, toc_now now, toc_err *err)
{
    for (uint32_t i = 0; feed->name.lane == TOC_LANE_KEYS && i < chunk->count; i++) {
        toc_grant grant;
        if (chunk->verified[i].kind != TOC_ENTRY_GRANT)
            continue;
        TOC_TRY(toc_grant_read(chunk->verified[i].bytes, &grant, err));
        TOC_TRY(toc_grants_take(engine, txn, &feed->name, &grant, now, err));
    }
    return TOC_OK;
}

/* A second root for a size that another signed head names is the author's fork, not a fault of our
 * store. */
static toc_code put_head(toc_engine *engine, toc_log_txn *txn, toc_log_feed *stored,
                         const toc_chunk *chunk, toc_err *err)
{
    toc_err why;
    toc_code code = toc_log_head_put(txn, stored, chunk->checkpoint.size, &chunk->checkpoint.root,
                                     chunk->signed_note, &why);
    if (code == TOC_SIGNATURE) {
        toc_engine_count(engine, &stored->name.org, TOC_REFUSE_FORK, why.text);
        return TOC_OK;
    }
    return code == TOC_OK ? TOC_OK : toc_fail(err, code, "%s", why.text);
}

static toc_code store(toc_engine *engine, toc_log_txn *txn, engine_feed *feed, toc_log_feed *stored,
                      const toc_chunk *chunk, const toc_judge *judge, toc_arena *arena,
                      uint64_t link, toc_now now, toc_err *err)
{
    toc_span *entries = toc_arena_zalloc(arena, chunk->count, sizeof *entries);
    toc_hash *leaves = toc_arena_zalloc(arena, chunk->count, sizeof *leaves);
    if (entries == NULL || leaves == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a chunk of %u entries",
                        chunk->count);
    for (uint32_t i = 0; i < chunk->count; i++) {
        entries[i] = chunk->verified[i].bytes;
        leaves[i] = chunk->verified[i].leaf;
    }
    TOC_TRY(toc_quota_charge(engine, txn, feed, stored->number == 0, chunk, now, err));
    toc_bare *bare;
    TOC_TRY(toc_erase_judge(engine, txn, stored, chunk, entries, arena, now, &bare, err));
    if (stored->number == 0)
        TOC_TRY(toc_log_feed_new(txn, &feed->name, stored, err));
    TOC_TRY(toc_log_append(txn, stored, entries, leaves, chunk->count, judge, err));
    TOC_TRY(put_head(engine, txn, stored, chunk, err));
    if (feed->name.lane != TOC_LANE_KEYS)
        TOC_TRY(journal_chunk(engine, txn, stored, chunk, now, err));
    TOC_TRY(take_keys(engine, txn, stored, chunk, now, err));
    TOC_TRY(toc_erase_stored(engine, txn, stored, chunk, bare, now, err));
    feed->proven = true;
    if (!feed->written) {
        feed->written = true;
        feed->written_from = chunk->frontier.size;
    }
    feed->written_link = link;
    engine_link *from = toc_engine_link(engine, link);
    if (from != NULL)
        toc_engine_peer(engine, &from->peer)->entries += chunk->count;
    return TOC_OK;
}

/* A part that does not fit, under a head that the author signed, may be of another tree. */
static toc_code refuse_other_tree(toc_engine *engine, toc_log_txn *txn, engine_feed *feed,
                                  uint64_t link, const toc_chunk *chunk, const char *sentence,
                                  toc_now now, toc_err *err)
{
    toc_log_feed stored;
    toc_checkpoint head;
    bool begun = false;
    if (toc_log_feed_find(txn, &feed->id, &stored, NULL) == TOC_OK &&
        toc_checkpoint_open(chunk->note, &chunk->name, &chunk->signer, &head, NULL) == TOC_OK)
        TOC_TRY(toc_forks_doubt(engine, txn, toc_engine_link(engine, link), &stored, head.size,
                                true, now, &begun, err));
    if (!begun) {
        toc_sync_refuse(engine, feed, link, TOC_REFUSE_ENTRY_CHANGED, sentence, now);
        return TOC_OK;
    }
    toc_sync_reset(engine, feed, now);
    feed->failed = link;
    feed->source = 0;
    feed->target = stored.frontier.size; /* who goes on in our tree tells of it */
    return TOC_OK;
}

static toc_code settle(toc_engine *engine, toc_log_txn *txn, engine_job *job, toc_code verdict,
                       const toc_err *why, toc_now now, toc_err *err)
{
    engine_feed *feed = toc_sync_find(engine, &job->feed);
    TOC_ASSERT(feed != NULL);
    feed->job = 0;
    const toc_chunk *chunk = job->chunk;
    if (verdict ==
        TOC_STATE) { /* a checkpoint older than one accepted before: ask again for the newest */
        toc_sync_reset(engine, feed, now);
        return TOC_OK;
    }
    if (verdict != TOC_OK) {
        const char *sentence = why == NULL ? NULL : why->text;
        if (refusal_of(chunk, verdict) == TOC_REFUSE_ENTRY_CHANGED)
            return refuse_other_tree(engine, txn, feed, job->link, chunk, sentence, now, err);
        toc_sync_refuse(engine, feed, job->link, refusal_of(chunk, verdict), sentence, now);
        return TOC_OK;
    }
    toc_log_feed stored;
    if (toc_log_feed_find(txn, &feed->id, &stored, NULL) != TOC_OK)
        stored = (toc_log_feed){.name = feed->name, .id = feed->id};
    if (!toc_frontier_equal(&stored.frontier, &chunk->frontier))
        return TOC_OK; /* it moved meanwhile: this result is void */
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(APPLY_ARENA_BYTES, &arena, err));
    toc_judge judge;
    bool has_grant;
    toc_err grant_error;
    if (check_grants(txn, feed, &stored, chunk, &judge, &has_grant, &grant_error) != TOC_OK) {
        toc_sync_refuse(engine, feed, job->link, TOC_REFUSE_GRANT, grant_error.text, now);
        return TOC_OK;
    }
    if (!known_root_holds(&stored, chunk)) {
        toc_engine_count(engine, &feed->name.org, TOC_REFUSE_FORK, NULL);
        return refuse_other_tree(engine, txn, feed, job->link, chunk,
                                 "entries that contradict a head accepted before", now, err);
    }
    return store(engine, txn, feed, &stored, chunk, has_grant ? &judge : NULL, arena, job->link,
                 now, err);
}

toc_code toc_apply_done(toc_engine *engine, toc_log_txn *txn, engine_job *job, toc_code verdict,
                        const toc_err *why, toc_now now, toc_err *err)
{
    engine_feed *feed = toc_sync_find(engine, &job->feed);
    if (feed == NULL || feed->job != job->number)
        return TOC_OK; /* the feed was closed meanwhile */
    TOC_TRY(settle(engine, txn, job, verdict, why, now, err));
    return toc_sync_advance(engine, txn, feed, now, err);
}
