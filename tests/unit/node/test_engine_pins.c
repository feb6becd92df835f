/* Feeds that a charter closes: what a removed member said before stays, for whoever comes later
 * too; what it says after, with whatever date, stays nowhere. */
#include "node/engine/pins.h"
#include "tests/support/leaver.h"
#include "tests/support/started.h"
#include "tests/unit/node/hostile.h"

enum { FRIEND = 3, JOINER = 4, NODES = 5, EQUAL_MS = 200000 };

static int set_up_five(void **state)
{
    set_up_nodes(state, NODES);
    admit_as(*state, MALLORY, TOC_ROLE_MEMBER, true);
    admit_as(*state, FRIEND, TOC_ROLE_MEMBER, true);
    return 0;
}

static toc_code remove_mallory(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    const scene *s = context;
    return toc_leaver_remove(engine, txn, &s->circle, &s->net.nodes[MALLORY].org, now, err);
}

static toc_code say_wallet(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                           toc_err *err)
{
    const scene *s = context;
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_wallet_candidates found;
    uint64_t generation;
    TOC_TRY(
        toc_wallet_parse(toc_span_text("0x52908400098527886E0F7030069857D2E4169EE7"), &found, err));
    TOC_TRY(toc_engine_writable(engine, txn, &s->circle, now, &generation, err));
    toc_statement said = {.revision = (generation << 24) + now.mono.ms,
                          .issued_at = now.wall,
                          .tlp = TOC_TLP_AMBER,
                          .confidence = 80,
                          .confidence_scale = toc_span_text("percent"),
                          .source = {.ground = TOC_GROUND_OWN},
                          .kind = TOC_RECORD_WALLET};
    said.as.wallet = (toc_wallet_body){.wallet = found.wallets[0],
                                       .category = toc_span_text("theft"),
                                       .role = toc_span_text("perpetrator")};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_claim_id claim;
    TOC_TRY(toc_arena_new(1 << 16, &arena, err));
    toc_statement_claim(&said, &s->circle, &s->net.nodes[MALLORY].org, &claim);
    toc_root root = toc_source_root(&said.source, &claim, arena);
    said.roots = &root;
    said.root_count = 1;
    TOC_TRY(toc_record_encode(&said, &bytes, err));
    toc_span record = toc_buf_view(&bytes);
    return toc_engine_write(engine, txn, &s->circle, TOC_LANE_ALERT, &record, NULL, 1, now, NULL,
                            err);
}

static void mallory_says(scene *s, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_true(sim_do(&s->net, &s->net.nodes[MALLORY], say_wallet, s));
}

static uint64_t said_at(const scene *s, int by)
{
    return size_at(s, by, MALLORY, TOC_LANE_ALERT);
}

static uint64_t said_in(const scene *s, int by, uint64_t generation, toc_log_feed *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_feed_id id;
    const toc_feed_name name = {.circle = s->circle,
                                .org = s->net.nodes[MALLORY].org,
                                .lane = TOC_LANE_ALERT,
                                .generation = generation};
    toc_feed_id_of(&name, &id);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[by].log, &txn, &err));
    if (toc_log_feed_find(txn, &id, out, NULL) != TOC_OK)
        *out = (toc_log_feed){.name = name, .id = id};
    toc_log_abort(txn);
    return out->frontier.size;
}

static uint64_t generation_of_mallory(const scene *s)
{
    toc_log_feed feed;
    assert_true(feed_at(s, MALLORY, MALLORY, TOC_LANE_ALERT, &feed));
    return feed.name.generation;
}

/* Whatever one told another is lost on the way. */
static void apart(scene *s, int from, int to)
{
    lose(s, from, to, 0);
    lose(s, to, from, 0);
}

/* Is every answer to a question for heads within that time "equal"? */
static bool heads_agree(scene *s)
{
    uint64_t deadline = s->net.now_ms + EQUAL_MS;
    unsigned equal = 0;
    while (s->net.now_ms < deadline) {
        steps(s, 1);
        for (const sim_message *at = s->net.messages; at != NULL; at = at->next) {
            toc_err err;
            TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
            toc_message answer;
            TOC_CHECK_OK(toc_arena_new(TOC_MESSAGE_ARENA_BYTES, &arena, &err));
            TOC_CHECK_OK(toc_message_decode(toc_buf_view(&at->bytes), arena, &answer, &err));
            if (answer.kind == TOC_MSG_HEADS_REPLY && !answer.as.heads_reply.equal)
                return false;
            equal += answer.kind == TOC_MSG_HEADS_REPLY ? 1 : 0;
        }
    }
    return equal > 0;
}

/* ---- who comes later ---- */

static void what_was_said_before_reaches_who_comes_later_and_nothing_said_after(void **state)
{
    scene *s = *state;
    toc_log_feed kept, late;
    mallory_says(s, 3);
    steps(s, 300);
    uint64_t generation = generation_of_mallory(s), size = said_at(s, AUTHOR);
    assert_int_equal(size, said_at(s, MALLORY));
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 50);
    mallory_says(s, 2); /* it has not heard, or would not */
    steps(s, 300);
    admit_as(s, JOINER, TOC_ROLE_MEMBER, true);
    steps(s, 500);
    assert_int_equal(said_in(s, AUTHOR, generation, &kept), size);
    assert_int_equal(said_in(s, JOINER, generation, &late), size);
    assert_int_equal(late.head_size, size);
    assert_true(toc_hash_equal(&late.head_root, &kept.head_root));
    assert_true(said_in(s, MALLORY, generation, &late) > size);
}

/* A member that helps it: tells of the longer feed, and brings an entry of it. */
static void what_is_past_the_end_is_refused_from_members_too(void **state)
{
    scene *s = *state;
    toc_err err;
    toc_log_feed at;
    mallory_says(s, 2);
    steps(s, 300);
    uint64_t generation = generation_of_mallory(s), size = said_at(s, AUTHOR);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 50);
    mallory_says(s, 1);
    steps(s, 300);
    assert_int_equal(said_in(s, READER, generation, &at), size);
    toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    uint32_t count;
    toc_span note;
    assert_int_equal(said_in(s, MALLORY, generation, &at), size + 1);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[MALLORY].log, &txn, &err));
    TOC_CHECK_OK(toc_log_entries(txn, at.number, size, size + 1, 1 << 20, &entries, &count, &err));
    TOC_CHECK_OK(toc_log_head_note(txn, at.number, &note, &err));
    toc_head head = {.org = at.name.org,
                     .lane = at.name.lane,
                     .generation = generation,
                     .size = size + 1,
                     .root = at.head_root,
                     .note = note};
    toc_wire_chunk chunk = {
        .feed = at.name, .from = size, .count = 1, .entries = toc_buf_view(&entries), .note = note};
    toc_message news = {.kind = TOC_MSG_NEWS,
                        .as.news = {.circle = s->circle,
                                    .heads = &head,
                                    .head_count = 1,
                                    .chunks = &chunk,
                                    .chunk_count = 1}};
    say(s, FRIEND, READER, &news);
    toc_log_abort(txn);
    steps(s, 100);
    assert_int_equal(said_in(s, READER, generation, &at), size);
    assert_int_equal(refused(s, READER, FRIEND, TOC_REFUSE_CLOSED), 1);
}

/* ---- who was further ---- */

/* The admin who removes has three records; one member has five, and one has the first only. */
static void members_who_were_ahead_and_behind_agree_afterwards(void **state)
{
    scene *s = *state;
    toc_log_feed at;
    mallory_says(s, 1);
    steps(s, 300);
    for (int i = 0; i < 4; i++) {
        mallory_says(s, 1);
        for (int j = 0; j < 100; j++) {
            for (int other = AUTHOR; other < NODES; other++) {
                if (other != READER)
                    apart(s, READER, other);
                if (other != FRIEND && other != MALLORY && i >= 2)
                    apart(s, FRIEND, other);
            }
            if (i >= 2)
                apart(s, MALLORY, AUTHOR);
            steps(s, 1);
        }
    }
    uint64_t generation = generation_of_mallory(s), first = said_at(s, READER);
    assert_int_equal(said_at(s, AUTHOR), first + 2);
    assert_int_equal(said_at(s, FRIEND), first + 4);
    assert_int_equal(opened_by(s, FRIEND), 5);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    for (int j = 0; j < 800; j++) {
        apart(s, MALLORY, READER);
        apart(s, MALLORY, AUTHOR);
        apart(s, MALLORY, FRIEND);
        steps(s, 1);
    }
    assert_int_equal(version_at(s, FRIEND), version_at(s, AUTHOR));
    assert_int_equal(said_in(s, READER, generation, &at), first + 2);
    assert_int_equal(at.head_size, first + 2);
    for (int i = AUTHOR; i <= FRIEND; i++) {
        if (i != MALLORY)
            assert_int_equal(opened_by(s, i), 3);
    }
    assert_true(heads_agree(s));
}

typedef struct waiting {
    toc_log_feed feed;
    uint64_t from;
} waiting;

static toc_code wait_for_key(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    const waiting *what = context;
    (void)engine;
    return toc_log_pending_add(txn, what->feed.number, what->from, what->feed.frontier.size,
                               what->feed.judge.epoch, now.wall, err);
}

/* Its author may give the key away whenever he likes. */
static void what_waits_for_its_key_past_the_end_is_not_opened_when_that_comes(void **state)
{
    scene *s = *state;
    toc_err err;
    waiting what;
    toc_log_pending range;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    mallory_says(s, 1);
    steps(s, 300);
    uint64_t generation = generation_of_mallory(s), end = said_at(s, AUTHOR);
    isolate(s, AUTHOR);
    mallory_says(s, 2);
    steps(s, 300);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    isolate(s, MALLORY);
    s->net.cut[AUTHOR] = false;
    steps(s, 500);
    assert_int_equal(version_at(s, READER), version_at(s, AUTHOR));
    assert_int_equal(said_in(s, READER, generation, &what.feed), end + 2);
    what.from = end;
    assert_true(sim_do(&s->net, &s->net.nodes[READER], wait_for_key, &what));
    steps(s, 100);
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    TOC_CHECK_OK(toc_log_pending_next(txn, what.feed.number, 0, &range, &err));
    assert_int_equal(range.number, what.feed.number);
    assert_int_equal(range.from, end);
    assert_int_equal(range.until, end + 2);
    assert_int_equal(opened_by(s, READER), 1);
}

/* ---- what may be taken ---- */

enum { PINNED_SIZE = 10, PINNED_ROOT = 1, OTHER_ROOT = 2 };

/* So many entries from there on, under a head of that size (0: one that cannot be read). */
typedef struct taken {
    uint64_t from, head;
    uint32_t count;
    uint8_t root;
    bool allowed, pinned;
    toc_refusal why;
} taken;

static void expect_taken(const toc_charter *charter, const toc_feed_name *feed, const taken *due)
{
    toc_err err;
    TOC_AUTO(toc_secret_free) toc_secret *author = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    const toc_hash root = {{due->root}};
    toc_chunk chunk = {.name = *feed, .frontier = {.size = due->from}, .count = due->count};
    toc_refusal why;
    bool pinned;
    TOC_CHECK_OK(toc_secret_random(&author, &err));
    if (due->head != 0)
        TOC_CHECK_OK(toc_checkpoint_sign(feed, due->head, &root, author, &note, &err));
    chunk.note = toc_buf_view(&note);
    assert_int_equal(toc_pins_allow(charter, &chunk, &why, &pinned), due->allowed);
    assert_int_equal(pinned, due->pinned);
    if (!due->allowed)
        assert_int_equal(why, due->why);
}

/* Each bound where no other one says no. What cannot be read is refused where it is verified. */
static void what_begins_ends_or_is_signed_past_the_end_or_leads_elsewhere_is_not_taken(void **state)
{
    (void)state;
    const toc_org_id gone = {{9}};
    const toc_charter_pin pin = {
        .org = gone, .generation = 7, .size = PINNED_SIZE, .root = {{PINNED_ROOT}}};
    toc_charter charter = {.circle = {{1}}, .pin_count = 1, .pins = &pin};
    toc_feed_name feed = {.circle = charter.circle, .org = gone, .generation = 7};
    static const taken cases[] = {
        {.count = 4, .head = PINNED_SIZE - 1, .root = OTHER_ROOT, .allowed = true},
        {.count = PINNED_SIZE, .head = 0, .allowed = true},
        {.count = 4, .head = PINNED_SIZE, .root = PINNED_ROOT, .allowed = true, .pinned = true},
        {.from = PINNED_SIZE + 1, .count = 1, .why = TOC_REFUSE_CLOSED},
        {.from = PINNED_SIZE - 1, .count = 2, .why = TOC_REFUSE_CLOSED},
        {.count = 4, .head = PINNED_SIZE + 1, .root = PINNED_ROOT, .why = TOC_REFUSE_CLOSED},
        {.count = 4, .head = PINNED_SIZE, .root = OTHER_ROOT, .why = TOC_REFUSE_FORK},
    };
    for (size_t i = 0; i < TOC_COUNT(cases); i++)
        expect_taken(&charter, &feed, &cases[i]);
    const taken nothing = {.count = 1, .head = 1, .why = TOC_REFUSE_NOT_A_MEMBER};
    feed.generation = 8;
    expect_taken(&charter, &feed, &nothing);
    const toc_charter_member back = {.org = gone, .role = TOC_ROLE_MEMBER};
    const taken open = {.from = 99, .count = 9, .head = 108, .allowed = true};
    charter.members = &back;
    charter.member_count = 1;
    expect_taken(&charter, &feed, &open);
}

/* ---- what a version closes ---- */

/* Who removed its author had heard nothing of it; here it is stored. */
static void what_is_closed_from_its_beginning_is_not_pinned_by_a_later_version(void **state)
{
    scene *s = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_charter member, gone, draft;
    mallory_says(s, 1);
    steps(s, 300);
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    charter_at(s, READER, arena, &member);
    toc_charter_member *others = toc_arena_zalloc(arena, NODES, sizeof *others);
    gone = member;
    gone.members = others;
    gone.member_count = 0;
    for (size_t i = 0; i < member.member_count; i++) {
        if (!toc_org_id_equal(&member.members[i].org, &s->net.nodes[MALLORY].org))
            others[gone.member_count++] = member.members[i];
    }
    TOC_CHECK_OK(toc_log_read(s->net.nodes[READER].log, &txn, &err));
    draft = gone;
    TOC_CHECK_OK(toc_pins_close(txn, &member, &draft, arena, &err));
    assert_int_equal(draft.pin_count, TOC_LANE_COUNT);
    draft = gone;
    TOC_CHECK_OK(toc_pins_close(txn, &gone, &draft, arena, &err));
    assert_int_equal(draft.pin_count, 0);
}

/* ---- who is admitted again ---- */

static void who_is_admitted_again_begins_anew_and_what_it_said_outside_stays_out(void **state)
{
    scene *s = *state;
    toc_log_feed at;
    mallory_says(s, 1);
    steps(s, 300);
    uint64_t generation = generation_of_mallory(s), size = said_at(s, AUTHOR);
    assert_true(sim_do(&s->net, &s->net.nodes[AUTHOR], remove_mallory, s));
    steps(s, 50);
    mallory_says(s, 2);
    steps(s, 300);
    admit_as(s, MALLORY, TOC_ROLE_MEMBER, false);
    steps(s, 500);
    mallory_says(s, 1);
    steps(s, 300);
    assert_true(generation_of_mallory(s) > generation);
    assert_int_equal(said_at(s, READER), said_at(s, MALLORY));
    assert_int_equal(said_in(s, READER, generation, &at), size);
    assert_int_equal(opened_by(s, READER), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            what_was_said_before_reaches_who_comes_later_and_nothing_said_after, set_up_five,
            tear_down),
        cmocka_unit_test_setup_teardown(what_is_past_the_end_is_refused_from_members_too,
                                        set_up_five, tear_down),
        cmocka_unit_test_setup_teardown(members_who_were_ahead_and_behind_agree_afterwards,
                                        set_up_five, tear_down),
        cmocka_unit_test_setup_teardown(
            what_waits_for_its_key_past_the_end_is_not_opened_when_that_comes, set_up_five,
            tear_down),
        cmocka_unit_test_setup(
            what_begins_ends_or_is_signed_past_the_end_or_leads_elsewhere_is_not_taken,
            start_crypto),
        cmocka_unit_test_setup_teardown(
            what_is_closed_from_its_beginning_is_not_pinned_by_a_later_version, set_up_five,
            tear_down),
        cmocka_unit_test_setup_teardown(
            who_is_admitted_again_begins_anew_and_what_it_said_outside_stays_out, set_up_five,
            tear_down),
    };
    return cmocka_run_group_tests_name("engine: closed feeds", tests, NULL, NULL);
}
