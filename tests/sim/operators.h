/* tests/sim/operators.h: what people do at the nodes of a simulated world. Each is typed again
 * until it has happened: a crash may come between.
 * Owns: nothing. Threads: the simulator's. Errors: the world dies. */
#ifndef TOC_TESTS_SIM_OPERATORS_H
#define TOC_TESTS_SIM_OPERATORS_H

#include "tests/support/sim_net.h"

void sim_exchange_cards(sim_net *net);
/* The first node makes a circle, whose joiners get its history or not; the others join it, before
 * they are in it. */
void sim_make_circle(sim_net *net, bool history, toc_circle_id *out);
/* With a role: relay where the node is one, else observer or member. */
void sim_admit(sim_net *net, const toc_circle_id *circle, sim_node *node);
/* The last node is out of the circle. */
void sim_remove_last(sim_net *net, const toc_circle_id *circle);
/* A node that lost its disk: the peers and the circle again, if it is up and has none. */
void sim_introduce(sim_net *net, const toc_circle_id *circle, sim_node *node);

#endif
