/* Orders to delete and legal holds outlive the log: `orders` in the state directory has them too,
 * so that a log put back from a copy follows what was ordered since (decision 0083). */
#include <stdio.h>
#include <unistd.h>

#include "node/clock.h"
#include "node/diag.h"
#include "node/engine/erase.h"
#include "node/state.h"
#include "proto/format/deed.h"
#include "store/audit.h"
#include "store/folder.h"

enum {
    ORDERS_PATH_BYTES = TOC_CONFIG_PATH_BYTES + 8,
    ORDERS_LINE_BYTES = TOC_AUDIT_REQUEST_BYTES_MAX / 2 /* of the audit; then the next one */
};

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
    toc_err why;
    pthread_mutex_lock(&node->orders_mutex);
    toc_code code = write_file(node, &why);
    if (code == TOC_OK)
        node->orders_unkept = (toc_time){0};
    else if (node->orders_unkept.unix_ms == 0)
        node->orders_unkept = toc_clock_now().wall;
    pthread_mutex_unlock(&node->orders_mutex);
    if (code == TOC_OK)
        return TOC_OK;
    toc_diag(TOC_DIAG_ERROR, "orders-unkept", "text=\"%s\"", why.text);
    return toc_fail(err, code,
                    "this is done and stands in the log, but not in the file that a copy of the "
                    "log put back would need: %s. Mend that; the next order, or the next start of "
                    "the node, writes the file again",
                    why.text);
}

toc_time toc_node_orders_unkept(toc_node *node)
{
    pthread_mutex_lock(&node->orders_mutex);
    toc_time since = node->orders_unkept;
    pthread_mutex_unlock(&node->orders_mutex);
    return since;
}

/* ---- at start ---- */

/* What it changes, as it goes into the audit: the lines of then went with the newer log. */
typedef struct telling {
    toc_log_txn *txn;
    toc_orders_again what;
    toc_buf request;
    toc_json json;
} telling;

static void telling_wipe(telling *all)
{
    toc_buf_wipe(&all->request);
}
TOC_DEFINE_AUTO_WIPE(telling, telling_wipe)

static void open_line(telling *all)
{
    toc_buf_clear(&all->request);
    all->json = (toc_json){.out = &all->request};
    toc_json_open(&all->json, NULL, '{');
    toc_json_open(&all->json, "changes", '[');
}

static toc_code close_line(telling *all, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_deed_outcome done = {.code = TOC_OK};
    uint64_t number;
    toc_json_close(&all->json, ']');
    toc_json_close(&all->json, '}');
    TOC_TRY(toc_buf_ok(&all->request, err));
    toc_deed deed = {.door = TOC_DOOR_START,
                     .uid = getuid(),
                     .gid = getgid(),
                     .command = toc_span_text("orders-again"),
                     .request = toc_buf_view(&all->request)};
    toc_deed_write_asked(&deed, &done, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    return toc_audit_add(all->txn, all->what.at, toc_buf_view(&text), &number, err);
}

static toc_code tell_change(void *context, const toc_mandate *mandate, bool lifted, toc_err *err)
{
    telling *all = context;
    bool order = mandate->kind == TOC_MANDATE_DELETE;
    *(lifted ? &all->what.lifted : &all->what.again) += 1;
    toc_json_open(&all->json, NULL, '{');
    toc_json_text(&all->json, "change",
                  toc_span_text(lifted ? (order ? "order-lift" : "legal-hold-lift")
                                       : (order ? "order-add" : "legal-hold-add")));
    toc_mandate_print(mandate, &all->json);
    toc_json_close(&all->json, '}');
    if (all->request.size < ORDERS_LINE_BYTES)
        return TOC_OK;
    TOC_TRY(close_line(all, err));
    open_line(all);
    return TOC_OK;
}

/* Who begins again, for it was interrupted, changes nothing any more. */
static toc_code take_file(toc_node *node, const char *path, uint64_t *out_changes, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(telling_wipe) telling all = {.what = {.at = toc_clock_now().wall}};
    TOC_TRY(toc_log_write(node->log, &txn, err));
    all.txn = txn;
    open_line(&all);
    TOC_TRY(toc_orders_take(txn, path, tell_change, &all, out_changes, err));
    TOC_TRY(close_line(&all, err));
    if (all.what.again > 0 || all.what.lifted > 0)
        TOC_TRY(toc_orders_again_put(txn, &all.what, err));
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
    toc_log_abort(txn);
    txn = NULL;
    if (newer == TOC_ORDERS_LOG && toc_node_keep_orders(node, err) != TOC_OK)
        return TOC_OK; /* the log has them all: told, and no reason to leave the others alone */
    return newer == TOC_ORDERS_FILE ? follow_file(node, path, err) : TOC_OK;
}
