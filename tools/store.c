#include "tools/store.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "proto/format/deed.h"
#include "store/audit.h"
#include "store/erase.h"
#include "store/passphrase.h"

/* Before anything is read: whoever opens the store by this door is told of like any other. */
static toc_code tell_audit(toc_log *log, toc_span command, toc_span request, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_deed deed = {.door = TOC_DOOR_DIRECT,
                     .uid = getuid(),
                     .gid = getgid(),
                     .command = command,
                     .request = request};
    toc_time now = {.unix_ms = (uint64_t)time(NULL) * 1000};
    uint64_t number;
    bool is_signed;
    if (request.size > TOC_AUDIT_REQUEST_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT, "a request of %zu bytes; the audit takes %u: ask in parts",
                        request.size, TOC_AUDIT_REQUEST_BYTES_MAX);
    toc_deed_write_asked(&deed, NULL, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    TOC_TRY(toc_log_write(log, &txn, err));
    TOC_TRY(toc_audit_add(txn, now, toc_buf_view(&text), &number, err));
    TOC_TRY(toc_audit_sign_if_due(txn, now, &is_signed, err));
    toc_log_txn *whole = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(whole, err);
}

/* Only the node deletes; until it did, nobody is told what an order forbids. */
static toc_code check_orders(const toc_direct_store *store, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES + 8];
    toc_orders_newer newer;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    snprintf(path, sizeof path, "%s/orders", store->config.state);
    TOC_TRY(toc_log_read(store->log, &txn, err));
    TOC_TRY(toc_orders_compare(txn, path, &newer, err));
    if (newer != TOC_ORDERS_FILE)
        return TOC_OK;
    return toc_fail(err, TOC_STATE,
                    "the log is older than the orders and legal holds in '%s': start the node, "
                    "which follows them first",
                    path);
}

toc_code toc_direct_open(const toc_cli *cli, toc_span command, toc_span request, bool views,
                         toc_direct_store *out, toc_err *err)
{
    TOC_TRY(toc_cli_config(cli, &out->config, err));
    toc_code code = toc_state_lock_take(out->config.state, &out->lock, err);
    if (code == TOC_STATE)
        return toc_fail(err, TOC_STATE,
                        "the node is running on '%s'; ask it (without --direct) or stop it first",
                        out->config.state);
    if (code != TOC_OK)
        return code;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_passphrase_store_key(&out->config, &key, err));
    toc_store_options options = {.log_map_bytes = out->config.log_map_bytes,
                                 .views_map_bytes = out->config.views_map_bytes,
                                 .sync = true};
    char folder[TOC_CONFIG_PATH_BYTES + 8];
    snprintf(folder, sizeof folder, "%s/store", out->config.state);
    TOC_TRY(toc_log_open(folder, &options, key, &out->log, err));
    TOC_TRY(check_orders(out, err));
    if (tell_audit(out->log, command, request, err) != TOC_OK)
        return err == NULL ? TOC_IO
                           : toc_wrap(err, "this cannot be written into the audit, and nothing is "
                                           "done that is not written there");
    return views ? toc_views_open(folder, &options, out->log, &out->views, err) : TOC_OK;
}

void toc_direct_close(toc_direct_store *store)
{
    toc_views_close(store->views);
    toc_log_close(store->log);
    toc_state_unlock(store->lock);
    *store = (toc_direct_store){0};
}
