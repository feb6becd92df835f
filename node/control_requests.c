/* What `submit` and `retract` ask for, the same over the socket, out of the spool and out of what
 * is held: one table each, of the arguments there are and what reads them. There is no other list,
 * and nobody else looks into the request: an argument that is not here is refused at every door. */
#include "node/clock.h"
#include "node/control_roll.h"
#include "node/control_submit.h"
#include "proto/base/text.h"

enum { CLOCKS_APART_MS = 60000 };

/* What the readers of a table fill in. */
typedef struct asked {
    toc_log_txn *txn;
    toc_submission_request *submission;
    toc_retraction *retraction;
} asked;

/* ---- of both ---- */

static toc_code read_lapse(json_t *request, const char *name, uint64_t *out_ms, toc_err *err)
{
    uint64_t seconds;
    TOC_TRY(toc_args_number(request, name, 0, TOC_DRAFT_LAPSE_MS_MAX / 1000, &seconds, err));
    if (toc_args_has(request, name) && seconds < TOC_DRAFT_LAPSE_MS_MIN / 1000)
        return toc_fail(err, TOC_USAGE, "what waits for officers waits %llu seconds at least",
                        TOC_DRAFT_LAPSE_MS_MIN / 1000);
    *out_ms = seconds * 1000;
    return TOC_OK;
}

/* ---- submit ---- */

static toc_code submit_id(void *out, json_t *request, const char *name, toc_err *err)
{
    return toc_args_id(request, name, ((asked *)out)->submission->id.bytes, err);
}

static toc_code submit_circle(void *out, json_t *request, const char *name, toc_err *err)
{
    const asked *to = out;
    (void)name;
    return toc_roll_circle(to->txn, request, &to->submission->circle, err);
}

static toc_code submit_alert(void *out, json_t *request, const char *name, toc_err *err)
{
    bool alert;
    TOC_TRY(toc_args_bool(request, name, &alert, err));
    ((asked *)out)->submission->lane = alert ? TOC_LANE_ALERT : TOC_LANE_BULK;
    return TOC_OK;
}

static toc_code submit_dry_run(void *out, json_t *request, const char *name, toc_err *err)
{
    return toc_args_bool(request, name, &((asked *)out)->submission->dry_run, err);
}

static toc_code submit_orgs(void *out, json_t *request, const char *name, toc_err *err)
{
    const asked *to = out;
    size_t count;
    TOC_TRY(toc_args_texts(request, name, false, &count, err));
    for (size_t i = 0; i < count; i++)
        TOC_TRY(toc_org_names_add(&to->submission->audience, to->txn,
                                  toc_args_text_at(request, name, i), err));
    return TOC_OK;
}

static toc_code submit_hold_until(void *out, json_t *request, const char *name, toc_err *err)
{
    toc_time *until = &((asked *)out)->submission->until;
    TOC_TRY(toc_args_number(request, name, 0, TOC_TIME_MS_MAX, &until->unix_ms, err));
    if (until->unix_ms > toc_clock_now().wall.unix_ms + TOC_HOLD_MS_MAX + CLOCKS_APART_MS)
        return toc_fail(err, TOC_USAGE,
                        "a submission is held for %u hours at most; what is to wait longer is "
                        "submitted later",
                        TOC_HOLD_MS_MAX / 3600000);
    return TOC_OK;
}

static toc_code submit_lapse(void *out, json_t *request, const char *name, toc_err *err)
{
    return read_lapse(request, name, &((asked *)out)->submission->lapse_ms, err);
}

static const toc_argument submit_arguments[] = {
    {"id", submit_id},           {"alert", submit_alert},
    {"dry_run", submit_dry_run}, {"hold_until", submit_hold_until},
    {"lapse_s", submit_lapse},   {"orgs", submit_orgs},
    {"circle", submit_circle},   {NULL, NULL},
};

/* ---- retract ---- */

static toc_code add_claim(toc_retraction *what, toc_span text, const char *name, toc_err *err)
{
    toc_claim_id claim;
    if (text.size != 64 || toc_hex_decode(text, claim.bytes, sizeof claim.bytes, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "%s: 64 hexadecimal digits of each claim", name);
    toc_buf_add(&what->claims, &claim, sizeof claim);
    what->by_id = true;
    return toc_buf_ok(&what->claims, err);
}

static toc_code retract_claim(void *out, json_t *request, const char *name, toc_err *err)
{
    toc_span text;
    TOC_TRY(toc_args_text(request, name, false, &text, err));
    return toc_args_has(request, name) ? add_claim(((asked *)out)->retraction, text, name, err)
                                       : TOC_OK;
}

static toc_code retract_claims(void *out, json_t *request, const char *name, toc_err *err)
{
    toc_retraction *what = ((asked *)out)->retraction;
    size_t count;
    TOC_TRY(toc_args_texts(request, name, false, &count, err));
    if (what->by_id && toc_args_has(request, name))
        return toc_fail(err, TOC_USAGE, "either 'claim' or '%s', not both", name);
    what->by_id = what->by_id || toc_args_has(request, name);
    for (size_t i = 0; i < count; i++)
        TOC_TRY(add_claim(what, toc_args_text_at(request, name, i), name, err));
    return TOC_OK;
}

static toc_code retract_reason(void *out, json_t *request, const char *name, toc_err *err)
{
    toc_span reason;
    toc_retraction *what = ((asked *)out)->retraction;
    TOC_TRY(toc_args_text(request, name, false, &reason, err));
    what->how.reason = TOC_RETRACT_ERROR;
    return reason.size == 0 ? TOC_OK : toc_retraction_reason_parse(reason, &what->how.reason, err);
}

static toc_code retract_note(void *out, json_t *request, const char *name, toc_err *err)
{
    return toc_args_text(request, name, false, &((asked *)out)->retraction->how.note, err);
}

static toc_code retract_lapse(void *out, json_t *request, const char *name, toc_err *err)
{
    return read_lapse(request, name, &((asked *)out)->retraction->how.lapse_ms, err);
}

static toc_code retract_dry_run(void *out, json_t *request, const char *name, toc_err *err)
{
    bool dry;
    toc_retraction *what = ((asked *)out)->retraction;
    TOC_TRY(toc_args_bool(request, name, &dry, err));
    what->how.dry = dry ? &what->readers : NULL;
    return TOC_OK;
}

static toc_code retract_circle(void *out, json_t *request, const char *name, toc_err *err)
{
    const asked *to = out;
    (void)name;
    return toc_roll_circle(to->txn, request, &to->retraction->circle, err);
}

static const toc_argument retract_arguments[] = {
    {"claim", retract_claim},   {"claims", retract_claims},
    {"reason", retract_reason}, {"note", retract_note},
    {"lapse_s", retract_lapse}, {"dry_run", retract_dry_run},
    {"circle", retract_circle}, {NULL, NULL},
};

/* ---- the requests ---- */

const toc_argument *toc_waiting_arguments(toc_span command)
{
    if (toc_span_equal(command, toc_span_text("submit")))
        return submit_arguments;
    return toc_span_equal(command, toc_span_text("retract")) ? retract_arguments : NULL;
}

toc_code toc_submission_read(toc_node *node, json_t *request, toc_submission_request *out,
                             toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    asked to = {.txn = txn, .submission = out};
    return toc_args_read(request, submit_arguments, &to, err);
}

bool toc_submission_is_held(const toc_submission_request *request)
{
    return !request->dry_run && request->until.unix_ms > toc_clock_now().wall.unix_ms;
}

toc_code toc_retraction_read(toc_node *node, json_t *request, toc_retraction *out, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(node), &txn, err));
    asked to = {.txn = txn, .retraction = out};
    return toc_args_read(request, retract_arguments, &to, err);
}
