/* node/control_talk.h: one conversation as the commands see it. Private to node/control*.
 * Owns:    the buffers of the conversation. Threads: the conversation's own.
 * Errors:  UNREACHABLE once the caller is gone: then nothing more is worth saying. */
#ifndef TOC_NODE_CONTROL_TALK_H
#define TOC_NODE_CONTROL_TALK_H

#include <jansson.h>

#include "node/control.h"
#include "proto/answer/writer.h"
#include "proto/control/control.h"

typedef struct toc_talk toc_talk;

toc_node *toc_talk_node(toc_talk *talk);
toc_writer *toc_talk_writer(toc_talk *talk);
uint32_t toc_talk_uid(const toc_talk *talk); /* of the caller */
/* The caller as the machine knows him: "ann (uid 7)". */
void toc_talk_who(const toc_talk *talk, char *out, size_t capacity);
void toc_talk_weights(const toc_talk *talk, toc_weights *out); /* as of now */
bool toc_talk_admin(const toc_talk *talk); /* whether he may do what is for admins */

/* The views that this request is answered from: those of the audience that the caller is, or of the
 * one that it names (`audience`); else the officers'. NOT_FOUND: no such audience is configured. */
TOC_MUST toc_code toc_talk_views(toc_talk *talk, json_t *request, toc_views **out, toc_err *err);

/* One line of the answer: JSON, with or without its newline. Small ones are gathered. */
TOC_MUST toc_code toc_talk_line(toc_talk *talk, toc_span json, toc_err *err);
/* The same of a line that was put together, if there was memory for it. */
TOC_MUST toc_code toc_talk_say(toc_talk *talk, const toc_buf *line, toc_err *err);
/* A toc_progress over a toc_talk_work; at most a few a second go out, whatever is called. */
typedef struct toc_talk_work {
    toc_talk *talk;
    const char *what;
} toc_talk_work;
void toc_talk_working(void *context, uint64_t done, uint64_t total);
/* What stands in the object that ends the answer; {} otherwise. */
void toc_talk_total(toc_talk *talk, uint64_t total);
/* The next part of a submission, lent until the next call; *out_end: there are no more. */
TOC_MUST toc_code toc_talk_drafts(toc_talk *talk, toc_span *out, bool *out_end, toc_err *err);

/* The commands of proto/control/README.md, each in the control_*.c of its group. `request`: the
 * whole object, read by node/control_args.h; the answer goes out by toc_talk_line and _say. */
toc_code toc_control_status(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_receipt(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_audience(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_shared(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_bundle(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_peers(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_card(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_keys_prepare(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_card_adopt(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_peer_add(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_peer_list(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_create(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_join(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_admit(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_propose(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_proposals(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_proposal(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_endorse(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_confirm(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_choose(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_list(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_circle_show(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_lookup(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_explain(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_cluster(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_incident(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_cluster_decide(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_cluster_decisions(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_quality(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_search(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_digest(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_rebuild(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_check(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_log_check(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_audit(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_audit_check(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_audit_sign(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_stats(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_submit(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_retract(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_held(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_recall(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_release(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_erase(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_order_add(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_order_list(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_order_lift(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_legal_hold_add(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_legal_hold_list(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_legal_hold_lift(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_drafts(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_draft(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_approve(toc_talk *talk, json_t *request, toc_err *err);
toc_code toc_control_reject(toc_talk *talk, json_t *request, toc_err *err);

#endif
