/* node/rights.h: which users of this machine may talk to the node: the [control] section, for the
 * control socket and the spool alike.
 * Owns: nothing. Threads: any. Errors: none; whose groups cannot be looked up may what his number
 * may, and nothing by any group. */
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
/* The same of somebody in these groups. `known` false: nobody could tell which they are. */
toc_rights toc_rights_in(const toc_config *config, unsigned uid, const unsigned *groups,
                         size_t count, bool known);
/* `fresh` is to take the place of `now` while the node runs: audiences are those whose views there
 * are. Of one that was defined anew, or is gone, nobody is one who was not before; a new one is
 * left out. Returns whether any of that was needed. */
bool toc_rights_keep_audiences(const toc_config *now, toc_config *fresh);

#endif
