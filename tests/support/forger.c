#include "tests/support/forger.h"

#include "node/engine/state.h"
#include "node/engine/sync.h"

enum { FORGER_DAY = 30000, FORGER_ARENA_BYTES = 1 << 20 };

static toc_code append(const toc_forgery *what, toc_log_txn *txn, toc_log_feed *feed, toc_now now,
                       toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *key = NULL;
    TOC_TRY(toc_log_sender_key(txn, &feed->name, feed->judge.epoch, &key, err));
    for (size_t i = 0; i < what->count; i++) {
        TOC_AUTO(toc_buf_wipe) toc_buf entry = {0};
        toc_hash leaf;
        TOC_TRY(toc_entry_seal(&feed->name, &feed->id, feed->frontier.size, feed->judge.epoch,
                               FORGER_DAY, key, now.wall, what->records[i], &entry, err));
        toc_span bytes = toc_buf_view(&entry);
        toc_entry_leaf(&feed->id, feed->frontier.size, bytes, &leaf);
        TOC_TRY(toc_log_append(txn, feed, &bytes, &leaf, 1, NULL, err));
    }
    return TOC_OK;
}

static toc_code journal(toc_log_txn *txn, const toc_log_feed *feed, uint64_t from, toc_err *err)
{
    toc_journal_row row = {.kind = TOC_JOURNAL_STORED,
                           .feed = feed->number,
                           .from = from,
                           .until = feed->frontier.size};
    TOC_TRY(toc_log_journal_add(txn, feed->name.lane, &row, err));
    row.kind = TOC_JOURNAL_OPENED;
    return toc_log_journal_add(txn, feed->name.lane, &row, err);
}

toc_code toc_forge(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now, toc_err *err)
{
    const toc_forgery *what = context;
    toc_log_feed feed;
    toc_hash root;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_TRY(toc_log_feed_find(txn, &what->feed, &feed, err));
    uint64_t from = feed.frontier.size;
    TOC_TRY(append(what, txn, &feed, now, err));
    TOC_TRY(journal(txn, &feed, from, err));
    toc_frontier_root(&feed.frontier, &root);
    TOC_TRY(toc_checkpoint_sign(&feed.name, feed.frontier.size, &root, what->sign, &note, err));
    TOC_TRY(toc_log_head_put(txn, &feed, feed.frontier.size, &root, toc_buf_view(&note), err));
    engine_feed *state = toc_sync_feed(engine, &feed.name);
    if (state == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a feed");
    state->proven = state->written = true;
    state->written_from = from;
    state->written_link = 0;
    return TOC_OK;
}

toc_code toc_forge_record(const toc_circle_id *circle, const toc_org_id *author,
                          const char *address, toc_time now, toc_buf *out, toc_err *err)
{
    toc_root root;
    toc_claim_id claim;
    toc_wallet_candidates found;
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_TRY(toc_arena_new(FORGER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_wallet_parse(toc_span_text(address), &found, err));
    toc_statement statement = {
        .kind = TOC_RECORD_WALLET,
        .revision = 1,
        .issued_at = now,
        .tlp = TOC_TLP_AMBER,
        .confidence = 90,
        .confidence_scale = toc_span_text("percent"),
        .source = {.ground = TOC_GROUND_LIST, .id = toc_span_text("ofac-sdn")},
        .root_count = 1,
        .roots = &root,
        .as.wallet = {.wallet = found.wallets[0],
                      .category = toc_span_text("theft"),
                      .role = toc_span_text("perpetrator")}};
    toc_statement_claim(&statement, circle, author, &claim);
    root = toc_source_root(&statement.source, &claim, arena);
    return toc_record_encode(&statement, out, err);
}
