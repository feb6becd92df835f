#include "tests/sim/erase.h"

#include "node/engine/erase.h"

typedef struct erasing {
    toc_circle_id circle;
    toc_record_id record;
    bool done;
} erasing;

static toc_code erase(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    erasing *what = context;
    toc_hash leaf;
    toc_log_feed feed;
    toc_erase_place place;
    toc_err why;
    memcpy(leaf.bytes, what->record.bytes, sizeof leaf.bytes);
    what->done = false;
    if (toc_log_leaf_find(txn, &leaf, &place.number, &place.index, NULL) != TOC_OK)
        return TOC_OK; /* it has not come back after a disk was lost */
    TOC_TRY(toc_log_feed_at(txn, place.number, &feed, err));
    if (!toc_org_id_equal(&feed.name.org, toc_engine_org(engine)))
        return TOC_OK;
    /* Not while it asks for its own heads, or reads only. */
    what->done = toc_engine_erase(engine, txn, &what->circle, &place, 1, now, &why) == TOC_OK;
    return TOC_OK;
}

void sim_erase(sim_net *net, const toc_circle_id *circle, toc_record_id *ids, size_t *count)
{
    if (*count == 0)
        return;
    size_t at = sim_below(net, (unsigned)*count);
    erasing what = {.circle = *circle, .record = ids[at]};
    for (int i = 0; i < net->node_count && !what.done; i++) {
        sim_node *node = &net->nodes[i];
        if (node->engine != NULL && !sim_do(net, node, erase, &what))
            what.done = false; /* it crashed, and nothing of it stands */
    }
    if (!what.done)
        return;
    ids[at] = ids[--*count];
    net->counts.erasures++;
}

void sim_check_bodies(sim_net *net)
{
    for (int i = 0; i < net->node_count; i++) {
        toc_err err;
        toc_erase_counts counts;
        TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
        if (toc_log_read(net->nodes[i].log, &txn, &err) != TOC_OK ||
            toc_log_check(txn, NULL, NULL, &err) != TOC_OK ||
            toc_erase_count(txn, &counts, &err) != TOC_OK)
            sim_die(net, "a log that is not sound", &err);
        if (counts.missing > 0)
            sim_die(net, "a body is missing that others have", NULL);
    }
}
