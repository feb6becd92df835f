/* How fast the fold takes wallet records into the views, what they cost on disk, and how fast
 * dossiers come out again. bench_fold [records stored before] [folder] [records timed] [transfers]
 * With the word `transfers` each record is of money from one such wallet to another. Records are
 * of 8 orgs in feeds of their own, each about another wallet, every tenth a newer revision of one
 * before. Opening entries (decrypting, decoding, checking) is part of what is timed. Figures of the
 * reference machine stand in docs/PERFORMANCE.md. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "proto/address/base58.h"
#include "proto/base/endian.h"
#include "proto/base/text.h"
#include "proto/crypto/hash.h"
#include "proto/feed/entry.h"
#include "store/query.h"
#include "tests/support/check.h"
#include "tests/support/tempdir.h"

enum { FEEDS = 8, LOOKUPS = 200000 };
#define CHUNK  UINT64_C(1000)
#define NOW_MS UINT64_C(1700000040000)

static void must(toc_code code, const toc_err *err)
{
    if (code == TOC_OK)
        return;
    fprintf(stderr, "bench_fold: %s: %s\n", toc_code_name(code), err->text);
    exit(1);
}

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Of this process: what a machine does besides is not counted, nor is waiting for the disk. */
static double cpu_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static uint64_t mono_ms(void *context)
{
    (void)context;
    return (uint64_t)(now_s() * 1e3);
}

/* ---- records ---- */

typedef struct bench_state {
    toc_log *log;
    toc_views *views;
    toc_arena *arena;
    toc_secret *keys[FEEDS];
    toc_log_feed feeds[FEEDS];
    uint64_t written;
    bool transfers;
    uint64_t record_bytes;
} bench_state;

static toc_wallet wallet_of(uint64_t number)
{
    toc_err err = {0};
    toc_hash hash;
    toc_wallet wallet;
    char text[TOC_BASE58_TEXT_MAX];
    bool evm = number % 3 == 0;
    toc_blake2b(TOC_SPAN_OF(number), &hash);
    if (evm) {
        text[0] = '0';
        text[1] = 'x';
        toc_hex_encode(toc_span_of(hash.bytes, 20), text + 2);
    } else {
        uint8_t payload[21] = {0};
        memcpy(payload + 1, hash.bytes, 20);
        toc_base58check_encode(TOC_BASE58_BITCOIN, TOC_SPAN_OF(payload), text);
    }
    const toc_chain *chain = toc_chain_find(toc_span_text(evm ? "ETH" : "BTC"));
    must(toc_wallet_parse_on(chain, toc_span_text(text), &wallet, &err), &err);
    return wallet;
}

static void add_root(bench_state *bench, const toc_log_feed *feed, toc_statement *statement,
                     toc_buf *out)
{
    toc_err err = {0};
    toc_claim_id claim;
    toc_arena_reset(bench->arena);
    toc_statement_claim(statement, &feed->name.circle, &feed->name.org, &claim);
    toc_root root = toc_source_root(&statement->source, &claim, bench->arena);
    statement->roots = &root;
    statement->root_count = 1;
    must(toc_record_encode(statement, out, &err), &err);
    statement->roots = NULL;
}

static void write_transfer(bench_state *bench, const toc_log_feed *feed, uint64_t number,
                           toc_buf *out)
{
    const toc_wallet from = wallet_of(3 * number), to = wallet_of(3 * number + 3); /* all EVM */
    toc_hash hash;
    char tx[67] = "0x";
    toc_blake2b(TOC_SPAN_OF(number), &hash);
    toc_hex_encode(TOC_SPAN_OF(hash.bytes), tx + 2);
    toc_statement statement = {
        .kind = TOC_RECORD_TRANSFER,
        .revision = 1,
        .issued_at = {NOW_MS - number % 1000 * 3600000},
        .tlp = TOC_TLP_AMBER,
        .confidence = 80,
        .confidence_scale = toc_span_text("percent"),
        .source = {.ground = TOC_GROUND_OWN},
        .as.transfer = {
            .place = {.chain = from.chain,
                      .tx = toc_span_of(tx, 66),
                      .index_kind = TOC_INDEX_NATIVE},
            .from = &from,
            .to = &to,
            .from_count = 1,
            .to_count = 1,
            .amount = {.asset = toc_span_text("native"), .decimals = 18, .stated = true},
            .time = {NOW_MS - number % 100000 * 1000}}};
    toc_put_u64(statement.as.transfer.amount.base_units + 24, number + 1);
    add_root(bench, feed, &statement, out);
}

/* As an exchange would report: most of the fields, a label and a note. */
static void write_record(bench_state *bench, const toc_log_feed *feed, uint64_t number,
                         toc_buf *out)
{
    static const char *const categories[] = {"theft", "scam", "ransomware", "phishing"};
    uint64_t about = number % 10 == 9 ? number - 8 : number;
    const toc_span label = toc_span_text("reported by the victim");
    toc_statement statement = {
        .kind = TOC_RECORD_WALLET,
        .revision = 1 + (number != about),
        .issued_at = {NOW_MS - number % 1000 * 3600000},
        .tlp = TOC_TLP_AMBER,
        .confidence = 40 + (uint32_t)(number % 60),
        .confidence_scale = toc_span_text("percent"),
        .source = {.ground = TOC_GROUND_OWN},
        .as.wallet = {.wallet = wallet_of(about),
                      .role = toc_span_text("perpetrator"),
                      .category = toc_span_text(categories[about % TOC_COUNT(categories)]),
                      .label_count = 1,
                      .labels = &label,
                      .first_seen = {NOW_MS - 86400000}}};
    add_root(bench, feed, &statement, out);
}

static void append_chunk(bench_state *bench, toc_log_txn *txn, size_t feed_number)
{
    toc_err err = {0};
    toc_log_feed *feed = &bench->feeds[feed_number];
    static toc_buf entries[CHUNK];
    toc_span spans[CHUNK];
    toc_hash leaves[CHUNK];
    uint64_t from = feed->frontier.size;
    for (size_t i = 0; i < CHUNK; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
        uint64_t number = bench->written / CHUNK / FEEDS * CHUNK * FEEDS + feed_number * CHUNK + i;
        if (bench->transfers)
            write_transfer(bench, feed, number, &record);
        else
            write_record(bench, feed, number, &record);
        bench->record_bytes += record.size;
        toc_buf_clear(&entries[i]);
        must(toc_entry_seal(&feed->name, &feed->id, from + i, 1, UINT32_MAX,
                            bench->keys[feed_number], (toc_time){NOW_MS}, toc_buf_view(&record),
                            &entries[i], &err),
             &err);
        spans[i] = toc_buf_view(&entries[i]);
        toc_entry_leaf(&feed->id, from + i, spans[i], &leaves[i]);
    }
    must(toc_log_append(txn, feed, spans, leaves, CHUNK, NULL, &err), &err);
    toc_journal_row row = {
        .kind = TOC_JOURNAL_OPENED, .feed = feed->number, .from = from, .until = from + CHUNK};
    must(toc_log_journal_add(txn, TOC_LANE_BULK, &row, &err), &err);
    bench->written += CHUNK;
}

static void write_records(bench_state *bench, uint64_t count)
{
    toc_err err = {0};
    for (uint64_t done = 0; done < count; done += (uint64_t)FEEDS * CHUNK) {
        toc_log_txn *txn = NULL;
        must(toc_log_write(bench->log, &txn, &err), &err);
        for (size_t i = 0; i < FEEDS; i++)
            append_chunk(bench, txn, i);
        must(toc_log_commit(txn, &err), &err);
    }
}

/* ---- the store ---- */

static void open_store(bench_state *bench, const char *folder, const toc_secret *key)
{
    toc_err err = {0};
    toc_store_options log_options = {.sync = false}, views_options = {.sync = true};
    must(toc_log_create(folder, &err), &err);
    must(toc_log_open(folder, &log_options, key, &bench->log, &err), &err);
    must(toc_views_open(folder, &views_options, bench->log, &bench->views, &err), &err);
    toc_log_txn *txn = NULL;
    must(toc_log_write(bench->log, &txn, &err), &err);
    for (size_t i = 0; i < FEEDS; i++) {
        toc_feed_name name = {.lane = TOC_LANE_BULK, .generation = 1};
        memset(name.circle.bytes, 0xC1, 32);
        memset(name.org.bytes, (int)i + 1, 32);
        must(toc_secret_random(&bench->keys[i], &err), &err);
        must(toc_log_feed_new(txn, &name, &bench->feeds[i], &err), &err);
        must(toc_log_sender_key_put(txn, &name, 1, bench->keys[i], (toc_time){NOW_MS}, &err), &err);
    }
    toc_journal_row tick = {.kind = TOC_JOURNAL_TICK, .tick = {NOW_MS}};
    must(toc_log_journal_add(txn, TOC_LANE_ALERT, &tick, &err), &err);
    must(toc_log_commit(txn, &err), &err);
}

typedef struct fold_totals {
    uint64_t records, rows, steps;
    double longest_s;
} fold_totals;

static fold_totals fold_all(bench_state *bench, bool limited)
{
    toc_err err = {0};
    fold_totals totals = {0};
    toc_fold_result result = {.backlog = 1};
    while (result.backlog > 0) {
        double start = now_s();
        must(toc_views_fold(bench->views, limited ? mono_ms : NULL, NULL, &result, &err), &err);
        double took = now_s() - start;
        totals.records += result.records;
        totals.rows += result.rows;
        totals.steps++;
        if (took > totals.longest_s && result.backlog > 0)
            totals.longest_s = took;
    }
    return totals;
}

static void time_fold(bench_state *bench, const char *what, bool limited)
{
    double start = now_s(), start_cpu = cpu_s();
    fold_totals totals = fold_all(bench, limited);
    double took = now_s() - start, took_cpu = cpu_s() - start_cpu;
    printf("%-44s %9.0f records/s (%.0f per CPU second), %.2f rows/record, %" PRIu64
           " steps, longest %.1f ms\n",
           what, (double)totals.records / took, (double)totals.records / took_cpu,
           (double)totals.rows / (double)totals.records, totals.steps, totals.longest_s * 1e3);
}

/* ---- reading ---- */

static void time_lookups(bench_state *bench, const char *what, uint64_t first)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    must(toc_arena_new(64 << 20, &arena, &err), &err);
    must(toc_query_begin(bench->log, bench->views, arena, (toc_time){NOW_MS}, &query, &err), &err);
    toc_wallet *wallets = calloc(LOOKUPS, sizeof *wallets);
    if (wallets == NULL)
        exit(1);
    for (size_t i = 0; i < LOOKUPS; i++)
        wallets[i] = wallet_of(first + (i * UINT64_C(2654435761)) % bench->written);
    for (int round = 0; round < 2; round++) { /* the first warms the pages */
        size_t found = 0;
        double start = now_s();
        for (size_t i = 0; i < LOOKUPS; i++) {
            toc_dossier dossier;
            toc_arena_reset(arena);
            must(toc_query_dossier(&query, "", &wallets[i], &dossier, &err), &err);
            found += dossier.found;
        }
        if (round == 1)
            printf("%-44s %9.0f /s, %zu of %d found\n", what, LOOKUPS / (now_s() - start), found,
                   LOOKUPS);
    }
    free(wallets);
}

static toc_code count_claim(void *context, const toc_answer_claim *claim, toc_err *err)
{
    (void)claim;
    (void)err;
    ++*(uint64_t *)context;
    return TOC_OK;
}

static void time_search(bench_state *bench)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    must(toc_arena_new(64 << 20, &arena, &err), &err);
    must(toc_query_begin(bench->log, bench->views, arena, (toc_time){NOW_MS}, &query, &err), &err);
    toc_search search = {.category = toc_span_text("theft"),
                         .chain = toc_span_text("eip155:1"),
                         .issued_from = {NOW_MS - 3600000},
                         .limit = 100};
    uint64_t listed = 0, total = 0;
    double start = now_s();
    must(toc_query_search(&query, &search, count_claim, &listed, &total, &err), &err);
    printf("%-44s %9.1f ms, %" PRIu64 " of %" PRIu64 " listed\n", "search, three conditions",
           (now_s() - start) * 1e3, listed, total);
}

static void time_walk(bench_state *bench)
{
    toc_err err = {0};
    TOC_AUTO(toc_views_end) toc_views_txn *txn = NULL;
    toc_answer_digest digest;
    toc_views_stats stats;
    must(toc_views_read(bench->views, &txn, &err), &err);
    double start = now_s();
    must(toc_views_digest_walk(txn, NULL, NULL, &digest, &err), &err);
    printf("%-44s %9.2f s\n", "digest, every row", now_s() - start);
    must(toc_views_stats_of(txn, &stats, &err), &err);
    printf("%-44s %9.0f bytes\n", "views, a record",
           (double)stats.used_bytes / (double)stats.claim_rows);
}

int main(int argc, char **argv)
{
    toc_err err = {0};
    uint64_t before = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
    uint64_t timed = argc > 3 ? strtoull(argv[3], NULL, 10) : 200000;
    char folder[TOC_TEMPDIR_BYTES];
    if (argc > 2)
        must(setenv("TMPDIR", argv[2], 1) == 0 ? TOC_OK : TOC_IO, &err);
    must(toc_crypto_start(&err), &err);
    toc_tempdir_make(folder);
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    must(toc_secret_random(&key, &err), &err);
    bench_state bench = {.transfers = argc > 4};
    must(toc_arena_new(1 << 20, &bench.arena, &err), &err);
    open_store(&bench, folder, key);
    write_records(&bench, before);
    printf("%" PRIu64 " records of %.0f bytes in %s\n", bench.written,
           (double)bench.record_bytes / (double)bench.written, folder);
    time_fold(&bench, "fold from nothing", false);
    write_records(&bench, timed);
    time_fold(&bench, "fold onto what is stored", false);
    write_records(&bench, timed);
    time_fold(&bench, "fold onto what is stored, 20 ms a step", true);
    time_lookups(&bench, "dossiers, warm", 0);
    time_lookups(&bench, "dossiers of unknown wallets", 1 << 30);
    time_search(&bench);
    time_walk(&bench);
    toc_views_close(bench.views);
    toc_log_close(bench.log);
    for (size_t i = 0; i < FEEDS; i++)
        toc_secret_free(bench.keys[i]);
    toc_arena_free(bench.arena);
    toc_tempdir_remove(folder);
    return 0;
}
