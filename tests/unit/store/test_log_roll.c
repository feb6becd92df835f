/* Cards, charters, circles and peers at rest. */
#include "store/feed/internal.h"
#include "tests/support/logbook.h"
#include "tests/unit/roll/fixture.h"

typedef struct roll_fixture {
    toc_logbook book;
    toc_arena *arena;
    toc_log_txn *txn;
} roll_fixture;

static int setup(void **state)
{
    static roll_fixture fixture;
    toc_err err = {0};
    toc_logbook_open(&fixture.book);
    fixture.arena = new_arena();
    ASSERT_OK(toc_log_write(fixture.book.log, &fixture.txn, &err));
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    roll_fixture *fixture = *state;
    toc_log_abort(fixture->txn);
    toc_arena_free(fixture->arena);
    toc_logbook_close(&fixture->book);
    return 0;
}

/* Commits and closes, so that the disk can be changed; reopen begins again. */
static void shut(roll_fixture *fixture)
{
    toc_err err = {0};
    toc_log_txn *txn = fixture->txn;
    fixture->txn = NULL;
    ASSERT_OK(toc_log_commit(txn, &err));
    toc_logbook_shut(&fixture->book);
}

static void reopen(roll_fixture *fixture)
{
    toc_err err = {0};
    if (fixture->txn != NULL)
        shut(fixture);
    toc_logbook_reopen(&fixture->book);
    ASSERT_OK(toc_log_write(fixture->book.log, &fixture->txn, &err));
}

static toc_hash hash_of(uint8_t byte)
{
    toc_hash hash;
    memset(hash.bytes, byte, sizeof hash);
    return hash;
}

/* ---- by hash ---- */

static void signed_bytes_come_back_byte_for_byte_by_hash(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found;
    static uint8_t large[TOC_CHARTER_BYTES_MAX];
    memset(large, 0x61, sizeof large);
    toc_hash small_hash = hash_of(1), large_hash = hash_of(2), none = hash_of(3);
    ASSERT_OK(toc_log_roll_put(fixture->txn, &small_hash, toc_span_text("bytes"), &err));
    ASSERT_OK(toc_log_roll_put(fixture->txn, &large_hash, TOC_SPAN_OF(large), &err));
    ASSERT_OK(toc_log_roll_put(fixture->txn, &small_hash, toc_span_text("bytes"), &err));
    reopen(fixture);
    ASSERT_OK(toc_log_roll_get(fixture->txn, &small_hash, &found, &err));
    assert_true(toc_span_equal(found, toc_span_text("bytes")));
    ASSERT_OK(toc_log_roll_get(fixture->txn, &large_hash, &found, &err));
    assert_true(toc_span_equal(found, TOC_SPAN_OF(large)));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_roll_get(fixture->txn, &none, &found, &err));
    /* A charter with more signatures has the same hash. */
    ASSERT_OK(toc_log_roll_put(fixture->txn, &small_hash, toc_span_text("bytes, signed"), &err));
    ASSERT_OK(toc_log_roll_get(fixture->txn, &small_hash, &found, &err));
    assert_true(toc_span_equal(found, toc_span_text("bytes, signed")));
}

static void nothing_and_too_much_are_no_card(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    static uint8_t large[TOC_CHARTER_BYTES_MAX + 1];
    toc_hash hash = hash_of(1);
    ASSERT_CODE(TOC_LIMIT, toc_log_roll_put(fixture->txn, &hash, (toc_span){0}, &err));
    ASSERT_CODE(TOC_LIMIT, toc_log_roll_put(fixture->txn, &hash, TOC_SPAN_OF(large), &err));
}

static void signed_bytes_that_changed_on_disk_or_moved_are_a_lie(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found;
    toc_hash first = hash_of(1), second = hash_of(2);
    ASSERT_OK(toc_log_roll_put(fixture->txn, &first, toc_span_text("one"), &err));
    ASSERT_OK(toc_log_roll_put(fixture->txn, &second, toc_span_text("two"), &err));
    shut(fixture);
    toc_logbook_replace(&fixture->book, "roll", 0, 1);
    toc_logbook_flip(&fixture->book, "roll", 1, 10);
    reopen(fixture);
    ASSERT_CODE(TOC_MALFORMED, toc_log_roll_get(fixture->txn, &first, &found, &err));
    assert_non_null(strstr(err.text, "table 'roll', key 0101010101"));
    ASSERT_CODE(TOC_MALFORMED, toc_log_roll_get(fixture->txn, &second, &found, &err));
}

/* ---- cards ---- */

static toc_card next_card(const char *who, const toc_card *current, toc_arena *arena)
{
    draft from;
    draft_next(who, current, &from);
    return signed_card(&from, "root 1", NULL, arena);
}

static void the_card_of_an_org_is_the_last_one_put_and_older_ones_stay_by_hash(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_card first = first_card("a", fixture->arena);
    toc_card second = next_card("a", &first, fixture->arena), found;
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_card_of(fixture->txn, &first.org, fixture->arena, &found, &err));
    ASSERT_OK(toc_log_card_put(fixture->txn, &first, &err));
    ASSERT_OK(toc_log_card_put(fixture->txn, &second, &err));
    reopen(fixture);
    ASSERT_OK(toc_log_card_of(fixture->txn, &first.org, fixture->arena, &found, &err));
    assert_int_equal(found.serial, 2);
    assert_true(toc_span_equal(found.signed_card, second.signed_card));
    assert_memory_equal(&found.sign, &second.sign, sizeof found.sign);
    toc_log_card_context context = {.txn = fixture->txn, .arena = fixture->arena};
    toc_card_source cards = toc_log_card_source(&context);
    ASSERT_OK(cards.card(cards.context, &first.hash, &found, &err));
    assert_int_equal(found.serial, 1);
    toc_card_hash none = {{1}};
    ASSERT_CODE(TOC_NOT_FOUND, cards.card(cards.context, &none, &found, &err));
}

typedef struct seen_cards {
    size_t count;
    toc_org_id orgs[4];
    toc_code answer;
} seen_cards;

static toc_code see_card(void *context, const toc_card *card, toc_err *err)
{
    seen_cards *seen = context;
    seen->orgs[seen->count++] = card->org;
    return seen->answer == TOC_OK ? TOC_OK : toc_fail(err, seen->answer, "enough");
}

static void all_cards_are_visited_in_order_of_org(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    static const char *const names[] = {"a", "b", "c"};
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        toc_card card = first_card(names[i], fixture->arena);
        ASSERT_OK(toc_log_card_put(fixture->txn, &card, &err));
    }
    seen_cards seen = {0}, stopped = {.answer = TOC_DENIED};
    ASSERT_OK(toc_log_cards(fixture->txn, fixture->arena, see_card, &seen, &err));
    assert_int_equal(seen.count, 3);
    assert_true(memcmp(&seen.orgs[0], &seen.orgs[1], 32) < 0);
    assert_true(memcmp(&seen.orgs[1], &seen.orgs[2], 32) < 0);
    ASSERT_CODE(TOC_DENIED, toc_log_cards(fixture->txn, fixture->arena, see_card, &stopped, &err));
    assert_int_equal(stopped.count, 1);
}

static void a_card_row_that_names_what_is_not_there_or_another_orgs_card_is_a_lie(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_card a = first_card("a", fixture->arena), b = first_card("b", fixture->arena), found;
    toc_card c = first_card("c", fixture->arena);
    toc_card mixed = a;
    mixed.hash = b.hash;
    mixed.signed_card = b.signed_card;
    ASSERT_OK(toc_log_card_put(fixture->txn, &mixed, &err)); /* a caller's fault */
    ASSERT_OK(toc_log_card_put(fixture->txn, &c, &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_card_of(fixture->txn, &a.org, fixture->arena, &found, &err));
    assert_non_null(strstr(err.text, "another org"));
    shut(fixture);
    bool c_first = memcmp(&c.hash, &b.hash, 32) < 0;
    toc_logbook_delete(&fixture->book, "roll", c_first ? 0 : 1);
    reopen(fixture);
    ASSERT_CODE(TOC_MALFORMED, toc_log_card_of(fixture->txn, &c.org, fixture->arena, &found, &err));
    assert_non_null(strstr(err.text, "missing"));
}

static void a_card_kept_under_another_hash_is_a_lie(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_card card = first_card("a", fixture->arena), found;
    card.hash.bytes[31] ^= 1;
    ASSERT_OK(toc_log_card_put(fixture->txn, &card, &err));
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_card_of(fixture->txn, &card.org, fixture->arena, &found, &err));
    toc_log_card_context context = {.txn = fixture->txn, .arena = fixture->arena};
    toc_card_source cards = toc_log_card_source(&context);
    ASSERT_CODE(TOC_MALFORMED, cards.card(cards.context, &card.hash, &found, &err));
    assert_non_null(strstr(err.text, "not the hash it is kept by"));
}

/* ---- circles ---- */

static toc_charter charter_named(const char *name, toc_arena *arena)
{
    static rules made;
    rules_of_three(&made);
    made.charter.name = toc_span_text(name);
    return drafted(&made, arena);
}

static void assert_same_circle(const toc_log_circle *left, const toc_log_circle *right)
{
    assert_true(toc_circle_id_equal(&left->id, &right->id));
    assert_int_equal(left->joined, right->joined);
    assert_int_equal(left->known, right->known);
    assert_int_equal(left->contested, right->contested);
    assert_int_equal(left->asks, right->asks);
    assert_true(toc_charter_hash_equal(&left->charter, &right->charter));
    assert_int_equal(left->version, right->version);
    assert_int_equal(left->generation, right->generation);
    assert_int_equal(left->epoch_at.unix_ms, right->epoch_at.unix_ms);
}

static void a_circle_comes_back_as_it_went_in_and_is_replaced(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_circle found;
    for (int flags = 0; flags < 16; flags++) {
        toc_log_circle circle = {.id = {{9}},
                                 .joined = (flags & 1) != 0,
                                 .known = (flags & 2) != 0,
                                 .contested = (flags & 4) != 0,
                                 .asks = (flags & 8) != 0,
                                 .charter = {{3}},
                                 .version = 7,
                                 .generation = UINT64_C(1) << 40,
                                 .epoch_at.unix_ms = 1700000000123};
        ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err));
        reopen(fixture);
        ASSERT_OK(toc_log_circle_get(fixture->txn, &circle.id, &found, &err));
        assert_same_circle(&circle, &found);
    }
    toc_circle_id none = {{8}};
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_circle_get(fixture->txn, &none, &found, &err));
}

static toc_code count_circle(void *context, const toc_log_circle *circle, toc_err *err)
{
    (void)err;
    size_t *count = context;
    assert_int_equal(circle->id.bytes[0], ++*count);
    return TOC_OK;
}

static void all_circles_are_visited(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    for (uint8_t i = 3; i > 0; i--) {
        toc_log_circle circle = {.id = {{i}}};
        ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err));
    }
    size_t count = 0;
    ASSERT_OK(toc_log_circles(fixture->txn, count_circle, &count, &err));
    assert_int_equal(count, 3);
}

static void put_charter(roll_fixture *fixture, const toc_charter *charter, toc_log_circle *out)
{
    toc_err err = {0};
    toc_hash hash;
    memcpy(hash.bytes, charter->hash.bytes, sizeof hash);
    *out = (toc_log_circle){.id = charter->circle,
                            .known = true,
                            .charter = charter->hash,
                            .version = charter->version};
    ASSERT_OK(toc_log_roll_put(fixture->txn, &hash, charter->signed_charter, &err));
    ASSERT_OK(toc_log_circle_put(fixture->txn, out, &err));
}

static void the_charter_of_a_circle_is_the_one_its_row_names(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_charter charter = charter_named("Baltic desk", fixture->arena), found;
    toc_log_circle circle = {.id = charter.circle, .joined = true};
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
    ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err)); /* joined before it is known */
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
    assert_non_null(strstr(err.text, "not come"));
    put_charter(fixture, &charter, &circle);
    reopen(fixture);
    ASSERT_OK(toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
    assert_true(toc_span_equal(found.signed_charter, charter.signed_charter));
    assert_int_equal(found.member_count, 3);
}

enum { CHARTERS_LENT = 12 }; /* more than are kept open */

static void charters_are_lent_as_they_are_for_as_long_as_the_transaction(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_circle circles[CHARTERS_LENT], wrong;
    toc_charter lent[CHARTERS_LENT], made, again;
    char names[CHARTERS_LENT][32];
    for (size_t i = 0; i < CHARTERS_LENT; i++) {
        snprintf(names[i], sizeof names[i], "Desk %zu", i);
        made = charter_named(names[i], fixture->arena);
        put_charter(fixture, &made, &circles[i]);
        ASSERT_OK(toc_log_charter_lent(fixture->txn, &circles[i], fixture->arena, &lent[i], &err));
    }
    for (size_t i = 0; i < CHARTERS_LENT; i++) {
        assert_true(toc_span_equal(lent[i].name, toc_span_text(names[i])));
        ASSERT_OK(toc_log_charter_lent(fixture->txn, &circles[i], fixture->arena, &again, &err));
        assert_memory_equal(&again.hash, &lent[i].hash, sizeof again.hash);
    }
    wrong = circles[0];
    wrong.charter = circles[1].charter; /* which is kept open */
    ASSERT_OK(toc_log_circle_put(fixture->txn, &wrong, &err));
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_charter_lent(fixture->txn, &wrong, fixture->arena, &again, &err));
}

/* A charter of the roll, in force or not. */
static void put_in_roll(roll_fixture *fixture, const toc_charter *charter, toc_span signed_charter)
{
    toc_err err = {0};
    toc_hash hash;
    memcpy(hash.bytes, charter->hash.bytes, sizeof hash);
    ASSERT_OK(toc_log_roll_put(fixture->txn, &hash, signed_charter, &err));
}

static void charters_of_the_roll_are_lent_for_as_long_as_the_transaction(void **state)
{
    enum { OF_ROLL = TOC_KEPT_OF_ROLL + 4 };
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_charter lent[OF_ROLL], again;
    char names[OF_ROLL][32];
    for (size_t i = 0; i < OF_ROLL; i++) {
        snprintf(names[i], sizeof names[i], "Desk %zu", i);
        toc_charter made = charter_named(names[i], fixture->arena);
        put_in_roll(fixture, &made, made.signed_charter);
        ASSERT_OK(toc_log_roll_charter(fixture->txn, &made.hash, fixture->arena, &lent[i], &err));
    }
    for (size_t i = 0; i < OF_ROLL; i++) {
        assert_true(toc_span_equal(lent[i].name, toc_span_text(names[i])));
        ASSERT_OK(toc_log_roll_charter(fixture->txn, &lent[i].hash, fixture->arena, &again, &err));
        assert_memory_equal(&again.hash, &lent[i].hash, sizeof again.hash);
        assert_int_equal(again.members == lent[i].members, i < TOC_KEPT_OF_ROLL); /* kept */
    }
    toc_charter_hash none = {{7}};
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_roll_charter(fixture->txn, &none, fixture->arena, &again, &err));
}

/* The hash leaves out who signed, and whether a quorum did is what is judged. */
static void a_charter_of_the_roll_has_the_signatures_that_came_last(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_charter made = charter_named("Baltic desk", fixture->arena), found;
    toc_charter_signature signatures[] = {{.org = made.members[0].org}};
    TOC_AUTO(toc_buf_wipe) toc_buf more = {0};
    put_in_roll(fixture, &made, made.signed_charter);
    ASSERT_OK(toc_log_roll_charter(fixture->txn, &made.hash, fixture->arena, &found, &err));
    assert_int_equal(found.signature_count, 0);
    toc_charter_join(made.body, signatures, TOC_COUNT(signatures), &more);
    put_in_roll(fixture, &made, toc_buf_view(&more));
    ASSERT_OK(toc_log_roll_charter(fixture->txn, &made.hash, fixture->arena, &found, &err));
    assert_int_equal(found.signature_count, 1);
}

static void a_circle_row_that_names_another_charter_or_none_is_a_lie(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_charter baltic = charter_named("Baltic desk", fixture->arena);
    toc_charter nordic = charter_named("Nordic desk", fixture->arena), found;
    toc_log_circle circle, other;
    put_charter(fixture, &baltic, &circle);
    put_charter(fixture, &nordic, &other);
    circle.charter = nordic.hash;
    ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err));
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
    circle.charter = baltic.hash;
    circle.version = 2;
    ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err));
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
    memset(circle.charter.bytes, 9, sizeof circle.charter);
    ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err));
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
    assert_non_null(strstr(err.text, "missing"));
}

static void a_charter_kept_under_another_hash_is_a_lie(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_charter charter = charter_named("Baltic desk", fixture->arena), found;
    toc_log_circle circle;
    charter.hash.bytes[31] ^= 1;
    put_charter(fixture, &charter, &circle);
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_charter_of(fixture->txn, &circle.id, fixture->arena, &found, &err));
}

static void rows_of_circles_that_cannot_be_are_lies(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_log_circle found;
    toc_circle_id id = {{1}};
    uint8_t row[1 + 32 + 4 + 8 + 8] = {0};
    toc_span key = TOC_SPAN_OF(id);
    ASSERT_OK(toc_checked_put(fixture->txn, TOC_LOG_CIRCLES, key, TOC_SPAN_OF(row), &err));
    ASSERT_OK(toc_log_circle_get(fixture->txn, &id, &found, &err));
    ASSERT_OK(toc_checked_put(fixture->txn, TOC_LOG_CIRCLES, key, toc_span_of(row, sizeof row - 1),
                              &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_circle_get(fixture->txn, &id, &found, &err));
    row[0] = 16; /* a flag that is not known */
    ASSERT_OK(toc_checked_put(fixture->txn, TOC_LOG_CIRCLES, key, TOC_SPAN_OF(row), &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_circle_get(fixture->txn, &id, &found, &err));
}

/* ---- peers ---- */

typedef struct seen_peers {
    size_t count;
    uint8_t first[4];
    size_t sizes[4];
} seen_peers;

static toc_code see_peer(void *context, const toc_org_id *org, toc_span endpoints, toc_err *err)
{
    (void)err;
    seen_peers *seen = context;
    seen->first[seen->count] = org->bytes[0];
    seen->sizes[seen->count++] = endpoints.size;
    return TOC_OK;
}

static void peers_keep_the_endpoints_that_were_confirmed(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found;
    toc_org_id two = {{2}}, one = {{1}}, none = {{3}};
    static uint8_t large[TOC_CARD_BYTES_MAX + 1];
    ASSERT_OK(toc_log_peer_put(fixture->txn, &two, toc_span_text("tcp://a:1\ntcp://b:2"), &err));
    ASSERT_OK(toc_log_peer_put(fixture->txn, &one, (toc_span){0}, &err));
    ASSERT_CODE(TOC_LIMIT, toc_log_peer_put(fixture->txn, &none, TOC_SPAN_OF(large), &err));
    reopen(fixture);
    ASSERT_OK(toc_log_peer_get(fixture->txn, &two, &found, &err));
    assert_true(toc_span_equal(found, toc_span_text("tcp://a:1\ntcp://b:2")));
    ASSERT_OK(toc_log_peer_get(fixture->txn, &one, &found, &err));
    assert_int_equal(found.size, 0);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_peer_get(fixture->txn, &none, &found, &err));
    seen_peers seen = {0};
    ASSERT_OK(toc_log_peers(fixture->txn, see_peer, &seen, &err));
    assert_int_equal(seen.count, 2);
    assert_true(seen.first[0] == 1 && seen.sizes[0] == 0);
    assert_true(seen.first[1] == 2 && seen.sizes[1] == 19);
}

/* ---- lies ---- */

static void small_rows_that_changed_on_disk_are_lies(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_card card = first_card("a", fixture->arena), found;
    toc_log_circle circle = {.id = {{1}}}, read;
    toc_org_id peer = {{1}}, owner;
    toc_span endpoints;
    ASSERT_OK(toc_log_card_put(fixture->txn, &card, &err));
    ASSERT_OK(toc_log_circle_put(fixture->txn, &circle, &err));
    ASSERT_OK(toc_log_peer_put(fixture->txn, &peer, toc_span_text("tcp://a:1"), &err));
    ASSERT_OK(toc_log_owner_put(fixture->txn, &peer, &err));
    shut(fixture);
    toc_logbook_flip(&fixture->book, "cards", 0, 8);
    toc_logbook_flip(&fixture->book, "circles", 0, 0);
    toc_logbook_flip(&fixture->book, "peers", 0, 12);
    toc_logbook_flip(&fixture->book, "state", 1, 40); /* after "layout" */
    reopen(fixture);
    ASSERT_CODE(TOC_MALFORMED,
                toc_log_card_of(fixture->txn, &card.org, fixture->arena, &found, &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_circle_get(fixture->txn, &circle.id, &read, &err));
    assert_non_null(strstr(err.text, "unknown version"));
    ASSERT_CODE(TOC_MALFORMED, toc_log_peer_get(fixture->txn, &peer, &endpoints, &err));
    ASSERT_CODE(TOC_MALFORMED, toc_log_owner(fixture->txn, &owner, &err));
}

static void rows_that_are_cut_short_are_lies(void **state)
{
    roll_fixture *fixture = *state;
    toc_err err = {0};
    toc_span found;
    toc_hash hash = hash_of(1);
    static const uint8_t value[9] = {1};
    for (size_t size = 0; size <= sizeof value; size++) {
        shut(fixture);
        toc_logbook_put(&fixture->book, "roll", TOC_SPAN_OF(hash), toc_span_of(value, size));
        reopen(fixture);
        ASSERT_CODE(TOC_MALFORMED, toc_log_roll_get(fixture->txn, &hash, &found, &err));
        assert_non_null(strstr(err.text, size < 9 ? "cut short" : "check value"));
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(signed_bytes_come_back_byte_for_byte_by_hash),
        TEST(nothing_and_too_much_are_no_card),
        TEST(signed_bytes_that_changed_on_disk_or_moved_are_a_lie),
        TEST(the_card_of_an_org_is_the_last_one_put_and_older_ones_stay_by_hash),
        TEST(all_cards_are_visited_in_order_of_org),
        TEST(a_card_row_that_names_what_is_not_there_or_another_orgs_card_is_a_lie),
        TEST(a_circle_comes_back_as_it_went_in_and_is_replaced),
        TEST(all_circles_are_visited),
        TEST(the_charter_of_a_circle_is_the_one_its_row_names),
        TEST(charters_are_lent_as_they_are_for_as_long_as_the_transaction),
        TEST(charters_of_the_roll_are_lent_for_as_long_as_the_transaction),
        TEST(a_charter_of_the_roll_has_the_signatures_that_came_last),
        TEST(a_circle_row_that_names_another_charter_or_none_is_a_lie),
        TEST(a_card_kept_under_another_hash_is_a_lie),
        TEST(a_charter_kept_under_another_hash_is_a_lie),
        TEST(rows_of_circles_that_cannot_be_are_lies),
        TEST(peers_keep_the_endpoints_that_were_confirmed),
        TEST(small_rows_that_changed_on_disk_are_lies),
        TEST(rows_that_are_cut_short_are_lies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
