#include "tests/sim/say.h"

#include <string.h>

enum { SIM_WALLETS = 12 };

static const char *const wallets[SIM_WALLETS] = {
    /* Publicly sanctioned or attributed addresses (OFAC SDN, FBI), in canonical spelling. */
    "0x098B716B8Aaf21512996dC57EB0615e2383E2f96", "0xa0e1c89Ef1a489c9C7dE96311eD5Ce5D32c20E4B",
    "0x3Cffd56B47B7b41c56258D9C7731ABaDc360E073", "0x53b6936513e738f44FB50d2b9476730C0Ab3Bfc1",
    "0x51E9d833Ecae4E8D9D8Be17300AEE6D3398C135D", "0x96244D83DC15d36847C35209bBDc5bdDE9bEc3D8",
    "12QtD5BFwRsdNsAZY76UVE1xyCGNTojH9h",         "12jVCWW1ZhTLA5yVnroEJswqKwsfiZKsax",
    "149w62rY42aZBox8fGcmqNsXUzSStKeq8C",         "1AjZPMsnmpdK2Rv9KQNfMurTXinscVro9V",
    "TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq",         "TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz"};

typedef struct submission {
    sim_net *net;
    sim_node *node;
    toc_circle_id circle;
    toc_arena *arena;
    toc_record_id ids[64];
    size_t count;
    bool refused; /* not a member yet */
} submission;

static toc_wallet wallet_of(sim_net *net, unsigned index)
{
    toc_wallet_candidates found;
    toc_err err;
    toc_span text = toc_span_text(wallets[index]);
    if (toc_wallet_parse(text, &found, &err) != TOC_OK)
        sim_die(net, "parse a wallet", &err);
    toc_wallet wallet = found.wallets[0];
    for (size_t i = 0; i < found.count; i++) {
        if (strcmp(toc_chain_symbol(found.wallets[i].chain), "BTC") == 0)
            wallet = found.wallets[i];
    }
    return wallet;
}

static toc_span pick(sim_net *net, const char *const *words, unsigned count)
{
    return toc_span_text(words[sim_below(net, count)]);
}

static void fill_wallet(submission *all, toc_statement *out)
{
    static const char *const categories[] = {"theft", "sanctions", "mixer"};
    static const char *const roles[] = {"perpetrator", "intermediary", "victim"};
    static const char *const lists[] = {"ofac-sdn", "ofac-0xb10c", "a-list-nobody-knows"};
    sim_net *net = all->net;
    out->kind = TOC_RECORD_WALLET;
    out->as.wallet = (toc_wallet_body){.wallet = wallet_of(net, sim_below(net, SIM_WALLETS)),
                                       .category = pick(net, categories, 3),
                                       .role = pick(net, roles, 3)};
    if (sim_below(net, 2) == 0)
        out->source = (toc_source){.ground = TOC_GROUND_LIST, .id = pick(net, lists, 3)};
}

static void fill_cluster(sim_net *net, toc_statement *out)
{
    static const char *const names[] = {"alpha", "beta"};
    static const char *const types[] = {"criminal", "exchange"};
    out->kind = TOC_RECORD_CLUSTER;
    out->as.cluster =
        (toc_cluster_body){.cluster = pick(net, names, 2), .entity_type = pick(net, types, 2)};
}

static void fill_members(submission *all, toc_statement *out)
{
    static const char *const names[] = {"alpha", "beta"};
    size_t count = 1 + sim_below(all->net, 4);
    toc_member *members = toc_arena_zalloc(all->arena, count, sizeof *members);
    for (size_t i = 0; i < count; i++)
        members[i] = (toc_member){.wallet = wallet_of(all->net, sim_below(all->net, SIM_WALLETS)),
                                  .remove = sim_below(all->net, 5) == 0};
    out->kind = TOC_RECORD_MEMBERS;
    out->as.members =
        (toc_members_body){.cluster = pick(all->net, names, 2), .count = count, .members = members};
}

static void fill_retraction(submission *all, toc_statement *out)
{
    toc_statement target = *out, retraction;
    if (sim_below(all->net, 3) == 0)
        fill_cluster(all->net, &target);
    else
        fill_wallet(all, &target);
    toc_claim_id claim;
    toc_statement_claim(&target, &all->circle, &all->node->org, &claim);
    toc_statement_retract(&target, &claim, TOC_RETRACT_ERROR, &retraction);
    retraction.revision = out->revision;
    retraction.issued_at = out->issued_at;
    *out = retraction;
}

static void fill(submission *all, uint64_t generation, toc_now now, toc_statement *out)
{
    *out = (toc_statement){.revision = (generation << 24) + all->node->revision++,
                           .issued_at = now.wall,
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 40 + sim_below(all->net, 60),
                           .confidence_scale = toc_span_text("percent"),
                           .source = {.ground = TOC_GROUND_OWN}};
    if (sim_below(all->net, 10) == 0)
        out->issued_at.unix_ms += 600000; /* waits until the horizon has come so far */
    if (sim_below(all->net, 6) == 0)
        out->valid_until.unix_ms = now.wall.unix_ms + sim_below(all->net, 400000);
    unsigned kind = sim_below(all->net, 10);
    if (kind < 5)
        fill_wallet(all, out);
    else if (kind < 6)
        fill_cluster(all->net, out);
    else if (kind < 8)
        fill_members(all, out);
    else
        fill_retraction(all, out);
    toc_claim_id claim;
    toc_statement_claim(out, &all->circle, &all->node->org, &claim);
    if (out->kind == TOC_RECORD_WALLET || out->kind == TOC_RECORD_CLUSTER) {
        toc_root *root = toc_arena_zalloc(all->arena, 1, sizeof *root);
        *root = toc_source_root(&out->source, &claim, all->arena);
        out->roots = root;
        out->root_count = 1;
    }
}

static toc_code submit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    submission *all = context;
    uint64_t generation;
    toc_err why;
    if (toc_engine_writable(engine, txn, &all->circle, now, &generation, &why) != TOC_OK) {
        all->refused = true;
        return TOC_OK;
    }
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    size_t ends[64];
    toc_span records[64];
    for (size_t i = 0; i < all->count; i++) {
        toc_statement statement;
        fill(all, generation, now, &statement);
        TOC_TRY(toc_record_encode(&statement, &bytes, err));
        ends[i] = bytes.size;
    }
    for (size_t i = 0; i < all->count; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        records[i] = toc_span_of(bytes.data + start, ends[i] - start);
    }
    toc_lane lane = sim_below(all->net, 4) == 0 ? TOC_LANE_ALERT : TOC_LANE_BULK;
    return toc_engine_write(engine, txn, &all->circle, lane, records, NULL, all->count, now,
                            all->ids, err);
}

void sim_submit_at(sim_net *net, sim_node *node, const toc_circle_id *circle, sim_known *known)
{
    toc_err err;
    submission all = {.net = net,
                      .node = node,
                      .circle = *circle,
                      .count = sim_below(net, 12) == 0 ? 40 : 1 + sim_below(net, 3)};
    if (toc_arena_new(8 << 20, &all.arena, &err) != TOC_OK)
        sim_die(net, "arena", &err);
    if (sim_do(net, all.node, submit, &all) && !all.refused &&
        known->count + all.count <= SIM_RECORDS_MAX) {
        memcpy(known->ids + known->count, all.ids, all.count * sizeof *all.ids);
        known->count += all.count;
        net->counts.records += all.count;
    }
    toc_arena_free(all.arena);
}

void sim_submit(sim_net *net, const toc_circle_id *circle, sim_known *known)
{
    sim_submit_at(net, &net->nodes[sim_below(net, (unsigned)net->node_count)], circle, known);
}
