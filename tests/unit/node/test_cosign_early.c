/* Receipts that come before their entries, above all the own ones of an org that was set back: it
 * hears from others what it said, and never says less later (PROTOCOL §2, Cosigning). And those
 * over entries past the end of a feed that a charter closed. */
#include "node/engine/cosign.h"
#include "node/engine/sync.h"
#include "tests/support/leaver.h"
#include "tests/unit/node/receipts.h"

enum { FAR = 1000 /* entries, of which nobody has so many */ };

static void say_alert(scene *s)
{
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
}

/* Written, and the reader does not hear of it before the next. */
static void say_unheard(scene *s)
{
    say_alert(s);
    lose(s, AUTHOR, READER, TOC_MSG_NEWS);
}

/* What the reader said `ago_s` before of so much of the author's alerts, before it was set back. */
static forgery said_before(scene *s, uint64_t size, uint64_t ago_s)
{
    return (forgery){.s = s, .whom = READER, .size = size, .time_s = now_s(s, READER) - ago_s};
}

typedef struct search {
    toc_org_id org;
    uint64_t size, time_s;
} search;

static toc_code look_at(void *context, const toc_log_cosignature *row, toc_err *err)
{
    search *all = context;
    (void)err;
    if (row->size == all->size && toc_org_id_equal(&row->org, &all->org))
        all->time_s = row->made.time_s;
    return TOC_OK;
}

/* When the reader said, by its own log, that it had so much; 0: never. */
static uint64_t said_at(const scene *s, uint64_t size)
{
    toc_err err;
    toc_log_feed feed;
    search all = {.org = s->net.nodes[READER].org, .size = size};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_cosignatures(txn, feed.number, size, look_at, &all, &err));
    return all.time_s;
}

/* ---- the own word of before ---- */

static void who_said_that_it_had_more_says_nothing_of_less(void **state)
{
    scene *s = *state;
    toc_log_cosignature before = held(s, READER, READER, TOC_LANE_ALERT);
    uint64_t size = stored(s, READER);
    assert_int_equal(before.size, size);
    say_alert(s);
    while (stored(s, READER) == size)
        steps(s, 1);
    say_unheard(s);
    forgery own = said_before(s, size + 2, 1);
    tell(&own);
    steps(s, 25);
    toc_log_cosignature after = held(s, READER, READER, TOC_LANE_ALERT);
    assert_int_equal(stored(s, READER), size + 1);
    assert_memory_equal(&before, &after, sizeof before);
    say_alert(s);
    steps(s, 100);
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).size, size + 3);
    assert_int_equal(said_at(s, size + 1), 0);
    assert_int_equal(said_at(s, size + 2), own.time_s);
    assert_int_equal(refused(s, READER, READER, TOC_REFUSE_COSIGNATURE), 0);
}

typedef struct half {
    scene *s;
    uint64_t count;
} half;

/* Entries of the author without a head over them, as a part of a pull leaves them. */
static toc_code take_half(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const half *what = context;
    toc_log_feed theirs, feed;
    TOC_AUTO(toc_log_abort) toc_log_txn *source = NULL;
    assert_true(feed_at(what->s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &theirs));
    TOC_TRY(toc_log_read(what->s->net.nodes[AUTHOR].log, &source, err));
    TOC_TRY(toc_log_feed_find(txn, &theirs.id, &feed, err));
    for (uint64_t i = 0; i < what->count; i++) {
        toc_span entry;
        toc_hash leaf;
        TOC_TRY(toc_log_entry(source, theirs.number, feed.frontier.size, &entry, err));
        TOC_TRY(toc_log_leaf(source, theirs.number, feed.frontier.size, &leaf, err));
        TOC_TRY(toc_log_append(txn, &feed, &entry, &leaf, 1, NULL, err));
    }
    toc_cosign_written(engine, toc_sync_feed(engine, &feed.name), now);
    return TOC_OK;
}

/* A peer that gives half of what was asked for, and the own word about that half, would have the
 * node take back what it said: its store refuses that, and the round would fail for it. */
static void who_hears_that_it_had_half_of_what_comes_says_nothing_of_less(void **state)
{
    scene *s = *state;
    uint64_t size = stored(s, READER);
    say_unheard(s);
    say_unheard(s);
    half part = {.s = s, .count = 2};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], take_half, &part));
    forgery own = said_before(s, size + 2, 1);
    tell(&own);
    steps(s, 25);
    toc_log_feed feed;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    assert_int_equal(feed.head_size, size);
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).made.time_s, own.time_s);
    say_alert(s);
    steps(s, 100);
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).size, size + 3);
}

/* ---- which of them waits ---- */

static void an_older_word_that_comes_later_pushes_out_no_newer_one(void **state)
{
    scene *s = *state;
    uint64_t size = stored(s, READER);
    say_unheard(s);
    say_unheard(s);
    forgery newer = said_before(s, size + 2, 1), older = said_before(s, size + 1, 2);
    tell(&newer);
    tell(&older);
    say_alert(s);
    steps(s, 100);
    assert_int_equal(said_at(s, size + 2), newer.time_s);
    assert_counts(s, 0, 0);
}

/* The other has the author's feeds, too. */
static void share_another_circle(scene *s)
{
    const toc_circle_id first = s->circle;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], create, s));
    assert_true(sim_do(&s->net, &s->net.nodes[READER], join, s));
    steps(s, 200);
    s->other_circle = s->circle;
    s->circle = first;
}

typedef struct elsewhere {
    const char *what;
    toc_feed_name name;
} elsewhere;

enum { ELSEWHERE = 4 };

/* Names that differ in one thing from the author's alerts. */
static void other_feeds(const scene *s, elsewhere out[ELSEWHERE])
{
    toc_log_feed feed;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    for (int i = 0; i < ELSEWHERE; i++)
        out[i].name = feed.name;
    out[0].what = "circle";
    out[0].name.circle = s->other_circle;
    out[1].what = "org";
    out[1].name.org = s->net.nodes[READER].org;
    out[2].what = "lane";
    out[2].name.lane = TOC_LANE_BULK;
    out[3].what = "generation";
    out[3].name.generation++;
}

/* Of circles made in one second the generations are the same. */
static void a_word_about_one_feed_pushes_out_none_about_another(void **state)
{
    scene *s = *state;
    elsewhere others[ELSEWHERE];
    share_another_circle(s);
    other_feeds(s, others);
    uint64_t size = stored(s, READER);
    say_unheard(s);
    say_unheard(s);
    forgery own = said_before(s, size + 2, 1);
    tell(&own);
    for (int i = 0; i < ELSEWHERE; i++) {
        forgery far = said_before(s, FAR, 1);
        far.name = &others[i].name;
        tell(&far);
    }
    say_alert(s);
    steps(s, 100);
    assert_int_equal(said_at(s, size + 2), own.time_s);
}

static void a_word_about_one_feed_keeps_back_none_about_another(void **state)
{
    scene *s = *state;
    elsewhere others[ELSEWHERE];
    share_another_circle(s);
    other_feeds(s, others);
    for (int i = 0; i < ELSEWHERE; i++) {
        forgery far = said_before(s, FAR, 1);
        far.name = &others[i].name;
        tell(&far);
        say_alert(s);
        steps(s, 100);
        if (held(s, READER, READER, TOC_LANE_ALERT).size != stored(s, AUTHOR))
            fail_msg("what it said of another %s kept it back", others[i].what);
    }
}

/* By the author, over as many feeds of his as may wait. */
static toc_code fill_room(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const scene *s = context;
    engine_cosignature row = {.circle = s->circle,
                              .wire = {.org = s->net.nodes[AUTHOR].org,
                                       .size = FAR,
                                       .cosigner = s->net.nodes[AUTHOR].org}};
    (void)txn;
    (void)now;
    (void)err;
    while (toc_cosign_keep(&engine->early, ENGINE_COSIGNATURES_EARLY_MAX, &row))
        row.wire.generation++;
    assert_int_equal(engine->early.count, ENGINE_COSIGNATURES_EARLY_MAX);
    return TOC_OK;
}

static void who_fills_the_room_keeps_out_no_own_word(void **state)
{
    scene *s = *state;
    uint64_t size = stored(s, READER);
    say_unheard(s);
    say_unheard(s);
    assert_true(sim_do(&s->net, &s->net.nodes[READER], fill_room, s));
    forgery own = said_before(s, size + 2, 1);
    tell(&own);
    say_alert(s);
    steps(s, 100);
    assert_int_equal(said_at(s, size + 2), own.time_s);
}

/* Else each member could keep any node from receipting anything. */
static void anothers_word_keeps_none_back(void **state)
{
    scene *s = *state;
    forgery far = said_before(s, FAR, 1);
    far.whom = AUTHOR;
    tell(&far);
    say_alert(s);
    steps(s, 100);
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).size, stored(s, AUTHOR));
}

/* ---- past the end ---- */

static toc_code remove_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

/* Who was ahead of the admin when he closed a feed has an entry that no charter knows. The clock
 * that was set back has the receipt wait until the charter is there. */
static void nothing_past_the_end_of_a_closed_feed_is_cosigned_or_taken(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    assert_true(feed_at(s, READER, MALLORY, TOC_LANE_ALERT, &feed));
    uint64_t end = feed.frontier.size;
    toc_log_cosignature before = held_over(s, READER, READER, &feed.id),
                        author = held_over(s, READER, AUTHOR, &feed.id);
    assert_int_equal(before.size, end);
    assert_int_equal(author.size, end);
    s->net.nodes[READER].clock_skew_ms -= 60000;
    isolate(s, AUTHOR);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], write_record, s));
    while (size_of(s, READER, &feed) == end)
        steps(s, 1);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    isolate(s, MALLORY);
    s->net.cut[AUTHOR] = false;
    while (version_at(s, READER) != version_at(s, AUTHOR))
        steps(s, 1);
    s->net.nodes[READER].clock_skew_ms += 60000;
    steps(s, 300);
    forgery past = {.s = s,
                    .whom = AUTHOR,
                    .name = &feed.name,
                    .of = MALLORY,
                    .size = end + 1,
                    .time_s = now_s(s, READER)};
    tell(&past);
    toc_log_cosignature after = held_over(s, READER, READER, &feed.id),
                        authors = held_over(s, READER, AUTHOR, &feed.id);
    assert_int_equal(size_of(s, READER, &feed), end + 1);
    assert_memory_equal(&before, &after, sizeof before);
    assert_memory_equal(&author, &authors, sizeof author);
    assert_counts(s, 0, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(who_said_that_it_had_more_says_nothing_of_less),
        TEST(who_hears_that_it_had_half_of_what_comes_says_nothing_of_less),
        TEST(an_older_word_that_comes_later_pushes_out_no_newer_one),
        TEST(a_word_about_one_feed_pushes_out_none_about_another),
        TEST(a_word_about_one_feed_keeps_back_none_about_another),
        TEST(who_fills_the_room_keeps_out_no_own_word),
        TEST(anothers_word_keeps_none_back),
        TEST(nothing_past_the_end_of_a_closed_feed_is_cosigned_or_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
