/* Links over real sockets: one link a peer, everything in order, nothing without bound. */
#include "tests/unit/node/sides.h"

typedef struct two {
    side low, high; /* by org id: the low one decides between two links */
    size_t wanted;
} two;

static int make_two(void **state)
{
    two *both = calloc(1, sizeof *both);
    side_make(&both->low, 0x11);
    side_make(&both->high, 0x99);
    side_start(&both->low, 0);
    side_start(&both->high, 0);
    *state = both;
    return 0;
}

static int remove_two(void **state)
{
    two *both = *state;
    side_remove(&both->low);
    side_remove(&both->high);
    free(both);
    return 0;
}

/* The high one dials. */
static void link_two(two *both)
{
    side_allow(&both->low, &both->high, NULL);
    side_allow(&both->high, &both->low, both->low.endpoint);
    toc_test_wait("the low one is up", 10, side_is_up, &both->low);
    toc_test_wait("the high one is up", 10, side_is_up, &both->high);
}

static bool both_have_wanted(void *context)
{
    two *both = context;
    side_consume(&both->low);
    side_consume(&both->high);
    return side_look(&both->low).kept_count >= both->wanted &&
           side_look(&both->high).kept_count >= both->wanted;
}

static void both_sides_know_whom_they_are_linked_to(void **state)
{
    two *both = *state;
    link_two(both);
    assert_memory_equal(&both->low.up_peer, &both->high.org, sizeof both->low.org);
    assert_memory_equal(&both->high.up_peer, &both->low.org, sizeof both->low.org);
}

/* Sizes from the smallest to the largest message. */
static size_t size_of(uint64_t number)
{
    return number % 50 == 49 ? TOC_MESSAGE_BYTES_MAX : 8 + number % 4000;
}

static void messages_of_all_sizes_arrive_whole_and_in_order_both_ways(void **state)
{
    enum { MESSAGES = 3000, BURST = 50 };
    two *both = *state;
    link_two(both);
    for (uint64_t i = 0; i < MESSAGES; i++) {
        side_send(&both->low, false, i, size_of(i));
        side_send(&both->high, false, i, size_of(i));
        both->wanted = i + 1;
        if (i % BURST == BURST - 1) /* so that no queue runs over */
            toc_test_wait("a burst has arrived", 20, both_have_wanted, both);
    }
    for (uint64_t i = 0; i < MESSAGES; i++) {
        assert_int_equal(side_number(&both->low, i), i);
        assert_int_equal(side_number(&both->high, i), i);
        assert_int_equal(both->low.kept[i].size, size_of(i));
        assert_int_equal(both->high.kept[i].size, size_of(i));
    }
    assert_int_equal(side_look(&both->low).downs, 0);
}

/* ---- windows ---- */

static bool low_holds_a_window(void *context)
{
    return side_look(&((two *)context)->low).unconsumed >= 8;
}

static bool high_has_one(void *context)
{
    return side_look(&((two *)context)->high).kept_count == 1;
}

static bool all_have_come(void *context)
{
    two *both = context;
    side_consume(&both->low);
    return side_look(&both->low).kept_count >= both->wanted;
}

static void who_does_not_consume_is_handed_no_more_than_its_window(void **state)
{
    enum { SENT = 64 };
    two *both = *state;
    link_two(both);
    for (uint64_t i = 0; i < SENT; i++)
        side_send(&both->high, false, i, 100);
    toc_test_wait("a window is full", 10, low_holds_a_window, both);
    side_send(&both->low, false, 0, 100); /* the other way is not stopped by it */
    toc_test_wait("the other way goes on", 10, high_has_one, both);
    assert_int_equal(side_look(&both->low).unconsumed, 8);
    both->wanted = SENT;
    toc_test_wait("the rest comes when it is asked for", 10, all_have_come, both);
}

/* How many of `sent` large messages came before the urgent one that was sent after them. */
static size_t before_urgent(two *both, size_t sent, uint64_t urgent)
{
    for (uint64_t i = 0; i < sent; i++) /* 5.9 MB: mostly more than the sockets hold */
        side_send(&both->high, false, i, TOC_MESSAGE_BYTES_MAX);
    toc_test_wait("a window is full", 10, low_holds_a_window, both);
    side_send(&both->high, true, urgent, 100);
    both->wanted = sent + 1;
    toc_test_wait("everything has come", 20, all_have_come, both);
    size_t at = 0;
    while (at < sent && side_number(&both->low, at) != urgent)
        at++;
    return at;
}

static void an_urgent_message_overtakes_what_waits(void **state)
{
    enum { SENT = 90, URGENT = 1000000 };
    two *both = *state;
    link_two(both);
    size_t at = before_urgent(both, SENT, URGENT);
    if (at >= SENT - 5)
        skip(); /* a kernel that took all of it into its sockets left nothing to overtake */
    assert_true(at < SENT - 5); /* before what was sent long before it */
    uint64_t next = 0;
    for (size_t i = 0; i <= SENT; i++) {
        if (side_number(&both->low, i) != URGENT)
            assert_int_equal(side_number(&both->low, i), next++);
    }
}

static bool high_went_down(void *context)
{
    return side_look(&((two *)context)->high).downs >= 1;
}

/* Past three quarters bulk is dropped and alerts still fit; past the whole the link goes. */
static void bulk_stops_before_alerts_do_and_a_peer_that_never_reads_is_left(void **state)
{
    enum { BULK = 400, ALERTS = 10, URGENT = 1000000 };
    two *both = *state;
    link_two(both);
    for (uint64_t i = 0; i < BULK; i++) /* 26 MB */
        side_send(&both->high, false, i, TOC_MESSAGE_BYTES_MAX);
    assert_int_equal(side_look(&both->high).downs, 0);
    for (uint64_t i = 0; i < ALERTS; i++)
        side_send(&both->high, true, URGENT + i, TOC_MESSAGE_BYTES_MAX);
    assert_int_equal(side_look(&both->high).downs, 0);
    for (uint64_t i = 0; i < BULK; i++)
        side_send(&both->high, true, URGENT + ALERTS + i, TOC_MESSAGE_BYTES_MAX);
    toc_test_wait("the link is given up", 10, high_went_down, both);
}

/* ---- two links ---- */

static bool one_link_each(void *context)
{
    two *both = context;
    side low = side_look(&both->low), high = side_look(&both->high);
    return low.ups >= 1 && low.ups == low.downs + 1 && high.ups == high.downs + 1;
}

/* What is sent on a link that is just being given up may be lost: a node compares heads on the link
 * that stays. */
static bool sent_and_come(void *context)
{
    two *both = context;
    side_send(&both->high, false, 7, 100);
    return all_have_come(both);
}

static void both_dialling_at_once_end_with_one_link_that_works(void **state)
{
    two *both = *state;
    side_allow(&both->low, &both->high, both->high.endpoint);
    side_allow(&both->high, &both->low, both->low.endpoint);
    toc_test_wait("there is one link", 20, one_link_each, both);
    struct timespec grace = {.tv_sec = 2, .tv_nsec = 300000000}; /* that of a link to be closed */
    nanosleep(&grace, NULL);
    toc_test_wait("there is still one link", 20, one_link_each, both);
    both->wanted = side_look(&both->low).kept_count + 1;
    toc_test_wait("a message comes", 20, sent_and_come, both);
}

static bool rekeyed(void *context)
{
    two *both = context;
    return side_look(&both->low).ups >= 2 && one_link_each(both);
}

static void rekey(two *both, bool low_dials)
{
    enum { MESSAGES = 100 };
    toc_links_stop(both->low.links);
    toc_links_stop(both->high.links);
    side_start(&both->low, MESSAGES);
    side_start(&both->high, MESSAGES);
    side_allow(&both->low, &both->high, low_dials ? both->high.endpoint : NULL);
    side_allow(&both->high, &both->low, low_dials ? NULL : both->low.endpoint);
    toc_test_wait("the low one is up", 10, side_is_up, &both->low);
    toc_test_wait("the high one is up", 10, side_is_up, &both->high);
    for (uint64_t i = 0; i <= MESSAGES; i++) {
        side_send(&both->high, false, i, 100);
        both->wanted = i + 1;
        toc_test_wait("a message comes", 10, all_have_come, both);
    }
    toc_test_wait("a second link has replaced the first", 20, rekeyed, both);
    assert_int_equal(side_look(&both->low).ups, 2); /* and not a third */
    assert_int_equal(side_look(&both->high).ups, 2);
}

static void a_link_that_carried_much_is_replaced_once_whoever_dials(void **state)
{
    rekey(*state, false);
}

static void a_link_that_carried_much_is_replaced_once_when_the_low_one_dials(void **state)
{
    rekey(*state, true);
}

/* ---- who may ---- */

static bool low_refused_a_stranger(void *context)
{
    return side_look(&((two *)context)->low).refused[TOC_REFUSE_UNKNOWN_KEY] >= 1;
}

static void a_key_that_nobody_named_is_refused_and_counted_as_a_strangers(void **state)
{
    two *both = *state;
    side_allow(&both->high, &both->low, both->low.endpoint); /* and not the other way */
    toc_test_wait("it is refused", 10, low_refused_a_stranger, both);
    assert_int_equal(side_look(&both->low).ups, 0);
    assert_int_equal(side_look(&both->high).ups, 0);
    assert_false(side_look(&both->low).refused_org);
    side_allow(&both->low, &both->high, NULL); /* it goes on trying, and is let in */
    toc_test_wait("it is let in", 20, side_is_up, &both->high);
}

static void who_is_no_longer_allowed_is_cut_off(void **state)
{
    toc_err err;
    two *both = *state;
    link_two(both);
    TOC_CHECK_OK(toc_links_peers(both->low.links, NULL, 0, &err));
    toc_test_wait("the low one is down", 10, side_is_down, &both->low);
    toc_test_wait("the high one is down", 10, side_is_down, &both->high);
}

static void a_closed_link_comes_again_by_itself(void **state)
{
    two *both = *state;
    link_two(both);
    uint64_t before = side_look(&both->low).up_link;
    toc_links_close(both->low.links, before, "a test");
    toc_test_wait("the high one went down", 10, high_went_down, both);
    toc_test_wait("it is up again", 10, side_is_up, &both->high);
    toc_test_wait("it is up again", 10, side_is_up, &both->low);
    assert_true(side_look(&both->low).up_link > before); /* numbers are never reused */
}

static void a_link_that_is_gone_takes_messages_silently(void **state)
{
    two *both = *state;
    link_two(both);
    toc_links_send(both->low.links, 999, true, toc_span_text("to nobody"));
    toc_links_consumed(both->low.links, 999);
    toc_links_close(both->low.links, 999, "nobody");
    assert_int_equal(side_look(&both->low).downs, 0);
}

static void an_endpoint_that_is_none_is_refused_at_start(void **state)
{
    static const char *const bad[] = {"tcp://256.256.256.256:1", "carrier://pigeon",
                                      "tcp://127.0.0.1:99999"};
    two *both = *state;
    for (size_t i = 0; i < TOC_COUNT(bad); i++) {
        toc_err err = {0};
        toc_links *links = NULL;
        toc_links_config config = {
            .listen_count = 1, .listen = &bad[i], .link_secret = both->low.secret};
        assert_true(toc_links_start(&config, &links, &err) != TOC_OK);
        assert_null(links);
        assert_non_null(strstr(err.text, bad[i]));
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_two, remove_two)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_sides_know_whom_they_are_linked_to),
        TEST(messages_of_all_sizes_arrive_whole_and_in_order_both_ways),
        TEST(who_does_not_consume_is_handed_no_more_than_its_window),
        TEST(an_urgent_message_overtakes_what_waits),
        TEST(bulk_stops_before_alerts_do_and_a_peer_that_never_reads_is_left),
        TEST(both_dialling_at_once_end_with_one_link_that_works),
        TEST(a_link_that_carried_much_is_replaced_once_whoever_dials),
        TEST(a_link_that_carried_much_is_replaced_once_when_the_low_one_dials),
        TEST(a_key_that_nobody_named_is_refused_and_counted_as_a_strangers),
        TEST(who_is_no_longer_allowed_is_cut_off),
        TEST(a_closed_link_comes_again_by_itself),
        TEST(a_link_that_is_gone_takes_messages_silently),
        TEST(an_endpoint_that_is_none_is_refused_at_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
