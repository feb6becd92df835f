/* How long the pure part of ingest takes: decode and claim id of typical records, encode, score,
 * join. Prints one line a figure; the best of several rounds, since other things run beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/record/record.h"
#include "proto/rules/join.h"
#include "proto/rules/score.h"

enum { ROUNDS = 7, RECORDS = 20000 };

static double now_ns(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec * 1e9 + (double)at.tv_nsec;
}

static void must(toc_code code, const toc_err *err)
{
    if (code == TOC_OK)
        return;
    fprintf(stderr, "%s\n", err->text);
    exit(1);
}

static toc_statement make_wallet(const char *chain, const char *address)
{
    static const toc_root root = {(const uint8_t *)"\2ransomwhere", 12};
    toc_err err;
    toc_statement statement = {
        .kind = TOC_RECORD_WALLET,
        .revision = 1,
        .issued_at = {1742000000000},
        .tlp = TOC_TLP_GREEN,
        .confidence = 70,
        .confidence_scale = toc_span_text("percent"),
        .source = {.ground = TOC_GROUND_LIST, .id = toc_span_text("ransomwhere")},
        .root_count = 1,
        .roots = &root};
    statement.as.wallet.role = toc_span_text("perpetrator");
    statement.as.wallet.category = toc_span_text("ransomware");
    statement.as.wallet.actor = toc_span_text("lockbit");
    must(toc_wallet_parse_on(toc_chain_find(toc_span_text(chain)), toc_span_text(address),
                             &statement.as.wallet.wallet, &err),
         &err);
    return statement;
}

static void bench_record(const char *name, const toc_statement *statement)
{
    toc_buf bytes = {0};
    toc_arena *arena = NULL;
    toc_err err;
    toc_circle_id circle = {{1}};
    toc_org_id org = {{2}};
    toc_claim_id claim;
    toc_statement out;
    double decode = 1e18, identify = 1e18, encode = 1e18;
    must(toc_arena_new(1u << 20, &arena, &err), &err);
    must(toc_record_encode(statement, &bytes, &err), &err);
    size_t size = bytes.size;
    for (int round = 0; round < ROUNDS; round++) {
        double start = now_ns();
        for (int i = 0; i < RECORDS; i++) {
            must(toc_record_decode(toc_span_of(bytes.data, size), arena, &out, &err), &err);
            toc_arena_reset(arena);
        }
        double decoded = now_ns();
        for (int i = 0; i < RECORDS; i++)
            toc_statement_claim(statement, &circle, &org, &claim);
        double identified = now_ns();
        for (int i = 0; i < RECORDS; i++) {
            bytes.size = size;
            must(toc_record_encode(statement, &bytes, &err), &err);
        }
        double encoded = now_ns();
        decode = decoded - start < decode ? decoded - start : decode;
        identify = identified - decoded < identify ? identified - decoded : identify;
        encode = encoded - identified < encode ? encoded - identified : encode;
    }
    printf("%-12s %4zu bytes: decode %5.0f ns, claim id %4.0f ns, encode %5.0f ns\n", name, size,
           decode / RECORDS, identify / RECORDS, encode / RECORDS);
    toc_buf_wipe(&bytes);
    toc_arena_free(arena);
}

/* A circle's worth of reports: each shares some vertices with others near it, some hundred are big.
 */
static void bench_join(size_t report_count)
{
    toc_arena *arena = NULL;
    toc_err err;
    must(toc_arena_new((size_t)2 << 30, &arena, &err), &err);
    toc_join_report *reports = calloc(report_count, sizeof *reports);
    size_t shared_count = 3 * report_count;
    toc_join_shared *shared = calloc(shared_count, sizeof *shared);
    uint32_t *lists = calloc(shared_count * 4, sizeof *lists);
    static const toc_root roots[] = {{(const uint8_t *)"\2a", 2}, {(const uint8_t *)"\2b", 2}};
    if (reports == NULL || shared == NULL || lists == NULL)
        exit(1);
    for (size_t i = 0; i < report_count; i++)
        reports[i] = (toc_join_report){
            .vertex_count = i % 100 == 0 ? 5000 : 40, .root_count = 1, .roots = &roots[i % 7 == 0]};
    uint64_t seed = 1;
    for (size_t i = 0; i < shared_count; i++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        uint32_t first = (uint32_t)((seed >> 33) % (report_count - 400));
        for (uint32_t j = 0; j < 4; j++)
            lists[4 * i + j] = first + j * (1 + (uint32_t)(seed >> 20) % 100);
        shared[i] = (toc_join_shared){.report_count = 4, .reports = lists + 4 * i};
    }
    double best = 1e18;
    toc_join_result result = {0};
    for (int round = 0; round < 3; round++) {
        toc_arena_reset(arena);
        double start = now_ns();
        must(toc_join(reports, report_count, shared, shared_count, arena, &result, &err), &err);
        double taken = now_ns() - start;
        best = taken < best ? taken : best;
    }
    printf(
        "join %zu reports, %zu shared vertices: %.1f ms, %u components, %zu tentative, %zu MiB\n",
        report_count, shared_count, best / 1e6, result.component_count, result.tentative_count,
        toc_arena_bytes(arena) >> 20);
    free(reports);
    free(shared);
    free(lists);
    toc_arena_free(arena);
}

static void bench_score(void)
{
    toc_arena *arena = NULL;
    toc_err err;
    toc_score_claim claims[8];
    toc_score score;
    static const toc_root roots[] = {{(const uint8_t *)"\2a", 2}, {(const uint8_t *)"\2b", 2}};
    must(toc_arena_new(1u << 20, &arena, &err), &err);
    for (size_t i = 0; i < 8; i++) {
        claims[i] = (toc_score_claim){.category = toc_span_text(i % 2 ? "theft" : "scam"),
                                      .role = toc_span_text("perpetrator"),
                                      .confidence = 50,
                                      .root_count = 1,
                                      .roots = &roots[i % 3 == 0]};
        claims[i].org.bytes[0] = (uint8_t)i;
    }
    double start = now_ns();
    for (int i = 0; i < RECORDS; i++) {
        must(toc_score_of(claims, 8, arena, &score, &err), &err);
        toc_arena_reset(arena);
    }
    printf("score of 8 claims: %.0f ns\n", (now_ns() - start) / RECORDS);
    toc_arena_free(arena);
}

int main(void)
{
    toc_statement segwit = make_wallet("BTC", "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq");
    toc_statement base58 = make_wallet("BTC", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa");
    toc_statement account = make_wallet("ETH", "0xdAC17F958D2ee523a2206206994597C13D831ec7");
    toc_statement tron = make_wallet("TRX", "TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t");
    toc_member *members = calloc(512, sizeof *members);
    if (members == NULL)
        return 1;
    for (size_t i = 0; i < 512; i++)
        members[i].wallet = base58.as.wallet.wallet;
    toc_statement chunk = {.kind = TOC_RECORD_MEMBERS,
                           .revision = 1,
                           .issued_at = {1742000000000},
                           .tlp = TOC_TLP_GREEN,
                           .source = {.ground = TOC_GROUND_OWN},
                           .as.members = {toc_span_text("cluster-1"), 512, members}};
    bench_record("bech32", &segwit);
    bench_record("base58check", &base58);
    bench_record("evm", &account);
    bench_record("tron", &tron);
    bench_record("512 members", &chunk);
    bench_score();
    bench_join(10000);
    bench_join(100000);
    free(members);
    return 0;
}
