/* The cases of RULES §6, each worked by hand. A report is written as the stretches of vertices it
 * contains. */
#include "proto/rules/join.h"
#include "tests/support/check.h"

#include <stdlib.h>

enum { REPORTS_MAX = 300, VERTICES_MAX = 6000 };

typedef struct bench {
    toc_arena *arena;
    size_t count;
    toc_join_report reports[REPORTS_MAX];
    bool contains[REPORTS_MAX][VERTICES_MAX];
    toc_join_result result;
} bench;

static toc_root root_a, root_b;

static bench *new_bench(void)
{
    bench *b = calloc(1, sizeof *b);
    toc_err err;
    if (b == NULL)
        abort();
    TOC_CHECK_OK(toc_arena_new(64u << 20, &b->arena, &err));
    return b;
}

static void free_bench(bench *b)
{
    toc_arena_free(b->arena);
    free(b);
}

static int set_up(void **state)
{
    root_a = toc_span_text("\2list-a");
    root_b = toc_span_text("\2list-b");
    *state = new_bench();
    return 0;
}

static int tear_down(void **state)
{
    free_bench(*state);
    return 0;
}

static uint32_t report(bench *b, const toc_root *roots, size_t root_count)
{
    b->reports[b->count] = (toc_join_report){.roots = roots, .root_count = root_count};
    return (uint32_t)b->count++;
}

static void add(bench *b, uint32_t index, size_t from, size_t count)
{
    for (size_t v = from; v < from + count; v++) {
        assert_false(b->contains[index][v]);
        b->contains[index][v] = true;
        b->reports[index].vertex_count++;
    }
}

/* A report of one root over one stretch. */
static uint32_t stretch(bench *b, const toc_root *root, size_t from, size_t count)
{
    uint32_t index = report(b, root, 1);
    add(b, index, from, count);
    return index;
}

static void join(bench *b)
{
    toc_join_shared *shared = toc_arena_zalloc(b->arena, VERTICES_MAX, sizeof *shared);
    size_t shared_count = 0;
    toc_err err;
    for (size_t v = 0; v < VERTICES_MAX; v++) {
        uint32_t *list = toc_arena_zalloc(b->arena, b->count, sizeof *list);
        size_t count = 0;
        for (uint32_t i = 0; i < b->count; i++) {
            if (b->contains[i][v])
                list[count++] = i;
        }
        if (count >= 2)
            shared[shared_count++] = (toc_join_shared){.report_count = count, .reports = list};
    }
    TOC_CHECK_OK(toc_join(b->reports, b->count, shared, shared_count, b->arena, &b->result, &err));
}

static bool together(const bench *b, uint32_t left, uint32_t right)
{
    return b->result.component[left] == b->result.component[right];
}

static bool tentative(const bench *b, uint32_t left, uint32_t right)
{
    for (size_t i = 0; i < b->result.tentative_count; i++) {
        if (b->result.tentative[i][0] == left && b->result.tentative[i][1] == right)
            return true;
    }
    return false;
}

static uint32_t size_of(const bench *b, uint32_t index)
{
    return b->result.vertex_count[b->result.component[index]];
}

static void no_reports_are_no_components(void **state)
{
    bench *b = *state;
    join(b);
    assert_int_equal(b->result.component_count, 0);
    assert_int_equal(b->result.tentative_count, 0);
}

static void small_atoms_that_share_a_member_are_one_cluster(void **state)
{
    bench *b = *state;
    uint32_t first = stretch(b, &root_a, 0, 3), alone = stretch(b, &root_a, 10, 3);
    uint32_t second = stretch(b, &root_a, 2, 3), third = stretch(b, &root_a, 4, 2);
    join(b);
    assert_true(together(b, first, second));
    assert_true(together(b, second, third));
    assert_false(together(b, first, alone));
    assert_int_equal(b->result.component[first], 0);
    assert_int_equal(b->result.component[alone], 1);
    assert_int_equal(size_of(b, first), 6); /* 0 to 5 */
    assert_int_equal(size_of(b, alone), 3);
    assert_int_equal(b->result.tentative_count, 0);
}

static void a_thousand_members_are_small_and_one_more_is_big(void **state)
{
    bench *b = *state;
    uint32_t small = stretch(b, &root_a, 0, 1000), other = stretch(b, &root_a, 999, 1000);
    uint32_t big = stretch(b, &root_a, 3000, 1001), far = stretch(b, &root_a, 4000, 1001);
    join(b);
    assert_true(together(b, small, other)); /* one shared member is enough for small ones */
    assert_false(together(b, big, far));    /* and not for big ones */
    assert_true(tentative(b, big, far));
}

/* Blocks A = {0 … 1001} and B = {501 …}: as one block they have two roots at vertex 501, as two
 * they have one root each there. C shares only that vertex, under two roots. */
static void only_more_than_half_makes_one_block(void **state)
{
    for (size_t shared = 501; shared <= 502; shared++) {
        bench *b = new_bench();
        uint32_t left = stretch(b, &root_a, 0, 1002);
        uint32_t right = stretch(b, &root_b, 1002 - shared, 1002);
        toc_root both[2] = {root_a, root_b};
        uint32_t third = report(b, both, 2);
        add(b, third, 1001, 1);
        add(b, third, 4000, 1001);
        join(b);
        assert_true(together(b, left, right)); /* a tenth is more than enough to be joined later */
        assert_int_equal(together(b, left, third), shared == 502);
        assert_int_equal(size_of(b, left), (size_t)2 * 1002 - shared + (shared == 502 ? 1001 : 0));
        free_bench(b);
    }
    (void)state;
}

static void blocks_join_at_more_than_a_tenth_of_the_smaller(void **state)
{
    bench *b = *state;
    uint32_t first = stretch(b, &root_a, 0, 1010), second = stretch(b, &root_a, 909, 1500);
    uint32_t third = stretch(b, &root_a, 3000, 1010), fourth = stretch(b, &root_a, 3908, 1500);
    join(b);
    assert_false(together(b, first, second)); /* 101 × 10 = 1,010 */
    assert_true(tentative(b, first, second));
    assert_true(together(b, third, fourth)); /* 102 × 10 = 1,020 */
    assert_int_equal(size_of(b, third), 1010 + 1500 - 102);
}

/* Two atoms that overlap by 600 are one block of 1,600 vertices. Another of 1,700 shares 160 of
 * them, which is a tenth and no more. */
static void the_size_of_a_block_counts_each_vertex_once(void **state)
{
    bench *b = *state;
    uint32_t left = stretch(b, &root_a, 0, 1100), right = stretch(b, &root_a, 500, 1100);
    uint32_t other = stretch(b, &root_a, 1440, 1700);
    join(b);
    assert_true(together(b, left, right));
    assert_false(together(b, left, other));
    assert_int_equal(size_of(b, left), 1600);
}

static void one_more_shared_vertex_joins_them(void **state)
{
    bench *b = *state;
    uint32_t left = stretch(b, &root_a, 0, 1100);
    (void)stretch(b, &root_a, 500, 1100);
    /* 161 shared. Were the 600 counted twice, the smaller would have 1,700 and 170 were needed. */
    uint32_t other = stretch(b, &root_a, 1439, 1700);
    join(b);
    assert_true(together(b, left, other));
}

static void a_shared_vertex_joins_blocks_only_under_two_roots_on_either_side(void **state)
{
    bench *b = *state;
    toc_root both[2] = {root_a, root_b};
    uint32_t one = stretch(b, &root_a, 0, 1001);
    uint32_t two = report(b, both, 2), three = report(b, both, 2);
    add(b, two, 1000, 1001);
    add(b, three, 2000, 1001);
    join(b);
    assert_false(together(b, one, two)); /* min(1, 2) = 1 */
    assert_true(together(b, two, three));
    assert_true(tentative(b, one, two));
}

static void a_group_at_one_block_belongs_to_it(void **state)
{
    bench *b = *state;
    uint32_t block = stretch(b, &root_a, 0, 1001);
    uint32_t near = stretch(b, &root_a, 1000, 2), behind = stretch(b, &root_a, 1001, 2);
    join(b);
    assert_true(together(b, block, near));
    assert_true(together(b, block, behind));
    assert_int_equal(size_of(b, block), 1003);
}

static void a_bridge_of_one_root_leaves_two_blocks_apart_and_stands_alone(void **state)
{
    bench *b = *state;
    uint32_t left = stretch(b, &root_a, 0, 1001), right = stretch(b, &root_a, 2000, 1001);
    uint32_t bridge = report(b, &root_b, 1);
    add(b, bridge, 1000, 1);
    add(b, bridge, 2000, 1);
    join(b);
    assert_int_equal(b->result.component_count, 3);
    assert_true(tentative(b, left, bridge));
    assert_true(tentative(b, right, bridge));
    assert_false(tentative(b, left, right)); /* they share nothing themselves */
}

static void bridges_of_two_roots_join_only_where_both_stand(void **state)
{
    bench *b = *state;
    uint32_t blocks[3];
    for (size_t i = 0; i < 3; i++)
        blocks[i] = stretch(b, &root_a, i * 1500, 1001);
    /* Root a: 0-1 and 1-2; root b: 0-2 and 1-2. Only the pair 1-2 has both. */
    static const uint32_t ends[4][2] = {{0, 1}, {1, 2}, {0, 2}, {1, 2}};
    uint32_t bridges[4];
    for (size_t i = 0; i < 4; i++) {
        bridges[i] = report(b, i < 2 ? &root_a : &root_b, 1);
        add(b, bridges[i], (size_t)ends[i][0] * 1500 + i, 1);
        add(b, bridges[i], (size_t)ends[i][1] * 1500 + i, 1);
    }
    join(b);
    assert_true(together(b, blocks[1], blocks[2]));
    assert_false(together(b, blocks[0], blocks[1]));
    assert_false(together(b, bridges[0], blocks[1]));
    assert_true(together(b, bridges[1], blocks[1]));
    assert_false(together(b, bridges[2], blocks[2]));
    assert_true(together(b, bridges[3], blocks[1]));
}

static void a_bridge_of_two_roots_joins_by_itself(void **state)
{
    bench *b = *state;
    uint32_t left = stretch(b, &root_a, 0, 1001), right = stretch(b, &root_a, 2000, 1001);
    /* One group of two reports, each of its own root. */
    uint32_t bridge = stretch(b, &root_a, 1000, 2), other = report(b, &root_b, 1);
    add(b, other, 1001, 1);
    add(b, other, 2000, 1);
    join(b);
    assert_true(together(b, left, right));
    assert_true(together(b, left, bridge));
    assert_true(together(b, left, other));
    assert_int_equal(b->result.tentative_count, 0);
    assert_int_equal(size_of(b, left), 1001 + 1001 + 1);
}

static void a_vertex_in_257_reports_joins_nothing_and_counts_for_nobody(void **state)
{
    for (size_t count = 256; count <= 257; count++) {
        bench *b = new_bench();
        for (size_t i = 0; i < count; i++) {
            uint32_t index = report(b, &root_a, 1);
            add(b, index, 0, 1);
            if (i > 0)
                add(b, index, i, 1);
        }
        join(b);
        assert_int_equal(b->result.component_count, count == 256 ? 1 : 257);
        assert_int_equal(size_of(b, 0), count == 256 ? 256 : 0);
        assert_int_equal(size_of(b, 1), count == 256 ? 256 : 1);
        assert_int_equal(b->result.tentative_count, 0);
        free_bench(b);
    }
    (void)state;
}

static void a_hub_less_makes_a_big_atom_small(void **state)
{
    bench *b = *state;
    for (size_t i = 0; i < 257; i++)
        (void)stretch(b, &root_a, 0, 1);
    uint32_t left = stretch(b, &root_a, 1000, 1000), right = stretch(b, &root_a, 1999, 1000);
    add(b, left, 0, 1);
    add(b, right, 0, 1);
    join(b);
    /* 1,001 members each, a hub among them: small atoms, for which one shared vertex is enough. */
    assert_true(together(b, left, right));
    assert_int_equal(size_of(b, left), 1999);
}

static void an_arena_that_is_too_small_is_told(void **state)
{
    bench *b = *state;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_err err;
    toc_join_result result = {.component_count = 77};
    (void)stretch(b, &root_a, 0, 3);
    static const uint32_t list[] = {0, 0};
    toc_join_shared shared = {.report_count = 1, .reports = list};
    for (size_t ceiling = 0;; ceiling += 8) {
        TOC_CHECK_OK(toc_arena_new(ceiling, &arena, &err));
        toc_code code = toc_join(b->reports, 1, &shared, 1, arena, &result, &err);
        toc_arena_free(arena);
        arena = NULL;
        if (code == TOC_OK)
            break;
        assert_int_equal(code, TOC_NO_MEMORY);
        assert_int_equal(result.component_count, 77);
        assert_true(ceiling < 4096);
    }
    assert_int_equal(result.component_count, 1);
}

int main(void)
{
#define JOIN_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        JOIN_TEST(no_reports_are_no_components),
        JOIN_TEST(small_atoms_that_share_a_member_are_one_cluster),
        JOIN_TEST(a_thousand_members_are_small_and_one_more_is_big),
        JOIN_TEST(only_more_than_half_makes_one_block),
        JOIN_TEST(blocks_join_at_more_than_a_tenth_of_the_smaller),
        JOIN_TEST(the_size_of_a_block_counts_each_vertex_once),
        JOIN_TEST(one_more_shared_vertex_joins_them),
        JOIN_TEST(a_shared_vertex_joins_blocks_only_under_two_roots_on_either_side),
        JOIN_TEST(a_group_at_one_block_belongs_to_it),
        JOIN_TEST(a_bridge_of_one_root_leaves_two_blocks_apart_and_stands_alone),
        JOIN_TEST(bridges_of_two_roots_join_only_where_both_stand),
        JOIN_TEST(a_bridge_of_two_roots_joins_by_itself),
        JOIN_TEST(a_vertex_in_257_reports_joins_nothing_and_counts_for_nobody),
        JOIN_TEST(a_hub_less_makes_a_big_atom_small),
        JOIN_TEST(an_arena_that_is_too_small_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
