#include "node/drafts.h"

#include "proto/base/text.h"
#include "proto/crypto/hash.h"

enum { DECIDE_ARENA_BYTES = 4 << 20 };

/* ---- judging ---- */

typedef struct judges {
    toc_card card; /* the own one */
    toc_charter charter;
    const toc_approval_rule *rule;
} judges;

static toc_code find_judges(toc_log_txn *txn, const toc_org_id *org, const toc_log_draft *draft,
                            toc_arena *arena, judges *out, toc_err *err)
{
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_statement statement;
    TOC_TRY(toc_log_card_of(txn, org, arena, &out->card, err));
    TOC_TRY(toc_log_charter_of(txn, &draft->circle, arena, &out->charter, err));
    TOC_TRY(toc_record_join(draft->statement, NULL, 0, &record, err));
    toc_span bytes = toc_arena_dup(arena, toc_buf_view(&record));
    if (bytes.data == NULL)
        return toc_fail(err, TOC_NO_MEMORY, "out of memory for a draft");
    TOC_TRY(toc_record_decode(bytes, arena, &statement, err));
    out->rule = toc_approval_rule_of(&out->charter.policy.approvals, (uint32_t)statement.kind);
    return TOC_OK;
}

static void judge(const judges *by, const toc_org_id *org, const toc_log_draft *draft, toc_time now,
                  toc_approval_verdict *out)
{
    toc_approval approvals[TOC_OFFICERS_MAX];
    for (size_t i = 0; i < draft->count; i++)
        approvals[i] = draft->approvals[i].approval;
    toc_approval_case what = {.statement = draft->statement,
                              .circle = draft->circle,
                              .org = *org,
                              .card = &by->card,
                              .rule = by->rule,
                              .sealed = now,
                              .count = draft->count,
                              .approvals = approvals};
    toc_approval_judge(&what, out);
}

toc_code toc_drafts_judge(toc_log_txn *txn, const toc_org_id *org, const toc_log_draft *draft,
                          toc_time now, toc_arena *arena, toc_approval_verdict *out, toc_err *err)
{
    judges by;
    TOC_TRY(find_judges(txn, org, draft, arena, &by, err));
    judge(&by, org, draft, now, out);
    return TOC_OK;
}

/* ---- deciding, in a round ---- */

typedef struct deciding {
    const toc_draft_decision *what;
    const toc_org_id *org;
    toc_arena *arena;
    toc_log_draft draft;
    toc_draft_result *out;
    bool enough;
} deciding;

/* Only what was shown is signed. */
static toc_code sign_here(toc_log_txn *txn, const deciding *at, toc_approval *out, toc_err *err)
{
    TOC_AUTO(toc_secret_free) toc_secret *officer = NULL;
    toc_hash hash;
    toc_sha256(at->draft.statement, &hash);
    if (!toc_hash_equal(&hash, &at->what->shown))
        return toc_fail(err, TOC_SIGNATURE,
                        "this draft is not the statement that was shown; look at it again");
    TOC_TRY(toc_log_own_key(txn, TOC_OWN_OFFICER, &officer, err));
    toc_approval_sign(at->draft.statement, &at->draft.circle, at->org, officer, out);
    return TOC_OK;
}

static toc_code check_users(const deciding *at, toc_err *err)
{
    for (size_t i = 0; i < at->draft.count; i++) {
        const toc_draft_approval *before = &at->draft.approvals[i];
        if (before->uid == at->what->uid && (before->by_node || at->what->by_node))
            return toc_fail(err, TOC_DENIED,
                            "user %u has approved this already, and the node's own officer key "
                            "counts for one person: another one has to approve",
                            before->uid);
    }
    return TOC_OK;
}

static toc_code refuse(const deciding *at, toc_approval_fault fault, uint32_t officer,
                       const toc_approval_rule *rule, toc_err *err)
{
    char lapsed[TOC_TIME_TEXT_BYTES];
    switch (fault) {
    case TOC_APPROVAL_UNKNOWN:
        return toc_fail(err, TOC_DENIED,
                        "this key is no officer's on this org's card; 'tocsin officer list'");
    case TOC_APPROVAL_SCOPE:
        return toc_fail(err, TOC_DENIED, "officer %u has not the scope '%s' that this asks for",
                        officer,
                        rule != NULL && rule->scope == TOC_SCOPE_FREEZE ? "freeze" : "submit");
    case TOC_APPROVAL_LAPSED:
        toc_time_print(at->draft.not_after, lapsed);
        return toc_fail(
            err, TOC_STATE,
            "this draft lapsed at %s; say it anew, with --lapse if officers need longer", lapsed);
    case TOC_APPROVAL_TWICE:
        return toc_fail(err, TOC_EXISTS, "officer %u has approved this already; %u of %u did",
                        officer, at->out->counted, at->out->needed);
    case TOC_APPROVAL_REJECTED:
    case TOC_APPROVAL_DRAFT:
    case TOC_APPROVAL_SIGNATURE:
    case TOC_APPROVAL_COUNTS:
        break;
    }
    return toc_fail(err, TOC_SIGNATURE,
                    "the signature is not of this statement, circle, org, draft and lapse");
}

/* An officer who says no is judged as one who says yes: by card, scope and signature. */
static toc_code check_rejection(const deciding *at, const judges *by, const toc_approval *approval,
                                toc_err *err)
{
    const toc_officer *officer = toc_card_officer(&by->card, &approval->officer);
    if (officer == NULL)
        return refuse(at, TOC_APPROVAL_UNKNOWN, 0, by->rule, err);
    if (by->rule != NULL && (officer->scopes & by->rule->scope) == 0)
        return refuse(at, TOC_APPROVAL_SCOPE, officer->number, by->rule, err);
    if (!toc_approval_verify(approval, at->draft.statement, &at->draft.circle, at->org))
        return refuse(at, TOC_APPROVAL_SIGNATURE, officer->number, by->rule, err);
    at->out->officer = officer->number;
    return TOC_OK;
}

static toc_code approve(deciding *at, toc_log_txn *txn, const judges *by,
                        const toc_approval *approval, toc_now now, toc_err *err)
{
    toc_approval_verdict verdict;
    judge(by, at->org, &at->draft, now.wall, &verdict);
    at->out->needed = verdict.needed;
    at->out->counted = verdict.counted;
    if (at->draft.count == TOC_OFFICERS_MAX)
        return toc_fail(err, TOC_LIMIT, "a draft takes at most %u approvals", TOC_OFFICERS_MAX);
    size_t last = at->draft.count++;
    at->draft.approvals[last] = (toc_draft_approval){
        .approval = *approval, .uid = at->what->uid, .by_node = at->what->by_node, .at = now.wall};
    judge(by, at->org, &at->draft, now.wall, &verdict);
    at->out->officer = verdict.officers[last];
    if (verdict.faults[last] != TOC_APPROVAL_COUNTS) {
        /* Enough said yes before, and it could not be written then: once more. */
        at->draft.count--;
        at->enough = verdict.faults[last] == TOC_APPROVAL_TWICE && verdict.enough;
        return at->enough ? TOC_OK
                          : refuse(at, verdict.faults[last], verdict.officers[last], by->rule, err);
    }
    at->draft.count--;
    TOC_TRY(check_users(at, err));
    at->draft.count++;
    at->out->needed = verdict.needed;
    at->out->counted = verdict.counted;
    at->enough = verdict.enough;
    return toc_log_draft_change(txn, &at->draft, err);
}

static toc_code decide_in_round(void *context, toc_engine *engine, toc_log_txn *txn, toc_now now,
                                toc_err *err)
{
    (void)engine;
    deciding *at = context;
    const toc_draft_decision *what = at->what;
    judges by;
    TOC_TRY(toc_log_draft_get(txn, &what->id, at->arena, &at->draft, err));
    at->out->circle = at->draft.circle;
    if (now.wall.unix_ms > at->draft.not_after.unix_ms)
        return refuse(at, TOC_APPROVAL_LAPSED, 0, NULL, err);
    toc_approval approval = {.officer = what->officer,
                             .draft = what->id,
                             .not_after = at->draft.not_after,
                             .decision = what->decision,
                             .signature = what->signature};
    if (what->by_node)
        TOC_TRY(sign_here(txn, at, &approval, err));
    TOC_TRY(find_judges(txn, at->org, &at->draft, at->arena, &by, err));
    if (what->decision == TOC_DECISION_APPROVED)
        return approve(at, txn, &by, &approval, now, err);
    TOC_TRY(check_rejection(at, &by, &approval, err));
    return toc_log_draft_remove(txn, &what->id, err);
}

toc_code toc_drafts_decide(toc_node *node, toc_writer *writer, const toc_draft_decision *decision,
                           toc_draft_result *out, toc_err *err)
{
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    *out = (toc_draft_result){0};
    TOC_TRY(toc_arena_new(DECIDE_ARENA_BYTES, &arena, err));
    deciding at = {.what = decision, .org = toc_node_org(node), .arena = arena, .out = out};
    TOC_TRY(toc_node_do(node, decide_in_round, &at, err));
    if (!at.enough)
        return TOC_OK;
    TOC_TRY(toc_writer_approved(writer, &at.draft, &out->record, err));
    out->written = true;
    return TOC_OK;
}
