/* Orders to delete and legal holds outlive the log: `orders` in the state directory has them too,
 * so that a log put back from a copy follows what was ordered since (decision 0083). */
#include <stdio.h>

#include "node/clock.h"
#include "node/diag.h"
#include "node/engine/erase.h"
#include "node/state.h"
#include "store/folder.h"

enum { ORDERS_PATH_BYTES = TOC_CONFIG_PATH_BYTES + 8 };

static void path_of(const toc_node *node, char out[ORDERS_PATH_BYTES])
{
    snprintf(out, ORDERS_PATH_BYTES, "%s/orders", node->config.state);
}

static toc_code write_file(toc_node *node, toc_err *err)
{
    char path[ORDERS_PATH_BYTES];
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    path_of(node, path);
    TOC_TRY(toc_log_read(node->log, &txn, err));
    return toc_orders_write(txn, path, err);
}

/* One at a time, each reading after it has the turn: so the last to write has the newest. */
toc_code toc_node_keep_orders(toc_node *node, toc_err *err)
{
    pthread_mutex_lock(&node->orders_mutex);
    toc_code code = write_file(node, err);
    pthread_mutex_unlock(&node->orders_mutex);
    if (code == TOC_OK || err == NULL)
        return code;
    return toc_wrap(err, "this is done and stands in the log, but not in the file that a copy of "
                         "the log put back would need: make room, then restart the node");
}

/* ---- at start ---- */

static toc_code take_file(toc_node *node, const char *path, uint64_t *out_changes, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_write(node->log, &txn, err));
    TOC_TRY(toc_orders_take(txn, path, out_changes, err));
    toc_log_txn *whole = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(whole, err);
}

/* A slice of all that is here. With the last one the log counts as many changes as the file. */
static toc_code follow_some(toc_node *node, toc_erase_place *at, uint64_t changes, bool *out_end,
                            toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_write(node->log, &txn, err));
    TOC_TRY(toc_erase_sweep(node->engine, txn, at, UINT64_MAX, toc_clock_now(), out_end, err));
    if (*out_end)
        TOC_TRY(toc_orders_taken(txn, changes, err));
    toc_log_txn *whole = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(whole, err);
}

static toc_code say_followed(toc_node *node, toc_err *err)
{
    toc_erase_counts counts;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(node->log, &txn, err));
    TOC_TRY(toc_erase_count(txn, &counts, err));
    toc_diag(TOC_DIAG_WARNING, "orders-again",
             "orders=%llu holds=%llu bodies=%llu text=\"the log is older than its orders and legal "
             "holds: they are in force again, and what they forbid is gone\"",
             (unsigned long long)counts.orders, (unsigned long long)counts.holds,
             (unsigned long long)counts.ordered);
    return TOC_OK;
}

/* They may show what is forbidden, and are of another log than this one. */
static toc_code drop_views(const toc_node *node, toc_err *err)
{
    char folder[ORDERS_PATH_BYTES], path[ORDERS_PATH_BYTES + 8];
    snprintf(folder, sizeof folder, "%s/store", node->config.state);
    snprintf(path, sizeof path, "%s/views", folder);
    TOC_TRY(toc_folder_remove(path, err));
    return toc_views_forget(folder, NULL, 0, err);
}

static toc_code follow_file(toc_node *node, const char *path, toc_err *err)
{
    uint64_t changes;
    toc_erase_place at = {0};
    bool end = false;
    TOC_TRY(take_file(node, path, &changes, err));
    TOC_TRY(drop_views(node, err));
    while (!end)
        TOC_TRY(follow_some(node, &at, changes, &end, err));
    return say_followed(node, err);
}

toc_code node_open_orders(toc_node *node, toc_err *err)
{
    char path[ORDERS_PATH_BYTES];
    toc_orders_newer newer;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    path_of(node, path);
    TOC_TRY(toc_log_read(node->log, &txn, err));
    TOC_TRY(toc_orders_compare(txn, path, &newer, err));
    if (newer == TOC_ORDERS_LOG)
        return toc_orders_write(txn, path, err);
    toc_log_abort(txn);
    txn = NULL;
    return newer == TOC_ORDERS_FILE ? follow_file(node, path, err) : TOC_OK;
}
