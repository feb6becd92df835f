/* What a circle wants approved waits as a draft: the bytes that officers sign are those that are
 * sealed in the end (docs/decisions/0084). */
#include "node/audit.h"
#include "node/drafts.h"
#include "node/writer_batch.h"

#include "proto/record/approval.h"
#include "proto/rules/approval.h"

enum { OPEN_ARENA_BYTES = 1 << 20 };

toc_span toc_writer_record(const toc_writer_batch *all, size_t index)
{
    size_t start = index == 0 ? 0 : all->ends[index - 1];
    return toc_span_of(all->bytes.data + start, all->ends[index] - start);
}

toc_code toc_writer_name_drafts(toc_writer_batch *all, toc_err *err)
{
    if (!all->drafts_any)
        return TOC_OK;
    all->draft_ids = toc_arena_zalloc(all->arena, all->count, sizeof *all->draft_ids);
    if (all->draft_ids == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    for (size_t i = 0; i < all->count; i++)
        toc_random(all->draft_ids[i].bytes, sizeof all->draft_ids[i].bytes);
    return TOC_OK;
}

void toc_writer_count_drafts(const toc_writer_batch *all, toc_writer_totals *totals)
{
    for (size_t i = 0; i < all->count; i++) {
        if (!all->drafts[i])
            continue;
        if (totals->drafted < TOC_WRITER_DRAFTS_TOLD)
            totals->drafts[totals->drafted] = all->draft_ids[i];
        totals->drafted++;
    }
}

toc_code toc_writer_put_drafts(const toc_writer_batch *all, toc_log_txn *txn, toc_now now,
                               toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    uint64_t old = now.wall.unix_ms > TOC_DRAFT_KEPT_MS ? now.wall.unix_ms - TOC_DRAFT_KEPT_MS : 0;
    toc_draft_id *ids = toc_arena_zalloc(all->arena, all->count, sizeof *ids);
    size_t count = 0;
    if (ids == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a batch");
    TOC_TRY(toc_arena_new(OPEN_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_log_drafts_drop(txn, (toc_time){old}, err));
    for (size_t i = 0; i < all->count; i++) {
        const toc_approval *none;
        size_t none_count;
        if (!all->drafts[i])
            continue;
        toc_log_draft draft = {.id = all->draft_ids[i],
                               .circle = all->circle,
                               .lane = all->lane,
                               .uid = all->uid,
                               .at = now.wall,
                               .not_after = {now.wall.unix_ms + all->lapse_ms}};
        toc_arena_reset(arena);
        TOC_TRY(toc_record_open(toc_writer_record(all, i), arena, &draft.statement, &none,
                                &none_count, err));
        TOC_TRY(toc_log_draft_put(txn, &draft, err));
        ids[count++] = draft.id;
    }
    toc_deed_drafts told = {.circle = all->circle, .lane = all->lane, .count = count, .ids = ids};
    return toc_audit_drafts(txn, all->asked, &told, now, err);
}

toc_code toc_writer_draft_record(const toc_log_draft *draft, toc_buf *out, toc_err *err)
{
    toc_approval approvals[TOC_OFFICERS_MAX];
    for (size_t i = 0; i < draft->count; i++)
        approvals[i] = draft->approvals[i].approval;
    return toc_record_join(draft->statement, approvals, draft->count, out, err);
}

toc_code toc_writer_end_draft(const toc_writer_batch *all, toc_log_txn *txn, toc_now now,
                              toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_approval_verdict verdict;
    TOC_TRY(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, err));
    TOC_TRY(toc_drafts_judge(txn, toc_node_org(all->completion.node), all->approved, now.wall,
                             arena, &verdict, err));
    if (!verdict.enough)
        return toc_fail(err, TOC_DENIED,
                        "%u of %u officers approved this, by the card and the charter in force",
                        verdict.counted, verdict.needed);
    return toc_log_draft_remove(txn, &all->approved->id, err);
}

bool toc_writer_narrows(const toc_statement *head, const toc_statement *statement)
{
    return statement->kind != TOC_RECORD_RETRACTION && statement->kind != TOC_RECORD_MEMBERS &&
           toc_audience_narrows(head, statement);
}

bool toc_writer_overtaken(const toc_statement *statement, uint64_t revision, bool narrows)
{
    uint64_t last = narrows ? revision + 1 : revision;
    return statement->kind == TOC_RECORD_MEMBERS ? last > statement->revision
                                                 : last >= statement->revision;
}
