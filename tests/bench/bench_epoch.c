/* A sender key turns in a circle of many readers, and alerts go on meanwhile: two whole nodes in
 * this process, linked over loopback, both durable; the other members are cards.
 *   bench_epoch [MEMBERS [ALERTS]]
 * Measures what one turn costs, and how long alerts take at a steady rate with nothing else on the
 * link, while the grants of other members come over it, 100 a second, and after those of all
 * members came at once. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "node/clock.h"
#include "node/diag.h"
#include "node/engine/grants.h"
#include "node/engine/sync.h"
#include "tests/bench/pace.h"

enum {
    MEMBERS_DEFAULT = TOC_MEMBERS_MAX,
    ALERTS_DEFAULT = 1000,
    RATE = 200,            /* alerts a second */
    TURNS = 20,            /* measured; the middle one is told */
    AUTHORS_NS = 10000000, /* another author's grants come each */
    WAIT_S = 600,
    AT_ONCE = 50, /* authors in one round */
    ARENA_BYTES = 64 << 20
};

/* An org that is a card and no node. */
typedef struct ghost {
    toc_org_id org;
    toc_buf card;
    toc_card_hash hash;
    toc_secret *sign;
} ghost;

typedef struct scene {
    toc_test_node from, to;
    toc_circle_id circle;
    size_t ghost_count;
    ghost *ghosts;
    uint64_t next; /* number of the next draft */
    toc_seal_key reader;
    uint64_t turn_ns, turn_bytes;
    size_t told; /* ghosts whose grants were handed over */
    atomic_bool stop;
} scene;

/* ---- members ---- */

/* In a log of its own, in which nothing is ever committed. */
static void make_ghosts(scene *s)
{
    toc_err err;
    char folder[TOC_TEMPDIR_BYTES];
    toc_log *log;
    toc_secret *key;
    toc_tempdir_make(folder);
    TOC_CHECK_OK(toc_secret_random(&key, &err));
    TOC_CHECK_OK(toc_log_create(folder, &err));
    TOC_CHECK_OK(
        toc_log_open(folder, &(toc_store_options){.log_map_bytes = 64 << 20}, key, &log, &err));
    for (size_t i = 0; i < s->ghost_count; i++) {
        ghost *g = &s->ghosts[i];
        TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
        TOC_AUTO(toc_roots_wipe) toc_roots roots = {0};
        TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
        char name[32];
        toc_card card;
        snprintf(name, sizeof name, "Member %zu", i);
        toc_identity identity = {.name = toc_span_text(name),
                                 .kind = toc_span_text("exchange"),
                                 .country = toc_span_text("DE")};
        TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
        TOC_CHECK_OK(toc_roots_new(&roots, &err));
        TOC_CHECK_OK(toc_log_write(log, &txn, &err));
        TOC_CHECK_OK(
            toc_identity_create(txn, &identity, &roots, toc_clock_now().wall, &g->org, &err));
        TOC_CHECK_OK(toc_log_card_of(txn, &g->org, arena, &card, &err));
        TOC_CHECK_OK(toc_log_own_key(txn, TOC_OWN_SIGN, &g->sign, &err));
        toc_buf_add_span(&g->card, card.signed_card);
        g->hash = card.hash;
    }
    toc_log_close(log);
    toc_secret_free(key);
    toc_tempdir_remove(folder);
}

static toc_code take_cards(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    for (size_t i = 0; i < s->ghost_count; i++) {
        toc_org_id org;
        TOC_TRY(toc_engine_peer_add(engine, txn, toc_buf_view(&s->ghosts[i].card), (toc_span){0},
                                    now, &org, err));
    }
    return TOC_OK;
}

static toc_code admit_all(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const scene *s = context;
    toc_amend_step *steps = calloc(s->ghost_count, sizeof *steps);
    toc_amended made;
    assert_non_null(steps);
    for (size_t i = 0; i < s->ghost_count; i++)
        steps[i] = (toc_amend_step){
            .what = TOC_AMEND_ADMIT, .org = s->ghosts[i].org, .role = TOC_ROLE_MEMBER};
    toc_amendment change = {.step_count = s->ghost_count, .steps = steps};
    toc_code code =
        toc_engine_charter_propose(engine, txn, &s->circle, &change, false, now, NULL, &made, err);
    free(steps);
    return code;
}

/* ---- a turn ---- */

static uint64_t keys_taken(toc_log_txn *txn, const scene *s, toc_now now)
{
    toc_err err;
    uint64_t bytes;
    TOC_CHECK_OK(toc_engine_quota_used(txn, &s->from.org, &s->circle, TOC_LANE_KEYS, now.wall,
                                       &bytes, &err));
    return bytes;
}

static toc_code turn(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    scene *s = context;
    uint64_t before = keys_taken(txn, s, now), start = now_ns();
    TOC_TRY(toc_grants_refresh(engine, txn, &s->circle, true, now, err));
    s->turn_ns = now_ns() - start;
    s->turn_bytes = keys_taken(txn, s, now) - before;
    return TOC_OK;
}

static void measure_turns(scene *s)
{
    toc_err err;
    uint64_t inside[TURNS], whole[TURNS];
    for (size_t i = 0; i < TURNS; i++) {
        uint64_t start = now_ns();
        TOC_CHECK_OK(toc_node_do(s->from.node, turn, s, &err));
        whole[i] = now_ns() - start;
        inside[i] = s->turn_ns;
    }
    const size_t middle = TURNS / 2;
    qsort(inside, TURNS, sizeof *inside, compare_u64);
    qsort(whole, TURNS, sizeof *whole, compare_u64);
    printf(
        "a turn for %zu readers: %.1f ms on one core (median of %d), %.1f ms durable; %llu bytes "
        "of keys, %llu a reader\n",
        s->ghost_count + 2, (double)inside[middle] / 1e6, TURNS, (double)whole[middle] / 1e6,
        (unsigned long long)s->turn_bytes,
        (unsigned long long)(s->turn_bytes / (s->ghost_count + 2)));
}

/* ---- the grants of another author, as a peer that stored them passes them on ---- */

static toc_code grants_of(const scene *s, const ghost *author, const toc_charter *charter,
                          toc_log_txn *txn, toc_feed_name *name, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    static uint8_t boxes[TOC_MEMBERS_MAX * TOC_BOX_BYTES]; /* of strangers, for all we know */
    size_t readers = toc_charter_reader_count(charter), parts = 0;
    toc_span entries[4];
    toc_hash leaves[4], root;
    toc_log_feed feed;
    TOC_TRY(toc_secret_random(&key, err));
    TOC_TRY(toc_log_feed_new(txn, name, &feed, err));
    toc_grant grant = {.card = author->hash,
                       .card_serial = 1,
                       .charter = charter->hash,
                       .charter_version = charter->version,
                       .epoch = 1,
                       .alg = 1};
    toc_sender_key_id(key, name, 1, &grant.key_id);
    for (size_t i = 0; i < readers; i++) {
        toc_box box;
        if (!toc_org_id_equal(&toc_charter_reader(charter, i)->org, &s->to.org))
            continue;
        TOC_TRY(toc_box_seal(&s->reader, key, &box, err));
        memcpy(boxes + i * TOC_BOX_BYTES, box.bytes, TOC_BOX_BYTES);
    }
    size_t ends[4];
    for (size_t first = 0; first < readers; first += grant.count, parts++) {
        grant.first = (uint16_t)first;
        grant.count = (uint16_t)(readers - first < TOC_GRANT_BOXES_MAX ? readers - first
                                                                       : TOC_GRANT_BOXES_MAX);
        grant.boxes =
            toc_span_of(boxes + first * TOC_BOX_BYTES, (size_t)grant.count * TOC_BOX_BYTES);
        TOC_TRY(toc_grant_write(&grant, &bytes, err));
        ends[parts] = bytes.size;
    }
    for (size_t i = 0; i < parts; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        entries[i] = toc_span_of(bytes.data + start, ends[i] - start);
        toc_entry_leaf(&feed.id, i, entries[i], &leaves[i]);
    }
    toc_judge judge = {.index = parts - 1,
                       .card = author->hash,
                       .card_serial = 1,
                       .charter = charter->hash,
                       .charter_version = charter->version,
                       .epoch = 1,
                       .key_id = grant.key_id};
    TOC_TRY(toc_log_append(txn, &feed, entries, leaves, parts, &judge, err));
    toc_frontier_root(&feed.frontier, &root);
    TOC_TRY(toc_checkpoint_sign(name, feed.frontier.size, &root, author->sign, &note, err));
    return toc_log_head_put(txn, &feed, feed.frontier.size, &root, toc_buf_view(&note), err);
}

static toc_code hand_over(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    scene *s = context;
    const ghost *author = &s->ghosts[s->told++ % s->ghost_count];
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter charter;
    toc_feed_name name = {.circle = s->circle,
                          .org = author->org,
                          .lane = TOC_LANE_KEYS,
                          .generation = now.wall.unix_ms / 1000 + s->told};
    TOC_TRY(toc_arena_new(ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &s->circle, arena, &charter, err));
    TOC_TRY(grants_of(s, author, &charter, txn, &name, err));
    engine_feed *feed = toc_sync_feed(engine, &name);
    if (feed == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    feed->written = true;
    return TOC_OK;
}

static toc_code hand_over_many(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    for (size_t i = 0; i < AT_ONCE; i++)
        TOC_TRY(hand_over(context, engine, txn, now, err));
    return TOC_OK;
}

static void *hand_over_main(void *context)
{
    scene *s = context;
    toc_err err;
    while (!atomic_load(&s->stop)) {
        static const struct timespec pause = {.tv_nsec = AUTHORS_NS};
        TOC_CHECK_OK(toc_node_do(s->from.node, hand_over, s, &err));
        nanosleep(&pause, NULL);
    }
    return NULL;
}

/* ---- alerts ---- */

static void write_one(void *context)
{
    scene *s = context;
    toc_err err;
    toc_writer_totals totals = {0};
    toc_statement draft;
    toc_test_draft(s->next++, &draft);
    TOC_CHECK_OK(toc_writer_write(s->from.writer, &s->circle, TOC_LANE_ALERT, 0, &draft, 1, &totals,
                                  refused, NULL, &err));
}

static void alerts(scene *s, const char *what, size_t count)
{
    uint64_t *ns = calloc(count, sizeof *ns);
    assert_non_null(ns);
    pace(&s->to, count, RATE, write_one, s, ns);
    printf("%-42s p50 %6llu us  p99 %6llu us  max %6llu us  (%zu alerts, %d/s)\n", what,
           (unsigned long long)ns[count / 2] / 1000,
           (unsigned long long)ns[count * 99 / 100] / 1000,
           (unsigned long long)ns[count - 1] / 1000, count, RATE);
    free(ns);
}

static void alerts_among_grants(scene *s, size_t count)
{
    pthread_t hand;
    char what[96];
    size_t before = s->told;
    atomic_store(&s->stop, false);
    assert_int_equal(pthread_create(&hand, NULL, hand_over_main, s), 0);
    uint64_t start = now_ns();
    snprintf(what, sizeof what, "alerts while grants travel");
    alerts(s, what, count);
    atomic_store(&s->stop, true);
    pthread_join(hand, NULL);
    printf("  %zu authors' grants meanwhile, %.1f MB, %.0f a second\n", s->told - before,
           (double)(s->told - before) * (double)(s->ghost_count + 2) * TOC_BOX_BYTES / 1e6,
           (double)(s->told - before) * 1e9 / (double)(now_ns() - start));
}

/* As when a key was stolen from everybody: all turn in one moment. */
static void alerts_behind_all(scene *s, size_t count)
{
    toc_err err;
    for (size_t i = 0; i < s->ghost_count; i += AT_ONCE)
        TOC_CHECK_OK(toc_node_do(s->from.node, hand_over_many, s, &err));
    alerts(s, "alerts behind the grants of all members", count);
}

/* ---- setting up ---- */

static bool is_linked(void *context)
{
    return toc_test_node_links(&((scene *)context)->to) == 1;
}

static bool has_first(void *context)
{
    return entries_of(&((scene *)context)->to) >= 1;
}

static void run(size_t members, size_t count)
{
    static scene s;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_crypto_start(&err));
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    s.ghost_count = members - 2;
    s.ghosts = calloc(s.ghost_count, sizeof *s.ghosts);
    assert_non_null(s.ghosts);
    make_ghosts(&s);
    start_node("Alpha Exchange", &s.from);
    start_node("Beta Police", &s.to);
    TOC_CHECK_OK(toc_node_do(s.from.node, take_cards, &s, &err));
    TOC_CHECK_OK(toc_node_do(s.to.node, take_cards, &s, &err));
    toc_test_node_add_peer(&s.from, &s.to, false);
    toc_test_node_add_peer(&s.to, &s.from, true);
    s.circle = toc_test_node_circle(&s.from);
    toc_test_node_admit(&s.from, &s.circle, &s.to.org);
    TOC_CHECK_OK(toc_node_do(s.from.node, admit_all, &s, &err));
    toc_test_node_join(&s.to, &s.circle);
    toc_card card;
    TOC_CHECK_OK(toc_card_reopen(toc_buf_view(&s.to.card), arena, &card, &err));
    s.reader = card.seal;
    toc_test_wait("they are linked", WAIT_S, is_linked, &s);
    write_one(&s);
    toc_test_wait("the first record comes", WAIT_S, has_first, &s);
    measure_turns(&s);
    for (int i = 0; i < 2; i++) {
        alerts(&s, "alerts alone", count);
        alerts_among_grants(&s, count);
        alerts_behind_all(&s, count);
    }
    toc_test_node_remove(&s.from);
    toc_test_node_remove(&s.to);
    for (size_t i = 0; i < s.ghost_count; i++) {
        toc_buf_wipe(&s.ghosts[i].card);
        toc_secret_free(s.ghosts[i].sign);
    }
    free(s.ghosts);
}

int main(int count, char **words)
{
    size_t members = count > 1 ? (size_t)strtoul(words[1], NULL, 10) : MEMBERS_DEFAULT;
    size_t records = count > 2 ? (size_t)strtoul(words[2], NULL, 10) : ALERTS_DEFAULT;
    toc_diag_set_level(TOC_DIAG_WARNING);
    if (members < 3 || members > TOC_MEMBERS_MAX || records == 0) {
        fprintf(stderr, "bench_epoch [MEMBERS [ALERTS]]: 3 to %u members\n", TOC_MEMBERS_MAX);
        return 2;
    }
    run(members, records);
    return 0;
}
