#include "tests/support/check.h"

#include <stdlib.h>
#include <string.h>

#include "proto/base/arena.h"

static toc_arena *arena_of(size_t bytes_max)
{
    toc_arena *arena = NULL;
    if (toc_arena_new(bytes_max, &arena, NULL) != TOC_OK)
        fail_msg("no arena");
    return arena;
}

static void blocks_are_aligned_apart_and_keep_their_bytes(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(1 << 22);
    enum { COUNT = 500 };
    static uint8_t *blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        blocks[i] = toc_arena_alloc(arena, i * 13);
        assert_non_null(blocks[i]);
        assert_int_equal((uintptr_t)blocks[i] % 16, 0);
        memset(blocks[i], (int)(i % 256), i * 13);
    }
    for (size_t i = 0; i < COUNT; i++) {
        for (size_t j = 0; j < i * 13; j++)
            assert_int_equal(blocks[i][j], i % 256);
    }
}

static void nothing_is_handed_out_past_the_ceiling(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(1000);
    assert_null(toc_arena_alloc(arena, 1001));
    assert_non_null(toc_arena_alloc(arena, 496));
    assert_int_equal(toc_arena_bytes(arena), 496);
    assert_null(toc_arena_alloc(arena, 505));
    assert_non_null(toc_arena_alloc(arena, 496));
    assert_int_equal(toc_arena_bytes(arena), 992);
    assert_null(toc_arena_alloc(arena, 1));
    assert_int_equal(toc_arena_bytes(arena), 992);
}

static void many_small_or_empty_allocations_reach_the_ceiling_too(void **state)
{
    (void)state;
    for (size_t size = 0; size <= 16; size++) {
        TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(1600);
        size_t count = 0;
        while (count < 1000 && toc_arena_alloc(arena, size) != NULL)
            count++;
        assert_int_equal(count, 100);
    }
}

static void sizes_that_would_overflow_give_nothing(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(SIZE_MAX);
    /* Rounded up, or with the block's own 32 bytes, these pass SIZE_MAX. */
    for (size_t less = 0; less < 47; less++)
        assert_null(toc_arena_alloc(arena, SIZE_MAX - less));
    assert_null(toc_arena_zalloc(arena, SIZE_MAX / 2, 3));
    assert_null(toc_arena_zalloc(arena, SIZE_MAX, SIZE_MAX));
    uint8_t byte = 0;
    assert_null(toc_arena_text(arena, toc_span_of(&byte, SIZE_MAX)));
    assert_int_equal(toc_arena_bytes(arena), 0);
}

static void cleared_allocations_are_zero_even_after_a_reset(void **state)
{
    (void)state;
    /* Memory that others left behind: a block of its own comes from there. */
    void *dirty = malloc(40000);
    assert_non_null(dirty);
    memset(dirty, 0xFF, 40000);
    free(dirty);
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(1 << 20);
    const uint8_t *fresh = toc_arena_zalloc(arena, 1, 39900);
    assert_non_null(fresh);
    for (size_t i = 0; i < 39900; i++)
        assert_int_equal(fresh[i], 0);
    memset(toc_arena_alloc(arena, 4096), 0xFF, 4096);
    toc_arena_reset(arena);
    const uint8_t *zeroes = toc_arena_zalloc(arena, 64, 64);
    assert_non_null(zeroes);
    for (size_t i = 0; i < 4096; i++)
        assert_int_equal(zeroes[i], 0);
}

static void copies_are_equal_and_text_ends_in_a_nul(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(1 << 20);
    char source[] = "to be copied";
    toc_span copy = toc_arena_dup(arena, toc_span_text(source));
    const char *text = toc_arena_text(arena, toc_span_of(source, 5));
    const char *printed = toc_arena_printf(arena, "%s %d", source, 42);
    memset(source, 'x', sizeof source);
    assert_true(toc_span_equal(copy, toc_span_text("to be copied")));
    assert_string_equal(text, "to be");
    assert_string_equal(printed, "to be copied 42");
    toc_span empty = toc_arena_dup(arena, (toc_span){0});
    assert_int_equal(empty.size, 0);
    assert_non_null(empty.data);
}

static void copies_past_the_ceiling_are_empty_with_no_data(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(16);
    toc_span copy = toc_arena_dup(arena, toc_span_text("seventeen letters"));
    assert_null(copy.data);
    assert_int_equal(copy.size, 0);
    assert_null(toc_arena_text(arena, toc_span_text("sixteen  letters")));
    assert_null(toc_arena_printf(arena, "%s", "sixteen  letters"));
    assert_non_null(toc_arena_text(arena, toc_span_text("fifteen letters")));
}

static void a_reset_gives_all_room_back_and_reuses_the_first_block(void **state)
{
    (void)state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = arena_of(100000);
    const void *first = toc_arena_alloc(arena, 64);
    for (int round = 0; round < 50; round++) {
        toc_arena_reset(arena);
        assert_int_equal(toc_arena_bytes(arena), 0);
        assert_ptr_equal(toc_arena_alloc(arena, 64), first);
        assert_non_null(toc_arena_alloc(arena, 50000));
        assert_non_null(toc_arena_alloc(arena, 40000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_are_aligned_apart_and_keep_their_bytes),
        cmocka_unit_test(nothing_is_handed_out_past_the_ceiling),
        cmocka_unit_test(many_small_or_empty_allocations_reach_the_ceiling_too),
        cmocka_unit_test(sizes_that_would_overflow_give_nothing),
        cmocka_unit_test(cleared_allocations_are_zero_even_after_a_reset),
        cmocka_unit_test(copies_are_equal_and_text_ends_in_a_nul),
        cmocka_unit_test(copies_past_the_ceiling_are_empty_with_no_data),
        cmocka_unit_test(a_reset_gives_all_room_back_and_reuses_the_first_block),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
