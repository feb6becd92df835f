/* RULES §11 on cases that tests/model/overlay.py drew and worked out, from the rules alone; and
 * what stands behind a join, by hand. */
#include "proto/base/endian.h"
#include "proto/rules/overlay.h"
#include "tests/support/check.h"
#include "tests/support/vectors.h"

#include <stdio.h>
#include <stdlib.h>

enum { REPORTS_MAX = 16, VERTICES_MAX = 4096, DECISIONS_MAX = 8, WALLETS_MAX = 16, TEXT_MAX = 512 };

typedef struct bench {
    toc_arena *arena;
    size_t report_count, decision_count, wallet_count;
    bool contains[REPORTS_MAX][VERTICES_MAX];
    toc_root roots[REPORTS_MAX][4];
    toc_join_report reports[REPORTS_MAX];
    toc_span lowest[REPORTS_MAX];
    toc_overlay_decision decisions[DECISIONS_MAX];
    toc_overlay_wallet wallets[WALLETS_MAX];
    uint32_t wallet_numbers[WALLETS_MAX];
    bool outside[VERTICES_MAX];
    toc_overlay_world world;
    toc_overlay result;
} bench;

static int set_up(void **state)
{
    bench *b = calloc(1, sizeof *b);
    toc_err err;
    assert_non_null(b);
    TOC_CHECK_OK(toc_arena_new(64u << 20, &b->arena, &err));
    *state = b;
    return 0;
}

static int tear_down(void **state)
{
    bench *b = *state;
    toc_arena_free(b->arena);
    free(b);
    return 0;
}

static void clear(bench *b)
{
    toc_arena *arena = b->arena;
    toc_arena_reset(arena);
    memset(b, 0, sizeof *b);
    b->arena = arena;
}

static toc_span vertex_of(bench *b, uint32_t number)
{
    uint8_t bytes[4];
    toc_put_u32(bytes, number);
    return toc_arena_dup(b->arena, TOC_SPAN_OF(bytes));
}

/* ---- cases as text ---- */

static uint32_t number_at(const char **text)
{
    char *end;
    unsigned long value = strtoul(*text, &end, 10);
    assert_true(end != *text && value < VERTICES_MAX);
    *text = end;
    return (uint32_t)value;
}

static void read_stretches(const char **text, bool *out)
{
    while (**text >= '0' && **text <= '9') {
        uint32_t first = number_at(text), last = first;
        if (**text == '-') {
            (*text)++;
            last = number_at(text);
        }
        for (uint32_t v = first; v <= last; v++)
            out[v] = true;
        *text += **text == ',' ? 1 : 0;
    }
}

static void read_reports(bench *b, const char *text)
{
    while (*text != '\0') {
        assert_true(b->report_count < REPORTS_MAX);
        size_t i = b->report_count++;
        read_stretches(&text, b->contains[i]);
        assert_int_equal(*text++, '/');
        for (; *text != '\0' && *text != ' '; text++)
            b->roots[i][b->reports[i].root_count++] = toc_span_of(text, 1);
        b->reports[i].roots = b->roots[i];
        text += *text == ' ' ? 1 : 0;
    }
}

static uint32_t wallet_at(bench *b, uint32_t number)
{
    for (uint32_t i = 0; i < b->wallet_count; i++) {
        if (b->wallet_numbers[i] == number)
            return i;
    }
    assert_true(b->wallet_count < WALLETS_MAX);
    b->wallet_numbers[b->wallet_count] = number;
    return (uint32_t)b->wallet_count++;
}

static void read_decisions(bench *b, const char *text)
{
    while (*text != '\0') {
        assert_true(b->decision_count < DECISIONS_MAX);
        toc_overlay_decision *decision = &b->decisions[b->decision_count++];
        decision->split = text[0] == 's';
        text = strchr(text, ' ');
        assert_non_null(text);
        decision->first = wallet_at(b, number_at(&text));
        decision->second = wallet_at(b, number_at(&text));
        text += *text == ';' ? 2 : 0;
    }
}

/* ---- the world of a case ---- */

static void fill_reports(bench *b)
{
    for (size_t i = 0; i < b->report_count; i++) {
        b->lowest[i] = (toc_span){0};
        b->reports[i].vertex_count = 0;
        for (uint32_t v = VERTICES_MAX; v-- > 0;) {
            if (!b->contains[i][v] || b->outside[v])
                continue;
            b->reports[i].vertex_count++;
            b->lowest[i] = vertex_of(b, v);
        }
    }
}

static size_t list_reports(bench *b, uint32_t vertex, const uint32_t **out)
{
    uint32_t *list = toc_arena_zalloc(b->arena, b->report_count, sizeof *list);
    size_t count = 0;
    assert_non_null(list);
    for (uint32_t i = 0; i < b->report_count && !b->outside[vertex]; i++) {
        if (b->contains[i][vertex])
            list[count++] = i;
    }
    *out = list;
    return count;
}

static void fill_world(bench *b)
{
    toc_join_shared *shared = toc_arena_zalloc(b->arena, VERTICES_MAX, sizeof *shared);
    size_t shared_count = 0;
    assert_non_null(shared);
    for (uint32_t v = 0; v < VERTICES_MAX; v++) {
        toc_join_shared *vertex = &shared[shared_count];
        vertex->report_count = list_reports(b, v, &vertex->reports);
        shared_count += vertex->report_count >= 2;
    }
    for (size_t i = 0; i < b->wallet_count; i++) {
        toc_overlay_wallet *wallet = &b->wallets[i];
        wallet->vertex = vertex_of(b, b->wallet_numbers[i]);
        wallet->outside = b->outside[b->wallet_numbers[i]];
        wallet->report_count = list_reports(b, b->wallet_numbers[i], &wallet->reports);
    }
    b->world = (toc_overlay_world){.join = {.reports = b->reports,
                                            .report_count = b->report_count,
                                            .shared = shared,
                                            .shared_count = shared_count},
                                   .lowest = b->lowest,
                                   .wallets = b->wallets,
                                   .wallet_count = b->wallet_count,
                                   .decisions = b->decisions,
                                   .decision_count = b->decision_count};
}

static void work_out(bench *b)
{
    toc_err err;
    fill_reports(b);
    fill_world(b);
    TOC_CHECK_OK(toc_overlay_of(&b->world, b->arena, &b->result, &err));
}

static void load(bench *b, const char *reports, const char *decisions, const char *outside)
{
    clear(b);
    read_reports(b, reports);
    read_decisions(b, decisions);
    if (outside != NULL)
        read_stretches(&outside, b->outside);
    work_out(b);
}

/* ---- the answer as text ---- */

typedef struct text {
    char at[TEXT_MAX];
} text;

static void add_text(char *out, const char *separator, const char *more)
{
    size_t size = strlen(out);
    int wrote = snprintf(out + size, TEXT_MAX - size, "%s%s", size == 0 ? "" : separator, more);
    assert_true(wrote >= 0 && (size_t)wrote < TEXT_MAX - size);
}

static void add_number(char *out, const char *separator, const char *before, uint64_t number)
{
    char shown[32];
    snprintf(shown, sizeof shown, "%s%llu", before, (unsigned long long)number);
    add_text(out, separator, shown);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool has_wallet(const bench *b, uint32_t part, uint32_t *out)
{
    bool of_reports = false, found = false;
    for (size_t i = 0; i < b->report_count; i++)
        of_reports = of_reports || b->result.part[i] == part;
    for (uint32_t i = 0; i < b->wallet_count && !of_reports; i++) {
        if (b->result.wallet[i] != part)
            continue;
        *out = b->wallet_numbers[i];
        found = true;
    }
    return found;
}

static void spell_part(const bench *b, uint32_t part, char *out)
{
    uint32_t wallet;
    out[0] = '\0';
    for (size_t i = 0; i < b->report_count; i++) {
        if (b->result.part[i] == part)
            add_number(out, ",", "", i);
    }
    if (has_wallet(b, part, &wallet))
        add_number(out, "", "w", wallet);
}

static uint64_t size_of(const bench *b, uint32_t group)
{
    bool among[REPORTS_MAX] = {false};
    uint64_t wallets = 0;
    uint32_t unused;
    for (size_t i = 0; i < b->report_count; i++)
        among[i] = b->result.part[i] != TOC_NOWHERE && b->result.group[b->result.part[i]] == group;
    for (uint32_t part = 0; part < b->result.part_count; part++)
        wallets += b->result.group[part] == group && has_wallet(b, part, &unused);
    return wallets + toc_join_vertices(&b->world.join, among);
}

static void spell_groups(const bench *b, char *groups, char *sizes)
{
    text shown[REPORTS_MAX + WALLETS_MAX];
    size_t count = 0;
    for (uint32_t group = 0; group < b->result.part_count; group++) {
        text parts[REPORTS_MAX + WALLETS_MAX];
        size_t part_count = 0;
        for (uint32_t part = 0; part < b->result.part_count; part++) {
            if (b->result.group[part] == group)
                spell_part(b, part, parts[part_count++].at);
        }
        if (part_count == 0)
            continue;
        qsort(parts, part_count, sizeof *parts, by_text);
        shown[count].at[0] = '\0';
        for (size_t i = 0; i < part_count; i++)
            add_text(shown[count].at, "+", parts[i].at);
        add_number(shown[count++].at, "\t", "", size_of(b, group));
    }
    qsort(shown, count, sizeof *shown, by_text);
    groups[0] = sizes[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        char *size = strchr(shown[i].at, '\t');
        assert_non_null(size);
        *size++ = '\0';
        add_text(groups, " ", shown[i].at);
        add_text(sizes, " ", size);
    }
}

static void expect_groups(const bench *b, const char *groups, const char *sizes)
{
    char got_groups[TEXT_MAX], got_sizes[TEXT_MAX];
    spell_groups(b, got_groups, got_sizes);
    assert_string_equal(got_groups, groups);
    assert_string_equal(got_sizes, sizes);
}

static void expect_effects(const bench *b, const char *effects)
{
    char got[TEXT_MAX] = "";
    for (size_t i = 0; i < b->decision_count; i++)
        add_text(got, " ", toc_overlay_effect_name(b->result.effects[i]));
    assert_string_equal(got, effects);
}

static void expect_aside(const bench *b, const char *aside)
{
    char got[TEXT_MAX] = "";
    for (size_t i = 0; i < b->report_count; i++) {
        assert_int_equal(b->result.class[i] == TOC_LEFT_OUT, b->result.part[i] == TOC_NOWHERE);
        if (b->result.part[i] == TOC_NOWHERE)
            add_number(got, ",", "", i);
    }
    assert_string_equal(got, aside);
}

/* ---- sentences ---- */

static void every_case_of_the_model_comes_out_as_the_model_says(void **state)
{
    bench *b = *state;
    TOC_AUTO(toc_vectors_free) toc_vectors *cases = toc_vectors_open("rules-overlay.txt", 150);
    for (size_t i = 0; i < toc_vectors_count(cases); i++) {
        const toc_vector *one = toc_vectors_at(cases, i);
        print_message("rules-overlay.txt:%zu\n", toc_vector_line(one));
        load(b, toc_vector_text(one, "reports"), toc_vector_text(one, "decisions"),
             toc_vector_has(one, "outside") ? toc_vector_text(one, "outside") : NULL);
        expect_aside(b, toc_vector_text(one, "aside"));
        expect_groups(b, toc_vector_text(one, "groups"), toc_vector_text(one, "sizes"));
        expect_effects(b, toc_vector_text(one, "effects"));
    }
}

static void the_order_of_decisions_and_of_their_wallets_means_nothing(void **state)
{
    bench *b = *state;
    const char *reports = "1,2/a 2,3/b 3,4,5/a 5,6/a 7,8/c";
    load(b, reports, "split 1 4; confirm 6 7; split 2 6", NULL);
    expect_groups(b, "0 1 2 3+4", "2 2 3 4");
    load(b, reports, "split 6 2; confirm 7 6; split 4 1", NULL);
    expect_groups(b, "0 1 2 3+4", "2 2 3 4");
    load(b, reports, "confirm 7 6; split 4 1; split 6 2", NULL);
    expect_groups(b, "0 1 2 3+4", "2 2 3 4");
}

static void without_decisions_there_is_what_v_has(void **state)
{
    bench *b = *state;
    load(b, "1,2/a 2,3/b 8,9/a", "", NULL);
    expect_groups(b, "0,1 2", "3 2");
}

static void a_report_that_names_both_is_set_aside_and_a_chain_is_cut_in_the_middle(void **state)
{
    bench *b = *state;
    load(b, "1,2/a 2,3/a 3,4/a 4,5/a 1,5,9/b", "split 1 5", NULL);
    expect_aside(b, "4");
    expect_groups(b, "0,1 2,3", "3 3"); /* 3 stands in both; 9 in none any more */
    expect_effects(b, "parted");
    load(b, "1,2/a 2,3/a 3,4/a", "split 1 4", NULL);
    expect_groups(b, "0 1 2", "2 2 2"); /* the middle is as far from the one as from the other */
}

/* Small ones that touch two big ones belong to neither (RULES §6); each half would touch one only.
 */
static void a_split_never_joins_what_v_has_apart(void **state)
{
    bench *b = *state;
    load(b, "1000-2100/a 3000-4090/a 1000,7/a 7,3000/a", "split 1000 3000", NULL);
    expect_groups(b, "0 1 2 3", "1101 1091 2 2");
    expect_effects(b, "parted");
}

static void confirmations_that_would_join_a_split_pair_join_nothing(void **state)
{
    bench *b = *state;
    load(b, "1,2/a 3,4/a 5,6/a", "confirm 1 3; confirm 4 5; split 2 6", NULL);
    expect_groups(b, "0 1 2", "2 2 2");
    expect_effects(b, "contradicted contradicted none");
}

static void a_wallet_under_a_service_notice_takes_no_decision(void **state)
{
    bench *b = *state;
    load(b, "1,2/a 3,4/a", "confirm 2 3; split 1 3", "3");
    expect_groups(b, "0 1", "2 1");
    expect_effects(b, "outside outside");
}

/* ---- what stands behind a join ---- */

static void without_a_report_the_others_are_joined_anew(void **state)
{
    bench *b = *state;
    toc_err err;
    toc_join_result result;
    load(b, "1,2/a 2,3,9/b 3,4/a", "", NULL);
    uint32_t classes[] = {0, TOC_LEFT_OUT, 0};
    TOC_CHECK_OK(toc_join_apart(&b->world.join, classes, b->arena, &result, &err));
    assert_int_equal(result.component_count, 2);
    assert_int_equal(result.component[1], TOC_LEFT_OUT);
    assert_int_not_equal(result.component[0], result.component[2]);
    bool among[] = {true, false, true};
    assert_int_equal(toc_join_vertices(&b->world.join, among), 4);
}

static void links_tell_shared_wallets_lineages_and_kind(void **state)
{
    bench *b = *state;
    toc_err err;
    toc_join_links links;
    load(b, "1,2,3/a 2,3,4/ab 4,1000-2000/b 1400-2500/c 2490-3600/c", "", NULL);
    bool among[] = {true, true, true, true, true};
    TOC_CHECK_OK(toc_join_links_of(&b->world.join, among, 8, b->arena, &links, &err));
    const toc_join_link expected[] = {
        {.first = 0, .second = 1, .shared = 2, .smaller = 3, .lineages = 2, .how = TOC_HOW_GROUP},
        {.first = 1, .second = 2, .shared = 1, .smaller = 3, .lineages = 2, .how = TOC_HOW_TOUCHES},
        {.first = 2,
         .second = 3,
         .shared = 601,
         .smaller = 1002,
         .lineages = 2,
         .how = TOC_HOW_BLOCK},
        {.first = 3,
         .second = 4,
         .shared = 11,
         .smaller = 1101,
         .lineages = 1,
         .how = TOC_HOW_BLOCKS},
    };
    assert_int_equal(links.total, TOC_COUNT(expected));
    assert_int_equal(links.count, TOC_COUNT(expected));
    assert_memory_equal(links.links, expected, sizeof expected);
    among[1] = false;
    TOC_CHECK_OK(toc_join_links_of(&b->world.join, among, 1, b->arena, &links, &err));
    assert_int_equal(links.total, 2);
    assert_int_equal(links.count, 1);
    assert_int_equal(links.links[0].first, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_of_the_model_comes_out_as_the_model_says),
        cmocka_unit_test(the_order_of_decisions_and_of_their_wallets_means_nothing),
        cmocka_unit_test(without_decisions_there_is_what_v_has),
        cmocka_unit_test(a_report_that_names_both_is_set_aside_and_a_chain_is_cut_in_the_middle),
        cmocka_unit_test(a_split_never_joins_what_v_has_apart),
        cmocka_unit_test(confirmations_that_would_join_a_split_pair_join_nothing),
        cmocka_unit_test(a_wallet_under_a_service_notice_takes_no_decision),
        cmocka_unit_test(without_a_report_the_others_are_joined_anew),
        cmocka_unit_test(links_tell_shared_wallets_lineages_and_kind),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
