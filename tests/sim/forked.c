#include "tests/sim/forked.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/roll/change.h"
#include "tests/support/forger.h"

enum {
    FORKED_APART_STEPS = 150,
    FORKED_KNOWN_MS = 120000, /* to all, faults and all */
    FORKED_WRITES_MS = 60000, /* after the new key */
    FORKED_SAID = 3           /* records a history, at least */
};

typedef struct forking {
    sim_net *net;
    toc_circle_id circle;
    int victim, other; /* the other is the thief, or the twin */
    toc_log_feed feed; /* as it was before they parted */
    uint64_t place;    /* where they did, as everybody says */
} forking;

static void steps(sim_net *net, int count)
{
    for (int i = 0; i < count; i++)
        sim_step(net);
}

static toc_log_txn *reading(sim_net *net, const sim_node *node)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    if (toc_log_read(node->log, &txn, &err) != TOC_OK)
        sim_die(net, "read", &err);
    return txn;
}

/* ---- whose ---- */

/* Peers follow so many changes of keys a day, and a new key is what ends it. */
static bool may_turn(forking *it, int index)
{
    toc_err err;
    toc_card card;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = reading(it->net, &it->net->nodes[index]);
    if (toc_arena_new(1 << 20, &arena, &err) != TOC_OK ||
        toc_log_card_of(txn, &it->net->nodes[index].org, arena, &card, &err) != TOC_OK)
        sim_die(it->net, "a card", &err);
    return card.serial <= TOC_KEY_CHANGES_A_DAY;
}

/* The bulk feed that it writes to; false: it has none, as who only reads. */
static bool feed_of(forking *it, int index, toc_log_feed *out)
{
    toc_err err;
    toc_feed_id id;
    toc_log_circle circle;
    toc_feed_name name = {
        .circle = it->circle, .org = it->net->nodes[index].org, .lane = TOC_LANE_BULK};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = reading(it->net, &it->net->nodes[index]);
    if (toc_log_circle_get(txn, &it->circle, &circle, &err) != TOC_OK)
        sim_die(it->net, "a circle", &err);
    name.generation = circle.generation;
    toc_feed_id_of(&name, &id);
    return toc_log_feed_find(txn, &id, out, NULL) == TOC_OK;
}

/* Anybody who writes but the first, who changes the charter. */
static bool choose(forking *it)
{
    unsigned others = (unsigned)it->net->node_count - 1, first = sim_below(it->net, others);
    for (unsigned i = 0; i < others; i++) {
        it->victim = 1 + (int)((first + i) % others);
        if (may_turn(it, it->victim) && feed_of(it, it->victim, &it->feed))
            return true;
    }
    return false;
}

/* ---- two histories ---- */

/* Records of the victim's until its bulk feed has grown, into a list of nobody's. */
static void write_as(forking *it, int index, sim_known *known)
{
    sim_node *node = &it->net->nodes[index];
    toc_log_feed now = it->feed;
    for (int tries = 0; tries < 500 && now.frontier.size < it->feed.frontier.size + FORKED_SAID;
         tries++) {
        sim_submit_at(it->net, node, &it->circle, known);
        sim_step(it->net);
        if (node->engine != NULL && !feed_of(it, index, &now))
            sim_die(it->net, "a feed is gone", NULL);
    }
    if (now.frontier.size < it->feed.frontier.size + FORKED_SAID ||
        !toc_feed_id_equal(&now.id, &it->feed.id))
        sim_die(it->net, "who was to fork a feed did not write there", NULL);
}

static const char stolen_wallet[] = "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2";

/* The thief says what the author might. */
static void write_as_thief(forking *it)
{
    toc_err err;
    toc_span records[FORKED_SAID];
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_secret *sign = NULL;
    toc_log_txn *txn = reading(it->net, &it->net->nodes[it->victim]);
    if (toc_log_own_key(txn, TOC_OWN_SIGN, &sign, &err) != TOC_OK)
        sim_die(it->net, "a sign key", &err);
    toc_log_abort(txn);
    if (toc_forge_record(&it->circle, &it->net->nodes[it->victim].org, stolen_wallet,
                         sim_now(it->net, &it->net->nodes[it->other]).wall, &record,
                         &err) != TOC_OK)
        sim_die(it->net, "a record", &err);
    for (size_t i = 0; i < FORKED_SAID; i++)
        records[i] = toc_buf_view(&record);
    toc_forgery what = {
        .feed = it->feed.id, .sign = sign, .count = FORKED_SAID, .records = records};
    if (!sim_do(it->net, &it->net->nodes[it->other], toc_forge, &what))
        sim_die(it->net, "the thief could not write", NULL);
    toc_secret_free(sign);
}

/* The machine is copied while it is off, and both are started as if nothing was. */
static void make_twin(forking *it)
{
    toc_err err;
    char command[400], path[128];
    sim_net *net = it->net;
    sim_node *author = &net->nodes[it->victim], *twin = &net->nodes[net->node_count];
    it->other = net->node_count;
    sim_off(net, author);
    *twin = (sim_node){.index = it->other,
                       .org = author->org,
                       .clock_skew_ms = author->clock_skew_ms,
                       .revision = author->revision + 1000};
    snprintf(path, sizeof path, "%.100s.twin", author->directory);
    memcpy(twin->directory, path, sizeof twin->directory);
    snprintf(command, sizeof command, "cp -r --sparse=always '%.127s' '%s'", author->directory,
             path);
    if (system(command) != 0) /* NOLINT(cert-env33-c): paths of our own making */
        sim_die(net, "cannot copy a node", NULL);
    if (toc_secret_from(toc_span_of(toc_secret_view(author->store_key), TOC_SECRET_BYTES),
                        &twin->store_key, &err) != TOC_OK)
        sim_die(net, "a store key", &err);
    net->node_count++;
    sim_on(net, author, true);
    sim_on(net, twin, true);
}

/* Two halves; each history has hearers. */
static void cut(forking *it)
{
    bool away[SIM_NODES_MAX] = {false};
    for (int i = 0; i < it->net->node_count; i++)
        away[i] = i == it->other || (i != it->victim && sim_below(it->net, 2) == 0);
    sim_cut(it->net, away);
}

static void part(forking *it, bool twin, sim_known *known)
{
    sim_known nobodys = {.ids = calloc(SIM_RECORDS_MAX, sizeof *nobodys.ids)};
    if (nobodys.ids == NULL)
        abort();
    cut(it);
    steps(it->net, FORKED_APART_STEPS); /* what was on the way has come */
    if (!feed_of(it, it->victim, &it->feed))
        sim_die(it->net, "a feed is gone", NULL);
    if (twin)
        write_as(it, it->other, &nobodys);
    else
        write_as_thief(it);
    write_as(it, it->victim, known);
    it->net->counts.records -= nobodys.count;
    free(nobodys.ids);
    unsigned speakers = (unsigned)it->net->node_count - (twin ? 1 : 0);
    for (int i = 0; i < FORKED_APART_STEPS; i++) {
        sim_submit_at(it->net, &it->net->nodes[sim_below(it->net, speakers)], &it->circle, known);
        sim_step(it->net);
    }
}

/* ---- what becomes of it ---- */

static bool known_to_all(forking *it)
{
    uint64_t place = UINT64_MAX;
    for (int i = 0; i < it->net->node_count; i++) {
        const sim_node *node = &it->net->nodes[i];
        uint64_t here;
        if (node->log == NULL)
            return false;
        TOC_AUTO(toc_log_abort) toc_log_txn *txn = reading(it->net, node);
        if (toc_log_forked(txn, &it->feed.name, &here, NULL) != TOC_OK || here == UINT64_MAX)
            return false;
        if (i > 0 && here != place)
            return false; /* an earlier place is on its way */
        place = here;
    }
    it->place = place;
    return true;
}

static void await_proof(forking *it)
{
    uint64_t deadline = it->net->now_ms + FORKED_KNOWN_MS;
    while (!known_to_all(it)) {
        if (it->net->now_ms >= deadline)
            sim_die(it->net, "a fork has not been proven to everybody", NULL);
        steps(it->net, 10);
    }
    if (it->place != it->feed.frontier.size)
        sim_die(it->net, "two histories part, and the proof names another place", NULL);
}

static toc_code ask_to_write(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    forking *it = context;
    toc_err why;
    uint64_t generation;
    (void)err;
    it->feed.number =
        toc_engine_writable(engine, txn, &it->circle, now, &generation, &why) == TOC_OK ? 1 : 0;
    return TOC_OK;
}

static bool may_write(forking *it, int index)
{
    return sim_do(it->net, &it->net->nodes[index], ask_to_write, it) && it->feed.number != 0;
}

static void end(forking *it, bool twin, sim_known *known)
{
    sim_net *net = it->net;
    uint64_t deadline = net->now_ms + FORKED_WRITES_MS;
    if (may_write(it, it->victim) || (twin && may_write(it, it->other)))
        sim_die(net, "who knows that its feed has forked goes on with the key", NULL);
    if (twin) {
        sim_node *gone = &net->nodes[it->other];
        sim_off(net, gone);
        toc_secret_free(gone->store_key);
        net->node_count--;
    }
    if (!sim_rotate(net, &net->nodes[it->victim], TOC_CHANGE_SIGN, false, false))
        sim_die(net, "no new key", NULL);
    while (!may_write(it, it->victim)) {
        if (net->now_ms >= deadline)
            sim_die(net, "a new key does not end a fork", NULL);
        sim_step(net);
    }
    for (int i = 0; i < FORKED_SAID; i++)
        sim_submit_at(net, &net->nodes[it->victim], &it->circle, known);
}

/* How many feeds a node knows to have forked, all in all of what entries. */
static toc_code add_fork(void *context, const toc_known_fork *known, toc_err *err)
{
    (void)err;
    uint64_t *sum = context;
    *sum += 1 + known->fork.index * 1000;
    return TOC_OK;
}

/* In the other lanes too. */
static void await_all_proofs(sim_net *net)
{
    uint64_t deadline = net->now_ms + FORKED_KNOWN_MS, first = 0, sum;
    bool same = false;
    while (!same) {
        toc_err err;
        same = true;
        steps(net, FORKED_APART_STEPS * 2);
        for (int i = 0; i < net->node_count; i++) {
            toc_log_txn *txn = reading(net, &net->nodes[i]);
            sum = 0;
            if (toc_log_forks(txn, NULL, add_fork, &sum, &err) != TOC_OK)
                sim_die(net, "forks", &err);
            toc_log_abort(txn);
            first = i == 0 ? sum : first;
            same = same && sum == first;
        }
        if (!same && net->now_ms >= deadline)
            sim_die(net, "not everybody knows of the same forks", NULL);
    }
}

/* What was acknowledged after the place is in dispute, and its author has to say it again. */
static void forget_disputed(forking *it, size_t from, sim_known *known)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = reading(it->net, &it->net->nodes[it->victim]);
    size_t kept = from;
    for (size_t i = from; i < known->count; i++) {
        toc_hash leaf;
        uint32_t number;
        uint64_t index, place;
        toc_log_feed feed = {0};
        memcpy(leaf.bytes, known->ids[i].bytes, sizeof leaf.bytes);
        bool disputed = toc_log_leaf_find(txn, &leaf, &number, &index, NULL) == TOC_OK &&
                        toc_log_feed_at(txn, number, &feed, NULL) == TOC_OK &&
                        toc_log_forked(txn, &feed.name, &place, NULL) == TOC_OK && index >= place;
        if (!disputed)
            known->ids[kept++] = known->ids[i];
    }
    if (kept == known->count)
        sim_die(it->net, "nothing is in dispute", NULL);
    known->count = kept;
}

int sim_fork(sim_net *net, const toc_circle_id *circle, bool twin, sim_known *known)
{
    size_t before = known->count;
    forking it = {.net = net, .circle = *circle};
    if (!choose(&it))
        return 0;
    if (twin)
        make_twin(&it);
    else
        it.other = it.victim == 1 ? 2 : 1;
    steps(net, FORKED_APART_STEPS * 2); /* it is linked, and level */
    net->faults = (sim_faults){
        .lose = 50, .twice = 50, .reorder = 200, .break_link = 200, .delay_ms_max = 60};
    part(&it, twin, known);
    memset(net->cut, 0, sizeof net->cut);
    await_proof(&it);
    sim_heal(net);
    end(&it, twin, known);
    await_all_proofs(net);
    forget_disputed(&it, before, known);
    net->counts.twins += twin ? 1 : 0;
    net->counts.thefts += twin ? 0 : 1;
    return it.victim;
}

/* ---- afterwards ---- */

typedef struct beside {
    toc_log_txn *one, *other;
    bool same;
} beside;

static bool alike(const beside *both, const toc_fork *fork)
{
    toc_feed_id id;
    toc_log_feed here, there;
    toc_hash left, right;
    toc_feed_id_of(&fork->feed, &id);
    return toc_log_feed_find(both->one, &id, &here, NULL) == TOC_OK &&
           toc_log_feed_find(both->other, &id, &there, NULL) == TOC_OK &&
           here.frontier.size == there.frontier.size && here.frontier.size > fork->index &&
           toc_log_leaf(both->one, here.number, fork->index, &left, NULL) == TOC_OK &&
           toc_log_leaf(both->other, there.number, fork->index, &right, NULL) == TOC_OK &&
           toc_hash_equal(&left, &right);
}

static toc_code compare_fork(void *context, const toc_known_fork *known, toc_err *err)
{
    (void)err;
    beside *both = context;
    both->same = both->same && alike(both, &known->fork);
    return TOC_OK;
}

bool sim_same_histories(sim_net *net, const sim_node *one, const sim_node *other)
{
    toc_err err;
    beside both = {.one = reading(net, one), .other = reading(net, other), .same = true};
    if (toc_log_forks(both.one, NULL, compare_fork, &both, &err) != TOC_OK)
        sim_die(net, "forks", &err);
    toc_log_abort(both.one);
    toc_log_abort(both.other);
    return both.same;
}
