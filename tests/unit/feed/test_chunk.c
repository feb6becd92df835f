#include "tests/support/check.h"

#include "proto/base/endian.h"
#include "proto/crypto/seal.h"
#include "tests/support/test_feed.h"

enum { SIZE = 13, ERASURE = 6, SECOND_GRANT = 8 };

/* 0 grant of epoch 1; 1 to 5 records; 6 an erasure of 2; 7 a record; 8 grant of epoch 2; 9 to 12
 * records. */
static toc_test_feed *feed;

static const char *record_text(uint64_t index)
{
    static char text[] = "record ?";
    text[7] = (char)('a' + (char)index);
    return text;
}

static void fill(toc_test_feed *into)
{
    toc_test_feed_grant(into, 1);
    for (uint64_t i = 1; i < SIZE; i++) {
        if (i == ERASURE)
            toc_test_feed_erasure(into, 2);
        else if (i == SECOND_GRANT)
            toc_test_feed_grant(into, 2);
        else
            toc_test_feed_record(into, toc_span_text(record_text(i)));
    }
}

static bool is_record(uint64_t index)
{
    return index != 0 && index != ERASURE && index != SECOND_GRANT;
}

/* --- what verifies
 * ------------------------------------------------------------------------------------------ */

static void check_rows(const toc_chunk *chunk, uint64_t from)
{
    for (uint32_t i = 0; i < chunk->count; i++) {
        const toc_chunk_entry *row = &chunk->verified[i];
        uint64_t index = from + i;
        toc_hash leaf;
        toc_entry_leaf(&feed->id, index, toc_test_feed_entry(feed, index), &leaf);
        assert_true(toc_hash_equal(&row->leaf, &leaf));
        assert_true(toc_span_equal(row->bytes, toc_test_feed_entry(feed, index)));
        assert_int_equal(row->epoch, index < SECOND_GRANT ? 1 : 2);
        assert_int_equal(row->open_error, TOC_OK);
        assert_false(row->key_missing);
        assert_int_equal(row->opened, is_record(index));
        if (is_record(index)) {
            assert_int_equal(row->kind, TOC_ENTRY_RECORD);
            assert_true(toc_span_equal(row->plain.record, toc_span_text(record_text(index))));
            assert_true(row->plain.time.unix_ms == 1767225600000 + index);
        } else {
            assert_int_equal(row->kind, index == ERASURE ? TOC_ENTRY_ERASURE : TOC_ENTRY_GRANT);
        }
    }
}

static void every_run_of_entries_verifies_under_every_later_checkpoint(void **state)
{
    (void)state;
    toc_err err = {0};
    for (uint64_t from = 0; from < SIZE; from++) {
        for (uint64_t until = from + 1; until <= SIZE; until++) {
            for (uint64_t size = until; size <= SIZE; size++) {
                TOC_AUTO(toc_chunk_free)
                toc_chunk *chunk = toc_test_feed_chunk(feed, from, until, size, from, true);
                TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
                toc_frontier expected;
                toc_test_feed_frontier(feed, until, &expected);
                assert_true(toc_frontier_equal(&chunk->frontier_after, &expected));
                assert_int_equal(chunk->checkpoint.size, size);
                check_rows(chunk, from);
            }
        }
    }
}

static void the_checkpoint_accepted_before_may_have_any_size_up_to_the_new_one(void **state)
{
    (void)state;
    toc_err err = {0};
    for (uint64_t known = 0; known <= SIZE; known++) {
        TOC_AUTO(toc_chunk_free)
        toc_chunk *chunk = toc_test_feed_chunk(feed, 3, 7, SIZE, known, true);
        TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    }
}

static void a_chunk_without_entries_proves_a_newer_checkpoint(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 5, 5, SIZE, 5, true);
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    assert_int_equal(chunk->checkpoint.size, SIZE);
    assert_int_equal(chunk->frontier_after.size, 5);
}

static void a_chunk_that_ends_where_the_feed_begins_proves_nothing(void **state)
{
    (void)state;
    for (uint64_t size = 0; size <= 2; size++) {
        TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 0, size, 0, true);
        TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(chunk, NULL));
    }
}

static void without_a_key_entries_verify_and_stay_closed(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, SIZE, SIZE, 0, false);
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    for (uint32_t i = 0; i < SIZE; i++) {
        assert_false(chunk->verified[i].opened);
        assert_int_equal(chunk->verified[i].key_missing, is_record(i));
        assert_int_equal(chunk->verified[i].open_error, TOC_OK);
    }
}

static void each_record_opens_by_the_key_of_its_own_epoch(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, SIZE, SIZE, 0, false);
    toc_chunk_key second = {.epoch = 2, .secret = feed->sender_keys[1]};
    chunk->keys = &second;
    chunk->key_count = 1;
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    for (uint32_t i = 0; i < SIZE; i++) {
        assert_int_equal(chunk->verified[i].opened, is_record(i) && i > SECOND_GRANT);
        assert_int_equal(chunk->verified[i].key_missing, is_record(i) && i < SECOND_GRANT);
    }
}

static void a_record_that_does_not_open_is_noted_and_the_chunk_stands(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, SIZE, SIZE, 0, false);
    toc_chunk_key wrong[] = {{.epoch = 1, .secret = feed->sender_keys[3]},
                             {.epoch = 2, .secret = feed->sender_keys[1]}};
    chunk->keys = wrong;
    chunk->key_count = 2;
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    for (uint32_t i = 0; i < SIZE; i++) {
        bool shut = is_record(i) && i < SECOND_GRANT;
        assert_int_equal(chunk->verified[i].open_error, shut ? TOC_SEALED : TOC_OK);
        assert_int_equal(chunk->verified[i].opened, is_record(i) && !shut);
        assert_false(chunk->verified[i].key_missing);
    }
}

static void a_broken_commitment_is_noted_and_the_chunk_stands(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_test_feed_free) toc_test_feed *other = toc_test_feed_new(TOC_LANE_BULK, 77);
    toc_test_feed_grant(other, 1);
    /* An entry whose AEAD covers a header with the commitment of nothing. */
    uint8_t entry[48 + 40 + 64] = {0}, plaintext[64] = {0},
                            aad[15 + 32 + 8 + 48] = "tocsin/entry/1\n";
    toc_entry_header header = {
        .version = 1, .kind = TOC_ENTRY_RECORD, .epoch = 1, .body_bytes = 40 + 64};
    toc_entry_header_write(&header, entry);
    memcpy(aad + 15, other->id.bytes, 32);
    toc_put_u64(aad + 47, 1);
    memcpy(aad + 55, entry, 48);
    toc_aead_seal(other->sender_keys[0], entry + 48, TOC_SPAN_OF(plaintext), TOC_SPAN_OF(aad),
                  entry + 72);
    toc_test_feed_raw(other, TOC_SPAN_OF(entry));
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(other, 0, 2, 2, 0, true);
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    assert_int_equal(chunk->verified[1].open_error, TOC_SIGNATURE);
    assert_false(chunk->verified[1].opened);
    assert_false(chunk->verified[1].key_missing);
}

/* The same chunk with the bodies of some of its records gone. */
static void strip(toc_chunk *chunk, uint64_t from, const uint64_t *gone, size_t count)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf entries = {0};
    for (uint32_t i = 0; i < chunk->count; i++) {
        toc_span entry = toc_test_feed_entry(feed, from + i);
        uint8_t bare[TOC_ENTRY_BARE_BYTES];
        for (size_t j = 0; j < count; j++) {
            if (gone[j] == from + i) {
                toc_entry_strip(entry, bare);
                entry = TOC_SPAN_OF(bare);
            }
        }
        toc_buf_add_u32(&entries, (uint32_t)entry.size);
        toc_buf_add_span(&entries, entry);
    }
    TOC_CHECK_OK(toc_buf_ok(&entries, &err));
    chunk->entries = toc_arena_dup(chunk->arena, toc_buf_view(&entries));
    assert_non_null(chunk->entries.data);
}

static void entries_without_their_bodies_verify_and_are_never_opened(void **state)
{
    (void)state;
    toc_err err = {0};
    static const uint64_t gone[] = {2, 3, 9};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, SIZE, SIZE, 0, true);
    strip(chunk, 0, gone, TOC_COUNT(gone));
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
    for (uint32_t i = 0; i < SIZE; i++) {
        const toc_chunk_entry *row = &chunk->verified[i];
        bool bare = i == 2 || i == 3 || i == 9;
        assert_int_equal(row->bare, bare);
        assert_int_equal(row->opened, is_record(i) && !bare);
        assert_false(row->key_missing);
        assert_int_equal(row->open_error, TOC_OK);
        assert_int_equal(row->epoch, i < SECOND_GRANT ? 1 : 2);
    }
}

/* --- what does not
 * ------------------------------------------------------------------------------------------ */

static uint8_t *changeable(toc_chunk *chunk, toc_span *span)
{
    TOC_AUTO(toc_buf_wipe) toc_buf fresh = {0};
    toc_buf_add_span(&fresh, *span);
    uint8_t *bytes = toc_arena_alloc(chunk->arena, span->size);
    assert_non_null(bytes);
    memcpy(bytes, fresh.data, span->size);
    *span = toc_span_of(bytes, span->size);
    return bytes;
}

static void every_changed_byte_of_the_entries_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 4, 9, SIZE, 4, true);
    uint8_t *bytes = changeable(chunk, &chunk->entries);
    for (size_t i = 0; i < chunk->entries.size; i++) {
        bytes[i] ^= 0x01;
        toc_code code = toc_chunk_verify(chunk, NULL);
        assert_true(code == TOC_SIGNATURE || code == TOC_MALFORMED);
        bytes[i] ^= 0x01;
    }
}

static void every_changed_byte_of_a_bare_entry_is_refused(void **state)
{
    (void)state;
    static const uint64_t gone[] = {5};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 4, 7, SIZE, 4, true);
    strip(chunk, 4, gone, 1);
    uint8_t *bytes = changeable(chunk, &chunk->entries);
    for (size_t i = 0; i < chunk->entries.size; i++) {
        bytes[i] ^= 0x01;
        toc_code code = toc_chunk_verify(chunk, NULL);
        assert_true(code == TOC_SIGNATURE || code == TOC_MALFORMED || code == TOC_LIMIT);
        bytes[i] ^= 0x01;
    }
}

static void every_changed_byte_of_the_note_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 4, 9, SIZE, 4, true);
    uint8_t *bytes = changeable(chunk, &chunk->note);
    for (size_t i = 0; i < chunk->note.size; i++) {
        bytes[i] ^= 0x01;
        assert_int_not_equal(toc_chunk_verify(chunk, NULL), TOC_OK);
        bytes[i] ^= 0x01;
    }
}

static void every_changed_hash_of_frontier_and_proofs_is_refused(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 7, 9, SIZE, 3, true);
    assert_int_equal(chunk->frontier.count, 3);
    assert_true(chunk->to_checkpoint.count > 0 && chunk->from_known.count > 0);
    struct {
        toc_hash *hashes;
        size_t count;
    } groups[] = {{chunk->frontier.hashes, chunk->frontier.count},
                  {chunk->to_checkpoint.hashes, chunk->to_checkpoint.count},
                  {chunk->from_known.hashes, chunk->from_known.count},
                  {&chunk->known_root, 1}};
    for (size_t group = 0; group < TOC_COUNT(groups); group++) {
        for (size_t i = 0; i < groups[group].count; i++) {
            groups[group].hashes[i].bytes[i] ^= 1;
            TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(chunk, &err));
            groups[group].hashes[i].bytes[i] ^= 1;
        }
    }
    TOC_CHECK_OK(toc_chunk_verify(chunk, &err));
}

static void a_checkpoint_by_another_key_or_of_another_feed_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_test_feed_free) toc_test_feed *other = toc_test_feed_new(TOC_LANE_BULK, 99);
    fill(other);
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 5, SIZE, 0, true);
    chunk->signer = other->sign_key;
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(chunk, NULL));
    TOC_AUTO(toc_chunk_free) toc_chunk *foreign = toc_test_feed_chunk(feed, 0, 5, SIZE, 0, true);
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    toc_test_feed_checkpoint(other, SIZE, &note);
    foreign->note = toc_buf_view(&note);
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(foreign, NULL));
}

static void entries_of_another_feed_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_test_feed_free) toc_test_feed *other = toc_test_feed_new(TOC_LANE_BULK, 99);
    fill(other);
    TOC_AUTO(toc_chunk_free) toc_chunk *theirs = toc_test_feed_chunk(other, 0, 5, SIZE, 0, true);
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 5, SIZE, 0, true);
    chunk->entries = theirs->entries;
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(chunk, NULL));
}

static void entries_in_another_order_are_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 1, 3, 3, 0, true);
    size_t half = chunk->entries.size / 2;
    TOC_AUTO(toc_buf_wipe) toc_buf swapped = {0};
    toc_buf_add(&swapped, chunk->entries.data + half, half);
    toc_buf_add(&swapped, chunk->entries.data, half);
    chunk->entries = toc_buf_view(&swapped);
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(chunk, NULL));
}

static void a_chunk_at_another_place_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 1, 3, 3, 0, true);
    toc_test_feed_frontier(feed, 0, &chunk->frontier);
    assert_int_not_equal(toc_chunk_verify(chunk, NULL), TOC_OK);
}

static void a_checkpoint_that_ends_before_the_chunk_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 5, 4, 0, true);
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_chunk_verify(chunk, NULL));
}

static void
a_checkpoint_older_than_the_one_accepted_before_is_not_counted_as_an_offence(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 5, 8, 9, true);
    TOC_CHECK_FAILS(TOC_STATE, toc_chunk_verify(chunk, &err));
    assert_non_null(strstr(err.text, "older"));
}

static void a_fork_of_the_checkpoint_accepted_before_is_refused(void **state)
{
    (void)state;
    /* The same author wrote another entry 7, and signed both trees. */
    TOC_AUTO(toc_test_feed_free) toc_test_feed *fork = toc_test_feed_new(TOC_LANE_BULK, 42);
    toc_test_feed_grant(fork, 1);
    for (uint64_t i = 1; i < SIZE; i++)
        toc_test_feed_raw(fork,
                          i == 7 ? toc_test_feed_entry(feed, 5) : toc_test_feed_entry(feed, i));
    assert_true(toc_feed_id_equal(&fork->id, &feed->id));
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(fork, 0, 5, SIZE, 9, true);
    toc_test_feed_root(feed, 9, &chunk->known_root);
    TOC_CHECK_FAILS(TOC_SIGNATURE, toc_chunk_verify(chunk, NULL));
}

static void a_count_that_does_not_fit_the_bytes_is_refused(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 5, SIZE, 0, true);
    toc_span whole = chunk->entries;
    chunk->count = 4;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_chunk_verify(chunk, NULL));
    chunk->count = 6;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_chunk_verify(chunk, NULL));
    chunk->count = 5;
    for (size_t size = 0; size < whole.size; size++) {
        chunk->entries.size = size;
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_chunk_verify(chunk, NULL));
    }
}

static void a_chunk_keeps_to_its_limits(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, 5, SIZE, 0, true);
    toc_span whole = chunk->entries;
    chunk->count = TOC_PULL_ENTRIES_MAX + 1;
    TOC_CHECK_FAILS(TOC_LIMIT, toc_chunk_verify(chunk, NULL));
    chunk->count = 5;
    chunk->entries.size = TOC_CHUNK_BYTES_MAX + 1;
    TOC_CHECK_FAILS(TOC_LIMIT, toc_chunk_verify(chunk, NULL));
    chunk->entries = whole;
    chunk->frontier = (toc_frontier){.size = UINT64_MAX - 4};
    TOC_CHECK_FAILS(TOC_LIMIT, toc_chunk_verify(chunk, NULL));
}

static void a_grant_or_erasure_that_cannot_be_read_is_refused_with_its_number(void **state)
{
    (void)state;
    for (unsigned kind = TOC_ENTRY_GRANT; kind <= TOC_ENTRY_ERASURE; kind += 2) {
        toc_err err = {0};
        TOC_AUTO(toc_test_feed_free) toc_test_feed *other = toc_test_feed_new(TOC_LANE_BULK, 77);
        toc_test_feed_grant(other, 1);
        uint8_t entry[48 + 10] = {0};
        toc_entry_header header = {.version = 1,
                                   .kind = (uint8_t)kind,
                                   .epoch = 1,
                                   .keep_until_day = UINT32_MAX,
                                   .body_bytes = 10};
        toc_entry_header_write(&header, entry);
        toc_test_feed_raw(other, TOC_SPAN_OF(entry));
        TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(other, 0, 2, 2, 0, true);
        TOC_CHECK_FAILS(TOC_MALFORMED, toc_chunk_verify(chunk, &err));
        assert_non_null(strstr(err.text, "entry 1:"));
    }
}

static void nothing_is_opened_before_the_signature_is_judged(void **state)
{
    (void)state;
    TOC_AUTO(toc_chunk_free) toc_chunk *chunk = toc_test_feed_chunk(feed, 0, SIZE, SIZE, 0, true);
    chunk->signer.bytes[0] ^= 1;
    assert_int_not_equal(toc_chunk_verify(chunk, NULL), TOC_OK);
    for (uint32_t i = 0; i < SIZE; i++)
        assert_false(chunk->verified[i].opened);
}

static int start(void **state)
{
    (void)state;
    if (toc_crypto_start(NULL) != TOC_OK)
        return -1;
    feed = toc_test_feed_new(TOC_LANE_BULK, 42);
    fill(feed);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    toc_test_feed_free(feed);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_run_of_entries_verifies_under_every_later_checkpoint),
        cmocka_unit_test(the_checkpoint_accepted_before_may_have_any_size_up_to_the_new_one),
        cmocka_unit_test(a_chunk_without_entries_proves_a_newer_checkpoint),
        cmocka_unit_test(a_chunk_that_ends_where_the_feed_begins_proves_nothing),
        cmocka_unit_test(without_a_key_entries_verify_and_stay_closed),
        cmocka_unit_test(each_record_opens_by_the_key_of_its_own_epoch),
        cmocka_unit_test(a_record_that_does_not_open_is_noted_and_the_chunk_stands),
        cmocka_unit_test(a_broken_commitment_is_noted_and_the_chunk_stands),
        cmocka_unit_test(every_changed_byte_of_the_entries_is_refused),
        cmocka_unit_test(every_changed_byte_of_the_note_is_refused),
        cmocka_unit_test(every_changed_hash_of_frontier_and_proofs_is_refused),
        cmocka_unit_test(a_checkpoint_by_another_key_or_of_another_feed_is_refused),
        cmocka_unit_test(entries_of_another_feed_are_refused),
        cmocka_unit_test(entries_in_another_order_are_refused),
        cmocka_unit_test(a_chunk_at_another_place_is_refused),
        cmocka_unit_test(a_checkpoint_that_ends_before_the_chunk_is_refused),
        cmocka_unit_test(
            a_checkpoint_older_than_the_one_accepted_before_is_not_counted_as_an_offence),
        cmocka_unit_test(a_fork_of_the_checkpoint_accepted_before_is_refused),
        cmocka_unit_test(a_count_that_does_not_fit_the_bytes_is_refused),
        cmocka_unit_test(a_chunk_keeps_to_its_limits),
        cmocka_unit_test(a_grant_or_erasure_that_cannot_be_read_is_refused_with_its_number),
        cmocka_unit_test(nothing_is_opened_before_the_signature_is_judged),
        cmocka_unit_test(entries_without_their_bodies_verify_and_are_never_opened),
        cmocka_unit_test(every_changed_byte_of_a_bare_entry_is_refused),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
