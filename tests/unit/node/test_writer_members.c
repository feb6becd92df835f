/* The writer and members of clusters: told once, to whoever is told of their report. */
#include "tests/unit/node/book.h"

enum { MEMBERS = 5 };

typedef struct cluster {
    toc_statement drafts[2]; /* head, members */
    toc_member members[MEMBERS];
} cluster;

static void make_cluster(cluster *c, size_t count)
{
    toc_test_draft(0, &c->drafts[0]);
    c->drafts[0].kind = TOC_RECORD_CLUSTER;
    memset(&c->drafts[0].as, 0, sizeof c->drafts[0].as);
    c->drafts[1] = c->drafts[0];
    c->drafts[0].as.cluster = (toc_cluster_body){.cluster = toc_span_text("lazarus"),
                                                 .title = toc_span_text("Lazarus"),
                                                 .entity_type = toc_span_text("criminal")};
    for (size_t i = 0; i < count; i++) {
        toc_statement wallet;
        toc_test_draft(i, &wallet);
        c->members[i] = (toc_member){.wallet = wallet.as.wallet.wallet};
    }
    c->drafts[1].kind = TOC_RECORD_MEMBERS;
    c->drafts[1].as.members = (toc_members_body){
        .cluster = toc_span_text("lazarus"), .count = count, .members = c->members};
}

static toc_code count_red(void *context, const toc_record_id *record, const toc_circle_id *circle,
                          const toc_org_id *org, toc_span bytes, toc_err *err)
{
    toc_statement statement;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    (void)record, (void)circle, (void)org;
    TOC_TRY(toc_arena_new(1 << 20, &arena, err));
    TOC_TRY(toc_record_decode(bytes, arena, &statement, err));
    assert_int_equal(statement.tlp, TOC_TLP_RED);
    ++*(size_t *)context;
    return TOC_OK;
}

/* Their old memberships are over, also those that are not folded yet. */
static void a_narrowed_cluster_has_the_members_that_are_said_again(void **state)
{
    book *b = *state;
    cluster c;
    make_cluster(&c, 2);
    c.drafts[0].tlp = c.drafts[1].tlp = TOC_TLP_GREEN;
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 2, 0, 0);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, 2);
    (void)entries_of(b);
    c.drafts[0].tlp = c.drafts[1].tlp = TOC_TLP_AMBER;
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 2, 0, 0);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, 2);
    c.drafts[0].tlp = c.drafts[1].tlp = TOC_TLP_RED;
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 2, 0, 0);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, 2);
    c.drafts[0].tlp = c.drafts[1].tlp = TOC_TLP_GREEN; /* for more: they have to be told, too */
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 2, 0, 0);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, 2);
}

/* Whatever their own draft says: the whole circle would learn of a report that is for few. */
static void members_are_told_to_whoever_is_told_of_their_report(void **state)
{
    toc_err err;
    book *b = *state;
    cluster c;
    size_t records = 0;
    make_cluster(&c, 2);
    c.drafts[0].tlp = TOC_TLP_RED;
    c.drafts[1].tlp = TOC_TLP_CLEAR;
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 2, 0, 0);
    write_some(b, TOC_LANE_BULK, &c.drafts[1], 1);
    expect(b, 0, 0, 2);
    (void)entries_of(b);
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    TOC_CHECK_OK(toc_views_read(toc_node_views(b->node.node), &views, &err));
    TOC_CHECK_OK(toc_views_records(views, count_red, &records, &err));
    assert_int_equal(records, 2);
}

static void members_are_written_once_and_anew_after_a_retraction(void **state)
{
    book *b = *state;
    cluster c;
    toc_retracted done;
    make_cluster(&c, MEMBERS - 1);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, MEMBERS - 1, 0, 0);
    write_some(b, TOC_LANE_BULK, c.drafts, 2); /* before the fold, perhaps */
    expect(b, 0, 0, MEMBERS - 1);
    make_cluster(&c, MEMBERS);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 1, 0, MEMBERS - 1);
    assert_int_equal(entries_of(b), 3); /* the head once, members twice */
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, MEMBERS);
    TOC_CHECK_FAILS(TOC_OK, retract(b, &c.drafts[0], &done));
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, MEMBERS, 0, 0);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, MEMBERS);
}

static void a_member_is_removed_and_added_again_by_higher_revisions(void **state)
{
    book *b = *state;
    cluster c;
    make_cluster(&c, 2);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    c.members[1].remove = true;
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 1, 0, 1);
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, 2);
    c.members[1].remove = false;
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 1, 0, 1);
    entries_of(b); /* folded: now the views say the same */
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 0, 0, 2);
    toc_retracted done; /* and the retraction is above every word on a member */
    TOC_CHECK_FAILS(TOC_OK, retract(b, &c.drafts[0], &done));
    write_some(b, TOC_LANE_BULK, c.drafts, 2);
    expect(b, 2, 0, 0);
}

static void a_record_too_large_for_its_lane_is_refused_alone(void **state)
{
    book *b = *state;
    cluster c;
    toc_statement drafts[3];
    toc_member *many = calloc(TOC_CHUNK_MEMBERS_MAX, sizeof *many);
    assert_non_null(many);
    make_cluster(&c, 1);
    for (size_t i = 0; i < TOC_CHUNK_MEMBERS_MAX; i++) {
        toc_statement wallet;
        toc_test_draft(i, &wallet);
        many[i] = (toc_member){.wallet = wallet.as.wallet.wallet};
    }
    drafts[0] = c.drafts[0];
    drafts[1] = c.drafts[1];
    drafts[1].as.members.members = many;
    drafts[1].as.members.count = TOC_CHUNK_MEMBERS_MAX;
    toc_test_draft(1, &drafts[2]);
    write_some(b, TOC_LANE_ALERT, drafts, 3);
    expect(b, 1, 0, 0);
    assert_int_equal(b->totals.refused, TOC_CHUNK_MEMBERS_MAX); /* in rows */
    assert_int_equal(b->refused.code, TOC_LIMIT);
    write_some(b, TOC_LANE_BULK, drafts, 3);
    expect(b, TOC_CHUNK_MEMBERS_MAX, 0, 1);
    free(many);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_book, remove_book)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_narrowed_cluster_has_the_members_that_are_said_again),
        TEST(members_are_told_to_whoever_is_told_of_their_report),
        TEST(members_are_written_once_and_anew_after_a_retraction),
        TEST(a_member_is_removed_and_added_again_by_higher_revisions),
        TEST(a_record_too_large_for_its_lane_is_refused_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
