#include "tests/support/sim_net.h"

#include "tests/support/sim_strip.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { SIM_TICK_MS = 100, SIM_LARGE_BYTES = 600 };
#define SIM_EPOCH_MS 1767225600000ull /* 2026-01-01 */

uint64_t sim_random(sim_net *net)
{
    /* xorshift64*, Marsaglia and Vigna. */
    net->random ^= net->random >> 12;
    net->random ^= net->random << 25;
    net->random ^= net->random >> 27;
    return net->random * 0x2545F4914F6CDD1Dull;
}

unsigned sim_below(sim_net *net, unsigned limit)
{
    return limit == 0 ? 0 : (unsigned)((sim_random(net) >> 33) % limit);
}

bool sim_chance(sim_net *net, unsigned per_10000)
{
    return sim_below(net, 10000) < per_10000;
}

_Noreturn void sim_die(const sim_net *net, const char *what, const toc_err *err)
{
    fprintf(stderr, "seed %llu, at %llu ms: %s%s%s\nagain: sim --seed %llu\n",
            (unsigned long long)net->seed, (unsigned long long)net->now_ms, what,
            err == NULL ? "" : ": ", err == NULL ? "" : err->text, (unsigned long long)net->seed);
    exit(1);
}

static void check(const sim_net *net, toc_code code, const char *what, const toc_err *err)
{
    if (code != TOC_OK)
        sim_die(net, what, err);
}

toc_now sim_now(const sim_net *net, const sim_node *node)
{
    return (toc_now){.wall = {SIM_EPOCH_MS + net->now_ms + (uint64_t)node->clock_skew_ms},
                     .mono = {1000 + net->now_ms}};
}

/* ---- nodes ---- */

static void open_node(sim_net *net, sim_node *node, bool same_boot)
{
    toc_err err;
    toc_store_options options = {
        .log_map_bytes = SIM_MAP_BYTES, .views_map_bytes = SIM_MAP_BYTES, .sync = false};
    check(net, toc_log_open(node->directory, &options, node->store_key, &node->log, &err),
          "open log", &err);
    check(net, toc_views_open(node->directory, &options, node->log, &node->views, &err),
          "open views", &err);
    toc_log_txn *txn = NULL;
    check(net, toc_log_read(node->log, &txn, &err), "read", &err);
    check(net, toc_engine_new(txn, same_boot, sim_now(net, node), &node->engine, &err), "engine",
          &err);
    toc_log_abort(txn);
    node->next_tick_ms = net->now_ms;
}

static void close_node(sim_node *node)
{
    while (node->jobs != NULL) {
        sim_job *job = node->jobs;
        node->jobs = job->next;
        free(job);
    }
    toc_engine_free(node->engine);
    node->engine = NULL;
    toc_views_close(node->views);
    node->views = NULL;
    toc_log_close(node->log);
    node->log = NULL;
}

static void make_node(sim_net *net, sim_node *node, int index, const char *directory)
{
    toc_err err;
    node->index = index;
    node->revision = 1;
    node->clock_skew_ms = (int64_t)sim_below(net, 2000);
    snprintf(node->directory, sizeof node->directory, "%s/node%d", directory, index);
    if (mkdir(node->directory, 0700) != 0)
        sim_die(net, "cannot make a node's directory", NULL);
    check(net, toc_secret_random(&node->store_key, &err), "store key", &err);
    check(net, toc_log_create(node->directory, &err), "create", &err);
    toc_store_options options = {
        .log_map_bytes = SIM_MAP_BYTES, .views_map_bytes = SIM_MAP_BYTES, .sync = false};
    check(net, toc_log_open(node->directory, &options, node->store_key, &node->log, &err),
          "open log", &err);
    toc_log_txn *txn = NULL;
    char name[32];
    snprintf(name, sizeof name, "Org %d", index);
    toc_identity identity = {.name = toc_span_text(name),
                             .kind = toc_span_text("exchange"),
                             .country = toc_span_text("NL")};
    check(net, toc_log_write(node->log, &txn, &err), "write", &err);
    check(net, toc_roots_new(&node->roots, &err), "roots", &err);
    check(net,
          toc_identity_create(txn, &identity, &node->roots, sim_now(net, node).wall, &node->org,
                              &err),
          "identity", &err);
    check(net, toc_log_commit(txn, &err), "commit", &err);
    toc_log_close(node->log);
    node->log = NULL;
    open_node(net, node, true);
}

static sim_link *link_of(sim_net *net, int a, int b)
{
    return a < b ? &net->links[a][b] : &net->links[b][a];
}

static void break_link(sim_net *net, int a, int b)
{
    sim_link *link = link_of(net, a, b);
    if (!link->up)
        return;
    link->up = false;
    net->counts.broken++;
    int ends[2] = {a < b ? a : b, a < b ? b : a};
    for (int i = 0; i < 2; i++) {
        if (net->nodes[ends[i]].engine != NULL)
            toc_engine_link_down(net->nodes[ends[i]].engine, link->number);
    }
}

void sim_crash(sim_net *net, sim_node *node)
{
    net->counts.crashes++;
    for (int other = 0; other < net->node_count; other++) {
        if (other != node->index)
            break_link(net, node->index, other);
    }
    close_node(node);
    node->restart_ms = net->now_ms + 200 + sim_below(net, 5000);
}

void sim_off(sim_net *net, sim_node *node)
{
    if (node->engine != NULL)
        sim_crash(net, node);
    node->restart_ms = UINT64_MAX;
}

void sim_on(sim_net *net, sim_node *node, bool same_boot)
{
    open_node(net, node, same_boot);
}

/* ---- messages ---- */

static void insert_message(sim_net *net, sim_message *message)
{
    sim_message **at = &net->messages;
    while (*at != NULL && (*at)->deliver_ms <= message->deliver_ms)
        at = &(*at)->next;
    message->next = *at;
    *at = message;
}

static void send_copy(sim_net *net, int to, uint64_t link, toc_span bytes)
{
    sim_message *message = calloc(1, sizeof *message);
    if (message == NULL)
        sim_die(net, "out of memory", NULL);
    unsigned delay = 1 + sim_below(net, net->faults.delay_ms_max + 1);
    if (sim_chance(net, net->faults.reorder))
        delay += sim_below(net, 500);
    message->deliver_ms = net->now_ms + delay;
    message->link = link;
    message->to = to;
    toc_buf_add_span(&message->bytes, bytes);
    insert_message(net, message);
}

void sim_say(sim_net *net, int from, int to, toc_span bytes)
{
    if (link_of(net, from, to)->up)
        send_copy(net, to, link_of(net, from, to)->number, bytes);
}

/* What a hostile node makes of a message of its own engine. False: it keeps it to itself. Entries
 * travel in the large ones. */
static bool tamper(sim_net *net, toc_buf *bytes)
{
    if (bytes->size > SIM_LARGE_BYTES && sim_chance(net, 5000)) {
        net->counts.tampered++;
        return false;
    }
    if (sim_chance(net, 300)) {
        bytes->data[sim_below(net, (unsigned)bytes->size)] ^= (uint8_t)(1u << sim_below(net, 8));
        net->counts.tampered++;
    }
    if (sim_chance(net, 2000) && sim_strip(net, bytes))
        net->counts.tampered++;
    return true;
}

static void send(sim_net *net, sim_node *from, uint64_t number, toc_span bytes)
{
    for (int other = 0; other < net->node_count; other++) {
        if (other == from->index)
            continue;
        const sim_link *link = link_of(net, from->index, other);
        if (!link->up || link->number != number)
            continue;
        net->counts.sent++;
        if (net->watch != NULL)
            net->watch(net, from, bytes);
        if (sim_chance(net, net->faults.lose)) {
            net->counts.lost++;
            return;
        }
        TOC_AUTO(toc_buf_wipe) toc_buf sent = {0};
        toc_buf_add_span(&sent, bytes);
        if (net->hostile != 0 && net->hostile == from->index && !tamper(net, &sent))
            return;
        send_copy(net, other, number, toc_buf_view(&sent));
        if (sim_chance(net, net->faults.twice)) {
            net->counts.doubled++;
            send_copy(net, other, number, toc_buf_view(&sent));
        }
        return;
    }
}

static void close_by_engine(sim_net *net, sim_node *from, uint64_t number)
{
    for (int other = 0; other < net->node_count; other++) {
        if (other != from->index && link_of(net, from->index, other)->up &&
            link_of(net, from->index, other)->number == number)
            break_link(net, from->index, other);
    }
}

/* ---- rounds ---- */

static void run_jobs(sim_net *net, sim_node *node)
{
    uint64_t number;
    toc_chunk *chunk;
    while (toc_engine_job(node->engine, &number, &chunk)) {
        sim_job *job = calloc(1, sizeof *job);
        if (job == NULL)
            sim_die(net, "out of memory", NULL);
        job->number = number;
        job->verdict = toc_chunk_verify(chunk, &job->err);
        job->ready_ms = net->now_ms + sim_below(net, net->work_ms_max);
        job->next = node->jobs;
        node->jobs = job;
        net->counts.jobs++;
    }
}

typedef struct round_input {
    sim_message *messages; /* for this node, in order */
    sim_action action;
    void *context;
} round_input;

static toc_code feed_engine(sim_net *net, sim_node *node, toc_log_txn *txn,
                            const round_input *input, toc_now now, toc_err *err)
{
    for (const sim_message *message = input->messages; message != NULL; message = message->next) {
        net->counts.delivered++;
        TOC_TRY(toc_engine_message(node->engine, txn, message->link, toc_buf_view(&message->bytes),
                                   now, err));
    }
    for (sim_job **at = &node->jobs; *at != NULL;) {
        sim_job *job = *at;
        if (job->ready_ms > net->now_ms) {
            at = &job->next;
            continue;
        }
        *at = job->next;
        toc_code code =
            toc_engine_job_done(node->engine, txn, job->number, job->verdict, &job->err, now, err);
        free(job);
        TOC_TRY(code);
    }
    if (input->action != NULL)
        TOC_TRY(input->action(input->context, node->engine, txn, now, err));
    bool more = false;
    if (net->now_ms >= node->next_tick_ms) {
        node->next_tick_ms = net->now_ms + SIM_TICK_MS;
        TOC_TRY(toc_engine_tick(node->engine, txn, now, &more, err));
    }
    return toc_engine_round_end(node->engine, txn, now, err);
}

/* False: the node crashed after its engine and before its commit. Nothing had left it. */
static bool round_of(sim_net *net, sim_node *node, const round_input *input)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    net->counts.rounds++;
    check(net, toc_log_write(node->log, &txn, &err), "begin a round", &err);
    check(net, feed_engine(net, node, txn, input, sim_now(net, node), &err), "a round", &err);
    if (sim_chance(net, net->faults.crash_before_commit)) {
        net->counts.crashes_before_commit++;
        toc_log_abort(txn);
        sim_crash(net, node);
        return false;
    }
    if (toc_log_rows(txn) == 0)
        toc_log_abort(txn);
    else
        check(net, toc_log_commit(txn, &err), "commit", &err);
    toc_output output;
    while (toc_engine_output(node->engine, &output)) {
        if (output.kind == TOC_OUTPUT_SEND)
            send(net, node, output.link, output.bytes);
        else if (output.kind == TOC_OUTPUT_CLOSE)
            close_by_engine(net, node, output.link);
    }
    run_jobs(net, node);
    return true;
}

bool sim_do(sim_net *net, sim_node *node, sim_action action, void *context)
{
    round_input input = {.action = action, .context = context};
    return node->engine != NULL && round_of(net, node, &input);
}

/* ---- time ---- */

static toc_code link_up_action(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const sim_message *what = context; /* link, and the other org in its bytes */
    toc_org_id org;
    memcpy(org.bytes, what->bytes.data, sizeof org.bytes);
    return toc_engine_link_up(engine, txn, what->link, &org, now, err);
}

/* Both sides must hold the other's card and be willing, as the real handshake asks. */
static bool may_link(sim_net *net, sim_node *node, const sim_node *other)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_link_key key;
    check(net, toc_log_read(node->log, &txn, &err), "read", &err);
    bool may = toc_engine_may_link(node->engine, txn, &other->org, &key);
    toc_log_abort(txn);
    return may;
}

static void connect_pairs(sim_net *net)
{
    for (int a = 0; a < net->node_count; a++) {
        for (int b = a + 1; b < net->node_count; b++) {
            sim_link *link = &net->links[a][b];
            sim_node *low = &net->nodes[a], *high = &net->nodes[b];
            if (link->up || (net->star && a != net->hub && b != net->hub) || low->engine == NULL ||
                high->engine == NULL || net->cut[a] != net->cut[b] || !sim_chance(net, 500) ||
                !may_link(net, low, high) || !may_link(net, high, low))
                continue;
            link->up = true;
            link->number = ++net->next_link;
            sim_message to_low = {.link = link->number}, to_high = {.link = link->number};
            toc_buf_add(&to_low.bytes, high->org.bytes, 32);
            toc_buf_add(&to_high.bytes, low->org.bytes, 32);
            if (sim_do(net, low, link_up_action, &to_low) && link->up)
                sim_do(net, high, link_up_action, &to_high);
            toc_buf_wipe(&to_low.bytes);
            toc_buf_wipe(&to_high.bytes);
        }
    }
}

void sim_cut(sim_net *net, const bool away[SIM_NODES_MAX])
{
    memcpy(net->cut, away, sizeof net->cut);
    for (int a = 0; a < net->node_count; a++) {
        for (int b = a + 1; b < net->node_count; b++) {
            if (net->cut[a] != net->cut[b])
                break_link(net, a, b);
        }
    }
}

static void partition(sim_net *net)
{
    bool away[SIM_NODES_MAX] = {false};
    net->counts.partitions++;
    for (int i = 0; i < net->node_count; i++)
        away[i] = sim_below(net, 2) == 1;
    sim_cut(net, away);
    net->heal_ms = net->now_ms + 1000 + sim_below(net, 10000);
}

static void inject(sim_net *net)
{
    if (net->heal_ms != 0 && net->now_ms >= net->heal_ms) {
        memset(net->cut, 0, sizeof net->cut);
        net->heal_ms = 0;
    }
    if (net->now_ms % 1000 != 0)
        return;
    if (net->heal_ms == 0 && sim_chance(net, net->faults.partition))
        partition(net);
    for (int i = 0; i < net->node_count; i++) {
        if (net->nodes[i].engine != NULL && sim_chance(net, net->faults.crash))
            sim_crash(net, &net->nodes[i]);
        if (sim_chance(net, net->faults.break_link)) {
            int other = (int)sim_below(net, (unsigned)net->node_count);
            if (other != i)
                break_link(net, i, other);
        }
    }
}

static void restart(sim_net *net)
{
    for (int i = 0; i < net->node_count; i++) {
        sim_node *node = &net->nodes[i];
        if (node->engine != NULL || net->now_ms < node->restart_ms)
            continue;
        bool reboot = sim_chance(net, net->faults.reboot) || node->new_boot;
        net->counts.reboots += reboot ? 1 : 0;
        node->new_boot = false;
        open_node(net, node, !reboot);
    }
}

/* Takes what is due for one node out of the network; what belongs to a link that is gone is
 * dropped. */
static sim_message *due_for(sim_net *net, int index)
{
    sim_message *first = NULL, **last = &first;
    for (sim_message **at = &net->messages; *at != NULL && (*at)->deliver_ms <= net->now_ms;) {
        sim_message *message = *at;
        if (message->to != index) {
            at = &message->next;
            continue;
        }
        *at = message->next;
        message->next = NULL;
        *last = message;
        last = &message->next;
    }
    return first;
}

static void free_messages(sim_message *first)
{
    for (sim_message *next; first != NULL; first = next) {
        next = first->next;
        toc_buf_wipe(&first->bytes);
        free(first);
    }
}

static void step_node(sim_net *net, sim_node *node)
{
    sim_message *due = due_for(net, node->index);
    bool job_ready = false;
    for (const sim_job *job = node->jobs; job != NULL; job = job->next)
        job_ready = job_ready || job->ready_ms <= net->now_ms;
    if (node->engine != NULL && (due != NULL || job_ready || net->now_ms >= node->next_tick_ms)) {
        round_input input = {.messages = due};
        round_of(net, node, &input);
    }
    free_messages(due);
}

void sim_step(sim_net *net)
{
    net->now_ms += SIM_STEP_MS;
    inject(net);
    restart(net);
    connect_pairs(net);
    for (int i = 0; i < net->node_count; i++)
        step_node(net, &net->nodes[i]);
    for (int i = 0; i < net->node_count; i++) {
        if (net->nodes[i].engine != NULL && sim_chance(net, 300))
            sim_fold(&net->nodes[i]);
    }
}

void sim_star(sim_net *net, int hub)
{
    net->star = true;
    net->hub = hub;
    for (int a = 0; a < net->node_count; a++) {
        for (int b = a + 1; b < net->node_count; b++) {
            if (a != hub && b != hub)
                break_link(net, a, b);
        }
    }
}

void sim_heal(sim_net *net)
{
    net->faults = (sim_faults){.delay_ms_max = 20};
    memset(net->cut, 0, sizeof net->cut);
    net->heal_ms = 0;
    for (int i = 0; i < net->node_count; i++) {
        if (net->nodes[i].engine == NULL)
            open_node(net, &net->nodes[i], !net->nodes[i].new_boot);
        net->nodes[i].new_boot = false;
    }
}

void sim_fold(sim_node *node)
{
    toc_fold_result result = {.backlog = 1};
    toc_err err;
    while (result.backlog > 0) {
        if (toc_views_fold(node->views, NULL, NULL, &result, &err) != TOC_OK) {
            fprintf(stderr, "fold of node %d: %s\n", node->index, err.text);
            exit(1);
        }
        node->malformed += result.malformed;
    }
}

void sim_start(sim_net *net, uint64_t seed, int node_count, const char *directory)
{
    *net = (sim_net){.seed = seed,
                     .random = seed * 0x9E3779B97F4A7C15ull + 1,
                     .node_count = node_count,
                     .work_ms_max = 60};
    toc_random_from_seed(seed);
    for (int i = 0; i < node_count; i++)
        make_node(net, &net->nodes[i], i, directory);
}

void sim_stop(sim_net *net)
{
    free_messages(net->messages);
    for (int i = 0; i < net->node_count; i++) {
        close_node(&net->nodes[i]);
        toc_secret_free(net->nodes[i].store_key);
        toc_roots_wipe(&net->nodes[i].roots);
    }
    toc_random_from_system();
}
