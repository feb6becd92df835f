#include "tests/support/child.h"
#include "tests/support/started.h"

#include <pthread.h>
#include <stdlib.h>

#include "proto/crypto/seal.h"
#include "proto/crypto/secret.h"

static const uint8_t zeroes[TOC_SECRET_BYTES];

static void a_new_slot_is_zero_even_after_another_used_it(void **state)
{
    (void)state;
    toc_err err = {0};
    for (int round = 0; round < 3; round++) {
        toc_secret *secret = NULL;
        TOC_CHECK_OK(toc_secret_new(&secret, &err));
        assert_memory_equal(toc_secret_view(secret), zeroes, TOC_SECRET_BYTES);
        memset(toc_secret_bytes(secret), 0xA5, TOC_SECRET_BYTES);
        toc_secret_free(secret);
    }
}

static void freeing_a_slot_wipes_it_at_once(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_secret *secret = NULL;
    TOC_CHECK_OK(toc_secret_random(&secret, &err));
    const uint8_t *bytes = toc_secret_view(secret);
    assert_memory_not_equal(bytes, zeroes, TOC_SECRET_BYTES);
    toc_secret_free(secret);
    /* The slab stays mapped, so looking is allowed. */
    assert_memory_equal(bytes, zeroes, TOC_SECRET_BYTES);
    toc_secret_free(NULL);
}

static void a_random_secret_has_32_random_bytes_and_32_zeroes(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *one = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *two = NULL;
    TOC_CHECK_OK(toc_secret_random(&one, &err));
    TOC_CHECK_OK(toc_secret_random(&two, &err));
    assert_memory_not_equal(toc_secret_view(one), zeroes, 32);
    assert_memory_equal(toc_secret_view(one) + 32, zeroes, 32);
    assert_memory_not_equal(toc_secret_view(one), toc_secret_view(two), 32);
}

static void a_secret_copies_up_to_64_bytes_and_refuses_more(void **state)
{
    (void)state;
    toc_err err = {0};
    uint8_t bytes[TOC_SECRET_BYTES + 1];
    memset(bytes, 0x5A, sizeof bytes);
    for (size_t size = 0; size <= TOC_SECRET_BYTES; size++) {
        TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
        TOC_CHECK_OK(toc_secret_from(toc_span_of(bytes, size), &secret, &err));
        assert_memory_equal(toc_secret_view(secret), bytes, size);
        assert_memory_equal(toc_secret_view(secret) + size, zeroes, TOC_SECRET_BYTES - size);
    }
    toc_secret *untouched = NULL;
    TOC_CHECK_FAILS(TOC_LIMIT, toc_secret_from(TOC_SPAN_OF(bytes), &untouched, &err));
    assert_null(untouched);
}

static void thousands_of_slots_are_apart_and_come_back(void **state)
{
    (void)state;
    enum { COUNT = 3000 };
    static toc_secret *secrets[COUNT];
    toc_err err = {0};
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < COUNT; i++)
            TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(i), &secrets[i], &err));
        for (uint32_t i = 0; i < COUNT; i++)
            assert_memory_equal(toc_secret_view(secrets[i]), &i, sizeof i);
        for (uint32_t i = 0; i < COUNT; i++)
            toc_secret_free(secrets[(i * 7) % COUNT]); /* 7 and 3,000 have no common factor */
    }
}

static void equality_looks_at_all_64_bytes(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_AUTO(toc_secret_free) toc_secret *one = NULL;
    TOC_AUTO(toc_secret_free) toc_secret *two = NULL;
    TOC_CHECK_OK(toc_secret_new(&one, &err));
    TOC_CHECK_OK(toc_secret_new(&two, &err));
    assert_true(toc_secret_equal(one, two));
    for (size_t i = 0; i < TOC_SECRET_BYTES; i++) {
        toc_secret_bytes(two)[i] = 1;
        assert_false(toc_secret_equal(one, two));
        toc_secret_bytes(two)[i] = 0;
    }
    assert_true(toc_equal_secret("abc", "abd", 2));
    assert_false(toc_equal_secret("abc", "abd", 3));
    assert_true(toc_equal_secret(NULL, NULL, 0));
}

static void wiping_zeroes_exactly_the_bytes_named(void **state)
{
    (void)state;
    uint8_t bytes[4] = {1, 2, 3, 4};
    toc_wipe(bytes + 1, 2);
    const uint8_t expected[4] = {1, 0, 0, 4};
    assert_memory_equal(bytes, expected, 4);
    toc_wipe(NULL, 0);
}

static void free_twice(void)
{
    toc_secret *secret = NULL;
    if (toc_secret_new(&secret, NULL) == TOC_OK) {
        toc_secret_free(secret);
        toc_secret_free(secret);
    }
}

static void free_once(void)
{
    toc_secret *secret = NULL;
    if (toc_secret_new(&secret, NULL) == TOC_OK)
        toc_secret_free(secret);
}

static void freeing_a_slot_twice_ends_the_process(void **state)
{
    (void)state;
    assert_int_equal(signal_of(free_once), 0);
    assert_int_equal(signal_of(free_twice), SIGABRT);
}

/* Each thread writes its own pattern into slots and must find it again. */
static void *take_and_give(void *pattern)
{
    enum { HELD = 16, ROUNDS = 500 };
    for (int round = 0; round < ROUNDS; round++) {
        toc_secret *held[HELD];
        for (size_t i = 0; i < HELD; i++) {
            if (toc_secret_new(&held[i], NULL) != TOC_OK)
                return NULL;
            memset(toc_secret_bytes(held[i]), *(const uint8_t *)pattern, TOC_SECRET_BYTES);
        }
        for (size_t i = 0; i < HELD; i++) {
            for (size_t j = 0; j < TOC_SECRET_BYTES; j++) {
                if (toc_secret_view(held[i])[j] != *(const uint8_t *)pattern)
                    return NULL;
            }
            toc_secret_free(held[i]);
        }
    }
    return pattern;
}

static void threads_never_get_each_others_slots(void **state)
{
    (void)state;
    static uint8_t patterns[4] = {1, 2, 3, 4};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_and_give, &patterns[i]), 0);
    for (size_t i = 0; i < 4; i++) {
        void *result = NULL;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_ptr_equal(result, &patterns[i]);
    }
}

static void random_of_seed(uint64_t seed, uint8_t out[96])
{
    toc_random_from_seed(seed);
    toc_random(out, 1);
    toc_random(out + 1, 31);
    toc_random(out + 32, 64);
}

static void one_seed_is_one_stream_and_two_seeds_are_two(void **state)
{
    (void)state;
    uint8_t one[96], again[96], other[96];
    random_of_seed(1, one);
    random_of_seed(1, again);
    random_of_seed(2, other);
    assert_memory_equal(one, again, 96);
    assert_memory_not_equal(one, other, 96);
    assert_memory_not_equal(one + 1, one + 32, 31);
    random_of_seed((UINT64_C(1) << 32) + 1, other);
    assert_memory_not_equal(one, other, 96);
    toc_random_from_system();
}

static void a_seed_owns_the_randomness_of_sealed_boxes_too(void **state)
{
    (void)state;
    toc_err err = {0};
    toc_box boxes[3];
    for (size_t i = 0; i < 3; i++) {
        toc_random_from_seed(i == 2 ? 8 : 7);
        TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
        TOC_AUTO(toc_secret_free) toc_secret *content = NULL;
        toc_seal_key key;
        TOC_CHECK_OK(
            toc_secret_from(toc_span_text("the same reader in every round.."), &secret, &err));
        TOC_CHECK_OK(toc_secret_new(&content, &err));
        toc_seal_public(secret, &key);
        TOC_CHECK_OK(toc_box_seal(&key, content, &boxes[i], &err));
    }
    assert_memory_equal(boxes[0].bytes, boxes[1].bytes, TOC_BOX_BYTES);
    assert_memory_not_equal(boxes[0].bytes, boxes[2].bytes, TOC_BOX_BYTES);
    toc_random_from_system();
}

static void the_system_gives_other_bytes_each_time(void **state)
{
    (void)state;
    uint8_t seeded[96], one[96], two[96];
    random_of_seed(1, seeded);
    toc_random_from_system();
    toc_random(one, 96);
    /* What follows a seed would be the same again. */
    random_of_seed(1, seeded);
    toc_random_from_system();
    toc_random(two, 96);
    assert_memory_not_equal(one, two, 96);
    assert_memory_not_equal(one, seeded, 96);
    toc_random(NULL, 0);
}

static void starting_twice_is_fine(void **state)
{
    (void)state;
    toc_err err = {0};
    TOC_CHECK_OK(toc_crypto_start(&err));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_slot_is_zero_even_after_another_used_it),
        cmocka_unit_test(freeing_a_slot_wipes_it_at_once),
        cmocka_unit_test(a_random_secret_has_32_random_bytes_and_32_zeroes),
        cmocka_unit_test(a_secret_copies_up_to_64_bytes_and_refuses_more),
        cmocka_unit_test(thousands_of_slots_are_apart_and_come_back),
        cmocka_unit_test(equality_looks_at_all_64_bytes),
        cmocka_unit_test(wiping_zeroes_exactly_the_bytes_named),
        cmocka_unit_test(freeing_a_slot_twice_ends_the_process),
        cmocka_unit_test(threads_never_get_each_others_slots),
        cmocka_unit_test(one_seed_is_one_stream_and_two_seeds_are_two),
        cmocka_unit_test(a_seed_owns_the_randomness_of_sealed_boxes_too),
        cmocka_unit_test(the_system_gives_other_bytes_each_time),
        cmocka_unit_test(starting_twice_is_fine),
    };
    return cmocka_run_group_tests(tests, start_crypto, NULL);
}
