/* Receipts: when a node cosigns, what it takes from others, and what it refuses. */
#include "tests/unit/node/receipts.h"

static toc_code write_bulk(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    scene *s = context;
    toc_span record = toc_span_text("bulk");
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_BULK, &record, NULL, 1, now,
                            &s->record, err);
}

/* ---- when ---- */

static void a_reader_cosigns_an_alert_at_once_and_its_author_hears_of_it(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    uint64_t size = stored(s, AUTHOR), started_ms = s->net.now_ms;
    while (held(s, AUTHOR, READER, TOC_LANE_ALERT).size < size)
        steps(s, 1);
    /* 50 ms, a tick of 100 ms and a few of the network's. */
    assert_in_range(s->net.now_ms - started_ms, 50, 400);
    toc_log_cosignature found = held(s, AUTHOR, READER, TOC_LANE_ALERT);
    assert_int_equal(found.size, size);
    assert_in_range(found.made.time_s, now_s(s, READER) - 1, now_s(s, READER));
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).made.time_s, found.made.time_s);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).size, size);
}

static void bulk_is_cosigned_after_five_seconds_once_for_all_that_came(void **state)
{
    scene *s = *state;
    steps(s, 400);
    uint64_t before = held(s, READER, READER, TOC_LANE_BULK).size;
    for (int i = 0; i < 4; i++) {
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_bulk, s));
        steps(s, 50);
        assert_int_equal(held(s, READER, READER, TOC_LANE_BULK).size, before);
    }
    assert_int_equal(size_at(s, READER, AUTHOR, TOC_LANE_BULK), before + 4);
    steps(s, 75);
    assert_int_equal(held(s, READER, READER, TOC_LANE_BULK).size, before + 4);
}

static toc_code begin_elsewhere(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    scene *s = context;
    toc_span record = toc_span_text("bulk");
    TOC_TRY(toc_engine_circle_create(engine, txn, toc_span_text("Other"), toc_span_text("test"),
                                     now, &s->other_circle, err));
    return toc_engine_write(engine, txn, &s->other_circle, TOC_LANE_BULK, &record, NULL, 1, now,
                            NULL, err);
}

/* What a link told of and nobody verified is forgotten with it; an own feed is not. */
static void a_link_that_goes_takes_no_own_receipt_with_it(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], begin_elsewhere, s));
    steps(s, 5);
    sim_crash(&s->net, &s->net.nodes[READER]);
    steps(s, 300); /* six seconds: bulk is due, the heartbeat is not */
    s->circle = s->other_circle;
    assert_int_equal(held(s, AUTHOR, AUTHOR, TOC_LANE_BULK).size,
                     size_at(s, AUTHOR, AUTHOR, TOC_LANE_BULK));
}

static void an_author_is_heard_of_every_minute_in_silence(void **state)
{
    scene *s = *state;
    uint64_t size = stored(s, AUTHOR);
    for (int minute = 0; minute < 3; minute++) {
        uint64_t before = held(s, READER, AUTHOR, TOC_LANE_ALERT).made.time_s;
        steps(s, 61000 / SIM_STEP_MS);
        toc_log_cosignature found = held(s, READER, AUTHOR, TOC_LANE_ALERT);
        assert_int_equal(found.size, size);
        assert_in_range(found.made.time_s - before, 59, 61);
        assert_in_range(held(s, READER, AUTHOR, TOC_LANE_BULK).made.time_s, before, UINT32_MAX);
        assert_in_range(held(s, READER, AUTHOR, TOC_LANE_KEYS).made.time_s, before, UINT32_MAX);
    }
}

/* Only the author beats: what others hold does not change, and says so once. */
static void a_reader_does_not_repeat_itself(void **state)
{
    scene *s = *state;
    steps(s, 500);
    uint64_t before = held(s, AUTHOR, READER, TOC_LANE_ALERT).made.time_s;
    steps(s, 130000 / SIM_STEP_MS);
    assert_int_equal(held(s, AUTHOR, READER, TOC_LANE_ALERT).made.time_s, before);
}

/* A clock that was set back must not say that it held more at an earlier time. */
static void nothing_is_cosigned_while_the_clock_stands_before_what_was_said(void **state)
{
    scene *s = *state;
    steps(s, 500);
    uint64_t size = held(s, READER, READER, TOC_LANE_ALERT).size;
    s->net.nodes[READER].clock_skew_ms -= 60000;
    s->net.nodes[AUTHOR].clock_skew_ms -= 60000; /* or the clocks would contradict each other */
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_int_equal(stored(s, READER), size + 1);
    toc_log_cosignature found = held(s, READER, READER, TOC_LANE_ALERT);
    bool waited = found.size == size;
    steps(s, 61000 / SIM_STEP_MS);
    found = held(s, READER, READER, TOC_LANE_ALERT);
    assert_true(waited);
    assert_int_equal(found.size, size + 1);
}

enum { JUMP_MS = 3 * 3600000, PINGED_MS = 31000 };

static void jump(scene *s, int64_t ms)
{
    s->net.nodes[READER].clock_skew_ms = ms;
    s->net.nodes[AUTHOR].clock_skew_ms = ms;
    steps(s, PINGED_MS / SIM_STEP_MS);
}

/* Two in one machine room, whose clocks are three hours ahead and are set right. */
static void what_was_said_by_a_clock_far_ahead_is_said_anew_by_the_right_one(void **state)
{
    static const int nodes[] = {AUTHOR, READER};
    scene *s = *state;
    jump(s, JUMP_MS);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    uint64_t size = stored(s, READER);
    assert_int_equal(held(s, AUTHOR, READER, TOC_LANE_ALERT).size, size);
    jump(s, 0);
    steps(s, PINGED_MS / SIM_STEP_MS);
    for (int by = 0; by < 2; by++) {
        for (int of = 0; of < 2; of++) {
            toc_log_cosignature found = held(s, nodes[by], nodes[of], TOC_LANE_ALERT);
            assert_int_equal(found.size, size);
            assert_in_range(found.made.time_s, 1, now_s(s, AUTHOR));
        }
    }
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_int_equal(held(s, AUTHOR, READER, TOC_LANE_ALERT).size, size + 1);
    assert_int_equal(refused(s, AUTHOR, READER, TOC_REFUSE_COSIGNATURE), 0);
}

/* It would say that it held things before it did. */
static void nobody_takes_his_words_back_by_a_clock_that_is_behind(void **state)
{
    scene *s = *state;
    steps(s, PINGED_MS / SIM_STEP_MS); /* the clocks are known to agree */
    toc_log_cosignature before = held(s, READER, READER, TOC_LANE_ALERT);
    assert_true(before.size > 0);
    s->net.nodes[READER].clock_skew_ms = -JUMP_MS;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    for (int i = 0; i < 2; i++) { /* before it is measured again, and after */
        toc_log_cosignature after = held(s, READER, READER, TOC_LANE_ALERT);
        assert_memory_equal(&before, &after, sizeof before);
        assert_in_range(held(s, READER, AUTHOR, TOC_LANE_ALERT).made.time_s, before.made.time_s - 1,
                        UINT32_MAX);
        steps(s, i == 0 ? 100 : 2 * PINGED_MS / SIM_STEP_MS);
    }
    toc_log_cosignature after = held(s, READER, READER, TOC_LANE_ALERT);
    assert_memory_equal(&before, &after, sizeof before);
    s->net.nodes[READER].clock_skew_ms = 0;
    steps(s, 100);
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).size, before.size + 1);
}

/* It would be dated further ahead than anybody takes. */
static void nothing_is_cosigned_by_a_clock_that_peers_contradict(void **state)
{
    scene *s = *state;
    s->net.nodes[READER].clock_skew_ms = JUMP_MS;
    steps(s, 2 * PINGED_MS / SIM_STEP_MS);
    toc_log_cosignature before = held(s, READER, READER, TOC_LANE_ALERT);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    toc_log_cosignature after = held(s, READER, READER, TOC_LANE_ALERT);
    assert_int_equal(stored(s, READER), before.size + 1);
    assert_memory_equal(&before, &after, sizeof before);
    s->net.nodes[READER].clock_skew_ms = 0;
    steps(s, 2 * PINGED_MS / SIM_STEP_MS);
    assert_int_equal(held(s, READER, READER, TOC_LANE_ALERT).size, before.size + 1);
}

/* ---- what is refused ---- */

static void a_true_cosignature_is_taken(void **state)
{
    scene *s = *state;
    steps(s, 100);
    forgery what = {
        .s = s, .whom = AUTHOR, .size = stored(s, READER), .time_s = now_s(s, READER) + 30};
    tell(&what);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).made.time_s, what.time_s);
    assert_counts(s, 0, 0);
}

static void a_cosignature_by_another_key_is_refused(void **state)
{
    scene *s = *state;
    toc_err err;
    steps(s, 100);
    toc_log_cosignature before = held(s, READER, AUTHOR, TOC_LANE_ALERT);
    forgery what = {
        .s = s, .whom = AUTHOR, .size = stored(s, READER), .time_s = now_s(s, READER) + 30};
    TOC_CHECK_OK(toc_secret_random(&what.key, &err));
    tell(&what);
    toc_secret_free(what.key);
    steps(s, 20); /* whether the author has a newer card is asked of who told of it */
    toc_log_cosignature after = held(s, READER, AUTHOR, TOC_LANE_ALERT);
    assert_memory_equal(&before, &after, sizeof before);
    assert_counts(s, 1, 0);
}

/* Each is tried with every key that its org ever retired, and one notice has 128. */
static void who_tells_many_false_ones_is_tried_with_few_in_a_second(void **state)
{
    scene *s = *state;
    toc_err err;
    steps(s, 100);
    toc_log_cosignature before = held(s, READER, AUTHOR, TOC_LANE_ALERT);
    forgery wrong = {
        .s = s, .whom = AUTHOR, .size = stored(s, READER), .time_s = now_s(s, READER) + 30};
    forgery right = wrong;
    TOC_CHECK_OK(toc_secret_random(&wrong.key, &err));
    for (int i = 0; i < 8; i++) {
        wrong.time_s++;
        tell(&wrong);
    }
    toc_secret_free(wrong.key);
    tell(&right);
    toc_log_cosignature after = held(s, READER, AUTHOR, TOC_LANE_ALERT);
    assert_memory_equal(&before, &after, sizeof before);
    steps(s, 1000 / SIM_STEP_MS + 1);
    tell(&right);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).made.time_s, right.time_s);
}

static void a_cosignature_that_is_dated_far_ahead_is_refused(void **state)
{
    scene *s = *state;
    steps(s, 100);
    uint64_t size = stored(s, READER), ahead = now_s(s, READER) + 600;
    forgery what = {.s = s, .whom = AUTHOR, .size = size, .time_s = ahead + 1};
    tell(&what);
    assert_true(held(s, READER, AUTHOR, TOC_LANE_ALERT).made.time_s < ahead);
    assert_counts(s, 1, 0);
    what.time_s = ahead; /* ten minutes are allowed */
    tell(&what);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).made.time_s, ahead);
    assert_counts(s, 1, 0);
}

static void a_smaller_head_at_a_later_time_is_refused(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    uint64_t size = held(s, READER, AUTHOR, TOC_LANE_ALERT).size;
    assert_true(size >= 2);
    forgery what = {.s = s, .whom = AUTHOR, .size = size - 1, .time_s = now_s(s, READER) + 30};
    tell(&what);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).size, size);
    assert_counts(s, 1, 0);
}

static void a_cosignature_over_another_tree_is_a_fork(void **state)
{
    scene *s = *state;
    steps(s, 100);
    toc_log_cosignature before = held(s, READER, AUTHOR, TOC_LANE_ALERT);
    forgery what = {.s = s,
                    .whom = AUTHOR,
                    .size = stored(s, READER),
                    .time_s = now_s(s, READER) + 30,
                    .other_root = true};
    tell(&what);
    toc_log_cosignature after = held(s, READER, AUTHOR, TOC_LANE_ALERT);
    assert_memory_equal(&before, &after, sizeof before);
    assert_counts(s, 0, 1);
}

static void a_cosignature_of_who_is_no_member_is_not_taken(void **state)
{
    scene *s = *state;
    steps(s, 100);
    forgery what = {
        .s = s, .whom = STRANGER, .size = stored(s, READER), .time_s = now_s(s, READER)};
    tell(&what);
    assert_int_equal(held(s, READER, STRANGER, TOC_LANE_ALERT).size, 0);
    assert_counts(s, 0, 0);
}

/* What comes before its entries waits for them; a root that they do not have is found out then. */
static void a_cosignature_that_comes_before_its_entries_waits_for_them(void **state)
{
    scene *s = *state;
    steps(s, 100);
    uint64_t size = stored(s, READER);
    forgery what = {.s = s,
                    .whom = AUTHOR,
                    .size = size + 1,
                    .time_s = now_s(s, READER) + 30,
                    .other_root = true};
    tell(&what);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).size, size);
    assert_counts(s, 0, 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_counts(s, 0, 1);
    assert_int_equal(held(s, READER, AUTHOR, TOC_LANE_ALERT).size, size + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_reader_cosigns_an_alert_at_once_and_its_author_hears_of_it),
        TEST(bulk_is_cosigned_after_five_seconds_once_for_all_that_came),
        TEST(a_link_that_goes_takes_no_own_receipt_with_it),
        TEST(an_author_is_heard_of_every_minute_in_silence),
        TEST(a_reader_does_not_repeat_itself),
        TEST(nothing_is_cosigned_while_the_clock_stands_before_what_was_said),
        TEST(what_was_said_by_a_clock_far_ahead_is_said_anew_by_the_right_one),
        TEST(nobody_takes_his_words_back_by_a_clock_that_is_behind),
        TEST(nothing_is_cosigned_by_a_clock_that_peers_contradict),
        TEST(a_true_cosignature_is_taken),
        TEST(a_cosignature_by_another_key_is_refused),
        TEST(who_tells_many_false_ones_is_tried_with_few_in_a_second),
        TEST(a_cosignature_that_is_dated_far_ahead_is_refused),
        TEST(a_smaller_head_at_a_later_time_is_refused),
        TEST(a_cosignature_over_another_tree_is_a_fork),
        TEST(a_cosignature_of_who_is_no_member_is_not_taken),
        TEST(a_cosignature_that_comes_before_its_entries_waits_for_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
