/* Restored, rebooted and doubled nodes: whose feeds go on, whose begin anew, and that nobody forks
 * (PROTOCOL §2, "Generation"). */
#include <stdio.h>

#include "proto/roll/change.h"
#include "tests/unit/node/hostile.h"

enum { FRIEND = 3, TWIN = 4, COPY_BYTES_MAX = 16 << 20 };

static int set_up_four(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    admit_as(*state, FRIEND, TOC_ROLE_MEMBER, true);
    return 0;
}

/* The friend is not admitted yet. */
static int set_up_three(void **state)
{
    set_up_nodes(state, 4);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

static int set_up_two(void **state)
{
    return set_up_nodes(state, 2);
}

/* ---- what the tests do ---- */

typedef struct asked {
    scene *s;
    toc_code code;
    uint64_t generation;
} asked;

static toc_code ask_writable(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    asked *what = context;
    (void)err;
    what->code = toc_engine_writable(engine, txn, &what->s->circle, now, &what->generation, NULL);
    return TOC_OK;
}

static toc_code writable(scene *s, int node)
{
    asked what = {.s = s};
    assert_true(sim_do(&s->net, &s->net.nodes[node], ask_writable, &what));
    return what.code;
}

static uint64_t generation_of(const scene *s, int node)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_circle circle;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[node].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &s->circle, &circle, &err));
    toc_log_abort(txn);
    return circle.generation;
}

static void say_at(scene *s, int node)
{
    assert_true(sim_do(&s->net, &s->net.nodes[node], write_record, s));
}

/* From now on only those for whom `same` says so can reach one another. */
static void cut_off(scene *s, const bool cut[SIM_NODES_MAX])
{
    for (int a = 0; a < s->net.node_count; a++) {
        s->net.cut[a] = cut[a];
        for (int b = 0; b < a; b++) {
            if (cut[a] == cut[b] || !s->net.links[b][a].up)
                continue;
            s->net.links[b][a].up = false;
            if (s->net.nodes[a].engine != NULL)
                toc_engine_link_down(s->net.nodes[a].engine, s->net.links[b][a].number);
            if (s->net.nodes[b].engine != NULL)
                toc_engine_link_down(s->net.nodes[b].engine, s->net.links[b][a].number);
        }
    }
}

static void log_path(const scene *s, int node, char out[160])
{
    snprintf(out, 160, "%s/log/data.mdb", s->net.nodes[node].directory);
}

/* The log of a node that is off. */
static toc_buf read_log(const scene *s, int node)
{
    char path[160];
    toc_buf copy = {0};
    log_path(s, node, path);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    uint8_t *room = toc_buf_extend(&copy, COPY_BYTES_MAX);
    assert_non_null(room);
    copy.size = fread(room, 1, COPY_BYTES_MAX, file);
    assert_true(copy.size > 0 && copy.size < COPY_BYTES_MAX);
    assert_int_equal(fclose(file), 0);
    return copy;
}

static void write_log(const scene *s, int node, const toc_buf *copy)
{
    char path[160];
    log_path(s, node, path);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(copy->data, 1, copy->size, file), copy->size);
    assert_int_equal(fclose(file), 0);
}

static toc_buf back_up(scene *s, int node)
{
    sim_off(&s->net, &s->net.nodes[node]);
    toc_buf copy = read_log(s, node);
    sim_on(&s->net, &s->net.nodes[node], true);
    steps(s, 300);
    return copy;
}

static void set_back(scene *s, int node, const toc_buf *copy)
{
    sim_off(&s->net, &s->net.nodes[node]);
    write_log(s, node, copy);
    sim_on(&s->net, &s->net.nodes[node], false);
}

static void reboot(scene *s, int node)
{
    sim_off(&s->net, &s->net.nodes[node]);
    sim_on(&s->net, &s->net.nodes[node], false);
}

static void check_no_fork(const scene *s)
{
    for (int by = 0; by < s->net.node_count; by++) {
        if (by != AUTHOR)
            assert_int_equal(refused(s, by, AUTHOR, TOC_REFUSE_FORK), 0);
    }
}

/* ---- a new boot ---- */

static void after_a_new_boot_a_node_goes_on_when_more_than_half_say_so(void **state)
{
    scene *s = *state;
    say_at(s, AUTHOR);
    steps(s, 200);
    uint64_t before = generation_of(s, AUTHOR), size = stored(s, AUTHOR);
    reboot(s, AUTHOR);
    steps(s, 1);
    assert_int_equal(writable(s, AUTHOR), TOC_UNREACHABLE);
    uint64_t began = s->net.now_ms;
    while (writable(s, AUTHOR) != TOC_OK && s->net.now_ms < began + 60000)
        steps(s, 1);
    assert_true(s->net.now_ms < began + 30000);
    assert_int_equal(generation_of(s, AUTHOR), before);
    say_at(s, AUTHOR);
    steps(s, 300);
    assert_int_equal(stored(s, READER), size + 1);
    assert_int_equal(stored(s, FRIEND), size + 1);
    check_no_fork(s);
}

static int set_up_five_members(void **state)
{
    set_up_nodes(state, 5);
    for (int i = MALLORY; i <= TWIN; i++)
        admit_as(*state, i, TOC_ROLE_MEMBER, true);
    return 0;
}

/* So many steps in which nobody from `first` on gets an answer through to the author. */
static void silent(scene *s, int first, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        steps(s, 1);
        for (int by = first; by < s->net.node_count; by++)
            lose(s, by, AUTHOR, TOC_MSG_HEADS_REPLY);
    }
}

static bool all_linked(const scene *s)
{
    for (int by = READER; by < s->net.node_count; by++) {
        if (!s->net.links[AUTHOR][by].up)
            return false;
    }
    return true;
}

/* Two of four: the others may have what they have not. */
static void half_of_those_who_are_linked_is_not_enough(void **state)
{
    scene *s = *state;
    uint64_t before = generation_of(s, AUTHOR), began = s->net.now_ms;
    reboot(s, AUTHOR);
    while (!all_linked(s))
        silent(s, READER, 1);
    silent(s, FRIEND, 20000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_UNREACHABLE);
    while (writable(s, AUTHOR) != TOC_OK && s->net.now_ms < began + 59000)
        silent(s, TWIN, 1);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_int_equal(generation_of(s, AUTHOR), before);
}

static void when_nobody_answers_for_a_minute_a_new_generation_begins(void **state)
{
    scene *s = *state;
    const bool alone[SIM_NODES_MAX] = {[AUTHOR] = true};
    uint64_t before = generation_of(s, AUTHOR);
    cut_off(s, alone);
    reboot(s, AUTHOR);
    steps(s, 59000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_UNREACHABLE);
    assert_int_equal(generation_of(s, AUTHOR), before);
    steps(s, 2000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_true(generation_of(s, AUTHOR) > before);
}

/* The marker of the boot is there by then. */
static void a_node_that_is_killed_while_it_asks_goes_on_asking(void **state)
{
    scene *s = *state;
    const bool alone[SIM_NODES_MAX] = {[AUTHOR] = true};
    cut_off(s, alone);
    reboot(s, AUTHOR);
    steps(s, 10);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    sim_on(&s->net, &s->net.nodes[AUTHOR], true);
    steps(s, 10);
    assert_int_equal(writable(s, AUTHOR), TOC_UNREACHABLE);
}

static toc_code create_alone(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    scene *s = context;
    return toc_engine_circle_create(engine, txn, toc_span_text("Alone"), toc_span_text("test"), now,
                                    &s->circle, err);
}

static void a_circle_of_one_asks_nobody_and_begins_anew(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], create_alone, s));
    uint64_t before = generation_of(s, MALLORY);
    steps(s, 100);
    reboot(s, MALLORY);
    assert_int_equal(writable(s, MALLORY), TOC_OK);
    assert_true(generation_of(s, MALLORY) > before);
}

static void in_a_circle_of_two_the_other_alone_is_enough(void **state)
{
    scene *s = *state;
    say_at(s, AUTHOR);
    steps(s, 200);
    uint64_t before = generation_of(s, AUTHOR);
    reboot(s, AUTHOR);
    steps(s, 30000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_int_equal(generation_of(s, AUTHOR), before);
}

/* ---- an old copy ---- */

static void an_old_copy_begins_anew_and_gets_its_words_back(void **state)
{
    scene *s = *state;
    toc_log_feed old;
    TOC_AUTO(toc_buf_wipe) toc_buf copy = back_up(s, AUTHOR);
    for (int i = 0; i < 3; i++)
        say_at(s, AUTHOR);
    steps(s, 300);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    set_back(s, AUTHOR, &copy);
    assert_int_equal(size_of(s, AUTHOR, &old), old.frontier.size - 3);
    steps(s, 30000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_true(generation_of(s, AUTHOR) > old.name.generation);
    say_at(s, AUTHOR);
    steps(s, 500);
    for (int by = 0; by < s->net.node_count; by++) {
        assert_int_equal(size_of(s, by, &old), old.frontier.size);
        assert_int_equal(size_at(s, by, AUTHOR, TOC_LANE_ALERT), 2); /* the grant and the record */
    }
    check_no_fork(s);
}

/* What it has no answer to hide behind: one member was away when the author wrote on, or says so.
 */
static void one_member_alone_cannot_keep_an_old_copy_on_its_old_feeds(void **state)
{
    scene *s = *state;
    const bool with_mallory[SIM_NODES_MAX] = {[AUTHOR] = true, [MALLORY] = true},
               without[SIM_NODES_MAX] = {[MALLORY] = true};
    toc_log_feed old;
    TOC_AUTO(toc_buf_wipe) toc_buf copy = back_up(s, AUTHOR);
    cut_off(s, without);
    say_at(s, AUTHOR);
    steps(s, 300);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &old));
    assert_int_equal(size_of(s, MALLORY, &old), old.frontier.size - 1);
    cut_off(s, with_mallory);
    set_back(s, AUTHOR, &copy);
    steps(s, 50000 / SIM_STEP_MS);
    assert_true(s->net.links[AUTHOR][MALLORY].up);
    assert_int_equal(writable(s, AUTHOR), TOC_UNREACHABLE);
    steps(s, 15000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_true(generation_of(s, AUTHOR) > old.name.generation);
    memset(s->net.cut, 0, sizeof s->net.cut);
    steps(s, 1500);
    assert_int_equal(size_of(s, AUTHOR, &old), old.frontier.size);
    check_no_fork(s);
}

/* Nor can a member make a node that was never set back begin anew. */
static void a_head_that_nobody_of_us_signed_opens_no_generation_while_it_asks(void **state)
{
    scene *s = *state;
    toc_log_feed old;
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, MALLORY, TOC_OWN_SIGN);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    const bool with_mallory[SIM_NODES_MAX] = {[AUTHOR] = true, [MALLORY] = true};
    cut_off(s, with_mallory);
    reboot(s, AUTHOR);
    while (!s->net.links[AUTHOR][MALLORY].up)
        steps(s, 1);
    tell_head(s, MALLORY, AUTHOR, &old.name, old.frontier.size + 5, key);
    steps(s, 5);
    assert_int_equal(writable(s, AUTHOR), TOC_UNREACHABLE);
    assert_int_equal(refused(s, AUTHOR, AUTHOR, TOC_REFUSE_OWN_WORDS), 0);
    assert_true(refused(s, AUTHOR, MALLORY, TOC_REFUSE_CHECKPOINT_SIGNATURE) > 0);
    memset(s->net.cut, 0, sizeof s->net.cut);
    steps(s, 30000 / SIM_STEP_MS);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_int_equal(generation_of(s, AUTHOR), old.name.generation);
}

static toc_code put_back_by_hand(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    (void)context;
    return toc_engine_restored(engine, txn, now, err);
}

static void who_says_that_it_was_restored_asks_nobody(void **state)
{
    scene *s = *state;
    const bool alone[SIM_NODES_MAX] = {[AUTHOR] = true};
    uint64_t before = generation_of(s, AUTHOR);
    cut_off(s, alone);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    sim_on(&s->net, &s->net.nodes[AUTHOR], false);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], put_back_by_hand, s));
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_true(generation_of(s, AUTHOR) > before);
}

typedef struct ahead {
    scene *s;
    uint64_t seconds; /* the generation stands so far ahead of the clock */
    uint64_t limit;   /* of its number, out */
} ahead;

/* A feed that another node of this org began, and its own feeds anew after it. */
static toc_code begin_after(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    ahead *what = context;
    toc_log_feed feed;
    what->limit = now.wall.unix_ms / 1000 + what->seconds;
    const toc_feed_name name = {.circle = what->s->circle,
                                .org = what->s->net.nodes[AUTHOR].org,
                                .lane = TOC_LANE_ALERT,
                                .generation = what->limit};
    TOC_TRY(toc_log_feed_new(txn, &name, &feed, err));
    return toc_engine_restored(engine, txn, now, err);
}

/* A thief of the sign key would use up the numbers by one that is far ahead. */
static void a_generation_that_is_a_day_ahead_does_not_move_the_next(void **state)
{
    scene *s = *state;
    ahead day = {.s = s, .seconds = 86400}, less = {.s = s, .seconds = 86399};
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], begin_after, &day));
    assert_int_equal(generation_of(s, AUTHOR), day.limit - 86400);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], begin_after, &less));
    assert_int_equal(generation_of(s, AUTHOR), less.limit + 1);
}

/* ---- while it asks ---- */

static toc_code admit_friend(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_admit(engine, txn, &s->circle, &s->org, TOC_ROLE_MEMBER, now, err);
}

/* A charter that comes meanwhile would have the own feeds name it. */
static void nothing_is_appended_while_it_asks_whatever_comes(void **state)
{
    scene *s = *state;
    toc_log_feed old;
    const bool with_author[SIM_NODES_MAX] = {[AUTHOR] = true, [READER] = true};
    assert_true(feed_at(s, READER, READER, TOC_LANE_ALERT, &old));
    cut_off(s, with_author);
    reboot(s, READER);
    steps(s, 10);
    s->org = s->net.nodes[FRIEND].org;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], admit_friend, s));
    steps(s, 300);
    assert_true(s->net.links[AUTHOR][READER].up);
    assert_int_equal(version_at(s, READER), version_at(s, AUTHOR));
    assert_int_equal(size_of(s, READER, &old), old.frontier.size);
    assert_int_equal(writable(s, READER), TOC_OK);
    /* A new reader needs a new key: it began anew rather than wait. */
    assert_true(generation_of(s, READER) > old.name.generation);
}

/* ---- two at once ---- */

static int set_up_five(void **state)
{
    set_up_nodes(state, 5);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    admit_as(*state, FRIEND, TOC_ROLE_MEMBER, true);
    return 0;
}

/* A virtual machine is copied while it runs: both have the marker of one boot. */
static void make_twin(scene *s)
{
    toc_err err;
    sim_node *author = &s->net.nodes[AUTHOR], *twin = &s->net.nodes[TWIN];
    sim_off(&s->net, author);
    sim_off(&s->net, twin);
    toc_buf copy = read_log(s, AUTHOR);
    write_log(s, TWIN, &copy);
    toc_buf_wipe(&copy);
    toc_secret_free(twin->store_key);
    TOC_CHECK_OK(toc_secret_from(toc_span_of(toc_secret_view(author->store_key), TOC_SECRET_BYTES),
                                 &twin->store_key, &err));
    twin->org = author->org;
    sim_on(&s->net, author, true);
    sim_on(&s->net, twin, true);
    steps(s, 500);
}

static void of_two_that_run_with_one_orgs_keys_the_one_that_hears_of_it_begins_anew(void **state)
{
    scene *s = *state;
    make_twin(s);
    uint64_t before = generation_of(s, AUTHOR);
    say_at(s, AUTHOR);
    steps(s, 500);
    assert_int_equal(generation_of(s, AUTHOR), before);
    assert_true(generation_of(s, TWIN) > before);
    say_at(s, TWIN);
    say_at(s, AUTHOR);
    steps(s, 5000);
    assert_int_equal(size_at(s, READER, AUTHOR, TOC_LANE_ALERT), stored(s, AUTHOR));
    assert_int_equal(size_at(s, READER, TWIN, TOC_LANE_ALERT), 2);
    assert_true(refused(s, AUTHOR, AUTHOR, TOC_REFUSE_OWN_WORDS) > 0); /* somebody must look */
    assert_true(refused(s, TWIN, AUTHOR, TOC_REFUSE_OWN_WORDS) > 0);
    assert_int_equal(generation_of(s, AUTHOR), before);
    check_no_fork(s);
}

static uint64_t forked_at(const scene *s, int by, const toc_log_feed *feed)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    uint64_t index;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_forked(txn, &feed->name, &index, &err));
    assert_true(index != UINT64_MAX);
    toc_log_abort(txn);
    return index;
}

/* A fork in good faith: each has told other members when they hear of it. Everybody gets the proof,
 * and neither writes on before a new key tells the one from the other. */
static void two_that_write_in_one_moment_fork_once_and_a_new_key_ends_it(void **state)
{
    scene *s = *state;
    const bool sides[SIM_NODES_MAX] = {[TWIN] = true, [FRIEND] = true};
    toc_log_feed old;
    make_twin(s);
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    cut_off(s, sides);
    say_at(s, AUTHOR);
    say_at(s, TWIN);
    steps(s, 200);
    memset(s->net.cut, 0, sizeof s->net.cut);
    steps(s, 4000);
    for (int by = 0; by < s->net.node_count; by++)
        assert_int_equal(forked_at(s, by, &old), old.frontier.size);
    assert_int_equal(writable(s, AUTHOR), TOC_STATE);
    assert_int_equal(writable(s, TWIN), TOC_STATE);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    steps(s, 2000);
    assert_int_equal(writable(s, AUTHOR), TOC_OK);
    assert_true(generation_of(s, AUTHOR) > old.name.generation);
    say_at(s, AUTHOR);
    steps(s, 500);
    assert_int_equal(size_at(s, READER, AUTHOR, TOC_LANE_ALERT), stored(s, AUTHOR));
    assert_int_equal(writable(s, TWIN), TOC_STATE); /* it has the old key */
}

/* The clocks run behind, so that both would take the same next number. */
static void two_that_hear_of_each_other_in_one_moment_do_not_begin_the_same_again(void **state)
{
    scene *s = *state;
    const bool sides[SIM_NODES_MAX] = {[TWIN] = true, [FRIEND] = true};
    toc_log_feed old;
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, AUTHOR, TOC_OWN_SIGN);
    make_twin(s);
    s->net.nodes[AUTHOR].clock_skew_ms -= 3600000;
    s->net.nodes[TWIN].clock_skew_ms -= 3600000;
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &old));
    cut_off(s, sides);
    tell_head(s, READER, AUTHOR, &old.name, old.frontier.size + 5, key);
    tell_head(s, FRIEND, TWIN, &old.name, old.frontier.size + 5, key);
    steps(s, 20);
    assert_true(generation_of(s, AUTHOR) > old.name.generation);
    assert_true(generation_of(s, TWIN) > old.name.generation);
    assert_int_not_equal(generation_of(s, AUTHOR), generation_of(s, TWIN));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_four, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(after_a_new_boot_a_node_goes_on_when_more_than_half_say_so),
        cmocka_unit_test_setup_teardown(half_of_those_who_are_linked_is_not_enough,
                                        set_up_five_members, tear_down),
        TEST(when_nobody_answers_for_a_minute_a_new_generation_begins),
        TEST(a_node_that_is_killed_while_it_asks_goes_on_asking),
        cmocka_unit_test_setup_teardown(a_circle_of_one_asks_nobody_and_begins_anew, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(in_a_circle_of_two_the_other_alone_is_enough, set_up_two,
                                        tear_down),
        TEST(an_old_copy_begins_anew_and_gets_its_words_back),
        TEST(one_member_alone_cannot_keep_an_old_copy_on_its_old_feeds),
        TEST(a_head_that_nobody_of_us_signed_opens_no_generation_while_it_asks),
        TEST(who_says_that_it_was_restored_asks_nobody),
        TEST(a_generation_that_is_a_day_ahead_does_not_move_the_next),
        cmocka_unit_test_setup_teardown(nothing_is_appended_while_it_asks_whatever_comes,
                                        set_up_three, tear_down),
        cmocka_unit_test_setup_teardown(
            of_two_that_run_with_one_orgs_keys_the_one_that_hears_of_it_begins_anew, set_up_five,
            tear_down),
        cmocka_unit_test_setup_teardown(
            two_that_hear_of_each_other_in_one_moment_do_not_begin_the_same_again, set_up_five,
            tear_down),
        cmocka_unit_test_setup_teardown(
            two_that_write_in_one_moment_fork_once_and_a_new_key_ends_it, set_up_five, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
