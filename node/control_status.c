/* Commands about the node itself: status, peers, stats. */
#include <stdlib.h>
#include <unistd.h>

#include "node/alarms.h"
#include "node/clock.h"
#include "node/control_forks.h"
#include "node/control_receipt.h"
#include "node/control_roll.h"
#include "node/control_talk.h"
#include "node/spool.h"
#include "proto/base/version.h"
#include "store/care.h"

enum { STATUS_ARENA_BYTES = 32 << 20 };

typedef struct peer_states {
    toc_peer_state *rows;
    size_t count;
} peer_states;

static void peer_states_wipe(peer_states *states)
{
    free(states->rows);
}
TOC_DEFINE_AUTO_WIPE(peer_states, peer_states_wipe)

static toc_code append_circle(void *context, toc_span object, toc_err *err)
{
    toc_json *json = context;
    toc_buf_printf(json->out, "%s", json->comma ? "," : "");
    toc_buf_add_span(json->out, object);
    json->comma = true;
    return toc_buf_ok(json->out, err);
}

static void add_store(toc_json *json, const toc_log_stats *log, const toc_views_stats *views)
{
    toc_json_open(json, "store", '{');
    toc_json_number(json, "log_used", log->used_bytes);
    toc_json_number(json, "log_map", log->map_bytes);
    toc_json_number(json, "views_used", views->used_bytes);
    toc_json_number(json, "views_map", views->map_bytes);
    toc_json_number(json, "erased", log->erased);
    toc_json_number(json, "lacking", log->lacking);
    toc_json_close(json, '}');
}

static toc_code add_views(toc_json *json, const toc_query *query, toc_err *err)
{
    toc_hash digest, opened;
    uint64_t entries, alert, bulk;
    toc_time horizon;
    toc_views_position(query->views, &alert, &bulk, &horizon);
    TOC_TRY(toc_views_digest_running(query->views, &digest, &opened, &entries, err));
    toc_json_time_optional(json, "horizon", horizon);
    toc_json_bool(json, "incomplete", query->incomplete);
    toc_json_hex(json, "digest", TOC_SPAN_OF(digest.bytes));
    toc_json_hex(json, "opened", TOC_SPAN_OF(opened.bytes));
    toc_json_number(json, "entries", entries);
    return TOC_OK;
}

/* A node whose store is full takes no rounds, and still tells how it is. */
static toc_code read_peers(toc_node *node, peer_states *out, toc_err *err)
{
    toc_code code = toc_node_peers(node, &out->rows, &out->count, err);
    return code == TOC_FULL ? TOC_OK : code;
}

static uint64_t links_up(const peer_states *peers)
{
    uint64_t count = 0;
    for (size_t i = 0; i < peers->count; i++)
        count += peers->rows[i].links;
    return count;
}

static toc_code add_status(toc_json *json, toc_node *node, const toc_query *query,
                           const peer_states *peers, toc_err *err)
{
    const toc_config *config = toc_node_config(node);
    toc_log_stats log;
    toc_views_stats views;
    TOC_TRY(toc_log_stats_of(query->log, &log, err));
    TOC_TRY(toc_views_stats_of(query->views, &views, err));
    toc_json_hex(json, "org", TOC_SPAN_OF(toc_node_org(node)->bytes));
    toc_json_optional(json, "org_name",
                      toc_log_name_of(query->log, toc_node_org(node), query->arena));
    toc_json_text(json, "version", toc_span_text(TOC_VERSION));
    toc_json_number(json, "pid", (uint64_t)getpid());
    toc_json_number(json, "uptime_s",
                    (toc_clock_now().wall.unix_ms - toc_node_started(node).unix_ms) / 1000);
    TOC_TRY(add_views(json, query, err));
    toc_json_number(json, "backlog", toc_node_backlog(node));
    toc_json_number(json, "links", links_up(peers));
    toc_json_open(json, "circles", '[');
    TOC_TRY(toc_roll_circle_rows(query->log, toc_node_org(node), append_circle, json, err));
    toc_json_close(json, ']');
    TOC_TRY(toc_alarms_add(json, query->log, toc_node_org(node), query->now,
                           toc_node_orders_unkept(node), err));
    add_store(json, &log, &views);
    toc_json_open(json, "listen", '[');
    for (size_t i = 0; i < config->listen_count; i++) {
        char address[TOC_CONFIG_PATH_BYTES];
        toc_node_listening(node, i, address, sizeof address);
        toc_json_text(json, NULL, toc_span_text(address));
    }
    toc_json_close(json, ']');
    toc_json_number(json, "spool", toc_spool_waiting(config->spool));
    return TOC_OK;
}

toc_code toc_control_status(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    TOC_AUTO(peer_states_wipe) peer_states peers = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_arena_new(STATUS_ARENA_BYTES, &arena, err));
    TOC_TRY(read_peers(node, &peers, err));
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), arena, toc_clock_now().wall,
                            &query, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    TOC_TRY(add_status(&json, node, &query, &peers, err));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

/* ---- peers ---- */

static void add_offset(toc_json *json, int64_t offset_ms)
{
    if (offset_ms == INT64_MIN) {
        toc_json_null(json, "clock_offset_ms");
        toc_json_null(json, "round_trip_ms");
        return;
    }
    /* The writer has no negative numbers of its own. */
    toc_buf_printf(json->out, "%s\"clock_offset_ms\":%lld", json->comma ? "," : "",
                   (long long)offset_ms);
    json->comma = true;
}

static void add_refused(toc_json *json, const toc_peer_state *peer)
{
    toc_json_open(json, "refused", '{');
    for (int i = 0; i < TOC_REFUSE_COUNT; i++) {
        if (peer->refused[i] > 0)
            toc_json_number(json, toc_refusal_name((toc_refusal)i), peer->refused[i]);
    }
    toc_json_close(json, '}');
}

static void add_endpoints(toc_json *json, toc_log_txn *txn, const toc_peer_state *peer)
{
    toc_span lines = {0};
    if (!peer->known || toc_log_peer_get(txn, &peer->org, &lines, NULL) != TOC_OK)
        lines = (toc_span){0};
    toc_json_lines(json, "endpoints", lines);
}

static toc_code add_peer_state(toc_json *json, toc_log_txn *txn, const toc_peer_state *peer,
                               toc_arena *arena, toc_err *err)
{
    toc_json_open(json, NULL, '{');
    if (peer->known)
        toc_json_hex(json, "org", TOC_SPAN_OF(peer->org.bytes));
    else
        toc_json_null(json, "org");
    toc_json_optional(json, "name",
                      peer->known ? toc_log_name_of(txn, &peer->org, arena) : (toc_span){0});
    toc_json_number(json, "links", peer->links);
    toc_json_time_optional(json, "last_heard", peer->last_heard);
    toc_time cosigned = {0};
    if (peer->known && toc_receipt_heard_of(txn, &peer->org, &cosigned, NULL) != TOC_OK)
        cosigned.unix_ms = 0;
    toc_json_time_optional(json, "last_cosigned", cosigned);
    add_offset(json, peer->clock_offset_ms);
    if (peer->clock_offset_ms != INT64_MIN)
        toc_json_number(json, "round_trip_ms", peer->round_trip_ms);
    toc_json_number(json, "messages", peer->messages);
    toc_json_number(json, "entries", peer->entries);
    add_endpoints(json, txn, peer);
    add_refused(json, peer);
    toc_json_optional(json, "last_refusal", toc_span_text(peer->last_refusal));
    TOC_TRY(toc_forks_list(json, txn, peer->known ? &peer->org : NULL, NULL, arena, err));
    toc_json_close(json, '}');
    return TOC_OK;
}

/* Peers added by hand that were never heard of stand in no row of the engine. */
typedef struct unheard {
    toc_talk *talk;
    toc_log_txn *txn;
    const peer_states *peers;
    toc_arena *arena;
} unheard;

static toc_code say_peer_state(toc_talk *talk, toc_log_txn *txn, const toc_peer_state *peer,
                               toc_arena *arena, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_arena_reset(arena);
    TOC_TRY(add_peer_state(&json, txn, peer, arena, err));
    return toc_talk_say(talk, &line, err);
}

static toc_code say_unheard(void *context, const toc_org_id *org, toc_span endpoints, toc_err *err)
{
    (void)endpoints;
    const unheard *all = context;
    for (size_t i = 0; i < all->peers->count; i++) {
        const toc_peer_state *row = &all->peers->rows[i];
        if (row->known && toc_org_id_equal(&row->org, org))
            return TOC_OK;
    }
    toc_peer_state state = {.org = *org, .known = true, .clock_offset_ms = INT64_MIN};
    return say_peer_state(all->talk, all->txn, &state, all->arena, err);
}

toc_code toc_control_peers(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(peer_states_wipe) peer_states peers = {0};
    TOC_TRY(toc_arena_new(STATUS_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_node_peers(node, &peers.rows, &peers.count, err));
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    for (size_t i = 0; i < peers.count; i++)
        TOC_TRY(say_peer_state(talk, txn, &peers.rows[i], arena, err));
    unheard rest = {.talk = talk, .txn = txn, .peers = &peers, .arena = arena};
    return toc_log_peers(txn, say_unheard, &rest, err);
}

/* ---- stats ---- */

toc_code toc_control_stats(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_arena_new(STATUS_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), arena, toc_clock_now().wall,
                            &query, err));
    TOC_TRY(toc_care_stats(&query, &line, err));
    return toc_talk_say(talk, &line, err);
}
