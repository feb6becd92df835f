/* The law: what names a claim, and where it is filed, follow from the record alone (docs/RULES.md
 * §2), for every kind. So records that tests/model/worlds.py made up, said again by the code that
 * writes records, pass every check of the code that reads them, and the reference model gives them
 * the same claim ids and subjects. No store is needed: this holds whatever version of the rules the
 * views have. TOC_FILING_SEED=n TOC_FILING_COUNT=1 runs one world alone. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/plan.h"
#include "tests/support/world.h"
#include "tests/support/world_record.h"

enum { WORLDS = 300 };

static uint64_t from_environment(const char *name, uint64_t otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

typedef struct filed {
    toc_record_id record;
    toc_claim_id claim;
    toc_subject subject;
} filed;

static int compare_filed(const void *left, const void *right)
{
    return memcmp(left, right, sizeof(toc_record_id)); /* the record stands first */
}

/* One record of the plan into the world, and what the product makes of it. */
static filed add_line(toc_json *json, const toc_plan *plan, const toc_plan_line *line,
                      toc_arena *arena)
{
    static uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_err err = {0};
    toc_statement statement;
    const toc_test_feed *feed = plan->feeds[line->feed];
    toc_world_stand stand = {.feed = feed->id, .index = line->index};
    filed out = {.record = line->record};
    toc_arena_reset(arena);
    toc_plan_open(feed, line->index, arena, plain, &statement);
    memcpy(stand.salt, plain, sizeof stand.salt);
    TOC_CHECK_OK(toc_statement_check(&statement, &feed->name.circle, &feed->name.org, &err));
    toc_world_record(json, &line->record, &feed->name.circle, &feed->name.org, &statement, &stand);
    toc_json_close(json, '}');
    toc_statement_claim(&statement, &feed->name.circle, &feed->name.org, &out.claim);
    toc_statement_subject(&statement, &out.claim, &out.subject);
    return out;
}

static void print_filed(const filed *rows, size_t count, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_open(&json, "filed", '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(&json, NULL, '[');
        toc_json_hex(&json, NULL, TOC_SPAN_OF(rows[i].record.bytes));
        toc_json_hex(&json, NULL, TOC_SPAN_OF(rows[i].claim.bytes));
        toc_json_hex(&json, NULL, toc_subject_view(&rows[i].subject));
        toc_json_close(&json, ']');
    }
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
}

static void add_world(const toc_plan *plan, FILE *worlds, toc_buf *views)
{
    toc_err err = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    filed *rows = calloc(plan->line_count + 1, sizeof *rows);
    assert_non_null(rows);
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "horizon_ms", plan->horizon);
    toc_json_number(&json, "rules", 2);
    toc_json_open(&json, "records", '[');
    for (size_t i = 0; i < plan->line_count; i++)
        rows[i] = add_line(&json, plan, &plan->lines[i], arena);
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    toc_json_end_line(&json);
    assert_int_equal(fwrite(line.data, 1, line.size, worlds), line.size);
    qsort(rows, plan->line_count, sizeof *rows, compare_filed);
    print_filed(rows, plan->line_count, views);
    free(rows);
}

static void say_worlds(const char *folder, uint64_t first, uint64_t count, toc_buf *views)
{
    char seed[24], number[24], plans[TOC_TEMPDIR_BYTES + 16], worlds[TOC_TEMPDIR_BYTES + 16];
    (void)snprintf(seed, sizeof seed, "%llu", (unsigned long long)first);
    (void)snprintf(number, sizeof number, "%llu", (unsigned long long)count);
    (void)snprintf(plans, sizeof plans, "%s/plans", folder);
    (void)snprintf(worlds, sizeof worlds, "%s/worlds", folder);
    const char *const arguments[] = {"--seed", seed, "--count", number, "--rules", "2", NULL};
    if (!toc_world_python("plan.py", arguments, plans))
        fail_msg("python3 is needed to make worlds");
    FILE *in = fopen(plans, "re"), *out = fopen(worlds, "we");
    assert_true(in != NULL && out != NULL);
    toc_plan plan;
    uint64_t said = 0;
    for (; toc_plan_read(in, &plan); said++) {
        add_world(&plan, out, views);
        toc_plan_wipe(&plan);
    }
    assert_int_equal(said, count);
    (void)fclose(in);
    assert_int_equal(fclose(out), 0);
}

static void ask_model(const char *folder, toc_buf *out)
{
    char worlds[TOC_TEMPDIR_BYTES + 16], views[TOC_TEMPDIR_BYTES + 16];
    (void)snprintf(worlds, sizeof worlds, "%s/worlds", folder);
    (void)snprintf(views, sizeof views, "%s/views", folder);
    const char *const arguments[] = {"--lines", "--parts", "filed", worlds, NULL};
    assert_true(toc_world_python("model.py", arguments, views));
    FILE *file = fopen(views, "re");
    assert_non_null(file);
    char part[4096];
    for (size_t size; (size = fread(part, 1, sizeof part, file)) > 0;)
        toc_buf_add(out, part, size);
    (void)fclose(file);
}

static void records_of_every_kind_are_named_and_filed_as_the_model_says(void **state)
{
    (void)state;
    char folder[TOC_TEMPDIR_BYTES];
    TOC_AUTO(toc_buf_wipe) toc_buf ours = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf theirs = {0};
    toc_tempdir_make(folder);
    say_worlds(folder, from_environment("TOC_FILING_SEED", 1),
               from_environment("TOC_FILING_COUNT", WORLDS), &ours);
    ask_model(folder, &theirs);
    toc_tempdir_remove(folder);
    assert_true(ours.size > 0);
    assert_int_equal(ours.size, theirs.size);
    assert_memory_equal(ours.data, theirs.data, ours.size);
}

static int start(void **state)
{
    (void)state;
    return toc_crypto_start(NULL) == TOC_OK ? 0 : 1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_every_kind_are_named_and_filed_as_the_model_says),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
