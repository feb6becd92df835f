#include "node/audit.h"

#include "node/diag.h"
#include "proto/base/text.h"
#include "store/audit.h"

static _Thread_local uint64_t doing = TOC_DEED_NONE;
static _Thread_local uint32_t doing_for;

uint64_t toc_audit_doing(void)
{
    return doing;
}

uint32_t toc_audit_uid(void)
{
    return doing == TOC_DEED_NONE ? UINT32_MAX : doing_for;
}

/* ---- from the thread that does it ---- */

typedef struct adding {
    toc_span text;
    uint64_t number;
} adding;

static toc_code add_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                             toc_err *err)
{
    (void)engine;
    adding *line = context;
    return toc_audit_add(txn, now.wall, line->text, &line->number, err);
}

static toc_code add(toc_node *node, const toc_buf *text, uint64_t *out_number, toc_err *err)
{
    adding line = {.text = toc_buf_view(text)};
    toc_code code = toc_buf_ok(text, err);
    if (code == TOC_OK)
        code = toc_node_do(node, add_in_round, &line, err);
    if (code != TOC_OK)
        return err == NULL ? code
                           : toc_wrap(err, "this cannot be written into the audit, and nothing is "
                                           "done that is not written there");
    *out_number = line.number;
    return TOC_OK;
}

toc_code toc_audit_begin(toc_node *node, const toc_deed *deed, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    TOC_ASSERT(doing == TOC_DEED_NONE);
    toc_deed_write_asked(deed, NULL, &text);
    doing_for = deed->uid;
    return add(node, &text, &doing, err);
}

toc_code toc_audit_done(toc_node *node, const toc_deed_outcome *outcome, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint64_t number;
    toc_deed_write_outcome(doing, outcome, &text);
    doing = TOC_DEED_NONE;
    return add(node, &text, &number, err);
}

toc_code toc_audit_whole(toc_node *node, const toc_deed *deed, const toc_deed_outcome *outcome,
                         toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint64_t number;
    toc_deed_write_asked(deed, outcome, &text);
    return add(node, &text, &number, err);
}

/* ---- in a round ---- */

toc_code toc_audit_records(toc_log_txn *txn, uint64_t asked, const toc_feed_name *feed,
                           uint64_t count, toc_now now, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    toc_feed_id id;
    toc_log_feed stored;
    uint64_t number;
    toc_feed_id_of(feed, &id);
    TOC_TRY(toc_log_feed_find(txn, &id, &stored, err));
    toc_deed_records records = {.circle = feed->circle,
                                .lane = feed->lane,
                                .generation = feed->generation,
                                .from = stored.frontier.size - count,
                                .until = stored.frontier.size};
    toc_deed_write_records(asked, &records, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    return toc_audit_add(txn, now.wall, toc_buf_view(&text), &number, err);
}

toc_code toc_audit_drafts(toc_log_txn *txn, uint64_t asked, const toc_deed_drafts *drafts,
                          toc_now now, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf text = {0};
    uint64_t number;
    toc_deed_write_drafts(asked, drafts, &text);
    TOC_TRY(toc_buf_ok(&text, err));
    return toc_audit_add(txn, now.wall, toc_buf_view(&text), &number, err);
}

toc_code toc_audit_round_end(toc_log_txn *txn, toc_now now, toc_err *err)
{
    bool is_signed;
    toc_audit_head head;
    char root[65];
    TOC_TRY(toc_audit_sign_if_due(txn, now.wall, &is_signed, err));
    if (!is_signed)
        return TOC_OK;
    TOC_TRY(toc_audit_head_of(txn, &head, err));
    toc_hex_encode(TOC_SPAN_OF(head.root.bytes), root);
    toc_diag(TOC_DIAG_INFO, "audit-checkpoint", "size=%llu root=%s", (unsigned long long)head.size,
             root);
    return TOC_OK;
}
