/* tests/sim/checks.h: what must hold in every simulated world.
 * Owns: what nodes said of feeds so far, until sim_forget_said.
 * Threads: the simulator's.
 * Errors: the world dies, and says what is broken. */
#ifndef TOC_TESTS_SIM_CHECKS_H
#define TOC_TESTS_SIM_CHECKS_H

#include "tests/sim/say.h"

typedef struct sim_view {
    toc_hash digest, opened;
    uint64_t entries;
    toc_time horizon;
} sim_view;

/* Folds to the end and takes the digest that the fold keeps. */
void sim_view_of(sim_net *net, sim_node *node, sim_view *out);
/* The same, and is that digest the one of every row? */
void sim_whole_view_of(sim_net *net, sim_node *node, sim_view *out);
/* Have all that read, of the first `count` nodes, opened so many? */
bool sim_opened_by(sim_net *net, int count, uint64_t records);
/* Does every node hold every feed that any holds, as far? */
bool sim_all_stored(sim_net *net);
/* Is each of the acknowledged records from `from` to `until` in the views? `there` false: is none
 * of them? */
void sim_check_acknowledged(sim_net *net, sim_node *node, const sim_known *known, size_t from,
                            size_t until, bool there);
/* A rebuild in another order changes nothing. */
void sim_check_rebuild(sim_net *net, sim_node *node, const sim_view *before);
/* Whatever keys changed: everybody knows everybody by the same card. */
void sim_check_cards(sim_net *net);
/* `but`: a hostile node, or 0. What it did is refused; what it says of others counts for nothing.
 */
void sim_check_nothing_refused(sim_net *net, int but);
/* What a node says for itself must be durable by now: its committed store is asked. A sim_watch. */
void sim_watch_cosignatures(sim_net *net, sim_node *from, toc_span bytes);
void sim_forget_said(void);
/* Until everybody has everybody's receipt for everything, within the minute in which the nodes came
 * together, so that horizons stay equal. */
void sim_await_receipts(sim_net *net);
/* What a seed that failed looks like: what every node holds, waits for and refused. */
void sim_explain(sim_net *net, uint64_t records);

#endif
