/* tests/support/sim_loss.h: what befalls a disk: a node comes back from an old copy of its folder,
 * or with its keys alone. Only what somebody else holds may be lost, so both wait for that, and
 * neither befalls a node whose keys changed since the copy.
 * Owns: nothing.
 * Threads: the simulator's.
 * Errors: the world dies. */
#ifndef TOC_TESTS_SUPPORT_SIM_LOSS_H
#define TOC_TESTS_SUPPORT_SIM_LOSS_H

#include "tests/support/sim_net.h"

/* A copy of the folder as it is; a later one replaces it. */
void sim_copy(sim_net *net, sim_node *node);
/* The node goes down and comes up, after a new boot, as it was copied. False: not now. */
bool sim_restore(sim_net *net, sim_node *node);
/* It comes up with the keys of its card, its cards, and nothing else: node->empty until its
 * operator has added the peers and joined the circle again. False: not now. */
bool sim_lose_disk(sim_net *net, sim_node *node);

#endif
