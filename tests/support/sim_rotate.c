/* The simulator: keys that change. */
#include "tests/support/sim_net.h"

#include "proto/roll/change.h"

typedef struct rotation {
    const sim_node *node;
    unsigned which;
    bool root, compromised;
    const toc_roots *fresh; /* when the root turns */
} rotation;

static toc_code rotate(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    const rotation *what = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card current, next;
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_card_of(txn, &what->node->org, arena, &current, err));
    toc_card_next(&current, &next);
    next.valid_from = now.wall;
    next.seal_compromised = what->compromised && (what->which & TOC_CHANGE_SEAL) != 0;
    TOC_TRY(toc_identity_prepare(txn, what->which, &next, now.wall, arena, err));
    if (what->root) {
        toc_verify_key root, after;
        toc_sign_public(what->node->roots.next, &root);
        toc_sign_public(what->fresh->next, &after);
        TOC_TRY(toc_card_root_turn(&next, &root, &after, now.wall, arena, err));
        TOC_TRY(toc_card_sign(&next, what->node->roots.next, what->node->roots.root, &bytes, err));
    } else {
        TOC_TRY(toc_card_sign(&next, what->node->roots.root, NULL, &bytes, err));
    }
    return toc_engine_card_adopt(engine, txn, toc_buf_view(&bytes), what->compromised, now, err);
}

bool sim_rotate(sim_net *net, sim_node *node, unsigned which, bool root, bool compromised)
{
    toc_err err;
    toc_roots fresh = {0};
    if (toc_roots_new(&fresh, &err) != TOC_OK)
        sim_die(net, "roots", &err);
    rotation what = {
        .node = node, .which = which, .root = root, .compromised = compromised, .fresh = &fresh};
    bool done = sim_do(net, node, rotate, &what);
    if (done && root) {
        toc_secret_free(node->roots.root);
        node->roots.root = node->roots.next;
        node->roots.next = fresh.next;
        fresh.next = NULL; /* transferred */
    }
    toc_roots_wipe(&fresh);
    net->counts.rotations += done ? 1 : 0;
    node->copied = node->copied && !done;
    return done;
}
