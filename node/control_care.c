/* Commands that walk everything: digest, rebuild, check, log-check. */
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"
#include "store/care.h"

enum { CARE_ARENA_BYTES = 64 << 20 };

typedef toc_code (*care_walk)(toc_query *query, toc_progress progress, void *context, toc_buf *out,
                              toc_err *err);

/* Over the officers' views. */
static toc_code walk(toc_talk *talk, care_walk over, const char *what, toc_err *err)
{
    toc_node *node = toc_talk_node(talk);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_talk_work work = {.talk = talk, .what = what};
    TOC_TRY(toc_arena_new(CARE_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_query_begin(toc_node_log(node), toc_node_views(node), arena, toc_clock_now().wall,
                            &query, err));
    TOC_TRY(over(&query, toc_talk_working, &work, &line, err));
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_digest(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    return walk(talk, toc_care_digest, "reading the views", err);
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

toc_code toc_control_check(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    return walk(talk, toc_care_check, "checking the views", err);
}

toc_code toc_control_log_check(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_talk_work work = {.talk = talk, .what = "checking the log"};
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_care_log_check(txn, toc_talk_working, &work, &line, err));
    return toc_talk_say(talk, &line, err);
}
