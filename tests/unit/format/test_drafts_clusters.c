/* Rows of clusters become heads, and records of members. */
#include <stdio.h>
#include <strings.h>

#include "tests/unit/format/submission.h"

static void rows_of_clusters_become_heads_and_members(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,cluster,name,entity,method,confidence,tlp,list,valid_until,note\n"
              "BTC," BTC ",one,The first,thief,,60,,,,\n"
              "ETH," ETH ",two,,exchange,,,,,,\n"
              "BTC," BTC2 ",One,,,change,80,GREEN,ofac,2026-01-01,why\n"
              "ETH," ETH ",one,The first,Hacker,,,,OFAC,,\n"
              "BTC," BTC ",one,,,,,,,,\n");
    assert_int_equal(s->count, 4);
    const toc_statement *head = &s->statements[0], *members = &s->statements[1];
    assert_int_equal(head->kind, TOC_RECORD_CLUSTER);
    check_text(head->as.cluster.cluster, "one");
    check_text(head->as.cluster.title, "The first");
    check_text(head->as.cluster.entity_type, "thief");
    check_text(head->as.cluster.method, "change");
    check_text(head->source.id, "ofac-sdn");
    check_text(head->note, "why");
    assert_int_equal(head->confidence, 80);
    assert_int_equal(head->tlp, TOC_TLP_GREEN); /* only one row says anything */
    assert_int_equal(head->valid_until.unix_ms, 1767225600000);
    assert_int_equal(members->kind, TOC_RECORD_MEMBERS);
    check_text(members->as.members.cluster, "one");
    assert_int_equal(members->as.members.count, 3);
    assert_int_equal(members->tlp, TOC_TLP_GREEN);
    assert_string_equal(members->as.members.members[2].wallet.address, ETH);
    assert_false(members->as.members.members[2].remove);
    head = &s->statements[2];
    check_text(head->as.cluster.cluster, "two");
    assert_int_equal(head->confidence, 50);
    assert_int_equal(head->tlp, TOC_TLP_AMBER);
    assert_int_equal(head->source.ground, TOC_GROUND_OWN);
    assert_int_equal(s->statements[3].as.members.count, 1);
    check_counts(s, 5, 0, 1);
    assert_int_equal(toc_drafts_count(s->drafts).clusters, 2);
    assert_int_equal(toc_drafts_count(s->drafts).members, 4);
}

static void the_strictest_marking_of_a_cluster_stays(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,cluster,entity,tlp,confidence\nBTC," BTC ",c,thief,GREEN,90\nBTC," BTC2
              ",c,,RED,20\nETH," ETH ",c,,CLEAR,0\n");
    assert_int_equal(s->statements[0].tlp, TOC_TLP_RED);
    assert_int_equal(s->statements[0].confidence, 90);
}

static void rows_of_a_cluster_that_contradict_each_other_are_refused(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,cluster,name,entity,method,list,vendor\n"
              "BTC," BTC ",c,One,thief,change,ofac,\n"
              "ETH," ETH ",c,Two,,,,\n"
              "ETH," ETH ",c,,scammer,,,\n"
              "ETH," ETH ",c,,,multi-input,,\n"
              "ETH," ETH ",c,,,,un,\n"
              "ETH," ETH ",c,,,,,ofac-sdn\n");
    assert_int_equal(s->statements[1].as.members.count, 1);
    check_counts(s, 6, 5, 0);
    assert_string_equal(
        toc_buf_text(&s->problems),
        "line 3: column name: 'Two', where an earlier row of the cluster has 'One'\n"
        "line 4: column entity: 'scammer', where an earlier row of the cluster has 'thief'\n"
        "line 5: column method: 'multi-input', where an earlier row of the cluster has 'change'\n"
        "line 6: column list: 'un', where an earlier row of the cluster has 'ofac-sdn'\n"
        "line 7: column vendor: another ground than in an earlier row of the cluster; a claim has "
        "one source\n");
}

#define CLAIM1 "1111111111111111111111111111111111111111111111111111111111111111"
#define CLAIM2 "2222222222222222222222222222222222222222222222222222222222222222"
#define CLAIM3 "3333333333333333333333333333333333333333333333333333333333333333"

static void check_derived_head(const submission *s)
{
    const toc_source *source = &s->statements[0].source;
    assert_int_equal(s->statements[0].kind, TOC_RECORD_CLUSTER);
    assert_int_equal(source->ground, TOC_GROUND_DERIVED);
    assert_int_equal(source->record_count, 2);
    assert_int_equal(source->records[0].record.bytes[0], 0x11);
    assert_int_equal(source->records[1].record.bytes[31], 0x22);
}

/* Members name no records: what they rest on is what their head rests on. */
static void rows_of_a_cluster_are_derived_together(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,cluster,entity,derived_from\n"
              "BTC," BTC ",c,thief,\n"
              "BTC," BTC2 ",c,," CLAIM2 " ; " CLAIM1 ";" CLAIM2 "\n"
              "ETH," ETH ",c,," CLAIM1 ";" CLAIM2 "\n");
    assert_string_equal(toc_buf_text(&s->problems), "");
    check_derived_head(s);
    const toc_statement *members = &s->statements[1];
    assert_int_equal(members->as.members.count, 3);
    assert_int_equal(members->source.ground, TOC_GROUND_DERIVED);
    assert_int_equal(members->source.record_count, 0);
}

static void lines_of_a_cluster_are_derived_likewise(void **state)
{
    submission *s = *state;
    submit(s, "{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"cluster\":\"c\",\"entity\":\"thief\","
              "\"derived_from\":[\"" CLAIM2 "\",\"" CLAIM1 "\"]}\n"
              "{\"kind\":\"cluster\",\"chain\":\"BTC\",\"address\":\"" BTC2 "\","
              "\"cluster\":\"c\",\"derived_from\":\"" CLAIM1 "\"}\n"
              "{\"chain\":\"BTC\",\"address\":\"" BTC2 "\",\"cluster\":\"c\","
              "\"derived_from\":[7]}\n");
    assert_string_equal(
        toc_buf_text(&s->problems),
        "line 2: column derived_from: other claims than in an earlier row of the cluster\n"
        "line 3: column derived_from: not a list of claim ids\n");
    check_derived_head(s);
}

static void a_cluster_has_one_source(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf many = {0};
    toc_buf_add_text(&many, "chain,address,cluster,entity,derived_from,list\n"
                            "BTC," BTC ",c,thief," CLAIM1 ";" CLAIM2 ",\n"
                            "BTC," BTC2 ",c,," CLAIM1 ",\n"
                            "BTC," BTC2 ",c,,,ofac-sdn\n"
                            "BTC," BTC2 ",c,," CLAIM3 ",ofac-sdn\n"
                            "BTC," BTC2 ",c,,123,\n"
                            "BTC," BTC2 ",d,thief,,ofac-sdn\n"
                            "BTC," BTC ",d,," CLAIM1 ",\n"
                            "BTC," BTC ",d,,");
    for (size_t i = 0; i < TOC_SOURCES_MAX + 1; i++)
        toc_buf_add_text(&many, CLAIM1 ";");
    toc_buf_add_text(&many, ",\n");
    submit(s, toc_buf_text(&many));
    assert_string_equal(
        toc_buf_text(&s->problems),
        "line 3: column derived_from: other claims than in an earlier row of the cluster\n"
        "line 4: column list: another ground than in an earlier row of the cluster; a claim has "
        "one source\n"
        "line 5: column list: beside derived_from; a claim has one source\n"
        "line 6: column derived_from: hexadecimal of 3 characters, expected 64\n"
        "line 8: column derived_from: another ground than in an earlier row of the cluster; a "
        "claim "
        "has one source\n"
        "line 9: column derived_from: 17 claims; at most 16 are taken\n");
    check_derived_head(s);
    check_counts(s, 8, 6, 0);
}

static void the_audience_of_a_cluster_is_that_of_its_head_and_members(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,cluster,entity,releasable_to,not_to\nBTC," BTC
              ",c,thief,,Org B\nBTC," BTC2 ",c,,Org A;Org B,\nETH," ETH ",c,,Org A,Org B\n");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(s->statements[i].releasable_count, 2);
        assert_int_equal(s->statements[i].not_to_count, 1);
    }
    assert_int_equal(s->statements[1].as.members.count, 2);
    assert_string_equal(toc_buf_text(&s->problems),
                        "line 4: column releasable_to: other orgs than in an earlier row of the "
                        "cluster\n");
}

static void a_cluster_without_an_entity_type_is_dropped_at_the_end(void **state)
{
    submission *s = *state;
    submit(s, "{\"chain\":\"BTC\",\"address\":\"" BTC "\",\"cluster\":\"lost\"}\n"
              "{\"chain\":\"BTC\",\"address\":\"" BTC2
              "\",\"cluster\":\"kept\",\"entity\":\"thief\"}\n"
              "{\"chain\":\"BTC\",\"address\":\"" BTC2 "\",\"cluster\":\"lost\"}\n"
              "{\"chain\":\"BTC\",\"address\":\"" BTC2 "\",\"cluster\":\"lost\"}\n");
    assert_int_equal(s->count, 2);
    check_text(s->statements[0].as.cluster.cluster, "kept");
    check_counts(s, 4, 3, 0);
    assert_string_equal(toc_buf_text(&s->problems),
                        "line 1: column entity: no row of the cluster 'lost' has one\n");
    assert_int_equal(toc_drafts_count(s->drafts).clusters, 1);
    assert_int_equal(toc_drafts_count(s->drafts).members, 1);
}

/* 0x and the number, in the spelling that carries no checksum. */
static void add_evm_rows(toc_buf *file, const char *cluster, size_t from, size_t count)
{
    for (size_t i = from; i < from + count; i++)
        toc_buf_printf(file, "ETH,0x%040zx,%s,thief\n", i + 1, cluster);
}

static void members_come_in_as_many_records_as_they_need(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,cluster,entity\n");
    add_evm_rows(&file, "big", 0, 3000);
    add_evm_rows(&file, "next", 5000, 1);
    read_rows(s, TOC_ROWS_CSV, toc_buf_view(&file));
    finish(s, TOC_DRAFT_PART_BYTES_MIN);
    assert_true(s->part_count > 1);
    assert_int_equal(s->count, 1 + 6 + 2);
    size_t next = 0;
    for (size_t i = 1; i < 7; i++) {
        const toc_members_body *body = &s->statements[i].as.members;
        check_text(body->cluster, "big");
        for (size_t j = 0; j < body->count; j++) {
            char address[64];
            (void)snprintf(address, sizeof address, "0x%040zx", ++next);
            assert_int_equal(strcasecmp(body->members[j].wallet.address, address), 0);
        }
    }
    assert_int_equal(next, 3000);
    check_text(s->statements[7].as.cluster.cluster, "next");
}

/* A chain that changes at every member costs its name each time; the records must still fit. */
static void members_of_mixed_chains_still_fit_their_records(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,cluster,entity\n");
    for (size_t i = 0; i < 1000; i++)
        toc_buf_printf(&file, "%s,0x%040zx,mixed,thief\n",
                       i % 2 == 0 ? "eip155:1313161554" : "eip155:1666600000", i + 1);
    read_rows(s, TOC_ROWS_CSV, toc_buf_view(&file));
    finish(s, PART);
    size_t members = 0;
    for (size_t i = 1; i < s->count; i++)
        members += s->statements[i].as.members.count;
    assert_int_equal(members, 1000);
    assert_true(s->statements[1].as.members.count < TOC_CHUNK_MEMBERS_MAX); /* bytes decided */
    assert_int_equal(toc_buf_view(&s->problems).size, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        DRAFTS_TEST(rows_of_clusters_become_heads_and_members),
        DRAFTS_TEST(the_strictest_marking_of_a_cluster_stays),
        DRAFTS_TEST(rows_of_a_cluster_that_contradict_each_other_are_refused),
        DRAFTS_TEST(rows_of_a_cluster_are_derived_together),
        DRAFTS_TEST(lines_of_a_cluster_are_derived_likewise),
        DRAFTS_TEST(a_cluster_has_one_source),
        DRAFTS_TEST(the_audience_of_a_cluster_is_that_of_its_head_and_members),
        DRAFTS_TEST(a_cluster_without_an_entity_type_is_dropped_at_the_end),
        DRAFTS_TEST(members_come_in_as_many_records_as_they_need),
        DRAFTS_TEST(members_of_mixed_chains_still_fit_their_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
