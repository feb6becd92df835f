/* A thief of an author's sign key is first with a grant for the author's next epoch: who has it
 * holds another sender key than the author writes with (0087). */
#include "node/engine/grants.h"
#include "node/engine/sync.h"
#include "tests/support/forger.h"
#include "tests/unit/node/hostile.h"

static int set_up_member(void **state)
{
    set_up(state);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

/* ---- the thief ---- */

typedef struct theft {
    const scene *s;
    int by;                 /* the thief, or the author itself */
    bool withholds;         /* the boxes are nobody's */
    const toc_secret *sign; /* the author's */
    toc_lane lane;
    toc_secret *key; /* the thief's sender key for the next epoch */
} theft;

static toc_code seal_all(const theft *what, const toc_charter *charter, toc_log_txn *txn,
                         toc_arena *arena, toc_buf *out, toc_err *err)
{
    for (size_t i = 0; i < toc_charter_reader_count(charter); i++) {
        toc_card card;
        toc_box box;
        TOC_TRY(toc_log_card_of(txn, &toc_charter_reader(charter, i)->org, arena, &card, err));
        if (what->withholds)
            toc_seal_public(what->key, &card.seal);
        TOC_TRY(toc_box_seal(&card.seal, what->key, &box, err));
        toc_buf_add(out, box.bytes, sizeof box.bytes);
    }
    return toc_buf_ok(out, err);
}

/* In the author's feed, as `by` stores it: a grant of the next epoch, with boxes in the keys
 * lane, under a head in the author's name. */
static toc_code forge_grant(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const theft *what = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf boxes = {0}, entry = {0}, note = {0};
    toc_log_feed feed;
    toc_charter charter;
    toc_hash leaf, root;
    (void)now;
    assert_true(feed_at(what->s, what->by, AUTHOR, what->lane, &feed));
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &feed.name.circle, arena, &charter, err));
    if (what->lane == TOC_LANE_KEYS)
        TOC_TRY(seal_all(what, &charter, txn, arena, &boxes, err));
    toc_grant grant = {.card = feed.judge.card,
                       .card_serial = feed.judge.card_serial,
                       .charter = feed.judge.charter,
                       .charter_version = feed.judge.charter_version,
                       .epoch = feed.judge.epoch + 1,
                       .alg = 1,
                       .count = (uint16_t)(boxes.size / sizeof(toc_box)),
                       .boxes = toc_buf_view(&boxes)};
    toc_sender_key_id(what->key, &feed.name, grant.epoch, &grant.key_id);
    TOC_TRY(toc_grant_write(&grant, &entry, err));
    uint64_t index = feed.frontier.size;
    toc_span bytes = toc_buf_view(&entry);
    toc_judge judge = toc_judge_of(&grant, index);
    toc_entry_leaf(&feed.id, index, bytes, &leaf);
    TOC_TRY(toc_log_append(txn, &feed, &bytes, &leaf, 1, &judge, err));
    toc_frontier_root(&feed.frontier, &root);
    TOC_TRY(toc_checkpoint_sign(&feed.name, index + 1, &root, what->sign, &note, err));
    TOC_TRY(toc_log_head_put(txn, &feed, index + 1, &root, toc_buf_view(&note), err));
    engine_feed *state = toc_sync_feed(engine, &feed.name);
    state->proven = state->written = true;
    state->written_from = index;
    state->written_link = 0;
    return TOC_OK;
}

static void forge(scene *s, const theft *what, toc_lane lane)
{
    theft now = *what;
    now.lane = lane;
    assert_true(sim_do(&s->net, &s->net.nodes[what->by], forge_grant, &now));
}

/* ---- the author, who has not heard of it ---- */

static toc_code turn(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const scene *s = context;
    return toc_grants_refresh(engine, txn, &s->circle, true, now, err);
}

typedef struct saying {
    scene *s;
    toc_lane lane;
} saying;

static toc_code write_claim(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    const saying *what = context;
    const scene *s = what->s;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    TOC_TRY(toc_forge_record(&s->circle, &s->net.nodes[AUTHOR].org,
                             "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", now.wall, &record, err));
    toc_span bytes = toc_buf_view(&record);
    return toc_engine_write(engine, txn, &s->circle, what->lane, &bytes, NULL, 1, now, NULL, err);
}

static uint64_t pending_at(const scene *s, int by)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_pending range;
    uint64_t count = 0, from = 0;
    uint32_t number = 0;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    while (toc_log_pending_next(txn, number, from, &range, NULL) == TOC_OK) {
        count += range.until - range.from;
        number = range.number;
        from = range.until;
    }
    toc_log_abort(txn);
    return count;
}

/* The thief's grants reach the reader; meanwhile the author, away, turns its epoch and writes. */
static void part(scene *s, bool alerts_too)
{
    toc_err err;
    theft what = {.s = s, .by = MALLORY, .sign = steal(s, AUTHOR, TOC_OWN_SIGN)};
    TOC_CHECK_OK(toc_secret_random(&what.key, &err));
    isolate(s, AUTHOR);
    forge(s, &what, TOC_LANE_KEYS);
    if (alerts_too)
        forge(s, &what, TOC_LANE_ALERT);
    steps(s, 300);
    assert_int_equal(size_at(s, READER, AUTHOR, TOC_LANE_KEYS),
                     size_at(s, MALLORY, AUTHOR, TOC_LANE_KEYS));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], turn, s));
    saying words = {.s = s, .lane = alerts_too ? TOC_LANE_BULK : TOC_LANE_ALERT};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_claim, &words));
    steps(s, 100);
    toc_secret_free((toc_secret *)(uintptr_t)what.sign);
    toc_secret_free(what.key);
}

static void whoever_got_a_thiefs_key_reads_what_the_author_writes(void **state)
{
    scene *s = *state;
    part(s, false);
    toc_log_feed feed; /* its author begins others when it hears of the thief */
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    s->net.cut[AUTHOR] = false;
    steps(s, 1000);
    assert_int_equal(size_of(s, READER, &feed), feed.frontier.size);
    assert_int_equal(opened_by(s, READER), 1);
    assert_int_equal(pending_at(s, READER), 0);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_UNOPENABLE), 0);
    assert_int_equal(opened_by(s, AUTHOR), 1);
}

/* It is told as missing until the author can be asked, not as something that nobody can read. */
static void until_the_author_is_asked_its_words_wait(void **state)
{
    scene *s = *state;
    part(s, false);
    sim_star(&s->net, MALLORY); /* the reader hears of the author by others alone */
    s->net.cut[AUTHOR] = false;
    steps(s, 1000);
    assert_int_equal(pending_at(s, READER), 1);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_UNOPENABLE), 0);
}

/* In the reader's alert feed the thief's grant stands, so what the author says there never comes.
 */
static void a_key_that_a_stored_grant_names_is_not_given_up(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_feed feed;
    part(s, true);
    s->net.cut[AUTHOR] = false;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    steps(s, 1000);
    TOC_AUTO(toc_secret_free) toc_secret *held = NULL;
    toc_key_id id;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &held, &err));
    toc_log_abort(txn);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_UNOPENABLE), 1);
    toc_sender_key_id(held, &feed.name, feed.judge.epoch, &id);
    assert_true(toc_key_id_equal(&id, &feed.judge.key_id));
    assert_int_equal(pending_at(s, READER), 0);
}

/* ---- an author who has one key by name and another to write with ---- */

static toc_code put_key(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                        toc_err *err)
{
    const scene *s = context;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_log_feed feed;
    (void)engine;
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_TRY(toc_secret_random(&key, err));
    return toc_log_sender_key_put(txn, &feed.name, feed.judge.epoch + 1, key, now.wall, err);
}

/* Whoever asks gets a key that opens what waits, and that no grant names: each reader could be
 * given another, and none of them the one that all can hold the author to. */
static void a_key_that_opens_what_waits_and_is_not_the_one_named_is_not_kept(void **state)
{
    static const toc_lane lanes[] = {TOC_LANE_KEYS, TOC_LANE_ALERT, TOC_LANE_BULK};
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *held = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    theft what = {.s = s, .by = AUTHOR, .withholds = true, .sign = sign};
    TOC_CHECK_OK(toc_secret_random(&what.key, &err));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], put_key, s));
    for (size_t i = 0; i < TOC_COUNT(lanes); i++)
        forge(s, &what, lanes[i]);
    saying words = {.s = s, .lane = TOC_LANE_ALERT};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_claim, &words));
    steps(s, 500);
    toc_secret_free(what.key);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    assert_int_equal(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &held, &err),
                     TOC_NOT_FOUND);
    assert_true(refused(s, READER, AUTHOR, TOC_REFUSE_GRANT) > 0);
    assert_int_equal(pending_at(s, READER), 1);
    assert_int_equal(opened_by(s, READER), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(whoever_got_a_thiefs_key_reads_what_the_author_writes,
                                        set_up_member, tear_down),
        cmocka_unit_test_setup_teardown(a_key_that_a_stored_grant_names_is_not_given_up,
                                        set_up_member, tear_down),
        cmocka_unit_test_setup_teardown(
            a_key_that_opens_what_waits_and_is_not_the_one_named_is_not_kept, set_up_member,
            tear_down),
        cmocka_unit_test_setup_teardown(until_the_author_is_asked_its_words_wait, set_up_member,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
