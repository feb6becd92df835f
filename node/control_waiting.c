/* Submissions and retractions that waited as text: in the spool, or held. */
#include "node/audit.h"
#include "node/control_submit.h"
#include "node/held.h"
#include "proto/base/text.h"
#include "proto/control/control.h"

bool toc_waiting_may_pass(toc_code code)
{
    return code == TOC_STATE || code == TOC_FULL || code == TOC_UNREACHABLE || code == TOC_IO ||
           code == TOC_NO_MEMORY;
}

/* As it was meant when it came: which circle, once another is joined, the words alone do not say.
 */
toc_code toc_waiting_line(json_t *request, const toc_submission_request *wanted, toc_buf *out,
                          toc_err *err)
{
    char circle[65];
    toc_hex_encode(TOC_SPAN_OF(wanted->circle.bytes), circle);
    TOC_AUTO_JSON json_t *copy = json_copy(request);
    if (copy == NULL || json_object_set_new(copy, "circle", json_string(circle)) != 0)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a submission");
    (void)json_object_del(copy, "hold_until");
    size_t size = json_dumpb(copy, NULL, 0, JSON_COMPACT);
    uint8_t *room = size == 0 ? NULL : toc_buf_extend(out, size);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a submission");
    (void)json_dumpb(copy, (char *)room, size, JSON_COMPACT);
    return toc_buf_ok(out, err);
}

/* ---- one of them ---- */

typedef struct waiting {
    toc_node *node;
    toc_writer *writer;
    toc_deed by;
    bool begun; /* told to the audit */
    toc_span frames;
    toc_submission_refusal refusal;
    void *context;
    toc_buf *summary;
} waiting;

/* Not before it is clear what is to be done: a file that cannot be taken yet is tried often. */
static toc_code tell_audit(waiting *what, toc_err *err)
{
    TOC_TRY(toc_audit_begin(what->node, &what->by, err));
    what->begun = true;
    return TOC_OK;
}

static toc_code take_submission(waiting *what, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_submission_free) toc_submission *submission = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_submission_request wanted = {0};
    TOC_TRY(toc_submission_read(what->node, request, &wanted, err));
    TOC_TRY(tell_audit(what, err));
    if (toc_submission_is_held(&wanted)) {
        TOC_TRY(toc_waiting_line(request, &wanted, &line, err));
        toc_writer_totals unused;
        return toc_held_keep(what->node, what->writer, &wanted, what->by.uid, toc_buf_view(&line),
                             what->frames, what->refusal, what->context, what->summary, &unused,
                             err);
    }
    TOC_TRY(toc_submission_begin(what->node, what->writer, &wanted, what->refusal, what->context,
                                 &submission, err));
    TOC_TRY(toc_submission_frames(submission, what->frames, err));
    return toc_submission_end(submission, what->summary, err);
}

static toc_code note_retracted(void *context, const toc_retracted *done, toc_err *err)
{
    (void)context;
    (void)done;
    (void)err;
    return TOC_OK;
}

static toc_code retract_frames(toc_retraction *retraction, toc_span frames, toc_err *err)
{
    for (;;) {
        toc_span part;
        bool more;
        TOC_TRY(toc_control_next_part(&frames, &part, &more, err));
        if (!more)
            return TOC_OK;
        TOC_TRY(toc_retraction_part(retraction, part, err));
    }
}

/* A claim that is not live any more was ended by the same file, or is nobody's loss. */
static toc_code take_retraction(waiting *what, json_t *request, toc_err *err)
{
    TOC_AUTO(toc_retraction_wipe)
    toc_retraction retraction = {.node = what->node,
                                 .writer = what->writer,
                                 .told = note_retracted,
                                 .refusal = what->refusal,
                                 .context = what->context};
    TOC_TRY(toc_retraction_read(what->node, request, &retraction, err));
    TOC_TRY(tell_audit(what, err));
    TOC_TRY(retraction.by_id ? toc_retraction_claims(&retraction, err)
                             : retract_frames(&retraction, what->frames, err));
    toc_buf_printf(what->summary, "{\"retracted\":%llu,\"refused\":%llu}",
                   (unsigned long long)(retraction.how.dry != NULL ? 0 : retraction.done),
                   (unsigned long long)retraction.refused);
    return toc_buf_ok(what->summary, err);
}

/* Which of the two it is. */
static toc_code take(waiting *what, json_t *request, toc_err *err)
{
    toc_span command;
    TOC_TRY(toc_args_text(request, "command", true, &command, err));
    what->by.command = command;
    if (toc_span_equal(command, toc_span_text("submit")))
        return take_submission(what, request, err);
    if (toc_span_equal(command, toc_span_text("retract")))
        return take_retraction(what, request, err);
    return toc_fail(err, TOC_USAGE, "only submissions and retractions wait in the spool");
}

toc_code toc_waiting_take(toc_node *node, toc_writer *writer, const toc_deed *by, toc_span text,
                          toc_submission_refusal refusal, void *context, toc_buf *out_summary,
                          toc_err *err)
{
    TOC_AUTO_JSON json_t *request = NULL;
    toc_span line;
    if (!toc_line_ended(&text, &line))
        return toc_fail(err, TOC_MALFORMED, "the submission has no request line");
    waiting what = {.node = node,
                    .writer = writer,
                    .by = *by,
                    .frames = text,
                    .refusal = refusal,
                    .context = context,
                    .summary = out_summary};
    what.by.request = line;
    TOC_TRY(toc_args_parse(what.by.request, &request, err));
    toc_code code = take(&what, request, err);
    if (!what.begun)
        return code;
    toc_err untold;
    toc_deed_outcome outcome = {.code = code, .answer = toc_buf_view(out_summary)};
    toc_code told = toc_audit_done(node, &outcome, &untold);
    if (code == TOC_OK && told != TOC_OK)
        return toc_fail(err, told, "%s", untold.text); /* taking it again is harmless */
    return code;
}
