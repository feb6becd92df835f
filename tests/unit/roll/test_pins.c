/* Feeds that a charter closes: what such a charter looks like, and what follows from it. */
#include "proto/feed/note.h"
#include "proto/roll/amendment.h"
#include "proto/roll/pins.h"
#include "tests/support/vectors.h"
#include "tests/unit/roll/fixture.h"

enum { CHARTER_PIN = 11, PINS_MADE = 2 * TOC_PINS_MAX };

/* Two admins, a member, and with `version` 2 of these rules nobody else. */
typedef struct closed {
    rules from;
    toc_charter_pin pins[PINS_MADE];
} closed;

static closed *rules_with_pins(size_t count)
{
    closed *out = calloc(1, sizeof *out);
    assert_non_null(out);
    rules_of_three(&out->from);
    out->from.charter.version = 2;
    out->from.charter.circle.bytes[0] = 1;
    out->from.charter.previous.bytes[0] = 2;
    out->from.charter.pins = out->pins;
    out->from.charter.pin_count = count;
    for (size_t i = 0; i < PINS_MADE; i++) {
        out->pins[i] = (toc_charter_pin){.org = {{9}},
                                         .generation = 100 + i / 3,
                                         .lane = (toc_lane)(i % 3),
                                         .size = 10 + i,
                                         .root = {{1}}};
    }
    return out;
}

static toc_feed_name feed_of(const toc_charter *charter, uint8_t org, uint64_t generation,
                             toc_lane lane)
{
    return (toc_feed_name){
        .circle = charter->circle, .org = {{org}}, .generation = generation, .lane = lane};
}

/* --- published --- */

static void pins_made_elsewhere_are_read_and_are_their_authors_heads(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("roll-signed.txt", 7);
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    const toc_vector *vector = toc_vectors_at(vectors, 6);
    toc_charter charter;
    toc_verify_key signer;
    TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf notes = {0};
    assert_code(toc_charter_open(toc_vector_hex(vector, "signed"), arena, &charter, NULL), TOC_OK);
    assert_int_equal(charter.pin_count, toc_vector_u64(vector, "pins"));
    assert_code(toc_secret_from(toc_vector_hex(vector, "seed-pin-signer"), &secret, NULL), TOC_OK);
    toc_sign_public(secret, &signer);
    for (size_t i = 0; i < charter.pin_count; i++) {
        const toc_charter_pin *pin = &charter.pins[i];
        const toc_feed_name feed = {.circle = charter.circle,
                                    .org = pin->org,
                                    .generation = pin->generation,
                                    .lane = pin->lane};
        TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
        toc_charter_pin again;
        toc_pin_note(pin, &feed, &note);
        toc_buf_add_span(&notes, toc_buf_view(&note));
        assert_code(toc_pin_of(&feed, toc_buf_view(&note), &signer, &again, NULL), TOC_OK);
        assert_memory_equal(again.signature, pin->signature, sizeof again.signature);
        assert_int_equal(again.size, pin->size);
        assert_int_equal(toc_charter_end(&charter, &feed), pin->size);
    }
    assert_true(toc_span_equal(toc_buf_view(&notes), toc_vector_hex(vector, "notes")));
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    assert_code(toc_charter_write(&charter, &body, NULL), TOC_OK);
    assert_true(toc_span_equal(toc_buf_view(&body), charter.body));
}

/* --- what it looks like --- */

static void pins_stand_in_order_and_once(void **state)
{
    (void)state;
    closed *with = rules_with_pins(4);
    assert_code(write_rules(&with->from), TOC_OK);
    for (size_t i = 0; i < 3; i++) {
        toc_charter_pin first = with->pins[i], second = with->pins[i + 1];
        with->pins[i] = second;
        assert_code(write_rules(&with->from), TOC_MALFORMED); /* one twice */
        with->pins[i + 1] = first;
        assert_code(write_rules(&with->from), TOC_MALFORMED); /* out of order */
        with->pins[i] = first;
        with->pins[i + 1] = second;
    }
    with->pins[3].org.bytes[0] = 8;
    assert_code(write_rules(&with->from), TOC_MALFORMED);
    with->pins[3].org.bytes[0] = 10;
    assert_code(write_rules(&with->from), TOC_OK);
    free(with);
}

static void a_pin_names_a_lane_a_generation_and_a_size(void **state)
{
    (void)state;
    closed *with = rules_with_pins(1);
    for (unsigned lane = 0; lane < 5; lane++) {
        with->pins[0].lane = (toc_lane)lane;
        assert_code(write_rules(&with->from), lane < 3 ? TOC_OK : TOC_MALFORMED);
    }
    with->pins[0].lane = TOC_LANE_BULK;
    with->pins[0].size = 0;
    assert_code(write_rules(&with->from), TOC_MALFORMED);
    with->pins[0].size = 1;
    with->pins[0].generation = 0;
    assert_code(write_rules(&with->from), TOC_MALFORMED);
    with->pins[0].generation = 1;
    with->from.charter.version = 1;
    with->from.charter.circle = (toc_circle_id){{0}};
    with->from.charter.previous = (toc_charter_hash){{0}};
    assert_code(write_rules(&with->from), TOC_MALFORMED);
    free(with);
}

static void a_pin_with_a_field_of_another_length_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    closed *with = rules_with_pins(2);
    toc_charter charter = drafted(&with->from, arena);
    static const unsigned bytes_fields[] = {1, 5, 6};
    toc_span row = payload_of(charter.body, CHARTER_PIN, 1);
    for (size_t i = 0; i < TOC_COUNT(bytes_fields); i++) {
        toc_span whole = payload_of(row, bytes_fields[i], 0);
        for (size_t size = whole.size - 1; size <= whole.size + 1; size++) {
            uint8_t value[80] = {9};
            memcpy(value, whole.data, whole.size);
            TOC_AUTO(toc_buf_wipe) toc_buf field = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf changed = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf with_row = {0};
            TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
            put_bytes_field(&field, bytes_fields[i], toc_span_of(value, size));
            replace_field(row, bytes_fields[i], 0, toc_buf_view(&field), &changed);
            put_bytes_field(&with_row, CHARTER_PIN, toc_buf_view(&changed));
            replace_field(charter.body, CHARTER_PIN, 1, toc_buf_view(&with_row), &body);
            assert_code(open_body(toc_buf_view(&body)),
                        size == whole.size ? TOC_OK : TOC_MALFORMED);
        }
    }
    free(with);
}

static void a_head_that_its_author_did_not_sign_or_that_says_more_is_no_pin(void **state)
{
    (void)state;
    TOC_AUTO(toc_secret_free) toc_secret *author = secret_named("a", "sign 1");
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf body = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf longer = {0};
    toc_verify_key key = key_named("a", "sign 1"), other = key_named("a", "sign 2");
    const toc_feed_name feed = {.circle = {{1}}, .org = {{2}}, .generation = 7};
    const toc_hash root = {{3}};
    char origin[TOC_ORIGIN_BYTES_MAX];
    toc_charter_pin pin;
    assert_code(toc_checkpoint_sign(&feed, 5, &root, author, &note, NULL), TOC_OK);
    assert_code(toc_pin_of(&feed, toc_buf_view(&note), &key, &pin, NULL), TOC_OK);
    assert_code(toc_pin_of(&feed, toc_buf_view(&note), &other, &pin, NULL), TOC_MALFORMED);
    toc_checkpoint_body(&feed, 5, &root, &body);
    toc_buf_add_text(&body, "a line of its own\n");
    toc_feed_origin(&feed, origin);
    assert_code(toc_note_write(toc_buf_view(&body), toc_span_text(origin), author, &longer, NULL),
                TOC_OK);
    assert_code(toc_pin_of(&feed, toc_buf_view(&longer), &key, &pin, NULL), TOC_MALFORMED);
}

/* --- what stands --- */

static void a_feed_is_open_closed_or_ends(void **state)
{
    (void)state;
    closed *with = rules_with_pins(3);
    toc_charter *charter = &with->from.charter;
    toc_feed_name of_gone = feed_of(charter, 9, 100, TOC_LANE_BULK);
    assert_int_equal(toc_charter_end(charter, &of_gone), 11);
    of_gone.generation = 99; /* not listed: closed, and so is what it may open next */
    assert_int_equal(toc_charter_end(charter, &of_gone), 0);
    of_gone.generation = 101;
    assert_int_equal(toc_charter_end(charter, &of_gone), 0);
    toc_feed_name of_member = {
        .circle = charter->circle, .org = with->from.members[2].org, .generation = 1};
    assert_int_equal(toc_charter_end(charter, &of_member), UINT64_MAX);
    with->pins[0].org = of_member.org; /* it was removed once, and is here again */
    charter->pin_count = 1;
    of_member.generation = 100;
    assert_int_equal(toc_charter_end(charter, &of_member), 10);
    of_member.lane = TOC_LANE_BULK;
    assert_int_equal(toc_charter_end(charter, &of_member), 0);
    of_member.generation = 101;
    assert_int_equal(toc_charter_end(charter, &of_member), UINT64_MAX);
    with->from.members[2].role = TOC_ROLE_OBSERVER;
    assert_int_equal(toc_charter_end(charter, &of_member), 0);
    assert_int_equal(toc_pins_generation(charter, &of_member.org), 100);
    free(with);
}

/* --- what follows --- */

/* The org whose feeds are pinned writes, in a later generation. */
static void admit_again(closed *with)
{
    const toc_card_hash card = {{1}};
    add_member(&with->from, &with->pins[0].org, TOC_ROLE_MEMBER, &card, 1);
}

static void a_version_that_opens_a_closed_feed_again_does_not_follow(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    closed *now = rules_with_pins(6), *later = rules_with_pins(7);
    admit_again(now);
    toc_charter current = drafted(&now->from, arena);
    later->from.charter.version = 3;
    later->from.charter.previous = current.hash;
    toc_charter next = drafted(&later->from, arena);
    assert_code(toc_charter_follows(&current, &next, NULL), TOC_OK);
    for (size_t i = 0; i < 6; i++) {
        toc_charter_pin kept = later->pins[i];
        const struct {
            uint64_t size;
            uint8_t root, signature;
        } changes[] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
        for (size_t j = 0; j < TOC_COUNT(changes); j++) {
            later->pins[i].size += changes[j].size;
            later->pins[i].root.bytes[31] ^= changes[j].root;
            later->pins[i].signature[67] ^= changes[j].signature;
            next = drafted(&later->from, arena);
            assert_code(toc_charter_follows(&current, &next, NULL), TOC_DENIED);
            later->pins[i] = kept;
        }
        closed *fewer = rules_with_pins(7);
        fewer->from.charter.version = 3;
        fewer->from.charter.previous = current.hash;
        memmove(&fewer->pins[i], &fewer->pins[i + 1], (6 - i) * sizeof *fewer->pins);
        fewer->from.charter.pin_count = 6;
        next = drafted(&fewer->from, arena);
        assert_code(toc_charter_follows(&current, &next, NULL), TOC_DENIED);
        free(fewer);
        toc_arena_reset(arena);
        current = drafted(&now->from, arena);
    }
    free(now);
    free(later);
}

static toc_code kept(const closed *current, const closed *other, const closed *next)
{
    return toc_pins_kept(&current->from.charter, other == NULL ? NULL : &other->from.charter,
                         &next->from.charter, NULL);
}

/* A pin is a head to which its feed is given on: a new one would let in what was kept out. */
static void a_version_closes_only_what_was_open(void **state)
{
    (void)state;
    closed *now = rules_with_pins(6), *later = rules_with_pins(7);
    assert_code(kept(now, NULL, later), TOC_DENIED); /* its author is no member */
    admit_again(now);
    assert_code(kept(now, NULL, later), TOC_OK);
    now->from.charter.pin_count = 5; /* a lane of the newest generation is not listed */
    assert_code(kept(now, NULL, later), TOC_DENIED);
    free(now);
    free(later);
}

static void of_two_branches_the_longer_pin_stays_and_none_that_neither_has(void **state)
{
    (void)state;
    closed *left = rules_with_pins(3), *right = rules_with_pins(6), *next = rules_with_pins(6);
    right->pins[1].size = next->pins[1].size = left->pins[1].size + 5;
    assert_code(kept(left, right, next), TOC_OK);
    assert_code(kept(right, left, next), TOC_OK);
    assert_code(kept(left, NULL, next), TOC_DENIED);
    next->pins[1].size++; /* longer than either */
    assert_code(kept(left, right, next), TOC_DENIED);
    assert_code(kept(right, left, next), TOC_DENIED);
    next->pins[1].size = left->pins[1].size;
    assert_code(kept(right, left, next), TOC_DENIED);
    next->pins[1] = right->pins[1];
    next->pins[1].root.bytes[0] ^= 1;
    assert_code(kept(left, right, next), TOC_DENIED);
    next->pins[1] = right->pins[1];
    next->pins[4].size++; /* the left one does not list it */
    assert_code(kept(left, right, next), TOC_DENIED);
    next->pins[4].size--;
    next->from.charter.pin_count = 7; /* nor does the right one this: open in neither, in one */
    assert_code(kept(left, right, next), TOC_DENIED);
    admit_again(right);
    assert_code(kept(left, right, next), TOC_OK);
    assert_code(kept(right, left, next), TOC_OK);
    free(left);
    free(right);
    free(next);
}

/* --- how many --- */

static void of_an_org_that_wrote_in_too_many_feeds_the_longest_stay(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    closed *with = rules_with_pins(0);
    toc_charter *charter = &with->from.charter;
    for (size_t i = TOC_PINS_ORG_MAX + 5; i < PINS_MADE; i++)
        with->pins[i].org.bytes[0] = 10;
    assert_code(toc_pins_add(charter, with->pins, TOC_PINS_ORG_MAX + 7, arena, NULL), TOC_OK);
    assert_int_equal(charter->pin_count, TOC_PINS_ORG_MAX + 2);
    assert_int_equal(charter->pins[0].size, with->pins[5].size);
    assert_int_equal(charter->pins[charter->pin_count - 1].org.bytes[0], 10);
    assert_code(write_rules(&with->from), TOC_OK);
    const toc_feed_name shortest = feed_of(charter, 9, 100, TOC_LANE_ALERT);
    assert_int_equal(toc_charter_end(charter, &shortest), 0);
    free(with);
}

static void the_largest_charter_fits_its_bytes_and_its_arena(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = new_arena();
    TOC_AUTO(toc_arena_free) toc_arena *other = new_arena();
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    char kind[64];
    static char purpose[TOC_NOTE_BYTES_MAX], name[TOC_TEXT_BYTES_MAX];
    static toc_charter_signature signatures[TOC_CHARTER_SIGNATURES_MAX];
    closed *with = rules_with_pins(TOC_PINS_MAX);
    toc_charter *charter = &with->from.charter;
    memset(kind, 'k', sizeof kind);
    memset(purpose, 'p', sizeof purpose);
    memset(name, 'n', sizeof name);
    charter->version = UINT32_MAX;
    charter->name = TOC_SPAN_OF(name);
    charter->purpose = TOC_SPAN_OF(purpose);
    charter->member_count = 0;
    for (uint16_t i = 0; i < TOC_MEMBERS_MAX; i++)
        add_stranger(&with->from, i, TOC_ROLE_ADMIN);
    for (size_t i = 0; i < TOC_MEMBERS_MAX; i++) {
        with->from.members[i].kind = toc_span_of(kind, sizeof kind);
        with->from.members[i].card_serial_min = UINT64_MAX;
    }
    for (size_t i = 0; i < TOC_PINS_MAX; i++) {
        with->pins[i].generation = UINT64_MAX - TOC_PINS_MAX + i;
        with->pins[i].size = UINT64_MAX;
        memset(with->pins[i].signature, 0xFF, sizeof with->pins[i].signature);
    }
    toc_charter made = drafted(&with->from, arena);
    for (size_t i = 0; i < TOC_COUNT(signatures); i++) {
        signatures[i].org = with->from.members[i / 2].org;
        signatures[i].officer.bytes[0] = (uint8_t)(i % 2);
    }
    toc_charter_join(made.body, signatures, TOC_COUNT(signatures), &bytes);
    assert_true(bytes.size < TOC_CHARTER_BYTES_MAX);
    assert_true(bytes.size <= TOC_ROLL_ITEM_BYTES_MAX);
    assert_code(toc_charter_reopen(toc_buf_view(&bytes), other, &made, NULL), TOC_OK);
    assert_int_equal(made.pin_count, TOC_PINS_MAX);
    charter->pin_count++;
    with->pins[TOC_PINS_MAX].generation = UINT64_MAX;
    assert_code(write_rules(&with->from), TOC_LIMIT);
    free(with);
}

/* --- in words --- */

typedef struct told {
    unsigned count;
    char what[16], after[160];
    uint8_t org;
} told;

static toc_code keep(void *context, const toc_charter_change *change, toc_err *err)
{
    (void)err;
    told *to = context;
    to->count++;
    snprintf(to->what, sizeof to->what, "%s", change->what);
    snprintf(to->after, sizeof to->after, "%.*s", (int)change->after.size,
             (const char *)change->after.data);
    to->org = change->member->org.bytes[0];
    return TOC_OK;
}

static void what_is_closed_is_told_by_org(void **state)
{
    (void)state;
    closed *before = rules_with_pins(2), *after = rules_with_pins(6);
    told to = {0};
    assert_code(toc_charter_compare(&before->from.charter, &after->from.charter, keep, &to, NULL),
                TOC_OK);
    assert_int_equal(to.count, 1);
    assert_string_equal(to.what, "closes");
    assert_int_equal(to.org, 9);
    assert_string_equal(to.after, "4 feeds of 13 alert, 14 bulk and 27 key entries");
    to = (told){0};
    assert_code(toc_charter_compare(&after->from.charter, &after->from.charter, keep, &to, NULL),
                TOC_OK);
    assert_int_equal(to.count, 0);
    free(before);
    free(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pins_made_elsewhere_are_read_and_are_their_authors_heads),
        cmocka_unit_test(pins_stand_in_order_and_once),
        cmocka_unit_test(a_pin_names_a_lane_a_generation_and_a_size),
        cmocka_unit_test(a_pin_with_a_field_of_another_length_is_refused),
        cmocka_unit_test(a_head_that_its_author_did_not_sign_or_that_says_more_is_no_pin),
        cmocka_unit_test(a_feed_is_open_closed_or_ends),
        cmocka_unit_test(a_version_that_opens_a_closed_feed_again_does_not_follow),
        cmocka_unit_test(a_version_closes_only_what_was_open),
        cmocka_unit_test(of_two_branches_the_longer_pin_stays_and_none_that_neither_has),
        cmocka_unit_test(of_an_org_that_wrote_in_too_many_feeds_the_longest_stay),
        cmocka_unit_test(the_largest_charter_fits_its_bytes_and_its_arena),
        cmocka_unit_test(what_is_closed_is_told_by_org),
    };
    return cmocka_run_group_tests_name("pins", tests, start_crypto, NULL);
}
