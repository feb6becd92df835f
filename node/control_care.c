/* Commands that walk everything: digest, rebuild, check, log-check. */
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"
#include "store/erase.h"

enum { CARE_ARENA_BYTES = 64 << 20 };

static toc_code walk(toc_talk *talk, const char *what, toc_answer_digest *out, bool *out_agrees,
                     toc_err *err)
{
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    toc_talk_work work = {.talk = talk, .what = what};
    toc_hash digest, opened;
    uint64_t entries;
    TOC_TRY(toc_arena_new(CARE_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), arena, toc_clock_now().wall,
                            &query, err));
    TOC_TRY(toc_query_digest(&query, toc_talk_working, &work, out, err));
    TOC_TRY(toc_views_digest_running(query.views, &digest, &opened, &entries, err));
    *out_agrees = toc_hash_equal(&digest, &out->digest) && toc_hash_equal(&opened, &out->opened) &&
                  entries == out->entries;
    return TOC_OK;
}

static toc_code say_digest(toc_talk *talk, const toc_answer_digest *digest, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json_digest(digest, &line);
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_digest(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    toc_answer_digest digest;
    bool agrees;
    TOC_TRY(walk(talk, "reading the views", &digest, &agrees, err));
    return say_digest(talk, &digest, err);
}

toc_code toc_control_rebuild(toc_talk *talk, json_t *request, toc_err *err)
{
    toc_talk_work work = {.talk = talk, .what = "folding the log"};
    uint64_t seed;
    TOC_TRY(toc_args_number(request, "shuffle", 0, TOC_SHUFFLE_SEED_MAX, &seed, err));
    const uint64_t *shuffle = toc_args_has(request, "shuffle") ? &seed : NULL;
    TOC_TRY(toc_node_rebuild(toc_talk_node(talk), shuffle, toc_talk_working, &work, err));
    return toc_control_digest(talk, request, err);
}

/* What the views say of themselves, against a walk over every row. */
toc_code toc_control_check(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_answer_digest digest;
    bool agrees;
    TOC_TRY(walk(talk, "checking the views", &digest, &agrees, err));
    if (!agrees)
        return toc_fail(err, TOC_SIGNATURE,
                        "the views do not add up to their own digest; 'tocsin store rebuild' makes "
                        "them anew from the log");
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "ok", true);
    toc_json_hex(&json, "digest", TOC_SPAN_OF(digest.digest.bytes));
    toc_json_number(&json, "entries", digest.entries);
    toc_json_number(&json, "claims", digest.claims);
    toc_json_number(&json, "wallets", digest.wallets);
    toc_json_number(&json, "clusters", digest.clusters);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_log_check(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_talk_work work = {.talk = talk, .what = "checking the log"};
    toc_log_stats stats;
    toc_erase_counts counts;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_log_check(txn, toc_talk_working, &work, err));
    TOC_TRY(toc_log_stats_of(txn, &stats, err));
    TOC_TRY(toc_erase_count(txn, &counts, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_bool(&json, "ok", true);
    toc_json_number(&json, "feeds", stats.feeds);
    toc_json_number(&json, "entries", stats.entries);
    toc_json_number(&json, "entry_bytes", stats.entry_bytes);
    toc_erase_print(&counts, &json);
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}
