/* A thief of an org's sign key goes on under its name: two histories of one feed, and what every
 * node makes of them. */
#include "tests/unit/node/hostile.h"

#include "proto/base/endian.h"
#include "proto/feed/fork.h"

static int set_up_member(void **state)
{
    set_up(state);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

/* ---- the thief ---- */

typedef struct forgery {
    scene *s;
    toc_lane lane;
    toc_secret *sign;
    uint64_t keep; /* of the author's entries; the rest is the thief's own */
    unsigned count;
} forgery;

/* Goes on in the author's feed as if it were the author: sealed with the sender key that every
 * member has, signed with the stolen key. */
static toc_code go_on(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    const forgery *what = context;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    assert_true(feed_at(what->s, MALLORY, AUTHOR, what->lane, &feed));
    TOC_TRY(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &key, err));
    uint64_t from = feed.frontier.size;
    for (unsigned i = 0; i < what->count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        toc_hash leaf;
        TOC_TRY(toc_entry_seal(&feed.name, &feed.id, feed.frontier.size, feed.judge.epoch, 30000,
                               key, now.wall, toc_span_text("what the thief says"), &entry, err));
        toc_span bytes = toc_buf_view(&entry);
        toc_entry_leaf(&feed.id, feed.frontier.size, bytes, &leaf);
        TOC_TRY(toc_log_append(txn, &feed, &bytes, &leaf, 1, NULL, err));
    }
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_hash root;
    toc_frontier_root(&feed.frontier, &root);
    TOC_TRY(toc_checkpoint_sign(&feed.name, feed.frontier.size, &root, what->sign, &note, err));
    TOC_TRY(toc_log_head_put(txn, &feed, feed.frontier.size, &root, toc_buf_view(&note), err));
    engine_feed *state = toc_sync_feed(engine, &feed.name);
    state->proven = state->written = true;
    state->written_from = from;
    state->written_link = 0;
    return TOC_OK;
}

/* The link and whoever is on it: away from everybody, or back. */
static void cut(scene *s, bool away)
{
    s->net.cut[MALLORY] = away;
    for (int other = AUTHOR; away && other <= READER; other++) {
        sim_link *link = &s->net.links[other][MALLORY];
        for (int end = 0; link->up && end < 2; end++)
            toc_engine_link_down(s->net.nodes[end == 0 ? other : MALLORY].engine, link->number);
        link->up = false;
    }
}

/* Out of everybody's hearing: `theirs` more entries by the thief, and `own` by the author. */
static void part(scene *s, toc_lane lane, unsigned theirs, unsigned own)
{
    forgery what = {.s = s, .lane = lane, .count = theirs};
    what.sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    cut(s, true);
    steps(s, 100);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], go_on, &what));
    for (unsigned i = 0; i < own; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    cut(s, false);
    toc_secret_free(what.sign);
}

/* Where the node knows the feed to part; UINT64_MAX: nowhere. Its author may have begun another. */
static uint64_t forked_at(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    uint64_t index = UINT64_MAX;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    (void)toc_log_forked(txn, &feed->name, &index);
    toc_log_abort(txn);
    return index;
}

static uint64_t entries_at(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_feed found;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feed_find(txn, &feed->id, &found, &err));
    toc_log_abort(txn);
    return found.frontier.size;
}

/* ---- finding it ---- */

static void two_histories_are_found_where_they_part_and_everybody_has_the_proof(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    for (int i = 0; i < 5; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    uint64_t common = size_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT);
    assert_int_equal(common, size_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT));
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 4, 2);
    assert_int_equal(forked_at(s, READER, &feed), UINT64_MAX);
    steps(s, 2000);
    for (int node = AUTHOR; node <= MALLORY; node++)
        assert_int_equal(forked_at(s, node, &feed), common);
    assert_int_equal(entries_at(s, READER, &feed), common + 2);
    assert_true(refused(s, READER, AUTHOR, TOC_REFUSE_FORK) > 0);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_ENTRY_CHANGED), 0);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_MALFORMED), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(two_histories_are_found_where_they_part_and_everybody_has_the_proof),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
