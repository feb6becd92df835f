/* What a peer may not see and what does not exist: one answer, after one time. */
#include "tests/unit/node/scene.h"

#include <string.h>

/* Four questions about the circle, which the stranger is not in, and the same about none. */
enum { QUESTIONS = 4, ASKED = 2 * QUESTIONS, FIRST_ID = 9000 };

typedef struct answer {
    uint64_t at_ms;
    toc_buf bytes; /* with the id of the first question */
} answer;

typedef struct hearing {
    answer answers[ASKED];
    size_t count;
} hearing;

static hearing heard;

/* Everything that leaves for the stranger's questions. */
static void listen(sim_net *net, sim_node *from, toc_span bytes)
{
    toc_err err;
    toc_arena *arena = NULL;
    toc_message message;
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    TOC_CHECK_OK(toc_message_decode(bytes, arena, &message, &err));
    if (from->index == READER && message.id >= FIRST_ID && message.id < FIRST_ID + ASKED &&
        !toc_message_is_request(message.kind)) {
        assert_true(heard.count < ASKED);
        answer *row = &heard.answers[message.id - FIRST_ID];
        assert_int_equal(message.kind, TOC_MSG_REFUSAL);
        assert_int_equal(row->bytes.size, 0);
        row->at_ms = net->now_ms;
        message.id = FIRST_ID;
        TOC_CHECK_OK(toc_message_encode(&message, &row->bytes, &err));
        heard.count++;
    }
    toc_arena_free(arena);
}

typedef struct question {
    scene *s;
    const toc_circle_id *circle;
    toc_hash charter;
    uint64_t generation;
    size_t kind, number;
    int by;
} question;

static void put(const question *what, toc_message *out)
{
    toc_feed_name feed = {.circle = *what->circle,
                          .org = what->s->net.nodes[READER].org,
                          .lane = TOC_LANE_ALERT,
                          .generation = what->generation};
    *out = (toc_message){.id = FIRST_ID + what->number};
    if (what->kind == 0) {
        out->kind = TOC_MSG_HEADS;
        out->as.heads.circle = *what->circle;
    } else if (what->kind == 1) {
        out->kind = TOC_MSG_PULL;
        out->as.pull.feed = feed;
        out->as.pull.until = 1;
    } else if (what->kind == 2) {
        out->kind = TOC_MSG_WANT_GRANT;
        out->as.want_grant.feed = feed;
        out->as.want_grant.epoch = 1;
    } else {
        out->kind = TOC_MSG_ROLL;
        out->as.roll.hash = what->charter;
    }
}

static toc_code ask(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const question *what = context;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_message message;
    put(what, &message);
    TOC_TRY(toc_message_encode(&message, &bytes, err));
    const sim_link *link = what->by < READER ? &what->s->net.links[what->by][READER]
                                             : &what->s->net.links[READER][what->by];
    return toc_engine_message(engine, txn, link->number, toc_buf_view(&bytes), now, err);
}

static void know_circle(const scene *s, question *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &s->circle, &circle, &err));
    toc_log_abort(txn);
    memcpy(out->charter.bytes, circle.charter.bytes, sizeof out->charter);
    out->generation = circle.generation;
}

static void ask_all(scene *s)
{
    toc_circle_id none;
    question what = {.s = s, .by = STRANGER};
    memset(none.bytes, 0x5A, sizeof none.bytes);
    know_circle(s, &what);
    for (; what.number < ASKED; what.number++) {
        bool real = what.number < QUESTIONS;
        what.kind = what.number % QUESTIONS;
        what.circle = real ? &s->circle : &none;
        if (!real)
            memset(what.charter.bytes, 0x5A, sizeof what.charter);
        assert_true(sim_do(&s->net, &s->net.nodes[READER], ask, &what));
    }
}

static void what_may_not_be_seen_and_what_is_not_get_one_answer_after_one_time(void **state)
{
    scene *s = *state;
    heard = (hearing){0};
    assert_true(s->net.links[READER][STRANGER].up);
    s->net.watch = listen;
    uint64_t asked_ms = s->net.now_ms;
    ask_all(s);
    assert_int_equal(heard.count, 0); /* whatever it took to find out */
    steps(s, 50);
    assert_int_equal(heard.count, ASKED);
    for (size_t i = 0; i < QUESTIONS; i++) {
        const answer *unseen = &heard.answers[i], *nothing = &heard.answers[QUESTIONS + i];
        assert_true(toc_span_equal(toc_buf_view(&unseen->bytes), toc_buf_view(&nothing->bytes)));
        assert_int_equal(unseen->at_ms, nothing->at_ms);
        assert_in_range(unseen->at_ms - asked_ms, ENGINE_UNSEEN_MS, ENGINE_UNSEEN_MS + 200);
    }
    assert_int_equal(refused(s, READER, STRANGER, TOC_REFUSE_NOT_A_MEMBER), 2);
    for (size_t i = 0; i < ASKED; i++)
        toc_buf_wipe(&heard.answers[i].bytes);
}

/* Who asks on and on is answered no further, so that the answers that wait have a bound. */
static void of_a_flood_of_questions_only_so_many_are_answered(void **state)
{
    scene *s = *state;
    toc_circle_id none;
    memset(none.bytes, 0x5A, sizeof none.bytes);
    question what = {.s = s, .circle = &none, .number = ASKED, .by = STRANGER};
    const engine_queue *held = &s->net.nodes[READER].engine->unseen;
    for (int round = 0; round < 2; round++) {
        what.by = STRANGER;
        for (size_t i = 0; i < TOC_REQUESTS_OPEN_MAX + 10; i++)
            assert_true(sim_do(&s->net, &s->net.nodes[READER], ask, &what));
        assert_int_equal(held->count, TOC_REQUESTS_OPEN_MAX);
        what.by = AUTHOR; /* and others are answered all the same */
        assert_true(sim_do(&s->net, &s->net.nodes[READER], ask, &what));
        assert_int_equal(held->count, TOC_REQUESTS_OPEN_MAX + 1);
        steps(s, 50);
        assert_int_equal(held->count, 0);
    }
    assert_true(s->net.links[READER][STRANGER].up);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_may_not_be_seen_and_what_is_not_get_one_answer_after_one_time),
        TEST(of_a_flood_of_questions_only_so_many_are_answered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
