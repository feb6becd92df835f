/* Files go in, parts come out and are read back as the node reads them. */
#include "proto/format/drafts.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "tests/support/check.h"
#include "tests/support/vectors.h"

enum { ROOM = 256 << 20, PART = 1 << 20 };

typedef struct submission {
    toc_arena *arena;
    toc_drafts *drafts;
    toc_buf problems; /* one line each */
    unsigned row_options;
    size_t part_count;
    size_t count;
    toc_statement *statements; /* in the order of the parts */
    uint32_t *lines;
} submission;

static int set_up(void **state)
{
    submission *s = calloc(1, sizeof *s);
    toc_err err;
    assert_non_null(s);
    TOC_CHECK_OK(toc_arena_new((size_t)1 << 30, &s->arena, &err));
    TOC_CHECK_OK(toc_drafts_new(ROOM, &s->drafts, &err));
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    submission *s = *state;
    toc_buf_wipe(&s->problems);
    toc_drafts_free(s->drafts);
    toc_arena_free(s->arena);
    free(s);
    return 0;
}

static void note_problem(submission *s, const toc_problem *problem)
{
    toc_problem_print(problem, &s->problems);
    toc_buf_add_text(&s->problems, "\n");
}

static toc_code take(void *context, const toc_row *row, const toc_problem *problem, toc_err *err)
{
    submission *s = context;
    toc_problem own;
    (void)err;
    if (problem != NULL) {
        note_problem(s, problem);
        toc_drafts_refuse(s->drafts);
    } else if (toc_drafts_add_row(s->drafts, row, s->row_options, &own) != TOC_OK) {
        note_problem(s, &own);
    }
    return TOC_OK;
}

static toc_code note_dropped(void *context, const toc_row *row, const toc_problem *problem,
                             toc_err *err)
{
    (void)err;
    assert_null(row);
    note_problem(context, problem);
    return TOC_OK;
}

static void read_rows(submission *s, toc_rows_format format, toc_span file)
{
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    toc_err err;
    TOC_CHECK_OK(toc_rows_new(format, take, s, &rows, &err));
    TOC_CHECK_OK(toc_rows_feed(rows, file, &err));
    TOC_CHECK_OK(toc_rows_finish(rows, &err));
}

static void read_part(submission *s, toc_span part)
{
    toc_draft_part reader;
    toc_err err;
    TOC_CHECK_OK(toc_draft_part_open(part, &reader, &err));
    toc_statement *statements =
        toc_arena_zalloc(s->arena, s->count + reader.left, sizeof *statements);
    uint32_t *lines = toc_arena_zalloc(s->arena, s->count + reader.left, sizeof *lines);
    assert_non_null(lines);
    if (s->count > 0) {
        memcpy(statements, s->statements, s->count * sizeof *statements);
        memcpy(lines, s->lines, s->count * sizeof *lines);
    }
    s->statements = statements;
    s->lines = lines;
    while (reader.left > 0) {
        toc_draft draft;
        TOC_CHECK_OK(toc_draft_part_next(&reader, &draft, &err));
        TOC_CHECK_OK(toc_draft_decode(draft.bytes, s->arena, &s->statements[s->count], &err));
        assert_int_equal(s->statements[s->count].kind, draft.kind);
        s->lines[s->count++] = draft.line;
    }
}

static void finish(submission *s, size_t part_bytes)
{
    toc_err err;
    bool more = true;
    TOC_CHECK_OK(toc_drafts_finish(s->drafts, note_dropped, s, &err));
    while (more) {
        TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
        TOC_CHECK_OK(toc_drafts_write(s->drafts, part_bytes, &part, &more, &err));
        assert_true(part.size <= part_bytes);
        s->part_count++;
        read_part(s, toc_arena_dup(s->arena, toc_buf_view(&part)));
    }
}

static void submit(submission *s, const char *file)
{
    read_rows(s, file[0] == '{' ? TOC_ROWS_JSONL : TOC_ROWS_CSV, toc_span_text(file));
    finish(s, PART);
}

static void check_text(toc_span span, const char *text)
{
    assert_int_equal(span.size, strlen(text));
    assert_memory_equal(span.data, text, span.size);
}

static void check_counts(const submission *s, uint64_t read, uint64_t refused, uint64_t merged)
{
    toc_drafts_counts counts = toc_drafts_count(s->drafts);
    assert_int_equal(counts.read, read);
    assert_int_equal(counts.refused, refused);
    assert_int_equal(counts.merged, merged);
}

#define BTC  "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"
#define BTC2 "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define ETH  "0xdAC17F958D2ee523a2206206994597C13D831ec7"

static void no_rows_are_one_empty_part(void **state)
{
    submission *s = *state;
    finish(s, PART);
    assert_int_equal(s->part_count, 1);
    assert_int_equal(s->count, 0);
}

static void rows_become_drafts_in_their_order(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,category\nBTC," BTC ",theft\nETH," ETH ",scam\nBTC," BTC ",scam\n");
    assert_int_equal(s->count, 3);
    check_text(s->statements[0].as.wallet.category, "theft");
    assert_string_equal(s->statements[1].as.wallet.wallet.address, ETH);
    check_text(s->statements[2].as.wallet.category, "scam");
    assert_int_equal(s->lines[0], 2);
    assert_int_equal(s->lines[2], 4);
    check_counts(s, 3, 0, 0);
    assert_int_equal(toc_drafts_count(s->drafts).wallets, 3);
}

static void rows_of_one_identity_become_one_draft(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,category,confidence,label,first_seen,note,asset,amount\n"
              "ETH," ETH ",theft,40,b,2025-02-02,first,USDT,5\n"
              "BTC," BTC2 ",theft,10,,,,,\n"
              "Ethereum,0xdac17f958d2ee523a2206206994597c13d831ec7,Stolen,70,a,2025-01-01,,USDT,7\n"
              "ETH," ETH ",theft,20,c,2025-03-03,last,ETH,1\n");
    assert_int_equal(s->count, 2);
    const toc_statement *claim = &s->statements[0];
    assert_int_equal(claim->confidence, 70);
    assert_int_equal(claim->as.wallet.first_seen.unix_ms, 1735689600000);
    check_text(claim->note, "last");
    assert_int_equal(claim->as.wallet.label_count, 3);
    check_text(claim->as.wallet.labels[0], "a");
    assert_int_equal(claim->as.wallet.asset_count, 2);
    assert_int_equal(claim->as.wallet.assets[0].base_units[29], 0x6A); /* 7,000,000 = 0x6acfc0 */
    assert_int_equal(s->lines[0], 2);
    check_counts(s, 4, 0, 2);
    assert_int_equal(toc_drafts_count(s->drafts).wallets, 2);
}

static void what_makes_another_identity_is_not_merged(void **state)
{
    submission *s = *state;
    submit(s,
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\"}\n"
           "{\"chain\":\"eip155:56\",\"address\":\"" ETH "\",\"category\":\"theft\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH
           "\",\"category\":\"theft\",\"role\":\"victim\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"actor\":\"a\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"incident\":\"a\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"list\":\"ofac\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\",\"vendor\":\"trm\"}\n"
           "{\"chain\":\"ETH\",\"address\":\"" ETH
           "\",\"category\":\"theft\",\"list\":\"OFAC SDN\"}\n");
    assert_int_equal(s->count, 7);
    check_counts(s, 8, 0, 1);
}

static void refused_rows_leave_the_others(void **state)
{
    submission *s = *state;
    submit(s, "chain,address,category\nBTC," BTC ",theft\nBTC,nonsense,theft\nBTC\nBTC," BTC2
              ",theft\nBTC," BTC2 ",\n");
    assert_int_equal(s->count, 2);
    check_counts(s, 5, 3, 0);
    const char *problems = toc_buf_text(&s->problems);
    assert_non_null(strstr(problems, "line 3: column address: 'nonsense': "));
    assert_non_null(strstr(problems, "line 4: 1 columns, where the header has 3\n"));
    assert_non_null(strstr(problems, "line 6: column category: missing\n"));
}

static void a_row_that_makes_a_claim_too_large_is_refused_and_the_claim_stays(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,category,label\n");
    for (int i = 0; i < 18; i++)
        toc_buf_printf(&file, "BTC," BTC ",theft,label %c\n", 'a' + i);
    submit(s, toc_buf_text(&file));
    assert_int_equal(s->count, 1);
    assert_int_equal(s->statements[0].as.wallet.label_count, TOC_LABELS_MAX);
    check_counts(s, 18, 2, 15);
    assert_non_null(strstr(toc_buf_text(&s->problems), "line 18: "));
}

static void check_note(const toc_draft_note *note, uint32_t flag, const char *said,
                       const char *symbol, uint64_t rows)
{
    assert_int_equal(note->flag, flag);
    assert_string_equal(note->said, said);
    assert_string_equal(toc_chain_symbol(note->chain), symbol);
    assert_int_equal(note->rows, rows);
}

static void what_was_done_to_take_addresses_is_noted_by_kind(void **state)
{
    submission *s = *state;
    s->row_options = TOC_ROW_KEEP_INVALID | TOC_ROW_RECOVER;
    submit(s, "chain,address,category\n"
              "ETH,TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,theft\n"
              "USDT,TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t,theft\n"
              "ETH," ETH ",theft\n"
              "USDT,TA3941uFAvmVibSkQ6fMJXxmaSNovX86mz,theft\n"
              "BTC,1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx,theft\n"
              "TRX,ta3941ufavmvibskq6fmjxxmasnovx86mz,theft\n");
    const toc_draft_notes *notes = toc_drafts_notes(s->drafts);
    assert_int_equal(notes->count, 4);
    check_note(&notes->notes[0], TOC_WALLET_CHAIN_CORRECTED, "ETH", "TRX", 1);
    check_note(&notes->notes[1], TOC_WALLET_CHAIN_INFERRED, "USDT", "TRX", 2);
    check_note(&notes->notes[2], TOC_WALLET_INVALID, "BTC", "BTC", 1);
    check_note(&notes->notes[3], TOC_WALLET_RECOVERED, "TRX", "TRX", 1);
}

static void notes_of_several_files_are_added_up_and_never_overflow(void **state)
{
    (void)state;
    const toc_chain *chain = toc_chain_find(toc_span_text("TRX"));
    static toc_draft_notes one, all;
    char said[64];
    for (unsigned i = 0; i < 2 * TOC_DRAFT_NOTES_MAX; i++) {
        /* Longer than a note keeps, with a character of two bytes where it is cut. */
        snprintf(said, sizeof said, "%03u-a-ticker-of-thirty-one-lett\xC3\xA9re", i);
        toc_draft_notes_take(&one, toc_span_text(said), chain, TOC_WALLET_CHAIN_INFERRED);
    }
    toc_draft_notes_take(&one, toc_span_text("x"), chain, TOC_WALLET_CHECKSUM_ABSENT);
    assert_int_equal(one.count, TOC_DRAFT_NOTES_MAX);
    assert_string_equal(one.notes[0].said, "000-a-ticker-of-thirty-one-lett");
    toc_draft_notes_merge(&all, &one);
    toc_draft_notes_merge(&all, &one);
    assert_int_equal(all.count, TOC_DRAFT_NOTES_MAX);
    assert_int_equal(all.notes[0].rows, 2);
}

static void broken_literals_are_kept_on_request(void **state)
{
    submission *s = *state;
    s->row_options = TOC_ROW_KEEP_INVALID;
    submit(s, "chain,address,category\nBTC,1A1zP1eP5QGefi2DMPTfTL5SLmv7Divfxx,theft\n");
    assert_int_equal(s->count, 1);
    assert_true((s->statements[0].as.wallet.wallet.flags & TOC_WALLET_INVALID) != 0);
}

static void a_draft_may_be_added_as_it_is(void **state)
{
    submission *s = *state;
    toc_statement draft = {.kind = TOC_RECORD_WALLET,
                           .tlp = TOC_TLP_GREEN,
                           .confidence = 60,
                           .source = {.ground = TOC_GROUND_OWN}};
    toc_problem problem;
    toc_err err;
    draft.as.wallet.role = toc_span_text("victim");
    draft.as.wallet.category = toc_span_text("theft");
    TOC_CHECK_OK(toc_wallet_parse_on(toc_chain_find(toc_span_text("BTC")), toc_span_text(BTC),
                                     &draft.as.wallet.wallet, &err));
    assert_int_equal(toc_drafts_add(s->drafts, &draft, 1, &problem), TOC_OK);
    draft.confidence = 90;
    assert_int_equal(toc_drafts_add(s->drafts, &draft, 2, &problem), TOC_OK);
    draft.confidence = 101;
    assert_int_equal(toc_drafts_add(s->drafts, &draft, 3, &problem), TOC_MALFORMED);
    assert_int_equal(problem.line, 3);
    finish(s, PART);
    assert_int_equal(s->count, 1);
    assert_int_equal(s->statements[0].confidence, 90);
    check_counts(s, 3, 1, 1);
}

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

static void names_of_orgs_are_kept_once_and_bounded(void **state)
{
    submission *s = *state;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,category,releasable_to,not_to\nBTC," BTC ",theft,Org B,"
                            "aa00000000000000000000000000000000000000000000000000000000000001\n"
                            "BTC," BTC2 ",theft,Org A;Org B,Org C\nETH," ETH ",theft,\"");
    for (unsigned i = 0; i < TOC_AUDIENCE_NAMES_MAX - 2; i++)
        toc_buf_printf(&file, "Org %u;", i);
    toc_buf_add_text(&file, "\",\n");
    submit(s, toc_buf_text(&file));
    check_text(toc_drafts_org_name(s->drafts, 0), "Org B");
    check_text(toc_drafts_org_name(s->drafts, 1), "Org A");
    check_text(toc_drafts_org_name(s->drafts, 2), "Org C");
    check_counts(s, 3, 1, 0);
    assert_int_equal(toc_drafts_org_name(s->drafts, TOC_AUDIENCE_NAMES_MAX).size, 0);
    assert_string_equal(toc_buf_text(&s->problems),
                        "line 4: column releasable_to: more than 64 orgs by name in one "
                        "submission; tell further ones by their ids\n");
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

static void small_parts_and_one_large_part_say_the_same(void **state)
{
    submission *small = *state, *large = NULL;
    void *other = NULL;
    assert_int_equal(set_up(&other), 0);
    large = other;
    TOC_AUTO(toc_buf_wipe) toc_buf file = {0};
    toc_buf_add_text(&file, "chain,address,category,note\n");
    for (size_t i = 0; i < 500; i++)
        toc_buf_printf(&file, "ETH,0x%040zx,scam,%0*d\n", i + 1, (int)(i * 8), 7);
    read_rows(small, TOC_ROWS_CSV, toc_buf_view(&file));
    read_rows(large, TOC_ROWS_CSV, toc_buf_view(&file));
    finish(small, TOC_DRAFT_PART_BYTES_MIN);
    finish(large, 4u << 20);
    assert_true(small->part_count > 5);
    assert_int_equal(large->part_count, 1);
    assert_int_equal(small->count, 500);
    assert_int_equal(large->count, 500);
    for (size_t i = 0; i < 500; i++)
        assert_string_equal(small->statements[i].as.wallet.wallet.address,
                            large->statements[i].as.wallet.wallet.address);
    assert_int_equal(tear_down(&other), 0);
}

static void a_ceiling_is_kept(void **state)
{
    (void)state;
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = NULL;
    toc_err err;
    toc_problem problem;
    toc_code code = TOC_OK;
    size_t taken = 0;
    TOC_CHECK_OK(toc_drafts_new(1u << 20, &drafts, &err));
    for (; code == TOC_OK; taken++) {
        char address[64];
        toc_row row = {.line = taken + 2};
        (void)snprintf(address, sizeof address, "0x%040zx", taken + 1);
        row.cells[TOC_COLUMN_CHAIN] = toc_span_text("ETH");
        row.cells[TOC_COLUMN_ADDRESS] = toc_span_text(address);
        row.cells[TOC_COLUMN_CATEGORY] = toc_span_text("scam");
        code = toc_drafts_add_row(drafts, &row, 0, &problem);
    }
    assert_int_equal(code, TOC_FULL);
    assert_in_range(taken, 1000, 20000);
}

static void a_part_that_is_cut_or_too_long_is_refused(void **state)
{
    submission *s = *state;
    toc_err err;
    bool more;
    TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
    read_rows(s, TOC_ROWS_CSV,
              toc_span_text("chain,address,category\nBTC," BTC ",theft\nETH," ETH ",scam\n"));
    TOC_CHECK_OK(toc_drafts_finish(s->drafts, note_dropped, s, &err));
    TOC_CHECK_OK(toc_drafts_write(s->drafts, PART, &part, &more, &err));
    toc_buf_add_u8(&part, 0);
    for (size_t size = 0; size <= part.size; size++) {
        toc_draft_part reader = {.left = 0};
        toc_draft draft;
        toc_code code = toc_draft_part_open(toc_span_of(part.data, size), &reader, &err);
        while (code == TOC_OK && reader.left > 0)
            code = toc_draft_part_next(&reader, &draft, &err);
        assert_int_equal(code, size == part.size - 1 ? TOC_OK : TOC_MALFORMED);
    }
}

static void a_part_of_another_version_or_kind_is_refused(void **state)
{
    (void)state;
    static const uint8_t version_2[] = {2, 0, 0, 0, 0}, rest[] = {1, 0, 0, 0, 0, 0};
    static const uint8_t retraction[] = {1, 0, 0, 0, 1, TOC_RECORD_RETRACTION, 0, 0, 0,
                                         1, 0, 0, 0, 0};
    static const uint8_t huge[] = {1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF};
    toc_draft_part part;
    toc_draft draft;
    toc_err err;
    assert_int_equal(toc_draft_part_open(TOC_SPAN_OF(version_2), &part, &err), TOC_STATE);
    assert_int_equal(toc_draft_part_open(TOC_SPAN_OF(rest), &part, &err), TOC_MALFORMED);
    TOC_CHECK_OK(toc_draft_part_open(TOC_SPAN_OF(retraction), &part, &err));
    assert_int_equal(toc_draft_part_next(&part, &draft, &err), TOC_MALFORMED);
    TOC_CHECK_OK(toc_draft_part_open(TOC_SPAN_OF(huge), &part, &err));
    assert_int_equal(toc_draft_part_next(&part, &draft, &err), TOC_MALFORMED);
}

/* Real lists, where they are there: every row is taken or refused with a sentence, and the counts
 * add up. */
static void real_lists_go_through(void **state)
{
    submission *s = *state;
    char path[4096];
    if (!toc_shared_path("data/indicators/ransomware_addresses.csv", path))
        skip();
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    TOC_AUTO(toc_buf_wipe) toc_buf rows = {0};
    char line[4096];
    toc_buf_add_text(&rows, "chain,address,category,list\n");
    size_t count = 0;
    assert_non_null(fgets(line, sizeof line, file));
    while (fgets(line, sizeof line, file) != NULL) {
        toc_buf_printf(&rows, "BTC,%.*s,ransomware,ransomwhere\n", (int)strcspn(line, ","), line);
        count++;
    }
    (void)fclose(file);
    read_rows(s, TOC_ROWS_CSV, toc_buf_view(&rows));
    finish(s, PART);
    toc_drafts_counts counts = toc_drafts_count(s->drafts);
    assert_int_equal(counts.read, count);
    assert_int_equal(counts.wallets + counts.merged + counts.refused, count);
    assert_int_equal(counts.wallets, s->count);
    assert_true(count > 5000);
    assert_true(counts.wallets > count * 99 / 100);
}

int main(void)
{
#define DRAFTS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        DRAFTS_TEST(no_rows_are_one_empty_part),
        DRAFTS_TEST(rows_become_drafts_in_their_order),
        DRAFTS_TEST(rows_of_one_identity_become_one_draft),
        DRAFTS_TEST(what_makes_another_identity_is_not_merged),
        DRAFTS_TEST(refused_rows_leave_the_others),
        DRAFTS_TEST(a_row_that_makes_a_claim_too_large_is_refused_and_the_claim_stays),
        DRAFTS_TEST(what_was_done_to_take_addresses_is_noted_by_kind),
        DRAFTS_TEST(notes_of_several_files_are_added_up_and_never_overflow),
        DRAFTS_TEST(broken_literals_are_kept_on_request),
        DRAFTS_TEST(a_draft_may_be_added_as_it_is),
        DRAFTS_TEST(rows_of_clusters_become_heads_and_members),
        DRAFTS_TEST(the_strictest_marking_of_a_cluster_stays),
        DRAFTS_TEST(rows_of_a_cluster_that_contradict_each_other_are_refused),
        DRAFTS_TEST(rows_of_a_cluster_are_derived_together),
        DRAFTS_TEST(lines_of_a_cluster_are_derived_likewise),
        DRAFTS_TEST(a_cluster_has_one_source),
        DRAFTS_TEST(the_audience_of_a_cluster_is_that_of_its_head_and_members),
        DRAFTS_TEST(names_of_orgs_are_kept_once_and_bounded),
        DRAFTS_TEST(a_cluster_without_an_entity_type_is_dropped_at_the_end),
        DRAFTS_TEST(members_come_in_as_many_records_as_they_need),
        DRAFTS_TEST(members_of_mixed_chains_still_fit_their_records),
        DRAFTS_TEST(small_parts_and_one_large_part_say_the_same),
        DRAFTS_TEST(a_ceiling_is_kept),
        DRAFTS_TEST(a_part_that_is_cut_or_too_long_is_refused),
        DRAFTS_TEST(a_part_of_another_version_or_kind_is_refused),
        DRAFTS_TEST(real_lists_go_through),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
