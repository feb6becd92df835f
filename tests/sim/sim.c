/* The simulator: one seed is one world of nodes, network and clock with faults by probability.
 *
 *   sim --seed N        one world, exactly again, with what happened
 *   sim --seeds A B     worlds A to B
 *   sim … --worlds PATH writes what one node of each world opened (PATH.worlds) and what its views
 * say of it (PATH.views), a line each, for tests/sim/compare.py
 *
 * Invariants: what was acknowledged is there; after healing every node has opened what is addressed
 * to it, and equal opened sets, horizons and charters give equal digests; a rebuild in another
 * order changes nothing. No cosignature leaves a node over more than it has stored, none is smaller
 * than one before; and in the end everybody has everybody's receipt for everything, in one world of
 * four also through one node that passes them on. In one world of five a member is hostile: it
 * changes and withholds what it sends and tells lies; nothing of that is believed, nobody else is
 * blamed, and all the others come together. In one of five a member is removed in the end: it gets
 * nothing more. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/sim/erase.h"
#include "tests/sim/hostile.h"
#include "tests/support/leaver.h"
#include "tests/support/sim_net.h"
#include "tests/support/world.h"

enum {
    SIM_WALLETS = 12,
    SIM_FAULTY_MS = 30000,
    SIM_QUIET_MS = 400000,
    SIM_RECORDS_MAX = 100000,
    SIM_RECEIPTS_MS = 40000
};

static const char *const wallets[SIM_WALLETS] = {
    /* Publicly sanctioned or attributed addresses (OFAC SDN, FBI), in canonical spelling. */
    "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B",
    "0x3Cffd56B47B7b41c56258D9C7731ABaDc360E073", "0x53b6936513e738f44FB50d2b9476730C0Ab3Bfc1",
    "0x51E9d833Ecae4E8D9D8Be17300AEE6D3398C135D", "0x96244D83DC15d36847C35209bBDc5bdDE9bEc3D8",
    "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h",         "12jVCWW1ZhTLA5yVnroEJswqKwsfiZKsax",
    "149w62rY42aZBox8fGcmqNsXUzSStKeq8C",         "1AjZPMsnmpdK2Rv9KQNfMurTXinscVro9V",
    "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq",         "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz"};

typedef struct acknowledged {
    toc_record_id *ids;
    size_t count;
} acknowledged;

typedef struct submission {
    sim_net *net;
    sim_node *node;
    toc_circle_id circle;
    toc_arena *arena;
    toc_record_id ids[64];
    size_t count;
    bool refused; /* not a member yet */
} submission;

static toc_wallet wallet_of(sim_net *net, unsigned index)
{
    toc_wallet_candidates found;
    toc_err err;
    toc_span text = toc_span_text(wallets[index]);
    if (toc_wallet_parse(text, &found, &err) != TOC_OK)
        sim_die(net, "parse a wallet", &err);
    toc_wallet wallet = found.wallets[0];
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(toc_chain_symbol(found.wallets[i].chain), "BTC") == 0)
            wallet = found.wallets[i];
    }
    return wallet;
}

static toc_span pick(sim_net *net, const char *const *words, unsigned count)
{
    return toc_span_text(words[sim_below(net, count)]);
}

static void fill_wallet(submission *all, toc_statement *out)
{
    static const char *const categories[] = {"theft", "sanctions", "mixer"};
    static const char *const roles[] = {"perpetrator", "intermediary", "victim"};
    static const char *const lists[] = {"ofac-sdn", "ofac-0xb10c", "a-list-nobody-knows"};
    sim_net *net = all->net;
    out->kind = TOC_RECORD_WALLET;
    out->as.wallet = (toc_wallet_body){.wallet = wallet_of(net, sim_below(net, SIM_WALLETS)),
                                       .category = pick(net, categories, 3),
                                       .role = pick(net, roles, 3)};
    if (sim_below(net, 2) == 0)
        out->source = (toc_source){.ground = TOC_GROUND_LIST, .id = pick(net, lists, 3)};
}

static void fill_cluster(sim_net *net, toc_statement *out)
{
    static const char *const names[] = {"alpha", "beta"};
    static const char *const types[] = {"criminal", "exchange"};
    out->kind = TOC_RECORD_CLUSTER;
    out->as.cluster =
        (toc_cluster_body){.cluster = pick(net, names, 2), .entity_type = pick(net, types, 2)};
}

static void fill_members(submission *all, toc_statement *out)
{
    static const char *const names[] = {"alpha", "beta"};
    size_t count = 1 + sim_below(all->net, 4);
    toc_member *members = toc_arena_zalloc(all->arena, count, sizeof *members);
    for (size_t i = 0; i < count; i++)
        members[i] = (toc_member){.wallet = wallet_of(all->net, sim_below(all->net, SIM_WALLETS)),
                                  .remove = sim_below(all->net, 5) == 0};
    out->kind = TOC_RECORD_MEMBERS;
    out->as.members =
        (toc_members_body){.cluster = pick(all->net, names, 2), .count = count, .members = members};
}

static void fill_retraction(submission *all, toc_statement *out)
{
    toc_statement target = *out, retraction;
    if (sim_below(all->net, 3) == 0)
        fill_cluster(all->net, &target);
    else
        fill_wallet(all, &target);
    toc_claim_id claim;
    toc_statement_claim(&target, &all->circle, &all->node->org, &claim);
    toc_statement_retract(&target, &claim, TOC_RETRACT_ERROR, &retraction);
    retraction.revision = out->revision;
    retraction.issued_at = out->issued_at;
    *out = retraction;
}

static void fill(submission *all, uint64_t generation, toc_now now, toc_statement *out)
{
    *out = (toc_statement){.revision = (generation << 24) + all->node->revision++,
                           .issued_at = now.wall,
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 40 + sim_below(all->net, 60),
                           .confidence_scale = toc_span_text("percent"),
                           .source = {.ground = TOC_GROUND_OWN}};
    if (sim_below(all->net, 10) == 0)
        out->issued_at.unix_ms += 600000; /* waits until the horizon has come so far */
    if (sim_below(all->net, 6) == 0)
        out->valid_until.unix_ms = now.wall.unix_ms + sim_below(all->net, 400000);
    unsigned kind = sim_below(all->net, 10);
    if (kind < 5)
        fill_wallet(all, out);
    else if (kind < 6)
        fill_cluster(all->net, out);
    else if (kind < 8)
        fill_members(all, out);
    else
        fill_retraction(all, out);
    toc_claim_id claim;
    toc_statement_claim(out, &all->circle, &all->node->org, &claim);
    if (out->kind == TOC_RECORD_WALLET || out->kind == TOC_RECORD_CLUSTER) {
        toc_root *root = toc_arena_zalloc(all->arena, 1, sizeof *root);
        *root = toc_source_root(&out->source, &claim, all->arena);
        out->roots = root;
        out->root_count = 1;
    }
}

static toc_code submit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    submission *all = context;
    uint64_t generation;
    toc_err why;
    if (toc_engine_writable(engine, txn, &all->circle, now, &generation, &why) != TOC_OK) {
        all->refused = true;
        return TOC_OK;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    size_t ends[64];
    toc_span records[64];
    for (size_t i = 0; i < all->count; i++) {
        toc_statement statement;
        fill(all, generation, now, &statement);
        TOC_TRY(toc_record_encode(&statement, &bytes, err));
        ends[i] = bytes.size;
    }
    for (size_t i = 0; i < all->count; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        records[i] = toc_span_of(bytes.data + start, ends[i] - start);
    }
    toc_lane lane = sim_below(all->net, 4) == 0 ? TOC_LANE_ALERT : TOC_LANE_BULK;
    return toc_engine_write(engine, txn, &all->circle, lane, records, NULL, all->count, now,
                            all->ids, err);
}

static void submit_at(sim_net *net, sim_node *node, const toc_circle_id *circle,
                      acknowledged *known)
{
    toc_err err;
    submission all = {.net = net,
                      .node = node,
                      .circle = *circle,
                      .count = sim_below(net, 12) == 0 ? 40 : 1 + sim_below(net, 3)};
    if (toc_arena_new(8 << 20, &all.arena, &err) != TOC_OK)
        sim_die(net, "arena", &err);
    if (sim_do(net, all.node, submit, &all) && !all.refused &&
        known->count + all.count <= SIM_RECORDS_MAX) {
        memcpy(known->ids + known->count, all.ids, all.count * sizeof *all.ids);
        known->count += all.count;
        net->counts.records += all.count;
    }
    toc_arena_free(all.arena);
}

static void submit_somewhere(sim_net *net, const toc_circle_id *circle, acknowledged *known)
{
    submit_at(net, &net->nodes[sim_below(net, (unsigned)net->node_count)], circle, known);
}

/* ---- the operators ---- */

typedef struct setup {
    sim_net *net;
    toc_circle_id circle;
    toc_org_id org;
    toc_buf card;
    toc_code said;
} setup;

static toc_code create_circle(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    setup *what = context;
    return toc_engine_circle_create(engine, txn, toc_span_text("Circle"),
                                    toc_span_text("simulation"), now, &what->circle, err);
}

static toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    setup *what = context;
    return toc_engine_peer_add(engine, txn, toc_buf_view(&what->card), (toc_span){0}, now,
                               &what->org, err);
}

static toc_code join(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    setup *what = context;
    return toc_engine_circle_join(engine, txn, &what->circle, now, err);
}

static toc_code admit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    setup *what = context;
    toc_role role = sim_below(what->net, 5) == 0 ? TOC_ROLE_OBSERVER : TOC_ROLE_MEMBER;
    what->said = toc_engine_circle_admit(engine, txn, &what->circle, &what->org, role, now, err);
    return what->said == TOC_EXISTS ? TOC_OK : what->said;
}

static void copy_card(sim_net *net, const sim_node *node, toc_buf *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_arena *arena = NULL;
    toc_card card;
    if (toc_log_read(node->log, &txn, &err) != TOC_OK ||
        toc_arena_new(1 << 20, &arena, &err) != TOC_OK ||
        toc_log_card_of(txn, &node->org, arena, &card, &err) != TOC_OK)
        sim_die(net, "own card", &err);
    toc_buf_add_span(out, card.signed_card);
    toc_log_abort(txn);
    toc_arena_free(arena);
}

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

/* Until it has happened: a crash in the middle is an operator who types it again. */
static void insist(sim_net *net, sim_node *node, sim_action action, setup *what)
{
    while (!sim_do(net, node, action, what))
        sim_step(net);
}

static void exchange_cards(sim_net *net, setup *what)
{
    for (int a = 0; a < net->node_count; a++) {
        copy_card(net, &net->nodes[a], &what->card);
        for (int b = 0; b < net->node_count; b++) {
            if (a != b)
                insist(net, &net->nodes[b], add_peer, what);
        }
        toc_buf_clear(&what->card);
    }
    toc_buf_wipe(&what->card);
}

/* ---- invariants ---- */

typedef struct node_view {
    toc_hash digest, opened;
    uint64_t entries;
    toc_time horizon;
} node_view;

static void view_of(sim_net *net, sim_node *node, node_view *out)
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

/* The same, and is the digest that the fold keeps that of every row? */
static void whole_view_of(sim_net *net, sim_node *node, node_view *out)
{
    toc_err err;
    toc_views_txn *txn = NULL;
    toc_answer_digest walked;
    view_of(net, node, out);
    if (toc_views_read(node->views, &txn, &err) != TOC_OK ||
        toc_views_digest_walk(txn, NULL, NULL, &walked, &err) != TOC_OK)
        sim_die(net, "walk", &err);
    toc_views_end(txn);
    if (!toc_hash_equal(&walked.digest, &out->digest))
        sim_die(net, "the running digest is not the walked one", NULL);
}

/* Have the first `count` nodes opened so many? */
static bool opened_by(sim_net *net, int count, uint64_t records)
{
    for (int i = 0; i < count; i++) {
        node_view view;
        view_of(net, &net->nodes[i], &view);
        if (view.entries != records)
            return false;
    }
    return true;
}

static bool converged(sim_net *net, uint64_t records)
{
    return opened_by(net, net->node_count, records);
}

static toc_code collect_id(void *context, const toc_record_id *record, const toc_circle_id *circle,
                           const toc_org_id *org, toc_span bytes, toc_err *err)
{
    (void)circle;
    (void)org;
    (void)bytes;
    (void)err;
    acknowledged *all = context;
    if (all->count < SIM_RECORDS_MAX)
        all->ids[all->count++] = *record;
    return TOC_OK;
}

static int compare_ids(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_record_id));
}

static void check_acknowledged(sim_net *net, sim_node *node, const acknowledged *known)
{
    toc_err err;
    toc_views_txn *txn = NULL;
    acknowledged have = {.ids = calloc(SIM_RECORDS_MAX, sizeof *have.ids)};
    if (have.ids == NULL || toc_views_read(node->views, &txn, &err) != TOC_OK ||
        toc_views_records(txn, collect_id, &have, &err) != TOC_OK)
        sim_die(net, "records", &err);
    toc_views_end(txn);
    qsort(have.ids, have.count, sizeof *have.ids, compare_ids);
    for (size_t i = 0; i < known->count; i++) {
        if (bsearch(&known->ids[i], have.ids, have.count, sizeof *have.ids, compare_ids) == NULL)
            sim_die(net, "an acknowledged record is lost", NULL);
    }
    free(have.ids);
}

static void check_rebuild(sim_net *net, sim_node *node, const node_view *before)
{
    toc_err err;
    uint64_t shuffle = sim_random(net);
    node_view after;
    if (toc_views_rebuild(node->views, &shuffle, NULL, NULL, &err) != TOC_OK)
        sim_die(net, "rebuild", &err);
    whole_view_of(net, node, &after);
    if (!toc_hash_equal(&before->digest, &after.digest) ||
        !toc_hash_equal(&before->opened, &after.opened))
        sim_die(net, "a rebuild in another order changed the views", NULL);
}

/* Whatever keys changed: everybody knows everybody by the same card. */
static void check_cards(sim_net *net)
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

/* `but`: a hostile node, or 0. What it did is refused; what it says of others counts for nothing.
 */
static void check_nothing_refused(sim_net *net, int but)
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
                /* Members hear of a charter or a card at different moments; and a part that got
                 * lost, which no stream would lose, leaves the next one unasked for. */
                if (peer.refused[reason] > 0 && reason != TOC_REFUSE_NOT_A_MEMBER &&
                    reason != TOC_REFUSE_RETIRED_KEY && reason != TOC_REFUSE_MALFORMED) {
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

static said *all_said;

static said *said_of(int node, const toc_feed_id *feed)
{
    for (said *row = all_said; row != NULL; row = row->next) {
        if (row->node == node && toc_feed_id_equal(&row->feed, feed))
            return row;
    }
    said *row = calloc(1, sizeof *row);
    if (row == NULL)
        abort();
    *row = (said){.next = all_said, .node = node, .feed = *feed};
    all_said = row;
    return row;
}

static void forget_said(void)
{
    for (said *next; all_said != NULL; all_said = next) {
        next = all_said->next;
        free(all_said);
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
    if (wire->size < before->size || wire->made.time_s < before->time_s)
        sim_die(net, "a node took back a cosignature", NULL);
    before->size = wire->size;
    before->time_s = wire->made.time_s;
}

/* What a node says for itself must be durable by now: its committed store is asked. */
static void watch_cosignatures(sim_net *net, sim_node *from, toc_span bytes)
{
    toc_err err;
    toc_arena *arena = NULL;
    toc_log_txn *txn = NULL;
    toc_message message;
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
    (void)err;
    receipt_search *all = context;
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

/* Within the minute that settle ends in, so that horizons stay equal. */
static void await_receipts(sim_net *net)
{
    uint64_t deadline = net->now_ms + SIM_RECEIPTS_MS;
    while (receipts_missing(net) > 0) {
        if (net->now_ms >= deadline)
            sim_die(net, "a receipt has not come to everybody", NULL);
        for (int i = 0; i < 50; i++)
            sim_step(net);
    }
}

/* Once more, when everybody has only the first node to talk to: it passes on what is written, and
 * the receipts back. */
static void write_through_one(sim_net *net, const toc_circle_id *circle, acknowledged *known)
{
    sim_star(net);
    for (int i = 0; i < 2 * net->node_count; i++) {
        submit_somewhere(net, circle, known);
        sim_step(net);
    }
    await_receipts(net);
}

/* ---- one world ---- */

static int remove_path(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void choose_faults(sim_net *net)
{
    bool calm = sim_below(net, 10) == 0;
    net->faults = calm ? (sim_faults){.delay_ms_max = 30}
                       : (sim_faults){.lose = sim_below(net, 200),
                                      .twice = sim_below(net, 200),
                                      .reorder = sim_below(net, 500),
                                      .break_link = sim_below(net, 500),
                                      .crash = sim_below(net, 300),
                                      .crash_before_commit = sim_below(net, 8),
                                      .reboot = 2000,
                                      .partition = sim_below(net, 1000),
                                      .delay_ms_max = 5 + sim_below(net, 100)};
}

/* Any keys of anybody, in the middle of the traffic; as often as peers follow on one day. */
static void rotate_somewhere(sim_net *net, unsigned rotated[SIM_NODES_MAX])
{
    unsigned index = sim_below(net, (unsigned)net->node_count), which = sim_below(net, 16);
    bool root = sim_below(net, 3) == 0, compromised = sim_below(net, 4) == 0;
    if (net->nodes[index].engine == NULL || rotated[index] == TOC_KEY_CHANGES_A_DAY ||
        (which == 0 && !root))
        return;
    rotated[index] += sim_rotate(net, &net->nodes[index], which, root, compromised) ? 1 : 0;
}

static void live(sim_net *net, setup *what, acknowledged *known)
{
    int admitted = 1;
    unsigned rotated[SIM_NODES_MAX] = {0};
    while (net->now_ms < SIM_FAULTY_MS) {
        sim_step(net);
        if (admitted < net->node_count && sim_chance(net, 300)) {
            what->org = net->nodes[admitted].org;
            insist(net, &net->nodes[0], admit, what);
            admitted++;
        }
        if (sim_chance(net, 1500))
            submit_somewhere(net, &what->circle, known);
        if (sim_chance(net, 60))
            sim_erase(net, &what->circle, known->ids, &known->count);
        if (net->hostile != 0 && sim_chance(net, 500))
            sim_lie(net, &what->circle);
        if (sim_chance(net, 20))
            rotate_somewhere(net, rotated);
    }
    for (; admitted < net->node_count; admitted++) {
        what->org = net->nodes[admitted].org;
        insist(net, &net->nodes[0], admit, what);
    }
}

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

/* What a seed that failed looks like: what every node holds, waits for and refused. */
static void explain(sim_net *net, uint64_t records)
{
    fprintf(stderr, "%llu records were acknowledged\n", (unsigned long long)records);
    for (int i = 0; i < net->node_count; i++) {
        sim_node *node = &net->nodes[i];
        node_view view;
        toc_err err;
        toc_log_txn *txn = NULL;
        view_of(net, node, &view);
        fprintf(stderr, "  node %d org %02x%02x: %llu opened\n", i, node->org.bytes[0],
                node->org.bytes[1], (unsigned long long)view.entries);
        if (toc_log_read(node->log, &txn, &err) != TOC_OK ||
            toc_log_feeds(txn, NULL, print_feed, NULL, &err) != TOC_OK)
            sim_die(net, "explain", &err);
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

/* After the faults: until everything is everywhere, and then past the last record that waits, on
 * one common minute. */
static void settle(sim_net *net, uint64_t records)
{
    uint64_t deadline = net->now_ms + SIM_QUIET_MS;
    while (net->now_ms < deadline) {
        sim_step(net);
        if (net->now_ms % 2000 == 0 && converged(net, records))
            break;
    }
    if (!converged(net, records)) {
        explain(net, records);
        sim_die(net, "the nodes have not converged after healing", NULL);
    }
    net->hostile = 0; /* for clocks are measured once more, and every receipt has to come */
    uint64_t last = SIM_FAULTY_MS + 700000;
    net->now_ms = (last / 60000 + 1) * 60000; /* nobody has anything left to say: time may jump */
    for (int i = 0; i < 400; i++)
        sim_step(net);
}

typedef struct parting {
    toc_circle_id circle;
    toc_org_id org;
} parting;

static toc_code part_with(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const parting *what = context;
    return toc_leaver_remove(engine, txn, &what->circle, &what->org, now, err);
}

/* The last node is removed from the circle: what is written then comes to all the others. */
static void remove_last(sim_net *net, const toc_circle_id *circle, acknowledged *known)
{
    node_view before, after;
    sim_node *leaver = &net->nodes[net->node_count - 1];
    parting what = {.circle = *circle, .org = leaver->org};
    uint64_t deadline = net->now_ms + SIM_QUIET_MS;
    if (!sim_do(net, &net->nodes[0], part_with, &what))
        sim_die(net, "the charter without one member", NULL);
    view_of(net, leaver, &before);
    for (int i = 0; i < 10; i++) {
        submit_at(net, &net->nodes[0], circle, known);
        sim_step(net);
    }
    while (!opened_by(net, net->node_count - 1, known->count)) {
        if (net->now_ms >= deadline)
            sim_die(net, "those who stayed have not converged", NULL);
        for (int i = 0; i < 50; i++)
            sim_step(net);
    }
    view_of(net, leaver, &after);
    if (after.entries != before.entries)
        sim_die(net, "who was removed goes on reading", NULL);
}

/* Where the worlds go, and what the views say of them, line by line. */
typedef struct world_files {
    FILE *in, *out;
} world_files;

static void export_world(sim_node *node, const world_files *files)
{
    toc_viewbook book = {.log = node->log, .views = node->views};
    toc_buf line = {0};
    toc_world_write(&book, &line);
    fprintf(files->in, "%s", toc_buf_text(&line));
    toc_buf_clear(&line);
    toc_world_views(&book, &line);
    fprintf(files->out, "%s", toc_buf_text(&line));
    toc_buf_wipe(&line);
}

static void run_world(uint64_t seed, world_files worlds)
{
    char directory[] = "/dev/shm/tocsin-sim-XXXXXX";
    if (mkdtemp(directory) == NULL) {
        perror("mkdtemp");
        exit(1);
    }
    static sim_net net;
    uint64_t dice = (seed * 0x9E3779B97F4A7C15ull) >> 32;
    int node_count = dice % 20 == 0 ? 12 + (int)(dice / 20 % 9) : 3 + (int)(dice / 20 % 4);
    sim_start(&net, seed, node_count, directory);
    net.watch = watch_cosignatures;
    setup what = {.net = &net};
    acknowledged known = {.ids = calloc(SIM_RECORDS_MAX, sizeof *known.ids)};
    exchange_cards(&net, &what);
    insist(&net, &net.nodes[0], create_circle, &what);
    for (int i = 1; i < node_count; i++)
        insist(&net, &net.nodes[i], join, &what);
    choose_faults(&net);
    unsigned character = (unsigned)(dice / 1000 % 5);
    bool crowd = node_count >= 12; /* takes long enough */
    int hostile = character == 0 && !crowd ? node_count - 1 : 0;
    net.hostile = hostile;
    live(&net, &what, &known);
    sim_heal(&net);
    settle(&net, known.count);
    await_receipts(&net);
    if (seed % 4 == 0)
        write_through_one(&net, &what.circle, &known);
    node_view first, view;
    view_of(&net, &net.nodes[0], &first);
    for (int i = 0; i < node_count; i++) {
        whole_view_of(&net, &net.nodes[i], &view);
        if (!toc_hash_equal(&view.opened, &first.opened) ||
            view.horizon.unix_ms != first.horizon.unix_ms)
            sim_die(&net, "two nodes opened different records or stand at different horizons",
                    NULL);
        if (!toc_hash_equal(&view.digest, &first.digest))
            sim_die(&net, "equal opened sets and horizons, different digests", NULL);
        check_acknowledged(&net, &net.nodes[i], &known);
    }
    check_nothing_refused(&net, hostile);
    sim_check_bodies(&net);
    check_cards(&net);
    sim_node *chosen = &net.nodes[sim_below(&net, (unsigned)node_count)];
    check_rebuild(&net, chosen, &first);
    if (worlds.in != NULL)
        export_world(chosen, &worlds);
    if (character == 1)
        remove_last(&net, &what.circle, &known);
    printf(
        "seed %llu: %d nodes%s, %llu records, %llu messages (%llu lost, %llu doubled), %llu links "
        "broken, %llu crashes "
        "(%llu before a commit, %llu reboots), %llu partitions, %llu rounds, %llu "
        "verifications, %llu "
        "changes of keys, %llu tampered with, %llu lies, %llu erased\n",
        (unsigned long long)seed, node_count, net.star ? " in a star" : "",
        (unsigned long long)net.counts.records, (unsigned long long)net.counts.sent,
        (unsigned long long)net.counts.lost, (unsigned long long)net.counts.doubled,
        (unsigned long long)net.counts.broken, (unsigned long long)net.counts.crashes,
        (unsigned long long)net.counts.crashes_before_commit,
        (unsigned long long)net.counts.reboots, (unsigned long long)net.counts.partitions,
        (unsigned long long)net.counts.rounds, (unsigned long long)net.counts.jobs,
        (unsigned long long)net.counts.rotations, (unsigned long long)net.counts.tampered,
        (unsigned long long)net.counts.lies, (unsigned long long)net.counts.erasures);
    sim_stop(&net);
    forget_said();
    free(known.ids);
    nftw(directory, remove_path, 16, FTW_DEPTH | FTW_PHYS);
}

static FILE *open_file(const char *path, const char *ending)
{
    char name[4096];
    snprintf(name, sizeof name, "%s.%s", path, ending);
    FILE *file = fopen(name, "w");
    if (file == NULL) {
        perror(name);
        exit(1);
    }
    return file;
}

int main(int argc, char **argv)
{
    uint64_t from = 0, until = 0;
    world_files worlds = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
            from = until = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--seeds") == 0 && i + 2 < argc) {
            from = strtoull(argv[++i], NULL, 10);
            until = strtoull(argv[++i], NULL, 10);
        } else if (strcmp(argv[i], "--worlds") == 0 && i + 1 < argc) {
            i++;
            worlds = (world_files){.in = open_file(argv[i], "worlds"),
                                   .out = open_file(argv[i], "views")};
        } else {
            from = until = 0;
            break;
        }
    }
    if (from == 0) {
        fprintf(stderr, "usage: sim --seed N | --seeds FROM UNTIL  [--worlds PATH]\n");
        return 2;
    }
    toc_err err;
    if (toc_crypto_start(&err) != TOC_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (uint64_t seed = from; seed <= until; seed++)
        run_world(seed, worlds);
    bool written = (worlds.in == NULL || fclose(worlds.in) == 0);
    written = (worlds.out == NULL || fclose(worlds.out) == 0) && written;
    uint64_t worlds_run = until - from + 1;
    printf("%llu worlds, no invariant broken\n", (unsigned long long)worlds_run);
    return written ? 0 : 1;
}
