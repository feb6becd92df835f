#include "proto/roll/approvals.h"

#include "proto/base/text.h"
#include "proto/roll/card.h"

enum { KINDS_MAX = 255, KIND_NAME_BYTES_MAX = 32 };

static toc_code check_rule(const toc_approval_rule *rule, toc_err *err)
{
    if (rule->kind == 0 || rule->kind > KINDS_MAX)
        return toc_fail(err, TOC_MALFORMED, "charter: approvals of the kind %u, which is none",
                        rule->kind);
    if (rule->k == 0 || rule->k > TOC_OFFICERS_MAX)
        return toc_fail(err, TOC_MALFORMED, "charter: approvals by %u officers; 1 to %u", rule->k,
                        TOC_OFFICERS_MAX);
    if (rule->scope != TOC_SCOPE_SUBMIT && rule->scope != TOC_SCOPE_FREEZE)
        return toc_fail(err, TOC_MALFORMED, "charter: approvals of the scope %u, which is none",
                        rule->scope);
    return TOC_OK;
}

toc_code toc_approval_rules_check(const toc_approval_rules *rules, toc_err *err)
{
    if (rules->count > TOC_APPROVAL_RULES_MAX)
        return toc_fail(err, TOC_LIMIT, "charter: approvals of %zu kinds, at most %u", rules->count,
                        TOC_APPROVAL_RULES_MAX);
    for (size_t i = 0; i < rules->count; i++) {
        TOC_TRY(check_rule(&rules->rows[i], err));
        if (i > 0 && rules->rows[i - 1].kind >= rules->rows[i].kind)
            return toc_fail(err, TOC_MALFORMED,
                            "charter: approvals not in order of kind, or one kind twice");
    }
    return TOC_OK;
}

const toc_approval_rule *toc_approval_rule_of(const toc_approval_rules *rules, uint32_t kind)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (rules->rows[i].kind == kind)
            return &rules->rows[i];
    }
    return NULL;
}

static toc_code amend_one(toc_approval_rules *rules, const toc_approval_rule *change, toc_err *err)
{
    size_t at = 0;
    while (at < rules->count && rules->rows[at].kind < change->kind)
        at++;
    bool there = at < rules->count && rules->rows[at].kind == change->kind;
    size_t after = rules->count - at - there;
    toc_approval_rule *row = &rules->rows[at];
    if (change->k == 0) {
        memmove(row, row + there, after * sizeof *row);
        rules->count -= there;
        return TOC_OK;
    }
    if (!there && rules->count == TOC_APPROVAL_RULES_MAX)
        return toc_fail(err, TOC_LIMIT, "approvals: of at most %u kinds", TOC_APPROVAL_RULES_MAX);
    if (!there)
        memmove(row + 1, row, after * sizeof *row);
    *row = *change;
    rules->count += !there;
    return TOC_OK;
}

toc_code toc_approval_rules_amend(toc_approval_rules *rules, const toc_approval_rules *changes,
                                  toc_err *err)
{
    toc_approval_rules amended = *rules;
    for (size_t i = 0; i < changes->count; i++)
        TOC_TRY(amend_one(&amended, &changes->rows[i], err));
    *rules = amended;
    return TOC_OK;
}

/* 0: no kind is called this. */
static uint32_t kind_named(toc_span name)
{
    for (uint32_t kind = 1; kind <= TOC_RECORD_REPLY; kind++) {
        if (toc_span_equal(name, toc_span_text(toc_record_kind_name((toc_record_kind)kind))))
            return kind;
    }
    return 0;
}

toc_code toc_approval_rules_parse(toc_span text, toc_approval_rules *changes, toc_err *err)
{
    const uint8_t *sign = text.size == 0 ? NULL : memchr(text.data, '=', text.size);
    size_t before = sign == NULL ? text.size : (size_t)(sign - text.data);
    toc_span name = toc_span_of(text.data, before);
    toc_span number = sign == NULL ? (toc_span){0} : toc_span_of(sign + 1, text.size - before - 1);
    toc_approval_rule rule = {.kind = kind_named(name), .scope = TOC_SCOPE_SUBMIT};
    uint64_t k;
    if (rule.kind == 0)
        return toc_fail(err, TOC_USAGE,
                        "approvals: '%.*s' is no kind of record; say wallet=2, for example",
                        (int)(name.size > KIND_NAME_BYTES_MAX ? KIND_NAME_BYTES_MAX : name.size),
                        (const char *)name.data);
    if (toc_u64_parse(number, TOC_OFFICERS_MAX, &k, NULL) != TOC_OK)
        return toc_fail(err, TOC_USAGE, "approvals: how many officers? %s=2, for example; 0: none",
                        toc_record_kind_name((toc_record_kind)rule.kind));
    if (changes->count == TOC_APPROVAL_RULES_MAX)
        return toc_fail(err, TOC_LIMIT, "approvals: of at most %u kinds", TOC_APPROVAL_RULES_MAX);
    rule.k = (uint32_t)k;
    changes->rows[changes->count++] = rule;
    return TOC_OK;
}

void toc_approval_rules_print(const toc_approval_rules *rules, toc_buf *out)
{
    for (size_t i = 0; i < rules->count; i++) {
        const toc_approval_rule *rule = &rules->rows[i];
        const char *name = toc_record_kind_name((toc_record_kind)rule->kind);
        toc_buf_add_text(out, i == 0 ? "" : ", ");
        if (strcmp(name, "unknown") == 0)
            toc_buf_printf(out, "kind %u", rule->kind);
        else
            toc_buf_add_text(out, name);
        toc_buf_printf(out, "=%u%s", rule->k, rule->scope == TOC_SCOPE_FREEZE ? " (freeze)" : "");
    }
}
