/* tests/support/sim_net.h: the simulator's network and nodes: the engine that the daemon runs, over
 * real stores, with a virtual clock and a network that loses, doubles, delays, reorders and cuts.
 * Everything follows from one seed. "Acknowledged means durable" is checked by stopping a node
 * between its engine and its commit: nothing of that round may have left. An in-process crash
 * cannot lose a committed page; that is for tests that kill a real daemon. */
#ifndef TOC_TESTS_SUPPORT_SIM_NET_H
#define TOC_TESTS_SUPPORT_SIM_NET_H

#include "node/engine/engine.h"
#include "store/identity.h"
#include "store/views.h"

enum { SIM_NODES_MAX = 20, SIM_STEP_MS = 20 };
#define SIM_MAP_BYTES (256ull << 20)

typedef struct sim_message {
    struct sim_message *next;
    uint64_t deliver_ms;
    uint64_t link;
    int to; /* node */
    toc_buf bytes;
} sim_message;

typedef struct sim_link {
    bool up;
    uint64_t number;
} sim_link;

typedef struct sim_job {
    struct sim_job *next;
    uint64_t ready_ms, number;
    toc_code verdict;
    toc_err err;
} sim_job;

/* An operator's or a submitter's action, done inside a round. */
typedef toc_code (*sim_action)(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err);

typedef struct sim_node {
    int index;
    char directory[128];
    toc_secret *store_key;
    toc_roots roots; /* elsewhere, as it should be */
    toc_log *log;
    toc_views *views;
    toc_engine *engine; /* NULL while it is down */
    toc_org_id org;
    uint64_t restart_ms, next_tick_ms;
    int64_t clock_skew_ms;
    sim_job *jobs;
    uint64_t revision;
    uint64_t malformed; /* records that its fold could not read */
    bool relay;         /* carries, and opens nothing */
    bool copied;        /* sim_loss.h: since its keys changed last */
    bool new_boot;      /* when it comes up */
    bool empty;         /* it knows no peer and no circle */
    bool set_back;      /* it came from an old copy or lost its disk, last then */
    uint64_t set_back_ms;
} sim_node;

/* Faults by probability per 10,000: per message, or per node and second. */
typedef struct sim_faults {
    unsigned lose, twice, reorder, break_link, crash, crash_before_commit, reboot, partition, copy,
        restore, lose_disk;
    unsigned delay_ms_max;
} sim_faults;

typedef struct sim_net sim_net;

/* Looks at every message that leaves a node, before the network has its way with it. */
typedef void (*sim_watch)(sim_net *net, sim_node *from, toc_span bytes);

struct sim_net {
    uint64_t seed, random;
    uint64_t now_ms; /* since the start; the wall clock adds SIM_EPOCH_MS */
    sim_node nodes[SIM_NODES_MAX];
    int node_count;
    sim_link links[SIM_NODES_MAX][SIM_NODES_MAX]; /* [low][high] */
    uint64_t next_link;
    sim_message *messages;   /* by deliver_ms */
    bool cut[SIM_NODES_MAX]; /* on the other side of the partition */
    uint64_t heal_ms;
    sim_faults faults;
    bool star; /* all links are with `hub`: what others tell one another it passes on */
    int hub;
    sim_watch watch;      /* NULL: nobody looks */
    int hostile;          /* this node changes and withholds what it sends; 0: nobody does */
    unsigned work_ms_max; /* that a worker needs for a part */
    struct {
        uint64_t sent, lost, doubled, delivered, broken, crashes, crashes_before_commit, reboots,
            partitions, rounds, records, jobs, rotations, tampered, lies, erasures, restores,
            lost_disks, relays, late_joiners, unread_history, leavers, taken_back, thefts, twins;
    } counts;
};

uint64_t sim_random(sim_net *net);
unsigned sim_below(sim_net *net, unsigned limit);
bool sim_chance(sim_net *net, unsigned per_10000);

void sim_start(sim_net *net, uint64_t seed, int node_count, const char *directory);
void sim_stop(sim_net *net);
/* One step of virtual time for everybody. */
void sim_step(sim_net *net);
/* Who is away hears only who is away too, until sim_heal. */
void sim_cut(sim_net *net, const bool away[SIM_NODES_MAX]);
void sim_star(sim_net *net, int hub); /* from now on; other links break */
void sim_crash(sim_net *net, sim_node *node);
void sim_heal(sim_net *net); /* no more faults; everybody up and reachable */

/* Runs the action in a round of its own. False: the node crashed before the commit (or is down):
 * the action did not happen. */
bool sim_do(sim_net *net, sim_node *node, sim_action action, void *context);
toc_now sim_now(const sim_net *net, const sim_node *node);
/* A node that is off stays off until it is started; after a new boot, or as if nothing was. */
void sim_off(sim_net *net, sim_node *node);
void sim_on(sim_net *net, sim_node *node, bool same_boot);
/* Gives a node new keys of the kinds in `which` (TOC_CHANGE_…), and with `root` a new root: its
 * next card, put in force in a round of its own. False as sim_do. */
bool sim_rotate(sim_net *net, sim_node *node, unsigned which, bool root, bool compromised);
/* Said by `from` on the link that the two have, if they have one, whatever its engine would say. */
void sim_say(sim_net *net, int from, int to, toc_span bytes);
void sim_fold(sim_node *node); /* to the end */
_Noreturn void sim_die(const sim_net *net, const char *what, const toc_err *err);

#endif
