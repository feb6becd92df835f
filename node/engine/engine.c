#include "node/engine/admission.h"
#include "node/engine/cards.h"
#include "node/engine/cosign.h"
#include "node/engine/erase.h"
#include "node/engine/forks.h"
#include "node/engine/generation.h"
#include "node/engine/grants.h"
#include "node/engine/proposals.h"
#include "node/engine/quota.h"
#include "node/engine/roll.h"
#include "node/engine/sync.h"

#include <stdlib.h>

#include "proto/base/limits.h"

enum { ENGINE_ARENA_BYTES = 16 << 20 };

/* ---- birth and death ---- */

/* The newest tick in the journal, so that a restart does not write the same minute again. */
static toc_code load_last_tick(toc_engine *engine, toc_log_txn *txn, toc_err *err)
{
    uint64_t last = 0;
    TOC_TRY(toc_log_journal_last(txn, TOC_LANE_ALERT, &last, err));
    for (uint64_t number = last; number > 0; number--) {
        toc_journal_row row;
        TOC_TRY(toc_log_journal_next(txn, TOC_LANE_ALERT, number - 1, &row, err));
        if (row.kind == TOC_JOURNAL_TICK) {
            engine->last_tick = row.tick;
            break;
        }
    }
    return TOC_OK;
}

toc_code toc_engine_new(toc_log_txn *txn, bool same_boot, toc_now now, toc_engine **out,
                        toc_err *err)
{
    TOC_AUTO(toc_engine_free) toc_engine *engine = calloc(1, sizeof *engine);
    if (engine == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the engine");
    engine->peers = calloc(1, sizeof *engine->peers);
    if (engine->peers ==
        NULL) /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): the cleanup frees it */
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the engine");
    engine->peer_count = 1;
    engine->peers[0].clock_offset_ms = INT64_MIN;
    engine->same_boot = same_boot;
    engine->next_request = engine->next_job = 1;
    engine->last_heads = engine->last_sweep = engine->started = now.mono;
    TOC_TRY(toc_cards_load(engine, txn, err));
    TOC_TRY(load_last_tick(engine, txn, err));
    TOC_TRY(toc_cosign_load(engine, txn, now, err));
    *out = engine;
    engine = NULL; /* transferred */
    return TOC_OK;
}

static void link_free(engine_link *link)
{
    for (size_t i = 0; i < TOC_COUNT(link->requests); i++)
        toc_buf_wipe(&link->requests[i].roll);
    free(link);
}

static void feed_free(engine_feed *feed)
{
    for (size_t i = 0; i < feed->waiting_count; i++)
        toc_chunk_free(feed->waiting[i]);
    free(feed->waiting);
    free(feed);
}

void toc_apply_free(engine_job *job)
{
    for (size_t i = 0; i < job->secret_count; i++)
        toc_secret_free(job->secrets[i]);
    toc_chunk_free(job->chunk);
    free(job);
}

void toc_engine_free(toc_engine *engine)
{
    if (engine == NULL)
        return;
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_link *link = engine->links[i], *next; link != NULL; link = next) {
            next = link->next;
            link_free(link);
        }
        for (engine_feed *feed = engine->feeds[i], *next; feed != NULL; feed = next) {
            next = feed->next;
            feed_free(feed);
        }
    }
    for (engine_job *job = engine->jobs, *next; job != NULL; job = next) {
        next = job->next;
        toc_apply_free(job);
    }
    for (engine_tip *tip = engine->tips, *next; tip != NULL; tip = next) {
        next = tip->next;
        free(tip);
    }
    toc_forks_forget(engine, 0);
    toc_outputs_free(engine);
    toc_cards_unload(engine);
    toc_generation_free(engine);
    toc_days_free(&engine->card_days);
    toc_days_free(&engine->proposal_days);
    toc_days_free(&engine->roll_days);
    free(engine->telling.rows);
    free(engine->early.rows);
    free(engine->changed_charters);
    free(engine->changed_circles);
    free(engine->peers);
    free(engine);
}

/* ---- jobs ---- */

bool toc_engine_job(toc_engine *engine, uint64_t *out_job, toc_chunk **out_chunk)
{
    for (engine_job *job = engine->jobs; job != NULL; job = job->next) {
        if (!job->given) {
            job->given = true;
            *out_job = job->number;
            *out_chunk = job->chunk;
            return true;
        }
    }
    return false;
}

toc_code toc_engine_job_done(toc_engine *engine, toc_log_txn *txn, uint64_t number,
                             toc_code verdict, const toc_err *why, toc_now now, toc_err *err)
{
    for (engine_job **at = &engine->jobs; *at != NULL; at = &(*at)->next) {
        if ((*at)->number != number)
            continue;
        engine_job *job = *at;
        *at = job->next;
        toc_code code = toc_apply_done(engine, txn, job, verdict, why, now, err);
        toc_apply_free(job);
        return code;
    }
    return toc_fail(err, TOC_STATE, "no verification has the number %llu",
                    (unsigned long long)number);
}

/* ---- links and requests ---- */

engine_link *toc_engine_link(toc_engine *engine, uint64_t number)
{
    for (engine_link *link = engine->links[number % ENGINE_BUCKETS]; link != NULL;
         link = link->next) {
        if (link->number == number)
            return link;
    }
    return NULL;
}

toc_code toc_engine_links(toc_engine *engine, toc_log_txn *txn, engine_link_visit visit,
                          void *context, toc_err *err)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_link *link = engine->links[i]; link != NULL; link = link->next)
            TOC_TRY(visit(engine, txn, link, context, err));
    }
    return TOC_OK;
}

engine_request *toc_engine_request(toc_engine *engine, engine_link *link, toc_message_kind kind,
                                   toc_now now)
{
    for (size_t i = 0; i < TOC_COUNT(link->requests); i++) {
        engine_request *request = &link->requests[i];
        if (request->id != 0)
            continue;
        *request = (engine_request){.id = engine->next_request++,
                                    .kind = kind,
                                    .sent = now.mono,
                                    .deadline = {now.mono.ms + ENGINE_REQUEST_MS}};
        return request;
    }
    return NULL;
}

void toc_engine_request_end(engine_request *request)
{
    toc_buf_wipe(&request->roll);
    *request = (engine_request){0};
}

bool toc_engine_wants_grant(toc_engine *engine, const toc_feed_name *name, uint32_t epoch)
{
    for (size_t i = 0; i < ENGINE_BUCKETS; i++) {
        for (engine_link *link = engine->links[i]; link != NULL; link = link->next) {
            for (size_t j = 0; j < TOC_COUNT(link->requests); j++) {
                const engine_request *request = &link->requests[j];
                if (request->id != 0 && request->kind == TOC_MSG_WANT_GRANT &&
                    request->epoch == epoch && request->name.generation == name->generation &&
                    toc_org_id_equal(&request->name.org, &name->org) &&
                    toc_circle_id_equal(&request->name.circle, &name->circle))
                    return true;
            }
        }
    }
    return false;
}

const toc_org_id *toc_engine_org(const toc_engine *engine)
{
    return &engine->org;
}

toc_code toc_engine_link_up(toc_engine *engine, toc_log_txn *txn, uint64_t number,
                            const toc_org_id *peer, toc_now now, toc_err *err)
{
    TOC_ASSERT(number != 0 && toc_engine_link(engine, number) == NULL);
    engine_link *link = calloc(1, sizeof *link);
    if (link == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a link");
    link->number = number;
    link->peer = *peer;
    link->since = link->heard = now.mono;
    if (engine->first_link.ms == 0)
        engine->first_link = now.mono;
    toc_cosign_tell_all(link, 0);
    toc_proposals_changed(engine);
    link->next = engine->links[number % ENGINE_BUCKETS];
    engine->links[number % ENGINE_BUCKETS] = link;
    toc_engine_peer(engine, peer)->links++;
    TOC_TRY(toc_roll_ask_unknown(engine, txn, now, err));
    return toc_sync_ask_heads(engine, txn, link, false, now, err);
}

void toc_engine_link_down(toc_engine *engine, uint64_t number)
{
    engine_link **at = &engine->links[number % ENGINE_BUCKETS];
    while (*at != NULL && (*at)->number != number)
        at = &(*at)->next;
    if (*at == NULL)
        return;
    engine_link *link = *at;
    *at = link->next;
    toc_engine_peer(engine, &link->peer)->links--;
    toc_roll_forget(engine, number);
    toc_sync_forget(engine, number);
    toc_forks_forget(engine, number);
    for (size_t i = 0; i < TOC_COUNT(link->requests); i++) {
        if (link->requests[i].id != 0 && link->requests[i].kind == TOC_MSG_PULL)
            toc_missing_failed(engine, &link->requests[i], (toc_now){.mono = link->heard});
    }
    link_free(link);
}

/* ---- messages ---- */

static engine_request *find_request(engine_link *link, uint64_t id)
{
    for (size_t i = 0; id != 0 && i < TOC_COUNT(link->requests); i++) {
        if (link->requests[i].id == id)
            return &link->requests[i];
    }
    return NULL;
}

static bool reply_fits(toc_message_kind request, toc_message_kind reply)
{
    return reply == TOC_MSG_REFUSAL || (request == TOC_MSG_HEADS && reply == TOC_MSG_HEADS_REPLY) ||
           (request == TOC_MSG_PULL && reply == TOC_MSG_CHUNK) ||
           (request == TOC_MSG_WANT_GRANT && reply == TOC_MSG_GRANT_REPLY) ||
           (request == TOC_MSG_ROLL && reply == TOC_MSG_ROLL_REPLY) ||
           (request == TOC_MSG_WANT_FORK && reply == TOC_MSG_FORK_REPLY) ||
           (request == TOC_MSG_PING && reply == TOC_MSG_PONG);
}

static toc_code take_reply(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                           const toc_message *message, toc_now now, toc_err *err)
{
    engine_request *request = find_request(link, message->id);
    if (request == NULL)
        return TOC_OK; /* it came after its time-out, or twice */
    if (!reply_fits(request->kind, message->kind)) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_MALFORMED,
                         "a reply of another kind than its request");
        return toc_engine_close_link(engine, link->number,
                                     "a reply of another kind than its request", err);
    }
    toc_code code = TOC_OK;
    bool more = false;
    if (message->kind == TOC_MSG_REFUSAL) {
        if (request->kind == TOC_MSG_PULL)
            toc_missing_failed(engine, request, now);
        if (request->kind == TOC_MSG_WANT_GRANT)
            toc_grants_refused(link, message, now);
        if (request->newest)
            toc_engine_count(engine, &link->peer, request->reason, NULL);
        if (request->kind == TOC_MSG_WANT_FORK)
            code = toc_forks_unanswered(engine, txn, link, request, err);
    } else if (message->kind == TOC_MSG_FORK_REPLY) {
        code = toc_forks_reply(engine, txn, link, request, message, now, err);
    } else if (message->kind == TOC_MSG_HEADS_REPLY) {
        code = toc_sync_heads_reply(engine, txn, link, request, message, now, err);
    } else if (message->kind == TOC_MSG_CHUNK) {
        more = message->as.chunk.more;
        request->deadline.ms = now.mono.ms + ENGINE_REQUEST_MS;
        code = request->wanted ? toc_missing_part(engine, txn, link, request, message, now, err)
                               : toc_sync_part(engine, txn, link, request, message, now, err);
    } else if (message->kind == TOC_MSG_GRANT_REPLY) {
        code = toc_grants_reply(engine, txn, request, message, now, err);
    } else if (message->kind == TOC_MSG_ROLL_REPLY) {
        return toc_roll_reply(engine, txn, link, request, message, now,
                              err); /* ends its request itself */
    } else {
        toc_peers_pong(engine, link, request, message, now);
    }
    if (!more && request->id == message->id)
        toc_engine_request_end(request);
    return code;
}

static toc_code take_request(toc_engine *engine, toc_log_txn *txn, engine_link *link,
                             const toc_message *message, toc_now now, toc_err *err)
{
    if (message->kind == TOC_MSG_HEADS)
        return toc_sync_serve_heads(engine, txn, link, message, err);
    if (message->kind == TOC_MSG_PULL)
        return toc_sync_serve_pull(engine, txn, link, message, now, err);
    if (message->kind == TOC_MSG_WANT_GRANT)
        return toc_grants_serve(engine, txn, link, message, now, err);
    if (message->kind == TOC_MSG_ROLL)
        return toc_roll_serve(engine, txn, link, message, err);
    if (message->kind == TOC_MSG_WANT_FORK)
        return toc_forks_serve(engine, txn, link, message, err);
    toc_message pong = {.kind = TOC_MSG_PONG, .id = message->id};
    pong.as.ping.wall_ms = now.wall.unix_ms;
    return toc_engine_send(engine, link->number, true, &pong, err);
}

toc_code toc_engine_message(toc_engine *engine, toc_log_txn *txn, uint64_t number, toc_span bytes,
                            toc_now now, toc_err *err)
{
    engine_link *link = toc_engine_link(engine, number);
    if (link == NULL)
        return TOC_OK; /* it went down while the message waited */
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(ENGINE_ARENA_BYTES, &arena, err));
    toc_message message;
    toc_err why;
    if (toc_message_decode(bytes, arena, &message, &why) != TOC_OK) {
        toc_engine_count(engine, &link->peer, TOC_REFUSE_MALFORMED, why.text);
        return toc_engine_close_link(engine, number, "a message breaks its format", err);
    }
    link->heard = now.mono;
    toc_peer_state *peer = toc_engine_peer(engine, &link->peer);
    peer->last_heard = now.wall;
    peer->messages++;
    if (message.kind == TOC_MSG_NEWS)
        return toc_sync_news(engine, txn, link, &message, now, err);
    if (toc_message_is_request(message.kind))
        return take_request(engine, txn, link, &message, now, err);
    return take_reply(engine, txn, link, &message, now, err);
}

/* ---- time ---- */

static toc_code tick_link(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                          toc_err *err)
{
    const toc_now now = *(const toc_now *)context;
    for (size_t i = 0; i < TOC_COUNT(link->requests); i++) {
        engine_request *request = &link->requests[i];
        if (request->id == 0 || request->deadline.ms > now.mono.ms)
            continue;
        if (request->kind == TOC_MSG_PULL)
            toc_missing_failed(engine, request, now);
        if (request->kind == TOC_MSG_WANT_FORK)
            TOC_TRY(toc_forks_unanswered(engine, txn, link, request, err));
        toc_engine_request_end(request);
    }
    if (now.mono.ms - link->heard.ms > ENGINE_SILENCE_MS)
        return toc_engine_close_link(engine, link->number, "nothing was heard for too long", err);
    if (now.mono.ms - link->pinged.ms < ENGINE_PING_MS && link->pinged.ms != 0)
        return TOC_OK;
    engine_request *request = toc_engine_request(engine, link, TOC_MSG_PING, now);
    if (request == NULL)
        return TOC_OK;
    link->pinged = now.mono;
    toc_message ping = {.kind = TOC_MSG_PING, .id = request->id};
    ping.as.ping.wall_ms = now.wall.unix_ms;
    return toc_engine_send(engine, link->number, true, &ping, err);
}

static toc_code write_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    uint64_t minute = now.wall.unix_ms - now.wall.unix_ms % 60000;
    engine->stopped_ticks = toc_peers_contradict(engine, now);
    if (engine->ticked.mono.ms == 0 ||
        toc_clock_jumped_ms(engine->ticked, now) < -ENGINE_CLOCK_OFFSET_MS_MAX)
        engine->clock_set = true;
    engine->ticked = now;
    if (engine->clock_set && toc_peers_confirm(engine, now)) {
        engine->clock_set = false; /* what a wrong one dated ahead is cosigned anew */
        TOC_TRY(toc_cosign_load(engine, txn, now, err));
    }
    if (minute <= engine->last_tick.unix_ms || engine->stopped_ticks)
        return TOC_OK;
    toc_journal_row row = {.kind = TOC_JOURNAL_TICK, .tick = {minute}};
    TOC_TRY(toc_log_journal_add(txn, TOC_LANE_ALERT, &row, err));
    engine->last_tick.unix_ms = minute;
    return TOC_OK;
}

static toc_code ask_heads_of(toc_engine *engine, toc_log_txn *txn, engine_link *link, void *context,
                             toc_err *err)
{
    return toc_sync_ask_heads(engine, txn, link, engine->all_heads, *(const toc_now *)context, err);
}

toc_code toc_engine_tick(toc_engine *engine, toc_log_txn *txn, toc_now now, bool *out_more,
                         toc_err *err)
{
    *out_more = false;
    toc_outputs_wake(engine, now);
    TOC_TRY(toc_quota_wake(engine, txn, now, err));
    TOC_TRY(toc_forks_tick(engine, txn, err));
    TOC_TRY(toc_generation_tick(engine, txn, now, err));
    TOC_TRY(toc_cards_settle(engine, txn, now, err));
    TOC_TRY(write_tick(engine, txn, now, err));
    TOC_TRY(toc_engine_links(engine, txn, tick_link, &now, err));
    TOC_TRY(toc_grants_open_pending(engine, txn, now, out_more, err));
    if (engine->more) {
        engine->more = false;
        TOC_TRY(toc_sync_advance_all(engine, txn, now, err));
        *out_more = *out_more || engine->more;
    }
    if (now.mono.ms - engine->last_sweep.ms >= ENGINE_RETRY_MS) {
        engine->last_sweep = now.mono;
        TOC_TRY(toc_roll_ask_unknown(engine, txn, now, err));
        TOC_TRY(toc_roll_advance(engine, txn, now, err));
        TOC_TRY(toc_admission_tick(engine, txn, now, err));
        TOC_TRY(toc_sync_advance_all(engine, txn, now, err));
        TOC_TRY(toc_missing_tick(engine, txn, now, err));
    }
    TOC_TRY(toc_erase_tick(engine, txn, now, out_more, err));
    if (engine->all_heads || now.mono.ms - engine->last_heads.ms >= ENGINE_HEADS_MS) {
        engine->last_heads = now.mono;
        TOC_TRY(toc_engine_links(engine, txn, ask_heads_of, &now, err));
        engine->all_heads = false;
    }
    TOC_TRY(toc_proposals_tick(engine, txn, now, err));
    TOC_TRY(toc_cosign_tick(engine, txn, now, err));
    return toc_cosign_tell(engine, txn, now, err);
}
