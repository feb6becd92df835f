/* tests/support/sim_strip.h: a relay that takes bodies away.
 * Owns: nothing.
 * Threads: the simulator's.
 * Errors: the world dies. */
#ifndef TOC_TESTS_SUPPORT_SIM_STRIP_H
#define TOC_TESTS_SUPPORT_SIM_STRIP_H

#include "tests/support/sim_net.h"

/* Takes the bodies off some of the records in a message. False: it carries none. */
bool sim_strip(sim_net *net, toc_buf *bytes);

#endif
