/* Commands about the audit: audit, audit-check, audit-sign. They are audited themselves. */
#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_talk.h"
#include "store/trail.h"

enum {
    AUDIT_LIMIT_DEFAULT = 100,
    AUDIT_LIMIT_MAX = 1000000,
    AUDIT_ARENA_BYTES = 256 << 20,
    AUDIT_SETTLE_MS = 10000
};

static toc_code say_line(void *context, toc_span line, toc_err *err)
{
    return toc_talk_line(context, line, err);
}

static toc_code read_search(json_t *request, toc_trail_search *out, toc_err *err)
{
    uint64_t limit;
    TOC_TRY(toc_args_time(request, "since", &out->since, err));
    TOC_TRY(toc_args_time(request, "until", &out->until, err));
    TOC_TRY(toc_args_number(request, "uid", 0, UINT32_MAX, &out->uid, err));
    TOC_TRY(toc_args_text(request, "by", false, &out->command, err));
    TOC_TRY(toc_args_text(request, "wallet", false, &out->wallet, err));
    TOC_TRY(toc_args_text(request, "record", false, &out->record, err));
    TOC_TRY(toc_args_text(request, "text", false, &out->text, err));
    TOC_TRY(toc_args_text(request, "outcome", false, &out->outcome, err));
    TOC_TRY(toc_args_number(request, "limit", AUDIT_LIMIT_DEFAULT, AUDIT_LIMIT_MAX, &limit, err));
    out->has_uid = toc_args_has(request, "uid");
    out->limit = (size_t)limit;
    return TOC_OK;
}

/* What was written a moment ago is found by the views. */
static toc_code begin_query(toc_talk *talk, const toc_trail_search *search, toc_arena *arena,
                            toc_query *out, toc_err *err)
{
    toc_node *node = toc_talk_node(talk);
    if (search->wallet.size > 0 || search->record.size > 0)
        TOC_TRY(toc_node_settle(node, AUDIT_SETTLE_MS, err));
    return toc_query_begin(toc_node_log(node), toc_node_views(node), arena, toc_clock_now().wall,
                           out, err);
}

toc_code toc_control_audit(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_query_end) toc_query query = {0};
    toc_talk_work work = {.talk = talk, .what = "reading the audit"};
    toc_trail_search search = {.progress = toc_talk_working, .progress_context = &work};
    uint64_t total = 0;
    TOC_TRY(read_search(request, &search, err));
    TOC_TRY(toc_arena_new(AUDIT_ARENA_BYTES, &arena, err));
    TOC_TRY(begin_query(talk, &search, arena, &query, err));
    TOC_TRY(toc_trail_ask(&query, &search, say_line, talk, &total, err));
    toc_talk_total(talk, total);
    return TOC_OK;
}

toc_code toc_control_audit_check(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_talk_work work = {.talk = talk, .what = "checking the audit"};
    toc_span kept;
    toc_audit_found found;
    TOC_TRY(toc_args_text(request, "kept", false, &kept, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    TOC_TRY(toc_audit_check(txn, kept, toc_talk_working, &work, &found, err));
    toc_trail_print(&found, &line);
    return toc_talk_say(talk, &line, err);
}

static toc_code sign_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    (void)engine;
    toc_buf *out = context;
    toc_span note;
    TOC_TRY(toc_audit_sign(txn, now.wall, err));
    TOC_TRY(toc_audit_note(txn, &note, err));
    toc_buf_add_span(out, note);
    return toc_buf_ok(out, err);
}

toc_code toc_control_audit_sign(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_buf_wipe) toc_buf note = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_node_do(toc_talk_node(talk), sign_in_round, &note, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "checkpoint", toc_buf_view(&note));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}
