/* Commands that write: submit, retract. */
#include "node/control_submit.h"

#include "node/control_roll.h"
#include "node/control_talk.h"
#include "proto/format/drafts.h"

enum { REFUSALS_BYTES_MAX = 16 << 20, RETRACT_ARENA_BYTES = 16 << 20, RETRACT_SETTLE_MS = 10000 };

/* ---- the request ---- */

static toc_code read_audience(toc_log_txn *txn, json_t *request, toc_org_names *out, toc_err *err)
{
    size_t count;
    TOC_TRY(toc_args_texts(request, "orgs", false, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_org_names_add(out, txn, toc_args_text_at(request, "orgs", i), err));
    return TOC_OK;
}

static toc_code read_request(toc_node *node, json_t *request, toc_submission_request *out,
                             toc_err *err)
{
    bool alert;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_args_id(request, "id", out->id.bytes, err));
    TOC_TRY(toc_args_bool(request, "alert", &alert, err));
    TOC_TRY(toc_args_bool(request, "dry_run", &out->dry_run, err));
    out->lane = alert ? TOC_LANE_ALERT : TOC_LANE_BULK;
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    TOC_TRY(read_audience(txn, request, &out->audience, err));
    return toc_roll_circle(txn, request, &out->circle, err);
}

toc_code toc_submission_read(toc_node *node, toc_span request, toc_submission_request *out,
                             toc_err *err)
{
    static const char *const arguments[] = {"id", "circle", "alert", "dry_run", "orgs", NULL};
    TOC_AUTO_JSON json_t *object = NULL;
    toc_span command;
    TOC_TRY(toc_args_parse(request, &object, err));
    TOC_TRY(toc_args_text(object, "command", true, &command, err));
    if (!toc_span_equal(command, toc_span_text("submit")))
        return toc_fail(err, TOC_USAGE, "only submissions wait in the spool");
    TOC_TRY(toc_args_known(object, arguments, err));
    return read_request(node, object, out, err);
}

/* ---- submit ---- */

typedef struct refusals {
    toc_talk *talk;
    size_t bytes; /* listed so far; past the bound they are counted only */
    toc_err failed;
} refusals;

void toc_submission_print_refusal(uint32_t line, const toc_err *why, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "line", line);
    toc_json_null(&json, "column");
    toc_json_text(&json, "error", toc_span_text(why->text));
    toc_json_close(&json, '}');
}

static void say_refusal(void *context, uint32_t line, const toc_err *why)
{
    refusals *all = context;
    if (all->bytes > REFUSALS_BYTES_MAX || all->failed.code != TOC_OK)
        return;
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_submission_print_refusal(line, why, &text);
    all->bytes += text.size;
    toc_code code = toc_buf_ok(&text, &all->failed);
    if (code == TOC_OK)
        code = toc_talk_line(all->talk, toc_buf_view(&text), &all->failed);
    all->failed.code = code;
}

static toc_code take_parts(toc_talk *talk, toc_submission *submission, toc_err *err)
{
    for (;;) {
        toc_span part;
        bool end;
        TOC_TRY(toc_talk_drafts(talk, &part, &end, err));
        if (end)
            return TOC_OK;
        TOC_TRY(toc_submission_part(submission, part, err));
    }
}

toc_code toc_control_submit(toc_talk *talk, json_t *request, toc_err *err)
{
    toc_submission_request wanted = {0};
    TOC_AUTO(toc_submission_free) toc_submission *submission = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    refusals all = {.talk = talk};
    TOC_TRY(read_request(toc_talk_node(talk), request, &wanted, err));
    TOC_TRY(toc_submission_begin(toc_talk_node(talk), toc_talk_writer(talk), &wanted, say_refusal,
                                 &all, &submission, err));
    TOC_TRY(take_parts(talk, submission, err));
    if (all.failed.code != TOC_OK)
        return toc_fail(err, all.failed.code, "%s", all.failed.text);
    TOC_TRY(toc_submission_end(submission, &summary, err));
    return toc_talk_line(talk, toc_buf_view(&summary), err);
}

/* ---- retract ---- */

typedef struct retraction {
    toc_talk *talk;
    toc_circle_id circle;
    toc_retraction_reason reason;
    toc_span note;
    toc_arena *arena;
    size_t done;
} retraction;

static void retraction_wipe(retraction *what)
{
    toc_arena_free(what->arena);
}
TOC_DEFINE_AUTO_WIPE(retraction, retraction_wipe)

static toc_code retract_one(retraction *what, const toc_statement *target, toc_err *err)
{
    toc_retracted done;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_writer_retract(toc_talk_writer(what->talk), &what->circle, target, what->reason,
                               what->note, &done, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "claim", TOC_SPAN_OF(done.claim.bytes));
    toc_json_hex(&json, "record", TOC_SPAN_OF(done.record.bytes));
    toc_json_decimal(&json, "revision", done.revision);
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&line, err));
    what->done++;
    return toc_talk_line(what->talk, toc_buf_view(&line), err);
}

/* The claim must be this org's, in this circle: only the issuer ends a claim. */
static toc_code find_claim(retraction *what, const toc_claim_id *claim, toc_statement *out,
                           toc_err *err)
{
    toc_node *node = toc_talk_node(what->talk);
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    toc_views_head head;
    toc_claim_id own;
    TOC_TRY(toc_node_settle(node, RETRACT_SETTLE_MS, err)); /* it may have been said just now */
    TOC_TRY(toc_views_read(toc_node_views(node), &views, err));
    TOC_TRY(toc_views_head_by_id(views, claim, &head, err));
    if (!head.live)
        return toc_fail(err, TOC_NOT_FOUND, "this claim is not live: there is nothing to end");
    toc_span bytes = toc_arena_dup(what->arena, head.bytes);
    if (bytes.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a record");
    TOC_TRY(toc_record_decode(bytes, what->arena, out, err));
    toc_statement_claim(out, &what->circle, toc_node_org(node), &own);
    if (!toc_claim_id_equal(&own, claim))
        return toc_fail(
            err, TOC_DENIED,
            "this claim is another org's or of another circle; only its issuer ends it");
    return TOC_OK;
}

static toc_code retract_claim(retraction *what, json_t *request, toc_err *err)
{
    toc_claim_id claim;
    toc_statement target;
    TOC_TRY(toc_args_id(request, "claim", claim.bytes, err));
    TOC_TRY(find_claim(what, &claim, &target, err));
    return retract_one(what, &target, err);
}

static toc_code retract_part(retraction *what, toc_span part, toc_err *err)
{
    toc_draft_part drafts;
    TOC_TRY(toc_draft_part_open(part, &drafts, err));
    while (drafts.left > 0) {
        toc_draft draft;
        toc_statement target;
        TOC_TRY(toc_draft_part_next(&drafts, &draft, err));
        if (draft.kind == TOC_RECORD_MEMBERS)
            continue; /* they end with their cluster */
        toc_arena_reset(what->arena);
        toc_code code = toc_draft_decode(draft.bytes, what->arena, &target, err);
        if (code == TOC_OK && target.kind != draft.kind)
            code = toc_fail(err, TOC_MALFORMED, "a draft of another kind than its part says");
        if (code == TOC_OK)
            code = retract_one(what, &target, err);
        if (code != TOC_OK)
            return err == NULL ? code : toc_wrap(err, "line %u", draft.line);
    }
    return TOC_OK;
}

static toc_code read_retraction(toc_talk *talk, json_t *request, retraction *out, toc_err *err)
{
    toc_span reason;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    out->talk = talk;
    TOC_TRY(toc_args_text(request, "reason", false, &reason, err));
    TOC_TRY(toc_args_text(request, "note", false, &out->note, err));
    out->reason = TOC_RETRACT_ERROR;
    if (reason.size > 0)
        TOC_TRY(toc_retraction_reason_parse(reason, &out->reason, err));
    TOC_TRY(toc_arena_new(RETRACT_ARENA_BYTES, &out->arena, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return toc_roll_circle(txn, request, &out->circle, err);
}

toc_code toc_control_retract(toc_talk *talk, json_t *request, toc_err *err)
{
    TOC_AUTO(retraction_wipe) retraction what = {0};
    TOC_TRY(read_retraction(talk, request, &what, err));
    if (toc_args_has(request, "claim"))
        return retract_claim(&what, request, err);
    for (;;) {
        toc_span part;
        bool end;
        TOC_TRY(toc_talk_drafts(talk, &part, &end, err));
        if (end)
            return what.done > 0 ? TOC_OK
                                 : toc_fail(err, TOC_USAGE,
                                            "nothing to retract was named: a claim, or drafts");
        TOC_TRY(retract_part(&what, part, err));
    }
}
