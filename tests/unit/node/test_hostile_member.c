/* A hostile member: it has a seat, the sender keys of all, and says what it likes in its own feeds
 * and on its own links. Others are not deceived, and go on. */
#include "tests/support/leaver.h"
#include "tests/unit/node/hostile.h"

#include "node/engine/roll.h"
#include "node/engine/sync.h"
#include "proto/base/endian.h"
#include "proto/base/limits.h"
#include "proto/feed/addressed.h"

static int set_up_member(void **state)
{
    set_up(state);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    return 0;
}

/* ---- heads ---- */

static void a_head_that_its_author_did_not_sign_is_refused_and_moves_nothing(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(s, MALLORY, TOC_OWN_SIGN);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    tell_head(s, MALLORY, READER, &feed.name, feed.frontier.size + 1000, own);
    steps(s, 50); /* whether there is a newer card is asked first, of who told of it */
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_CHECKPOINT_SIGNATURE), 1);
    assert_true(toc_sync_find(s->net.nodes[READER].engine, &feed.id)->target <= feed.frontier.size);
}

/* The note is the author's own, of what everybody has. */
static void a_head_beyond_what_its_note_signs_is_refused_and_moves_nothing(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    toc_log_txn *txn = NULL;
    toc_head head = {0};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle, .heads = &head, .head_count = 1}};
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_ALERT, &feed));
    head = (toc_head){.org = feed.name.org,
                      .lane = feed.name.lane,
                      .generation = feed.name.generation,
                      .size = feed.frontier.size + 1000,
                      .root = feed.head_root};
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    TOC_CHECK_OK(toc_log_head_note(txn, feed.number, &head.note, &err));
    say(s, MALLORY, READER, &news);
    toc_log_abort(txn);
    steps(s, 50);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_CHECKPOINT_SIGNATURE), 1);
    assert_true(toc_sync_find(s->net.nodes[READER].engine, &feed.id)->target <= feed.frontier.size);
}

static void a_head_of_an_org_that_is_no_member_is_refused(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *own = steal(s, MALLORY, TOC_OWN_SIGN);
    feed_at(s, READER, MALLORY, TOC_LANE_ALERT, &feed);
    memset(feed.name.org.bytes, 0xAB, sizeof feed.name.org.bytes);
    tell_head(s, MALLORY, READER, &feed.name, 5, own);
    steps(s, 10);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_NOT_A_MEMBER), 1);
}

/* Who stole the present sign key can sign; not over what everybody has stored. */
static void a_thief_of_the_sign_key_who_shows_another_past_is_found_out(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    TOC_AUTO(toc_secret_free) toc_secret *key = steal(s, AUTHOR, TOC_OWN_SIGN);
    for (int i = 0; i < 3; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    for (uint64_t size = 1; size <= feed.frontier.size; size++) {
        tell_head(s, MALLORY, READER, &feed.name, size, key);
        steps(s, 2);
        assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_FORK), size);
    }
    toc_log_feed after;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &after));
    assert_memory_equal(&feed.head_root, &after.head_root, sizeof feed.head_root);
}

/* ---- grants ---- */

/* A grant in the own keys lane whose boxes hold another key than it names. */
static toc_code grant_falsely(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    (void)now;
    scene *s = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf boxes = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
    toc_charter charter;
    toc_log_feed feed;
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_secret_random(&key, err));
    TOC_TRY(toc_log_charter_of(txn, &s->circle, arena, &charter, err));
    assert_true(feed_at(s, MALLORY, MALLORY, TOC_LANE_KEYS, &feed));
    for (size_t i = 0; i < toc_charter_reader_count(&charter); i++) {
        toc_card card;
        toc_box box;
        TOC_TRY(toc_log_card_of(txn, &toc_charter_reader(&charter, i)->org, arena, &card, err));
        TOC_TRY(toc_box_seal(&card.seal, key, &box, err));
        toc_buf_add(&boxes, box.bytes, sizeof box.bytes);
    }
    toc_grant grant = {.card = feed.judge.card,
                       .card_serial = feed.judge.card_serial,
                       .charter = feed.judge.charter,
                       .charter_version = feed.judge.charter_version,
                       .epoch = feed.judge.epoch + 1,
                       .alg = 1,
                       .count = (uint16_t)toc_charter_reader_count(&charter),
                       .boxes = toc_buf_view(&boxes)};
    memset(grant.key_id.bytes, 0x5A, sizeof grant.key_id.bytes);
    TOC_TRY(toc_grant_write(&grant, &entry, err));
    toc_span bytes = toc_buf_view(&entry);
    toc_hash leaf;
    toc_entry_leaf(&feed.id, feed.frontier.size, bytes, &leaf);
    toc_judge judge = toc_judge_of(&grant, feed.frontier.size);
    engine_feed *state = toc_sync_feed(engine, &feed.name);
    state->written = true;
    state->written_from = feed.frontier.size;
    state->written_link = 0;
    return toc_log_append(txn, &feed, &bytes, &leaf, 1, &judge, err);
}

/* Else it could give each reader another key under one name, and say to each another thing. */
static void a_key_that_is_not_the_one_its_grant_names_is_not_kept(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed feed;
    toc_log_txn *txn = NULL;
    toc_secret *key = NULL;
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], grant_falsely, s));
    steps(s, 100);
    assert_true(feed_at(s, READER, MALLORY, TOC_LANE_KEYS, &feed));
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_GRANT), 1);
    assert_int_equal(refused(s, AUTHOR, MALLORY, TOC_REFUSE_GRANT), 1);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    assert_int_equal(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &key, &err),
                     TOC_NOT_FOUND);
    toc_log_abort(txn);
}

/* ---- records ---- */

/* On a list: whoever says it, it is in order. */
static void fill_statement(const scene *s, int author, toc_arena *arena, toc_statement *out)
{
    toc_err err;
    toc_wallet_candidates found;
    toc_org_id *readers = toc_arena_zalloc(arena, 1, sizeof *readers);
    toc_root *root = toc_arena_zalloc(arena, 1, sizeof *root);
    TOC_CHECK_OK(
        toc_wallet_parse(toc_span_text("TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq"), &found, &err));
    readers[0] = s->net.nodes[READER].org;
    *out = (toc_statement){.kind = TOC_RECORD_WALLET,
                           .revision = 1,
                           .issued_at = sim_now(&s->net, &s->net.nodes[author]).wall,
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 50,
                           .confidence_scale = toc_span_text("percent"),
                           .source = {.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")},
                           .releasable_to = readers,
                           .releasable_count = 1,
                           .as.wallet = {.wallet = found.wallets[0],
                                         .category = toc_span_text("theft"),
                                         .role = toc_span_text("perpetrator")}};
    toc_claim_id claim;
    toc_statement_claim(out, &s->circle, &s->net.nodes[author].org, &claim);
    *root = toc_source_root(&out->source, &claim, arena);
    out->roots = root;
    out->root_count = 1;
}

static toc_code write_to_reader(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    scene *s = context;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_statement statement;
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    fill_statement(s, AUTHOR, arena, &statement);
    TOC_TRY(toc_record_encode(&statement, &bytes, err));
    toc_span record = toc_buf_view(&bytes);
    const toc_addressees to = {.marking = &statement}, *named = &to;
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_BULK, &record, &named, 1, now,
                            &s->record, err);
}

/* What everybody opens of the author's newest bulk entry: the boxes and what is sealed in them. */
static toc_code copy_newest(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    scene *s = context;
    toc_log_feed feed;
    toc_span entry;
    toc_opened opened;
    uint8_t plain[TOC_ENTRY_BYTES_MAX];
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_BULK, &feed));
    uint64_t newest = feed.frontier.size - 1;
    TOC_TRY(toc_log_entry(txn, feed.number, newest, &entry, err));
    TOC_TRY(toc_log_sender_key(txn, &feed.name, feed.judge.epoch, &key, err));
    TOC_TRY(toc_entry_open(&feed.id, newest, entry, key, plain, &opened, err));
    assert_true(toc_addressed_is(opened.record));
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_BULK, &opened.record, NULL, 1, now,
                            NULL, err);
}

/* The addressee would open it for whoever may not: by what its node does next, the copier learns
 * what it says, or has it say so in the copier's name. */
static void an_addressed_record_in_a_copiers_feed_opens_for_nobody(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_to_reader, s));
    steps(s, 100);
    assert_int_equal(opened_by(s, READER), 1);
    assert_int_equal(opened_by(s, MALLORY), 0);
    uint64_t before = size_at(s, READER, MALLORY, TOC_LANE_BULK);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], copy_newest, s));
    steps(s, 100);
    assert_int_equal(size_at(s, READER, MALLORY, TOC_LANE_BULK), before + 1);
    assert_int_equal(opened_by(s, READER), 1);
    assert_int_equal(s->net.nodes[READER].malformed, 0);
}

/* The very entry, in a feed of one's own, one place as in the other. */
static toc_code append_copy(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                            toc_err *err)
{
    (void)now;
    scene *s = context;
    toc_log_feed theirs, own;
    toc_span entry;
    toc_hash leaf;
    uint8_t copy[TOC_ENTRY_BYTES_MAX];
    assert_true(feed_at(s, MALLORY, AUTHOR, TOC_LANE_BULK, &theirs));
    assert_true(feed_at(s, MALLORY, MALLORY, TOC_LANE_BULK, &own));
    TOC_TRY(toc_log_entry(txn, theirs.number, theirs.frontier.size - 1, &entry, err));
    memcpy(copy, entry.data, entry.size);
    toc_put_u32(copy + 4, own.judge.epoch);
    toc_span bytes = toc_span_of(copy, entry.size);
    toc_entry_leaf(&own.id, own.frontier.size, bytes, &leaf);
    engine_feed *state = toc_sync_feed(engine, &own.name);
    state->written = true;
    state->written_from = own.frontier.size;
    state->written_link = 0;
    return toc_log_append(txn, &own, &bytes, &leaf, 1, NULL, err);
}

static void a_copied_entry_does_not_open_and_is_the_copiers_fault(void **state)
{
    scene *s = *state;
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_to_reader, s));
    steps(s, 100);
    uint64_t before = size_at(s, READER, MALLORY, TOC_LANE_BULK);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], append_copy, s));
    steps(s, 100);
    assert_int_equal(size_at(s, READER, MALLORY, TOC_LANE_BULK), before + 1);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_UNOPENABLE), 1);
    assert_int_equal(refused(s, READER, AUTHOR, TOC_REFUSE_UNOPENABLE), 0);
    assert_int_equal(opened_by(s, READER), 1);
}

/* ---- charters ---- */

typedef struct usurpation {
    scene *s;
    int maker;
    const char *purpose; /* NULL: some */
    bool twin; /* of the version in force; else the next, in which its maker is the one admin */
} usurpation;

/* Signed by the maker's officer alone, and told to the others. */
static toc_code usurp(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    (void)now;
    const usurpation *what = context;
    const scene *s = what->s;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf whole = {0};
    toc_charter charter;
    TOC_TRY(toc_arena_new(4 << 20, &arena, err));
    TOC_TRY(toc_log_charter_of(txn, &s->circle, arena, &charter, err));
    toc_charter_member *members = toc_arena_zalloc(arena, charter.member_count, sizeof *members);
    memcpy(members, charter.members, charter.member_count * sizeof *members);
    for (size_t i = 0; i < charter.member_count && !what->twin; i++)
        members[i].role =
            toc_org_id_equal(&members[i].org, &engine->org) ? TOC_ROLE_ADMIN : TOC_ROLE_MEMBER;
    charter.members = members;
    charter.purpose = toc_span_text(what->purpose == NULL ? "another one" : what->purpose);
    charter.previous = what->twin ? charter.previous : charter.hash;
    charter.version += what->twin ? 0 : 1;
    TOC_TRY(toc_charter_write(&charter, &body, err));
    toc_charter_hash hash;
    toc_charter_signature signature;
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    toc_charter_sign(&hash, &engine->org, engine->officer, &signature);
    toc_charter_join(toc_buf_view(&body), &signature, 1, &whole);
    toc_hash key;
    memcpy(key.bytes, hash.bytes, sizeof key.bytes);
    TOC_TRY(toc_log_roll_put(txn, &key, toc_buf_view(&whole), err));
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle, .roll_count = 1, .roll = &key}};
    for (int to = 0; to < s->net.node_count; to++) {
        if (to != what->maker)
            TOC_TRY(toc_engine_send(engine, link_between(s, what->maker, to), true, &news, err));
    }
    return TOC_OK;
}

static void a_charter_that_no_admin_signed_is_refused_and_the_old_one_holds(void **state)
{
    scene *s = *state;
    uint32_t before = version_at(s, READER);
    usurpation what = {.s = s, .maker = MALLORY};
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], usurp, &what));
    steps(s, 200);
    for (int node = AUTHOR; node <= READER; node++) {
        assert_int_equal(refused(s, node, MALLORY, TOC_REFUSE_ROLL), 1);
        assert_int_equal(version_at(s, node), before);
    }
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
}

/* Nobody changes branch by himself: else whoever comes last decides who reads. */
static void of_two_charters_of_one_version_the_first_holds(void **state)
{
    scene *s = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_charter before, after;
    usurpation what = {.s = s, .maker = AUTHOR, .twin = true};
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    charter_at(s, READER, arena, &before);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], usurp, &what));
    steps(s, 200);
    for (int node = AUTHOR; node <= MALLORY; node++) {
        charter_at(s, node, arena, &after);
        assert_true(toc_charter_hash_equal(&after.hash, &before.hash));
    }
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 100);
    assert_int_equal(stored(s, READER), stored(s, AUTHOR));
}

static bool is_kept(const scene *s, int by, const char *purpose)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    toc_charter charter;
    toc_charter_hash hash;
    TOC_CHECK_OK(toc_arena_new(4 << 20, &arena, &err));
    charter_at(s, MALLORY, arena, &charter);
    toc_charter_member *members = toc_arena_zalloc(arena, charter.member_count, sizeof *members);
    memcpy(members, charter.members, charter.member_count * sizeof *members);
    for (size_t i = 0; i < charter.member_count; i++)
        members[i].role = toc_org_id_equal(&members[i].org, &s->net.nodes[MALLORY].org)
                              ? TOC_ROLE_ADMIN
                              : TOC_ROLE_MEMBER;
    charter.members = members;
    charter.purpose = toc_span_text(purpose);
    charter.previous = charter.hash;
    charter.version++;
    TOC_CHECK_OK(toc_charter_write(&charter, &body, &err));
    toc_charter_hash_of(toc_buf_view(&body), &hash);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    bool kept = toc_roll_held(txn, hash.bytes);
    toc_log_abort(txn);
    return kept;
}

static toc_code remove_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

/* Each is in order by itself, and without votes: what is told of is kept for good. */
static void charters_made_up_without_end_fill_nobodys_disk(void **state)
{
    scene *s = *state;
    usurpation what = {.s = s, .maker = MALLORY, .purpose = "one"};
    engine_days *days = &s->net.nodes[READER].engine->roll_days;
    const toc_org_id *mallory = &s->net.nodes[MALLORY].org;
    toc_now now = sim_now(&s->net, &s->net.nodes[READER]);
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], usurp, &what));
    steps(s, 200);
    assert_true(is_kept(s, READER, "one"));
    assert_in_range(toc_days_of(days, mallory, now)->count, 100, 10000);
    toc_days_of(days, mallory, now)->count = TOC_ROLL_BYTES_A_DAY; /* as after many of them */
    uint64_t before = refused(s, READER, MALLORY, TOC_REFUSE_ROLL);
    what.purpose = "another";
    assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], usurp, &what));
    steps(s, 200);
    assert_false(is_kept(s, READER, "another"));
    assert_true(is_kept(s, AUTHOR, "another"));
    assert_true(refused(s, READER, MALLORY, TOC_REFUSE_ROLL) > before);
    /* Of others they come as before. */
    uint32_t version = version_at(s, READER);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 200);
    assert_int_equal(version_at(s, READER), version + 1);
}

/* ---- junk ---- */

static void bytes_that_are_no_message_end_the_link_and_it_comes_again(void **state)
{
    scene *s = *state;
    uint64_t before = link_between(s, READER, MALLORY);
    say_bytes(s, MALLORY, READER, toc_span_text("\xff\xff\xff junk"));
    steps(s, 1);
    assert_int_equal(refused(s, READER, MALLORY, TOC_REFUSE_MALFORMED), 1);
    steps(s, 1000);
    assert_true(link_between(s, READER, MALLORY) != before);
}

static void entries_that_nobody_asked_for_change_nothing(void **state)
{
    scene *s = *state;
    toc_log_feed feed;
    assert_true(feed_at(s, READER, AUTHOR, TOC_LANE_ALERT, &feed));
    static const uint8_t junk[TOC_ENTRY_HEADER_BYTES + 40] = {0, 0, 0, 84, 1, 2};
    toc_message chunk = {.kind = TOC_MSG_CHUNK,
                         .id = 4711,
                         .as.chunk = {.feed = feed.name,
                                      .from = feed.frontier.size,
                                      .count = 1,
                                      .entries = TOC_SPAN_OF(junk),
                                      .note = toc_span_text("no note")}};
    say(s, MALLORY, READER, &chunk);
    toc_message news = {.kind = TOC_MSG_NEWS, .as.news = {.circle = s->circle, .chunk_count = 1}};
    news.as.news.chunks = &chunk.as.chunk;
    say(s, MALLORY, READER, &news);
    steps(s, 20);
    assert_int_equal(size_at(s, READER, AUTHOR, TOC_LANE_ALERT), feed.frontier.size);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], write_record, s));
    steps(s, 500);
    assert_int_equal(stored(s, READER), feed.frontier.size + 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up_member, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_head_that_its_author_did_not_sign_is_refused_and_moves_nothing),
        TEST(a_head_beyond_what_its_note_signs_is_refused_and_moves_nothing),
        TEST(a_head_of_an_org_that_is_no_member_is_refused),
        TEST(a_thief_of_the_sign_key_who_shows_another_past_is_found_out),
        TEST(a_key_that_is_not_the_one_its_grant_names_is_not_kept),
        TEST(an_addressed_record_in_a_copiers_feed_opens_for_nobody),
        TEST(a_copied_entry_does_not_open_and_is_the_copiers_fault),
        TEST(a_charter_that_no_admin_signed_is_refused_and_the_old_one_holds),
        TEST(of_two_charters_of_one_version_the_first_holds),
        TEST(charters_made_up_without_end_fill_nobodys_disk),
        TEST(bytes_that_are_no_message_end_the_link_and_it_comes_again),
        TEST(entries_that_nobody_asked_for_change_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
