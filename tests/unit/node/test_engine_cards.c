/* Keys that change, over the simulated network: peers follow, what was said before stays valid, and
 * a key that was retired signs nothing more. */
#include <stdlib.h>

#include "node/engine/cards.h"
#include "proto/roll/change.h"
#include "tests/support/check.h"
#include "tests/support/sim_net.h"
#include "tests/support/tempdir.h"

enum { AUTHOR = 0, READER = 1, LATE = 2 };

typedef struct scene {
    sim_net net;
    char folder[TOC_TEMPDIR_BYTES];
    toc_circle_id circle;
    toc_buf card;
    toc_org_id org, admitted;
    toc_code said;
} scene;

static toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    scene *s = context;
    s->said =
        toc_engine_peer_add(engine, txn, toc_buf_view(&s->card), (toc_span){0}, now, &s->org, err);
    return TOC_OK;
}

static toc_code create(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                       toc_err *err)
{
    scene *s = context;
    return toc_engine_circle_create(engine, txn, toc_span_text("Circle"), toc_span_text("test"),
                                    now, &s->circle, err);
}

static toc_code admit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_admit(engine, txn, &s->circle, &s->admitted, TOC_ROLE_MEMBER, now,
                                   err);
}

static toc_code join(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const scene *s = context;
    return toc_engine_circle_join(engine, txn, &s->circle, now, err);
}

static toc_code write_record(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const scene *s = context;
    toc_span record = toc_span_text("what a record says is nothing to the engine");
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_ALERT, &record, NULL, 1, now, NULL,
                            err);
}

static void steps(scene *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        sim_step(&s->net);
}

static void card_of(const scene *s, int by, int whom, toc_arena *arena, toc_card *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_card_of(txn, &s->net.nodes[whom].org, arena, out, &err));
    toc_log_abort(txn);
}

static uint64_t serial_known(const scene *s, int by, int whom)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    card_of(s, by, whom, arena, &card);
    return card.serial;
}

static void tell_card(scene *s, int of, int to)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    card_of(s, of, of, arena, &card);
    toc_buf_clear(&s->card);
    toc_buf_add_span(&s->card, card.signed_card);
    assert_true(sim_do(&s->net, &s->net.nodes[to], add_peer, s));
    TOC_CHECK_OK(s->said);
}

static void admit_to_circle(scene *s, int whom)
{
    s->admitted = s->net.nodes[whom].org;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], admit, s));
    assert_true(sim_do(&s->net, &s->net.nodes[whom], join, s));
}

/* Author and reader share a circle; a third node knows both. */
static int set_up(void **state)
{
    scene *s = calloc(1, sizeof *s);
    toc_err err;
    assert_non_null(s);
    TOC_CHECK_OK(toc_crypto_start(&err));
    toc_tempdir_make(s->folder);
    sim_start(&s->net, 11, 3, s->folder);
    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            if (a != b)
                tell_card(s, a, b);
        }
    }
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], create, s));
    admit_to_circle(s, READER);
    steps(s, 500);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scene *s = *state;
    sim_stop(&s->net);
    toc_buf_wipe(&s->card);
    toc_tempdir_remove(s->folder);
    free(s);
    return 0;
}

static uint64_t refused(const scene *s, int by, int whom, toc_refusal reason)
{
    const toc_engine *engine = s->net.nodes[by].engine;
    for (size_t i = 1; i < toc_engine_peer_count(engine); i++) {
        toc_peer_state peer;
        toc_engine_peer_at(engine, i, &peer);
        if (toc_org_id_equal(&peer.org, &s->net.nodes[whom].org))
            return peer.refused[reason];
    }
    return 0;
}

static toc_code sum_feed(void *context, const toc_log_feed *feed, toc_err *err)
{
    (void)err;
    if (feed->name.lane == TOC_LANE_ALERT)
        *(uint64_t *)context += feed->frontier.size;
    return TOC_OK;
}

/* Entries in the alert lanes of everybody and every generation. */
static uint64_t stored(const scene *s, int by)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    uint64_t sum = 0;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    TOC_CHECK_OK(toc_log_feeds(txn, &s->circle, sum_feed, &sum, &err));
    toc_log_abort(txn);
    return sum;
}

static void own_alert(const scene *s, toc_log_feed *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_log_circle circle;
    toc_feed_id id;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    TOC_CHECK_OK(toc_log_circle_get(txn, &s->circle, &circle, &err));
    toc_feed_name name = {.circle = s->circle,
                          .org = s->net.nodes[AUTHOR].org,
                          .lane = TOC_LANE_ALERT,
                          .generation = circle.generation};
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_feed_find(txn, &id, out, &err));
    toc_log_abort(txn);
}

static void check_logs(scene *s)
{
    for (int i = 0; i < s->net.node_count; i++) {
        toc_err err;
        toc_log_txn *txn = NULL;
        TOC_CHECK_OK(toc_log_read(s->net.nodes[i].log, &txn, &err));
        TOC_CHECK_OK(toc_log_check(txn, NULL, NULL, &err));
        toc_log_abort(txn);
    }
}

static void peers_follow_every_kind_of_key_and_hear_what_is_said_with_it(void **state)
{
    scene *s = *state;
    static const unsigned which[] = {TOC_CHANGE_SIGN | TOC_CHANGE_COSIGN,
                                     TOC_CHANGE_LINK | TOC_CHANGE_SEAL, TOC_CHANGE_SIGN};
    for (size_t i = 0; i < TOC_COUNT(which); i++) {
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
        assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], which[i], i == 1, false));
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
        steps(s, 400);
        assert_int_equal(serial_known(s, READER, AUTHOR), i + 2);
        assert_int_equal(stored(s, READER), stored(s, AUTHOR));
    }
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_CHECKPOINT_SIGNATURE), 0);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_GRANT), 0);
    check_logs(s);
}

/* A fourth on one day would cost everybody a sender key. */
static void keys_change_three_times_a_day_and_not_more(void **state)
{
    scene *s = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_card current, next;
    sim_node *author = &s->net.nodes[AUTHOR];
    for (int i = 0; i < 3; i++)
        assert_true(sim_rotate(&s->net, author, TOC_CHANGE_LINK, false, false));
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    card_of(s, AUTHOR, AUTHOR, arena, &current);
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_write(author->log, &txn, &err));
    toc_card_next(&current, &next);
    next.valid_from = sim_now(&s->net, author).wall;
    TOC_CHECK_OK(toc_identity_prepare(txn, TOC_CHANGE_LINK, &next, next.valid_from, arena, &err));
    TOC_CHECK_OK(toc_card_sign(&next, author->roots.root, NULL, &bytes, &err));
    assert_int_equal(toc_engine_card_adopt(author->engine, txn, toc_buf_view(&bytes), false,
                                           sim_now(&s->net, author), &err),
                     TOC_LIMIT);
    toc_buf_clear(&bytes); /* what changes no key does not count */
    toc_card_next(&current, &next);
    next.duty = toc_span_text("duty@example.org");
    TOC_CHECK_OK(toc_card_sign(&next, author->roots.root, NULL, &bytes, &err));
    TOC_CHECK_OK(toc_engine_card_adopt(author->engine, txn, toc_buf_view(&bytes), false,
                                       sim_now(&s->net, author), &err));
    toc_log_abort(txn);
}

typedef struct theft {
    const scene *scene;
    toc_secret *sign;
    toc_log_feed feed;
} theft;

/* The thief is a member too: he tells of the victim's feed with one entry more. */
static toc_code tell_forged(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    (void)txn;
    (void)now;
    theft *what = context;
    toc_log_feed *feed = &what->feed;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_hash root;
    memset(root.bytes, 7, sizeof root.bytes);
    TOC_TRY(
        toc_checkpoint_sign(&feed->name, feed->frontier.size + 1, &root, what->sign, &note, err));
    toc_head head = {.org = feed->name.org,
                     .lane = feed->name.lane,
                     .generation = feed->name.generation,
                     .size = feed->frontier.size + 1,
                     .root = root,
                     .note = toc_buf_view(&note)};
    toc_message news = {.kind = TOC_MSG_NEWS};
    news.as.news.circle = what->scene->circle;
    news.as.news.heads = &head;
    news.as.news.head_count = 1;
    const sim_link *link = &what->scene->net.links[READER][LATE];
    return toc_engine_send(engine, link->number, true, &news, err);
}

static void who_has_a_retired_sign_key_cannot_append(void **state)
{
    scene *s = *state;
    toc_err err;
    theft what = {.scene = s};
    toc_log_txn *txn = NULL;
    admit_to_circle(s, LATE);
    steps(s, 500);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[AUTHOR].log, &txn, &err));
    TOC_CHECK_OK(toc_log_own_key(txn, TOC_OWN_SIGN, &what.sign, &err));
    toc_log_abort(txn);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, true));
    steps(s, 500);
    own_alert(s, &what.feed);
    assert_true(s->net.links[READER][LATE].up);
    uint64_t before = stored(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[LATE], tell_forged, &what));
    steps(s, 20);
    assert_int_equal(refused(s, READER, LATE, TOC_REFUSE_RETIRED_KEY), 1);
    assert_int_equal(stored(s, READER), before);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_FORK), 0);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_int_equal(stored(s, READER), before + 1); /* the author is still heard */
    toc_secret_free(what.sign);
}

static toc_code renew(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    TOC_TRY(toc_engine_restored(engine, txn, now, err));
    return write_record(context, engine, txn, now, err);
}

/* The heads of the old generation were signed by a key that the newcomer only knows as retired. */
static void who_joins_later_gets_what_was_signed_before(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 200);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], renew, s));
    steps(s, 200);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, true, false));
    steps(s, 800);
    tell_card(s, AUTHOR, LATE);
    s->admitted = s->net.nodes[LATE].org;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], admit, s));
    steps(s, 300);
    assert_true(sim_do(&s->net, &s->net.nodes[LATE], join, s));
    steps(s, 1500);
    assert_int_equal(serial_known(s, LATE, AUTHOR), 2);
    assert_int_equal(stored(s, LATE), stored(s, AUTHOR));
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
    assert_int_equal(refused(s, LATE, READER, TOC_REFUSE_RETIRED_KEY), 0);
    check_logs(s);
}

static void a_seal_key_in_other_hands_makes_everybody_use_a_new_sender_key(void **state)
{
    scene *s = *state;
    toc_log_feed before, after;
    own_alert(s, &before);
    assert_true(sim_rotate(&s->net, &s->net.nodes[READER], TOC_CHANGE_SEAL, false, false));
    steps(s, 300);
    own_alert(s, &after);
    assert_int_equal(after.judge.epoch, before.judge.epoch);
    assert_true(sim_rotate(&s->net, &s->net.nodes[READER], TOC_CHANGE_SEAL, false, true));
    steps(s, 300);
    own_alert(s, &after);
    assert_int_equal(after.judge.epoch, before.judge.epoch + 1);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 300);
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_GRANT), 0);
}

/* Signs, for the author's org, what nobody adopted: who stole the root does that. */
static void forge_card(scene *s, const char *duty, toc_buf *out)
{
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card current, next;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    card_of(s, AUTHOR, AUTHOR, arena, &current);
    toc_card_next(&current, &next);
    next.duty = toc_span_text(duty);
    TOC_CHECK_OK(toc_card_sign(&next, s->net.nodes[AUTHOR].roots.root, NULL, out, &err));
}

typedef struct card_taking {
    toc_span bytes;
    toc_card_state state;
} card_taking;

static toc_code take_card(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                          toc_err *err)
{
    card_taking *taking = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_card card;
    toc_hash key;
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_card_open(taking->bytes, arena, &card, err));
    memcpy(key.bytes, card.hash.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_put(txn, &key, card.signed_card, err));
    return toc_cards_take(engine, txn, 0, &card, arena, now, &taking->state, err);
}

static void
of_two_cards_of_one_serial_the_last_common_one_holds_until_somebody_chooses(void **state)
{
    scene *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf other = {0};
    forge_card(s, "thief@example.org", &other);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], 0, false, false));
    steps(s, 300);
    assert_int_equal(serial_known(s, READER, AUTHOR), 2);
    card_taking taking = {.bytes = toc_buf_view(&other)};
    assert_true(sim_do(&s->net, &s->net.nodes[READER], take_card, &taking));
    assert_int_equal(taking.state, TOC_CARD_REFUSED);
    assert_int_equal(serial_known(s, READER, AUTHOR), 1);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_TWO_CARDS), 1);
    /* A later card of either line changes nothing. */
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    steps(s, 1000);
    assert_int_equal(serial_known(s, READER, AUTHOR), 1);
    tell_card(s, AUTHOR, READER); /* the operator compared fingerprints */
    assert_int_equal(serial_known(s, READER, AUTHOR), 3);
    assert_true(sim_do(&s->net, &s->net.nodes[READER], take_card, &taking));
    assert_int_equal(serial_known(s, READER, AUTHOR), 3);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 1000);
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
}

static toc_code contested_at(const scene *s, int by, int whom)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_card_hash chosen;
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    toc_code code = toc_log_contest(txn, &s->net.nodes[whom].org, &chosen, &err);
    toc_log_abort(txn);
    return code;
}

/* Of its own org, whoever stole the root makes cards that no peer can tell from the true ones. A
 * node can: it has the keys of one. */
static void the_own_card_is_the_one_whose_keys_are_here_whatever_others_there_are(void **state)
{
    scene *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf rival = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf newer = {0};
    forge_card(s, "thief@example.org", &rival);
    assert_true(sim_rotate(&s->net, &s->net.nodes[AUTHOR], TOC_CHANGE_SIGN, false, false));
    steps(s, 300);
    forge_card(s, "thief@example.org", &newer);
    const toc_span cards[] = {toc_buf_view(&rival), toc_buf_view(&newer)};
    for (size_t i = 0; i < TOC_COUNT(cards); i++) {
        card_taking taking = {.bytes = cards[i]};
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], take_card, &taking));
        assert_int_equal(taking.state, TOC_CARD_REFUSED);
        assert_int_equal(serial_known(s, AUTHOR, AUTHOR), 2);
        assert_int_equal(contested_at(s, AUTHOR, AUTHOR), TOC_NOT_FOUND);
        assert_int_equal(refused(s, AUTHOR, AUTHOR, TOC_REFUSE_TWO_CARDS), i + 1);
    }
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 300);
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            peers_follow_every_kind_of_key_and_hear_what_is_said_with_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keys_change_three_times_a_day_and_not_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_has_a_retired_sign_key_cannot_append, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(who_joins_later_gets_what_was_signed_before, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            a_seal_key_in_other_hands_makes_everybody_use_a_new_sender_key, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            of_two_cards_of_one_serial_the_last_common_one_holds_until_somebody_chooses, set_up,
            tear_down),
        cmocka_unit_test_setup_teardown(
            the_own_card_is_the_one_whose_keys_are_here_whatever_others_there_are, set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
