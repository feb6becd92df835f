/* What a stopped node's state directory holds, for scenarios: `inspect_state world CONFIG` prints
 * its records as a world for tests/model, `views CONFIG` its views as the model words them, `keys
 * CONFIG` every secret key it holds, one a line in hex, so that a search can prove that none lies
 * open anywhere. `swap-keys CONFIG` makes the node a liar: the key that signs its checkpoints and
 * the one for cosignatures change places. */
#include <stdio.h>

#include "store/passphrase.h"
#include "tests/support/world.h"
#include "tools/store.h"

static void print_key(const char *name, const toc_secret *key)
{
    printf("%s ", name);
    for (size_t i = 0; i < 32; i++)
        printf("%02x", toc_secret_view(key)[i]);
    putchar('\n');
}

static toc_code print_sender_keys(void *context, const toc_log_feed *feed, toc_err *err)
{
    toc_log_txn *txn = context;
    for (uint32_t epoch = 1; feed->has_judge && epoch <= feed->judge.epoch; epoch++) {
        TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
        if (toc_log_sender_key(txn, &feed->name, epoch, &key, NULL) == TOC_OK)
            print_key("sender", key);
    }
    (void)err;
    return TOC_OK;
}

static toc_code print_keys(toc_direct_store *store, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *store_key = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_passphrase_store_key(&store->config, &store_key, err));
    print_key("store", store_key);
    TOC_TRY(toc_log_read(store->log, &txn, err));
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++) {
        TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
        TOC_TRY(toc_log_own_key(txn, (toc_own_key)purpose, &key, err));
        print_key("own", key);
    }
    return toc_log_feeds(txn, NULL, print_sender_keys, txn, err);
}

static toc_code swap_keys(toc_direct_store *store, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *sign = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *cosign = NULL;
    TOC_TRY(toc_log_write(store->log, &txn, err));
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_SIGN, &sign, err));
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_COSIGN, &cosign, err));
    TOC_TRY(toc_log_own_key_put(txn, TOC_OWN_SIGN, cosign, err));
    TOC_TRY(toc_log_own_key_put(txn, TOC_OWN_COSIGN, sign, err));
    toc_log_txn *written = txn;
    txn = NULL; /* transferred */
    return toc_log_commit(written, err);
}

static toc_code print_book(toc_direct_store *store, bool views, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf out = {0};
    toc_viewbook book = {.log = store->log, .views = store->views};
    if (views)
        toc_world_views(&book, &out);
    else
        toc_world_write(&book, &out);
    TOC_TRY(toc_buf_ok(&out, err));
    fwrite(out.data, 1, out.size, stdout);
    return TOC_OK;
}

static toc_code run(const char *what, const char *config, toc_err *err)
{
    toc_cli cli = {.config_path = config};
    TOC_AUTO(toc_direct_close) toc_direct_store store = {0};
    TOC_TRY(toc_crypto_start(err));
    TOC_TRY(
        toc_direct_open(&cli, toc_span_text("inspect"), toc_span_text("{}"), true, &store, err));
    if (strcmp(what, "keys") == 0)
        return print_keys(&store, err);
    if (strcmp(what, "swap-keys") == 0)
        return swap_keys(&store, err);
    return print_book(&store, strcmp(what, "views") == 0, err);
}

int main(int argc, char **argv)
{
    toc_err err = {0};
    if (argc != 3) {
        fputs("usage: inspect_state world|views|keys|swap-keys CONFIG\n", stderr);
        return 2;
    }
    if (run(argv[1], argv[2], &err) != TOC_OK) {
        fprintf(stderr, "inspect_state: %s\n", err.text);
        return 1;
    }
    return fflush(stdout) == 0 ? 0 : 1;
}
