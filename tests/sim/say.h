/* tests/sim/say.h: what the members of a simulated world say: claims on a few wallets, reports of
 * two clusters, retractions, of all of which some wait for the horizon and some run out.
 * Owns: nothing. Threads: the simulator's. Errors: the world dies. */
#ifndef TOC_TESTS_SIM_SAY_H
#define TOC_TESTS_SIM_SAY_H

#include "tests/support/sim_net.h"

enum { SIM_RECORDS_MAX = 100000 };

/* What was acknowledged, in order. */
typedef struct sim_known {
    toc_record_id *ids; /* SIM_RECORDS_MAX */
    size_t count;
} sim_known;

/* One batch, if the node is up and may write. */
void sim_submit_at(sim_net *net, sim_node *node, const toc_circle_id *circle, sim_known *known);
void sim_submit(sim_net *net, const toc_circle_id *circle, sim_known *known); /* by anybody */

#endif
