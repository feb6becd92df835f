#include "node/engine/epoch.h"

static toc_granted granted_by(toc_log_txn *txn, const toc_grant *grant, const toc_org_id *org,
                              toc_arena *arena)
{
    toc_charter charter;
    toc_hash key;
    toc_span bytes;
    memcpy(key.bytes, grant->charter.bytes, sizeof key.bytes);
    if (toc_log_roll_get(txn, &key, &bytes, NULL) != TOC_OK ||
        toc_charter_reopen(bytes, arena, &charter, NULL) != TOC_OK)
        return TOC_GRANTED_UNKNOWN;
    return toc_charter_reads(&charter, org) ? TOC_GRANTED_YES : TOC_GRANTED_NO;
}

toc_granted toc_epoch_granted(toc_log_txn *txn, const toc_feed_name *name, uint32_t epoch,
                              const toc_org_id *org, toc_arena *arena)
{
    toc_feed_name keys = *name;
    keys.lane = TOC_LANE_KEYS;
    toc_feed_id id;
    toc_feed_id_of(&keys, &id);
    toc_log_feed feed;
    toc_granted found = TOC_GRANTED_UNKNOWN;
    if (toc_log_feed_find(txn, &id, &feed, NULL) != TOC_OK)
        return found;
    for (uint64_t index = feed.frontier.size; index > 0 && found != TOC_GRANTED_YES; index--) {
        toc_span entry;
        toc_grant grant;
        if (toc_log_entry(txn, feed.number, index - 1, &entry, NULL) != TOC_OK ||
            toc_grant_read(entry, &grant, NULL) != TOC_OK || grant.epoch < epoch)
            break;
        toc_granted here = grant.epoch == epoch ? granted_by(txn, &grant, org, arena) : found;
        found = here == TOC_GRANTED_UNKNOWN ? found : here;
    }
    return found;
}
