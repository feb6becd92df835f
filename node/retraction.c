#include "node/retraction.h"

#include "proto/format/drafts.h"

enum { RETRACT_ARENA_BYTES = 16 << 20, RETRACT_SETTLE_MS = 10000 };

void toc_retraction_wipe(toc_retraction *retraction)
{
    toc_buf_wipe(&retraction->claims);
    toc_told_wipe(&retraction->readers);
    toc_arena_free(retraction->arena);
}

static toc_code begin(toc_retraction *retraction, toc_err *err)
{
    return retraction->arena != NULL ? TOC_OK
                                     : toc_arena_new(RETRACT_ARENA_BYTES, &retraction->arena, err);
}

static toc_code end_one(toc_retraction *what, const toc_statement *target, toc_err *err)
{
    toc_retracted done;
    TOC_TRY(toc_writer_retract(what->writer, &what->circle, target, &what->how, &done, err));
    what->done++;
    return what->told(what->context, &done, err);
}

/* ---- by its id ---- */

/* The claim must be this org's, in this circle: only the issuer ends a claim. */
static toc_code find_claim(toc_retraction *what, const toc_claim_id *claim, toc_statement *out,
                           toc_err *err)
{
    TOC_AUTO(toc_views_end) toc_views_txn *views = NULL;
    toc_views_head head;
    toc_claim_id own;
    TOC_TRY(
        toc_node_settle(what->node, RETRACT_SETTLE_MS, err)); /* it may have been said just now */
    TOC_TRY(toc_views_read(toc_node_views(what->node), &views, err));
    TOC_TRY(toc_views_head_by_id(views, claim, &head, err));
    if (!head.live)
        return toc_fail(err, TOC_NOT_FOUND, "this claim is not live: there is nothing to end");
    toc_span bytes = toc_arena_dup(what->arena, head.bytes);
    if (bytes.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a record");
    TOC_TRY(toc_record_decode(bytes, what->arena, out, err));
    toc_statement_claim(out, &what->circle, toc_node_org(what->node), &own);
    if (!toc_claim_id_equal(&own, claim))
        return toc_fail(
            err, TOC_DENIED,
            "this claim is another org's or of another circle; only its issuer ends it");
    return TOC_OK;
}

toc_code toc_retraction_claims(toc_retraction *what, toc_err *err)
{
    TOC_TRY(begin(what, err));
    for (size_t at = 0; at < what->claims.size; at += sizeof(toc_claim_id)) {
        toc_statement target;
        toc_claim_id claim;
        memcpy(claim.bytes, what->claims.data + at, sizeof claim.bytes);
        toc_arena_reset(what->arena);
        TOC_TRY(find_claim(what, &claim, &target, err));
        TOC_TRY(end_one(what, &target, err));
    }
    return TOC_OK;
}

/* ---- by drafts ---- */

static bool is_own_fault(toc_code code)
{
    return code == TOC_NOT_FOUND || code == TOC_MALFORMED || code == TOC_DENIED ||
           code == TOC_LIMIT;
}

static toc_code end_draft(toc_retraction *what, const toc_draft *draft, toc_err *err)
{
    toc_statement target;
    toc_err why;
    toc_arena_reset(what->arena);
    toc_code code = toc_draft_decode(draft->bytes, what->arena, &target, &why);
    if (code == TOC_OK && target.kind != draft->kind)
        code = toc_fail(&why, TOC_MALFORMED, "a draft of another kind than its part says");
    if (code == TOC_OK)
        code = end_one(what, &target, &why);
    if (code == TOC_OK)
        return TOC_OK;
    if (!is_own_fault(code))
        return toc_fail(err, code, "line %u: %s", draft->line, why.text);
    what->refused++;
    what->refusal(what->context, draft->line, &why);
    return TOC_OK;
}

toc_code toc_retraction_part(toc_retraction *what, toc_span part, toc_err *err)
{
    toc_draft_part drafts;
    TOC_TRY(begin(what, err));
    TOC_TRY(toc_draft_part_open(part, &drafts, err));
    while (drafts.left > 0) {
        toc_draft draft;
        TOC_TRY(toc_draft_part_next(&drafts, &draft, err));
        if (draft.kind != TOC_RECORD_MEMBERS) /* they end with their cluster */
            TOC_TRY(end_draft(what, &draft, err));
    }
    return TOC_OK;
}
