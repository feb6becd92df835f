/* What is known and counted of every org that has linked or sent: refusals, and how its clock
 * goes. */
#include <stdio.h>
#include <stdlib.h>

#include "node/engine/state.h"

toc_peer_state *toc_engine_peer(toc_engine *engine, const toc_org_id *org)
{
    if (org == NULL)
        return &engine->peers[0];
    for (size_t i = 1; i < engine->peer_count; i++) {
        if (toc_org_id_equal(&engine->peers[i].org, org))
            return &engine->peers[i];
    }
    toc_peer_state *grown = realloc(engine->peers, (engine->peer_count + 1) * sizeof *grown);
    if (grown == NULL)
        return &engine->peers[0]; /* counted, if under the wrong name */
    engine->peers = grown;
    toc_peer_state *fresh = &grown[engine->peer_count++];
    *fresh = (toc_peer_state){.org = *org, .known = true, .clock_offset_ms = INT64_MIN};
    return fresh;
}

void toc_engine_count(toc_engine *engine, const toc_org_id *org, toc_refusal refusal,
                      const char *sentence)
{
    TOC_ASSERT((unsigned)refusal < TOC_REFUSE_COUNT);
    toc_peer_state *peer = toc_engine_peer(engine, org);
    peer->refused[refusal]++;
    snprintf(peer->last_refusal, sizeof peer->last_refusal, "%s",
             sentence != NULL ? sentence : toc_refusal_text(refusal));
}

size_t toc_engine_peer_count(const toc_engine *engine)
{
    return engine->peer_count;
}

void toc_engine_peer_at(const toc_engine *engine, size_t index, toc_peer_state *out)
{
    TOC_ASSERT(index < engine->peer_count);
    *out = engine->peers[index];
}

/* ---- clocks ---- */

void toc_peers_pong(toc_engine *engine, const engine_link *link, const engine_request *request,
                    const toc_message *pong, toc_now now)
{
    toc_peer_state *peer = toc_engine_peer(engine, &link->peer);
    peer->round_trip_ms = now.mono.ms - request->sent.ms;
    uint64_t theirs = pong->as.ping.wall_ms, ours = now.wall.unix_ms - peer->round_trip_ms / 2;
    /* Both are milliseconds since 1970; a peer that claims the year 300 million is cut off, not
     * overflowed. */
    uint64_t distance = theirs > ours ? theirs - ours : ours - theirs;
    if (distance > (uint64_t)INT64_MAX / 2)
        distance = (uint64_t)INT64_MAX / 2;
    peer->clock_offset_ms = theirs > ours ? (int64_t)distance : -(int64_t)distance;
    peer->clock_measured = now;
}

typedef struct clocks {
    uint32_t measured, off;
} clocks;

int64_t toc_clock_jumped_ms(toc_now before, toc_now now)
{
    int64_t wall = (int64_t)now.wall.unix_ms - (int64_t)before.wall.unix_ms;
    return wall - ((int64_t)now.mono.ms - (int64_t)before.mono.ms);
}

static clocks compare(const toc_engine *engine, toc_now now)
{
    clocks all = {0};
    for (size_t i = 1; i < engine->peer_count; i++) {
        const toc_peer_state *peer = &engine->peers[i];
        if (peer->links == 0 || peer->clock_offset_ms == INT64_MIN)
            continue;
        int64_t offset_ms = peer->clock_offset_ms - toc_clock_jumped_ms(peer->clock_measured, now);
        all.measured++;
        if (offset_ms > ENGINE_CLOCK_OFFSET_MS_MAX || offset_ms < -ENGINE_CLOCK_OFFSET_MS_MAX)
            all.off++;
    }
    return all;
}

bool toc_peers_contradict(const toc_engine *engine, toc_now now)
{
    clocks all = compare(engine, now);
    return all.off * 2 > all.measured;
}

bool toc_peers_confirm(const toc_engine *engine, toc_now now)
{
    clocks all = compare(engine, now);
    return all.off * 2 < all.measured;
}
