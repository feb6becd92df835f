#include "tests/sim/hostile.h"

#include "proto/feed/cosignature.h"
#include "proto/feed/note.h"

/* What is told, and the key that the liar has. */
typedef struct lie {
    sim_net *net;
    toc_log_feed feed;
    toc_hash root; /* nobody's */
    toc_secret *key;
    toc_buf note, message;
} lie;

static void wipe(lie *it)
{
    toc_secret_free(it->key);
    toc_buf_wipe(&it->note);
    toc_buf_wipe(&it->message);
}

static void encode(lie *it, const toc_message *message)
{
    toc_err err;
    if (toc_message_encode(message, &it->message, &err) != TOC_OK)
        sim_die(it->net, "a lie", &err);
}

/* A head of somebody's feed, further on or with another past, signed with the liar's key. */
static void false_head(lie *it, const toc_circle_id *circle)
{
    toc_err err;
    uint64_t size = 1 + sim_below(it->net, (unsigned)it->feed.frontier.size + 50);
    if (toc_checkpoint_sign(&it->feed.name, size, &it->root, it->key, &it->note, &err) != TOC_OK)
        sim_die(it->net, "a false head", &err);
    toc_head head = {.org = it->feed.name.org,
                     .lane = it->feed.name.lane,
                     .generation = it->feed.name.generation,
                     .size = size,
                     .root = it->root,
                     .note = toc_buf_view(&it->note)};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = *circle, .heads = &head, .head_count = 1}};
    encode(it, &news);
}

/* A receipt in the name of the first node. */
static void false_receipt(lie *it, const toc_circle_id *circle, toc_now now)
{
    toc_err err;
    toc_wire_cosignature row = {.org = it->feed.name.org,
                                .lane = it->feed.name.lane,
                                .generation = it->feed.name.generation,
                                .size = it->feed.frontier.size,
                                .root = it->root,
                                .cosigner = it->net->nodes[0].org};
    toc_checkpoint_body(&it->feed.name, row.size, &row.root, &it->note);
    if (toc_cosignature_sign(toc_buf_view(&it->note), now.wall.unix_ms / 1000, it->key, &row.made,
                             &err) != TOC_OK)
        sim_die(it->net, "a false receipt", &err);
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = *circle, .cosignature_count = 1}};
    news.as.news.cosignatures = &row;
    encode(it, &news);
}

/* A feed of the circle that the liar holds, and its key. False: it holds none of that number. */
static bool look_up(lie *it, const toc_circle_id *circle)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    if (toc_log_read(it->net->nodes[it->net->hostile].log, &txn, &err) != TOC_OK ||
        toc_log_own_key(txn, TOC_OWN_SIGN, &it->key, &err) != TOC_OK)
        sim_die(it->net, "read", &err);
    return toc_log_feed_at(txn, 1 + sim_below(it->net, 12), &it->feed, NULL) == TOC_OK &&
           toc_circle_id_equal(&it->feed.name.circle, circle) && it->feed.frontier.size > 0;
}

void sim_lie(sim_net *net, const toc_circle_id *circle)
{
    lie it = {.net = net};
    const sim_node *liar = &net->nodes[net->hostile];
    int to = (int)sim_below(net, (unsigned)net->node_count);
    unsigned kind = sim_below(net, 5);
    if (liar->engine == NULL || to == net->hostile)
        return;
    toc_random(it.root.bytes, sizeof it.root.bytes);
    if (look_up(&it, circle)) {
        if (kind < 2)
            false_head(&it, circle);
        else if (kind < 4)
            false_receipt(&it, circle, sim_now(net, liar));
        else
            toc_buf_add(&it.message, it.root.bytes, sizeof it.root.bytes);
        sim_say(net, net->hostile, to, toc_buf_view(&it.message));
        net->counts.lies++;
    }
    wipe(&it);
}
