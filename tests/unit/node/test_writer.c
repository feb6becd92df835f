/* The writer: difference only, revisions that win, roots (docs/RULES.md §4, §7). */
#include <pthread.h>
#include <stdio.h>

#include "node/clock.h"
#include "store/env.h"
#include "tests/unit/node/book.h"

/* ---- difference only ---- */

static void what_counts_as_a_change_is_the_body_and_nothing_around_it(void **state)
{
    book *b = *state;
    static const toc_span labels[] = {{(const uint8_t *)"label", 5}};
    toc_statement draft;
    toc_test_draft(1, &draft);
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 1, 0, 0);
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 0, 1);
    draft.note = toc_span_text("another note");
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 0, 1);
    draft.confidence = 81;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 1, 0);
    draft.as.wallet.labels = labels;
    draft.as.wallet.label_count = 1;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 1, 0);
    draft.as.wallet.category = toc_span_text("sanctions"); /* part of the identity */
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 1, 0, 0);
    assert_int_equal(entries_of(b), 4);
}

/* What the views of an audience hold, asked of the one record of a claim that there is. */
static uint64_t records_of(book *b, const toc_statement *draft)
{
    toc_views_head head = head_of(b, draft, NULL, NULL);
    return head.revision;
}

static toc_statement newest(book *b, const toc_statement *draft, toc_arena *arena)
{
    toc_statement out;
    (void)head_of(b, draft, arena, &out);
    return out;
}

/* RECORDS §2: the old audience is told that it ended, the new one is told it anew. */
static void narrowing_ends_the_claim_for_those_who_had_it(void **state)
{
    toc_err err;
    book *b = *state;
    toc_statement draft;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    toc_test_draft(1, &draft);
    draft.tlp = TOC_TLP_GREEN;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    uint64_t first = records_of(b, &draft), entries = entries_of(b);
    draft.tlp = TOC_TLP_AMBER;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 1, 0);
    assert_int_equal(records_of(b, &draft), first + 2); /* a retraction lies between */
    assert_int_equal(entries_of(b), entries + 2);
    assert_int_equal(newest(b, &draft, arena).tlp, TOC_TLP_AMBER);
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 0, 1);
    draft.tlp = TOC_TLP_RED; /* sealed to those who read now; twice in a row, and not yet folded */
    write_some(b, TOC_LANE_BULK, &draft, 1);
    draft.confidence--;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 1, 0);
    assert_int_equal(records_of(b, &draft), first + 5);
    assert_int_equal(newest(b, &draft, arena).tlp, TOC_TLP_RED);
    draft.tlp = TOC_TLP_GREEN; /* for more again: no retraction */
    write_some(b, TOC_LANE_BULK, &draft, 1);
    assert_int_equal(records_of(b, &draft), first + 6);
}

static void a_narrowing_that_is_refused_ends_nothing(void **state)
{
    static const toc_org_id stranger = {{0x77}};
    book *b = *state;
    toc_statement draft;
    toc_test_draft(1, &draft);
    draft.tlp = TOC_TLP_GREEN;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    uint64_t first = records_of(b, &draft), entries = entries_of(b);
    draft.releasable_count = 1; /* nobody would read it */
    draft.releasable_to = &stranger;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    assert_int_equal(b->totals.refused, 1);
    assert_int_equal(records_of(b, &draft), first);
    assert_int_equal(entries_of(b), entries);
}

static void a_retraction_goes_to_whoever_has_what_it_ends(void **state)
{
    toc_err err;
    book *b = *state;
    toc_statement draft;
    toc_retracted done;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    toc_test_draft(1, &draft);
    draft.tlp = TOC_TLP_GREEN;
    write_some(b, TOC_LANE_BULK, &draft, 1);
    draft.tlp = TOC_TLP_RED; /* as it is said when it is taken back */
    TOC_CHECK_OK(toc_writer_retract(b->node.writer, &b->circle, &draft,
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
    toc_statement retraction = newest(b, &draft, arena);
    assert_int_equal(retraction.kind, TOC_RECORD_RETRACTION);
    assert_int_equal(retraction.tlp, TOC_TLP_GREEN);
}

static void the_version_of_a_list_is_no_change(void **state)
{
    book *b = *state;
    toc_statement draft;
    toc_test_draft(1, &draft);
    draft.source = (toc_source){.ground = TOC_GROUND_LIST,
                                .id = toc_span_text("ofac-sdn"),
                                .version = toc_span_text("2026-01-01")};
    write_some(b, TOC_LANE_BULK, &draft, 1);
    draft.source.version = toc_span_text("2026-01-02");
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 0, 0, 1);
}

static void a_claim_twice_in_one_batch_is_compared_with_itself(void **state)
{
    book *b = *state;
    toc_statement drafts[3];
    toc_test_draft(1, &drafts[0]);
    drafts[1] = drafts[2] = drafts[0];
    drafts[2].confidence = 10;
    write_some(b, TOC_LANE_BULK, drafts, 3);
    expect(b, 1, 1, 1);
    assert_int_equal(head_of(b, &drafts[0], NULL, NULL).revision & 0xFFFFFF, 1);
}

/* ---- revisions and roots ---- */

static void revisions_begin_at_the_generation_and_rise_over_lanes(void **state)
{
    book *b = *state;
    toc_statement draft;
    toc_test_draft(1, &draft);
    write_some(b, TOC_LANE_BULK, &draft, 1);
    toc_views_head first = head_of(b, &draft, NULL, NULL);
    uint64_t generation = first.revision >> 24;
    assert_true(generation > 1700000000 && generation < 4000000000); /* seconds */
    assert_int_equal(first.revision & 0xFFFFFF, 0);
    assert_int_equal(first.lane, TOC_LANE_BULK);
    draft.confidence = 10;
    write_some(b, TOC_LANE_ALERT, &draft, 1);
    toc_views_head second = head_of(b, &draft, NULL, NULL);
    assert_int_equal(second.revision, first.revision + 1);
    assert_int_equal(second.lane, TOC_LANE_ALERT);
    assert_true(second.live);
}

static void roots_are_own_or_those_of_the_list_that_was_copied(void **state)
{
    static const struct {
        const char *id, *root;
        toc_ground ground;
        uint8_t tag;
    } cases[] = {{"ofac-sdn", "ofac-sdn", TOC_GROUND_LIST, TOC_ROOT_LIST},
                 {"ofac-0xb10c", "ofac-sdn", TOC_GROUND_LIST, TOC_ROOT_LIST},
                 {"", NULL, TOC_GROUND_OWN, TOC_ROOT_OWN},
                 {"a-list-nobody-knows", NULL, TOC_GROUND_LIST, TOC_ROOT_OWN}};
    book *b = *state;
    toc_err err;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        toc_statement draft, stored = {0};
        toc_claim_id claim;
        toc_test_draft(i, &draft);
        draft.source = (toc_source){.ground = cases[i].ground, .id = toc_span_text(cases[i].id)};
        write_some(b, TOC_LANE_BULK, &draft, 1);
        expect(b, 1, 0, 0);
        head_of(b, &draft, arena, &stored);
        toc_statement_claim(&draft, &b->circle, &b->node.org, &claim);
        toc_span id =
            cases[i].root != NULL ? toc_span_text(cases[i].root) : TOC_SPAN_OF(claim.bytes);
        TOC_AUTO(toc_buf_wipe) toc_buf root = {0};
        toc_buf_add_u8(&root, cases[i].tag);
        toc_buf_add_span(&root, id);
        assert_true(stored.root_count == 1 && toc_span_equal(stored.roots[0], toc_buf_view(&root)));
        assert_true(stored.issued_at.unix_ms > 1700000000000);
    }
}

/* ---- retractions ---- */

static void a_retraction_goes_to_its_claims_lane_and_what_is_said_anew_wins(void **state)
{
    book *b = *state;
    toc_statement draft;
    toc_retracted done;
    toc_test_draft(1, &draft);
    write_some(b, TOC_LANE_ALERT, &draft, 1);
    uint64_t revision = head_of(b, &draft, NULL, NULL).revision;
    TOC_CHECK_FAILS(TOC_OK, retract(b, &draft, &done));
    assert_int_equal(done.revision, revision + 1);
    toc_views_head head = head_of(b, &draft, NULL, NULL);
    assert_int_equal(head.lane, TOC_LANE_ALERT);
    assert_false(head.live);
    assert_memory_equal(&head.record, &done.record, sizeof done.record);
    TOC_CHECK_FAILS(TOC_NOT_FOUND, retract(b, &draft, &done));
    write_some(b, TOC_LANE_BULK, &draft, 1);
    expect(b, 1, 0, 0);
    head = head_of(b, &draft, NULL, NULL);
    assert_true(head.live);
    assert_int_equal(head.revision, revision + 2);
}

/* Before the fold has seen anything of it. */
static void what_was_just_written_can_be_retracted_at_once(void **state)
{
    book *b = *state;
    for (uint64_t i = 0; i < 20; i++) {
        toc_statement draft;
        toc_retracted done;
        toc_test_draft(i, &draft);
        write_some(b, TOC_LANE_BULK, &draft, 1);
        TOC_CHECK_FAILS(TOC_OK, retract(b, &draft, &done));
        TOC_CHECK_FAILS(TOC_NOT_FOUND, retract(b, &draft, &done));
    }
}

/* ---- what is refused ---- */

static void a_circle_that_is_not_joined_takes_nothing(void **state)
{
    book *b = *state;
    toc_err err;
    toc_statement draft;
    toc_circle_id other = b->circle;
    other.bytes[0] ^= 1;
    toc_test_draft(1, &draft);
    TOC_CHECK_FAILS(TOC_STATE, toc_writer_write(b->node.writer, &other, TOC_LANE_BULK, 0, &draft, 1,
                                                &b->totals, note_refusal, b, &err));
    assert_int_equal(entries_of(b), 0);
}

/* ---- another generation ---- */

static toc_code forget_generation(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                  toc_err *err)
{
    (void)engine;
    (void)now;
    toc_log_circle circle;
    TOC_TRY(toc_log_circle_get(txn, &((book *)context)->circle, &circle, err));
    circle.generation = 0; /* the next word opens another */
    return toc_log_circle_put(txn, &circle, err);
}

static bool another_second(void *context)
{
    return toc_clock_now().wall.unix_ms / 1000 > *(const uint64_t *)context;
}

static void a_generation_that_began_meanwhile_is_taken_up_unasked(void **state)
{
    book *b = *state;
    toc_err err;
    toc_statement drafts[2];
    toc_test_draft(1, &drafts[0]);
    toc_test_draft(2, &drafts[1]);
    write_some(b, TOC_LANE_BULK, drafts, 1);
    uint64_t first = head_of(b, &drafts[0], NULL, NULL).revision >> 24;
    /* A generation is named by the second it begins in. */
    toc_test_wait("the clock moves on", 5, another_second, &first);
    TOC_CHECK_OK(toc_node_do(b->node.node, forget_generation, b, &err));
    write_some(b, TOC_LANE_BULK, drafts, 2);
    expect(b, 1, 0, 1);
    assert_true(head_of(b, &drafts[1], NULL, NULL).revision >> 24 > first);
    assert_int_equal(entries_of(b), 2);
}

/* ---- what the writer must wait for ---- */

enum { MANY = 3000 };

static void write_many(book *b, uint64_t fresh, uint64_t unchanged)
{
    toc_statement *drafts = calloc(TOC_WRITER_BATCH_MAX, sizeof *drafts);
    assert_non_null(drafts);
    toc_writer_totals sum = {0};
    for (uint64_t next = 0; next < MANY;) {
        size_t count = 0;
        while (count < TOC_WRITER_BATCH_MAX && next < MANY)
            toc_test_draft(next++, &drafts[count++]);
        write_some(b, TOC_LANE_BULK, drafts, count);
        sum.fresh += b->totals.fresh;
        sum.changed += b->totals.changed;
        sum.unchanged += b->totals.unchanged;
    }
    free(drafts);
    b->totals = sum;
    expect(b, fresh, 0, unchanged);
}

static void after_a_restart_without_views_nothing_is_said_twice(void **state)
{
    book *b = *state;
    toc_err err;
    char views[TOC_TEMPDIR_BYTES + 32];
    write_many(b, MANY, 0);
    toc_test_node_stop(&b->node);
    snprintf(views, sizeof views, "%s/store/views", b->node.folder);
    TOC_CHECK_OK(toc_env_remove(views, &err));
    toc_test_node_start(&b->node);
    write_many(b, 0, MANY); /* the fold has everything to do again: it is awaited */
    assert_int_equal(entries_of(b), MANY);
}

static void *rebuild_again_and_again(void *context)
{
    book *b = context;
    toc_err err;
    for (unsigned i = 0; i < 5; i++) {
        if (toc_node_rebuild(b->node.node, NULL, NULL, NULL, &err) != TOC_OK)
            return b;
    }
    return NULL;
}

static void while_the_views_are_rebuilt_nothing_is_said_twice(void **state)
{
    book *b = *state;
    pthread_t rebuilder;
    void *failed;
    write_many(b, MANY, 0);
    assert_int_equal(pthread_create(&rebuilder, NULL, rebuild_again_and_again, b), 0);
    for (unsigned i = 0; i < 5; i++)
        write_many(b, 0, MANY);
    pthread_join(rebuilder, &failed);
    assert_null(failed);
    assert_int_equal(entries_of(b), MANY);
}

enum { RIVALS = 4, RIVAL_DRAFTS = 200, RIVAL_ROUNDS = 10 };

typedef struct rival {
    book *b;
    const toc_statement *drafts;
    toc_writer_totals totals;
    toc_code code;
    pthread_t thread;
} rival;

static void ignore_refusal(void *context, size_t index, const toc_err *why)
{
    (void)context;
    (void)index;
    (void)why;
}

static void *write_as_rival(void *context)
{
    rival *r = context;
    toc_err err;
    for (unsigned i = 0; i < RIVAL_ROUNDS && r->code == TOC_OK; i++)
        r->code = toc_writer_write(r->b->node.writer, &r->b->circle, TOC_LANE_BULK, 0, r->drafts,
                                   RIVAL_DRAFTS, &r->totals, ignore_refusal, NULL, &err);
    return NULL;
}

static void rivals_that_say_the_same_write_it_once(void **state)
{
    book *b = *state;
    rival rivals[RIVALS];
    uint64_t fresh = 0, unchanged = 0;
    toc_statement *drafts = calloc(RIVAL_DRAFTS, sizeof *drafts);
    assert_non_null(drafts);
    for (size_t i = 0; i < RIVAL_DRAFTS; i++)
        toc_test_draft(i, &drafts[i]);
    for (size_t i = 0; i < RIVALS; i++) {
        rivals[i] = (rival){.b = b, .drafts = drafts};
        assert_int_equal(pthread_create(&rivals[i].thread, NULL, write_as_rival, &rivals[i]), 0);
    }
    for (size_t i = 0; i < RIVALS; i++) {
        pthread_join(rivals[i].thread, NULL);
        assert_int_equal(rivals[i].code, TOC_OK);
        fresh += rivals[i].totals.fresh;
        unchanged += rivals[i].totals.unchanged;
    }
    assert_int_equal(fresh, RIVAL_DRAFTS);
    assert_int_equal(unchanged, (RIVALS * RIVAL_ROUNDS - 1) * RIVAL_DRAFTS);
    assert_int_equal(entries_of(b), RIVAL_DRAFTS);
    free(drafts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_book, remove_book)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_counts_as_a_change_is_the_body_and_nothing_around_it),
        TEST(narrowing_ends_the_claim_for_those_who_had_it),
        TEST(a_retraction_goes_to_whoever_has_what_it_ends),
        TEST(a_narrowing_that_is_refused_ends_nothing),
        TEST(the_version_of_a_list_is_no_change),
        TEST(a_claim_twice_in_one_batch_is_compared_with_itself),
        TEST(revisions_begin_at_the_generation_and_rise_over_lanes),
        TEST(roots_are_own_or_those_of_the_list_that_was_copied),
        TEST(a_retraction_goes_to_its_claims_lane_and_what_is_said_anew_wins),
        TEST(what_was_just_written_can_be_retracted_at_once),
        TEST(a_circle_that_is_not_joined_takes_nothing),
        TEST(a_generation_that_began_meanwhile_is_taken_up_unasked),
        TEST(after_a_restart_without_views_nothing_is_said_twice),
        TEST(while_the_views_are_rebuilt_nothing_is_said_twice),
        TEST(rivals_that_say_the_same_write_it_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
