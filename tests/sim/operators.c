#include "tests/sim/operators.h"

#include <string.h>

#include "tests/support/leaver.h"

enum { CARDS_MAX = 64 };

typedef struct deed {
    sim_net *net;
    toc_circle_id circle;
    toc_org_id org;
    toc_role role;
    toc_buf card;
} deed;

static void insist(sim_net *net, sim_node *node, sim_action action, deed *what)
{
    while (!sim_do(net, node, action, what))
        sim_step(net);
}

/* ---- cards ---- */

static toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    deed *what = context;
    return toc_engine_peer_add(engine, txn, toc_buf_view(&what->card), (toc_span){0}, now,
                               &what->org, err);
}

/* A node's own cards as spans into the arena, newest first; how many. */
static size_t cards_of(sim_net *net, const sim_node *node, toc_arena *arena,
                       toc_span out[CARDS_MAX])
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_card card;
    size_t count = 0;
    if (toc_log_read(node->log, &txn, &err) != TOC_OK ||
        toc_log_card_of(txn, &node->org, arena, &card, &err) != TOC_OK)
        sim_die(net, "own card", &err);
    toc_log_card_context context = {.txn = txn, .arena = arena};
    toc_card_source source = toc_log_card_source(&context);
    out[count++] = card.signed_card;
    while (card.serial > 1 && count < CARDS_MAX) {
        if (source.card(source.context, &card.previous, &card, &err) != TOC_OK)
            sim_die(net, "an older card", &err);
        out[count++] = card.signed_card;
    }
    toc_log_abort(txn);
    return count;
}

/* All cards of one, in the order in which they follow one another. */
static void give_cards(sim_net *net, const sim_node *from, sim_node *to)
{
    toc_err err;
    toc_arena *arena = NULL;
    toc_span cards[CARDS_MAX];
    deed what = {.net = net};
    if (toc_arena_new(8 << 20, &arena, &err) != TOC_OK)
        sim_die(net, "arena", &err);
    for (size_t left = cards_of(net, from, arena, cards); left > 0; left--) {
        toc_buf_clear(&what.card);
        toc_buf_add_span(&what.card, cards[left - 1]);
        insist(net, to, add_peer, &what);
    }
    toc_buf_wipe(&what.card);
    toc_arena_free(arena);
}

void sim_exchange_cards(sim_net *net)
{
    for (int a = 0; a < net->node_count; a++) {
        for (int b = 0; b < net->node_count; b++) {
            if (a != b)
                give_cards(net, &net->nodes[a], &net->nodes[b]);
        }
    }
}

/* ---- the circle ---- */

static toc_code create_circle(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    deed *what = context;
    return toc_engine_circle_create(engine, txn, toc_span_text("Circle"),
                                    toc_span_text("simulation"), now, &what->circle, err);
}

static toc_code keep_history(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const deed *what = context;
    const toc_amendment amendment = {.sets_history = true, .policy.history = TOC_HISTORY_NONE};
    toc_amended made;
    TOC_TRY(toc_engine_charter_propose(engine, txn, &what->circle, &amendment, false, now, NULL,
                                       &made, err));
    return made.in_force ? TOC_OK : toc_fail(err, TOC_STATE, "one admin is not enough here");
}

static toc_code join(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const deed *what = context;
    return toc_engine_circle_join(engine, txn, &what->circle, now, err);
}

void sim_make_circle(sim_net *net, bool history, toc_circle_id *out)
{
    deed what = {.net = net};
    insist(net, &net->nodes[0], create_circle, &what);
    if (!history)
        insist(net, &net->nodes[0], keep_history, &what);
    for (int i = 1; i < net->node_count; i++)
        insist(net, &net->nodes[i], join, &what);
    *out = what.circle;
}

static toc_code admit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    const deed *what = context;
    toc_code said =
        toc_engine_circle_admit(engine, txn, &what->circle, &what->org, what->role, now, err);
    return said == TOC_EXISTS ? TOC_OK : said;
}

void sim_admit(sim_net *net, const toc_circle_id *circle, sim_node *node)
{
    bool observes = sim_below(net, 5) == 0;
    deed what = {.net = net,
                 .circle = *circle,
                 .org = node->org,
                 .role = node->relay ? TOC_ROLE_RELAY
                         : observes  ? TOC_ROLE_OBSERVER
                                     : TOC_ROLE_MEMBER};
    insist(net, &net->nodes[0], admit, &what);
}

static toc_code part_with(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const deed *what = context;
    return toc_leaver_remove(engine, txn, &what->circle, &what->org, now, err);
}

void sim_remove_last(sim_net *net, const toc_circle_id *circle)
{
    deed what = {.net = net, .circle = *circle, .org = net->nodes[net->node_count - 1].org};
    if (!sim_do(net, &net->nodes[0], part_with, &what))
        sim_die(net, "the charter without one member", NULL);
}

void sim_introduce(sim_net *net, const toc_circle_id *circle, sim_node *node)
{
    deed what = {.net = net, .circle = *circle};
    if (!node->empty || node->engine == NULL)
        return;
    for (int i = 0; i < net->node_count; i++) {
        const sim_node *other = &net->nodes[i];
        if (other != node && other->log == NULL)
            return; /* its card can be had later */
    }
    for (int i = 0; i < net->node_count; i++) {
        if (&net->nodes[i] != node)
            give_cards(net, &net->nodes[i], node);
    }
    insist(net, node, join, &what);
    node->empty = false;
}
