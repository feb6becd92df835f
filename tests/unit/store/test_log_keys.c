/* Keys at rest, and submissions. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/limits.h"
#include "proto/crypto/seal.h"
#include "store/feed/internal.h"
#include "tests/support/logbook.h"

/* Sixty-four bytes that differ by `tag`. */
static toc_secret *secret_of(uint8_t tag)
{
    toc_err err = {0};
    toc_secret *secret = NULL;
    uint8_t bytes[TOC_SECRET_BYTES];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)((size_t)tag * 16 + i * 7 + 3);
    ASSERT_OK(toc_secret_from(TOC_SPAN_OF(bytes), &secret, &err));
    return secret;
}

static void put_own(toc_log_txn *txn, toc_own_key purpose, uint8_t tag)
{
    toc_err err = {0};
    toc_secret *secret = secret_of(tag);
    ASSERT_OK(toc_log_own_key_put(txn, purpose, secret, &err));
    toc_secret_free(secret);
}

static void assert_own(toc_log_txn *txn, toc_own_key purpose, uint8_t tag)
{
    toc_err err = {0};
    toc_secret *expected = secret_of(tag), *found = NULL;
    ASSERT_OK(toc_log_own_key(txn, purpose, &found, &err));
    assert_true(toc_secret_equal(expected, found));
    toc_secret_free(expected);
    toc_secret_free(found);
}

static void put_sender(toc_log_txn *txn, const toc_feed_name *name, uint32_t epoch, uint8_t tag)
{
    toc_err err = {0};
    toc_secret *secret = secret_of(tag);
    toc_time at = {.unix_ms = 1700000000000};
    ASSERT_OK(toc_log_sender_key_put(txn, name, epoch, secret, at, &err));
    toc_secret_free(secret);
}

static void assert_sender(toc_log_txn *txn, const toc_feed_name *name, uint32_t epoch, uint8_t tag)
{
    toc_err err = {0};
    toc_secret *expected = secret_of(tag), *found = NULL;
    ASSERT_OK(toc_log_sender_key(txn, name, epoch, &found, &err));
    assert_true(toc_secret_equal(expected, found));
    toc_secret_free(expected);
    toc_secret_free(found);
}

static void own_keys_are_kept_by_purpose_and_replaced(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_secret *found = NULL;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++) {
        ASSERT_CODE(TOC_NOT_FOUND, toc_log_own_key(txn, (toc_own_key)purpose, &found, &err));
        put_own(txn, (toc_own_key)purpose, (uint8_t)purpose);
    }
    put_own(txn, TOC_OWN_SIGN, 14);
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    for (int purpose = TOC_OWN_SIGN; purpose <= TOC_OWN_OFFICER; purpose++)
        assert_own(txn, (toc_own_key)purpose, purpose == TOC_OWN_SIGN ? 14 : (uint8_t)purpose);
    toc_log_abort(txn);
    txn = toc_logbook_begin(book, true);
    ASSERT_CODE(TOC_USAGE, toc_log_own_key(txn, (toc_own_key)8, &found, &err));
    ASSERT_CODE(TOC_USAGE, toc_log_own_key_put(txn, (toc_own_key)0, book->key, &err));
    assert_null(found);
    toc_log_abort(txn);
}

static void put_prepared(toc_log_txn *txn, toc_own_key purpose, uint8_t tag)
{
    toc_err err = {0};
    toc_secret *secret = secret_of(tag);
    ASSERT_OK(toc_log_prepared_key_put(txn, purpose, secret, &err));
    toc_secret_free(secret);
}

static void assert_former(toc_log_txn *txn, toc_own_key purpose, uint64_t since,
                          const uint8_t *tags, size_t count)
{
    toc_err err = {0};
    toc_secret *found[TOC_FORMER_KEYS_MAX];
    size_t found_count = 99;
    ASSERT_OK(toc_log_former_keys(txn, purpose, (toc_time){since}, found, &found_count, &err));
    assert_int_equal(found_count, count);
    for (size_t i = 0; i < count; i++) {
        toc_secret *expected = secret_of(tags[i]);
        assert_true(toc_secret_equal(expected, found[i]));
        toc_secret_free(expected);
        toc_secret_free(found[i]);
    }
}

static void a_prepared_key_takes_the_place_of_the_present_one_which_is_kept_or_gone(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_secret *found = NULL;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put_own(txn, TOC_OWN_SEAL, 1);
    ASSERT_CODE(TOC_NOT_FOUND,
                toc_log_own_key_turn(txn, TOC_OWN_SEAL, true, (toc_time){1000}, &err));
    put_prepared(txn, TOC_OWN_SEAL, 2);
    assert_own(txn, TOC_OWN_SEAL, 1); /* prepared is not in use */
    ASSERT_OK(toc_log_own_key_turn(txn, TOC_OWN_SEAL, true, (toc_time){1000}, &err));
    assert_own(txn, TOC_OWN_SEAL, 2);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_prepared_key(txn, TOC_OWN_SEAL, &found, &err));
    put_prepared(txn, TOC_OWN_SEAL, 3);
    ASSERT_OK(toc_log_own_key_turn(txn, TOC_OWN_SEAL, true, (toc_time){1000}, &err));
    put_prepared(txn, TOC_OWN_SEAL, 4);
    ASSERT_OK(toc_log_own_key_turn(txn, TOC_OWN_SEAL, true, (toc_time){5000}, &err));
    put_prepared(txn, TOC_OWN_SEAL, 5);
    ASSERT_OK(toc_log_own_key_turn(txn, TOC_OWN_SEAL, false, (toc_time){6000}, &err));
    toc_logbook_commit(txn);
    txn = toc_logbook_begin(book, false);
    assert_own(txn, TOC_OWN_SEAL, 5);
    assert_former(txn, TOC_OWN_SEAL, 0, (const uint8_t[]){3, 2, 1}, 3); /* 4 was not kept */
    assert_former(txn, TOC_OWN_SEAL, 5000, (const uint8_t[]){3}, 1);
    assert_former(txn, TOC_OWN_LINK, 0, NULL, 0);
    toc_log_abort(txn);
}

static void sender_keys_are_kept_by_circle_org_generation_and_epoch_for_all_lanes(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_secret *found = NULL;
    toc_feed_name name = toc_logbook_name(TOC_LANE_ALERT, 5), other = name;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put_sender(txn, &name, 1, 1);
    put_sender(txn, &name, 2, 2);
    other.generation = 6;
    put_sender(txn, &other, 1, 3);
    other = name;
    other.org.bytes[0] ^= 1;
    put_sender(txn, &other, 1, 4);
    other = name;
    other.circle.bytes[0] ^= 1;
    put_sender(txn, &other, 1, 5);
    toc_logbook_commit(txn);
    txn = toc_logbook_begin(book, false);
    assert_sender(txn, &name, 1, 1);
    assert_sender(txn, &name, 2, 2);
    assert_sender(txn, &other, 1, 5);
    name.lane = TOC_LANE_BULK;
    assert_sender(txn, &name, 1, 1);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_sender_key(txn, &name, 3, &found, &err));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_sender_key(txn, &other, 2, &found, &err));
    assert_null(found);
    toc_log_abort(txn);
}

/* What a stolen disk or backup shows. */
static void no_secret_is_on_the_disk_in_the_clear(void **state)
{
    toc_logbook *book = *state;
    toc_feed_name name = toc_logbook_name(TOC_LANE_ALERT, 5);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put_own(txn, TOC_OWN_SIGN, 1);
    put_sender(txn, &name, 1, 2);
    toc_logbook_commit(txn);
    toc_logbook_shut(book);
    char path[TOC_TEMPDIR_BYTES + 16];
    assert_true(snprintf(path, sizeof path, "%s/log/data.mdb", book->folder) < (int)sizeof path);
    assert_true(toc_logbook_file_has(path, TOC_SPAN_OF(name.circle))); /* the search does find */
    for (uint8_t tag = 1; tag <= 2; tag++) {
        toc_secret *secret = secret_of(tag);
        const uint8_t *bytes = toc_secret_view(secret);
        for (size_t at = 0; at + 8 <= TOC_SECRET_BYTES; at += 4)
            assert_false(toc_logbook_file_has(path, toc_span_of(bytes + at, 8)));
        toc_secret_free(secret);
    }
    assert_false(toc_logbook_file_has(path, toc_span_of(toc_secret_view(book->key), 16)));
}

static void another_store_key_opens_nothing(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_feed_name name = toc_logbook_name(TOC_LANE_ALERT, 5);
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put_own(txn, TOC_OWN_SIGN, 1);
    put_sender(txn, &name, 1, 2);
    toc_logbook_commit(txn);
    toc_logbook_shut(book);
    toc_secret *right = book->key, *found = NULL;
    ASSERT_OK(toc_secret_random(&book->key, &err));
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_SEALED, toc_log_own_key(txn, TOC_OWN_SIGN, &found, &err));
    ASSERT_CODE(TOC_SEALED, toc_log_sender_key(txn, &name, 1, &found, &err));
    assert_null(found);
    toc_log_abort(txn);
    toc_secret_free(book->key);
    book->key = right;
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    assert_own(txn, TOC_OWN_SIGN, 1);
    toc_log_abort(txn);
}

/* Sealed values are bound to their rows: one cannot stand in for another. */
static void a_sealed_key_that_was_changed_or_moved_does_not_open(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_secret *found = NULL;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    put_own(txn, TOC_OWN_SIGN, 1);
    put_own(txn, TOC_OWN_COSIGN, 2);
    toc_logbook_commit(txn);
    toc_logbook_shut(book);
    toc_logbook_replace(book, "keys", 0, 1);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_SEALED, toc_log_own_key(txn, TOC_OWN_SIGN, &found, &err));
    toc_log_abort(txn);
    txn = toc_logbook_begin(book, true);
    put_own(txn, TOC_OWN_SIGN, 1);
    toc_logbook_commit(txn);
    toc_logbook_shut(book);
    toc_logbook_flip(book, "keys", 0, 60);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_SEALED, toc_log_own_key(txn, TOC_OWN_SIGN, &found, &err));
    assert_own(txn, TOC_OWN_COSIGN, 2);
    toc_log_abort(txn);
    toc_logbook_shut(book);
    toc_logbook_flip(book, "keys", 1, 0); /* the version */
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_MALFORMED, toc_log_own_key(txn, TOC_OWN_COSIGN, &found, &err));
    toc_log_abort(txn);
    toc_logbook_shut(book);
    static const uint8_t key[2] = {1, TOC_OWN_SIGN}, cut[20] = {1};
    toc_logbook_put(book, "keys", TOC_SPAN_OF(key), TOC_SPAN_OF(cut));
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_MALFORMED, toc_log_own_key(txn, TOC_OWN_SIGN, &found, &err));
    assert_null(found);
    toc_log_abort(txn);
}

/* Sealed under the right key, in the right place, and no key of ours. */
static void a_sealed_value_of_another_size_is_a_lie(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_secret *found = NULL;
    static const uint8_t key[2] = {1, TOC_OWN_SIGN}, plain[TOC_SECRET_BYTES + 1];
    static const size_t sizes[] = {0, 32, TOC_SECRET_BYTES + 1};
    toc_log_txn *txn = toc_logbook_begin(book, true);
    for (size_t i = 0; i < TOC_COUNT(sizes); i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf value = {0};
        toc_buf_add_u8(&value, 1);
        ASSERT_OK(toc_rest_seal(book->key, "keys", TOC_SPAN_OF(key), toc_span_of(plain, sizes[i]),
                                &value, &err));
        ASSERT_OK(
            toc_table_put(txn->txn, TOC_LOG_KEYS, TOC_SPAN_OF(key), toc_buf_view(&value), &err));
        ASSERT_CODE(TOC_MALFORMED, toc_log_own_key(txn, TOC_OWN_SIGN, &found, &err));
    }
    assert_null(found);
    toc_log_abort(txn);
}

static void a_submission_that_is_too_large_is_refused(void **state)
{
    const toc_logbook *book = *state;
    toc_err err = {0};
    toc_draft_id id = {{7}};
    static uint8_t large[TOC_CONTROL_FRAME_BYTES_MAX + 1];
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_CODE(TOC_LIMIT, toc_log_submission_put(txn, &id, TOC_SPAN_OF(large), &err));
    toc_log_abort(txn);
}

static void a_submission_is_remembered_by_its_id(void **state)
{
    toc_logbook *book = *state;
    toc_err err = {0};
    toc_draft_id id = {{7}}, other = {{8}};
    toc_span found;
    toc_log_txn *txn = toc_logbook_begin(book, true);
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_submission_get(txn, &id, &found, &err));
    ASSERT_OK(toc_log_submission_put(txn, &id, toc_span_text("3 records"), &err));
    toc_logbook_commit(txn);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_OK(toc_log_submission_get(txn, &id, &found, &err));
    assert_true(toc_span_equal(found, toc_span_text("3 records")));
    ASSERT_CODE(TOC_NOT_FOUND, toc_log_submission_get(txn, &other, &found, &err));
    toc_log_abort(txn);
    toc_logbook_shut(book);
    toc_logbook_flip(book, "submissions", 0, 10);
    toc_logbook_reopen(book);
    txn = toc_logbook_begin(book, false);
    ASSERT_CODE(TOC_MALFORMED, toc_log_submission_get(txn, &id, &found, &err));
    toc_log_abort(txn);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, toc_logbook_setup, toc_logbook_teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_prepared_key_takes_the_place_of_the_present_one_which_is_kept_or_gone),
        TEST(own_keys_are_kept_by_purpose_and_replaced),
        TEST(sender_keys_are_kept_by_circle_org_generation_and_epoch_for_all_lanes),
        TEST(no_secret_is_on_the_disk_in_the_clear),
        TEST(another_store_key_opens_nothing),
        TEST(a_sealed_key_that_was_changed_or_moved_does_not_open),
        TEST(a_sealed_value_of_another_size_is_a_lie),
        TEST(a_submission_that_is_too_large_is_refused),
        TEST(a_submission_is_remembered_by_its_id),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
