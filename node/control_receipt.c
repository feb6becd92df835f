/* Commands receipt and bundle, which the store answers; and when authors were last heard of. */
#include "node/control_receipt.h"

#include "node/control_args.h"
#include "node/control_talk.h"
#include "proto/base/text.h"
#include "store/evidence.h"

typedef toc_code answer_fn(toc_log_txn *txn, const toc_hash *record, toc_evidence_visit visit,
                           void *context, toc_err *err);

static toc_code say_line(void *context, toc_span line, toc_err *err)
{
    return toc_talk_line(context, line, err);
}

static toc_code ask(toc_talk *talk, json_t *request, answer_fn *answer, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_hash record;
    TOC_TRY(toc_args_id(request, "record", record.bytes, err));
    TOC_TRY(toc_log_read(toc_node_log(toc_talk_node(talk)), &txn, err));
    return answer(txn, &record, say_line, talk, err);
}

toc_code toc_control_receipt(toc_talk *talk, json_t *request, toc_err *err)
{
    return ask(talk, request, toc_receipt_ask, err);
}

toc_code toc_control_bundle(toc_talk *talk, json_t *request, toc_err *err)
{
    return ask(talk, request, toc_bundle_ask, err);
}

/* ---- last heard ---- */

typedef struct heard {
    toc_log_txn *txn;
    const toc_charter *charter; /* NULL: of `org` alone */
    const toc_org_id *org;
    uint64_t *times; /* by member; or one */
} heard;

/* Authors speak of their own feeds; the newest of those is when they were last heard of. */
static toc_code take_heard(void *context, const toc_log_feed *feed, toc_err *err)
{
    heard *all = context;
    size_t place = 0;
    if (all->charter != NULL) {
        const toc_charter_member *member = toc_charter_find(all->charter, &feed->name.org);
        if (member == NULL)
            return TOC_OK;
        place = (size_t)(member - all->charter->members);
    } else if (!toc_org_id_equal(&feed->name.org, all->org)) {
        return TOC_OK;
    }
    toc_log_cosignature newest = {0};
    toc_code code = toc_log_cosigned(all->txn, feed->number, &feed->name.org, &newest, err);
    if (code != TOC_OK && code != TOC_NOT_FOUND)
        return code;
    if (newest.made.time_s > all->times[place])
        all->times[place] = newest.made.time_s;
    return TOC_OK;
}

toc_code toc_receipt_heard(toc_log_txn *txn, const toc_charter *charter,
                           toc_time out[TOC_MEMBERS_MAX], toc_err *err)
{
    uint64_t times[TOC_MEMBERS_MAX] = {0};
    heard all = {.txn = txn, .charter = charter, .times = times};
    TOC_TRY(toc_log_feeds(txn, &charter->circle, take_heard, &all, err));
    for (size_t i = 0; i < charter->member_count; i++)
        out[i] = toc_time_of_seconds(times[i]);
    return TOC_OK;
}

toc_code toc_receipt_heard_of(toc_log_txn *txn, const toc_org_id *org, toc_time *out, toc_err *err)
{
    uint64_t time_s = 0;
    heard all = {.txn = txn, .org = org, .times = &time_s};
    TOC_TRY(toc_log_feeds(txn, NULL, take_heard, &all, err));
    *out = toc_time_of_seconds(time_s);
    return TOC_OK;
}
