#include "tests/sim/checks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIM_RECEIPTS_MS = 40000,
    SIM_SET_BACK_MS = 60000 /* so long may it take who was set back to hear what it said */
};

static toc_card_hash card_known(sim_net *net, const sim_node *by, const toc_org_id *org)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    if (toc_log_read(by->log, &txn, &err) != TOC_OK ||
        toc_arena_new(1 << 20, &arena, &err) != TOC_OK ||
        toc_log_card_of(txn, org, arena, &card, &err) != TOC_OK)
        sim_die(net, "a card", &err);
    return card.hash;
}

void sim_view_of(sim_net *net, sim_node *node, sim_view *out)
{
    toc_err err;
    toc_views_txn *txn = NULL;
    uint64_t alert, bulk;
    sim_fold(node);
    if (toc_views_read(node->views, &txn, &err) != TOC_OK ||
        toc_views_digest_running(txn, &out->digest, &out->opened, &out->entries, &err) != TOC_OK)
        sim_die(net, "digest", &err);
    toc_views_position(txn, &alert, &bulk, &out->horizon);
    toc_views_end(txn);
}

void sim_whole_view_of(sim_net *net, sim_node *node, sim_view *out)
{
    toc_err err;
    toc_views_txn *txn = NULL;
    toc_answer_digest walked;
    sim_view_of(net, node, out);
    if (toc_views_read(node->views, &txn, &err) != TOC_OK ||
        toc_views_digest_walk(txn, NULL, NULL, &walked, &err) != TOC_OK)
        sim_die(net, "walk", &err);
    toc_views_end(txn);
    if (!toc_hash_equal(&walked.digest, &out->digest))
        sim_die(net, "the running digest is not the walked one", NULL);
}

bool sim_opened_by(sim_net *net, int count, uint64_t records)
{
    for (int i = 0; i < count; i++) {
        sim_view view;
        sim_view_of(net, &net->nodes[i], &view);
        if (view.entries != (net->nodes[i].relay ? 0 : records))
            return false;
    }
    return true;
}

typedef struct feeds_beside {
    toc_log_txn *other;
    bool equal;
} feeds_beside;

static toc_code compare_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    (void)err;
    feeds_beside *beside = context;
    toc_log_feed found;
    beside->equal = beside->equal &&
                    toc_log_feed_find(beside->other, &feed->id, &found, NULL) == TOC_OK &&
                    found.frontier.size == feed->frontier.size;
    return TOC_OK;
}

bool sim_all_stored(sim_net *net)
{
    toc_err err;
    toc_log_txn *first = NULL;
    feeds_beside beside = {.equal = true};
    if (toc_log_read(net->nodes[0].log, &first, &err) != TOC_OK)
        sim_die(net, "read", &err);
    for (int i = 1; i < net->node_count && beside.equal; i++) {
        if (toc_log_read(net->nodes[i].log, &beside.other, &err) != TOC_OK ||
            toc_log_feeds(first, NULL, compare_feed, &beside, &err) != TOC_OK)
            sim_die(net, "feeds", &err);
        feeds_beside back = {.other = first, .equal = beside.equal};
        if (toc_log_feeds(beside.other, NULL, compare_feed, &back, &err) != TOC_OK)
            sim_die(net, "feeds", &err);
        beside.equal = back.equal;
        toc_log_abort(beside.other);
    }
    toc_log_abort(first);
    return beside.equal;
}

static toc_code collect_id(void *context, const toc_record_id *record, const toc_circle_id *circle,
                           const toc_org_id *org, toc_span bytes, toc_err *err)
{
    (void)circle;
    (void)org;
    (void)bytes;
    (void)err;
    sim_known *all = context;
    if (all->count < SIM_RECORDS_MAX)
        all->ids[all->count++] = *record;
    return TOC_OK;
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_record_id));
}

void sim_check_acknowledged(sim_net *net, sim_node *node, const sim_known *known, size_t from,
                            size_t until, bool there)
{
    toc_err err;
    toc_views_txn *txn = NULL;
    sim_known have = {.ids = calloc(SIM_RECORDS_MAX, sizeof *have.ids)};
    if (have.ids == NULL || toc_views_read(node->views, &txn, &err) != TOC_OK ||
        toc_views_records(txn, collect_id, &have, &err) != TOC_OK)
        sim_die(net, "records", &err);
    toc_views_end(txn);
    qsort(have.ids, have.count, sizeof *have.ids, compare_ids);
    for (size_t i = from; i < until; i++) {
        bool found =
            bsearch(&known->ids[i], have.ids, have.count, sizeof *have.ids, compare_ids) != NULL;
        if (found != there)
            sim_die(net,
                    there ? "an acknowledged record is lost"
                          : "who was admitted later reads what was written before",
                    NULL);
    }
    free(have.ids);
}

void sim_check_rebuild(sim_net *net, sim_node *node, const sim_view *before)
{
    toc_err err;
    uint64_t shuffle = sim_random(net);
    sim_view after;
    if (toc_views_rebuild(node->views, &shuffle, NULL, NULL, &err) != TOC_OK)
        sim_die(net, "rebuild", &err);
    sim_whole_view_of(net, node, &after);
    if (!toc_hash_equal(&before->digest, &after.digest) ||
        !toc_hash_equal(&before->opened, &after.opened))
        sim_die(net, "a rebuild in another order changed the views", NULL);
}

void sim_check_cards(sim_net *net)
{
    for (int i = 0; i < net->node_count; i++) {
        toc_card_hash newest = card_known(net, &net->nodes[i], &net->nodes[i].org);
        for (int j = 0; j < net->node_count; j++) {
            toc_card_hash known = card_known(net, &net->nodes[j], &net->nodes[i].org);
            if (!toc_card_hash_equal(&known, &newest))
                sim_die(net, "a peer did not follow a card", NULL);
        }
    }
}

static bool was_set_back(const sim_net *net, const toc_org_id *org)
{
    for (int i = 0; i < net->node_count; i++) {
        if (toc_org_id_equal(&net->nodes[i].org, org))
            return net->nodes[i].set_back;
    }
    return false;
}

void sim_check_nothing_refused(sim_net *net, int but)
{
    for (int i = 0; i < net->node_count; i++) {
        if (but != 0 && i == but)
            continue;
        if (net->nodes[i].malformed > 0)
            sim_die(net, "a record is malformed in its readers' eyes", NULL);
        for (size_t j = 0; j < toc_engine_peer_count(net->nodes[i].engine); j++) {
            toc_peer_state peer;
            toc_engine_peer_at(net->nodes[i].engine, j, &peer);
            if (but != 0 && toc_org_id_equal(&peer.org, &net->nodes[but].org))
                continue;
            for (int reason = 0; reason < TOC_REFUSE_COUNT; reason++) {
                /* Members hear of a charter or a card at different moments; a part that got
                 * lost, which no stream would lose, leaves the next one unasked for; and who was
                 * set back hears of its own words. Where a feed has forked, those who hold its
                 * two histories see each other cosign another tree until the proof has come. */
                if (peer.refused[reason] > 0 && reason != TOC_REFUSE_NOT_A_MEMBER &&
                    reason != TOC_REFUSE_RETIRED_KEY && reason != TOC_REFUSE_MALFORMED &&
                    reason != TOC_REFUSE_OWN_WORDS &&
                    (reason != TOC_REFUSE_FORK || net->counts.thefts + net->counts.twins == 0) &&
                    !(reason == TOC_REFUSE_COSIGNATURE && was_set_back(net, &peer.org))) {
                    toc_err err;
                    toc_fail(&err, TOC_STATE, "%s", peer.last_refusal);
                    sim_die(net, "honest nodes refused one another", &err);
                }
            }
        }
    }
}

/* ---- receipts ---- */

/* What a node said of a feed so far. */
typedef struct said {
    struct said *next;
    int node;
    toc_feed_id feed;
    uint64_t size, time_s;
} said;

static said *all_said[256]; /* by the first byte of the feed */

static said *said_of(int node, const toc_feed_id *feed)
{
    said **first = &all_said[feed->bytes[0]];
    for (said *row = *first; row != NULL; row = row->next) {
        if (row->node == node && toc_feed_id_equal(&row->feed, feed))
            return row;
    }
    said *row = calloc(1, sizeof *row);
    if (row == NULL)
        abort();
    *row = (said){.next = *first, .node = node, .feed = *feed};
    *first = row;
    return row;
}

/* What was looked at last. A node says one thing to all others at the end of a round, and its store
 * stays as it is meanwhile. */
static struct {
    uint64_t round;
    int node;
    toc_buf bytes;
} looked_at;

static bool just_looked_at(const sim_net *net, const sim_node *from, toc_span bytes)
{
    if (looked_at.round == net->counts.rounds && looked_at.node == from->index &&
        toc_span_equal(toc_buf_view(&looked_at.bytes), bytes))
        return true;
    looked_at.round = net->counts.rounds;
    looked_at.node = from->index;
    toc_buf_clear(&looked_at.bytes);
    toc_buf_add_span(&looked_at.bytes, bytes);
    return false;
}

void sim_forget_said(void)
{
    toc_buf_wipe(&looked_at.bytes);
    for (size_t i = 0; i < TOC_COUNT(all_said); i++) {
        for (said *next; all_said[i] != NULL; all_said[i] = next) {
            next = all_said[i]->next;
            free(all_said[i]);
        }
    }
}

static void check_said(sim_net *net, sim_node *from, toc_log_txn *txn, const toc_circle_id *circle,
                       const toc_wire_cosignature *wire)
{
    toc_feed_name name = {
        .circle = *circle, .org = wire->org, .lane = wire->lane, .generation = wire->generation};
    toc_feed_id id;
    toc_log_feed feed;
    toc_hash root;
    toc_feed_id_of(&name, &id);
    if (toc_log_feed_find(txn, &id, &feed, NULL) != TOC_OK || feed.frontier.size < wire->size ||
        toc_log_root(txn, feed.number, wire->size, &root, NULL) != TOC_OK ||
        !toc_hash_equal(&root, &wire->root))
        sim_die(net, "a node cosigned what it has not stored", NULL);
    said *before = said_of(from->index, &id);
    bool smaller = wire->size<before->size, larger = wire->size> before->size;
    bool earlier = wire->made.time_s<before->time_s, later = wire->made.time_s> before->time_s;
    bool taken_back = smaller ? later : larger && earlier;
    if (taken_back && from->set_back && net->now_ms < from->set_back_ms + SIM_SET_BACK_MS) {
        net->counts.taken_back++; /* nobody who knows better was in reach */
        *before = (said){.next = before->next, .node = before->node, .feed = before->feed};
    } else if (taken_back) {
        toc_err err;
        toc_fail(&err, TOC_STATE,
                 "node %d said %llu entries of %s's %s at %llu s, and %llu at %llu s", from->index,
                 (unsigned long long)before->size,
                 toc_org_id_equal(&wire->org, &from->org) ? "its own" : "another",
                 toc_lane_name(wire->lane), (unsigned long long)before->time_s,
                 (unsigned long long)wire->size, (unsigned long long)wire->made.time_s);
        sim_die(net, "a node took back a cosignature", &err);
    }
    if (!smaller && !earlier) { /* else an old one is told again, as after a restore */
        before->size = wire->size;
        before->time_s = wire->made.time_s;
    }
}

void sim_watch_cosignatures(sim_net *net, sim_node *from, toc_span bytes)
{
    toc_err err;
    toc_arena *arena = NULL;
    toc_log_txn *txn = NULL;
    toc_message message;
    if (just_looked_at(net, from, bytes))
        return;
    if (toc_arena_new(16 << 20, &arena, &err) != TOC_OK ||
        toc_message_decode(bytes, arena, &message, &err) != TOC_OK)
        sim_die(net, "a message that cannot be read left a node", &err);
    if (message.kind == TOC_MSG_NEWS && message.as.news.cosignature_count > 0) {
        if (toc_log_read(from->log, &txn, &err) != TOC_OK)
            sim_die(net, "read", &err);
        for (size_t i = 0; i < message.as.news.cosignature_count; i++) {
            const toc_wire_cosignature *wire = &message.as.news.cosignatures[i];
            if (toc_org_id_equal(&wire->cosigner, &from->org))
                check_said(net, from, txn, &message.as.news.circle, wire);
        }
        toc_log_abort(txn);
    }
    toc_arena_free(arena);
}

typedef struct receipt_search {
    sim_net *net;
    toc_log_txn *txn;
    uint64_t missing;
} receipt_search;

/* Does this store have, of every node, a cosignature over the whole feed? */
static toc_code count_missing(void *context, const toc_log_feed *feed, toc_err *err)
{
    receipt_search *all = context;
    uint64_t place;
    TOC_TRY(toc_log_forked(all->txn, &feed->name, &place, err));
    if (place != UINT64_MAX) /* nobody signs for the rest of it */
        return TOC_OK;
    for (int i = 0; i < all->net->node_count; i++) {
        toc_log_cosignature newest = {0};
        if (toc_log_cosigned(all->txn, feed->number, &all->net->nodes[i].org, &newest, NULL) !=
                TOC_OK ||
            newest.size != feed->frontier.size)
            all->missing++;
    }
    return TOC_OK;
}

static uint64_t receipts_missing(sim_net *net)
{
    receipt_search all = {.net = net};
    toc_err err;
    for (int i = 0; i < net->node_count; i++) {
        if (toc_log_read(net->nodes[i].log, &all.txn, &err) != TOC_OK ||
            toc_log_feeds(all.txn, NULL, count_missing, &all, &err) != TOC_OK)
            sim_die(net, "feeds", &err);
        toc_log_abort(all.txn);
    }
    return all.missing;
}

void sim_await_receipts(sim_net *net)
{
    uint64_t deadline = net->now_ms + SIM_RECEIPTS_MS;
    while (receipts_missing(net) > 0) {
        if (net->now_ms >= deadline)
            sim_die(net, "a receipt has not come to everybody", NULL);
        for (int i = 0; i < 50; i++)
            sim_step(net);
    }
}

/* ---- for people ---- */

static toc_code print_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    (void)context;
    (void)err;
    fprintf(stderr,
            "    feed %02x%02x %s generation %llu: %llu stored, head %llu, known %llu, epoch %u\n",
            feed->name.org.bytes[0], feed->name.org.bytes[1], toc_lane_name(feed->name.lane),
            (unsigned long long)feed->name.generation, (unsigned long long)feed->frontier.size,
            (unsigned long long)feed->head_size, (unsigned long long)feed->known_size,
            feed->judge.epoch);
    return TOC_OK;
}

void sim_explain(sim_net *net, uint64_t records)
{
    fprintf(stderr, "%llu records were acknowledged\n", (unsigned long long)records);
    for (int i = 0; i < net->node_count; i++) {
        sim_node *node = &net->nodes[i];
        sim_view view;
        toc_err err;
        toc_log_txn *txn = NULL;
        sim_view_of(net, node, &view);
        fprintf(stderr, "  node %d org %02x%02x: %llu opened\n", i, node->org.bytes[0],
                node->org.bytes[1], (unsigned long long)view.entries);
        if (toc_log_read(node->log, &txn, &err) != TOC_OK ||
            toc_log_feeds(txn, NULL, print_feed, NULL, &err) != TOC_OK)
            sim_die(net, "sim_explain", &err);
        toc_log_pending pending;
        for (uint64_t number = 0, from = 0;
             toc_log_pending_next(txn, (uint32_t)number, from, &pending, NULL) == TOC_OK;
             number = pending.number, from = pending.until)
            fprintf(stderr, "    waits for a key: feed %u, %llu to %llu, epoch %u\n",
                    pending.number, (unsigned long long)pending.from,
                    (unsigned long long)pending.until, pending.epoch);
        toc_log_abort(txn);
        for (size_t j = 0; j < toc_engine_peer_count(node->engine); j++) {
            toc_peer_state peer;
            toc_engine_peer_at(node->engine, j, &peer);
            fprintf(stderr, "    peer %02x%02x: %u links, %s\n", peer.org.bytes[0],
                    peer.org.bytes[1], peer.links, peer.last_refusal);
        }
    }
}
