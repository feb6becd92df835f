/* How long questions to the audit take, and its check: every line is opened for each.
 *   bench_audit [lines]
 * A year of an exchange, evenly: lookups of one address, each fiftieth of fifty, and with each
 * hundredth a submission of a thousand records. In memory, where the system has such. Figures stand
 * in docs/PERFORMANCE.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "proto/answer/writer.h"
#include "proto/base/text.h"
#include "proto/format/deed.h"
#include "store/trail.h"
#include "tests/support/viewbook.h"

enum { LINES_A_COMMIT = 4096, BATCH = 50, RECORDS = 1000, ARENA_BYTES = 256 << 20 };
#define YEAR_MS (365ull * 86400000ull)

static double now_s(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

typedef struct bench {
    toc_viewbook book;
    uint64_t total, written, records;
    toc_circle_id circle;
    toc_log_txn *txn;
} bench;

/* Bitcoin's alone. */
static toc_wallet wallet_of(uint64_t number)
{
    return toc_book_numbered((uint32_t)number * 2);
}

/* ---- writing ---- */

static void add(bench *b, const toc_buf *text)
{
    toc_err err;
    uint64_t number;
    toc_time at = {TOC_BOOK_NOW + YEAR_MS / b->total * b->written};
    if (b->txn == NULL)
        TOC_CHECK_OK(toc_log_write(b->book.log, &b->txn, &err));
    TOC_CHECK_OK(toc_audit_add(b->txn, at, toc_buf_view(text), &number, &err));
    if (++b->written % LINES_A_COMMIT == 0 || b->written == b->total) {
        TOC_CHECK_OK(toc_log_commit(b->txn, &err));
        b->txn = NULL;
    }
}

static void add_asked(bench *b, const char *command, const toc_buf *request, bool whole)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    const toc_deed_outcome done = {.code = TOC_OK, .lines = 1};
    const toc_deed deed = {.door = TOC_DOOR_SOCKET,
                           .uid = 1000 + (unsigned)(b->written % 7),
                           .gid = 1000,
                           .command = toc_span_text(command),
                           .request = toc_buf_view(request)};
    toc_deed_write_asked(&deed, whole ? &done : NULL, &text);
    add(b, &text);
}

static void look_up(bench *b, size_t count)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    toc_json json = {.out = &request};
    toc_json_open(&json, NULL, '{');
    toc_json_open(&json, "queries", '[');
    for (size_t i = 0; i < count; i++) {
        toc_wallet wallet = wallet_of(b->written + i);
        toc_json_text(&json, NULL, toc_span_text(wallet.address));
    }
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
    add_asked(b, "lookup", &request, true);
}

/* Who asked, what was written, what came of it. */
static void submit(bench *b)
{
    TOC_AUTO(toc_buf_wipe) toc_buf request = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf wrote = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf ended = {0};
    uint64_t asked = b->written;
    toc_buf_printf(&request, "{\"id\":\"%064llx\",\"circle\":\"", (unsigned long long)asked);
    toc_buf_add_hex(&request, TOC_SPAN_OF(b->circle.bytes));
    toc_buf_add_text(&request, "\"}");
    add_asked(b, "submit", &request, false);
    const toc_deed_records records = {.circle = b->circle,
                                      .lane = TOC_LANE_BULK,
                                      .generation = 1,
                                      .from = b->records,
                                      .until = b->records + RECORDS};
    b->records += RECORDS;
    toc_deed_write_records(asked, &records, &wrote);
    add(b, &wrote);
    const toc_deed_outcome done = {
        .code = TOC_OK, .lines = 1, .answer = toc_span_text("{\"read\":1000,\"new\":1000}")};
    toc_deed_write_outcome(asked, &done, &ended);
    add(b, &ended);
}

static void write_all(bench *b)
{
    double start = now_s();
    while (b->written < b->total) {
        if (b->written % 100 == 1 && b->total - b->written >= 3)
            submit(b);
        else
            look_up(b, b->written % 50 == 2 ? BATCH : 1);
    }
    printf("%-44s %8.2f s %10.0f lines/s\n", "written, unsynced", now_s() - start,
           (double)b->total / (now_s() - start));
}

/* ---- asking ---- */

static toc_code count_line(void *context, toc_span line, toc_err *err)
{
    (void)line;
    (void)err;
    ++*(uint64_t *)context;
    return TOC_OK;
}

static void ask(bench *b, const char *what, toc_trail_search search)
{
    toc_err err;
    uint64_t told = 0, total = 0;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    search.limit = 100;
    TOC_CHECK_OK(toc_arena_new(ARENA_BYTES, &arena, &err));
    TOC_CHECK_OK(
        toc_query_begin(b->book.log, b->book.views, arena, (toc_time){TOC_BOOK_NOW}, &query, &err));
    double start = now_s();
    TOC_CHECK_OK(toc_trail_ask(&query, &search, count_line, &told, &total, &err));
    printf("%-44s %8.2f s %10.0f lines/s %8llu of %llu told\n", what, now_s() - start,
           (double)b->total / (now_s() - start), (unsigned long long)told,
           (unsigned long long)total);
}

static void check(bench *b)
{
    toc_err err;
    toc_audit_found found;
    toc_log_txn *txn = NULL;
    double start = now_s();
    TOC_CHECK_OK(toc_log_read(b->book.log, &txn, &err));
    TOC_CHECK_OK(toc_audit_check(txn, (toc_span){0}, NULL, NULL, &found, &err));
    toc_log_stats stats;
    TOC_CHECK_OK(toc_log_stats_of(txn, &stats, &err));
    toc_log_abort(txn);
    printf("%-44s %8.2f s %10.0f lines/s %8.0f bytes a line\n", "--verify", now_s() - start,
           (double)b->total / (now_s() - start), (double)stats.used_bytes / (double)b->total);
}

static void own(bench *b, const toc_org_id *org)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    TOC_CHECK_OK(toc_log_write(b->book.log, &txn, &err));
    TOC_CHECK_OK(toc_log_owner_put(txn, org, &err));
    TOC_CHECK_OK(toc_log_commit(txn, &err));
}

static void ask_all(bench *b, const toc_said *said)
{
    char record[2 * 32 + 1];
    toc_wallet wallet = wallet_of(b->total / 2);
    toc_span address = toc_span_text(wallet.address);
    const toc_time day = {TOC_BOOK_NOW + YEAR_MS - 86400000ull};
    toc_hex_encode(TOC_SPAN_OF(said->record.bytes), record);
    ask(b, "the newest 100", (toc_trail_search){0});
    ask(b, "--since the last day", (toc_trail_search){.since = day});
    ask(b, "--uid", (toc_trail_search){.has_uid = true, .uid = 1003});
    ask(b, "--outcome denied", (toc_trail_search){.outcome = toc_span_text("denied")});
    ask(b, "--text", (toc_trail_search){.text = toc_span_text(record)});
    ask(b, "--record", (toc_trail_search){.record = toc_span_text(record)});
    ask(b, "--wallet", (toc_trail_search){.wallet = address});
    ask(b, "--wallet --since the last day", (toc_trail_search){.wallet = address, .since = day});
}

int main(int argc, char **argv)
{
    bench b = {.total = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000};
    toc_viewbook_open(&b.book, false);
    toc_test_feed *feed = toc_viewbook_feed(1, 2, TOC_LANE_BULK, 3);
    toc_said said = toc_viewbook_say(feed, toc_book_claim(wallet_of(b.total / 2), "theft"));
    toc_viewbook_give(&b.book, feed);
    toc_viewbook_fold(&b.book);
    b.circle = feed->name.circle;
    own(&b, &(toc_org_id){{9}}); /* whose records are the feed's is told without a charter */
    write_all(&b);
    ask_all(&b, &said);
    check(&b);
    toc_test_feed_free(feed);
    toc_viewbook_close(&b.book);
    return 0;
}
