/* Which approvals count (docs/RULES.md §13), and the bytes that officers sign. */
#include "proto/rules/approval.h"
#include "tests/support/check.h"
#include "tests/support/vectors.h"

static toc_secret *secret_of(uint8_t first)
{
    uint8_t seed[32] = {first};
    toc_secret *secret = NULL;
    toc_err err;
    TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(seed), &secret, &err));
    return secret;
}

/* --- the bytes --- */

static void approvals_made_elsewhere_verify_and_are_made_alike(void **state)
{
    (void)state;
    TOC_AUTO(toc_vectors_free) toc_vectors *vectors = toc_vectors_open("rules-approvals.txt", 5);
    for (size_t i = 0; i < toc_vectors_count(vectors); i++) {
        const toc_vector *vector = toc_vectors_at(vectors, i);
        toc_circle_id circle;
        toc_org_id org;
        toc_approval expected = {.not_after.unix_ms = toc_vector_u64(vector, "not_after"),
                                 .decision = (toc_decision)toc_vector_u64(vector, "decision")};
        toc_vector_hex_into(vector, "circle", circle.bytes, 32);
        toc_vector_hex_into(vector, "org", org.bytes, 32);
        toc_vector_hex_into(vector, "draft", expected.draft.bytes, 32);
        toc_vector_hex_into(vector, "officer", expected.officer.bytes, 32);
        toc_vector_hex_into(vector, "signature", expected.signature.bytes, 64);
        toc_span statement = toc_vector_hex(vector, "statement");
        assert_true(toc_approval_verify(&expected, statement, &circle, &org));
        uint8_t seed[32];
        TOC_AUTO(toc_secret_free) toc_secret *secret = NULL;
        toc_err err;
        toc_vector_hex_into(vector, "seed", seed, 32);
        TOC_CHECK_OK(toc_secret_from(TOC_SPAN_OF(seed), &secret, &err));
        toc_approval made = {.draft = expected.draft,
                             .not_after = expected.not_after,
                             .decision = expected.decision};
        toc_approval_sign(statement, &circle, &org, secret, &made);
        assert_memory_equal(made.officer.bytes, expected.officer.bytes, 32);
        assert_memory_equal(made.signature.bytes, expected.signature.bytes, 64);
    }
}

/* --- counting --- */

enum { SEALED_MS = 1000000 };
static const toc_circle_id circle = {{0xC1}}, other_circle = {{0xC2}};
static const toc_org_id org = {{0xA1}}, other_org = {{0xA2}};
static const toc_draft_id draft = {{0xD1}}, other_draft = {{0xD2}};
static const toc_approval_rule two = {.kind = 1, .k = 2, .scope = TOC_SCOPE_SUBMIT};

typedef struct desk {
    toc_officer officers[5];
    toc_card card;
    toc_approval approvals[TOC_OFFICERS_MAX];
    toc_approval_case what;
} desk;

static toc_span statement(void)
{
    return toc_span_text("what was said");
}

/* Officers 1, 2 and 3 for submissions, 4 for charters; the key 6 is nobody's. */
static void begin(desk *out)
{
    *out = (desk){0};
    for (uint8_t i = 0; i < 4; i++) {
        TOC_AUTO(toc_secret_free) toc_secret *secret = secret_of((uint8_t)(i + 1));
        out->officers[i].number = i + 1u;
        out->officers[i].scopes = i == 3 ? TOC_SCOPE_CHARTER : TOC_SCOPE_SUBMIT;
        toc_sign_public(secret, &out->officers[i].key);
    }
    out->card = (toc_card){.org = org, .officer_count = 4, .officers = out->officers};
    out->what = (toc_approval_case){.statement = statement(),
                                    .circle = circle,
                                    .org = org,
                                    .card = &out->card,
                                    .rule = &two,
                                    .sealed.unix_ms = SEALED_MS,
                                    .approvals = out->approvals};
}

static toc_approval *approve(desk *to, uint8_t key)
{
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_of(key);
    toc_approval *approval = &to->approvals[to->what.count++];
    *approval = (toc_approval){
        .draft = draft, .not_after.unix_ms = SEALED_MS, .decision = TOC_DECISION_APPROVED};
    toc_approval_sign(statement(), &circle, &org, secret, approval);
    return approval;
}

static void assert_last(desk *at, toc_approval_fault fault, uint32_t counted)
{
    toc_approval_verdict verdict;
    toc_approval_judge(&at->what, &verdict);
    assert_string_equal(toc_approval_fault_name(verdict.faults[at->what.count - 1]),
                        toc_approval_fault_name(fault));
    assert_int_equal(verdict.counted, counted);
    assert_int_equal(verdict.enough, counted >= verdict.needed);
}

static void two_officers_are_enough_and_one_is_not(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 1);
    assert_last(&at, TOC_APPROVAL_COUNTS, 1);
    approve(&at, 3);
    assert_last(&at, TOC_APPROVAL_COUNTS, 2);
    toc_approval_verdict verdict;
    toc_approval_judge(&at.what, &verdict);
    assert_true(verdict.enough);
    assert_int_equal(verdict.needed, 2);
    assert_int_equal(verdict.officers[0], 1);
    assert_int_equal(verdict.officers[1], 3);
}

static void without_a_rule_nobody_is_needed(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    at.what.rule = NULL;
    toc_approval_verdict verdict;
    toc_approval_judge(&at.what, &verdict);
    assert_true(verdict.enough);
    assert_int_equal(verdict.needed, 0);
}

static void an_officer_counts_once_however_often_he_signs(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 1);
    approve(&at, 1);
    assert_last(&at, TOC_APPROVAL_TWICE, 1);
    /* A card that gives one number two keys: it is still one officer. */
    at.officers[1].number = 1;
    approve(&at, 2);
    assert_last(&at, TOC_APPROVAL_TWICE, 1);
}

static void the_card_says_who_is_an_officer_and_for_what(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 1);
    approve(&at, 6);
    assert_last(&at, TOC_APPROVAL_UNKNOWN, 1);
    approve(&at, 4);
    assert_last(&at, TOC_APPROVAL_SCOPE, 1);
    at.officers[3].scopes = TOC_SCOPE_FREEZE;
    assert_last(&at, TOC_APPROVAL_SCOPE, 1);
    static const toc_approval_rule freeze = {.kind = 1, .k = 2, .scope = TOC_SCOPE_FREEZE};
    at.what.rule = &freeze;
    assert_last(&at, TOC_APPROVAL_COUNTS, 1); /* the first has no such scope */
    at.what.rule = &two;
    at.officers[3].scopes = TOC_SCOPE_FREEZE | TOC_SCOPE_SUBMIT;
    assert_last(&at, TOC_APPROVAL_COUNTS, 2);
    at.card.org = other_org; /* another org's officers say nothing here */
    assert_last(&at, TOC_APPROVAL_UNKNOWN, 0);
    at.what.card = NULL;
    assert_last(&at, TOC_APPROVAL_UNKNOWN, 0);
}

static void what_was_signed_for_something_else_does_not_count(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 1);
    approve(&at, 2);
    assert_last(&at, TOC_APPROVAL_COUNTS, 2);
    at.what.statement = toc_span_text("what was saie");
    assert_last(&at, TOC_APPROVAL_SIGNATURE, 0);
    at.what.statement = statement();
    at.what.circle = other_circle;
    assert_last(&at, TOC_APPROVAL_SIGNATURE, 0);
    at.what.circle = circle;
    at.what.org = at.card.org = other_org;
    assert_last(&at, TOC_APPROVAL_SIGNATURE, 0);
    at.what.org = at.card.org = org;
    at.approvals[1].not_after.unix_ms++; /* a moment that was not signed */
    assert_last(&at, TOC_APPROVAL_SIGNATURE, 1);
    at.approvals[1].not_after.unix_ms--;
    at.approvals[1].signature.bytes[40] ^= 1;
    assert_last(&at, TOC_APPROVAL_SIGNATURE, 1);
}

static void approvals_of_two_drafts_do_not_add_up(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 1);
    toc_approval *second = approve(&at, 2);
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_of(2);
    second->draft = other_draft;
    assert_last(&at, TOC_APPROVAL_DRAFT, 1);
    toc_approval_sign(statement(), &circle, &org, secret, second); /* and truly so */
    assert_last(&at, TOC_APPROVAL_DRAFT, 1);
}

static void a_rejection_is_no_approval(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    toc_approval *only = approve(&at, 1);
    TOC_AUTO(toc_secret_free) toc_secret *secret = secret_of(1);
    only->decision = TOC_DECISION_REJECTED;
    toc_approval_sign(statement(), &circle, &org, secret, only);
    assert_last(&at, TOC_APPROVAL_REJECTED, 0);
    only->decision = TOC_DECISION_APPROVED; /* nor one that was turned round */
    assert_last(&at, TOC_APPROVAL_SIGNATURE, 0);
}

static void what_is_sealed_after_the_lapse_is_not_approved(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 1);
    assert_last(&at, TOC_APPROVAL_COUNTS, 1);
    at.what.sealed.unix_ms = SEALED_MS + 1;
    assert_last(&at, TOC_APPROVAL_LAPSED, 0);
}

/* --- records --- */

static void a_record_keeps_statement_and_approvals_byte_for_byte(void **state)
{
    (void)state;
    desk at;
    begin(&at);
    approve(&at, 2);
    approve(&at, 1);
    TOC_AUTO(toc_arena_free) toc_arena *arena = NULL;
    TOC_AUTO(toc_buf_wipe) toc_buf record = {0};
    toc_err err;
    toc_span read;
    const toc_approval *approvals;
    size_t count;
    TOC_CHECK_OK(toc_arena_new(1 << 20, &arena, &err));
    TOC_CHECK_OK(toc_record_join(statement(), at.approvals, 2, &record, &err));
    TOC_CHECK_OK(toc_record_open(toc_buf_view(&record), arena, &read, &approvals, &count, &err));
    assert_true(toc_span_equal(read, statement()));
    assert_int_equal(count, 2);
    for (size_t i = 0; i < count; i++) {
        assert_memory_equal(approvals[i].officer.bytes, at.approvals[i].officer.bytes, 32);
        assert_memory_equal(approvals[i].signature.bytes, at.approvals[i].signature.bytes, 64);
        assert_memory_equal(approvals[i].draft.bytes, draft.bytes, 32);
        assert_int_equal(approvals[i].not_after.unix_ms, SEALED_MS);
        assert_int_equal(approvals[i].decision, TOC_DECISION_APPROVED);
    }
    at.what.statement = read;
    at.what.approvals = approvals;
    assert_last(&at, TOC_APPROVAL_COUNTS, 2);
    assert_int_equal(
        toc_record_join(statement(), at.approvals, TOC_OFFICERS_MAX + 1, &record, &err), TOC_LIMIT);
}

/* --- the charter's rules --- */

static toc_code add_rule(toc_approval_rules *changes, const char *text)
{
    return toc_approval_rules_parse(toc_span_text(text), changes, NULL);
}

static void assert_rules(const toc_approval_rules *rules, const char *text)
{
    TOC_AUTO(toc_buf_wipe) toc_buf words = {0};
    toc_approval_rules_print(rules, &words);
    assert_string_equal(toc_buf_text(&words), text);
    assert_int_equal(toc_approval_rules_check(rules, NULL), TOC_OK);
}

static void a_circle_changes_its_rules_kind_by_kind(void **state)
{
    (void)state;
    toc_approval_rules rules = {0}, changes = {0};
    toc_err err;
    assert_rules(&rules, "");
    assert_int_equal(add_rule(&changes, "service-notice=1"), TOC_OK);
    assert_int_equal(add_rule(&changes, "wallet=2"), TOC_OK);
    assert_int_equal(add_rule(&changes, "dispute=0"), TOC_OK);
    TOC_CHECK_OK(toc_approval_rules_amend(&rules, &changes, &err));
    assert_rules(&rules, "wallet=2, service-notice=1");
    changes = (toc_approval_rules){0};
    assert_int_equal(add_rule(&changes, "cluster=3"), TOC_OK);
    assert_int_equal(add_rule(&changes, "wallet=0"), TOC_OK);
    assert_int_equal(add_rule(&changes, "service-notice=64"), TOC_OK);
    TOC_CHECK_OK(toc_approval_rules_amend(&rules, &changes, &err));
    assert_rules(&rules, "cluster=3, service-notice=64");
    assert_null(toc_approval_rule_of(&rules, TOC_RECORD_WALLET));
    assert_int_equal(toc_approval_rule_of(&rules, TOC_RECORD_CLUSTER)->k, 3);
}

static void what_is_no_rule_is_refused(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",          "wallet",    "wallet=",   "wallet=-1", "=2",
                                        "wallets=2", "wallet=65", "wallet=2x", "2=wallet"};
    toc_approval_rules changes = {0};
    for (size_t i = 0; i < TOC_COUNT(wrong); i++)
        assert_int_equal(add_rule(&changes, wrong[i]), TOC_USAGE);
    assert_int_equal(changes.count, 0);
    for (size_t i = 0; i < TOC_APPROVAL_RULES_MAX; i++)
        assert_int_equal(add_rule(&changes, "wallet=1"), TOC_OK);
    assert_int_equal(add_rule(&changes, "wallet=1"), TOC_LIMIT);
}

int main(void)
{
    if (toc_crypto_start(NULL) != TOC_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(approvals_made_elsewhere_verify_and_are_made_alike),
        cmocka_unit_test(two_officers_are_enough_and_one_is_not),
        cmocka_unit_test(without_a_rule_nobody_is_needed),
        cmocka_unit_test(an_officer_counts_once_however_often_he_signs),
        cmocka_unit_test(the_card_says_who_is_an_officer_and_for_what),
        cmocka_unit_test(what_was_signed_for_something_else_does_not_count),
        cmocka_unit_test(approvals_of_two_drafts_do_not_add_up),
        cmocka_unit_test(a_rejection_is_no_approval),
        cmocka_unit_test(what_is_sealed_after_the_lapse_is_not_approved),
        cmocka_unit_test(a_record_keeps_statement_and_approvals_byte_for_byte),
        cmocka_unit_test(a_circle_changes_its_rules_kind_by_kind),
        cmocka_unit_test(what_is_no_rule_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
