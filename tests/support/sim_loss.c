#include "tests/support/sim_loss.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void check(const sim_net *net, toc_code code, const char *what, const toc_err *err)
{
    if (code != TOC_OK)
        sim_die(net, what, err);
}

/* ---- folders ---- */

static int remove_path(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static void copy_path(const sim_node *node, char out[160])
{
    snprintf(out, 160, "%s.copy", node->directory);
}

static void remove_folder(const char *path)
{
    (void)nftw(path, remove_path, 16, FTW_DEPTH | FTW_PHYS);
}

static void copy_folder(const sim_net *net, const char *from, const char *to)
{
    char command[400];
    remove_folder(to);
    snprintf(command, sizeof command, "cp -r --sparse=always '%s' '%s'", from, to);
    if (system(command) != 0) /* NOLINT(cert-env33-c): paths of our own making */
        sim_die(net, "cannot copy a folder", NULL);
}

/* ---- may it be lost? ---- */

typedef struct held_search {
    const sim_net *net;
    const sim_node *loser;
    bool held;
} held_search;

static bool holds(const sim_node *node, const toc_log_feed *feed)
{
    toc_log_txn *txn = NULL;
    toc_log_feed found;
    if (toc_log_read(node->log, &txn, NULL) != TOC_OK)
        return false;
    bool as_much = toc_log_feed_find(txn, &feed->id, &found, NULL) == TOC_OK &&
                   found.frontier.size >= feed->frontier.size;
    toc_log_abort(txn);
    return as_much;
}

static toc_code look_elsewhere(void *context, const toc_log_feed *feed, toc_err *err)
{
    (void)err;
    held_search *search = context;
    bool held = false;
    for (int i = 0; i < search->net->node_count; i++) {
        const sim_node *other = &search->net->nodes[i];
        held = held ||
               (other != search->loser && other->engine != NULL &&
                (search->net->hostile == 0 || i != search->net->hostile) && holds(other, feed));
    }
    search->held = search->held && held;
    return TOC_OK;
}

/* The first node alone changes the charter: from an old copy it could sign another of a version. */
static bool may_lose(const sim_net *net, const sim_node *node)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    held_search search = {.net = net, .loser = node, .held = true};
    if (node->index == 0 || node->engine == NULL || node->empty ||
        (net->hostile != 0 && node->index == net->hostile))
        return false;
    check(net, toc_log_read(node->log, &txn, &err), "read", &err);
    check(net, toc_log_feeds(txn, NULL, look_elsewhere, &search, &err), "feeds", &err);
    toc_log_abort(txn);
    return search.held;
}

/* ---- an old copy ---- */

static void come_back(const sim_net *net, sim_node *node)
{
    node->new_boot = node->set_back = true;
    node->set_back_ms = node->restart_ms > net->now_ms ? node->restart_ms : net->now_ms;
}

void sim_copy(sim_net *net, sim_node *node)
{
    char path[160];
    if (node->engine == NULL || node->empty)
        return;
    copy_path(node, path);
    copy_folder(net, node->directory, path);
    node->copied = true;
}

bool sim_restore(sim_net *net, sim_node *node)
{
    char path[160];
    if (!node->copied || !may_lose(net, node))
        return false;
    sim_crash(net, node);
    copy_path(node, path);
    copy_folder(net, path, node->directory);
    come_back(net, node);
    net->counts.restores++;
    return true;
}

/* ---- keys alone ---- */

typedef struct saved_keys {
    toc_secret *own[TOC_OWN_OFFICER + 1]; /* by purpose */
    toc_log_seals seals;
    toc_arena *arena;
    toc_card cards[64]; /* newest first */
    size_t card_count;
} saved_keys;

static void save(const sim_net *net, const sim_node *node, saved_keys *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    *out = (saved_keys){0};
    check(net, toc_arena_new(8 << 20, &out->arena, &err), "arena", &err);
    check(net, toc_log_read(node->log, &txn, &err), "read", &err);
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++)
        check(net, toc_log_own_key(txn, (toc_own_key)purpose, &out->own[purpose], &err), "own key",
              &err);
    check(net, toc_log_seals_read(txn, &out->seals, &err), "seal keys", &err);
    toc_log_card_context context = {.txn = txn, .arena = out->arena};
    toc_card_source source = toc_log_card_source(&context);
    check(net, toc_log_card_of(txn, &node->org, out->arena, &out->cards[0], &err), "card", &err);
    for (out->card_count = 1; out->cards[out->card_count - 1].serial > 1; out->card_count++)
        check(net,
              source.card(source.context, &out->cards[out->card_count - 1].previous,
                          &out->cards[out->card_count], &err),
              "an older card", &err);
    toc_log_abort(txn);
}

static void forget(saved_keys *saved)
{
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++)
        toc_secret_free(saved->own[purpose]);
    toc_log_seals_wipe(&saved->seals);
    toc_arena_free(saved->arena);
}

/* The former seal keys, oldest first, and then the present one in their place. */
static toc_code put_seals(toc_log_txn *txn, const saved_keys *saved, toc_time now, toc_err *err)
{
    size_t last = saved->seals.count - 1;
    TOC_TRY(toc_log_own_key_put(txn, TOC_OWN_SEAL, saved->seals.keys[last], err));
    for (size_t i = last; i > 0; i--) {
        TOC_TRY(toc_log_prepared_key_put(txn, TOC_OWN_SEAL, saved->seals.keys[i - 1], err));
        TOC_TRY(toc_log_own_key_turn(txn, TOC_OWN_SEAL, true, now, err));
    }
    return TOC_OK;
}

static toc_code put_saved(toc_log_txn *txn, const sim_node *node, const saved_keys *saved,
                          toc_time now, toc_err *err)
{
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++) {
        if (purpose != TOC_OWN_SEAL)
            TOC_TRY(toc_log_own_key_put(txn, (toc_own_key)purpose, saved->own[purpose], err));
    }
    TOC_TRY(put_seals(txn, saved, now, err));
    for (size_t i = 0; i < saved->card_count; i++) {
        toc_hash key;
        memcpy(key.bytes, saved->cards[i].hash.bytes, sizeof key.bytes);
        TOC_TRY(toc_log_roll_put(txn, &key, saved->cards[i].signed_card, err));
    }
    TOC_TRY(toc_log_card_put(txn, &saved->cards[0], err));
    return toc_log_owner_put(txn, &node->org, err);
}

static void make_anew(sim_net *net, sim_node *node, const saved_keys *saved)
{
    toc_err err;
    toc_log *log = NULL;
    toc_log_txn *txn = NULL;
    toc_store_options options = {
        .log_map_bytes = SIM_MAP_BYTES, .views_map_bytes = SIM_MAP_BYTES, .sync = false};
    remove_folder(node->directory);
    if (mkdir(node->directory, 0700) != 0)
        sim_die(net, "cannot make a node's folder", NULL);
    check(net, toc_log_create(node->directory, &err), "create", &err);
    check(net, toc_log_open(node->directory, &options, node->store_key, &log, &err), "open", &err);
    check(net, toc_log_write(log, &txn, &err), "write", &err);
    check(net, put_saved(txn, node, saved, sim_now(net, node).wall, &err), "put back", &err);
    check(net, toc_log_commit(txn, &err), "commit", &err);
    toc_log_close(log);
}

bool sim_lose_disk(sim_net *net, sim_node *node)
{
    saved_keys saved;
    if (!may_lose(net, node))
        return false;
    save(net, node, &saved);
    sim_crash(net, node);
    make_anew(net, node, &saved);
    forget(&saved);
    come_back(net, node);
    node->empty = true;
    node->copied = false;
    net->counts.lost_disks++;
    return true;
}
