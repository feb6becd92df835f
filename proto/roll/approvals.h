/* proto/roll/approvals.h: how many officers of its org a record of each kind needs in a circle
 * (PROTOCOL §1, §2): a part of the charter's policy.
 * Owns:    nothing; plain values.
 * Threads: pure.
 * Errors:  MALFORMED, LIMIT for rules that are none; USAGE for words that name no rule. */
#ifndef TOC_PROTO_ROLL_APPROVALS_H
#define TOC_PROTO_ROLL_APPROVALS_H

#include "proto/base/buf.h"
#include "proto/base/limits.h"
#include "proto/record/record.h"

typedef struct toc_approval_rule {
    uint32_t kind;  /* of the record; one that this build does not know may be a later one's */
    uint32_t k;     /* officers, from 1 */
    uint32_t scope; /* TOC_SCOPE_SUBMIT or TOC_SCOPE_FREEZE: what each must have on the card */
} toc_approval_rule;

/* In order of kind, each once. A kind that is not listed needs none. */
typedef struct toc_approval_rules {
    size_t count;
    toc_approval_rule rows[TOC_APPROVAL_RULES_MAX];
} toc_approval_rules;

TOC_MUST toc_code toc_approval_rules_check(const toc_approval_rules *rules, toc_err *err);
/* NULL: a record of this kind needs nobody. */
const toc_approval_rule *toc_approval_rule_of(const toc_approval_rules *rules, uint32_t kind);
/* Puts every row of `changes` in the place of what was there for its kind; k 0 takes it out. LIMIT.
 */
TOC_MUST toc_code toc_approval_rules_amend(toc_approval_rules *rules,
                                           const toc_approval_rules *changes, toc_err *err);
/* "wallet=2" as one change more: a kind by its name and a number of officers. */
TOC_MUST toc_code toc_approval_rules_parse(toc_span text, toc_approval_rules *changes,
                                           toc_err *err);
/* "wallet=2, notice=1"; empty where nothing needs anybody. */
void toc_approval_rules_print(const toc_approval_rules *rules, toc_buf *out);

#endif
