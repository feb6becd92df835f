/* The stable JSON of proto/control/README.md: whole lines, as programs read them. Field names are
 * only ever added; a test that has to change here is somebody's program that breaks. */
#include "proto/answer/answer.h"

#include <stdio.h>
#include <stdlib.h>

#include "proto/answer/writer.h"
#include "proto/base/endian.h"
#include "tests/unit/answer/json_line.h"

#define ID_A "0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
#define ID_B "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"
#define ID_C "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c"
#define ID_D "0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d"

static toc_answer_claim sample_claim(void)
{
    static const uint8_t root_bytes[] = "\2ofac-sdn";
    static toc_root root;
    static const toc_span labels[2] = {{(const uint8_t *)"a \"quoted\" label", 16},
                                       {(const uint8_t *)"b", 1}};
    static toc_amount assets[2];
    root = toc_span_of(root_bytes, 9);
    assets[0] = (toc_amount){.asset = toc_span_text("eip155:1/slip44:60")};
    assets[1] = (toc_amount){.asset = toc_span_text("native"), .decimals = 8, .stated = true};
    toc_put_u64(assets[1].base_units + 24, 123450000);
    toc_answer_claim claim = {.org_name = toc_span_text("Öresund"),
                              .statement = {.kind = TOC_RECORD_WALLET,
                                            .revision = UINT64_MAX,
                                            .issued_at = {1700000040000},
                                            .valid_until = {1700000040001},
                                            .tlp = TOC_TLP_AMBER_STRICT,
                                            .confidence = 80,
                                            .confidence_scale = toc_span_text("percent"),
                                            .source = {.ground = TOC_GROUND_LIST,
                                                       .id = toc_span_text("ofac-sdn"),
                                                       .version = toc_span_text("2025-03-21")},
                                            .root_count = 1,
                                            .roots = &root,
                                            .note = toc_span_text("line one\nline two"),
                                            .as.wallet = {.wallet = genesis(),
                                                          .role = toc_span_text("perpetrator"),
                                                          .category = toc_span_text("theft"),
                                                          .actor = toc_span_text("lazarus"),
                                                          .incident = toc_span_text("bybit-2025"),
                                                          .asset_count = 2,
                                                          .assets = assets,
                                                          .label_count = 2,
                                                          .labels = labels,
                                                          .first_seen = {1700000000000}}},
                              .alive_count = 1,
                              .alive = &root};
    memset(claim.claim.bytes, 0x0A, 32);
    memset(claim.record.bytes, 0x0B, 32);
    memset(claim.circle.bytes, 0x0C, 32);
    memset(claim.org.bytes, 0x0D, 32);
    return claim;
}

#define CLAIM_LINE                                                                                 \
    "{\"claim\":\"" ID_A "\",\"record\":\"" ID_B "\",\"circle\":\"" ID_C "\",\"org\":\"" ID_D      \
    "\",\"org_name\":\"Öresund\",\"kind\":\"wallet\",\"wallet\":\"" BITCOIN ":" GENESIS            \
    "\",\"chain\":\"" BITCOIN "\",\"address\":\"" GENESIS                                          \
    "\",\"tag\":null,\"literal\":null,\"role\":\"perpetrator\",\"category\":\"theft\","            \
    "\"actor\":\"lazarus\",\"incident\":\"bybit-2025\",\"first_seen\":\"2023-11-14T22:13:20Z\","   \
    "\"last_seen\":null,\"labels\":[\"a \\\"quoted\\\" label\",\"b\"],\"assets\":["                \
    "{\"asset\":\"eip155:1/slip44:60\",\"amount\":null,\"base_units\":null,\"decimals\":null},"    \
    "{\"asset\":\"native\",\"amount\":\"1.2345\",\"base_units\":\"123450000\",\"decimals\":8}],"   \
    "\"confidence\":80,\"confidence_scale\":\"percent\",\"revision\":\"18446744073709551615\","    \
    "\"issued_at\":\"2023-11-14T22:14:00Z\",\"valid_until\":\"2023-11-14T22:14:00.001Z\","         \
    "\"source\":\"list:ofac-sdn\",\"source_version\":\"2025-03-21\","                              \
    "\"roots\":[\"list:ofac-sdn\"],\"tlp\":\"AMBER+STRICT\",\"purpose\":null,"                     \
    "\"note\":\"line one\\nline two\",\"expired\":false,\"withdrawn\":false,"                      \
    "\"misstated\":false,\"disputed\":false}"

#define NOTHING_BESIDE                                                                             \
    "\"disputes\":[],\"clearances\":[],\"notices\":[],\"attributions\":[],\"sightings\":[],"       \
    "\"inquiries\":[],\"unapproved\":[],\"service\":null,\"contested\":false,"                     \
    "\"moves\":[],\"move_total\":0,\"moves_partial\":false,"

static void a_claim_is_one_line_with_every_field(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_claim claim = sample_claim();
    toc_json_claim(&claim, &line);
    assert_line(&line, CLAIM_LINE);
}

static toc_dossier sample_dossier(toc_answer_claim *claim, toc_score_category *category,
                                  toc_score_lineage *lineage)
{
    *claim = sample_claim();
    *lineage =
        (toc_score_lineage){.root = claim->statement.roots[0], .confidence = 80, .chosen = true};
    *category = (toc_score_category){.category = toc_span_text("theft"),
                                     .score = 800,
                                     .org_count = 1,
                                     .lineage_count = 1,
                                     .lineages = lineage};
    return (toc_dossier){
        .query = "btc " GENESIS,
        .found = true,
        .wallet = genesis(),
        .score = {.score = 800, .category_count = 1, .categories = category},
        .claim_count = 1,
        .claims = claim,
        .tagged = 2,
        .cluster = {.id = toc_span_of("\x01\xFF", 2), .size = 7},
        .incomplete = true,
        .horizon = {1700000040000},
    };
}

#define ZEROS     "00000000000000000000000000000000000000000000000000000000000000"
#define FIFTY_SIX "00000000000000000000000000000000000000000000000000000000"
#define FORKED_LINE                                                                                \
    "{\"record\":\"11" ZEROS "\",\"claim\":\"22" ZEROS "\",\"circle\":\"33" ZEROS                  \
    "\",\"org\":\"44" ZEROS "\",\"org_name\":\"Org\",\"kind\":\"wallet\",\"category\":\"theft\","  \
    "\"lane\":\"bulk\",\"generation\":7,\"index\":9}"

#define FORK_LINE                                                                                  \
    "{\"org\":\"44" ZEROS "\",\"org_name\":\"Org\",\"circle\":\"33" ZEROS                          \
    "\",\"lane\":\"bulk\",\"generation\":7,\"from\":5,\"since\":\"2023-11-14T22:14:00Z\","         \
    "\"key_in_use\":true,\"heads\":[{\"size\":8,\"root\":\"abcdef01" FIFTY_SIX                     \
    "\"},{\"size\":9,\"root\":\"12" ZEROS "\"}],\"text\":\"two histories of its bulk feed of "     \
    "generation 7 are signed, which part at entry 5 (heads over 8 entries abcdef01 and 9 entries " \
    "12000000): what it says there from then on counts nowhere. Ask it by another channel whose "  \
    "key is stolen; tocsin keys rotate --sign on its side ends this, and it says again what "      \
    "still holds\"}"

#define DOSSIER_HEAD                                                                               \
    "{\"query\":\"btc " GENESIS "\",\"found\":true,\"subject\":\"01" GENESIS_HASH                  \
    "0101\",\"canonical\":\"" GENESIS "\",\"caip10\":\"" BITCOIN ":" GENESIS                       \
    "\",\"chain\":\"" BITCOIN "\",\"tag\":null,\"score\":800,"

static void a_dossier_is_one_line(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_claim claim;
    toc_score_category category;
    toc_score_lineage lineage;
    toc_dossier dossier = sample_dossier(&claim, &category, &lineage);
    toc_answer_twin twin = {.text = "bip122:x:L", .claims = 3};
    twin.subject = (toc_subject){.size = 2, .bytes = {1, 2}};
    dossier.twins = &twin;
    dossier.twin_count = 1;
    toc_answer_forked forked = {.record = {{0x11}},
                                .claim = {{0x22}},
                                .circle = {{0x33}},
                                .org = {{0x44}},
                                .org_name = toc_span_text("Org"),
                                .kind = TOC_RECORD_WALLET,
                                .category = toc_span_text("theft"),
                                .lane = TOC_LANE_BULK,
                                .generation = 7,
                                .index = 9};
    dossier.in_dispute.rows = &forked;
    dossier.in_dispute.count = 1;
    dossier.in_dispute.total = 3;
    toc_answer_fork fork = {
        .feed = {.circle = {{0x33}}, .org = {{0x44}}, .lane = TOC_LANE_BULK, .generation = 7},
        .org_name = toc_span_text("Org"),
        .from = 5,
        .since = {1700000040000},
        .key_in_use = true,
        .has_heads = true,
        .heads = {{.size = 8, .root = {{0xAB, 0xCD, 0xEF, 0x01}}}, {.size = 9, .root = {{0x12}}}}};
    dossier.in_dispute.forks = &fork;
    dossier.in_dispute.fork_count = 1;
    toc_wallet lookalike = genesis();
    dossier.lookalikes = &lookalike;
    dossier.lookalike_count = 1;
    toc_json_dossier(&dossier, &line);
    assert_line(&line, DOSSIER_HEAD
                "\"categories\":[{\"category\":\"theft\",\"score\":800,\"lineages\":1,\"orgs\":1}],"
                "\"claims\":[" CLAIM_LINE "],\"tagged\":2,"
                "\"same_key\":[{\"subject\":\"0102\",\"caip10\":\"bip122:x:L\",\"claims\":3}],"
                "\"forked\":[" FORKED_LINE "],\"forked_total\":3,"
                "\"forks\":[" FORK_LINE "],"
                "\"lookalikes\":[\"" BITCOIN ":" GENESIS "\"],"
                "\"cluster\":{\"id\":\"01ff\",\"size\":7}," NOTHING_BESIDE
                "\"horizon\":\"2023-11-14T22:14:00Z\","
                "\"incomplete\":true}");
}

static void heads_that_contradict_each_other_name_no_place_and_who_told_of_them(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    const toc_answer_fork fork = {.feed = {.circle = {{0x33}}, .org = {{0x44}}, .generation = 7},
                                  .suspected = true,
                                  .key_in_use = true,
                                  .has_heads = true,
                                  .teller = {{0x55}},
                                  .heads = {{.size = 8, .root = {{0xAB}}}, {.size = 9}}};
    toc_json_fork(&json, &fork);
    toc_json_end_line(&json);
    assert_line(
        &line,
        "{\"org\":\"44" ZEROS "\",\"org_name\":null,\"circle\":\"33" ZEROS
        "\",\"lane\":\"alert\",\"generation\":7,\"from\":null,\"since\":null,\"key_in_use\":true,"
        "\"heads\":[{\"size\":8,\"root\":\"ab" ZEROS "\"},{\"size\":9,\"root\":\"00" ZEROS
        "\"}],\"told_by\":\"55" ZEROS
        "\",\"told_by_name\":null,\"text\":\"two heads of its alert feed "
        "of generation 7 are signed that contradict each other (heads over 8 entries ab000000 and "
        "9 entries 00000000), the second told by 55" ZEROS ". Nobody shows the history under that "
        "one, so nothing is in dispute here. Ask both by another channel; a key is stolen, or two "
        "copies of a node run\"}");
}

static void nothing_found_has_the_same_fields(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_dossier dossier = {.query = "q", .wallet = genesis()};
    (void)snprintf(dossier.wallet.tag, sizeof dossier.wallet.tag, "7");
    toc_json_dossier(&dossier, &line);
    assert_line(&line, "{\"query\":\"q\",\"found\":false,\"subject\":\"01" GENESIS_HASH
                       "0101\",\"canonical\":\"" GENESIS "\",\"caip10\":\"" BITCOIN ":" GENESIS
                       "-7\",\"chain\":\"" BITCOIN "\",\"tag\":\"7\",\"score\":0,"
                       "\"categories\":[],\"claims\":[],\"tagged\":0,\"same_key\":[],"
                       "\"forked\":[],\"forked_total\":0,\"forks\":[],"
                       "\"lookalikes\":[],"
                       "\"cluster\":null," NOTHING_BESIDE
                       "\"horizon\":\"1970-01-01T00:00:00Z\",\"incomplete\":false}");
}

/* ---- explain ---- */

/* RULES §5 by hand. Lineages 90 (list), 60 (own, chosen by nobody: k = min(3, 2) = 2), 70 (vendor):
 * the two best are 90 and 70; ascending: 10^9 · 30/100 = 3·10^8, · 10/100 = 3·10^7; 1000 - 30 =
 * 970. One org more: 60 comes in, 4·10^8, 1.2·10^8, 1.2·10^7: 988. Without the 90: two lineages,
 * but of which orgs? The list is claimed by org 1 only, who claims nothing else: one org stays, the
 * best is 70: 700. Without the 70 (claimed by org 2, who also claims the 60): two lineages 90, 60
 * and two orgs: 4·10^8, 4·10^7: 960. */
static void every_term_of_the_score_and_what_would_change_it_is_explained(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    static const uint8_t own[33] = {TOC_ROOT_OWN, 0xEE};
    toc_root roots[3] = {
        {(const uint8_t *)"\2l", 2}, {(const uint8_t *)"\3v", 2}, TOC_SPAN_OF(own)};
    toc_score_lineage lineages[3] = {{.root = roots[0], .confidence = 90, .chosen = true},
                                     {.root = roots[1], .confidence = 70, .chosen = true},
                                     {.root = roots[2], .confidence = 60}};
    toc_score_category category = {.category = toc_span_text("theft"),
                                   .score = 970,
                                   .org_count = 2,
                                   .lineage_count = 3,
                                   .lineages = lineages};
    toc_answer_claim claims[4];
    memset(claims, 0, sizeof claims);
    for (size_t i = 0; i < 4; i++) {
        toc_statement *statement = &claims[i].statement;
        statement->kind = TOC_RECORD_WALLET;
        statement->root_count = 1;
        statement->roots = &roots[i % 3];
        claims[i].alive_count = 1;
        claims[i].alive = &roots[i % 3];
        statement->as.wallet.category = toc_span_text("theft");
        statement->as.wallet.role = toc_span_text(i == 3 ? "victim" : "perpetrator");
        claims[i].org.bytes[0] = i == 0 ? 1 : 2;
    }
    toc_dossier dossier = {.query = "q",
                           .found = true,
                           .wallet = genesis(),
                           .score = {.score = 970, .category_count = 1, .categories = &category},
                           .claim_count = 4,
                           .claims = claims};
    toc_json_explain(&dossier, &line);
    json_error_t error;
    json_t *json = json_loadb((const char *)line.data, line.size, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(json);
    json_t *shown = json_array_get(json_object_get(json, "categories"), 0);
    char *text = json_dumps(json_object_get(shown, "terms"), JSON_COMPACT);
    assert_string_equal(
        text, "[{\"root\":\"vendor:v\",\"confidence\":70,\"chosen\":true,\"s\":300000000},"
              "{\"root\":\"list:l\",\"confidence\":90,\"chosen\":true,\"s\":30000000},"
              "{\"root\":\"own:ee00000000000000000000000000000000000000000000000000000000"
              "000000\",\"confidence\":60,\"chosen\":false,\"s\":null}]");
    free(text);
    assert_int_equal(json_integer_value(json_object_get(shown, "corroboration")), 2);
    text = json_dumps(json_object_get(shown, "would_change"), JSON_COMPACT);
    assert_string_equal(
        text,
        "[{\"if\":\"one more org repeated one of these lineages\",\"score\":988},"
        "{\"if\":\"all who claim this lineage retracted it\",\"root\":\"list:l\",\"score\":700},"
        "{\"if\":\"all who claim this lineage retracted it\",\"root\":\"vendor:v\","
        "\"score\":960}]");
    free(text);
    static const char *const standings[] = {
        "its lineage counts", "its lineage counts",
        "its lineage is not among the k best: it would take more orgs",
        "its role adds nothing: only perpetrator and intermediary do"};
    for (size_t i = 0; i < 4; i++) {
        json_t *claim = json_array_get(json_object_get(json, "claims"), i);
        assert_string_equal(json_string_value(json_object_get(claim, "standing")), standings[i]);
    }
    assert_non_null(strstr(json_string_value(json_object_get(json, "rule")), "min(999"));
    json_decref(json);
}

/* Another lineage of 50 beside one of 80, by one org more: 5·10^8, 10^8: 900. */
static void one_lineage_is_told_what_a_second_would_make_of_it(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_claim claim;
    toc_score_category category;
    toc_score_lineage lineage;
    toc_dossier dossier = sample_dossier(&claim, &category, &lineage);
    toc_json_explain(&dossier, &line);
    assert_non_null(strstr(toc_buf_text(&line),
                           "\"would_change\":[{\"if\":\"one more org added a lineage of its own, "
                           "confidence 50\",\"score\":900},{\"if\":\"all who claim this lineage "
                           "retracted it\",\"root\":\"list:ofac-sdn\",\"score\":0}]"));
    assert_non_null(strstr(toc_buf_text(&line),
                           "\"notes\":[\"claims on other tags of this address add nothing\"]"));
}

/* ---- clusters, digests, errors ---- */

static void a_cluster_is_one_line(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_root root = toc_span_of("\3chainalysis", 12);
    toc_answer_report report = {.name = toc_span_text("c-1"),
                                .title = toc_span_text("Branch"),
                                .entity_type = toc_span_text("thief"),
                                .confidence = 70,
                                .members = 12,
                                .root_count = 1,
                                .roots = &root,
                                .alive_count = 1};
    memset(report.claim.bytes, 0x0A, 32);
    memset(report.org.bytes, 0x0D, 32);
    toc_wallet member = genesis();
    toc_claim_id pairs[1][2];
    memset(pairs[0][0].bytes, 0x0A, 32);
    memset(pairs[0][1].bytes, 0x0B, 32);
    toc_answer_cluster cluster = {.query = "q",
                                  .found = true,
                                  .ref = {.id = toc_span_of("\x01", 1), .size = 12},
                                  .report_count = 1,
                                  .reports = &report,
                                  .member_count = 1,
                                  .members = &member,
                                  .tentative_count = 1,
                                  .tentative = pairs,
                                  .examined = true};
    toc_json_cluster(&cluster, &line);
    assert_line(&line,
                "{\"query\":\"q\",\"found\":true,\"cluster\":{\"id\":\"01\",\"size\":12},"
                "\"reports\":[{\"claim\":\"" ID_A "\",\"org\":\"" ID_D
                "\",\"org_name\":null,\"name\":\"c-1\",\"title\":\"Branch\","
                "\"entity_type\":\"thief\",\"method\":null,\"confidence\":70,\"members\":12,"
                "\"roots\":[\"vendor:chainalysis\"],\"lineages\":1,\"disputed\":false,"
                "\"disputes\":[],\"without\":null}],\"members\":[\"" BITCOIN ":" GENESIS
                "\"],\"tentative\":[[\"" ID_A "\",\"" ID_B "\"]],\"links\":[],\"link_count\":0,"
                "\"examined\":true,\"overlay\":null,\"incomplete\":false}");
}

static void a_cluster_tells_disputes_links_and_the_overlay(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_dispute dispute = {.claim.statement.as.dispute.reason = toc_span_text("wrong-party"),
                                  .current = true};
    memset(dispute.claim.claim.bytes, 0x0C, 32);
    memset(dispute.claim.org.bytes, 0x0D, 32);
    uint64_t sizes[] = {4, 3};
    toc_answer_report report = {.name = toc_span_text("c-1"),
                                .entity_type = toc_span_text("thief"),
                                .dispute_count = 1,
                                .disputes = &dispute,
                                .disputed = true,
                                .weighed = true,
                                .without = {.leave = 2, .cluster_count = 2, .sizes = sizes}};
    toc_answer_link link = {.shared = 3, .smaller = 5, .lineages = 2, .how = TOC_HOW_TOUCHES};
    memset(link.reports[0].bytes, 0x0A, 32);
    memset(link.reports[1].bytes, 0x0B, 32);
    toc_answer_decision decision = {.split = true,
                                    .wallets = {toc_span_text("x:1"), toc_span_text("x:2")},
                                    .who = toc_span_text("uid 7"),
                                    .effect = TOC_EFFECT_PARTED,
                                    .both_count = 1,
                                    .both = link.reports};
    toc_answer_part part = {.ref = {.id = toc_span_of("\x02", 1), .size = 1},
                            .wallet = toc_span_text("x:1")};
    toc_answer_cluster cluster = {.query = "q",
                                  .found = true,
                                  .ref = {.id = toc_span_of("\x01", 1), .size = 9},
                                  .report_count = 1,
                                  .reports = &report,
                                  .examined = true,
                                  .link_total = 7,
                                  .link_count = 1,
                                  .links = &link,
                                  .overlay = {.found = true,
                                              .ref = {.id = toc_span_of("\x02", 1), .size = 1},
                                              .part_count = 1,
                                              .parts = &part,
                                              .aside_count = 1,
                                              .aside = link.reports,
                                              .decision_count = 1,
                                              .decisions = &decision}};
    memset(report.claim.bytes, 0x0A, 32);
    memset(report.org.bytes, 0x0D, 32);
    toc_json_cluster(&cluster, &line);
    assert_line(
        &line, "{\"query\":\"q\",\"found\":true,\"cluster\":{\"id\":\"01\",\"size\":9},"
               "\"reports\":[{\"claim\":\"" ID_A "\",\"org\":\"" ID_D
               "\",\"org_name\":null,\"name\":\"c-1\",\"title\":null,"
               "\"entity_type\":\"thief\",\"method\":null,\"confidence\":0,\"members\":0,"
               "\"roots\":[],\"lineages\":0,\"disputed\":true,\"disputes\":[{\"claim\":\"" ID_C
               "\",\"org\":\"" ID_D "\",\"org_name\":null,\"reason\":\"wrong-party\",\"note\":null,"
               "\"current\":true}],\"without\":{\"leave\":2,\"clusters\":2,\"sizes\":[4,3]}}],"
               "\"members\":[],\"tentative\":[],\"links\":[{\"reports\":[\"" ID_A "\",\"" ID_B
               "\"],\"how\":\"touches\",\"shared\":3,\"smaller\":5,\"lineages\":2}],"
               "\"link_count\":7,\"examined\":true,\"overlay\":{\"cluster\":{\"id\":\"02\","
               "\"size\":1},\"parts\":[{\"id\":\"02\",\"size\":1,\"wallet\":\"x:1\","
               "\"reports\":[]}],\"aside\":[\"" ID_A "\"],\"decisions\":[{\"decision\":\"split\","
               "\"wallets\":[\"x:1\",\"x:2\"],\"at\":\"1970-01-01T00:00:00Z\",\"who\":\"uid 7\","
               "\"note\":null,\"effect\":\"parted\",\"reports\":[\"" ID_A "\"]}],"
               "\"members\":[]},\"incomplete\":false}");
}

static void a_digest_is_one_line(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_digest digest = {.horizon = {1700000040000},
                                .rules = 1,
                                .entries = 4,
                                .claims = 3,
                                .wallets = 2,
                                .clusters = 1};
    memset(digest.digest.bytes, 0x0A, 32);
    memset(digest.opened.bytes, 0x0B, 32);
    memset(digest.charters.bytes, 0x0C, 32);
    toc_json_digest(&digest, &line);
    assert_line(&line, "{\"digest\":\"" ID_A "\",\"opened\":\"" ID_B
                       "\",\"horizon\":\"2023-11-14T22:14:00Z\",\"charters\":\"" ID_C
                       "\",\"rules\":1,\"entries\":4,\"claims\":3,\"wallets\":2,\"clusters\":1}");
}

static void an_error_is_a_code_and_a_sentence(void **state)
{
    (void)state;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_err err = {0};
    (void)toc_fail(&err, TOC_NOT_FOUND, "no '%s'\nhere", "x\"y");
    toc_json_error(&err, &line);
    assert_line(&line, "{\"error\":{\"code\":\"not-found\",\"text\":\"no 'x\\\"y'\\nhere\"}}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_claim_is_one_line_with_every_field),
        cmocka_unit_test(a_dossier_is_one_line),
        cmocka_unit_test(heads_that_contradict_each_other_name_no_place_and_who_told_of_them),
        cmocka_unit_test(nothing_found_has_the_same_fields),
        cmocka_unit_test(every_term_of_the_score_and_what_would_change_it_is_explained),
        cmocka_unit_test(one_lineage_is_told_what_a_second_would_make_of_it),
        cmocka_unit_test(a_cluster_is_one_line),
        cmocka_unit_test(a_cluster_tells_disputes_links_and_the_overlay),
        cmocka_unit_test(a_digest_is_one_line),
        cmocka_unit_test(an_error_is_a_code_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
