/* Commands about submissions that are held: held, recall, release. */
#include "node/control_args.h"
#include "node/control_talk.h"
#include "node/held.h"
#include "store/held.h"

static const char *state_name(toc_held_state state)
{
    return state == TOC_HELD_LEAVING ? "leaving" : state == TOC_HELD_FAILED ? "failed" : "waiting";
}

static toc_code say_held(void *context, const toc_log_held *held, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "id", TOC_SPAN_OF(held->id.bytes));
    toc_json_hex(&json, "circle", TOC_SPAN_OF(held->circle.bytes));
    toc_json_text(&json, "lane", toc_span_text(toc_lane_name(held->lane)));
    toc_json_text(&json, "state", toc_span_text(state_name(held->state)));
    toc_json_number(&json, "uid", held->uid);
    toc_json_time(&json, "at", held->at);
    toc_json_time(&json, "until", held->until);
    toc_json_number(&json, "new", held->fresh);
    toc_json_number(&json, "changed", held->changed);
    toc_json_number(&json, "unchanged", held->unchanged);
    toc_json_number(&json, "refused", held->refused);
    toc_json_number(&json, "bytes", held->bytes);
    toc_json_optional(&json, "why", toc_span_text(held->why));
    toc_json_close(&json, '}');
    return toc_talk_say(context, &line, err);
}

toc_code toc_control_held(toc_talk *talk, json_t *request, toc_err *err)
{
    (void)request;
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return toc_log_held_each(txn, say_held, talk, err);
}

typedef toc_code touch_fn(toc_node *node, const toc_draft_id *id, toc_held_by by, toc_err *err);

static toc_code touch(toc_talk *talk, json_t *request, touch_fn *run, toc_err *err)
{
    toc_draft_id id;
    toc_held_by by = {.uid = toc_talk_uid(talk), .admin = toc_talk_admin(talk)};
    TOC_AUTO(toc_buf_wipe) toc_buf line = {0};
    TOC_TRY(toc_args_id(request, "id", id.bytes, err));
    TOC_TRY(run(toc_talk_node(talk), &id, by, err));
    toc_json json = {.out = &line};
    toc_json_open(&json, NULL, '{');
    toc_json_hex(&json, "id", TOC_SPAN_OF(id.bytes));
    toc_json_close(&json, '}');
    return toc_talk_say(talk, &line, err);
}

toc_code toc_control_recall(toc_talk *talk, json_t *request, toc_err *err)
{
    return touch(talk, request, toc_held_recall, err);
}

toc_code toc_control_release(toc_talk *talk, json_t *request, toc_err *err)
{
    return touch(talk, request, toc_held_release, err);
}
