/* What an org says later of its own keys: it takes its word out of other orgs' evidence, and spoils
 * none. */
#include "proto/base/text.h"
#include "proto/roll/change.h"
#include "store/evidence.h"
#include "store/feed/internal.h"
#include "store/identity.h"
#include "tests/unit/node/hostile.h"

typedef struct told {
    toc_buf first, last; /* lines of an answer */
    size_t count;
} told;

static toc_code take_line(void *context, toc_span line, toc_err *err)
{
    told *all = context;
    toc_buf *out = all->count++ == 0 ? &all->first : &all->last;
    toc_buf_clear(out);
    toc_buf_add_span(out, line);
    return toc_buf_ok(out, err);
}

typedef toc_code ask_fn(toc_log_txn *txn, const toc_hash *record, toc_evidence_visit visit,
                        void *context, toc_err *err);

/* Whether the author is told, of his record, that the reader held it. */
static bool names_reader(const scene *s, ask_fn *ask)
{
    toc_err err;
    toc_hash record;
    toc_log_txn *txn = NULL;
    told all = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf reader = {0};
    memcpy(record.bytes, s->record.bytes, sizeof record.bytes);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    TOC_CHECK_OK(ask(txn, &record, take_line, &all, &err));
    toc_log_abort(txn);
    toc_buf_add_text(&reader, "\"org\":\"");
    toc_buf_add_hex(&reader, TOC_SPAN_OF(s->net.nodes[READER].org.bytes));
    const char *held = strstr(toc_buf_text(all.count > 1 ? &all.last : &all.first),
                              all.count > 1 ? "\"receipts\":" : "\"held\":");
    const char *lacking = strstr(held, "\"lacking\":");
    const char *found = strstr(held, toc_buf_text(&reader));
    bool names = found != NULL && (lacking == NULL || found < lacking);
    toc_buf_wipe(&all.first);
    toc_buf_wipe(&all.last);
    return names;
}

/* New keys, on a card that says those before had been retired an hour ago. */
static toc_code turn_back(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    const sim_node *node = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card current, next;
    toc_time before = {now.wall.unix_ms - 3600000};
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_card_of(txn, &node->org, arena, &current, err));
    toc_card_next(&current, &next);
    next.valid_from = now.wall;
    TOC_TRY(toc_identity_prepare(txn, TOC_CHANGE_COSIGN, &next, before, arena, err));
    TOC_TRY(toc_card_sign(&next, node->roots.root, NULL, &bytes, err));
    return toc_engine_card_adopt(engine, txn, toc_buf_view(&bytes), true, now, err);
}

static int set_up_receipted(void **state)
{
    set_up(state);
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    assert_true(names_reader(s, toc_bundle_ask) && names_reader(s, toc_receipt_ask));
    return 0;
}

static void retire_before(scene *s)
{
    sim_node *reader = &s->net.nodes[READER];
    assert_true(sim_do(&s->net, reader, turn_back, reader));
}

static void who_says_that_its_key_was_retired_before_spoils_no_bundle(void **state)
{
    scene *s = *state;
    isolate(s, READER); /* else it says anew what it holds */
    retire_before(s);
    copy_card(s, &s->net.nodes[READER]);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], add_peer, s));
    assert_false(names_reader(s, toc_bundle_ask));
    assert_true(
        names_reader(s, toc_receipt_ask)); /* which tells what was said, not what it proves */
}

/* Nothing was written since, so nothing else makes it cosign. */
static void what_a_retired_key_receipted_is_receipted_anew_by_the_next(void **state)
{
    scene *s = *state;
    retire_before(s);
    steps(s, 500);
    assert_true(names_reader(s, toc_bundle_ask));
    assert_int_equal(refused(s, AUTHOR, READER, TOC_REFUSE_COSIGNATURE), 0);
}

/* As a restart finds it: the card was put in force while the node was stopped. Who hears of the
 * receipt before the card hears of it again within two minutes. */
static void what_a_retired_key_receipted_is_receipted_anew_after_a_restart(void **state)
{
    scene *s = *state;
    retire_before(s);
    sim_crash(&s->net, &s->net.nodes[READER]);
    steps(s, 150000 / SIM_STEP_MS);
    assert_true(names_reader(s, toc_bundle_ask));
}

static void its_next_word_counts_where_its_first_does_not(void **state)
{
    scene *s = *state;
    toc_record_id first = s->record;
    retire_before(s);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    s->record = first;
    assert_true(names_reader(s, toc_bundle_ask));
}

/* ---- an author who is gone ---- */

/* The author has a new sign key, gives away the card, and signs nothing anew. */
static void leave(scene *s)
{
    isolate(s, AUTHOR);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    copy_card(s, &s->net.nodes[AUTHOR]);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    assert_true(sim_do(&s->net, &s->net.nodes[READER], add_peer, s));
}

/* Says three things, each of which the reader cosigns by itself, and leaves. */
static void speak_and_leave(scene *s)
{
    toc_record_id first = {{0}};
    for (int i = 0; i < 3; i++) {
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
        first = i == 0 ? s->record : first;
        steps(s, 200);
    }
    s->record = first;
    leave(s);
}

static int set_up_gone(void **state)
{
    set_up(state);
    speak_and_leave(*state);
    return 0;
}

static size_t lines_of_bundle(const scene *s, int by)
{
    toc_err err;
    toc_hash record;
    toc_log_txn *txn = NULL;
    told all = {0};
    memcpy(record.bytes, s->record.bytes, sizeof record.bytes);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_bundle_ask(txn, &record, take_line, &all, &err));
    toc_log_abort(txn);
    toc_buf_wipe(&all.first);
    toc_buf_wipe(&all.last);
    return all.count;
}

/* The first receipt of the record is over a head that nobody keeps; that over the head which is
 * kept shows that it is older than the key's retirement. */
static void what_an_author_said_who_is_gone_is_proven_all_the_same(void **state)
{
    assert_true(lines_of_bundle(*state, READER) > 1);
}

/* The reader took back what it had said of the head, and said it again. */
static int set_up_gone_after_anew(void **state)
{
    set_up_receipted(state);
    scene *s = *state;
    retire_before(s);
    steps(s, 500);
    leave(s);
    return 0;
}

static void who_receipted_anew_vouches_for_an_author_who_is_gone(void **state)
{
    assert_true(lines_of_bundle(*state, READER) > 1);
}

/* By the charter under which it was said, the last to hold it was in the circle not yet. */
static int set_up_gone_after_newcomer(void **state)
{
    set_up_receipted(state);
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    leave(s);
    return 0;
}

static void who_came_after_it_was_said_is_not_who_vouches_for_it(void **state)
{
    assert_true(lines_of_bundle(*state, READER) > 1);
}

/* A member who was away gets it of the reader, when the key that signed it was retired. */
static int set_up_gone_before_another_came(void **state)
{
    set_up(state);
    scene *s = *state;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    isolate(s, MALLORY);
    speak_and_leave(s);
    steps(s, 100);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], add_peer, s));
    s->net.cut[MALLORY] = false;
    steps(s, 1000);
    return 0;
}

static void who_got_it_after_its_key_was_retired_is_not_who_vouches_for_it(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_hash record;
    uint32_t number;
    uint64_t index;
    toc_log_feed feed;
    toc_log_cosignature made;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    memcpy(record.bytes, s->record.bytes, sizeof record.bytes);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_leaf_find(txn, &record, &number, &index, &err));
    TOC_CHECK_OK(toc_log_feed_at(txn, number, &feed, &err));
    TOC_CHECK_OK(toc_log_cosigned(txn, number, &s->net.nodes[MALLORY].org, &made, &err));
    assert_int_equal(made.size, feed.head_size);
    assert_true(lines_of_bundle(s, READER) > 1);
}

/* ---- what is known of a fork ---- */

static toc_code spoil_fork(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    toc_log_feed feed;
    uint8_t key[64], none = 0;
    (void)engine;
    (void)now;
    assert_true(feed_at(s, AUTHOR, AUTHOR, TOC_LANE_ALERT, &feed));
    memcpy(key, feed.name.org.bytes, 32);
    memcpy(key + 32, feed.id.bytes, 32);
    return toc_checked_put(txn, TOC_LOG_FORKS, TOC_SPAN_OF(key), TOC_SPAN_OF(none), err);
}

/* What is stored of it may be that everything here is in dispute. */
static void where_a_fork_cannot_be_read_no_bundle_is_made(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_hash record;
    told all = {0};
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    memcpy(record.bytes, s->record.bytes, sizeof record.bytes);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], spoil_fork, s));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    assert_int_equal(toc_bundle_ask(txn, &record, take_line, &all, &err), TOC_MALFORMED);
    assert_int_equal(all.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(who_says_that_its_key_was_retired_before_spoils_no_bundle,
                                        set_up_receipted, tear_down),
        cmocka_unit_test_setup_teardown(what_a_retired_key_receipted_is_receipted_anew_by_the_next,
                                        set_up_receipted, tear_down),
        cmocka_unit_test_setup_teardown(
            what_a_retired_key_receipted_is_receipted_anew_after_a_restart, set_up_receipted,
            tear_down),
        cmocka_unit_test_setup_teardown(its_next_word_counts_where_its_first_does_not,
                                        set_up_receipted, tear_down),
        cmocka_unit_test_setup_teardown(what_an_author_said_who_is_gone_is_proven_all_the_same,
                                        set_up_gone, tear_down),
        cmocka_unit_test_setup_teardown(who_receipted_anew_vouches_for_an_author_who_is_gone,
                                        set_up_gone_after_anew, tear_down),
        cmocka_unit_test_setup_teardown(who_came_after_it_was_said_is_not_who_vouches_for_it,
                                        set_up_gone_after_newcomer, tear_down),
        cmocka_unit_test_setup_teardown(
            who_got_it_after_its_key_was_retired_is_not_who_vouches_for_it,
            set_up_gone_before_another_came, tear_down),
        cmocka_unit_test_setup_teardown(where_a_fork_cannot_be_read_no_bundle_is_made,
                                        set_up_receipted, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
