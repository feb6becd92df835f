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
 * four also through one node that passes them on.
 *
 * Nodes come back from an old copy, or with their keys alone, and get their words back. Of five
 * worlds, in one a member is hostile: it changes and withholds what it sends and tells lies;
 * nothing of that is believed, nobody else is blamed, and all the others come together. In one a
 * member is removed in the end: it gets nothing more. In one all that is said in the end goes
 * through a relay, which opens nothing. In one who is admitted later reads nothing from before. In
 * one somebody's feed forks, by a thief of its sign key or by a copied machine: no view takes
 * either history from there on, and a new key ends it. What of this did not happen once in fifty
 * worlds or more is a failure too. */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/sim/checks.h"
#include "tests/sim/erase.h"
#include "tests/sim/forked.h"
#include "tests/sim/hostile.h"
#include "tests/sim/operators.h"
#include "tests/support/sim_loss.h"
#include "tests/support/world.h"

enum { SIM_FAULTY_MS = 30000, SIM_QUIET_MS = 400000, SIM_WORLDS_MIN = 50 };

typedef enum character { HOSTILE = 0, LEAVER = 1, RELAY = 2, NO_HISTORY = 3, PLAIN = 4 } character;

typedef struct world {
    sim_net *net;
    character character;
    toc_circle_id circle;
    sim_known known;
    int forked;                       /* whose feed has forked; 0: nobody's */
    size_t known_when[SIM_NODES_MAX]; /* so much was acknowledged when each was admitted */
} world;

/* ---- the faults ---- */

/* Disks are lost where keys stay: what was signed by a key that a card has retired is taken from
 * nobody (decision 0021), so it could not come back. */
static void choose_faults(sim_net *net)
{
    bool calm = sim_below(net, 10) == 0, keys_change = sim_below(net, 2) == 0;
    net->faults = calm ? (sim_faults){.delay_ms_max = 30}
                       : (sim_faults){.lose = sim_below(net, 200),
                                      .twice = sim_below(net, 200),
                                      .reorder = sim_below(net, 500),
                                      .break_link = sim_below(net, 500),
                                      .crash = sim_below(net, 300),
                                      .crash_before_commit = sim_below(net, 8),
                                      .reboot = 2000,
                                      .partition = sim_below(net, 1000),
                                      .copy = keys_change ? 0 : sim_below(net, 2000),
                                      .restore = keys_change ? 0 : sim_below(net, 700),
                                      .lose_disk = keys_change ? 0 : sim_below(net, 300),
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

/* What befalls disks, once a second; and operators who put a node right that lost everything. */
static void lose_somewhere(world *w)
{
    sim_net *net = w->net;
    for (int i = 0; i < net->node_count; i++) {
        sim_node *node = &net->nodes[i];
        if (sim_chance(net, net->faults.copy))
            sim_copy(net, node);
        if (sim_chance(net, net->faults.restore))
            (void)sim_restore(net, node);
        else if (sim_chance(net, net->faults.lose_disk))
            (void)sim_lose_disk(net, node);
        sim_introduce(net, &w->circle, node);
    }
}

static void admit_next(world *w, int *admitted)
{
    w->known_when[*admitted] = w->known.count;
    w->net->counts.late_joiners += w->known.count > 0 ? 1 : 0;
    sim_admit(w->net, &w->circle, &w->net->nodes[(*admitted)++]);
}

static void live(world *w)
{
    sim_net *net = w->net;
    int admitted = 1;
    unsigned rotated[SIM_NODES_MAX] = {0};
    while (net->now_ms < SIM_FAULTY_MS) {
        sim_step(net);
        if (admitted < net->node_count && sim_chance(net, 300))
            admit_next(w, &admitted);
        if (sim_chance(net, 1500))
            sim_submit(net, &w->circle, &w->known);
        if (w->character != NO_HISTORY && sim_chance(net, 60)) /* there order matters */
            sim_erase(net, &w->circle, w->known.ids, &w->known.count);
        if (net->hostile != 0 && sim_chance(net, 500))
            sim_lie(net, &w->circle);
        if (net->faults.restore == 0 && sim_chance(net, 20))
            rotate_somewhere(net, rotated);
        if (net->now_ms % 1000 == 0 && net->hostile == 0) /* who takes bodies away from others */
            lose_somewhere(w);
    }
    while (admitted < net->node_count)
        admit_next(w, &admitted);
}

/* No more faults; who lost everything is put right. */
static void heal(world *w)
{
    sim_net *net = w->net;
    bool left = true;
    sim_heal(net);
    while (left) {
        left = false;
        for (int i = 0; i < net->node_count; i++) {
            sim_introduce(net, &w->circle, &net->nodes[i]);
            left = left || net->nodes[i].empty;
        }
        sim_step(net);
    }
}

/* ---- the end ---- */

/* Has everything come to everybody? Where joiners get no history, as far as it is theirs. */
static bool together(const world *w)
{
    return w->character == NO_HISTORY ? sim_all_stored(w->net)
                                      : sim_opened_by(w->net, w->net->node_count, w->known.count);
}

/* After the faults: until everything is everywhere, and then past the last record that waits, on
 * one common minute. */
static void settle(const world *w)
{
    sim_net *net = w->net;
    uint64_t deadline = net->now_ms + SIM_QUIET_MS;
    while (net->now_ms < deadline) {
        sim_step(net);
        if (net->now_ms % 2000 == 0 && together(w))
            break;
        if (net->now_ms + SIM_QUIET_MS / 2 >= deadline)
            net->hostile = 0; /* of its own words it could keep the bodies back for ever */
    }
    if (!together(w)) {
        sim_explain(net, w->known.count);
        sim_die(net, "the nodes have not converged after healing", NULL);
    }
    net->hostile = 0; /* for clocks are measured once more, and every receipt has to come */
    uint64_t last = (net->now_ms < SIM_FAULTY_MS + 700000 ? SIM_FAULTY_MS : net->now_ms) + 700000;
    net->now_ms = (last / 60000 + 1) * 60000; /* nobody has anything left to say: time may jump */
    for (int i = 0; i < 400; i++)
        sim_step(net);
}

/* Once more, when everybody has only one node to talk to: it passes on what is written, and the
 * receipts back. */
static void write_through(world *w, int hub)
{
    sim_star(w->net, hub);
    for (int i = 0; i < 2 * w->net->node_count; i++) {
        sim_submit(w->net, &w->circle, &w->known);
        sim_step(w->net);
    }
    sim_await_receipts(w->net);
}

/* The last node is removed from the circle: what is written then comes to all the others. */
static void part_with_last(world *w)
{
    sim_net *net = w->net;
    sim_view before, after;
    sim_node *leaver = &net->nodes[net->node_count - 1];
    uint64_t deadline = net->now_ms + SIM_QUIET_MS;
    sim_remove_last(net, &w->circle);
    sim_view_of(net, leaver, &before);
    for (int i = 0; i < 10; i++) {
        sim_submit_at(net, &net->nodes[0], &w->circle, &w->known);
        sim_step(net);
    }
    while (!sim_opened_by(net, net->node_count - 1, w->known.count)) {
        if (net->now_ms >= deadline)
            sim_die(net, "those who stayed have not converged", NULL);
        for (int i = 0; i < 50; i++)
            sim_step(net);
    }
    sim_view_of(net, leaver, &after);
    if (after.entries != before.entries)
        sim_die(net, "who was removed goes on reading", NULL);
    net->counts.leavers++;
}

/* A feed forks, and all come together again. */
static void fork_somewhere(world *w, bool twin)
{
    w->forked = sim_fork(w->net, &w->circle, twin, &w->known);
    settle(w);
    sim_await_receipts(w->net);
}

/* Equal opened sets, horizons and charters, and the same history where there are two: equal
 * digests. */
static void compare_views(world *w, const sim_view *first)
{
    sim_net *net = w->net;
    for (int i = 0; i < net->node_count; i++) {
        sim_view view;
        sim_node *node = &net->nodes[i];
        sim_whole_view_of(net, node, &view);
        bool all = w->character != NO_HISTORY && !node->relay;
        bool same = toc_hash_equal(&view.opened, &first->opened);
        if (view.horizon.unix_ms != first->horizon.unix_ms || (all && !same))
            sim_die(net, "two nodes opened different records or stand at different horizons", NULL);
        if (same && sim_same_histories(net, &net->nodes[0], node) &&
            !toc_hash_equal(&view.digest, &first->digest))
            sim_die(net, "equal opened sets and horizons, different digests", NULL);
        if (all)
            sim_check_acknowledged(net, node, &w->known, 0, w->known.count, true);
    }
}

/* Who was admitted when something had been said has none of that, and all that is said now. */
static void check_no_history(world *w)
{
    size_t before = w->known.count;
    write_through(w, 0);
    for (int step = 0; step < 500; step++)
        sim_step(w->net);
    for (int i = 0; i < w->net->node_count; i++) {
        sim_view view;
        sim_node *node = &w->net->nodes[i];
        sim_view_of(w->net, node, &view);
        sim_check_acknowledged(w->net, node, &w->known, 0, w->known_when[i], false);
        sim_check_acknowledged(w->net, node, &w->known, before, w->known.count, true);
        w->net->counts.unread_history += w->known_when[i];
    }
    sim_check_acknowledged(w->net, &w->net->nodes[0], &w->known, 0, w->known.count, true);
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

/* ---- what happened ---- */

typedef struct tally {
    const char *what;
    uint64_t count;
    bool needed; /* in fifty worlds and more */
} tally;

enum { TALLIES = 24 };

static void count_up(const sim_net *net, tally out[TALLIES])
{
    const tally rows[TALLIES] = {
        {"records", net->counts.records, true},
        {"messages", net->counts.sent, true},
        {"lost", net->counts.lost, true},
        {"doubled", net->counts.doubled, true},
        {"links broken", net->counts.broken, true},
        {"crashes", net->counts.crashes, true},
        {"crashes before a commit", net->counts.crashes_before_commit, true},
        {"reboots", net->counts.reboots, true},
        {"restores from an old copy", net->counts.restores, true},
        {"disks lost", net->counts.lost_disks, true},
        {"partitions", net->counts.partitions, true},
        {"rounds", net->counts.rounds, true},
        {"verifications", net->counts.jobs, true},
        {"changes of keys", net->counts.rotations, true},
        {"tampered with", net->counts.tampered, true},
        {"lies", net->counts.lies, true},
        {"erased", net->counts.erasures, true},
        {"relays", net->counts.relays, true},
        {"late joiners", net->counts.late_joiners, true},
        {"leavers", net->counts.leavers, true},
        {"feeds forked by a thief", net->counts.thefts, true},
        {"feeds forked by a copied machine", net->counts.twins, true},
        {"records of before that joiners have not", net->counts.unread_history, true},
        {"receipts taken back by who was set back", net->counts.taken_back, false}};
    for (size_t i = 0; i < TALLIES; i++)
        out[i] = (tally){rows[i].what, out[i].count + rows[i].count, rows[i].needed};
}

static void print_tallies(const char *who, const tally rows[TALLIES])
{
    printf("%s", who);
    for (size_t i = 0; i < TALLIES; i++) {
        if (rows[i].count > 0)
            printf("%s %llu %s", i == 0 ? "" : ",", (unsigned long long)rows[i].count,
                   rows[i].what);
    }
    printf("\n");
}

/* ---- one world ---- */

static int remove_path(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static int nodes_of(uint64_t dice)
{
    return dice % 20 == 0 ? 12 + (int)(dice / 20 % 9) : 3 + (int)(dice / 20 % 4);
}

static void check_world(world *w, uint64_t seed, const world_files *files)
{
    sim_net *net = w->net;
    sim_view first;
    if (w->character == RELAY) {
        write_through(w, 1);
        net->counts.relays++;
    } else if (seed % 4 == 0) {
        write_through(w, 0);
    }
    sim_view_of(net, &net->nodes[0], &first);
    compare_views(w, &first);
    sim_check_nothing_refused(net, w->character == HOSTILE ? net->node_count - 1 : w->forked);
    sim_check_bodies(net);
    sim_check_cards(net);
    sim_node *chosen = &net->nodes[sim_below(net, (unsigned)net->node_count)];
    if (chosen->relay)
        chosen = &net->nodes[0];
    sim_view_of(net, chosen, &first);
    sim_check_rebuild(net, chosen, &first);
    if (files->in != NULL)
        export_world(chosen, files);
    if (w->character == NO_HISTORY)
        check_no_history(w);
    if (w->character == LEAVER)
        part_with_last(w);
}

static void run_world(uint64_t seed, const world_files *files, tally totals[TALLIES])
{
    char directory[] = "/dev/shm/tocsin-sim-XXXXXX", who[80];
    if (mkdtemp(directory) == NULL) {
        perror("mkdtemp");
        exit(1);
    }
    static sim_net net;
    uint64_t dice = (seed * 0x9E3779B97F4A7C15ull) >> 32;
    int node_count = nodes_of(dice);
    bool crowd = node_count >= 12; /* takes long enough */
    world w = {.net = &net,
               .character = crowd ? PLAIN : (character)(dice / 1000 % 5),
               .known.ids = calloc(SIM_RECORDS_MAX, sizeof *w.known.ids)};
    sim_start(&net, seed, node_count, directory);
    net.watch = sim_watch_cosignatures;
    net.nodes[1].relay = w.character == RELAY;
    sim_exchange_cards(&net);
    sim_make_circle(&net, w.character != NO_HISTORY, &w.circle);
    choose_faults(&net);
    net.hostile = w.character == HOSTILE ? node_count - 1 : 0;
    live(&w);
    heal(&w);
    settle(&w);
    sim_await_receipts(&net);
    if (w.character == PLAIN && !crowd)
        fork_somewhere(&w, dice / 5000 % 2 == 0);
    check_world(&w, seed, files);
    tally rows[TALLIES] = {0};
    snprintf(who, sizeof who, "seed %llu: %d nodes%s,", (unsigned long long)seed, node_count,
             net.star ? " in a star" : "");
    count_up(&net, rows);
    count_up(&net, totals);
    print_tallies(who, rows);
    sim_stop(&net);
    sim_forget_said();
    free(w.known.ids);
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
    tally totals[TALLIES] = {0};
    if (toc_crypto_start(&err) != TOC_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    for (uint64_t seed = from; seed <= until; seed++)
        run_world(seed, &worlds, totals);
    bool written = (worlds.in == NULL || fclose(worlds.in) == 0);
    written = (worlds.out == NULL || fclose(worlds.out) == 0) && written;
    uint64_t worlds_run = until - from + 1;
    print_tallies("all:", totals);
    for (size_t i = 0; worlds_run >= SIM_WORLDS_MIN && i < TALLIES; i++) {
        if (totals[i].needed && totals[i].count == 0) {
            fprintf(stderr, "%llu worlds, and in none of them: %s\n",
                    (unsigned long long)worlds_run, totals[i].what);
            return 1;
        }
    }
    printf("%llu worlds, no invariant broken\n", (unsigned long long)worlds_run);
    return written ? 0 : 1;
}
