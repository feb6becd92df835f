/* node/rights.h: which users of this machine may talk to the node: the [control] section, for the
 * control socket and the spool alike.
 * Owns: nothing. Threads: any. Errors: none; who cannot be looked up has its first group only. */
#ifndef TOC_NODE_RIGHTS_H
#define TOC_NODE_RIGHTS_H

#include "proto/format/config.h"

typedef struct toc_rights {
    bool may;                            /* ask and submit */
    bool admin;                          /* and everything else */
    const toc_config_audience *audience; /* lent: else ask what this one may see; NULL: nothing */
} toc_rights;

/* The superuser and the node's own user may everything. Of several audiences the first counts. */
toc_rights toc_rights_of(const toc_config *config, unsigned uid, unsigned gid);

#endif
