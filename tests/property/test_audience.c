/* The law of audiences: what an audience is answered is what a node answers that holds only what
 * the audience may see (docs/RULES.md §10). So a claim that it may not see changes no byte of any
 * answer to it. Random worlds of every kind, each record with a marking of its own, folded for an
 * audience out of a whole log, and by officers out of a log in which nothing else was opened.
 * TOC_AUDIENCE_SEED=n TOC_AUDIENCE_COUNT=1 runs one world alone. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/plan.h"
#include "tests/support/world.h"

enum { WORLDS = 160, ARENA_BYTES = 64 << 20 };

/* What has to have occurred in the run, or it shows nothing. */
static struct {
    uint64_t seen, hidden, above, named, barred, other_circle, other_feeds, differs;
} counts;

/* ---- who sees what, said once more ---- */

static bool among(const toc_org_id *orgs, size_t count, const toc_org_id *org)
{
    bool found = false;
    for (size_t i = 0; i < count; i++)
        found = found || memcmp(orgs[i].bytes, org->bytes, 32) == 0;
    return found;
}

static bool sees(const toc_audience *audience, const toc_feed_name *from,
                 const toc_statement *statement)
{
    bool own = audience->has_org && memcmp(audience->org.bytes, from->org.bytes, 32) == 0;
    if (!audience->any_circle && memcmp(audience->circles[0].bytes, from->circle.bytes, 32) != 0) {
        counts.other_circle++;
        return false;
    }
    if (statement->tlp > audience->tlp_max) {
        counts.above++;
        return false;
    }
    if (statement->tlp == TOC_TLP_RED && !audience->has_org)
        return false;
    if (statement->not_to_count > 0 && !own &&
        (!audience->has_org || among(statement->not_to, statement->not_to_count, &audience->org))) {
        counts.barred++;
        return false;
    }
    if (statement->releasable_count > 0 && !own) {
        counts.named++;
        return audience->has_org &&
               among(statement->releasable_to, statement->releasable_count, &audience->org);
    }
    return true;
}

/* ---- a world, whole and in part ---- */

static bool *list_seen(const toc_plan *plan, const toc_audience *audience)
{
    static uint8_t plain[TOC_ENTRY_BYTES_MAX];
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &arena, &err));
    bool *seen = calloc(plan->line_count + 1, sizeof *seen);
    assert_non_null(seen);
    for (size_t i = 0; i < plan->line_count; i++) {
        const toc_plan_line *line = &plan->lines[i];
        toc_statement statement;
        toc_arena_reset(arena);
        toc_plan_open(plan->feeds[line->feed], line->index, arena, plain, &statement);
        seen[i] = sees(audience, &plan->feeds[line->feed]->name, &statement);
        counts.seen += seen[i];
        counts.hidden += !seen[i];
    }
    return seen;
}

/* NULL: all that is in E. */
static void give(toc_viewbook *book, const toc_plan *plan, const bool *seen)
{
    for (size_t i = 0; i < plan->feed_count; i++)
        toc_viewbook_store(book, plan->feeds[i], plan->feeds[i]->count);
    for (size_t i = 0; i < plan->line_count; i++) {
        const toc_plan_line *line = &plan->lines[i];
        if (!line->unseen && (seen == NULL || seen[i]))
            toc_viewbook_journal(book, TOC_JOURNAL_OPENED, plan->feeds[line->feed], line->index,
                                 line->index + 1);
    }
    if (plan->horizon != 0)
        toc_viewbook_tick(book, plan->horizon);
    toc_viewbook_fold(book);
}

/* The whole log, with the views of the audience in place of the officers'. */
static void open_for(toc_viewbook *whole, const toc_audience *audience, toc_viewbook *out)
{
    toc_err err = {0};
    *out = *whole;
    TOC_CHECK_OK(toc_views_open_for(whole->folder, "partners", audience, &whole->options,
                                    whole->log, &out->views, &err));
    toc_viewbook_fold(out);
}

/* Not even the names of feeds of other circles: who writes there, and that there is one. */
static void look_for_other_circles(const toc_plan *plan, const toc_viewbook *whole,
                                   const toc_audience *audience)
{
    char path[512];
    TOC_AUTO(toc_buf_wipe) toc_buf held = {0};
    snprintf(path, sizeof path, "%s/views-partners/data.mdb", whole->folder);
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    for (uint8_t part[65536];;) {
        size_t size = fread(part, 1, sizeof part, file);
        toc_buf_add(&held, part, size);
        if (size == 0)
            break;
    }
    (void)fclose(file);
    assert_true(held.size > 0);
    for (size_t i = 0; i < plan->feed_count; i++) {
        const toc_circle_id *circle = &plan->feeds[i]->name.circle;
        if (toc_audience_enters(audience, circle))
            continue;
        counts.other_feeds++;
        assert_null(memmem(held.data, held.size, circle->bytes, sizeof circle->bytes));
    }
}

static void compare(const toc_plan *plan, toc_viewbook *whole, const toc_audience *audience)
{
    TOC_AUTO(toc_buf_wipe) toc_buf told = {0}, expected = {0}, all = {0};
    toc_viewbook part, scoped;
    bool *seen = list_seen(plan, audience);
    toc_viewbook_open(&part, false);
    give(&part, plan, seen);
    open_for(whole, audience, &scoped);
    toc_answer_digest ours = toc_viewbook_digest(&scoped), theirs = toc_viewbook_digest(&part);
    toc_world_views(&scoped, &told);
    toc_world_views(&part, &expected);
    toc_world_views(whole, &all);
    counts.differs += !toc_span_equal(toc_buf_view(&told), toc_buf_view(&all));
    if (!toc_viewbook_same(&ours, &theirs) ||
        !toc_span_equal(toc_buf_view(&told), toc_buf_view(&expected)))
        fail_msg("world %llu: an audience up to %s is told\n%.*sand should be\n%.*s",
                 (unsigned long long)plan->seed, toc_tlp_name(audience->tlp_max), (int)told.size,
                 (const char *)told.data, (int)expected.size, (const char *)expected.data);
    look_for_other_circles(plan, whole, audience);
    toc_views_close(scoped.views);
    toc_viewbook_close(&part);
    free(seen);
}

static void check(const toc_plan *plan)
{
    toc_viewbook whole;
    toc_viewbook_open(&whole, false);
    give(&whole, plan, NULL);
    const toc_feed_name *first = &plan->feeds[0]->name;
    const toc_audience audiences[] = {
        {.tlp_max = TOC_TLP_GREEN, .any_circle = true},
        {.tlp_max = TOC_TLP_AMBER, .circle_count = 1, .circles = {first->circle}},
        toc_audience_reader(&first->circle, &first->org),
    };
    for (size_t i = 0; i < TOC_COUNT(audiences); i++)
        compare(plan, &whole, &audiences[i]);
    toc_viewbook_close(&whole);
}

/* ---- the run ---- */

static const char *from_environment(const char *name, const char *otherwise)
{
    const char *text = getenv(name);
    return text == NULL ? otherwise : text;
}

static void an_audience_is_told_what_a_node_with_nothing_else_would_tell(void **state)
{
    (void)state;
    char folder[TOC_TEMPDIR_BYTES], path[TOC_TEMPDIR_BYTES + 8], worlds[16];
    toc_plan plan;
    uint64_t checked = 0;
    (void)snprintf(worlds, sizeof worlds, "%d", WORLDS);
    toc_tempdir_make(folder);
    (void)snprintf(path, sizeof path, "%s/plans", folder);
    const char *const arguments[] = {"--seed",  from_environment("TOC_AUDIENCE_SEED", "5001"),
                                     "--count", from_environment("TOC_AUDIENCE_COUNT", worlds),
                                     "--rules", "2",
                                     NULL};
    if (!toc_world_python("plan.py", arguments, path))
        fail_msg("python3 is needed to make worlds");
    FILE *plans = fopen(path, "re");
    assert_non_null(plans);
    for (; toc_plan_read(plans, &plan); checked++) {
        if (plan.feed_count > 0)
            check(&plan);
        toc_plan_wipe(&plan);
    }
    (void)fclose(plans);
    toc_tempdir_remove(folder);
    print_message("%llu worlds: records seen %llu, not seen %llu (marked above %llu, in another "
                  "circle %llu, for named orgs %llu, barred %llu); told other than officers %llu\n",
                  (unsigned long long)checked, (unsigned long long)counts.seen,
                  (unsigned long long)counts.hidden, (unsigned long long)counts.above,
                  (unsigned long long)counts.other_circle, (unsigned long long)counts.named,
                  (unsigned long long)counts.barred, (unsigned long long)counts.differs);
    if (getenv("TOC_AUDIENCE_SEED") != NULL || getenv("TOC_AUDIENCE_COUNT") != NULL)
        return;
    assert_true(counts.seen > 0 && counts.above > 0 && counts.other_circle > 0 &&
                counts.other_feeds > 0 && counts.named > 0 && counts.barred > 0);
    assert_true(counts.differs > checked);
}

int main(void)
{
    if (toc_crypto_start(NULL) != TOC_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_audience_is_told_what_a_node_with_nothing_else_would_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
