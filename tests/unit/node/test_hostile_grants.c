/* A hostile author, or who has its sign key and not its root: grants that name cards and charters
 * as it likes, between others that are in order; and a tree that grows while a part is verified. */
#include "node/engine/roll.h"
#include "node/engine/sync.h"
#include "proto/roll/change.h"
#include "tests/unit/node/hostile.h"

enum { NEWEST = 3, GRANTS_MAX = 2, MANY = 1300, WORK_MS = 300 };

/* MALLORY's cards, and what it says is one. */
typedef struct naming {
    scene *s;
    toc_arena *arena;
    toc_card cards[NEWEST + 1]; /* by serial */
    toc_charter charter;
    toc_buf made; /* a card */
    size_t count; /* of the feed that is written to */
    toc_grant grants[GRANTS_MAX];
} naming;

static void look_up(naming *n)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_card card;
    charter_at(n->s, AUTHOR, n->arena, &n->charter);
    TOC_CHECK_OK(toc_log_read(n->s->net.nodes[MALLORY].log, &txn, &err));
    TOC_CHECK_OK(toc_log_card_of(txn, &n->s->net.nodes[MALLORY].org, n->arena, &card, &err));
    for (n->cards[card.serial] = card; card.serial > 1; n->cards[card.serial] = card)
        TOC_CHECK_OK(toc_roll_card(txn, &card.previous, n->arena, &card, &err));
}

static void rotate(naming *n)
{
    assert_true(sim_rotate(&n->s->net, &n->s->net.nodes[MALLORY], TOC_CHANGE_LINK, false, false));
    steps(n->s, 300);
    look_up(n);
}

static int set_up_naming(void **state)
{
    static naming n;
    toc_err err;
    void *made = NULL;
    set_up(&made);
    n = (naming){.s = made};
    TOC_CHECK_OK(toc_arena_new(64 << 20, &n.arena, &err));
    admit_as(n.s, MALLORY, TOC_ROLE_MEMBER, true);
    rotate(&n);
    *state = &n;
    return 0;
}

static int tear_down_naming(void **state)
{
    naming *n = *state;
    void *inner = n->s;
    toc_arena_free(n->arena);
    toc_buf_wipe(&n->made);
    return tear_down(&inner);
}

/* ---- grants ---- */

static toc_grant name_card(const naming *n, const toc_card_hash *card, uint64_t serial)
{
    return (toc_grant){.card = *card,
                       .card_serial = serial,
                       .charter = n->charter.hash,
                       .charter_version = n->charter.version,
                       .epoch = 1,
                       .alg = 1};
}

static toc_grant name_own(const naming *n, uint64_t serial)
{
    return name_card(n, &n->cards[serial].hash, serial);
}

/* Of a generation that its engine does not write to. */
static toc_log_feed feed_of(const naming *n, int by)
{
    toc_err err;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_log_feed feed;
    toc_feed_id id;
    feed_at(n->s, MALLORY, MALLORY, TOC_LANE_ALERT, &feed);
    toc_feed_name name = feed.name;
    name.generation += 5;
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_read(n->s->net.nodes[by].log, &txn, &err));
    if (toc_log_feed_find(txn, &id, &feed, NULL) != TOC_OK)
        feed = (toc_log_feed){.name = name, .id = id};
    return feed;
}

/* All under one head: whoever takes them judges them at once. */
static toc_code append_grants(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    (void)now;
    const naming *n = context;
    toc_log_feed feed = feed_of(n, MALLORY);
    if (feed.number == 0) {
        const toc_feed_name name = feed.name;
        TOC_TRY(toc_log_feed_new(txn, &name, &feed, err));
    }
    engine_feed *state = toc_sync_feed(engine, &feed.name);
    state->written = true;
    state->written_from = feed.frontier.size;
    state->written_link = 0;
    for (size_t i = 0; i < n->count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        toc_hash leaf;
        const toc_judge judge = toc_judge_of(&n->grants[i], feed.frontier.size);
        TOC_TRY(toc_grant_write(&n->grants[i], &entry, err));
        toc_span bytes = toc_buf_view(&entry);
        toc_entry_leaf(&feed.id, feed.frontier.size, bytes, &leaf);
        TOC_TRY(toc_log_append(txn, &feed, &bytes, &leaf, 1, &judge, err));
    }
    return TOC_OK;
}

static uint64_t append_and_look(naming *n, size_t count)
{
    n->count = count;
    assert_true(sim_do(&n->s->net, &n->s->net.nodes[MALLORY], append_grants, n));
    steps(n->s, 500);
    assert_true(feed_of(n, MALLORY).frontier.size >= count);
    return feed_of(n, READER).frontier.size;
}

static void assert_refused(naming *n, size_t count)
{
    assert_int_equal(refused(n->s, READER, MALLORY, TOC_REFUSE_GRANT), 0);
    assert_int_equal(append_and_look(n, count), 0);
    assert_true(refused(n->s, READER, MALLORY, TOC_REFUSE_GRANT) >= 1);
}

/* Before one that names the newest card truly. */
static void assert_refused_first(naming *n, const toc_card_hash *card, uint64_t serial)
{
    n->grants[0] = name_card(n, card, serial);
    n->grants[1] = name_own(n, NEWEST);
    assert_refused(n, 2);
}

static toc_code keep_card(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)engine;
    (void)now;
    naming *n = context;
    toc_card card;
    toc_hash key;
    TOC_TRY(toc_card_open(toc_buf_view(&n->made), n->arena, &card, err));
    memcpy(key.bytes, card.hash.bytes, sizeof key.bytes);
    n->cards[0] = card;
    return toc_log_roll_put(txn, &key, card.signed_card, err);
}

/* A second card of serial 2, in order by itself: by the root, or by a thief who has none. */
static const toc_card_hash *make_second(naming *n, const toc_secret *root)
{
    toc_err err;
    toc_card card;
    toc_card_next(&n->cards[1], &card);
    card.duty = toc_span_text("thief@example.org");
    toc_sign_public(root, &card.root);
    TOC_CHECK_OK(toc_card_sign(&card, root, NULL, &n->made, &err));
    assert_true(sim_do(&n->s->net, &n->s->net.nodes[MALLORY], keep_card, n));
    return &n->cards[0].hash;
}

static void grants_that_name_the_authors_cards_one_after_the_other_are_taken(void **state)
{
    naming *n = *state;
    rotate(n);
    n->grants[0] = name_own(n, 1);
    n->grants[1] = name_own(n, NEWEST);
    assert_int_equal(append_and_look(n, 2), 2);
    assert_int_equal(refused(n->s, READER, MALLORY, TOC_REFUSE_GRANT), 0);
}

/* Its officers would decide what needs approval. */
static void nobody_writes_by_another_orgs_card_though_his_own_follows(void **state)
{
    naming *n = *state;
    rotate(n);
    toc_card_hash other;
    copy_card(n->s, &n->s->net.nodes[READER]);
    toc_err err;
    toc_card card;
    TOC_CHECK_OK(toc_card_open(toc_buf_view(&n->s->card), n->arena, &card, &err));
    other = card.hash;
    assert_refused_first(n, &other, 1);
}

/* Who has the sign key and not the root makes a card with officers of his own. */
static void
nobody_writes_by_a_card_that_its_org_never_signed_though_a_true_one_follows(void **state)
{
    naming *n = *state;
    toc_err err;
    TOC_AUTO(toc_secret_free) toc_secret *root = NULL;
    rotate(n);
    TOC_CHECK_OK(toc_secret_random(&root, &err));
    assert_refused_first(n, make_second(n, root), 2);
}

static void nobody_goes_on_by_a_card_that_its_org_never_signed(void **state)
{
    naming *n = *state;
    toc_err err;
    TOC_AUTO(toc_secret_free) toc_secret *root = NULL;
    rotate(n);
    TOC_CHECK_OK(toc_secret_random(&root, &err));
    n->grants[0] = name_own(n, 1);
    assert_int_equal(append_and_look(n, 1), 1);
    n->grants[0] = name_card(n, make_second(n, root), 2);
    n->grants[1] = name_own(n, NEWEST);
    assert_int_equal(append_and_look(n, 2), 1);
    assert_true(refused(n->s, READER, MALLORY, TOC_REFUSE_GRANT) >= 1);
}

static void nobody_writes_by_what_is_no_card_though_a_true_one_follows(void **state)
{
    naming *n = *state;
    toc_card_hash none;
    rotate(n);
    memcpy(none.bytes, n->charter.hash.bytes, sizeof none.bytes); /* which everybody has */
    assert_refused_first(n, &none, 1);
}

/* What a charter demands of a card goes by its serial. */
static void nobody_writes_by_his_card_under_a_serial_that_it_has_not(void **state)
{
    naming *n = *state;
    n->grants[0] = name_card(n, &n->cards[2].hash, 7);
    assert_refused(n, 1);
}

static void of_two_cards_of_one_serial_a_feed_names_one(void **state)
{
    naming *n = *state;
    rotate(n);
    n->grants[0] = name_card(n, make_second(n, n->s->net.nodes[MALLORY].roots.root), 2);
    n->grants[1] = name_own(n, 2);
    assert_refused(n, 2);
}

static toc_code renew(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    const scene *s = context;
    toc_amended made;
    const toc_amend_step step = {.what = TOC_AMEND_RENEW, .org = s->net.nodes[MALLORY].org};
    const toc_amendment amendment = {.step_count = 1, .steps = &step};
    return toc_engine_charter_propose(engine, txn, &s->circle, &amendment, false, now, NULL, &made,
                                      err);
}

/* It began while that card was good enough. */
static void nobody_goes_on_by_a_card_that_a_newer_charter_takes_no_more(void **state)
{
    naming *n = *state;
    n->grants[0] = name_own(n, 1);
    assert_int_equal(append_and_look(n, 1), 1);
    assert_true(sim_do(&n->s->net, &n->s->net.nodes[AUTHOR], renew, n->s));
    steps(n->s, 500);
    uint32_t version = n->charter.version;
    look_up(n);
    assert_int_equal(n->charter.version, version + 1);
    assert_int_equal(refused(n->s, READER, MALLORY, TOC_REFUSE_GRANT), 0);
    n->grants[0] = name_own(n, 1);
    assert_int_equal(append_and_look(n, 1), 1);
    assert_true(refused(n->s, READER, MALLORY, TOC_REFUSE_GRANT) >= 1);
}

/* ---- meanwhile ---- */

static toc_code write_many(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    static const uint8_t bytes[1000];
    static toc_span records[MANY];
    const scene *s = context;
    for (size_t i = 0; i < MANY; i++)
        records[i] = TOC_SPAN_OF(bytes);
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_BULK, records, NULL, MANY, now, NULL,
                            err);
}

typedef struct overtaking {
    scene *s;
    bool done;
} overtaking;

/* While a worker has the next part: its first entry comes another way. */
static toc_code store_next(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    (void)now;
    overtaking *what = context;
    TOC_AUTO(toc_log_abort) toc_log_txn *source = NULL;
    toc_log_feed theirs, own;
    toc_span entry;
    toc_hash leaf;
    assert_true(feed_at(what->s, AUTHOR, AUTHOR, TOC_LANE_BULK, &theirs));
    const engine_feed *state = toc_sync_find(engine, &theirs.id);
    if (what->done || state == NULL || state->job == 0)
        return TOC_OK;
    TOC_TRY(toc_log_feed_find(txn, &theirs.id, &own, err));
    TOC_TRY(toc_log_read(what->s->net.nodes[AUTHOR].log, &source, err));
    TOC_TRY(toc_log_entry(source, theirs.number, own.frontier.size, &entry, err));
    toc_entry_leaf(&own.id, own.frontier.size, entry, &leaf);
    what->done = true;
    return toc_log_append(txn, &own, &entry, &leaf, 1, NULL, err);
}

/* Else entries stood where they are not proven, under a head that does not cover them. */
static void what_was_verified_for_a_tree_that_has_grown_since_is_void(void **state)
{
    naming *n = *state;
    scene *s = n->s;
    toc_err err;
    toc_log_feed theirs, here;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    overtaking what = {.s = s};
    s->net.work_ms_max = WORK_MS;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_many, s));
    for (int i = 0; i < 1000 && !what.done; i++) {
        steps(s, 1);
        assert_true(sim_do(&s->net, &s->net.nodes[READER], store_next, &what));
    }
    assert_true(what.done);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_BULK, &theirs));
    for (int i = 0; i < 3000 && size_of(s, READER, &theirs) < theirs.frontier.size; i++)
        steps(s, 1);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_BULK, &here));
    assert_true(toc_frontier_equal(&here.frontier, &theirs.frontier));
    for (int reason = 0; reason < TOC_REFUSE_COUNT; reason++)
        assert_int_equal(refused(s, READER, AUTHOR, (toc_refusal)reason), 0);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_check(txn, NULL, NULL, &err));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_naming, tear_down_naming)
    const struct CMUnitTest tests[] = {
        TEST(grants_that_name_the_authors_cards_one_after_the_other_are_taken),
        TEST(nobody_writes_by_another_orgs_card_though_his_own_follows),
        TEST(nobody_writes_by_a_card_that_its_org_never_signed_though_a_true_one_follows),
        TEST(nobody_goes_on_by_a_card_that_its_org_never_signed),
        TEST(nobody_writes_by_what_is_no_card_though_a_true_one_follows),
        TEST(nobody_writes_by_his_card_under_a_serial_that_it_has_not),
        TEST(of_two_cards_of_one_serial_a_feed_names_one),
        TEST(nobody_goes_on_by_a_card_that_a_newer_charter_takes_no_more),
        TEST(what_was_verified_for_a_tree_that_has_grown_since_is_void),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
