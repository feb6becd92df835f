/* One conversation: frames in, the command looked up, frames out. */
#include "node/control_talk.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>

#include "node/clock.h"
#include "node/control_args.h"
#include "node/control_state.h"
#include "node/control_submit.h"
#include "node/diag.h"

enum { WHO_PASSWD_BYTES = 16384 };

toc_node *toc_talk_node(toc_talk *talk)
{
    return talk->control->node;
}

toc_writer *toc_talk_writer(toc_talk *talk)
{
    return talk->control->writer;
}

toc_code toc_talk_views(toc_talk *talk, json_t *request, toc_views **out, toc_err *err)
{
    toc_span name = toc_span_text(talk->caller.audience);
    if (name.size == 0)
        TOC_TRY(toc_args_text(request, "audience", false, &name, err));
    return toc_node_views_for(talk->control->node, name, out, err);
}

uint32_t toc_talk_uid(const toc_talk *talk)
{
    return talk->caller.uid;
}

void toc_talk_weights(const toc_talk *talk, toc_weights *out)
{
    pthread_mutex_lock(&talk->control->mutex);
    *out = talk->control->rights.weights;
    pthread_mutex_unlock(&talk->control->mutex);
}

void toc_talk_who(const toc_talk *talk, char *out, size_t capacity)
{
    struct passwd entry, *found = NULL;
    char text[WHO_PASSWD_BYTES];
    unsigned uid = talk->caller.uid;
    if (getpwuid_r(uid, &entry, text, sizeof text, &found) != 0 || found == NULL)
        snprintf(out, capacity, "uid %u", uid);
    else
        snprintf(out, capacity, "%.128s (uid %u)", found->pw_name, uid);
}

bool toc_talk_admin(const toc_talk *talk)
{
    return talk->caller.admin;
}

void toc_talk_free(toc_talk *talk)
{
    nng_aio_free(talk->aio);
    if (talk->stream != NULL)
        nng_stream_free(talk->stream);
    toc_buf_wipe(&talk->in);
    toc_buf_wipe(&talk->out);
    toc_talk_deed_wipe(talk);
    free(talk);
}

/* ---- bytes ---- */

static toc_code gone(toc_talk *talk, int result, toc_err *err)
{
    talk->gone = true; /* a frame may be sent in part: nothing that follows would be understood */
    return toc_fail(err, TOC_UNREACHABLE, "the caller is gone: %s", nng_strerror(result));
}

/* A stream of nng 1.5.2 that was closed takes an operation and never ends it: so none is begun once
 * the control socket is stopping, which closes streams under the same mutex. */
static int transfer(toc_talk *talk, void (*begin)(nng_stream *stream, nng_aio *aio), void *data,
                    size_t size, nng_duration timeout_ms)
{
    nng_iov iov = {.iov_buf = data, .iov_len = size};
    pthread_mutex_lock(&talk->control->mutex);
    bool over = talk->gone || talk->control->stopping;
    if (!over) {
        nng_aio_set_timeout(talk->aio, timeout_ms);
        nng_aio_set_iov(talk->aio, 1, &iov);
        begin(talk->stream, talk->aio);
    }
    pthread_mutex_unlock(&talk->control->mutex);
    if (over)
        return NNG_ECLOSED;
    nng_aio_wait(talk->aio);
    return nng_aio_result(talk->aio);
}

static toc_code flush(toc_talk *talk, toc_err *err)
{
    toc_code code = toc_buf_ok(&talk->out, err);
    if (code == TOC_OK)
        code = toc_talk_deed_leave(talk, err);
    if (code != TOC_OK) {
        toc_buf_clear(&talk->out); /* what is not written down does not leave */
        return code;
    }
    /* For all of it: a caller that takes a byte now and then would keep what is read open. */
    uint64_t now = toc_clock_mono_ms(NULL), until = now + talk->control->send_ms;
    int result = 0;
    for (size_t sent = 0; result == 0 && sent < talk->out.size;) {
        nng_duration left = now < until ? (nng_duration)(until - now) : 0;
        result =
            transfer(talk, nng_stream_send, talk->out.data + sent, talk->out.size - sent, left);
        sent += result == 0 ? nng_aio_count(talk->aio) : 0;
        now = toc_clock_mono_ms(NULL);
    }
    toc_buf_clear(&talk->out);
    return result == 0 ? TOC_OK : gone(talk, result, err);
}

static toc_code read_more(toc_talk *talk, nng_duration timeout_ms, toc_err *err)
{
    uint8_t *room = toc_buf_extend(&talk->in, CONTROL_READ_BYTES);
    if (room == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a request");
    int result = transfer(talk, nng_stream_recv, room, CONTROL_READ_BYTES, timeout_ms);
    talk->in.size -= CONTROL_READ_BYTES;
    if (result != 0)
        return gone(talk, result, err);
    talk->in.size += nng_aio_count(talk->aio);
    return TOC_OK;
}

/* The next frame, lent until the next call. */
static toc_code next_frame(toc_talk *talk, toc_control_type *out_type, toc_span *out_payload,
                           toc_err *err)
{
    if (talk->used > 0) {
        memmove(talk->in.data, talk->in.data + talk->used, talk->in.size - talk->used);
        talk->in.size -= talk->used;
        talk->used = 0;
    }
    for (;;) {
        TOC_TRY(toc_control_read(toc_buf_view(&talk->in), out_type, out_payload, &talk->used, err));
        if (talk->used > 0)
            return TOC_OK;
        TOC_TRY(read_more(talk, CONTROL_IDLE_MS, err));
    }
}

/* ---- what commands say ---- */

toc_code toc_talk_line(toc_talk *talk, toc_span json, toc_err *err)
{
    if (json.size > 0 && json.data[json.size - 1] == '\n')
        json.size--;
    TOC_TRY(toc_control_write(TOC_CONTROL_LINE, json, &talk->out, err));
    toc_talk_deed_line(talk, json);
    /* While parts of a submission come, the caller writes and does not read: nothing is sent. */
    return talk->out.size < CONTROL_GATHER_BYTES || talk->drafts_open ? TOC_OK : flush(talk, err);
}

toc_code toc_talk_say(toc_talk *talk, const toc_buf *line, toc_err *err)
{
    TOC_TRY(toc_buf_ok(line, err));
    return toc_talk_line(talk, toc_buf_view(line), err);
}

static void show_progress(toc_talk *talk, const char *what, uint64_t done, uint64_t total)
{
    uint64_t now = toc_clock_mono_ms(NULL);
    if (talk->drafts_open || now - talk->progress_at_ms < CONTROL_PROGRESS_MS)
        return;
    talk->progress_at_ms = now;
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "done", done);
    toc_json_number(&json, "total", total);
    toc_json_text(&json, "what", toc_span_text(what));
    toc_json_close(&json, '}');
    toc_err why; /* a caller that is gone is found out by the next line */
    if (toc_control_write(TOC_CONTROL_PROGRESS, toc_buf_view(&line), &talk->out, &why) != TOC_OK ||
        flush(talk, &why) != TOC_OK)
        toc_diag(TOC_DIAG_DEBUG, "control-progress", "text=\"%s\"", why.text);
}

void toc_talk_working(void *context, uint64_t done, uint64_t total)
{
    const toc_talk_work *work = context;
    show_progress(work->talk, work->what, done, total);
}

void toc_talk_total(toc_talk *talk, uint64_t total)
{
    talk->has_total = true;
    talk->total = total;
}

toc_code toc_talk_drafts(toc_talk *talk, toc_span *out, bool *out_end, toc_err *err)
{
    toc_control_type type;
    toc_span payload;
    TOC_TRY(next_frame(talk, &type, &payload, err));
    *out_end = type == TOC_CONTROL_END;
    talk->drafts_open = !*out_end;
    if (type != TOC_CONTROL_DRAFTS && type != TOC_CONTROL_END)
        return toc_fail(err, TOC_MALFORMED, "a '%c' frame within a submission", type);
    *out = payload;
    return TOC_OK;
}

static toc_code say_end(toc_talk *talk, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    if (talk->has_total)
        toc_buf_printf(&line, "{\"total\":%llu}", (unsigned long long)talk->total);
    else
        toc_buf_add_text(&line, "{}");
    TOC_TRY(toc_buf_ok(&line, err));
    return toc_control_write(TOC_CONTROL_END, toc_buf_view(&line), &talk->out, err);
}

static toc_code say_error(const toc_err *why, toc_buf *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_text(&json, "code", toc_span_text(toc_code_name(why->code)));
    toc_json_text(&json, "text", toc_span_text(why->text));
    toc_json_close(&json, '}');
    TOC_TRY(toc_buf_ok(&line, err));
    return toc_control_write(TOC_CONTROL_ERROR, toc_buf_view(&line), out, err);
}

/* ---- commands ---- */

enum {
    FOR_ADMINS = 1,    /* changes peers or circles, or stops others for long */
    WITH_DRAFTS = 2,   /* parts of a submission follow, unless a claim is named */
    FOR_AUDIENCES = 4, /* answered from views alone: an audience may ask it, of its own */
    READS = 8,         /* changes nothing: told to the audit when it is answered, not before */
    UNTOLD = 16 /* says nothing of any record, and monitors ask it all day: not told at all */
};

/* A command: its name, which arguments there are (NULL ends them). */
typedef struct toc_command {
    const char *name;
    unsigned flags;
    toc_code (*run)(toc_talk *talk, json_t *request, toc_err *err);
    const char *arguments[24];
} toc_command;

static const toc_command commands[] = {
    {"status", UNTOLD, toc_control_status, {NULL}},
    {"peers", UNTOLD, toc_control_peers, {NULL}},
    {"card", READS, toc_control_card, {NULL}},
    {"keys-prepare", FOR_ADMINS, toc_control_keys_prepare, {"keys", NULL}},
    {"card-adopt", FOR_ADMINS, toc_control_card_adopt, {"card", "compromised", NULL}},
    {"peer-add", FOR_ADMINS, toc_control_peer_add, {"card", "endpoints", NULL}},
    {"peer-list", READS, toc_control_peer_list, {NULL}},
    {"circle-create", FOR_ADMINS, toc_control_circle_create, {"name", "purpose", NULL}},
    {"circle-join", FOR_ADMINS, toc_control_circle_join, {"circle", NULL}},
    {"circle-admit", FOR_ADMINS, toc_control_circle_admit, {"circle", "org", "role", NULL}},
    {"circle-propose",
     FOR_ADMINS,
     toc_control_circle_propose,
     {"circle",
      "admit",
      "remove",
      "role",
      "renew",
      "join",
      "quorum",
      "name",
      "purpose",
      "tlp_max",
      "retention_days",
      "history",
      "admission_delay_s",
      "bulk_bytes_per_day",
      "alert_bytes_per_day",
      "approvals",
      "add_list",
      "drop_list",
      "add_vendor",
      "drop_vendor",
      "dry_run",
      NULL}},
    {"circle-proposals", READS, toc_control_circle_proposals, {NULL}},
    {"circle-proposal", READS, toc_control_circle_proposal, {"proposal", "charter", NULL}},
    {"circle-endorse", FOR_ADMINS, toc_control_circle_endorse, {"proposal", "charter", NULL}},
    {"circle-confirm", FOR_ADMINS, toc_control_circle_confirm, {"circle", "org", NULL}},
    {"circle-choose", FOR_ADMINS, toc_control_circle_choose, {"circle", "charter", NULL}},
    {"circle-list", READS, toc_control_circle_list, {NULL}},
    {"circle-show", READS, toc_control_circle_show, {"circle", NULL}},
    {"submit", WITH_DRAFTS, toc_control_submit, {NULL}}, /* toc_waiting_arguments */
    {"retract", WITH_DRAFTS, toc_control_retract, {NULL}},
    {"held", READS, toc_control_held, {NULL}},
    {"recall", 0, toc_control_recall, {"id", NULL}},
    {"release", 0, toc_control_release, {"id", NULL}},
    {"erase", FOR_ADMINS, toc_control_erase, {"claim", "reason", "through", "dry_run", NULL}},
    {"order-add", FOR_ADMINS, toc_control_order_add, {"claim", "reference", NULL}},
    {"order-list", READS, toc_control_order_list, {NULL}},
    {"order-lift", FOR_ADMINS, toc_control_order_lift, {"claim", NULL}},
    {"legal-hold-add",
     FOR_ADMINS,
     toc_control_legal_hold_add,
     {"claim", "reference", "revision", NULL}},
    {"legal-hold-list", READS, toc_control_legal_hold_list, {NULL}},
    {"legal-hold-lift", FOR_ADMINS, toc_control_legal_hold_lift, {"claim", NULL}},
    {"drafts", READS, toc_control_drafts, {NULL}},
    {"draft", READS, toc_control_draft, {"draft", NULL}},
    {"approve", 0, toc_control_approve, {"draft", "officer", "signature", "shown", NULL}},
    {"reject", 0, toc_control_reject, {"draft", "officer", "signature", "shown", "reason", NULL}},
    {"cluster-decide",
     FOR_ADMINS,
     toc_control_cluster_decide,
     {"decision", "wallets", "note", NULL}},
    {"cluster-decisions", READS, toc_control_cluster_decisions, {NULL}},
    {"lookup", READS | FOR_AUDIENCES, toc_control_lookup, {"audience", "queries", NULL}},
    {"explain", READS | FOR_AUDIENCES, toc_control_explain, {"audience", "queries", NULL}},
    {"cluster",
     READS | FOR_AUDIENCES,
     toc_control_cluster,
     {"audience", "queries", "members", NULL}},
    {"incident",
     READS | FOR_AUDIENCES,
     toc_control_incident,
     {"audience", "queries", "wallets", NULL}},
    {"quality", READS | FOR_AUDIENCES, toc_control_quality, {"audience", "org", NULL}},
    {"search",
     READS | FOR_AUDIENCES,
     toc_control_search,
     {"audience", "category", "actor", "role", "list", "incident", "chain", "org", "from", "until",
      "limit", NULL}},
    {"receipt", READS, toc_control_receipt, {"record", NULL}},
    {"shared", READS, toc_control_shared, {"wallet", NULL}},
    {"audience",
     READS,
     toc_control_audience,
     {"circle", "id", "tlp", "releasable_to", "not_to", NULL}},
    {"bundle", READS, toc_control_bundle, {"record", NULL}},
    {"digest", READS, toc_control_digest, {NULL}},
    {"rebuild", FOR_ADMINS, toc_control_rebuild, {"shuffle", NULL}},
    {"check", READS, toc_control_check, {NULL}},
    {"log-check", READS, toc_control_log_check, {NULL}},
    {"audit",
     READS | FOR_ADMINS,
     toc_control_audit,
     {"since", "until", "uid", "by", "outcome", "wallet", "record", "text", "limit", NULL}},
    {"audit-check", READS | FOR_ADMINS, toc_control_audit_check, {"kept", NULL}},
    {"audit-sign", FOR_ADMINS, toc_control_audit_sign, {NULL}},
    {"stats", UNTOLD, toc_control_stats, {NULL}},
};

/* A caller who is an audience asks what it may see, and nothing else. */
static toc_code check_audience(const toc_talk *talk, const toc_command *command, json_t *request,
                               toc_err *err)
{
    toc_span named;
    if (talk->caller.audience[0] == '\0')
        return TOC_OK;
    if ((command->flags & FOR_AUDIENCES) == 0)
        return toc_fail(err, TOC_DENIED,
                        "'%s' is not for user %u, who may ask as audience '%s': lookup, explain, "
                        "cluster, incident, search",
                        command->name, talk->caller.uid, talk->caller.audience);
    TOC_TRY(toc_args_text(request, "audience", false, &named, err));
    if (named.size > 0 && !toc_span_equal(named, toc_span_text(talk->caller.audience)))
        return toc_fail(err, TOC_DENIED, "user %u may ask as audience '%s' only", talk->caller.uid,
                        talk->caller.audience);
    return TOC_OK;
}

static const toc_command *find_command(toc_span name)
{
    for (size_t i = 0; i < TOC_COUNT(commands); i++) {
        if (toc_span_equal(name, toc_span_text(commands[i].name)))
            return &commands[i];
    }
    return NULL;
}

static toc_code check_arguments(const toc_command *command, json_t *request, toc_err *err)
{
    const toc_argument *table = toc_waiting_arguments(toc_span_text(command->name));
    return table == NULL ? toc_args_known(request, command->arguments, err)
                         : toc_args_listed(request, table, err);
}

static toc_code run_command(toc_talk *talk, toc_span text, toc_err *err)
{
    TOC_AUTO_JSON json_t *request = NULL;
    toc_span name;
    TOC_TRY(toc_args_parse(text, &request, err));
    TOC_TRY(toc_args_text(request, "command", true, &name, err));
    const toc_command *command = find_command(name);
    if (command != NULL) /* those parts come whatever is said to the request */
        talk->drafts_open = (command->flags & WITH_DRAFTS) != 0 && !toc_args_has(request, "claim");
    if (command != NULL && (command->flags & UNTOLD) != 0)
        talk->deed.open = false;
    TOC_TRY(toc_talk_deed_name(talk, name, request, err));
    if (command == NULL)
        return toc_fail(err, TOC_USAGE, "this node knows no command '%.*s'",
                        (int)(name.size < 64 ? name.size : 64), (const char *)name.data);
    if ((command->flags & FOR_ADMINS) != 0 && !talk->caller.admin)
        return toc_fail(err, TOC_DENIED,
                        "'%s' is for the service user, root and those whom admin_uid or "
                        "admin_gid name; user %u is none of them",
                        command->name, talk->caller.uid);
    TOC_TRY(check_audience(talk, command, request, err));
    TOC_TRY(check_arguments(command, request, err));
    if ((command->flags & (READS | UNTOLD)) == 0)
        TOC_TRY(toc_talk_deed_change(talk, err));
    return command->run(talk, request, err);
}

static toc_code answer(toc_talk *talk, toc_span request, toc_err *err)
{
    toc_err why = {0};
    talk->has_total = false;
    talk->progress_at_ms = toc_clock_mono_ms(NULL);
    toc_talk_deed_open(talk, request.size);
    toc_code code = toc_talk_deed_close(talk, run_command(talk, request, &why), &why);
    TOC_TRY(code == TOC_OK ? say_end(talk, err) : say_error(&why, &talk->out, err));
    return flush(talk, err);
}

/* Rights end when they end, not when their owner hangs up. */
static toc_code check_caller(toc_talk *talk, toc_err *err)
{
    talk_caller now;
    if (!toc_control_caller_of(talk->control, talk->caller.uid, talk->caller.gid, &now))
        return toc_control_deny(talk->caller.uid, err);
    talk->caller = now;
    return TOC_OK;
}

static toc_code converse(toc_talk *talk, toc_err *err)
{
    for (;;) {
        toc_control_type type;
        toc_span payload;
        TOC_TRY(next_frame(talk, &type, &payload, err));
        if (type == TOC_CONTROL_REQUEST) {
            TOC_TRY(check_caller(talk, err));
            talk->drafts_open = false;
            TOC_TRY(answer(talk, payload, err));
        } else if (talk->drafts_open && (type == TOC_CONTROL_DRAFTS || type == TOC_CONTROL_END)) {
            talk->drafts_open = type != TOC_CONTROL_END; /* of a submission that failed before */
        } else {
            return toc_fail(err, TOC_MALFORMED, "a '%c' frame where a request was due", type);
        }
    }
}

static toc_err hear_refused(toc_talk *talk)
{
    toc_err ignored;
    if (read_more(talk, CONTROL_REFUSE_MS, &ignored) != TOC_OK)
        toc_diag(TOC_DIAG_DEBUG, "control-silent", "text=\"%s\"", ignored.text);
    return talk->refused;
}

void *toc_talk_main(void *context)
{
    toc_talk *talk = context;
    toc_err why = {0};
    toc_code code = talk->refused.code;
    if (code == TOC_OK)
        code = converse(talk, &why);
    else
        why = hear_refused(talk);
    if (code != TOC_UNREACHABLE) {
        toc_diag(TOC_DIAG_WARNING, "control-refused", "uid=%u text=\"%s\"", talk->caller.uid,
                 why.text);
        toc_err ignored;
        if (say_error(&why, &talk->out, &ignored) != TOC_OK || flush(talk, &ignored) != TOC_OK)
            toc_diag(TOC_DIAG_DEBUG, "control-gone", "text=\"%s\"", ignored.text);
    }
    pthread_mutex_lock(&talk->control->mutex);
    nng_stream_close(talk->stream);
    talk->ended = true;
    pthread_mutex_unlock(&talk->control->mutex);
    return NULL;
}
