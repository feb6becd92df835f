/* What proves two histories of a feed: the proof of the earliest place, a head alone that proves
 * nothing yet, and proofs that are none. */
#include "proto/feed/fork.h"
#include "proto/roll/change.h"
#include "store/query.h"
#include "tests/unit/node/thief.h"

static toc_code one_leaf(void *context, uint32_t level, uint64_t index, toc_hash *out, toc_err *err)
{
    (void)err;
    assert_true(level == 0 && index == 0);
    *out = *(const toc_hash *)context;
    return TOC_OK;
}

/* A proof that the feed's first entry is another: a tree of one entry, its head signed with `by`.
 * It stands in `note` and in the transaction. */
static toc_code another_first_entry(toc_log_txn *txn, const toc_log_feed *feed,
                                    const toc_secret *by, toc_buf *note, toc_fork *out,
                                    toc_err *err)
{
    toc_span held;
    toc_hash other;
    memset(other.bytes, 9, sizeof other.bytes);
    toc_log_tree tree = {.txn = txn, .number = feed->number};
    toc_tree_source stored = toc_log_tree_source(&tree);
    toc_tree_source made = {.context = &other, .subtree = one_leaf};
    *out = (toc_fork){.feed = feed->name, .index = 0};
    TOC_TRY(toc_checkpoint_sign(&feed->name, 1, &other, by, note, err));
    TOC_TRY(toc_log_head_note(txn, feed->number, &held, err));
    TOC_TRY(toc_fork_side_make(&stored, feed->head_size, 0, held, &out->sides[0], err));
    return toc_fork_side_make(&made, 1, 0, toc_buf_view(note), &out->sides[1], err);
}

/* ---- of several proofs the lowest place ---- */

static toc_code prove_from_the_first(void *context, toc_engine *engine, toc_log_txn *txn,
                                     toc_now now, toc_err *err)
{
    const toc_forgery *what = context;
    toc_log_feed feed;
    toc_fork fork;
    bool fresh;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_TRY(toc_log_feed_find(txn, &what->feed, &feed, err));
    TOC_TRY(another_first_entry(txn, &feed, what->sign, &note, &fork, err));
    TOC_TRY(toc_log_fork_put(txn, &fork, now.wall, &fresh, err));
    assert_true(fresh);
    engine->fork_came = true;
    return TOC_OK;
}

static void of_two_proofs_that_of_the_earlier_place_is_kept_by_all(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 2000);
    expect_opened_alike(s, 1);
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    toc_forgery what = {.feed = feed.id, .sign = sign};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], prove_from_the_first, &what));
    steps(s, 200);
    for (int node = AUTHOR; node <= MALLORY; node++)
        assert_int_equal(forked_at(s, node, &feed), 0);
    expect_opened_alike(s, 0);
}

/* ---- heads alone ---- */

typedef struct heard {
    size_t count;
    toc_org_id teller;
    toc_answer_fork told;
    toc_log_txn *txn;
    toc_arena *arena;
} heard;

static toc_code hear(void *context, const toc_log_suspicion *heads, toc_err *err)
{
    heard *all = context;
    all->count++;
    all->teller = heads->teller;
    return toc_query_suspicion(all->txn, heads, all->arena, &all->told, err);
}

static void suspicions_at(const scene *s, int by, toc_arena *arena, heard *out)
{
    toc_err err;
    *out = (heard){.arena = arena};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &out->txn, &err));
    TOC_CHECK_OK(toc_log_check(out->txn, NULL, NULL, &err));
    TOC_CHECK_OK(toc_log_suspicions(out->txn, &s->net.nodes[AUTHOR].org, hear, out, &err));
    toc_log_abort(out->txn);
}

/* It shows that the author signed another history, and not where it parts. */
static void a_head_whose_tree_nobody_shows_is_kept_and_told_until_there_is_a_proof(void **state)
{
    scene *s = *state;
    toc_err err;
    heard found;
    toc_log_feed feed;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_AUTO(toc_secret_free) toc_secret *sign = steal(s, AUTHOR, TOC_OWN_SIGN);
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(s, MALLORY, TOC_OWN_SIGN);
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    say_claim(s, common_wallet);
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_head(s, MALLORY, READER, &feed.name, 1, own); /* that it did not sign */
    steps(s, 200);
    suspicions_at(s, READER, arena, &found);
    assert_int_equal(found.count, 0);
    tell_head(s, MALLORY, READER, &feed.name, 2, sign);
    steps(s, 200);
    tell_head(s, MALLORY, READER, &feed.name, 1, sign);
    steps(s, 200);
    suspicions_at(s, READER, arena, &found);
    assert_int_equal(found.count, 1);
    assert_memory_equal(&found.teller, &s->net.nodes[MALLORY].org, sizeof found.teller);
    assert_true(found.told.suspected && found.told.has_heads);
    assert_int_equal(found.told.heads[0].size, feed.head_size);
    assert_int_equal(found.told.heads[1].size, 2); /* the first that came */
    toc_fork_sentence(&found.told, &text);
    assert_non_null(strstr(toc_buf_text(&text), "2 entries 07070707), the second told by Org 2"));
    assert_int_equal(forked_at(s, READER, &feed), UINT64_MAX);
    expect_opened_alike(s, 2);
    part(s, TOC_LANE_ALERT, 1, 1);
    steps(s, 2000);
    assert_int_equal(forked_at(s, READER, &feed), feed.frontier.size);
    suspicions_at(s, READER, arena, &found);
    assert_int_equal(found.count, 0);
}

/* ---- proofs that are none ---- */

/* Said on its own link: that there is a fork, and when asked for it, this. */
static void claim_fork(scene *s, const toc_fork *fork)
{
    toc_fork_mark mark = {.org = fork->feed.org,
                          .lane = fork->feed.lane,
                          .generation = fork->feed.generation,
                          .index = fork->index};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle, .fork_count = 1, .forks = &mark}};
    say(s, MALLORY, READER, &news);
}

static toc_code lie_in_store(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    (void)engine;
    (void)now;
    bool fresh;
    return toc_log_fork_put(txn, context, now.wall, &fresh, err);
}

/* MALLORY holds a proof whose other side is made up and signed by this key, and tells of it. */
static void tell_of_another_tree(scene *s, const toc_log_feed *feed, const toc_secret *by)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_fork fork;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    TOC_CHECK_OK(another_first_entry(txn, feed, by, &note, &fork, &err));
    toc_fork_write(&fork, &bytes);
    TOC_CHECK_OK(toc_fork_read(toc_buf_view(&bytes), &fork, &err));
    toc_log_abort(txn);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], lie_in_store, &fork));
    claim_fork(s, &fork);
    steps(s, 200);
}

static void expect_nothing_disputed(scene *s, const toc_log_feed *feed)
{
    assert_int_equal(forked_at(s, READER, feed), UINT64_MAX);
    assert_int_equal(forked_at(s, AUTHOR, feed), UINT64_MAX);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_CHECKPOINT_SIGNATURE) > 0);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_FORK), 0);
    assert_int_equal(opened_by(s, READER), 1);
}

/* A member would silence another: it makes a side up and signs it itself. */
static void a_proof_that_its_author_did_not_sign_disputes_nothing(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(s, MALLORY, TOC_OWN_SIGN);
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_of_another_tree(s, &feed, own);
    expect_nothing_disputed(s, &feed);
}

/* Its author's key it was, and its newest card retires it: but for cosigning, as that of an officer
 * who left was for approvals. */
static void a_key_that_was_never_for_heads_proves_no_fork(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *cosign = steal(s, AUTHOR, TOC_OWN_COSIGN);
    say_claim(s, common_wallet);
    steps(s, 200);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_COSIGN, false, false));
    steps(s, 500);
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_of_another_tree(s, &feed, cosign);
    expect_nothing_disputed(s, &feed);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(of_two_proofs_that_of_the_earlier_place_is_kept_by_all),
        TEST(a_head_whose_tree_nobody_shows_is_kept_and_told_until_there_is_a_proof),
        TEST(a_proof_that_its_author_did_not_sign_disputes_nothing),
        TEST(a_key_that_was_never_for_heads_proves_no_fork),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
