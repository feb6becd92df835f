/* A hostile author and a hostile carrier: what they say is in order by itself, and made so that it
 * would count here and could not be proven there. */
#include "node/engine/roll.h"
#include "node/engine/sync.h"
#include "proto/roll/change.h"
#include "tests/support/leaver.h"
#include "tests/unit/node/hostile.h"

enum { FRIEND = 3, NEWCOMER = 4, NODES = 5, BACK_MS = 200000 };

static int set_up_five(void **state)
{
    set_up_nodes(state, NODES);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    admit_as(*state, FRIEND, TOC_ROLE_MEMBER, true);
    return 0;
}

static int set_up_nodes_only(void **state)
{
    return set_up_nodes(state, NODES);
}

/* ---- heads ---- */

static void head_at(const scene *s, int by, int author, toc_buf *out_note)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_feed feed;
    toc_span note;
    assert_true(feed_at(s, by, author, TOC_LANE_ALERT, &feed));
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_head_note(txn, feed.number, &note, &err));
    toc_buf_clear(out_note);
    toc_buf_add_span(out_note, note);
    toc_log_abort(txn);
}

/* Lines that no key of the author made stand before the author's own, under its name. */
static toc_code add_lines(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    (void)engine;
    (void)now;
    const scene *s = context;
    static const uint8_t junk[68] = {1, 2, 3, 4, 5};
    TOC_AUTO(toc_buf_wipe) toc_buf held = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf more = {0};
    toc_note note;
    toc_log_feed feed;
    char origin[TOC_ORIGIN_BYTES_MAX];
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    head_at(s, MALLORY, AUTHOR, &held);
    TOC_TRY(toc_note_parse(toc_buf_view(&held), &note, err));
    toc_feed_origin(&feed.name, origin);
    toc_buf_add_span(&more, note.body);
    toc_buf_add_u8(&more, '\n');
    toc_note_line(toc_span_text(origin), TOC_SPAN_OF(junk), &more);
    toc_buf_add(&more, held.data + note.body.size + 1, held.size - note.body.size - 1);
    return toc_log_head_renew(txn, &feed, toc_buf_view(&more), err);
}

/* Else no bundle could be made of what it covers, by whoever got it that way. */
static void what_a_carrier_adds_to_a_head_is_not_kept(void **state)
{
    scene *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf here = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf author = {0};
    isolate(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    isolate(s, AUTHOR);
    isolate(s, FRIEND);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], add_lines, s));
    head_at(s, MALLORY, AUTHOR, &here);
    head_at(s, AUTHOR, AUTHOR, &author);
    assert_true(here.size > author.size);
    s->net.cut[READER] = false;
    steps(s, 1000);
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
    head_at(s, READER, AUTHOR, &here);
    assert_true(toc_span_equal(toc_buf_view(&here), toc_buf_view(&author)));
}

/* The author's own head, with words beyond size and root: signed, and no receipt would cover it. */
static void a_head_that_says_more_than_size_and_root_is_refused(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    toc_hash root;
    char origin[TOC_ORIGIN_BYTES_MAX];
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, MALLORY, TOC_OWN_SIGN);
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    for (int i = 0; i < 2; i++) {
        toc_buf_clear(&body);
        toc_buf_clear(&note);
        assert_true(feed_at(s, READER, MALLORY, TOC_LANE_ALERT, &feed));
        memset(root.bytes, 7, sizeof root.bytes);
        toc_checkpoint_body(&feed.name, feed.frontier.size + 1, &root, &body);
        if (i == 0)
            toc_buf_add_text(&body, "more words\n");
        toc_feed_origin(&feed.name, origin);
        TOC_CHECK_OK(toc_note_write(toc_buf_view(&body), toc_span_text(origin), key, &note, &err));
        toc_head head = {.org = feed.name.org,
                         .lane = feed.name.lane,
                         .generation = feed.name.generation,
                         .size = feed.frontier.size + 1,
                         .root = root,
                         .note = toc_buf_view(&note)};
        toc_message news = {.kind = TOC_MSG_NEWS,
                            .as.news = {.circle = s->circle, .heads = &head, .head_count = 1}};
        say(s, MALLORY, READER, &news);
        steps(s, 2);
        uint64_t target = toc_sync_find(s->net.nodes[READER].engine, &feed.id)->target;
        assert_int_equal(target > feed.frontier.size, i == 1);
        assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_CHECKPOINT_SIGNATURE), 1);
    }
}

/* ---- grants ---- */

typedef struct bad_grant {
    scene *s;
    int author;
    bool first_charter; /* in which the author is no member yet */
    uint64_t generation;
} bad_grant;

/* Opens a feed whose grant names what its author likes; its tree and signature are in order. */
static toc_code open_feed(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    bad_grant *what = context;
    scene *s = what->s;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_charter charter;
    toc_card card;
    toc_log_feed own, feed;
    TOC_TRY(toc_arena_new(8 << 20, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &s->circle, arena, &charter, err));
    while (what->first_charter && charter.version > 1)
        TOC_TRY(toc_log_roll_charter(txn, &charter.previous, arena, &charter, err));
    TOC_TRY(toc_log_card_of(txn, &engine->org, arena, &card, err));
    while (!what->first_charter && card.serial > 1)
        TOC_TRY(toc_roll_card(txn, &card.previous, arena, &card, err));
    assert_true(feed_at(s, what->author, what->author, TOC_LANE_ALERT, &own));
    toc_feed_name name = own.name;
    name.generation += 5;
    what->generation = name.generation;
    TOC_TRY(toc_log_feed_new(txn, &name, &feed, err));
    const toc_grant grant = {.card = card.hash,
                             .card_serial = card.serial,
                             .charter = charter.hash,
                             .charter_version = charter.version,
                             .epoch = 1,
                             .alg = 1};
    TOC_TRY(toc_grant_write(&grant, &entry, err));
    toc_span bytes = toc_buf_view(&entry);
    toc_hash leaf;
    toc_entry_leaf(&feed.id, 0, bytes, &leaf);
    const toc_judge judge = {.card = grant.card,
                             .card_serial = grant.card_serial,
                             .charter = grant.charter,
                             .charter_version = grant.charter_version,
                             .epoch = 1};
    engine_feed *state = toc_sync_feed(engine, &name);
    state->written = true;
    state->written_from = 0;
    (void)now;
    return toc_log_append(txn, &feed, &bytes, &leaf, 1, &judge, err);
}

static uint64_t opened_at(const scene *s, int by, const bad_grant *what)
{
    toc_log_feed feed;
    assert_true(feed_at(s, what->author, what->author, TOC_LANE_ALERT, &feed));
    feed.name.generation = what->generation;
    toc_feed_id_of(&feed.name, &feed.id);
    return size_of(s, by, &feed);
}

/* An old version of the charter may ask no officers; and of what is said under one in which its
 * author is no member, no evidence can be made. */
static void nobody_writes_under_a_charter_that_does_not_let_him(void **state)
{
    scene *s = *state;
    bad_grant what = {.s = s, .author = MALLORY, .first_charter = true};
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], open_feed, &what));
    steps(s, 500);
    assert_int_equal(opened_at(s, MALLORY, &what), 1);
    for (int by = AUTHOR; by <= FRIEND; by++) {
        if (by == MALLORY)
            continue;
        assert_int_equal(opened_at(s, by, &what), 0);
        assert_true(refused(s, by, MALLORY, TOC_REFUSE_GRANT) >= 1);
    }
}

static toc_code renew_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    const scene *s = context;
    toc_amended made;
    const toc_amend_step renew = {.what = TOC_AMEND_RENEW, .org = s->net.nodes[MALLORY].org};
    const toc_amendment amendment = {.step_count = 1, .steps = &renew};
    return toc_engine_charter_propose(engine, txn, &s->circle, &amendment, false, now, NULL, &made,
                                      err);
}

/* The charter demands a serial: with an older card its author has officers whom it removed. */
static void nobody_writes_by_a_card_older_than_the_charter_demands(void **state)
{
    scene *s = *state;
    bad_grant what = {.s = s, .author = MALLORY};
    assert_true(sim_rotate(&s->net, &s->net.nodes[MALLORY], TOC_CHANGE_LINK, false, false));
    steps(s, 500);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], renew_mallory, s));
    steps(s, 500);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], open_feed, &what));
    steps(s, 500);
    assert_int_equal(opened_at(s, MALLORY, &what), 1);
    assert_int_equal(opened_at(s, READER, &what), 0);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_GRANT) >= 1);
}

/* ---- entries out of place ---- */

typedef enum wrong { OLD_EPOCH, RECORD, LARGE_RECORD, BOXES, NO_BOXES } wrong;

typedef struct misplaced {
    scene *s;
    toc_lane lane;
    wrong what;
} misplaced;

/* Of the grants that the author has, the newest of a lane. */
static toc_code copy_grant(const scene *s, toc_log_txn *txn, toc_lane lane, toc_buf *out,
                           toc_err *err)
{
    toc_log_feed feed;
    toc_span entry;
    assert_true(feed_at(s, MALLORY, MALLORY, lane, &feed));
    TOC_TRY(toc_log_entry(txn, feed.number, feed.judge.index, &entry, err));
    toc_buf_add_span(out, entry);
    return toc_buf_ok(out, err);
}

/* In order as an entry, and in its author's tree; and not where it belongs. */
static toc_code append_misplaced(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                 toc_err *err)
{
    static const uint8_t text[TOC_RECORD_ALERT_BYTES_MAX + 1000] = {'x'};
    const misplaced *this = context;
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    toc_log_feed feed;
    toc_hash leaf;
    assert_true(feed_at(this->s, MALLORY, MALLORY, this->lane, &feed));
    uint32_t epoch = feed.judge.epoch;
    TOC_TRY(toc_log_sender_key(txn, &feed.name, epoch, &key, err));
    toc_feed_name bulk = feed.name; /* where such a size is allowed */
    bulk.lane = TOC_LANE_BULK;
    if (this->what == BOXES || this->what == NO_BOXES)
        TOC_TRY(copy_grant(this->s, txn, this->what == BOXES ? TOC_LANE_KEYS : TOC_LANE_ALERT,
                           &entry, err));
    else
        TOC_TRY(toc_entry_seal(
            &bulk, &feed.id, feed.frontier.size, this->what == OLD_EPOCH ? epoch - 1 : epoch,
            UINT32_MAX, key, now.wall,
            toc_span_of(text, this->what == LARGE_RECORD ? sizeof text : 8), &entry, err));
    toc_span bytes = toc_buf_view(&entry);
    toc_entry_leaf(&feed.id, feed.frontier.size, bytes, &leaf);
    engine_feed *state = toc_sync_feed(engine, &feed.name);
    state->written = true;
    state->written_from = feed.frontier.size;
    state->written_link = 0;
    return toc_log_append(txn, &feed, &bytes, &leaf, 1, NULL, err);
}

static void refuses(scene *s, toc_lane lane, wrong what)
{
    misplaced this = {.s = s, .lane = lane, .what = what};
    uint64_t size = size_at(s, READER, MALLORY, lane);
    assert_int_equal(size, size_at(s, MALLORY, MALLORY, lane));
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_GRANT), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], append_misplaced, &this));
    steps(s, 300);
    assert_int_equal(size_at(s, READER, MALLORY, lane), size);
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_GRANT) >= 1);
}

/* Whoever read before that epoch ended, and was removed since, has its key. */
static void nobody_goes_back_to_a_key_that_others_have(void **state)
{
    refuses(*state, TOC_LANE_BULK, OLD_EPOCH);
}

/* Alerts wait for keys, and for nothing that others say in their lane. */
static void there_are_no_records_among_the_keys(void **state)
{
    refuses(*state, TOC_LANE_KEYS, RECORD);
}

static void there_are_no_boxes_among_the_alerts(void **state)
{
    refuses(*state, TOC_LANE_ALERT, BOXES);
}

static void there_are_no_grants_without_boxes_among_the_keys(void **state)
{
    refuses(*state, TOC_LANE_KEYS, NO_BOXES);
}

static void an_alert_is_no_larger_than_alerts_are(void **state)
{
    refuses(*state, TOC_LANE_ALERT, LARGE_RECORD);
}

/* ---- vouchers ---- */

static toc_code tell_of_card(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    return add_peer(context, engine, txn, now, err);
}

static void tell_card(scene *s, int of, int to)
{
    copy_card(s, &s->net.nodes[of]);
    assert_true(sim_do(&s->net, &s->net.nodes[to], tell_of_card, s));
}

/* Its receipt is the oldest, since it dates it back; then its card says that the key was retired
 * before even that. Somebody else's receipt vouches. */
static void who_takes_its_receipt_back_keeps_nobodys_words_from_a_joiner(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    s->net.nodes[MALLORY].clock_skew_ms = -BACK_MS;
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, true);
    admit_as(s, NEWCOMER, TOC_ROLE_MEMBER, false);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 400);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    s->net.nodes[MALLORY].clock_skew_ms = -2 * (int64_t)BACK_MS;
    assert_true(sim_rotate(&s->net, &s->net.nodes[MALLORY], TOC_CHANGE_COSIGN, false, false));
    s->net.nodes[MALLORY].clock_skew_ms = 0;
    steps(s, 400);
    isolate(s, AUTHOR);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    for (int to = READER; to <= NEWCOMER; to++)
        tell_card(s, AUTHOR, to);
    sim_off(&s->net, &s->net.nodes[AUTHOR]);
    assert_true(sim_do(&s->net, &s->net.nodes[NEWCOMER], join, s));
    steps(s, 2500);
    assert_int_equal(size_of(s, READER, &feed), feed.frontier.size);
    assert_int_equal(size_of(s, NEWCOMER, &feed), feed.frontier.size);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_five, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_a_carrier_adds_to_a_head_is_not_kept),
        TEST(a_head_that_says_more_than_size_and_root_is_refused),
        TEST(nobody_writes_under_a_charter_that_does_not_let_him),
        TEST(nobody_writes_by_a_card_older_than_the_charter_demands),
        TEST(nobody_goes_back_to_a_key_that_others_have),
        TEST(there_are_no_records_among_the_keys),
        TEST(there_are_no_boxes_among_the_alerts),
        TEST(there_are_no_grants_without_boxes_among_the_keys),
        TEST(an_alert_is_no_larger_than_alerts_are),
        cmocka_unit_test_setup_teardown(
            who_takes_its_receipt_back_keeps_nobodys_words_from_a_joiner, set_up_nodes_only,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
