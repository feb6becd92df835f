/* Who is linked: what happens on links goes into the inbox, who may link comes from the log. */
#include <stdlib.h>

#include "node/clock.h"
#include "node/state.h"
#include "proto/base/limits.h"
#include "proto/base/text.h"

/* ---- events of the links: into the inbox, never blocking ---- */

static void post(toc_node *node, toc_item *item, bool urgent)
{
    if (item != NULL)
        toc_inbox_post(node->inbox, item, urgent);
}

static void on_up(void *context, uint64_t link, const toc_org_id *peer)
{
    toc_item *item = toc_item_new(TOC_ITEM_LINK_UP, (toc_span){0});
    if (item != NULL) {
        item->link = link;
        item->org = *peer;
    }
    post(context, item, false);
}

static void on_down(void *context, uint64_t link)
{
    toc_item *item = toc_item_new(TOC_ITEM_LINK_DOWN, (toc_span){0});
    if (item != NULL)
        item->link = link;
    post(context, item, false); /* behind the link's own messages */
}

static void on_message(void *context, uint64_t link, toc_span message)
{
    toc_item *item = toc_item_new(TOC_ITEM_MESSAGE, message);
    if (item != NULL)
        item->link = link;
    post(context, item, false);
}

static void on_refused(void *context, const toc_org_id *org, toc_refusal refusal,
                       const char *sentence)
{
    toc_item *item = toc_item_new(TOC_ITEM_REFUSED, (toc_span){0});
    if (item != NULL) {
        item->has_org = org != NULL;
        if (org != NULL)
            item->org = *org;
        item->refusal = refusal;
        toc_fail(&item->err, TOC_DENIED, "%s", sentence);
    }
    post(context, item, false);
}

toc_links_events node_link_events(toc_node *node)
{
    return (toc_links_events){.context = node,
                              .up = on_up,
                              .down = on_down,
                              .message = on_message,
                              .refused = on_refused};
}

/* ---- who may link ---- */

typedef struct peer_rows {
    toc_node *node;
    toc_log_txn *txn;
    toc_arena *arena;
    toc_links_peer *rows;
    size_t count, capacity;
} peer_rows;

static void split_lines(toc_span lines, toc_links_peer *out)
{
    toc_span line;
    while (out->endpoint_count < TOC_ENDPOINTS_MAX && toc_line_next(&lines, &line)) {
        if (line.size > 0)
            out->endpoints[out->endpoint_count++] = line;
    }
}

static toc_code add_peer(void *context, const toc_card *card, toc_err *err)
{
    peer_rows *all = context;
    toc_link_key key;
    if (!toc_engine_may_link(all->node->engine, all->txn, &card->org, &key))
        return TOC_OK;
    if (all->count == all->capacity) {
        size_t capacity = all->capacity == 0 ? 16 : all->capacity * 2;
        toc_links_peer *grown = realloc(all->rows, capacity * sizeof *grown);
        if (grown == NULL)
            return toc_fail(err, TOC_NO_MEMORY, "out of memory for peers");
        all->rows = grown;
        all->capacity = capacity;
    }
    toc_links_peer *row = &all->rows[all->count++];
    *row = (toc_links_peer){.org = card->org, .key = key};
    toc_span endpoints;
    if (toc_log_peer_get(all->txn, &card->org, &endpoints, NULL) == TOC_OK)
        split_lines(toc_arena_dup(all->arena, endpoints), row);
    return TOC_OK;
}

/* The own card, and the link keys that peers may know: the former ones of 30 days. */
static toc_code publish_own(toc_node *node, toc_log_txn *txn, toc_arena *arena, toc_err *err)
{
    toc_card card;
    toc_secret *secrets[TOC_FORMER_KEYS_MAX + 1] = {NULL};
    size_t count = 0;
    uint64_t now = toc_clock_now().wall.unix_ms;
    toc_time since = {now > TOC_FORMER_LINK_KEY_MS ? now - TOC_FORMER_LINK_KEY_MS : 0};
    TOC_TRY(toc_log_card_of(txn, &node->org, arena, &card, err));
    TOC_TRY(toc_log_former_keys(txn, TOC_OWN_LINK, since, secrets + 1, &count, err));
    toc_code code = toc_log_own_key(txn, TOC_OWN_LINK, &secrets[0], err);
    if (code == TOC_OK)
        code = toc_links_own(node->links, &card.hash, secrets, count + 1, err);
    for (size_t i = 0; i <= count; i++)
        toc_secret_free(secrets[i]);
    return code;
}

toc_code node_publish_peers(toc_node *node, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(NODE_ARENA_BYTES, &arena, err));
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(node->log, &txn, err));
    TOC_TRY(publish_own(node, txn, arena, err));
    peer_rows all = {.node = node, .txn = txn, .arena = arena};
    toc_code code = toc_log_cards(txn, arena, add_peer, &all, err);
    if (code == TOC_OK)
        code = toc_links_peers(node->links, all.rows, all.count, err);
    free(all.rows);
    return code;
}

/* ---- who is there ---- */

typedef struct peer_copy {
    toc_peer_state *rows;
    size_t count;
} peer_copy;

static toc_code copy_peers(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)txn;
    (void)now;
    peer_copy *copy = context;
    copy->count = toc_engine_peer_count(engine);
    copy->rows = calloc(copy->count, sizeof *copy->rows);
    if (copy->rows == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for peers");
    for (size_t i = 0; i < copy->count; i++)
        toc_engine_peer_at(engine, i, &copy->rows[i]);
    return TOC_OK;
}

toc_code toc_node_peers(toc_node *node, toc_peer_state **out, size_t *out_count, toc_err *err)
{
    peer_copy copy = {0};
    TOC_TRY(toc_node_do(node, copy_peers, &copy, err));
    *out = copy.rows;
    *out_count = copy.count;
    return TOC_OK;
}
