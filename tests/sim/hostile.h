/* tests/sim/hostile.h: what a hostile member says besides what its engine says: heads and receipts
 * that are not so, and noise.
 * Owns: nothing.
 * Threads: the simulator's.
 * Errors: the world dies. */
#ifndef TOC_TESTS_SIM_HOSTILE_H
#define TOC_TESTS_SIM_HOSTILE_H

#include "tests/support/sim_net.h"

/* One lie to one other, about a feed that the hostile node holds. Nothing while it is down. */
void sim_lie(sim_net *net, const toc_circle_id *circle);

#endif
