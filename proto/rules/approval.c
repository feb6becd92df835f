#include "proto/rules/approval.h"

const char *toc_approval_fault_name(toc_approval_fault fault)
{
    static const char *const names[] = {
        [TOC_APPROVAL_COUNTS] = "counts",       [TOC_APPROVAL_UNKNOWN] = "unknown-officer",
        [TOC_APPROVAL_SCOPE] = "scope-missing", [TOC_APPROVAL_REJECTED] = "rejected",
        [TOC_APPROVAL_LAPSED] = "lapsed",       [TOC_APPROVAL_DRAFT] = "another-draft",
        [TOC_APPROVAL_SIGNATURE] = "signature", [TOC_APPROVAL_TWICE] = "counted-already",
    };
    return (unsigned)fault < TOC_COUNT(names) ? names[fault] : "unknown";
}

static const toc_officer *officer_of(const toc_approval_case *what, const toc_approval *approval)
{
    if (what->card == NULL || !toc_org_id_equal(&what->card->org, &what->org))
        return NULL;
    return toc_card_officer(what->card, &approval->officer);
}

static toc_approval_fault fault_of(const toc_approval_case *what, const toc_officer *officer,
                                   const toc_approval *approval, const toc_draft_id *draft)
{
    if (officer == NULL)
        return TOC_APPROVAL_UNKNOWN;
    if (what->rule != NULL && (officer->scopes & what->rule->scope) == 0)
        return TOC_APPROVAL_SCOPE;
    if (approval->decision != TOC_DECISION_APPROVED)
        return TOC_APPROVAL_REJECTED;
    if (what->sealed.unix_ms > approval->not_after.unix_ms)
        return TOC_APPROVAL_LAPSED;
    if (draft != NULL && !toc_draft_id_equal(draft, &approval->draft))
        return TOC_APPROVAL_DRAFT;
    return toc_approval_verify(approval, what->statement, &what->circle, &what->org)
               ? TOC_APPROVAL_COUNTS
               : TOC_APPROVAL_SIGNATURE;
}

static bool counts_already(const toc_approval_verdict *verdict, size_t before, uint32_t officer)
{
    for (size_t i = 0; i < before; i++) {
        if (verdict->faults[i] == TOC_APPROVAL_COUNTS && verdict->officers[i] == officer)
            return true;
    }
    return false;
}

void toc_approval_judge(const toc_approval_case *what, toc_approval_verdict *out)
{
    *out = (toc_approval_verdict){.needed = what->rule == NULL ? 0 : what->rule->k};
    const toc_draft_id *draft = NULL; /* of the first that counts: a draft is approved as one */
    for (size_t i = 0; i < what->count && i < TOC_OFFICERS_MAX; i++) {
        const toc_approval *approval = &what->approvals[i];
        const toc_officer *officer = officer_of(what, approval);
        out->officers[i] = officer == NULL ? 0 : officer->number;
        out->faults[i] = fault_of(what, officer, approval, draft);
        if (out->faults[i] != TOC_APPROVAL_COUNTS)
            continue;
        if (counts_already(out, i, out->officers[i]))
            out->faults[i] = TOC_APPROVAL_TWICE;
        else
            out->counted++;
        draft = &approval->draft;
    }
    out->enough = out->counted >= out->needed;
}
