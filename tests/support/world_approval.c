#include "tests/support/world_approval.h"

#include "proto/record/approval.h"
#include "tests/support/check.h"

static void add_officers(toc_json *json, const toc_card *card)
{
    toc_json_open(json, "officers", '[');
    for (size_t i = 0; i < card->officer_count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_number(json, "number", card->officers[i].number);
        toc_json_hex(json, "key", TOC_SPAN_OF(card->officers[i].key.bytes));
        toc_json_number(json, "scopes", card->officers[i].scopes);
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

static void add_approvals(toc_json *json, const toc_approval *approvals, size_t count)
{
    toc_json_open(json, "approvals", '[');
    for (size_t i = 0; i < count; i++) {
        toc_json_open(json, NULL, '{');
        toc_json_hex(json, "officer", TOC_SPAN_OF(approvals[i].officer.bytes));
        toc_json_hex(json, "draft", TOC_SPAN_OF(approvals[i].draft.bytes));
        toc_json_decimal(json, "not_after_ms", approvals[i].not_after.unix_ms);
        toc_json_number(json, "decision", (uint64_t)approvals[i].decision);
        toc_json_hex(json, "signature", TOC_SPAN_OF(approvals[i].signature.bytes));
        toc_json_close(json, '}');
    }
    toc_json_close(json, ']');
}

/* The rule of the statement's kind in the charter of this hash; false: none. */
static bool find_rule(toc_log_txn *txn, const toc_world_stand *stand, uint32_t kind,
                      toc_arena *arena, toc_approval_rule *out)
{
    toc_err err = {0};
    toc_hash key;
    toc_span bytes;
    toc_charter charter;
    memcpy(key.bytes, stand->charter.bytes, sizeof key.bytes);
    if (toc_log_roll_get(txn, &key, &bytes, NULL) != TOC_OK)
        return false;
    TOC_CHECK_OK(toc_charter_reopen(bytes, arena, &charter, &err));
    for (size_t i = 0; i < charter.policy.approvals.count; i++) {
        *out = charter.policy.approvals.rows[i];
        if (out->kind == kind)
            return true;
    }
    return false;
}

void toc_world_approval(toc_json *json, toc_log_txn *txn, const toc_world_stand *stand,
                        const toc_circle_id *circle, const toc_org_id *org,
                        const toc_statement *statement, toc_span record)
{
    toc_err err = {0};
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    toc_approval_rule rule;
    toc_span bytes, said;
    toc_hash key;
    toc_card card;
    const toc_approval *approvals;
    size_t count;
    TOC_CHECK_OK(toc_arena_new(TOC_CHARTER_ARENA_BYTES, &arena, &err));
    if (!find_rule(txn, stand, (uint32_t)statement->kind, arena, &rule))
        return;
    memcpy(key.bytes, stand->card.bytes, sizeof key.bytes);
    TOC_CHECK_OK(toc_log_roll_get(txn, &key, &bytes, &err));
    TOC_CHECK_OK(toc_card_reopen(bytes, arena, &card, &err));
    TOC_CHECK_OK(toc_record_open(record, arena, &said, &approvals, &count, &err));
    toc_json_open(json, "approval", '{');
    toc_json_number(json, "needed", rule.k);
    toc_json_number(json, "scope", rule.scope);
    toc_json_hex(json, "circle", TOC_SPAN_OF(circle->bytes));
    toc_json_hex(json, "org", TOC_SPAN_OF(org->bytes));
    toc_json_hex(json, "statement", said);
    toc_json_decimal(json, "sealed_ms", stand->sealed.unix_ms);
    add_officers(json, &card);
    add_approvals(json, approvals, count);
    toc_json_close(json, '}');
}
