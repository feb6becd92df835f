#include "node/submission.h"

#include <stdlib.h>

#include "proto/answer/writer.h"
#include "proto/control/control.h"
#include "proto/format/drafts.h"

enum {
    SUBMISSION_ARENA_BYTES = 64 << 20,
    SUBMISSION_FLUSH_BYTES = 16 << 20 /* a statement of 512 members takes 300 KB decoded */
};

struct toc_submission {
    toc_node *node;
    toc_writer *writer;
    toc_submission_request request;
    toc_submission_refusal refusal;
    void *context;
    toc_writer_totals totals;
    toc_buf taken_before; /* the summary of then */
    toc_arena *arena;
    size_t count;
    toc_statement drafts[TOC_WRITER_BATCH_MAX];
    uint32_t lines[TOC_WRITER_BATCH_MAX];
    /* The head of the last cluster, as drafted: each batch that its members go on in begins with
     * it (node/writer.h). */
    toc_buf head; /* empty: none, or refused */
    uint32_t head_line;
    size_t head_index; /* in the batch */
};

static toc_code find_earlier(toc_submission *submission, toc_err *err)
{
    TOC_AUTO(toc_log_abort) toc_log_txn *txn = NULL;
    toc_span summary;
    toc_err why;
    TOC_TRY(toc_log_read(toc_node_log(submission->node), &txn, err));
    toc_code code = toc_log_submission_get(txn, &submission->request.id, &summary, &why);
    if (code == TOC_NOT_FOUND)
        return TOC_OK;
    if (code != TOC_OK)
        return toc_fail(err, code, "%s", why.text);
    toc_buf_add_span(&submission->taken_before, summary);
    return toc_buf_ok(&submission->taken_before, err);
}

toc_code toc_submission_begin(toc_node *node, toc_writer *writer,
                              const toc_submission_request *request, toc_submission_refusal refusal,
                              void *context, toc_submission **out, toc_err *err)
{
    TOC_AUTO(toc_submission_free) toc_submission *submission = calloc(1, sizeof *submission);
    if (submission == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a submission");
    submission->node = node;
    submission->writer = writer;
    submission->request = *request;
    submission->totals.told = request->told;
    submission->totals.lapse_ms = request->lapse_ms;
    submission->refusal = refusal;
    submission->context = context;
    TOC_TRY(toc_arena_new(SUBMISSION_ARENA_BYTES, &submission->arena, err));
    TOC_TRY(find_earlier(submission, err));
    *out = submission;
    submission = NULL; /* transferred */
    return TOC_OK;
}

void toc_submission_free(toc_submission *submission)
{
    if (submission == NULL)
        return;
    toc_arena_free(submission->arena);
    toc_buf_wipe(&submission->taken_before);
    toc_buf_wipe(&submission->head);
    free(submission);
}

static void refuse(void *context, size_t index, const toc_err *why)
{
    toc_submission *submission = context;
    if (index == submission->head_index && submission->drafts[index].kind == TOC_RECORD_CLUSTER)
        submission->head.size = 0;
    submission->refusal(submission->context, submission->lines[index], why);
}

static toc_code flush(toc_submission *submission, unsigned goes_on, toc_err *err)
{
    toc_code code = TOC_OK;
    unsigned dry = submission->request.dry_run ? TOC_WRITE_DRY : 0;
    if (submission->count > 0)
        code = toc_writer_write(submission->writer, &submission->request.circle,
                                submission->request.lane, dry | goes_on, submission->drafts,
                                submission->count, &submission->totals, refuse, submission, err);
    submission->count = 0;
    toc_arena_reset(submission->arena);
    return code;
}

static toc_code decode(toc_submission *submission, const toc_draft *draft, toc_err *err)
{
    toc_statement *statement = &submission->drafts[submission->count];
    TOC_TRY(toc_draft_decode(draft->bytes, submission->arena, statement, err));
    if (statement->kind != draft->kind)
        return toc_fail(err, TOC_MALFORMED, "a draft of another kind than its part says");
    return toc_org_names_resolve(&submission->request.audience, toc_node_log(submission->node),
                                 submission->arena, statement, err);
}

static toc_code take_draft(toc_submission *submission, const toc_draft *draft, toc_err *err)
{
    toc_err why;
    toc_code code = decode(submission, draft, &why);
    if (draft->kind == TOC_RECORD_CLUSTER) {
        submission->head.size = 0;
        submission->head_index = submission->count;
        submission->head_line = draft->line;
        if (code == TOC_OK)
            toc_buf_add_span(&submission->head, draft->bytes);
        TOC_TRY(toc_buf_ok(&submission->head, err));
    }
    if (code == TOC_NO_MEMORY)
        return toc_fail(err, code, "%s", why.text);
    if (code != TOC_OK) {
        submission->totals.refused++;
        submission->refusal(submission->context, draft->line, &why);
        return TOC_OK;
    }
    submission->lines[submission->count++] = draft->line;
    return TOC_OK;
}

/* Begins a batch with the head whose members go on in it. */
static toc_code resume(toc_submission *submission, toc_err *err)
{
    const toc_draft head = {.kind = TOC_RECORD_CLUSTER,
                            .line = submission->head_line,
                            .bytes = toc_buf_view(&submission->head)};
    if (submission->count > 0 || submission->head.size == 0)
        return TOC_OK;
    TOC_TRY(decode(submission, &head, err)); /* as it did before */
    submission->head_index = 0;
    submission->lines[submission->count++] = head.line;
    return TOC_OK;
}

static bool is_full(const toc_submission *submission)
{
    return submission->count == TOC_WRITER_BATCH_MAX ||
           toc_arena_bytes(submission->arena) > SUBMISSION_FLUSH_BYTES;
}

toc_code toc_submission_part(toc_submission *submission, toc_span part, toc_err *err)
{
    toc_draft_part drafts;
    TOC_TRY(toc_draft_part_open(part, &drafts, err));
    while (drafts.left > 0) {
        toc_draft draft;
        TOC_TRY(toc_draft_part_next(&drafts, &draft, err));
        if (submission->taken_before.size > 0)
            continue;
        if (is_full(submission))
            TOC_TRY(flush(submission, TOC_WRITE_GOES_ON, err));
        TOC_TRY(resume(submission, err));
        TOC_TRY(take_draft(submission, &draft, err));
    }
    return flush(submission, TOC_WRITE_GOES_ON, err); /* drafts lend from their part */
}

toc_code toc_submission_frames(toc_submission *submission, toc_span frames, toc_err *err)
{
    for (;;) {
        toc_span part;
        bool more;
        TOC_TRY(toc_control_next_part(&frames, &part, &more, err));
        if (!more)
            return TOC_OK;
        TOC_TRY(toc_submission_part(submission, part, err));
    }
}

toc_writer_totals toc_submission_totals(const toc_submission *submission)
{
    return submission->totals;
}

/* ---- the end ---- */

typedef struct remembering {
    const toc_draft_id *id;
    toc_span summary;
} remembering;

static toc_code remember(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                         toc_err *err)
{
    (void)engine;
    (void)now;
    const remembering *what = context;
    return toc_log_submission_put(txn, what->id, what->summary, err);
}

static void add_drafts(toc_json *json, const toc_writer_totals *totals)
{
    toc_json_number(json, "drafted", totals->drafted);
    toc_json_open(json, "drafts", '[');
    for (size_t i = 0; i < totals->drafted && i < TOC_WRITER_DRAFTS_TOLD; i++)
        toc_json_hex(json, NULL, TOC_SPAN_OF(totals->drafts[i].bytes));
    toc_json_close(json, ']');
}

void toc_submission_print(const toc_writer_totals *totals, toc_time held_until, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_number(&json, "read", 0); /* rows are the tool's to count, and so are merged ones */
    toc_json_number(&json, "new", totals->fresh);
    toc_json_number(&json, "changed", totals->changed);
    toc_json_number(&json, "unchanged", totals->unchanged);
    toc_json_number(&json, "merged", 0);
    toc_json_number(&json, "refused", totals->refused);
    if (totals->drafted > 0)
        add_drafts(&json, totals);
    if (held_until.unix_ms != 0)
        toc_json_time(&json, "held_until", held_until);
    toc_json_close(&json, '}');
}

void toc_submission_print_names(const toc_writer_totals *totals, toc_buf *out)
{
    toc_json json = {.out = out};
    toc_json_open(&json, NULL, '{');
    toc_json_open(&json, "unregistered", '[');
    for (size_t i = 0; i < totals->unregistered_count; i++)
        toc_json_text(&json, NULL, toc_span_text(totals->unregistered[i]));
    toc_json_close(&json, ']');
    toc_json_close(&json, '}');
}

toc_code toc_submission_end(toc_submission *submission, toc_buf *out_summary, toc_err *err)
{
    if (submission->taken_before.size > 0) {
        toc_buf_add_span(out_summary, toc_buf_view(&submission->taken_before));
        return toc_buf_ok(out_summary, err);
    }
    TOC_TRY(resume(submission, err)); /* its members are all there */
    TOC_TRY(flush(submission, 0, err));
    TOC_AUTO(toc_buf_wipe) toc_buf summary = {0};
    toc_submission_print(&submission->totals, (toc_time){0}, &summary);
    TOC_TRY(toc_buf_ok(&summary, err));
    remembering what = {.id = &submission->request.id, .summary = toc_buf_view(&summary)};
    if (!submission->request.dry_run)
        TOC_TRY(toc_node_do(submission->node, remember, &what, err));
    toc_buf_add_span(out_summary, toc_buf_view(&summary));
    return toc_buf_ok(out_summary, err);
}
