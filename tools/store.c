#include "tools/store.h"

#include <stdio.h>

#include "proto/crypto/storekey.h"
#include "tools/passphrase.h"

enum { STORE_KEY_FILE_BYTES_MAX = 4096 };

toc_code toc_direct_key(const toc_config *config, toc_secret **out, toc_err *err)
{
    char path[TOC_CONFIG_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/keys/store.key", config->state);
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    if (toc_file_read(path, STORE_KEY_FILE_BYTES_MAX, &file, err) != TOC_OK)
        return toc_wrap(err, "the state directory has no store key ('tocsin init' makes one)");
    TOC_AUTO(toc_buf_wipe) toc_buf passphrase = {0};
    TOC_TRY(toc_passphrase_get(config, false, &passphrase, err));
    return toc_store_key_open(toc_buf_view(&file), toc_passphrase_trim(toc_buf_view(&passphrase)),
                              out, err);
}

toc_code toc_direct_open(const toc_cli *cli, bool views, toc_direct_store *out, toc_err *err)
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
    TOC_TRY(toc_direct_key(&out->config, &key, err));
    toc_store_options options = {.log_map_bytes = out->config.log_map_bytes,
                                 .views_map_bytes = out->config.views_map_bytes,
                                 .sync = true};
    char folder[TOC_CONFIG_PATH_BYTES + 8];
    snprintf(folder, sizeof folder, "%s/store", out->config.state);
    TOC_TRY(toc_log_open(folder, &options, key, &out->log, err));
    return views ? toc_views_open(folder, &options, out->log, &out->views, err) : TOC_OK;
}

void toc_direct_close(toc_direct_store *store)
{
    toc_views_close(store->views);
    toc_log_close(store->log);
    toc_state_unlock(store->lock);
    *store = (toc_direct_store){0};
}
