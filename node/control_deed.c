/* What the audit is told of a conversation: one hook where commands are looked up, one where bytes
 * leave. A question is told in one line, once its answer is complete and before the first byte of
 * it leaves; what may change something, or takes long to answer, in two. */
#include <string.h>

#include "node/audit.h"
#include "node/control_args.h"
#include "node/control_state.h"

void toc_talk_deed_open(toc_talk *talk, size_t request_bytes)
{
    talk_deed *deed = &talk->deed;
    deed->open = true;
    deed->begun = deed->changes = false;
    deed->command[0] = '\0';
    deed->request_bytes = request_bytes;
    deed->lines = 0;
    toc_buf_wipe(&deed->request);
    toc_buf_clear(&deed->answer);
}

void toc_talk_deed_wipe(toc_talk *talk)
{
    toc_buf_wipe(&talk->deed.request);
    toc_buf_wipe(&talk->deed.answer);
}

/* ---- the request ---- */

static int add_text(const char *text, size_t size, void *context)
{
    toc_buf_add(context, text, size);
    return 0;
}

toc_code toc_talk_deed_name(toc_talk *talk, toc_span command, json_t *request, toc_err *err)
{
    talk_deed *deed = &talk->deed;
    if (!deed->open)
        return TOC_OK;
    size_t size = command.size < sizeof deed->command ? command.size : sizeof deed->command - 1;
    memcpy(deed->command, command.data, size);
    deed->command[size] = '\0';
    if (deed->request_bytes > TOC_AUDIT_REQUEST_BYTES_MAX)
        return toc_fail(err, TOC_LIMIT,
                        "a request of %zu bytes; the audit keeps each whole, and takes %u: ask in "
                        "parts",
                        deed->request_bytes, TOC_AUDIT_REQUEST_BYTES_MAX);
    TOC_AUTO_JSON json_t *arguments = json_copy(request);
    if (arguments == NULL || json_object_del(arguments, "command") != 0 ||
        json_dump_callback(arguments, add_text, &deed->request, JSON_COMPACT) != 0)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for the audit");
    return toc_buf_ok(&deed->request, err);
}

static toc_deed deed_of(const toc_talk *talk)
{
    return (toc_deed){.door = TOC_DOOR_SOCKET,
                      .uid = talk->caller.uid,
                      .gid = talk->caller.gid,
                      .audience = toc_span_text(talk->caller.audience),
                      .command = toc_span_text(talk->deed.command),
                      .request = toc_buf_view(&talk->deed.request),
                      .request_bytes = talk->deed.request_bytes};
}

/* ---- the answer ---- */

static toc_code begin(toc_talk *talk, toc_err *err)
{
    toc_deed deed = deed_of(talk);
    toc_code code = toc_audit_begin(talk->control->node, &deed, err);
    talk->deed.begun = code == TOC_OK;
    return code;
}

toc_code toc_talk_deed_change(toc_talk *talk, toc_err *err)
{
    talk->deed.changes = true;
    return begin(talk, err);
}

void toc_talk_deed_line(toc_talk *talk, toc_span json)
{
    talk_deed *deed = &talk->deed;
    deed->lines++;
    toc_buf_clear(&deed->answer);
    if (deed->changes && json.size <= TOC_AUDIT_ANSWER_BYTES_MAX)
        toc_buf_add_span(&deed->answer, json);
}

toc_code toc_talk_deed_leave(toc_talk *talk, toc_err *err)
{
    return talk->deed.open && !talk->deed.begun ? begin(talk, err) : TOC_OK;
}

toc_code toc_talk_deed_close(toc_talk *talk, toc_code code, toc_err *err)
{
    talk_deed *deed = &talk->deed;
    toc_err why;
    if (!deed->open)
        return code;
    deed->open = false;
    toc_deed_outcome outcome = {
        .code = code, .lines = deed->lines, .answer = toc_buf_view(&deed->answer)};
    toc_deed whole = deed_of(talk);
    toc_code told = deed->begun ? toc_audit_done(talk->control->node, &outcome, &why)
                                : toc_audit_whole(talk->control->node, &whole, &outcome, &why);
    if (told == TOC_OK)
        return code;
    toc_buf_clear(&talk->out); /* what is not written down does not leave */
    *err = why;
    return told;
}
