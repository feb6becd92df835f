/* Commands that write: submit, retract. */
#include "node/control_submit.h"
#include "node/control_talk.h"
#include "node/held.h"
#include "node/retraction.h"
#include "proto/base/text.h"

enum { REFUSALS_BYTES_MAX = 16 << 20 };

/* ---- submit ---- */

typedef struct refusals {
    toc_talk *talk;
    bool dry;     /* of retractions: nothing is written */
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

static toc_code check_refusals(const refusals *all, toc_err *err)
{
    return all->failed.code == TOC_OK ? TOC_OK
                                      : toc_fail(err, all->failed.code, "%s", all->failed.text);
}

/* What is held is checked when all of it is there. */
static toc_code take_frames(toc_talk *talk, toc_buf *out, toc_err *err)
{
    for (;;) {
        toc_span part;
        bool end;
        TOC_TRY(toc_talk_drafts(talk, &part, &end, err));
        if (part.size > TOC_HELD_BYTES_MAX - out->size)
            return toc_fail(err, TOC_LIMIT,
                            "more than %u bytes to be held; submit without --hold, or in smaller "
                            "files",
                            TOC_HELD_BYTES_MAX);
        TOC_TRY(toc_control_write(end ? TOC_CONTROL_END : TOC_CONTROL_DRAFTS, part, out, err));
        if (end)
            return TOC_OK;
    }
}

/* To whoever submitted it, and to nobody else. */
static toc_code say_names(toc_talk *talk, const toc_writer_totals *totals, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    if (totals->unregistered_count == 0)
        return TOC_OK;
    toc_submission_print_names(totals, &line);
    return toc_talk_say(talk, &line, err);
}

static toc_code hold(toc_talk *talk, json_t *request, const toc_submission_request *wanted,
                     refusals *all, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf frames = {0};
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    toc_writer_totals totals;
    TOC_TRY(toc_waiting_line(request, wanted, &line, err));
    TOC_TRY(take_frames(talk, &frames, err));
    TOC_TRY(toc_held_keep(toc_talk_node(talk), toc_talk_writer(talk), wanted, toc_talk_uid(talk),
                          toc_buf_view(&line), toc_buf_view(&frames), say_refusal, all, &summary,
                          &totals, err));
    TOC_TRY(check_refusals(all, err));
    TOC_TRY(say_names(talk, &totals, err));
    return toc_talk_line(talk, toc_buf_view(&summary), err);
}

toc_code toc_control_submit(toc_talk *talk, json_t *request, toc_err *err)
{
    toc_submission_request wanted = {0};
    TOC_AUTO(toc_submission_free) toc_submission *submission = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    TOC_AUTO(toc_told_wipe) toc_told told = {0};
    refusals all = {.talk = talk};
    TOC_TRY(toc_submission_read(toc_talk_node(talk), request, &wanted, err));
    wanted.told = wanted.dry_run ? &told : NULL;
    if (toc_submission_is_held(&wanted))
        return hold(talk, request, &wanted, &all, err);
    TOC_TRY(toc_submission_begin(toc_talk_node(talk), toc_talk_writer(talk), &wanted, say_refusal,
                                 &all, &submission, err));
    TOC_TRY(take_parts(talk, submission, err));
    TOC_TRY(check_refusals(&all, err));
    TOC_TRY(toc_submission_end(submission, &summary, err));
    toc_writer_totals totals = toc_submission_totals(submission);
    TOC_TRY(say_names(talk, &totals, err));
    TOC_TRY(toc_told_say(talk, &wanted.circle, &told, err));
    return toc_talk_line(talk, toc_buf_view(&summary), err);
}

/* ---- retract ---- */

static toc_code say_retracted(void *context, const toc_retracted *done, toc_err *err)
{
    refusals *all = context;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "claim", TOC_SPAN_OF(done->claim.bytes));
    if (done->drafted && !all->dry)
        toc_json_hex(&json, "draft", TOC_SPAN_OF(done->draft.bytes));
    else if (!all->dry)
        toc_json_hex(&json, "record", TOC_SPAN_OF(done->record.bytes));
    toc_json_decimal(&json, "revision", done->revision);
    toc_json_close(&json, '}');
    return toc_talk_say(all->talk, &line, err);
}

static toc_code retract_drafts(toc_talk *talk, toc_retraction *what, toc_err *err)
{
    for (;;) {
        toc_span part;
        bool end;
        TOC_TRY(toc_talk_drafts(talk, &part, &end, err));
        if (end)
            return what->done + what->refused > 0
                       ? TOC_OK
                       : toc_fail(err, TOC_USAGE,
                                  "nothing to retract was named: a claim, or drafts");
        TOC_TRY(toc_retraction_part(what, part, err));
    }
}

toc_code toc_control_retract(toc_talk *talk, json_t *request, toc_err *err)
{
    refusals all = {.talk = talk};
    TOC_AUTO(toc_retraction_wipe)
    toc_retraction what = {.node = toc_talk_node(talk),
                           .writer = toc_talk_writer(talk),
                           .told = say_retracted,
                           .refusal = say_refusal,
                           .context = &all};
    TOC_TRY(toc_retraction_read(what.node, request, &what, err));
    all.dry = what.how.dry != NULL;
    TOC_TRY(what.by_id ? toc_retraction_claims(&what, err) : retract_drafts(talk, &what, err));
    TOC_TRY(check_refusals(&all, err));
    return toc_told_say(talk, &what.circle, &what.readers, err);
}
