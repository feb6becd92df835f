/* The writer and clusters that go over several batches: whole, or not at all (decision 0061). */
#include <stdio.h>

#include "proto/base/text.h"
#include "tests/unit/node/book.h"

enum { MEMBERS = 4 };

typedef struct report {
    book *b;
    toc_member members[MEMBERS];
    toc_statement drafts[3]; /* a head, and its members in two halves */
} report;

static void make_drafts(report *r)
{
    for (size_t i = 0; i < MEMBERS; i++) {
        toc_statement wallet;
        toc_test_draft(i, &wallet);
        r->members[i].wallet = wallet.as.wallet.wallet;
        r->drafts[i < 3 ? i : 0] = wallet;
    }
    for (size_t i = 0; i < 3; i++)
        memset(&r->drafts[i].as, 0, sizeof r->drafts[i].as);
    r->drafts[0].kind = TOC_RECORD_CLUSTER;
    r->drafts[0].as.cluster = (toc_cluster_body){.cluster = toc_span_text("lazarus"),
                                                 .title = toc_span_text("Lazarus"),
                                                 .entity_type = toc_span_text("criminal")};
    for (size_t i = 0; i < 2; i++) {
        r->drafts[1 + i].kind = TOC_RECORD_MEMBERS;
        r->drafts[1 + i].as.members = (toc_members_body){.cluster = toc_span_text("lazarus"),
                                                         .count = MEMBERS / 2,
                                                         .members = r->members + i * MEMBERS / 2};
    }
}

static int make_report(void **state)
{
    void *made = NULL;
    report *r = calloc(1, sizeof *r);
    assert_int_equal(make_book(&made), 0);
    r->b = made;
    make_drafts(r);
    *state = r;
    return 0;
}

static int remove_report(void **state)
{
    report *r = *state;
    void *inner = r->b;
    free(r);
    return remove_book(&inner);
}

/* The head and one half of its members. */
static void write_half(report *r, size_t half, unsigned flags)
{
    toc_err err;
    toc_statement drafts[2] = {r->drafts[0], r->drafts[1 + half]};
    toc_writer_totals totals = {0};
    if (half > 0) /* it goes on */
        totals.retelling = r->b->totals.retelling;
    r->b->totals = totals;
    r->b->refusals = 0;
    TOC_CHECK_OK(toc_writer_write(r->b->node.writer, &r->b->circle, TOC_LANE_BULK, flags, drafts, 2,
                                  &r->b->totals, note_refusal, r->b, &err));
}

static void read_head(report *r, toc_views_head *out)
{
    toc_err err;
    toc_claim_id claim;
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_node_settle(r->b->node.node, 60000, &err));
    toc_statement_claim(&r->drafts[0], &r->b->circle, &r->b->node.org, &claim);
    TOC_CHECK_OK(toc_views_read(toc_node_views(r->b->node.node), &views, &err));
    TOC_CHECK_OK(toc_views_head_by_id(views, &claim, out, &err));
}

/* What a reader finds at a member: the size of its cluster, 0 without one. */
static uint64_t size_seen(report *r)
{
    toc_err err;
    toc_query query;
    toc_answer_cluster cluster;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_node_settle(r->b->node.node, 60000, &err));
    TOC_CHECK_OK(toc_arena_new(16 << 20, &arena, &err));
    TOC_CHECK_OK(toc_query_begin(toc_node_log(r->b->node.node), toc_node_views(r->b->node.node),
                                 arena, (toc_time){0}, &query, &err));
    TOC_CHECK_OK(toc_query_cluster(&query, "q", &r->members[0].wallet, MEMBERS, &cluster, &err));
    toc_query_end(&query);
    return cluster.ref.size;
}

static void a_cluster_takes_effect_with_its_last_members(void **state)
{
    report *r = *state;
    toc_views_head head;
    write_half(r, 0, TOC_WRITE_GOES_ON);
    expect(r->b, MEMBERS / 2, 0, 0);
    read_head(r, &head);
    assert_false(head.live);
    assert_int_equal(head.bytes.size, 0); /* members, and no head */
    assert_int_equal(size_seen(r), 0);
    write_half(r, 1, 0);
    expect(r->b, MEMBERS / 2, 0, 0);
    read_head(r, &head);
    assert_true(head.live);
    assert_int_equal(size_seen(r), MEMBERS);
}

static void what_was_interrupted_is_completed_and_written_once(void **state)
{
    report *r = *state;
    toc_hash opened;
    write_half(r, 0, TOC_WRITE_GOES_ON);
    assert_int_equal(toc_test_node_digest(&r->b->node, &opened), 1);
    write_half(r, 0, TOC_WRITE_GOES_ON); /* from the beginning */
    expect(r->b, 0, 0, MEMBERS / 2);
    write_half(r, 1, 0);
    expect(r->b, MEMBERS / 2, 0, 0);
    assert_int_equal(size_seen(r), MEMBERS);
    for (size_t half = 0; half < 2; half++) {
        write_half(r, half, half == 0 ? TOC_WRITE_GOES_ON : 0);
        expect(r->b, 0, 0, MEMBERS / 2);
    }
    assert_int_equal(toc_test_node_digest(&r->b->node, &opened), 3);
}

static void after_its_retraction_it_comes_back_whole(void **state)
{
    report *r = *state;
    toc_err err;
    toc_retracted done;
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    TOC_CHECK_OK(toc_writer_retract(r->b->node.writer, &r->b->circle, &r->drafts[0],
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
    assert_int_equal(size_seen(r), 0);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    expect(r->b, MEMBERS / 2, 0, 0);
    assert_int_equal(size_seen(r), 0);
    write_half(r, 1, 0);
    expect(r->b, MEMBERS / 2, 0, 0);
    assert_int_equal(size_seen(r), MEMBERS);
}

static void a_dry_run_counts_every_batch(void **state)
{
    report *r = *state;
    write_half(r, 0, (unsigned)TOC_WRITE_DRY | TOC_WRITE_GOES_ON);
    expect(r->b, MEMBERS / 2, 0, 0);
    write_half(r, 1, TOC_WRITE_DRY);
    expect(r->b, MEMBERS / 2, 0, 0);
    assert_int_equal(r->b->refusals, 0);
}

static void members_of_a_head_that_is_refused_are_not_written(void **state)
{
    report *r = *state;
    toc_hash opened;
    static const toc_org_id stranger = {{0x77}};
    r->drafts[0].releasable_count = 1; /* so nobody but this org would read it */
    r->drafts[0].releasable_to = &stranger;
    write_half(r, 0, TOC_WRITE_GOES_ON);
    expect(r->b, 0, 0, 0);
    assert_int_equal(r->b->refusals, 2);
    assert_int_equal(r->b->totals.refused, MEMBERS / 2);
    assert_string_equal(r->b->refused.text, "members of a cluster that has no head of its own");
    assert_int_equal(toc_test_node_digest(&r->b->node, &opened), 0);
}

/* ---- told anew, to others ---- */

static void mark(report *r, toc_tlp tlp)
{
    for (size_t i = 0; i < 3; i++)
        r->drafts[i].tlp = tlp;
}

static toc_tlp marking_of_head(report *r)
{
    toc_err err;
    toc_views_head head;
    toc_statement statement;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    read_head(r, &head);
    assert_true(head.live);
    TOC_CHECK_OK(toc_record_decode(toc_arena_dup(arena, head.bytes), arena, &statement, &err));
    return statement.tlp;
}

typedef struct telling {
    toc_tlp tlp;
    uint64_t retracted; /* the highest revision of what ends it */
    size_t members;     /* told to those, after that */
} telling;

static toc_code look_for_end(void *context, const toc_record_id *record,
                             const toc_circle_id *circle, const toc_org_id *org, toc_span bytes,
                             toc_err *err)
{
    (void)record;
    (void)circle;
    (void)org;
    telling *all = context;
    toc_statement statement;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    TOC_TRY(toc_record_decode(bytes, arena, &statement, err));
    if (statement.kind == TOC_RECORD_RETRACTION && statement.revision > all->retracted)
        all->retracted = statement.revision;
    return TOC_OK;
}

static toc_code count_told(void *context, const toc_record_id *record, const toc_circle_id *circle,
                           const toc_org_id *org, toc_span bytes, toc_err *err)
{
    (void)record;
    (void)circle;
    (void)org;
    telling *all = context;
    toc_statement statement;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    TOC_TRY(toc_record_decode(bytes, arena, &statement, err));
    if (statement.kind == TOC_RECORD_MEMBERS && statement.tlp == all->tlp &&
        statement.revision > all->retracted)
        all->members += statement.as.members.count;
    return TOC_OK;
}

static telling told(report *r, toc_tlp tlp)
{
    toc_err err;
    telling all = {.tlp = tlp};
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_node_settle(r->b->node.node, 60000, &err));
    TOC_CHECK_OK(toc_views_read(toc_node_views(r->b->node.node), &views, &err));
    TOC_CHECK_OK(toc_views_records(views, look_for_end, &all, &err));
    TOC_CHECK_OK(toc_views_records(views, count_told, &all, &err));
    return all;
}

static void restart(report *r)
{
    toc_test_node_stop(&r->b->node);
    toc_test_node_start(&r->b->node);
}

static void what_is_narrowed_stands_as_it_was_until_its_last_members_are_there(void **state)
{
    report *r = *state;
    mark(r, TOC_TLP_GREEN);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    mark(r, TOC_TLP_AMBER);
    for (int i = 0; i < 2; i++) {
        write_half(r, 0, TOC_WRITE_GOES_ON);
        expect(r->b, MEMBERS / 2, 0, 0);
        restart(r); /* and nothing more of this submission comes */
        assert_int_equal(marking_of_head(r), TOC_TLP_GREEN);
        assert_int_equal(size_seen(r), MEMBERS);
        assert_int_equal(told(r, TOC_TLP_AMBER).retracted, 0);
    }
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    expect(r->b, MEMBERS / 2, 0, 0);
    assert_int_equal(marking_of_head(r), TOC_TLP_AMBER);
    assert_int_equal(size_seen(r), MEMBERS);
    assert_int_not_equal(told(r, TOC_TLP_AMBER).retracted, 0);
    assert_int_equal(told(r, TOC_TLP_AMBER).members, MEMBERS); /* all of them after the end */
    for (size_t half = 0; half < 2; half++) {
        write_half(r, half, half == 0 ? TOC_WRITE_GOES_ON : 0);
        expect(r->b, 0, 0, MEMBERS / 2);
    }
}

static void what_is_for_more_is_told_to_them_whole_whoever_stops_it_on_the_way(void **state)
{
    report *r = *state;
    mark(r, TOC_TLP_RED);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    mark(r, TOC_TLP_GREEN);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    restart(r);
    assert_int_equal(marking_of_head(r), TOC_TLP_RED);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    expect(r->b, MEMBERS / 2, 0, 0);
    assert_int_equal(marking_of_head(r), TOC_TLP_GREEN);
    assert_int_equal(size_seen(r), MEMBERS);
    telling all = told(r, TOC_TLP_GREEN);
    assert_int_equal(all.retracted, 0);
    assert_int_equal(all.members, MEMBERS + MEMBERS / 2); /* the first half twice */
}

static void who_speaks_of_it_meanwhile_stops_it(void **state)
{
    report *r = *state;
    toc_err err;
    toc_retracted done;
    mark(r, TOC_TLP_GREEN);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    mark(r, TOC_TLP_AMBER);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    TOC_CHECK_OK(toc_writer_retract(r->b->node.writer, &r->b->circle, &r->drafts[0],
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
    write_half(r, 1, 0);
    assert_int_equal(r->b->refusals, 2); /* the head, and its members */
    assert_int_equal(size_seen(r), 0);
    write_half(r, 0, TOC_WRITE_GOES_ON); /* again, from the beginning */
    write_half(r, 1, 0);
    assert_int_equal(r->b->refusals, 0);
    assert_int_equal(marking_of_head(r), TOC_TLP_AMBER);
    assert_int_equal(size_seen(r), MEMBERS);
}

/* ---- derived from a wallet claim of the same org ---- */

static void write_wallet(report *r, toc_statement *out)
{
    toc_err err;
    toc_writer_totals totals = {0};
    toc_test_draft(MEMBERS, out);
    TOC_CHECK_OK(toc_writer_write(r->b->node.writer, &r->b->circle, TOC_LANE_BULK, 0, out, 1,
                                  &totals, note_refusal, r->b, &err));
    assert_int_equal(totals.fresh, 1);
}

/* As tools write it: the head names the claim, members the ground only. */
static void derive(report *r, const toc_statement *from, toc_source_record *storage)
{
    toc_claim_id claim;
    toc_statement_claim(from, &r->b->circle, &r->b->node.org, &claim);
    *storage = (toc_source_record){0};
    memcpy(storage->record.bytes, claim.bytes, sizeof claim.bytes);
    for (size_t i = 0; i < 3; i++)
        r->drafts[i].source =
            (toc_source){.ground = TOC_GROUND_DERIVED, .records = storage, .record_count = i == 0};
}

static void check_derived_head(report *r, const toc_source_record *named)
{
    toc_err err;
    toc_views_head head;
    toc_statement stored;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    read_head(r, &head);
    TOC_CHECK_OK(toc_record_decode(head.bytes, arena, &stored, &err));
    assert_int_equal(stored.source.ground, TOC_GROUND_DERIVED);
    assert_int_equal(stored.source.record_count, 1);
    assert_memory_not_equal(&stored.source.records[0].record, &named->record, 32);
    assert_int_equal(stored.root_count, 1);
    assert_int_equal(stored.roots[0].data[0], TOC_ROOT_OWN);
    assert_memory_equal(stored.roots[0].data + 1, &named->record, 32);
}

static void a_derived_cluster_takes_the_roots_of_its_sources_and_dies_with_them(void **state)
{
    report *r = *state;
    toc_err err;
    toc_statement wallet;
    toc_source_record named;
    toc_retracted done;
    write_wallet(r, &wallet);
    derive(r, &wallet, &named);
    for (size_t again = 0; again < 2; again++) {
        write_half(r, 0, TOC_WRITE_GOES_ON);
        expect(r->b, again == 0 ? MEMBERS / 2 : 0, 0, again == 0 ? 0 : MEMBERS / 2);
        write_half(r, 1, 0);
        expect(r->b, again == 0 ? MEMBERS / 2 : 0, 0, again == 0 ? 0 : MEMBERS / 2);
        assert_int_equal(size_seen(r), MEMBERS);
        check_derived_head(r, &named);
    }
    toc_hash opened;
    assert_int_equal(toc_test_node_digest(&r->b->node, &opened), 4); /* nothing twice */
    TOC_CHECK_OK(toc_writer_retract(r->b->node.writer, &r->b->circle, &wallet,
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
    assert_int_equal(size_seen(r), 0);
    write_half(r, 0, 0);
    assert_int_equal(r->b->refusals, 1);
    char says[64], digits[9];
    toc_hex_encode(toc_span_of(named.record.bytes, 4), digits);
    (void)snprintf(says, sizeof says, "derived_from %s…: this claim is not live any more", digits);
    assert_string_equal(r->b->refused.text, says);
}

static void a_derived_cluster_is_retracted_by_its_name(void **state)
{
    report *r = *state;
    toc_err err;
    toc_statement wallet;
    toc_source_record named;
    toc_retracted done;
    write_wallet(r, &wallet);
    derive(r, &wallet, &named);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    memset(&named, 7, sizeof named); /* whatever the draft names */
    TOC_CHECK_OK(toc_writer_retract(r->b->node.writer, &r->b->circle, &r->drafts[0],
                                    &(toc_retracting){.reason = TOC_RETRACT_ERROR}, &done, &err));
    assert_int_equal(size_seen(r), 0);
    toc_views_head head;
    read_head(r, &head);
    assert_false(head.live);
    assert_int_equal(head.revision, done.revision);
}

static void a_cluster_that_becomes_derived_changes_its_head_alone(void **state)
{
    report *r = *state;
    toc_statement wallet;
    toc_source_record named;
    toc_hash opened;
    write_half(r, 0, TOC_WRITE_GOES_ON);
    write_half(r, 1, 0);
    write_wallet(r, &wallet);
    derive(r, &wallet, &named);
    write_half(r, 0, TOC_WRITE_GOES_ON);
    expect(r->b, 0, 0, MEMBERS / 2);
    write_half(r, 1, 0);
    expect(r->b, 0, 0, MEMBERS / 2);
    check_derived_head(r, &named);
    assert_int_equal(size_seen(r), MEMBERS);
    assert_int_equal(toc_test_node_digest(&r->b->node, &opened), 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_report, remove_report)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_cluster_takes_effect_with_its_last_members),
        TEST(what_was_interrupted_is_completed_and_written_once),
        TEST(after_its_retraction_it_comes_back_whole),
        TEST(a_dry_run_counts_every_batch),
        TEST(members_of_a_head_that_is_refused_are_not_written),
        TEST(what_is_narrowed_stands_as_it_was_until_its_last_members_are_there),
        TEST(what_is_for_more_is_told_to_them_whole_whoever_stops_it_on_the_way),
        TEST(who_speaks_of_it_meanwhile_stops_it),
        TEST(a_derived_cluster_takes_the_roots_of_its_sources_and_dies_with_them),
        TEST(a_derived_cluster_is_retracted_by_its_name),
        TEST(a_cluster_that_becomes_derived_changes_its_head_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
