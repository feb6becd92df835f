/* node/rights.h: which users of this machine may talk to the node: the [control] section, for the
 * control socket and the spool alike.
 * Owns: nothing. Threads: any. Errors: none; who cannot be looked up has its first group only. */
#ifndef TOC_NODE_RIGHTS_H
#define TOC_NODE_RIGHTS_H

#include "proto/format/config.h"

/* The superuser and the node's own user always may. */
bool toc_rights_allow(const toc_config *config, unsigned uid, unsigned gid, bool *out_admin);

#endif
