/* tests/sim/forked.h: a world in which somebody's feed forks in the end: a member has stolen a sign
 * key, or a machine was copied and both run.
 * Owns:    nothing.
 * Threads: the simulator's.
 * Errors:  the world dies. */
#ifndef TOC_TESTS_SIM_FORKED_H
#define TOC_TESTS_SIM_FORKED_H

#include "tests/sim/say.h"

/* Both histories are told, under faults, to two halves of the world; everybody comes to know where
 * they part, neither history takes a place in anybody's views from there on, and after a new key
 * the author writes again. What was acknowledged and is in dispute leaves `known`. In the end no
 * faults. Returns whose feed it was; 0: nobody writes but the first, and nothing happened. */
int sim_fork(sim_net *net, const toc_circle_id *circle, bool twin, sim_known *known);
/* Do two nodes hold the same of every feed that has forked? Else their views list other records as
 * disputed. */
bool sim_same_histories(sim_net *net, const sim_node *one, const sim_node *other);

#endif
