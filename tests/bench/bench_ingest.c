/* Ingest: records a second through verify, open, durable commit and fold.
 *
 *   bench_ingest RECORDS [DIRECTORY]
 *
 * Two engines in one process. Measured is the receiver, from its first pull until its views are
 * level with its log: a core that handles messages in rounds with durable commits, one worker that
 * verifies and opens, the fold in a thread of its own. The source answers from its log while the
 * clock runs; it stands still while the source writes the next AHEAD_RECORDS, and the receiver then
 * has nothing to do. The figure is given for each tenth, so that growth shows.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "node/engine/engine.h"
#include "proto/crypto/hash.h"
#include "store/identity.h"
#include "store/views.h"
#include "tests/support/tempdir.h"

enum {
    ROUND_RESULTS = 64,
    MESSAGES_MAX = 4096,
    LINK = 1,
    WRITE_ONCE = 5000,
    AHEAD_RECORDS = 100000
};

typedef struct party {
    char directory[512];
    toc_secret *store_key;
    toc_log *log;
    toc_views *views;
    toc_engine *engine;
    toc_org_id org;
} party;

typedef struct message {
    uint8_t *data;
    size_t size;
} message;

typedef struct queue {
    message items[MESSAGES_MAX];
    size_t count;
} queue;

static void check(toc_code code, const char *what, const toc_err *err)
{
    if (code != TOC_OK) {
        fprintf(stderr, "%s: %s\n", what, err->text);
        exit(1);
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Processor time of the calling thread. */
static double busy_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static toc_now clock_now(void)
{
    struct timespec wall, mono;
    clock_gettime(CLOCK_REALTIME, &wall);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    return (toc_now){.wall = {(uint64_t)wall.tv_sec * 1000 + (uint64_t)wall.tv_nsec / 1000000},
                     .mono = {(uint64_t)mono.tv_sec * 1000 + (uint64_t)mono.tv_nsec / 1000000}};
}

static uint64_t mono_ms(void *context)
{
    (void)context;
    return clock_now().mono.ms;
}

static void make_party(party *out, const char *base, const char *name, bool sync)
{
    toc_err err;
    snprintf(out->directory, sizeof out->directory, "%s/%s", base, name);
    if (mkdir(out->directory, 0700) != 0) {
        perror(out->directory);
        exit(1);
    }
    toc_store_options options = {.sync = sync};
    check(toc_secret_random(&out->store_key, &err), "key", &err);
    check(toc_log_create(out->directory, &err), "create", &err);
    check(toc_log_open(out->directory, &options, out->store_key, &out->log, &err), "open", &err);
    toc_log_txn *txn = NULL;
    check(toc_log_write(out->log, &txn, &err), "write", &err);
    toc_identity identity = {.name = toc_span_text(name),
                             .kind = toc_span_text("exchange"),
                             .country = toc_span_text("NL")};
    TOC_AUTO(toc_roots_wipe) toc_roots roots = {0};
    check(toc_roots_new(&roots, &err), "roots", &err);
    check(toc_identity_create(txn, &identity, &roots, clock_now().wall, &out->org, &err),
          "identity", &err);
    check(toc_log_commit(txn, &err), "commit", &err);
    check(toc_log_read(out->log, &txn, &err), "read", &err);
    check(toc_engine_new(txn, true, clock_now(), &out->engine, &err), "engine", &err);
    toc_log_abort(txn);
    check(toc_views_open(out->directory, &options, out->log, &out->views, &err), "views", &err);
}

static void free_party(party *p)
{
    toc_engine_free(p->engine);
    toc_views_close(p->views);
    toc_log_close(p->log);
    toc_secret_free(p->store_key);
}

static void drain(party *from, queue *out)
{
    toc_output output;
    while (toc_engine_output(from->engine, &output)) {
        if (output.kind != TOC_OUTPUT_SEND)
            continue;
        if (out->count == MESSAGES_MAX) {
            fprintf(stderr, "too many messages at once\n");
            exit(1);
        }
        message *item = &out->items[out->count++];
        item->size = output.bytes.size;
        item->data = malloc(item->size);
        if (item->data == NULL)
            abort();
        memcpy(item->data, output.bytes.data, item->size);
    }
}

typedef toc_code (*action)(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err);

static void round_of(party *p, action act, void *context, queue *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    check(toc_log_write(p->log, &txn, &err), "begin", &err);
    toc_now now = clock_now();
    check(act(context, p, txn, now, &err), "round", &err);
    bool more;
    check(toc_engine_tick(p->engine, txn, now, &more, &err), "tick", &err);
    check(toc_engine_round_end(p->engine, txn, now, &err), "round end", &err);
    if (toc_log_rows(txn) == 0)
        toc_log_abort(txn);
    else
        check(toc_log_commit(txn, &err), "commit", &err);
    drain(p, out);
}

static toc_code take_messages(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    queue *in = context;
    for (size_t i = 0; i < in->count; i++) {
        TOC_TRY(toc_engine_message(p->engine, txn, LINK,
                                   toc_span_of(in->items[i].data, in->items[i].size), now, err));
        free(in->items[i].data);
    }
    in->count = 0;
    return TOC_OK;
}

/* ---- a worker ---- */

typedef struct worker {
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    toc_chunk *chunk; /* to do */
    uint64_t job;
    bool has_work, has_result, stop;
    toc_code verdict;
    toc_err why;
    double busy; /* seconds, known once it has stopped */
} worker;

static void *work(void *context)
{
    worker *w = context;
    pthread_mutex_lock(&w->mutex);
    while (!w->stop) {
        if (!w->has_work) {
            pthread_cond_wait(&w->changed, &w->mutex);
            continue;
        }
        toc_chunk *chunk = w->chunk;
        w->has_work = false;
        pthread_mutex_unlock(&w->mutex);
        toc_err why = {0};
        toc_code verdict = toc_chunk_verify(chunk, &why);
        pthread_mutex_lock(&w->mutex);
        w->verdict = verdict;
        w->why = why;
        w->has_result = true;
        pthread_cond_broadcast(&w->changed);
    }
    w->busy = busy_seconds();
    pthread_mutex_unlock(&w->mutex);
    return NULL;
}

static toc_code take_result(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    worker *w = context;
    /* As many as come while the round is open: under load a round takes more work, not more
     * commits. */
    for (unsigned i = 0; i < ROUND_RESULTS; i++) {
        pthread_mutex_lock(&w->mutex);
        while (!w->has_result)
            pthread_cond_wait(&w->changed, &w->mutex);
        w->has_result = false;
        uint64_t job = w->job;
        toc_code verdict = w->verdict;
        toc_err why = w->why;
        pthread_mutex_unlock(&w->mutex);
        if (verdict != TOC_OK)
            return toc_fail(err, verdict, "%s", why.text);
        TOC_TRY(toc_engine_job_done(p->engine, txn, job, verdict, &why, now, err));
        pthread_mutex_lock(&w->mutex);
        w->has_work = toc_engine_job(p->engine, &w->job, &w->chunk);
        pthread_cond_broadcast(&w->changed);
        bool idle = !w->has_work;
        pthread_mutex_unlock(&w->mutex);
        if (idle)
            break;
    }
    return TOC_OK;
}

static bool start_work(party *p, worker *w)
{
    pthread_mutex_lock(&w->mutex);
    if (!w->has_work && !w->has_result)
        w->has_work = toc_engine_job(p->engine, &w->job, &w->chunk);
    bool busy = w->has_work || w->has_result;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    return busy;
}

/* ---- the fold ---- */

typedef struct folder {
    pthread_t thread;
    party *receiver;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t wanted, done; /* commits that were folded to the end */
    uint64_t records, rows;
    bool stop;
    double busy; /* seconds, known once it has stopped */
} folder;

static void *fold(void *context)
{
    folder *f = context;
    toc_err err;
    pthread_mutex_lock(&f->mutex);
    while (!f->stop) {
        if (f->done == f->wanted) {
            pthread_cond_wait(&f->changed, &f->mutex);
            continue;
        }
        uint64_t target = f->wanted;
        pthread_mutex_unlock(&f->mutex);
        toc_fold_result result = {.backlog = 1};
        uint64_t records = 0, rows = 0;
        while (result.backlog > 0) {
            check(toc_views_fold(f->receiver->views, mono_ms, NULL, &result, &err), "fold", &err);
            records += result.records;
            rows += result.rows;
        }
        pthread_mutex_lock(&f->mutex);
        f->records += records;
        f->rows += rows;
        f->done = target;
        pthread_cond_broadcast(&f->changed);
    }
    f->busy = busy_seconds();
    pthread_mutex_unlock(&f->mutex);
    return NULL;
}

static void want_fold(folder *f)
{
    pthread_mutex_lock(&f->mutex);
    f->wanted++;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->mutex);
}

static void await_fold(folder *f)
{
    pthread_mutex_lock(&f->mutex);
    while (f->done != f->wanted)
        pthread_cond_wait(&f->changed, &f->mutex);
    pthread_mutex_unlock(&f->mutex);
}

/* ---- the source ---- */

typedef struct writing {
    toc_circle_id circle;
    uint64_t next, count;
    uint64_t generation;
} writing;

static void fill_record(uint64_t number, toc_arena *arena, const writing *w, const toc_org_id *org,
                        toc_buf *out)
{
    toc_hash hash;
    toc_sha256(TOC_SPAN_OF(number), &hash);
    char text[64] = "0x";
    for (int i = 0; i < 20; i++)
        snprintf(text + 2 + 2 * (size_t)i, 3, "%02x", hash.bytes[i]);
    toc_err err;
    toc_statement statement = {
        .kind = TOC_RECORD_WALLET,
        .revision = w->generation << 24,
        .issued_at = {1767225600000 + number},
        .tlp = TOC_TLP_AMBER,
        .confidence = 50,
        .confidence_scale = toc_span_text("percent"),
        .source = {.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")}};
    statement.as.wallet.category = toc_span_text("theft");
    statement.as.wallet.role = toc_span_text("perpetrator");
    statement.as.wallet.actor = toc_span_text("lazarus");
    check(toc_wallet_parse_on(toc_chain_find(toc_span_text("ETH")), toc_span_text(text),
                              &statement.as.wallet.wallet, &err),
          "wallet", &err);
    toc_claim_id claim;
    toc_statement_claim(&statement, &w->circle, org, &claim);
    toc_root root = toc_source_root(&statement.source, &claim, arena);
    statement.roots = &root;
    statement.root_count = 1;
    check(toc_record_encode(&statement, out, &err), "encode", &err);
}

static toc_code write_records(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    writing *w = context;
    toc_arena *arena = NULL;
    check(toc_arena_new(64 << 20, &arena, err), "arena", err);
    check(toc_engine_writable(p->engine, txn, &w->circle, now, &w->generation, err), "writable",
          err);
    toc_buf bytes = {0};
    static size_t ends[WRITE_ONCE];
    static toc_span records[WRITE_ONCE];
    size_t count = 0;
    for (; count < WRITE_ONCE && w->count > 0; count++, w->count--) {
        fill_record(w->next++, arena, w, &p->org, &bytes);
        ends[count] = bytes.size;
    }
    for (size_t i = 0; i < count; i++) {
        size_t start = i == 0 ? 0 : ends[i - 1];
        records[i] = toc_span_of(bytes.data + start, ends[i] - start);
    }
    toc_code code = toc_engine_write(p->engine, txn, &w->circle, TOC_LANE_BULK, records, NULL,
                                     count, now, NULL, err);
    toc_buf_wipe(&bytes);
    toc_arena_free(arena);
    return code;
}

/* ---- setting up ---- */

typedef struct operator_input {
    toc_buf card;
    toc_circle_id circle;
    toc_org_id org;
} operator_input;

static toc_code add_peer(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    operator_input *in = context;
    return toc_engine_peer_add(p->engine, txn, toc_buf_view(&in->card), (toc_span){0}, now,
                               &in->org, err);
}

static toc_code create(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    operator_input *in = context;
    TOC_TRY(toc_engine_circle_create(p->engine, txn, toc_span_text("Bench"), toc_span_text("bench"),
                                     now, &in->circle, err));
    TOC_TRY(
        toc_engine_circle_admit(p->engine, txn, &in->circle, &in->org, TOC_ROLE_MEMBER, now, err));
    /* What is measured is far more than a member may say in a day. */
    toc_amendment change = {.sets_bulk = true, .policy = {.bulk_bytes_per_day = UINT64_C(1) << 40}};
    toc_amended made;
    return toc_engine_charter_propose(p->engine, txn, &in->circle, &change, false, now, NULL, &made,
                                      err);
}

static toc_code join(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const operator_input *in = context;
    return toc_engine_circle_join(p->engine, txn, &in->circle, now, err);
}

static toc_code link_up(void *context, party *p, toc_log_txn *txn, toc_now now, toc_err *err)
{
    return toc_engine_link_up(p->engine, txn, LINK, context, now, err);
}

static void copy_card(party *p, toc_buf *out)
{
    toc_err err;
    toc_log_txn *txn = NULL;
    toc_arena *arena = NULL;
    toc_card card;
    check(toc_arena_new(1 << 20, &arena, &err), "arena", &err);
    check(toc_log_read(p->log, &txn, &err), "read", &err);
    check(toc_log_card_of(txn, &p->org, arena, &card, &err), "card", &err);
    toc_buf_clear(out);
    toc_buf_add_span(out, card.signed_card);
    toc_log_abort(txn);
    toc_arena_free(arena);
}

static void set_up(party *source, party *receiver, queue *to_source, queue *to_receiver,
                   toc_circle_id *circle)
{
    operator_input in = {0};
    copy_card(source, &in.card);
    round_of(receiver, add_peer, &in, to_source);
    copy_card(receiver, &in.card);
    round_of(source, add_peer, &in, to_receiver);
    round_of(source, create, &in, to_receiver);
    round_of(receiver, join, &in, to_source);
    *circle = in.circle;
    round_of(source, link_up, &receiver->org, to_receiver);
    round_of(receiver, link_up, &source->org, to_source);
    while (to_source->count > 0 || to_receiver->count > 0) {
        round_of(source, take_messages, to_source, to_receiver);
        round_of(receiver, take_messages, to_receiver, to_source);
    }
    toc_buf_wipe(&in.card);
}

/* What the source sent, through verification into the log; the fold follows. */
static void take_in(party *receiver, worker *w, folder *f, queue *in, queue *out)
{
    round_of(receiver, take_messages, in, out);
    want_fold(f);
    while (start_work(receiver, w)) {
        round_of(receiver, take_result, w, out);
        want_fold(f);
    }
}

static void stop_threads(worker *w, folder *f)
{
    pthread_mutex_lock(&w->mutex);
    w->stop = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    pthread_mutex_lock(&f->mutex);
    f->stop = true;
    pthread_cond_broadcast(&f->changed);
    pthread_mutex_unlock(&f->mutex);
    pthread_join(f->thread, NULL);
}

static void report_busy(const char *what, double busy, uint64_t records)
{
    printf("%-8s %6.2f us of processor a record\n", what, 1e6 * busy / (double)records);
}

static void report(uint64_t stored, uint64_t records, double spent, uint64_t rows)
{
    printf("%12llu %12.0f %12.2f\n", (unsigned long long)stored, (double)records / spent,
           (double)rows / (double)records);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    uint64_t total = argc > 1 ? strtoull(argv[1], NULL, 10) : 200000;
    char base[256];
    toc_err err;
    snprintf(base, sizeof base, "%s/tocsin-test-XXXXXX", argc > 2 ? argv[2] : "/tmp");
    if (total == 0 || mkdtemp(base) == NULL) {
        fprintf(stderr, "usage: bench_ingest RECORDS [DIRECTORY]\n");
        return 2;
    }
    check(toc_crypto_start(&err), "crypto", &err);
    static party source, receiver;
    static queue to_source, to_receiver;
    make_party(&source, base, "source", false);
    make_party(&receiver, base, "receiver", true);
    writing w = {.next = 1};
    set_up(&source, &receiver, &to_source, &to_receiver, &w.circle);
    worker hand = {.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};
    folder f = {.receiver = &receiver,
                .mutex = PTHREAD_MUTEX_INITIALIZER,
                .changed = PTHREAD_COND_INITIALIZER};
    pthread_create(&hand.thread, NULL, work, &hand);
    pthread_create(&f.thread, NULL, fold, &f);
    pthread_setname_np(hand.thread, "worker");
    pthread_setname_np(f.thread, "fold");
    printf("%12s %12s %12s\n", "stored", "records/s", "rows/record");
    uint64_t tenth = total / 10 + 1, mark = 0, mark_rows = 0, written = 0;
    double spent = 0, all_spent = 0, core_busy = 0;
    while (f.records < total) {
        uint64_t until = written + AHEAD_RECORDS < total ? written + AHEAD_RECORDS : total;
        for (; written < until; written += w.count) {
            uint64_t count = until - written < WRITE_ONCE ? until - written : WRITE_ONCE;
            w.count = count;
            round_of(&source, write_records, &w, &to_receiver);
            w.count = count;
        }
        double start = seconds();
        while (f.records < written) {
            round_of(&source, take_messages, &to_source, &to_receiver);
            if (to_receiver.count == 0) {
                await_fold(&f);
                if (f.records == written)
                    break;
                usleep(20000); /* a retry of the engine's is due */
            }
            double busy = busy_seconds();
            take_in(&receiver, &hand, &f, &to_receiver, &to_source);
            core_busy += busy_seconds() - busy;
        }
        double took = seconds() - start;
        spent += took;
        all_spent += took;
        if (f.records - mark >= tenth || f.records >= total) {
            report(f.records, f.records - mark, spent, f.rows - mark_rows);
            mark = f.records;
            mark_rows = f.rows;
            spent = 0;
        }
    }
    printf("all: %.0f records/s over %llu records, views level with the log\n",
           (double)total / all_spent, (unsigned long long)total);
    stop_threads(&hand, &f);
    report_busy("core", core_busy, total);
    report_busy("worker", hand.busy, total);
    report_busy("fold", f.busy, total);
    free_party(&source);
    free_party(&receiver);
    toc_tempdir_remove(base);
    return 0;
}
