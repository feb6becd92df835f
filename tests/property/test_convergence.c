/* The law: views are a function of what was opened and of the horizon (docs/RULES.md). So
 *   - any order of arrival, any chunking, any placing of ticks and of transactions gives one
 * digest;
 *   - what came and went again was never there;
 *   - rebuilding changes nothing, nor does rebuilding in any other order;
 *   - and what the queries say is what the reference model (tests/model) says of the same records.
 * Random worlds as real entries in real feeds in real stores: some made here, some by
 * tests/model/worlds.py, small ones and ones that have each threshold of §6. A world that fails
 * prints its seed; TOC_WORLD_SEED=n TOC_WORLD_COUNT=1 (…_PLANNED_…, …_KINDS_…, …_BIG_…) runs it
 * alone. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/crypto/secret.h"
#include "store/view/list.h"
#include "tests/support/made_world.h"
#include "tests/support/world.h"

enum {
    OWN_WORLDS = 180,
    CROWDED_WORLDS = 10,
    PLANNED_WORLDS = 700, /* of rules 1, which later rules fold too */
    KINDS_WORLDS = 1600,  /* of every kind */
    KINDS_RULES = 2       /* what tests/model/worlds.py makes */
};

/* ---- the law ---- */

static void print_seed(const toc_made_world *it, const char *what)
{
    print_error("world %llu: %s\n", (unsigned long long)it->seed, what);
}

static void check_same(const toc_made_world *it, const toc_answer_digest *expected,
                       toc_viewbook *book, const char *what)
{
    toc_answer_digest found = toc_viewbook_digest(book);
    if (toc_viewbook_same(&found, expected))
        return;
    print_seed(it, what);
    TOC_AUTO(toc_buf_wipe) toc_buf views = {0};
    toc_world_views(book, &views);
    print_error("%s\n", toc_buf_text(&views));
    fail();
}

static void check_rebuilds(const toc_made_world *it, const toc_answer_digest *expected,
                           toc_viewbook *book)
{
    toc_err err = {0};
    uint64_t seed = it->seed;
    TOC_CHECK_OK(toc_views_rebuild(book->views, NULL, NULL, NULL, &err));
    check_same(it, expected, book, "rebuilding changed the views");
    TOC_CHECK_OK(toc_views_rebuild(book->views, &seed, NULL, NULL, &err));
    check_same(it, expected, book, "rebuilding in another order changed the views");
}

/* Every world of the run, one file a test. */
static char all_folder[TOC_TEMPDIR_BYTES];
static bool whole_run = true; /* nobody asked for less */
static uint64_t worlds_in_dispute;

typedef struct comparison {
    char folder[TOC_TEMPDIR_BYTES];
    char worlds_path[TOC_TEMPDIR_BYTES + 16], views_path[TOC_TEMPDIR_BYTES + 16];
    FILE *worlds;
    TOC_LIST(uint64_t) seeds;
    toc_buf views; /* one line a world */
} comparison;

static void note_for_model(comparison *with, const toc_made_world *it, toc_viewbook *book)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_world_write(book, &line);
    assert_int_equal(fwrite(line.data, 1, line.size, with->worlds), line.size);
    size_t before = with->views.size;
    toc_world_views(book, &with->views);
    static const char some[] = "\"disputed\":[\"";
    worlds_in_dispute +=
        memmem(with->views.data + before, with->views.size - before, some, sizeof some - 1) != NULL;
    uint64_t *seed = TOC_LIST_ADD(&with->seeds);
    if (seed == NULL)
        abort();
    *seed = it->seed;
}

static void check_world(toc_made_world *it, comparison *with)
{
    toc_viewbook plain, other;
    toc_viewbook_open(&plain, false);
    toc_viewbook_open(&other, false);
    dice random = {it->seed ^ UINT64_C(0xA5A5A5A5)};
    toc_give_plainly(it, &plain);
    toc_give_somehow(it, &random, &other);
    toc_answer_digest expected = toc_viewbook_digest(&plain);
    check_same(it, &expected, &other, "two orders of arrival differ");
    check_rebuilds(it, &expected, &other);
    note_for_model(with, it, &plain);
    toc_viewbook_close(&plain);
    toc_viewbook_close(&other);
    toc_made_wipe(it);
}

/* ---- against the model ---- */

static void begin_comparison(comparison *with, const char *name)
{
    *with = (comparison){0};
    toc_tempdir_make(with->folder);
    (void)snprintf(with->worlds_path, sizeof with->worlds_path, "%s/%s", all_folder, name);
    (void)snprintf(with->views_path, sizeof with->views_path, "%s/views", with->folder);
    with->worlds = fopen(with->worlds_path, "we");
    assert_non_null(with->worlds);
}

/* Whole, where cmocka would cut them. */
static void fail_two_lines(uint64_t seed, toc_span expected, toc_span found)
{
    (void)fprintf(stderr, "world %llu: the model says\n%.*s\nand the store\n%.*s\n",
                  (unsigned long long)seed, (int)expected.size, (const char *)expected.data,
                  (int)found.size, (const char *)found.data);
    fail();
}

static void compare_lines(comparison *with, FILE *model)
{
    char *line = NULL;
    size_t room = 0, at = 0;
    for (size_t i = 0; i < with->seeds.count; i++) {
        ssize_t size = getline(&line, &room, model);
        if (size <= 0)
            fail_msg("the model stopped after %zu worlds", i);
        toc_span expected = toc_span_of(line, (size_t)size);
        const uint8_t *ours = with->views.data + at;
        const uint8_t *end = memchr(ours, '\n', with->views.size - at);
        assert_non_null(end);
        toc_span found = toc_span_of(ours, (size_t)(end - ours) + 1);
        at += found.size;
        if (!toc_span_equal(expected, found))
            fail_two_lines(with->seeds.at[i], expected, found);
    }
    free(line);
}

static void end_comparison(comparison *with)
{
    assert_int_equal(fclose(with->worlds), 0);
    const char *const arguments[] = {"--lines", "--parts", TOC_WORLD_PARTS, with->worlds_path,
                                     NULL};
    if (!toc_world_python("model.py", arguments, with->views_path))
        fail_msg("python3 is needed to compare with the reference model");
    FILE *model = fopen(with->views_path, "re");
    assert_non_null(model);
    compare_lines(with, model);
    (void)fclose(model);
    toc_buf_wipe(&with->views);
    TOC_LIST_WIPE(&with->seeds);
    toc_tempdir_remove(with->folder);
}

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    whole_run = whole_run && text == NULL;
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

static void print_seeds(uint64_t first, uint64_t count)
{
    print_message("worlds %llu to %llu\n", (unsigned long long)first,
                  (unsigned long long)(first + count - 1));
}

static void check_made(const char *name, void (*make)(toc_made_world *it, uint64_t seed),
                       uint64_t first, uint64_t count)
{
    comparison with;
    begin_comparison(&with, name);
    print_seeds(first, count);
    for (uint64_t seed = first; seed < first + count; seed++) {
        toc_made_world it;
        make(&it, seed);
        check_world(&it, &with);
        for (size_t i = 0; i < it.feed_count; i++)
            toc_test_feed_free(it.feeds[i]);
    }
    end_comparison(&with);
}

static void own_worlds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_made("own", toc_make_own, from_environment("TOC_WORLD_SEED", 1),
               from_environment("TOC_WORLD_COUNT", OWN_WORLDS));
}

static void crowded_worlds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_made("crowded", toc_make_crowded, from_environment("TOC_CROWDED_SEED", 1),
               from_environment("TOC_CROWDED_COUNT", CROWDED_WORLDS));
}

/* What a run of plan.py makes. */
typedef struct planned {
    const char *name; /* of the file of its worlds */
    uint64_t first, count;
    bool big;
    unsigned rules;
} planned;

static FILE *open_plans(const comparison *with, const planned *run)
{
    char seed_text[24], count_text[24], rules_text[8], path[TOC_TEMPDIR_BYTES + 16];
    (void)snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)run->first);
    (void)snprintf(count_text, sizeof count_text, "%llu", (unsigned long long)run->count);
    (void)snprintf(rules_text, sizeof rules_text, "%u", run->rules);
    (void)snprintf(path, sizeof path, "%s/plans", with->folder);
    const char *const arguments[] = {"--seed",
                                     seed_text,
                                     "--count",
                                     count_text,
                                     "--rules",
                                     rules_text,
                                     run->big ? "--big" : NULL,
                                     NULL};
    if (!toc_world_python("plan.py", arguments, path))
        fail_msg("python3 is needed to make worlds");
    FILE *plans = fopen(path, "re");
    assert_non_null(plans);
    return plans;
}

static void check_planned(const planned *run)
{
    comparison with;
    toc_plan plan;
    uint64_t checked = 0;
    begin_comparison(&with, run->name);
    print_seeds(run->first, run->count);
    FILE *plans = open_plans(&with, run);
    for (; toc_plan_read(plans, &plan); checked++) {
        toc_made_world it;
        toc_make_planned(&it, &plan);
        check_world(&it, &with);
        toc_plan_wipe(&plan);
    }
    assert_int_equal(checked, run->count);
    (void)fclose(plans);
    end_comparison(&with);
}

static void planned_worlds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_planned(&(planned){.name = "planned",
                             .first = from_environment("TOC_PLANNED_SEED", 1),
                             .count = from_environment("TOC_PLANNED_COUNT", PLANNED_WORLDS),
                             .rules = 1});
}

/* Worlds of all kinds, as soon as the views count them. */
static void worlds_of_every_kind_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    check_planned(&(planned){.name = "kinds",
                             .first = from_environment("TOC_KINDS_SEED", PLANNED_WORLDS + 1),
                             .count = from_environment("TOC_KINDS_COUNT", KINDS_WORLDS),
                             .rules = KINDS_RULES});
}

static void worlds_at_the_thresholds_converge_and_agree_with_the_model(void **state)
{
    (void)state;
    static const planned runs[] = {{"big1", 1, 12, true, 1},
                                   {"big2", 19, 1, true, 1},
                                   {"big3", 50, 3, true, 1},
                                   {"big4", 78, 1, true, 1}};
    uint64_t seed = from_environment("TOC_BIG_SEED", 0);
    if (seed != 0) {
        check_planned(&(planned){"big1", seed, from_environment("TOC_BIG_COUNT", 1), true, 1});
        return;
    }
    for (size_t i = 0; i < TOC_COUNT(runs); i++)
        check_planned(&runs[i]);
}

static void print_file(const char *path)
{
    char line[256];
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        print_message("%s", line);
    (void)fclose(file);
}

/* A world that shows nothing proves nothing. */
static void the_worlds_showed_every_case_of_the_rules(void **state)
{
    (void)state;
    static const char *const names[] = {"own", "planned", "kinds", "big1", "big2", "big3", "big4"};
    char rules[8], paths[TOC_COUNT(names)][TOC_TEMPDIR_BYTES + 16], out[TOC_TEMPDIR_BYTES + 16];
    const char *arguments[TOC_COUNT(names) + 5] = {"--rules", rules, "--but",
                                                   "1 a record came twice"};
    if (!whole_run)
        skip();
    (void)snprintf(rules, sizeof rules, "%d", KINDS_RULES);
    for (size_t i = 0; i < TOC_COUNT(names); i++) {
        (void)snprintf(paths[i], sizeof paths[i], "%s/%s", all_folder, names[i]);
        arguments[4 + i] = paths[i];
    }
    (void)snprintf(out, sizeof out, "%s/seen", all_folder);
    bool ran = toc_world_python("seen.py", arguments, out);
    print_file(out);
    assert_true(ran);
    print_message("%8llu worlds with records in dispute\n", (unsigned long long)worlds_in_dispute);
    assert_true(worlds_in_dispute >= 100);
}

static int start(void **state)
{
    (void)state;
    toc_tempdir_make(all_folder);
    if (toc_crypto_start(NULL) != TOC_OK)
        return 1;
    toc_random_from_seed(1); /* keys, so record ids, too: each run shows the same cases */
    return 0;
}

static int stop(void **state)
{
    (void)state;
    toc_tempdir_remove(all_folder);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        cmocka_set_test_filter(argv[1]); /* faults.py runs one test at a time */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(own_worlds_converge_and_agree_with_the_model),
        cmocka_unit_test(crowded_worlds_converge_and_agree_with_the_model),
        cmocka_unit_test(planned_worlds_converge_and_agree_with_the_model),
        cmocka_unit_test(worlds_of_every_kind_converge_and_agree_with_the_model),
        cmocka_unit_test(worlds_at_the_thresholds_converge_and_agree_with_the_model),
        cmocka_unit_test(the_worlds_showed_every_case_of_the_rules),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
