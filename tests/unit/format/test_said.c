/* JSON Lines of every kind of claim: what is read, how it travels, and what is refused where. */
#include <stdio.h>
#include <stdlib.h>

#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/format/drafts.h"
#include "tests/support/check.h"

enum { ROOM = 64 << 20, PART = 1 << 20, STATEMENTS_MAX = 16 };

#define ETH     "0xdAC17F958D2ee523a2206206994597C13D831ec7"
#define ETH2    "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
#define BTC     "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"
#define HASH1   "1111111111111111111111111111111111111111111111111111111111111111"
#define HASH2   "2222222222222222222222222222222222222222222222222222222222222222"
#define HASH_0A "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
#define TXID    "0x5c504ed432cb51138bcf09aa5e8a410dd4a1e204ef84bfed1be16dfba1b22060"

typedef struct sheet {
    toc_arena *arena;
    toc_buf problems;
    toc_drafts_counts counts;
    size_t count;
    toc_statement statements[STATEMENTS_MAX];
} sheet;

static int set_up(void **state)
{
    sheet *s = calloc(1, sizeof *s);
    toc_err err;
    assert_non_null(s);
    TOC_CHECK_OK(toc_arena_new(ROOM, &s->arena, &err));
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    sheet *s = *state;
    toc_buf_wipe(&s->problems);
    toc_arena_free(s->arena);
    free(s);
    return 0;
}

typedef struct taking {
    sheet *sheet;
    toc_drafts *drafts;
} taking;

static toc_code take(void *context, const toc_row *row, const toc_problem *problem, toc_err *err)
{
    taking *at = context;
    toc_problem own;
    (void)err;
    if (problem == NULL && toc_drafts_add_row(at->drafts, row, 0, &own) == TOC_OK)
        return TOC_OK;
    if (problem != NULL)
        toc_drafts_refuse(at->drafts);
    toc_problem_print(problem != NULL ? problem : &own, &at->sheet->problems);
    toc_buf_add_text(&at->sheet->problems, "\n");
    return TOC_OK;
}

static void read_part(sheet *s, toc_span part)
{
    toc_draft_part reader;
    toc_err err;
    TOC_CHECK_OK(toc_draft_part_open(part, &reader, &err));
    while (reader.left > 0) {
        toc_draft draft;
        assert_true(s->count < STATEMENTS_MAX);
        TOC_CHECK_OK(toc_draft_part_next(&reader, &draft, &err));
        TOC_CHECK_OK(toc_draft_decode(draft.bytes, s->arena, &s->statements[s->count], &err));
        assert_int_equal(s->statements[s->count].kind, draft.kind);
        s->count++;
    }
}

/* What comes out at the node's end. */
static void submit(sheet *s, const char *file)
{
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = NULL;
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
    toc_err err;
    bool more;
    TOC_CHECK_OK(toc_drafts_new(ROOM, &drafts, &err));
    taking at = {.sheet = s, .drafts = drafts};
    TOC_CHECK_OK(toc_rows_new(TOC_ROWS_JSONL, take, &at, &rows, &err));
    TOC_CHECK_OK(toc_rows_feed(rows, toc_span_text(file), &err));
    TOC_CHECK_OK(toc_rows_finish(rows, &err));
    TOC_CHECK_OK(toc_drafts_finish(drafts, NULL, NULL, &err));
    s->counts = toc_drafts_count(drafts);
    TOC_CHECK_OK(toc_drafts_write(drafts, PART, &part, &more, &err));
    assert_false(more);
    s->count = 0;
    read_part(s, toc_arena_dup(s->arena, toc_buf_view(&part)));
}

static const toc_statement *submit_one(sheet *s, const char *file)
{
    submit(s, file);
    assert_string_equal(toc_buf_text(&s->problems), "");
    assert_int_equal(s->count, 1);
    return &s->statements[0];
}

static void check_text(toc_span span, const char *text)
{
    assert_int_equal(span.size, strlen(text));
    assert_memory_equal(span.data, text, span.size);
}

static void check_hex(const void *bytes, const char *text)
{
    char hex[65];
    toc_hex_encode(toc_span_of(bytes, 32), hex);
    assert_string_equal(hex, text);
}

/* ---- what is read ---- */

static void a_transfer_keeps_its_parties_in_order_and_its_amount_in_base_units(void **state)
{
    const toc_statement *claim = submit_one(
        *state, "{\"kind\":\"transfer\",\"chain\":\"ETH\",\"tx\":\"" TXID "\","
                "\"index_kind\":\"log\",\"index\":7,\"from\":[\"" ETH "\",{\"address\":\"" ETH2
                "\"},\"" ETH "\"],\"to\":\"" ETH2 "\","
                "\"asset\":\"USDT\",\"amount\":\"12.5\",\"block\":21895251,"
                "\"time\":\"2025-02-21T14:16:11Z\","
                "\"fiat\":{\"currency\":\"USD\",\"minor_units\":1250,\"priced_by\":\"CoinGecko\"},"
                "\"bridge_side\":\"onward\",\"bridge\":{\"chain\":\"BTC\",\"tx\":\"" HASH1 "\","
                "\"index_kind\":\"output\",\"index\":\"0\"},"
                "\"confidence\":90,\"tlp\":\"GREEN\",\"note\":\"seen\",\"list\":null}");
    const toc_transfer_body *body = &claim->as.transfer;
    assert_int_equal(claim->kind, TOC_RECORD_TRANSFER);
    assert_int_equal(claim->confidence, 90);
    assert_int_equal(claim->tlp, TOC_TLP_GREEN);
    assert_int_equal(claim->source.ground, TOC_GROUND_OWN);
    check_text(claim->note, "seen");
    check_text(body->place.tx, TXID);
    assert_int_equal(body->place.index_kind, TOC_INDEX_LOG);
    check_text(body->place.index, "7");
    assert_int_equal(body->from_count, 2); /* one of them was named twice */
    assert_string_equal(body->from[0].address, ETH2);
    assert_string_equal(body->from[1].address, ETH);
    assert_int_equal(body->to_count, 1);
    assert_int_equal(body->amount.decimals, 6);
    assert_int_equal(body->amount.base_units[29], 0xBE); /* 12,500,000 = 0xBEBC20 */
    assert_int_equal(body->amount.base_units[31], 0x20);
    assert_int_equal(body->block, 21895251);
    assert_int_equal(body->time.unix_ms, 1740147371000);
    check_text(body->fiat.source, "coingecko");
    assert_int_equal(body->fiat.minor_units, 1250);
    assert_int_equal(body->bridge_side, TOC_BRIDGE_ONWARD);
    check_text(body->bridge.tx, HASH1);
}

static void an_incident_sorts_its_losses_and_its_thefts(void **state)
{
    const toc_statement *claim = submit_one(
        *state,
        "{\"kind\":\"incident\",\"slug\":\"Bybit 2025\",\"title\":\"Bybit cold wallet\","
        "\"occurred\":\"2025-02-21\",\"status\":\"ongoing\",\"victim\":\"Bybit\","
        "\"losses\":[{\"asset\":\"stETH\",\"chain\":\"ETH\",\"amount\":\"90375.5479\"},"
        "{\"asset\":\"eip155:1/slip44:60\",\"base_units\":\"401346000000000000000000\","
        "\"decimals\":18}],"
        "\"loss\":{\"currency\":\"USD\",\"minor_units\":\"146000000000\",\"priced_by\":\"own\"},"
        "\"thefts\":[{\"chain\":\"ETH\",\"tx\":\"" TXID "\"},{\"chain\":\"BTC\",\"tx\":\"" HASH2
        "\"},{\"chain\":\"BTC\",\"tx\":\"" HASH1 "\"},{\"chain\":\"BTC\",\"tx\":\"" HASH2 "\"}]}");
    const toc_incident_body *body = &claim->as.incident;
    check_text(body->slug, "bybit-2025");
    check_text(body->status, "funds-moving");
    assert_int_equal(body->loss_count, 2);
    check_text(body->losses[1].asset, "eip155:1/slip44:60");
    assert_int_equal(body->losses[0].decimals, 18);
    assert_int_equal(body->theft_count, 3);
    check_text(body->thefts[0].tx, HASH1);
    check_text(body->thefts[1].tx, HASH2);
}

static void the_lower_incident_of_a_same_as_comes_first(void **state)
{
    const toc_statement *claim = submit_one(
        *state, "{\"kind\":\"same-as\",\"first\":{\"org\":\"" HASH1 "\",\"slug\":\"bybit\"},"
                "\"second\":\"bybit-2025\"}");
    check_text(claim->as.same_as.first.slug, "bybit-2025"); /* of this org: zeroes as yet */
    check_hex(claim->as.same_as.second.org.bytes, HASH1);
}

static void an_attribution_is_of_a_wallet_or_of_an_incident(void **state)
{
    sheet *s = *state;
    submit(s, "{\"kind\":\"attribution\",\"address\":\"" ETH "\",\"chain\":\"ETH\","
              "\"actor\":\"Lazarus Group\",\"documents\":[\"" HASH2 "\",\"" HASH1 "\"]}\n"
              "{\"kind\":\"attribution\",\"incident\":\"bybit-2025\",\"actor\":\"lazarus\"}\n"
              "{\"kind\":\"attribution\",\"actor\":\"lazarus\"}\n"
              "{\"kind\":\"attribution\",\"incident\":\"x\",\"actor\":\"lazarus\","
              "\"chain\":\"ETH\",\"address\":\"" ETH "\"}\n");
    assert_string_equal(toc_buf_text(&s->problems),
                        "line 3: field address: missing; or an incident\n"
                        "line 4: field incident: beside an address: it is of one of the two\n");
    assert_int_equal(s->count, 2);
    assert_int_equal(s->counts.others, 2);
    assert_int_equal(s->statements[0].as.attribution.documents.count, 2);
    check_hex(s->statements[0].as.attribution.documents.hashes[0].bytes, HASH1);
    check_text(s->statements[1].as.attribution.incident.slug, "bybit-2025");
    check_text(s->statements[1].as.attribution.actor, "lazarus");
}

static void a_sighting_is_on_the_chain_of_its_wallet(void **state)
{
    const toc_statement *claim =
        submit_one(*state, "{\"kind\":\"sighting\",\"chain\":\"bitcoin\",\"address\":\"" BTC "\","
                           "\"place\":{\"chain\":\"BTC\",\"tx\":\"" HASH1
                           "\",\"index_kind\":\"output\",\"index\":1,\"flow\":null},"
                           "\"seen\":\"2025-03-01\",\"direction\":\"IN\",\"stopped_at\":\"bip122:"
                           "000000000019d6689c085ae165831e93:" BTC "\","
                           "\"account_role\":\"deposit address\"}");
    const toc_sighting_body *body = &claim->as.sighting;
    assert_ptr_equal(body->place.chain, body->wallet.chain);
    assert_int_equal(body->direction, TOC_DIRECTION_IN);
    assert_non_null(body->stopped_at);
    assert_string_equal(body->stopped_at->address, BTC);
    check_text(body->account_role, "deposit");
}

static void a_service_notice_names_its_operator_and_brings_a_signature(void **state)
{
    const toc_statement *claim = submit_one(
        *state, "{\"kind\":\"service notice\",\"chain\":\"ETH\",\"address\":\"" ETH "\","
                "\"role\":\"hot wallet\",\"operator_org\":\"own\",\"operator_name\":\"Tether\","
                "\"signature\":{\"scheme\":\"eip-191\",\"signature\":\"0x0102ff\"}}");
    const toc_notice_body *body = &claim->as.notice;
    assert_true(body->has_operator_org);
    check_text(body->operator_name, "tether");
    check_text(body->role, "hot");
    assert_int_equal(body->signature.signature.size, 3);
    assert_int_equal(body->signature.signature.data[2], 0xFF);
}

static void a_clearance_says_when_it_was_checked(void **state)
{
    const toc_statement *claim =
        submit_one(*state, "{\"kind\":\"clearance\",\"chain\":\"ETH\",\"address\":\"" ETH "\","
                           "\"checked\":\"2025-03-01T10:00:00Z\"}");
    assert_int_equal(claim->as.clearance.checked.unix_ms, 1740823200000);
}

static void what_a_dispute_an_inquiry_and_a_reply_are_about_stays_open(void **state)
{
    sheet *s = *state;
    submit(s, "{\"kind\":\"dispute\",\"target\":\"" HASH1 "\",\"reason\":\"typo\"}\n"
              "{\"kind\":\"inquiry\",\"target\":{\"claim\":\"" HASH2 "\",\"kind\":\"wallet\"},"
              "\"note\":\"why?\"}\n"
              "{\"kind\":\"inquiry\",\"target\":\"" HASH2 "\",\"note\":\"why?\"}\n"
              "{\"kind\":\"inquiry\",\"target\":\"" HASH2 "\",\"note\":\"and how?\"}\n"
              "{\"kind\":\"reply\",\"inquiry\":\"" HASH_0A "\",\"note\":\"papers\"}\n");
    assert_string_equal(toc_buf_text(&s->problems), "");
    assert_int_equal(s->counts.merged, 1); /* the question that was asked twice */
    assert_int_equal(s->count, 4);
    const toc_target *target = toc_statement_target(&s->statements[0]);
    check_hex(target->claim.bytes, HASH1);
    assert_null(target->named);
    check_text(s->statements[0].as.dispute.reason, "wrong-address");
    check_hex(toc_statement_target(&s->statements[1])->claim.bytes, HASH2);
    check_hex(s->statements[3].as.reply.inquiry.bytes, HASH_0A);
    assert_null(toc_statement_target(&s->statements[3])->named);
}

static void a_record_whose_target_is_open_is_none(void **state)
{
    sheet *s = *state;
    toc_root root;
    uint8_t own[33] = {TOC_ROOT_OWN};
    TOC_AUTO(toc_buf_wipe) toc_buf bytes = {0};
    toc_err err;
    root = TOC_SPAN_OF(own);
    toc_statement claim =
        *submit_one(s, "{\"kind\":\"inquiry\",\"target\":\"" HASH1 "\",\"note\":\"why?\"}");
    claim.revision = 1;
    claim.issued_at.unix_ms = 1;
    claim.roots = &root;
    claim.root_count = 1;
    TOC_CHECK_FAILS(TOC_MALFORMED, toc_record_encode(&claim, &bytes, &err));
    assert_string_equal(err.text, "record: target_kind: not one of a claim");
}

static void what_a_claim_is_derived_from_travels_sorted(void **state)
{
    sheet *s = *state;
    submit(s, "{\"chain\":\"ETH\",\"address\":\"" ETH "\",\"category\":\"theft\","
              "\"derived_from\":[\"" HASH2 "\",\"" HASH1 "\",\"" HASH2 "\"]}\n"
              "{\"kind\":\"clearance\",\"chain\":\"ETH\",\"address\":\"" ETH "\","
              "\"checked\":\"2025-03-01\",\"derived_from\":\"" HASH1 "\"}\n"
              "{\"kind\":\"wallet\",\"chain\":\"ETH\",\"address\":\"" ETH "\","
              "\"category\":\"theft\",\"list\":\"ofac-sdn\",\"derived_from\":\"" HASH1 "\"}\n");
    assert_string_equal(toc_buf_text(&s->problems),
                        "line 3: column list: beside derived_from; a claim has one source\n");
    assert_int_equal(s->count, 2);
    const toc_source *source = &s->statements[0].source;
    assert_int_equal(source->ground, TOC_GROUND_DERIVED);
    assert_int_equal(source->record_count, 2);
    check_hex(source->records[0].record.bytes, HASH1);
    check_hex(source->records[1].record.bytes, HASH2);
    assert_int_equal(s->statements[1].source.record_count, 1);
}

/* ---- what is refused ---- */

static void a_mistake_is_named_with_its_line_and_field(void **state)
{
    static const struct {
        const char *line, *says;
    } cases[] = {
        {"{\"kind\":\"disput\"}",
         "field kind: 'disput' is nothing that a line can say; the nearest "
         "is 'dispute' ('tocsin retract' takes back)"},
        {"{\"kind\":\"retraction\"}",
         "field kind: 'retraction' is nothing that a line can say; the nearest is 'attribution' "
         "('tocsin retract' takes back)"},
        {"{\"kind\":\"cluster\",\"chain\":\"ETH\",\"address\":\"" ETH "\"}",
         "column cluster: missing"},
        {"{\"kind\":\"dispute\",\"target\":\"" HASH1 "\",\"raeson\":\"typo\"}",
         "unknown field 'raeson'; the nearest is 'reason'"},
        {"{\"kind\":\"dispute\",\"target\":\"" HASH1 "\"}", "field reason: missing"},
        {"{\"kind\":\"dispute\",\"target\":\"12\",\"reason\":\"typo\"}", "field target[0]: "},
        {"{\"kind\":\"dispute\",\"target\":\"" HASH1 "\",\"reason\":\"typo\",\"category\":1}",
         "unknown field 'category'"},
        {"{\"kind\":\"dispute\",\"target\":\"" HASH1 "\",\"reason\":\"typo\",\"tlp\":\"PINK\"}",
         "column tlp: "},
        {"{\"kind\":\"transfer\",\"chain\":\"ETH\",\"to\":\"" ETH "\"}",
         "field tx: missing; where"},
        {"{\"kind\":\"transfer\",\"chain\":\"ETH\",\"tx\":\"" TXID "\",\"to\":\"" ETH "\"}",
         "field index_kind: missing"},
        {"{\"kind\":\"transfer\",\"chain\":\"ETH\",\"flow\":\"" HASH1 "\",\"to\":[\"" ETH
         "\",{\"address\":\"" BTC "\"}]}",
         "field to[1].address: "},
        {"{\"kind\":\"transfer\",\"chain\":\"ETH\",\"flow\":\"" HASH1 "\",\"to\":\"" ETH
         "\",\"asset\":\"USDT\",\"amount\":\"1\",\"base_units\":\"2\"}",
         "field amount: another one than in base_units"},
        {"{\"kind\":\"transfer\",\"chain\":\"ETH\",\"flow\":\"" HASH1 "\",\"to\":\"" ETH
         "\",\"asset\":\"ETH\",\"amount\":0.5}",
         "field amount: a fraction is written as text"},
        {"{\"kind\":\"transfer\",\"chain\":\"ETH\",\"flow\":\"" HASH1 "\",\"to\":\"" ETH
         "\",\"asset\":\"ETH\",\"amount\":\"1\"}",
         "field time: missing"},
        {"{\"kind\":\"incident\",\"slug\":\"x\",\"losses\":[{\"asset\":\"ETH\",\"chain\":\"ETH\","
         "\"amount\":\"1\"}]}",
         "field losses[0].asset: a coin outside of its chain is written as CAIP-19"},
        {"{\"kind\":\"incident\",\"slug\":\"x\"}", "field status: missing"},
        {"{\"kind\":\"same-as\",\"first\":\"a\",\"second\":\"a\"}",
         "field second: the same incident as the first"},
        {"{\"kind\":\"sighting\",\"chain\":\"ETH\",\"address\":\"" ETH "\",\"tx\":\"" TXID
         "\",\"index_kind\":\"native\",\"seen\":\"2025-01-01\",\"direction\":\"up\"}",
         "field direction: 'up' is none"},
        {"{\"kind\":\"clearance\",\"chain\":\"ETH\",\"address\":\"" BTC "\"}", "column address: "},
    };
    sheet *s = *state;
    for (size_t i = 0; i < TOC_COUNT(cases); i++) {
        char expected[256];
        toc_buf_clear(&s->problems);
        submit(s, cases[i].line);
        snprintf(expected, sizeof expected, "line 1: %s", cases[i].says);
        if (strncmp(toc_buf_text(&s->problems), expected, strlen(expected)) != 0)
            fail_msg("%s\n  said:     %s  expected: %s", cases[i].line, toc_buf_text(&s->problems),
                     expected);
        assert_int_equal(s->count, 0);
        assert_int_equal(s->counts.refused, 1);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_transfer_keeps_its_parties_in_order_and_its_amount_in_base_units),
        TEST(an_incident_sorts_its_losses_and_its_thefts),
        TEST(the_lower_incident_of_a_same_as_comes_first),
        TEST(an_attribution_is_of_a_wallet_or_of_an_incident),
        TEST(a_sighting_is_on_the_chain_of_its_wallet),
        TEST(a_service_notice_names_its_operator_and_brings_a_signature),
        TEST(a_clearance_says_when_it_was_checked),
        TEST(what_a_dispute_an_inquiry_and_a_reply_are_about_stays_open),
        TEST(a_record_whose_target_is_open_is_none),
        TEST(what_a_claim_is_derived_from_travels_sorted),
        TEST(a_mistake_is_named_with_its_line_and_field),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
