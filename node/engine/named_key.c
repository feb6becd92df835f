/* Which sender key a feed means. There is one a generation and epoch, whose first comer stays: by
 * the keys feed. Who has the author's sign key can fork that, and give some readers another key for
 * the next epoch. The grants of the lane that is read name the right one, by its id; so a key that
 * they do not name is asked for anew, of the author itself (docs/decisions/0087). */
#include "node/engine/grants.h"

enum { NAMED_KEY_GRANTS_MAX = 64 }; /* that are looked at: an author may have very many */

typedef enum named { NAMES_IT, NAMES_ANOTHER, NAMES_NONE } named;

/* By the last grant of that epoch before an entry. Of one that is too far back it is taken that it
 * names the key: then all stays as it was. */
static named by_grant(toc_log_txn *txn, const toc_log_feed *feed, uint64_t before, uint32_t epoch,
                      const toc_key_id *id)
{
    toc_log_grant found;
    uint64_t at = before;
    unsigned count = 0;
    do {
        if (count++ == NAMED_KEY_GRANTS_MAX)
            return NAMES_IT;
        if (toc_log_grant_before(txn, feed->number, at, &found, NULL) != TOC_OK)
            return NAMES_NONE;
        at = found.index;
    } while (found.grant.epoch > epoch);
    if (found.grant.epoch < epoch)
        return NAMES_NONE;
    return toc_key_id_equal(&found.grant.key_id, id) ? NAMES_IT : NAMES_ANOTHER;
}

/* Is there a lane whose records the key opens? */
static bool is_used(toc_log_txn *txn, const toc_feed_name *name, uint32_t epoch,
                    const toc_key_id *id)
{
    static const toc_lane lanes[] = {TOC_LANE_ALERT, TOC_LANE_BULK};
    for (size_t i = 0; i < TOC_COUNT(lanes); i++) {
        toc_feed_name lane = *name;
        toc_feed_id feed_id;
        toc_log_feed feed;
        lane.lane = lanes[i];
        toc_feed_id_of(&lane, &feed_id);
        if (toc_log_feed_find(txn, &feed_id, &feed, NULL) == TOC_OK &&
            by_grant(txn, &feed, feed.frontier.size, epoch, id) == NAMES_IT)
            return true;
    }
    return false;
}

bool toc_grants_name_another(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                             uint64_t index, uint32_t epoch, const toc_secret *key)
{
    toc_key_id id;
    toc_sender_key_id(key, &feed->name, epoch, &id);
    return !toc_org_id_equal(&feed->name.org, &engine->org) &&
           by_grant(txn, feed, index, epoch, &id) == NAMES_ANOTHER &&
           !is_used(txn, &feed->name, epoch, &id);
}

toc_code toc_grants_key(const toc_engine *engine, toc_log_txn *txn, const toc_log_feed *feed,
                        uint64_t index, uint32_t epoch, toc_secret **out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_log_sender_key(txn, &feed->name, epoch, &key, err));
    if (toc_grants_name_another(engine, txn, feed, index, epoch, key))
        return toc_fail(err, TOC_NOT_FOUND, "the sender key that the grants name has not come");
    *out = key;
    key = NULL; /* transferred */
    return TOC_OK;
}
