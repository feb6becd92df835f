/* Law: toc_join gives what RULES §6 says, stage by stage, whatever the reports. The rules stand
 * here once more over plain sets (a matrix of who contains what), trying every pair. */
#include <stdlib.h>

#include "proto/rules/join.h"
#include "tests/support/check.h"

enum { REPORTS_MAX = 320, VERTICES_MAX = 4096, ROOTS_MAX = 4, WORLDS = 500 };

typedef struct world {
    size_t report_count, vertex_count;
    bool contains[REPORTS_MAX][VERTICES_MAX];
    bool has_root[REPORTS_MAX][ROOTS_MAX];
} world;

typedef struct expectation {
    uint32_t component[REPORTS_MAX];
    uint32_t count;
    uint32_t sizes[REPORTS_MAX];
    bool tentative[REPORTS_MAX][REPORTS_MAX];
} expectation;

static uint64_t seed;

/* xorshift64*, so that a world is its seed on every machine. */
static uint32_t pick(uint32_t bound)
{
    seed ^= seed >> 12;
    seed ^= seed << 25;
    seed ^= seed >> 27;
    return (uint32_t)((seed * 2685821657736338717ull) >> 33) % bound;
}

/* The rules, slow. */

static size_t size_of(const world *w, size_t report)
{
    size_t size = 0;
    for (size_t v = 0; v < w->vertex_count; v++)
        size += w->contains[report][v];
    return size;
}

static size_t shared_by(const world *w, size_t a, size_t b)
{
    size_t shared = 0;
    for (size_t v = 0; v < w->vertex_count; v++)
        shared += w->contains[a][v] && w->contains[b][v];
    return shared;
}

static void strip_hubs(world *w)
{
    for (size_t v = 0; v < w->vertex_count; v++) {
        size_t reports = 0;
        for (size_t i = 0; i < w->report_count; i++)
            reports += w->contains[i][v];
        for (size_t i = 0; i < w->report_count && reports > 256; i++)
            w->contains[i][v] = false;
    }
}

/* Spreads the smallest number over what is linked until nothing moves. */
static void settle(uint32_t *labels, size_t count, bool (*linked)(const void *, size_t, size_t),
                   const void *context)
{
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < count; i++) {
            for (size_t j = 0; j < count; j++) {
                if (i != j && labels[i] < labels[j] && linked(context, i, j)) {
                    labels[j] = labels[i];
                    moved = true;
                }
            }
        }
    }
}

typedef struct stages {
    const world *w;
    size_t sizes[REPORTS_MAX];
    bool big[REPORTS_MAX];
    size_t shared[REPORTS_MAX][REPORTS_MAX];
    uint32_t unit[REPORTS_MAX];    /* label: the smallest report of the block or group */
    uint32_t cluster[REPORTS_MAX]; /* label of blocks by report label */
} stages;

static bool linked_in_unit(const void *context, size_t a, size_t b)
{
    const stages *s = context;
    if (s->big[a] != s->big[b])
        return false;
    size_t smaller = s->sizes[a] < s->sizes[b] ? s->sizes[a] : s->sizes[b];
    return s->big[a] ? 2 * s->shared[a][b] > smaller : s->shared[a][b] > 0;
}

static bool touches(const stages *s, uint32_t group, uint32_t block)
{
    for (size_t i = 0; i < s->w->report_count; i++) {
        for (size_t j = 0; j < s->w->report_count; j++) {
            if (s->unit[i] == group && s->unit[j] == block && s->shared[i][j] > 0)
                return true;
        }
    }
    return false;
}

static bool in_unit(const stages *s, uint32_t unit, size_t v)
{
    for (size_t i = 0; i < s->w->report_count; i++) {
        if (s->unit[i] == unit && s->w->contains[i][v])
            return true;
    }
    return false;
}

static unsigned roots_at(const stages *s, uint32_t unit, size_t v)
{
    unsigned count = 0;
    for (size_t root = 0; root < ROOTS_MAX; root++) {
        bool any = false;
        for (size_t i = 0; i < s->w->report_count; i++)
            any |= s->unit[i] == unit && s->w->contains[i][v] && s->w->has_root[i][root];
        count += any;
    }
    return count;
}

static void add_roots_of(const stages *s, uint32_t unit, bool roots[ROOTS_MAX])
{
    for (size_t i = 0; i < s->w->report_count; i++) {
        for (size_t root = 0; s->unit[i] == unit && root < ROOTS_MAX; root++)
            roots[root] |= s->w->has_root[i][root];
    }
}

static unsigned count_true(const bool *values, size_t count)
{
    unsigned total = 0;
    for (size_t i = 0; i < count; i++)
        total += values[i];
    return total;
}

static bool is_label(const stages *s, size_t report)
{
    return s->unit[report] == report;
}

/* Stage 5, for two labels. */
static bool joined(const void *context, size_t a, size_t b)
{
    const stages *s = context;
    if (!is_label(s, a) || !is_label(s, b) || !s->big[a] || !s->big[b])
        return false;
    size_t shared = 0, in_a = 0, in_b = 0;
    for (size_t v = 0; v < s->w->vertex_count; v++) {
        bool is_in_a = in_unit(s, (uint32_t)a, v), is_in_b = in_unit(s, (uint32_t)b, v);
        in_a += is_in_a;
        in_b += is_in_b;
        if (!is_in_a || !is_in_b)
            continue;
        shared++;
        if (roots_at(s, (uint32_t)a, v) >= 2 && roots_at(s, (uint32_t)b, v) >= 2)
            return true;
    }
    bool roots[ROOTS_MAX] = {false};
    for (size_t i = 0; i < s->w->report_count; i++) {
        if (is_label(s, i) && !s->big[i] && touches(s, (uint32_t)i, (uint32_t)a) &&
            touches(s, (uint32_t)i, (uint32_t)b))
            add_roots_of(s, (uint32_t)i, roots);
    }
    /* The weight of a bridge counts its own roots, which are among all of theirs. */
    return count_true(roots, ROOTS_MAX) >= 2 || shared * 10 > (in_a < in_b ? in_a : in_b);
}

/* Stage 6, for one group: the label of its home. */
static uint32_t home_of(const stages *s, uint32_t group)
{
    uint32_t home = group;
    bool first = true;
    for (size_t i = 0; i < s->w->report_count; i++) {
        if (!is_label(s, i) || !s->big[i] || !touches(s, group, (uint32_t)i))
            continue;
        if (!first && s->cluster[i] != home)
            return group;
        home = s->cluster[i];
        first = false;
    }
    return home;
}

static void expect_components(const stages *s, expectation *out)
{
    uint32_t label[REPORTS_MAX], number[REPORTS_MAX];
    memset(number, 0xFF, sizeof number);
    for (size_t i = 0; i < s->w->report_count; i++)
        label[i] = s->big[i] ? s->cluster[s->unit[i]] : home_of(s, s->unit[i]);
    out->count = 0;
    for (size_t i = 0; i < s->w->report_count; i++) {
        if (number[label[i]] == UINT32_MAX)
            number[label[i]] = out->count++;
        out->component[i] = number[label[i]];
    }
}

static void expect(const world *w, expectation *out)
{
    static stages s;
    s.w = w;
    for (size_t i = 0; i < w->report_count; i++) {
        s.sizes[i] = size_of(w, i);
        s.big[i] = s.sizes[i] > 1000;
        s.unit[i] = (uint32_t)i;
        s.cluster[i] = (uint32_t)i;
        for (size_t j = 0; j < w->report_count; j++)
            s.shared[i][j] = shared_by(w, i, j);
    }
    settle(s.unit, w->report_count, linked_in_unit, &s);
    settle(s.cluster, w->report_count, joined, &s);
    expect_components(&s, out);
    memset(out->sizes, 0, sizeof out->sizes);
    for (size_t v = 0; v < w->vertex_count; v++) {
        bool seen[REPORTS_MAX] = {false};
        for (size_t i = 0; i < w->report_count; i++) {
            if (w->contains[i][v] && !seen[out->component[i]])
                out->sizes[out->component[i]]++;
            seen[out->component[i]] |= w->contains[i][v];
        }
    }
    for (size_t i = 0; i < w->report_count; i++) {
        for (size_t j = 0; j < w->report_count; j++)
            out->tentative[i][j] =
                i < j && s.shared[i][j] > 0 && out->component[i] != out->component[j];
    }
}

/* The product, from the same world with its reports in the order of `order`. */

typedef struct input {
    toc_join_report reports[REPORTS_MAX];
    toc_root roots[REPORTS_MAX][ROOTS_MAX];
    toc_join_shared shared[VERTICES_MAX];
    uint32_t lists[VERTICES_MAX][REPORTS_MAX];
    size_t shared_count;
} input;

static void make_input(const world *w, const uint32_t *order, input *out)
{
    static const char root_bytes[ROOTS_MAX][4] = {"\1aa", "\2b", "\2ba", "\3b"};
    out->shared_count = 0;
    for (size_t i = 0; i < w->report_count; i++) {
        toc_join_report *report = &out->reports[i];
        *report = (toc_join_report){.vertex_count = (uint32_t)size_of(w, order[i])};
        for (size_t root = 0; root < ROOTS_MAX; root++) {
            if (w->has_root[order[i]][root])
                out->roots[i][report->root_count++] = toc_span_text(root_bytes[root]);
        }
        report->roots = out->roots[i];
    }
    for (size_t v = 0; v < w->vertex_count; v++) {
        size_t count = 0;
        for (size_t i = 0; i < w->report_count; i++) {
            if (w->contains[order[i]][v])
                out->lists[out->shared_count][count++] = (uint32_t)i;
        }
        if (count >= 2) {
            out->shared[out->shared_count] =
                (toc_join_shared){.report_count = count, .reports = out->lists[out->shared_count]};
            out->shared_count++;
        }
    }
}

static void compare(const world *w, const uint32_t *order, const expectation *expected,
                    const toc_join_result *result)
{
    uint32_t next = 0, tentative = 0;
    assert_int_equal(result->component_count, expected->count);
    for (size_t i = 0; i < w->report_count; i++) {
        if (result->component[i] == next)
            next++;
        assert_true(result->component[i] < next); /* numbered by the smallest report */
        assert_int_equal(result->vertex_count[result->component[i]],
                         expected->sizes[expected->component[order[i]]]);
        for (size_t j = i + 1; j < w->report_count; j++) {
            assert_int_equal(result->component[i] == result->component[j],
                             expected->component[order[i]] == expected->component[order[j]]);
            size_t a = order[i] < order[j] ? order[i] : order[j];
            size_t b = order[i] < order[j] ? order[j] : order[i];
            if (!expected->tentative[a][b])
                continue;
            assert_true(tentative < result->tentative_count);
            assert_int_equal(result->tentative[tentative][0], i);
            assert_int_equal(result->tentative[tentative][1], j);
            tentative++;
        }
    }
    assert_int_equal(tentative, result->tentative_count);
}

static void check_in_order(const world *w, const uint32_t *order, const expectation *expected)
{
    static input in;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_err err;
    toc_join_result result;
    make_input(w, order, &in);
    TOC_CHECK_OK(toc_arena_new(64u << 20, &arena, &err));
    TOC_CHECK_OK(
        toc_join(in.reports, w->report_count, in.shared, in.shared_count, arena, &result, &err));
    compare(w, order, expected, &result);
}

/* `stripped` is the world that the rules see; the product strips the hubs itself. */
static void check_world(const world *w, expectation *out)
{
    static world stripped;
    uint32_t order[REPORTS_MAX];
    memcpy(&stripped, w, sizeof stripped);
    strip_hubs(&stripped);
    expect(&stripped, out);
    for (uint32_t i = 0; i < w->report_count; i++)
        order[i] = i;
    check_in_order(w, order, out);
    for (uint32_t i = (uint32_t)w->report_count; i > 1; i--) {
        uint32_t other = pick(i), kept = order[i - 1];
        order[i - 1] = order[other];
        order[other] = kept;
    }
    check_in_order(w, order, out);
}

static void add_range(world *w, size_t report, size_t from, size_t count)
{
    for (size_t v = from; v < from + count && v < w->vertex_count; v++)
        w->contains[report][v] = true;
}

/* At and around the numbers that decide, and far from them. */
static size_t overlap_near(size_t size)
{
    static const size_t far[] = {0, 1, 2, 50, 90, 600};
    size_t part = pick(3);
    if (part == 0)
        return far[pick(TOC_COUNT(far))];
    return size / (part == 1 ? 2 : 10) + pick(4) - 1;
}

/* Big atoms in a row, each over a stretch of the vertices whose overlap with the next is about
 * half, a tenth, or a few; small atoms on top, many of them at the seams. */
static void make_blocks(world *w)
{
    memset(w, 0, sizeof *w);
    w->report_count = 4 + pick(10);
    w->vertex_count = VERTICES_MAX;
    size_t big = 2 + pick(4), at = 0;
    for (size_t i = 0; i < big && i < w->report_count; i++) {
        size_t size = 1001 + pick(3) * 9 - pick(2);
        add_range(w, i, at, size);
        size_t overlap = overlap_near(size);
        at += size - overlap;
        if (at + 1005 > w->vertex_count)
            at = pick(200);
    }
    for (size_t i = big; i < w->report_count; i++) {
        size_t seams = 1 + pick(4);
        for (size_t j = 0; j < seams; j++)
            w->contains[i][pick(8) == 0 ? pick((uint32_t)w->vertex_count) : (size_t)500 * pick(8)] =
                true;
    }
    uint32_t usual = pick(ROOTS_MAX), unusual = 1 + pick(6);
    for (size_t i = 0; i < w->report_count; i++) {
        w->has_root[i][pick(unusual) == 0 ? pick(ROOTS_MAX) : usual] = true;
        if (pick(unusual) == 0)
            w->has_root[i][pick(ROOTS_MAX)] = true;
    }
}

/* Blocks that share nothing, and groups between them, most of one root. */
static void make_bridges(world *w)
{
    memset(w, 0, sizeof *w);
    size_t blocks = 3 + pick(2);
    w->report_count = blocks + 3 + pick(6);
    w->vertex_count = VERTICES_MAX;
    for (size_t i = 0; i < w->report_count; i++) {
        if (i < blocks)
            add_range(w, i, i * (size_t)1001, 1001);
        for (size_t ends = 2 + pick(2); i >= blocks && ends > 0; ends--)
            w->contains[i][(size_t)pick((uint32_t)blocks) * 1001 + 10 * i + pick(2)] = true;
        w->has_root[i][pick(3)] = true;
        if (pick(16) == 0)
            w->has_root[i][pick(3)] = true;
    }
}

/* Many reports over few vertices, around the number that makes a hub. */
static void make_hubs(world *w)
{
    memset(w, 0, sizeof *w);
    w->report_count = 250 + pick(REPORTS_MAX - 250);
    w->vertex_count = 24 + pick(16);
    for (size_t i = 0; i < w->report_count; i++) {
        w->has_root[i][pick(ROOTS_MAX)] = true;
        if (pick(10) < 8)
            w->contains[i][0] = true;
        if (i < 254 + pick(6))
            w->contains[i][1] = true;
        if (pick(6) == 0)
            w->contains[i][2 + pick((uint32_t)w->vertex_count - 2)] = true;
    }
}

static void joining_is_what_the_rules_say_for_big_and_small_atoms(void **state)
{
    (void)state;
    static world w;
    static expectation expected;
    size_t tentative = 0, together = 0, blocks = 0;
    for (uint64_t i = 1; i <= WORLDS; i++) {
        seed = i * 0x9E3779B97F4A7C15ull;
        make_blocks(&w);
        check_world(&w, &expected);
        together += expected.count < w.report_count;
        bool torn = false, torn_blocks = false;
        for (size_t a = 0; a < w.report_count; a++) {
            for (size_t b = a + 1; b < w.report_count; b++) {
                torn |= expected.tentative[a][b];
                torn_blocks |=
                    expected.tentative[a][b] && size_of(&w, a) > 1000 && size_of(&w, b) > 1000;
            }
        }
        tentative += torn;
        blocks += torn_blocks;
    }
    /* The worlds must show every answer, or they test nothing. */
    assert_in_range(together, WORLDS / 2, WORLDS - 1);
    assert_in_range(tentative, WORLDS / 8, WORLDS);
    assert_in_range(blocks, WORLDS / 16, WORLDS);
}

static void blocks_are_joined_by_bridges_of_two_roots_only(void **state)
{
    (void)state;
    static world w;
    static expectation expected;
    size_t tentative = 0;
    for (uint64_t i = 1; i <= WORLDS; i++) {
        seed = i * 0xA0761D6478BD642Full;
        make_bridges(&w);
        check_world(&w, &expected);
        bool torn = false;
        for (size_t a = 0; a < w.report_count; a++)
            torn |= count_true(expected.tentative[a], w.report_count) > 0;
        tentative += torn;
    }
    assert_in_range(tentative, WORLDS / 8, WORLDS - WORLDS / 8);
}

static void hubs_join_nothing_and_leave_their_reports_in_place(void **state)
{
    (void)state;
    static world w;
    static expectation expected;
    size_t with_hub = 0, without = 0;
    for (uint64_t i = 1; i <= 24; i++) {
        seed = i * 0xD1B54A32D192ED03ull;
        make_hubs(&w);
        check_world(&w, &expected);
        size_t reports = 0;
        for (size_t j = 0; j < w.report_count; j++)
            reports += w.contains[j][1];
        with_hub += reports > 256;
        without += reports <= 256 && reports > 250;
    }
    assert_true(with_hub > 0);
    assert_true(without > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joining_is_what_the_rules_say_for_big_and_small_atoms),
        cmocka_unit_test(blocks_are_joined_by_bridges_of_two_roots_only),
        cmocka_unit_test(hubs_join_nothing_and_leave_their_reports_in_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
