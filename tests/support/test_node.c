#include "tests/support/test_node.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "node/clock.h"
#include "proto/base/text.h"
#include "proto/control/control.h"
#include "proto/crypto/hash.h"
#include "store/identity.h"

enum { TEST_MAP_BYTES = 256 << 20, TEST_ARENA_BYTES = 64 << 20 };

static void must(toc_code code, const toc_err *err, const char *what)
{
    if (code != TOC_OK)
        fail_msg("%s: %s: %s", what, toc_code_name(code), err->text);
}

/* ---- making and running ---- */

static void make_identity(toc_test_node *node, const char *name)
{
    toc_err err;
    char store[TOC_TEMPDIR_BYTES + 16];
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_log *log;
    toc_log_txn *txn;
    toc_card card;
    snprintf(store, sizeof store, "%s/store", node->folder);
    assert_int_equal(mkdir(store, 0700), 0);
    must(toc_log_create(store, &err), &err, "create the log");
    toc_store_options options = {.log_map_bytes = node->config.log_map_bytes, .sync = true};
    must(toc_log_open(store, &options, node->key, &log, &err), &err, "open the log");
    must(toc_log_write(log, &txn, &err), &err, "begin");
    toc_identity identity = {.name = toc_span_text(name),
                             .kind = toc_span_text("exchange"),
                             .country = toc_span_text("DE")};
    must(toc_roots_new(&node->roots, &err), &err, "make the roots");
    must(toc_identity_create(txn, &identity, &node->roots, toc_clock_now().wall, &node->org, &err),
         &err, "make the org");
    must(toc_arena_new(TEST_ARENA_BYTES, &arena, &err), &err, "arena");
    must(toc_log_card_of(txn, &node->org, arena, &card, &err), &err, "read the card");
    toc_buf_add_span(&node->card, card.signed_card);
    must(toc_log_commit(txn, &err), &err, "commit the org");
    toc_log_close(log);
}

void toc_test_node_make(const char *name, toc_test_node *out)
{
    toc_err err;
    *out = (toc_test_node){0};
    must(toc_crypto_start(&err), &err, "crypto");
    toc_tempdir_make(out->folder);
    toc_config_default(&out->config);
    snprintf(out->config.state, sizeof out->config.state, "%s", out->folder);
    snprintf(out->config.runtime, sizeof out->config.runtime, "%s", out->folder);
    snprintf(out->config.spool, sizeof out->config.spool, "%s/spool", out->folder);
    assert_int_equal(mkdir(out->config.spool, 0700), 0);
    snprintf(out->socket, sizeof out->socket, "%s/tocsind.sock", out->folder);
    snprintf(out->config.listen[0], sizeof out->config.listen[0], "tcp://127.0.0.1:0");
    out->config.listen_count = 1;
    out->config.log_map_bytes = out->config.views_map_bytes = TEST_MAP_BYTES;
    must(toc_secret_random(&out->key, &err), &err, "store key");
    make_identity(out, name);
}

void toc_test_node_start(toc_test_node *node)
{
    toc_err err;
    must(toc_node_start(&node->config, node->key, node->ran, &node->node, &err), &err,
         "start the node");
    must(toc_writer_new(node->node, &node->writer, &err), &err, "start the writer");
    node->ran = true;
}

void toc_test_node_start_all(toc_test_node *node)
{
    toc_err err;
    toc_test_node_start(node);
    must(toc_control_start(node->node, node->writer, &node->control, &err), &err,
         "start the control socket");
    must(toc_spool_start(node->node, node->writer, &node->spool, &err), &err, "start the spool");
}

void toc_test_node_stop(toc_test_node *node)
{
    toc_spool_stop(node->spool);
    toc_control_stop(node->control);
    toc_writer_free(node->writer);
    toc_node_stop(node->node);
    node->spool = NULL;
    node->control = NULL;
    node->writer = NULL;
    node->node = NULL;
}

void toc_test_node_remove(toc_test_node *node)
{
    toc_test_node_stop(node);
    toc_secret_free(node->key);
    toc_roots_wipe(&node->roots);
    toc_buf_wipe(&node->card);
    toc_tempdir_remove(node->folder);
}

/* ---- peers and circles ---- */

static void endpoint_of(toc_test_node *node, char out[TOC_TEMPDIR_BYTES])
{
    toc_node_listening(node->node, 0, out, TOC_TEMPDIR_BYTES);
}

typedef struct operation {
    toc_span card, endpoints;
    toc_circle_id circle;
    toc_org_id org;
} operation;

static toc_code add_peer(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    operation *what = context;
    return toc_engine_peer_add(engine, txn, what->card, what->endpoints, now, &what->org, err);
}

void toc_test_node_add_peer(toc_test_node *node, toc_test_node *peer, bool dials)
{
    toc_err err;
    char endpoint[TOC_TEMPDIR_BYTES] = "";
    if (dials)
        endpoint_of(peer, endpoint);
    operation what = {.card = toc_buf_view(&peer->card), .endpoints = toc_span_text(endpoint)};
    must(toc_node_do(node->node, add_peer, &what, &err), &err, "add a peer");
}

static toc_code create_circle(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    operation *what = context;
    return toc_engine_circle_create(engine, txn, toc_span_text("test circle"),
                                    toc_span_text("tests"), now, &what->circle, err);
}

toc_circle_id toc_test_node_circle(toc_test_node *admin)
{
    toc_err err;
    operation what = {0};
    must(toc_node_do(admin->node, create_circle, &what, &err), &err, "create a circle");
    return what.circle;
}

static toc_code admit(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                      toc_err *err)
{
    operation *what = context;
    return toc_engine_circle_admit(engine, txn, &what->circle, &what->org, TOC_ROLE_MEMBER, now,
                                   err);
}

void toc_test_node_admit(toc_test_node *admin, const toc_circle_id *circle, const toc_org_id *org)
{
    toc_err err;
    operation what = {.circle = *circle, .org = *org};
    must(toc_node_do(admin->node, admit, &what, &err), &err, "admit a member");
}

static toc_code join(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    operation *what = context;
    return toc_engine_circle_join(engine, txn, &what->circle, now, err);
}

void toc_test_node_join(toc_test_node *node, const toc_circle_id *circle)
{
    toc_err err;
    operation what = {.circle = *circle};
    must(toc_node_do(node->node, join, &what, &err), &err, "join a circle");
}

/* ---- looking ---- */

uint32_t toc_test_node_links(toc_test_node *node)
{
    toc_err err;
    toc_peer_state *rows;
    size_t count;
    uint32_t links = 0;
    must(toc_node_peers(node->node, &rows, &count, &err), &err, "peers");
    for (size_t i = 0; i < count; i++)
        links += rows[i].links;
    free(rows);
    return links;
}

uint64_t toc_test_node_digest(toc_test_node *node, toc_hash *out_opened)
{
    toc_err err;
    toc_views_txn *views;
    toc_hash digest;
    uint64_t entries;
    must(toc_node_settle(node->node, 60000, &err), &err, "settle");
    must(toc_views_read(toc_node_views(node->node), &views, &err), &err, "read the views");
    must(toc_views_digest_running(views, &digest, out_opened, &entries, &err), &err, "digest");
    toc_views_end(views);
    return entries;
}

void toc_test_wait(const char *what, unsigned seconds, toc_test_holds holds, void *context)
{
    static const struct timespec pause = {.tv_nsec = 5000000};
    uint64_t until = toc_clock_mono_ms(NULL) + seconds * 1000ull;
    while (!holds(context)) {
        if (toc_clock_mono_ms(NULL) > until)
            fail_msg("waited %u seconds for this: %s", seconds, what);
        nanosleep(&pause, NULL);
    }
}

/* ---- submissions ---- */

static toc_code take_row(void *context, const toc_row *row, const toc_problem *problem,
                         toc_err *err)
{
    toc_problem own;
    (void)err;
    if (problem == NULL && toc_drafts_add_row(context, row, 0, &own) == TOC_OK)
        return TOC_OK;
    fail_msg("line %llu: %s", (unsigned long long)(problem == NULL ? own.line : problem->line),
             problem == NULL ? own.err.text : problem->err.text);
    return TOC_OK;
}

void toc_test_frames(const char *csv, toc_buf *out)
{
    toc_err err;
    TOC_AUTO(toc_drafts_free) toc_drafts *drafts = NULL;
    TOC_AUTO(toc_rows_free) toc_rows *rows = NULL;
    must(toc_drafts_new(TEST_ARENA_BYTES, &drafts, &err), &err, "drafts");
    must(toc_rows_new(TOC_ROWS_CSV, take_row, drafts, &rows, &err), &err, "rows");
    must(toc_rows_feed(rows, toc_span_text(csv), &err), &err, "read the rows");
    must(toc_rows_finish(rows, &err), &err, "read the last row");
    must(toc_drafts_finish(drafts, take_row, drafts, &err), &err, "finish the drafts");
    for (bool more = true; more;) {
        TOC_AUTO(toc_buf_wipe) toc_buf part = {0};
        must(toc_drafts_write(drafts, TOC_DRAFT_PART_BYTES_MIN, &part, &more, &err), &err,
             "write a part");
        must(toc_control_write(TOC_CONTROL_DRAFTS, toc_buf_view(&part), out, &err), &err,
             "frame a part");
    }
    must(toc_control_write(TOC_CONTROL_END, toc_span_text("{}"), out, &err), &err, "frame the end");
}

/* ---- writing ---- */

void toc_test_draft(uint64_t index, toc_statement *out)
{
    toc_err err;
    toc_hash hash;
    char text[43] = "0x";
    toc_blake2b(TOC_SPAN_OF(index), &hash);
    toc_hex_encode(toc_span_of(hash.bytes, 20), text + 2);
    *out = (toc_statement){.kind = TOC_RECORD_WALLET,
                           .tlp = TOC_TLP_AMBER,
                           .confidence = 80,
                           .confidence_scale = toc_span_text("percent"),
                           .source = {.ground = TOC_GROUND_OWN}};
    out->as.wallet.role = toc_span_text("perpetrator");
    out->as.wallet.category = toc_span_text("theft");
    must(toc_wallet_parse_on(toc_chain_find(toc_span_text("ETH")), toc_span_text(text),
                             &out->as.wallet.wallet, &err),
         &err, "parse an address");
}

static void refused(void *context, size_t index, const toc_err *why)
{
    (void)context;
    fail_msg("draft %zu is refused: %s", index, why->text);
}

void toc_test_node_write(toc_test_node *node, const toc_circle_id *circle, uint64_t from,
                         uint64_t until)
{
    toc_err err;
    toc_writer_totals totals = {0};
    toc_statement *drafts = calloc(TOC_WRITER_BATCH_MAX, sizeof *drafts);
    assert_non_null(drafts);
    for (uint64_t next = from; next < until;) {
        size_t count = 0;
        while (count < TOC_WRITER_BATCH_MAX && next < until)
            toc_test_draft(next++, &drafts[count++]);
        must(toc_writer_write(node->writer, circle, TOC_LANE_BULK, 0, drafts, count, &totals,
                              refused, NULL, &err),
             &err, "write drafts");
    }
    free(drafts);
    assert_int_equal(totals.fresh, until - from);
}
