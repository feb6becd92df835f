/* tests/sim/erase.h: authors who erase, and what has to be true of bodies when a world has settled.
 * Owns: nothing.
 * Threads: the simulator's.
 * Errors: the world dies. */
#ifndef TOC_TESTS_SIM_ERASE_H
#define TOC_TESTS_SIM_ERASE_H

#include "tests/support/sim_net.h"

/* The author of one of the records, if it is up and may write, erases it: it is taken off the list
 * of what may not be lost. */
void sim_erase(sim_net *net, const toc_circle_id *circle, toc_record_id *ids, size_t *count);
/* Every log is sound, and lacks no body that somebody has. */
void sim_check_bodies(sim_net *net);

#endif
