/* What a relay takes away is missing: nobody signs for it, and it is asked for until it is there.
 */
#include "tests/unit/node/bodies.h"

static int set_up_four(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, RELAY, TOC_ROLE_MEMBER, true);
    admit_as(*state, FRIEND, TOC_ROLE_MEMBER, true);
    return 0;
}

static void what_a_relay_takes_away_is_missing_and_no_head_over_it_is_cosigned(void **state)
{
    scene *s = *state;
    uint64_t known = cosigned(s, READER), opened = opened_by(s, READER);
    uint64_t index = through_the_relay(s);
    for (int i = 0; i < 3000; i++) {
        lose(s, AUTHOR, READER, 0);
        steps(s, 1);
    }
    assert_int_equal(why_at(s, READER, index), TOC_BARE_MISSING);
    assert_int_equal(why_at(s, READER, index + 1), 0);
    assert_int_equal(opened_by(s, READER), opened + 1);
    assert_int_equal(cosigned(s, READER), known);
    assert_sound(s, READER);
}

static void what_is_missing_comes_from_the_author_and_then_the_head_is_cosigned(void **state)
{
    scene *s = *state;
    uint64_t opened = opened_by(s, READER);
    uint64_t index = through_the_relay(s);
    for (int i = 0; i < 4000 && cosigned(s, READER) < index + 2; i++)
        steps(s, 1);
    assert_int_equal(why_at(s, READER, index), 0);
    assert_true(opens(s, READER, index));
    assert_int_equal(opened_by(s, READER), opened + 2);
    assert_int_equal(cosigned(s, READER), index + 2);
    assert_sound(s, READER);
}

/* The author cannot be heard: somebody else has it. */
static void what_is_missing_comes_from_any_other_member(void **state)
{
    scene *s = *state;
    uint64_t index = say_claim(s, "theft", 1);
    uint64_t size = say_claim(s, "scam", 1) + 1;
    while (stored(s, RELAY) < size || stored(s, FRIEND) < size) {
        lose(s, AUTHOR, READER, 0);
        lose(s, RELAY, READER, 0);
        lose(s, FRIEND, READER, 0);
        steps(s, 1);
    }
    take_at(s, RELAY, index);
    while (stored(s, READER) < size) {
        lose(s, AUTHOR, READER, 0);
        lose(s, FRIEND, READER, 0);
        steps(s, 1);
    }
    assert_int_equal(why_at(s, READER, index), TOC_BARE_MISSING);
    for (int i = 0; i < 120 * MINUTE_STEPS / 60 && why_at(s, READER, index) != 0; i++) {
        lose(s, AUTHOR, READER, 0);
        steps(s, 1);
    }
    assert_int_equal(why_at(s, READER, index), 0);
    assert_sound(s, READER);
}

static void who_lacks_entries_for_reasons_of_its_own_says_withheld(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    toc_message answer;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    uint64_t index = say_claim(s, "theft", 1);
    while (stored(s, RELAY) <= index)
        steps(s, 1);
    take_at(s, RELAY, index);
    assert_true(feed_at(s, RELAY, AUTHOR, TOC_LANE_ALERT, &feed));
    toc_message pull = {.kind = TOC_MSG_PULL};
    pull.as.pull.feed = feed.name;
    pull.as.pull.from = index;
    pull.as.pull.until = index + 1;
    toc_buf refusal = refusal_of(s, READER, RELAY, &pull);
    TOC_CHECK_OK(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(toc_message_decode(toc_buf_view(&refusal), arena, &answer, &err));
    toc_buf_wipe(&refusal);
    assert_int_equal(answer.as.refusal.code, TOC_REFUSED_WITHHELD);
}

/* One of the entries of the feed, in an answer that was asked for: the request is made here. */
static void another_entry_for_the_missing_one_is_refused(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_feed feed;
    toc_span entry;
    uint64_t index = through_the_relay(s);
    engine_link *link =
        toc_engine_link(s->net.nodes[READER].engine, link_between(s, RELAY, READER));
    assert_non_null(link);
    engine_request *request = toc_engine_request(s->net.nodes[READER].engine, link, TOC_MSG_PULL,
                                                 sim_now(&s->net, &s->net.nodes[READER]));
    assert_true(feed_at(s, RELAY, AUTHOR, TOC_LANE_ALERT, &feed));
    request->wanted = true;
    request->feed = feed.id;
    request->from = index;
    request->until = index + 1;
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[RELAY].log, &txn, &err));
    TOC_CHECK_OK(toc_log_entry(txn, feed.number, index + 1, &entry, &err));
    toc_buf_add_u32(&entries, (uint32_t)entry.size);
    toc_buf_add_span(&entries, entry);
    toc_span note;
    TOC_CHECK_OK(toc_log_head_note(txn, feed.number, &note, &err));
    toc_message chunk = {.kind = TOC_MSG_CHUNK, .id = request->id};
    chunk.as.chunk = (toc_wire_chunk){.feed = feed.name,
                                      .from = index,
                                      .count = 1,
                                      .entries = toc_buf_view(&entries),
                                      .note = note};
    say(s, RELAY, READER, &chunk);
    toc_log_abort(txn);
    for (int i = 0; i < 20; i++) {
        lose(s, AUTHOR, READER, 0);
        steps(s, 1);
    }
    assert_int_equal(why_at(s, READER, index), TOC_BARE_MISSING);
    assert_int_equal(refused(s, READER, RELAY, TOC_REFUSE_ENTRY_CHANGED), 1);
    assert_sound(s, READER);
}

int main(void)
{
#define TEST(name)              cmocka_unit_test_setup_teardown(name, set_up_relay, tear_down)
#define TEST_OF_FOUR(name, set) cmocka_unit_test_setup_teardown(name, set, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_a_relay_takes_away_is_missing_and_no_head_over_it_is_cosigned),
        TEST(what_is_missing_comes_from_the_author_and_then_the_head_is_cosigned),
        TEST_OF_FOUR(what_is_missing_comes_from_any_other_member, set_up_four),
        TEST(who_lacks_entries_for_reasons_of_its_own_says_withheld),
        TEST(another_entry_for_the_missing_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
